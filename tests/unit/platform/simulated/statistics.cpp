// SPDX-License-Identifier: Apache-2.0
//
// That the noise is what it says it is. Every test is exact for its seed; the tolerances are what another
// seed would need.

#include <algorithm>
#include <cmath>
#include <numeric>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "testbed.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;
using namespace wirestamp::platform::simulated::testbed;
using boost::test_tools::tolerance;

namespace {

struct Moments {
    double mean = 0;
    double deviation = 0;
    double skewness = 0;
};

Moments moments(const std::vector<double>& values) {
    const double n = static_cast<double>(values.size());
    Moments m;
    m.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double second = 0;
    double third = 0;
    for (const double v : values) {
        second += (v - m.mean) * (v - m.mean);
        third += (v - m.mean) * (v - m.mean) * (v - m.mean);
    }
    m.deviation = std::sqrt(second / n);
    m.skewness = third / n / (m.deviation * m.deviation * m.deviation);
    return m;
}

std::vector<double> samples(Distribution distribution, int count,
                            Nanoseconds interval = nanoseconds_per_second) {
    Jitter jitter(std::move(distribution), Random::stream(11, "test"));
    std::vector<double> all;
    for (int i = 0; i < count; ++i)
        all.push_back(jitter.sample(i * interval));
    return all;
}

Distribution make(Distribution::Kind kind, double scale, double shape = 0) {
    Distribution d;
    d.kind = kind;
    d.scale = scale;
    d.shape = shape;
    return d;
}

/// Overlapping Allan deviation, in ppb, of time errors `x` (ns) taken every `step` seconds, over m steps.
double allan(const std::vector<double>& x, double step, std::size_t m) {
    double sum = 0;
    std::size_t n = 0;
    for (std::size_t i = 0; i + 2 * m < x.size(); ++i, ++n) {
        const double d = x[i + 2 * m] - 2 * x[i + m] + x[i];
        sum += d * d;
    }
    const double tau = step * static_cast<double>(m);
    return std::sqrt(sum / (2.0 * static_cast<double>(n))) / tau;
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_statistics)

BOOST_AUTO_TEST_CASE(own_functions_agree_with_the_library_of_the_system) {
    for (double x = 1e-300; x < 1e300; x *= 1.37)
        BOOST_TEST(std::fabs(portable_log(x) - std::log(x)) <= 1e-15 * std::max(1.0, std::fabs(std::log(x))));
    for (double x = -690; x < 690; x += 0.717)
        BOOST_TEST(portable_exp(x) == std::exp(x), tolerance(1e-14));
    for (double t = 0; t < 1; t += 0.0007)
        BOOST_TEST(std::fabs(portable_cos_of_turn(t) - std::cos(t * 6.283185307179586)) < 1e-14);
    BOOST_TEST(portable_exp(-1000) == 0);
}

BOOST_AUTO_TEST_CASE(the_numbers_of_a_seed_never_change) {
    Random random = Random::stream(1, "oscillator of gm");
    BOOST_TEST(random.next() == 12827178755024814767u);
    BOOST_TEST(Random::stream(1, "x").next() != Random::stream(1, "y").next());
    BOOST_TEST(Random::stream(1, "x").next() != Random::stream(2, "x").next());
}

BOOST_AUTO_TEST_CASE(moments_of_gaussian_jitter) {
    const Moments m = moments(samples(make(Distribution::Kind::gaussian, 100), 200'000));
    BOOST_TEST(std::fabs(m.mean) < 1.0);
    BOOST_TEST(m.deviation == 100.0, tolerance(0.01));
    BOOST_TEST(std::fabs(m.skewness) < 0.03);
}

BOOST_AUTO_TEST_CASE(moments_of_exponential_jitter) {
    const std::vector<double> all = samples(make(Distribution::Kind::exponential, 100), 200'000);
    const Moments m = moments(all);
    BOOST_TEST(m.mean == 100.0, tolerance(0.01));
    BOOST_TEST(m.deviation == 100.0, tolerance(0.015));
    BOOST_TEST(m.skewness == 2.0, tolerance(0.05));
    BOOST_TEST(*std::min_element(all.begin(), all.end()) >= 0);
}

BOOST_AUTO_TEST_CASE(the_tail_of_pareto_jitter) {
    // Lomax: P(X > x) = (1 + x / scale)^-shape.
    const std::vector<double> all = samples(make(Distribution::Kind::pareto, 100, 2.5), 200'000);
    BOOST_TEST(moments(all).mean == 100 / 1.5, tolerance(0.03));
    for (const double x : {50.0, 100.0, 400.0, 1500.0}) {
        const auto beyond = std::count_if(all.begin(), all.end(), [x](double v) { return v > x; });
        const double expected = std::pow(1 + x / 100, -2.5);
        BOOST_TEST(static_cast<double>(beyond) / 200'000 == expected,
                   tolerance(4 / std::sqrt(expected * 200'000)));
    }
}

BOOST_AUTO_TEST_CASE(uniform_limited_and_recorded_jitter) {
    const Moments m = moments(samples(make(Distribution::Kind::uniform, 100), 100'000));
    BOOST_TEST(m.mean == 50.0, tolerance(0.01));
    BOOST_TEST(m.deviation == 100 / std::sqrt(12), tolerance(0.01));
    Distribution limited = make(Distribution::Kind::exponential, 100);
    limited.limit = 150;
    const std::vector<double> cut = samples(limited, 1000);
    BOOST_TEST(*std::max_element(cut.begin(), cut.end()) == 150);
    Distribution recorded;
    recorded.kind = Distribution::Kind::trace;
    recorded.trace = {3, 1, 2};
    BOOST_TEST(samples(recorded, 5) == (std::vector<double>{3, 1, 2, 3, 1}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(cross_traffic_waits_as_an_m_d_1_queue_and_is_correlated) {
    // Pollaczek-Khinchine for equal packets: mean wait = load * service / (2 (1 - load)).
    for (const double load : {0.3, 0.6, 0.8}) {
        const std::vector<double> all =
            samples(make(Distribution::Kind::queue, 1000, load), 40'000, nanoseconds_per_second / 100);
        BOOST_TEST(moments(all).mean == load * 1000 / (2 * (1 - load)), tolerance(0.05));
        const auto idle = std::count(all.begin(), all.end(), 0.0);
        BOOST_TEST(static_cast<double>(idle) / 40'000 == 1 - load, tolerance(0.03));
    }
    // 500 ns apart: half a packet of work less, unless something came.
    const std::vector<double> near = samples(make(Distribution::Kind::queue, 1000, 0.8), 40'000, 500);
    const Moments m = moments(near);
    double product = 0;
    for (std::size_t i = 1; i < near.size(); ++i)
        product += (near[i] - m.mean) * (near[i - 1] - m.mean);
    BOOST_TEST(product / 39'999 / (m.deviation * m.deviation) > 0.9);
}

BOOST_AUTO_TEST_CASE(tails_are_as_light_and_as_heavy_as_they_should_be) {
    struct Row {
        Distribution::Kind kind;
        double fourth; // moment about the mean, in squared variances
        double tolerance;
    };
    for (const Row& row :
         {Row{Distribution::Kind::gaussian, 3, 0.03}, Row{Distribution::Kind::exponential, 9, 0.1},
          Row{Distribution::Kind::uniform, 1.8, 0.01}}) {
        const std::vector<double> all = samples(make(row.kind, 100), 200'000);
        const Moments m = moments(all);
        double fourth = 0;
        for (const double value : all)
            fourth += std::pow((value - m.mean) / m.deviation, 4);
        BOOST_TEST(fourth / 200'000 == row.fourth, tolerance(row.tolerance));
    }
}

BOOST_AUTO_TEST_CASE(what_a_link_adds_is_its_jitter_and_a_recorded_trace_to_the_nanosecond) {
    for (const bool recorded : {true, false}) {
        World world(8);
        const HostId host = world.add_host("h");
        const HostId other = world.add_host("o");
        LinkParameters link;
        link.forward.delay = 5000;
        link.forward.jitter.kind = recorded ? Distribution::Kind::trace : Distribution::Kind::exponential;
        link.forward.jitter.scale = 300;
        link.forward.jitter.trace = {17, 0, 123'456, 4};
        world.connect(world.add_adapter(host, "eth0", at("192.0.2.1/24")),
                      world.add_adapter(other, "eth0", at("192.0.2.2/24")), link);
        Station from(world, host);
        Station to(world, other);
        const auto out = from.platform->open_socket(on("eth0", 319, StampMode::hardware));
        const auto in = to.platform->open_socket(on("eth0", 319, StampMode::hardware));
        std::vector<double> took;
        for (int i = 0; i < 20'000; ++i) {
            send(*out, "x", address("192.0.2.2", 319), 1);
            world.run_for(1'000'000);
            took.push_back(
                static_cast<double>(take(*in).at(0).hardware.value - take_stamps(*out).at(0).hardware.value));
        }
        if (recorded) {
            for (std::size_t i = 0; i < took.size(); ++i)
                BOOST_REQUIRE(took[i] == 5000 + static_cast<double>(link.forward.jitter.trace[i % 4]));
        } else {
            BOOST_TEST(moments(took).mean == 5300, tolerance(0.002));
            BOOST_TEST(moments(took).deviation == 300, tolerance(0.03));
        }
    }
}

BOOST_AUTO_TEST_CASE(granularity_is_a_uniform_error_of_one_step) {
    World world(9);
    const HostId host = world.add_host("h");
    const HostId other = world.add_host("o");
    constexpr double step = 80;
    AdapterParameters coarse = at("192.0.2.1/24");
    coarse.clock.granularity = 80;
    coarse.clock.oscillator.drift_ppb = 1'234.567;
    const AdapterId adapter = world.add_adapter(host, "eth0", coarse);
    world.connect(adapter, world.add_adapter(other, "eth0", at("192.0.2.2/24")));
    Station station(world, host);
    const auto socket = station.platform->open_socket(on("eth0", 319, StampMode::hardware));
    std::vector<double> errors;
    for (int i = 0; i < 50'000; ++i) {
        send(*socket, "x", address("192.0.2.2", 319), 1);
        const Nanoseconds stamp = take_stamps(*socket).at(0).hardware.value;
        BOOST_REQUIRE(stamp % 80 == 0);
        errors.push_back(static_cast<double>(stamp - world.true_tai()) - world.clock_error(adapter));
        world.run_for(nanoseconds_per_second);
    }
    const Moments m = moments(errors);
    BOOST_TEST(m.mean == -step / 2, tolerance(0.02));
    BOOST_TEST(m.deviation == step / std::sqrt(12), tolerance(0.01));
    BOOST_TEST(*std::max_element(errors.begin(), errors.end()) < 1);
    BOOST_TEST(*std::min_element(errors.begin(), errors.end()) > -step - 1);
    // Over many steps it looks like white phase noise: what falls with tau.
    for (const std::size_t n : {10u, 100u})
        BOOST_TEST(allan(errors, 1, n) * static_cast<double>(n) < 2 * step);
}

BOOST_AUTO_TEST_CASE(random_walk_of_frequency_has_an_allan_deviation_that_rises_with_the_root) {
    // ADEV of a random walk of frequency: sigma sqrt(tau / 3).
    OscillatorParameters p;
    p.wander = 1e-9;
    std::vector<double> x;
    Oscillator oscillator(p, Random::stream(5, "test"));
    for (Nanoseconds t = 0; t < 200'000; ++t)
        x.push_back(oscillator.error(t * nanoseconds_per_second));
    for (const std::size_t m : {1u, 4u, 16u, 64u, 256u}) {
        const double expected = std::sqrt(static_cast<double>(m) / 3);
        BOOST_TEST(allan(x, 1, m) == expected, tolerance(0.02 + 0.004 * std::sqrt(static_cast<double>(m))));
    }
}

BOOST_AUTO_TEST_CASE(random_walk_of_frequency_is_right_down_to_one_step_of_its_grid) {
    OscillatorParameters p;
    p.wander = 1e-9;
    p.grid = nanoseconds_per_second / 16;
    std::vector<double> x;
    Oscillator oscillator(p, Random::stream(6, "test"));
    for (Nanoseconds i = 0; i < 200'000; ++i)
        x.push_back(oscillator.error(i * p.grid));
    for (const std::size_t m : {1u, 2u, 16u})
        BOOST_TEST(allan(x, 1.0 / 16, m) == std::sqrt(static_cast<double>(m) / 48), tolerance(0.02));
}

BOOST_AUTO_TEST_CASE(white_noise_of_stamps_has_an_allan_deviation_that_falls_with_tau) {
    // ADEV of white phase noise: sqrt(3) sigma / tau.
    World world(9);
    const HostId host = world.add_host("h");
    const HostId other = world.add_host("o");
    AdapterParameters noisy = at("192.0.2.1/24");
    noisy.clock.stamp_noise = 20;
    world.connect(world.add_adapter(host, "eth0", noisy),
                  world.add_adapter(other, "eth0", at("192.0.2.2/24")));
    Station station(world, host);
    const auto socket = station.platform->open_socket(on("eth0", 319, StampMode::hardware));
    std::vector<double> x;
    for (int i = 0; i < 50'000; ++i) {
        send(*socket, "x", address("192.0.2.2", 319), 1);
        x.push_back(static_cast<double>(take_stamps(*socket).at(0).hardware.value - world.true_tai()));
        world.run_for(nanoseconds_per_second);
    }
    for (const std::size_t m : {1u, 10u, 100u})
        BOOST_TEST(allan(x, 1, m) == std::sqrt(3.0) * 20 / static_cast<double>(m), tolerance(0.03));
}

BOOST_AUTO_TEST_CASE(the_path_of_a_clock_does_not_depend_on_who_looks) {
    OscillatorParameters p;
    p.wander = 1e-8;
    p.drift_ppb = 12'345;
    p.sinus_ppb = 50;
    p.sinus_period = 100 * nanoseconds_per_second;
    p.ramp_ppb_per_second = 3;
    p.ramp_end = 50 * nanoseconds_per_second;
    Oscillator often(p, Random::stream(5, "test"));
    Oscillator seldom(p, Random::stream(5, "test"));
    for (Nanoseconds t = 0; t < 1'000 * nanoseconds_per_second; t += 7'654'321) {
        often.error(t);
        often.error(t + 100'000'000); // looking ahead, too
        if (t % 1000 == 0)
            BOOST_TEST(often.error(t) == seldom.error(t));
    }
    const Nanoseconds end = 1'000 * nanoseconds_per_second;
    BOOST_TEST(often.error(end) == seldom.error(end));
}

BOOST_AUTO_TEST_CASE(ramp_and_sinus_are_what_their_integrals_say) {
    OscillatorParameters p;
    p.ramp_ppb_per_second = 2;
    p.ramp_begin = 10 * nanoseconds_per_second;
    p.ramp_end = 20 * nanoseconds_per_second;
    Oscillator ramp(p, Random(1));
    // 2 ppb/s for 10 s: 100 ns; then 20 ppb for 10 s: 200 ns.
    BOOST_TEST(ramp.error(10 * nanoseconds_per_second) == 0);
    BOOST_TEST(ramp.error(20 * nanoseconds_per_second) == 100, tolerance(1e-12));
    BOOST_TEST(ramp.error(30 * nanoseconds_per_second) == 300, tolerance(1e-12));
    OscillatorParameters q;
    q.sinus_ppb = 100;
    q.sinus_period = 1000 * nanoseconds_per_second;
    Oscillator sinus(q, Random(1));
    // 100 ppb * 1000 s / (2 pi) * (1 - cos(pi)) at half the period.
    BOOST_TEST(sinus.error(500 * nanoseconds_per_second) == 1e5 / 3.141592653589793, tolerance(1e-9));
    BOOST_TEST(std::fabs(sinus.error(1000 * nanoseconds_per_second)) < 1e-6);
    BOOST_TEST(sinus.frequency_error(250 * nanoseconds_per_second) == 1e-7, tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(the_integral_of_a_cell_is_smooth) {
    OscillatorParameters p;
    p.wander = 1e-6;
    Oscillator oscillator(p, Random(3));
    double last = oscillator.error(0);
    double last_slope = 0;
    double worst = 0;
    for (Nanoseconds t = 100'000; t < 2 * nanoseconds_per_second; t += 100'000) {
        const double now = oscillator.error(t);
        const double slope = (now - last) / 1e5;
        if (t > 100'000)
            worst = std::max(worst, std::fabs(slope - last_slope));
        last = now;
        last_slope = slope;
    }
    BOOST_TEST(worst < 1e-8); // frequency moves by 2.5e-7 per cell, in 625 steps
}

BOOST_AUTO_TEST_CASE(steering_is_exact_to_fractions_of_a_nanosecond) {
    World world(1);
    const HostId host = world.add_host("h");
    AdapterParameters p = at("192.0.2.1/24");
    p.clock.oscillator.drift_ppb = 1000;
    p.clock.offset = -5;
    const AdapterId adapter = world.add_adapter(host, "eth0", p);
    Station station(world, host);
    const Interface eth0 = station.platform->interfaces().find("eth0").value();
    const auto clock = station.platform->clocks().open_device_clock(eth0, true);
    world.run_for(nanoseconds_per_second);
    BOOST_TEST(world.clock_error(adapter) == 995, tolerance(1e-9));
    clock->set_frequency(-1000);
    BOOST_TEST(clock->frequency() == -1000);
    world.run_for(1000 * nanoseconds_per_second);
    // (1 + 1e-6)(1 - 1e-6) = 1 - 1e-12.
    BOOST_TEST(world.clock_error(adapter) == 995 - 1, tolerance(1e-6));
    clock->step(-994);
    BOOST_TEST(std::fabs(world.clock_error(adapter)) < 1e-3);
    BOOST_TEST(std::llabs(clock->now() - world.true_tai()) <= 1);
    BOOST_CHECK_THROW(clock->set_frequency(1e9), Failure);
    BOOST_CHECK_THROW(station.platform->clocks().open_device_clock(eth0, false)->step(1), Failure);
    world.reset_clock(adapter);
    BOOST_TEST(clock->now() == 0);
    BOOST_TEST(clock->frequency() == 0);
    world.remove_adapter(adapter);
    BOOST_CHECK_THROW(clock->now(), Failure);
}

BOOST_AUTO_TEST_CASE(cross_timestamps_enclose_the_device) {
    World world(1);
    const HostId host = world.add_host("h");
    AdapterParameters p = at("192.0.2.1/24");
    p.clock.read_latency = 1000;
    p.clock.read_jitter = 500;
    world.add_adapter(host, "eth0", p);
    Station station(world, host);
    const Interface eth0 = station.platform->interfaces().find("eth0").value();
    ClockSource& clocks = station.platform->clocks();
    const Nanoseconds uptime_minus_tai = clocks.read(ClockKind::monotonic_raw) - world.true_tai();
    Nanoseconds single = 0;
    Nanoseconds best = 0;
    for (int i = 0; i < 1000; ++i) {
        const CrossTimestamp one = clocks.cross_timestamp(eth0, ClockKind::monotonic_raw, 1);
        BOOST_TEST(one.system_before <= one.device + uptime_minus_tai);
        BOOST_TEST(one.system_after >= one.device + uptime_minus_tai);
        single += one.system_after - one.system_before;
        const CrossTimestamp many = clocks.cross_timestamp(eth0, ClockKind::monotonic_raw, 9);
        best += many.system_after - many.system_before;
        world.run_for(1'000'000);
    }
    BOOST_TEST(single > 1'850'000);
    BOOST_TEST(single < 2'150'000);
    BOOST_TEST(best < 1'350'000);
    BOOST_TEST(clocks.read(ClockKind::tai) - clocks.read(ClockKind::realtime) == 37 * nanoseconds_per_second);
    BOOST_CHECK_THROW(clocks.read(ClockKind::qpc), Failure);
}

BOOST_AUTO_TEST_SUITE_END()
