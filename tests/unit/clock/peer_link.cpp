// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/peer_link.hpp"

#include <cmath>

#include "tests/unit/clock/simulator.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::clock;

namespace {

/// A neighbour that runs `ppb` faster and answers after `turnaround` (true ns); the link takes `delay`.
struct Link {
    PeerLink link;
    double ppb = 0;
    double turnaround = 2e6;
    double delay = 1234;
    double noise = 0;
    double t = 1e12;
    Nanoseconds neighbour_starts = 1'700'000'000'000'000'000;
    test::Random random{4};

    explicit Link(DelayFilterKind kind = DelayFilterKind::unbiased, double rate_interval = 2)
        : link(kind, 10, rate_interval) {}

    double jitter() { return noise > 0 ? random.exponential(noise) : 0; }
    PeerLink::Result next(double seconds = 1, bool one_step = false) {
        t += seconds * 1e9;
        const double there = t + delay + jitter();
        const double answered = there + turnaround;
        const double back = answered + delay + jitter();
        const auto theirs = [&](double at) {
            return neighbour_starts + static_cast<Nanoseconds>(at) + std::llround(at * ppb * 1e-9);
        };
        PeerLink::Exchange e;
        e.t1 = static_cast<Nanoseconds>(t);
        e.t4 = static_cast<Nanoseconds>(back);
        e.t2 = theirs(there);
        e.t3 = theirs(answered);
        e.turnaround_only = one_step;
        if (one_step) {
            e.correction = (e.t3 - e.t2) * 65536;
            e.t2 = e.t3 = 0;
        }
        return link.exchange(e);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(peer_link)

// 100 ppm over an answer after 2 ms are 200 ns, 100 of which would be taken for delay.
BOOST_AUTO_TEST_CASE(the_neighbours_rate_is_measured_and_taken_out) {
    for (const double ppb : {0.0, 100'000.0, -200'000.0}) {
        Link link;
        link.ppb = ppb;
        PeerLink::Result result;
        for (int i = 0; i < 20; ++i)
            result = link.next();
        BOOST_TEST(std::abs(result.neighborRateRatio - (1 + ppb * 1e-9)) < 2e-9);
        BOOST_TEST(std::abs(result.delay - 1234) < 2);
        BOOST_TEST(std::abs(result.filtered - 1234) < 2);
    }
}

BOOST_AUTO_TEST_CASE(the_rate_settles_over_the_interval_that_is_configured) {
    const auto error = [](double interval) {
        Link link(DelayFilterKind::unbiased, interval);
        link.noise = 1000;
        double squares = 0;
        for (int i = 0; i < 400; ++i) {
            const double off = link.next().neighborRateRatio - 1;
            squares += i >= 100 ? off * off : 0;
        }
        return std::sqrt(squares / 300);
    };
    BOOST_TEST(error(64) < 0.2 * error(2));
    BOOST_TEST(error(64) > 1e-9);
}

BOOST_AUTO_TEST_CASE(one_step_answers_serve_without_a_rate) {
    Link link;
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(std::abs(link.next(1, true).delay - 1234) < 2);
    BOOST_TEST(!link.link.neighborRateRatio());
}

BOOST_AUTO_TEST_CASE(the_configured_filter_filters) {
    const auto mean = [](DelayFilterKind kind) {
        Link link(kind);
        link.noise = 1000;
        double sum = 0;
        for (int i = 0; i < 5000; ++i)
            sum += link.next().filtered;
        return sum / 5000 - 1234;
    };
    // The mean of two exponential noises of 1000 ns, halved, is 1000; their median lies below.
    BOOST_TEST(std::abs(mean(DelayFilterKind::moving_average) - 1000) < 30);
    BOOST_TEST(std::abs(mean(DelayFilterKind::unbiased) - 1000) < 60);
    BOOST_TEST(mean(DelayFilterKind::moving_median) < 930);
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_steps_or_changes_is_measured_anew) {
    Link link;
    link.ppb = 50'000;
    for (int i = 0; i < 20; ++i)
        link.next();
    link.neighbour_starts += 5'000'000'000;
    for (int i = 0; i < 3; ++i) {
        const auto result = link.next();
        BOOST_TEST(std::abs(result.delay - 1234) < 110); // as if the rates were equal, at worst
    }
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(std::abs(link.next().neighborRateRatio - 1.00005) < 1e-8);
    link.link.reset();
    BOOST_TEST(!link.link.delay());
    BOOST_TEST(!link.link.neighborRateRatio());
}

BOOST_AUTO_TEST_SUITE_END()
