// SPDX-License-Identifier: Apache-2.0
//
// The loop of a context that has a thread of its own: Boost.Asio waits, one thread serves.
//
// All deadlines are in one TimerQueue with one Asio timer (a timerfd on Linux) for the earliest of them, so
// that arming from any thread is cheap and allocates nothing. A timer that fires too early, because its
// deadline was moved, finds nothing due and is set again.

#pragma once

#include <memory>
#include <thread>

#include "impl/platform/loop.hpp"
#include "impl/runtime/asio.hpp"
#include "impl/runtime/handler_pool.hpp"
#include "impl/runtime/timer_queue.hpp"

namespace wirestamp::runtime {

class AsioLoop final : public platform::Loop {
public:
    explicit AsioLoop(const platform::LoopHooks& hooks); // throws Failure
    ~AsioLoop() override;

    Nanoseconds now() const override;
    std::unique_ptr<platform::Timer> make_timer(std::function<void()> on_due) override;
    std::unique_ptr<platform::Watch> watch(platform::Pollable& pollable,
                                           std::function<void()> on_ready) override;
    void wake() override;
    bool runs_here() const override;

private:
    class AsioWatch;
    struct WatchState;

    template <class F>
    PooledHandler<F> pooled(F function) {
        return {pool_, std::move(function)};
    }
    void serve();
    void set_timer();
    void serve_timers();
    void wait_for(const std::shared_ptr<WatchState>& state);
    void serve_watch(const std::shared_ptr<WatchState>& state);

    platform::LoopHooks hooks_;
    HandlerPool pool_; // outlives the operations that io_ keeps
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<AsioExecutor> work_;
    AsioTimer timer_;
    Nanoseconds timer_set_for_ = never;
    TimerQueue timers_;
    std::atomic<bool> waking_{false};
    std::thread thread_;
};

} // namespace wirestamp::runtime
