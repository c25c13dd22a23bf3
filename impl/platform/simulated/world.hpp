// SPDX-License-Identifier: Apache-2.0
//
// A simulated network: hosts with clocks and adapters, bridges, links, and a virtual true time that passes
// as fast as the processor allows. Each host gives a Platform on which the whole library runs unchanged.
// Everything that is random comes from one seed; two runs of one program with one seed are equal bit for bit.
//
// True time is counted from 0 in ns. It is TAI minus WorldParameters::epoch_tai; the clocks of hosts and
// adapters differ from it as their parameters say. Only tests and users of simulation.h see it.
//
// Any thread may call anything; one thread at a time runs the world.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/base/failure.hpp"
#include "impl/base/time.hpp"
#include "impl/platform/platform.hpp"
#include "impl/platform/simulated/jitter.hpp"
#include "impl/platform/simulated/oscillator.hpp"

namespace wirestamp::platform::simulated {

enum class HostId : std::uint32_t {};
enum class AdapterId : std::uint32_t {};
enum class BridgeId : std::uint32_t {};
enum class LinkId : std::uint32_t {};

struct WorldParameters {
    std::uint64_t seed = 1;
    Nanoseconds epoch_tai = 1'750'000'037 * nanoseconds_per_second; // TAI since 1970 at true time 0
    std::int32_t utc_offset = 37;                                   // TAI - UTC, s
};

/// An adapter's hardware clock. Several adapters of one host may share it (AdapterParameters::clock_of).
struct ClockParameters {
    OscillatorParameters oscillator;
    Nanoseconds offset = 0;         // shown minus TAI at true time 0
    double stamp_noise = 0;         // ns, standard deviation of each packet stamp
    Nanoseconds granularity = 1;    // stamps and reads are whole multiples of it, rounded down
    Nanoseconds read_latency = 800; // from the system clock's read before to the one after
    double read_jitter = 0;         // ns, mean of what is added to each half of it
    CrossMethod cross_method = CrossMethod::extended;
    double maximum_frequency = 62'499'999; // ppb
    bool writable = true;
};

/// A quarter of a second between the points of its random walk: what software stamps can tell.
inline OscillatorParameters system_oscillator() {
    OscillatorParameters p;
    p.grid = 250'000'000;
    return p;
}

struct HostParameters {
    OscillatorParameters oscillator = system_oscillator(); // of all system clocks
    Nanoseconds realtime_offset = 0;                       // CLOCK_REALTIME minus UTC at true time 0
    Nanoseconds uptime = 100 * nanoseconds_per_second;     // CLOCK_MONOTONIC(_RAW) at true time 0
    std::int32_t tai_offset = 37;                          // CLOCK_TAI minus CLOCK_REALTIME, s
    double maximum_frequency = 500'000;                    // ppb
    bool writable = true;
    Nanoseconds read_latency = 30;
    Distribution transmit_delay; // from send() and its software stamp to the wire
    Distribution receive_delay;  // from the wire to the software stamp and the socket
    Distribution wake_delay;     // from a due timer or a ready socket to its handler
};

/// What a good adapter can: every hardware and software flag, cross-timestamps, 1 GHz.
Capabilities full_capabilities();
/// Software stamps alone.
Capabilities software_capabilities();

struct AdapterParameters {
    std::vector<std::string> addresses; // "192.0.2.1/24", "fe80::1/64"; without a length /24 and /64
    ClockParameters clock;
    std::optional<AdapterId> clock_of; // shares that adapter's clock; `clock` is then ignored
    Capabilities supported = full_capabilities();
    bool stamps_enabled = false;       // hardware stamps on from the start, else by CapabilitySource::enable
    Nanoseconds ingress_error = 0;     // added to hardware receive stamps: what a driver did not compensate
    Nanoseconds egress_error = 0;      // added to hardware transmit stamps
    Distribution transmit_stamp_delay; // from the wire to when the hardware stamp can be taken
    double transmit_stamp_loss = 0;    // probability that it never comes
};

struct LinkDirection {
    Nanoseconds delay = 1000;
    Distribution jitter; // added; the sum is never below 0
    double loss = 0;     // probabilities
    double duplication = 0;
    double reordering = 0; // of being held back by reordering_delay, overtaken by what follows
    Nanoseconds reordering_delay = 100'000;
    bool keeps_order = true;    // else jitter alone may reorder
    double bits_per_second = 0; // 0: a packet takes no time to be sent
};

struct LinkParameters {
    LinkDirection forward;  // from the first end to the second
    LinkDirection backward; // and back
};

struct BridgeParameters {
    Nanoseconds residence = 2000;
    Distribution residence_jitter;
    bool transparent_clock = false;  // end-to-end: adds residence to correctionField of event messages
    OscillatorParameters oscillator; // what a transparent clock measures residence with
};

/// One end of a link.
struct End {
    enum class Kind : std::uint8_t { adapter, bridge };
    Kind kind;
    std::uint32_t number;
    End(AdapterId adapter) : kind(Kind::adapter), number(static_cast<std::uint32_t>(adapter)) {}
    End(BridgeId bridge) : kind(Kind::bridge), number(static_cast<std::uint32_t>(bridge)) {}
};

struct WorldCounters {
    std::uint64_t events = 0;
    std::uint64_t frames_sent = 0;      // by hosts
    std::uint64_t frames_delivered = 0; // to sockets
    std::uint64_t frames_lost = 0;      // by loss, cut links, downed adapters, full queues
    std::uint64_t frames_in_flight = 0; // now
    std::uint64_t events_queued = 0;    // now
};

struct State;

class World {
public:
    explicit World(const WorldParameters& parameters = {});
    explicit World(std::uint64_t seed) : World(WorldParameters{seed}) {}
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // --- building; at any time, also while it runs. Names are unique; they name the random streams.
    HostId add_host(const std::string& name, const HostParameters& parameters = {});
    AdapterId add_adapter(HostId host, const std::string& name, const AdapterParameters& parameters = {});
    BridgeId add_bridge(const std::string& name, const BridgeParameters& parameters = {});
    LinkId connect(End first, End second, const LinkParameters& parameters = {},
                   const std::string& name = {});
    std::optional<HostId> find_host(const std::string& name) const;
    std::optional<AdapterId> find_adapter(HostId host, const std::string& name) const;
    std::optional<BridgeId> find_bridge(const std::string& name) const;
    std::optional<LinkId> find_link(const std::string& name) const;

    /// A host's view, for one context. May outlive the World object; it then only stands still.
    std::unique_ptr<Platform> platform(HostId host);

    // --- time
    Nanoseconds now() const;
    /// Runs all events up to and at `time`; it is then `time`. A World that another thread runs is waited
    /// for.
    void run_until(Nanoseconds time);
    void run_for(Nanoseconds span);
    /// Until `done` says so (asked with no lock held, at first and after each handler) or `deadline`; returns
    /// what `done` said.
    bool run_until(const std::function<bool()>& done, Nanoseconds deadline);
    /// Runs one event. False if there is none.
    bool step();
    /// Makes run functions in other threads return soon.
    void interrupt();
    /// 0: as fast as possible; 1: true time passes as real time does; 10: ten times as fast.
    void set_pace(double factor);
    /// `action` runs at true time `time` on the running thread, with no lock held. What it throws comes out
    /// of the run function when that has done the rest.
    void at(Nanoseconds time, std::function<void(World&)> action);
    /// Whether this thread is inside a run function of this world.
    bool runs_here() const;

    // --- truth
    /// Shown minus TAI, in ns, as at true time `time` (default: now), which must not lie in the past.
    double clock_error(AdapterId adapter, std::optional<Nanoseconds> time = {}) const;
    /// `kind`: realtime is compared with UTC, tai with TAI, the monotonic clocks with true time since boot.
    double clock_error(HostId host, ClockKind kind, std::optional<Nanoseconds> time = {}) const;
    /// What a perfect clock would show in TAI.
    Nanoseconds true_tai(std::optional<Nanoseconds> time = {}) const;
    /// A running hash of every event and stamp: equal runs have equal digests.
    std::uint64_t digest() const;
    WorldCounters counters() const;
    const WorldParameters& parameters() const;

    // --- faults and changes
    void step_clock(AdapterId adapter, Nanoseconds delta);
    void reset_clock(AdapterId adapter, Nanoseconds value = 0); // forgets its frequency, too
    void set_clock_drift(AdapterId adapter, double drift_ppb);
    void set_clock_wander(AdapterId adapter, double wander);
    void set_clock_stamp_noise(AdapterId adapter, double sigma);
    void step_system_clock(HostId host, Nanoseconds delta);
    void set_system_drift(HostId host, double drift_ppb);
    void set_system_wander(HostId host, double wander);
    /// No handler of the host runs for `span`; its sockets go on receiving.
    void stall(HostId host, Nanoseconds span);
    /// Sent to sleep for `span`: nothing runs, nothing is received, and its monotonic clocks do not count the
    /// time, as on Linux; real time and hardware clocks do.
    void suspend(HostId host, Nanoseconds span);

    void cut(LinkId link);
    void restore(LinkId link);
    void set_link(LinkId link, const LinkParameters& parameters);
    LinkParameters link(LinkId link) const;

    void set_administratively_up(AdapterId adapter, bool up);
    /// As if pulled out; restore_adapter puts it back as a new interface with a clock that was reset.
    void remove_adapter(AdapterId adapter);
    void restore_adapter(AdapterId adapter);
    void rename_adapter(AdapterId adapter, const std::string& name);
    void set_capabilities(AdapterId adapter, const Capabilities& supported);
    /// Turns hardware stamps on or off behind the back of those who use them.
    void set_stamps_enabled(AdapterId adapter, bool enabled);
    void set_transmit_stamps(AdapterId adapter, const Distribution& delay, double loss);
    void set_stamp_errors(AdapterId adapter, Nanoseconds ingress, Nanoseconds egress);

private:
    std::shared_ptr<State> state_;
};

} // namespace wirestamp::platform::simulated
