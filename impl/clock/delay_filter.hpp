// SPDX-License-Identifier: Apache-2.0
//
// Filters for the measured path delay. moving_median and moving_average are linuxptp's; the median of skewed
// noise lies below its mean and so biases the offset, hence `unbiased`: a mean of all but evident outliers.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wirestamp::clock {

enum class DelayFilterKind : std::uint8_t { unbiased, moving_median, moving_average };

class DelayFilter {
public:
    static constexpr std::size_t max_length = 256;

    /// A length of 0 or above max_length is brought into range.
    DelayFilter(DelayFilterKind kind, std::size_t length) noexcept;

    /// Takes a delay in ns and returns the filtered one.
    double sample(double delay) noexcept;
    void reset() noexcept;

    bool empty() const noexcept { return count_ == 0; }
    double value() const noexcept { return value_; }

private:
    double median() const noexcept;
    double mean() const noexcept;
    double trimmed_mean() const noexcept;

    DelayFilterKind kind_;
    std::size_t length_;
    std::size_t count_ = 0;
    std::size_t next_ = 0;
    double value_ = 0;
    std::array<double, max_length> samples_{};
};

} // namespace wirestamp::clock
