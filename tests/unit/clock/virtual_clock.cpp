// SPDX-License-Identifier: Apache-2.0

#define BOOST_TEST_DYN_LINK
#include "impl/clock/virtual_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "impl/clock/clock_view.hpp"
#include "tests/unit/clock/simulator.hpp"

using namespace wirestamp;
using namespace wirestamp::clock;

BOOST_AUTO_TEST_SUITE(virtual_clock)

BOOST_AUTO_TEST_CASE(scale_equals_long_multiplication) {
    struct Row {
        std::int64_t span;
        Rate rate;
        Nanoseconds whole;
        std::uint32_t fraction;
    };
    const Row rows[] = {
        {0, 12345, 0, 0},
        {1, Rate{1} << 60, 1, 0},
        {-1, Rate{1} << 60, -1, 0},
        {1, Rate{1} << 59, 0, 0x80000000U},
        {-1, Rate{1} << 59, -1, 0x80000000U},
        {3, -(Rate{1} << 59), -2, 0x80000000U},
        {std::int64_t{1} << 60, 1, 1, 0},
        {-(std::int64_t{1} << 60), -1, 1, 0},
        {std::int64_t{1} << 61, (Rate{1} << 60) + 1, (Nanoseconds{1} << 61) + 2, 0},
        {1'000'000'000, 115292150460684, 99999, 0xfffffffdU},
    };
    for (const Row& row : rows) {
        const FineTime got = scale(row.span, row.rate);
        BOOST_TEST(got.whole == row.whole);
        BOOST_TEST(got.fraction == row.fraction);
    }
}

BOOST_AUTO_TEST_CASE(frequency_change_is_continuous_and_does_not_drift) {
    test::Random random(1);
    constexpr Nanoseconds epoch = 1'700'000'000'000'000'000;
    VirtualClock clock(5, epoch);
    Nanoseconds raw = 5;
    for (int i = 0; i < 100'000; ++i) {
        raw += 62'500'000;
        const Nanoseconds before = clock.time_at(raw);
        clock.set_frequency(raw, (random.uniform() - 0.5) * 1e6);
        BOOST_REQUIRE(clock.time_at(raw) == before);
        clock.set_frequency(raw, 100.0);
    }
    // 100 ppb over the whole span and nothing else: no change of rate lasted for any time.
    const double gained = static_cast<double>(clock.time_at(raw) - epoch - (raw - 5));
    BOOST_TEST(std::abs(gained - static_cast<double>(raw - 5 - 62'500'000) * 100e-9) <= 1.0);
}

BOOST_AUTO_TEST_CASE(raw_at_is_the_inverse) {
    test::Random random(2);
    for (const double ppb : {0.0, 1.0, -1e5, 5e5, 9e8, -9e8}) {
        VirtualClock clock(-77, 1'700'000'000'123'456'789);
        clock.set_frequency(1000, ppb);
        clock.slew(2000, 250, 1'000'000, ppb);
        for (int i = 0; i < 1000; ++i) {
            const auto raw = static_cast<Nanoseconds>((random.uniform() - 0.5) * 2e15);
            const Nanoseconds time = clock.time_at(raw);
            // A slow clock shows one time for several counter values; the time is what must come back.
            BOOST_REQUIRE(std::abs(clock.time_at(clock.raw_at(time)) - time) <=
                          1 + static_cast<int>(ppb * 1e-9));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_slew_ends_by_itself) {
    VirtualClock clock(0, 0);
    clock.slew(1000, -500, 1'000'000'000, 0);
    BOOST_TEST(clock.time_at(1000) == 1000);
    BOOST_TEST(clock.time_at(500'001'000) == 500'001'000 - 250);
    BOOST_TEST(clock.time_at(1'000'001'000) == 1'000'001'000 - 500);
    BOOST_TEST(clock.time_at(90'000'001'000) == 90'000'001'000 - 500);
    BOOST_TEST(clock.frequency_ppb(2000) == -500, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(clock.frequency_ppb(2'000'000'000) == 0);
    clock.step(42);
    BOOST_TEST(clock.time_at(1000) == 1042);
    BOOST_TEST(clock.time_at(90'000'001'000) == 90'000'001'000 - 458);
}

BOOST_AUTO_TEST_CASE(extremes_wrap_without_harm) {
    constexpr auto most = std::numeric_limits<Nanoseconds>::max();
    constexpr auto least = std::numeric_limits<Nanoseconds>::min();
    for (const Nanoseconds raw : {least, Nanoseconds{0}, most}) {
        for (const Nanoseconds time : {least, Nanoseconds{-1}, most}) {
            VirtualClock clock(raw, time);
            clock.step(most);
            clock.set_frequency(most, std::nan(""));
            clock.slew(least, 1e300, 0, -1e300);
            (void)clock.time_at(least);
            (void)clock.raw_at(most);
        }
    }
    BOOST_TEST(rate_of(std::nan("")) == 0);
}

BOOST_AUTO_TEST_CASE(readers_never_see_half_a_view) {
    ClockSnapshot snapshot;
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> torn{0};
    auto reader = [&] {
        while (!stop.load(std::memory_order_relaxed)) {
            const ClockView view = snapshot.load();
            if (view.valid && static_cast<double>(view.clock.time_at(0)) != view.bound.fixed)
                torn.fetch_add(1);
        }
    };
    std::thread first(reader);
    std::thread second(reader);
    for (int i = 0; i < 200'000; ++i) {
        ClockView view;
        view.clock = VirtualClock(0, i);
        view.bound.fixed = i;
        view.valid = true;
        snapshot.store(view);
    }
    stop = true;
    first.join();
    second.join();
    BOOST_TEST(torn.load() == 0U);
    BOOST_TEST(snapshot.load().bound.fixed == 199'999);
}

BOOST_AUTO_TEST_CASE(bound_grows_with_silence_in_both_directions_of_time) {
    ErrorBound bound{0, 10, 1, 5, 100, 0, 4, 1};
    BOOST_TEST(bound.at(0) == 60, boost::test_tools::tolerance(1e-12));
    const double later = bound.at(10'000'000'000);
    BOOST_TEST(later == 20 + 5 * std::sqrt(100 + 400 + 1000.0 / 3), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(bound.at(-10'000'000'000) == later, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(std::isinf(ClockView{}.bound_at(0)));
}

BOOST_AUTO_TEST_SUITE_END()
