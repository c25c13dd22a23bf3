// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/delay_filter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wirestamp::clock {
namespace {

using Window = std::array<double, DelayFilter::max_length>;

/// Sorts what it is given: windows are short and a median is asked for once a delay sample.
double median_of(Window& values, std::size_t count) noexcept {
    std::sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
    const std::size_t middle = count / 2;
    return count % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

} // namespace

DelayFilter::DelayFilter(DelayFilterKind kind, std::size_t length) noexcept
    : kind_(kind), length_(std::clamp<std::size_t>(length, 1, max_length)) {}

void DelayFilter::reset() noexcept {
    count_ = 0;
    next_ = 0;
    value_ = 0;
}

double DelayFilter::sample(double delay) noexcept {
    samples_[next_] = delay;
    next_ = (next_ + 1) % length_;
    count_ = std::min(count_ + 1, length_);
    switch (kind_) {
        case DelayFilterKind::moving_median:
            value_ = median();
            break;
        case DelayFilterKind::moving_average:
            value_ = mean();
            break;
        case DelayFilterKind::unbiased:
            value_ = trimmed_mean();
            break;
    }
    return value_;
}

double DelayFilter::median() const noexcept {
    Window copy; // uninitialised but for what is used: this runs for every packet
    std::copy_n(samples_.begin(), count_, copy.begin());
    return median_of(copy, count_);
}

double DelayFilter::mean() const noexcept {
    const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(count_);
    return std::accumulate(samples_.begin(), end, 0.0) / static_cast<double>(count_);
}

double DelayFilter::trimmed_mean() const noexcept {
    Window copy;
    std::copy_n(samples_.begin(), count_, copy.begin());
    const double centre = median_of(copy, count_);
    for (std::size_t i = 0; i < count_; ++i)
        copy[i] = std::abs(samples_[i] - centre);
    const double spread = median_of(copy, count_);
    // Twelve median deviations: one in some 3000 samples of exponential noise, so the mean stays that of the
    // noise.
    const double limit = 12 * spread;
    double sum = 0;
    double kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        if (std::abs(samples_[i] - centre) <= limit) {
            sum += samples_[i];
            kept += 1;
        }
    }
    return sum / kept;
}

} // namespace wirestamp::clock
