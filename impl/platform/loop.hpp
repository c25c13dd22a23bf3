// SPDX-License-Identifier: Apache-2.0
//
// What the library waits on. One context has one loop: Asio on a thread of its own, poll(2) on the caller's
// thread, or the event queue of a simulated world. The code above cannot tell which it runs on.
//
// Lock rule: a loop is made with the mutex of its context. Every handler runs with that mutex held, and never
// again once the Timer or Watch it belongs to is destroyed (which is done with the mutex held too). After a
// handler, with the mutex released, the loop calls `after_handlers`, where the context brings its events to
// the user's callbacks. A handler may destroy its own Timer or Watch, and any other.

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
    /// Windows: the event object that is set when this is ready, and at once if it is already; 0: none. One
    /// at a time; whoever resets it looks for what has come after that, not before. Elsewhere ignored.
    virtual void signal_by(std::intptr_t /*event*/) {}
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
    /// Readiness is a hint: a handler takes what there is until it would block, and may find nothing. The
    /// watch goes before the pollable.
    virtual std::unique_ptr<Watch> watch(Pollable& pollable, std::function<void()> on_ready) = 0;
    /// Runs `after_handlers` soon on the loop's thread. Any thread, with or without the mutex.
    virtual void wake() = 0;
    /// Whether the calling thread is the one that runs handlers now.
    virtual bool runs_here() const = 0;
};

/// A loop without a thread of its own: somebody must call run(). PollLoop serves one context on the caller's
/// thread; a simulated loop drives its whole world, that is the handlers of all hosts, each with the mutex of
/// its own context held and followed by that context's `after_handlers`.
///
/// runs_here() is then true on the thread that is inside run() of this loop or, in a simulated world, of any
/// loop of the same world.
class DrivenLoop : public Loop {
public:
    enum class RunResult : std::uint8_t {
        done,      // `done` said so
        timed_out, // the time is up (and whatever was due up to then has been served)
        busy,      // another thread drives this loop, or its world; nothing was done
    };

    /// Serves what is due, then goes on until `done` or until `timeout` has passed on now()'s clock. 0: only
    /// what is due now (a simulated world runs what is due at the present instant and lets no time pass);
    /// `never`: no limit, and with nothing to wait for it waits for wake(). Called without the mutex and not
    /// from a handler or hook. `done` is asked without the mutex: once before anything is waited for, and
    /// after every round of handlers with their hooks. A wake(), also one made before run() was called, runs
    /// `after_handlers` and asks `done`.
    virtual RunResult run(Nanoseconds timeout, const std::function<bool()>& done) = 0;

    /// Earliest armed deadline on now()'s clock, now() or less when something is due, `never` if nothing is
    /// armed. A simulated loop answers for its world. Any thread, without the mutex.
    virtual Nanoseconds next_deadline() const = 0;

    /// One descriptor that is readable while run(0) would find input; -1 where there is none.
    virtual std::intptr_t handle() = 0;
};

/// How a loop meets its context. ~Loop returns only when no hook of it runs on another thread, and calls none
/// after.
struct LoopHooks {
    std::mutex* mutex = nullptr;
    std::function<void()> after_handlers;
    /// Called without the mutex whenever a thread leaves run(); in a simulated world on every loop of it, so
    /// that one who was refused with `busy` can try again. Loops with a thread of their own never call it.
    std::function<void()> driver_left;
    /// Called with the mutex when a handler let an exception out; the loop goes on.
    std::function<void(const char* what)> handler_failed;
};

} // namespace wirestamp::platform
