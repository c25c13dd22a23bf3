// SPDX-License-Identifier: Apache-2.0
//
// A free-running oscillator: how far the time it counts has gone from true time. Its path is a function of
// the parameters and the seed alone: random walk of frequency is drawn on a fixed grid, exactly (frequency
// and its integral together), and joined by cubic pieces between, so that reading it more or less often
// changes nothing.

#pragma once

#include <array>
#include <cstdint>

#include "impl/base/time.hpp"
#include "impl/platform/simulated/random.hpp"

namespace wirestamp::platform::simulated {

struct OscillatorParameters {
    double drift_ppb = 0;           // constant frequency error
    double wander = 0;              // random walk of frequency, per square root of a second (1e-9 = 1 ppb)
    double ramp_ppb_per_second = 0; // warming up or ageing, from ramp_begin to ramp_end
    Nanoseconds ramp_begin = 0;
    Nanoseconds ramp_end = never;
    double sinus_ppb = 0; // day and night, or an air conditioner
    Nanoseconds sinus_period = 86'400 * nanoseconds_per_second;
    double sinus_phase = 0;        // fraction of a turn
    Nanoseconds grid = 62'500'000; // step of the random walk
};

class Oscillator {
public:
    Oscillator() = default;
    Oscillator(const OscillatorParameters& parameters, Random stream);

    /// Time counted minus true time, in ns, at true time `t`. `t` may go back by up to 30 grid steps behind
    /// the latest one asked for.
    double error(Nanoseconds t) {
        if (t != error_at_) {
            error_ = calculate_error(t);
            error_at_ = t;
        }
        return error_;
    }
    /// Frequency error at `t`, as a fraction.
    double frequency_error(Nanoseconds t);

    /// Faults: from `t` on, with no jump in phase.
    void set_drift(Nanoseconds t, double drift_ppb);
    void set_wander(Nanoseconds t, double wander);
    const OscillatorParameters& parameters() const noexcept { return parameters_; }

private:
    struct Point {
        double phase = 0;     // ns
        double frequency = 0; // fraction
    };
    static constexpr std::int64_t kept = 32;

    double calculate_error(Nanoseconds t);
    void advance_to(std::int64_t point);
    const Point& point(std::int64_t n) const noexcept {
        return points_[static_cast<std::size_t>(n & (kept - 1))];
    }

    OscillatorParameters parameters_;
    Random random_;
    std::array<Point, kept> points_{};
    std::int64_t last_point_ = 0;
    double step_seconds_ = 0;
    double frequency_scale_ = 0; // of one grid step
    double phase_scale_ = 0;
    double sinus_scale_ = 0; // ns per unit of (cos - cos)
    double sinus_origin_ = 0;
    Nanoseconds error_at_ = never; // of error_: the clocks of a host are mostly read together
    double error_ = 0;
    Nanoseconds drift_since_ = 0;
    double drift_phase_ = 0;
};

} // namespace wirestamp::platform::simulated
