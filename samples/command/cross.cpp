// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp cross`: the adapter's clock read against a system clock, again and again.

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "cross_picture.hpp"
#include "duration.hpp"
#include "library.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

struct Options {
    std::string interface;
    std::string clock = "MONOTONIC_RAW";
    std::uint32_t samples = 5;
    std::uint32_t count = 10;
    double interval = 1;
    std::string plot;
};

std::uint32_t clock_number(const std::string& name) {
    for (std::uint32_t clock = WST_CLOCK_REALTIME; clock <= WST_CLOCK_TAI; ++clock)
        if (name == wst_clock_name(clock))
            return clock;
    throw std::runtime_error("no system clock is called " + name);
}

double ticks_per_second(const wst_cross_timestamp& reading, const wst_cross_timestamp& first,
                        double seconds) {
    return seconds > 0 ? static_cast<double>(reading.device - first.device) / seconds : 0;
}

/// A counter whose ticks are no nanoseconds (Windows): how fast it counts is all there is to say. 0: not
/// known yet.
void print_ticks(const wst_interface& interface, const wst_cross_timestamp& reading, std::int64_t system,
                 double frequency, bool json_lines) {
    if (json_lines) {
        json line{{"event", "cross"},
                  {"interface", interface.name},
                  {"method", wst_cross_method_name(reading.method)},
                  {"system_clock", wst_clock_name(reading.system_clock)},
                  {"device_clock", wst_clock_name(reading.device_clock)},
                  {"system_before_ns", reading.system_before},
                  {"device_ticks", reading.device},
                  {"system_after_ns", reading.system_after},
                  {"uncertainty_ns", reading.uncertainty}};
        if (frequency > 0)
            line["frequency_hz"] = frequency;
        std::printf("%s\n", line.dump().c_str());
    } else {
        std::printf("%s %lld ns, device %lld ticks, +-%lld ns (%s)", wst_clock_name(reading.system_clock),
                    static_cast<long long>(system), static_cast<long long>(reading.device),
                    static_cast<long long>(reading.uncertainty), wst_cross_method_name(reading.method));
        if (frequency > 0)
            std::printf(", %.1f Hz since the first", frequency);
        std::printf("\n");
    }
    std::fflush(stdout);
}

void run(const Options& options, bool json_lines) {
    const Context context = make_context();
    const wst_interface interface = find_interface(context.get(), options.interface);
    const std::uint32_t clock = clock_number(options.clock);
    std::vector<Sample> samples;
    Progress progress(true);
    std::int64_t first_system = 0;
    std::int64_t first_difference = 0;
    wst_cross_timestamp first = WST_CROSS_TIMESTAMP_INIT;
    for (std::uint32_t i = 0; i < options.count; ++i) {
        progress.show(static_cast<double>(i) / options.count, "reading " + options.interface);
        if (i != 0)
            std::this_thread::sleep_for(std::chrono::duration<double>(options.interval));
        wst_cross_timestamp reading = WST_CROSS_TIMESTAMP_INIT;
        check([&](wst_error* error) {
            return wst_cross_timestamp_get(context.get(), interface.id, clock, options.samples, &reading,
                                           error);
        });
        const std::int64_t system =
            reading.system_before + (reading.system_after - reading.system_before) / 2;
        const std::int64_t difference = reading.device - system;
        if (i == 0) {
            first_system = system;
            first_difference = difference;
        }
        const double seconds = static_cast<double>(system - first_system) * 1e-9;
        if (reading.device_clock == WST_CLOCK_DEVICE_RAW) {
            print_ticks(interface, reading, system, i == 0 ? 0 : ticks_per_second(reading, first, seconds),
                        json_lines);
            if (i == 0)
                first = reading;
            continue;
        }
        const double moved = static_cast<double>(difference - first_difference);
        const double rate = seconds > 0 ? moved / seconds : 0;
        samples.push_back({seconds, moved, static_cast<double>(reading.system_after - reading.system_before),
                           rate, static_cast<double>(reading.uncertainty), 0});
        if (json_lines)
            std::printf("%s\n", json{{"event", "cross"},
                                     {"interface", interface.name},
                                     {"method", wst_cross_method_name(reading.method)},
                                     {"system_clock", wst_clock_name(reading.system_clock)},
                                     {"device_clock", wst_clock_name(reading.device_clock)},
                                     {"system_before_ns", reading.system_before},
                                     {"device_ns", reading.device},
                                     {"system_after_ns", reading.system_after},
                                     {"uncertainty_ns", reading.uncertainty},
                                     {"rate_ppb", rate}}
                                    .dump()
                                    .c_str());
        else
            std::printf("%s %lld ns, device %lld ns, difference %+lld ns, +-%lld ns (%s)%s\n",
                        options.clock.c_str(), static_cast<long long>(system),
                        static_cast<long long>(reading.device), static_cast<long long>(difference),
                        static_cast<long long>(reading.uncertainty), wst_cross_method_name(reading.method),
                        i == 0 ? "" : (", " + std::to_string(rate) + " ppb fast since the first").c_str());
        std::fflush(stdout);
    }
    progress.clear();
    if (!options.plot.empty() && samples.empty())
        throw std::runtime_error(
            "the adapter tells ticks of a length that nobody knows; there is no drift to draw");
    if (!options.plot.empty())
        write_file(options.plot, draw_cross(options.interface + " against " + options.clock, samples));
}

} // namespace

void add_cross(CLI::App& app, Global& global, int& exit_code) {
    auto* verb = app.add_subcommand("cross", "Read an adapter's hardware clock against a system clock");
    teach(*verb,
          "Needs a hardware clock and the right to open it (/dev/ptpN). The system clock is read right "
          "before and after the "
          "device, or by the device itself where it can (method \"precise\").",
          {{"wirestamp cross eth0", "ten readings, one a second"},
           {"wirestamp cross eth0 --count 600 --plot cross.svg", "ten minutes, and a picture of the drift"},
           {"wirestamp cross eth0 --clock TAI --json", "for a program"}});
    auto options = std::make_shared<Options>();
    verb->add_option("interface", options->interface, "Name, alternative name, index or 0x-id")
        ->required()
        ->type_name("INTERFACE");
    verb->add_option("--clock", options->clock, "System clock")
        ->type_name("CLOCK")
        ->check(CLI::IsMember({"REALTIME", "MONOTONIC", "MONOTONIC_RAW", "TAI"}))
        ->capture_default_str();
    verb->add_option("-n,--count", options->count, "How many readings")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    verb->add_option("--samples", options->samples, "Each is the narrowest of this many")
        ->check(CLI::Range(1, 25))
        ->capture_default_str();
    verb->add_option("--interval", options->interval, "Time between readings")
        ->transform(duration())
        ->type_name("TIME")
        ->capture_default_str();
    verb->add_option("--plot", options->plot, "Draw the drift into this SVG file (needs gnuplot)")
        ->type_name("FILE");
    verb->callback([=, &global, &exit_code] {
        run(*options, global.json);
        exit_code = success;
    });
}

} // namespace command
