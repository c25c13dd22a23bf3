// SPDX-License-Identifier: Apache-2.0
//
// A table of text with columns as wide as they need to be. On a terminal it is never wider than that: the
// widest columns give way, except that a table made to wrap breaks its last column into lines. What reads a
// pipe gets all.

#pragma once

#include <string>
#include <vector>

namespace command {

class Table {
public:
    enum class Fit { shorten, wrap_last };

    /// An empty header is left out.
    explicit Table(std::vector<std::string> header, Fit fit = Fit::shorten);
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    void print() const;

private:
    std::vector<std::size_t> widths(std::size_t room) const;

    std::vector<std::vector<std::string>> rows_;
    bool has_header_;
    Fit fit_;
};

} // namespace command
