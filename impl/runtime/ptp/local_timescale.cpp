// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/local_timescale.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/base/rounding.hpp"

namespace wirestamp::runtime {

namespace {

// A slew is bounded by the kernel at 500 ppm (plus tick adjustments, which nothing in use makes large); what
// moves more between two looks was a step. The constant part covers the uncertainty of the two reads.
constexpr Nanoseconds step_tolerance = 20'000;
constexpr Nanoseconds largest_slew_ppm = 1000;
// An adapter's clock may be steered by another program, but no adapter can be steered by more than a tenth.
constexpr Nanoseconds device_step_tolerance = 50'000'000;
constexpr Nanoseconds largest_device_slew = 10; // a part of the time
constexpr int readings_per_sample = 5;
constexpr Nanoseconds look_is_good_for = 50'000;
// Beyond this a stamp of another adapter's clock is no better than a software stamp.
constexpr double largest_comparison_bound = 20'000;

Nanoseconds middle(const platform::CrossTimestamp& reading) noexcept {
    return reading.system_before + (reading.system_after - reading.system_before) / 2;
}
Nanoseconds half_width(const platform::CrossTimestamp& reading) noexcept {
    return (reading.system_after - reading.system_before + 1) / 2;
}

} // namespace

LocalTimescale::LocalTimescale(platform::ClockSource& clocks) : clocks_(clocks), on_device_(false) {}

LocalTimescale::LocalTimescale(platform::ClockSource& clocks, const platform::Interface& adapter)
    : clocks_(clocks), on_device_(clocks.device_clock() == platform::ClockKind::device) {
    replace_device(adapter);
}

Nanoseconds LocalTimescale::now() const {
    if (!on_device_)
        return clocks_.read(platform::ClockKind::monotonic_raw);
    const std::shared_lock lock(device_mutex_);
    try {
        return device_->now();
    } catch (const Failure&) {
        return remembered_device_ + (clocks_.read(platform::ClockKind::monotonic_raw) - remembered_raw_);
    }
}

Nanoseconds LocalTimescale::remember() noexcept {
    if (correlator_)
        correlate();
    if (!on_device_)
        return 0;
    const std::unique_lock lock(device_mutex_);
    try {
        const Nanoseconds device = device_->now();
        const Nanoseconds raw = clocks_.read(platform::ClockKind::monotonic_raw);
        const Nanoseconds realtime = clocks_.read(platform::ClockKind::realtime);
        const auto ahead_of = [&](Nanoseconds now, Nanoseconds before) {
            const Nanoseconds span = saturating_subtract(now, before);
            const Nanoseconds ahead =
                saturating_subtract(saturating_subtract(device, remembered_device_), span);
            const Nanoseconds allowed = device_step_tolerance + std::llabs(span) / largest_device_slew;
            return ahead > allowed || ahead < -allowed ? ahead : 0;
        };
        // The raw clock stands still while a machine sleeps, and the real time is set by others: only against
        // both it is the adapter's clock that moved.
        const Nanoseconds ahead = ahead_of(raw, remembered_raw_);
        const bool stepped = ahead != 0 && ahead_of(realtime, remembered_realtime_) != 0;
        remembered_raw_ = raw;
        remembered_realtime_ = realtime;
        remembered_device_ = device;
        return stepped ? ahead : 0;
    } catch (const Failure&) {
        return 0; // what was remembered last still serves
    }
}

/// Takes a cross-timestamp if one is due. Where it cannot be had, stamps are converted by what is known, with
/// the bound of that growing, until device_changed() or a reading that contradicts it.
void LocalTimescale::correlate() {
    const Nanoseconds now = clocks_.read(platform::ClockKind::monotonic_raw);
    if (now - correlated_at_ < correlator_->next_sample_in())
        return;
    correlated_at_ = now;
    try {
        const auto reading =
            clocks_.cross_timestamp(*adapter_, platform::ClockKind::monotonic_raw, readings_per_sample);
        correlator_->add({reading.system_before, reading.device, reading.system_after});
    } catch (const Failure&) {
        // The adapter is restarting or gone; the port hears of it by other ways.
    }
}

void LocalTimescale::device_changed() noexcept {
    if (correlator_)
        correlator_->restart();
}

void LocalTimescale::replace_device(const platform::Interface& adapter) {
    if (!on_device_) {
        clock::CorrelationConfig config;
        config.device_frequency = 0; // what a driver claims is rounded, wrong or missing
        const auto reading =
            clocks_.cross_timestamp(adapter, platform::ClockKind::monotonic_raw, readings_per_sample);
        adapter_ = adapter;
        correlator_.emplace(config);
        correlator_->add({reading.system_before, reading.device, reading.system_after});
        correlated_at_ = reading.system_after;
        return;
    }
    auto device = clocks_.open_device_clock(adapter, false);
    {
        const std::unique_lock lock(device_mutex_);
        device_ = std::move(device);
        device_index_ = adapter.clock_index();
    }
    first_adapter_ = adapter;
    forget_comparisons();
    remember();
}

void LocalTimescale::add_device(const platform::Interface& adapter) {
    const auto known = std::find_if(others_.begin(), others_.end(), [&](const OtherDevice& other) {
        return other.adapter.name == adapter.name || other.adapter.clock_index() == adapter.clock_index();
    });
    if (known != others_.end())
        *known = {adapter, clock::Correlator()};
    else if (on_device_ && adapter.clock_index() != first_adapter_.clock_index())
        others_.push_back({adapter, clock::Correlator()});
}

void LocalTimescale::compare_devices() noexcept {
    constexpr int readings = 5;
    for (auto& other : others_) {
        try {
            const auto raw = platform::ClockKind::monotonic_raw;
            const auto ours = clocks_.cross_timestamp(first_adapter_, raw, readings);
            const auto theirs = clocks_.cross_timestamp(other.adapter, raw, readings);
            // In the microseconds between the two no clock drifts by more than a few nanoseconds.
            const Nanoseconds shown = ours.device + (middle(theirs) - middle(ours));
            const Nanoseconds doubt = half_width(ours) + half_width(theirs);
            other.comparison.add({shown - doubt, theirs.device, shown + doubt});
        } catch (const Failure&) {
            other.comparison.restart(); // one of them has gone
        }
    }
}

void LocalTimescale::forget_comparisons() noexcept {
    for (auto& other : others_)
        other.comparison.restart();
}

std::optional<double> LocalTimescale::device_frequency() const {
    if (!on_device_)
        return std::nullopt;
    const std::shared_lock lock(device_mutex_);
    try {
        return device_->frequency();
    } catch (const Failure&) {
        return std::nullopt;
    }
}

void LocalTimescale::refresh() {
    if (on_device_)
        return;
    if (correlator_)
        correlate();
    // What follows within the work of one wake stands on one look: clocks drift apart by no more than
    // nanoseconds then.
    if (related_ && !step_made_ && !stepped_) {
        const Nanoseconds since = clocks_.read(platform::ClockKind::monotonic_raw) - related_at_;
        if (since >= 0 && since < look_is_good_for)
            return;
    }
    const auto pair = clocks_.read_pair(platform::ClockKind::monotonic_raw, platform::ClockKind::realtime);
    const Nanoseconds relation = pair.second - pair.first;
    if (related_) {
        const Nanoseconds allowed =
            step_tolerance + pair.uncertainty + (pair.first - related_at_) / 1'000'000 * largest_slew_ppm;
        stepped_ = std::llabs(relation - realtime_less_counter_) > allowed || step_made_;
    }
    const bool continuous = related_ && !stepped_;
    earlier_relation_ = continuous ? realtime_less_counter_ : relation;
    earlier_at_ = continuous ? related_at_ : pair.first;
    step_made_ = false;
    related_ = true;
    realtime_less_counter_ = relation;
    related_at_ = pair.first;
}

std::optional<Nanoseconds> LocalTimescale::counter_at(const platform::Stamp& stamp) const {
    if (!stamp)
        return std::nullopt;
    if (on_device_) {
        if (stamp.clock != platform::ClockKind::device)
            return std::nullopt;
        if (stamp.clock_index >= 0 && device_index_ >= 0 && stamp.clock_index != device_index_) {
            for (const auto& other : others_) {
                if (other.adapter.clock_index() != stamp.clock_index || !other.comparison.ready())
                    continue;
                const auto converted = other.comparison.map().to_system(stamp.value);
                if (converted.bound <= largest_comparison_bound)
                    return converted.value;
            }
            return std::nullopt;
        }
        return stamp.value;
    }
    if (stamp.clock == platform::ClockKind::device_raw) {
        if (!correlator_ || !correlator_->ready() ||
            (stamp.clock_index >= 0 && stamp.clock_index != static_cast<std::int32_t>(adapter_->index)))
            return std::nullopt;
        const auto converted = correlator_->map().to_system(stamp.value);
        return converted.valid ? std::optional(converted.value) : std::nullopt;
    }
    if (stamp.clock == platform::ClockKind::monotonic_raw)
        return stamp.value;
    if (stamp.clock != platform::ClockKind::realtime || !related_ || stepped_)
        return std::nullopt;
    // The two run at different rates, and a stamp may have waited since the look before this one.
    const Nanoseconds counter = stamp.value - realtime_less_counter_;
    const Nanoseconds age = related_at_ - counter;
    const Nanoseconds between = related_at_ - earlier_at_;
    if (age <= 0 || between <= 0)
        return counter;
    const double share = static_cast<double>(std::min(age, between)) / static_cast<double>(between);
    return counter + rounded(share * static_cast<double>(realtime_less_counter_ - earlier_relation_));
}

Nanoseconds LocalTimescale::counter_at(platform::ClockKind kind, Nanoseconds value) const {
    if (kind == this->kind())
        return value;
    switch (kind) {
        case platform::ClockKind::realtime:
        case platform::ClockKind::monotonic:
        case platform::ClockKind::monotonic_raw:
        case platform::ClockKind::tai:
            break;
        default:
            throw Failure(
                WST_E_NOT_SUPPORTED,
                "this PTP clock does not stand on that clock; give a system clock's time or a stamp "
                "of the interface that it measures on");
    }
    if (!on_device_) {
        const auto pair = clocks_.read_pair(platform::ClockKind::monotonic_raw, kind);
        return pair.first + (value - pair.second);
    }
    // Read the device between two reads of the system clock, as often as it takes for a narrow bracket.
    Nanoseconds best_width = never;
    Nanoseconds result = 0;
    for (int attempt = 0; attempt < 5; ++attempt) {
        const Nanoseconds before = clocks_.read(kind);
        const Nanoseconds device = now();
        const Nanoseconds after = clocks_.read(kind);
        if (after >= before && after - before < best_width) {
            best_width = after - before;
            result = device + (value - (before + best_width / 2));
        }
    }
    return result;
}

} // namespace wirestamp::runtime
