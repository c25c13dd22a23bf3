// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {

template <>
Parsed<OrganizationExtension> read<OrganizationExtension>(const Tlv& tlv) noexcept {
    if (tlv.tlvType != TlvType::organization_extension &&
        tlv.tlvType != TlvType::organization_extension_propagate &&
        tlv.tlvType != TlvType::organization_extension_do_not_propagate)
        return ParseError::tlv_unexpected_type;
    OrganizationExtension extension;
    extension.tlvType = tlv.tlvType;
    constexpr std::size_t identifiers = 6;
    if (tlv.value.size() < identifiers)
        return ParseError::tlv_too_short;
    FieldReader io(tlv.value);
    io(extension.organizationId);
    io(extension.organizationSubType);
    extension.dataField = tlv.value.subspan(identifiers);
    return extension;
}

template <>
Parsed<PathTrace> read<PathTrace>(const Tlv& tlv) noexcept {
    if (tlv.tlvType != TlvType::path_trace)
        return ParseError::tlv_unexpected_type;
    if (tlv.value.size() % 8 != 0)
        return ParseError::tlv_invalid_value;
    return PathTrace(tlv.value);
}

ClockIdentity PathTrace::operator[](std::size_t index) const noexcept {
    if (index >= size())
        return {};
    return OctetReader(octets_.subspan(index * 8)).clock_identity();
}

bool PathTrace::contains(const ClockIdentity& identity) const noexcept {
    for (std::size_t i = 0; i < size(); ++i)
        if ((*this)[i] == identity)
            return true;
    return false;
}

bool append(MessageBuffer& buffer, const OrganizationExtension& extension) noexcept {
    return append_filled(buffer, extension.tlvType, [&](FieldWriter& io) {
        io(extension.organizationId);
        io(extension.organizationSubType);
        io.octets(extension.dataField);
    });
}

bool append_path_trace(MessageBuffer& buffer, const PathTrace& received, const ClockIdentity& own) noexcept {
    return append_filled(buffer, TlvType::path_trace, [&](FieldWriter& io) {
        for (std::size_t i = 0; i < received.size(); ++i)
            io(received[i]);
        io(own);
    });
}

bool append_pad(MessageBuffer& buffer, std::size_t message_size) noexcept {
    constexpr std::size_t tlv_header_size = 4;
    if (message_size < buffer.size() + tlv_header_size || (message_size - buffer.size()) % 2 != 0)
        return false;
    const std::size_t padding = message_size - buffer.size() - tlv_header_size;
    return append_filled(buffer, TlvType::pad, [&](FieldWriter& io) { io.reserved(padding); });
}

} // namespace wirestamp::ptp
