// SPDX-License-Identifier: Apache-2.0
//
// Sync and Follow_Up, heard (IEEE 1588-2019 clause 9.5.4, 11.2) and sent (9.5.9, 9.5.10). The Follow_Up
// leaves when the transmit stamp comes; nothing ever waits for it.

#include "impl/ptp/clock.hpp"
#include "impl/ptp/port.hpp"
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {

bool Port::is_from_parent(const Header& header) noexcept {
    // Clause 17.3: what an alternate master says is for those who measure it, never for the time.
    if (header.has(flag::alternate_master)) {
        statistics_.discard(Discard::alternate_master);
        return false;
    }
    if (header.sourcePortIdentity == clock_.data().parentDS.parentPortIdentity || config_.ignore_source_id)
        return true;
    statistics_.discard(Discard::not_from_parent);
    return false;
}

void Port::sync_heard(const Message& message, const SyncBody& body, const Packet& packet, Step& step) {
    const Header& header = message.header;
    if (!follows())
        return statistics_.discard(Discard::wrong_state);
    if (!may_carry_time())
        return statistics_.discard(Discard::not_as_capable);
    if (clock_.config().BMCA == BmcaMode::noop &&
        clock_.data().parentDS.parentPortIdentity.clockIdentity == identity().clockIdentity)
        clock_.adopt_parent(header.sourcePortIdentity, step);
    if (!is_from_parent(header))
        return;
    const auto stamp = receive_stamp(packet, step);
    if (!stamp)
        return;

    HeardSync sync;
    sync.sequenceId = header.sequenceId;
    sync.t2 = *stamp;
    sync.correction = saturating_add(header.correctionField, config_.delayAsymmetry);
    sync.logMessageInterval = header.logMessageInterval;
    sync.heard_at = step.now.monotonic;
    master_address_ = packet.source;
    if (unicast_client_)
        unicast_client_->heard(packet.source, UnicastService::sync, step.now.monotonic);
    if (header.has(flag::two_step) || clock_.config().assume_two_step)
        return paired(pairing_.sync(sync), step);
    const auto t1 = to_nanoseconds(body.originTimestamp);
    if (!t1)
        return statistics_.discard(Discard::timestamp_unusable);
    paired(pairing_.one_step(sync, *t1), step);
}

void Port::follow_up_heard(const Message& message, const FollowUpBody& body, Step& step) {
    const Header& header = message.header;
    if (!follows())
        return statistics_.discard(Discard::wrong_state);
    if (!is_from_parent(header))
        return;
    const auto t1 = to_nanoseconds(body.preciseOriginTimestamp);
    if (!t1)
        return statistics_.discard(Discard::timestamp_unusable);
    paired(pairing_.follow_up({header.sequenceId, *t1, header.correctionField}, step.now.monotonic), step);
}

void Port::paired(const SyncPairing::Result& result, Step& step) {
    const SyncPair& pair = result.pair;
    const Nanoseconds origin = saturating_add(pair.t1, wirestamp::to_nanoseconds(pair.correction));
    if (result.outcome == SyncPairing::Outcome::paired && !origin_.accept(origin, pair.sync.t2.raw)) {
        pairing_.take_back(pair);
        return statistics_.discard(Discard::origin_timestamp_jump);
    }
    if (result.lost_follow_ups > 0) {
        statistics_.follow_ups_lost += result.lost_follow_ups;
        statistics_.sync_mismatch += result.lost_follow_ups;
        fault(FaultKind::follow_up_lost, step);
    }
    statistics_.followup_mismatch += result.lost_syncs;
    if (result.outcome == SyncPairing::Outcome::stale)
        return statistics_.discard(Discard::stale_sequence);
    if (result.outcome == SyncPairing::Outcome::waiting)
        return;

    SyncMeasured measured;
    measured.port = number_;
    measured.t1 = pair.t1;
    measured.correction = pair.correction;
    measured.t2 = pair.sync.t2;
    measured.sequenceId = pair.sync.sequenceId;
    // Unicast masters send 0x7f (clause 13.3.2.14): then the granted or configured interval holds.
    const int log2 = pair.sync.logMessageInterval;
    measured.logSyncInterval = log2 >= -10 && log2 <= 22 ? pair.sync.logMessageInterval : sync_log_interval_;
    last_sync_received_ = pair.sync.t2.time;
    arm_sync_receipt(step.now.monotonic, interval_of(measured.logSyncInterval));
    ++statistics_.syncs_measured;
    step.out.add(measured);
}

void Port::send_sync(const Destination& to, std::uint16_t sequenceId, std::int8_t logMessageInterval,
                     Step& step) {
    // Clause 13.3.2.14: by unicast the grant says how often they come.
    Header sync = header(sequenceId, to.route == Route::unicast ? std::int8_t{0x7f} : logMessageInterval, to);
    sync.flagField |= flag::two_step;
    // Clause 9.5.9.4 allows 0, but some receivers (w32time) take the time from here when they have none.
    const SyncBody body{to_timestamp(step.now.ptp).value_or(Timestamp{})};
    send_stamped(sync, body, to, {}, step);
}

void Port::send_follow_up(const PendingStamp& sync, const LocalStamp& stamp, Step& step) {
    if (state() != PortState::master)
        return;
    const auto t1 = to_timestamp(stamp.time);
    if (!t1)
        return statistics_.discard(Discard::timestamp_unusable);
    const Destination to{sync.route, sync.address};
    MessageBuffer buffer;
    if (!build(buffer, header(sync.sequenceId, sync.logMessageInterval, to), FollowUpBody{*t1}))
        return;
    if (config_.follow_up_info)
        append(buffer, FollowUpInformation{});
    send(buffer, to, step);
}

} // namespace wirestamp::ptp
