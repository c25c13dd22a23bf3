// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include "impl/runtime/ptp/ptp_port.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/unit/runtime/simulated_pair.hpp"

using namespace wirestamp;
using namespace wirestamp::runtime;

namespace {

/// Counts what comes between two wakes.
struct Counter final : PtpPortHandler {
    void port_woke(PtpPort&) override { turn = 0; }
    void port_received(PtpPort&, ptp::Channel, ptp::Route, const platform::Received&) override {
        ++all;
        most = std::max(most, ++turn);
    }
    void port_stamped(PtpPort&, const platform::TransmitStamp&) override {}
    void port_broke(PtpPort&, int) override { broken = true; }

    int all = 0, turn = 0, most = 0;
    bool broken = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_port)

BOOST_AUTO_TEST_CASE(a_flood_lets_others_have_their_turn) {
    constexpr int packets = 200; // as many as a socket holds, and more than a turn takes
    test::SimulatedPair pair;
    Counter counter;
    auto lock = pair.b->lock();
    PtpPortOptions options;
    options.interface = "eth0";
    options.primary_group = platform::parse_address("224.0.1.129").value();
    options.peer_group = platform::parse_address("224.0.0.107").value();
    PtpPort port(pair.b->platform(), pair.b->loop(), counter, 1, options);
    port.open();
    port.wake_for(PtpPort::Wakes::none);
    platform::SocketOptions from;
    from.interface = "eth0";
    const auto sender = pair.a->platform().open_socket(from);
    const std::string text(44, 'x');
    platform::Outgoing packet;
    packet.data = {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    packet.destination = platform::parse_address("192.0.2.2").value();
    packet.destination.port = options.event_port;
    for (int i = 0; i < packets; ++i)
        BOOST_REQUIRE(sender->send(std::span(&packet, 1)) == 1);
    lock.unlock();
    pair.world.run_for(1'000'000);
    lock.lock();
    BOOST_TEST(counter.all == 0);
    port.serve();
    BOOST_TEST(counter.all > 16);
    BOOST_TEST(counter.all <= 128);
    while (counter.all < packets) {
        const int before = counter.all;
        port.serve();
        BOOST_REQUIRE(counter.all > before);
    }
    BOOST_TEST(counter.most <= 128);
    BOOST_TEST(!counter.broken);
}

BOOST_AUTO_TEST_SUITE_END()
