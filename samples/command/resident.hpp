// SPDX-License-Identifier: Apache-2.0
//
// What a program that runs for months needs of what it needed to start.

#pragma once

namespace command {

/// Gives back memory that only starting needed, where the system lets a program do so. What is needed again
/// comes back by itself.
void give_back_memory();

} // namespace command
