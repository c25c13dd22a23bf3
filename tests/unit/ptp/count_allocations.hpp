// SPDX-License-Identifier: Apache-2.0
//
// Counts what this program allocates. The replaced operators lie in a file of their own, where no compiler
// can look through them into malloc and warn of a mismatch.

#pragma once

#include <cstddef>

namespace wirestamp::ptp::test {

void count_allocations(bool on) noexcept;
/// On this thread, while counting was on, since it was last switched on.
std::size_t allocations() noexcept;

} // namespace wirestamp::ptp::test
