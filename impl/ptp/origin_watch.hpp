// SPDX-License-Identifier: Apache-2.0
//
// A master's time moves at the pace of ours. A Sync whose origin jumped is held back until the next ones
// agree with it, and none that fits came in the time in which it should have: a forged or garbled message, or
// many at once, must not step a clock; a master that really stepped must be followed soon.

#pragma once

#include <algorithm>

#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

class OriginWatch {
public:
    /// Whether a pair of times may be used: `t1` the master's, `raw` ours on the counter that nothing steers.
    bool accept(Nanoseconds t1, Nanoseconds raw) noexcept {
        const bool fits = !known_ || agrees(last_, Sample{t1, raw});
        if (fits) {
            if (known_)
                pace_ = saturating_subtract(raw, last_.raw);
            last_ = Sample{t1, raw};
            known_ = true;
            suspects_ = 0;
            return true;
        }
        if (suspects_ == 0 || !agrees(suspect_, Sample{t1, raw})) {
            suspects_ = 0;
            suspected_since_ = raw;
        }
        suspects_ = std::min(suspects_ + 1, convincing);
        suspect_ = Sample{t1, raw};
        const Nanoseconds since = saturating_subtract(raw, suspected_since_);
        // A counter that was set back tells nothing of the time that passed; neither does one that jumped.
        const bool at_once = since >= 0 && since < std::min(pace_, longest_pace);
        if (suspects_ < convincing || at_once)
            return false;
        last_ = suspect_;
        suspects_ = 0;
        return true;
    }

    void reset() noexcept { *this = OriginWatch(); }

private:
    static constexpr int convincing = 3;
    static constexpr Nanoseconds tolerance = 200'000'000; // queues and schedulers delay packets by less

    static constexpr Nanoseconds longest_pace = 4 * nanoseconds_per_second;

    struct Sample {
        Nanoseconds t1 = 0;
        Nanoseconds raw = 0;
    };

    static bool agrees(const Sample& before, const Sample& now) noexcept {
        const Nanoseconds theirs = saturating_subtract(now.t1, before.t1);
        const Nanoseconds ours = saturating_subtract(now.raw, before.raw);
        const Nanoseconds difference = saturating_subtract(theirs, ours);
        const Nanoseconds allowed = tolerance + (ours < 0 ? 0 : ours / 16);
        return difference < allowed && difference > -allowed;
    }

    Sample last_{};
    Sample suspect_{};
    Nanoseconds pace_ = 0; // between the last two that fitted
    Nanoseconds suspected_since_ = 0;
    int suspects_ = 0;
    bool known_ = false;
};

} // namespace wirestamp::ptp
