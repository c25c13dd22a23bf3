// SPDX-License-Identifier: Apache-2.0
//
// Reading, pairing and handing out clocks.

#include "impl/platform/linux/clocks.hpp"

#include <algorithm>
#include <cerrno>

#include "impl/platform/linux/clock_jumps.hpp"
#include "impl/platform/linux/interface_ioctl.hpp"
#include "impl/platform/linux/os_failure.hpp"
#include "impl/platform/linux/steered_clock.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

constexpr int bracket_attempts = 12;

} // namespace

clockid_t clock_id_of(ClockKind kind) {
    switch (kind) {
        case ClockKind::realtime:
            return CLOCK_REALTIME;
        case ClockKind::monotonic:
            return CLOCK_MONOTONIC;
        case ClockKind::monotonic_raw:
            return CLOCK_MONOTONIC_RAW;
        case ClockKind::tai:
            return CLOCK_TAI;
        default:
            throw Failure(WST_E_NOT_SUPPORTED,
                          "Linux has the system clocks REALTIME, MONOTONIC, MONOTONIC_RAW and TAI; "
                          "clock " +
                              std::to_string(static_cast<int>(kind)) + " is none of them");
    }
}

Nanoseconds read_system_clock(SystemCalls& system, clockid_t clock) {
    timespec now{};
    if (const int outcome = system.read_clock(clock, &now); outcome < 0)
        throw os_failure(-outcome, "cannot read clock " + std::to_string(clock));
    return static_cast<Nanoseconds>(now.tv_sec) * nanoseconds_per_second + now.tv_nsec;
}

ClockSource::Pair read_clock_pair(SystemCalls& system, clockid_t first, clockid_t second,
                                  Nanoseconds narrow) {
    ClockSource::Pair best;
    Nanoseconds best_width = never;
    for (int attempt = 0; attempt < bracket_attempts && best_width > narrow; ++attempt) {
        const auto before = read_system_clock(system, first);
        const auto middle = read_system_clock(system, second);
        const auto after = read_system_clock(system, first);
        const auto width = after - before;
        if (width < 0 || width >= best_width)
            continue;
        best_width = width;
        best = {before + width / 2, middle, (width + 1) / 2};
    }
    if (best_width == never)
        throw Failure(WST_E_IO, "a system clock went backwards in every one of several reads");
    return best;
}

Clocks::Clocks(SystemCalls& system)
    : system_(system), control_(control_socket(system)), recent_phc_(system) {}

Nanoseconds Clocks::read(ClockKind kind) {
    return read_system_clock(system_, clock_id_of(kind));
}

ClockSource::Pair Clocks::read_pair(ClockKind first, ClockKind second) {
    return read_clock_pair(system_, clock_id_of(first), clock_id_of(second));
}

Nanoseconds Clocks::time_asleep() {
    // Asked at every wake, about sleeps that are longer by far.
    constexpr Nanoseconds good_enough = 1'000'000;
    const auto pair = read_clock_pair(system_, CLOCK_MONOTONIC, CLOCK_BOOTTIME, good_enough);
    return pair.second - pair.first;
}

std::unique_ptr<ClockJumps> Clocks::watch_jumps() {
    return watch_clock_jumps(system_);
}

std::int32_t Clocks::require_phc(const Interface& interface) {
    if (interface.virtual_clock >= 0)
        return interface.virtual_clock;
    std::int32_t index = interface.phc_index.value_or(-1);
    if (!interface.phc_index) {
        // Asked by name, which may have become another one's.
        std::uint32_t now = 0;
        if (control_ && interface_index(system_, control_.get(), interface.name, now) >= 0 &&
            now != interface.index)
            throw Failure(WST_E_INTERFACE_GONE, "interface " + interface.name + " has gone", ENODEV);
        ethtool_ts_info info{};
        const int outcome =
            control_ ? timestamp_info(system_, control_.get(), interface.name, info) : -control_.error();
        if (outcome == -ENODEV)
            throw Failure(WST_E_INTERFACE_GONE, "interface " + interface.name + " has gone", ENODEV);
        if (outcome >= 0)
            index = info.phc_index;
    }
    if (index < 0)
        throw Failure(WST_E_NOT_SUPPORTED, interface.name + " has no PTP hardware clock");
    return index;
}

CrossTimestamp Clocks::cross_timestamp(const Interface& interface, ClockKind system_clock, int samples) {
    clock_id_of(system_clock);
    if (interface.virtual_clock >= 0)
        return cross_timestamp(interface.virtual_clock, system_clock, samples);
    if (const auto known = recent_phc_.find(interface.id)) {
        try {
            return cross_timestamp(*known, system_clock, samples);
        } catch (const Failure&) {
            recent_phc_.forget(interface.id); // it may have another clock by now
        }
    }
    const auto phc = require_phc(interface);
    const auto reading = cross_timestamp(phc, system_clock, samples);
    recent_phc_.put(interface.id, phc);
    return reading;
}

CrossTimestamp Clocks::cross_timestamp(std::int32_t phc, ClockKind system_clock, int samples) {
    const std::lock_guard lock(mutex_);
    for (bool fresh = false;;) {
        auto device = devices_.find(phc);
        if (device == devices_.end()) {
            device = devices_.emplace(phc, DeviceClock(system_, phc, false)).first;
            fresh = true;
        }
        try {
            return device->second.cross_timestamp(system_clock, samples);
        } catch (const Failure& failure) {
            // The number may belong to another clock by now, which the old descriptor cannot reach.
            devices_.erase(device);
            if (fresh || failure.os_error() != ENODEV)
                throw;
        }
    }
}

std::unique_ptr<SteeredClock> Clocks::open_device_clock(const Interface& interface, bool writable) {
    return make_steered_device(system_, require_phc(interface), writable);
}

std::unique_ptr<SteeredClock> Clocks::open_system_clock(bool writable) {
    return make_steered_system_clock(system_, writable);
}

} // namespace wirestamp::platform::gnu_linux
