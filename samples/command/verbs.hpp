// SPDX-License-Identifier: Apache-2.0
//
// The verbs of the command, each in the file of its name.

#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace command {

/// What all verbs share.
struct Global {
    bool json = false;
};

/// Exit codes, documented in the help.
enum ExitCode : int { success = 0, failed = 1, usage = 2, not_reached = 3 };

void add_list(CLI::App& app, Global& global, int& exit_code);
void add_caps(CLI::App& app, Global& global, int& exit_code);
void add_watch(CLI::App& app, Global& global, int& exit_code);
void add_cross(CLI::App& app, Global& global, int& exit_code);
void add_latency(CLI::App& app, Global& global, int& exit_code);
void add_ptp(CLI::App& app, Global& global, int& exit_code);
/// `--logSyncInterval -4` becomes one word: the value of an option is not the flag -4.
std::vector<std::string> join_option_values(const std::vector<std::string>& words);
void add_simulate(CLI::App& app, Global& global, int& exit_code);
void add_report(CLI::App& app, Global& global, int& exit_code);

} // namespace command
