// SPDX-License-Identifier: Apache-2.0
//
// Receiving, sending and collecting stamps. One packet goes through the plain call, which is cheaper than the
// batched one.

#include "impl/platform/linux/udp_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "impl/base/multicast.hpp"
#include "impl/platform/linux/kernel.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

// An adapter that has not stamped a packet after this long has lost it.
constexpr Nanoseconds stamp_patience = nanoseconds_per_second;
// What one stamp in the error queue is accounted with, rounded up.
constexpr std::size_t bytes_per_stamp = 1024;
// How many packets may be on their way to their stamps at once.
constexpr std::size_t keys_capacity = 8192;

// Leftovers of earlier sends (ICMP), reported once on the next call whatever it does.
bool is_report_of_another_packet(int result) noexcept {
    return result == -ECONNREFUSED || result == -EHOSTUNREACH || result == -ENETUNREACH ||
           result == -EHOSTDOWN || result == -EPROTO || result == -ECONNRESET;
}

bool is_link_local(const Address& address) noexcept {
    return address.family == Family::ipv6 &&
           ((address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80) ||
            (address.bytes[0] == 0xff && (address.bytes[1] & 0x0f) == 0x02));
}

} // namespace

UdpSocket::UdpSocket(SystemCalls& system, const SocketOptions& options)
    : system_(system),
      socket_(open_udp_socket(system, options)),
      mode_(options.stamps),
      kept_(options.stamps == StampMode::none ? 0 : std::max<std::size_t>(options.transmit_stamps_kept, 1)),
      incoming_(std::make_unique<MessageArray<batch_limit>>()),
      outgoing_(std::make_unique<MessageArray<batch_limit>>()),
      reports_(std::make_unique<MessageArray<stamp_batch>>()) {
    for (auto& header : incoming_->headers)
        header.msg_hdr.msg_iovlen = 1;
    if (mode_ == StampMode::none)
        return;
    application_receive_ = !socket_.stamps.receives();
    if (!socket_.stamps.transmits()) {
        matching_ = Matching::application;
        return;
    }
    matching_ = Matching::undecided;
    const auto granted = socket_.stamps.granted;
    std::uint8_t expected = 0;
    if (mode_ != StampMode::hardware && (granted & kernel::software) != 0) {
        stamp_flags_ |= kernel::tx_software;
        expected |= TransmitKeys::software;
    }
    if (mode_ != StampMode::software && (granted & kernel::raw_hardware) != 0) {
        stamp_flags_ |= kernel::tx_hardware;
        expected |= TransmitKeys::hardware;
    }
    keys_.emplace(keys_capacity, expected);
    const auto buffer = static_cast<std::size_t>(std::max(socket_.receive_buffer, 0)) / 2;
    const std::size_t stamps_per_packet = mode_ == StampMode::both ? 2 : 1;
    queue_limit_ = std::clamp<std::size_t>(buffer / bytes_per_stamp / stamps_per_packet, 1, batch_limit * 4);
}

Nanoseconds UdpSocket::clock(clockid_t id) const noexcept {
    timespec now{};
    system_.read_clock(id, &now);
    return static_cast<Nanoseconds>(now.tv_sec) * nanoseconds_per_second + now.tv_nsec;
}

Stamp UdpSocket::make_stamp(Nanoseconds value, StampSource source) const noexcept {
    Stamp stamp;
    if (value == 0)
        return stamp;
    stamp.value = value;
    stamp.source = source;
    stamp.clock = source == StampSource::hardware ? ClockKind::device : ClockKind::realtime;
    stamp.clock_index = source == StampSource::hardware ? socket_.phc_index : -1;
    return stamp;
}

// ---- receiving

int UdpSocket::receive(std::span<Received> batch) {
    // A wake without a packet for us (of another interface, or an error of another packet) is not the end of
    // what there is, but nobody may keep us here for ever either.
    for (int attempt = 0; attempt < 16 && !batch.empty(); ++attempt) {
        const int result = batch.size() == 1 ? receive_one(batch[0])
                                             : receive_some(batch.first(std::min(batch.size(), batch_limit)));
        if (result == -EAGAIN)
            return 0;
        if (result != 0 && !is_report_of_another_packet(result))
            return result;
    }
    return 0;
}

void UdpSocket::prepare_received(std::size_t slot, const Received& packet) noexcept {
    auto& slots = *incoming_;
    slots.pieces[slot] = {packet.buffer.data(), packet.buffer.size()};
    auto& header = slots.headers[slot].msg_hdr;
    header.msg_namelen = sizeof(SocketAddress);
    header.msg_controllen = control_room;
}

int UdpSocket::receive_one(Received& packet) {
    prepare_received(0, packet);
    auto& message = incoming_->headers[0];
    const int size = system_.receive_message(socket_.descriptor.get(), &message.msg_hdr, MSG_DONTWAIT);
    if (size < 0)
        return size;
    message.msg_len = static_cast<unsigned>(size);
    return finish_received(packet, message) ? 1 : 0;
}

int UdpSocket::receive_some(std::span<Received> batch) {
    auto& slots = *incoming_;
    for (std::size_t i = 0; i < batch.size(); ++i)
        prepare_received(i, batch[i]);
    const int count = system_.receive_messages(socket_.descriptor.get(), slots.headers.data(),
                                               static_cast<unsigned>(batch.size()), MSG_DONTWAIT);
    if (count < 0)
        return count;
    int wanted = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        if (!finish_received(batch[i], slots.headers[i]))
            continue;
        // Buffers belong to entries, so a packet that stays leaves its own for that of one that goes.
        if (auto& free = batch[static_cast<std::size_t>(wanted)]; &free != &batch[i]) {
            const auto buffer = free.buffer;
            free = batch[i];
            batch[i].buffer = buffer;
        }
        ++wanted;
    }
    return wanted;
}

bool UdpSocket::finish_received(Received& packet, const mmsghdr& message) {
    const auto& header = message.msg_hdr;
    const auto control = read_control(header);
    if (control.drops) {
        counters_.receive_drops += *control.drops - last_drops_;
        last_drops_ = *control.drops;
    }
    if (socket_.interface_index != 0 && !socket_.bound_to_interface && control.interface_index != 0 &&
        control.interface_index != socket_.interface_index)
        return false;
    packet.truncated = (header.msg_flags & MSG_TRUNC) != 0;
    packet.size = std::min<std::size_t>(message.msg_len, packet.buffer.size());
    packet.source = from_kernel(*static_cast<const SocketAddress*>(header.msg_name), header.msg_namelen);
    if (socket_.tells_destination) {
        packet.destination = control.destination;
        if (packet.destination.family != Family::none)
            packet.destination.port = socket_.local.port;
        packet.interface_index = control.interface_index;
    } else {
        packet.destination = socket_.local;
        packet.interface_index = socket_.interface_index;
    }
    packet.hardware = {};
    packet.software = {};
    ++counters_.received;
    if (mode_ == StampMode::none)
        return true;
    if (application_receive_) {
        packet.software = make_stamp(clock(CLOCK_REALTIME), StampSource::application);
        return true;
    }
    if (mode_ != StampMode::software)
        packet.hardware = make_stamp(control.hardware, StampSource::hardware);
    if (mode_ != StampMode::hardware)
        packet.software = make_stamp(control.software, StampSource::software);
    if (!packet.hardware && !packet.software)
        ++counters_.receive_stamps_missing;
    return true;
}

// ---- sending

int UdpSocket::send(std::span<const Outgoing> batch) {
    std::size_t sent = 0;
    while (sent < batch.size()) {
        const auto rest = batch.subspan(sent, std::min(batch.size() - sent, batch_limit));
        const int result = send_some(rest);
        if (result <= 0)
            return sent != 0 ? static_cast<int>(sent) : result;
        sent += static_cast<std::size_t>(result);
    }
    return static_cast<int>(sent);
}

int UdpSocket::send_some(std::span<const Outgoing> batch) {
    std::size_t count = batch.size();
    std::array<bool, batch_limit> stamped{};
    bool any_stamped = false;
    bool withheld = false;
    for (std::size_t i = 0; i < count; ++i)
        any_stamped |= stamped[i] = batch[i].stamp_id.has_value() && matching_ != Matching::none;
    if (any_stamped && matching_ != Matching::application) {
        if (queued_ + std::min(count, queue_limit_) > queue_limit_)
            keep_all();
        if (matching_ == Matching::by_counter && keys_->uncertain())
            settle_counter();
        // While it is open how stamps find their packets, only one is out at a time.
        if (matching_ == Matching::undecided || (matching_ == Matching::by_counter && keys_->uncertain()))
            count = 1;
        count = std::min(count, queue_limit_);
        if (matching_ == Matching::by_counter && stamped[0] && !keys_->may_stamp()) {
            stamped[0] = false;
            withheld = true;
        }
    }
    for (std::size_t i = 0; i < count; ++i)
        prepare(i, batch[i], stamped[i]);
    int result = hand_over(count);
    if (matching_ == Matching::undecided && stamped[0]) {
        if (result > 0) {
            matching_ = Matching::by_id;
        } else if (result == -EINVAL) {
            // A kernel before 6.13 does not know the id. If it is something else that is wrong, the same
            // error comes again and the question stays open.
            matching_ = Matching::by_counter;
            prepare(0, batch[0], true);
            result = hand_over(1);
            if (result < 0) {
                note_failed_stamped();
                matching_ = Matching::undecided;
                return result;
            }
        } else {
            return result;
        }
    }
    const auto sent = static_cast<std::size_t>(std::max(result, 0));
    for (std::size_t i = 0; i < sent; ++i)
        account_sent(batch[i], stamped[i]);
    if (withheld && sent != 0)
        ++counters_.transmit_stamps_dropped;
    // sendmmsg hides the error of a packet after the first; that it stopped there says that there was one.
    if (sent < count && stamped[sent] && matching_ == Matching::by_counter)
        note_failed_stamped();
    return result;
}

void UdpSocket::prepare(std::size_t slot, const Outgoing& packet, bool stamped) noexcept {
    auto& slots = *outgoing_;
    auto& header = slots.headers[slot].msg_hdr;
    slots.pieces[slot] = {const_cast<std::uint8_t*>(packet.data.data()), packet.data.size()};
    header.msg_iovlen = 1;
    header.msg_flags = 0;
    header.msg_namelen = to_kernel(packet.destination, slots.addresses[slot]);
    if (socket_.interface_index != 0 && packet.destination.scope_id == 0 && is_link_local(packet.destination))
        slots.addresses[slot].ipv6.sin6_scope_id = socket_.interface_index;
    SendRequest request;
    request.family = socket_.family;
    if (socket_.interface_index != 0 && !socket_.bound_to_interface)
        request.interface_index = socket_.interface_index;
    else if (packet.destination.scope_id != 0 && is_multicast(packet.destination))
        request.interface_index = packet.destination.scope_id;
    if (stamped && matching_ != Matching::application) {
        request.stamp_flags = stamp_flags_;
        if (matching_ == Matching::by_counter) {
            // Kernels before 5.17 number only packets with a software stamp.
            request.stamp_flags |= kernel::tx_software;
        } else {
            request.stamp_id = packet.stamp_id;
        }
    }
    header.msg_control = slots.controls[slot].data();
    header.msg_controllen = write_control(request, slots.controls[slot].data());
    if (header.msg_controllen == 0)
        header.msg_control = nullptr;
}

int UdpSocket::hand_over(std::size_t count) {
    constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    auto& headers = outgoing_->headers;
    if (count != 1)
        return system_.send_messages(socket_.descriptor.get(), headers.data(), static_cast<unsigned>(count),
                                     flags);
    const int result = system_.send_message(socket_.descriptor.get(), &headers[0].msg_hdr, flags);
    return result < 0 ? result : 1;
}

void UdpSocket::account_sent(const Outgoing& packet, bool stamped) {
    ++counters_.sent;
    if (!stamped)
        return;
    if (matching_ == Matching::application) {
        const TransmitStamp stamp{
            *packet.stamp_id, {}, make_stamp(clock(CLOCK_REALTIME), StampSource::application)};
        if (kept_.push(stamp))
            ++counters_.transmit_stamps;
        else
            ++counters_.transmit_stamps_dropped;
        return;
    }
    ++queued_;
    if (matching_ == Matching::by_counter) {
        if (keys_->uncertain())
            uncertain_since_ = clock(CLOCK_MONOTONIC);
        keys_->sent(*packet.stamp_id);
    }
}

void UdpSocket::note_failed_stamped() {
    uncertain_since_ = clock(CLOCK_MONOTONIC);
    keys_->failed();
}

void UdpSocket::settle_counter() {
    keep_all();
    if (!keys_->uncertain())
        return;
    if (!keys_->idle() && clock(CLOCK_MONOTONIC) - uncertain_since_ < stamp_patience)
        return;
    // The kernel starts to count at 0 whenever opt_id is newly set.
    auto without = socket_.stamps;
    without.granted &= ~kernel::opt_id;
    if (apply_stamp_options(system_, socket_.descriptor.get(), without) < 0)
        return;
    if (apply_stamp_options(system_, socket_.descriptor.get(), socket_.stamps) >= 0)
        keys_->restart();
}

// ---- transmit stamps

int UdpSocket::take_transmit_stamps(std::span<TransmitStamp> batch) {
    std::size_t taken = 0;
    while (taken < batch.size() && !kept_.empty())
        batch[taken++] = kept_.pop();
    if (matching_ == Matching::none || matching_ == Matching::application || taken == batch.size())
        return static_cast<int>(taken);
    const int result = drain(
        [&](const TransmitStamp& stamp) {
            batch[taken++] = stamp;
            ++counters_.transmit_stamps;
        },
        batch.size() - taken);
    return taken != 0 ? static_cast<int>(taken) : std::min(result, 0);
}

void UdpSocket::keep_all() {
    drain(
        [&](const TransmitStamp& stamp) {
            if (kept_.push(stamp))
                ++counters_.transmit_stamps;
            else
                ++counters_.transmit_stamps_dropped;
        },
        std::numeric_limits<std::size_t>::max());
}

// Gives up to `room` stamps to the sink; 0 or the error that ended it.
template <class Sink>
int UdpSocket::drain(Sink&& sink, std::size_t room) {
    auto& slots = *reports_;
    // Foreign reports take no room, so a bound of its own keeps a flood of them from holding us here.
    for (std::size_t rounds = 0; room > 0 && rounds < 4096; ++rounds) {
        // Where one is out, one is asked for: asking for more is asking once more. What comes besides (ICMP)
        // is for the next time.
        const bool only_one = queued_ == 1 && mode_ != StampMode::both;
        const auto want = only_one ? 1 : std::min(room, stamp_batch);
        for (std::size_t i = 0; i < want; ++i) {
            slots.headers[i].msg_hdr.msg_namelen = sizeof(SocketAddress);
            slots.headers[i].msg_hdr.msg_controllen = control_room;
            slots.headers[i].msg_hdr.msg_flags = 0;
        }
        constexpr int flags = MSG_ERRQUEUE | MSG_DONTWAIT;
        const int fd = socket_.descriptor.get();
        int count = 0;
        if (only_one) {
            const int size = system_.receive_message(fd, &slots.headers[0].msg_hdr, flags);
            count = size < 0 ? size : 1;
        } else {
            count = system_.receive_messages(fd, slots.headers.data(), static_cast<unsigned>(want), flags);
        }
        if (count == -EAGAIN) {
            queued_ = 0;
            return 0;
        }
        if (count < 0)
            return count;
        const auto room_before = room;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            TransmitStamp stamp;
            if (!read_stamp(slots.headers[i], stamp))
                continue;
            sink(stamp);
            --room;
        }
        if (only_one) {
            queued_ = 0;
            if (room == room_before)
                continue;
            return 0;
        }
        if (static_cast<std::size_t>(count) < want) {
            queued_ = 0;
            return 0;
        }
    }
    return 0;
}

bool UdpSocket::read_stamp(const mmsghdr& message, TransmitStamp& stamp) {
    const auto control = read_control(message.msg_hdr);
    if (!control.stamp_report)
        return false;
    // The value of a software stamp that was only to make an old kernel count is not told to this socket.
    const bool promised = mode_ != StampMode::hardware || matching_ == Matching::by_id;
    if (promised && control.hardware == 0 && control.software == 0)
        ++counters_.transmit_stamps_zero;
    stamp = {};
    std::optional<std::uint32_t> id;
    const auto claim = [&](Nanoseconds value, StampSource source, std::uint8_t kind, Stamp& out) {
        if (value == 0)
            return;
        const auto owner = matching_ == Matching::by_counter ? keys_->match(control.stamp_key, kind)
                                                             : std::optional(control.stamp_key);
        if (!owner) {
            ++counters_.transmit_stamps_unknown;
            return;
        }
        id = owner;
        out = make_stamp(value, source);
    };
    claim(control.hardware, StampSource::hardware, TransmitKeys::hardware, stamp.hardware);
    claim(control.software, StampSource::software, TransmitKeys::software, stamp.software);
    if (mode_ == StampMode::hardware)
        stamp.software = {};
    if (!id || (!stamp.hardware && !stamp.software))
        return false;
    stamp.id = *id;
    return true;
}

void UdpSocket::join(const Address& group) {
    change_membership(system_, socket_, group, true);
}

void UdpSocket::leave(const Address& group) {
    change_membership(system_, socket_, group, false);
}

} // namespace wirestamp::platform::gnu_linux
