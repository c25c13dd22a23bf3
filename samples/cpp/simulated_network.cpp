// SPDX-License-Identifier: Apache-2.0
// How an application that tells PTP time is tested without hardware: the code under test runs unchanged on a
// simulated host, and an hour of it passes in a moment. What no real network can say, the simulated one can:
// how wrong the answer was.
#include <cmath>
#include <iostream>
#include <wirestamp/wirestamp.hpp>

namespace {

/// The code under test. It takes the context that it lives on, so that a test can give it another.
class Stopwatch {
public:
    Stopwatch(wirestamp::Context &context, const std::string &interface_name)
        : ptp_(context, wirestamp::PtpConfig(interface_name).set("clientOnly", "1")) {
        ptp_.start();
    }
    /// PTP time in ns, or nothing while it cannot be told to a microsecond.
    std::optional<std::int64_t> time() const {
        const wirestamp::PtpTime now = ptp_.now();
        if (now.clock_state == WST_PTP_CLOCK_FREE_RUNNING || now.latest - now.earliest > 2000)
            return std::nullopt;
        return now.ptp_time;
    }

private:
    wirestamp::Ptp ptp_;
};

int failures = 0;
void expect(bool good, const char *what) {
    std::cout << (good ? "ok " : "not ok ") << what << '\n';
    failures += good ? 0 : 1;
}

} // namespace

int main() try {
    using namespace std::chrono_literals;
    wirestamp::Simulation network(wirestamp::SimulationOptions(42)); // one seed, one run
    network.add_host("master");
    network.add_host("client");
    wirestamp::SimulationAdapter adapter;
    adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
    network.add_adapter("master", "eth0", "192.0.2.1/24", adapter);
    adapter.clock_offset = 123456789; // the client's adapter begins far off,
    adapter.oscillator.drift = 12000; // runs 12 ppm fast
    adapter.oscillator.wander = 1e-9; // and wanders as a good crystal does
    network.add_adapter("client", "eth0", "192.0.2.2/24", adapter);
    wirestamp::SimulationLink link(3us);
    link.forward.jitter.kind = link.backward.jitter.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
    link.forward.jitter.scale = link.backward.jitter.scale = 100;
    network.connect("cable", "master/eth0", "client/eth0", link);

    wirestamp::Context on_master(network, "master"), on_client(network, "client");
    wirestamp::Ptp master(on_master, wirestamp::PtpConfig("eth0").set("priority1", "1"));
    const Stopwatch stopwatch(on_client, "eth0");
    expect(!stopwatch.time(), "no_time_before_a_master_is_there");

    master.start();
    network.run(1h);
    const auto time = stopwatch.time();
    expect(time.has_value(), "time_after_an_hour");
    const auto wrong = time ? *time - network.true_tai() : 0;
    std::cout << "# wrong by " << wrong << " ns of true time\n";
    expect(time && std::llabs(wrong) < 1000, "the_time_is_right");

    network.cut("cable");
    network.run(10s);
    expect(stopwatch.time().has_value(), "ten_seconds_without_the_cable_are_bridged");
    network.run(240h);
    expect(!stopwatch.time(), "ten_days_without_it_are_not");
    network.restore("cable");
    network.run(1h);
    expect(stopwatch.time().has_value(), "all_is_well_when_it_is_back");
    return failures == 0 ? 0 : 1;
} catch (const wirestamp::Error &error) {
    std::cerr << "simulated_network: " << error.what() << '\n';
    return 1;
}
