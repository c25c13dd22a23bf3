// SPDX-License-Identifier: Apache-2.0
//
// What may be asked of a simulated world: every number finite and within what the model can follow, so that
// no part of it has to doubt its parameters afterwards. All throw Failure.

#pragma once

#include <string>

#include "impl/platform/simulated/world.hpp"

namespace wirestamp::platform::simulated {

/// True time ends here (146 years): what is computed from it stays within 64 bits.
inline constexpr Nanoseconds end_of_time = Nanoseconds{1} << 62;

void require_name(const std::string& name, const char* what);
void require_probability(double value, const char* what);
void require_finite(double value, double limit, const char* what);
void check(const OscillatorParameters& parameters);
void check(const Distribution& distribution);
void check(const LinkDirection& direction);
void check(const ClockParameters& clock);
void check(const HostParameters& host);
void check(const AdapterParameters& adapter);
void check(const BridgeParameters& bridge);
void check(const WorldParameters& world);

} // namespace wirestamp::platform::simulated
