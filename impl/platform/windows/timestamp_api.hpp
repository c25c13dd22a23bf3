// SPDX-License-Identifier: Apache-2.0
//
// The five functions of iphlpapi.dll that Windows 11 and Server 2022 brought, found by name.
//
// All or nothing, and judged by GetInterfaceActiveTimestampCapabilities alone: from 1809 to Windows 10 22H2
// there is a CaptureInterfaceHardwareCrossTimestamp, too, which takes a larger structure with a version, and
// writes beyond the one declared today.

#pragma once

#include <functional>

#include "impl/platform/windows/declarations.hpp"

namespace wirestamp::platform::windows {

using ConfigChangeCallback = void(WIRESTAMP_WINAPI*)(void* caller_context);

struct TimestampApi {
    std::uint32_t(WIRESTAMP_WINAPI* supported)(const Luid*, InterfaceTimestampCapabilities*) = nullptr;
    std::uint32_t(WIRESTAMP_WINAPI* active)(const Luid*, InterfaceTimestampCapabilities*) = nullptr;
    std::uint32_t(WIRESTAMP_WINAPI* cross_timestamp)(const Luid*, InterfaceHardwareCrossTimestamp*) = nullptr;
    std::uint32_t(WIRESTAMP_WINAPI* register_change)(ConfigChangeCallback, void* context,
                                                     void** handle) = nullptr;
    void(WIRESTAMP_WINAPI* unregister_change)(void* handle) = nullptr;

    explicit operator bool() const noexcept { return active != nullptr; }
};

/// Address of an exported function, or null.
using FindFunction = std::function<void*(const char* name)>;

/// Empty where the system has not got all five.
TimestampApi bind_timestamp_api(const FindFunction& find);

} // namespace wirestamp::platform::windows
