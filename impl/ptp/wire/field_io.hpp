// SPDX-License-Identifier: Apache-2.0
//
// One description of a structure's fields serves both directions: the structure names its members in wire
// order to an Io, which is either a FieldReader or a FieldWriter, so that reading and writing cannot drift
// apart.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "impl/ptp/wire/message.hpp"
#include "impl/ptp/wire/octets.hpp"

namespace wirestamp::ptp {

/// A list with inline room, for tables whose size is bounded by what a datagram can hold.
template <class T, std::size_t Capacity>
class BoundedList {
public:
    static constexpr std::size_t capacity() noexcept { return Capacity; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr bool push_back(const T& item) noexcept {
        if (size_ == Capacity)
            return false;
        items_[size_++] = item;
        return true;
    }
    constexpr const T* begin() const noexcept { return items_.data(); }
    constexpr const T* end() const noexcept { return items_.data() + size_; }
    constexpr const T& operator[](std::size_t index) const noexcept { return items_[index]; }

    friend constexpr bool operator==(const BoundedList& a, const BoundedList& b) noexcept {
        if (a.size_ != b.size_)
            return false;
        for (std::size_t i = 0; i < a.size_; ++i)
            if (!(a.items_[i] == b.items_[i]))
                return false;
        return true;
    }

private:
    std::array<T, Capacity> items_{};
    std::size_t size_ = 0;
};

/// A count of nanoseconds in 2^-16 ns and 96 bits (IEEE 802.1AS ScaledNs), kept as its three parts.
struct ScaledNs {
    std::uint16_t nanosecondsMsb = 0;
    std::uint64_t nanosecondsLsb = 0;
    std::uint16_t fractionalNanoseconds = 0;
    friend constexpr bool operator==(const ScaledNs&, const ScaledNs&) = default;
};

class FieldReader {
public:
    explicit constexpr FieldReader(std::span<const std::uint8_t> octets) noexcept : in_(octets) {}

    /// Whether all fields were there.
    constexpr bool complete() const noexcept { return in_.ok(); }
    /// Whether what was there made sense: false after a count larger than its table or a timestamp out of
    /// range.
    constexpr bool valid() const noexcept { return valid_; }

    template <class T>
    constexpr void operator()(T& field) noexcept {
        if constexpr (std::is_enum_v<T>) {
            std::underlying_type_t<T> number{};
            (*this)(number);
            field = static_cast<T>(number);
        } else if constexpr (std::is_same_v<T, std::uint8_t>) {
            field = in_.u8();
        } else if constexpr (std::is_same_v<T, std::int8_t>) {
            field = in_.i8();
        } else if constexpr (std::is_same_v<T, std::uint16_t>) {
            field = in_.u16();
        } else if constexpr (std::is_same_v<T, std::int16_t>) {
            field = in_.i16();
        } else if constexpr (std::is_same_v<T, std::uint32_t>) {
            field = in_.u32();
        } else if constexpr (std::is_same_v<T, std::int32_t>) {
            field = in_.i32();
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
            field = in_.u64();
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
            field = in_.i64();
        } else if constexpr (std::is_same_v<T, double>) {
            field = std::bit_cast<double>(in_.u64());
        } else if constexpr (std::is_same_v<T, ClockIdentity>) {
            field = in_.clock_identity();
        } else if constexpr (std::is_same_v<T, PortIdentity>) {
            field = in_.port_identity();
        } else if constexpr (std::is_same_v<T, ClockQuality>) {
            field = in_.clock_quality();
        } else if constexpr (std::is_same_v<T, Timestamp>) {
            field = in_.timestamp();
            valid_ = valid_ && field.nanosecondsField < nanoseconds_per_second;
        } else if constexpr (std::is_same_v<T, ScaledNs>) {
            (*this)(field.nanosecondsMsb);
            (*this)(field.nanosecondsLsb);
            (*this)(field.fractionalNanoseconds);
        } else {
            T::fields(field, *this);
        }
    }

    template <std::size_t Size>
    constexpr void operator()(std::array<std::uint8_t, Size>& field) noexcept {
        const auto taken = in_.take(Size);
        for (std::size_t i = 0; i < taken.size(); ++i)
            field[i] = taken[i];
    }

    constexpr void u48(std::uint64_t& field) noexcept { field = in_.u48(); }
    constexpr void little(std::uint64_t& field) noexcept { field = in_.little_u64(); }
    constexpr void reserved(std::size_t octets) noexcept { in_.skip(octets); }

    /// One octet; the first flag is bit `Lowest`, the next the bit above.
    template <unsigned Lowest = 0, class... Flags>
    constexpr void flags(Flags&... flags) noexcept {
        const unsigned octet = in_.u8();
        unsigned bit = Lowest;
        ((flags = ((octet >> bit++) & 1) != 0), ...);
    }

    /// A messageType in the high nibble of an octet whose low bits may be flags.
    template <class... Flags>
    constexpr void message_type(MessageType& field, Flags&... flags) noexcept {
        const unsigned octet = in_.u8();
        field = static_cast<MessageType>(octet >> 4);
        [[maybe_unused]] unsigned bit = 0;
        ((flags = ((octet >> bit++) & 1) != 0), ...);
    }

    /// PTPText (clause 5.3.9): a view into the datagram, which may hold any octets.
    void text(std::string_view& field) noexcept {
        const auto octets = in_.take(in_.u8());
        field = {reinterpret_cast<const char*>(octets.data()), octets.size()};
    }

    /// A PTPText at the end of a structure, which some senders leave out.
    void optional_text(std::string_view& field) noexcept {
        if (in_.remaining() > 0)
            text(field);
    }

    /// Octets preceded by their number in 16 bits.
    constexpr void counted_octets(std::span<const std::uint8_t>& field) noexcept {
        field = in_.take(in_.u16());
    }

    /// Items preceded by their number.
    template <class Count, class T, std::size_t Capacity>
    constexpr void counted_list(BoundedList<T, Capacity>& list) noexcept {
        Count count{};
        (*this)(count);
        if (count < 0 || static_cast<std::size_t>(count) > Capacity) {
            valid_ = false;
            return;
        }
        for (Count i = 0; i < count && complete(); ++i)
            item(list);
    }

    /// Items up to the end.
    template <class T, std::size_t Capacity>
    constexpr void remaining_list(BoundedList<T, Capacity>& list) noexcept {
        while (in_.remaining() > 0 && complete() && valid_)
            item(list);
    }

private:
    template <class T, std::size_t Capacity>
    constexpr void item(BoundedList<T, Capacity>& list) noexcept {
        T value{};
        (*this)(value);
        if (complete())
            valid_ = list.push_back(value) && valid_;
    }

    OctetReader in_;
    bool valid_ = true;
};

class FieldWriter {
public:
    explicit constexpr FieldWriter(OctetWriter& out) noexcept : out_(out) {}

    template <class T>
    constexpr void operator()(const T& field) noexcept {
        if constexpr (std::is_enum_v<T>) {
            (*this)(static_cast<std::underlying_type_t<T>>(field));
        } else if constexpr (std::is_same_v<T, std::uint8_t>) {
            out_.u8(field);
        } else if constexpr (std::is_same_v<T, std::int8_t>) {
            out_.i8(field);
        } else if constexpr (std::is_same_v<T, std::uint16_t>) {
            out_.u16(field);
        } else if constexpr (std::is_same_v<T, std::int16_t>) {
            out_.i16(field);
        } else if constexpr (std::is_same_v<T, std::uint32_t>) {
            out_.u32(field);
        } else if constexpr (std::is_same_v<T, std::int32_t>) {
            out_.i32(field);
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
            out_.u64(field);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
            out_.i64(field);
        } else if constexpr (std::is_same_v<T, double>) {
            out_.u64(std::bit_cast<std::uint64_t>(field));
        } else if constexpr (std::is_same_v<T, ClockIdentity>) {
            out_.clock_identity(field);
        } else if constexpr (std::is_same_v<T, PortIdentity>) {
            out_.port_identity(field);
        } else if constexpr (std::is_same_v<T, ClockQuality>) {
            out_.clock_quality(field);
        } else if constexpr (std::is_same_v<T, Timestamp>) {
            out_.timestamp(field);
        } else if constexpr (std::is_same_v<T, ScaledNs>) {
            (*this)(field.nanosecondsMsb);
            (*this)(field.nanosecondsLsb);
            (*this)(field.fractionalNanoseconds);
        } else {
            T::fields(field, *this);
        }
    }

    template <std::size_t Size>
    constexpr void operator()(const std::array<std::uint8_t, Size>& field) noexcept {
        out_.octets(field);
    }

    constexpr void u48(std::uint64_t field) noexcept { out_.u48(field); }
    constexpr void little(std::uint64_t field) noexcept { out_.little_u64(field); }
    constexpr void reserved(std::size_t octets) noexcept { out_.zeros(octets); }

    template <unsigned Lowest = 0, class... Flags>
    constexpr void flags(const Flags&... flags) noexcept {
        unsigned octet = 0;
        unsigned bit = Lowest;
        ((octet |= (flags ? 1U : 0U) << bit++), ...);
        out_.u8(static_cast<std::uint8_t>(octet));
    }

    template <class... Flags>
    constexpr void message_type(MessageType field, const Flags&... flags) noexcept {
        unsigned octet = static_cast<unsigned>(field) << 4;
        [[maybe_unused]] unsigned bit = 0;
        ((octet |= (flags ? 1U : 0U) << bit++), ...);
        out_.u8(static_cast<std::uint8_t>(octet));
    }

    constexpr void octets(std::span<const std::uint8_t> field) noexcept { out_.octets(field); }

    void text(std::string_view field) noexcept {
        if (field.size() > 255)
            out_.fail();
        out_.u8(static_cast<std::uint8_t>(field.size()));
        out_.octets({reinterpret_cast<const std::uint8_t*>(field.data()), field.size()});
    }

    void optional_text(std::string_view field) noexcept {
        if (!field.empty())
            text(field);
    }

    constexpr void counted_octets(std::span<const std::uint8_t> field) noexcept {
        if (field.size() > 0xffff)
            out_.fail();
        out_.u16(static_cast<std::uint16_t>(field.size()));
        out_.octets(field);
    }

    template <class Count, class T, std::size_t Capacity>
    constexpr void counted_list(const BoundedList<T, Capacity>& list) noexcept {
        (*this)(static_cast<Count>(list.size()));
        remaining_list(list);
    }

    template <class T, std::size_t Capacity>
    constexpr void remaining_list(const BoundedList<T, Capacity>& list) noexcept {
        for (const T& item : list)
            (*this)(item);
    }

private:
    OctetWriter& out_;
};

/// Reads a whole structure; octets beyond its last field belong to a later version of it, or are padding.
template <class T>
[[nodiscard]] Parsed<T> read_fields(std::span<const std::uint8_t> octets) noexcept {
    T value{};
    FieldReader reader(octets);
    reader(value);
    if (!reader.complete())
        return ParseError::tlv_too_short;
    if (!reader.valid())
        return ParseError::tlv_invalid_value;
    return value;
}

} // namespace wirestamp::ptp
