// SPDX-License-Identifier: Apache-2.0
//
// Addresses as the kernel has them.

#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "impl/platform/datagram_socket.hpp"

namespace wirestamp::platform::gnu_linux {

union SocketAddress {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
};

socklen_t to_kernel(const Address& address, SocketAddress& out) noexcept;
/// Family::none for what is neither IPv4 nor IPv6 or too short for it.
Address from_kernel(const SocketAddress& address, socklen_t size) noexcept;

} // namespace wirestamp::platform::gnu_linux
