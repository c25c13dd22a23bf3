// SPDX-License-Identifier: Apache-2.0
//
// clock_adjtime(2) on a PHC or on CLOCK_REALTIME; the interface is the same, limits and permissions are not.

#include "impl/platform/linux/steered_clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>

#include "impl/platform/linux/clocks.hpp"
#include "impl/platform/linux/device_clock.hpp"
#include "impl/platform/linux/os_failure.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

// timex.freq is in 2^-16 parts per million.
constexpr double freq_units_per_ppb = 65.536;
// MAXFREQ of the kernel's NTP code.
constexpr double system_clock_limit = 500'000;

class Steered final : public SteeredClock {
public:
    Steered(SystemCalls& system, std::optional<DeviceClock> device, bool writable)
        : system_(system),
          device_(std::move(device)),
          name_(device_ ? "/dev/ptp" + std::to_string(device_->index()) : "the system clock"),
          writable_(writable),
          limit_(device_ ? device_->maximum_frequency() : system_clock_limit) {}

    Nanoseconds now() override { return read_system_clock(system_, id()); }

    void step(Nanoseconds delta) override {
        timex change{};
        change.modes = ADJ_SETOFFSET | ADJ_NANO;
        // The fraction is never negative: -0.25 s is -1 s and 750 000 000 ns.
        auto seconds = delta / nanoseconds_per_second;
        auto fraction = delta % nanoseconds_per_second;
        if (fraction < 0) {
            --seconds;
            fraction += nanoseconds_per_second;
        }
        change.time.tv_sec = static_cast<time_t>(seconds);
        change.time.tv_usec = static_cast<suseconds_t>(fraction);
        apply(change, "step");
    }

    void set_frequency(double parts_per_billion) override {
        if (!(std::abs(parts_per_billion) <= limit_))
            throw Failure(WST_E_RANGE, name_ + " can be turned by " + std::to_string(limit_) +
                                           " ppb at most, not by " + std::to_string(parts_per_billion));
        timex change{};
        change.modes = ADJ_FREQUENCY;
        change.freq = std::lround(parts_per_billion * freq_units_per_ppb);
        apply(change, "turn");
    }

    double frequency() override {
        timex state{};
        if (const int outcome = system_.adjust_clock(id(), &state); outcome < 0)
            throw os_failure(-outcome, "cannot read the frequency of " + name_);
        return static_cast<double>(state.freq) / freq_units_per_ppb;
    }

    double maximum_frequency() const override { return limit_; }

    void declare(const ClockDeclaration& declaration) override {
        if (device_)
            return;
        timex state{};
        if (const int outcome = system_.adjust_clock(id(), &state); outcome < 0)
            throw os_failure(-outcome, "cannot read the status of " + name_);
        timex change{};
        change.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
        // The other bits choose how the kernel itself steers, which is not for us to change.
        change.status = state.status & ~(STA_UNSYNC | STA_INS | STA_DEL);
        if (!declaration.synchronized)
            change.status |= STA_UNSYNC;
        if (declaration.leap != 0)
            change.status |= declaration.leap > 0 ? STA_INS : STA_DEL;
        const auto microseconds =
            std::clamp<Nanoseconds>(declaration.maximum_error / 1000 + 1, 1, 16'000'000);
        change.maxerror = static_cast<long>(microseconds);
        change.esterror = static_cast<long>(microseconds);
        apply(change, "set the status of");
        if (!declaration.tai_offset || *declaration.tai_offset == state.tai)
            return;
        timex offset{};
        offset.modes = ADJ_TAI;
        offset.constant = *declaration.tai_offset;
        apply(offset, "set the TAI offset of");
    }

private:
    clockid_t id() const noexcept { return device_ ? device_->clock_id() : CLOCK_REALTIME; }

    void apply(timex& change, const char* verb) {
        const auto what = std::string("cannot ") + verb + " " + name_;
        if (!writable_)
            throw Failure(WST_E_STATE, what + ": it was opened for reading only");
        const int outcome = system_.adjust_clock(id(), &change);
        if (outcome >= 0)
            return;
        if (outcome == -EBUSY)
            throw os_failure(EBUSY, what,
                             "Virtual clocks on it hold it (n_vclocks in /sys/class/ptp): remove them");
        if (outcome == -EPERM || outcome == -EACCES)
            throw os_failure(-outcome, what,
                             device_ ? "It must be writable for this user (udev rule, group)"
                                     : "It needs CAP_SYS_TIME (`setcap cap_sys_time+ep PROGRAM`)");
        throw os_failure(-outcome, what);
    }

    SystemCalls& system_;
    std::optional<DeviceClock> device_;
    std::string name_;
    bool writable_;
    double limit_;
};

} // namespace

std::unique_ptr<SteeredClock> make_steered_device(SystemCalls& system, std::int32_t phc_index,
                                                  bool writable) {
    return std::make_unique<Steered>(system, DeviceClock(system, phc_index, writable), writable);
}

std::unique_ptr<SteeredClock> make_steered_system_clock(SystemCalls& system, bool writable) {
    return std::make_unique<Steered>(system, std::nullopt, writable);
}

} // namespace wirestamp::platform::gnu_linux
