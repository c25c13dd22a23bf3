// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/adaptive.hpp"

#include <algorithm>
#include <cmath>

#include "impl/clock/deterministic_math.hpp"

namespace wirestamp::clock {
namespace {

constexpr std::size_t size = FilterBank::size;
constexpr std::size_t skewed = FilterBank::skewed;

/// Where the models are in the bank: three shapes of four columns, and for two of the shapes a fast and a
/// wide one.
constexpr std::array<std::size_t, 3> shape_start = {0, 4, 10};
constexpr std::array<double, 4> column_factor = {0.5, 1, 2, 64};
constexpr std::size_t restless = 3; // the column of the largest factor
constexpr std::size_t fast_skewed = 8, wide_skewed = 9, fast_normal = 14, wide_normal = 15;

constexpr double sharp = 0.003; // exponential noise with as good as no normal part
constexpr double blurred = 0.2;
constexpr double slow_base = 2e-4; // scales per sqrt(s)
constexpr double fast_base = 0.5;
constexpr double wide_factor = 4;

constexpr double smallest_centre = 1e-3; // ns/s per sqrt(s)
constexpr double largest_centre = 1e4;
constexpr double first_centre = 10;
/// In 576 000 exchanges through correlated queues these took one queue for a change of rate.
constexpr double scatters_aside = 16;
constexpr double admitted_share = 0.25; // who is lost begins to admit much, and may stay lost
constexpr double loser = -12;           // score below which a model learns from the best
constexpr double another_rate = 5e4;    // ns/s, what two oscillators are apart
constexpr double no_noise = 1e9;        // ns; a scale this large is that of times that have nothing in common
constexpr int grace_period = 64;
constexpr unsigned slow_part = 4;
constexpr double calm_multiple = 6.2;
constexpr double cautious_multiple = 8;
// Likeness of neighbours beyond what independent ones show by chance is remembered over some thousand
// packets: queues come and go, and an interval must hold when they come back. In 8 x 20 000 s of correlated
// queueing at 1/s this takes reads outside from 0.21 % to 0.08 %; widths beyond 8 times the rms would do the
// rest.
constexpr double wary_floor = 0.15;
constexpr double wary_after = 200;    // of each direction
constexpr double wary_memory = 0.999; // each slow_part observations
constexpr double wary_share = 4;

constexpr bool is_wide(std::size_t i) {
    return i == wide_skewed || i == wide_normal;
}
constexpr bool is_fast(std::size_t i) {
    return i == fast_skewed || i == fast_normal;
}
constexpr bool is_skewed(std::size_t i) {
    return i < skewed;
}

constexpr int shape_of(std::size_t i) {
    if (i < 4 || i == fast_skewed || i == wide_skewed)
        return 0;
    return i < 8 ? 1 : 2;
}

double median_of_three(const std::array<double, 3>& v) noexcept {
    return std::max(std::min(v[0], v[1]), std::min(std::max(v[0], v[1]), v[2]));
}

double range_of_three(const std::array<double, 3>& v) noexcept {
    return std::max({v[0], v[1], v[2]}) - std::min({v[0], v[1], v[2]});
}

double clamped(double value, double limit) noexcept {
    return std::clamp(value, -limit, limit);
}

double seconds_between(Nanoseconds later, Nanoseconds earlier) noexcept {
    return static_cast<double>(saturating_subtract(later, earlier)) * 1e-9;
}

/// Inverse of a symmetric positive 3x3 matrix; false if it is singular.
bool invert(const std::array<double, 9>& a, std::array<double, 9>& inverse) noexcept {
    const double c0 = a[4] * a[8] - a[5] * a[5];
    const double c1 = a[2] * a[5] - a[1] * a[8];
    const double c2 = a[1] * a[5] - a[2] * a[4];
    const double determinant = a[0] * c0 + a[1] * c1 + a[2] * c2;
    if (!(determinant > 1e-12 * a[0] * a[4] * a[8]))
        return false;
    const double q = 1 / determinant;
    inverse = {c0 * q,
               c1 * q,
               c2 * q,
               c1 * q,
               (a[0] * a[8] - a[2] * a[2]) * q,
               (a[1] * a[2] - a[0] * a[5]) * q,
               c2 * q,
               (a[1] * a[2] - a[0] * a[5]) * q,
               (a[0] * a[4] - a[1] * a[1]) * q};
    return true;
}

} // namespace

void AdaptiveEstimator::Likeness::add(double residual, double limit, double opposite) noexcept {
    const double r = clamped(residual, limit);
    const double speed = std::max(1.0 / 200, 1 / (count + 1));
    count += 1;
    mean += speed * (r - mean);
    const double centred = r - mean;
    variance += speed * (centred * centred - variance);
    product += speed * (centred * last - product);
    cross += speed * (-centred * opposite - cross);
    last = centred;
}

void AdaptiveEstimator::LinkNoise::add(double delay) noexcept {
    const double speed = std::max(1.0 / 200, 1 / (count + 1));
    const double limit = count < 16 ? std::abs(delay - mean) : 6 * std::sqrt(variance);
    const double off = clamped(delay - mean, limit);
    count += 1;
    mean += speed * off;
    variance += speed * (off * off * (1 - speed) - variance);
}

double AdaptiveEstimator::LinkNoise::one_way(double least) const noexcept {
    // The mean of two exponential noises has half the variance of one.
    return count < 16 ? 0 : std::max(std::sqrt(2 * variance), least);
}

/// Correlation of the noise of neighbouring packets of one direction. An error of the clock makes them alike
/// as well, but then those of the other direction show the opposite, which no queue does.
double AdaptiveEstimator::likeness() const noexcept {
    const Likeness& a = likeness_[0];
    const Likeness& b = likeness_[1];
    if (a.count < 50 || b.count < 50 || a.variance <= 0 || b.variance <= 0)
        return 0;
    const double clock = std::max(0.0, (a.cross + b.cross) / (2 * std::sqrt(a.variance * b.variance)));
    const double own = std::max(a.product / a.variance, b.product / b.variance);
    // Of 200 independent residuals one in twenty seems correlated by more than 0.12.
    return std::clamp(own - 2 * clock - 0.12, 0.0, 0.9);
}

/// With peer delay only a shape of the noise tells the mean of it from the offset. Syncs and peer delay
/// messages go the same way: if what Syncs take by the estimate differs from what the link takes, the shape
/// is another one, or Syncs wait in a queue of their own. No packet tells which.
double AdaptiveEstimator::path_disagreement() const noexcept {
    constexpr double enough = 16;
    if (!peer_ || sync_noise_.count < enough || link_noise_.count < enough)
        return 0;
    return std::abs(sync_noise_.mean - link_noise_.mean);
}

AdaptiveEstimator::AdaptiveEstimator(double resolution, bool link_delay) noexcept
    : peer_(link_delay), resolution_(std::max(resolution, 1e-3)) {
    for (std::size_t i = 0; i < size; ++i) {
        bank_.blur[i] = shape_of(i) == 1 ? blurred : sharp;
        const double base = is_fast(i) ? fast_base : slow_base;
        bank_.base_wander[i] = base * base;
        bank_.rate_limit[i] = is_wide(i) ? 0 : 1;
    }
    // A stamp is uniformly distributed within its step: no noise is smaller than that.
    bank_.smallest_scale = 0.29 * resolution_;
}

void AdaptiveEstimator::set_wanders() noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        const bool slow = !is_fast(i) && !is_wide(i);
        const double factor = slow ? column_factor[(is_skewed(i) ? i : i - skewed) % columns] : 1;
        bank_.wander[i] = centre_ * centre_ * factor * factor;
    }
}

AdaptiveEstimator::Verdict AdaptiveEstimator::observe(Channel channel, Nanoseconds raw,
                                                      double value) noexcept {
    if (!std::isfinite(value))
        return Verdict::ignored;
    const auto c = static_cast<std::size_t>(channel);
    const double seconds = seconds_between(raw, raw_);
    if (ready_ && seconds < -30)
        return Verdict::ignored;
    auto& count = early_count_[c];
    if (count == early_capacity) {
        std::copy(early_[c].begin() + 1, early_[c].end(), early_[c].begin());
        --count;
    }
    early_[c][count++] = {raw, value};
    if (!ready_)
        return try_start() ? Verdict::started : Verdict::stored;
    FilterBank::Observation observation;
    observation.channel = c;
    observation.direction = c == 0 ? 1 : -1;
    observation.value = value;
    if (seconds > 0) {
        bank_.predict(seconds);
        raw_ = raw;
        spacing_ += 0.02 * (std::min(seconds, 10 * spacing_) - spacing_);
    } else {
        observation.lag = observation.direction * seconds;
    }
    if (rounds_++ % slow_part == 0)
        judge_slowly();
    bank_.observe(observation, outlier_share_, memory_, worth_);
    cautious_ = std::max(cautious_ - 1, 0.0);

    const std::size_t best = best_of(true);
    const std::size_t best_normal = is_wide(best) ? best_of(false) : best;
    // Whatever came in, numbers that are none must not stay.
    if (!std::isfinite(bank_.x[best] + bank_.f[best] + bank_.b[best] + bank_.xx[best])) {
        forget_all();
        return Verdict::ignored;
    }
    outlier_share_ += (1.0 / 500) * ((1 - bank_.trust[best]) - outlier_share_);
    outlier_share_ = std::clamp(outlier_share_, 0.002, 0.2);
    for (const std::size_t wide : {wide_skewed, wide_normal})
        for (auto& scales : bank_.scale)
            scales[wide] = wide_factor * scales[best_normal];

    if (peer_)
        sync_noise_.add(value - bank_.x[best]);
    hurry_learning(c, best_normal);
    likeness_[c].add(bank_.residual[best], 6 * bank_.scale[c][best], likeness_[1 - c].last);
    if (follow_jump(c, best))
        return Verdict::jumped;
    if (has_lost_the_time(c, best)) {
        ready_ = frequency_known_ = noise_known_ = false;
        centre_ = first_centre;
        outlier_share_ = 0.01;
        return try_start() ? Verdict::jumped : Verdict::outlier;
    }
    // A master that went from time to time: what its packets looked like meanwhile is no noise to go on with.
    if (best_noise() > no_noise) {
        forget_offset();
        return Verdict::outlier;
    }
    if (noise_was_none(c, best, raw, value)) {
        forget_offset();
        frequency_known_ = noise_known_ = false;
        return Verdict::outlier;
    }
    const bool outlier = bank_.trust[best] < 0.5;
    reseed();
    if (is_wide(best))
        take_wide();
    slide_grid();
    return outlier ? Verdict::outlier : Verdict::used;
}

/// A noise scale learnt over hundreds of packets takes as many to forget, unless all of the last few say the
/// same.
void AdaptiveEstimator::hurry_learning(std::size_t channel, std::size_t best) noexcept {
    double& trend = noise_trend_[channel];
    trend += (1.0 / 32) * (std::clamp(bank_.learning[best], -1.0, 2.0) - trend);
    if (std::abs(trend) < 0.5)
        return;
    for (double& learned : bank_.learned)
        learned = std::min(learned, 8.0);
    trend *= 0.5;
}

/// What changes slowly need not be worked out for every packet.
void AdaptiveEstimator::judge_slowly() noexcept {
    // The scores must remember many time constants of the filters, or too much wander looks best.
    memory_ = 1 - 1 / std::clamp(16 * time_constant(), 500.0, 20000.0);
    const double like = likeness();
    worth_ = (1 - like) / (1 + like);
    // The way to a first good estimate makes neighbours alike, too.
    const bool settled = likeness_[0].count > wary_after && likeness_[1].count > wary_after;
    wary_ = std::max(like > wary_floor && settled ? like : 0.0, wary_ * wary_memory);
}

void AdaptiveEstimator::link_delay(double delay) noexcept {
    if (!std::isfinite(delay))
        return;
    link_delay_ = delay;
    link_known_ = true;
    link_noise_.add(delay);
    if (ready_) {
        bank_.observe_base(delay, link_noise_.one_way(bank_.smallest_scale), memory_);
    } else {
        try_start();
    }
}

/// Least squares over the first few observations, centred on the newest so that no large numbers cancel.
bool AdaptiveEstimator::try_start() noexcept {
    // One pair is enough where the oscillator and the noise are known from before.
    const std::size_t needed = frequency_known_ ? (noise_known_ ? 1 : 2) : 4;
    if (early_count_[0] < needed || (peer_ ? !link_known_ : early_count_[1] < needed))
        return false;
    const std::size_t channels = peer_ ? 1 : 2;
    Nanoseconds newest = early_[0][early_count_[0] - 1].raw;
    if (!peer_)
        newest = std::max(newest, early_[1][early_count_[1] - 1].raw);
    // Without the second channel offset and delay cannot be told apart: the delay is what was measured
    // elsewhere.
    const double centre = early_[0][early_count_[0] - 1].value;
    std::array<double, 9> normal{};
    std::array<double, 3> right{};
    double squares = 0;
    double count = 0;
    double span = 0;
    const auto observation = [&](std::size_t channel, std::size_t i) {
        const double d = channel == 0 ? 1 : -1;
        const double t = seconds_between(early_[channel][i].raw, newest);
        std::array<double, 3> h{d, frequency_known_ ? 0 : d * t, peer_ ? 0.0 : 1.0};
        double y = early_[channel][i].value - d * centre;
        if (frequency_known_)
            y -= d * t * known_frequency_;
        span = std::max(span, -t);
        return std::pair{h, y};
    };
    for (std::size_t channel = 0; channel < channels; ++channel) {
        for (std::size_t i = 0; i < early_count_[channel]; ++i) {
            const auto [h, y] = observation(channel, i);
            for (std::size_t r = 0; r < 3; ++r) {
                right[r] += h[r] * y;
                for (std::size_t k = 0; k < 3; ++k)
                    normal[r * 3 + k] += h[r] * h[k];
            }
            count += 1;
        }
    }
    // Unknowns that are not asked for get a unit equation of their own.
    if (frequency_known_)
        normal[4] = 1;
    if (peer_)
        normal[8] = 1;
    std::array<double, 9> inverse{};
    if (!invert(normal, inverse))
        return false;
    std::array<double, 3> s{};
    for (std::size_t r = 0; r < 3; ++r)
        s[r] = inverse[r * 3] * right[0] + inverse[r * 3 + 1] * right[1] + inverse[r * 3 + 2] * right[2];
    for (std::size_t channel = 0; channel < channels; ++channel) {
        for (std::size_t i = 0; i < early_count_[channel]; ++i) {
            const auto [h, y] = observation(channel, i);
            const double r = y - (h[0] * s[0] + h[1] * s[1] + h[2] * s[2]);
            squares += r * r;
        }
    }
    const double unknowns = 3 - (frequency_known_ ? 1 : 0) - (peer_ ? 1 : 0);
    const double freedom = count - unknowns;
    double noise = freedom > 0 ? std::max(std::sqrt(squares / freedom), bank_.smallest_scale) : best_noise();
    const bool keep_noise = noise_known_ && noise < 3 * best_noise();
    if (keep_noise)
        noise = std::max(noise, best_noise());
    for (double& value : inverse)
        value *= 4 * noise * noise;
    if (frequency_known_) {
        s[1] = known_frequency_;
        inverse[1] = inverse[3] = inverse[5] = inverse[7] = 0;
        inverse[4] = known_frequency_variance_;
        inverse[0] += span * span * known_frequency_variance_ / 4;
    }
    double offset = s[0] + centre;
    double base = s[2];
    if (peer_) {
        offset -= link_delay_;
        base = link_delay_;
        const double variance = noise * noise;
        inverse[0] += variance;
        inverse[2] = inverse[6] = -variance;
        inverse[5] = inverse[7] = 0;
        inverse[8] = variance;
    } else {
        inverse[8] += 4 * noise * noise;
    }
    rounds_ = 0;
    apart_.count = 0;
    down_.reset();
    raw_ = newest;
    spacing_ = std::max(span / std::max(count - 1, 1.0), 1e-6);
    fill(offset, s[1], base, inverse, noise, keep_noise);
    // The oscillator is the same, but another grandmaster may be one that nobody disciplines: the rate
    // between the two can be any. Some of the models allow for it; two exchanges decide.
    if (frequency_known_)
        for (const std::size_t start : shape_start)
            bank_.ff[start + restless] += another_rate * another_rate;
    early_count_ = {};
    ready_ = true;
    frequency_known_ = true;
    noise_known_ = true;
    caution(2 * 4);
    return true;
}

void AdaptiveEstimator::fill(double offset, double frequency, double base,
                             const std::array<double, 9>& covariance, double noise,
                             bool keep_noise) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        if (!keep_noise) {
            const double own = is_wide(i) ? wide_factor * noise : noise;
            bank_.scale[0][i] = own;
            bank_.scale[1][i] = own;
            bank_.learned[i] = 2;
        }
        const double skew = is_skewed(i) ? 0.5 * (bank_.scale[0][i] + bank_.scale[1][i]) : 0;
        bank_.x[i] = offset;
        bank_.f[i] = frequency;
        bank_.b[i] = base - (is_skewed(i) && !is_wide(i) ? skew : is_skewed(i) ? noise : 0);
        bank_.xx[i] = covariance[0];
        bank_.xf[i] = covariance[1];
        bank_.xb[i] = covariance[2];
        bank_.ff[i] = covariance[4];
        bank_.fb[i] = covariance[5];
        bank_.bb[i] = covariance[8];
        bank_.score[i] = 0;
        grace_[i] = 0;
    }
    recent_ = {};
    noise_trend_ = {};
    doubt_ = {};
    set_wanders();
}

double AdaptiveEstimator::best_noise() const noexcept {
    const std::size_t best = best_of(false);
    return 0.5 * (bank_.scale[0][best] + bank_.scale[1][best]);
}

/// In observations: how long the best filter averages.
double AdaptiveEstimator::time_constant() const noexcept {
    const double c = best_noise();
    return std::sqrt(std::sqrt(c * c / (2 * centre_ * centre_ * spacing_ * spacing_ * spacing_)));
}

std::size_t AdaptiveEstimator::best_of(bool with_wide) const noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < size; ++i)
        if (bank_.score[i] > bank_.score[best] && (with_wide || !is_wide(i)))
            best = i;
    return best;
}

void AdaptiveEstimator::caution(double observations) noexcept {
    cautious_ = std::max(cautious_, observations);
}

void AdaptiveEstimator::follow_best(std::size_t from, std::size_t to, double score) noexcept {
    const double c = 0.5 * (bank_.scale[0][from] + bank_.scale[1][from]);
    bank_.copy(to, from);
    if (is_skewed(from) != is_skewed(to)) {
        // The mean of skewed noise is part of a normal model's base delay.
        bank_.b[to] += is_skewed(to) ? -c : c;
        bank_.bb[to] += 0.0625 * c * c;
    }
    if (shape_of(from) != shape_of(to)) {
        bank_.bb[to] += 0.09 * c * c;
        grace_[to] = grace_period;
    }
    bank_.score[to] = score;
}

/// Learning what the winner learnt is what makes recovery fast. Wide models always restart from the best
/// normal one.
void AdaptiveEstimator::reseed() noexcept {
    const std::size_t best = best_of(true);
    for (std::size_t i = 0; i < size; ++i) {
        if (grace_[i] > 0)
            --grace_[i];
        if (bank_.score[i] >= loser)
            continue;
        if (grace_[i] == 0) {
            const auto scale0 = bank_.scale[0][i];
            const auto scale1 = bank_.scale[1][i];
            follow_best(best, i, loser);
            if (is_wide(i)) {
                bank_.scale[0][i] = scale0;
                bank_.scale[1][i] = scale1;
            }
        } else {
            bank_.score[i] = loser;
        }
    }
}

void AdaptiveEstimator::take_wide() noexcept {
    const std::size_t wide = best_of(true);
    const std::size_t normal = best_of(false);
    if (!is_wide(wide) || bank_.score[normal] >= -8)
        return;
    const double c = 0.5 * (bank_.scale[0][wide] + bank_.scale[1][wide]);
    for (std::size_t i = 0; i < size; ++i) {
        if (is_wide(i))
            continue;
        const double score = std::max(bank_.score[i], -3.0);
        bank_.copy(i, wide);
        if (is_skewed(i) != is_skewed(wide)) {
            bank_.b[i] += is_skewed(i) ? -c : c;
            bank_.bb[i] += 0.1 * c * c;
        }
        bank_.score[i] = score;
        bank_.learned[i] = 15;
    }
    caution(5 * time_constant());
}

void AdaptiveEstimator::move_column(std::size_t to, std::size_t from, double penalty) noexcept {
    for (const std::size_t start : shape_start) {
        bank_.copy(start + to, start + from);
        bank_.score[start + to] = bank_.score[start + from] - penalty;
        grace_[start + to] = grace_[start + from];
    }
}

void AdaptiveEstimator::slide_grid() noexcept {
    if (slide_pause_ > 0)
        --slide_pause_;
    if (slide_pause_ > 0 || rounds_ % slow_part != 0)
        return;
    std::array<double, columns> weight{};
    for (const std::size_t start : shape_start)
        for (std::size_t column = 0; column < columns; ++column)
            if (bank_.score[start + column] > -20)
                weight[column] += fast_exp(bank_.score[start + column]);
    const double up = weight[2] + weight[3];
    if (up > 5 * weight[1] && up > 5 * weight[0] && centre_ < largest_centre) {
        centre_ *= 2;
        move_column(0, 1, 0);
        move_column(1, 2, 0);
        move_column(2, 2, 1);
        slide_pause_ = 20;
        caution(5 * time_constant());
    } else if (weight[0] > 5 * weight[1] && weight[0] > 5 * up && centre_ > smallest_centre) {
        centre_ *= 0.5;
        move_column(2, 1, 0);
        move_column(1, 0, 0);
        move_column(0, 0, 1);
        slide_pause_ = 20;
    } else {
        return;
    }
    bank_.normalise_scores();
    set_wanders();
}

/// A step of time makes one direction late and the other early by the same: no queue does that.
bool AdaptiveEstimator::follow_jump(std::size_t channel, std::size_t best) noexcept {
    Recent& own = recent_[channel];
    const Recent& other = recent_[1 - channel];
    if (bank_.trust[best] >= 0.5) {
        own.run = 0;
        doubt_[channel] = 0;
        return false;
    }
    const double residual = bank_.residual[best];
    own.residual = {own.residual[1], own.residual[2], residual};
    ++own.run;
    const std::array<double, 2> c = {bank_.scale[0][best], bank_.scale[1][best]};
    if (residual < 0)
        doubt_[channel] = std::max(doubt_[channel], -residual);
    const double step_here = channel == 0 ? residual : -residual;
    if (other.run > 0) {
        const double step_there = channel == 0 ? -other.residual[2] : other.residual[2];
        const double step = 0.5 * (step_here + step_there);
        if (std::abs(step) > 8 * (c[0] + c[1]) && std::abs(step_here - step_there) < 6 * (c[0] + c[1])) {
            jump_to(step, 0.5 * (residual + other.residual[2]), 0.5 * (c[0] + c[1]), 0);
            return true;
        }
    }
    const std::size_t enough = 3;
    if (peer_) {
        if (own.run < enough)
            return false;
        if (range_of_three(own.residual) > 6 * c[0]) {
            // Noise, or a master that runs to another time: either ends only when more is believed possible.
            expect_more_noise();
            return false;
        }
        jump_to(median_of_three(own.residual), 0, c[0], 2 * spacing_);
        return true;
    }
    // One direction alone is off, always by the same: the way it takes has changed, or what was believed of
    // the two together was wrong all along. Half of it is the clock's. No queue makes packets early; late
    // ones may still be one that stays full for long.
    const std::size_t persistent = residual < 0 ? 8 : 64;
    if (own.run >= persistent && other.run == 0 && range_of_three(own.residual) <= 6 * c[channel]) {
        const double off = median_of_three(own.residual);
        jump_to(0.5 * (channel == 0 ? off : -off), 0.5 * off, 0.5 * (c[0] + c[1]), 4 * spacing_);
        return true;
    }
    if (own.run < enough || other.run < enough)
        return false;
    const double range =
        std::max(range_of_three(own.residual) / c[channel], range_of_three(other.residual) / c[1 - channel]);
    if (range > 6) {
        // A burst: far more noise than was known, and no new centre.
        expect_more_noise();
        return false;
    }
    const double a = median_of_three(own.residual);
    const double b = median_of_three(other.residual);
    jump_to(0.5 * (channel == 0 ? a - b : b - a), 0.5 * (a + b), 0.5 * (c[0] + c[1]), 4 * spacing_);
    return true;
}

/// While a master runs from one time to another, what its packets are off by can be learnt as noise of one
/// direction: a scale that fits, so that none is ever strange again, and a wrong offset or rate that stays.
/// But noise varies. Where each packet follows from the two before it to a small part of that scale, and what
/// is believed does not, it is the belief that is wrong.
bool AdaptiveEstimator::noise_was_none(std::size_t channel, std::size_t best, Nanoseconds raw,
                                       double value) noexcept {
    constexpr std::size_t enough = 64; // late packets, too, may be late by the same for so long
    constexpr double small_part = 1.0 / 16;
    Smooth& s = smooth_[channel];
    const double before = seconds_between(s.raw[1], s.raw[0]);
    const double now = seconds_between(raw, s.raw[1]);
    const bool comparable = s.known == 2 && before > 0 && now > 0 && now < 4 * before;
    const double off =
        comparable ? std::abs(value - s.value[1] - (s.value[1] - s.value[0]) * (now / before)) : 0;
    s.raw = {s.raw[1], raw};
    s.value = {s.value[1], value};
    s.known = std::min(s.known + 1, 2);
    if (!comparable)
        return false;
    const double scale = bank_.scale[channel][best];
    if (!(off < small_part * scale) || small_part * scale < bank_.smallest_scale) {
        s.run = 0;
        s.most = 0;
        return false;
    }
    s.most = std::max(s.most, off);
    if (++s.run < enough)
        return false;
    s.run = 0;
    const double d = channel == 0 ? 1 : -1;
    const double spread = std::max(0.0, bank_.xx[best] + bank_.bb[best] + 2 * d * bank_.xb[best]);
    const double noise = std::max(s.most, bank_.smallest_scale);
    s.most = 0;
    if (std::abs(bank_.residual[best]) > 8 * (noise + std::sqrt(spread)))
        return true;
    for (double& learned : bank_.learned) // it has just become less
        learned = std::min(learned, 8.0);
    return false;
}

void AdaptiveEstimator::Apart::add(Nanoseconds at, double apart) noexcept {
    if (count == size) {
        std::copy(raw.begin() + 1, raw.end(), raw.begin());
        std::copy(value.begin() + 1, value.end(), value.begin());
        --count;
    }
    raw[count] = at;
    value[count++] = apart;
}

double AdaptiveEstimator::Apart::beyond_doubt() const noexcept {
    if (count < size)
        return 0;
    constexpr double n = size;
    double least = std::abs(value[0]);
    double t = 0, v = 0, tt = 0, tv = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (value[i] * value[0] <= 0)
            return 0;
        least = std::min(least, std::abs(value[i]));
        const double at = seconds_between(raw[i], raw[0]);
        t += at;
        v += value[i];
        tt += at * at;
        tv += at * value[i];
    }
    const double spread = n * tt - t * t;
    const double slope = spread > 0 ? (n * tv - t * v) / spread : 0;
    double squares = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const double off = value[i] - v / n - slope * (seconds_between(raw[i], raw[0]) - t / n);
        squares += off * off;
    }
    return std::max(0.0, least - scatters_aside * std::sqrt(squares / (n - 2)));
}

/// A rate that changes at once (a master's clock that somebody begins to turn) looks to some of the models
/// like a way that gets shorter and noise that grows in one direction; who believes that has no outliers, and
/// is wrong for good. Both directions together know nothing of models: if all of the last exchanges find the
/// estimate off on one side, and by far more than they scatter, it begins anew with them.
bool AdaptiveEstimator::has_lost_the_time(std::size_t channel, std::size_t best) noexcept {
    if (bank_.trust[best] < 0.5)
        return false; // that is seen to elsewhere
    const double residual = bank_.residual[best];
    if (channel == 0)
        down_ = residual;
    if (peer_ ? channel != 0 : channel == 0 || !down_)
        return false;
    apart_.add(raw_, peer_ ? residual : 0.5 * (*down_ - residual));
    const double apart = apart_.beyond_doubt();
    if (apart == 0 || !resolution_known_)
        return false;
    const Estimate e = estimate();
    return apart > admitted_share * (e.multiple * std::sqrt(e.variance) + e.doubt) + 2 * resolution_;
}

void AdaptiveEstimator::expect_more_noise() noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        bank_.scale[0][i] *= 2;
        bank_.scale[1][i] *= 2;
        bank_.learned[i] = std::min(bank_.learned[i], 15.0);
    }
    recent_ = {};
    caution(5 * time_constant());
}

void AdaptiveEstimator::jump_to(double offset_step, double base_step, double noise, double span) noexcept {
    const std::size_t best = best_of(true);
    const double x = bank_.x[best] + offset_step;
    const double b = bank_.b[best] + base_step + (is_skewed(best) ? 0 : -noise);
    const double f = bank_.f[best];
    const double slope = 0.02 * noise / std::max(span, 2 * spacing_);
    for (std::size_t i = 0; i < size; ++i) {
        bank_.x[i] = x;
        bank_.f[i] = f;
        bank_.b[i] = b + (is_skewed(i) ? 0 : noise);
        bank_.xx[i] = 4 * noise * noise;
        bank_.bb[i] = 4 * noise * noise;
        bank_.xf[i] = bank_.xb[i] = bank_.fb[i] = 0;
        bank_.ff[i] = 4 * bank_.ff[best] + slope * slope;
        if (!is_wide(i)) {
            bank_.scale[0][i] = bank_.scale[0][best];
            bank_.scale[1][i] = bank_.scale[1][best];
        }
        bank_.score[i] = 0;
    }
    recent_ = {};
    doubt_ = {};
    caution(5 * time_constant());
}

AdaptiveEstimator::Estimate AdaptiveEstimator::estimate() const noexcept {
    Estimate e;
    std::array<double, size> wide_weight{};
    double sum = 0;
    double wide_sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (bank_.score[i] < -16)
            continue;
        const double weight = fast_exp(bank_.score[i]);
        sum += weight;
        e.offset += weight * bank_.x[i];
        e.frequency += weight * bank_.f[i];
        e.base_delay += weight * bank_.b[i];
        const double noise = 0.5 * (bank_.scale[0][i] + bank_.scale[1][i]);
        e.noise += weight * noise;
        e.mean_delay += weight * (bank_.b[i] + (is_skewed(i) ? noise : 0));
        if (bank_.score[i] > -8) {
            wide_weight[i] = fast_exp(0.3 * bank_.score[i]);
            wide_sum += wide_weight[i];
        }
    }
    const double scale = 1 / sum;
    e.offset *= scale;
    e.frequency *= scale;
    e.base_delay *= scale;
    e.mean_delay *= scale;
    e.noise *= scale;
    for (std::size_t i = 0; i < size; ++i) {
        const double weight = wide_weight[i] / wide_sum;
        if (weight == 0)
            continue;
        const double dx = bank_.x[i] - e.offset;
        const double df = bank_.f[i] - e.frequency;
        e.variance += weight * (bank_.xx[i] + dx * dx);
        e.covariance += weight * (bank_.xf[i] + dx * df);
        e.frequency_variance += weight * (bank_.ff[i] + df * df);
        e.wander_variance += weight * bank_.wander[i];
    }
    // The filters already learn less from such packets; this is for what they learnt before that was seen,
    // and for the next long queue, which no variance of the last minutes tells of.
    const double alike = std::max(likeness(), wary_);
    const double inflation = std::sqrt((1 + alike) / (1 - alike));
    e.variance *= inflation;
    e.covariance *= inflation;
    e.frequency_variance *= inflation;
    e.multiple = cautious_ > 0 ? cautious_multiple : calm_multiple;
    e.doubt =
        std::max(doubt_[0], doubt_[1]) + wary_share * alike * std::sqrt(e.variance) + path_disagreement();
    return e;
}

void AdaptiveEstimator::shift(double offset) noexcept {
    for (double& x : bank_.x)
        x += offset;
    for (std::size_t channel = 0; channel < 2; ++channel)
        for (Early& early : early_[channel])
            early.value += channel == 0 ? offset : -offset;
    for (std::size_t channel = 0; channel < 2; ++channel)
        for (double& value : smooth_[channel].value)
            value += channel == 0 ? offset : -offset;
}

void AdaptiveEstimator::forget_offset() noexcept {
    if (ready_) {
        const Estimate now = estimate();
        known_frequency_ = now.frequency;
        known_frequency_variance_ = now.frequency_variance;
        frequency_known_ = true;
        noise_known_ = best_noise() < no_noise;
    }
    ready_ = false;
    link_known_ = false;
    link_noise_ = {};
    sync_noise_ = {};
    early_count_ = {};
    doubt_ = {};
    recent_ = {};
    smooth_ = {};
}

void AdaptiveEstimator::forget_all() noexcept {
    forget_offset();
    frequency_known_ = false;
    noise_known_ = false;
    centre_ = first_centre;
    outlier_share_ = 0.01;
    slide_pause_ = 0;
}

void AdaptiveEstimator::measure_by_link(bool link_delay) noexcept {
    forget_offset();
    noise_known_ = false; // of the other channel it is not
    peer_ = link_delay;
}

void AdaptiveEstimator::disturb(double offset_deviation, double frequency_deviation) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        bank_.xx[i] += offset_deviation * offset_deviation;
        bank_.ff[i] += frequency_deviation * frequency_deviation;
    }
}

} // namespace wirestamp::clock
