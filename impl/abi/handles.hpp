// SPDX-License-Identifier: Apache-2.0
//
// What the opaque handles of the C interface are made of.

#pragma once

#include "impl/platform/simulated/world.hpp"
#include "impl/runtime/context.hpp"

/// A handle is its runtime object, so that no file of abi/ has to cast.
struct wst_context final : wirestamp::runtime::Context {
    using Context::Context;
};

struct wst_simulation final : wirestamp::platform::simulated::World {
    using World::World;
};
