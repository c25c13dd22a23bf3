// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/simulated/parameters.hpp"

#include <cmath>
#include <string_view>

namespace wirestamp::platform::simulated {

namespace {

constexpr Nanoseconds hour = 3600 * nanoseconds_per_second;
constexpr double frequency_limit = 1e8; // ppb: a tenth

void require_span(Nanoseconds value, Nanoseconds low, Nanoseconds high, const char* what) {
    if (value < low || value > high)
        throw Failure(WST_E_RANGE, std::string(what) + " is " + std::to_string(value) +
                                       " ns and must lie between " + std::to_string(low) + " and " +
                                       std::to_string(high));
}

} // namespace

void require_name(const std::string& name, const char* what) {
    if (name.empty() || name.size() > 63 ||
        name.find_first_of(std::string_view(" \t\r\n;#/,\0", 9)) != std::string::npos)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      std::string("the name of a ") + what +
                          " must have 1 to 63 characters and no space, '/', ',', ';' or '#'");
}

void require_probability(double value, const char* what) {
    if (!(value >= 0 && value <= 1))
        throw Failure(WST_E_RANGE, std::string(what) + " must be a probability between 0 and 1");
}

void require_finite(double value, double limit, const char* what) {
    if (!(std::fabs(value) <= limit))
        throw Failure(WST_E_RANGE, std::string(what) + " is " + std::to_string(value) +
                                       " and must not be beyond " + std::to_string(limit) + " either way");
}

void check(const OscillatorParameters& p) {
    require_finite(p.drift_ppb, frequency_limit, "an oscillator's drift (ppb)");
    require_finite(p.wander, 1e-3, "an oscillator's wander");
    require_finite(p.ramp_ppb_per_second, 1e6, "an oscillator's ramp (ppb per second)");
    require_finite(p.sinus_ppb, frequency_limit, "an oscillator's sinus (ppb)");
    require_finite(p.sinus_phase, 1e6, "an oscillator's sinus phase");
    require_span(p.ramp_begin, 0, never, "the begin of an oscillator's ramp");
    require_span(p.ramp_end, p.ramp_begin, never, "the end of an oscillator's ramp");
    require_span(p.sinus_period, 1'000'000, never, "the period of an oscillator's sinus");
    require_span(p.grid, 1'000'000, hour, "the grid of an oscillator's random walk");
}

void check(const Distribution& d) {
    if (d.kind > Distribution::Kind::uniform)
        throw Failure(WST_E_RANGE, "jitter of kind " + std::to_string(static_cast<int>(d.kind)) +
                                       " is unknown: choose one of WST_SIMULATION_JITTER_*");
    const auto longest = static_cast<double>(hour);
    require_finite(d.scale, longest, "the scale of jitter (ns)");
    require_finite(d.limit, 1e18, "the limit of jitter (ns)");
    if (d.scale < 0 || d.limit < 0)
        throw Failure(WST_E_RANGE, "the scale and the limit of jitter must not be negative");
    if (d.kind == Distribution::Kind::pareto && !(d.shape >= 0.05 && d.shape <= 1e6))
        throw Failure(WST_E_RANGE, "the shape of Pareto jitter must lie between 0.05 and 1000000");
    if (d.kind == Distribution::Kind::queue && !(d.shape >= 0 && d.shape <= 0.99))
        throw Failure(WST_E_RANGE, "the load of a queue must lie between 0 and 0.99");
    for (const Nanoseconds value : d.trace)
        require_span(value, -hour, hour, "a recorded jitter");
}

void check(const LinkDirection& d) {
    require_probability(d.loss, "the loss of a link");
    require_probability(d.duplication, "the duplication of a link");
    require_probability(d.reordering, "the reordering of a link");
    require_span(d.delay, 0, hour, "the delay of a link");
    require_span(d.reordering_delay, 0, hour, "the reordering delay of a link");
    if (!(d.bits_per_second == 0 || (d.bits_per_second >= 1000 && d.bits_per_second <= 1e15)))
        throw Failure(WST_E_RANGE, "a link's bits per second must be 0 (no limit) or 1000 to 1e15");
    check(d.jitter);
}

void check(const ClockParameters& c) {
    check(c.oscillator);
    require_finite(c.stamp_noise, 1e9, "the noise of stamps (ns)");
    require_finite(c.read_jitter, 1e9, "the jitter of clock reads (ns)");
    require_span(c.granularity, 1, nanoseconds_per_second, "the granularity of a clock");
    require_span(c.read_latency, 0, 10'000'000, "the read latency of a clock");
    require_span(c.offset, -4'000'000'000'000'000'000, 4'000'000'000'000'000'000, "the offset of a clock");
    if (!(c.maximum_frequency >= 0 && c.maximum_frequency <= 9e8))
        throw Failure(WST_E_RANGE, "the maximum frequency of a clock must lie between 0 and 9e8 ppb");
}

void check(const HostParameters& h) {
    check(h.oscillator);
    check(h.transmit_delay);
    check(h.receive_delay);
    check(h.wake_delay);
    require_span(h.uptime, 0, end_of_time / 2, "the uptime of a host");
    require_span(h.realtime_offset, -4'000'000'000'000'000'000, 4'000'000'000'000'000'000,
                 "the offset of a host's real time clock");
    require_span(h.read_latency, 0, 10'000'000, "the read latency of a system clock");
    if (!(h.maximum_frequency >= 0 && h.maximum_frequency <= 9e8))
        throw Failure(WST_E_RANGE, "the maximum frequency of a clock must lie between 0 and 9e8 ppb");
}

void check(const AdapterParameters& a) {
    check(a.clock);
    check(a.transmit_stamp_delay);
    require_probability(a.transmit_stamp_loss, "the loss of transmit stamps");
    require_span(a.ingress_error, -hour, hour, "the error of receive stamps");
    require_span(a.egress_error, -hour, hour, "the error of transmit stamps");
}

void check(const BridgeParameters& b) {
    check(b.oscillator);
    check(b.residence_jitter);
    require_span(b.residence, 0, hour, "the residence time of a bridge");
}

void check(const WorldParameters& w) {
    require_span(w.epoch_tai, 0, 4'000'000'000'000'000'000, "TAI at true time 0");
    if (w.utc_offset < -86'400 || w.utc_offset > 86'400)
        throw Failure(WST_E_RANGE, "TAI minus UTC must not be more than a day");
}

} // namespace wirestamp::platform::simulated
