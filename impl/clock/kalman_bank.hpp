// SPDX-License-Identifier: Apache-2.0
//
// Offset and frequency from noisy offsets when neither the noise nor the oscillator's wander is known: one
// two-state Kalman filter for each of a range of wanders, each learning its own noise, weighted by how well
// it has predicted.

#pragma once

#include <array>
#include <cstddef>

namespace wirestamp::clock {

class KalmanBank {
public:
    struct Estimate {
        double offset = 0;    ///< ns
        double frequency = 0; ///< ns/s
        double variance = 0;
        double covariance = 0;
        double frequency_variance = 0;
        double wander = 0; ///< (ns/s)^2 per s
        double noise = 0;  ///< standard deviation of one measurement, ns
    };

    /// From scratch: standard deviations of what is known of offset, frequency and of one measurement.
    void start(double offset, double offset_deviation, double frequency, double frequency_deviation,
               double noise) noexcept;

    void predict(double seconds) noexcept;

    /// extra_variance: how much worse than usual this measurement is known to be.
    void update(double measured, double extra_variance) noexcept;

    /// Distance of a measurement from the prediction in standard deviations, by the model that allows it
    /// most.
    double surprise(double measured, double extra_variance) const noexcept;

    /// Moves the origin of the offset.
    void shift(double offset) noexcept;

    /// Uncertainty of the prediction at the present moment is part of the spread between models, too.
    Estimate estimate() const noexcept;

private:
    static constexpr std::size_t size = 11;

    struct Model {
        double x = 0, f = 0, xx = 0, xf = 0, ff = 0;
        double log_noise = 0; ///< of the standard deviation
        double score = 0;
    };

    static double wander_of(std::size_t index) noexcept;

    std::array<Model, size> models_{};
    double count_ = 0;
    double smallest_noise_ = 0;
};

} // namespace wirestamp::clock
