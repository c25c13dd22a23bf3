// SPDX-License-Identifier: Apache-2.0
//
// struct ifreq and its relatives.

#include "impl/platform/linux/interface_ioctl.hpp"

// <net/if.h> and <linux/if.h> define the same names; the kernel's own has all that is needed here.
#include <linux/if.h>
#include <linux/if_bonding.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>

#include <cerrno>
#include <cstring>

namespace wirestamp::platform::gnu_linux {

namespace {

bool put_name(char (&out)[IFNAMSIZ], const std::string& name) noexcept {
    if (name.empty() || name.size() >= IFNAMSIZ || name.find('\0') != std::string::npos)
        return false;
    std::memcpy(out, name.c_str(), name.size() + 1);
    return true;
}

std::string bounded_text(const char* text, std::size_t room) {
    return std::string(text, strnlen(text, room));
}

int request(SystemCalls& system, int fd, const std::string& name, unsigned long number, ifreq& exchange) {
    return put_name(exchange.ifr_name, name) ? system.control(fd, number, &exchange) : -ENODEV;
}

template <class Data>
int request_data(SystemCalls& system, int fd, const std::string& name, unsigned long number, Data& data) {
    ifreq exchange{};
    exchange.ifr_data = reinterpret_cast<char*>(&data);
    return request(system, fd, name, number, exchange);
}

} // namespace

Descriptor control_socket(SystemCalls& system) {
    int result = -EAFNOSUPPORT;
    for (const int family : {AF_INET, AF_INET6, AF_UNIX}) {
        result = system.socket(family, SOCK_DGRAM, 0);
        if (result >= 0)
            break;
    }
    return Descriptor(system, result);
}

int interface_index(SystemCalls& system, int fd, const std::string& name, std::uint32_t& index) {
    ifreq exchange{};
    const int result = request(system, fd, name, SIOCGIFINDEX, exchange);
    if (result >= 0)
        index = static_cast<std::uint32_t>(exchange.ifr_ifindex);
    return result;
}

int interface_name(SystemCalls& system, int fd, std::uint32_t index, std::string& name) {
    ifreq exchange{};
    exchange.ifr_ifindex = static_cast<int>(index);
    const int result = system.control(fd, SIOCGIFNAME, &exchange);
    if (result >= 0)
        name = bounded_text(exchange.ifr_name, IFNAMSIZ);
    return result;
}

int interface_flags(SystemCalls& system, int fd, const std::string& name, unsigned& flags) {
    ifreq exchange{};
    const int result = request(system, fd, name, SIOCGIFFLAGS, exchange);
    if (result >= 0)
        flags = static_cast<unsigned short>(exchange.ifr_flags);
    return result;
}

int hardware_type(SystemCalls& system, int fd, const std::string& name, std::uint16_t& type) {
    ifreq exchange{};
    const int result = request(system, fd, name, SIOCGIFHWADDR, exchange);
    if (result >= 0)
        type = exchange.ifr_hwaddr.sa_family;
    return result;
}

int interface_mtu(SystemCalls& system, int fd, const std::string& name, std::uint32_t& mtu) {
    ifreq exchange{};
    const int result = request(system, fd, name, SIOCGIFMTU, exchange);
    if (result >= 0)
        mtu = static_cast<std::uint32_t>(exchange.ifr_mtu);
    return result;
}

int driver_name(SystemCalls& system, int fd, const std::string& name, std::string& driver) {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    const int result = request_data(system, fd, name, SIOCETHTOOL, info);
    if (result >= 0)
        driver = bounded_text(info.driver, sizeof info.driver);
    return result;
}

int timestamp_info(SystemCalls& system, int fd, const std::string& name, ethtool_ts_info& info) {
    info = {};
    info.cmd = ETHTOOL_GET_TS_INFO;
    info.phc_index = -1;
    return request_data(system, fd, name, SIOCETHTOOL, info);
}

int get_stamp_config(SystemCalls& system, int fd, const std::string& name, hwtstamp_config& config) {
    config = {};
    return request_data(system, fd, name, SIOCGHWTSTAMP, config);
}

int set_stamp_config(SystemCalls& system, int fd, const std::string& name, hwtstamp_config& config) {
    return request_data(system, fd, name, SIOCSHWTSTAMP, config);
}

int vlan_lower_device(SystemCalls& system, int fd, const std::string& name, std::string& lower) {
    vlan_ioctl_args arguments{};
    arguments.cmd = GET_VLAN_REALDEV_NAME_CMD;
    if (name.empty() || name.size() >= sizeof arguments.device1)
        return -ENODEV;
    std::memcpy(arguments.device1, name.c_str(), name.size() + 1);
    const int result = system.control(fd, SIOCGIFVLAN, &arguments);
    if (result >= 0)
        lower = bounded_text(arguments.u.device2, sizeof arguments.u.device2);
    return result;
}

int bond_active_slave(SystemCalls& system, int fd, const std::string& name, std::string& slave) {
    ifbond bond{};
    int result = request_data(system, fd, name, SIOCBONDINFOQUERY, bond);
    if (result < 0)
        return result;
    for (int i = 0; i < bond.num_slaves; ++i) {
        ifslave one{};
        one.slave_id = i;
        result = request_data(system, fd, name, SIOCBONDSLAVEINFOQUERY, one);
        if (result < 0)
            return result;
        if (one.state == BOND_STATE_ACTIVE) {
            slave = bounded_text(one.slave_name, sizeof one.slave_name);
            return 0;
        }
    }
    return -ENODEV;
}

} // namespace wirestamp::platform::gnu_linux
