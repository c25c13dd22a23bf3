// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/interface_query.hpp"

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {

namespace {

std::string those_there_are(platform::Platform& platform) {
    std::string text;
    std::size_t named = 0;
    const auto list = platform.interfaces().list();
    for (const auto& interface : list) {
        if (++named > 6) {
            text += ", and " + std::to_string(list.size() - 6) + " more";
            break;
        }
        text += (text.empty() ? "" : ", ") + interface.name;
    }
    return text.empty() ? "there are none" : "there are: " + text;
}

void require_id(platform::InterfaceId id) {
    if (id == 0)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "interface_id is 0; take it from wst_interface_find or wst_interface_list");
}

platform::Interface require_found(std::optional<platform::Interface> found, platform::InterfaceId id) {
    if (!found)
        throw Failure(WST_E_NOT_FOUND, "there is no interface with the id " + std::to_string(id) +
                                           " (any more); list them again");
    return std::move(*found);
}

} // namespace

platform::Interface identity_of(platform::Platform& platform, platform::InterfaceId id) {
    require_id(id);
    return require_found(platform.interfaces().identify(id), id);
}

platform::Interface interface_of(platform::Platform& platform, platform::InterfaceId id) {
    require_id(id);
    return require_found(platform.interfaces().find(id), id);
}

platform::Interface interface_named(platform::Platform& platform, const std::string& key) {
    auto found = platform.interfaces().find(key);
    if (!found)
        throw Failure(WST_E_NOT_FOUND,
                      "there is no interface '" + key.substr(0, 64) + "'; " + those_there_are(platform));
    return std::move(*found);
}

} // namespace wirestamp::runtime
