// SPDX-License-Identifier: Apache-2.0
//
// Finding an interface for an API call, with an answer that helps when there is none.

#pragma once

#include <string>

#include "impl/base/failure.hpp"
#include "impl/platform/platform.hpp"

namespace wirestamp::runtime {

/// Throws Failure(WST_E_NOT_FOUND). The first with nothing but what names the interface to the system, and
/// perhaps a moment old; see ask_about.
platform::Interface identity_of(platform::Platform& platform, platform::InterfaceId id);
platform::Interface interface_of(platform::Platform& platform, platform::InterfaceId id);
platform::Interface interface_named(platform::Platform& platform, const std::string& key);

/// What the system answers about an interface, for questions that are asked often: with what is remembered of
/// it, and once more with what it is now if that was no longer so.
template <class Question>
auto ask_about(platform::Platform& platform, platform::InterfaceId id, Question question) {
    try {
        return question(identity_of(platform, id));
    } catch (const Failure& failure) {
        if (failure.status() != WST_E_INTERFACE_GONE)
            throw;
    }
    return question(interface_of(platform, id));
}

} // namespace wirestamp::runtime
