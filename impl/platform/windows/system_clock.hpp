// SPDX-License-Identifier: Apache-2.0
//
// The system's clock, turned by SetSystemTimeAdjustmentPrecise (Windows 10 1709 and later) and stepped by
// SetSystemTime. w32time does the same, so it must not run beside.

#pragma once

#include <memory>

#include "impl/platform/clock_source.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

/// Throws Failure where the system lacks the function or, for `writable`, the privilege.
std::unique_ptr<SteeredClock> open_system_clock(SystemCalls& system, bool writable);

} // namespace wirestamp::platform::windows
