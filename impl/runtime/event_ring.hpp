// SPDX-License-Identifier: Apache-2.0
//
// A bounded queue of events whose memory is had once. Pages that no event ever reached are never touched.

#pragma once

#include <cstddef>
#include <memory>

#include "wirestamp/context.h"

namespace wirestamp::runtime {

class EventRing {
public:
    explicit EventRing(std::size_t capacity) : capacity_(capacity) {}

    /// Until then the ring takes nothing. Throws std::bad_alloc.
    void allocate() {
        if (!events_)
            events_.reset(new wst_event[capacity_]);
    }
    bool push(const wst_event& event) noexcept {
        if (!events_ || size_ == capacity_)
            return false;
        events_[(first_ + size_++) % capacity_] = event;
        return true;
    }
    void pop(wst_event& out) noexcept {
        out = events_[first_];
        first_ = (first_ + 1) % capacity_;
        if (--size_ == 0) // who is read promptly needs no more than the first pages
            first_ = 0;
    }
    /// Takes out all events about an object that will no longer exist.
    void forget(const void* object) noexcept {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const wst_event& event = events_[(first_ + i) % capacity_];
            if (event.object == object)
                continue;
            if (kept != i)
                events_[(first_ + kept) % capacity_] = event;
            ++kept;
        }
        size_ = kept;
    }
    std::size_t size() const noexcept { return size_; }

private:
    std::size_t capacity_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
    std::unique_ptr<wst_event[]> events_;
};

} // namespace wirestamp::runtime
