// SPDX-License-Identifier: Apache-2.0
//
// One input being worked on: when it came, and where its effects go.

#pragma once

#include "impl/ptp/actions.hpp"

namespace wirestamp::ptp {

struct Step {
    Now now;
    Actions& out;
};

} // namespace wirestamp::ptp
