// SPDX-License-Identifier: Apache-2.0
//
// Network adapters as Windows lists them: by LUID, with the name of the system and the name that people see.

#pragma once

#include "impl/platform/interface.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

class Interfaces final : public InterfaceCatalogue {
public:
    explicit Interfaces(SystemCalls& system) : system_(system) {}

    std::vector<Interface> list() override;
    std::optional<Interface> find(const std::string& key) override;
    std::optional<Interface> find(InterfaceId id) override;

private:
    SystemCalls& system_;
};

} // namespace wirestamp::platform::windows
