// SPDX-License-Identifier: Apache-2.0
//
// The figures of the servos against true time: the table of noises, what events do, and noise that the
// estimator was not made for. clock_servo_table [seeds] [adaptive|pi|linreg] [steered]; the unit tests hold
// the same goals with fewer seeds.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/unit/clock/simulator.hpp"

using namespace wirestamp::clock;
using namespace wirestamp::clock::test;

namespace {

struct Options {
    int seeds = 10;
    DisciplineConfig config;
};

struct Total {
    Statistics error, window, reference;
    double reads = 0, inside = 0, converged = 0, bound = 0;
    DisciplineCounters counters;
};

void merge(Statistics& into, const Statistics& from) {
    into.squares += from.squares;
    into.sum += from.sum;
    into.count += from.count;
    into.worst = std::max(into.worst, from.worst);
}

Total run(const Options& options, const Scenario& scenario, int seeds) {
    Total total;
    for (int seed = 1; seed <= seeds; ++seed) {
        Simulation simulation(scenario, static_cast<std::uint64_t>(seed) * 7 + 1);
        simulation.steered_ = options.config.target == Target::steered_clock;
        Outcome out = simulation.run(options.config, 400, {900, 1230, 0});
        merge(total.error, out.error);
        merge(total.window, out.window);
        merge(total.reference, out.reference);
        total.reads += out.reads;
        total.inside += out.inside;
        total.converged = std::max(total.converged, out.converged);
        total.bound += out.median_bound() / seeds;
        total.counters.outliers += out.counters.outliers;
        total.counters.jumps += out.counters.jumps;
    }
    return total;
}

void noises(const Options& options, double& reads, double& inside) {
    struct Row {
        double jitter, wander, rate;
        Noise noise;
        double bayes, goal;
    };
    const Row rows[] = {
        {10, 1e-9, 1, Noise::exponential, 3.8, 4.8},     {100, 1e-9, 1, Noise::exponential, 13, 17},
        {1000, 1e-9, 1, Noise::exponential, 55, 0},      {10'000, 1e-9, 1, Noise::exponential, 180, 0},
        {100, 1e-9, 16, Noise::exponential, 2.5, 3.2},   {100, 1e-8, 1, Noise::exponential, 38, 0},
        {100, 1e-7, 1, Noise::exponential, 135, 145},    {10'000, 1e-8, 1, Noise::exponential, 547, 650},
        {10'000, 1e-8, 16, Noise::exponential, 96, 120}, {100, 1e-9, 1, Noise::gaussian, 0, 0},
        {10'000, 1e-8, 16, Noise::gaussian, 0, 0},
    };
    std::printf("%8s %6s %4s %5s | %8s %7s %7s %7s | %7s %7s %9s %9s %6s\n", "jitter", "wander", "/s",
                "noise", "rms ns", "linear", "Bayes", "goal", "mean", "max", "converged", "inside", "b/rms");
    for (const Row& row : rows) {
        Scenario scenario;
        scenario.jitter = row.jitter;
        scenario.wander = row.wander;
        scenario.interval = 1 / row.rate;
        scenario.noise = row.noise;
        const Total t = run(options, scenario, row.rate > 1 ? (options.seeds + 1) / 2 : options.seeds);
        std::printf("%8.0f %6g %4.0f %5s | %8.1f %7.1f %7.1f %7.1f | %7.1f %7.0f %8.1fs %8.4f%% %6.2f\n",
                    row.jitter, row.wander, row.rate, row.noise == Noise::gaussian ? "norm" : "exp",
                    t.error.rms(), t.reference.rms(), row.bayes, row.goal, t.error.mean(), t.error.worst,
                    t.converged, 100 * t.inside / t.reads, t.bound / t.error.rms());
        reads += t.reads;
        inside += t.inside;
    }
}

void events(const Options& options, double& reads, double& inside) {
    struct Row {
        const char* name;
        Scenario scenario;
    };
    std::vector<Row> rows;
    const auto add = [&](const char* name, auto change) {
        Scenario scenario;
        change(scenario);
        rows.push_back({name, scenario});
    };
    add("nothing", [](Scenario&) {});
    add("1 % outliers x100", [](Scenario& s) { s.outliers = 0.01; });
    add("base delay +500 ns", [](Scenario& s) { s.base_step = {900, 1200, 500}; });
    add("base delay -500 ns", [](Scenario& s) { s.base_step = {900, 1200, -500}; });
    add("base delay drifts 1 ns/s", [](Scenario& s) { s.base_drift = {900, 1200, 1}; });
    add("ramp 1e-8/s", [](Scenario& s) { s.ramp = {900, 1200, 1e-8}; });
    add("60 s of loss", [](Scenario& s) { s.silence = {900, 960, 0}; });
    add("600 s of loss", [](Scenario& s) { s.silence = {900, 1500, 0}; });
    add("jitter x10 for 300 s", [](Scenario& s) { s.burst = {900, 1200, 10}; });
    add("load x10 one way", [](Scenario& s) { s.load = {900, 1200, 10}; });
    add("1 ms step", [](Scenario& s) { s.master_step = {900, 1e9, 1e6}; });
    add("-1 ms step", [](Scenario& s) { s.master_step = {900, 1e9, -1e6}; });
    add("master 10 us off, announced", [](Scenario& s) { s.other_master = {900, 1200, 1e4}; });
    add("master 10 us off, not said", [](Scenario& s) { s.master_step = {900, 1200, 1e4}; });
    add("30 % lost", [](Scenario& s) { s.loss = 0.3; });
    add("Delay_Req every third Sync", [](Scenario& s) {
        s.delay_interval = 3;
        s.delay_phase = 0.4;
        s.delay_scatter = 0.3;
    });
    add("back 5 times as noisy", [](Scenario& s) { s.back_factor = 5; });
    add("exponential and normal", [](Scenario& s) { s.noise = Noise::exponential_and_gaussian; });
    add("gamma 2", [](Scenario& s) { s.noise = Noise::gamma2; });
    add("Pareto 1.5", [](Scenario& s) { s.noise = Noise::pareto; });
    add("uniform", [](Scenario& s) { s.noise = Noise::uniform; });
    add("correlated queue", [](Scenario& s) { s.noise = Noise::correlated_queue; });
    add("correlated queue 10us 16/s", [](Scenario& s) {
        s.noise = Noise::correlated_queue;
        s.jitter = 10'000;
        s.wander = 1e-8;
        s.interval = 0.0625;
    });
    add("flicker 3e-9", [](Scenario& s) { s.flicker = 3e-9; });
    add("8 ns stamps, 1 ns jitter", [](Scenario& s) {
        s.jitter = 1;
        s.quantum = 8;
    });
    add("P2P", [](Scenario& s) { s.peer_delay = true; });
    add("128/s", [](Scenario& s) {
        s.interval = 1.0 / 128;
        s.length = 1300;
    });
    add("1 in 16 s", [](Scenario& s) {
        s.interval = 16;
        s.length = 20'000;
    });
    std::printf("\n100 ns, 1e-9, 1/s; window 900 to 1230 s\n%-28s | %8s %8s | %10s %9s | %9s %6s %8s %5s\n",
                "event", "rms ns", "max", "window rms", "max", "inside", "b/rms", "outliers", "jumps");
    for (const Row& row : rows) {
        const Total t = run(options, row.scenario, options.seeds);
        std::printf("%-28s | %8.1f %8.0f | %10.1f %9.0f | %8.4f%% %6.2f %8.1f %5.1f\n", row.name,
                    t.error.rms(), t.error.worst, t.window.rms(), t.window.worst, 100 * t.inside / t.reads,
                    t.bound / t.error.rms(), static_cast<double>(t.counters.outliers) / options.seeds,
                    static_cast<double>(t.counters.jumps) / options.seeds);
        reads += t.reads;
        inside += t.inside;
    }
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "pi")
            options.config.clock_servo = ServoKind::pi;
        else if (word == "linreg")
            options.config.clock_servo = ServoKind::linreg;
        else if (word == "steered")
            options.config.target = Target::steered_clock;
        else if (std::atoi(argv[i]) > 0)
            options.seeds = std::atoi(argv[i]);
        else if (word != "adaptive")
            return std::fprintf(stderr,
                                "unknown word '%s': give a number of seeds, adaptive, pi, linreg, steered\n",
                                argv[i]),
                   2;
    }
    double reads = 0;
    double inside = 0;
    noises(options, reads, inside);
    events(options, reads, inside);
    std::printf("\nall reads: %.0f, true time inside the bound in %.5f %%\n", reads, 100 * inside / reads);
    return 0;
}
