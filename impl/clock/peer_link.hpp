// SPDX-License-Identifier: Apache-2.0
//
// What the peer delay exchanges of one port tell: how fast the neighbour's clock runs against ours, and from
// that the delay of the link between, single and filtered.

#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "impl/base/time.hpp"
#include "impl/clock/delay_filter.hpp"

namespace wirestamp::clock {

class PeerLink {
public:
    /// One exchange: sent at t1, heard at t2, answered at t3, heard at t4. Local stamps count the local
    /// oscillator.
    struct Exchange {
        Nanoseconds t1 = 0;
        Nanoseconds t2 = 0;
        Nanoseconds t3 = 0;
        Nanoseconds t4 = 0;
        ScaledNanoseconds correction = 0;
        bool turnaround_only = false; ///< t2 and t3 are not known, the correction holds their difference
        double assumed_ratio = 1;     ///< neighbour's rate, until it has been measured
    };
    struct Result {
        double delay = 0;             ///< ns, of this exchange alone
        double filtered = 0;          ///< ns
        double neighborRateRatio = 1; ///< neighbour's frequency over the local one
    };

    /// rate_interval: s over which the neighbour's rate is measured, at least.
    PeerLink(DelayFilterKind filter, std::size_t length, double rate_interval) noexcept
        : filter_(filter, length), rate_interval_(rate_interval) {}

    Result exchange(const Exchange& exchange) noexcept;
    /// Another neighbour, or a local clock that was moved.
    void reset() noexcept;
    std::optional<double> neighborRateRatio() const noexcept { return ratio_; }
    /// The delay as filtered, once there was an exchange.
    std::optional<double> delay() const noexcept {
        return filter_.empty() ? std::nullopt : std::optional(filter_.value());
    }

private:
    struct Moment {
        Nanoseconds local = 0;
        Nanoseconds neighbour = 0;
    };
    void measure_rate(Nanoseconds local, Nanoseconds neighbour) noexcept;

    static constexpr std::size_t capacity = 8;

    DelayFilter filter_;
    double rate_interval_;
    std::array<Moment, capacity> moments_{};
    std::size_t count_ = 0;
    std::optional<double> ratio_;
};

} // namespace wirestamp::clock
