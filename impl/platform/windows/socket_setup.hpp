// SPDX-License-Identifier: Apache-2.0
//
// Making a UDP socket as asked for. Windows has no socket that belongs to one interface: routes are set for
// what is sent, and what comes in elsewhere is filtered by the library.

#pragma once

#include <string>

#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/interface.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

/// Owns a SOCKET of a SystemCalls.
class Socket {
public:
    Socket() = default;
    Socket(SystemCalls& system, Handle handle) : system_(&system), handle_(handle) {}
    Socket(Socket&& other) noexcept : system_(other.system_), handle_(other.handle_) {
        other.system_ = nullptr;
    }
    Socket& operator=(Socket&& other) noexcept {
        std::swap(system_, other.system_);
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Socket() {
        if (system_)
            system_->close_socket(handle_);
    }
    Handle get() const noexcept { return handle_; }

private:
    SystemCalls* system_ = nullptr;
    Handle handle_ = no_handle;
};

struct OpenedSocket {
    Socket socket;
    Family family = Family::none;
    Address local;
    Luid luid = 0;               // of the interface it was made for, 0: any
    std::uint32_t interface = 0; // its index in the socket's family
    std::uint32_t route = 0;     // how multicast names it
    bool stamping = false;       // SIO_TIMESTAMPING is on
    std::uint32_t refusal = 0;   // why not
    std::string remark;
};

/// Throws Failure.
OpenedSocket open_udp_socket(SystemCalls& system, InterfaceCatalogue& interfaces,
                             const SocketOptions& options);
void change_membership(SystemCalls& system, const OpenedSocket& socket, const Address& group, bool join);

} // namespace wirestamp::platform::windows
