// SPDX-License-Identifier: Apache-2.0
//
// Every kind of fault that simulation.h can make, each as a test of what a clock does then: a grandmaster and
// a client, one thing that is wrong, and the true error that is left. Which line of the library carries each,
// and that the test fails without it, is in defences.py.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "scene.hpp"

namespace {

using namespace swarm;

/// What is not as usual. Usual are perfect hosts, adapters that wander a little, and 100 ns of jitter.
struct Setup {
    std::function<void(const std::string& host, wst_simulation_host&)> host;
    std::function<void(const std::string& host, wst_simulation_adapter&)> adapter;
    std::function<void(wst_simulation_link&)> link;
    Settings both;
    Settings client;
    bool transparent = false; ///< a transparent clock between the two, on "cable" and "second"
};

wst_simulation_jitter jitter(std::uint32_t kind, double scale, double shape = 0, double limit = 0) {
    wst_simulation_jitter jitter = WST_SIMULATION_JITTER_INIT;
    jitter.kind = kind;
    jitter.scale = scale;
    jitter.shape = shape;
    jitter.limit = limit;
    return jitter;
}

void both_ways(wst_simulation_link& link, const std::function<void(wst_simulation_direction&)>& change) {
    change(link.forward);
    change(link.backward);
}

/// How far off the client was, and how often true time was outside its interval.
struct Result {
    double rms = 0;
    std::int64_t worst = 0;
    int outside = 0;
};

std::string said_of(const Result& result) {
    return said("rms %.0f ns, worst %lld ns, outside %d", result.rms, static_cast<long long>(result.worst),
                result.outside);
}

struct Pair {
    Simulation network = make_simulation(5);
    std::unique_ptr<Clock> master, client;

    explicit Pair(const Setup& setup = {}) {
        wst_simulation* raw = network.get();
        int number = 0;
        for (const std::string name : {"gm", "client"}) {
            ++number;
            wst_simulation_host host = WST_SIMULATION_HOST_INIT;
            if (setup.host)
                setup.host(name, host);
            must("host",
                 [&](wst_error* error) { return wst_simulation_add_host(raw, name.c_str(), &host, error); });
            wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
            const std::string address = "192.0.2." + std::to_string(number) + "/24";
            adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
            adapter.addresses = address.c_str();
            adapter.oscillator.wander = name == "gm" ? 0 : 1e-9;
            if (setup.adapter)
                setup.adapter(name, adapter);
            must("adapter", [&](wst_error* error) {
                return wst_simulation_add_adapter(raw, name.c_str(), "eth0", &adapter, error);
            });
        }
        wst_simulation_link link = WST_SIMULATION_LINK_INIT;
        both_ways(link, [](auto& way) { way.jitter = jitter(WST_SIMULATION_JITTER_EXPONENTIAL, 100); });
        if (setup.link)
            setup.link(link);
        const auto connect = [&](const char* cable, const char* first, const char* last) {
            must("cable", [&](wst_error* error) {
                return wst_simulation_connect(raw, cable, first, last, &link, error);
            });
        };
        if (setup.transparent) {
            wst_simulation_bridge bridge = WST_SIMULATION_BRIDGE_INIT;
            bridge.flags = WST_SIMULATION_TRANSPARENT_CLOCK;
            bridge.residence_jitter = jitter(WST_SIMULATION_JITTER_EXPONENTIAL, 100'000);
            must("bridge",
                 [&](wst_error* error) { return wst_simulation_add_bridge(raw, "sw", &bridge, error); });
            connect("cable", "gm/eth0", "sw");
            connect("second", "sw", "client/eth0");
        } else {
            connect("cable", "gm/eth0", "client/eth0");
        }
        Settings settings{{"priority1", "10"}, {"logSyncInterval", "-2"}, {"logMinDelayReqInterval", "-2"}};
        settings.insert(settings.end(), setup.both.begin(), setup.both.end());
        master = std::make_unique<Clock>(raw, "gm", settings);
        settings[0] = {"clientOnly", "1"};
        settings.insert(settings.end(), setup.client.begin(), setup.client.end());
        client = std::make_unique<Clock>(raw, "client", settings);
    }

    void apply(const std::string& statement) {
        must(statement,
             [&](wst_error* error) { return wst_simulation_apply(network.get(), statement.c_str(), error); });
    }
    void schedule(const std::string& text) {
        must(text,
             [&](wst_error* error) { return wst_simulation_schedule(network.get(), text.c_str(), error); });
    }
    void run(double seconds) {
        must("run", [&](wst_error* error) {
            return wst_simulation_run(network.get(), static_cast<std::int64_t>(seconds * second), error);
        });
    }
    /// Looks twice a second, and not at the packets' beat.
    Result watch(double seconds) {
        Result result;
        double squares = 0;
        const int looks = static_cast<int>(seconds / 0.5123);
        for (int i = 0; i < looks; ++i) {
            run(0.5123);
            const auto time = client->now();
            const auto truth = master->now().ptp_time;
            const std::int64_t error = time.ptp_time - truth;
            squares += static_cast<double>(error) * static_cast<double>(error);
            result.worst = std::max<std::int64_t>(result.worst, std::llabs(error));
            result.outside += truth < time.earliest || truth > time.latest;
        }
        result.rms = std::sqrt(squares / looks);
        std::printf("# %s: %s\n", current, said_of(result).c_str());
        return result;
    }
    bool locked() const { return client->now().clock_state == WST_PTP_CLOCK_LOCKED; }
    std::string state() const { return state_of(*client, *master); }
};

/// Locked within a minute, and then right for two.
void expect_right(const Setup& setup, double rms, int outside = 0) {
    Pair pair(setup);
    pair.run(60);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    const Result result = pair.watch(120);
    EXPECT(result.rms < rms, "%s", said_of(result).c_str());
    EXPECT(result.outside <= outside, "%s", said_of(result).c_str());
}

// Clocks

Setup with_oscillator(const std::function<void(wst_simulation_oscillator&)>& change) {
    Setup setup;
    setup.adapter = [change](const std::string& host, wst_simulation_adapter& adapter) {
        if (host == "client")
            change(adapter.oscillator);
    };
    return setup;
}

void clock_offset() {
    Setup setup;
    setup.adapter = [](const std::string& host, wst_simulation_adapter& adapter) {
        adapter.clock_offset = host == "gm" ? 0 : 3600 * second;
    };
    expect_right(setup, 40);
}

void clock_drift() {
    expect_right(with_oscillator([](auto& oscillator) { oscillator.drift = 100'000; }), 40);
    // Another rate from one moment to the next, as no crystal has it but a clock that somebody turns.
    for (const char* change :
         {"client/eth0 drift 300ppb", "client/eth0 drift 2ppm", "gm/eth0 drift -50ppm"}) {
        Pair pair;
        pair.run(60);
        pair.apply(std::string("clock ") + change);
        pair.run(30);
        const Result result = pair.watch(60);
        EXPECT(result.rms < 60 && result.outside == 0, "%s: %s", change, said_of(result).c_str());
        EXPECT(pair.locked(), "%s: %s", change, pair.state().c_str());
    }
}

void clock_white_noise() {
    Pair pair;
    pair.apply("clock client/eth0 noise 1us");
    pair.run(120);
    const Result result = pair.watch(200);
    EXPECT(result.rms < 250 && result.outside == 0, "%s", said_of(result).c_str());
    // What was noise is not held against it when there is none any more.
    pair.apply("clock client/eth0 noise 0ns");
    pair.run(200);
    const auto time = pair.client->now();
    EXPECT(time.latest - time.ptp_time < 150, "%lld ns", static_cast<long long>(time.latest - time.ptp_time));
}

void clock_random_walk() {
    expect_right(with_oscillator([](auto& oscillator) { oscillator.wander = 1e-7; }), 100);
}

void clock_temperature_ramp() {
    Pair pair(with_oscillator([](auto& oscillator) {
        oscillator.ramp = 20; // ppb a second: a cold machine that is put to work
        oscillator.ramp_begin = 60 * second;
        oscillator.ramp_end = 360 * second;
    }));
    pair.run(65);
    const Result result = pair.watch(400);
    EXPECT(result.rms < 60 && result.outside < 8, "%s", said_of(result).c_str());
}

void clock_granularity() {
    Setup setup;
    setup.adapter = [](const std::string&, wst_simulation_adapter& adapter) { adapter.granularity = 500; };
    setup.link = [](wst_simulation_link& link) {
        both_ways(link, [](auto& way) { way.jitter = jitter(WST_SIMULATION_JITTER_NONE, 0); });
    };
    expect_right(setup, 400);
}

void clock_read_latency() {
    Setup setup;
    setup.host = [](const std::string&, wst_simulation_host& host) { host.read_latency = 20'000; };
    setup.adapter = [](const std::string&, wst_simulation_adapter& adapter) {
        adapter.read_latency = 200'000;
        adapter.read_jitter = 50'000;
    };
    expect_right(setup, 40);
    // The system's clock, which is reached through such reads, says how far it may be off, and is not
    // further.
    setup.client = {{"clock_discipline", "system"}};
    Pair pair(setup);
    pair.run(120);
    int outside = 0;
    for (int i = 0; i < 100; ++i) {
        pair.run(1);
        double error = 0;
        must("error", [&](wst_error* failure) {
            return wst_simulation_clock_error(pair.network.get(), "client", WST_CLOCK_REALTIME, &error,
                                              failure);
        });
        const auto status = pair.client->status();
        EXPECT((status.valid & WST_PTP_STATUS_SYSTEM) != 0);
        outside += std::abs(error) > static_cast<double>(status.system_bound);
        EXPECT(std::abs(error) < 100'000, "%.0f ns", error);
    }
    EXPECT(outside == 0, "%d", outside);
}

void clock_step() {
    Pair pair;
    pair.schedule("at 60s clock client/eth0 step 1ms; at 120s clock client/eth0 step -3s");
    pair.run(60.5);
    for (int i = 0; i < 2; ++i) {
        pair.run(10);
        EXPECT(pair.locked(), "%s", pair.state().c_str());
        const Result result = pair.watch(40);
        EXPECT(result.worst < 1000 && result.outside == 0, "%s", said_of(result).c_str());
        EXPECT(pair.client->faults(WST_PTP_FAULT_OTHER_WRITER) == 1);
        pair.run(10);
    }
}

void clock_reset() {
    Pair pair;
    pair.run(60);
    pair.apply("clock client/eth0 reset");
    pair.run(30);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    // A grandmaster's is not handed on: its time goes on.
    const std::int64_t before = pair.master->now().ptp_time;
    pair.apply("clock gm/eth0 reset");
    pair.run(30);
    const std::int64_t passed = pair.master->now().ptp_time - before;
    EXPECT(std::llabs(passed - 30 * second) < second / 2, "%lld ns", static_cast<long long>(passed));
    EXPECT(pair.watch(60).worst < 1000);
}

// Links

void link_delay() {
    const auto setup = [](std::int64_t delay, const char* mechanism) {
        Setup made;
        made.link = [delay](wst_simulation_link& link) {
            both_ways(link, [delay](auto& way) { way.delay = delay; });
        };
        made.both = {{"delay_mechanism", mechanism}};
        return made;
    };
    expect_right(setup(5'000'000, "E2E"), 40);
    expect_right(setup(5'000'000, "P2P"), 60);
    Pair pair(setup(1000, "E2E"));
    pair.run(60);
    pair.apply("link cable delay 1ms");
    pair.run(60);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    EXPECT(pair.watch(60).worst < 1000);
}

void jittered(const wst_simulation_jitter& kind, double rms, int outside = 0) {
    Setup setup;
    setup.link = [&](wst_simulation_link& link) { both_ways(link, [&](auto& way) { way.jitter = kind; }); };
    Pair pair(setup);
    pair.run(120);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    const Result result = pair.watch(300);
    EXPECT(result.rms < rms && result.outside <= outside, "%s", said_of(result).c_str());
}

void jitter_gaussian() {
    jittered(jitter(WST_SIMULATION_JITTER_GAUSSIAN, 1000), 40);
}
void jitter_exponential() {
    jittered(jitter(WST_SIMULATION_JITTER_EXPONENTIAL, 10'000), 200);
}
void jitter_uniform() {
    jittered(jitter(WST_SIMULATION_JITTER_UNIFORM, 1000), 80);
}
void jitter_pareto() {
    jittered(jitter(WST_SIMULATION_JITTER_PARETO, 1000, 1.5, 1e7), 40);
}
void jitter_queue() {
    // Packets that follow each other so closely that many of them meet the same queue.
    Setup setup;
    setup.both = {{"logSyncInterval", "-6"}, {"logMinDelayReqInterval", "-6"}};
    setup.link = [](wst_simulation_link& link) {
        both_ways(link, [](auto& way) { way.jitter = jitter(WST_SIMULATION_JITTER_QUEUE, 500'000, 0.9); });
    };
    Pair pair(setup);
    pair.run(200);
    const Result result = pair.watch(600);
    EXPECT(result.rms < 1000 && result.outside == 0, "%s", said_of(result).c_str());
}
void jitter_trace() {
    // One in ten waits for a burst of two milliseconds.
    const std::int64_t waits[] = {120, 40, 310, 5, 2'000'000, 75, 190, 220, 15, 60};
    wst_simulation_jitter trace = jitter(WST_SIMULATION_JITTER_TRACE, 0);
    trace.trace = waits;
    trace.trace_length = static_cast<std::uint32_t>(std::size(waits));
    jittered(trace, 200);
}

void link_asymmetry() {
    Setup setup;
    setup.link = [](wst_simulation_link& link) { link.forward.delay = 21'000; };
    // Nobody sees the half of it; who knows it can say so.
    setup.client = {{"asymmetry_bound", "11000"}};
    Pair unseen(setup);
    unseen.run(60);
    const Result off = unseen.watch(60);
    EXPECT(off.rms > 9'900 && off.rms < 10'100 && off.outside == 0, "%s", said_of(off).c_str());
    setup.client = {{"delayAsymmetry", "10000"}};
    expect_right(setup, 40);
}

void link_loss() {
    Pair pair;
    pair.run(60);
    pair.apply("link cable loss 30%");
    pair.run(10);
    const Result result = pair.watch(200);
    EXPECT(result.worst < 1000 && result.outside == 0, "%s", said_of(result).c_str());
    EXPECT(pair.client->port().follow_ups_lost > 50);
    EXPECT(pair.client->port().delay_responses_lost > 50);
}

void link_duplication() {
    Pair pair;
    pair.run(60);
    pair.apply("link cable duplication 1");
    const auto before = pair.client->status().samples;
    const auto sent = pair.master->port().sent[0];
    const Result result = pair.watch(100);
    EXPECT(result.worst < 500 && result.outside == 0, "%s", said_of(result).c_str());
    // Each counts once.
    EXPECT(pair.client->status().samples - before <= pair.master->port().sent[0] - sent + 1);
    EXPECT(pair.client->port().discarded_unexpected > 200);
    // Also where two of them would make a master.
    Setup setup;
    setup.link = [](wst_simulation_link& link) { both_ways(link, [](auto& way) { way.duplication = 1; }); };
    setup.both = {{"logAnnounceInterval", "2"}};
    Pair slow(setup);
    while (slow.master->port().sent[11] == 0)
        slow.run(1);
    slow.run(1);
    EXPECT(slow.client->port().state == WST_PTP_STATE_LISTENING);
    slow.run(4);
    EXPECT(slow.client->port().state != WST_PTP_STATE_LISTENING);
}

void link_reordering() {
    Setup setup;
    setup.link = [](wst_simulation_link& link) {
        both_ways(link, [](auto& way) {
            way.reordering = 0.3;
            way.reordering_delay = 300'000; // a Follow_Up overtakes its Sync
        });
    };
    Pair pair(setup);
    pair.run(200);
    const auto before = pair.client->status().samples;
    const auto sent = pair.master->port().sent[0];
    const Result result = pair.watch(200);
    EXPECT(result.worst < 2000 && result.outside == 0, "%s", said_of(result).c_str());
    EXPECT(pair.client->status().samples - before + 2 >= pair.master->port().sent[0] - sent);
}

void link_queueing() {
    Setup setup;
    setup.link = [](wst_simulation_link& link) {
        both_ways(link, [](auto& way) {
            way.bits_per_second = 1e8;
            way.jitter = jitter(WST_SIMULATION_JITTER_NONE, 0);
        });
    };
    Pair pair(setup);
    pair.run(60);
    pair.apply("link cable jitter queue 120us 0.3 limit 10ms");
    pair.run(60);
    const Result result = pair.watch(300);
    EXPECT(result.rms < 100 && result.outside == 0, "%s", said_of(result).c_str());
}

void link_cut() {
    Pair pair(with_oscillator([](auto& oscillator) { oscillator.wander = 1e-8; }));
    pair.schedule("at 120s link cable cut; at 240s link cable restore");
    pair.run(135);
    EXPECT(pair.client->now().clock_state == WST_PTP_CLOCK_HOLDOVER, "%s", pair.state().c_str());
    const Result held = pair.watch(100);
    EXPECT(held.worst < 50'000 && held.outside == 0, "%s", said_of(held).c_str());
    pair.run(25);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    EXPECT(pair.watch(30).worst < 1000);
}

// Adapters

void adapter_capabilities() {
    Pair pair;
    pair.run(60);
    pair.client->faults(0);
    // Packets go on, without stamps by its clock: they say nothing, and that is told.
    for (const char* change : {"capabilities software", "stamps off"}) {
        pair.apply(std::string("adapter client/eth0 ") + change);
        const Result result = pair.watch(60);
        EXPECT(result.worst < 10'000 && result.outside == 0, "%s: %s", change, said_of(result).c_str());
        EXPECT(pair.client->now().clock_state == WST_PTP_CLOCK_HOLDOVER, "%s: %s", change,
               pair.state().c_str());
        EXPECT(pair.client->faults(WST_PTP_FAULT_RECEIVE_STAMP_MISSING) > 0, "%s", change);
        pair.apply("adapter client/eth0 capabilities full");
        pair.apply("adapter client/eth0 stamps on");
        pair.run(30);
        EXPECT(pair.locked(), "%s: %s", change, pair.state().c_str());
        EXPECT(pair.watch(30).worst < 1000);
    }
}

void transmit_stamps_lost() {
    Pair pair;
    pair.run(60);
    pair.apply("adapter gm/eth0 stamps loss 30%");
    pair.apply("adapter client/eth0 stamps loss 30%");
    const Result result = pair.watch(200);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    EXPECT(result.worst < 1000 && result.outside == 0, "%s", said_of(result).c_str());
    EXPECT(pair.master->port().transmit_stamps_lost > 100);
    EXPECT(pair.client->port().transmit_stamps_lost > 100);
}

void transmit_stamps_late() {
    Setup setup;
    setup.both = {{"tx_timestamp_timeout", "100"}};
    Pair pair(setup);
    pair.run(60);
    pair.apply("adapter gm/eth0 stamps delay uniform 90ms");
    pair.apply("adapter client/eth0 stamps delay uniform 90ms");
    pair.run(5);
    const auto sent = pair.master->port().sent[0];
    const auto told = pair.master->port().sent[8];
    Result result = pair.watch(100);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    EXPECT(result.worst < 1000 && result.outside == 0, "%s", said_of(result).c_str());
    EXPECT(pair.master->port().sent[8] - told + 2 >= pair.master->port().sent[0] - sent);
    // Later than anybody waits for: as good as lost, and when they come after all they are no others.
    pair.apply("adapter gm/eth0 stamps delay uniform 400ms");
    pair.apply("adapter client/eth0 stamps delay uniform 400ms");
    result = pair.watch(100);
    EXPECT(result.worst < 1000 && result.outside == 0, "%s", said_of(result).c_str());
    EXPECT(pair.master->port().transmit_stamps_late > 50);
}

void stamps_that_lie() {
    Pair pair;
    pair.run(60);
    // Now and then: what no clock does from packet to packet is not believed.
    pair.schedule(
        "every 7s from 60s until 200s adapter client/eth0 errors 3ms -1ms;"
        "every 7s from 60300ms until 201s adapter client/eth0 errors 0s 0s");
    const Result now_and_then = pair.watch(150);
    EXPECT(now_and_then.worst < 2000 && now_and_then.outside == 0, "%s", said_of(now_and_then).c_str());
    // For a minute: it cannot be told from a longer way, and is over when it ends.
    pair.apply("adapter client/eth0 errors 20us -20us");
    const Result longer = pair.watch(60);
    EXPECT(longer.worst < 2000, "%s", said_of(longer).c_str());
    pair.apply("adapter client/eth0 errors 0s 0s");
    pair.run(60);
    EXPECT(pair.watch(30).worst < 1000);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
}

void adapter_restart() {
    Pair pair;
    pair.run(60);
    pair.apply("adapter client/eth0 down");
    pair.run(5);
    pair.apply("adapter client/eth0 up");
    pair.run(30);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    // Another index, and a clock that begins at 0.
    for (const char* host : {"client", "gm"}) {
        pair.apply(std::string("adapter ") + host + "/eth0 remove");
        pair.run(5);
        pair.apply(std::string("adapter ") + host + "/eth0 restore");
        pair.run(60);
        EXPECT(pair.locked(), "%s: %s", host, pair.state().c_str());
        EXPECT(pair.watch(30).worst < 1000);
    }
}

void adapter_vanishes() {
    Pair pair;
    pair.run(120);
    pair.client->faults(0);
    pair.apply("adapter client/eth0 remove");
    const Result gone = pair.watch(20);
    EXPECT(gone.worst < 100'000 && gone.outside == 0, "%s", said_of(gone).c_str());
    EXPECT(pair.client->now().clock_state == WST_PTP_CLOCK_HOLDOVER, "%s", pair.state().c_str());
    EXPECT(pair.client->faults(WST_PTP_FAULT_INTERFACE_GONE) == 1);
}

void adapter_renamed() {
    Pair pair;
    pair.run(60);
    pair.client->faults(0);
    pair.apply("adapter client/eth0 rename lan");
    pair.run(5);
    EXPECT(pair.client->faults(WST_PTP_FAULT_INTERFACE_GONE) == 1);
    pair.apply("adapter client/lan rename eth0");
    pair.run(30);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
}

void a_clock_that_is_not_to_be_set() {
    Setup setup;
    setup.adapter = [](const std::string& host, wst_simulation_adapter& adapter) {
        if (host == "client")
            adapter.flags |= WST_SIMULATION_READ_ONLY;
    };
    expect_right(setup, 40);
    setup.client = {{"clock_discipline", "device"}};
    std::string why;
    try {
        const Pair pair(setup);
    } catch (const Failed& failed) {
        why = failed.what();
    }
    EXPECT(why.find("WST_E_PERMISSION") != std::string::npos, "%s", why.c_str());
}

void no_cross_timestamps() {
    Setup setup;
    setup.adapter = [](const std::string&, wst_simulation_adapter& adapter) {
        adapter.flags |= WST_SIMULATION_NO_CROSS_TIMESTAMP;
    };
    expect_right(setup, 40);
    // What was found by comparing clocks is found by packets then.
    Pair pair(setup);
    pair.run(60);
    pair.apply("clock client/eth0 step 1ms");
    pair.run(2);
    EXPECT(pair.watch(60).worst < 1000);
}

// Hosts

void host_stall() {
    for (const char* host : {"client", "gm"}) {
        Pair pair;
        pair.run(60);
        const auto before = pair.client->port().sent[1] + pair.master->port().sent[0];
        pair.apply(std::string("host ") + host + " stall 20s");
        pair.run(21);
        // What was not done in time is not made up for.
        const auto after = pair.client->port().sent[1] + pair.master->port().sent[0];
        EXPECT(after - before < 100, "%llu messages", static_cast<unsigned long long>(after - before));
        pair.run(30);
        EXPECT(pair.locked(), "%s", pair.state().c_str());
        const Result result = pair.watch(60);
        EXPECT(result.worst < 1000 && result.outside == 0, "%s", said_of(result).c_str());
    }
}

void host_suspend() {
    // On the system's raw counter, which stands still meanwhile.
    Setup setup;
    setup.both = {{"time_stamping", "software"}};
    Pair pair(setup);
    pair.run(60);
    pair.client->faults(0);
    pair.apply("host client suspend 100s");
    pair.run(101.5);
    EXPECT(pair.client->faults(WST_PTP_FAULT_CLOCK_STEPPED) == 1);
    EXPECT(!pair.locked() || std::llabs(error_of(*pair.client, *pair.master)) < 10'000, "%s",
           pair.state().c_str());
    pair.run(30);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    EXPECT(pair.watch(30).worst < 1000);
    // On an adapter's clock, which goes on.
    Pair hardware;
    hardware.run(60);
    hardware.apply("host client suspend 100s");
    hardware.run(130);
    EXPECT(hardware.locked(), "%s", hardware.state().c_str());
    EXPECT(hardware.watch(30).worst < 1000);
}

void host_step() {
    Setup setup;
    setup.both = {{"time_stamping", "software"}};
    setup.host = [](const std::string& name, wst_simulation_host& host) {
        if (name == "client") // so that some packets lie there when it happens
            host.wake_delay = jitter(WST_SIMULATION_JITTER_UNIFORM, 100'000'000);
    };
    Pair pair(setup);
    pair.schedule("every 1300ms from 60s until 150s clock client step 70us");
    pair.run(59);
    // Its stamps are by the clock that is set; the time is by one that is not.
    const Result result = pair.watch(100);
    EXPECT(result.worst < 2000 && result.outside == 0, "%s", said_of(result).c_str());
    EXPECT(pair.locked(), "%s", pair.state().c_str());
}

void host_delays() {
    Setup setup;
    setup.both = {{"time_stamping", "software"}};
    setup.host = [](const std::string&, wst_simulation_host& host) {
        host.transmit_delay = jitter(WST_SIMULATION_JITTER_EXPONENTIAL, 5'000);
        host.receive_delay = jitter(WST_SIMULATION_JITTER_EXPONENTIAL, 5'000);
        host.wake_delay = jitter(WST_SIMULATION_JITTER_PARETO, 50'000, 2.5, 5e6);
    };
    Pair pair(setup);
    pair.run(120);
    EXPECT(pair.locked(), "%s", pair.state().c_str());
    const Result result = pair.watch(200);
    EXPECT(result.rms < 450 && result.outside == 0, "%s", said_of(result).c_str());
}

// Bridges

void transparent_clock() {
    Setup setup;
    setup.transparent = true; // 100 us of jitter, which it tells
    expect_right(setup, 100);
}

} // namespace

int main(int argc, char** argv) {
#define CASE(name) \
    { #name, name }
    const Case cases[] = {
        CASE(clock_offset),
        CASE(clock_drift),
        CASE(clock_white_noise),
        CASE(clock_random_walk),
        CASE(clock_temperature_ramp),
        CASE(clock_granularity),
        CASE(clock_read_latency),
        CASE(clock_step),
        CASE(clock_reset),
        CASE(link_delay),
        CASE(jitter_gaussian),
        CASE(jitter_exponential),
        CASE(jitter_uniform),
        CASE(jitter_pareto),
        CASE(jitter_queue),
        CASE(jitter_trace),
        CASE(link_asymmetry),
        CASE(link_loss),
        CASE(link_duplication),
        CASE(link_reordering),
        CASE(link_queueing),
        CASE(link_cut),
        CASE(adapter_capabilities),
        CASE(transmit_stamps_lost),
        CASE(transmit_stamps_late),
        CASE(stamps_that_lie),
        CASE(adapter_restart),
        CASE(adapter_vanishes),
        CASE(adapter_renamed),
        CASE(a_clock_that_is_not_to_be_set),
        CASE(no_cross_timestamps),
        CASE(host_stall),
        CASE(host_suspend),
        CASE(host_step),
        CASE(host_delays),
        CASE(transparent_clock),
    };
    return run_cases(cases, argc, argv);
}
