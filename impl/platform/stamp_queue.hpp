// SPDX-License-Identifier: Apache-2.0
//
// Stamps that have come and were not yet taken: a ring that keeps the oldest, because they are the ones that
// somebody already waits for.

#pragma once

#include <vector>

#include "impl/platform/datagram_socket.hpp"

namespace wirestamp::platform {

class StampQueue {
public:
    explicit StampQueue(std::size_t capacity) : ring_(capacity) {}

    bool empty() const noexcept { return count_ == 0; }
    bool push(const TransmitStamp& stamp) noexcept {
        if (count_ == ring_.size())
            return false;
        ring_[(first_ + count_++) % ring_.size()] = stamp;
        return true;
    }
    TransmitStamp pop() noexcept {
        const auto stamp = ring_[first_];
        first_ = (first_ + 1) % ring_.size();
        --count_;
        return stamp;
    }

private:
    std::vector<TransmitStamp> ring_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

} // namespace wirestamp::platform
