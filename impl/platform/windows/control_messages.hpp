// SPDX-License-Identifier: Apache-2.0
//
// The control messages of Winsock, read with distrust of every length and written into the caller's room.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "impl/base/address.hpp"
#include "impl/platform/windows/declarations.hpp"

namespace wirestamp::platform::windows {

inline constexpr std::size_t control_alignment = sizeof(std::size_t);

constexpr std::size_t control_space(std::size_t data) noexcept {
    const auto up = [](std::size_t size) {
        return (size + control_alignment - 1) & ~(control_alignment - 1);
    };
    return up(sizeof(ControlHeader)) + up(data);
}

/// Room for all that a received datagram may bring, and what we do not know besides.
inline constexpr std::size_t receive_control_room = 256;
inline constexpr std::size_t send_control_room = 64;
using ReceiveControl = std::array<std::byte, receive_control_room>;
using SendControl = std::array<std::byte, send_control_room>;

struct ReceivedControl {
    std::optional<std::uint64_t> timestamp; // as it came: 0 is "not stamped"
    Address destination;                    // without a port
    std::uint32_t interface_index = 0;
};
ReceivedControl read_control(std::span<const std::byte> control) noexcept;

/// Asks for a transmit stamp under `id`. Returns the size written.
std::size_t write_stamp_request(std::uint32_t id, SendControl& out) noexcept;

} // namespace wirestamp::platform::windows
