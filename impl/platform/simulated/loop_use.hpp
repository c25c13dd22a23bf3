// SPDX-License-Identifier: Apache-2.0
//
// How a thread is inside the hooks of a loop without the world's lock, so that whoever closes the loop can
// wait for it, unless it is that thread itself.

#pragma once

#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

/// Unlocks while it lives.
class LoopUse {
public:
    LoopUse(State& state, std::unique_lock<std::mutex>& lock, LoopState& loop)
        : state_(state), lock_(lock), loop_(loop), outer_(innermost) {
        ++loop_.users;
        innermost = this;
        lock_.unlock();
    }
    ~LoopUse() {
        lock_.lock();
        innermost = outer_;
        --loop_.users;
        if (state_.waiting > 0)
            state_.changed.notify_all();
    }
    LoopUse(const LoopUse&) = delete;
    LoopUse& operator=(const LoopUse&) = delete;

    /// How often the calling thread is inside `loop`.
    static int of_this_thread(const LoopState& loop) noexcept {
        int count = 0;
        for (const LoopUse* use = innermost; use != nullptr; use = use->outer_)
            count += &use->loop_ == &loop ? 1 : 0;
        return count;
    }

private:
    static thread_local LoopUse* innermost;

    State& state_;
    std::unique_lock<std::mutex>& lock_;
    LoopState& loop_;
    LoopUse* outer_;
};

} // namespace wirestamp::platform::simulated
