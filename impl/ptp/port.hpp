// SPDX-License-Identifier: Apache-2.0
//
// One PTP port: its timers, its sequence numbers and what it does in which state. The parts that need no
// other part are classes of their own; the message handlers lie in port_announce.cpp, port_sync.cpp,
// port_delay.cpp, port_peer_delay.cpp and port_unicast.cpp.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "impl/ptp/bmca.hpp"
#include "impl/ptp/clock_update.hpp"
#include "impl/ptp/data_sets.hpp"
#include "impl/ptp/delay_requests.hpp"
#include "impl/ptp/engine.hpp"
#include "impl/ptp/fault_reporter.hpp"
#include "impl/ptp/foreign_masters.hpp"
#include "impl/ptp/origin_watch.hpp"
#include "impl/ptp/peer_exchanges.hpp"
#include "impl/ptp/pending_stamps.hpp"
#include "impl/ptp/port_state.hpp"
#include "impl/ptp/random.hpp"
#include "impl/ptp/schedule.hpp"
#include "impl/ptp/statistics.hpp"
#include "impl/ptp/step.hpp"
#include "impl/ptp/sync_pairing.hpp"
#include "impl/ptp/unicast_client.hpp"
#include "impl/ptp/unicast_server.hpp"
#include "impl/ptp/version_fallback.hpp"
#include "impl/ptp/wire/codec.hpp"
#include "impl/ptp/wire/message.hpp"

namespace wirestamp::ptp {

class Clock;

/// Where a message goes.
struct Destination {
    Route route = Route::primary;
    Address address{};
};

class Port {
public:
    Port(Clock& clock, PortNumber number, const PortConfig& config, std::uint64_t seed);

    void start(Step& step);
    void stop(Step& step);
    /// A message that the clock has found to be of this domain and not its own.
    void message(const Message& message, const Packet& packet, Step& step);
    void transmit_stamp(StampId id, const LocalStamp& stamp, Step& step);
    void transmit_failed(StampId id, std::int32_t os_error, Step& step);
    void timer(Step& step);
    Nanoseconds next_deadline() const noexcept;
    void link(bool up, Step& step);
    void update(const PortUpdate& update, Step& step);

    /// ENABLE_PORT and DISABLE_PORT (clause 15.5.3.7.3).
    void set_enabled(bool enabled, Step& step);
    /// Whether the mechanism is one that this port can be switched to.
    bool set_delay_mechanism(DelayMechanism mechanism, Step& step);
    /// Management reaches a port that is FAULTY, but not one that is DISABLED.
    bool listens() const noexcept { return state() != PortState::disabled; }
    bool acceptable_master_table_enabled() const noexcept { return only_acceptable_masters_; }
    void set_acceptable_master_table_enabled(bool enabled) noexcept;
    void mean_link_delay(Nanoseconds meanLinkDelay, double neighbor_rate_ratio, Step& step);

    // For the state decision of the clock.
    const ForeignMaster* best_foreign() const noexcept;
    Dataset dataset_of(const ForeignMaster& master) const noexcept { return master.dataset(identity()); }
    bool takes_part() const noexcept;
    void recommend(Decision decision, const ForeignMaster* master, bool master_changed, Step& step);
    void apply(PortEvent event, StateReason reason, Step& step, bool master_changed = false);

    // What the clock's servo made of the port's measurements.
    void calibrated(bool calibrated, Step& step);
    void clock_stepped() noexcept;

    PortNumber number() const noexcept { return number_; }
    PortIdentity identity() const noexcept { return data().portIdentity; }
    PortState state() const noexcept { return data().portState; }
    PortConfig& config() noexcept { return config_; }
    const PortConfig& config() const noexcept { return config_; }
    PortStatistics& statistics() noexcept { return statistics_; }
    const PortStatistics& statistics() const noexcept { return statistics_; }
    const ForeignMasters& foreign_masters() const noexcept { return foreign_; }
    const UnicastClient* unicast_client() const noexcept {
        return unicast_client_ ? &*unicast_client_ : nullptr;
    }
    const UnicastServer* unicast_server() const noexcept {
        return unicast_server_ ? &*unicast_server_ : nullptr;
    }
    Nanoseconds last_sync_received() const noexcept { return last_sync_received_; }
    PortDS& data() noexcept;
    const PortDS& data() const noexcept;

    void fault(FaultKind kind, Step& step, std::int32_t os_error = 0) {
        faults_.report(step, number_, kind, os_error);
    }
    void send(const Header& header, const Body& body, const Destination& to, Step& step);
    void send(MessageBuffer& message, const Destination& to, Step& step);
    Header header(std::uint16_t sequenceId, std::int8_t logMessageInterval,
                  const Destination& to) const noexcept;
    /// The intervals changed: what is scheduled shall not wait for the old one.
    void intervals_changed(Step& step);
    void restart(Step& step);

private:
    // States.
    void enter(PortState to, StateReason reason, Step& step);
    void stop_timers() noexcept;
    void forget_measurements() noexcept;
    bool follows() const noexcept {
        return state() == PortState::uncalibrated || state() == PortState::slave;
    }
    bool is_p2p() const noexcept { return data().delayMechanism == DelayMechanism::p2p; }
    bool is_e2e() const noexcept { return data().delayMechanism == DelayMechanism::e2e; }
    bool may_carry_time() const noexcept;
    void arm_announce_receipt(Nanoseconds now) noexcept;
    void arm_sync_receipt(Nanoseconds now, Nanoseconds interval) noexcept;
    void master_silent(StateReason reason, Step& step);

    // Sending events.
    void send_stamped(const Header& header, const Body& body, const Destination& to, PendingStamp pending,
                      Step& step);
    void stamp_lost(Step& step);
    LocalStamp leaving(const LocalStamp& stamp) const noexcept;
    LocalStamp arriving(const LocalStamp& stamp) const noexcept;
    std::optional<LocalStamp> receive_stamp(const Packet& packet, Step& step);
    void fell_back(Step& step);

    // port_announce.cpp
    void announce_heard(const Message& message, const AnnounceBody& body, const Packet& packet, Step& step);
    void send_announce(const Destination& to, std::uint16_t sequenceId, std::int8_t logMessageInterval,
                       Step& step);
    /// Our time has become worse than those behind us know.
    bool accuracy_is_lost() const noexcept;
    bool is_acceptable(const PortIdentity& source, std::uint8_t& priority1) const noexcept;
    bool is_in_path(const Message& message) const noexcept;

    // port_sync.cpp
    void sync_heard(const Message& message, const SyncBody& body, const Packet& packet, Step& step);
    void follow_up_heard(const Message& message, const FollowUpBody& body, Step& step);
    void paired(const SyncPairing::Result& result, Step& step);
    bool is_from_parent(const Header& header) noexcept;
    void send_sync(const Destination& to, std::uint16_t sequenceId, std::int8_t logMessageInterval,
                   Step& step);
    void send_follow_up(const PendingStamp& sync, const LocalStamp& stamp, Step& step);

    // port_delay.cpp
    void delay_req_heard(const Message& message, const Packet& packet, Step& step);
    void delay_resp_heard(const Message& message, const DelayRespBody& body, Step& step);
    void send_delay_req(Step& step);
    void delay_complete(const DelayRequests::Complete& complete, Step& step);
    void delay_unanswered(unsigned count, Step& step);
    void schedule_delay_req(Nanoseconds from, Nanoseconds now) noexcept;

    // port_peer_delay.cpp
    void pdelay_req_heard(const Message& message, const Packet& packet, Step& step);
    void pdelay_resp_heard(const Message& message, const PdelayRespBody& body, const Packet& packet,
                           Step& step);
    void pdelay_resp_follow_up_heard(const Message& message, const PdelayRespFollowUpBody& body, Step& step);
    void send_pdelay_req(Step& step);
    void send_pdelay_resp_follow_up(const PendingStamp& response, const LocalStamp& stamp, Step& step);
    void peer_result(const PeerExchanges::Result& result, Step& step);
    void several_peers(Step& step);
    void set_as_capable(bool capable, Step& step);

    Destination master_destination() const noexcept;

    // port_unicast.cpp
    void signaling_heard(const Message& message, const SignalingBody& body, const Packet& packet, Step& step);
    bool negotiation_tlv(const Tlv& tlv, const Message& message, const Packet& packet, MessageBuffer& answer,
                         Step& step);
    void unicast_requested(const UnicastRequest& request, const Message& message, const Packet& packet,
                           MessageBuffer& answer, Step& step);
    void unicast_granted(const UnicastGrant& grant, const Message& message, const Packet& packet, Step& step);
    void unicast_cancelled(const UnicastCancel& cancel, const Message& message, const Packet& packet,
                           MessageBuffer& answer, Step& step);
    void intervals_requested(const MessageIntervalRequest& request, Step& step);
    /// To the master, where the profile has one speak slower once its time is known (msg_interval_request).
    void request_sync_interval(std::int8_t timeSyncInterval, Step& step);
    bool build_signaling(MessageBuffer& buffer, const PortIdentity& target, const Destination& to);
    void send_signaling(MessageBuffer& buffer, const Destination& to, Step& step);
    std::int8_t wanted_interval(UnicastService service) const noexcept;
    void ask_for_unicast(Step& step);
    void leave_unicast(Step& step);
    void serve_unicast(Step& step);

    Clock& clock_;
    PortNumber number_;
    PortConfig config_;
    PortStatistics statistics_;
    FaultReporter faults_;
    Random random_;
    VersionFallback version_;

    PendingStamps stamps_;
    SyncPairing pairing_;
    OriginWatch origin_;
    DelayRequests delays_;
    PeerExchanges peers_;
    ForeignMasters foreign_;
    std::optional<UnicastClient> unicast_client_;
    std::optional<UnicastServer> unicast_server_;

    Periodic announce_timer_;
    Periodic sync_timer_;
    Periodic delay_req_timer_;
    Periodic pdelay_req_timer_;
    Nanoseconds announce_receipt_at_ = never;
    Nanoseconds sync_receipt_at_ = never;
    Nanoseconds qualification_at_ = never;
    Nanoseconds fault_reset_at_ = never;

    ScaledNanoseconds announced_inaccuracy_ = 0;
    std::uint16_t announce_sequence_ = 0;
    std::uint16_t sync_sequence_ = 0;
    std::uint16_t delay_req_sequence_ = 0;
    std::uint16_t pdelay_req_sequence_ = 0;
    std::uint16_t signaling_sequence_ = 0;

    Address master_address_{};
    bool only_acceptable_masters_ = false;
    unsigned delay_unanswered_ = 0;
    unsigned pdelay_unanswered_ = 0;
    unsigned several_peers_in_row_ = 0;
    bool several_peers_now_ = false;
    Nanoseconds last_sync_received_ = 0;
    std::int8_t sync_log_interval_ = 0;
};

} // namespace wirestamp::ptp
