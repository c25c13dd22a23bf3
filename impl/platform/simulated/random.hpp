// SPDX-License-Identifier: Apache-2.0
//
// Random numbers that are the same on every machine. Each thing of the world that is random (a clock, one
// direction of a link) has a stream of its own, named after the thing, so that what happens to one does not
// shift the numbers of another.

#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "impl/platform/simulated/portable_math.hpp"

namespace wirestamp::platform::simulated {

/// SplitMix64 (Steele, Lea, Flood 2014): spreads seeds and hashes.
constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z += 0x9E37'79B9'7F4A'7C15u;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9u;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBu;
    return z ^ (z >> 31);
}

/// xoshiro256++ (Blackman, Vigna 2019).
class Random {
public:
    Random() noexcept : Random(0) {}
    explicit Random(std::uint64_t seed) noexcept {
        for (auto& word : state_) {
            word = mix(seed);
            seed += 0x9E37'79B9'7F4A'7C15u;
        }
    }

    /// The stream of the thing called `name` in the world of `seed`.
    static Random stream(std::uint64_t seed, std::string_view name) noexcept {
        std::uint64_t hash = 0xCBF2'9CE4'8422'2325u;
        for (const char c : name) {
            hash ^= static_cast<unsigned char>(c);
            hash *= 0x0000'0100'0000'01B3u;
        }
        return Random(mix(seed) ^ mix(hash));
    }

    std::uint64_t next() noexcept {
        const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    /// In [0, 1).
    double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
    /// In (0, 1]: what a logarithm may be taken of.
    double uniform_positive() noexcept { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }
    bool chance(double probability) noexcept { return probability > 0 && uniform() < probability; }
    /// Mean 1.
    double exponential() noexcept { return -portable_log(uniform_positive()); }

    /// Two independent standard normal numbers, by Marsaglia's polar method, which needs no sine.
    std::pair<double, double> gaussian_pair() noexcept {
        for (;;) {
            const double u = 2.0 * uniform() - 1.0;
            const double v = 2.0 * uniform() - 1.0;
            const double s = u * u + v * v;
            if (s >= 1.0 || s == 0.0)
                continue;
            const double factor = std::sqrt(-2.0 * portable_log(s) / s);
            return {u * factor, v * factor};
        }
    }

    double gaussian() noexcept {
        if (has_spare_) {
            has_spare_ = false;
            return spare_;
        }
        const auto [first, second] = gaussian_pair();
        spare_ = second;
        has_spare_ = true;
        return first;
    }

private:
    static constexpr std::uint64_t rotate(std::uint64_t x, int by) noexcept {
        return (x << by) | (x >> (64 - by));
    }

    std::uint64_t state_[4];
    double spare_ = 0;
    bool has_spare_ = false;
};

} // namespace wirestamp::platform::simulated
