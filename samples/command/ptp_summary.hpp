// SPDX-License-Identifier: Apache-2.0
//
// What is kept of a run of `wirestamp ptp`: statistics since lock for the last line, samples for the picture.

#pragma once

#include "ptp_lines.hpp"
#include "run.hpp"
#include "statistics.hpp"

namespace command {

class PtpSummary {
public:
    /// @param keeps_run for a picture; figures are kept in any case
    explicit PtpSummary(bool keeps_run) : keeps_run_(keeps_run) {}

    void take(const wst_event& event, double seconds);
    Line line() const;

    Run& run() { return run_; }
    const Statistics& locked() const { return locked_; }
    bool was_locked() const { return locked_.count() > 0; }
    bool was_master() const { return was_master_; }

private:
    void offset(const wst_event_ptp_offset& event, double seconds);

    const bool keeps_run_;
    Run run_;
    std::uint64_t samples_ = 0;
    bool clock_locked_ = false;
    bool was_master_ = false;
    double locked_since_ = 0;
    double locked_after_ = 0;
    Statistics locked_;
    Statistics delay_;
};

} // namespace command
