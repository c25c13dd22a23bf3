// SPDX-License-Identifier: Apache-2.0
//
// capabilities.h without its change notices, translated.

#include "wirestamp/capabilities.h"

#include <algorithm>
#include <iterator>

#include "impl/abi/guard.hpp"
#include "impl/abi/handles.hpp"
#include "impl/abi/structs.hpp"
#include "impl/runtime/capability_rules.hpp"
#include "impl/runtime/capability_use.hpp"
#include "impl/runtime/capability_view.hpp"
#include "impl/runtime/interface_query.hpp"

using namespace wirestamp;
using namespace wirestamp::abi;

static_assert(sizeof(wst_capabilities) == 56);
static_assert(WST_CAP_HW_ALL == (platform::hardware_flag::tagged_transmit << 1) - 1);
static_assert(WST_CAP_SW_ALL == (platform::software_flag::tagged_transmit << 1) - 1);
static_assert(WST_CAPABILITIES_INFERRED_IPV6 == platform::capability_valid::inferred_ipv6);
static_assert(WST_STAMP_LEVEL_ALL_PACKETS == static_cast<int>(platform::StampLevel::all_packets));

namespace {

void check_flags(std::uint32_t flags, std::uint32_t known) {
    if (flags & ~known)
        throw Failure(WST_E_UNSUPPORTED_FIELD, "flags has bits that this function does not know");
}

platform::EnableRequest translate(const wst_enable_options& options) {
    if (options.receive > WST_STAMP_LEVEL_ALL_PACKETS)
        throw Failure(WST_E_RANGE,
                      "options.receive must be one of WST_STAMP_LEVEL_NONE, _EVENT_MESSAGES, _ALL_PACKETS");
    if (options.transmit > 1)
        throw Failure(WST_E_RANGE, "options.transmit must be 0 or 1");
    check_flags(options.flags, WST_ENABLE_GUARDED);
    if (options.receive == WST_STAMP_LEVEL_NONE && options.transmit == 0)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "options asks for stamps in neither direction; use wst_capabilities_restore to give up "
                      "an enable");
    platform::EnableRequest request;
    request.receive = static_cast<platform::StampLevel>(options.receive);
    request.transmit = options.transmit != 0;
    request.outlive_crash = (options.flags & WST_ENABLE_GUARDED) != 0;
    return request;
}

} // namespace

extern "C" {

wst_status WST_CALL wst_capabilities_supported(wst_context* context, uint64_t interface_id, uint32_t flags,
                                               wst_capabilities* out, wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        check_output(out, "out");
        check_flags(flags, WST_CAPABILITIES_STRICT);
        const auto lock = context->lock();
        runtime::ask_about(context->platform(), interface_id, [&](const platform::Interface& interface) {
            const auto supported = context->platform().capabilities().supported(interface);
            write_struct(out, runtime::to_public(supported));
            if (const auto what = runtime::contradiction(supported))
                throw Failure(WST_E_BAD_DRIVER, interface.name + ": " + *what);
        });
    });
}

wst_status WST_CALL wst_capabilities_active(wst_context* context, uint64_t interface_id, uint32_t flags,
                                            wst_capabilities* out, wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        check_output(out, "out");
        check_flags(flags, WST_CAPABILITIES_STRICT);
        const auto lock = context->lock();
        auto active =
            runtime::ask_about(context->platform(), interface_id, [&](const platform::Interface& interface) {
                return context->platform().capabilities().active(interface);
            });
        if (flags & WST_CAPABILITIES_STRICT)
            active = runtime::strict_view(active);
        write_struct(out, runtime::to_public(active));
    });
}

const char* WST_CALL wst_ptp_support_name(uint32_t support) {
    static constexpr const char* names[] = {"none", "software", "hardware"};
    return support < std::size(names) ? names[support] : "unknown";
}

wst_status WST_CALL wst_capabilities_ptp_support(const wst_capabilities* capabilities, wst_ptp_support* out,
                                                 wst_error* error) {
    return guard(error, [&] {
        require(capabilities, "capabilities");
        check_output(out, "out");
        const wst_capabilities defaults = WST_CAPABILITIES_INIT;
        const auto support =
            runtime::ptp_support(runtime::from_public(read_struct(capabilities, defaults, "capabilities")));
        wst_ptp_support answer = WST_PTP_SUPPORT_INIT;
        answer.valid = (support.hardware_known ? WST_PTP_SUPPORT_VALID_HARDWARE : 0) |
                       (support.software_known ? WST_PTP_SUPPORT_VALID_SOFTWARE : 0);
        answer.ipv4 = support.ipv4;
        answer.ipv6 = support.ipv6;
        answer.both = std::min(support.ipv4, support.ipv6);
        write_struct(out, answer);
    });
}

const char* WST_CALL wst_capability_name(uint32_t mask, uint32_t bit) {
    return runtime::capability_name(mask, bit);
}

wst_status WST_CALL wst_capabilities_enable(wst_context* context, uint64_t interface_id,
                                            const wst_enable_options* options, wst_capabilities* granted,
                                            wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        if (granted)
            check_output(granted, "granted");
        const wst_enable_options defaults = WST_ENABLE_OPTIONS_INIT;
        const auto request = translate(read_struct(options, defaults, "options"));
        const auto lock = context->lock();
        const auto interface = runtime::interface_of(context->platform(), interface_id);
        const auto active = context->only<runtime::CapabilityUse>().enable(interface, request);
        if (granted)
            write_struct(granted, runtime::to_public(active));
    });
}

wst_status WST_CALL wst_capabilities_restore(wst_context* context, uint64_t interface_id, wst_error* error) {
    return guard(error, [&] {
        require(context, "context");
        const auto lock = context->lock();
        context->only<runtime::CapabilityUse>().restore(interface_id);
    });
}

} // extern "C"
