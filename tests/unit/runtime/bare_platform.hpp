// SPDX-License-Identifier: Apache-2.0
//
// A platform that offers nothing but the runtime's own loops: for what contexts do without any network.

#pragma once

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "impl/platform/platform.hpp"
#include "impl/runtime/context.hpp"

namespace wirestamp::test {

class BarePlatform final : public platform::Platform {
public:
    platform::InterfaceCatalogue& interfaces() override { throw std::logic_error("no interfaces here"); }
    platform::CapabilitySource& capabilities() override { throw std::logic_error("no capabilities here"); }
    platform::ClockSource& clocks() override { throw std::logic_error("no clocks here"); }
    std::unique_ptr<platform::DatagramSocket> open_socket(const platform::SocketOptions&) override {
        throw std::logic_error("no sockets here");
    }
    std::unique_ptr<platform::ChangeSource> open_change_source() override { return nullptr; }
    std::unique_ptr<platform::Loop> make_loop(const platform::LoopHooks&) override { return nullptr; }
};

/// A context that closes itself at the end of a test.
class TestContext final : public runtime::Context {
public:
    explicit TestContext(const runtime::ContextOptions& options = {})
        : Context(std::make_unique<BarePlatform>(), options) {}
    ~TestContext() { close(); }

    void publish_now(std::uint32_t type, const runtime::Object* about = nullptr) {
        const auto held = lock();
        wst_event event = make_event(type, about);
        publish(event);
    }
};

inline runtime::ContextOptions caller_driven() {
    runtime::ContextOptions options;
    options.caller_driven = true;
    return options;
}

inline runtime::ContextOptions with_capacity(std::size_t capacity, bool driven = false) {
    runtime::ContextOptions options;
    options.event_queue_capacity = capacity;
    options.caller_driven = driven;
    return options;
}

/// Boost.Test's own checks are for one thread; these are for callbacks and helpers. Told at the end of the
/// test.
class ThreadChecks {
public:
    ThreadChecks() = default;
    ThreadChecks(const ThreadChecks&) = delete;
    ThreadChecks& operator=(const ThreadChecks&) = delete;
    ~ThreadChecks() {
        for (const char* failure : failures_)
            BOOST_ERROR(failure);
    }
    void operator()(bool held, const char* what) {
        if (held)
            return;
        const std::lock_guard lock(mutex_);
        failures_.push_back(what);
    }

private:
    std::mutex mutex_;
    std::vector<const char*> failures_;
};

/// A C callback out of a C++ function; both must outlive the subscription.
struct Listener {
    std::function<void(const wst_event&)> on_event = [](const wst_event&) {};
    std::function<void()> on_release = [] {};

    runtime::Interest interest(std::uint64_t events = WST_EVENT_ALL, const void* object = nullptr) {
        runtime::Interest wanted;
        wanted.events = events;
        wanted.object = object;
        wanted.fn = [](void* user, const wst_event* event) {
            static_cast<Listener*>(user)->on_event(*event);
        };
        wanted.user = this;
        wanted.release = [](void* user) { static_cast<Listener*>(user)->on_release(); };
        return wanted;
    }
};

} // namespace wirestamp::test
