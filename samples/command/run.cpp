// SPDX-License-Identifier: Apache-2.0

#include "run.hpp"

#include <algorithm>
#include <cmath>

namespace command {

namespace {

constexpr std::size_t most_samples = 200'000;

/// Errors in seconds on an even grid, which the deviation is defined on. Each sample keeps its value, as
/// mixing neighbours would hide noise; only what is missing between lies on a line.
std::vector<double> evened(const std::vector<Sample>& samples, bool truth, double& step) {
    std::vector<double> intervals;
    for (std::size_t i = 1; i < samples.size(); ++i)
        intervals.push_back(samples[i].seconds - samples[i - 1].seconds);
    const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
    std::nth_element(intervals.begin(), middle, intervals.end());
    step = *middle;
    if (step <= 0)
        return {};
    std::vector<Sample> kept; // of two of the same moment the later
    for (const auto& sample : samples)
        if (!kept.empty() && sample.seconds - kept.back().seconds < step / 2)
            kept.back() = sample;
        else
            kept.push_back(sample);
    std::vector<double> grid;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const double error = (truth ? kept[i].truth : kept[i].offset) * 1e-9;
        const double last = grid.empty() ? error : grid.back();
        const double missing = i == 0 ? 0.0 : std::round((kept[i].seconds - kept[i - 1].seconds) / step) - 1;
        if (missing > static_cast<double>(most_samples)) // a run with such a hole has no deviation
            return {};
        for (double k = 1; k <= missing; ++k)
            grid.push_back(last + (error - last) * k / (missing + 1));
        grid.push_back(error);
    }
    return grid;
}

} // namespace

void Run::add(const Sample& sample) {
    end_ = std::max(end_, sample.seconds);
    if (seen_++ % stride_ != 0)
        return;
    if (samples_.size() == most_samples) {
        for (std::size_t i = 0; 2 * i < samples_.size(); ++i)
            samples_[i] = samples_[2 * i];
        samples_.resize(samples_.size() / 2);
        stride_ *= 2;
    }
    samples_.push_back(sample);
}

void Run::enter(double seconds, const std::string& state) {
    if (!bands_.empty())
        bands_.back().end = seconds;
    bands_.push_back({seconds, seconds, state});
    end_ = std::max(end_, seconds);
}

void Run::finish(double seconds) {
    end_ = std::max(end_, seconds);
    if (!bands_.empty())
        bands_.back().end = end_;
}

std::vector<Sample> locked_samples(const Run& run) {
    if (run.bands().empty())
        return run.samples();
    std::vector<Sample> locked;
    std::size_t band = 0;
    for (const auto& sample : run.samples()) {
        while (band + 1 < run.bands().size() && run.bands()[band].end <= sample.seconds)
            ++band;
        if (run.bands()[band].state == "LOCKED" && run.bands()[band].begin <= sample.seconds)
            locked.push_back(sample);
    }
    return locked;
}

std::vector<AllanPoint> allan_deviation(const Run& run) {
    std::vector<AllanPoint> points;
    const auto samples = locked_samples(run);
    if (samples.size() < 8)
        return points;
    double step = 0;
    const auto x = evened(samples, run.has_truth, step);
    if (x.empty())
        return points;
    for (std::size_t m = 1; 3 * m <= x.size(); m *= 2) {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i + 2 * m < x.size(); ++i, ++count) {
            const double second = x[i + 2 * m] - 2 * x[i + m] + x[i];
            sum += second * second;
        }
        if (count == 0)
            break;
        const double tau = static_cast<double>(m) * step;
        points.push_back({tau, std::sqrt(sum / (2 * tau * tau * static_cast<double>(count)))});
    }
    return points;
}

} // namespace command
