// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/stamped_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <thread>

#include "impl/base/failure.hpp"
#include "impl/runtime/handle_poll.hpp"
#include "wirestamp/socket.h"

namespace wirestamp::runtime {

namespace {

wst_status status_of(int error) noexcept {
    switch (error) {
        case EAGAIN:
#if EWOULDBLOCK != EAGAIN
        case EWOULDBLOCK:
#endif
        case ENOBUFS:
            return WST_E_WOULD_BLOCK;
        case EPERM:
        case EACCES:
            return WST_E_PERMISSION;
        case ENODEV:
        case ENXIO:
            return WST_E_INTERFACE_GONE;
        case EMSGSIZE:
            return WST_E_RANGE;
        case EINVAL:
        case EAFNOSUPPORT:
        case EDESTADDRREQ:
            return WST_E_INVALID_ARGUMENT;
        case ENOMEM:
            return WST_E_OUT_OF_MEMORY;
        default:
            return WST_E_IO;
    }
}

Nanoseconds steady_now() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// A descriptor that says "error" without end (an interface pulled away under it) must not keep a processor
// busy.
constexpr unsigned fruitless_allowed = 8;
constexpr auto fruitless_rest = std::chrono::milliseconds(1);

} // namespace

StampedSocket::StampedSocket(Context& context, const Options& options)
    : Object(context),
      socket_(context.platform().open_socket(options.socket)),
      simulated_(socket_->native_handle() == -1),
      takes_stamps_(options.socket.stamps != platform::StampMode::none),
      wants_both_(options.socket.stamps == platform::StampMode::both && !socket_->stamps_once()),
      events_(options.events),
      interface_(options.interface),
      interface_name_(options.socket.interface),
      mutex_(simulated_ ? context.mutex() : own_mutex_),
      table_(takes_stamps_ ? options.socket.transmit_stamps_kept : 0u),
      expect_hardware_(options.expect_hardware) {
    if (simulated_ || events_)
        watch_again();
}

StampedSocket::~StampedSocket() {
    if (simulated_)
        return; // those who wait do so in the context, which knows them
    // Those who waited have been told by close(); they need nothing but this lock to leave.
    Lock lock(own_mutex_);
    changed_.wait(lock, [this] { return waiting_for_datagrams_ + waiting_for_stamps_ + in_context_ == 0; });
    if (wake_)
        socket_->signal_by(0);
}

void StampedSocket::close() noexcept {
    watch_.reset();
    if (simulated_) {
        shut_ = true;
        return;
    }
    const std::lock_guard lock(own_mutex_);
    shut_ = true;
    interrupt_leader();
    changed_.notify_all();
}

// ---- packets

StampedSocket::Outcome StampedSocket::receive(std::span<platform::Received> batch,
                                              std::span<platform::InterfaceId> interfaces,
                                              Nanoseconds timeout) {
    Lock lock(mutex_);
    if (shut_)
        return {WST_E_CLOSED, 0, 0};
    int result = socket_->receive(batch);
    if (result == 0) {
        const Waited waited = await_datagrams(lock, batch, timeout, result);
        if (waited != Waited::ready) {
            if (waited == Waited::timed_out)
                all_taken(lock);
            return outcome_of(waited, timeout);
        }
    }
    if (result < 0)
        return {status_of(-result), -result, 0};
    const auto count = static_cast<std::size_t>(result);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t index = batch[i].interface_index;
        if (!known_interface(index, interfaces[i])) {
            with_context(lock, [&] { learn_interface(index); });
            known_interface(index, interfaces[i]);
        }
    }
    if (count < batch.size())
        all_taken(lock);
    return {WST_OK, 0, static_cast<std::uint32_t>(count)};
}

// Apart, so that what finds something at once does not pay for what waiting takes.
StampedSocket::Waited StampedSocket::await_datagrams(Lock& lock, std::span<platform::Received> batch,
                                                     Nanoseconds timeout, int& result) {
    return wait(lock, Need::datagram, timeout, [&] { // what waits may ask again after a success
        if (result == 0)
            result = socket_->receive(batch);
        return result != 0;
    });
}

StampedSocket::Outcome StampedSocket::send(std::span<const platform::Outgoing> batch) {
    Lock lock(mutex_);
    if (shut_)
        return {WST_E_CLOSED, 0, 0};
    const int result = socket_->send(batch);
    if (result <= 0)
        return {result == 0 ? WST_E_WOULD_BLOCK : status_of(-result), -result, 0};
    const auto sent = static_cast<std::uint32_t>(result);
    for (std::uint32_t i = 0; i < sent; ++i)
        asked_ += batch[i].stamp_id ? 1u : 0u;
    if (waiting_for_stamps_ != 0) {
        // Sending may have moved stamps out of the system's queue, whose poll the leader sleeps in.
        interrupt_leader();
        changed_.notify_all();
    }
    return {WST_OK, 0, sent};
}

// ---- transmit stamps

/// Moves what has come into the table. Returns how many stamps came. The first under the id that somebody
/// waits for goes straight to him.
std::size_t StampedSocket::fetch_stamps(Wanted* wanted) noexcept {
    std::size_t all = 0;
    for (int rounds = 0; rounds < 4096; ++rounds) {
        const int count = socket_->take_transmit_stamps(fetched_);
        for (int i = 0; i < count; ++i) {
            const platform::TransmitStamp& stamp = fetched_[static_cast<std::size_t>(i)];
            if (stamp.hardware)
                expect_hardware_ = true;
            if (wanted && !wanted->found && stamp.id == wanted->id) {
                wanted->found = true;
                wanted->out = stamp;
            } else if (!table_.put(stamp)) {
                ++dropped_;
            }
        }
        if (count <= 0)
            break;
        all += static_cast<std::size_t>(count);
        if (static_cast<std::size_t>(count) < fetched_.size())
            break;
    }
    if (!zero_told_ && socket_->counters().transmit_stamps_zero != 0)
        tell_of_zeros();
    return all;
}

void StampedSocket::tell_of_zeros() noexcept {
    zero_told_ = true;
    try {
        context().log(WST_LOG_WARNING,
                      (interface_name_.empty() ? "an adapter" : interface_name_) +
                          " gives transmit stamps of zero, which are counted and not passed on; update its "
                          "driver, or use software stamps");
    } catch (const std::exception&) {
        // No memory for the words; the counter has it.
    }
}

bool StampedSocket::take_stamp(std::uint32_t id, bool both, platform::TransmitStamp& out) noexcept {
    Wanted wanted{id, out, false};
    do {
        if (table_.take(id, both, out))
            return true;
        // Of both kinds, the table joins the first to the second.
    } while (fetch_stamps(both ? nullptr : &wanted) != 0 && !wanted.found);
    return wanted.found;
}

StampedSocket::Outcome StampedSocket::transmit_stamp(std::uint32_t id, Nanoseconds timeout,
                                                     platform::TransmitStamp& out) {
    Lock lock(mutex_);
    if (shut_)
        return {WST_E_CLOSED, 0, 0};
    if (take_stamp(id, wants_both_ && expect_hardware_ && timeout != 0, out))
        return {WST_OK, 0, 1};
    const Waited waited = await_stamp(lock, id, timeout, out);
    if (waited == Waited::ready)
        return {WST_OK, 0, 1};
    if (waited == Waited::timed_out) {
        if (table_.take(id, false, out))
            return {WST_OK, 0, 1};
        timed_out_ += timeout != 0 ? 1u : 0u;
        all_taken(lock);
    }
    return outcome_of(waited, timeout);
}

StampedSocket::Waited StampedSocket::await_stamp(Lock& lock, std::uint32_t id, Nanoseconds timeout,
                                                 platform::TransmitStamp& out) {
    bool taken = false;
    return wait(lock, Need::stamp, timeout, [&] {
        taken = taken || take_stamp(id, wants_both_ && expect_hardware_ && timeout != 0, out);
        return taken;
    });
}

StampedSocket::Outcome StampedSocket::transmit_stamps(std::span<platform::TransmitStamp> batch,
                                                      Nanoseconds timeout) {
    std::uint32_t taken = 0;
    const auto try_it = [&] {
        do {
            while (taken < batch.size() && table_.take_oldest(batch[taken]))
                ++taken;
        } while (taken < batch.size() && fetch_stamps() != 0);
        return taken != 0;
    };
    Lock lock(mutex_);
    if (shut_)
        return {WST_E_CLOSED, 0, 0};
    if (!try_it()) {
        const Waited waited = wait(lock, Need::stamp, timeout, try_it);
        if (waited != Waited::ready) {
            if (waited == Waited::timed_out)
                all_taken(lock);
            return outcome_of(waited, timeout);
        }
    }
    if (taken < batch.size())
        all_taken(lock);
    return {WST_OK, 0, taken};
}

StampedSocket::Outcome StampedSocket::outcome_of(Waited waited, Nanoseconds timeout) noexcept {
    switch (waited) {
        case Waited::timed_out:
            return {timeout == 0 ? WST_E_WOULD_BLOCK : WST_E_TIMED_OUT, 0, 0};
        case Waited::closed:
            return {WST_E_CLOSED, 0, 0};
        case Waited::would_deadlock:
            return {WST_E_WOULD_DEADLOCK, 0, 0};
        case Waited::ready:
            break;
    }
    return {};
}

// ---- waiting

template <class Ready>
StampedSocket::Waited StampedSocket::wait(Lock& lock, Need need, Nanoseconds timeout, Ready&& ready) {
    if (timeout == 0)
        return Waited::timed_out;
    if (timeout < 0)
        timeout = never;
    if (!simulated_)
        return wait_on_system(lock, need, timeout, std::forward<Ready>(ready));
    switch (context().wait(lock, timeout, this, [&] { return ready(); })) {
        case WaitResult::ready:
            return Waited::ready;
        case WaitResult::timed_out:
            return Waited::timed_out;
        case WaitResult::would_deadlock:
            return Waited::would_deadlock;
        case WaitResult::closed:
            break;
    }
    return Waited::closed;
}

template <class Ready>
StampedSocket::Waited StampedSocket::wait_on_system(Lock& lock, Need need, Nanoseconds timeout,
                                                    Ready&& ready) {
    if (!wake_) {
        try {
            wake_ = std::make_unique<WaitHandle>();
            if (!events_) // else the loop is told
                socket_->signal_by(wake_->native());
        } catch (const std::exception&) {
            return Waited::timed_out; // no descriptor to be had: then this call cannot wait
        }
    }
    const Nanoseconds deadline = timeout == never ? never : saturating_add(steady_now(), timeout);
    unsigned& waiting = need == Need::datagram ? waiting_for_datagrams_ : waiting_for_stamps_;
    ++waiting;
    if (led_ && need == Need::datagram && waiting_for_datagrams_ == 1)
        interrupt_leader(); // he does not poll for datagrams yet
    Waited result = Waited::ready;
    for (;;) {
        if (shut_) {
            result = Waited::closed;
            break;
        }
        if (ready())
            break;
        const Nanoseconds rest = deadline == never ? never : deadline - steady_now();
        if (rest <= 0) {
            result = Waited::timed_out;
            break;
        }
        if (!led_)
            lead(lock, rest);
        else if (rest == never)
            changed_.wait(lock);
        else
            changed_.wait_for(lock, std::chrono::nanoseconds(rest));
    }
    --waiting;
    if (shut_ || waiting_for_datagrams_ + waiting_for_stamps_ != 0)
        changed_.notify_all(); // another may have to lead now
    return result;
}

/// One poll on behalf of all who wait.
void StampedSocket::lead(Lock& lock, Nanoseconds rest) {
    led_ = true;
    const bool for_reading = waiting_for_datagrams_ != 0;
    const bool alone = waiting_for_datagrams_ + waiting_for_stamps_ == 1;
    lock.unlock();
    const HandlePoll polled =
        poll_handles(socket_->native_handle(), for_reading, wake_->native(), rest, !events_);
    lock.lock();
    led_ = false;
    if (polled.woken)
        wake_->reset();
    if (shut_)
        return;
    if (polled.error_queue && takes_stamps_ && fetch_stamps() != 0) {
        fruitless_ = 0;
    } else if (polled.error_queue && !polled.readable && ++fruitless_ > fruitless_allowed) {
        changed_.wait_for(lock, fruitless_rest);
    } else if (!polled.error_queue) {
        fruitless_ = 0;
    }
    if (alone)
        return;
    changed_.notify_all();
    // What has come may be for another, who must get the lock to take it before this one polls again.
    if (polled.readable) {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
    }
}

void StampedSocket::interrupt_leader() noexcept {
    if (led_ && wake_)
        wake_->set();
}

// ---- events

void StampedSocket::watch_again() {
    watch_.reset();
    watch_ = context().loop().watch(*socket_, [this] { on_ready(); });
}

/// On the loop, with the context's mutex held.
void StampedSocket::on_ready() {
    if (simulated_)
        context().notify();
    if (!events_ || (simulated_ && held_back_))
        return;
    std::uint32_t reasons = 0;
    std::uint64_t dropped = 0;
    {
        Lock lock(mutex_, std::defer_lock);
        if (!simulated_)
            lock.lock();
        if (shut_)
            return;
        const bool came = takes_stamps_ && fetch_stamps() != 0;
        if (came && waiting_for_stamps_ != 0)
            changed_.notify_all();
        if (table_.size() != 0)
            reasons |= WST_SOCKET_TRANSMIT_STAMPS;
        dropped = dropped_ + socket_->counters().transmit_stamps_dropped;
        // A simulated socket cannot be polled without taking from it; it reports once for whatever came.
        if (simulated_ ? !came : poll_handles(socket_->native_handle(), true, -1, 0, false).readable)
            reasons |= WST_SOCKET_READABLE;
    }
    if (dropped != dropped_told_)
        reasons |= WST_SOCKET_STAMPS_LOST;
    if (reasons == 0)
        return;
    wst_event event = Context::make_event(WST_EVENT_SOCKET, this);
    event.payload.socket.reasons = reasons;
    event.payload.socket.transmit_stamps_lost = dropped - dropped_told_;
    dropped_told_ = dropped;
    held_back_ = true;
    context().publish(event);
    // The descriptor stays ready until the caller has taken everything; until then it is not watched.
    if (!simulated_)
        watch_.reset();
}

/// Everything that there was has been taken, so the next to come is news again.
void StampedSocket::all_taken(Lock& lock) noexcept {
    if (!held_back())
        return;
    with_context(lock, [this] {
        if (closed() || !held_back_.exchange(false) || simulated_)
            return;
        try {
            watch_again();
        } catch (const std::exception& failure) {
            context().log(WST_LOG_WARNING, std::string("a socket brings no more events: ") + failure.what());
        }
    });
}

// ---- the rest

/// Does something that needs the context's mutex on the way of a packet, which holds the socket's: rare
/// things. Whoever closes the socket holds the context's and waits for this thread, hence no blocking on it.
template <class Work>
void StampedSocket::with_context(Lock& lock, Work&& work) noexcept {
    if (simulated_) {
        work();
        return;
    }
    ++in_context_;
    lock.unlock();
    Lock outer(context().mutex(), std::try_to_lock);
    while (!outer && !shut_) {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
        (void)outer.try_lock();
    }
    if (outer) {
        lock.lock();
        if (!shut_)
            work();
    }
    if (outer)
        outer.unlock();
    else
        lock.lock();
    --in_context_;
    if (shut_)
        changed_.notify_all();
}

StampedSocket::Counters StampedSocket::counters() {
    const std::lock_guard lock(mutex_);
    return {socket_->counters(), asked_, dropped_, timed_out_};
}

void StampedSocket::join(const Address& group) {
    const std::lock_guard lock(mutex_);
    socket_->join(group);
}

void StampedSocket::leave(const Address& group) {
    const std::lock_guard lock(mutex_);
    socket_->leave(group);
}

bool StampedSocket::known_interface(std::uint32_t index, platform::InterfaceId& id) const noexcept {
    id = interface_;
    if (index == 0)
        return true;
    for (const KnownInterface& known : known_)
        if (known.index == index) {
            id = known.id;
            return true;
        }
    id = 0;
    return false;
}

void StampedSocket::learn_interface(std::uint32_t index) noexcept {
    KnownInterface& known = known_[next_known_++ % known_.size()];
    known = {index, 0};
    try {
        for (const platform::Interface& interface : context().platform().interfaces().list())
            if (interface.index == index)
                known.id = interface.id;
    } catch (const std::exception&) {
        // A packet without the name of its interface is still a packet.
    }
}

} // namespace wirestamp::runtime
