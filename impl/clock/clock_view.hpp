// SPDX-License-Identifier: Apache-2.0
//
// What a reader needs to tell the time and how far it can be trusted: a plain value, published through
// ClockSnapshot. The bound grows by itself between publications, so that a silent network needs nobody to
// widen it.

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "impl/base/time.hpp"
#include "impl/clock/seqlock.hpp"
#include "impl/clock/virtual_clock.hpp"

namespace wirestamp::clock {

/// What a user can act on; follows the sample stream with hysteresis.
enum class SyncState : std::uint8_t { free_running, acquiring, locked, holdover };

/// Half-width of the interval that contains true time: `fixed` plus `multiple` standard deviations, of which
/// the variance is that of an offset and a frequency known at `raw` and of a frequency that wanders from then
/// on.
struct ErrorBound {
    Nanoseconds raw = 0;
    double fixed = std::numeric_limits<double>::infinity(); ///< ns
    double drift = 0;                                       ///< ns/s, growth that no averaging reduces
    double multiple = 0;
    double variance = 0;           ///< ns^2
    double covariance = 0;         ///< ns * ns/s
    double frequency_variance = 0; ///< (ns/s)^2
    double wander_variance = 0;    ///< (ns/s)^2 per s

    /// In ns; infinite when nothing is known. The past is as uncertain as a future equally far away.
    double at(Nanoseconds at_raw) const noexcept {
        const double t = static_cast<double>(saturating_subtract(at_raw, raw)) * 1e-9;
        const double age = std::abs(t);
        // Short chains of multiplications: every reading of the time waits for this.
        const double square = t * t;
        const double growth = (2 * covariance * t + square * frequency_variance) +
                              (age * square) * (wander_variance * (1.0 / 3));
        return fixed + age * drift + multiple * std::sqrt(std::max(variance + growth, 0.0));
    }
};

struct ClockView {
    VirtualClock clock; ///< counter (or steered clock) to PTP time
    ErrorBound bound;   ///< in the same counter
    SyncState state = SyncState::free_running;
    bool valid = false; ///< false until the clock was set from a master for the first time

    Nanoseconds time_at(Nanoseconds raw) const noexcept { return clock.time_at(raw); }
    double bound_at(Nanoseconds raw) const noexcept {
        return valid ? bound.at(raw) : std::numeric_limits<double>::infinity();
    }
};

using ClockSnapshot = Seqlock<ClockView>;

} // namespace wirestamp::clock
