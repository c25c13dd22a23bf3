// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/local_timescale.hpp"

#include <cstdlib>

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {

namespace {

// A slew is bounded by the kernel at 500 ppm (plus tick adjustments, which nothing in use makes large); what
// moves more between two looks was a step. The constant part covers the uncertainty of the two reads.
constexpr Nanoseconds step_tolerance = 20'000;
constexpr Nanoseconds largest_slew_ppm = 1000;

} // namespace

LocalTimescale::LocalTimescale(platform::ClockSource& clocks) : clocks_(clocks) {}

LocalTimescale::LocalTimescale(platform::ClockSource& clocks, const platform::Interface& adapter)
    : clocks_(clocks),
      device_(clocks.open_device_clock(adapter, false)),
      device_index_(adapter.phc_index.value_or(-1)) {}

Nanoseconds LocalTimescale::now() {
    return device_ ? device_->now() : clocks_.read(counter_);
}

void LocalTimescale::refresh() {
    if (device_)
        return;
    const auto pair = clocks_.read_pair(counter_, platform::ClockKind::realtime);
    const Nanoseconds relation = pair.second - pair.first;
    if (related_) {
        const Nanoseconds allowed =
            step_tolerance + pair.uncertainty + (pair.first - related_at_) / 1'000'000 * largest_slew_ppm;
        stepped_ = std::llabs(relation - realtime_less_counter_) > allowed;
    }
    related_ = true;
    realtime_less_counter_ = relation;
    related_at_ = pair.first;
}

std::optional<Nanoseconds> LocalTimescale::counter_at(const platform::Stamp& stamp) const {
    if (!stamp)
        return std::nullopt;
    if (device_) {
        if (stamp.clock != platform::ClockKind::device)
            return std::nullopt;
        if (stamp.clock_index >= 0 && device_index_ >= 0 && stamp.clock_index != device_index_)
            return std::nullopt;
        return stamp.value;
    }
    if (stamp.clock == counter_)
        return stamp.value;
    if (stamp.clock != platform::ClockKind::realtime || !related_ || stepped_)
        return std::nullopt;
    return stamp.value - realtime_less_counter_;
}

Nanoseconds LocalTimescale::counter_at(platform::ClockKind kind, Nanoseconds value) {
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
    if (!device_) {
        const auto pair = clocks_.read_pair(counter_, kind);
        return pair.first + (value - pair.second);
    }
    // Read the device between two reads of the system clock, as often as it takes for a narrow bracket.
    Nanoseconds best_width = never;
    Nanoseconds result = 0;
    for (int attempt = 0; attempt < 5; ++attempt) {
        const Nanoseconds before = clocks_.read(kind);
        const Nanoseconds device = device_->now();
        const Nanoseconds after = clocks_.read(kind);
        if (after >= before && after - before < best_width) {
            best_width = after - before;
            result = device + (value - (before + best_width / 2));
        }
    }
    return result;
}

} // namespace wirestamp::runtime
