// SPDX-License-Identifier: Apache-2.0

#include "completion.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "library.hpp"
#include "options.hpp"
#include "output.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace command {

namespace {

// A script gets candidates one a line, a tab before what they mean; ":files" asks for file names instead.
constexpr const char* bash_script = R"(# bash completion of wirestamp; made by: wirestamp completion bash
_wirestamp() {
    local words line current=${COMP_LINE:0:COMP_POINT}
    read -ra words <<<"$current"
    [[ $current == *[[:space:]] ]] && words+=("")
    # bash takes a word apart at = and replaces only what follows.
    local prefix=
    [[ ${words[-1]} == *=* && $COMP_WORDBREAKS == *=* ]] && prefix=${words[-1]%%=*}=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "${words[-1]#"$prefix"}")
        else
            line=${line%%$'\t'*}
            COMPREPLY+=("${line#"$prefix"}")
        fi
    done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
complete -F _wirestamp wirestamp
)";

constexpr const char* zsh_script = R"(#compdef wirestamp
# zsh completion of wirestamp; made by: wirestamp completion zsh
_wirestamp() {
    local line
    local -a candidates
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            _files
        else
            candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        fi
    done < <("${words[1]}" complete -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)
    (( ${#candidates} )) && _describe -V wirestamp candidates
}
if [[ ${funcstack[1]} == _wirestamp ]]; then _wirestamp "$@"; else compdef _wirestamp wirestamp; fi
)";

constexpr const char* fish_script = R"(# fish completion of wirestamp; made by: wirestamp completion fish
function __wirestamp_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in ($program complete -- $words "$current" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$current"
        else
            printf '%s\n' $line
        end
    end
end
complete -c wirestamp -f -a '(__wirestamp_complete)'
)";

struct Candidate {
    std::string word;
    std::string meaning;
};
using Candidates = std::vector<Candidate>;

void add_interfaces(Candidates& out) {
    try {
        const Context context = make_context();
        for (const auto& entry : interfaces(context.get()))
            out.push_back({entry.name, wst_interface_kind_name(entry.kind)});
    } catch (const std::exception&) { // no candidates are better than noise in the middle of a command line
    }
}

/// What follows an option or stands in a place: by the name of its type, and by the choices its check names.
void add_values(const std::string& type, Candidates& out) {
    if (type.rfind("INTERFACE", 0) == 0)
        return add_interfaces(out);
    if (type.rfind("FILE", 0) == 0) {
        out.push_back({":files", ""});
        return;
    }
    const auto open = type.find('{');
    const auto close = type.find('}');
    if (open == std::string::npos || close == std::string::npos)
        return;
    std::string word;
    for (const char c : type.substr(open + 1, close - open)) {
        if (c == ',' || c == '}') {
            out.push_back({word, ""});
            word.clear();
        } else {
            word += c;
        }
    }
}

void add_values_of_ptp_option(const std::string& name, Candidates& out) {
    for (const auto& row : ptp_options())
        if (row.name == name)
            for (const auto& word : words_of(row))
                out.push_back({word, word == row.default_value ? "the default" : ""});
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    const CLI::App* node = &app;
    std::vector<const CLI::Option*> all;
    for (; node != nullptr; node = node->get_parent())
        for (const auto* option : node->get_options([](const CLI::Option*) { return true; }))
            if (node == &app || option->get_name() == "--json")
                all.push_back(option);
    return all;
}

const CLI::Option* option_called(const CLI::App& app, const std::string& word) {
    for (const auto* option : options_of(app))
        if (option->nonpositional() && option->check_name(word))
            return option;
    return nullptr;
}

bool takes_configuration(const CLI::App& verb) {
    return verb.get_name() == "ptp";
}

std::string without_dashes(const std::string& word) {
    return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

void add_options(const CLI::App& app, Candidates& out) {
    for (const auto* option : options_of(app)) {
        for (const auto& name : option->get_lnames())
            out.push_back({"--" + name, option->get_description()});
        if (option->get_lnames().empty())
            for (const auto& name : option->get_snames())
                out.push_back({"-" + name, option->get_description()});
    }
    if (takes_configuration(app))
        for (const auto& row : ptp_options())
            out.push_back({"--" + row.name, row.description});
}

Candidates candidates(const CLI::App& root, const std::vector<std::string>& words) {
    const CLI::App* verb = &root;
    std::string waiting; // an option that wants its value next
    std::size_t position = 0;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const std::string& word = words[i];
        if (!waiting.empty()) {
            waiting.clear();
        } else if (word.size() > 1 && word.front() == '-') {
            const auto* option = option_called(*verb, word);
            const bool configuration = option == nullptr && takes_configuration(*verb);
            if (word.find('=') == std::string::npos &&
                (configuration || (option != nullptr && option->get_items_expected_max() > 0)))
                waiting = word;
        } else if (verb == &root) {
            for (const auto* sub : root.get_subcommands([](const CLI::App*) { return true; }))
                if (sub->get_name() == word)
                    verb = sub;
        } else {
            ++position;
        }
    }

    Candidates out;
    const std::string current = words.empty() ? "" : words.back();
    const auto equals = current.find('=');
    const auto values_of = [&](const std::string& word, Candidates& into) {
        if (const auto* option = option_called(*verb, word))
            add_values(option->get_type_name(), into);
        else if (takes_configuration(*verb))
            add_values_of_ptp_option(without_dashes(word), into);
    };
    if (waiting == "--set") { // NAME=VALUE
        Candidates values;
        if (equals == std::string::npos)
            for (const auto& row : ptp_options())
                out.push_back({row.name + "=", row.description});
        else
            add_values_of_ptp_option(current.substr(0, equals), values);
        for (const auto& value : values)
            out.push_back({current.substr(0, equals + 1) + value.word, value.meaning});
    } else if (!waiting.empty()) {
        values_of(waiting, out);
    } else if (current.rfind("--", 0) == 0 && equals != std::string::npos) {
        Candidates values;
        values_of(current.substr(0, equals), values);
        for (const auto& value : values)
            out.push_back({value.word == ":files" ? ":files" : current.substr(0, equals + 1) + value.word,
                           value.meaning});
    } else if (!current.empty() && current.front() == '-') {
        add_options(*verb, out);
    } else if (verb == &root) {
        for (const auto* sub : root.get_subcommands([](const CLI::App*) { return true; }))
            if (!sub->get_group().empty())
                out.push_back({sub->get_name(), sub->get_description()});
    } else {
        std::size_t place = 0;
        for (const auto* option : verb->get_options([](const CLI::Option*) { return true; }))
            if (option->get_positional() && place++ == position)
                add_values(option->get_type_name(), out);
    }
    out.erase(std::remove_if(out.begin(), out.end(),
                             [&](const Candidate& one) {
                                 return one.word != ":files" &&
                                        one.word.compare(0, current.size(), current) != 0;
                             }),
              out.end());
    return out;
}

} // namespace

void add_completion(CLI::App& app) {
    auto* verb = app.add_subcommand("completion", "Print the completion script of a shell");
    teach(*verb,
          "A package installs these where the shells look for them. The script asks the command itself, so "
          "it stays right "
          "when the command changes.",
          {{"source <(wirestamp completion bash)", "in this shell"},
           {"wirestamp completion fish -o ~/.config/fish/completions/wirestamp.fish",
            "in every fish from now on"}});
    auto shell = std::make_shared<std::string>();
    verb->add_option("shell", *shell, "Which shell")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    auto file = std::make_shared<std::string>();
    verb->add_option("-o,--output", *file, "Write into this file instead of standard output")
        ->type_name("FILE");
    verb->callback([shell, file] {
        write_output(*file, *shell == "bash" ? bash_script : *shell == "zsh" ? zsh_script : fish_script);
    });
}

bool answer_completion(const CLI::App& app, const std::vector<std::string>& words) {
    if (words.size() < 2 || words[0] != "complete" || words[1] != "--")
        return false;
    for (const auto& one : candidates(app, {words.begin() + 2, words.end()}))
        if (one.meaning.empty())
            std::printf("%s\n", one.word.c_str());
        else
            std::printf("%s\t%s\n", one.word.c_str(), one.meaning.c_str());
    return true;
}

} // namespace command
