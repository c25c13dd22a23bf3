// SPDX-License-Identifier: Apache-2.0
//
// Conversion both ways; on the path of every packet, so plain copies only.

#include "impl/platform/linux/socket_address.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace wirestamp::platform::gnu_linux {

socklen_t to_kernel(const Address& address, SocketAddress& out) noexcept {
    if (address.family == Family::ipv4) {
        out.ipv4 = {};
        out.ipv4.sin_family = AF_INET;
        out.ipv4.sin_port = htons(address.port);
        std::memcpy(&out.ipv4.sin_addr, address.bytes.data(), 4);
        return sizeof out.ipv4;
    }
    out.ipv6 = {};
    out.ipv6.sin6_family = AF_INET6;
    out.ipv6.sin6_port = htons(address.port);
    std::memcpy(&out.ipv6.sin6_addr, address.bytes.data(), 16);
    out.ipv6.sin6_scope_id = address.scope_id;
    return sizeof out.ipv6;
}

Address from_kernel(const SocketAddress& address, socklen_t size) noexcept {
    Address result;
    if (size >= sizeof(sockaddr_in) && address.any.sa_family == AF_INET) {
        result.family = Family::ipv4;
        result.port = ntohs(address.ipv4.sin_port);
        std::memcpy(result.bytes.data(), &address.ipv4.sin_addr, 4);
    } else if (size >= sizeof(sockaddr_in6) && address.any.sa_family == AF_INET6) {
        result.family = Family::ipv6;
        result.port = ntohs(address.ipv6.sin6_port);
        std::memcpy(result.bytes.data(), &address.ipv6.sin6_addr, 16);
        result.scope_id = address.ipv6.sin6_scope_id;
    }
    return result;
}

} // namespace wirestamp::platform::gnu_linux
