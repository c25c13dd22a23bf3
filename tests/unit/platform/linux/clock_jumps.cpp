// SPDX-License-Identifier: Apache-2.0
//
// Nobody may set this machine's clock for a test, so the kernel that tells of it is played; the virtual
// machines of tests/hardware have clocks that can be set.

#include "impl/platform/linux/clock_jumps.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

bool ready(const ClockJumps& jumps) {
    pollfd entry{static_cast<int>(jumps.native_handle()), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(clock_jumps)

BOOST_AUTO_TEST_CASE(nothing_jumps_and_nothing_blocks) {
    const auto jumps = watch_clock_jumps(SystemCalls::real());
    BOOST_REQUIRE(jumps);
    BOOST_TEST(!ready(*jumps));
    jumps->take();
    BOOST_TEST(!ready(*jumps));
}

BOOST_AUTO_TEST_CASE(what_came_is_taken) {
    /// Has a pipe for a timer; a byte in it is a jump, read as the kernel has it read.
    struct Jumping : SystemCalls {
        int ends[2] = {-1, -1};
        int make_clock_jump_notice() override {
            return ::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0 ? ends[0] : -errno;
        }
        int read(int fd, void* data, size_t size) override {
            return SystemCalls::read(fd, data, size) > 0 ? -ECANCELED : -EAGAIN;
        }
    } system;
    const auto jumps = watch_clock_jumps(system);
    BOOST_REQUIRE(jumps);
    for (int i = 0; i < 2; ++i) {
        BOOST_REQUIRE(::write(system.ends[1], "x", 1) == 1);
        BOOST_TEST(ready(*jumps));
        jumps->take();
        BOOST_TEST(!ready(*jumps));
    }
    ::close(system.ends[1]);
}

BOOST_AUTO_TEST_CASE(a_kernel_that_refuses_tells_nothing) {
    struct Refusing : SystemCalls {
        int make_clock_jump_notice() override { return -ENOSYS; }
    } system;
    BOOST_TEST(!watch_clock_jumps(system));
}

BOOST_AUTO_TEST_SUITE_END()
