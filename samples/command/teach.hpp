// SPDX-License-Identifier: Apache-2.0
//
// What the help of a verb teaches beside its options: a few sentences and examples. Kept apart from the text
// that
// --help shows, because the manual page is made of the same.

#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace command {

struct Example {
    std::string line;
    std::string what;
};

struct Lesson {
    std::string text;
    std::vector<Example> examples;
};

/// Sets the footer of the verb's help and remembers the lesson.
void teach(CLI::App& verb, const std::string& text, std::vector<Example> examples);
const Lesson& lesson_of(const CLI::App& verb);

/// The lines of a text that are at most `width` columns wide.
std::vector<std::string> paragraph(const std::string& text, std::size_t width);

struct ExitMeaning {
    int code;
    const char* what;
};
extern const std::vector<ExitMeaning> exit_meanings;

} // namespace command
