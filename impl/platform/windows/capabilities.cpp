// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/capabilities.hpp"

#include <algorithm>

#include "impl/platform/windows/os_failure.hpp"

namespace wirestamp::platform::windows {

namespace {

constexpr const char* older_windows =
    "this Windows has no packet timestamping, which came with Windows 11 and Server 2022; sockets take their "
    "stamps in the program, labelled so";

template <std::size_t Count>
std::uint32_t gather(const std::array<Boolean, Count>& members) noexcept {
    std::uint32_t flags = 0;
    for (std::size_t bit = 0; bit < Count; ++bit)
        flags |= members[bit] != 0 ? 1u << bit : 0u;
    return flags;
}

/// `said` is zero where the adapter is not aware of timestamping: certainly nothing, which is not "unknown".
Capabilities translate(const InterfaceTimestampCapabilities& said) noexcept {
    Capabilities capabilities;
    capabilities.valid =
        capability_valid::hardware | capability_valid::software | capability_valid::cross_timestamp;
    capabilities.hardware = gather(said.HardwareCapabilities);
    capabilities.software = gather(said.SoftwareCapabilities);
    capabilities.cross_timestamp = said.SupportsCrossTimestamp != 0;
    // Nominal, rounded, and 0 where the driver does not say.
    if (said.HardwareClockFrequencyHz != 0) {
        capabilities.valid |= capability_valid::clock_frequency;
        capabilities.clock_frequency = said.HardwareClockFrequencyHz;
    }
    return capabilities;
}

using Query = std::uint32_t(WIRESTAMP_WINAPI*)(const Luid*, InterfaceTimestampCapabilities*);

Capabilities ask(Query query, const Interface& interface, const char* which) {
    const Luid luid = interface.id;
    InterfaceTimestampCapabilities said;
    const auto outcome = query(&luid, &said);
    if (outcome == code::not_supported)
        return translate({});
    if (outcome == code::bad_driver)
        throw Failure(WST_E_BAD_DRIVER,
                      interface.friendly_name +
                          ": its driver advertises a timestamp configuration that Windows rejects "
                          "(ERROR_BAD_DRIVER); update the driver, or set *PtpHardwareTimestamp to 0 and "
                          "*SoftwareTimestamp to 0",
                      static_cast<std::int32_t>(outcome));
    if (outcome == code::file_not_found || outcome == code::not_found)
        throw Failure(WST_E_INTERFACE_GONE, interface.friendly_name + " has gone",
                      static_cast<std::int32_t>(outcome));
    if (outcome != code::success)
        throw os_failure(
            outcome, interface.friendly_name + ": its " + which + " timestamp capabilities cannot be read");
    return translate(said);
}

bool receives_by_hardware(const Capabilities& found, StampLevel level) noexcept {
    using namespace hardware_flag;
    if (level == StampLevel::none)
        return true;
    if (level == StampLevel::all_packets)
        return (found.hardware & all_receive) != 0;
    const auto either = all_receive;
    return (found.hardware & (either | ptp_v2_over_udp_ipv4_event_message_receive |
                              ptp_v2_over_udp_ipv4_all_message_receive)) != 0 ||
           (found.hardware &
            (ptp_v2_over_udp_ipv6_event_message_receive | ptp_v2_over_udp_ipv6_all_message_receive)) != 0;
}

bool transmits_by_hardware(const Capabilities& found) noexcept {
    using namespace hardware_flag;
    return (found.hardware &
            (all_transmit | tagged_transmit | ptp_v2_over_udp_ipv4_event_message_transmit |
             ptp_v2_over_udp_ipv4_all_message_transmit | ptp_v2_over_udp_ipv6_event_message_transmit |
             ptp_v2_over_udp_ipv6_all_message_transmit)) != 0;
}

bool satisfied(const Capabilities& found, const EnableRequest& request) noexcept {
    return receives_by_hardware(found, request.receive) &&
           (!request.transmit || transmits_by_hardware(found));
}

/// For a PowerShell string in single quotes.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
}

std::string command(const Interface& interface, const char* keyword, int value) {
    return "Set-NetAdapterAdvancedProperty -Name " + quoted(interface.friendly_name) + " -RegistryKeyword '" +
           keyword + "' -RegistryValue " + std::to_string(value);
}

} // namespace

Capabilities CapabilityReader::supported(const Interface& interface) {
    const auto& api = system_.timestamps();
    if (!api)
        throw Failure(WST_E_NOT_SUPPORTED, older_windows);
    return ask(api.supported, interface, "supported");
}

Capabilities CapabilityReader::active(const Interface& interface) {
    const auto& api = system_.timestamps();
    if (!api)
        throw Failure(WST_E_NOT_SUPPORTED, older_windows);
    return ask(api.active, interface, "active");
}

Capabilities CapabilityReader::enable(const Interface& interface, const EnableRequest& request) {
    const auto now = active(interface);
    if (satisfied(now, request))
        return now;
    const auto can = supported(interface);
    if (satisfied(can, request))
        throw Failure(WST_E_ADMINISTRATOR, "an administrator turns it on, and the adapter restarts: " +
                                               command(interface, "*PtpHardwareTimestamp", 1) +
                                               "; then ask again");
    // Software stamps are no substitute for what was asked, but they are what remains.
    const bool software =
        (can.software & software_flag::all_receive) != 0 &&
        (can.software & (software_flag::all_transmit | software_flag::tagged_transmit)) != 0;
    const int value = (can.software & software_flag::tagged_transmit) != 0 ? 5 : 3;
    throw Failure(WST_E_NOT_SUPPORTED, interface.friendly_name + " has no such hardware stamps" +
                                           (software ? "; its driver's software stamps: " +
                                                           command(interface, "*SoftwareTimestamp", value)
                                                     : std::string()));
}

void CapabilityReader::restore(const Interface&) {
    // enable() changes nothing, so there is nothing to give back.
}

StampDomain stamp_domain(SystemCalls& system, Luid luid) noexcept {
    const auto& api = system.timestamps();
    InterfaceTimestampCapabilities said;
    if (!api || api.active(&luid, &said) != code::success)
        return StampDomain::none;
    if (gather(said.HardwareCapabilities) != 0)
        return StampDomain::hardware;
    return gather(said.SoftwareCapabilities) != 0 ? StampDomain::software : StampDomain::none;
}

} // namespace wirestamp::platform::windows
