// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/timestamp_api.hpp"

namespace wirestamp::platform::windows {

namespace {

template <class Function>
bool look_up(Function& function, const FindFunction& find, const char* name) {
    function = reinterpret_cast<Function>(find(name));
    return function != nullptr;
}

} // namespace

TimestampApi bind_timestamp_api(const FindFunction& find) {
    TimestampApi api;
    if (look_up(api.active, find, "GetInterfaceActiveTimestampCapabilities") &&
        look_up(api.supported, find, "GetInterfaceSupportedTimestampCapabilities") &&
        look_up(api.cross_timestamp, find, "CaptureInterfaceHardwareCrossTimestamp") &&
        look_up(api.register_change, find, "RegisterInterfaceTimestampConfigChange") &&
        look_up(api.unregister_change, find, "UnregisterInterfaceTimestampConfigChange"))
        return api;
    return {};
}

} // namespace wirestamp::platform::windows
