// SPDX-License-Identifier: Apache-2.0
//
// A handler that throws must not take the application's process down with it; the context hears of it
// instead.

#pragma once

#include <exception>

#include "impl/platform/loop.hpp"

namespace wirestamp::runtime {

inline void invoke_handler(const platform::LoopHooks& hooks, const std::function<void()>& handler) noexcept {
    try {
        handler();
    } catch (const std::exception& exception) {
        if (hooks.handler_failed)
            hooks.handler_failed(exception.what());
    } catch (...) {
        if (hooks.handler_failed)
            hooks.handler_failed("an exception of unknown type");
    }
}

} // namespace wirestamp::runtime
