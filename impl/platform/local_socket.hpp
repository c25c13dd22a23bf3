// SPDX-License-Identifier: Apache-2.0
//
// A datagram socket in the file system, by which programs of the same host ask a clock (as `pmc -u` does).
// Whom an answer goes to is a number that receive() gave out; the socket keeps the addresses, a bounded count
// of them, so that nobody above holds or trusts the path of a stranger.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "impl/platform/loop.hpp"

namespace wirestamp::platform {

struct LocalSocketOptions {
    std::string path;
    std::uint32_t mode = 0660; // of the file, whatever the process' umask
};

struct LocalDatagram {
    std::span<std::uint8_t> buffer; // set by the caller
    std::size_t size = 0;
    std::uint64_t client = 0; // never 0 for a client that can be answered
};

class LocalSocket : public Pollable {
public:
    /// 1 when `datagram` was filled, 0 when it would block, or a negative errno-like number. A datagram that
    /// is longer than the buffer is passed over, and so is one of a client without an address.
    virtual int receive(LocalDatagram& datagram) = 0;
    /// 0, or an errno-like number: ENOTCONN when the client is not known any more, EAGAIN when it does not
    /// read. Never waits.
    virtual int send(std::uint64_t client, std::span<const std::uint8_t> bytes) = 0;
};

} // namespace wirestamp::platform
