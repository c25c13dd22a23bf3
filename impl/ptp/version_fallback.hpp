// SPDX-License-Identifier: Apache-2.0
//
// Some adapters stamp, and some peers answer, only messages of minor version 0. Where nothing has ever come
// back for 2.1, the port speaks 2.0, which everybody understands; once something did, losses are losses.

#pragma once

#include <cstdint>

namespace wirestamp::ptp {

class VersionFallback {
public:
    VersionFallback(std::uint8_t configured, bool allowed) noexcept
        : minor_version_(configured), allowed_(allowed && configured > 0) {}

    std::uint8_t minor_version() const noexcept { return minor_version_; }

    void stamp_came() noexcept { stamps_work_ = true; }
    void answer_came() noexcept { answers_work_ = true; }

    /// Whether this one made the port fall back.
    bool stamp_lost() noexcept { return allowed_ && !stamps_work_ && give_up(++stamps_lost_); }
    bool answer_lost() noexcept { return allowed_ && !answers_work_ && give_up(++answers_lost_); }

private:
    static constexpr int patience = 5;

    bool give_up(int lost) noexcept {
        if (lost < patience)
            return false;
        minor_version_ = 0;
        allowed_ = false;
        return true;
    }

    std::uint8_t minor_version_;
    bool allowed_;
    bool stamps_work_ = false;
    bool answers_work_ = false;
    int stamps_lost_ = 0;
    int answers_lost_ = 0;
};

} // namespace wirestamp::ptp
