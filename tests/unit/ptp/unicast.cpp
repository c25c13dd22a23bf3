// SPDX-License-Identifier: Apache-2.0
//
// Unicast negotiation between engines (IEEE 1588-2019 clause 16.1), and hybrid E2E.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "impl/ptp/wire/tlv_types.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

struct Unicast {
    Network net;
    Node* first = nullptr;
    Node* second_master = nullptr;
    Node* client = nullptr;

    explicit Unicast(const std::function<void(EngineConfig&, EngineConfig&, EngineConfig&)>& change = {}) {
        EngineConfig a = clock_config(1);
        EngineConfig b = clock_config(2);
        EngineConfig c = clock_config(3);
        a.priority1 = 10;
        b.priority1 = 20;
        c.clientOnly = true;
        for (EngineConfig* master : {&a, &b}) {
            master->ports[0].unicast_listen = true;
            master->ports[0].inhibit_multicast_service = true;
            master->ports[0].serverOnly = true;
            master->ports[0].unicast_max_duration = 60;
        }
        c.ports[0].unicast_masters = {{host(1), 128}, {host(2), 128}};
        c.ports[0].unicast_req_duration = 300;
        if (change)
            change(a, b, c);
        first = &net.add(a);
        second_master = &net.add(b);
        client = &net.add(c);
        client->offset = 250'000;
        net.start();
    }
    bool follows(std::uint8_t number) const {
        return client->state() == PortState::slave &&
               client->parent().grandmasterIdentity == clock_id(number);
    }
    unsigned tlvs(const Node& node, TlvType type) const {
        unsigned found = 0;
        for (const Flying& flying : node.sent)
            if (flying.type() == MessageType::signaling) {
                const Message message = flying.message();
                for (const Tlv& tlv : Tlvs(message))
                    found += tlv.tlvType == type ? 1U : 0U;
            }
        return found;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(unicast)

BOOST_AUTO_TEST_CASE(a_client_negotiates_with_all_and_follows_the_best) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    u.net.run_for(20 * second);
    for (const auto& sync : u.client->syncs)
        BOOST_CHECK_EQUAL(sync.t2.time - sync.t1, 255'000);
    for (const auto& delay : u.client->delays)
        BOOST_CHECK_EQUAL(delay.t4 - delay.t3.time, -245'000);
    // Sync of the parent only; nothing by multicast; answers by unicast.
    BOOST_CHECK_EQUAL(u.second_master->sent_of(MessageType::sync), 0);
    BOOST_CHECK_GE(u.second_master->sent_of(MessageType::announce), 8);
    for (const Node* node : {u.first, u.second_master, u.client})
        for (const Flying& flying : node->sent) {
            BOOST_CHECK(flying.send.route == Route::unicast);
            BOOST_CHECK_EQUAL(flying.send.address.port, 0);
            BOOST_CHECK(flying.message().header.has(flag::unicast));
        }
    // Masters that are not MASTER yet refuse; nothing else may go wrong.
    for (const Fault& fault : u.client->faults)
        BOOST_CHECK(fault.kind == FaultKind::unicast_denied);
}

BOOST_AUTO_TEST_CASE(grants_are_renewed_before_they_end) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    const auto states = u.client->states.size();
    const auto before = u.client->syncs.size();
    u.net.run_for(600 * second);
    BOOST_CHECK_EQUAL(u.client->states.size(), states);
    BOOST_CHECK_GE(u.client->syncs.size(), before + 599);
    BOOST_CHECK_EQUAL(u.first->engine.statistics(1).unicast_service_timeout, 0);
}

BOOST_AUTO_TEST_CASE(the_second_master_takes_over_and_the_first_is_found_again) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    u.first->silent = true;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(2); }, 30 * second));
    // A restarted master has forgotten its grants; the client does not wait an hour for it.
    u.net.with(0, [](Engine& engine, Now now, Actions& out) {
        engine.stop(now, out);
        engine.start(now, out);
    });
    u.first->silent = false;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 60 * second));
    BOOST_CHECK_GE(u.tlvs(*u.client, TlvType::cancel_unicast_transmission), 2);
    BOOST_CHECK_GE(u.tlvs(*u.second_master, TlvType::acknowledge_cancel_unicast_transmission), 2);
    const auto syncs = u.second_master->sent_of(MessageType::sync);
    u.net.run_for(10 * second);
    BOOST_CHECK_EQUAL(u.second_master->sent_of(MessageType::sync), syncs);
}

BOOST_AUTO_TEST_CASE(a_master_that_forgot_its_grants_is_asked_again_long_before_they_end) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    u.first->silent = true; // a power cut: nobody is told
    u.net.with(0, [](Engine& engine, Now now, Actions& out) {
        engine.stop(now, out);
        engine.start(now, out);
    });
    u.first->silent = false;
    u.net.run_for(10 * second);
    BOOST_CHECK(!u.follows(1));
    BOOST_CHECK(u.net.run_until_true([&] { return u.follows(1); }, 14 * second));
}

BOOST_AUTO_TEST_CASE(a_master_that_leaves_tells_its_clients) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    u.net.with(0, [](Engine& engine, Now now, Actions& out) { engine.stop(now, out); });
    BOOST_CHECK_EQUAL(u.tlvs(*u.first, TlvType::cancel_unicast_transmission), 3);
    u.net.run_for(second);
    BOOST_CHECK_GE(u.tlvs(*u.client, TlvType::acknowledge_cancel_unicast_transmission), 3);
    BOOST_CHECK(u.net.run_until_true([&] { return u.follows(2); }, 20 * second));
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_and_asked_again_ever_slower) {
    Unicast u([](EngineConfig& a, EngineConfig& b, EngineConfig&) {
        a.ports[0].unicast_min_log_interval = 5;
        b.ports[0].unicast_min_log_interval = 5;
    });
    u.net.run_for(300 * second);
    BOOST_CHECK(u.client->state() == PortState::listening);
    BOOST_CHECK_GE(u.client->count(FaultKind::unicast_denied), 10);
    const auto asked = u.tlvs(*u.client, TlvType::request_unicast_transmission);
    BOOST_CHECK_GE(asked, 40);
    BOOST_CHECK_LE(asked, 120);
    BOOST_CHECK_GE(u.first->engine.statistics(1).count(Discard::unicast_refused), 10);
}

BOOST_AUTO_TEST_CASE(rates_are_negotiated_per_client) {
    Unicast u([](EngineConfig&, EngineConfig&, EngineConfig& c) {
        c.ports[0].logSyncInterval = -4;
        c.ports[0].logMinDelayReqInterval = -3;
        c.ports[0].logAnnounceInterval = 0;
    });
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    u.net.run_for(5 * second);
    const auto syncs = u.client->syncs.size();
    const auto delays = u.client->delays.size();
    const auto announces = u.first->sent_of(MessageType::announce);
    u.net.run_for(50 * second);
    BOOST_CHECK_GE(u.client->syncs.size(), syncs + 798);
    BOOST_CHECK_LE(u.client->syncs.size(), syncs + 802);
    BOOST_CHECK_GE(u.client->delays.size(), delays + 340);
    BOOST_CHECK_LE(u.client->delays.size(), delays + 460);
    BOOST_CHECK_GE(u.first->sent_of(MessageType::announce), announces + 49);
}

BOOST_AUTO_TEST_CASE(grants_that_were_not_asked_for_and_strangers_are_ignored) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    const auto refused = u.client->engine.statistics(1).count(Discard::unicast_refused);
    Header header;
    header.sourcePortIdentity = {clock_id(66), 1};
    MessageBuffer buffer;
    BOOST_REQUIRE(build(buffer, header, SignalingBody{}));
    BOOST_REQUIRE(append(buffer, UnicastGrant{MessageType::sync, -7, 1000, true}));
    u.net.deliver(2, 1, Channel::general, buffer.octets(), host(66), Route::unicast);
    u.net.deliver(2, 1, Channel::general, buffer.octets(), host(1), Route::unicast);
    BOOST_CHECK_EQUAL(u.client->engine.statistics(1).count(Discard::unicast_refused), refused + 2);
    // Announce of somebody who is not in the table.
    AnnounceBody better;
    better.grandmasterPriority1 = 1;
    better.grandmasterIdentity = clock_id(66);
    for (std::uint16_t i = 0; i < 4; ++i) {
        header.sequenceId = i;
        u.net.deliver(2, header, better);
    }
    BOOST_CHECK(u.follows(1));
    BOOST_CHECK_EQUAL(u.client->engine.statistics(1).count(Discard::not_acceptable), 4);
}

BOOST_AUTO_TEST_CASE(a_clock_that_does_not_serve_answers_nothing) {
    Network net;
    net.add(clock_config(1));
    net.start();
    net.run_for(20 * second);
    Header header;
    header.sourcePortIdentity = {clock_id(66), 1};
    MessageBuffer buffer;
    BOOST_REQUIRE(build(buffer, header, SignalingBody{}));
    BOOST_REQUIRE(append(buffer, UnicastRequest{MessageType::sync, -7, 1000}));
    net.deliver(0, 1, Channel::general, buffer.octets(), host(66), Route::unicast);
    BOOST_CHECK_EQUAL(net[0].sent_of(MessageType::signaling), 0);
    BOOST_CHECK_EQUAL(net[0].engine.statistics(1).count(Discard::unicast_refused), 1);
}

BOOST_AUTO_TEST_CASE(one_flood_of_requests_costs_one_bounded_table) {
    Unicast u([](EngineConfig& a, EngineConfig&, EngineConfig&) { a.ports[0].unicast_max_clients = 32; });
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    for (unsigned i = 0; i < 20'000; ++i) {
        Header header;
        header.sourcePortIdentity = {clock_id(static_cast<std::uint8_t>(i)), static_cast<std::uint16_t>(i)};
        MessageBuffer buffer;
        BOOST_REQUIRE(build(buffer, header, SignalingBody{}));
        BOOST_REQUIRE(append(buffer, UnicastRequest{MessageType::announce, -7, 1000}));
        u.net.deliver(0, 1, Channel::general, buffer.octets(), host(static_cast<std::uint8_t>(100 + i % 100)),
                      Route::unicast);
    }
    const auto before = u.first->sent_of(MessageType::announce);
    u.net.run_for(second);
    BOOST_CHECK_LE(u.first->sent_of(MessageType::announce) - before, 32 * 128 + 64);
    BOOST_CHECK(u.follows(1));
}

BOOST_AUTO_TEST_CASE(leaving_politely_cancels_what_was_granted) {
    Unicast u;
    BOOST_REQUIRE(u.net.run_until_true([&] { return u.follows(1); }, 40 * second));
    u.net.with(2, [](Engine& engine, Now now, Actions& out) { engine.stop(now, out); });
    BOOST_CHECK_GE(u.tlvs(*u.client, TlvType::cancel_unicast_transmission), 4);
    u.net.run_for(second);
    const auto syncs = u.first->sent_of(MessageType::sync);
    u.net.run_for(10 * second);
    BOOST_CHECK_EQUAL(u.first->sent_of(MessageType::sync), syncs);
}

BOOST_AUTO_TEST_CASE(hybrid_asks_for_delay_by_unicast_and_hears_sync_by_multicast) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    EngineConfig b = clock_config(2);
    b.clientOnly = true;
    b.ports[0].hybrid_e2e = true;
    net.add(a);
    net.add(b);
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::slave; }, 30 * second));
    for (const Flying& flying : net[1].sent)
        BOOST_CHECK(flying.send.route == Route::unicast && flying.type() == MessageType::delay_req);
    for (const Flying& flying : net[0].sent)
        BOOST_CHECK((flying.send.route == Route::unicast) == (flying.type() == MessageType::delay_resp));
}

BOOST_AUTO_TEST_CASE(both_ends_of_a_link_negotiate_their_peer_delay_clause_16_1_1) {
    // Neither announces by unicast: only the answers to Pdelay_Req are negotiated, in any state.
    Network net;
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
        EngineConfig config = clock_config(number);
        config.ports[0].delay_mechanism = DelayMechanism::p2p;
        config.ports[0].peer_address = host(number == 1 ? 2 : 1);
        config.ports[0].unicast_listen = true;
        config.ports[0].unicast_req_duration = 20;
        config.ports[0].logMinPdelayReqInterval = -2;
        net.add(config);
    }
    net.start();
    net.run_for(60 * second);
    for (std::size_t i = 0; i < 2; ++i) {
        unsigned requests = 0, grants = 0;
        for (const Flying& flying : net[i].sent) {
            BOOST_CHECK(flying.type() == MessageType::announce || flying.type() == MessageType::sync ||
                        flying.type() == MessageType::follow_up || flying.send.route == Route::unicast);
            if (flying.type() != MessageType::signaling)
                continue;
            const Message message = flying.message();
            for (const Tlv& tlv : Tlvs(message)) {
                if (const auto request = read<UnicastRequest>(tlv)) {
                    BOOST_CHECK(request->messageType == MessageType::pdelay_resp);
                    BOOST_CHECK_EQUAL(int{request->logInterMessagePeriod}, -2);
                    ++requests;
                }
                if (const auto grant = read<UnicastGrant>(tlv)) {
                    BOOST_CHECK_EQUAL(grant->durationField, 20);
                    ++grants;
                }
            }
        }
        BOOST_CHECK_MESSAGE(requests >= 4 && requests <= 6, requests); // renewed after three quarters
        BOOST_CHECK_EQUAL(grants, requests);
        BOOST_CHECK_GE(net[i].peer_delays.size(), 200);
        BOOST_CHECK_EQUAL(net[i].engine.statistics(1).unicast_request_timeout, 0);
    }
    BOOST_CHECK(net[0].state() == PortState::master);
    BOOST_CHECK(net[1].state() == PortState::slave); // by multicast: a peer is not a table of masters
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_negotiate_is_measured_all_the_same) {
    Network net;
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
        EngineConfig config = clock_config(number);
        config.ports[0].delay_mechanism = DelayMechanism::p2p;
        config.ports[0].peer_address = host(number == 1 ? 2 : 1);
        net.add(config);
    }
    net.start();
    net.run_for(100 * second);
    BOOST_CHECK_GE(net[1].peer_delays.size(), 90);
    BOOST_CHECK_EQUAL(net[1].count(FaultKind::minor_version_fallback), 0);
    // Asked ever slower: 4 times at each pace.
    BOOST_CHECK_LE(net[1].sent_of(MessageType::signaling), 24);
}

BOOST_AUTO_TEST_CASE(minor_version_falls_back_where_stamps_never_come) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    net.add(a).stamps_minor_version_1 = false;
    net.add(clock_config(2));
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::slave; }, 60 * second));
    BOOST_CHECK_EQUAL(net[0].engine.data_sets().portDS[0].minorVersionNumber, 0);
    BOOST_CHECK_EQUAL(net[1].engine.data_sets().portDS[0].minorVersionNumber, 1);
    BOOST_CHECK_EQUAL(net[0].count(FaultKind::minor_version_fallback), 1);
}

BOOST_AUTO_TEST_CASE(minor_version_falls_back_where_a_master_never_answers_2_1) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    net.add(a);
    net.add(clock_config(2));
    net.filter = [](Flying& flying) {
        return flying.node != 1 || flying.type() != MessageType::delay_req || (flying.bytes[1] >> 4) == 0;
    };
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::slave; }, 60 * second));
    BOOST_CHECK_EQUAL(net[1].engine.data_sets().portDS[0].minorVersionNumber, 0);
}

BOOST_AUTO_TEST_SUITE_END()
