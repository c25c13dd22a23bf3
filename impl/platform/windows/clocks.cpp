// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/clocks.hpp"

#include <algorithm>
#include <optional>

#include "impl/base/failure.hpp"
#include "impl/platform/windows/counter.hpp"
#include "impl/platform/windows/os_failure.hpp"
#include "impl/platform/windows/system_clock.hpp"

namespace wirestamp::platform::windows {

namespace {

// The counter ticks every 100 ns, so that an undisturbed bracket is one or two ticks wide.
constexpr Nanoseconds narrow_bracket = 300;
constexpr int bracket_attempts = 12;

bool counts_performance(ClockKind kind) noexcept {
    return kind == ClockKind::monotonic_raw || kind == ClockKind::monotonic;
}

} // namespace

Nanoseconds Clocks::read(ClockKind kind) {
    if (counts_performance(kind))
        return ticks_to_nanoseconds(system_.performance_counter(), frequency_);
    if (kind == ClockKind::realtime)
        return filetime_to_unix(system_.system_time());
    throw Failure(WST_E_NOT_SUPPORTED,
                  "Windows has the system clocks REALTIME and MONOTONIC_RAW (the performance counter in ns, "
                  "also as MONOTONIC); clock " +
                      std::to_string(static_cast<int>(kind)) + " is none of them");
}

ClockSource::Pair Clocks::read_pair(ClockKind first, ClockKind second) {
    Pair best;
    Nanoseconds best_width = never;
    for (int attempt = 0; attempt < bracket_attempts && best_width > narrow_bracket; ++attempt) {
        const auto before = read(first);
        const auto middle = read(second);
        const auto after = read(first);
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

CrossTimestamp Clocks::cross_timestamp(const Interface& interface, ClockKind system_clock, int samples) {
    const auto& api = system_.timestamps();
    if (!api)
        throw Failure(WST_E_NOT_SUPPORTED,
                      "this Windows has no cross-timestamps, which came with Windows 11 and Server 2022");
    std::optional<InterfaceHardwareCrossTimestamp> best;
    const Luid luid = interface.id;
    std::uint32_t outcome = code::success;
    for (int i = 0; i < std::clamp(samples, 1, 25); ++i) {
        InterfaceHardwareCrossTimestamp sample;
        outcome = api.cross_timestamp(&luid, &sample);
        if (outcome != code::success)
            break;
        // None may be 0, and a driver whose second reading is before its first has read nothing.
        if (sample.SystemTimestamp1 == 0 || sample.HardwareClockTimestamp == 0 ||
            sample.SystemTimestamp2 < sample.SystemTimestamp1)
            continue;
        const auto width = [](const auto& one) { return one.SystemTimestamp2 - one.SystemTimestamp1; };
        if (!best || width(sample) < width(*best))
            best = sample;
        if (width(*best) == 0)
            break;
    }
    if (!best && outcome == code::success)
        throw Failure(WST_E_BAD_DRIVER,
                      interface.friendly_name +
                          ": its driver answers a cross-timestamp with zeros or backwards; update it");
    if (!best && outcome == code::not_supported)
        throw Failure(WST_E_NOT_SUPPORTED,
                      interface.friendly_name +
                          " has no clock to read, or its hardware stamps are off (an administrator sets "
                          "*PtpHardwareTimestamp to 1)",
                      static_cast<std::int32_t>(outcome));
    if (!best && (outcome == code::file_not_found || outcome == code::not_found))
        throw Failure(WST_E_INTERFACE_GONE, interface.friendly_name + " has gone",
                      static_cast<std::int32_t>(outcome));
    if (!best)
        throw os_failure(outcome, interface.friendly_name + ": its clock cannot be read");

    CrossTimestamp result;
    result.system_clock = system_clock;
    result.device_clock = ClockKind::device_raw;
    result.device = static_cast<std::int64_t>(best->HardwareClockTimestamp);
    result.system_before =
        ticks_to_nanoseconds(static_cast<std::int64_t>(best->SystemTimestamp1), frequency_);
    result.system_after = ticks_to_nanoseconds(static_cast<std::int64_t>(best->SystemTimestamp2), frequency_);
    result.method =
        best->SystemTimestamp1 == best->SystemTimestamp2 ? CrossMethod::precise : CrossMethod::extended;
    if (!counts_performance(system_clock)) {
        const auto pair = read_pair(ClockKind::monotonic_raw, system_clock);
        const auto shift = pair.second - pair.first;
        result.system_before += shift - pair.uncertainty;
        result.system_after += shift + pair.uncertainty;
    }
    return result;
}

std::unique_ptr<SteeredClock> Clocks::open_device_clock(const Interface& interface, bool) {
    throw Failure(
        WST_E_NOT_SUPPORTED,
        interface.friendly_name +
            ": Windows lets no program set or turn an adapter's counter; use clock_discipline virtual");
}

std::unique_ptr<SteeredClock> Clocks::open_system_clock(bool writable) {
    return windows::open_system_clock(system_, writable);
}

} // namespace wirestamp::platform::windows
