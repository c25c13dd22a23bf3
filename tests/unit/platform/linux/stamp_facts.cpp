// SPDX-License-Identifier: Apache-2.0
//
// The mapping table between Linux' masks and the flags of the IP Helper structures, row by row and both ways.

#include "impl/platform/linux/stamp_facts.hpp"

#include "impl/platform/linux/kernel.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

constexpr std::uint64_t hw_receive = kernel::rx_hardware | kernel::raw_hardware;
constexpr std::uint64_t hw_transmit = kernel::tx_hardware | kernel::raw_hardware;
constexpr std::uint64_t hw_both = hw_receive | hw_transmit;
constexpr std::uint64_t sw_receive = kernel::rx_software | kernel::software;
constexpr std::uint64_t sw_transmit = kernel::tx_software | kernel::software;
constexpr std::uint32_t event_receive = hardware_flag::ptp_v2_over_udp_ipv4_event_message_receive |
                                        hardware_flag::ptp_v2_over_udp_ipv6_event_message_receive;

constexpr std::uint32_t filter(int number) {
    return 1u << number;
}

StampFacts facts(std::uint64_t bits, std::uint32_t tx_types, std::uint32_t rx_filters, int phc = -1) {
    return {bits, tx_types, rx_filters, phc, {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(stamp_facts)

BOOST_AUTO_TEST_CASE(supported_hardware) {
    const struct {
        StampFacts facts;
        std::uint32_t expected;
    } rows[] = {
        {facts(hw_both, 3, filter(0) | filter(1)),
         hardware_flag::all_receive | hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(0) | filter(6)), event_receive | hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(0) | filter(12)), event_receive | hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(1) | filter(12)),
         hardware_flag::all_receive | event_receive | hardware_flag::tagged_transmit},
        // Half of what it takes is nothing: no raw stamps, or nothing that turns transmit stamps on.
        {facts(kernel::rx_hardware, 3, filter(1)), 0},
        {facts(kernel::tx_hardware, 3, filter(1)), 0},
        {facts(hw_receive, 3, filter(1)), hardware_flag::all_receive},
        {facts(hw_transmit, 3, filter(1)), hardware_flag::tagged_transmit},
        {facts(hw_both, 1, filter(1)), hardware_flag::all_receive},
        {facts(hw_both, 1 | filter(kernel::tx_onestep_sync), filter(1)), hardware_flag::all_receive},
        // Filters with no flag of their own.
        {facts(hw_both, 3, filter(0)), hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(2)), hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(3) | filter(4) | filter(5)), hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(7) | filter(8)), hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(9) | filter(10) | filter(11)), hardware_flag::tagged_transmit},
        {facts(hw_both, 3, filter(13) | filter(14) | filter(15)), hardware_flag::tagged_transmit},
        {facts(sw_receive | sw_transmit, 0, 0), 0},
    };
    for (const auto& row : rows) {
        const auto result = map_supported(row.facts);
        BOOST_TEST_CONTEXT("filters " << row.facts.rx_filters << " bits " << row.facts.so_timestamping) {
            BOOST_TEST(result.hardware == row.expected);
            BOOST_TEST((result.valid & capability_valid::hardware) != 0u);
            BOOST_TEST(result.tx_types == row.facts.tx_types);
            BOOST_TEST(result.rx_filters == row.facts.rx_filters);
            const bool inferred = (result.valid & capability_valid::inferred_ipv6) != 0;
            BOOST_TEST(inferred == ((row.expected & event_receive) != 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(supported_software) {
    const struct {
        std::uint64_t bits;
        std::uint32_t expected;
    } rows[] = {
        {sw_receive, software_flag::all_receive},
        {sw_transmit, software_flag::tagged_transmit},
        {sw_receive | sw_transmit, software_flag::all_receive | software_flag::tagged_transmit},
        {kernel::rx_software | kernel::tx_software, 0}, // taken but not reported
        {kernel::software, 0},
        {hw_both, 0},
    };
    for (const auto& row : rows) {
        BOOST_TEST(map_supported(facts(row.bits, 0, 0)).software == row.expected);
        BOOST_TEST(map_active(facts(row.bits, 0, 0), {}, true).software == row.expected);
    }
}

BOOST_AUTO_TEST_CASE(clock_and_cross_timestamp) {
    const auto none = map_supported(facts(sw_receive, 0, 0));
    BOOST_TEST(none.clock_frequency == 0u);
    BOOST_TEST(!none.cross_timestamp);
    BOOST_TEST(none.phc_index == -1);
    const auto clock_only = map_supported(facts(sw_receive, 0, 0, 0));
    BOOST_TEST(clock_only.clock_frequency == 1'000'000'000u);
    BOOST_TEST(clock_only.cross_timestamp);
    const auto stamps_only = map_supported(facts(hw_both, 3, 2));
    BOOST_TEST(stamps_only.clock_frequency == 1'000'000'000u);
    BOOST_TEST(!stamps_only.cross_timestamp);
    BOOST_TEST(map_active(facts(hw_both, 3, 2, 5), {}, true).cross_timestamp);
    BOOST_TEST(!map_active(facts(hw_both, 3, 2, 5), {}, false).cross_timestamp);
    BOOST_TEST(!map_active(facts(hw_both, 3, 2, -1), {}, true).cross_timestamp);
}

BOOST_AUTO_TEST_CASE(active_hardware) {
    const auto all = facts(hw_both, 3, 0xffff, 0);
    for (int rx = 0; rx <= 15; ++rx) {
        for (int tx = 0; tx <= 3; ++tx) {
            std::uint32_t expected = 0;
            if (rx == 1)
                expected |= hardware_flag::all_receive;
            if (rx == 6 || rx == 12)
                expected |= event_receive;
            if (tx != 0)
                expected |= hardware_flag::tagged_transmit;
            const auto result = map_active(all, StampConfig{tx, rx, 0, {}}, true);
            BOOST_TEST_CONTEXT("rx " << rx << " tx " << tx) {
                BOOST_TEST(result.hardware == expected);
                BOOST_TEST(result.rx_filters == filter(rx));
                BOOST_TEST(result.tx_types == filter(tx));
                BOOST_TEST((result.valid & capability_valid::hardware) != 0u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(unknown_is_not_off) {
    const auto unknown = map_active(facts(hw_both, 3, 2, 0), {}, true);
    BOOST_TEST((unknown.valid & capability_valid::hardware) == 0u);
    BOOST_TEST((unknown.valid & capability_valid::rx_filters) == 0u);
    // An adapter without hardware stamps needs no driver to say that they are off.
    const auto off = map_active(facts(sw_receive | sw_transmit, 0, 0), {}, true);
    BOOST_TEST((off.valid & capability_valid::hardware) != 0u);
    BOOST_TEST(off.hardware == 0u);
}

BOOST_AUTO_TEST_CASE(a_nonsense_setting_does_not_shift_out_of_the_mask) {
    for (const int value : {-1, 32, 1 << 30}) {
        const auto result = map_active(facts(hw_both, 3, 2), StampConfig{value, value, 0, {}}, true);
        BOOST_TEST(result.hardware == 0u);
        BOOST_TEST(result.rx_filters == 0u);
    }
}

BOOST_AUTO_TEST_CASE(the_provider_is_passed_on) {
    auto with = facts(hw_both, 3, 2, 4);
    with.provider = StampProvider{4, 1};
    const auto result = map_supported(with);
    BOOST_TEST((result.valid & capability_valid::provider) != 0u);
    BOOST_TEST(result.provider_index == 4u);
    BOOST_TEST(result.provider_qualifier == 1u);
    const auto active = map_active(with, StampConfig{1, 1, 0, StampProvider{7, 0}}, true);
    BOOST_TEST(active.provider_index == 7u);
}

BOOST_AUTO_TEST_CASE(contradictions_are_named) {
    BOOST_TEST(contradiction(facts(hw_receive, 0, 0)) != "");
    BOOST_TEST(contradiction(facts(hw_receive, 0, filter(0))) != "");
    BOOST_TEST(contradiction(facts(hw_receive, 0, filter(1))) == "");
    BOOST_TEST(contradiction(facts(hw_transmit, 1, 0)) != "");
    BOOST_TEST(contradiction(facts(hw_transmit, 3, 0)) == "");
    BOOST_TEST(contradiction(facts(sw_receive | sw_transmit, 0, 0)) == "");
}

BOOST_AUTO_TEST_CASE(what_a_filter_covers) {
    for (int one = 0; one <= 15; ++one) {
        BOOST_TEST(covers(one, one));
        BOOST_TEST(covers(1, one));
        BOOST_TEST(covers(one, 0));
    }
    for (const int narrow : {6, 7, 8, 9, 10, 11, 12, 13, 14})
        BOOST_TEST(covers(12, narrow));
    BOOST_TEST(covers(6, 7));
    BOOST_TEST(covers(6, 8));
    BOOST_TEST(covers(3, 5));
    BOOST_TEST(covers(9, 10));
    BOOST_TEST(!covers(6, 9));
    BOOST_TEST(!covers(6, 12));
    BOOST_TEST(!covers(12, 3));
    BOOST_TEST(!covers(12, 15));
    BOOST_TEST(!covers(7, 6));
    BOOST_TEST(!covers(2, 6));
    BOOST_TEST(!covers(0, 1));
    BOOST_TEST(!covers(1000, 6));
    BOOST_TEST(!covers(6, 1000));
}

BOOST_AUTO_TEST_SUITE_END()
