// SPDX-License-Identifier: Apache-2.0
//
// A run as a picture: offset with its bound, delay and frequency over time, drawn by gnuplot into an SVG
// file.

#pragma once

#include <string>
#include <vector>

namespace command {

struct PlotPoint {
    double seconds = 0;
    double offset = 0;    // ns
    double delay = 0;     // ns
    double frequency = 0; // ppb
    double bound = 0;     // ns
    double truth = 0;     // ns, the clock's true error, where the simulator knows it
};

struct PlotRun {
    std::string title;
    bool has_truth = false;
    std::vector<PlotPoint> points;
};

struct PlotDistribution {
    std::string title;
    std::vector<double> values; // ns
};

/// Both throw with what to do if gnuplot is missing or fails.
void write_plot(const std::string& file, const PlotRun& run);
/// Which share of the values lies below what, on a logarithmic axis.
void write_distributions(const std::string& file, const std::string& title,
                         std::vector<PlotDistribution> series);

} // namespace command
