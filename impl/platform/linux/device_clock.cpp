// SPDX-License-Identifier: Apache-2.0
//
// Reading a PHC. What a kernel or driver turns out not to have is remembered, so that a capture in steady
// state is one ioctl.

#include "impl/platform/linux/device_clock.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <optional>

#include "impl/platform/linux/clocks.hpp"
#include "impl/platform/linux/os_failure.hpp"

namespace wirestamp::platform::gnu_linux {

// include/uapi/linux/ptp_clock.h; here since fields were added to it over time.
struct PtpTime {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
    std::uint32_t reserved;
};

constexpr int most_samples = 25;

struct PtpSystemOffset {
    std::uint32_t samples;
    std::uint32_t reserved[3];
    PtpTime times[2 * most_samples + 1]; // system, device, system, device, … system
};

struct PtpSystemOffsetExtended {
    std::uint32_t samples;
    std::int32_t clock; // of the system times since 6.12, before that reserved and CLOCK_REALTIME
    std::uint32_t reserved[2];
    PtpTime times[most_samples][3]; // system, device, system
};

struct PtpSystemOffsetPrecise {
    PtpTime device;
    PtpTime realtime;
    PtpTime monotonic_raw;
    std::uint32_t reserved[4];
};

struct PtpClockCaps {
    std::int32_t max_adj;
    std::int32_t others[19];
};

static_assert(sizeof(PtpSystemOffset) == 832);
static_assert(sizeof(PtpSystemOffsetExtended) == 1216);
static_assert(sizeof(PtpSystemOffsetPrecise) == 64);
static_assert(sizeof(PtpClockCaps) == 80);

namespace {

// _IOR/_IOW/_IOWR('=', n, …) differ in their direction bits between architectures.
template <class T>
constexpr unsigned long reads(unsigned number) {
    return _IOR('=', number, T);
}
template <class T>
constexpr unsigned long writes(unsigned number) {
    return _IOW('=', number, T);
}
template <class T>
constexpr unsigned long both_ways(unsigned number) {
    return _IOWR('=', number, T);
}

const unsigned long get_caps = reads<PtpClockCaps>(1);
const unsigned long offset_basic = writes<PtpSystemOffset>(5);
const unsigned long offset_basic_2 = writes<PtpSystemOffset>(14);
const unsigned long offset_precise = both_ways<PtpSystemOffsetPrecise>(8);
const unsigned long offset_precise_2 = both_ways<PtpSystemOffsetPrecise>(17);
const unsigned long offset_extended_1 = both_ways<PtpSystemOffsetExtended>(9);
const unsigned long offset_extended_2 = both_ways<PtpSystemOffsetExtended>(18);

// A system clock that moved this much against another within one capture was stepped.
constexpr Nanoseconds step_suspicion = 5'000;

Nanoseconds to_ns(const PtpTime& time) noexcept {
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / nanoseconds_per_second - 1;
    return std::clamp(time.seconds, -limit, limit) * nanoseconds_per_second + time.nanoseconds;
}

} // namespace

DeviceClock::DeviceClock(SystemCalls& system, std::int32_t index, bool writable)
    : system_(system), index_(index) {
    const auto path = "/dev/ptp" + std::to_string(index);
    descriptor_ = Descriptor(system, system.open(path.c_str(), writable ? O_RDWR : O_RDONLY));
    if (descriptor_)
        return;
    const auto what = "cannot open the adapter's clock " + path + (writable ? " for steering" : "");
    switch (descriptor_.error()) {
        case EACCES:
        case EPERM:
            throw os_failure(
                descriptor_.error(), what,
                "Run as root, join the group that owns it, or add a udev rule: SUBSYSTEM==\"ptp\", "
                "GROUP=\"clock\", MODE=\"0664\"");
        case ENOENT:
            throw os_failure(ENOENT, what,
                             "In a container the device must be passed in (--device " + path + ")");
        default:
            throw os_failure(descriptor_.error(), what);
    }
}

clockid_t DeviceClock::clock_id() const noexcept {
    // FD_TO_CLOCKID of Documentation/driver-api/ptp.rst, in unsigned numbers, which may be shifted.
    return static_cast<clockid_t>((~static_cast<unsigned>(descriptor_.get()) << 3) | 3u);
}

double DeviceClock::maximum_frequency() const {
    PtpClockCaps caps{};
    const int outcome = system_.control(descriptor_.get(), get_caps, &caps);
    if (outcome < 0)
        throw os_failure(-outcome, "cannot ask /dev/ptp" + std::to_string(index_) + " what it can do");
    return caps.max_adj;
}

int DeviceClock::control(unsigned long newer, unsigned long older, void* exchange) {
    if (has_newer_numbers_) {
        const int outcome = system_.control(descriptor_.get(), newer, exchange);
        if (outcome != -ENOTTY)
            return outcome;
    }
    const int outcome = system_.control(descriptor_.get(), older, exchange);
    // Only a success proves that it was the number that was unknown, and not the question.
    if (outcome >= 0)
        has_newer_numbers_ = false;
    return outcome;
}

DeviceClock::Outcome DeviceClock::judge(int error, bool& available) {
    if (error == -ENODEV)
        throw os_failure(ENODEV, "the adapter's clock /dev/ptp" + std::to_string(index_) + " has gone");
    if (error != -EOPNOTSUPP && error != -ENOTTY && error != -EINVAL && error != -ENOSYS)
        return Outcome::not_now;
    available = false;
    return Outcome::never;
}

std::optional<DeviceClock::Sample> DeviceClock::in_clock(const Sample& sample, ClockKind from,
                                                         ClockKind wanted,
                                                         const ClockSource::Pair& before) const {
    const auto after = read_clock_pair(system_, clock_id_of(from), clock_id_of(wanted));
    const auto first_offset = before.second - before.first;
    const auto last_offset = after.second - after.first;
    if (std::abs(last_offset - first_offset) > step_suspicion)
        return std::nullopt;
    if (from == ClockKind::realtime && wanted == ClockKind::tai) {
        // Whole seconds by definition, whatever the reads say.
        const auto half = nanoseconds_per_second / 2;
        const auto seconds = (last_offset + (last_offset < 0 ? -half : half)) / nanoseconds_per_second;
        const auto shift = seconds * nanoseconds_per_second;
        return Sample{sample.before + shift, sample.device, sample.after + shift};
    }
    const auto span = after.first - before.first;
    const auto offset_at = [&](Nanoseconds time) {
        if (span <= 0)
            return last_offset;
        const double share = static_cast<double>(time - before.first) / static_cast<double>(span);
        return first_offset + static_cast<Nanoseconds>(std::clamp(share, 0.0, 1.0) *
                                                       static_cast<double>(last_offset - first_offset));
    };
    const auto doubt = std::max(before.uncertainty, after.uncertainty);
    return Sample{sample.before + offset_at(sample.before) - doubt, sample.device,
                  sample.after + offset_at(sample.after) + doubt};
}

DeviceClock::Outcome DeviceClock::precise(ClockKind wanted, CrossTimestamp& result) {
    const bool convert = wanted != ClockKind::realtime && wanted != ClockKind::monotonic_raw;
    ClockSource::Pair before;
    if (convert)
        before = read_clock_pair(system_, CLOCK_REALTIME, clock_id_of(wanted));
    PtpSystemOffsetPrecise exchange{};
    if (const int outcome = control(offset_precise_2, offset_precise, &exchange); outcome < 0)
        return judge(outcome, has_precise_);
    const auto instant =
        to_ns(wanted == ClockKind::monotonic_raw ? exchange.monotonic_raw : exchange.realtime);
    std::optional<Sample> sample = Sample{instant, to_ns(exchange.device), instant};
    if (convert)
        sample = in_clock(*sample, ClockKind::realtime, wanted, before);
    if (!sample)
        return Outcome::not_now;
    result.system_before = sample->before;
    result.device = sample->device;
    result.system_after = sample->after;
    result.method = CrossMethod::precise;
    return Outcome::done;
}

int DeviceClock::offset_extended(PtpSystemOffsetExtended& exchange, int samples, clockid_t clock) {
    // The times are for the kernel to write: a kilobyte of zeros would cost as much as all else here.
    exchange.samples = static_cast<std::uint32_t>(samples);
    exchange.clock = clock;
    exchange.reserved[0] = exchange.reserved[1] = 0;
    return control(offset_extended_2, offset_extended_1, &exchange);
}

DeviceClock::Outcome DeviceClock::extended(ClockKind wanted, int samples, CrossTimestamp& result) {
    PtpSystemOffsetExtended exchange;
    ClockKind taken = ClockKind::realtime;
    ClockSource::Pair before;
    int outcome = -EINVAL;
    if (has_clock_choice_ && (wanted == ClockKind::monotonic_raw || wanted == ClockKind::monotonic)) {
        taken = wanted;
        outcome = offset_extended(exchange, samples, clock_id_of(wanted));
    }
    if (outcome == -EINVAL) {
        const bool refused = taken != ClockKind::realtime;
        taken = ClockKind::realtime;
        if (wanted != taken)
            before = read_clock_pair(system_, CLOCK_REALTIME, clock_id_of(wanted));
        outcome = offset_extended(exchange, samples, CLOCK_REALTIME);
        if (outcome >= 0 && refused)
            has_clock_choice_ = false;
    }
    if (outcome < 0)
        return judge(outcome, has_extended_);
    std::optional<Sample> best;
    for (int i = 0; i < samples; ++i) {
        const auto& times = exchange.times[i];
        const Sample sample{to_ns(times[0]), to_ns(times[1]), to_ns(times[2])};
        if (sample.after >= sample.before &&
            (!best || sample.after - sample.before < best->after - best->before))
            best = sample;
    }
    if (best && wanted != taken)
        best = in_clock(*best, taken, wanted, before);
    if (!best)
        return Outcome::not_now;
    result.system_before = best->before;
    result.device = best->device;
    result.system_after = best->after;
    result.method = CrossMethod::extended;
    return Outcome::done;
}

DeviceClock::Outcome DeviceClock::basic(ClockKind wanted, int samples, CrossTimestamp& result) {
    ClockSource::Pair before;
    if (wanted != ClockKind::realtime)
        before = read_clock_pair(system_, CLOCK_REALTIME, clock_id_of(wanted));
    PtpSystemOffset exchange{};
    exchange.samples = static_cast<std::uint32_t>(samples);
    if (const int outcome = control(offset_basic_2, offset_basic, &exchange); outcome < 0)
        return judge(outcome, has_basic_);
    std::optional<Sample> best;
    for (int i = 0; i < samples; ++i) {
        const Sample sample{to_ns(exchange.times[2 * i]), to_ns(exchange.times[2 * i + 1]),
                            to_ns(exchange.times[2 * i + 2])};
        if (sample.after >= sample.before &&
            (!best || sample.after - sample.before < best->after - best->before))
            best = sample;
    }
    if (best && wanted != ClockKind::realtime)
        best = in_clock(*best, ClockKind::realtime, wanted, before);
    if (!best)
        return Outcome::not_now;
    result.system_before = best->before;
    result.device = best->device;
    result.system_after = best->after;
    result.method = CrossMethod::basic;
    return Outcome::done;
}

DeviceClock::Outcome DeviceClock::bracket(ClockKind wanted, int samples, CrossTimestamp& result) {
    const auto system_clock = clock_id_of(wanted);
    std::optional<Sample> best;
    for (int i = 0; i < samples; ++i) {
        Sample sample;
        sample.before = read_system_clock(system_, system_clock);
        timespec device{};
        if (const int outcome = system_.read_clock(clock_id(), &device); outcome < 0) {
            bool available = true;
            return judge(outcome, available);
        }
        sample.after = read_system_clock(system_, system_clock);
        sample.device = static_cast<Nanoseconds>(device.tv_sec) * nanoseconds_per_second + device.tv_nsec;
        if (sample.after >= sample.before &&
            (!best || sample.after - sample.before < best->after - best->before))
            best = sample;
    }
    if (!best)
        return Outcome::not_now;
    result.system_before = best->before;
    result.device = best->device;
    result.system_after = best->after;
    result.method = CrossMethod::bracket;
    return Outcome::done;
}

CrossTimestamp DeviceClock::cross_timestamp(ClockKind system_clock, int samples) {
    samples = std::clamp(samples, 1, most_samples);
    CrossTimestamp result;
    result.system_clock = system_clock;
    result.device_clock = ClockKind::device;
    result.device_index = index_;
    if (has_precise_ && precise(system_clock, result) == Outcome::done)
        return result;
    if (has_extended_ && extended(system_clock, samples, result) == Outcome::done)
        return result;
    if (has_basic_ && basic(system_clock, samples, result) == Outcome::done)
        return result;
    if (bracket(system_clock, samples, result) == Outcome::done)
        return result;
    throw Failure(WST_E_NOT_SUPPORTED, "the adapter's clock /dev/ptp" + std::to_string(index_) +
                                           " cannot be read against a system clock");
}

} // namespace wirestamp::platform::gnu_linux
