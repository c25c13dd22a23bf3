// SPDX-License-Identifier: Apache-2.0
//
// Running statistics of a series: enough for a summary, however long the run.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace command {

class Statistics {
public:
    void add(double value) {
        ++count_;
        sum_ += value;
        squares_ += value * value;
        largest_ = std::max(largest_, std::abs(value));
    }
    std::uint64_t count() const { return count_; }
    double mean() const { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }
    double rms() const { return count_ == 0 ? 0.0 : std::sqrt(squares_ / static_cast<double>(count_)); }
    double deviation() const { return std::sqrt(std::max(0.0, rms() * rms() - mean() * mean())); }
    double largest() const { return largest_; }

private:
    std::uint64_t count_ = 0;
    double sum_ = 0;
    double squares_ = 0;
    double largest_ = 0;
};

} // namespace command
