// SPDX-License-Identifier: Apache-2.0
//
// Management messages (IEEE 1588-2019 clause 15, and linuxptp's own ids): who may ask what, answers, errors,
// forwarding through a boundary clock (15.3.3) and pushed notifications. What is answered lies in
// management_get.cpp, what is changed in management_set.cpp.

#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "impl/ptp/engine.hpp"
#include "impl/ptp/step.hpp"
#include "impl/ptp/subscriptions.hpp"
#include "impl/ptp/wire/management.hpp"

namespace wirestamp::ptp {

class Clock;
class Port;

/// What became of a request: done, nothing that this part knows of, or an error to be told.
struct ManagementResult {
    enum class Kind : std::uint8_t { done, elsewhere, refused };
    Kind kind = Kind::done;
    ManagementErrorId error = ManagementErrorId::general_error;

    static ManagementResult done() noexcept { return {}; }
    static ManagementResult elsewhere() noexcept { return {Kind::elsewhere, {}}; }
    static ManagementResult refuse(ManagementErrorId error) noexcept { return {Kind::refused, error}; }
};

class ManagementResponder {
public:
    explicit ManagementResponder(Clock& clock) : clock_(clock) {}

    /// `ingress` is null for the clock's own management sockets.
    void message(const Message& message, const ManagementBody& body, const Packet& packet, Port* ingress,
                 Step& step);

    void client_gone(Route route, std::uint64_t token) noexcept { subscriptions_.forget(route, token); }

    void port_state_changed(const Port& port, Step& step);
    void time_synchronized(Step& step);
    void parent_changed(Step& step);
    void link_measured(const Port& port, Step& step);

private:
    struct Request {
        const Message& message;
        const ManagementBody& body;
        const Packet& packet;
        Port* ingress;
        ManagementTlv tlv;
    };

    /// What the network may make this clock say: enough for every tool, nothing that is worth a forged
    /// source.
    bool afford(Step& step) noexcept;
    void answer(const Request& request, Step& step);
    void answer_for(const Request& request, Port* port, Step& step);
    ManagementResult perform(const Request& request, Port* port, MessageBuffer& answer, Step& step);
    bool may_change(const Request& request) const noexcept;
    bool is_local(const Request& request) const noexcept { return request.ingress == nullptr; }
    void send_back(const Request& request, MessageBuffer& answer, Step& step);
    void forward(const Message& message, const ManagementBody& body, const Packet& packet, Port* ingress,
                 Step& step);
    void remember_client(const Message& message, const Packet& packet) noexcept;
    void send_local(const LocalClient& client, const MessageBuffer& message, Step& step);
    Header header_for(const PortIdentity& source, std::uint16_t sequenceId) const noexcept;
    bool begin_notification(MessageBuffer& buffer, const Subscriptions::Subscription& to,
                            const PortIdentity& source, std::uint16_t sequenceId) const noexcept;
    template <class Fill>
    void notify(management::Notification event, const PortIdentity& source, const Fill& fill, Step& step);
    ManagementResult subscribe(const Request& request, MessageBuffer& answer, Step& step);

    // management_get.cpp
    ManagementResult get(ManagementId id, const Port* port, bool local, MessageBuffer& answer,
                         Step& step) const;
    ManagementResult get_clock(ManagementId id, MessageBuffer& answer, Step& step) const;
    ManagementResult get_offsets(ManagementId id, std::span<const std::uint8_t> data,
                                 MessageBuffer& answer) const;
    ManagementResult get_port(ManagementId id, const Port& port, bool local, MessageBuffer& answer) const;

    // management_set.cpp
    ManagementResult set(const ManagementTlv& tlv, Port* port, Step& step);
    ManagementResult set_clock(const ManagementTlv& tlv, Step& step);
    ManagementResult set_offsets(const ManagementTlv& tlv);
    ManagementResult set_port(const ManagementTlv& tlv, Port& port, Step& step);
    ManagementResult command(ManagementId id, Port* port, Step& step);

    Clock& clock_;
    Subscriptions subscriptions_;
    std::array<LocalClient, 8> clients_{}; ///< whom answers from behind this clock may be for
    std::size_t next_client_ = 0;
    static constexpr Nanoseconds answer_cost = nanoseconds_per_second / 256;
    static constexpr Nanoseconds most_saved = 512 * answer_cost;
    Nanoseconds saved_ = most_saved; ///< time in which nothing was said
    Nanoseconds saved_at_ = 0;
};

/// Whether the id concerns the clock as a whole; such a request is answered once.
bool is_of_clock(ManagementId id) noexcept;

} // namespace wirestamp::ptp
