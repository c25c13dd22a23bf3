// SPDX-License-Identifier: Apache-2.0
//
// The whole platform where netlink and epoll are refused: less is known, nothing is broken.

#include <poll.h>

#include "fake_kernel.hpp"
#include "impl/base/failure.hpp"
#include "impl/platform/linux/platform.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

struct Sandbox : FakeNetlink {
    Sandbox() { refuse_netlink = EPERM; }
    int make_poll_set() override { return -EPERM; }
    int interface_addresses(ifaddrs**) override { return -EPERM; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(without_netlink)

BOOST_AUTO_TEST_CASE(everything_else_works) {
    Sandbox system;
    LinuxPlatform platform(system);
    const auto loopback = platform.interfaces().find("lo");
    BOOST_REQUIRE(loopback.has_value());
    BOOST_TEST((loopback->kind == InterfaceKind::loopback));
    BOOST_TEST(loopback->id == make_system_platform()->interfaces().find("lo")->id);
    BOOST_TEST(!loopback->addresses.empty());
    const auto supported = platform.capabilities().supported(*loopback);
    BOOST_TEST((supported.software & software_flag::all_receive) != 0u);
    const auto active = platform.capabilities().active(*loopback);
    BOOST_TEST((active.valid & capability_valid::hardware) != 0u);
    BOOST_TEST(platform.open_change_source() == nullptr);
    BOOST_TEST(platform.clocks().read(ClockKind::monotonic_raw) > 0);
    BOOST_TEST(platform.make_loop({}) == nullptr);

    SocketOptions options;
    options.interface = "lo";
    options.stamps = StampMode::software;
    options.groups = {*parse_address("224.0.1.129")};
    const auto socket = platform.open_socket(options);
    auto to = *parse_address("127.0.0.1");
    to.port = socket->local_address().port;
    const std::uint8_t byte = 1;
    const std::array<Outgoing, 1> one{Outgoing{{&byte, 1}, to, 9}};
    BOOST_TEST(socket->send(one) == 1);
    pollfd entry{static_cast<int>(socket->native_handle()), POLLIN, 0};
    BOOST_REQUIRE(::poll(&entry, 1, 5000) == 1);
    std::array<TransmitStamp, 2> stamps;
    BOOST_TEST(socket->take_transmit_stamps(stamps) == 1);
    BOOST_TEST(stamps[0].id == 9u);
}

BOOST_AUTO_TEST_SUITE_END()
