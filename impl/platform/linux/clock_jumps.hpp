// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "impl/platform/clock_source.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

/// Null where the kernel refuses timerfd.
std::unique_ptr<ClockJumps> watch_clock_jumps(SystemCalls& system);

} // namespace wirestamp::platform::gnu_linux
