// SPDX-License-Identifier: Apache-2.0
//
// What one update of the default servo and one reading of the published clock cost, beside a clock read of
// the system in the same run. Medians of many short stretches, because a shared machine is never quiet for
// long.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "impl/clock/adaptive.hpp"
#include "impl/clock/clock_view.hpp"
#include "tests/unit/clock/simulator.hpp"

using namespace wirestamp;
using namespace wirestamp::clock;

namespace {

template <typename Work>
double median_cost(Work&& work) {
    constexpr int stretches = 401;
    constexpr int calls = 200;
    std::vector<double> costs;
    for (int s = 0; s < stretches; ++s) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < calls; ++i)
            work();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        costs.push_back(took.count() / calls);
    }
    std::nth_element(costs.begin(), costs.begin() + stretches / 2, costs.end());
    return costs[stretches / 2];
}

} // namespace

int main() {
    test::Random random(1);
    std::vector<double> noise(4096);
    for (double& value : noise)
        value = 500 + random.exponential(100);
    std::size_t next = 0;
    Nanoseconds raw = 0;
    double sink = 0;

    AdaptiveEstimator estimator(1, false);
    const double update = median_cost([&] {
        raw += 31'250'000;
        next = (next + 1) % noise.size();
        const auto channel =
            next % 2 == 0 ? AdaptiveEstimator::Channel::from_master : AdaptiveEstimator::Channel::to_master;
        estimator.observe(channel, raw, noise[next]);
    });
    const double estimate = median_cost([&] { sink += estimator.estimate().offset; });

    Discipline discipline{DisciplineConfig{}};
    const double call = median_cost([&] {
        raw += 31'250'000;
        next = (next + 1) % noise.size();
        if (next % 2 == 0)
            discipline.on_sync(raw, 0, raw + static_cast<Nanoseconds>(noise[next]));
        else
            discipline.on_delay(raw, raw + static_cast<Nanoseconds>(noise[next]), 0);
    });
    ClockSnapshot snapshot;
    snapshot.store(discipline.view());
    const auto monotonic = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
    const double bare = median_cost([&] { sink += static_cast<double>(monotonic()); });
    const double now = median_cost([&] {
        const Nanoseconds counter = monotonic();
        const ClockView view = snapshot.load();
        sink += static_cast<double>(view.time_at(counter)) + view.bound_at(counter);
    });
    std::printf("one observation learnt            %7.0f ns\n", update);
    std::printf("one estimate with its variance    %7.0f ns\n", estimate);
    std::printf("one call of Discipline, all in    %7.0f ns\n", call);
    std::printf("clock read                        %7.1f ns\n", bare);
    std::printf("clock read, PTP time and bound    %7.1f ns, %.2f times the bare read\n", now, now / bare);
    return sink == 42 ? 1 : 0;
}
