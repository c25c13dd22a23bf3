// SPDX-License-Identifier: Apache-2.0
//
// linuxptp's nullf: the frequency comes from elsewhere (SyncE), so none is ever dialled; only steps are made.

#pragma once

#include "impl/clock/servo.hpp"

namespace wirestamp::clock {

class NullServo final : public Servo {
public:
    explicit NullServo(const ServoConfig& config) noexcept : step_(config), stability_(config) {}

    ServoOutput sample(double offset, Nanoseconds /*local*/, double /*weight*/) override {
        const bool jump = step_.asks_step(offset);
        step_.done();
        return {jump ? ServoState::jump : stability_.judge(offset), 0};
    }
    void sync_interval(double /*seconds*/) override {}
    void reset() override { stability_.reset(); }
    void set_frequency(double /*ppb*/) override {}

private:
    StepRule step_;
    StabilityRule stability_;
};

} // namespace wirestamp::clock
