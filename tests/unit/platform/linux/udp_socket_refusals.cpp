// SPDX-License-Identifier: Apache-2.0
//
// Sockets on kernels that refuse, and what their errors tell a person to do.

#include <time.h>
// After <time.h>, whose types it uses without including it.
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>

#include <cstring>
#include <functional>

#include "impl/base/failure.hpp"
#include "impl/platform/linux/kernel.hpp"
#include "impl/platform/linux/udp_socket.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

struct Refusing : SystemCalls {
    int bind_error = 0;
    int socket_error = 0;
    std::function<int(int level, int name)> option_error = [](int, int) { return 0; };

    int socket(int family, int type, int protocol) override {
        return socket_error != 0 ? -socket_error : SystemCalls::socket(family, type, protocol);
    }
    int bind(int fd, const sockaddr* address, socklen_t size) override {
        return bind_error != 0 ? -bind_error : SystemCalls::bind(fd, address, size);
    }
    int set_option(int fd, int level, int name, const void* value, socklen_t size) override {
        const int error = option_error(level, name);
        return error != 0 ? -error : SystemCalls::set_option(fd, level, name, value, size);
    }
};

bool is_stamping(int level, int name) {
    return level == SOL_SOCKET &&
           (name == kernel::so_timestamping_new || name == kernel::so_timestamping_old);
}

struct Told {
    wst_status status = WST_OK;
    int os_error = 0;
    std::string message;
};

Told opening(SystemCalls& system, const SocketOptions& options) {
    try {
        UdpSocket socket(system, options);
    } catch (const Failure& failure) {
        BOOST_TEST(std::strlen(failure.what()) < 240u); // what wst_error holds
        return {failure.status(), failure.os_error(), failure.what()};
    }
    return {};
}

SocketOptions on_loopback(StampMode stamps = StampMode::none) {
    SocketOptions options;
    options.interface = "lo";
    options.stamps = stamps;
    return options;
}

Address loopback(std::uint16_t port) {
    auto result = *parse_address("127.0.0.1");
    result.port = port;
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(udp_socket_refusals)

BOOST_AUTO_TEST_CASE(errors_of_opening_say_what_to_do) {
    const struct {
        const char* name;
        std::function<void(Refusing&, SocketOptions&)> arrange;
        wst_status status;
        const char* says;
    } rows[] = {
        {"port 319",
         [](Refusing& system, SocketOptions& options) {
             system.bind_error = EACCES;
             options.port = 319;
         },
         WST_E_PERMISSION, "CAP_NET_BIND_SERVICE"},
        {"port 319, other way",
         [](Refusing& system, SocketOptions& options) {
             system.bind_error = EACCES;
             options.port = 319;
         },
         WST_E_PERMISSION, "net.ipv4.ip_unprivileged_port_start=319"},
        {"taken",
         [](Refusing& system, SocketOptions& options) {
             system.bind_error = EADDRINUSE;
             options.port = 319;
         },
         WST_E_BUSY, "ss -ulpn sport = 319"},
        {"foreign address",
         [](Refusing&, SocketOptions& options) { options.local = parse_address("192.0.2.77"); },
         WST_E_NOT_FOUND, "192.0.2.77"},
        {"no such interface", [](Refusing&, SocketOptions& options) { options.interface = "nosuch0"; },
         WST_E_NOT_FOUND, "\"nosuch0\""},
        {"name too long", [](Refusing&, SocketOptions& options) { options.interface = std::string(60, 'x'); },
         WST_E_NOT_FOUND, "xxx"},
        {"no descriptors", [](Refusing& system, SocketOptions&) { system.socket_error = EMFILE; },
         WST_E_LIMIT, ""},
        {"no such family", [](Refusing& system, SocketOptions&) { system.socket_error = EAFNOSUPPORT; },
         WST_E_NOT_SUPPORTED, "address family"},
        {"priority",
         [](Refusing& system, SocketOptions& options) {
             options.priority = 7;
             system.option_error = [](int, int name) { return name == SO_PRIORITY ? EPERM : 0; };
         },
         WST_E_PERMISSION, "CAP_NET_ADMIN"},
        {"hardware",
         [](Refusing& system, SocketOptions& options) {
             options.stamps = StampMode::hardware;
             system.option_error = [](int level, int name) { return is_stamping(level, name) ? EINVAL : 0; };
         },
         WST_E_NOT_SUPPORTED, "software stamps"},
        {"not a group",
         [](Refusing&, SocketOptions& options) { options.groups = {*parse_address("10.0.0.1")}; },
         WST_E_INVALID_ARGUMENT, "10.0.0.1"},
        {"group of another family",
         [](Refusing&, SocketOptions& options) { options.groups = {*parse_address("ff02::1")}; },
         WST_E_INVALID_ARGUMENT, "ff02::1"},
        {"too many groups",
         [](Refusing& system, SocketOptions& options) {
             options.groups = {*parse_address("224.0.1.129")};
             system.option_error = [](int, int name) { return name == IP_ADD_MEMBERSHIP ? ENOBUFS : 0; };
         },
         WST_E_LIMIT, "igmp_max_memberships"},
        {"dscp", [](Refusing&, SocketOptions& options) { options.dscp = 64; }, WST_E_INVALID_ARGUMENT,
         "0 to 63"},
        {"ttl", [](Refusing&, SocketOptions& options) { options.time_to_live = 256; }, WST_E_INVALID_ARGUMENT,
         "0 to 255"},
        {"buffer", [](Refusing&, SocketOptions& options) { options.receive_buffer = -1; },
         WST_E_INVALID_ARGUMENT, "buffer"},
        {"family", [](Refusing&, SocketOptions& options) { options.family = Family::none; },
         WST_E_INVALID_ARGUMENT, "family"},
        {"local of another family",
         [](Refusing&, SocketOptions& options) { options.local = parse_address("::1"); },
         WST_E_INVALID_ARGUMENT, "::1"},
    };
    for (const auto& row : rows) {
        Refusing system;
        auto options = on_loopback();
        row.arrange(system, options);
        const auto told = opening(system, options);
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(told.status == row.status);
            BOOST_TEST(told.message.find(row.says) != std::string::npos, told.message);
        }
    }
}

BOOST_AUTO_TEST_CASE(buffers_are_forced_and_else_asked_for) {
    for (const bool privileged : {true, false}) {
        Refusing system;
        bool plain = false;
        system.option_error = [&](int level, int name) {
            plain |= level == SOL_SOCKET && (name == SO_RCVBUF || name == SO_SNDBUF);
            const bool forced = level == SOL_SOCKET && (name == SO_RCVBUFFORCE || name == SO_SNDBUFFORCE);
            return forced && !privileged ? EPERM : 0;
        };
        auto options = on_loopback();
        options.receive_buffer = options.send_buffer = 1 << 29; // beyond any limit
        UdpSocket socket(system, options);
        BOOST_TEST(plain == !privileged);
        if (!privileged) {
            BOOST_TEST(socket.remark().find("rmem_max") != std::string::npos);
            BOOST_TEST(socket.remark().find("wmem_max") != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(packets_that_found_no_room_are_counted) {
    auto options = on_loopback(StampMode::software);
    options.receive_buffer = 2048;
    UdpSocket receiver(SystemCalls::real(), options);
    UdpSocket sender(SystemCalls::real(), on_loopback());
    const std::uint8_t byte = 1;
    const std::array<Outgoing, 1> one{Outgoing{{&byte, 1}, loopback(receiver.local_address().port), {}}};
    std::uint8_t buffer[4];
    std::array<Received, 1> in;
    in[0].buffer = buffer;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 100; ++i)
            BOOST_REQUIRE(sender.send(one) == 1);
        while (receiver.receive(in) == 1) {
        }
    }
    // The count comes with the next packet that found room.
    BOOST_REQUIRE(sender.send(one) == 1);
    BOOST_REQUIRE(receiver.receive(in) == 1);
    BOOST_TEST(receiver.counters().receive_drops > 0u);
    BOOST_TEST(receiver.counters().received + receiver.counters().receive_drops == 201u);
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_busy_unless_both_reuse_it) {
    auto options = on_loopback();
    UdpSocket first(SystemCalls::real(), options);
    options.port = first.local_address().port;
    BOOST_TEST(opening(SystemCalls::real(), options).status == WST_E_BUSY);
    options.port = 0;
    options.reuse_address = true;
    UdpSocket second(SystemCalls::real(), options);
    options.port = second.local_address().port;
    BOOST_TEST(opening(SystemCalls::real(), options).status == WST_OK);
}

BOOST_AUTO_TEST_CASE(where_the_kernel_stamps_nothing_the_library_does_and_says_so) {
    for (const auto mode : {StampMode::software, StampMode::both}) {
        Refusing system;
        system.option_error = [](int level, int name) { return is_stamping(level, name) ? ENOPROTOOPT : 0; };
        UdpSocket receiver(system, on_loopback(mode));
        auto few = on_loopback(mode);
        few.transmit_stamps_kept = 4;
        UdpSocket sender(system, few);
        BOOST_TEST(sender.remark().find("labelled") != std::string::npos);
        BOOST_TEST(!sender.has_kept_stamps());
        const std::uint8_t byte = 1;
        for (std::uint32_t i = 0; i < 6; ++i) {
            const std::array<Outgoing, 1> one{
                Outgoing{{&byte, 1}, loopback(receiver.local_address().port), 100 + i}};
            BOOST_TEST(sender.send(one) == 1);
        }
        BOOST_TEST(sender.has_kept_stamps());
        std::array<TransmitStamp, 8> stamps;
        BOOST_REQUIRE(sender.take_transmit_stamps(stamps) == 4);
        BOOST_TEST(sender.counters().transmit_stamps_dropped == 2u);
        for (std::uint32_t i = 0; i < 4; ++i) {
            BOOST_TEST(stamps[i].id == 100 + i);
            BOOST_TEST((stamps[i].software.source == StampSource::application));
            BOOST_TEST((stamps[i].software.clock == ClockKind::realtime));
            BOOST_TEST(!stamps[i].hardware);
        }
        pollfd entry{static_cast<int>(receiver.native_handle()), POLLIN, 0};
        BOOST_REQUIRE(::poll(&entry, 1, 5000) == 1);
        std::uint8_t buffer[4];
        std::array<Received, 1> in;
        in[0].buffer = buffer;
        BOOST_REQUIRE(receiver.receive(in) == 1);
        BOOST_TEST((in[0].software.source == StampSource::application));
        BOOST_TEST(in[0].software.value > 0);
    }
}

BOOST_AUTO_TEST_CASE(an_ordinary_socket_gives_no_stamps) {
    UdpSocket socket(SystemCalls::real(), on_loopback());
    const std::uint8_t byte = 1;
    const std::array<Outgoing, 1> one{Outgoing{{&byte, 1}, loopback(socket.local_address().port), 5}};
    BOOST_TEST(socket.send(one) == 1);
    std::array<TransmitStamp, 2> stamps;
    BOOST_TEST(socket.take_transmit_stamps(stamps) == 0);
    pollfd entry{static_cast<int>(socket.native_handle()), POLLIN, 0};
    BOOST_REQUIRE(::poll(&entry, 1, 5000) == 1);
    std::uint8_t buffer[4];
    std::array<Received, 1> in;
    in[0].buffer = buffer;
    BOOST_REQUIRE(socket.receive(in) == 1);
    BOOST_TEST(!in[0].software);
    BOOST_TEST(socket.counters().receive_stamps_missing == 0u);
}

BOOST_AUTO_TEST_CASE(empty_batches_and_empty_packets_are_fine) {
    UdpSocket socket(SystemCalls::real(), on_loopback(StampMode::software));
    BOOST_TEST(socket.send({}) == 0);
    BOOST_TEST(socket.receive({}) == 0);
    BOOST_TEST(socket.take_transmit_stamps({}) == 0);
    const std::array<Outgoing, 1> one{Outgoing{{}, loopback(socket.local_address().port), 5}};
    BOOST_TEST(socket.send(one) == 1);
    pollfd entry{static_cast<int>(socket.native_handle()), POLLIN, 0};
    BOOST_REQUIRE(::poll(&entry, 1, 5000) >= 1);
    std::array<Received, 1> in;
    BOOST_TEST(socket.receive(in) == 1);
    BOOST_TEST(in[0].size == 0u);
    BOOST_TEST(!in[0].truncated);
}

BOOST_AUTO_TEST_CASE(icmp_errors_in_the_queue_are_passed_over) {
    auto options = on_loopback(StampMode::software);
    UdpSocket socket(SystemCalls::real(), options);
    const int yes = 1;
    const int fd = static_cast<int>(socket.native_handle());
    BOOST_REQUIRE(::setsockopt(fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof yes) == 0);
    // A port that was free a moment ago.
    std::uint16_t closed = 0;
    {
        UdpSocket other(SystemCalls::real(), on_loopback());
        closed = other.local_address().port;
    }
    const std::uint8_t byte = 1;
    int sent = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
        const std::array<Outgoing, 1> one{Outgoing{{&byte, 1}, loopback(closed), i}};
        sent += socket.send(one) == 1; // every other one fails with what its predecessor caused
    }
    BOOST_TEST(sent >= 20);
    std::array<Received, 1> in;
    std::uint8_t buffer[4];
    in[0].buffer = buffer;
    BOOST_TEST(socket.receive(in) == 0);
    std::array<TransmitStamp, 64> stamps;
    const int count = socket.take_transmit_stamps(stamps);
    BOOST_TEST(count == sent);
    BOOST_TEST(socket.counters().transmit_stamps == static_cast<std::uint64_t>(sent));
}

BOOST_AUTO_TEST_CASE(reports_that_make_no_sense_are_counted_and_dropped) {
    /// Answers the error queue from a script.
    struct Scripted : SystemCalls {
        struct Report {
            Nanoseconds software, hardware;
            std::uint32_t key;
        };
        std::vector<Report> script;
        bool knows_ids = false;
        int send_message(int fd, const msghdr* message, int flags) override {
            auto* headers = const_cast<msghdr*>(message);
            for (auto* header = CMSG_FIRSTHDR(headers); header; header = CMSG_NXTHDR(headers, header))
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == kernel::scm_ts_opt_id &&
                    !knows_ids)
                    return -EINVAL;
            return SystemCalls::send_message(fd, message, flags);
        }
        int receive_messages(int fd, mmsghdr* messages, unsigned count, int flags) override {
            if ((flags & MSG_ERRQUEUE) == 0)
                return SystemCalls::receive_messages(fd, messages, count, flags);
            unsigned given = 0;
            for (; given < count && !script.empty(); ++given) {
                const auto report = script.front();
                script.erase(script.begin());
                auto& message = messages[given].msg_hdr;
                auto* header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = kernel::so_timestamping_new;
                header->cmsg_len = CMSG_LEN(48);
                const std::int64_t parts[6] = {
                    report.software / nanoseconds_per_second, report.software % nanoseconds_per_second, 0, 0,
                    report.hardware / nanoseconds_per_second, report.hardware % nanoseconds_per_second};
                std::memcpy(CMSG_DATA(header), parts, sizeof parts);
                auto* second = reinterpret_cast<cmsghdr*>(reinterpret_cast<char*>(header) + CMSG_SPACE(48));
                second->cmsg_level = IPPROTO_IP;
                second->cmsg_type = IP_RECVERR;
                second->cmsg_len = CMSG_LEN(sizeof(sock_extended_err));
                sock_extended_err error{};
                error.ee_origin = kernel::error_origin_timestamping;
                error.ee_data = report.key;
                std::memcpy(CMSG_DATA(second), &error, sizeof error);
                message.msg_controllen = CMSG_SPACE(48) + CMSG_SPACE(sizeof error);
            }
            return given == 0 ? -EAGAIN : static_cast<int>(given);
        }
    } system;
    UdpSocket socket(system, on_loopback(StampMode::both));
    const std::uint8_t byte = 1;
    for (std::uint32_t i = 0; i < 2; ++i) {
        const std::array<Outgoing, 1> one{
            Outgoing{{&byte, 1}, loopback(socket.local_address().port), 70 + i}};
        BOOST_REQUIRE(socket.send(one) == 1);
    }
    system.script = {{5, 0, 99},  // nobody's
                     {0, 0, 0},   // no value
                     {7, 0, 0},   // packet 70, software
                     {7, 0, 0},   // again
                     {0, 9, 0},   // packet 70, hardware
                     {11, 12, 1}, // packet 71, both in one
                     {11, 12, 1}};
    std::array<TransmitStamp, 16> stamps;
    BOOST_REQUIRE(socket.take_transmit_stamps(stamps) == 3);
    BOOST_TEST(stamps[0].id == 70u);
    BOOST_TEST(stamps[0].software.value == 7);
    BOOST_TEST(!stamps[0].hardware);
    BOOST_TEST(stamps[1].id == 70u);
    BOOST_TEST(stamps[1].hardware.value == 9);
    BOOST_TEST((stamps[1].hardware.clock == ClockKind::device));
    BOOST_TEST(!stamps[1].software);
    BOOST_TEST(stamps[2].id == 71u);
    BOOST_TEST(stamps[2].software.value == 11);
    BOOST_TEST(stamps[2].hardware.value == 12);
    BOOST_TEST(socket.counters().transmit_stamps_unknown == 4u);
    BOOST_TEST(socket.counters().transmit_stamps_zero == 1u);

    // More than one system call brings, and a batch that is too small for it.
    for (std::uint32_t i = 0; i < 40; ++i) {
        const std::array<Outgoing, 1> one{
            Outgoing{{&byte, 1}, loopback(socket.local_address().port), 200 + i}};
        BOOST_REQUIRE(socket.send(one) == 1);
        system.script.push_back({1000 + i, 0, 2 + i});
    }
    std::uint32_t next = 200;
    for (int count = 0; (count = socket.take_transmit_stamps(std::span(stamps).first(7))) > 0;)
        for (int i = 0; i < count; ++i)
            BOOST_TEST(stamps[static_cast<std::size_t>(i)].id == next++);
    BOOST_TEST(next == 240u);
}

BOOST_AUTO_TEST_CASE(a_lost_probe_does_not_end_stamping_for_ever) {
    /// Loses every stamp while `losing`, and lets the test say how late it is.
    struct Losing : SystemCalls {
        bool losing = false;
        bool failing = false;
        Nanoseconds shift = 0;
        int receive_messages(int fd, mmsghdr* messages, unsigned count, int flags) override {
            int result = SystemCalls::receive_messages(fd, messages, count, flags);
            while (losing && (flags & MSG_ERRQUEUE) != 0 && result > 0) {
                for (unsigned i = 0; i < count; ++i)
                    messages[i].msg_hdr.msg_controllen = control_room;
                result = SystemCalls::receive_messages(fd, messages, count, flags);
            }
            return result;
        }
        int send_message(int fd, const msghdr* message, int flags) override {
            if (failing && message->msg_controllen != 0)
                return -ENOBUFS;
            auto* headers = const_cast<msghdr*>(message);
            for (auto* header = CMSG_FIRSTHDR(headers); header; header = CMSG_NXTHDR(headers, header))
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == kernel::scm_ts_opt_id)
                    return -EINVAL;
            return SystemCalls::send_message(fd, message, flags);
        }
        int read_clock(clockid_t clock, timespec* value) override {
            const int result = SystemCalls::read_clock(clock, value);
            if (clock == CLOCK_MONOTONIC)
                value->tv_sec += shift / nanoseconds_per_second;
            return result;
        }
    } system;
    UdpSocket socket(system, on_loopback(StampMode::both)); // no hardware stamp will ever make it idle
    const std::uint8_t byte = 1;
    const auto send = [&](std::uint32_t id) {
        const std::array<Outgoing, 1> one{Outgoing{{&byte, 1}, loopback(socket.local_address().port), id}};
        return socket.send(one);
    };
    std::array<TransmitStamp, 8> stamps;
    BOOST_TEST(send(1) == 1);
    BOOST_TEST(socket.take_transmit_stamps(stamps) == 1);
    system.failing = true;
    BOOST_TEST(send(2) == -ENOBUFS);
    system.failing = false;
    system.losing = true;
    BOOST_TEST(send(3) == 1); // the probe, whose stamp is lost
    BOOST_TEST(send(4) == 1); // goes without
    BOOST_TEST(socket.take_transmit_stamps(stamps) == 0);
    system.losing = false;
    BOOST_TEST(socket.counters().transmit_stamps_dropped == 1u);
    BOOST_TEST(send(5) == 1);
    BOOST_TEST(socket.take_transmit_stamps(stamps) == 0);
    system.shift = 2 * nanoseconds_per_second;
    BOOST_TEST(send(6) == 1);
    BOOST_REQUIRE(socket.take_transmit_stamps(stamps) == 1);
    BOOST_TEST(stamps[0].id == 6u);
    BOOST_TEST(socket.counters().transmit_stamps_dropped == 2u);
    BOOST_TEST(socket.counters().transmit_stamps_unknown == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
