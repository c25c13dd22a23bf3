// SPDX-License-Identifier: Apache-2.0

#include "impl/ptp/profiles.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace wirestamp::ptp {
namespace {

// IEEE 1588-2019 annex I.3: the option defaults are this profile.
constexpr std::array default_e2e{
    ProfileSetting{"delay_mechanism", "E2E"},
};

// IEEE 1588-2019 annex I.4.
constexpr std::array default_p2p{
    ProfileSetting{"delay_mechanism", "P2P"},
    ProfileSetting{"logMinPdelayReqInterval", "0"},
};

// AES67-2018 annex A (media profile) and clause 6.3 (clock traffic is EF).
constexpr std::array aes67{
    ProfileSetting{"domainNumber", "0"},
    ProfileSetting{"logAnnounceInterval", "1"},
    ProfileSetting{"announceReceiptTimeout", "3"},
    ProfileSetting{"logSyncInterval", "-3"},
    ProfileSetting{"logMinDelayReqInterval", "0"},
    ProfileSetting{"logMinPdelayReqInterval", "0"},
    ProfileSetting{"dscp_event", "46"},
    ProfileSetting{"dscp_general", "46"},
};

// SMPTE ST 2059-2:2021 table 3.
constexpr std::array smpte_2059_2{
    ProfileSetting{"domainNumber", "127"},          ProfileSetting{"logAnnounceInterval", "-2"},
    ProfileSetting{"announceReceiptTimeout", "3"},  ProfileSetting{"logSyncInterval", "-3"},
    ProfileSetting{"logMinDelayReqInterval", "-3"}, ProfileSetting{"logMinPdelayReqInterval", "-3"},
};

// RFC 9760 clauses 5 to 9: one message of each kind a second, Delay_Req by unicast, no negotiation.
constexpr std::array enterprise{
    ProfileSetting{"delay_mechanism", "E2E"},   ProfileSetting{"hybrid_e2e", "1"},
    ProfileSetting{"logAnnounceInterval", "0"}, ProfileSetting{"announceReceiptTimeout", "3"},
    ProfileSetting{"logSyncInterval", "0"},     ProfileSetting{"logMinDelayReqInterval", "0"},
};

// ITU-T G.8275.2 annex A. It leaves the default rate of Sync and Delay_Req open between 1 and 128 a second.
constexpr std::array g8275_2{
    ProfileSetting{"delay_mechanism", "E2E"},
    ProfileSetting{"domainNumber", "44"},
    ProfileSetting{"priority1", "128"},
    ProfileSetting{"dataset_comparison", "G.8275.x"},
    ProfileSetting{"G.8275.defaultDS.localPriority", "128"},
    ProfileSetting{"G.8275.portDS.localPriority", "128"},
    ProfileSetting{"maxStepsRemoved", "255"},
    ProfileSetting{"logAnnounceInterval", "0"},
    ProfileSetting{"announceReceiptTimeout", "3"},
    ProfileSetting{"logSyncInterval", "-4"},
    ProfileSetting{"logMinDelayReqInterval", "-4"},
    ProfileSetting{"hybrid_e2e", "1"},
    ProfileSetting{"inhibit_multicast_service", "1"},
    ProfileSetting{"unicast_listen", "1"},
    ProfileSetting{"unicast_req_duration", "300"},
    ProfileSetting{"enhanced_accuracy_metrics", "0"},
};

// What the PtpClient of w32time asks of its master: version 2.0, domain 0, IPv4, E2E with unicast Delay_Req,
// and Announces that claim the PTP timescale and a valid UTC offset; without these it stays silent or is
// 37 s off.
constexpr std::array windows_client{
    ProfileSetting{"network_transport", "UDPv4"}, ProfileSetting{"delay_mechanism", "E2E"},
    ProfileSetting{"domainNumber", "0"},          ProfileSetting{"ptp_minor_version", "0"},
    ProfileSetting{"transportSpecific", "0"},     ProfileSetting{"hybrid_e2e", "1"},
    ProfileSetting{"logAnnounceInterval", "1"},   ProfileSetting{"timescale", "PTP"},
    ProfileSetting{"currentUtcOffsetValid", "1"},
};

constexpr std::array all{
    Profile{"default", "IEEE 1588-2019 annex I.3", "00:1b:19:00:01:00",
            "The default profile with end-to-end delay measurement.", default_e2e},
    Profile{"default-p2p", "IEEE 1588-2019 annex I.4", "00:1b:19:00:02:00",
            "The default profile with peer-to-peer delay measurement.", default_p2p},
    Profile{"aes67", "AES67-2018 annex A", "00:0b:5e:00:01:00", "Audio over IP: 8 Syncs a second.", aes67},
    Profile{"smpte-2059-2", "SMPTE ST 2059-2:2021", "68:97:e8:00:00:01",
            "Professional media: domain 127, 8 Syncs and 4 Announces a second.", smpte_2059_2},
    Profile{"enterprise", "RFC 9760", "00:00:5e:00:01:00",
            "Enterprise networks: multicast Sync and Announce, unicast Delay_Req.", enterprise},
    Profile{"g8275.2", "ITU-T G.8275.2", "00:19:a7:02:01:00",
            "Telecom with partial timing support: negotiated unicast, domain 44.", g8275_2},
    Profile{"windows-client", "Microsoft w32time PtpClient", "00:1b:19:00:01:00",
            "A master that the PTP client of Windows accepts.", windows_client},
};

} // namespace

std::span<const Profile> profiles() noexcept {
    return all;
}

const Profile* find_profile(std::string_view name) noexcept {
    for (const Profile& profile : all)
        if (std::equal(profile.name.begin(), profile.name.end(), name.begin(), name.end(),
                       [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }))
            return &profile;
    return nullptr;
}

std::string_view profile_names() noexcept {
    static const std::string names = [] {
        std::string list;
        for (const Profile& profile : all) {
            list += list.empty() ? "" : ", ";
            list += profile.name;
        }
        return list;
    }();
    return names;
}

} // namespace wirestamp::ptp
