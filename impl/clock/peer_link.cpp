// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/peer_link.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {
namespace {

/// No two clocks that work differ by more; what looks so was a step.
constexpr double largest_deviation = 1e-3;
/// Beyond this the exchanges are too far apart to say anything of the rate in between.
constexpr double longest_gap = 1000; // s

double seconds_between(Nanoseconds later, Nanoseconds earlier) noexcept {
    return static_cast<double>(saturating_subtract(later, earlier)) * 1e-9;
}

} // namespace

void PeerLink::reset() noexcept {
    filter_.reset();
    count_ = 0;
    ratio_.reset();
}

void PeerLink::measure_rate(Nanoseconds local, Nanoseconds neighbour) noexcept {
    if (count_ > 0) {
        const Moment& newest = moments_[count_ - 1];
        const double passed = seconds_between(local, newest.local);
        const double theirs = seconds_between(neighbour, newest.neighbour);
        if (!(passed > 0) || passed > longest_gap ||
            std::abs(theirs - passed) > largest_deviation * passed + 1e-4) {
            count_ = 0;
            ratio_.reset();
        }
    }
    // As old a beginning as fits: the noise of two stamps is divided by what lies between them.
    if (count_ == capacity) {
        std::copy(moments_.begin() + 1, moments_.end(), moments_.begin());
        --count_;
    }
    const bool room = count_ == 0 || seconds_between(local, moments_[count_ - 1].local) >=
                                         rate_interval_ / static_cast<double>(capacity - 1);
    const Moment& oldest = moments_[0];
    if (count_ > 0) {
        const double passed = seconds_between(local, oldest.local);
        if (passed >= std::min(rate_interval_, 1.0))
            ratio_ = 1 + (seconds_between(neighbour, oldest.neighbour) - passed) / passed;
    }
    if (room)
        moments_[count_++] = {local, neighbour};
}

PeerLink::Result PeerLink::exchange(const Exchange& e) noexcept {
    if (!e.turnaround_only)
        measure_rate(e.t4, e.t3);
    Result result;
    result.neighborRateRatio = ratio_.value_or(e.assumed_ratio);
    const auto round = static_cast<double>(saturating_subtract(e.t4, e.t1));
    const auto turnaround = e.turnaround_only ? 0.0 : static_cast<double>(saturating_subtract(e.t3, e.t2));
    const double correction = static_cast<double>(e.correction) / 65536.0;
    // Split, so that no digits are lost: the ratio changes a round of milliseconds by fractions of a
    // nanosecond.
    const double stretched = round + round * (result.neighborRateRatio - 1);
    result.delay = 0.5 * (stretched - turnaround - correction);
    result.filtered = filter_.sample(result.delay);
    return result;
}

} // namespace wirestamp::clock
