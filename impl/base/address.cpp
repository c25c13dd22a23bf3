// SPDX-License-Identifier: Apache-2.0

#include "impl/base/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "impl/base/multicast.hpp"

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

namespace wirestamp {

std::string to_text(const Address& address) {
    char text[64] = "";
    switch (address.family) {
        case Family::none:
            return "none";
        case Family::ipv4: {
            if (inet_ntop(AF_INET, address.bytes.data(), text, sizeof(text)) == nullptr)
                return "invalid";
            std::string result = text;
            if (address.scope_id != 0)
                result += "%" + std::to_string(address.scope_id);
            if (address.port != 0)
                result += ":" + std::to_string(address.port);
            return result;
        }
        case Family::ipv6: {
            if (inet_ntop(AF_INET6, address.bytes.data(), text, sizeof(text)) == nullptr)
                return "invalid";
            std::string result = text;
            if (address.scope_id != 0)
                result += "%" + std::to_string(address.scope_id);
            if (address.port != 0)
                result = "[" + result + "]:" + std::to_string(address.port);
            return result;
        }
    }
    return "invalid";
}

std::optional<Address> parse_address(const std::string& text) {
    Address address;
    std::string host = text;
    const auto percent = host.find('%');
    if (percent != std::string::npos) {
        const char* first = host.data() + percent + 1;
        const char* last = host.data() + host.size();
        const auto [end, error] = std::from_chars(first, last, address.scope_id);
        if (error != std::errc{} || end != last || first == last)
            return std::nullopt;
        host.resize(percent);
    }
    if (inet_pton(AF_INET, host.c_str(), address.bytes.data()) == 1) {
        address.family = Family::ipv4;
        // A single host's address is the same on every interface.
        return percent == std::string::npos || is_multicast(address) ? std::optional(address) : std::nullopt;
    }
    address.bytes.fill(0);
    if (inet_pton(AF_INET6, host.c_str(), address.bytes.data()) != 1)
        return std::nullopt;
    address.family = Family::ipv6;
    return address;
}

} // namespace wirestamp
