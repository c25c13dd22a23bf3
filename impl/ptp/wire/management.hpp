// SPDX-License-Identifier: Apache-2.0
//
// The TLVs of Management messages (IEEE 1588-2019 clause 15.5). The data fields by managementId are in
// management_data.hpp and management_linuxptp.hpp.

#pragma once

#include <span>
#include <string_view>

#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {

/// A MANAGEMENT TLV (clause 15.5.2). dataField is a view into the datagram, and to be ignored in a GET: `pmc`
/// fills it with zeros.
struct ManagementTlv {
    ManagementId managementId = ManagementId::null_management;
    std::span<const std::uint8_t> dataField{};
};

/// Clause 15.5.4. displayData is a view into the datagram; empty if absent.
struct ManagementErrorStatus {
    static constexpr TlvType tlvType = TlvType::management_error_status;
    ManagementErrorId managementErrorId = ManagementErrorId::general_error;
    ManagementId managementId = ManagementId::null_management;
    std::string_view displayData{};
    friend constexpr bool operator==(const ManagementErrorStatus&, const ManagementErrorStatus&) = default;

    template <class Self, class Io>
    static void fields(Self& self, Io& io) noexcept {
        io(self.managementErrorId);
        io(self.managementId);
        io.reserved(4);
        io.optional_text(self.displayData);
    }
};

template <>
[[nodiscard]] Parsed<ManagementTlv> read<ManagementTlv>(const Tlv& tlv) noexcept;

/// Appends a MANAGEMENT TLV as it is: for ids without data, and to send on what is not understood.
bool append(MessageBuffer& buffer, const ManagementTlv& tlv) noexcept;

namespace management {

/// Reads the dataField as one of the structures of management_data.hpp or management_linuxptp.hpp.
template <class Data>
[[nodiscard]] Parsed<Data> read(const ManagementTlv& tlv) noexcept {
    if (tlv.managementId != Data::managementId)
        return ParseError::tlv_unexpected_type;
    return read_fields<Data>(tlv.dataField);
}

/// Appends a MANAGEMENT TLV with its data.
template <class Data>
bool append(MessageBuffer& buffer, const Data& data) noexcept {
    return append_filled(buffer, TlvType::management, [&](FieldWriter& io) {
        io(Data::managementId);
        io(data);
    });
}

} // namespace management
} // namespace wirestamp::ptp
