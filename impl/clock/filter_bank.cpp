// SPDX-License-Identifier: Apache-2.0

// Without these the compiler must keep the order in which divisions could trap, and vectorises none of the
// loops below. No result depends on it.
#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#pragma GCC optimize("O3", "no-trapping-math")
#endif

#include "impl/clock/filter_bank.hpp"

#include <algorithm>
#include <cmath>

#include "impl/clock/deterministic_math.hpp"

// Twice as wide where the processor can, chosen when the library is loaded. Without fused operations the
// results are the same to the last bit. Sanitizers are not ready yet when that choice is made.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define WIRESTAMP_WIDEST __attribute__((target_clones("avx2", "default")))
#else
#define WIRESTAMP_WIDEST
#endif

namespace wirestamp::clock {
namespace {

using Row = FilterBank::Row;

constexpr double pi = 3.14159265358979;
/// No observation may take all of a variance away: what is left of it must survive rounding.
constexpr double almost_one = 1 - 1e-7;

double clipped(double value, double limit) noexcept {
    return value > limit ? limit : (value < -limit ? -limit : value);
}

/// exp for small arguments, exact enough for a step of a learning rule.
double small_exp(double x) noexcept {
    const double even = 1 + x * x * (1.0 / 12);
    return (even + 0.5 * x) / (even - 0.5 * x);
}

double root(double x) noexcept {
    const double positive = x > 1e-30 ? x : 1e-30;
    return positive * inverse_root(positive);
}

} // namespace

WIRESTAMP_WIDEST void FilterBank::predict(double seconds) noexcept {
    const double half = seconds * seconds * 0.5;
    const double third = seconds * seconds * seconds * (1.0 / 3);
    for (std::size_t i = 0; i < size; ++i) {
        x[i] += f[i] * seconds;
        xx[i] += seconds * (2 * xf[i] + seconds * ff[i]) + wander[i] * third;
        xf[i] += seconds * ff[i] + wander[i] * half;
        xb[i] += seconds * fb[i];
        ff[i] += wander[i] * seconds;
        const double noise = 0.5 * (scale[0][i] + scale[1][i]);
        bb[i] += base_wander[i] * noise * noise * seconds;
    }
}

WIRESTAMP_WIDEST void FilterBank::observe(const Observation& o, double outlier, double memory,
                                          double worth) noexcept {
    Row gain, curve, likelihood;
    Row& scales = scale[o.channel];
    last_channel = o.channel;
    const double d = o.direction;
    const double l = o.lag;
    for (std::size_t i = 0; i < skewed; ++i) {
        const double spread =
            d * d * xx[i] + l * l * ff[i] + bb[i] + 2 * (d * l * xf[i] + d * xb[i] + l * fb[i]);
        const double r = o.value - (d * x[i] + l * f[i] + b[i]);
        const double j = scales[i];
        const double inverse_j = 1 / j;
        const double sg = blur[i] * j;
        const double s2 = spread + sg * sg;
        const double inverse_s = inverse_root(s2);
        const double s = s2 * inverse_s;
        const double u = r * inverse_s;
        const double w = s * inverse_j;
        const double z = u - w;
        const bool below = z < 0;
        const double a = below ? -z : z;
        const double ratio = mills_ratio(a);
        const double e1 = fast_exp(below ? -0.5 * u * u : 0.5 * w * w - r * inverse_j);
        const double density = inverse_sqrt_two_pi * fast_exp(-0.5 * z * z);
        const double above = 1 - density * ratio;
        const double m = (below ? 1 : density) / (below ? ratio : above);
        // z + m; far below zero the plain sum would cancel to noise, and with it the variance could turn
        // negative.
        const double inverse_a = ratio * (1 + ratio * ratio);
        const double far = inverse_a * (1 - 2 * inverse_a * inverse_a);
        const double zm = below && a > 30 ? far : z + m;
        const double shrink = m * zm;
        const double z1 = (below ? inverse_sqrt_two_pi * ratio : above) * e1 * inverse_j;
        const double g0 = inverse_j - m * inverse_s;
        const double h0 = -(shrink < almost_one ? shrink : almost_one) * inverse_s * inverse_s;
        const double width = 3 * (j + root(spread));
        const double z0 = outlier * width / (pi * (r * r + width * width));
        const double total = (1 - outlier) * z1 + z0;
        const double inside = (1 - outlier) * z1 / total;
        gain[i] = inside * g0;
        curve[i] = std::min(0.0, inside * h0 + inside * (1 - inside) * g0 * g0);
        likelihood[i] = total;
        trust[i] = inside;
        residual[i] = r;
        learning[i] = inside * (-1 - w * w + (r + m * s) * inverse_j + sg * sg * (h0 + g0 * g0));
    }
    for (std::size_t i = skewed; i < size; ++i) {
        const double spread =
            d * d * xx[i] + l * l * ff[i] + bb[i] + 2 * (d * l * xf[i] + d * xb[i] + l * fb[i]);
        const double r = o.value - (d * x[i] + l * f[i] + b[i]);
        const double c = scales[i];
        const double s2 = spread + c * c;
        const double inverse = 1 / s2;
        const double z1 = inverse_sqrt_two_pi * inverse_root(s2) * fast_exp(-0.5 * r * r * inverse);
        const double g0 = r * inverse;
        const double h0 = -almost_one * inverse;
        const double width = 3 * (c + root(spread));
        const double z0 = outlier * width / (pi * (r * r + width * width));
        const double total = (1 - outlier) * z1 + z0;
        const double inside = (1 - outlier) * z1 / total;
        gain[i] = inside * g0;
        curve[i] = std::min(0.0, inside * h0 + inside * (1 - inside) * g0 * g0);
        likelihood[i] = total;
        trust[i] = inside;
        residual[i] = r;
        const double share = c * c * inverse;
        learning[i] = inside * c * c * (h0 + g0 * g0) / std::max(0.05, 2 * share * share);
    }
    for (std::size_t i = 0; i < size; ++i) {
        const double vx = d * xx[i] + l * xf[i] + xb[i];
        const double vf = d * xf[i] + l * ff[i] + fb[i];
        const double vb = d * xb[i] + l * fb[i] + bb[i];
        const double g = worth * gain[i];
        const double k = worth * curve[i];
        x[i] += vx * g;
        f[i] += vf * g;
        b[i] += vb * g;
        xx[i] += vx * vx * k;
        xf[i] += vx * vf * k;
        xb[i] += vx * vb * k;
        ff[i] += vf * vf * k;
        fb[i] += vf * vb * k;
        bb[i] += vb * vb * k;
        const double speed = rate_limit[i] * std::max(1 / (learned[i] + 3), 1.0 / 400);
        scales[i] = std::max(smallest_scale, scales[i] * small_exp(clipped(speed * learning[i], 0.3)));
        learned[i] += 0.5;
        score[i] = memory * score[i] + worth * fast_log(std::max(likelihood[i], 1e-290));
    }
    normalise_scores();
}

void FilterBank::observe_base(double value, double noise, double memory) noexcept {
    // The mean of two one-way noises: half the variance of one.
    constexpr double variance_share = 0.5;
    for (std::size_t i = 0; i < size; ++i) {
        const double c = noise > 0 ? noise : scale[0][i];
        // The mean of the noise is part of a normal model's base, but not of a skewed one's.
        const double r = value - (i < skewed ? c : 0) - b[i];
        const double s2 = bb[i] + variance_share * c * c;
        const double limit = 5 * std::sqrt(s2);
        const double g = clipped(r, limit) / s2;
        x[i] += xb[i] * g;
        f[i] += fb[i] * g;
        b[i] += bb[i] * g;
        const double k = -1 / s2;
        const double vx = xb[i];
        const double vf = fb[i];
        const double vb = bb[i];
        xx[i] += vx * vx * k;
        xf[i] += vx * vf * k;
        xb[i] += vx * vb * k;
        ff[i] += vf * vf * k;
        fb[i] += vf * vb * k;
        bb[i] += vb * vb * k;
        const double surprise = std::min(r * r / s2, 25.0);
        score[i] = memory * score[i] - 0.5 * (surprise + fast_log(s2));
    }
    normalise_scores();
}

void FilterBank::normalise_scores() noexcept {
    const double best = *std::max_element(score.begin(), score.end());
    for (double& value : score)
        value -= best;
}

void FilterBank::copy(std::size_t to, std::size_t from) noexcept {
    for (Row* row : {&x, &f, &b, &xx, &xf, &xb, &ff, &fb, &bb, &scale[0], &scale[1], &learned})
        (*row)[to] = (*row)[from];
}

} // namespace wirestamp::clock
