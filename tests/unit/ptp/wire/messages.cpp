// SPDX-License-Identifier: Apache-2.0
//
// The ten messages against octets written by hand from the tables of IEEE 1588-2019 clause 13, and against
// octets that linuxptp 3.1.1 sent.
#include <vector>

#include "impl/ptp/wire/codec.hpp"
#include "impl/ptp/wire/tlv.hpp"
#include "tests/unit/ptp/wire/hex.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::ptp;

BOOST_AUTO_TEST_SUITE(wire_messages)

constexpr ClockIdentity identity{{0x00, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55}};
constexpr PortIdentity other{{{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7}}, 0x0809};
constexpr Timestamp timestamp{0x123456789abc, 999999999};

/// Every field has a value of its own, so that a swapped or forgotten one shows.
Header header() {
    Header header;
    header.majorSdoId = 0x5;
    header.minorVersionPTP = 1;
    header.domainNumber = 24;
    header.minorSdoId = 0xab;
    header.flagField = flag::two_step | flag::unicast | flag::leap59 | flag::ptp_timescale;
    header.correctionField = -0x0102030405060708;
    header.messageTypeSpecific = 0xb1b2b3b4;
    header.sourcePortIdentity = {identity, 0x0102};
    header.sequenceId = 0xbeef;
    header.logMessageInterval = -3;
    return header;
}

struct Golden {
    const char* what;
    Body body;
    std::uint8_t controlField;
    const char* first; ///< octets 0 to 3
    const char* control;
    const char* rest; ///< octets from 34
};

const std::vector<Golden>& goldens() {
    static const std::vector<Golden> table = {
        {"Sync", SyncBody{timestamp}, 0, "50 12 002c", "00", "123456789abc 3b9ac9ff"},
        {"Delay_Req", DelayReqBody{timestamp}, 1, "51 12 002c", "01", "123456789abc 3b9ac9ff"},
        {"Pdelay_Req", PdelayReqBody{timestamp}, 5, "52 12 0036", "05",
         "123456789abc 3b9ac9ff 00000000000000000000"},
        {"Pdelay_Resp", PdelayRespBody{timestamp, other}, 5, "53 12 0036", "05",
         "123456789abc 3b9ac9ff a0a1a2a3a4a5a6a7 0809"},
        {"Follow_Up", FollowUpBody{timestamp}, 2, "58 12 002c", "02", "123456789abc 3b9ac9ff"},
        {"Delay_Resp", DelayRespBody{timestamp, other}, 3, "59 12 0036", "03",
         "123456789abc 3b9ac9ff a0a1a2a3a4a5a6a7 0809"},
        {"Pdelay_Resp_Follow_Up", PdelayRespFollowUpBody{timestamp, other}, 5, "5a 12 0036", "05",
         "123456789abc 3b9ac9ff a0a1a2a3a4a5a6a7 0809"},
        {"Announce",
         AnnounceBody{timestamp,
                      37,
                      0x81,
                      {6, ClockAccuracy::within_100_ns, 0x4e5d},
                      0x7f,
                      other.clockIdentity,
                      0x0304,
                      TimeSource::gnss},
         5, "5b 12 0040", "05", "123456789abc 3b9ac9ff 0025 00 81 06 21 4e5d 7f a0a1a2a3a4a5a6a7 0304 20"},
        {"Signaling", SignalingBody{other}, 5, "5c 12 002c", "05", "a0a1a2a3a4a5a6a7 0809"},
        {"Management", ManagementBody{other, 7, 6, ManagementAction::command}, 4, "5d 12 0030", "04",
         "a0a1a2a3a4a5a6a7 0809 07 06 03 00"},
    };
    return table;
}

std::string golden_hex(const Golden& golden) {
    return hex(std::string(golden.first) + "18 ab 060a fefdfcfbfaf9f8f8 b1b2b3b4 001122fffe334455 0102 beef" +
               golden.control + "fd" + golden.rest);
}

BOOST_AUTO_TEST_CASE(every_message_is_built_as_the_standard_lays_it_out) {
    for (const Golden& golden : goldens()) {
        MessageBuffer buffer;
        BOOST_TEST(build(buffer, header(), golden.body), golden.what);
        BOOST_TEST(hex(buffer.octets()) == golden_hex(golden), golden.what);
    }
}

BOOST_AUTO_TEST_CASE(every_message_is_read_back) {
    for (const Golden& golden : goldens()) {
        const auto datagram = octets(golden_hex(golden));
        const auto message = parse(datagram);
        BOOST_REQUIRE_MESSAGE(message, golden.what << ": " << name(message.error));
        Header expected = header();
        expected.messageType = message_type(golden.body);
        expected.messageLength = static_cast<std::uint16_t>(datagram.size());
        expected.controlField = golden.controlField;
        BOOST_TEST((message->header == expected), golden.what);
        BOOST_TEST((message->body == golden.body), golden.what);
        BOOST_TEST(message->suffix.empty());
        BOOST_TEST(message->octets.data() == datagram.data());
        BOOST_TEST(message->octets.size() == datagram.size());
        BOOST_TEST(name(expected.messageType) == golden.what);
        BOOST_TEST(fixed_size(expected.messageType) == datagram.size());
    }
}

BOOST_AUTO_TEST_CASE(padding_after_the_message_is_not_part_of_it) {
    for (const Golden& golden : goldens()) {
        auto datagram = octets(golden_hex(golden));
        const std::size_t length = datagram.size();
        for (const std::size_t padding : {1U, 2U, 18U, 200U}) {
            datagram.resize(length + padding, 0xee);
            const auto message = parse(datagram);
            BOOST_REQUIRE(message);
            BOOST_TEST(message->octets.size() == length);
            BOOST_TEST(message->suffix.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_datagram_that_ends_early_is_refused_at_every_length) {
    for (const Golden& golden : goldens()) {
        const auto whole = octets(golden_hex(golden));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            // A copy of exactly that size lets the address sanitizer see a read behind it.
            const std::vector<std::uint8_t> cut(whole.begin(),
                                                whole.begin() + static_cast<std::ptrdiff_t>(length));
            const auto expected = length < header_size ? ParseError::datagram_too_short
                                                       : ParseError::message_length_exceeds_datagram;
            BOOST_TEST((parse(cut).error == expected), golden.what << " cut to " << length);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_message_length_that_lies_is_refused) {
    for (const Golden& golden : goldens()) {
        auto datagram = octets(golden_hex(golden));
        const std::size_t fixed = datagram.size();
        for (std::size_t length = 0; length < fixed; ++length) {
            datagram[2] = 0;
            datagram[3] = static_cast<std::uint8_t>(length);
            BOOST_TEST((parse(datagram).error == ParseError::message_length_too_short),
                       golden.what << length);
        }
        for (const std::size_t length : {fixed + 1, std::size_t{0x7fff}, std::size_t{0xffff}}) {
            datagram[2] = static_cast<std::uint8_t>(length >> 8);
            datagram[3] = static_cast<std::uint8_t>(length & 0xff);
            BOOST_TEST((parse(datagram).error == ParseError::message_length_exceeds_datagram), golden.what);
        }
    }
}

BOOST_AUTO_TEST_CASE(only_version_2_is_read_and_any_minor_version) {
    for (unsigned version = 0; version < 256; ++version) {
        auto datagram = octets(golden_hex(goldens()[0]));
        datagram[1] = static_cast<std::uint8_t>(version);
        const auto message = parse(datagram);
        if ((version & 0x0f) == 2) {
            BOOST_REQUIRE(message);
            BOOST_TEST(message->header.minorVersionPTP == version >> 4);
        } else {
            BOOST_TEST((message.error == ParseError::unsupported_version), version);
        }
    }
    // A short datagram of another version is counted as that, not as short.
    BOOST_TEST((parse(octets("0001 0001")).error == ParseError::unsupported_version));
}

BOOST_AUTO_TEST_CASE(reserved_message_types_are_refused) {
    for (const int type : {0x4, 0x5, 0x6, 0x7, 0xe, 0xf}) {
        auto datagram = octets(golden_hex(goldens()[9]));
        datagram[0] = static_cast<std::uint8_t>(type);
        BOOST_TEST((parse(datagram).error == ParseError::unknown_message_type), type);
    }
}

BOOST_AUTO_TEST_CASE(a_second_has_a_thousand_million_nanoseconds) {
    for (const Golden& golden : goldens()) {
        auto datagram = octets(golden_hex(golden));
        const auto type = message_type(golden.body);
        if (type == MessageType::signaling || type == MessageType::management)
            continue;
        const auto too_many = octets("3b9aca00");
        std::copy(too_many.begin(), too_many.end(), datagram.begin() + 40);
        BOOST_TEST((parse(datagram).error == ParseError::timestamp_out_of_range), golden.what);
    }
}

BOOST_AUTO_TEST_CASE(reserved_bits_and_octets_are_ignored) {
    auto management = octets(golden_hex(goldens()[9]));
    management[46] |= 0xf0;
    management[47] = 0xff;
    BOOST_TEST((parse(management)->as<ManagementBody>()->actionField == ManagementAction::command));
    auto announce = octets(golden_hex(goldens()[7]));
    announce[46] = 0xff;
    BOOST_TEST((parse(announce)->body == goldens()[7].body));
}

BOOST_AUTO_TEST_CASE(building_never_writes_past_the_end) {
    for (const Golden& golden : goldens()) {
        const std::size_t needed = fixed_size(message_type(golden.body));
        for (std::size_t room = 0; room <= needed; ++room) {
            std::vector<std::uint8_t> out(room);
            BOOST_TEST(build(out, header(), golden.body) == (room < needed ? 0 : needed), golden.what);
            MessageBuffer buffer(room);
            BOOST_TEST(build(buffer, header(), golden.body) == (room == needed));
            BOOST_TEST(buffer.empty() == (room < needed));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failed_build_leaves_nothing_to_send) {
    MessageBuffer buffer(50);
    BOOST_TEST(build(buffer, header(), SyncBody{}));
    BOOST_TEST(!build(buffer, header(), AnnounceBody{}));
    BOOST_TEST(buffer.empty());
    BOOST_TEST(!append_tlv(buffer, TlvType::pad, {}));
}

BOOST_AUTO_TEST_CASE(a_buffer_takes_over_no_more_than_it_has_room_for) {
    MessageBuffer buffer(60);
    BOOST_TEST(!buffer.commit(44 - 11), "no message is that short");
    BOOST_TEST(build(buffer, header(), SyncBody{}));
    BOOST_TEST(buffer.free_space().size() == 16);
    BOOST_TEST(!buffer.commit(17));
    BOOST_TEST(buffer.size() == 44);
    BOOST_TEST(MessageBuffer(5000).capacity() == MessageBuffer::maximum_size);
}

BOOST_AUTO_TEST_CASE(udp_over_ipv6_gets_two_octets_that_the_length_does_not_count) {
    MessageBuffer buffer;
    BOOST_TEST(build(buffer, header(), SyncBody{}));
    const auto padded = buffer.octets_with_padding(2);
    BOOST_TEST(padded.size() == 46);
    BOOST_TEST(hex(padded.last(2)) == "0000");
    BOOST_TEST(hex(padded.subspan(2, 2)) == "002c");
    BOOST_TEST(buffer.size() == 44);
    MessageBuffer full;
    BOOST_TEST(build(full, header(), SyncBody{}));
    const std::vector<std::uint8_t> value(MessageBuffer::maximum_size - 44 - 4);
    BOOST_TEST(append_tlv(full, TlvType::pad, value));
    BOOST_TEST(full.octets_with_padding(2).size() == MessageBuffer::maximum_size);
}

BOOST_AUTO_TEST_CASE(what_linuxptp_sends_is_understood) {
    const auto announce = octets(
        "0b02004c0000000000000000000000000000000092e39cfffe2dcf5d000100000501000000000000000000000025"
        "0064f8feffff8092e39cfffe2dcf5d0000a00008000892e39cfffe2dcf5d");
    const auto message = parse(announce);
    BOOST_REQUIRE(message);
    const AnnounceBody* body = message->as<AnnounceBody>();
    BOOST_REQUIRE(body);
    BOOST_TEST(body->currentUtcOffset == 37);
    BOOST_TEST(body->grandmasterPriority1 == 100);
    BOOST_TEST(body->grandmasterClockQuality.clockClass == 248);
    BOOST_TEST((body->timeSource == TimeSource::internal_oscillator));
    BOOST_TEST(to_text(body->grandmasterIdentity) == "92e39c.fffe.2dcf5d");
    BOOST_TEST(message->header.minorVersionPTP == 0);
    BOOST_TEST(message->header.logMessageInterval == 1);
    BOOST_TEST(message->suffix.size() == 12);

    const auto sync = octets(
        "0002002c0000020000000000000000000000000092e39cfffe2dcf5d0001000000000000000000000000"
        "0000");
    BOOST_TEST(parse(sync)->header.has(flag::two_step));
    const auto follow_up = octets(
        "0802004c0000000000000000000000000000000092e39cfffe2dcf5d00010000020000006b00629e0b6b053e"
        "0003001c0080c200000100000000000000000000000000000000000000000000");
    BOOST_TEST(
        (parse(follow_up)->as<FollowUpBody>()->preciseOriginTimestamp == Timestamp{0x6b00629e, 0x0b6b053e}));
    const auto response = octets(
        "0302003600000200000000000000000000000000c2462cfffea6d54b00010000057f00006b0062990c020c17"
        "92e39cfffe2dcf5d0001");
    BOOST_TEST(to_text(parse(response)->as<PdelayRespBody>()->requestingPortIdentity) ==
               "92e39c.fffe.2dcf5d-1");
}

BOOST_AUTO_TEST_SUITE_END()
