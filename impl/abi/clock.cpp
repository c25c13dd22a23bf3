// SPDX-License-Identifier: Apache-2.0
//
// clock.h, translated.

#include "wirestamp/clock.h"

#include <cmath>
#include <iterator>
#include <limits>

#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/runtime/correlation_task.hpp"
#include "impl/runtime/interface_query.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;

struct wst_correlation final : runtime::CorrelationTask {
    using CorrelationTask::CorrelationTask;
};

namespace {

using platform::ClockKind;

constexpr int default_samples = 5;
constexpr std::uint32_t most_samples = 25;

template <std::size_t Count>
const char* name_in(const char* const (&names)[Count], std::uint32_t index, const char* other) noexcept {
    return index < Count ? names[index] : other;
}

bool is_system(std::uint32_t clock) noexcept {
    return clock >= WST_CLOCK_REALTIME && clock <= WST_CLOCK_TAI;
}

ClockKind system_clock(std::uint32_t clock, const char* name) {
    if (clock == 0)
        return ClockKind::monotonic_raw;
    if (!is_system(clock))
        throw Failure(
            WST_E_INVALID_ARGUMENT,
            std::string(name) + " must be WST_CLOCK_MONOTONIC_RAW, _MONOTONIC, _REALTIME or _TAI, or 0");
    return static_cast<ClockKind>(clock);
}

int sample_count(std::uint32_t samples) {
    if (samples > most_samples)
        throw Failure(WST_E_RANGE, "samples must be 1 to 25, or 0 for 5");
    return samples != 0 ? static_cast<int>(samples) : default_samples;
}

bool has_clock(runtime::Context& context, const platform::Interface& interface) {
    if (interface.phc_index)
        return *interface.phc_index >= 0;
    platform::Capabilities supported;
    try {
        supported = context.platform().capabilities().supported(interface);
    } catch (const Failure& failure) {
        if (failure.status() == WST_E_NOT_SUPPORTED)
            return false; // an older Windows: no adapter has a clock there
        throw;
    }
    return (supported.valid & platform::capability_valid::cross_timestamp) != 0 && supported.cross_timestamp;
}

runtime::CorrelationTask::Options translate(runtime::Context& context,
                                            const wst_correlation_options& options) {
    if (options.reserved != 0)
        throw Failure(WST_E_UNSUPPORTED_FIELD, "options.reserved must be 0");
    if (options.interval_ms != 0 && (options.interval_ms < 50 || options.interval_ms > 60'000))
        throw Failure(WST_E_RANGE, "options.interval_ms must be 50 to 60000, or 0 for 5000");
    runtime::CorrelationTask::Options out;
    out.system_clock = system_clock(options.system_clock, "options.system_clock");
    out.samples = sample_count(options.samples);
    if (options.interval_ms != 0)
        out.interval = Nanoseconds{options.interval_ms} * 1'000'000;
    std::optional<platform::Interface> interface;
    if (options.interface_id != 0)
        interface = runtime::interface_of(context.platform(), options.interface_id);
    std::uint32_t stamp_clock = options.stamp_clock;
    if (stamp_clock == WST_CLOCK_NONE)
        stamp_clock = interface && has_clock(context, *interface) ? WST_CLOCK_DEVICE : WST_CLOCK_REALTIME;
    if (stamp_clock == WST_CLOCK_DEVICE || stamp_clock == WST_CLOCK_DEVICE_RAW) {
        if (!interface)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "options.interface_id must say whose device clock to correlate");
        out.interface = std::move(interface);
        // Which of the two it is, the system decides: ticks on Windows, nanoseconds elsewhere.
        out.stamp_clock = context.platform().clocks().device_clock() == ClockKind::device_raw
                              ? ClockKind::device_raw
                              : static_cast<ClockKind>(stamp_clock);
        return out;
    }
    out.stamp_clock = system_clock(stamp_clock, "options.stamp_clock (if it is not a device's)");
    if (out.stamp_clock == out.system_clock)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "options.stamp_clock and options.system_clock are the same clock");
    return out;
}

std::int64_t rounded_up(double bound) noexcept {
    constexpr double limit = 9.2e18;
    return bound < limit ? static_cast<std::int64_t>(std::ceil(bound))
                         : std::numeric_limits<std::int64_t>::max();
}

} // namespace

extern "C" {

const char* WST_CALL wst_clock_name(uint32_t clock) {
    static constexpr const char* names[] = {
        "NONE", "REALTIME", "MONOTONIC", "MONOTONIC_RAW", "TAI", "DEVICE", "DEVICE_RAW", "QPC", "PTP"};
    return name_in(names, clock, "UNKNOWN");
}

const char* WST_CALL wst_source_name(uint32_t source) {
    static constexpr const char* names[] = {"none", "application", "software", "hardware"};
    return name_in(names, source, "unknown");
}

const char* WST_CALL wst_cross_method_name(uint32_t method) {
    static constexpr const char* names[] = {"none", "precise", "extended", "basic", "bracket"};
    return name_in(names, method, "none");
}

const char* WST_CALL wst_correlation_state_name(uint32_t state) {
    static constexpr const char* names[] = {"starting", "valid", "lost"};
    return name_in(names, state, "unknown");
}

const char* WST_CALL wst_correlation_reason_name(uint32_t reason) {
    static constexpr const char* names[] = {"none",           "enough samples", "clock stepped",
                                            "rate changed",   "clock replaced", "suspended",
                                            "interface gone", "read failed",    "requested"};
    return name_in(names, reason, "unknown");
}

wst_status WST_CALL wst_clock_read(wst_context* context, uint32_t clock, uint64_t interface_id,
                                   int64_t* value, wst_error* error) {
    return guard(error, [&] {
        require(value, "value") = 0;
        require(context, "context");
        if (clock != WST_CLOCK_DEVICE && (!is_system(clock) || interface_id != 0))
            throw Failure(
                WST_E_INVALID_ARGUMENT,
                is_system(clock)
                    ? "interface_id is only for WST_CLOCK_DEVICE; give 0 with a system clock"
                    : "clock must be WST_CLOCK_REALTIME, _MONOTONIC, _MONOTONIC_RAW, _TAI or _DEVICE");
        const auto lock = context->lock();
        if (clock != WST_CLOCK_DEVICE) {
            *value = context->platform().clocks().read(static_cast<ClockKind>(clock));
            return;
        }
        *value =
            runtime::ask_about(context->platform(), interface_id, [&](const platform::Interface& interface) {
                return context->platform().clocks().open_device_clock(interface, false)->now();
            });
    });
}

wst_status WST_CALL wst_cross_timestamp_get(wst_context* context, uint64_t interface_id,
                                            uint32_t wanted_clock, uint32_t samples, wst_cross_timestamp* out,
                                            wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        check_output(out, "out");
        const ClockKind clock = system_clock(wanted_clock, "system_clock");
        const int count = sample_count(samples);
        const auto lock = context->lock();
        const auto reading =
            runtime::ask_about(context->platform(), interface_id, [&](const platform::Interface& interface) {
                return context->platform().clocks().cross_timestamp(interface, clock, count);
            });
        wst_cross_timestamp answer = WST_CROSS_TIMESTAMP_INIT;
        answer.method = static_cast<std::uint32_t>(reading.method);
        answer.interface_id = interface_id;
        answer.system_before = reading.system_before;
        answer.device = reading.device;
        answer.system_after = reading.system_after;
        answer.system_clock = static_cast<std::uint32_t>(reading.system_clock);
        answer.device_clock = static_cast<std::uint32_t>(reading.device_clock);
        answer.device_index = reading.device_index;
        answer.samples = static_cast<std::uint32_t>(count);
        answer.uncertainty = (reading.system_after - reading.system_before + 1) / 2;
        write_struct(out, answer);
    });
}

wst_status WST_CALL wst_correlation_open(wst_context* context, const wst_correlation_options* options,
                                         wst_correlation** out, wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = nullptr;
        require(context, "context");
        require(options, "options");
        const wst_correlation_options defaults = WST_CORRELATION_OPTIONS_INIT;
        const wst_correlation_options wanted = read_struct(options, defaults, "options");
        const auto lock = context->lock();
        *out = &context->create<wst_correlation>(translate(*context, wanted));
    });
}

wst_status WST_CALL wst_correlation_close(wst_correlation* correlation, wst_error* error) {
    return guard(error, [&] {
        if (!correlation)
            return;
        runtime::Context& context = correlation->context();
        auto lock = context.lock();
        context.destroy(lock, *correlation);
    });
}

wst_status WST_CALL wst_correlation_restart(wst_correlation* correlation, wst_error* error) {
    return guard(error, [&] {
        const auto lock = require(correlation, "correlation").context().lock();
        correlation->restart(WST_CORRELATION_REASON_REQUESTED);
    });
}

wst_status WST_CALL wst_correlation_convert(wst_correlation* correlation, uint32_t from, int64_t value,
                                            wst_correlation_time* out, wst_error* error) {
    return guard(error, [&] {
        require(correlation, "correlation");
        check_output(out, "out");
        const auto& options = correlation->options();
        const bool to_system = from == static_cast<std::uint32_t>(options.stamp_clock);
        if (!to_system && from != static_cast<std::uint32_t>(options.system_clock))
            throw Failure(WST_E_INVALID_ARGUMENT,
                          std::string("this correlation is of ") +
                              wst_clock_name(static_cast<std::uint32_t>(options.stamp_clock)) + " and " +
                              wst_clock_name(static_cast<std::uint32_t>(options.system_clock)) + ", not of " +
                              wst_clock_name(from));
        const auto conversion = correlation->convert(to_system, value);
        if (!conversion)
            return WST_E_WOULD_BLOCK;
        if (!conversion->valid)
            return WST_E_RANGE;
        wst_correlation_time answer = WST_CORRELATION_TIME_INIT;
        answer.clock = static_cast<std::uint32_t>(to_system ? options.system_clock : options.stamp_clock);
        answer.value = conversion->value;
        answer.bound = rounded_up(conversion->bound);
        write_struct(out, answer);
        return WST_OK;
    });
}

wst_status WST_CALL wst_correlation_wait(wst_correlation* correlation, int32_t timeout_ms, wst_error* error) {
    return guard(error, [&] {
        runtime::Context& context = require(correlation, "correlation").context();
        auto lock = context.lock();
        const Nanoseconds timeout = timeout_ms < 0 ? never : Nanoseconds{timeout_ms} * 1'000'000;
        switch (context.wait(lock, timeout, correlation, [&] { return correlation->valid(); })) {
            case runtime::WaitResult::ready:
                return WST_OK;
            case runtime::WaitResult::timed_out:
                return WST_E_TIMED_OUT;
            case runtime::WaitResult::would_deadlock:
                return WST_E_WOULD_DEADLOCK;
            case runtime::WaitResult::closed:
                break;
        }
        return WST_E_CLOSED;
    });
}

wst_status WST_CALL wst_correlation_status_get(wst_correlation* correlation, wst_correlation_status* out,
                                               wst_error* error) {
    return guard(error, [&] {
        require(correlation, "correlation");
        check_output(out, "out");
        const auto lock = correlation->context().lock();
        const auto status = correlation->status();
        const auto& options = correlation->options();
        wst_correlation_status answer = WST_CORRELATION_STATUS_INIT;
        answer.state = status.state;
        answer.reason = status.reason;
        answer.stamp_clock = static_cast<std::uint32_t>(options.stamp_clock);
        answer.system_clock = static_cast<std::uint32_t>(options.system_clock);
        answer.method = static_cast<std::uint32_t>(status.method);
        answer.interface_id = options.interface ? options.interface->id : 0;
        answer.rate = status.rate;
        answer.rate_bound = status.rate_bound;
        answer.reference_system = status.reference_system;
        answer.reference_stamp = status.reference_stamp;
        answer.bound = rounded_up(status.bound);
        answer.spread = rounded_up(status.spread);
        answer.samples = status.samples;
        answer.outliers = status.outliers;
        answer.restarts = status.restarts;
        answer.interval_ms = static_cast<std::uint32_t>(status.interval / 1'000'000);
        write_struct(out, answer);
    });
}

} // extern "C"
