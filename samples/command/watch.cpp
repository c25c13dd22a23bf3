// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp watch`: a line for every change of interfaces and their time stamping.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "duration.hpp"
#include "library.hpp"
#include "teach.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int) {
    interrupted = 1;
}

json level(const wst_capabilities& capabilities) {
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    if (capabilities.valid == 0 || wst_capabilities_ptp_support(&capabilities, &support, nullptr) != WST_OK)
        return nullptr;
    return wst_ptp_support_name(support.both);
}

void print(const wst_interface_change& change, double seconds, bool json_lines) {
    json reasons = json::array();
    std::string text;
    for (std::uint32_t bit = 0; wst_change_name(bit) != nullptr; ++bit)
        if ((change.reasons >> bit & 1) != 0) {
            reasons.push_back(wst_change_name(bit));
            text += (text.empty() ? "" : ", ") + std::string(wst_change_name(bit));
        }
    if (json_lines) {
        std::printf("%s\n", json{{"event", "interface"},
                                 {"t", seconds},
                                 {"interface", change.name},
                                 {"old_name", change.old_name},
                                 {"id", change.interface_id},
                                 {"index", change.index},
                                 {"reasons", reasons},
                                 {"link_up", change.link_after == WST_LINK_UP},
                                 {"phc_before", change.phc_before},
                                 {"phc_after", change.phc_after},
                                 {"clock_step_ns", change.clock_step},
                                 {"ptp_supported", level(change.supported_after)},
                                 {"ptp_active_before", level(change.active_before)},
                                 {"ptp_active", level(change.active_after)}}
                                .dump()
                                .c_str());
    } else {
        std::printf("[%9.3f] %s: %s", seconds, paint(Colour::bold, change.name).c_str(), text.c_str());
        if ((change.reasons & WST_CHANGE_RENAMED) != 0)
            std::printf(" (was %s)", change.old_name);
        if ((change.reasons & WST_CHANGE_LINK) != 0) {
            const std::string link = change.link_after == WST_LINK_UP ? "up" : "down";
            std::printf(" (%s)", paint(colour_of_state(link), link).c_str());
        }
        if ((change.reasons & WST_CHANGE_ACTIVE) != 0)
            std::printf(" (stamps now: %s)", level(change.active_after).dump().c_str());
        if ((change.reasons & WST_CHANGE_CLOCK_STEPPED) != 0)
            std::printf(" (by about %lld ns)", static_cast<long long>(change.clock_step));
        std::printf("\n");
    }
    std::fflush(stdout);
}

void run(const std::string& key, double duration_seconds, bool json_lines) {
    const Context context = make_context();
    wst_watch_options options = WST_WATCH_OPTIONS_INIT;
    if (!key.empty())
        options.interface_id = find_interface(context.get(), key).id;
    wst_subscription subscription = 0;
    check([&](wst_error* error) {
        return wst_watch(context.get(), &options, nullptr, nullptr, nullptr, &subscription, error);
    });
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    std::fprintf(stderr, "watching %s; Ctrl-C ends it\n", key.empty() ? "all interfaces" : key.c_str());
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    while (interrupted == 0 && (duration_seconds <= 0 || elapsed() < duration_seconds)) {
        wst_event event{};
        event.struct_size = sizeof(event);
        wst_error error = WST_ERROR_INIT;
        const wst_status status = wst_event_wait(context.get(), 200, &event, &error);
        if (status == WST_E_TIMED_OUT)
            continue;
        if (status != WST_OK)
            throw LibraryError(error);
        wst_interface_change change{};
        change.struct_size = WST_INTERFACE_CHANGE_SIZE;
        if (event.type == WST_EVENT_INTERFACE && wst_interface_change_get(&event, &change, nullptr) == WST_OK)
            print(change, elapsed(), json_lines);
        else if (event.type == WST_EVENT_OVERFLOW)
            std::fprintf(stderr, "%llu changes were lost: output is too slow\n",
                         static_cast<unsigned long long>(event.payload.overflow.lost));
    }
}

} // namespace

void add_watch(CLI::App& app, Global& global, int& exit_code) {
    auto* verb =
        app.add_subcommand("watch", "Tell every change of adapters, links, stamping and hardware clocks");
    teach(*verb,
          "Changes that the kernel does not announce (another program turned stamping on) are found within a "
          "second. "
          "Ctrl-C ends it.",
          {{"wirestamp watch", "everything, also of adapters that are yet to come"},
           {"wirestamp watch eth0 --json", "one adapter, for a program"}});
    auto key = std::make_shared<std::string>();
    auto seconds = std::make_shared<double>(0);
    verb->add_option("interface", *key, "Only this one; else all, also future ones")->type_name("INTERFACE");
    verb->add_option("-d,--duration", *seconds, "Stop after this time, such as 20s")
        ->transform(duration())
        ->type_name("TIME");
    verb->callback([=, &global, &exit_code] {
        run(*key, *seconds, global.json);
        exit_code = success;
    });
}

} // namespace command
