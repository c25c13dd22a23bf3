// SPDX-License-Identifier: Apache-2.0
//
// Logarithm, exponential and cosine from IEEE basic operations alone. The ones of a C library differ in the
// last bit from one system to the next, and one bit is enough to make a seed mean another run elsewhere.

#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace wirestamp::platform::simulated {

/// Natural logarithm of a positive normal number, within 2 units in the last place.
constexpr double portable_log(double x) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
    double mantissa = std::bit_cast<double>((bits & 0x000F'FFFF'FFFF'FFFFu) | 0x3FF0'0000'0000'0000u);
    if (mantissa > 1.4142135623730951) {
        mantissa *= 0.5;
        ++exponent;
    }
    const double s = (mantissa - 1.0) / (mantissa + 1.0);
    const double q = s * s;
    double sum = 1.0 / 21.0;
    sum = sum * q + 1.0 / 19.0;
    sum = sum * q + 1.0 / 17.0;
    sum = sum * q + 1.0 / 15.0;
    sum = sum * q + 1.0 / 13.0;
    sum = sum * q + 1.0 / 11.0;
    sum = sum * q + 1.0 / 9.0;
    sum = sum * q + 1.0 / 7.0;
    sum = sum * q + 1.0 / 5.0;
    sum = sum * q + 1.0 / 3.0;
    const double e = static_cast<double>(exponent);
    return e * 6.93147180369123816490e-01 + (2.0 * s + (2.0 * s * q * sum + e * 1.90821492927058770002e-10));
}

/// e to the power x; 0 and the largest number stand for what lies outside ±700.
constexpr double portable_exp(double x) noexcept {
    if (x < -700.0)
        return 0.0;
    if (x > 700.0)
        return 1.7976931348623157e308;
    const double turns = x * 1.4426950408889634;
    const auto k = static_cast<std::int64_t>(turns + (turns >= 0 ? 0.5 : -0.5));
    const double kd = static_cast<double>(k);
    const double r = (x - kd * 6.93147180369123816490e-01) - kd * 1.90821492927058770002e-10;
    double sum = 1.0;
    for (int n = 14; n >= 1; --n)
        sum = 1.0 + sum * r / static_cast<double>(n);
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

/// Square root for tables made by the compiler, which may not call std::sqrt.
constexpr double portable_sqrt(double x) noexcept {
    double root = x > 1 ? x : 1;
    for (double next = 0.5 * (root + x / root); next < root; next = 0.5 * (root + x / root))
        root = next;
    return root;
}

/// Cosine of a whole turn's fraction in [0, 1).
inline double portable_cos_of_turn(double turn) noexcept {
    double sign = 1.0;
    if (turn > 0.5)
        turn = 1.0 - turn;
    if (turn > 0.25) {
        turn = 0.5 - turn;
        sign = -1.0;
    }
    const double x = turn * 6.283185307179586;
    const double q = x * x;
    double sum = 1.0;
    for (int n = 20; n >= 2; n -= 2)
        sum = 1.0 - sum * q / static_cast<double>(n * (n - 1));
    return sign * sum;
}

/// floor() to an integer. Saturates, because parameters may ask for a clock that leaves every range.
inline std::int64_t floor_to_integer(double x) noexcept {
    constexpr double limit = 9.2e18;
    if (!(x > -limit))
        return -9'200'000'000'000'000'000;
    if (x > limit)
        return 9'200'000'000'000'000'000;
    const auto toward_zero = static_cast<std::int64_t>(x); // floor() is a call on many processors
    return toward_zero - (x < static_cast<double>(toward_zero) ? 1 : 0);
}

} // namespace wirestamp::platform::simulated
