// SPDX-License-Identifier: Apache-2.0
//
// Whether somebody else moves a clock that is steered, or measured by: the clock is compared with a counter
// that nobody steers, and the frequency it says it runs at with the one it was given. What remains
// unexplained was not us.

#pragma once

#include <cstdint>
#include <optional>

#include "impl/base/time.hpp"

namespace wirestamp::clock {

class WriterWatch {
public:
    struct Look {
        Nanoseconds clock = 0;
        Nanoseconds counter = 0;
        Nanoseconds uncertainty = 0;     ///< of the two being read at one instant
        std::optional<double> frequency; ///< ppb, as the clock says
    };
    struct Finding {
        bool turned = false;
        double frequency = 0; ///< ppb that somebody set
        bool stepped = false;
        Nanoseconds step = 0;
        bool insane = false; ///< runs off what we told it by more than sanity_freq_limit
        double rate = 0;     ///< ppb against the counter
    };

    /// sane: ppb; 0 does not check.
    explicit WriterWatch(double sane = 0) noexcept : sane_(sane) {}

    /// What we did to it ourselves. read_back: what it then says, for clocks turn in steps of their own.
    void we_turned(double frequency, double read_back) noexcept;
    void we_stepped(Nanoseconds by) noexcept { our_step_ = saturating_add(our_step_, by); }

    Finding look(const Look& look) noexcept;
    /// The clock is another one now, or its time may have changed for reasons that are known.
    void forget() noexcept { known_ = false; }

private:
    double sane_;
    bool known_ = false;
    Look last_;
    Nanoseconds our_step_ = 0;
    double expected_ = 0; ///< ppb it should say
    double lowest_ = 0;   ///< ppb given since the last look
    double highest_ = 0;
    std::optional<double> strange_; ///< ppb, against the counter at the last look, if nothing explained it
    std::optional<double> base_;    ///< ppb, the clock's own rate against the counter when not turned at all
};

} // namespace wirestamp::clock
