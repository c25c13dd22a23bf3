// SPDX-License-Identifier: Apache-2.0
//
// All that a system offers, in one object that a context owns: the real system's or one host's of a simulated
// network.

#pragma once

#include <memory>

#include "impl/base/failure.hpp"
#include "impl/platform/capability_source.hpp"
#include "impl/platform/change_source.hpp"
#include "impl/platform/clock_source.hpp"
#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/interface.hpp"
#include "impl/platform/local_socket.hpp"
#include "impl/platform/loop.hpp"

namespace wirestamp::platform {

class Platform {
public:
    virtual ~Platform() = default;
    virtual InterfaceCatalogue& interfaces() = 0;
    virtual CapabilitySource& capabilities() = 0;
    virtual ClockSource& clocks() = 0;
    virtual std::unique_ptr<DatagramSocket> open_socket(const SocketOptions& options) = 0; // throws Failure
    /// Throws Failure, WST_E_NOT_SUPPORTED where the system has no such sockets.
    virtual std::unique_ptr<LocalSocket> open_local_socket(const LocalSocketOptions& options) {
        throw Failure(WST_E_NOT_SUPPORTED,
                      options.path + ": there are no local datagram sockets here; leave the option empty");
    }
    /// Null where the system has no such notices; the runtime then only compares periodically.
    virtual std::unique_ptr<ChangeSource> open_change_source() = 0;
    /// A simulated platform brings the loop of its world; null means that the runtime makes one of its own.
    virtual std::unique_ptr<Loop> make_loop(const LoopHooks& hooks) = 0;
};

/// The system the program runs on. Defined once, by the folder of that system.
std::unique_ptr<Platform> make_system_platform();

} // namespace wirestamp::platform
