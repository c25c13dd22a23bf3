// SPDX-License-Identifier: Apache-2.0
//
// The events of a PTP clock as lines: an object for programs and a sentence for people.

#pragma once

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

template <typename... Values>
std::string format(const char* pattern, Values... values) {
    char text[400];
    std::snprintf(text, sizeof(text), pattern, values...);
    return text;
}

} // namespace command
