// SPDX-License-Identifier: Apache-2.0
#include "impl/base/address.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;

BOOST_AUTO_TEST_SUITE(address)

BOOST_AUTO_TEST_CASE(text_survives_the_way_there_and_back) {
    for (const char* text : {"192.0.2.1", "224.0.1.129", "::1", "ff0e::181", "fe80::1%3"}) {
        const auto parsed = parse_address(text);
        BOOST_REQUIRE_MESSAGE(parsed, text);
        BOOST_TEST(to_text(*parsed) == text);
    }
}

BOOST_AUTO_TEST_CASE(a_port_is_shown_where_there_is_one) {
    auto v4 = *parse_address("192.0.2.1");
    v4.port = 319;
    BOOST_TEST(to_text(v4) == "192.0.2.1:319");
    auto v6 = *parse_address("fe80::1%3");
    v6.port = 320;
    BOOST_TEST(to_text(v6) == "[fe80::1%3]:320");
}

BOOST_AUTO_TEST_CASE(names_and_rubbish_are_no_addresses) {
    for (const char* text :
         {"", "localhost", "1.2.3", "1.2.3.4.5", "fe80::1%", "fe80::1%x", "::1%1x", "1.2.3.4%1", ":::"})
        BOOST_TEST(!parse_address(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
