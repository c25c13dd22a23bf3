// SPDX-License-Identifier: Apache-2.0
//
// Control messages are read by memcpy with their length checked, since a kernel of another word size or an
// emulator of one may fill them shorter than expected.

#include "impl/platform/linux/control_messages.hpp"

#include <time.h>
// After <time.h>, whose types it uses without including it.
#include <linux/errqueue.h>

#include <cstring>

#include "impl/platform/linux/kernel.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

std::size_t payload_size(const cmsghdr& header) noexcept {
    return header.cmsg_len >= CMSG_LEN(0) ? header.cmsg_len - CMSG_LEN(0) : 0;
}

template <class T>
bool read_payload(const cmsghdr& header, T& value) noexcept {
    if (payload_size(header) < sizeof value)
        return false;
    std::memcpy(&value, CMSG_DATA(&header), sizeof value);
    return true;
}

Nanoseconds from_parts(std::int64_t seconds, std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / nanoseconds_per_second - 1;
    if (seconds < 0 || seconds > limit || nanoseconds < 0 || nanoseconds >= nanoseconds_per_second)
        return 0;
    return seconds * nanoseconds_per_second + nanoseconds;
}

// ts[0] is the software stamp, ts[1] unused since 3.17, ts[2] the hardware stamp.
template <class Word>
void read_stamps(const cmsghdr& header, ReceiveControl& control) noexcept {
    struct {
        Word parts[3][2];
    } stamps;
    if (!read_payload(header, stamps))
        return;
    control.software = from_parts(stamps.parts[0][0], stamps.parts[0][1]);
    if ((stamps.parts[2][0] | stamps.parts[2][1]) != 0)
        control.hardware = from_parts(stamps.parts[2][0], stamps.parts[2][1]);
}

void read_error(const cmsghdr& header, ReceiveControl& control) noexcept {
    sock_extended_err error{};
    if (read_payload(header, error) && error.ee_origin == kernel::error_origin_timestamping) {
        control.stamp_report = true;
        control.stamp_key = error.ee_data;
    }
}

} // namespace

ReceiveControl read_control(const msghdr& message) noexcept {
    ReceiveControl control;
    auto* headers = const_cast<msghdr*>(&message); // CMSG_NXTHDR wants it so
    for (auto* header = CMSG_FIRSTHDR(headers); header != nullptr; header = CMSG_NXTHDR(headers, header)) {
        if (header->cmsg_level == SOL_SOCKET) {
            if (header->cmsg_type == kernel::so_timestamping_new) {
                read_stamps<std::int64_t>(*header, control);
            } else if (header->cmsg_type == kernel::so_timestamping_old) {
                read_stamps<long>(*header, control);
            } else if (header->cmsg_type == SO_RXQ_OVFL) {
                std::uint32_t drops = 0;
                if (read_payload(*header, drops))
                    control.drops = drops;
            }
        } else if (header->cmsg_level == IPPROTO_IP) {
            if (header->cmsg_type == IP_PKTINFO) {
                in_pktinfo info{};
                if (read_payload(*header, info)) {
                    control.destination.family = Family::ipv4;
                    std::memcpy(control.destination.bytes.data(), &info.ipi_addr, 4);
                    control.interface_index = static_cast<std::uint32_t>(info.ipi_ifindex);
                }
            } else if (header->cmsg_type == IP_RECVERR) {
                read_error(*header, control);
            }
        } else if (header->cmsg_level == IPPROTO_IPV6) {
            if (header->cmsg_type == IPV6_PKTINFO) {
                in6_pktinfo info{};
                if (read_payload(*header, info)) {
                    control.destination.family = Family::ipv6;
                    std::memcpy(control.destination.bytes.data(), &info.ipi6_addr, 16);
                    control.interface_index = info.ipi6_ifindex;
                }
            } else if (header->cmsg_type == IPV6_RECVERR) {
                read_error(*header, control);
            }
        }
    }
    return control;
}

namespace {

template <class T>
void append(std::byte* room, std::size_t& used, int level, int type, const T& value) noexcept {
    auto* header = reinterpret_cast<cmsghdr*>(room + used);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(header), &value, sizeof value);
    used += CMSG_SPACE(sizeof value);
}

} // namespace

std::size_t write_control(const SendRequest& request, std::byte* room) noexcept {
    std::size_t used = 0;
    if (request.stamp_flags != 0) {
        // The old number is the only one that every kernel takes here; it carries no time, so no 2038.
        append(room, used, SOL_SOCKET, kernel::so_timestamping_old, request.stamp_flags);
        if (request.stamp_id)
            append(room, used, SOL_SOCKET, kernel::scm_ts_opt_id, *request.stamp_id);
    }
    if (request.interface_index != 0) {
        if (request.family == Family::ipv4) {
            in_pktinfo info{};
            info.ipi_ifindex = static_cast<int>(request.interface_index);
            append(room, used, IPPROTO_IP, IP_PKTINFO, info);
        } else {
            in6_pktinfo info{};
            info.ipi6_ifindex = request.interface_index;
            append(room, used, IPPROTO_IPV6, IPV6_PKTINFO, info);
        }
    }
    return used;
}

} // namespace wirestamp::platform::gnu_linux
