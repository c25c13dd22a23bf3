// SPDX-License-Identifier: Apache-2.0
//
// A plan made real: the simulated network with a PTP clock in a context of its own on every host, and a
// hostile host that listens, repeats and forges.

#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/plan.hpp"

namespace swarm {

struct Node {
    const NodePlan* plan = nullptr;
    Context context;
    PtpConfig config;
    wst_ptp* ptp = nullptr; // closed with its context, or by restart()
    bool running = false;

    wst_ptp_status status() const;
    wst_ptp_time now() const;
    wst_ptp_port_status port(std::size_t number) const;
};

/// Repeats what it heard long after, and sends what nobody should believe. It knows no secret and every
/// clock.
class Attacker {
public:
    Attacker(wst_simulation* network, const std::string& host, bool ipv6, std::uint64_t seed);
    void act();

private:
    struct Heard {
        std::vector<std::uint8_t> bytes;
        bool event = false;
    };
    void listen();
    void send(const Heard& message);

    Random random_;
    bool ipv6_;
    Context context_;
    wst_socket* sockets_[2] = {}; // event, general; closed with the context
    std::deque<Heard> heard_;
};

class World {
public:
    explicit World(const Plan& plan);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void run_until(std::int64_t time);
    void perform(const EventPlan& event);
    void restart(Node& node);
    /// Closes every clock and context and lets what is under way arrive.
    void close();

    std::vector<Node>& nodes() { return nodes_; }
    wst_simulation* network() { return network_.get(); }
    Attacker* attacker() { return attacker_ ? &*attacker_ : nullptr; }
    wst_simulation_counters counters() const;

private:
    void open(Node& node);

    const Plan& plan_;
    Simulation network_;
    std::vector<Node> nodes_;
    std::optional<Attacker> attacker_;
};

} // namespace swarm
