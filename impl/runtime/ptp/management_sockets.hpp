// SPDX-License-Identifier: Apache-2.0
//
// The local sockets of a clock by which programs of the same host manage it: one that may change things and
// one that only tells (linuxptp's uds_address and uds_ro_address, so that `pmc -u` works). Knows no protocol.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

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

    /// 0, or the errno-like reason why it was not sent.
    int send(const ptp::SendMessage& message, std::span<const std::uint8_t> bytes);

private:
    struct One {
        std::string path;
        ptp::Route route = ptp::Route::management_read_write;
        std::unique_ptr<platform::LocalSocket> socket;
        std::unique_ptr<platform::Watch> watch;
        std::unique_ptr<platform::Timer> more; // due at once when a wake left something behind
    };

    void open(One& one, platform::Platform& platform, const platform::LocalSocketOptions& options,
              ptp::Route route);
    void empty(One& one);

    platform::Loop& loop_;
    ManagementSocketHandler& handler_;
    One read_write_;
    One read_only_;
    std::array<std::uint8_t, 2048> buffer_{};
};

} // namespace wirestamp::runtime
