// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/management_sockets.hpp"

#include <algorithm>
#include <cerrno>

namespace wirestamp::runtime {

namespace {

// A program that asks without end must not starve the protocol.
constexpr int datagrams_per_wake = 16;
constexpr Nanoseconds between_attempts = nanoseconds_per_second / 500;

bool has_no_room(int error) noexcept {
    return error == EAGAIN || error == ENOBUFS;
}

} // namespace

ManagementSockets::ManagementSockets(platform::Platform& platform, platform::Loop& loop,
                                     ManagementSocketHandler& handler, const ManagementSocketOptions& options)
    : loop_(loop), handler_(handler) {
    open(read_write_, platform, options.read_write, ptp::Route::management_read_write);
    open(read_only_, platform, options.read_only, ptp::Route::management_read_only);
}

void ManagementSockets::open(One& one, platform::Platform& platform,
                             const platform::LocalSocketOptions& options, ptp::Route route) {
    if (options.path.empty())
        return;
    one.path = options.path;
    one.route = route;
    one.socket = platform.open_local_socket(options);
    one.watch = loop_.watch(*one.socket, [this, &one] { empty(one); });
    one.more = loop_.make_timer([this, &one] { empty(one); });
    one.again = loop_.make_timer([this, &one] { send_waiting(one); });
}

void ManagementSockets::close(One& one) {
    one.again.reset();
    one.more.reset();
    one.watch.reset();
    one.socket.reset();
    one.waiting.clear();
}

int ManagementSockets::send(const ptp::SendMessage& message, std::span<const std::uint8_t> bytes) {
    One& one = message.route == ptp::Route::management_read_only ? read_only_ : read_write_;
    if (!one.socket)
        return ENOTCONN;
    const std::uint64_t client = message.management_client;
    const bool in_order = std::none_of(one.waiting.begin(), one.waiting.end(),
                                       [&](const Waiting& other) { return other.client == client; });
    const int error = in_order ? one.socket->send(client, bytes) : EAGAIN;
    return has_no_room(error) ? wait(one, client, bytes) : error;
}

int ManagementSockets::wait(One& one, std::uint64_t client, std::span<const std::uint8_t> bytes) {
    const auto of_client = std::count_if(one.waiting.begin(), one.waiting.end(),
                                         [&](const Waiting& other) { return other.client == client; });
    if (one.waiting.size() >= kept || static_cast<std::size_t>(of_client) >= kept_for_a_client)
        return EAGAIN;
    const Nanoseconds now = loop_.now();
    if (one.waiting.empty())
        one.again->arm(now + between_attempts);
    one.waiting.push_back({client, now + patience, {bytes.begin(), bytes.end()}});
    return 0;
}

void ManagementSockets::send_waiting(One& one) {
    const Nanoseconds now = loop_.now();
    std::array<std::uint64_t, kept>
        full{}; // clients that still do not read: what is for them keeps its order
    std::size_t count = 0;
    std::erase_if(one.waiting, [&](const Waiting& waiting) {
        if (std::find(full.begin(), full.begin() + count, waiting.client) != full.begin() + count)
            return waiting.until <= now;
        if (!has_no_room(one.socket->send(waiting.client, waiting.bytes)))
            return true;
        full[count++] = waiting.client;
        return waiting.until <= now;
    });
    if (!one.waiting.empty())
        one.again->arm(now + between_attempts);
}

void ManagementSockets::empty(One& one) {
    for (int i = 0; i < datagrams_per_wake && one.socket; ++i) {
        platform::LocalDatagram datagram;
        datagram.buffer = buffer_;
        const int result = one.socket->receive(datagram);
        if (result == 0)
            return;
        if (result < 0) {
            close(one);
            handler_.management_broke(one.path, -result);
            return;
        }
        handler_.management_received(one.route, datagram.client, datagram.buffer.first(datagram.size));
    }
    if (one.more)
        one.more->arm(loop_.now());
}

} // namespace wirestamp::runtime
