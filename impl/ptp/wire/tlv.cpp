// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/wire/tlv.hpp"

#include <algorithm>

#include "impl/ptp/wire/octets.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::size_t tlv_header_size = 4;

Parsed<Tlv> first_tlv(std::span<const std::uint8_t> suffix) noexcept {
    OctetReader in(suffix);
    Tlv tlv;
    tlv.tlvType = static_cast<TlvType>(in.u16());
    const std::size_t length = in.u16();
    tlv.value = in.take(length);
    if (!in.ok())
        return ParseError::tlv_truncated;
    if (length % 2 != 0)
        return ParseError::tlv_odd_length;
    tlv.octets = suffix.first(tlv_header_size + length);
    return tlv;
}

} // namespace

ParseError check_suffix(std::span<const std::uint8_t> suffix) noexcept {
    while (suffix.size() >= tlv_header_size) {
        const auto tlv = first_tlv(suffix);
        if (!tlv)
            return tlv.error;
        suffix = suffix.subspan(tlv->octets.size());
    }
    const bool zero =
        std::all_of(suffix.begin(), suffix.end(), [](std::uint8_t octet) { return octet == 0; });
    return zero ? ParseError::none : ParseError::tlv_truncated;
}

Tlvs::Iterator& Tlvs::Iterator::operator++() noexcept {
    const auto tlv = first_tlv(rest_);
    current_ = tlv ? *tlv : Tlv{};
    rest_ = rest_.subspan(current_.octets.size());
    return *this;
}

Tlv Tlvs::find(TlvType type) const noexcept {
    for (const Tlv& tlv : *this)
        if (tlv.tlvType == type)
            return tlv;
    return {};
}

bool append_tlv(MessageBuffer& buffer, TlvType type, std::span<const std::uint8_t> value) noexcept {
    const std::size_t padding = value.size() % 2;
    if (buffer.empty() || value.size() > MessageBuffer::maximum_size)
        return false;
    OctetWriter out(buffer.free_space());
    out.u16(static_cast<std::uint16_t>(type));
    out.u16(static_cast<std::uint16_t>(value.size() + padding));
    out.octets(value);
    out.zeros(padding);
    return out.ok() && buffer.commit(out.size());
}

} // namespace wirestamp::ptp
