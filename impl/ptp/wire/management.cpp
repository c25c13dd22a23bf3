// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/wire/management.hpp"

namespace wirestamp::ptp {

template <>
Parsed<ManagementTlv> read<ManagementTlv>(const Tlv& tlv) noexcept {
    constexpr std::size_t id_size = 2;
    if (tlv.tlvType != TlvType::management)
        return ParseError::tlv_unexpected_type;
    if (tlv.value.size() < id_size)
        return ParseError::tlv_too_short;
    ManagementTlv management;
    FieldReader io(tlv.value);
    io(management.managementId);
    management.dataField = tlv.value.subspan(id_size);
    return management;
}

bool append(MessageBuffer& buffer, const ManagementTlv& tlv) noexcept {
    return append_filled(buffer, TlvType::management, [&](FieldWriter& io) {
        io(tlv.managementId);
        io.octets(tlv.dataField);
    });
}

} // namespace wirestamp::ptp
