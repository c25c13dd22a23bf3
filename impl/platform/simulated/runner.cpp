// SPDX-License-Identifier: Apache-2.0
//
// Running a world: one thread at a time takes events in their order; the rest wait or are told that it is
// busy.

#include <algorithm>
#include <chrono>

#include "impl/platform/simulated/loop_use.hpp"
#include "impl/platform/simulated/parameters.hpp"
#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

std::uint32_t State::schedule(Nanoseconds time, const Event& event) {
    const std::uint32_t node = queue.push(std::max(time, now), event);
    if (waiting > 0)
        changed.notify_all();
    return node;
}

bool State::claim(std::unique_lock<std::mutex>& lock, bool wait) {
    if (runs_here())
        throw Failure(WST_E_WOULD_DEADLOCK,
                      "this thread runs the simulated world already (a callback or an action of it): let the "
                      "callback return before running the world again");
    while (running) {
        if (!wait)
            return false;
        ++waiting;
        changed.wait(lock);
        --waiting;
        if (world == nullptr)
            throw Failure(WST_E_CLOSED, "the simulated network was closed by another thread");
    }
    running = true;
    interrupted = false;
    runner.store(std::this_thread::get_id());
    return true;
}

void State::leave(std::unique_lock<std::mutex>& lock) {
    running = false;
    runner.store({});
    changed.notify_all();
    // By index, because the hooks may make and close loops.
    ++walking_loops;
    for (std::size_t i = 0; i < loops.size(); ++i) {
        const std::shared_ptr<LoopState> loop = loops[i];
        if (!loop || loop->closed || !loop->hooks.driver_left)
            continue;
        const LoopUse use(*this, lock, *loop);
        loop->hooks.driver_left();
    }
    if (--walking_loops == 0)
        std::erase(loops, nullptr);
}

State::Stop State::run(std::unique_lock<std::mutex>& lock, Nanoseconds until,
                       const std::function<bool()>* done, bool one_event, bool wait_when_empty) {
    using Clock = std::chrono::steady_clock;
    Clock::time_point real_start = Clock::now();
    Nanoseconds paced_from = now;
    double paced_at = pace;

    const auto is_done = [&] {
        if (done == nullptr || !*done)
            return false;
        lock.unlock();
        bool result = false;
        try {
            result = (*done)();
        } catch (...) {
            lock.lock();
            throw;
        }
        lock.lock();
        return result;
    };

    if (is_done())
        return Stop::predicate;
    for (;;) {
        if (interrupted)
            return Stop::interrupted;
        const Nanoseconds next = queue.first_time() <= end_of_time ? queue.first_time() : never;
        const Nanoseconds target = std::min(next, until);
        if (target == never) {
            if (!wait_when_empty)
                return Stop::empty;
            ++waiting;
            changed.wait(lock);
            --waiting;
            if (is_done())
                return Stop::predicate;
            continue;
        }
        if (pace > 0 && target > now && !one_event) {
            if (paced_at != pace) {
                real_start = Clock::now();
                paced_from = now;
                paced_at = pace;
            }
            // In slices, so that what other threads do meanwhile happens at about the right virtual time.
            const auto real = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - real_start);
            const auto due = paced_from + floor_to_integer(static_cast<double>(real.count()) * pace);
            if (due < target) {
                now = std::max(now, due);
                const double left = static_cast<double>(target - due) / pace;
                ++waiting;
                changed.wait_for(lock, std::chrono::nanoseconds(floor_to_integer(std::min(left, 1e6)) + 1));
                --waiting;
                continue;
            }
        }
        if (next > until) {
            now = std::max(now, until);
            return Stop::time;
        }
        now = std::max(now, next);
        const Event event = queue.pop();
        ++counters.events;
        note((static_cast<std::uint64_t>(now) << 4) ^ static_cast<std::uint64_t>(event.kind) ^
             (static_cast<std::uint64_t>(event.target) << 40));
        switch (event.kind) {
            case Event::Kind::arrival:
                arrive(event.target / 2, static_cast<std::uint8_t>(event.target % 2), event.frame);
                break;
            case Event::Kind::forward:
                forward(event.target / 2, static_cast<std::uint8_t>(event.target % 2), event.frame);
                break;
            case Event::Kind::departure:
                depart(*adapters[event.target], event.frame, now);
                break;
            case Event::Kind::deliver: {
                Adapter& adapter = *adapters[event.target];
                deliver(*hosts[adapter.host], adapter.number, adapter.interface_index, event.frame);
                break;
            }
            case Event::Kind::transmit_stamp:
                give_stamp(pending_stamps[event.target]);
                pending_stamps.release(event.target);
                break;
            case Event::Kind::resume:
                resume(*hosts[event.target]);
                break;
            case Event::Kind::timer:
            case Event::Kind::ready:
            case Event::Kind::wake:
                dispatch(lock, event);
                if (is_done())
                    return Stop::predicate;
                break;
            case Event::Kind::action: {
                const std::function<void(World&)> action = std::move(actions[event.target]);
                actions[event.target] = nullptr;
                actions.release(event.target);
                if (world != nullptr) {
                    World& target_world = *world;
                    lock.unlock();
                    std::exception_ptr failed;
                    try {
                        action(target_world);
                    } catch (...) {
                        failed = std::current_exception();
                    }
                    lock.lock();
                    if (failed && !failed_action)
                        failed_action = failed;
                }
                if (is_done())
                    return Stop::predicate;
                break;
            }
        }
        if (one_event)
            return Stop::step;
    }
}

} // namespace wirestamp::platform::simulated
