// SPDX-License-Identifier: Apache-2.0
//
// How many events a second the simulated network serves on one core, and how its parts weigh against each
// other in one run: timers alone, packets with stamps between two hosts, fifty hosts around a bridge.
//
//     benchmark_simulator [virtual seconds]

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "impl/platform/simulated/world.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;

namespace {

/// What a PTP port does with the network, without the protocol.
struct Node {
    Node(World& world, HostId host, const std::string& interface, const Address& destination,
         Nanoseconds sending_interval)
        : to(destination), interval(sending_interval), platform(world.platform(host)) {
        loop = platform->make_loop({&mutex, {}, {}});
        timer = loop->make_timer([this] { on_timer(); });
        if (!interface.empty()) {
            SocketOptions options;
            options.interface = interface;
            options.port = 319;
            options.stamps = StampMode::hardware;
            options.groups = {parse_address("224.0.1.129").value()};
            socket = platform->open_socket(options);
            watch = loop->watch(*socket, [this] { on_ready(); });
        }
        message[1] = 2;
        due = loop->now();
        timer->arm(due);
    }

    void on_timer() {
        due += interval;
        timer->arm(due);
        if (!socket)
            return;
        const Outgoing out{message, to, ++sent};
        socket->send(std::span(&out, 1));
    }
    void on_ready() {
        std::array<Received, 4> batch;
        std::array<std::array<std::uint8_t, 256>, 4> buffers;
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].buffer = buffers[i];
        while (socket->receive(batch) == static_cast<int>(batch.size())) {
        }
        std::array<TransmitStamp, 4> stamps;
        while (socket->take_transmit_stamps(stamps) == static_cast<int>(stamps.size())) {
        }
    }

    Address to;
    Nanoseconds interval;
    std::mutex mutex;
    std::unique_ptr<Platform> platform;
    std::unique_ptr<Loop> loop;
    std::unique_ptr<DatagramSocket> socket;
    std::unique_ptr<Watch> watch;
    std::unique_ptr<Timer> timer;
    std::array<std::uint8_t, 44> message{};
    Nanoseconds due = 0;
    std::uint32_t sent = 0;
};

AdapterParameters adapter(int n) {
    AdapterParameters p;
    p.addresses = {"10.0.0." + std::to_string(n) + "/24"};
    p.clock.oscillator.wander = 1e-9;
    p.clock.oscillator.drift_ppb = 100.0 * n;
    p.clock.stamp_noise = 4;
    p.stamps_enabled = true;
    return p;
}

Address address(const std::string& text) {
    Address a = parse_address(text).value();
    a.port = 319;
    return a;
}

double measure(const char* what, World& world, Nanoseconds span) {
    world.run_for(span / 100 + 1); // everything that is ever allocated is by then
    const WorldCounters before = world.counters();
    const std::clock_t start = std::clock(); // of this process: a busy machine must not count
    world.run_for(span);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const WorldCounters after = world.counters();
    const double events = static_cast<double>(after.events - before.events);
    std::printf("%-44s %9.0f events, %7.2f M events/s, %6.0f ns each, %8.0f x real time\n", what, events,
                events / seconds / 1e6, seconds / events * 1e9, static_cast<double>(span) * 1e-9 / seconds);
    return events / seconds;
}

} // namespace

int main(int argc, char** argv) {
    const Nanoseconds span = (argc > 1 ? std::atol(argv[1]) : 1000) * nanoseconds_per_second;
    LinkParameters link;
    link.forward.jitter.kind = link.backward.jitter.kind = Distribution::Kind::exponential;
    link.forward.jitter.scale = link.backward.jitter.scale = 100;

    double slowest = 1e300;
    {
        World world(1);
        std::vector<std::unique_ptr<Node>> nodes;
        for (int i = 0; i < 10; ++i)
            nodes.push_back(std::make_unique<Node>(world, world.add_host("h" + std::to_string(i)), "",
                                                   Address{}, 10'000'000 + i));
        slowest = std::min(slowest, measure("timers of ten hosts", world, span));
    }
    {
        World world(1);
        const HostId a = world.add_host("a");
        const HostId b = world.add_host("b");
        world.connect(world.add_adapter(a, "eth0", adapter(1)), world.add_adapter(b, "eth0", adapter(2)),
                      link);
        Node left(world, a, "eth0", address("224.0.1.129"), 1'000'000);
        Node right(world, b, "eth0", address("10.0.0.1"), 1'000'000);
        slowest = std::min(slowest, measure("two hosts, 1000 packets/s each way", world, span));
    }
    {
        World world(1);
        const BridgeId bridge = world.add_bridge("sw");
        std::vector<std::unique_ptr<Node>> nodes;
        for (int i = 1; i <= 50; ++i) {
            HostParameters h;
            h.oscillator.wander = 1e-9;
            const HostId host = world.add_host("h" + std::to_string(i), h);
            world.connect(world.add_adapter(host, "eth0", adapter(i)), bridge, link);
            nodes.push_back(std::make_unique<Node>(world, host, "eth0",
                                                   i == 1 ? address("224.0.1.129") : address("10.0.0.1"),
                                                   nanoseconds_per_second));
        }
        slowest = std::min(slowest, measure("fifty hosts around a bridge, 1 packet/s", world, span));
    }
    std::printf("slowest: %.2f M events/s (asked for: 2)\n", slowest / 1e6);
    return 0;
}
