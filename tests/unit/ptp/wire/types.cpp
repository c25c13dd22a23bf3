// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/wire/types.hpp"

#include "impl/ptp/wire/message.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::ptp;

BOOST_AUTO_TEST_SUITE(wire_types)

constexpr ClockIdentity identity{{0x00, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x5a}};

BOOST_AUTO_TEST_CASE(identities_are_spelled_as_linuxptp_does) {
    BOOST_TEST(to_text(identity) == "001122.fffe.33445a");
    BOOST_TEST(to_text(PortIdentity{identity, 65535}) == "001122.fffe.33445a-65535");
}

BOOST_AUTO_TEST_CASE(identities_are_read_back) {
    BOOST_TEST((clock_identity_from_text("001122.fffe.33445a") == identity));
    BOOST_TEST((clock_identity_from_text("001122.FFFE.33445A") == identity));
    BOOST_TEST((port_identity_from_text("001122.fffe.33445a-1") == PortIdentity{identity, 1}));
    BOOST_TEST((port_identity_from_text("001122.fffe.33445a-0") == PortIdentity{identity, 0}));
    BOOST_TEST((port_identity_from_text("001122.fffe.33445a-65535") == PortIdentity{identity, 65535}));
}

BOOST_AUTO_TEST_CASE(what_is_not_an_identity_is_refused) {
    for (const auto text : {"", "001122.fffe.33445", "001122.fffe.33445ab", "001122:fffe:33445a",
                            "00112g.fffe.33445a", "001122.fffe.33445a-1", "0011220fffe0334455"})
        BOOST_TEST(!clock_identity_from_text(text).has_value(), text);
    for (const auto text :
         {"", "-", "-1", "001122.fffe.33445a", "001122.fffe.33445a-", "001122.fffe.33445a-65536",
          "001122.fffe.33445a--1", "001122.fffe.33445a-+1", "001122.fffe.33445a-1 ", "x-1"})
        BOOST_TEST(!port_identity_from_text(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(identities_are_ordered_as_unsigned_numbers) {
    ClockIdentity larger = identity;
    larger.octets[0] = 0x80;
    BOOST_TEST((identity < larger));
    BOOST_TEST((PortIdentity{identity, 2} < PortIdentity{larger, 1}));
    BOOST_TEST((PortIdentity{identity, 1} < PortIdentity{identity, 2}));
}

BOOST_AUTO_TEST_CASE(a_target_may_be_a_wildcard_in_either_part) {
    const PortIdentity port{identity, 3};
    BOOST_TEST(addresses(any_port_identity, port));
    BOOST_TEST(addresses({any_clock, 3}, port));
    BOOST_TEST(addresses({identity, any_port}, port));
    BOOST_TEST(addresses(port, port));
    BOOST_TEST(!addresses({any_clock, 4}, port));
    BOOST_TEST(!addresses({ClockIdentity{}, 3}, port));
}

BOOST_AUTO_TEST_CASE(timestamps_convert_within_what_both_sides_can_hold) {
    BOOST_TEST(to_nanoseconds(Timestamp{0, 0}).value() == 0);
    BOOST_TEST(to_nanoseconds(Timestamp{1, 999999999}).value() == 1999999999);
    BOOST_TEST(to_nanoseconds(Timestamp{9223372035, 999999999}).value() == 9223372035999999999);
    BOOST_TEST(!to_nanoseconds(Timestamp{9223372036, 0}).has_value());
    BOOST_TEST(!to_nanoseconds(Timestamp{0xffffffffffff, 999999999}).has_value());
    BOOST_TEST(!to_nanoseconds(Timestamp{0, 1000000000}).has_value());
    BOOST_TEST((to_timestamp(1999999999) == Timestamp{1, 999999999}));
    BOOST_TEST((to_timestamp(0) == Timestamp{0, 0}));
    BOOST_TEST(!to_timestamp(-1).has_value());
    BOOST_TEST((to_timestamp(never) == Timestamp{9223372036, 854775807}));
}

BOOST_AUTO_TEST_CASE(names_are_those_of_the_standard) {
    BOOST_TEST(name(MessageType::pdelay_resp_follow_up) == "Pdelay_Resp_Follow_Up");
    BOOST_TEST(name(PortState::pre_master) == "PRE_MASTER");
    BOOST_TEST(name(ManagementId::time_status_np) == "TIME_STATUS_NP");
    BOOST_TEST(name(ManagementErrorId::not_setable) == "NOT_SETABLE");
    BOOST_TEST(name(TlvType::path_trace) == "PATH_TRACE");
    BOOST_TEST(name(TimeSource::gnss) == "GNSS");
    BOOST_TEST(name(DelayMechanism::none) == "NO_MECHANISM");
    BOOST_TEST(name(ManagementAction::acknowledge) == "ACKNOWLEDGE");
    BOOST_TEST(name(static_cast<PortState>(77)) == "UNKNOWN");
    BOOST_TEST(name(static_cast<MessageType>(7)) == "UNKNOWN");
}

BOOST_AUTO_TEST_CASE(every_parse_error_has_a_name_and_a_place_in_an_array) {
    for (std::size_t i = 0; i < parse_error_count; ++i)
        BOOST_TEST(name(static_cast<ParseError>(i)) != "unknown", i);
    BOOST_TEST(name(static_cast<ParseError>(parse_error_count)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
