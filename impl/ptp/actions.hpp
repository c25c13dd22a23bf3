// SPDX-License-Identifier: Apache-2.0
//
// What the engine asks of the world. The engine performs nothing itself: it appends actions to a list that
// the caller owns and reuses, so that in steady state a packet costs no allocation and a test reads the whole
// effect of an input.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/base/time.hpp"
#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

/// 1-based, as portNumber of the standard.
using PortNumber = std::uint16_t;

/// The same instant on the PTP clock that the engine's host keeps (`time`) and on the free-running counter
/// behind it (`raw`). The protocol uses the first; estimators use the second, which no correction bends.
struct LocalStamp {
    Nanoseconds time = 0;
    Nanoseconds raw = 0;
};

/// The moment of a call: deadlines are counted on `monotonic`, times put into messages on `ptp`.
struct Now {
    Nanoseconds monotonic = 0;
    Nanoseconds ptp = 0;
};

enum class Channel : std::uint8_t { event, general }; // UDP 319 and 320

/// Where a packet goes or came from. For multicast the runtime knows the group's address.
enum class Route : std::uint8_t {
    primary,               // 224.0.1.129, ff0X::181
    peer_delay,            // 224.0.0.107, ff02::6b
    unicast,               // SendMessage::address
    management_read_write, // the local management socket; address_token tells the client
    management_read_only,
};

/// Identifies a transmit stamp to come; unique per port for as long as it can be outstanding.
using StampId = std::uint32_t;

struct SendMessage {
    PortNumber port = 0; // 0: the management sockets of the clock itself
    Channel channel = Channel::general;
    Route route = Route::primary;
    bool wants_stamp = false;
    StampId stamp_id = 0;
    Address address;                     // Route::unicast; its port 0: the transport's port of that channel
    std::uint64_t management_client = 0; // Route::management_*: token of the client answered
    std::size_t offset = 0, size = 0;    // bytes lie in Actions::bytes(); use Actions::payload()
};

/// One observation of master to slave delay: t2 - t1 - correction = offsetFromMaster + delay.
struct SyncMeasured {
    PortNumber port = 0;
    Nanoseconds t1 = 0;
    ScaledNanoseconds correction = 0; // of Sync and Follow_Up, and delayAsymmetry
    LocalStamp t2;
    std::int8_t logSyncInterval = 0;
    std::uint16_t sequenceId = 0;
};

/// One observation of slave to master delay: t4 - t3 - correction = delay - offsetFromMaster.
struct DelayMeasured {
    PortNumber port = 0;
    LocalStamp t3;
    Nanoseconds t4 = 0;
    ScaledNanoseconds correction = 0;
    std::uint16_t sequenceId = 0;
};

/// One exchange with the peer: meanLinkDelay = ((t4 - t1) * rateRatio - (t3 - t2) - correction) / 2.
struct PeerDelayMeasured {
    PortNumber port = 0;
    LocalStamp t1;
    Nanoseconds t2 = 0;
    Nanoseconds t3 = 0;
    LocalStamp t4;
    ScaledNanoseconds correction = 0;
    bool turnaround_only = false; // one-step responder: t2 and t3 are 0, the correction holds t3 - t2
};

enum class StateReason : std::uint16_t {
    power_up,
    initialized,
    link_up,
    link_down,
    announce_receipt_timeout,
    sync_receipt_timeout,
    best_master,
    qualification_timeout,
    master_clock_selected,
    synchronization_fault,
    fault_detected,
    fault_cleared,
    designated_enabled,
    designated_disabled,
    stopped,
};

struct PortStateChanged {
    PortNumber port = 0;
    PortState from = PortState::initializing;
    PortState to = PortState::initializing;
    StateReason reason = StateReason::power_up;
};

/// Parent or grandmaster is another one, or its properties changed. `is_self`: this clock is the grandmaster
/// now. When `reset_clock` is set, measurements so far are of another master: the servo starts its phase
/// anew.
struct BestMasterChanged {
    ClockIdentity grandmasterIdentity;
    ClockQuality grandmasterClockQuality;
    std::uint8_t grandmasterPriority1 = 0;
    std::uint8_t grandmasterPriority2 = 0;
    PortIdentity parentPortIdentity;
    std::uint16_t stepsRemoved = 0;
    bool is_self = true;
    bool reset_clock = true;
};

/// TimePropertiesDS as it is announced by the parent or set here.
struct TimePropertiesChanged {
    std::int16_t currentUtcOffset = 37;
    std::uint16_t flags =
        0; // flag::leap61 | leap59 | current_utc_offset_valid | ptp_timescale | time_traceable | …
    std::uint8_t timeSource = 0xa0;
};

/// How far the parent's time may be from the grandmaster's, as the boundary clocks on the way tell it in
/// Announces (clause 16.12). Half-widths in ns, infinite where one of them does not know. All zero after a
/// BestMasterChanged with reset_clock, until told otherwise.
struct UpstreamInaccuracy {
    double grandmaster = 0;
    double path = 0;
    unsigned silent_clocks = 0; ///< boundary clocks on the way that say nothing of themselves
    friend bool operator==(const UpstreamInaccuracy&, const UpstreamInaccuracy&) = default;
};

enum class FaultKind : std::uint16_t {
    transmit_stamp_lost, // an event message went out, its stamp never came
    transmit_stamp_late, // it came after the engine had given up
    receive_stamp_missing,
    send_failed,
    link_down,
    announce_loop,      // own identity in a path trace or as source
    duplicate_identity, // somebody else uses this clock's identity
    multiple_peers,     // more than one answer to a Pdelay_Req
    foreign_master_table_full,
    follow_up_lost,
    delay_response_lost,
    minor_version_fallback, // 2.1 was not answered or not stamped: sending 2.0 now
    clock_stepped,          // PTP time moved under the engine (suspend, another writer)
    unicast_denied,
};

/// Reported at most once a second for a kind and port; `count` is how many there were since the last report.
struct Fault {
    PortNumber port = 0;
    FaultKind kind = FaultKind::send_failed;
    std::int32_t os_error = 0;
    std::uint32_t count = 1;
};

/// A transport must leave or join: the link went away or the port was disabled and enabled again by
/// management.
struct PortTransport {
    PortNumber port = 0;
    bool enabled = true;
};

/// Management set something that the runtime holds (free text, corrections of the stamps, …) or asked for a
/// clock change.
struct ConfigurationChanged {
    PortNumber port = 0; // 0: the clock
};

using Action = std::variant<SendMessage, SyncMeasured, DelayMeasured, PeerDelayMeasured, PortStateChanged,
                            BestMasterChanged, UpstreamInaccuracy, TimePropertiesChanged, Fault,
                            PortTransport, ConfigurationChanged>;

class Actions {
public:
    void clear() noexcept {
        list_.clear();
        bytes_.clear();
    }
    const std::vector<Action>& list() const noexcept { return list_; }
    std::span<const std::uint8_t> payload(const SendMessage& message) const noexcept {
        return std::span(bytes_).subspan(message.offset, message.size);
    }

    void add(const Action& action) { list_.push_back(action); }
    void send(SendMessage message, std::span<const std::uint8_t> payload) {
        message.offset = bytes_.size();
        message.size = payload.size();
        bytes_.insert(bytes_.end(), payload.begin(), payload.end());
        list_.push_back(message);
    }

private:
    std::vector<Action> list_;
    std::vector<std::uint8_t> bytes_;
};

} // namespace wirestamp::ptp
