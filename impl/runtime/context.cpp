// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/context.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <new>

#include "impl/runtime/asio_loop.hpp"
#include "impl/runtime/poll_loop.hpp"

namespace wirestamp::runtime {

namespace {

std::uint64_t seed_or_random(std::uint64_t seed) {
    if (seed != 0)
        return seed;
    try {
        std::random_device device;
        return (static_cast<std::uint64_t>(device()) << 32) | device();
    } catch (const std::exception&) {
        // A system without a source of randomness: the time of day spreads requests well enough.
        return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    }
}

} // namespace

Context::Context(std::unique_ptr<platform::Platform> platform, const ContextOptions& options)
    : platform_(std::move(platform)),
      log_(options.log_level, options.log, options.log_user),
      hub_(options.event_queue_capacity),
      random_(seed_or_random(options.seed)) {
    platform::LoopHooks hooks;
    hooks.mutex = &mutex_;
    hooks.after_handlers = [this] { after_handlers(); };
    hooks.driver_left = [this] {
        const Lock relock(mutex_);
        ++drivers_left_;
        changed_.notify_all();
    };
    hooks.handler_failed = [this](const char* what) {
        log(WST_LOG_ERROR, std::string("a handler failed and was skipped: ") + what);
    };
    std::unique_ptr<platform::Loop> brought = platform_->make_loop(hooks);
    // A loop with a thread calls the hooks before its constructor is back; they wait for the mutex.
    const Lock lock(mutex_);
    loop_ = std::move(brought);
    if (!loop_ && options.caller_driven)
        loop_ = std::make_unique<PollLoop>(hooks);
    else if (!loop_)
        loop_ = std::make_unique<AsioLoop>(hooks);
    driven_ = dynamic_cast<platform::DrivenLoop*>(loop_.get());
    if (log_wanted(WST_LOG_DEBUG))
        log(WST_LOG_DEBUG, std::string("the context is ready, served by ") +
                               (driven_ ? "whoever drives it" : "a thread of its own"));
}

Context::~Context() {
    // After a refused or forgotten close the thread must at least be gone before what it uses.
    loop_.reset();
}

Context::Lock Context::lock() {
    Lock lock(mutex_);
    if (closing_)
        throw Failure(WST_E_CLOSED, "the context is being closed");
    return lock;
}

void Context::destroy(Lock& lock, Object& object) {
    const auto found = std::find_if(objects_.begin(), objects_.end(),
                                    [&](const auto& candidate) { return candidate.get() == &object; });
    if (found == objects_.end())
        throw Failure(WST_E_CLOSED, "the object is closed already");
    std::shared_ptr<Object> kept = std::move(*found);
    objects_.erase(found);
    kept->closed_ = true;
    kept->close();
    ++inside_;
    notify();
    hub_.forget(lock, &object);
    // A thread that serves the loop may itself be the one who waits, further up its stack; whoever leaves
    // last then takes the memory along.
    if (!served_here())
        changed_.wait(lock, [&] { return kept->inside_ == 0; });
    kept.reset();
    --inside_;
    notify();
}

wst_event Context::make_event(std::uint32_t type, const Object* about) noexcept {
    wst_event event;
    std::memset(&event, 0, sizeof event);
    event.type = type;
    event.object = const_cast<Object*>(about);
    return event;
}

void Context::publish(wst_event& event) noexcept {
    if (event.time == 0)
        event.time = loop_->now();
    const EventHub::Published published = hub_.publish(event);
    if (published.to_queue)
        notify();
    // The loop's own thread comes by after_handlers anyhow.
    if (published.to_callbacks && !loop_->runs_here())
        loop_->wake();
}

void Context::log(std::int32_t level, const std::string& text) noexcept {
    if (log_.write(level, text) && loop_ && !loop_->runs_here())
        loop_->wake();
}

void Context::subscribe(const Interest& interest, wst_subscription* out) {
    const Lock held = lock();
    hub_.subscribe(interest, out);
}

wst_status Context::unsubscribe(wst_subscription id) {
    Lock held(mutex_);
    return hub_.unsubscribe(held, id);
}

wst_status Context::wait_event(Nanoseconds timeout, wst_event& out) {
    Lock held = lock();
    const WaitResult result = wait(held, timeout, nullptr, [this] { return !hub_.queue_empty(); });
    switch (result) {
        case WaitResult::ready:
            hub_.take(out);
            return WST_OK;
        case WaitResult::timed_out:
            return WST_E_TIMED_OUT;
        case WaitResult::would_deadlock:
            return WST_E_WOULD_DEADLOCK;
        case WaitResult::closed:
            break;
    }
    return WST_E_CLOSED;
}

std::intptr_t Context::event_handle() {
    const Lock held = lock();
    return hub_.queue_handle();
}

void Context::notify() noexcept {
    if (inside_ == 0 && !closing_)
        return;
    changed_.notify_all();
    // On a loop without a thread, those who wait sleep in it.
    if (driven_ && !loop_->runs_here())
        loop_->wake();
}

bool Context::in_callback() {
    const Lock held(mutex_);
    return hub_.in_callback();
}

bool Context::served_here() const {
    return hub_.in_callback() || (loop_ && loop_->runs_here());
}

WaitResult Context::wait(Lock& lock, Nanoseconds timeout, const Object* object,
                         const std::function<bool()>& ready) {
    if (timeout < 0 || timeout > never / 2) // and so that no sum below wraps
        timeout = never;
    if (ready())
        return WaitResult::ready;
    const bool here = served_here();
    if (timeout == 0 && (here || !driven_))
        return WaitResult::timed_out;
    if (here)
        return WaitResult::would_deadlock;

    std::shared_ptr<Object> kept;
    for (const auto& candidate : objects_)
        if (candidate.get() == object)
            kept = candidate;
    ++inside_;
    if (kept)
        ++kept->inside_;
    const auto over = [&] { return closing_ || (kept && kept->closed_) || ready(); };
    const Nanoseconds deadline = saturating_add(loop_->now(), timeout);
    bool in_time = true;
    if (driven_)
        in_time = serve_while_waiting(lock, timeout, deadline, std::cref(over)); // a copy would be allocated
    else if (timeout == never)
        changed_.wait(lock, over);
    else
        in_time = changed_.wait_for(lock, std::chrono::nanoseconds(timeout), over);
    WaitResult result = in_time ? WaitResult::ready : WaitResult::timed_out;
    if (closing_ || (kept && kept->closed_))
        result = WaitResult::closed;
    --inside_;
    if (kept)
        --kept->inside_;
    if (result == WaitResult::closed)
        changed_.notify_all();
    return result;
}

bool Context::serve_while_waiting(Lock& lock, Nanoseconds timeout, Nanoseconds deadline,
                                  const std::function<bool()>& over) {
    const auto done = [&] {
        const Lock held(mutex_);
        return over();
    };
    for (;;) {
        const std::uint64_t left = drivers_left_;
        const Nanoseconds remaining =
            timeout == never ? never : std::max<Nanoseconds>(0, saturating_subtract(deadline, loop_->now()));
        lock.unlock();
        const auto result = driven_->run(remaining, done);
        lock.lock();
        if (over())
            return true;
        if (result == platform::DrivenLoop::RunResult::timed_out && remaining != never)
            return false;
        if (result != platform::DrivenLoop::RunResult::busy)
            continue;
        // Somebody else serves: what we wait for may come through him, or our turn when he leaves. In a
        // simulated world his time is ours too, so it is looked at again then.
        if (loop_->now() >= deadline)
            return false;
        // (Sliced, because neither clock can be left to the other's mercy.)
        constexpr Nanoseconds slice = 20'000'000;
        const Nanoseconds rest = saturating_subtract(deadline, loop_->now());
        changed_.wait_for(lock, std::chrono::nanoseconds(std::clamp<Nanoseconds>(rest, 0, slice)),
                          [&] { return over() || drivers_left_ != left; });
    }
}

platform::DrivenLoop& Context::driven() const {
    if (!driven_)
        throw Failure(WST_E_STATE,
                      "this context has a thread of its own and needs no driving; make it with "
                      "WST_CONTEXT_CALLER_DRIVEN");
    return *driven_;
}

wst_status Context::run(Nanoseconds timeout) {
    Lock held = lock();
    platform::DrivenLoop& loop = driven();
    if (served_here())
        return WST_E_WOULD_DEADLOCK;
    ++inside_;
    // What was queued since the last run, by another thread or a call in between, nobody has been told of
    // yet.
    const std::uint64_t before = hub_.queue_empty() ? hub_.activity() : activity_told_;
    held.unlock();
    const auto result = loop.run(timeout < 0 ? never : timeout, [&] {
        const Lock relock(mutex_);
        return closing_ || hub_.activity() != before;
    });
    held.lock();
    --inside_;
    activity_told_ = hub_.activity();
    if (closing_) {
        changed_.notify_all();
        return WST_E_CLOSED;
    }
    if (result == platform::DrivenLoop::RunResult::busy)
        return WST_E_BUSY;
    return hub_.activity() != before ? WST_OK : WST_E_TIMED_OUT;
}

Nanoseconds Context::next_deadline() {
    Lock held = lock();
    platform::DrivenLoop& loop = driven();
    ++inside_;
    held.unlock();
    const Nanoseconds deadline = loop.next_deadline();
    held.lock();
    --inside_;
    notify();
    return deadline == never ? never : std::max<Nanoseconds>(0, saturating_subtract(deadline, loop.now()));
}

std::intptr_t Context::driving_handle() {
    const Lock held = lock();
    const std::intptr_t handle = driven().handle();
    if (handle < 0)
        throw Failure(
            WST_E_NOT_SUPPORTED,
            "this context has no combined handle to wait for; call wst_context_run with a timeout instead");
    return handle;
}

void Context::after_handlers() {
    bool more = false;
    {
        Lock held(mutex_);
        more = hub_.dispatch(held);
    }
    log_.flush();
    if (more)
        loop_->wake();
}

wst_status Context::close() {
    {
        Lock held(mutex_);
        if (served_here())
            return WST_E_WOULD_DEADLOCK;
        if (closing_)
            return WST_E_CLOSED;
        closing_ = true;
        changed_.notify_all();
        if (driven_) {
            try {
                loop_->wake();
            } catch (const std::bad_alloc&) {
                // A simulated loop has no room for one more event: who runs it looks again at the next one. A
                // context that could not be closed would be there for ever.
            }
        }
        hub_.shut(held);
        changed_.wait(held, [this] { return inside_ == 0; });
        for (auto object = objects_.rbegin(); object != objects_.rend(); ++object) {
            (*object)->closed_ = true;
            (*object)->close();
        }
        while (!objects_.empty())
            objects_.pop_back();
    }
    loop_.reset();
    driven_ = nullptr;
    Lock held(mutex_);
    hub_.release_all(held);
    held.unlock();
    log_.flush();
    return WST_OK;
}

} // namespace wirestamp::runtime
