// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/correlation_map.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {
namespace {

/// Spans stay far below what llround can take, but a caller may ask for any stamp at all.
std::int64_t rounded(double value) noexcept {
    return static_cast<std::int64_t>(std::llround(std::clamp(value, -9.2e18, 9.2e18)));
}

double span(std::int64_t later, std::int64_t earlier) noexcept {
    return static_cast<double>(saturating_subtract(later, earlier));
}

/// Half of what rounding the result to a whole unit adds.
constexpr double rounding = 0.5;

} // namespace

void CorrelationMap::add(const CorrelationAnchor& anchor, double multiple, double wander) noexcept {
    anchors_[next_] = anchor;
    next_ = (next_ + 1) % capacity;
    count_ = std::min(count_ + 1, capacity);
    multiple_ = multiple;
    wander_ = wander;
}

double CorrelationMap::bound_beyond(const CorrelationAnchor& anchor, double seconds) const noexcept {
    const double age = std::abs(seconds);
    const double variance = anchor.variance +
                            seconds * (2 * anchor.covariance + seconds * anchor.frequency_variance) +
                            wander_ * age * age * age / 3;
    return anchor.fixed + multiple_ * std::sqrt(std::max(variance, 0.0)) + rounding;
}

double CorrelationMap::bound_between(const CorrelationAnchor& a, const CorrelationAnchor& b,
                                     double part) const noexcept {
    const double seconds = (span(b.system, a.system)) * 1e-9;
    // What a frequency random walk does between two known points.
    const double bridge = wander_ * seconds * seconds * seconds * part * part * (1 - part) * (1 - part) / 3;
    const double variance = std::max(a.variance, b.variance) + bridge;
    return std::max(a.fixed, b.fixed) + multiple_ * std::sqrt(variance) + rounding;
}

Conversion CorrelationMap::to_system(std::int64_t device) const noexcept {
    if (count_ == 0)
        return {};
    const CorrelationAnchor& last = at(count_ - 1);
    const CorrelationAnchor& first = at(0);
    if (device >= last.device || device < first.device) {
        const CorrelationAnchor& anchor = device >= last.device ? last : first;
        const double ahead = span(device, anchor.device) * anchor.system_per_device;
        return {true, saturating_add(anchor.system, rounded(ahead + anchor.system_fraction)),
                bound_beyond(anchor, ahead * 1e-9)};
    }
    std::size_t index = count_ - 1;
    while (at(index).device > device)
        --index;
    const CorrelationAnchor& a = at(index);
    const CorrelationAnchor& b = at(index + 1);
    const double part = span(device, a.device) / span(b.device, a.device);
    const double gap = span(b.system, a.system) + b.system_fraction - a.system_fraction;
    return {true, saturating_add(a.system, rounded(gap * part + a.system_fraction)),
            bound_between(a, b, part)};
}

Conversion CorrelationMap::to_device(Nanoseconds system) const noexcept {
    if (count_ == 0)
        return {};
    const CorrelationAnchor& last = at(count_ - 1);
    const CorrelationAnchor& first = at(0);
    // The value is rounded to a whole unit of the device, which may be many nanoseconds.
    const double coarse = std::max(last.system_per_device - 1, 0.0) * rounding;
    if (system >= last.system || system < first.system) {
        const CorrelationAnchor& anchor = system >= last.system ? last : first;
        const double ahead = span(system, anchor.system) - anchor.system_fraction;
        return {true, saturating_add(anchor.device, rounded(ahead / anchor.system_per_device)),
                bound_beyond(anchor, ahead * 1e-9) + coarse};
    }
    std::size_t index = count_ - 1;
    while (at(index).system > system)
        --index;
    const CorrelationAnchor& a = at(index);
    const CorrelationAnchor& b = at(index + 1);
    const double gap = span(b.system, a.system) + b.system_fraction - a.system_fraction;
    const double part = (span(system, a.system) - a.system_fraction) / gap;
    return {true, saturating_add(a.device, rounded(span(b.device, a.device) * part)),
            bound_between(a, b, std::clamp(part, 0.0, 1.0)) + coarse};
}

} // namespace wirestamp::clock
