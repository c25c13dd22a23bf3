// SPDX-License-Identifier: Apache-2.0
//
// One PTP clock (IEEE 1588-2019 ordinary or boundary clock) as a machine: inputs with their time go in,
// actions come out. It owns no socket, no clock and no thread, is deterministic from its inputs and the seed,
// and the same object runs in the real runtime, the simulator, the fuzzer and the unit tests.
//
// Clocks: the caller keeps the PTP clock. The engine turns packets into one-way measurements; the caller
// estimates from them, corrects its clock, and tells the result back by clock_adjusted(), which fills
// currentDS and moves a port from UNCALIBRATED to SLAVE.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "impl/base/address.hpp"
#include "impl/ptp/accuracy.hpp"
#include "impl/ptp/actions.hpp"
#include "impl/ptp/clock_update.hpp"
#include "impl/ptp/data_sets.hpp"
#include "impl/ptp/engine_config.hpp"
#include "impl/ptp/statistics.hpp"

namespace wirestamp::ptp {

struct Packet {
    PortNumber port = 0; // 0: came on a management socket (route says which)
    Channel channel = Channel::general;
    Route route =
        Route::primary; // as far as the transport can tell: unicast if the destination was this host
    Address source;
    std::uint64_t management_client = 0;
    std::span<const std::uint8_t> bytes;
    std::optional<LocalStamp> received; // event messages; none: the stamp is missing
};

/// What the caller's clock made of the measurements.
struct ClockAdjusted {
    Nanoseconds offsetFromMaster = 0;
    Nanoseconds meanDelay = 0;
    bool calibrated = false; // good enough for SLAVE
    bool stepped = false;    // the PTP clock jumped: stamps taken before must not be paired with later ones
    double rate_ratio = 1.0; // master frequency / local frequency
};

class Engine {
public:
    Engine(const EngineConfig& config, std::uint64_t seed);
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;

    void start(Now now, Actions& out);
    /// Leaves politely: cancels grants; ports go to DISABLED. May be started again.
    void stop(Now now, Actions& out);

    void packet(const Packet& packet, Now now, Actions& out);
    /// Whether it is plainly between others, as most is where many clients ask one master by multicast. Such
    /// is counted and done with: packet() need not be given it, nor a clock be read for it.
    bool overheard(const Packet& packet) noexcept;
    /// A stamp that was asked for by SendMessage::wants_stamp. Late, unknown and repeated ones are counted
    /// and ignored.
    void transmit_stamp(PortNumber port, StampId id, const LocalStamp& stamp, Now now, Actions& out);
    /// The message was not sent (os_error) or the system says that its stamp will never come.
    void transmit_failed(PortNumber port, StampId id, std::int32_t os_error, Now now, Actions& out);
    /// Call when next_deadline() has passed. Deadlines are absolute: a late call does not shift the ones
    /// after it.
    void timer(Now now, Actions& out);
    Nanoseconds next_deadline() const noexcept; // `never` if none

    /// Nothing can be sent any more to this client of a management socket.
    void management_client_gone(Route route, std::uint64_t client) noexcept;

    void link(PortNumber port, bool up, Now now, Actions& out);
    void clock_adjusted(const ClockAdjusted& adjusted, Now now, Actions& out);
    void mean_link_delay(PortNumber port, Nanoseconds meanLinkDelay, double neighbor_rate_ratio, Now now,
                         Actions& out);
    /// Run-time changes by the application (priorities, quality, time properties, intervals…), as if by
    /// management.
    void update(const ClockUpdate& update, Now now, Actions& out);

    /// What this clock's time is worth against its parent's, for those behind it. Told as often as it
    /// changes.
    void inaccuracy(const ClockInaccuracy& own) noexcept;

    const DataSets& data_sets() const noexcept;
    const PortStatistics& statistics(PortNumber port) const;
    std::uint16_t number_ports() const noexcept;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace wirestamp::ptp
