// SPDX-License-Identifier: Apache-2.0
//
// The free-running counter that a PTP clock stands on, and how packet stamps are brought onto it. Kernel
// software stamps count CLOCK_REALTIME, which other programs step and slew; the counter is
// CLOCK_MONOTONIC_RAW, which nobody touches. Hardware stamps count the adapter's clock, which then is the
// counter itself.

#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "impl/base/time.hpp"
#include "impl/clock/correlation.hpp"
#include "impl/platform/clock_source.hpp"
#include "impl/platform/stamp.hpp"

namespace wirestamp::runtime {

class LocalTimescale {
public:
    /// The counter is CLOCK_MONOTONIC_RAW; only software and application stamps can be used.
    explicit LocalTimescale(platform::ClockSource& clocks);
    /// Only the adapter's own stamps can be used. The counter is its hardware clock; where that tells raw
    /// ticks alone (Windows), it is CLOCK_MONOTONIC_RAW, and a correlation brings the stamps onto it. Throws
    /// Failure.
    LocalTimescale(platform::ClockSource& clocks, const platform::Interface& adapter);

    /// Any thread. An adapter's clock that has been removed goes on by the system's, so that readers never
    /// fail.
    Nanoseconds now() const;
    platform::ClockKind kind() const noexcept {
        return on_device_ ? platform::ClockKind::device : platform::ClockKind::monotonic_raw;
    }
    std::int32_t device_index() const noexcept { return device_index_; }
    bool takes_hardware_stamps() const noexcept { return on_device_ || correlator_; }
    /// Something about an adapter changed: what was learnt of its ticks is void.
    void device_changed() noexcept;

    /// Relates the system clocks afresh. Once per wake is enough: stamps since the one before are converted
    /// as of their own time.
    void refresh();
    /// We stepped the system's clock ourselves: stamps that have not been taken from their sockets yet are of
    /// before.
    void system_stepped() noexcept { step_made_ = true; }
    /// To be called about once a second: what now() goes on from when the adapter vanishes. Returns by how
    /// much the adapter's clock was stepped since, behind our back; 0 as a rule.
    Nanoseconds remember() noexcept;
    /// The adapter came back, or another took its place: its clock is a new counter. Throws Failure.
    void replace_device(const platform::Interface& adapter);
    /// What the adapter's clock says it was turned to, ppb; nothing where it cannot say or there is none.
    std::optional<double> device_frequency() const;
    /// Stamps of another adapter's clock can be used, too: the clocks are compared by compare_devices(), and
    /// its stamps converted as soon as that is good enough. For an adapter that came back: the same again.
    void add_device(const platform::Interface& adapter);
    /// To be called about once a second.
    void compare_devices() noexcept;
    /// One of them was reset or stepped: what is known of how they compare is void.
    void forget_comparisons() noexcept;
    /// Nothing where the stamp counts another clock, or a clock that was stepped since the stamp may have
    /// been taken.
    std::optional<Nanoseconds> counter_at(const platform::Stamp& stamp) const;
    /// Any instant of a system clock, or of this timescale's device, on the counter. Throws Failure.
    Nanoseconds counter_at(platform::ClockKind kind, Nanoseconds value) const;

private:
    void correlate();

    platform::ClockSource& clocks_;
    const bool on_device_;

    // Readers in other threads meet a replaced device. A read of it is a system call anyway; this costs
    // little beside.
    mutable std::shared_mutex device_mutex_;
    std::unique_ptr<platform::SteeredClock> device_;
    Nanoseconds remembered_device_ = 0;
    Nanoseconds remembered_raw_ = 0;
    Nanoseconds remembered_realtime_ = 0;
    std::int32_t device_index_ = -1;

    std::optional<platform::Interface> adapter_; // whose ticks are correlated
    std::optional<clock::Correlator> correlator_;
    Nanoseconds correlated_at_ = 0;
    struct OtherDevice {
        platform::Interface adapter;
        clock::Correlator comparison;
    };
    platform::Interface first_adapter_;
    std::vector<OtherDevice> others_;

    bool related_ = false;
    Nanoseconds realtime_less_counter_ = 0;
    Nanoseconds related_at_ = 0;
    Nanoseconds earlier_relation_ = 0; // at the look before, or the same if there was none to compare with
    Nanoseconds earlier_at_ = 0;
    // The system clock was stepped since the last look: stamps at hand may be of either side.
    bool stepped_ = false;
    bool step_made_ = false;
};

} // namespace wirestamp::runtime
