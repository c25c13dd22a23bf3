// SPDX-License-Identifier: Apache-2.0
//
// Announce, heard and sent (IEEE 1588-2019 clauses 9.3.2.5, 9.5.3 and 13.5), with path trace (16.2) and the
// TLVs that a boundary clock passes on (14.2.2.2).

#include <algorithm>

#include "impl/ptp/clock.hpp"
#include "impl/ptp/port.hpp"
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {
namespace {

/// What is announced of our accuracy is so much worse than it is, so that it holds until the next Announce.
constexpr double announced_slack = 1.25;

/// What a master says about its pace, as far as it can be believed: a silly value must not keep it alive for
/// days.
Nanoseconds announce_interval(const Header& header, std::int8_t own) noexcept {
    const int slowest = std::max<int>(own, 4);
    const int log2 = header.logMessageInterval;
    return interval_of(log2 >= -10 && log2 <= slowest ? log2 : own);
}

} // namespace

bool Port::is_acceptable(const PortIdentity& source, std::uint8_t& priority1) const noexcept {
    const EngineConfig& config = clock_.config();
    if (!only_acceptable_masters_)
        return true;
    for (const AcceptableMaster& master : config.acceptable_masters)
        if (addresses(master.acceptablePortIdentity, source)) { // a clock without a port: all its ports
            if (master.alternatePriority1 > 0)
                priority1 = master.alternatePriority1;
            return true;
        }
    return false;
}

void Port::set_acceptable_master_table_enabled(bool enabled) noexcept {
    only_acceptable_masters_ = enabled;
    foreign_.clear(); // who is acceptable will be heard again
    clock_.decide_later();
}

bool Port::is_in_path(const Message& message) const noexcept {
    const auto path = read<PathTrace>(Tlvs(message).find(TlvType::path_trace));
    return path && path->contains(identity().clockIdentity);
}

void Port::announce_heard(const Message& message, const AnnounceBody& body, const Packet& packet,
                          Step& step) {
    const Header& header = message.header;
    if (data().masterOnly)
        return statistics_.discard(Discard::wrong_state);
    if (header.has(flag::alternate_master))
        return statistics_.discard(Discard::alternate_master);
    if (body.stepsRemoved >= 255 || body.stepsRemoved >= clock_.data().defaultDS.maxStepsRemoved)
        return statistics_.discard(Discard::steps_removed);
    if (body.grandmasterClockQuality.clockClass > clock_.config().clock_class_threshold)
        return statistics_.discard(Discard::clock_class);
    if (!may_carry_time())
        return statistics_.discard(Discard::not_as_capable);
    std::uint8_t priority1 = body.grandmasterPriority1;
    if (!is_acceptable(header.sourcePortIdentity, priority1))
        return statistics_.discard(Discard::not_acceptable);
    if (config_.path_trace_enabled && is_in_path(message)) {
        fault(FaultKind::announce_loop, step);
        return statistics_.discard(Discard::path_loop);
    }

    const UnicastClient::Master* asked = unicast_client_ ? unicast_client_->find(packet.source) : nullptr;
    if (asked != nullptr && !asked->is_master)
        asked = nullptr;
    // Who keeps a table of masters wants no others.
    if (unicast_client_ && unicast_client_->has_masters() && asked == nullptr)
        return statistics_.discard(Discard::not_acceptable);

    const Nanoseconds now = step.now.monotonic;
    if (asked != nullptr)
        unicast_client_->heard(packet.source, UnicastService::announce, now);
    std::int8_t own_interval = data().logAnnounceInterval;
    if (asked != nullptr && asked->contract(UnicastService::announce).granted)
        own_interval = asked->contract(UnicastService::announce).logInterMessagePeriod;
    const Nanoseconds interval = announce_interval(header, own_interval);
    const ForeignMasters::Rules rules{identity(), clock_.config().dataset_comparison};
    ForeignMasters::Announcement announcement{message, body};
    announcement.address = packet.source;
    announcement.route = packet.route;
    announcement.priority1 = priority1;
    announcement.localPriority = asked != nullptr ? asked->localPriority : config_.localPriority;
    announcement.interval = interval;
    announcement.lifetime =
        (data().announceReceiptTimeout + 1) * std::max(interval, interval_of(data().logAnnounceInterval));
    const auto outcome = foreign_.heard(announcement, rules, now);
    switch (outcome) {
        case ForeignMasters::Outcome::repeated:
            return statistics_.discard(Discard::stale_sequence);
        case ForeignMasters::Outcome::table_full:
            fault(FaultKind::foreign_master_table_full, step);
            return statistics_.discard(Discard::table_full);
        case ForeignMasters::Outcome::changed:
            clock_.decide_later();
            break;
        case ForeignMasters::Outcome::unchanged:
            break;
    }

    const bool from_parent =
        follows() && header.sourcePortIdentity == clock_.data().parentDS.parentPortIdentity;
    const ForeignMaster* best = state() == PortState::passive ? best_foreign() : nullptr;
    if (from_parent || (best != nullptr && best->source == header.sourcePortIdentity))
        arm_announce_receipt(now);
    if (from_parent)
        master_address_ = packet.source;
}

bool Port::accuracy_is_lost() const noexcept {
    const auto metrics = clock_.accuracy_metrics(1);
    return metrics && path_inaccuracy(*metrics) > announced_inaccuracy_;
}

const ForeignMaster* Port::best_foreign() const noexcept {
    return foreign_.best({identity(), clock_.config().dataset_comparison});
}

void Port::send_announce(const Destination& to, std::uint16_t sequenceId, std::int8_t logMessageInterval,
                         Step& step) {
    const DataSets& sets = clock_.data();
    AnnounceBody body;
    body.originTimestamp = to_timestamp(step.now.ptp).value_or(Timestamp{});
    body.currentUtcOffset = sets.timePropertiesDS.currentUtcOffset;
    body.grandmasterPriority1 = sets.parentDS.grandmasterPriority1;
    body.grandmasterClockQuality = sets.parentDS.grandmasterClockQuality;
    body.grandmasterPriority2 = sets.parentDS.grandmasterPriority2;
    body.grandmasterIdentity = sets.parentDS.grandmasterIdentity;
    body.stepsRemoved = sets.currentDS.stepsRemoved;
    body.timeSource = sets.timePropertiesDS.timeSource;

    Header announce = header(sequenceId, logMessageInterval, to);
    announce.flagField |= sets.timePropertiesDS.flags & flag::time_properties;
    if (clock_.synchronization_uncertain() == 1 || sets.parentDS.synchronizationUncertain)
        announce.flagField |= flag::synchronization_uncertain;

    // What a parent's TLVs add up to must not make IP fragments.
    constexpr std::size_t largest_over_ipv6 = 1452;
    MessageBuffer buffer(config_.networkProtocol == NetworkProtocol::udp_ipv6 ? largest_over_ipv6
                                                                              : MessageBuffer::maximum_size);
    if (!build(buffer, announce, body))
        return;
    if (config_.path_trace_enabled)
        append_path_trace(buffer, PathTrace(clock_.path_octets()), identity().clockIdentity);
    const auto metrics = clock_.accuracy_metrics(announced_slack);
    if (metrics) {
        append(buffer, *metrics);
        announced_inaccuracy_ = path_inaccuracy(*metrics);
    }
    for (const Tlv& tlv : Tlvs(clock_.forwarded_tlvs()))
        if (!metrics || tlv.tlvType != TlvType::enhanced_accuracy_metrics)
            append_tlv(buffer, tlv.tlvType, tlv.value);
    // Clause 16.3.2: they are the grandmaster's to tell; those of a parent's are among the forwarded TLVs.
    if (sets.parentDS.parentPortIdentity.clockIdentity == identity().clockIdentity)
        clock_.alternate_time_offsets().append_to(buffer);
    send(buffer, to, step);
}

} // namespace wirestamp::ptp
