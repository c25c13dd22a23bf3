// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp report`: the JSON lines of a run as one HTML page that needs nothing else: figures, picture,
// states, events.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cross_picture.hpp"
#include "live_view.hpp"
#include "output.hpp"
#include "plot.hpp"
#include "run.hpp"
#include "system_text.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

constexpr std::size_t most_events = 500;

struct Recording {
    Run run;
    std::vector<Sample> readings; // of cross
    std::string clock;            // of cross
    std::vector<json> events;     // all but samples
    std::vector<json> latencies;
    json summary;
    double sum_of_squares = 0, largest = 0, bound = 0; // in lock
    std::uint64_t locked = 0;
};

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text)
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    return result;
}

bool is_known(const json& line, const char* name) {
    const auto member = line.find(name);
    return member != line.end() && !member->is_null();
}

double number(const json& line, const char* name, double unknown = 0) {
    return is_known(line, name) ? line.at(name).get<double>() : unknown;
}

void take_cross(Recording& recording, const json& line) {
    const double middle =
        (line.at("system_before_ns").get<double>() + line.at("system_after_ns").get<double>()) / 2;
    // Differences of whole numbers first: as floating point both sides have lost their nanoseconds.
    const auto before = line.at("system_before_ns").get<std::int64_t>();
    const auto after = line.at("system_after_ns").get<std::int64_t>();
    if (!line.contains("device_ns"))
        return; // ticks of an unknown length, which no picture can be made of
    const auto difference = line.at("device_ns").get<std::int64_t>() - (before + (after - before) / 2);
    static thread_local std::int64_t first_difference;
    static thread_local double first_middle;
    if (recording.readings.empty()) {
        first_difference = difference;
        first_middle = middle;
    }
    recording.clock =
        line.at("interface").get<std::string>() + " against " + line.at("system_clock").get<std::string>();
    recording.readings.push_back(
        {(middle - first_middle) * 1e-9, static_cast<double>(difference - first_difference),
         static_cast<double>(after - before), number(line, "rate_ppb"), number(line, "uncertainty_ns"), 0});
}

void take(Recording& recording, const json& line) {
    const std::string event = line.at("event").get<std::string>();
    if (event == "offset") {
        const Sample sample{line.at("t").get<double>(),         line.at("offset_ns").get<double>(),
                            number(line, "delay_ns"),           number(line, "frequency_ppb"),
                            number(line, "bound_ns", HUGE_VAL), number(line, "true_error_ns")};
        recording.run.has_truth = recording.run.has_truth || line.contains("true_error_ns");
        recording.run.add(sample);
        if (recording.run.bands().empty() || recording.run.bands().back().state == "LOCKED") {
            ++recording.locked;
            recording.sum_of_squares += sample.offset * sample.offset;
            recording.largest = std::max(recording.largest, std::abs(sample.offset));
            recording.bound = sample.bound;
        }
        return;
    }
    if (event == "cross")
        return take_cross(recording, line);
    if (event == "latency")
        return recording.latencies.push_back(line);
    if (event == "summary") {
        recording.summary = line;
        recording.run.finish(number(line, "t"));
        return;
    }
    if (event == "clock_state") {
        if (recording.run.bands().empty())
            recording.run.enter(0, line.at("from").get<std::string>());
        recording.run.enter(line.at("t").get<double>(), line.at("to").get<std::string>());
    }
    recording.events.push_back(line);
}

Recording read(std::istream& in, const std::string& name) {
    Recording recording;
    std::string text;
    for (std::size_t number = 1; std::getline(in, text); ++number) {
        if (text.empty())
            continue;
        try {
            take(recording, json::parse(text));
        } catch (const json::exception& error) {
            throw std::runtime_error(
                "line " + std::to_string(number) + " of " + name +
                " is not what --json writes: " + std::string(error.what()).substr(0, 120));
        }
    }
    recording.run.finish(0);
    return recording;
}

constexpr const char* style = R"(
:root{color-scheme:light dark;--ink:#222;--soft:#666;--line:#ddd;--paper:#fff;--tile:#f5f7f9}
@media (prefers-color-scheme:dark){:root{--ink:#e4e6e9;--soft:#9aa1a9;--line:#343a41;--paper:#15181c;--tile:#1d2228}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:940px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em;margin:0}h2{font-size:1.1em;margin:2em 0 .5em}p{color:var(--soft);margin:.2em 0}
.tiles{display:flex;flex-wrap:wrap;gap:.7em;margin:1.2em 0}.tile{background:var(--tile);border-radius:6px;padding:.6em 1em;min-width:8em}
.tile b{display:block;font-size:1.3em}.tile span{color:var(--soft);font-size:.85em}
svg{width:100%;height:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:normal}
@media print{body{max-width:none;margin:0}.tile{border:1px solid #ccc}h2{break-after:avoid}tr{break-inside:avoid}}
)";

std::string tile(const std::string& value, const std::string& what) {
    return "<div class=\"tile\"><b>" + escaped(value) + "</b><span>" + escaped(what) + "</span></div>\n";
}

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", digits, value);
    return text;
}

std::string tiles(const Recording& recording) {
    std::string html = "<div class=\"tiles\">\n";
    if (recording.locked > 0) {
        html += tile(human_time(std::sqrt(recording.sum_of_squares / static_cast<double>(recording.locked))),
                     "offset, rms in lock");
        html += tile(human_time(recording.largest), "offset, largest in lock");
        html += tile("\u00b1 " + human_time(recording.bound), "error bound at the end");
    }
    const auto& summary = recording.summary;
    if (is_known(summary, "true_error_rms_ns"))
        html += tile(human_time(number(summary, "true_error_rms_ns")), "true error, rms");
    if (summary.contains("intervals_read"))
        html += tile(std::to_string(summary.value("intervals_missed", std::uint64_t{0})) + " of " +
                         std::to_string(summary.value("intervals_read", std::uint64_t{0})),
                     "intervals without true time");
    if (is_known(summary, "delay_mean_ns"))
        html += tile(human_time(number(summary, "delay_mean_ns")), "path delay, mean");
    if (is_known(summary, "locked_after_s"))
        html += tile(fixed(number(summary, "locked_after_s"), 1) + " s", "until lock");
    if (!recording.run.samples().empty())
        html += tile(fixed(recording.run.end(), 0) + " s", "length of the run");
    return html + "</div>\n";
}

std::string states(const Run& run) {
    std::map<std::string, std::pair<double, int>> times;
    for (const auto& band : run.bands()) {
        auto& [seconds, count] = times[band.state];
        seconds += band.end - band.begin;
        ++count;
    }
    if (times.empty())
        return "";
    std::string html =
        "<h2>States</h2>\n<table><tr><th>state</th><th>seconds</th><th>share</th><th>times</th></tr>\n";
    for (const auto& [state, time] : times)
        html += "<tr><td>" + escaped(state) + "</td><td>" + fixed(time.first, 1) + "</td><td>" +
                fixed(run.end() > 0 ? 100 * time.first / run.end() : 0, 1) + " %</td><td>" +
                std::to_string(time.second) + "</td></tr>\n";
    return html + "</table>\n";
}

std::string deviations(const Run& run) {
    const auto points = allan_deviation(run);
    if (points.empty())
        return "";
    std::string html =
        "<h2>Allan deviation</h2>\n<table><tr><th>averaging time, s</th><th>deviation</th></tr>\n";
    for (const auto& point : points) {
        char row[200];
        std::snprintf(row, sizeof(row),
                      "<tr data-tau=\"%.6g\" data-deviation=\"%.6g\"><td>%.3g</td><td>%.3g</td></tr>\n",
                      point.tau, point.deviation, point.tau, point.deviation);
        html += row;
    }
    return html + "</table>\n";
}

std::string members(const json& line) {
    std::string text;
    for (const auto& [name, value] : line.items())
        if (name != "event" && name != "t")
            text += (text.empty() ? "" : ", ") + name + " " +
                    (value.is_string() ? value.get<std::string>() : value.dump());
    return text;
}

std::string events(const Recording& recording) {
    if (recording.events.empty())
        return "";
    std::string html = "<h2>Events</h2>\n<table><tr><th>seconds</th><th>event</th><th></th></tr>\n";
    for (std::size_t i = 0; i < std::min(recording.events.size(), most_events); ++i) {
        const auto& line = recording.events[i];
        html += "<tr><td>" + fixed(number(line, "t"), 3) + "</td><td>" +
                escaped(line.at("event").get<std::string>()) + "</td><td>" + escaped(members(line)) +
                "</td></tr>\n";
    }
    html += "</table>\n";
    if (recording.events.size() > most_events)
        html += "<p>and " + std::to_string(recording.events.size() - most_events) + " more</p>\n";
    return html;
}

std::string latencies(const std::vector<json>& lines) {
    if (lines.empty())
        return "";
    std::string html =
        "<h2>Where a packet's time goes</h2>\n"
        "<table><tr><th>part</th><th>packets</th><th>p50</th><th>p95</th><th>p99</th><th>max</th></tr>\n";
    for (const auto& line : lines) {
        html += "<tr><td>" + escaped(line.at("part").get<std::string>()) +
                (line.value("stamps", "") == "hardware" ? ", hardware stamps" : "") + "</td><td>" +
                fixed(number(line, "count"), 0) + "</td>";
        for (const char* name : {"p50_ns", "p95_ns", "p99_ns", "max_ns"})
            html += "<td>" + human_time(number(line, name)) + "</td>";
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

std::string page(Recording& recording, const std::string& title) {
    recording.run.title = title;
    std::string picture;
    if (!recording.run.samples().empty())
        picture = draw(recording.run);
    else if (!recording.readings.empty())
        picture = draw_cross(recording.clock, recording.readings);
    else if (recording.latencies.empty())
        throw std::runtime_error(
            "there is nothing to report: no line is an offset, cross or latency (simulate needs --every)");
    const auto svg = picture.find("<svg");
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escaped(title) +
           "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n<style>" + style +
           "</style></head><body>\n<h1>" + escaped(title) + "</h1>\n<p>" + std::string("wirestamp ") +
           wst_version_string() + "</p>\n" + tiles(recording) +
           (svg == std::string::npos ? "" : picture.substr(svg)) + latencies(recording.latencies) +
           states(recording.run) + deviations(recording.run) + events(recording) + "</body></html>\n";
}

struct Options {
    std::string input;
    std::string output = "report.html";
    std::string title;
};

void run(const Options& options) {
    Recording recording;
    if (options.input == "-") {
        recording = read(std::cin, "standard input");
    } else {
        std::ifstream in(file_path(options.input));
        if (!in)
            throw std::runtime_error("cannot read " + options.input);
        recording = read(in, options.input);
    }
    write_output(options.output, page(recording, options.title.empty() ? options.input : options.title));
    if (options.output != "-")
        std::fprintf(stderr, "wirestamp: wrote %s\n", options.output.c_str());
}

} // namespace

void add_report(CLI::App& app, Global&, int& exit_code) {
    auto* verb = app.add_subcommand("report", "Make one HTML page of what a verb wrote with --json");
    teach(*verb,
          "The page holds all it needs, follows light and dark mode, and prints. It takes the lines of ptp, "
          "simulate --every, "
          "cross and latency.",
          {{"wirestamp ptp -i eth0 -s --json -d 10min >run.jsonl; wirestamp report run.jsonl",
            "ten minutes of a client"},
           {"wirestamp simulate --every --json | wirestamp report - -o simulated.html --title 'as it should "
            "be'",
            "without a file between"}});
    auto options = std::make_shared<Options>();
    verb->add_option("run", options->input, "File of JSON lines; - for standard input")
        ->required()
        ->type_name("FILE");
    verb->add_option("-o,--output", options->output, "The page to write; - for standard output")
        ->type_name("FILE")
        ->capture_default_str();
    verb->add_option("--title", options->title, "Title of the page");
    verb->callback([=, &exit_code] {
        run(*options);
        exit_code = success;
    });
}

} // namespace command
