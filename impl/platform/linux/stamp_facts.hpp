// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says about an adapter's time stamping, before it is told in the terms of the library.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "impl/platform/capability_source.hpp"

namespace wirestamp::platform::gnu_linux {

struct StampProvider {
    std::uint32_t index = 0;
    std::uint32_t qualifier = 0;
};

/// ETHTOOL_MSG_TSINFO_GET or ETHTOOL_GET_TS_INFO.
struct StampFacts {
    std::uint64_t so_timestamping = 0; // SOF_TIMESTAMPING_*
    std::uint32_t tx_types = 0;        // 1 << HWTSTAMP_TX_*
    std::uint32_t rx_filters = 0;      // 1 << HWTSTAMP_FILTER_*
    std::int32_t phc_index = -1;
    std::optional<StampProvider> provider;
};

/// ETHTOOL_MSG_TSCONFIG_GET or SIOCGHWTSTAMP.
struct StampConfig {
    int tx_type = 0;
    int rx_filter = 0;
    std::uint32_t flags = 0;
    std::optional<StampProvider> provider;

    friend bool operator==(const StampConfig& a, const StampConfig& b) {
        return a.tx_type == b.tx_type && a.rx_filter == b.rx_filter;
    }
};

bool can_receive_in_hardware(const StampFacts& facts) noexcept;
bool can_transmit_in_hardware(const StampFacts& facts) noexcept;

/// The supported column of the mapping.
Capabilities map_supported(const StampFacts& facts) noexcept;

/// The active column. No `config`: the driver does not tell, which is unknown and not off, unless the adapter
/// has no hardware stamps at all. `clock_readable`: the PHC's device can be opened by this process.
Capabilities map_active(const StampFacts& facts, const std::optional<StampConfig>& config,
                        bool clock_readable) noexcept;

/// In words, what in these facts cannot be true together; empty if nothing.
std::string contradiction(const StampFacts& facts);

/// "ptpv2-l4-event" as ethtool names filters, or the number.
std::string filter_name(int filter);
/// All names of a mask, with commas.
std::string filter_names(std::uint32_t filters);

/// Whether an adapter set to `filter` also stamps everything that `other` does.
bool covers(int filter, int other) noexcept;

} // namespace wirestamp::platform::gnu_linux
