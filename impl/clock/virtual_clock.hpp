// SPDX-License-Identifier: Apache-2.0
//
// A clock that nobody steers: PTP time as a piecewise affine function of a free-running counter. It is a
// plain value of two pieces (now, and after a slew has ended), so that one copy is all that a reader in
// another thread needs.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "impl/base/rounding.hpp"
#include "impl/base/time.hpp"
#include "impl/clock/fixed_point.hpp"

namespace wirestamp::clock {

/// The largest rate change accepted: far more than any oscillator needs, and below where time would stand
/// still.
inline constexpr double frequency_limit_ppb = 900e6;

/// Parts per billion to Rate and back. Not-a-number counts as zero, so that no arithmetic accident can stop a
/// clock.
inline Rate rate_of(double ppb) noexcept {
    if (std::isnan(ppb))
        return 0;
    const double limited = std::clamp(ppb, -frequency_limit_ppb, frequency_limit_ppb);
    return static_cast<Rate>(limited * (static_cast<double>(Rate{1} << rate_bits) * 1e-9));
}

inline double ppb_of(Rate rate) noexcept {
    return static_cast<double>(rate) / (static_cast<double>(Rate{1} << rate_bits) * 1e-9);
}

/// One affine piece: time = anchor.time + (raw - anchor.raw) * (1 + rate).
struct ClockPiece {
    Nanoseconds raw = 0;
    FineTime time;
    Rate rate = 0;

    constexpr FineTime at(Nanoseconds at_raw) const noexcept {
        const Nanoseconds span = wrapping_subtract(at_raw, raw);
        FineTime result = add(time, scale(span, rate));
        result.whole = wrapping_add(result.whole, span);
        return result;
    }

    /// The counter value at which this piece shows `at_time`, to the nanosecond.
    Nanoseconds raw_at(Nanoseconds at_time) const noexcept {
        const double per_raw = 1.0 + ppb_of(rate) * 1e-9;
        Nanoseconds result = raw;
        // The first pass is exact to a part in 2^53 of the span, the second to the nanosecond.
        for (int pass = 0; pass < 3; ++pass) {
            const double missing = -difference(at(result), at_time) / per_raw;
            if (std::abs(missing) < 0.5)
                break;
            result = saturating_add(result, rounded(missing));
        }
        return result;
    }
};

class VirtualClock {
public:
    VirtualClock() = default;

    /// Shows `time` at `raw` and runs at the counter's own rate.
    VirtualClock(Nanoseconds raw, Nanoseconds time) noexcept : piece_{raw, {time, 0}, 0} {}

    FineTime fine_time_at(Nanoseconds raw) const noexcept {
        return raw < after_.raw ? piece_.at(raw) : after_.at(raw);
    }

    Nanoseconds time_at(Nanoseconds raw) const noexcept { return nearest(fine_time_at(raw)); }

    Nanoseconds raw_at(Nanoseconds time) const noexcept {
        const bool later = after_.raw != no_slew && time >= after_.time.whole;
        return later ? after_.raw_at(time) : piece_.raw_at(time);
    }

    /// Moves the clock by `delta`, for all counter values past and future.
    void step(Nanoseconds delta) noexcept {
        piece_.time.whole = saturating_add(piece_.time.whole, delta);
        after_.time.whole = saturating_add(after_.time.whole, delta);
    }

    /// From raw_now on the clock runs `ppb` faster than its counter; continuous at raw_now. Ends a slew.
    void set_frequency(Nanoseconds raw_now, double ppb) noexcept {
        piece_ = {raw_now, fine_time_at(raw_now), rate_of(ppb)};
        after_ = {no_slew, {}, 0};
    }

    /// Gains `delta` ns on a clock running at `ppb`, spread evenly over `duration` counter ns, then runs at
    /// `ppb`. Unlike a frequency held until the next sample, a lost sample cannot make it overshoot.
    void slew(Nanoseconds raw_now, double delta, Nanoseconds duration, double ppb) noexcept {
        const double over = static_cast<double>(std::max<Nanoseconds>(duration, 1));
        set_frequency(raw_now, ppb + delta / over * 1e9);
        const Nanoseconds end = saturating_add(raw_now, std::max<Nanoseconds>(duration, 1));
        after_ = {end, piece_.at(end), rate_of(ppb)};
    }

    /// The rate in force at `raw` and the rate after a slew in progress has ended.
    double frequency_ppb(Nanoseconds raw) const noexcept {
        return ppb_of(raw < after_.raw ? piece_.rate : after_.rate);
    }
    double final_frequency_ppb() const noexcept {
        return ppb_of(after_.raw == no_slew ? piece_.rate : after_.rate);
    }

private:
    static constexpr Nanoseconds no_slew = std::numeric_limits<Nanoseconds>::max();

    ClockPiece piece_;
    ClockPiece after_{no_slew, {}, 0};
};

} // namespace wirestamp::clock
