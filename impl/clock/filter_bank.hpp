// SPDX-License-Identifier: Apache-2.0
//
// Sixteen estimators of (offset x, frequency f, base delay b) that differ in what they assume of the noise
// and of the oscillator, side by side in arrays. One one-way observation y = d x + b + e updates all of them
// in closed form: the posterior under noise that is an exponential plus a normal variable is replaced by the
// normal distribution with the same mean and variance (assumed-density filtering). Each learns the scale of
// its noise for each direction. What the models are for and how they help each other is the business of
// adaptive.hpp.

#pragma once

#include <array>
#include <cstddef>

namespace wirestamp::clock {

class FilterBank {
public:
    static constexpr std::size_t size = 16;
    /// Models 0 .. skewed-1 assume exponential noise, the others normal noise.
    static constexpr std::size_t skewed = 10;
    using Row = std::array<double, size>;

    /// A one-way observation: predicted value direction * x + lag * f + b, where lag is direction times how
    /// long before the present state it was taken (negative then).
    struct Observation {
        std::size_t channel = 0;
        double direction = 1;
        double lag = 0;
        double value = 0;
    };

    void predict(double seconds) noexcept;
    /// outlier: prior probability; memory: forgetting factor of the scores; worth: the likelihood is raised
    /// to this power, below one where neighbouring observations say the same thing twice.
    void observe(const Observation& observation, double outlier, double memory, double worth = 1) noexcept;
    /// An observation of b alone: a measured link delay, mean of two one-way noises of scale `noise` each (0:
    /// taken to be that of channel 0), whose mean models of exponential noise must take away to get at the
    /// base.
    void observe_base(double value, double noise, double memory) noexcept;

    void copy(std::size_t to, std::size_t from) noexcept;
    void normalise_scores() noexcept;

    Row x{}, f{}, b{};
    Row xx{}, xf{}, xb{}, ff{}, fb{}, bb{};
    std::array<Row, 2> scale{};   ///< mean (skewed) or deviation (normal) of the noise, by channel
    Row learned{};                ///< observations (in pairs) that the scales were learnt from
    Row rate_limit{};             ///< 0 where the scales are not learnt at all, else 1
    Row score{};                  ///< log likelihood with forgetting, the best model's is 0
    Row trust{};                  ///< probability that the last observation was no outlier
    Row learning{};               ///< how much larger the last observation says the noise is; zero on average
    Row residual{};               ///< of the last observation, before the update
    Row blur{};                   ///< skewed: normal share of the noise relative to its mean
    Row wander{};                 ///< (ns/s)^2 per s
    Row base_wander{};            ///< squared, in scales per sqrt(s)
    double smallest_scale = 1e-3; ///< ns
    std::size_t last_channel = 0;
};

} // namespace wirestamp::clock
