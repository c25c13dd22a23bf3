// SPDX-License-Identifier: Apache-2.0
//
// How long a simulated day of whole PTP clocks takes, by the processor time of this process: a grandmaster
// and its clients around one switch, with jitter and wander, 1 Sync/s, over the public headers alone.
//
//     benchmark_simulated_day [hours [clocks]]        (24 and 50 without)

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/support.hpp"

using namespace swarm;

namespace {

void day(const char* what, const std::vector<std::pair<std::string, std::string>>& settings, double hours,
         int clocks) {
    const Simulation network = make_simulation(1);
    wst_simulation* raw = network.get();
    must("switch", [&](wst_error* error) { return wst_simulation_add_bridge(raw, "sw", nullptr, error); });
    std::vector<std::pair<Context, wst_ptp*>> all;
    for (int i = 0; i < clocks; ++i) {
        const std::string name = "h" + std::to_string(i);
        const std::string address = "10.0.0." + std::to_string(i + 1) + "/24";
        must("host",
             [&](wst_error* error) { return wst_simulation_add_host(raw, name.c_str(), nullptr, error); });
        wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
        adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
        adapter.addresses = address.c_str();
        adapter.oscillator.drift = i * 100.0;
        adapter.oscillator.wander = i == 0 ? 0 : 1e-9;
        must("adapter", [&](wst_error* error) {
            return wst_simulation_add_adapter(raw, name.c_str(), "eth0", &adapter, error);
        });
        wst_simulation_link link = WST_SIMULATION_LINK_INIT;
        for (auto* direction : {&link.forward, &link.backward}) {
            direction->jitter.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
            direction->jitter.scale = 100;
        }
        must("link", [&](wst_error* error) {
            return wst_simulation_connect(raw, ("l" + name).c_str(), (name + "/eth0").c_str(), "sw", &link,
                                          error);
        });
        Context context = live_on(raw, name);
        wst_ptp_config* made = nullptr;
        must("configuration", [&](wst_error* error) { return wst_ptp_config_create(&made, error); });
        const PtpConfig config(made);
        must("port", [&](wst_error* error) { return wst_ptp_config_add_port(made, "eth0", error); });
        const auto set = [&](const std::string& option, const std::string& value) {
            must(option, [&](wst_error* error) {
                return wst_ptp_config_set(made, option.c_str(), value.c_str(), error);
            });
        };
        for (const auto& [option, value] : settings)
            set(option, value);
        set("clientOnly", i == 0 ? "0" : "1");
        wst_ptp* ptp = nullptr;
        must("open", [&](wst_error* error) { return wst_ptp_open(context.get(), made, &ptp, error); });
        must("start", [&](wst_error* error) { return wst_ptp_start(ptp, error); });
        all.emplace_back(std::move(context), ptp);
    }
    const std::clock_t begin = std::clock(); // of this process: a busy machine must not count
    must("run", [&](wst_error* error) {
        return wst_simulation_run(raw, static_cast<std::int64_t>(hours * 3600) * second, error);
    });
    const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
    must("counters", [&](wst_error* error) { return wst_simulation_counters_get(raw, &counters, error); });
    const auto time_at = [&](std::size_t i) {
        wst_ptp_time time = WST_PTP_TIME_INIT;
        must("now", [&](wst_error* error) { return wst_ptp_now(all[i].second, &time, error); });
        return time.ptp_time;
    };
    double squares = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        const auto error = static_cast<double>(time_at(i) - time_at(0));
        squares += error * error;
    }
    std::printf(
        "%-34s %5.1f h of %d clocks in %6.1f s, %7.1f M events, %5.2f M/s, clients %.0f ns rms off in the "
        "end\n",
        what, hours, clocks, took, static_cast<double>(counters.events) * 1e-6,
        static_cast<double>(counters.events) * 1e-6 / took,
        std::sqrt(squares / static_cast<double>(all.size() - 1)));
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const double hours = argc > 1 ? std::atof(argv[1]) : 24;
    const int clocks = argc > 2 ? std::atoi(argv[2]) : 50;
    // Delay requests by multicast are heard by all: what is done grows with the square of the clocks.
    day("end to end by unicast (hybrid)", {{"hybrid_e2e", "1"}}, hours, clocks);
    day("end to end by multicast", {}, hours, clocks);
    return 0;
}
