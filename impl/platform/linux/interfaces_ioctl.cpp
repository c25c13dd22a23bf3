// SPDX-License-Identifier: Apache-2.0
//
// Interfaces without netlink (gVisor-like sandboxes, seccomp filters): names from getifaddrs, or, since the C
// library makes that of netlink too, from SIOCGIFCONF and by trying indexes.

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <netinet/in.h>

#include <bit>
#include <cerrno>
#include <map>

#include "impl/platform/linux/interface_ioctl.hpp"
#include "impl/platform/linux/interfaces.hpp"
#include "impl/platform/linux/socket_address.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

constexpr std::uint32_t tried_indexes = 1024;

using Addresses = std::map<std::string, std::vector<InterfaceAddress>>;

std::uint8_t prefix_of(const sockaddr* mask, bool ipv4) {
    if (mask == nullptr)
        return ipv4 ? 32 : 128;
    const auto* bytes =
        ipv4 ? reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(mask)->sin_addr)
             : reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr;
    int bits = 0;
    for (int i = 0; i < (ipv4 ? 4 : 16); ++i)
        bits += std::popcount(bytes[i]);
    return static_cast<std::uint8_t>(bits);
}

bool names_by_getifaddrs(SystemCalls& system, Addresses& names) {
    ifaddrs* list = nullptr;
    if (system.interface_addresses(&list) < 0)
        return false;
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        auto& addresses = names[entry->ifa_name];
        if (entry->ifa_addr == nullptr)
            continue;
        const int family = entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6)
            continue;
        SocketAddress address{};
        const auto size = family == AF_INET ? sizeof address.ipv4 : sizeof address.ipv6;
        std::memcpy(&address, entry->ifa_addr, size);
        auto plain = from_kernel(address, static_cast<socklen_t>(size));
        addresses.push_back({plain, prefix_of(entry->ifa_netmask, family == AF_INET)});
    }
    freeifaddrs(list);
    return true;
}

void names_by_ioctl(SystemCalls& system, int fd, Addresses& names) {
    std::vector<ifreq> entries(128);
    ifconf list{};
    list.ifc_len = static_cast<int>(entries.size() * sizeof(ifreq));
    list.ifc_req = entries.data();
    if (system.control(fd, SIOCGIFCONF, &list) >= 0 && list.ifc_len > 0) {
        entries.resize(std::min(entries.size(), static_cast<std::size_t>(list.ifc_len) / sizeof(ifreq)));
        for (auto& entry : entries) {
            entry.ifr_name[IFNAMSIZ - 1] = '\0';
            auto& addresses = names[entry.ifr_name];
            SocketAddress address{};
            std::memcpy(&address, &entry.ifr_addr, sizeof(sockaddr));
            const auto plain = from_kernel(address, sizeof address.ipv4);
            if (plain.family != Family::ipv4)
                continue;
            ifreq mask = entry;
            const bool known = system.control(fd, SIOCGIFNETMASK, &mask) >= 0;
            addresses.push_back({plain, prefix_of(known ? &mask.ifr_netmask : nullptr, true)});
        }
    }
    std::string name;
    for (std::uint32_t index = 1; index <= tried_indexes; ++index)
        if (interface_name(system, fd, index, name) >= 0)
            names.try_emplace(name);
}

bool describe(SystemCalls& system, int fd, const std::string& name, Interface& interface) {
    interface.name = name;
    if (interface_index(system, fd, name, interface.index) < 0)
        return false;
    ifreq request{};
    std::memcpy(request.ifr_name, name.c_str(), name.size() + 1);
    std::uint16_t hardware_type = 1;
    if (system.control(fd, SIOCGIFHWADDR, &request) >= 0) {
        hardware_type = request.ifr_hwaddr.sa_family;
        if (hardware_type == 1 || hardware_type == 772) {
            std::memcpy(interface.hardware_address.data(), request.ifr_hwaddr.sa_data, 6);
            interface.hardware_address_length = 6;
        }
    }
    interface.id = make_interface_id(hardware_type, interface.index);
    interface_mtu(system, fd, name, interface.mtu);
    unsigned flags = 0;
    if (interface_flags(system, fd, name, flags) >= 0) {
        interface.administratively_up = (flags & IFF_UP) != 0;
        interface.loopback = (flags & IFF_LOOPBACK) != 0;
        interface.multicast = (flags & IFF_MULTICAST) != 0;
        constexpr unsigned up = IFF_UP | IFF_RUNNING;
        interface.link = (flags & up) == up ? LinkState::up : LinkState::down;
    }
    std::string driver;
    driver_name(system, fd, name, driver);
    interface.kind = kind_of(driver, hardware_type);
    std::string lower;
    if (interface.kind == InterfaceKind::vlan)
        vlan_lower_device(system, fd, name, lower);
    else if (interface.kind == InterfaceKind::bond)
        bond_active_slave(system, fd, name, lower);
    std::uint32_t lower_index = 0;
    if (!lower.empty() && interface_index(system, fd, lower, lower_index) >= 0)
        interface.lower = make_interface_id(1, lower_index);
    return true;
}

} // namespace

int list_by_ioctl(SystemCalls& system, int fd, std::vector<Interface>& out) {
    Addresses names;
    if (!names_by_getifaddrs(system, names))
        names_by_ioctl(system, fd, names);
    for (auto& [name, addresses] : names) {
        Interface interface;
        // An alias such as "eth0:1" is an address, not an interface.
        if (name.size() >= IFNAMSIZ || name.find(':') != std::string::npos ||
            !describe(system, fd, name, interface))
            continue;
        interface.addresses = std::move(addresses);
        out.push_back(std::move(interface));
    }
    return out.empty() ? -ENODEV : 0;
}

} // namespace wirestamp::platform::gnu_linux
