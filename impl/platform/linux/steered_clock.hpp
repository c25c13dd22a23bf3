// SPDX-License-Identifier: Apache-2.0
//
// Clocks that a servo turns: an adapter's, or CLOCK_REALTIME where that was asked for.

#pragma once

#include <memory>

#include "impl/platform/clock_source.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

std::unique_ptr<SteeredClock> make_steered_device(SystemCalls& system, std::int32_t phc_index, bool writable);
std::unique_ptr<SteeredClock> make_steered_system_clock(SystemCalls& system, bool writable);

} // namespace wirestamp::platform::gnu_linux
