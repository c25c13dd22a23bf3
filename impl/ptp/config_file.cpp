// SPDX-License-Identifier: Apache-2.0
//
// Reading of ptp4l.conf. What ptp4l accepts is accepted, and means the same; on top of it, names of
// interfaces may hold spaces, as they do on Windows. A text is read whole or not at all.

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/ptp/config.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::size_t most_bytes = 4U << 20U;
constexpr std::string_view blanks = " \t\v\f\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t from = text.find_first_not_of(blanks);
    if (from == std::string_view::npos)
        return {};
    return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::int64_t whole_number(std::string_view name, std::string_view text, std::int64_t minimum,
                          std::int64_t maximum) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < minimum || value > maximum)
        throw Failure(WST_E_RANGE, std::string(name) + " cannot be " + quoted(text) + ": it takes " +
                                       std::to_string(minimum) + " to " + std::to_string(maximum));
    return value;
}

Address master_address(std::string_view kind, std::string_view text, Family family) {
    const auto address = parse_address(std::string(text));
    if (!address || (family != Family::none && address->family != family))
        throw Failure(WST_E_INVALID_ARGUMENT, std::string(kind) + " cannot be " + quoted(text) +
                                                  ": it takes a numeric " +
                                                  (family == Family::ipv6   ? "IPv6 address"
                                                   : family == Family::ipv4 ? "IPv4 address"
                                                                            : "IP address"));
    return *address;
}

} // namespace

class ConfigurationReader {
public:
    ConfigurationReader(Configuration& into, std::string_view filename)
        : into_(into), filename_(filename.empty() ? "configuration" : filename) {}

    void read(std::string_view text) {
        if (text.size() > most_bytes)
            throw Failure(WST_E_LIMIT, filename_ + " is larger than a configuration can be (4 MiB)");
        if (text.starts_with("\xef\xbb\xbf"))
            text.remove_prefix(3);
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            ++line_number_;
            where_ = filename_ + ":" + std::to_string(line_number_);
            const std::string_view content = trimmed(text.substr(0, end));
            if (content.starts_with('['))
                finish_table();
            try {
                line(content);
            } catch (const Failure& failure) {
                throw Failure(WST_E_PARSE, where_ + ": " + failure.what());
            }
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
        finish_table();
    }

private:
    enum class Section { none, global, port, table };

    void line(std::string_view text) {
        if (text.empty() || text.front() == '#')
            return;
        if (text.find('\0') != std::string_view::npos)
            throw Failure(WST_E_PARSE, "a zero byte; this is not a text file");
        if (text.front() == '[') {
            section(text.substr(1));
            return;
        }
        const std::size_t gap = text.find_first_of(blanks);
        const std::string_view name = text.substr(0, gap);
        if (section_ == Section::none)
            throw Failure(WST_E_PARSE, quoted(name) + " comes before the first section; begin with [global]");
        if (gap == std::string_view::npos)
            throw Failure(WST_E_PARSE, quoted(name) + " has no value");
        setting(name, trimmed(text.substr(gap)));
    }

    void section(std::string_view text) {
        const std::size_t close = text.find(']');
        const std::string_view after = close == std::string_view::npos ? "" : trimmed(text.substr(close + 1));
        if (!after.empty() && after.front() != '#')
            throw Failure(WST_E_PARSE,
                          quoted(after) + " after the section's name; it belongs on the next line");
        const std::string_view name = trimmed(text.substr(0, close));
        if (same(name, "global")) {
            section_ = Section::global;
        } else if (same(name, "unicast_master_table")) {
            section_ = Section::table;
            table_ = UnicastTable{};
            table_line_ = where_;
        } else {
            into_.add_port(name);
            section_ = Section::port;
            port_ = name;
        }
    }

    void setting(std::string_view name, std::string_view value) {
        if (section_ == Section::table) {
            table_setting(name, value);
            return;
        }
        if (into_.accept_foreign(name, where_))
            return;
        const Option* option = find_option(name);
        if (option == nullptr || (section_ == Section::port && option->scope != OptionScope::port)) {
            // The ordinary setters know how to say it.
            if (section_ == Section::port)
                into_.set_port(port_, name, value);
            else
                into_.set(name, value);
            return;
        }
        OptionValue accepted = into_.accept(*option, value, where_);
        if (section_ == Section::global) {
            into_.store(*option, std::move(accepted));
            return;
        }
        for (auto& port : into_.ports_)
            if (port.name == port_)
                port.values.insert_or_assign(option, std::move(accepted));
    }

    void table_setting(std::string_view name, std::string_view value) {
        if (same(name, "table_id")) {
            table_.table_id = whole_number(name, value, 1, std::numeric_limits<std::int32_t>::max());
            return;
        }
        if (table_.table_id == 0)
            throw Failure(WST_E_PARSE, "a unicast table begins with its table_id");
        if (same(name, "logQueryInterval"))
            table_.logQueryInterval = static_cast<std::int8_t>(whole_number(name, value, -128, 127));
        else if (same(name, "UDPv4"))
            table_.masters.push_back(master_address(name, value, Family::ipv4));
        else if (same(name, "UDPv6"))
            table_.masters.push_back(master_address(name, value, Family::ipv6));
        else if (same(name, "peer_address"))
            table_.peer_address = master_address(name, value, Family::none);
        else if (same(name, "L2"))
            throw Failure(WST_E_NOT_SUPPORTED,
                          "L2 masters are not supported: Wirestamp speaks PTP over UDP only");
        else
            throw Failure(WST_E_UNKNOWN_OPTION, quoted(name) +
                                                    " does not belong in a unicast table; it holds table_id, "
                                                    "logQueryInterval, UDPv4, UDPv6 and peer_address");
    }

    void finish_table() {
        if (section_ != Section::table)
            return;
        section_ = Section::none;
        try {
            if (table_.table_id == 0)
                throw Failure(WST_E_PARSE, "this unicast table has no table_id");
            into_.add_unicast_table(std::move(table_));
        } catch (const Failure& failure) {
            throw Failure(WST_E_PARSE, table_line_ + ": " + failure.what());
        }
        table_ = UnicastTable{};
    }

    Configuration& into_;
    std::string filename_;
    std::string where_, table_line_;
    std::size_t line_number_ = 0;
    Section section_ = Section::none;
    std::string port_;
    UnicastTable table_;
};

void Configuration::read_file_text(std::string_view text, std::string_view filename) {
    Configuration draft = *this;
    ConfigurationReader(draft, filename).read(text);
    *this = std::move(draft);
}

} // namespace wirestamp::ptp
