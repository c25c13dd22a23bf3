// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/ptp/count_allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local bool counting = false;
thread_local std::size_t counted = 0;
} // namespace

void* operator new(std::size_t size) {
    counted += counting ? 1U : 0U;
    if (void* memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace wirestamp::ptp::test {

void count_allocations(bool on) noexcept {
    counting = on;
    if (on)
        counted = 0;
}

std::size_t allocations() noexcept {
    return counted;
}

} // namespace wirestamp::ptp::test
