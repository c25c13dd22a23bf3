// SPDX-License-Identifier: Apache-2.0
//
// The events of a PTP clock as lines on standard output. Text has a line for each of ptp4l's
// summary_intervals, JSON one for each sample. The clock runs in the same thread, so a reader who does not
// read loses lines instead of stopping it.

#pragma once

#include <cstdint>

#include "ptp_lines.hpp"
#include "statistics.hpp"

namespace command {

class PtpPrinter {
public:
    /// @param interval in seconds
    PtpPrinter(bool as_json, double interval) : as_json_(as_json), interval_(interval) {}

    void take(const wst_event& event, double seconds);
    /// The last line, after what is still kept.
    void finish(const Line& line, double seconds);

private:
    bool has_room();
    void add(const wst_event_ptp_offset& event, double seconds);
    void finish_interval();

    const bool as_json_;
    const double interval_;
    double began_ = 0, ended_ = 0;
    wst_event_ptp_offset last_{};
    Statistics offset_, frequency_, delay_;
    std::uint64_t lines_lost_ = 0;
};

} // namespace command
