// SPDX-License-Identifier: Apache-2.0
//
// What a port counts: every message that came or went, and for every one that was not used the reason why.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "impl/ptp/wire/message.hpp"

namespace wirestamp::ptp {

/// Why a well-formed message was not used. Dense from 0, so that counters can be an array.
enum class Discard : std::uint8_t {
    other_domain,
    other_sdo,
    own_message,           ///< sent by this clock itself
    duplicate_identity,    ///< claims to be this port but came from another host
    wrong_channel,         ///< an event message on the general port or the reverse
    wrong_state,           ///< the port does not listen to this type now
    not_from_parent,       ///< Sync, Follow_Up or Delay_Resp of somebody else
    not_for_us,            ///< another requestingPortIdentity or targetPortIdentity
    unknown_sequence,      ///< answers nothing that was asked, or comes again
    stale_sequence,        ///< a Sync or Follow_Up that was already used or is older than one that was
    origin_timestamp_jump, ///< the master's time moved otherwise than ours did; used if it stays there
    timestamp_unusable,    ///< beyond what the engine counts
    alternate_master,
    steps_removed,  ///< 255 or at least maxStepsRemoved
    path_loop,      ///< this clock is in the path trace
    clock_class,    ///< above clock_class_threshold
    not_acceptable, ///< not in the acceptable master table
    table_full,
    not_as_capable,
    receive_stamp_missing,
    delay_mechanism, ///< belongs to the delay mechanism that this port does not use
    management_refused,
    unicast_refused,
    unknown_tlv, ///< nothing in it was understood
};

inline constexpr std::size_t discard_count = static_cast<std::size_t>(Discard::unknown_tlv) + 1;

/// The enumerator's own spelling, for metrics and logs.
std::string_view name(Discard reason) noexcept;

struct PortStatistics {
    std::array<std::uint64_t, 16> sent{};     ///< by messageType (clause 13.3.2.3, table 36)
    std::array<std::uint64_t, 16> received{}; ///< well-formed ones, used or not
    std::array<std::uint64_t, parse_error_count> malformed{};
    std::array<std::uint64_t, discard_count> discarded{};

    std::uint64_t transmit_stamps_lost = 0;
    std::uint64_t transmit_stamps_late = 0; ///< late, unknown or repeated
    std::uint64_t receive_stamps_missing = 0;
    std::uint64_t send_failures = 0;
    std::uint64_t follow_ups_lost = 0;
    std::uint64_t delay_responses_lost = 0;
    std::uint64_t pdelay_responses_lost = 0;

    // PORT_SERVICE_STATS_NP, with linuxptp's names.
    std::uint64_t announce_timeout = 0;
    std::uint64_t sync_timeout = 0;
    std::uint64_t delay_timeout = 0;
    std::uint64_t unicast_service_timeout = 0;
    std::uint64_t unicast_request_timeout = 0;
    std::uint64_t master_announce_timeout = 0;
    std::uint64_t master_sync_timeout = 0;
    std::uint64_t qualification_timeout = 0;
    std::uint64_t sync_mismatch = 0;
    std::uint64_t followup_mismatch = 0;

    std::uint64_t syncs_measured = 0;
    std::uint64_t delays_measured = 0;

    void discard(Discard reason) noexcept { ++discarded[static_cast<std::size_t>(reason)]; }
    std::uint64_t count(Discard reason) const noexcept { return discarded[static_cast<std::size_t>(reason)]; }
    std::uint64_t count(ParseError error) const noexcept {
        return malformed[static_cast<std::size_t>(error)];
    }
    std::uint64_t all_malformed() const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : malformed)
            sum += count;
        return sum;
    }
};

} // namespace wirestamp::ptp
