// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/clock.hpp"

#include <algorithm>
#include <limits>

#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::uint8_t client_only_class = 255; // clause 9.2.2.1
constexpr std::uint8_t worst_priority = 255;

DataSets initial_data_sets(const EngineConfig& config) {
    DataSets sets;
    DefaultDS& ds = sets.defaultDS;
    ds.clockIdentity = config.clockIdentity;
    ds.numberPorts = static_cast<std::uint16_t>(config.ports.size());
    ds.clockQuality = config.clockQuality;
    ds.priority1 = config.priority1;
    ds.priority2 = config.priority2;
    ds.domainNumber = config.domainNumber;
    ds.slaveOnly = config.clientOnly;
    ds.minorSdoId = config.minorSdoId;
    ds.localPriority = config.localPriority;
    ds.maxStepsRemoved = config.maxStepsRemoved;
    if (ds.slaveOnly)
        ds.clockQuality.clockClass = client_only_class;
    sets.portDS.resize(config.ports.size());
    sets.path_trace.reserve(ForeignMaster::suffix_capacity / 8);
    return sets;
}

} // namespace

Clock::Clock(const EngineConfig& config, std::uint64_t seed)
    : config_(config), data_(initial_data_sets(config)), management_(*this) {
    external_grandmaster_.gmIdentity = config.clockIdentity;
    forwarded_.reserve(ForeignMaster::suffix_capacity);
    path_octets_.reserve(ForeignMaster::suffix_capacity);
    Random seeds(seed);
    ports_.reserve(config_.ports.size());
    for (const PortConfig& port : config_.ports)
        ports_.push_back(
            std::make_unique<Port>(*this, static_cast<PortNumber>(ports_.size() + 1), port, seeds.next()));
    decisions_.resize(ports_.size());
}

Port* Clock::port(PortNumber number) noexcept {
    return number >= 1 && number <= ports_.size() ? ports_[number - 1U].get() : nullptr;
}

const Port* Clock::port(PortNumber number) const noexcept {
    return number >= 1 && number <= ports_.size() ? ports_[number - 1U].get() : nullptr;
}

void Clock::start(Step& step) {
    if (running_)
        return;
    running_ = true;
    parent_known_ = false;
    be_grandmaster(step);
    for (const auto& port : ports_)
        port->start(step);
}

void Clock::stop(Step& step) {
    if (!running_)
        return;
    for (const auto& port : ports_)
        port->stop(step);
    running_ = false;
    decision_wanted_ = false;
}

// ---- messages

bool Clock::belongs_here(const Message& message, const Packet& packet, Port& port, Step& step) {
    const Header& header = message.header;
    PortStatistics& statistics = port.statistics();
    const PortConfig& config = port.config();
    if (!config.ignore_transport_specific) {
        // A clock of 2008 has a reserved octet where minorSdoId is now (clause 7.1.4).
        const bool minor_differs =
            header.minorVersionPTP > 0 && header.minorSdoId != data_.defaultDS.minorSdoId;
        if (header.majorSdoId != config.transportSpecific || minor_differs) {
            statistics.discard(Discard::other_sdo);
            return false;
        }
    }
    if (header.domainNumber != data_.defaultDS.domainNumber) {
        statistics.discard(Discard::other_domain);
        return false;
    }
    if (is_event(header.messageType) != (packet.channel == Channel::event)) {
        statistics.discard(Discard::wrong_channel);
        return false;
    }
    if (header.sourcePortIdentity.clockIdentity == data_.defaultDS.clockIdentity) {
        const Address& own = config.protocolAddress;
        const bool elsewhere = header.sourcePortIdentity == port.identity() && own.family != Family::none &&
                               own.family == packet.source.family && !same_host(own, packet.source);
        if (elsewhere)
            port.fault(FaultKind::duplicate_identity, step);
        statistics.discard(elsewhere ? Discard::duplicate_identity : Discard::own_message);
        return false;
    }
    return true;
}

void Clock::packet(const Packet& packet, Step& step) {
    if (!running_)
        return;
    if (packet.port == 0)
        return local_management(packet, step);
    Port* port = this->port(packet.port);
    if (port == nullptr)
        return;
    const auto message = parse(packet.bytes);
    if (!message) {
        ++port->statistics().malformed[static_cast<std::size_t>(message.error)];
        return;
    }
    ++port->statistics().received[static_cast<std::size_t>(message->header.messageType)];
    if (!belongs_here(*message, packet, *port, step))
        return;
    if (const auto* body = message->as<ManagementBody>(); body != nullptr && port->listens())
        management_.message(*message, *body, packet, port, step);
    else
        port->message(*message, packet, step);
}

void Clock::local_management(const Packet& packet, Step& step) {
    const auto message = parse(packet.bytes);
    if (!message || message->header.domainNumber != data_.defaultDS.domainNumber)
        return;
    if (const auto* body = message->as<ManagementBody>())
        management_.message(*message, *body, packet, nullptr, step);
}

void Clock::timer(Step& step) {
    if (!running_)
        return;
    for (const auto& port : ports_)
        port->timer(step);
}

Nanoseconds Clock::next_deadline() const noexcept {
    Nanoseconds deadline = never;
    if (running_)
        for (const auto& port : ports_)
            deadline = std::min(deadline, port->next_deadline());
    return deadline;
}

// ---- the state decision

Dataset Clock::own_dataset() const noexcept {
    const DefaultDS& ds = data_.defaultDS;
    Dataset dataset;
    dataset.priority1 = announced_priority1();
    dataset.identity = ds.clockIdentity;
    dataset.quality = ds.clockQuality;
    dataset.priority2 = ds.priority2;
    dataset.localPriority = ds.localPriority;
    dataset.sender = {ds.clockIdentity, 0};
    dataset.receiver = {ds.clockIdentity, 0};
    if (ds.slaveOnly) {
        // Whoever may not be master has nothing to compare with: every master is better.
        dataset.quality = {client_only_class, static_cast<ClockAccuracy>(0xff), 0xffff};
        dataset.priority2 = worst_priority;
        dataset.localPriority = worst_priority;
        dataset.identity = any_clock;
    }
    return dataset;
}

std::uint8_t Clock::announced_priority1() const noexcept {
    return data_.defaultDS.slaveOnly || !config_.gmCapable ? worst_priority : data_.defaultDS.priority1;
}

void Clock::settle(Step& step) {
    // A decision may make another one necessary, but not without end.
    constexpr int rounds = 4;
    for (int round = 0; decision_wanted_ && running_ && round < rounds; ++round) {
        decision_wanted_ = false;
        decide(step);
    }
}

void Clock::decide(Step& step) {
    const bool designated = config_.BMCA == BmcaMode::noop;
    const ForeignMaster* best = nullptr;
    const Port* best_port = nullptr;
    for (const auto& port : ports_) {
        const ForeignMaster* candidate =
            port->takes_part() && !port->data().masterOnly ? port->best_foreign() : nullptr;
        if (candidate != nullptr &&
            (best == nullptr || a_wins(compare(port->dataset_of(*candidate), best_port->dataset_of(*best),
                                               config_.dataset_comparison)))) {
            best = candidate;
            best_port = port.get();
        }
    }

    DecisionInput input;
    input.d0 = own_dataset();
    input.rule = config_.dataset_comparison;
    if (best != nullptr)
        input.ebest = best_port->dataset_of(*best);
    bool one_follows = false;
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        const Port& port = *ports_[i];
        const ForeignMaster* of_port = port.data().masterOnly ? nullptr : port.best_foreign();
        input.ebest_is_here = &port == best_port;
        input.erbest = of_port != nullptr ? std::optional(port.dataset_of(*of_port)) : std::nullopt;
        input.state = port.state();
        decisions_[i] = decide_port(port, input, designated);
        one_follows = one_follows || (decisions_[i] == Decision::s1 && of_port != nullptr);
    }

    const PortIdentity parent_before = data_.parentDS.parentPortIdentity;
    const PortNumber slave_before = slave_port_;
    if (one_follows) {
        follow(*best_port, *best, step);
    } else if (!designated || parent_before.clockIdentity == data_.defaultDS.clockIdentity) {
        be_grandmaster(step);
    }
    const bool changed = parent_before != data_.parentDS.parentPortIdentity || slave_before != slave_port_;
    for (std::size_t i = 0; i < ports_.size(); ++i)
        ports_[i]->recommend(decisions_[i], best, changed, step);
}

Decision Clock::decide_port(const Port& port, const DecisionInput& input, bool designated) const noexcept {
    if (!designated)
        return ptp::decide(input);
    // Option BMCA noop: who is master is written in the configuration.
    if (!port.takes_part())
        return Decision::listening;
    return port.data().masterOnly ? Decision::m3 : Decision::s1;
}

void Clock::follow(const Port& port, const ForeignMaster& parent, Step& step) {
    ParentDS ds;
    ds.parentPortIdentity = parent.source;
    ds.grandmasterIdentity = parent.announce.grandmasterIdentity;
    ds.grandmasterClockQuality = parent.announce.grandmasterClockQuality;
    ds.grandmasterPriority1 = parent.announce.grandmasterPriority1;
    ds.grandmasterPriority2 = parent.announce.grandmasterPriority2;
    ds.synchronizationUncertain = parent.header.has(flag::synchronization_uncertain);
    const bool other_port = slave_port_ != port.number();
    slave_port_ = port.number();
    take_over_tlvs(parent);
    const bool reset_clock = other_port || ds.parentPortIdentity != data_.parentDS.parentPortIdentity ||
                             ds.grandmasterIdentity != data_.parentDS.grandmasterIdentity;
    set_parent(ds, static_cast<std::uint16_t>(parent.announce.stepsRemoved + 1), reset_clock, false, step);
    set_time_properties({parent.announce.currentUtcOffset,
                         static_cast<std::uint16_t>(parent.header.flagField & flag::time_properties),
                         parent.announce.timeSource},
                        step);
    hear_accuracy(parent, step);
}

void Clock::hear_accuracy(const ForeignMaster& parent, Step& step) {
    const auto told =
        read<EnhancedAccuracyMetrics>(Tlvs(parent.suffix()).find(TlvType::enhanced_accuracy_metrics));
    parent_accuracy_ = told ? *told : EnhancedAccuracyMetrics();
    const auto in_ns = [](ScaledNanoseconds interval) {
        return interval == unknown_interval ? std::numeric_limits<double>::infinity()
                                            : std::max(static_cast<double>(interval) / 65536, 0.0);
    };
    UpstreamInaccuracy upstream;
    upstream.grandmaster = in_ns(parent_accuracy_.maxGmInaccuracy);
    upstream.path = in_ns(path_inaccuracy(parent_accuracy_));
    // The grandmaster itself is zero steps away, the first boundary clock one.
    const unsigned clocks = parent.announce.stepsRemoved;
    upstream.silent_clocks = clocks - std::min<unsigned>(clocks, parent_accuracy_.bcHopCount);
    if (upstream == upstream_)
        return;
    upstream_ = upstream;
    step.out.add(upstream);
}

std::optional<EnhancedAccuracyMetrics> Clock::accuracy_metrics(double slack) const noexcept {
    const bool follows = data_.parentDS.parentPortIdentity.clockIdentity != data_.defaultDS.clockIdentity;
    if (!config_.enhanced_accuracy_metrics || !follows || !own_inaccuracy_)
        return std::nullopt;
    return with_own(parent_accuracy_, *own_inaccuracy_, slack);
}

void Clock::be_grandmaster(Step& step) {
    const DefaultDS& own = data_.defaultDS;
    ParentDS ds;
    ds.parentPortIdentity = {own.clockIdentity, 0};
    ds.grandmasterIdentity = external_grandmaster_.gmIdentity;
    ds.grandmasterClockQuality = own.clockQuality;
    ds.grandmasterPriority1 = announced_priority1();
    ds.grandmasterPriority2 = own.priority2;
    const bool reset_clock = !parent_known_ || ds.parentPortIdentity != data_.parentDS.parentPortIdentity;
    slave_port_ = 0;
    parent_accuracy_ = {};
    forwarded_.clear();
    path_octets_.clear();
    data_.path_trace.clear();
    if (reset_clock) {
        data_.currentDS.offsetFromMaster = 0;
        data_.currentDS.meanDelay = 0;
    }
    set_parent(ds, external_grandmaster_.stepsRemoved, reset_clock, true, step);
    set_time_properties({config_.currentUtcOffset, config_.time_flags, config_.timeSource}, step);
}

void Clock::adopt_parent(const PortIdentity& parent, Step& step) {
    ParentDS ds = data_.parentDS;
    ds.parentPortIdentity = parent;
    ds.grandmasterIdentity = parent.clockIdentity;
    set_parent(ds, 1, true, false, step);
}

void Clock::set_parent(const ParentDS& parent, std::uint16_t stepsRemoved, bool reset_clock, bool is_self,
                       Step& step) {
    const bool same = parent_known_ && !reset_clock && parent == data_.parentDS &&
                      stepsRemoved == data_.currentDS.stepsRemoved;
    if (same)
        return;
    parent_known_ = true;
    if (reset_clock)
        upstream_ = {};
    data_.parentDS = parent;
    data_.currentDS.stepsRemoved = stepsRemoved;
    BestMasterChanged change;
    change.grandmasterIdentity = parent.grandmasterIdentity;
    change.grandmasterClockQuality = parent.grandmasterClockQuality;
    change.grandmasterPriority1 = parent.grandmasterPriority1;
    change.grandmasterPriority2 = parent.grandmasterPriority2;
    change.parentPortIdentity = parent.parentPortIdentity;
    change.stepsRemoved = stepsRemoved;
    change.is_self = is_self;
    change.reset_clock = reset_clock;
    step.out.add(change);
    management_.parent_changed(step);
}

void Clock::set_time_properties(const TimePropertiesDS& properties, Step& step) {
    if (properties == data_.timePropertiesDS && time_properties_known_)
        return;
    time_properties_known_ = true;
    data_.timePropertiesDS = properties;
    step.out.add(TimePropertiesChanged{properties.currentUtcOffset, properties.flags,
                                       static_cast<std::uint8_t>(properties.timeSource)});
}

void Clock::take_over_tlvs(const ForeignMaster& parent) {
    forwarded_.clear();
    path_octets_.clear();
    data_.path_trace.clear();
    for (const Tlv& tlv : Tlvs(parent.suffix())) {
        if (is_forwarded(tlv.tlvType))
            forwarded_.insert(forwarded_.end(), tlv.octets.begin(), tlv.octets.end());
        else if (tlv.tlvType == TlvType::path_trace && path_octets_.empty())
            path_octets_.assign(tlv.value.begin(), tlv.value.end());
    }
    const PathTrace path{path_octets_};
    for (std::size_t i = 0; i < path.size(); ++i)
        data_.path_trace.push_back(path[i]);
}

void Clock::port_state_changed(const Port& port, Step& step) {
    management_.port_state_changed(port, step);
}

// ---- what the host tells

void Clock::clock_adjusted(const ClockAdjusted& adjusted, Step& step) {
    adjusted_ = adjusted;
    data_.currentDS.offsetFromMaster = adjusted.offsetFromMaster;
    data_.currentDS.meanDelay = adjusted.meanDelay;
    if (!running_)
        return;
    if (adjusted.stepped)
        for (const auto& port : ports_)
            port->clock_stepped();
    for (const auto& port : ports_)
        port->calibrated(adjusted.calibrated, step);
    management_.time_synchronized(step);
}

void Clock::update(const ClockUpdate& update, Step& step) {
    DefaultDS& ds = data_.defaultDS;
    if (update.priority1)
        ds.priority1 = *update.priority1;
    if (update.priority2)
        ds.priority2 = *update.priority2;
    if (update.clockQuality)
        config_.clockQuality = *update.clockQuality;
    if (update.localPriority)
        ds.localPriority = *update.localPriority;
    if (update.currentUtcOffset)
        config_.currentUtcOffset = *update.currentUtcOffset;
    if (update.time_flags)
        config_.time_flags = *update.time_flags & flag::time_properties;
    if (update.timeSource)
        config_.timeSource = *update.timeSource;
    if (update.userDescription && update.userDescription->size() <= 128)
        config_.userDescription = *update.userDescription;
    bool restart = false;
    if (update.domainNumber && *update.domainNumber != ds.domainNumber) {
        ds.domainNumber = *update.domainNumber;
        restart = true;
    }
    // A clock of several ports may not be client only (clause 9.2.2.1).
    if (update.clientOnly && *update.clientOnly != ds.slaveOnly && !is_boundary()) {
        ds.slaveOnly = *update.clientOnly;
        restart = true;
    }
    ds.clockQuality = config_.clockQuality;
    if (ds.slaveOnly)
        ds.clockQuality.clockClass = client_only_class;
    if (running_ && restart)
        for (const auto& port : ports_)
            port->restart(step);
    for (const PortUpdate& port_update : update.ports)
        if (Port* port = this->port(port_update.port))
            port->update(port_update, step);
    decision_wanted_ = true;
}

} // namespace wirestamp::ptp
