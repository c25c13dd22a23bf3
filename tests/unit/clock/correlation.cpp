// SPDX-License-Identifier: Apache-2.0

#define BOOST_TEST_DYN_LINK
#include "impl/clock/correlation.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "tests/unit/clock/simulator.hpp"

using namespace wirestamp;
using namespace wirestamp::clock;

namespace {

/// A device clock of some unit, frequency error and wander, read through a bracket with a random part on each
/// side.
class Device {
public:
    Device(std::uint64_t seed, double units, double wander, double seconds) : random_(seed), units_(units) {
        double x = 0;
        double f = 50'000;
        for (double t = 0; t <= seconds; t += grid) {
            offsets_.push_back(x);
            frequencies_.push_back(f);
            x += f * grid;
            f += random_.gaussian() * wander * 1e9 * std::sqrt(grid);
        }
    }

    double at(double t) const {
        const auto k = static_cast<std::size_t>(t / grid);
        const double fine = t - static_cast<double>(k) * grid;
        return zero_ + units_ * (t * 1e9 + offsets_[k] + frequencies_[k] * fine);
    }
    static Nanoseconds system(double t) { return 5'000'000'000 + std::llround(t * 1e9); }

    CrossSample read(double t, double half, double jitter) {
        const double before = half + random_.exponential(jitter);
        const double after = half + random_.exponential(jitter);
        return {system(t) - std::llround(before), std::llround(at(t) + glitch_),
                system(t) + std::llround(after)};
    }

    void step(double units) { zero_ += units; }
    void glitch(double units) { glitch_ = units; }
    test::Random& random() { return random_; }

private:
    static constexpr double grid = 0.1;
    test::Random random_;
    double units_;
    double zero_ = 1'234'567;
    double glitch_ = 0;
    std::vector<double> offsets_;
    std::vector<double> frequencies_;
};

struct Honesty {
    double hold = 0;
    double ratio = 0;
};

Honesty measure(double units, double claimed, double wander, double half, double jitter) {
    std::size_t count = 0;
    std::size_t held = 0;
    double squares = 0;
    std::vector<double> bounds;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        Device device(seed, units, wander, 5100);
        CorrelationConfig config;
        config.device_frequency = claimed;
        Correlator correlator(config);
        double t = 1;
        while (t < 5000) {
            BOOST_REQUIRE(correlator.add(device.read(t, half, jitter)) == CorrelationEvent::accepted);
            const double wait = static_cast<double>(correlator.next_sample_in()) * 1e-9;
            for (int i = 0; t > 60 && i < 126; ++i) {
                // Near future, the last sample interval, and what the map still remembers.
                const double reach = i < 63 ? wait : i < 105 ? -5 : -300;
                const double asked = std::max(t + device.random().uniform() * reach, 5.0);
                const Conversion there = correlator.map().to_system(std::llround(device.at(asked)));
                const Conversion back = correlator.map().to_device(Device::system(asked));
                const double error = static_cast<double>(there.value - Device::system(asked));
                const double error_back = (static_cast<double>(back.value) - device.at(asked)) / units;
                held += (std::abs(error) <= there.bound ? 1U : 0U) +
                        (std::abs(error_back) <= back.bound ? 1U : 0U);
                count += 2;
                squares += error * error + error_back * error_back;
                bounds.push_back(there.bound);
            }
            t += wait;
        }
    }
    std::nth_element(bounds.begin(), bounds.begin() + static_cast<std::ptrdiff_t>(bounds.size() / 2),
                     bounds.end());
    const double rms = std::sqrt(squares / static_cast<double>(count));
    BOOST_TEST(count >= 990'000U);
    return {static_cast<double>(held) / static_cast<double>(count), bounds[bounds.size() / 2] / rms};
}

} // namespace

BOOST_AUTO_TEST_SUITE(correlation)

BOOST_AUTO_TEST_CASE(the_bound_holds_and_is_not_idle) {
    struct Row {
        const char* name;
        double units, claimed, wander, half, jitter;
    };
    const Row rows[] = {
        {"network adapter", 1, 1e9, 1e-9, 400, 50},
        {"good oscillator", 1, 1e9, 1e-10, 400, 50},
        {"long reads", 1, 1e9, 1e-9, 200, 1000},
        {"10 MHz counter that claims 1 GHz", 0.01, 1e9, 1e-9, 400, 200},
        {"3.2 GHz counter that claims nothing", 3.2, 0, 1e-9, 400, 50},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.name) {
            const Honesty got = measure(row.units, row.claimed, row.wander, row.half, row.jitter);
            BOOST_TEST_MESSAGE(row.name << ": holds " << got.hold << ", bound/rms " << got.ratio);
            BOOST_TEST(got.hold >= 0.999);
            BOOST_TEST(got.ratio <= 4.0);
        }
    }
}

BOOST_AUTO_TEST_CASE(samples_densely_at_first_and_then_by_the_period) {
    Device device(1, 1, 1e-9, 200);
    Correlator correlator;
    BOOST_TEST(correlator.next_sample_in() == 0);
    double t = 1;
    int taken = 0;
    for (; t < 60; ++taken) {
        correlator.add(device.read(t, 400, 50));
        BOOST_TEST(correlator.ready() == (taken > 0));
        BOOST_TEST(correlator.next_sample_in() >= 10'000'000);
        BOOST_TEST(correlator.next_sample_in() <= 5'000'000'000);
        t += static_cast<double>(correlator.next_sample_in()) * 1e-9;
    }
    BOOST_TEST(correlator.next_sample_in() == 5'000'000'000);
    BOOST_TEST(taken < 60);
    BOOST_TEST(std::abs(correlator.rate_ppb() - 50'000) < 10 + correlator.rate_bound_ppb());
    BOOST_TEST(correlator.rate_bound_ppb() < 100);
}

BOOST_AUTO_TEST_CASE(what_no_oscillator_does_restarts_it) {
    struct Row {
        const char* name;
        double step;
        CorrelationEvent event;
        int until; // readings until it is said
    };
    const Row rows[] = {
        {"step forward", 1e6, CorrelationEvent::restarted_step, 2},
        {"small step", 20'000, CorrelationEvent::restarted_step, 2},
        {"backwards", -1e11, CorrelationEvent::restarted_backwards, 1},
        {"small step back", -20'000, CorrelationEvent::restarted_step, 2},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.name) {
            Device device(3, 1, 1e-9, 400);
            Correlator correlator;
            double t = 1;
            const auto take = [&] {
                const auto event = correlator.add(device.read(t, 400, 50));
                t += static_cast<double>(correlator.next_sample_in()) * 1e-9;
                return event;
            };
            while (t < 100)
                BOOST_REQUIRE(take() == CorrelationEvent::accepted);
            device.step(row.step);
            for (int i = 1; i < row.until; ++i) {
                BOOST_TEST((take() == CorrelationEvent::outlier));
                BOOST_TEST(correlator.next_sample_in() == 10'000'000);
            }
            BOOST_TEST((take() == row.event));
            BOOST_TEST(!correlator.ready());
            while (t < 200)
                BOOST_REQUIRE(take() == CorrelationEvent::accepted);
            const Conversion there = correlator.map().to_system(std::llround(device.at(t)));
            BOOST_TEST(std::abs(static_cast<double>(there.value - Device::system(t))) < 200);
        }
    }
}

/// A driver that resets its adapter sets the clock twice within the first samples.
BOOST_AUTO_TEST_CASE(steps_among_the_first_samples_are_no_rate) {
    for (const int early : {1, 2, 3, 5})
        for (const double step : {1.5e9, 47e9, 3e6}) {
            Device device(11, 1, 0, 200);
            CorrelationConfig config;
            config.device_frequency = 1e9;
            Correlator correlator(config);
            int restarts = 0;
            double t = 1;
            for (int i = 0; i < 20; ++i, t += 0.05) {
                if (i == early)
                    device.step(step);
                const auto event = correlator.add(device.read(t, 100, 20));
                restarts += event != CorrelationEvent::accepted;
                if (!correlator.ready())
                    continue;
                const Conversion now = correlator.map().to_system(std::llround(device.at(t)));
                BOOST_TEST(std::abs(static_cast<double>(now.value - Device::system(t))) <= now.bound);
                BOOST_TEST(std::abs(correlator.rate_ppb()) < 200'000);
            }
            BOOST_TEST(restarts == 1);
            BOOST_TEST(correlator.ready());
        }
    // One that really runs at another rate than it claims is believed.
    Device device(12, 1.5, 0, 200);
    CorrelationConfig config;
    config.device_frequency = 1e9;
    Correlator correlator(config);
    for (double t = 1; t < 2; t += 0.05)
        BOOST_TEST((correlator.add(device.read(t, 100, 20)) == CorrelationEvent::accepted));
    BOOST_TEST(correlator.ready());
}

BOOST_AUTO_TEST_CASE(bad_samples_do_no_harm) {
    Device device(4, 1, 1e-9, 400);
    Correlator correlator;
    BOOST_TEST(!correlator.map().to_system(5).valid);
    BOOST_TEST(!correlator.map().to_device(5).valid);
    double t = 1;
    for (; t < 100; t += static_cast<double>(correlator.next_sample_in()) * 1e-9)
        correlator.add(device.read(t, 400, 50));
    const double before = correlator.rate_ppb();

    CrossSample reversed = device.read(t, 400, 50);
    std::swap(reversed.system_before, reversed.system_after);
    BOOST_TEST((correlator.add(reversed) == CorrelationEvent::invalid));
    device.glitch(1e6);
    BOOST_TEST((correlator.add(device.read(t, 400, 50)) == CorrelationEvent::outlier));
    device.glitch(0);
    BOOST_TEST(correlator.outliers() == 1U);
    // A read that was interrupted for long is no outlier, only worth less.
    CrossSample slow = device.read(t + 1, 400, 50);
    slow.system_after += 50'000;
    BOOST_TEST((correlator.add(slow) == CorrelationEvent::accepted));
    BOOST_TEST(std::abs(correlator.rate_ppb() - before) < 2);

    const Conversion far = correlator.map().to_system(std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(far.valid);
    BOOST_TEST(far.bound > 1e9);
    BOOST_TEST(correlator.map().to_device(std::numeric_limits<Nanoseconds>::min()).bound > 1e9);
}

BOOST_AUTO_TEST_CASE(a_device_that_stands_still_is_noticed) {
    Correlator correlator;
    correlator.add({1000, 5, 1100});
    BOOST_TEST((correlator.add({2'000'000, 5, 2'000'100}) == CorrelationEvent::outlier));
    BOOST_TEST((correlator.add({3'000'000, 5, 3'000'100}) == CorrelationEvent::restarted_stall));
}

BOOST_AUTO_TEST_SUITE_END()
