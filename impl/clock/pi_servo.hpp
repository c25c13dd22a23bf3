// SPDX-License-Identifier: Apache-2.0
//
// The proportional-integral servo that linuxptp users know, with its options and defaults. Two samples give
// the first frequency, then a step if a threshold asks for it, then plain control with gains scaled to the
// Sync interval.

#pragma once

#include "impl/clock/servo.hpp"

namespace wirestamp::clock {

class PiServo final : public Servo {
public:
    explicit PiServo(const ServoConfig& config);

    ServoOutput sample(double offset, Nanoseconds local, double weight) override;
    void sync_interval(double seconds) override;
    void reset() override;
    void set_frequency(double ppb) override;

private:
    enum class Phase { empty, one, running };

    double limited(double ppb) const noexcept;

    ServoConfig config_;
    StepRule step_;
    StabilityRule stability_;
    Phase phase_ = Phase::empty;
    double kp_ = 0;
    double ki_ = 0;
    double integral_ppb_ = 0; ///< the frequency that cancels the clock's own error
    double first_offset_ = 0;
    Nanoseconds first_local_ = 0;
};

} // namespace wirestamp::clock
