// SPDX-License-Identifier: Apache-2.0
//
// Clocks, capabilities and correlations of a real kernel without a hardware clock.
#define BOOST_TEST_DYN_LINK
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "sandbox.hpp"

using namespace sandbox;

BOOST_AUTO_TEST_SUITE(clocks, *boost::unit_test::precondition(possible))

BOOST_AUTO_TEST_CASE(system_clocks_are_read) {
    Context context;
    for (std::uint32_t clock = WST_CLOCK_REALTIME; clock <= WST_CLOCK_TAI; ++clock) {
        std::int64_t first = 0;
        std::int64_t then = 0;
        MUST(wst_clock_read(context, clock, 0, &first, error));
        MUST(wst_clock_read(context, clock, 0, &then, error));
        BOOST_TEST(first > 0);
        BOOST_TEST(then >= first);
    }
}

BOOST_AUTO_TEST_CASE(lo_has_software_stamps_and_no_clock) {
    Context context;
    const wst_interface lo = context.find("lo");
    BOOST_TEST(lo.kind == static_cast<std::uint32_t>(WST_INTERFACE_KIND_LOOPBACK));
    BOOST_TEST((lo.flags & WST_INTERFACE_LOOPBACK) != 0u);
    BOOST_TEST(lo.phc_index == -1);
    wst_capabilities supported = WST_CAPABILITIES_INIT;
    MUST(wst_capabilities_supported(context, lo.id, 0, &supported, error));
    BOOST_TEST(supported.hardware == 0u);
    BOOST_TEST(supported.software == (WST_CAP_SW_ALL_RECEIVE | WST_CAP_SW_TAGGED_TRANSMIT));
    BOOST_TEST(supported.cross_timestamp == 0u);
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    MUST(wst_capabilities_ptp_support(&supported, &support, error));
    BOOST_TEST(support.both == static_cast<std::uint32_t>(WST_PTP_SUPPORT_SOFTWARE));

    wst_error error = WST_ERROR_INIT;
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    BOOST_TEST(wst_cross_timestamp_get(context, lo.id, 0, 0, &cross, &error) == WST_E_NOT_SUPPORTED);
    BOOST_TEST(std::string(error.message).find("lo") != std::string::npos);
    BOOST_TEST(wst_capabilities_enable(context, lo.id, nullptr, nullptr, &error) != WST_OK);
    BOOST_TEST(std::strlen(error.message) > 10u);
    BOOST_TEST(wst_capabilities_restore(context, lo.id, &error) == WST_E_STATE);
}

BOOST_AUTO_TEST_CASE(found_by_every_name) {
    BOOST_REQUIRE(ip("link add fa type veth peer name fb"));
    ip("link property add dev fa altname a-much-longer-name-of-this-interface");
    {
        Context context;
        const wst_interface fa = context.find("fa");
        char id[32];
        std::snprintf(id, sizeof id, "0x%llx", static_cast<unsigned long long>(fa.id));
        for (const std::string& key : {std::string("fa"), std::to_string(fa.index), std::string(id)})
            BOOST_TEST(context.find(key.c_str()).id == fa.id);
        wst_interface by_alternative = WST_INTERFACE_INIT;
        if (wst_interface_find(context, "a-much-longer-name-of-this-interface", &by_alternative, nullptr) ==
            WST_OK)
            BOOST_TEST(by_alternative.id == fa.id);
        BOOST_REQUIRE(ip("link set fa name fc"));
        BOOST_TEST(context.find("fc").id == fa.id);
    }
    BOOST_TEST(ip("link del fc"));
}

// What is remembered of an interface for a moment must not be told when it is no longer so.
BOOST_AUTO_TEST_CASE(an_id_is_good_across_renames_and_not_beyond_removal) {
    Context context;
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    BOOST_REQUIRE(ip("link add ra type veth peer name rb"));
    const wst_interface ra = context.find("ra");
    MUST(wst_capabilities_supported(context, ra.id, 0, &capabilities, error));
    BOOST_REQUIRE(ip("link set ra name rc"));
    MUST(wst_capabilities_supported(context, ra.id, 0, &capabilities, error));
    BOOST_REQUIRE(ip("link set rb name ra"));
    MUST(wst_capabilities_active(context, ra.id, 0, &capabilities, error));
    BOOST_TEST(wst_cross_timestamp_get(context, ra.id, WST_CLOCK_REALTIME, 1, nullptr, nullptr) ==
               WST_E_INVALID_ARGUMENT);
    BOOST_REQUIRE(ip("link del rc"));
    BOOST_TEST(wst_capabilities_supported(context, ra.id, 0, &capabilities, nullptr) == WST_E_NOT_FOUND);
    BOOST_TEST(wst_capabilities_active(context, ra.id, 0, &capabilities, nullptr) == WST_E_NOT_FOUND);
}

// The same clock pair read from one thread while the background thread samples: every conversion within its
// bound.
BOOST_AUTO_TEST_CASE(a_correlation_of_system_clocks_holds_its_bound) {
    Context context;
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    options.interface_id = context.find("lo").id;
    options.interval_ms = 50;
    wst_correlation* correlation = nullptr;
    MUST(wst_correlation_open(context, &options, &correlation, error));
    MUST(wst_correlation_wait(correlation, 10'000, error));
    int outside = 0;
    constexpr int count = 2000;
    for (int i = 0; i < count; ++i) {
        std::int64_t before = 0;
        std::int64_t stamp = 0;
        std::int64_t after = 0;
        MUST(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &before, error));
        MUST(wst_clock_read(context, WST_CLOCK_REALTIME, 0, &stamp, error));
        MUST(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &after, error));
        wst_correlation_time time = WST_CORRELATION_TIME_INIT;
        MUST(wst_correlation_convert(correlation, WST_CLOCK_REALTIME, stamp, &time, error));
        BOOST_REQUIRE(time.clock == static_cast<std::uint32_t>(WST_CLOCK_MONOTONIC_RAW));
        outside += time.value + time.bound < before || time.value - time.bound > after ? 1 : 0;
        wst_correlation_time back = WST_CORRELATION_TIME_INIT;
        MUST(wst_correlation_convert(correlation, WST_CLOCK_MONOTONIC_RAW, time.value, &back, error));
        // A sample may have come between the two conversions.
        BOOST_REQUIRE(std::abs(back.value - stamp) <= time.bound + back.bound);
    }
    BOOST_TEST(outside <= count / 100);
    wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
    MUST(wst_correlation_status_get(correlation, &status, error));
    BOOST_TEST(status.state == static_cast<std::uint32_t>(WST_CORRELATION_VALID));
    BOOST_TEST(status.stamp_clock == static_cast<std::uint32_t>(WST_CLOCK_REALTIME));
    MUST(wst_correlation_restart(correlation, error));
    MUST(wst_correlation_wait(correlation, 10'000, error));
    MUST(wst_correlation_close(correlation, error));
}

BOOST_AUTO_TEST_CASE(addresses_as_text) {
    struct Row {
        const char* text;
        const char* back; // null: refused
    };
    const Row rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1:319", "192.0.2.1:319"},
        {"ff0e::181", "ff0e::181"},
        {"[ff0e::181]:319", "[ff0e::181]:319"},
        {"[ff0e::181]", "ff0e::181"},
        {"fe80::1%7", "fe80::1%7"},
        {"[fe80::1%7]:65535", "[fe80::1%7]:65535"},
        {"224.0.1.129%7", "224.0.1.129%7"},
        {"224.0.1.129%7:319", "224.0.1.129%7:319"},
        {"192.0.2.1%7", nullptr},
        {"224.0.1.129%", nullptr},
        {"224.0.1.129%x", nullptr},
        {"", nullptr},
        {"example.org", nullptr},
        {"192.0.2.1:", nullptr},
        {"192.0.2.1:65536", nullptr},
        {"192.0.2.1:-1", nullptr},
        {"192.0.2.1:3x", nullptr},
        {"[192.0.2.1]:3", nullptr},
        {"[::1", nullptr},
        {"[::1]x", nullptr},
        {"[::1]:", nullptr},
        {"1.2.3", nullptr},
        {"256.1.1.1", nullptr},
        {"::1::", nullptr},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.text) {
            wst_address parsed;
            const wst_status status = wst_address_parse(row.text, &parsed, nullptr);
            BOOST_TEST(status == (row.back ? WST_OK : WST_E_PARSE));
            if (!row.back || status != WST_OK)
                continue;
            char text[WST_ADDRESS_TEXT_SIZE];
            MUST(wst_address_text(&parsed, text, sizeof text, error));
            BOOST_TEST(std::string(text) == row.back);
            char small[4];
            BOOST_TEST(wst_address_text(&parsed, small, sizeof small, nullptr) == WST_E_LIMIT);
            BOOST_TEST(std::string(small) == std::string(row.back).substr(0, 3));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
