// SPDX-License-Identifier: Apache-2.0
//
// The Delay_Reqs that are under way. The transmit stamp and the Delay_Resp come in any order and whenever
// they like; a request that has both is a measurement. Bounded: an old request makes room for a new one.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

class DelayRequests {
public:
    struct Answer {
        Nanoseconds t4 = 0;
        ScaledNanoseconds correction = 0;
    };
    struct Complete {
        LocalStamp t3;
        Answer answer;
        std::uint16_t sequenceId = 0;
    };

    /// A request goes out. Whether this gives up on an older one that was never answered.
    bool sent(std::uint16_t sequenceId, Nanoseconds now) noexcept {
        Slot& slot = slot_of(sequenceId);
        const bool lost = slot.open && !slot.answer;
        slot = Slot{};
        slot.open = true;
        slot.sequenceId = sequenceId;
        slot.sent_at = now;
        return lost;
    }

    std::optional<Complete> stamped(std::uint16_t sequenceId, const LocalStamp& t3) noexcept {
        Slot* slot = find(sequenceId);
        if (slot == nullptr || slot->t3)
            return std::nullopt;
        slot->t3 = t3;
        return finish(*slot);
    }

    /// Whether the answer was to a request that still wanted one.
    bool is_expected(std::uint16_t sequenceId) noexcept {
        const Slot* slot = find(sequenceId);
        return slot != nullptr && !slot->answer;
    }

    std::optional<Complete> answered(std::uint16_t sequenceId, const Answer& answer) noexcept {
        Slot* slot = find(sequenceId);
        if (slot == nullptr || slot->answer)
            return std::nullopt;
        slot->answer = answer;
        return finish(*slot);
    }

    /// Requests sent before `limit` that nobody answered are given up; how many there were.
    unsigned expire(Nanoseconds limit) noexcept {
        unsigned lost = 0;
        for (Slot& slot : slots_)
            if (slot.open && slot.sent_at < limit) {
                lost += slot.answer ? 0U : 1U;
                slot.open = false;
            }
        return lost;
    }

    void clear() noexcept { slots_ = {}; }

private:
    static constexpr std::size_t depth = 16; // 125 ms at 128 requests a second

    struct Slot {
        bool open = false;
        std::uint16_t sequenceId = 0;
        Nanoseconds sent_at = 0;
        std::optional<LocalStamp> t3;
        std::optional<Answer> answer;
    };

    Slot& slot_of(std::uint16_t sequenceId) noexcept { return slots_[sequenceId % depth]; }
    Slot* find(std::uint16_t sequenceId) noexcept {
        Slot& slot = slot_of(sequenceId);
        return slot.open && slot.sequenceId == sequenceId ? &slot : nullptr;
    }
    static std::optional<Complete> finish(Slot& slot) noexcept {
        if (!slot.t3 || !slot.answer)
            return std::nullopt;
        slot.open = false;
        return Complete{*slot.t3, *slot.answer, slot.sequenceId};
    }

    std::array<Slot, depth> slots_{};
};

} // namespace wirestamp::ptp
