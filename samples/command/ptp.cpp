// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp ptp`: a PTP clock in the foreground, with ptp4l's options: as a view on a terminal, as lines for
// all else.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "duration.hpp"
#include "library.hpp"
#include "live_view.hpp"
#include "metrics.hpp"
#include "options.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "ptp_lines.hpp"
#include "ptp_printer.hpp"
#include "ptp_summary.hpp"
#include "resident.hpp"
#include "system_text.hpp"
#include "teach.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace command {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int) {
    interrupted = 1;
}

struct Options {
    std::vector<std::string> interfaces;
    std::string file;
    bool client_only = false;
    bool ipv4 = false, ipv6 = false;
    bool end_to_end = false, peer_to_peer = false, automatic_delay = false;
    bool hardware = false, software = false, legacy = false, ethernet = false;
    bool print = false, quiet = false;
    int log_level = WST_LOG_NOTICE;
    std::string phc;
    double duration = 0;
    std::string plot;
    std::string title;
    std::string metrics;
    std::string record;
};

PtpConfig configure(const Options& options, const std::vector<std::string>& extras) {
    wst_ptp_config* raw = nullptr;
    check([&](wst_error* error) { return wst_ptp_config_create(&raw, error); });
    PtpConfig config(raw);
    const auto set = [&](const std::string& name, const std::string& value) {
        check([&](wst_error* error) {
            return wst_ptp_config_set(config.get(), name.c_str(), value.c_str(), error);
        });
    };
    if (!options.file.empty())
        check([&](wst_error* error) {
            return wst_ptp_config_read_file(config.get(), options.file.c_str(), error);
        });
    for (const auto& interface : options.interfaces)
        check([&](wst_error* error) {
            return wst_ptp_config_add_port(config.get(), interface.c_str(), error);
        });
    if (options.client_only)
        set("clientOnly", "1");
    if (options.ipv4)
        set("network_transport", "UDPv4");
    if (options.ipv6)
        set("network_transport", "UDPv6");
    if (options.end_to_end)
        set("delay_mechanism", "E2E");
    if (options.peer_to_peer)
        set("delay_mechanism", "P2P");
    if (options.automatic_delay)
        set("delay_mechanism", "Auto");
    if (options.ethernet)
        set("network_transport", "L2");
    if (options.legacy)
        set("time_stamping", "legacy");
    if (options.hardware)
        set("time_stamping", "hardware");
    if (options.software)
        set("time_stamping", "software");
    if (!options.phc.empty())
        set("phc_index", options.phc.substr(options.phc.find_last_not_of("0123456789") + 1));

    if (!options.record.empty())
        set("record_file", options.record);

    // Any option of the table may be given by its name: --domainNumber 24 or --domainNumber=24.
    for (std::size_t i = 0; i < extras.size(); ++i) {
        const std::string& word = extras[i];
        if (word.rfind("--", 0) != 0)
            throw CLI::ExtrasError("ptp", {word});
        const auto equals = word.find('=');
        std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
        if (equals != std::string::npos)
            set(name, word.substr(equals + 1));
        else if (i + 1 < extras.size())
            set(name, extras[++i]);
        else
            throw std::runtime_error("option " + word + " needs a value, as in " + word + "=1");
    }
    return config;
}

double summary_seconds(const wst_ptp_config* config) {
    char value[32] = "";
    check([&](wst_error* error) {
        return wst_ptp_config_get(config, nullptr, "summary_interval", value, sizeof(value), nullptr, error);
    });
    return std::ldexp(1.0, std::atoi(value));
}

/// Where the library's log goes: to standard error, or into the view that has the screen.
struct LogTarget {
    std::atomic<LiveView*> view{nullptr};
};

void log_line(void* user, std::int32_t, const char* text) {
    if (LiveView* view = static_cast<LogTarget*>(user)->view.load())
        view->log(text);
    else
        std::fprintf(stderr, "wirestamp: %s\n", text);
}

std::string title_of(const Options& options) {
    std::string names;
    for (const auto& name : options.interfaces)
        names += (names.empty() ? "" : ", ") + name;
    return "wirestamp ptp  " + (names.empty() ? options.file : names);
}

int run(const Options& options, const std::vector<std::string>& extras, bool as_json) {
    PtpConfig config = configure(options, extras);

    LogTarget log_target; // outlives the context, which logs into it
    wst_context_options context_options = WST_CONTEXT_OPTIONS_INIT;
    // One thread for all, as ptp4l: an event costs no switch to another, and poll is all that the system must
    // offer.
    context_options.flags = WST_CONTEXT_CALLER_DRIVEN;
    context_options.log_level = options.log_level;
    context_options.log = log_line;
    context_options.log_user = &log_target;
    wst_context* raw_context = nullptr;
    check([&](wst_error* error) { return wst_context_create(&context_options, &raw_context, error); });
    const Context context(raw_context);

    wst_subscription subscription = 0;
    check([&](wst_error* error) {
        return wst_subscribe(context.get(), nullptr, nullptr, nullptr, nullptr, &subscription, error);
    });

    wst_ptp* raw_ptp = nullptr;
    check([&](wst_error* error) { return wst_ptp_open(context.get(), config.get(), &raw_ptp, error); });
    const Ptp ptp(raw_ptp);
    std::unique_ptr<MetricsServer> metrics;
    if (!options.metrics.empty()) {
        metrics = std::make_unique<MetricsServer>(options.metrics, ptp.get());
        std::fprintf(stderr, "wirestamp: metrics at %s\n", metrics->where().c_str());
    }
    check([&](wst_error* error) { return wst_ptp_start(ptp.get(), error); });

    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    std::unique_ptr<LiveView> view;
    if (is_terminal(Stream::out) && !as_json && !options.print) {
        view = std::make_unique<LiveView>(ptp.get(), title_of(options));
        log_target.view = view.get();
    }
    PtpSummary summary(!options.plot.empty());
    PtpPrinter printer(as_json, summary_seconds(config.get()));
    Progress progress(true);
    give_back_memory();
    bool settled = false;
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    constexpr double settling_seconds = 5; // in which ports open, masters are heard and a clock locks
    while (interrupted == 0 && (options.duration <= 0 || elapsed() < options.duration)) {
        wst_event event{};
        event.struct_size = sizeof(event);
        wst_error error = WST_ERROR_INIT;
        const wst_status status = wst_event_wait(context.get(), 200, &event, &error);
        if (status != WST_OK && status != WST_E_TIMED_OUT)
            throw LibraryError(error);
        const double now = elapsed();
        if (!settled && now >= settling_seconds) {
            settled = true;
            give_back_memory();
        }
        if (status == WST_OK) {
            summary.take(event, now);
            if (!view)
                printer.take(event, now);
            else if (const auto line = describe(event))
                view->take(event, *line, now);
        }
        if (view)
            view->draw(now);
        else if (options.duration > 0)
            progress.show(now / options.duration, "");
    }
    progress.clear();
    if (view)
        view->draw(elapsed(), true);
    log_target.view = nullptr;
    view.reset();
    printer.finish(summary.line(), elapsed());
    summary.run().finish(elapsed());
    summary.run().title = options.title.empty() ? title_of(options) : options.title;
    if (!options.plot.empty())
        write_plot(options.plot, summary.run());
    return summary.was_locked() || summary.was_master() ? success : not_reached;
}

bool is_option(const std::string& name) {
    wst_ptp_config* raw = nullptr;
    check([&](wst_error* error) { return wst_ptp_config_create(&raw, error); });
    const PtpConfig config(raw);
    return wst_ptp_config_get(raw, nullptr, name.c_str(), nullptr, 0, nullptr, nullptr) == WST_OK;
}

std::string option_names() {
    std::string text = "Every option of the configuration can be given by its name, as --NAME VALUE:\n";
    for (const auto& option : ptp_options())
        text += "  --" + option.name + "  (" + option.allowed + (option.unit.empty() ? "" : " ") +
                option.unit + ", default " + option.default_value + ")\n      " + option.description + "\n";
    return text;
}

} // namespace

std::vector<std::string> join_option_values(const std::vector<std::string>& words) {
    std::vector<std::string> joined;
    const bool for_ptp = std::find(words.begin(), words.end(), "ptp") != words.end();
    for (std::size_t i = 0; i < words.size(); ++i) {
        joined.push_back(words[i]);
        const bool named = for_ptp && words[i].rfind("--", 0) == 0 && words[i].find('=') == std::string::npos;
        if (named && i + 1 < words.size() && is_option(words[i].substr(2)))
            joined.back() += "=" + words[++i];
    }
    return joined;
}

void add_ptp(CLI::App& app, Global& global, int& exit_code) {
    auto* verb = app.add_subcommand(
        "ptp", "Run a PTP clock in the foreground (ptp4l's options and configuration file)");
    teach(
        *verb,
        "By default no clock of this machine is touched: the PTP time lives in this process. Ports 319 and "
        "320 need a "
        "privilege; --event_port and --general_port choose others. Every option of the configuration can be "
        "given by its "
        "name as --NAME VALUE, and --options lists them. On a terminal a view is kept up to date; into a "
        "pipe or a file, "
        "and with -m, goes a line per event.",
        {{"sudo wirestamp ptp -i eth0 -s", "a client on eth0"},
         {"wirestamp ptp -i eth0 -s --event_port 10319 --general_port 10320",
          "without privileges, on ports of its own"},
         {"wirestamp ptp -f /etc/linuxptp/ptp4l.conf -m",
          "with ptp4l's configuration, and lines as ptp4l has them"},
         {"wirestamp ptp -i eth0 --domainNumber 24 --metrics 9319",
          "with figures for Prometheus on 127.0.0.1:9319"},
         {"wirestamp ptp -i eth0 -s -d 10min --plot run.svg", "ten minutes, and a picture of them"},
         {"wirestamp ptp -i eth0 -s --record run.wst",
          "kept for `wirestamp simulate --replay run.wst --servo pi`"},
         {"wirestamp ptp -i eth0 -s --json >run.jsonl; wirestamp report run.jsonl", "a page about the run"}});
    auto options = std::make_shared<Options>();
    auto list_options = std::make_shared<bool>(false);
    verb->add_option("-i,--interface", options->interfaces, "Interface to use; may be given several times")
        ->type_name("INTERFACE");
    const auto exists = [](const std::string& name) { // CLI's own looks for it in Windows' code page
        std::error_code error;
        return std::filesystem::exists(file_path(name), error) ? std::string()
                                                               : "File does not exist: " + name;
    };
    verb->add_option("-f,--file", options->file, "Configuration file in ptp4l's format")
        ->check(exists, "")
        ->type_name("FILE");
    verb->add_flag("-s", options->client_only, "Client only: never become master");
    verb->add_flag("-4", options->ipv4, "UDP over IPv4 (default)");
    verb->add_flag("-6", options->ipv6, "UDP over IPv6");
    verb->add_flag("-E", options->end_to_end, "End-to-end delay mechanism (default)");
    verb->add_flag("-P", options->peer_to_peer, "Peer-to-peer delay mechanism");
    verb->add_flag("-A", options->automatic_delay, "End-to-end until a peer asks for its delay");
    verb->add_flag("-2", options->ethernet, "PTP over Ethernet without UDP (refused: not offered)");
    verb->add_flag("-H", options->hardware, "Hardware timestamps");
    verb->add_flag("-S", options->software, "Software timestamps");
    verb->add_flag("-L", options->legacy, "Legacy hardware timestamps (refused: not offered)");
    verb->add_option("-p", options->phc,
                     "the adapter's hardware clock, or a virtual one of its, such as /dev/ptp2")
        ->type_name("FILE");
    verb->add_flag("-m", options->print, "Lines also on a terminal, instead of the view");
    verb->add_flag("-q", options->quiet, "Accepted for ptp4l's sake: nothing ever goes to syslog");
    verb->add_option("-l", options->log_level, "Log level 3 (errors) to 7 (debug)")
        ->check(CLI::Range(0, 7))
        ->type_name("LEVEL");
    verb->add_option("-d,--duration", options->duration, "Stop after this time, such as 20s or 5min")
        ->transform(duration())
        ->type_name("TIME");
    verb->add_option("--plot", options->plot, "Draw the run into this SVG file (needs gnuplot)")
        ->type_name("FILE");
    verb->add_option("--title", options->title, "Title of the plot");
    verb->add_option("--record", options->record,
                     "Write all that the clock is told into this file, for `wirestamp simulate --replay`")
        ->type_name("FILE");
    verb->add_option("--metrics", options->metrics,
                     "Serve Prometheus metrics on PORT (loopback only) or ADDRESS:PORT")
        ->type_name("ADDRESS");
    verb->add_flag_callback(
        "-v", [] { throw CLI::CallForVersion(std::string("wirestamp ") + wst_version_string(), 0); },
        "Print the version and leave");
    verb->add_flag("--options,--help-options", *list_options, "List every configuration option and leave");
    // Unknown words are options of the configuration, not the main program's.
    verb->fallthrough(false);
    verb->allow_extras();
    verb->add_flag("--json", global.json, "One JSON object a line instead of text");
    verb->callback([=, &global, &exit_code] {
        if (*list_options) {
            std::printf("%s", option_names().c_str());
            return;
        }
        if (options->interfaces.empty() && options->file.empty())
            throw CLI::RequiredError("-i INTERFACE (or -f FILE)");
        exit_code = run(*options, verb->remaining(), global.json);
    });
}

} // namespace command
