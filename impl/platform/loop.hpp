// SPDX-License-Identifier: Apache-2.0
//
// What the library waits on. One context has one loop: Asio on a thread of its own, poll(2) on the caller's
// thread, or the event queue of a simulated world. The code above cannot tell which it runs on.
//
// Lock rule: a loop is made with the mutex of its context. Every handler runs with that mutex held, and never
// again once the Timer or Watch it belongs to is destroyed (which is done with the mutex held too). After a
// handler, with the mutex released, the loop calls `after_handlers`, where the context brings its events to
// the user's callbacks.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "impl/base/time.hpp"

namespace wirestamp::platform {

/// Something that becomes ready: a socket or a source of change notices.
class Pollable {
public:
    virtual ~Pollable() = default;
    /// File descriptor or SOCKET; -1 where the thing is simulated.
    virtual std::intptr_t native_handle() const = 0;
    /// Simulated things call this when they become ready; real ones are polled by their handle and ignore it.
    virtual void on_ready(std::function<void()> /*handler*/) {}
};

class Timer {
public:
    virtual ~Timer() = default;
    /// Absolute, on the loop's clock. A deadline in the past is due at once. Replaces any earlier deadline.
    virtual void arm(Nanoseconds deadline) = 0;
    virtual void cancel() = 0;
};

class Watch {
public:
    virtual ~Watch() = default;
};

class Loop {
public:
    virtual ~Loop() = default;

    /// The clock of deadlines: CLOCK_MONOTONIC of the host, or a simulated host's.
    virtual Nanoseconds now() const = 0;
    virtual std::unique_ptr<Timer> make_timer(std::function<void()> on_due) = 0;
    /// Readiness is a hint: a handler takes what there is until it would block, and may find nothing.
    virtual std::unique_ptr<Watch> watch(Pollable& pollable, std::function<void()> on_ready) = 0;
    /// Runs `after_handlers` soon on the loop's thread. Any thread, with or without the mutex.
    virtual void wake() = 0;
    /// Whether the calling thread is the one that runs handlers now.
    virtual bool runs_here() const = 0;
};

/// How a loop meets its context.
struct LoopHooks {
    std::mutex* mutex = nullptr;
    std::function<void()> after_handlers;
};

} // namespace wirestamp::platform
