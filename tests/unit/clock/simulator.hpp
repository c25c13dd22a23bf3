// SPDX-License-Identifier: Apache-2.0
//
// A master, a slave's oscillator and the path between them, in numbers only: no packets, no sockets, a
// million exchanges in a second. Drives a Discipline closed-loop and compares its clock with true time. Own
// random generator and own transforms: the standard library's distributions differ between vendors, and a
// seed must mean the same run everywhere.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "impl/clock/discipline.hpp"

namespace wirestamp::clock::test {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 0x1234567ULL) {
        for (int i = 0; i < 4; ++i)
            bits();
    }

    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    /// In (0, 1].
    double uniform() { return (static_cast<double>(bits() >> 11) + 1.0) * 0x1p-53; }
    double exponential(double mean) { return -mean * std::log(uniform()); }
    double gaussian() {
        return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
    }

private:
    std::uint64_t state_;
};

enum class Noise {
    exponential,
    gaussian,
    exponential_and_gaussian,
    gamma2,
    pareto,
    uniform,
    correlated_queue
};

/// Something that lasts from one time to another, in s of true time. Nothing happens while until <= from.
struct During {
    double from = 0;
    double until = 0;
    double size = 0;
    bool at(double t) const { return t >= from && t < until; }
};

struct Scenario {
    const char* name = "";
    double jitter = 100; ///< ns: mean (deviation if normal) of each direction's noise
    Noise noise = Noise::exponential;
    double back_factor = 1;    ///< jitter of slave to master, relative
    double wander = 1e-9;      ///< per sqrt(s)
    double flicker = 0;        ///< frequency deviation of each of six relaxation processes, 1 .. 1000 s
    double interval = 1;       ///< s, Sync
    double delay_interval = 0; ///< s, Delay_Req; 0: as Sync
    double delay_phase =
        0.01; ///< when after a Sync, in Sync intervals: right after, as in the published figures
    double delay_scatter = 0;     ///< random part of that
    double loss = 0;              ///< share of packets of each direction
    double quantum = 1;           ///< ns, of all stamps
    double outliers = 0;          ///< share of packets held up, by 100 times the jitter on average
    double length = 2000;         ///< s
    double start_offset = 1e8;    ///< ns
    double start_frequency = 1e5; ///< ns/s
    bool peer_delay = false;
    During base_step;  ///< ns on both directions
    During base_drift; ///< ns/s
    During ramp;       ///< of frequency, per s
    During silence;
    During burst;          ///< jitter times size
    During load;           ///< jitter times size on master to slave only
    During master_step;    ///< ns, unannounced
    During other_master;   ///< ns of disagreement, announced
    double other_rate = 0; ///< ns/s by which that master runs faster
};

struct Statistics {
    double squares = 0, sum = 0, count = 0, worst = 0;
    void add(double error) {
        squares += error * error;
        sum += error;
        count += 1;
        worst = std::max(worst, std::abs(error));
    }
    double rms() const { return count > 0 ? std::sqrt(squares / count) : 0; }
    double mean() const { return count > 0 ? sum / count : 0; }
};

/// What cannot be beaten linearly: a Kalman filter that is told the noise, the wander and the base delay.
class KnowingKalman {
public:
    KnowingKalman(double noise, double wander) : noise_(noise * noise), wander_(wander * wander * 1e18) {}

    double predicted(double t) const { return x_ + f_ * (t - time_); }

    void observe(double t, double direction, double value) {
        const double dt = t - time_;
        time_ = t;
        x_ += f_ * dt;
        xx_ += dt * (2 * xf_ + dt * ff_) + wander_ * dt * dt * dt / 3;
        xf_ += dt * ff_ + wander_ * dt * dt / 2;
        ff_ += wander_ * dt;
        const double total = xx_ + noise_;
        const double residual = direction * value - x_;
        const double a = xx_ / total;
        const double b = xf_ / total;
        x_ += a * residual;
        f_ += b * residual;
        ff_ -= b * xf_;
        xf_ -= b * xx_;
        xx_ -= a * xx_;
    }

private:
    double noise_, wander_;
    double time_ = 0, x_ = 1e8, f_ = 1e5, xx_ = 1e12, xf_ = 0, ff_ = 1e10;
};

struct Outcome {
    Statistics reference; ///< error of the knowing Kalman filter at the same moments
    Statistics error;     ///< just before each new Sync, from settle to the end
    Statistics window;    ///< the same from window.from to window.until
    double converged = 0; ///< s after which |error| stayed below 1 us (10 times the jitter if that is more)
    double reads = 0;     ///< of the clock at random times, once valid
    double inside = 0;    ///< of these with true time within the bound
    std::vector<double> bounds;
    double mean_square_read = 0;
    double median_bound() {
        if (bounds.empty())
            return 0;
        const auto middle = bounds.begin() + static_cast<std::ptrdiff_t>(bounds.size() / 2);
        std::nth_element(bounds.begin(), middle, bounds.end());
        return *middle;
    }
    DisciplineCounters counters;
    int state_changes = 0;
};

class Simulation {
public:
    Simulation(const Scenario& scenario, std::uint64_t seed)
        : s_(scenario), random_(seed), x_(scenario.start_offset), f_(scenario.start_frequency) {}

    /// Statistics from `settle`, those of the window within it; read_from: when interval honesty begins to
    /// count.
    Outcome run(DisciplineConfig config, double settle = 400, During window = {}, double read_from = 0) {
        config.peer_delay = s_.peer_delay;
        config.sync_interval = s_.interval;
        config.stamp_resolution = s_.quantum;
        Discipline d(config);
        KnowingKalman knowing(s_.jitter, s_.wander);
        Outcome out;
        const double delay_interval = s_.delay_interval > 0 ? s_.delay_interval : s_.interval;
        double next_delay = s_.delay_phase * s_.interval;
        const auto rounds = static_cast<std::int64_t>(s_.length / s_.interval);
        SyncState state = d.state();
        bool other = false;
        for (std::int64_t round = 0; round < rounds; ++round) {
            const double t = static_cast<double>(round) * s_.interval;
            advance(t);
            const double error = read(d, out, t, read_from);
            if (d.view().valid && t >= settle) {
                out.error.add(error);
                out.reference.add(knowing.predicted(t) - x_);
            }
            if (d.view().valid && window.at(t))
                out.window.add(error);
            if (!d.view().valid || std::abs(error) > std::max(1000.0, 10 * s_.jitter))
                out.converged = t + s_.interval;
            if (s_.other_master.at(t) != other) {
                other = !other;
                d.on_master_changed();
            }
            if (!lost(t)) {
                const double e = noise(t, true);
                const double path = base(t) + e;
                advance(t + path * 1e-9);
                knowing.observe(time_, 1, x_ + path - base(t) - mean());
                note(d, d.on_sync(quantised(master(t, 0)), 0, stamp(d)));
            }
            while (next_delay < t + s_.interval) {
                const double scatter = s_.delay_scatter * s_.interval * random_.uniform();
                const double jittered =
                    std::min(std::max(next_delay, time_ + 1e-6) + scatter, t + 0.99 * s_.interval);
                next_delay += delay_interval;
                advance(jittered);
                read(d, out, jittered, read_from);
                if (lost(jittered))
                    continue;
                const double path = base(jittered) + noise(jittered, false);
                if (s_.peer_delay) {
                    d.on_link_delay(
                        std::llround(65536 * 0.5 * (path + base(jittered) + noise(jittered, true))));
                } else {
                    const Nanoseconds t3 = stamp(d);
                    knowing.observe(time_, -1, -x_ + path - base(jittered) - mean());
                    note(d, d.on_delay(t3, quantised(master(jittered, path)), 0));
                }
            }
            d.on_time(local());
            out.state_changes += d.state() != state ? 1 : 0;
            state = d.state();
        }
        out.counters = d.counters();
        if (out.reads > 0)
            out.mean_square_read = read_squares_ / out.reads;
        return out;
    }

    double frequency() const { return f_; }

private:
    static constexpr Nanoseconds epoch = 1'700'000'000'000'000'000;
    static constexpr Nanoseconds boot = 3'000'000'000'000;

    /// Master's time scale; the fraction of a nanosecond of t matters at no rate used here.
    Nanoseconds master(double t, double path) const {
        double wrong = 0;
        if (s_.master_step.at(t))
            wrong += s_.master_step.size;
        if (s_.other_master.at(t))
            wrong += s_.other_master.size + s_.other_rate * (t - s_.other_master.from);
        return epoch + std::llround(t * 1e9 + path + wrong);
    }
    /// True time as the clock ought to show it: what the master of the moment says.
    Nanoseconds truth(double t) const { return master(t, 0); }

    Nanoseconds raw() const { return boot + std::llround(time_ * 1e9 + x_); }
    Nanoseconds local() const { return steered_ ? hardware_.local_at(raw()) : raw(); }
    Nanoseconds quantised(Nanoseconds value) const {
        const auto q = static_cast<Nanoseconds>(s_.quantum);
        return q > 1 ? value / q * q : value;
    }
    Nanoseconds stamp(const Discipline&) const { return quantised(local()); }

    void note(Discipline& d, const DisciplineUpdate& update) {
        if (!steered_ || !update.action.any())
            return;
        const Nanoseconds now = local();
        const auto& action = update.action;
        hardware_.applied(now, action.step ? action.step_by : 0,
                          action.set_frequency ? action.frequency_ppb : hardware_.frequency_ppb());
        d.applied(now, action);
    }

    double read(const Discipline& d, Outcome& out, double t, double from) {
        if (!d.view().valid)
            return 1e18;
        const Nanoseconds now = local();
        const double error = static_cast<double>(d.view().time_at(now) - truth(t));
        if (t < from)
            return error;
        const double bound = d.view().bound_at(now);
        out.reads += 1;
        out.inside += std::abs(error) <= bound ? 1 : 0;
        if (trace)
            trace(t, error, bound);
        out.bounds.push_back(bound);
        read_squares_ += error * error;
        return error;
    }

    void advance(double t) {
        const double dt = t - time_;
        if (dt <= 0)
            return;
        const double q = s_.wander * 1e9;
        const double a = random_.gaussian();
        const double b = random_.gaussian();
        double slope = 0;
        if (s_.ramp.at(t))
            slope = s_.ramp.size * 1e9;
        double shake = 0;
        if (s_.flicker > 0) {
            for (std::size_t i = 0; i < 6; ++i) {
                const double keep = std::exp(-dt / std::pow(4.0, static_cast<double>(i)));
                relaxing_[i] =
                    keep * relaxing_[i] + s_.flicker * 1e9 * std::sqrt(1 - keep * keep) * random_.gaussian();
                shake += relaxing_[i];
            }
        }
        x_ += (f_ + shake) * dt + 0.5 * slope * dt * dt +
              q * dt * std::sqrt(dt) * (0.5 * a + b / std::sqrt(12.0));
        f_ += q * std::sqrt(dt) * a + slope * dt;
        time_ = t;
    }

    double base(double t) const {
        // Far enough from zero that normal noise does not make a packet arrive before it left.
        double result = 5000 + 8 * s_.jitter;
        if (s_.base_step.at(t))
            result += s_.base_step.size;
        if (t > s_.base_drift.from && s_.base_drift.until > s_.base_drift.from)
            result += s_.base_drift.size * (std::min(t, s_.base_drift.until) - s_.base_drift.from);
        return result;
    }

    /// Of normal noise it is zero; the reference is of use for that alone.
    double mean() const { return s_.noise == Noise::gaussian ? 0 : s_.jitter; }

    bool lost(double t) { return s_.silence.at(t) || (s_.loss > 0 && random_.uniform() < s_.loss); }

    double noise(double t, bool down) {
        double j = s_.jitter * (down ? 1 : s_.back_factor);
        if (s_.burst.at(t))
            j *= s_.burst.size;
        if (down && s_.load.at(t))
            j *= s_.load.size;
        double e = 0;
        switch (s_.noise) {
            case Noise::exponential:
                e = random_.exponential(j);
                break;
            case Noise::gaussian:
                e = j * random_.gaussian();
                break;
            case Noise::exponential_and_gaussian:
                e = random_.exponential(j) + 0.3 * j * random_.gaussian();
                break;
            case Noise::gamma2:
                e = 0.5 * (random_.exponential(j) + random_.exponential(j));
                break;
            case Noise::pareto:
                e = j * (std::pow(random_.uniform(), -1 / 1.5) - 1) / 2;
                break;
            case Noise::uniform:
                e = 2 * j * random_.uniform();
                break;
            case Noise::correlated_queue: {
                // A queue that fills and drains over some ten packets, the same way in neighbouring packets.
                double& level = queue_[down ? 0 : 1];
                level = std::max(0.0, level + j * (0.6 * random_.gaussian() - 0.2));
                e = level + random_.exponential(0.2 * j);
                break;
            }
        }
        if (s_.outliers > 0 && random_.uniform() < s_.outliers)
            e += random_.exponential(100 * s_.jitter);
        return e;
    }

    Scenario s_;
    Random random_;
    double time_ = 0;
    double x_;
    double f_;
    double relaxing_[6] = {};
    double queue_[2] = {};
    double read_squares_ = 0;

public:
    /// Steer a real clock instead of keeping a virtual one.
    bool steered_ = false;
    /// Sees every read of the clock: true time, error, bound.
    std::function<void(double, double, double)> trace;
    SteeringRecord hardware_ = [] {
        SteeringRecord record;
        record.reset(0);
        return record;
    }();
};

} // namespace wirestamp::clock::test
