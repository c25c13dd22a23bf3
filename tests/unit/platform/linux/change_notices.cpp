// SPDX-License-Identifier: Apache-2.0
//
// Notices of real interfaces that come, change and go, and of what the kernel cannot be made to do here.

#include "impl/platform/linux/change_notices.hpp"

#include <linux/rtnetlink.h>
#include <poll.h>

#include <algorithm>

#include "fake_kernel.hpp"
#include "namespaces.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;
using Kind = ChangeNotice::Kind;

namespace {

bool has(const std::vector<ChangeNotice>& notices, Kind kind, std::uint32_t index) {
    return std::any_of(notices.begin(), notices.end(), [&](const ChangeNotice& one) {
        return one.kind == kind && one.interface_index == index;
    });
}

bool ready(const ChangeSource& source, int milliseconds = 2000) {
    pollfd entry{static_cast<int>(source.native_handle()), POLLIN, 0};
    return ::poll(&entry, 1, milliseconds) == 1;
}

std::vector<ChangeNotice> uevent(const std::string& text) {
    std::vector<ChangeNotice> out;
    read_uevent(std::as_bytes(std::span(text.data(), text.size())), out);
    return out;
}

std::string join(std::initializer_list<const char*> lines) {
    std::string text;
    for (const char* line : lines)
        text.append(line).push_back('\0');
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(change_notices)

BOOST_AUTO_TEST_CASE(interfaces_that_come_change_and_go_are_told) {
    for (const bool epoll : {true, false}) {
        in_namespace([&] {
            struct NoEpoll : SystemCalls {
                bool allowed = true;
                int make_poll_set() override { return allowed ? SystemCalls::make_poll_set() : -EPERM; }
            } system;
            system.allowed = epoll;
            const auto source = open_change_notices(system);
            REQUIRE_THAT(source != nullptr);
            std::vector<ChangeNotice> notices;
            source->take(notices);
            notices.clear();
            REQUIRE_THAT(!ready(*source, 0));

            make_veth("left", "right");
            const auto left = index_by_name("left");
            REQUIRE_THAT(ready(*source));
            source->take(notices);
            REQUIRE_THAT(has(notices, Kind::interface_changed, left));
            REQUIRE_THAT(!ready(*source, 0));

            for (const auto& change : std::initializer_list<std::function<void()>>{
                     [&] { rename_link(left, "links"); }, [&] { set_up("links"); },
                     [&] { add_address("links", "10.9.8.7", 24); }, [&] { set_up("links", false); }}) {
                notices.clear();
                change();
                REQUIRE_THAT(ready(*source));
                source->take(notices);
                REQUIRE_THAT(has(notices, Kind::interface_changed, left));
            }
            notices.clear();
            delete_link("links");
            REQUIRE_THAT(ready(*source));
            source->take(notices);
            REQUIRE_THAT(has(notices, Kind::interface_removed, left));
        });
    }
}

BOOST_AUTO_TEST_CASE(a_storm_is_told_as_everything) {
    in_namespace([] {
        const auto source = open_change_notices(SystemCalls::real());
        for (int i = 0; i < 40; ++i)
            make_veth("a" + std::to_string(i), "b" + std::to_string(i));
        std::vector<ChangeNotice> notices;
        source->take(notices);
        REQUIRE_THAT(notices.size() == 1);
        REQUIRE_THAT(notices[0].kind == Kind::everything);
    });
}

BOOST_AUTO_TEST_CASE(lost_notices_are_told_as_everything) {
    struct Overflowing : SystemCalls {
        int overflow = 1;
        int receive_message(int fd, msghdr* message, int flags) override {
            return overflow-- > 0 ? -ENOBUFS : SystemCalls::receive_message(fd, message, flags);
        }
    } system;
    const auto source = open_change_notices(system);
    if (!source)
        return;
    std::vector<ChangeNotice> notices;
    source->take(notices);
    BOOST_REQUIRE(notices.size() == 1u);
    BOOST_TEST((notices[0].kind == Kind::everything));
}

BOOST_AUTO_TEST_CASE(only_the_kernel_is_believed) {
    struct Forged : SystemCalls {
        std::uint32_t sender = 99;
        bool given = false;
        int receive_message(int fd, msghdr* message, int flags) override {
            if (given)
                return SystemCalls::receive_message(fd, message, flags);
            given = true;
            NetlinkRequest forged(RTM_DELLINK, 0);
            ifinfomsg header{};
            header.ifi_index = 4711;
            forged.header(header);
            const auto bytes = forged.finish(0);
            std::memcpy(message->msg_iov->iov_base, bytes.data(), bytes.size());
            static_cast<sockaddr_nl*>(message->msg_name)->nl_pid = sender;
            return static_cast<int>(bytes.size());
        }
    };
    for (const std::uint32_t sender : {99u, 0u}) {
        Forged system;
        system.sender = sender;
        const auto source = open_change_notices(system);
        if (!source)
            return;
        std::vector<ChangeNotice> notices;
        source->take(notices);
        BOOST_TEST(has(notices, Kind::interface_removed, 4711) == (sender == 0));
    }
}

BOOST_AUTO_TEST_CASE(a_port_that_leaves_a_bridge_is_not_removed) {
    for (const auto family : {AF_UNSPEC, AF_BRIDGE}) {
        NetlinkRequest message(RTM_DELLINK, 0);
        ifinfomsg header{};
        header.ifi_family = static_cast<unsigned char>(family);
        header.ifi_index = 5;
        message.header(header);
        std::vector<ChangeNotice> out;
        read_route_notices(message.finish(0), out);
        BOOST_REQUIRE(out.size() == 1u);
        BOOST_TEST(
            (out[0].kind == (family == AF_UNSPEC ? Kind::interface_removed : Kind::interface_changed)));
    }
}

BOOST_AUTO_TEST_CASE(uevents_of_ptp_clocks) {
    const auto added = uevent(join({"add@/devices/pci0000:00/0000:00:03.0/ptp/ptp12", "ACTION=add",
                                    "DEVPATH=/devices/pci0000:00/0000:00:03.0/ptp/ptp12", "SUBSYSTEM=ptp",
                                    "MAJOR=248", "DEVNAME=ptp12", "SEQNUM=1"}));
    BOOST_REQUIRE(added.size() == 1u);
    BOOST_TEST((added[0].kind == Kind::clock_added));
    BOOST_TEST(added[0].phc_index == 12);
    const auto removed = uevent(join({"remove@/x", "SUBSYSTEM=ptp", "DEVNAME=/dev/ptp0", "ACTION=remove"}));
    BOOST_REQUIRE(removed.size() == 1u);
    BOOST_TEST((removed[0].kind == Kind::clock_removed));
    BOOST_TEST(removed[0].phc_index == 0);
    BOOST_TEST(uevent(join({"add@/x", "ACTION=add", "SUBSYSTEM=net", "INTERFACE=ptp0"})).empty());
    BOOST_TEST(uevent(join({"change@/x", "ACTION=change", "SUBSYSTEM=ptp", "DEVNAME=ptp1"})).empty());
    BOOST_TEST(uevent("").empty());
    BOOST_TEST(uevent("SUBSYSTEM=ptp").empty());
    const auto nameless = uevent(join({"ACTION=add", "SUBSYSTEM=ptp", "DEVNAME=ptpx"}));
    BOOST_REQUIRE(nameless.size() == 1u);
    BOOST_TEST(nameless[0].phc_index == -1);
    BOOST_TEST(uevent("ACTION=add\0SUBSYSTEM=ptp\0DEVNAME=ptp99999999999999").empty());
}

BOOST_AUTO_TEST_CASE(without_netlink_there_is_no_source) {
    FakeNetlink system;
    system.refuse_netlink = EPERM;
    BOOST_TEST(open_change_notices(system) == nullptr);
    struct NoGroups : SystemCalls {
        int bind(int, const sockaddr*, socklen_t) override { return -EPERM; }
    } refusing;
    BOOST_TEST(open_change_notices(refusing) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
