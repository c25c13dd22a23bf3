// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/sync_pairing.hpp"

#include <algorithm>

namespace wirestamp::ptp {
namespace {

/// Where to keep a message: a free slot, or that of the oldest; `displaced` says which.
template <class Slots>
auto& slot_for(Slots& slots, bool& displaced) noexcept {
    displaced = false;
    auto* oldest = &slots[0];
    for (auto& slot : slots) {
        if (!slot)
            return slot;
        if (sequence_before(slot->sequenceId, (*oldest)->sequenceId))
            oldest = &slot;
    }
    displaced = true;
    return *oldest;
}

template <class Slots>
auto* find(Slots& slots, std::uint16_t sequenceId) noexcept {
    const auto found = std::find_if(slots.begin(), slots.end(),
                                    [&](const auto& slot) { return slot && slot->sequenceId == sequenceId; });
    return found == slots.end() ? nullptr : &*found;
}

template <class Slots>
unsigned drop_up_to(Slots& slots, std::uint16_t sequenceId) noexcept {
    unsigned dropped = 0;
    for (auto& slot : slots) {
        if (!slot || sequence_before(sequenceId, slot->sequenceId))
            continue;
        dropped += slot->sequenceId == sequenceId ? 0U : 1U;
        slot.reset();
    }
    return dropped;
}

} // namespace

bool SyncPairing::is_stale(std::uint16_t sequenceId, Nanoseconds heard_at) const noexcept {
    if (!memory_.last_used || heard_at - memory_.last_used_at > replay_memory)
        return false;
    return static_cast<std::uint16_t>(*memory_.last_used - sequenceId) < replay_window;
}

SyncPairing::Result SyncPairing::complete(const HeardSync& sync, Nanoseconds t1,
                                          ScaledNanoseconds correction) noexcept {
    before_ = memory_;
    Result result;
    result.outcome = Outcome::paired;
    result.pair = SyncPair{sync, t1, correction};
    result.lost_follow_ups = drop_up_to(memory_.syncs, sync.sequenceId);
    result.lost_syncs = drop_up_to(memory_.follow_ups, sync.sequenceId);
    memory_.last_used = sync.sequenceId;
    memory_.last_used_at = sync.heard_at;
    return result;
}

SyncPairing::Result SyncPairing::sync(const HeardSync& sync) noexcept {
    Result result;
    // The first of two alike counts: a copy took a longer way.
    if (is_stale(sync.sequenceId, sync.heard_at) || find(memory_.syncs, sync.sequenceId) != nullptr) {
        result.outcome = Outcome::stale;
        return result;
    }
    if (const auto* found = find(memory_.follow_ups, sync.sequenceId)) {
        const HeardFollowUp follow_up = **found;
        return complete(sync, follow_up.t1, saturating_add(sync.correction, follow_up.correction));
    }
    bool displaced = false;
    slot_for(memory_.syncs, displaced) = sync;
    result.lost_follow_ups = displaced ? 1 : 0;
    return result;
}

SyncPairing::Result SyncPairing::follow_up(const HeardFollowUp& follow_up, Nanoseconds heard_at) noexcept {
    Result result;
    if (is_stale(follow_up.sequenceId, heard_at) ||
        find(memory_.follow_ups, follow_up.sequenceId) != nullptr) {
        result.outcome = Outcome::stale;
        return result;
    }
    if (const auto* found = find(memory_.syncs, follow_up.sequenceId)) {
        const HeardSync sync = **found;
        return complete(sync, follow_up.t1, saturating_add(sync.correction, follow_up.correction));
    }
    bool displaced = false;
    slot_for(memory_.follow_ups, displaced) = follow_up;
    result.lost_syncs = displaced ? 1 : 0;
    return result;
}

SyncPairing::Result SyncPairing::one_step(const HeardSync& sync, Nanoseconds t1) noexcept {
    Result result;
    if (is_stale(sync.sequenceId, sync.heard_at)) {
        result.outcome = Outcome::stale;
        return result;
    }
    return complete(sync, t1, sync.correction);
}

void SyncPairing::take_back(const SyncPair& pair) noexcept {
    memory_ = before_;
    const auto forget = [&](auto& slots) {
        if (auto* found = find(slots, pair.sync.sequenceId))
            found->reset();
    };
    forget(memory_.syncs);
    forget(memory_.follow_ups);
}

void SyncPairing::drop_waiting() noexcept {
    memory_.syncs = {};
    memory_.follow_ups = {};
}

} // namespace wirestamp::ptp
