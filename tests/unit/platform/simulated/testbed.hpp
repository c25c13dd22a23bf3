// SPDX-License-Identifier: Apache-2.0
//
// A context's worth of loop on a simulated host, and short ways to say what a test sends.

#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "impl/platform/simulated/world.hpp"

namespace wirestamp::platform::simulated::testbed {

struct Station {
    explicit Station(World& world, HostId host) : platform(world.platform(host)) {
        loop = platform->make_loop({&mutex, [this] { ++rounds; }, {}});
    }
    std::mutex mutex;
    int rounds = 0;
    std::unique_ptr<Platform> platform;
    std::unique_ptr<Loop> loop;
};

inline Address address(const std::string& text, std::uint16_t port = 0) {
    Address a = parse_address(text).value();
    a.port = port;
    return a;
}

struct Packet {
    std::string text;
    Address source;
    Address destination;
    Stamp hardware;
    Stamp software;
    std::uint32_t interface_index = 0;
};

inline std::vector<Packet> take(DatagramSocket& socket) {
    std::vector<Packet> all;
    std::array<std::uint8_t, 2048> buffer{};
    std::array<Received, 1> batch;
    batch[0].buffer = buffer;
    while (socket.receive(batch) == 1) {
        const Received& r = batch[0];
        all.push_back({std::string(reinterpret_cast<const char*>(buffer.data()), r.size), r.source,
                       r.destination, r.hardware, r.software, r.interface_index});
    }
    return all;
}

inline std::vector<TransmitStamp> take_stamps(DatagramSocket& socket) {
    std::array<TransmitStamp, 16> batch;
    const int count = socket.take_transmit_stamps(batch);
    return {batch.begin(), batch.begin() + count};
}

inline int send(DatagramSocket& socket, const std::string& text, const Address& to,
                std::optional<std::uint32_t> stamp_id = {}) {
    const Outgoing out{{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, to, stamp_id};
    return socket.send(std::span(&out, 1));
}

inline AdapterParameters at(const std::string& text) {
    AdapterParameters p;
    p.addresses = {text};
    p.stamps_enabled = true;
    return p;
}

inline SocketOptions on(const std::string& interface, std::uint16_t port,
                        StampMode stamps = StampMode::both) {
    SocketOptions o;
    o.interface = interface;
    o.port = port;
    o.stamps = stamps;
    return o;
}

} // namespace wirestamp::platform::simulated::testbed
