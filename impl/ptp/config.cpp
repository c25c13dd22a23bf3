// SPDX-License-Identifier: Apache-2.0

#include "impl/ptp/config.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/ptp/profiles.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::size_t most_ports = 1024;
constexpr std::size_t most_tables = 1024;
constexpr std::size_t most_masters = 1024;
constexpr std::size_t most_warnings = 256;

const Option& require_option(std::string_view name) {
    if (const Option* option = find_option(name))
        return *option;
    throw Failure(WST_E_UNKNOWN_OPTION, "there is no option " + quoted(name) + "; did you mean " +
                                            quoted(nearest_option(name)) + "?");
}

} // namespace

/// Once for each option: a file that repeats it for every port is understood the first time.
void Configuration::warn(std::string_view where, std::string_view name, std::string_view reason) {
    if (!warned_.insert(std::string(name)).second || warnings_.size() == most_warnings)
        return;
    const std::string place = where.empty() ? "" : std::string(where) + ": ";
    warnings_.push_back(place + quoted(name) + " has no effect: " + std::string(reason));
}

OptionValue Configuration::accept(const Option& option, std::string_view value, std::string_view where) {
    OptionValue parsed = parse_value(option, value);
    // Files often spell out defaults, linuxptp's or ours; a warning about those would only be noise.
    if (option.effect == OptionEffect::ignored && parsed != default_value(option) &&
        (option.linuxptp.empty() || value != option.linuxptp))
        warn(where, option.name, option.reason);
    return parsed;
}

/// ts2phc reads the same files, and ptp4l knows its options without using them.
bool Configuration::accept_foreign(std::string_view name, std::string_view where) {
    if (!name.starts_with("ts2phc."))
        return false;
    warn(where, name, "it is an option of ts2phc");
    return true;
}

void Configuration::store(const Option& option, OptionValue value) {
    if (option.name == "profile") {
        Values moved;
        for (const ProfileSetting& setting : find_profile(std::get<std::string>(value))->settings) {
            const Option& of = require_option(setting.option);
            moved.insert_or_assign(&of, parse_value(of, setting.value));
        }
        profile_ = std::move(moved);
    }
    values_.insert_or_assign(&option, std::move(value));
}

void Configuration::set(std::string_view name, std::string_view value) {
    if (accept_foreign(name, {}))
        return;
    const Option& option = require_option(name);
    store(option, accept(option, value, {}));
}

void Configuration::set_port(std::string_view port, std::string_view name, std::string_view value) {
    const auto at = static_cast<std::size_t>(&require_port(port) - ports_.data());
    if (accept_foreign(name, {}))
        return;
    const Option& option = require_option(name);
    if (option.scope != OptionScope::port)
        throw Failure(WST_E_INVALID_ARGUMENT, std::string(option.name) +
                                                  " belongs to the clock, not to the port " + quoted(port) +
                                                  "; set it without a port, or in the [global] section");
    ports_[at].values.insert_or_assign(&option, accept(option, value, {}));
}

void Configuration::add_port(std::string_view interface_name) {
    if (interface_name.empty() || interface_name.size() > 255 ||
        std::any_of(interface_name.begin(), interface_name.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '[' || c == ']'; }))
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "a port needs the name of an interface, of 1 to 255 printable characters, not " +
                          quoted(interface_name));
    if (has_port(interface_name))
        return;
    if (ports_.size() == most_ports)
        throw Failure(WST_E_LIMIT, "a clock has at most 1024 ports");
    ports_.push_back({std::string(interface_name), {}});
}

void Configuration::add_unicast_table(UnicastTable table) {
    if (table.table_id < 1)
        throw Failure(WST_E_RANGE, "table_id " + std::to_string(table.table_id) + " must be 1 or more");
    if (std::any_of(tables_.begin(), tables_.end(),
                    [&](const UnicastTable& other) { return other.table_id == table.table_id; }))
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "table_id " + std::to_string(table.table_id) + " is used twice");
    if (tables_.size() == most_tables || table.masters.size() > most_masters)
        throw Failure(WST_E_LIMIT, "there are at most 1024 unicast tables of at most 1024 masters");
    tables_.push_back(std::move(table));
}

const Configuration::Port* Configuration::find_port(std::string_view name) const noexcept {
    for (const Port& port : ports_)
        if (port.name == name)
            return &port;
    return nullptr;
}

const Configuration::Port& Configuration::require_port(std::string_view name) const {
    if (const Port* port = find_port(name))
        return *port;
    throw Failure(WST_E_NOT_FOUND, "there is no port " + quoted(name) + "; add it first");
}

bool Configuration::has_port(std::string_view port) const noexcept {
    return find_port(port) != nullptr;
}

std::vector<std::string> Configuration::ports() const {
    std::vector<std::string> names;
    for (const Port& port : ports_)
        names.push_back(port.name);
    return names;
}

const OptionValue& Configuration::lookup(const Option& option, const Port* port) const {
    static const std::map<const Option*, OptionValue> defaults = [] {
        std::map<const Option*, OptionValue> all;
        for (const Option& row : options())
            all.emplace(&row, default_value(row));
        return all;
    }();
    if (port != nullptr)
        if (const auto found = port->values.find(&option); found != port->values.end())
            return found->second;
    if (const auto found = values_.find(&option); found != values_.end())
        return found->second;
    if (const auto found = profile_.find(&option); found != profile_.end())
        return found->second;
    return defaults.at(&option);
}

std::string Configuration::get(std::string_view name) const {
    const Option& option = require_option(name);
    return format_value(option, lookup(option, nullptr));
}

std::string Configuration::get_port(std::string_view port, std::string_view name) const {
    const Port& of = require_port(port);
    const Option& option = require_option(name);
    return format_value(option, lookup(option, &of));
}

bool Configuration::is_set(std::string_view name) const {
    return values_.contains(&require_option(name));
}

std::vector<Configuration::Setting> Configuration::settings() const {
    std::vector<Setting> all;
    for (const auto& [option, value] : values_)
        all.push_back({{}, std::string(option->name), format_value(*option, value)});
    for (const Port& port : ports_)
        for (const auto& [option, value] : port.values)
            all.push_back({port.name, std::string(option->name), format_value(*option, value)});
    return all;
}

std::string Configuration::tables_text() const {
    const auto address = [](const Address& from) {
        return (from.family == Family::ipv6 ? "UDPv6 " : "UDPv4 ") + to_text(from) + "\n";
    };
    std::string text;
    for (const UnicastTable& table : tables_) {
        text += "[unicast_master_table]\ntable_id " + std::to_string(table.table_id) + "\nlogQueryInterval " +
                std::to_string(table.logQueryInterval) + "\n";
        if (table.peer_address)
            text += "peer_address " + to_text(*table.peer_address) + "\n";
        for (const Address& master : table.masters)
            text += address(master);
    }
    return text;
}

const OptionValue& Configuration::typed(std::string_view name, std::string_view port) const {
    return lookup(require_option(name), port.empty() ? nullptr : &require_port(port));
}

bool Configuration::flag(std::string_view name, std::string_view port) const {
    return std::get<std::int64_t>(typed(name, port)) != 0;
}

std::int64_t Configuration::integer(std::string_view name, std::string_view port) const {
    return std::get<std::int64_t>(typed(name, port));
}

double Configuration::real(std::string_view name, std::string_view port) const {
    return std::get<double>(typed(name, port));
}

std::string Configuration::text(std::string_view name, std::string_view port) const {
    return port.empty() ? get(name) : get_port(port, name);
}

} // namespace wirestamp::ptp
