// SPDX-License-Identifier: Apache-2.0
//
// The option table. Names, ranges and defaults are linuxptp's wherever it has the option, so that a
// ptp4l.conf means here what it means there; where a default differs, the row says which one linuxptp has.

#include <algorithm>
#include <array>
#include <cctype>
#include <cfloat>
#include <climits>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "impl/ptp/config_option.hpp"
#include "impl/ptp/config_value.hpp"
#include "impl/ptp/profiles.hpp"

namespace wirestamp::ptp {
namespace {

constexpr std::string_view only_two_step = "Wirestamp sends two-step messages; it receives both kinds";
constexpr std::string_view no_ethernet = "Wirestamp speaks PTP over UDP only";
constexpr std::string_view no_transparent = "Wirestamp is an ordinary or boundary clock";
constexpr std::string_view no_security = "messages are not authenticated, and pretending so would be worse";
constexpr std::string_view no_cmlds = "the common mean link delay service is not used";
constexpr std::string_view no_power = "the power profiles (IEEE C37.238) run over Ethernet";

constexpr std::array time_stamping_words{
    OptionWord{"auto"},
    OptionWord{"hardware"},
    OptionWord{"software"},
    OptionWord{"legacy", "this way of stamping left the kernel in 2011; use hardware"},
    OptionWord{"onestep", only_two_step},
    OptionWord{"p2p1step", only_two_step},
};
constexpr std::array network_transport_words{
    OptionWord{"UDPv4"},
    OptionWord{"UDPv6"},
    OptionWord{"L2", no_ethernet},
};
constexpr std::array delay_mechanism_words{
    OptionWord{"E2E"},
    OptionWord{"P2P"},
    OptionWord{"Auto"},
    OptionWord{"NONE"},
    OptionWord{"COMMON_P2P", no_cmlds},
};
constexpr std::array clock_servo_words{
    OptionWord{"adaptive"},
    OptionWord{"pi"},
    OptionWord{"linreg"},
    OptionWord{"nullf"},
    OptionWord{"ntpshm", "Wirestamp keeps its clock itself; use adaptive, pi or linreg"},
    OptionWord{"refclock_sock", "Wirestamp keeps its clock itself; use adaptive, pi or linreg"},
};
constexpr std::array clock_type_words{
    OptionWord{"OC"},
    OptionWord{"BC"},
    OptionWord{"P2P_TC", no_transparent},
    OptionWord{"E2E_TC", no_transparent},
};
constexpr std::array clock_discipline_words{
    OptionWord{"virtual"},
    OptionWord{"device"},
    OptionWord{"system"},
    OptionWord{"device+system"},
};
constexpr std::array stop_frequency_words{OptionWord{"hold"}, OptionWord{"restore"}};
constexpr std::array timescale_words{OptionWord{"auto"}, OptionWord{"PTP"}, OptionWord{"ARB"}};
constexpr std::array delay_filter_words{OptionWord{"unbiased"}, OptionWord{"moving_median"},
                                        OptionWord{"moving_average"}};
constexpr std::array tsproc_words{OptionWord{"filter"}, OptionWord{"raw"}, OptionWord{"filter_weight"},
                                  OptionWord{"raw_weight"}};
constexpr std::array dataset_words{OptionWord{"ieee1588"}, OptionWord{"G.8275.x"}};
constexpr std::array hwts_filter_words{OptionWord{"normal"}, OptionWord{"check"}, OptionWord{"full"}};
constexpr std::array as_capable_words{OptionWord{"auto"}, OptionWord{"true"}};
constexpr std::array bmca_words{OptionWord{"ptp"}, OptionWord{"noop"}};
constexpr std::array power_words{OptionWord{"none"}, OptionWord{"2011", no_power},
                                 OptionWord{"2017", no_power}};

/// Before the class that uses it: clang evaluates no constant with a member template that is still to come.
template <typename R, typename Change>
constexpr R changed(R copy, Change change) {
    change(copy);
    return copy;
}

/// A row under construction: what most rows share stays out of the table.
struct Row : Option {
    constexpr Row with_unit(std::string_view of) const {
        return changed(*this, [&](Row& r) { r.unit = of; });
    }
    constexpr Row hex() const {
        return changed(*this, [](Row& r) { r.base = OptionBase::hexadecimal; });
    }
    constexpr Row octal() const {
        return changed(*this, [](Row& r) { r.base = OptionBase::octal; });
    }
    constexpr Row at_run_time() const {
        return changed(*this, [](Row& r) { r.running = true; });
    }
    constexpr Row ours() const {
        return changed(*this, [](Row& r) { r.own = true; });
    }
    constexpr Row linuxptp_has(std::string_view value) const {
        return changed(*this, [&](Row& r) { r.linuxptp = value; });
    }
    constexpr Row ignored(std::string_view why) const {
        return changed(*this, [&](Row& r) {
            r.effect = OptionEffect::ignored;
            r.reason = why;
        });
    }
    constexpr Row fixed(std::string_view why) const {
        return changed(*this, [&](Row& r) {
            r.effect = OptionEffect::fixed;
            r.reason = why;
        });
    }
    constexpr Row or_word(std::string_view word, std::int64_t value) const {
        return changed(*this, [&](Row& r) {
            r.special = word;
            r.special_value = value;
        });
    }
};

constexpr auto clock = OptionScope::clock;
constexpr auto port = OptionScope::port;

constexpr Row row(OptionScope scope, OptionType type, std::string_view name, std::string_view description) {
    Row r;
    r.name = name;
    r.scope = scope;
    r.type = type;
    r.description = description;
    return r;
}

constexpr Row flag(OptionScope scope, std::string_view name, bool value, std::string_view description) {
    Row r = row(scope, OptionType::flag, name, description);
    r.integer = value ? 1 : 0;
    return r;
}

constexpr Row integer(OptionScope scope, std::string_view name, std::int64_t value, std::int64_t minimum,
                      std::int64_t maximum, std::string_view description) {
    Row r = row(scope, OptionType::integer, name, description);
    r.integer = value;
    r.minimum = minimum;
    r.maximum = maximum;
    return r;
}

/// Intervals as the standard writes them: the power of two of a number of seconds.
constexpr Row log_seconds(OptionScope scope, std::string_view name, std::int64_t value,
                          std::string_view description) {
    return integer(scope, name, value, INT8_MIN, INT8_MAX, description).with_unit("log2 s");
}

constexpr Row nanoseconds(OptionScope scope, std::string_view name, std::int64_t value,
                          std::string_view description) {
    return integer(scope, name, value, INT_MIN, INT_MAX, description).with_unit("ns");
}

constexpr Row real(OptionScope scope, std::string_view name, double value, double minimum, double maximum,
                   std::string_view description) {
    Row r = row(scope, OptionType::real, name, description);
    r.real = value;
    r.real_minimum = minimum;
    r.real_maximum = maximum;
    return r;
}

/// The first word is the default.
template <std::size_t N>
constexpr Row word(OptionScope scope, std::string_view name, const std::array<OptionWord, N>& words,
                   std::string_view description) {
    Row r = row(scope, OptionType::word, name, description);
    r.words = words;
    return r;
}

constexpr Row text(OptionScope scope, std::string_view name, std::string_view value, TextForm form,
                   std::string_view description) {
    Row r = row(scope, OptionType::text, name, description);
    r.text = value;
    r.form = form;
    return r;
}

constexpr std::array table{
    // --- what this clock is -------------------------------------------------------------------------------
    text(clock, "profile", "default", TextForm::profile,
         "Named set of option values; every option given beside it prevails, in whatever order they come.")
        .ours(),
    word(clock, "clock_type", clock_type_words,
         "Ordinary or boundary clock; a clock with several ports is a boundary clock in either case."),
    flag(clock, "clientOnly", false, "The clock never becomes master on any port.").at_run_time(),
    integer(clock, "priority1", 128, 0, 255, "defaultDS.priority1: the lower wins the election first of all.")
        .at_run_time(),
    integer(clock, "priority2", 128, 0, 255,
            "defaultDS.priority2: the lower wins among clocks of equal quality.")
        .at_run_time(),
    integer(
        clock, "clockClass", 248, 0, 255,
        "defaultDS.clockQuality.clockClass: 6 locked to a primary reference, 7 in holdover, 248 by default.")
        .at_run_time(),
    integer(clock, "clockAccuracy", 0xfe, 0, 255, "defaultDS.clockQuality.clockAccuracy; 0xfe is unknown.")
        .hex()
        .at_run_time(),
    integer(clock, "offsetScaledLogVariance", 0xffff, 0, 0xffff,
            "defaultDS.clockQuality.offsetScaledLogVariance; 0xffff is unknown.")
        .hex()
        .at_run_time(),
    integer(clock, "domainNumber", 0, 0, 255,
            "Clocks of one domain synchronise to each other and to no other."),
    integer(clock, "minorSdoId", 0, 0, 255, "Low octet of the sdoId, in the header of every message.")
        .hex()
        .ours(),
    text(clock, "clockIdentity", "000000.0000.000000", TextForm::clock_identity,
         "Identity of the clock; all zeros: made from the hardware address of the first port."),
    flag(clock, "twoStepFlag", true, "Sync is followed by a Follow_Up that carries its time.")
        .fixed(only_two_step),
    flag(clock, "gmCapable", true, "The clock may be grandmaster; 0 announces priority1 255."),
    integer(clock, "maxStepsRemoved", 255, 2, 255,
            "Announces with this many steps or more are not considered."),
    integer(clock, "clock_class_threshold", 248, 6, 248,
            "Masters with a clockClass above this are not followed."),
    word(clock, "dataset_comparison", dataset_words,
         "How Announces are compared: as IEEE 1588 or as the ITU-T telecom profiles do."),
    integer(clock, "G.8275.defaultDS.localPriority", 128, 1, 255,
            "Local priority of the clock itself in the telecom comparison."),
    text(clock, "acceptable_masters", "", TextForm::identity_list,
         "Clocks (001122.fffe.334455) or ports of clocks (…-1) whose Announces are considered; empty: all.")
        .ours(),
    text(clock, "manufacturerIdentity", "00:00:00", TextForm::organization,
         "Organisation id that CLOCK_DESCRIPTION tells."),
    text(clock, "productDescription", ";;", TextForm::product,
         "maker;model;instance, told by CLOCK_DESCRIPTION."),
    text(clock, "revisionData", ";;", TextForm::revision,
         "hardware;firmware;software, told by CLOCK_DESCRIPTION."),
    text(clock, "userDescription", "", TextForm::user, "name;place, told by USER_DESCRIPTION.").at_run_time(),
    text(clock, "profileIdentity", "", TextForm::profile_identity,
         "Profile identity that CLOCK_DESCRIPTION tells; empty: that of the profile."),

    // --- what time a grandmaster tells --------------------------------------------------------------------
    integer(clock, "utc_offset", 37, 0, 32767, "TAI - UTC that a grandmaster tells.")
        .with_unit("s")
        .at_run_time(),
    integer(clock, "timeSource", 0xa0, 0x10, 0xfe, "timePropertiesDS.timeSource of a grandmaster.")
        .hex()
        .at_run_time(),
    word(clock, "timescale", timescale_words,
         "Timescale that a grandmaster tells; auto: PTP when the clock counts TAI, ARB otherwise.")
        .at_run_time()
        .ours(),
    flag(clock, "currentUtcOffsetValid", false, "A grandmaster vouches for utc_offset.").at_run_time().ours(),
    flag(clock, "timeTraceable", false, "A grandmaster's time is traceable to a primary reference.")
        .at_run_time()
        .ours(),
    flag(clock, "frequencyTraceable", false, "A grandmaster's frequency is traceable to a primary reference.")
        .at_run_time()
        .ours(),
    flag(clock, "leap61", false, "The last minute of this UTC day has 61 seconds.").at_run_time().ours(),
    flag(clock, "leap59", false, "The last minute of this UTC day has 59 seconds.").at_run_time().ours(),
    text(clock, "leapfile", "", TextForm::path, "Table of leap seconds.")
        .ignored("leap seconds come from the grandmaster, or by leap59 and leap61"),
    flag(
        clock, "kernel_leap", true,
        "Where the system clock is disciplined, its kernel applies leap seconds; else the clock is stepped."),

    // --- ports --------------------------------------------------------------------------------------------
    word(port, "network_transport", network_transport_words, "UDP over IPv4 or IPv6."),
    word(port, "delay_mechanism", delay_mechanism_words,
         "End to end, peer to peer, Auto (the first until a peer asks), or no measurement at all."),
    word(port, "time_stamping", time_stamping_words,
         "Where packets are stamped; auto: by the adapter if its stamping is active, else by the kernel.")
        .linuxptp_has("hardware"),
    flag(port, "serverOnly", false, "The port never becomes slave, and ignores Announces.").at_run_time(),
    log_seconds(port, "logAnnounceInterval", 1, "Time between Announces.").at_run_time(),
    integer(port, "announceReceiptTimeout", 3, 2, 255,
            "Announce intervals without one after which a master is gone.")
        .at_run_time(),
    log_seconds(port, "logSyncInterval", 0, "Time between Syncs.").at_run_time(),
    integer(port, "syncReceiptTimeout", 0, 0, 255,
            "Sync intervals without one after which a master is gone; 0: never.")
        .at_run_time(),
    log_seconds(port, "logMinDelayReqInterval", 0, "Least mean time between Delay_Reqs of a slave.")
        .at_run_time(),
    log_seconds(port, "logMinPdelayReqInterval", 0, "Time between Pdelay_Reqs.").at_run_time(),
    log_seconds(port, "operLogSyncInterval", 0,
                "Sync interval that msg_interval_request asks for once stable."),
    log_seconds(port, "operLogPdelayReqInterval", 0,
                "Pdelay_Req interval once stable, with msg_interval_request."),
    flag(port, "msg_interval_request", false, "Ask the master for other intervals once stable."),
    real(port, "delay_request_variability", 1.0, 0.0, 1.0,
         "Gaps between Delay_Reqs are random, uniform in interval * (1 - this) to interval * (1 + this)."),
    integer(port, "delay_response_timeout", 0, 0, 255,
            "Delay_Reqs in a row without an answer after which the port starts anew; 0: never."),
    flag(port, "path_trace_enabled", false,
         "Announces list the clocks that they came through; loops are cut."),
    flag(port, "follow_up_info", false, "Add the IEEE 802.1AS data to Follow_Up."),
    integer(port, "G.8275.portDS.localPriority", 128, 1, 255,
            "Local priority of masters heard on this port in the telecom comparison."),
    word(port, "BMCA", bmca_words,
         "noop: roles are given by clientOnly and serverOnly and no election is held."),
    word(port, "asCapable", as_capable_words,
         "true: a P2P port is used even when its neighbour looks unfit."),
    flag(port, "inhibit_announce", false, "Send no Announces."),
    flag(port, "inhibit_delay_req", false, "Send no Delay_Reqs and Pdelay_Reqs."),
    flag(port, "ignore_source_id", false, "Take Syncs from whatever port sends them."),
    flag(clock, "assume_two_step", false, "Wait for a Follow_Up even if Sync says that none will come."),
    flag(clock, "check_fup_sync", false, "Refuse a Follow_Up that arrived before its Sync.")
        .ignored("both orders are met by sequenceId"),
    integer(port, "neighborPropDelayThresh", 20000000, 0, INT_MAX, "Greatest link delay of a fit neighbour.")
        .with_unit("ns"),
    integer(port, "min_neighbor_prop_delay", -20000000, INT_MIN, -1, "Least link delay of a fit neighbour.")
        .with_unit("ns"),
    integer(port, "allowedLostResponses", 3, 1, 255,
            "Pdelay_Reqs in a row that a fit neighbour may leave unanswered."),
    integer(port, "fault_reset_interval", 4, INT8_MIN, INT8_MAX,
            "Time after a fault until the port tries again; a lost stamp is not a fault here.")
        .with_unit("log2 s")
        .or_word("ASAP", INT8_MIN),
    integer(port, "fault_badpeernet_interval", 16, INT32_MIN, INT32_MAX,
            "Time for which a P2P port with several answering neighbours rests.")
        .with_unit("s")
        .or_word("ASAP", 0),
    integer(port, "max_foreign_masters", 16, 1, 1024, "Masters remembered on a port; the worst gives way.")
        .ours(),

    // --- on the wire --------------------------------------------------------------------------------------
    integer(port, "ptp_minor_version", 1, 0, 1,
            "minorVersionPTP of what is sent: 1 is IEEE 1588-2019, 0 is 2008."),
    flag(port, "minor_version_fallback", true,
         "Send minor version 0 where 1 is not answered or not stamped; the change is reported.")
        .ours(),
    integer(port, "transportSpecific", 0, 0, 15, "High nibble of the sdoId (majorSdoId).").hex(),
    flag(port, "ignore_transport_specific", false, "Accept messages of every majorSdoId."),
    integer(port, "event_port", 319, 1, 65535,
            "UDP port of event messages; other than 319 needs no privilege and no standard device "
            "understands it.")
        .ours(),
    integer(port, "general_port", 320, 1, 65535, "UDP port of general messages.").ours(),
    integer(port, "udp_ttl", 1, 1, 255, "Time to live and hop limit of multicast messages."),
    integer(port, "udp6_scope", 0x0e, 0, 15, "Scope of the IPv6 multicast address.").hex(),
    integer(clock, "dscp_event", 0, 0, 63, "Differentiated services code point of event messages."),
    integer(clock, "dscp_general", 0, 0, 63, "Differentiated services code point of general messages."),
    integer(clock, "socket_priority", 0, 0, 15, "Queueing priority of raw Ethernet sockets.")
        .ignored(no_ethernet),
    text(port, "ptp_dst_ipv4", "224.0.1.129", TextForm::ipv4, "Group for all but peer delay messages."),
    text(port, "p2p_dst_ipv4", "224.0.0.107", TextForm::ipv4, "Group for peer delay messages."),
    text(port, "ptp_dst_ipv6", "FF0E:0:0:0:0:0:0:181", TextForm::ipv6,
         "Group for all but peer delay messages; its scope is udp6_scope."),
    text(port, "p2p_dst_ipv6", "FF02:0:0:0:0:0:0:6B", TextForm::ipv6, "Group for peer delay messages."),
    text(port, "ptp_dst_mac", "01:1B:19:00:00:00", TextForm::mac, "Ethernet group.").ignored(no_ethernet),
    text(port, "p2p_dst_mac", "01:80:C2:00:00:0E", TextForm::mac, "Ethernet group for peer delay.")
        .ignored(no_ethernet),
    word(port, "power_profile.version", power_words, "Add the TLV of a power profile."),
    integer(port, "power_profile.2011.grandmasterTimeInaccuracy", 0xffffffff, -1, 0xffffffff,
            "Power profile.")
        .with_unit("ns")
        .ignored(no_power),
    integer(port, "power_profile.2011.networkTimeInaccuracy", 0xffffffff, -1, 0xffffffff, "Power profile.")
        .with_unit("ns")
        .ignored(no_power),
    integer(port, "power_profile.2017.totalTimeInaccuracy", 0xffffffff, -1, 0xffffffff, "Power profile.")
        .with_unit("ns")
        .ignored(no_power),
    integer(port, "power_profile.grandmasterID", 0, 0, 0xffff, "Power profile.").ignored(no_power),

    // --- unicast ------------------------------------------------------------------------------------------
    flag(port, "hybrid_e2e", false, "Delay_Reqs go to the master by unicast, Syncs stay multicast."),
    flag(port, "inhibit_multicast_service", false, "Send nothing by multicast."),
    flag(port, "unicast_listen", false, "Grant unicast service to those who ask."),
    integer(port, "unicast_master_table", 0, 0, INT_MAX,
            "table_id of the masters to ask for unicast service; 0: none."),
    text(port, "unicast_masters", "", TextForm::address_list,
         "Masters to ask for unicast service, best first, where no table is wanted.")
        .ours(),
    log_seconds(port, "logQueryInterval", 0,
                "Time between requests to a unicast master that does not answer.")
        .ours(),
    integer(port, "unicast_req_duration", 3600, 10, INT_MAX, "Duration of service that is asked for.")
        .with_unit("s"),
    integer(port, "unicast_max_clients", 1024, 1, 1000000,
            "Clients that are served at most; more are denied.")
        .ours(),
    integer(port, "unicast_max_duration", 3600, 10, 86400, "Longest duration that is granted.")
        .with_unit("s")
        .ours(),
    integer(port, "unicast_max_messages", 100000, 1, 10000000,
            "Messages that all grants together may ask for.")
        .with_unit("1/s")
        .ours(),
    integer(port, "unicast_min_log_interval", -7, -7, 7, "Shortest interval that is granted.")
        .with_unit("log2 s")
        .ours(),
    flag(port, "interface_rate_tlv", false, "Tell the interface rate to unicast peers.")
        .ignored("the peer only loses a correction for unequal link speeds"),
    flag(port, "net_sync_monitor", false, "Answer NetSync Monitor requests.")
        .ignored("it is a service for others"),

    // --- stamps -------------------------------------------------------------------------------------------
    nanoseconds(
        port, "delayAsymmetry", 0,
        "Half the difference of the delays from and to the master; positive: the way from it is longer.")
        .at_run_time(),
    nanoseconds(port, "ingressLatency", 0,
                "Time from the reference plane to the stamp of a received message.")
        .at_run_time(),
    nanoseconds(port, "egressLatency", 0, "Time from the stamp of a sent message to the reference plane.")
        .at_run_time(),
    integer(port, "asymmetry_bound", 0, 0, INT_MAX,
            "Greatest error that unknown asymmetry can cause; widens the interval of wst_ptp_now.")
        .with_unit("ns")
        .at_run_time()
        .ours(),
    integer(clock, "tx_timestamp_timeout", 1000, 1, INT_MAX,
            "Time after which the stamp of a sent message counts as lost. Nothing waits for it, so that less "
            "than "
            "100 ms serves nobody and counts as 100 ms.")
        .with_unit("ms")
        .linuxptp_has("10"),
    word(clock, "hwts_filter", hwts_filter_words,
         "Whether the adapter's stamping is set as needed, only checked, or set to all packets.")
        .ignored("filters are set as needed, and given back"),
    integer(
        port, "phc_index", -1, -1, INT_MAX,
        "Hardware clock of the port, which may be a virtual one of the adapter's; -1: the adapter's own."),
    flag(port, "boundary_clock_jbod", false,
         "Ports of one boundary clock may have different hardware clocks.")
        .ignored("they may with clock_discipline virtual, never else"),

    // --- clock --------------------------------------------------------------------------------------------
    word(clock, "clock_servo", clock_servo_words,
         "How the clock is steered; adaptive needs no tuning, pi and linreg are linuxptp's.")
        .linuxptp_has("pi"),
    word(clock, "clock_discipline", clock_discipline_words,
         "What is steered: a clock inside the process only, the adapter's, the system's, or the adapter's "
         "with "
         "the system's after it.")
        .linuxptp_has("device")
        .ours(),
    word(clock, "stop_frequency", stop_frequency_words,
         "What becomes of a steered clock's frequency at the end.")
        .ours(),
    integer(clock, "system_interval", -1, -7, 6,
            "How often the system's clock is compared with PTP time where clock_discipline steers it.")
        .with_unit("log2 s")
        .ours(),
    integer(clock, "system_readings", 5, 1, 25,
            "Reads of the clocks against each other of which a comparison takes the narrowest.")
        .ours(),
    flag(clock, "enhanced_accuracy_metrics", true,
         "A boundary clock announces how far its time may be off, for the bound of those behind it.")
        .ours(),
    integer(clock, "holdover_limit", 1000000, 1, INT_MAX,
            "Bound at which a clock without a master counts as free running.")
        .with_unit("ns")
        .ours(),
    flag(clock, "free_running", false, "Measure, but steer nothing."),
    real(clock, "first_step_threshold", 0.00002, 0.0, DBL_MAX,
         "Offset above which the first correction is a step; 0: never.")
        .with_unit("s"),
    real(clock, "step_threshold", 0.0, 0.0, DBL_MAX,
         "Offset above which a later correction is a step; 0: never.")
        .with_unit("s"),
    integer(clock, "step_window", 0, 0, INT_MAX,
            "Syncs after a step that are left out, for clocks that need a while to have stepped."),
    integer(clock, "max_frequency", 900000000, 0, INT_MAX,
            "Greatest frequency correction; 0: the clock's own limit.")
        .with_unit("ppb"),
    integer(clock, "sanity_freq_limit", 200000000, 0, INT_MAX,
            "Frequency error against the system's raw clock at which the servo starts anew; 0: no check.")
        .with_unit("ppb"),
    real(clock, "pi_proportional_const", 0.0, 0.0, DBL_MAX, "Proportional constant; 0: from the next three."),
    real(clock, "pi_proportional_scale", 0.0, 0.0, DBL_MAX,
         "kp = min(scale * interval^exponent, norm_max / interval); 0: 0.7 for hardware, 0.1 for software "
         "stamps."),
    real(clock, "pi_proportional_exponent", -0.3, -DBL_MAX, DBL_MAX, "Exponent of the formula for kp."),
    real(clock, "pi_proportional_norm_max", 0.7, DBL_MIN, 1.0, "Limit in the formula for kp."),
    real(clock, "pi_integral_const", 0.0, 0.0, DBL_MAX, "Integral constant; 0: from the next three."),
    real(clock, "pi_integral_scale", 0.0, 0.0, DBL_MAX,
         "ki = min(scale * interval^exponent, norm_max / interval); 0: 0.3 for hardware, 0.001 for software "
         "stamps."),
    real(clock, "pi_integral_exponent", 0.4, -DBL_MAX, DBL_MAX, "Exponent of the formula for ki."),
    real(clock, "pi_integral_norm_max", 0.3, DBL_MIN, 2.0, "Limit in the formula for ki."),
    integer(clock, "servo_offset_threshold", 0, 0, INT_MAX,
            "Offsets below this, servo_num_offset_values in a row, make the servo stable; 0: never.")
        .with_unit("ns"),
    integer(clock, "servo_num_offset_values", 10, 0, INT_MAX, "See servo_offset_threshold."),
    flag(clock, "write_phase_mode", false,
         "Let a clock with phase control correct offsets itself once stable.")
        .ignored("the servo corrects offsets by frequency"),
    integer(clock, "ntpshm_segment", 0, INT_MIN, INT_MAX, "Segment of the ntpshm servo.")
        .ignored("there is no ntpshm servo"),
    text(clock, "refclock_sock_address", "/var/run/refclock.ptp.sock", TextForm::path,
         "Socket of the refclock_sock servo.")
        .ignored("there is no refclock_sock servo"),
    integer(clock, "initial_delay", 0, 0, INT_MAX,
            "Path delay assumed until one is measured; 0: wait for it.")
        .with_unit("ns"),
    word(port, "tsproc_mode", tsproc_words,
         "How pi and linreg make offsets of stamps; adaptive does not use it."),
    word(port, "delay_filter", delay_filter_words,
         "Filter of the path delay for pi and linreg, and of what is told of P2P links.")
        .linuxptp_has("moving_median"),
    integer(port, "delay_filter_length", 10, 1, 65536, "Samples in the delay filter."),
    integer(port, "freq_est_interval", 1, -30, 30, "Time over which a P2P neighbour's rate is estimated.")
        .with_unit("log2 s"),
    flag(clock, "lazy_receive", true,
         "A slave that asks for delay 64 times a second or more takes packets when it asks; with software "
         "stamps and no clock to steer it asks and takes for several beats at once, 24 times a second, as "
         "long as a master answers requests that come together. A master that sends as many Sync answers "
         "when it sends one. Instead of waking for each packet: stamps are as good, news up to 42 ms later.")
        .ours(),
    integer(clock, "seed", 0, 0, INT64_MAX,
            "Seed of the random parts of a run, which repeats with it; 0: another one each time.")
        .ours(),

    // --- management and telling ---------------------------------------------------------------------------
    flag(clock, "management_udp_set", false, "Obey management SETs and COMMANDs that come from the network.")
        .ours(),
    text(clock, "uds_address", "", TextForm::path, "Local socket for `pmc -u`; empty: none.")
        .linuxptp_has("/var/run/ptp4l"),
    text(clock, "uds_ro_address", "", TextForm::path, "Local socket that only tells; empty: none.")
        .linuxptp_has("/var/run/ptp4lro"),
    integer(port, "uds_file_mode", 0660, 0, 0777, "Access mode of uds_address.").octal(),
    integer(port, "uds_ro_file_mode", 0666, 0, 0777, "Access mode of uds_ro_address.").octal(),
    text(clock, "record_file", "", TextForm::path,
         "File that gets all that this clock is told by the system, to be replayed; empty: none.")
        .ours(),
    text(clock, "replay_file", "", TextForm::path,
         "File of record_file that is replayed in place of the network; options set beside it prevail over "
         "the recorded ones.")
        .ours(),
    text(clock, "slave_event_monitor", "", TextForm::path, "Socket that gets each measurement.")
        .ignored("measurements are events of the library"),
    integer(clock, "logging_level", 6, 0, 7, "Least severe syslog level that is logged.")
        .ignored("the application chooses; wirestamp ptp has options of its own"),
    integer(clock, "summary_interval", 0, INT_MIN, INT_MAX,
            "How often the wirestamp command prints a line; as JSON it prints each sample.")
        .with_unit("log2 s"),
    flag(clock, "verbose", false, "The wirestamp command prints log messages.")
        .ignored("the application chooses; wirestamp ptp has options of its own"),
    flag(clock, "use_syslog", false, "Log to the system's log.")
        .linuxptp_has("1")
        .ignored("the application gets the log messages"),
    text(clock, "message_tag", "", TextForm::anything,
         "Added to each message that the wirestamp command prints.")
        .ignored("the application chooses; wirestamp ptp has options of its own"),
    text(clock, "user", "", TextForm::anything, "User to become.")
        .ignored("a library leaves its process's privileges alone"),

    // --- what Wirestamp does without ----------------------------------------------------------------------
    flag(clock, "tc_spanning_tree", false, "Transparent clocks count stepsRemoved.").ignored(no_transparent),
    text(clock, "sa_file", "", TextForm::path, "Security associations.").fixed(no_security),
    integer(port, "spp", -1, -1, 255, "Security parameters of the port.").fixed(no_security),
    integer(port, "active_key_id", 0, 0, 0xffffffff, "Key of the port.")
        .ignored("spp is what turns security on"),
    integer(port, "allow_unauth", 0, 0, 2, "Take messages without authentication.")
        .ignored("every message is taken without authentication"),
    text(port, "cmlds.client_address", "/var/run/cmlds_client", TextForm::path, "Link delay service.")
        .ignored(no_cmlds),
    text(port, "cmlds.server_address", "/var/run/cmlds_server", TextForm::path, "Link delay service.")
        .ignored(no_cmlds),
    integer(port, "cmlds.domainNumber", 0, 0, 255, "Link delay service.").ignored(no_cmlds),
    integer(port, "cmlds.majorSdoId", 2, 0, 15, "Link delay service.").ignored(no_cmlds),
    integer(port, "cmlds.port", 0, 0, 0xffff, "Link delay service.").ignored(no_cmlds),
};

constexpr std::array aliases{
    OptionAlias{"slaveOnly", "clientOnly"},
    OptionAlias{"masterOnly", "serverOnly"},
    OptionAlias{"majorSdoId", "transportSpecific"},
    OptionAlias{"pi_offset_const", "step_threshold"},
    OptionAlias{"pi_f_offset_const", "first_step_threshold"},
    OptionAlias{"pi_max_frequency", "max_frequency"},
    OptionAlias{"tx_timestamp_retries", "tx_timestamp_timeout"},
};

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool before(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return lower(x) < lower(y); });
}

/// Insertions, deletions, changes and swaps of neighbours; a change of case alone costs half of one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> older(b.size() + 1), old(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        old[j] = 2 * j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = 2 * i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1]                 ? 0U
                                       : lower(a[i - 1]) == lower(b[j - 1]) ? 1U
                                                                            : 2U;
            now[j] = std::min({old[j] + 2, now[j - 1] + 2, old[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], older[j - 2] + 2);
        }
        older.swap(old);
        old.swap(now);
    }
    return old[b.size()];
}

const std::vector<Option>& sorted() {
    static const std::vector<Option> rows = [] {
        std::vector<Option> all(table.begin(), table.end());
        std::sort(all.begin(), all.end(),
                  [](const Option& a, const Option& b) { return before(a.name, b.name); });
        return all;
    }();
    return rows;
}

std::string allowed_text(const Option& option) {
    switch (option.type) {
        case OptionType::flag:
            return "0 or 1";
        case OptionType::integer: {
            // The limits as numbers, even where one of them has a word of its own.
            Option plain = option;
            plain.special = {};
            const std::string range =
                format_integer(plain, option.minimum) + " to " + format_integer(plain, option.maximum);
            return option.special.empty() ? range : range + " or " + std::string(option.special);
        }
        case OptionType::real: {
            const bool bounded_below = option.real_minimum > -DBL_MAX;
            const std::string low =
                option.real_minimum == DBL_MIN ? "above 0" : "at least " + format_real(option.real_minimum);
            if (option.real_maximum < DBL_MAX)
                return (bounded_below ? low + ", " : "") + "at most " + format_real(option.real_maximum);
            return bounded_below ? low : "a number";
        }
        case OptionType::word: {
            std::string list;
            for (const OptionWord& word : option.words) {
                if (!word.refused.empty())
                    continue;
                list += list.empty() ? "" : ", ";
                list += word.name;
            }
            return list;
        }
        case OptionType::text:
            return std::string(text_form_name(option.form));
    }
    return {};
}

} // namespace

std::span<const Option> options() noexcept {
    return sorted();
}

std::span<const OptionAlias> option_aliases() noexcept {
    return aliases;
}

const Option* find_option(std::string_view name) noexcept {
    for (const OptionAlias& alias : aliases)
        if (alias.name == name)
            name = alias.option;
    const auto& rows = sorted();
    const auto from =
        std::lower_bound(rows.begin(), rows.end(), name,
                         [](const Option& row, std::string_view key) { return before(row.name, key); });
    for (auto at = from; at != rows.end() && !before(name, at->name); ++at)
        if (at->name == name)
            return &*at;
    return nullptr;
}

std::string_view nearest_option(std::string_view name) {
    // Nobody mistypes by hundreds of characters, and a file of rubbish must not buy a long search.
    name = name.substr(0, 64);
    std::string_view best;
    auto least = std::pair(true, SIZE_MAX);
    const auto consider = [&](std::string_view known) {
        // A name cut short means one of those that it is a part of, however much is missing.
        const bool part = name.size() >= 3 &&
                          std::search(known.begin(), known.end(), name.begin(), name.end(),
                                      [](char a, char b) { return lower(a) == lower(b); }) != known.end();
        const auto slips = std::pair(!part, distance(name, known));
        if (slips < least) {
            least = slips;
            best = known;
        }
    };
    for (const Option& row : sorted())
        consider(row.name);
    for (const OptionAlias& alias : aliases)
        consider(alias.name);
    return best;
}

const OptionText& option_text(const Option& option) {
    static const std::vector<OptionText> texts = [] {
        std::vector<OptionText> all;
        for (const Option& row : sorted())
            all.push_back({format_default(row), allowed_text(row)});
        return all;
    }();
    return texts[static_cast<std::size_t>(&option - sorted().data())];
}

} // namespace wirestamp::ptp
