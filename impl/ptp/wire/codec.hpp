// SPDX-License-Identifier: Apache-2.0
//
// From octets to messages and back (IEEE 1588-2019 clause 13). Neither direction allocates. Parsing trusts no
// length; building cannot write past the buffer and keeps messageLength right after every step, so that a
// message may be sent at any time.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "impl/ptp/wire/message.hpp"

namespace wirestamp::ptp {

/// Reads one datagram. Octets beyond messageLength are padding of a lower layer and ignored. Everything that
/// does not depend on the receiver's configuration is checked here, the structure of the TLV suffix included.
[[nodiscard]] Parsed<Message> parse(std::span<const std::uint8_t> datagram) noexcept;

/// Octets of header and body, without suffix; 0 for a reserved type.
[[nodiscard]] std::size_t fixed_size(MessageType type) noexcept;

/// The messageType that a body stands for.
[[nodiscard]] MessageType message_type(const Body& body) noexcept;

/// Room for one message, inline. The capacity may be set below the maximum, for a path with a smaller MTU.
class MessageBuffer {
public:
    /// What an IPv4 UDP datagram carries over Ethernet without fragments.
    static constexpr std::size_t maximum_size = 1472;

    MessageBuffer() noexcept = default;
    explicit MessageBuffer(std::size_t capacity) noexcept : capacity_(std::min(capacity, maximum_size)) {}

    /// The message built so far; empty if building failed.
    std::span<const std::uint8_t> octets() const noexcept { return {octets_.data(), size_}; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    std::size_t capacity() const noexcept { return capacity_; }
    void clear() noexcept { size_ = 0; }

    /// The message followed by zero octets that messageLength does not count, as UDP/IPv6 asks for two (Annex
    /// E).
    std::span<const std::uint8_t> octets_with_padding(std::size_t padding) noexcept;

    /// The part not yet used, for whoever appends; commit() takes over what was written there.
    std::span<std::uint8_t> free_space() noexcept { return {octets_.data() + size_, capacity_ - size_}; }
    bool commit(std::size_t count) noexcept;

private:
    std::array<std::uint8_t, maximum_size> octets_;
    std::size_t size_ = 0;
    std::size_t capacity_ = maximum_size;
};

/// Starts a message: header and body. False, with the buffer empty, if it does not fit. TLVs are appended
/// with the functions of tlv.hpp.
bool build(MessageBuffer& buffer, const Header& header, const Body& body) noexcept;

/// The same into a caller's memory; the size of the message, or 0 if it does not fit.
[[nodiscard]] std::size_t build(std::span<std::uint8_t> out, const Header& header, const Body& body) noexcept;

} // namespace wirestamp::ptp
