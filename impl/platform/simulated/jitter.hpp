// SPDX-License-Identifier: Apache-2.0
//
// What a delay adds to its constant part: the random part of one direction of a link, of a bridge, of a
// host's network stack.

#pragma once

#include <cstdint>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/platform/simulated/random.hpp"

namespace wirestamp::platform::simulated {

struct Distribution {
    enum class Kind : std::uint8_t {
        none = 0,
        gaussian = 1,    // standard deviation `scale`, mean 0
        exponential = 2, // mean `scale`
        pareto = 3,      // Lomax: scale * (u^(-1/shape) - 1); heavy tail, infinite variance for shape <= 2
        queue = 4,       // waiting time behind cross traffic: load `shape` (0..0.99), packets of `scale` ns,
                         // arriving at random; packets close in time see the same queue
        trace = 5,       // recorded values in their order, again from the start when they end
        uniform = 6,     // 0..scale
    };
    Kind kind = Kind::none;
    double scale = 0; // ns
    double shape = 0;
    double limit = 0; // ns, 0: none; larger values are cut to it
    std::vector<Nanoseconds> trace;
};

class Jitter {
public:
    Jitter() = default;
    Jitter(Distribution distribution, Random stream);

    /// In ns; may be negative for `gaussian` and `trace`. `t` must not go back.
    double sample(Nanoseconds t);
    bool none() const noexcept { return distribution_.kind == Distribution::Kind::none; }
    void set(Distribution distribution) { distribution_ = std::move(distribution); }
    const Distribution& distribution() const noexcept { return distribution_; }

private:
    double queue_wait(Nanoseconds t);

    Distribution distribution_;
    Random random_;
    std::size_t trace_next_ = 0;
    double queue_time_ = 0;    // ns: up to where the queue was followed
    double queue_backlog_ = 0; // ns of work at that time
    double queue_arrival_ = 0; // ns: next arrival of cross traffic
    bool queue_started_ = false;
};

} // namespace wirestamp::platform::simulated
