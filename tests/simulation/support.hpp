// SPDX-License-Identifier: Apache-2.0
//
// What the simulation programs share: random numbers that are the same everywhere, calls that must succeed,
// and objects of the C interface that close themselves.

#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "wirestamp/wirestamp.h"

namespace swarm {

inline constexpr std::int64_t second = 1'000'000'000;

/// SplitMix64: a plan must be the same on every machine, which standard distributions do not promise.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 0x1234567) {}
    std::uint64_t bits() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return z ^ z >> 31;
    }
    /// 0 to count - 1
    int below(int count) { return static_cast<int>(bits() % static_cast<std::uint64_t>(count)); }
    int between(int first, int last) { return first + below(last - first + 1); }
    std::int64_t time(std::int64_t first, std::int64_t last) {
        return first + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(last - first + 1));
    }
    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    double between(double first, double last) { return first + (last - first) * unit(); }
    bool chance(double probability) { return unit() < probability; }
    template <typename T, std::size_t n>
    const T& of(const T (&items)[n]) {
        return items[below(static_cast<int>(n))];
    }

private:
    std::uint64_t state_;
};

class Failed : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <typename Call>
void must(const std::string& what, Call&& call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status != WST_OK)
        throw Failed(what + ": " + wst_status_name(status) + ": " + error.message);
}

struct Closer {
    void operator()(wst_context* context) const { wst_context_close(context, nullptr); }
    void operator()(wst_ptp_config* config) const { wst_ptp_config_destroy(config); }
    void operator()(wst_simulation* simulation) const { wst_simulation_close(simulation, nullptr); }
};
using Context = std::unique_ptr<wst_context, Closer>;
using PtpConfig = std::unique_ptr<wst_ptp_config, Closer>;
using Simulation = std::unique_ptr<wst_simulation, Closer>;

inline Simulation make_simulation(std::uint64_t seed) {
    wst_simulation_options options = WST_SIMULATION_OPTIONS_INIT;
    options.seed = seed;
    wst_simulation* raw = nullptr;
    must("create a network", [&](wst_error* error) { return wst_simulation_create(&options, &raw, error); });
    return Simulation(raw);
}

inline Context live_on(wst_simulation* simulation, const std::string& host, std::uint64_t seed = 1) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    options.simulation = simulation;
    options.simulation_host = host.c_str();
    options.seed = seed;
    wst_context* raw = nullptr;
    must("live on " + host, [&](wst_error* error) { return wst_context_create(&options, &raw, error); });
    return Context(raw);
}

inline std::int64_t time_of(wst_simulation* simulation) {
    std::int64_t now = 0;
    must("ask the time", [&](wst_error* error) { return wst_simulation_now(simulation, &now, error); });
    return now;
}

inline std::string identity_text(const std::uint8_t (&identity)[8]) {
    char text[32];
    std::snprintf(text, sizeof(text), "%02x%02x%02x.%02x%02x.%02x%02x%02x", identity[0], identity[1],
                  identity[2], identity[3], identity[4], identity[5], identity[6], identity[7]);
    return text;
}

} // namespace swarm
