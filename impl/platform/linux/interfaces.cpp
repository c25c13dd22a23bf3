// SPDX-License-Identifier: Apache-2.0
//
// Finding interfaces, and the rules that do not depend on where the facts come from.

#include "impl/platform/linux/interfaces.hpp"

#include <net/if_arp.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "impl/platform/linux/interface_ioctl.hpp"
#include "impl/platform/linux/os_failure.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

// https://www.iana.org/assignments/ianaiftype-mib
std::uint64_t iana_type(std::uint16_t hardware_type) noexcept {
    switch (hardware_type) {
        case ARPHRD_ETHER:
            return 6;
        case ARPHRD_LOOPBACK:
            return 24;
        case ARPHRD_PPP:
            return 23;
        case ARPHRD_IEEE80211:
        case ARPHRD_IEEE80211_PRISM:
        case ARPHRD_IEEE80211_RADIOTAP:
            return 71;
        case ARPHRD_TUNNEL:
        case ARPHRD_TUNNEL6:
        case ARPHRD_SIT:
        case ARPHRD_IPGRE:
        case 823: // ARPHRD_IP6GRE
            return 131;
        case ARPHRD_IEEE1394:
            return 144;
        case ARPHRD_INFINIBAND:
            return 199;
        default:
            return 53; // propVirtual
    }
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
    return std::find(words.begin(), words.end(), text) != words.end();
}

} // namespace

InterfaceId make_interface_id(std::uint16_t hardware_type, std::uint32_t index) noexcept {
    return (iana_type(hardware_type) << 48) | (std::uint64_t{index & 0xffffff} << 24);
}

std::uint32_t index_of(InterfaceId id) noexcept {
    return static_cast<std::uint32_t>((id >> 24) & 0xffffff);
}

InterfaceKind kind_of(std::string_view kind, std::uint16_t hardware_type) noexcept {
    if (hardware_type == ARPHRD_LOOPBACK)
        return InterfaceKind::loopback;
    if (is_any_of(kind, {"vlan", "802.1Q VLAN Support"}))
        return InterfaceKind::vlan;
    if (is_any_of(kind, {"bond", "bonding", "team"}))
        return InterfaceKind::bond;
    if (is_any_of(kind, {"bridge", "openvswitch"}))
        return InterfaceKind::bridge;
    if (is_any_of(kind, {"macvlan", "macvtap", "ipvlan", "ipvtap"}))
        return InterfaceKind::macvlan;
    if (is_any_of(kind, {"veth", "netkit"}))
        return InterfaceKind::veth;
    if (is_any_of(kind, {"tun", "vxlan", "geneve", "gre", "gretap", "ip6gre", "ip6gretap", "ipip", "ip6tnl",
                         "sit", "vti", "vti6", "erspan", "wireguard", "xfrm", "gtp", "bareudp", "ovpn"}))
        return InterfaceKind::tunnel;
    switch (hardware_type) {
        case ARPHRD_ETHER:
            return is_any_of(kind, {"dummy", "ifb", "vrf", "nlmon", "hsr", "dsa", "vcan", "batadv", "macsec"})
                       ? InterfaceKind::other
                       : InterfaceKind::ethernet;
        case ARPHRD_IEEE80211:
        case ARPHRD_IEEE80211_PRISM:
        case ARPHRD_IEEE80211_RADIOTAP:
            return InterfaceKind::wireless;
        case ARPHRD_TUNNEL:
        case ARPHRD_TUNNEL6:
        case ARPHRD_SIT:
        case ARPHRD_IPGRE:
        case ARPHRD_PPP:
            return InterfaceKind::tunnel;
        default:
            return InterfaceKind::other;
    }
}

void add_device_details(SystemCalls& system, int fd, Interface& interface) {
    if (interface.friendly_name.empty())
        interface.friendly_name =
            interface.alternative_names.empty() ? interface.name : interface.alternative_names.front();
    driver_name(system, fd, interface.name, interface.driver);
    ethtool_ts_info info{};
    const int outcome = timestamp_info(system, fd, interface.name, info);
    if (outcome >= 0)
        interface.phc_index = info.phc_index;
    constexpr unsigned long wireless_name = 0x8B01; // SIOCGIWNAME: answered by wireless adapters only
    char request[64] = {};
    if (interface.kind == InterfaceKind::ethernet && interface.name.size() < 16) {
        std::memcpy(request, interface.name.data(), interface.name.size());
        if (system.control(fd, wireless_name, request) >= 0)
            interface.kind = InterfaceKind::wireless;
    }
}

Interfaces::Interfaces(SystemCalls& system)
    : system_(system), route_(system, NETLINK_ROUTE), control_(control_socket(system)), recent_(system) {}

std::vector<Interface> Interfaces::list() {
    const std::lock_guard lock(mutex_);
    return list_locked();
}

std::vector<Interface> Interfaces::list_locked() {
    std::vector<Interface> all;
    int outcome = list_by_netlink(route_, 0, all);
    if (outcome < 0) {
        all.clear();
        outcome = control_ ? list_by_ioctl(system_, control_.get(), all) : -control_.error();
    }
    if (outcome < 0)
        throw os_failure(-outcome, "cannot list the network interfaces",
                         "Neither netlink nor interface ioctls are allowed here");
    for (auto& interface : all)
        add_device_details(system_, control_.get(), interface);
    return all;
}

std::optional<Interface> Interfaces::find(InterfaceId id) {
    recent_.forget(id);
    return find_in_full(id);
}

std::optional<Interface> Interfaces::find_in_full(InterfaceId id) {
    const std::lock_guard lock(mutex_);
    std::vector<Interface> found;
    const int outcome = list_by_netlink(route_, index_of(id), found);
    if (outcome == -ENODEV)
        return std::nullopt;
    if (outcome < 0)
        found = list_locked();
    for (auto& interface : found) {
        if (interface.id != id)
            continue;
        if (outcome >= 0)
            add_device_details(system_, control_.get(), interface);
        return interface;
    }
    return std::nullopt;
}

std::optional<Interface> Interfaces::identify(InterfaceId id) {
    if (auto known = recent_.find(id))
        return known;
    // Ioctls need no lock and no dump; the type tells an index that was given away again from the one meant.
    Interface interface;
    interface.id = id;
    interface.index = index_of(id);
    std::uint16_t type = 0;
    if (!control_ || interface_name(system_, control_.get(), interface.index, interface.name) < 0 ||
        hardware_type(system_, control_.get(), interface.name, type) < 0 ||
        make_interface_id(type, interface.index) != id)
        return find_in_full(id);
    recent_.put(id, interface);
    return interface;
}

std::optional<Interface> Interfaces::find(const std::string& key) {
    if (key.empty())
        return std::nullopt;
    auto all = list();
    const auto pick = [&](auto matches) -> std::optional<Interface> {
        const auto found = std::find_if(all.begin(), all.end(), matches);
        return found == all.end() ? std::nullopt : std::optional(*found);
    };
    // From the surest to the vaguest: an interface may be named like another one's alias or index.
    if (auto found = pick([&](const Interface& one) { return one.name == key; }))
        return found;
    if (auto found = pick([&](const Interface& one) {
            return std::find(one.alternative_names.begin(), one.alternative_names.end(), key) !=
                   one.alternative_names.end();
        }))
        return found;
    if (auto found = pick([&](const Interface& one) { return one.friendly_name == key; }))
        return found;
    const bool hexadecimal = key.size() > 2 && key[0] == '0' && (key[1] == 'x' || key[1] == 'X');
    std::uint64_t number = 0;
    const auto* start = key.data() + (hexadecimal ? 2 : 0);
    const auto [end, error] = std::from_chars(start, key.data() + key.size(), number, hexadecimal ? 16 : 10);
    if (error != std::errc{} || end != key.data() + key.size())
        return std::nullopt;
    return pick([&](const Interface& one) { return hexadecimal ? one.id == number : one.index == number; });
}

} // namespace wirestamp::platform::gnu_linux
