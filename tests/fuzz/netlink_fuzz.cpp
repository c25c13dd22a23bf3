// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer on netlink replies: the input is what a kernel answers to questions about interfaces and
// stamping.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "impl/platform/linux/ethtool_netlink.hpp"
#include "impl/platform/linux/netlink.hpp"

using namespace wirestamp::platform::gnu_linux;

namespace {

/// Messages, their attributes, and attributes in attributes, as deep as they go.
void walk(Bytes rest, int depth) {
    while (const auto attribute = next_attribute(rest)) {
        (void)attribute->text();
        (void)attribute->number<std::uint64_t>();
        (void)read_bitset(attribute->payload);
        if (depth < 6)
            walk(attribute->payload, depth + 1);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input(reinterpret_cast<const std::byte*>(data), size);
    Bytes rest = input;
    while (const auto message = next_message(rest)) {
        walk(message->attributes<std::uint32_t>(), 0);
        walk(message->payload, 0);
    }
    walk(input, 0);
    return 0;
}
