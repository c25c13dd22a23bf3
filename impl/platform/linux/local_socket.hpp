// SPDX-License-Identifier: Apache-2.0
//
// UNIX datagram sockets. The file of a socket outlives a process that dies: one that nobody answers is
// replaced, one that is in use or is no socket is left alone.

#pragma once

#include <sys/un.h>

#include <array>
#include <cstdint>
#include <memory>

#include "impl/platform/linux/system_calls.hpp"
#include "impl/platform/local_socket.hpp"

namespace wirestamp::platform::gnu_linux {

/// Addresses of clients under numbers that are never used twice. When it is full, the one that was silent for
/// the longest time is forgotten.
class LocalClients {
public:
    struct Address {
        sockaddr_un name{};
        socklen_t size = 0;
    };

    std::uint64_t number_of(const sockaddr_un& name, socklen_t size) noexcept;
    const Address* find(std::uint64_t number) noexcept;
    void forget(std::uint64_t number) noexcept;

    static constexpr std::size_t capacity = 64;

private:
    struct Client {
        Address address;
        std::uint64_t number = 0;
        std::uint64_t used = 0;
    };
    std::array<Client, capacity> clients_{};
    std::uint64_t last_number_ = 0;
    std::uint64_t uses_ = 0;
};

/// Throws Failure.
std::unique_ptr<LocalSocket> open_unix_socket(SystemCalls& system, const LocalSocketOptions& options);

} // namespace wirestamp::platform::gnu_linux
