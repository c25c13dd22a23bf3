// SPDX-License-Identifier: Apache-2.0
//
// The thread that asks for transmit stamps on behalf of all sockets of a platform, so that neither senders
// nor the context's thread spend their time polling. It sleeps while nothing is owed, and is not started
// before something is.

#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "impl/base/time.hpp"

namespace wirestamp::platform::windows {

class StampPoller {
public:
    class Debtor {
    public:
        /// On the poller's thread. Returns when to come again, `never`: not before wake().
        virtual Nanoseconds poll(Nanoseconds now) = 0;

    protected:
        ~Debtor() = default;
    };

    StampPoller() = default;
    ~StampPoller();
    StampPoller(const StampPoller&) = delete;
    StampPoller& operator=(const StampPoller&) = delete;

    void add(Debtor& debtor);
    /// Returns when the poller is not in the debtor any more. Not to be called by poll() itself.
    void remove(Debtor& debtor) noexcept;
    /// Something was sent. Does not allocate once the thread runs.
    void wake() noexcept;

    static Nanoseconds now() noexcept;

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Debtor*> debtors_;
    Debtor* polled_ = nullptr;
    bool woken_ = false;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace wirestamp::platform::windows
