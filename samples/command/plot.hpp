// SPDX-License-Identifier: Apache-2.0
//
// A run as a picture: offset with its bound, states, delay, frequency, the offsets' distribution and Allan
// deviation, drawn by gnuplot. The SVG carries two sets of colours: what it shows follows the reader's light
// or dark mode, and printers and programs without style sheets get the light one.

#pragma once

#include <string>
#include <vector>

#include "run.hpp"

namespace command {

struct Distribution {
    std::string title;
    std::vector<double> values; // ns
};

/// What the panels of a run are about, where it is not a PTP clock.
struct PlotLabels {
    std::string offset = "offset from master";
    std::string delay = "mean path delay";
    std::string frequency = "frequency correction";
    std::string truth = "true error";
};

/// The picture as SVG text. All throw with what to do if gnuplot is missing or fails.
std::string draw(const Run& run, const PlotLabels& labels = {});
/// Which share of the values lies below what, and how they are distributed, on a logarithmic axis.
std::string draw(const std::string& title, const std::vector<Distribution>& series);

/// Runs below each other on the same axes: true error with its bound.
std::string draw_compared(const std::string& title, const std::vector<Run>& runs);

void write_plot(const std::string& file, const std::string& title, const std::vector<Run>& runs);
void write_plot(const std::string& file, const Run& run, const PlotLabels& labels = {});
void write_plot(const std::string& file, const std::string& title, const std::vector<Distribution>& series);

} // namespace command
