// SPDX-License-Identifier: Apache-2.0
//
// TLVs against octets written by hand from IEEE 1588-2019 clauses 14 and 16 and IEEE 802.1AS, and the suffix
// that holds them against every way of lying about lengths.
#include <vector>

#include "impl/ptp/wire/management.hpp"
#include "impl/ptp/wire/tlv_types.hpp"
#include "tests/unit/ptp/wire/hex.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::ptp;

BOOST_AUTO_TEST_SUITE(wire_tlvs)

constexpr ClockIdentity first{{0x00, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55}};
constexpr ClockIdentity second{{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7}};

MessageBuffer announce() {
    MessageBuffer buffer;
    BOOST_REQUIRE(build(buffer, Header{}, AnnounceBody{}));
    return buffer;
}

std::string suffix_hex(const MessageBuffer& buffer) {
    return hex(buffer.octets().subspan(64));
}

/// Appends, compares with the golden octets, reads back, and cuts the value at every even length.
template <class T>
void check(const T& value, std::string_view golden) {
    MessageBuffer buffer = announce();
    BOOST_TEST_CONTEXT(golden) {
        BOOST_REQUIRE(append(buffer, value));
        BOOST_TEST(suffix_hex(buffer) == hex(golden));
        const auto message = parse(buffer.octets());
        BOOST_REQUIRE(message);
        BOOST_TEST(message->header.messageLength == buffer.size());
        const Tlv tlv = *Tlvs(*message).begin();
        const auto again = read<T>(tlv);
        BOOST_REQUIRE(again);
        BOOST_TEST((*again == value));
        for (std::size_t length = 0; length < tlv.value.size(); ++length) {
            const std::vector<std::uint8_t> cut(tlv.value.begin(),
                                                tlv.value.begin() + static_cast<std::ptrdiff_t>(length));
            Tlv shorter = tlv;
            shorter.value = cut;
            const auto refused = read<T>(shorter);
            BOOST_TEST((refused || refused.error == ParseError::tlv_too_short), length);
            BOOST_TEST((!refused || *refused == value), "a shortened TLV was read as something else");
        }
        Tlv foreign = tlv;
        foreign.tlvType = TlvType::l1_sync;
        BOOST_TEST((read<T>(foreign).error == ParseError::tlv_unexpected_type));
        for (std::size_t room = 64; room < buffer.size(); ++room) {
            MessageBuffer small(room);
            BOOST_REQUIRE(build(small, Header{}, AnnounceBody{}));
            BOOST_TEST(!append(small, value), room);
            BOOST_TEST(small.size() == 64, "a TLV that does not fit must leave the message as it was");
            BOOST_TEST(parse(small.octets())->suffix.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(unicast_negotiation) {
    check(UnicastRequest{MessageType::sync, -7, 300}, "0004 0006 00 f9 0000012c");
    check(UnicastRequest{MessageType::pdelay_resp, 4, 0xfedcba98}, "0004 0006 30 04 fedcba98");
    check(UnicastGrant{MessageType::delay_resp, 1, 60, true}, "0005 0008 90 01 0000003c 00 01");
    check(UnicastGrant{MessageType::announce, 0, 0, false}, "0005 0008 b0 00 00000000 00 00");
    check(UnicastCancel{MessageType::announce, true, false}, "0006 0002 b1 00");
    check(UnicastCancel{MessageType::announce, false, true}, "0006 0002 b2 00");
    check(UnicastCancelAcknowledge{MessageType::sync, false, false}, "0007 0002 00 00");
}

BOOST_AUTO_TEST_CASE(unicast_negotiation_of_linuxptp) {
    const auto request = octets(
        "0c020036000004000000000000000000000000000637bbfffe660d5600010000057fffffffffffffffffffff"
        "00040006b0010000000a");
    const auto message = parse(request);
    BOOST_REQUIRE(message);
    const auto tlv = read<UnicastRequest>(*Tlvs(*message).begin());
    BOOST_TEST((*tlv == UnicastRequest{MessageType::announce, 1, 10}));
    BOOST_TEST(addresses(message->as<SignalingBody>()->targetPortIdentity, {first, 1}));
    const auto grant = octets(
        "0c02003800000400000000000000000000000000cecb29fffe301a2d00010000057f0637bbfffe660d560001"
        "00050008b0010000000a0001");
    BOOST_TEST((*read<UnicastGrant>(*Tlvs(*parse(grant)).begin()) ==
                UnicastGrant{MessageType::announce, 1, 10, true}));
}

BOOST_AUTO_TEST_CASE(alternate_time_offset_indicator) {
    check(AlternateTimeOffsetIndicator{1, -3600, 3600, 0x123456789abc, "CET"},
          "0009 0014 01 fffff1f0 00000e10 123456789abc 03 434554 00");
    check(AlternateTimeOffsetIndicator{0, 0, 0, 0, "CEST"},
          "0009 0014 00 00000000 00000000 000000000000 04 43455354");
    check(AlternateTimeOffsetIndicator{9, 1, 2, 3, ""}, "0009 0010 09 00000001 00000002 000000000003 00");
}

BOOST_AUTO_TEST_CASE(a_text_cannot_be_longer_than_its_tlv_or_its_length_octet) {
    const auto lying = octets("0009 0010 09 00000001 00000002 000000000003 01");
    BOOST_TEST((read<AlternateTimeOffsetIndicator>(*Tlvs(lying).begin()).error == ParseError::tlv_too_short));
    MessageBuffer buffer = announce();
    const std::string long_name(256, 'x');
    BOOST_TEST(!append(buffer, AlternateTimeOffsetIndicator{1, 0, 0, 0, long_name}));
    BOOST_TEST(buffer.size() == 64);
}

BOOST_AUTO_TEST_CASE(port_communication_availability) {
    check(PortCommunicationAvailability{0x5a, 0xa5}, "8002 0002 5a a5");
}

BOOST_AUTO_TEST_CASE(enhanced_accuracy_metrics) {
    // Clause 16.12: five pairs of a half-width (2^-16 ns) and a variance (binary64, s^2).
    check(EnhancedAccuracyMetrics{2, 1, 25 << 16, 1, 0x7fffffffffffffff, 0, 1 << 16, 0.5, 3, 0, 4, -2},
          "4001 0054 02 01 0000"
          "0000000000190000 3ff0000000000000"
          "7fffffffffffffff 0000000000000000"
          "0000000000010000 3fe0000000000000"
          "0000000000000003 0000000000000000"
          "0000000000000004 c000000000000000");
}

BOOST_AUTO_TEST_CASE(gptp_follow_up_information) {
    check(FollowUpInformation{-2, 0x0102, {0x0304, 0x05060708090a0b0c, 0x0d0e}, 0x0f101112},
          "0003 001c 0080c2 000001 fffffffe 0102 0304 05060708090a0b0c 0d0e 0f101112");
}

BOOST_AUTO_TEST_CASE(gptp_message_interval_request) {
    check(MessageIntervalRequest{-3, 126, -128, 3}, "0003 000c 0080c2 000002 fd 7e 80 03 0000");
}

BOOST_AUTO_TEST_CASE(an_extension_of_another_organization_is_not_mistaken_for_gptp) {
    const auto foreign = octets("0003 000c 0080c3 000002 fd 7e 80 03 0000");
    BOOST_TEST(
        (read<MessageIntervalRequest>(*Tlvs(foreign).begin()).error == ParseError::tlv_unexpected_type));
    const auto subtype = octets("0003 000c 0080c2 000001 fd 7e 80 03 0000");
    BOOST_TEST(
        (read<MessageIntervalRequest>(*Tlvs(subtype).begin()).error == ParseError::tlv_unexpected_type));
    BOOST_TEST((read<FollowUpInformation>(*Tlvs(subtype).begin()).error == ParseError::tlv_too_short));
}

BOOST_AUTO_TEST_CASE(organization_extensions_in_all_three_types) {
    const auto data = octets("deadbeef");
    for (const auto& [type, golden] :
         {std::pair{TlvType::organization_extension, "0003 000a 1c129d 000002 deadbeef"},
          std::pair{TlvType::organization_extension_propagate, "4000 000a 1c129d 000002 deadbeef"},
          std::pair{TlvType::organization_extension_do_not_propagate, "8000 000a 1c129d 000002 deadbeef"}}) {
        MessageBuffer buffer = announce();
        BOOST_TEST(append(buffer, OrganizationExtension{type, {0x1c, 0x12, 0x9d}, {0, 0, 2}, data}));
        BOOST_TEST(suffix_hex(buffer) == hex(golden));
        const auto message = parse(buffer.octets());
        const auto again = read<OrganizationExtension>(*Tlvs(*message).begin());
        BOOST_REQUIRE(again);
        BOOST_TEST((again->tlvType == type));
        BOOST_TEST(hex(again->organizationId) == "1c129d");
        BOOST_TEST(hex(again->organizationSubType) == "000002");
        BOOST_TEST(hex(again->dataField) == "deadbeef");
    }
    const auto truncated = octets("0003 0004 1c129d 00");
    BOOST_TEST((read<OrganizationExtension>(*Tlvs(truncated).begin()).error == ParseError::tlv_too_short));
    BOOST_TEST((read<OrganizationExtension>(Tlv{}).error == ParseError::tlv_unexpected_type));
}

BOOST_AUTO_TEST_CASE(a_path_trace_grows_by_one_clock_a_hop) {
    MessageBuffer grandmaster = announce();
    BOOST_TEST(append_path_trace(grandmaster, PathTrace{}, first));
    BOOST_TEST(suffix_hex(grandmaster) == hex("0008 0008 001122fffe334455"));
    const auto received = parse(grandmaster.octets());
    const auto path = read<PathTrace>(Tlvs(*received).find(TlvType::path_trace));
    BOOST_REQUIRE(path);
    BOOST_TEST(path->size() == 1);
    BOOST_TEST(((*path)[0] == first));
    BOOST_TEST(((*path)[1] == ClockIdentity{}), "beyond the end");
    BOOST_TEST(path->contains(first));
    BOOST_TEST(!path->contains(second));

    MessageBuffer boundary = announce();
    BOOST_TEST(append_path_trace(boundary, *path, second));
    BOOST_TEST(suffix_hex(boundary) == hex("0008 0010 001122fffe334455 a0a1a2a3a4a5a6a7"));
}

BOOST_AUTO_TEST_CASE(a_path_trace_that_is_not_a_list_of_identities_is_refused) {
    const auto odd = octets("0008 000a 001122fffe334455 0000");
    BOOST_TEST((read<PathTrace>(*Tlvs(odd).begin()).error == ParseError::tlv_invalid_value));
    const auto empty = octets("0008 0000");
    BOOST_TEST(read<PathTrace>(*Tlvs(empty).begin())->size() == 0);
    BOOST_TEST((read<PathTrace>(Tlv{}).error == ParseError::tlv_unexpected_type));
}

BOOST_AUTO_TEST_CASE(a_path_trace_that_no_longer_fits_is_left_out) {
    const std::vector<std::uint8_t> identities(8 * 176);
    MessageBuffer buffer = announce();
    BOOST_TEST(!append_path_trace(buffer, PathTrace(identities), first));
    BOOST_TEST(buffer.size() == 64);
}

BOOST_AUTO_TEST_CASE(pad_brings_a_message_to_a_size) {
    MessageBuffer buffer = announce();
    BOOST_TEST(append_pad(buffer, 72));
    BOOST_TEST(suffix_hex(buffer) == hex("8008 0004 00000000"));
    BOOST_TEST(append_pad(buffer, 76));
    BOOST_TEST(suffix_hex(buffer) == hex("8008 0004 00000000 8008 0000"));
    BOOST_TEST(!append_pad(buffer, 76));
    BOOST_TEST(!append_pad(buffer, 78));
    BOOST_TEST(!append_pad(buffer, 81));
    BOOST_TEST(!append_pad(buffer, 1474));
    BOOST_TEST(buffer.size() == 76);
    BOOST_TEST(append_pad(buffer, 1472));
    BOOST_TEST(buffer.size() == 1472);
    BOOST_TEST((parse(buffer.octets()).error == ParseError::none));
}

BOOST_AUTO_TEST_CASE(management_error_status) {
    check(ManagementErrorStatus{ManagementErrorId::not_supported, ManagementId::fault_log, ""},
          "0002 0008 0006 0006 00000000");
    // displayData may be left out, so a shorter TLV is not an error: it is read by hand.
    const ManagementErrorStatus with_text{ManagementErrorId::wrong_value, ManagementId::priority1, "0..255"};
    MessageBuffer buffer = announce();
    BOOST_TEST(append(buffer, with_text));
    BOOST_TEST(suffix_hex(buffer) == hex("0002 0010 0004 2005 00000000 06 302e2e323535 00"));
    BOOST_TEST((*read<ManagementErrorStatus>(*Tlvs(*parse(buffer.octets())).begin()) == with_text));
    const auto lying = octets("0002 000a 0004 2005 00000000 06 30");
    BOOST_TEST((read<ManagementErrorStatus>(*Tlvs(lying).begin()).error == ParseError::tlv_too_short));
}

BOOST_AUTO_TEST_CASE(a_management_tlv_as_it_is) {
    const auto data = octets("0102");
    MessageBuffer buffer = announce();
    BOOST_TEST(append(buffer, ManagementTlv{ManagementId::time_status_np, data}));
    BOOST_TEST(append(buffer, ManagementTlv{ManagementId::enable_port, {}}));
    BOOST_TEST(suffix_hex(buffer) == hex("0001 0004 c000 0102 0001 0002 200d"));
    const auto message = parse(buffer.octets());
    const auto tlv = read<ManagementTlv>(*Tlvs(*message).begin());
    BOOST_REQUIRE(tlv);
    BOOST_TEST((tlv->managementId == ManagementId::time_status_np));
    BOOST_TEST(hex(tlv->dataField) == "0102");
    const auto empty = octets("0001 0000");
    BOOST_TEST((read<ManagementTlv>(*Tlvs(empty).begin()).error == ParseError::tlv_too_short));
}

BOOST_AUTO_TEST_CASE(an_odd_value_is_made_even) {
    MessageBuffer buffer = announce();
    BOOST_TEST(append_tlv(buffer, TlvType::l1_sync, octets("010203")));
    BOOST_TEST(suffix_hex(buffer) == hex("8001 0004 01020300"));
    BOOST_TEST(parse(buffer.octets())->header.messageLength == 72);
}

BOOST_AUTO_TEST_CASE(unknown_tlvs_are_seen_and_can_be_passed_on) {
    const auto suffix = octets("7abc 0002 0102 9999 0000 0008 0008 001122fffe334455");
    MessageBuffer buffer = announce();
    std::vector<unsigned> types;
    for (const Tlv& tlv : Tlvs(suffix)) {
        types.push_back(static_cast<unsigned>(tlv.tlvType));
        BOOST_TEST(append_tlv(buffer, tlv.tlvType, tlv.value));
    }
    BOOST_TEST((types == std::vector<unsigned>{0x7abc, 0x9999, 0x0008}));
    BOOST_TEST(suffix_hex(buffer) == hex(suffix));
    BOOST_TEST(Tlvs(suffix).find(TlvType::l1_sync).octets.empty());
}

BOOST_AUTO_TEST_CASE(a_boundary_clock_forwards_by_range) {
    // Clause 14.2.2.2 and table 52; path trace is extended instead.
    for (const unsigned type : {0x0009U, 0x4000U, 0x4001U, 0x4002U, 0x7effU, 0x7f00U, 0x7fffU})
        BOOST_TEST(is_forwarded(static_cast<TlvType>(type)), type);
    for (const unsigned type : {0x0000U, 0x0001U, 0x0002U, 0x0003U, 0x0004U, 0x0007U, 0x0008U, 0x2000U,
                                0x2004U, 0x3fffU, 0x8000U, 0x8001U, 0x8008U, 0x8009U, 0xfff0U, 0xffffU})
        BOOST_TEST(!is_forwarded(static_cast<TlvType>(type)), type);
}

BOOST_AUTO_TEST_CASE(a_suffix_is_checked_when_the_message_is_parsed) {
    const struct {
        const char* suffix;
        ParseError error;
    } table[] = {
        {"", ParseError::none},
        {"0008 0008 001122fffe334455", ParseError::none},
        {"0008 0008 001122fffe3344", ParseError::tlv_truncated},
        {"0008 0009 001122fffe33445566", ParseError::tlv_odd_length},
        {"0008 0001 00", ParseError::tlv_odd_length},
        {"0008 0001", ParseError::tlv_truncated},
        {"0008 ffff 00", ParseError::tlv_truncated},
        {"0008 fffe 00", ParseError::tlv_truncated},
        {"0008 0000 0008 0002", ParseError::tlv_truncated},
        {"0008 00", ParseError::tlv_truncated},
        {"0008", ParseError::tlv_truncated},
        {"01", ParseError::tlv_truncated},
        // Zeros that a sender counted in messageLength although they are padding.
        {"00", ParseError::none},
        {"0000", ParseError::none},
        {"000000", ParseError::none},
        {"00000000", ParseError::none},
        {"0000000000", ParseError::none},
        {"0008 0000 000001", ParseError::tlv_truncated},
    };
    for (const auto& row : table) {
        MessageBuffer buffer = announce();
        auto datagram = std::vector<std::uint8_t>(buffer.octets().begin(), buffer.octets().end());
        const auto suffix = octets(row.suffix);
        datagram.insert(datagram.end(), suffix.begin(), suffix.end());
        datagram[3] = static_cast<std::uint8_t>(datagram.size());
        BOOST_TEST((parse(datagram).error == row.error), row.suffix);
    }
}

BOOST_AUTO_TEST_CASE(iterating_an_unchecked_suffix_ends_at_the_first_bad_tlv) {
    const auto suffix = octets("0008 0000 9999 0002 0102 0008 0005 0000");
    std::size_t count = 0;
    for ([[maybe_unused]] const Tlv& tlv : Tlvs(suffix))
        ++count;
    BOOST_TEST(count == 2);
}

BOOST_AUTO_TEST_SUITE_END()
