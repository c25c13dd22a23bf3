// SPDX-License-Identifier: Apache-2.0
//
// Files that verbs write: whole, or an error that says why not.

#pragma once

#include <string>

namespace command {

/// Writes all or throws with the system's reason.
void write_file(const std::string& file, const std::string& text);
/// The same, or to standard output if the name is empty or "-".
void write_output(const std::string& file, const std::string& text);

} // namespace command
