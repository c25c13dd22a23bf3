// SPDX-License-Identifier: Apache-2.0
//
// An IP address with a port, as the protocol and the sockets both speak of it.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace wirestamp {

enum class Family : std::uint8_t { none = 0, ipv4 = 4, ipv6 = 6 };

struct Address {
    Family family = Family::none;
    std::uint16_t port = 0;
    std::array<std::uint8_t, 16> bytes{}; // network order; the first 4 for IPv4
    std::uint32_t scope_id = 0;           // interface index of an IPv6 link-local address or a group, 0: any

    friend bool operator==(const Address&, const Address&) = default;
};

/// "192.0.2.1", "ff0e::181", "fe80::1%3", "224.0.1.129%3"; port 0 keeps the text without one.
std::string to_text(const Address& address);
/// Numeric addresses only: a name server is not something a timing library waits for.
std::optional<Address> parse_address(const std::string& text);

} // namespace wirestamp
