// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/writer_watch.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {
namespace {

/// Clocks round what they are given; somebody who turns one turns it by more.
constexpr double rounding = 0.5; // ppb
/// What two reads and a read delayed by a busy machine may differ by without anybody having stepped.
constexpr double step_tolerance = 20'000; // ns
/// Oscillators change by less than this between two looks, by warmth and age.
constexpr double rate_tolerance = 2'000; // ppb
/// No oscillator that counts packets is further off.
constexpr double largest_base = 1e6; // ppb

} // namespace

void WriterWatch::we_turned(double frequency, double read_back) noexcept {
    expected_ = read_back;
    lowest_ = std::min(lowest_, frequency);
    highest_ = std::max(highest_, frequency);
}

WriterWatch::Finding WriterWatch::look(const Look& look) noexcept {
    Finding finding;
    const double spread = 0.5 * (highest_ - lowest_);
    const double middle = 0.5 * (highest_ + lowest_);
    if (known_ && look.frequency && std::abs(*look.frequency - expected_) > rounding) {
        finding.turned = true;
        finding.frequency = *look.frequency;
    }
    const Nanoseconds passed = saturating_subtract(look.counter, last_.counter);
    if (known_ && passed > 0) {
        const Nanoseconds whole =
            saturating_subtract(saturating_subtract(look.clock, last_.clock), our_step_);
        const auto gained = static_cast<double>(saturating_subtract(whole, passed));
        const auto seconds = static_cast<double>(passed) * 1e-9;
        const auto doubt = static_cast<double>(look.uncertainty + last_.uncertainty);
        finding.rate = gained / seconds;
        const double turned = finding.turned ? std::abs(finding.frequency - middle) : 0;
        const double own = base_.value_or(0);
        const double own_doubt = base_ ? rate_tolerance : largest_base;
        const double surprise = gained - (own + middle) * seconds;
        const double tolerance = step_tolerance + doubt + (spread + turned + own_doubt) * seconds;
        const bool surprised = std::abs(surprise) > tolerance;
        // What goes on as it was at the last look is no step any more, but a rate.
        const bool lasting = !base_ && strange_ && std::abs(finding.rate - *strange_) < largest_base;
        strange_.reset();
        if (surprised) {
            strange_ = finding.rate;
            base_.reset(); // learnt while somebody was at it already, perhaps
            if (!lasting) {
                finding.stepped = true;
                finding.step = static_cast<Nanoseconds>(std::clamp(surprise, -9e18, 9e18));
            }
        } else if (!finding.turned && spread < rate_tolerance) {
            if (base_)
                *base_ += 0.1 * (finding.rate - middle - *base_);
            else if (seconds > 0.1)
                base_ = finding.rate - middle;
        }
        // Of what we told it ourselves it may be as far off as we like.
        finding.insane = sane_ > 0 && !finding.stepped &&
                         std::abs(finding.rate - middle) > sane_ + spread + turned + doubt / seconds;
    }
    if (look.frequency)
        expected_ = *look.frequency;
    lowest_ = highest_ = expected_;
    our_step_ = 0;
    last_ = look;
    known_ = true;
    return finding;
}

} // namespace wirestamp::clock
