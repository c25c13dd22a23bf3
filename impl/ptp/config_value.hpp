// SPDX-License-Identifier: Apache-2.0
//
// One option value between text and what it means. Reading is strict, because a value that was half
// understood is a clock that runs wrong.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/ptp/config_option.hpp"
#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

/// Flags and integers as a number, words by their index in the row, texts as they are.
using OptionValue = std::variant<std::int64_t, double, std::string>;

OptionValue default_value(const Option& option);
/// Throws Failure: the message names the option, what was given and what is allowed.
OptionValue parse_value(const Option& option, std::string_view text);
std::string format_value(const Option& option, const OptionValue& value);
std::string format_default(const Option& option);
std::string format_integer(const Option& option, std::int64_t value);
std::string format_real(double value);

/// What a text option of that form holds, for people.
std::string_view text_form_name(TextForm form) noexcept;

/// Lists are separated by spaces or commas. Nothing if an element is malformed.
std::optional<std::vector<Address>> parse_address_list(std::string_view text);
/// A clock without a port means all its ports (any_port).
std::optional<std::vector<PortIdentity>> parse_identity_list(std::string_view text);
/// "00:1b:19" and the like; nothing unless there are exactly `count` octets.
std::optional<std::vector<std::uint8_t>> parse_octets(std::string_view text, std::size_t count);

/// Foreign text made fit for a message: quoted, printable, not long.
std::string quoted(std::string_view text);

} // namespace wirestamp::ptp
