// SPDX-License-Identifier: Apache-2.0
//
// CLOCK_MONOTONIC stands still while the machine sleeps and takes no notice when the time of day is set, so a
// timer on it finds out late. The kernel tells at once through a timer that such a jump cancels.

#include "impl/platform/linux/clock_jumps.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

class Jumps final : public ClockJumps {
public:
    Jumps(SystemCalls& system, Descriptor notice) : system_(system), notice_(std::move(notice)) {}

    std::intptr_t native_handle() const override { return notice_.get(); }

    // Reading says ECANCELED and makes it ready for the next jump.
    void take() override {
        std::uint64_t expirations = 0;
        system_.read(notice_.get(), &expirations, sizeof expirations);
    }

private:
    SystemCalls& system_;
    Descriptor notice_;
};

} // namespace

std::unique_ptr<ClockJumps> watch_clock_jumps(SystemCalls& system) {
    Descriptor notice(system, system.make_clock_jump_notice());
    return notice ? std::make_unique<Jumps>(system, std::move(notice)) : nullptr;
}

} // namespace wirestamp::platform::gnu_linux
