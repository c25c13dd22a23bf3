// SPDX-License-Identifier: Apache-2.0
//
// What must hold in every run of the swarm, whatever its plan: one grandmaster a domain and connected part,
// the best one; no timing loop; true time inside every published interval; bounded queues; everything healed
// after its cause has ended; nothing left behind.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace swarm {

class Judge {
public:
    Judge(const Plan& plan, World& world);

    /// At any time: intervals of clocks that say they know the time, queues.
    void look(std::int64_t now);
    /// After the standard's bound: grandmasters and paths.
    void elected();
    /// After the causes have ended and servos have settled.
    void well();
    /// After World::close().
    void nothing_left();

    /// Truth is in doubt until then: something happened that no clock can see.
    void doubt_until(std::int64_t time) { doubt_until_ = std::max(doubt_until_, time); }

    std::uint64_t reads = 0;
    std::uint64_t missed = 0;
    bool tells_misses = false; ///< each on a line of its own

private:
    struct View {
        wst_ptp_status status = WST_PTP_STATUS_INIT;
        wst_ptp_time time = WST_PTP_TIME_INIT;
        bool there = false;
    };
    void take_views();
    /// Numbers of the clocks from `node` up to its grandmaster; empty if the way does not lead to one that
    /// runs.
    std::vector<std::size_t> way_up(std::size_t node) const;
    /// Whether another clock that follows nobody tells a time within the interval of this one.
    bool tells_time_of_another(const View& view, std::size_t grandmaster) const;
    std::size_t find(const std::uint8_t (&identity)[8]) const;
    void part_of(std::size_t node, std::vector<int>& part, int number) const;

    const Plan& plan_;
    World& world_;
    std::vector<View> views_;
    std::map<std::string, std::size_t> by_identity_;
    std::vector<std::int64_t> steady_since_; // locked, by the same way up
    std::vector<std::string> way_before_;
    std::vector<std::uint32_t> state_before_;
    std::vector<std::size_t> reference_; // whom a clock in holdover was locked to
    std::int64_t doubt_until_ = 0;
    std::size_t ports_ = 0;
};

} // namespace swarm
