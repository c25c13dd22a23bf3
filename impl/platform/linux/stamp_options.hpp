// SPDX-License-Identifier: Apache-2.0
//
// Agreeing with the kernel on SO_TIMESTAMPING: unknown bits are refused as a whole with the state unchanged,
// so bits are given up one after the other, the newest and least needed first.

#pragma once

#include <cstdint>

#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

struct StampOptions {
    std::uint32_t granted = 0; // 0: the kernel stamps nothing for this socket
    int option = 0;            // SO_TIMESTAMPING_NEW or _OLD
    int error = 0;             // why nothing was granted

    bool receives() const noexcept;
    /// Transmit stamps can be told apart, that is, they carry a number.
    bool transmits() const noexcept;
};

std::uint32_t wanted_stamp_options(StampMode mode) noexcept;
StampOptions negotiate_stamps(SystemCalls& system, int fd, StampMode mode);
int apply_stamp_options(SystemCalls& system, int fd, int option, std::uint32_t bits);

} // namespace wirestamp::platform::gnu_linux
