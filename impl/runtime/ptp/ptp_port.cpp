// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/ptp_port.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace wirestamp::runtime {

namespace {

// How many batches one wake takes from a socket before others have their turn: a flood on one port must not
// starve timers and the other ports.
constexpr int rounds_per_wake = 8;
// Most wakes find a packet or two, and each that is asked for costs memory that is touched for it.
constexpr std::size_t first_round = 4;
// What five beats bring, and one to find that there are no more; no more Syncs than may wait for their
// Follow_Ups.
constexpr std::size_t several_beats = 8;

} // namespace

PtpPort::PtpPort(platform::Platform& platform, platform::Loop& loop, PtpPortHandler& handler,
                 ptp::PortNumber number, PtpPortOptions options)
    : platform_(platform),
      loop_(loop),
      handler_(handler),
      number_(number),
      options_(std::move(options)),
      buffers_(
          std::make_unique_for_overwrite<std::array<std::array<std::uint8_t, largest_packet>, batch>>()) {
    for (std::size_t i = 0; i < batch; ++i)
        received_[i].buffer = (*buffers_)[i];
}

void PtpPort::open() {
    platform::SocketOptions options;
    options.family = options_.family;
    options.interface = options_.interface;
    options.groups = {options_.primary_group, options_.peer_group};
    options.time_to_live = options_.time_to_live;
    options.priority = options_.priority;
    options.reuse_address = true;

    options.port = options_.event_port;
    options.stamps = options_.stamps;
    options.clock_index = options_.virtual_clock;
    options.dscp = options_.dscp_event;
    auto event = platform_.open_socket(options);

    options.port = options_.general_port;
    options.stamps = platform::StampMode::none;
    options.clock_index = -1;
    options.dscp = options_.dscp_general;
    auto general = platform_.open_socket(options);

    auto more_event = loop_.make_timer([this] { serve_event(); });
    auto more_general = loop_.make_timer([this] { serve_general(); });
    event_ = std::move(event);
    general_ = std::move(general);
    more_event_ = std::move(more_event);
    more_general_ = std::move(more_general);
    stamps_due_ = 0;
    ++opening_;
    try {
        watch();
    } catch (...) {
        close();
        throw;
    }
}

std::string PtpPort::remarks() const {
    std::string all;
    for (const auto& socket : {event_.get(), general_.get()})
        if (const std::string remark = socket ? socket->remark() : std::string(); !remark.empty())
            all += (all.empty() ? "" : "; ") + remark;
    return all;
}

void PtpPort::watch() {
    const auto keep = [&](bool wanted, std::unique_ptr<platform::Watch>& watch, auto& socket, auto serve) {
        if (!wanted)
            watch.reset();
        else if (!watch)
            watch = loop_.watch(*socket, serve);
    };
    keep(wakes_ != Wakes::none, general_watch_, general_, [this] { serve_general(); });
    keep(wakes_ == Wakes::all, event_watch_, event_, [this] { serve_event(); });
}

void PtpPort::wake_for(Wakes wakes) {
    if (wakes_ == wakes)
        return;
    const Wakes before = std::exchange(wakes_, wakes);
    try {
        if (is_open())
            watch();
    } catch (...) { // what does not wake must go on being served
        wakes_ = before;
        throw;
    }
}

void PtpPort::serve() {
    if (wakes_ == Wakes::none)
        return serve_both();
    if (is_open() && wakes_ != Wakes::all)
        serve_event();
}

/// By turns, so that Syncs and Follow_Ups of many beats find each other, however long they had to wait.
void PtpPort::serve_both() {
    const std::uint64_t opening = opening_;
    if (!is_open())
        return;
    handler_.port_woke(*this);
    bool more = stamps_due_ > 0 && take_stamps();
    for (int round = 0; opening == opening_ && round < rounds_per_wake; ++round) {
        const auto events = receive_batch(*event_, ptp::Channel::event, several_beats);
        if (!events)
            return;
        more |= receive(*general_, ptp::Channel::general);
        if (*events < several_beats)
            break;
        more |= round == rounds_per_wake - 1;
    }
    if (opening == opening_ && more)
        more_event_->arm(loop_.now());
}

void PtpPort::close() noexcept {
    ++opening_;
    more_event_.reset();
    more_general_.reset();
    event_watch_.reset();
    general_watch_.reset();
    event_.reset();
    general_.reset();
}

int PtpPort::send(const ptp::SendMessage& message, std::span<const std::uint8_t> bytes) {
    if (!is_open())
        return ENETDOWN;
    platform::Outgoing outgoing;
    outgoing.data = bytes;
    switch (message.route) {
        case ptp::Route::primary:
            outgoing.destination = options_.primary_group;
            break;
        case ptp::Route::peer_delay:
            outgoing.destination = options_.peer_group;
            break;
        case ptp::Route::unicast:
            outgoing.destination = message.address;
            break;
        case ptp::Route::management_read_write:
        case ptp::Route::management_read_only:
            return EINVAL;
    }
    const bool event = message.channel == ptp::Channel::event;
    outgoing.destination.port = event ? options_.event_port : options_.general_port;
    if (message.wants_stamp)
        outgoing.stamp_id = message.stamp_id;
    const int sent = (event ? *event_ : *general_).send(std::span(&outgoing, 1));
    if (sent != 1)
        return sent < 0 ? -sent : EAGAIN;
    if (message.wants_stamp) {
        ++stamps_due_;
        if (event_->has_kept_stamps())
            more_event_->arm(loop_.now());
    }
    return 0;
}

void PtpPort::serve_event() {
    const std::uint64_t opening = opening_;
    handler_.port_woke(*this);
    const bool stamps_looked_for = stamps_due_ > 0;
    bool more = stamps_looked_for && take_stamps();
    if (opening != opening_)
        return;
    const std::uint64_t received_before = received_count_;
    more |= receive(*event_, ptp::Channel::event);
    // Woken for neither: something lies where stamps lie, and would wake us again and again.
    if (opening == opening_ && wakes_ == Wakes::all && !stamps_looked_for &&
        received_count_ == received_before)
        more |= take_stamps();
    if (opening == opening_ && more)
        more_event_->arm(loop_.now());
}

void PtpPort::serve_general() {
    const std::uint64_t opening = opening_;
    if (receive(*general_, ptp::Channel::general) && opening == opening_)
        more_general_->arm(loop_.now());
}

bool PtpPort::stamps_at_once() const noexcept {
    return stamps_in_software() || (event_ && event_->has_kept_stamps());
}

void PtpPort::collect_stamps() {
    if (!is_open())
        return;
    if (taking_) // what a stamp led to was sent: its turn comes
        return more_event_->arm(loop_.now());
    handler_.port_woke(*this);
    const std::uint64_t opening = opening_;
    if (take_stamps() && opening == opening_)
        more_event_->arm(loop_.now());
}

bool PtpPort::take_stamps() {
    taking_ = true;
    const bool more = take_batches();
    taking_ = false;
    return more;
}

bool PtpPort::take_batches() {
    const std::uint64_t opening = opening_;
    for (int round = 0; round < rounds_per_wake; ++round) {
        // No more than are due, so that finding the end of the queue costs no question of its own.
        const std::size_t wanted =
            stamps_due_ == 0 ? batch : static_cast<std::size_t>(std::min<std::uint64_t>(stamps_due_, batch));
        const int count = event_->take_transmit_stamps(std::span(stamps_).first(wanted));
        if (count <= 0)
            return false;
        stamps_due_ -= std::min<std::uint64_t>(stamps_due_, static_cast<std::uint64_t>(count));
        for (int i = 0; i < count; ++i) {
            handler_.port_stamped(*this, stamps_[static_cast<std::size_t>(i)]);
            if (opening != opening_)
                return false;
        }
        if (static_cast<std::size_t>(count) < wanted || (wanted < batch && stamps_due_ == 0))
            return false;
    }
    return true;
}

bool PtpPort::receive(platform::DatagramSocket& socket, ptp::Channel channel) {
    const std::size_t first = wakes_ == Wakes::none ? 2 * several_beats : first_round;
    for (int round = 0; round < rounds_per_wake; ++round) {
        const std::size_t wanted = round == 0 ? first : batch;
        const auto count = receive_batch(socket, channel, wanted);
        if (!count || *count < wanted)
            return false;
    }
    return true;
}

/// How many came, or nothing if there is no more to be had from this socket.
std::optional<std::size_t> PtpPort::receive_batch(platform::DatagramSocket& socket, ptp::Channel channel,
                                                  std::size_t wanted) {
    const std::uint64_t opening = opening_;
    const int count = socket.receive(std::span(received_).first(wanted));
    if (count < 0) {
        // An ICMP error that an earlier datagram caused says nothing about this socket.
        if (count != -ECONNREFUSED && count != -EHOSTUNREACH && count != -ENETUNREACH && count != -EINTR)
            broke(-count);
        return std::nullopt;
    }
    received_count_ += static_cast<std::uint64_t>(count);
    for (int i = 0; i < count; ++i) {
        const auto& packet = received_[static_cast<std::size_t>(i)];
        handler_.port_received(*this, channel, route_of(packet.destination), packet);
        if (opening != opening_)
            return std::nullopt;
    }
    return static_cast<std::size_t>(count);
}

ptp::Route PtpPort::route_of(const Address& destination) const {
    if (destination.family == platform::Family::none || destination.bytes == options_.primary_group.bytes)
        return ptp::Route::primary;
    if (destination.bytes == options_.peer_group.bytes)
        return ptp::Route::peer_delay;
    return ptp::Route::unicast;
}

void PtpPort::broke(int os_error) {
    handler_.port_broke(*this, os_error);
}

} // namespace wirestamp::runtime
