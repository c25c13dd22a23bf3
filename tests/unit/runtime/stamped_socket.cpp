// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include "impl/runtime/stamped_socket.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "simulated_pair.hpp"
#include "wirestamp/socket.h"

using namespace wirestamp;
namespace simulated = wirestamp::platform::simulated;
using wirestamp::runtime::StampedSocket;
using wirestamp::test::SimulatedPair;

namespace {

constexpr Nanoseconds millisecond = 1'000'000;

/// One socket of this test; open on eth0 of its context.
struct Endpoint {
    Endpoint(SimulatedPair& pair, runtime::Context& of, platform::StampMode stamps, bool events = false,
             std::uint16_t kept = 256, std::uint16_t port = 4000)
        : context(of) {
        StampedSocket::Options options;
        options.socket.port = port;
        options.socket.interface = "eth0";
        options.socket.stamps = stamps;
        options.socket.transmit_stamps_kept = kept;
        options.interface = pair.interface_of(of).id;
        options.events = events;
        options.expect_hardware = true;
        const auto lock = context.lock();
        socket = &context.create<StampedSocket>(options);
    }

    StampedSocket::Outcome send(const char* to, const std::string& text,
                                std::optional<std::uint32_t> id = {}) {
        platform::Outgoing out;
        out.data = {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
        out.destination = *parse_address(to);
        out.destination.port = 4000;
        out.stamp_id = id;
        return socket->send({&out, 1});
    }

    StampedSocket::Outcome receive(platform::Received& packet, Nanoseconds timeout) {
        packet.buffer = buffer;
        return socket->receive({&packet, 1}, interfaces, timeout);
    }

    runtime::Context& context;
    StampedSocket* socket = nullptr;
    std::array<std::uint8_t, 1500> buffer{};
    std::array<platform::InterfaceId, 1> interfaces{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(stamped_socket)

BOOST_AUTO_TEST_CASE(a_packet_is_stamped_in_hardware_at_both_ends) {
    SimulatedPair pair;
    Endpoint a(pair, *pair.a, platform::StampMode::hardware);
    Endpoint b(pair, *pair.b, platform::StampMode::hardware);
    BOOST_TEST(a.send("192.0.2.2", "ping", 77).status == WST_OK);

    platform::Received packet;
    BOOST_TEST(b.receive(packet, 10 * millisecond).status == WST_OK);
    BOOST_TEST(std::string(b.buffer.begin(), b.buffer.begin() + 4) == "ping");
    BOOST_TEST(to_text(packet.source) == "192.0.2.1:4000");
    BOOST_TEST(b.interfaces[0] == pair.interface_of(*pair.b).id);
    BOOST_REQUIRE(packet.hardware);
    BOOST_TEST(!packet.software);
    BOOST_TEST((packet.hardware.clock == platform::ClockKind::device));

    platform::TransmitStamp stamp;
    BOOST_TEST(a.socket->transmit_stamp(77, 10 * millisecond, stamp).status == WST_OK);
    BOOST_REQUIRE(stamp.hardware);
    // Both clocks started alike and the link takes 1000 ns.
    BOOST_TEST(packet.hardware.value - stamp.hardware.value == 1000);
    BOOST_TEST(a.socket->transmit_stamp(77, 0, stamp).status == WST_E_WOULD_BLOCK);
}

BOOST_AUTO_TEST_CASE(with_both_it_waits_for_the_later_kind_but_not_beyond_the_timeout) {
    auto parameters = SimulatedPair::enabled();
    parameters.transmit_stamp_delay.kind = simulated::Distribution::Kind::trace;
    parameters.transmit_stamp_delay.trace = {5 * millisecond};
    SimulatedPair pair(parameters);
    Endpoint a(pair, *pair.a, platform::StampMode::both);
    platform::TransmitStamp stamp;
    a.send("192.0.2.2", "x", 1);
    BOOST_TEST(a.socket->transmit_stamp(1, 20 * millisecond, stamp).status == WST_OK);
    BOOST_TEST(static_cast<bool>(stamp.hardware));
    BOOST_TEST(static_cast<bool>(stamp.software));

    pair.world.set_transmit_stamps(pair.adapter_a, {}, 1.0); // no hardware stamp comes any more
    a.send("192.0.2.2", "x", 2);
    BOOST_TEST(a.socket->transmit_stamp(2, 20 * millisecond, stamp).status == WST_OK);
    BOOST_TEST(!stamp.hardware);
    BOOST_TEST(static_cast<bool>(stamp.software));
}

BOOST_AUTO_TEST_CASE(a_stamp_that_never_comes_times_out_and_is_counted) {
    auto parameters = SimulatedPair::enabled();
    parameters.transmit_stamp_loss = 1.0;
    SimulatedPair pair(parameters);
    Endpoint a(pair, *pair.a, platform::StampMode::hardware);
    a.send("192.0.2.2", "x", 1);
    platform::TransmitStamp stamp;
    const Nanoseconds before = pair.world.now();
    BOOST_TEST(a.socket->transmit_stamp(1, 30 * millisecond, stamp).status == WST_E_TIMED_OUT);
    BOOST_TEST(pair.world.now() - before == 30 * millisecond);
    const auto counters = a.socket->counters();
    BOOST_TEST(counters.timed_out == 1u);
    BOOST_TEST(counters.asked == 1u);
    BOOST_TEST(counters.socket.transmit_stamps == 0u);
}

BOOST_AUTO_TEST_CASE(stamps_that_nobody_takes_do_not_keep_out_those_somebody_waits_for) {
    SimulatedPair pair;
    Endpoint a(pair, *pair.a, platform::StampMode::hardware, false, 4);
    platform::TransmitStamp stamp;
    for (std::uint32_t id = 0; id < 20; ++id) {
        a.send("192.0.2.2", "x", id);
        pair.world.run_for(millisecond);
        BOOST_TEST(a.socket->transmit_stamp(1000, 0, stamp).status == WST_E_WOULD_BLOCK); // fetches
    }
    a.send("192.0.2.2", "x", 500);
    BOOST_TEST(a.socket->transmit_stamp(500, 10 * millisecond, stamp).status == WST_OK);
    // Goes straight to him, so nothing had to make room for it.
    BOOST_TEST(a.socket->counters().dropped == 16u);
    std::array<platform::TransmitStamp, 8> rest;
    const auto taken = a.socket->transmit_stamps(rest, 0);
    BOOST_REQUIRE_EQUAL(taken.count, 4u);
    BOOST_TEST(rest[0].id == 16u);
    BOOST_TEST(rest[3].id == 19u);
}

BOOST_AUTO_TEST_CASE(nothing_there) {
    SimulatedPair pair;
    Endpoint b(pair, *pair.b, platform::StampMode::software);
    platform::Received packet;
    BOOST_TEST(b.receive(packet, 0).status == WST_E_WOULD_BLOCK);
    BOOST_TEST(b.receive(packet, millisecond).status == WST_E_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE(one_event_until_all_is_taken) {
    SimulatedPair pair;
    Endpoint a(pair, *pair.a, platform::StampMode::software);
    Endpoint b(pair, *pair.b, platform::StampMode::software, true);
    runtime::Interest interest;
    interest.events = WST_EVENT_BIT(WST_EVENT_SOCKET);
    interest.object = b.socket;
    wst_subscription subscription = 0;
    pair.b->subscribe(interest, &subscription);

    for (int i = 0; i < 5; ++i)
        a.send("192.0.2.2", "x");
    pair.world.run_for(10 * millisecond);
    auto events = test::take_events(*pair.b);
    BOOST_REQUIRE_EQUAL(events.size(), 1u);
    BOOST_TEST(events[0].payload.socket.reasons == WST_SOCKET_READABLE);
    BOOST_TEST(events[0].object == static_cast<void*>(b.socket));

    platform::Received packet;
    int received = 0;
    while (b.receive(packet, 0).status == WST_OK)
        ++received;
    BOOST_TEST(received == 5);
    a.send("192.0.2.2", "x");
    pair.world.run_for(10 * millisecond);
    BOOST_TEST(test::take_events(*pair.b).size() == 1u);
}

BOOST_AUTO_TEST_CASE(transmit_stamps_bring_events) {
    SimulatedPair pair;
    Endpoint a(pair, *pair.a, platform::StampMode::hardware, true);
    wst_subscription subscription = 0;
    pair.a->subscribe({}, &subscription);
    a.send("192.0.2.2", "x", 9);
    pair.world.run_for(10 * millisecond);
    const auto events = test::take_events(*pair.a);
    BOOST_REQUIRE_EQUAL(events.size(), 1u);
    BOOST_TEST((events[0].payload.socket.reasons & WST_SOCKET_TRANSMIT_STAMPS) != 0u);
    platform::TransmitStamp stamp;
    BOOST_TEST(a.socket->transmit_stamp(9, 0, stamp).status == WST_OK);
}

BOOST_AUTO_TEST_CASE(an_adapter_that_goes_away_is_an_answer) {
    SimulatedPair pair;
    Endpoint a(pair, *pair.a, platform::StampMode::hardware);
    pair.world.remove_adapter(pair.adapter_a);
    const auto outcome = a.send("192.0.2.2", "x", 1);
    BOOST_TEST(outcome.status != WST_OK);
    platform::TransmitStamp stamp;
    BOOST_TEST(a.socket->transmit_stamp(1, millisecond, stamp).status == WST_E_TIMED_OUT);
    platform::Received packet;
    BOOST_TEST(a.receive(packet, millisecond).status != WST_OK);
}

BOOST_AUTO_TEST_CASE(closed_with_stamps_pending) {
    SimulatedPair pair;
    {
        Endpoint a(pair, *pair.a, platform::StampMode::both, true);
        for (std::uint32_t id = 0; id < 100; ++id)
            a.send("192.0.2.2", "x", id);
        auto lock = pair.a->lock();
        pair.a->destroy(lock, *a.socket);
    }
    pair.world.run_for(100 * millisecond);
    Endpoint again(pair, *pair.a, platform::StampMode::both);
    BOOST_TEST(again.send("192.0.2.2", "x", 1).status == WST_OK);
}

BOOST_AUTO_TEST_SUITE_END()
