// SPDX-License-Identifier: Apache-2.0
/**
 * @file socket.hpp
 * @brief UDP sockets whose packets carry stamps.
 */
#ifndef WIRESTAMP_CPP_SOCKET_HPP
#define WIRESTAMP_CPP_SOCKET_HPP

#include "wirestamp/cpp/context.hpp"
#include "wirestamp/socket.h"

namespace wirestamp {

struct SocketOptions : wst_socket_options {
    SocketOptions() noexcept : wst_socket_options WST_SOCKET_OPTIONS_INIT {}
    explicit SocketOptions(const wst_address &bound_to) noexcept : SocketOptions() { local = bound_to; }
};
struct Outgoing : wst_outgoing {
    Outgoing() noexcept : wst_outgoing WST_OUTGOING_INIT {}
};
struct TransmitStamp : wst_transmit_stamp {
    TransmitStamp() noexcept : wst_transmit_stamp WST_TRANSMIT_STAMP_INIT {}
};
struct SocketCounters : wst_socket_counters {
    SocketCounters() noexcept : wst_socket_counters WST_SOCKET_COUNTERS_INIT {}
};

/// A datagram received, in a buffer of the caller's.
struct Datagram : wst_datagram {
    Datagram() noexcept : wst_datagram() { struct_size = static_cast<std::uint32_t>(sizeof(wst_datagram)); }
#ifndef SWIG
    explicit Datagram(MutableBytes buffer) noexcept : Datagram() {
        data = buffer.data();
        capacity = static_cast<std::uint32_t>(buffer.size());
    }
    Bytes payload() const noexcept {
        return { data, size };
    }
#endif
    bool truncated() const noexcept {
        return (flags & WST_DATAGRAM_TRUNCATED) != 0;
    }
};

/// The better of two stamps of one packet: hardware, else software. Its source is WST_SOURCE_NONE where there is neither.
inline const wst_stamp &best_stamp(const wst_datagram &datagram) noexcept {
    return datagram.hardware.source != WST_SOURCE_NONE ? datagram.hardware : datagram.software;
}
inline const wst_stamp &best_stamp(const wst_transmit_stamp &stamp) noexcept {
    return stamp.hardware.source != WST_SOURCE_NONE ? stamp.hardware : stamp.software;
}

#ifndef SWIG
/// Room for several datagrams, made once and used again: socket.receive(batch, timeout); for (const Datagram &d : batch) …
class ReceiveBatch {
public:
    ReceiveBatch(std::uint32_t count, std::uint32_t bytes_each)
        : bytes_(std::size_t { count } * bytes_each), datagrams_(count), bytes_each_(bytes_each) {}

    std::uint32_t capacity() const noexcept { return static_cast<std::uint32_t>(datagrams_.size()); }
    std::uint32_t size() const noexcept { return received_; }
    const Datagram *begin() const noexcept { return datagrams_.data(); }
    const Datagram *end() const noexcept { return datagrams_.data() + received_; }
    const Datagram &operator[](std::size_t i) const noexcept { return datagrams_[i]; }

private:
    friend class Socket;
    Datagram *prepare() noexcept {
        unsigned char *next = bytes_.data();
        for (Datagram &datagram : datagrams_) {
            datagram = Datagram(MutableBytes(next, bytes_each_));
            next += bytes_each_;
        }
        received_ = 0;
        return datagrams_.data();
    }

    std::vector<unsigned char> bytes_;
    std::vector<Datagram> datagrams_;
    std::uint32_t bytes_each_;
    std::uint32_t received_ = 0;
};
#endif

/// See wst_socket_open.
class Socket {
public:
    explicit Socket(Context &context, const wst_socket_options &options = SocketOptions()) {
        wst_socket *opened = nullptr;
        check([&](wst_error *error) { return wst_socket_open(context.need(), &options, &opened, error); });
        handle_ = { context.owner(), opened, &wst_socket_close };
    }

    /// For calls of the C interface, and for EventFilter::object. nullptr once closed.
    wst_socket *handle() const noexcept { return handle_.get(); }
    /// See wst_socket_close: those who wait in it get WST_E_CLOSED.
    void close() { handle_.close(); }

    Address local_address() const {
        Address out;
        check([&](wst_error *error) { return wst_socket_local_address(handle_.need(), &out, error); });
        return out;
    }
    /// See wst_socket_handle.
    std::intptr_t native_handle() const {
        std::intptr_t out = -1;
        check([&](wst_error *error) { return wst_socket_handle(handle_.need(), &out, error); });
        return out;
    }
    void join(const wst_address &group) {
        check([&](wst_error *error) { return wst_socket_join(handle_.need(), &group, error); });
    }
    void leave(const wst_address &group) {
        check([&](wst_error *error) { return wst_socket_leave(handle_.need(), &group, error); });
    }

    /** @name Receiving
     * A timeout of 0 does not wait, a negative one (`forever`) has no limit.
     * @{ */
#ifndef SWIG
    /// Empty when the time is up.
    std::optional<Datagram> receive(MutableBytes buffer, std::chrono::nanoseconds timeout = forever) {
        Datagram datagram(buffer);
        if (!check_unless_late(
                [&](wst_error *error) { return wst_socket_receive(handle_.need(), &datagram, timeout.count(), error); }))
            return std::nullopt;
        return datagram;
    }
    /// Waits for the first, then takes what is there. How many, 0 when the time is up.
    std::uint32_t receive(ReceiveBatch &batch, std::chrono::nanoseconds timeout = forever) {
        check_unless_late([&](wst_error *error) {
            return wst_socket_receive_batch(handle_.need(), batch.prepare(), batch.capacity(), timeout.count(), &batch.received_,
                                            error);
        });
        return batch.received_;
    }
#endif
    wst_status try_receive(wst_datagram &datagram, std::chrono::nanoseconds timeout, wst_error *error = nullptr) noexcept {
        wst_socket *const socket = handle_.get();
        return socket ? wst_socket_receive(socket, &datagram, timeout.count(), error) : detail::closed(error);
    }
    wst_status try_receive_batch(wst_datagram *batch, std::uint32_t count, std::chrono::nanoseconds timeout,
                                 std::uint32_t &received, wst_error *error = nullptr) noexcept {
        wst_socket *const socket = handle_.get();
        return socket ? wst_socket_receive_batch(socket, batch, count, timeout.count(), &received, error) : detail::closed(error);
    }
    /** @} */

    /** @name Sending
     * @{ */
#ifndef SWIG
    /// See wst_socket_send.
    void send(Bytes payload, const wst_address &destination) {
        send(outgoing(payload, destination));
    }
    /// The same; its transmit stamp can be taken later under `id`.
    void send_stamped(Bytes payload, const wst_address &destination, std::uint32_t id) {
        Outgoing datagram = outgoing(payload, destination);
        datagram.flags = WST_OUTGOING_STAMP;
        datagram.id = id;
        send(datagram);
    }
    /// Sends in order until one cannot be sent. How many were.
    std::uint32_t send(const std::vector<Outgoing> &batch) {
        std::uint32_t sent = 0;
        if (!batch.empty())
            check([&](wst_error *error) {
                return wst_socket_send_batch(handle_.need(), batch.data(), static_cast<std::uint32_t>(batch.size()), &sent,
                                             error);
            });
        return sent;
    }
    static Outgoing outgoing(Bytes payload, const wst_address &destination) noexcept {
        Outgoing out;
        out.data = payload.data();
        out.size = static_cast<std::uint32_t>(payload.size());
        out.destination = destination;
        return out;
    }
    void send(const wst_outgoing &datagram) {
        check([&](wst_error *error) { return wst_socket_send(handle_.need(), &datagram, error); });
    }
#endif
    wst_status try_send(const wst_outgoing &datagram, wst_error *error = nullptr) noexcept {
        wst_socket *const socket = handle_.get();
        return socket ? wst_socket_send(socket, &datagram, error) : detail::closed(error);
    }
    wst_status try_send_batch(const wst_outgoing *batch, std::uint32_t count, std::uint32_t &sent,
                              wst_error *error = nullptr) noexcept {
        wst_socket *const socket = handle_.get();
        return socket ? wst_socket_send_batch(socket, batch, count, &sent, error) : detail::closed(error);
    }
    /** @} */

    /** @name Transmit stamps
     * @{ */
#ifndef SWIG
    /// See wst_socket_transmit_stamp. Empty when the time is up.
    std::optional<TransmitStamp> transmit_stamp(std::uint32_t id, std::chrono::nanoseconds timeout = forever) {
        TransmitStamp out;
        if (!check_unless_late(
                [&](wst_error *error) { return wst_socket_transmit_stamp(handle_.need(), id, timeout.count(), &out, error); }))
            return std::nullopt;
        return out;
    }
    /// See wst_socket_transmit_stamps. Up to `most` in the order in which they came; empty when the time is up.
    std::vector<TransmitStamp> transmit_stamps(std::uint32_t most, std::chrono::nanoseconds timeout = forever) {
        std::vector<TransmitStamp> out(most);
        std::uint32_t taken = 0;
        check_unless_late([&](wst_error *error) {
            return wst_socket_transmit_stamps(handle_.need(), out.data(), most, timeout.count(), &taken, error);
        });
        out.resize(taken);
        return out;
    }
#endif
    wst_status try_transmit_stamp(std::uint32_t id, std::chrono::nanoseconds timeout, wst_transmit_stamp &out,
                                  wst_error *error = nullptr) noexcept {
        out.struct_size = static_cast<std::uint32_t>(sizeof out);
        wst_socket *const socket = handle_.get();
        return socket ? wst_socket_transmit_stamp(socket, id, timeout.count(), &out, error) : detail::closed(error);
    }
    /// `out[0].struct_size` is the caller's to set.
    wst_status try_transmit_stamps(wst_transmit_stamp *out, std::uint32_t count, std::chrono::nanoseconds timeout,
                                   std::uint32_t &taken, wst_error *error = nullptr) noexcept {
        wst_socket *const socket = handle_.get();
        return socket ? wst_socket_transmit_stamps(socket, out, count, timeout.count(), &taken, error) : detail::closed(error);
    }
    /** @} */

    SocketCounters counters() const {
        SocketCounters out;
        check([&](wst_error *error) { return wst_socket_counters_get(handle_.need(), &out, error); });
        return out;
    }

private:
    detail::Owned<wst_socket> handle_;
};

} // namespace wirestamp

#endif
