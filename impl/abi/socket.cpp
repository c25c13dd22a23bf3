// SPDX-License-Identifier: Apache-2.0
//
// socket.h, translated. The packet calls go through without an exception and without memory from the heap.

#include "wirestamp/socket.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "impl/abi/addresses.hpp"
#include "impl/abi/arrays.hpp"
#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/runtime/interface_query.hpp"
#include "impl/runtime/stamped_socket.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;

struct wst_socket final : runtime::StampedSocket {
    using StampedSocket::StampedSocket;
};

static_assert(sizeof(wst_stamp) == 32 && sizeof(wst_outgoing) == 48 && sizeof(wst_transmit_stamp) == 72);
static_assert(sizeof(void*) != 8 || sizeof(wst_datagram) == 144);

namespace {

using Outcome = runtime::StampedSocket::Outcome;

/// Packets go through in portions of this, whose translation fits on the stack.
constexpr std::uint32_t portion = 32;

/// Elements that nobody sets to zero first, since whoever hands them out sets all their members.
template <class T, std::size_t Count>
class Room {
public:
    static_assert(std::is_aggregate_v<T> && std::is_trivially_destructible_v<T>);
    // Arrays of bytes give life to such objects.
    T* data() noexcept { return reinterpret_cast<T*>(bytes_); }
    T& operator[](std::size_t index) noexcept { return data()[index]; }

private:
    alignas(T) std::byte bytes_[Count * sizeof(T)];
};

constexpr const char* explanation(wst_status status) noexcept {
    switch (status) {
        case WST_E_WOULD_BLOCK:
            return "nothing is there now; give a timeout, or try again when the handle is ready";
        case WST_E_TIMED_OUT:
            return "nothing came within the timeout";
        case WST_E_CLOSED:
            return "the socket, or its context, was closed";
        case WST_E_WOULD_DEADLOCK:
            return "a simulated network stands still while a callback runs, so waiting here would never end; "
                   "use a timeout of 0";
        case WST_E_INTERFACE_GONE:
            return "the interface that the socket is bound to was removed; open the socket anew when it is "
                   "back";
        case WST_E_PERMISSION:
            return "the system does not let this datagram out (a broadcast or firewall rule)";
        case WST_E_RANGE:
            return "the datagram is longer than can be sent (65507 bytes over IPv4, 65527 over IPv6)";
        case WST_E_INVALID_ARGUMENT:
            return "the system finds the destination's family, address or port unfit for this socket";
        case WST_E_IO:
            return "the system could not send or receive; see os_error (no route, link down and the like)";
        default:
            return nullptr;
    }
}

wst_status finish(wst_error* error, const Outcome& outcome) noexcept {
    if (error)
        write_error(error, outcome.status, outcome.os_error,
                    outcome.status == WST_OK ? "" : explanation(outcome.status));
    return outcome.status;
}

wst_status refuse(wst_error* error, wst_status status, const char* message) noexcept {
    if (error)
        write_error(error, status, 0, message);
    return status;
}

wst_stamp translate(const platform::Stamp& stamp, std::uint64_t interface_id) noexcept {
    if (!stamp)
        return wst_stamp{0, WST_CLOCK_NONE, WST_SOURCE_NONE, interface_id, -1, 0};
    return wst_stamp{stamp.value,
                     static_cast<std::uint32_t>(stamp.clock),
                     static_cast<std::uint32_t>(stamp.source),
                     interface_id,
                     stamp.clock_index,
                     0};
}

platform::StampMode translate_mode(std::uint32_t stamps) {
    switch (stamps) {
        case WST_STAMPS_SOFTWARE:
            return platform::StampMode::software;
        case WST_STAMPS_HARDWARE:
            return platform::StampMode::hardware;
        case WST_STAMPS_BOTH:
            return platform::StampMode::both;
        case WST_STAMPS_NONE:
            return platform::StampMode::none;
        default:
            throw Failure(WST_E_RANGE, "options.stamps must be one of WST_STAMPS_*");
    }
}

int or_default(std::uint32_t value, std::uint32_t limit, const char* name, int when_zero) {
    if (value > limit)
        throw Failure(WST_E_RANGE,
                      std::string("options.") + name + " may be at most " + std::to_string(limit));
    return value != 0 ? static_cast<int>(value) : when_zero;
}

bool is_any(const wst_address& address) {
    return std::all_of(std::begin(address.bytes), std::end(address.bytes),
                       [](std::uint8_t byte) { return byte == 0; });
}

runtime::StampedSocket::Options translate(runtime::Context& context, const wst_socket_options& options) {
    constexpr std::uint32_t known =
        WST_SOCKET_REUSE_ADDRESS | WST_SOCKET_MULTICAST_LOOPBACK | WST_SOCKET_EVENTS | WST_SOCKET_CLOCK;
    const bool by_clock = (options.flags & WST_SOCKET_CLOCK) != 0;
    if ((options.flags & ~known) != 0 || (!by_clock && options.clock_index != 0))
        throw Failure(WST_E_UNSUPPORTED_FIELD,
                      "options.flags has bits that this library does not know, or options.clock_index is set "
                      "without WST_SOCKET_CLOCK");
    if (by_clock && (options.interface_id == 0 ||
                     (options.stamps != WST_STAMPS_HARDWARE && options.stamps != WST_STAMPS_BOTH)))
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "WST_SOCKET_CLOCK needs options.interface_id and hardware stamps");
    if (options.local.family != WST_FAMILY_NONE && options.local.family != WST_FAMILY_IPV4 &&
        options.local.family != WST_FAMILY_IPV6)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "options.local.family must be WST_FAMILY_IPV4 or WST_FAMILY_IPV6");
    runtime::StampedSocket::Options out;
    platform::SocketOptions& socket = out.socket;
    socket.family = options.local.family == WST_FAMILY_IPV6 ? Family::ipv6 : Family::ipv4;
    socket.port = options.local.port;
    if (options.local.family != WST_FAMILY_NONE && !is_any(options.local))
        socket.local = abi::translate(options.local);
    else if (!is_any(options.local))
        throw Failure(WST_E_INVALID_ARGUMENT, "options.local has an address without a family");
    socket.stamps = translate_mode(options.stamps);
    socket.time_to_live = or_default(options.time_to_live, 255, "time_to_live", -1);
    socket.dscp = or_default(options.dscp, 63, "dscp", -1);
    socket.priority = or_default(options.priority, 15, "priority", -1);
    socket.receive_buffer = or_default(options.receive_buffer, 0x3fffffff, "receive_buffer", 0);
    socket.send_buffer = or_default(options.send_buffer, 0x3fffffff, "send_buffer", 0);
    socket.transmit_stamps_kept = static_cast<std::uint16_t>(
        or_default(options.transmit_stamps_kept, 65535, "transmit_stamps_kept", 256));
    socket.reuse_address = (options.flags & WST_SOCKET_REUSE_ADDRESS) != 0;
    socket.multicast_loopback = (options.flags & WST_SOCKET_MULTICAST_LOOPBACK) != 0;
    if (by_clock)
        socket.clock_index = or_default(options.clock_index, 0x7fffffff, "clock_index", 0);
    out.events = (options.flags & WST_SOCKET_EVENTS) != 0;
    out.interface = options.interface_id;
    if (options.interface_id != 0) {
        const auto interface = runtime::interface_of(context.platform(), options.interface_id);
        socket.interface = interface.name;
        if (socket.stamps == platform::StampMode::both) {
            namespace hw = platform::hardware_flag;
            constexpr std::uint32_t transmit = hw::tagged_transmit | hw::all_transmit |
                                               hw::ptp_v2_over_udp_ipv4_event_message_transmit |
                                               hw::ptp_v2_over_udp_ipv4_all_message_transmit |
                                               hw::ptp_v2_over_udp_ipv6_event_message_transmit |
                                               hw::ptp_v2_over_udp_ipv6_all_message_transmit;
            const auto active = context.platform().capabilities().active(interface);
            out.expect_hardware = (active.valid & platform::capability_valid::hardware) != 0 &&
                                  (active.hardware & transmit) != 0;
        }
    }
    return out;
}

void fill(wst_datagram& out, const platform::Received& received, std::uint64_t interface_id) noexcept {
    // The platform may have exchanged the buffers of two packets.
    out.data = received.buffer.data();
    out.capacity = static_cast<std::uint32_t>(received.buffer.size());
    out.size = static_cast<std::uint32_t>(received.size);
    out.flags = received.truncated ? WST_DATAGRAM_TRUNCATED : 0;
    out.source = abi::translate(received.source);
    out.destination = abi::translate(received.destination);
    out.interface_index = received.interface_index;
    out.reserved = 0;
    out.hardware = translate(received.hardware, interface_id);
    out.software = translate(received.software, interface_id);
    out.struct_size = static_cast<std::uint32_t>(sizeof out);
}

void take_buffer(platform::Received& packet, const wst_datagram& datagram) noexcept {
    packet.buffer = {static_cast<std::uint8_t*>(datagram.data), datagram.data ? datagram.capacity : 0};
}

void take_over(wst_datagram* datagram, std::uint32_t stride, const platform::Received& received,
               std::uint64_t interface_id) noexcept {
    if (stride >= sizeof(wst_datagram)) {
        fill(*datagram, received, interface_id);
        return;
    }
    wst_datagram whole;
    fill(whole, received, interface_id);
    whole.struct_size = stride;
    std::memcpy(static_cast<void*>(datagram), &whole, stride);
}

constexpr std::uint32_t smallest_datagram = offsetof(wst_datagram, source);
constexpr std::uint32_t smallest_outgoing = sizeof(wst_outgoing);
constexpr std::uint32_t smallest_stamp = sizeof(wst_transmit_stamp);

bool possible_stride(std::uint32_t size, std::uint32_t smallest, std::size_t alignment) noexcept {
    return size >= smallest && size <= largest_struct && size % alignment == 0;
}

/// Why this datagram cannot be sent; null: it can.
const char* complaint(const wst_socket& socket, const wst_outgoing& datagram, wst_status& status) noexcept {
    status = WST_E_INVALID_ARGUMENT;
    if (!datagram.data && datagram.size != 0)
        return "a datagram's data is NULL though its size is not 0";
    if (datagram.destination.family != static_cast<std::uint8_t>(socket.local_address().family))
        return "a datagram's destination is of another family than the socket";
    if (datagram.destination.port == 0)
        return "a datagram's destination has no port";
    if ((datagram.flags & WST_OUTGOING_STAMP) && !socket.takes_stamps()) {
        status = WST_E_STATE;
        return "the socket was opened with WST_STAMPS_NONE, so it takes no transmit stamps";
    }
    status = WST_E_UNSUPPORTED_FIELD;
    if (datagram.flags & ~WST_OUTGOING_STAMP)
        return "a datagram's flags have bits that this library does not know";
    status = WST_E_RANGE;
    if (datagram.size > 65535)
        return "the datagram is longer than can be sent (65507 bytes over IPv4, 65527 over IPv6)";
    return nullptr;
}

platform::Outgoing translate(const wst_outgoing& datagram) noexcept {
    return {{static_cast<const std::uint8_t*>(datagram.data), datagram.size},
            abi::translate(datagram.destination),
            datagram.flags & WST_OUTGOING_STAMP ? std::optional(datagram.id) : std::nullopt};
}

Address checked_group(const wst_socket& socket, const wst_address& group) {
    const Address address = abi::translate(group);
    if (address.family == Family::none || address.family != socket.local_address().family)
        throw Failure(WST_E_INVALID_ARGUMENT, "the group is of another family than the socket");
    if (!is_multicast(address))
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "the group is no multicast address (224.0.0.0 to 239.255.255.255, or ff00::/8)");
    return address;
}

} // namespace

extern "C" {

wst_status WST_CALL wst_socket_open(wst_context* context, const wst_socket_options* options, wst_socket** out,
                                    wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = nullptr;
        require(context, "context");
        const wst_socket_options defaults = WST_SOCKET_OPTIONS_INIT;
        const wst_socket_options wanted = read_struct(options, defaults, "options");
        const auto lock = context->lock();
        *out = &context->create<wst_socket>(translate(*context, wanted));
    });
}

wst_status WST_CALL wst_socket_close(wst_socket* socket, wst_error* error) {
    return guard(error, [&] {
        if (!socket)
            return;
        runtime::Context& context = socket->context();
        auto lock = context.lock();
        context.destroy(lock, *socket);
    });
}

wst_status WST_CALL wst_socket_local_address(wst_socket* socket, wst_address* out, wst_error* error) {
    return guard(error, [&] {
        require(socket, "socket");
        require(out, "out") = abi::translate(socket->local_address());
    });
}

wst_status WST_CALL wst_socket_handle(wst_socket* socket, intptr_t* out, wst_error* error) {
    return guard(error, [&] {
        require(socket, "socket");
        require(out, "out") = -1;
        if (socket->handle() == -1)
            throw Failure(WST_E_NOT_SUPPORTED,
                          "a simulated socket has no handle to wait for; use WST_SOCKET_EVENTS or a timeout");
        *out = socket->handle();
    });
}

wst_status WST_CALL wst_socket_join(wst_socket* socket, const wst_address* group, wst_error* error) {
    return guard(error, [&] {
        require(socket, "socket");
        socket->join(checked_group(*socket, require(group, "group")));
    });
}

wst_status WST_CALL wst_socket_leave(wst_socket* socket, const wst_address* group, wst_error* error) {
    return guard(error, [&] {
        require(socket, "socket");
        socket->leave(checked_group(*socket, require(group, "group")));
    });
}

wst_status WST_CALL wst_socket_receive(wst_socket* socket, wst_datagram* datagram, int64_t timeout_ns,
                                       wst_error* error) {
    if (!socket || !datagram)
        return refuse(error, WST_E_INVALID_ARGUMENT, "socket or datagram is NULL");
    const std::uint32_t size = datagram->struct_size;
    if (!possible_stride(size, smallest_datagram, 1))
        return refuse(error, WST_E_INVALID_ARGUMENT, "set datagram->struct_size to sizeof(wst_datagram)");
    try {
        Room<platform::Received, 1> packet;
        platform::InterfaceId interface = 0;
        take_buffer(packet[0], *datagram);
        const Outcome outcome = socket->receive({packet.data(), 1}, {&interface, 1}, timeout_ns);
        if (outcome.count != 0)
            take_over(datagram, size, packet[0], interface);
        return finish(error, outcome);
    } catch (...) {
        return report_exception(error);
    }
}

wst_status WST_CALL wst_socket_receive_batch(wst_socket* socket, wst_datagram* batch, uint32_t count,
                                             int64_t timeout_ns, uint32_t* received, wst_error* error) {
    if (!socket || !batch || !received || count == 0)
        return refuse(error, WST_E_INVALID_ARGUMENT, "socket, batch or received is NULL, or count is 0");
    *received = 0;
    const std::uint32_t stride = batch->struct_size;
    if (!possible_stride(stride, smallest_datagram, count > 1 ? alignof(wst_datagram) : 1))
        return refuse(error, WST_E_INVALID_ARGUMENT, "set batch[0].struct_size to sizeof(wst_datagram)");
    const auto at = [&](std::uint32_t index) {
        return reinterpret_cast<wst_datagram*>(reinterpret_cast<unsigned char*>(batch) +
                                               std::size_t{index} * stride);
    };
    try {
        std::array<platform::InterfaceId, portion> interfaces;
        Room<platform::Received, portion> packets;
        Outcome outcome;
        do {
            const std::uint32_t room = std::min(count - *received, portion);
            for (std::uint32_t i = 0; i < room; ++i)
                take_buffer(packets[i], *at(*received + i));
            outcome = socket->receive({packets.data(), room}, interfaces, *received == 0 ? timeout_ns : 0);
            for (std::uint32_t i = 0; i < outcome.count; ++i)
                take_over(at(*received + i), stride, packets[i], interfaces[i]);
            *received += outcome.count;
            if (outcome.count < room)
                break;
        } while (*received < count);
        if (*received != 0)
            outcome = {};
        return finish(error, outcome);
    } catch (...) {
        return report_exception(error);
    }
}

wst_status WST_CALL wst_socket_send(wst_socket* socket, const wst_outgoing* datagram, wst_error* error) {
    if (!socket || !datagram)
        return refuse(error, WST_E_INVALID_ARGUMENT, "socket or datagram is NULL");
    if (!possible_stride(datagram->struct_size, smallest_outgoing, 1))
        return refuse(error, WST_E_INVALID_ARGUMENT, "set datagram->struct_size to sizeof(wst_outgoing)");
    wst_status status = WST_OK;
    if (const char* why = complaint(*socket, *datagram, status))
        return refuse(error, status, why);
    try {
        const platform::Outgoing packet = translate(*datagram);
        return finish(error, socket->send({&packet, 1}));
    } catch (...) {
        return report_exception(error);
    }
}

wst_status WST_CALL wst_socket_send_batch(wst_socket* socket, const wst_outgoing* batch, uint32_t count,
                                          uint32_t* sent, wst_error* error) {
    if (!socket || !batch || !sent || count == 0)
        return refuse(error, WST_E_INVALID_ARGUMENT, "socket, batch or sent is NULL, or count is 0");
    *sent = 0;
    const std::uint32_t stride = batch->struct_size;
    if (!possible_stride(stride, smallest_outgoing, count > 1 ? alignof(wst_outgoing) : 1))
        return refuse(error, WST_E_INVALID_ARGUMENT, "set batch[0].struct_size to sizeof(wst_outgoing)");
    try {
        const auto prepare = [&](std::uint32_t index, platform::Outgoing& packet,
                                 wst_status& status) -> const char* {
            const auto* datagram = reinterpret_cast<const wst_outgoing*>(
                reinterpret_cast<const unsigned char*>(batch) + std::size_t{index} * stride);
            if (const char* why = complaint(*socket, *datagram, status))
                return why;
            packet = translate(*datagram);
            return nullptr;
        };
        wst_status status = WST_OK;
        Room<platform::Outgoing, portion> packets;
        Outcome outcome;
        const char* why = nullptr;
        while (*sent < count && !why) {
            const std::uint32_t wanted = std::min(count - *sent, portion);
            std::uint32_t ready = 0;
            while (ready < wanted && !(why = prepare(*sent + ready, packets[ready], status)))
                ++ready;
            if (ready == 0)
                break;
            outcome = socket->send({packets.data(), ready});
            *sent += outcome.count;
            if (outcome.count < ready)
                break;
        }
        if (*sent == 0 && outcome.status == WST_OK && why)
            return refuse(error, status, why);
        if (*sent != 0)
            outcome = {};
        return finish(error, outcome);
    } catch (...) {
        return report_exception(error);
    }
}

wst_status WST_CALL wst_socket_transmit_stamp(wst_socket* socket, uint32_t id, int64_t timeout_ns,
                                              wst_transmit_stamp* out, wst_error* error) {
    if (!socket || !out || !possible_stride(out->struct_size, smallest_stamp, 1))
        return refuse(error, WST_E_INVALID_ARGUMENT,
                      "socket or out is NULL, or out->struct_size is not sizeof(wst_transmit_stamp)");
    if (!socket->takes_stamps())
        return refuse(error, WST_E_STATE,
                      "the socket was opened with WST_STAMPS_NONE, so it takes no transmit stamps");
    const std::uint64_t interface_id = socket->bound_interface();
    try {
        platform::TransmitStamp stamp;
        const Outcome outcome = socket->transmit_stamp(id, timeout_ns, stamp);
        if (outcome.status == WST_OK)
            write_struct(out, wst_transmit_stamp{0, stamp.id, translate(stamp.hardware, interface_id),
                                                 translate(stamp.software, interface_id)});
        return finish(error, outcome);
    } catch (...) {
        return report_exception(error);
    }
}

wst_status WST_CALL wst_socket_transmit_stamps(wst_socket* socket, wst_transmit_stamp* out, uint32_t count,
                                               int64_t timeout_ns, uint32_t* taken, wst_error* error) {
    if (!socket || !out || !taken || count == 0)
        return refuse(error, WST_E_INVALID_ARGUMENT, "socket, out or taken is NULL, or count is 0");
    *taken = 0;
    if (!possible_stride(out->struct_size, smallest_stamp, alignof(wst_transmit_stamp)))
        return refuse(error, WST_E_INVALID_ARGUMENT, "set out[0].struct_size to sizeof(wst_transmit_stamp)");
    if (!socket->takes_stamps())
        return refuse(error, WST_E_STATE,
                      "the socket was opened with WST_STAMPS_NONE, so it takes no transmit stamps");
    const std::uint64_t interface_id = socket->bound_interface();
    try {
        const OutputArray<wst_transmit_stamp> array(out, count, "out");
        Room<platform::TransmitStamp, portion> stamps;
        Outcome outcome;
        do {
            const std::uint32_t room = std::min(count - *taken, portion);
            outcome = socket->transmit_stamps({stamps.data(), room}, *taken == 0 ? timeout_ns : 0);
            for (std::uint32_t i = 0; i < outcome.count; ++i)
                array.write(*taken + i,
                            wst_transmit_stamp{static_cast<std::uint32_t>(sizeof(wst_transmit_stamp)),
                                               stamps[i].id, translate(stamps[i].hardware, interface_id),
                                               translate(stamps[i].software, interface_id)});
            *taken += outcome.count;
            if (outcome.count < room)
                break;
        } while (*taken < count);
        if (*taken != 0)
            outcome = {};
        return finish(error, outcome);
    } catch (...) {
        return report_exception(error);
    }
}

wst_status WST_CALL wst_socket_counters_get(wst_socket* socket, wst_socket_counters* out, wst_error* error) {
    return guard(error, [&] {
        require(socket, "socket");
        check_output(out, "out");
        const auto counters = socket->counters();
        wst_socket_counters answer = WST_SOCKET_COUNTERS_INIT;
        answer.received = counters.socket.received;
        answer.sent = counters.socket.sent;
        answer.receive_stamps_missing = counters.socket.receive_stamps_missing;
        answer.receive_drops = counters.socket.receive_drops;
        answer.transmit_stamps_asked = counters.asked;
        answer.transmit_stamps = counters.socket.transmit_stamps;
        answer.transmit_stamps_dropped = counters.socket.transmit_stamps_dropped + counters.dropped;
        answer.transmit_stamps_unknown = counters.socket.transmit_stamps_unknown;
        answer.transmit_stamps_timed_out = counters.timed_out;
        answer.transmit_stamps_zero = counters.socket.transmit_stamps_zero;
        write_struct(out, answer);
    });
}

} // extern "C"
