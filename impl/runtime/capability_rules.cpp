// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/capability_rules.hpp"

#include <cstddef>
#include <span>

#include "wirestamp/capabilities.h"

namespace wirestamp::runtime {

namespace {

namespace hw = platform::hardware_flag;
namespace sw = platform::software_flag;
namespace valid = platform::capability_valid;

constexpr const char* hardware_names[] = {"PtpV2OverUdpIPv4EventMessageReceive",
                                          "PtpV2OverUdpIPv4AllMessageReceive",
                                          "PtpV2OverUdpIPv4EventMessageTransmit",
                                          "PtpV2OverUdpIPv4AllMessageTransmit",
                                          "PtpV2OverUdpIPv6EventMessageReceive",
                                          "PtpV2OverUdpIPv6AllMessageReceive",
                                          "PtpV2OverUdpIPv6EventMessageTransmit",
                                          "PtpV2OverUdpIPv6AllMessageTransmit",
                                          "AllReceive",
                                          "AllTransmit",
                                          "TaggedTransmit"};
constexpr const char* software_names[] = {"AllReceive", "AllTransmit", "TaggedTransmit"};
// Bits of linux/net_tstamp.h, named here because they are read on every system (from a recorded or simulated
// host).
constexpr const char* so_timestamping_names[] = {
    "TX_HARDWARE",  "TX_SOFTWARE",  "RX_HARDWARE",   "RX_SOFTWARE",  "SOFTWARE",
    "SYS_HARDWARE", "RAW_HARDWARE", "OPT_ID",        "TX_SCHED",     "TX_ACK",
    "OPT_CMSG",     "OPT_TSONLY",   "OPT_STATS",     "OPT_PKTINFO",  "OPT_TX_SWHW",
    "BIND_PHC",     "OPT_ID_TCP",   "OPT_RX_FILTER", "TX_COMPLETION"};
constexpr const char* tx_type_names[] = {"OFF", "ON", "ONESTEP_SYNC", "ONESTEP_P2P"};
constexpr const char* rx_filter_names[] = {"NONE",
                                           "ALL",
                                           "SOME",
                                           "PTP_V1_L4_EVENT",
                                           "PTP_V1_L4_SYNC",
                                           "PTP_V1_L4_DELAY_REQ",
                                           "PTP_V2_L4_EVENT",
                                           "PTP_V2_L4_SYNC",
                                           "PTP_V2_L4_DELAY_REQ",
                                           "PTP_V2_L2_EVENT",
                                           "PTP_V2_L2_SYNC",
                                           "PTP_V2_L2_DELAY_REQ",
                                           "PTP_V2_EVENT",
                                           "PTP_V2_SYNC",
                                           "PTP_V2_DELAY_REQ",
                                           "NTP_ALL"};

const char* name_in(std::span<const char* const> names, std::uint32_t bit) noexcept {
    return bit < names.size() ? names[bit] : nullptr;
}

constexpr std::uint64_t sof_rx_hardware = 1u << 2;
constexpr std::uint64_t sof_tx_hardware = 1u << 0;
constexpr std::uint64_t sof_raw_hardware = 1u << 6;

std::uint32_t level(const platform::Capabilities& capabilities, std::uint32_t receive,
                    std::uint32_t transmit) noexcept {
    if ((capabilities.valid & valid::hardware) && (capabilities.hardware & receive) &&
        (capabilities.hardware & transmit))
        return WST_PTP_SUPPORT_HARDWARE;
    if ((capabilities.valid & valid::software) && (capabilities.software & sw::all_receive) &&
        (capabilities.software & (sw::all_transmit | sw::tagged_transmit)))
        return WST_PTP_SUPPORT_SOFTWARE;
    return WST_PTP_SUPPORT_NONE;
}

} // namespace

PtpSupport ptp_support(const platform::Capabilities& capabilities) noexcept {
    constexpr std::uint32_t any_receive = hw::all_receive;
    constexpr std::uint32_t any_transmit = hw::all_transmit | hw::tagged_transmit;
    PtpSupport support;
    support.hardware_known = (capabilities.valid & valid::hardware) != 0;
    support.software_known = (capabilities.valid & valid::software) != 0;
    support.ipv4 = level(capabilities,
                         hw::ptp_v2_over_udp_ipv4_event_message_receive |
                             hw::ptp_v2_over_udp_ipv4_all_message_receive | any_receive,
                         hw::ptp_v2_over_udp_ipv4_event_message_transmit |
                             hw::ptp_v2_over_udp_ipv4_all_message_transmit | any_transmit);
    support.ipv6 = level(capabilities,
                         hw::ptp_v2_over_udp_ipv6_event_message_receive |
                             hw::ptp_v2_over_udp_ipv6_all_message_receive | any_receive,
                         hw::ptp_v2_over_udp_ipv6_event_message_transmit |
                             hw::ptp_v2_over_udp_ipv6_all_message_transmit | any_transmit);
    return support;
}

platform::Capabilities strict_view(platform::Capabilities active) noexcept {
    if ((active.valid & valid::hardware) && active.hardware != 0)
        active.software = 0;
    return active;
}

std::optional<std::string> contradiction(const platform::Capabilities& supported) {
    if (!(supported.valid & valid::so_timestamping))
        return std::nullopt;
    const std::uint64_t bits = supported.so_timestamping;
    if ((bits & sof_rx_hardware) && (bits & sof_raw_hardware) && (supported.valid & valid::rx_filters) &&
        (supported.rx_filters & ~1u) == 0)
        return "the driver claims hardware receive stamps but offers no receive filter that would make any; "
               "update it, "
               "or use software stamps";
    if ((bits & sof_tx_hardware) && (bits & sof_raw_hardware) && (supported.valid & valid::tx_types) &&
        (supported.tx_types & ~1u) == 0)
        return "the driver claims hardware transmit stamps but offers no transmit type that would make any; "
               "update it, "
               "or use software stamps";
    return std::nullopt;
}

const char* capability_name(std::uint32_t mask, std::uint32_t bit) noexcept {
    switch (mask) {
        case WST_CAPABILITY_HARDWARE:
            return name_in(hardware_names, bit);
        case WST_CAPABILITY_SOFTWARE:
            return name_in(software_names, bit);
        case WST_CAPABILITY_SO_TIMESTAMPING:
            return name_in(so_timestamping_names, bit);
        case WST_CAPABILITY_TX_TYPE:
            return name_in(tx_type_names, bit);
        case WST_CAPABILITY_RX_FILTER:
            return name_in(rx_filter_names, bit);
        default:
            return nullptr;
    }
}

} // namespace wirestamp::runtime
