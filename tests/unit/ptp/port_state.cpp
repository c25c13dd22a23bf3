// SPDX-License-Identifier: Apache-2.0
//
// The state machine, every state with every event: figures 30 and 31 of IEEE 1588-2019 as a table.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

#include "impl/ptp/port_state.hpp"

using namespace wirestamp::ptp;

namespace {

constexpr auto I = PortState::initializing;
constexpr auto F = PortState::faulty;
constexpr auto D = PortState::disabled;
constexpr auto L = PortState::listening;
constexpr auto E = PortState::pre_master;
constexpr auto M = PortState::master;
constexpr auto P = PortState::passive;
constexpr auto U = PortState::uncalibrated;
constexpr auto S = PortState::slave;

constexpr std::array states = {I, F, D, L, E, M, P, U, S};

struct Row {
    PortEvent event;
    const char* name;
    std::array<PortState, 9> to; // from I F D L E M P U S
};

// clang-format off
constexpr std::array figure_30 = {
    Row{PortEvent::initialize,               "INITIALIZE",                            {I, I, I, I, I, I, I, I, I}},
    Row{PortEvent::initialized,              "initialization done",                   {L, F, D, L, E, M, P, U, S}},
    Row{PortEvent::designated_enabled,       "DESIGNATED_ENABLED",                    {I, F, I, L, E, M, P, U, S}},
    Row{PortEvent::designated_disabled,      "DESIGNATED_DISABLED",                   {D, D, D, D, D, D, D, D, D}},
    Row{PortEvent::fault_detected,           "FAULT_DETECTED",                        {F, F, D, F, F, F, F, F, F}},
    Row{PortEvent::fault_cleared,            "FAULT_CLEARED",                         {I, I, D, L, E, M, P, U, S}},
    Row{PortEvent::recommended_master,       "BMC_MASTER",                            {I, F, D, E, E, M, E, E, E}},
    Row{PortEvent::recommended_slave,        "BMC_SLAVE, same master",                {I, F, D, U, U, U, U, U, S}},
    Row{PortEvent::recommended_passive,      "BMC_PASSIVE",                           {I, F, D, P, P, P, P, P, P}},
    Row{PortEvent::qualification_timeout,    "QUALIFICATION_TIMEOUT_EXPIRES",         {I, F, D, L, M, M, P, U, S}},
    Row{PortEvent::announce_receipt_timeout, "ANNOUNCE_RECEIPT_TIMEOUT_EXPIRES",      {I, F, D, M, E, M, M, M, M}},
    Row{PortEvent::synchronization_fault,    "SYNCHRONIZATION_FAULT",                 {I, F, D, L, E, M, P, U, U}},
    Row{PortEvent::master_clock_selected,    "MASTER_CLOCK_SELECTED",                 {I, F, D, L, E, M, P, S, S}},
};

constexpr std::array figure_31 = {
    Row{PortEvent::recommended_master,       "client only: BMC_MASTER",               {I, F, D, L, L, L, L, L, L}},
    Row{PortEvent::recommended_slave,        "client only: BMC_SLAVE",                {I, F, D, U, U, U, U, U, S}},
    Row{PortEvent::recommended_passive,      "client only: BMC_PASSIVE",              {I, F, D, L, L, L, L, L, L}},
    Row{PortEvent::announce_receipt_timeout, "client only: ANNOUNCE_RECEIPT_TIMEOUT", {I, F, D, L, L, L, L, L, L}},
    Row{PortEvent::synchronization_fault,    "client only: SYNCHRONIZATION_FAULT",    {I, F, D, L, E, M, P, U, U}},
    Row{PortEvent::master_clock_selected,    "client only: MASTER_CLOCK_SELECTED",    {I, F, D, L, E, M, P, S, S}},
};

constexpr std::array designated = {
    Row{PortEvent::recommended_master,       "designated: master at once",            {I, F, D, M, M, M, M, M, M}},
    Row{PortEvent::announce_receipt_timeout, "designated: silence changes no role",   {I, F, D, L, E, M, P, U, U}},
};
// clang-format on

template <class Table>
void check(const Table& table, const PortRules& rules) {
    for (const Row& row : table)
        for (std::size_t i = 0; i < states.size(); ++i)
            BOOST_CHECK_MESSAGE(next_state(states[i], row.event, rules) == row.to[i],
                                std::string(row.name) + " in " + std::string(name(states[i])) + " went to " +
                                    std::string(name(next_state(states[i], row.event, rules))));
}

} // namespace

BOOST_AUTO_TEST_SUITE(port_state)

BOOST_AUTO_TEST_CASE(figure_30_of_clause_9_2_5) {
    check(figure_30, {});
}

BOOST_AUTO_TEST_CASE(figure_31_of_clause_9_2_5_client_only) {
    PortRules rules;
    rules.client_only = true;
    check(figure_31, rules);
}

BOOST_AUTO_TEST_CASE(a_changed_master_means_uncalibrated_again) {
    PortRules rules;
    rules.master_changed = true;
    BOOST_CHECK(next_state(S, PortEvent::recommended_slave, rules) == U);
    BOOST_CHECK(next_state(U, PortEvent::recommended_slave, rules) == U);
}

BOOST_AUTO_TEST_CASE(designated_roles) {
    PortRules rules;
    rules.designated = true;
    check(designated, rules);
}

BOOST_AUTO_TEST_SUITE_END()
