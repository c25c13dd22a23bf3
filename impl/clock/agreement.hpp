// SPDX-License-Identifier: Apache-2.0
//
// Several masters say what time it is, each with a bound. Marzullo's intersection finds what most of them can
// agree on and names those that cannot be right if the others are. Two that disagree accuse each other; three
// can tell who.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wirestamp::clock {

struct TimeOpinion {
    std::uint64_t id = 0;
    double offset = 0; ///< ns, that source's time minus a reference common to all
    double bound = 0;  ///< ns, half-width; a source without one (infinite) agrees with everybody
};

class Agreement {
public:
    static constexpr std::size_t capacity = 32;

    /// Opinions beyond the capacity are not heard. The array must stay as long as dissents() is asked.
    Agreement(const TimeOpinion* opinions, std::size_t count) noexcept
        : opinions_(opinions), count_(std::min(count, capacity)) {
        // An end of an interval that most intervals contain is the start of one of them.
        for (std::size_t i = 0; i < count_; ++i) {
            const double start = opinions[i].offset - opinions[i].bound;
            std::size_t contain = 0;
            double end = opinions[i].offset + opinions[i].bound;
            for (std::size_t k = 0; k < count_; ++k) {
                const double low = opinions[k].offset - opinions[k].bound;
                const double high = opinions[k].offset + opinions[k].bound;
                if (low <= start && start <= high) {
                    ++contain;
                    end = std::min(end, high);
                }
            }
            const bool apart = agreeing_ > 0 && (start > latest_ || end < earliest_);
            if (contain > agreeing_) {
                agreeing_ = contain;
                earliest_ = start;
                latest_ = end;
                torn_ = false;
            } else if (contain == agreeing_ && apart) {
                // A source with a wide bound can be on both sides: then nobody can be called wrong.
                torn_ = true;
            } else if (contain == agreeing_ && end - start < latest_ - earliest_) {
                earliest_ = start;
                latest_ = end;
            }
        }
    }

    /// More than half of the sources share this interval and no other: only then can anybody be called wrong.
    bool majority() const noexcept { return 2 * agreeing_ > count_ && !torn_; }
    std::size_t agreeing() const noexcept { return agreeing_; }
    double earliest() const noexcept { return earliest_; }
    double latest() const noexcept { return latest_; }

    /// Without a majority everybody whose interval misses that of another one is in doubt.
    bool dissents(std::size_t index) const noexcept {
        const TimeOpinion& own = opinions_[index];
        if (majority())
            return own.offset + own.bound < earliest_ || own.offset - own.bound > latest_;
        for (std::size_t k = 0; k < count_; ++k) {
            const TimeOpinion& other = opinions_[k];
            if (own.offset + own.bound < other.offset - other.bound ||
                own.offset - own.bound > other.offset + other.bound)
                return true;
        }
        return false;
    }

private:
    const TimeOpinion* opinions_;
    std::size_t count_;
    std::size_t agreeing_ = 0;
    bool torn_ = false;
    double earliest_ = 0;
    double latest_ = 0;
};

} // namespace wirestamp::clock
