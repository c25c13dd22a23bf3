// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/local_timescale.hpp"

#include "impl/base/failure.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <cstdlib>

using namespace wirestamp;
using namespace wirestamp::runtime;
using platform::ClockKind;
using platform::Stamp;
using platform::StampSource;

namespace {

/// Clocks that stand where the test puts them.
class Clocks : public platform::ClockSource {
public:
    Nanoseconds raw = 1'000'000'000;
    Nanoseconds realtime = 1'800'000'000'000'000'000;
    Nanoseconds device = 5'000'000'000;

    void pass(Nanoseconds span, Nanoseconds realtime_gains = 0) {
        raw += span;
        realtime += span + realtime_gains;
        device += span;
    }

    Nanoseconds read(ClockKind kind) override { return kind == ClockKind::realtime ? realtime : raw; }
    Pair read_pair(ClockKind first, ClockKind second) override { return {read(first), read(second), 50}; }
    platform::CrossTimestamp cross_timestamp(const platform::Interface&, ClockKind, int) override {
        return {};
    }
    std::unique_ptr<platform::SteeredClock> open_device_clock(const platform::Interface&, bool) override {
        return std::make_unique<Device>(*this);
    }
    std::unique_ptr<platform::SteeredClock> open_system_clock(bool) override { return nullptr; }

private:
    struct Device : platform::SteeredClock {
        explicit Device(Clocks& of) : clocks(of) {}
        Nanoseconds now() override { return clocks.device; }
        void step(Nanoseconds) override {}
        void set_frequency(double) override {}
        double frequency() override { return 0; }
        double maximum_frequency() const override { return 0; }
        Clocks& clocks;
    };
};

Stamp software(Nanoseconds value) {
    return {value, ClockKind::realtime, StampSource::software, -1};
}

Stamp hardware(Nanoseconds value, std::int32_t index) {
    return {value, ClockKind::device, StampSource::hardware, index};
}

} // namespace

BOOST_AUTO_TEST_SUITE(local_timescale)

BOOST_AUTO_TEST_CASE(software_stamps_come_onto_the_raw_counter) {
    Clocks clocks;
    LocalTimescale timescale(clocks);
    BOOST_TEST(!timescale.counter_at(software(clocks.realtime))); // nothing is known yet
    timescale.refresh();
    BOOST_TEST(timescale.counter_at(software(clocks.realtime - 1234)).value() == clocks.raw - 1234);
}

BOOST_AUTO_TEST_CASE(a_slew_is_followed_and_no_stamp_is_lost) {
    Clocks clocks;
    LocalTimescale timescale(clocks);
    timescale.refresh();
    for (int i = 0; i < 100; ++i) {
        clocks.pass(1'000'000'000, 500'000); // the kernel's fastest slew, 500 ppm
        timescale.refresh();
        BOOST_TEST(timescale.counter_at(software(clocks.realtime)).value() == clocks.raw);
    }
}

BOOST_AUTO_TEST_CASE(a_stamp_that_waited_through_a_slew_is_converted_as_of_its_own_time) {
    Clocks clocks;
    LocalTimescale timescale(clocks);
    timescale.refresh();
    for (int i = 0; i < 10; ++i) {
        clocks.pass(10'000'000, 5'000); // 500 ppm
        const Nanoseconds raw = clocks.raw;
        const Stamp waiting = software(clocks.realtime);
        clocks.pass(20'000'000, 10'000);
        timescale.refresh();
        BOOST_TEST(std::abs(timescale.counter_at(waiting).value() - raw) <= 5);
        BOOST_TEST(timescale.counter_at(software(clocks.realtime + 100)).value() == clocks.raw + 100);
    }
}

BOOST_AUTO_TEST_CASE(a_stamp_from_before_a_step_of_the_system_clock_is_refused) {
    Clocks clocks;
    LocalTimescale timescale(clocks);
    timescale.refresh();
    for (const Nanoseconds step :
         {Nanoseconds{40'000}, Nanoseconds{-40'000}, Nanoseconds{3'600'000'000'000}}) {
        clocks.pass(1'000'000);
        const Stamp before = software(clocks.realtime);
        clocks.pass(10'000);
        clocks.realtime += step;
        clocks.pass(10'000);
        timescale.refresh();
        BOOST_TEST(!timescale.counter_at(before));
        clocks.pass(1'000'000);
        timescale.refresh();
        BOOST_TEST(timescale.counter_at(software(clocks.realtime)).value() == clocks.raw);
    }
}

BOOST_AUTO_TEST_CASE(stamps_of_another_clock_are_refused) {
    Clocks clocks;
    LocalTimescale by_system(clocks);
    by_system.refresh();
    BOOST_TEST(!by_system.counter_at(hardware(5, 0)));
    BOOST_TEST(!by_system.counter_at(Stamp{}));

    platform::Interface adapter;
    adapter.phc_index = 3;
    LocalTimescale by_device(clocks, adapter);
    by_device.refresh();
    BOOST_TEST(by_device.now() == clocks.device);
    BOOST_TEST(by_device.counter_at(hardware(77, 3)).value() == 77);
    BOOST_TEST(!by_device.counter_at(hardware(77, 4)));
    BOOST_TEST(!by_device.counter_at(software(clocks.realtime)));
}

BOOST_AUTO_TEST_CASE(instants_of_other_clocks_are_converted_or_refused_with_words) {
    Clocks clocks;
    LocalTimescale by_system(clocks);
    BOOST_TEST(by_system.counter_at(ClockKind::realtime, clocks.realtime - 7) == clocks.raw - 7);
    BOOST_CHECK_THROW(by_system.counter_at(ClockKind::device, 1), Failure);

    LocalTimescale by_device(clocks, platform::Interface{});
    BOOST_TEST(by_device.counter_at(ClockKind::device, 42) == 42);
    BOOST_TEST(by_device.counter_at(ClockKind::realtime, clocks.realtime + 9) == clocks.device + 9);
    BOOST_CHECK_THROW(by_device.counter_at(ClockKind::qpc, 1), Failure);
}

BOOST_AUTO_TEST_CASE(a_step_of_the_adapters_clock_is_told_from_sleep_and_from_a_set_real_time) {
    constexpr Nanoseconds second = 1'000'000'000;
    Clocks clocks;
    LocalTimescale timescale(clocks, platform::Interface{});
    clocks.pass(second);
    BOOST_TEST(timescale.remember() == 0);
    clocks.pass(second);
    clocks.device -= 3 * second;
    BOOST_TEST(timescale.remember() == -3 * second);
    BOOST_TEST(timescale.remember() == 0);
    clocks.pass(60 * second);
    clocks.raw -= 60 * second; // asleep
    BOOST_TEST(timescale.remember() == 0);
    clocks.pass(second, 3600 * second); // the real time was set
    BOOST_TEST(timescale.remember() == 0);
    clocks.pass(second);
    clocks.device += second / 20; // the fastest that any adapter can be steered
    BOOST_TEST(timescale.remember() == 0);
}

namespace {

/// Windows: the adapter's counter is in ticks that nobody knows the length of.
class TickingClocks : public Clocks {
public:
    double ticks_per_ns = 0.125000625; // 125 MHz, and 5 ppm beside
    double zero = 1e12;
    bool readable = true;

    std::int64_t ticks(Nanoseconds at) const {
        return static_cast<std::int64_t>(zero + ticks_per_ns * static_cast<double>(at));
    }
    platform::CrossTimestamp cross_timestamp(const platform::Interface&, ClockKind, int) override {
        if (!readable)
            throw Failure(WST_E_IO, "the driver restarts");
        platform::CrossTimestamp reading;
        reading.system_before = reading.system_after = raw;
        reading.device = ticks(raw);
        return reading;
    }
    ClockKind device_clock() const override { return ClockKind::device_raw; }
};

Stamp raw_ticks(std::int64_t value, std::int32_t interface_index = 7) {
    return {value, ClockKind::device_raw, StampSource::hardware, interface_index};
}

} // namespace

BOOST_AUTO_TEST_CASE(raw_ticks_of_an_adapter_come_onto_the_counter_by_correlation) {
    TickingClocks clocks;
    platform::Interface adapter;
    adapter.index = 7;
    LocalTimescale timescale(clocks, adapter);
    BOOST_TEST(timescale.takes_hardware_stamps());
    BOOST_TEST((timescale.kind() == ClockKind::monotonic_raw));
    const auto run = [&](int rounds) {
        for (int i = 0; i < rounds; ++i) {
            clocks.pass(50'000'000);
            timescale.refresh();
        }
    };
    const auto error = [&] {
        const Nanoseconds when = clocks.raw - 3'000'000;
        return std::abs(timescale.counter_at(raw_ticks(clocks.ticks(when))).value() - when);
    };
    run(200);
    BOOST_TEST(error() <= 16);                                                 // two ticks
    BOOST_TEST(!timescale.counter_at(raw_ticks(clocks.ticks(clocks.raw), 8))); // of another adapter

    // The driver restarts: a notice, a counter from zero, and for a moment no reading.
    clocks.readable = false;
    timescale.device_changed();
    BOOST_TEST(!timescale.counter_at(raw_ticks(clocks.ticks(clocks.raw))));
    run(3);
    clocks.zero = 0;
    clocks.readable = true;
    run(200);
    BOOST_TEST(error() <= 16);

    // The same without a notice.
    clocks.zero = -1e7;
    run(300);
    BOOST_TEST(error() <= 16);
}

BOOST_AUTO_TEST_SUITE_END()
