// SPDX-License-Identifier: Apache-2.0
//
// The Pdelay_Reqs that are under way (IEEE 1588-2019 clause 11.4). Transmit stamp, Pdelay_Resp and
// Pdelay_Resp_Follow_Up come in any order; whoever answers a request twice from different ports gives away
// that the link has more than two ends (clause 11.4.4).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

class PeerExchanges {
public:
    struct Response {
        PortIdentity responder{};
        LocalStamp t4;
        Nanoseconds t2 = 0;
        ScaledNanoseconds correction = 0;
        bool two_step = true;
    };
    struct FollowUp {
        PortIdentity responder{};
        Nanoseconds t3 = 0;
        ScaledNanoseconds correction = 0;
    };
    struct Complete {
        LocalStamp t1;
        Response response;
        FollowUp follow_up;
    };
    enum class Outcome : std::uint8_t { waiting, complete, unknown, several_responders };
    struct Result {
        Outcome outcome = Outcome::waiting;
        Complete exchange{};
    };

    void sent(std::uint16_t sequenceId) noexcept {
        Slot& slot = slot_of(sequenceId);
        slot = Slot{};
        slot.open = true;
        slot.sequenceId = sequenceId;
    }

    bool is_answered(std::uint16_t sequenceId) noexcept {
        const Slot* slot = find(sequenceId);
        return slot != nullptr && slot->done;
    }
    bool is_unanswered(std::uint16_t sequenceId) noexcept {
        const Slot* slot = find(sequenceId);
        return slot != nullptr && !slot->done;
    }

    Result stamped(std::uint16_t sequenceId, const LocalStamp& t1) noexcept {
        Slot* slot = find(sequenceId);
        if (slot == nullptr || slot->t1)
            return {Outcome::unknown, {}};
        slot->t1 = t1;
        return finish(*slot);
    }

    Result responded(std::uint16_t sequenceId, const Response& response) noexcept {
        Slot* slot = find(sequenceId);
        if (slot == nullptr)
            return {Outcome::unknown, {}};
        if (slot->response)
            return {slot->response->responder == response.responder ? Outcome::unknown
                                                                    : Outcome::several_responders,
                    {}};
        slot->response = response;
        return finish(*slot);
    }

    Result followed_up(std::uint16_t sequenceId, const FollowUp& follow_up) noexcept {
        Slot* slot = find(sequenceId);
        if (slot == nullptr || slot->follow_up)
            return {Outcome::unknown, {}};
        if (slot->response && slot->response->responder != follow_up.responder)
            return {Outcome::several_responders, {}};
        slot->follow_up = follow_up;
        return finish(*slot);
    }

    void clear() noexcept { slots_ = {}; }

private:
    static constexpr std::size_t depth = 8;

    struct Slot {
        bool open = false;
        bool done = false;
        std::uint16_t sequenceId = 0;
        std::optional<LocalStamp> t1;
        std::optional<Response> response;
        std::optional<FollowUp> follow_up;
    };

    Slot& slot_of(std::uint16_t sequenceId) noexcept { return slots_[sequenceId % depth]; }
    Slot* find(std::uint16_t sequenceId) noexcept {
        Slot& slot = slot_of(sequenceId);
        return slot.open && slot.sequenceId == sequenceId ? &slot : nullptr;
    }
    static Result finish(Slot& slot) noexcept {
        if (slot.done || !slot.t1 || !slot.response || (slot.response->two_step && !slot.follow_up))
            return {};
        slot.done = true; // stays open, to notice a second responder
        return {Outcome::complete,
                Complete{*slot.t1, *slot.response, slot.follow_up ? *slot.follow_up : FollowUp{}}};
    }

    std::array<Slot, depth> slots_{};
};

} // namespace wirestamp::ptp
