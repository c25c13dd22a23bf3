// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/wire/codec.hpp"

#include <utility>

#include "impl/ptp/wire/octets.hpp"
#include "impl/ptp/wire/tlv.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::size_t message_length_offset = 2;

bool in_range(const Timestamp& timestamp) noexcept {
    return timestamp.nanosecondsField < nanoseconds_per_second;
}

Header read_header(OctetReader& in) noexcept {
    Header header;
    const std::uint8_t first = in.u8();
    header.majorSdoId = static_cast<std::uint8_t>(first >> 4);
    header.messageType = static_cast<MessageType>(first & 0x0f);
    const std::uint8_t second = in.u8();
    header.minorVersionPTP = static_cast<std::uint8_t>(second >> 4);
    header.versionPTP = second & 0x0f;
    header.messageLength = in.u16();
    header.domainNumber = in.u8();
    header.minorSdoId = in.u8();
    header.flagField = in.u16();
    header.correctionField = in.i64();
    header.messageTypeSpecific = in.u32();
    header.sourcePortIdentity = in.port_identity();
    header.sequenceId = in.u16();
    header.controlField = in.u8();
    header.logMessageInterval = in.i8();
    return header;
}

/// Table 42: for receivers of 1588-2002 and -2008, which look at it; newer ones must not.
std::uint8_t control_field(MessageType type) noexcept {
    switch (type) {
        case MessageType::sync:
            return 0;
        case MessageType::delay_req:
            return 1;
        case MessageType::follow_up:
            return 2;
        case MessageType::delay_resp:
            return 3;
        case MessageType::management:
            return 4;
        default:
            return 5;
    }
}

void write_header(OctetWriter& out, const Header& header, MessageType type) noexcept {
    out.u8(static_cast<std::uint8_t>((header.majorSdoId << 4) | static_cast<std::uint8_t>(type)));
    out.u8(static_cast<std::uint8_t>((header.minorVersionPTP << 4) | 2));
    out.u16(static_cast<std::uint16_t>(fixed_size(type)));
    out.u8(header.domainNumber);
    out.u8(header.minorSdoId);
    out.u16(header.flagField);
    out.i64(header.correctionField);
    out.u32(header.messageTypeSpecific);
    out.port_identity(header.sourcePortIdentity);
    out.u16(header.sequenceId);
    out.u8(control_field(type));
    out.i8(header.logMessageInterval);
}

/// One overload a body, so that a body without one does not compile.
struct BodyReader {
    OctetReader& in;

    bool read(SyncBody& body) noexcept {
        body.originTimestamp = in.timestamp();
        return in_range(body.originTimestamp);
    }
    bool read(DelayReqBody& body) noexcept {
        body.originTimestamp = in.timestamp();
        return in_range(body.originTimestamp);
    }
    bool read(PdelayReqBody& body) noexcept {
        body.originTimestamp = in.timestamp();
        in.skip(10);
        return in_range(body.originTimestamp);
    }
    bool read(PdelayRespBody& body) noexcept {
        body.requestReceiptTimestamp = in.timestamp();
        body.requestingPortIdentity = in.port_identity();
        return in_range(body.requestReceiptTimestamp);
    }
    bool read(FollowUpBody& body) noexcept {
        body.preciseOriginTimestamp = in.timestamp();
        return in_range(body.preciseOriginTimestamp);
    }
    bool read(DelayRespBody& body) noexcept {
        body.receiveTimestamp = in.timestamp();
        body.requestingPortIdentity = in.port_identity();
        return in_range(body.receiveTimestamp);
    }
    bool read(PdelayRespFollowUpBody& body) noexcept {
        body.responseOriginTimestamp = in.timestamp();
        body.requestingPortIdentity = in.port_identity();
        return in_range(body.responseOriginTimestamp);
    }
    bool read(AnnounceBody& body) noexcept {
        body.originTimestamp = in.timestamp();
        body.currentUtcOffset = in.i16();
        in.skip(1);
        body.grandmasterPriority1 = in.u8();
        body.grandmasterClockQuality = in.clock_quality();
        body.grandmasterPriority2 = in.u8();
        body.grandmasterIdentity = in.clock_identity();
        body.stepsRemoved = in.u16();
        body.timeSource = static_cast<TimeSource>(in.u8());
        return in_range(body.originTimestamp);
    }
    bool read(SignalingBody& body) noexcept {
        body.targetPortIdentity = in.port_identity();
        return true;
    }
    bool read(ManagementBody& body) noexcept {
        body.targetPortIdentity = in.port_identity();
        body.startingBoundaryHops = in.u8();
        body.boundaryHops = in.u8();
        body.actionField = static_cast<ManagementAction>(in.u8() & 0x0f);
        in.skip(1);
        return true;
    }
};

struct BodyWriter {
    OctetWriter& out;

    void operator()(const SyncBody& body) const noexcept { out.timestamp(body.originTimestamp); }
    void operator()(const DelayReqBody& body) const noexcept { out.timestamp(body.originTimestamp); }
    void operator()(const PdelayReqBody& body) const noexcept {
        out.timestamp(body.originTimestamp);
        out.zeros(10);
    }
    void operator()(const PdelayRespBody& body) const noexcept {
        out.timestamp(body.requestReceiptTimestamp);
        out.port_identity(body.requestingPortIdentity);
    }
    void operator()(const FollowUpBody& body) const noexcept { out.timestamp(body.preciseOriginTimestamp); }
    void operator()(const DelayRespBody& body) const noexcept {
        out.timestamp(body.receiveTimestamp);
        out.port_identity(body.requestingPortIdentity);
    }
    void operator()(const PdelayRespFollowUpBody& body) const noexcept {
        out.timestamp(body.responseOriginTimestamp);
        out.port_identity(body.requestingPortIdentity);
    }
    void operator()(const AnnounceBody& body) const noexcept {
        out.timestamp(body.originTimestamp);
        out.i16(body.currentUtcOffset);
        out.u8(0);
        out.u8(body.grandmasterPriority1);
        out.clock_quality(body.grandmasterClockQuality);
        out.u8(body.grandmasterPriority2);
        out.clock_identity(body.grandmasterIdentity);
        out.u16(body.stepsRemoved);
        out.u8(static_cast<std::uint8_t>(body.timeSource));
    }
    void operator()(const SignalingBody& body) const noexcept { out.port_identity(body.targetPortIdentity); }
    void operator()(const ManagementBody& body) const noexcept {
        out.port_identity(body.targetPortIdentity);
        out.u8(body.startingBoundaryHops);
        out.u8(body.boundaryHops);
        out.u8(static_cast<std::uint8_t>(body.actionField) & 0x0f);
        out.u8(0);
    }
};

/// std::visit may throw by its signature, and nothing on this path may.
template <std::size_t... Index>
void write_body(OctetWriter& out, const Body& body, std::index_sequence<Index...>) noexcept {
    const BodyWriter write{out};
    ((body.index() == Index ? write(*std::get_if<Index>(&body)) : void()), ...);
}

template <class BodyType>
bool read_into(Message& message, OctetReader& in) noexcept {
    return BodyReader{in}.read(message.body.emplace<BodyType>());
}

bool read_body(Message& message, OctetReader& in) noexcept {
    switch (message.header.messageType) {
        case MessageType::sync:
            return read_into<SyncBody>(message, in);
        case MessageType::delay_req:
            return read_into<DelayReqBody>(message, in);
        case MessageType::pdelay_req:
            return read_into<PdelayReqBody>(message, in);
        case MessageType::pdelay_resp:
            return read_into<PdelayRespBody>(message, in);
        case MessageType::follow_up:
            return read_into<FollowUpBody>(message, in);
        case MessageType::delay_resp:
            return read_into<DelayRespBody>(message, in);
        case MessageType::pdelay_resp_follow_up:
            return read_into<PdelayRespFollowUpBody>(message, in);
        case MessageType::announce:
            return read_into<AnnounceBody>(message, in);
        case MessageType::signaling:
            return read_into<SignalingBody>(message, in);
        case MessageType::management:
            return read_into<ManagementBody>(message, in);
    }
    return false;
}

} // namespace

std::size_t fixed_size(MessageType type) noexcept {
    switch (type) {
        case MessageType::sync:
        case MessageType::delay_req:
        case MessageType::follow_up:
        case MessageType::signaling:
            return 44;
        case MessageType::pdelay_req:
        case MessageType::pdelay_resp:
        case MessageType::delay_resp:
        case MessageType::pdelay_resp_follow_up:
            return 54;
        case MessageType::announce:
            return 64;
        case MessageType::management:
            return 48;
    }
    return 0;
}

MessageType message_type(const Body& body) noexcept {
    constexpr std::array<MessageType, std::variant_size_v<Body>> types = {MessageType::sync,
                                                                          MessageType::delay_req,
                                                                          MessageType::pdelay_req,
                                                                          MessageType::pdelay_resp,
                                                                          MessageType::follow_up,
                                                                          MessageType::delay_resp,
                                                                          MessageType::pdelay_resp_follow_up,
                                                                          MessageType::announce,
                                                                          MessageType::signaling,
                                                                          MessageType::management};
    return types[body.index()];
}

Parsed<Message> parse(std::span<const std::uint8_t> datagram) noexcept {
    // The version comes first, so that short PTPv1 or foreign datagrams are counted as what they are.
    if (datagram.size() >= 2 && (datagram[1] & 0x0f) != 2)
        return ParseError::unsupported_version;
    if (datagram.size() < header_size)
        return ParseError::datagram_too_short;

    Message message;
    OctetReader in(datagram);
    message.header = read_header(in);
    const std::size_t fixed = fixed_size(message.header.messageType);
    if (fixed == 0)
        return ParseError::unknown_message_type;
    const std::size_t length = message.header.messageLength;
    if (length > datagram.size())
        return ParseError::message_length_exceeds_datagram;
    if (length < fixed)
        return ParseError::message_length_too_short;
    if (!read_body(message, in))
        return ParseError::timestamp_out_of_range;

    message.octets = datagram.first(length);
    message.suffix = message.octets.subspan(fixed);
    if (const ParseError error = check_suffix(message.suffix); error != ParseError::none)
        return error;
    return message;
}

std::size_t build(std::span<std::uint8_t> out, const Header& header, const Body& body) noexcept {
    OctetWriter writer(out);
    write_header(writer, header, message_type(body));
    write_body(writer, body, std::make_index_sequence<std::variant_size_v<Body>>{});
    return writer.ok() ? writer.size() : 0;
}

bool build(MessageBuffer& buffer, const Header& header, const Body& body) noexcept {
    buffer.clear();
    const std::size_t size = build(buffer.free_space(), header, body);
    return size != 0 && buffer.commit(size);
}

std::span<const std::uint8_t> MessageBuffer::octets_with_padding(std::size_t padding) noexcept {
    const std::size_t room = std::min(padding, maximum_size - size_);
    for (std::size_t i = 0; i < room; ++i)
        octets_[size_ + i] = 0;
    return {octets_.data(), size_ + room};
}

bool MessageBuffer::commit(std::size_t count) noexcept {
    if (count > capacity_ - size_ || size_ + count < header_size)
        return false;
    size_ += count;
    octets_[message_length_offset] = static_cast<std::uint8_t>(size_ >> 8);
    octets_[message_length_offset + 1] = static_cast<std::uint8_t>(size_ & 0xff);
    return true;
}

} // namespace wirestamp::ptp
