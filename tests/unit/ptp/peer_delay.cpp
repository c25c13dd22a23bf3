// SPDX-License-Identifier: Apache-2.0
//
// The peer delay mechanism between two engines.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

struct Peers {
    Network net;
    Node* master = nullptr;
    Node* slave = nullptr;

    explicit Peers(const std::function<void(EngineConfig&, EngineConfig&)>& change = {}) {
        EngineConfig a = clock_config(1);
        EngineConfig b = clock_config(2);
        a.priority1 = 100;
        a.ports[0].delay_mechanism = DelayMechanism::p2p;
        b.ports[0].delay_mechanism = DelayMechanism::p2p;
        if (change)
            change(a, b);
        master = &net.add(a);
        slave = &net.add(b);
        slave->offset = -700'000;
        net.start();
    }
};

Nanoseconds link_delay(const PeerDelayMeasured& m) {
    return ((m.t4.time - m.t1.time) - (m.t3 - m.t2) - m.correction / 65536) / 2;
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_delay)

BOOST_AUTO_TEST_CASE(both_ends_measure_the_link_whatever_their_role) {
    Peers peers;
    BOOST_REQUIRE(
        peers.net.run_until_true([&] { return peers.slave->state() == PortState::slave; }, 30 * second));
    peers.net.run_for(10 * second);
    for (Node* node : {peers.master, peers.slave}) {
        BOOST_REQUIRE_GE(node->peer_delays.size(), 10);
        for (const auto& measured : node->peer_delays)
            BOOST_CHECK_EQUAL(link_delay(measured), 5'000);
    }
    BOOST_CHECK_EQUAL(peers.slave->sent_of(MessageType::delay_req), 0);
    for (const Flying& flying : peers.slave->sent) {
        const MessageType type = flying.type();
        const bool of_the_link = type == MessageType::pdelay_req || type == MessageType::pdelay_resp ||
                                 type == MessageType::pdelay_resp_follow_up;
        BOOST_CHECK((flying.send.route == Route::peer_delay) == of_the_link);
    }
}

BOOST_AUTO_TEST_CASE(asymmetry_cancels_out_of_the_mean_and_corrects_the_sync) {
    Peers peers([](EngineConfig&, EngineConfig& b) { b.ports[0].delayAsymmetry = 2'000 * 65536; });
    BOOST_REQUIRE(
        peers.net.run_until_true([&] { return peers.slave->state() == PortState::slave; }, 30 * second));
    BOOST_CHECK_EQUAL(link_delay(peers.slave->peer_delays.back()), 5'000);
    const auto& sync = peers.slave->syncs.back();
    BOOST_CHECK_EQUAL(sync.t2.time - sync.t1 - sync.correction / 65536, -700'000 + 5'000 - 2'000);
}

BOOST_AUTO_TEST_CASE(transparent_corrections_of_both_ways_are_added) {
    Peers peers;
    peers.net.filter = [](Flying& flying) {
        if (flying.type() == MessageType::pdelay_req)
            flying.bytes[13] = 3;
        if (flying.type() == MessageType::pdelay_resp)
            flying.bytes[13] = 4;
        if (flying.type() == MessageType::pdelay_resp_follow_up)
            flying.bytes[13] = static_cast<std::uint8_t>(flying.bytes[13] + 5);
        return true;
    };
    peers.net.run_for(10 * second);
    BOOST_REQUIRE(!peers.slave->peer_delays.empty());
    BOOST_CHECK_EQUAL(peers.slave->peer_delays.back().correction, (3 + 4 + 5) * 65536);
}

BOOST_AUTO_TEST_CASE(a_one_step_responder_gives_the_turnaround_only) {
    Peers peers;
    peers.net.filter = [](Flying& flying) {
        if (flying.type() == MessageType::pdelay_resp)
            flying.bytes[6] = 0;
        return flying.type() != MessageType::pdelay_resp_follow_up;
    };
    peers.net.run_for(10 * second);
    BOOST_REQUIRE(!peers.slave->peer_delays.empty());
    BOOST_CHECK(peers.slave->peer_delays.back().turnaround_only);
    BOOST_CHECK_EQUAL(peers.slave->peer_delays.back().t2, 0);
}

BOOST_AUTO_TEST_CASE(several_responders_are_a_fault_that_is_tried_again) {
    // Clause 11.4.4; linuxptp waits fault_badpeernet_interval, 16 s.
    Network net;
    for (std::uint8_t i = 1; i <= 3; ++i) {
        EngineConfig config = clock_config(i);
        config.ports[0].delay_mechanism = DelayMechanism::p2p;
        net.add(config);
    }
    net.start();
    net.run_for(10 * second);
    BOOST_CHECK(net[0].state() == PortState::faulty);
    BOOST_CHECK_GE(net[0].count(FaultKind::multiple_peers), 3);
    net[2].silent = true;
    BOOST_CHECK(net.run_until_true(
        [&] { return net[0].state() == PortState::master && net[1].state() == PortState::slave; },
        60 * second));
}

BOOST_AUTO_TEST_CASE(a_link_becomes_capable_only_below_the_threshold) {
    // IEEE 802.1AS-2020 clause 11.2.2: no time over a link that is not asCapable.
    Peers peers([](EngineConfig& a, EngineConfig& b) {
        a.ports[0].follow_up_info = b.ports[0].follow_up_info = true;
        a.ports[0].neighborPropDelayThresh = b.ports[0].neighborPropDelayThresh = 800;
    });
    const auto tell = [&](Nanoseconds delay) {
        for (std::size_t i = 0; i < 2; ++i)
            peers.net.with(i, [&](Engine& engine, Now now, Actions& out) {
                engine.mean_link_delay(1, delay, 1.0, now, out);
            });
    };
    peers.net.run_for(20 * second);
    BOOST_CHECK_EQUAL(peers.master->sent_of(MessageType::announce), 0);
    tell(5'000);
    peers.net.run_for(20 * second);
    BOOST_CHECK_EQUAL(peers.master->sent_of(MessageType::announce), 0);
    BOOST_CHECK(!peers.master->engine.data_sets().portDS[0].asCapable);
    tell(500);
    BOOST_CHECK(
        peers.net.run_until_true([&] { return peers.slave->state() == PortState::slave; }, 30 * second));
    // Answers stop: after allowedLostResponses the link is not capable any more.
    peers.net.filter = [](Flying& flying) { return flying.type() != MessageType::pdelay_resp; };
    peers.net.run_for(10 * second);
    BOOST_CHECK(!peers.slave->engine.data_sets().portDS[0].asCapable);
    BOOST_CHECK(peers.slave->state() != PortState::slave);
    BOOST_CHECK_GE(peers.slave->engine.statistics(1).pdelay_responses_lost, 3);
}

BOOST_AUTO_TEST_CASE(a_slave_that_knows_the_time_asks_for_fewer_syncs) {
    // IEEE 802.1AS-2020 clause 10.6.4.3, as automotive profiles use it.
    Peers peers([](EngineConfig& a, EngineConfig& b) {
        for (EngineConfig* config : {&a, &b}) {
            config->ports[0].msg_interval_request = true;
            config->ports[0].logSyncInterval = -3;
            config->ports[0].operLogSyncInterval = 1;
        }
    });
    BOOST_REQUIRE(
        peers.net.run_until_true([&] { return peers.slave->state() == PortState::slave; }, 30 * second));
    BOOST_CHECK(peers.net.run_until_true(
        [&] { return peers.master->engine.data_sets().portDS[0].logSyncInterval == 1; }, second));
    peers.net.with(1, [](Engine& engine, Now now, Actions& out) { engine.clock_adjusted({}, now, out); });
    BOOST_CHECK(peers.net.run_until_true(
        [&] { return peers.master->engine.data_sets().portDS[0].logSyncInterval == -3; }, second));
}

BOOST_AUTO_TEST_CASE(who_may_not_ask_answers_all_the_same) {
    // linuxptp's automotive master: inhibit_delay_req with asCapable true.
    Peers peers([](EngineConfig& a, EngineConfig&) {
        a.ports[0].inhibit_delay_req = true;
        a.ports[0].asCapable = AsCapableMode::always;
        a.ports[0].follow_up_info = true;
        a.ports[0].unicast_listen = true;
        a.ports[0].peer_address = host(2);
    });
    BOOST_REQUIRE(
        peers.net.run_until_true([&] { return peers.slave->state() == PortState::slave; }, 30 * second));
    BOOST_CHECK_EQUAL(peers.master->sent_of(MessageType::pdelay_req), 0);
    BOOST_CHECK_EQUAL(peers.master->sent_of(MessageType::signaling), 0);
    BOOST_CHECK_GE(peers.slave->peer_delays.size(), 3);
}

BOOST_AUTO_TEST_CASE(the_mechanisms_do_not_mix_unless_automatic) {
    Peers strict([](EngineConfig& a, EngineConfig&) { a.ports[0].delay_mechanism = DelayMechanism::e2e; });
    strict.net.run_for(20 * second);
    BOOST_CHECK_GE(strict.master->engine.statistics(1).count(Discard::delay_mechanism), 10);
    BOOST_CHECK(strict.slave->peer_delays.empty());

    Peers automatic([](EngineConfig& a, EngineConfig&) {
        a.ports[0].delay_mechanism = DelayMechanism::e2e;
        a.ports[0].delay_mechanism_auto = true;
    });
    automatic.net.run_for(20 * second);
    BOOST_CHECK_GE(automatic.slave->peer_delays.size(), 10);
    BOOST_CHECK_GE(automatic.master->peer_delays.size(), 10);
}

BOOST_AUTO_TEST_SUITE_END()
