// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/simulated/jitter.hpp"

#include <algorithm>
#include <utility>

namespace wirestamp::platform::simulated {

Jitter::Jitter(Distribution distribution, Random stream)
    : distribution_(std::move(distribution)), random_(stream) {}

double Jitter::sample(Nanoseconds t) {
    double value = 0;
    switch (distribution_.kind) {
        case Distribution::Kind::none:
            return 0;
        case Distribution::Kind::gaussian:
            value = distribution_.scale * random_.gaussian();
            break;
        case Distribution::Kind::exponential:
            value = distribution_.scale * random_.exponential();
            break;
        case Distribution::Kind::pareto: {
            const double shape = std::max(distribution_.shape, 0.05);
            value = distribution_.scale * (portable_exp(random_.exponential() / shape) - 1.0);
            break;
        }
        case Distribution::Kind::queue:
            value = queue_wait(t);
            break;
        case Distribution::Kind::trace:
            if (distribution_.trace.empty())
                return 0;
            if (trace_next_ >= distribution_.trace.size())
                trace_next_ = 0;
            value = static_cast<double>(distribution_.trace[trace_next_++]);
            break;
        case Distribution::Kind::uniform:
            value = distribution_.scale * random_.uniform();
            break;
    }
    if (distribution_.limit > 0)
        value = std::min(value, distribution_.limit);
    // A second is beyond any queue; what a heavy tail gives past an hour would only overflow.
    return std::min(value, 3.6e12);
}

/// Lindley's recursion for Poisson arrivals of packets of equal length: the work left in front of a packet
/// that arrives at `t`. After a gap longer than the queue's memory that is drawn afresh, as it is in the long
/// run (Pollaczek and Khinchine): what is left of one packet, for each of a geometric number of them.
double Jitter::queue_wait(Nanoseconds t) {
    const double load = std::clamp(distribution_.shape, 0.0, 0.99);
    const double service = distribution_.scale;
    if (load <= 0 || service <= 0)
        return 0;
    const double now = static_cast<double>(t);
    const double memory = 40.0 * service / ((1.0 - load) * (1.0 - load));
    const double gap = service / load;
    if (!queue_started_ || now - queue_time_ > memory) {
        queue_started_ = true;
        queue_time_ = now;
        queue_backlog_ = 0;
        while (random_.uniform() < load)
            queue_backlog_ += service * random_.uniform();
        queue_arrival_ = now + gap * random_.exponential();
        return queue_backlog_;
    }
    while (queue_arrival_ <= now) {
        queue_backlog_ = std::max(0.0, queue_backlog_ - (queue_arrival_ - queue_time_)) + service;
        queue_time_ = queue_arrival_;
        queue_arrival_ += gap * random_.exponential();
    }
    queue_backlog_ = std::max(0.0, queue_backlog_ - (now - queue_time_));
    queue_time_ = now;
    return queue_backlog_;
}

} // namespace wirestamp::platform::simulated
