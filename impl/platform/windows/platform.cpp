// SPDX-License-Identifier: Apache-2.0
//
// The parts put together.

#include "impl/platform/windows/platform.hpp"

#include "impl/platform/windows/udp_socket.hpp"

namespace wirestamp::platform::windows {

std::unique_ptr<DatagramSocket> WindowsPlatform::open_socket(const SocketOptions& options) {
    return std::make_unique<UdpSocket>(system_, interfaces_, changes_, poller_, options);
}

std::unique_ptr<ChangeSource> WindowsPlatform::open_change_source() {
    return open_change_notices(system_, changes_);
}

std::unique_ptr<Loop> WindowsPlatform::make_loop(const LoopHooks&) {
    return nullptr;
}

} // namespace wirestamp::platform::windows
