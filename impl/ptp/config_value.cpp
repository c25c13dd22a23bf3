// SPDX-License-Identifier: Apache-2.0

#include "impl/ptp/config_value.hpp"

#include <algorithm>
#include <cctype>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <system_error>

#include "impl/base/failure.hpp"
#include "impl/ptp/profiles.hpp"

namespace wirestamp::ptp {
namespace {

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

[[noreturn]] void refuse(wst_status status, const Option& option, std::string_view given,
                         const std::string& why) {
    std::string message = std::string(option.name) + " cannot be " + quoted(given) + ": " + why;
    // In linuxptp's files a comment needs a line of its own; what looks like one here is part of the value.
    if (given.find('#') != std::string_view::npos && option.type != OptionType::text)
        message += " (a comment needs a line of its own)";
    throw Failure(status, message);
}

std::string expectation(const Option& option) {
    std::string text = "it takes " + option_text(option).allowed;
    if (!option.unit.empty())
        text += " " + std::string(option.unit);
    return text;
}

struct Integer {
    enum { good, malformed, too_great } result = malformed;
    std::int64_t value = 0;
};

/// Decimal, 0x… or 0… octal, as C's strtol with base 0 reads it.
Integer read_integer(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::uint64_t magnitude = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
    if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument)
        return {};
    if (error == std::errc::result_out_of_range || magnitude > static_cast<std::uint64_t>(INT64_MAX))
        return {Integer::too_great, 0};
    const auto value = static_cast<std::int64_t>(magnitude);
    return {Integer::good, negative ? -value : value};
}

bool is_utf8(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t more = lead < 0x80                   ? 0
                                 : lead >= 0xc2 && lead < 0xe0 ? 1
                                 : (lead & 0xf0) == 0xe0       ? 2
                                 : lead >= 0xf0 && lead < 0xf5 ? 3
                                                               : 4;
        if (more == 4 || i + more >= text.size())
            return false;
        for (std::size_t k = 1; k <= more; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

std::size_t symbols(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool has_parts(std::string_view text, std::ptrdiff_t separators, std::size_t most) {
    return std::count(text.begin(), text.end(), ';') == separators && symbols(text) <= most;
}

template <typename Element, typename Parse>
std::optional<std::vector<Element>> parse_list(std::string_view text, Parse parse) {
    std::vector<Element> list;
    constexpr std::string_view separators = " \t,";
    while (true) {
        const std::size_t from = text.find_first_not_of(separators);
        if (from == std::string_view::npos)
            return list;
        text.remove_prefix(from);
        const std::string_view element = text.substr(0, text.find_first_of(separators));
        const std::optional<Element> parsed = parse(element);
        if (!parsed)
            return std::nullopt;
        list.push_back(*parsed);
        text.remove_prefix(element.size());
    }
}

bool has_form(TextForm form, std::string_view text) {
    const auto address_of = [](std::string_view from, Family family) {
        const auto address = parse_address(std::string(from));
        return address && address->family == family;
    };
    switch (form) {
        case TextForm::anything:
            return true;
        case TextForm::path:
            // sun_path of a UNIX socket holds 108 octets with the terminator; a longer path would be cut
            // there.
            return text.size() < 108;
        case TextForm::ipv4:
            return address_of(text, Family::ipv4);
        case TextForm::ipv6:
            return address_of(text, Family::ipv6);
        case TextForm::mac:
        case TextForm::profile_identity:
            return (form == TextForm::profile_identity && text.empty()) || parse_octets(text, 6);
        case TextForm::organization:
            return parse_octets(text, 3).has_value();
        case TextForm::address_list:
            return parse_address_list(text).has_value();
        case TextForm::clock_identity:
            return clock_identity_from_text(text).has_value();
        case TextForm::identity_list:
            return parse_identity_list(text).has_value();
        case TextForm::product:
            return has_parts(text, 2, 64);
        case TextForm::revision:
            return has_parts(text, 2, 32);
        case TextForm::user:
            return symbols(text) <= 128;
        case TextForm::profile:
            return find_profile(text) != nullptr;
    }
    return false;
}

OptionValue parse_flag(const Option& option, std::string_view text) {
    for (const std::string_view yes : {"1", "true", "yes", "on"})
        if (same_word(text, yes))
            return std::int64_t{1};
    for (const std::string_view no : {"0", "false", "no", "off"})
        if (same_word(text, no))
            return std::int64_t{0};
    const Integer number = read_integer(text);
    if (number.result == Integer::good && (number.value == 0 || number.value == 1))
        return number.value;
    refuse(number.result == Integer::malformed ? WST_E_INVALID_ARGUMENT : WST_E_RANGE, option, text,
           expectation(option));
}

OptionValue parse_integer(const Option& option, std::string_view text) {
    if (!option.special.empty() && same_word(text, option.special))
        return option.special_value;
    const Integer number = read_integer(text);
    if (number.result == Integer::malformed)
        refuse(WST_E_INVALID_ARGUMENT, option, text, expectation(option));
    if (number.result == Integer::too_great || number.value < option.minimum || number.value > option.maximum)
        refuse(WST_E_RANGE, option, text, expectation(option));
    return number.value;
}

OptionValue parse_real(const Option& option, std::string_view text) {
    double value = 0;
    std::string_view digits = text;
    if (!digits.empty() && digits[0] == '+')
        digits.remove_prefix(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range)
        refuse(WST_E_RANGE, option, text, expectation(option));
    if (error != std::errc{} || end != digits.data() + digits.size())
        refuse(WST_E_INVALID_ARGUMENT, option, text, expectation(option));
    if (!std::isfinite(value) || value < option.real_minimum || value > option.real_maximum)
        refuse(WST_E_RANGE, option, text, expectation(option));
    return value;
}

OptionValue parse_word(const Option& option, std::string_view text) {
    for (std::size_t i = 0; i < option.words.size(); ++i) {
        if (!same_word(text, option.words[i].name))
            continue;
        if (!option.words[i].refused.empty())
            refuse(WST_E_NOT_SUPPORTED, option, text,
                   std::string(option.words[i].refused) + "; " + expectation(option));
        return static_cast<std::int64_t>(i);
    }
    refuse(WST_E_INVALID_ARGUMENT, option, text, expectation(option));
}

OptionValue parse_text(const Option& option, std::string_view text) {
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        refuse(WST_E_INVALID_ARGUMENT, option, text, "text must be UTF-8 without zero bytes");
    if (text.size() > 1024)
        refuse(WST_E_RANGE, option, text, "it takes at most 1024 bytes");
    if (!has_form(option.form, text))
        refuse(WST_E_INVALID_ARGUMENT, option, text, expectation(option));
    return std::string(text);
}

} // namespace

std::string quoted(std::string_view text) {
    constexpr std::size_t most = 40;
    const bool clean = is_utf8(text);
    std::string result = "\"";
    std::size_t taken = 0;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const bool continues = (octet & 0xc0) == 0x80;
        if (taken >= most && !(clean && continues)) {
            result += "…";
            break;
        }
        if (octet < 0x20 || octet == 0x7f || (octet >= 0x80 && !clean)) {
            constexpr std::string_view digits = "0123456789abcdef";
            result += "\\x";
            result += digits[octet >> 4];
            result += digits[octet & 15];
        } else {
            result += c;
        }
        ++taken;
    }
    return result + "\"";
}

std::optional<std::vector<std::uint8_t>> parse_octets(std::string_view text, std::size_t count) {
    std::vector<std::uint8_t> octets;
    if (text.size() != 3 * count - 1)
        return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view digits = text.substr(3 * i, 2);
        std::uint8_t octet = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, octet, 16);
        if (error != std::errc{} || end != digits.data() + 2)
            return std::nullopt;
        if (i + 1 < count && text[3 * i + 2] != ':' && text[3 * i + 2] != '-')
            return std::nullopt;
        octets.push_back(octet);
    }
    return octets;
}

std::optional<std::vector<Address>> parse_address_list(std::string_view text) {
    return parse_list<Address>(text,
                               [](std::string_view element) { return parse_address(std::string(element)); });
}

std::optional<std::vector<PortIdentity>> parse_identity_list(std::string_view text) {
    return parse_list<PortIdentity>(text, [](std::string_view element) -> std::optional<PortIdentity> {
        if (const auto clock = clock_identity_from_text(element))
            return PortIdentity{*clock, any_port};
        return port_identity_from_text(element);
    });
}

OptionValue default_value(const Option& option) {
    switch (option.type) {
        case OptionType::real:
            return option.real;
        case OptionType::text:
            return std::string(option.text);
        default:
            return option.integer;
    }
}

OptionValue parse_value(const Option& option, std::string_view text) {
    OptionValue value = [&] {
        switch (option.type) {
            case OptionType::flag:
                return parse_flag(option, text);
            case OptionType::integer:
                return parse_integer(option, text);
            case OptionType::real:
                return parse_real(option, text);
            case OptionType::word:
                return parse_word(option, text);
            case OptionType::text:
                break;
        }
        return parse_text(option, text);
    }();
    if (option.effect == OptionEffect::fixed && value != default_value(option))
        refuse(WST_E_NOT_SUPPORTED, option, text,
               std::string(option.reason) + "; leave it at " + quoted(option_text(option).default_value));
    return value;
}

std::string format_integer(const Option& option, std::int64_t value) {
    if (!option.special.empty() && value == option.special_value)
        return std::string(option.special);
    const int base = option.base == OptionBase::hexadecimal ? 16 : option.base == OptionBase::octal ? 8 : 10;
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value, base);
    std::string text(digits, error == std::errc{} ? end : digits);
    if (base == 16)
        text.insert(0, "0x");
    if (base == 8 && value != 0)
        text.insert(0, "0");
    return text;
}

std::string format_real(double value) {
    char digits[64];
    const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
    return std::string(digits, error == std::errc{} ? end : digits);
}

std::string format_value(const Option& option, const OptionValue& value) {
    switch (option.type) {
        case OptionType::real:
            return format_real(std::get<double>(value));
        case OptionType::text:
            return std::get<std::string>(value);
        case OptionType::word:
            return std::string(option.words[static_cast<std::size_t>(std::get<std::int64_t>(value))].name);
        case OptionType::flag:
        case OptionType::integer:
            break;
    }
    return format_integer(option, std::get<std::int64_t>(value));
}

std::string format_default(const Option& option) {
    return format_value(option, default_value(option));
}

std::string_view text_form_name(TextForm form) noexcept {
    switch (form) {
        case TextForm::anything:
            return "text";
        case TextForm::path:
            return "a path of at most 107 bytes";
        case TextForm::ipv4:
            return "an IPv4 address such as 224.0.1.129";
        case TextForm::ipv6:
            return "an IPv6 address such as ff0e::181";
        case TextForm::mac:
            return "six octets such as 01:1b:19:00:00:00";
        case TextForm::address_list:
            return "IP addresses separated by spaces or commas";
        case TextForm::clock_identity:
            return "a clock identity such as 001122.fffe.334455";
        case TextForm::identity_list:
            return "identities such as 001122.fffe.334455 or 001122.fffe.334455-1, separated by spaces or "
                   "commas";
        case TextForm::organization:
            return "three octets such as 00:1b:19";
        case TextForm::profile_identity:
            return "six octets such as 00:1b:19:00:01:00, or nothing";
        case TextForm::product:
            return "maker;model;instance, at most 64 symbols";
        case TextForm::revision:
            return "hardware;firmware;software, at most 32 symbols";
        case TextForm::user:
            return "name;place, at most 128 symbols";
        case TextForm::profile:
            return profile_names();
    }
    return "";
}

} // namespace wirestamp::ptp
