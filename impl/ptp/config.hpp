// SPDX-License-Identifier: Apache-2.0
//
// The configuration of a PTP clock by name and value: what wst_ptp_config_* and a ptp4l.conf fill in. A value
// is looked up from the port to the clock to the profile to the table's default, so that a profile and single
// options may come in any order.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/ptp/config_option.hpp"
#include "impl/ptp/config_value.hpp"
#include "impl/ptp/engine_config.hpp"

namespace wirestamp::ptp {

/// One [unicast_master_table] section.
struct UnicastTable {
    std::int64_t table_id = 0;
    std::int8_t logQueryInterval = 0;
    std::vector<Address> masters; // best first
    std::optional<Address> peer_address;
};

/// Every member that reports an error throws Failure and has changed nothing.
class Configuration {
public:
    void set(std::string_view name, std::string_view value);
    void set_port(std::string_view port, std::string_view name, std::string_view value);
    /// A port that is there already keeps its place and its options.
    void add_port(std::string_view interface_name);
    void add_unicast_table(UnicastTable table);
    /// `filename` is only what messages call the text.
    void read_file_text(std::string_view text, std::string_view filename);

    std::string get(std::string_view name) const;
    std::string get_port(std::string_view port, std::string_view name) const;
    /// Set by the user on the clock, not by a profile or by default.
    bool is_set(std::string_view name) const;

    // By the names of the table; a wrong name or type is a defect of the caller.
    bool flag(std::string_view name, std::string_view port = {}) const;
    std::int64_t integer(std::string_view name, std::string_view port = {}) const;
    double real(std::string_view name, std::string_view port = {}) const;
    std::string text(std::string_view name, std::string_view port = {}) const;

    /// What the user set, in words that set() and set_port() take; `port` is empty for the clock.
    struct Setting {
        std::string port, name, value;
    };
    std::vector<Setting> settings() const;
    /// The unicast tables as a file has them.
    std::string tables_text() const;

    std::vector<std::string> ports() const;
    bool has_port(std::string_view port) const noexcept;
    std::span<const UnicastTable> unicast_tables() const noexcept { return tables_; }
    /// What was accepted but does nothing here, in words, with file and line where there is one.
    std::span<const std::string> warnings() const noexcept { return warnings_; }

private:
    friend class ConfigurationReader;
    using Values = std::map<const Option*, OptionValue>;

    struct Port {
        std::string name;
        Values values;
    };

    const Port* find_port(std::string_view name) const noexcept;
    const Port& require_port(std::string_view name) const;
    const OptionValue& lookup(const Option& option, const Port* port) const;
    const OptionValue& typed(std::string_view name, std::string_view port) const;
    OptionValue accept(const Option& option, std::string_view value, std::string_view where);
    bool accept_foreign(std::string_view name, std::string_view where);
    void warn(std::string_view where, std::string_view name, std::string_view reason);
    void store(const Option& option, OptionValue value);

    Values values_;
    Values profile_;
    std::vector<Port> ports_;
    std::vector<UnicastTable> tables_;
    std::vector<std::string> warnings_;
    std::set<std::string> warned_;
};

/// The part of a configuration that the protocol needs. Throws Failure (WST_E_INVALID_ARGUMENT) where options
/// contradict each other. Addresses, identity and stamping of the ports are the runtime's to fill in.
EngineConfig to_engine_config(const Configuration& configuration);

} // namespace wirestamp::ptp
