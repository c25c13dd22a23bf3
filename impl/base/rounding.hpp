// SPDX-License-Identifier: Apache-2.0
//
// Rounding on the way of every packet. std::llround is a call into another library, whose page is cold when a
// clock wakes.

#pragma once

#include "impl/base/time.hpp"

namespace wirestamp {

/// As std::llround, halves away from zero; what Nanoseconds cannot hold becomes the nearest that it can hold
/// (about 292 years). Not a number: 0.
constexpr Nanoseconds rounded(double value) noexcept {
    constexpr double limit = 9.2e18;
    if (!(value > -limit))
        return value <= -limit ? static_cast<Nanoseconds>(-limit) : 0;
    if (value > limit)
        return static_cast<Nanoseconds>(limit);
    const auto whole = static_cast<Nanoseconds>(value);
    const double rest = value - static_cast<double>(whole);
    return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

/// 2^exponent, exactly, for exponents from -62 to 62.
constexpr double power_of_two(int exponent) noexcept {
    return exponent >= 0 ? static_cast<double>(std::int64_t{1} << exponent)
                         : 1.0 / static_cast<double>(std::int64_t{1} << -exponent);
}

} // namespace wirestamp
