// SPDX-License-Identifier: Apache-2.0
//
// The data fields of MANAGEMENT TLVs as IEEE 1588-2019 clause 15.5.3 (and 16, 17 for the optional features)
// lays them out. Each structure names its members in wire order once; see field_io.hpp.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "impl/ptp/wire/management.hpp"

namespace wirestamp::ptp::management {

/// Clause 5.3.6: where a port can be reached. addressField is a view.
struct PortAddress {
    NetworkProtocol networkProtocol = NetworkProtocol::udp_ipv4;
    std::span<const std::uint8_t> addressField{};
    friend bool operator==(const PortAddress& a, const PortAddress& b) noexcept {
        return a.networkProtocol == b.networkProtocol &&
               std::equal(a.addressField.begin(), a.addressField.end(), b.addressField.begin(),
                          b.addressField.end());
    }

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.networkProtocol);
        io.counted_octets(self.addressField);
    }
};

/// What a datagram can hold of the smallest address (IPv4), and what a path trace can hold.
inline constexpr std::size_t maximum_addresses = 128;
inline constexpr std::size_t maximum_path = 176;

/// Clause 15.5.3.1.1.
struct NullManagement {
    static constexpr ManagementId managementId = ManagementId::null_management;
    friend constexpr bool operator==(const NullManagement&, const NullManagement&) = default;

    template <class Self, class Io>
    static void fields(Self&, Io&) noexcept {}
};

/// Bits of ClockDescription::clockType.
namespace clock_type {
inline constexpr std::uint16_t ordinary = 0x8000;
inline constexpr std::uint16_t boundary = 0x4000;
inline constexpr std::uint16_t p2p_transparent = 0x2000;
inline constexpr std::uint16_t e2e_transparent = 0x1000;
inline constexpr std::uint16_t management_node = 0x0800;
} // namespace clock_type

/// Clause 15.5.3.1.2. Texts and addresses are views.
struct ClockDescription {
    static constexpr ManagementId managementId = ManagementId::clock_description;
    std::uint16_t clockType = 0; ///< bits of namespace clock_type
    std::string_view physicalLayerProtocol{};
    std::span<const std::uint8_t> physicalAddress{};
    PortAddress protocolAddress{};
    std::array<std::uint8_t, 3> manufacturerIdentity{};
    std::string_view productDescription{};
    std::string_view revisionData{};
    std::string_view userDescription{};
    std::array<std::uint8_t, 6> profileIdentity{};
    friend bool operator==(const ClockDescription& a, const ClockDescription& b) noexcept {
        return a.clockType == b.clockType && a.physicalLayerProtocol == b.physicalLayerProtocol &&
               std::equal(a.physicalAddress.begin(), a.physicalAddress.end(), b.physicalAddress.begin(),
                          b.physicalAddress.end()) &&
               a.protocolAddress == b.protocolAddress && a.manufacturerIdentity == b.manufacturerIdentity &&
               a.productDescription == b.productDescription && a.revisionData == b.revisionData &&
               a.userDescription == b.userDescription && a.profileIdentity == b.profileIdentity;
    }

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.clockType);
        io.text(self.physicalLayerProtocol);
        io.counted_octets(self.physicalAddress);
        io(self.protocolAddress);
        io(self.manufacturerIdentity);
        io.reserved(1);
        io.text(self.productDescription);
        io.text(self.revisionData);
        io.text(self.userDescription);
        io(self.profileIdentity);
    }
};

/// Clause 15.5.3.1.3: "name;location", at most 128 symbols.
struct UserDescription {
    static constexpr ManagementId managementId = ManagementId::user_description;
    std::string_view userDescription{};
    friend constexpr bool operator==(const UserDescription&, const UserDescription&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.text(self.userDescription);
    }
};

/// Clause 15.5.3.1.4, a COMMAND.
struct SaveInNonVolatileStorage {
    static constexpr ManagementId managementId = ManagementId::save_in_non_volatile_storage;
    friend constexpr bool operator==(const SaveInNonVolatileStorage&,
                                     const SaveInNonVolatileStorage&) = default;

    template <class Self, class Io>
    static void fields(Self&, Io&) noexcept {}
};

/// Clause 15.5.3.1.5, a COMMAND.
struct ResetNonVolatileStorage {
    static constexpr ManagementId managementId = ManagementId::reset_non_volatile_storage;
    friend constexpr bool operator==(const ResetNonVolatileStorage&,
                                     const ResetNonVolatileStorage&) = default;

    template <class Self, class Io>
    static void fields(Self&, Io&) noexcept {}
};

/// Clause 15.5.3.1.6, a COMMAND.
struct Initialize {
    static constexpr ManagementId managementId = ManagementId::initialize;
    std::uint16_t initializationKey = 0;
    friend constexpr bool operator==(const Initialize&, const Initialize&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.initializationKey);
    }
};

/// Clause 15.5.3.3.1.
struct DefaultDataSet {
    static constexpr ManagementId managementId = ManagementId::default_data_set;
    bool twoStepFlag = true;
    bool slaveOnly = false;
    std::uint16_t numberPorts = 0;
    std::uint8_t priority1 = 128;
    ClockQuality clockQuality{};
    std::uint8_t priority2 = 128;
    ClockIdentity clockIdentity{};
    std::uint8_t domainNumber = 0;
    friend constexpr bool operator==(const DefaultDataSet&, const DefaultDataSet&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.twoStepFlag, self.slaveOnly);
        io.reserved(1);
        io(self.numberPorts);
        io(self.priority1);
        io(self.clockQuality);
        io(self.priority2);
        io(self.clockIdentity);
        io(self.domainNumber);
        io.reserved(1);
    }
};

/// Clause 15.5.3.4.1. Intervals in 2^-16 ns.
struct CurrentDataSet {
    static constexpr ManagementId managementId = ManagementId::current_data_set;
    std::uint16_t stepsRemoved = 0;
    ScaledNanoseconds offsetFromMaster = 0;
    ScaledNanoseconds meanDelay = 0;
    friend constexpr bool operator==(const CurrentDataSet&, const CurrentDataSet&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.stepsRemoved);
        io(self.offsetFromMaster);
        io(self.meanDelay);
    }
};

/// Clause 15.5.3.5.1.
struct ParentDataSet {
    static constexpr ManagementId managementId = ManagementId::parent_data_set;
    PortIdentity parentPortIdentity{};
    bool parentStats = false;
    std::uint16_t observedParentOffsetScaledLogVariance = 0xffff;
    std::int32_t observedParentClockPhaseChangeRate = 0x7fffffff;
    std::uint8_t grandmasterPriority1 = 128;
    ClockQuality grandmasterClockQuality{};
    std::uint8_t grandmasterPriority2 = 128;
    ClockIdentity grandmasterIdentity{};
    friend constexpr bool operator==(const ParentDataSet&, const ParentDataSet&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.parentPortIdentity);
        io.flags(self.parentStats);
        io.reserved(1);
        io(self.observedParentOffsetScaledLogVariance);
        io(self.observedParentClockPhaseChangeRate);
        io(self.grandmasterPriority1);
        io(self.grandmasterClockQuality);
        io(self.grandmasterPriority2);
        io(self.grandmasterIdentity);
    }
};

/// Clause 15.5.3.6.1.
struct TimePropertiesDataSet {
    static constexpr ManagementId managementId = ManagementId::time_properties_data_set;
    std::int16_t currentUtcOffset = 37;
    std::uint8_t flags = 0; ///< the low octet of flagField: flag::leap61 to flag::frequency_traceable
    TimeSource timeSource = TimeSource::internal_oscillator;
    friend constexpr bool operator==(const TimePropertiesDataSet&, const TimePropertiesDataSet&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.currentUtcOffset);
        io(self.flags);
        io(self.timeSource);
    }
};

/// Clause 15.5.3.7.1.
struct PortDataSet {
    static constexpr ManagementId managementId = ManagementId::port_data_set;
    PortIdentity portIdentity{};
    PortState portState = PortState::initializing;
    std::int8_t logMinDelayReqInterval = 0;
    ScaledNanoseconds meanLinkDelay = 0;
    std::int8_t logAnnounceInterval = 1;
    std::uint8_t announceReceiptTimeout = 3;
    std::int8_t logSyncInterval = 0;
    DelayMechanism delayMechanism = DelayMechanism::e2e;
    std::int8_t logMinPdelayReqInterval = 0;
    std::uint8_t versionNumber = 2; ///< low nibble versionNumber, high nibble minorVersionNumber
    friend constexpr bool operator==(const PortDataSet&, const PortDataSet&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.portIdentity);
        io(self.portState);
        io(self.logMinDelayReqInterval);
        io(self.meanLinkDelay);
        io(self.logAnnounceInterval);
        io(self.announceReceiptTimeout);
        io(self.logSyncInterval);
        io(self.delayMechanism);
        io(self.logMinPdelayReqInterval);
        io(self.versionNumber);
    }
};

/// Clause 15.5.3.3.2.
struct Priority1 {
    static constexpr ManagementId managementId = ManagementId::priority1;
    std::uint8_t priority1 = 128;
    friend constexpr bool operator==(const Priority1&, const Priority1&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.priority1);
        io.reserved(1);
    }
};

/// Clause 15.5.3.3.3.
struct Priority2 {
    static constexpr ManagementId managementId = ManagementId::priority2;
    std::uint8_t priority2 = 128;
    friend constexpr bool operator==(const Priority2&, const Priority2&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.priority2);
        io.reserved(1);
    }
};

/// Clause 15.5.3.3.4.
struct Domain {
    static constexpr ManagementId managementId = ManagementId::domain;
    std::uint8_t domainNumber = 0;
    friend constexpr bool operator==(const Domain&, const Domain&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.domainNumber);
        io.reserved(1);
    }
};

/// Clause 15.5.3.3.5; clientOnly in the amended wording. The standard puts the flag into bit 0, linuxptp into
/// bit 1 on both sides, so both are written and either is read.
struct SlaveOnly {
    static constexpr ManagementId managementId = ManagementId::slave_only;
    bool slaveOnly = false;
    friend constexpr bool operator==(const SlaveOnly&, const SlaveOnly&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        bool as_linuxptp = self.slaveOnly;
        io.flags(self.slaveOnly, as_linuxptp);
        io.reserved(1);
        if constexpr (!std::is_const_v<Self>)
            self.slaveOnly = self.slaveOnly || as_linuxptp;
    }
};

/// Clause 15.5.3.7.5.
struct LogAnnounceInterval {
    static constexpr ManagementId managementId = ManagementId::log_announce_interval;
    std::int8_t logAnnounceInterval = 1;
    friend constexpr bool operator==(const LogAnnounceInterval&, const LogAnnounceInterval&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.logAnnounceInterval);
        io.reserved(1);
    }
};

/// Clause 15.5.3.7.6.
struct AnnounceReceiptTimeout {
    static constexpr ManagementId managementId = ManagementId::announce_receipt_timeout;
    std::uint8_t announceReceiptTimeout = 3;
    friend constexpr bool operator==(const AnnounceReceiptTimeout&, const AnnounceReceiptTimeout&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.announceReceiptTimeout);
        io.reserved(1);
    }
};

/// Clause 15.5.3.7.7.
struct LogSyncInterval {
    static constexpr ManagementId managementId = ManagementId::log_sync_interval;
    std::int8_t logSyncInterval = 0;
    friend constexpr bool operator==(const LogSyncInterval&, const LogSyncInterval&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.logSyncInterval);
        io.reserved(1);
    }
};

/// Clause 15.5.3.7.10. Low nibble versionNumber, high nibble minorVersionNumber.
struct VersionNumber {
    static constexpr ManagementId managementId = ManagementId::version_number;
    std::uint8_t versionNumber = 2;
    friend constexpr bool operator==(const VersionNumber&, const VersionNumber&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.versionNumber);
        io.reserved(1);
    }
};

/// Clause 15.5.3.7.3, a COMMAND.
struct EnablePort {
    static constexpr ManagementId managementId = ManagementId::enable_port;
    friend constexpr bool operator==(const EnablePort&, const EnablePort&) = default;

    template <class Self, class Io>
    static void fields(Self&, Io&) noexcept {}
};

/// Clause 15.5.3.7.4, a COMMAND.
struct DisablePort {
    static constexpr ManagementId managementId = ManagementId::disable_port;
    friend constexpr bool operator==(const DisablePort&, const DisablePort&) = default;

    template <class Self, class Io>
    static void fields(Self&, Io&) noexcept {}
};

/// Clause 15.5.3.2.1.
struct Time {
    static constexpr ManagementId managementId = ManagementId::time;
    Timestamp currentTime{};
    friend constexpr bool operator==(const Time&, const Time&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.currentTime);
    }
};

/// Clause 15.5.3.2.2.
struct ClockAccuracyData {
    static constexpr ManagementId managementId = ManagementId::clock_accuracy;
    ClockAccuracy clockAccuracy = ClockAccuracy::unknown;
    friend constexpr bool operator==(const ClockAccuracyData&, const ClockAccuracyData&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.clockAccuracy);
        io.reserved(1);
    }
};

/// Clause 15.5.3.6.2.
struct UtcProperties {
    static constexpr ManagementId managementId = ManagementId::utc_properties;
    std::int16_t currentUtcOffset = 37;
    std::uint8_t flags = 0; ///< flag::leap61, leap59, current_utc_offset_valid
    friend constexpr bool operator==(const UtcProperties&, const UtcProperties&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.currentUtcOffset);
        io(self.flags);
        io.reserved(1);
    }
};

/// Clause 15.5.3.6.3: flag::time_traceable and frequency_traceable.
struct TraceabilityProperties {
    static constexpr ManagementId managementId = ManagementId::traceability_properties;
    std::uint8_t flags = 0;
    friend constexpr bool operator==(const TraceabilityProperties&, const TraceabilityProperties&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.flags);
        io.reserved(1);
    }
};

/// Clause 15.5.3.6.4: flag::ptp_timescale.
struct TimescaleProperties {
    static constexpr ManagementId managementId = ManagementId::timescale_properties;
    std::uint8_t flags = 0;
    TimeSource timeSource = TimeSource::internal_oscillator;
    friend constexpr bool operator==(const TimescaleProperties&, const TimescaleProperties&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.flags);
        io(self.timeSource);
    }
};

/// Clause 16.1.4.5.
struct UnicastNegotiationEnable {
    static constexpr ManagementId managementId = ManagementId::unicast_negotiation_enable;
    bool enable = false;
    friend constexpr bool operator==(const UnicastNegotiationEnable&,
                                     const UnicastNegotiationEnable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.enable);
        io.reserved(1);
    }
};

/// Clause 16.2.5.1.
struct PathTraceList {
    static constexpr ManagementId managementId = ManagementId::path_trace_list;
    BoundedList<ClockIdentity, maximum_path> pathSequence{};
    friend constexpr bool operator==(const PathTraceList&, const PathTraceList&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.remaining_list(self.pathSequence);
    }
};

/// Clause 16.2.5.2.
struct PathTraceEnable {
    static constexpr ManagementId managementId = ManagementId::path_trace_enable;
    bool enable = false;
    friend constexpr bool operator==(const PathTraceEnable&, const PathTraceEnable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.enable);
        io.reserved(1);
    }
};

/// Clause 17.2.3.1.
struct GrandmasterClusterTable {
    static constexpr ManagementId managementId = ManagementId::grandmaster_cluster_table;
    std::int8_t logQueryInterval = 0;
    BoundedList<PortAddress, maximum_addresses> table{};
    friend constexpr bool operator==(const GrandmasterClusterTable&,
                                     const GrandmasterClusterTable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.logQueryInterval);
        io.template counted_list<std::uint8_t>(self.table);
    }
};

/// Clause 17.4.3.1.
struct UnicastMasterTable {
    static constexpr ManagementId managementId = ManagementId::unicast_master_table;
    std::int8_t logQueryInterval = 0;
    BoundedList<PortAddress, maximum_addresses> table{};
    friend constexpr bool operator==(const UnicastMasterTable&, const UnicastMasterTable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.logQueryInterval);
        io.template counted_list<std::uint16_t>(self.table);
    }
};

/// Clause 17.4.3.2.
struct UnicastMasterMaxTableSize {
    static constexpr ManagementId managementId = ManagementId::unicast_master_max_table_size;
    std::uint16_t maxTableSize = 0;
    friend constexpr bool operator==(const UnicastMasterMaxTableSize&,
                                     const UnicastMasterMaxTableSize&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.maxTableSize);
    }
};

/// Clause 17.5.2.2.
struct AcceptableMaster {
    PortIdentity acceptablePortIdentity{};
    std::uint8_t alternatePriority1 = 0;
    friend constexpr bool operator==(const AcceptableMaster&, const AcceptableMaster&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.acceptablePortIdentity);
        io(self.alternatePriority1);
    }
};

/// Clause 17.5.4.1.
struct AcceptableMasterTable {
    static constexpr ManagementId managementId = ManagementId::acceptable_master_table;
    BoundedList<AcceptableMaster, maximum_addresses> table{};
    friend constexpr bool operator==(const AcceptableMasterTable&, const AcceptableMasterTable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.template counted_list<std::int16_t>(self.table);
    }
};

/// Clause 17.5.4.2.
struct AcceptableMasterTableEnabled {
    static constexpr ManagementId managementId = ManagementId::acceptable_master_table_enabled;
    bool enable = false;
    friend constexpr bool operator==(const AcceptableMasterTableEnabled&,
                                     const AcceptableMasterTableEnabled&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.enable);
        io.reserved(1);
    }
};

/// Clause 17.5.4.3.
struct AcceptableMasterMaxTableSize {
    static constexpr ManagementId managementId = ManagementId::acceptable_master_max_table_size;
    std::uint16_t maxTableSize = 0;
    friend constexpr bool operator==(const AcceptableMasterMaxTableSize&,
                                     const AcceptableMasterMaxTableSize&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.maxTableSize);
    }
};

/// Clause 17.3.5.1.
struct AlternateMaster {
    static constexpr ManagementId managementId = ManagementId::alternate_master;
    bool transmitAlternateMulticastSync = false;
    std::int8_t logAlternateMulticastSyncInterval = 0;
    std::uint8_t numberOfAlternateMasters = 0;
    friend constexpr bool operator==(const AlternateMaster&, const AlternateMaster&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.transmitAlternateMulticastSync);
        io(self.logAlternateMulticastSyncInterval);
        io(self.numberOfAlternateMasters);
        io.reserved(1);
    }
};

/// Clause 16.3.4.1.
struct AlternateTimeOffsetEnable {
    static constexpr ManagementId managementId = ManagementId::alternate_time_offset_enable;
    std::uint8_t keyField = 0;
    bool enable = false;
    friend constexpr bool operator==(const AlternateTimeOffsetEnable&,
                                     const AlternateTimeOffsetEnable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.keyField);
        io.flags(self.enable);
    }
};

/// Clause 16.3.4.2.
struct AlternateTimeOffsetName {
    static constexpr ManagementId managementId = ManagementId::alternate_time_offset_name;
    std::uint8_t keyField = 0;
    std::string_view displayName{};
    friend constexpr bool operator==(const AlternateTimeOffsetName&,
                                     const AlternateTimeOffsetName&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.keyField);
        io.text(self.displayName);
    }
};

/// Clause 16.3.4.3.
struct AlternateTimeOffsetMaxKey {
    static constexpr ManagementId managementId = ManagementId::alternate_time_offset_max_key;
    std::uint8_t maxKey = 0;
    friend constexpr bool operator==(const AlternateTimeOffsetMaxKey&,
                                     const AlternateTimeOffsetMaxKey&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.maxKey);
        io.reserved(1);
    }
};

/// Clause 16.3.4.4.
struct AlternateTimeOffsetProperties {
    static constexpr ManagementId managementId = ManagementId::alternate_time_offset_properties;
    std::uint8_t keyField = 0;
    std::int32_t currentOffset = 0;   ///< seconds
    std::int32_t jumpSeconds = 0;     ///< seconds
    std::uint64_t timeOfNextJump = 0; ///< 48 bits, seconds of PTP time
    friend constexpr bool operator==(const AlternateTimeOffsetProperties&,
                                     const AlternateTimeOffsetProperties&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.keyField);
        io(self.currentOffset);
        io(self.jumpSeconds);
        io.u48(self.timeOfNextJump);
        io.reserved(1);
    }
};

/// Clause 15.5.3.3.6.
struct ExternalPortConfigurationEnabled {
    static constexpr ManagementId managementId = ManagementId::external_port_configuration_enabled;
    bool externalPortConfigurationEnabled = false;
    friend constexpr bool operator==(const ExternalPortConfigurationEnabled&,
                                     const ExternalPortConfigurationEnabled&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.externalPortConfigurationEnabled);
        io.reserved(1);
    }
};

/// Clause 15.5.3.7.13.
struct MasterOnly {
    static constexpr ManagementId managementId = ManagementId::master_only;
    bool masterOnly = false;
    friend constexpr bool operator==(const MasterOnly&, const MasterOnly&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.masterOnly);
        io.reserved(1);
    }
};

/// Clause 17.7.4.
struct HoldoverUpgradeEnable {
    static constexpr ManagementId managementId = ManagementId::holdover_upgrade_enable;
    bool enable = false;
    friend constexpr bool operator==(const HoldoverUpgradeEnable&, const HoldoverUpgradeEnable&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.flags(self.enable);
        io.reserved(1);
    }
};

/// Clause 17.6.3.2.
struct ExtPortConfigPortDataSet {
    static constexpr ManagementId managementId = ManagementId::ext_port_config_port_data_set;
    PortState desiredState = PortState::slave;
    friend constexpr bool operator==(const ExtPortConfigPortDataSet&,
                                     const ExtPortConfigPortDataSet&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.reserved(1);
        io(self.desiredState);
    }
};

/// Clause 15.5.3.7.8.
struct DelayMechanismData {
    static constexpr ManagementId managementId = ManagementId::delay_mechanism;
    DelayMechanism delayMechanism = DelayMechanism::e2e;
    friend constexpr bool operator==(const DelayMechanismData&, const DelayMechanismData&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.delayMechanism);
        io.reserved(1);
    }
};

/// Clause 15.5.3.7.9.
struct LogMinPdelayReqInterval {
    static constexpr ManagementId managementId = ManagementId::log_min_pdelay_req_interval;
    std::int8_t logMinPdelayReqInterval = 0;
    friend constexpr bool operator==(const LogMinPdelayReqInterval&,
                                     const LogMinPdelayReqInterval&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.logMinPdelayReqInterval);
        io.reserved(1);
    }
};

} // namespace wirestamp::ptp::management
