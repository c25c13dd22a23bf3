// SPDX-License-Identifier: Apache-2.0
/**
 * @file context.hpp
 * @brief The context and its events, with what is asked of it directly: interfaces, capabilities, change notices, clocks.
 */
#ifndef WIRESTAMP_CPP_CONTEXT_HPP
#define WIRESTAMP_CPP_CONTEXT_HPP

#include <functional>
#include <optional>
#include <vector>

#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/context.h"
#include "wirestamp/cpp/error.hpp"
#include "wirestamp/cpp/values.hpp"
#include "wirestamp/interface.h"

namespace wirestamp {

class Context;
class Simulation;

#ifndef SWIG
/// What a Context owns. Everything made in a context knows it, so that nothing is used or closed after the context has.
struct ContextOwner {
    wst_context *handle = nullptr;
    std::unique_ptr<std::function<void(std::int32_t, const char *)>> log;

    ContextOwner() = default;
    ContextOwner(const ContextOwner &) = delete;
    ContextOwner &operator=(const ContextOwner &) = delete;
    ~ContextOwner() { close(nullptr); }

    wst_status close(wst_error *error) noexcept {
        if (!handle)
            return WST_OK;
        const wst_status status = wst_context_close(handle, error);
        if (status == WST_OK)
            handle = nullptr;
        return status;
    }
    /// What could not be closed goes on, and may still log.
    void abandon() noexcept {
        handle = nullptr;
        static_cast<void>(log.release());
    }
};

namespace detail {

/// An object of a context: closed with this, or with the context if that is first. After that every call fails in order.
template <class Object>
class Owned {
public:
    using Close = wst_status(WST_CALL *)(Object *, wst_error *);

    Owned() noexcept = default;
    Owned(std::shared_ptr<ContextOwner> owner, Object *object, Close close_with) noexcept
        : owner_(std::move(owner)), object_(object), close_(close_with) {}
    Owned(Owned &&other) noexcept
        : owner_(std::move(other.owner_)), object_(std::exchange(other.object_, nullptr)), close_(other.close_) {}
    Owned &operator=(Owned &&other) noexcept {
        if (this != &other) {
            reset();
            owner_ = std::move(other.owner_);
            object_ = std::exchange(other.object_, nullptr);
            close_ = other.close_;
        }
        return *this;
    }
    ~Owned() { reset(); }

    /// nullptr once closed.
    Object *get() const noexcept { return owner_ && owner_->handle ? object_ : nullptr; }
    Object *need() const {
        if (Object *const object = get())
            return object;
        throw Error(WST_E_CLOSED, 0, "");
    }
    /// Does nothing if it is closed already. Where the library refuses, the object stays open.
    void close() {
        if (Object *const object = get())
            check([&](wst_error *error) { return close_(object, error); });
        object_ = nullptr;
        owner_.reset();
    }

private:
    void reset() noexcept {
        if (Object *const object = get())
            close_(object, nullptr);
        object_ = nullptr;
        owner_.reset();
    }

    std::shared_ptr<ContextOwner> owner_;
    Object *object_ = nullptr;
    Close close_ = nullptr;
};

} // namespace detail
#endif

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
            if (owner->handle)
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

/// Hardware stamps of an adapter that were turned on; given back when destroyed, or with the context. See
/// wst_capabilities_enable.
class EnabledStamps {
public:
    EnabledStamps() noexcept = default;
    EnabledStamps(EnabledStamps &&other) noexcept
        : owner_(std::move(other.owner_)), interface_id_(std::exchange(other.interface_id_, 0)), granted_(other.granted_) {}
    EnabledStamps &operator=(EnabledStamps &&other) noexcept {
        if (this != &other) {
            give_back();
            owner_ = std::move(other.owner_);
            interface_id_ = std::exchange(other.interface_id_, 0);
            granted_ = other.granted_;
        }
        return *this;
    }
    ~EnabledStamps() { give_back(); }

    /// What the driver really granted.
    const wst_capabilities &granted() const noexcept { return granted_; }
    /// As the destructor, but tells what went wrong. Does nothing the second time.
    void restore() {
        const std::uint64_t id = std::exchange(interface_id_, 0);
        const auto owner = owner_.lock();
        if (id != 0 && owner && owner->handle)
            check([&](wst_error *error) { return wst_capabilities_restore(owner->handle, id, error); });
    }
    /// Leaves the stamps on until the context closes.
    void keep() noexcept { interface_id_ = 0; }

private:
    friend class Context;
    void give_back() noexcept {
        const std::uint64_t id = std::exchange(interface_id_, 0);
        if (id == 0)
            return;
        if (const auto owner = owner_.lock())
            if (owner->handle)
                wst_capabilities_restore(owner->handle, id, nullptr);
    }

    std::weak_ptr<ContextOwner> owner_;
    std::uint64_t interface_id_ = 0;
    Capabilities granted_;
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
#ifndef SWIG
    /// Any thread, without a lock held. It must not call back into the context, and must not throw.
    std::function<void(std::int32_t level, const char *text)> log;
#endif
    wst_simulation *simulation = nullptr;
    std::string simulation_host;
    std::uint64_t seed = 0;
};

/**
 * A context. Closes itself when destroyed, with everything in it; what was made in it is closed from then on (its functions
 * throw WST_E_CLOSED). It may not be destroyed inside one of its own callbacks; the library then refuses, and the context is
 * left behind.
 *
 * Functions given as callbacks must not throw: that ends the program, as an exception that leaves a thread does.
 */
class Context {
public:
#ifndef SWIG
    using Callback = std::function<void(const wst_event &event)>;
    using ChangeCallback = std::function<void(const InterfaceChange &change)>;
#endif

    explicit Context(const ContextOptions &options = ContextOptions()) : owner_(std::make_shared<ContextOwner>()) {
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
    /// On a host of a simulated network.
    Context(const Simulation &simulation, const std::string &host, ContextOptions options = ContextOptions());
    Context(Context &&) noexcept = default;
    Context &operator=(Context &&other) noexcept {
        if (this != &other) {
            leave();
            owner_ = std::move(other.owner_);
        }
        return *this;
    }
    ~Context() {
        leave();
    }

    /// For calls of the C interface. nullptr once closed.
    wst_context *handle() const noexcept {
        return owner_ ? owner_->handle : nullptr;
    }

    /// As the destructor, but tells when it is refused. Does nothing the second time.
    void close() {
        if (owner_)
            check([&](wst_error *error) { return owner_->close(error); });
        owner_.reset();
    }

    /** @name Events
     * @{ */
#ifndef SWIG
    /// See wst_subscribe. `callback` is destroyed when the subscription has ended.
    Subscription subscribe(Callback callback, const EventFilter &filter = EventFilter()) {
        auto kept = std::make_unique<Callback>(std::move(callback));
        const std::uint64_t id = subscribe_raw(filter, &deliver, kept.get(), &release);
        kept.release(); // it is the subscription's now
        return { owner_, id };
    }
    /// See wst_watch.
    Subscription watch(ChangeCallback callback, const wst_watch_options &options = WatchOptions()) {
        auto kept = std::make_unique<Callback>([told = std::move(callback)](const wst_event &event) {
            InterfaceChange change;
            if (wst_interface_change_get(&event, &change, nullptr) == WST_OK)
                told(change);
        });
        const std::uint64_t id = watch_raw(options, &deliver, kept.get(), &release);
        kept.release();
        return { owner_, id };
    }
#endif
    /// Events into the queue, for wait_event().
    Subscription subscribe_queue(const EventFilter &filter = EventFilter()) {
        return { owner_, subscribe_raw(filter, nullptr, nullptr, nullptr) };
    }
    /// Notices of change into the queue, for wait_event(). See interface_change() for what they hold.
    Subscription watch_queue(const wst_watch_options &options = WatchOptions()) {
        return { owner_, watch_raw(options, nullptr, nullptr, nullptr) };
    }

    /// See wst_event_wait. Empty when the time is up; negative: without limit.
    std::optional<wst_event> wait_event(std::chrono::nanoseconds timeout) {
        wst_event event;
        event.struct_size = static_cast<std::uint32_t>(sizeof event);
        const std::int32_t ms = detail::milliseconds(timeout);
        if (!check_unless(WST_E_TIMED_OUT, [&](wst_error *error) { return wst_event_wait(need(), ms, &event, error); }))
            return std::nullopt;
        return event;
    }
    wst_status try_wait_event(wst_event &out, std::chrono::nanoseconds timeout, wst_error *error = nullptr) noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        return handle() ? wst_event_wait(handle(), detail::milliseconds(timeout), &out, error) : detail::closed(error);
    }
    /// See wst_event_handle.
    std::intptr_t event_handle() {
        std::intptr_t out = -1;
        check([&](wst_error *error) { return wst_event_handle(need(), &out, error); });
        return out;
    }
    /** @} */

    /** @name Driving a context without a thread of its own
     * @{ */
    /// See wst_context_run. False when the time was up before anything happened; negative: until something does.
    bool run(std::chrono::nanoseconds timeout) {
        return check_unless(WST_E_TIMED_OUT, [&](wst_error *error) { return wst_context_run(need(), timeout.count(), error); });
    }
    /// See wst_context_next_deadline. Empty if nothing is due.
    std::optional<std::chrono::nanoseconds> next_deadline() {
        std::int64_t ns = 0;
        check([&](wst_error *error) { return wst_context_next_deadline(need(), &ns, error); });
        if (ns == std::numeric_limits<std::int64_t>::max())
            return std::nullopt;
        return std::chrono::nanoseconds(ns);
    }
    /// See wst_context_handle.
    std::intptr_t driving_handle() {
        std::intptr_t out = -1;
        check([&](wst_error *error) { return wst_context_handle(need(), &out, error); });
        return out;
    }
    /** @} */

    /** @name Interfaces
     * @{ */
    /// See wst_interface_list.
    std::vector<Interface> interfaces() const {
        return listed<Interface>([&](wst_interface *out, std::uint32_t capacity, std::uint32_t *count, wst_error *error) {
            return wst_interface_list(need(), out, capacity, count, error);
        });
    }
    /// See wst_interface_find: name, alternative name, friendly name, index, id.
    Interface find_interface(const std::string &key) const {
        Interface out;
        check([&](wst_error *error) { return wst_interface_find(need(), key.c_str(), &out, error); });
        return out;
    }
    /// See wst_interface_get.
    Interface get_interface(std::uint64_t interface_id) const {
        Interface out;
        check([&](wst_error *error) { return wst_interface_get(need(), interface_id, &out, error); });
        return out;
    }
    /// See wst_interface_addresses.
    std::vector<wst_interface_address> addresses(std::uint64_t interface_id) const {
        return listed<wst_interface_address>(
            [&](wst_interface_address *out, std::uint32_t capacity, std::uint32_t *count, wst_error *error) {
                return wst_interface_addresses(need(), interface_id, out, capacity, count, error);
            });
    }
    /** @} */

    /** @name Capabilities
     * @{ */
    /// See wst_capabilities_supported.
    Capabilities supported_capabilities(std::uint64_t interface_id) const {
        Capabilities out;
        check([&](wst_error *error) { return wst_capabilities_supported(need(), interface_id, 0, &out, error); });
        return out;
    }
    /// See wst_capabilities_active. `flags`: 0 or WST_CAPABILITIES_STRICT.
    Capabilities active_capabilities(std::uint64_t interface_id, std::uint32_t flags = 0) const {
        Capabilities out;
        check([&](wst_error *error) { return wst_capabilities_active(need(), interface_id, flags, &out, error); });
        return out;
    }
    /// See wst_capabilities_enable. The stamps are given back when the result is destroyed.
    EnabledStamps enable_stamps(std::uint64_t interface_id, const wst_enable_options &options = EnableOptions()) {
        EnabledStamps out;
        check([&](wst_error *error) { return wst_capabilities_enable(need(), interface_id, &options, &out.granted_, error); });
        out.owner_ = owner_;
        out.interface_id_ = interface_id;
        return out;
    }
    /** @} */

    /** @name Clocks
     * @{ */
    /// See wst_clock_read: ns of a WST_CLOCK_*.
    std::int64_t read_clock(std::uint32_t clock, std::uint64_t interface_id = 0) const {
        std::int64_t out = 0;
        check([&](wst_error *error) { return wst_clock_read(need(), clock, interface_id, &out, error); });
        return out;
    }
    wst_status try_read_clock(std::uint32_t clock, std::uint64_t interface_id, std::int64_t &out,
                              wst_error *error = nullptr) const noexcept {
        return handle() ? wst_clock_read(handle(), clock, interface_id, &out, error) : detail::closed(error);
    }
    /// See wst_cross_timestamp_get.
    CrossTimestamp cross_timestamp(std::uint64_t interface_id, std::uint32_t system_clock = 0, std::uint32_t samples = 0) const {
        CrossTimestamp out;
        check(
            [&](wst_error *error) { return wst_cross_timestamp_get(need(), interface_id, system_clock, samples, &out, error); });
        return out;
    }
    wst_status try_cross_timestamp(std::uint64_t interface_id, std::uint32_t system_clock, std::uint32_t samples,
                                   wst_cross_timestamp &out, wst_error *error = nullptr) const noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        return handle() ? wst_cross_timestamp_get(handle(), interface_id, system_clock, samples, &out, error)
                        : detail::closed(error);
    }
    /** @} */

#ifndef SWIG
    /// For objects that are made in a context.
    const std::shared_ptr<ContextOwner> &owner() const noexcept {
        return owner_;
    }
    wst_context *need() const {
        if (wst_context *const context = handle())
            return context;
        throw Error(WST_E_CLOSED, 0, "");
    }
#endif

private:
    using LogFunction = std::function<void(std::int32_t, const char *)>;

    static void WST_CALL deliver(void *user, const wst_event *event) noexcept {
        (*static_cast<Callback *>(user))(*event);
    }
    static void WST_CALL release(void *user) noexcept {
        delete static_cast<Callback *>(user);
    }
    static void WST_CALL log_line(void *user, std::int32_t level, const char *text) noexcept {
        (*static_cast<LogFunction *>(user))(level, text);
    }
    std::uint64_t subscribe_raw(const EventFilter &filter, wst_event_fn fn, void *user, wst_release_fn released) {
        wst_subscribe_options options = WST_SUBSCRIBE_OPTIONS_INIT;
        options.events = filter.events;
        options.object = filter.object;
        wst_subscription id = 0;
        check([&](wst_error *error) { return wst_subscribe(need(), &options, fn, user, released, &id, error); });
        return id;
    }
    std::uint64_t watch_raw(const wst_watch_options &options, wst_event_fn fn, void *user, wst_release_fn released) {
        wst_subscription id = 0;
        check([&](wst_error *error) { return wst_watch(need(), &options, fn, user, released, &id, error); });
        return id;
    }
    /// Asks with more room until all fits: there may be more the next moment.
    template <class Element, class Call>
    static std::vector<Element> listed(Call &&call) {
        std::vector<Element> out(16);
        for (;;) {
            std::uint32_t count = 0;
            const bool whole = check_unless(WST_E_LIMIT, [&](wst_error *error) {
                return call(out.data(), static_cast<std::uint32_t>(out.size()), &count, error);
            });
            out.resize(whole ? count : count + std::size_t { 8 });
            if (whole)
                return out;
        }
    }
    void leave() noexcept {
        if (owner_ && owner_->close(nullptr) != WST_OK)
            owner_->abandon(); // inside a callback of its own
        owner_.reset();
    }

    std::shared_ptr<ContextOwner> owner_;
};

/// The change that an event of type WST_EVENT_INTERFACE brings.
inline InterfaceChange interface_change(const wst_event &event) {
    InterfaceChange out;
    check([&](wst_error *error) { return wst_interface_change_get(&event, &out, error); });
    return out;
}

} // namespace wirestamp

#endif
