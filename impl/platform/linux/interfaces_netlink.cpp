// SPDX-License-Identifier: Apache-2.0
//
// Interfaces as rtnetlink tells them.

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "impl/platform/linux/interfaces.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

struct Link {
    Interface interface;
    std::uint16_t hardware_type = 0;
    std::string kind;
    std::uint32_t lower_index = 0;
    bool lower_elsewhere = false; // in another namespace, where its index means nothing here
    std::uint8_t operational = IF_OPER_UNKNOWN;
    unsigned flags = 0;
};

void read_link_info(Bytes rest, Link& link) {
    Bytes data;
    while (auto attribute = next_attribute(rest)) {
        if (attribute->type == IFLA_INFO_KIND)
            link.kind = attribute->text();
        else if (attribute->type == IFLA_INFO_DATA)
            data = attribute->payload;
    }
    if (link.kind != "bond")
        return;
    while (auto attribute = next_attribute(data))
        if (attribute->type == IFLA_BOND_ACTIVE_SLAVE)
            link.lower_index = attribute->number<std::uint32_t>().value_or(0);
}

LinkState link_state(const Link& link) noexcept {
    if (link.operational == IF_OPER_UP)
        return LinkState::up;
    if (link.operational != IF_OPER_UNKNOWN)
        return LinkState::down;
    // Devices that do not report it (loopback, many virtual ones) have the carrier flag at least.
    constexpr unsigned up = IFF_UP | IFF_LOWER_UP;
    return (link.flags & up) == up ? LinkState::up : LinkState::down;
}

std::optional<Link> read_link(const NetlinkMessage& message) {
    const auto header = message.header<ifinfomsg>();
    if (message.type != RTM_NEWLINK || !header || header->ifi_index <= 0)
        return std::nullopt;
    Link link;
    auto& interface = link.interface;
    interface.index = static_cast<std::uint32_t>(header->ifi_index);
    link.hardware_type = header->ifi_type;
    link.flags = header->ifi_flags;
    auto rest = message.attributes<ifinfomsg>();
    while (auto attribute = next_attribute(rest)) {
        switch (attribute->type) {
            case IFLA_IFNAME:
                interface.name = attribute->text();
                break;
            case IFLA_IFALIAS:
                interface.friendly_name = attribute->text();
                break;
            case IFLA_ADDRESS: {
                const auto size = std::min(attribute->payload.size(), interface.hardware_address.size());
                std::memcpy(interface.hardware_address.data(), attribute->payload.data(), size);
                // A longer one (InfiniBand, 20 bytes) is no address that fits here: better none than half of
                // one.
                interface.hardware_address_length =
                    attribute->payload.size() == size ? static_cast<std::uint8_t>(size) : std::uint8_t{0};
                break;
            }
            case IFLA_MTU:
                interface.mtu = attribute->number<std::uint32_t>().value_or(0);
                break;
            case IFLA_OPERSTATE:
                link.operational = attribute->number<std::uint8_t>().value_or(IF_OPER_UNKNOWN);
                break;
            case IFLA_LINK:
                link.lower_index = attribute->number<std::uint32_t>().value_or(0);
                break;
            case IFLA_LINK_NETNSID:
                link.lower_elsewhere = true;
                break;
            case IFLA_LINKINFO:
                read_link_info(attribute->payload, link);
                break;
            case IFLA_PROP_LIST: {
                auto properties = attribute->payload;
                while (auto property = next_attribute(properties))
                    if (property->type == IFLA_ALT_IFNAME)
                        interface.alternative_names.emplace_back(property->text());
                break;
            }
            default:
                break;
        }
    }
    if (interface.name.empty())
        return std::nullopt;
    interface.id = make_interface_id(link.hardware_type, interface.index);
    interface.administratively_up = (link.flags & IFF_UP) != 0;
    interface.loopback = (link.flags & IFF_LOOPBACK) != 0;
    interface.multicast = (link.flags & IFF_MULTICAST) != 0;
    interface.link = link_state(link);
    interface.kind = kind_of(link.kind, link.hardware_type);
    return link;
}

void read_address(const NetlinkMessage& message, std::map<std::uint32_t, Link>& links) {
    const auto header = message.header<ifaddrmsg>();
    if (message.type != RTM_NEWADDR || !header)
        return;
    const auto owner = links.find(header->ifa_index);
    if (owner == links.end() || (header->ifa_family != AF_INET && header->ifa_family != AF_INET6))
        return;
    const bool ipv4 = header->ifa_family == AF_INET;
    Bytes address;
    auto rest = message.attributes<ifaddrmsg>();
    while (auto attribute = next_attribute(rest))
        // On a point-to-point link IFA_ADDRESS is the peer's and IFA_LOCAL ours.
        if (attribute->type == IFA_LOCAL || (attribute->type == IFA_ADDRESS && address.empty()))
            address = attribute->payload;
    if (address.size() != (ipv4 ? 4u : 16u))
        return;
    InterfaceAddress result;
    result.address.family = ipv4 ? Family::ipv4 : Family::ipv6;
    std::memcpy(result.address.bytes.data(), address.data(), address.size());
    if (!ipv4 && header->ifa_scope == RT_SCOPE_LINK)
        result.address.scope_id = header->ifa_index;
    result.prefix_length = header->ifa_prefixlen;
    owner->second.interface.addresses.push_back(result);
}

// A dump that changed under way may have missed something: asked again, a few times.
int ask_steadily(NetlinkChannel& route, const std::function<int()>& ask) {
    int outcome = -EINTR;
    for (int attempt = 0; attempt < 8 && outcome == -EINTR; ++attempt)
        outcome = ask();
    // In a storm of changes a snapshot with a seam is better than none.
    return route.error() != 0 ? route.error() : outcome == -EINTR ? 0 : outcome;
}

} // namespace

int list_by_netlink(NetlinkChannel& route, std::uint32_t only_index, std::vector<Interface>& out) {
    std::map<std::uint32_t, Link> links;
    int outcome = ask_steadily(route, [&] {
        links.clear();
        NetlinkRequest request(RTM_GETLINK, only_index != 0 ? 0 : NLM_F_DUMP);
        ifinfomsg header{};
        header.ifi_index = static_cast<int>(only_index);
        request.header(header).attribute(IFLA_EXT_MASK, std::uint32_t{1u << 3}); // RTEXT_FILTER_SKIP_STATS
        return route.ask(request, [&](const NetlinkMessage& message) {
            if (auto link = read_link(message))
                links[link->interface.index] = std::move(*link);
        });
    });
    if (outcome < 0)
        return outcome;
    outcome = ask_steadily(route, [&] {
        for (auto& [index, link] : links)
            link.interface.addresses.clear();
        NetlinkRequest request(RTM_GETADDR, NLM_F_DUMP);
        request.header(ifaddrmsg{});
        return route.ask(request, [&](const NetlinkMessage& message) { read_address(message, links); });
    });
    if (outcome < 0)
        return outcome;
    for (auto& [index, link] : links) {
        // A veth names its peer as the device below, which it is not.
        const bool stacked = link.interface.kind == InterfaceKind::vlan ||
                             link.interface.kind == InterfaceKind::macvlan ||
                             link.interface.kind == InterfaceKind::bond;
        if (stacked && link.lower_index != 0 && !link.lower_elsewhere) {
            const auto lower = links.find(link.lower_index);
            // Asked for one only, the lower one's type is not known; all such devices sit on Ethernet.
            link.interface.lower = make_interface_id(
                lower != links.end() ? lower->second.hardware_type : std::uint16_t{1}, link.lower_index);
        }
        out.push_back(std::move(link.interface));
    }
    return 0;
}

} // namespace wirestamp::platform::gnu_linux
