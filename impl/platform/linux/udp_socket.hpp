// SPDX-License-Identifier: Apache-2.0
//
// The datagram socket of Linux: packets and their stamps through preallocated message arrays.
//
// Transmit stamps come through the socket's error queue. The kernel would drop the newest when it is full and
// tell nobody; so the socket moves stamps into a queue of its own before that can happen, which keeps
// SocketOptions::transmit_stamps_kept of them and counts what it drops.

#pragma once

#include <array>
#include <memory>
#include <optional>

#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/linux/control_messages.hpp"
#include "impl/platform/linux/socket_address.hpp"
#include "impl/platform/linux/socket_setup.hpp"
#include "impl/platform/linux/transmit_keys.hpp"
#include "impl/platform/stamp_queue.hpp"

namespace wirestamp::platform::gnu_linux {

/// Message headers with the room that they point to. Neither copied nor moved, because they point at it.
template <std::size_t Count>
struct MessageArray {
    std::array<mmsghdr, Count> headers{};
    std::array<iovec, Count> pieces{};
    std::array<SocketAddress, Count> addresses{};
    // Filled before they are read, here or by the kernel: what no batch ever reached is never touched.
    alignas(cmsghdr) std::array<std::array<std::byte, control_room>, Count> controls;

    MessageArray() {
        for (std::size_t i = 0; i < Count; ++i) {
            headers[i].msg_hdr.msg_name = &addresses[i];
            headers[i].msg_hdr.msg_iov = &pieces[i];
            headers[i].msg_hdr.msg_control = controls[i].data();
        }
    }
    MessageArray(const MessageArray&) = delete;
    MessageArray& operator=(const MessageArray&) = delete;
};

class UdpSocket final : public DatagramSocket {
public:
    UdpSocket(SystemCalls& system, const SocketOptions& options); // throws Failure

    std::intptr_t native_handle() const override { return socket_.descriptor.get(); }
    const Address& local_address() const override { return socket_.local; }
    int receive(std::span<Received> batch) override;
    int send(std::span<const Outgoing> batch) override;
    int take_transmit_stamps(std::span<TransmitStamp> batch) override;
    bool has_kept_stamps() const override { return !kept_.empty(); }
    void join(const Address& group) override;
    void leave(const Address& group) override;
    const SocketCounters& counters() const override { return counters_; }
    std::string remark() const override { return socket_.remark; }

private:
    static constexpr std::size_t batch_limit = 64;
    static constexpr std::size_t stamp_batch = 16;

    /// How a transmit stamp finds its packet.
    enum class Matching : std::uint8_t {
        none,        // no stamps
        undecided,   // the first stamped packet will tell
        by_id,       // the kernel returns the caller's id
        by_counter,  // the kernel counts, TransmitKeys maps
        application, // the kernel stamps nothing
    };

    int receive_one(Received& packet);
    int receive_some(std::span<Received> batch);
    void prepare_received(std::size_t slot, const Received& packet) noexcept;
    bool finish_received(Received& packet, const mmsghdr& message);

    int send_some(std::span<const Outgoing> batch);
    void prepare(std::size_t slot, const Outgoing& packet, bool stamped) noexcept;
    int hand_over(std::size_t count);
    void account_sent(const Outgoing& packet, bool stamped);
    void settle_counter();
    void note_failed_stamped();

    template <class Sink>
    int drain(Sink&& sink, std::size_t room);
    bool read_stamp(const mmsghdr& message, TransmitStamp& stamp);
    void keep_all();

    Stamp make_stamp(Nanoseconds value, StampSource source) const noexcept;
    Nanoseconds clock(clockid_t id) const noexcept;

    SystemCalls& system_;
    OpenedSocket socket_;
    StampMode mode_;
    bool application_receive_ = false;
    Matching matching_ = Matching::none;
    std::uint32_t stamp_flags_ = 0; // SOF_TIMESTAMPING_TX_* for a stamped packet
    std::size_t queue_limit_ = 1;   // stamps that surely fit into the kernel's queue
    std::size_t queued_ = 0;        // stamps that may be there
    Nanoseconds uncertain_since_ = 0;
    std::optional<TransmitKeys> keys_;
    StampQueue kept_;
    std::uint32_t last_drops_ = 0;
    SocketCounters counters_;
    std::unique_ptr<MessageArray<batch_limit>> incoming_;
    std::unique_ptr<MessageArray<batch_limit>> outgoing_;
    std::unique_ptr<MessageArray<stamp_batch>> reports_;
};

} // namespace wirestamp::platform::gnu_linux
