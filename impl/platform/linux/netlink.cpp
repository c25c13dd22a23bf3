// SPDX-License-Identifier: Apache-2.0
//
// The netlink conversation: one request, answers until done, error or acknowledgement.

#include "impl/platform/linux/netlink.hpp"

#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace wirestamp::platform::gnu_linux {

namespace {

// The kernel makes dumps in pieces of at most 32 KiB where the reader offers that much.
constexpr std::size_t buffer_size = 1 << 15;
constexpr std::size_t attribute_header = 4; // NLA_HDRLEN, which is a signed number

} // namespace

std::string_view NetlinkAttribute::text() const {
    const auto* start = reinterpret_cast<const char*>(payload.data());
    return {start, payload.empty() ? 0 : strnlen(start, payload.size())};
}

std::optional<NetlinkMessage> next_message(Bytes& rest) {
    nlmsghdr header;
    if (rest.size() < sizeof header)
        return std::nullopt;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size())
        return std::nullopt;
    const NetlinkMessage message{header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq,
                                 rest.subspan(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN)};
    rest = rest.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
    return message;
}

std::optional<NetlinkAttribute> next_attribute(Bytes& rest) {
    nlattr header;
    if (rest.size() < sizeof header)
        return std::nullopt;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > rest.size())
        return std::nullopt;
    const NetlinkAttribute attribute{static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                                     rest.subspan(attribute_header, header.nla_len - sizeof header)};
    rest = rest.subspan(std::min<std::size_t>(NLA_ALIGN(header.nla_len), rest.size()));
    return attribute;
}

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST);
    append(&header, sizeof header);
}

void NetlinkRequest::append(const void* data, std::size_t size) {
    const auto aligned = NLMSG_ALIGN(size);
    if (aligned > bytes_.size() - size_)
        throw std::length_error("a netlink request is longer than there is room for");
    if (size != 0)
        std::memcpy(bytes_.data() + size_, data, size);
    std::memset(bytes_.data() + size_ + size, 0, aligned - size);
    size_ += aligned;
}

NetlinkRequest& NetlinkRequest::attribute(std::uint16_t type, const void* data, std::size_t size) {
    const nlattr header{static_cast<std::uint16_t>(attribute_header + size), type};
    append(&header, sizeof header);
    append(data, size);
    return *this;
}

std::size_t NetlinkRequest::begin(std::uint16_t type) {
    const auto start = size_;
    const nlattr header{0, static_cast<std::uint16_t>(type | NLA_F_NESTED)};
    append(&header, sizeof header);
    return start;
}

NetlinkRequest& NetlinkRequest::end(std::size_t nest) {
    const auto length = static_cast<std::uint16_t>(size_ - nest);
    std::memcpy(bytes_.data() + nest, &length, sizeof length);
    return *this;
}

Bytes NetlinkRequest::finish(std::uint32_t sequence) {
    nlmsghdr header;
    std::memcpy(&header, bytes_.data(), sizeof header);
    header.nlmsg_len = static_cast<std::uint32_t>(size_);
    header.nlmsg_seq = sequence;
    std::memcpy(bytes_.data(), &header, sizeof header);
    return {bytes_.data(), size_};
}

NetlinkChannel::NetlinkChannel(SystemCalls& system, int protocol)
    : system_(system), descriptor_(system, system.socket(AF_NETLINK, SOCK_RAW, protocol)) {
    if (!descriptor_)
        return;
    buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    // The kernel answers at once; whoever pretends to be one must not be able to make us wait for ever.
    const timeval limit{1, 0};
    system_.set_option(descriptor_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

int NetlinkChannel::ask(NetlinkRequest& request, const std::function<void(const NetlinkMessage&)>& on_reply) {
    if (!descriptor_)
        return error();
    const auto sequence = ++sequence_;
    const auto bytes = request.finish(sequence);
    // Whom to is not said: what is not connected to anybody sends to the kernel.
    if (const int sent = system_.send(descriptor_.get(), bytes.data(), bytes.size(), 0); sent < 0)
        return sent;
    nlmsghdr asked;
    std::memcpy(&asked, bytes.data(), sizeof asked);
    const bool dump = (asked.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    bool interrupted = false;
    // Answers to earlier questions that were given up may lie before ours, but not without end.
    for (int strangers = 0; strangers < 64;) {
        sockaddr_nl sender{};
        socklen_t sender_size = sizeof sender;
        const int size = system_.receive_from(descriptor_.get(), buffer_.get(), buffer_size, MSG_TRUNC,
                                              reinterpret_cast<sockaddr*>(&sender), &sender_size);
        if (size < 0)
            return size == -EAGAIN ? -ETIMEDOUT : size;
        // The flag makes it the length that the answer has, not what there was room for.
        if (static_cast<std::size_t>(size) > buffer_size)
            return -EMSGSIZE;
        // Any process may send to this socket; only port 0 is the kernel.
        if (sender.nl_pid != 0) {
            ++strangers;
            continue;
        }
        Bytes rest{buffer_.get(), static_cast<std::size_t>(size)};
        bool ours = false;
        while (auto reply = next_message(rest)) {
            if (reply->sequence != sequence)
                continue;
            ours = true;
            interrupted |= (reply->flags & NLM_F_DUMP_INTR) != 0;
            if (reply->type == NLMSG_DONE) {
                const auto code = reply->header<std::int32_t>().value_or(0);
                return code < 0 ? code : interrupted ? -EINTR : 0;
            }
            if (reply->type == NLMSG_ERROR)
                return reply->header<std::int32_t>().value_or(-EBADMSG);
            on_reply(*reply);
            // Without a dump or an acknowledgement asked for, the first answer is the only one.
            if (!dump && (asked.nlmsg_flags & NLM_F_ACK) == 0 && (reply->flags & NLM_F_MULTI) == 0)
                return 0;
        }
        if (!ours)
            ++strangers;
    }
    return -EBADMSG;
}

} // namespace wirestamp::platform::gnu_linux
