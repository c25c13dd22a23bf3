// SPDX-License-Identifier: Apache-2.0
//
// What the runtime calls: time stamps of one port go in, what to do to the clock comes out. Serves a virtual
// clock over a counter that nobody steers (stamps are the counter's, the clock is kept here) and a clock that
// is really steered (stamps are its own, the caller carries out the action and says so with applied()). Works
// on the unsteered timeline throughout, so that its own corrections never look like a change of the
// oscillator.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "impl/base/time.hpp"
#include "impl/clock/clock_view.hpp"
#include "impl/clock/delay_filter.hpp"
#include "impl/clock/servo.hpp"
#include "impl/clock/steering_record.hpp"
#include "impl/clock/virtual_clock.hpp"

namespace wirestamp::clock {

enum class ServoKind : std::uint8_t { adaptive, pi, linreg, nullf };

/// linuxptp's tsproc_mode; the adaptive servo has no use for it.
enum class TsprocMode : std::uint8_t { filter, raw, filter_weight, raw_weight };

enum class Target : std::uint8_t {
    virtual_clock, ///< stamps of a free-running counter, nothing outside is touched
    steered_clock, ///< stamps of the clock that the actions are carried out on
};

/// What the boundary clocks between the grandmaster and our master say of their time.
struct UpstreamBound {
    double grandmaster = 0;     ///< ns, half-width; the larger of this and grandmaster_accuracy counts
    double path = 0;            ///< ns, half-width, infinite when one of them does not know
    unsigned silent_clocks = 0; ///< that say nothing: each is taken to be as good as we are
};

struct DisciplineConfig {
    ServoKind clock_servo = ServoKind::adaptive;
    ServoConfig servo;
    TsprocMode tsproc_mode = TsprocMode::filter;
    DelayFilterKind delay_filter = DelayFilterKind::unbiased;
    std::size_t delay_filter_length = 10;
    Target target = Target::virtual_clock;
    bool free_running = false;        ///< report offsets, act on nothing
    bool peer_delay = false;          ///< P2P: on_link_delay() brings the delay, on_delay() is not used
    double initial_delay = 0;         ///< ns, path delay to assume until one is measured
    double initial_frequency_ppb = 0; ///< what the steered clock runs at when the engine starts
    double sync_interval = 1;         ///< s, see sync_interval()
    double stamp_resolution = 1;      ///< ns, one step of the local stamps
    double asymmetry_bound =
        0; ///< ns, how far half the difference of the two base delays may lie from what is configured
    double grandmaster_accuracy = 0; ///< ns, half-width that clockAccuracy announces, 0 when unknown
    UpstreamBound upstream;          ///< see Discipline::upstream()
    double holdover_limit = 1e6;     ///< ns, a holdover whose bound grew beyond this is free running
    int step_window = 0;             ///< Syncs after a step that are left out, with what belongs to them
};

struct OffsetSample {
    Nanoseconds local = 0;       ///< stamp of the Sync that gave the sample, in the clock of the stamps
    double offsetFromMaster = 0; ///< ns, clock minus master as the servo knows it
    double measured_offset =
        0; ///< ns, t2 - t1 - correction - meanPathDelay with nothing filtered but the delay
    double meanPathDelay = 0; ///< ns
    double frequency_ppb = 0; ///< adjustment in force after this sample, positive runs faster
    ServoState servo_state = ServoState::unlocked;
    double error_bound = 0; ///< ns, half-width at `local`
    double weight = 1;
    bool outlier = false; ///< taken for a packet that was held up, and not used
};

struct ClockAction {
    bool step = false;
    Nanoseconds step_by = 0; ///< to add to the clock
    bool set_frequency = false;
    double frequency_ppb = 0;

    bool any() const noexcept { return step || set_frequency; }
};

struct DisciplineUpdate {
    bool has_sample = false;
    OffsetSample sample;
    ClockAction action; ///< virtual clock: already done, to announce; steered clock: to do, then applied()
    bool view_changed = false; ///< publish view()
    bool state_changed = false;
    SyncState state = SyncState::free_running;
};

struct DisciplineCounters {
    std::uint64_t sync = 0;
    std::uint64_t delay = 0;
    std::uint64_t outliers = 0; ///< one-way observations rejected as held-up packets
    std::uint64_t jumps = 0;    ///< changes of the master's or the local time that were followed
    std::uint64_t unusable = 0; ///< stamps that went backwards or fell into a step
};

class Discipline {
public:
    explicit Discipline(const DisciplineConfig& config);
    ~Discipline();
    Discipline(Discipline&&) noexcept;
    Discipline& operator=(Discipline&&) noexcept;

    /// t1: master's sending time (Follow_Up or one-step Sync), PTP. correction: correctionField of Sync and
    /// Follow_Up together, plus delayAsymmetry. t2: local stamp of the arrival.
    DisciplineUpdate on_sync(Nanoseconds t1, ScaledNanoseconds correction, Nanoseconds t2);

    /// t3: local stamp of the Delay_Req leaving. t4: its arrival at the master, from Delay_Resp. correction:
    /// correctionField of the Delay_Resp (and less delayAsymmetry).
    DisciplineUpdate on_delay(Nanoseconds t3, Nanoseconds t4, ScaledNanoseconds correction);

    /// P2P: the link's mean delay as measured.
    DisciplineUpdate on_link_delay(ScaledNanoseconds meanLinkDelay);

    /// To be called now and then (once per Sync interval is plenty) so that silence is noticed.
    DisciplineUpdate on_time(Nanoseconds local_now);

    /// Steered clock only: the action was carried out when the clock showed local_now (read just before).
    void applied(Nanoseconds local_now, const ClockAction& action);

    /// Another master was chosen: offset and path are unknown again, the oscillator is still the same.
    DisciplineUpdate on_master_changed();
    /// Another delay mechanism, on the port that listens to the master, from here on:
    /// DisciplineConfig::peer_delay.
    DisciplineUpdate peer_delay(bool by_link);
    /// No master any more: holdover begins at once instead of after silence.
    DisciplineUpdate on_master_lost(Nanoseconds local_now);
    /// The local clock was stepped by someone else; reset by its driver, so that what it shows means nothing
    /// and may be answered by a step; or replaced by another one whose frequency is unknown too.
    DisciplineUpdate on_local_clock_stepped();
    DisciplineUpdate on_local_clock_reset();
    DisciplineUpdate on_local_clock_replaced();

    /// Changes of what the master announces; no restart. An interval that is out of all reason (2^0x7f) is
    /// ignored, and one that the Syncs do not keep to is replaced by theirs, until another one is announced.
    void sync_interval(double seconds);
    void grandmaster_accuracy(double half_width_ns);
    /// Of the path to the master of now: each port has its own.
    void asymmetry_bound(double half_width_ns);
    /// Taken into the bound at once. A clock that follows one that does not know the time is not locked.
    DisciplineUpdate upstream(const UpstreamBound& bound);

    /// Local stamps to PTP time with the error bound; what ClockSnapshot publishes.
    const ClockView& view() const noexcept;
    SyncState state() const noexcept;
    DisciplineCounters counters() const noexcept;
    /// Half-width against the master alone, without what is above it and the asymmetry of the path.
    double own_bound_at(Nanoseconds local) const noexcept;
    double mean_path_delay() const noexcept;
    double frequency_ppb() const noexcept;
    /// What the clock was turned to when it last was right: without what a correction under way adds.
    double settled_frequency_ppb() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Half-width in ns that a clockAccuracy of IEEE 1588 (table 5) stands for; 0 when it says unknown.
double accuracy_half_width(std::uint8_t clockAccuracy) noexcept;

} // namespace wirestamp::clock
