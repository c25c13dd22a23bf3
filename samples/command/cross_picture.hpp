// SPDX-License-Identifier: Apache-2.0
//
// Readings of two clocks as a picture: what is left beside the straight line, which would hide all else.

#pragma once

#include <string>
#include <vector>

#include "run.hpp"

namespace command {

/// Samples hold the difference since the first reading, the reading's width, the rate and the uncertainty.
std::string draw_cross(const std::string& clocks, const std::vector<Sample>& samples);

} // namespace command
