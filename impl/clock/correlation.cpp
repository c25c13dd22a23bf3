// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/correlation.hpp"

#include <algorithm>
#include <cmath>

namespace wirestamp::clock {
namespace {

/// Standard deviations; a normal distribution would ask for 3.3, but the noise and the wander are only
/// estimated.
constexpr double bound_multiple = 3.8;
/// A device whose claimed frequency is further off than this does not count in what it claims.
constexpr double believable = 2e-3;
/// As far as a crystal may be off, one standard deviation, ns/s.
constexpr double crystal_deviation = 100e3;
constexpr double misfit_limit = 8;
constexpr std::size_t misfits_to_restart = 2;

double seconds_between(Nanoseconds later, Nanoseconds earlier) noexcept {
    return static_cast<double>(saturating_subtract(later, earlier)) * 1e-9;
}

} // namespace

void Correlator::restart() noexcept {
    map_.clear();
    count_ = 0;
    misfits_ = 0;
}

double Correlator::extra_variance(const CrossSample& sample) const noexcept {
    // Where in the excess of a long bracket the device was read is anybody's guess.
    const double half_excess = 0.5 * std::max(width(sample) - narrowest_, 0.0);
    return half_excess * half_excess / 3;
}

CorrelationEvent Correlator::begin(const CrossSample& sample) {
    restart();
    samples_[0] = sample;
    newest_ = sample;
    count_ = 1;
    narrowest_ = width(sample);
    first_system_ = middle(sample);
    return CorrelationEvent::accepted;
}

/// How far the system clock is ahead of where the nominal rate puts it.
double Correlator::apart(const CrossSample& sample) const noexcept {
    const double units = static_cast<double>(saturating_subtract(sample.device, reference_device_));
    return static_cast<double>(saturating_subtract(middle(sample), reference_system_)) - units * nominal_;
}

/// ns per unit as the device claims, 0 if it claims nothing.
double Correlator::claimed() const noexcept {
    return config_.device_frequency > 0 ? 1e9 / config_.device_frequency : 0;
}

/// Whether a device of so many ns per unit may have run from one reading to the other.
bool Correlator::goes_on(const CrossSample& from, const CrossSample& to, double scale) const noexcept {
    const double units = static_cast<double>(saturating_subtract(to.device, from.device));
    const double span = static_cast<double>(saturating_subtract(middle(to), middle(from)));
    const double slack = 0.5 * (width(to) + width(from)) + config_.resolution;
    return std::abs(span / units / scale - 1) < believable + slack / span;
}

void Correlator::set_scale(const CrossSample& newest) {
    const CrossSample& first = samples_[0];
    const double units = static_cast<double>(saturating_subtract(newest.device, first.device));
    const double span = static_cast<double>(saturating_subtract(middle(newest), middle(first)));
    nominal_ = claimed() > 0 && goes_on(first, newest, claimed()) ? claimed() : span / units;
}

/// Scatter of the first samples around their own line; never less than what brackets and units alone would
/// give.
double Correlator::starting_noise() const noexcept {
    const double least = std::max({narrowest_ * 0.05, nominal_ * 0.3, config_.resolution * 0.3});
    if (count_ < 4)
        return std::max({least, narrowest_ * 0.3, 50.0});
    double st = 0, sy = 0, stt = 0, sty = 0, syy = 0, sw = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        const double t = seconds_between(middle(samples_[i]), reference_system_);
        const double y = apart(samples_[i]);
        const double w =
            1 / (1 + extra_variance(samples_[i]) / (least * least + narrowest_ * narrowest_ / 12));
        sw += w;
        st += w * t;
        sy += w * y;
        stt += w * t * t;
        sty += w * t * y;
        syy += w * y * y;
    }
    const double vt = stt - st * st / sw;
    const double vty = sty - st * sy / sw;
    const double rest = std::max(syy - sy * sy / sw - (vt > 0 ? vty * vty / vt : 0), 0.0);
    return std::max(least, std::sqrt(rest / (static_cast<double>(count_) - 2)));
}

/// Too little is known at first to learn from one sample after the other: with each new one all begins anew.
void Correlator::learn_start() {
    set_scale(samples_[count_ - 1]);
    reference_device_ = samples_[0].device;
    reference_system_ = middle(samples_[0]);
    const double noise = starting_noise();
    bank_.start(0, std::max(noise, 0.5 * width(samples_[0])), 0, crystal_deviation, noise);
    bank_.update(0, extra_variance(samples_[0]));
    for (std::size_t i = 1; i < count_; ++i) {
        bank_.predict(seconds_between(middle(samples_[i]), reference_system_));
        bank_.update(apart(samples_[i]), extra_variance(samples_[i]));
        advance(samples_[i]);
    }
}

/// The newest sample becomes the origin, so that numbers stay small however long this runs.
void Correlator::advance(const CrossSample& sample) {
    const double along =
        static_cast<double>(saturating_subtract(sample.device, reference_device_)) * nominal_;
    const auto whole = static_cast<Nanoseconds>(std::llround(along + bank_.estimate().offset));
    bank_.shift(along - static_cast<double>(whole));
    reference_device_ = sample.device;
    reference_system_ = saturating_add(reference_system_, whole);
}

CorrelationEvent Correlator::add(const CrossSample& sample) {
    if (sample.system_after < sample.system_before)
        return CorrelationEvent::invalid;
    ++total_;
    if (count_ == 0)
        return begin(sample);
    if (middle(sample) <= middle(newest_)) {
        // Brackets that overlap are a repeated sample; anything older means that the system clock was set
        // back.
        if (sample.system_after >= newest_.system_before)
            return CorrelationEvent::invalid;
        begin(sample);
        return CorrelationEvent::restarted_step;
    }
    if (sample.device < newest_.device) {
        begin(sample);
        return CorrelationEvent::restarted_backwards;
    }
    if (sample.device == newest_.device) {
        ++outliers_;
        if (++misfits_ < misfits_to_restart)
            return CorrelationEvent::outlier;
        begin(sample);
        return CorrelationEvent::restarted_stall;
    }
    narrowest_ = std::min(narrowest_, width(sample));
    if (count_ < window) {
        // With so few samples a step would pass for a rate.
        if (count_ >= 2 && !goes_on(newest_, sample, nominal_)) {
            begin(sample);
            return CorrelationEvent::restarted_step;
        }
        samples_[count_] = sample;
        ++count_;
        map_.clear();
        if (count_ == 2 && claimed() > 0 && !goes_on(samples_[0], sample, claimed())) {
            // Either the claim is wrong or the clock was set in between: the next one tells.
            set_scale(sample);
            newest_ = sample;
            return CorrelationEvent::accepted;
        }
        learn_start();
    } else {
        KalmanBank predicted = bank_;
        predicted.predict(seconds_between(middle(sample), reference_system_));
        const double extra = extra_variance(sample);
        if (predicted.surprise(apart(sample), extra) > misfit_limit) {
            ++outliers_;
            if (++misfits_ < misfits_to_restart)
                return CorrelationEvent::outlier;
            begin(sample);
            return CorrelationEvent::restarted_step;
        }
        predicted.update(apart(sample), extra);
        bank_ = predicted;
        advance(sample);
        ++count_;
    }
    misfits_ = 0;
    newest_ = sample;
    anchor();
    return CorrelationEvent::accepted;
}

void Correlator::anchor() {
    estimate_ = bank_.estimate();
    CorrelationAnchor anchor;
    anchor.device = reference_device_;
    anchor.system = reference_system_;
    anchor.system_fraction = estimate_.offset;
    anchor.system_per_device = nominal_ * (1 + estimate_.frequency * 1e-9);
    anchor.fixed = config_.asymmetry * 0.5 * narrowest_;
    // While few samples have been seen the learnt noise is itself uncertain.
    const double n = static_cast<double>(count_);
    const double caution = 1 + 40 / (n * n);
    anchor.variance = estimate_.variance * caution;
    anchor.covariance = estimate_.covariance * caution;
    anchor.frequency_variance = estimate_.frequency_variance * caution;
    map_.add(anchor, bound_multiple, estimate_.wander);
}

Nanoseconds Correlator::next_sample_in() const noexcept {
    if (count_ == 0)
        return 0;
    if (misfits_ > 0)
        return std::min(config_.first_period, config_.period);
    // A quarter of the time already covered: rate and offset get better together, with few samples.
    const Nanoseconds covered = saturating_subtract(middle(newest_), first_system_);
    return std::min(std::max(config_.first_period, covered / 4), config_.period);
}

double Correlator::device_frequency() const noexcept {
    return ready() ? 1e9 / map_.newest().system_per_device : 0;
}

double Correlator::rate_bound_ppb() const noexcept {
    return bound_multiple * std::sqrt(estimate_.frequency_variance);
}

} // namespace wirestamp::clock
