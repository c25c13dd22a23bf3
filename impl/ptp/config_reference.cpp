// SPDX-License-Identifier: Apache-2.0
//
// The option table as documents.

#include <algorithm>

#include "impl/ptp/config_option.hpp"
#include "impl/ptp/config_value.hpp"
#include "impl/ptp/profiles.hpp"

namespace wirestamp::ptp {
namespace {

std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|')
            result += '\\';
        result += c;
    }
    return result;
}

std::string meaning(const Option& option) {
    std::string text(option.description);
    if (option.effect == OptionEffect::ignored)
        text += " Accepted without effect: " + std::string(option.reason) + ".";
    if (option.effect == OptionEffect::fixed)
        text += " Only the default is accepted: " + std::string(option.reason) + ".";
    for (const OptionWord& word : option.words)
        if (!word.refused.empty())
            text += " Not " + std::string(word.name) + ": " + std::string(word.refused) + ".";
    if (!option.linuxptp.empty())
        text += " linuxptp's default is " + std::string(option.linuxptp) + ".";
    return text;
}

std::string shown_default(const Option& option) {
    const std::string& value = option_text(option).default_value;
    return value.empty() ? "(empty)" : value;
}

void append_wrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t width) {
    std::size_t column = 0;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (column != 0 && column + 1 + word.size() > width) {
            out += '\n';
            column = 0;
        }
        if (column == 0) {
            out.append(indent, ' ');
            column = indent;
        } else {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    out += '\n';
}

} // namespace

std::string option_reference() {
    std::string out =
        "# Options of a PTP clock\n\n"
        "Names and defaults are linuxptp's wherever it has the option, so that a `ptp4l.conf` can be read as "
        "it "
        "is. An option of the *port* may also be set for the clock, as the default of all its ports. "
        "*Running*: "
        "it can be changed while the clock runs. *Own*: linuxptp has no such option.\n\n"
        "| option | default | allowed | unit | of | | meaning |\n|---|---|---|---|---|---|---|\n";
    for (const Option& option : options()) {
        std::string marks = option.running ? "running" : "";
        if (option.own)
            marks += marks.empty() ? "own" : ", own";
        out += "| `" + std::string(option.name) + "` | " + cell(shown_default(option)) + " | " +
               cell(option_text(option).allowed) + " | " + std::string(option.unit) + " | " +
               (option.scope == OptionScope::port ? "port" : "clock") + " | " + marks + " | " +
               cell(meaning(option)) + " |\n";
    }
    out += "\n## Older names\n\n| name | option |\n|---|---|\n";
    for (const OptionAlias& alias : option_aliases())
        out += "| `" + std::string(alias.name) + "` | `" + std::string(alias.option) + "` |\n";
    out +=
        "\n## Profiles\n\nSet by `profile`. Options given by name prevail over the profile, in whatever "
        "order "
        "they come.\n";
    for (const Profile& profile : profiles()) {
        out += "\n### " + std::string(profile.name) + "\n\n" + std::string(profile.description) + " " +
               std::string(profile.standard) + ".\n\n| option | value |\n|---|---|\n";
        for (const ProfileSetting& setting : profile.settings)
            out += "| `" + std::string(setting.option) + "` | " + std::string(setting.value) + " |\n";
    }
    out +=
        "\n## Unicast tables\n\n"
        "A section `[unicast_master_table]` holds `table_id` (first; 1 or more), `logQueryInterval`, any "
        "number "
        "of `UDPv4 ADDRESS` and `UDPv6 ADDRESS`, best first, and `peer_address`. A port uses the table that "
        "its "
        "`unicast_master_table` names.\n";
    return out;
}

std::string option_help(std::size_t width) {
    std::string out;
    for (const Option& option : options()) {
        out += "  " + std::string(option.name) + "  [" + shown_default(option) + "]";
        out += option.scope == OptionScope::port ? "  (port)\n" : "\n";
        std::string text = meaning(option) + " Takes " + option_text(option).allowed;
        if (!option.unit.empty())
            text += " " + std::string(option.unit);
        append_wrapped(out, text + ".", 6, std::max<std::size_t>(width, 40));
    }
    return out;
}

} // namespace wirestamp::ptp
