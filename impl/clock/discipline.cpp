// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/discipline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "impl/clock/adaptive.hpp"
#include "impl/clock/linreg_servo.hpp"
#include "impl/clock/null_servo.hpp"
#include "impl/clock/pi_servo.hpp"
#include "impl/clock/sync_state.hpp"

namespace wirestamp::clock {
namespace {

/// A hostile master may ask for any step; one of more than a century is cut.
Nanoseconds whole_step(double offset) noexcept {
    return static_cast<Nanoseconds>(std::llround(std::clamp(-offset, -4e18, 4e18)));
}

double to_real(ScaledNanoseconds scaled) noexcept {
    return static_cast<double>(scaled) / 65536.0;
}

/// None for the adaptive servo: the estimate is steered to directly.
std::unique_ptr<Servo> make_servo(const DisciplineConfig& config) {
    switch (config.clock_servo) {
        case ServoKind::pi:
            return std::make_unique<PiServo>(config.servo);
        case ServoKind::linreg:
            return std::make_unique<LinregServo>(config.servo);
        case ServoKind::nullf:
            return std::make_unique<NullServo>(config.servo);
        case ServoKind::adaptive:
            break;
    }
    return nullptr;
}

/// Beyond this a double no longer holds parts of a nanosecond.
constexpr double fine_limit = 1e15;
/// An observation this far from all others is no noise: the master's time scale is another one now.
constexpr double other_time = 1e12;

/// Beyond this a clock is being brought to the time, and its frequency says nothing about its oscillator.
constexpr double near_enough = 20'000;
/// The estimator's offset is kept below this by moving its origin.
constexpr double origin_limit = 1e8;
/// Silence of so many Sync intervals is holdover; with every third packet lost it does not yet happen by
/// chance.
constexpr double patience_intervals = 8;
constexpr double least_patience = 1; // s
/// With so many stamps a common step by chance is out of the question; beyond a microsecond it is a test's.
constexpr int stamps_to_see = 64;
constexpr std::int64_t largest_step = 1000; // ns

} // namespace

double accuracy_half_width(std::uint8_t clockAccuracy) noexcept {
    // 1588-2019 table 5: 0x17 is 1 ps, two more values a decade (1, 2.5), up to 0x30 which is 10 s.
    constexpr double table[] = {1e-3, 2.5e-3, 1e-2,  2.5e-2, 1e-1,  0.25,  1.0,   2.5, 10.0,
                                25.0, 100.0,  250.0, 1e3,    2.5e3, 1e4,   2.5e4, 1e5, 2.5e5,
                                1e6,  2.5e6,  1e7,   2.5e7,  1e8,   2.5e8, 1e9,   1e10};
    if (clockAccuracy < 0x17 || clockAccuracy > 0x30)
        return 0;
    return table[clockAccuracy - 0x17];
}

struct Discipline::State {
    explicit State(const DisciplineConfig& config_)
        : config(config_),
          servo(make_servo(config_)),
          step(config_.servo),
          stability(config_.servo),
          filter(config_.delay_filter, config_.delay_filter_length),
          estimator(config_.stamp_resolution, config_.peer_delay) {
        if (servo) {
            servo->sync_interval(config.sync_interval);
            servo->set_frequency(config.initial_frequency_ppb);
        }
        record.reset(config.initial_frequency_ppb);
        settled_frequency = config.initial_frequency_ppb;
        assume_initial_delay();
        view.clock = VirtualClock(0, 0);
    }

    bool steered() const noexcept { return config.target == Target::steered_clock; }
    bool adaptive() const noexcept { return !servo; }

    std::optional<Nanoseconds> raw_of(Nanoseconds local) {
        if (!steered())
            return local;
        const auto raw = record.raw_at(local);
        if (!raw)
            ++counters.unusable;
        return raw;
    }

    FineTime shown_at(Nanoseconds raw, Nanoseconds local) const noexcept {
        return steered() ? FineTime{local, 0} : clock.fine_time_at(raw);
    }

    double current_frequency() const noexcept {
        return steered() ? record.frequency_ppb() : clock.final_frequency_ppb();
    }

    void assume_initial_delay() noexcept {
        delay_known = config.initial_delay > 0;
        delay = raw_delay = config.initial_delay;
    }

    void take_delay(double measured) noexcept {
        raw_delay = measured;
        delay = filter.sample(measured);
        delay_known = true;
    }

    /// Clock minus the estimate of the master's time, at the estimator's moment.
    double deviation(const AdaptiveEstimator::Estimate& e) const noexcept {
        const Nanoseconds raw = estimator.raw();
        const FineTime shown = shown_at(raw, record.local_at(raw));
        return difference(shown, saturating_subtract(raw, origin)) + e.offset;
    }

    /// One-way observation of raw minus master time, as far as the origin goes in integers.
    double apart(Nanoseconds raw, Nanoseconds master) const noexcept {
        return static_cast<double>(saturating_subtract(saturating_subtract(raw, origin), master));
    }

    void keep_origin_near(AdaptiveEstimator::Estimate& e) noexcept {
        if (std::abs(e.offset) < origin_limit)
            return;
        const auto whole = static_cast<Nanoseconds>(e.offset);
        origin = saturating_add(origin, whole);
        estimator.shift(-static_cast<double>(whole));
        e.offset -= static_cast<double>(whole);
    }

    /// A master that sends at another rate than it says (or says nothing) must not mislead the control loop.
    void note_spacing(double seconds) noexcept {
        if (!(seconds > 0))
            return;
        const double ratio = seconds / config.sync_interval;
        odd_spacings = ratio > 0.6 && ratio < 1.7 ? 0 : odd_spacings + 1;
        if (odd_spacings < 8)
            return;
        odd_spacings = 0;
        config.sync_interval = std::clamp(seconds, 1.0 / 1024, 1024.0);
        if (servo)
            servo->sync_interval(config.sync_interval);
    }

    void start_over_elsewhere(Nanoseconds raw, Nanoseconds master) noexcept {
        estimator.forget_offset();
        origin = saturating_subtract(raw, master);
        strange = 0;
        // A boundary clock that found its own master is another time scale for all behind it. To slew there
        // would take for ever; a clock that is ours alone steps, as it does for another master.
        if (!steered()) {
            step.forget();
            if (servo)
                servo->reset();
        }
    }

    AdaptiveEstimator::Verdict observe(AdaptiveEstimator::Channel channel, Nanoseconds raw,
                                       Nanoseconds master, double correction) noexcept {
        const bool down = channel == AdaptiveEstimator::Channel::from_master;
        if (!origin_known) {
            origin_known = true;
            start_over_elsewhere(raw, master);
        }
        const double value = down ? apart(raw, master) - correction : -apart(raw, master) - correction;
        if (std::abs(value) > other_time) {
            ++strange;
            if (strange < 2)
                return AdaptiveEstimator::Verdict::outlier;
            start_over_elsewhere(raw, master);
            return observe(channel, raw, master, correction);
        }
        strange = 0;
        const auto verdict = estimator.observe(channel, raw, value);
        if (verdict == AdaptiveEstimator::Verdict::outlier)
            ++counters.outliers;
        else if (verdict == AdaptiveEstimator::Verdict::jumped)
            ++counters.jumps;
        else if (verdict == AdaptiveEstimator::Verdict::ignored)
            ++counters.unusable;
        return verdict;
    }

    /// An adapter that counts in steps of 8 ns does not say so: its stamps do. What it cannot tell widens the
    /// bound.
    void note_step(Nanoseconds stamp) noexcept {
        if (stamps_seen >= stamps_to_see)
            return;
        if (stamps_seen == 0)
            first_stamp = stamp;
        const auto distance = static_cast<std::uint64_t>(stamp) - static_cast<std::uint64_t>(first_stamp);
        common_step = std::gcd(common_step, static_cast<std::int64_t>(distance));
        if (++stamps_seen < stamps_to_see)
            return;
        if (common_step > 1 && common_step <= largest_step)
            config.stamp_resolution = std::max(config.stamp_resolution, static_cast<double>(common_step));
        estimator.resolution(config.stamp_resolution);
    }

    /// What the adaptive servo does after any observation it learnt from.
    ServoState steer(DisciplineUpdate& update, const AdaptiveEstimator::Estimate& e, double apart_now,
                     bool at_sync) {
        const Nanoseconds raw = estimator.raw();
        const double limit = config.servo.max_frequency;
        const double base = std::clamp(-e.frequency, -limit, limit);
        if (std::abs(apart_now) < near_enough)
            settled_frequency = base;
        if (step.asks_step(apart_now)) {
            step.done();
            left_out = config.step_window;
            const Nanoseconds by = whole_step(apart_now);
            update.action = {true, by, true, base};
            if (!steered()) {
                clock.step(by);
                clock.set_frequency(raw, base);
            }
            return ServoState::jump;
        }
        step.done();
        if (steered()) {
            // The whole rest of the error by the next Sync; shortly before it there is nothing to gain any
            // more.
            const double whole = std::max(config.sync_interval, 1e-3);
            const double since = static_cast<double>(saturating_subtract(raw, sync_raw)) * 1e-9;
            const double left = at_sync ? whole : whole - since;
            if (left >= 0.25 * whole)
                update.action = {false, 0, true, std::clamp(base - apart_now / left, -limit, limit)};
        } else {
            const double least = std::abs(apart_now) / limit;
            const double seconds = std::max(0.5 * config.sync_interval, least);
            clock.slew(raw, -apart_now, static_cast<Nanoseconds>(seconds * 1e9), base);
            update.action = {false, 0, true, base};
        }
        return at_sync ? stability.judge(apart_now) : ServoState::locked;
    }

    ServoState control(DisciplineUpdate& update, double offset, double weight, Nanoseconds raw,
                       Nanoseconds local, double& frequency) {
        ServoOutput out;
        // A clock that is ours alone is not slewed to another time scale.
        if (std::abs(offset) > (steered() ? fine_limit : other_time) && config.servo.first_step_threshold > 0)
            out = {ServoState::jump, current_frequency()};
        else
            out = servo->sample(offset, shown_at(raw, local).whole, weight);
        frequency = out.frequency_ppb;
        if (std::abs(offset) < near_enough)
            settled_frequency = frequency;
        if (config.free_running || out.state == ServoState::unlocked)
            return out.state;
        const bool jump = out.state == ServoState::jump;
        update.action = {jump, jump ? whole_step(offset) : 0, true, out.frequency_ppb};
        if (jump)
            left_out = config.step_window;
        if (!steered()) {
            if (jump)
                clock.step(update.action.step_by);
            clock.set_frequency(raw, out.frequency_ppb);
        }
        return out.state;
    }

    /// We, and the clocks above us that say nothing of how good they are.
    double followed_clocks() const noexcept { return 1.0 + config.upstream.silent_clocks; }

    /// What no sample can make better.
    double given_bound() const noexcept {
        return config.asymmetry_bound + config.upstream.path +
               std::max(config.grandmaster_accuracy, config.upstream.grandmaster);
    }

    void publish(DisciplineUpdate& update) {
        publish(update, estimator.ready() ? estimator.estimate() : AdaptiveEstimator::Estimate{});
    }

    void publish(DisciplineUpdate& update, const AdaptiveEstimator::Estimate& e) {
        view.clock = steered() ? VirtualClock(0, 0) : clock;
        if (estimator.ready()) {
            const double away = deviation(e);
            const Nanoseconds raw = estimator.raw();
            ErrorBound& bound = view.bound;
            bound.raw = steered() ? record.local_at(raw) : raw;
            const double hops = followed_clocks();
            bound.fixed = std::abs(away) + hops * (e.doubt + 0.5 + config.stamp_resolution) + given_bound();
            // A clock that deliberately runs at another rate than the estimate leaves it by so much.
            bound.drift = adaptive() ? 0 : std::abs(current_frequency() + e.frequency);
            bound.multiple = hops * e.multiple;
            bound.variance = e.variance;
            bound.covariance = e.covariance;
            bound.frequency_variance = e.frequency_variance;
            bound.wander_variance = e.wander_variance;
            withheld = false;
            if (acting && !config.free_running)
                view.valid = true;
        } else if (withheld) {
            // Of another master's time nothing is known before its packets; without any, the last one's
            // counts.
            view.bound = former;
            if (states.state() != SyncState::holdover)
                view.bound.fixed = std::numeric_limits<double>::infinity();
        }
        view.state = states.state();
        update.state = states.state();
        update.view_changed = true;
    }

    /// What a holdover that began now would be worth.
    double held_bound_at(Nanoseconds local_now) const noexcept {
        return withheld && view.valid ? former.at(local_now) : view.bound_at(local_now);
    }

    void note_state(DisciplineUpdate& update, SyncState before) noexcept {
        view.state = update.state = states.state();
        update.state_changed = update.state != before;
    }

    void forget_master() noexcept {
        if (servo)
            servo->reset();
        filter.reset();
        assume_initial_delay();
        estimator.forget_offset();
        origin_known = false;
        sync_known = false;
        strange = 0;
        // On a clock that others use, too, thresholds for later steps stay in force whatever master comes.
        if (!steered())
            step.forget();
        stability.reset();
        states.on_jump();
    }

    DisciplineConfig config;
    std::unique_ptr<Servo> servo;
    StepRule step;
    StabilityRule stability;
    DelayFilter filter;
    SteeringRecord record;
    AdaptiveEstimator estimator;
    VirtualClock clock;
    ClockView view;
    SyncStateMachine states;
    DisciplineCounters counters;
    ErrorBound former;     ///< against the master before
    bool withheld = false; ///< another master was chosen and has said nothing yet
    bool clock_set = false;
    bool acting = false; ///< a servo has taken hold of the clock
    double settled_frequency = 0;
    bool delay_known = false;
    double delay = 0;
    double raw_delay = 0;
    /// The estimator's numbers are relative to raw minus origin, in integers as long as it matters.
    bool origin_known = false;
    Nanoseconds origin = 0;
    int strange = 0;
    int odd_spacings = 0;
    int stamps_seen = 0;
    Nanoseconds first_stamp = 0;
    std::int64_t common_step = 0;
    int left_out = 0; ///< Syncs still to be left out after a step
    double announced_interval = 0;
    /// The newest Sync, to pair with a Delay_Resp.
    bool sync_known = false;
    Nanoseconds sync_t1 = 0;
    Nanoseconds sync_raw = 0;
    double sync_correction = 0;
};

Discipline::Discipline(const DisciplineConfig& config) : state_(std::make_unique<State>(config)) {}
Discipline::~Discipline() = default;
Discipline::Discipline(Discipline&&) noexcept = default;
Discipline& Discipline::operator=(Discipline&&) noexcept = default;

DisciplineUpdate Discipline::on_sync(Nanoseconds t1, ScaledNanoseconds correction, Nanoseconds t2) {
    using Verdict = AdaptiveEstimator::Verdict;
    State& s = *state_;
    DisciplineUpdate update;
    update.state = s.states.state();
    const SyncState before = update.state;
    const auto raw = s.raw_of(t2);
    if (!raw)
        return update;
    ++s.counters.sync;
    s.note_step(t2);
    if (s.left_out > 0) {
        --s.left_out;
        s.sync_known = false;
        ++s.counters.unusable;
        return update;
    }
    const double fine_correction = to_real(correction);
    if (s.sync_known)
        s.note_spacing(static_cast<double>(saturating_subtract(*raw, s.sync_raw)) * 1e-9);
    s.sync_known = true;
    s.sync_t1 = t1;
    s.sync_raw = *raw;
    s.sync_correction = fine_correction;
    if (!s.steered() && !s.clock_set) {
        s.clock = VirtualClock(*raw, saturating_add(t1, to_nanoseconds(correction)));
        s.clock_set = true;
    }
    const Verdict verdict = s.observe(AdaptiveEstimator::Channel::from_master, *raw, t1, fine_correction);
    const double apart = difference(s.shown_at(*raw, t2), t1) - fine_correction;
    const bool ready = s.estimator.ready();
    AdaptiveEstimator::Estimate e;
    double away = 0;
    if (ready) {
        e = s.estimator.estimate();
        away = s.deviation(e);
    }
    if (verdict == Verdict::jumped)
        s.states.on_jump();

    OffsetSample& sample = update.sample;
    sample.local = t2;
    sample.outlier = verdict == Verdict::outlier;
    sample.frequency_ppb = s.current_frequency();
    if (s.adaptive()) {
        if (!ready) {
            s.states.on_sample(*raw, false, 0, 0);
            s.publish(update, e);
            s.note_state(update, before);
            return update;
        }
        sample.offsetFromMaster = away;
        sample.meanPathDelay = e.mean_delay;
        sample.measured_offset = apart - e.mean_delay;
        if (!s.config.free_running) {
            sample.servo_state = s.steer(update, e, away, true);
            sample.frequency_ppb = update.action.frequency_ppb;
            s.acting = true;
        }
        s.keep_origin_near(e);
    } else {
        if (!s.delay_known)
            return update;
        const TsprocMode mode = s.config.tsproc_mode;
        const bool raw_mode = mode == TsprocMode::raw || mode == TsprocMode::raw_weight;
        const bool weighted = mode == TsprocMode::filter_weight || mode == TsprocMode::raw_weight;
        sample.offsetFromMaster = apart - (raw_mode ? s.raw_delay : s.delay);
        sample.meanPathDelay = s.delay;
        sample.measured_offset = apart - s.delay;
        sample.weight = weighted && s.raw_delay > 0 ? std::clamp(s.delay / s.raw_delay, 0.0, 1.0) : 1.0;
        sample.servo_state =
            s.control(update, sample.offsetFromMaster, sample.weight, *raw, t2, sample.frequency_ppb);
        s.acting = s.acting || sample.servo_state != ServoState::unlocked;
        if (ready)
            s.keep_origin_near(e);
    }
    update.has_sample = true;
    s.publish(update, e);
    sample.error_bound = s.view.bound.at(t2);
    const bool locked =
        sample.servo_state == ServoState::locked || sample.servo_state == ServoState::locked_stable;
    // What no sample can make better says nothing about whether the clock follows; but whom it follows must
    // know the time.
    const bool known = std::isfinite(s.given_bound());
    const double own_doubt = known ? (sample.error_bound - s.given_bound()) / s.followed_clocks() : 0;
    s.states.on_sample(*raw, ready && locked && known, own_doubt, e.noise + s.config.stamp_resolution);
    s.note_state(update, before);
    return update;
}

DisciplineUpdate Discipline::on_delay(Nanoseconds t3, Nanoseconds t4, ScaledNanoseconds correction) {
    using Verdict = AdaptiveEstimator::Verdict;
    State& s = *state_;
    DisciplineUpdate update;
    update.state = s.states.state();
    const SyncState before = update.state;
    const auto raw = s.raw_of(t3);
    if (!raw || s.config.peer_delay)
        return update;
    ++s.counters.delay;
    s.note_step(t3);
    if (s.left_out > 0) {
        ++s.counters.unusable;
        return update;
    }
    if (s.sync_known && !s.adaptive()) {
        // The local span between the two stamps is the oscillator's, so that a step in between does no harm.
        const double local_span = static_cast<double>(saturating_subtract(*raw, s.sync_raw));
        const double master_span = static_cast<double>(saturating_subtract(t4, s.sync_t1));
        const double stretched = local_span + local_span * (s.current_frequency() * 1e-9);
        s.take_delay(0.5 * (master_span - stretched - s.sync_correction - to_real(correction)));
    }
    const Verdict verdict = s.observe(AdaptiveEstimator::Channel::to_master, *raw, t4, to_real(correction));
    if (verdict == Verdict::jumped)
        s.states.on_jump();
    if (!s.estimator.ready())
        return update;
    const auto e = s.estimator.estimate();
    if (s.adaptive() && !s.config.free_running && (s.steered() || s.clock_set)) {
        s.steer(update, e, s.deviation(e), false);
        s.acting = true;
    }
    s.publish(update, e);
    s.note_state(update, before);
    return update;
}

DisciplineUpdate Discipline::on_link_delay(ScaledNanoseconds meanLinkDelay) {
    State& s = *state_;
    DisciplineUpdate update;
    update.state = s.states.state();
    if (!s.config.peer_delay)
        return update;
    s.take_delay(to_real(meanLinkDelay));
    s.estimator.link_delay(to_real(meanLinkDelay));
    return update;
}

DisciplineUpdate Discipline::on_time(Nanoseconds local_now) {
    State& s = *state_;
    DisciplineUpdate update;
    const SyncState before = s.states.state();
    const auto raw = s.steered() ? s.record.raw_at(local_now) : local_now;
    if (raw) {
        const double patience = std::max(patience_intervals * s.config.sync_interval, least_patience);
        s.states.on_time(*raw, static_cast<Nanoseconds>(patience * 1e9), s.held_bound_at(local_now),
                         s.config.holdover_limit);
    }
    update.state = s.states.state();
    update.state_changed = before != update.state;
    if (update.state_changed)
        s.publish(update);
    return update;
}

void Discipline::applied(Nanoseconds local_now, const ClockAction& action) {
    State& s = *state_;
    if (!s.steered() || !action.any())
        return;
    s.record.applied(local_now, action.step ? action.step_by : 0,
                     action.set_frequency ? action.frequency_ppb : s.record.frequency_ppb());
    DisciplineUpdate ignored;
    s.publish(ignored);
}

DisciplineUpdate Discipline::on_master_changed() {
    State& s = *state_;
    DisciplineUpdate update;
    const SyncState before = s.states.state();
    if (!s.withheld)
        s.former = s.view.bound;
    s.withheld = true;
    s.forget_master();
    s.publish(update);
    update.state_changed = before != update.state;
    return update;
}

DisciplineUpdate Discipline::peer_delay(bool by_link) {
    State& s = *state_;
    if (s.config.peer_delay == by_link) {
        DisciplineUpdate nothing;
        nothing.state = s.states.state();
        return nothing;
    }
    s.config.peer_delay = by_link;
    s.estimator.measure_by_link(by_link);
    return on_master_changed();
}

DisciplineUpdate Discipline::on_master_lost(Nanoseconds local_now) {
    const SyncState before = state_->states.state();
    state_->states.on_lost();
    DisciplineUpdate update = on_time(local_now);
    update.state_changed = before != update.state;
    if (update.state_changed)
        state_->publish(update);
    return update;
}

DisciplineUpdate Discipline::on_local_clock_stepped() {
    State& s = *state_;
    s.record.reset(s.record.frequency_ppb());
    s.clock_set = false;
    s.acting = false;
    s.view.valid = false;
    DisciplineUpdate update = on_master_changed();
    const SyncState before = s.states.state();
    s.states.on_clock_lost();
    update.state_changed = update.state_changed || s.states.state() != before;
    s.view.state = update.state = s.states.state();
    return update;
}

DisciplineUpdate Discipline::on_local_clock_reset() {
    state_->step.forget();
    return on_local_clock_stepped();
}

DisciplineUpdate Discipline::on_local_clock_replaced() {
    State& s = *state_;
    DisciplineUpdate update = on_local_clock_reset();
    s.record.reset(s.config.initial_frequency_ppb);
    s.settled_frequency = s.config.initial_frequency_ppb;
    if (s.servo)
        s.servo->set_frequency(s.config.initial_frequency_ppb);
    s.estimator.forget_all();
    return update;
}

void Discipline::sync_interval(double seconds) {
    State& s = *state_;
    // 0x7f in a unicast message says nothing about the interval, and nobody sends more or less often than
    // this.
    if (!(seconds >= 1.0 / 1024 && seconds <= 1024) || seconds == s.announced_interval)
        return;
    s.announced_interval = s.config.sync_interval = seconds;
    if (s.servo)
        s.servo->sync_interval(seconds);
}

void Discipline::grandmaster_accuracy(double half_width_ns) {
    state_->config.grandmaster_accuracy = half_width_ns;
}

void Discipline::asymmetry_bound(double half_width_ns) {
    state_->config.asymmetry_bound = half_width_ns;
}

DisciplineUpdate Discipline::upstream(const UpstreamBound& bound) {
    State& s = *state_;
    DisciplineUpdate update;
    s.config.upstream = bound;
    s.publish(update);
    return update;
}

double Discipline::own_bound_at(Nanoseconds local) const noexcept {
    const double given = state_->given_bound();
    const double all = state_->view.bound_at(local);
    return std::isfinite(given) ? all - given : std::numeric_limits<double>::infinity();
}

const ClockView& Discipline::view() const noexcept {
    return state_->view;
}
SyncState Discipline::state() const noexcept {
    return state_->states.state();
}
DisciplineCounters Discipline::counters() const noexcept {
    return state_->counters;
}
double Discipline::mean_path_delay() const noexcept {
    return state_->adaptive() && state_->estimator.ready() ? state_->estimator.estimate().mean_delay
                                                           : state_->delay;
}
double Discipline::frequency_ppb() const noexcept {
    return state_->current_frequency();
}
double Discipline::settled_frequency_ppb() const noexcept {
    return state_->settled_frequency;
}

} // namespace wirestamp::clock
