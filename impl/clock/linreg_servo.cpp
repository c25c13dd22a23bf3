// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/linreg_servo.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {

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
    double sw = 0, st = 0, sy = 0, stt = 0, sty = 0;
    const double t0 = point(0).t;
    const double y0 = point(0).y;
    for (std::size_t back = 0; back < points; ++back) {
        const Point& p = point(back);
        const double t = p.t - t0;
        const double y = p.y - y0;
        sw += p.weight;
        st += p.weight * t;
        sy += p.weight * y;
        stt += p.weight * t * t;
        sty += p.weight * t * y;
    }
    const double determinant = sw * stt - st * st;
    if (!(determinant > 0))
        return {};
    const double slope = (sw * sty - st * sy) / determinant;
    return {true, y0 + (sy - slope * st) / sw, slope};
}

ServoOutput LinregServo::sample(double offset, Nanoseconds local, double weight) {
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
    for (std::size_t i = 0; i < sizes; ++i) {
        if (!lines_[i].valid)
            continue;
        const double miss = y - (lines_[i].intercept + lines_[i].slope * (t - point(0).t));
        const double smoothing = std::max(1.0 / static_cast<double>(predictions_[i] + 1), 1.0 / 32);
        error_[i] += smoothing * (miss * miss - error_[i]);
        ++predictions_[i];
    }
    points_[next_] = {t, y, std::max(weight, 1e-6)};
    next_ = (next_ + 1) % capacity;
    count_ = std::min(count_ + 1, capacity);
    if (count_ < 4)
        return {ServoState::unlocked, frequency_};

    std::size_t chosen = 0;
    for (std::size_t i = 0; i < sizes && (std::size_t{4} << i) <= count_; ++i) {
        lines_[i] = fit(std::size_t{4} << i);
        // A longer window must have proved itself, but has the benefit of the doubt of a tenth.
        if (i > 0 && predictions_[i] >= 4 && error_[i] < 1.1 * error_[chosen])
            chosen = i;
    }
    const Line& line = lines_[chosen];
    if (!line.valid)
        return {ServoState::unlocked, frequency_};
    // Both are of the unsteered clock; the phase error left is taken away by the time of the next sample.
    const double phase = line.intercept + corrected_;
    const bool jump = step_.asks_step(offset);
    step_.done();
    double wanted = -line.slope;
    if (jump) {
        corrected_ -= offset;
    } else {
        wanted -= phase / std::max(interval_, 1e-3);
    }
    frequency_ = std::clamp(wanted, -config_.max_frequency, config_.max_frequency);
    if (jump)
        last_local_ = saturating_subtract(local, static_cast<Nanoseconds>(std::llround(offset)));
    return {jump ? ServoState::jump : stability_.judge(offset), frequency_};
}

} // namespace wirestamp::clock
