// SPDX-License-Identifier: Apache-2.0

#define BOOST_TEST_DYN_LINK
#include "impl/clock/agreement.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <vector>

using namespace wirestamp::clock;

BOOST_AUTO_TEST_SUITE(agreement)

BOOST_AUTO_TEST_CASE(names_who_disagrees) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    struct Row {
        const char* name;
        std::vector<TimeOpinion> opinions;
        bool majority;
        std::vector<bool> dissents;
    };
    const Row rows[] = {
        {"nobody", {}, false, {}},
        {"one", {{1, 5, 1}}, true, {false}},
        {"two that agree", {{1, 0, 10}, {2, 15, 10}}, true, {false, false}},
        {"two that do not", {{1, 0, 10}, {2, 30, 10}}, false, {true, true}},
        {"one of three is off", {{1, 0, 10}, {2, 5000, 10}, {3, 12, 10}}, true, {false, true, false}},
        {"a wide one agrees with both", {{1, 0, 10}, {2, 30, 10}, {3, 15, 1000}}, false, {true, true, false}},
        {"no bound, no accusation", {{1, 0, 10}, {2, 0, infinite}, {3, 5, 10}}, true, {false, false, false}},
        {"two against two",
         {{1, 0, 5}, {2, 1, 5}, {3, 100, 5}, {4, 101, 5}},
         false,
         {true, true, true, true}},
        {"three against two",
         {{1, 0, 5}, {2, 1, 5}, {3, 100, 5}, {4, 101, 5}, {5, 2, 5}},
         true,
         {false, false, true, true, false}},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.name) {
            const Agreement agreement(row.opinions.data(), row.opinions.size());
            BOOST_TEST(agreement.majority() == row.majority);
            for (std::size_t i = 0; i < row.opinions.size(); ++i)
                BOOST_TEST(agreement.dissents(i) == row.dissents[i]);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_common_interval_is_what_all_contain) {
    const TimeOpinion opinions[] = {{1, 0, 10}, {2, 8, 5}, {3, -3, 9}};
    const Agreement agreement(opinions, 3);
    BOOST_TEST(agreement.agreeing() == 3U);
    BOOST_TEST(agreement.earliest() == 3);
    BOOST_TEST(agreement.latest() == 6);
}

BOOST_AUTO_TEST_SUITE_END()
