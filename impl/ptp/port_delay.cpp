// SPDX-License-Identifier: Apache-2.0
//
// The delay request-response mechanism of both sides (IEEE 1588-2019 clauses 9.5.11, 9.5.12 and 11.3).

#include <algorithm>

#include "impl/ptp/clock.hpp"
#include "impl/ptp/port.hpp"

namespace wirestamp::ptp {

Destination Port::master_destination() const noexcept {
    Destination to{Route::unicast, master_address_};
    to.address.port = 0;
    return to;
}

void Port::schedule_delay_req(Nanoseconds from, Nanoseconds now) noexcept {
    // Clause 9.5.11.2: uniform with the announced interval as its mean, so that many clients do not fall into
    // step.
    const Nanoseconds interval = interval_of(data().logMinDelayReqInterval);
    const double variability = std::clamp(config_.delay_request_variability, 0.0, 1.0);
    const auto spread = static_cast<Nanoseconds>(static_cast<double>(interval) * variability);
    const Nanoseconds gap = random_.between(interval - spread, interval + spread);
    const Nanoseconds next = from + gap;
    // One that is called late catches up with some requests, but not with those of a long stall.
    const Nanoseconds stall = std::max(interval, nanoseconds_per_second / 16);
    delay_req_timer_.start(now - next > stall ? now + gap : next);
}

void Port::send_delay_req(Step& step) {
    const Nanoseconds now = step.now.monotonic;
    schedule_delay_req(delay_req_timer_.at(), now);
    if (!follows() || !is_e2e() || config_.inhibit_delay_req)
        return;
    // Some seconds for an answer: networks are slow at worst, but a request that nobody answered is news.
    const Nanoseconds patience =
        std::max(2 * nanoseconds_per_second, 2 * interval_of(data().logMinDelayReqInterval));
    delay_unanswered(delays_.expire(now - patience), step);

    const bool unicast =
        (config_.hybrid_e2e || !config_.unicast_masters.empty()) && master_address_.family != Family::none;
    const Destination to = unicast ? master_destination() : Destination{};
    const std::uint16_t sequenceId = delay_req_sequence_++;
    if (delays_.sent(sequenceId, now))
        delay_unanswered(1, step);
    Header request = header(sequenceId, 0x7f, to);
    request.correctionField = -config_.delayAsymmetry; // clause 11.6.3
    const DelayReqBody body{to_timestamp(step.now.ptp).value_or(Timestamp{})};
    send_stamped(request, body, to, {}, step);
}

void Port::delay_unanswered(unsigned count, Step& step) {
    if (count == 0)
        return;
    statistics_.delay_responses_lost += count;
    statistics_.delay_timeout += count;
    fault(FaultKind::delay_response_lost, step);
    for (unsigned i = 0; i < count; ++i)
        if (version_.answer_lost())
            fell_back(step);
    delay_unanswered_ += count;
    if (config_.delay_response_timeout > 0 && delay_unanswered_ >= config_.delay_response_timeout) {
        delay_unanswered_ = 0;
        apply(PortEvent::synchronization_fault, StateReason::synchronization_fault, step);
    }
}

void Port::delay_req_heard(const Message& message, const Packet& packet, Step& step) {
    if (is_p2p())
        return statistics_.discard(Discard::delay_mechanism);
    if (state() != PortState::master)
        return statistics_.discard(Discard::wrong_state);
    const auto stamp = receive_stamp(packet, step);
    if (!stamp)
        return;
    const auto t4 = to_timestamp(stamp->time);
    if (!t4)
        return statistics_.discard(Discard::timestamp_unusable);
    const Header& request = message.header;
    Destination to;
    const bool unicast = packet.route == Route::unicast || request.has(flag::unicast);
    if (unicast) {
        to = {Route::unicast, packet.source};
        to.address.port = 0;
    }
    Header response =
        header(request.sequenceId, unicast ? std::int8_t{0x7f} : data().logMinDelayReqInterval, to);
    response.correctionField = request.correctionField; // clause 11.3.2 c
    send(response, DelayRespBody{*t4, request.sourcePortIdentity}, to, step);
}

void Port::delay_resp_heard(const Message& message, const DelayRespBody& body, Step& step) {
    const Header& header = message.header;
    // Multicast answers to everybody else are the rule, so this is asked first.
    if (body.requestingPortIdentity != identity())
        return statistics_.discard(Discard::not_for_us);
    if (!follows())
        return statistics_.discard(Discard::wrong_state);
    if (!is_from_parent(header))
        return;
    if (!delays_.is_expected(header.sequenceId))
        return statistics_.discard(Discard::unknown_sequence);
    const auto t4 = to_nanoseconds(body.receiveTimestamp);
    if (!t4)
        return statistics_.discard(Discard::timestamp_unusable);
    version_.answer_came();
    if (unicast_client_)
        unicast_client_->heard(master_address_, UnicastService::delay_resp, step.now.monotonic);
    delay_unanswered_ = 0;
    // Clause 9.5.11.2: the master says how often it wants to be asked. Values that stop the measurement, or
    // make a flood of it, are not believed.
    const std::int8_t wish = header.logMessageInterval;
    if (!header.has(flag::unicast) && wish >= -7 && wish <= 6 && wish != data().logMinDelayReqInterval) {
        data().logMinDelayReqInterval = wish;
        delay_req_timer_.hasten(step.now.monotonic, interval_of(wish));
    }
    if (const auto complete = delays_.answered(header.sequenceId, {*t4, header.correctionField}))
        delay_complete(*complete, step);
}

void Port::delay_complete(const DelayRequests::Complete& complete, Step& step) {
    DelayMeasured measured;
    measured.port = number_;
    measured.t3 = complete.t3;
    measured.t4 = complete.answer.t4;
    measured.correction = complete.answer.correction;
    measured.sequenceId = complete.sequenceId;
    ++statistics_.delays_measured;
    step.out.add(measured);
}

} // namespace wirestamp::ptp
