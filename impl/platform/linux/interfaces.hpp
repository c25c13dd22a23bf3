// SPDX-License-Identifier: Apache-2.0
//
// The catalogue of network interfaces: by rtnetlink, which knows all of it, or by ioctls where netlink is
// refused, which know most of it. Both give the same ids.

#pragma once

#include <mutex>

#include "impl/platform/interface.hpp"
#include "impl/platform/linux/netlink.hpp"
#include "impl/platform/linux/recent.hpp"

namespace wirestamp::platform::gnu_linux {

/// As Windows makes a LUID: IANA ifType in the upper 16 bits, then the index. `hardware_type` is ARPHRD_*.
InterfaceId make_interface_id(std::uint16_t hardware_type, std::uint32_t index) noexcept;
std::uint32_t index_of(InterfaceId id) noexcept;

/// IFLA_INFO_KIND or the name of a driver, and ARPHRD_*.
InterfaceKind kind_of(std::string_view kind, std::uint16_t hardware_type) noexcept;

class Interfaces final : public InterfaceCatalogue {
public:
    explicit Interfaces(SystemCalls& system);

    std::vector<Interface> list() override;
    std::optional<Interface> find(const std::string& key) override;
    std::optional<Interface> find(InterfaceId id) override;
    std::optional<Interface> identify(InterfaceId id) override;

private:
    std::vector<Interface> list_locked();
    std::optional<Interface> find_in_full(InterfaceId id);

    SystemCalls& system_;
    std::mutex mutex_;
    NetlinkChannel route_;
    Descriptor control_;
    Recent<Interface> recent_; // identities
};

/// The two ways; both leave driver and clock to add_device_details.
/// 0 or a negative errno.
int list_by_netlink(NetlinkChannel& route, std::uint32_t only_index, std::vector<Interface>& out);
int list_by_ioctl(SystemCalls& system, int fd, std::vector<Interface>& out);
void add_device_details(SystemCalls& system, int fd, Interface& interface);

} // namespace wirestamp::platform::gnu_linux
