// SPDX-License-Identifier: Apache-2.0
//
// Bounded big-endian reading and writing, octet by octet, so that neither alignment nor the host's byte order
// nor a lying length can matter. Failure is sticky: a caller reads or writes a whole structure and asks once
// at the end.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

class OctetReader {
public:
    explicit constexpr OctetReader(std::span<const std::uint8_t> octets) noexcept : octets_(octets) {}

    /// False once anything was asked for beyond the end; all values since then are zero.
    constexpr bool ok() const noexcept { return ok_; }
    constexpr std::size_t remaining() const noexcept { return octets_.size() - position_; }

    constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(unsigned_number<1>()); }
    constexpr std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(unsigned_number<2>()); }
    constexpr std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(unsigned_number<4>()); }
    constexpr std::uint64_t u48() noexcept { return unsigned_number<6>(); }
    constexpr std::uint64_t u64() noexcept { return unsigned_number<8>(); }
    constexpr std::int8_t i8() noexcept { return static_cast<std::int8_t>(u8()); }
    constexpr std::int16_t i16() noexcept { return static_cast<std::int16_t>(u16()); }
    constexpr std::int32_t i32() noexcept { return static_cast<std::int32_t>(u32()); }
    constexpr std::int64_t i64() noexcept { return static_cast<std::int64_t>(u64()); }

    constexpr std::uint64_t little_u64() noexcept {
        const auto octets = take(8);
        std::uint64_t value = 0;
        for (std::size_t i = octets.size(); i > 0; --i)
            value = (value << 8) | octets[i - 1];
        return value;
    }

    /// The next octets as a view, or an empty one if fewer remain.
    constexpr std::span<const std::uint8_t> take(std::size_t count) noexcept {
        if (!ok_ || remaining() < count) {
            ok_ = false;
            return {};
        }
        const auto taken = octets_.subspan(position_, count);
        position_ += count;
        return taken;
    }

    constexpr std::span<const std::uint8_t> rest() noexcept { return take(remaining()); }
    constexpr void skip(std::size_t count) noexcept { take(count); }

    constexpr ClockIdentity clock_identity() noexcept {
        ClockIdentity identity;
        const auto octets = take(identity.octets.size());
        for (std::size_t i = 0; i < octets.size(); ++i)
            identity.octets[i] = octets[i];
        return identity;
    }

    constexpr PortIdentity port_identity() noexcept {
        PortIdentity identity;
        identity.clockIdentity = clock_identity();
        identity.portNumber = u16();
        return identity;
    }

    constexpr Timestamp timestamp() noexcept {
        Timestamp timestamp;
        timestamp.secondsField = u48();
        timestamp.nanosecondsField = u32();
        return timestamp;
    }

    constexpr ClockQuality clock_quality() noexcept {
        ClockQuality quality;
        quality.clockClass = u8();
        quality.clockAccuracy = static_cast<ClockAccuracy>(u8());
        quality.offsetScaledLogVariance = u16();
        return quality;
    }

private:
    /// The width is a template parameter so that the compiler can make one load of the loop.
    template <std::size_t Width>
    constexpr std::uint64_t unsigned_number() noexcept {
        const auto octets = take(Width);
        if (octets.size() < Width)
            return 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < Width; ++i)
            value = (value << 8) | octets[i];
        return value;
    }

    std::span<const std::uint8_t> octets_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

class OctetWriter {
public:
    explicit constexpr OctetWriter(std::span<std::uint8_t> octets) noexcept : octets_(octets) {}

    /// False once anything did not fit; nothing is written from then on.
    constexpr bool ok() const noexcept { return ok_; }
    constexpr std::size_t size() const noexcept { return position_; }
    constexpr void fail() noexcept { ok_ = false; }

    constexpr void u8(std::uint8_t value) noexcept { unsigned_number<1>(value); }
    constexpr void u16(std::uint16_t value) noexcept { unsigned_number<2>(value); }
    constexpr void u32(std::uint32_t value) noexcept { unsigned_number<4>(value); }
    constexpr void u48(std::uint64_t value) noexcept { unsigned_number<6>(value); }
    constexpr void u64(std::uint64_t value) noexcept { unsigned_number<8>(value); }
    constexpr void i8(std::int8_t value) noexcept { u8(static_cast<std::uint8_t>(value)); }
    constexpr void i16(std::int16_t value) noexcept { u16(static_cast<std::uint16_t>(value)); }
    constexpr void i32(std::int32_t value) noexcept { u32(static_cast<std::uint32_t>(value)); }
    constexpr void i64(std::int64_t value) noexcept { u64(static_cast<std::uint64_t>(value)); }

    constexpr void little_u64(std::uint64_t value) noexcept {
        for (int i = 0; i < 8; ++i, value >>= 8)
            u8(static_cast<std::uint8_t>(value & 0xff));
    }

    constexpr void octets(std::span<const std::uint8_t> values) noexcept {
        if (!reserve(values.size()))
            return;
        for (const std::uint8_t value : values)
            octets_[position_++] = value;
    }

    constexpr void zeros(std::size_t count) noexcept {
        if (!reserve(count))
            return;
        for (std::size_t i = 0; i < count; ++i)
            octets_[position_++] = 0;
    }

    constexpr void clock_identity(const ClockIdentity& identity) noexcept { octets(identity.octets); }

    constexpr void port_identity(const PortIdentity& identity) noexcept {
        clock_identity(identity.clockIdentity);
        u16(identity.portNumber);
    }

    constexpr void timestamp(const Timestamp& timestamp) noexcept {
        u48(timestamp.secondsField);
        u32(timestamp.nanosecondsField);
    }

    constexpr void clock_quality(const ClockQuality& quality) noexcept {
        u8(quality.clockClass);
        u8(static_cast<std::uint8_t>(quality.clockAccuracy));
        u16(quality.offsetScaledLogVariance);
    }

    /// Puts a number where room was left for it before.
    constexpr void patch_u16(std::size_t at, std::uint16_t value) noexcept {
        if (!ok_ || position_ < 2 || at > position_ - 2)
            return;
        octets_[at] = static_cast<std::uint8_t>(value >> 8);
        octets_[at + 1] = static_cast<std::uint8_t>(value & 0xff);
    }

private:
    constexpr bool reserve(std::size_t count) noexcept {
        ok_ = ok_ && octets_.size() - position_ >= count;
        return ok_;
    }

    template <std::size_t Width>
    constexpr void unsigned_number(std::uint64_t value) noexcept {
        if (!reserve(Width))
            return;
        const auto place = octets_.subspan(position_).template first<Width>();
        for (std::size_t i = 0; i < Width; ++i)
            place[i] = static_cast<std::uint8_t>((value >> (8 * (Width - 1 - i))) & 0xff);
        position_ += Width;
    }

    std::span<std::uint8_t> octets_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

} // namespace wirestamp::ptp
