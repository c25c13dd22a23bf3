// SPDX-License-Identifier: Apache-2.0
//
// A kernel made of answers: one adapter with its stamping, a PHC, and the right to refuse anything. What is
// not overridden is the real kernel.

#pragma once

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "impl/platform/linux/kernel.hpp"
#include "impl/platform/linux/netlink.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

/// Answers netlink requests from a function: each call gives the datagrams that the kernel would send back.
class FakeNetlink : public SystemCalls {
public:
    using Datagram = std::vector<std::byte>;
    std::function<std::vector<Datagram>(int protocol, Bytes request)> answer;
    int refuse_netlink = 0; // an errno
    std::uint32_t sender = 0;

    int socket(int family, int type, int protocol) override {
        if (family != AF_NETLINK)
            return SystemCalls::socket(family, type, protocol);
        if (refuse_netlink != 0)
            return -refuse_netlink;
        if (!answer)
            return SystemCalls::socket(family, type, protocol);
        const int fd = SystemCalls::socket(AF_UNIX, SOCK_DGRAM, 0);
        queues_.push_back({fd, protocol, {}});
        return fd;
    }
    int send(int fd, const void* data, size_t size, int flags) override {
        auto* queue = find(fd);
        if (queue == nullptr)
            return SystemCalls::send(fd, data, size, flags);
        for (auto& datagram : answer(queue->protocol, Bytes{static_cast<const std::byte*>(data), size}))
            queue->datagrams.push_back(std::move(datagram));
        return static_cast<int>(size);
    }
    int receive_from(int fd, void* data, size_t size, int flags, sockaddr* from,
                     socklen_t* from_size) override {
        auto* queue = find(fd);
        if (queue == nullptr)
            return SystemCalls::receive_from(fd, data, size, flags, from, from_size);
        if (queue->datagrams.empty())
            return -EAGAIN;
        const auto datagram = std::move(queue->datagrams.front());
        queue->datagrams.erase(queue->datagrams.begin());
        if (!datagram.empty())
            std::memcpy(data, datagram.data(), std::min(size, datagram.size()));
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        address.nl_pid = sender;
        std::memcpy(from, &address, std::min(*from_size, static_cast<socklen_t>(sizeof address)));
        return static_cast<int>(datagram.size()); // as MSG_TRUNC has it
    }
    int close(int fd) override {
        std::erase_if(queues_, [&](const Queue& one) { return one.fd == fd; });
        return SystemCalls::close(fd);
    }

private:
    struct Queue {
        int fd;
        int protocol;
        std::vector<Datagram> datagrams;
    };
    Queue* find(int fd) {
        for (auto& queue : queues_)
            if (queue.fd == fd)
                return &queue;
        return nullptr;
    }
    std::vector<Queue> queues_;
};

/// An adapter named "fake0" that answers ioctls.
class FakeAdapter : public FakeNetlink {
public:
    FakeAdapter() { refuse_netlink = EAFNOSUPPORT; }

    ethtool_ts_info info{};
    int info_error = 0;
    hwtstamp_config config{};
    int get_error = 0;
    int set_error = 0;
    std::uint32_t accepted_filters = ~0u;                           // others are ERANGE
    std::function<int(int filter)> widen = [](int f) { return f; }; // what the driver makes of one
    std::vector<int> filters_asked;
    bool gone = false;

    int control(int fd, unsigned long request, void* argument) override {
        if (request != SIOCETHTOOL && request != SIOCGHWTSTAMP && request != SIOCSHWTSTAMP)
            return SystemCalls::control(fd, request, argument);
        auto& exchange = *static_cast<ifreq*>(argument);
        if (std::strcmp(exchange.ifr_name, "fake0") != 0)
            return SystemCalls::control(fd, request, argument);
        if (gone)
            return -ENODEV;
        if (request == SIOCETHTOOL) {
            auto& out = *reinterpret_cast<ethtool_ts_info*>(exchange.ifr_data);
            if (out.cmd != ETHTOOL_GET_TS_INFO)
                return -EOPNOTSUPP;
            if (info_error != 0)
                return -info_error;
            out = info;
            return 0;
        }
        auto& setting = *reinterpret_cast<hwtstamp_config*>(exchange.ifr_data);
        if (request == SIOCGHWTSTAMP) {
            if (get_error == 0)
                setting = config;
            return -get_error;
        }
        filters_asked.push_back(setting.rx_filter);
        if (set_error != 0)
            return -set_error;
        if (((accepted_filters >> setting.rx_filter) & 1) == 0)
            return -ERANGE;
        setting.rx_filter = widen(setting.rx_filter);
        config = setting;
        return 0;
    }
};

inline std::vector<std::byte> datagram_of(std::initializer_list<NetlinkRequest*> messages,
                                          std::uint32_t sequence) {
    std::vector<std::byte> bytes;
    for (auto* message : messages) {
        const auto part = message->finish(sequence);
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    return bytes;
}

} // namespace wirestamp::platform::gnu_linux
