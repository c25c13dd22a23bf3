// SPDX-License-Identifier: Apache-2.0
//
// Exact integer arithmetic for clocks: a rate is a 64-bit fraction, a time has 32 bits below the nanosecond,
// and their product needs 128 bits, which not every compiler of this project has as a type. Built from 32-bit
// halves instead.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace wirestamp::clock {

/// A point in time with 2^-32 ns resolution: repeated re-anchoring of a clock must not let it drift by
/// rounding.
struct FineTime {
    Nanoseconds whole = 0;
    std::uint32_t fraction = 0;

    friend constexpr bool operator==(const FineTime&, const FineTime&) = default;
};

/// Wrapping arithmetic: a hostile time must give a wrong number at worst, never undefined behaviour.
constexpr std::int64_t wrapping_add(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

constexpr std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Fraction bits of a Rate: 2^-60 lets a rate of -1 .. +7.9 be held and errs by 0.03 ns in a year.
inline constexpr int rate_bits = 60;

/// How much faster than its counter a clock runs, as a fraction of 2^-60.
using Rate = std::int64_t;

/// span * rate, floored to 2^-32 ns.
constexpr FineTime scale(std::int64_t span, Rate rate) noexcept {
    constexpr std::uint64_t mask = 0xffffffffU;
    const auto a = static_cast<std::uint64_t>(span);
    const auto b = static_cast<std::uint64_t>(rate);
    const std::uint64_t low_low = (a & mask) * (b & mask);
    const std::uint64_t low_high = (a & mask) * (b >> 32);
    const std::uint64_t high_low = (a >> 32) * (b & mask);
    const std::uint64_t middle = (low_low >> 32) + (low_high & mask) + (high_low & mask);
    const std::uint64_t low = (middle << 32) | (low_low & mask);
    std::uint64_t high = ((a >> 32) * (b >> 32)) + (low_high >> 32) + (high_low >> 32) + (middle >> 32);
    if (span < 0)
        high -= b;
    if (rate < 0)
        high -= a;
    constexpr int below_fraction = rate_bits - 32;
    return {static_cast<Nanoseconds>((high << (64 - rate_bits)) | (low >> rate_bits)),
            static_cast<std::uint32_t>((low >> below_fraction) & mask)};
}

constexpr FineTime add(const FineTime& a, const FineTime& b) noexcept {
    const std::uint64_t fraction = std::uint64_t{a.fraction} + b.fraction;
    return {wrapping_add(wrapping_add(a.whole, b.whole), static_cast<std::int64_t>(fraction >> 32)),
            static_cast<std::uint32_t>(fraction)};
}

constexpr Nanoseconds nearest(const FineTime& time) noexcept {
    return wrapping_add(time.whole, time.fraction >> 31);
}

/// a - b as a real number; exact to 2^-32 ns while the difference is below 2^20 ns, to a part in 2^53 beyond.
constexpr double difference(const FineTime& a, const FineTime& b) noexcept {
    return static_cast<double>(saturating_subtract(a.whole, b.whole)) +
           (static_cast<double>(a.fraction) - static_cast<double>(b.fraction)) / 4294967296.0;
}

constexpr double difference(const FineTime& a, Nanoseconds b) noexcept {
    return difference(a, FineTime{b, 0});
}

} // namespace wirestamp::clock
