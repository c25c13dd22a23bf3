// SPDX-License-Identifier: Apache-2.0

#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace command {

namespace {

// Once locked, the way there would flatten everything worth seeing: the axis follows the later half of the
// run.
double offset_range(const PlotRun& run) {
    double range = 1;
    for (std::size_t i = run.points.size() / 2; i < run.points.size(); ++i)
        range = std::max({range, std::abs(run.points[i].offset), std::abs(run.points[i].truth),
                          std::min(run.points[i].bound, 20 * std::abs(run.points[i].offset))});
    return range * 1.3;
}

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c;
        if (c == '\'')
            result += c;
    }
    return result + "'";
}

} // namespace

void write_plot(const std::string& file, const PlotRun& run) {
    if (run.points.empty())
        throw std::runtime_error("nothing to plot: no offset sample was taken");
    if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
        throw std::runtime_error("--plot needs gnuplot: install the package gnuplot-nox");
    std::FILE* gnuplot = popen("gnuplot", "w");
    if (gnuplot == nullptr)
        throw std::runtime_error("gnuplot could not be started");

    std::fprintf(gnuplot, "$run << END\n");
    for (const auto& point : run.points)
        std::fprintf(gnuplot, "%.6f %.3f %.3f %.6f %.3f %.3f\n", point.seconds, point.offset, point.delay,
                     point.frequency, point.bound, point.truth);
    std::fprintf(gnuplot, "END\n");
    const double range = offset_range(run);
    std::fprintf(
        gnuplot,
        "set terminal svg size 900,720 dynamic font 'sans-serif,13' background '#ffffff'\n"
        "set output %s\n"
        "set multiplot layout 3,1 title %s noenhanced\n"
        "set grid lc rgb '#dddddd'; set border lc rgb '#555555'; set lmargin 12; set key top right\n"
        "set yrange [%g:%g]; set ylabel 'ns'\n"
        "plot $run using 1:($5<%g?$5:NaN):(-$5) with filledcurves fc rgb '#cfe3f7' title 'bound', "
        "$run using 1:2 with linespoints pt 7 ps 0.25 lc rgb '#1f6fb2' title 'offset from master'%s\n"
        "set autoscale y; set ylabel 'ns'\n"
        "plot $run using 1:3 with lines lc rgb '#3a8f5c' title 'mean path delay'\n"
        "set ylabel 'ppb'; set xlabel 'seconds'\n"
        "plot $run using 1:4 with lines lc rgb '#b2571f' title 'frequency correction'\n"
        "unset multiplot\n",
        quoted(file).c_str(), quoted(run.title).c_str(), -range, range, range * 100,
        run.has_truth ? ", $run using 1:6 with lines lc rgb '#c23b3b' title 'true error'" : "");
    if (pclose(gnuplot) != 0)
        throw std::runtime_error("gnuplot could not write " + file);
}

} // namespace command
