// SPDX-License-Identifier: Apache-2.0
/**
 * @file wirestamp.hpp
 * @brief The C interface for C++17: objects that close themselves, exceptions, functions as callbacks. Header-only: nothing of
 * C++ crosses into the library, so any compiler and standard library will do.
 *
 * The documentation of what each call does is that of the C function it is named after (context.h and so on). Structures that
 * carry data (wst_event, wst_interface, …) are used as they are.
 *
 * Errors come as wirestamp::Error, except from what may not throw (destructors) and where not having anything is ordinary: then
 * the result is empty (std::optional) or false.
 */
#ifndef WIRESTAMP_WIRESTAMP_HPP
#define WIRESTAMP_WIRESTAMP_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "wirestamp/wirestamp.h"

namespace wirestamp {

/// A call that failed. what() is the library's message: what was wrong and what to do.
class Error : public std::runtime_error {
public:
    Error(wst_status status, std::int32_t os_error, const std::string &message)
        : std::runtime_error(message.empty() ? wst_status_text(status) : message), status_(status), os_error_(os_error) {}

    wst_status status() const noexcept { return status_; }
    /// errno or GetLastError behind it, 0 if none.
    std::int32_t os_error() const noexcept { return os_error_; }
    /// Such as "WST_E_NOT_FOUND".
    const char *name() const noexcept { return wst_status_name(status_); }

private:
    wst_status status_;
    std::int32_t os_error_;
};

/// Turns statuses into exceptions: `check([&](wst_error* error) { return wst_x(..., error); });`
template <class Call>
void check(Call &&call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status != WST_OK)
        throw Error(status, error.os_error, error.message);
}

/// As check(), but a status of `ordinary` is told by false instead.
template <class Call>
bool check_unless(wst_status ordinary, Call &&call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status == ordinary)
        return false;
    if (status != WST_OK)
        throw Error(status, error.os_error, error.message);
    return true;
}

inline std::string version() {
    return wst_version_string();
}
inline std::string build_info() {
    return wst_build_info();
}

class Context;

/// What a Context owns. Subscriptions know it weakly, so that they may outlive their context.
struct ContextOwner {
    wst_context *handle = nullptr;
    std::unique_ptr<std::function<void(std::int32_t, const char *)>> log;

    ContextOwner() = default;
    ContextOwner(const ContextOwner &) = delete;
    ContextOwner &operator=(const ContextOwner &) = delete;
    ~ContextOwner() {
        if (handle && wst_context_close(handle, nullptr) != WST_OK)
            static_cast<void>(log.release()); // refused, inside a callback: the context goes on and may still log
    }
};

/// Ends its subscription when destroyed, unless the context has ended it before. Not to be destroyed while holding a lock that
/// the callback takes.
class Subscription {
public:
    Subscription() noexcept = default;
    Subscription(Subscription &&other) noexcept : owner_(std::move(other.owner_)), id_(std::exchange(other.id_, 0)) {}
    Subscription &operator=(Subscription &&other) noexcept {
        if (this != &other) {
            end();
            owner_ = std::move(other.owner_);
            id_ = std::exchange(other.id_, 0);
        }
        return *this;
    }
    ~Subscription() { end(); }

    /// See wst_unsubscribe. Inside the subscription's own callback too; the running call is then the last.
    void end() noexcept {
        const std::uint64_t id = std::exchange(id_, 0);
        if (id == 0)
            return;
        if (const auto owner = owner_.lock())
            wst_unsubscribe(owner->handle, id, nullptr);
    }
    /// Never reused, 0: none.
    std::uint64_t id() const noexcept { return id_; }
    explicit operator bool() const noexcept { return id_ != 0; }

private:
    friend class Context;
    Subscription(std::weak_ptr<ContextOwner> owner, std::uint64_t id) noexcept : owner_(std::move(owner)), id_(id) {}

    std::weak_ptr<ContextOwner> owner_;
    std::uint64_t id_ = 0;
};

/// What an event subscription is for. The default is everything.
struct EventFilter {
    std::uint64_t events = WST_EVENT_ALL; ///< WST_EVENT_BIT() of the types wanted
    const void *object = nullptr;         ///< a handle: only events about it
};

struct ContextOptions {
    bool caller_driven = false;
    std::uint32_t event_queue_capacity = 0;
    std::int32_t log_level = 0;
    /// Any thread, without a lock held. It must not call back into the context, and must not throw.
    std::function<void(std::int32_t level, const char *text)> log;
    wst_simulation *simulation = nullptr;
    std::string simulation_host;
    std::uint64_t seed = 0;
};

/**
 * A context. Closes itself when destroyed, with everything in it: destroy what was made in it first. It may not be destroyed
 * inside one of its own callbacks; the library then refuses, and the context is left behind.
 *
 * Functions given as callbacks must not throw: that ends the program, as an exception that leaves a thread does.
 */
class Context {
public:
    using Callback = std::function<void(const wst_event &event)>;

    explicit Context(const ContextOptions &options = {}) : owner_(std::make_shared<ContextOwner>()) {
        wst_context_options translated = WST_CONTEXT_OPTIONS_INIT;
        translated.flags = options.caller_driven ? WST_CONTEXT_CALLER_DRIVEN : 0;
        translated.event_queue_capacity = options.event_queue_capacity;
        translated.log_level = options.log_level;
        if (options.log) {
            owner_->log = std::make_unique<LogFunction>(options.log);
            translated.log = &log_line;
            translated.log_user = owner_->log.get();
        }
        translated.simulation = options.simulation;
        translated.simulation_host = options.simulation_host.empty() ? nullptr : options.simulation_host.c_str();
        translated.seed = options.seed;
        check([&](wst_error *error) { return wst_context_create(&translated, &owner_->handle, error); });
    }
    Context(Context &&) noexcept = default;
    Context &operator=(Context &&) noexcept = default;

    /// For calls of the C interface.
    wst_context *handle() const noexcept { return owner_ ? owner_->handle : nullptr; }

    /// See wst_subscribe. `callback` is destroyed when the subscription has ended.
    Subscription subscribe(Callback callback, const EventFilter &filter = {}) {
        auto kept = std::make_unique<Callback>(std::move(callback));
        const std::uint64_t id = subscribe_raw(filter, &deliver, kept.get(), &release);
        kept.release(); // it is the subscription's now
        return { owner_, id };
    }
    /// Events into the queue, for wait_event().
    Subscription subscribe_queue(const EventFilter &filter = {}) {
        return { owner_, subscribe_raw(filter, nullptr, nullptr, nullptr) };
    }

    /// See wst_event_wait. Empty when the time is up; negative: without limit.
    std::optional<wst_event> wait_event(std::chrono::milliseconds timeout) {
        wst_event event;
        event.struct_size = static_cast<std::uint32_t>(sizeof event);
        const std::int32_t ms = milliseconds(timeout);
        if (!check_unless(WST_E_TIMED_OUT, [&](wst_error *error) { return wst_event_wait(handle(), ms, &event, error); }))
            return std::nullopt;
        return event;
    }
    /// See wst_event_handle.
    std::intptr_t event_handle() {
        std::intptr_t out = -1;
        check([&](wst_error *error) { return wst_event_handle(handle(), &out, error); });
        return out;
    }

    /// See wst_context_run. False when the time was up before anything happened; negative: until something does.
    bool run(std::chrono::nanoseconds timeout) {
        return check_unless(WST_E_TIMED_OUT, [&](wst_error *error) { return wst_context_run(handle(), timeout.count(), error); });
    }
    /// See wst_context_next_deadline. Empty if nothing is due.
    std::optional<std::chrono::nanoseconds> next_deadline() {
        std::int64_t ns = 0;
        check([&](wst_error *error) { return wst_context_next_deadline(handle(), &ns, error); });
        if (ns == std::numeric_limits<std::int64_t>::max())
            return std::nullopt;
        return std::chrono::nanoseconds(ns);
    }
    /// See wst_context_handle.
    std::intptr_t driving_handle() {
        std::intptr_t out = -1;
        check([&](wst_error *error) { return wst_context_handle(handle(), &out, error); });
        return out;
    }

    /// As the destructor, but tells when it is refused.
    void close() {
        check([&](wst_error *error) { return wst_context_close(handle(), error); });
        owner_->handle = nullptr;
        owner_.reset();
    }

private:
    using LogFunction = std::function<void(std::int32_t, const char *)>;

    static std::int32_t milliseconds(std::chrono::milliseconds span) noexcept {
        if (span.count() < 0)
            return -1;
        const auto most = std::numeric_limits<std::int32_t>::max();
        return span.count() > most ? most : static_cast<std::int32_t>(span.count());
    }
    static void WST_CALL deliver(void *user, const wst_event *event) noexcept { (*static_cast<Callback *>(user))(*event); }
    static void WST_CALL release(void *user) noexcept { delete static_cast<Callback *>(user); }
    static void WST_CALL log_line(void *user, std::int32_t level, const char *text) noexcept {
        (*static_cast<LogFunction *>(user))(level, text);
    }
    std::uint64_t subscribe_raw(const EventFilter &filter, wst_event_fn fn, void *user, wst_release_fn released) {
        wst_subscribe_options options = WST_SUBSCRIBE_OPTIONS_INIT;
        options.events = filter.events;
        options.object = filter.object;
        wst_subscription id = 0;
        check([&](wst_error *error) { return wst_subscribe(handle(), &options, fn, user, released, &id, error); });
        return id;
    }

    std::shared_ptr<ContextOwner> owner_;
};

} // namespace wirestamp

#endif
