// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/port.hpp"

#include <algorithm>

#include "impl/ptp/clock.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::size_t pending_stamp_capacity = 64;
constexpr std::size_t pending_stamp_capacity_of_a_server = 2048;

void take(std::int8_t& interval, const std::optional<std::int8_t>& wish) noexcept {
    if (wish)
        interval = std::clamp<std::int8_t>(*wish, -10, 22); // what interval_of() knows
}

template <class T>
void take(T& value, const std::optional<T>& wish) {
    if (wish)
        value = *wish;
}

} // namespace

Port::Port(Clock& clock, PortNumber number, const PortConfig& config, std::uint64_t seed)
    : clock_(clock),
      number_(number),
      config_(config),
      random_(seed),
      version_(config.ptp_minor_version, config.minor_version_fallback),
      stamps_(config.unicast_listen ? pending_stamp_capacity_of_a_server : pending_stamp_capacity),
      foreign_(clock.config().foreign_master_capacity) {
    if (!config.unicast_masters.empty() || config.peer_address.family != Family::none)
        unicast_client_.emplace(config.unicast_masters, config.peer_address, config.logQueryInterval,
                                config.unicast_req_duration);
    if (config.unicast_listen) {
        UnicastServer::Limits limits;
        limits.clients = config.unicast_max_clients;
        limits.messages_per_second = config.unicast_max_messages;
        limits.fastest = config.unicast_min_log_interval;
        limits.duration = config.unicast_max_duration;
        unicast_server_.emplace(limits);
    }
    PortDS& ds = data();
    ds.portIdentity = {clock.config().clockIdentity, number};
    ds.logMinDelayReqInterval = config.logMinDelayReqInterval;
    ds.logAnnounceInterval = config.logAnnounceInterval;
    ds.announceReceiptTimeout = std::max<std::uint8_t>(config.announceReceiptTimeout, 2);
    ds.logSyncInterval = config.logSyncInterval;
    ds.delayMechanism = config.delay_mechanism;
    ds.logMinPdelayReqInterval = config.logMinPdelayReqInterval;
    ds.minorVersionNumber = version_.minor_version();
    ds.portEnable = config.enabled;
    ds.masterOnly = config.serverOnly;
    only_acceptable_masters_ = clock.config().acceptable_master_table_enabled;
    ds.asCapable = !config.follow_up_info || config.asCapable == AsCapableMode::always;
}

PortDS& Port::data() noexcept {
    return clock_.data().portDS[number_ - 1U];
}

const PortDS& Port::data() const noexcept {
    return clock_.data().portDS[number_ - 1U];
}

bool Port::takes_part() const noexcept {
    const PortState now = state();
    return now != PortState::initializing && now != PortState::faulty && now != PortState::disabled;
}

bool Port::may_carry_time() const noexcept {
    return data().asCapable;
}

void Port::start(Step& step) {
    apply(PortEvent::initialize, StateReason::power_up, step);
    if (!data().portEnable)
        apply(PortEvent::designated_disabled, StateReason::designated_disabled, step);
    else if (!data().link_up)
        apply(PortEvent::fault_detected, StateReason::link_down, step);
    else
        apply(PortEvent::initialized, StateReason::initialized, step);
}

void Port::stop(Step& step) {
    if (takes_part())
        leave_unicast(step);
    apply(PortEvent::designated_disabled, StateReason::stopped, step);
}

void Port::restart(Step& step) {
    if (!takes_part())
        return;
    apply(PortEvent::initialize, StateReason::initialized, step);
    apply(PortEvent::initialized, StateReason::initialized, step);
}

void Port::link(bool up, Step& step) {
    if (data().link_up == up)
        return;
    data().link_up = up;
    if (!clock_.running() || state() == PortState::disabled)
        return;
    step.out.add(PortTransport{number_, up});
    if (up) {
        apply(PortEvent::fault_cleared, StateReason::link_up, step);
        apply(PortEvent::initialized, StateReason::initialized, step);
    } else {
        fault(FaultKind::link_down, step);
        apply(PortEvent::fault_detected, StateReason::link_down, step);
    }
}

void Port::set_enabled(bool enabled, Step& step) {
    if (data().portEnable == enabled)
        return;
    data().portEnable = enabled;
    if (!clock_.running())
        return;
    if (!enabled && takes_part())
        leave_unicast(step);
    step.out.add(PortTransport{number_, enabled});
    if (!enabled) {
        apply(PortEvent::designated_disabled, StateReason::designated_disabled, step);
        return;
    }
    apply(PortEvent::designated_enabled, StateReason::designated_enabled, step);
    apply(data().link_up ? PortEvent::initialized : PortEvent::fault_detected,
          data().link_up ? StateReason::initialized : StateReason::link_down, step);
}

bool Port::set_delay_mechanism(DelayMechanism mechanism, Step& step) {
    if (mechanism != DelayMechanism::e2e && mechanism != DelayMechanism::p2p &&
        mechanism != DelayMechanism::none)
        return false;
    if (data().delayMechanism == mechanism)
        return true;
    data().delayMechanism = mechanism;
    pdelay_req_timer_.stop();
    restart(step);
    return true;
}

void Port::update(const PortUpdate& update, Step& step) {
    PortDS& ds = data();
    take(ds.logAnnounceInterval, update.logAnnounceInterval);
    take(ds.logSyncInterval, update.logSyncInterval);
    take(ds.logMinDelayReqInterval, update.logMinDelayReqInterval);
    take(ds.logMinPdelayReqInterval, update.logMinPdelayReqInterval);
    if (update.announceReceiptTimeout && *update.announceReceiptTimeout >= 2)
        ds.announceReceiptTimeout = *update.announceReceiptTimeout;
    if (update.syncReceiptTimeout) {
        config_.syncReceiptTimeout = *update.syncReceiptTimeout;
        sync_receipt_at_ = never;
        if (follows())
            arm_sync_receipt(step.now.monotonic, interval_of(data().logSyncInterval));
    }
    take(config_.delayAsymmetry, update.delayAsymmetry);
    take(config_.ingressLatency, update.ingressLatency);
    take(config_.egressLatency, update.egressLatency);
    take(config_.neighborPropDelayThresh, update.neighborPropDelayThresh);
    take(config_.localPriority, update.localPriority);
    take(config_.protocolAddress, update.protocolAddress);
    take(config_.phc_index, update.phc_index);
    take(config_.timestamping, update.timestamping);
    if (update.ptp_minor_version && *update.ptp_minor_version <= 1) {
        version_ = VersionFallback(*update.ptp_minor_version, config_.minor_version_fallback);
        ds.minorVersionNumber = version_.minor_version();
    }
    if (update.serverOnly && *update.serverOnly != ds.masterOnly) {
        ds.masterOnly = *update.serverOnly;
        foreign_.clear();
        restart(step);
    }
    if (update.enabled)
        set_enabled(*update.enabled, step);
    intervals_changed(step);
    clock_.decide_later();
}

void Port::intervals_changed(Step& step) {
    const Nanoseconds now = step.now.monotonic;
    announce_timer_.hasten(now, interval_of(data().logAnnounceInterval));
    sync_timer_.hasten(now, interval_of(data().logSyncInterval));
    delay_req_timer_.hasten(now, interval_of(data().logMinDelayReqInterval));
    pdelay_req_timer_.hasten(now, interval_of(data().logMinPdelayReqInterval));
}

// ---- messages

void Port::message(const Message& message, const Packet& packet, Step& step) {
    if (!takes_part()) {
        statistics_.discard(Discard::wrong_state);
        return;
    }
    switch (message.header.messageType) {
        case MessageType::announce:
            return announce_heard(message, *message.as<AnnounceBody>(), packet, step);
        case MessageType::sync:
            return sync_heard(message, *message.as<SyncBody>(), packet, step);
        case MessageType::follow_up:
            return follow_up_heard(message, *message.as<FollowUpBody>(), step);
        case MessageType::delay_req:
            return delay_req_heard(message, packet, step);
        case MessageType::delay_resp:
            return delay_resp_heard(message, *message.as<DelayRespBody>(), step);
        case MessageType::pdelay_req:
            return pdelay_req_heard(message, packet, step);
        case MessageType::pdelay_resp:
            return pdelay_resp_heard(message, *message.as<PdelayRespBody>(), packet, step);
        case MessageType::pdelay_resp_follow_up:
            return pdelay_resp_follow_up_heard(message, *message.as<PdelayRespFollowUpBody>(), step);
        case MessageType::signaling:
            return signaling_heard(message, *message.as<SignalingBody>(), packet, step);
        case MessageType::management:
            return statistics_.discard(Discard::wrong_state); // the clock sees to those that it may
    }
}

LocalStamp Port::leaving(const LocalStamp& stamp) const noexcept {
    const Nanoseconds latency = wirestamp::to_nanoseconds(config_.egressLatency);
    return {saturating_add(stamp.time, latency), saturating_add(stamp.raw, latency)};
}

LocalStamp Port::arriving(const LocalStamp& stamp) const noexcept {
    const Nanoseconds latency = wirestamp::to_nanoseconds(config_.ingressLatency);
    return {saturating_subtract(stamp.time, latency), saturating_subtract(stamp.raw, latency)};
}

std::optional<LocalStamp> Port::receive_stamp(const Packet& packet, Step& step) {
    if (packet.received)
        return arriving(*packet.received);
    ++statistics_.receive_stamps_missing;
    statistics_.discard(Discard::receive_stamp_missing);
    fault(FaultKind::receive_stamp_missing, step);
    return std::nullopt;
}

// ---- sending

Header Port::header(std::uint16_t sequenceId, std::int8_t logMessageInterval,
                    const Destination& to) const noexcept {
    Header header;
    header.majorSdoId = config_.transportSpecific;
    header.minorVersionPTP = version_.minor_version();
    header.minorSdoId = header.minorVersionPTP > 0 ? clock_.data().defaultDS.minorSdoId : std::uint8_t{0};
    header.domainNumber = clock_.data().defaultDS.domainNumber;
    header.sourcePortIdentity = identity();
    header.sequenceId = sequenceId;
    header.logMessageInterval = logMessageInterval;
    if (to.route == Route::unicast)
        header.flagField |= flag::unicast;
    return header;
}

void Port::send(const Header& header, const Body& body, const Destination& to, Step& step) {
    MessageBuffer buffer;
    if (build(buffer, header, body))
        send(buffer, to, step);
}

void Port::send(MessageBuffer& message, const Destination& to, Step& step) {
    if (message.empty())
        return;
    SendMessage send;
    send.port = number_;
    const auto type = static_cast<std::size_t>(message.octets()[0] & 0x0f);
    send.channel = is_event(static_cast<MessageType>(type)) ? Channel::event : Channel::general;
    send.route = to.route;
    send.address = to.address;
    ++statistics_.sent[type];
    step.out.send(send, message.octets());
}

void Port::send_stamped(const Header& header, const Body& body, const Destination& to, PendingStamp pending,
                        Step& step) {
    MessageBuffer buffer;
    if (!build(buffer, header, body))
        return;
    const MessageType type = message_type(body);
    pending.messageType = type;
    pending.sequenceId = header.sequenceId;
    pending.route = to.route;
    pending.address = to.address;
    pending.logMessageInterval = header.logMessageInterval;
    pending.domainNumber = header.domainNumber;
    pending.expires = step.now.monotonic + config_.transmit_stamp_timeout;
    const auto added = stamps_.add(pending);
    if (added.displaced)
        stamp_lost(step);
    SendMessage send;
    send.port = number_;
    send.channel = Channel::event;
    send.route = to.route;
    send.address = to.address;
    send.wants_stamp = true;
    send.stamp_id = added.id;
    ++statistics_.sent[static_cast<std::size_t>(type)];
    // Annex D.2: room for whoever corrects the UDP checksum of a packet that it stamps on the way.
    const std::size_t padding = config_.networkProtocol == NetworkProtocol::udp_ipv6 ? 2 : 0;
    step.out.send(send, buffer.octets_with_padding(padding));
}

void Port::transmit_stamp(StampId id, const LocalStamp& stamp, Step& step) {
    const auto pending = stamps_.take(id);
    if (!pending) {
        ++statistics_.transmit_stamps_late;
        fault(FaultKind::transmit_stamp_late, step);
        return;
    }
    version_.stamp_came();
    const LocalStamp left = leaving(stamp);
    switch (pending->messageType) {
        case MessageType::sync:
            return send_follow_up(*pending, left, step);
        case MessageType::delay_req:
            if (const auto complete = delays_.stamped(pending->sequenceId, left))
                delay_complete(*complete, step);
            return;
        case MessageType::pdelay_req:
            return peer_result(peers_.stamped(pending->sequenceId, left), step);
        case MessageType::pdelay_resp:
            return send_pdelay_resp_follow_up(*pending, left, step);
        default:
            return;
    }
}

void Port::transmit_failed(StampId id, std::int32_t os_error, Step& step) {
    ++statistics_.send_failures;
    if (os_error != 0)
        fault(FaultKind::send_failed, step, os_error);
    // What was not sent has lost no stamp.
    if (stamps_.take(id) && os_error == 0)
        stamp_lost(step);
}

void Port::stamp_lost(Step& step) {
    ++statistics_.transmit_stamps_lost;
    fault(FaultKind::transmit_stamp_lost, step);
    if (version_.stamp_lost())
        fell_back(step);
}

void Port::fell_back(Step& step) {
    data().minorVersionNumber = version_.minor_version();
    fault(FaultKind::minor_version_fallback, step);
}

// ---- states

void Port::apply(PortEvent event, StateReason reason, Step& step, bool master_changed) {
    PortRules rules;
    rules.client_only = clock_.data().defaultDS.slaveOnly;
    rules.master_changed = master_changed;
    rules.designated = clock_.config().BMCA == BmcaMode::noop;
    const PortState to = next_state(state(), event, rules);
    // A new master is a new UNCALIBRATED phase even for a port that is UNCALIBRATED already.
    if (to != state() || event == PortEvent::initialize)
        enter(to, reason, step);
    else if (event == PortEvent::recommended_slave && master_changed)
        forget_measurements();
}

void Port::enter(PortState to, StateReason reason, Step& step) {
    const PortState from = state();
    const Nanoseconds now = step.now.monotonic;
    const bool was_following = follows();
    data().portState = to;

    if (!takes_part()) {
        stop_timers();
        foreign_.clear();
        forget_measurements();
        stamps_.clear();
        peers_.clear();
        if (unicast_client_)
            unicast_client_->stop();
        if (unicast_server_)
            unicast_server_->clear();
        clock_.decide_later();
    }
    if (to == PortState::faulty && data().link_up)
        fault_reset_at_ =
            now + (reason == StateReason::fault_detected ? config_.fault_badpeernet_interval
                                                         : interval_of(config_.fault_reset_interval));

    if (to != PortState::master && to != PortState::pre_master) {
        announce_timer_.stop();
        sync_timer_.stop();
    }
    if (to != PortState::pre_master)
        qualification_at_ = never;
    if (!follows()) {
        delay_req_timer_.stop();
        sync_receipt_at_ = never;
        if (was_following)
            forget_measurements();
    }

    switch (to) {
        case PortState::listening:
            arm_announce_receipt(now);
            if (unicast_client_ && unicast_client_->next_deadline() == never)
                unicast_client_->start(now);
            if (is_p2p() && !pdelay_req_timer_.running())
                pdelay_req_timer_.start(now +
                                        random_.between(0, interval_of(data().logMinPdelayReqInterval)));
            if (clock_.config().BMCA == BmcaMode::noop)
                clock_.decide_later();
            break;
        case PortState::master:
            announce_receipt_at_ = never;
            announce_timer_.start(now);
            sync_timer_.start(now);
            break;
        case PortState::pre_master:
            announce_receipt_at_ = never;
            break;
        case PortState::passive:
            arm_announce_receipt(now);
            break;
        case PortState::uncalibrated:
            forget_measurements();
            arm_announce_receipt(now);
            arm_sync_receipt(now, interval_of(data().logSyncInterval));
            if (!delay_req_timer_.running())
                delay_req_timer_.start(now + random_.between(0, interval_of(data().logMinDelayReqInterval)));
            break;
        default:
            break;
    }
    if (unicast_client_ && !follows())
        unicast_client_->select({}, now);
    constexpr std::int8_t initial_interval = 126;
    if (to == PortState::slave) {
        request_sync_interval(config_.operLogSyncInterval, step);
        if (config_.msg_interval_request)
            data().logMinPdelayReqInterval = config_.operLogPdelayReqInterval;
    } else if (from == PortState::slave && takes_part()) {
        request_sync_interval(initial_interval, step);
        if (config_.msg_interval_request)
            data().logMinPdelayReqInterval = config_.logMinPdelayReqInterval;
    }
    step.out.add(PortStateChanged{number_, from, to, reason});
    clock_.port_state_changed(*this, step);
}

void Port::stop_timers() noexcept {
    announce_timer_.stop();
    sync_timer_.stop();
    delay_req_timer_.stop();
    pdelay_req_timer_.stop();
    announce_receipt_at_ = never;
    sync_receipt_at_ = never;
    qualification_at_ = never;
    fault_reset_at_ = never;
}

void Port::forget_measurements() noexcept {
    pairing_.reset();
    origin_.reset();
    delays_.clear();
    delay_unanswered_ = 0;
}

void Port::recommend(Decision decision, const ForeignMaster* master, bool master_changed, Step& step) {
    if (!takes_part())
        return;
    switch (decision) {
        case Decision::listening:
            return;
        case Decision::m1:
        case Decision::m2:
        case Decision::m3:
            apply(PortEvent::recommended_master, StateReason::best_master, step);
            // Clause 9.2.6.11: a grandmaster need not wait, a boundary clock waits as long as its path is
            // deep.
            if (state() == PortState::pre_master && qualification_at_ == never) {
                const Nanoseconds now = step.now.monotonic;
                const int depth = decision == Decision::m3 ? clock_.data().currentDS.stepsRemoved + 1 : 0;
                qualification_at_ = now + depth * interval_of(data().logAnnounceInterval);
                if (depth == 0)
                    apply(PortEvent::qualification_timeout, StateReason::qualification_timeout, step);
            }
            return;
        case Decision::s1:
            if (master != nullptr)
                master_address_ = master->address;
            apply(PortEvent::recommended_slave, StateReason::best_master, step, master_changed);
            if (unicast_client_)
                unicast_client_->select(master_address_, step.now.monotonic);
            return;
        case Decision::p1:
        case Decision::p2:
            apply(PortEvent::recommended_passive, StateReason::best_master, step);
            return;
    }
}

void Port::calibrated(bool calibrated, Step& step) {
    if (calibrated && state() == PortState::uncalibrated)
        apply(PortEvent::master_clock_selected, StateReason::master_clock_selected, step);
    else if (!calibrated && state() == PortState::slave)
        apply(PortEvent::synchronization_fault, StateReason::synchronization_fault, step);
}

void Port::clock_stepped() noexcept {
    // Stamps carry PTP time, so that halves of a measurement from both sides of a step do not belong
    // together.
    pairing_.drop_waiting();
    delays_.clear();
    peers_.clear();
}

// ---- timers

void Port::arm_announce_receipt(Nanoseconds now) noexcept {
    // Clause 9.2.6.12: up to one more interval, so that the ports of a network do not all give up at once.
    const Nanoseconds interval = interval_of(data().logAnnounceInterval);
    announce_receipt_at_ = now + data().announceReceiptTimeout * interval + random_.between(0, interval);
}

void Port::arm_sync_receipt(Nanoseconds now, Nanoseconds interval) noexcept {
    if (config_.syncReceiptTimeout > 0)
        sync_receipt_at_ = now + config_.syncReceiptTimeout * interval;
}

void Port::master_silent(StateReason reason, Step& step) {
    const Nanoseconds now = step.now.monotonic;
    announce_receipt_at_ = never;
    sync_receipt_at_ = never;
    if (follows()) {
        foreign_.remove(clock_.data().parentDS.parentPortIdentity);
    } else if (state() == PortState::passive) {
        if (const ForeignMaster* best = best_foreign())
            foreign_.remove(PortIdentity(best->source));
    }
    // With another master known the decision below chooses it, without an excursion through MASTER.
    if (best_foreign() == nullptr)
        apply(PortEvent::announce_receipt_timeout, reason, step);
    clock_.decide_later();
    if (announce_receipt_at_ == never && takes_part() && state() != PortState::master &&
        state() != PortState::pre_master)
        arm_announce_receipt(now);
}

void Port::timer(Step& step) {
    const Nanoseconds now = step.now.monotonic;
    while (stamps_.take_expired(now))
        stamp_lost(step);
    if (foreign_.expire(now))
        clock_.decide_later();
    if (announce_receipt_at_ <= now) {
        ++statistics_.announce_timeout;
        master_silent(StateReason::announce_receipt_timeout, step);
    }
    if (sync_receipt_at_ <= now) {
        ++statistics_.sync_timeout;
        master_silent(StateReason::sync_receipt_timeout, step);
    }
    if (qualification_at_ <= now) {
        qualification_at_ = never;
        ++statistics_.qualification_timeout;
        apply(PortEvent::qualification_timeout, StateReason::qualification_timeout, step);
    }
    if (fault_reset_at_ <= now) {
        fault_reset_at_ = never;
        apply(PortEvent::fault_cleared, StateReason::fault_cleared, step);
        apply(PortEvent::initialized, StateReason::initialized, step);
    }
    // Sync before Announce where both are due: what leaves just before a Sync holds it up on the way.
    bool announce_now = false;
    if (sync_timer_.due(now)) {
        announce_now = accuracy_is_lost();
        sync_timer_.advance(now, interval_of(data().logSyncInterval));
        if (!config_.inhibit_multicast_service && may_carry_time()) {
            send_sync({}, sync_sequence_++, data().logSyncInterval, step);
            ++statistics_.master_sync_timeout;
        }
    }
    const bool announce_due = announce_timer_.due(now);
    if (announce_due)
        announce_timer_.advance(now, interval_of(data().logAnnounceInterval));
    if (announce_due || announce_now) {
        if (!config_.inhibit_announce && !config_.inhibit_multicast_service && may_carry_time()) {
            send_announce({}, announce_sequence_++, data().logAnnounceInterval, step);
            ++statistics_.master_announce_timeout;
        }
    }
    serve_unicast(step);
    ask_for_unicast(step);
    if (delay_req_timer_.due(now))
        send_delay_req(step);
    if (pdelay_req_timer_.due(now)) {
        pdelay_req_timer_.advance(now, interval_of(data().logMinPdelayReqInterval));
        send_pdelay_req(step);
    }
}

Nanoseconds Port::next_deadline() const noexcept {
    return std::min({announce_receipt_at_, sync_receipt_at_, qualification_at_, fault_reset_at_,
                     announce_timer_.at(), sync_timer_.at(), delay_req_timer_.at(), pdelay_req_timer_.at(),
                     stamps_.next_deadline(), foreign_.next_deadline(),
                     unicast_client_ ? unicast_client_->next_deadline() : never,
                     unicast_server_ ? unicast_server_->next_deadline() : never});
}

} // namespace wirestamp::ptp
