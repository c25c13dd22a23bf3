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
    std::uint32_t granted = 0;    // 0: the kernel stamps nothing for this socket
    int option = 0;               // SO_TIMESTAMPING_NEW or _OLD
    std::int32_t bound_clock = 0; // with bind_phc
    int error = 0;                // why nothing was granted

    bool receives() const noexcept;
    /// Transmit stamps can be told apart, that is, they carry a number.
    bool transmits() const noexcept;
};

std::uint32_t wanted_stamp_options(StampMode mode) noexcept;
/// `virtual_clock`: the clock that hardware stamps are to count instead of the adapter's, if not negative. It
/// is never given up: stamps of another clock would be taken for its.
StampOptions negotiate_stamps(SystemCalls& system, int fd, StampMode mode, std::int32_t virtual_clock = -1);
int apply_stamp_options(SystemCalls& system, int fd, const StampOptions& options);

} // namespace wirestamp::platform::gnu_linux
