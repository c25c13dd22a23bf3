// SPDX-License-Identifier: Apache-2.0
//
// What a boundary clock knows of how far its time may be from the grandmaster's, handed down in its Announces
// (IEEE 1588-2019 clause 16.12): without it, a clock behind it would take its errors for time itself.

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "impl/base/time.hpp"
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {

/// What this clock adds to the inaccuracy of its parent. Half-widths in ns, infinite where nothing is known.
struct ClockInaccuracy {
    double dynamic = std::numeric_limits<double>::infinity(); ///< noise, wander, what is being corrected
    double medium = 0;                                        ///< asymmetry of the path to the parent
};

/// A TimeInterval of this size stands for anything (clause 5.3.2).
inline constexpr ScaledNanoseconds unknown_interval = std::numeric_limits<ScaledNanoseconds>::max();

inline ScaledNanoseconds interval_of_ns(double ns) noexcept {
    return ns * 65536 < 9e18 ? static_cast<ScaledNanoseconds>(std::ceil(std::max(ns, 0.0) * 65536))
                             : unknown_interval;
}

/// Half-widths do not get smaller by adding, whatever a parent says.
inline ScaledNanoseconds interval_sum(ScaledNanoseconds a, ScaledNanoseconds b) noexcept {
    return saturating_add(std::max<ScaledNanoseconds>(a, 0), std::max<ScaledNanoseconds>(b, 0));
}

/// Of all causes but the grandmaster itself.
inline ScaledNanoseconds path_inaccuracy(const EnhancedAccuracyMetrics& m) noexcept {
    return interval_sum(interval_sum(m.maxTransientInaccuracy, m.maxDynamicInaccuracy),
                        interval_sum(m.maxStaticInstanceInaccuracy, m.maxStaticMediumInaccuracy));
}

/// The parent's with our own part, of which the dynamic one is taken `slack` times, so that not every change
/// of it needs an Announce.
inline EnhancedAccuracyMetrics with_own(EnhancedAccuracyMetrics m, const ClockInaccuracy& own,
                                        double slack) noexcept {
    m.bcHopCount = static_cast<std::uint8_t>(std::min(m.bcHopCount + 1, 255));
    m.maxDynamicInaccuracy = interval_sum(m.maxDynamicInaccuracy, interval_of_ns(slack * own.dynamic));
    m.maxStaticMediumInaccuracy = interval_sum(m.maxStaticMediumInaccuracy, interval_of_ns(own.medium));
    // A half-width is meant to hold always: taken as six standard deviations.
    const double deviation = std::isfinite(own.dynamic) ? own.dynamic * 1e-9 / 6 : 0;
    const double before = std::isfinite(m.varDynamicInaccuracy) ? std::max(m.varDynamicInaccuracy, 0.0) : 0;
    m.varDynamicInaccuracy = before + deviation * deviation;
    return m;
}

} // namespace wirestamp::ptp
