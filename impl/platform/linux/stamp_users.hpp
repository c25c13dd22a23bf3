// SPDX-License-Identifier: Apache-2.0
//
// An adapter's stamping is one setting for the whole host, so within this process its users are counted: the
// first one's wish is set, later ones only widen it, and the last one leaving puts back what was before.

#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "impl/platform/linux/stamp_facts.hpp"

namespace wirestamp::platform::gnu_linux {

class StampConfigurator;
class StampGuard;

class StampUsers {
public:
    /// The one of this process.
    static StampUsers& process();

    void enter(StampConfigurator& configurator, const Interface& interface, const StampFacts& facts,
               const EnableRequest& request); // throws Failure
    void leave(StampConfigurator& configurator, const Interface& interface) noexcept;

private:
    struct Key {
        std::uint64_t namespace_cookie;
        std::uint32_t index;
        auto operator<=>(const Key&) const = default;
    };
    struct Users {
        int count = 0;
        std::string name; // an index may come back as another interface
        std::optional<StampConfig> before;
        StampConfig granted;
        bool changed = false;
        std::shared_ptr<StampGuard> guard;
    };

    std::mutex mutex_;
    std::map<Key, Users> users_;
};

} // namespace wirestamp::platform::gnu_linux
