// SPDX-License-Identifier: Apache-2.0
//
// The primitive and derived types of IEEE 1588-2019 clauses 5.3, 7 and 8 as the wire codec, the data sets and
// the engine share them. Enumerations have a fixed underlying type and hold any value that a peer may send,
// known or not.

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "impl/base/time.hpp"

namespace wirestamp::ptp {

/// Clause 5.3.4. Ordered as an unsigned number, most significant octet first, as the dataset comparison wants
/// it.
struct ClockIdentity {
    std::array<std::uint8_t, 8> octets{};

    friend constexpr auto operator<=>(const ClockIdentity&, const ClockIdentity&) = default;
};

inline constexpr ClockIdentity any_clock{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
inline constexpr std::uint16_t any_port = 0xffff;

/// Clause 5.3.5. Ordered by clockIdentity, then portNumber.
struct PortIdentity {
    ClockIdentity clockIdentity{};
    std::uint16_t portNumber = 0;

    friend constexpr auto operator<=>(const PortIdentity&, const PortIdentity&) = default;
};

/// The address that every port of every clock answers to (clause 15.3.1, and 16.1.1 for signaling).
inline constexpr PortIdentity any_port_identity{any_clock, any_port};

/// Whether a target identity of a signaling or management message means this port (wildcards included).
constexpr bool addresses(const PortIdentity& target, const PortIdentity& port) noexcept {
    return (target.clockIdentity == any_clock || target.clockIdentity == port.clockIdentity) &&
           (target.portNumber == any_port || target.portNumber == port.portNumber);
}

/// "001122.fffe.334455" and "001122.fffe.334455-1", the spelling of linuxptp's logs and configuration.
std::string to_text(const ClockIdentity& identity);
std::string to_text(const PortIdentity& identity);
std::optional<ClockIdentity> clock_identity_from_text(std::string_view text) noexcept;
std::optional<PortIdentity> port_identity_from_text(std::string_view text) noexcept;

/// Clause 5.3.3: a point in the timescale of the grandmaster. secondsField has 48 significant bits.
struct Timestamp {
    std::uint64_t secondsField = 0;
    std::uint32_t nanosecondsField = 0;

    friend constexpr auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// Nothing if nanosecondsField is not below 10^9 or the point lies beyond what Nanoseconds can count (year
/// 2262).
constexpr std::optional<Nanoseconds> to_nanoseconds(const Timestamp& timestamp) noexcept {
    constexpr auto last_second = static_cast<std::uint64_t>(never / nanoseconds_per_second) - 1;
    if (timestamp.nanosecondsField >= nanoseconds_per_second || timestamp.secondsField > last_second)
        return std::nullopt;
    return static_cast<Nanoseconds>(timestamp.secondsField) * nanoseconds_per_second +
           static_cast<Nanoseconds>(timestamp.nanosecondsField);
}

/// Nothing for points before the epoch, which the wire cannot express.
constexpr std::optional<Timestamp> to_timestamp(Nanoseconds point) noexcept {
    if (point < 0)
        return std::nullopt;
    return Timestamp{static_cast<std::uint64_t>(point / nanoseconds_per_second),
                     static_cast<std::uint32_t>(point % nanoseconds_per_second)};
}

/// Clause 7.6.2.6, table 5. Values 0x80..0xFD belong to alternate profiles.
enum class ClockAccuracy : std::uint8_t {
    within_1_ps = 0x17,
    within_2_5_ps = 0x18,
    within_10_ps = 0x19,
    within_25_ps = 0x1a,
    within_100_ps = 0x1b,
    within_250_ps = 0x1c,
    within_1_ns = 0x1d,
    within_2_5_ns = 0x1e,
    within_10_ns = 0x1f,
    within_25_ns = 0x20,
    within_100_ns = 0x21,
    within_250_ns = 0x22,
    within_1_us = 0x23,
    within_2_5_us = 0x24,
    within_10_us = 0x25,
    within_25_us = 0x26,
    within_100_us = 0x27,
    within_250_us = 0x28,
    within_1_ms = 0x29,
    within_2_5_ms = 0x2a,
    within_10_ms = 0x2b,
    within_25_ms = 0x2c,
    within_100_ms = 0x2d,
    within_250_ms = 0x2e,
    within_1_s = 0x2f,
    within_10_s = 0x30,
    beyond_10_s = 0x31,
    unknown = 0xfe,
};

/// Clause 5.3.7.
struct ClockQuality {
    std::uint8_t clockClass = 248;
    ClockAccuracy clockAccuracy = ClockAccuracy::unknown;
    std::uint16_t offsetScaledLogVariance = 0xffff;

    friend constexpr bool operator==(const ClockQuality&, const ClockQuality&) = default;
};

/// Clause 13.3.2.3, table 36.
enum class MessageType : std::uint8_t {
    sync = 0x0,
    delay_req = 0x1,
    pdelay_req = 0x2,
    pdelay_resp = 0x3,
    follow_up = 0x8,
    delay_resp = 0x9,
    pdelay_resp_follow_up = 0xa,
    announce = 0xb,
    signaling = 0xc,
    management = 0xd,
};

/// Event messages are stamped and go to the event port, general messages are not (clause 7.3.3).
constexpr bool is_event(MessageType type) noexcept {
    return static_cast<std::uint8_t>(type) < 0x8;
}

/// Bits of Header::flagField, whose high octet is octet 0 of table 37.
namespace flag {
inline constexpr std::uint16_t alternate_master = 0x0100;
inline constexpr std::uint16_t two_step = 0x0200;
inline constexpr std::uint16_t unicast = 0x0400;
inline constexpr std::uint16_t profile_specific_1 = 0x2000;
inline constexpr std::uint16_t profile_specific_2 = 0x4000;
inline constexpr std::uint16_t leap61 = 0x0001;
inline constexpr std::uint16_t leap59 = 0x0002;
inline constexpr std::uint16_t current_utc_offset_valid = 0x0004;
inline constexpr std::uint16_t ptp_timescale = 0x0008;
inline constexpr std::uint16_t time_traceable = 0x0010;
inline constexpr std::uint16_t frequency_traceable = 0x0020;
inline constexpr std::uint16_t synchronization_uncertain = 0x0040;
/// The bits that describe the grandmaster's time, which a boundary clock passes on in Announce.
inline constexpr std::uint16_t time_properties =
    leap61 | leap59 | current_utc_offset_valid | ptp_timescale | time_traceable | frequency_traceable;
} // namespace flag

/// Clause 7.6.2.8, table 6.
enum class TimeSource : std::uint8_t {
    atomic_clock = 0x10,
    gnss = 0x20,
    terrestrial_radio = 0x30,
    serial_time_code = 0x39,
    ptp = 0x40,
    ntp = 0x50,
    hand_set = 0x60,
    other = 0x90,
    internal_oscillator = 0xa0,
};

/// Clause 8.2.15.3.1, table 20.
enum class PortState : std::uint8_t {
    initializing = 1,
    faulty = 2,
    disabled = 3,
    listening = 4,
    pre_master = 5,
    master = 6,
    passive = 7,
    uncalibrated = 8,
    slave = 9,
};

/// Clause 8.2.15.4.4, table 21.
enum class DelayMechanism : std::uint8_t {
    e2e = 0x01,
    p2p = 0x02,
    common_p2p = 0x03,
    special = 0x04,
    none = 0xfe,
};

/// Clause 7.4.1, table 3.
enum class NetworkProtocol : std::uint16_t {
    udp_ipv4 = 1,
    udp_ipv6 = 2,
    ieee_802_3 = 3,
    device_net = 4,
    control_net = 5,
    profinet = 6,
};

/// Clause 14.1.1, table 52.
enum class TlvType : std::uint16_t {
    management = 0x0001,
    management_error_status = 0x0002,
    organization_extension = 0x0003,
    request_unicast_transmission = 0x0004,
    grant_unicast_transmission = 0x0005,
    cancel_unicast_transmission = 0x0006,
    acknowledge_cancel_unicast_transmission = 0x0007,
    path_trace = 0x0008,
    alternate_time_offset_indicator = 0x0009,
    organization_extension_propagate = 0x4000,
    enhanced_accuracy_metrics = 0x4001,
    organization_extension_do_not_propagate = 0x8000,
    l1_sync = 0x8001,
    port_communication_availability = 0x8002,
    protocol_address = 0x8003,
    slave_rx_sync_timing_data = 0x8004,
    slave_rx_sync_computed_data = 0x8005,
    slave_tx_event_timestamps = 0x8006,
    cumulative_rate_ratio = 0x8007,
    pad = 0x8008,
    authentication = 0x8009,
};

/// Clause 15.5.2.3, table 59, and linuxptp's ids from 0xC000, which `pmc` asks for.
enum class ManagementId : std::uint16_t {
    null_management = 0x0000,
    clock_description = 0x0001,
    user_description = 0x0002,
    save_in_non_volatile_storage = 0x0003,
    reset_non_volatile_storage = 0x0004,
    initialize = 0x0005,
    fault_log = 0x0006,
    fault_log_reset = 0x0007,
    default_data_set = 0x2000,
    current_data_set = 0x2001,
    parent_data_set = 0x2002,
    time_properties_data_set = 0x2003,
    port_data_set = 0x2004,
    priority1 = 0x2005,
    priority2 = 0x2006,
    domain = 0x2007,
    slave_only = 0x2008,
    log_announce_interval = 0x2009,
    announce_receipt_timeout = 0x200a,
    log_sync_interval = 0x200b,
    version_number = 0x200c,
    enable_port = 0x200d,
    disable_port = 0x200e,
    time = 0x200f,
    clock_accuracy = 0x2010,
    utc_properties = 0x2011,
    traceability_properties = 0x2012,
    timescale_properties = 0x2013,
    unicast_negotiation_enable = 0x2014,
    path_trace_list = 0x2015,
    path_trace_enable = 0x2016,
    grandmaster_cluster_table = 0x2017,
    unicast_master_table = 0x2018,
    unicast_master_max_table_size = 0x2019,
    acceptable_master_table = 0x201a,
    acceptable_master_table_enabled = 0x201b,
    acceptable_master_max_table_size = 0x201c,
    alternate_master = 0x201d,
    alternate_time_offset_enable = 0x201e,
    alternate_time_offset_name = 0x201f,
    alternate_time_offset_max_key = 0x2020,
    alternate_time_offset_properties = 0x2021,
    external_port_configuration_enabled = 0x3000,
    master_only = 0x3001,
    holdover_upgrade_enable = 0x3002,
    ext_port_config_port_data_set = 0x3003,
    transparent_clock_default_data_set = 0x4000,
    transparent_clock_port_data_set = 0x4001,
    primary_domain = 0x4002,
    delay_mechanism = 0x6000,
    log_min_pdelay_req_interval = 0x6001,
    time_status_np = 0xc000,
    grandmaster_settings_np = 0xc001,
    port_data_set_np = 0xc002,
    subscribe_events_np = 0xc003,
    port_properties_np = 0xc004,
    port_stats_np = 0xc005,
    synchronization_uncertain_np = 0xc006,
    port_service_stats_np = 0xc007,
    unicast_master_table_np = 0xc008,
    port_hwclock_np = 0xc009,
    power_profile_settings_np = 0xc00a,
    cmlds_info_np = 0xc00b,
    port_corrections_np = 0xc00c,
    external_grandmaster_properties_np = 0xc00d,
};

/// Clause 15.4.1.6, table 57.
enum class ManagementAction : std::uint8_t {
    get = 0,
    set = 1,
    response = 2,
    command = 3,
    acknowledge = 4,
};

/// Clause 15.5.4.2, table 109.
enum class ManagementErrorId : std::uint16_t {
    response_too_big = 0x0001,
    no_such_id = 0x0002,
    wrong_length = 0x0003,
    wrong_value = 0x0004,
    not_setable = 0x0005,
    not_supported = 0x0006,
    unpopulated = 0x0007,
    general_error = 0xfffe,
};

/// The standard's spelling ("Delay_Req", "PRE_MASTER", "TIME_STATUS_NP"), or "UNKNOWN" for a value it does
/// not define.
std::string_view name(MessageType type) noexcept;
std::string_view name(PortState state) noexcept;
std::string_view name(TimeSource source) noexcept;
std::string_view name(DelayMechanism mechanism) noexcept;
std::string_view name(TlvType type) noexcept;
std::string_view name(ManagementId id) noexcept;
std::string_view name(ManagementAction action) noexcept;
std::string_view name(ManagementErrorId id) noexcept;

} // namespace wirestamp::ptp
