// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/udp_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>

#include "impl/platform/windows/counter.hpp"
#include "impl/platform/windows/os_failure.hpp"

namespace wirestamp::platform::windows {

namespace {

// How many sent packets may wait for their stamps at once; Windows itself keeps 65535 at most.
constexpr std::size_t most_owed = 4096;
constexpr std::size_t receive_attempts = 16;

/// Leftovers of earlier sends (ICMP), reported once on the next call whatever it does.
bool is_report_of_another_packet(std::uint32_t outcome) noexcept {
    return outcome == code::connection_reset || outcome == code::network_reset ||
           outcome == code::host_unreachable || outcome == code::network_unreachable;
}

bool needs_scope(const Address& address) noexcept {
    return address.family == Family::ipv6 && address.scope_id == 0 &&
           ((address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80) ||
            (address.bytes[0] == 0xff && (address.bytes[1] & 0x0f) == 0x02));
}

} // namespace

UdpSocket::UdpSocket(SystemCalls& system, InterfaceCatalogue& interfaces, ChangeHub& changes,
                     StampPoller& poller, const SocketOptions& options)
    : system_(system),
      interfaces_(interfaces),
      changes_(changes),
      poller_(poller),
      socket_(open_udp_socket(system, interfaces, options)),
      mode_(options.stamps),
      frequency_(system.performance_frequency()),
      owed_(socket_.stamping ? most_owed : 0),
      kept_(mode_ == StampMode::none ? 0 : std::max<std::size_t>(options.transmit_stamps_kept, 1)) {
    if (!socket_.stamping)
        return;
    changes_.add(*this);
    try {
        poller_.add(*this);
    } catch (...) {
        changes_.remove(*this);
        throw;
    }
    polled_ = true;
}

UdpSocket::~UdpSocket() {
    if (!polled_)
        return;
    poller_.remove(*this);
    changes_.remove(*this);
}

Nanoseconds UdpSocket::counter() const noexcept {
    return ticks_to_nanoseconds(system_.performance_counter(), frequency_);
}

Stamp UdpSocket::make_stamp(std::uint64_t ticks, bool by_hardware,
                            std::uint32_t interface_index) const noexcept {
    Stamp stamp;
    if (by_hardware) {
        stamp.value = static_cast<std::int64_t>(ticks);
        stamp.clock = ClockKind::device_raw;
        stamp.source = StampSource::hardware;
        stamp.clock_index = static_cast<std::int32_t>(interface_index);
    } else {
        stamp.value = ticks_to_nanoseconds(static_cast<std::int64_t>(ticks), frequency_);
        stamp.clock = ClockKind::monotonic_raw;
        stamp.source = StampSource::software;
    }
    return stamp;
}

Stamp UdpSocket::application_stamp(Nanoseconds counter) const noexcept {
    Stamp stamp;
    stamp.value = counter;
    stamp.clock = ClockKind::monotonic_raw;
    stamp.source = StampSource::application;
    return stamp;
}

// ---- whose stamps they are

void UdpSocket::forget_domains_if_changed() noexcept {
    const auto now = changes_.generation();
    if (now == domains_as_of_)
        return;
    domains_as_of_ = now;
    known_count_ = 0;
    sending_domain_.reset();
}

StampDomain UdpSocket::ask_domain(std::uint32_t interface_index) noexcept {
    if (socket_.luid != 0)
        return stamp_domain(system_, socket_.luid);
    try {
        for (const auto& interface : interfaces_.list())
            if (interface.index == interface_index)
                return stamp_domain(system_, interface.id);
    } catch (const std::exception&) {
        // Not known this time: then the library's own stamp has to do.
    }
    return StampDomain::none;
}

StampDomain UdpSocket::domain_of(std::uint32_t interface_index) noexcept {
    forget_domains_if_changed();
    if (socket_.interface != 0)
        interface_index = socket_.interface;
    for (std::size_t i = 0; i < known_count_; ++i)
        if (known_[i].index == interface_index)
            return known_[i].domain;
    const KnownInterface learnt{interface_index, ask_domain(interface_index)};
    known_[known_count_ < known_.size() ? known_count_++ : known_.size() - 1] = learnt;
    return learnt.domain;
}

/// Without an interface of its own, a socket cannot know by which adapter a packet leaves. Only where all
/// adapters that stamp do it alike is there an answer.
StampDomain UdpSocket::sending_domain() noexcept {
    forget_domains_if_changed();
    if (socket_.interface != 0)
        return domain_of(socket_.interface);
    if (sending_domain_)
        return *sending_domain_;
    bool software = false;
    bool hardware = false;
    try {
        for (const auto& interface : interfaces_.list()) {
            const auto domain = stamp_domain(system_, interface.id);
            software |= domain == StampDomain::software;
            hardware |= domain == StampDomain::hardware;
        }
    } catch (const std::exception&) {
        software = hardware = false;
    }
    sending_domain_ = software == hardware ? StampDomain::none
                      : software           ? StampDomain::software
                                           : StampDomain::hardware;
    return *sending_domain_;
}

// ---- receiving

int UdpSocket::receive(std::span<Received> batch) {
    std::size_t count = 0;
    // A packet of another interface, or an error of another packet, is not the end of what there is, but
    // nobody may keep us here for ever either.
    for (std::size_t attempts = batch.size() + receive_attempts; count < batch.size() && attempts > 0;
         --attempts) {
        Received& packet = batch[count];
        Message message;
        message.data = packet.buffer;
        message.control = receive_control_;
        const auto outcome = system_.receive_message(socket_.socket.get(), message);
        if (outcome == code::success) {
            count += finish_received(packet, message) ? 1u : 0u;
            continue;
        }
        if (outcome == code::would_block)
            break;
        if (!is_report_of_another_packet(outcome))
            return count != 0 ? static_cast<int>(count) : -to_errno(outcome);
    }
    return static_cast<int>(count);
}

bool UdpSocket::finish_received(Received& packet, const Message& message) {
    const auto control =
        read_control(receive_control_.size() < message.control_size
                         ? std::span<const std::byte>(receive_control_)
                         : std::span<const std::byte>(receive_control_).first(message.control_size));
    if (socket_.interface != 0 && control.interface_index != 0 &&
        control.interface_index != socket_.interface)
        return false;
    packet.truncated = message.truncated;
    packet.size = std::min(message.size, packet.buffer.size());
    packet.source = message.peer;
    packet.destination = control.destination;
    if (packet.destination.family != Family::none)
        packet.destination.port = socket_.local.port;
    packet.interface_index = control.interface_index;
    packet.hardware = {};
    packet.software = {};
    ++counters_.received;
    if (mode_ == StampMode::none)
        return true;
    // Zero is Windows' way to say that nobody stamped it.
    if (control.timestamp.value_or(0) != 0) {
        const auto domain = domain_of(control.interface_index);
        const auto index = control.interface_index != 0 ? control.interface_index : socket_.interface;
        if (domain == StampDomain::hardware && mode_ != StampMode::software)
            packet.hardware = make_stamp(*control.timestamp, true, index);
        else if (domain == StampDomain::software && mode_ != StampMode::hardware)
            packet.software = make_stamp(*control.timestamp, false, index);
    }
    if (packet.hardware || packet.software)
        return true;
    if (mode_ == StampMode::hardware)
        ++counters_.receive_stamps_missing;
    else
        packet.software = application_stamp(counter());
    return true;
}

// ---- sending

int UdpSocket::send(std::span<const Outgoing> batch) {
    int sent = 0;
    for (const auto& packet : batch) {
        Message message;
        message.data = {const_cast<std::uint8_t*>(packet.data.data()), packet.data.size()};
        message.peer = packet.destination;
        if (needs_scope(message.peer))
            message.peer.scope_id = socket_.interface;
        const bool stamped = packet.stamp_id.has_value() && mode_ != StampMode::none;
        auto domain = StampDomain::none;
        if (stamped && socket_.stamping && !refused_) {
            domain = sending_domain();
            if ((domain == StampDomain::hardware && mode_ == StampMode::software) ||
                (domain == StampDomain::software && mode_ == StampMode::hardware))
                domain = StampDomain::none;
        }
        if (domain != StampDomain::none)
            message.control = std::span<std::byte>(send_control_)
                                  .first(write_stamp_request(*packet.stamp_id, send_control_));
        const auto outcome = system_.send_message(socket_.socket.get(), message);
        if (outcome != code::success)
            return sent != 0 ? sent : -to_errno(outcome);
        ++sent;
        ++counters_.sent;
        if (stamped)
            owe_stamp(*packet.stamp_id, domain, counter());
    }
    return sent;
}

void UdpSocket::owe_stamp(std::uint32_t id, StampDomain domain, Nanoseconds sent) {
    {
        const std::lock_guard lock(stamps_);
        if (domain == StampDomain::none) {
            if (mode_ == StampMode::hardware)
                ++transmit_stamps_dropped_;
            else
                keep(id, application_stamp(sent));
            return;
        }
        TransmitPolls::Waiting owed;
        owed.id = id;
        owed.by_hardware = domain == StampDomain::hardware;
        owed.interface_index = socket_.interface;
        owed.sent = sent;
        owed.due = StampPoller::now();
        if (!owed_.add(owed)) {
            ++transmit_stamps_dropped_;
            return;
        }
    }
    poller_.wake();
}

void UdpSocket::keep(std::uint32_t id, const Stamp& stamp) noexcept {
    TransmitStamp entry;
    entry.id = id;
    (stamp.source == StampSource::hardware ? entry.hardware : entry.software) = stamp;
    if (!kept_.push(entry)) {
        ++transmit_stamps_dropped_;
        return;
    }
    ++transmit_stamps_;
    if (event_ != no_handle)
        system_.signal(event_);
}

Nanoseconds UdpSocket::poll(Nanoseconds now) {
    using Answer = TransmitPolls::Answer;
    const std::lock_guard lock(stamps_);
    const auto without = [this](const TransmitPolls::Waiting& owed) {
        if (mode_ == StampMode::hardware)
            ++transmit_stamps_dropped_;
        else
            keep(owed.id, application_stamp(owed.sent));
    };
    const auto outcome = owed_.poll(
        now,
        [&](const TransmitPolls::Waiting& owed) {
            std::uint64_t ticks = 0;
            const auto result = system_.control(socket_.socket.get(), sio_get_tx_timestamp,
                                                std::as_bytes(std::span(&owed.id, 1)),
                                                std::as_writable_bytes(std::span(&ticks, 1)));
            if (result == code::would_block)
                return Answer::not_yet;
            if (result == code::operation_not_supported)
                return Answer::refused;
            if (result != code::success)
                return Answer::not_yet; // of no documented meaning: the back-off ends it
            if (ticks != 0)
                keep(owed.id, make_stamp(ticks, owed.by_hardware, owed.interface_index));
            else
                without(owed);
            return Answer::settled;
        },
        without);
    transmit_stamps_dropped_ += outcome.lost;
    if (outcome.refused)
        refused_ = true;
    return owed_.next();
}

// ---- transmit stamps

void UdpSocket::signal_by(std::intptr_t event) {
    const std::lock_guard lock(stamps_);
    event_ = event;
    system_.select_event(socket_.socket.get(), event);
    if (event_ != no_handle && !kept_.empty())
        system_.signal(event_);
}

bool UdpSocket::has_kept_stamps() const {
    const std::lock_guard lock(stamps_);
    return !kept_.empty();
}

int UdpSocket::take_transmit_stamps(std::span<TransmitStamp> batch) {
    const std::lock_guard lock(stamps_);
    std::size_t taken = 0;
    while (taken < batch.size() && !kept_.empty())
        batch[taken++] = kept_.pop();
    return static_cast<int>(taken);
}

const SocketCounters& UdpSocket::counters() const {
    const std::lock_guard lock(stamps_);
    counters_.transmit_stamps = transmit_stamps_;
    counters_.transmit_stamps_dropped = transmit_stamps_dropped_;
    return counters_;
}

void UdpSocket::join(const Address& group) {
    change_membership(system_, socket_, group, true);
}

void UdpSocket::leave(const Address& group) {
    change_membership(system_, socket_, group, false);
}

} // namespace wirestamp::platform::windows
