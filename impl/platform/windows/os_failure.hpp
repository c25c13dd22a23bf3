// SPDX-License-Identifier: Apache-2.0
//
// Windows' error codes as this library's failures.

#pragma once

#include <cstdint>
#include <string>

#include "impl/base/failure.hpp"

namespace wirestamp::platform::windows {

/// `what` says what could not be done, `advice` the way out (a sentence without its full stop).
Failure os_failure(std::uint32_t code, const std::string& what, const std::string& advice = {});

/// errno's number for a Winsock code, which the runtime understands on every system; positive.
int to_errno(std::uint32_t code) noexcept;

} // namespace wirestamp::platform::windows
