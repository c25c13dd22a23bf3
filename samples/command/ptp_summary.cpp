// SPDX-License-Identifier: Apache-2.0

#include "ptp_summary.hpp"

namespace command {

void PtpSummary::take(const wst_event& event, double seconds) {
    if (event.type == WST_EVENT_PTP_OFFSET) {
        offset(event.payload.ptp_offset, seconds);
    } else if (event.type == WST_EVENT_PTP_PORT_STATE) {
        was_master_ = was_master_ || event.payload.ptp_port_state.new_state == WST_PTP_STATE_MASTER;
    } else if (event.type == WST_EVENT_PTP_CLOCK_STATE) {
        const auto& change = event.payload.ptp_clock_state;
        clock_locked_ = change.new_state == WST_PTP_CLOCK_LOCKED;
        if (clock_locked_ && locked_.count() == 0)
            locked_after_ = seconds;
        if (run_.bands().empty())
            run_.enter(0, wst_ptp_clock_state_name(change.old_state));
        run_.enter(seconds, wst_ptp_clock_state_name(change.new_state));
    }
}

void PtpSummary::offset(const wst_event_ptp_offset& event, double seconds) {
    ++samples_;
    if (keeps_run_)
        run_.add({seconds, static_cast<double>(event.offset_from_master),
                  static_cast<double>(event.mean_path_delay), event.frequency,
                  static_cast<double>(event.bound), 0});
    if (event.servo_state < WST_PTP_SERVO_LOCKED)
        return;
    if (locked_since_ == 0)
        locked_since_ = locked_after_ = seconds;
    // The first samples after lock still carry the way there.
    if (clock_locked_) {
        locked_.add(static_cast<double>(event.offset_from_master));
        delay_.add(static_cast<double>(event.mean_path_delay));
    }
}

Line PtpSummary::line() const {
    const bool any = locked_.count() > 0;
    return {{{"event", "summary"},
             {"samples", samples_},
             {"samples_locked", locked_.count()},
             {"offset_rms_ns", known(any, locked_.rms())},
             {"offset_max_ns", known(any, locked_.largest())},
             {"offset_mean_ns", known(any, locked_.mean())},
             {"delay_mean_ns", known(any, delay_.mean())},
             {"locked_after_s", known(locked_after_ > 0, locked_after_)}},
            !any ? "summary: never locked, " + std::to_string(samples_) + " samples"
                 : format("summary: locked after %.1f s; then offset rms %.0f ns, max %.0f ns over %llu "
                          "samples; path delay %.0f ns",
                          locked_after_, locked_.rms(), locked_.largest(),
                          static_cast<unsigned long long>(locked_.count()), delay_.mean())};
}

} // namespace command
