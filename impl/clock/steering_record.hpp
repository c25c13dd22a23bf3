// SPDX-License-Identifier: Apache-2.0
//
// When the clock that takes the stamps is itself steered, its stamps bend with every correction. The
// estimator must see the oscillator, not the steering: this keeps the recent corrections exactly and gives
// back the unsteered timeline.

#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "impl/base/time.hpp"
#include "impl/clock/virtual_clock.hpp"

namespace wirestamp::clock {

class SteeringRecord {
public:
    /// Forgets everything: from now on the unsteered timeline equals the clock, which runs at frequency_ppb.
    void reset(double frequency_ppb = 0) noexcept;

    /// The clock, showing local_now until then, was moved by `step` and runs at frequency_ppb from there on.
    void applied(Nanoseconds local_now, Nanoseconds step, double frequency_ppb) noexcept;

    /// The unsteered time of a stamp. Empty when a backward step made the stamp ambiguous or the record is
    /// too short.
    std::optional<Nanoseconds> raw_at(Nanoseconds local) const noexcept;

    /// The stamp that the clock as it runs now has at an unsteered time.
    Nanoseconds local_at(Nanoseconds raw) const noexcept { return newest().piece.at(raw).whole; }

    double frequency_ppb() const noexcept { return frequency_ppb_; }

private:
    struct Entry {
        ClockPiece piece;        ///< unsteered to steered
        Nanoseconds end = never; ///< steered time at which the next entry took over
    };
    static constexpr std::size_t capacity = 32;

    const Entry& newest() const noexcept { return entries_[(next_ + capacity - 1) % capacity]; }

    std::array<Entry, capacity> entries_{Entry{}};
    std::size_t next_ = 1;
    std::size_t count_ = 1;
    double frequency_ppb_ = 0;
};

} // namespace wirestamp::clock
