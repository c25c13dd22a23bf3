// SPDX-License-Identifier: Apache-2.0
//
// Ticks of the performance counter in nanoseconds, exact to the last one, without 128-bit numbers.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace wirestamp::platform::windows {

/// `frequency` in Hz, up to 9 GHz. Since 10 MHz is what Windows counts by today, this is a multiplication.
constexpr Nanoseconds ticks_to_nanoseconds(std::int64_t ticks, std::int64_t frequency) noexcept {
    constexpr std::int64_t usual = 10'000'000;
    if (frequency == usual)
        return ticks * (nanoseconds_per_second / usual);
    return ticks / frequency * nanoseconds_per_second +
           ticks % frequency * nanoseconds_per_second / frequency;
}

/// 100 ns since 1601, which FILETIME counts, as nanoseconds since 1970.
constexpr Nanoseconds filetime_to_unix(std::uint64_t filetime) noexcept {
    constexpr std::int64_t between = 116'444'736'000'000'000;
    return (static_cast<std::int64_t>(filetime) - between) * 100;
}

} // namespace wirestamp::platform::windows
