// SPDX-License-Identifier: Apache-2.0
//
// The order of a simulated world: by time, and among equals by who came first. A four-way heap that knows
// where each event is, so that a timer that is moved leaves nothing behind; and beside it a line of what is
// due at once, which is a good part of all and needs no ordering.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/base/time.hpp"

namespace wirestamp::platform::simulated {

struct Event {
    enum class Kind : std::uint8_t {
        arrival,        // target: link * 2 + side it came from
        forward,        // out of a bridge; target: link * 2 + side
        departure,      // out of a host's stack; target: adapter
        deliver,        // into a host's sockets; target: adapter
        transmit_stamp, // target: pending stamp
        timer,
        ready,
        wake,
        action,
        resume, // of a suspended host; target: host
    };
    Kind kind = Kind::action;
    std::uint32_t target = 0;
    std::uint32_t generation = 0;
    std::uint32_t frame = 0;
};

class EventQueue {
public:
    static constexpr std::uint32_t none = 0xFFFF'FFFFu;

    bool empty() const noexcept { return size() == 0; }
    std::size_t size() const noexcept { return heap_.size() + in_line_; }
    Nanoseconds first_time() const noexcept {
        const Nanoseconds first = heap_.empty() ? never : heap_.front().time;
        return in_line_ > 0 ? std::min(first, line_time_) : first;
    }

    /// Returns a number by which the event can be taken back until it has been popped.
    std::uint32_t push(Nanoseconds time, const Event& event) {
        std::uint32_t node;
        if (free_ != none) {
            node = free_;
            free_ = nodes_[node].position;
        } else {
            node = static_cast<std::uint32_t>(nodes_.size());
            nodes_.push_back({});
        }
        nodes_[node].event = event;
        // Whatever stands in line has one time, and came after everything of that time in the heap.
        if (in_line_ > 0 ? time == line_time_ : time <= last_popped_) {
            line_time_ = time;
            nodes_[node].position = waits_in_line;
            if (line_end_ == line_.size())
                make_room_in_line();
            line_[line_end_++] = node;
            ++in_line_;
            return node;
        }
        heap_.push_back({});
        rise(heap_.size() - 1, {time, order_++, node});
        return node;
    }

    Event pop() {
        if (in_line_ > 0 && (heap_.empty() || heap_.front().time > line_time_)) {
            while (line_[line_begin_] == none) // taken back
                ++line_begin_;
            const std::uint32_t node = line_[line_begin_++];
            leave_line(node);
            last_popped_ = line_time_;
            return nodes_[node].event;
        }
        last_popped_ = heap_.front().time;
        const std::uint32_t node = heap_.front().node;
        erase(0);
        return nodes_[node].event;
    }

    void remove(std::uint32_t node) {
        if (nodes_[node].position != waits_in_line) {
            erase(nodes_[node].position);
            return;
        }
        std::size_t place = line_begin_;
        while (line_[place] != node)
            ++place;
        line_[place] = none;
        leave_line(node);
    }

private:
    struct Entry {
        Nanoseconds time;
        std::uint64_t order;
        std::uint32_t node;
    };
    struct Node {
        Event event;
        std::uint32_t position = none; // next free node when not in the heap
    };

    static constexpr std::uint32_t waits_in_line = none - 1;

    void leave_line(std::uint32_t node) {
        nodes_[node].position = free_;
        free_ = node;
        if (--in_line_ == 0)
            line_begin_ = line_end_ = 0;
    }
    /// Moves what is left to the front; grows only where that is more than half.
    void make_room_in_line() {
        const auto begin = line_.begin() + static_cast<std::ptrdiff_t>(line_begin_);
        line_end_ = static_cast<std::size_t>(std::remove(begin, line_.end(), none) - begin);
        std::copy(begin, begin + static_cast<std::ptrdiff_t>(line_end_), line_.begin());
        line_begin_ = 0;
        if (line_end_ * 2 >= line_.size())
            line_.resize(std::max<std::size_t>(64, line_.size() * 2));
    }

    static bool before(const Entry& a, const Entry& b) noexcept {
        return a.time != b.time ? a.time < b.time : a.order < b.order;
    }
    void place(std::size_t position, const Entry& entry) {
        heap_[position] = entry;
        nodes_[entry.node].position = static_cast<std::uint32_t>(position);
    }
    void rise(std::size_t position, const Entry entry) {
        while (position > 0) {
            const std::size_t parent = (position - 1) / 4;
            if (!before(entry, heap_[parent]))
                break;
            place(position, heap_[parent]);
            position = parent;
        }
        place(position, entry);
    }
    /// Where `entry`, which comes from the end and mostly belongs there again, is put when `position` is
    /// free.
    void sink(std::size_t position, const Entry entry) {
        const std::size_t top = position;
        for (;;) {
            const std::size_t first = position * 4 + 1;
            if (first >= heap_.size())
                break;
            std::size_t least = first;
            const std::size_t end = std::min(first + 4, heap_.size());
            for (std::size_t i = first + 1; i < end; ++i)
                least = before(heap_[i], heap_[least]) ? i : least;
            place(position, heap_[least]);
            position = least;
        }
        while (position > top) {
            const std::size_t parent = (position - 1) / 4;
            if (!before(entry, heap_[parent]))
                break;
            place(position, heap_[parent]);
            position = parent;
        }
        place(position, entry);
    }
    void erase(std::size_t position) {
        const std::uint32_t node = heap_[position].node;
        const Entry last = heap_.back();
        heap_.pop_back();
        if (position < heap_.size()) {
            if (position > 0 && before(last, heap_[(position - 1) / 4]))
                rise(position, last);
            else
                sink(position, last);
        }
        nodes_[node].position = free_;
        free_ = node;
    }

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> line_; // [begin, end), none where one was taken back
    std::size_t line_begin_ = 0;
    std::size_t line_end_ = 0;
    std::size_t in_line_ = 0;
    Nanoseconds line_time_ = 0;
    Nanoseconds last_popped_ = -1;
    std::vector<Node> nodes_;
    std::uint32_t free_ = none;
    std::uint64_t order_ = 0;
};

} // namespace wirestamp::platform::simulated
