// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/writer_watch.hpp"

#include <random>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using wirestamp::clock::WriterWatch;

namespace {

constexpr Nanoseconds second = nanoseconds_per_second;

/// A clock that runs by its own rate, what it was turned to, and steps, read beside an honest counter.
struct Watched {
    WriterWatch watch;
    double clock = 1e15;
    double counter = 1e12;
    double own = 30'000; // ppb
    double turned = 0;
    std::mt19937 random{7};

    explicit Watched(double sane = 0) : watch(sane) {}

    void pass(double seconds) {
        counter += seconds * 1e9;
        clock += seconds * (1e9 + own + turned);
    }
    void we_turn(double ppb) {
        turned = ppb;
        watch.we_turned(ppb, ppb);
    }
    WriterWatch::Finding look() {
        std::uniform_real_distribution<double> read(-400, 400);
        WriterWatch::Look seen;
        seen.clock = static_cast<Nanoseconds>(clock + read(random));
        seen.counter = static_cast<Nanoseconds>(counter);
        seen.uncertainty = 400;
        seen.frequency = turned;
        return watch.look(seen);
    }
    WriterWatch::Finding next(double seconds = 1) {
        pass(seconds);
        return look();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(writer_watch)

BOOST_AUTO_TEST_CASE(what_we_do_ourselves_is_never_held_against_anybody) {
    Watched watched(200'000'000);
    watched.look();
    for (int i = 0; i < 1000; ++i) {
        if (i % 3 == 0)
            watched.we_turn((i % 100) * 1000.0 - 50'000);
        if (i % 17 == 0) {
            watched.clock += 1e6 * (i % 5);
            watched.watch.we_stepped(1'000'000 * (i % 5));
        }
        watched.own += i % 2 ? 3 : -3; // warmth
        const auto finding = watched.next(0.1 + (i % 7) * 0.3);
        BOOST_REQUIRE(!finding.stepped);
        BOOST_REQUIRE(!finding.turned);
        BOOST_REQUIRE(!finding.insane);
    }
}

BOOST_AUTO_TEST_CASE(a_frequency_that_we_did_not_set_is_found_once) {
    Watched watched;
    watched.look();
    watched.we_turn(-12'000);
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(!watched.next().turned);
    watched.turned = -11'000;
    const auto finding = watched.next();
    BOOST_TEST(finding.turned);
    BOOST_TEST(finding.frequency == -11'000);
    BOOST_TEST(!finding.stepped);
    BOOST_TEST(!watched.next().turned);
    watched.turned = -11'000.01; // what a clock rounds
    BOOST_TEST(!watched.next().turned);
}

BOOST_AUTO_TEST_CASE(a_step_that_we_did_not_make_is_found_with_its_size) {
    for (const double step : {50'000.0, -50'000.0, 3.6e12, -1e9}) {
        Watched watched;
        watched.look();
        for (int i = 0; i < 5; ++i)
            BOOST_TEST(!watched.next().stepped);
        watched.clock += step;
        const auto finding = watched.next();
        BOOST_TEST(finding.stepped);
        BOOST_TEST(static_cast<double>(finding.step) == step, boost::test_tools::tolerance(0.05));
        for (int i = 0; i < 5; ++i)
            BOOST_TEST(!watched.next().stepped);
    }
}

BOOST_AUTO_TEST_CASE(a_step_in_the_first_second_does_not_spoil_what_is_learnt) {
    Watched watched;
    watched.look();
    watched.clock += 200'000;
    watched.next();
    watched.next();
    for (int i = 0; i < 20; ++i) {
        const auto finding = watched.next();
        BOOST_TEST(!finding.stepped);
    }
}

/// A driver that is reset by its link sets the clock more than once.
BOOST_AUTO_TEST_CASE(one_step_after_another_is_no_insane_rate) {
    Watched watched(200'000'000);
    watched.look();
    watched.next();
    for (const double step : {-37e9, 5e9, 37e9, 400e6}) {
        watched.clock += step;
        const auto finding = watched.next();
        BOOST_TEST(finding.stepped);
        BOOST_TEST(!finding.insane);
    }
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(!watched.next().stepped);
}

BOOST_AUTO_TEST_CASE(what_we_asked_for_is_never_insane) {
    Watched watched(200'000'000);
    watched.look();
    for (const double ppb : {0.0, 900e6, -900e6}) {
        watched.we_turn(ppb);
        for (int i = 0; i < 3; ++i) {
            const auto finding = watched.next();
            BOOST_TEST(!finding.insane);
            BOOST_TEST(!finding.stepped);
        }
    }
    watched.own = 300e6;
    BOOST_TEST(watched.next().stepped);
    BOOST_TEST(watched.next().insane);
}

BOOST_AUTO_TEST_CASE(an_insane_rate_is_told) {
    Watched watched(200'000);
    watched.look();
    BOOST_TEST(!watched.next().insane);
    watched.own = 250'000;
    watched.look();
    bool insane = false;
    for (int i = 0; i < 3; ++i)
        insane = watched.next().insane || insane;
    BOOST_TEST(insane);
}

BOOST_AUTO_TEST_SUITE_END()
