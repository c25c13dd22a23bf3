// SPDX-License-Identifier: Apache-2.0
//
// wst_address and the library's own Address.

#pragma once

#include <algorithm>
#include <cstring>

#include "impl/base/address.hpp"
#include "impl/base/multicast.hpp"
#include "wirestamp/interface.h"

namespace wirestamp::abi {

inline wst_address translate(const Address& address) noexcept {
    wst_address out;
    out.family = static_cast<std::uint8_t>(address.family);
    out.reserved = 0;
    out.port = address.port;
    out.scope_id = address.scope_id;
    std::memcpy(out.bytes, address.bytes.data(), sizeof out.bytes);
    return out;
}

inline Address translate(const wst_address& address) noexcept {
    Address out;
    out.family = address.family == WST_FAMILY_IPV4   ? Family::ipv4
                 : address.family == WST_FAMILY_IPV6 ? Family::ipv6
                                                     : Family::none;
    out.port = address.port;
    std::copy_n(address.bytes, out.family == Family::ipv4 ? 4 : 16, out.bytes.begin());
    out.scope_id = out.family == Family::ipv6 || is_multicast(out) ? address.scope_id : 0;
    return out;
}

} // namespace wirestamp::abi
