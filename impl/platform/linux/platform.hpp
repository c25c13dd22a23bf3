// SPDX-License-Identifier: Apache-2.0
//
// The Linux backend as a whole, over a table of system calls that tests may replace.

#pragma once

#include "impl/platform/linux/capabilities.hpp"
#include "impl/platform/linux/clocks.hpp"
#include "impl/platform/linux/interfaces.hpp"
#include "impl/platform/platform.hpp"

namespace wirestamp::platform::gnu_linux {

class LinuxPlatform final : public Platform {
public:
    explicit LinuxPlatform(SystemCalls& system);

    InterfaceCatalogue& interfaces() override { return interfaces_; }
    CapabilitySource& capabilities() override { return capabilities_; }
    ClockSource& clocks() override { return clocks_; }
    std::unique_ptr<DatagramSocket> open_socket(const SocketOptions& options) override;
    std::unique_ptr<LocalSocket> open_local_socket(const LocalSocketOptions& options) override;
    std::unique_ptr<ChangeSource> open_change_source() override;
    std::unique_ptr<Loop> make_loop(const LoopHooks& hooks) override;

private:
    SystemCalls& system_;
    Interfaces interfaces_;
    CapabilityReader capabilities_;
    Clocks clocks_;
};

} // namespace wirestamp::platform::gnu_linux
