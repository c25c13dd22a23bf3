// SPDX-License-Identifier: Apache-2.0
//
// Raw notices that something about interfaces may have changed. What changed is found by comparing
// (runtime/watch), since neither Windows' notification nor Linux' netlink says it for time stamping.

#pragma once

#include <memory>
#include <vector>

#include "impl/platform/interface.hpp"
#include "impl/platform/loop.hpp"

namespace wirestamp::platform {

struct ChangeNotice {
    enum class Kind : std::uint8_t {
        interface_changed,
        interface_removed,
        clock_added,
        clock_removed,
        everything
    };
    Kind kind = Kind::everything;
    std::uint32_t interface_index = 0; // 0: any
    std::int32_t phc_index = -1;
};

class ChangeSource : public Pollable {
public:
    /// Takes what has come, without blocking; appends to `out`.
    virtual void take(std::vector<ChangeNotice>& out) = 0;
};

} // namespace wirestamp::platform
