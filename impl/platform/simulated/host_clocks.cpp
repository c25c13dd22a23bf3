// SPDX-License-Identifier: Apache-2.0
//
// The clocks of a simulated host: what its system calls would read, one against the other, and how they are
// steered. Reads take time that passes for the clocks alone: a cross-timestamp's later parts are read that
// much after now.

#include <algorithm>
#include <cmath>
#include <utility>

#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

namespace {

Nanoseconds whole_multiple(const Reading& reading, double plus, Nanoseconds granularity) {
    const Nanoseconds value = saturating_add(reading.whole, floor_to_integer(reading.fraction + plus));
    if (granularity <= 1)
        return value;
    Nanoseconds rest = value % granularity;
    if (rest < 0)
        rest += granularity;
    return value - rest;
}

void require_system_clock(ClockKind kind) {
    if (kind != ClockKind::realtime && kind != ClockKind::monotonic && kind != ClockKind::monotonic_raw &&
        kind != ClockKind::tai)
        throw Failure(WST_E_NOT_SUPPORTED,
                      "a simulated host has the clocks realtime, monotonic, monotonic_raw and tai; clock " +
                          std::to_string(static_cast<int>(kind)) + " was asked for");
}

[[noreturn]] void refuse_write(const std::string& what) {
    throw Failure(WST_E_PERMISSION, what +
                                        " is read-only on this simulated host: set `writable` in its clock "
                                        "parameters, or run the clock free");
}

class DeviceSteering final : public SteeredClock {
public:
    DeviceSteering(std::shared_ptr<State> state, const Adapter& adapter, bool writable)
        : state_(std::move(state)),
          adapter_(adapter.number),
          incarnation_(adapter.incarnation),
          clock_(adapter.clock),
          writable_(writable) {}

    Nanoseconds now() override {
        const std::lock_guard lock(state_->mutex);
        DeviceClock& clock = checked();
        return whole_multiple(clock.model.read(clock.oscillator, state_->now), 0,
                              clock.parameters.granularity);
    }
    void step(Nanoseconds delta) override {
        const std::lock_guard lock(state_->mutex);
        writable_clock().model.step(delta);
    }
    void set_frequency(double parts_per_billion) override {
        const std::lock_guard lock(state_->mutex);
        DeviceClock& clock = writable_clock();
        const double limit = clock.parameters.maximum_frequency;
        if (!(std::fabs(parts_per_billion) <= limit))
            throw Failure(WST_E_RANGE, "frequency " + std::to_string(parts_per_billion) +
                                           " ppb is beyond this clock's limit of " + std::to_string(limit) +
                                           " ppb");
        clock.model.set_frequency(clock.oscillator, state_->now, parts_per_billion);
    }
    double frequency() override {
        const std::lock_guard lock(state_->mutex);
        return checked().model.parts_per_billion();
    }
    double maximum_frequency() const override {
        const std::lock_guard lock(state_->mutex);
        return state_->clocks[clock_]->parameters.maximum_frequency;
    }

private:
    DeviceClock& checked() {
        const Adapter& adapter = *state_->adapters[adapter_];
        if (!adapter.present || adapter.incarnation != incarnation_)
            throw Failure(WST_E_INTERFACE_GONE, "adapter " + adapter.name +
                                                    " was removed, and its clock with it: open the clock of "
                                                    "the interface that is there now");
        return *state_->clocks[clock_];
    }
    DeviceClock& writable_clock() {
        DeviceClock& clock = checked();
        if (!writable_)
            throw Failure(WST_E_STATE, "the clock was opened for reading: open it writable to steer it");
        return clock;
    }

    std::shared_ptr<State> state_;
    std::uint32_t adapter_;
    std::uint32_t incarnation_;
    std::uint32_t clock_;
    bool writable_;
};

class SystemSteering final : public SteeredClock {
public:
    SystemSteering(std::shared_ptr<State> state, std::uint32_t host, bool writable)
        : state_(std::move(state)), host_(host), writable_(writable) {}

    Nanoseconds now() override {
        const std::lock_guard lock(state_->mutex);
        return state_->read_host(host(), ClockKind::realtime, state_->now).whole;
    }
    void step(Nanoseconds delta) override {
        const std::lock_guard lock(state_->mutex);
        require_writable();
        host().realtime.step(delta);
        state_->notify_jump(host());
    }
    void set_frequency(double parts_per_billion) override {
        const std::lock_guard lock(state_->mutex);
        require_writable();
        const double limit = host().parameters.maximum_frequency;
        if (!(std::fabs(parts_per_billion) <= limit))
            throw Failure(WST_E_RANGE, "frequency " + std::to_string(parts_per_billion) +
                                           " ppb is beyond the system clock's limit of " +
                                           std::to_string(limit) + " ppb");
        host().monotonic.set_frequency(host().oscillator, state_->now, parts_per_billion);
        host().realtime.set_frequency(host().oscillator, state_->now, parts_per_billion);
        state_->host_clock_changed(host());
    }
    double frequency() override {
        const std::lock_guard lock(state_->mutex);
        return host().realtime.parts_per_billion();
    }
    double maximum_frequency() const override { return state_->hosts[host_]->parameters.maximum_frequency; }

private:
    Host& host() { return *state_->hosts[host_]; }
    void require_writable() const {
        if (!writable_)
            throw Failure(WST_E_STATE, "the clock was opened for reading: open it writable to steer it");
    }

    std::shared_ptr<State> state_;
    std::uint32_t host_;
    bool writable_;
};

class Jumps final : public ClockJumps, public SimulatedPollable {
public:
    Jumps(std::shared_ptr<State> state, std::uint32_t host) : state_(std::move(state)), host_(host) {
        const std::lock_guard lock(state_->mutex);
        state_->hosts[host_]->jump_watches.push_back(&readiness_);
    }
    ~Jumps() override {
        const std::lock_guard lock(state_->mutex);
        state_->detach(readiness_);
        std::erase(state_->hosts[host_]->jump_watches, &readiness_);
    }
    std::intptr_t native_handle() const override { return -1; }
    const std::shared_ptr<State>& world_state() const override { return state_; }
    Readiness& readiness() override { return readiness_; }
    void take() override {
        const std::lock_guard lock(state_->mutex);
        readiness_.pending = 0;
    }

private:
    std::shared_ptr<State> state_;
    std::uint32_t host_;
    Readiness readiness_;
};

class HostClocks final : public ClockSource {
public:
    HostClocks(std::shared_ptr<State> state, std::uint32_t host) : state_(std::move(state)), host_(host) {}

    Nanoseconds read(ClockKind kind) override {
        require_system_clock(kind);
        const std::lock_guard lock(state_->mutex);
        return state_->read_host(host(), kind, state_->now).whole;
    }

    Nanoseconds time_asleep() override {
        const std::lock_guard lock(state_->mutex);
        return host().time_asleep;
    }

    std::unique_ptr<ClockJumps> watch_jumps() override { return std::make_unique<Jumps>(state_, host_); }

    Pair read_pair(ClockKind first, ClockKind second) override {
        require_system_clock(first);
        require_system_clock(second);
        const std::lock_guard lock(state_->mutex);
        const Nanoseconds latency = std::max<Nanoseconds>(0, host().parameters.read_latency);
        const Nanoseconds before = state_->read_host(host(), first, state_->now).whole;
        const Nanoseconds between = state_->read_host(host(), second, state_->now + latency).whole;
        const Nanoseconds after = state_->read_host(host(), first, state_->now + 2 * latency).whole;
        return {before + (after - before) / 2, between, (after - before + 1) / 2};
    }

    CrossTimestamp cross_timestamp(const Interface& interface, ClockKind system_clock, int samples) override {
        require_system_clock(system_clock);
        const std::lock_guard lock(state_->mutex);
        const Adapter& adapter = state_->adapter_of(host(), interface);
        DeviceClock& clock = *state_->clocks[adapter.clock];
        if (clock.parameters.cross_method == CrossMethod::none || !adapter.supported.cross_timestamp)
            throw Failure(WST_E_NOT_SUPPORTED,
                          adapter.name + " offers no cross-timestamps: choose another adapter");
        CrossTimestamp best;
        Nanoseconds at = state_->now;
        const int tries = std::clamp(samples, 1, 25); // as many as PTP_SYS_OFFSET_EXTENDED takes
        for (int i = 0; i < tries; ++i) {
            CrossTimestamp taken;
            taken.system_clock = system_clock;
            taken.device_clock = ClockKind::device;
            taken.device_index = static_cast<std::int32_t>(adapter.clock);
            taken.method = clock.parameters.cross_method;
            Nanoseconds first = 0;
            Nanoseconds second = 0;
            if (taken.method != CrossMethod::precise) {
                first = half_latency(clock);
                second = half_latency(clock);
            }
            taken.system_before = state_->read_host(host(), system_clock, at).whole;
            taken.device = whole_multiple(clock.model.read(clock.oscillator, at + first), 0,
                                          clock.parameters.granularity);
            taken.system_after = state_->read_host(host(), system_clock, at + first + second).whole;
            at += first + second;
            if (i == 0 || taken.system_after - taken.system_before < best.system_after - best.system_before)
                best = taken;
        }
        return best;
    }

    std::unique_ptr<SteeredClock> open_device_clock(const Interface& interface, bool writable) override {
        const std::lock_guard lock(state_->mutex);
        const Adapter& adapter = state_->adapter_of(host(), interface);
        if (adapter.supported.hardware == 0)
            throw Failure(WST_E_NOT_SUPPORTED,
                          adapter.name + " has no hardware clock: use software time stamps");
        if (writable && !state_->clocks[adapter.clock]->parameters.writable)
            refuse_write("the clock of " + adapter.name);
        return std::make_unique<DeviceSteering>(state_, adapter, writable);
    }

    std::unique_ptr<SteeredClock> open_system_clock(bool writable) override {
        const std::lock_guard lock(state_->mutex);
        if (writable && !host().parameters.writable)
            refuse_write("the system clock");
        return std::make_unique<SystemSteering>(state_, host_, writable);
    }

private:
    Host& host() { return *state_->hosts[host_]; }

    /// A few milliseconds are the most a read is worth, and stay within what an oscillator remembers.
    static Nanoseconds half_latency(DeviceClock& clock) {
        double half = static_cast<double>(clock.parameters.read_latency) * 0.5;
        if (clock.parameters.read_jitter > 0)
            half += clock.parameters.read_jitter * clock.read_random.exponential();
        return floor_to_integer(std::clamp(half, 0.0, 1e7));
    }

    std::shared_ptr<State> state_;
    std::uint32_t host_;
};

} // namespace

std::unique_ptr<ClockSource> make_clock_source(std::shared_ptr<State> state, std::uint32_t host) {
    return std::make_unique<HostClocks>(std::move(state), host);
}

Reading State::read_host(Host& host, ClockKind kind, Nanoseconds t) {
    switch (kind) {
        case ClockKind::monotonic:
            return host.monotonic.read(host.oscillator, t);
        case ClockKind::monotonic_raw:
            return host.raw.read(host.oscillator, t);
        case ClockKind::tai: {
            Reading reading = host.realtime.read(host.oscillator, t);
            reading.whole =
                saturating_add(reading.whole, host.parameters.tai_offset * nanoseconds_per_second);
            return reading;
        }
        default:
            return host.realtime.read(host.oscillator, t);
    }
}

Nanoseconds State::true_time_of(Host& host, Nanoseconds monotonic_deadline) {
    if (monotonic_deadline == never)
        return never;
    const Nanoseconds shown = read_host(host, ClockKind::monotonic, now).whole;
    if (monotonic_deadline <= shown)
        return now;
    const Nanoseconds span = saturating_subtract(monotonic_deadline, shown);
    const double rate = (1.0 + host.oscillator.frequency_error(now)) * (1.0 + host.monotonic.frequency());
    // Only the difference goes through floating point, so that long spans stay exact to the ns.
    const double less = static_cast<double>(span) * ((rate - 1.0) / rate);
    return saturating_add(now, std::max<Nanoseconds>(1, span - floor_to_integer(less)));
}

void State::host_clock_changed(Host& host) {
    for (std::uint32_t number = 0; number < timers.capacity(); ++number) {
        TimerState& timer = timers[number];
        if (timer.event == none || timer.loop->host != host.number)
            continue;
        queue.remove(timer.event);
        timer.event = schedule(true_time_of(host, timer.deadline),
                               {Event::Kind::timer, number, timers.generation(number), 0});
    }
}

Stamp State::hardware_stamp(Adapter& adapter, Nanoseconds t, Nanoseconds error) {
    DeviceClock& clock = *clocks[adapter.clock];
    const double noise =
        clock.parameters.stamp_noise > 0 ? clock.parameters.stamp_noise * clock.stamp_random.gaussian() : 0.0;
    Stamp stamp;
    stamp.value = whole_multiple(clock.model.read(clock.oscillator, t), noise + static_cast<double>(error),
                                 clock.parameters.granularity);
    stamp.clock = ClockKind::device;
    stamp.source = StampSource::hardware;
    stamp.clock_index = static_cast<std::int32_t>(adapter.clock);
    note(static_cast<std::uint64_t>(stamp.value));
    return stamp;
}

void State::resume(Host& host) {
    const Nanoseconds slept = now - host.asleep_since;
    host.asleep = false;
    host.time_asleep += slept;
    host.raw.step(-slept);
    host.monotonic.step(-slept);
    host_clock_changed(host);
    notify_jump(host);
}

void State::notify_jump(Host& host) {
    for (Readiness* readiness : host.jump_watches) {
        readiness->pending = 1;
        make_ready(*readiness);
    }
}

Stamp State::software_stamp(Host& host, Nanoseconds t) {
    Stamp stamp;
    stamp.value = read_host(host, ClockKind::realtime, t).whole;
    stamp.clock = ClockKind::realtime;
    stamp.source = StampSource::software;
    return stamp;
}

} // namespace wirestamp::platform::simulated
