// SPDX-License-Identifier: Apache-2.0
#include "impl/base/rounding.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace wirestamp;

BOOST_AUTO_TEST_SUITE(rounding)

BOOST_AUTO_TEST_CASE(rounds_as_the_c_library_does) {
    for (const double value : {0.0, -0.0, 0.5, -0.5, 1.5, -1.5, 2.5, 4503599627370495.5, -4503599627370497.5,
                               9007199254740993.0, 9.19e18, -9.19e18})
        BOOST_TEST(rounded(value) == std::llround(value));
    // The llround of mingw-w64 adds a half first, and makes 1 of this.
    BOOST_TEST(rounded(0.49999999999999994) == 0);
    BOOST_TEST(rounded(-0.49999999999999994) == 0);
    std::mt19937_64 random(7);
    for (int i = 0; i < 100'000; ++i) {
        const double value = std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())),
                                        -static_cast<int>(random() % 70));
        if (std::abs(value) < 9.2e18 && rounded(value) != std::llround(value))
            BOOST_ERROR("not as llround: " << value);
    }
}

BOOST_AUTO_TEST_CASE(what_no_count_holds_stays_at_the_end_of_the_range) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    constexpr auto end = static_cast<Nanoseconds>(9.2e18);
    BOOST_TEST(rounded(infinite) == end);
    BOOST_TEST(rounded(-infinite) == -end);
    BOOST_TEST(rounded(1e300) == end);
    BOOST_TEST(rounded(-1e19) == -end);
    BOOST_TEST(rounded(std::numeric_limits<double>::quiet_NaN()) == 0);
}

BOOST_AUTO_TEST_CASE(powers_of_two_are_exact) {
    for (int exponent = -62; exponent <= 62; ++exponent)
        BOOST_TEST(power_of_two(exponent) == std::ldexp(1.0, exponent));
}

BOOST_AUTO_TEST_SUITE_END()
