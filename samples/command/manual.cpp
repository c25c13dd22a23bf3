// SPDX-License-Identifier: Apache-2.0

#include "manual.hpp"

#include <cstdio>
#include <memory>
#include <string>

#include "options.hpp"
#include "output.hpp"
#include "teach.hpp"
#include "wirestamp/wirestamp.h"

namespace command {

namespace {

/// Text as groff takes it literally: hyphens that can be copied, no requests by accident, all else than ASCII
/// by its number.
std::string roff(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else if ((c == '.' || c == '\'') && i == 0) {
            result += std::string("\\&") + c;
        } else if (byte >= 0xc0) {
            const int more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
            unsigned code = byte & (0x3fu >> more);
            for (int k = 0; k < more && i + 1 < text.size(); ++k)
                code = code << 6 | (static_cast<unsigned char>(text[++i]) & 0x3fu);
            char name[16];
            std::snprintf(name, sizeof(name), "\\[u%04X]", code);
            result += name;
        } else {
            result += c;
        }
    }
    return result;
}

std::string out;

template <typename... Values>
void add(const char* pattern, Values... values) {
    char text[4000];
    std::snprintf(text, sizeof(text), pattern, values...);
    out += text;
}

void heading(const char* level, const std::string& title) {
    add(".%s \"%s\"\n", level, roff(title).c_str());
}

void text(const std::string& words) {
    for (const auto& line : paragraph(words, 100))
        add("%s\n", roff(line).c_str());
}

void item(const std::string& tag, const std::string& words) {
    add(".TP\n%s\n", tag.c_str());
    text(words);
}

void examples(const Lesson& lesson) {
    for (const auto& example : lesson.examples) {
        add(".PP\n%s:\n.PP\n.RS 4\n.EX\n%s\n.EE\n.RE\n", roff(example.what).c_str(),
            roff(example.line).c_str());
    }
}

std::string tag_of(const CLI::Option& option) {
    std::string tag;
    for (const auto& name : option.get_snames())
        tag += (tag.empty() ? "\\fB\\-" : ", \\fB\\-") + roff(name) + "\\fR";
    for (const auto& name : option.get_lnames())
        tag += (tag.empty() ? "\\fB\\-\\-" : ", \\fB\\-\\-") + roff(name) + "\\fR";
    if (option.get_positional() && tag.empty())
        return "\\fI" + roff(option.get_name(true)) + "\\fR";
    if (option.get_items_expected_max() > 0) {
        const std::string type = option.get_type_name();
        tag += " \\fI" + roff(type.substr(0, type.find(':'))) + "\\fR";
    }
    return tag;
}

std::string words_of_option(const CLI::Option& option) {
    std::string words = option.get_description();
    const std::string type = option.get_type_name();
    const auto colon = type.find(':');
    if (colon != std::string::npos && type.find('{') != std::string::npos)
        words += ": one of " + type.substr(colon + 2, type.size() - colon - 3);
    if (!option.get_default_str().empty())
        words += " (default " + option.get_default_str() + ")";
    return words + ".";
}

void options(const CLI::App& app) {
    for (const auto* option : app.get_options([](const CLI::Option*) { return true; }))
        if (option->get_name() != "--help")
            item(tag_of(*option), words_of_option(*option));
}

std::string page(const CLI::App& app) {
    out.clear();
    add(".\\\" Made by `wirestamp manual`; do not edit.\n");
    add(".TH WIRESTAMP 1 \"\" \"Wirestamp %s\" \"User Commands\"\n.nh\n.ad l\n", wst_version_string());
    heading("SH", "NAME");
    out += "wirestamp \\- packet timestamps, adapter clocks and PTP (IEEE 1588)\n";
    heading("SH", "SYNOPSIS");
    add(".B wirestamp\n\\fIVERB\\fR [\\fIOPTION\\fR]...\n");
    heading("SH", "DESCRIPTION");
    text(
        "Tells what timestamps the network adapters of this host can take, reads their clocks against the "
        "system's, measures "
        "where a packet's time goes, and runs a PTP clock with ptp4l's options in the foreground. Unless it "
        "is asked to, it "
        "changes no clock and no setting of the machine.");
    heading("SH", "OPTIONS");
    options(app);
    item("\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Help, also of a verb: wirestamp cross --help.");
    heading("SH", "VERBS");
    for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (verb->get_group().empty())
            continue;
        heading("SS", "wirestamp " + verb->get_name());
        text(verb->get_description() + ".");
        add(".PP\n");
        text(lesson_of(*verb).text);
        options(*verb);
        examples(lesson_of(*verb));
    }
    heading("SH", "PTP OPTIONS");
    text(
        "Any of these can stand in the configuration file, and follow wirestamp ptp as --NAME VALUE or "
        "--NAME=VALUE. Names and "
        "meanings are linuxptp's where it has them.");
    for (const auto& row : ptp_options())
        item("\\fB" + roff(row.name) + "\\fR",
             row.description + " Takes " + row.allowed + (row.unit.empty() ? "" : " " + row.unit) +
                 "; default " + (row.default_value.empty() ? "none" : row.default_value) + ".");
    heading("SH", "EXIT STATUS");
    for (const auto& meaning : exit_meanings)
        item("\\fB" + std::to_string(meaning.code) + "\\fR", std::string(meaning.what) + ".");
    heading("SH", "ENVIRONMENT");
    item("\\fBNO_COLOR\\fR",
         "If set and not empty, nothing is coloured. What is no terminal never gets colours.");
    heading("SH", "OUTPUT FOR PROGRAMS");
    text(
        "With --json every line is one object with a member \"event\" that says which kind; "
        "wirestamp.schema.json, installed "
        "beside the documentation, is the schema of all of them. Times of day are nanoseconds, \"t\" is "
        "seconds since the "
        "start. Members are added in later versions, never changed.");
    heading("SH", "SEE ALSO");
    add(".BR ptp4l (8),\n.BR pmc (8),\n.BR ethtool (8)\n");
    return out;
}

} // namespace

void add_manual(CLI::App& app) {
    auto* verb = app.add_subcommand("manual", "Print the manual page")->group("");
    auto file = std::make_shared<std::string>();
    verb->add_option("-o,--output", *file, "Write into this file instead of standard output")
        ->type_name("FILE");
    verb->callback([&app, file] { write_output(*file, page(app)); });
}

} // namespace command
