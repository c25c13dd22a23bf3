// SPDX-License-Identifier: Apache-2.0
//
// The data field of every management id against octets: those in "of linuxptp" cases were sent by
// ptp4l 3.1.1, the others are written by hand from IEEE 1588-2019 clauses 15 to 17 with a value of its own in
// every field.
#include <set>
#include <vector>

#include "impl/ptp/wire/codec.hpp"
#include "impl/ptp/wire/management_linuxptp.hpp"
#include "tests/fuzz/wire_exercise.hpp"
#include "tests/unit/ptp/wire/hex.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::management;

BOOST_AUTO_TEST_SUITE(wire_management)

constexpr ClockIdentity identity{{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7}};
constexpr PortIdentity port{identity, 0x0809};
constexpr ClockQuality quality{6, ClockAccuracy::within_100_ns, 0x4e5d};

std::set<ManagementId>& checked() {
    static std::set<ManagementId> ids;
    return ids;
}

enum class Shortened { refused, may_be_read };

/// Appends, compares with the golden octets (tlvType, lengthField, managementId, data), reads back and cuts.
template <class Data>
void check(const Data& data, std::string_view golden, Shortened shortened = Shortened::refused) {
    checked().insert(Data::managementId);
    BOOST_TEST_CONTEXT(name(Data::managementId)) {
        MessageBuffer buffer;
        BOOST_REQUIRE(build(buffer, Header{}, ManagementBody{}));
        BOOST_REQUIRE(management::append(buffer, data));
        BOOST_TEST(hex(buffer.octets().subspan(48)) == hex(golden));

        const auto message = parse(buffer.octets());
        BOOST_REQUIRE(message);
        const auto tlv = read<ManagementTlv>(*Tlvs(*message).begin());
        BOOST_REQUIRE(tlv);
        BOOST_TEST((tlv->managementId == Data::managementId));
        const auto again = management::read<Data>(*tlv);
        BOOST_REQUIRE(again);
        BOOST_TEST((*again == data));

        for (std::size_t length = 0; length < tlv->dataField.size(); ++length) {
            const std::vector<std::uint8_t> cut(tlv->dataField.begin(),
                                                tlv->dataField.begin() + static_cast<std::ptrdiff_t>(length));
            const auto refused = management::read<Data>(ManagementTlv{Data::managementId, cut});
            BOOST_TEST((refused || refused.error == ParseError::tlv_too_short), length);
            if (shortened == Shortened::refused)
                BOOST_TEST((!refused || *refused == data),
                           "a shortened data field was read as something else");
        }
        for (std::size_t room = 48; room < buffer.size(); room += 3) {
            MessageBuffer small(room);
            BOOST_REQUIRE(build(small, Header{}, ManagementBody{}));
            BOOST_TEST(!management::append(small, data));
            BOOST_TEST(small.size() == 48);
        }
        const ManagementTlv other{ManagementId::fault_log, tlv->dataField};
        BOOST_TEST((management::read<Data>(other).error == ParseError::tlv_unexpected_type));
    }
}

BOOST_AUTO_TEST_CASE(ids_without_data) {
    check(NullManagement{}, "0001 0002 0000");
    check(SaveInNonVolatileStorage{}, "0001 0002 0003");
    check(ResetNonVolatileStorage{}, "0001 0002 0004");
    check(EnablePort{}, "0001 0002 200d");
    check(DisablePort{}, "0001 0002 200e");
}

BOOST_AUTO_TEST_CASE(descriptions) {
    const auto physical = octets("cecb29301a2d");
    const auto protocol = octets("0a090001");
    check(ClockDescription{clock_type::ordinary,
                           "IEEE 802.3",
                           physical,
                           {NetworkProtocol::udp_ipv4, protocol},
                           {0x00, 0x11, 0x22},
                           "Acme;M1;42",
                           "1;2;3",
                           "MyClock;Lab",
                           {0x00, 0x1b, 0x19, 0x00, 0x01, 0x00}},
          "0001 0046 0001 8000 0a49454545203830322e33 0006cecb29301a2d 0001 0004 0a090001 001122 00"
          "0a41636d653b4d313b3432 05313b323b33 0b4d79436c6f636b3b4c6162 001b19000100");
    check(UserDescription{"MyClock;Lab"}, "0001 000e 0002 0b 4d79436c6f636b3b4c6162");
    check(UserDescription{""}, "0001 0004 0002 00 00");
    check(Initialize{0x0102}, "0001 0004 0005 0102");
}

BOOST_AUTO_TEST_CASE(data_sets) {
    check(DefaultDataSet{true, false, 0x0102, 3, quality, 4, identity, 5},
          "0001 0016 2000 01 00 0102 03 06 21 4e5d 04 a0a1a2a3a4a5a6a7 05 00");
    check(DefaultDataSet{false, true, 1, 128, {}, 128, identity, 0},
          "0001 0016 2000 02 00 0001 80 f8 fe ffff 80 a0a1a2a3a4a5a6a7 00 00");
    check(CurrentDataSet{0x0102, -0x0304050607080910, 0x1112131415161718},
          "0001 0014 2001 0102 fcfbfaf9f8f7f6f0 1112131415161718");
    check(ParentDataSet{port, true, 0x0102, -2, 3, quality, 4, identity},
          "0001 0022 2002 a0a1a2a3a4a5a6a7 0809 01 00 0102 fffffffe 03 06 21 4e5d 04 a0a1a2a3a4a5a6a7");
    check(TimePropertiesDataSet{-37, 0x3c, TimeSource::gnss}, "0001 0006 2003 ffdb 3c 20");
    check(
        PortDataSet{port, PortState::slave, -3, 0x0102030405060708, 1, 3, -4, DelayMechanism::p2p, -5, 0x12},
        "0001 001c 2004 a0a1a2a3a4a5a6a7 0809 09 fd 0102030405060708 01 03 fc 02 fb 12");
}

BOOST_AUTO_TEST_CASE(members_of_data_sets) {
    check(Priority1{100}, "0001 0004 2005 64 00");
    check(Priority2{101}, "0001 0004 2006 65 00");
    check(Domain{24}, "0001 0004 2007 18 00");
    check(LogAnnounceInterval{-1}, "0001 0004 2009 ff 00");
    check(AnnounceReceiptTimeout{3}, "0001 0004 200a 03 00");
    check(LogSyncInterval{-7}, "0001 0004 200b f9 00");
    check(VersionNumber{0x12}, "0001 0004 200c 12 00");
    check(Time{{0x123456789abc, 999999999}}, "0001 000c 200f 123456789abc 3b9ac9ff");
    check(ClockAccuracyData{ClockAccuracy::unknown}, "0001 0004 2010 fe 00");
    check(UtcProperties{37, 7}, "0001 0006 2011 0025 07 00");
    check(TraceabilityProperties{0x30}, "0001 0004 2012 30 00");
    check(TimescaleProperties{0x08, TimeSource::ntp}, "0001 0004 2013 08 50");
    check(DelayMechanismData{DelayMechanism::p2p}, "0001 0004 6000 02 00");
    check(LogMinPdelayReqInterval{-3}, "0001 0004 6001 fd 00");
    check(MasterOnly{true}, "0001 0004 3001 01 00");
}

BOOST_AUTO_TEST_CASE(slave_only_is_understood_in_both_spellings) {
    check(SlaveOnly{true}, "0001 0004 2008 03 00");
    check(SlaveOnly{false}, "0001 0004 2008 00 00");
    for (const char* data : {"0100", "0200", "0300"})
        BOOST_TEST(management::read<SlaveOnly>({ManagementId::slave_only, octets(data)})->slaveOnly, data);
    BOOST_TEST(!management::read<SlaveOnly>({ManagementId::slave_only, octets("fc00")})->slaveOnly);
}

BOOST_AUTO_TEST_CASE(a_time_out_of_range_is_an_invalid_value) {
    const auto data = octets("000000000001 3b9aca00");
    BOOST_TEST((management::read<Time>({ManagementId::time, data}).error == ParseError::tlv_invalid_value));
}

BOOST_AUTO_TEST_CASE(options_of_the_standard) {
    check(UnicastNegotiationEnable{true}, "0001 0004 2014 01 00");
    check(PathTraceEnable{true}, "0001 0004 2016 01 00");
    check(UnicastMasterMaxTableSize{0x0102}, "0001 0004 2019 0102");
    check(AcceptableMasterTableEnabled{true}, "0001 0004 201b 01 00");
    check(AcceptableMasterMaxTableSize{0x0102}, "0001 0004 201c 0102");
    check(AlternateMaster{true, -3, 4}, "0001 0006 201d 01 fd 04 00");
    check(AlternateTimeOffsetEnable{5, true}, "0001 0004 201e 05 01");
    check(AlternateTimeOffsetName{5, "CEST"}, "0001 0008 201f 05 04 43455354");
    check(AlternateTimeOffsetName{5, "CET"}, "0001 0008 201f 05 03 434554 00");
    check(AlternateTimeOffsetMaxKey{3}, "0001 0004 2020 03 00");
    check(AlternateTimeOffsetProperties{5, -3600, 3600, 0x123456789abc},
          "0001 0012 2021 05 fffff1f0 00000e10 123456789abc 00");
    check(ExternalPortConfigurationEnabled{true}, "0001 0004 3000 01 00");
    check(HoldoverUpgradeEnable{true}, "0001 0004 3002 01 00");
    check(ExtPortConfigPortDataSet{PortState::passive}, "0001 0004 3003 00 07");
}

BOOST_AUTO_TEST_CASE(tables) {
    const auto ipv4 = octets("0a090001");
    const auto ipv6 = octets("fd000000000000000000000000000001");
    PathTraceList path;
    BOOST_TEST(path.pathSequence.push_back(identity));
    BOOST_TEST(path.pathSequence.push_back(any_clock));
    check(path, "0001 0012 2015 a0a1a2a3a4a5a6a7 ffffffffffffffff", Shortened::may_be_read);
    check(PathTraceList{}, "0001 0002 2015");

    UnicastMasterTable masters{-2, {}};
    BOOST_TEST(masters.table.push_back({NetworkProtocol::udp_ipv4, ipv4}));
    BOOST_TEST(masters.table.push_back({NetworkProtocol::udp_ipv6, ipv6}));
    check(masters, "0001 0022 2018 fe 0002 0001 0004 0a090001 0002 0010 fd000000000000000000000000000001 00");
    GrandmasterClusterTable cluster{3, {}};
    BOOST_TEST(cluster.table.push_back({NetworkProtocol::udp_ipv4, ipv4}));
    check(cluster, "0001 000c 2017 03 01 0001 0004 0a090001");
    AcceptableMasterTable acceptable;
    BOOST_TEST(acceptable.table.push_back({port, 7}));
    BOOST_TEST(acceptable.table.push_back({port, 8}));
    check(acceptable, "0001 001a 201a 0002 a0a1a2a3a4a5a6a7 0809 07 a0a1a2a3a4a5a6a7 0809 08");
}

BOOST_AUTO_TEST_CASE(a_count_that_no_table_can_hold_is_refused) {
    const auto too_many = octets("fe ffff 0001 0004 0a090001");
    BOOST_TEST((management::read<UnicastMasterTable>({ManagementId::unicast_master_table, too_many}).error ==
                ParseError::tlv_invalid_value));
    const auto negative = octets("ffff a0a1a2a3a4a5a6a7 0809 07 00");
    BOOST_TEST(
        (management::read<AcceptableMasterTable>({ManagementId::acceptable_master_table, negative}).error ==
         ParseError::tlv_invalid_value));
    const auto lying = octets("fe 0002 0001 0004 0a090001 00");
    BOOST_TEST((management::read<UnicastMasterTable>({ManagementId::unicast_master_table, lying}).error ==
                ParseError::tlv_too_short));
    const auto address = octets("fe 0001 0001 ffff 0a090001 00");
    BOOST_TEST((management::read<UnicastMasterTable>({ManagementId::unicast_master_table, address}).error ==
                ParseError::tlv_too_short));
    const std::vector<std::uint8_t> long_path(8 * (maximum_path + 1));
    BOOST_TEST((management::read<PathTraceList>({ManagementId::path_trace_list, long_path}).error ==
                ParseError::tlv_invalid_value));
}

BOOST_AUTO_TEST_CASE(ids_of_linuxptp) {
    check(
        TimeStatusNp{
            -2, 0x0102030405060708, -3, -4, 0x0910, {0x1112, 0x131415161718191a, 0x1b1c}, 1, identity},
        "0001 0034 c000 fffffffffffffffe 0102030405060708 fffffffd fffffffc 0910 1112 131415161718191a 1b1c"
        "00000001 a0a1a2a3a4a5a6a7");
    check(GrandmasterSettingsNp{quality, -37, 0x3c, TimeSource::gnss},
          "0001 000a c001 06 21 4e5d ffdb 3c 20");
    check(PortDataSetNp{20000000, 1}, "0001 000a c002 01312d00 00000001");
    check(SynchronizationUncertainNp{0xff}, "0001 0004 c006 ff 00");
    check(PortPropertiesNp{port, PortState::master, TimestampingNp::hardware, "vA"},
          "0001 0012 c004 a0a1a2a3a4a5a6a7 0809 06 01 02 7641 00");
    check(PortHwclockNp{port, -1, 1}, "0001 0012 c009 a0a1a2a3a4a5a6a7 0809 ffffffff 01 00");
    check(PowerProfileSettingsNp{1, 2, 3, 4, 5}, "0001 0012 c00a 0001 0002 00000003 00000004 00000005");
    check(CmldsInfoNp{-1, -2, 1}, "0001 0012 c00b ffffffffffffffff fffffffe 00000001");
    check(PortCorrectionsNp{1, -1, 0x10000},
          "0001 001a c00c 0000000000000001 ffffffffffffffff 0000000000010000");
    check(ExternalGrandmasterPropertiesNp{identity, 0x0102}, "0001 000c c00d a0a1a2a3a4a5a6a7 0102");
}

BOOST_AUTO_TEST_CASE(counters_of_linuxptp_are_little_endian) {
    PortStatsNp stats{port, {}, {}};
    std::string golden = "0001 010c c005 a0a1a2a3a4a5a6a7 0809";
    for (unsigned i = 0; i < message_type_count; ++i) {
        stats.rxMsgType[i] = 0x0100 + i;
        const std::uint8_t low[] = {static_cast<std::uint8_t>(i)};
        golden += hex(low) + "01000000000000";
    }
    stats.txMsgType[11] = 0x0123456789abcdef;
    golden += std::string(11 * 16, '0') + "efcdab8967452301" + std::string(4 * 16, '0');
    check(stats, golden);
    check(PortServiceStatsNp{port, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0a0b},
          "0001 005c c007 a0a1a2a3a4a5a6a7 0809 0100000000000000 0200000000000000 0300000000000000 "
          "0400000000000000"
          "0500000000000000 0600000000000000 0700000000000000 0800000000000000 0900000000000000 "
          "0b0a000000000000");
}

BOOST_AUTO_TEST_CASE(subscriptions_name_events_by_bit) {
    SubscribeEventsNp subscription{0x0102, {}};
    subscription.add(Notification::port_state);
    subscription.add(Notification::parent_data_set);
    check(subscription, "0001 0044 c003 0102 05" + std::string(126, '0'));
    BOOST_TEST(subscription.wants(Notification::port_state));
    BOOST_TEST(!subscription.wants(Notification::time_sync));
    BOOST_TEST(subscription.wants(Notification::parent_data_set));
}

BOOST_AUTO_TEST_CASE(unicast_masters_of_linuxptp) {
    const auto address = octets("0a090001");
    UnicastMasterTableNp masters;
    BOOST_TEST(masters.table.push_back({port,
                                        quality,
                                        1,
                                        UnicastStateNp::have_sync_delay,
                                        0x80,
                                        0x81,
                                        {NetworkProtocol::udp_ipv4, address}}));
    BOOST_TEST(masters.table.push_back(
        {port, {}, 0, UnicastStateNp::wait, 0, 0, {NetworkProtocol::udp_ipv4, address}}));
    check(masters,
          "0001 0038 c008 0002"
          "a0a1a2a3a4a5a6a7 0809 06 21 4e5d 01 03 80 81 0001 0004 0a090001"
          "a0a1a2a3a4a5a6a7 0809 f8 fe ffff 00 00 00 00 0001 0004 0a090001");
}

BOOST_AUTO_TEST_CASE(answers_of_linuxptp_are_read) {
    const auto first = [](std::string_view datagram_hex) {
        static std::vector<std::uint8_t> datagram;
        datagram = octets(datagram_hex);
        const auto message = parse(datagram);
        BOOST_REQUIRE(message);
        BOOST_TEST((message->as<ManagementBody>()->actionField == ManagementAction::response));
        const auto tlv = read<ManagementTlv>(*Tlvs(*message).begin());
        BOOST_REQUIRE(tlv);
        return *tlv;
    };
    const auto status =
        management::read<TimeStatusNp>(first("0d02006800000000000000000000000000000000c2462cfffea6d54b0000000"
                                             "1047f000000000000000030f10000020000010034"
                                             "c00000000000000000000000000000000000000000000000000000000000000"
                                             "000000000000000000000000192e39cfffe2dcf5d"));
    BOOST_REQUIRE(status);
    BOOST_TEST(status->gmPresent == 1);
    BOOST_TEST(to_text(status->gmIdentity) == "92e39c.fffe.2dcf5d");
    const auto parent = management::read<ParentDataSet>(
        first("0d02005600000000000000000000000000000000c2462cfffea6d54b00000001047f00000000000000003143000002"
              "00000100222002"
              "92e39cfffe2dcf5d00010000ffff7fffffff64f8feffff8092e39cfffe2dcf5d"));
    BOOST_REQUIRE(parent);
    BOOST_TEST(to_text(parent->parentPortIdentity) == "92e39c.fffe.2dcf5d-1");
    BOOST_TEST(parent->grandmasterPriority1 == 100);
    BOOST_TEST(parent->observedParentClockPhaseChangeRate == 0x7fffffff);
    const auto port_data =
        management::read<PortDataSet>(first("0d02005000000000000000000000000000000000c2462cfffea6d54b00010001"
                                            "047f0000000000000000316c000002000001001c2004"
                                            "c2462cfffea6d54b0001080000000000033c0000010300020002"));
    BOOST_REQUIRE(port_data);
    BOOST_TEST((port_data->portState == PortState::uncalibrated));
    BOOST_TEST(to_nanoseconds(port_data->meanLinkDelay) == 828);
    BOOST_TEST((port_data->delayMechanism == DelayMechanism::p2p));
    const auto default_data =
        management::read<DefaultDataSet>(first("0d02004a000000000000000000000000000000000637bbfffe660d5600000"
                                               "001047f000000000000000027a200000200000100162000"
                                               "0300000180fffeffff800637bbfffe660d560000"));
    BOOST_REQUIRE(default_data);
    BOOST_TEST(default_data->twoStepFlag);
    BOOST_TEST(default_data->slaveOnly);
    BOOST_TEST(default_data->clockQuality.clockClass == 255);
    const auto slave_only =
        management::read<SlaveOnly>(first("0d020038000000000000000000000000000000000637bbfffe660d560000000104"
                                          "7f00000000000000002a320000020000010004200802"
                                          "00"));
    BOOST_TEST(slave_only->slaveOnly);
    const auto description = management::read<ClockDescription>(first(
        "0d020064000000000000000000000000000000000637bbfffe660d5600010001047f000000000000000026fe000002000001"
        "00300001"
        "80000a49454545203830322e3300060637bb660d56000100040a09000200000000023b3b023b3b00001b19000100"));
    BOOST_REQUIRE(description);
    BOOST_TEST(description->physicalLayerProtocol == "IEEE 802.3");
    BOOST_TEST(description->productDescription == ";;");
    BOOST_TEST(description->userDescription == "");
    BOOST_TEST(hex(description->protocolAddress.addressField) == "0a090002");
}

BOOST_AUTO_TEST_CASE(an_error_of_linuxptp_is_read) {
    const auto datagram = octets(
        "0d02003c00000000000000000000000000000000cecb29fffe301a2d00000001047f00000000000000002fb6000002000002"
        "000800062015"
        "00000000");
    const auto status = read<ManagementErrorStatus>(*Tlvs(*parse(datagram)).begin());
    BOOST_TEST((*status ==
                ManagementErrorStatus{ManagementErrorId::not_supported, ManagementId::path_trace_list, ""}));
}

BOOST_AUTO_TEST_CASE(every_structure_was_held_against_octets) {
    exercise::for_each_type<exercise::ManagementData>([]<class Data>(Data*) {
        BOOST_TEST(checked().contains(Data::managementId), name(Data::managementId));
        BOOST_TEST(name(Data::managementId) != "UNKNOWN");
    });
}

BOOST_AUTO_TEST_SUITE_END()
