// SPDX-License-Identifier: Apache-2.0
//
// The ancillary data around a packet: what the kernel tells with a received packet and with a transmit stamp,
// and what is asked of it with a sent one.

#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "impl/platform/datagram_socket.hpp"

namespace wirestamp::platform::gnu_linux {

/// Room for everything the kernel may add to one message of ours, with some to spare for what a newer one
/// adds: a message too large loses its last parts, and the stamp may be one of them.
inline constexpr std::size_t control_room = 320;

struct ReceiveControl {
    Nanoseconds software = 0; // CLOCK_REALTIME, 0: none
    Nanoseconds hardware = 0; // PHC, 0: none
    Address destination;
    std::uint32_t interface_index = 0;
    std::optional<std::uint32_t> drops; // SO_RXQ_OVFL, counts since the socket was made, wraps
    // From the error queue
    bool stamp_report = false; // ee_origin says that this is a time stamp, not an ICMP error
    std::uint32_t stamp_key = 0;
};

ReceiveControl read_control(const msghdr& message) noexcept;

/// What one sent message asks of the kernel.
struct SendRequest {
    std::uint32_t stamp_flags = 0; // SOF_TIMESTAMPING_TX_*, 0: no stamp
    std::optional<std::uint32_t> stamp_id;
    std::uint32_t interface_index = 0; // leave by this one, for sockets not bound to it
    Family family = Family::ipv4;
};

/// Writes into `room` (aligned as cmsghdr, control_room bytes), returns the bytes used.
std::size_t write_control(const SendRequest& request, std::byte* room) noexcept;

} // namespace wirestamp::platform::gnu_linux
