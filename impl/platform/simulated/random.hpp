// SPDX-License-Identifier: Apache-2.0
//
// Random numbers that are the same on every machine. Each thing of the world that is random (a clock, one
// direction of a link) has a stream of its own, named after the thing, so that what happens to one does not
// shift the numbers of another.

#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "impl/platform/simulated/portable_math.hpp"

namespace wirestamp::platform::simulated {

/// SplitMix64 (Steele, Lea, Flood 2014): spreads seeds and hashes.
constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z += 0x9E37'79B9'7F4A'7C15u;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9u;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBu;
    return z ^ (z >> 31);
}

/// 128 layers of equal area under the normal density.
struct Ziggurat {
    static constexpr double edge = 3.442619855899;
    static constexpr double area = 9.91256303526217e-3;

    constexpr Ziggurat() noexcept {
        double density = portable_exp(-0.5 * edge * edge);
        x[0] = area / density;
        x[1] = edge;
        for (std::size_t i = 2; i < 128; ++i) {
            x[i] = portable_sqrt(-2.0 * portable_log(area / x[i - 1] + density));
            density = portable_exp(-0.5 * x[i] * x[i]);
        }
        x[128] = 0;
        for (std::size_t i = 0; i < 128; ++i)
            ratio[i] = x[i + 1] / x[i];
    }

    double x[129]{};
    double ratio[128]{};
};

inline constexpr Ziggurat ziggurat;

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

    /// Standard normal, by the ziggurat of Marsaglia and Tsang with Doornik's repair (2005).
    double gaussian() noexcept {
        constexpr const Ziggurat& z = ziggurat;
        for (;;) {
            const std::uint64_t bits = next();
            const std::size_t layer = bits & 127;
            const double u = static_cast<double>(static_cast<std::int64_t>(bits) >> 11) * 0x1p-52;
            if (std::fabs(u) < z.ratio[layer])
                return u * z.x[layer];
            if (layer == 0)
                return tail(u < 0);
            const double x = u * z.x[layer];
            const double outer = portable_exp(-0.5 * (z.x[layer] * z.x[layer] - x * x));
            const double inner = portable_exp(-0.5 * (z.x[layer + 1] * z.x[layer + 1] - x * x));
            if (inner + uniform() * (outer - inner) < 1.0)
                return x;
        }
    }

private:
    static constexpr std::uint64_t rotate(std::uint64_t x, int by) noexcept {
        return (x << by) | (x >> (64 - by));
    }

    /// What is beyond the last layer, one in 3600.
    double tail(bool negative) noexcept {
        double x = 0;
        double y = 0;
        do {
            x = portable_log(uniform_positive()) / Ziggurat::edge;
            y = portable_log(uniform_positive());
        } while (-2.0 * y < x * x);
        return negative ? x - Ziggurat::edge : Ziggurat::edge - x;
    }

    std::uint64_t state_[4];
};

} // namespace wirestamp::platform::simulated
