// SPDX-License-Identifier: Apache-2.0

#include "table.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "terminal.hpp"

namespace command {

namespace {

constexpr std::size_t gap = 2;
// Narrower than this a column says nothing any more.
constexpr std::size_t narrowest = 4;

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t space = text.find(' ', at);
        const std::string word = text.substr(at, space == std::string::npos ? space : space - at);
        if (!lines.back().empty() && columns(lines.back()) + 1 + columns(word) > width)
            lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        at = space == std::string::npos ? text.size() : space + 1;
    }
    return lines;
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t used = columns(text);
    return used < width ? text + std::string(width - used, ' ') : text;
}

} // namespace

Table::Table(std::vector<std::string> header, Fit fit) : has_header_(!header.empty()), fit_(fit) {
    if (has_header_)
        rows_.push_back(std::move(header));
}

std::vector<std::size_t> Table::widths(std::size_t room) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns(row[i]));
    }
    if (room == 0 || widths.empty())
        return widths;
    const auto total = [&] {
        return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap * (widths.size() - 1);
    };
    if (fit_ == Fit::wrap_last && total() > room) {
        const std::size_t others = total() - widths.back();
        widths.back() = std::max(room > others ? room - others : 0, std::size_t{16});
        return widths;
    }
    while (total() > room) {
        auto& widest = *std::max_element(widths.begin(), widths.end());
        if (widest <= narrowest)
            break;
        --widest;
    }
    return widths;
}

void Table::print() const {
    const auto width = widths(static_cast<std::size_t>(terminal_width()));
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        const auto& row = rows_[r];
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool last = i + 1 == row.size();
            if (last && fit_ == Fit::wrap_last) {
                const std::size_t indent = columns(line);
                const auto lines = wrapped(row[i], width[i]);
                for (std::size_t n = 0; n < lines.size(); ++n)
                    line += (n == 0 ? "" : "\n" + std::string(indent, ' ')) + lines[n];
                break;
            }
            const std::string cell = shortened(row[i], width[i]);
            const Colour colour = has_header_ && r == 0 ? Colour::bold : colour_of_state(cell);
            line += last ? paint(colour, cell) : padded(paint(colour, cell), width[i] + gap);
        }
        std::printf("%s\n", line.c_str());
    }
}

} // namespace command
