// SPDX-License-Identifier: Apache-2.0

#include "impl/clock/discipline.hpp"

#include <algorithm>
#include <cmath>

#include "impl/clock/null_servo.hpp"
#include "impl/clock/pi_servo.hpp"

namespace wirestamp::clock {
namespace {

double to_real(ScaledNanoseconds scaled) noexcept {
    return static_cast<double>(scaled) / 65536.0;
}

std::unique_ptr<Servo> make_servo(const DisciplineConfig& config) {
    if (config.clock_servo == ServoKind::nullf)
        return std::make_unique<NullServo>(config.servo);
    return std::make_unique<PiServo>(config.servo);
}

/// Beyond this a double no longer holds parts of a nanosecond.
constexpr double fine_limit = 1e15;

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
          filter(config_.delay_filter, config_.delay_filter_length) {
        servo->sync_interval(config.sync_interval);
        servo->set_frequency(config.initial_frequency_ppb);
        record.reset(config.initial_frequency_ppb);
        if (config.initial_delay > 0) {
            delay = config.initial_delay;
            delay_known = true;
        }
        publish();
    }

    bool steered() const noexcept { return config.target == Target::steered_clock; }

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

    /// Shared by both ways a delay becomes known.
    void take_delay(double measured) {
        raw_delay = measured;
        delay = filter.sample(measured);
        delay_known = true;
    }

    void apply(const ClockAction& action, Nanoseconds raw) {
        if (steered())
            return;
        if (action.step)
            clock.step(action.step_by);
        if (action.set_frequency)
            clock.set_frequency(raw, action.frequency_ppb);
    }

    void publish() noexcept {
        view.clock = steered() ? VirtualClock(0, 0) : clock;
        view.state = state;
    }

    DisciplineConfig config;
    std::unique_ptr<Servo> servo;
    DelayFilter filter;
    SteeringRecord record;
    VirtualClock clock;
    ClockView view;
    SyncState state = SyncState::free_running;
    DisciplineCounters counters;
    bool clock_set = false;
    bool delay_known = false;
    double delay = 0;
    double raw_delay = 0;
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
    State& s = *state_;
    DisciplineUpdate update;
    update.state = s.state;
    const auto raw = s.raw_of(t2);
    if (!raw)
        return update;
    ++s.counters.sync;
    const double fine_correction = to_real(correction);
    s.sync_known = true;
    s.sync_t1 = t1;
    s.sync_raw = *raw;
    s.sync_correction = fine_correction;
    if (!s.steered() && !s.clock_set) {
        s.clock = VirtualClock(*raw, saturating_add(t1, to_nanoseconds(correction)));
        s.clock_set = true;
    }
    if (!s.delay_known)
        return update;

    const double apart = difference(s.shown_at(*raw, t2), t1) - fine_correction;
    const bool raw_mode =
        s.config.tsproc_mode == TsprocMode::raw || s.config.tsproc_mode == TsprocMode::raw_weight;
    const bool weighted =
        s.config.tsproc_mode == TsprocMode::filter_weight || s.config.tsproc_mode == TsprocMode::raw_weight;
    const double offset = apart - (raw_mode ? s.raw_delay : s.delay);
    const double weight = weighted && s.raw_delay > 0 ? std::clamp(s.delay / s.raw_delay, 0.0, 1.0) : 1.0;

    ServoOutput out;
    if (std::abs(offset) > fine_limit && s.config.servo.first_step_threshold > 0)
        out = {ServoState::jump, s.current_frequency()};
    else
        out = s.servo->sample(offset, s.shown_at(*raw, t2).whole, weight);

    if (!s.config.free_running) {
        if (out.state == ServoState::jump) {
            update.action.step = true;
            update.action.step_by = static_cast<Nanoseconds>(std::llround(-offset));
        }
        if (out.state != ServoState::unlocked) {
            update.action.set_frequency = true;
            update.action.frequency_ppb = out.frequency_ppb;
            s.view.valid = true;
        }
        s.apply(update.action, *raw);
    }
    update.has_sample = true;
    update.sample.local = t2;
    update.sample.offsetFromMaster = offset;
    update.sample.measured_offset = apart - s.delay;
    update.sample.meanPathDelay = s.delay;
    update.sample.frequency_ppb = out.frequency_ppb;
    update.sample.servo_state = out.state;
    update.sample.weight = weight;
    s.view.bound =
        ErrorBound{*raw, std::abs(offset) + s.delay + s.config.grandmaster_accuracy, 0, 0, 0, 0, 0, 0};
    const SyncState before = s.state;
    s.state = out.state == ServoState::unlocked || out.state == ServoState::jump ? SyncState::acquiring
                                                                                 : SyncState::locked;
    update.sample.error_bound = s.view.bound.at(*raw);
    update.state = s.state;
    update.state_changed = s.state != before;
    s.publish();
    update.view_changed = true;
    return update;
}

DisciplineUpdate Discipline::on_delay(Nanoseconds t3, Nanoseconds t4, ScaledNanoseconds correction) {
    State& s = *state_;
    DisciplineUpdate update;
    update.state = s.state;
    const auto raw = s.raw_of(t3);
    if (!raw || !s.sync_known)
        return update;
    ++s.counters.delay;
    // The local span between the two stamps is taken from the oscillator, so that a step in between does no
    // harm.
    const double local_span = static_cast<double>(saturating_subtract(*raw, s.sync_raw));
    const double master_span = static_cast<double>(saturating_subtract(t4, s.sync_t1));
    const double stretched = local_span + local_span * (s.current_frequency() * 1e-9);
    s.take_delay(0.5 * (master_span - stretched - s.sync_correction - to_real(correction)));
    return update;
}

DisciplineUpdate Discipline::on_link_delay(ScaledNanoseconds meanLinkDelay) {
    State& s = *state_;
    s.take_delay(to_real(meanLinkDelay));
    DisciplineUpdate update;
    update.state = s.state;
    return update;
}

DisciplineUpdate Discipline::on_time(Nanoseconds /*local_now*/) {
    DisciplineUpdate update;
    update.state = state_->state;
    return update;
}

void Discipline::applied(Nanoseconds local_now, const ClockAction& action) {
    State& s = *state_;
    if (!s.steered() || !action.any())
        return;
    s.record.applied(local_now, action.step ? action.step_by : 0,
                     action.set_frequency ? action.frequency_ppb : s.record.frequency_ppb());
}

DisciplineUpdate Discipline::on_master_changed() {
    State& s = *state_;
    s.servo->reset();
    s.filter.reset();
    s.delay_known = s.config.initial_delay > 0;
    s.delay = s.config.initial_delay;
    s.sync_known = false;
    DisciplineUpdate update;
    update.state = s.state;
    return update;
}

DisciplineUpdate Discipline::on_master_lost(Nanoseconds local_now) {
    return on_time(local_now);
}

DisciplineUpdate Discipline::on_local_clock_stepped() {
    state_->record.reset(state_->record.frequency_ppb());
    state_->clock_set = false;
    return on_master_changed();
}

DisciplineUpdate Discipline::on_local_clock_replaced() {
    state_->record.reset(state_->config.initial_frequency_ppb);
    state_->servo->set_frequency(state_->config.initial_frequency_ppb);
    state_->clock_set = false;
    return on_master_changed();
}

void Discipline::sync_interval(double seconds) {
    state_->config.sync_interval = seconds;
    state_->servo->sync_interval(seconds);
}

void Discipline::grandmaster_accuracy(double half_width_ns) {
    state_->config.grandmaster_accuracy = half_width_ns;
}

const ClockView& Discipline::view() const noexcept {
    return state_->view;
}
SyncState Discipline::state() const noexcept {
    return state_->state;
}
DisciplineCounters Discipline::counters() const noexcept {
    return state_->counters;
}
double Discipline::mean_path_delay() const noexcept {
    return state_->delay;
}
double Discipline::frequency_ppb() const noexcept {
    return state_->current_frequency();
}

} // namespace wirestamp::clock
