// SPDX-License-Identifier: Apache-2.0
//
// What one run of the swarm is: a network of clocks, their configuration and what goes wrong when, all made
// from one seed. A plan is data; world.hpp builds it, invariants.hpp judges it.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/support.hpp"

namespace swarm {

struct PortPlan {
    std::string adapter;
    int segment = 0;
    std::string addresses;
    std::string ip; // the one that unicast clients ask
    std::string link;
};

struct NodePlan {
    std::string name;
    int domain = 0;
    std::vector<PortPlan> ports;
    std::vector<std::pair<std::string, std::string>> options;
    double drift = 0;  // ppb
    double wander = 0; // per root second
    std::int64_t offset = 0;
    int depth = 0; // boundary clocks between it and the root segment
    bool may_lead = true;
    bool serves_unicast = false;
    // What the election looks at, best first, but for the identity, which comes last.
    std::array<int, 4> rank{128, 248, 0xfe, 128};
};

/// A layer 2 network: one cable, or bridges with clocks around them.
struct SegmentPlan {
    std::vector<std::string> bridges; // none: a cable; several: in a row
    bool transparent = false;
};

struct LinkPlan {
    std::string name;
    std::string first;
    std::string second;
    wst_simulation_link parameters = WST_SIMULATION_LINK_INIT;
};

enum class Act { statement, restart, pause, resume, priority };

struct EventPlan {
    std::int64_t time = 0;
    Act act = Act::statement;
    int node = -1;
    std::string text; // a statement of the schedule language, or a value
};

struct Plan {
    std::uint64_t seed = 0;
    std::vector<NodePlan> nodes;
    std::vector<SegmentPlan> segments;
    std::vector<LinkPlan> links;
    std::vector<EventPlan> events; // by time
    int domains = 1;
    bool peer_to_peer = false;
    bool unicast = false;
    bool software = false;
    bool ipv6 = false;
    bool attacked = false;
    /// Nothing happens that no clock could notice (stepped counters, lying stamps): intervals must hold
    /// throughout.
    bool honest = true;
    int depth = 0;
    std::int64_t first_settled = 0; // one grandmaster a part from here to the first event
    std::int64_t last_event = 0;    // every cause has ended
    std::int64_t elected = 0;       // one grandmaster a part again
    std::int64_t locked = 0;        // every clock well again
    std::int64_t end = 0;
    double patience = 0; // s: the standard's bound for an election over the deepest path

    std::string describe() const;
};

/// hidden: with faults that nothing a clock can see tells at once.
Plan make_plan(std::uint64_t seed, bool hidden);

} // namespace swarm
