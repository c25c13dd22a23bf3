// SPDX-License-Identifier: Apache-2.0
//
// The system's clocks, and adapters' clocks against them.

#pragma once

#include <map>
#include <mutex>

#include "impl/platform/clock_source.hpp"
#include "impl/platform/linux/device_clock.hpp"
#include "impl/platform/linux/recent.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

class Clocks final : public ClockSource {
public:
    explicit Clocks(SystemCalls& system);

    Nanoseconds read(ClockKind kind) override;
    Pair read_pair(ClockKind first, ClockKind second) override;
    Nanoseconds time_asleep() override;
    std::unique_ptr<ClockJumps> watch_jumps() override;
    CrossTimestamp cross_timestamp(const Interface& interface, ClockKind system_clock, int samples) override;
    std::unique_ptr<SteeredClock> open_device_clock(const Interface& interface, bool writable) override;
    std::unique_ptr<SteeredClock> open_system_clock(bool writable) override;

private:
    std::int32_t require_phc(const Interface& interface);
    CrossTimestamp cross_timestamp(std::int32_t phc, ClockKind system_clock, int samples);

    SystemCalls& system_;
    Descriptor control_;
    std::mutex mutex_;
    // Kept open: opening costs more than reading. A clock that goes away says so at the next read.
    std::map<std::int32_t, DeviceClock> devices_;
    Recent<std::int32_t> recent_phc_;
};

Nanoseconds read_system_clock(SystemCalls& system, clockid_t clock); // throws Failure
clockid_t clock_id_of(ClockKind kind);                               // throws Failure
/// Reads again until the bracket is at most `narrow` wide, but not without end. Throws Failure.
ClockSource::Pair read_clock_pair(SystemCalls& system, clockid_t first, clockid_t second,
                                  Nanoseconds narrow = 150);

} // namespace wirestamp::platform::gnu_linux
