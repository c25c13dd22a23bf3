// SPDX-License-Identifier: Apache-2.0
//
// What an application may change while an engine runs. Only what is set counts. A value that the standard
// does not allow is left as it was.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

struct PortUpdate {
    PortNumber port = 0;
    std::optional<std::int8_t> logAnnounceInterval;
    std::optional<std::uint8_t> announceReceiptTimeout;
    std::optional<std::uint8_t> syncReceiptTimeout; ///< Sync intervals; 0: never
    std::optional<std::int8_t> logSyncInterval;
    std::optional<std::int8_t> logMinDelayReqInterval;
    std::optional<std::int8_t> logMinPdelayReqInterval;
    std::optional<ScaledNanoseconds> delayAsymmetry;
    std::optional<ScaledNanoseconds> ingressLatency;
    std::optional<ScaledNanoseconds> egressLatency;
    std::optional<Nanoseconds> neighborPropDelayThresh;
    std::optional<bool> enabled;
    std::optional<bool> serverOnly;
    std::optional<std::uint8_t> localPriority;
    std::optional<std::uint8_t> ptp_minor_version;

    // Facts about the host that management answers repeat.
    std::optional<Address> protocolAddress;
    std::optional<std::int32_t> phc_index;
    std::optional<std::uint8_t> timestamping;
};

struct ClockUpdate {
    std::optional<std::uint8_t> priority1;
    std::optional<std::uint8_t> priority2;
    std::optional<ClockQuality> clockQuality;
    std::optional<std::uint8_t> domainNumber;
    std::optional<bool> clientOnly;
    std::optional<std::uint8_t> localPriority;
    std::optional<std::int16_t> currentUtcOffset;
    std::optional<std::uint16_t> time_flags;
    std::optional<TimeSource> timeSource;
    std::optional<std::string> userDescription;
    std::vector<PortUpdate> ports;
};

} // namespace wirestamp::ptp
