// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/stamp_poller.hpp"

#include <algorithm>
#include <chrono>

namespace wirestamp::platform::windows {

Nanoseconds StampPoller::now() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

StampPoller::~StampPoller() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void StampPoller::add(Debtor& debtor) {
    const std::lock_guard lock(mutex_);
    debtors_.push_back(&debtor);
    if (!thread_.joinable())
        thread_ = std::thread([this] { run(); });
}

void StampPoller::remove(Debtor& debtor) noexcept {
    std::unique_lock lock(mutex_);
    debtors_.erase(std::remove(debtors_.begin(), debtors_.end(), &debtor), debtors_.end());
    woken_ = true; // the round at hand may have passed one over
    changed_.notify_all();
    changed_.wait(lock, [&] { return polled_ != &debtor; });
}

void StampPoller::wake() noexcept {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void StampPoller::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        woken_ = false;
        Nanoseconds next = never;
        // By position: while one is polled, others may come and go, which at worst delays one by a round.
        for (std::size_t i = 0; i < debtors_.size() && !ending_; ++i) {
            Debtor* const debtor = debtors_[i];
            polled_ = debtor;
            lock.unlock();
            const Nanoseconds due = debtor->poll(now());
            lock.lock();
            polled_ = nullptr;
            changed_.notify_all();
            next = std::min(next, due);
        }
        const auto over = [this] { return woken_ || ending_; };
        if (next == never)
            changed_.wait(lock, over);
        else
            changed_.wait_for(lock, std::chrono::nanoseconds(std::max<Nanoseconds>(next - now(), 0)), over);
    }
}

} // namespace wirestamp::platform::windows
