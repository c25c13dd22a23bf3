// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp ptp` as a person watches it: one screenful that is drawn over itself, and stays readable when it
// ends.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "ptp_lines.hpp"

namespace command {

/// A time in nanoseconds with the unit that fits: "412 ns", "-1.3 ms".
std::string human_time(double nanoseconds);

class LiveView {
public:
    LiveView(wst_ptp* ptp, std::string title);
    /// Shows the cursor again.
    ~LiveView();
    LiveView(const LiveView&) = delete;
    LiveView& operator=(const LiveView&) = delete;

    void take(const wst_event& event, const Line& line, double seconds);
    /// From any thread: what the library logs.
    void log(const std::string& text);
    /// Draws, but not more often than an eye follows unless `last`.
    void draw(double seconds, bool last = false);

private:
    std::vector<std::string> lines(double seconds, std::size_t width);
    void add_ports(std::vector<std::string>& lines) const;

    wst_ptp* const ptp_;
    const std::string title_;
    std::deque<double> offsets_;
    std::deque<std::string> recent_;
    std::string system_clock_;
    double squares_ = 0; // of offsets_
    std::mutex mutex_;   // guards logged_
    std::vector<std::string> logged_;
    std::size_t drawn_ = 0;
    int width_ = 0;
    std::chrono::steady_clock::time_point next_{};
};

} // namespace command
