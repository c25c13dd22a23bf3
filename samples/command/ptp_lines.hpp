// SPDX-License-Identifier: Apache-2.0
//
// The events of a PTP clock as lines: an object for programs and a sentence for people.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "wirestamp/wirestamp.h"

namespace command {

struct Line {
    nlohmann::json object;
    std::string text;
};

/// Nothing for events that are not about PTP.
std::optional<Line> describe(const wst_event& event);

Line describe(const wst_event_ptp_offset& event);

void print(const Line& line, double seconds, bool as_json);

/// "s2" and so on, as ptp4l writes it.
const char* servo_name(std::uint32_t state);
const char* source_name(std::uint32_t source);
/// For programs: null where there is nothing to tell.
inline nlohmann::json known(bool is_known, double value) {
    return is_known ? nlohmann::json(value) : nlohmann::json();
}
/// ns: a bound of this and more bounds nothing.
constexpr std::int64_t unknown_bound = std::int64_t{1} << 60;
/// A bound for programs: null where nothing bounds the clock yet.
nlohmann::json bound_value(std::int64_t bound);
/// The same for people.
std::string bound_text(std::int64_t bound);

template <typename... Values>
std::string format(const char* pattern, Values... values) {
    char text[400];
    std::snprintf(text, sizeof(text), pattern, values...);
    return text;
}

} // namespace command
