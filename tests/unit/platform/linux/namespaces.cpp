// SPDX-License-Identifier: Apache-2.0
#include "namespaces.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "impl/base/address.hpp"
#include "impl/platform/linux/interface_ioctl.hpp"

// After the kernel's headers, whose names <net/if.h> would take.
#include <linux/if.h>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

namespace wirestamp::platform::gnu_linux {

namespace {

bool unshare_network() {
    if (::unshare(CLONE_NEWNET) == 0)
        return true;
    const auto user = ::getuid();
    const auto group = ::getgid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    const auto write = [](const char* path, const std::string& text) {
        const int fd = ::open(path, O_WRONLY);
        const bool done =
            fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        if (fd >= 0)
            ::close(fd);
        return done;
    };
    write("/proc/self/setgroups", "deny");
    return write("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") &&
           write("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
}

void ask(NetlinkRequest& request) {
    NetlinkChannel channel(SystemCalls::real(), NETLINK_ROUTE);
    const int outcome = channel.ask(request, [](const NetlinkMessage&) {});
    if (outcome < 0)
        throw std::runtime_error("netlink request failed with errno " + std::to_string(-outcome));
}

ifinfomsg link_header(std::uint32_t index = 0) {
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(index);
    return header;
}

} // namespace

void require_that(bool value, const char* what, int line) {
    if (!value)
        throw std::runtime_error("line " + std::to_string(line) + ": " + what);
}

void in_namespace(const std::function<void()>& body) {
    int pipe[2];
    BOOST_REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
    std::fflush(nullptr);
    const auto child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        std::string report;
        int code = 0;
        try {
            if (!unshare_network()) {
                code = 77;
            } else {
                set_up("lo");
                body();
            }
        } catch (const std::exception& failure) {
            report = failure.what();
            code = 1;
        }
        if (::write(pipe[1], report.data(), report.size()) < 0)
            code = 2;
        ::_exit(code);
    }
    ::close(pipe[1]);
    std::string report;
    char part[512];
    for (ssize_t size = 0; (size = ::read(pipe[0], part, sizeof part)) > 0;)
        report.append(part, static_cast<std::size_t>(size));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        BOOST_TEST_MESSAGE("skipped: no network namespaces on this system (root or user namespaces needed)");
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        BOOST_ERROR("in a namespace: " << report << " (wait status " << status << ")");
}

NetworkNamespace::NetworkNamespace() : fd_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0)
        throw std::runtime_error("cannot open this thread's network namespace");
}

NetworkNamespace::~NetworkNamespace() {
    ::close(fd_);
}

void NetworkNamespace::enter() const {
    if (::setns(fd_, CLONE_NEWNET) != 0)
        throw std::runtime_error("cannot enter a network namespace");
}

namespace {

int group_socket(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0)
        throw std::runtime_error("cannot make a socket to try the link with");
    return fd;
}

// Until workers of the kernel have seen the carrier and set up the queues, an interface that is up silently
// drops what is sent, and no state that it shows tells when that has ended.
void await_traffic(int from, int to, const std::string& local) {
    sockaddr_in all_hosts{};
    all_hosts.sin_family = AF_INET;
    all_hosts.sin_port = htons(5000);
    all_hosts.sin_addr.s_addr = htonl(0xe0000001);
    in_addr own{};
    std::memcpy(&own, parse_address(local)->bytes.data(), 4);
    ::setsockopt(from, IPPROTO_IP, IP_MULTICAST_IF, &own, sizeof own);
    const int off = 0;
    ::setsockopt(from, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off);
    char byte = 0;
    for (int i = 0; i < 5000 && ::recv(to, &byte, 1, 0) != 1; ++i) {
        ::sendto(from, &byte, 1, 0, reinterpret_cast<sockaddr*>(&all_hosts), sizeof all_hosts);
        ::poll(nullptr, 0, 1);
    }
}

} // namespace

TwoHosts::TwoHosts() {
    if (::unshare(CLONE_NEWNET) != 0)
        throw std::runtime_error("cannot make a second network namespace");
    right_.emplace();
    set_up("lo");
    left_.enter();
    make_veth("left", "right", right_->get());
    const auto configure = [](const std::string& name, const std::string& number) {
        set_up(name);
        add_address(name, "10.0.0." + number, 24);
        add_address(name, "fd00::" + number, 64);
        add_address(name, "fe80::" + number, 64);
    };
    configure("left", "1");
    right_->enter();
    configure("right", "2");
    const int right = group_socket(5000);
    left_.enter();
    const int left = group_socket(5000);
    await_traffic(left, right, "10.0.0.1");
    await_traffic(right, left, "10.0.0.2");
    ::close(left);
    ::close(right);
}

void make_veth(const std::string& name, const std::string& peer, int peer_namespace) {
    NetlinkRequest request(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    request.header(link_header()).attribute(IFLA_IFNAME, name);
    const auto info = request.begin(IFLA_LINKINFO);
    request.attribute(IFLA_INFO_KIND, std::string("veth"));
    const auto data = request.begin(IFLA_INFO_DATA);
    const auto other = request.begin(VETH_INFO_PEER);
    request.header(link_header()).attribute(IFLA_IFNAME, peer);
    if (peer_namespace >= 0)
        request.attribute(IFLA_NET_NS_FD, static_cast<std::uint32_t>(peer_namespace));
    request.end(other).end(data).end(info);
    ask(request);
}

void make_link(const std::string& name, const std::string& kind, std::uint32_t lower_index) {
    NetlinkRequest request(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    request.header(link_header()).attribute(IFLA_IFNAME, name);
    if (lower_index != 0)
        request.attribute(IFLA_LINK, lower_index);
    const auto info = request.begin(IFLA_LINKINFO);
    request.attribute(IFLA_INFO_KIND, kind).end(info);
    ask(request);
}

void delete_link(const std::string& name) {
    NetlinkRequest request(RTM_DELLINK, NLM_F_ACK);
    request.header(link_header(index_by_name(name)));
    ask(request);
}

void rename_link(std::uint32_t index, const std::string& name) {
    NetlinkRequest request(RTM_NEWLINK, NLM_F_ACK);
    request.header(link_header(index)).attribute(IFLA_IFNAME, name);
    ask(request);
}

void set_alias(std::uint32_t index, const std::string& alias) {
    NetlinkRequest request(RTM_NEWLINK, NLM_F_ACK);
    request.header(link_header(index)).attribute(IFLA_IFALIAS, alias.data(), alias.size());
    ask(request);
}

void add_alternative_name(std::uint32_t index, const std::string& name) {
    NetlinkRequest request(RTM_NEWLINKPROP, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
    request.header(link_header(index));
    const auto list = request.begin(IFLA_PROP_LIST);
    request.attribute(IFLA_ALT_IFNAME, name).end(list);
    ask(request);
}

void set_up(const std::string& name, bool up) {
    auto header = link_header(index_by_name(name));
    header.ifi_change = IFF_UP;
    header.ifi_flags = up ? unsigned{IFF_UP} : 0u;
    NetlinkRequest request(RTM_NEWLINK, NLM_F_ACK);
    request.header(header);
    ask(request);
}

void add_address(const std::string& name, const std::string& text, int prefix_length) {
    const auto address = *parse_address(text);
    const bool ipv4 = address.family == Family::ipv4;
    ifaddrmsg header{};
    header.ifa_family = ipv4 ? AF_INET : AF_INET6;
    header.ifa_prefixlen = static_cast<std::uint8_t>(prefix_length);
    // Without duplicate address detection, which takes a second.
    header.ifa_flags = ipv4 ? 0 : IFA_F_NODAD;
    header.ifa_index = index_by_name(name);
    NetlinkRequest request(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    request.header(header).attribute(IFA_LOCAL, address.bytes.data(), ipv4 ? 4 : 16);
    request.attribute(IFA_ADDRESS, address.bytes.data(), ipv4 ? 4 : 16);
    ask(request);
}

std::uint32_t index_by_name(const std::string& name) {
    auto& system = SystemCalls::real();
    const auto control = control_socket(system);
    std::uint32_t index = 0;
    if (interface_index(system, control.get(), name, index) < 0)
        throw std::runtime_error("no interface " + name);
    return index;
}

} // namespace wirestamp::platform::gnu_linux
