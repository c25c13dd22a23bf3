// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/management_sockets.hpp"

#include <cerrno>

namespace wirestamp::runtime {

namespace {

// A program that asks without end must not starve the protocol.
constexpr int datagrams_per_wake = 16;

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
}

int ManagementSockets::send(const ptp::SendMessage& message, std::span<const std::uint8_t> bytes) {
    One& one = message.route == ptp::Route::management_read_only ? read_only_ : read_write_;
    return one.socket ? one.socket->send(message.management_client, bytes) : ENOTCONN;
}

void ManagementSockets::empty(One& one) {
    for (int i = 0; i < datagrams_per_wake && one.socket; ++i) {
        platform::LocalDatagram datagram;
        datagram.buffer = buffer_;
        const int result = one.socket->receive(datagram);
        if (result == 0)
            return;
        if (result < 0) {
            const std::string path = one.path;
            one.more.reset();
            one.watch.reset();
            one.socket.reset();
            handler_.management_broke(path, -result);
            return;
        }
        handler_.management_received(one.route, datagram.client, datagram.buffer.first(datagram.size));
    }
    if (one.more)
        one.more->arm(loop_.now());
}

} // namespace wirestamp::runtime
