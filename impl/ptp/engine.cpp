// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/engine.hpp"

#include "impl/ptp/clock.hpp"

namespace wirestamp::ptp {

class Engine::Implementation {
public:
    Implementation(const EngineConfig& config, std::uint64_t seed) : clock(config, seed) {}

    Clock clock;
};

Engine::Engine(const EngineConfig& config, std::uint64_t seed)
    : implementation_(std::make_unique<Implementation>(config, seed)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::start(Now now, Actions& out) {
    Step step{now, out};
    implementation_->clock.start(step);
    implementation_->clock.settle(step);
}

void Engine::stop(Now now, Actions& out) {
    Step step{now, out};
    implementation_->clock.stop(step);
}

void Engine::packet(const Packet& packet, Now now, Actions& out) {
    Step step{now, out};
    implementation_->clock.packet(packet, step);
    implementation_->clock.settle(step);
}

bool Engine::overheard(const Packet& packet) noexcept {
    return implementation_->clock.overheard(packet);
}

void Engine::transmit_stamp(PortNumber port, StampId id, const LocalStamp& stamp, Now now, Actions& out) {
    Step step{now, out};
    if (Port* of = implementation_->clock.port(port))
        of->transmit_stamp(id, stamp, step);
    implementation_->clock.settle(step);
}

void Engine::transmit_failed(PortNumber port, StampId id, std::int32_t os_error, Now now, Actions& out) {
    Step step{now, out};
    if (Port* of = implementation_->clock.port(port))
        of->transmit_failed(id, os_error, step);
    implementation_->clock.settle(step);
}

void Engine::timer(Now now, Actions& out) {
    Step step{now, out};
    implementation_->clock.timer(step);
    implementation_->clock.settle(step);
}

Nanoseconds Engine::next_deadline() const noexcept {
    return implementation_->clock.next_deadline();
}

void Engine::management_client_gone(Route route, std::uint64_t client) noexcept {
    implementation_->clock.management().client_gone(route, client);
}

void Engine::link(PortNumber port, bool up, Now now, Actions& out) {
    Step step{now, out};
    if (Port* of = implementation_->clock.port(port))
        of->link(up, step);
    implementation_->clock.settle(step);
}

void Engine::clock_adjusted(const ClockAdjusted& adjusted, Now now, Actions& out) {
    Step step{now, out};
    implementation_->clock.clock_adjusted(adjusted, step);
    implementation_->clock.settle(step);
}

void Engine::mean_link_delay(PortNumber port, Nanoseconds meanLinkDelay, double neighbor_rate_ratio, Now now,
                             Actions& out) {
    Step step{now, out};
    if (Port* of = implementation_->clock.port(port))
        of->mean_link_delay(meanLinkDelay, neighbor_rate_ratio, step);
    implementation_->clock.settle(step);
}

void Engine::update(const ClockUpdate& update, Now now, Actions& out) {
    Step step{now, out};
    implementation_->clock.update(update, step);
    implementation_->clock.settle(step);
}

void Engine::inaccuracy(const ClockInaccuracy& own) noexcept {
    implementation_->clock.set_inaccuracy(own);
}

const DataSets& Engine::data_sets() const noexcept {
    return implementation_->clock.data();
}

const PortStatistics& Engine::statistics(PortNumber port) const {
    static const PortStatistics nothing;
    const Port* of = implementation_->clock.port(port);
    return of != nullptr ? of->statistics() : nothing;
}

std::uint16_t Engine::number_ports() const noexcept {
    return implementation_->clock.data().defaultDS.numberPorts;
}

} // namespace wirestamp::ptp
