// SPDX-License-Identifier: Apache-2.0

#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

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

class Gnuplot {
public:
    explicit Gnuplot(const std::string& file) : file_(file) {
        if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
            throw std::runtime_error("--plot needs gnuplot: install the package gnuplot-nox");
        pipe_ = popen("gnuplot", "w");
        if (pipe_ == nullptr)
            throw std::runtime_error("gnuplot could not be started");
    }
    ~Gnuplot() {
        if (pipe_ != nullptr)
            pclose(pipe_);
    }
    Gnuplot(const Gnuplot&) = delete;
    Gnuplot& operator=(const Gnuplot&) = delete;

    std::FILE* pipe() { return pipe_; }
    void finish() {
        if (pclose(std::exchange(pipe_, nullptr)) != 0)
            throw std::runtime_error("gnuplot could not write " + file_);
    }

private:
    const std::string file_;
    std::FILE* pipe_ = nullptr;
};

constexpr const char* canvas =
    "set terminal svg size 900,%d dynamic font 'sans-serif,13' background '#ffffff'\n"
    "set output %s\n"
    "set grid lc rgb '#dddddd'; set border lc rgb '#555555'\n";

} // namespace

void write_plot(const std::string& file, const PlotRun& run) {
    if (run.points.empty())
        throw std::runtime_error("nothing to plot: no offset sample was taken");
    Gnuplot gnuplot(file);
    std::fprintf(gnuplot.pipe(), "$run << END\n");
    for (const auto& point : run.points)
        std::fprintf(gnuplot.pipe(), "%.6f %.3f %.3f %.6f %.3f %.3f\n", point.seconds, point.offset,
                     point.delay, point.frequency, point.bound, point.truth);
    std::fprintf(gnuplot.pipe(), "END\n");
    std::fprintf(gnuplot.pipe(), canvas, 720, quoted(file).c_str());
    const double range = offset_range(run);
    std::fprintf(
        gnuplot.pipe(),
        "set multiplot layout 3,1 title %s noenhanced\n"
        "set lmargin 12; set key top right\n"
        "set yrange [%g:%g]; set ylabel 'ns'\n"
        "plot $run using 1:($5<%g?$5:NaN):(-$5) with filledcurves fc rgb '#cfe3f7' title 'bound', "
        "$run using 1:2 with linespoints pt 7 ps 0.25 lc rgb '#1f6fb2' title 'offset from master'%s\n"
        "set autoscale y; set ylabel 'ns'\n"
        "plot $run using 1:3 with lines lc rgb '#3a8f5c' title 'mean path delay'\n"
        "set ylabel 'ppb'; set xlabel 'seconds'\n"
        "plot $run using 1:4 with lines lc rgb '#b2571f' title 'frequency correction'\n"
        "unset multiplot\n",
        quoted(run.title).c_str(), -range, range, range * 100,
        run.has_truth ? ", $run using 1:6 with lines lc rgb '#c23b3b' title 'true error'" : "");
    gnuplot.finish();
}

void write_distributions(const std::string& file, const std::string& title,
                         std::vector<PlotDistribution> series) {
    Gnuplot gnuplot(file);
    std::string plots;
    for (std::size_t i = 0; i < series.size(); ++i) {
        auto& values = series[i].values;
        std::sort(values.begin(), values.end());
        std::fprintf(gnuplot.pipe(), "$series%zu << END\n", i);
        for (std::size_t k = 0; k < values.size(); ++k)
            std::fprintf(gnuplot.pipe(), "%.3f %.6f\n", std::max(values[k], 1.0),
                         100.0 * static_cast<double>(k + 1) / static_cast<double>(values.size()));
        std::fprintf(gnuplot.pipe(), "END\n");
        plots += (i == 0 ? "" : ", ") + ("$series" + std::to_string(i)) +
                 " using 1:2 with lines lw 2 title " + quoted(series[i].title);
    }
    std::fprintf(gnuplot.pipe(), canvas, 480, quoted(file).c_str());
    std::fprintf(gnuplot.pipe(),
                 "set title %s noenhanced; set logscale x; set key bottom right\n"
                 "set xlabel 'ns'; set ylabel '%% of packets below'; set yrange [0:100]\n"
                 "plot %s\n",
                 quoted(title).c_str(), plots.c_str());
    gnuplot.finish();
}

} // namespace command
