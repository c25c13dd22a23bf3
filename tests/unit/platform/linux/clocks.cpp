// SPDX-License-Identifier: Apache-2.0
//
// Cross-timestamps by every method against a clock whose true time is known: this process' own
// CLOCK_MONOTONIC_RAW plus a constant.

#include "impl/platform/linux/clocks.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <array>
#include <cmath>
#include <map>

#include "fake_kernel.hpp"
#include "impl/base/failure.hpp"
#include "impl/platform/linux/steered_clock.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

constexpr Nanoseconds phc_lead = 123'456'789'012; // ahead of CLOCK_MONOTONIC_RAW

struct Time {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
    std::uint32_t reserved;
};

struct Extended {
    std::uint32_t samples;
    std::int32_t clock;
    std::uint32_t reserved[2];
    Time times[25][3];
};

struct Basic {
    std::uint32_t samples;
    std::uint32_t reserved[3];
    Time times[51];
};

struct Precise {
    Time device, realtime, monotonic_raw;
    std::uint32_t reserved[4];
};

/// A PHC of which each ioctl can be refused, as kernels and drivers of some age do.
struct FakePhc : FakeAdapter {
    int precise_error = 0;
    int extended_error = 0;
    int basic_error = 0;
    int gettime_error = 0;
    int open_error = 0;
    bool newer_numbers = true;
    bool clock_choice = true;
    bool gone_once = false;
    std::map<unsigned, int> asked; // by number of the ioctl
    int opened = 0;
    std::vector<timex> changes;
    double current_ppb = 0;
    int adjust_error = 0;
    int status = STA_UNSYNC | STA_NANO;
    int tai = 0;
    Nanoseconds realtime_step = 0;       // how far CLOCK_REALTIME was stepped
    Nanoseconds step_during_capture = 0; // it is stepped by this after the next extended capture

    int open(const char* path, int flags) override {
        if (std::string(path) != "/dev/ptp3")
            return SystemCalls::open(path, flags);
        ++opened;
        return open_error != 0 ? -open_error : SystemCalls::open("/dev/null", O_RDONLY);
    }
    Nanoseconds system(clockid_t clock) {
        timespec now{};
        SystemCalls::read_clock(clock, &now);
        return now.tv_sec * nanoseconds_per_second + now.tv_nsec +
               (clock == CLOCK_REALTIME ? realtime_step : 0);
    }
    Nanoseconds phc() { return system(CLOCK_MONOTONIC_RAW) + phc_lead; }
    static Time time_of(Nanoseconds value) {
        return {value / nanoseconds_per_second, static_cast<std::uint32_t>(value % nanoseconds_per_second),
                0};
    }
    int read_clock(clockid_t clock, timespec* value) override {
        if (clock < 0 && gettime_error != 0)
            return -gettime_error;
        const auto now = clock < 0 ? phc() : system(clock);
        *value = {static_cast<time_t>(now / nanoseconds_per_second),
                  static_cast<long>(now % nanoseconds_per_second)};
        return 0;
    }
    int adjust_clock(clockid_t clock, timex* change) override {
        // The machine's own clock is not for tests: what is asked of it stays here.
        BOOST_REQUIRE((clock < 0 || clock == CLOCK_REALTIME));
        if (adjust_error != 0)
            return -adjust_error;
        changes.push_back(*change);
        if ((change->modes & ADJ_FREQUENCY) != 0)
            current_ppb = static_cast<double>(change->freq) / 65.536;
        change->freq = std::lround(current_ppb * 65.536);
        if ((change->modes & ADJ_STATUS) != 0)
            status = change->status;
        if ((change->modes & ADJ_TAI) != 0)
            tai = static_cast<int>(change->constant);
        change->status = status;
        change->tai = tai;
        return 0;
    }
    int control(int fd, unsigned long request, void* argument) override {
        if (_IOC_TYPE(request) != '=')
            return FakeAdapter::control(fd, request, argument);
        const unsigned number = _IOC_NR(request);
        ++asked[number];
        if (gone_once) {
            gone_once = false;
            return -ENODEV;
        }
        if (number > 9 && !newer_numbers)
            return -ENOTTY;
        switch (number) {
            case 1: // PTP_CLOCK_GETCAPS
                *static_cast<std::int32_t*>(argument) = 500'000;
                return 0;
            case 8:
            case 17: {
                if (precise_error != 0)
                    return -precise_error;
                auto& exchange = *static_cast<Precise*>(argument);
                const auto raw = system(CLOCK_MONOTONIC_RAW);
                exchange.monotonic_raw = time_of(raw);
                exchange.device = time_of(raw + phc_lead);
                exchange.realtime = time_of(system(CLOCK_REALTIME));
                return 0;
            }
            case 9:
            case 18: {
                auto& exchange = *static_cast<Extended*>(argument);
                if (extended_error != 0)
                    return -extended_error;
                if (exchange.samples == 0 || exchange.samples > 25 || (exchange.clock != 0 && !clock_choice))
                    return -EINVAL;
                for (std::uint32_t i = 0; i < exchange.samples; ++i) {
                    exchange.times[i][0] = time_of(system(exchange.clock));
                    exchange.times[i][1] = time_of(phc());
                    exchange.times[i][2] = time_of(system(exchange.clock));
                }
                realtime_step += step_during_capture;
                step_during_capture = 0;
                return 0;
            }
            case 5:
            case 14: {
                auto& exchange = *static_cast<Basic*>(argument);
                if (basic_error != 0)
                    return -basic_error;
                if (exchange.samples == 0 || exchange.samples > 25)
                    return -EINVAL;
                for (std::uint32_t i = 0; i < exchange.samples; ++i) {
                    exchange.times[2 * i] = time_of(system(CLOCK_REALTIME));
                    exchange.times[2 * i + 1] = time_of(phc());
                }
                exchange.times[2 * exchange.samples] = time_of(system(CLOCK_REALTIME));
                return 0;
            }
            default:
                return -ENOTTY;
        }
    }
    int asked_any(unsigned older, unsigned newer) { return asked[older] + asked[newer]; }
};

Interface with_phc() {
    Interface result;
    result.name = "fake0";
    result.index = 5;
    result.phc_index = 3;
    return result;
}

const ClockKind kinds[] = {ClockKind::realtime, ClockKind::monotonic, ClockKind::monotonic_raw,
                           ClockKind::tai};

// The device's time must be what the true clock shows somewhere in the interval. The distance between the
// system clocks is measured here by other means; a preempted read is why this is not tried only once.
bool holds(FakePhc& phc, const CrossTimestamp& stamp) {
    const auto pair = read_clock_pair(phc, clock_id_of(stamp.system_clock), CLOCK_MONOTONIC_RAW);
    const auto shift = pair.second - pair.first + phc_lead;
    const auto slack = 5'000 + pair.uncertainty; // frequency difference over the age of the sample
    return stamp.device >= stamp.system_before + shift - slack &&
           stamp.device <= stamp.system_after + shift + slack;
}

wst_status status_of_call(const std::function<void()>& call, std::string* message = nullptr) {
    try {
        call();
    } catch (const Failure& failure) {
        if (message != nullptr)
            *message = failure.what();
        return failure.status();
    }
    return WST_OK;
}

} // namespace

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_AUTO_TEST_CASE(system_clocks_can_be_read_and_paired) {
    Clocks clocks(SystemCalls::real());
    for (const auto first : kinds) {
        BOOST_TEST(clocks.read(first) > 0);
        for (const auto second : kinds) {
            const auto pair = clocks.read_pair(first, second);
            BOOST_TEST(pair.uncertainty >= 0);
            if (first == second)
                BOOST_TEST(std::abs(pair.second - pair.first) <= pair.uncertainty);
        }
    }
    for (const auto kind : {ClockKind::none, ClockKind::device, ClockKind::device_raw, ClockKind::qpc})
        BOOST_TEST(status_of_call([&] { clocks.read(kind); }) == WST_E_NOT_SUPPORTED);
}

BOOST_AUTO_TEST_CASE(a_disturbed_pair_is_read_again) {
    struct Disturbed : SystemCalls {
        int reads = 0;
        int read_clock(clockid_t clock, timespec* value) override {
            // Time passes only between the second and third read, at first a lot of it.
            ++reads;
            const long passed = reads <= 3 ? 500'000 : 80;
            *value = {100, reads % 3 == 0 ? passed : 0};
            return clock == 99 ? -EINVAL : 0;
        }
    } system;
    const auto pair = read_clock_pair(system, CLOCK_MONOTONIC, CLOCK_REALTIME);
    BOOST_TEST(pair.uncertainty == 40);
    BOOST_TEST(system.reads == 6);
    struct Backwards : SystemCalls {
        long now = 900'000'000;
        int read_clock(clockid_t, timespec* value) override {
            *value = {100, now -= 1000};
            return 0;
        }
    } backwards;
    BOOST_TEST(status_of_call([&] { read_clock_pair(backwards, 0, 1); }) == WST_E_IO);
}

BOOST_AUTO_TEST_CASE(each_method_in_each_clock_holds_the_truth) {
    struct Age {
        CrossMethod method;
        int precise, extended, basic;
        bool newer, choice;
    };
    const Age ages[] = {
        {CrossMethod::precise, 0, 0, 0, true, true},
        {CrossMethod::precise, 0, 0, 0, false, true},
        {CrossMethod::extended, EOPNOTSUPP, 0, 0, true, true},
        {CrossMethod::extended, EOPNOTSUPP, 0, 0, true, false},
        {CrossMethod::extended, EOPNOTSUPP, 0, 0, false, false},
        {CrossMethod::basic, EOPNOTSUPP, EOPNOTSUPP, 0, true, true},
        {CrossMethod::basic, ENOTTY, ENOTTY, 0, false, false},
        {CrossMethod::bracket, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP, true, true},
        {CrossMethod::bracket, ENOTTY, ENOTTY, ENOTTY, false, true},
    };
    for (const auto& age : ages) {
        for (const auto kind : kinds) {
            FakePhc system;
            system.precise_error = age.precise;
            system.extended_error = age.extended;
            system.basic_error = age.basic;
            system.newer_numbers = age.newer;
            system.clock_choice = age.choice;
            Clocks clocks(system);
            bool held = false;
            CrossTimestamp stamp;
            for (int attempt = 0; attempt < 20 && !held; ++attempt) {
                stamp = clocks.cross_timestamp(with_phc(), kind, 5);
                held = holds(system, stamp);
            }
            BOOST_TEST_CONTEXT("method " << int(age.method) << " newer " << age.newer << " choice "
                                         << age.choice << " clock " << int(kind)) {
                BOOST_TEST(held);
                BOOST_TEST((stamp.method == age.method));
                BOOST_TEST((stamp.system_clock == kind));
                BOOST_TEST((stamp.device_clock == ClockKind::device));
                BOOST_TEST(stamp.device_index == 3);
                BOOST_TEST(stamp.system_after >= stamp.system_before);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_precise_instant_has_no_width) {
    FakePhc system;
    Clocks clocks(system);
    const auto stamp = clocks.cross_timestamp(with_phc(), ClockKind::monotonic_raw, 1);
    BOOST_TEST(stamp.system_before == stamp.system_after);
    BOOST_TEST(stamp.device - stamp.system_before == phc_lead);
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_asked_for_once) {
    FakePhc system;
    system.precise_error = EOPNOTSUPP;
    system.extended_error = ENOTTY;
    system.newer_numbers = false;
    Clocks clocks(system);
    for (int i = 0; i < 10; ++i)
        clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1);
    BOOST_TEST(system.asked_any(8, 17) <= 2);
    BOOST_TEST(system.asked_any(9, 18) <= 2);
    BOOST_TEST(system.asked[14] <= 1);
    BOOST_TEST(system.asked[5] == 10);
    BOOST_TEST(system.opened == 1);
}

BOOST_AUTO_TEST_CASE(a_passing_failure_is_not_held_against_the_method) {
    FakePhc system;
    system.precise_error = ETIMEDOUT;
    Clocks clocks(system);
    BOOST_TEST((clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1).method == CrossMethod::extended));
    system.precise_error = 0;
    BOOST_TEST((clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1).method == CrossMethod::precise));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_replaced_is_opened_again) {
    FakePhc system;
    Clocks clocks(system);
    clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1);
    system.gone_once = true;
    clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1);
    BOOST_TEST(system.opened == 2);
}

BOOST_AUTO_TEST_CASE(a_step_of_the_system_clock_within_a_capture_spoils_it) {
    for (const auto step : {nanoseconds_per_second, -nanoseconds_per_second, Nanoseconds{100'000}}) {
        FakePhc system;
        system.precise_error = EOPNOTSUPP;
        system.clock_choice = false; // so that the capture is in CLOCK_REALTIME and must be converted
        system.step_during_capture = step;
        Clocks clocks(system);
        const auto stamp = clocks.cross_timestamp(with_phc(), ClockKind::monotonic_raw, 5);
        BOOST_TEST((stamp.method == CrossMethod::basic));
        // And is not held against the method.
        BOOST_TEST((clocks.cross_timestamp(with_phc(), ClockKind::monotonic_raw, 5).method ==
                    CrossMethod::extended));
    }
}

BOOST_AUTO_TEST_CASE(the_narrowest_of_the_samples_is_taken) {
    struct Uneven : FakePhc {
        int control(int fd, unsigned long request, void* argument) override {
            if (_IOC_NR(request) != 18 || _IOC_TYPE(request) != '=')
                return FakePhc::control(fd, request, argument);
            auto& exchange = *static_cast<Extended*>(argument);
            for (std::uint32_t i = 0; i < exchange.samples; ++i) {
                const auto width = i == 2 ? 10 : i == 4 ? -5 : 1000;
                const Nanoseconds start = 1'000'000 * (i + 1);
                exchange.times[i][0] = time_of(start);
                exchange.times[i][1] = time_of(start + 1);
                exchange.times[i][2] = time_of(start + width);
            }
            return 0;
        }
    } system;
    system.precise_error = EOPNOTSUPP;
    Clocks clocks(system);
    const auto stamp = clocks.cross_timestamp(with_phc(), ClockKind::monotonic_raw, 5);
    BOOST_TEST(stamp.system_before == 3'000'000);
    BOOST_TEST(stamp.system_after == 3'000'010);
    for (const int odd : {-3, 0, 1000})
        clocks.cross_timestamp(with_phc(), ClockKind::monotonic_raw, odd);
}

BOOST_AUTO_TEST_CASE(refusals_say_what_to_do) {
    Clocks real(SystemCalls::real());
    Interface loopback;
    loopback.name = "lo";
    loopback.index = 1;
    BOOST_TEST(status_of_call([&] { real.cross_timestamp(loopback, ClockKind::realtime, 1); }) ==
               WST_E_NOT_SUPPORTED);
    loopback.name = "nosuch0";
    BOOST_TEST(status_of_call([&] { real.cross_timestamp(loopback, ClockKind::realtime, 1); }) ==
               WST_E_INTERFACE_GONE);
    const struct {
        int error;
        wst_status status;
        const char* says;
    } rows[] = {{EACCES, WST_E_PERMISSION, "udev"},
                {ENOENT, WST_E_NOT_FOUND, "--device /dev/ptp3"},
                {EMFILE, WST_E_LIMIT, ""}};
    for (const auto& row : rows) {
        FakePhc system;
        system.open_error = row.error;
        Clocks clocks(system);
        std::string message;
        BOOST_TEST(status_of_call([&] { clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1); },
                                  &message) == row.status);
        BOOST_TEST(message.find(row.says) != std::string::npos, message);
        BOOST_TEST(message.size() < 240u);
    }
    FakePhc nothing;
    nothing.precise_error = nothing.extended_error = nothing.basic_error = nothing.gettime_error = EOPNOTSUPP;
    Clocks clocks(nothing);
    BOOST_TEST(status_of_call([&] { clocks.cross_timestamp(with_phc(), ClockKind::realtime, 1); }) ==
               WST_E_NOT_SUPPORTED);
    BOOST_TEST(status_of_call([&] { clocks.cross_timestamp(with_phc(), ClockKind::qpc, 1); }) ==
               WST_E_NOT_SUPPORTED);
}

BOOST_AUTO_TEST_CASE(the_system_clock_is_steered_and_its_kernel_told) {
    FakePhc system;
    const auto clock = make_steered_system_clock(system, true);
    BOOST_TEST(clock->maximum_frequency() == 500'000);
    clock->set_frequency(-1'000);
    BOOST_TEST(system.changes.back().modes == static_cast<unsigned>(ADJ_FREQUENCY));
    BOOST_TEST(clock->frequency() == -1'000, boost::test_tools::tolerance(1e-3));
    BOOST_CHECK_THROW(clock->set_frequency(500'001), Failure);
    clock->step(-250'000'000);
    BOOST_TEST(system.changes.back().modes == static_cast<unsigned>(ADJ_SETOFFSET | ADJ_NANO));
    BOOST_TEST(system.changes.back().time.tv_sec == -1);
    BOOST_TEST(system.changes.back().time.tv_usec == 750'000'000);

    ClockDeclaration declaration;
    declaration.tai_offset = 37;
    declaration.leap = 1;
    declaration.synchronized = true;
    declaration.maximum_error = 1'500'000;
    clock->declare(declaration);
    BOOST_TEST(system.status == (STA_NANO | STA_INS)); // what is not ours to change stays
    BOOST_TEST(system.tai == 37);
    bool bounded = false;
    for (const auto& change : system.changes)
        bounded = bounded || ((change.modes & ADJ_MAXERROR) != 0 && change.maxerror == 1501);
    BOOST_TEST(bounded);
    declaration.leap = -1;
    clock->declare(declaration);
    BOOST_TEST(system.status == (STA_NANO | STA_DEL));
    clock->declare({});
    BOOST_TEST(system.status == (STA_NANO | STA_UNSYNC));
    BOOST_TEST(system.tai == 37);

    system.adjust_error = EPERM;
    BOOST_CHECK_EXCEPTION(clock->set_frequency(0), Failure, [](const Failure& failure) {
        return failure.status() == WST_E_PERMISSION &&
               std::string(failure.what()).find("cap_sys_time") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_device_clock_is_steered) {
    FakePhc system;
    Clocks clocks(system);
    const auto clock = clocks.open_device_clock(with_phc(), true);
    BOOST_TEST(clock->maximum_frequency() == 500'000);
    BOOST_TEST(std::abs(clock->now() - system.phc()) < nanoseconds_per_second);
    const struct {
        Nanoseconds delta;
        long seconds, fraction;
    } rows[] = {{1, 0, 1},
                {-1, -1, 999'999'999},
                {1'500'000'000, 1, 500'000'000},
                {-1'500'000'000, -2, 500'000'000},
                {-2'000'000'000, -2, 0},
                {0, 0, 0}};
    for (const auto& row : rows) {
        clock->step(row.delta);
        const auto& change = system.changes.back();
        BOOST_TEST(change.modes == (ADJ_SETOFFSET | ADJ_NANO));
        BOOST_TEST(change.time.tv_sec == row.seconds);
        BOOST_TEST(change.time.tv_usec == row.fraction);
    }
    for (const double ppb : {0.0, 1.0, -1.0, 32768.0, -500'000.0, 500'000.0}) {
        clock->set_frequency(ppb);
        BOOST_TEST(system.changes.back().modes == unsigned{ADJ_FREQUENCY});
        BOOST_TEST(std::abs(clock->frequency() - ppb) < 0.01);
    }
    for (const double ppb : {500'001.0, -1e12, std::nan(""), 1.0 / 0.0})
        BOOST_TEST(status_of_call([&] { clock->set_frequency(ppb); }) == WST_E_RANGE);
    system.adjust_error = EBUSY;
    std::string message;
    BOOST_TEST(status_of_call([&] { clock->step(1); }, &message) == WST_E_BUSY);
    BOOST_TEST(message.find("n_vclocks") != std::string::npos);
    system.adjust_error = EPERM;
    BOOST_TEST(status_of_call([&] { clock->step(1); }) == WST_E_PERMISSION);
}

BOOST_AUTO_TEST_CASE(a_clock_opened_for_reading_is_not_turned) {
    FakePhc system;
    const auto device = Clocks(system).open_device_clock(with_phc(), false);
    BOOST_TEST(status_of_call([&] { device->step(1); }) == WST_E_STATE);
    BOOST_TEST(status_of_call([&] { device->set_frequency(1); }) == WST_E_STATE);
    const auto own = Clocks(system).open_system_clock(false);
    BOOST_TEST(status_of_call([&] { own->step(1); }) == WST_E_STATE);
    BOOST_TEST(status_of_call([&] { own->set_frequency(1); }) == WST_E_STATE);
    BOOST_TEST(own->now() > 0);
    BOOST_TEST(system.changes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
