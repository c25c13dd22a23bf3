// SPDX-License-Identifier: Apache-2.0
//
// Signaling messages: unicast negotiation of both sides (IEEE 1588-2019 clause 16.1), and the message
// interval request of IEEE 802.1AS (clause 10.6.4.3 there).

#include <algorithm>

#include "impl/ptp/clock.hpp"
#include "impl/ptp/port.hpp"
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {
namespace {

Destination unicast_to(const Address& address) noexcept {
    Destination to{Route::unicast, address};
    to.address.port = 0;
    return to;
}

} // namespace

bool Port::build_signaling(MessageBuffer& buffer, const PortIdentity& target, const Destination& to) {
    return build(buffer, header(signaling_sequence_++, 0x7f, to), SignalingBody{target});
}

void Port::send_signaling(MessageBuffer& buffer, const Destination& to, Step& step) {
    if (buffer.size() > fixed_size(MessageType::signaling))
        send(buffer, to, step);
}

void Port::signaling_heard(const Message& message, const SignalingBody& body, const Packet& packet,
                           Step& step) {
    if (!addresses(body.targetPortIdentity, identity()))
        return statistics_.discard(Discard::not_for_us);
    const Destination back = unicast_to(packet.source);
    MessageBuffer answer;
    if (!build_signaling(answer, message.header.sourcePortIdentity, back))
        return;
    bool understood = false;
    for (const Tlv& tlv : Tlvs(message))
        understood = negotiation_tlv(tlv, message, packet, answer, step) || understood;
    if (!understood)
        statistics_.discard(Discard::unknown_tlv);
    send_signaling(answer, back, step);
}

bool Port::negotiation_tlv(const Tlv& tlv, const Message& message, const Packet& packet,
                           MessageBuffer& answer, Step& step) {
    const auto with = [&](const auto& read_value, const auto& use) {
        if (read_value)
            use(*read_value);
        else
            ++statistics_.malformed[static_cast<std::size_t>(read_value.error)];
        return true;
    };
    switch (tlv.tlvType) {
        case TlvType::request_unicast_transmission:
            return with(read<UnicastRequest>(tlv), [&](const UnicastRequest& request) {
                unicast_requested(request, message, packet, answer, step);
            });
        case TlvType::grant_unicast_transmission:
            return with(read<UnicastGrant>(tlv),
                        [&](const UnicastGrant& grant) { unicast_granted(grant, message, packet, step); });
        case TlvType::cancel_unicast_transmission:
            return with(read<UnicastCancel>(tlv), [&](const UnicastCancel& cancel) {
                unicast_cancelled(cancel, message, packet, answer, step);
            });
        case TlvType::acknowledge_cancel_unicast_transmission:
            return true; // nothing depends on it: what was cancelled is forgotten already
        case TlvType::organization_extension:
            if (const auto request = read<MessageIntervalRequest>(tlv)) {
                intervals_requested(*request, step);
                return true;
            }
            return false;
        default:
            return false;
    }
}

// ---- granting

void Port::unicast_requested(const UnicastRequest& request, const Message& message, const Packet& packet,
                             MessageBuffer& answer, Step& step) {
    if (!unicast_server_)
        return statistics_.discard(Discard::unicast_refused);
    UnicastGrant grant{request.messageType, request.logInterMessagePeriod, 0, false};
    const bool p2p_service = request.messageType == MessageType::pdelay_resp;
    const bool e2e_service = request.messageType == MessageType::delay_resp;
    // Both ends of a link measure it, whatever their states.
    const bool serving = p2p_service ? is_p2p() : state() == PortState::master && !(e2e_service && is_p2p());
    if (serving)
        grant = unicast_server_->request(packet.source, message.header.sourcePortIdentity, request, random_,
                                         step.now.monotonic);
    if (grant.durationField == 0)
        statistics_.discard(Discard::unicast_refused);
    append(answer, grant);
}

void Port::serve_unicast(Step& step) {
    if (!unicast_server_)
        return;
    while (const auto turn = unicast_server_->next(step.now.monotonic)) {
        if (state() != PortState::master || !may_carry_time())
            continue;
        const Destination to = unicast_to(turn->address);
        if (turn->service == UnicastService::announce)
            send_announce(to, turn->sequenceId, turn->logInterMessagePeriod, step);
        else
            send_sync(to, turn->sequenceId, turn->logInterMessagePeriod, step);
    }
    statistics_.unicast_service_timeout += unicast_server_->take_expired_count();
}

// ---- asking

std::int8_t Port::wanted_interval(UnicastService service) const noexcept {
    switch (service) {
        case UnicastService::announce:
            return data().logAnnounceInterval;
        case UnicastService::sync:
            return data().logSyncInterval;
        case UnicastService::delay_resp:
            return config_.logMinDelayReqInterval;
        case UnicastService::pdelay_resp:
            return config_.logMinPdelayReqInterval;
    }
    return 0;
}

void Port::ask_for_unicast(Step& step) {
    const Nanoseconds now = step.now.monotonic;
    if (!unicast_client_ || unicast_client_->next_deadline() > now)
        return;
    unicast_client_->query(now);
    for (UnicastClient::Master& master : unicast_client_->masters()) {
        const Destination to = unicast_to(master.address);
        MessageBuffer buffer;
        if (!build_signaling(buffer, any_port_identity, to))
            continue;
        bool repeated = false;
        const auto want = [&](UnicastService service) {
            const bool asked_before = master.contract(service).asked;
            if (!unicast_client_->ask(master, service, now))
                return;
            repeated = repeated || asked_before;
            append(buffer, UnicastRequest{message_type(service), wanted_interval(service),
                                          unicast_client_->duration()});
        };
        const auto leave = [&](UnicastService service) {
            if (!master.contract(service).granted)
                return;
            append(buffer, UnicastCancel{message_type(service), false, false});
            unicast_client_->cancelled(master, service, now);
        };
        if (is_p2p() && master.is_peer && !config_.inhibit_delay_req)
            want(UnicastService::pdelay_resp);
        else
            leave(UnicastService::pdelay_resp);
        if (master.is_master && !data().masterOnly)
            want(UnicastService::announce);
        if (master.selected) {
            want(UnicastService::sync);
            if (is_e2e() && !config_.inhibit_delay_req)
                want(UnicastService::delay_resp);
        } else {
            leave(UnicastService::sync);
            leave(UnicastService::delay_resp);
        }
        if (repeated) {
            ++statistics_.unicast_request_timeout;
            if (version_.answer_lost())
                fell_back(step);
        }
        send_signaling(buffer, to, step);
    }
}

void Port::leave_unicast(Step& step) {
    if (unicast_server_)
        unicast_server_->each(
            [&](const Address& address, const PortIdentity& identity, UnicastService service) {
                const Destination to = unicast_to(address);
                MessageBuffer buffer;
                if (build_signaling(buffer, identity, to) &&
                    append(buffer, UnicastCancel{message_type(service), false, false}))
                    send_signaling(buffer, to, step);
            });
    if (!unicast_client_)
        return;
    for (UnicastClient::Master& master : unicast_client_->masters()) {
        const Destination to = unicast_to(master.address);
        MessageBuffer buffer;
        if (!build_signaling(buffer, any_port_identity, to))
            continue;
        for (std::size_t i = 0; i < unicast_service_count; ++i) {
            const auto service = static_cast<UnicastService>(i);
            if (master.contract(service).granted)
                append(buffer, UnicastCancel{message_type(service), false, false});
            master.contract(service) = {};
        }
        send_signaling(buffer, to, step);
    }
}

void Port::unicast_granted(const UnicastGrant& grant, const Message& message, const Packet& packet,
                           Step& step) {
    UnicastClient::Master* master = unicast_client_ ? unicast_client_->find(packet.source) : nullptr;
    if (master == nullptr)
        return statistics_.discard(Discard::unicast_refused);
    switch (unicast_client_->granted(*master, grant, step.now.monotonic)) {
        case UnicastClient::Granted::not_asked:
            return statistics_.discard(Discard::unicast_refused);
        case UnicastClient::Granted::denied:
            return fault(FaultKind::unicast_denied, step);
        case UnicastClient::Granted::accepted:
            break;
    }
    version_.answer_came();
    master->identity = message.header.sourcePortIdentity;
    const auto granted = static_cast<std::int8_t>(std::clamp<int>(grant.logInterMessagePeriod, -10, 10));
    if (grant.messageType == MessageType::sync)
        sync_log_interval_ = granted;
    if (grant.messageType == MessageType::delay_resp && granted != data().logMinDelayReqInterval) {
        data().logMinDelayReqInterval = granted;
        delay_req_timer_.hasten(step.now.monotonic, interval_of(granted));
    }
    if (grant.messageType == MessageType::pdelay_resp && granted != data().logMinPdelayReqInterval) {
        data().logMinPdelayReqInterval = granted;
        pdelay_req_timer_.hasten(step.now.monotonic, interval_of(granted));
    }
}

void Port::unicast_cancelled(const UnicastCancel& cancel, const Message& message, const Packet& packet,
                             MessageBuffer& answer, Step& step) {
    bool known = false;
    if (unicast_server_)
        known = unicast_server_->cancel(packet.source, message.header.sourcePortIdentity, cancel.messageType);
    if (unicast_client_)
        if (UnicastClient::Master* master = unicast_client_->find(packet.source))
            if (const auto service = unicast_service(cancel.messageType)) {
                known = true;
                unicast_client_->cancelled(*master, *service, step.now.monotonic);
            }
    if (!known)
        return statistics_.discard(Discard::unicast_refused);
    append(answer,
           UnicastCancelAcknowledge{cancel.messageType, cancel.maintainRequest, cancel.maintainGrant});
}

// ---- IEEE 802.1AS

void Port::request_sync_interval(std::int8_t timeSyncInterval, Step& step) {
    if (!config_.msg_interval_request)
        return;
    constexpr std::int8_t unchanged = -128;
    MessageBuffer buffer;
    if (build_signaling(buffer, any_port_identity, {}) &&
        append(buffer, MessageIntervalRequest{unchanged, timeSyncInterval, unchanged, 0}))
        send_signaling(buffer, {}, step);
}

void Port::intervals_requested(const MessageIntervalRequest& request, Step& step) {
    if (!config_.msg_interval_request)
        return statistics_.discard(Discard::wrong_state);
    constexpr int unchanged = -128;
    constexpr int initial = 126;
    const auto take = [](std::int8_t& interval, std::int8_t wish, std::int8_t configured) {
        if (wish == initial)
            interval = configured;
        else if (wish != unchanged && wish >= -7 && wish <= 10)
            interval = wish;
    };
    take(data().logMinPdelayReqInterval, request.linkDelayInterval, config_.logMinPdelayReqInterval);
    take(data().logSyncInterval, request.timeSyncInterval, config_.logSyncInterval);
    take(data().logAnnounceInterval, request.announceInterval, config_.logAnnounceInterval);
    intervals_changed(step);
}

} // namespace wirestamp::ptp
