// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "impl/base/address.hpp"

namespace wirestamp {

inline bool is_multicast(const Address& address) noexcept {
    return address.family == Family::ipv4   ? (address.bytes[0] & 0xf0) == 0xe0
           : address.family == Family::ipv6 ? address.bytes[0] == 0xff
                                            : false;
}

} // namespace wirestamp
