// SPDX-License-Identifier: Apache-2.0
//
// What every servo does: from the measured offset of the steered clock it makes a frequency. A servo keeps no
// clock and knows no packets. The four states are those that linuxptp users know (s0 .. s3 in its log).

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace wirestamp::clock {

enum class ServoState : std::uint8_t {
    unlocked,      ///< not enough samples to act
    jump,          ///< step the clock by minus the offset and apply the frequency
    locked,        ///< apply the frequency
    locked_stable, ///< locked, and the offset stayed below servo_offset_threshold
};

struct ServoOutput {
    ServoState state = ServoState::unlocked;
    double frequency_ppb =
        0; ///< to apply to the clock: positive makes it run faster (linuxptp's "freq" is its negative)
};

/// linuxptp's options of the same names. Thresholds in ns here (seconds in its files); 0 is off.
struct ServoConfig {
    double first_step_threshold = 20'000;
    double step_threshold = 0;
    double max_frequency = 900'000'000; ///< ppb
    std::int64_t servo_offset_threshold = 0;
    int servo_num_offset_values = 10;
    bool software_timestamps = false; ///< chooses the automatic pi constants
    double pi_proportional_const = 0; ///< 0: automatic, from scale, exponent and norm
    double pi_integral_const = 0;
    double pi_proportional_scale = 0; ///< 0: automatic, 0.7 for hardware and 0.1 for software stamps
    double pi_proportional_exponent = -0.3;
    double pi_proportional_norm_max = 0.7;
    double pi_integral_scale = 0; ///< 0: automatic, 0.3 and 0.001
    double pi_integral_exponent = 0.4;
    double pi_integral_norm_max = 0.3;
};

class Servo {
public:
    virtual ~Servo() = default;

    /// offset: steered clock minus master, ns; local: steered clock's time, ns; weight: trust in the sample,
    /// 0..1.
    virtual ServoOutput sample(double offset, Nanoseconds local, double weight) = 0;
    virtual void sync_interval(double seconds) = 0;
    /// Forgets offsets, keeps the learnt frequency.
    virtual void reset() = 0;
    /// The clock's frequency was set by someone else, or is known from before.
    virtual void set_frequency(double ppb) = 0;
};

/// When to step is the same for all servos: at the first update by one threshold, later by the other.
class StepRule {
public:
    explicit StepRule(const ServoConfig& config) noexcept
        : first_(config.first_step_threshold), later_(config.step_threshold) {}

    bool asks_step(double offset) const noexcept {
        const double size = offset < 0 ? -offset : offset;
        return (fresh_ && first_ > 0 && size > first_) || asks_later_step(offset);
    }
    bool asks_later_step(double offset) const noexcept {
        const double size = offset < 0 ? -offset : offset;
        return later_ > 0 && size > later_;
    }
    void done() noexcept { fresh_ = false; }
    void forget() noexcept { fresh_ = true; }

private:
    double first_;
    double later_;
    bool fresh_ = true;
};

/// Tells locked from locked_stable: servo_num_offset_values offsets in a row below servo_offset_threshold.
class StabilityRule {
public:
    explicit StabilityRule(const ServoConfig& config) noexcept
        : threshold_(static_cast<double>(config.servo_offset_threshold)),
          needed_(config.servo_num_offset_values) {}

    ServoState judge(double offset) noexcept {
        if (threshold_ <= 0)
            return ServoState::locked;
        const double size = offset < 0 ? -offset : offset;
        count_ = size < threshold_ ? (count_ < needed_ ? count_ + 1 : needed_) : 0;
        return count_ >= needed_ ? ServoState::locked_stable : ServoState::locked;
    }
    void reset() noexcept { count_ = 0; }

private:
    double threshold_;
    int needed_;
    int count_ = 0;
};

} // namespace wirestamp::clock
