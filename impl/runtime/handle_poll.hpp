// SPDX-License-Identifier: Apache-2.0
//
// Waiting for one socket, on the caller's thread and beside the loop: for calls that block until a packet or
// a stamp comes.

#pragma once

#include <cstdint>

#include "impl/base/time.hpp"

namespace wirestamp::runtime {

struct HandlePoll {
    bool readable = false;
    bool error_queue = false; // a transmit stamp, or an error of the socket
    bool woken = false;       // by `wake`
};

/// Until the socket is readable (if asked for) or has something in its error queue, `wake` is set, or the
/// time is up. Returns early with nothing on a signal.
///
/// Windows waits for events, not for sockets: `signals_wake` says that the socket was told to set `wake`
/// (Pollable::signal_by). Otherwise it is looked at once a millisecond.
HandlePoll poll_handles(std::intptr_t socket, bool for_reading, std::intptr_t wake, Nanoseconds timeout,
                        bool signals_wake) noexcept;

} // namespace wirestamp::runtime
