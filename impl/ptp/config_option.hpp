// SPDX-License-Identifier: Apache-2.0
//
// One row of the option table: what an option is called, what it may hold and what it does. Parser, ranges,
// error messages, help and the option reference are all made from these rows, so that none of them can
// disagree with another.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wirestamp::ptp {

enum class OptionScope : std::uint8_t {
    clock = 1,
    port = 2, // as an option of the clock: the default of all its ports
};

enum class OptionType : std::uint8_t { flag, integer, real, word, text };

/// How an integer is written back.
enum class OptionBase : std::uint8_t { decimal, hexadecimal, octal };

/// What the text of a text option must look like.
enum class TextForm : std::uint8_t {
    anything,
    path,
    ipv4,
    ipv6,
    mac,
    address_list,
    clock_identity,
    identity_list,
    organization,     // 3 octets
    profile_identity, // 6 octets
    product,          // maker;model;instance
    revision,         // hardware;firmware;software
    user,             // name;place
    profile,          // name of a profile
};

/// What becomes of a value.
enum class OptionEffect : std::uint8_t {
    full,
    ignored, // accepted, because doing without it misleads nobody; a warning is recorded
    fixed,   // every value but the default is refused, because ignoring it would mislead
};

struct OptionWord {
    std::string_view name;
    std::string_view refused{}; // why Wirestamp does not offer it; empty if it does
};

struct Option {
    std::string_view name;
    OptionScope scope = OptionScope::clock;
    OptionType type = OptionType::flag;
    std::string_view unit{};
    std::string_view description{};

    std::int64_t integer = 0; // defaults, by type (a word's is its index)
    double real = 0.0;
    std::string_view text{};

    std::int64_t minimum = 0;
    std::int64_t maximum = 1;
    double real_minimum = 0.0;
    double real_maximum = 0.0;
    std::span<const OptionWord> words{};
    TextForm form = TextForm::anything;
    OptionBase base = OptionBase::decimal;
    std::string_view special{}; // a word that stands for one number
    std::int64_t special_value = 0;

    bool running = false; // may change while the clock runs
    OptionEffect effect = OptionEffect::full;
    std::string_view reason{};   // for ignored and fixed
    std::string_view linuxptp{}; // linuxptp's default where it is another one
    bool own = false;            // not an option of linuxptp
};

/// The whole table, sorted by name without regard to case.
std::span<const Option> options() noexcept;
/// By name or by a name that it used to have; nullptr if there is none. Case counts, as for linuxptp.
const Option* find_option(std::string_view name) noexcept;
/// The known name that is fewest slips of the keyboard away.
std::string_view nearest_option(std::string_view name);

struct OptionAlias {
    std::string_view name;
    std::string_view option;
};
std::span<const OptionAlias> option_aliases() noexcept;

/// A row's default and limits as people read them; static storage, terminated.
struct OptionText {
    std::string default_value;
    std::string allowed;
};
const OptionText& option_text(const Option& option);

/// Every option with default, limits, unit and meaning, as a Markdown document.
std::string option_reference();
/// The same for a terminal, `width` columns wide.
std::string option_help(std::size_t width);

} // namespace wirestamp::ptp
