// SPDX-License-Identifier: Apache-2.0

#include "teach.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace command {

namespace {

std::map<std::string, Lesson>& lessons() {
    static std::map<std::string, Lesson> all;
    return all;
}

} // namespace

const std::vector<ExitMeaning> exit_meanings = {
    {0, "done"},
    {1, "failed; the reason is on standard error"},
    {2, "wrong usage"},
    {3, "ran to its end, but the clock never synchronised"},
};

std::vector<std::string> paragraph(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
            lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        at = end + 1;
    }
    return lines;
}

void teach(CLI::App& verb, const std::string& text, std::vector<Example> examples) {
    std::string footer;
    for (const auto& line : paragraph(text, 100))
        footer += line + "\n";
    footer += examples.size() == 1 ? "\nExample\n" : "\nExamples\n";
    for (const auto& example : examples)
        footer += "  " + example.line + "\n      " + example.what + "\n";
    footer.pop_back();
    verb.footer(footer);
    lessons()[verb.get_name()] = {text, std::move(examples)};
}

const Lesson& lesson_of(const CLI::App& verb) {
    return lessons()[verb.get_name()];
}

} // namespace command
