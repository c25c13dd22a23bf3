// SPDX-License-Identifier: Apache-2.0

#define BOOST_TEST_DYN_LINK
#include "impl/clock/delay_filter.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/unit/clock/simulator.hpp"

using namespace wirestamp::clock;

BOOST_AUTO_TEST_SUITE(delay_filter)

BOOST_AUTO_TEST_CASE(median_of_what_has_come) {
    DelayFilter filter(DelayFilterKind::moving_median, 4);
    BOOST_TEST(filter.sample(10) == 10);
    BOOST_TEST(filter.sample(20) == 15);
    BOOST_TEST(filter.sample(1000) == 20);
    BOOST_TEST(filter.sample(30) == 25);
    BOOST_TEST(filter.sample(40) == 35); // the 10 has left the window
    filter.reset();
    BOOST_TEST(filter.empty());
    BOOST_TEST(filter.sample(7) == 7);
}

BOOST_AUTO_TEST_CASE(average_of_the_window) {
    DelayFilter filter(DelayFilterKind::moving_average, 3);
    filter.sample(3);
    BOOST_TEST(filter.sample(5) == 4);
    filter.sample(10);
    BOOST_TEST(filter.sample(0) == 5);
}

BOOST_AUTO_TEST_CASE(only_the_unbiased_filter_is_right_about_skewed_noise_and_outliers) {
    // Mean of the half sum of two exponentials is 100; its median about 84.
    const auto mean_of = [](DelayFilterKind kind, double outlier) {
        test::Random random(5);
        DelayFilter filter(kind, 10);
        double sum = 0;
        for (int i = 0; i < 50'000; ++i) {
            const double held_up = random.uniform() < 0.01 ? outlier : 0;
            sum += filter.sample(0.5 * (random.exponential(100) + random.exponential(100)) + held_up);
        }
        return sum / 50'000;
    };
    BOOST_TEST(std::abs(mean_of(DelayFilterKind::moving_average, 0) - 100) < 1);
    BOOST_TEST(std::abs(mean_of(DelayFilterKind::unbiased, 0) - 100) < 3);
    BOOST_TEST(mean_of(DelayFilterKind::moving_median, 0) < 90);
    BOOST_TEST(mean_of(DelayFilterKind::moving_average, 10'000) > 190);
    BOOST_TEST(std::abs(mean_of(DelayFilterKind::unbiased, 10'000) - 100) < 4);
}

BOOST_AUTO_TEST_CASE(lengths_out_of_range_are_brought_into_it) {
    DelayFilter none(DelayFilterKind::moving_median, 0);
    BOOST_TEST(none.sample(1) == 1);
    BOOST_TEST(none.sample(2) == 2);
    DelayFilter many(DelayFilterKind::moving_average, 100'000);
    for (int i = 0; i < 1000; ++i)
        many.sample(i);
    BOOST_TEST(many.value() == 999 - 127.5);
}

BOOST_AUTO_TEST_SUITE_END()
