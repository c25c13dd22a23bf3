// SPDX-License-Identifier: Apache-2.0
//
// When things are due. Deadlines are absolute and move by whole intervals, so that 128 messages a second stay
// 128 however late each call comes; a stall is skipped, not made up for by a burst.

#pragma once

#include <algorithm>

#include "impl/base/time.hpp"

namespace wirestamp::ptp {

/// 2^log2 seconds. Hostile exponents are brought into what timers can do: 1 ms to 48 days.
constexpr Nanoseconds interval_of(int log2) noexcept {
    const int exponent = std::clamp(log2, -10, 22);
    return exponent >= 0 ? nanoseconds_per_second << exponent : nanoseconds_per_second >> -exponent;
}

class Periodic {
public:
    constexpr void start(Nanoseconds first) noexcept { at_ = first; }
    constexpr void stop() noexcept { at_ = never; }
    constexpr Nanoseconds at() const noexcept { return at_; }
    constexpr bool running() const noexcept { return at_ != never; }
    constexpr bool due(Nanoseconds now) const noexcept { return at_ <= now; }

    /// To the next deadline on the same grid. One missed beat is still made up for, at once; of a longer
    /// stall nothing is.
    constexpr void advance(Nanoseconds now, Nanoseconds interval) noexcept {
        at_ += interval;
        if (now - at_ >= interval)
            at_ += (now - at_) / interval * interval;
    }

    /// The interval was changed: the next beat comes no later than one new interval from now.
    constexpr void hasten(Nanoseconds now, Nanoseconds interval) noexcept {
        if (running())
            at_ = std::min(at_, now + interval);
    }

private:
    Nanoseconds at_ = never;
};

} // namespace wirestamp::ptp
