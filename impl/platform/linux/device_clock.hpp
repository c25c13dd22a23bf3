// SPDX-License-Identifier: Apache-2.0
//
// /dev/ptpN, and reading it against a system clock by the best way that this kernel and driver have
// (Documentation/driver-api/ptp.rst).

#pragma once

#include <optional>

#include "impl/platform/clock_source.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

struct PtpSystemOffset;
struct PtpSystemOffsetExtended;

class DeviceClock {
public:
    DeviceClock(SystemCalls& system, std::int32_t index, bool writable); // throws Failure

    clockid_t clock_id() const noexcept;
    std::int32_t index() const noexcept { return index_; }
    double maximum_frequency() const; // parts per billion; throws Failure

    /// One of the ways, of the best of `samples`. Throws Failure if the clock has gone or no way is left.
    CrossTimestamp cross_timestamp(ClockKind system_clock, int samples);

private:
    enum class Outcome : std::uint8_t { done, not_now, never };

    /// A device time with the interval of a system clock around it.
    struct Sample {
        Nanoseconds before = 0;
        Nanoseconds device = 0;
        Nanoseconds after = 0;
    };

    Outcome precise(ClockKind wanted, CrossTimestamp& result);
    Outcome extended(ClockKind wanted, int samples, CrossTimestamp& result);
    Outcome basic(ClockKind wanted, int samples, CrossTimestamp& result);
    Outcome bracket(ClockKind wanted, int samples, CrossTimestamp& result);

    int control(unsigned long newer, unsigned long older, void* exchange);
    int offset_extended(PtpSystemOffsetExtended& exchange, int samples, clockid_t clock);
    Outcome judge(int error, bool& available);
    std::optional<Sample> in_clock(const Sample& sample, ClockKind from, ClockKind wanted,
                                   const ClockSource::Pair& before) const;

    SystemCalls& system_;
    std::int32_t index_;
    Descriptor descriptor_;
    bool has_precise_ = true;
    bool has_extended_ = true;
    bool has_clock_choice_ = true; // EXTENDED with a clock other than CLOCK_REALTIME, since 6.12
    bool has_basic_ = true;
    bool has_newer_numbers_ = true;
};

} // namespace wirestamp::platform::gnu_linux
