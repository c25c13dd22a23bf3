// SPDX-License-Identifier: Apache-2.0
//
// Changing by management. A SET is an application's update under another name, so that both have the same
// effects and limits; a value out of range changes nothing.

#include "impl/ptp/clock.hpp"

namespace wirestamp::ptp {

namespace mg = management;

namespace {

constexpr auto wrong_length = ManagementErrorId::wrong_length;
constexpr auto wrong_value = ManagementErrorId::wrong_value;

bool is_sane_interval(int log2) noexcept {
    return log2 >= -7 && log2 <= 10;
}

/// Replaces the bits of `mask`.
std::uint16_t with_flags(std::uint16_t flags, std::uint16_t mask, std::uint8_t wish) noexcept {
    return static_cast<std::uint16_t>((flags & ~mask) | (wish & mask));
}

/// Reads the data and gives it to `change`, which says whether the value was allowed.
template <class Data, class Change>
ManagementResult change_with(const ManagementTlv& tlv, const Change& change) {
    const auto data = mg::read<Data>(tlv);
    if (!data)
        return ManagementResult::refuse(data.error == ParseError::tlv_too_short ? wrong_length : wrong_value);
    return change(*data) ? ManagementResult::done() : ManagementResult::refuse(wrong_value);
}

} // namespace

ManagementResult ManagementResponder::set(const ManagementTlv& tlv, Port* port, Step& step) {
    if (port != nullptr)
        return set_port(tlv, *port, step);
    const auto offsets = set_offsets(tlv);
    return offsets.kind == ManagementResult::Kind::elsewhere ? set_clock(tlv, step) : offsets;
}

ManagementResult ManagementResponder::set_clock(const ManagementTlv& tlv, Step& step) {
    const EngineConfig& config = clock_.config();
    ClockUpdate update;
    const auto apply = [&] {
        clock_.update(update, step);
        return true;
    };
    switch (tlv.managementId) {
        case ManagementId::user_description:
            return change_with<mg::UserDescription>(tlv, [&](const mg::UserDescription& data) {
                if (data.userDescription.size() > 128)
                    return false;
                update.userDescription = std::string(data.userDescription);
                return apply();
            });
        case ManagementId::priority1:
            return change_with<mg::Priority1>(tlv, [&](const mg::Priority1& data) {
                update.priority1 = data.priority1;
                return apply();
            });
        case ManagementId::priority2:
            return change_with<mg::Priority2>(tlv, [&](const mg::Priority2& data) {
                update.priority2 = data.priority2;
                return apply();
            });
        case ManagementId::domain:
            return change_with<mg::Domain>(tlv, [&](const mg::Domain& data) {
                update.domainNumber = data.domainNumber;
                return apply();
            });
        case ManagementId::slave_only:
            return change_with<mg::SlaveOnly>(tlv, [&](const mg::SlaveOnly& data) {
                if (data.slaveOnly && clock_.is_boundary())
                    return false;
                update.clientOnly = data.slaveOnly;
                return apply();
            });
        case ManagementId::clock_accuracy:
            return change_with<mg::ClockAccuracyData>(tlv, [&](const mg::ClockAccuracyData& data) {
                update.clockQuality = config.clockQuality;
                update.clockQuality->clockAccuracy = data.clockAccuracy;
                return apply();
            });
        case ManagementId::utc_properties:
            return change_with<mg::UtcProperties>(tlv, [&](const mg::UtcProperties& data) {
                update.currentUtcOffset = data.currentUtcOffset;
                update.time_flags =
                    with_flags(config.time_flags,
                               flag::leap61 | flag::leap59 | flag::current_utc_offset_valid, data.flags);
                return apply();
            });
        case ManagementId::traceability_properties:
            return change_with<mg::TraceabilityProperties>(tlv, [&](const mg::TraceabilityProperties& data) {
                update.time_flags = with_flags(config.time_flags,
                                               flag::time_traceable | flag::frequency_traceable, data.flags);
                return apply();
            });
        case ManagementId::timescale_properties:
            return change_with<mg::TimescaleProperties>(tlv, [&](const mg::TimescaleProperties& data) {
                update.time_flags = with_flags(config.time_flags, flag::ptp_timescale, data.flags);
                update.timeSource = data.timeSource;
                return apply();
            });
        case ManagementId::grandmaster_settings_np:
            return change_with<mg::GrandmasterSettingsNp>(tlv, [&](const mg::GrandmasterSettingsNp& data) {
                update.clockQuality = data.clockQuality;
                update.currentUtcOffset = data.currentUtcOffset;
                update.time_flags = with_flags(config.time_flags, flag::time_properties, data.flags);
                update.timeSource = data.timeSource;
                return apply();
            });
        case ManagementId::acceptable_master_table:
            return change_with<mg::AcceptableMasterTable>(tlv, [&](const mg::AcceptableMasterTable& data) {
                std::vector<AcceptableMaster> masters;
                for (const mg::AcceptableMaster& master : data.table)
                    masters.push_back({master.acceptablePortIdentity, master.alternatePriority1});
                clock_.config().acceptable_masters = std::move(masters);
                for (const auto& port : clock_.ports())
                    port->set_acceptable_master_table_enabled(port->acceptable_master_table_enabled());
                return true;
            });
        case ManagementId::synchronization_uncertain_np:
            return change_with<mg::SynchronizationUncertainNp>(
                tlv, [&](const mg::SynchronizationUncertainNp& data) {
                    if (data.uncertain > 1 && data.uncertain != 255)
                        return false;
                    clock_.set_synchronization_uncertain(data.uncertain);
                    return true;
                });
        case ManagementId::external_grandmaster_properties_np:
            return change_with<mg::ExternalGrandmasterPropertiesNp>(
                tlv, [&](const mg::ExternalGrandmasterPropertiesNp& data) {
                    clock_.set_external_grandmaster({data.gmIdentity, data.stepsRemoved});
                    return true;
                });
        default:
            return ManagementResult::elsewhere();
    }
}

ManagementResult ManagementResponder::set_offsets(const ManagementTlv& tlv) {
    AlternateTimeOffsets& table = clock_.alternate_time_offsets();
    switch (tlv.managementId) {
        case ManagementId::alternate_time_offset_enable:
            return change_with<mg::AlternateTimeOffsetEnable>(tlv,
                                                              [&](const mg::AlternateTimeOffsetEnable& data) {
                                                                  auto* entry = table.find(data.keyField);
                                                                  if (entry != nullptr)
                                                                      entry->enabled = data.enable;
                                                                  return entry != nullptr;
                                                              });
        case ManagementId::alternate_time_offset_name:
            return change_with<mg::AlternateTimeOffsetName>(
                tlv, [&](const mg::AlternateTimeOffsetName& data) {
                    auto* entry = table.find(data.keyField);
                    return entry != nullptr && AlternateTimeOffsets::set_name(*entry, data.displayName);
                });
        case ManagementId::alternate_time_offset_properties:
            return change_with<mg::AlternateTimeOffsetProperties>(
                tlv, [&](const mg::AlternateTimeOffsetProperties& data) {
                    auto* entry = table.find(data.keyField);
                    if (entry == nullptr)
                        return false;
                    entry->currentOffset = data.currentOffset;
                    entry->jumpSeconds = data.jumpSeconds;
                    entry->timeOfNextJump = data.timeOfNextJump;
                    return true;
                });
        default:
            return ManagementResult::elsewhere();
    }
}

ManagementResult ManagementResponder::set_port(const ManagementTlv& tlv, Port& port, Step& step) {
    PortUpdate update;
    update.port = port.number();
    const auto apply = [&] {
        port.update(update, step);
        return true;
    };
    const auto apply_interval = [&](std::optional<std::int8_t>& field, std::int8_t wish) {
        if (!is_sane_interval(wish))
            return false;
        field = wish;
        return apply();
    };
    switch (tlv.managementId) {
        case ManagementId::log_announce_interval:
            return change_with<mg::LogAnnounceInterval>(tlv, [&](const mg::LogAnnounceInterval& data) {
                return apply_interval(update.logAnnounceInterval, data.logAnnounceInterval);
            });
        case ManagementId::announce_receipt_timeout:
            return change_with<mg::AnnounceReceiptTimeout>(tlv, [&](const mg::AnnounceReceiptTimeout& data) {
                update.announceReceiptTimeout = data.announceReceiptTimeout;
                return data.announceReceiptTimeout >= 2 && apply();
            });
        case ManagementId::log_sync_interval:
            return change_with<mg::LogSyncInterval>(tlv, [&](const mg::LogSyncInterval& data) {
                return apply_interval(update.logSyncInterval, data.logSyncInterval);
            });
        case ManagementId::log_min_pdelay_req_interval:
            return change_with<mg::LogMinPdelayReqInterval>(
                tlv, [&](const mg::LogMinPdelayReqInterval& data) {
                    return apply_interval(update.logMinPdelayReqInterval, data.logMinPdelayReqInterval);
                });
        case ManagementId::version_number:
            return change_with<mg::VersionNumber>(tlv, [&](const mg::VersionNumber& data) {
                update.ptp_minor_version = static_cast<std::uint8_t>(data.versionNumber >> 4);
                return (data.versionNumber & 0x0f) == 2 && *update.ptp_minor_version <= 1 && apply();
            });
        case ManagementId::master_only:
            return change_with<mg::MasterOnly>(tlv, [&](const mg::MasterOnly& data) {
                update.serverOnly = data.masterOnly;
                return apply();
            });
        case ManagementId::acceptable_master_table_enabled:
            return change_with<mg::AcceptableMasterTableEnabled>(
                tlv, [&](const mg::AcceptableMasterTableEnabled& data) {
                    port.set_acceptable_master_table_enabled(data.enable);
                    return true;
                });
        case ManagementId::delay_mechanism:
            return change_with<mg::DelayMechanismData>(tlv, [&](const mg::DelayMechanismData& data) {
                return port.set_delay_mechanism(data.delayMechanism, step);
            });
        case ManagementId::port_data_set_np:
            return change_with<mg::PortDataSetNp>(tlv, [&](const mg::PortDataSetNp& data) {
                update.neighborPropDelayThresh = data.neighborPropDelayThresh;
                return apply();
            });
        case ManagementId::port_corrections_np:
            return change_with<mg::PortCorrectionsNp>(tlv, [&](const mg::PortCorrectionsNp& data) {
                update.egressLatency = data.egressLatency;
                update.ingressLatency = data.ingressLatency;
                update.delayAsymmetry = data.delayAsymmetry;
                return apply();
            });
        default:
            return ManagementResult::elsewhere();
    }
}

ManagementResult ManagementResponder::command(ManagementId id, Port* port, Step& step) {
    if (port != nullptr && id == ManagementId::enable_port)
        port->set_enabled(true, step);
    else if (port != nullptr && id == ManagementId::disable_port)
        port->set_enabled(false, step);
    else if (id == ManagementId::initialize)
        for (const auto& each : clock_.ports())
            each->restart(step);
    else
        return ManagementResult::elsewhere();
    return ManagementResult::done();
}

} // namespace wirestamp::ptp
