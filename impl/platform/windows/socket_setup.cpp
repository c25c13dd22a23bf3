// SPDX-License-Identifier: Apache-2.0
//
// Stamping is turned on before the first packet can come, and the address is taken last.

#include "impl/platform/windows/socket_setup.hpp"

#include <algorithm>
#include <cstring>

#include "impl/base/multicast.hpp"
#include "impl/platform/windows/os_failure.hpp"

namespace wirestamp::platform::windows {

namespace {

constexpr std::uint32_t default_receive_buffer = 1u << 20;

bool is_link_local(const Address& address) noexcept {
    return address.family == Family::ipv6 && address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

/// Winsock names an interface for IPv4 multicast by one of its addresses, or by 0.x.x.x with its index.
std::uint32_t ipv4_route(const Interface& interface) noexcept {
    std::uint32_t route = 0;
    for (const auto& one : interface.addresses)
        if (one.address.family == Family::ipv4) {
            std::memcpy(&route, one.address.bytes.data(), sizeof route);
            return route;
        }
    const std::uint8_t octets[4] = {0, static_cast<std::uint8_t>(interface.index >> 16),
                                    static_cast<std::uint8_t>(interface.index >> 8),
                                    static_cast<std::uint8_t>(interface.index)};
    std::memcpy(&route, octets, sizeof route);
    return route;
}

class Setup {
public:
    Setup(SystemCalls& system, InterfaceCatalogue& interfaces, const SocketOptions& options)
        : system_(system), interfaces_(interfaces), options_(options) {}

    OpenedSocket run() {
        check();
        find_interface();
        open();
        set_buffers();
        set_marks();
        set_routes();
        if (options_.stamps != StampMode::none)
            set_stamps();
        bind();
        for (const auto& group : options_.groups)
            change_membership(system_, result_, group, true);
        return std::move(result_);
    }

private:
    bool ipv4() const noexcept { return result_.family == Family::ipv4; }

    std::uint32_t set(SocketOption option, std::uint32_t value) {
        return system_.set_option(result_.socket.get(), result_.family, option, value);
    }
    static void require(std::uint32_t outcome, const std::string& what, const std::string& advice = {}) {
        if (outcome != code::success)
            throw os_failure(outcome, what, advice);
    }
    void remark(const std::string& text) { result_.remark += (result_.remark.empty() ? "" : "; ") + text; }

    void check() {
        const auto invalid = [](const std::string& text) { throw Failure(WST_E_INVALID_ARGUMENT, text); };
        if (options_.family != Family::ipv4 && options_.family != Family::ipv6)
            invalid("a socket needs the address family IPv4 or IPv6");
        if (options_.local && options_.local->family != options_.family)
            invalid("local address " + to_text(*options_.local) + " is not of the socket's address family");
        if (options_.clock_index >= 0)
            throw Failure(WST_E_NOT_SUPPORTED, "Windows has no virtual clocks to stamp by");
        if (options_.dscp < -1 || options_.dscp > 63)
            invalid("dscp is " + std::to_string(options_.dscp) + ", allowed are 0 to 63");
        if (options_.time_to_live < -1 || options_.time_to_live > 255)
            invalid("time to live is " + std::to_string(options_.time_to_live) + ", allowed are 0 to 255");
        if (options_.receive_buffer < 0 || options_.send_buffer < 0)
            invalid("buffer sizes cannot be negative");
        result_.family = options_.family;
    }

    void find_interface() {
        if (options_.interface.empty())
            return;
        const auto found = interfaces_.find(options_.interface);
        if (!found)
            throw Failure(WST_E_NOT_FOUND,
                          "there is no interface \"" + options_.interface +
                              "\" here; `wirestamp list` or Get-NetAdapter shows those there are");
        result_.luid = found->id;
        result_.interface = found->index;
        result_.route = ipv4() ? ipv4_route(*found) : found->index;
    }

    void open() {
        Handle handle = no_handle;
        require(system_.open_socket(options_.family, handle),
                std::string("cannot make a UDP socket for ") + (ipv4() ? "IPv4" : "IPv6"));
        result_.socket = Socket(system_, handle);
        if (!ipv4())
            require(set(SocketOption::ipv6_only, 1), "cannot set IPV6_V6ONLY");
        if (options_.reuse_address)
            require(set(SocketOption::reuse_address, 1), "cannot set SO_REUSEADDR");
        set(SocketOption::no_reset_reports, 0);
        require(set(SocketOption::packet_info, 1), "cannot ask for the destination of received packets");
    }

    void set_buffers() {
        auto bytes = static_cast<std::uint32_t>(options_.receive_buffer);
        if (bytes == 0 && options_.stamps != StampMode::none)
            bytes = default_receive_buffer;
        if (bytes != 0 && set(SocketOption::receive_buffer, bytes) != code::success)
            remark("the receive buffer could not be made " + std::to_string(bytes) + " bytes");
        if (options_.send_buffer != 0 &&
            set(SocketOption::send_buffer, static_cast<std::uint32_t>(options_.send_buffer)) != code::success)
            remark("the send buffer could not be made " + std::to_string(options_.send_buffer) + " bytes");
    }

    void set_marks() {
        if (options_.time_to_live >= 0) {
            const auto hops = static_cast<std::uint32_t>(options_.time_to_live);
            if (hops > 0)
                require(set(SocketOption::unicast_hops, hops),
                        "cannot set the time to live to " + std::to_string(hops));
            require(set(SocketOption::multicast_hops, hops),
                    "cannot set the multicast time to live to " + std::to_string(hops));
        }
        if (options_.dscp > 0 || options_.priority > 0)
            remark(
                "DSCP and priority are left to the system's QoS policy (New-NetQosPolicy), which Windows "
                "lets no program override");
    }

    void set_routes() {
        require(set(SocketOption::multicast_loopback, options_.multicast_loopback ? 1u : 0u),
                "cannot set multicast loopback");
        if (result_.interface == 0)
            return;
        require(set(SocketOption::multicast_interface, result_.route),
                "cannot send multicast by interface " + options_.interface);
        // Where it is refused, unicast goes by the routing table.
        set(SocketOption::unicast_interface, result_.interface);
    }

    void set_stamps() {
        if (system_.timestamps()) {
            TimestampingConfig config;
            config.Flags = timestamping_flag_rx | timestamping_flag_tx;
            config.TxTimestampsBuffered = std::max<std::uint16_t>(options_.transmit_stamps_kept, 256);
            result_.refusal = system_.control(result_.socket.get(), sio_timestamping,
                                              std::as_bytes(std::span(&config, 1)), {});
            result_.stamping = result_.refusal == code::success;
        } else {
            result_.refusal = code::operation_not_supported;
        }
        if (result_.stamping)
            return;
        if (options_.stamps == StampMode::hardware)
            throw Failure(WST_E_NOT_SUPPORTED,
                          "this system refuses time stamps on a socket (SIO_TIMESTAMPING, Windows error " +
                              std::to_string(result_.refusal) + "); ask for software stamps instead",
                          static_cast<std::int32_t>(result_.refusal));
        remark(
            "this system refuses SIO_TIMESTAMPING, which came with Windows 11 and Server 2022, so stamps "
            "are taken by the library after the system call and are labelled so");
    }

    void bind() {
        Address wanted;
        wanted.family = options_.family;
        if (options_.local)
            wanted = *options_.local;
        if (options_.port != 0 || !options_.local)
            wanted.port = options_.port;
        if (is_link_local(wanted) && wanted.scope_id == 0)
            wanted.scope_id = result_.interface;
        const auto outcome = system_.bind(result_.socket.get(), wanted);
        const auto what = "cannot use UDP port " + std::to_string(wanted.port);
        if (outcome == code::address_in_use || outcome == code::socket_access)
            throw os_failure(outcome, what,
                             "Another program has it (w32time's PtpClient? `netstat -abno -p UDP` shows "
                             "which), or Windows reserves it: stop that, or choose another port");
        if (outcome == code::address_not_available)
            throw os_failure(outcome, "cannot bind to " + to_text(wanted),
                             "No interface here has this address (`ipconfig` shows those there are)");
        require(outcome, what);
        require(system_.local_name(result_.socket.get(), options_.family, result_.local),
                "cannot read the socket's address");
    }

    SystemCalls& system_;
    InterfaceCatalogue& interfaces_;
    const SocketOptions& options_;
    OpenedSocket result_;
};

} // namespace

OpenedSocket open_udp_socket(SystemCalls& system, InterfaceCatalogue& interfaces,
                             const SocketOptions& options) {
    return Setup(system, interfaces, options).run();
}

void change_membership(SystemCalls& system, const OpenedSocket& socket, const Address& group, bool join) {
    if (group.family != socket.family || !is_multicast(group))
        throw Failure(WST_E_INVALID_ARGUMENT,
                      to_text(group) + " is not a multicast group of the socket's address family");
    const auto interface = group.scope_id != 0 ? group.scope_id : socket.route;
    const auto outcome = system.membership(socket.socket.get(), group, interface, join);
    // Joining twice or leaving what was never joined is what the caller wanted already: WSAEINVAL and
    // WSAEADDRNOTAVAIL say so, and WSAEADDRINUSE under Wine.
    const bool as_wanted = join ? outcome == code::socket_invalid || outcome == code::address_in_use
                                : outcome == code::address_not_available || outcome == code::socket_invalid;
    if (outcome == code::success || as_wanted)
        return;
    throw os_failure(outcome, (join ? "cannot join " : "cannot leave ") + to_text(group),
                     "The interface may have gone, have no address yet, or take no multicast");
}

} // namespace wirestamp::platform::windows
