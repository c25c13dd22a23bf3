// SPDX-License-Identifier: Apache-2.0
//
// What one wst_context is: a platform, a loop, the objects made in it and the events that come out of it.
//
// The lock rules, for everything in runtime/ and abi/:
//  1. All state of a context and its objects is touched with mutex() held. There is no second lock to order.
//  2. An API call takes it directly, on whatever thread it comes: `const auto lock = context.lock();`.
//  Nothing is posted to
//     the loop to be waited for. Slow system calls (open, configure) may be made with it; waiting may not,
//     except by wait().
//  3. Handlers of the loop (timers, watches) already run with it held.
//  4. The user's code (callbacks, release, log) never runs with it held. publish() and log() may therefore be
//  called with it
//     held, and only queue; the loop brings the queues to the user afterwards (after_handlers).
//  5. Whatever a wait() waits for, whoever changes it calls notify() (publish() does it for the event queue).

#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "impl/base/failure.hpp"
#include "impl/platform/platform.hpp"
#include "impl/runtime/event_hub.hpp"
#include "impl/runtime/log.hpp"
#include "impl/runtime/object.hpp"
#include "wirestamp/context.h"

namespace wirestamp::runtime {

struct ContextOptions {
    bool caller_driven = false;
    std::size_t event_queue_capacity = 1024;
    std::int32_t log_level = WST_LOG_NOTICE;
    wst_log_fn log = nullptr;
    void* log_user = nullptr;
    std::uint64_t seed = 0; // 0: from the system
};

enum class WaitResult : std::uint8_t { ready, timed_out, closed, would_deadlock };

class Context {
public:
    using Lock = std::unique_lock<std::mutex>;

    /// Throws Failure or std::bad_alloc; nothing is left behind then.
    Context(std::unique_ptr<platform::Platform> platform, const ContextOptions& options);
    /// close() has been called and said WST_OK.
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    platform::Platform& platform() noexcept { return *platform_; }
    platform::Loop& loop() noexcept { return *loop_; }
    std::mutex& mutex() noexcept { return mutex_; }
    /// For an API call. Throws Failure(WST_E_CLOSED) once the context is closing.
    Lock lock();
    /// Seeded as the options said. With the mutex held.
    std::mt19937_64& random() noexcept { return random_; }

    // Objects.

    /// With the mutex held. The object lives until destroy() or until the context closes.
    template <class T, class... Arguments>
    T& create(Arguments&&... arguments) {
        objects_.reserve(objects_.size() + 1);
        auto object = std::make_shared<T>(*this, std::forward<Arguments>(arguments)...);
        objects_.push_back(object);
        return *object;
    }
    /// The one object of this type that the context has for itself, made when first asked for. With the mutex
    /// held.
    template <class T>
    T& only() {
        for (const auto& object : objects_)
            if (auto* found = dynamic_cast<T*>(object.get()))
                return *found;
        return create<T>();
    }
    /// Closes an object. Those who wait in it are told; after the call, unless made inside a callback, none
    /// of them is in it any more and no callback about it runs.
    void destroy(Lock& lock, Object& object);

    // Events and log.

    /// An event of the given type with everything else zero.
    static wst_event make_event(std::uint32_t type, const Object* about) noexcept;
    /// With the mutex held. Sets time (unless already set), sequence and subscription. Does not allocate.
    void publish(wst_event& event) noexcept;
    bool log_wanted(std::int32_t level) const noexcept { return log_.wanted(level); }
    /// Any thread, with or without the mutex.
    void log(std::int32_t level, const std::string& text) noexcept;

    void subscribe(const Interest& interest, wst_subscription* out);
    wst_status unsubscribe(wst_subscription id);
    /// WST_OK, WST_E_TIMED_OUT, WST_E_CLOSED or WST_E_WOULD_DEADLOCK.
    wst_status wait_event(Nanoseconds timeout, wst_event& out);
    std::intptr_t event_handle();

    // Waiting and driving.

    /// Waits until `ready` (asked with the mutex held) or until `object` (if given) or the context closes;
    /// after `closed` neither may be touched again. A loop without a thread is served meanwhile. `timeout` is
    /// on the loop's clock; 0 does not wait, `never` (or anything negative) waits without limit.
    WaitResult wait(Lock& lock, Nanoseconds timeout, const Object* object,
                    const std::function<bool()>& ready);
    /// Lets those in wait() look again. With the mutex held.
    void notify() noexcept;

    /// The functions of context.h; see there.
    wst_status run(Nanoseconds timeout);
    Nanoseconds next_deadline(); // from now
    std::intptr_t driving_handle();
    bool in_callback();

    /// See wst_context_close. WST_OK or WST_E_WOULD_DEADLOCK.
    wst_status close();

private:
    void after_handlers();
    bool served_here() const;
    platform::DrivenLoop& driven() const; // throws Failure
    bool serve_while_waiting(Lock& lock, Nanoseconds timeout, Nanoseconds deadline,
                             const std::function<bool()>& over);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::unique_ptr<platform::Platform> platform_;
    Log log_;
    EventHub hub_;
    std::mt19937_64 random_;
    std::vector<std::shared_ptr<Object>> objects_;
    bool closing_ = false;
    int inside_ = 0;                  // threads in wait() or run()
    std::uint64_t activity_told_ = 0; // by run()
    std::uint64_t drivers_left_ = 0;
    // Last: its thread uses all of the above.
    std::unique_ptr<platform::Loop> loop_;
    platform::DrivenLoop* driven_ = nullptr;
};

} // namespace wirestamp::runtime
