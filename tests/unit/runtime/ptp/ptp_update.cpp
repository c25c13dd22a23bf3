// SPDX-License-Identifier: Apache-2.0
//
// An option that may change while the clock runs must change something then.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <string>

#include "impl/base/failure.hpp"
#include "impl/ptp/config_value.hpp"
#include "impl/runtime/ptp/ptp_settings.hpp"
#include "impl/runtime/ptp/ptp_update.hpp"

using namespace wirestamp;

namespace {

/// Another value than the default, and than the flag's opposite.
std::string other_value(const ptp::Option& option) {
    switch (option.type) {
        case ptp::OptionType::flag:
            return option.integer != 0 ? "0" : "1";
        case ptp::OptionType::word:
            return std::string(option.words.back().name);
        case ptp::OptionType::text:
            return "one;two";
        default:
            return std::to_string(option.integer < option.maximum ? option.integer + 1 : option.minimum);
    }
}

bool changes_port(const ptp::PortUpdate& update) {
    return update.logAnnounceInterval || update.announceReceiptTimeout || update.syncReceiptTimeout ||
           update.logSyncInterval || update.logMinDelayReqInterval || update.logMinPdelayReqInterval ||
           update.delayAsymmetry || update.ingressLatency || update.egressLatency || update.serverOnly;
}

bool changes_clock(const ptp::ClockUpdate& update) {
    return update.priority1 || update.priority2 || update.clockQuality || update.clientOnly ||
           update.currentUtcOffset || update.time_flags || update.timeSource || update.userDescription;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_update)

BOOST_AUTO_TEST_CASE(every_option_that_may_change_changes_something) {
    std::size_t seen = 0;
    for (const ptp::Option& option : ptp::options()) {
        if (!option.running)
            continue;
        ++seen;
        ptp::Configuration configuration;
        configuration.add_port("eth0");
        const bool many = option.scope == ptp::OptionScope::port;
        if (many)
            configuration.add_port("eth1");
        const auto bounds = runtime::asymmetry_bounds(configuration);
        const std::string name(option.name);
        const auto update = runtime::make_update(configuration, name, other_value(option));
        const bool of_ports =
            update.ports.size() == 2 && changes_port(update.ports[0]) && changes_port(update.ports[1]);
        const bool elsewhere = runtime::asymmetry_bounds(configuration) != bounds;
        BOOST_TEST((changes_clock(update) || of_ports || elsewhere), name);
        BOOST_TEST(many == (of_ports || elsewhere), name);
    }
    BOOST_TEST(seen >= 20u);
}

BOOST_AUTO_TEST_CASE(a_boundary_clock_cannot_become_client_only) { // clause 9.2.2.1
    ptp::Configuration configuration;
    configuration.add_port("eth0");
    configuration.add_port("eth1");
    BOOST_CHECK_THROW(runtime::make_update(configuration, "clientOnly", "1"), Failure);
    BOOST_TEST(configuration.get("clientOnly") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
