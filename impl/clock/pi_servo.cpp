// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/pi_servo.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {
namespace {

// linuxptp's. A constant that is given is used as it is, whatever the interval, up to where the loop turns
// unstable; both must be given, and so must both scales.
constexpr double largest_kp_norm = 1;
constexpr double largest_ki_norm = 2;
constexpr double frequency_margin = 0.001;

struct Scaling {
    double scale, exponent, norm_max;

    double gain(double interval) const {
        // Above norm_max / interval the sampled loop would no longer be damped.
        return std::min(scale * std::pow(interval, exponent), norm_max / interval);
    }
};

} // namespace

PiServo::PiServo(const ServoConfig& config) : config_(config), step_(config), stability_(config) {
    sync_interval(1.0);
}

void PiServo::sync_interval(double seconds) {
    const ServoConfig& c = config_;
    const double interval = std::max(seconds, 1e-6);
    Scaling kp{c.pi_proportional_scale, c.pi_proportional_exponent, c.pi_proportional_norm_max};
    Scaling ki{c.pi_integral_scale, c.pi_integral_exponent, c.pi_integral_norm_max};
    if (c.pi_proportional_const > 0 && c.pi_integral_const > 0) {
        kp = {c.pi_proportional_const, 0, largest_kp_norm};
        ki = {c.pi_integral_const, 0, largest_ki_norm};
    } else if (!(c.pi_proportional_scale > 0) || !(c.pi_integral_scale > 0)) {
        kp.scale = c.software_timestamps ? 0.1 : 0.7;
        ki.scale = c.software_timestamps ? 0.001 : 0.3;
    }
    kp_ = kp.gain(interval);
    ki_ = ki.gain(interval);
}

void PiServo::reset() {
    phase_ = Phase::empty;
    stability_.reset();
}

void PiServo::set_frequency(double ppb) {
    integral_ppb_ = limited(ppb);
}

double PiServo::limited(double ppb) const noexcept {
    return std::clamp(ppb, -config_.max_frequency, config_.max_frequency);
}

ServoOutput PiServo::sample(double offset, Nanoseconds local, double weight) {
    if (phase_ == Phase::empty) {
        first_offset_ = offset;
        first_local_ = local;
        phase_ = Phase::one;
        return {ServoState::unlocked, integral_ppb_};
    }
    if (phase_ == Phase::one) {
        if (local <= first_local_) {
            phase_ = Phase::empty;
            return {ServoState::unlocked, integral_ppb_};
        }
        const double span = static_cast<double>(saturating_subtract(local, first_local_)) * 1e-9;
        // A frequency from two offsets errs by the noise over their distance: with a slow loop a wrong start
        // would stay for long, so the two must lie further apart.
        const double needed = std::min(0.016 / ki_, 1000.0);
        if (span * (1 + frequency_margin) < needed)
            return {ServoState::unlocked, integral_ppb_};
        // One minus the steering in force already stretches the local time that the offsets grew over.
        const double stretch = 1.0 + integral_ppb_ * 1e-9;
        integral_ppb_ = limited(integral_ppb_ - stretch * (offset - first_offset_) / span);
        const bool jump = step_.asks_step(offset);
        step_.done();
        phase_ = Phase::running;
        return {jump ? ServoState::jump : ServoState::locked, integral_ppb_};
    }
    if (step_.asks_later_step(offset)) {
        reset();
        return {ServoState::unlocked, integral_ppb_};
    }
    const double integral_step = ki_ * offset * weight;
    const double wanted = integral_ppb_ - kp_ * offset * weight - integral_step;
    const double frequency = limited(wanted);
    // An integral that grows while the output is at its limit would overshoot when it comes back.
    if (frequency == wanted)
        integral_ppb_ -= integral_step;
    return {stability_.judge(offset), frequency};
}

} // namespace wirestamp::clock
