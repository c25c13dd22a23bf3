// SPDX-License-Identifier: Apache-2.0
//
// The order matters: the interface before the address, so that a port taken on another interface does not
// stand in the way, and stamping before the first packet can come.

#include "impl/platform/linux/socket_setup.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>

#include "impl/base/multicast.hpp"
#include "impl/platform/linux/interface_ioctl.hpp"
#include "impl/platform/linux/kernel.hpp"
#include "impl/platform/linux/os_failure.hpp"
#include "impl/platform/linux/socket_address.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

constexpr int default_receive_buffer = 1 << 20;
constexpr int bytes_per_kept_stamp = 1024; // what one stamp in the error queue is accounted with, rounded up

class Setup {
public:
    Setup(SystemCalls& system, const SocketOptions& options) : system_(system), options_(options) {}

    OpenedSocket run() {
        check();
        open();
        if (!options_.interface.empty())
            attach_to_interface();
        set_buffers();
        set_marks();
        set_multicast();
        set_reports();
        if (options_.stamps != StampMode::none)
            set_stamps();
        bind();
        for (const auto& group : options_.groups)
            change_membership(system_, result_, group, true);
        return std::move(result_);
    }

private:
    bool ipv4() const noexcept { return result_.family == Family::ipv4; }
    int fd() const noexcept { return result_.descriptor.get(); }

    int set(int level, int name, int value) {
        return system_.set_option(fd(), level, name, &value, sizeof value);
    }

    void require(int outcome, const std::string& what, const std::string& advice = {}) const {
        if (outcome < 0)
            throw os_failure(-outcome, what, advice);
    }

    void remark(const std::string& text) { result_.remark += (result_.remark.empty() ? "" : "; ") + text; }

    void check() {
        const auto invalid = [](const std::string& text) { throw Failure(WST_E_INVALID_ARGUMENT, text); };
        if (options_.family != Family::ipv4 && options_.family != Family::ipv6)
            invalid("a socket needs the address family IPv4 or IPv6");
        if (options_.local && options_.local->family != options_.family)
            invalid("local address " + to_text(*options_.local) + " is not of the socket's address family");
        if (options_.dscp < -1 || options_.dscp > 63)
            invalid("dscp is " + std::to_string(options_.dscp) + ", allowed are 0 to 63");
        if (options_.time_to_live < -1 || options_.time_to_live > 255)
            invalid("time to live is " + std::to_string(options_.time_to_live) + ", allowed are 0 to 255");
        if (options_.receive_buffer < 0 || options_.send_buffer < 0)
            invalid("buffer sizes cannot be negative");
    }

    void open() {
        result_.family = options_.family;
        const int outcome =
            system_.socket(ipv4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP);
        result_.descriptor = Descriptor(system_, outcome);
        require(outcome, std::string("cannot make a UDP socket for ") + (ipv4() ? "IPv4" : "IPv6"),
                outcome == -EAFNOSUPPORT ? "This kernel or container has no such address family" : "");
        if (!ipv4())
            require(set(IPPROTO_IPV6, IPV6_V6ONLY, 1), "cannot set IPV6_V6ONLY");
        if (options_.reuse_address)
            require(set(SOL_SOCKET, SO_REUSEADDR, 1), "cannot set SO_REUSEADDR");
    }

    void attach_to_interface() {
        int outcome = interface_index(system_, fd(), options_.interface, result_.interface_index);
        if (outcome == -ENODEV)
            throw Failure(WST_E_NOT_FOUND,
                          "there is no interface \"" + options_.interface +
                              "\" here; `wirestamp list` or `ip link` shows those there are",
                          ENODEV);
        require(outcome, "cannot find interface " + options_.interface);
        outcome = system_.set_option(fd(), SOL_SOCKET, SO_BINDTODEVICE, options_.interface.c_str(),
                                     static_cast<socklen_t>(options_.interface.size() + 1));
        result_.bound_to_interface = outcome >= 0;
        if (outcome == -ENODEV)
            throw Failure(WST_E_INTERFACE_GONE, "interface " + options_.interface + " has just gone", ENODEV);
        if (outcome < 0)
            remark(
                "packets of other interfaces are filtered by the library, because SO_BINDTODEVICE was "
                "refused (kernels before 5.7 want CAP_NET_RAW for it)");
    }

    int set_buffer(int forced, int plain, int query, int bytes) {
        if (set(SOL_SOCKET, forced, bytes) < 0)
            set(SOL_SOCKET, plain, bytes);
        int size = 0;
        socklen_t length = sizeof size;
        return system_.get_option(fd(), SOL_SOCKET, query, &size, &length) < 0 ? 0 : size;
    }

    void set_buffers() {
        int bytes = options_.receive_buffer;
        if (bytes == 0 && options_.stamps != StampMode::none)
            bytes =
                std::max(default_receive_buffer, int{options_.transmit_stamps_kept} * bytes_per_kept_stamp);
        if (bytes != 0) {
            // The kernel doubles what it is told, to make up for its own bookkeeping.
            result_.receive_buffer = set_buffer(SO_RCVBUFFORCE, SO_RCVBUF, SO_RCVBUF, bytes);
            if (options_.receive_buffer != 0 && result_.receive_buffer / 2 < bytes)
                remark("the receive buffer is " + std::to_string(result_.receive_buffer / 2) +
                       " bytes instead of " + std::to_string(bytes) +
                       " (raise net.core.rmem_max or give CAP_NET_ADMIN)");
        }
        if (options_.send_buffer != 0) {
            const int size = set_buffer(SO_SNDBUFFORCE, SO_SNDBUF, SO_SNDBUF, options_.send_buffer);
            if (size / 2 < options_.send_buffer)
                remark("the send buffer is " + std::to_string(size / 2) + " bytes instead of " +
                       std::to_string(options_.send_buffer) +
                       " (raise net.core.wmem_max or give CAP_NET_ADMIN)");
        }
    }

    void set_marks() {
        if (options_.time_to_live >= 0) {
            const int hops = options_.time_to_live;
            // A unicast hop limit of 0 is refused by IPv4; for multicast it means "this host only".
            if (hops > 0)
                require(ipv4() ? set(IPPROTO_IP, IP_TTL, hops) : set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops),
                        "cannot set the time to live to " + std::to_string(hops));
            require(ipv4() ? set(IPPROTO_IP, IP_MULTICAST_TTL, hops)
                           : set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops),
                    "cannot set the multicast time to live to " + std::to_string(hops));
        }
        if (options_.dscp >= 0)
            require(ipv4() ? set(IPPROTO_IP, IP_TOS, options_.dscp << 2)
                           : set(IPPROTO_IPV6, IPV6_TCLASS, options_.dscp << 2),
                    "cannot set DSCP " + std::to_string(options_.dscp));
        // After IP_TOS, which sets a priority of its own.
        if (options_.priority >= 0)
            require(set(SOL_SOCKET, SO_PRIORITY, options_.priority),
                    "cannot set SO_PRIORITY " + std::to_string(options_.priority),
                    "Priorities above 6 need CAP_NET_ADMIN");
    }

    void set_multicast() {
        const int loopback = options_.multicast_loopback ? 1 : 0;
        require(ipv4() ? set(IPPROTO_IP, IP_MULTICAST_LOOP, loopback)
                       : set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, loopback),
                "cannot set multicast loopback");
        // Off: else the socket would hear every group that any program on this host has joined.
        if (ipv4())
            set(IPPROTO_IP, IP_MULTICAST_ALL, 0);
        else
            set(IPPROTO_IPV6, kernel::ipv6_multicast_all, 0);
        if (result_.interface_index == 0)
            return;
        if (ipv4()) {
            ip_mreqn route{};
            route.imr_ifindex = static_cast<int>(result_.interface_index);
            require(system_.set_option(fd(), IPPROTO_IP, IP_MULTICAST_IF, &route, sizeof route),
                    "cannot send multicast by interface " + options_.interface);
        } else {
            require(set(IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(result_.interface_index)),
                    "cannot send multicast by interface " + options_.interface);
        }
    }

    void set_reports() {
        // Nothing but packets to its address on its interface reaches a socket that is bound to both.
        const auto specific = [](const Address& address) {
            return !is_multicast(address) && std::any_of(address.bytes.begin(), address.bytes.end(),
                                                         [](std::uint8_t byte) { return byte != 0; });
        };
        result_.tells_destination =
            !result_.bound_to_interface || !options_.local || !specific(*options_.local);
        if (result_.tells_destination)
            require(ipv4() ? set(IPPROTO_IP, IP_PKTINFO, 1) : set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1),
                    "cannot ask for the destination of received packets");
        set(SOL_SOCKET, SO_RXQ_OVFL, 1);
    }

    void set_stamps() {
        ethtool_ts_info info{};
        if (!options_.interface.empty() && timestamp_info(system_, fd(), options_.interface, info) >= 0)
            result_.phc_index = info.phc_index;
        const bool bind = options_.clock_index >= 0 && options_.clock_index != result_.phc_index;
        result_.stamps = negotiate_stamps(system_, fd(), options_.stamps, bind ? options_.clock_index : -1);
        if (bind) {
            if ((result_.stamps.granted & kernel::rx_hardware) == 0)
                throw os_failure(
                    EOPNOTSUPP,
                    "cannot have " + options_.interface + " stamp by /dev/ptp" +
                        std::to_string(options_.clock_index),
                    "It must be a virtual clock of its clock (/dev/ptp" + std::to_string(result_.phc_index) +
                        "): made by n_vclocks in /sys/class/ptp, on Linux 5.14 or later, with hardware "
                        "stamps asked for");
            result_.phc_index = options_.clock_index;
        }
        if (options_.stamps == StampMode::hardware) {
            if ((result_.stamps.granted & kernel::rx_hardware) == 0 || !result_.stamps.transmits())
                throw Failure(
                    WST_E_NOT_SUPPORTED,
                    "this kernel refuses hardware time stamps on a socket (SO_TIMESTAMPING); ask for "
                    "software stamps instead",
                    result_.stamps.error);
        } else if (!result_.stamps.receives() || !result_.stamps.transmits()) {
            remark(
                "the kernel refuses SO_TIMESTAMPING, so stamps are taken by the library after the system "
                "call and are labelled so");
        }
    }

    void bind() {
        Address wanted;
        wanted.family = options_.family;
        if (options_.local)
            wanted = *options_.local;
        if (options_.port != 0 || !options_.local)
            wanted.port = options_.port;
        if (wanted.family == Family::ipv6 && wanted.scope_id == 0 && wanted.bytes[0] == 0xfe &&
            (wanted.bytes[1] & 0xc0) == 0x80)
            wanted.scope_id = result_.interface_index;
        SocketAddress address;
        const int outcome = system_.bind(fd(), &address.any, to_kernel(wanted, address));
        if (outcome < 0)
            throw bind_failure(-outcome, wanted);
        SocketAddress bound{};
        socklen_t size = sizeof bound;
        require(system_.local_name(fd(), &bound.any, &size), "cannot read the socket's address");
        result_.local = from_kernel(bound, size);
    }

    Failure bind_failure(int error, const Address& wanted) const {
        const auto port = std::to_string(wanted.port);
        const auto what =
            "cannot use UDP port " + port + (options_.interface.empty() ? "" : " on " + options_.interface);
        if ((error == EACCES || error == EPERM) && wanted.port < 1024)
            return os_failure(
                error, what,
                "It needs CAP_NET_BIND_SERVICE (`setcap cap_net_bind_service+ep PROGRAM`), or sysctl "
                "net.ipv4.ip_unprivileged_port_start=" +
                    port + ", or other ports by option");
        if (error == EADDRINUSE)
            return os_failure(
                error, what,
                "Another program has it (ptp4l, timemaster? `ss -ulpn sport = " + port +
                    "` shows which): stop that, choose another port, or let both reuse addresses");
        if (error == EADDRNOTAVAIL)
            return os_failure(error, "cannot bind to " + to_text(wanted),
                              "No interface here has this address (`ip address` shows those there are)");
        return os_failure(error, what);
    }

    SystemCalls& system_;
    const SocketOptions& options_;
    OpenedSocket result_;
};

} // namespace

OpenedSocket open_udp_socket(SystemCalls& system, const SocketOptions& options) {
    return Setup(system, options).run();
}

void change_membership(SystemCalls& system, const OpenedSocket& socket, const Address& group, bool join) {
    if (group.family != socket.family || !is_multicast(group))
        throw Failure(WST_E_INVALID_ARGUMENT,
                      to_text(group) + " is not a multicast group of the socket's address family");
    int outcome = 0;
    const auto interface = group.scope_id != 0 ? group.scope_id : socket.interface_index;
    if (socket.family == Family::ipv4) {
        SocketAddress address;
        to_kernel(group, address);
        ip_mreqn request{};
        request.imr_multiaddr = address.ipv4.sin_addr;
        request.imr_ifindex = static_cast<int>(interface);
        outcome = system.set_option(socket.descriptor.get(), IPPROTO_IP,
                                    join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request);
    } else {
        SocketAddress address;
        to_kernel(group, address);
        ipv6_mreq request{};
        request.ipv6mr_multiaddr = address.ipv6.sin6_addr;
        request.ipv6mr_interface = interface;
        outcome =
            system.set_option(socket.descriptor.get(), IPPROTO_IPV6,
                              join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, &request, sizeof request);
    }
    // Joining twice or leaving what was never joined is what the caller wanted already.
    if (outcome >= 0 || (join ? outcome == -EADDRINUSE : outcome == -EADDRNOTAVAIL))
        return;
    const auto what = (join ? "cannot join " : "cannot leave ") + to_text(group);
    if (outcome == -ENODEV)
        throw os_failure(-outcome, what,
                         interface == 0 ? "No interface has a route for it: name the interface"
                                        : "The interface has gone, has no address yet or takes no multicast");
    if (outcome == -ENOBUFS)
        throw os_failure(-outcome, what,
                         "Too many groups: raise net.ipv4.igmp_max_memberships (IPv6: net.core.optmem_max)");
    throw os_failure(-outcome, what);
}

} // namespace wirestamp::platform::gnu_linux
