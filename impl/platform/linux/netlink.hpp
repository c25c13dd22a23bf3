// SPDX-License-Identifier: Apache-2.0
//
// As much netlink as asking the kernel takes: building a request, walking replies and their attributes. All
// lengths in a reply are checked against what was received; what does not fit ends the walk.

#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

using Bytes = std::span<const std::byte>;

struct NetlinkMessage {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0;
    Bytes payload;

    /// The fixed header of the payload, unset if the message is too short for one.
    template <class Header>
    std::optional<Header> header() const {
        if (payload.size() < sizeof(Header))
            return std::nullopt;
        Header value;
        std::memcpy(&value, payload.data(), sizeof value);
        return value;
    }
    template <class Header>
    Bytes attributes() const {
        const auto size = NLMSG_ALIGN(sizeof(Header));
        return payload.size() > size ? payload.subspan(size) : Bytes{};
    }
};

struct NetlinkAttribute {
    std::uint16_t type = 0; // without the nested and byte order flags
    Bytes payload;

    /// Unset if the payload is not as long as T.
    template <class T>
    std::optional<T> number() const {
        if (payload.size() < sizeof(T))
            return std::nullopt;
        T value;
        std::memcpy(&value, payload.data(), sizeof value);
        return value;
    }
    std::string_view text() const;
};

/// Takes the next message or attribute off the front of `rest`; unset at the end or where lengths lie.
std::optional<NetlinkMessage> next_message(Bytes& rest);
std::optional<NetlinkAttribute> next_attribute(Bytes& rest);

class NetlinkRequest {
public:
    NetlinkRequest(std::uint16_t type, std::uint16_t flags);

    template <class Header>
    NetlinkRequest& header(const Header& value) {
        append(&value, sizeof value);
        return *this;
    }
    NetlinkRequest& attribute(std::uint16_t type, const void* data, std::size_t size);
    NetlinkRequest& attribute(std::uint16_t type, std::uint32_t value) {
        return attribute(type, &value, sizeof value);
    }
    NetlinkRequest& attribute(std::uint16_t type, const std::string& text) {
        return attribute(type, text.c_str(), text.size() + 1);
    }
    /// Returns where the nest starts, for end().
    std::size_t begin(std::uint16_t type);
    NetlinkRequest& end(std::size_t nest);

    Bytes finish(std::uint32_t sequence);

private:
    void append(const void* data, std::size_t size);
    // As large as the largest that is asked here, with room to spare; what does not fit is an error of ours.
    std::array<std::byte, 4096> bytes_;
    std::size_t size_ = 0;
};

/// A netlink socket for questions and their answers. Not for use by two threads at once.
class NetlinkChannel {
public:
    NetlinkChannel(SystemCalls& system, int protocol);

    /// 0, or why this system has no such netlink (negative errno).
    int error() const noexcept { return descriptor_ ? 0 : -descriptor_.error(); }
    /// Calls `on_reply` for each message of the answer. 0 or a negative errno; -EINTR if a dump changed under
    /// way each time it was tried.
    int ask(NetlinkRequest& request, const std::function<void(const NetlinkMessage&)>& on_reply);

private:
    SystemCalls& system_;
    Descriptor descriptor_;
    std::uint32_t sequence_ = 0;
    std::unique_ptr<std::byte[]> buffer_; // touched only as far as answers reach
};

} // namespace wirestamp::platform::gnu_linux
