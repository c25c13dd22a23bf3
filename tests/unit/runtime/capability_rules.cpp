// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <string>

#include "impl/runtime/capability_rules.hpp"
#include "wirestamp/capabilities.h"

namespace runtime = wirestamp::runtime;
using wirestamp::platform::Capabilities;

namespace {

Capabilities of(std::uint32_t hardware, std::uint32_t software) {
    Capabilities capabilities;
    capabilities.valid = WST_CAPABILITIES_VALID_HARDWARE | WST_CAPABILITIES_VALID_SOFTWARE;
    capabilities.hardware = hardware;
    capabilities.software = software;
    return capabilities;
}

constexpr std::uint32_t sw_all = WST_CAP_SW_ALL_RECEIVE | WST_CAP_SW_TAGGED_TRANSMIT;

struct Row {
    const char* what;
    std::uint32_t hardware;
    std::uint32_t software;
    std::uint32_t ipv4;
    std::uint32_t ipv6;
};

constexpr Row rows[] = {
    {"nothing", 0, 0, WST_PTP_SUPPORT_NONE, WST_PTP_SUPPORT_NONE},
    {"software tagged", 0, sw_all, WST_PTP_SUPPORT_SOFTWARE, WST_PTP_SUPPORT_SOFTWARE},
    {"software all", 0, WST_CAP_SW_ALL_RECEIVE | WST_CAP_SW_ALL_TRANSMIT, WST_PTP_SUPPORT_SOFTWARE,
     WST_PTP_SUPPORT_SOFTWARE},
    {"software receive only", 0, WST_CAP_SW_ALL_RECEIVE, WST_PTP_SUPPORT_NONE, WST_PTP_SUPPORT_NONE},
    {"software transmit only", 0, WST_CAP_SW_TAGGED_TRANSMIT, WST_PTP_SUPPORT_NONE, WST_PTP_SUPPORT_NONE},
    {"all receive, tagged transmit", WST_CAP_HW_ALL_RECEIVE | WST_CAP_HW_TAGGED_TRANSMIT, 0,
     WST_PTP_SUPPORT_HARDWARE, WST_PTP_SUPPORT_HARDWARE},
    {"all receive, all transmit", WST_CAP_HW_ALL_RECEIVE | WST_CAP_HW_ALL_TRANSMIT, sw_all,
     WST_PTP_SUPPORT_HARDWARE, WST_PTP_SUPPORT_HARDWARE},
    {"IPv4 events alone", WST_CAP_HW_PTPV2_IPV4_EVENT_RECEIVE | WST_CAP_HW_PTPV2_IPV4_EVENT_TRANSMIT, 0,
     WST_PTP_SUPPORT_HARDWARE, WST_PTP_SUPPORT_NONE},
    {"IPv6 messages alone", WST_CAP_HW_PTPV2_IPV6_ALL_RECEIVE | WST_CAP_HW_PTPV2_IPV6_ALL_TRANSMIT, sw_all,
     WST_PTP_SUPPORT_SOFTWARE, WST_PTP_SUPPORT_HARDWARE},
    {"receive of one version, transmit of the other",
     WST_CAP_HW_PTPV2_IPV4_EVENT_RECEIVE | WST_CAP_HW_PTPV2_IPV6_EVENT_TRANSMIT, 0, WST_PTP_SUPPORT_NONE,
     WST_PTP_SUPPORT_NONE},
    {"events received of both, tagged",
     WST_CAP_HW_PTPV2_IPV4_EVENT_RECEIVE | WST_CAP_HW_PTPV2_IPV6_EVENT_RECEIVE | WST_CAP_HW_TAGGED_TRANSMIT,
     0, WST_PTP_SUPPORT_HARDWARE, WST_PTP_SUPPORT_HARDWARE},
    {"hardware transmit without receive", WST_CAP_HW_TAGGED_TRANSMIT, sw_all, WST_PTP_SUPPORT_SOFTWARE,
     WST_PTP_SUPPORT_SOFTWARE},
};

} // namespace

BOOST_AUTO_TEST_SUITE(capability_rules)

BOOST_AUTO_TEST_CASE(ptp_support_ors_narrow_and_wide_flags) {
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.what) {
            const auto support = runtime::ptp_support(of(row.hardware, row.software));
            BOOST_TEST(support.ipv4 == row.ipv4);
            BOOST_TEST(support.ipv6 == row.ipv6);
            BOOST_TEST(support.hardware_known);
        }
    }
}

BOOST_AUTO_TEST_CASE(unknown_is_not_off) {
    Capabilities unknown = of(WST_CAP_HW_ALL, sw_all);
    unknown.valid = WST_CAPABILITIES_VALID_SOFTWARE;
    const auto support = runtime::ptp_support(unknown);
    BOOST_TEST(!support.hardware_known);
    BOOST_TEST(support.ipv4 == static_cast<std::uint32_t>(WST_PTP_SUPPORT_SOFTWARE));
    BOOST_TEST(runtime::strict_view(unknown).software == sw_all);
}

BOOST_AUTO_TEST_CASE(the_strict_view_never_has_both) {
    BOOST_TEST(runtime::strict_view(of(WST_CAP_HW_TAGGED_TRANSMIT, sw_all)).software == 0u);
    BOOST_TEST(runtime::strict_view(of(0, sw_all)).software == sw_all);
}

BOOST_AUTO_TEST_CASE(drivers_that_contradict_themselves_are_named) {
    Capabilities driver;
    driver.valid = WST_CAPABILITIES_VALID_SO_TIMESTAMPING | WST_CAPABILITIES_VALID_RX_FILTERS |
                   WST_CAPABILITIES_VALID_TX_TYPES;
    driver.so_timestamping = 0x45; // TX_HARDWARE, RX_HARDWARE, RAW_HARDWARE
    driver.tx_types = 0x3;
    driver.rx_filters = 0x2;
    BOOST_TEST(!runtime::contradiction(driver));
    driver.rx_filters = 0x1;
    BOOST_REQUIRE(runtime::contradiction(driver));
    BOOST_TEST(runtime::contradiction(driver)->find("receive filter") != std::string::npos);
    driver.rx_filters = 0x2;
    driver.tx_types = 0x1;
    BOOST_TEST(runtime::contradiction(driver).has_value());
    driver.valid = 0;
    BOOST_TEST(!runtime::contradiction(driver));
}

BOOST_AUTO_TEST_CASE(every_bit_has_a_name_and_no_other) {
    const std::pair<std::uint32_t, std::uint32_t> counts[] = {{WST_CAPABILITY_HARDWARE, 11},
                                                              {WST_CAPABILITY_SOFTWARE, 3},
                                                              {WST_CAPABILITY_SO_TIMESTAMPING, 19},
                                                              {WST_CAPABILITY_TX_TYPE, 4},
                                                              {WST_CAPABILITY_RX_FILTER, 16}};
    for (const auto& [mask, count] : counts) {
        for (std::uint32_t bit = 0; bit < count; ++bit)
            BOOST_TEST(runtime::capability_name(mask, bit) != nullptr);
        BOOST_TEST(runtime::capability_name(mask, count) == nullptr);
        BOOST_TEST(runtime::capability_name(mask, 0xffffffffu) == nullptr);
    }
    BOOST_TEST(runtime::capability_name(5, 0) == nullptr);
    BOOST_TEST(std::string(runtime::capability_name(WST_CAPABILITY_SO_TIMESTAMPING, 11)) == "OPT_TSONLY");
    BOOST_TEST(std::string(runtime::capability_name(WST_CAPABILITY_RX_FILTER, 12)) == "PTP_V2_EVENT");
}

BOOST_AUTO_TEST_SUITE_END()
