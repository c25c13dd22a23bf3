// SPDX-License-Identifier: Apache-2.0
//
// The two ways in which the library counts time. Both are plain 64-bit integers, because stamps are compared,
// subtracted and put on the wire far more often than they are shown.

#pragma once

#include <cstdint>
#include <limits>

namespace wirestamp {

/// A point or a span in whole nanoseconds. What clock a point belongs to is said by the name of the variable.
using Nanoseconds = std::int64_t;

/// A span in units of 2^-16 ns, as IEEE 1588 TimeInterval (clause 5.3.2) and correctionField count it.
using ScaledNanoseconds = std::int64_t;

inline constexpr Nanoseconds nanoseconds_per_second = 1'000'000'000;
inline constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

/// Rounds to nearest, halves away from zero, so that a span and its negation round alike.
constexpr Nanoseconds to_nanoseconds(ScaledNanoseconds scaled) noexcept {
    constexpr ScaledNanoseconds half = 1 << 15;
    return scaled >= 0 ? (scaled / 65536) + ((scaled % 65536) >= half ? 1 : 0)
                       : (scaled / 65536) - ((-(scaled % 65536)) >= half ? 1 : 0);
}

/// Spans beyond what 48 bits of nanoseconds hold (3.2 days) saturate, as IEEE 1588 asks of an unrepresentable
/// value.
constexpr ScaledNanoseconds to_scaled(Nanoseconds span) noexcept {
    constexpr Nanoseconds limit = std::numeric_limits<ScaledNanoseconds>::max() / 65536;
    if (span > limit)
        return std::numeric_limits<ScaledNanoseconds>::max();
    if (span < -limit)
        return std::numeric_limits<ScaledNanoseconds>::min();
    return span * 65536;
}

/// Where in a program an integer would silently wrap, hostile numbers from the network must not be able to.
constexpr std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
    if (b > 0 && a > std::numeric_limits<std::int64_t>::max() - b)
        return std::numeric_limits<std::int64_t>::max();
    if (b < 0 && a < std::numeric_limits<std::int64_t>::min() - b)
        return std::numeric_limits<std::int64_t>::min();
    return a + b;
}

constexpr std::int64_t saturating_subtract(std::int64_t a, std::int64_t b) noexcept {
    if (b < 0 && a > std::numeric_limits<std::int64_t>::max() + b)
        return std::numeric_limits<std::int64_t>::max();
    if (b > 0 && a < std::numeric_limits<std::int64_t>::min() + b)
        return std::numeric_limits<std::int64_t>::min();
    return a - b;
}

} // namespace wirestamp
