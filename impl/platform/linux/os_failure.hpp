// SPDX-License-Identifier: Apache-2.0
//
// From an errno to a Failure whose message says what to do.

#pragma once

#include <string>

#include "impl/base/failure.hpp"

namespace wirestamp::platform::gnu_linux {

wst_status status_of(int error) noexcept;

/// "<what>: <system's words>. <advice>"
Failure os_failure(int error, const std::string& what, const std::string& advice = {});

} // namespace wirestamp::platform::gnu_linux
