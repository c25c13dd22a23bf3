// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp ptp`: a PTP clock in the foreground, with ptp4l's options. Prints state changes and a line per
// sample.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "duration.hpp"
#include "library.hpp"
#include "plot.hpp"
#include "statistics.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

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
};

const char* servo_name(std::uint32_t state) {
    switch (state) {
        case WST_PTP_SERVO_UNLOCKED:
            return "s0";
        case WST_PTP_SERVO_JUMP:
            return "s1";
        case WST_PTP_SERVO_LOCKED:
            return "s2";
        case WST_PTP_SERVO_LOCKED_STABLE:
            return "s3";
        default:
            return "s?";
    }
}

const char* source_name(std::uint32_t source) {
    switch (source) {
        case WST_SOURCE_HARDWARE:
            return "hardware";
        case WST_SOURCE_SOFTWARE:
            return "software";
        case WST_SOURCE_APPLICATION:
            return "application";
        default:
            return "none";
    }
}

class Printer {
public:
    /// `interval` in seconds is ptp4l's summary_interval: text has a line for each, JSON one for each sample.
    Printer(bool as_json, double interval) : as_json_(as_json), interval_(interval) {}

    void event(const wst_event& event, double seconds) {
        if (event.type != WST_EVENT_PTP_OFFSET)
            finish_interval();
        switch (event.type) {
            case WST_EVENT_PTP_PORT_STATE:
                port_state(event.payload.ptp_port_state, seconds);
                break;
            case WST_EVENT_PTP_BEST_MASTER:
                best_master(event.payload.ptp_best_master, seconds);
                break;
            case WST_EVENT_PTP_OFFSET:
                offset(event.payload.ptp_offset, seconds);
                break;
            case WST_EVENT_PTP_CLOCK_STATE:
                clock_state(event.payload.ptp_clock_state, seconds);
                break;
            case WST_EVENT_PTP_CLOCK_STEP:
                clock_step(event.payload.ptp_clock_step, seconds);
                break;
            case WST_EVENT_PTP_SYSTEM_CLOCK:
                system_clock(event.payload.ptp_system_clock, seconds);
                break;
            case WST_EVENT_PTP_DISAGREEMENT:
                disagreement(event.payload.ptp_disagreement, seconds);
                break;
            case WST_EVENT_PTP_FAULT:
                fault(event.payload.ptp_fault, seconds);
                break;
            case WST_EVENT_OVERFLOW:
                line(seconds, {{"event", "overflow"}, {"lost", event.payload.overflow.lost}},
                     std::to_string(event.payload.overflow.lost) + " events lost: output is too slow");
                break;
            default:
                break;
        }
    }

    void summary(double seconds) {
        finish_interval();
        line(seconds,
             {{"event", "summary"},
              {"samples", samples_},
              {"samples_locked", locked_.count()},
              {"offset_rms_ns", locked_.rms()},
              {"offset_max_ns", locked_.largest()},
              {"offset_mean_ns", locked_.mean()},
              {"delay_mean_ns", delay_.mean()},
              {"locked_after_s", locked_after_}},
             locked_.count() == 0
                 ? "summary: never locked, " + std::to_string(samples_) + " samples"
                 : format("summary: locked after %.1f s; then offset rms %.0f ns, max %.0f ns over %llu "
                          "samples; path delay %.0f ns",
                          locked_after_, locked_.rms(), locked_.largest(),
                          static_cast<unsigned long long>(locked_.count()), delay_.mean()));
    }

    const std::vector<PlotPoint>& points() const { return points_; }
    bool was_locked() const { return locked_.count() > 0; }
    bool was_master() const { return was_master_; }

private:
    template <typename... Values>
    static std::string format(const char* pattern, Values... values) {
        char text[400];
        std::snprintf(text, sizeof(text), pattern, values...);
        return text;
    }

    /// The clock runs in this thread, so a reader who does not read must not stop it.
    bool has_room() {
        pollfd out{STDOUT_FILENO, POLLOUT, 0};
        if (::poll(&out, 1, 0) == 0) {
            ++lines_lost_;
            return false;
        }
        if (lines_lost_ > 0)
            std::fprintf(stderr, "wirestamp: %llu lines lost: nobody reads the output fast enough\n",
                         static_cast<unsigned long long>(lines_lost_));
        lines_lost_ = 0;
        return true;
    }

    void line(double seconds, json object, const std::string& text) {
        if (as_json_) {
            object["t"] = seconds;
            std::printf("%s\n", object.dump().c_str());
        } else {
            std::printf("[%9.3f] %s\n", seconds, text.c_str());
        }
        std::fflush(stdout);
    }

    void port_state(const wst_event_ptp_port_state& event, double seconds) {
        if (event.new_state == WST_PTP_STATE_MASTER)
            was_master_ = true;
        const char* from = wst_ptp_state_name(event.old_state);
        const char* to = wst_ptp_state_name(event.new_state);
        const char* reason = wst_ptp_reason_name(event.reason);
        line(seconds,
             {{"event", "port_state"},
              {"port", event.port_number},
              {"interface", event.interface_name},
              {"from", from},
              {"to", to},
              {"reason", reason}},
             format("port %d (%s): %s to %s on %s", event.port_number, event.interface_name, from, to,
                    reason));
    }

    void best_master(const wst_event_ptp_best_master& event, double seconds) {
        const std::string identity = identity_text(event.grandmaster_identity);
        line(seconds,
             {{"event", "best_master"},
              {"grandmaster", identity},
              {"parent", identity_text(event.parent_identity)},
              {"is_self", event.is_self != 0},
              {"steps_removed", event.steps_removed},
              {"priority1", event.priority1},
              {"priority2", event.priority2},
              {"clock_class", event.clock_class}},
             event.is_self != 0
                 ? "no better clock is heard"
                 : format("grandmaster %s, %d steps away, class %d, priority1 %d", identity.c_str(),
                          event.steps_removed, event.clock_class, event.priority1));
    }

    void offset(const wst_event_ptp_offset& event, double seconds) {
        ++samples_;
        points_.push_back({seconds, static_cast<double>(event.offset_from_master),
                           static_cast<double>(event.mean_path_delay), event.frequency,
                           static_cast<double>(event.bound), 0});
        const bool locked = event.servo_state >= WST_PTP_SERVO_LOCKED;
        if (locked) {
            // The first samples after lock still carry the way there.
            if (locked_since_ == 0)
                locked_since_ = locked_after_ = seconds;
            if (clock_locked_) {
                locked_.add(static_cast<double>(event.offset_from_master));
                delay_.add(static_cast<double>(event.mean_path_delay));
            }
        }
        if (as_json_) {
            if (has_room())
                line(seconds,
                     {{"event", "offset"},
                      {"offset_ns", event.offset_from_master},
                      {"measured_ns", event.measured_offset},
                      {"delay_ns", event.mean_path_delay},
                      {"frequency_ppb", event.frequency},
                      {"bound_ns", event.bound},
                      {"ptp_time_ns", event.ptp_time},
                      {"servo", event.servo_state},
                      {"port", event.port_number},
                      {"stamps", source_name(event.source)}},
                     "");
            return;
        }
        if (seconds - interval_began_ >= interval_)
            finish_interval();
        if (interval_offset_.count() == 0)
            interval_began_ = seconds;
        interval_last_ = event;
        interval_ended_ = seconds;
        interval_offset_.add(static_cast<double>(event.offset_from_master));
        interval_frequency_.add(event.frequency);
        interval_delay_.add(static_cast<double>(event.mean_path_delay));
        if (interval_ <= 0)
            finish_interval();
    }

    /// One sample is told as it is, several as ptp4l sums them up.
    void finish_interval() {
        const auto& last = interval_last_;
        if (interval_offset_.count() == 1 && has_room())
            line(interval_ended_, {},
                 format("offset %9lld ns  %s  freq %+10.1f ppb  path delay %7lld ns  bound %lld ns",
                        static_cast<long long>(last.offset_from_master), servo_name(last.servo_state),
                        last.frequency, static_cast<long long>(last.mean_path_delay),
                        static_cast<long long>(last.bound)));
        else if (interval_offset_.count() > 1 && has_room())
            line(interval_ended_, {},
                 format(
                     "rms %7.0f max %7.0f ns  %s  freq %+10.1f +/- %5.1f ppb  path delay %7.0f +/- %5.0f ns  "
                     "bound %lld ns",
                     interval_offset_.rms(), interval_offset_.largest(), servo_name(last.servo_state),
                     interval_frequency_.mean(), interval_frequency_.deviation(), interval_delay_.mean(),
                     interval_delay_.deviation(), static_cast<long long>(last.bound)));
        interval_offset_ = interval_frequency_ = interval_delay_ = Statistics();
    }

    void clock_state(const wst_event_ptp_clock_state& event, double seconds) {
        clock_locked_ = event.new_state == WST_PTP_CLOCK_LOCKED;
        if (clock_locked_ && locked_.count() == 0)
            locked_after_ = seconds;
        line(seconds,
             {{"event", "clock_state"},
              {"from", wst_ptp_clock_state_name(event.old_state)},
              {"to", wst_ptp_clock_state_name(event.new_state)},
              {"bound_ns", event.bound}},
             format("clock: %s to %s", wst_ptp_clock_state_name(event.old_state),
                    wst_ptp_clock_state_name(event.new_state)));
    }

    void clock_step(const wst_event_ptp_clock_step& event, double seconds) {
        const char* clock = event.clock == WST_CLOCK_NONE ? "PTP" : wst_clock_name(event.clock);
        line(seconds, {{"event", "clock_step"}, {"step_ns", event.step}, {"clock", clock}},
             format("clock %s steps by %lld ns", clock, static_cast<long long>(event.step)));
    }

    void system_clock(const wst_event_ptp_system_clock& event, double seconds) {
        line(seconds,
             {{"event", "system_clock"},
              {"offset_ns", event.offset},
              {"bound_ns", event.bound},
              {"width_ns", event.width},
              {"frequency_ppb", event.frequency},
              {"servo", event.servo_state},
              {"utc_offset", event.utc_offset}},
             format("system clock %9lld ns  %s  freq %+10.1f ppb  read in %lld ns  bound %lld ns",
                    static_cast<long long>(event.offset), servo_name(event.servo_state), event.frequency,
                    static_cast<long long>(event.width), static_cast<long long>(event.bound)));
    }

    void disagreement(const wst_event_ptp_disagreement& event, double seconds) {
        const std::string identity = identity_text(event.grandmaster_identity);
        const char* verdict = event.verdict == WST_PTP_VERDICT_AGREES     ? "agrees with the others again"
                              : event.verdict == WST_PTP_VERDICT_DOUBTFUL ? "and another exclude each other"
                                                                          : "is not where most others are";
        line(seconds,
             {{"event", "disagreement"},
              {"grandmaster", identity},
              {"domain", event.domain_number},
              {"verdict", event.verdict},
              {"clocks", event.clocks},
              {"agreeing", event.agreeing},
              {"offset_ns", event.offset},
              {"bound_ns", event.bound}},
             format("grandmaster %s of domain %d %s: %lld ns off (bounds %lld ns), %d of %d agree",
                    identity.c_str(), event.domain_number, verdict, static_cast<long long>(event.offset),
                    static_cast<long long>(event.bound), event.agreeing, event.clocks));
    }

    void fault(const wst_event_ptp_fault& event, double seconds) {
        const char* name = wst_ptp_fault_name(event.fault);
        line(seconds,
             {{"event", "fault"},
              {"fault", name},
              {"port", event.port_number},
              {"count", event.count},
              {"text", event.text}},
             format("port %d: %s (%u): %s", event.port_number, name, event.count, event.text));
    }

    const bool as_json_;
    const double interval_;
    double interval_began_ = 0, interval_ended_ = 0;
    wst_event_ptp_offset interval_last_{};
    Statistics interval_offset_, interval_frequency_, interval_delay_;
    std::uint64_t lines_lost_ = 0;
    std::vector<PlotPoint> points_;
    std::uint64_t samples_ = 0;
    bool clock_locked_ = false;
    bool was_master_ = false;
    double locked_since_ = 0;
    double locked_after_ = 0;
    Statistics locked_;
    Statistics delay_;
};

void log_line(void*, std::int32_t, const char* text) {
    std::fprintf(stderr, "wirestamp: %s\n", text);
}

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

int run(const Options& options, const std::vector<std::string>& extras, bool as_json) {
    PtpConfig config = configure(options, extras);

    wst_context_options context_options = WST_CONTEXT_OPTIONS_INIT;
    // One thread for all, as ptp4l: an event costs no switch to another, and poll is all that the system must
    // offer.
    context_options.flags = WST_CONTEXT_CALLER_DRIVEN;
    context_options.log_level = options.log_level;
    context_options.log = log_line;
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
    check([&](wst_error* error) { return wst_ptp_start(ptp.get(), error); });

    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    Printer printer(as_json, summary_seconds(config.get()));
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    while (interrupted == 0 && (options.duration <= 0 || elapsed() < options.duration)) {
        wst_event event{};
        event.struct_size = sizeof(event);
        wst_error error = WST_ERROR_INIT;
        const wst_status status = wst_event_wait(context.get(), 200, &event, &error);
        if (status == WST_OK)
            printer.event(event, elapsed());
        else if (status != WST_E_TIMED_OUT)
            throw LibraryError(error);
    }
    printer.summary(elapsed());
    if (!options.plot.empty())
        write_plot(options.plot, {options.title, false, printer.points()});
    return printer.was_locked() || printer.was_master() ? success : not_reached;
}

bool is_option(const std::string& name) {
    wst_ptp_config* raw = nullptr;
    check([&](wst_error* error) { return wst_ptp_config_create(&raw, error); });
    const PtpConfig config(raw);
    return wst_ptp_config_get(raw, nullptr, name.c_str(), nullptr, 0, nullptr, nullptr) == WST_OK;
}

std::string option_names() {
    std::string text = "Every option of the configuration can be given by its name, as --NAME VALUE:\n";
    wst_ptp_option option = WST_PTP_OPTION_INIT;
    for (std::uint32_t i = 0; wst_ptp_option_at(i, &option, nullptr) == WST_OK; ++i) {
        text += std::string("  --") + option.name + "  (" + option.allowed +
                (*option.unit != '\0' ? " " : "") + option.unit + ", default " + option.default_value +
                ")\n      " + option.description + "\n";
        option.struct_size = sizeof(option);
    }
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
    verb->footer(
        "By default no clock of this machine is touched: the PTP time lives in this process.\n"
        "Ports 319 and 320 need a privilege; --event_port and --general_port choose others.\n"
        "`wirestamp ptp --options` lists every option with its range and default.");
    auto options = std::make_shared<Options>();
    auto list_options = std::make_shared<bool>(false);
    verb->add_option("-i,--interface", options->interfaces, "Interface to use; may be given several times");
    verb->add_option("-f,--file", options->file, "Configuration file in ptp4l's format")
        ->check(CLI::ExistingFile);
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
    verb->add_option("-p", options->phc, "PTP hardware clock to use, such as /dev/ptp0");
    verb->add_flag("-m", options->print, "Accepted for ptp4l's sake: messages always go to standard output");
    verb->add_flag("-q", options->quiet, "Accepted for ptp4l's sake: nothing ever goes to syslog");
    verb->add_option("-l", options->log_level, "Log level 3 (errors) to 7 (debug)")->check(CLI::Range(0, 7));
    verb->add_option("-d,--duration", options->duration, "Stop after this time, such as 20s or 5min")
        ->transform(duration());
    verb->add_option("--plot", options->plot,
                     "Draw offset, delay and frequency into this SVG file (needs gnuplot)");
    verb->add_option("--title", options->title, "Title of the plot");
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
