// SPDX-License-Identifier: Apache-2.0

#include "plot.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>

#include "output.hpp"

#ifdef _WIN32
#define popen _popen
#define pclose _pclose
#endif

namespace command {

namespace {

struct Shade {
    const char* light;
    const char* dark;
};

// One meaning, one shade; the dark ones have the same contrast to their ground.
constexpr Shade paper{"#ffffff", "#15181c"};
constexpr Shade ink{"#222222", "#e4e6e9"};
constexpr Shade frame{"#666666", "#8b929a"};
constexpr Shade lines{"#dddddd", "#343a41"};
constexpr Shade bound_shade{"#cfe3f7", "#1d3b57"};
constexpr Shade first{"#1f6fb2", "#6cb2ee"};
constexpr Shade second{"#2f7f4f", "#67c58d"};
constexpr Shade third{"#b2571f", "#eb9a63"};
constexpr Shade truth_shade{"#c23b3b", "#f28b82"};
constexpr Shade locked{"#4fa772", "#3f9463"};
constexpr Shade acquiring{"#e0b030", "#c2942a"};
constexpr Shade holdover{"#9672c4", "#9a7bc8"};
constexpr Shade running{"#bbbbbb", "#5b6067"};
constexpr std::array shades{paper, ink,         frame,  lines,     bound_shade, first,  second,
                            third, truth_shade, locked, acquiring, holdover,    running};

const std::map<std::string, Shade> state_shades = {
    {"LOCKED", locked}, {"ACQUIRING", acquiring}, {"HOLDOVER", holdover}, {"FREE_RUNNING", running}};

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c;
        if (c == '\'')
            result += c;
    }
    return result + "'";
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text)
        result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return result;
}

class Script {
public:
    template <typename... Values>
    void add(const char* pattern, Values... values) {
        char text[1000];
        std::snprintf(text, sizeof(text), pattern, values...);
        text_ += text;
    }
    void text(const std::string& words) { text_ += words; }
    void canvas(int width, int height, const std::string& title) {
        add("set terminal svg size %d,%d dynamic font 'sans-serif,13' background '%s'\n", width, height,
            paper.light);
        add("set encoding utf8\nset grid lc rgb '%s'\nset border lc rgb '%s'\n", lines.light, frame.light);
        add("set micro\nset tics textcolor rgb '%s'\n", ink.light);
        keys_above();
        add("set multiplot\nset label 1 %s noenhanced at screen 0.5,%g center textcolor rgb '%s' font "
            "',15'\n",
            quoted(title).c_str(), 1.0 - 18.0 / height, ink.light);
    }
    /// What the curves are stands over the plot in one row: inside it they would run through it.
    void keys_above() {
        add("set key default at graph 1,1.02 right bottom horizontal maxrows 1 textcolor rgb '%s' samplen "
            "2\n",
            ink.light);
    }
    /// What a plot of one curve shows stands over it.
    void heading(const std::string& words) {
        add("unset key\nset label 3 %s noenhanced at graph 0,1 left offset 0,0.6 textcolor rgb '%s'\n",
            quoted(words).c_str(), ink.light);
    }
    /// The next plot's place, in parts of the canvas.
    void place(double left, double right, double bottom, double top) {
        add("set lmargin at screen %g; set rmargin at screen %g; set bmargin at screen %g; set tmargin at "
            "screen %g\n",
            left, right, bottom, top);
    }
    void label(const char* axis, const std::string& words) {
        add("set %slabel %s textcolor rgb '%s'\n", axis, quoted(words).c_str(), ink.light);
    }
    /// Instead of a plot for which there is too little data.
    void note(const std::string& words) {
        add("set label 2 %s at graph 0.5,0.5 center textcolor rgb '%s'\nset xrange [0:1]; set yrange [0:1]\n",
            quoted(words).c_str(), frame.light);
        text("plot NaN notitle\nunset label 2\n");
    }
    const std::string& all() const { return text_; }

private:
    std::string text_;
};

/// Colours as gnuplot writes them, "rgb( 31, 111, 178)", as "#1f6fb2", so that a style sheet can name them.
std::string with_plain_colours(const std::string& svg) {
    std::string result;
    for (std::size_t at = 0; at < svg.size();) {
        int red = 0, green = 0, blue = 0, length = 0;
        if (svg.compare(at, 4, "rgb(") == 0 &&
            std::sscanf(svg.c_str() + at, "rgb(%d,%d,%d)%n", &red, &green, &blue, &length) == 3 &&
            length > 0) {
            char text[16];
            std::snprintf(text, sizeof(text), "#%02x%02x%02x", static_cast<unsigned>(red & 255),
                          static_cast<unsigned>(green & 255), static_cast<unsigned>(blue & 255));
            result += text;
            at += static_cast<std::size_t>(length);
        } else {
            result += svg[at++];
        }
    }
    return result;
}

std::string style_sheet() {
    std::string rules = "<style>@media (prefers-color-scheme: dark) {\n";
    for (const auto& shade : shades)
        for (const char* attribute : {"fill", "stroke", "color"})
            rules += std::string("[") + attribute + "=\"" + shade.light + "\"]{" + attribute + ":" +
                     shade.dark + "}";
    return rules + "\n}</style>\n";
}

void replace(std::string& text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    if (at != std::string::npos)
        text.replace(at, what.size(), by);
}

class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text) {
        path_ =
            std::filesystem::temp_directory_path() / ("wirestamp-" + std::to_string(std::random_device{}()) +
                                                      std::to_string(std::random_device{}()) + ".gp");
        const auto name = path_.u8string();
        write_file({name.begin(), name.end()}, text);
    }
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

std::string run_gnuplot(const Script& script, const std::string& title) {
    const TemporaryFile file(script.all() + "unset multiplot\n");
    std::FILE* pipe = popen(("gnuplot \"" + file.path() + "\" 2>&1").c_str(), "r");
    if (pipe == nullptr)
        throw std::runtime_error("gnuplot could not be started");
    std::string svg;
    char block[4096];
    for (std::size_t count = 0; (count = std::fread(block, 1, sizeof(block), pipe)) > 0;)
        svg.append(block, count);
    const int status = pclose(pipe);
    if (svg.find("<svg") == std::string::npos && status != 0 && svg.find("line ") == std::string::npos)
        throw std::runtime_error("pictures need gnuplot: install the package gnuplot-nox");
    const auto begin = svg.find("<?xml");
    if (status != 0 || begin != 0)
        throw std::runtime_error("gnuplot failed: " + svg.substr(0, 200));
    replace(svg, "<title>Gnuplot</title>", "<title>" + escaped(title) + "</title>");
    replace(svg, "<g id=\"gnuplot_canvas\">", style_sheet() + "<g id=\"gnuplot_canvas\">");
    return with_plain_colours(svg);
}

struct Unit {
    double scale;
    const char* name;
};

Unit unit_for(double nanoseconds) {
    if (nanoseconds < 3e3)
        return {1, "ns"};
    if (nanoseconds < 3e6)
        return {1e-3, "\u00b5s"};
    if (nanoseconds < 3e9)
        return {1e-6, "ms"};
    return {1e-9, "s"};
}

/// Enough of a long run that no excursion is lost: of each bucket the samples of least and greatest offset.
std::vector<Sample> thinned(const std::vector<Sample>& samples) {
    constexpr std::size_t buckets = 900;
    if (samples.size() <= 3 * buckets)
        return samples;
    std::vector<Sample> result;
    for (std::size_t i = 0; i < buckets; ++i) {
        const auto begin = samples.begin() + static_cast<std::ptrdiff_t>(i * samples.size() / buckets);
        const auto end = samples.begin() + static_cast<std::ptrdiff_t>((i + 1) * samples.size() / buckets);
        auto [least, most] = std::minmax_element(
            begin, end, [](const Sample& a, const Sample& b) { return a.offset < b.offset; });
        if (most < least)
            std::swap(least, most);
        result.push_back(*least);
        if (most != least)
            result.push_back(*most);
    }
    return result;
}

double quantile(std::vector<double> values, double q) {
    if (values.empty())
        return 0;
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
}

// The way to lock would flatten everything worth seeing: the axis follows what was measured in lock, or the
// later half.
double offset_range(const Run& run) {
    auto samples = locked_samples(run);
    if (samples.size() < 4)
        samples.assign(run.samples().begin() + static_cast<std::ptrdiff_t>(run.samples().size() / 2),
                       run.samples().end());
    std::vector<double> offsets, bounds;
    for (const auto& sample : samples) {
        offsets.push_back(std::max(std::abs(sample.offset), run.has_truth ? std::abs(sample.truth) : 0.0));
        bounds.push_back(sample.bound);
    }
    const double offset = quantile(offsets, 0.995);
    return 1.25 * std::max({1.0, offset, std::min(quantile(bounds, 0.9), 12 * offset)});
}

void add_offsets(Script& script, const Run& run, const PlotLabels& labels, double range) {
    const Unit unit = unit_for(range);
    script.label("y", unit.name);
    script.add("set yrange [%g:%g]\nplot ", -range * unit.scale, range * unit.scale);
    // Beyond the axis a bound is drawn at its edge, and where nothing is known it is everything.
    script.add(
        "$run using 1:(%g*($5<%g?$5:%g)):(-%g*($5<%g?$5:%g)) with filledcurves fc rgb '%s' title 'bound', ",
        unit.scale, range, range, unit.scale, range, range, bound_shade.light);
    script.add("$run using 1:(%g*$2) with %s lw 1.2 lc rgb '%s' title %s noenhanced", unit.scale,
               run.samples().size() <= 300 ? "linespoints pt 7 ps 0.3" : "lines", first.light,
               quoted(labels.offset).c_str());
    if (run.has_truth)
        script.add(", $run using 1:(%g*$6) with lines lw 1.2 lc rgb '%s' title %s", unit.scale,
                   truth_shade.light, quoted(labels.truth).c_str());
    script.text("\nset autoscale y\n");
}

void add_states(Script& script, const Run& run) {
    std::map<std::string, std::string> rows;
    for (const auto& band : run.bands()) {
        char row[100];
        std::snprintf(row, sizeof(row), "%.6f %.6f\n", band.begin, std::max(band.end, band.begin));
        rows[band.state] += row;
    }
    std::string plots;
    int number = 0;
    for (const auto& [state, lines_of_state] : rows) {
        const std::string name = "$state" + std::to_string(number++);
        script.text(name + " << END\n" + lines_of_state + "END\n");
        const auto shade = state_shades.find(state);
        plots += (plots.empty() ? "" : ", ") + name +
                 " using (($1+$2)/2):(0.5):1:2:(0):(1) with boxxyerror fs solid noborder lc rgb '" +
                 (shade == state_shades.end() ? running : shade->second).light + "' title " + quoted(state) +
                 " noenhanced";
    }
    script.text("set yrange [0:1]; unset ytics; unset grid; unset xtics; unset ylabel\n");
    script.add("set key at screen 0.97,screen 0.653 right top horizontal maxrows 1\nplot %s\n",
               plots.c_str());
    script.add(
        "set xtics textcolor rgb '%s'; set ytics textcolor rgb '%s'; set grid lc rgb '%s'; set autoscale y\n",
        ink.light, ink.light, lines.light);
    script.keys_above();
}

/// An axis for these values with about four steps, drawn at round numbers.
void add_axis(Script& script, std::vector<double> values, double scale) {
    const double low = quantile(values, 0.002) * scale;
    const double high = quantile(values, 0.998) * scale;
    const double margin = std::max(0.15 * (high - low), 1e-3 * std::max(std::abs(high), 1.0));
    const double rough = (high - low + 2 * margin) / 4;
    const double decade = std::pow(10, std::floor(std::log10(rough)));
    const double times = rough / decade;
    const double step = decade * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
    script.add("set yrange [%.15g:%.15g]; set ytics %.15g textcolor rgb '%s'; set format y '%%.10g'\n",
               low - margin, high + margin, step, ink.light);
}

void add_curve(Script& script, const Run& run, double Sample::*member, int column, const std::string& title,
               const Shade& shade, const char* unit_name) {
    auto samples = locked_samples(run);
    if (samples.size() < 4)
        samples = run.samples();
    std::vector<double> values;
    double largest = 0;
    for (const auto& sample : samples) {
        values.push_back(sample.*member);
        largest = std::max(largest, std::abs(sample.*member));
    }
    const Unit unit = unit_name == nullptr ? unit_for(largest) : Unit{1, unit_name};
    script.label("y", unit.name);
    add_axis(script, values, unit.scale);
    script.heading(title);
    script.add("plot $run using 1:(%g*$%d) with lines lw 1.2 lc rgb '%s' notitle\n", unit.scale, column,
               shade.light);
    script.add("set format y '%%h'; set ytics autofreq textcolor rgb '%s'; set autoscale y; unset label 3\n",
               ink.light);
    script.keys_above();
}

void add_histogram(Script& script, const Run& run) {
    std::vector<double> values;
    for (const auto& sample : locked_samples(run))
        values.push_back(run.has_truth ? sample.truth : sample.offset);
    if (values.size() < 10)
        return script.note("too few samples in lock for a histogram");
    const double low = quantile(values, 0.002);
    const double high = std::max(quantile(values, 0.998), low + 1);
    constexpr std::size_t bins = 41;
    std::array<double, bins> counts{};
    for (const double value : values)
        if (value >= low && value <= high)
            counts[std::min(static_cast<std::size_t>((value - low) / (high - low) * bins), bins - 1)] += 1;
    const Unit unit = unit_for(std::max(std::abs(low), std::abs(high)));
    script.text("$bins << END\n");
    for (std::size_t i = 0; i < bins; ++i)
        script.add("%g %g\n", unit.scale * (low + (static_cast<double>(i) + 0.5) * (high - low) / bins),
                   100 * counts[i] / static_cast<double>(values.size()));
    script.text("END\n");
    script.label("x", std::string(run.has_truth ? "true error in lock, " : "offset in lock, ") + unit.name);
    script.label("y", "% of samples");
    script.add(
        "set boxwidth 0.9 relative; set autoscale x; set yrange [0:*]\n"
        "plot $bins using 1:2 with boxes fs solid noborder lc rgb '%s' notitle\n",
        run.has_truth ? truth_shade.light : first.light);
}

void add_deviation(Script& script, const Run& run) {
    const auto points = allan_deviation(run);
    if (points.size() < 2)
        return script.note("too few samples in lock for an Allan deviation");
    script.text("$adev << END\n");
    for (const auto& point : points)
        script.add("%g %g\n", point.tau, point.deviation);
    script.text("END\n");
    script.label("x", std::string("averaging time, s"));
    script.label("y", "Allan deviation");
    script.add(
        "set logscale xy; set format '10^{%%L}'; set autoscale xy\n"
        "plot $adev using 1:2 with linespoints pt 7 ps 0.5 lw 1.2 lc rgb '%s' title '%s'\n",
        run.has_truth ? truth_shade.light : first.light,
        run.has_truth ? "of the true error" : "of the offset");
}

} // namespace

std::string draw(const Run& run, const PlotLabels& labels) {
    if (run.samples().empty())
        throw std::runtime_error("there is nothing to draw: no sample was taken");
    Script script;
    script.text("$run << END\n");
    // A line across a silence would claim what nobody measured.
    const auto samples = thinned(run.samples());
    const double usual =
        (samples.back().seconds - samples.front().seconds) / static_cast<double>(samples.size());
    double before = samples.front().seconds;
    for (const auto& sample : samples) {
        if (sample.seconds - before > 10 * usual)
            script.text("\n");
        before = sample.seconds;
        script.add("%.6f %.3f %.3f %.6f %.3f %.3f\n", sample.seconds, sample.offset, sample.delay,
                   sample.frequency, std::min(sample.bound, 1e15), sample.truth);
    }
    script.text("END\n");
    script.canvas(900, 1060, run.title);
    script.add("set xrange [0:%g]; set format x ''\n", std::max(run.end(), 1e-3));
    script.place(0.12, 0.97, 0.69, 0.95);
    add_offsets(script, run, labels, offset_range(run));
    script.text("unset label 1\n");
    if (!run.bands().empty()) {
        script.place(0.12, 0.97, 0.665, 0.68);
        add_states(script, run);
    }
    script.place(0.12, 0.97, 0.49, 0.625);
    add_curve(script, run, &Sample::delay, 3, labels.delay, second, nullptr);
    script.text("set format x '%h'\n");
    script.label("x", "seconds");
    script.place(0.12, 0.97, 0.325, 0.46);
    add_curve(script, run, &Sample::frequency, 4, labels.frequency, third, "ppb");
    script.place(0.12, 0.49, 0.06, 0.245);
    add_histogram(script, run);
    script.place(0.61, 0.97, 0.06, 0.245);
    add_deviation(script, run);
    return run_gnuplot(script, run.title);
}

std::string draw(const std::string& title, const std::vector<Distribution>& series) {
    constexpr std::array curves{first, second, third};
    constexpr int bins_a_decade = 12;
    Script script;
    std::string shares, bins;
    for (std::size_t i = 0; i < series.size(); ++i) {
        auto values = series[i].values;
        std::sort(values.begin(), values.end());
        std::map<int, int> counts;
        const std::string number = std::to_string(i);
        const std::string style = std::string(" lc rgb '") + curves[i % curves.size()].light + "' title " +
                                  quoted(series[i].title) + " noenhanced";
        script.text("$share" + number + " << END\n");
        const std::size_t step = values.size() / 2000 + 1;
        for (std::size_t k = 0; k < values.size(); ++k) {
            const double value = std::max(values[k], 1.0);
            ++counts[static_cast<int>(std::floor(std::log10(value) * bins_a_decade))];
            if (k % step == 0 || k + 1 == values.size())
                script.add("%.3fe-9 %.6f\n", value,
                           100.0 * static_cast<double>(k + 1) / static_cast<double>(values.size()));
        }
        script.text("END\n$bins" + number + " << END\n");
        for (const auto& [bin, count] : counts)
            script.add("%.3fe-9 %g\n", std::pow(10, (bin + 0.5) / bins_a_decade),
                       100.0 * count / static_cast<double>(values.size()));
        script.text("END\n");
        shares += (i == 0 ? "" : ", ") + ("$share" + number) + " using 1:2 with lines lw 2" + style;
        bins += (i == 0 ? "" : ", ") + ("$bins" + number) + " using 1:2 with histeps lw 2" + style;
    }
    script.canvas(900, 720, title);
    // In seconds, so that the axis can say ns, µs and ms by itself.
    script.add(
        "set logscale x; set format x '%%.0s %%cs'; set key default bottom right textcolor rgb '%s' samplen "
        "2\n",
        ink.light);
    script.place(0.1, 0.97, 0.56, 0.93);
    script.label("y", "% of packets below");
    script.text("set yrange [0:100]\nplot " + shares + "\nunset label 1\n");
    script.place(0.1, 0.97, 0.1, 0.47);
    script.label("y", "% of packets");
    script.text("set yrange [0:*]; unset key\nplot " + bins + "\n");
    return run_gnuplot(script, title);
}

std::string draw_compared(const std::string& title, const std::vector<Run>& runs) {
    double range = 1;
    double end = 1;
    for (const auto& run : runs) {
        if (run.samples().empty())
            throw std::runtime_error("nothing to plot: no offset sample was taken");
        range = std::max(range, offset_range(run));
        end = std::max(end, run.end());
    }
    const auto count = static_cast<double>(runs.size());
    const int height = 90 + 190 * static_cast<int>(runs.size());
    Script script;
    script.canvas(900, height, title);
    const Unit unit = unit_for(range);
    const double top = 1 - 50.0 / height;
    const double bottom = 50.0 / height;
    const double panel = (top - bottom) / count;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        script.add("$run%d << END\n", static_cast<int>(i));
        for (const auto& sample : thinned(runs[i].samples()))
            script.add("%.6f %.3f %.3f\n", sample.seconds, std::min(sample.bound, 1e15), sample.truth);
        script.text("END\n");
        const double upper = top - panel * static_cast<double>(i);
        script.place(0.09, 0.97, upper - panel * 0.86, upper);
        script.label("y", unit.name);
        script.add("set xrange [0:%g]\nset yrange [%g:%g]\n", end, -range * unit.scale, range * unit.scale);
        script.text(i + 1 == runs.size() ? "set format x '%g'\n" : "set format x ''\n");
        script.label("x", i + 1 == runs.size() ? "true time, s" : "");
        const std::string name = "$run" + std::to_string(i);
        script.add(
            "plot %s using 1:(%g*($2<%g?$2:%g)):(-%g*($2<%g?$2:%g)) with filledcurves fc rgb '%s' "
            "title 'bound', ",
            name.c_str(), unit.scale, range, range, unit.scale, range, range, bound_shade.light);
        script.add("%s using 1:(%g*$3) with lines lw 1.2 lc rgb '%s' title %s noenhanced\n", name.c_str(),
                   unit.scale, truth_shade.light, quoted(runs[i].title).c_str());
        script.text("unset label 1\n");
    }
    return run_gnuplot(script, title);
}

void write_plot(const std::string& file, const std::string& title, const std::vector<Run>& runs) {
    write_file(file, draw_compared(title, runs));
}
void write_plot(const std::string& file, const Run& run, const PlotLabels& labels) {
    write_file(file, draw(run, labels));
}

void write_plot(const std::string& file, const std::string& title, const std::vector<Distribution>& series) {
    write_file(file, draw(title, series));
}

} // namespace command
