// SPDX-License-Identifier: Apache-2.0
//
// All that an engine is told before it starts, as plain values. Names and defaults are those of IEEE
// 1588-2019 and, where the standard has none, of linuxptp's options, so that a ptp4l.conf maps onto this one
// to one. What only sockets and clocks need to know (addresses of groups, DSCP, servo constants) is not here.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/base/time.hpp"
#include "impl/ptp/wire/types.hpp"

namespace wirestamp::ptp {

/// How two data sets are compared (option dataset_comparison): clause 9.3.4, or ITU-T G.8275.1/.2 clause 6.3.
enum class DatasetComparison : std::uint8_t { ieee1588, g8275 };

/// Option BMCA: by the algorithm, or roles designated by serverOnly and clientOnly of each port.
enum class BmcaMode : std::uint8_t { ptp, noop };

/// Option asCapable: true, or found out from the peer's answers (IEEE 802.1AS-2020 clause 11.2.2).
enum class AsCapableMode : std::uint8_t { always, automatic };

/// One row of a unicast master table (clause 17.4.3 acceptable masters, G.8275.2 clause 6.7).
struct UnicastMaster {
    Address address;                  ///< without UDP port: event and general port are the transport's
    std::uint8_t localPriority = 128; ///< of the G.8275 comparison
};

/// One row of acceptableMasterTableDS (clause 17.5.3).
struct AcceptableMaster {
    PortIdentity acceptablePortIdentity{};
    std::uint8_t alternatePriority1 = 0; ///< 0: the announced priority1 counts
};

struct PortConfig {
    // What management tells about the port.
    std::string interface_name;
    NetworkProtocol networkProtocol = NetworkProtocol::udp_ipv4;
    Address protocolAddress;                   ///< own address, as far as known
    std::vector<std::uint8_t> physicalAddress; ///< 6 octets on Ethernet
    std::uint8_t timestamping = 0;             ///< PORT_PROPERTIES_NP: 0 software, 1 hardware
    std::int32_t phc_index = -1;               ///< PORT_HWCLOCK_NP

    // portDS, clause 8.2.15.
    std::int8_t logAnnounceInterval = 1;
    std::uint8_t announceReceiptTimeout = 3;
    std::int8_t logSyncInterval = 0;
    std::int8_t logMinDelayReqInterval = 0;
    std::int8_t logMinPdelayReqInterval = 0;
    DelayMechanism delay_mechanism = DelayMechanism::e2e;
    bool delay_mechanism_auto = false;    ///< E2E until a Pdelay_Req is heard, then P2P
    ScaledNanoseconds delayAsymmetry = 0; ///< positive: master to slave is longer
    bool enabled = true;                  ///< portDS.portEnable

    // Corrections of stamps, done by the engine (clause 7.3.4.2).
    ScaledNanoseconds ingressLatency = 0;
    ScaledNanoseconds egressLatency = 0;

    // linuxptp's port options.
    std::uint8_t syncReceiptTimeout = 0;     ///< Sync intervals; 0: off
    double delay_request_variability = 1.0;  ///< Delay_Req gaps are uniform in interval * (1 ± this)
    std::uint8_t delay_response_timeout = 0; ///< unanswered requests until the master counts as gone
    Nanoseconds neighborPropDelayThresh = 20'000'000;
    Nanoseconds min_neighbor_prop_delay = -20'000'000;
    std::uint8_t allowedLostResponses = 3;
    AsCapableMode asCapable = AsCapableMode::automatic;
    int fault_reset_interval = 4; ///< log2 seconds
    Nanoseconds fault_badpeernet_interval = 16 * nanoseconds_per_second;
    bool follow_up_info = false; ///< 802.1AS TLV in Follow_Up; makes asCapable matter
    bool path_trace_enabled = false;
    bool hybrid_e2e = false; ///< Delay_Req by unicast to the master
    bool inhibit_announce = false;
    bool inhibit_delay_req = false;
    bool inhibit_multicast_service = false; ///< no multicast Announce and Sync
    bool serverOnly = false;                ///< portDS.masterOnly
    bool ignore_source_id = false;          ///< any sourcePortIdentity may be the parent's
    bool ignore_transport_specific = false;
    std::uint8_t transportSpecific = 0;  ///< majorSdoId
    std::uint8_t localPriority = 128;    ///< G.8275.portDS.localPriority
    std::int8_t operLogSyncInterval = 0; ///< once stable, with msg_interval_request
    std::int8_t operLogPdelayReqInterval = 0;
    bool msg_interval_request = false;
    std::uint8_t ptp_minor_version = 1;
    bool minor_version_fallback = true; ///< send 2.0 where nothing ever answers or stamps 2.1

    // Unicast.
    bool unicast_listen = false;                ///< grants service to who asks
    std::vector<UnicastMaster> unicast_masters; ///< not empty: negotiates with these
    std::int8_t logQueryInterval = 0;
    Address peer_address;                      ///< P2P by unicast to this peer
    std::uint32_t unicast_req_duration = 3600; ///< s, asked for
    std::uint32_t unicast_max_duration = 3600; ///< s, granted at most
    std::int8_t unicast_min_log_interval = -7; ///< fastest service granted
    std::uint32_t unicast_max_clients = 1024;
    std::uint32_t unicast_max_messages = 100'000; ///< per second, over all grants

    /// How long a transmit stamp may take. Nothing waits for it; later ones are counted and ignored.
    Nanoseconds transmit_stamp_timeout = nanoseconds_per_second;
};

struct EngineConfig {
    // defaultDS, clause 8.2.1.
    ClockIdentity clockIdentity{};
    std::uint8_t domainNumber = 0;
    std::uint8_t minorSdoId = 0;
    std::uint8_t priority1 = 128;
    std::uint8_t priority2 = 128;
    ClockQuality clockQuality{};
    bool clientOnly = false; ///< defaultDS.slaveOnly
    bool gmCapable = true;   ///< false: never grandmaster, announces priority1 255
    std::uint16_t maxStepsRemoved = 255;
    std::uint8_t localPriority = 128; ///< G.8275.defaultDS.localPriority
    DatasetComparison dataset_comparison = DatasetComparison::ieee1588;
    BmcaMode BMCA = BmcaMode::ptp;
    std::uint8_t clock_class_threshold = 248; ///< foreign clocks above are not masters for us

    // timePropertiesDS while this clock is the grandmaster, clause 8.2.4.
    std::int16_t currentUtcOffset = 37;
    std::uint16_t time_flags = flag::ptp_timescale; ///< flag::leap61 … frequency_traceable
    TimeSource timeSource = TimeSource::internal_oscillator;

    // CLOCK_DESCRIPTION and USER_DESCRIPTION.
    std::string manufacturerIdentity = "00:00:00";
    std::string productDescription = ";;";
    std::string revisionData = ";;";
    std::string userDescription;
    /// Of CLOCK_DESCRIPTION; all zero: the default profile of the port's delay mechanism.
    std::array<std::uint8_t, 6> profileIdentity{};

    bool acceptable_master_table_enabled = false;
    std::vector<AcceptableMaster> acceptable_masters;
    bool enhanced_accuracy_metrics = true;      ///< told by a boundary clock to those behind it
    bool assume_two_step = false;               ///< wait for a Follow_Up whatever the flag of Sync says
    bool network_set_allowed = false;           ///< management SET and COMMAND from the network
    std::uint16_t foreign_master_capacity = 16; ///< per port; clause 9.3.2.4.4 asks for 5 at least

    std::vector<PortConfig> ports; ///< ports[0] is port number 1
};

} // namespace wirestamp::ptp
