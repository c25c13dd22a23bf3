// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/steering_record.hpp"

#include <algorithm>

namespace wirestamp::clock {
namespace {

/// A stamp waits for its Follow_Up or Delay_Resp for at most this long, so only so long after a backward step
/// can two moments with the same reading be confused.
constexpr Nanoseconds stamp_latency = 2 * nanoseconds_per_second;

} // namespace

void SteeringRecord::reset(double frequency_ppb) noexcept {
    entries_[0] = Entry{ClockPiece{0, {}, rate_of(frequency_ppb)}, never};
    next_ = 1;
    count_ = 1;
    frequency_ppb_ = frequency_ppb;
}

void SteeringRecord::applied(Nanoseconds local_now, Nanoseconds step, double frequency_ppb) noexcept {
    Entry& old = entries_[(next_ + capacity - 1) % capacity];
    const Nanoseconds raw_now = old.piece.raw_at(local_now);
    FineTime shown = old.piece.at(raw_now);
    shown.whole = saturating_add(shown.whole, step);
    old.end = local_now;
    entries_[next_] = Entry{ClockPiece{raw_now, shown, rate_of(frequency_ppb)}, never};
    next_ = (next_ + 1) % capacity;
    count_ = std::min(count_ + 1, capacity);
    frequency_ppb_ = frequency_ppb;
}

std::optional<Nanoseconds> SteeringRecord::raw_at(Nanoseconds local) const noexcept {
    std::optional<Nanoseconds> found;
    for (std::size_t back = 1; back <= count_; ++back) {
        const Entry& entry = entries_[(next_ + capacity - back) % capacity];
        // The oldest entry known stands for all that came before it.
        const bool after_start = back == count_ || local >= entry.piece.time.whole;
        if (!after_start)
            continue;
        if (local < entry.end || back == 1) {
            if (found) {
                // Two candidates: the older one counts only as long as a stamp of it can still be on its way.
                const bool recent = saturating_subtract(local, newest().piece.time.whole) < stamp_latency;
                const bool pending = saturating_subtract(entry.end, local) < stamp_latency;
                return recent && pending ? std::nullopt : found;
            }
            found = entry.piece.raw_at(local);
        }
        if (back < count_ && entry.piece.time.whole >= entries_[(next_ + capacity - back - 1) % capacity].end)
            break;
    }
    return found;
}

} // namespace wirestamp::clock
