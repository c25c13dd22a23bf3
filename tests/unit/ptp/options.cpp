// SPDX-License-Identifier: Apache-2.0
//
// What each option of the engine does, seen from the network: where nothing else shows that it acts.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "impl/ptp/wire/management.hpp"
#include "impl/ptp/wire/tlv_types.hpp"
#include "tests/unit/ptp/clocks.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

struct Pair : Clocks {
    explicit Pair(const std::function<void(EngineConfig&, EngineConfig&)>& change = {})
        : Clocks([&](EngineConfig& a, EngineConfig& b) {
              b.clientOnly = true;
              if (change)
                  change(a, b);
          }) {}
    /// Whatever the master says it is.
    bool lock() {
        return net.run_until_true([&] { return slave->state() == PortState::slave; }, 30 * second);
    }
    std::uint64_t count(Discard reason) const { return slave->engine.statistics(1).count(reason); }
};

void of_type(Network& net, MessageType type, const std::function<void(Flying&)>& change) {
    net.filter = [type, change](Flying& flying) {
        if (flying.type() == type)
            change(flying);
        return true;
    };
}

using Octets = std::vector<std::uint8_t>;

const Flying* last_of(const Node& node, MessageType type) {
    for (auto sent = node.sent.rbegin(); sent != node.sent.rend(); ++sent)
        if (sent->type() == type)
            return &*sent;
    return nullptr;
}

} // namespace

BOOST_AUTO_TEST_SUITE(options_at_work)

BOOST_AUTO_TEST_CASE(delay_response_timeout_starts_a_port_anew) {
    for (const std::uint8_t limit : {std::uint8_t{0}, std::uint8_t{4}}) {
        Pair pair([&](EngineConfig&, EngineConfig& b) { b.ports[0].delay_response_timeout = limit; });
        BOOST_REQUIRE(pair.lock());
        pair.slave->calibrate = false;
        pair.net.filter = [](Flying& flying) { return flying.type() != MessageType::delay_resp; };
        pair.net.run_for(20 * second);
        BOOST_CHECK(pair.slave->state() == (limit == 0 ? PortState::slave : PortState::uncalibrated));
        BOOST_CHECK_GE(pair.slave->engine.statistics(1).delay_responses_lost, 8);
    }
}

BOOST_AUTO_TEST_CASE(inhibit_delay_req_leaves_the_master_in_peace) {
    Pair pair([](EngineConfig&, EngineConfig& b) { b.ports[0].inhibit_delay_req = true; });
    pair.net.run_for(30 * second);
    BOOST_CHECK(pair.slave->state() == PortState::uncalibrated);
    BOOST_CHECK_GE(pair.slave->syncs.size(), 15);
    BOOST_CHECK_EQUAL(pair.slave->sent_of(MessageType::delay_req), 0);
}

BOOST_AUTO_TEST_CASE(inhibit_announce_and_inhibit_multicast_service_keep_a_master_silent) {
    Pair quiet([](EngineConfig& a, EngineConfig&) { a.ports[0].inhibit_announce = true; });
    quiet.net.run_for(30 * second);
    BOOST_CHECK(quiet.master->state() == PortState::master);
    BOOST_CHECK_EQUAL(quiet.master->sent_of(MessageType::announce), 0);
    BOOST_CHECK_GE(quiet.master->sent_of(MessageType::sync), 15);

    Pair silent([](EngineConfig& a, EngineConfig&) { a.ports[0].inhibit_multicast_service = true; });
    silent.net.run_for(30 * second);
    BOOST_CHECK(silent.master->state() == PortState::master);
    BOOST_CHECK(silent.master->sent.empty());
}

BOOST_AUTO_TEST_CASE(ignore_source_id_takes_syncs_of_any_port) {
    for (const bool ignore : {false, true}) {
        Pair pair([&](EngineConfig&, EngineConfig& b) { b.ports[0].ignore_source_id = ignore; });
        pair.net.filter = [](Flying& flying) {
            if (flying.type() == MessageType::sync || flying.type() == MessageType::follow_up)
                flying.bytes[29] = 2; // portNumber
            return true;
        };
        pair.net.run_for(30 * second);
        BOOST_CHECK_EQUAL(pair.slave->syncs.size() > 10, ignore);
        BOOST_CHECK_EQUAL(pair.count(Discard::not_from_parent) > 10, !ignore);
    }
}

BOOST_AUTO_TEST_CASE(assume_two_step_waits_for_a_follow_up_whatever_sync_says) {
    for (const bool assume : {false, true}) {
        Pair pair([&](EngineConfig&, EngineConfig& b) { b.assume_two_step = assume; });
        of_type(pair.net, MessageType::sync, [](Flying& flying) {
            flying.bytes[6] = static_cast<std::uint8_t>(flying.bytes[6] & ~0x02);
            flying.bytes[42] = 0; // some of originTimestamp's nanoseconds: Follow_Up knows better
            flying.bytes[43] = 0;
        });
        pair.net.run_for(30 * second);
        BOOST_REQUIRE(!pair.slave->syncs.empty());
        std::size_t exact = 0;
        for (const SyncMeasured& sync : pair.slave->syncs)
            exact += sync.t2.time - sync.t1 == 255'000 ? 1U : 0U;
        BOOST_CHECK_EQUAL(exact == pair.slave->syncs.size(), assume);
    }
}

BOOST_AUTO_TEST_CASE(follow_up_info_adds_the_tlv_of_802_1as) {
    for (const bool wanted : {false, true}) {
        Pair pair([&](EngineConfig& a, EngineConfig&) {
            a.ports[0].follow_up_info = wanted;
            a.ports[0].asCapable = AsCapableMode::always;
        });
        BOOST_REQUIRE(pair.lock());
        const Flying* follow_up = last_of(*pair.master, MessageType::follow_up);
        BOOST_REQUIRE(follow_up);
        const Message message = follow_up->message();
        const auto tlv = read<FollowUpInformation>(Tlvs(message).find(TlvType::organization_extension));
        BOOST_CHECK_EQUAL(static_cast<bool>(tlv), wanted);
    }
}

BOOST_AUTO_TEST_CASE(as_capable_true_needs_no_measured_link) { // IEEE 802.1AS-2020 clause 11.2.2
    for (const bool always : {false, true}) {
        Pair pair([&](EngineConfig& a, EngineConfig& b) {
            for (EngineConfig* config : {&a, &b}) {
                config->ports[0].follow_up_info = true;
                config->ports[0].delay_mechanism = DelayMechanism::p2p;
                config->ports[0].asCapable = always ? AsCapableMode::always : AsCapableMode::automatic;
            }
        });
        const auto tell = [&](Nanoseconds delay) {
            for (std::size_t i = 0; i < 2; ++i)
                pair.net.with(i, [&](Engine& engine, Now now, Actions& out) {
                    engine.mean_link_delay(1, delay, 1.0, now, out);
                });
        };
        tell(30'000'000); // above neighborPropDelayThresh
        pair.net.run_for(30 * second);
        BOOST_CHECK_EQUAL(pair.slave->state() == PortState::slave, always);
        tell(-30'000'000); // below min_neighbor_prop_delay
        pair.net.run_for(30 * second);
        BOOST_CHECK_EQUAL(pair.slave->state() == PortState::slave, always);
        tell(500);
        BOOST_CHECK(pair.lock());
        pair.net.filter = [](Flying& flying) { return flying.type() != MessageType::pdelay_resp; };
        pair.net.run_for(3500 * ms); // allowedLostResponses and no more
        BOOST_CHECK(pair.slave->state() == PortState::slave);
        pair.net.run_for(2 * second);
        BOOST_CHECK_EQUAL(pair.slave->engine.data_sets().portDS[0].asCapable, always);
    }
}

BOOST_AUTO_TEST_CASE(sync_receipt_timeout_gives_up_a_master_that_only_announces) {
    for (const std::uint8_t intervals : {std::uint8_t{0}, std::uint8_t{3}}) {
        Pair pair([&](EngineConfig&, EngineConfig& b) { b.ports[0].syncReceiptTimeout = intervals; });
        BOOST_REQUIRE(pair.lock());
        const auto states = pair.slave->states.size();
        pair.net.filter = [](Flying& flying) { return flying.type() != MessageType::sync; };
        pair.net.run_for(2900 * ms);
        BOOST_CHECK_EQUAL(pair.slave->states.size(), states);
        pair.net.run_for(1200 * ms);
        BOOST_CHECK_EQUAL(pair.slave->states.size() > states, intervals > 0);
        BOOST_CHECK_EQUAL(pair.slave->engine.statistics(1).sync_timeout > 0, intervals > 0);
    }
}

BOOST_AUTO_TEST_CASE(the_sdo_of_a_port_is_in_what_it_sends_and_wanted_in_what_it_hears) { // clause 7.1.4
    struct Row {
        const char* what;
        std::uint8_t master_major, slave_major, master_minor, slave_minor, minor_version;
        bool ignore, meets;
    };
    const Row rows[] = {
        {"both 0", 0, 0, 0, 0, 1, false, true},
        {"the same majorSdoId", 2, 2, 0, 0, 1, false, true},
        {"another majorSdoId", 2, 0, 0, 0, 1, false, false},
        {"another majorSdoId, ignored", 2, 0, 0, 0, 1, true, true},
        {"the same minorSdoId", 0, 0, 9, 9, 1, false, true},
        {"another minorSdoId", 0, 0, 9, 0, 1, false, false},
        {"another minorSdoId, ignored", 0, 0, 9, 0, 1, true, true},
        {"a master of 2008 has no minorSdoId", 0, 0, 9, 9, 0, false, true},
    };
    for (const Row& row : rows) {
        Pair pair([&](EngineConfig& a, EngineConfig& b) {
            a.ports[0].transportSpecific = row.master_major;
            b.ports[0].transportSpecific = row.slave_major;
            a.minorSdoId = row.master_minor;
            b.minorSdoId = row.slave_minor;
            a.ports[0].ptp_minor_version = row.minor_version;
            // The other direction is not in question.
            a.ports[0].ignore_transport_specific = true;
            b.ports[0].ignore_transport_specific = row.ignore;
        });
        BOOST_CHECK_MESSAGE(pair.lock() == row.meets, row.what);
        BOOST_CHECK_MESSAGE((pair.count(Discard::other_sdo) > 0) != row.meets, row.what);
        const Flying* announce = last_of(*pair.master, MessageType::announce);
        BOOST_REQUIRE(announce);
        BOOST_CHECK_EQUAL(announce->bytes[0] >> 4, row.master_major);
        BOOST_CHECK_EQUAL(announce->bytes[1], row.minor_version << 4 | 2);
        BOOST_CHECK_EQUAL(announce->bytes[5], row.minor_version == 0 ? 0 : row.master_minor);
    }
}

BOOST_AUTO_TEST_CASE(event_messages_over_ipv6_are_padded_annex_d_2) {
    for (const bool ipv6 : {false, true}) {
        Pair pair([&](EngineConfig& a, EngineConfig& b) {
            for (EngineConfig* config : {&a, &b})
                if (ipv6)
                    config->ports[0].networkProtocol = NetworkProtocol::udp_ipv6;
        });
        BOOST_REQUIRE(pair.lock());
        for (const Node* node : {pair.master, pair.slave})
            for (const Flying& flying : node->sent) {
                const std::size_t length = flying.message().header.messageLength;
                const bool padded = ipv6 && is_event(flying.type());
                BOOST_CHECK_EQUAL(flying.bytes.size(), length + (padded ? 2 : 0));
            }
    }
}

BOOST_AUTO_TEST_CASE(what_a_boundary_clock_announces_over_ipv6_is_never_cut_into_fragments) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    EngineConfig b = clock_config(2, 2);
    b.ports[1].networkProtocol = NetworkProtocol::udp_ipv6;
    net.add(a, {0});
    net.add(b, {0, 1});
    net.filter = [](Flying& flying) {
        if (flying.node != 0 || flying.type() != MessageType::announce)
            return true;
        flying.bytes.insert(flying.bytes.end(), {0x40, 0x00, 0x05, 0x50}); // 1360 octets that propagate
        flying.bytes.resize(flying.bytes.size() + 0x550);
        flying.bytes.insert(flying.bytes.end(), {0x40, 0x00, 0x00, 0x20});
        flying.bytes.resize(flying.bytes.size() + 0x20);
        flying.bytes[2] = static_cast<std::uint8_t>(flying.bytes.size() >> 8);
        flying.bytes[3] = static_cast<std::uint8_t>(flying.bytes.size());
        return true;
    };
    net.start();
    net.run_for(40 * second);
    BOOST_REQUIRE(net[1].state(2) == PortState::master);
    const Flying* announce = last_of(net[1], MessageType::announce);
    BOOST_REQUIRE(announce);
    BOOST_CHECK_GE(announce->bytes.size(), 64 + 4 + 0x550);
    BOOST_CHECK_LE(announce->bytes.size(), 1452);
}

BOOST_AUTO_TEST_CASE(steps_removed_255_is_never_followed_clause_9_3_2_5) {
    Pair pair([](EngineConfig&, EngineConfig& b) { b.maxStepsRemoved = 1000; });
    of_type(pair.net, MessageType::announce, [](Flying& flying) { flying.bytes[62] = 255; });
    pair.net.run_for(30 * second);
    BOOST_CHECK(pair.slave->state() == PortState::listening);
    BOOST_CHECK_GE(pair.count(Discard::steps_removed), 5);
}

BOOST_AUTO_TEST_CASE(a_server_only_port_counts_what_it_does_not_hear) {
    Network net;
    EngineConfig b = clock_config(2);
    b.ports[0].serverOnly = true;
    net.add(clock_config(1));
    net.add(b);
    net.start();
    net.run_for(30 * second);
    BOOST_CHECK_GE(net[1].engine.statistics(1).count(Discard::wrong_state), 5);
}

BOOST_AUTO_TEST_CASE(an_announced_interval_of_weeks_keeps_nobody_alive) { // clause 9.3.2.4.5
    Network net;
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
        EngineConfig master = clock_config(number);
        master.ports[0].serverOnly = true; // both announce, whoever is better
        net.add(master);
    }
    EngineConfig slave = clock_config(3);
    slave.clientOnly = true;
    net.add(slave);
    of_type(net, MessageType::announce, [](Flying& flying) {
        if (flying.node == 1)
            flying.bytes[33] = 22;
    });
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[2].state() == PortState::slave; }, 30 * second));
    net[1].silent = true;
    net.run_for(120 * second);
    BOOST_REQUIRE(net[2].parent().grandmasterIdentity == clock_id(1));
    const auto told = net[2].masters.size();
    net[0].silent = true;
    net.run_for(60 * second);
    BOOST_CHECK(net[2].state() == PortState::listening);
    for (std::size_t i = told; i < net[2].masters.size(); ++i)
        BOOST_CHECK(net[2].masters[i].grandmasterIdentity != clock_id(2));
}

BOOST_AUTO_TEST_CASE(uncertain_time_is_announced_as_such) { // linuxptp's SYNCHRONIZATION_UNCERTAIN_NP
    Pair pair;
    BOOST_REQUIRE(pair.lock());
    BOOST_CHECK(
        !last_of(*pair.master, MessageType::announce)->message().header.has(flag::synchronization_uncertain));
    MessageBuffer question;
    ManagementBody body;
    body.actionField = ManagementAction::set;
    Header header;
    header.sourcePortIdentity = {clock_id(99), 1};
    BOOST_REQUIRE(build(question, header, body));
    BOOST_REQUIRE(append(question, ManagementTlv{ManagementId::synchronization_uncertain_np,
                                                 std::array<std::uint8_t, 2>{1, 0}}));
    Packet packet;
    packet.route = Route::management_read_write;
    packet.bytes = question.octets();
    pair.net.with(0, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
    pair.net.run_for(5 * second);
    BOOST_CHECK(
        last_of(*pair.master, MessageType::announce)->message().header.has(flag::synchronization_uncertain));
    BOOST_CHECK(pair.slave->parent().synchronizationUncertain);
}

BOOST_AUTO_TEST_CASE(a_master_that_became_a_slave_sends_no_follow_up_any_more) {
    Network net;
    net.stamp_delay = 400 * ms;
    net.add(clock_config(2));
    net.start();
    BOOST_REQUIRE(
        net.run_until_true([&] { return net[0].sent_of(MessageType::follow_up) > 3; }, 30 * second));
    Header header;
    header.sourcePortIdentity = {clock_id(1), 1};
    AnnounceBody better;
    better.grandmasterPriority1 = 1;
    better.grandmasterIdentity = clock_id(1);
    net.deliver(0, header, better);
    const auto syncs = net[0].sent_of(MessageType::sync);
    BOOST_REQUIRE(net.run_until_true([&] { return net[0].sent_of(MessageType::sync) > syncs; }, 2 * second));
    const auto follow_ups = net[0].sent_of(MessageType::follow_up);
    header.sequenceId = 1;
    net.deliver(0, header, better);
    BOOST_REQUIRE(net[0].state() == PortState::uncalibrated);
    net.run_for(second);
    BOOST_CHECK_EQUAL(net[0].sent_of(MessageType::follow_up), follow_ups);
}

BOOST_AUTO_TEST_CASE(latencies_are_taken_out_of_the_raw_stamps_too) { // clause 7.3.4.2
    Pair pair([](EngineConfig&, EngineConfig& b) {
        b.ports[0].ingressLatency = 200 * 65536;
        b.ports[0].egressLatency = 300 * 65536;
    });
    BOOST_REQUIRE(pair.lock());
    const SyncMeasured& sync = pair.slave->syncs.back();
    BOOST_CHECK_EQUAL(sync.t2.time - sync.t2.raw, 250'000);
    const DelayMeasured& delay = pair.slave->delays.back();
    BOOST_CHECK_EQUAL(delay.t3.time - delay.t3.raw, 250'000);
}

BOOST_AUTO_TEST_CASE(a_follow_up_that_comes_first_brings_its_correction) {
    Pair pair;
    pair.net.delay_of = [](const Flying& flying) {
        return flying.type() == MessageType::sync ? Nanoseconds{2'000'000} : Nanoseconds{5'000};
    };
    pair.net.filter = [](Flying& flying) {
        if (flying.type() == MessageType::sync)
            flying.bytes[13] = 10;
        if (flying.type() == MessageType::follow_up)
            flying.bytes[13] = 7;
        return true;
    };
    BOOST_REQUIRE(pair.lock());
    BOOST_CHECK_EQUAL(pair.slave->syncs.back().correction, 17 * 65536);
}

BOOST_AUTO_TEST_CASE(intervals_on_the_wire_clause_13_3_2_14) {
    // Multicast tells the pace, unicast has it by contract.
    Pair multicast([](EngineConfig& a, EngineConfig&) {
        a.ports[0].logSyncInterval = -2;
        a.ports[0].logMinDelayReqInterval = -1;
    });
    BOOST_REQUIRE(multicast.lock());
    const auto told = [](const Node& node, MessageType type) {
        const Flying* sent = last_of(node, type);
        return sent ? int{sent->message().header.logMessageInterval} : 999;
    };
    BOOST_CHECK_EQUAL(told(*multicast.master, MessageType::announce), 1);
    BOOST_CHECK_EQUAL(told(*multicast.master, MessageType::sync), -2);
    BOOST_CHECK_EQUAL(told(*multicast.master, MessageType::follow_up), -2);
    BOOST_CHECK_EQUAL(told(*multicast.master, MessageType::delay_resp), -1);
    BOOST_CHECK_EQUAL(told(*multicast.slave, MessageType::delay_req), 0x7f);

    Pair unicast([](EngineConfig& a, EngineConfig& b) {
        a.ports[0].unicast_listen = true;
        a.ports[0].inhibit_multicast_service = true;
        b.ports[0].unicast_masters = {{host(1), 128}};
        b.ports[0].logSyncInterval = -4;
        b.ports[0].logAnnounceInterval = 0;
    });
    BOOST_REQUIRE(unicast.lock());
    BOOST_CHECK_EQUAL(told(*unicast.master, MessageType::announce), 0);
    for (const MessageType type :
         {MessageType::sync, MessageType::follow_up, MessageType::delay_resp, MessageType::signaling})
        BOOST_CHECK_EQUAL(told(*unicast.master, type), 0x7f);
    BOOST_CHECK_EQUAL(int{unicast.slave->syncs.back().logSyncInterval}, -4); // as granted

    for (const bool gptp : {false, true}) {
        Pair peers([&](EngineConfig& a, EngineConfig& b) {
            for (EngineConfig* config : {&a, &b}) {
                config->ports[0].delay_mechanism = DelayMechanism::p2p;
                config->ports[0].follow_up_info = gptp;
                config->ports[0].asCapable = AsCapableMode::always;
                config->ports[0].logMinPdelayReqInterval = -2;
            }
        });
        BOOST_REQUIRE(peers.lock());
        BOOST_CHECK_EQUAL(told(*peers.slave, MessageType::pdelay_req), gptp ? -2 : 0x7f);
        BOOST_CHECK_EQUAL(told(*peers.slave, MessageType::pdelay_resp), 0x7f);
        BOOST_CHECK_EQUAL(told(*peers.slave, MessageType::pdelay_resp_follow_up), 0x7f);
    }
}

BOOST_AUTO_TEST_CASE(faults_rest_for_as_long_as_they_are_told_to) {
    // Several neighbours on a P2P link: fault_badpeernet_interval.
    for (const Nanoseconds rest : {4 * second, 40 * second}) {
        Network net;
        for (std::uint8_t i = 1; i <= 3; ++i) {
            EngineConfig config = clock_config(i);
            config.ports[0].delay_mechanism = DelayMechanism::p2p;
            config.ports[0].fault_badpeernet_interval = rest;
            net.add(config);
        }
        net.start();
        BOOST_REQUIRE(net.run_until_true([&] { return net[0].state() == PortState::faulty; }, 20 * second));
        const Nanoseconds since = net[0].state_times.back();
        BOOST_REQUIRE(net.run_until_true([&] { return net[0].state() != PortState::faulty; }, 60 * second));
        BOOST_CHECK_EQUAL(net[0].state_times.back() - since, rest);
    }
}

BOOST_AUTO_TEST_CASE(minor_version_falls_back_where_a_unicast_master_never_answers_2_1) {
    for (const bool allowed : {false, true}) {
        Pair pair([&](EngineConfig& a, EngineConfig& b) {
            a.ports[0].unicast_listen = true;
            a.ports[0].inhibit_multicast_service = true;
            b.ports[0].unicast_masters = {{host(1), 128}};
            b.ports[0].minor_version_fallback = allowed;
        });
        pair.net.filter = [](Flying& flying) { return flying.node == 0 || (flying.bytes[1] >> 4) == 0; };
        BOOST_CHECK_EQUAL(
            pair.net.run_until_true([&] { return pair.slave->state() == PortState::slave; }, 60 * second),
            allowed);
        BOOST_CHECK_EQUAL(pair.slave->count(FaultKind::minor_version_fallback), allowed ? 1 : 0);
    }
}

BOOST_AUTO_TEST_CASE(oper_intervals_hold_while_the_time_is_known) { // IEEE 802.1AS-2020 clause 10.6.4.3
    Pair pair([](EngineConfig& a, EngineConfig& b) {
        for (EngineConfig* config : {&a, &b}) {
            config->ports[0].delay_mechanism = DelayMechanism::p2p;
            config->ports[0].msg_interval_request = true;
            config->ports[0].logMinPdelayReqInterval = -3;
            config->ports[0].operLogPdelayReqInterval = 2;
        }
    });
    BOOST_REQUIRE(pair.lock());
    BOOST_CHECK_EQUAL(int{pair.slave->engine.data_sets().portDS[0].logMinPdelayReqInterval}, 2);
    pair.net.with(1, [](Engine& engine, Now now, Actions& out) { engine.clock_adjusted({}, now, out); });
    BOOST_CHECK_EQUAL(int{pair.slave->engine.data_sets().portDS[0].logMinPdelayReqInterval}, -3);
}

BOOST_AUTO_TEST_CASE(interval_requests_are_obeyed_where_allowed_and_within_reason) {
    struct Row {
        bool allowed;
        std::int8_t wish;
        int becomes;
    };
    for (const Row& row : {Row{true, -5, -5}, Row{true, 10, 10}, Row{true, -8, 0}, Row{true, 11, 0},
                           Row{true, 127, 0}, Row{true, 126, 0}, Row{true, -128, 0}, Row{false, -5, 0}}) {
        Pair pair([&](EngineConfig& a, EngineConfig&) { a.ports[0].msg_interval_request = row.allowed; });
        BOOST_REQUIRE(pair.lock());
        Header header;
        header.sourcePortIdentity = {clock_id(2), 1};
        MessageBuffer buffer;
        BOOST_REQUIRE(build(buffer, header, SignalingBody{any_port_identity}));
        BOOST_REQUIRE(append(buffer, MessageIntervalRequest{row.wish, row.wish, row.wish, 0}));
        pair.net.deliver(0, 1, Channel::general, buffer.octets());
        const PortDS& set = pair.master->engine.data_sets().portDS[0];
        BOOST_CHECK_EQUAL(int{set.logSyncInterval}, row.becomes);
        BOOST_CHECK_EQUAL(int{set.logMinPdelayReqInterval}, row.becomes);
        BOOST_CHECK_EQUAL(int{set.logAnnounceInterval}, row.becomes == 0 ? 1 : row.becomes);
    }
}

BOOST_AUTO_TEST_CASE(halves_from_both_sides_of_a_step_are_not_put_together) {
    Pair pair;
    BOOST_REQUIRE(pair.lock());
    const auto before = pair.slave->syncs.size();
    pair.net.filter = [](Flying& flying) { return flying.type() != MessageType::follow_up; };
    const auto sent = pair.master->sent_of(MessageType::follow_up);
    BOOST_REQUIRE(pair.net.run_until_true([&] { return pair.master->sent_of(MessageType::follow_up) > sent; },
                                          2 * second));
    pair.net.run_for(10 * ms);
    pair.slave->offset += 5 * second; // its own clock is set
    pair.net.with(1, [](Engine& engine, Now now, Actions& out) {
        ClockAdjusted adjusted;
        adjusted.stepped = adjusted.calibrated = true;
        engine.clock_adjusted(adjusted, now, out);
    });
    const Octets late = last_of(*pair.master, MessageType::follow_up)->bytes;
    pair.net.deliver(1, 1, Channel::general, late);
    BOOST_CHECK_EQUAL(pair.slave->syncs.size(), before);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_disabled_takes_leave_of_its_unicast_clients) {
    Pair pair([](EngineConfig& a, EngineConfig& b) {
        a.ports[0].unicast_listen = true;
        b.ports[0].unicast_masters = {{host(1), 128}};
    });
    BOOST_REQUIRE(pair.lock());
    ClockUpdate off;
    off.ports.resize(1);
    off.ports[0].port = 1;
    off.ports[0].enabled = false;
    const auto signaled = pair.master->sent_of(MessageType::signaling);
    pair.net.with(0, [&](Engine& engine, Now now, Actions& out) { engine.update(off, now, out); });
    BOOST_CHECK_EQUAL(pair.master->sent_of(MessageType::signaling), signaled + 3);
    const Message last = last_of(*pair.master, MessageType::signaling)->message();
    BOOST_CHECK(read<UnicastCancel>(*Tlvs(last).begin()));
}

BOOST_AUTO_TEST_CASE(only_a_master_grants_clause_16_1_1) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 1;
    EngineConfig b = clock_config(2);
    b.ports[0].unicast_listen = true;
    net.add(a);
    net.add(b);
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::slave; }, 30 * second));
    Header header;
    header.sourcePortIdentity = {clock_id(66), 1};
    MessageBuffer buffer;
    BOOST_REQUIRE(build(buffer, header, SignalingBody{any_port_identity}));
    BOOST_REQUIRE(append(buffer, UnicastRequest{MessageType::sync, 0, 100}));
    net.deliver(1, 1, Channel::general, buffer.octets(), host(66), Route::unicast);
    const Flying* answer = last_of(net[1], MessageType::signaling);
    BOOST_REQUIRE(answer);
    const Message message = answer->message();
    BOOST_CHECK_EQUAL(read<UnicastGrant>(*Tlvs(message).begin())->durationField, 0);
    BOOST_CHECK_EQUAL(net[1].engine.statistics(1).count(Discard::unicast_refused), 1);
}

BOOST_AUTO_TEST_CASE(a_granted_pace_of_delay_requests_is_kept) {
    Pair pair([](EngineConfig& a, EngineConfig& b) {
        a.ports[0].unicast_listen = true;
        a.ports[0].unicast_min_log_interval = -7;
        b.ports[0].unicast_masters = {{host(1), 128}};
        b.ports[0].logMinDelayReqInterval = 6; // slower than any that is granted
    });
    BOOST_REQUIRE(pair.net.run_until_true(
        [&] { return pair.slave->engine.data_sets().portDS[0].logMinDelayReqInterval == 4; }, 60 * second));
}

BOOST_AUTO_TEST_CASE(gm_capable_0_leads_only_where_nobody_else_does) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 1;
    a.gmCapable = false;
    net.add(a);
    net.start();
    net.run_for(20 * second);
    BOOST_REQUIRE(net[0].state() == PortState::master);
    BOOST_CHECK_EQUAL(
        int{last_of(net[0], MessageType::announce)->message().as<AnnounceBody>()->grandmasterPriority1}, 255);
    net.add(clock_config(2));
    net.start(1);
    BOOST_CHECK(net.run_until_true([&] { return net[0].state() == PortState::slave; }, 30 * second));
}

BOOST_AUTO_TEST_CASE(
    local_priority_of_the_clock_itself_decides_in_telecom_profiles) { // G.8275.2 clause 6.7.11
    for (const std::uint8_t own : {std::uint8_t{100}, std::uint8_t{200}}) {
        Network net;
        for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
            EngineConfig config = clock_config(number);
            config.dataset_comparison = DatasetComparison::g8275;
            config.localPriority = number == 2 ? own : std::uint8_t{128};
            net.add(config);
        }
        net.start();
        net.run_for(40 * second);
        // A clock of class 248 goes by its own priority against that of the port; the other one by identity.
        BOOST_CHECK(net[1].state() == (own < 128 ? PortState::master : PortState::slave));
    }
}

BOOST_AUTO_TEST_CASE(a_master_only_port_has_no_say_in_the_election) { // clause 9.2.2.2
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 1;
    EngineConfig b = clock_config(2, 2);
    net.add(a, {0});
    net.add(b, {0, 1});
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state(1) == PortState::slave; }, 30 * second));
    ClockUpdate change;
    change.ports.resize(1);
    change.ports[0].port = 1;
    change.ports[0].serverOnly = true;
    net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.update(change, now, out); });
    net.run_for(30 * second);
    BOOST_CHECK(net[1].state(1) == PortState::master);
    BOOST_CHECK(net[1].parent().grandmasterIdentity == clock_id(2));
    change.ports[0].serverOnly = false;
    net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.update(change, now, out); });
    BOOST_CHECK(net.run_until_true([&] { return net[1].state(1) == PortState::slave; }, 30 * second));
}

BOOST_AUTO_TEST_CASE(domain_and_client_only_can_change_at_run_time) {
    Pair pair([](EngineConfig&, EngineConfig& b) { b.clientOnly = false; });
    BOOST_REQUIRE(pair.lock());
    const auto change = [&](const ClockUpdate& update) {
        pair.net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.update(update, now, out); });
    };
    ClockUpdate domain;
    domain.domainNumber = std::uint8_t{7};
    change(domain);
    BOOST_CHECK(pair.slave->state() == PortState::listening); // at once: who led was of another domain
    pair.net.run_for(30 * second);
    BOOST_CHECK(pair.slave->state() == PortState::master);
    BOOST_CHECK_EQUAL(int{last_of(*pair.slave, MessageType::announce)->message().header.domainNumber}, 7);
    ClockUpdate client;
    client.clientOnly = true;
    change(client);
    pair.net.run_for(30 * second);
    BOOST_CHECK(pair.slave->state() == PortState::listening);
    domain.domainNumber = std::uint8_t{0};
    change(domain);
    BOOST_CHECK(pair.lock());
}

BOOST_AUTO_TEST_CASE(a_client_says_class_255_and_its_own_when_it_may_lead_clause_7_6_2_5) {
    Pair pair([](EngineConfig&, EngineConfig& b) { b.clockQuality.clockClass = 7; });
    BOOST_REQUIRE(pair.lock());
    BOOST_CHECK_EQUAL(int{pair.slave->engine.data_sets().defaultDS.clockQuality.clockClass}, 255);
    ClockUpdate update;
    update.clientOnly = false;
    update.priority1 = std::uint8_t{1};
    pair.net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.update(update, now, out); });
    BOOST_REQUIRE(
        pair.net.run_until_true([&] { return pair.slave->state() == PortState::master; }, 30 * second));
    const Message announce = last_of(*pair.slave, MessageType::announce)->message();
    BOOST_CHECK_EQUAL(int{announce.as<AnnounceBody>()->grandmasterClockQuality.clockClass}, 7);
    BOOST_CHECK(
        pair.net.run_until_true([&] { return pair.master->state() == PortState::slave; }, 30 * second));
}

BOOST_AUTO_TEST_CASE(sync_receipt_timeout_can_change_at_run_time) {
    for (const bool after : {false, true}) {
        Pair pair([&](EngineConfig&, EngineConfig& b) { b.ports[0].syncReceiptTimeout = after ? 0 : 3; });
        BOOST_REQUIRE(pair.lock());
        ClockUpdate update;
        update.ports.resize(1);
        update.ports[0].port = 1;
        update.ports[0].syncReceiptTimeout = static_cast<std::uint8_t>(after ? 3 : 0);
        pair.net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.update(update, now, out); });
        pair.net.filter = [](Flying& flying) { return flying.type() != MessageType::sync; };
        pair.net.run_for(10 * second);
        BOOST_CHECK_EQUAL(pair.slave->engine.statistics(1).sync_timeout > 0, after);
    }
}

BOOST_AUTO_TEST_CASE(a_local_question_about_another_domain_is_not_answered) {
    Pair pair;
    for (const std::uint8_t domain : {std::uint8_t{5}, std::uint8_t{0}}) {
        Header header;
        header.domainNumber = domain;
        header.sourcePortIdentity = {clock_id(99), 1};
        MessageBuffer buffer;
        BOOST_REQUIRE(build(buffer, header, ManagementBody{}));
        BOOST_REQUIRE(append(buffer, ManagementTlv{ManagementId::priority1, {}}));
        Packet packet;
        packet.route = Route::management_read_write;
        packet.bytes = buffer.octets();
        pair.net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
        BOOST_CHECK_EQUAL(pair.slave->local.size(), domain == 0 ? 1 : 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
