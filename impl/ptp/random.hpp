// SPDX-License-Identifier: Apache-2.0
//
// A small generator whose sequence is part of the engine's contract: the same seed gives the same run on
// every machine and standard library.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace wirestamp::ptp {

class Random {
public:
    explicit constexpr Random(std::uint64_t seed) noexcept : state_(seed) {}

    /// splitmix64.
    constexpr std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    /// Uniform in [from, to], in steps fine enough for a timer.
    constexpr Nanoseconds between(Nanoseconds from, Nanoseconds to) noexcept {
        if (to <= from)
            return from;
        const auto span = static_cast<std::uint64_t>(to - from) + 1;
        return from + static_cast<Nanoseconds>(next() % span);
    }

private:
    std::uint64_t state_;
};

} // namespace wirestamp::ptp
