// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer on the wire codec. An input is tried as a whole datagram and as the TLV suffix of a message whose
// lengths are right, because random lengths seldom are.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/fuzz/wire_exercise.hpp"

using namespace wirestamp::ptp;

namespace {

void must_hold(std::span<const std::uint8_t> datagram) {
    if (!exercise::datagram(datagram)) {
        std::fputs("an invariant of tests/fuzz/wire_exercise.hpp does not hold for this input\n", stderr);
        std::abort();
    }
}

void as_suffix(const Body& body, std::span<const std::uint8_t> suffix) {
    MessageBuffer message;
    if (!build(message, Header{}, body) || suffix.size() > message.free_space().size())
        return;
    std::vector<std::uint8_t> datagram(message.octets().begin(), message.octets().end());
    datagram.insert(datagram.end(), suffix.begin(), suffix.end());
    datagram[2] = static_cast<std::uint8_t>(datagram.size() >> 8);
    datagram[3] = static_cast<std::uint8_t>(datagram.size() & 0xff);
    must_hold(datagram);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> input(data, size);
    must_hold(input);
    as_suffix(AnnounceBody{}, input);
    as_suffix(ManagementBody{}, input);
    return 0;
}
