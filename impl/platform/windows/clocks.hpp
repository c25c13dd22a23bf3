// SPDX-License-Identifier: Apache-2.0
//
// Windows' clocks under the names of this library, and adapters' counters against them. MONOTONIC_RAW and
// MONOTONIC are both the performance counter, in nanoseconds: Windows has one counter that nobody turns.

#pragma once

#include "impl/platform/clock_source.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

class Clocks final : public ClockSource {
public:
    explicit Clocks(SystemCalls& system) : system_(system), frequency_(system.performance_frequency()) {}

    Nanoseconds read(ClockKind kind) override;
    Pair read_pair(ClockKind first, ClockKind second) override;
    CrossTimestamp cross_timestamp(const Interface& interface, ClockKind system_clock, int samples) override;
    std::unique_ptr<SteeredClock> open_device_clock(const Interface& interface, bool writable) override;
    std::unique_ptr<SteeredClock> open_system_clock(bool writable) override;
    ClockKind device_clock() const override { return ClockKind::device_raw; }

private:
    SystemCalls& system_;
    const std::int64_t frequency_;
};

} // namespace wirestamp::platform::windows
