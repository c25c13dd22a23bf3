// SPDX-License-Identifier: Apache-2.0
//
// simulation.h, translated.

#include "wirestamp/simulation.h"

#include <memory>
#include <string>
#include <string_view>

#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/platform/simulated/schedule.hpp"
#include "impl/platform/simulated/world.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;
namespace simulated = wirestamp::platform::simulated;

static_assert(sizeof(void*) != 8 ||
              (sizeof(wst_simulation_jitter) == 40 && sizeof(wst_simulation_oscillator) == 72 &&
               sizeof(wst_simulation_direction) == 96));

namespace {

constexpr std::uint32_t longest_trace = 1u << 24;

void refuse_flags(std::uint32_t flags, std::uint32_t known, const char* what) {
    if ((flags & ~known) != 0)
        throw Failure(WST_E_UNSUPPORTED_FIELD,
                      std::string(what) + " has flags that this library does not know");
}

void refuse_reserved(std::uint32_t reserved, const char* what) {
    if (reserved != 0)
        throw Failure(WST_E_UNSUPPORTED_FIELD, std::string(what) + ".reserved must be 0");
}

std::string text(const char* argument, const char* name) {
    return std::string(&require(argument, name));
}

simulated::Distribution translate(const wst_simulation_jitter& jitter) {
    if (jitter.kind > WST_SIMULATION_JITTER_UNIFORM)
        throw Failure(WST_E_RANGE, "jitter of kind " + std::to_string(jitter.kind) +
                                       " is unknown: choose one of WST_SIMULATION_JITTER_*");
    simulated::Distribution out;
    out.kind = static_cast<simulated::Distribution::Kind>(jitter.kind);
    out.scale = jitter.scale;
    out.shape = jitter.shape;
    out.limit = jitter.limit;
    if (jitter.kind == WST_SIMULATION_JITTER_TRACE) {
        if (jitter.trace_length == 0 || jitter.trace_length > longest_trace)
            throw Failure(WST_E_RANGE, "a recorded jitter needs 1 to 16777216 values");
        const std::int64_t* first = &require(jitter.trace, "jitter.trace");
        out.trace.assign(first, first + jitter.trace_length);
    }
    return out;
}

simulated::OscillatorParameters translate(const wst_simulation_oscillator& oscillator) {
    simulated::OscillatorParameters out;
    out.drift_ppb = oscillator.drift;
    out.wander = oscillator.wander;
    out.ramp_ppb_per_second = oscillator.ramp;
    out.ramp_begin = oscillator.ramp_begin;
    if (oscillator.ramp_end != 0)
        out.ramp_end = oscillator.ramp_end;
    out.sinus_ppb = oscillator.sinus;
    if (oscillator.sinus_period != 0)
        out.sinus_period = oscillator.sinus_period;
    out.sinus_phase = oscillator.sinus_phase;
    if (oscillator.grid != 0)
        out.grid = oscillator.grid;
    return out;
}

simulated::HostParameters translate(const wst_simulation_host& host) {
    refuse_flags(host.flags, WST_SIMULATION_READ_ONLY, "host.flags");
    refuse_reserved(host.reserved, "host");
    simulated::HostParameters out;
    out.oscillator = translate(host.oscillator);
    if (host.oscillator.grid == 0)
        out.oscillator.grid = simulated::system_oscillator().grid;
    out.realtime_offset = host.realtime_offset;
    out.uptime = host.uptime;
    out.tai_offset = host.tai_offset;
    if (host.maximum_frequency != 0)
        out.maximum_frequency = host.maximum_frequency;
    out.writable = (host.flags & WST_SIMULATION_READ_ONLY) == 0;
    out.read_latency = host.read_latency;
    out.transmit_delay = translate(host.transmit_delay);
    out.receive_delay = translate(host.receive_delay);
    out.wake_delay = translate(host.wake_delay);
    return out;
}

simulated::AdapterParameters translate(const wst_simulation_adapter& adapter) {
    refuse_flags(adapter.flags,
                 WST_SIMULATION_READ_ONLY | WST_SIMULATION_STAMPS_ENABLED | WST_SIMULATION_NO_CROSS_TIMESTAMP,
                 "adapter.flags");
    refuse_reserved(adapter.reserved, "adapter");
    refuse_flags(adapter.hardware, WST_CAP_HW_ALL, "adapter.hardware");
    refuse_flags(adapter.software, WST_CAP_SW_ALL, "adapter.software");
    if (adapter.cross_method > WST_CROSS_BRACKET)
        throw Failure(WST_E_RANGE, "adapter.cross_method must be one of WST_CROSS_*");
    simulated::AdapterParameters out;
    std::string_view rest = adapter.addresses ? adapter.addresses : "";
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        std::string_view one = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        while (!one.empty() && one.front() == ' ')
            one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ')
            one.remove_suffix(1);
        out.addresses.emplace_back(one);
    }
    simulated::ClockParameters& clock = out.clock;
    clock.oscillator = translate(adapter.oscillator);
    clock.offset = adapter.clock_offset;
    clock.stamp_noise = adapter.stamp_noise;
    clock.granularity = adapter.granularity != 0 ? adapter.granularity : 1;
    clock.read_latency = adapter.read_latency;
    clock.read_jitter = adapter.read_jitter;
    if (adapter.maximum_frequency != 0)
        clock.maximum_frequency = adapter.maximum_frequency;
    if (adapter.cross_method != 0)
        clock.cross_method = static_cast<platform::CrossMethod>(adapter.cross_method);
    clock.writable = (adapter.flags & WST_SIMULATION_READ_ONLY) == 0;
    out.supported = simulated::full_capabilities();
    out.supported.hardware = adapter.hardware;
    out.supported.software = adapter.software;
    out.supported.cross_timestamp =
        adapter.hardware != 0 && (adapter.flags & WST_SIMULATION_NO_CROSS_TIMESTAMP) == 0;
    out.supported.clock_frequency = adapter.clock_frequency;
    if (adapter.hardware == 0 || adapter.clock_frequency == 0)
        out.supported.valid &= ~platform::capability_valid::clock_frequency;
    out.stamps_enabled = (adapter.flags & WST_SIMULATION_STAMPS_ENABLED) != 0;
    out.ingress_error = adapter.ingress_error;
    out.egress_error = adapter.egress_error;
    out.transmit_stamp_delay = translate(adapter.transmit_stamp_delay);
    out.transmit_stamp_loss = adapter.transmit_stamp_loss;
    return out;
}

simulated::LinkDirection translate(const wst_simulation_direction& direction) {
    refuse_flags(direction.flags, WST_SIMULATION_OVERTAKING, "link.flags");
    refuse_reserved(direction.reserved, "link");
    simulated::LinkDirection out;
    out.delay = direction.delay;
    out.jitter = translate(direction.jitter);
    out.loss = direction.loss;
    out.duplication = direction.duplication;
    out.reordering = direction.reordering;
    out.reordering_delay = direction.reordering_delay;
    out.keeps_order = (direction.flags & WST_SIMULATION_OVERTAKING) == 0;
    out.bits_per_second = direction.bits_per_second;
    return out;
}

simulated::LinkParameters translate(const wst_simulation_link& link) {
    refuse_reserved(link.reserved, "link");
    return {translate(link.forward), translate(link.backward)};
}

simulated::HostId host_named(simulated::World& world, const std::string& name) {
    const auto host = world.find_host(name);
    if (!host)
        throw Failure(WST_E_NOT_FOUND, "the simulated network has no host named '" + name + "'");
    return *host;
}

/// "host/adapter".
simulated::AdapterId adapter_named(simulated::World& world, const std::string& name) {
    const std::size_t slash = name.find('/');
    const simulated::HostId host = host_named(world, name.substr(0, slash));
    const auto adapter = world.find_adapter(host, name.substr(slash + 1));
    if (!adapter)
        throw Failure(WST_E_NOT_FOUND, "the simulated network has no adapter named '" + name + "'");
    return *adapter;
}

bool names_adapter(const std::string& name) {
    return name.find('/') != std::string::npos;
}

simulated::End end_named(simulated::World& world, const std::string& name) {
    if (names_adapter(name))
        return adapter_named(world, name);
    const auto bridge = world.find_bridge(name);
    if (!bridge)
        throw Failure(WST_E_NOT_FOUND, "the simulated network has no bridge named '" + name +
                                           "'; an adapter is written host/adapter");
    return *bridge;
}

simulated::LinkId link_named(simulated::World& world, const std::string& name) {
    const auto link = world.find_link(name);
    if (!link)
        throw Failure(WST_E_NOT_FOUND, "the simulated network has no link named '" + name + "'");
    return *link;
}

} // namespace

extern "C" {

wst_status WST_CALL wst_simulation_create(const wst_simulation_options* options, wst_simulation** out,
                                          wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = nullptr;
        const wst_simulation_options defaults = WST_SIMULATION_OPTIONS_INIT;
        const wst_simulation_options wanted = read_struct(options, defaults, "options");
        simulated::WorldParameters parameters;
        parameters.seed = wanted.seed;
        parameters.epoch_tai = wanted.epoch_tai;
        parameters.utc_offset = wanted.utc_offset;
        *out = std::make_unique<wst_simulation>(parameters).release();
    });
}

wst_status WST_CALL wst_simulation_close(wst_simulation* simulation, wst_error* error) {
    return guard(error, [&] {
        if (simulation && simulation->runs_here())
            throw Failure(
                WST_E_WOULD_DEADLOCK,
                "this thread is running the simulated network: close it after the run has returned");
        delete simulation;
    });
}

wst_status WST_CALL wst_simulation_add_host(wst_simulation* simulation, const char* name,
                                            const wst_simulation_host* host, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        const wst_simulation_host defaults = WST_SIMULATION_HOST_INIT;
        simulation->add_host(text(name, "name"), translate(read_struct(host, defaults, "host")));
    });
}

wst_status WST_CALL wst_simulation_add_adapter(wst_simulation* simulation, const char* host, const char* name,
                                               const wst_simulation_adapter* adapter, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        const simulated::HostId owner = host_named(*simulation, text(host, "host"));
        const wst_simulation_adapter defaults = WST_SIMULATION_ADAPTER_INIT;
        const wst_simulation_adapter wanted = read_struct(adapter, defaults, "adapter");
        simulated::AdapterParameters parameters = translate(wanted);
        if (wanted.clock_of)
            parameters.clock_of = adapter_named(*simulation, std::string(host) + "/" + wanted.clock_of);
        simulation->add_adapter(owner, text(name, "name"), parameters);
    });
}

wst_status WST_CALL wst_simulation_add_bridge(wst_simulation* simulation, const char* name,
                                              const wst_simulation_bridge* bridge, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        const wst_simulation_bridge defaults = WST_SIMULATION_BRIDGE_INIT;
        const wst_simulation_bridge wanted = read_struct(bridge, defaults, "bridge");
        refuse_flags(wanted.flags, WST_SIMULATION_TRANSPARENT_CLOCK, "bridge.flags");
        simulated::BridgeParameters parameters;
        parameters.residence = wanted.residence;
        parameters.residence_jitter = translate(wanted.residence_jitter);
        parameters.transparent_clock = (wanted.flags & WST_SIMULATION_TRANSPARENT_CLOCK) != 0;
        parameters.oscillator = translate(wanted.oscillator);
        simulation->add_bridge(text(name, "name"), parameters);
    });
}

wst_status WST_CALL wst_simulation_connect(wst_simulation* simulation, const char* name, const char* first,
                                           const char* second, const wst_simulation_link* link,
                                           wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        const wst_simulation_link defaults = WST_SIMULATION_LINK_INIT;
        const simulated::LinkParameters parameters = translate(read_struct(link, defaults, "link"));
        const std::string wanted_name = text(name, "name");
        if (wanted_name.empty())
            throw Failure(WST_E_INVALID_ARGUMENT, "the name of a link must not be empty");
        simulation->connect(end_named(*simulation, text(first, "first")),
                            end_named(*simulation, text(second, "second")), parameters, wanted_name);
    });
}

wst_status WST_CALL wst_simulation_run(wst_simulation* simulation, int64_t duration, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        if (duration < 0)
            throw Failure(WST_E_RANGE,
                          "a simulated network cannot run backwards: duration must be 0 or more");
        simulation->run_for(duration);
    });
}

wst_status WST_CALL wst_simulation_interrupt(wst_simulation* simulation, wst_error* error) {
    return guard(error, [&] { require(simulation, "simulation").interrupt(); });
}

wst_status WST_CALL wst_simulation_now(wst_simulation* simulation, int64_t* now, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        require(now, "now") = simulation->now();
    });
}

wst_status WST_CALL wst_simulation_set_pace(wst_simulation* simulation, double factor, wst_error* error) {
    return guard(error, [&] { require(simulation, "simulation").set_pace(factor); });
}

wst_status WST_CALL wst_simulation_clock_error(wst_simulation* simulation, const char* name, uint32_t clock,
                                               double* error_ns, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        require(error_ns, "error_ns");
        const std::string whose = text(name, "name");
        if (names_adapter(whose)) {
            if (clock != 0 && clock != WST_CLOCK_DEVICE)
                throw Failure(WST_E_INVALID_ARGUMENT,
                              "an adapter has no clock but WST_CLOCK_DEVICE; for a "
                              "system clock name its host");
            *error_ns = simulation->clock_error(adapter_named(*simulation, whose));
            return;
        }
        const auto kind = clock == 0              ? platform::ClockKind::realtime
                          : clock > WST_CLOCK_TAI ? platform::ClockKind::none
                                                  : static_cast<platform::ClockKind>(clock);
        *error_ns = simulation->clock_error(host_named(*simulation, whose), kind);
    });
}

wst_status WST_CALL wst_simulation_true_tai(wst_simulation* simulation, int64_t* tai, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        require(tai, "tai") = simulation->true_tai();
    });
}

wst_status WST_CALL wst_simulation_counters_get(wst_simulation* simulation, wst_simulation_counters* out,
                                                wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        check_output(out, "out");
        const simulated::WorldCounters now = simulation->counters();
        wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
        counters.events = now.events;
        counters.frames_sent = now.frames_sent;
        counters.frames_delivered = now.frames_delivered;
        counters.frames_lost = now.frames_lost;
        counters.frames_held = now.frames_in_flight;
        counters.events_queued = now.events_queued;
        counters.digest = simulation->digest();
        write_struct(out, counters);
    });
}

wst_status WST_CALL wst_simulation_set_link(wst_simulation* simulation, const char* name,
                                            const wst_simulation_link* link, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        const wst_simulation_link defaults = WST_SIMULATION_LINK_INIT;
        const simulated::LinkParameters parameters =
            translate(read_struct(&require(link, "link"), defaults, "link"));
        simulation->set_link(link_named(*simulation, text(name, "name")), parameters);
    });
}

wst_status WST_CALL wst_simulation_cut(wst_simulation* simulation, const char* link, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        simulation->cut(link_named(*simulation, text(link, "link")));
    });
}

wst_status WST_CALL wst_simulation_restore(wst_simulation* simulation, const char* link, wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        simulation->restore(link_named(*simulation, text(link, "link")));
    });
}

wst_status WST_CALL wst_simulation_step_clock(wst_simulation* simulation, const char* name, int64_t delta,
                                              wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        const std::string whose = text(name, "name");
        if (names_adapter(whose))
            simulation->step_clock(adapter_named(*simulation, whose), delta);
        else
            simulation->step_system_clock(host_named(*simulation, whose), delta);
    });
}

wst_status WST_CALL wst_simulation_apply(wst_simulation* simulation, const char* statement,
                                         wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        simulated::apply(*simulation, text(statement, "statement"));
    });
}

wst_status WST_CALL wst_simulation_schedule(wst_simulation* simulation, const char* schedule_text,
                                            wst_error* error) {
    return guard(error, [&] {
        require(simulation, "simulation");
        simulated::schedule(*simulation, text(schedule_text, "text"));
    });
}

} // extern "C"
