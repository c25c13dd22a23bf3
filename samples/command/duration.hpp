// SPDX-License-Identifier: Apache-2.0
//
// "20s", "5min", "500ms", "24h" or a plain number of seconds, as a command-line value.

#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace command {

/// A validator that turns such a text into a number of seconds.
inline CLI::Validator duration() {
    const CLI::AsNumberWithUnit number(
        std::map<std::string, double>{{"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}, {"d", 86400.0}},
        CLI::AsNumberWithUnit::DEFAULT, "TIME");
    return CLI::Validator(
        [number](std::string& text) {
            if (!text.empty() && text.front() == '-')
                return "a time is not negative, but " + text + " is";
            return number(text);
        },
        number.get_description());
}

} // namespace command
