// SPDX-License-Identifier: Apache-2.0
//
// Everything from the network lies: forged, replayed, mutated and flooding messages. Nothing may crash, grow,
// move the clock or change the master; every refusal is counted under its reason.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <string>

#include "impl/ptp/random.hpp"
#include "impl/ptp/wire/tlv_types.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

/// A locked slave (node 1) of a master (node 0), and an attacker who sees and says what it wants.
struct Attacked {
    Network net;
    PortIdentity parent{clock_id(1), 1};
    PortIdentity own{clock_id(2), 1};

    Attacked() {
        EngineConfig a = clock_config(1);
        a.priority1 = 100;
        net.add(a);
        EngineConfig b = clock_config(2);
        b.ports[0].protocolAddress = host(2);
        net.add(b).offset = 250'000;
        net.start();
        BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::slave; }, 40 * second));
        net.run_for(2 * second);
    }

    Node& slave() { return net[1]; }
    std::uint64_t count(Discard reason) { return slave().engine.statistics(1).count(reason); }
    Header from(const PortIdentity& source, std::uint16_t sequenceId = 0) {
        Header header;
        header.sourcePortIdentity = source;
        header.sequenceId = sequenceId;
        header.logMessageInterval = 0;
        return header;
    }
    std::size_t measurements() { return slave().syncs.size() + slave().delays.size(); }
    std::uint16_t last_sequence(MessageType type) {
        for (auto sent = net[0].sent.rbegin(); sent != net[0].sent.rend(); ++sent)
            if (sent->type() == type)
                return sent->message().header.sequenceId;
        return 0;
    }
    const Flying& last(std::size_t node, MessageType type) {
        for (auto sent = net[node].sent.rbegin(); sent != net[node].sent.rend(); ++sent)
            if (sent->type() == type)
                return *sent;
        return net[node].sent.back();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(hostile)

BOOST_AUTO_TEST_CASE(each_lie_is_counted_and_changes_nothing) {
    struct Lie {
        std::string what;
        std::function<void(Attacked&)> tell;
        Discard reason;
    };
    const std::vector<Lie> lies = {
        {"another domain",
         [](Attacked& a) {
             Header header = a.from(a.parent, 1000);
             header.domainNumber = 5;
             a.net.deliver(1, header, SyncBody{});
         },
         Discard::other_domain},
        {"another majorSdoId",
         [](Attacked& a) {
             Header header = a.from(a.parent, 1000);
             header.majorSdoId = 1;
             a.net.deliver(1, header, SyncBody{});
         },
         Discard::other_sdo},
        {"another minorSdoId",
         [](Attacked& a) {
             Header header = a.from(a.parent, 1000);
             header.minorSdoId = 1;
             a.net.deliver(1, header, SyncBody{});
         },
         Discard::other_sdo},
        {"its own message back", [](Attacked& a) { a.net.deliver(1, a.from(a.own), SyncBody{}, 1, host(2)); },
         Discard::own_message},
        {"its own identity from elsewhere",
         [](Attacked& a) { a.net.deliver(1, a.from(a.own), SyncBody{}, 1, host(77)); },
         Discard::duplicate_identity},
        {"an event message on the general port",
         [](Attacked& a) {
             MessageBuffer buffer;
             build(buffer, a.from(a.parent, 1000), SyncBody{});
             a.net.deliver(1, 1, Channel::general, buffer.octets());
         },
         Discard::wrong_channel},
        {"a general message on the event port",
         [](Attacked& a) {
             MessageBuffer buffer;
             build(buffer, a.from(a.parent, 1000), FollowUpBody{});
             a.net.deliver(1, 1, Channel::event, buffer.octets());
         },
         Discard::wrong_channel},
        {"a Sync of somebody else",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}, 1), SyncBody{});
         },
         Discard::not_from_parent},
        {"a Sync of the parent's other port",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(1), 2}, 1), SyncBody{});
         },
         Discard::not_from_parent},
        {"a Sync without a receive stamp",
         [](Attacked& a) {
             MessageBuffer buffer;
             build(buffer, a.from(a.parent, 1000), SyncBody{});
             Packet packet;
             packet.port = 1;
             packet.channel = Channel::event;
             packet.bytes = buffer.octets();
             a.net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
         },
         Discard::receive_stamp_missing},
        {"a replayed Follow_Up",
         [](Attacked& a) {
             const auto bytes = a.last(0, MessageType::follow_up).bytes;
             a.net.deliver(1, 1, Channel::general, bytes);
         },
         Discard::stale_sequence},
        {"a replayed Sync",
         [](Attacked& a) {
             const auto bytes = a.last(0, MessageType::sync).bytes;
             a.net.deliver(1, 1, Channel::event, bytes);
         },
         Discard::stale_sequence},
        {"a replayed Announce",
         [](Attacked& a) {
             const auto bytes = a.last(0, MessageType::announce).bytes;
             a.net.deliver(1, 1, Channel::general, bytes);
         },
         Discard::stale_sequence},
        {"a one-step Sync whose time jumps",
         [](Attacked& a) {
             Header header =
                 a.from(a.parent, static_cast<std::uint16_t>(a.last_sequence(MessageType::sync) + 1));
             a.net.deliver(1, header, SyncBody{{5, 0}});
         },
         Discard::origin_timestamp_jump},
        {"a one-step Sync beyond all years",
         [](Attacked& a) {
             Header header = a.from(a.parent, 5000);
             a.net.deliver(1, header, SyncBody{{0xffffffffffff, 999'999'999}});
         },
         Discard::timestamp_unusable},
        {"a Delay_Resp for another requestingPortIdentity",
         [](Attacked& a) {
             a.net.deliver(1, a.from(a.parent), DelayRespBody{{1, 0}, {clock_id(2), 2}});
         },
         Discard::not_for_us},
        {"a Delay_Resp for us, of somebody else",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}), DelayRespBody{{1, 0}, a.own});
         },
         Discard::not_from_parent},
        {"a Delay_Resp to nothing that was asked",
         [](Attacked& a) {
             a.net.deliver(1, a.from(a.parent, 31'000), DelayRespBody{{1, 0}, a.own});
         },
         Discard::unknown_sequence},
        {"a repeated Delay_Resp",
         [](Attacked& a) {
             const auto bytes = a.last(0, MessageType::delay_resp).bytes;
             a.net.deliver(1, 1, Channel::general, bytes);
         },
         Discard::unknown_sequence},
        {"a Delay_Req to a slave",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}), DelayReqBody{});
         },
         Discard::wrong_state},
        {"a Pdelay_Req to an E2E port",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}), PdelayReqBody{});
         },
         Discard::delay_mechanism},
        {"an Announce with stepsRemoved 255",
         [](Attacked& a) {
             AnnounceBody body;
             body.stepsRemoved = 255;
             a.net.deliver(1, a.from({clock_id(66), 1}), body);
         },
         Discard::steps_removed},
        {"an Announce with stepsRemoved 65535",
         [](Attacked& a) {
             AnnounceBody body;
             body.stepsRemoved = 65535;
             a.net.deliver(1, a.from({clock_id(66), 1}), body);
         },
         Discard::steps_removed},
        {"an Announce of an alternate master",
         [](Attacked& a) {
             Header header = a.from({clock_id(66), 1});
             header.flagField = flag::alternate_master;
             a.net.deliver(1, header, AnnounceBody{});
         },
         Discard::alternate_master},
        {"a Sync of the parent as an alternate master (clause 17.3)",
         [](Attacked& a) {
             Header header =
                 a.from(a.parent, static_cast<std::uint16_t>(a.last_sequence(MessageType::sync) + 1));
             header.flagField = flag::alternate_master | flag::two_step;
             a.net.deliver(1, header, SyncBody{});
         },
         Discard::alternate_master},
        {"a Follow_Up of the parent as an alternate master (clause 17.3)",
         [](Attacked& a) {
             Header header =
                 a.from(a.parent, static_cast<std::uint16_t>(a.last_sequence(MessageType::sync) + 1));
             header.flagField = flag::alternate_master;
             a.net.deliver(1, header, FollowUpBody{{1, 0}});
         },
         Discard::alternate_master},
        {"a Delay_Resp of the parent as an alternate master (clause 17.3)",
         [](Attacked& a) {
             Header header = a.from(a.parent, 31'000);
             header.flagField = flag::alternate_master;
             a.net.deliver(1, header, DelayRespBody{{1, 0}, a.own});
         },
         Discard::alternate_master},
        {"an Announce of a client-only clock",
         [](Attacked& a) {
             AnnounceBody body;
             body.grandmasterClockQuality.clockClass = 255;
             a.net.deliver(1, a.from({clock_id(66), 1}), body);
         },
         Discard::clock_class},
        {"Signaling for another port",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}), SignalingBody{{clock_id(2), 9}});
         },
         Discard::not_for_us},
        {"Signaling that says nothing",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}), SignalingBody{a.own});
         },
         Discard::unknown_tlv},
        {"Management without a TLV",
         [](Attacked& a) {
             a.net.deliver(1, a.from({clock_id(66), 1}), ManagementBody{});
         },
         Discard::unknown_tlv},
    };
    for (const Lie& lie : lies) {
        Attacked attacked;
        const auto before = attacked.count(lie.reason);
        const auto measured = attacked.measurements();
        const auto states = attacked.slave().states.size();
        lie.tell(attacked);
        BOOST_CHECK_MESSAGE(attacked.count(lie.reason) == before + 1, lie.what);
        BOOST_CHECK_MESSAGE(attacked.measurements() == measured, lie.what);
        BOOST_CHECK_MESSAGE(attacked.slave().states.size() == states, lie.what);
        attacked.net.run_for(5 * second);
        BOOST_CHECK_MESSAGE(attacked.slave().state() == PortState::slave, lie.what);
        BOOST_CHECK_MESSAGE(
            attacked.slave().syncs.back().t2.time - attacked.slave().syncs.back().t1 == 255'000, lie.what);
    }
}

BOOST_AUTO_TEST_CASE(malformed_datagrams_are_counted_by_their_fault) {
    Attacked a;
    const auto good = a.last(0, MessageType::announce).bytes;
    for (std::size_t size = 0; size < good.size(); ++size)
        a.net.deliver(1, 1, Channel::general, std::span(good).first(size));
    auto odd = good;
    odd[1] = 0x11;
    a.net.deliver(1, 1, Channel::general, odd);
    const auto& statistics = a.slave().engine.statistics(1);
    BOOST_CHECK_EQUAL(statistics.all_malformed(), good.size() + 1);
    BOOST_CHECK_GE(statistics.count(ParseError::datagram_too_short), 34);
    BOOST_CHECK_GE(statistics.count(ParseError::message_length_exceeds_datagram), 30);
    BOOST_CHECK_EQUAL(statistics.count(ParseError::unsupported_version), 1);
}

BOOST_AUTO_TEST_CASE(a_single_announce_of_a_better_clock_elects_nobody) {
    Attacked a;
    AnnounceBody better;
    better.grandmasterPriority1 = 0;
    better.grandmasterIdentity = clock_id(66);
    a.net.deliver(1, a.from({clock_id(66), 1}), better);
    a.net.run_for(20 * second);
    BOOST_CHECK(a.slave().parent().parentPortIdentity == a.parent);
}

BOOST_AUTO_TEST_CASE(a_flood_of_forged_announces_is_bounded_and_survived) {
    Attacked a;
    for (unsigned i = 0; i < 50'000; ++i) {
        AnnounceBody worse;
        worse.grandmasterPriority1 = 200;
        worse.grandmasterIdentity = clock_id(static_cast<std::uint8_t>(i));
        PortIdentity source{clock_id(static_cast<std::uint8_t>(3 + i % 250)), static_cast<std::uint16_t>(i)};
        a.net.deliver(1, a.from(source), worse);
    }
    BOOST_CHECK_GE(a.count(Discard::table_full), 40'000);
    BOOST_CHECK_EQUAL(a.slave().count(FaultKind::foreign_master_table_full), 1);
    a.net.run_for(30 * second);
    BOOST_CHECK(a.slave().state() == PortState::slave);
    BOOST_CHECK(a.slave().parent().parentPortIdentity == a.parent);
}

BOOST_AUTO_TEST_CASE(a_master_that_steps_is_followed_after_three_syncs) {
    Attacked a;
    const auto before = a.slave().syncs.size();
    a.net[0].offset += 37 * second;
    a.net.run_for(5 * second);
    BOOST_CHECK_EQUAL(a.count(Discard::origin_timestamp_jump), 2);
    BOOST_CHECK_GE(a.slave().syncs.size(), before + 2);
    BOOST_CHECK(a.slave().state() == PortState::slave);
}

BOOST_AUTO_TEST_CASE(delay_intervals_that_would_stop_or_flood_are_not_believed) {
    Attacked a;
    for (const int wish : {-128, -8, 7, 22, 126}) {
        a.net.filter = [&](Flying& flying) {
            if (flying.type() == MessageType::delay_resp)
                flying.bytes[33] = static_cast<std::uint8_t>(wish);
            return true;
        };
        a.net.run_for(10 * second);
        BOOST_CHECK_EQUAL(a.slave().engine.data_sets().portDS[0].logMinDelayReqInterval, 0);
    }
}

BOOST_AUTO_TEST_CASE(mutated_traffic_breaks_nothing) {
    // Every message type of a busy network (boundary clock, unicast, peer delay, management), bits flipped at
    // random.
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Network net;
        EngineConfig a = clock_config(1);
        a.priority1 = 10;
        a.ports[0].unicast_listen = true;
        a.ports[0].path_trace_enabled = true;
        EngineConfig b = clock_config(2, 2);
        for (PortConfig& port : b.ports) {
            port.path_trace_enabled = true;
            port.delay_mechanism_auto = true;
            port.follow_up_info = seed % 2 == 0;
        }
        EngineConfig c = clock_config(3);
        c.ports[0].delay_mechanism = DelayMechanism::p2p;
        EngineConfig d = clock_config(4);
        d.clientOnly = true;
        d.ports[0].unicast_masters = {{host(1), 128}};
        net.add(a, {0});
        net.add(b, {0, 1});
        net.add(c, {1});
        net.add(d, {0});
        Random random(seed);
        net.filter = [&](Flying& flying) {
            if (random.next() % 4 != 0)
                return true;
            const auto flips = 1 + random.next() % 6;
            for (std::uint64_t i = 0; i < flips; ++i)
                flying.bytes[random.next() % flying.bytes.size()] ^=
                    static_cast<std::uint8_t>(1U << (random.next() % 8));
            if (random.next() % 8 == 0)
                flying.bytes.resize(random.next() % (flying.bytes.size() + 1));
            if (flying.bytes.empty())
                return false;
            return true;
        };
        net.start();
        net.run_for(120 * second);
        net.filter = {};
        net.run_for(60 * second);
        BOOST_CHECK(net[0].state() == PortState::master);
        BOOST_CHECK_GE(
            net[0].engine.statistics(1).all_malformed() + net[1].engine.statistics(1).all_malformed(), 1);
    }
}

BOOST_AUTO_TEST_CASE(inputs_about_ports_that_are_not_there_are_ignored) {
    Attacked a;
    a.net.with(1, [](Engine& engine, Now now, Actions& out) {
        for (const PortNumber port : {PortNumber{0}, PortNumber{2}, PortNumber{0xffff}}) {
            engine.link(port, false, now, out);
            engine.mean_link_delay(port, 1, 1.0, now, out);
            engine.transmit_failed(port, 3, 5, now, out);
            engine.transmit_stamp(port, 3, {}, now, out);
            Packet packet;
            packet.port = port;
            engine.packet(packet, now, out);
            ClockUpdate change;
            change.ports.resize(1);
            change.ports[0].port = port;
            change.ports[0].enabled = false;
            engine.update(change, now, out);
        }
    });
    BOOST_CHECK(a.slave().state() == PortState::slave);
    BOOST_CHECK_EQUAL(a.slave().engine.statistics(9).received[0], 0);
}

BOOST_AUTO_TEST_CASE(inputs_before_the_start_are_ignored) {
    Network net;
    net.add(clock_config(1));
    Header header;
    header.sourcePortIdentity = {clock_id(5), 1};
    net.deliver(0, header, SyncBody{});
    net.with(0, [](Engine& engine, Now now, Actions& out) {
        engine.timer(now, out);
        engine.clock_adjusted({}, now, out);
        engine.link(1, false, now, out);
        engine.link(1, true, now, out);
        engine.stop(now, out);
    });
    BOOST_CHECK(net[0].sent.empty());
    BOOST_CHECK(net[0].states.empty());
    BOOST_CHECK_EQUAL(net[0].engine.next_deadline(), never);
}

// Two equal clocks hear the same, one of them with the short way first: whatever the octets, both have
// counted and done the same.
BOOST_AUTO_TEST_CASE(what_is_overheard_is_counted_as_if_it_had_been_taken_apart) {
    Attacked a;
    Attacked b;
    Random random(11);
    std::vector<std::vector<std::uint8_t>> seeds;
    for (const std::uint8_t requester : {std::uint8_t{2}, std::uint8_t{9}}) {
        MessageBuffer request;
        build(request, a.from({clock_id(requester), 1}, 3), DelayReqBody{});
        seeds.emplace_back(request.octets().begin(), request.octets().end());
        MessageBuffer response;
        build(response, a.from(a.parent, 3), DelayRespBody{{}, {clock_id(requester), 1}});
        seeds.emplace_back(response.octets().begin(), response.octets().end());
    }
    std::size_t overheard = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto octets = seeds[random.next() % seeds.size()];
        const auto octet = [&] { return static_cast<std::uint8_t>(random.next()); };
        if (random.next() % 4 == 0)
            octets.resize(random.next() % 60, octet());
        for (std::uint64_t changes = random.next() % 3; changes > 0 && !octets.empty(); --changes)
            octets[random.next() % octets.size()] =
                random.next() % 2 == 0 ? octet() : static_cast<std::uint8_t>(random.next() % 8);
        const bool event = !octets.empty() && (octets[0] & 0x0f) < 8;
        const bool rightly = random.next() % 8 != 0;
        const Channel channel = event == rightly ? Channel::event : Channel::general;
        const std::size_t node = random.next() % 2; // the master, too
        Packet packet;
        packet.port = 1;
        packet.channel = channel;
        packet.source = host(250);
        packet.bytes = octets;
        if (channel == Channel::event)
            packet.received = LocalStamp{a.net.time, a.net.time};
        if (a.net[node].engine.overheard(packet))
            ++overheard;
        else
            a.net.deliver(node, 1, channel, octets);
        b.net.deliver(node, 1, channel, octets);
        const PortStatistics& x = a.net[node].engine.statistics(1);
        const PortStatistics& y = b.net[node].engine.statistics(1);
        BOOST_REQUIRE(x.received == y.received);
        BOOST_REQUIRE(x.malformed == y.malformed);
        BOOST_REQUIRE(x.discarded == y.discarded);
        BOOST_REQUIRE(a.net[node].sent.size() == b.net[node].sent.size());
        BOOST_REQUIRE(a.net[node].faults.size() == b.net[node].faults.size());
    }
    BOOST_TEST(overheard > 2000u);
    BOOST_TEST(a.count(Discard::not_for_us) > 100u);
    BOOST_TEST(a.count(Discard::wrong_state) > 100u);
}

BOOST_AUTO_TEST_SUITE_END()
