// SPDX-License-Identifier: Apache-2.0
//
// The dataset comparison and the state decision against the clauses they follow, case by case.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

#include "impl/ptp/bmca.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp::ptp;
using wirestamp::ptp::test::clock_id;

namespace {

Dataset dataset(std::uint8_t grandmaster, std::uint8_t sender, std::uint8_t receiver,
                std::uint16_t steps = 0) {
    Dataset set;
    set.identity = clock_id(grandmaster);
    set.stepsRemoved = steps;
    set.sender = {clock_id(sender), 1};
    set.receiver = {clock_id(receiver), 1};
    return set;
}

Comparison mirrored(Comparison comparison) {
    switch (comparison) {
        case Comparison::a_better:
            return Comparison::b_better;
        case Comparison::b_better:
            return Comparison::a_better;
        case Comparison::a_better_by_topology:
            return Comparison::b_better_by_topology;
        case Comparison::b_better_by_topology:
            return Comparison::a_better_by_topology;
        default:
            return comparison;
    }
}

struct Case {
    std::string clause;
    std::function<void(Dataset&, Dataset&)> change;
    Comparison expected;
};

const std::vector<Case> figure_34 = {
    {"9.3.4 figure 34: GM Priority1 first",
     [](Dataset& a, Dataset& b) {
         a.priority1 = 127;
         b.quality.clockClass = 6;
     },
     Comparison::a_better},
    {"9.3.4 figure 34: then GM clockClass",
     [](Dataset& a, Dataset& b) {
         a.quality.clockClass = 6;
         b.quality.clockAccuracy = ClockAccuracy::within_25_ns;
     },
     Comparison::a_better},
    {"9.3.4 figure 34: then GM clockAccuracy",
     [](Dataset& a, Dataset& b) {
         a.quality.clockAccuracy = ClockAccuracy::within_25_ns;
         b.quality.offsetScaledLogVariance = 1;
     },
     Comparison::a_better},
    {"9.3.4 figure 34: then GM offsetScaledLogVariance",
     [](Dataset& a, Dataset& b) {
         a.quality.offsetScaledLogVariance = 0x4e5d;
         b.priority2 = 1;
     },
     Comparison::a_better},
    {"9.3.4 figure 34: then GM Priority2",
     [](Dataset& a, Dataset& b) {
         a.priority2 = 127;
         b.identity = clock_id(0);
     },
     Comparison::a_better},
    {"9.3.4 figure 34: then GM Identity", [](Dataset&, Dataset&) {}, Comparison::a_better},
    {"9.3.4 figure 34: localPriority is not looked at", [](Dataset& a, Dataset&) { a.localPriority = 255; },
     Comparison::a_better},
    {"9.3.4 figure 34: stepsRemoved of different GMs is not looked at",
     [](Dataset& a, Dataset&) { a.stepsRemoved = 200; }, Comparison::a_better},
};

const std::vector<Case> g8275 = {
    {"G.8275.1 6.3.7: priority1 is not looked at", [](Dataset& a, Dataset&) { a.priority1 = 255; },
     Comparison::a_better},
    {"G.8275.1 6.3.7: clockClass first",
     [](Dataset& a, Dataset& b) {
         a.quality.clockClass = 135;
         b.localPriority = 1;
     },
     Comparison::a_better},
    {"G.8275.1 6.3.7: priority2 before localPriority",
     [](Dataset& a, Dataset& b) {
         a.priority2 = 1;
         b.localPriority = 1;
     },
     Comparison::a_better},
    {"G.8275.1 6.3.7: localPriority before identity", [](Dataset&, Dataset& b) { b.localPriority = 1; },
     Comparison::b_better},
    {"G.8275.1 6.3.7: two primary references: the nearer one",
     [](Dataset& a, Dataset& b) {
         a.quality.clockClass = b.quality.clockClass = 6;
         a.stepsRemoved = 3;
         b.stepsRemoved = 1;
     },
     Comparison::b_better},
    {"G.8275.1 6.3.7: above class 127 identity decides", [](Dataset& a, Dataset&) { a.stepsRemoved = 3; },
     Comparison::a_better},
};

void check(const std::vector<Case>& cases, DatasetComparison rule) {
    for (const Case& c : cases) {
        Dataset a = dataset(1, 1, 9);
        Dataset b = dataset(2, 2, 9);
        c.change(a, b);
        BOOST_CHECK_MESSAGE(compare(a, b, rule) == c.expected, c.clause);
        BOOST_CHECK_MESSAGE(compare(b, a, rule) == mirrored(c.expected), c.clause + ", the other way round");
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(bmca)

BOOST_AUTO_TEST_CASE(grandmasters_are_compared_field_by_field) {
    check(figure_34, DatasetComparison::ieee1588);
}

BOOST_AUTO_TEST_CASE(telecom_profiles_compare_their_own_way) {
    check(g8275, DatasetComparison::g8275);
}

BOOST_AUTO_TEST_CASE(paths_to_one_grandmaster_are_compared_by_length_and_identity) {
    struct Path {
        std::string clause;
        Dataset a, b;
        Comparison expected;
    };
    const auto with_port = [](Dataset set, std::uint16_t sender_port, std::uint16_t receiver_port) {
        set.sender.portNumber = sender_port;
        set.receiver.portNumber = receiver_port;
        return set;
    };
    const std::vector<Path> paths = {
        {"figure 35: more than one step shorter", dataset(1, 2, 9, 1), dataset(1, 3, 9, 3),
         Comparison::a_better},
        {"figure 35: one step longer, receiver below sender", dataset(1, 20, 9, 3), dataset(1, 3, 9, 2),
         Comparison::b_better},
        {"figure 35: one step longer, receiver above sender", dataset(1, 2, 9, 3), dataset(1, 3, 9, 2),
         Comparison::b_better_by_topology},
        {"figure 35: one step longer, sent by the receiver itself (error-1)", dataset(1, 9, 9, 3),
         dataset(1, 3, 9, 2), Comparison::sent_by_receiver},
        {"figure 35: as long, lower sender", dataset(1, 2, 9, 2), dataset(1, 3, 9, 2),
         Comparison::a_better_by_topology},
        {"figure 35: as long, same clock, lower sending port", with_port(dataset(1, 2, 9, 2), 1, 1),
         with_port(dataset(1, 2, 9, 2), 2, 1), Comparison::a_better_by_topology},
        {"figure 35: same sender, lower receiving port", with_port(dataset(1, 2, 9, 2), 1, 1),
         with_port(dataset(1, 2, 9, 2), 1, 2), Comparison::a_better_by_topology},
        {"figure 35: the same message twice (error-2)", dataset(1, 2, 9, 2), dataset(1, 2, 9, 2),
         Comparison::same_message},
        {"figure 35: steps at the end of their range", dataset(1, 2, 9, 0xffff), dataset(1, 3, 9, 0),
         Comparison::b_better},
    };
    for (const Path& path : paths) {
        BOOST_CHECK_MESSAGE(compare(path.a, path.b, DatasetComparison::ieee1588) == path.expected,
                            path.clause);
        BOOST_CHECK_MESSAGE(compare(path.b, path.a, DatasetComparison::ieee1588) == mirrored(path.expected),
                            path.clause + ", the other way round");
    }
}

BOOST_AUTO_TEST_CASE(state_decision_follows_figure_33) {
    struct Row {
        std::string clause;
        std::uint8_t own_class;
        std::uint8_t own_priority1;
        bool foreign_here;
        bool best_is_here;
        bool best_elsewhere;
        std::uint16_t steps_here;
        PortState state;
        Decision expected;
    };
    const std::vector<Row> rows = {
        {"9.3.3: LISTENING without Erbest stays", 248, 128, false, false, false, 0, PortState::listening,
         Decision::listening},
        {"9.3.3: LISTENING without Erbest stays, whatever another port hears", 248, 128, false, false, true,
         0, PortState::listening, Decision::listening},
        {"9.3.3: class 1..127 and better: M1", 6, 1, true, true, false, 0, PortState::listening,
         Decision::m1},
        {"9.3.3: class 1..127 and worse: P1", 7, 200, true, true, false, 0, PortState::listening,
         Decision::p1},
        {"9.3.3: class 1..127 looks at its own port only", 6, 200, false, false, true, 0, PortState::master,
         Decision::m1},
        {"9.3.3: class 128 and up, better than all: M2", 248, 1, true, true, false, 0, PortState::listening,
         Decision::m2},
        {"9.3.3: worse, best heard here: S1", 248, 200, true, true, false, 0, PortState::listening,
         Decision::s1},
        {"9.3.3: worse, best heard elsewhere, nobody here: M3", 248, 200, false, false, true, 0,
         PortState::master, Decision::m3},
        {"9.3.3: worse, best elsewhere better by topology: P2", 248, 200, true, false, true, 0,
         PortState::listening, Decision::p2},
        {"9.3.3: worse, best elsewhere better by more than topology: M3", 248, 200, true, false, true, 5,
         PortState::listening, Decision::m3},
        {"9.3.3: nobody left: M2", 248, 200, false, false, false, 0, PortState::slave, Decision::m2},
    };
    for (const Row& row : rows) {
        DecisionInput input;
        input.d0 = dataset(9, 9, 9);
        input.d0.quality.clockClass = row.own_class;
        input.d0.priority1 = row.own_priority1;
        input.state = row.state;
        Dataset here = dataset(1, 5, 9, row.steps_here);
        here.receiver.portNumber = 2;
        Dataset elsewhere = dataset(1, 4, 9);
        if (row.own_class == 7)
            here.quality.clockClass = 6;
        if (row.foreign_here)
            input.erbest = here;
        if (row.best_is_here)
            input.ebest = here;
        if (row.best_elsewhere)
            input.ebest = elsewhere;
        input.ebest_is_here = row.best_is_here;
        BOOST_CHECK_MESSAGE(decide(input) == row.expected, row.clause);
    }
}

BOOST_AUTO_TEST_SUITE_END()
