// SPDX-License-Identifier: Apache-2.0

#include "cross_picture.hpp"

#include <cstdio>

#include "plot.hpp"

namespace command {

std::string draw_cross(const std::string& clocks, const std::vector<Sample>& samples) {
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (const auto& sample : samples) {
        mean_x += sample.seconds / static_cast<double>(samples.size());
        mean_y += sample.offset / static_cast<double>(samples.size());
    }
    for (const auto& sample : samples) {
        xx += (sample.seconds - mean_x) * (sample.seconds - mean_x);
        xy += (sample.seconds - mean_x) * (sample.offset - mean_y);
    }
    const double rate = xx > 0 ? xy / xx : 0;
    Run run;
    char title[300];
    std::snprintf(title, sizeof(title), "clock of %s: %+.3f ppb", clocks.c_str(), rate);
    run.title = title;
    for (auto sample : samples) {
        sample.offset -= mean_y + rate * (sample.seconds - mean_x);
        run.add(sample);
    }
    return draw(run, {"difference beside its straight line", "width of the reading",
                      "rate since the first reading", ""});
}

} // namespace command
