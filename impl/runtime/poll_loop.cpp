// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/poll_loop.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/runtime/invoke.hpp"

#if defined(_WIN32)
#include <windows.h>
#else
#include <unistd.h>

#include <cerrno>

#include "impl/runtime/fine_poll.hpp"
#if defined(__linux__)
#include <sys/epoll.h>
#endif
#endif

namespace wirestamp::runtime {

namespace {

constexpr Nanoseconds longest_sleep = 3600 * nanoseconds_per_second;

} // namespace

struct PollLoop::WatchState {
    std::intptr_t native = -1;
    std::function<void()> on_ready;
    bool active = true;
    platform::Pollable* pollable = nullptr;
};

class PollLoop::PollWatch final : public platform::Watch {
public:
    PollWatch(PollLoop& loop, std::shared_ptr<WatchState> state) : loop_(loop), state_(std::move(state)) {}
    PollWatch(const PollWatch&) = delete;
    PollWatch& operator=(const PollWatch&) = delete;
    ~PollWatch() override { loop_.remove(*state_); }

private:
    PollLoop& loop_;
    std::shared_ptr<WatchState> state_;
};

/// entries[0] is the wake handle; entries[n + 1] belongs to owners[n]. On Windows all signal the one wake
/// handle, so that there is no limit to their number and one handle stands for the whole loop; who it was is
/// then not known, and all look.
struct PollLoop::PollSet {
#if defined(_WIN32)
    WaitHandle* wake = nullptr;
    bool fresh = false; // a signal of one who joined may have been taken for the set before it
#else
    std::vector<pollfd> entries;
#endif
    std::vector<std::shared_ptr<WatchState>> owners;
    bool current = false;

    bool wait(Nanoseconds timeout);
    bool wake_ready() const;
    bool ready(std::size_t owner) const;
};

PollLoop::PollLoop(const platform::LoopHooks& hooks)
    : hooks_(hooks),
      // A deadline that moved forward while somebody sleeps on another one.
      timers_([this] {
          if (!runs_here())
              wake();
      }),
      set_(std::make_unique<PollSet>()) {}

PollLoop::~PollLoop() {
#if defined(__linux__)
    if (combined_ >= 0)
        ::close(combined_);
#endif
}

Nanoseconds PollLoop::now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::unique_ptr<platform::Timer> PollLoop::make_timer(std::function<void()> on_due) {
    return timers_.make(std::move(on_due));
}

std::unique_ptr<platform::Watch> PollLoop::watch(platform::Pollable& pollable,
                                                 std::function<void()> on_ready) {
    auto state = std::make_shared<WatchState>();
    state->native = pollable.native_handle();
    state->pollable = &pollable;
    state->on_ready = std::move(on_ready);
    watches_.reserve(watches_.size() + 1);
    auto watch = std::make_unique<PollWatch>(*this, state);
    pollable.signal_by(wake_handle_.native());
    add_to_handle(state->native);
    watches_.push_back(std::move(state));
    set_->current = false;
    if (!runs_here())
        wake(); // whoever sleeps does so on the old set
    return watch;
}

void PollLoop::remove(WatchState& state) noexcept {
    if (!std::exchange(state.active, false))
        return;
#if defined(_WIN32)
    state.pollable->signal_by(0);
#endif
    const auto found = std::find_if(watches_.begin(), watches_.end(),
                                    [&](const auto& candidate) { return candidate.get() == &state; });
    if (found == watches_.end())
        return;
    watches_.erase(found);
    set_->current = false;
#if defined(__linux__)
    if (combined_ >= 0)
        ::epoll_ctl(combined_, EPOLL_CTL_DEL, static_cast<int>(state.native), nullptr);
#endif
    if (!runs_here())
        wake();
}

void PollLoop::wake() {
    if (!woken_.exchange(true))
        wake_handle_.set();
}

bool PollLoop::runs_here() const {
    return driver_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

platform::DrivenLoop::RunResult PollLoop::run(Nanoseconds timeout, const std::function<bool()>& done) {
    std::thread::id nobody;
    if (!driver_.compare_exchange_strong(nobody, std::this_thread::get_id()))
        return RunResult::busy;
    struct Leave {
        PollLoop& loop;
        ~Leave() {
            loop.driver_.store(std::thread::id());
            loop.hooks_.driver_left();
        }
    } const leave{*this};

    const Nanoseconds deadline = timeout == never ? never : saturating_add(now(), timeout);
    for (;;) {
        const Nanoseconds begun = now();
        const bool last_round = deadline != never && begun >= deadline;
        serve_wake();
        serve_timers(begun);
        const bool finished = done();
        // What a timer brought is handed over without a look at the sockets, which the next round has: but a
        // caller who comes again and again for the events of a busy timer must not keep them waiting.
        if (finished && !last_round && !std::exchange(look_owed_, true))
            return RunResult::done;
        Nanoseconds sleep = 0;
        if (!last_round && !finished) {
            const Nanoseconds until = std::min(deadline, next_deadline());
            sleep = until == never
                        ? longest_sleep
                        : std::clamp<Nanoseconds>(saturating_subtract(until, now()), 0, longest_sleep);
        }
        const bool served = serve_watches(sleep);
        if (finished || (served && done()))
            return RunResult::done;
        if (last_round)
            return RunResult::timed_out;
    }
}

void PollLoop::serve_wake() {
    if (!woken_.load())
        return;
#if !defined(_WIN32)
    // In this order: a wake that comes between the two sets the handle again. (On Windows the handle speaks
    // for the sockets, too, and is reset only where these are looked at afterwards.)
    wake_handle_.reset();
#endif
    woken_.store(false);
    hooks_.after_handlers();
}

void PollLoop::serve_timers(Nanoseconds due) {
    std::unique_lock lock(*hooks_.mutex);
    const std::uint64_t round = timers_.round();
    while (const auto handler = timers_.take_due(due, round)) {
        invoke_handler(hooks_, *handler);
        lock.unlock();
        hooks_.after_handlers();
        lock.lock();
    }
}

bool PollLoop::serve_watches(Nanoseconds timeout) {
    look_owed_ = false;
    std::unique_lock lock(*hooks_.mutex);
    if (!set_->current) {
        set_->owners = watches_;
#if defined(_WIN32)
        set_->wake = &wake_handle_;
        set_->fresh = true;
#else
        set_->entries.clear();
        set_->entries.push_back({static_cast<int>(wake_handle_.native()), POLLIN, 0});
        for (const auto& watch : watches_)
            set_->entries.push_back({static_cast<int>(watch->native), POLLIN, 0});
#endif
        set_->current = true;
    }
    lock.unlock();
    // The set itself is touched by the driver only; others merely mark it as outdated.
    if (!set_->wait(timeout))
        return false;
    if (set_->wake_ready())
        woken_.store(true); // a waker that set the handle only after its wake had been served
    for (std::size_t i = 0; i < set_->owners.size(); ++i) {
        if (!set_->ready(i))
            continue;
        const std::shared_ptr<WatchState> state = set_->owners[i];
        lock.lock();
        const bool active = state->active;
        if (active)
            invoke_handler(hooks_, state->on_ready);
        lock.unlock();
        if (active)
            hooks_.after_handlers();
    }
    return true;
}

Nanoseconds PollLoop::next_deadline() const {
    if (woken_.load())
        return now();
    const std::lock_guard lock(*hooks_.mutex);
    return timers_.earliest();
}

#if defined(_WIN32)

bool PollLoop::PollSet::wait(Nanoseconds timeout) {
    const bool look = std::exchange(fresh, false);
    const auto milliseconds = look ? 0 : static_cast<DWORD>((timeout + 999'999) / 1'000'000);
    const auto waited = ::WaitForSingleObject(reinterpret_cast<HANDLE>(wake->native()), milliseconds);
    if (waited != WAIT_OBJECT_0 && !look)
        return false;
    wake->reset(); // before the handlers look: what comes while they do sets it again
    return true;
}

bool PollLoop::PollSet::wake_ready() const {
    return false; // whoever wakes says so in woken_, too
}

bool PollLoop::PollSet::ready(std::size_t) const {
    return true;
}

std::intptr_t PollLoop::handle() {
    return wake_handle_.native();
}
void PollLoop::add_to_handle(std::intptr_t) {}

#else

bool PollLoop::PollSet::wait(Nanoseconds timeout) {
    return fine_poll(entries.data(), entries.size(), timeout) > 0;
}

bool PollLoop::PollSet::wake_ready() const {
    return (entries[0].revents & POLLIN) != 0;
}

/// Errors too: transmit stamps announce themselves as POLLERR.
bool PollLoop::PollSet::ready(std::size_t owner) const {
    return (entries[owner + 1].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
}

std::intptr_t PollLoop::handle() {
#if defined(__linux__)
    if (combined_ >= 0)
        return combined_;
    combined_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (combined_ < 0)
        return -1;
    try {
        add_to_handle(wake_handle_.native());
        for (const auto& watch : watches_)
            add_to_handle(watch->native);
    } catch (...) {
        ::close(std::exchange(combined_, -1));
        throw;
    }
    return combined_;
#else
    return -1;
#endif
}

void PollLoop::add_to_handle(std::intptr_t native) {
#if defined(__linux__)
    if (combined_ < 0)
        return;
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(combined_, EPOLL_CTL_ADD, static_cast<int>(native), &event) != 0)
        throw Failure(errno == ENOMEM ? WST_E_OUT_OF_MEMORY : WST_E_LIMIT,
                      "a descriptor could not be added to the context's handle; the limit is in "
                      "/proc/sys/fs/epoll/max_user_watches",
                      errno);
#endif
}

#endif

} // namespace wirestamp::runtime
