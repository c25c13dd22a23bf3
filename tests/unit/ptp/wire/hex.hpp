// SPDX-License-Identifier: Apache-2.0
//
// Octets as people write them into tests. Blanks are for the reader.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wirestamp::ptp {

inline std::vector<std::uint8_t> octets(std::string_view hex) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::vector<std::uint8_t> result;
    int high = -1;
    for (const char c : hex) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos)
            continue;
        if (high < 0) {
            high = static_cast<int>(digit);
        } else {
            result.push_back(static_cast<std::uint8_t>(high * 16 + static_cast<int>(digit)));
            high = -1;
        }
    }
    return result;
}

inline std::string hex(std::span<const std::uint8_t> octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (const std::uint8_t octet : octets) {
        result += digits[octet >> 4];
        result += digits[octet & 15];
    }
    return result;
}

/// The same octets without the blanks, for comparing.
inline std::string hex(std::string_view text) {
    return hex(octets(text));
}

} // namespace wirestamp::ptp
