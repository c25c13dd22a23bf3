// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/log.hpp"

namespace wirestamp::runtime {

bool Log::write(std::int32_t level, const std::string& text) noexcept {
    if (!wanted(level))
        return false;
    const std::lock_guard lock(mutex_);
    try {
        if (lines_.size() < most_lines) {
            lines_.emplace_back(level, text);
            return true;
        }
    } catch (const std::bad_alloc&) {
        // Told as lost below: a log must not fail what it logs.
    }
    ++lost_;
    return true;
}

void Log::flush() noexcept {
    if (!fn_)
        return;
    std::vector<Line> lines;
    std::uint64_t lost = 0;
    {
        const std::lock_guard lock(mutex_);
        if (lines_.empty() && lost_ == 0)
            return;
        lines.swap(lines_);
        lost = std::exchange(lost_, 0);
    }
    for (const auto& [level, text] : lines)
        fn_(user_, level, text.c_str());
    if (lost)
        fn_(user_, WST_LOG_WARNING, "log lines were lost here because they came faster than they were taken");
}

} // namespace wirestamp::runtime
