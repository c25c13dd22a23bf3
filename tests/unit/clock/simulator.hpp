// SPDX-License-Identifier: Apache-2.0
//
// A master, a slave's oscillator and the path between them, in numbers only. Own random generator and own
// transforms: the standard library's distributions differ between vendors, and a seed must mean the same run
// everywhere.

#pragma once

#include <cmath>
#include <cstdint>

namespace wirestamp::clock::test {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 0x1234567ULL) {
        for (int i = 0; i < 4; ++i)
            bits();
    }

    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    /// In (0, 1].
    double uniform() { return (static_cast<double>(bits() >> 11) + 1.0) * 0x1p-53; }
    double exponential(double mean) { return -mean * std::log(uniform()); }
    double gaussian() {
        return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
    }

private:
    std::uint64_t state_;
};

} // namespace wirestamp::clock::test
