// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

#include "impl/ptp/config.hpp"
#include "impl/ptp/profiles.hpp"
#include "tests/unit/ptp/config/failing.hpp"

using namespace wirestamp::ptp;

BOOST_AUTO_TEST_SUITE(ptp_profiles)

BOOST_AUTO_TEST_CASE(every_setting_is_an_option_and_allowed) {
    for (const Profile& profile : profiles()) {
        Configuration configuration;
        configuration.set("profile", profile.name);
        for (const ProfileSetting& setting : profile.settings) {
            const Option* option = find_option(setting.option);
            BOOST_REQUIRE_MESSAGE(option != nullptr, setting.option);
            BOOST_TEST((option->effect == OptionEffect::full), setting.option);
            BOOST_TEST(configuration.get(setting.option) ==
                           format_value(*option, parse_value(*option, setting.value)),
                       profile.name << " " << setting.option);
            BOOST_TEST(!configuration.is_set(setting.option));
        }
        BOOST_TEST(parse_octets(profile.identity, 6).has_value(), profile.name);
        configuration.add_port("eth0");
        BOOST_CHECK_NO_THROW(to_engine_config(configuration));
    }
}

BOOST_AUTO_TEST_CASE(numbers_of_the_standards) {
    struct Case {
        const char* profile;
        const char* option;
        const char* value;
    };
    constexpr std::array cases{
        Case{"default", "delay_mechanism", "E2E"},            // IEEE 1588-2019 I.3
        Case{"default-p2p", "delay_mechanism", "P2P"},        // IEEE 1588-2019 I.4
        Case{"aes67", "logSyncInterval", "-3"},               // AES67 annex A
        Case{"aes67", "logAnnounceInterval", "1"},            //
        Case{"aes67", "dscp_event", "46"},                    // AES67 clause 6.3: EF
        Case{"smpte-2059-2", "domainNumber", "127"},          // ST 2059-2 table 3
        Case{"smpte-2059-2", "logAnnounceInterval", "-2"},    //
        Case{"smpte-2059-2", "logSyncInterval", "-3"},        //
        Case{"smpte-2059-2", "logMinDelayReqInterval", "-3"}, //
        Case{"enterprise", "logAnnounceInterval", "0"},       // RFC 9760 clause 7
        Case{"enterprise", "hybrid_e2e", "1"},                //
        Case{"g8275.2", "domainNumber", "44"},                // G.8275.2 annex A
        Case{"g8275.2", "dataset_comparison", "G.8275.x"},    //
        Case{"g8275.2", "inhibit_multicast_service", "1"},    //
        Case{"g8275.2", "unicast_req_duration", "300"},       //
        Case{"windows-client", "ptp_minor_version", "0"},     // what w32time accepts
        Case{"windows-client", "currentUtcOffsetValid", "1"},
        Case{"windows-client", "timescale", "PTP"},
    };
    for (const Case& c : cases) {
        Configuration configuration;
        configuration.set("profile", c.profile);
        BOOST_TEST(configuration.get(c.option) == c.value, c.profile << " " << c.option);
    }
}

BOOST_AUTO_TEST_CASE(options_prevail_in_either_order) {
    Configuration before, after;
    before.set("domainNumber", "5");
    before.set("profile", "smpte-2059-2");
    after.set("profile", "smpte-2059-2");
    after.set("domainNumber", "5");
    for (const Configuration* configuration : {&before, &after}) {
        BOOST_TEST(configuration->get("domainNumber") == "5");
        BOOST_TEST(configuration->get("logSyncInterval") == "-3");
    }
    Configuration file;
    file.read_file_text("[eth0]\nlogSyncInterval -1\n[global]\nlogAnnounceInterval 2\nprofile SMPTE-2059-2\n",
                        "f");
    BOOST_TEST(file.get("profile") == "SMPTE-2059-2");
    BOOST_TEST(file.get("logAnnounceInterval") == "2");
    BOOST_TEST(file.get_port("eth0", "logSyncInterval") == "-1");
    BOOST_TEST(file.get_port("eth0", "logMinDelayReqInterval") == "-3");
}

BOOST_AUTO_TEST_CASE(another_profile_leaves_nothing_of_the_first) {
    Configuration configuration;
    configuration.set("profile", "g8275.2");
    configuration.set("profile", "aes67");
    BOOST_TEST(configuration.get("domainNumber") == "0");
    BOOST_TEST(configuration.get("unicast_listen") == "0");
    BOOST_TEST(configuration.get("logSyncInterval") == "-3");
}

BOOST_AUTO_TEST_CASE(unknown_profiles_are_answered_with_the_known) {
    Configuration configuration;
    check_failure([&] { configuration.set("profile", "aes68"); }, WST_E_INVALID_ARGUMENT,
                  {"\"aes68\"", "aes67", "smpte-2059-2", "enterprise", "g8275.2", "windows-client"});
    BOOST_TEST(configuration.get("profile") == "default");
}

BOOST_AUTO_TEST_SUITE_END()
