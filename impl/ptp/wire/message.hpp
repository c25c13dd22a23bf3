// SPDX-License-Identifier: Apache-2.0
//
// The ten PTP messages of IEEE 1588-2019 clause 13 as plain values. Field names are the standard's own. A
// parsed Message is a view: its suffix and octets point into the datagram it was read from.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

/// Clause 13.3. When a message is built, messageType, versionPTP, messageLength and controlField are not
/// taken from here: they follow from the body.
struct Header {
    MessageType messageType = MessageType::sync;
    std::uint8_t majorSdoId = 0;      ///< 4 bits; transportSpecific in 1588-2008
    std::uint8_t versionPTP = 2;      ///< 4 bits
    std::uint8_t minorVersionPTP = 1; ///< 4 bits; 0 in 1588-2008
    std::uint16_t messageLength = 0;
    std::uint8_t domainNumber = 0;
    std::uint8_t minorSdoId = 0;
    std::uint16_t flagField = 0; ///< bits of namespace flag
    ScaledNanoseconds correctionField = 0;
    std::uint32_t messageTypeSpecific = 0;
    PortIdentity sourcePortIdentity{};
    std::uint16_t sequenceId = 0;
    std::uint8_t controlField = 0;
    std::int8_t logMessageInterval = 0x7f;

    constexpr bool has(std::uint16_t flags) const noexcept { return (flagField & flags) == flags; }
    friend constexpr bool operator==(const Header&, const Header&) = default;
};

inline constexpr std::size_t header_size = 34;

struct SyncBody {
    Timestamp originTimestamp{};
    friend constexpr bool operator==(const SyncBody&, const SyncBody&) = default;
};

struct DelayReqBody {
    Timestamp originTimestamp{};
    friend constexpr bool operator==(const DelayReqBody&, const DelayReqBody&) = default;
};

struct PdelayReqBody {
    Timestamp originTimestamp{};
    friend constexpr bool operator==(const PdelayReqBody&, const PdelayReqBody&) = default;
};

struct PdelayRespBody {
    Timestamp requestReceiptTimestamp{};
    PortIdentity requestingPortIdentity{};
    friend constexpr bool operator==(const PdelayRespBody&, const PdelayRespBody&) = default;
};

struct FollowUpBody {
    Timestamp preciseOriginTimestamp{};
    friend constexpr bool operator==(const FollowUpBody&, const FollowUpBody&) = default;
};

struct DelayRespBody {
    Timestamp receiveTimestamp{};
    PortIdentity requestingPortIdentity{};
    friend constexpr bool operator==(const DelayRespBody&, const DelayRespBody&) = default;
};

struct PdelayRespFollowUpBody {
    Timestamp responseOriginTimestamp{};
    PortIdentity requestingPortIdentity{};
    friend constexpr bool operator==(const PdelayRespFollowUpBody&, const PdelayRespFollowUpBody&) = default;
};

struct AnnounceBody {
    Timestamp originTimestamp{};
    std::int16_t currentUtcOffset = 0;
    std::uint8_t grandmasterPriority1 = 0;
    ClockQuality grandmasterClockQuality{};
    std::uint8_t grandmasterPriority2 = 0;
    ClockIdentity grandmasterIdentity{};
    std::uint16_t stepsRemoved = 0;
    TimeSource timeSource = TimeSource::internal_oscillator;
    friend constexpr bool operator==(const AnnounceBody&, const AnnounceBody&) = default;
};

struct SignalingBody {
    PortIdentity targetPortIdentity = any_port_identity;
    friend constexpr bool operator==(const SignalingBody&, const SignalingBody&) = default;
};

struct ManagementBody {
    PortIdentity targetPortIdentity = any_port_identity;
    std::uint8_t startingBoundaryHops = 0;
    std::uint8_t boundaryHops = 0;
    ManagementAction actionField = ManagementAction::get;
    friend constexpr bool operator==(const ManagementBody&, const ManagementBody&) = default;
};

using Body = std::variant<SyncBody, DelayReqBody, PdelayReqBody, PdelayRespBody, FollowUpBody, DelayRespBody,
                          PdelayRespFollowUpBody, AnnounceBody, SignalingBody, ManagementBody>;

/// A message as received. Valid as long as the datagram that it was parsed from.
struct Message {
    Header header{};
    Body body{};
    std::span<const std::uint8_t> suffix{}; ///< the TLVs, already checked to be well-formed (see tlv.hpp)
    std::span<const std::uint8_t> octets{}; ///< the whole message, messageLength octets, without padding

    /// The body if the message is of that type, else null.
    template <class BodyType>
    const BodyType* as() const noexcept {
        return std::get_if<BodyType>(&body);
    }
};

/// Why a datagram, a TLV or a data field was refused. Dense from 0, so that counters can be an array.
enum class ParseError : std::uint8_t {
    none,
    datagram_too_short,              ///< fewer octets than a PTP header
    unsupported_version,             ///< versionPTP is not 2
    unknown_message_type,            ///< a reserved messageType
    message_length_exceeds_datagram, ///< messageLength counts octets that did not arrive
    message_length_too_short,        ///< messageLength ends inside the fixed part of its messageType
    timestamp_out_of_range,          ///< a nanosecondsField of 10^9 or more
    tlv_truncated,                   ///< a TLV reaches past the end of the message
    tlv_odd_length,                  ///< a lengthField that is not even
    tlv_too_short,                   ///< a TLV shorter than the fixed part of its type
    tlv_invalid_value,   ///< a count, length or value inside a TLV contradicts its length or the standard
    tlv_unexpected_type, ///< asked to be read as a type that it is not
};

inline constexpr std::size_t parse_error_count = 12;

/// The enumerator's own spelling, for counters and logs.
std::string_view name(ParseError error) noexcept;

/// A value, or the reason why there is none.
template <class T>
struct Parsed {
    T value{};
    ParseError error = ParseError::none;

    constexpr Parsed(const T& parsed) noexcept : value(parsed) {}
    constexpr Parsed(ParseError reason) noexcept : error(reason) {}

    constexpr explicit operator bool() const noexcept { return error == ParseError::none; }
    constexpr const T& operator*() const noexcept { return value; }
    constexpr const T* operator->() const noexcept { return &value; }
};

} // namespace wirestamp::ptp
