// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/interfaces.hpp"

#include <algorithm>
#include <charconv>

#include "impl/platform/windows/os_failure.hpp"

namespace wirestamp::platform::windows {

namespace {

// IANA ifType
constexpr std::uint32_t type_ethernet = 6;
constexpr std::uint32_t type_ppp = 23;
constexpr std::uint32_t type_loopback = 24;
constexpr std::uint32_t type_wireless = 71;
constexpr std::uint32_t type_tunnel = 131;

InterfaceKind kind_of(std::uint32_t type) noexcept {
    switch (type) {
        case type_ethernet:
            return InterfaceKind::ethernet;
        case type_loopback:
            return InterfaceKind::loopback;
        case type_wireless:
            return InterfaceKind::wireless;
        case type_ppp:
        case type_tunnel:
            return InterfaceKind::tunnel;
        default:
            return InterfaceKind::other;
    }
}

Interface translate(const Adapter& adapter) {
    Interface interface;
    interface.id = adapter.luid;
    interface.index = adapter.index != 0 ? adapter.index : adapter.ipv6_index;
    interface.name = adapter.name.empty() ? adapter.guid : adapter.name;
    interface.friendly_name = adapter.friendly_name.empty() ? interface.name : adapter.friendly_name;
    if (!adapter.guid.empty() && adapter.guid != interface.name)
        interface.alternative_names.push_back(adapter.guid);
    interface.hardware_address = adapter.hardware_address;
    interface.hardware_address_length = adapter.hardware_address_length;
    interface.mtu = adapter.mtu;
    interface.link = !adapter.link_known ? LinkState::unknown : adapter.up ? LinkState::up : LinkState::down;
    interface.administratively_up = adapter.up || !adapter.link_known;
    interface.loopback = adapter.type == type_loopback;
    interface.multicast = adapter.multicast;
    interface.kind = kind_of(adapter.type);
    interface.driver = adapter.description;
    interface.addresses = adapter.addresses;
    return interface;
}

bool same_text(const std::string& a, const std::string& b) noexcept {
    // Names of connections differ by more than the case of their letters; only ASCII is folded.
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return fold(x) == fold(y); });
}

template <class Number>
std::optional<Number> parse(const std::string& text, std::size_t skip, int base) {
    Number value = 0;
    const char* first = text.data() + skip;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, value, base);
    if (error != std::errc{} || end != last || first == last)
        return std::nullopt;
    return value;
}

} // namespace

std::vector<Interface> Interfaces::list() {
    std::vector<Adapter> adapters;
    if (const auto outcome = system_.adapters(adapters); outcome != code::success)
        throw os_failure(outcome, "the network adapters cannot be listed");
    std::vector<Interface> interfaces;
    interfaces.reserve(adapters.size());
    for (const auto& adapter : adapters)
        if (adapter.luid != 0)
            interfaces.push_back(translate(adapter));
    std::sort(interfaces.begin(), interfaces.end(),
              [](const Interface& a, const Interface& b) { return a.index < b.index; });
    return interfaces;
}

std::optional<Interface> Interfaces::find(const std::string& key) {
    auto interfaces = list();
    const auto first = [&](auto&& matches) -> std::optional<Interface> {
        const auto found = std::find_if(interfaces.begin(), interfaces.end(), matches);
        return found == interfaces.end() ? std::nullopt : std::optional(std::move(*found));
    };
    if (auto found = first([&](const Interface& one) { return same_text(one.name, key); }))
        return found;
    if (auto found = first([&](const Interface& one) { return same_text(one.friendly_name, key); }))
        return found;
    if (auto found = first([&](const Interface& one) {
            return std::any_of(one.alternative_names.begin(), one.alternative_names.end(),
                               [&](const std::string& name) { return same_text(name, key); });
        }))
        return found;
    if (const auto index = parse<std::uint32_t>(key, 0, 10))
        return first([&](const Interface& one) { return one.index == *index; });
    if (key.starts_with("0x"))
        if (const auto id = parse<InterfaceId>(key, 2, 16))
            return first([&](const Interface& one) { return one.id == *id; });
    return std::nullopt;
}

std::optional<Interface> Interfaces::find(InterfaceId id) {
    for (auto& interface : list())
        if (interface.id == id)
            return std::move(interface);
    return std::nullopt;
}

} // namespace wirestamp::platform::windows
