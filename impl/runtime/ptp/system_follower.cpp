// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/system_follower.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {
namespace {

constexpr Nanoseconds second = nanoseconds_per_second;
constexpr Nanoseconds day = 86'400 * second;

clock::DisciplineConfig follower_config(const SystemFollowerOptions& options, platform::SteeredClock& system,
                                        double frequency) {
    clock::DisciplineConfig config = options.discipline;
    config.target = clock::Target::steered_clock;
    config.initial_frequency_ppb = frequency;
    config.sync_interval = options.interval;
    config.servo.max_frequency = std::min(config.servo.max_frequency, system.maximum_frequency());
    config.servo.software_timestamps = false; // brackets are as quiet as hardware stamps
    config.peer_delay = false;
    config.initial_delay = 0;
    config.asymmetry_bound = 0;
    config.grandmaster_accuracy = 0;
    return config;
}

std::unique_ptr<platform::SteeredClock> open(platform::ClockSource& clocks) {
    auto system = clocks.open_system_clock(true);
    system->set_frequency(system->frequency()); // who may not, hears of it now
    return system;
}

} // namespace

SystemFollower::SystemFollower(platform::ClockSource& clocks, const SystemFollowerOptions& options)
    : clocks_(clocks),
      options_(options),
      system_(open(clocks)),
      frequency_at_open_(system_->frequency()),
      discipline_(follower_config(options, *system_, frequency_at_open_)) {}

clock::WriterWatch::Finding SystemFollower::look() {
    const auto pair = clocks_.read_pair(platform::ClockKind::realtime, platform::ClockKind::monotonic_raw);
    clock::WriterWatch::Look seen;
    // With the offset of TAI, a leap second that the kernel applies is no step.
    seen.clock = saturating_add(pair.first, utc_offset_.value_or(0) * second);
    seen.counter = pair.second;
    seen.uncertainty = pair.uncertainty;
    seen.frequency = system_->frequency();
    return watch_.look(seen);
}

void SystemFollower::turn(double frequency) {
    system_->set_frequency(frequency);
    watch_.we_turned(frequency, system_->frequency());
}

std::int32_t SystemFollower::effective_offset(const Properties& properties, Nanoseconds ptp) {
    // Masters go on to announce the old offset for some seconds after the leap second; the clock may not.
    if (properties.leap != 0 && leap_ == 0) {
        leap_ = properties.leap;
        leap_base_ = properties.utc_offset;
        const Nanoseconds utc = ptp - properties.utc_offset * second;
        const Nanoseconds midnight = utc - ((utc % day) + day) % day + day;
        leap_at_ = midnight + (properties.utc_offset + (leap_ < 0 ? -1 : 0)) * second;
    }
    if (leap_ != 0 && (properties.utc_offset != leap_base_ || (properties.leap == 0 && ptp < leap_at_))) {
        leap_ = 0; // it is over, or was taken back
        leap_at_ = never;
    }
    return properties.utc_offset + (leap_ != 0 && ptp >= leap_at_ ? leap_ : 0);
}

void SystemFollower::declare(const Properties& properties, double bound) {
    platform::ClockDeclaration declaration;
    if (properties.tells_tai)
        declaration.tai_offset = utc_offset_;
    declaration.leap = options_.kernel_leap && leap_at_ != never && *utc_offset_ == leap_base_ ? leap_ : 0;
    declaration.synchronized = properties.locked;
    declaration.maximum_error = static_cast<Nanoseconds>(std::clamp(bound, 0.0, 1e10));
    system_->declare(declaration);
}

SystemFollower::Outcome SystemFollower::compare(const Reading& reading, const Properties& properties) {
    Outcome outcome;
    if (step_)
        return outcome;
    const std::int32_t offset = effective_offset(properties, reading.ptp);
    const bool offset_changed = utc_offset_ && *utc_offset_ != offset;
    utc_offset_ = offset;
    const Nanoseconds before = saturating_add(reading.before, offset * second);
    const Nanoseconds after = saturating_add(reading.after, offset * second);
    if (offset_changed) {
        // Whether the kernel has made the change of UTC already or we have to: no estimate is touched by it.
        const Nanoseconds off = saturating_subtract(before + (after - before) / 2, reading.ptp);
        const Nanoseconds whole = (off + (off < 0 ? -second / 2 : second / 2)) / second * second;
        watch_.forget();
        if (whole != 0) {
            if (!options_.discipline.free_running) {
                step_ = Step{{true, -whole, false, 0}, true};
                outcome.step = -whole;
            }
            return outcome;
        }
    }
    outcome.finding = look();
    if (outcome.finding.stepped)
        discipline_.on_local_clock_stepped();

    discipline_.on_delay(before, reading.ptp, 0);
    const clock::DisciplineUpdate update = discipline_.on_sync(reading.ptp, 0, after);
    if (update.action.step) {
        step_ = Step{update.action, false};
        outcome.step = update.action.step_by;
    } else if (update.action.set_frequency) {
        const Nanoseconds shown = saturating_add(system_->now(), offset * second);
        turn(update.action.frequency_ppb);
        discipline_.applied(shown, update.action);
    } else if (outcome.finding.turned && !options_.discipline.free_running) {
        turn(discipline_.frequency_ppb());
    }
    Sample sample;
    sample.offset = update.has_sample ? update.sample.offsetFromMaster
                                      : static_cast<double>(before + (after - before) / 2 - reading.ptp);
    sample.bound = discipline_.view().bound_at(after) + reading.bound;
    sample.width = reading.after - reading.before;
    sample.frequency = discipline_.frequency_ppb();
    sample.servo_state = update.sample.servo_state;
    sample.utc_offset = offset;
    outcome.sample = sample;
    if (!options_.discipline.free_running && discipline_.view().valid)
        declare(properties, sample.bound);
    return outcome;
}

void SystemFollower::make_step() {
    if (!step_)
        return;
    const Step step = *step_;
    step_.reset();
    if (step.action.set_frequency)
        turn(step.action.frequency_ppb);
    const Nanoseconds shown = saturating_add(system_->now(), utc_offset_.value_or(0) * second);
    system_->step(step.action.step_by);
    watch_.we_stepped(step.action.step_by);
    if (step.whole_seconds)
        watch_.forget();
    else
        discipline_.applied(shown, step.action);
}

void SystemFollower::reference_stepped() {
    discipline_.on_master_changed();
}

void SystemFollower::release() {
    step_.reset();
    if (leap_ != 0) {
        platform::ClockDeclaration nothing;
        nothing.synchronized = discipline_.view().valid;
        system_->declare(nothing);
    }
    if (options_.restore_frequency)
        turn(frequency_at_open_);
}

} // namespace wirestamp::runtime
