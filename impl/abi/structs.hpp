// SPDX-License-Identifier: Apache-2.0
//
// How structures of different ages meet (base.h): what an older caller does not have keeps its default, what
// a newer caller asks beyond this library is refused unless it is zero, and nothing is written past what the
// caller has.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "impl/base/failure.hpp"
#include "wirestamp/base.h"

namespace wirestamp::abi {

/// No structure comes near this; a larger struct_size is memory that was never initialised.
inline constexpr std::uint32_t largest_struct = 64 * 1024;

/// Throws unless `size` can be that of a structure whose first `minimum` bytes are needed.
void check_struct_size(std::uint32_t size, std::size_t minimum, const char* name);
/// Throws WST_E_UNSUPPORTED_FIELD if anything in [known, size) of the caller's structure is set.
void check_unknown_fields(const void* structure, std::size_t known, std::uint32_t size, const char* name);

/// The caller's structure over the defaults. A null pointer is the defaults, where the function allows it.
template <class T>
T read_struct(const T* caller, const T& defaults, const char* name,
              std::size_t minimum = sizeof(std::uint32_t)) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>);
    T value = defaults;
    if (caller) {
        const std::uint32_t size = caller->struct_size;
        check_struct_size(size, minimum, name);
        check_unknown_fields(caller, sizeof(T), size, name);
        std::memcpy(&value, caller, std::min<std::size_t>(size, sizeof(T)));
    }
    value.struct_size = static_cast<std::uint32_t>(sizeof(T));
    return value;
}

/// To be called before the work is done, so that a structure nobody could fill is refused without a side
/// effect.
template <class T>
void check_output(const T* caller, const char* name, std::size_t minimum = 2 * sizeof(std::uint32_t)) {
    if (!caller)
        throw Failure(WST_E_INVALID_ARGUMENT, std::string("argument '") + name + "' is NULL");
    check_struct_size(caller->struct_size, minimum, name);
}

/// As much of `value` as the caller has room for; struct_size tells him how much that was.
template <class T>
void write_struct(T* caller, const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>);
    const std::size_t size = std::min<std::size_t>(caller->struct_size, sizeof(T));
    std::memcpy(caller, &value, size);
    caller->struct_size = static_cast<std::uint32_t>(size);
}

} // namespace wirestamp::abi
