// SPDX-License-Identifier: Apache-2.0
//
// Correlates a device's clock with a system clock from cross-timestamps {system_before, device,
// system_after}. Says when to take the next one, and when something happened that no oscillator does: then it
// begins anew by itself.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "impl/base/time.hpp"
#include "impl/clock/correlation_map.hpp"
#include "impl/clock/kalman_bank.hpp"

namespace wirestamp::clock {

struct CrossSample {
    Nanoseconds system_before = 0;
    std::int64_t device = 0;
    Nanoseconds system_after = 0;
};

enum class CorrelationEvent : std::uint8_t {
    accepted,
    outlier,             ///< does not fit, once: sample again soon
    invalid,             ///< system_after before system_before
    restarted_step,      ///< the device (or the system) clock was stepped or changed its rate
    restarted_backwards, ///< the device clock ran backwards
    restarted_stall,     ///< the device clock does not advance
};

struct CorrelationConfig {
    Nanoseconds period = 5 * nanoseconds_per_second;
    Nanoseconds first_period = 10'000'000;
    /// Units per second that the device claims; 0 is unknown. A claim that the samples contradict is ignored.
    double device_frequency = 1e9;
    /// ns, lower limit of the noise of a sample that has no bracket.
    double resolution = 1;
    /// Share of the narrowest half bracket to add to the bound. Where in its bracket a device is always read
    /// cannot be seen in any sample; 0 takes reads as symmetric, as PTP takes a path, 1 believes nothing.
    double asymmetry = 0;
};

class Correlator {
public:
    explicit Correlator(const CorrelationConfig& config = {}) : config_(config) {}

    CorrelationEvent add(const CrossSample& sample);
    /// On a change notice: what was learnt of offset and rate is void.
    void restart() noexcept;

    /// How long to wait from the last sample to the next: short at the start and after an outlier, then the
    /// period.
    Nanoseconds next_sample_in() const noexcept;

    const CorrelationMap& map() const noexcept { return map_; }
    bool ready() const noexcept { return map_.ready(); }
    /// Units of the device per second of the system clock; 0 until known.
    double device_frequency() const noexcept;
    /// Faster than claimed (than first fitted, if the claim was none), and the bound of that; ppb.
    double rate_ppb() const noexcept { return -estimate_.frequency; }
    double rate_bound_ppb() const noexcept;
    /// Scatter of a sample around the fit as standard deviation, and half the narrowest bracket; ns.
    double spread() const noexcept { return estimate_.noise; }
    double half_bracket() const noexcept { return 0.5 * narrowest_; }
    std::uint64_t samples() const noexcept { return total_; }
    std::uint64_t outliers() const noexcept { return outliers_; }

private:
    CorrelationEvent begin(const CrossSample& sample);
    void learn_start();
    void set_scale(const CrossSample& newest);
    double claimed() const noexcept;
    bool goes_on(const CrossSample& from, const CrossSample& to, double scale) const noexcept;
    double starting_noise() const noexcept;
    double apart(const CrossSample& sample) const noexcept;
    void advance(const CrossSample& sample);
    void anchor();

    static Nanoseconds middle(const CrossSample& sample) noexcept {
        return sample.system_before + (sample.system_after - sample.system_before) / 2;
    }
    static double width(const CrossSample& sample) noexcept {
        return static_cast<double>(saturating_subtract(sample.system_after, sample.system_before));
    }
    double extra_variance(const CrossSample& sample) const noexcept;

    /// So many samples are kept to start from, and learnt from anew with each until all are there.
    static constexpr std::size_t window = 8;

    CorrelationConfig config_;
    CorrelationMap map_;
    KalmanBank bank_;
    KalmanBank::Estimate estimate_;
    std::array<CrossSample, window> samples_{};
    std::uint64_t total_ = 0;
    std::uint64_t outliers_ = 0;
    std::size_t count_ = 0; ///< since the last restart, not limited by the window
    std::size_t misfits_ = 0;
    double nominal_ = 1;   ///< ns per unit
    double narrowest_ = 0; ///< bracket, ns
    /// Origin of the filter's offset: the device and system reading of the newest accepted sample.
    std::int64_t reference_device_ = 0;
    Nanoseconds reference_system_ = 0;
    Nanoseconds first_system_ = 0;
    CrossSample newest_;
};

} // namespace wirestamp::clock
