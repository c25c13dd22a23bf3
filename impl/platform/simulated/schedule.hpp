// SPDX-License-Identifier: Apache-2.0
//
// A language small enough to type for what happens to a simulated network and when:
//
//     at 60s link l1 cut; at 70s link l1 restore
//     every 1h from 30min until 24h clock slave/eth0 step 1ms     # a comment
//
// Its words are described for users in api/wirestamp/simulation.h (wst_simulation_schedule).

#pragma once

#include <string>

#include "impl/platform/simulated/world.hpp"

namespace wirestamp::platform::simulated {

/// Checks everything (words, names, values) before anything is scheduled. Throws Failure that names the line.
void schedule(World& world, const std::string& text);
/// Does one thing now: a statement without its `at` or `every`.
void apply(World& world, const std::string& statement);

} // namespace wirestamp::platform::simulated
