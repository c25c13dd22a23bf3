// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/port_state.hpp"

namespace wirestamp::ptp {
namespace {

/// The states that take part in the protocol.
bool is_running(PortState state) noexcept {
    return state != PortState::initializing && state != PortState::faulty && state != PortState::disabled;
}

bool follows(PortState state) noexcept {
    return state == PortState::uncalibrated || state == PortState::slave;
}

PortState timed_out(PortState state, const PortRules& rules) noexcept {
    if (rules.designated)
        return follows(state) ? PortState::uncalibrated : state;
    if (rules.client_only)
        return PortState::listening;
    if (state == PortState::listening || state == PortState::passive || follows(state))
        return PortState::master;
    return state;
}

PortState running(PortState state, PortEvent event, const PortRules& rules) noexcept {
    switch (event) {
        case PortEvent::recommended_master:
            if (rules.client_only)
                return PortState::listening;
            // A designated master does not wait to be sure that nobody is better.
            if (rules.designated)
                return PortState::master;
            return state == PortState::master ? PortState::master : PortState::pre_master;
        case PortEvent::recommended_slave:
            return state == PortState::slave && !rules.master_changed ? PortState::slave
                                                                      : PortState::uncalibrated;
        case PortEvent::recommended_passive:
            // Figure 31 has no PASSIVE: a clock that may only follow waits for a master.
            return rules.client_only ? PortState::listening : PortState::passive;
        case PortEvent::qualification_timeout:
            return state == PortState::pre_master ? PortState::master : state;
        case PortEvent::announce_receipt_timeout:
            return timed_out(state, rules);
        case PortEvent::synchronization_fault:
            return state == PortState::slave ? PortState::uncalibrated : state;
        case PortEvent::master_clock_selected:
            return state == PortState::uncalibrated ? PortState::slave : state;
        default:
            return state;
    }
}

} // namespace

PortState next_state(PortState state, PortEvent event, const PortRules& rules) noexcept {
    switch (event) {
        case PortEvent::initialize:
            return PortState::initializing;
        case PortEvent::designated_disabled:
            return PortState::disabled;
        case PortEvent::fault_detected:
            return state == PortState::disabled ? PortState::disabled : PortState::faulty;
        case PortEvent::designated_enabled:
            return state == PortState::disabled ? PortState::initializing : state;
        case PortEvent::fault_cleared:
            return state == PortState::faulty ? PortState::initializing : state;
        case PortEvent::initialized:
            return state == PortState::initializing ? PortState::listening : state;
        default:
            return is_running(state) ? running(state, event, rules) : state;
    }
}

} // namespace wirestamp::ptp
