// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/correlation_task.hpp"

#include <cmath>
#include <exception>
#include <utility>

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {

namespace {

constexpr Nanoseconds retry_after_failure = 100'000'000;
constexpr Nanoseconds retry_while_lost = nanoseconds_per_second;
constexpr unsigned failures_until_lost = 3;
// Less is the doubt of reading two clocks one after the other.
constexpr Nanoseconds slept_at_least = 1'000'000;

clock::CorrelationConfig configuration(const CorrelationTask::Options& options) {
    clock::CorrelationConfig config;
    config.period = options.interval;
    if (options.stamp_clock == platform::ClockKind::device_raw)
        config.device_frequency = 0;
    return config;
}

} // namespace

CorrelationTask::CorrelationTask(Context& context, const Options& options)
    : Object(context), options_(options), correlator_(configuration(options)) {
    timer_ = context.loop().make_timer([this] { on_due(); });
    time_asleep_ = context.platform().clocks().time_asleep();
    sample();
    if (has_device()) {
        auto& watch = context.only<InterfaceWatch>();
        watch.add(*this);
        watch_ = &watch;
    }
    jumps_ = context.platform().clocks().watch_jumps();
    if (jumps_)
        jumps_watch_ = context.loop().watch(*jumps_, [this] { on_jump(); });
    arm();
}

void CorrelationTask::close() noexcept {
    timer_.reset();
    jumps_watch_.reset();
    jumps_.reset();
    if (watch_)
        watch_->remove(*this);
    watch_ = nullptr;
}

bool CorrelationTask::has_slept() {
    const Nanoseconds asleep = context().platform().clocks().time_asleep();
    return asleep - std::exchange(time_asleep_, asleep) >= slept_at_least;
}

/// What was learnt leads conversions astray from this moment on; the next sample by the timer, whose clock
/// may have stood still meanwhile, would be too late to tell.
void CorrelationTask::on_jump() {
    jumps_->take();
    const auto was_set = [](platform::ClockKind clock) {
        return clock == platform::ClockKind::realtime || clock == platform::ClockKind::tai;
    };
    if (has_slept())
        restart(WST_CORRELATION_REASON_SUSPENDED);
    else if (was_set(options_.system_clock) || was_set(options_.stamp_clock))
        restart(WST_CORRELATION_REASON_CLOCK_STEPPED);
}

void CorrelationTask::arm() {
    if (!timer_)
        return;
    Nanoseconds rest = correlator_.next_sample_in();
    if (failures_ != 0)
        rest = state_ == WST_CORRELATION_LOST ? retry_while_lost : retry_after_failure;
    timer_->arm(saturating_add(context().loop().now(), rest));
}

void CorrelationTask::on_due() {
    try {
        if (state_ != WST_CORRELATION_LOST || !has_device() || find_again())
            sample();
    } catch (const Failure& failure) {
        failed(failure);
    }
    arm();
}

/// Throws Failure if the clocks cannot be read.
void CorrelationTask::sample() {
    clock::CrossSample sample;
    auto& clocks = context().platform().clocks();
    if (has_device()) {
        const auto reading =
            clocks.cross_timestamp(*options_.interface, options_.system_clock, options_.samples);
        method_ = reading.method;
        sample = {reading.system_before, reading.device, reading.system_after};
    } else {
        const auto reading = clocks.read_pair(options_.system_clock, options_.stamp_clock);
        method_ = platform::CrossMethod::bracket;
        sample = {reading.first - reading.uncertainty, reading.second, reading.first + reading.uncertainty};
    }
    failures_ = 0;
    // Whatever the clocks did meanwhile, they did not do it at the rate that was learnt.
    if (has_slept())
        restart(WST_CORRELATION_REASON_SUSPENDED);
    take(sample);
}

void CorrelationTask::take(const clock::CrossSample& sample) {
    if (state_ == WST_CORRELATION_LOST)
        set_state(WST_CORRELATION_STARTING, reason_);
    const clock::CorrelationEvent event = correlator_.add(sample);
    std::uint32_t reason = WST_CORRELATION_REASON_NONE;
    switch (event) {
        case clock::CorrelationEvent::accepted:
        case clock::CorrelationEvent::outlier:
        case clock::CorrelationEvent::invalid:
            break;
        case clock::CorrelationEvent::restarted_step:
        case clock::CorrelationEvent::restarted_backwards:
        case clock::CorrelationEvent::restarted_stall:
            reason = WST_CORRELATION_REASON_CLOCK_STEPPED;
    }
    if (reason != WST_CORRELATION_REASON_NONE) {
        ++restarts_;
        publish_map();
        if (!correlator_.ready())
            set_state(WST_CORRELATION_STARTING, reason);
    }
    publish_map();
    if (correlator_.ready() && state_ != WST_CORRELATION_VALID)
        set_state(WST_CORRELATION_VALID,
                  reason != WST_CORRELATION_REASON_NONE ? reason : WST_CORRELATION_REASON_ENOUGH_SAMPLES);
}

void CorrelationTask::failed(const Failure& failure) {
    ++failures_;
    const bool gone = failure.status() == WST_E_NOT_FOUND || failure.status() == WST_E_INTERFACE_GONE;
    if (state_ == WST_CORRELATION_LOST || (!gone && failures_ < failures_until_lost))
        return;
    correlator_.restart();
    publish_map();
    set_state(WST_CORRELATION_LOST,
              gone ? WST_CORRELATION_REASON_INTERFACE_GONE : WST_CORRELATION_REASON_READ_FAILED);
}

/// An adapter whose driver was started again comes back with its name, but not always with its id.
bool CorrelationTask::find_again() {
    auto& catalogue = context().platform().interfaces();
    auto found = catalogue.find(options_.interface->id);
    if (!found)
        found = catalogue.find(options_.interface->name);
    if (found)
        options_.interface = std::move(*found);
    return found.has_value();
}

void CorrelationTask::restart(std::uint32_t reason) {
    correlator_.restart();
    ++restarts_;
    publish_map();
    if (state_ != WST_CORRELATION_LOST)
        set_state(WST_CORRELATION_STARTING, reason);
    if (timer_)
        timer_->arm(context().loop().now());
}

void CorrelationTask::on_change(const wst_interface_change& change) {
    if (change.interface_id != options_.interface->id) {
        if (state_ == WST_CORRELATION_LOST && (change.reasons & (WST_CHANGE_ADDED | WST_CHANGE_RENAMED)) &&
            timer_)
            timer_->arm(context().loop().now());
        return;
    }
    if (change.reasons & WST_CHANGE_RENAMED)
        options_.interface->name = change.name;
    if (change.reasons & WST_CHANGE_REMOVED) {
        failed(Failure(WST_E_INTERFACE_GONE, "the interface was removed"));
        arm();
        return;
    }
    // Drivers set their clock anew when time stamping is configured, so what was learnt of its offset is not
    // to be trusted.
    if (change.reasons & (WST_CHANGE_CLOCK_REPLACED | WST_CHANGE_ACTIVE | WST_CHANGE_SUPPORTED)) {
        if (change.reasons & WST_CHANGE_CLOCK_REPLACED)
            find_again();
        restart(WST_CORRELATION_REASON_CLOCK_REPLACED);
        return;
    }
    if ((change.reasons & (WST_CHANGE_CLOCK_STEPPED | WST_CHANGE_LINK)) && timer_)
        timer_->arm(context().loop().now()); // the next sample tells
}

void CorrelationTask::set_state(std::uint32_t state, std::uint32_t reason) {
    if (state == state_ && reason == reason_ && state != WST_CORRELATION_STARTING)
        return;
    state_ = state;
    reason_ = reason;
    wst_event event = Context::make_event(WST_EVENT_CORRELATION, this);
    event.payload.correlation.interface_id = has_device() ? options_.interface->id : 0;
    event.payload.correlation.state = state;
    event.payload.correlation.reason = reason;
    context().publish(event);
    context().notify();
}

void CorrelationTask::publish_map() {
    const std::lock_guard lock(map_mutex_);
    map_ = correlator_.map();
    map_valid_ = correlator_.ready();
}

std::optional<clock::Conversion> CorrelationTask::convert(bool to_system, std::int64_t value) const {
    const std::lock_guard lock(map_mutex_);
    if (!map_valid_)
        return std::nullopt;
    return to_system ? map_.to_system(value) : map_.to_device(value);
}

CorrelationTask::Status CorrelationTask::status() const {
    Status status;
    status.state = state_;
    status.reason = reason_;
    status.method = method_;
    status.samples = correlator_.samples();
    status.outliers = correlator_.outliers();
    status.restarts = restarts_;
    status.interval = correlator_.next_sample_in();
    if (correlator_.ready()) {
        const clock::CorrelationAnchor& newest = correlator_.map().newest();
        status.rate = correlator_.rate_ppb();
        status.rate_bound = correlator_.rate_bound_ppb();
        status.reference_system = newest.system;
        status.reference_stamp = newest.device;
        status.bound = correlator_.map().to_system(newest.device).bound;
        status.spread = correlator_.spread();
    }
    return status;
}

} // namespace wirestamp::runtime
