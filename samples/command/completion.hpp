// SPDX-License-Identifier: Apache-2.0
//
// Completion of the command line in bash, zsh and fish. The shells' scripts are a few lines each and ask the
// command itself, which walks its own tree of verbs and options: there is no second list of them to go stale.

#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace command {

void add_completion(CLI::App& app);

/// Answers `wirestamp complete -- WORD...`, which the scripts ask: candidates for the last word. It is no
/// verb of the tree, because the words after it are not options of this call. False if it was something else.
bool answer_completion(const CLI::App& app, const std::vector<std::string>& words);

} // namespace command
