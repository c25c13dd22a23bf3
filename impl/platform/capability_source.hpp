// SPDX-License-Identifier: Apache-2.0
//
// What stamps an adapter can take (supported) and takes now (active).

#pragma once

#include <cstdint>
#include <string>

#include "impl/platform/interface.hpp"

namespace wirestamp::platform {

// Hardware flags in the order of INTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES, so that bit n is member n of it.
namespace hardware_flag {
inline constexpr std::uint32_t ptp_v2_over_udp_ipv4_event_message_receive = 1u << 0;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv4_all_message_receive = 1u << 1;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv4_event_message_transmit = 1u << 2;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv4_all_message_transmit = 1u << 3;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv6_event_message_receive = 1u << 4;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv6_all_message_receive = 1u << 5;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv6_event_message_transmit = 1u << 6;
inline constexpr std::uint32_t ptp_v2_over_udp_ipv6_all_message_transmit = 1u << 7;
inline constexpr std::uint32_t all_receive = 1u << 8;
inline constexpr std::uint32_t all_transmit = 1u << 9;
inline constexpr std::uint32_t tagged_transmit = 1u << 10;
} // namespace hardware_flag

namespace software_flag {
inline constexpr std::uint32_t all_receive = 1u << 0;
inline constexpr std::uint32_t all_transmit = 1u << 1;
inline constexpr std::uint32_t tagged_transmit = 1u << 2;
} // namespace software_flag

/// Bits of Capabilities::valid. A bit not set: the system does not say.
namespace capability_valid {
inline constexpr std::uint32_t hardware = 1u << 0;
inline constexpr std::uint32_t software = 1u << 1;
inline constexpr std::uint32_t clock_frequency = 1u << 2;
inline constexpr std::uint32_t cross_timestamp = 1u << 3;
inline constexpr std::uint32_t so_timestamping = 1u << 4;
inline constexpr std::uint32_t tx_types = 1u << 5;
inline constexpr std::uint32_t rx_filters = 1u << 6;
inline constexpr std::uint32_t phc_index = 1u << 7;
inline constexpr std::uint32_t provider = 1u << 8;
inline constexpr std::uint32_t inferred_ipv6 =
    1u << 9; // Linux filters do not tell IPv4 from IPv6: a claim, not a fact
} // namespace capability_valid

struct Capabilities {
    std::uint32_t valid = 0;
    std::uint32_t hardware = 0; // hardware_flag
    std::uint32_t software = 0; // software_flag
    bool cross_timestamp = false;
    std::uint64_t clock_frequency = 0; // Hz, nominal
    std::uint64_t so_timestamping =
        0; // native masks: SOF_TIMESTAMPING_*, 1 << HWTSTAMP_TX_*, 1 << HWTSTAMP_FILTER_*
    std::uint32_t tx_types = 0;
    std::uint32_t rx_filters = 0;
    std::int32_t phc_index = -1;
    std::uint32_t provider_index = 0; // ETHTOOL_A_TS_HWTSTAMP_PROVIDER_*
    std::uint32_t provider_qualifier = 0;

    friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

enum class StampLevel : std::uint8_t {
    none,
    event_messages,
    all_packets
}; // receive side; transmit tagging apart

struct EnableRequest {
    StampLevel receive = StampLevel::event_messages;
    bool transmit = true;
    /// Given back even if this process is killed, where the system leaves that to us.
    bool outlive_crash = false;
};

class CapabilitySource {
public:
    virtual ~CapabilitySource() = default;
    virtual Capabilities supported(const Interface& interface) = 0; // throws Failure
    virtual Capabilities active(const Interface& interface) = 0;    // throws Failure
    /// Changes the adapter for everybody on this host and returns what the driver granted. Only ever widens
    /// what other users in this process asked for. Throws Failure with the way out in its message.
    virtual Capabilities enable(const Interface& interface, const EnableRequest& request) = 0;
    /// Gives up one enable(); the last one restores what was set before the first.
    virtual void restore(const Interface& interface) = 0;
};

} // namespace wirestamp::platform
