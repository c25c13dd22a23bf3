// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/management_responder.hpp"

#include <algorithm>
#include <utility>

#include "impl/ptp/clock.hpp"
#include "impl/ptp/management_structures.hpp"

namespace wirestamp::ptp {

namespace mg = management;

bool is_of_clock(ManagementId id) noexcept {
    switch (id) {
        case ManagementId::user_description:
        case ManagementId::save_in_non_volatile_storage:
        case ManagementId::reset_non_volatile_storage:
        case ManagementId::initialize:
        case ManagementId::fault_log:
        case ManagementId::fault_log_reset:
        case ManagementId::default_data_set:
        case ManagementId::current_data_set:
        case ManagementId::parent_data_set:
        case ManagementId::time_properties_data_set:
        case ManagementId::priority1:
        case ManagementId::priority2:
        case ManagementId::domain:
        case ManagementId::slave_only:
        case ManagementId::time:
        case ManagementId::clock_accuracy:
        case ManagementId::utc_properties:
        case ManagementId::traceability_properties:
        case ManagementId::timescale_properties:
        case ManagementId::path_trace_list:
        case ManagementId::path_trace_enable:
        case ManagementId::grandmaster_cluster_table:
        case ManagementId::acceptable_master_table:
        case ManagementId::acceptable_master_max_table_size:
        case ManagementId::alternate_time_offset_enable:
        case ManagementId::alternate_time_offset_name:
        case ManagementId::alternate_time_offset_max_key:
        case ManagementId::alternate_time_offset_properties:
        case ManagementId::transparent_clock_default_data_set:
        case ManagementId::primary_domain:
        case ManagementId::external_port_configuration_enabled:
        case ManagementId::holdover_upgrade_enable:
        case ManagementId::time_status_np:
        case ManagementId::grandmaster_settings_np:
        case ManagementId::subscribe_events_np:
        case ManagementId::synchronization_uncertain_np:
        case ManagementId::external_grandmaster_properties_np:
            return true;
        default:
            return false;
    }
}

void ManagementResponder::message(const Message& message, const ManagementBody& body, const Packet& packet,
                                  Port* ingress, Step& step) {
    if (ingress == nullptr)
        remember_client(message, packet);
    forward(message, body, packet, ingress, step);

    const bool asks = body.actionField == ManagementAction::get ||
                      body.actionField == ManagementAction::set ||
                      body.actionField == ManagementAction::command;
    const ClockIdentity& target = body.targetPortIdentity.clockIdentity;
    if (!asks || (target != any_clock && target != clock_.data().defaultDS.clockIdentity)) {
        // Answers are for who asked; what is neither (clause 15.4.1.6, table 57) means nothing.
        const bool answers = body.actionField == ManagementAction::response ||
                             body.actionField == ManagementAction::acknowledge;
        if (ingress != nullptr && !answers)
            ingress->statistics().discard(asks ? Discard::not_for_us : Discard::management_refused);
        return;
    }
    const auto tlv = read<ManagementTlv>(Tlvs(message).find(TlvType::management));
    if (!tlv) {
        if (ingress != nullptr)
            ingress->statistics().discard(Discard::unknown_tlv);
        return;
    }
    answer({message, body, packet, ingress, *tlv}, step);
}

// ---- asking and answering

bool ManagementResponder::afford(Step& step) noexcept {
    const Nanoseconds since =
        saturating_subtract(step.now.monotonic, std::exchange(saved_at_, step.now.monotonic));
    saved_ = std::min(most_saved, saturating_add(saved_, std::max<Nanoseconds>(0, since)));
    if (saved_ < answer_cost)
        return false;
    saved_ -= answer_cost;
    return true;
}

void ManagementResponder::answer(const Request& request, Step& step) {
    if (is_of_clock(request.tlv.managementId))
        return answer_for(request, nullptr, step);
    const std::uint16_t target = request.body.targetPortIdentity.portNumber;
    for (const auto& port : clock_.ports())
        if (target == any_port || target == port->number())
            answer_for(request, port.get(), step);
}

void ManagementResponder::answer_for(const Request& request, Port* port, Step& step) {
    if (request.ingress != nullptr && !afford(step)) {
        request.ingress->statistics().discard(Discard::management_refused);
        return;
    }
    const PortIdentity own{clock_.data().defaultDS.clockIdentity, 0};
    const Port* speaker = port != nullptr ? port : request.ingress;
    Header header =
        header_for(speaker != nullptr ? speaker->identity() : own, request.message.header.sequenceId);
    if (request.ingress != nullptr) {
        header.majorSdoId = request.ingress->config().transportSpecific;
        if (request.packet.route == Route::unicast)
            header.flagField |= flag::unicast;
    }
    ManagementBody body;
    body.targetPortIdentity = request.message.header.sourcePortIdentity;
    // Clause 15.4.1.4: the answer goes back as far as the request came.
    body.startingBoundaryHops =
        static_cast<std::uint8_t>(request.body.startingBoundaryHops >= request.body.boundaryHops
                                      ? request.body.startingBoundaryHops - request.body.boundaryHops
                                      : 0);
    body.boundaryHops = body.startingBoundaryHops;
    body.actionField = request.body.actionField == ManagementAction::command ? ManagementAction::acknowledge
                                                                             : ManagementAction::response;
    MessageBuffer buffer;
    if (!build(buffer, header, body))
        return;
    ManagementResult result = perform(request, port, buffer, step);
    if (result.kind == ManagementResult::Kind::elsewhere) {
        const bool known = name(request.tlv.managementId) != "UNKNOWN";
        result = ManagementResult::refuse(known ? ManagementErrorId::not_supported
                                                : ManagementErrorId::no_such_id);
    }
    if (result.kind == ManagementResult::Kind::refused) {
        if (request.ingress != nullptr)
            request.ingress->statistics().discard(Discard::management_refused);
        if (!build(buffer, header, body) ||
            !append(buffer, ManagementErrorStatus{result.error, request.tlv.managementId, {}}))
            return;
    }
    send_back(request, buffer, step);
}

bool ManagementResponder::may_change(const Request& request) const noexcept {
    return is_local(request) ? request.packet.route == Route::management_read_write
                             : clock_.config().network_set_allowed;
}

ManagementResult ManagementResponder::perform(const Request& request, Port* port, MessageBuffer& answer,
                                              Step& step) {
    const ManagementId id = request.tlv.managementId;
    if (request.body.actionField == ManagementAction::get && id == ManagementId::subscribe_events_np)
        return subscribe(request, answer, step);
    if (request.body.actionField == ManagementAction::get) {
        const auto offsets = get_offsets(id, request.tlv.dataField, answer);
        return offsets.kind == ManagementResult::Kind::elsewhere
                   ? get(id, port, is_local(request), answer, step)
                   : offsets;
    }
    if (!may_change(request))
        return ManagementResult::refuse(ManagementErrorId::not_supported);
    if (request.body.actionField == ManagementAction::command) {
        const ManagementResult result = command(id, port, step);
        if (result.kind == ManagementResult::Kind::done)
            append(answer, ManagementTlv{id, {}});
        return result;
    }
    if (id == ManagementId::subscribe_events_np)
        return subscribe(request, answer, step);
    const ManagementResult result = set(request.tlv, port, step);
    if (result.kind == ManagementResult::Kind::elsewhere && name(id) != "UNKNOWN") {
        // What can be read but not written is told apart from what is not there at all.
        const auto readable = get(id, port, is_local(request), answer, step);
        return ManagementResult::refuse(readable.kind == ManagementResult::Kind::done
                                            ? ManagementErrorId::not_setable
                                            : ManagementErrorId::not_supported);
    }
    if (result.kind != ManagementResult::Kind::done)
        return result;
    step.out.add(ConfigurationChanged{port != nullptr ? port->number() : PortNumber{0}});
    const auto offsets = get_offsets(id, request.tlv.dataField, answer);
    return offsets.kind == ManagementResult::Kind::elsewhere ? get(id, port, is_local(request), answer, step)
                                                             : offsets;
}

void ManagementResponder::send_back(const Request& request, MessageBuffer& answer, Step& step) {
    if (request.ingress == nullptr)
        return send_local({request.message.header.sourcePortIdentity, request.packet.route,
                           request.packet.management_client},
                          answer, step);
    Destination to;
    if (request.packet.route == Route::unicast) {
        to = {Route::unicast, request.packet.source};
        // A management node may ask from any port and expects the answer there.
    }
    request.ingress->send(answer, to, step);
}

void ManagementResponder::send_local(const LocalClient& client, const MessageBuffer& message, Step& step) {
    if (message.empty())
        return;
    SendMessage send;
    send.channel = Channel::general;
    send.route = client.route;
    send.management_client = client.token;
    step.out.send(send, message.octets());
}

Header ManagementResponder::header_for(const PortIdentity& source, std::uint16_t sequenceId) const noexcept {
    Header header;
    header.minorVersionPTP = 0;
    for (const PortDS& port : clock_.data().portDS)
        if (port.portIdentity == source)
            header.minorVersionPTP = port.minorVersionNumber;
    header.domainNumber = clock_.data().defaultDS.domainNumber;
    header.sourcePortIdentity = source;
    header.sequenceId = sequenceId;
    return header;
}

// ---- boundary clocks

void ManagementResponder::remember_client(const Message& message, const Packet& packet) noexcept {
    const PortIdentity& identity = message.header.sourcePortIdentity;
    for (LocalClient& client : clients_)
        if (client.identity == identity) {
            client = {identity, packet.route, packet.management_client};
            return;
        }
    clients_[next_client_] = {identity, packet.route, packet.management_client};
    next_client_ = (next_client_ + 1) % clients_.size();
}

void ManagementResponder::forward(const Message& message, const ManagementBody& body, const Packet& packet,
                                  Port* ingress, Step& step) {
    const ClockIdentity& target = body.targetPortIdentity.clockIdentity;
    if (body.boundaryHops == 0 || target == clock_.data().defaultDS.clockIdentity)
        return;
    if (packet.route == Route::management_read_only && body.actionField != ManagementAction::get)
        return;
    MessageBuffer copy;
    ManagementBody onwards = body;
    --onwards.boundaryHops;
    Header header = message.header;
    header.flagField &= static_cast<std::uint16_t>(~flag::unicast);
    if (!build(copy, header, onwards))
        return;
    for (const Tlv& tlv : Tlvs(message))
        if (!append_tlv(copy, tlv.tlvType, tlv.value))
            return;
    if (ingress != nullptr)
        for (const LocalClient& client : clients_)
            if (client.token != 0 && client.identity == body.targetPortIdentity)
                return send_local(client, copy, step);
    for (const auto& port : clock_.ports()) {
        const PortState state = port->state();
        const bool carries = state == PortState::master || state == PortState::pre_master ||
                             state == PortState::slave || state == PortState::uncalibrated;
        if (port.get() != ingress && carries && (ingress == nullptr || afford(step)))
            port->send(copy, {}, step);
    }
}

// ---- notifications

ManagementResult ManagementResponder::subscribe(const Request& request, MessageBuffer& answer, Step& step) {
    const Nanoseconds now = step.now.monotonic;
    const PortIdentity& who = request.message.header.sourcePortIdentity;
    if (!is_local(request) || request.packet.route != Route::management_read_write)
        return ManagementResult::refuse(ManagementErrorId::not_supported);
    mg::SubscribeEventsNp events;
    if (request.body.actionField == ManagementAction::set) {
        const auto wish = mg::read<mg::SubscribeEventsNp>(request.tlv);
        if (!wish)
            return ManagementResult::refuse(ManagementErrorId::wrong_length);
        events = *wish;
        if (!subscriptions_.set({who, request.packet.route, request.packet.management_client}, events, now))
            return ManagementResult::refuse(ManagementErrorId::general_error);
    } else if (const auto* own = subscriptions_.find(who, now)) {
        events = own->events;
    }
    mg::append(answer, events);
    return ManagementResult::done();
}

bool ManagementResponder::begin_notification(MessageBuffer& buffer, const Subscriptions::Subscription& to,
                                             const PortIdentity& source,
                                             std::uint16_t sequenceId) const noexcept {
    ManagementBody body;
    body.targetPortIdentity = to.client.identity;
    body.actionField = ManagementAction::response;
    return build(buffer, header_for(source, sequenceId), body);
}

template <class Fill>
void ManagementResponder::notify(mg::Notification event, const PortIdentity& source, const Fill& fill,
                                 Step& step) {
    subscriptions_.each(event, step.now.monotonic, [&](Subscriptions::Subscription& to) {
        MessageBuffer buffer;
        if (begin_notification(buffer, to, source, to.sequenceId++) && fill(buffer))
            send_local(to.client, buffer, step);
    });
}

void ManagementResponder::port_state_changed(const Port& port, Step& step) {
    if (!subscriptions_.any(mg::Notification::port_state, step.now.monotonic))
        return;
    notify(
        mg::Notification::port_state, port.identity(),
        [&](MessageBuffer& buffer) { return mg::append(buffer, port_data_set(port)); }, step);
}

void ManagementResponder::time_synchronized(Step& step) {
    if (!subscriptions_.any(mg::Notification::time_sync, step.now.monotonic))
        return;
    notify(
        mg::Notification::time_sync, {clock_.data().defaultDS.clockIdentity, 0},
        [&](MessageBuffer& buffer) { return mg::append(buffer, time_status(clock_)); }, step);
}

void ManagementResponder::link_measured(const Port& port, Step& step) {
    if (!subscriptions_.any(mg::Notification::cmlds, step.now.monotonic))
        return;
    notify(
        mg::Notification::cmlds, port.identity(),
        [&](MessageBuffer& buffer) { return mg::append(buffer, link_delay_info(port)); }, step);
}

void ManagementResponder::parent_changed(Step& step) {
    if (!subscriptions_.any(mg::Notification::parent_data_set, step.now.monotonic))
        return;
    notify(
        mg::Notification::parent_data_set, {clock_.data().defaultDS.clockIdentity, 0},
        [&](MessageBuffer& buffer) { return mg::append(buffer, parent_data_set(clock_)); }, step);
}

} // namespace wirestamp::ptp
