// SPDX-License-Identifier: Apache-2.0
//
// The change notices of capabilities.h, translated.

#include <cstring>
#include <iterator>

#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/runtime/interface_watch.hpp"
#include "wirestamp/capabilities.h"

using namespace wirestamp;
using namespace wirestamp::abi;

static_assert(sizeof(wst_interface_change) == 392 &&
              sizeof(wst_interface_change) <= sizeof(wst_event{}.payload));

namespace {
constexpr std::uint32_t shortest_interval_ms = 50;
constexpr std::uint32_t longest_interval_ms = 3'600'000;
} // namespace

extern "C" {

const char* WST_CALL wst_change_name(uint32_t bit) {
    static constexpr const char* names[] = {"added",     "removed", "renamed",        "link",
                                            "supported", "active",  "clock replaced", "clock stepped"};
    return bit < std::size(names) ? names[bit] : nullptr;
}

wst_status WST_CALL wst_watch(wst_context* context, const wst_watch_options* options, wst_event_fn fn,
                              void* user, wst_release_fn release, wst_subscription* out, wst_error* error) {
    return guard(error, [&] {
        require(out, "out") = 0;
        require(context, "context");
        const wst_watch_options defaults = WST_WATCH_OPTIONS_INIT;
        const wst_watch_options wanted = read_struct(options, defaults, "options");
        if (wanted.reasons & ~WST_CHANGE_ALL)
            throw Failure(WST_E_UNSUPPORTED_FIELD,
                          "options.reasons has bits that this library does not know");
        if (wanted.reserved != 0)
            throw Failure(WST_E_UNSUPPORTED_FIELD, "options.reserved must be 0");
        if (wanted.poll_interval_ms != 0 &&
            (wanted.poll_interval_ms < shortest_interval_ms || wanted.poll_interval_ms > longest_interval_ms))
            throw Failure(WST_E_RANGE, "options.poll_interval_ms must be 50 to 3600000, or 0 for 1000");
        runtime::InterfaceWatch::Request request;
        request.interface = wanted.interface_id;
        request.reasons = wanted.reasons != 0 ? wanted.reasons : WST_CHANGE_ALL;
        request.interval = Nanoseconds{wanted.poll_interval_ms} * 1'000'000;
        request.fn = fn;
        request.user = user;
        request.release = release;
        runtime::InterfaceWatch::subscribe(*context, request, out);
    });
}

wst_status WST_CALL wst_interface_change_get(const wst_event* event, wst_interface_change* out,
                                             wst_error* error) {
    return guard(error, [&] {
        require(event, "event");
        check_output(out, "out");
        if (event->struct_size < sizeof(wst_event) || event->type != WST_EVENT_INTERFACE)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "the event is not a whole event of type WST_EVENT_INTERFACE");
        wst_interface_change change;
        std::memcpy(&change, event->payload.raw, sizeof change);
        write_struct(out, change);
    });
}

} // extern "C"
