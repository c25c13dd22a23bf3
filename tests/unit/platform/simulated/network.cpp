// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "testbed.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;
using namespace wirestamp::platform::simulated::testbed;

namespace {

struct Pair {
    World world{7};
    HostId a = world.add_host("a");
    HostId b = world.add_host("b");
    AdapterId a0 = world.add_adapter(a, "eth0", at("192.0.2.1/24"));
    AdapterId b0 = world.add_adapter(b, "eth0", at("192.0.2.2/24"));
    LinkId link;
    Station left{world, a};
    Station right{world, b};

    explicit Pair(const LinkParameters& parameters = {}) : link(world.connect(a0, b0, parameters, "l1")) {}
};

const Address group = address("224.0.1.129", 319);

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_network)

BOOST_AUTO_TEST_CASE(a_packet_arrives_after_the_delay_with_stamps_of_both_clocks) {
    LinkParameters p;
    p.forward.delay = 1500;
    Pair pair(p);
    const auto tx = pair.left.platform->open_socket(on("eth0", 319));
    const auto rx = pair.right.platform->open_socket(on("eth0", 319));
    rx->join(group);
    BOOST_TEST(send(*tx, "hello", group, 42) == 1);
    pair.world.run_until(1499);
    BOOST_TEST(take(*rx).empty());
    pair.world.run_until(1500);
    const auto got = take(*rx);
    BOOST_REQUIRE(got.size() == 1u);
    BOOST_TEST(got[0].text == "hello");
    BOOST_TEST(to_text(got[0].source) == to_text(address("192.0.2.1", 319)));
    const Nanoseconds epoch = pair.world.parameters().epoch_tai;
    BOOST_TEST(got[0].hardware.value == epoch + 1500);
    BOOST_TEST((got[0].hardware.clock == ClockKind::device));
    BOOST_TEST(got[0].software.value == epoch - 37 * nanoseconds_per_second + 1500);
    const auto stamps = take_stamps(*tx);
    BOOST_REQUIRE(stamps.size() == 2u); // software and hardware, each by itself
    BOOST_TEST(stamps[0].id == 42u);
    BOOST_TEST(bool(stamps[0].software));
    BOOST_TEST(stamps[1].id == 42u);
    BOOST_TEST(stamps[1].hardware.value == epoch);
}

BOOST_AUTO_TEST_CASE(only_members_of_a_group_and_owners_of_an_address_receive) {
    Pair pair;
    const auto tx = pair.left.platform->open_socket(on("eth0", 319));
    const auto rx = pair.right.platform->open_socket(on("eth0", 319));
    send(*tx, "group", group);
    send(*tx, "unicast", address("192.0.2.2", 319));
    send(*tx, "somebody else", address("192.0.2.3", 319));
    send(*tx, "other port", address("192.0.2.2", 320));
    pair.world.run_for(1'000'000);
    const auto got = take(*rx);
    BOOST_REQUIRE(got.size() == 1u);
    BOOST_TEST(got[0].text == "unicast");
    rx->join(address("224.0.0.107"));
    send(*tx, "group", group);
    pair.world.run_for(1'000'000);
    BOOST_TEST(take(*rx).empty());
    rx->join(group);
    rx->join(group); // as it is already
    send(*tx, "group", group);
    pair.world.run_for(1'000'000);
    BOOST_TEST(take(*rx).size() == 1u);
    rx->leave(group);
    rx->leave(group);
    send(*tx, "group", group);
    pair.world.run_for(1'000'000);
    BOOST_TEST(take(*rx).empty());
}

BOOST_AUTO_TEST_CASE(several_sockets_share_a_multicast_port) {
    Pair pair;
    const auto tx = pair.left.platform->open_socket(on("eth0", 319));
    SocketOptions shared = on("eth0", 319);
    const auto first = pair.right.platform->open_socket(shared);
    BOOST_CHECK_THROW(pair.right.platform->open_socket(shared), Failure);
    shared.port = 320;
    shared.reuse_address = true;
    shared.groups = {group};
    const auto second = pair.right.platform->open_socket(shared);
    const auto third = pair.right.platform->open_socket(shared);
    Address to = group;
    to.port = 320;
    send(*tx, "x", to);
    pair.world.run_for(1'000'000);
    BOOST_TEST(take(*second).size() == 1u);
    BOOST_TEST(take(*third).size() == 1u);
    to = address("192.0.2.2", 320);
    send(*tx, "x", to);
    pair.world.run_for(1'000'000);
    BOOST_TEST(take(*second).size() == 0u);
    BOOST_TEST(take(*third).size() == 1u);
}

BOOST_AUTO_TEST_CASE(own_multicast_is_heard_only_when_asked_for) {
    Pair pair;
    SocketOptions quiet = on("eth0", 319);
    quiet.groups = {group};
    SocketOptions loud = quiet;
    loud.port = 320;
    loud.multicast_loopback = true;
    const auto a = pair.left.platform->open_socket(quiet);
    const auto b = pair.left.platform->open_socket(loud);
    send(*a, "x", group);
    BOOST_TEST(take(*a).empty());
    Address to = group;
    to.port = 320;
    send(*b, "x", to);
    BOOST_TEST(take(*b).size() == 1u);
}

BOOST_AUTO_TEST_CASE(ipv6_with_link_local_addresses) {
    World world(3);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    const AdapterId a0 = world.add_adapter(a, "eth0", at("fe80::1/64"));
    const AdapterId b0 = world.add_adapter(b, "eth0", at("fe80::2/64"));
    world.connect(a0, b0);
    Station left(world, a);
    Station right(world, b);
    SocketOptions o = on("eth0", 319);
    o.family = Family::ipv6;
    const Address to = address("ff0e::181", 319);
    o.groups = {to};
    const auto tx = left.platform->open_socket(o);
    const auto rx = right.platform->open_socket(o);
    send(*tx, "x", to);
    send(*tx, "y", address("fe80::2", 319));
    world.run_for(1'000'000);
    const auto got = take(*rx);
    BOOST_REQUIRE(got.size() == 2u);
    BOOST_TEST(got[0].source.bytes[0] == 0xFE);
    BOOST_TEST(send(*tx, std::string(1453, 'x'), to) == -EMSGSIZE);
    BOOST_TEST(send(*tx, std::string(1452, 'x'), to) == 1);
}

BOOST_AUTO_TEST_CASE(a_bridge_forwards_groups_to_all_and_unicast_to_one) {
    World world(5);
    const BridgeId bridge = world.add_bridge("sw");
    std::vector<HostId> hosts;
    std::vector<std::unique_ptr<Station>> stations;
    std::vector<std::unique_ptr<DatagramSocket>> sockets;
    for (int i = 1; i <= 4; ++i) {
        const HostId host = world.add_host("h" + std::to_string(i));
        world.connect(world.add_adapter(host, "eth0", at("192.0.2." + std::to_string(i) + "/24")), bridge);
        stations.push_back(std::make_unique<Station>(world, host));
        SocketOptions o = on("eth0", 319);
        o.groups = {group};
        sockets.push_back(stations.back()->platform->open_socket(o));
    }
    send(*sockets[0], "all", group);
    world.run_for(10'000);
    BOOST_TEST(take(*sockets[0]).empty());
    for (std::size_t i = 1; i < 4; ++i)
        BOOST_TEST(take(*sockets[i]).size() == 1u);
    send(*sockets[2], "one", address("192.0.2.1", 319));
    const auto before = world.counters().events;
    world.run_for(10'000);
    BOOST_TEST(take(*sockets[0]).size() == 1u);
    BOOST_TEST(take(*sockets[1]).empty());
    BOOST_TEST(world.counters().events - before == 3u); // in, out, there: nobody else was bothered
    BOOST_TEST(world.counters().frames_in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(a_ring_of_bridges_does_not_live_for_ever) {
    World world(5);
    const BridgeId one = world.add_bridge("one");
    const BridgeId two = world.add_bridge("two");
    world.connect(one, two);
    world.connect(one, two);
    const HostId a = world.add_host("a");
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")), one);
    Station left(world, a);
    const auto tx = left.platform->open_socket(on("eth0", 319));
    send(*tx, "round and round", group);
    world.run_for(nanoseconds_per_second);
    BOOST_TEST(world.counters().frames_in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(a_transparent_clock_says_how_long_it_held_an_event_message) {
    World world(5);
    BridgeParameters p;
    p.residence = 12'345;
    p.transparent_clock = true;
    const BridgeId bridge = world.add_bridge("tc", p);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")), bridge);
    world.connect(world.add_adapter(b, "eth0", at("192.0.2.2/24")), bridge);
    Station left(world, a);
    Station right(world, b);
    SocketOptions o = on("eth0", 319);
    o.groups = {group};
    const auto tx = left.platform->open_socket(o);
    const auto rx = right.platform->open_socket(o);
    std::string sync(44, '\0');
    sync[1] = 2;
    send(*tx, sync, group);
    world.run_for(nanoseconds_per_second);
    const auto got = take(*rx);
    BOOST_REQUIRE(got.size() == 1u);
    std::int64_t correction = 0;
    for (std::size_t i = 8; i < 16; ++i)
        correction = correction << 8 | static_cast<unsigned char>(got[0].text[i]);
    BOOST_TEST(correction == 12'345 * 65'536);
}

BOOST_AUTO_TEST_CASE(loss_duplication_and_reordering_happen_as_often_as_they_should) {
    LinkParameters p;
    p.forward.loss = 0.1;
    p.forward.duplication = 0.05;
    p.forward.reordering = 0.02;
    Pair pair(p);
    const auto tx = pair.left.platform->open_socket(on("eth0", 319));
    const auto rx = pair.right.platform->open_socket(on("eth0", 319));
    int received = 0;
    int twice = 0;
    int overtaken = 0;
    int last = -1;
    for (int i = 0; i < 20'000; ++i) {
        send(*tx, std::to_string(i), address("192.0.2.2", 319));
        pair.world.run_for(10'000);
        for (const auto& packet : take(*rx)) {
            const int n = std::stoi(packet.text);
            ++received;
            twice += n == last ? 1 : 0;
            overtaken += n < last ? 1 : 0;
            last = std::max(last, n);
        }
    }
    BOOST_TEST(received > 20'000 * 0.9 * 1.05 - 300);
    BOOST_TEST(received < 20'000 * 0.9 * 1.05 + 300);
    BOOST_TEST(twice > 700);
    BOOST_TEST(twice < 1100);
    BOOST_TEST(overtaken > 250);
    BOOST_TEST(overtaken < 500);
}

BOOST_AUTO_TEST_CASE(jitter_reorders_only_where_packets_may_overtake) {
    for (const bool keeps_order : {true, false}) {
        LinkParameters p;
        p.forward.jitter = {Distribution::Kind::exponential, 50'000, 0, 0, {}};
        p.forward.keeps_order = keeps_order;
        Pair pair(p);
        const auto tx = pair.left.platform->open_socket(on("eth0", 319));
        const auto rx = pair.right.platform->open_socket(on("eth0", 319));
        for (int i = 0; i < 200; ++i) {
            send(*tx, std::to_string(i), address("192.0.2.2", 319));
            pair.world.run_for(1000);
        }
        pair.world.run_for(nanoseconds_per_second);
        int overtaken = 0;
        int last = -1;
        for (const auto& packet : take(*rx)) {
            overtaken += std::stoi(packet.text) < last ? 1 : 0;
            last = std::max(last, std::stoi(packet.text));
        }
        BOOST_TEST((overtaken == 0) == keeps_order);
    }
}

BOOST_AUTO_TEST_CASE(a_slow_line_makes_packets_wait_for_each_other) {
    LinkParameters p;
    p.forward.delay = 0;
    p.forward.bits_per_second = 1e8;
    Pair pair(p);
    const auto tx = pair.left.platform->open_socket(on("eth0", 319, StampMode::hardware));
    const auto rx = pair.right.platform->open_socket(on("eth0", 319, StampMode::hardware));
    // 34 and 66 octets of overhead: 100 octets, 8 us.
    send(*tx, std::string(34, 'x'), address("192.0.2.2", 319), 1);
    send(*tx, std::string(34, 'x'), address("192.0.2.2", 319), 2);
    pair.world.run_for(1'000'000);
    const auto stamps = take_stamps(*tx);
    const auto got = take(*rx);
    BOOST_REQUIRE(stamps.size() == 2u);
    BOOST_REQUIRE(got.size() == 2u);
    BOOST_TEST(stamps[1].hardware.value - stamps[0].hardware.value == 8000);
    // Both stamps are of the start of the frame, whatever its length: 8 us later all of it is there.
    BOOST_TEST(got[0].hardware.value - stamps[0].hardware.value == 0);
    BOOST_TEST(got[1].hardware.value - got[0].hardware.value == 8000);
}

BOOST_AUTO_TEST_CASE(software_stamps_err_by_the_delays_of_the_hosts) {
    World world(2);
    HostParameters slow;
    slow.transmit_delay = {Distribution::Kind::trace, 0, 0, 0, {3000}};
    slow.receive_delay = {Distribution::Kind::trace, 0, 0, 0, {7000}};
    const HostId a = world.add_host("a", slow);
    const HostId b = world.add_host("b", slow);
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")),
                  world.add_adapter(b, "eth0", at("192.0.2.2/24")));
    Station left(world, a);
    Station right(world, b);
    const auto tx = left.platform->open_socket(on("eth0", 319));
    const auto rx = right.platform->open_socket(on("eth0", 319));
    send(*tx, "x", address("192.0.2.2", 319), 1);
    world.run_until(10'999);
    BOOST_TEST(take(*rx).empty());
    world.run_until(11'000);
    const auto got = take(*rx);
    const auto stamps = take_stamps(*tx);
    BOOST_REQUIRE(got.size() == 1u);
    BOOST_REQUIRE(stamps.size() == 2u);
    BOOST_TEST(got[0].software.value - stamps[0].software.value == 11'000); // 3000 + 1000 + 7000
    BOOST_TEST(got[0].hardware.value - stamps[1].hardware.value == 1000);
}

BOOST_AUTO_TEST_CASE(a_cut_link_loses_what_is_on_it_and_takes_the_carrier_away) {
    LinkParameters p;
    p.forward.delay = 1'000'000;
    Pair pair(p);
    const auto tx = pair.left.platform->open_socket(on("eth0", 319));
    const auto rx = pair.right.platform->open_socket(on("eth0", 319));
    send(*tx, "under way", address("192.0.2.2", 319));
    pair.world.run_for(1000);
    pair.world.cut(pair.link);
    BOOST_TEST((pair.left.platform->interfaces().find("eth0")->link == LinkState::down));
    send(*tx, "into nothing", address("192.0.2.2", 319), 1);
    pair.world.run_for(10'000'000);
    BOOST_TEST(take(*rx).empty());
    BOOST_TEST(take_stamps(*tx).empty());
    pair.world.restore(pair.link);
    BOOST_TEST((pair.left.platform->interfaces().find("eth0")->link == LinkState::up));
    send(*tx, "again", address("192.0.2.2", 319));
    pair.world.run_for(10'000'000);
    BOOST_TEST(take(*rx).size() == 1u);
    BOOST_TEST(pair.world.counters().frames_in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(transmit_stamps_come_late_or_never) {
    Pair pair;
    const auto tx = pair.left.platform->open_socket(on("eth0", 319, StampMode::hardware));
    Distribution late;
    late.kind = Distribution::Kind::trace;
    late.trace = {250'000};
    pair.world.set_transmit_stamps(pair.a0, late, 0);
    send(*tx, "x", address("192.0.2.2", 319), 1);
    pair.world.run_until(249'999);
    BOOST_TEST(take_stamps(*tx).empty());
    pair.world.run_until(250'000);
    BOOST_TEST(take_stamps(*tx).size() == 1u);
    pair.world.set_transmit_stamps(pair.a0, {}, 1);
    send(*tx, "x", address("192.0.2.2", 319), 2);
    pair.world.run_for(nanoseconds_per_second);
    BOOST_TEST(take_stamps(*tx).empty());
}

BOOST_AUTO_TEST_CASE(queues_are_bounded_and_losses_counted) {
    Pair pair;
    SocketOptions small = on("eth0", 319);
    small.receive_buffer = 768 * 4;
    small.transmit_stamps_kept = 3;
    const auto rx = pair.right.platform->open_socket(small);
    const auto tx = pair.left.platform->open_socket(small);
    for (std::uint32_t i = 0; i < 10; ++i)
        send(*tx, "x", address("192.0.2.2", 319), i);
    pair.world.run_for(1'000'000);
    BOOST_TEST(take(*rx).size() == 4u);
    BOOST_TEST(rx->counters().receive_drops == 6u);
    BOOST_TEST(take_stamps(*tx).size() == 3u);
    BOOST_TEST(tx->counters().transmit_stamps_dropped == 17u);
}

BOOST_AUTO_TEST_CASE(a_removed_adapter_takes_its_sockets_along) {
    Pair pair;
    const auto tx = pair.left.platform->open_socket(on("eth0", 319));
    const auto old = pair.left.platform->interfaces().find("eth0");
    pair.world.remove_adapter(pair.a0);
    BOOST_TEST(send(*tx, "x", address("192.0.2.2", 319)) == -ENODEV);
    BOOST_TEST(!pair.left.platform->interfaces().find("eth0"));
    BOOST_CHECK_THROW(pair.left.platform->capabilities().active(*old), Failure);
    pair.world.restore_adapter(pair.a0);
    BOOST_TEST(send(*tx, "x", address("192.0.2.2", 319)) == -ENODEV);
    BOOST_TEST(pair.left.platform->interfaces().find("eth0")->index != old->index);
    const auto again = pair.left.platform->open_socket(on("eth0", 321));
    BOOST_TEST(send(*again, "x", address("192.0.2.2", 319)) == 1);
}

BOOST_AUTO_TEST_CASE(stamps_follow_the_capabilities_that_are_on) {
    World world(1);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    AdapterParameters off = at("192.0.2.1/24");
    off.stamps_enabled = false;
    const AdapterId a0 = world.add_adapter(a, "eth0", off);
    world.connect(a0, world.add_adapter(b, "eth0", at("192.0.2.2/24")));
    Station left(world, a);
    Station right(world, b);
    const auto rx = left.platform->open_socket(on("eth0", 319, StampMode::hardware));
    const auto tx = right.platform->open_socket(on("eth0", 319));
    const Interface eth0 = left.platform->interfaces().find("eth0").value();
    std::string sync(44, '\0');
    sync[1] = 2;
    const auto stamped = [&](const std::string& text) {
        send(*tx, text, address("192.0.2.1", 319));
        world.run_for(1'000'000);
        return bool(take(*rx).at(0).hardware);
    };
    BOOST_TEST(!stamped(sync));
    CapabilitySource& capabilities = left.platform->capabilities();
    BOOST_TEST(capabilities.active(eth0).hardware == 0u);
    BOOST_TEST(capabilities.supported(eth0).hardware == 0x7FFu);
    capabilities.enable(eth0, {StampLevel::event_messages, true});
    BOOST_TEST(stamped(sync));
    BOOST_TEST(!stamped("no event message"));
    capabilities.enable(eth0, {StampLevel::all_packets, true});
    BOOST_TEST(stamped("no event message"));
    capabilities.restore(eth0);
    capabilities.restore(eth0);
    BOOST_TEST(!stamped(sync));
    BOOST_TEST(rx->counters().receive_stamps_missing == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
