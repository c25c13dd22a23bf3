// SPDX-License-Identifier: Apache-2.0
//
// The one system platform of a Windows build.

#include "impl/platform/windows/platform.hpp"

namespace wirestamp::platform {

std::unique_ptr<Platform> make_system_platform() {
    return std::make_unique<windows::WindowsPlatform>(windows::SystemCalls::real());
}

} // namespace wirestamp::platform
