// SPDX-License-Identifier: Apache-2.0
//
// The best master clock algorithm as pure functions: the dataset comparison (IEEE 1588-2019 clause 9.3.4,
// figures 34 and 35; ITU-T G.8275.1 clause 6.3.7) and the state decision (clause 9.3.3, figure 33).

#pragma once

#include <cstdint>
#include <optional>

#include "impl/ptp/engine_config.hpp"

namespace wirestamp::ptp {

/// What the comparison looks at (clause 9.3.4, table 27).
struct Dataset {
    std::uint8_t priority1 = 128;
    ClockIdentity identity{};
    ClockQuality quality{};
    std::uint8_t priority2 = 128;
    std::uint8_t localPriority = 128;
    std::uint16_t stepsRemoved = 0;
    PortIdentity sender{};
    PortIdentity receiver{};

    friend bool operator==(const Dataset&, const Dataset&) = default;
};

enum class Comparison : std::uint8_t {
    a_better,
    a_better_by_topology,
    same_message,     ///< error-2: the same message heard twice
    sent_by_receiver, ///< error-1: one of the messages was sent by the port that received it
    b_better_by_topology,
    b_better,
};

Comparison compare(const Dataset& a, const Dataset& b, DatasetComparison rule) noexcept;

constexpr bool a_wins(Comparison comparison) noexcept {
    return comparison == Comparison::a_better || comparison == Comparison::a_better_by_topology;
}

/// The decision codes of figure 33.
enum class Decision : std::uint8_t {
    listening, ///< nothing to decide upon yet
    m1,        ///< grandmaster that synchronises to nothing (clockClass 1..127)
    m2,        ///< grandmaster
    m3,        ///< master, the clock being synchronised by another port
    s1,        ///< slave
    p1,        ///< passive: a clock of class 1..127 that met a better one
    p2,        ///< passive: the other end of a second path to the same master
};

struct DecisionInput {
    Dataset d0;                    ///< this clock
    std::optional<Dataset> ebest;  ///< best of all ports
    bool ebest_is_here = false;    ///< heard on the port in question
    std::optional<Dataset> erbest; ///< best of this port
    PortState state = PortState::listening;
    DatasetComparison rule = DatasetComparison::ieee1588;
};

Decision decide(const DecisionInput& input) noexcept;

} // namespace wirestamp::ptp
