// SPDX-License-Identifier: Apache-2.0
//
// The peer-to-peer delay mechanism of both ends of a link (IEEE 1588-2019 clause 11.4), and what IEEE 802.1AS
// derives from it: whether the link can carry time at all.

#include "impl/ptp/clock.hpp"
#include "impl/ptp/port.hpp"

namespace wirestamp::ptp {
namespace {

constexpr unsigned several_peers_limit = 3; // one may be a copy that the network made

Destination peer_destination(const PortConfig& config) noexcept {
    if (config.peer_address.family == Family::none)
        return {Route::peer_delay, {}};
    Destination to{Route::unicast, config.peer_address};
    to.address.port = 0;
    return to;
}

} // namespace

void Port::send_pdelay_req(Step& step) {
    if (!is_p2p() || config_.inhibit_delay_req)
        return;
    if (several_peers_now_ && ++several_peers_in_row_ >= several_peers_limit) {
        several_peers_now_ = false;
        several_peers_in_row_ = 0;
        // Clause 11.4.4: the mechanism needs a link with two ends; what it measured here means nothing.
        set_as_capable(false, step);
        return apply(PortEvent::fault_detected, StateReason::fault_detected, step);
    }
    if (!several_peers_now_)
        several_peers_in_row_ = 0;
    several_peers_now_ = false;

    const std::uint16_t sequenceId = pdelay_req_sequence_++;
    if (peers_.is_unanswered(static_cast<std::uint16_t>(sequenceId - 1))) {
        ++statistics_.pdelay_responses_lost;
        if (++pdelay_unanswered_ > config_.allowedLostResponses)
            set_as_capable(false, step);
    }
    peers_.sent(sequenceId);

    const Destination to = peer_destination(config_);
    // Clause 13.3.2.14; IEEE 802.1AS-2020 clause 11.4.2.9 wants the interval instead.
    const std::int8_t pace = config_.follow_up_info ? data().logMinPdelayReqInterval : std::int8_t{0x7f};
    Header request = header(sequenceId, pace, to);
    request.correctionField = -config_.delayAsymmetry; // clause 11.6.4
    const PdelayReqBody body{to_timestamp(step.now.ptp).value_or(Timestamp{})};
    send_stamped(request, body, to, {}, step);
}

void Port::pdelay_req_heard(const Message& message, const Packet& packet, Step& step) {
    if (!is_p2p()) {
        if (!config_.delay_mechanism_auto)
            return statistics_.discard(Discard::delay_mechanism);
        data().delayMechanism = DelayMechanism::p2p;
        delays_.clear();
        pdelay_req_timer_.start(step.now.monotonic);
    }
    const auto stamp = receive_stamp(packet, step);
    if (!stamp)
        return;
    const auto t2 = to_timestamp(stamp->time);
    if (!t2)
        return statistics_.discard(Discard::timestamp_unusable);
    const Header& request = message.header;
    Destination to{Route::peer_delay, {}};
    if (packet.route == Route::unicast || request.has(flag::unicast)) {
        to = {Route::unicast, packet.source};
        to.address.port = 0;
    }
    Header response = header(request.sequenceId, 0x7f, to);
    response.flagField |= flag::two_step;
    PendingStamp pending;
    pending.requestingPortIdentity = request.sourcePortIdentity;
    pending.correction = request.correctionField; // clause 11.4.2 c: the follow-up carries it on
    send_stamped(response, PdelayRespBody{*t2, request.sourcePortIdentity}, to, pending, step);
}

void Port::send_pdelay_resp_follow_up(const PendingStamp& response, const LocalStamp& stamp, Step& step) {
    const auto t3 = to_timestamp(stamp.time);
    if (!takes_part() || !t3)
        return;
    const Destination to{response.route, response.address};
    Header follow_up = header(response.sequenceId, response.logMessageInterval, to);
    follow_up.correctionField = response.correction;
    send(follow_up, PdelayRespFollowUpBody{*t3, response.requestingPortIdentity}, to, step);
}

void Port::pdelay_resp_heard(const Message& message, const PdelayRespBody& body, const Packet& packet,
                             Step& step) {
    if (!is_p2p())
        return statistics_.discard(Discard::delay_mechanism);
    if (body.requestingPortIdentity != identity())
        return statistics_.discard(Discard::not_for_us);
    const auto stamp = receive_stamp(packet, step);
    if (!stamp)
        return;
    const auto t2 = to_nanoseconds(body.requestReceiptTimestamp);
    if (!t2)
        return statistics_.discard(Discard::timestamp_unusable);
    if (unicast_client_)
        unicast_client_->heard(packet.source, UnicastService::pdelay_resp, step.now.monotonic);
    PeerExchanges::Response response;
    response.responder = message.header.sourcePortIdentity;
    response.t4 = *stamp;
    response.t2 = *t2;
    response.correction = saturating_add(message.header.correctionField, config_.delayAsymmetry);
    response.two_step = message.header.has(flag::two_step);
    peer_result(peers_.responded(message.header.sequenceId, response), step);
}

void Port::pdelay_resp_follow_up_heard(const Message& message, const PdelayRespFollowUpBody& body,
                                       Step& step) {
    if (!is_p2p())
        return statistics_.discard(Discard::delay_mechanism);
    if (body.requestingPortIdentity != identity())
        return statistics_.discard(Discard::not_for_us);
    const auto t3 = to_nanoseconds(body.responseOriginTimestamp);
    if (!t3)
        return statistics_.discard(Discard::timestamp_unusable);
    PeerExchanges::FollowUp follow_up;
    follow_up.responder = message.header.sourcePortIdentity;
    follow_up.t3 = *t3;
    follow_up.correction = message.header.correctionField;
    peer_result(peers_.followed_up(message.header.sequenceId, follow_up), step);
}

void Port::peer_result(const PeerExchanges::Result& result, Step& step) {
    switch (result.outcome) {
        case PeerExchanges::Outcome::waiting:
            return;
        case PeerExchanges::Outcome::unknown:
            return statistics_.discard(Discard::unknown_sequence);
        case PeerExchanges::Outcome::several_responders:
            several_peers_now_ = true;
            fault(FaultKind::multiple_peers, step);
            return statistics_.discard(Discard::unknown_sequence);
        case PeerExchanges::Outcome::complete:
            break;
    }
    const PeerExchanges::Complete& exchange = result.exchange;
    PeerDelayMeasured measured;
    measured.port = number_;
    measured.t1 = exchange.t1;
    measured.t4 = exchange.response.t4;
    measured.turnaround_only = !exchange.response.two_step;
    measured.correction = exchange.response.correction;
    if (exchange.response.two_step) {
        measured.t2 = exchange.response.t2;
        measured.t3 = exchange.follow_up.t3;
        measured.correction = saturating_add(measured.correction, exchange.follow_up.correction);
    }
    pdelay_unanswered_ = 0;
    version_.answer_came();
    ++statistics_.delays_measured;
    step.out.add(measured);
}

void Port::mean_link_delay(Nanoseconds meanLinkDelay, double neighbor_rate_ratio, Step& step) {
    data().meanLinkDelay = meanLinkDelay;
    data().neighborRateRatio = neighbor_rate_ratio;
    if (!is_p2p())
        return;
    set_as_capable(
        meanLinkDelay <= config_.neighborPropDelayThresh && meanLinkDelay >= config_.min_neighbor_prop_delay,
        step);
    clock_.management().link_measured(*this, step);
}

void Port::set_as_capable(bool capable, Step& step) {
    // Only IEEE 802.1AS makes time depend on it; a 1588 port may measure any link.
    if (!config_.follow_up_info || config_.asCapable == AsCapableMode::always || data().asCapable == capable)
        return;
    data().asCapable = capable;
    if (capable)
        return;
    foreign_.clear();
    if (follows() || state() == PortState::passive)
        master_silent(StateReason::synchronization_fault, step);
}

} // namespace wirestamp::ptp
