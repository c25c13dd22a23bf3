// SPDX-License-Identifier: Apache-2.0
//
// The loop of a simulated host: its timers and watches are events of the world, and whoever runs any loop of
// the world runs them all.

#include <algorithm>
#include <utility>

#include "impl/platform/simulated/loop_use.hpp"
#include "impl/platform/simulated/parameters.hpp"
#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

thread_local LoopUse* LoopUse::innermost = nullptr;

namespace {

/// A handler that leaves something unread is called again this much later, and ever later while it takes
/// nothing, so that what nobody reads can neither stop virtual time nor fill it with calls.
constexpr Nanoseconds level_retry = 1000;
constexpr Nanoseconds longest_retry = nanoseconds_per_second;

class SimulatedTimer final : public Timer {
public:
    SimulatedTimer(std::shared_ptr<State> state, const std::shared_ptr<LoopState>& loop,
                   std::function<void()> handler)
        : state_(std::move(state)) {
        auto shared = std::make_shared<std::function<void()>>(std::move(handler));
        const std::lock_guard lock(state_->mutex);
        number_ = state_->timers.acquire();
        TimerState& timer = state_->timers[number_];
        timer.loop = loop;
        timer.handler = std::move(shared);
    }

    ~SimulatedTimer() override {
        std::shared_ptr<std::function<void()>> handler; // destroyed after the lock: it may own anything
        const std::lock_guard lock(state_->mutex);
        disarm();
        handler = std::move(state_->timers[number_].handler);
        state_->timers[number_] = {};
        state_->timers.release(number_);
    }

    void arm(Nanoseconds deadline) override {
        const std::lock_guard lock(state_->mutex);
        disarm();
        TimerState& timer = state_->timers[number_];
        Host& host = *state_->hosts[timer.loop->host];
        timer.deadline = deadline;
        Nanoseconds time = state_->true_time_of(host, deadline);
        if (!host.wake_delay.none() && time != never)
            time += std::max<Nanoseconds>(0, floor_to_integer(host.wake_delay.sample(state_->now)));
        if (time != never)
            timer.event =
                state_->schedule(time, {Event::Kind::timer, number_, state_->timers.generation(number_), 0});
    }

    void cancel() override {
        const std::lock_guard lock(state_->mutex);
        disarm();
    }

private:
    void disarm() {
        TimerState& timer = state_->timers[number_];
        if (timer.event != none)
            state_->queue.remove(timer.event);
        timer.event = none;
        timer.due = false;
    }

    std::shared_ptr<State> state_;
    std::uint32_t number_ = 0;
};

class SimulatedWatch final : public Watch {
public:
    SimulatedWatch(std::shared_ptr<State> state, const std::shared_ptr<LoopState>& loop, Readiness& readiness,
                   std::function<void()> handler)
        : state_(std::move(state)) {
        auto shared = std::make_shared<std::function<void()>>(std::move(handler));
        const std::lock_guard lock(state_->mutex);
        if (readiness.watch != none)
            throw Failure(WST_E_STATE, "this simulated socket is watched already: destroy the first watch");
        number_ = state_->watches.acquire();
        WatchState& watch = state_->watches[number_];
        watch.loop = loop;
        watch.handler = std::move(shared);
        watch.source = &readiness;
        readiness.watch = number_;
        if (readiness.pending > 0)
            state_->make_ready(readiness);
    }

    ~SimulatedWatch() override {
        std::shared_ptr<std::function<void()>> handler;
        const std::lock_guard lock(state_->mutex);
        WatchState& watch = state_->watches[number_];
        if (watch.event != none)
            state_->queue.remove(watch.event);
        if (watch.source != nullptr)
            watch.source->watch = none;
        handler = std::move(watch.handler);
        watch = {};
        state_->watches.release(number_);
    }

private:
    std::shared_ptr<State> state_;
    std::uint32_t number_ = 0;
};

class SimulatedLoop final : public DrivenLoop {
public:
    SimulatedLoop(std::shared_ptr<State> state, std::uint32_t host, const LoopHooks& hooks)
        : state_(std::move(state)), loop_(std::make_shared<LoopState>()) {
        loop_->host = host;
        loop_->hooks = hooks;
        const std::lock_guard lock(state_->mutex);
        loop_->slot = state_->loop_slots.acquire();
        state_->loop_slots[loop_->slot] = loop_;
        state_->loops.push_back(loop_);
    }

    ~SimulatedLoop() override {
        std::unique_lock lock(state_->mutex);
        loop_->closed = true;
        if (loop_->wake_event != none)
            state_->queue.remove(loop_->wake_event);
        loop_->wake_event = none;
        const int mine = LoopUse::of_this_thread(*loop_);
        while (loop_->users > mine) {
            ++state_->waiting;
            state_->changed.wait(lock);
            --state_->waiting;
        }
        state_->loop_slots[loop_->slot] = nullptr;
        state_->loop_slots.release(loop_->slot);
        const auto found = std::find(state_->loops.begin(), state_->loops.end(), loop_);
        if (state_->walking_loops > 0)
            *found = nullptr;
        else
            state_->loops.erase(found);
    }

    Nanoseconds now() const override {
        const std::lock_guard lock(state_->mutex);
        return monotonic_now();
    }

    std::unique_ptr<Timer> make_timer(std::function<void()> on_due) override {
        return std::make_unique<SimulatedTimer>(state_, loop_, std::move(on_due));
    }

    std::unique_ptr<Watch> watch(Pollable& pollable, std::function<void()> on_ready) override {
        auto* simulated = dynamic_cast<SimulatedPollable*>(&pollable);
        if (simulated == nullptr || simulated->world_state() != state_)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "a simulated loop can only watch sockets of its own simulated world");
        return std::make_unique<SimulatedWatch>(state_, loop_, simulated->readiness(), std::move(on_ready));
    }

    void wake() override {
        const std::lock_guard lock(state_->mutex);
        if (loop_->wake_event == none && !loop_->closed)
            loop_->wake_event = state_->schedule(
                state_->now, {Event::Kind::wake, loop_->slot, state_->loop_slots.generation(loop_->slot), 0});
    }

    bool runs_here() const override { return state_->runs_here(); }

    RunResult run(Nanoseconds timeout, const std::function<bool()>& done) override {
        std::unique_lock lock(state_->mutex);
        if (!state_->claim(lock, false))
            return RunResult::busy;
        const Leave leave{*state_, lock};
        Nanoseconds until = never;
        if (timeout != never) {
            Host& host = *state_->hosts[loop_->host];
            until = timeout <= 0 ? state_->now
                                 : state_->true_time_of(host, saturating_add(monotonic_now(), timeout));
        }
        if (until != never)
            until = std::min(until, end_of_time);
        for (;;) {
            const State::Stop stop = state_->run(lock, until, &done, false, until == never);
            if (stop == State::Stop::predicate)
                return RunResult::done;
            if (stop != State::Stop::interrupted)
                return RunResult::timed_out;
            state_->interrupted = false; // meant for World's run functions
        }
    }

    Nanoseconds next_deadline() const override {
        const std::lock_guard lock(state_->mutex);
        const Nanoseconds first = state_->queue.first_time();
        if (first == never)
            return never;
        return saturating_add(monotonic_now(), first - state_->now);
    }

    std::intptr_t handle() override { return -1; }

private:
    struct Leave {
        State& state;
        std::unique_lock<std::mutex>& lock;
        ~Leave() { state.leave(lock); }
    };

    Nanoseconds monotonic_now() const {
        return state_->read_host(*state_->hosts[loop_->host], ClockKind::monotonic, state_->now).whole;
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<LoopState> loop_;
};

} // namespace

std::unique_ptr<DrivenLoop> make_loop(std::shared_ptr<State> state, std::uint32_t host,
                                      const LoopHooks& hooks) {
    return std::make_unique<SimulatedLoop>(std::move(state), host, hooks);
}

void State::make_ready(Readiness& readiness) {
    if (readiness.watch == none)
        return;
    WatchState& watch = watches[readiness.watch];
    if (watch.due || (watch.event != none && watch.retry <= level_retry))
        return;
    if (watch.event != none) { // news does not wait for the retry of something old
        queue.remove(watch.event);
        watch.event = none;
    }
    Nanoseconds time = now;
    Host& host = *hosts[watch.loop->host];
    if (!host.wake_delay.none())
        time += std::max<Nanoseconds>(0, floor_to_integer(host.wake_delay.sample(now)));
    watch.event =
        schedule(time, {Event::Kind::ready, readiness.watch, watches.generation(readiness.watch), 0});
}

void State::detach(Readiness& readiness) {
    if (readiness.watch == none)
        return;
    watches[readiness.watch].source = nullptr;
    readiness.watch = none;
}

void State::dispatch(std::unique_lock<std::mutex>& lock, const Event& event) {
    std::shared_ptr<LoopState> loop;
    if (event.kind == Event::Kind::timer) {
        TimerState& timer = timers[event.target];
        loop = timer.loop;
        Host& host = *hosts[loop->host];
        timer.event = none;
        Nanoseconds again = host.stalled_until;
        // The host's clock may have run slower than expected since the timer was armed.
        if (again <= now && read_host(host, ClockKind::monotonic, now).whole < timer.deadline)
            again = std::max(now + 1, true_time_of(host, timer.deadline));
        if (again > now) {
            timer.event = schedule(again, event);
            return;
        }
        timer.due = true;
    } else if (event.kind == Event::Kind::ready) {
        WatchState& watch = watches[event.target];
        loop = watch.loop;
        watch.event = none;
        if (hosts[loop->host]->stalled_until > now) {
            watch.event = schedule(hosts[loop->host]->stalled_until, event);
            return;
        }
        watch.due = true;
    } else {
        loop = loop_slots[event.target];
        loop->wake_event = none;
        if (hosts[loop->host]->stalled_until > now) {
            loop->wake_event = schedule(hosts[loop->host]->stalled_until, event);
            return;
        }
    }
    if (loop->closed)
        return;

    std::size_t before = 0;
    const auto take_handler = [&] {
        std::shared_ptr<std::function<void()>> handler;
        if (event.kind == Event::Kind::timer) {
            if (timers.generation(event.target) == event.generation && timers[event.target].due) {
                timers[event.target].due = false;
                handler = timers[event.target].handler;
            }
        } else if (watches.generation(event.target) == event.generation && watches[event.target].due) {
            watches[event.target].due = false;
            handler = watches[event.target].handler;
            if (watches[event.target].source != nullptr)
                before = watches[event.target].source->pending;
        }
        return handler;
    };
    std::unique_lock<std::mutex> context;
    std::shared_ptr<std::function<void()>> taken;
    if (event.kind != Event::Kind::wake) {
        // The context's mutex comes before ours, unless it is free.
        context = std::unique_lock(*loop->hooks.mutex, std::try_to_lock);
        if (context)
            taken = take_handler();
    }
    bool call_hook = false;
    const LoopUse use(*this, lock, *loop);
    std::shared_ptr<std::function<void()>> handler = std::move(taken); // goes before the lock comes back
    if (event.kind != Event::Kind::wake) {
        if (!context) {
            context.lock();
            // Meanwhile another thread may have cancelled or destroyed it.
            const std::lock_guard again(mutex);
            handler = take_handler();
        }
        if (handler)
            (*handler)();
        if (event.kind == Event::Kind::ready) {
            const std::lock_guard again(mutex);
            if (watches.generation(event.target) == event.generation) {
                WatchState& watch = watches[event.target];
                const bool took = watch.source == nullptr || watch.source->pending < before;
                watch.retry =
                    took ? level_retry : std::min(longest_retry, 2 * std::max(watch.retry, level_retry));
                if (watch.source != nullptr && watch.source->pending > 0 && watch.event == none)
                    watch.event = schedule(now + watch.retry, event);
            }
            call_hook = !loop->closed && loop->hooks.after_handlers;
        }
        handler.reset(); // the last owner, if the handler destroyed its own timer
        context.unlock();
    }
    if (event.kind != Event::Kind::ready || !call_hook) {
        const std::lock_guard again(mutex);
        call_hook = !loop->closed && loop->hooks.after_handlers;
    }
    if (call_hook)
        loop->hooks.after_handlers();
}

} // namespace wirestamp::platform::simulated
