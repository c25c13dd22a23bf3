// SPDX-License-Identifier: Apache-2.0
//
// Everything that can be done with a hostile datagram: read it as whatever it might be, and check what must
// hold however it was forged. Shared by the fuzzer and by the unit tests that flip and cut octets.

#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>

#include "impl/ptp/wire/codec.hpp"
#include "impl/ptp/wire/management_linuxptp.hpp"
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp::exercise {

using TypedTlvs = std::tuple<UnicastRequest, UnicastGrant, UnicastCancel, UnicastCancelAcknowledge,
                             AlternateTimeOffsetIndicator, EnhancedAccuracyMetrics,
                             PortCommunicationAvailability, OrganizationExtension, FollowUpInformation,
                             MessageIntervalRequest, ManagementTlv, ManagementErrorStatus>;

using ManagementData = std::tuple<
    management::NullManagement, management::ClockDescription, management::UserDescription,
    management::SaveInNonVolatileStorage, management::ResetNonVolatileStorage, management::Initialize,
    management::DefaultDataSet, management::CurrentDataSet, management::ParentDataSet,
    management::TimePropertiesDataSet, management::PortDataSet, management::Priority1, management::Priority2,
    management::Domain, management::SlaveOnly, management::LogAnnounceInterval,
    management::AnnounceReceiptTimeout, management::LogSyncInterval, management::VersionNumber,
    management::EnablePort, management::DisablePort, management::Time, management::ClockAccuracyData,
    management::UtcProperties, management::TraceabilityProperties, management::TimescaleProperties,
    management::UnicastNegotiationEnable, management::PathTraceList, management::PathTraceEnable,
    management::GrandmasterClusterTable, management::UnicastMasterTable,
    management::UnicastMasterMaxTableSize, management::AcceptableMasterTable,
    management::AcceptableMasterTableEnabled, management::AcceptableMasterMaxTableSize,
    management::AlternateMaster, management::AlternateTimeOffsetEnable, management::AlternateTimeOffsetName,
    management::AlternateTimeOffsetMaxKey, management::AlternateTimeOffsetProperties,
    management::ExternalPortConfigurationEnabled, management::MasterOnly, management::HoldoverUpgradeEnable,
    management::ExtPortConfigPortDataSet, management::DelayMechanismData, management::LogMinPdelayReqInterval,
    management::TimeStatusNp, management::GrandmasterSettingsNp, management::PortDataSetNp,
    management::SubscribeEventsNp, management::PortPropertiesNp, management::PortStatsNp,
    management::SynchronizationUncertainNp, management::PortServiceStatsNp, management::UnicastMasterTableNp,
    management::PortHwclockNp, management::PowerProfileSettingsNp, management::CmldsInfoNp,
    management::PortCorrectionsNp, management::ExternalGrandmasterPropertiesNp>;

/// Calls a generic function with a null pointer to each type of a tuple.
template <class Tuple, class Function>
void for_each_type(const Function& function) {
    [&]<class... Types>(std::tuple<Types...>*) {
        (function(static_cast<Types*>(nullptr)), ...);
    }(static_cast<Tuple*>(nullptr));
}

inline bool same(const ManagementTlv& a, const ManagementTlv& b) {
    return a.managementId == b.managementId && a.dataField.size() == b.dataField.size();
}
inline bool same(const OrganizationExtension& a, const OrganizationExtension& b) {
    return a.organizationId == b.organizationId && a.organizationSubType == b.organizationSubType &&
           a.dataField.size() == b.dataField.size();
}
/// A variance may be no number, which equals nothing.
inline bool same(const EnhancedAccuracyMetrics& a, const EnhancedAccuracyMetrics& b) {
    MessageBuffer left, right;
    return build(left, Header{}, SignalingBody{}) && append(left, a) &&
           build(right, Header{}, SignalingBody{}) && append(right, b) &&
           std::equal(left.octets().begin(), left.octets().end(), right.octets().begin(),
                      right.octets().end());
}
template <class T>
bool same(const T& a, const T& b) {
    return a == b;
}

/// What was read must be written and read back as the same. What no longer fits need not.
template <class Data>
bool survives(const ManagementTlv& tlv) {
    const auto data = management::read<Data>(tlv);
    MessageBuffer buffer;
    if (!data || !build(buffer, Header{}, ManagementBody{}) || !management::append(buffer, *data))
        return true;
    const auto again = parse(buffer.octets());
    if (!again)
        return false;
    const auto tlv_again = read<ManagementTlv>(*Tlvs(*again).begin());
    if (!tlv_again)
        return false;
    const auto data_again = management::read<Data>(*tlv_again);
    return data_again && *data_again == *data;
}

template <class T>
bool survives(const Tlv& tlv) {
    const auto value = read<T>(tlv);
    MessageBuffer buffer;
    if (!value || !build(buffer, Header{}, SignalingBody{}) || !append(buffer, *value))
        return true;
    const auto again = parse(buffer.octets());
    if (!again)
        return false;
    const auto value_again = read<T>(*Tlvs(*again).begin());
    return value_again && same(*value_again, *value);
}

/// False if something that must hold for any datagram does not.
inline bool datagram(std::span<const std::uint8_t> octets) {
    const auto message = parse(octets);
    if (!message)
        return name(message.error) != "unknown";
    if (message->octets.size() != message->header.messageLength || message->octets.size() > octets.size())
        return false;

    MessageBuffer copy;
    if (!build(copy, message->header, message->body))
        return false;
    bool copied = true;
    std::size_t counted = 0;
    bool good = true;
    for (const Tlv& tlv : Tlvs(*message)) {
        counted += tlv.octets.size();
        if (tlv.octets.size() != tlv.value.size() + 4 || counted > message->suffix.size())
            return false;
        copied = append_tlv(copy, tlv.tlvType, tlv.value) && copied;
        for_each_type<TypedTlvs>([&]<class T>(T*) { good = survives<T>(tlv) && good; });
        if (const auto management = read<ManagementTlv>(tlv))
            for_each_type<ManagementData>([&]<class T>(T*) { good = survives<T>(*management) && good; });
        if (const auto path = read<PathTrace>(tlv)) {
            MessageBuffer extended;
            good = build(extended, Header{}, AnnounceBody{}) && good;
            if (path->size() < 150)
                good = append_path_trace(extended, *path, any_clock) && good;
            good =
                !path->contains(ClockIdentity{{1, 2, 3, 4, 5, 6, 7, 8}}) || path->size() > 0 ? good : false;
        }
    }
    if (message->suffix.size() - counted >= 4)
        return false;
    if (!copied)
        return good;

    const auto again = parse(copy.octets());
    if (!again)
        return false;
    Header expected = message->header;
    expected.controlField = again->header.controlField;
    expected.messageLength = again->header.messageLength;
    return good && again->header == expected && again->body == message->body &&
           again->suffix.size() == counted;
}

} // namespace wirestamp::ptp::exercise
