// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/capability_use.hpp"

#include <exception>

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {

platform::Capabilities CapabilityUse::enable(const platform::Interface& interface,
                                             const platform::EnableRequest& request) {
    Use& use = uses_[interface.id];
    try {
        const platform::Capabilities granted = context().platform().capabilities().enable(interface, request);
        use.interface = interface;
        ++use.count;
        return granted;
    } catch (...) {
        if (use.count == 0)
            uses_.erase(interface.id);
        throw;
    }
}

void CapabilityUse::restore(platform::InterfaceId id) {
    const auto found = uses_.find(id);
    if (found == uses_.end())
        throw Failure(WST_E_STATE,
                      "this context has enabled nothing on that interface, so there is nothing to restore");
    const platform::Interface interface = found->second.interface;
    if (--found->second.count == 0)
        uses_.erase(found);
    try {
        context().platform().capabilities().restore(interface);
    } catch (const Failure& failure) {
        if (failure.status() != WST_E_NOT_FOUND && failure.status() != WST_E_INTERFACE_GONE)
            throw;
    }
}

void CapabilityUse::close() noexcept {
    for (auto& [id, use] : uses_)
        for (; use.count != 0; --use.count) {
            try {
                context().platform().capabilities().restore(use.interface);
            } catch (const std::exception& failure) {
                context().log(WST_LOG_WARNING, "the former time stamping of " + use.interface.name +
                                                   " could not be restored: " + failure.what());
            }
        }
    uses_.clear();
}

} // namespace wirestamp::runtime
