// SPDX-License-Identifier: Apache-2.0
//
// The transmit stamps that are still to come. Ids count up and choose the slot, so that finding one costs no
// search, an old or foreign id is recognised, and a system that never stamps cannot make the table grow.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

struct PendingStamp {
    MessageType messageType = MessageType::sync;
    std::uint16_t sequenceId = 0;
    Route route = Route::primary;
    Address address;                       ///< where the follow-up goes, for Route::unicast
    PortIdentity requestingPortIdentity{}; ///< of the Pdelay_Req answered
    ScaledNanoseconds correction = 0;      ///< what the follow-up has to carry on
    std::int8_t logMessageInterval = 0;
    std::uint8_t domainNumber = 0;
    Nanoseconds expires = 0;
};

class PendingStamps {
public:
    /// `capacity` is rounded up to a power of two.
    explicit PendingStamps(std::size_t capacity) {
        std::size_t slots = 1;
        while (slots < capacity)
            slots *= 2;
        slots_.resize(slots);
    }

    struct Added {
        StampId id;
        std::optional<PendingStamp> displaced; ///< the oldest one, if there was no room left
    };

    Added add(const PendingStamp& stamp) noexcept {
        Added added{next_, std::nullopt};
        Slot& slot = slot_of(next_);
        if (slot.waiting) {
            added.displaced = slot.stamp;
            ++oldest_;
        }
        slot = Slot{stamp, true};
        ++next_;
        skip_taken();
        return added;
    }

    std::optional<PendingStamp> take(StampId id) noexcept {
        if (id - oldest_ >= next_ - oldest_ || !slot_of(id).waiting)
            return std::nullopt;
        Slot& slot = slot_of(id);
        slot.waiting = false;
        const PendingStamp stamp = slot.stamp;
        skip_taken();
        return stamp;
    }

    /// The oldest one if its time is over. Timeouts are alike within a port, so the oldest expires first.
    std::optional<PendingStamp> take_expired(Nanoseconds now) noexcept {
        if (next_deadline() > now)
            return std::nullopt;
        return take(oldest_);
    }

    Nanoseconds next_deadline() const noexcept {
        return oldest_ == next_ ? never : slots_[oldest_ & (slots_.size() - 1)].stamp.expires;
    }

    std::size_t capacity() const noexcept { return slots_.size(); }

    void clear() noexcept {
        for (; oldest_ != next_; ++oldest_)
            slot_of(oldest_).waiting = false;
    }

private:
    struct Slot {
        PendingStamp stamp;
        bool waiting = false;
    };

    Slot& slot_of(StampId id) noexcept { return slots_[id & (slots_.size() - 1)]; }

    void skip_taken() noexcept {
        while (oldest_ != next_ && !slot_of(oldest_).waiting)
            ++oldest_;
    }

    std::vector<Slot> slots_;
    StampId oldest_ = 1;
    StampId next_ = 1;
};

} // namespace wirestamp::ptp
