// SPDX-License-Identifier: Apache-2.0
//
// Every call of the Windows backend to Windows goes through this table, so that tests can be the system: a
// driver that lies, a stamp that never comes, a Windows without the functions. No Windows type in it. Calls
// return a Windows or Winsock error code, 0 for success, unless they say otherwise.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/platform/interface.hpp"
#include "impl/platform/windows/timestamp_api.hpp"

namespace wirestamp::platform::windows {

/// One adapter as GetAdaptersAddresses tells it, texts in UTF-8.
struct Adapter {
    Luid luid = 0;
    std::uint32_t index = 0;      // of IPv4, or of IPv6 where there is no IPv4
    std::uint32_t ipv6_index = 0; // differs from `index` on exotic adapters only
    std::string name;             // "ethernet_32769"
    std::string guid;             // "{…}"
    std::string friendly_name;    // "Ethernet 2"
    std::string description;      // "Intel(R) Ethernet Controller I210"
    std::uint32_t type = 0;       // IANA ifType
    std::uint32_t mtu = 0;
    bool up = false;
    bool link_known = false;
    bool multicast = false;
    std::array<std::uint8_t, 8> hardware_address{};
    std::uint8_t hardware_address_length = 0;
    std::vector<InterfaceAddress> addresses;
};

/// A datagram on its way through WSARecvMsg or WSASendMsg.
struct Message {
    std::span<std::uint8_t> data;
    Address peer;
    std::span<std::byte> control; // room when receiving, messages when sending
    std::size_t size = 0;         // received
    std::size_t control_size = 0; // received
    bool truncated = false;
    bool control_truncated = false;
};

enum class SocketOption : std::uint8_t {
    reuse_address,
    ipv6_only,
    receive_buffer,
    send_buffer,
    unicast_hops,
    multicast_hops,
    multicast_loopback,
    multicast_interface, // value: interface index, or for IPv4 what ipv4_route() makes
    unicast_interface,   // value: interface index
    packet_info,
    no_reset_reports, // SIO_UDP_CONNRESET off: an ICMP answer must not end a receive
};

/// What NotifyIpInterfaceChange says, on a thread of the system's.
using InterfaceChangeCallback = void (*)(void* context, Luid luid, std::uint32_t index, bool removed);

struct ClockAdjustment {
    std::uint64_t adjustment = 0; // ticks added per `increment` ticks; equal to it: the clock runs as it is
    std::uint64_t increment = 0;
    bool disabled = true;
};

class SystemCalls {
public:
    virtual ~SystemCalls() = default;

    /// Empty before Windows 11 and Server 2022.
    virtual const TimestampApi& timestamps() = 0;

    virtual std::int64_t performance_counter() = 0;
    virtual std::int64_t performance_frequency() = 0; // per second, never 0
    /// 100 ns since 1601 in UTC.
    virtual std::uint64_t system_time() = 0;

    virtual std::uint32_t adapters(std::vector<Adapter>& out) = 0;
    virtual std::uint32_t watch_interfaces(InterfaceChangeCallback callback, void* context,
                                           Handle& handle) = 0;
    /// Waits for running callbacks.
    virtual void unwatch_interfaces(Handle handle) = 0;

    /// Signals an event object; 0 is none. Any thread.
    virtual void signal(Handle event) = 0;

    virtual std::uint32_t open_socket(Family family, Handle& socket) = 0;
    virtual void close_socket(Handle socket) = 0;
    virtual std::uint32_t set_option(Handle socket, Family family, SocketOption option,
                                     std::uint32_t value) = 0;
    virtual std::uint32_t bind(Handle socket, const Address& address) = 0;
    virtual std::uint32_t local_name(Handle socket, Family family, Address& out) = 0;
    /// `interface`: index, or for IPv4 what ipv4_route() makes.
    virtual std::uint32_t membership(Handle socket, const Address& group, std::uint32_t interface,
                                     bool join) = 0;
    virtual std::uint32_t control(Handle socket, std::uint32_t code, std::span<const std::byte> in,
                                  std::span<std::byte> out) = 0;
    virtual std::uint32_t receive_message(Handle socket, Message& message) = 0;
    virtual std::uint32_t send_message(Handle socket, const Message& message) = 0;
    /// `event` is signalled when the socket is, or becomes, readable; 0 ends that.
    virtual std::uint32_t select_event(Handle socket, Handle event) = 0;

    virtual std::uint32_t clock_adjustment(ClockAdjustment& out) = 0;
    virtual std::uint32_t set_clock_adjustment(const ClockAdjustment& adjustment) = 0;
    virtual std::uint32_t set_system_time(std::uint64_t time) = 0; // as system_time()

    /// Windows' own. Made when first asked for.
    static SystemCalls& real();
};

} // namespace wirestamp::platform::windows
