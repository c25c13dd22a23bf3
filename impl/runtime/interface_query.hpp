// SPDX-License-Identifier: Apache-2.0
//
// Finding an interface for an API call, with an answer that helps when there is none.

#pragma once

#include <string>

#include "impl/platform/platform.hpp"

namespace wirestamp::runtime {

/// Throws Failure(WST_E_NOT_FOUND). The first with nothing but what names the interface to the system, for
/// questions that are asked often.
platform::Interface identity_of(platform::Platform& platform, platform::InterfaceId id);
platform::Interface interface_of(platform::Platform& platform, platform::InterfaceId id);
platform::Interface interface_named(platform::Platform& platform, const std::string& key);

} // namespace wirestamp::runtime
