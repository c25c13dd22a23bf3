// SPDX-License-Identifier: Apache-2.0
//
// What an adapter can stamp and what it stamps now. No program can turn stamping on: an administrator sets a
// keyword of the driver, which reads it when the adapter starts. So enable() either finds it done, or says
// exactly what to do.

#pragma once

#include "impl/platform/capability_source.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

class CapabilityReader final : public CapabilitySource {
public:
    explicit CapabilityReader(SystemCalls& system) : system_(system) {}

    Capabilities supported(const Interface& interface) override;
    Capabilities active(const Interface& interface) override;
    Capabilities enable(const Interface& interface, const EnableRequest& request) override;
    void restore(const Interface& interface) override;

private:
    SystemCalls& system_;
};

/// Whose stamps a packet of this adapter carries: never both, and nothing in the packet says which.
enum class StampDomain : std::uint8_t { none, software, hardware };
StampDomain stamp_domain(SystemCalls& system, Luid luid) noexcept;

} // namespace wirestamp::platform::windows
