// SPDX-License-Identifier: Apache-2.0
//
// The follower of the system's clock against clocks of the test's own, for what a simulated host does not do:
// a kernel that applies leap seconds, refusals in the middle of work.

#include "impl/runtime/ptp/system_follower.hpp"

#include <cmath>
#include <optional>

#include "impl/base/failure.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::runtime;
using platform::ClockKind;

namespace {

constexpr Nanoseconds second = nanoseconds_per_second;

/// One system clock with a kernel behind it that does what it was told about the leap second.
struct Machine : platform::ClockSource {
    double counter = 1e12;
    Nanoseconds start = 0; // CLOCK_REALTIME minus the counter, before drift and steps
    double gained = 0;     // by frequency
    double frequency = 0;  // ppb
    Nanoseconds stepped = 0;
    bool kernel_leaps = true;
    Nanoseconds midnight = never; // UTC
    platform::ClockDeclaration declared;
    int declarations = 0;
    bool refuse = false;

    void pass(double seconds) {
        counter += seconds * 1e9;
        gained += seconds * (frequency + 15'000);
        if (kernel_leaps && declared.leap == 1 && realtime() >= midnight) {
            stepped -= second;
            midnight = never;
        }
    }
    Nanoseconds realtime() const { return start + std::llround(counter + gained) + stepped; }

    Nanoseconds read(ClockKind kind) override {
        return kind == ClockKind::realtime ? realtime() : std::llround(counter);
    }
    Pair read_pair(ClockKind first, ClockKind second_kind) override {
        return {read(first), read(second_kind), 30};
    }
    platform::CrossTimestamp cross_timestamp(const platform::Interface&, ClockKind, int) override {
        return {};
    }
    std::unique_ptr<platform::SteeredClock> open_device_clock(const platform::Interface&, bool) override {
        return nullptr;
    }
    std::unique_ptr<platform::SteeredClock> open_system_clock(bool) override {
        return std::make_unique<Clock>(*this);
    }

    struct Clock : platform::SteeredClock {
        explicit Clock(Machine& of) : machine(of) {}
        Nanoseconds now() override { return machine.realtime(); }
        void step(Nanoseconds delta) override { machine.stepped += delta; }
        void set_frequency(double ppb) override {
            if (machine.refuse)
                throw Failure(WST_E_PERMISSION, "the system's clock needs CAP_SYS_TIME");
            machine.frequency = ppb;
        }
        double frequency() override { return machine.frequency; }
        double maximum_frequency() const override { return 500'000; }
        void declare(const platform::ClockDeclaration& declaration) override {
            machine.declared = declaration;
            ++machine.declarations;
        }
        Machine& machine;
    };
};

/// PTP time is the counter itself, put so that midnight comes after 60 s.
struct Following {
    Machine machine;
    SystemFollowerOptions options;
    std::optional<SystemFollower> follower;
    SystemFollower::Properties properties;
    static constexpr Nanoseconds midnight = 1'750'032'000 * second;
    Nanoseconds ptp_less_counter = 0;
    int steps = 0;
    int others = 0;

    Following() {
        machine.midnight = midnight;
        ptp_less_counter = midnight + 37 * second - 60 * second - std::llround(machine.counter);
        machine.start = ptp_less_counter - 37 * second + 3'000'000;
        options.interval = 0.5;
        follower.emplace(machine, options);
        properties.locked = true;
    }
    Nanoseconds ptp() const { return std::llround(machine.counter) + ptp_less_counter; }
    void run(double seconds) {
        for (double t = 0; t < seconds; t += 0.5) {
            machine.pass(0.5);
            SystemFollower::Reading reading;
            reading.before = machine.realtime() - 30;
            reading.after = machine.realtime() + 30;
            reading.ptp = ptp();
            const auto outcome = follower->compare(reading, properties);
            others += outcome.finding.stepped || outcome.finding.turned;
            if (outcome.step) {
                ++steps;
                follower->make_step();
            }
        }
    }
    double off(int utc_offset) const {
        return static_cast<double>(machine.realtime() - (ptp() - utc_offset * second));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(system_follower)

BOOST_AUTO_TEST_CASE(the_kernel_is_told_and_a_leap_second_that_it_makes_is_nobodys_step) {
    Following following;
    following.run(30);
    BOOST_TEST(std::abs(following.off(37)) < 100);
    BOOST_TEST(following.steps == 1);
    BOOST_TEST(following.machine.declared.synchronized);
    BOOST_TEST(following.machine.declared.tai_offset.value() == 37);
    BOOST_TEST(following.machine.declared.leap == 0);
    following.properties.leap = 1;
    following.run(20);
    BOOST_TEST(following.machine.declared.leap == 1);
    following.run(20); // past midnight; the master still announces the old offset
    BOOST_TEST(std::abs(following.off(38)) < 100);
    BOOST_TEST(following.machine.declared.leap == 0);
    BOOST_TEST(following.machine.declared.tai_offset.value() == 38);
    following.properties.leap = 0;
    following.properties.utc_offset = 38;
    following.run(20);
    BOOST_TEST(std::abs(following.off(38)) < 100);
    BOOST_TEST(following.steps == 1);
    BOOST_TEST(following.others == 0);
}

BOOST_AUTO_TEST_CASE(a_kernel_that_does_not_is_helped) {
    Following following;
    following.machine.kernel_leaps = false;
    following.run(30);
    following.properties.leap = 1;
    following.run(40);
    BOOST_TEST(std::abs(following.off(38)) < 100);
    BOOST_TEST(following.steps == 2);
    BOOST_TEST(following.others == 0);
}

BOOST_AUTO_TEST_CASE(kernel_leap_off_leaves_the_kernel_untold) {
    Following following;
    following.options.kernel_leap = false;
    following.follower.emplace(following.machine, following.options);
    following.run(30);
    following.properties.leap = 1;
    following.run(40);
    BOOST_TEST(following.machine.declared.leap == 0);
    BOOST_TEST(std::abs(following.off(38)) < 100);
}

BOOST_AUTO_TEST_CASE(a_leap_second_that_is_taken_back_is_taken_back) {
    Following following;
    following.run(30);
    following.properties.leap = 1;
    following.run(10);
    BOOST_TEST(following.machine.declared.leap == 1);
    following.properties.leap = 0;
    following.run(10);
    BOOST_TEST(following.machine.declared.leap == 0);
    following.run(30);
    BOOST_TEST(std::abs(following.off(37)) < 100);
    following.properties.leap = 1;
    following.run(5);
    following.follower->release();
    BOOST_TEST(following.machine.declared.leap == 0);
}

BOOST_AUTO_TEST_CASE(a_correction_of_the_announced_utc_offset_is_a_step_of_whole_seconds) {
    Following following;
    following.run(30);
    following.properties.utc_offset = 36;
    following.run(10);
    BOOST_TEST(following.steps == 2);
    BOOST_TEST(std::abs(following.off(36)) < 100);
    BOOST_TEST(following.others == 0);
}

BOOST_AUTO_TEST_CASE(who_may_not_set_the_clock_hears_of_it_when_opening) {
    Machine machine;
    machine.refuse = true;
    BOOST_CHECK_EXCEPTION(SystemFollower(machine, {}), Failure,
                          [](const Failure& failure) { return failure.status() == WST_E_PERMISSION; });
}

BOOST_AUTO_TEST_SUITE_END()
