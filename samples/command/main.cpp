// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "completion.hpp"
#include "library.hpp"
#include "manual.hpp"
#include "system_text.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace {

std::string epilogue() {
    std::string text =
        "\nExamples\n"
        "  wirestamp list                                  what this host's adapters can stamp\n"
        "  wirestamp ptp -i eth0                           join PTP on eth0, touching no clock\n"
        "  wirestamp ptp -i eth0 -s --event_port 10319 --general_port 10320\n"
        "                                                  a client without privileges, on ports of its own\n"
        "  wirestamp ptp -f /etc/linuxptp/ptp4l.conf -m    with ptp4l's configuration file, and lines as it "
        "has them\n"
        "  wirestamp simulate --jitter 100 --duration 600  two clocks on a simulated network\n"
        "`wirestamp VERB --help` has more of them.\n\nExit codes\n";
    for (const auto& meaning : command::exit_meanings)
        text += "  " + std::to_string(meaning.code) + "  " + meaning.what + "\n";
    text.pop_back();
    return text;
}

/// The first word, if it is no option and no verb: the library would only say that a verb is missing.
std::string unknown_verb(const CLI::App& app, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        if (!word.empty() && word.front() == '-')
            continue;
        for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; }))
            if (verb->get_name() == word) // also one that help does not show
                return "";
        return word.empty() ? "''" : word;
    }
    return "";
}

} // namespace

int main(int argc, char** argv) {
    const command::Utf8Console console;
    auto words = command::arguments(argc, argv);
    if (!words.empty())
        words.erase(words.begin()); // the program's own name
    CLI::App app{
        "Packet timestamps, adapter clocks and PTP (IEEE 1588), without touching the system's clock."};
    app.name("wirestamp");
    app.footer(epilogue());
    app.require_subcommand(1);
    app.set_version_flag("--version",
                         std::string("wirestamp ") + wst_version_string() + "\n" + wst_build_info());

    command::Global global;
    app.add_flag("--json", global.json, "One JSON object a line instead of text");
    app.fallthrough();

    int exit_code = command::success;
    command::add_list(app, global, exit_code);
    command::add_caps(app, global, exit_code);
    command::add_watch(app, global, exit_code);
    command::add_cross(app, global, exit_code);
    command::add_latency(app, global, exit_code);
    command::add_ptp(app, global, exit_code);
    command::add_simulate(app, global, exit_code);
    command::add_report(app, global, exit_code);
    command::add_completion(app);
    command::add_manual(app);

    if (command::answer_completion(app, words))
        return command::success;
    if (const std::string unknown = unknown_verb(app, words); !unknown.empty()) {
        std::fprintf(stderr, "wirestamp: there is no verb %s; verbs are:", unknown.c_str());
        for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; }))
            if (!verb->get_group().empty())
                std::fprintf(stderr, " %s", verb->get_name().c_str());
        std::fprintf(stderr, "\nRun with --help for more information.\n");
        return command::usage;
    }
    try {
        // The parser wants them last first.
        words = command::join_option_values(words);
        std::reverse(words.begin(), words.end());
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? command::success : command::usage;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "wirestamp: %s\n", error.what());
        return command::failed;
    }
    return exit_code;
}
