// SPDX-License-Identifier: Apache-2.0
//
// The part of a running PTP clock that moves clocks outside the process: the adapter's, the system's. Steps
// are told to others first, and whoever else moves the same clock is reported.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "impl/base/failure.hpp"
#include "impl/runtime/ptp/ptp_clock.hpp"

namespace wirestamp::runtime {

namespace {

constexpr Nanoseconds second = nanoseconds_per_second;
// Another program that steers does so every second; a report a minute says as much.
constexpr Nanoseconds writer_report_interval = 60 * second;

Nanoseconds to_whole(double value) noexcept {
    return std::llround(std::clamp(value, -9.2e18, 9.2e18));
}

} // namespace

void PtpClock::open_steered(const platform::Interface* first, bool hardware) {
    auto& clocks = platform().clocks();
    const auto steers = settings_.disciplined;
    // A counter of raw ticks is not what the PTP clock stands on, and its ticks are no nanoseconds: neither
    // its rate nor its value says anything beside the system's.
    if (hardware && first && clocks.device_clock() == platform::ClockKind::device)
        device_ = *first;
    device_watch_ = clock::WriterWatch(settings_.sanity_freq_limit);
    // What the system's clock is made to follow has the same thresholds as what follows the master.
    SystemFollowerOptions follower;
    follower.discipline = settings_.discipline;
    follower.interval = settings_.system_interval;
    follower.restore_frequency = settings_.restore_frequency;
    follower.kernel_leap = settings_.kernel_leap;
    if (steers == Disciplined::device || steers == Disciplined::device_and_system) {
        if (!hardware)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "clock_discipline device and device+system need hardware stamps on every port; use "
                          "clock_discipline system or virtual");
        steered_ = clocks.open_device_clock(*first, true);
        frequency_at_open_ = steered_->frequency();
        // No oscillator needs so much: somebody's correction was cut short.
        if (std::abs(frequency_at_open_) > 1e6) {
            context().log(WST_LOG_NOTICE, "the clock of " + first->name + " was found turned by " +
                                              std::to_string(std::lround(frequency_at_open_ * 1e-3)) +
                                              " ppm; it is set to run by itself first");
            frequency_at_open_ = 0;
            if (!settings_.discipline.free_running)
                steered_->set_frequency(0);
        }
        settings_.discipline.target = clock::Target::steered_clock;
        settings_.discipline.initial_frequency_ppb = frequency_at_open_;
        settings_.discipline.servo.max_frequency =
            std::min(settings_.discipline.servo.max_frequency, steered_->maximum_frequency());
    }
    if (steers == Disciplined::system || steers == Disciplined::device_and_system) {
        follower_ = std::make_unique<SystemFollower>(clocks, follower);
        if (device_) // what cannot work is said now
            clocks.cross_timestamp(*device_, platform::ClockKind::realtime, 1);
    }
}

void PtpClock::announce_step(Nanoseconds step, platform::ClockKind clock) {
    wst_event event = Context::make_event(WST_EVENT_PTP_CLOCK_STEP, this);
    event.payload.ptp_clock_step.step = step;
    event.payload.ptp_clock_step.clock = static_cast<std::uint32_t>(clock);
    publish(event);
    if (clock != platform::ClockKind::none)
        step_timer_->arm(loop().now());
}

void PtpClock::carry_out(const clock::DisciplineUpdate& update) {
    if (update.action.step) {
        ++steps_;
        announce_step(update.action.step_by,
                      steered_ ? platform::ClockKind::device : platform::ClockKind::none);
        if (steered_) {
            announced_ = update;
            return;
        }
        if (follower_)
            follower_->reference_stepped();
    }
    if (steered_)
        apply(update.action);
}

void PtpClock::apply(const clock::ClockAction& action) {
    try {
        const Nanoseconds before = steered_->now();
        if (action.set_frequency) {
            steered_->set_frequency(action.frequency_ppb);
            device_watch_.we_turned(action.frequency_ppb, steered_->frequency());
        }
        if (action.step) {
            steered_->step(action.step_by);
            device_watch_.we_stepped(action.step_by);
        }
        discipline_->applied(before, action);
    } catch (const Failure& failure) {
        publish_fault(0, WST_PTP_FAULT_CLOCK_STEPPED, failure.os_error(), failure.what());
    }
}

/// Callbacks have heard of them and come back.
void PtpClock::make_announced_steps() {
    if (announced_) {
        const clock::DisciplineUpdate update = *announced_;
        apply(update.action);
        forget_neighbours();
        announced_.reset();
        if (follower_)
            follower_->reference_stepped();
        publish_view();
        tell_engine(update);
    }
    if (follower_ && follower_->step_is_due()) {
        try {
            follower_->make_step();
            timescale_->system_stepped();
        } catch (const Failure& failure) {
            publish_fault(0, WST_PTP_FAULT_CLOCK_STEPPED, failure.os_error(), failure.what());
        }
    }
}

void PtpClock::report(const clock::WriterWatch::Finding& finding, const std::string& which) {
    char text[192];
    if (finding.insane) {
        std::snprintf(text, sizeof text,
                      "%s runs %.0f ppm off the system's raw clock, more than sanity_freq_limit: begun anew",
                      which.c_str(), finding.rate * 1e-3);
        publish_fault(0, WST_PTP_FAULT_INSANE_RATE, 0, text);
    }
    if (!finding.turned && !finding.stepped)
        return;
    ++other_writers_;
    ++writers_untold_;
    const Nanoseconds now = loop().now();
    if (writer_told_at_ != 0 && now - writer_told_at_ < writer_report_interval)
        return;
    if (finding.stepped)
        std::snprintf(text, sizeof text,
                      "%s was moved by %.3f us by another program (or the machine slept): let only one "
                      "program set it",
                      which.c_str(), static_cast<double>(finding.step) * 1e-3);
    else
        std::snprintf(text, sizeof text,
                      "%s was turned to %.3f ppm by another program (such as chrony, ntpd, phc2sys, ptp4l): "
                      "stop it",
                      which.c_str(), finding.frequency * 1e-3);
    wst_event event = Context::make_event(WST_EVENT_PTP_FAULT, this);
    event.payload.ptp_fault.fault = WST_PTP_FAULT_OTHER_WRITER;
    event.payload.ptp_fault.count = writers_untold_;
    std::snprintf(event.payload.ptp_fault.text, sizeof event.payload.ptp_fault.text, "%s", text);
    publish(event);
    writers_untold_ = 0;
    writer_told_at_ = now;
}

/// A driver that resets its adapter (link, ring size, MTU) may lose what the clock was turned to, and go on
/// telling that it is turned so.
void PtpClock::turn_again() {
    if (steered_ && !settings_.discipline.free_running)
        apply({false, 0, true, discipline_->settled_frequency_ppb()});
}

/// What it had been turned to by others is lost, too, and one that is not ours to turn runs at another rate.
clock::DisciplineUpdate PtpClock::clock_was_reset() {
    return steered_ || timescale_->kind() != platform::ClockKind::device
               ? discipline_->on_local_clock_reset()
               : discipline_->on_local_clock_replaced();
}

/// A stranger's step must not be answered by a frequency that would make up for it: such a correction is a
/// reason to look at once. True if it was a stranger.
bool PtpClock::is_strangers_step(const clock::ClockAction& action) {
    constexpr double suspicious = 50'000; // ppb; what an oscillator and ordinary corrections need is less
    return steered_ && following_ && !action.step && action.set_frequency &&
           std::abs(action.frequency_ppb - discipline_->settled_frequency_ppb()) > suspicious &&
           look_for_other_writers();
}

/// The adapter's clock against the system's raw counter, whether it is we who steer it or nobody should.
/// True if its time was changed and all begins anew.
bool PtpClock::look_for_other_writers() {
    if (!device_ || !device_comparable_ || announced_)
        return false;
    auto& clocks = platform().clocks();
    clock::WriterWatch::Look look;
    try {
        const auto cross = clocks.cross_timestamp(*device_, platform::ClockKind::monotonic_raw, 3);
        look.clock = cross.device;
        look.counter = cross.system_before + (cross.system_after - cross.system_before) / 2;
        look.uncertainty = (cross.system_after - cross.system_before) / 2;
        look.frequency = timescale_->device_frequency();
    } catch (const Failure& failure) {
        if (failure.status() == WST_E_NOT_SUPPORTED) {
            device_comparable_ = false;
            context().log(WST_LOG_INFO, std::string("other writers are not looked for: ") + failure.what());
        }
        return false; // an adapter that has gone is noticed elsewhere
    }
    const auto finding = device_watch_.look(look);
    report(finding, "the clock of " + device_->name);
    if (finding.stepped || finding.insane) {
        forget_neighbours();
        if (follower_)
            follower_->reference_stepped();
        turn_again();
        timescale_->forget_comparisons();
        disciplined(clock_was_reset(), 0);
        return true;
    }
    if (finding.turned && following_ && !grandmaster_)
        turn_again();
    return false;
}

SystemFollower::Reading PtpClock::read_system_clock() {
    auto& clocks = platform().clocks();
    SystemFollower::Reading reading;
    Nanoseconds counter = 0;
    if (device_) {
        const auto cross =
            clocks.cross_timestamp(*device_, platform::ClockKind::realtime, settings_.system_readings);
        reading.before = cross.system_before;
        reading.after = cross.system_after;
        counter = cross.device;
    } else {
        const auto pair = clocks.read_pair(platform::ClockKind::realtime, platform::ClockKind::monotonic_raw);
        reading.before = pair.first - pair.uncertainty;
        reading.after = pair.first + pair.uncertainty;
        counter = pair.second;
    }
    reading.ptp = ptp_time(counter);
    reading.bound = discipline_->view().bound_at(counter);
    return reading;
}

SystemFollower::Properties PtpClock::system_properties() const {
    const std::uint16_t flags = time_properties_.flags;
    SystemFollower::Properties properties;
    properties.locked = clock_state_ == WST_PTP_CLOCK_LOCKED;
    properties.tells_tai = (flags & WST_PTP_TIME_PTP_TIMESCALE) != 0;
    if (!properties.tells_tai)
        properties.utc_offset = 0; // an arbitrary timescale is taken as it is
    else if ((flags & WST_PTP_TIME_CURRENT_UTC_OFFSET_VALID) != 0)
        properties.utc_offset = time_properties_.currentUtcOffset;
    else
        properties.utc_offset = settings_.engine.currentUtcOffset;
    if (properties.tells_tai)
        properties.leap = (flags & WST_PTP_TIME_LEAP61) != 0   ? 1
                          : (flags & WST_PTP_TIME_LEAP59) != 0 ? -1
                                                               : 0;
    return properties;
}

void PtpClock::follow_with_system_clock() {
    const auto interval = static_cast<Nanoseconds>(follower_->interval() * 1e9);
    const Nanoseconds now = loop().now();
    next_system_look_ += interval;
    if (next_system_look_ <= now)
        next_system_look_ = now + interval;
    system_timer_->arm(next_system_look_);
    const bool trusted = clock_state_ == WST_PTP_CLOCK_LOCKED || clock_state_ == WST_PTP_CLOCK_HOLDOVER;
    if (!following_ || grandmaster_ || !trusted || announced_ || follower_->step_is_due())
        return;
    try {
        const auto outcome = follower_->compare(read_system_clock(), system_properties());
        report(outcome.finding, "the system's clock");
        if (outcome.sample) {
            system_sample_ = outcome.sample;
            wst_event event = Context::make_event(WST_EVENT_PTP_SYSTEM_CLOCK, this);
            auto& payload = event.payload.ptp_system_clock;
            payload.offset = to_whole(outcome.sample->offset);
            payload.bound = to_whole(outcome.sample->bound);
            payload.width = outcome.sample->width;
            payload.frequency = outcome.sample->frequency;
            payload.servo_state = static_cast<std::uint32_t>(outcome.sample->servo_state);
            payload.utc_offset = static_cast<std::int16_t>(outcome.sample->utc_offset);
            publish(event);
        }
        if (outcome.step) {
            ++system_steps_;
            announce_step(*outcome.step, platform::ClockKind::realtime);
        }
    } catch (const Failure& failure) {
        publish_fault(0, WST_PTP_FAULT_CLOCK_STEPPED, failure.os_error(), failure.what());
    }
}

} // namespace wirestamp::runtime
