// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/control_messages.hpp"

#include <algorithm>
#include <cstring>

namespace wirestamp::platform::windows {

namespace {

constexpr std::size_t header_space =
    (sizeof(ControlHeader) + control_alignment - 1) & ~(control_alignment - 1);

template <class T>
T load(std::span<const std::byte> data, std::size_t offset = 0) noexcept {
    T value;
    std::memcpy(&value, data.data() + offset, sizeof value);
    return value;
}

void read_one(const ControlHeader& header, std::span<const std::byte> data, ReceivedControl& out) noexcept {
    if (header.level == level_socket && header.type == so_timestamp && data.size() >= sizeof(std::uint64_t)) {
        out.timestamp = load<std::uint64_t>(data);
    } else if (header.level == level_ip && header.type == ip_pktinfo && data.size() >= 8) {
        out.destination.family = Family::ipv4;
        std::memcpy(out.destination.bytes.data(), data.data(), 4);
        out.interface_index = load<std::uint32_t>(data, 4);
    } else if (header.level == level_ipv6 && header.type == ipv6_pktinfo && data.size() >= 20) {
        out.destination.family = Family::ipv6;
        std::memcpy(out.destination.bytes.data(), data.data(), 16);
        out.interface_index = load<std::uint32_t>(data, 16);
    }
}

} // namespace

ReceivedControl read_control(std::span<const std::byte> control) noexcept {
    ReceivedControl out;
    while (control.size() >= header_space) {
        const auto header = load<ControlHeader>(control);
        if (header.length < header_space || header.length > control.size())
            break;
        read_one(header, control.subspan(header_space, header.length - header_space), out);
        const auto step = control_space(header.length - header_space);
        if (step > control.size())
            break;
        control = control.subspan(step);
    }
    return out;
}

std::size_t write_stamp_request(std::uint32_t id, SendControl& out) noexcept {
    static_assert(control_space(sizeof id) <= send_control_room);
    const ControlHeader header{header_space + sizeof id, level_socket, so_timestamp_id};
    std::fill(out.begin(), out.end(), std::byte{0});
    std::memcpy(out.data(), &header, sizeof header);
    std::memcpy(out.data() + header_space, &id, sizeof id);
    return control_space(sizeof id);
}

} // namespace wirestamp::platform::windows
