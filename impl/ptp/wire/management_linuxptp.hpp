// SPDX-License-Identifier: Apache-2.0
//
// The data fields of the management ids that linuxptp added (0xC000 and up), which its `pmc`, phc2sys and
// everything built on them read. Layouts are linuxptp's; names are those that `pmc` prints.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "impl/ptp/wire/management.hpp"
#include "impl/ptp/wire/management_data.hpp"

namespace wirestamp::ptp::management {

/// What linuxptp's port statistics count by: one counter a messageType.
inline constexpr std::size_t message_type_count = 16;

/// What `pmc` users ask for most: the last offset and who the grandmaster is.
struct TimeStatusNp {
    static constexpr ManagementId managementId = ManagementId::time_status_np;
    std::int64_t master_offset = 0; ///< ns
    std::int64_t ingress_time = 0;  ///< ns
    std::int32_t cumulativeScaledRateOffset = 0;
    std::int32_t scaledLastGmPhaseChange = 0;
    std::uint16_t gmTimeBaseIndicator = 0;
    ScaledNs lastGmPhaseChange{};
    std::int32_t gmPresent = 0;
    ClockIdentity gmIdentity{};
    friend constexpr bool operator==(const TimeStatusNp&, const TimeStatusNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.master_offset);
        io(self.ingress_time);
        io(self.cumulativeScaledRateOffset);
        io(self.scaledLastGmPhaseChange);
        io(self.gmTimeBaseIndicator);
        io(self.lastGmPhaseChange);
        io(self.gmPresent);
        io(self.gmIdentity);
    }
};

/// What the clock announces when it is grandmaster.
struct GrandmasterSettingsNp {
    static constexpr ManagementId managementId = ManagementId::grandmaster_settings_np;
    ClockQuality clockQuality{};
    std::int16_t currentUtcOffset = 37;
    std::uint8_t flags = 0; ///< as TimePropertiesDataSet::flags
    TimeSource timeSource = TimeSource::internal_oscillator;
    friend constexpr bool operator==(const GrandmasterSettingsNp&, const GrandmasterSettingsNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.clockQuality);
        io(self.currentUtcOffset);
        io(self.flags);
        io(self.timeSource);
    }
};

struct PortDataSetNp {
    static constexpr ManagementId managementId = ManagementId::port_data_set_np;
    std::uint32_t neighborPropDelayThresh = 0; ///< ns
    std::int32_t asCapable = 0;
    friend constexpr bool operator==(const PortDataSetNp&, const PortDataSetNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.neighborPropDelayThresh);
        io(self.asCapable);
    }
};

/// The bit numbers of SubscribeEventsNp::bitmask.
enum class Notification : std::uint8_t {
    port_state = 0,      ///< PORT_DATA_SET is pushed
    time_sync = 1,       ///< TIME_STATUS_NP is pushed
    parent_data_set = 2, ///< PARENT_DATA_SET is pushed
    cmlds = 3,           ///< CMLDS_INFO_NP is pushed
};

/// Asks for pushed notifications for some seconds.
struct SubscribeEventsNp {
    static constexpr ManagementId managementId = ManagementId::subscribe_events_np;
    std::uint16_t duration = 0; ///< seconds; 65535 does not expire
    std::array<std::uint8_t, 64> bitmask{};

    constexpr bool wants(Notification event) const noexcept {
        const auto bit = static_cast<unsigned>(event);
        return ((bitmask[bit / 8] >> (bit % 8)) & 1) != 0;
    }
    constexpr void add(Notification event) noexcept {
        const auto bit = static_cast<unsigned>(event);
        bitmask[bit / 8] = static_cast<std::uint8_t>(bitmask[bit / 8] | (1U << (bit % 8)));
    }
    friend constexpr bool operator==(const SubscribeEventsNp&, const SubscribeEventsNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.duration);
        io(self.bitmask);
    }
};

/// PortPropertiesNp::timestamping.
enum class TimestampingNp : std::uint8_t {
    software = 0,
    hardware = 1,
    legacy = 2,
    onestep = 3,
    p2p1step = 4
};

/// The name of the interface is a view.
struct PortPropertiesNp {
    static constexpr ManagementId managementId = ManagementId::port_properties_np;
    PortIdentity portIdentity{};
    PortState port_state = PortState::initializing;
    TimestampingNp timestamping = TimestampingNp::software;
    std::string_view interface_name{};
    friend constexpr bool operator==(const PortPropertiesNp&, const PortPropertiesNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.portIdentity);
        io(self.port_state);
        io(self.timestamping);
        io.text(self.interface_name);
    }
};

/// Messages by messageType. The counters are little-endian on the wire, unlike everything else.
struct PortStatsNp {
    static constexpr ManagementId managementId = ManagementId::port_stats_np;
    PortIdentity portIdentity{};
    std::array<std::uint64_t, message_type_count> rxMsgType{};
    std::array<std::uint64_t, message_type_count> txMsgType{};
    friend constexpr bool operator==(const PortStatsNp&, const PortStatsNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.portIdentity);
        for (auto& count : self.rxMsgType)
            io.little(count);
        for (auto& count : self.txMsgType)
            io.little(count);
    }
};

/// 0 false, 1 true, 255 do not care.
struct SynchronizationUncertainNp {
    static constexpr ManagementId managementId = ManagementId::synchronization_uncertain_np;
    std::uint8_t uncertain = 0;
    friend constexpr bool operator==(const SynchronizationUncertainNp&,
                                     const SynchronizationUncertainNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.uncertain);
        io.reserved(1);
    }
};

/// What a port missed. Little-endian counters as well.
struct PortServiceStatsNp {
    static constexpr ManagementId managementId = ManagementId::port_service_stats_np;
    PortIdentity portIdentity{};
    std::uint64_t announce_timeout = 0;
    std::uint64_t sync_timeout = 0;
    std::uint64_t delay_timeout = 0;
    std::uint64_t unicast_service_timeout = 0;
    std::uint64_t unicast_request_timeout = 0;
    std::uint64_t master_announce_timeout = 0;
    std::uint64_t master_sync_timeout = 0;
    std::uint64_t qualification_timeout = 0;
    std::uint64_t sync_mismatch = 0;
    std::uint64_t followup_mismatch = 0;
    friend constexpr bool operator==(const PortServiceStatsNp&, const PortServiceStatsNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.portIdentity);
        io.little(self.announce_timeout);
        io.little(self.sync_timeout);
        io.little(self.delay_timeout);
        io.little(self.unicast_service_timeout);
        io.little(self.unicast_request_timeout);
        io.little(self.master_announce_timeout);
        io.little(self.master_sync_timeout);
        io.little(self.qualification_timeout);
        io.little(self.sync_mismatch);
        io.little(self.followup_mismatch);
    }
};

/// UnicastMasterEntryNp::port_state.
enum class UnicastStateNp : std::uint8_t {
    wait = 0,
    have_announce = 1,
    need_sync_delay = 2,
    have_sync_delay = 3
};

/// One master of a port's unicast table. The address is a view.
struct UnicastMasterEntryNp {
    PortIdentity portIdentity{};
    ClockQuality clockQuality{};
    std::uint8_t selected = 0;
    UnicastStateNp port_state = UnicastStateNp::wait;
    std::uint8_t priority1 = 0;
    std::uint8_t priority2 = 0;
    PortAddress address{};
    friend bool operator==(const UnicastMasterEntryNp&, const UnicastMasterEntryNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.portIdentity);
        io(self.clockQuality);
        io(self.selected);
        io(self.port_state);
        io(self.priority1);
        io(self.priority2);
        io(self.address);
    }
};

struct UnicastMasterTableNp {
    static constexpr ManagementId managementId = ManagementId::unicast_master_table_np;
    BoundedList<UnicastMasterEntryNp, 56> table{}; ///< what a datagram can hold with IPv4 addresses
    friend constexpr bool operator==(const UnicastMasterTableNp&, const UnicastMasterTableNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.template counted_list<std::uint16_t>(self.table);
    }
};

struct PortHwclockNp {
    static constexpr ManagementId managementId = ManagementId::port_hwclock_np;
    PortIdentity portIdentity{};
    std::int32_t phc_index = -1;
    std::uint8_t flags = 0; ///< bit 0: a virtual clock
    friend constexpr bool operator==(const PortHwclockNp&, const PortHwclockNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.portIdentity);
        io(self.phc_index);
        io(self.flags);
        io.reserved(1);
    }
};

/// IEEE C37.238 settings; times in ns.
struct PowerProfileSettingsNp {
    static constexpr ManagementId managementId = ManagementId::power_profile_settings_np;
    std::uint16_t version = 0;
    std::uint16_t grandmasterID = 0;
    std::uint32_t grandmasterTimeInaccuracy = 0;
    std::uint32_t networkTimeInaccuracy = 0;
    std::uint32_t totalTimeInaccuracy = 0;
    friend constexpr bool operator==(const PowerProfileSettingsNp&, const PowerProfileSettingsNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.version);
        io(self.grandmasterID);
        io(self.grandmasterTimeInaccuracy);
        io(self.networkTimeInaccuracy);
        io(self.totalTimeInaccuracy);
    }
};

struct CmldsInfoNp {
    static constexpr ManagementId managementId = ManagementId::cmlds_info_np;
    ScaledNanoseconds meanLinkDelay = 0;
    std::int32_t scaledNeighborRateRatio = 0;
    std::uint32_t as_capable = 0;
    friend constexpr bool operator==(const CmldsInfoNp&, const CmldsInfoNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.meanLinkDelay);
        io(self.scaledNeighborRateRatio);
        io(self.as_capable);
    }
};

/// Intervals in 2^-16 ns.
struct PortCorrectionsNp {
    static constexpr ManagementId managementId = ManagementId::port_corrections_np;
    ScaledNanoseconds egressLatency = 0;
    ScaledNanoseconds ingressLatency = 0;
    ScaledNanoseconds delayAsymmetry = 0;
    friend constexpr bool operator==(const PortCorrectionsNp&, const PortCorrectionsNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.egressLatency);
        io(self.ingressLatency);
        io(self.delayAsymmetry);
    }
};

struct ExternalGrandmasterPropertiesNp {
    static constexpr ManagementId managementId = ManagementId::external_grandmaster_properties_np;
    ClockIdentity gmIdentity{};
    std::uint16_t stepsRemoved = 0;
    friend constexpr bool operator==(const ExternalGrandmasterPropertiesNp&,
                                     const ExternalGrandmasterPropertiesNp&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.gmIdentity);
        io(self.stepsRemoved);
    }
};

} // namespace wirestamp::ptp::management
