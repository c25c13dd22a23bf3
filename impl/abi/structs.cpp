// SPDX-License-Identifier: Apache-2.0

#include "impl/abi/structs.hpp"

namespace wirestamp::abi {

void check_struct_size(std::uint32_t size, std::size_t minimum, const char* name) {
    if (size >= minimum && size <= largest_struct)
        return;
    throw Failure(WST_E_INVALID_ARGUMENT,
                  std::string("struct_size of '") + name + "' is " + std::to_string(size) +
                      "; set it to the sizeof of the structure (the WST_..._INIT macro does)");
}

void check_unknown_fields(const void* structure, std::size_t known, std::uint32_t size, const char* name) {
    const auto* bytes = static_cast<const unsigned char*>(structure);
    for (std::size_t i = known; i < size; ++i)
        if (bytes[i] != 0)
            throw Failure(WST_E_UNSUPPORTED_FIELD,
                          std::string("'") + name + "' sets a field at byte " + std::to_string(i) +
                              " that this library (" + wst_version_string() +
                              ") does not know; use a newer library or leave the field zero");
}

} // namespace wirestamp::abi
