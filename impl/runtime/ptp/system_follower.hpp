// SPDX-License-Identifier: Apache-2.0
//
// The system's clock made to follow PTP time: what phc2sys is run for, inside the library. A read of the PTP
// clock's counter between two reads of the system's clock is a two-way exchange in small: the read before is
// an observation of one direction, the read after of the other, each delayed by at least half of the bracket.
// So the same estimator and servo that follow a master follow here, outliers and bounds included.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "impl/clock/discipline.hpp"
#include "impl/clock/writer_watch.hpp"
#include "impl/platform/clock_source.hpp"

namespace wirestamp::runtime {

struct SystemFollowerOptions {
    clock::DisciplineConfig discipline; ///< servo and thresholds, as for the PTP clock
    double interval = 1;                ///< s between comparisons
    bool restore_frequency = false;     ///< at stop; else the clock keeps what it has learnt
    bool kernel_leap = true;            ///< the system applies leap seconds by itself
};

class SystemFollower {
public:
    /// Throws Failure, in particular WST_E_PERMISSION where this user may not set the clock.
    SystemFollower(platform::ClockSource& clocks, const SystemFollowerOptions& options);

    struct Reading {
        Nanoseconds before = 0; ///< system's clock
        Nanoseconds ptp = 0;    ///< PTP time between the two
        Nanoseconds after = 0;
        double bound = 0; ///< ns, of `ptp`
    };
    struct Properties {
        std::int32_t utc_offset = 37; ///< TAI minus UTC (0 on an arbitrary timescale), s
        bool tells_tai = true;        ///< utc_offset is that of TAI
        int leap = 0;                 ///< announced for the end of this UTC day
        bool locked = false;
    };
    struct Sample {
        double offset = 0; ///< ns, system's clock minus PTP's UTC
        double bound = 0;  ///< ns
        Nanoseconds width = 0;
        double frequency = 0; ///< ppb
        clock::ServoState servo_state = clock::ServoState::unlocked;
        std::int32_t utc_offset = 0;
    };
    struct Outcome {
        std::optional<Sample> sample;
        std::optional<Nanoseconds> step; ///< to be told to others, then made with make_step()
        clock::WriterWatch::Finding finding;
    };

    /// Compares, and turns the clock. Throws Failure.
    Outcome compare(const Reading& reading, const Properties& properties);
    /// The step that compare() asked for. Throws Failure.
    void make_step();
    bool step_is_due() const noexcept { return step_.has_value(); }
    /// PTP time itself was stepped.
    void reference_stepped();
    /// Nothing is followed any more: the frequency as configured, no leap second pending. Throws Failure.
    void release();

    double interval() const noexcept { return options_.interval; }

private:
    struct Step {
        clock::ClockAction action;
        bool whole_seconds = false; ///< of the change of UTC, of which the estimate knows nothing
    };

    clock::WriterWatch::Finding look();
    void turn(double frequency);
    void declare(const Properties& properties, double bound);
    std::int32_t effective_offset(const Properties& properties, Nanoseconds ptp);

    platform::ClockSource& clocks_;
    SystemFollowerOptions options_;
    std::unique_ptr<platform::SteeredClock> system_;
    double frequency_at_open_ = 0;
    clock::Discipline discipline_;
    clock::WriterWatch watch_;
    std::optional<Step> step_;
    std::optional<std::int32_t> utc_offset_;
    Nanoseconds leap_at_ = never; ///< PTP time at which the announced leap second takes effect
    int leap_ = 0;
    std::int32_t leap_base_ = 0; ///< the offset that was announced with it
};

} // namespace wirestamp::runtime
