// SPDX-License-Identifier: Apache-2.0
//
// Options of sockets, clocks and servos: each arrives where it is used.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

#include "impl/base/failure.hpp"
#include "impl/runtime/ptp/ptp_settings.hpp"

using namespace wirestamp;
using namespace wirestamp::runtime;

namespace {

PtpSettings with(const std::string& text) {
    ptp::Configuration configuration;
    configuration.read_file_text("[global]\n" + text + "\n[eth0]\n", "test");
    return make_settings(configuration);
}

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_settings)

BOOST_AUTO_TEST_CASE(each_option_arrives) {
    struct Row {
        const char* option;
        std::function<bool(const PtpSettings&)> arrived; // false with the default
    };
    const auto port = [](auto seen) { return [seen](const PtpSettings& s) { return seen(s.ports.at(0)); }; };
    const auto servo = [](auto seen) {
        return [seen](const PtpSettings& s) { return seen(s.discipline.servo); };
    };
    const std::vector<Row> rows = {
        {"event_port 1319", port([](const PtpPortOptions& p) { return p.event_port == 1319; })},
        {"general_port 1320", port([](const PtpPortOptions& p) { return p.general_port == 1320; })},
        {"network_transport UDPv6", port([](const PtpPortOptions& p) {
             return p.family == platform::Family::ipv6 && p.primary_group == *parse_address("ff0e::181") &&
                    p.peer_group == *parse_address("ff02::6b");
         })},
        {"network_transport UDPv6\nudp6_scope 0x5", port([](const PtpPortOptions& p) {
             return p.primary_group == *parse_address("ff05::181") &&
                    p.peer_group == *parse_address("ff02::6b");
         })},
        {"network_transport UDPv6\nptp_dst_ipv6 ff0e::1:2\np2p_dst_ipv6 ff02::3:4",
         port([](const PtpPortOptions& p) {
             return p.primary_group == *parse_address("ff0e::1:2") &&
                    p.peer_group == *parse_address("ff02::3:4");
         })},
        {"ptp_dst_ipv4 239.1.2.3",
         port([](const PtpPortOptions& p) { return p.primary_group == *parse_address("239.1.2.3"); })},
        {"p2p_dst_ipv4 239.1.2.4",
         port([](const PtpPortOptions& p) { return p.peer_group == *parse_address("239.1.2.4"); })},
        {"udp_ttl 7", port([](const PtpPortOptions& p) { return p.time_to_live == 7; })},
        {"dscp_event 46",
         port([](const PtpPortOptions& p) { return p.dscp_event == 46 && p.dscp_general == -1; })},
        {"dscp_general 34",
         port([](const PtpPortOptions& p) { return p.dscp_general == 34 && p.dscp_event == -1; })},
        {"time_stamping software",
         [](const PtpSettings& s) { return s.stamping.at(0) == Stamping::software; }},
        {"time_stamping hardware",
         [](const PtpSettings& s) { return s.stamping.at(0) == Stamping::hardware; }},
        {"asymmetry_bound 9", [](const PtpSettings& s) { return s.asymmetry_bounds.at(0) == 9; }},
        {"delay_filter moving_median",
         [](const PtpSettings& s) {
             return s.peer_links.at(0).filter == clock::DelayFilterKind::moving_median &&
                    s.discipline.delay_filter == clock::DelayFilterKind::moving_median;
         }},
        {"delay_filter moving_average",
         [](const PtpSettings& s) {
             return s.discipline.delay_filter == clock::DelayFilterKind::moving_average;
         }},
        {"delay_filter_length 5",
         [](const PtpSettings& s) {
             return s.peer_links.at(0).length == 5 && s.discipline.delay_filter_length == 5;
         }},
        {"freq_est_interval 3", [](const PtpSettings& s) { return s.peer_links.at(0).rate_interval == 8; }},
        {"clock_servo pi",
         [](const PtpSettings& s) { return s.discipline.clock_servo == clock::ServoKind::pi; }},
        {"clock_servo linreg",
         [](const PtpSettings& s) { return s.discipline.clock_servo == clock::ServoKind::linreg; }},
        {"clock_servo nullf",
         [](const PtpSettings& s) { return s.discipline.clock_servo == clock::ServoKind::nullf; }},
        {"tsproc_mode raw",
         [](const PtpSettings& s) { return s.discipline.tsproc_mode == clock::TsprocMode::raw; }},
        {"tsproc_mode filter_weight",
         [](const PtpSettings& s) { return s.discipline.tsproc_mode == clock::TsprocMode::filter_weight; }},
        {"tsproc_mode raw_weight",
         [](const PtpSettings& s) { return s.discipline.tsproc_mode == clock::TsprocMode::raw_weight; }},
        {"clock_discipline device",
         [](const PtpSettings& s) { return s.disciplined == Disciplined::device; }},
        {"clock_discipline system",
         [](const PtpSettings& s) { return s.disciplined == Disciplined::system; }},
        {"clock_discipline device+system",
         [](const PtpSettings& s) { return s.disciplined == Disciplined::device_and_system; }},
        {"stop_frequency restore", [](const PtpSettings& s) { return s.restore_frequency; }},
        {"free_running 1", [](const PtpSettings& s) { return s.discipline.free_running; }},
        {"delay_mechanism P2P", [](const PtpSettings& s) { return s.discipline.peer_delay; }},
        {"initial_delay 500", [](const PtpSettings& s) { return s.discipline.initial_delay == 500; }},
        {"logSyncInterval -3", [](const PtpSettings& s) { return s.discipline.sync_interval == 0.125; }},
        {"holdover_limit 77", [](const PtpSettings& s) { return s.discipline.holdover_limit == 77; }},
        {"step_window 6", [](const PtpSettings& s) { return s.discipline.step_window == 6; }},
        {"system_interval 2", [](const PtpSettings& s) { return s.system_interval == 4; }},
        {"system_readings 3", [](const PtpSettings& s) { return s.system_readings == 3; }},
        {"kernel_leap 0", [](const PtpSettings& s) { return !s.kernel_leap; }},
        {"sanity_freq_limit 5", [](const PtpSettings& s) { return s.sanity_freq_limit == 5; }},
        {"lazy_receive 0", [](const PtpSettings& s) { return !s.lazy_receive; }},
        {"seed 12", [](const PtpSettings& s) { return s.seed == 12; }},
        {"uds_address /a\nuds_file_mode 0600",
         [](const PtpSettings& s) {
             return s.management.read_write.path == "/a" && s.management.read_write.mode == 0600 &&
                    s.management.read_only.path.empty();
         }},
        {"uds_ro_address /b\nuds_ro_file_mode 0444",
         [](const PtpSettings& s) {
             return s.management.read_only.path == "/b" && s.management.read_only.mode == 0444;
         }},
        {"first_step_threshold 0.5",
         servo([](const clock::ServoConfig& c) { return c.first_step_threshold == 5e8; })},
        {"step_threshold 0.25", servo([](const clock::ServoConfig& c) { return c.step_threshold == 2.5e8; })},
        {"max_frequency 1000", servo([](const clock::ServoConfig& c) { return c.max_frequency == 1000; })},
        {"servo_offset_threshold 30",
         servo([](const clock::ServoConfig& c) { return c.servo_offset_threshold == 30; })},
        {"servo_num_offset_values 4",
         servo([](const clock::ServoConfig& c) { return c.servo_num_offset_values == 4; })},
        {"pi_proportional_const 0.1",
         servo([](const clock::ServoConfig& c) { return c.pi_proportional_const == 0.1; })},
        {"pi_integral_const 0.2",
         servo([](const clock::ServoConfig& c) { return c.pi_integral_const == 0.2; })},
        {"pi_proportional_scale 0.3",
         servo([](const clock::ServoConfig& c) { return c.pi_proportional_scale == 0.3; })},
        {"pi_proportional_exponent -0.4",
         servo([](const clock::ServoConfig& c) { return c.pi_proportional_exponent == -0.4; })},
        {"pi_proportional_norm_max 0.5",
         servo([](const clock::ServoConfig& c) { return c.pi_proportional_norm_max == 0.5; })},
        {"pi_integral_scale 0.6",
         servo([](const clock::ServoConfig& c) { return c.pi_integral_scale == 0.6; })},
        {"pi_integral_exponent 0.7",
         servo([](const clock::ServoConfig& c) { return c.pi_integral_exponent == 0.7; })},
        {"pi_integral_norm_max 0.8",
         servo([](const clock::ServoConfig& c) { return c.pi_integral_norm_max == 0.8; })},
    };
    const PtpSettings plain = with("");
    for (const Row& row : rows) {
        BOOST_TEST(!row.arrived(plain), row.option << " is the default");
        BOOST_TEST(row.arrived(with(row.option)), row.option);
    }
}

BOOST_AUTO_TEST_CASE(a_frequency_limit_of_nought_is_the_clocks_own) {
    BOOST_TEST(with("max_frequency 0").discipline.servo.max_frequency == clock::ServoConfig().max_frequency);
}

BOOST_AUTO_TEST_CASE(what_is_ignored_is_said) {
    BOOST_REQUIRE_EQUAL(with("check_fup_sync 1").warnings.size(), 1u);
    BOOST_TEST(with("check_fup_sync 1").warnings[0].find("check_fup_sync") != std::string::npos);
    BOOST_TEST(with("").warnings.empty());
}

BOOST_AUTO_TEST_CASE(no_clock_without_a_port) {
    BOOST_CHECK_THROW(make_settings(ptp::Configuration()), Failure);
}

BOOST_AUTO_TEST_SUITE_END()
