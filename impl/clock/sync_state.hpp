// SPDX-License-Identifier: Apache-2.0
//
// FREE_RUNNING, ACQUIRING, LOCKED, HOLDOVER from the stream of samples. Entering a state takes more evidence
// than staying in it, so that a clock at the edge does not flap.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"
#include "impl/clock/clock_view.hpp"

namespace wirestamp::clock {

class SyncStateMachine {
public:
    SyncState state() const noexcept { return state_; }

    /// usable: the servo acts and an estimate exists; bound and noise in ns.
    void on_sample(Nanoseconds raw, bool usable, double bound, double noise) noexcept {
        last_sample_ = raw;
        if (state_ == SyncState::free_running)
            enter(SyncState::acquiring);
        const bool tight = usable && bound <= enter_factor * noise;
        const bool loose = !usable || bound > leave_factor * noise;
        good_ = tight ? good_ + 1 : 0;
        bad_ = loose ? bad_ + 1 : 0;
        if (state_ != SyncState::locked && good_ >= samples_to_lock)
            enter(SyncState::locked);
        else if (state_ == SyncState::locked && bad_ >= samples_to_lose)
            enter(SyncState::acquiring);
        else if (state_ == SyncState::holdover && bad_ >= samples_to_lose)
            enter(SyncState::acquiring);
    }

    /// Time or master changed under the clock.
    void on_jump() noexcept {
        good_ = 0;
        if (state_ == SyncState::locked || state_ == SyncState::holdover)
            enter(SyncState::acquiring);
    }

    void on_time(Nanoseconds raw, Nanoseconds patience, double bound, double holdover_limit) noexcept {
        if (state_ == SyncState::free_running)
            return;
        if (saturating_subtract(raw, last_sample_) > patience)
            on_lost();
        if (state_ == SyncState::holdover && !(bound <= holdover_limit))
            enter(SyncState::free_running);
    }

    void on_lost() noexcept {
        good_ = 0;
        if (state_ == SyncState::locked)
            enter(SyncState::holdover);
        else if (state_ == SyncState::acquiring)
            enter(proven_ ? SyncState::holdover : SyncState::free_running);
    }

    void on_clock_lost() noexcept { enter(SyncState::free_running); }

private:
    static constexpr int samples_to_lock = 4;
    static constexpr int samples_to_lose = 3;
    static constexpr double enter_factor = 30;
    static constexpr double leave_factor = 100;

    void enter(SyncState next) noexcept {
        state_ = next;
        // What was learnt while locked stays good while another master is being acquired.
        if (next == SyncState::locked)
            proven_ = true;
        else if (next == SyncState::free_running)
            proven_ = false;
        good_ = 0;
        bad_ = 0;
    }

    SyncState state_ = SyncState::free_running;
    Nanoseconds last_sample_ = 0;
    bool proven_ = false;
    int good_ = 0;
    int bad_ = 0;
};

} // namespace wirestamp::clock
