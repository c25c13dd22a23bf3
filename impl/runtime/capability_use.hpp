// SPDX-License-Identifier: Apache-2.0
//
// What a context has turned on and must turn off again when it closes, however it is closed.

#pragma once

#include <map>

#include "impl/platform/capability_source.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/object.hpp"

namespace wirestamp::runtime {

class CapabilityUse final : public Object {
public:
    using Object::Object;

    /// With the mutex held, as everything here. Throws Failure.
    platform::Capabilities enable(const platform::Interface& interface,
                                  const platform::EnableRequest& request);
    void restore(platform::InterfaceId id);

protected:
    void close() noexcept override;

private:
    struct Use {
        platform::Interface interface; // as it was: it may be gone when its turn comes
        unsigned count = 0;
    };
    std::map<platform::InterfaceId, Use> uses_;
};

} // namespace wirestamp::runtime
