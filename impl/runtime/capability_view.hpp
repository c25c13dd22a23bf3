// SPDX-License-Identifier: Apache-2.0
//
// Capabilities as the C interface shows them, in calls and in events.

#pragma once

#include "impl/platform/capability_source.hpp"
#include "wirestamp/capabilities.h"

namespace wirestamp::runtime {

inline wst_capabilities to_public(const platform::Capabilities& capabilities) noexcept {
    wst_capabilities out = WST_CAPABILITIES_INIT;
    out.valid = capabilities.valid;
    out.hardware = capabilities.hardware;
    out.software = capabilities.software;
    out.clock_frequency = capabilities.clock_frequency;
    out.so_timestamping = capabilities.so_timestamping;
    out.tx_types = capabilities.tx_types;
    out.rx_filters = capabilities.rx_filters;
    out.phc_index = capabilities.phc_index;
    out.cross_timestamp = capabilities.cross_timestamp ? 1 : 0;
    out.provider_index = capabilities.provider_index;
    out.provider_qualifier = capabilities.provider_qualifier;
    return out;
}

inline platform::Capabilities from_public(const wst_capabilities& capabilities) noexcept {
    platform::Capabilities out;
    out.valid = capabilities.valid;
    out.hardware = capabilities.hardware;
    out.software = capabilities.software;
    return out;
}

} // namespace wirestamp::runtime
