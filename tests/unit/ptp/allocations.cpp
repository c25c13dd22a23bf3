// SPDX-License-Identifier: Apache-2.0
//
// In steady state no packet, stamp or timer allocates: operator new counts while a master and a slave run.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <vector>

#include "impl/ptp/random.hpp"
#include "impl/ptp/wire/tlv_types.hpp"
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

    /// One function for all inputs: a template would be compiled once for each.
    template <class Input>
    void with(std::size_t node, const Input& input) {
        apply(node, &input, [](const void* from, Engine& engine, Now now, Actions& out) {
            (*static_cast<const Input*>(from))(engine, now, out);
        });
    }
    void apply(std::size_t node, const void* input, void (*call)(const void*, Engine&, Now, Actions&)) {
        actions.clear();
        call(input, engines[node], Now{time, time}, actions);
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

BOOST_AUTO_TEST_CASE(a_flood_of_forged_announces_and_unicast_requests_takes_no_memory_beyond_its_tables) {
    EngineConfig config = clock_config(1);
    config.ports[0].unicast_listen = true;
    config.ports[0].unicast_max_clients = 64;
    config.ports[0].unicast_max_messages = 200;
    config.foreign_master_capacity = 16;
    Engine engine(config, 1);
    Actions out;
    Nanoseconds time = 5000 * second;
    engine.start({time, time}, out);
    Random random(7);
    std::size_t answers = 0;
    std::size_t served = 0;
    std::size_t largest_answer = 0;
    const auto flood = [&](unsigned messages) {
        for (unsigned i = 0; i < messages; ++i) {
            time += 10'000; // a hundred thousand a second, each from a clock of its own
            Header header;
            header.sourcePortIdentity = {clock_id(9), static_cast<std::uint16_t>(random.next())};
            header.sourcePortIdentity.clockIdentity.octets[4] = static_cast<std::uint8_t>(random.next());
            header.sequenceId = static_cast<std::uint16_t>(random.next());
            MessageBuffer buffer;
            if (i % 2 == 0) {
                AnnounceBody body;
                body.grandmasterPriority1 = 200; // worse than we are, so that we stay who serves
                body.grandmasterIdentity = header.sourcePortIdentity.clockIdentity;
                build(buffer, header, body);
            } else {
                build(buffer, header, SignalingBody{any_port_identity});
                for (const MessageType type :
                     {MessageType::announce, MessageType::sync, MessageType::delay_resp})
                    append(buffer, UnicastRequest{type, -7, 300});
            }
            Packet packet;
            packet.port = 1;
            packet.route = i % 2 == 0 ? Route::primary : Route::unicast;
            packet.source = host(static_cast<std::uint8_t>(random.next()));
            packet.bytes = buffer.octets();
            out.clear();
            engine.packet(packet, {time, time}, out);
            if (i % 2 != 0) {
                largest_answer = std::max(largest_answer, out.list().size());
                answers += out.list().empty() ? 0U : 1U;
            }
            while (engine.next_deadline() <= time) {
                out.clear();
                engine.timer({time, time}, out);
                for (const Action& action : out.list())
                    served += std::holds_alternative<SendMessage>(action) ? 1U : 0U;
            }
        }
    };
    for (int i = 0; i < 30; ++i) { // it becomes master first
        time += second;
        out.clear();
        engine.timer({time, time}, out);
    }
    flood(20'000); // tables fill and action lists grow
    served = 0;
    const Nanoseconds begin = time;
    count_allocations(true);
    flood(200'000);
    count_allocations(false);
    BOOST_CHECK_LE(allocations(), 8);
    BOOST_CHECK_GE(answers, 90'000);    // everybody is answered, most with a refusal,
    BOOST_CHECK_LE(largest_answer, 1U); // in one message
    // What is sent by the timers is what was granted, not what was asked for.
    BOOST_CHECK_GE(served, 100U);
    BOOST_CHECK_LE(served, static_cast<std::size_t>((time - begin) / second + 1) * 210);
    BOOST_CHECK_GE(engine.statistics(1).count(Discard::unicast_refused), 90'000);
    BOOST_CHECK_GE(engine.statistics(1).count(Discard::table_full), 80'000);
}

BOOST_AUTO_TEST_SUITE_END()
