// SPDX-License-Identifier: Apache-2.0
//
// From options to what the engine is told. Contradictions between options are found here, because only here
// are all of them known.

#include <algorithm>
#include <string>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/ptp/config.hpp"
#include "impl/ptp/profiles.hpp"

namespace wirestamp::ptp {
namespace {

/// Below this a stamp that is merely on its way would be given up; linuxptp's users write 1 to 50, because
/// there everything waits.
constexpr std::int64_t least_stamp_timeout_ms = 100;
constexpr Nanoseconds nanoseconds_per_millisecond = 1'000'000;

[[noreturn]] void contradict(const std::string& message) {
    throw Failure(WST_E_INVALID_ARGUMENT, message);
}

class PortReader {
public:
    PortReader(const Configuration& configuration, std::string port)
        : configuration_(configuration), port_(std::move(port)) {}

    bool flag(std::string_view name) const { return configuration_.flag(name, port_); }
    std::string text(std::string_view name) const { return configuration_.text(name, port_); }
    double real(std::string_view name) const { return configuration_.real(name, port_); }

    /// The table's limits lie within every type that is asked for.
    template <typename Integer>
    Integer number(std::string_view name) const {
        return static_cast<Integer>(configuration_.integer(name, port_));
    }

    ScaledNanoseconds scaled(std::string_view name) const { return number<ScaledNanoseconds>(name) * 65536; }

private:
    const Configuration& configuration_;
    std::string port_;
};

std::uint16_t time_flags(const Configuration& configuration) {
    std::uint16_t flags = 0;
    const auto add = [&](std::string_view name, std::uint16_t bit) {
        if (configuration.flag(name))
            flags = static_cast<std::uint16_t>(flags | bit);
    };
    add("leap61", flag::leap61);
    add("leap59", flag::leap59);
    add("currentUtcOffsetValid", flag::current_utc_offset_valid);
    add("timeTraceable", flag::time_traceable);
    add("frequencyTraceable", flag::frequency_traceable);
    // The engine's own clock begins as TAI; where the runtime finds that it counts something else, it says
    // so.
    if (configuration.text("timescale") != "ARB")
        flags = static_cast<std::uint16_t>(flags | flag::ptp_timescale);
    return flags;
}

DelayMechanism delay_mechanism(const std::string& word) {
    if (word == "P2P")
        return DelayMechanism::p2p;
    if (word == "NONE")
        return DelayMechanism::none;
    return DelayMechanism::e2e;
}

void read_unicast(const Configuration& configuration, const PortReader& from, PortConfig& port) {
    const Family family = from.text("network_transport") == "UDPv6" ? Family::ipv6 : Family::ipv4;
    const auto add = [&](const Address& address, const std::string& source) {
        if (address.family != family)
            contradict(source + " holds " + to_text(address) + ", but port " + quoted(port.interface_name) +
                       " speaks " + from.text("network_transport"));
        port.unicast_masters.push_back({address, 128});
    };
    port.logQueryInterval = from.number<std::int8_t>("logQueryInterval");
    const auto id = from.number<std::int64_t>("unicast_master_table");
    if (id != 0) {
        const auto tables = configuration.unicast_tables();
        const auto table = std::find_if(tables.begin(), tables.end(),
                                        [&](const UnicastTable& t) { return t.table_id == id; });
        const std::string source = "unicast table " + std::to_string(id);
        if (table == tables.end())
            contradict("port " + quoted(port.interface_name) + " wants " + source +
                       ", which is not there; add a [unicast_master_table] section with this table_id");
        for (const Address& master : table->masters)
            add(master, source);
        if (table->peer_address) {
            if (table->peer_address->family != family)
                contradict("peer_address of " + source + " is not an address of " +
                           from.text("network_transport"));
            port.peer_address = *table->peer_address;
        }
        port.logQueryInterval = table->logQueryInterval;
    }
    const auto masters = parse_address_list(from.text("unicast_masters"));
    for (const Address& master : *masters)
        add(master, "unicast_masters");
}

PortConfig read_port(const Configuration& configuration, const std::string& name) {
    const PortReader from(configuration, name);
    PortConfig port;
    port.interface_name = name;
    port.networkProtocol =
        from.text("network_transport") == "UDPv6" ? NetworkProtocol::udp_ipv6 : NetworkProtocol::udp_ipv4;
    port.phc_index = from.number<std::int32_t>("phc_index");

    port.logAnnounceInterval = from.number<std::int8_t>("logAnnounceInterval");
    port.announceReceiptTimeout = from.number<std::uint8_t>("announceReceiptTimeout");
    port.logSyncInterval = from.number<std::int8_t>("logSyncInterval");
    port.logMinDelayReqInterval = from.number<std::int8_t>("logMinDelayReqInterval");
    port.logMinPdelayReqInterval = from.number<std::int8_t>("logMinPdelayReqInterval");
    port.delay_mechanism = delay_mechanism(from.text("delay_mechanism"));
    port.delay_mechanism_auto = from.text("delay_mechanism") == "Auto";
    port.delayAsymmetry = from.scaled("delayAsymmetry");
    port.ingressLatency = from.scaled("ingressLatency");
    port.egressLatency = from.scaled("egressLatency");

    port.syncReceiptTimeout = from.number<std::uint8_t>("syncReceiptTimeout");
    port.delay_request_variability = from.real("delay_request_variability");
    port.delay_response_timeout = from.number<std::uint8_t>("delay_response_timeout");
    port.neighborPropDelayThresh = from.number<Nanoseconds>("neighborPropDelayThresh");
    port.min_neighbor_prop_delay = from.number<Nanoseconds>("min_neighbor_prop_delay");
    port.allowedLostResponses = from.number<std::uint8_t>("allowedLostResponses");
    port.asCapable = from.text("asCapable") == "true" ? AsCapableMode::always : AsCapableMode::automatic;
    port.fault_reset_interval = from.number<int>("fault_reset_interval");
    port.fault_badpeernet_interval =
        std::max<Nanoseconds>(from.number<Nanoseconds>("fault_badpeernet_interval"), 0) *
        nanoseconds_per_second;
    port.follow_up_info = from.flag("follow_up_info");
    port.path_trace_enabled = from.flag("path_trace_enabled");
    port.hybrid_e2e = from.flag("hybrid_e2e");
    port.inhibit_announce = from.flag("inhibit_announce");
    port.inhibit_delay_req = from.flag("inhibit_delay_req");
    port.inhibit_multicast_service = from.flag("inhibit_multicast_service");
    port.serverOnly = from.flag("serverOnly");
    port.ignore_source_id = from.flag("ignore_source_id");
    port.ignore_transport_specific = from.flag("ignore_transport_specific");
    port.transportSpecific = from.number<std::uint8_t>("transportSpecific");
    port.localPriority = from.number<std::uint8_t>("G.8275.portDS.localPriority");
    port.operLogSyncInterval = from.number<std::int8_t>("operLogSyncInterval");
    port.operLogPdelayReqInterval = from.number<std::int8_t>("operLogPdelayReqInterval");
    port.msg_interval_request = from.flag("msg_interval_request");
    port.ptp_minor_version = from.number<std::uint8_t>("ptp_minor_version");
    port.minor_version_fallback = from.flag("minor_version_fallback");

    port.unicast_listen = from.flag("unicast_listen");
    port.unicast_req_duration = from.number<std::uint32_t>("unicast_req_duration");
    port.unicast_max_duration = from.number<std::uint32_t>("unicast_max_duration");
    port.unicast_min_log_interval = from.number<std::int8_t>("unicast_min_log_interval");
    port.unicast_max_clients = from.number<std::uint32_t>("unicast_max_clients");
    port.unicast_max_messages = from.number<std::uint32_t>("unicast_max_messages");
    port.transmit_stamp_timeout =
        std::max(configuration.integer("tx_timestamp_timeout"), least_stamp_timeout_ms) *
        nanoseconds_per_millisecond;
    read_unicast(configuration, from, port);

    const bool always_slave = configuration.flag("clientOnly");
    // Without an election the two are roles: the clock's for all ports, the port's for the exceptions.
    const bool elects = configuration.text("BMCA", name) == "ptp";
    if (elects && always_slave && port.serverOnly)
        contradict("clientOnly and serverOnly contradict each other on port " + quoted(name) +
                   "; keep one of them");
    if (from.number<int>("event_port") == from.number<int>("general_port"))
        contradict("event_port and general_port of port " + quoted(name) + " must differ");
    if (port.inhibit_delay_req && port.delay_mechanism == DelayMechanism::p2p &&
        port.asCapable != AsCapableMode::always)
        contradict("inhibit_delay_req on the P2P port " + quoted(name) + " needs asCapable true");
    if (port.inhibit_announce && !port.ignore_source_id && always_slave &&
        configuration.text("BMCA", name) == "noop")
        contradict(
            "a slave without Announces (BMCA noop, inhibit_announce) needs ignore_source_id 1 on port " +
            quoted(name));
    return port;
}

} // namespace

EngineConfig to_engine_config(const Configuration& configuration) {
    const auto names = configuration.ports();
    if (names.empty())
        contradict("a clock needs at least one port; add an interface");
    const auto number = [&]<typename Integer>(std::string_view name, Integer) {
        return static_cast<Integer>(configuration.integer(name));
    };
    EngineConfig engine;
    engine.clockIdentity = clock_identity_from_text(configuration.text("clockIdentity")).value();
    engine.domainNumber = number("domainNumber", std::uint8_t{});
    engine.minorSdoId = number("minorSdoId", std::uint8_t{});
    engine.priority1 = number("priority1", std::uint8_t{});
    engine.priority2 = number("priority2", std::uint8_t{});
    engine.clientOnly = configuration.flag("clientOnly");
    engine.clockQuality.clockClass = number("clockClass", std::uint8_t{});
    engine.clockQuality.clockAccuracy = static_cast<ClockAccuracy>(configuration.integer("clockAccuracy"));
    engine.clockQuality.offsetScaledLogVariance = number("offsetScaledLogVariance", std::uint16_t{});
    engine.gmCapable = configuration.flag("gmCapable");
    engine.maxStepsRemoved = number("maxStepsRemoved", std::uint16_t{});
    engine.localPriority = number("G.8275.defaultDS.localPriority", std::uint8_t{});
    engine.dataset_comparison = configuration.text("dataset_comparison") == "G.8275.x"
                                    ? DatasetComparison::g8275
                                    : DatasetComparison::ieee1588;
    engine.BMCA = configuration.text("BMCA") == "noop" ? BmcaMode::noop : BmcaMode::ptp;
    engine.clock_class_threshold = number("clock_class_threshold", std::uint8_t{});

    engine.currentUtcOffset = number("utc_offset", std::int16_t{});
    engine.time_flags = time_flags(configuration);
    engine.timeSource = static_cast<TimeSource>(configuration.integer("timeSource"));

    engine.manufacturerIdentity = configuration.text("manufacturerIdentity");
    engine.productDescription = configuration.text("productDescription");
    engine.revisionData = configuration.text("revisionData");
    engine.userDescription = configuration.text("userDescription");

    std::string profile_identity = configuration.text("profileIdentity");
    // The default profile's follows from the delay mechanism of each port.
    const std::string profile = configuration.text("profile");
    if (const Profile* known = find_profile(profile);
        profile_identity.empty() && known && !profile.starts_with("default"))
        profile_identity = known->identity;
    if (const auto octets = parse_octets(profile_identity, engine.profileIdentity.size()))
        std::copy(octets->begin(), octets->end(), engine.profileIdentity.begin());

    const auto acceptable = parse_identity_list(configuration.text("acceptable_masters"));
    for (const PortIdentity& identity : *acceptable)
        engine.acceptable_masters.push_back({identity, 0});
    engine.acceptable_master_table_enabled = !engine.acceptable_masters.empty();
    engine.enhanced_accuracy_metrics = configuration.flag("enhanced_accuracy_metrics");
    engine.assume_two_step = configuration.flag("assume_two_step");
    engine.network_set_allowed = configuration.flag("management_udp_set");
    engine.foreign_master_capacity = number("max_foreign_masters", std::uint16_t{});

    for (const std::string& name : names) {
        engine.ports.push_back(read_port(configuration, name));
        // The engine elects once for all its ports.
        if ((configuration.text("BMCA", name) == "noop") != (engine.BMCA == BmcaMode::noop))
            contradict("BMCA must be the same on all ports; set it in [global], not for port " +
                       quoted(name));
    }
    return engine;
}

} // namespace wirestamp::ptp
