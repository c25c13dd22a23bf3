// SPDX-License-Identifier: Apache-2.0
//
// A settable, steerable clock that counts an oscillator, as a PHC or the system clock does. Whole
// nanoseconds are kept as an integer, what is below as a fraction, so that a clock that shows the year 2100
// is as fine as one that shows 0.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"
#include "impl/platform/simulated/oscillator.hpp"

namespace wirestamp::platform::simulated {

struct Reading {
    Nanoseconds whole = 0;
    double fraction = 0; // [0, 1)
};

class ClockModel {
public:
    ClockModel() = default;
    /// Shows `value` at true time 0.
    explicit ClockModel(Nanoseconds value) : base_{value, 0} {}

    Reading read(Oscillator& oscillator, Nanoseconds t) const { return read_with(oscillator.error(t), t); }
    void step(Nanoseconds delta) noexcept { base_.whole = saturating_add(base_.whole, delta); }
    /// Shows `value` from `t` on, unsteered, as after a reset of the adapter.
    void reset(Oscillator& oscillator, Nanoseconds t, Nanoseconds value) {
        rebase(oscillator, t);
        base_ = {value, 0};
        frequency_ = 0;
    }
    void set_frequency(Oscillator& oscillator, Nanoseconds t, double parts_per_billion) {
        rebase(oscillator, t);
        frequency_ = parts_per_billion * 1e-9;
        parts_per_billion_ = parts_per_billion;
    }
    double parts_per_billion() const noexcept { return frequency_ == 0 ? 0 : parts_per_billion_; }
    double frequency() const noexcept { return frequency_; }

private:
    Reading read_with(double error, Nanoseconds t) const noexcept {
        const Nanoseconds elapsed = t - base_time_;
        const double gained = error - base_error_;
        const double rest = base_.fraction + gained + (static_cast<double>(elapsed) + gained) * frequency_;
        const Nanoseconds whole = floor_to_integer(rest);
        return {saturating_add(base_.whole, saturating_add(elapsed, whole)),
                rest - static_cast<double>(whole)};
    }
    void rebase(Oscillator& oscillator, Nanoseconds t) {
        const double error = oscillator.error(t);
        base_ = read_with(error, t);
        base_time_ = t;
        base_error_ = error;
    }

    Reading base_;
    Nanoseconds base_time_ = 0;
    double base_error_ = 0;
    double frequency_ = 0;
    double parts_per_billion_ = 0;
};

} // namespace wirestamp::platform::simulated
