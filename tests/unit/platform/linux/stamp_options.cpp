// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/linux/stamp_options.hpp"

#include <cerrno>
#include <vector>

#include "impl/platform/linux/kernel.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

/// Knows some bits and refuses the others as a kernel does: all or nothing.
class PickyKernel : public SystemCalls {
public:
    std::uint32_t known = ~0u;
    bool knows_new_number = true;
    int refusal = EINVAL;
    std::uint32_t state = 0;
    int state_option = 0;
    std::int32_t clock = -1;

    int set_option(int, int, int name, const void* value, socklen_t size) override {
        if (name == kernel::so_timestamping_new && !knows_new_number)
            return -ENOPROTOOPT;
        // Kernels before 5.14 want an int and not one byte more than they look at, which is none of ours.
        BOOST_REQUIRE(size >= sizeof(std::uint32_t));
        std::uint32_t bits = 0;
        std::memcpy(&bits, value, sizeof bits);
        if ((bits & ~known) != 0)
            return -refusal;
        if ((bits & kernel::bind_phc) != 0) {
            BOOST_REQUIRE(size == 2 * sizeof(std::uint32_t));
            std::memcpy(&clock, static_cast<const char*>(value) + sizeof bits, sizeof clock);
        }
        state = bits;
        state_option = name;
        return 0;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(stamp_options)

BOOST_AUTO_TEST_CASE(a_kernel_that_knows_all_gives_all_by_the_new_number) {
    for (const auto mode : {StampMode::software, StampMode::hardware, StampMode::both}) {
        PickyKernel system;
        const auto result = negotiate_stamps(system, 3, mode);
        BOOST_TEST(result.granted == wanted_stamp_options(mode));
        BOOST_TEST(result.option == kernel::so_timestamping_new);
        BOOST_TEST(system.state == result.granted);
    }
}

BOOST_AUTO_TEST_CASE(no_transmit_bit_is_ever_set_for_the_whole_socket) {
    for (const auto mode : {StampMode::software, StampMode::hardware, StampMode::both})
        BOOST_TEST((wanted_stamp_options(mode) & (kernel::tx_hardware | kernel::tx_software)) == 0u);
}

BOOST_AUTO_TEST_CASE(each_bit_can_be_refused_alone) {
    const struct {
        std::uint32_t unknown;
        bool receives;
        bool transmits;
    } rows[] = {
        {kernel::opt_tx_swhw, true, true},
        {kernel::opt_tsonly, true, true},
        {kernel::opt_id, true, false},
        {kernel::rx_hardware, true, false}, // opt_id is given up before: a kernel that old has none
        {kernel::raw_hardware, true, false},
        {kernel::rx_software, false, false},
        {kernel::software, false, false},
    };
    for (const auto& row : rows) {
        for (const int refusal : {EINVAL, EOPNOTSUPP}) {
            PickyKernel system;
            system.known = ~row.unknown;
            system.refusal = refusal;
            const auto result = negotiate_stamps(system, 3, StampMode::both);
            BOOST_TEST_CONTEXT("bit " << row.unknown) {
                BOOST_TEST(result.receives() == row.receives);
                BOOST_TEST(result.transmits() == row.transmits);
                BOOST_TEST((result.granted & row.unknown) == 0u);
                if (result.granted != 0)
                    BOOST_TEST(system.state == result.granted);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_older_kernel_is_asked_by_the_old_number) {
    PickyKernel system;
    system.knows_new_number = false;
    const auto result = negotiate_stamps(system, 3, StampMode::software);
    BOOST_TEST(result.granted == wanted_stamp_options(StampMode::software));
    BOOST_TEST(result.option == kernel::so_timestamping_old);
}

BOOST_AUTO_TEST_CASE(a_clock_to_stamp_by_is_bound_or_nothing_is) {
    for (const auto mode : {StampMode::hardware, StampMode::both}) {
        for (const bool newer : {true, false}) {
            PickyKernel system;
            system.knows_new_number = newer;
            const auto result = negotiate_stamps(system, 3, mode, 5);
            BOOST_TEST(result.granted == (wanted_stamp_options(mode) | kernel::bind_phc));
            BOOST_TEST(system.clock == 5);
            // What is set again later is the same.
            system.clock = -1;
            BOOST_TEST(apply_stamp_options(system, 3, result) == 0);
            BOOST_TEST(system.clock == 5);
        }
        PickyKernel before_5_14;
        before_5_14.known = ~kernel::bind_phc;
        BOOST_TEST(negotiate_stamps(before_5_14, 3, mode, 5).granted == 0u);
        BOOST_TEST(negotiate_stamps(before_5_14, 3, mode).granted == wanted_stamp_options(mode));
    }
}

BOOST_AUTO_TEST_CASE(a_kernel_that_refuses_everything_says_why) {
    for (const int error : {EINVAL, EPERM, ENOPROTOOPT}) {
        PickyKernel system;
        system.known = 0;
        system.refusal = error;
        const auto result = negotiate_stamps(system, 3, StampMode::both);
        BOOST_TEST(result.granted == 0u);
        BOOST_TEST(result.error == error);
    }
}

BOOST_AUTO_TEST_SUITE_END()
