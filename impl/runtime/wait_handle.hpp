// SPDX-License-Identifier: Apache-2.0
//
// One bit that other loops can wait for: an eventfd, a pipe where eventfd is refused, or a Windows event.

#pragma once

#include <cstdint>

namespace wirestamp::runtime {

class WaitHandle {
public:
    WaitHandle(); // throws Failure
    ~WaitHandle();
    WaitHandle(const WaitHandle&) = delete;
    WaitHandle& operator=(const WaitHandle&) = delete;

    /// Descriptor to poll for reading, or HANDLE.
    std::intptr_t native() const noexcept { return read_; }
    void set() noexcept;
    void reset() noexcept;

private:
    std::intptr_t read_ = -1;
    std::intptr_t write_ = -1;
};

} // namespace wirestamp::runtime
