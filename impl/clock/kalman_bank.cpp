// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/kalman_bank.hpp"

#include <algorithm>
#include <cmath>

#include "impl/clock/deterministic_math.hpp"

namespace wirestamp::clock {
namespace {

/// Standard deviations of wander from 1e-12 (a good OCXO) to 1e-7 per sqrt(s), a factor of sqrt(10) apart.
constexpr double wanders[] = {1e-3, 3.2e-3, 1e-2, 3.2e-2, 0.1, 0.32, 1.0, 3.2, 10.0, 32.0, 100.0};

} // namespace

double KalmanBank::wander_of(std::size_t index) noexcept {
    return wanders[index] * wanders[index];
}

void KalmanBank::start(double offset, double offset_deviation, double frequency, double frequency_deviation,
                       double noise) noexcept {
    smallest_noise_ = 0.02 * noise;
    count_ = 0;
    for (Model& model : models_) {
        model = Model{offset,
                      frequency,
                      offset_deviation * offset_deviation,
                      0,
                      frequency_deviation * frequency_deviation,
                      fast_log(noise),
                      0};
    }
}

void KalmanBank::predict(double seconds) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        Model& m = models_[i];
        const double wander = wander_of(i);
        m.x += m.f * seconds;
        m.xx += seconds * (2 * m.xf + seconds * m.ff) + wander * seconds * seconds * seconds / 3;
        m.xf += seconds * m.ff + wander * seconds * seconds / 2;
        m.ff += wander * seconds;
    }
}

void KalmanBank::update(double measured, double extra_variance) noexcept {
    count_ += 1;
    const double learning = std::max(1 / (count_ + 3), 1.0 / 300);
    const double memory = 1 - 1 / std::clamp(count_ * 0.5, 20.0, 400.0);
    double best = -1e300;
    for (Model& m : models_) {
        const double own = fast_exp(2 * m.log_noise);
        const double total = m.xx + own + extra_variance;
        const double residual = measured - m.x;
        const double surprise = residual * residual / total;
        m.score = memory * m.score - 0.5 * (fast_log(total) + std::min(surprise, 25.0));
        const double gain_x = m.xx / total;
        const double gain_f = m.xf / total;
        m.x += gain_x * residual;
        m.f += gain_f * residual;
        m.ff -= gain_f * m.xf;
        m.xf -= gain_f * m.xx;
        m.xx -= gain_x * m.xx;
        // Recursive maximum likelihood of the noise; a single surprise moves it by a third at most.
        const double slope = own / total * (surprise - 1);
        const double information = std::max(0.05, 2 * own * own / (total * total));
        m.log_noise += std::clamp(learning * slope / information, -0.3, 0.3);
        m.log_noise = std::max(m.log_noise, fast_log(smallest_noise_));
        best = std::max(best, m.score);
    }
    for (Model& m : models_)
        m.score = std::max(m.score - best, -30.0);
}

double KalmanBank::surprise(double measured, double extra_variance) const noexcept {
    double least = 1e300;
    for (const Model& m : models_) {
        if (m.score < -8)
            continue;
        const double residual = std::abs(measured - m.x);
        least = std::min(least, residual / std::sqrt(m.xx + fast_exp(2 * m.log_noise) + extra_variance));
    }
    return least;
}

void KalmanBank::shift(double offset) noexcept {
    for (Model& model : models_)
        model.x += offset;
}

KalmanBank::Estimate KalmanBank::estimate() const noexcept {
    Estimate result;
    double weights = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const Model& m = models_[i];
        const double weight = fast_exp(m.score);
        weights += weight;
        result.offset += weight * m.x;
        result.frequency += weight * m.f;
        result.wander += weight * wander_of(i);
        result.noise += weight * fast_exp(m.log_noise);
    }
    result.offset /= weights;
    result.frequency /= weights;
    result.wander /= weights;
    result.noise /= weights;
    for (const Model& m : models_) {
        const double weight = fast_exp(m.score) / weights;
        const double dx = m.x - result.offset;
        const double df = m.f - result.frequency;
        result.variance += weight * (m.xx + dx * dx);
        result.covariance += weight * (m.xf + dx * df);
        result.frequency_variance += weight * (m.ff + df * df);
    }
    return result;
}

} // namespace wirestamp::clock
