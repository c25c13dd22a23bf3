// SPDX-License-Identifier: Apache-2.0
//
// The manual page, made of the same tree of verbs and options that --help shows.

#pragma once

#include <CLI/CLI.hpp>

namespace command {

void add_manual(CLI::App& app);

} // namespace command
