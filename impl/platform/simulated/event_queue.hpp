// SPDX-License-Identifier: Apache-2.0
//
// The order of a simulated world: by time, and among equals by who came first. A four-way heap that knows
// where each event is, so that a timer that is moved leaves nothing behind.

#pragma once

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

    bool empty() const noexcept { return heap_.empty(); }
    std::size_t size() const noexcept { return heap_.size(); }
    Nanoseconds first_time() const noexcept { return heap_.empty() ? never : heap_.front().time; }

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
        heap_.push_back({time, order_++, node});
        rise(heap_.size() - 1);
        return node;
    }

    Event pop() {
        const std::uint32_t node = heap_.front().node;
        const Event event = nodes_[node].event;
        erase(0);
        return event;
    }

    void remove(std::uint32_t node) { erase(nodes_[node].position); }

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

    static bool before(const Entry& a, const Entry& b) noexcept {
        return a.time != b.time ? a.time < b.time : a.order < b.order;
    }
    void place(std::size_t position, const Entry& entry) {
        heap_[position] = entry;
        nodes_[entry.node].position = static_cast<std::uint32_t>(position);
    }
    void rise(std::size_t position) {
        const Entry entry = heap_[position];
        while (position > 0) {
            const std::size_t parent = (position - 1) / 4;
            if (!before(entry, heap_[parent]))
                break;
            place(position, heap_[parent]);
            position = parent;
        }
        place(position, entry);
    }
    void sink(std::size_t position) {
        const Entry entry = heap_[position];
        for (;;) {
            const std::size_t first = position * 4 + 1;
            if (first >= heap_.size())
                break;
            std::size_t least = first;
            const std::size_t end = first + 4 < heap_.size() ? first + 4 : heap_.size();
            for (std::size_t i = first + 1; i < end; ++i)
                if (before(heap_[i], heap_[least]))
                    least = i;
            if (!before(heap_[least], entry))
                break;
            place(position, heap_[least]);
            position = least;
        }
        place(position, entry);
    }
    void erase(std::size_t position) {
        const std::uint32_t node = heap_[position].node;
        const Entry last = heap_.back();
        heap_.pop_back();
        if (position < heap_.size()) {
            const bool up = position > 0 && before(last, heap_[(position - 1) / 4]);
            place(position, last);
            if (up)
                rise(position);
            else
                sink(position);
        }
        nodes_[node].position = free_;
        free_ = node;
    }

    std::vector<Entry> heap_;
    std::vector<Node> nodes_;
    std::uint32_t free_ = none;
    std::uint64_t order_ = 0;
};

} // namespace wirestamp::platform::simulated
