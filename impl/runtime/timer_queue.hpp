// SPDX-License-Identifier: Apache-2.0
//
// The deadlines of one loop in order, whatever it sleeps with. Arming and cancelling never allocate: room for
// a timer is made when the timer is. Everything here is touched with the context's mutex held.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "impl/platform/loop.hpp"

namespace wirestamp::runtime {

class TimerQueue {
public:
    /// `on_earlier` is called when the earliest deadline moved forward, so that a sleeper can be told.
    explicit TimerQueue(std::function<void()> on_earlier);
    ~TimerQueue();
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

    std::unique_ptr<platform::Timer> make(std::function<void()> on_due);

    Nanoseconds earliest() const noexcept;

    /// Takes off the earliest timer that is due and was armed before the round `limit` (see round()); null if
    /// there is none. The handler is kept alive by what is returned even if it destroys its own timer.
    std::shared_ptr<const std::function<void()>> take_due(Nanoseconds now, std::uint64_t limit);

    /// Mark for take_due: a timer that handlers arm from now on, into the past even, waits for the next
    /// round, so that one that rearms itself cannot starve the sockets.
    std::uint64_t round() const noexcept { return sequence_; }

private:
    struct Entry;
    class Handle;

    void arm(const std::shared_ptr<Entry>& entry, Nanoseconds deadline);
    void remove(Entry& entry) noexcept;
    void move_up(std::size_t position) noexcept;
    void move_down(std::size_t position) noexcept;
    void place(std::size_t position, std::shared_ptr<Entry> entry) noexcept;
    static bool before(const Entry& a, const Entry& b) noexcept;

    std::vector<std::shared_ptr<Entry>> heap_;
    std::size_t timers_ = 0;
    std::uint64_t sequence_ = 0;
    std::function<void()> on_earlier_;
};

} // namespace wirestamp::runtime
