// SPDX-License-Identifier: Apache-2.0
//
// The few transcendental functions that the estimator needs, from additions, multiplications, divisions and
// bit moves only: the same result on every machine (a C library's need not be), without branches so that
// compilers can vectorise, and several times faster. Relative errors of some 1e-8 are far below what noise
// leaves of any use.

#pragma once

#include <bit>
#include <cstdint>

namespace wirestamp::clock {

/// exp(x) for x between -300 and 300, and beyond as at these ends: products with denormal numbers would be
/// slow.
inline double fast_exp(double x) noexcept {
    const double limited = x < -300 ? -300 : (x > 300 ? 300 : x);
    const double scaled = limited * 1.4426950408889634;
    // Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits.
    constexpr double rounder = 6755399441055744.0;
    const double shifted = scaled + rounder;
    const double f = scaled - (shifted - rounder);
    const double power =
        0.9999999999595481 +
        f * (0.6931471805459292 +
             f * (0.2402265121359537 +
                  f * (0.05550410941218509 +
                       f * (0.009618025602950553 +
                            f * (0.001333345055856583 +
                                 f * (0.0001546973197719126 + f * 1.5310081465713665e-05))))));
    const std::uint64_t exponent = std::bit_cast<std::uint64_t>(shifted) << 52;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(power) + exponent);
}

/// log(x) for positive normal x.
inline double fast_log(double x) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    // Moves the mantissa into sqrt(1/2) .. sqrt(2), where the series below converges fastest.
    constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcdULL;
    const std::uint64_t offset = bits - root_half;
    const std::uint64_t mantissa = bits - (offset & 0xfff0000000000000ULL);
    // The arithmetic shift is spelt out for unsigned numbers, and 2^52 carries the small integer into a
    // double.
    const std::uint64_t biased = (offset + 0x4000000000000000ULL) >> 52;
    const double exponent =
        std::bit_cast<double>(biased | 0x4330000000000000ULL) - (4503599627370496.0 + 1024.0);
    const double m = std::bit_cast<double>(mantissa);
    const double s = (m - 1) / (m + 1);
    const double t = s * s;
    const double series =
        2 * s * (1 + t * (1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11))))));
    return exponent * 0.6931471805599453 + series;
}

/// 1 / sqrt(x) for positive normal x, to a part in 3e-11. A library's sqrt may set errno, which stops
/// vectorisation.
inline double inverse_root(double x) noexcept {
    double y = std::bit_cast<double>(0x5fe6eb50c7b537a9ULL - (std::bit_cast<std::uint64_t>(x) >> 1));
    const double half = 0.5 * x;
    y *= 1.5 - half * y * y;
    y *= 1.5 - half * y * y;
    y *= 1.5 - half * y * y;
    return y;
}

/// Upper tail of the normal distribution over its density, Q(x) / phi(x), for x >= 0.
inline double mills_ratio(double x) noexcept {
    const double t = (x - 3) / (x + 3);
    double p = 0.00014969346953108698;
    p = p * t + 8.967488942701607e-05;
    p = p * t - 0.001188158636296066;
    p = p * t - 0.0009159023769269581;
    p = p * t + 0.007486539856773389;
    p = p * t + 0.002917850015711543;
    p = p * t - 0.05696175226122585;
    p = p * t + 0.11320796309425452;
    p = p * t - 0.041190449785820524;
    p = p * t - 0.241956654993283;
    p = p * t + 1.2183612096375604;
    return p / (1 + x);
}

inline constexpr double inverse_sqrt_two_pi = 0.3989422804014327;

} // namespace wirestamp::clock
