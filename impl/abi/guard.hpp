// SPDX-License-Identifier: Apache-2.0
//
// The wall between C++ and the C interface: every exported function runs its body in guard(), which lets no
// exception out and fills the caller's wst_error as far as its struct_size allows.

#pragma once

#include <string>
#include <type_traits>

#include "impl/base/failure.hpp"
#include "wirestamp/base.h"

namespace wirestamp::abi {

/// Writes no byte past error->struct_size; a size too small to hold a status writes nothing.
void write_error(wst_error* error, wst_status status, std::int32_t os_error, const char* message) noexcept;

/// For use in a catch block: turns the exception that is being handled into a status and fills `error`.
wst_status report_exception(wst_error* error) noexcept;

/// Runs `body`, which returns nothing or a wst_status. A status returned other than WST_OK is explained by
/// its general text; whoever has something better to say throws a Failure.
template <class Body>
wst_status guard(wst_error* error, Body&& body) noexcept {
    try {
        wst_status status = WST_OK;
        if constexpr (std::is_void_v<std::invoke_result_t<Body>>)
            body();
        else
            status = body();
        if (error)
            write_error(error, status, 0, status == WST_OK ? "" : nullptr);
        return status;
    } catch (...) {
        return report_exception(error);
    }
}

/// Throws WST_E_INVALID_ARGUMENT that names the argument.
[[noreturn]] void refuse_null(const char* name);

template <class T>
T& require(T* argument, const char* name) {
    if (!argument)
        refuse_null(name);
    return *argument;
}

} // namespace wirestamp::abi
