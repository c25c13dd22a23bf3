// SPDX-License-Identifier: Apache-2.0
//
// The suffix of a message: TLVs of IEEE 1588-2019 clause 14. Iterating is bounded and allocates nothing; what
// is not understood can still be seen, counted and passed on.

#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "impl/ptp/wire/codec.hpp"
#include "impl/ptp/wire/message.hpp"

namespace wirestamp::ptp {

/// One TLV in place.
struct Tlv {
    TlvType tlvType{};
    std::span<const std::uint8_t> value{};  ///< the valueField
    std::span<const std::uint8_t> octets{}; ///< the whole TLV, for passing it on unchanged
};

/// none if the suffix is a sequence of complete TLVs of even length. Zero octets too few to be a TLV are let
/// pass: some senders count padding in messageLength.
[[nodiscard]] ParseError check_suffix(std::span<const std::uint8_t> suffix) noexcept;

/// `for (const Tlv& tlv : Tlvs(message))`. Ends at the first thing that is not a well-formed TLV.
class Tlvs {
public:
    explicit Tlvs(const Message& message) noexcept : suffix_(message.suffix) {}
    explicit Tlvs(std::span<const std::uint8_t> suffix) noexcept : suffix_(suffix) {}

    class Iterator {
    public:
        using value_type = Tlv;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Tlv*;
        using reference = const Tlv&;

        Iterator() noexcept = default;
        explicit Iterator(std::span<const std::uint8_t> suffix) noexcept : rest_(suffix) { ++*this; }
        const Tlv& operator*() const noexcept { return current_; }
        const Tlv* operator->() const noexcept { return &current_; }
        Iterator& operator++() noexcept;
        Iterator operator++(int) noexcept {
            Iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
            return iterator.current_.octets.empty();
        }

    private:
        Tlv current_{};
        std::span<const std::uint8_t> rest_{};
    };

    Iterator begin() const noexcept { return Iterator(suffix_); }
    std::default_sentinel_t end() const noexcept { return {}; }

    /// The first TLV of a type, or one whose octets are empty.
    Tlv find(TlvType type) const noexcept;

private:
    std::span<const std::uint8_t> suffix_;
};

/// Appends a TLV; an odd value gets one zero octet more. False, with the buffer unchanged, if it does not
/// fit.
bool append_tlv(MessageBuffer& buffer, TlvType type, std::span<const std::uint8_t> value) noexcept;

} // namespace wirestamp::ptp
