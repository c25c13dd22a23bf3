// SPDX-License-Identifier: Apache-2.0
//
// The state machine of a port as a pure function (IEEE 1588-2019 clause 9.2.5, figures 30 and 31).

#pragma once

#include <cstdint>

#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

enum class PortEvent : std::uint8_t {
    initialize, ///< begin anew
    initialized,
    designated_enabled,
    designated_disabled,
    fault_detected,
    fault_cleared,
    recommended_master,  ///< state decision M1, M2, M3
    recommended_slave,   ///< S1
    recommended_passive, ///< P1, P2
    qualification_timeout,
    announce_receipt_timeout,
    synchronization_fault,
    master_clock_selected,
};

struct PortRules {
    bool client_only = false;    ///< figure 31
    bool master_changed = false; ///< with recommended_slave: to another master than before
    bool designated = false;     ///< BMCA noop: the role is configured, timeouts do not change it
};

PortState next_state(PortState state, PortEvent event, const PortRules& rules) noexcept;

} // namespace wirestamp::ptp
