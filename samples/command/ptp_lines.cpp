// SPDX-License-Identifier: Apache-2.0

#include "ptp_lines.hpp"

#include <cstdio>

#include "library.hpp"
#include "terminal.hpp"

namespace command {

namespace {

std::string state(const char* name) {
    return paint(colour_of_state(name), name);
}

Line port_state(const wst_event_ptp_port_state& event) {
    const char* from = wst_ptp_state_name(event.old_state);
    const char* to = wst_ptp_state_name(event.new_state);
    const char* reason = wst_ptp_reason_name(event.reason);
    return {{{"event", "port_state"},
             {"port", event.port_number},
             {"interface", event.interface_name},
             {"from", from},
             {"to", to},
             {"reason", reason}},
            format("port %d (%s): %s to %s on %s", event.port_number, event.interface_name, from,
                   state(to).c_str(), reason)};
}

Line best_master(const wst_event_ptp_best_master& event) {
    const std::string identity = identity_text(event.grandmaster_identity);
    return {{{"event", "best_master"},
             {"grandmaster", identity},
             {"parent", identity_text(event.parent_identity)},
             {"is_self", event.is_self != 0},
             {"steps_removed", event.steps_removed},
             {"priority1", event.priority1},
             {"priority2", event.priority2},
             {"clock_class", event.clock_class}},
            event.is_self != 0
                ? "no better clock is heard"
                : format("grandmaster %s, %d step%s away, class %d, priority1 %d", identity.c_str(),
                         event.steps_removed, event.steps_removed == 1 ? "" : "s", event.clock_class,
                         event.priority1)};
}

Line clock_state(const wst_event_ptp_clock_state& event) {
    const char* from = wst_ptp_clock_state_name(event.old_state);
    const char* to = wst_ptp_clock_state_name(event.new_state);
    return {{{"event", "clock_state"}, {"from", from}, {"to", to}, {"bound_ns", bound_value(event.bound)}},
            format("clock: %s to %s", from, state(to).c_str())};
}

Line clock_step(const wst_event_ptp_clock_step& event) {
    const char* clock = event.clock == WST_CLOCK_NONE ? "PTP" : wst_clock_name(event.clock);
    return {{{"event", "clock_step"}, {"step_ns", event.step}, {"clock", clock}},
            format("clock %s steps by %lld ns", clock, static_cast<long long>(event.step))};
}

Line system_clock(const wst_event_ptp_system_clock& event) {
    return {{{"event", "system_clock"},
             {"offset_ns", event.offset},
             {"bound_ns", bound_value(event.bound)},
             {"width_ns", event.width},
             {"frequency_ppb", event.frequency},
             {"servo", event.servo_state},
             {"utc_offset", event.utc_offset}},
            format("system clock %9lld ns  %s  freq %+10.1f ppb  read in %lld ns  bound %s",
                   static_cast<long long>(event.offset), servo_name(event.servo_state), event.frequency,
                   static_cast<long long>(event.width), bound_text(event.bound).c_str())};
}

Line disagreement(const wst_event_ptp_disagreement& event) {
    const std::string identity = identity_text(event.grandmaster_identity);
    const char* verdict = event.verdict == WST_PTP_VERDICT_AGREES     ? "agrees with the others again"
                          : event.verdict == WST_PTP_VERDICT_DOUBTFUL ? "and another exclude each other"
                                                                      : "is not where most others are";
    return {{{"event", "disagreement"},
             {"grandmaster", identity},
             {"domain", event.domain_number},
             {"verdict", event.verdict},
             {"clocks", event.clocks},
             {"agreeing", event.agreeing},
             {"offset_ns", event.offset},
             {"bound_ns", bound_value(event.bound)}},
            format("grandmaster %s of domain %d %s: %lld ns off (bounds %s), %d of %d agree",
                   identity.c_str(), event.domain_number, verdict, static_cast<long long>(event.offset),
                   bound_text(event.bound).c_str(), event.agreeing, event.clocks)};
}

Line fault(const wst_event_ptp_fault& event) {
    const char* name = wst_ptp_fault_name(event.fault);
    return {{{"event", "fault"},
             {"fault", name},
             {"port", event.port_number},
             {"count", event.count},
             {"text", event.text}},
            format("port %d: %s (%u): %s", event.port_number, paint(Colour::red, name).c_str(), event.count,
                   event.text)};
}

} // namespace

const char* servo_name(std::uint32_t state) {
    switch (state) {
        case WST_PTP_SERVO_UNLOCKED:
            return "s0";
        case WST_PTP_SERVO_JUMP:
            return "s1";
        case WST_PTP_SERVO_LOCKED:
            return "s2";
        case WST_PTP_SERVO_LOCKED_STABLE:
            return "s3";
        default:
            return "s?";
    }
}

nlohmann::json bound_value(std::int64_t bound) {
    return bound < unknown_bound ? nlohmann::json(bound) : nlohmann::json();
}

std::string bound_text(std::int64_t bound) {
    return bound < unknown_bound ? std::to_string(bound) + " ns" : "unknown";
}

Line describe(const wst_event_ptp_offset& event) {
    return {{{"event", "offset"},
             {"offset_ns", event.offset_from_master},
             {"measured_ns", event.measured_offset},
             {"delay_ns", event.mean_path_delay},
             {"frequency_ppb", event.frequency},
             {"bound_ns", bound_value(event.bound)},
             {"ptp_time_ns", event.ptp_time},
             {"servo", event.servo_state},
             {"port", event.port_number},
             {"stamps", source_name(event.source)}},
            format("offset %9lld ns  %s  freq %+10.1f ppb  path delay %7lld ns  bound %s",
                   static_cast<long long>(event.offset_from_master), servo_name(event.servo_state),
                   event.frequency, static_cast<long long>(event.mean_path_delay),
                   bound_text(event.bound).c_str())};
}

const char* source_name(std::uint32_t source) {
    switch (source) {
        case WST_SOURCE_HARDWARE:
            return "hardware";
        case WST_SOURCE_SOFTWARE:
            return "software";
        case WST_SOURCE_APPLICATION:
            return "application";
        default:
            return "none";
    }
}

std::optional<Line> describe(const wst_event& event) {
    switch (event.type) {
        case WST_EVENT_PTP_PORT_STATE:
            return port_state(event.payload.ptp_port_state);
        case WST_EVENT_PTP_BEST_MASTER:
            return best_master(event.payload.ptp_best_master);
        case WST_EVENT_PTP_OFFSET:
            return describe(event.payload.ptp_offset);
        case WST_EVENT_PTP_CLOCK_STATE:
            return clock_state(event.payload.ptp_clock_state);
        case WST_EVENT_PTP_CLOCK_STEP:
            return clock_step(event.payload.ptp_clock_step);
        case WST_EVENT_PTP_SYSTEM_CLOCK:
            return system_clock(event.payload.ptp_system_clock);
        case WST_EVENT_PTP_DISAGREEMENT:
            return disagreement(event.payload.ptp_disagreement);
        case WST_EVENT_PTP_FAULT:
            return fault(event.payload.ptp_fault);
        case WST_EVENT_OVERFLOW:
            return Line{{{"event", "overflow"}, {"lost", event.payload.overflow.lost}},
                        std::to_string(event.payload.overflow.lost) + " events lost: output is too slow"};
        default:
            return std::nullopt;
    }
}

void print(const Line& line, double seconds, bool as_json) {
    if (as_json) {
        auto object = line.object;
        object["t"] = seconds;
        std::printf("%s\n", object.dump().c_str());
    } else {
        std::printf("[%9.3f] %s\n", seconds, line.text.c_str());
    }
    std::fflush(stdout);
}

} // namespace command
