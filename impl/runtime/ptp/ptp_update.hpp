// SPDX-License-Identifier: Apache-2.0
//
// An option that changes while the clock runs, by name as everywhere, turned into what the engine takes.

#pragma once

#include <string>

#include "impl/ptp/clock_update.hpp"
#include "impl/ptp/config.hpp"

namespace wirestamp::runtime {

/// Sets the option in `configuration` and tells what of it the engine has to change. Throws Failure, with
/// nothing changed: WST_E_UNKNOWN_OPTION, WST_E_RANGE, WST_E_INVALID_ARGUMENT, or WST_E_STATE for an option
/// that is fixed once the clock is open.
ptp::ClockUpdate make_update(ptp::Configuration& configuration, const std::string& name,
                             const std::string& value);

} // namespace wirestamp::runtime
