// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <random>
#include <string>

#include "impl/ptp/config.hpp"
#include "tests/unit/ptp/config/failing.hpp"

using namespace wirestamp::ptp;

namespace {

Configuration read(std::string_view text) {
    Configuration configuration;
    configuration.read_file_text(text, "ptp4l.conf");
    return configuration;
}

constexpr std::string_view telecom_slave = R"(
# A slave of two unicast masters.
[global]
dataset_comparison      G.8275.x
G.8275.defaultDS.localPriority  120
domainNumber            44
slaveOnly               1
clockClass              0xff
hybrid_e2e              1
inhibit_multicast_service 1
unicast_req_duration    60
time_stamping           hardware
tx_timestamp_timeout    30
first_step_threshold    0.00002
logging_level           6
use_syslog              1
uds_address             /var/run/ptp4l
userDescription         Rack 7; Köln

[unicast_master_table]
table_id                1
logQueryInterval        2
UDPv4                   192.0.2.11
UDPv4                   192.0.2.12

[unicast_master_table]
table_id                2
peer_address            2001:db8::44
UDPv6                   2001:db8::44

[eth0]
unicast_master_table    1

[eth1]
network_transport       UDPv6
delay_mechanism         P2P
unicast_master_table    2
)";

constexpr std::string_view boundary_clock = R"([global]
clock_type		BC
boundary_clock_jbod	1
fault_reset_interval	-128
summary_interval	-4
[ens1f0]
masterOnly		0
[ens1f1]
masterOnly		1
delay_mechanism	Auto
[ens1f2]
masterOnly		1
)";

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_configuration_file)

BOOST_AUTO_TEST_CASE(a_telecom_slave) {
    const Configuration configuration = read(telecom_slave);
    BOOST_TEST(configuration.ports().size() == 2U);
    BOOST_TEST(configuration.flag("clientOnly"));
    BOOST_TEST(configuration.integer("clockClass") == 255);
    BOOST_TEST(configuration.get("dataset_comparison") == "G.8275.x");
    BOOST_TEST(configuration.get("userDescription") == "Rack 7; Köln");
    BOOST_TEST(configuration.get("uds_address") == "/var/run/ptp4l");
    BOOST_TEST(configuration.get_port("eth1", "network_transport") == "UDPv6");
    BOOST_REQUIRE(configuration.unicast_tables().size() == 2U);
    const UnicastTable& first = configuration.unicast_tables()[0];
    BOOST_TEST(first.table_id == 1);
    BOOST_TEST(int{first.logQueryInterval} == 2);
    BOOST_REQUIRE(first.masters.size() == 2U);
    BOOST_TEST(to_text(first.masters[1]) == "192.0.2.12");
    BOOST_TEST(!first.peer_address.has_value());
    BOOST_TEST(to_text(*configuration.unicast_tables()[1].peer_address) == "2001:db8::44");
    BOOST_TEST(configuration.warnings().size() == 0U);

    const EngineConfig engine = to_engine_config(configuration);
    BOOST_TEST(engine.ports.at(0).unicast_masters.size() == 2U);
    BOOST_TEST(int{engine.ports.at(0).logQueryInterval} == 2);
    BOOST_TEST(to_text(engine.ports.at(1).peer_address) == "2001:db8::44");
}

BOOST_AUTO_TEST_CASE(a_boundary_clock) {
    const Configuration configuration = read(boundary_clock);
    BOOST_TEST(configuration.ports() == (std::vector<std::string>{"ens1f0", "ens1f1", "ens1f2"}),
               boost::test_tools::per_element());
    BOOST_TEST(!configuration.flag("serverOnly", "ens1f0"));
    BOOST_TEST(configuration.flag("serverOnly", "ens1f1"));
    BOOST_TEST(configuration.get_port("ens1f1", "delay_mechanism") == "Auto");
    BOOST_TEST(configuration.get("fault_reset_interval") == "ASAP");
    BOOST_TEST(configuration.get("summary_interval") == "-4");
}

BOOST_AUTO_TEST_CASE(lines_as_ptp4l_reads_them) {
    struct Case {
        const char* text;
        const char* priority1;
    };
    for (const Case& c : {
             Case{"[global]\npriority1 7\n", "7"},
             Case{"[global]\npriority1 7", "7"},
             Case{"[global]\r\npriority1 7\r\n", "7"},
             Case{"\xef\xbb\xbf[global]\npriority1 7\n", "7"},
             Case{"\n\n  [GLOBAL]  \n\t priority1\t \t7  \t\n\n", "7"},
             Case{"# a\n  # b\n[global]\n#priority1 8\npriority1 7\n", "7"},
             Case{"[global] # the clock\npriority1 7\n", "7"},
             Case{"[global\npriority1 7\n", "7"},
             Case{"[ global ]\npriority1 7\n", "7"},
             Case{"[global]\npriority1 8\npriority1 7\n", "7"},
             Case{"[global]\npriority1 8\n[eth0]\n[global]\npriority1 7\n", "7"},
             Case{"", "128"},
             Case{"\n \t\r\n", "128"},
             Case{"[eth0]\n", "128"},
         }) {
        BOOST_TEST(read(c.text).get("priority1") == c.priority1, c.text);
    }
    BOOST_TEST(read("[Ethernet 2]\nlogSyncInterval -2\n").get_port("Ethernet 2", "logSyncInterval") == "-2");
    const Configuration twice = read("[eth0]\nudp_ttl 2\n[eth1]\n[eth0]\nlogSyncInterval 1\n");
    BOOST_TEST(twice.ports().size() == 2U);
    BOOST_TEST(twice.get_port("eth0", "udp_ttl") == "2");
    BOOST_TEST(twice.get_port("eth0", "logSyncInterval") == "1");
}

BOOST_AUTO_TEST_CASE(mistakes_are_named_with_their_line) {
    struct Case {
        std::string_view text;
        std::initializer_list<std::string> words;
    };
    using namespace std::string_view_literals;
    const std::array cases{
        Case{"priority1 1\n", {"ptp4l.conf:1: ", "\"priority1\"", "[global]"}},
        Case{"[global]\n\npriority1\n", {"ptp4l.conf:3: ", "\"priority1\" has no value"}},
        Case{"[global]\npriority1 256\n", {"ptp4l.conf:2: ", "priority1", "\"256\"", "0 to 255"}},
        Case{"[global]\npriority1 1 # low\n", {"ptp4l.conf:2: ", "a comment needs a line of its own"}},
        Case{"[global]\npriorty1 1\n", {"ptp4l.conf:2: ", "did you mean \"priority1\""}},
        Case{"[eth0]\npriority1 1\n", {"ptp4l.conf:2: ", "belongs to the clock", "\"eth0\""}},
        Case{"[eth0]\nnonsense 1\n", {"ptp4l.conf:2: ", "no option \"nonsense\""}},
        Case{"[eth0]\nnetwork_transport L2\n", {"ptp4l.conf:2: ", "\"L2\"", "UDPv4, UDPv6"}},
        Case{"[global]\ntwoStepFlag 0\n", {"ptp4l.conf:2: ", "two-step"}},
        Case{"[global]\nsa_file /etc/keys\n", {"ptp4l.conf:2: ", "authenticated"}},
        Case{"[]\n", {"ptp4l.conf:1: ", "name of an interface"}},
        Case{"[global] priority1 1\n", {"ptp4l.conf:1: ", "belongs on the next line"}},
        Case{"[global]\npriority1 1\0\n"sv, {"ptp4l.conf:2: ", "zero byte"}},
        Case{"[unicast_master_table]\nUDPv4 192.0.2.1\n", {"ptp4l.conf:2: ", "table_id"}},
        Case{"[unicast_master_table]\n[eth0]\n", {"ptp4l.conf:1: ", "no table_id"}},
        Case{"[unicast_master_table]\n", {"ptp4l.conf:1: ", "no table_id"}},
        Case{"[unicast_master_table]\ntable_id 0\n", {"ptp4l.conf:2: ", "table_id", "1 to"}},
        Case{"[unicast_master_table]\ntable_id 1\nL2 00:11:22:33:44:55\n",
             {"ptp4l.conf:3: ", "L2", "UDP only"}},
        Case{"[unicast_master_table]\ntable_id 1\nUDPv4 2001:db8::1\n", {"ptp4l.conf:3: ", "IPv4 address"}},
        Case{"[unicast_master_table]\ntable_id 1\nUDPv6 192.0.2.1\n", {"ptp4l.conf:3: ", "IPv6 address"}},
        Case{"[unicast_master_table]\ntable_id 1\nUDPv4 ptp.example.org\n", {"ptp4l.conf:3: ", "numeric"}},
        Case{"[unicast_master_table]\ntable_id 1\nlogQueryInterval 999\n", {"ptp4l.conf:3: ", "-128 to 127"}},
        Case{"[unicast_master_table]\ntable_id 1\npriority1 1\n", {"ptp4l.conf:3: ", "does not belong"}},
        Case{"[unicast_master_table]\ntable_id 1\n[unicast_master_table]\ntable_id 1\n",
             {"ptp4l.conf:3: ", "table_id 1 is used twice"}},
    };
    for (const Case& c : cases) {
        Configuration configuration;
        configuration.set("priority1", "77");
        check_failure([&] { configuration.read_file_text(c.text, "ptp4l.conf"); }, WST_E_PARSE, c.words);
        // All or nothing: what stood before the mistake is not taken either.
        BOOST_TEST(configuration.get("priority1") == "77");
        BOOST_TEST(configuration.ports().empty());
        BOOST_TEST(configuration.unicast_tables().empty());
    }
}

BOOST_AUTO_TEST_CASE(warnings_name_the_line) {
    const Configuration configuration =
        read("[global]\nuse_syslog 1\ncheck_fup_sync 1\nts2phc.pulsewidth 5\n[eth0]\ninterface_rate_tlv 1\n");
    BOOST_REQUIRE(configuration.warnings().size() == 3U);
    BOOST_TEST(configuration.warnings()[0].find("ptp4l.conf:3: \"check_fup_sync\"") == 0U);
    BOOST_TEST(configuration.warnings()[1].find("ptp4l.conf:4: \"ts2phc.pulsewidth\"") == 0U);
    BOOST_TEST(configuration.warnings()[2].find("ptp4l.conf:6: \"interface_rate_tlv\"") == 0U);
}

BOOST_AUTO_TEST_CASE(later_texts_and_settings_prevail) {
    Configuration configuration = read("[global]\npriority1 1\npriority2 2\n");
    configuration.read_file_text("[global]\npriority1 3\n", "second");
    configuration.set("priority2", "4");
    BOOST_TEST(configuration.get("priority1") == "3");
    BOOST_TEST(configuration.get("priority2") == "4");
}

BOOST_AUTO_TEST_CASE(what_is_got_can_be_set_again) {
    const Configuration first = read(telecom_slave);
    Configuration second;
    for (const Option& option : options())
        second.set(option.name, first.get(option.name));
    for (const Option& option : options())
        BOOST_TEST(second.get(option.name) == first.get(option.name), option.name);
}

BOOST_AUTO_TEST_CASE(rubbish_is_refused_in_words) {
    const std::string seeds[] = {std::string(telecom_slave), std::string(boundary_clock)};
    std::mt19937_64 random(20240229);
    unsigned refused = 0;
    for (int round = 0; round < 4000; ++round) {
        std::string text = seeds[static_cast<std::size_t>(round) % 2];
        const auto changes = 1 + random() % 8;
        for (std::uint64_t change = 0; change < changes; ++change) {
            const std::size_t at = random() % text.size();
            switch (random() % 5) {
                case 0:
                    text[at] = static_cast<char>(random());
                    break;
                case 1:
                    text.insert(at, 1, "[]#\n\t -0x\0\xff"[random() % 12]);
                    break;
                case 2:
                    text.erase(at, 1 + random() % 40);
                    break;
                case 3:
                    text.insert(at, text.substr(random() % text.size(), random() % 60));
                    break;
                default:
                    text.resize(at + 1);
            }
            if (text.empty())
                text = "x";
        }
        Configuration configuration;
        try {
            configuration.read_file_text(text, "f");
            to_engine_config(configuration);
        } catch (const wirestamp::Failure& failure) {
            ++refused;
            const std::string message = failure.what();
            BOOST_TEST_REQUIRE(!message.empty());
            BOOST_TEST_REQUIRE(
                (failure.status() == WST_E_PARSE || failure.status() == WST_E_INVALID_ARGUMENT), message);
            for (const char c : message)
                BOOST_TEST_REQUIRE(static_cast<unsigned char>(c) >= 0x20, message);
            if (failure.status() == WST_E_PARSE)
                BOOST_TEST_REQUIRE(configuration.ports().empty());
        }
    }
    BOOST_TEST(refused > 1000U);
}

BOOST_AUTO_TEST_CASE(size_is_bounded) {
    Configuration configuration;
    check_failure([&] { configuration.read_file_text(std::string((4U << 20U) + 1, '#'), "big"); },
                  WST_E_LIMIT, {"big", "4 MiB"});
    std::string many;
    for (int i = 0; i < 1025; ++i)
        many += "[port" + std::to_string(i) + "]\n";
    check_failure([&] { configuration.read_file_text(many, "many"); }, WST_E_PARSE,
                  {"many:1025: ", "1024 ports"});
    std::string repeated = "[global]\n";
    for (int i = 0; i < 2000; ++i)
        repeated += "ts2phc.x" + std::to_string(i) + " 1\n";
    configuration.read_file_text(repeated, "warnings");
    BOOST_TEST(configuration.warnings().size() <= 256U);
}

BOOST_AUTO_TEST_SUITE_END()
