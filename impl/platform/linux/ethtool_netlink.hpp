// SPDX-License-Identifier: Apache-2.0
//
// Time stamping over ethtool's generic netlink family (Documentation/networking/ethtool-netlink.rst): newer
// than the ioctls, tells of providers, and asks by index, so that a rename cannot come in between.

#pragma once

#include <mutex>

#include "impl/platform/linux/netlink.hpp"
#include "impl/platform/linux/stamp_facts.hpp"

namespace wirestamp::platform::gnu_linux {

/// Any thread. All return 0 or a negative errno; -EOPNOTSUPP also stands for a kernel without the question.
class EthtoolNetlink {
public:
    explicit EthtoolNetlink(SystemCalls& system);

    /// -ENODEV also if the interface is not (or no longer) of that name.
    int stamp_facts(std::uint32_t interface_index, const std::string& name, StampFacts& facts);
    int stamp_config(std::uint32_t interface_index, StampConfig& config);
    /// On success `config` is what the driver really set, where the kernel says.
    int set_stamp_config(std::uint32_t interface_index, StampConfig& config);

private:
    int ask(std::uint8_t command, std::uint16_t header_attribute, std::uint32_t interface_index,
            std::uint16_t flags, const std::function<void(NetlinkRequest&)>& add,
            const std::function<void(const NetlinkAttribute&)>& read);
    int resolve_family();

    std::mutex mutex_;
    NetlinkChannel channel_;
    std::uint16_t family_ = 0;
    int family_error_ = 0;
};

/// The bits that are on in an ETHTOOL_A_BITSET_*, in its compact or its verbose form. Bits from 64 on are
/// unknown to us and left out.
std::uint64_t read_bitset(Bytes nest);

} // namespace wirestamp::platform::gnu_linux
