// SPDX-License-Identifier: Apache-2.0
//
// Brings Sync and Follow_Up together by sequenceId, in either order, and gives each pair once: what was used,
// or is older than what was used, is not used again (replay, duplication by the network). Bounded.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

/// Whether a is earlier than b on the circle of 16-bit sequence numbers.
constexpr bool sequence_before(std::uint16_t a, std::uint16_t b) noexcept {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(a - b)) < 0;
}

struct HeardSync {
    std::uint16_t sequenceId = 0;
    LocalStamp t2;
    ScaledNanoseconds correction = 0;
    std::int8_t logMessageInterval = 0;
    Nanoseconds heard_at = 0; ///< monotonic
};

struct HeardFollowUp {
    std::uint16_t sequenceId = 0;
    Nanoseconds t1 = 0;
    ScaledNanoseconds correction = 0;
};

struct SyncPair {
    HeardSync sync;
    Nanoseconds t1 = 0;
    ScaledNanoseconds correction = 0; ///< of both messages
};

class SyncPairing {
public:
    enum class Outcome : std::uint8_t { paired, waiting, stale };
    struct Result {
        Outcome outcome = Outcome::waiting;
        SyncPair pair{};
        unsigned lost_follow_ups = 0; ///< Syncs given up
        unsigned lost_syncs = 0;      ///< Follow_Ups given up
    };

    Result sync(const HeardSync& sync) noexcept;
    Result follow_up(const HeardFollowUp& follow_up, Nanoseconds heard_at) noexcept;
    /// A one-step Sync is complete in itself.
    Result one_step(const HeardSync& sync, Nanoseconds t1) noexcept;

    /// The pair just completed is not believed: it shall not have used up its number, nor those below it.
    void take_back(const SyncPair& pair) noexcept;

    /// Another master, or the local clock jumped: nothing heard so far may be paired with what comes.
    void reset() noexcept { *this = SyncPairing(); }
    /// Waiting messages go, the memory of what was used stays.
    void drop_waiting() noexcept;

private:
    static constexpr std::size_t depth = 8; // a slave may take five beats at a time, and late
    // Wider than any reordering, narrow enough that a master that starts anew is soon followed.
    static constexpr std::uint16_t replay_window = 256;
    static constexpr Nanoseconds replay_memory = 2 * nanoseconds_per_second;

    bool is_stale(std::uint16_t sequenceId, Nanoseconds heard_at) const noexcept;
    Result complete(const HeardSync& sync, Nanoseconds t1, ScaledNanoseconds correction) noexcept;

    struct Memory {
        std::array<std::optional<HeardSync>, depth> syncs{};
        std::array<std::optional<HeardFollowUp>, depth> follow_ups{};
        std::optional<std::uint16_t> last_used;
        Nanoseconds last_used_at = 0;
    };
    Memory memory_;
    Memory before_; ///< the last pair
};

} // namespace wirestamp::ptp
