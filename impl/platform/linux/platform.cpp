// SPDX-License-Identifier: Apache-2.0
//
// The parts put together.

#include "impl/platform/linux/platform.hpp"

#include "impl/base/failure.hpp"
#include "impl/platform/linux/change_notices.hpp"
#include "impl/platform/linux/local_socket.hpp"
#include "impl/platform/linux/udp_socket.hpp"

namespace wirestamp::platform {

namespace gnu_linux {

LinuxPlatform::LinuxPlatform(SystemCalls& system)
    : system_(system), interfaces_(system), capabilities_(system), clocks_(system) {}

std::unique_ptr<DatagramSocket> LinuxPlatform::open_socket(const SocketOptions& options) {
    try {
        return std::make_unique<UdpSocket>(system_, options);
    } catch (const Failure& failure) {
        // The ioctl knows names only; an alias, an index or an id is for the catalogue to resolve.
        if (failure.status() != WST_E_NOT_FOUND || options.interface.empty())
            throw;
        const auto found = interfaces_.find(options.interface);
        if (!found || found->name == options.interface)
            throw;
        auto resolved = options;
        resolved.interface = found->name;
        return std::make_unique<UdpSocket>(system_, resolved);
    }
}

std::unique_ptr<LocalSocket> LinuxPlatform::open_local_socket(const LocalSocketOptions& options) {
    return open_unix_socket(system_, options);
}

std::unique_ptr<ChangeSource> LinuxPlatform::open_change_source() {
    return open_change_notices(system_);
}

std::unique_ptr<Loop> LinuxPlatform::make_loop(const LoopHooks&) {
    return nullptr;
}

} // namespace gnu_linux

std::unique_ptr<Platform> make_system_platform() {
    return std::make_unique<gnu_linux::LinuxPlatform>(gnu_linux::SystemCalls::real());
}

} // namespace wirestamp::platform
