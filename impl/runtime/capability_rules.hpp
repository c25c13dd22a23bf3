// SPDX-License-Identifier: Apache-2.0
//
// What follows from capabilities by rule, the same on every platform: how good PTP can be with them, Windows'
// strict view, contradictions of a driver, and the names of all bits.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "impl/platform/capability_source.hpp"

namespace wirestamp::runtime {

struct PtpSupport {
    bool hardware_known = false;
    bool software_known = false;
    std::uint32_t ipv4 = 0; // WST_PTP_SUPPORT_*
    std::uint32_t ipv6 = 0;
};

PtpSupport ptp_support(const platform::Capabilities& capabilities) noexcept;

/// Windows never has hardware and software stamps active together.
platform::Capabilities strict_view(platform::Capabilities active) noexcept;

/// What a driver claims that cannot be true together, in words.
std::optional<std::string> contradiction(const platform::Capabilities& supported);

/// Null past the last bit. `mask` is WST_CAPABILITY_*.
const char* capability_name(std::uint32_t mask, std::uint32_t bit) noexcept;

} // namespace wirestamp::runtime
