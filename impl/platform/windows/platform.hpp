// SPDX-License-Identifier: Apache-2.0
//
// The Windows backend as a whole, over a table of system calls that tests may replace.

#pragma once

#include "impl/platform/platform.hpp"
#include "impl/platform/windows/capabilities.hpp"
#include "impl/platform/windows/change_hub.hpp"
#include "impl/platform/windows/clocks.hpp"
#include "impl/platform/windows/interfaces.hpp"
#include "impl/platform/windows/stamp_poller.hpp"

namespace wirestamp::platform::windows {

class WindowsPlatform final : public Platform {
public:
    explicit WindowsPlatform(SystemCalls& system)
        : system_(system), interfaces_(system), capabilities_(system), clocks_(system), changes_(system) {}

    InterfaceCatalogue& interfaces() override { return interfaces_; }
    CapabilitySource& capabilities() override { return capabilities_; }
    ClockSource& clocks() override { return clocks_; }
    std::unique_ptr<DatagramSocket> open_socket(const SocketOptions& options) override;
    std::unique_ptr<ChangeSource> open_change_source() override;
    std::unique_ptr<Loop> make_loop(const LoopHooks& hooks) override;

private:
    SystemCalls& system_;
    Interfaces interfaces_;
    CapabilityReader capabilities_;
    Clocks clocks_;
    ChangeHub changes_;
    StampPoller poller_;
};

} // namespace wirestamp::platform::windows
