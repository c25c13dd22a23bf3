// SPDX-License-Identifier: Apache-2.0
//
// The data sets of IEEE 1588-2019 clause 8.2 as the engine keeps them, with the standard's names. They can be
// read between any two inputs; only the engine writes them.

#pragma once

#include <cstdint>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

/// Clause 8.2.1.
struct DefaultDS {
    bool twoStepFlag = true;
    ClockIdentity clockIdentity{};
    std::uint16_t numberPorts = 0;
    ClockQuality clockQuality{};
    std::uint8_t priority1 = 128;
    std::uint8_t priority2 = 128;
    std::uint8_t domainNumber = 0;
    bool slaveOnly = false;
    std::uint8_t minorSdoId = 0;
    std::uint8_t localPriority = 128;
    std::uint16_t maxStepsRemoved = 255;
};

/// Clause 8.2.2.
struct CurrentDS {
    std::uint16_t stepsRemoved = 0;
    Nanoseconds offsetFromMaster = 0;
    Nanoseconds meanDelay = 0;
};

/// Clause 8.2.3.
struct ParentDS {
    PortIdentity parentPortIdentity{};
    bool parentStats = false;
    std::uint16_t observedParentOffsetScaledLogVariance = 0xffff;
    std::int32_t observedParentClockPhaseChangeRate = 0x7fffffff;
    ClockIdentity grandmasterIdentity{};
    ClockQuality grandmasterClockQuality{};
    std::uint8_t grandmasterPriority1 = 128;
    std::uint8_t grandmasterPriority2 = 128;
    bool synchronizationUncertain = false; ///< the parent says that it is not sure of its time

    friend bool operator==(const ParentDS&, const ParentDS&) = default;
};

/// Clause 8.2.4; the booleans as the bits of the Announce flagField.
struct TimePropertiesDS {
    std::int16_t currentUtcOffset = 37;
    std::uint16_t flags = flag::ptp_timescale;
    TimeSource timeSource = TimeSource::internal_oscillator;

    friend bool operator==(const TimePropertiesDS&, const TimePropertiesDS&) = default;
};

/// Clause 8.2.15, and what IEEE 802.1AS adds.
struct PortDS {
    PortIdentity portIdentity{};
    PortState portState = PortState::initializing;
    std::int8_t logMinDelayReqInterval = 0;
    std::int8_t logAnnounceInterval = 1;
    std::uint8_t announceReceiptTimeout = 3;
    std::int8_t logSyncInterval = 0;
    DelayMechanism delayMechanism = DelayMechanism::e2e;
    std::int8_t logMinPdelayReqInterval = 0;
    Nanoseconds meanLinkDelay = 0;
    double neighborRateRatio = 1.0;
    std::uint8_t minorVersionNumber = 1; ///< sent now; 0 after a fallback
    bool portEnable = true;
    bool masterOnly = false;
    bool asCapable = true;
    bool link_up = true;
};

struct DataSets {
    DefaultDS defaultDS;
    CurrentDS currentDS;
    ParentDS parentDS;
    TimePropertiesDS timePropertiesDS;
    std::vector<PortDS> portDS;            ///< [0] is port number 1
    std::vector<ClockIdentity> path_trace; ///< pathTraceDS.list: the clocks from grandmaster to parent
};

} // namespace wirestamp::ptp
