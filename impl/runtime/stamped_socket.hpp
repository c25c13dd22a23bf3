// SPDX-License-Identifier: Apache-2.0
//
// The socket of socket.h over a platform's socket: waiting, the table of transmit stamps, and events.
//
// A packet's way takes one lock and allocates nothing. On the system that lock is the socket's own, so that
// packets do not wait for the context's slow work; the order is context's mutex first, then this one. In a
// simulated network it is the context's, which all of that network's handlers hold.
//
// Several threads may wait at once. One of them leads: it polls the descriptor for all, and moves stamps into
// the table; the others wait to be told. So no thread steals what wakes another.

#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "impl/platform/datagram_socket.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/object.hpp"
#include "impl/runtime/stamp_table.hpp"
#include "impl/runtime/wait_handle.hpp"

namespace wirestamp::runtime {

class StampedSocket : public Object {
public:
    struct Options {
        platform::SocketOptions socket;
        platform::InterfaceId interface = 0;
        bool events = false;
        bool expect_hardware = false; // the adapter's hardware transmit stamps are on
    };
    /// With the context's mutex held. Throws Failure.
    StampedSocket(Context& context, const Options& options);
    ~StampedSocket() override;

    struct Outcome {
        wst_status status = WST_OK;
        std::int32_t os_error = 0;
        std::uint32_t count = 0;
    };
    // Without the context's mutex held.
    /// `interfaces` as long as the batch: where each packet came in.
    Outcome receive(std::span<platform::Received> batch, std::span<platform::InterfaceId> interfaces,
                    Nanoseconds timeout);
    Outcome send(std::span<const platform::Outgoing> batch);
    Outcome transmit_stamp(std::uint32_t id, Nanoseconds timeout, platform::TransmitStamp& out);
    Outcome transmit_stamps(std::span<platform::TransmitStamp> batch, Nanoseconds timeout);

    struct Counters {
        platform::SocketCounters socket;
        std::uint64_t asked = 0;
        std::uint64_t dropped = 0;
        std::uint64_t timed_out = 0;
    };
    Counters counters();
    void join(const Address& group);  // throws Failure
    void leave(const Address& group); // throws Failure
    const Address& local_address() const noexcept { return socket_->local_address(); }
    std::intptr_t handle() const noexcept { return socket_->native_handle(); }
    bool takes_stamps() const noexcept { return takes_stamps_; }
    platform::InterfaceId bound_interface() const noexcept { return interface_; }

protected:
    void close() noexcept override;

private:
    using Lock = std::unique_lock<std::mutex>;
    enum class Waited : std::uint8_t { ready, timed_out, closed, would_deadlock };
    enum class Need : std::uint8_t { datagram, stamp };

    template <class Ready>
    Waited wait(Lock& lock, Need need, Nanoseconds timeout, Ready&& ready);
    template <class Ready>
    Waited wait_on_system(Lock& lock, Need need, Nanoseconds timeout, Ready&& ready);
    void lead(Lock& lock, Nanoseconds rest);
    void interrupt_leader() noexcept;
    bool take_stamp(std::uint32_t id, bool both, platform::TransmitStamp& out) noexcept;
    struct Wanted {
        std::uint32_t id;
        platform::TransmitStamp& out;
        bool found;
    };
    std::size_t fetch_stamps(Wanted* wanted = nullptr) noexcept;
    Waited await_datagrams(Lock& lock, std::span<platform::Received> batch, Nanoseconds timeout, int& result);
    Waited await_stamp(Lock& lock, std::uint32_t id, Nanoseconds timeout, platform::TransmitStamp& out);
    void tell_of_zeros() noexcept;
    void on_ready();
    void watch_again();
    bool held_back() const noexcept { return events_ && held_back_.load(std::memory_order_relaxed); }
    template <class Work>
    void with_context(Lock& lock, Work&& work) noexcept;
    void all_taken(Lock& lock) noexcept;
    bool known_interface(std::uint32_t index, platform::InterfaceId& id) const noexcept;
    void learn_interface(std::uint32_t index) noexcept;
    static Outcome outcome_of(Waited waited, Nanoseconds timeout) noexcept;

    std::unique_ptr<platform::DatagramSocket> socket_;
    const bool simulated_;
    const bool takes_stamps_;
    const bool wants_both_;
    const bool events_;
    const platform::InterfaceId interface_;
    const std::string interface_name_;

    std::mutex own_mutex_;
    std::mutex& mutex_;
    StampTable table_;
    std::array<platform::TransmitStamp, 32> fetched_{};
    bool expect_hardware_;
    std::uint64_t asked_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t timed_out_ = 0;
    bool zero_told_ = false;
    std::atomic<bool> shut_{false};

    std::condition_variable changed_;
    std::unique_ptr<WaitHandle> wake_; // interrupts the leader
    bool led_ = false;
    unsigned waiting_for_datagrams_ = 0;
    unsigned waiting_for_stamps_ = 0;
    unsigned in_context_ = 0; // threads in with_context
    unsigned fruitless_ = 0;  // polls in a row that spoke of an error queue with nothing in it

    // Events, with the context's mutex held.
    std::unique_ptr<platform::Watch> watch_;
    std::atomic<bool> held_back_{false};
    std::uint64_t dropped_told_ = 0;

    struct KnownInterface {
        std::uint32_t index = 0;
        platform::InterfaceId id = 0;
    };
    std::array<KnownInterface, 16> known_{};
    std::size_t next_known_ = 0;
};

} // namespace wirestamp::runtime
