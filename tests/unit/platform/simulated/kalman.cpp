// SPDX-License-Identifier: Apache-2.0
//
// The simulator as a whole against theory: two clocks exchange packets over a noisy link; a Kalman filter
// that knows the noise follows the slave from the stamps alone. If clocks, links and stamps are what they
// say, its true error is the one that its own equations predict.

#include <cmath>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "testbed.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;
using namespace wirestamp::platform::simulated::testbed;

namespace {

/// Offset (ns) and frequency (ns/s), one step a second.
struct Kalman {
    double x = 0, y = 0;
    double p00 = 1e6, p01 = 0, p11 = 1e6;

    void predict(double wander) {
        x += y;
        const double q = wander * wander;
        p00 += 2 * p01 + p11 + q / 3;
        p01 += p11 + q / 2;
        p11 += q;
    }
    void update(double measured, double variance) {
        const double s = p00 + variance;
        const double k0 = p00 / s;
        const double k1 = p01 / s;
        const double innovation = measured - x;
        x += k0 * innovation;
        y += k1 * innovation;
        p11 -= k1 * p01;
        p01 -= k1 * p00;
        p00 -= k0 * p00;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_kalman)

BOOST_AUTO_TEST_CASE(a_kalman_filter_errs_by_as_much_as_it_says) {
    constexpr double jitter = 100;
    constexpr double wander = 1; // ns/s per root second
    World world(4711);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    AdapterParameters slave = at("192.0.2.2/24");
    slave.clock.oscillator.wander = wander * 1e-9;
    slave.clock.oscillator.drift_ppb = 50;
    LinkParameters link;
    for (LinkDirection* direction : {&link.forward, &link.backward}) {
        direction->delay = 5000;
        direction->jitter.kind = Distribution::Kind::gaussian;
        direction->jitter.scale = jitter;
    }
    const AdapterId master_clock = world.add_adapter(a, "eth0", at("192.0.2.1/24"));
    const AdapterId slave_clock = world.add_adapter(b, "eth0", slave);
    world.connect(master_clock, slave_clock, link);
    Station left(world, a);
    Station right(world, b);
    const auto master = left.platform->open_socket(on("eth0", 319, StampMode::hardware));
    const auto port = right.platform->open_socket(on("eth0", 319, StampMode::hardware));

    Kalman filter;
    filter.y = 50;
    double squares = 0;
    constexpr int warm_up = 1000;
    constexpr int samples = 60'000;
    for (int i = 1; i <= warm_up + samples; ++i) {
        world.run_until(i * nanoseconds_per_second);
        filter.predict(wander);
        const double truth = world.clock_error(slave_clock) - world.clock_error(master_clock);
        if (i > warm_up)
            squares += (filter.x - truth) * (filter.x - truth);
        send(*master, "sync", address("192.0.2.2", 319), 1);
        send(*port, "request", address("192.0.2.1", 319), 1);
        const Nanoseconds t1 = take_stamps(*master).at(0).hardware.value;
        const Nanoseconds t3 = take_stamps(*port).at(0).hardware.value;
        world.run_for(10'000);
        const Nanoseconds t2 = take(*port).at(0).hardware.value;
        const Nanoseconds t4 = take(*master).at(0).hardware.value;
        filter.update(static_cast<double>((t2 - t1) - (t4 - t3)) / 2, jitter * jitter / 2);
    }
    filter.predict(wander);
    const double predicted = std::sqrt(filter.p00);
    const double measured = std::sqrt(squares / samples);
    BOOST_TEST_MESSAGE("predicted " << predicted << " ns rms, measured " << measured);
    BOOST_TEST(measured == predicted, boost::test_tools::tolerance(0.05));
}

BOOST_AUTO_TEST_SUITE_END()
