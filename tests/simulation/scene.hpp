// SPDX-License-Identifier: Apache-2.0
//
// What the tests of single situations share: a clock on a host, what it says beside what is true, and a main
// program of named cases, each of which may be run alone.

#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace swarm {

using Settings = std::vector<std::pair<std::string, std::string>>;

inline const char* current = "";
inline int failures = 0;

inline std::string said() {
    return {};
}

template <typename... Values>
std::string said(const char* pattern, Values... values) {
    char text[200];
    std::snprintf(text, sizeof(text), pattern, values...);
    return text;
}

#define EXPECT(condition, ...)                                                         \
    do {                                                                               \
        if (!(condition)) {                                                            \
            std::printf("not ok %s: line %d: %s: %s\n", current, __LINE__, #condition, \
                        said(__VA_ARGS__).c_str());                                    \
            ++failures;                                                                \
            return;                                                                    \
        }                                                                              \
    } while (0)

struct Clock {
    Context context;
    PtpConfig config;
    wst_ptp* ptp = nullptr;

    Clock(wst_simulation* network, const std::string& host, const Settings& settings)
        : context(live_on(network, host)) {
        wst_ptp_config* raw = nullptr;
        must("configuration", [&](wst_error* error) { return wst_ptp_config_create(&raw, error); });
        config.reset(raw);
        must("port", [&](wst_error* error) { return wst_ptp_config_add_port(raw, "eth0", error); });
        for (const auto& [name, value] : settings)
            must(name, [&](wst_error* error) {
                return wst_ptp_config_set(raw, name.c_str(), value.c_str(), error);
            });
        must("open", [&](wst_error* error) { return wst_ptp_open(context.get(), raw, &ptp, error); });
        wst_subscription subscription = 0;
        must("subscribe", [&](wst_error* error) {
            return wst_subscribe(context.get(), nullptr, nullptr, nullptr, nullptr, &subscription, error);
        });
        must("start", [&](wst_error* error) { return wst_ptp_start(ptp, error); });
    }
    wst_ptp_time now() const {
        wst_ptp_time time = WST_PTP_TIME_INIT;
        must("now", [&](wst_error* error) { return wst_ptp_now(ptp, &time, error); });
        return time;
    }
    wst_ptp_status status() const {
        wst_ptp_status status = WST_PTP_STATUS_INIT;
        must("status", [&](wst_error* error) { return wst_ptp_status_get(ptp, &status, error); });
        return status;
    }
    wst_ptp_port_status port() const {
        wst_ptp_port_status port = WST_PTP_PORT_STATUS_INIT;
        must("port", [&](wst_error* error) { return wst_ptp_port_status_get(ptp, 1, &port, error); });
        return port;
    }
    /// How many events of this kind there were since the last call, and of that fault.
    int faults(std::uint32_t fault) const {
        int count = 0;
        wst_event event{};
        event.struct_size = sizeof(event);
        while (wst_event_wait(context.get(), 0, &event, nullptr) == WST_OK)
            count += event.type == WST_EVENT_PTP_FAULT && event.payload.ptp_fault.fault == fault;
        return count;
    }
};

inline std::int64_t error_of(const Clock& client, const Clock& master) {
    return client.now().ptp_time - master.now().ptp_time;
}

inline std::string state_of(const Clock& client, const Clock& master) {
    return said("%s, %lld ns off, %llu outliers", wst_ptp_clock_state_name(client.now().clock_state),
                static_cast<long long>(error_of(client, master)),
                static_cast<unsigned long long>(client.status().outliers));
}

inline bool is_right(const Clock& client, const Clock& master, std::int64_t limit = 2000) {
    const auto time = client.now();
    return time.clock_state == WST_PTP_CLOCK_LOCKED && std::llabs(error_of(client, master)) < limit;
}

struct Case {
    const char* name;
    void (*test)();
};

/// Runs all, or the one that is named on the command line. A name that is none fails.
template <std::size_t count>
int run_cases(const Case (&cases)[count], int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    int ran = 0;
    for (const auto& [name, test] : cases) {
        if (argc > 1 && std::string(argv[1]) != name)
            continue;
        ++ran;
        current = name;
        const int before = failures;
        try {
            test();
        } catch (const std::exception& error) {
            std::printf("not ok %s: %s\n", name, error.what());
            ++failures;
        }
        if (failures == before)
            std::printf("ok %s\n", name);
    }
    if (ran == 0)
        std::printf("not ok %s: there is no such case\n", argv[1]);
    return failures == 0 && ran > 0 ? 0 : 1;
}

} // namespace swarm
