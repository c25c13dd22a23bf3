// SPDX-License-Identifier: Apache-2.0
//
// An ordinary or boundary clock: its data sets, the state decision over all its ports, and what passes from
// one port to another (time properties, path trace, forwarded TLVs).

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "impl/ptp/accuracy.hpp"
#include "impl/ptp/alternate_time_offsets.hpp"
#include "impl/ptp/engine.hpp"
#include "impl/ptp/management_responder.hpp"
#include "impl/ptp/port.hpp"

namespace wirestamp::ptp {

/// linuxptp's EXTERNAL_GRANDMASTER_PROPERTIES_NP: this clock gets its time by other means than PTP from a
/// grandmaster that it announces in its own place.
struct ExternalGrandmaster {
    ClockIdentity gmIdentity{};
    std::uint16_t stepsRemoved = 0;
};

class Clock {
public:
    Clock(const EngineConfig& config, std::uint64_t seed);
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    void start(Step& step);
    void stop(Step& step);
    void packet(const Packet& packet, Step& step);
    bool overheard(const Packet& packet) noexcept;
    void timer(Step& step);
    Nanoseconds next_deadline() const noexcept;
    void clock_adjusted(const ClockAdjusted& adjusted, Step& step);
    void update(const ClockUpdate& update, Step& step);

    Port* port(PortNumber number) noexcept;
    const Port* port(PortNumber number) const noexcept;
    const std::vector<std::unique_ptr<Port>>& ports() const noexcept { return ports_; }
    DataSets& data() noexcept { return data_; }
    const DataSets& data() const noexcept { return data_; }
    EngineConfig& config() noexcept { return config_; }
    const EngineConfig& config() const noexcept { return config_; }
    bool is_boundary() const noexcept { return ports_.size() > 1; }
    bool running() const noexcept { return running_; }
    const ClockAdjusted& adjusted() const noexcept { return adjusted_; }
    std::uint8_t synchronization_uncertain() const noexcept { return synchronization_uncertain_; }
    void set_synchronization_uncertain(std::uint8_t value) noexcept { synchronization_uncertain_ = value; }
    const ExternalGrandmaster& external_grandmaster() const noexcept { return external_grandmaster_; }
    void set_external_grandmaster(const ExternalGrandmaster& external) noexcept {
        external_grandmaster_ = external;
        decide_later();
    }
    ManagementResponder& management() noexcept { return management_; }
    AlternateTimeOffsets& alternate_time_offsets() noexcept { return alternate_time_offsets_; }
    const AlternateTimeOffsets& alternate_time_offsets() const noexcept { return alternate_time_offsets_; }

    /// Something that the state decision looks at has changed; it is made before the input is done with.
    void decide_later() noexcept { decision_wanted_ = true; }
    /// Brings everything that waits to its end. To be called last in every input.
    void settle(Step& step);

    /// BMCA noop: whoever sends to the designated slave is its parent.
    void adopt_parent(const PortIdentity& parent, Step& step);
    /// TLVs of the parent's Announce that are passed on (clause 14.2.2.2), as they came.
    std::span<const std::uint8_t> forwarded_tlvs() const noexcept { return forwarded_; }
    /// The pathSequence that the parent announced (clause 16.2.3).
    std::span<const std::uint8_t> path_octets() const noexcept { return path_octets_; }
    /// What a boundary clock announces of its time (clause 16.12); nothing where it follows nobody or shall
    /// not tell. Slack: see with_own().
    std::optional<EnhancedAccuracyMetrics> accuracy_metrics(double slack) const noexcept;
    void set_inaccuracy(const ClockInaccuracy& own) noexcept { own_inaccuracy_ = own; }
    void port_state_changed(const Port& port, Step& step);
    Dataset own_dataset() const noexcept;
    std::uint8_t announced_priority1() const noexcept;

private:
    void decide(Step& step);
    Decision decide_port(const Port& port, const DecisionInput& input, bool designated) const noexcept;
    void follow(const Port& port, const ForeignMaster& parent, Step& step);
    void be_grandmaster(Step& step);
    void set_parent(const ParentDS& parent, std::uint16_t stepsRemoved, bool reset_clock, bool is_self,
                    Step& step);
    void set_time_properties(const TimePropertiesDS& properties, Step& step);
    void take_over_tlvs(const ForeignMaster& parent);
    void hear_accuracy(const ForeignMaster& parent, Step& step);
    void local_management(const Packet& packet, Step& step);
    bool belongs_here(const Message& message, const Packet& packet, Port& port, Step& step);

    EngineConfig config_;
    DataSets data_;
    std::vector<std::unique_ptr<Port>> ports_;
    ManagementResponder management_;
    AlternateTimeOffsets alternate_time_offsets_;
    ExternalGrandmaster external_grandmaster_;
    std::vector<std::uint8_t> forwarded_;
    std::vector<std::uint8_t> path_octets_;
    EnhancedAccuracyMetrics parent_accuracy_; ///< all zero where it says nothing
    UpstreamInaccuracy upstream_;
    std::optional<ClockInaccuracy> own_inaccuracy_; ///< none: nobody tells us, and we pass on what we hear
    std::vector<Decision> decisions_;               ///< one a port, kept to spare the allocation
    ClockAdjusted adjusted_;
    PortNumber slave_port_ = 0;
    std::uint8_t synchronization_uncertain_ = 255;
    bool running_ = false;
    bool decision_wanted_ = false;
    bool parent_known_ = false;
    bool time_properties_known_ = false;
};

} // namespace wirestamp::ptp
