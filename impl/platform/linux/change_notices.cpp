// SPDX-License-Identifier: Apache-2.0
//
// Two netlink sockets behind one epoll descriptor. A storm of notices is told as "everything may have
// changed", which is also what is left to say when the kernel had to drop some.

#include "impl/platform/linux/change_notices.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

namespace wirestamp::platform::gnu_linux {

namespace {

constexpr std::size_t storm = 64;
constexpr std::size_t datagram_room = 16384;
constexpr int datagrams_at_once = 4096;
constexpr std::uint32_t uevent_group_of_the_kernel = 1;

void add(std::vector<ChangeNotice>& out, const ChangeNotice& notice) {
    const auto same = [&](const ChangeNotice& one) {
        return one.kind == notice.kind && one.interface_index == notice.interface_index &&
               one.phc_index == notice.phc_index;
    };
    // Only of the last ones: an add between two removes must stay between them.
    if (out.empty() || !same(out.back()))
        out.push_back(notice);
}

class Notices final : public ChangeSource {
public:
    Notices(SystemCalls& system, Descriptor route, Descriptor uevents)
        : system_(system),
          route_(std::move(route)),
          uevents_(std::move(uevents)),
          buffer_(std::make_unique_for_overwrite<std::byte[]>(datagram_room)) {
        poll_ = Descriptor(system, system.make_poll_set());
        if (poll_ && (system.add_to_poll_set(poll_.get(), route_.get()) < 0 ||
                      (uevents_ && system.add_to_poll_set(poll_.get(), uevents_.get()) < 0)))
            poll_.reset();
    }

    // Without epoll, uevents are seen when the next route notice or comparison comes.
    std::intptr_t native_handle() const override { return poll_ ? poll_.get() : route_.get(); }

    void take(std::vector<ChangeNotice>& out) override {
        std::vector<ChangeNotice> taken;
        bool everything = !drain(route_, read_route_notices, taken);
        if (uevents_)
            everything |= !drain(uevents_, read_uevent, taken);
        if (everything || taken.size() > storm)
            out.push_back({});
        else
            out.insert(out.end(), taken.begin(), taken.end());
    }

private:
    // False if notices were lost.
    bool drain(const Descriptor& source, void (*read)(Bytes, std::vector<ChangeNotice>&),
               std::vector<ChangeNotice>& taken) {
        bool complete = true;
        for (int i = 0; i < datagrams_at_once; ++i) {
            sockaddr_nl sender{};
            iovec piece{buffer_.get(), datagram_room};
            msghdr message{};
            message.msg_name = &sender;
            message.msg_namelen = sizeof sender;
            message.msg_iov = &piece;
            message.msg_iovlen = 1;
            const int size = system_.receive_message(source.get(), &message, MSG_DONTWAIT);
            if (size == -ENOBUFS) {
                complete = false;
                continue;
            }
            if (size < 0)
                break;
            // Processes can send here too; only the kernel is believed.
            if (sender.nl_pid != 0)
                continue;
            complete &= (message.msg_flags & MSG_TRUNC) == 0;
            if (taken.size() <= storm)
                read({buffer_.get(), static_cast<std::size_t>(size)}, taken);
        }
        return complete;
    }

    SystemCalls& system_;
    Descriptor route_;
    Descriptor uevents_;
    Descriptor poll_;
    std::unique_ptr<std::byte[]> buffer_;
};

Descriptor open_bound(SystemCalls& system, int protocol, std::uint32_t groups) {
    Descriptor descriptor(system, system.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, protocol));
    if (!descriptor)
        return descriptor;
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    if (system.bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        descriptor.reset();
    return descriptor;
}

} // namespace

void read_route_notices(Bytes datagram, std::vector<ChangeNotice>& out) {
    using Kind = ChangeNotice::Kind;
    while (auto message = next_message(datagram)) {
        if (message->type == RTM_NEWLINK || message->type == RTM_DELLINK) {
            const auto header = message->header<ifinfomsg>();
            if (!header || header->ifi_index <= 0)
                continue;
            // A bridge says DELLINK of its own family when a port leaves it.
            const bool removed = message->type == RTM_DELLINK && header->ifi_family == AF_UNSPEC;
            add(out, {removed ? Kind::interface_removed : Kind::interface_changed,
                      static_cast<std::uint32_t>(header->ifi_index), -1});
        } else if (message->type == RTM_NEWADDR || message->type == RTM_DELADDR) {
            if (const auto header = message->header<ifaddrmsg>())
                add(out, {Kind::interface_changed, header->ifa_index, -1});
        }
    }
}

void read_uevent(Bytes datagram, std::vector<ChangeNotice>& out) {
    const std::string_view text{reinterpret_cast<const char*>(datagram.data()), datagram.size()};
    std::string_view action;
    std::string_view device;
    bool ptp = false;
    for (std::size_t start = 0; start < text.size();) {
        const auto stop = std::min(text.find('\0', start), text.size());
        const auto line = text.substr(start, stop - start);
        start = stop + 1;
        if (line.starts_with("ACTION="))
            action = line.substr(7);
        else if (line.starts_with("DEVNAME="))
            device = line.substr(8);
        else if (line == "SUBSYSTEM=ptp")
            ptp = true;
    }
    if (!ptp)
        return;
    if (device.starts_with("/dev/"))
        device.remove_prefix(5);
    std::int32_t index = -1;
    if (device.starts_with("ptp")) {
        const auto number = device.substr(3);
        std::from_chars(number.data(), number.data() + number.size(), index);
    }
    if (action == "add")
        add(out, {ChangeNotice::Kind::clock_added, 0, index});
    else if (action == "remove")
        add(out, {ChangeNotice::Kind::clock_removed, 0, index});
}

std::unique_ptr<ChangeSource> open_change_notices(SystemCalls& system) {
    auto route = open_bound(system, NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
    if (!route)
        return nullptr;
    auto uevents = open_bound(system, NETLINK_KOBJECT_UEVENT, uevent_group_of_the_kernel);
    return std::make_unique<Notices>(system, std::move(route), std::move(uevents));
}

} // namespace wirestamp::platform::gnu_linux
