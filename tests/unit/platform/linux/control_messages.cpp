// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/linux/control_messages.hpp"

#include <time.h>
// After <time.h>, whose types it uses without including it.
#include <linux/errqueue.h>

#include <cstring>
#include <vector>

#include "impl/platform/linux/kernel.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform::gnu_linux;
using wirestamp::platform::Family;

namespace {

class Control {
public:
    template <class T>
    Control& add(int level, int type, const T& value, std::size_t size = sizeof(T)) {
        auto* header = reinterpret_cast<cmsghdr*>(room_ + used_);
        header->cmsg_level = level;
        header->cmsg_type = type;
        header->cmsg_len = CMSG_LEN(size);
        std::memcpy(CMSG_DATA(header), &value, size);
        used_ += CMSG_SPACE(size);
        return *this;
    }
    ReceiveControl read(std::size_t cut = 0) {
        msghdr message{};
        message.msg_control = room_;
        message.msg_controllen = used_ - cut;
        return read_control(message);
    }

private:
    alignas(cmsghdr) std::byte room_[1024] = {};
    std::size_t used_ = 0;
};

struct Stamps {
    std::int64_t parts[3][2];
};

} // namespace

BOOST_AUTO_TEST_SUITE(control_messages)

BOOST_AUTO_TEST_CASE(stamps_of_both_kinds_by_both_numbers) {
    for (const int number : {kernel::so_timestamping_new, kernel::so_timestamping_old}) {
        if (number == kernel::so_timestamping_old && sizeof(long) != 8)
            continue;
        const auto result =
            Control().add(SOL_SOCKET, number, Stamps{{{1, 2}, {9, 9}, {3, 999'999'999}}}).read();
        BOOST_TEST(result.software == 1'000'000'002);
        BOOST_TEST(result.hardware == 3'999'999'999);
        BOOST_TEST(!result.stamp_report);
    }
}

BOOST_AUTO_TEST_CASE(impossible_times_are_no_stamps) {
    for (const auto& parts :
         {Stamps{{{0, 0}, {0, 0}, {0, 0}}}, Stamps{{{-1, 0}, {0, 0}, {-1, 5}}},
          Stamps{{{1, 1'000'000'000}, {0, 0}, {1, -1}}},
          Stamps{{{std::numeric_limits<std::int64_t>::max(), 0}, {0, 0}, {1ll << 60, 0}}}}) {
        const auto result = Control().add(SOL_SOCKET, kernel::so_timestamping_new, parts).read();
        BOOST_TEST(result.software == 0);
        BOOST_TEST(result.hardware == 0);
    }
}

BOOST_AUTO_TEST_CASE(short_ones_are_passed_over) {
    const Stamps stamps{{{1, 2}, {0, 0}, {3, 4}}};
    for (std::size_t size = 0; size < sizeof stamps; ++size) {
        const auto result = Control()
                                .add(SOL_SOCKET, kernel::so_timestamping_new, stamps, size)
                                .add(SOL_SOCKET, SO_RXQ_OVFL, std::uint32_t{7})
                                .read();
        BOOST_TEST(result.software == 0);
        BOOST_TEST(result.drops.value() == 7u);
    }
    in_pktinfo info{};
    info.ipi_ifindex = 5;
    for (std::size_t size = 0; size < sizeof info; ++size) {
        const auto result = Control().add(IPPROTO_IP, IP_PKTINFO, info, size).read();
        BOOST_TEST(result.interface_index == 0u);
        BOOST_TEST((result.destination.family == Family::none));
    }
}

BOOST_AUTO_TEST_CASE(a_buffer_cut_anywhere_is_safe) {
    sock_extended_err error{};
    error.ee_origin = kernel::error_origin_timestamping;
    error.ee_data = 77;
    Control control;
    control.add(SOL_SOCKET, kernel::so_timestamping_new, Stamps{{{1, 2}, {0, 0}, {3, 4}}})
        .add(IPPROTO_IP, IP_RECVERR, error);
    BOOST_TEST(control.read().stamp_report);
    BOOST_TEST(control.read().stamp_key == 77u);
    for (std::size_t cut = 1; cut < 96; ++cut)
        control.read(cut);
}

BOOST_AUTO_TEST_CASE(an_icmp_error_is_not_a_stamp) {
    sock_extended_err error{};
    error.ee_origin = SO_EE_ORIGIN_ICMP;
    error.ee_data = 77;
    BOOST_TEST(!Control().add(IPPROTO_IP, IP_RECVERR, error).read().stamp_report);
    error.ee_origin = SO_EE_ORIGIN_ICMP6;
    BOOST_TEST(!Control().add(IPPROTO_IPV6, IPV6_RECVERR, error).read().stamp_report);
    error.ee_origin = kernel::error_origin_timestamping;
    BOOST_TEST(Control().add(IPPROTO_IPV6, IPV6_RECVERR, error).read().stamp_report);
}

BOOST_AUTO_TEST_CASE(what_is_asked_is_what_a_kernel_reads) {
    alignas(cmsghdr) std::byte room[control_room];
    SendRequest request;
    BOOST_TEST(write_control(request, room) == 0u);
    request.stamp_id = 5; // without a stamp there is nothing to name
    BOOST_TEST(write_control(request, room) == 0u);
    request.stamp_flags = kernel::tx_software;
    request.interface_index = 3;
    for (const auto family : {Family::ipv4, Family::ipv6}) {
        request.family = family;
        msghdr message{};
        message.msg_control = room;
        message.msg_controllen = write_control(request, room);
        std::vector<std::pair<int, int>> seen;
        for (auto* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
            seen.emplace_back(header->cmsg_level, header->cmsg_type);
            std::uint32_t value = 0;
            std::memcpy(&value, CMSG_DATA(header), 4);
            if (header->cmsg_type == kernel::so_timestamping_old && header->cmsg_level == SOL_SOCKET)
                BOOST_TEST(value == kernel::tx_software);
            if (header->cmsg_type == kernel::scm_ts_opt_id && header->cmsg_level == SOL_SOCKET)
                BOOST_TEST(value == 5u);
        }
        BOOST_REQUIRE(seen.size() == 3u);
        BOOST_TEST((seen[2] == (family == Family::ipv4 ? std::pair(int{IPPROTO_IP}, IP_PKTINFO)
                                                       : std::pair(int{IPPROTO_IPV6}, IPV6_PKTINFO))));
        const auto back = read_control(message);
        BOOST_TEST(back.interface_index == 3u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
