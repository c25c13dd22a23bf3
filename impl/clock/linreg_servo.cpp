// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/linreg_servo.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {
namespace {

// linuxptp's: the first predictions are averaged plainly, later ones with forgetting; of windows that predict
// as well within a twentieth the longest is taken, and the longest ones correct over more than one interval.
constexpr unsigned first_predictions = 10;
constexpr double forgetting = 0.02;
constexpr double as_good_as = 1.05;
constexpr std::array<double, 5> correction_intervals = {1, 1, 1, 2, 3};

} // namespace

LinregServo::LinregServo(const ServoConfig& config) : config_(config), step_(config), stability_(config) {}

void LinregServo::sync_interval(double seconds) {
    interval_ = std::max(seconds, 1e-6);
}

void LinregServo::reset() {
    count_ = 0;
    next_ = 0;
    lines_ = {};
    error_ = {};
    predictions_ = {};
    stability_.reset();
}

void LinregServo::set_frequency(double ppb) {
    frequency_ = std::clamp(ppb, -config_.max_frequency, config_.max_frequency);
}

LinregServo::Line LinregServo::fit(std::size_t points) const noexcept {
    const double sw = static_cast<double>(points);
    double st = 0, sy = 0, stt = 0, sty = 0;
    const double t0 = point(0).t;
    const double y0 = point(0).y;
    for (std::size_t back = 0; back < points; ++back) {
        const Point& p = point(back);
        const double t = p.t - t0;
        const double y = p.y - y0;
        st += t;
        sy += y;
        stt += t * t;
        sty += t * y;
    }
    const double determinant = sw * stt - st * st;
    if (!(determinant > 0))
        return {};
    const double slope = (sw * sty - st * sy) / determinant;
    return {true, y0 + (sy - slope * st) / sw, slope};
}

void LinregServo::judge_prediction(std::size_t size, double miss) noexcept {
    if (predictions_[size] < first_predictions) {
        ++predictions_[size];
        error_[size] += (miss - error_[size]) / predictions_[size];
    } else {
        error_[size] += forgetting * (miss - error_[size]);
    }
}

ServoOutput LinregServo::sample(double offset, Nanoseconds local, double) {
    double t = 0;
    if (count_ > 0) {
        if (local <= last_local_)
            return {ServoState::unlocked, frequency_};
        // Local time is stretched by the frequency in force; what it gained by that is taken out of the
        // offset.
        const double elapsed = static_cast<double>(saturating_subtract(local, last_local_)) * 1e-9;
        const double unsteered = elapsed / (1 + frequency_ * 1e-9);
        t = point(0).t + unsteered;
        corrected_ += frequency_ * unsteered;
    } else {
        corrected_ = 0;
    }
    last_local_ = local;
    const double y = offset - corrected_;
    for (std::size_t i = 0; i < sizes; ++i)
        if (lines_[i].valid)
            judge_prediction(i, std::abs(y - (lines_[i].intercept + lines_[i].slope * (t - point(0).t))));
    points_[next_] = {t, y};
    next_ = (next_ + 1) % capacity;
    count_ = std::min(count_ + 1, capacity);
    if (count_ < 4)
        return {ServoState::unlocked, frequency_};

    std::size_t chosen = 0;
    for (std::size_t i = 0; i < sizes && (std::size_t{4} << i) <= count_; ++i) {
        lines_[i] = fit(std::size_t{4} << i);
        if (i > 0 && predictions_[i] >= first_predictions && error_[i] < as_good_as * error_[chosen])
            chosen = i;
    }
    const Line& line = lines_[chosen];
    if (!line.valid)
        return {ServoState::unlocked, frequency_};
    // Both are of the unsteered clock; the phase error left is taken away by the time of the next sample.
    double phase = line.intercept + corrected_;
    const bool jump = step_.asks_step(phase);
    step_.done();
    if (jump) {
        corrected_ -= offset;
        phase -= offset;
    }
    const double wanted = -line.slope - phase / (std::max(interval_, 1e-3) * correction_intervals[chosen]);
    frequency_ = std::clamp(wanted, -config_.max_frequency, config_.max_frequency);
    if (jump)
        last_local_ = saturating_subtract(local, static_cast<Nanoseconds>(std::llround(offset)));
    return {jump ? ServoState::jump : stability_.judge(offset), frequency_};
}

} // namespace wirestamp::clock
