// SPDX-License-Identifier: Apache-2.0
//
// Reading clocks, reading two clocks against each other, and steering the ones that can be steered.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "impl/platform/interface.hpp"
#include "impl/platform/loop.hpp"
#include "impl/platform/stamp.hpp"

namespace wirestamp::platform {

enum class CrossMethod : std::uint8_t {
    none = 0,
    precise = 1,  // one instant captured by hardware (PTP_SYS_OFFSET_PRECISE, PTM)
    extended = 2, // system clock around the device read, in the driver (PTP_SYS_OFFSET_EXTENDED)
    basic = 3,    // system clock around the device read, in the kernel (PTP_SYS_OFFSET)
    bracket = 4,  // three clock reads from user space
};

struct CrossTimestamp {
    Nanoseconds system_before = 0;
    Nanoseconds device = 0;
    Nanoseconds system_after = 0;
    ClockKind system_clock = ClockKind::none;
    ClockKind device_clock = ClockKind::none;
    std::int32_t device_index = -1;
    CrossMethod method = CrossMethod::none;
};

/// What a system is told about its clock besides the time.
struct ClockDeclaration {
    std::optional<std::int32_t> tai_offset; // TAI minus UTC, s
    int leap = 0;                           // +1: the last minute of this UTC day has 61 seconds, -1: 59
    bool synchronized = false;
    Nanoseconds maximum_error = 0;
};

/// A clock that can be read and perhaps steered: a PHC or the system clock.
class SteeredClock {
public:
    virtual ~SteeredClock() = default;
    virtual Nanoseconds now() = 0;
    virtual void step(Nanoseconds delta) = 0; // throws Failure
    virtual void set_frequency(
        double parts_per_billion) = 0; // throws Failure; absolute, not relative to the last
    virtual double frequency() = 0;
    virtual double maximum_frequency() const = 0; // parts per billion
    /// Only the system's clock has somebody to tell; throws Failure.
    virtual void declare(const ClockDeclaration& /*declaration*/) {}
};

/// Becomes ready when the system's time was set, or when the machine has slept and woken up.
class ClockJumps : public Pollable {
public:
    /// Takes what has come, without blocking.
    virtual void take() = 0;
};

class ClockSource {
public:
    virtual ~ClockSource() = default;

    /// realtime, monotonic, monotonic_raw and tai; throws Failure for what the system lacks.
    virtual Nanoseconds read(ClockKind kind) = 0;
    /// Two system clocks at one instant: reads first, second, first as often as it takes for a narrow
    /// bracket, so that a preempted read does not shift a stamp.
    struct Pair {
        Nanoseconds first = 0;
        Nanoseconds second = 0;
        Nanoseconds uncertainty = 0;
    };
    virtual Pair read_pair(ClockKind first, ClockKind second) = 0;

    /// How long the machine has been suspended since it was started: that long monotonic and monotonic_raw
    /// stood still. 0 where the system does not tell.
    virtual Nanoseconds time_asleep() { return 0; }
    /// Null where the system does not tell; who needs to know then finds out at the next reading.
    virtual std::unique_ptr<ClockJumps> watch_jumps() { return nullptr; }

    /// Best of `samples` reads of the adapter's clock against a system clock.
    virtual CrossTimestamp cross_timestamp(const Interface& interface, ClockKind system_clock,
                                           int samples) = 0;

    virtual std::unique_ptr<SteeredClock> open_device_clock(const Interface& interface, bool writable) = 0;
    virtual std::unique_ptr<SteeredClock> open_system_clock(bool writable) = 0;

    /// What hardware stamps and cross-timestamps count: `device` where the adapter's clock tells nanoseconds,
    /// `device_raw` where only a correlation makes them of its ticks.
    virtual ClockKind device_clock() const { return ClockKind::device; }
};

} // namespace wirestamp::platform
