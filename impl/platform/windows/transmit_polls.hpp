// SPDX-License-Identifier: Apache-2.0
//
// Which sent packets still owe their stamp, and when to ask for it again. Windows neither signals a stamp nor
// lets one wait for it: SIO_GET_TX_TIMESTAMP answers "would block" for not yet, unknown and dropped alike. So
// each is asked for at once, then after 1, 2, 4, … 32 ms, and then given up. Pure: time is an argument.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/base/time.hpp"

namespace wirestamp::platform::windows {

class TransmitPolls {
public:
    explicit TransmitPolls(std::size_t capacity) { waiting_.reserve(capacity); }

    struct Waiting {
        std::uint32_t id = 0;
        bool by_hardware = false; // whose stamp it will be
        std::uint32_t interface_index = 0;
        Nanoseconds sent = 0; // on the performance counter
        Nanoseconds due = 0;
        unsigned asked = 0;
    };

    /// False when there is no room: the stamp will not be asked for. Never allocates.
    bool add(const Waiting& owed) noexcept {
        if (waiting_.size() == waiting_.capacity())
            return false;
        waiting_.push_back(owed);
        return true;
    }

    enum class Answer : std::uint8_t {
        settled, // taken, or stamped with nothing
        not_yet,
        refused, // the socket gives no stamps at all: over for all of them
    };

    struct Outcome {
        std::size_t lost = 0;
        bool refused = false;
    };

    /// Asks `ask(const Waiting&)` for all that are due; after a refusal, `give_up` hears of all that are
    /// left.
    template <class Ask, class GiveUp>
    Outcome poll(Nanoseconds now, Ask&& ask, GiveUp&& give_up) {
        Outcome outcome;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < waiting_.size(); ++i) {
            Waiting one = waiting_[i];
            if (one.due <= now && !outcome.refused) {
                const Answer answer = ask(static_cast<const Waiting&>(one));
                if (answer == Answer::settled)
                    continue;
                outcome.refused = answer == Answer::refused;
                if (!outcome.refused && one.asked == pauses) {
                    ++outcome.lost;
                    continue;
                }
                one.due = now + (first_pause << one.asked++);
            }
            waiting_[kept++] = one;
        }
        waiting_.resize(kept);
        if (outcome.refused) {
            for (const auto& one : waiting_)
                give_up(one);
            waiting_.clear();
        }
        return outcome;
    }

    /// `never` when nothing is owed.
    Nanoseconds next() const noexcept {
        Nanoseconds earliest = never;
        for (const auto& one : waiting_)
            earliest = one.due < earliest ? one.due : earliest;
        return earliest;
    }
    std::size_t size() const noexcept { return waiting_.size(); }

    static constexpr Nanoseconds first_pause = 1'000'000;
    static constexpr unsigned pauses = 6; // 63 ms in all

private:
    std::vector<Waiting> waiting_;
};

} // namespace wirestamp::platform::windows
