// SPDX-License-Identifier: Apache-2.0
//
// What the tests of waiting need from a system: whether a handle is signalled, and something to wait for that
// they can make ready.

#pragma once

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>

#if defined(_WIN32)
#include <winsock2.h>
#undef interface
#else
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

#include "impl/platform/loop.hpp"

namespace wirestamp::test {

#if defined(_WIN32)

inline bool readable(std::intptr_t handle) {
    return ::WaitForSingleObject(reinterpret_cast<HANDLE>(handle), 0) == WAIT_OBJECT_0;
}

/// Two sockets on the loopback.
class SocketPair final : public platform::Pollable {
public:
    SocketPair() {
        WSADATA data;
        BOOST_REQUIRE(::WSAStartup(MAKEWORD(2, 2), &data) == 0);
        for (auto& end : ends_) {
            end = ::socket(AF_INET, SOCK_DGRAM, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
            BOOST_REQUIRE(::bind(end, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        }
        sockaddr_in address{};
        int size = sizeof address;
        BOOST_REQUIRE(::getsockname(ends_[0], reinterpret_cast<sockaddr*>(&address), &size) == 0);
        BOOST_REQUIRE(::connect(ends_[1], reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        u_long on = 1;
        BOOST_REQUIRE(::ioctlsocket(ends_[0], static_cast<long>(FIONBIO), &on) == 0);
    }
    ~SocketPair() override {
        ::closesocket(ends_[0]);
        ::closesocket(ends_[1]);
        ::WSACleanup();
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    std::intptr_t native_handle() const override { return static_cast<std::intptr_t>(ends_[0]); }
    void signal_by(std::intptr_t event) override {
        ::WSAEventSelect(ends_[0], reinterpret_cast<WSAEVENT>(event), event != 0 ? FD_READ : 0);
    }

#else

inline bool readable(std::intptr_t handle) {
    pollfd entry{static_cast<int>(handle), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

class SocketPair final : public platform::Pollable {
public:
    SocketPair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends_.data()) == 0); }
    ~SocketPair() override {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    std::intptr_t native_handle() const override { return ends_[0]; }

#endif

    void send(char c = 'x') {
        BOOST_REQUIRE(::send(ends_[1], &c, 1, 0) == 1);
    }
    int drain() {
        int taken = 0;
        while (take_one() == 1)
            ++taken;
        return taken;
    }
    int take_one() {
        char buffer[16];
        return ::recv(ends_[0], buffer, sizeof buffer, 0) > 0 ? 1 : 0;
    }

private:
#if defined(_WIN32)
    std::array<SOCKET, 2> ends_{};
#else
    std::array<int, 2> ends_{-1, -1};
#endif
};

} // namespace wirestamp::test
