// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/wire/types.hpp"

#include <charconv>
#include <cstdio>

namespace wirestamp::ptp {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

std::string to_text(const ClockIdentity& identity) {
    const auto& o = identity.octets;
    std::array<char, 19> text{};
    std::snprintf(text.data(), text.size(), "%02x%02x%02x.%02x%02x.%02x%02x%02x", o[0], o[1], o[2], o[3],
                  o[4], o[5], o[6], o[7]);
    return text.data();
}

std::string to_text(const PortIdentity& identity) {
    return to_text(identity.clockIdentity) + '-' + std::to_string(identity.portNumber);
}

std::optional<ClockIdentity> clock_identity_from_text(std::string_view text) noexcept {
    constexpr std::string_view shape = "xxxxxx.xxxx.xxxxxx";
    if (text.size() != shape.size())
        return std::nullopt;
    ClockIdentity identity;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == '.') {
            if (text[i] != '.')
                return std::nullopt;
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0)
            return std::nullopt;
        auto& octet = identity.octets[nibble / 2];
        octet = static_cast<std::uint8_t>((octet << 4) | digit);
        ++nibble;
    }
    return identity;
}

std::optional<PortIdentity> port_identity_from_text(std::string_view text) noexcept {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto clock = clock_identity_from_text(text.substr(0, dash));
    const std::string_view digits = text.substr(dash + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (!clock || error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return PortIdentity{*clock, port};
}

} // namespace wirestamp::ptp
