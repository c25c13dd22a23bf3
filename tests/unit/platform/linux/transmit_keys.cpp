// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/linux/transmit_keys.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform::gnu_linux;

BOOST_AUTO_TEST_SUITE(transmit_keys)

namespace {
constexpr auto software = TransmitKeys::software;
constexpr auto hardware = TransmitKeys::hardware;
} // namespace

BOOST_AUTO_TEST_CASE(the_counter_counts_what_was_sent_with_a_stamp) {
    TransmitKeys keys(16, software);
    keys.sent(700);
    keys.sent(500);
    BOOST_TEST(!keys.idle());
    BOOST_TEST(keys.match(1, software).value() == 500u);
    BOOST_TEST(keys.match(0, software).value() == 700u);
    BOOST_TEST(keys.idle());
}

BOOST_AUTO_TEST_CASE(a_stamp_of_each_kind_is_taken_once) {
    TransmitKeys keys(16, software | hardware);
    keys.sent(9);
    BOOST_TEST(keys.match(0, hardware).value() == 9u);
    BOOST_TEST(!keys.idle());
    BOOST_TEST(!keys.match(0, hardware));
    BOOST_TEST(keys.match(0, software).value() == 9u);
    BOOST_TEST(keys.idle());
    BOOST_TEST(!keys.match(0, software));
    BOOST_TEST(!keys.match(1, software));
}

BOOST_AUTO_TEST_CASE(what_waits_too_long_is_forgotten_and_not_mistaken) {
    TransmitKeys keys(4, software);
    for (std::uint32_t i = 0; i < 6; ++i)
        keys.sent(100 + i);
    BOOST_TEST(!keys.match(0, software));
    BOOST_TEST(!keys.match(1, software));
    for (std::uint32_t i = 2; i < 6; ++i)
        BOOST_TEST(keys.match(i, software).value() == 100 + i);
    BOOST_TEST(keys.idle());
}

BOOST_AUTO_TEST_CASE(after_a_failure_one_probe_settles_the_counter) {
    // Whether the failed send has moved the counter or not, the probe finds out.
    for (const std::uint32_t moved : {0u, 1u}) {
        TransmitKeys keys(16, software);
        keys.sent(1);
        keys.failed();
        BOOST_TEST(keys.uncertain());
        BOOST_TEST(keys.may_stamp());
        keys.sent(2);
        BOOST_TEST(!keys.may_stamp());
        BOOST_TEST(!keys.idle());
        BOOST_TEST(keys.match(0, software).value() == 1u);
        BOOST_TEST(keys.match(1 + moved, software).value() == 2u);
        BOOST_TEST(!keys.uncertain());
        keys.sent(3);
        BOOST_TEST(keys.match(2 + moved, software).value() == 3u);
        BOOST_TEST(keys.idle());
    }
}

BOOST_AUTO_TEST_CASE(failures_around_a_probe_leave_only_the_later_ones_open) {
    for (std::uint32_t before = 0; before <= 3; ++before) {
        for (std::uint32_t after = 0; after <= 2; ++after) {
            TransmitKeys keys(16, software);
            for (int i = 0; i < 3; ++i)
                keys.failed();
            keys.sent(50);
            keys.failed();
            keys.failed();
            BOOST_TEST(keys.match(before, software).value() == 50u);
            BOOST_TEST(keys.uncertain());
            keys.sent(51);
            BOOST_TEST(keys.match(before + 1 + after, software).value() == 51u);
            BOOST_TEST(!keys.uncertain());
            BOOST_TEST(!keys.match(before + 1 + after, software));
        }
    }
}

BOOST_AUTO_TEST_CASE(both_kinds_of_stamps_of_a_probe_are_its_own) {
    TransmitKeys keys(16, software | hardware);
    keys.failed();
    keys.sent(5);
    BOOST_TEST(keys.match(1, software).value() == 5u);
    keys.sent(6);
    BOOST_TEST(keys.match(1, hardware).value() == 5u);
    BOOST_TEST(keys.match(2, software).value() == 6u);
}

BOOST_AUTO_TEST_CASE(a_restart_forgets_all) {
    TransmitKeys keys(16, software);
    keys.sent(1);
    keys.failed();
    keys.sent(2);
    keys.restart();
    BOOST_TEST(keys.idle());
    BOOST_TEST(!keys.uncertain());
    BOOST_TEST(!keys.match(0, software));
    keys.sent(3);
    BOOST_TEST(keys.match(0, software).value() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
