// SPDX-License-Identifier: Apache-2.0
//
// Arrays of structures from callers of any age: elements are as far apart as the first one's struct_size
// says.

#pragma once

#include <cstdint>

#include "impl/abi/structs.hpp"

namespace wirestamp::abi {

/// What the caller wants filled. NULL with a capacity of 0 is an empty array.
template <class T>
class OutputArray {
public:
    OutputArray(T* first, std::uint32_t capacity, const char* name,
                std::size_t minimum = 2 * sizeof(std::uint32_t))
        : first_(reinterpret_cast<unsigned char*>(first)), capacity_(capacity) {
        if (capacity == 0)
            return;
        check_output(first, name, minimum);
        stride_ = first->struct_size;
        if (capacity > 1 && stride_ % alignof(T) != 0)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          std::string("struct_size of '") + name +
                              "' is no possible distance between elements of an array");
    }

    std::uint32_t capacity() const noexcept { return capacity_; }
    T* operator[](std::uint32_t index) const noexcept {
        return reinterpret_cast<T*>(first_ + std::size_t{index} * stride_);
    }
    void write(std::uint32_t index, const T& value) const noexcept {
        T* element = (*this)[index];
        element->struct_size = stride_;
        write_struct(element, value);
        element->struct_size = stride_ < sizeof(T) ? stride_ : static_cast<std::uint32_t>(sizeof(T));
    }

private:
    unsigned char* first_;
    std::uint32_t capacity_;
    std::uint32_t stride_ = 0;
};

/// UTF-8 text into a fixed field: cut between characters, always terminated.
template <std::size_t Size>
void write_text(char (&field)[Size], const std::string& text) noexcept {
    std::size_t length = std::min(text.size(), Size - 1);
    while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
        --length;
    std::memcpy(field, text.data(), length);
    std::memset(field + length, 0, Size - length);
}

} // namespace wirestamp::abi
