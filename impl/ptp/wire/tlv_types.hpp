// SPDX-License-Identifier: Apache-2.0
//
// The TLVs that the engine understands, as values: unicast negotiation (IEEE 1588-2019 clause 16.1), path
// trace (16.2), alternate timescales (16.3), organization extensions (14.3) with the two of IEEE 802.1AS, and
// PAD (14.4).
//
//     if (tlv.tlvType == TlvType::grant_unicast_transmission)
//         if (const auto grant = read<UnicastGrant>(tlv)) ... grant->durationField ...
//     append(buffer, UnicastRequest{MessageType::announce, 1, 300});

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "impl/ptp/wire/field_io.hpp"
#include "impl/ptp/wire/tlv.hpp"

namespace wirestamp::ptp {

/// Whether a boundary clock that does not understand a TLV of an Announce passes it on (clause 14.2.2.2,
/// table 52). PATH_TRACE is not among them, although it propagates: it is extended at every hop, never
/// copied.
constexpr bool is_forwarded(TlvType type) noexcept {
    const auto number = static_cast<std::uint16_t>(type);
    return type == TlvType::alternate_time_offset_indicator || (number >= 0x4000 && number <= 0x7fff);
}

/// Clause 16.1.4.1.
struct UnicastRequest {
    static constexpr TlvType tlvType = TlvType::request_unicast_transmission;
    MessageType messageType = MessageType::announce;
    std::int8_t logInterMessagePeriod = 0;
    std::uint32_t durationField = 0; ///< seconds
    friend constexpr bool operator==(const UnicastRequest&, const UnicastRequest&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.message_type(self.messageType);
        io(self.logInterMessagePeriod);
        io(self.durationField);
    }
};

/// Clause 16.1.4.2. A durationField of 0 refuses.
struct UnicastGrant {
    static constexpr TlvType tlvType = TlvType::grant_unicast_transmission;
    MessageType messageType = MessageType::announce;
    std::int8_t logInterMessagePeriod = 0;
    std::uint32_t durationField = 0; ///< seconds
    bool renewalInvited = false;
    friend constexpr bool operator==(const UnicastGrant&, const UnicastGrant&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.message_type(self.messageType);
        io(self.logInterMessagePeriod);
        io(self.durationField);
        io.reserved(1);
        io.flags(self.renewalInvited);
    }
};

/// Clause 16.1.4.3. The maintain bits are new in 2019 and say which side of the contract is to live on.
struct UnicastCancel {
    static constexpr TlvType tlvType = TlvType::cancel_unicast_transmission;
    MessageType messageType = MessageType::announce;
    bool maintainRequest = false;
    bool maintainGrant = false;
    friend constexpr bool operator==(const UnicastCancel&, const UnicastCancel&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.message_type(self.messageType, self.maintainRequest, self.maintainGrant);
        io.reserved(1);
    }
};

/// Clause 16.1.4.4.
struct UnicastCancelAcknowledge {
    static constexpr TlvType tlvType = TlvType::acknowledge_cancel_unicast_transmission;
    MessageType messageType = MessageType::announce;
    bool maintainRequest = false;
    bool maintainGrant = false;
    friend constexpr bool operator==(const UnicastCancelAcknowledge&,
                                     const UnicastCancelAcknowledge&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io.message_type(self.messageType, self.maintainRequest, self.maintainGrant);
        io.reserved(1);
    }
};

/// Clause 16.3.3: how to get from PTP time to another timescale. displayName is a view into the datagram.
struct AlternateTimeOffsetIndicator {
    static constexpr TlvType tlvType = TlvType::alternate_time_offset_indicator;
    std::uint8_t keyField = 0;
    std::int32_t currentOffset = 0;   ///< seconds
    std::int32_t jumpSeconds = 0;     ///< seconds
    std::uint64_t timeOfNextJump = 0; ///< 48 bits, seconds of PTP time
    std::string_view displayName{};   ///< at most 10 symbols; any octets when received
    friend constexpr bool operator==(const AlternateTimeOffsetIndicator&,
                                     const AlternateTimeOffsetIndicator&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.keyField);
        io(self.currentOffset);
        io(self.jumpSeconds);
        io.u48(self.timeOfNextJump);
        io.text(self.displayName);
    }
};

/// Clause 16.12: how far the time of the announcing clock may be from that of the grandmaster, by cause; the
/// sum of all clocks on the way. The variances are in s^2.
struct EnhancedAccuracyMetrics {
    static constexpr TlvType tlvType = TlvType::enhanced_accuracy_metrics;
    std::uint8_t bcHopCount = 0; ///< boundary clocks that added their part
    std::uint8_t tcHopCount = 0;
    ScaledNanoseconds maxGmInaccuracy = 0;
    double varGmInaccuracy = 0;
    ScaledNanoseconds maxTransientInaccuracy = 0;
    double varTransientInaccuracy = 0;
    ScaledNanoseconds maxDynamicInaccuracy = 0;
    double varDynamicInaccuracy = 0;
    ScaledNanoseconds maxStaticInstanceInaccuracy = 0;
    double varStaticInstanceInaccuracy = 0;
    ScaledNanoseconds maxStaticMediumInaccuracy = 0;
    double varStaticMediumInaccuracy = 0;
    friend constexpr bool operator==(const EnhancedAccuracyMetrics&,
                                     const EnhancedAccuracyMetrics&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.bcHopCount);
        io(self.tcHopCount);
        io.reserved(2);
        io(self.maxGmInaccuracy);
        io(self.varGmInaccuracy);
        io(self.maxTransientInaccuracy);
        io(self.varTransientInaccuracy);
        io(self.maxDynamicInaccuracy);
        io(self.varDynamicInaccuracy);
        io(self.maxStaticInstanceInaccuracy);
        io(self.varStaticInstanceInaccuracy);
        io(self.maxStaticMediumInaccuracy);
        io(self.varStaticMediumInaccuracy);
    }
};

/// Clause 14.2.6 (PORT_COMMUNICATION_AVAILABILITY): bit masks of what a port can send how.
struct PortCommunicationAvailability {
    static constexpr TlvType tlvType = TlvType::port_communication_availability;
    std::uint8_t syncMessageAvailability = 0;
    std::uint8_t delayRespMessageAvailability = 0;
    friend constexpr bool operator==(const PortCommunicationAvailability&,
                                     const PortCommunicationAvailability&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.syncMessageAvailability);
        io(self.delayRespMessageAvailability);
    }
};

/// Clause 14.3, in any of its three tlvTypes. dataField is a view into the datagram.
struct OrganizationExtension {
    TlvType tlvType = TlvType::organization_extension;
    std::array<std::uint8_t, 3> organizationId{};
    std::array<std::uint8_t, 3> organizationSubType{};
    std::span<const std::uint8_t> dataField{};
};

/// IEEE 802.1AS-2020 clause 11.4.4.3, the information that gPTP puts behind each Follow_Up.
struct FollowUpInformation {
    static constexpr std::array<std::uint8_t, 3> organizationId{0x00, 0x80, 0xc2};
    static constexpr std::array<std::uint8_t, 3> organizationSubType{0, 0, 1};
    std::int32_t cumulativeScaledRateOffset = 0; ///< (rate ratio - 1) * 2^41
    std::uint16_t gmTimeBaseIndicator = 0;
    ScaledNs lastGmPhaseChange{};
    std::int32_t scaledLastGmFreqChange = 0; ///< 2^-41
    friend constexpr bool operator==(const FollowUpInformation&, const FollowUpInformation&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.cumulativeScaledRateOffset);
        io(self.gmTimeBaseIndicator);
        io(self.lastGmPhaseChange);
        io(self.scaledLastGmFreqChange);
    }
};

/// IEEE 802.1AS-2020 clause 10.6.4.3. 127 stops, 126 asks for the initial value, -128 changes nothing.
struct MessageIntervalRequest {
    static constexpr std::array<std::uint8_t, 3> organizationId{0x00, 0x80, 0xc2};
    static constexpr std::array<std::uint8_t, 3> organizationSubType{0, 0, 2};
    std::int8_t linkDelayInterval = 0;
    std::int8_t timeSyncInterval = 0;
    std::int8_t announceInterval = 0;
    std::uint8_t flags = 0; ///< bit 0 computeNeighborRateRatio, bit 1 computeMeanLinkDelay
    friend constexpr bool operator==(const MessageIntervalRequest&, const MessageIntervalRequest&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.linkDelayInterval);
        io(self.timeSyncInterval);
        io(self.announceInterval);
        io(self.flags);
        io.reserved(2);
    }
};

/// The clocks that an Announce has passed through (clause 16.2), in place.
class PathTrace {
public:
    static constexpr TlvType tlvType = TlvType::path_trace;

    constexpr PathTrace() noexcept = default;
    explicit constexpr PathTrace(std::span<const std::uint8_t> pathSequence) noexcept
        : octets_(pathSequence) {}

    constexpr std::size_t size() const noexcept { return octets_.size() / 8; }
    ClockIdentity operator[](std::size_t index) const noexcept;
    bool contains(const ClockIdentity& identity) const noexcept;

private:
    std::span<const std::uint8_t> octets_;
};

/// Reads a TLV as a type that is declared above, by its tlvType and, for organization extensions, its
/// identifiers. tlv_unexpected_type if it is another one.
template <class T>
[[nodiscard]] Parsed<T> read(const Tlv& tlv) noexcept;

template <>
[[nodiscard]] Parsed<OrganizationExtension> read<OrganizationExtension>(const Tlv& tlv) noexcept;
template <>
[[nodiscard]] Parsed<PathTrace> read<PathTrace>(const Tlv& tlv) noexcept;

template <class T>
Parsed<T> read(const Tlv& tlv) noexcept {
    if constexpr (requires { T::organizationId; }) {
        const auto extension = read<OrganizationExtension>(tlv);
        if (!extension)
            return extension.error;
        if (extension->organizationId != T::organizationId ||
            extension->organizationSubType != T::organizationSubType)
            return ParseError::tlv_unexpected_type;
        return read_fields<T>(extension->dataField);
    } else {
        if (tlv.tlvType != T::tlvType)
            return ParseError::tlv_unexpected_type;
        return read_fields<T>(tlv.value);
    }
}

/// Appends a TLV that `fill(FieldWriter&)` writes the value of, made even. False, with the buffer unchanged,
/// if it does not fit.
template <class Fill>
bool append_filled(MessageBuffer& buffer, TlvType type, const Fill& fill) noexcept {
    if (buffer.empty())
        return false;
    constexpr std::size_t length_offset = 2;
    constexpr std::size_t value_offset = 4;
    OctetWriter out(buffer.free_space());
    out.u16(static_cast<std::uint16_t>(type));
    out.u16(0);
    FieldWriter fields(out);
    fill(fields);
    out.zeros(out.size() % 2);
    out.patch_u16(length_offset, static_cast<std::uint16_t>(out.size() - value_offset));
    return out.ok() && buffer.commit(out.size());
}

/// Appends a TLV of a type that is declared above.
template <class T>
bool append(MessageBuffer& buffer, const T& value) noexcept {
    if constexpr (requires { T::organizationId; }) {
        return append_filled(buffer, TlvType::organization_extension, [&](FieldWriter& io) {
            io(T::organizationId);
            io(T::organizationSubType);
            io(value);
        });
    } else {
        return append_filled(buffer, T::tlvType, [&](FieldWriter& io) { io(value); });
    }
}

bool append(MessageBuffer& buffer, const OrganizationExtension& extension) noexcept;

/// Appends a PATH_TRACE of what was received, which may be empty, and this clock.
bool append_path_trace(MessageBuffer& buffer, const PathTrace& received, const ClockIdentity& own) noexcept;

/// Appends a PAD TLV that brings the message to `message_size` octets (clause 14.4.2). False if that is not
/// possible: a TLV takes an even number of octets and at least 4.
bool append_pad(MessageBuffer& buffer, std::size_t message_size) noexcept;

} // namespace wirestamp::ptp
