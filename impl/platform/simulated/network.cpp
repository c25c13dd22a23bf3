// SPDX-License-Identifier: Apache-2.0
//
// The way of a frame: out of an adapter, over links and bridges, into the sockets of other hosts, and the
// stamps that are taken on the way.

#include <algorithm>
#include <cstring>

#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

namespace {

constexpr std::uint16_t event_port = 319;
constexpr std::uint16_t general_port = 320;
constexpr std::uint8_t hop_limit = 16;                  // ends what goes round in a ring of bridges
constexpr std::size_t learned_addresses = 1024;         // of a bridge
constexpr double frame_overhead = 8 + 14 + 28 + 4 + 12; // preamble, Ethernet, IP and UDP, check, gap

bool is_ptp_v2(const Frame& frame) {
    return frame.size >= 34 && (frame.data[1] & 0x0F) == 2 &&
           (frame.destination.port == event_port || frame.destination.port == general_port);
}

bool is_event_message(const Frame& frame) {
    return is_ptp_v2(frame) && frame.destination.port == event_port && (frame.data[0] & 0x0F) < 4;
}

void add_to_correction(Frame& frame, ScaledNanoseconds span) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i < 16; ++i)
        value = value << 8 | frame.data[i];
    value = static_cast<std::uint64_t>(saturating_add(static_cast<std::int64_t>(value), span));
    for (std::size_t i = 16; i > 8; --i) {
        frame.data[i - 1] = static_cast<std::uint8_t>(value);
        value >>= 8;
    }
}

} // namespace

bool same_network(const Address& a, const Address& b, std::uint8_t prefix_length) noexcept {
    if (a.family != b.family)
        return false;
    std::size_t bits = prefix_length;
    for (std::size_t i = 0; i < a.bytes.size() && bits > 0; ++i) {
        const std::size_t here = std::min<std::size_t>(bits, 8);
        const auto mask = static_cast<std::uint8_t>(0xFF00u >> here);
        if (((a.bytes[i] ^ b.bytes[i]) & mask) != 0)
            return false;
        bits -= here;
    }
    return true;
}

std::uint32_t State::copy_frame(std::uint32_t frame) {
    const std::uint32_t number = frames.acquire();
    const Frame& from = frames[frame];
    Frame& to = frames[number];
    static_cast<FrameHeader&>(to) = from;
    std::memcpy(to.data.data(), from.data.data(), from.size);
    return number;
}

void State::drop_frame(std::uint32_t frame) {
    ++counters.frames_lost;
    frames.release(frame);
}

bool State::link_up(const Adapter& adapter) const {
    if (!adapter.present || !adapter.administratively_up || adapter.link == none)
        return false;
    const LinkModel& link = *links[adapter.link];
    if (link.cut)
        return false;
    const End& far = link.ends[1 - adapter.side];
    if (far.kind == End::Kind::bridge)
        return true;
    return adapters[far.number]->present && adapters[far.number]->administratively_up;
}

bool State::stamps_in_hardware(const Adapter& adapter, const Frame& frame, bool transmit) const {
    using namespace hardware_flag;
    const std::uint32_t active = adapter.active_hardware;
    if (active == 0)
        return false;
    if ((active & (transmit ? all_transmit : all_receive)) != 0)
        return true;
    const bool v4 = frame.destination.family == Family::ipv4;
    if (is_ptp_v2(frame)) {
        const std::uint32_t any =
            transmit
                ? (v4 ? ptp_v2_over_udp_ipv4_all_message_transmit : ptp_v2_over_udp_ipv6_all_message_transmit)
                : (v4 ? ptp_v2_over_udp_ipv4_all_message_receive : ptp_v2_over_udp_ipv6_all_message_receive);
        if ((active & any) != 0)
            return true;
    }
    if (!is_event_message(frame))
        return false;
    const std::uint32_t event =
        transmit
            ? (v4 ? ptp_v2_over_udp_ipv4_event_message_transmit : ptp_v2_over_udp_ipv6_event_message_transmit)
            : (v4 ? ptp_v2_over_udp_ipv4_event_message_receive : ptp_v2_over_udp_ipv6_event_message_receive);
    return (active & event) != 0;
}

Nanoseconds State::wire_start(std::uint32_t link, std::uint8_t side, Nanoseconds t) const {
    return std::max(t, links[link]->directions[side].busy_until);
}

void State::depart(Adapter& adapter, std::uint32_t number, Nanoseconds t) {
    if (!link_up(adapter)) {
        drop_frame(number);
        return;
    }
    Frame& frame = frames[number];
    if (frame.stamp_wanted) {
        const Nanoseconds start = wire_start(adapter.link, adapter.side, t);
        const StampMode mode = sockets.generation(frame.socket) == frame.socket_generation
                                   ? sockets[frame.socket].options.stamps
                                   : StampMode::none;
        PendingStamp pending{frame.socket, frame.socket_generation, {}};
        pending.stamp.id = frame.stamp_id;
        if ((mode == StampMode::software || mode == StampMode::both) &&
            (adapter.supported.software & software_flag::all_transmit) != 0) {
            pending.stamp.software = frame.software;
            give_stamp(pending);
            pending.stamp.software = {};
        }
        if ((mode == StampMode::hardware || mode == StampMode::both) &&
            stamps_in_hardware(adapter, frame, true)) {
            pending.stamp.hardware = hardware_stamp(adapter, start, adapter.egress_error);
            if (!adapter.fault_random.chance(adapter.transmit_stamp_loss)) {
                const double delay = std::max(0.0, adapter.transmit_stamp_delay.sample(t));
                const Nanoseconds ready = start + floor_to_integer(delay);
                if (ready <= now) {
                    give_stamp(pending);
                } else {
                    const std::uint32_t slot = pending_stamps.acquire();
                    pending_stamps[slot] = pending;
                    schedule(ready, {Event::Kind::transmit_stamp, slot, 0, 0});
                }
            }
        }
        frame.stamp_wanted = false;
    }
    transmit(adapter.link, adapter.side, number, t);
}

void State::give_stamp(const PendingStamp& pending) {
    if (sockets.generation(pending.socket) != pending.socket_generation)
        return;
    SocketState& socket = sockets[pending.socket];
    if (socket.stamps.full()) {
        ++socket.counters.transmit_stamps_dropped;
        return;
    }
    socket.stamps.push(pending.stamp);
    socket.update_readiness();
    make_ready(socket.readiness);
}

void State::forward(std::uint32_t link, std::uint8_t side, std::uint32_t number) {
    Bridge& bridge = *bridges[links[link]->ends[side].number];
    Frame& frame = frames[number];
    if (bridge.parameters.transparent_clock && is_event_message(frame)) {
        const Nanoseconds residence = wire_start(link, side, now) - frame.bridge_entry;
        const double measured = static_cast<double>(residence) + bridge.oscillator.error(now) -
                                bridge.oscillator.error(frame.bridge_entry);
        add_to_correction(frame, floor_to_integer(std::min(measured, 1e14) * 65536.0 + 0.5));
    }
    transmit(link, side, number, now);
}

void State::transmit(std::uint32_t number, std::uint8_t side, std::uint32_t frame, Nanoseconds t) {
    LinkModel& link = *links[number];
    DirectionState& direction = link.directions[side];
    const LinkDirection& p = direction.parameters;
    if (link.cut) {
        drop_frame(frame);
        return;
    }
    Nanoseconds start = t;
    Nanoseconds length = 0;
    if (p.bits_per_second > 0) {
        start = std::max(t, direction.busy_until);
        length = floor_to_integer((static_cast<double>(frames[frame].size) + frame_overhead) * 8e9 /
                                  p.bits_per_second);
        direction.busy_until = start + length;
    }
    frames[frame].on_wire = length;
    // Drawn for lost frames, too, so that loss does not shift what the others meet.
    const double random = direction.jitter.sample(start);
    const double delay = std::max(0.0, static_cast<double>(p.delay) + random);
    Nanoseconds arrival = start + length + floor_to_integer(delay + 0.5);
    if (direction.fault_random.chance(p.loss)) {
        drop_frame(frame);
        return;
    }
    if (direction.fault_random.chance(p.reordering)) {
        arrival += p.reordering_delay;
    } else if (p.keeps_order) {
        arrival = std::max(arrival, direction.last_arrival);
        direction.last_arrival = arrival;
    }
    const std::uint32_t target = number * 2 + side;
    if (direction.fault_random.chance(p.duplication))
        schedule(arrival, {Event::Kind::arrival, target, 0, copy_frame(frame)});
    schedule(arrival, {Event::Kind::arrival, target, 0, frame});
}

void State::arrive(std::uint32_t number, std::uint8_t from_side, std::uint32_t frame) {
    const LinkModel& link = *links[number];
    const auto side = static_cast<std::uint8_t>(1 - from_side);
    if (link.cut) {
        drop_frame(frame);
        return;
    }
    const End& end = link.ends[side];
    if (end.kind == End::Kind::adapter) {
        arrive_at_adapter(*adapters[end.number], frame);
        return;
    }
    arrive_at_bridge(*bridges[end.number], link.bridge_ports[side], frame);
}

void State::arrive_at_bridge(Bridge& bridge, std::uint32_t port, std::uint32_t number) {
    Frame& frame = frames[number];
    if (++frame.hops > hop_limit) {
        drop_frame(number);
        return;
    }
    frame.bridge_entry = now - frame.on_wire; // like all stamps, of the frame's start (clause 7.3.4.1)
    const auto known_from = [&bridge](const Address& address, std::uint32_t& hint) {
        if (hint < bridge.learned.size() && same_host(bridge.learned[hint].address, address))
            return hint;
        const auto known =
            std::find_if(bridge.learned.begin(), bridge.learned.end(),
                         [&](const Bridge::Learned& l) { return same_host(l.address, address); });
        if (known != bridge.learned.end())
            hint = static_cast<std::uint32_t>(known - bridge.learned.begin());
        return known != bridge.learned.end() ? hint : none;
    };
    BridgePort& in = bridge.ports[port];
    if (const std::uint32_t known = known_from(frame.source, in.last_source); known != none)
        bridge.learned[known].port = port;
    else if (bridge.learned.size() < learned_addresses)
        bridge.learned.push_back({frame.source, port});

    std::uint32_t first = 0;
    auto last = static_cast<std::uint32_t>(bridge.ports.size()) - 1;
    if (!is_multicast(frame.destination))
        if (const std::uint32_t known = known_from(frame.destination, in.last_destination); known != none)
            first = last = bridge.learned[known].port;
    if (last == port && last > first)
        --last;
    for (std::uint32_t i = first; i <= last; ++i) {
        if (i == port)
            continue;
        const double random = bridge.residence.sample(now);
        const double residence = std::max(0.0, static_cast<double>(bridge.parameters.residence) + random);
        const BridgePort& out = bridge.ports[i];
        schedule(now + floor_to_integer(residence + 0.5),
                 {Event::Kind::forward, out.link * 2 + out.side, 0, i == last ? number : copy_frame(number)});
    }
    if (last == port)
        frames.release(number);
}

void State::arrive_at_adapter(Adapter& adapter, std::uint32_t number) {
    if (!adapter.present || !adapter.administratively_up) {
        drop_frame(number);
        return;
    }
    Host& host = *hosts[adapter.host];
    if (host.asleep) {
        drop_frame(number);
        return;
    }
    Frame& frame = frames[number];
    if (!is_multicast(frame.destination) && !is_local(host, frame.destination)) {
        frames.release(number); // a bridge flooded it; it is for somebody else
        return;
    }
    frame.hardware = {};
    if (stamps_in_hardware(adapter, frame, false))
        frame.hardware = hardware_stamp(adapter, now, adapter.ingress_error - frame.on_wire);
    Nanoseconds up = now;
    if (!host.receive_delay.none()) {
        up += std::max<Nanoseconds>(0, floor_to_integer(host.receive_delay.sample(now)));
        up = std::max(up, adapter.last_delivery);
        adapter.last_delivery = up;
    }
    if (up > now) {
        schedule(up, {Event::Kind::deliver, adapter.number, 0, number});
        return;
    }
    deliver(host, adapter.number, adapter.interface_index, number);
}

bool State::is_local(const Host& host, const Address& address) const {
    for (const std::uint32_t number : host.adapters) {
        const Adapter& adapter = *adapters[number];
        if (!adapter.present)
            continue;
        for (const AdapterAddress& own : adapter.addresses)
            if (same_host(own.address, address))
                return true;
    }
    return false;
}

void State::deliver(Host& host, std::uint32_t adapter, std::uint32_t interface_index, std::uint32_t number) {
    const Frame& frame = frames[number];
    const bool multicast = is_multicast(frame.destination);
    std::uint32_t best = none; // the last one gets the frame itself, the others of a group copies
    int best_score = -1;
    for (const std::uint32_t candidate : host.sockets) {
        const SocketState& socket = sockets[candidate];
        if (socket.local.port != frame.destination.port || socket.local.family != frame.destination.family)
            continue;
        if (socket.adapter != none &&
            (socket.adapter != adapter || socket.incarnation != adapters[adapter]->incarnation))
            continue;
        const bool any = is_unspecified(socket.local);
        if (!any && !same_host(socket.local, frame.destination))
            continue;
        if (multicast) {
            const bool member =
                std::any_of(socket.memberships.begin(), socket.memberships.end(), [&](const Membership& m) {
                    return m.adapter == adapter && same_host(m.group, frame.destination);
                });
            if (member) {
                if (best != none)
                    give(host, best, interface_index, copy_frame(number));
                best = candidate;
            }
            continue;
        }
        // Of several sockets on one unicast port the most closely bound gets it, among equals the latest.
        const int score = (any ? 0 : 1) + (socket.adapter != none ? 2 : 0);
        if (score >= best_score) {
            best_score = score;
            best = candidate;
        }
    }
    if (best != none)
        give(host, best, interface_index, number);
    else
        frames.release(number);
}

void State::give(Host& host, std::uint32_t number, std::uint32_t interface_index, std::uint32_t frame) {
    SocketState& socket = sockets[number];
    if (socket.received.full()) {
        ++socket.counters.receive_drops;
        drop_frame(frame);
        return;
    }
    ++counters.frames_delivered;
    if (socket.options.stamps == StampMode::software || socket.options.stamps == StampMode::both)
        frames[frame].software = software_stamp(host, now);
    socket.received.push({frame, interface_index});
    socket.update_readiness();
    make_ready(socket.readiness);
}

} // namespace wirestamp::platform::simulated
