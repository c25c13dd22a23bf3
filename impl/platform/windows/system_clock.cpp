// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/windows/system_clock.hpp"

#include <cmath>

#include "impl/platform/windows/counter.hpp"
#include "impl/platform/windows/os_failure.hpp"

namespace wirestamp::platform::windows {

namespace {

// Windows documents no limit; NTP's keeps a servo that lost its way from racing.
constexpr double limit = 500'000;
constexpr const char* advice =
    "It needs SE_SYSTEMTIME_NAME, which administrators and LocalService hold: run as administrator";

class SystemClock final : public SteeredClock {
public:
    SystemClock(SystemCalls& system, bool writable) : system_(system), writable_(writable) {
        if (const auto outcome = system_.clock_adjustment(before_); outcome != code::success)
            throw os_failure(outcome, "the rate of the system clock cannot be read",
                             "It takes Windows 10 1709 or Server 2019");
        if (before_.increment == 0)
            throw Failure(WST_E_IO, "Windows says that its clock advances by 0 units an interrupt");
    }

    Nanoseconds now() override { return filetime_to_unix(system_.system_time()); }

    void step(Nanoseconds delta) override {
        require_writable("step");
        // Read and set are not one call: what passes between them is a fraction of the clock's resolution.
        const auto target =
            static_cast<std::int64_t>(system_.system_time()) + (delta + (delta < 0 ? -50 : 50)) / 100;
        if (target < 0)
            throw Failure(WST_E_RANGE, "the system clock cannot be set before 1601");
        if (const auto outcome = system_.set_system_time(static_cast<std::uint64_t>(target));
            outcome != code::success)
            throw os_failure(outcome, "cannot step the system clock", advice);
    }

    void set_frequency(double parts_per_billion) override {
        require_writable("turn");
        if (!(std::abs(parts_per_billion) <= limit))
            throw Failure(WST_E_RANGE, "the system clock can be turned by " + std::to_string(limit) +
                                           " ppb at most, not by " + std::to_string(parts_per_billion));
        ClockAdjustment wanted;
        wanted.disabled = false;
        const auto share = std::llround(static_cast<double>(before_.increment) * parts_per_billion * 1e-9);
        wanted.adjustment = static_cast<std::uint64_t>(static_cast<std::int64_t>(before_.increment) + share);
        if (const auto outcome = system_.set_clock_adjustment(wanted); outcome != code::success)
            throw os_failure(outcome, "cannot turn the system clock", advice);
    }

    double frequency() override {
        ClockAdjustment now;
        if (const auto outcome = system_.clock_adjustment(now); outcome != code::success)
            throw os_failure(outcome, "the rate of the system clock cannot be read");
        if (now.disabled || now.increment == 0)
            return 0;
        return (static_cast<double>(now.adjustment) - static_cast<double>(now.increment)) /
               static_cast<double>(now.increment) * 1e9;
    }

    double maximum_frequency() const override { return limit; }

private:
    void require_writable(const char* verb) const {
        if (!writable_)
            throw Failure(WST_E_STATE, std::string("cannot ") + verb +
                                           " the system clock: it was opened for reading only");
    }

    SystemCalls& system_;
    ClockAdjustment before_;
    const bool writable_;
};

} // namespace

std::unique_ptr<SteeredClock> open_system_clock(SystemCalls& system, bool writable) {
    return std::make_unique<SystemClock>(system, writable);
}

} // namespace wirestamp::platform::windows
