// SPDX-License-Identifier: Apache-2.0
//
// A line of progress on standard error, only where a person looks at it.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace command {

class Progress {
public:
    ~Progress() { clear(); }

    void show(double fraction, const std::string& text) {
        const auto now = std::chrono::steady_clock::now();
        if (!terminal_ || now < next_)
            return;
        next_ = now + std::chrono::milliseconds(100);
        constexpr int width = 30;
        const int done = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
        std::fprintf(stderr, "\r[%s%s] %3d %%  %s\033[K",
                     std::string(static_cast<std::size_t>(done), '#').c_str(),
                     std::string(static_cast<std::size_t>(width - done), '.').c_str(),
                     static_cast<int>(fraction * 100), text.c_str());
        std::fflush(stderr);
        shown_ = true;
    }
    void clear() {
        if (shown_)
            std::fprintf(stderr, "\r\033[K");
        shown_ = false;
    }

private:
    static bool is_terminal() {
#ifdef _WIN32
        return _isatty(2) != 0;
#else
        return isatty(2) != 0;
#endif
    }
    const bool terminal_ = is_terminal();
    std::chrono::steady_clock::time_point next_{};
    bool shown_ = false;
};

} // namespace command
