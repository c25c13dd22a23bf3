// SPDX-License-Identifier: Apache-2.0
//
// context.h, translated.

#include "wirestamp/context.h"

#include <limits>
#include <memory>

#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;

namespace {

constexpr std::uint32_t largest_queue = 1u << 20;

runtime::ContextOptions translate(const wst_context_options& options) {
    if (options.flags & ~WST_CONTEXT_CALLER_DRIVEN)
        throw Failure(WST_E_UNSUPPORTED_FIELD, "options.flags has bits that this library does not know");
    if (options.log_level < 0 || options.log_level > WST_LOG_DEBUG)
        throw Failure(WST_E_RANGE,
                      "options.log_level must be one of WST_LOG_ERROR (3) to WST_LOG_DEBUG (7), or 0");
    if (options.event_queue_capacity > largest_queue)
        throw Failure(WST_E_RANGE, "options.event_queue_capacity may be at most 1048576 events");
    runtime::ContextOptions translated;
    translated.caller_driven = (options.flags & WST_CONTEXT_CALLER_DRIVEN) != 0;
    if (options.event_queue_capacity != 0)
        translated.event_queue_capacity = options.event_queue_capacity;
    if (options.log_level != 0)
        translated.log_level = options.log_level;
    translated.log = options.log;
    translated.log_user = options.log_user;
    translated.seed = options.seed;
    return translated;
}

std::unique_ptr<platform::Platform> make_platform(const wst_context_options& options) {
    if (options.simulation && !options.simulation_host)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "options.simulation is set but options.simulation_host, the host to live on, is NULL");
    if (!options.simulation && options.simulation_host)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "options.simulation_host is set but options.simulation is NULL");
    if (!options.simulation)
        return platform::make_system_platform();
    const auto host = options.simulation->find_host(options.simulation_host);
    if (!host)
        throw Failure(WST_E_NOT_FOUND, std::string("the simulated network has no host named '") +
                                           options.simulation_host + "'");
    return options.simulation->platform(*host);
}

Nanoseconds from_milliseconds(std::int32_t milliseconds) {
    return milliseconds < 0 ? never : Nanoseconds{milliseconds} * 1'000'000;
}

} // namespace

extern "C" {

wst_status WST_CALL wst_context_create(const wst_context_options* options, wst_context** out,
                                       wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = nullptr;
        const wst_context_options defaults = WST_CONTEXT_OPTIONS_INIT;
        const wst_context_options wanted = read_struct(options, defaults, "options");
        const runtime::ContextOptions translated = translate(wanted);
        *out = std::make_unique<wst_context>(make_platform(wanted), translated).release();
    });
}

wst_status WST_CALL wst_context_close(wst_context* context, wst_error* error) {
    return guard(error, [&] {
        const wst_status status = require(context, "context").close();
        if (status == WST_OK)
            delete context;
        return status;
    });
}

wst_status WST_CALL wst_context_run(wst_context* context, int64_t timeout_ns, wst_error* error) {
    return guard(error, [&] { return require(context, "context").run(timeout_ns); });
}

wst_status WST_CALL wst_context_next_deadline(wst_context* context, int64_t* ns_from_now, wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        require(ns_from_now, "ns_from_now");
        *ns_from_now = context->next_deadline();
    });
}

wst_status WST_CALL wst_subscribe(wst_context* context, const wst_subscribe_options* options, wst_event_fn fn,
                                  void* user, wst_release_fn release, wst_subscription* out,
                                  wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        require(out, "out") = 0;
        const wst_subscribe_options defaults = WST_SUBSCRIBE_OPTIONS_INIT;
        const wst_subscribe_options wanted = read_struct(options, defaults, "options");
        if (wanted.reserved != 0)
            throw Failure(WST_E_UNSUPPORTED_FIELD, "options.reserved must be 0");
        runtime::Interest interest;
        interest.events = wanted.events != 0 ? wanted.events : WST_EVENT_ALL;
        interest.object = wanted.object;
        interest.fn = fn;
        interest.user = user;
        interest.release = release;
        context->subscribe(interest, out);
    });
}

wst_status WST_CALL wst_unsubscribe(wst_context* context, wst_subscription subscription, wst_error* error) {
    return guard(error, [&] {
        const wst_status status = require(context, "context").unsubscribe(subscription);
        if (status == WST_E_NOT_FOUND)
            throw Failure(status, "there is no subscription " + std::to_string(subscription) +
                                      " in this context, or it has already ended");
        return status;
    });
}

wst_status WST_CALL wst_event_wait(wst_context* context, int32_t timeout_ms, wst_event* event,
                                   wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        check_output(event, "event", offsetof(wst_event, payload));
        wst_event taken;
        const wst_status status = context->wait_event(from_milliseconds(timeout_ms), taken);
        if (status == WST_OK)
            write_struct(event, taken);
        return status;
    });
}

wst_status WST_CALL wst_event_handle(wst_context* context, intptr_t* out, wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        require(out, "out") = -1;
        *out = context->event_handle();
    });
}

wst_status WST_CALL wst_context_handle(wst_context* context, intptr_t* out, wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        require(out, "out") = -1;
        *out = context->driving_handle();
    });
}

} // extern "C"
