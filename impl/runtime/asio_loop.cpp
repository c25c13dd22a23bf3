// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/asio_loop.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>

#include "impl/base/failure.hpp"
#include "impl/runtime/invoke.hpp"

#if defined(_WIN32)
#include <windows.h>
#else
#include <pthread.h>
#include <signal.h>
#endif

namespace wirestamp::runtime {

namespace {

std::chrono::steady_clock::time_point to_time_point(Nanoseconds deadline) {
    return std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::nanoseconds(deadline)));
}

/// The application's signals belong to its own threads, so the library's thread is born with them blocked.
/// Those that a fault of a thread itself raises stay open: crash handlers and language runtimes live on them,
/// also in callbacks.
class SignalsBlocked {
public:
    SignalsBlocked() {
#if !defined(_WIN32)
        sigset_t ordinary;
        ::sigemptyset(&ordinary);
        for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGVTALRM, SIGCHLD, SIGUSR1,
                                 SIGUSR2, SIGIO, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT})
            ::sigaddset(&ordinary, signal);
        ::pthread_sigmask(SIG_BLOCK, &ordinary, &before_);
#endif
    }
    ~SignalsBlocked() {
#if !defined(_WIN32)
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
#endif
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
#if !defined(_WIN32)
    sigset_t before_{};
#endif
};

bool refused_by_the_system(const boost::system::error_code& code) {
    return code == boost::system::errc::function_not_supported ||
           code == boost::system::errc::operation_not_permitted ||
           code == boost::system::errc::permission_denied;
}

} // namespace

/// Shared with Asio, which may complete a wait after the Watch is gone; `active` is then false.
struct AsioLoop::WatchState {
#if defined(_WIN32)
    WatchState(boost::asio::io_context& io, platform::Pollable& watched, std::function<void()> function)
        : event(io, ::CreateEventW(nullptr, TRUE, FALSE, nullptr)),
          pollable(watched),
          on_ready(std::move(function)) {}
    AsioEvent event;
    platform::Pollable& pollable;
#else
    WatchState(boost::asio::io_context& io, platform::Pollable&, std::function<void()> function)
        : descriptor(io), on_ready(std::move(function)) {}
    AsioDescriptor descriptor;
#endif
    std::function<void()> on_ready;
    bool active = true;
};

class AsioLoop::AsioWatch final : public platform::Watch {
public:
    explicit AsioWatch(std::shared_ptr<WatchState> state) : state_(std::move(state)) {}
    AsioWatch(const AsioWatch&) = delete;
    AsioWatch& operator=(const AsioWatch&) = delete;
    ~AsioWatch() override {
        state_->active = false;
#if defined(_WIN32)
        state_->pollable.signal_by(0);
        boost::system::error_code ignored;
        state_->event.close(ignored);
#else
        // Not close(): the descriptor belongs to the Pollable, and Asio must take it out of its epoll set.
        if (state_->descriptor.is_open())
            state_->descriptor.release();
#endif
    }

private:
    std::shared_ptr<WatchState> state_;
};

AsioLoop::AsioLoop(const platform::LoopHooks& hooks) try
    : hooks_(hooks), io_(), work_(io_.get_executor()), timer_(io_), timers_([this] { set_timer(); }) {
    const SignalsBlocked blocked;
    try {
        thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error& error) {
        throw Failure(
            WST_E_LIMIT,
            "the context's thread could not be started; end some threads, raise the limit (ulimit -u), or "
            "use WST_CONTEXT_CALLER_DRIVEN",
            error.code().value());
    }
} catch (const boost::system::system_error& error) {
    if (refused_by_the_system(error.code()))
        throw Failure(WST_E_NOT_SUPPORTED,
                      "this system refuses epoll, which a context with a thread of its own needs; use "
                      "WST_CONTEXT_CALLER_DRIVEN",
                      error.code().value());
    throw Failure(WST_E_LIMIT,
                  std::string("the event loop could not be made (") + error.what() +
                      "); close some descriptors or raise the limit of open files (ulimit -n)",
                  error.code().value());
}

AsioLoop::~AsioLoop() {
    work_.reset();
    io_.stop();
    thread_.join();
}

Nanoseconds AsioLoop::now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

bool AsioLoop::runs_here() const {
    return std::this_thread::get_id() == thread_.get_id();
}

void AsioLoop::serve() {
#if defined(__linux__)
    ::pthread_setname_np(::pthread_self(), "wirestamp");
#endif
    {
        // The constructor writes thread_ while this already runs; whoever takes part in the mutex comes after
        // it.
        const std::lock_guard lock(*hooks_.mutex);
    }
    io_.run();
}

void AsioLoop::wake() {
    if (waking_.exchange(true))
        return;
    try {
        boost::asio::post(io_, pooled([this] {
                              waking_ = false;
                              {
                                  const std::lock_guard lock(*hooks_.mutex);
                                  set_timer();
                              }
                              hooks_.after_handlers();
                          }));
    } catch (const std::bad_alloc&) {
        waking_ = false; // the next wake or handler brings the events
    }
}

std::unique_ptr<platform::Timer> AsioLoop::make_timer(std::function<void()> on_due) {
    return timers_.make(std::move(on_due));
}

void AsioLoop::set_timer() {
    const Nanoseconds earliest = timers_.earliest();
    if (earliest >= timer_set_for_)
        return;
    // Within an hour from now: clocks are subtracted in there, and the far ends of the range would wrap.
    constexpr Nanoseconds hour = 3600 * nanoseconds_per_second;
    try {
        timer_.expires_at(to_time_point(std::clamp(earliest, Nanoseconds{0}, now() + hour)));
        timer_set_for_ = never; // what was waited for is cancelled
        timer_.async_wait(pooled([this](const boost::system::error_code& error) {
            if (!error)
                serve_timers();
        }));
        timer_set_for_ = earliest;
    } catch (const std::exception&) {
        wake(); // no memory: once more when the loop comes round
    }
}

void AsioLoop::serve_timers() {
    std::unique_lock lock(*hooks_.mutex);
    timer_set_for_ = never;
    const std::uint64_t round = timers_.round();
    const Nanoseconds due = now();
    while (const auto handler = timers_.take_due(due, round)) {
        invoke_handler(hooks_, *handler);
        lock.unlock();
        hooks_.after_handlers();
        lock.lock();
    }
    set_timer();
}

std::unique_ptr<platform::Watch> AsioLoop::watch(platform::Pollable& pollable,
                                                 std::function<void()> on_ready) {
    auto state = std::make_shared<WatchState>(io_, pollable, std::move(on_ready));
    boost::system::error_code error;
#if defined(_WIN32)
    if (!state->event.is_open())
        throw Failure(WST_E_LIMIT,
                      "no event object could be made; too many handles are open in this process");
    pollable.signal_by(reinterpret_cast<std::intptr_t>(state->event.native_handle()));
#else
    state->descriptor.assign(static_cast<int>(pollable.native_handle()), error);
#endif
    if (error)
        throw Failure(error == boost::system::errc::not_enough_memory ? WST_E_OUT_OF_MEMORY : WST_E_LIMIT,
                      "a descriptor could not be added to the event loop (" + error.message() + ")",
                      error.value());
    auto watch = std::make_unique<AsioWatch>(state);
    wait_for(state);
    return watch;
}

void AsioLoop::wait_for(const std::shared_ptr<WatchState>& state) {
    auto handler = pooled([this, state](const boost::system::error_code& error) {
        if (!error)
            serve_watch(state);
    });
#if defined(_WIN32)
    state->event.async_wait(std::move(handler));
#else
    // An error queue entry (a transmit stamp) also completes a wait for reading in Asio's epoll reactor; a
    // second wait for errors would only double the wakes.
    state->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read, std::move(handler));
#endif
}

void AsioLoop::serve_watch(const std::shared_ptr<WatchState>& state) {
    {
        const std::lock_guard lock(*hooks_.mutex);
        if (!state->active)
            return;
#if defined(_WIN32)
        ::ResetEvent(state->event.native_handle()); // before the handler looks: what comes later sets it anew
#endif
        invoke_handler(hooks_, state->on_ready);
        if (state->active)
            wait_for(state);
    }
    hooks_.after_handlers();
}

} // namespace wirestamp::runtime
