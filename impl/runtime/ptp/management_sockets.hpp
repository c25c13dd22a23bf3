// SPDX-License-Identifier: Apache-2.0
//
// The local sockets of a clock by which programs of the same host manage it: one that may change things and
// one that only tells (linuxptp's uds_address and uds_ro_address, so that `pmc -u` works). Knows no protocol.
//
// The kernel keeps some ten datagrams for a client that does not read at once, and pmc asks faster than it
// reads: what finds no room waits here for a moment, within bounds, and nobody else waits for it.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impl/platform/platform.hpp"
#include "impl/ptp/actions.hpp"

namespace wirestamp::runtime {

struct ManagementSocketOptions {
    platform::LocalSocketOptions read_write; // an empty path: none
    platform::LocalSocketOptions read_only;
};

class ManagementSocketHandler {
public:
    virtual void management_received(ptp::Route route, std::uint64_t client,
                                     std::span<const std::uint8_t> bytes) = 0;
    /// A socket does not work any more and was closed.
    virtual void management_broke(const std::string& path, int os_error) = 0;

protected:
    ~ManagementSocketHandler() = default;
};

class ManagementSockets {
public:
    /// Throws Failure.
    ManagementSockets(platform::Platform& platform, platform::Loop& loop, ManagementSocketHandler& handler,
                      const ManagementSocketOptions& options);

    /// 0 when it was sent or waits for its client to read, or the errno-like reason why it never will be.
    int send(const ptp::SendMessage& message, std::span<const std::uint8_t> bytes);

    static constexpr std::size_t kept_for_a_client = 32;
    static constexpr std::size_t kept = 128;
    static constexpr Nanoseconds patience = nanoseconds_per_second / 2;

private:
    struct Waiting {
        std::uint64_t client = 0;
        Nanoseconds until = 0;
        std::vector<std::uint8_t> bytes;
    };
    struct One {
        std::string path;
        ptp::Route route = ptp::Route::management_read_write;
        std::unique_ptr<platform::LocalSocket> socket;
        std::unique_ptr<platform::Watch> watch;
        std::unique_ptr<platform::Timer> more; // due at once when a wake left something behind
        std::deque<Waiting> waiting;
        std::unique_ptr<platform::Timer> again;
    };

    void open(One& one, platform::Platform& platform, const platform::LocalSocketOptions& options,
              ptp::Route route);
    void empty(One& one);
    void close(One& one);
    int wait(One& one, std::uint64_t client, std::span<const std::uint8_t> bytes);
    void send_waiting(One& one);

    platform::Loop& loop_;
    ManagementSocketHandler& handler_;
    One read_write_;
    One read_only_;
    std::array<std::uint8_t, 2048> buffer_{};
};

} // namespace wirestamp::runtime
