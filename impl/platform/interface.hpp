// SPDX-License-Identifier: Apache-2.0
//
// Network interfaces as every system has them, and the catalogue that lists them.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impl/platform/datagram_socket.hpp"

namespace wirestamp::platform {

/// 64-bit id of an interface: the LUID on Windows, made from the index (and namespace-stable) elsewhere. 0:
/// none.
using InterfaceId = std::uint64_t;

struct InterfaceAddress {
    Address address;
    std::uint8_t prefix_length = 0;
};

enum class LinkState : std::uint8_t { unknown, down, up };
enum class InterfaceKind : std::uint8_t {
    unknown,
    ethernet,
    loopback,
    vlan,
    bond,
    bridge,
    macvlan,
    veth,
    tunnel,
    wireless,
    other
};

struct Interface {
    InterfaceId id = 0;
    std::uint32_t index = 0;
    std::string name; // "eth0"
    std::string
        friendly_name; // ifAlias or alternative name; on Windows the connection's name; else equal to name
    std::vector<std::string> alternative_names;
    std::array<std::uint8_t, 8> hardware_address{};
    std::uint8_t hardware_address_length = 0;
    std::uint32_t mtu = 0;
    LinkState link = LinkState::unknown;
    bool administratively_up = false;
    bool loopback = false;
    bool multicast = false;
    InterfaceKind kind = InterfaceKind::unknown;
    std::string driver;
    std::optional<InterfaceId> lower;      // the device under a VLAN, macvlan or bond (its active one)
    std::optional<std::int32_t> phc_index; // -1: certainly none; unset: unknown
    /// A virtual clock of that one to read and steer in its place, where somebody has chosen one; -1: none.
    std::int32_t virtual_clock = -1;
    std::vector<InterfaceAddress> addresses;

    /// The number of the clock that its stamps count, -1: unknown or none.
    std::int32_t clock_index() const noexcept {
        return virtual_clock >= 0 ? virtual_clock : phc_index.value_or(-1);
    }
};

class InterfaceCatalogue {
public:
    virtual ~InterfaceCatalogue() = default;
    virtual std::vector<Interface> list() = 0; // throws Failure
    /// By name, alternative or friendly name, decimal index, or hexadecimal id ("0x…"). Unset if there is
    /// none.
    virtual std::optional<Interface> find(const std::string& key) = 0;
    virtual std::optional<Interface> find(InterfaceId id) = 0;
    /// As much of find() as it takes to ask something about an interface: id, index and name; what else is
    /// set is right. For calls whose own cost is a system call or two: it may be a moment old, so that what
    /// is asked with it fails with WST_E_INTERFACE_GONE where the name is another one's by now, and find()
    /// must then be asked.
    virtual std::optional<Interface> identify(InterfaceId id) { return find(id); }
};

} // namespace wirestamp::platform
