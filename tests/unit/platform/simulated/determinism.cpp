// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "impl/platform/simulated/schedule.hpp"
#include "testbed.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;
using namespace wirestamp::platform::simulated::testbed;

namespace {

/// Eight busy hosts on two bridges with every kind of noise and fault; all that happened, as one number.
std::uint64_t run(std::uint64_t seed, int extra_reads) {
    World world(seed);
    BridgeParameters noisy_bridge;
    noisy_bridge.residence_jitter = {Distribution::Kind::queue, 1200, 0.5, 0, {}};
    noisy_bridge.transparent_clock = true;
    const BridgeId one = world.add_bridge("one", noisy_bridge);
    const BridgeId two = world.add_bridge("two");
    LinkParameters trunk;
    trunk.forward.bits_per_second = 1e9;
    trunk.backward.jitter = {Distribution::Kind::pareto, 100, 2.2, 1e6, {}};
    world.connect(one, two, trunk, "trunk");

    constexpr int count = 8;
    const Address group = address("224.0.1.129", 319);
    std::vector<std::unique_ptr<Station>> stations;
    std::vector<std::unique_ptr<DatagramSocket>> sockets;
    std::vector<std::unique_ptr<Watch>> watches;
    std::vector<std::unique_ptr<Timer>> timers(count);
    for (int i = 0; i < count; ++i) {
        HostParameters h;
        h.oscillator.drift_ppb = 1000 * i;
        h.oscillator.wander = 1e-9;
        h.receive_delay = {Distribution::Kind::exponential, 3000, 0, 0, {}};
        const HostId host = world.add_host("h" + std::to_string(i), h);
        AdapterParameters p = at("192.0.2." + std::to_string(i + 1) + "/24");
        p.clock.oscillator.wander = 1e-8;
        p.clock.oscillator.sinus_ppb = 10;
        p.clock.stamp_noise = 4;
        p.clock.granularity = 8;
        p.transmit_stamp_delay = {Distribution::Kind::uniform, 50'000, 0, 0, {}};
        p.transmit_stamp_loss = 0.01;
        LinkParameters l;
        l.forward.jitter = {Distribution::Kind::exponential, 100, 0, 0, {}};
        l.backward.jitter = {Distribution::Kind::gaussian, 50, 0, 0, {}};
        l.forward.loss = 0.02;
        l.backward.duplication = 0.01;
        l.backward.reordering = 0.01;
        world.connect(world.add_adapter(host, "eth0", p), i % 2 == 0 ? one : two, l, "l" + std::to_string(i));
        stations.push_back(std::make_unique<Station>(world, host));
        SocketOptions o = on("eth0", 319);
        o.groups = {group};
        sockets.push_back(stations.back()->platform->open_socket(o));
        Station& station = *stations.back();
        DatagramSocket& socket = *sockets.back();
        watches.push_back(station.loop->watch(socket, [&socket] {
            take(socket);
            take_stamps(socket);
        }));
        auto& timer = timers[static_cast<std::size_t>(i)];
        timer = station.loop->make_timer([&station, &socket, &timer, i, group, extra_reads] {
            std::string sync(44, '\0');
            sync[1] = 2;
            send(socket, sync, i % 3 == 0 ? group : address("192.0.2.1", 319), 7);
            for (int read = 0; read < extra_reads; ++read)
                station.platform->clocks().read(ClockKind::tai);
            timer->arm(station.loop->now() + 10'000'000 + i * 1'234'567);
        });
        timer->arm(0);
    }
    schedule(world,
             "at 2s link l3 cut; at 3s link l3 restore; at 4s clock h1/eth0 step 1ms; at 5s host h2 stall 1s;"
             "at 6s adapter h4/eth0 remove; every 1s clock h5 step -1us");
    world.run_until(10 * nanoseconds_per_second);
    return world.digest();
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_determinism)

BOOST_AUTO_TEST_CASE(one_seed_is_one_run) {
    BOOST_TEST(run(42, 0) == run(42, 0));
    BOOST_TEST(run(42, 0) != run(43, 0));
}

BOOST_AUTO_TEST_CASE(looking_changes_nothing) {
    BOOST_TEST(run(42, 0) == run(42, 5));
}

// The same number on every processor, compiler and optimisation. It changes when the model does, and only
// then.
BOOST_AUTO_TEST_CASE(the_run_of_a_seed_is_known) {
    BOOST_TEST(run(42, 0) == 12465087797798246574u);
}

BOOST_AUTO_TEST_SUITE_END()
