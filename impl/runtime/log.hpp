// SPDX-License-Identifier: Apache-2.0
//
// Log lines are made under locks and told without: write() only keeps the line, flush() calls the user. Lines
// that nobody fetches are bounded in number and the loss is told.

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "wirestamp/context.h"

namespace wirestamp::runtime {

class Log {
public:
    Log(std::int32_t level, wst_log_fn fn, void* user) : level_(level), fn_(fn), user_(user) {}

    bool wanted(std::int32_t level) const noexcept { return fn_ && level <= level_; }
    /// Any thread, with or without the context's mutex. Returns whether flush() has something to do.
    bool write(std::int32_t level, const std::string& text) noexcept;
    /// Without the context's mutex, and by one thread at a time.
    void flush() noexcept;

private:
    static constexpr std::size_t most_lines = 1024;
    using Line = std::pair<std::int32_t, std::string>;

    std::int32_t level_;
    wst_log_fn fn_;
    void* user_;
    std::mutex mutex_;
    std::vector<Line> lines_;
    std::uint64_t lost_ = 0;
};

} // namespace wirestamp::runtime
