// SPDX-License-Identifier: Apache-2.0
//
// The mapping between Linux' masks and the flags of INTERFACE_TIMESTAMP_CAPABILITIES. A flag is only set for
// what the adapter does by itself; that AllReceive also brings the event messages is for the reader to
// conclude, as with Windows' own drivers. Linux never stamps a packet on transmit unasked, so the
// ...Transmit flags other than Tagged stay clear.

#include "impl/platform/linux/stamp_facts.hpp"

#include <array>

#include "impl/platform/linux/kernel.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

constexpr std::uint32_t bit(int number) noexcept {
    return 1u << number;
}

constexpr std::uint32_t event_filters = bit(kernel::filter_v2_l4_event) | bit(kernel::filter_v2_event);

constexpr std::array<const char*, 16> filter_texts = {"none",           "all",           "some",
                                                      "ptpv1-l4-event", "ptpv1-l4-sync", "ptpv1-l4-delay-req",
                                                      "ptpv2-l4-event", "ptpv2-l4-sync", "ptpv2-l4-delay-req",
                                                      "ptpv2-l2-event", "ptpv2-l2-sync", "ptpv2-l2-delay-req",
                                                      "ptpv2-event",    "ptpv2-sync",    "ptpv2-delay-req",
                                                      "ntp-all"};

std::uint32_t receive_flags(std::uint32_t filters) noexcept {
    std::uint32_t flags = 0;
    if ((filters & bit(kernel::filter_all)) != 0)
        flags |= hardware_flag::all_receive;
    if ((filters & event_filters) != 0)
        flags |= hardware_flag::ptp_v2_over_udp_ipv4_event_message_receive |
                 hardware_flag::ptp_v2_over_udp_ipv6_event_message_receive;
    return flags;
}

void note_inferred_ipv6(Capabilities& capabilities) noexcept {
    if ((capabilities.hardware & hardware_flag::ptp_v2_over_udp_ipv6_event_message_receive) != 0)
        capabilities.valid |= capability_valid::inferred_ipv6;
}

void set_provider(Capabilities& capabilities, const std::optional<StampProvider>& provider) noexcept {
    if (!provider)
        return;
    capabilities.valid |= capability_valid::provider;
    capabilities.provider_index = provider->index;
    capabilities.provider_qualifier = provider->qualifier;
}

// What is the same in both columns.
Capabilities common(const StampFacts& facts) noexcept {
    Capabilities capabilities;
    capabilities.valid = capability_valid::software | capability_valid::clock_frequency |
                         capability_valid::cross_timestamp | capability_valid::so_timestamping |
                         capability_valid::phc_index;
    capabilities.so_timestamping = facts.so_timestamping;
    capabilities.phc_index = facts.phc_index;
    const auto has = [&](std::uint64_t bits) { return (facts.so_timestamping & bits) == bits; };
    // Software stamps need no switch: a socket that asks for them gets them.
    if (has(kernel::rx_software | kernel::software))
        capabilities.software |= software_flag::all_receive;
    if (has(kernel::tx_software | kernel::software))
        capabilities.software |= software_flag::tagged_transmit;
    // Stamps are in nanoseconds already, whatever the counter behind them runs at.
    if (can_receive_in_hardware(facts) || can_transmit_in_hardware(facts) || facts.phc_index >= 0)
        capabilities.clock_frequency = 1'000'000'000;
    return capabilities;
}

} // namespace

bool can_receive_in_hardware(const StampFacts& facts) noexcept {
    constexpr std::uint64_t bits = kernel::rx_hardware | kernel::raw_hardware;
    return (facts.so_timestamping & bits) == bits;
}

bool can_transmit_in_hardware(const StampFacts& facts) noexcept {
    constexpr std::uint64_t bits = kernel::tx_hardware | kernel::raw_hardware;
    return (facts.so_timestamping & bits) == bits && (facts.tx_types & bit(kernel::tx_on)) != 0;
}

Capabilities map_supported(const StampFacts& facts) noexcept {
    auto capabilities = common(facts);
    capabilities.valid |=
        capability_valid::hardware | capability_valid::tx_types | capability_valid::rx_filters;
    capabilities.tx_types = facts.tx_types;
    capabilities.rx_filters = facts.rx_filters;
    if (can_receive_in_hardware(facts))
        capabilities.hardware |= receive_flags(facts.rx_filters);
    if (can_transmit_in_hardware(facts))
        capabilities.hardware |= hardware_flag::tagged_transmit;
    capabilities.cross_timestamp = facts.phc_index >= 0;
    note_inferred_ipv6(capabilities);
    set_provider(capabilities, facts.provider);
    return capabilities;
}

Capabilities map_active(const StampFacts& facts, const std::optional<StampConfig>& config,
                        bool clock_readable) noexcept {
    auto capabilities = common(facts);
    capabilities.cross_timestamp = facts.phc_index >= 0 && clock_readable;
    constexpr std::uint64_t any_hardware = kernel::rx_hardware | kernel::tx_hardware;
    if (config) {
        capabilities.valid |=
            capability_valid::hardware | capability_valid::tx_types | capability_valid::rx_filters;
        if (config->tx_type >= 0 && config->tx_type < 32)
            capabilities.tx_types = bit(config->tx_type);
        if (config->rx_filter >= 0 && config->rx_filter < 32)
            capabilities.rx_filters = bit(config->rx_filter);
        capabilities.hardware |= receive_flags(capabilities.rx_filters);
        if (config->tx_type == kernel::tx_on || config->tx_type == kernel::tx_onestep_sync ||
            config->tx_type == kernel::tx_onestep_p2p)
            capabilities.hardware |= hardware_flag::tagged_transmit;
        set_provider(capabilities, config->provider ? config->provider : facts.provider);
    } else if ((facts.so_timestamping & any_hardware) == 0) {
        capabilities.valid |=
            capability_valid::hardware | capability_valid::tx_types | capability_valid::rx_filters;
        capabilities.tx_types = bit(kernel::tx_off);
        capabilities.rx_filters = bit(kernel::filter_none);
    }
    note_inferred_ipv6(capabilities);
    return capabilities;
}

std::string contradiction(const StampFacts& facts) {
    const bool raw = (facts.so_timestamping & kernel::raw_hardware) != 0;
    if ((facts.so_timestamping & kernel::rx_hardware) != 0 && raw && (facts.rx_filters >> 1) == 0)
        return "it claims hardware receive stamps but offers no receive filter that would take any";
    if ((facts.so_timestamping & kernel::tx_hardware) != 0 && raw && (facts.tx_types >> 1) == 0)
        return "it claims hardware transmit stamps but offers no way to turn them on";
    return {};
}

std::string filter_name(int filter) {
    return filter >= 0 && static_cast<std::size_t>(filter) < filter_texts.size()
               ? filter_texts[static_cast<std::size_t>(filter)]
               : "filter " + std::to_string(filter);
}

std::string filter_names(std::uint32_t filters) {
    std::string text;
    for (int i = 0; i < 32; ++i)
        if ((filters & bit(i)) != 0)
            text += (text.empty() ? "" : ", ") + filter_name(i);
    return text.empty() ? "none" : text;
}

bool covers(int filter, int other) noexcept {
    if (other == kernel::filter_none || filter == other || filter == kernel::filter_all)
        return true;
    if (other < 0 || other > 15 || filter < 0)
        return false;
    // In each family of three the event filter takes what its two narrower ones take.
    const auto event_of = [](int one) { return one >= 3 && one <= 14 ? one - (one % 3) : -1; };
    if (filter == event_of(other))
        return true;
    // ptpv2-event is both layers at once.
    return filter == kernel::filter_v2_event && other >= kernel::filter_v2_l4_event && other <= 14;
}

} // namespace wirestamp::platform::gnu_linux
