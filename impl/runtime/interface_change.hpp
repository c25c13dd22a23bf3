// SPDX-License-Identifier: Apache-2.0
//
// What changed on an interface, found by comparing what was seen with what is seen: neither Linux nor Windows
// tells.

#pragma once

#include <cstdint>
#include <optional>

#include "impl/platform/capability_source.hpp"
#include "impl/platform/clock_source.hpp"
#include "impl/platform/interface.hpp"
#include "wirestamp/capabilities.h"

namespace wirestamp::runtime {

struct SeenInterface {
    platform::Interface interface;
    platform::Capabilities supported;
    platform::Capabilities active;
};

/// WST_CHANGE_* that follow from the two; null: was not, or is not, there. Clocks apart from their number are
/// not judged.
std::uint32_t compare(const SeenInterface* before, const SeenInterface* after) noexcept;

/// The event's content. At least one of the two is there.
wst_interface_change describe(const SeenInterface* before, const SeenInterface* after,
                              std::uint32_t reasons) noexcept;

/// Watches one hardware clock against CLOCK_MONOTONIC_RAW for steps. A servo may slew it, so the rate is
/// learnt from sample to sample and a generous change of rate is let pass.
class StepDetector {
public:
    /// How far the clock jumped since the last sample, if it did. `asleep`: how long the host has slept since
    /// it was started, which the raw clock does not count and adapters may.
    std::optional<Nanoseconds> sample(const platform::CrossTimestamp& reading, Nanoseconds asleep) noexcept;

private:
    bool has_last_ = false;
    bool has_rate_ = false;
    Nanoseconds system_ = 0;
    Nanoseconds device_ = 0;
    Nanoseconds asleep_ = 0;
    double rate_ = 0; // device over system, minus 1
};

} // namespace wirestamp::runtime
