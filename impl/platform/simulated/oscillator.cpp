// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/simulated/oscillator.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::platform::simulated {

namespace {

double turn_of(const OscillatorParameters& p, Nanoseconds t) {
    const Nanoseconds within = t % p.sinus_period;
    double turn = static_cast<double>(within) / static_cast<double>(p.sinus_period) + p.sinus_phase;
    turn -= std::floor(turn);
    return turn;
}

} // namespace

Oscillator::Oscillator(const OscillatorParameters& parameters, Random stream)
    : parameters_(parameters), random_(stream) {
    parameters_.grid = std::max<Nanoseconds>(parameters_.grid, 1'000'000);
    step_seconds_ = static_cast<double>(parameters_.grid) * 1e-9;
    set_wander(0, parameters_.wander);
    if (parameters_.sinus_period <= 0)
        parameters_.sinus_ppb = 0;
    if (parameters_.sinus_ppb != 0) {
        sinus_scale_ =
            parameters_.sinus_ppb * 1e-9 * static_cast<double>(parameters_.sinus_period) / 6.283185307179586;
        sinus_origin_ = portable_cos_of_turn(turn_of(parameters_, 0));
    }
}

void Oscillator::set_wander(Nanoseconds t, double wander) {
    error_at_ = never;
    if (t > 0)
        advance_to(t / parameters_.grid + 1);
    parameters_.wander = wander;
    // Over a step h: frequency gains sigma sqrt(h) a; phase gains y h + sigma h^(3/2) (a/2 + b/sqrt(12)).
    frequency_scale_ = wander * std::sqrt(step_seconds_);
    phase_scale_ = frequency_scale_ * static_cast<double>(parameters_.grid);
}

void Oscillator::set_drift(Nanoseconds t, double drift_ppb) {
    error_at_ = never;
    drift_phase_ += parameters_.drift_ppb * 1e-9 * static_cast<double>(t - drift_since_);
    drift_since_ = t;
    parameters_.drift_ppb = drift_ppb;
}

void Oscillator::advance_to(std::int64_t wanted) {
    const double step = static_cast<double>(parameters_.grid);
    if (parameters_.wander == 0 && wanted > last_point_ + kept) {
        // Nothing random on the way: one step is as good as many.
        Point at = point(last_point_);
        const std::int64_t to = wanted - kept;
        at.phase += at.frequency * step * static_cast<double>(to - last_point_);
        last_point_ = to;
        points_[static_cast<std::size_t>(to & (kept - 1))] = at;
    }
    while (last_point_ < wanted) {
        Point next = point(last_point_);
        next.phase += next.frequency * step;
        if (parameters_.wander != 0) {
            const double a = random_.gaussian();
            const double b = random_.gaussian();
            next.frequency += frequency_scale_ * a;
            next.phase += phase_scale_ * (0.5 * a + 0.28867513459481287 * b);
        }
        ++last_point_;
        points_[static_cast<std::size_t>(last_point_ & (kept - 1))] = next;
    }
}

double Oscillator::calculate_error(Nanoseconds t) {
    t = std::max<Nanoseconds>(t, 0);
    double sum = drift_phase_ + parameters_.drift_ppb * 1e-9 * static_cast<double>(t - drift_since_);
    if (parameters_.ramp_ppb_per_second != 0 && t > parameters_.ramp_begin) {
        const double up = static_cast<double>(std::min(t, parameters_.ramp_end) - parameters_.ramp_begin);
        const double after = t > parameters_.ramp_end ? static_cast<double>(t - parameters_.ramp_end) : 0.0;
        const double rate = parameters_.ramp_ppb_per_second * 1e-18; // per ns
        sum += rate * up * (0.5 * up + after);
    }
    if (parameters_.sinus_ppb != 0)
        sum += sinus_scale_ * (sinus_origin_ - portable_cos_of_turn(turn_of(parameters_, t)));
    if (parameters_.wander != 0 || last_point_ != 0) {
        const std::int64_t n = std::max(t / parameters_.grid, last_point_ - (kept - 1));
        advance_to(n + 1);
        const double step = static_cast<double>(parameters_.grid);
        const double s = static_cast<double>(t - n * parameters_.grid) / step;
        const Point& a = point(n);
        const Point& b = point(n + 1);
        const double rest = s * s * (3.0 - 2.0 * s);
        sum += a.phase + (b.phase - a.phase) * rest +
               step * s * (1.0 - s) * ((1.0 - s) * a.frequency - s * b.frequency);
    }
    return sum;
}

double Oscillator::frequency_error(Nanoseconds t) {
    // A difference over a millisecond: what a timer needs, and the same for every part of the sum.
    constexpr Nanoseconds span = 1'000'000;
    return (calculate_error(t + span) - error(t)) / static_cast<double>(span);
}

} // namespace wirestamp::platform::simulated
