// SPDX-License-Identifier: Apache-2.0
//
// In steady state no packet, stamp or timer allocates: operator new counts while a master and a slave run.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <vector>

#include "impl/ptp/random.hpp"
#include "tests/unit/ptp/count_allocations.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

/// Two engines joined by fixed buffers only, so that nothing but the engines could allocate.
struct Wire {
    struct Packet {
        SendMessage send;
        std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(1500);
        std::size_t size = 0;
    };
    Engine engines[2];
    Actions actions;
    Nanoseconds time = 5000 * second;
    std::vector<Packet> packets = std::vector<Packet>(64); ///< a stack: carrying one may lead to others
    std::size_t used = 0;
    std::size_t syncs = 0;
    std::size_t delays = 0;

    Wire(const EngineConfig& a, const EngineConfig& b) : engines{Engine(a, 1), Engine(b, 2)} {}

    template <class Input>
    void with(std::size_t node, const Input& input) {
        actions.clear();
        input(engines[node], Now{time, time}, actions);
        const std::size_t first = used;
        bool measured = false;
        for (const Action& action : actions.list()) {
            if (const auto* send = std::get_if<SendMessage>(&action)) {
                const auto payload = actions.payload(*send);
                if (used == packets.size())
                    std::abort();
                Packet& packet = packets[used++];
                packet.send = *send;
                packet.size = payload.size();
                std::copy(payload.begin(), payload.end(), packet.bytes.begin());
            }
            measured = measured || std::holds_alternative<SyncMeasured>(action);
            syncs += std::holds_alternative<SyncMeasured>(action) ? 1U : 0U;
            delays += std::holds_alternative<DelayMeasured>(action) ? 1U : 0U;
        }
        const std::size_t last = used;
        for (std::size_t i = first; i < last; ++i)
            carry(node, packets[i]);
        used = first;
        if (measured)
            calibrate(node);
    }

    // No template: a lambda made in with() would make another with(), without end.
    void calibrate(std::size_t node) {
        with(node, [](Engine& engine, Now now, Actions& out) {
            ClockAdjusted adjusted;
            adjusted.calibrated = true;
            engine.clock_adjusted(adjusted, now, out);
        });
    }

    void carry(std::size_t from, const Packet& sent) {
        if (sent.send.wants_stamp)
            with(from, [&](Engine& engine, Now now, Actions& out) {
                engine.transmit_stamp(1, sent.send.stamp_id, {now.ptp, now.ptp}, now, out);
            });
        ptp::Packet packet;
        packet.port = 1;
        packet.channel = sent.send.channel;
        packet.route = sent.send.route;
        packet.source = host(static_cast<std::uint8_t>(from + 1));
        packet.bytes = {sent.bytes.data(), sent.size};
        packet.received = LocalStamp{time, time};
        with(1 - from, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
    }

    void run(Nanoseconds span) {
        const Nanoseconds end = time + span;
        for (;;) {
            const std::size_t node = engines[0].next_deadline() <= engines[1].next_deadline() ? 0 : 1;
            const Nanoseconds next = engines[node].next_deadline();
            if (next > end)
                break;
            time = std::max(time, next);
            with(node, [](Engine& engine, Now now, Actions& out) { engine.timer(now, out); });
        }
        time = end;
    }
};

std::size_t steady_state(const EngineConfig& a, const EngineConfig& b, std::size_t& syncs,
                         std::size_t& delays) {
    Wire wire(a, b);
    for (std::size_t i = 0; i < 2; ++i)
        wire.with(i, [](Engine& engine, Now now, Actions& out) { engine.start(now, out); });
    wire.run(60 * second);
    wire.syncs = wire.delays = 0;
    count_allocations(true);
    wire.run(60 * second);
    count_allocations(false);
    syncs = wire.syncs;
    delays = wire.delays;
    return allocations();
}

} // namespace

BOOST_AUTO_TEST_SUITE(allocations_of_an_engine)

BOOST_AUTO_TEST_CASE(multicast_needs_none) {
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    a.ports[0].logSyncInterval = -4;
    a.ports[0].path_trace_enabled = true;
    EngineConfig b = clock_config(2);
    b.ports[0].path_trace_enabled = true;
    std::size_t syncs = 0;
    std::size_t delays = 0;
    BOOST_CHECK_EQUAL(steady_state(a, b, syncs, delays), 0);
    BOOST_CHECK_GE(syncs, 950);
    BOOST_CHECK_GE(delays, 40);
}

BOOST_AUTO_TEST_CASE(unicast_needs_none) {
    EngineConfig a = clock_config(1);
    a.ports[0].unicast_listen = true;
    a.ports[0].unicast_max_duration = 20; // renewals are part of the steady state
    a.ports[0].serverOnly = true;
    EngineConfig b = clock_config(2);
    b.clientOnly = true;
    b.ports[0].unicast_masters = {{host(1), 128}};
    b.ports[0].logSyncInterval = -4;
    std::size_t syncs = 0;
    std::size_t delays = 0;
    BOOST_CHECK_EQUAL(steady_state(a, b, syncs, delays), 0);
    BOOST_CHECK_GE(syncs, 950);
    BOOST_CHECK_GE(delays, 40);
}

BOOST_AUTO_TEST_CASE(refusing_rubbish_needs_none) {
    Engine engine(clock_config(1), 1);
    Actions out;
    Now now{second, second};
    engine.start(now, out);
    std::array<std::uint8_t, 100> bytes{};
    Random random(3);
    count_allocations(true);
    for (unsigned i = 0; i < 20'000; ++i) {
        for (std::uint8_t& octet : bytes)
            octet = static_cast<std::uint8_t>(random.next());
        bytes[1] = 0x12;
        bytes[2] = 0;
        bytes[3] = static_cast<std::uint8_t>(34 + i % 70);
        bytes[4] = 0;
        Packet packet;
        packet.port = 1;
        packet.channel = i % 2 == 0 ? Channel::event : Channel::general;
        packet.bytes = bytes;
        packet.received = LocalStamp{1, 1};
        out.clear();
        engine.packet(packet, now, out);
    }
    count_allocations(false);
    BOOST_CHECK_LE(allocations(), 8); // the action list grows once
}

BOOST_AUTO_TEST_SUITE_END()
