// SPDX-License-Identifier: Apache-2.0
//
// What Windows says unasked, brought from its threads to ours.
//
// Its callbacks name no interface (timestamping) or run while their own removal waits for them (both kinds).
// So a callback here only writes down what came and signals an event; everything else happens on the thread
// of whoever listens, where ending a subscription, also inside a handler, waits for nothing of his own.

#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "impl/platform/change_source.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

class ChangeHub {
public:
    explicit ChangeHub(SystemCalls& system) : system_(system) {}
    ~ChangeHub();
    ChangeHub(const ChangeHub&) = delete;
    ChangeHub& operator=(const ChangeHub&) = delete;

    class Listener {
    public:
        /// On a thread of the system's; must not end or begin listening.
        virtual void notice(const ChangeNotice& notice) noexcept = 0;

    protected:
        ~Listener() = default;
    };

    /// Registered with the system as long as anybody listens. Any thread but the system's.
    void add(Listener& listener);
    void remove(Listener& listener) noexcept;

    /// Rises with every notice while anybody listens.
    std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

private:
    static void WIRESTAMP_WINAPI on_config_change(void* hub);
    static void on_interface_change(void* hub, Luid luid, std::uint32_t index, bool removed);
    void tell(const ChangeNotice& notice) noexcept;
    void begin();
    void end() noexcept;

    SystemCalls& system_;
    std::mutex registration_; // never taken in a callback, so that ending may wait for one
    void* config_handle_ = nullptr;
    Handle interface_handle_ = no_handle;
    bool registered_ = false;
    std::mutex listening_;
    std::vector<Listener*> listeners_;
    std::atomic<std::uint64_t> generation_{0};
};

std::unique_ptr<ChangeSource> open_change_notices(SystemCalls& system, ChangeHub& hub);

} // namespace wirestamp::platform::windows
