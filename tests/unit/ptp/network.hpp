// SPDX-License-Identifier: Apache-2.0
//
// A few engines on one in-memory network in virtual time: packets take a while, stamps come back a while
// later, and a test may look at, drop, copy, change or forge every packet. Deterministic; no sockets, no
// clocks.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impl/ptp/engine.hpp"
#include "impl/ptp/wire/codec.hpp"

namespace wirestamp::ptp::test {

inline constexpr Nanoseconds ms = 1'000'000;
inline constexpr Nanoseconds second = nanoseconds_per_second;

inline ClockIdentity clock_id(std::uint8_t number) {
    return {{0x02, 0x00, 0x5e, 0xff, 0xfe, 0x00, 0x00, number}};
}

inline Address host(std::uint8_t number, std::uint8_t net = 0) {
    Address address;
    address.family = Family::ipv4;
    address.bytes = {192, 0, static_cast<std::uint8_t>(2 + net), number};
    return address;
}

/// What travels: who sent it, and its octets.
struct Flying {
    std::size_t node = 0;
    PortNumber port = 0;
    SendMessage send;
    std::vector<std::uint8_t> bytes;

    MessageType type() const { return static_cast<MessageType>(bytes[0] & 0x0f); }
    Message message() const { return *parse(bytes); }
};

/// A clock under test with what it did so far. Its PTP clock is `time + offset`.
struct Node {
    Node(const EngineConfig& config, std::uint64_t seed) : engine(config, seed) {
        nets.resize(config.ports.size(), 0);
    }

    Engine engine;
    Nanoseconds offset = 0;
    std::vector<std::size_t> nets; ///< [port - 1]: which segment the port is on
    bool stamps = true;
    bool stamps_minor_version_1 = true;
    bool silent = false; ///< unplugged: neither hears nor is heard
    std::vector<SyncMeasured> syncs;
    std::vector<DelayMeasured> delays;
    std::vector<PeerDelayMeasured> peer_delays;
    std::vector<PortStateChanged> states;
    std::vector<Nanoseconds> state_times; ///< when each of these came
    std::vector<BestMasterChanged> masters;
    std::vector<UpstreamInaccuracy> upstream;
    std::vector<TimePropertiesChanged> times;
    std::vector<Fault> faults;
    std::vector<PortTransport> transports;
    std::vector<Flying> local; ///< to management clients
    std::vector<Flying> sent;
    bool calibrate = true; ///< answers the first whole measurement with clock_adjusted

    PortState state(PortNumber port = 1) const { return engine.data_sets().portDS[port - 1U].portState; }
    const ParentDS& parent() const { return engine.data_sets().parentDS; }
    std::size_t count(FaultKind kind) const {
        std::size_t all = 0;
        for (const Fault& fault : faults)
            all += fault.kind == kind ? fault.count : 0;
        return all;
    }
    std::size_t sent_of(MessageType type) const {
        return static_cast<std::size_t>(
            std::count_if(sent.begin(), sent.end(), [&](const Flying& f) { return f.type() == type; }));
    }
};

class Network {
public:
    Nanoseconds time = 1'000'000 * second;
    Nanoseconds link_delay = 5'000;
    Nanoseconds stamp_delay = 20'000;
    /// May change the packet; false drops it.
    std::function<bool(Flying&)> filter;
    std::function<Nanoseconds(const Flying&)> delay_of;

    Node& add(const EngineConfig& config, std::vector<std::size_t> nets = {}) {
        nodes_.push_back(std::make_unique<Node>(config, 1000 + nodes_.size()));
        Node& node = *nodes_.back();
        for (std::size_t i = 0; i < nets.size(); ++i)
            node.nets[i] = nets[i];
        return node;
    }

    Node& operator[](std::size_t index) { return *nodes_[index]; }

    void start() {
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            start(i);
    }
    void start(std::size_t node) {
        with(node, [&](Engine& engine, Now now, Actions& out) { engine.start(now, out); });
    }

    /// Any input, with its effects taken in.
    template <class Input>
    void with(std::size_t node, const Input& input) {
        actions_.clear();
        input(nodes_[node]->engine, now_of(node), actions_);
        take(node);
    }

    /// A packet out of nowhere.
    void deliver(std::size_t node, PortNumber port, Channel channel, std::span<const std::uint8_t> bytes,
                 const Address& source = host(250), Route route = Route::primary) {
        Packet packet;
        packet.port = port;
        packet.channel = channel;
        packet.route = route;
        packet.source = source;
        packet.bytes = bytes;
        if (channel == Channel::event)
            packet.received = LocalStamp{time + nodes_[node]->offset, time};
        with(node, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
    }

    void deliver(std::size_t node, const Header& header, const Body& body, PortNumber port = 1,
                 const Address& source = host(250)) {
        MessageBuffer buffer;
        build(buffer, header, body);
        deliver(node, port, is_event(message_type(body)) ? Channel::event : Channel::general, buffer.octets(),
                source);
    }

    void run_until(Nanoseconds end) {
        for (;;) {
            Nanoseconds next = never;
            std::size_t due_node = 0;
            bool is_timer = false;
            for (std::size_t i = 0; i < nodes_.size(); ++i)
                if (nodes_[i]->engine.next_deadline() < next) {
                    next = nodes_[i]->engine.next_deadline();
                    due_node = i;
                    is_timer = true;
                }
            const auto event = std::min_element(
                events_.begin(), events_.end(),
                [](const auto& a, const auto& b) { return a.at != b.at ? a.at < b.at : a.order < b.order; });
            if (event != events_.end() && event->at <= next) {
                next = event->at;
                is_timer = false;
            } else if (!is_timer) {
                break;
            }
            if (next > end)
                break;
            time = std::max(time, next);
            if (is_timer) {
                with(due_node, [&](Engine& engine, Now now, Actions& out) { engine.timer(now, out); });
            } else {
                const Event taken = std::move(*event);
                events_.erase(event);
                happen(taken);
            }
        }
        time = std::max(time, end);
    }
    void run_for(Nanoseconds span) { run_until(time + span); }

    /// Runs until `condition` holds; whether it did within `limit`.
    bool run_until_true(const std::function<bool()>& condition, Nanoseconds limit) {
        const Nanoseconds end = time + limit;
        while (time < end) {
            if (condition())
                return true;
            run_for(10 * ms);
        }
        return condition();
    }

private:
    struct Event {
        Nanoseconds at = 0;
        std::uint64_t order = 0;
        std::size_t node = 0;
        PortNumber port = 0;
        bool is_stamp = false;
        StampId id = 0;
        LocalStamp stamp;
        Flying packet;
        Address source;
    };

    Now now_of(std::size_t node) const { return {time, time + nodes_[node]->offset}; }

    void happen(const Event& event) {
        Node& node = *nodes_[event.node];
        if (event.is_stamp) {
            with(event.node, [&](Engine& engine, Now now, Actions& out) {
                engine.transmit_stamp(event.port, event.id, event.stamp, now, out);
            });
            return;
        }
        if (node.silent)
            return;
        Packet packet;
        packet.port = event.port;
        packet.channel = event.packet.send.channel;
        packet.route = event.packet.send.route;
        packet.source = event.source;
        packet.bytes = event.packet.bytes;
        if (packet.channel == Channel::event)
            packet.received = LocalStamp{time + node.offset, time};
        with(event.node, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
    }

    void take(std::size_t index) {
        Node& node = *nodes_[index];
        // A copy: what follows may be the next input.
        const std::vector<Action> list = actions_.list();
        bool measured = false;
        for (const Action& action : list) {
            if (const auto* send = std::get_if<SendMessage>(&action)) {
                const auto payload = actions_.payload(*send);
                dispatch(index, {index, send->port, *send, {payload.begin(), payload.end()}});
            } else if (const auto* sync = std::get_if<SyncMeasured>(&action)) {
                node.syncs.push_back(*sync);
                measured = true;
            } else if (const auto* delay = std::get_if<DelayMeasured>(&action)) {
                node.delays.push_back(*delay);
            } else if (const auto* peer = std::get_if<PeerDelayMeasured>(&action)) {
                node.peer_delays.push_back(*peer);
            } else if (const auto* state = std::get_if<PortStateChanged>(&action)) {
                node.states.push_back(*state);
                node.state_times.push_back(time);
            } else if (const auto* master = std::get_if<BestMasterChanged>(&action)) {
                node.masters.push_back(*master);
            } else if (const auto* upstream = std::get_if<UpstreamInaccuracy>(&action)) {
                node.upstream.push_back(*upstream);
            } else if (const auto* times = std::get_if<TimePropertiesChanged>(&action)) {
                node.times.push_back(*times);
            } else if (const auto* fault = std::get_if<Fault>(&action)) {
                node.faults.push_back(*fault);
            } else if (const auto* transport = std::get_if<PortTransport>(&action)) {
                node.transports.push_back(*transport);
            }
        }
        if (measured && node.calibrate) {
            const SyncMeasured& sync = node.syncs.back();
            ClockAdjusted adjusted;
            adjusted.offsetFromMaster = sync.t2.time - sync.t1 - sync.correction / 65536;
            adjusted.calibrated = !node.delays.empty() || !node.peer_delays.empty();
            actions_.clear();
            node.engine.clock_adjusted(adjusted, now_of(index), actions_);
            take(index);
        }
    }

    void dispatch(std::size_t index, Flying flying) {
        Node& node = *nodes_[index];
        if (flying.port == 0) {
            node.local.push_back(std::move(flying));
            return;
        }
        if (flying.send.wants_stamp && node.stamps && !node.silent &&
            (node.stamps_minor_version_1 || (flying.bytes[1] >> 4) == 0)) {
            Event event;
            event.at = time + stamp_delay;
            event.order = order_++;
            event.node = index;
            event.port = flying.port;
            event.is_stamp = true;
            event.id = flying.send.stamp_id;
            event.stamp = {time + node.offset, time};
            events_.push_back(event);
        }
        node.sent.push_back(flying);
        if (node.silent || (filter && !filter(flying)))
            return;
        const std::size_t net = node.nets[flying.port - 1U];
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            for (std::size_t p = 0; p < nodes_[i]->nets.size(); ++p) {
                if (nodes_[i]->nets[p] != net || (i == index && p + 1U == flying.port))
                    continue;
                const Address own = host(static_cast<std::uint8_t>(i + 1), static_cast<std::uint8_t>(net));
                if (flying.send.route == Route::unicast && flying.send.address.bytes != own.bytes)
                    continue;
                Event event;
                event.at = time + (delay_of ? delay_of(flying) : link_delay);
                event.order = order_++;
                event.node = i;
                event.port = static_cast<PortNumber>(p + 1);
                event.packet = flying;
                event.source = host(static_cast<std::uint8_t>(index + 1), static_cast<std::uint8_t>(net));
                event.source.port = flying.send.channel == Channel::event ? 319 : 320;
                events_.push_back(event);
            }
    }

    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<Event> events_;
    Actions actions_;
    std::uint64_t order_ = 0;
};

inline EngineConfig clock_config(std::uint8_t number, std::size_t ports = 1) {
    EngineConfig config;
    config.clockIdentity = clock_id(number);
    config.ports.resize(ports);
    return config;
}

} // namespace wirestamp::ptp::test
