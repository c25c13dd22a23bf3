// SPDX-License-Identifier: Apache-2.0
//
// What one client hears of all the others where delay requests go to everybody: known by a few octets, and
// counted as packet() would count it, without a message taken apart, a stamp converted or a clock read.

#include <cstring>

#include "impl/ptp/clock.hpp"

namespace wirestamp::ptp {

bool Clock::overheard(const Packet& packet) noexcept {
    constexpr std::size_t delay_req_size = 44;
    constexpr std::size_t delay_resp_size = 54;
    constexpr std::size_t identity_size = 8;
    const auto octets = packet.bytes;
    if (octets.size() < delay_req_size || !running_ || decision_wanted_)
        return false;
    const auto type = static_cast<MessageType>(octets[0] & 0x0f);
    const bool request = type == MessageType::delay_req && packet.channel == Channel::event;
    const bool response = type == MessageType::delay_resp && packet.channel == Channel::general;
    const std::size_t size = request ? delay_req_size : delay_resp_size;
    if ((!request && !response) || octets.size() < size)
        return false;
    Port* port = this->port(packet.port);
    if (port == nullptr || !port->takes_part())
        return false;
    const PortDS& set = port->data();
    if (request && (set.portState == PortState::master || set.delayMechanism == DelayMechanism::p2p))
        return false;

    // Whatever is out of the ordinary goes the long way: other versions, TLVs, other domains, our own.
    const auto word = [&](std::size_t at) { return octets[at] << 8 | octets[at + 1]; };
    const auto is_ours = [&](std::size_t at) {
        return std::memcmp(&octets[at], data_.defaultDS.clockIdentity.octets.data(), identity_size) == 0;
    };
    const std::uint32_t nanoseconds =
        static_cast<std::uint32_t>(word(40)) << 16 | static_cast<std::uint32_t>(word(42));
    const bool ordinary = (octets[1] & 0x0f) == 2 && word(2) == static_cast<int>(size) &&
                          octets[0] >> 4 == port->config().transportSpecific &&
                          (octets[1] >> 4 == 0 || octets[5] == data_.defaultDS.minorSdoId) &&
                          octets[4] == data_.defaultDS.domainNumber && nanoseconds < 1'000'000'000 &&
                          !is_ours(20);
    if (!ordinary || (response && is_ours(44)))
        return false;
    PortStatistics& statistics = port->statistics();
    ++statistics.received[static_cast<std::size_t>(type)];
    statistics.discard(request ? Discard::wrong_state : Discard::not_for_us);
    return true;
}

} // namespace wirestamp::ptp
