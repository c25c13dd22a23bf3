// SPDX-License-Identifier: Apache-2.0
//
// Reading by management (IEEE 1588-2019 clause 15.5.3): data sets in, TLV out.

#include <algorithm>
#include <charconv>

#include "impl/base/rounding.hpp"
#include "impl/ptp/clock.hpp"
#include "impl/ptp/management_structures.hpp"

namespace wirestamp::ptp {

namespace mg = management;

namespace {

ManagementResult filled(bool fits) noexcept {
    return fits ? ManagementResult::done() : ManagementResult::refuse(ManagementErrorId::response_too_big);
}

std::uint8_t version_number(const PortDS& ds) noexcept {
    return static_cast<std::uint8_t>((ds.minorVersionNumber << 4) | 2);
}

std::uint8_t low_octet(std::uint16_t flags, std::uint16_t mask) noexcept {
    return static_cast<std::uint8_t>(flags & mask & 0xff);
}

std::span<const std::uint8_t> octets_of(const Address& address) noexcept {
    const std::size_t size = address.family == Family::ipv6 ? 16 : address.family == Family::ipv4 ? 4 : 0;
    return {address.bytes.data(), size};
}

mg::PortAddress port_address(const Address& address) noexcept {
    return {address.family == Family::ipv6 ? NetworkProtocol::udp_ipv6 : NetworkProtocol::udp_ipv4,
            octets_of(address)};
}

/// "00:11:22", as the configuration has it.
std::array<std::uint8_t, 3> manufacturer_identity(std::string_view text) noexcept {
    std::array<std::uint8_t, 3> identity{};
    for (std::size_t i = 0; i < identity.size() && text.size() >= 3 * i + 2; ++i)
        std::from_chars(text.data() + 3 * i, text.data() + 3 * i + 2, identity[i], 16);
    return identity;
}

std::string_view at_most(std::string_view text, std::size_t size) noexcept {
    return text.substr(0, size);
}

mg::ClockDescription clock_description(const Clock& clock, const Port& port) noexcept {
    constexpr std::array<std::uint8_t, 6> e2e_profile = {0x00, 0x1b, 0x19, 0x00, 0x01, 0x00};
    constexpr std::array<std::uint8_t, 6> p2p_profile = {0x00, 0x1b, 0x19, 0x00, 0x02, 0x00};
    const EngineConfig& config = clock.config();
    mg::ClockDescription description;
    description.clockType = clock.is_boundary() ? mg::clock_type::boundary : mg::clock_type::ordinary;
    description.physicalLayerProtocol = "IEEE 802.3";
    description.physicalAddress = port.config().physicalAddress;
    description.protocolAddress = {port.config().networkProtocol, octets_of(port.config().protocolAddress)};
    description.manufacturerIdentity = manufacturer_identity(config.manufacturerIdentity);
    description.productDescription = at_most(config.productDescription, 64);
    description.revisionData = at_most(config.revisionData, 32);
    description.userDescription = at_most(config.userDescription, 128);
    const bool is_p2p = port.data().delayMechanism == DelayMechanism::p2p;
    description.profileIdentity = config.profileIdentity != std::array<std::uint8_t, 6>{}
                                      ? config.profileIdentity
                                  : is_p2p ? p2p_profile
                                           : e2e_profile;
    return description;
}

mg::UnicastStateNp unicast_state(const UnicastClient::Master& master) noexcept {
    if (!master.contract(UnicastService::announce).granted)
        return mg::UnicastStateNp::wait;
    if (!master.selected)
        return mg::UnicastStateNp::have_announce;
    return master.contract(UnicastService::sync).granted ? mg::UnicastStateNp::have_sync_delay
                                                         : mg::UnicastStateNp::need_sync_delay;
}

mg::UnicastMasterTableNp unicast_masters_np(const Port& port) noexcept {
    mg::UnicastMasterTableNp answer;
    if (port.unicast_client() == nullptr)
        return answer;
    for (const UnicastClient::Master& master : port.unicast_client()->masters()) {
        if (!master.is_master)
            continue;
        mg::UnicastMasterEntryNp entry;
        entry.portIdentity = master.identity;
        entry.selected = master.selected ? 1 : 0;
        entry.port_state = unicast_state(master);
        entry.address = port_address(master.address);
        for (const ForeignMaster& foreign : port.foreign_masters().all())
            if (same_host(foreign.address, master.address)) {
                entry.portIdentity = foreign.source;
                entry.clockQuality = foreign.announce.grandmasterClockQuality;
                entry.priority1 = foreign.announce.grandmasterPriority1;
                entry.priority2 = foreign.announce.grandmasterPriority2;
            }
        answer.table.push_back(entry);
    }
    return answer;
}

mg::PortServiceStatsNp service_statistics(const Port& port) noexcept {
    const PortStatistics& statistics = port.statistics();
    mg::PortServiceStatsNp answer;
    answer.portIdentity = port.identity();
    answer.announce_timeout = statistics.announce_timeout;
    answer.sync_timeout = statistics.sync_timeout;
    answer.delay_timeout = statistics.delay_timeout;
    answer.unicast_service_timeout = statistics.unicast_service_timeout;
    answer.unicast_request_timeout = statistics.unicast_request_timeout;
    answer.master_announce_timeout = statistics.master_announce_timeout;
    answer.master_sync_timeout = statistics.master_sync_timeout;
    answer.qualification_timeout = statistics.qualification_timeout;
    answer.sync_mismatch = statistics.sync_mismatch;
    answer.followup_mismatch = statistics.followup_mismatch;
    return answer;
}

} // namespace

mg::PortDataSet port_data_set(const Port& port) noexcept {
    const PortDS& ds = port.data();
    mg::PortDataSet answer;
    answer.portIdentity = ds.portIdentity;
    answer.portState = ds.portState;
    answer.logMinDelayReqInterval = ds.logMinDelayReqInterval;
    answer.meanLinkDelay = to_scaled(ds.meanLinkDelay);
    answer.logAnnounceInterval = ds.logAnnounceInterval;
    answer.announceReceiptTimeout = ds.announceReceiptTimeout;
    answer.logSyncInterval = ds.logSyncInterval;
    answer.delayMechanism = ds.delayMechanism;
    answer.logMinPdelayReqInterval = ds.logMinPdelayReqInterval;
    answer.versionNumber = version_number(ds);
    return answer;
}

mg::ParentDataSet parent_data_set(const Clock& clock) noexcept {
    const ParentDS& ds = clock.data().parentDS;
    mg::ParentDataSet answer;
    answer.parentPortIdentity = ds.parentPortIdentity;
    answer.parentStats = ds.parentStats;
    answer.observedParentOffsetScaledLogVariance = ds.observedParentOffsetScaledLogVariance;
    answer.observedParentClockPhaseChangeRate = ds.observedParentClockPhaseChangeRate;
    answer.grandmasterPriority1 = ds.grandmasterPriority1;
    answer.grandmasterClockQuality = ds.grandmasterClockQuality;
    answer.grandmasterPriority2 = ds.grandmasterPriority2;
    answer.grandmasterIdentity = ds.grandmasterIdentity;
    return answer;
}

/// What linuxptp tells of a link, whether its service for several domains measured it or the port itself.
mg::CmldsInfoNp link_delay_info(const Port& port) noexcept {
    constexpr double scale = 2199023255552.0; // 2^41, as cumulativeScaledRateOffset of IEEE 802.1AS
    constexpr double limit = 2147483647.0;
    const PortDS& ds = port.data();
    const double scaled = std::clamp((ds.neighborRateRatio - 1.0) * scale, -limit, limit);
    return {to_scaled(ds.meanLinkDelay), static_cast<std::int32_t>(rounded(scaled)), ds.asCapable ? 1U : 0U};
}

mg::TimeStatusNp time_status(const Clock& clock) noexcept {
    mg::TimeStatusNp answer;
    answer.master_offset = clock.data().currentDS.offsetFromMaster;
    for (const auto& port : clock.ports())
        answer.ingress_time = std::max(answer.ingress_time, port->last_sync_received());
    answer.gmIdentity = clock.data().parentDS.grandmasterIdentity;
    answer.gmPresent = answer.gmIdentity != clock.data().defaultDS.clockIdentity ? 1 : 0;
    return answer;
}

ManagementResult ManagementResponder::get(ManagementId id, const Port* port, bool local,
                                          MessageBuffer& answer, Step& step) const {
    return port == nullptr ? get_clock(id, answer, step) : get_port(id, *port, local, answer);
}

ManagementResult ManagementResponder::get_clock(ManagementId id, MessageBuffer& answer, Step& step) const {
    const DataSets& sets = clock_.data();
    const DefaultDS& own = sets.defaultDS;
    const TimePropertiesDS& time = sets.timePropertiesDS;
    const EngineConfig& config = clock_.config();
    constexpr std::uint16_t traceability = flag::time_traceable | flag::frequency_traceable;
    constexpr std::uint16_t utc = flag::leap61 | flag::leap59 | flag::current_utc_offset_valid;
    switch (id) {
        case ManagementId::user_description:
            return filled(mg::append(answer, mg::UserDescription{at_most(config.userDescription, 128)}));
        case ManagementId::default_data_set:
            return filled(mg::append(
                answer,
                mg::DefaultDataSet{own.twoStepFlag, own.slaveOnly, own.numberPorts, own.priority1,
                                   own.clockQuality, own.priority2, own.clockIdentity, own.domainNumber}));
        case ManagementId::current_data_set:
            return filled(mg::append(answer, mg::CurrentDataSet{sets.currentDS.stepsRemoved,
                                                                to_scaled(sets.currentDS.offsetFromMaster),
                                                                to_scaled(sets.currentDS.meanDelay)}));
        case ManagementId::parent_data_set:
            return filled(mg::append(answer, parent_data_set(clock_)));
        case ManagementId::time_properties_data_set:
            return filled(mg::append(
                answer,
                mg::TimePropertiesDataSet{time.currentUtcOffset, low_octet(time.flags, flag::time_properties),
                                          time.timeSource}));
        case ManagementId::priority1:
            return filled(mg::append(answer, mg::Priority1{own.priority1}));
        case ManagementId::priority2:
            return filled(mg::append(answer, mg::Priority2{own.priority2}));
        case ManagementId::domain:
            return filled(mg::append(answer, mg::Domain{own.domainNumber}));
        case ManagementId::slave_only:
            return filled(mg::append(answer, mg::SlaveOnly{own.slaveOnly}));
        case ManagementId::time:
            return filled(mg::append(answer, mg::Time{to_timestamp(step.now.ptp).value_or(Timestamp{})}));
        case ManagementId::clock_accuracy:
            return filled(mg::append(answer, mg::ClockAccuracyData{own.clockQuality.clockAccuracy}));
        case ManagementId::utc_properties:
            return filled(
                mg::append(answer, mg::UtcProperties{time.currentUtcOffset, low_octet(time.flags, utc)}));
        case ManagementId::traceability_properties:
            return filled(
                mg::append(answer, mg::TraceabilityProperties{low_octet(time.flags, traceability)}));
        case ManagementId::timescale_properties:
            return filled(mg::append(
                answer,
                mg::TimescaleProperties{low_octet(time.flags, flag::ptp_timescale), time.timeSource}));
        case ManagementId::path_trace_list: {
            mg::PathTraceList list;
            for (const ClockIdentity& identity : sets.path_trace)
                list.pathSequence.push_back(identity);
            return filled(mg::append(answer, list));
        }
        case ManagementId::path_trace_enable: {
            const bool enabled = std::any_of(config.ports.begin(), config.ports.end(),
                                             [](const PortConfig& port) { return port.path_trace_enabled; });
            return filled(mg::append(answer, mg::PathTraceEnable{enabled}));
        }
        case ManagementId::acceptable_master_table: {
            mg::AcceptableMasterTable table;
            for (const AcceptableMaster& master : config.acceptable_masters)
                table.table.push_back({master.acceptablePortIdentity, master.alternatePriority1});
            return filled(mg::append(answer, table));
        }
        case ManagementId::acceptable_master_max_table_size:
            return filled(mg::append(
                answer, mg::AcceptableMasterMaxTableSize{static_cast<std::uint16_t>(mg::maximum_addresses)}));
        case ManagementId::alternate_time_offset_max_key:
            return filled(mg::append(answer, mg::AlternateTimeOffsetMaxKey{AlternateTimeOffsets::keys - 1}));
        case ManagementId::external_port_configuration_enabled:
            return filled(
                mg::append(answer, mg::ExternalPortConfigurationEnabled{config.BMCA == BmcaMode::noop}));
        case ManagementId::time_status_np:
            return filled(mg::append(answer, time_status(clock_)));
        case ManagementId::grandmaster_settings_np:
            return filled(mg::append(
                answer, mg::GrandmasterSettingsNp{own.clockQuality, config.currentUtcOffset,
                                                  low_octet(config.time_flags, flag::time_properties),
                                                  config.timeSource}));
        case ManagementId::synchronization_uncertain_np:
            return filled(
                mg::append(answer, mg::SynchronizationUncertainNp{clock_.synchronization_uncertain()}));
        case ManagementId::external_grandmaster_properties_np: {
            const ExternalGrandmaster& external = clock_.external_grandmaster();
            return filled(mg::append(
                answer, mg::ExternalGrandmasterPropertiesNp{external.gmIdentity, external.stepsRemoved}));
        }
        default:
            return ManagementResult::elsewhere();
    }
}

ManagementResult ManagementResponder::get_offsets(ManagementId id, std::span<const std::uint8_t> data,
                                                  MessageBuffer& answer) const {
    // The key is the first octet of all three structures, and of the GET as well (clause 16.3.4).
    if (id != ManagementId::alternate_time_offset_enable && id != ManagementId::alternate_time_offset_name &&
        id != ManagementId::alternate_time_offset_properties)
        return ManagementResult::elsewhere();
    const std::uint8_t key = data.empty() ? std::uint8_t{0} : data[0];
    const AlternateTimeOffsets::Entry* entry = clock_.alternate_time_offsets().find(key);
    if (entry == nullptr)
        return ManagementResult::refuse(ManagementErrorId::wrong_value);
    if (id == ManagementId::alternate_time_offset_enable)
        return filled(mg::append(answer, mg::AlternateTimeOffsetEnable{key, entry->enabled}));
    if (id == ManagementId::alternate_time_offset_name)
        return filled(mg::append(answer, mg::AlternateTimeOffsetName{key, entry->displayName()}));
    mg::AlternateTimeOffsetProperties properties;
    properties.keyField = key;
    properties.currentOffset = entry->currentOffset;
    properties.jumpSeconds = entry->jumpSeconds;
    properties.timeOfNextJump = entry->timeOfNextJump;
    return filled(mg::append(answer, properties));
}

ManagementResult ManagementResponder::get_port(ManagementId id, const Port& port, bool local,
                                               MessageBuffer& answer) const {
    const PortDS& ds = port.data();
    const PortConfig& config = port.config();
    switch (id) {
        case ManagementId::null_management:
            return filled(append(answer, ManagementTlv{id, {}}));
        case ManagementId::clock_description:
            return filled(mg::append(answer, clock_description(clock_, port)));
        case ManagementId::port_data_set:
            return filled(mg::append(answer, port_data_set(port)));
        case ManagementId::log_announce_interval:
            return filled(mg::append(answer, mg::LogAnnounceInterval{ds.logAnnounceInterval}));
        case ManagementId::announce_receipt_timeout:
            return filled(mg::append(answer, mg::AnnounceReceiptTimeout{ds.announceReceiptTimeout}));
        case ManagementId::log_sync_interval:
            return filled(mg::append(answer, mg::LogSyncInterval{ds.logSyncInterval}));
        case ManagementId::version_number:
            return filled(mg::append(answer, mg::VersionNumber{version_number(ds)}));
        case ManagementId::master_only:
            return filled(mg::append(answer, mg::MasterOnly{ds.masterOnly}));
        case ManagementId::delay_mechanism:
            return filled(mg::append(answer, mg::DelayMechanismData{ds.delayMechanism}));
        case ManagementId::log_min_pdelay_req_interval:
            return filled(mg::append(answer, mg::LogMinPdelayReqInterval{ds.logMinPdelayReqInterval}));
        case ManagementId::unicast_negotiation_enable:
            return filled(mg::append(answer, mg::UnicastNegotiationEnable{config.unicast_listen ||
                                                                          port.unicast_client() != nullptr}));
        case ManagementId::unicast_master_table: {
            mg::UnicastMasterTable table;
            table.logQueryInterval = config.logQueryInterval;
            for (const UnicastMaster& master : config.unicast_masters)
                table.table.push_back(port_address(master.address));
            return filled(mg::append(answer, table));
        }
        case ManagementId::unicast_master_max_table_size:
            return filled(mg::append(
                answer, mg::UnicastMasterMaxTableSize{static_cast<std::uint16_t>(mg::maximum_addresses)}));
        case ManagementId::acceptable_master_table_enabled:
            return filled(
                mg::append(answer, mg::AcceptableMasterTableEnabled{port.acceptable_master_table_enabled()}));
        case ManagementId::port_data_set_np:
            return filled(mg::append(
                answer, mg::PortDataSetNp{static_cast<std::uint32_t>(config.neighborPropDelayThresh),
                                          ds.asCapable ? 1 : 0}));
        case ManagementId::port_stats_np:
            return filled(mg::append(answer, mg::PortStatsNp{port.identity(), port.statistics().received,
                                                             port.statistics().sent}));
        case ManagementId::port_service_stats_np:
            return filled(mg::append(answer, service_statistics(port)));
        case ManagementId::unicast_master_table_np:
            return filled(mg::append(answer, unicast_masters_np(port)));
        case ManagementId::cmlds_info_np:
            return filled(mg::append(answer, link_delay_info(port)));
        case ManagementId::port_corrections_np:
            return filled(mg::append(
                answer,
                mg::PortCorrectionsNp{config.egressLatency, config.ingressLatency, config.delayAsymmetry}));
        // What the host is made of is not told to the network.
        case ManagementId::port_properties_np:
            if (!local)
                return ManagementResult::refuse(ManagementErrorId::not_supported);
            return filled(
                mg::append(answer, mg::PortPropertiesNp{port.identity(), ds.portState,
                                                        static_cast<mg::TimestampingNp>(config.timestamping),
                                                        at_most(config.interface_name, 255)}));
        case ManagementId::port_hwclock_np:
            if (!local)
                return ManagementResult::refuse(ManagementErrorId::not_supported);
            return filled(mg::append(answer, mg::PortHwclockNp{port.identity(), config.phc_index, 0}));
        default:
            return ManagementResult::elsewhere();
    }
}

} // namespace wirestamp::ptp
