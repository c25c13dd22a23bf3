// SPDX-License-Identifier: Apache-2.0
//
// The loop of a caller-driven context: poll(2) on the caller's thread and nothing more exotic, so that it
// works where epoll, eventfd or netlink are refused. Who has an event loop of his own waits for handle() (an
// epoll set, where the system has it) and next_deadline().

#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "impl/platform/loop.hpp"
#include "impl/runtime/timer_queue.hpp"
#include "impl/runtime/wait_handle.hpp"

namespace wirestamp::runtime {

class PollLoop final : public platform::DrivenLoop {
public:
    explicit PollLoop(const platform::LoopHooks& hooks); // throws Failure
    ~PollLoop() override;

    Nanoseconds now() const override;
    std::unique_ptr<platform::Timer> make_timer(std::function<void()> on_due) override;
    std::unique_ptr<platform::Watch> watch(platform::Pollable& pollable,
                                           std::function<void()> on_ready) override;
    void wake() override;
    bool runs_here() const override;

    RunResult run(Nanoseconds timeout, const std::function<bool()>& done) override;
    Nanoseconds next_deadline() const override;
    std::intptr_t handle() override;

private:
    struct WatchState;
    class PollWatch;
    struct PollSet; // what the system's poll wants, kept between rounds

    void serve_wake();
    void serve_timers(Nanoseconds due);
    bool serve_watches(Nanoseconds timeout); // whether there was something to serve
    void add_to_handle(std::intptr_t native);
    void remove(WatchState& state) noexcept;

    platform::LoopHooks hooks_;
    TimerQueue timers_;
    WaitHandle wake_handle_;
    std::atomic<bool> woken_{false};
    std::atomic<std::thread::id> driver_{};
    std::vector<std::shared_ptr<WatchState>> watches_;
    std::unique_ptr<PollSet> set_;
    bool look_owed_ = false; // the last round went without a look at the watches; the driver's
    int combined_ = -1;      // epoll, once somebody asked for it
};

} // namespace wirestamp::runtime
