// SPDX-License-Identifier: Apache-2.0
#include "impl/base/time.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;

BOOST_AUTO_TEST_SUITE(time_spans)

BOOST_AUTO_TEST_CASE(scaled_spans_round_alike_on_both_sides_of_zero) {
    BOOST_TEST(to_nanoseconds(32767) == 0);
    BOOST_TEST(to_nanoseconds(32768) == 1);
    BOOST_TEST(to_nanoseconds(-32767) == 0);
    BOOST_TEST(to_nanoseconds(-32768) == -1);
    BOOST_TEST(to_nanoseconds(65536 * 7) == 7);
    BOOST_TEST(to_nanoseconds(-65536 * 7) == -7);
}

BOOST_AUTO_TEST_CASE(an_unrepresentable_span_saturates) {
    BOOST_TEST(to_scaled(1) == 65536);
    BOOST_TEST(to_scaled(never) == std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(to_scaled(-never) == std::numeric_limits<std::int64_t>::min());
}

BOOST_AUTO_TEST_CASE(hostile_sums_saturate) {
    constexpr auto top = std::numeric_limits<std::int64_t>::max();
    constexpr auto bottom = std::numeric_limits<std::int64_t>::min();
    BOOST_TEST(saturating_add(top, 1) == top);
    BOOST_TEST(saturating_add(bottom, -1) == bottom);
    BOOST_TEST(saturating_subtract(bottom, 1) == bottom);
    BOOST_TEST(saturating_subtract(0, bottom) == top);
    BOOST_TEST(saturating_add(2, 3) == 5);
}

BOOST_AUTO_TEST_SUITE_END()
