// SPDX-License-Identifier: Apache-2.0
//
// Clocks read against each other and correlated, by every method a driver may have, against what is known to
// be true: a clock of pure arithmetic (the kernel module ptplab) shows an exact linear function of
// CLOCK_MONOTONIC_RAW, and tells it without error by its precise cross-timestamps.
#define BOOST_TEST_DYN_LINK
#include <time.h>

#include <cmath>
#include <cstdlib>

#include "guest.hpp"
#include "impl/base/failure.hpp"
#include "impl/platform/platform.hpp"

using namespace guest;
namespace platform = wirestamp::platform;
using platform::ClockKind;
using platform::CrossMethod;

namespace {

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;
const std::string parameters = "/sys/module/ptplab/parameters/";

bool has_module(const char* name) {
    return run(std::string("modprobe ") + name) == 0;
}

boost::unit_test::precondition with_module(const char* name) {
    return boost::unit_test::precondition([name](boost::unit_test::test_unit_id) {
        return boost::test_tools::assertion_result(driver() == "igb" && has_module(name));
    });
}

int clock_called(const std::string& name) {
    for (int index = 0; index < 32; ++index)
        if (read_file("/sys/class/ptp/ptp" + std::to_string(index) + "/clock_name") == name)
            return index;
    return -1;
}

/// The clock of arithmetic, behind an interface that lends it its name only.
struct Arithmetic {
    Arithmetic() {
        index = clock_called("ptplab");
        BOOST_REQUIRE(index >= 0);
        interface.name = "ptplab";
        interface.phc_index = index;
        set("xts_error", 0);
        set("read_us", 0);
        turn(0);
    }
    ~Arithmetic() {
        set("xts_error", 0);
        set("read_us", 0);
    }
    void set(const std::string& name, int value) { write_file(parameters + name, std::to_string(value)); }
    void turn(double ppb) {
        system->clocks().open_device_clock(interface, true)->set_frequency(ppb);
        rate = 1 + ppb * 1e-9;
    }
    platform::CrossTimestamp read(ClockKind clock, int samples = 5) {
        return system->clocks().cross_timestamp(interface, clock, samples);
    }
    /// What the raw counter showed when the clock showed this, from a reading without error near it.
    std::int64_t raw_of(const platform::CrossTimestamp& exact, std::int64_t device) const {
        return exact.system_before + std::llround(static_cast<double>(device - exact.device) / rate);
    }

    std::unique_ptr<platform::Platform> system = platform::make_system_platform();
    platform::Interface interface;
    int index = -1;
    double rate = 1;
};

wst_cross_timestamp cross(wst_context* context, std::uint64_t id, std::uint32_t clock,
                          std::uint32_t samples = 0) {
    wst_cross_timestamp out = WST_CROSS_TIMESTAMP_INIT;
    MUST(wst_cross_timestamp_get(context, id, clock, samples, &out, error));
    return out;
}

std::int64_t middle(const wst_cross_timestamp& reading) {
    return reading.system_before + (reading.system_after - reading.system_before) / 2;
}

struct Correlation {
    Correlation(wst_context* context, std::uint64_t id) : context_(context), id_(id) {
        wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
        options.interface_id = id;
        options.interval_ms = 200;
        MUST(wst_correlation_open(context, &options, &correlation_, error));
    }
    ~Correlation() { wst_correlation_close(correlation_, nullptr); }

    wst_correlation_status status() const {
        wst_correlation_status out = WST_CORRELATION_STATUS_INIT;
        MUST(wst_correlation_status_get(correlation_, &out, error));
        return out;
    }
    /// Waits for what was changed to be noticed, and for the correlation to be good again.
    bool restarted(std::uint64_t before) const {
        return await([&] { return status().restarts > before; }) && valid();
    }
    bool valid() const { return wst_correlation_wait(correlation_, 20'000, nullptr) == WST_OK; }
    /// Fresh readings agree with what is converted, within both bounds, in both directions.
    void check() const {
        for (int i = 0; i < 10; ++i) {
            const auto reading = cross(context_, id_, WST_CLOCK_MONOTONIC_RAW);
            wst_correlation_time time = WST_CORRELATION_TIME_INIT;
            MUST(wst_correlation_convert(correlation_, WST_CLOCK_DEVICE, reading.device, &time, error));
            BOOST_TEST(std::llabs(time.value - middle(reading)) <= time.bound + reading.uncertainty,
                       time.value - middle(reading)
                           << " ns off, bound " << time.bound << ", uncertainty " << reading.uncertainty);
            BOOST_TEST(time.bound < 100 * microsecond);
            MUST(wst_correlation_convert(correlation_, WST_CLOCK_MONOTONIC_RAW, middle(reading), &time,
                                         error));
            BOOST_TEST(std::llabs(time.value - reading.device) <= time.bound + reading.uncertainty);
            ::usleep(100'000);
        }
    }

private:
    wst_context* context_;
    std::uint64_t id_;
    wst_correlation* correlation_ = nullptr;
};

} // namespace

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_AUTO_TEST_CASE(a_card_is_read_against_every_system_clock) {
    Adapter adapter;
    cross(adapter.context, adapter.id, 0); // the first is slow
    constexpr std::uint32_t clocks[] = {WST_CLOCK_MONOTONIC_RAW, WST_CLOCK_MONOTONIC, WST_CLOCK_REALTIME,
                                        WST_CLOCK_TAI};
    for (const std::uint32_t clock : clocks) {
        std::int64_t before = 0;
        std::int64_t after = 0;
        MUST(wst_clock_read(adapter.context, clock, 0, &before, error));
        const auto reading = cross(adapter.context, adapter.id, clock, 10);
        MUST(wst_clock_read(adapter.context, clock, 0, &after, error));
        BOOST_TEST(reading.method == WST_CROSS_EXTENDED);
        BOOST_TEST(reading.device_index == adapter.interface.phc_index);
        BOOST_TEST(before <= reading.system_after);
        BOOST_TEST(reading.system_before <= after);
        BOOST_TEST(reading.system_before <= reading.system_after);
        BOOST_TEST(reading.uncertainty < 100 * microsecond);
    }
}

BOOST_AUTO_TEST_CASE(a_card_is_correlated_through_steps_and_turns) {
    Adapter adapter;
    const std::string clock = "/dev/ptp" + std::to_string(adapter.interface.phc_index);
    BOOST_REQUIRE(run("phc_ctl " + clock + " freq 0 set") == 0);
    Correlation correlation(adapter.context, adapter.id);
    BOOST_REQUIRE(correlation.valid());
    correlation.check();
    BOOST_TEST(std::abs(correlation.status().rate) < 5'000);
    auto restarts = correlation.status().restarts;
    BOOST_REQUIRE(run("phc_ctl " + clock + " -- adj 1.5") == 0);
    BOOST_TEST_REQUIRE(correlation.restarted(restarts));
    correlation.check();
    restarts = correlation.status().restarts;
    BOOST_REQUIRE(run("phc_ctl " + clock + " -- freq 200000") == 0);
    BOOST_TEST_REQUIRE(correlation.restarted(restarts));
    correlation.check();
    BOOST_TEST(await([&] { return std::abs(correlation.status().rate - 200'000) < 5'000; }),
               correlation.status().rate << " ppb");
    // A reset of the driver puts the clock back to the system's time.
    restarts = correlation.status().restarts;
    BOOST_REQUIRE(run("ip link set " + adapter.name + " mtu 1400") == 0);
    BOOST_TEST_REQUIRE(correlation.restarted(restarts));
    correlation.check();
    run("ip link set " + adapter.name + " mtu 1500");
    run("phc_ctl " + clock + " freq 0 set");
}

/// Here the time of day may be set. The next sample by the timer would be a minute off.
BOOST_AUTO_TEST_CASE(a_time_of_day_that_was_set_is_told_at_once) {
    Context context;
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    options.stamp_clock = WST_CLOCK_REALTIME;
    options.interval_ms = 60'000;
    wst_correlation* correlation = nullptr;
    MUST(wst_correlation_open(context, &options, &correlation, error));
    MUST(wst_correlation_wait(correlation, 10'000, error));
    const auto status = [&] {
        wst_correlation_status now = WST_CORRELATION_STATUS_INIT;
        MUST(wst_correlation_status_get(correlation, &now, error));
        return now;
    };
    BOOST_REQUIRE(await([&] { return status().interval_ms > 20'000; }, 600));
    for (const std::int64_t step : {1000, -1000}) {
        const auto restarts = status().restarts;
        timespec now{};
        BOOST_REQUIRE(::clock_gettime(CLOCK_REALTIME, &now) == 0);
        now.tv_sec += step;
        BOOST_REQUIRE(::clock_settime(CLOCK_REALTIME, &now) == 0);
        BOOST_TEST(await([&] { return status().restarts > restarts; }, 5));
        BOOST_TEST(status().reason != static_cast<std::uint32_t>(WST_CORRELATION_REASON_SUSPENDED));
        MUST(wst_correlation_wait(correlation, 10'000, error));
        std::int64_t stamp = 0;
        std::int64_t truth = 0;
        MUST(wst_clock_read(context, WST_CLOCK_REALTIME, 0, &stamp, error));
        MUST(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &truth, error));
        wst_correlation_time converted = WST_CORRELATION_TIME_INIT;
        MUST(wst_correlation_convert(correlation, WST_CLOCK_REALTIME, stamp, &converted, error));
        BOOST_TEST(std::abs(converted.value - truth) < 10 * millisecond);
    }
    MUST(wst_correlation_close(correlation, error));
}

BOOST_AUTO_TEST_CASE(precise_where_there_is_no_error, *with_module("ptplab")) {
    Arithmetic arithmetic;
    for (const double ppb : {0.0, 50'000.0, -123'456.0}) {
        arithmetic.turn(ppb);
        const auto exact = arithmetic.read(ClockKind::monotonic_raw);
        BOOST_TEST((exact.method == CrossMethod::precise));
        BOOST_TEST(exact.system_before == exact.system_after);
        ::usleep(100'000);
        const auto later = arithmetic.read(ClockKind::monotonic_raw);
        // The kernel rounds frequencies to 2^-16 ppm.
        BOOST_TEST(std::llabs(arithmetic.raw_of(exact, later.device) - later.system_before) <= 3);
        for (const ClockKind clock : {ClockKind::realtime, ClockKind::tai, ClockKind::monotonic}) {
            const auto other = arithmetic.read(clock);
            BOOST_TEST((other.method == CrossMethod::precise));
            BOOST_TEST(other.system_after - other.system_before < 100 * microsecond);
        }
    }
}

BOOST_AUTO_TEST_CASE(slow_and_refused_reads_hold_the_truth, *with_module("ptplab")) {
    Arithmetic arithmetic;
    arithmetic.turn(20'000);
    for (const int slow : {0, 20, 400}) {
        const auto exact = arithmetic.read(ClockKind::monotonic_raw);
        constexpr int busy = 16;
        arithmetic.set("xts_error", busy);
        arithmetic.set("read_us", slow);
        for (int i = 0; i < 5; ++i) {
            const auto reading = arithmetic.read(ClockKind::monotonic_raw, 3);
            BOOST_TEST((reading.method == CrossMethod::extended));
            const auto truth = arithmetic.raw_of(exact, reading.device);
            BOOST_TEST(reading.system_before <= truth, truth - reading.system_before);
            BOOST_TEST(truth <= reading.system_after, reading.system_after - truth);
            BOOST_TEST(reading.system_after - reading.system_before >= slow * microsecond * 9 / 10);
        }
        // Busy was not forever.
        arithmetic.set("xts_error", 0);
        arithmetic.set("read_us", 0);
        BOOST_TEST((arithmetic.read(ClockKind::monotonic_raw).method == CrossMethod::precise));
    }
}

/// A driver that answers nothing but the oldest question.
BOOST_AUTO_TEST_CASE(netdevsim_has_a_clock_and_no_stamps, *with_module("netdevsim")) {
    write_file("/sys/bus/netdevsim/new_device", "7 1");
    std::string name;
    BOOST_REQUIRE(await([&] {
        name = output("ls /sys/bus/netdevsim/devices/netdevsim7/net 2>/dev/null");
        name = name.substr(0, name.find('\n'));
        return !name.empty();
    }));
    {
        Context context;
        const auto interface = context.find(name.c_str());
        BOOST_TEST(interface.phc_index >= 0);
        const auto can = supported(context, interface.id);
        BOOST_TEST(can.hardware == 0u);
        BOOST_TEST(can.phc_index == interface.phc_index);
        BOOST_TEST(enable(context, interface.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1) == WST_E_NOT_SUPPORTED);
        const auto reading = cross(context, interface.id, 0);
        BOOST_TEST(reading.method == WST_CROSS_BASIC);
        BOOST_TEST(reading.uncertainty < millisecond);
        Correlation correlation(context, interface.id);
        BOOST_REQUIRE(correlation.valid());
        correlation.check();
        Watch watch(context);
        write_file("/sys/bus/netdevsim/del_device", "7");
        BOOST_TEST(watch.next(name, WST_CHANGE_REMOVED).reasons != 0u, watch.text());
    }
}

BOOST_AUTO_TEST_SUITE_END()
