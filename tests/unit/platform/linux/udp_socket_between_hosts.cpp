// SPDX-License-Identifier: Apache-2.0
//
// Multicast and unicast between two hosts of our own, as PTP uses them.

#include <netinet/in.h>
#include <poll.h>

#include "impl/base/failure.hpp"
#include "impl/platform/linux/platform.hpp"
#include "impl/platform/linux/udp_socket.hpp"
#include "namespaces.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

Address address(const std::string& text, std::uint16_t port) {
    auto result = *parse_address(text);
    result.port = port;
    return result;
}

SocketOptions ptp_event(Family family, const std::string& interface) {
    SocketOptions options;
    options.family = family;
    options.port = 319;
    options.interface = interface;
    options.stamps = StampMode::software;
    options.groups = {*parse_address(family == Family::ipv4 ? "224.0.1.129" : "ff0e::181"),
                      *parse_address(family == Family::ipv4 ? "224.0.0.107" : "ff02::6b")};
    options.time_to_live = 1;
    options.dscp = 46;
    options.priority = 6;
    return options;
}

int send(DatagramSocket& socket, const Address& to, std::uint8_t value,
         std::optional<std::uint32_t> id = {}) {
    const std::array<Outgoing, 1> one{Outgoing{{&value, 1}, to, id}};
    return socket.send(one);
}

struct Heard {
    int count = 0;
    std::uint8_t value = 0;
    Received packet;
};

Heard hear(DatagramSocket& socket, int milliseconds = 2000) {
    pollfd entry{static_cast<int>(socket.native_handle()), POLLIN, 0};
    ::poll(&entry, 1, milliseconds);
    Heard heard;
    std::uint8_t buffer[16] = {};
    std::array<Received, 1> in;
    in[0].buffer = buffer;
    heard.count = socket.receive(in);
    heard.value = buffer[0];
    heard.packet = in[0];
    return heard;
}

/// SO_BINDTODEVICE as kernels before 5.7 refuse it to ordinary users.
struct NoBinding : SystemCalls {
    int set_option(int fd, int level, int name, const void* value, socklen_t size) override {
        if (level == SOL_SOCKET && name == SO_BINDTODEVICE)
            return -EPERM;
        return SystemCalls::set_option(fd, level, name, value, size);
    }
};

const Family families[] = {Family::ipv4, Family::ipv6};

} // namespace

BOOST_AUTO_TEST_SUITE(udp_socket_between_hosts)

BOOST_AUTO_TEST_CASE(ptp_groups_reach_the_other_host_with_stamps) {
    NoBinding unbound;
    for (SystemCalls* system : {&SystemCalls::real(), static_cast<SystemCalls*>(&unbound)}) {
        in_namespace([&] {
            TwoHosts hosts;
            for (const auto family : families) {
                hosts.go_left();
                UdpSocket left(*system, ptp_event(family, "left"));
                hosts.go_right();
                UdpSocket right(*system, ptp_event(family, "right"));
                REQUIRE_THAT((system == &unbound) == (left.remark() != ""));
                const bool ipv4 = family == Family::ipv4;
                std::uint8_t value = 10;
                for (const char* to : {ipv4 ? "224.0.1.129" : "ff0e::181", ipv4 ? "224.0.0.107" : "ff02::6b",
                                       ipv4 ? "10.0.0.2" : "fd00::2", ipv4 ? "10.0.0.2" : "fe80::2"}) {
                    ++value;
                    REQUIRE_THAT(send(left, address(to, 319), value, value) == 1);
                    const auto heard = hear(right);
                    REQUIRE_THAT(heard.count == 1);
                    REQUIRE_THAT(heard.value == value);
                    auto destination = address(to, 319);
                    REQUIRE_THAT(heard.packet.destination.bytes == destination.bytes);
                    REQUIRE_THAT(heard.packet.destination.port == 319);
                    REQUIRE_THAT(heard.packet.source.port == 319);
                    REQUIRE_THAT(heard.packet.source.bytes[0] == (ipv4 ? 10 : heard.packet.source.bytes[0]));
                    REQUIRE_THAT(heard.packet.interface_index != 0);
                    std::array<TransmitStamp, 4> stamps;
                    REQUIRE_THAT(left.take_transmit_stamps(stamps) == 1);
                    REQUIRE_THAT(stamps[0].id == value);
                    REQUIRE_THAT(stamps[0].software.source == StampSource::software);
                    if (heard.packet.software)
                        REQUIRE_THAT(heard.packet.software.value >= stamps[0].software.value);
                    // One's own multicast does not come back.
                    REQUIRE_THAT(hear(left, 0).count == 0);
                }
                // What was left is not heard any more; leaving twice and joining twice is no fault.
                const auto group = *parse_address(ipv4 ? "224.0.1.129" : "ff0e::181");
                right.leave(group);
                right.leave(group);
                REQUIRE_THAT(send(left, address(to_text(group), 319), 1) == 1);
                REQUIRE_THAT(hear(right, 20).count == 0);
                right.join(group);
                right.join(group);
                REQUIRE_THAT(send(left, address(to_text(group), 319), 2) == 1);
                REQUIRE_THAT(hear(right).value == 2);
            }
        });
    }
}

BOOST_AUTO_TEST_CASE(options_are_really_set) {
    in_namespace([] {
        TwoHosts hosts;
        for (const auto family : families) {
            auto options = ptp_event(family, "left");
            options.multicast_loopback = family == Family::ipv6;
            options.reuse_address = true;
            options.receive_buffer = 3 << 20;
            options.send_buffer = 1 << 20;
            UdpSocket socket(SystemCalls::real(), options);
            const auto get = [&](int level, int name) {
                int value = -1;
                socklen_t size = sizeof value;
                ::getsockopt(static_cast<int>(socket.native_handle()), level, name, &value, &size);
                return value;
            };
            if (family == Family::ipv4) {
                REQUIRE_THAT(get(IPPROTO_IP, IP_TTL) == 1);
                REQUIRE_THAT(get(IPPROTO_IP, IP_MULTICAST_TTL) == 1);
                REQUIRE_THAT(get(IPPROTO_IP, IP_TOS) == 46 << 2);
                REQUIRE_THAT(get(IPPROTO_IP, IP_MULTICAST_LOOP) == 0);
            } else {
                REQUIRE_THAT(get(IPPROTO_IPV6, IPV6_UNICAST_HOPS) == 1);
                REQUIRE_THAT(get(IPPROTO_IPV6, IPV6_MULTICAST_HOPS) == 1);
                REQUIRE_THAT(get(IPPROTO_IPV6, IPV6_TCLASS) == 46 << 2);
                REQUIRE_THAT(get(IPPROTO_IPV6, IPV6_MULTICAST_LOOP) == 1);
                REQUIRE_THAT(get(IPPROTO_IPV6, IPV6_V6ONLY) == 1);
            }
            REQUIRE_THAT(get(SOL_SOCKET, SO_PRIORITY) == 6);
            REQUIRE_THAT(get(SOL_SOCKET, SO_REUSEADDR) == 1);
            // Forcing needs privilege over the host, which a user namespace does not give.
            if (socket.remark().empty())
                REQUIRE_THAT(get(SOL_SOCKET, SO_RCVBUF) == 6 << 20);
            else
                REQUIRE_THAT(socket.remark().find("rmem_max") != std::string::npos);
        }
    });
}

BOOST_AUTO_TEST_CASE(a_socket_of_one_interface_hears_no_other) {
    NoBinding unbound;
    for (SystemCalls* system : {&SystemCalls::real(), static_cast<SystemCalls*>(&unbound)}) {
        in_namespace([&] {
            TwoHosts hosts;
            hosts.go_right();
            auto options = ptp_event(Family::ipv4, "lo");
            options.groups.clear();
            UdpSocket of_loopback(*system, options);
            options.interface = "right";
            options.port = 1319;
            UdpSocket of_right(*system, options);
            hosts.go_left();
            options.interface = "left";
            UdpSocket left(*system, options);
            REQUIRE_THAT(send(left, address("10.0.0.2", 319), 1) == 1);
            REQUIRE_THAT(send(left, address("10.0.0.2", 1319), 2) == 1);
            // In order, so when the second is there the first would have been.
            REQUIRE_THAT(hear(of_right).value == 2);
            REQUIRE_THAT(hear(of_loopback, 0).count == 0);
        });
    }
}

BOOST_AUTO_TEST_CASE(an_interface_that_goes_away_is_an_error_and_not_a_crash) {
    in_namespace([] {
        TwoHosts hosts;
        UdpSocket socket(SystemCalls::real(), ptp_event(Family::ipv4, "left"));
        REQUIRE_THAT(send(socket, address("224.0.1.129", 319), 1, 7) == 1);
        delete_link("left");
        REQUIRE_THAT(send(socket, address("224.0.1.129", 319), 1, 8) < 0);
        REQUIRE_THAT(hear(socket, 0).count <= 0);
        std::array<TransmitStamp, 4> stamps;
        REQUIRE_THAT(socket.take_transmit_stamps(stamps) == 1);
        REQUIRE_THAT(stamps[0].id == 7);
        try {
            socket.join(*parse_address("224.0.0.108"));
            REQUIRE_THAT(false);
        } catch (const Failure& failure) {
            REQUIRE_THAT(failure.os_error() == ENODEV);
        }
        bool refused = false;
        try {
            UdpSocket again(SystemCalls::real(), ptp_event(Family::ipv4, "left"));
        } catch (const Failure& failure) {
            refused = failure.status() == WST_E_NOT_FOUND;
        }
        REQUIRE_THAT(refused);
    });
}

BOOST_AUTO_TEST_CASE(an_interface_can_be_named_in_every_way) {
    in_namespace([] {
        TwoHosts hosts;
        const auto index = index_by_name("left");
        set_alias(index, "Studio A");
        LinuxPlatform platform(SystemCalls::real());
        for (const auto& name : {std::string("left"), std::string("Studio A"), std::to_string(index)}) {
            auto options = ptp_event(Family::ipv4, name);
            const auto socket = platform.open_socket(options);
            REQUIRE_THAT(socket->local_address().port == 319);
        }
    });
}

BOOST_AUTO_TEST_CASE(failing_sends_of_a_real_kernel_do_not_shift_the_stamps) {
    struct NoIds : SystemCalls { // as before 6.13
        int send_message(int fd, const msghdr* message, int flags) override {
            auto* headers = const_cast<msghdr*>(message);
            for (auto* header = CMSG_FIRSTHDR(headers); header; header = CMSG_NXTHDR(headers, header))
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == 81)
                    return -EINVAL;
            return SystemCalls::send_message(fd, message, flags);
        }
    } system;
    in_namespace([&] {
        TwoHosts hosts;
        auto options = ptp_event(Family::ipv4, "left");
        UdpSocket socket(system, options);
        std::vector<std::uint8_t> huge(70'000);
        std::array<TransmitStamp, 4> stamps;
        for (std::uint32_t i = 0; i < 3000; ++i) {
            if (i % 3 == 1) {
                const std::array<Outgoing, 1> one{Outgoing{huge, address("224.0.1.129", 319), 1'000'000 + i}};
                REQUIRE_THAT(socket.send(one) == -EMSGSIZE);
            }
            if (i % 5 == 1) // no route: fails elsewhere in the kernel
                REQUIRE_THAT(send(socket, address("255.255.255.255", 319), 1, 2'000'000 + i) < 0);
            REQUIRE_THAT(send(socket, address("224.0.1.129", 319), 1, i) == 1);
            REQUIRE_THAT(socket.take_transmit_stamps(stamps) == 1);
            REQUIRE_THAT(stamps[0].id == i);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
