// SPDX-License-Identifier: Apache-2.0
//
// A line of progress on standard error, only where a person looks at it, and from the second second on.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "terminal.hpp"

namespace command {

class Progress {
public:
    /// With `lines` the verb writes lines as it goes: on a terminal they are progress enough, and would be
    /// cut by this one.
    explicit Progress(bool lines = false)
        : shows_(is_terminal(Stream::error) && !(lines && is_terminal(Stream::out))) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(double fraction, const std::string& text) {
        const auto now = std::chrono::steady_clock::now();
        if (!shows_ || now < next_)
            return;
        next_ = now + std::chrono::milliseconds(100);
        constexpr int width = 30;
        const double part = std::clamp(fraction, 0.0, 1.0);
        const int done = static_cast<int>(part * width);
        std::fprintf(stderr, "\r[%s%s] %3d %%  %s\033[K",
                     std::string(static_cast<std::size_t>(done), '#').c_str(),
                     std::string(static_cast<std::size_t>(width - done), '.').c_str(),
                     static_cast<int>(part * 100), text.c_str());
        std::fflush(stderr);
        shown_ = true;
    }
    void clear() {
        if (shown_)
            std::fprintf(stderr, "\r\033[K");
        shown_ = false;
    }

private:
    const bool shows_;
    std::chrono::steady_clock::time_point next_ =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
    bool shown_ = false;
};

} // namespace command
