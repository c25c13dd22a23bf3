// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves for pictures and reports: samples and the states between them. However long the run, it
// stays small: when it is full, every second sample goes and from then on only every second one is kept.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace command {

struct Sample {
    double seconds = 0;
    double offset = 0;    // ns
    double delay = 0;     // ns
    double frequency = 0; // ppb
    double bound = 0;     // ns
    double truth = 0;     // ns, the clock's true error, where the simulator knows it
};

struct Band {
    double begin = 0;
    double end = 0;
    std::string state;
};

class Run {
public:
    std::string title;
    bool has_truth = false;

    void add(const Sample& sample);
    /// From now on the clock is in this state.
    void enter(double seconds, const std::string& state);
    /// The run is over; ends the last state.
    void finish(double seconds);

    const std::vector<Sample>& samples() const { return samples_; }
    const std::vector<Band>& bands() const { return bands_; }
    double end() const { return end_; }

private:
    std::vector<Sample> samples_;
    std::vector<Band> bands_;
    std::uint64_t stride_ = 1;
    std::uint64_t seen_ = 0;
    double end_ = 0;
};

struct AllanPoint {
    double tau = 0;       // s
    double deviation = 0; // dimensionless
};

/// Overlapping Allan deviation of the error (`truth` if the run knows it, else the measured offset) after the
/// first lock, at averaging times of 1, 2, 4, … sample intervals. Empty if there is too little of it.
std::vector<AllanPoint> allan_deviation(const Run& run);

/// The samples taken while LOCKED; all of them if the run has no states.
std::vector<Sample> locked_samples(const Run& run);

} // namespace command
