// SPDX-License-Identifier: Apache-2.0
//
// A time stamp and what must never be lost from it: which clock it counts and who took it.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"
#include "wirestamp/base.h"

namespace wirestamp::platform {

enum class ClockKind : std::uint8_t {
    none = WST_CLOCK_NONE,
    realtime = WST_CLOCK_REALTIME,
    monotonic = WST_CLOCK_MONOTONIC,
    monotonic_raw = WST_CLOCK_MONOTONIC_RAW,
    tai = WST_CLOCK_TAI,
    device = WST_CLOCK_DEVICE,
    device_raw = WST_CLOCK_DEVICE_RAW,
    qpc = WST_CLOCK_QPC,
};

enum class StampSource : std::uint8_t {
    none = WST_SOURCE_NONE,
    application = WST_SOURCE_APPLICATION,
    software = WST_SOURCE_SOFTWARE,
    hardware = WST_SOURCE_HARDWARE,
};

struct Stamp {
    Nanoseconds value = 0;
    ClockKind clock = ClockKind::none;
    StampSource source = StampSource::none;
    std::int32_t clock_index = -1; // PHC number for ClockKind::device where known

    explicit operator bool() const noexcept { return source != StampSource::none; }
};

} // namespace wirestamp::platform
