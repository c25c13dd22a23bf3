// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "impl/ptp/config.hpp"
#include "tests/unit/ptp/config/failing.hpp"

using namespace wirestamp::ptp;

namespace {

Configuration one_port() {
    Configuration configuration;
    configuration.add_port("eth0");
    return configuration;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_engine_configuration)

BOOST_AUTO_TEST_CASE(defaults_are_the_engines_own) {
    const EngineConfig engine = to_engine_config(one_port());
    const EngineConfig bare;
    BOOST_TEST(int{engine.priority1} == int{bare.priority1});
    BOOST_TEST((engine.clockQuality == bare.clockQuality));
    BOOST_TEST(engine.maxStepsRemoved == bare.maxStepsRemoved);
    BOOST_TEST(engine.currentUtcOffset == bare.currentUtcOffset);
    BOOST_TEST(engine.time_flags == bare.time_flags);
    BOOST_TEST(engine.foreign_master_capacity == bare.foreign_master_capacity);
    BOOST_TEST(!engine.acceptable_master_table_enabled);
    BOOST_TEST(!engine.network_set_allowed);
    const PortConfig& port = engine.ports.at(0);
    const PortConfig plain;
    BOOST_TEST(port.interface_name == "eth0");
    BOOST_TEST(int{port.logAnnounceInterval} == int{plain.logAnnounceInterval});
    BOOST_TEST(int{port.announceReceiptTimeout} == int{plain.announceReceiptTimeout});
    BOOST_TEST((port.delay_mechanism == plain.delay_mechanism));
    BOOST_TEST(port.neighborPropDelayThresh == plain.neighborPropDelayThresh);
    BOOST_TEST(port.min_neighbor_prop_delay == plain.min_neighbor_prop_delay);
    BOOST_TEST(port.fault_badpeernet_interval == plain.fault_badpeernet_interval);
    BOOST_TEST(port.transmit_stamp_timeout == plain.transmit_stamp_timeout);
    BOOST_TEST(port.unicast_max_clients == plain.unicast_max_clients);
    BOOST_TEST(port.unicast_max_messages == plain.unicast_max_messages);
    BOOST_TEST(port.unicast_req_duration == plain.unicast_req_duration);
    BOOST_TEST(int{port.ptp_minor_version} == int{plain.ptp_minor_version});
    BOOST_TEST(port.minor_version_fallback == plain.minor_version_fallback);
    BOOST_TEST(port.delay_request_variability == plain.delay_request_variability);
}

BOOST_AUTO_TEST_CASE(each_option_arrives) {
    Configuration configuration = one_port();
    configuration.read_file_text(R"([global]
clockIdentity 001122.fffe.334455
domainNumber 3
minorSdoId 0x12
priority1 1
priority2 2
clockClass 6
clockAccuracy 0x21
offsetScaledLogVariance 0x4e5d
gmCapable 0
maxStepsRemoved 9
clock_class_threshold 7
dataset_comparison G.8275.x
G.8275.defaultDS.localPriority 4
utc_offset 38
timeSource 0x20
currentUtcOffsetValid 1
timeTraceable 1
frequencyTraceable 1
leap61 1
acceptable_masters aabbcc.fffe.000001 aabbcc.fffe.000002-3
assume_two_step 1
management_udp_set 1
max_foreign_masters 5
userDescription here;there
tx_timestamp_timeout 250
[eth0]
network_transport UDPv6
delay_mechanism P2P
logAnnounceInterval -1
announceReceiptTimeout 4
logSyncInterval -2
logMinDelayReqInterval -3
logMinPdelayReqInterval -4
syncReceiptTimeout 5
delayAsymmetry -3
ingressLatency 100
egressLatency 200
neighborPropDelayThresh 800
min_neighbor_prop_delay -7
allowedLostResponses 9
asCapable true
fault_reset_interval ASAP
fault_badpeernet_interval 2
follow_up_info 1
path_trace_enabled 1
serverOnly 1
ignore_transport_specific 1
transportSpecific 1
G.8275.portDS.localPriority 5
ptp_minor_version 0
minor_version_fallback 0
unicast_listen 1
unicast_masters 2001:db8::1 2001:db8::2
logQueryInterval 3
unicast_req_duration 120
unicast_max_clients 10
phc_index 2
)",
                                 "all");
    const EngineConfig engine = to_engine_config(configuration);
    BOOST_TEST(to_text(engine.clockIdentity) == "001122.fffe.334455");
    BOOST_TEST(int{engine.domainNumber} == 3);
    BOOST_TEST(int{engine.minorSdoId} == 0x12);
    BOOST_TEST(int{engine.priority1} == 1);
    BOOST_TEST(int{engine.priority2} == 2);
    BOOST_TEST((engine.clockQuality == ClockQuality{6, ClockAccuracy::within_100_ns, 0x4e5d}));
    BOOST_TEST(!engine.gmCapable);
    BOOST_TEST(engine.maxStepsRemoved == 9);
    BOOST_TEST(int{engine.clock_class_threshold} == 7);
    BOOST_TEST((engine.dataset_comparison == DatasetComparison::g8275));
    BOOST_TEST(int{engine.localPriority} == 4);
    BOOST_TEST(engine.currentUtcOffset == 38);
    BOOST_TEST((engine.timeSource == TimeSource::gnss));
    BOOST_TEST(engine.time_flags == (flag::ptp_timescale | flag::current_utc_offset_valid |
                                     flag::time_traceable | flag::frequency_traceable | flag::leap61));
    BOOST_REQUIRE(engine.acceptable_masters.size() == 2U);
    BOOST_TEST(engine.acceptable_master_table_enabled);
    BOOST_TEST(engine.acceptable_masters[0].acceptablePortIdentity.portNumber == any_port);
    BOOST_TEST(engine.acceptable_masters[1].acceptablePortIdentity.portNumber == 3);
    BOOST_TEST(engine.assume_two_step);
    BOOST_TEST(engine.network_set_allowed);
    BOOST_TEST(engine.foreign_master_capacity == 5);
    BOOST_TEST(engine.userDescription == "here;there");

    const PortConfig& port = engine.ports.at(0);
    BOOST_TEST((port.networkProtocol == NetworkProtocol::udp_ipv6));
    BOOST_TEST((port.delay_mechanism == DelayMechanism::p2p));
    BOOST_TEST(int{port.logAnnounceInterval} == -1);
    BOOST_TEST(int{port.announceReceiptTimeout} == 4);
    BOOST_TEST(int{port.logSyncInterval} == -2);
    BOOST_TEST(int{port.logMinDelayReqInterval} == -3);
    BOOST_TEST(int{port.logMinPdelayReqInterval} == -4);
    BOOST_TEST(int{port.syncReceiptTimeout} == 5);
    BOOST_TEST(port.delayAsymmetry == -3 * 65536);
    BOOST_TEST(port.ingressLatency == 100 * 65536);
    BOOST_TEST(port.egressLatency == 200 * 65536);
    BOOST_TEST(port.neighborPropDelayThresh == 800);
    BOOST_TEST(port.min_neighbor_prop_delay == -7);
    BOOST_TEST(int{port.allowedLostResponses} == 9);
    BOOST_TEST((port.asCapable == AsCapableMode::always));
    BOOST_TEST(port.fault_reset_interval == -128);
    BOOST_TEST(port.fault_badpeernet_interval == 2 * wirestamp::nanoseconds_per_second);
    BOOST_TEST(port.follow_up_info);
    BOOST_TEST(port.path_trace_enabled);
    BOOST_TEST(port.serverOnly);
    BOOST_TEST(port.ignore_transport_specific);
    BOOST_TEST(int{port.transportSpecific} == 1);
    BOOST_TEST(int{port.localPriority} == 5);
    BOOST_TEST(int{port.ptp_minor_version} == 0);
    BOOST_TEST(!port.minor_version_fallback);
    BOOST_TEST(port.unicast_listen);
    BOOST_TEST(port.unicast_masters.size() == 2U);
    BOOST_TEST(int{port.logQueryInterval} == 3);
    BOOST_TEST(port.unicast_req_duration == 120U);
    BOOST_TEST(port.unicast_max_clients == 10U);
    BOOST_TEST(port.phc_index == 2);
    BOOST_TEST(port.transmit_stamp_timeout == 250'000'000);
}

BOOST_AUTO_TEST_CASE(and_so_does_each_of_these) {
    struct Row {
        const char* option;
        std::function<bool(const EngineConfig&)> arrived; // false with the default
    };
    const auto port = [](auto seen) { return [seen](const EngineConfig& e) { return seen(e.ports.at(0)); }; };
    const std::vector<Row> rows = {
        {"clientOnly 1", [](const EngineConfig& e) { return e.clientOnly; }},
        {"BMCA noop", [](const EngineConfig& e) { return e.BMCA == BmcaMode::noop; }},
        {"leap59 1", [](const EngineConfig& e) { return (e.time_flags & flag::leap59) != 0; }},
        {"timescale ARB", [](const EngineConfig& e) { return (e.time_flags & flag::ptp_timescale) == 0; }},
        {"enhanced_accuracy_metrics 0", [](const EngineConfig& e) { return !e.enhanced_accuracy_metrics; }},
        {"manufacturerIdentity 00:1b:19",
         [](const EngineConfig& e) { return e.manufacturerIdentity == "00:1b:19"; }},
        {"productDescription a;b;c", [](const EngineConfig& e) { return e.productDescription == "a;b;c"; }},
        {"revisionData 1;2;3", [](const EngineConfig& e) { return e.revisionData == "1;2;3"; }},
        {"profileIdentity 01:02:03:04:05:06",
         [](const EngineConfig& e) { return e.profileIdentity[5] == 6; }},
        {"profile aes67", [](const EngineConfig& e) { return e.profileIdentity[1] == 0x0b; }},
        {"delay_mechanism Auto", port([](const PortConfig& p) { return p.delay_mechanism_auto; })},
        {"delay_mechanism NONE",
         port([](const PortConfig& p) { return p.delay_mechanism == DelayMechanism::none; })},
        {"delay_request_variability 0.25",
         port([](const PortConfig& p) { return p.delay_request_variability == 0.25; })},
        {"delay_response_timeout 4", port([](const PortConfig& p) { return p.delay_response_timeout == 4; })},
        {"hybrid_e2e 1", port([](const PortConfig& p) { return p.hybrid_e2e; })},
        {"inhibit_announce 1", port([](const PortConfig& p) { return p.inhibit_announce; })},
        {"inhibit_delay_req 1", port([](const PortConfig& p) { return p.inhibit_delay_req; })},
        {"inhibit_multicast_service 1",
         port([](const PortConfig& p) { return p.inhibit_multicast_service; })},
        {"ignore_source_id 1", port([](const PortConfig& p) { return p.ignore_source_id; })},
        {"msg_interval_request 1", port([](const PortConfig& p) { return p.msg_interval_request; })},
        {"operLogSyncInterval -2", port([](const PortConfig& p) { return p.operLogSyncInterval == -2; })},
        {"operLogPdelayReqInterval -3",
         port([](const PortConfig& p) { return p.operLogPdelayReqInterval == -3; })},
        {"unicast_max_duration 60", port([](const PortConfig& p) { return p.unicast_max_duration == 60; })},
        {"unicast_min_log_interval -4",
         port([](const PortConfig& p) { return p.unicast_min_log_interval == -4; })},
        {"unicast_max_messages 7", port([](const PortConfig& p) { return p.unicast_max_messages == 7; })},
    };
    const EngineConfig plain = to_engine_config(one_port());
    for (const Row& row : rows) {
        Configuration configuration = one_port();
        configuration.read_file_text(std::string("[global]\n") + row.option + "\n", "row");
        BOOST_TEST(!row.arrived(plain), row.option << " is the default");
        BOOST_TEST(row.arrived(to_engine_config(configuration)), row.option);
    }
}

BOOST_AUTO_TEST_CASE(a_slave_keeps_its_class_for_the_day_when_it_may_lead) {
    Configuration configuration = one_port();
    configuration.set("clientOnly", "1");
    configuration.set("clockClass", "7");
    BOOST_TEST(int{to_engine_config(configuration).clockQuality.clockClass} == 7);
}

BOOST_AUTO_TEST_CASE(no_stamp_is_given_up_in_a_hurry) {
    Configuration configuration = one_port();
    configuration.set("tx_timestamp_timeout", "1");
    BOOST_TEST(to_engine_config(configuration).ports.at(0).transmit_stamp_timeout == 100'000'000);
}

BOOST_AUTO_TEST_CASE(contradictions_are_named) {
    struct Case {
        const char* text;
        std::initializer_list<std::string> words;
    };
    const std::array cases{
        Case{"[global]\n", {"at least one port"}},
        Case{"[global]\nclientOnly 1\n[eth0]\nserverOnly 1\n", {"clientOnly", "serverOnly", "eth0"}},
        Case{"[eth0]\nevent_port 320\n", {"event_port", "general_port", "differ"}},
        Case{"[eth0]\nunicast_master_table 3\n", {"eth0", "unicast table 3", "not there"}},
        Case{"[unicast_master_table]\ntable_id 1\nUDPv6 2001:db8::1\n[eth0]\nunicast_master_table 1\n",
             {"unicast table 1", "2001:db8::1", "UDPv4"}},
        Case{"[unicast_master_table]\ntable_id 1\npeer_address 192.0.2.1\n[eth0]\nunicast_master_table 1\n"
             "network_transport UDPv6\n",
             {"peer_address", "unicast table 1", "UDPv6"}},
        Case{"[eth0]\nunicast_masters 192.0.2.1\nnetwork_transport UDPv6\n",
             {"unicast_masters", "192.0.2.1"}},
        Case{"[eth0]\ndelay_mechanism P2P\ninhibit_delay_req 1\n", {"inhibit_delay_req", "asCapable"}},
        Case{"[eth0]\nBMCA noop\n[eth1]\n", {"BMCA", "all ports"}},
        Case{"[global]\nBMCA noop\nclientOnly 1\ninhibit_announce 1\n[eth0]\n", {"ignore_source_id"}},
    };
    for (const Case& c : cases) {
        Configuration configuration;
        configuration.read_file_text(c.text, "f");
        check_failure([&] { to_engine_config(configuration); }, WST_E_INVALID_ARGUMENT, c.words);
    }
}

BOOST_AUTO_TEST_CASE(roles_without_an_election_may_differ_by_port) {
    Configuration configuration;
    configuration.read_file_text("[global]\nBMCA noop\nclientOnly 1\n[eth0]\n[eth1]\nserverOnly 1\n",
                                 "bridge");
    const EngineConfig engine = to_engine_config(configuration);
    BOOST_TEST((engine.BMCA == BmcaMode::noop));
    BOOST_TEST(!engine.ports.at(0).serverOnly);
    BOOST_TEST(engine.ports.at(1).serverOnly);
}

BOOST_AUTO_TEST_SUITE_END()
