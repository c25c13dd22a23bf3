// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cstring>

namespace swarm {

wst_ptp_status Node::status() const {
    wst_ptp_status status = WST_PTP_STATUS_INIT;
    must("status of " + plan->name,
         [&](wst_error* error) { return wst_ptp_status_get(ptp, &status, error); });
    return status;
}

wst_ptp_time Node::now() const {
    wst_ptp_time time = WST_PTP_TIME_INIT;
    must("time of " + plan->name, [&](wst_error* error) { return wst_ptp_now(ptp, &time, error); });
    return time;
}

wst_ptp_port_status Node::port(std::size_t number) const {
    wst_ptp_port_status port = WST_PTP_PORT_STATUS_INIT;
    must("port of " + plan->name, [&](wst_error* error) {
        return wst_ptp_port_status_get(ptp, static_cast<std::uint32_t>(number), &port, error);
    });
    return port;
}

Attacker::Attacker(wst_simulation* network, const std::string& host, bool ipv6, std::uint64_t seed)
    : random_(seed ^ 0xa77ac), ipv6_(ipv6), context_(live_on(network, host)) {
    for (int i = 0; i < 2; ++i) {
        wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
        options.stamps = WST_STAMPS_NONE;
        must("an address", [&](wst_error* error) {
            return wst_address_parse(ipv6 ? "::" : "0.0.0.0", &options.local, error);
        });
        options.local.port = static_cast<std::uint16_t>(319 + i);
        wst_interface interface = WST_INTERFACE_INIT;
        must("the attacker's interface",
             [&](wst_error* error) { return wst_interface_find(context_.get(), "eth0", &interface, error); });
        options.interface_id = interface.id;
        must("the attacker's socket", [&](wst_error* error) {
            return wst_socket_open(context_.get(), &options, &sockets_[i], error);
        });
        wst_address group;
        must("a group", [&](wst_error* error) {
            return wst_address_parse(ipv6 ? "ff0e::181" : "224.0.1.129", &group, error);
        });
        must("join", [&](wst_error* error) { return wst_socket_join(sockets_[i], &group, error); });
    }
}

void Attacker::listen() {
    std::uint8_t buffer[1500];
    for (int i = 0; i < 2; ++i)
        for (int n = 0; n < 200; ++n) {
            wst_datagram datagram;
            std::memset(&datagram, 0, sizeof(datagram));
            datagram.struct_size = sizeof(datagram);
            datagram.data = buffer;
            datagram.capacity = sizeof(buffer);
            if (wst_socket_receive(sockets_[i], &datagram, 0, nullptr) != WST_OK)
                break;
            heard_.push_back({{buffer, buffer + datagram.size}, i == 0});
        }
    while (heard_.size() > 300)
        heard_.pop_front();
}

void Attacker::send(const Heard& message) {
    wst_outgoing out = WST_OUTGOING_INIT;
    must("a group", [&](wst_error* error) {
        return wst_address_parse(ipv6_ ? "ff0e::181" : "224.0.1.129", &out.destination, error);
    });
    out.destination.port = message.event ? 319 : 320;
    out.data = message.bytes.data();
    out.size = static_cast<std::uint32_t>(message.bytes.size());
    // It may find no way out while its cable is cut.
    wst_socket_send(sockets_[message.event ? 0 : 1], &out, nullptr);
}

void Attacker::act() {
    listen();
    if (heard_.empty())
        return;
    const auto any = [&] {
        return heard_[static_cast<std::size_t>(random_.below(static_cast<int>(heard_.size())))];
    };
    // Now and then a stretch of what was said long ago, in its order and all at once.
    if (random_.chance(0.2)) {
        const int stretch = std::min(30, static_cast<int>(heard_.size()));
        const int first = random_.below(static_cast<int>(heard_.size()) - stretch + 1);
        for (int i = first; i < first + stretch; ++i)
            send(Heard(heard_[static_cast<std::size_t>(i)]));
    }
    const int count = random_.between(1, 20);
    for (int i = 0; i < count; ++i) {
        Heard message = any();
        if (message.bytes.size() < 44)
            continue;
        switch (random_.below(4)) {
            case 0: // again, as it was
                break;
            case 1: { // garbled
                const int changes = random_.between(1, 6);
                for (int c = 0; c < changes; ++c)
                    message.bytes[static_cast<std::size_t>(random_.below(
                        static_cast<int>(message.bytes.size())))] = static_cast<std::uint8_t>(random_.bits());
                // Not so that it is a well-made message of another clock: only a key could tell that from a
                // true one.
                message.bytes[20 + static_cast<std::size_t>(random_.below(8))] ^= 0x55;
                message.bytes[0] = static_cast<std::uint8_t>((message.bytes[0] & 0xf0) | random_.below(16));
                if ((message.bytes[0] & 0x0f) == 0x0b)
                    message.bytes[0] ^= 0x04;
                break;
            }
            case 2: // cut short
                message.bytes.resize(
                    static_cast<std::size_t>(random_.between(1, static_cast<int>(message.bytes.size()) - 1)));
                break;
            default: // time from a clock that nobody follows
                message.bytes[27] ^= 0x77;
                if ((message.bytes[0] & 0x0f) == 0x0b)
                    continue;
                for (std::size_t at = 34; at < 44; ++at)
                    message.bytes[at] = static_cast<std::uint8_t>(random_.bits());
                break;
        }
        send(message);
    }
}

World::World(const Plan& plan) : plan_(plan), network_(make_simulation(plan.seed)) {
    wst_simulation* net = network_.get();
    for (const SegmentPlan& segment : plan.segments)
        for (const std::string& name : segment.bridges) {
            wst_simulation_bridge bridge = WST_SIMULATION_BRIDGE_INIT;
            bridge.flags = segment.transparent ? WST_SIMULATION_TRANSPARENT_CLOCK : 0;
            must("bridge", [&](wst_error* error) {
                return wst_simulation_add_bridge(net, name.c_str(), &bridge, error);
            });
        }
    for (const NodePlan& node : plan.nodes) {
        wst_simulation_host host = WST_SIMULATION_HOST_INIT;
        host.oscillator.drift = node.drift;
        host.oscillator.wander = node.wander;
        host.realtime_offset = node.offset;
        if (plan.software) {
            host.transmit_delay.kind = host.receive_delay.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
            host.transmit_delay.scale = host.receive_delay.scale = 3000;
        }
        must("host",
             [&](wst_error* error) { return wst_simulation_add_host(net, node.name.c_str(), &host, error); });
        for (std::size_t i = 0; i < node.ports.size(); ++i) {
            wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
            adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
            adapter.addresses = node.ports[i].addresses.c_str();
            adapter.clock_of = i == 0 ? nullptr : "eth0";
            if (i == 0) {
                adapter.oscillator.drift = node.drift;
                adapter.oscillator.wander = node.wander;
                adapter.clock_offset = node.offset;
                adapter.stamp_noise = 3;
            }
            must("adapter", [&](wst_error* error) {
                return wst_simulation_add_adapter(net, node.name.c_str(), node.ports[i].adapter.c_str(),
                                                  &adapter, error);
            });
        }
    }
    for (const LinkPlan& link : plan.links)
        must("link", [&](wst_error* error) {
            return wst_simulation_connect(net, link.name.c_str(), link.first.c_str(), link.second.c_str(),
                                          &link.parameters, error);
        });
    nodes_.resize(plan.nodes.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        Node& node = nodes_[i];
        node.plan = &plan.nodes[i];
        node.context = live_on(net, node.plan->name, plan.seed * 1000 + i + 1);
        wst_ptp_config* config = nullptr;
        must("configuration", [&](wst_error* error) { return wst_ptp_config_create(&config, error); });
        node.config.reset(config);
        for (const PortPlan& port : node.plan->ports)
            must("port", [&](wst_error* error) {
                return wst_ptp_config_add_port(config, port.adapter.c_str(), error);
            });
        for (const auto& [name, value] : node.plan->options)
            must(name + " " + value, [&](wst_error* error) {
                return wst_ptp_config_set(config, name.c_str(), value.c_str(), error);
            });
        open(node);
    }
    if (plan.attacked && !plan.segments[0].bridges.empty()) {
        must("attacker",
             [&](wst_error* error) { return wst_simulation_add_host(net, "eve", nullptr, error); });
        wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
        adapter.addresses = "10.0.0.250/24, 2001:db8:0::250/64, fe80::0:250/64";
        must("attacker", [&](wst_error* error) {
            return wst_simulation_add_adapter(net, "eve", "eth0", &adapter, error);
        });
        must("attacker", [&](wst_error* error) {
            return wst_simulation_connect(net, "l-eve", "eve/eth0", plan.segments[0].bridges[0].c_str(),
                                          nullptr, error);
        });
        attacker_.emplace(net, "eve", plan.ipv6, plan.seed);
    }
}

World::~World() = default;

void World::open(Node& node) {
    must("open " + node.plan->name, [&](wst_error* error) {
        return wst_ptp_open(node.context.get(), node.config.get(), &node.ptp, error);
    });
    must("start " + node.plan->name, [&](wst_error* error) { return wst_ptp_start(node.ptp, error); });
    node.running = true;
}

void World::restart(Node& node) {
    if (node.ptp)
        must("close " + node.plan->name, [&](wst_error* error) { return wst_ptp_close(node.ptp, error); });
    node.ptp = nullptr;
    node.running = false;
    wst_error error = WST_ERROR_INIT;
    // With its adapter pulled out it cannot open; whoever runs it tries again.
    if (wst_ptp_open(node.context.get(), node.config.get(), &node.ptp, &error) != WST_OK)
        return;
    must("start " + node.plan->name, [&](wst_error* e) { return wst_ptp_start(node.ptp, e); });
    node.running = true;
}

void World::run_until(std::int64_t time) {
    must("run", [&](wst_error* error) {
        return wst_simulation_run(network_.get(), std::max<std::int64_t>(0, time - time_of(network_.get())),
                                  error);
    });
}

void World::perform(const EventPlan& event) {
    Node* node = event.node < 0 ? nullptr : &nodes_[static_cast<std::size_t>(event.node)];
    switch (event.act) {
        case Act::statement: {
            wst_error error = WST_ERROR_INIT;
            const wst_status status = wst_simulation_apply(network_.get(), event.text.c_str(), &error);
            // What is pulled out cannot be changed; everything else is a mistake of the plan.
            if (status == WST_E_PARSE || status == WST_E_INVALID_ARGUMENT || status == WST_E_RANGE)
                throw Failed(event.text + ": " + error.message);
            break;
        }
        case Act::restart:
            restart(*node);
            break;
        case Act::pause:
            if (node->ptp && node->running)
                must("stop", [&](wst_error* error) { return wst_ptp_stop(node->ptp, error); });
            node->running = false;
            break;
        case Act::resume:
            if (!node->ptp)
                restart(*node);
            else if (!node->running)
                must("start", [&](wst_error* error) { return wst_ptp_start(node->ptp, error); });
            node->running = node->ptp != nullptr;
            break;
        case Act::priority:
            if (node->ptp)
                must("set priority1", [&](wst_error* error) {
                    return wst_ptp_set(node->ptp, "priority1", event.text.c_str(), error);
                });
            break;
    }
}

void World::close() {
    attacker_.reset();
    for (Node& node : nodes_) {
        if (node.ptp)
            must("close " + node.plan->name,
                 [&](wst_error* error) { return wst_ptp_close(node.ptp, error); });
        node.ptp = nullptr;
        wst_context* context = node.context.release();
        must("close a context", [&](wst_error* error) { return wst_context_close(context, error); });
    }
    run_until(time_of(network_.get()) + 60 * second);
}

wst_simulation_counters World::counters() const {
    wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
    must("counters",
         [&](wst_error* error) { return wst_simulation_counters_get(network_.get(), &counters, error); });
    return counters;
}

} // namespace swarm
