// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp simulate`: a grandmaster and a client with simulated hardware clocks on a simulated link, in
// virtual time, measured against true time.

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "duration.hpp"
#include "library.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "ptp_lines.hpp"
#include "ptp_summary.hpp"
#include "statistics.hpp"
#include "table.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

constexpr double nanoseconds = 1e9;

struct Options {
    double duration = 600;
    double settle = 60;
    double delay = 2000;
    double jitter = 100;
    double wander = 1e-9;
    double offset = 0.1;
    double drift = 100'000;
    std::uint64_t seed = 1;
    int log_sync = 0;
    std::vector<std::string> settings;
    std::string schedule;
    std::vector<std::string> compare;
    std::string plot;
    bool every = false;
    std::string record;
    std::string replay;
    std::string servo;
};

std::string text(const char* pattern, double value) {
    char result[64];
    std::snprintf(result, sizeof(result), pattern, value);
    return result;
}

Simulation build(const Options& options) {
    wst_simulation_options parameters = WST_SIMULATION_OPTIONS_INIT;
    parameters.seed = options.seed;
    wst_simulation* raw = nullptr;
    check([&](wst_error* error) { return wst_simulation_create(&parameters, &raw, error); });
    Simulation simulation(raw);

    check([&](wst_error* error) { return wst_simulation_add_host(raw, "gm", nullptr, error); });
    check([&](wst_error* error) { return wst_simulation_add_host(raw, "client", nullptr, error); });
    wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
    adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
    adapter.addresses = "192.0.2.1/24, 2001:db8::1/64, fe80::1/64";
    check([&](wst_error* error) { return wst_simulation_add_adapter(raw, "gm", "eth0", &adapter, error); });
    adapter.addresses = "192.0.2.2/24, 2001:db8::2/64, fe80::2/64";
    adapter.clock_offset = static_cast<std::int64_t>(options.offset * nanoseconds);
    adapter.oscillator.drift = options.drift;
    adapter.oscillator.wander = options.wander;
    check(
        [&](wst_error* error) { return wst_simulation_add_adapter(raw, "client", "eth0", &adapter, error); });
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;
    for (auto* direction : {&link.forward, &link.backward}) {
        direction->delay = static_cast<std::int64_t>(options.delay);
        direction->jitter.kind =
            options.jitter > 0 ? WST_SIMULATION_JITTER_EXPONENTIAL : WST_SIMULATION_JITTER_NONE;
        direction->jitter.scale = options.jitter;
    }
    check([&](wst_error* error) {
        return wst_simulation_connect(raw, "cable", "gm/eth0", "client/eth0", &link, error);
    });
    if (!options.schedule.empty())
        check(
            [&](wst_error* error) { return wst_simulation_schedule(raw, options.schedule.c_str(), error); });
    return simulation;
}

/// A context on one of the hosts with a running PTP clock in it.
struct Node {
    Context context;
    wst_ptp* ptp = nullptr; // closed with its context

    Node(wst_simulation* simulation, const char* host, const Options& options,
         const std::vector<std::pair<std::string, std::string>>& own) {
        wst_context_options context_options = WST_CONTEXT_OPTIONS_INIT;
        context_options.simulation = simulation;
        context_options.simulation_host = host;
        context_options.seed = options.seed;
        wst_context* raw = nullptr;
        check([&](wst_error* error) { return wst_context_create(&context_options, &raw, error); });
        context.reset(raw);

        wst_ptp_config* raw_config = nullptr;
        check([&](wst_error* error) { return wst_ptp_config_create(&raw_config, error); });
        const PtpConfig config(raw_config);
        const auto set = [&](const std::string& name, const std::string& value) {
            check([&](wst_error* error) {
                return wst_ptp_config_set(config.get(), name.c_str(), value.c_str(), error);
            });
        };
        check([&](wst_error* error) { return wst_ptp_config_add_port(config.get(), "eth0", error); });
        set("logSyncInterval", std::to_string(options.log_sync));
        set("logMinDelayReqInterval", std::to_string(options.log_sync));
        for (const auto& setting : options.settings) {
            const auto equals = setting.find('=');
            if (equals == std::string::npos)
                throw std::runtime_error("--set takes NAME=VALUE, not " + setting);
            set(setting.substr(0, equals), setting.substr(equals + 1));
        }
        for (const auto& [name, value] : own)
            set(name, value);
        check([&](wst_error* error) { return wst_ptp_open(context.get(), config.get(), &ptp, error); });
        check([&](wst_error* error) { return wst_ptp_start(ptp, error); });
    }

    wst_ptp_time now() const {
        wst_ptp_time time = WST_PTP_TIME_INIT;
        check([&](wst_error* error) { return wst_ptp_now(ptp, &time, error); });
        return time;
    }
};

/// What a run came to, beside true time.
struct Outcome {
    Run picture;
    Statistics settled;
    std::vector<double> bounds; // ns, once settled
    std::uint64_t samples = 0;
    std::uint64_t reads = 0;
    std::uint64_t outside = 0;
    double locked_after = -1;
    double took = 0;

    double median_bound() const {
        auto values = bounds;
        if (values.empty())
            return 0;
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        return *middle;
    }
};

Outcome simulate(const Options& options, const std::string& servo, bool as_json) {
    const Simulation simulation = build(options);
    std::vector<std::pair<std::string, std::string>> own{{"clientOnly", "1"}};
    if (!servo.empty())
        own.emplace_back("clock_servo", servo);
    if (!options.record.empty())
        own.emplace_back("record_file", options.record);
    const Node master(simulation.get(), "gm", options, {{"priority1", "100"}});
    const Node client(simulation.get(), "client", options, own);
    wst_subscription subscription = 0;
    check([&](wst_error* error) {
        return wst_subscribe(client.context.get(), nullptr, nullptr, nullptr, nullptr, &subscription, error);
    });

    Outcome outcome;
    Run& picture = outcome.picture;
    picture.title = "simulated pair, jitter " + std::to_string(static_cast<int>(options.jitter)) + " ns";
    picture.has_truth = true;
    Progress progress(options.every);
    const auto begin = std::chrono::steady_clock::now();

    for (;;) {
        std::int64_t now = 0;
        check([&](wst_error* error) { return wst_simulation_now(simulation.get(), &now, error); });
        const double seconds = static_cast<double>(now) / nanoseconds;
        if (seconds >= options.duration)
            break;
        progress.show(seconds / options.duration,
                      "virtual " + std::to_string(static_cast<int>(seconds)) + " s");
        wst_event event{};
        event.struct_size = sizeof(event);
        wst_error error = WST_ERROR_INIT;
        const wst_status status = wst_event_wait(client.context.get(), 1000, &event, &error);
        if (status == WST_E_TIMED_OUT)
            continue;
        if (status != WST_OK)
            throw LibraryError(error);
        if (event.type == WST_EVENT_PTP_CLOCK_STATE && outcome.locked_after < 0 &&
            event.payload.ptp_clock_state.new_state == WST_PTP_CLOCK_LOCKED)
            outcome.locked_after = seconds;
        if (event.type == WST_EVENT_PTP_CLOCK_STATE) {
            const auto& change = event.payload.ptp_clock_state;
            if (picture.bands().empty())
                picture.enter(0, wst_ptp_clock_state_name(change.old_state));
            picture.enter(seconds, wst_ptp_clock_state_name(change.new_state));
            if (options.every)
                print(*describe(event), seconds, as_json);
        }
        if (event.type != WST_EVENT_PTP_OFFSET)
            continue;

        ++outcome.samples;
        const wst_ptp_time believed = client.now();
        const std::int64_t truth = master.now().ptp_time;
        const double error_ns = static_cast<double>(believed.ptp_time - truth);
        const auto& sample = event.payload.ptp_offset;
        if (believed.clock_state == WST_PTP_CLOCK_LOCKED || believed.clock_state == WST_PTP_CLOCK_HOLDOVER) {
            ++outcome.reads;
            if (truth < believed.earliest || truth > believed.latest)
                ++outcome.outside;
        }
        if (seconds > options.settle) {
            outcome.settled.add(error_ns);
            if (believed.earliest != INT64_MIN)
                outcome.bounds.push_back(0.5 * static_cast<double>(believed.latest - believed.earliest));
        }
        picture.add({seconds, static_cast<double>(sample.offset_from_master),
                     static_cast<double>(sample.mean_path_delay), sample.frequency,
                     static_cast<double>(sample.bound), error_ns});
        if (as_json && options.every)
            std::printf("%s\n", json{{"event", "offset"},
                                     {"t", seconds},
                                     {"offset_ns", sample.offset_from_master},
                                     {"delay_ns", sample.mean_path_delay},
                                     {"frequency_ppb", sample.frequency},
                                     {"bound_ns", bound_value(sample.bound)},
                                     {"true_error_ns", error_ns}}
                                    .dump()
                                    .c_str());
        else if (options.every)
            std::printf("[%9.3f] offset %9" PRId64 " ns  bound %10s  true error %9.0f ns  freq %+10.1f ppb\n",
                        seconds, sample.offset_from_master, bound_text(sample.bound).c_str(), error_ns,
                        sample.frequency);
    }
    progress.clear();
    outcome.took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    picture.finish(options.duration);
    return outcome;
}

void introduce(const Options& options) {
    std::printf("seed %" PRIu64
                ", delay %.0f ns, jitter %.0f ns each way, wander %g, start %.3g s and %.3g ppm off\n",
                options.seed, options.delay, options.jitter, options.wander, options.offset,
                options.drift / 1000);
}

/// What a run is told by, alone or beside others.
json members_of(const Options& options, const Outcome& outcome) {
    const auto& settled = outcome.settled;
    const bool any = settled.count() > 0;
    return {{"seed", options.seed},
            {"samples", outcome.samples},
            {"locked_after_s", known(outcome.locked_after >= 0, outcome.locked_after)},
            {"settled_after_s", options.settle},
            {"true_error_rms_ns", known(any, settled.rms())},
            {"true_error_max_ns", known(any, settled.largest())},
            {"true_error_mean_ns", known(any, settled.mean())},
            {"intervals_read", outcome.reads},
            {"intervals_missed", outcome.outside}};
}

void print_object(json object, const json& more) {
    object.update(more);
    std::printf("%s\n", object.dump().c_str());
}

int run(const Options& options, bool as_json) {
    if (!as_json)
        introduce(options);
    const Outcome outcome = simulate(options, "", as_json);
    const auto& settled = outcome.settled;
    if (as_json)
        print_object({{"event", "summary"}, {"t", options.duration}, {"took_s", outcome.took}},
                     members_of(options, outcome));
    else
        std::printf(
            "%s; %s\ntrue time was inside the published interval in %" PRIu64 " of %" PRIu64
            " reads\n%.0f s of virtual time took %.2f s; repeat it with --seed %" PRIu64 "\n",
            (outcome.locked_after >= 0 ? format("locked after %.1f s", outcome.locked_after)
                                       : std::string("never locked"))
                .c_str(),
            (settled.count() > 0
                 ? format("from %.0f s on the true error was %.1f ns rms, %.0f ns at most, over %" PRIu64
                          " samples",
                          options.settle, settled.rms(), settled.largest(), settled.count())
                 : format("no sample from %.0f s on, where errors begin to count (--settle)", options.settle))
                .c_str(),
            outcome.reads - outcome.outside, outcome.reads, options.duration, outcome.took, options.seed);
    if (!options.plot.empty())
        write_plot(options.plot, outcome.picture);
    return outcome.locked_after >= 0 ? success : not_reached;
}

/// The same network, noise and oscillator for each servo.
int compare(const Options& options, bool as_json) {
    if (!as_json)
        introduce(options);
    Table table({"servo", "locked after", "true error rms", "max", "mean", "bound median", "inside"});
    std::vector<Run> pictures;
    bool all_locked = true;
    for (const auto& servo : options.compare) {
        Outcome outcome = simulate(options, servo, as_json);
        const auto& settled = outcome.settled;
        const double share = outcome.reads == 0
                                 ? 0
                                 : 100.0 * static_cast<double>(outcome.reads - outcome.outside) /
                                       static_cast<double>(outcome.reads);
        all_locked = all_locked && outcome.locked_after >= 0;
        if (as_json)
            print_object({{"event", "compared"},
                          {"servo", servo},
                          {"bound_median_ns", known(!outcome.bounds.empty(), outcome.median_bound())}},
                         members_of(options, outcome));
        const auto if_any = [&](const char* pattern, double value) {
            return settled.count() > 0 ? text(pattern, value) : std::string("-");
        };
        table.add({servo, outcome.locked_after < 0 ? "never" : text("%.1f s", outcome.locked_after),
                   if_any("%.1f ns", settled.rms()), if_any("%.0f ns", settled.largest()),
                   if_any("%+.1f ns", settled.mean()), if_any("%.0f ns", outcome.median_bound()),
                   text("%.3f %%", share)});
        outcome.picture.title = servo + ": " + if_any("%.1f ns rms", settled.rms());
        pictures.push_back(std::move(outcome.picture));
    }
    if (!as_json)
        table.print();
    if (!options.plot.empty())
        write_plot(options.plot, "true error and its bound, jitter " + text("%.0f ns", options.jitter),
                   pictures);
    return all_locked ? success : not_reached;
}

void log_line(void*, std::int32_t, const char* line) {
    std::fprintf(stderr, "wirestamp: %s\n", line);
}

/// Calls `take` with each event of the recorded run, as the clock with this servo (empty: the recorded one)
/// has it. False where the record is damaged.
template <typename Take>
bool replay(const Options& options, const std::string& servo, Take&& take) {
    wst_context_options context_options = WST_CONTEXT_OPTIONS_INIT;
    context_options.flags = WST_CONTEXT_CALLER_DRIVEN;
    context_options.log = log_line;
    wst_context* raw_context = nullptr;
    check([&](wst_error* error) { return wst_context_create(&context_options, &raw_context, error); });
    const Context context(raw_context);
    wst_subscription subscription = 0;
    check([&](wst_error* error) {
        return wst_subscribe(context.get(), nullptr, nullptr, nullptr, nullptr, &subscription, error);
    });
    wst_ptp_config* raw_config = nullptr;
    check([&](wst_error* error) { return wst_ptp_config_create(&raw_config, error); });
    const PtpConfig config(raw_config);
    auto settings = options.settings;
    settings.push_back("replay_file=" + options.replay);
    if (!servo.empty())
        settings.push_back("clock_servo=" + servo);
    for (const auto& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos)
            throw std::runtime_error("--set takes NAME=VALUE, not " + setting);
        check([&](wst_error* error) {
            return wst_ptp_config_set(config.get(), setting.substr(0, equals).c_str(),
                                      setting.substr(equals + 1).c_str(), error);
        });
    }
    wst_ptp* ptp = nullptr; // closed with its context
    check([&](wst_error* error) { return wst_ptp_open(context.get(), config.get(), &ptp, error); });
    check([&](wst_error* error) { return wst_ptp_start(ptp, error); });
    bool sound = true;
    std::uint64_t began = 0;
    for (;;) {
        wst_event event{};
        event.struct_size = sizeof(event);
        wst_error error = WST_ERROR_INIT;
        const wst_status status = wst_event_wait(context.get(), 0, &event, &error);
        if (status != WST_OK && status != WST_E_TIMED_OUT)
            throw LibraryError(error);
        if (status == WST_E_TIMED_OUT) {
            wst_ptp_status now = WST_PTP_STATUS_INIT;
            check([&](wst_error* why) { return wst_ptp_status_get(ptp, &now, why); });
            if ((now.valid & WST_PTP_STATUS_RUNNING) == 0)
                return sound;
            continue;
        }
        if (event.type == WST_EVENT_PTP_FAULT && event.payload.ptp_fault.fault == WST_PTP_FAULT_RECORD)
            sound = false;
        if (began == 0)
            began = static_cast<std::uint64_t>(event.time);
        const double seconds =
            static_cast<double>(static_cast<std::uint64_t>(event.time) - began) / nanoseconds;
        take(event, seconds);
    }
}

/// A recorded run through the same engine, and through another servo if wished. True time is not known here.
int run_replay(const Options& options, bool as_json) {
    const auto servos = options.compare.empty() ? std::vector<std::string>{options.servo} : options.compare;
    Table table({"servo", "locked after", "offset rms", "max", "mean", "measured rms", "frequency sd"});
    std::vector<Run> pictures;
    bool all_locked = true;
    bool sound = true;
    for (const auto& servo : servos) {
        PtpSummary summary(!options.plot.empty());
        Statistics measured, frequency;
        double end = 0;
        sound =
            replay(options, servo,
                   [&](const wst_event& event, double seconds) {
                       const auto line = describe(event);
                       if (!line)
                           return;
                       end = seconds;
                       summary.take(event, seconds);
                       if (event.type == WST_EVENT_PTP_OFFSET && summary.was_locked()) {
                           measured.add(static_cast<double>(event.payload.ptp_offset.measured_offset));
                           frequency.add(event.payload.ptp_offset.frequency);
                       }
                       if (options.every || (options.compare.empty() && event.type != WST_EVENT_PTP_OFFSET))
                           print(*line, seconds, as_json);
                   }) &&
            sound;
        Line line = summary.line();
        const auto& locked = summary.locked();
        all_locked = all_locked && summary.was_locked();
        const std::string name = servo.empty() ? "as recorded" : servo;
        if (as_json && !options.compare.empty())
            line.object["servo"] = name;
        if (options.compare.empty() || as_json)
            print(line, end, as_json);
        const auto& locked_after = line.object["locked_after_s"];
        table.add({name, locked_after.is_null() ? "never" : text("%.1f s", locked_after.get<double>()),
                   text("%.1f ns", locked.rms()), text("%.0f ns", locked.largest()),
                   text("%+.1f ns", locked.mean()), text("%.1f ns", measured.rms()),
                   text("%.2f ppb", frequency.deviation())});
        summary.run().finish(end);
        summary.run().title = name;
        pictures.push_back(std::move(summary.run()));
    }
    if (!options.compare.empty() && !as_json)
        table.print();
    if (!options.plot.empty() && options.compare.empty())
        write_plot(options.plot, pictures.front());
    if (!options.plot.empty() && !options.compare.empty())
        write_plot(options.plot, "offset of " + options.replay, pictures);
    if (!sound)
        return failed;
    return all_locked ? success : not_reached;
}

} // namespace

void add_simulate(CLI::App& app, Global& global, int& exit_code) {
    auto* verb =
        app.add_subcommand("simulate", "Synchronise two clocks on a simulated network, in virtual time");
    teach(*verb,
          "A grandmaster and a client with simulated hardware clocks on a link with delay and jitter, "
          "measured against true "
          "time. The same seed gives the same run, bit for bit.",
          {{"wirestamp simulate --jitter 10000 --wander 1e-8 --log-sync -4",
            "a bad network and a bad oscillator"},
           {"wirestamp simulate --set clock_servo=pi --plot pi.svg", "another servo, and a picture"},
           {"wirestamp simulate --compare pi,linreg,adaptive --plot servos.svg",
            "which servo serves best on such a network, in numbers and drawn"},
           {"wirestamp simulate --replay run.wst --compare pi,linreg,adaptive",
            "a recorded run through other servos"},
           {"wirestamp simulate --schedule 'at 100s link cable cut; at 160s link cable restore' --every",
            "a cable cut for a minute, with a line per sample"}});
    auto options = std::make_shared<Options>();
    verb->add_option("-d,--duration", options->duration, "Virtual time to run, such as 600s or 2h")
        ->transform(duration())
        ->type_name("TIME")
        ->capture_default_str();
    verb->add_option("--settle", options->settle, "Where statistics begin")
        ->transform(duration())
        ->type_name("TIME")
        ->capture_default_str();
    verb->add_option("--delay", options->delay, "Delay of the link each way, ns")
        ->check(CLI::Range(0.0, 1e12))
        ->capture_default_str();
    verb->add_option("--jitter", options->jitter, "Mean of the exponential jitter each way, ns")
        ->check(CLI::Range(0.0, 1e12))
        ->capture_default_str();
    verb->add_option("--wander", options->wander, "Random walk of the client's frequency per root second")
        ->check(CLI::Range(0.0, 1e-3))
        ->capture_default_str();
    verb->add_option("--offset", options->offset, "Client's first offset, s")
        ->check(CLI::Range(-1e6, 1e6))
        ->capture_default_str();
    verb->add_option("--drift", options->drift, "Client's first frequency error, ppb")
        ->check(CLI::Range(-5e5, 5e5))
        ->capture_default_str();
    verb->add_option("--seed", options->seed, "Seed of everything random")->capture_default_str();
    verb->add_option("--log-sync", options->log_sync, "logSyncInterval and logMinDelayReqInterval")
        ->check(CLI::Range(-7, 4))
        ->capture_default_str();
    verb->add_option("--set", options->settings, "A PTP option of both clocks, as NAME=VALUE")
        ->type_name("NAME=VALUE");
    verb->add_option("--schedule", options->schedule,
                     "Faults by the clock: 'at 60s link cable cut; at 70s link cable restore'");
    verb->add_option("--plot", options->plot, "Draw the run into this SVG file (needs gnuplot)")
        ->type_name("FILE");
    verb->add_flag("--every", options->every, "A line per sample");
    verb->add_option(
            "--compare", options->compare,
            "Run once for each of these servos, on the same noise: a table, and a picture with --plot")
        ->delimiter(',')
        ->check(CLI::IsMember({"adaptive", "pi", "linreg", "nullf"}))
        ->type_name("SERVO,SERVO,...");
    verb->add_option("--record", options->record, "Write all that the client is told into this file")
        ->type_name("FILE");
    auto* replay = verb->add_option("--replay", options->replay,
                                    "Not a simulation, but a run that `wirestamp ptp --record` wrote, again")
                       ->check(CLI::ExistingFile)
                       ->type_name("FILE");
    verb->add_option("--servo", options->servo, "Replay through this servo instead of the recorded one")
        ->check(CLI::IsMember({"adaptive", "pi", "linreg", "nullf"}))
        ->needs(replay)
        ->type_name("SERVO");
    verb->callback([=, &global, &exit_code] {
        if (!options->replay.empty())
            exit_code = run_replay(*options, global.json);
        else
            exit_code =
                options->compare.empty() ? run(*options, global.json) : compare(*options, global.json);
    });
}

} // namespace command
