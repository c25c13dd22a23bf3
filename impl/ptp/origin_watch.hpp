// SPDX-License-Identifier: Apache-2.0
//
// A master's time moves at the pace of ours. A Sync whose origin jumped is held back until the next ones
// agree with it: a forged or garbled message must not step a clock, a master that really stepped must be
// followed soon.

#pragma once

#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

class OriginWatch {
public:
    /// Whether a pair of times may be used: `t1` the master's, `raw` ours on the counter that nothing steers.
    bool accept(Nanoseconds t1, Nanoseconds raw) noexcept {
        const bool fits = !known_ || agrees(last_, Sample{t1, raw});
        if (fits) {
            last_ = Sample{t1, raw};
            known_ = true;
            suspects_ = 0;
            return true;
        }
        suspects_ = suspects_ > 0 && agrees(suspect_, Sample{t1, raw}) ? suspects_ + 1 : 1;
        suspect_ = Sample{t1, raw};
        if (suspects_ < convincing)
            return false;
        last_ = suspect_;
        suspects_ = 0;
        return true;
    }

    void reset() noexcept { *this = OriginWatch(); }

private:
    static constexpr int convincing = 3;
    static constexpr Nanoseconds tolerance = 200'000'000; // queues and schedulers delay packets by less

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
    int suspects_ = 0;
    bool known_ = false;
};

} // namespace wirestamp::ptp
