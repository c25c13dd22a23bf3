// SPDX-License-Identifier: Apache-2.0

#include "ptp_printer.hpp"

#include <cstdio>

#include "terminal.hpp"

namespace command {

void PtpPrinter::take(const wst_event& event, double seconds) {
    if (event.type != WST_EVENT_PTP_OFFSET) {
        if (const auto line = describe(event)) {
            finish_interval();
            print(*line, seconds, as_json_);
        }
    } else if (!as_json_) { // at a hundred samples a second, words for each would cost more than the clock
        add(event.payload.ptp_offset, seconds);
    } else if (has_room()) {
        print(describe(event.payload.ptp_offset), seconds, true);
    }
}

void PtpPrinter::finish(const Line& line, double seconds) {
    finish_interval();
    print(line, seconds, as_json_);
}

bool PtpPrinter::has_room() {
    if (!output_takes_more()) {
        ++lines_lost_;
        return false;
    }
    if (lines_lost_ > 0)
        std::fprintf(stderr, "wirestamp: %llu lines lost: nobody reads the output fast enough\n",
                     static_cast<unsigned long long>(lines_lost_));
    lines_lost_ = 0;
    return true;
}

void PtpPrinter::add(const wst_event_ptp_offset& event, double seconds) {
    if (seconds - began_ >= interval_)
        finish_interval();
    if (offset_.count() == 0)
        began_ = seconds;
    last_ = event;
    ended_ = seconds;
    offset_.add(static_cast<double>(event.offset_from_master));
    frequency_.add(event.frequency);
    delay_.add(static_cast<double>(event.mean_path_delay));
    if (interval_ <= 0)
        finish_interval();
}

void PtpPrinter::finish_interval() {
    // One sample is told as it is, several as ptp4l sums them up.
    if (offset_.count() == 1 && has_room())
        print(describe(last_), ended_, false);
    else if (offset_.count() > 1 && has_room())
        print(
            {{},
             format("rms %7.0f max %7.0f ns  %s  freq %+10.1f +/- %5.1f ppb  path delay %7.0f +/- %5.0f ns  "
                    "bound %s",
                    offset_.rms(), offset_.largest(), servo_name(last_.servo_state), frequency_.mean(),
                    frequency_.deviation(), delay_.mean(), delay_.deviation(),
                    bound_text(last_.bound).c_str())},
            ended_, false);
    offset_ = frequency_ = delay_ = Statistics();
}

} // namespace command
