// SPDX-License-Identifier: Apache-2.0
//
// Tests in network namespaces of their own. A child process makes them, as root or by way of a user
// namespace, so that they are gone with it whatever happens. Checks in the child throw; what they say is
// reported by the parent.

#pragma once

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include <functional>
#include <optional>
#include <string>

#include "impl/platform/linux/netlink.hpp"

namespace wirestamp::platform::gnu_linux {

/// Runs `body` in a child that is root in a fresh network namespace, and reports its failure to Boost.Test.
/// Where the system allows neither way of making one, says so and does nothing.
void in_namespace(const std::function<void()>& body);

/// Throws with `what` and its place if `value` is false.
void require_that(bool value, const char* what, int line);
#define REQUIRE_THAT(value) ::wirestamp::platform::gnu_linux::require_that((value), #value, __LINE__)

/// The namespace of the calling thread, and entering one again.
class NetworkNamespace {
public:
    NetworkNamespace();
    ~NetworkNamespace();
    NetworkNamespace(const NetworkNamespace&) = delete;
    NetworkNamespace& operator=(const NetworkNamespace&) = delete;
    void enter() const;
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

/// Two hosts joined by a veth pair, inside in_namespace(): "left" with 10.0.0.1, fd00::1 and fe80::1, "right"
/// with 10.0.0.2, fd00::2 and fe80::2. The calling thread starts out on the left one.
class TwoHosts {
public:
    TwoHosts();
    void go_left() const { left_.enter(); }
    void go_right() const { right_->enter(); }

private:
    NetworkNamespace left_;
    std::optional<NetworkNamespace> right_;
};

/// A few things of `ip link` and `ip address`; throw on failure.
void make_veth(const std::string& name, const std::string& peer, int peer_namespace = -1);
void make_link(const std::string& name, const std::string& kind, std::uint32_t lower_index);
void delete_link(const std::string& name);
void rename_link(std::uint32_t index, const std::string& name);
void set_alias(std::uint32_t index, const std::string& alias);
void add_alternative_name(std::uint32_t index, const std::string& name);
void set_up(const std::string& name, bool up = true);
void add_address(const std::string& name, const std::string& address, int prefix_length);
std::uint32_t index_by_name(const std::string& name);

} // namespace wirestamp::platform::gnu_linux
