// SPDX-License-Identifier: Apache-2.0
//
// Every row of the option table is put to its limits: the table itself is the list of cases.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cfloat>
#include <set>
#include <string>

#include "impl/ptp/config.hpp"
#include "impl/ptp/profiles.hpp"
#include "tests/unit/ptp/config/failing.hpp"

using namespace wirestamp::ptp;

namespace {

std::string name_of(const Option& option) {
    return std::string(option.name);
}

/// A legal text of every form, other than all defaults.
std::string another_text(TextForm form) {
    switch (form) {
        case TextForm::anything:
            return "some words";
        case TextForm::path:
            return "/run/ptp socket";
        case TextForm::ipv4:
            return "239.1.2.3";
        case TextForm::ipv6:
            return "ff05::181";
        case TextForm::mac:
            return "01:02:03:04:05:06";
        case TextForm::address_list:
            return "192.0.2.1, 2001:db8::1";
        case TextForm::clock_identity:
            return "001122.fffe.334455";
        case TextForm::identity_list:
            return "001122.fffe.334455 001122.fffe.334456-2";
        case TextForm::organization:
            return "00:1b:19";
        case TextForm::profile_identity:
            return "00:1b:19:00:01:00";
        case TextForm::product:
            return "maker;model;7";
        case TextForm::revision:
            return "1;2;3";
        case TextForm::user:
            return "Uhr;Köln";
        case TextForm::profile:
            return "aes67";
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_options)

BOOST_AUTO_TEST_CASE(names_are_unique_sorted_and_found) {
    std::set<std::string> names;
    for (const Option& option : options()) {
        BOOST_TEST(names.insert(name_of(option)).second, name_of(option));
        BOOST_TEST(find_option(option.name) == &option, name_of(option));
        BOOST_TEST(!option.description.empty(), name_of(option));
        BOOST_TEST((option.effect == OptionEffect::full) == option.reason.empty(), name_of(option));
    }
    for (const OptionAlias& alias : option_aliases()) {
        BOOST_TEST(names.insert(std::string(alias.name)).second, alias.name);
        BOOST_TEST(find_option(alias.name) == find_option(alias.option), alias.name);
        BOOST_TEST(find_option(alias.option) != nullptr, alias.name);
    }
    BOOST_TEST(find_option("") == nullptr);
    BOOST_TEST(find_option("PRIORITY1") == nullptr);
}

BOOST_AUTO_TEST_CASE(defaults_are_allowed_and_read_back) {
    Configuration configuration;
    for (const Option& option : options()) {
        const std::string shown = configuration.get(option.name);
        BOOST_TEST(shown == option_text(option).default_value, name_of(option));
        configuration.set(option.name, shown);
        BOOST_TEST(configuration.get(option.name) == shown, name_of(option));
        if (!option.linuxptp.empty() && option.name != "clock_discipline")
            BOOST_CHECK_NO_THROW(configuration.set(option.name, option.linuxptp));
    }
    BOOST_TEST(configuration.warnings().size() == 0U);
}

BOOST_AUTO_TEST_CASE(defaults_are_those_of_linuxptp) {
    const Configuration configuration;
    constexpr std::array<std::array<const char*, 2>, 33> known{{
        {"priority1", "128"},
        {"priority2", "128"},
        {"clockClass", "248"},
        {"clockAccuracy", "0xfe"},
        {"offsetScaledLogVariance", "0xffff"},
        {"domainNumber", "0"},
        {"twoStepFlag", "1"},
        {"maxStepsRemoved", "255"},
        {"clock_class_threshold", "248"},
        {"utc_offset", "37"},
        {"timeSource", "0xa0"},
        {"ptp_minor_version", "1"},
        {"logAnnounceInterval", "1"},
        {"announceReceiptTimeout", "3"},
        {"logSyncInterval", "0"},
        {"logMinDelayReqInterval", "0"},
        {"logMinPdelayReqInterval", "0"},
        {"network_transport", "UDPv4"},
        {"delay_mechanism", "E2E"},
        {"udp_ttl", "1"},
        {"udp6_scope", "0xe"},
        {"unicast_req_duration", "3600"},
        {"fault_reset_interval", "4"},
        {"fault_badpeernet_interval", "16"},
        {"neighborPropDelayThresh", "20000000"},
        {"min_neighbor_prop_delay", "-20000000"},
        {"allowedLostResponses", "3"},
        {"first_step_threshold", "2e-05"},
        {"step_threshold", "0"},
        {"max_frequency", "900000000"},
        {"sanity_freq_limit", "200000000"},
        {"pi_proportional_exponent", "-0.3"},
        {"pi_integral_norm_max", "0.3"},
    }};
    for (const auto& [name, value] : known)
        BOOST_TEST(configuration.get(name) == value, name);
}

BOOST_AUTO_TEST_CASE(numbers_keep_their_limits) {
    for (const Option& option : options()) {
        if (option.type != OptionType::integer || option.effect == OptionEffect::fixed)
            continue;
        Configuration configuration;
        for (const std::int64_t good : {option.minimum, option.maximum}) {
            configuration.set(option.name, std::to_string(good));
            BOOST_TEST(configuration.integer(option.name) == good, name_of(option));
            const std::string shown = configuration.get(option.name);
            configuration.set(option.name, shown);
            BOOST_TEST(configuration.integer(option.name) == good, name_of(option)
                                                                       << " read back from " << shown);
        }
        const std::string before = configuration.get(option.name);
        const auto refused = [&](const std::string& value, wst_status status) {
            check_failure([&] { configuration.set(option.name, value); }, status,
                          {name_of(option), "\"" + value.substr(0, 10), option_text(option).allowed});
            BOOST_TEST(configuration.get(option.name) == before, name_of(option));
        };
        refused(std::to_string(option.minimum - 1), WST_E_RANGE);
        if (option.maximum < INT64_MAX)
            refused(std::to_string(option.maximum + 1), WST_E_RANGE);
        for (const char* huge : {"99999999999999999999", "-99999999999999999999", "0xffffffffffffffffff"})
            refused(huge, WST_E_RANGE);
        for (const char* bad : {"", " ", "x", "1x", "1.5", "0x", "--1", "+-1", "1 2", "08", "1e3", "١"})
            refused(bad, WST_E_INVALID_ARGUMENT);
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_read_as_c_reads_them) {
    struct Case {
        const char* text;
        std::int64_t value;
    };
    Configuration configuration;
    for (const Case& c : {Case{"10", 10}, Case{"0x10", 16}, Case{"0X1f", 31}, Case{"010", 8}, Case{"+7", 7},
                          Case{"0", 0}, Case{"00", 0}}) {
        configuration.set("priority1", c.text);
        BOOST_TEST(configuration.integer("priority1") == c.value, c.text);
    }
    configuration.set("logSyncInterval", "-7");
    BOOST_TEST(configuration.integer("logSyncInterval") == -7);
    configuration.set("uds_file_mode", "0600");
    BOOST_TEST(configuration.get("uds_file_mode") == "0600");
    configuration.set("fault_reset_interval", "asap");
    BOOST_TEST(configuration.integer("fault_reset_interval") == -128);
    BOOST_TEST(configuration.get("fault_reset_interval") == "ASAP");
}

BOOST_AUTO_TEST_CASE(flags_are_nought_or_one) {
    for (const Option& option : options()) {
        if (option.type != OptionType::flag || option.effect == OptionEffect::fixed)
            continue;
        Configuration configuration;
        for (const char* yes : {"1", "0x1", "true", "YES", "on"}) {
            configuration.set(option.name, yes);
            BOOST_TEST(configuration.flag(option.name), name_of(option) << " " << yes);
            BOOST_TEST(configuration.get(option.name) == "1");
        }
        for (const char* no : {"0", "false", "No", "off"}) {
            configuration.set(option.name, no);
            BOOST_TEST(!configuration.flag(option.name), name_of(option) << " " << no);
        }
        check_failure([&] { configuration.set(option.name, "2"); }, WST_E_RANGE, {name_of(option), "0 or 1"});
        check_failure([&] { configuration.set(option.name, "-1"); }, WST_E_RANGE, {name_of(option)});
        check_failure([&] { configuration.set(option.name, "maybe"); }, WST_E_INVALID_ARGUMENT,
                      {name_of(option), "\"maybe\""});
    }
}

BOOST_AUTO_TEST_CASE(reals_keep_their_limits) {
    for (const Option& option : options()) {
        if (option.type != OptionType::real)
            continue;
        Configuration configuration;
        for (const double good : {option.real_minimum, option.real_maximum}) {
            configuration.set(option.name, format_real(good));
            BOOST_TEST(configuration.real(option.name) == good, name_of(option));
        }
        if (option.real_minimum >= 0)
            check_failure([&] { configuration.set(option.name, "-0.1"); }, WST_E_RANGE, {name_of(option)});
        if (option.real_maximum < DBL_MAX)
            check_failure([&] { configuration.set(option.name, "2.1"); }, WST_E_RANGE,
                          {name_of(option), "at most"});
        for (const char* bad : {"nan", "inf", "1e999"})
            check_failure([&] { configuration.set(option.name, bad); }, WST_E_RANGE, {name_of(option)});
        for (const char* bad : {"", "x", "1,5", "1.5s", "0x1p3", "--1"})
            check_failure([&] { configuration.set(option.name, bad); }, WST_E_INVALID_ARGUMENT,
                          {name_of(option)});
    }
}

BOOST_AUTO_TEST_CASE(words_are_known_or_named) {
    for (const Option& option : options()) {
        if (option.type != OptionType::word)
            continue;
        Configuration configuration;
        for (const OptionWord& word : option.words) {
            std::string shouted(word.name);
            std::transform(shouted.begin(), shouted.end(), shouted.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            if (word.refused.empty()) {
                configuration.set(option.name, shouted);
                BOOST_TEST(configuration.get(option.name) == word.name);
            } else {
                check_failure([&] { configuration.set(option.name, shouted); }, WST_E_NOT_SUPPORTED,
                              {name_of(option), std::string(word.refused)});
            }
        }
        check_failure([&] { configuration.set(option.name, "nonsense"); }, WST_E_INVALID_ARGUMENT,
                      {name_of(option), "\"nonsense\"", option_text(option).allowed});
    }
}

BOOST_AUTO_TEST_CASE(texts_have_their_form) {
    for (const Option& option : options()) {
        if (option.type != OptionType::text || option.effect == OptionEffect::fixed)
            continue;
        Configuration configuration;
        const std::string good = another_text(option.form);
        configuration.set(option.name, good);
        BOOST_TEST(configuration.get(option.name) == good, name_of(option));
        using namespace std::string_literals;
        for (const std::string& bad : {"a\0b"s, "\xff"s, "\xc3"s, std::string(5000, 'x')})
            BOOST_CHECK_THROW(configuration.set(option.name, bad), wirestamp::Failure);
        if (option.form != TextForm::anything && option.form != TextForm::path &&
            option.form != TextForm::user)
            check_failure([&] { configuration.set(option.name, "wrong; here"); }, WST_E_INVALID_ARGUMENT,
                          {name_of(option), option_text(option).allowed});
        BOOST_TEST(configuration.get(option.name) == good, name_of(option));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_refused_with_its_reason) {
    for (const Option& option : options()) {
        if (option.effect != OptionEffect::fixed)
            continue;
        Configuration configuration;
        const std::string value = option.type == OptionType::flag   ? (option.integer ? "0" : "1")
                                  : option.type == OptionType::text ? "/some/file"
                                                                    : "7";
        check_failure([&] { configuration.set(option.name, value); }, WST_E_NOT_SUPPORTED,
                      {name_of(option), std::string(option.reason)});
    }
}

BOOST_AUTO_TEST_CASE(what_does_nothing_is_told_once) {
    Configuration configuration;
    configuration.add_port("eth0");
    configuration.set_port("eth0", "net_sync_monitor", "1");
    configuration.set("net_sync_monitor", "1");
    configuration.set("ts2phc.pulsewidth", "5");
    configuration.set("use_syslog", "1");
    configuration.set("check_fup_sync", "0");
    BOOST_REQUIRE(configuration.warnings().size() == 2U);
    BOOST_TEST(configuration.warnings()[0].find("net_sync_monitor") != std::string::npos);
    BOOST_TEST(configuration.warnings()[1].find("ts2phc.pulsewidth") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unknown_options_name_the_nearest) {
    struct Case {
        const char* given;
        const char* meant;
    };
    Configuration configuration;
    for (const Case& c :
         {Case{"prioritty1", "priority1"}, Case{"Priority2", "priority2"}, Case{"domain", "domainNumber"},
          Case{"slaveonly", "slaveOnly"}, Case{"logsyncinterval", "logSyncInterval"},
          Case{"delay_mechanisms", "delay_mechanism"}, Case{"clock_sevro", "clock_servo"},
          Case{"logAnounceInterval", "logAnnounceInterval"}, Case{"udp_tll", "udp_ttl"}}) {
        check_failure([&] { configuration.set(c.given, "1"); }, WST_E_UNKNOWN_OPTION,
                      {c.given, "did you mean \"" + std::string(c.meant) + "\""});
        check_failure([&] { configuration.get(c.given); }, WST_E_UNKNOWN_OPTION, {c.meant});
    }
    check_failure([&] { configuration.set("", "1"); }, WST_E_UNKNOWN_OPTION, {"\"\""});
    check_failure([&] { configuration.set(std::string(100000, 'p'), "1"); }, WST_E_UNKNOWN_OPTION, {"ppp…"});
    check_failure([&] { configuration.set("a\nb\x1b[31m\xff", "1"); }, WST_E_UNKNOWN_OPTION,
                  {"a\\x0ab\\x1b[31m\\xff"});
}

BOOST_AUTO_TEST_CASE(ports_take_options_of_ports) {
    Configuration configuration;
    configuration.set("logSyncInterval", "-1");
    configuration.add_port("eth0");
    configuration.add_port("Ethernet 2");
    configuration.add_port("eth0");
    BOOST_TEST(configuration.ports().size() == 2U);
    configuration.set_port("eth0", "logSyncInterval", "-3");
    BOOST_TEST(configuration.get("logSyncInterval") == "-1");
    BOOST_TEST(configuration.get_port("eth0", "logSyncInterval") == "-3");
    BOOST_TEST(configuration.get_port("Ethernet 2", "logSyncInterval") == "-1");
    BOOST_TEST(configuration.get_port("eth0", "priority1") == "128");
    check_failure([&] { configuration.set_port("eth0", "priority1", "1"); }, WST_E_INVALID_ARGUMENT,
                  {"priority1", "clock", "[global]"});
    check_failure([&] { configuration.set_port("eth9", "logSyncInterval", "1"); }, WST_E_NOT_FOUND,
                  {"\"eth9\""});
    check_failure([&] { configuration.get_port("eth9", "logSyncInterval"); }, WST_E_NOT_FOUND, {"\"eth9\""});
    check_failure([&] { configuration.set_port("eth0", "logsync", "1"); }, WST_E_UNKNOWN_OPTION,
                  {"logSyncInterval"});
    for (const std::string& bad :
         {std::string(), std::string("a\nb"), std::string(256, 'e'), std::string("[x]")})
        check_failure([&] { configuration.add_port(bad); }, WST_E_INVALID_ARGUMENT, {"interface"});
    for (int i = 2; i < 1024; ++i)
        configuration.add_port("port" + std::to_string(i));
    check_failure([&] { configuration.add_port("one more"); }, WST_E_LIMIT, {"1024"});
}

BOOST_AUTO_TEST_CASE(older_names_mean_the_same) {
    Configuration configuration;
    configuration.set("slaveOnly", "1");
    BOOST_TEST(configuration.flag("clientOnly"));
    BOOST_TEST(configuration.get("slaveOnly") == "1");
    BOOST_TEST(configuration.is_set("clientOnly"));
    configuration.add_port("eth0");
    configuration.set_port("eth0", "masterOnly", "1");
    BOOST_TEST(configuration.flag("serverOnly", "eth0"));
    configuration.set("majorSdoId", "1");
    BOOST_TEST(configuration.get("transportSpecific") == "0x1");
}

BOOST_AUTO_TEST_CASE(the_reference_knows_every_option) {
    const std::string markdown = option_reference();
    const std::string help = option_help(80);
    for (const Option& option : options()) {
        BOOST_TEST(markdown.find("| `" + name_of(option) + "` |") != std::string::npos, name_of(option));
        BOOST_TEST(help.find("  " + name_of(option) + "  [") != std::string::npos, name_of(option));
    }
    for (const Profile& profile : profiles())
        BOOST_TEST(markdown.find("### " + std::string(profile.name)) != std::string::npos);
    std::size_t from = 0;
    while (from < help.size()) {
        const std::size_t end = help.find('\n', from);
        BOOST_TEST(end - from <= 80U + 24U, help.substr(from, end - from));
        from = end + 1;
    }
}

BOOST_AUTO_TEST_SUITE_END()
