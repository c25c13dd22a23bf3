// SPDX-License-Identifier: Apache-2.0
//
// The classic ioctls on an interface name: they work on every kernel and where netlink is forbidden.

#pragma once

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

/// A socket good for nothing but interface ioctls. AF_INET6 or AF_UNIX where IPv4 is not there.
Descriptor control_socket(SystemCalls& system);

/// All return 0 or a negative errno; ENODEV for a name that no interface can have.
int interface_index(SystemCalls& system, int fd, const std::string& name, std::uint32_t& index);
int interface_name(SystemCalls& system, int fd, std::uint32_t index, std::string& name);
int interface_flags(SystemCalls& system, int fd, const std::string& name, unsigned& flags);
int hardware_type(SystemCalls& system, int fd, const std::string& name, std::uint16_t& type); // ARPHRD_*
int interface_mtu(SystemCalls& system, int fd, const std::string& name, std::uint32_t& mtu);
int driver_name(SystemCalls& system, int fd, const std::string& name, std::string& driver);
int timestamp_info(SystemCalls& system, int fd, const std::string& name, ethtool_ts_info& info);
int get_stamp_config(SystemCalls& system, int fd, const std::string& name, hwtstamp_config& config);
/// On success `config` holds what the driver really set.
int set_stamp_config(SystemCalls& system, int fd, const std::string& name, hwtstamp_config& config);
int vlan_lower_device(SystemCalls& system, int fd, const std::string& name, std::string& lower);
int bond_active_slave(SystemCalls& system, int fd, const std::string& name, std::string& slave);

} // namespace wirestamp::platform::gnu_linux
