// SPDX-License-Identifier: Apache-2.0

#include "live_view.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <utility>

#include "library.hpp"
#include "ptp_lines.hpp"
#include "terminal.hpp"

namespace command {

namespace {

constexpr std::size_t remembered = 240;
constexpr std::size_t recent_lines = 6;

/// How far off zero the last `width` values were, as bars from nothing up. The largest twelfth is left out of
/// the scale: one late packet would flatten the rest.
std::string sparkline(const std::deque<double>& values, std::size_t width) {
    static const std::vector<std::string> bars =
        shows_unicode() ? std::vector<std::string>{"\u2581", "\u2582", "\u2583", "\u2584",
                                                   "\u2585", "\u2586", "\u2587", "\u2588"}
                        : std::vector<std::string>{"_", ".", "-", "=", "+", "*", "#", "@"};
    const std::size_t count = std::min(values.size(), width);
    if (count == 0)
        return "";
    const auto begin = values.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<double> sizes;
    std::transform(begin, values.end(), std::back_inserter(sizes),
                   [](double value) { return std::abs(value); });
    std::vector<double> sorted = sizes;
    std::sort(sorted.begin(), sorted.end());
    const double most = sorted[count - 1 - count / 12];
    std::string text;
    for (const double size : sizes) {
        const double part = most > 0 ? std::min(size / most, 1.0) : 0.0;
        text += bars[std::min(static_cast<std::size_t>(part * 8), std::size_t{7})];
    }
    return text;
}

std::string row(const char* title, const std::string& text) {
    std::string padded = title;
    padded.resize(14, ' ');
    return " " + paint(Colour::dim, padded) + text;
}

/// As `shortened`, for text with colours in it.
std::string cut(const std::string& line, std::size_t width) {
    if (columns(line) <= width)
        return line;
    std::string result;
    std::size_t used = 0;
    bool full = false;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t length = 1;
        if (line[i] == '\033') {
            length = std::min(line.find('m', i), line.size() - 1) - i + 1;
            result += line.substr(i, length);
        } else {
            while (i + length < line.size() && (static_cast<unsigned char>(line[i + length]) & 0xc0) == 0x80)
                ++length;
            full = full || ++used > width;
            if (!full)
                result += line.substr(i, length);
        }
        i += length;
    }
    return result;
}

std::string clock_time(double seconds) {
    const auto whole = static_cast<long long>(seconds);
    return format("%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

std::uint64_t sum(const std::uint64_t (&counts)[16]) {
    std::uint64_t total = 0;
    for (const auto count : counts)
        total += count;
    return total;
}

} // namespace

std::string human_time(double nanoseconds) {
    const double size = std::abs(nanoseconds);
    if (size < 10'000)
        return format("%.0f ns", nanoseconds);
    if (size < 10'000'000)
        return format("%.1f %s", nanoseconds * 1e-3, shows_unicode() ? "\u00b5s" : "us");
    if (size < 10'000'000'000.0)
        return format("%.1f ms", nanoseconds * 1e-6);
    return format("%.1f s", nanoseconds * 1e-9);
}

LiveView::LiveView(wst_ptp* ptp, std::string title) : ptp_(ptp), title_(std::move(title)) {
    std::printf("\033[?25l");
}

LiveView::~LiveView() {
    std::printf("\033[?25h");
    std::fflush(stdout);
}

void LiveView::take(const wst_event& event, const Line& line, double seconds) {
    if (event.type == WST_EVENT_PTP_SYSTEM_CLOCK) {
        const auto& clock = event.payload.ptp_system_clock;
        system_clock_ = human_time(static_cast<double>(clock.offset)) + " off" +
                        format("  frequency %+.1f ppb", clock.frequency);
        return;
    }
    if (event.type != WST_EVENT_PTP_OFFSET) {
        recent_.push_back(format("[%9.3f] ", seconds) + line.text);
        if (recent_.size() > recent_lines)
            recent_.pop_front();
        return;
    }
    const auto offset = static_cast<double>(event.payload.ptp_offset.offset_from_master);
    if (event.payload.ptp_offset.servo_state <
        WST_PTP_SERVO_LOCKED) { // the way there would flatten all that follows
        offsets_.clear();
        squares_ = 0;
    }
    offsets_.push_back(offset);
    squares_ += offset * offset;
    if (offsets_.size() > remembered) {
        squares_ -= offsets_.front() * offsets_.front();
        offsets_.pop_front();
    }
}

void LiveView::log(const std::string& text) {
    const std::lock_guard<std::mutex> guard(mutex_);
    logged_.push_back(text);
}

void LiveView::add_ports(std::vector<std::string>& lines) const {
    wst_ptp_port_status port = WST_PTP_PORT_STATUS_INIT;
    for (std::uint32_t number = 1; wst_ptp_port_status_get(ptp_, number, &port, nullptr) == WST_OK;
         ++number) {
        const std::string state = wst_ptp_state_name(port.state);
        const std::string title = "port " + std::to_string(number);
        std::string text = std::string(port.interface_name) + "  " + paint(colour_of_state(state), state) +
                           format("  %s stamps  sent %llu  received %llu", source_name(port.stamp_source),
                                  static_cast<unsigned long long>(sum(port.sent)),
                                  static_cast<unsigned long long>(sum(port.received)));
        const std::uint64_t lost = port.transmit_stamps_lost + port.receive_stamps_missing +
                                   port.follow_ups_lost + port.delay_responses_lost + port.send_errors;
        if (lost > 0)
            text += "  " + paint(Colour::yellow, format("lost %llu", static_cast<unsigned long long>(lost)));
        lines.push_back(row(title.c_str(), text));
        port.struct_size = sizeof(port);
    }
}

std::vector<std::string> LiveView::lines(double seconds, std::size_t width) {
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        for (const auto& text : logged_)
            recent_.push_back(format("[%9.3f] ", seconds) + text);
        logged_.clear();
    }
    while (recent_.size() > recent_lines)
        recent_.pop_front();

    wst_ptp_status status = WST_PTP_STATUS_INIT;
    check([&](wst_error* error) { return wst_ptp_status_get(ptp_, &status, error); });
    std::vector<std::string> lines;
    lines.push_back(paint(Colour::bold, title_) + "   " + paint(Colour::dim, clock_time(seconds)));
    lines.emplace_back();

    const std::string state = wst_ptp_clock_state_name(status.clock_state);
    const bool bounded = status.clock_state != WST_PTP_CLOCK_FREE_RUNNING && status.bound < unknown_bound;
    lines.push_back(row(
        "clock", paint(colour_of_state(state), state) +
                     (bounded ? "  true time is within " + std::string(shows_unicode() ? "\u00b1" : "+-") +
                                    human_time(static_cast<double>(status.bound))
                              : "  nothing is known about true time")));
    const std::string identity = identity_text(status.grandmaster_identity);
    if ((status.valid & WST_PTP_STATUS_PARENT) == 0)
        lines.push_back(row("grandmaster", "none"));
    else if (identity == identity_text(status.clock_identity))
        lines.push_back(row("grandmaster", "this clock, " + identity));
    else
        lines.push_back(row(
            "grandmaster", identity + format("  %d step%s away, class %d, priority1 %d", status.steps_removed,
                                             status.steps_removed == 1 ? "" : "s",
                                             status.grandmaster_clock_class, status.grandmaster_priority1)));
    add_ports(lines);
    if ((status.valid & WST_PTP_STATUS_CURRENT) != 0 && !offsets_.empty()) {
        const auto [least, most] = std::minmax_element(offsets_.begin(), offsets_.end());
        const std::string figures =
            human_time(static_cast<double>(status.offset_from_master)) + "  rms " +
            human_time(std::sqrt(std::max(squares_, 0.0) / static_cast<double>(offsets_.size()))) +
            "  from " + human_time(*least) + " to " + human_time(*most);
        lines.push_back(row("offset", figures));
        lines.push_back(
            row("how far off", paint(Colour::cyan, sparkline(offsets_, width > 20 ? width - 16 : 4))));
        lines.push_back(row("path delay", human_time(static_cast<double>(status.mean_path_delay))));
        lines.push_back(row("frequency", format("%+.1f ppb", status.frequency)));
        lines.push_back(row(
            "samples", format("%llu, of these %llu not used, %llu step%s of the clock",
                              static_cast<unsigned long long>(status.samples),
                              static_cast<unsigned long long>(status.outliers),
                              static_cast<unsigned long long>(status.steps), status.steps == 1 ? "" : "s")));
    }
    if (!system_clock_.empty())
        lines.push_back(row("system clock", system_clock_));
    lines.emplace_back();
    for (const auto& text : recent_)
        lines.push_back(" " + text);
    return lines;
}

void LiveView::draw(double seconds, bool last) {
    const auto now = std::chrono::steady_clock::now();
    if (!last && (now < next_ || !output_takes_more()))
        return;
    next_ = now + std::chrono::milliseconds(200);
    const int width = terminal_width();
    const auto height = static_cast<std::size_t>(std::max(terminal_height(), 4));
    auto text = lines(seconds, static_cast<std::size_t>(width));
    if (!last)
        text.push_back(paint(Colour::dim, " Ctrl-C ends it; lines instead of this: -m"));
    if (text.size() >= height) // the top is what matters
        text.resize(height - 1);

    std::string screen;
    if (width != width_ && drawn_ > 0) // lines may have been broken: nobody knows where they are
        screen += "\033[H\033[2J";
    else if (drawn_ > 0)
        screen += format("\033[%zuA\r", drawn_);
    for (const auto& line : text)
        screen += cut(line, static_cast<std::size_t>(width)) + "\033[0m\033[K\n";
    screen += "\033[J";
    std::fwrite(screen.data(), 1, screen.size(), stdout);
    std::fflush(stdout);
    drawn_ = text.size();
    width_ = width;
}

} // namespace command
