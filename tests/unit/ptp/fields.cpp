// SPDX-License-Identifier: Apache-2.0
//
// Every field of every message, and of the TLVs of unicast negotiation and management, lies once, in a
// message that was otherwise the true one at the true time. What comes of it stands in a table: it is refused
// as malformed, counted under a reason, has the effect that it says, or changes nothing at all. The table is
// held against the sizes of the messages, so that no octet is left out.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

#include "impl/ptp/wire/management_data.hpp"
#include "impl/ptp/wire/tlv_types.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

using Octets = std::vector<std::uint8_t>;
using Edit = std::function<void(Octets&)>;

enum class World : std::uint8_t { end_to_end, peer_to_peer, unicast };

/// Clock 1 leads, clock 2 follows. The `number`-th message of a type after the start of the second half is
/// changed.
struct Run {
    Network net;
    std::size_t victim;
    Octets changed; // the message as it arrived

    Run(World world, MessageType type, std::size_t sender, bool wants_tlv, TlvType tlv, const Edit& edit)
        : victim(1 - sender) {
        EngineConfig a = clock_config(1);
        EngineConfig b = clock_config(2);
        a.priority1 = 100;
        b.clientOnly = true;
        for (EngineConfig* config : {&a, &b}) {
            PortConfig& port = config->ports[0];
            port.minor_version_fallback = false;
            if (world == World::peer_to_peer)
                port.delay_mechanism = DelayMechanism::p2p;
        }
        if (world == World::unicast) {
            a.ports[0].unicast_listen = true;
            a.ports[0].inhibit_multicast_service = true;
            b.ports[0].unicast_masters = {{host(1), 128}};
            b.ports[0].unicast_req_duration = 20; // renewed, and so asked for and granted, every 15 s
        }
        net.add(a);
        net.add(b).offset = 250'000;
        net.start();
        net.run_for(20 * second);
        bool done = false;
        net.filter = [&, type, sender](Flying& flying) {
            if (done || flying.node != sender || flying.type() != type)
                return true;
            if (wants_tlv && Tlvs(flying.message()).find(tlv).octets.empty())
                return true;
            done = true;
            edit(flying.bytes);
            changed = flying.bytes;
            return true;
        };
        net.run_until_true([&] { return done; }, 20 * second);
        BOOST_REQUIRE(done);
        net.filter = {};
        net.run_for(300 * ms);
    }

    Node& node() { return net[victim]; }
    const PortStatistics& statistics() { return node().engine.statistics(1); }

    /// All that a lie could have changed.
    std::string traces() {
        std::string all;
        const auto add = [&](auto number) { all += std::to_string(number) + ' '; };
        for (const SyncMeasured& sync : node().syncs)
            add(sync.t1), add(sync.t2.time), add(sync.correction), add(int{sync.logSyncInterval});
        for (const DelayMeasured& delay : node().delays)
            add(delay.t3.time), add(delay.t4), add(delay.correction);
        for (const PeerDelayMeasured& peer : node().peer_delays)
            add(peer.t1.time), add(peer.t2), add(peer.t3), add(peer.t4.time), add(peer.correction);
        for (const Flying& flying : node().sent)
            all.append(flying.bytes.begin(), flying.bytes.end());
        add(node().states.size()), add(node().masters.size()), add(node().times.size()),
            add(node().faults.size());
        for (const std::uint64_t count : statistics().discarded)
            add(count);
        add(statistics().all_malformed());
        return all;
    }
};

struct Outcome {
    std::optional<ParseError> malformed;
    std::optional<Discard> counted;
    std::function<bool(Run&)> effect;
};
const Outcome nothing{};
Outcome refused(ParseError error) {
    return {error, {}, {}};
}
Outcome counted(Discard reason) {
    return {{}, reason, {}};
}
Outcome effect(std::function<bool(Run&)> seen) {
    return {{}, {}, std::move(seen)};
}

struct Field {
    const char* name;
    std::size_t first, last; ///< octets
    Edit edit;
    Outcome outcome;
};

Edit put(std::size_t offset, Octets value) {
    return [offset, value](Octets& octets) {
        std::copy(value.begin(), value.end(), octets.begin() + static_cast<std::ptrdiff_t>(offset));
    };
}
Edit flip(std::size_t offset, std::uint8_t bits) {
    return [offset, bits](Octets& octets) { octets[offset] ^= bits; };
}
/// The message before: what is repeated was said already.
Edit previous_sequence() {
    return [](Octets& octets) {
        const unsigned sequence = (static_cast<unsigned>(octets[30]) << 8 | octets[31]) - 1U;
        octets[30] = static_cast<std::uint8_t>(sequence >> 8);
        octets[31] = static_cast<std::uint8_t>(sequence);
    };
}

const Octets huge_seconds(6, 0xff);
const Octets too_many_nanoseconds{0x3b, 0x9a, 0xca, 0x00};
const Octets largest_correction{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr ScaledNanoseconds largest = 0x7fffffffffffffff;
Octets octets_of(const ClockIdentity& identity) {
    return {identity.octets.begin(), identity.octets.end()};
}

/// What differs between the message types in the fields that all of them have.
struct HeaderOutcomes {
    Outcome alternate_master = nothing, two_step = nothing, unicast = nothing, time_flags = nothing,
            correction = nothing, other_clock = nothing, other_port = nothing, repeated = nothing,
            interval = nothing;
};

std::vector<Field> header_fields(MessageType type, std::uint8_t victim, const HeaderOutcomes& of) {
    const auto number = static_cast<std::uint8_t>(type);
    const std::size_t size = fixed_size(type);
    return {
        {"majorSdoId", 0, 0, flip(0, 0x10), counted(Discard::other_sdo)},
        {"messageType", 0, 0, put(0, {4}), refused(ParseError::unknown_message_type)},
        {"minorVersionPTP", 1, 1, put(1, {0xf2}), nothing},
        {"versionPTP 1", 1, 1, put(1, {0x11}), refused(ParseError::unsupported_version)},
        {"versionPTP 3", 1, 1, put(1, {0x13}), refused(ParseError::unsupported_version)},
        {"messageLength 0", 2, 3, put(2, {0, 0}), refused(ParseError::message_length_too_short)},
        {"messageLength one less", 2, 3, put(2, {0, static_cast<std::uint8_t>(size - 1)}),
         refused(ParseError::message_length_too_short)},
        {"messageLength 65535", 2, 3, put(2, {0xff, 0xff}),
         refused(ParseError::message_length_exceeds_datagram)},
        {"domainNumber", 4, 4, put(4, {1}), counted(Discard::other_domain)},
        {"minorSdoId", 5, 5, put(5, {1}), counted(Discard::other_sdo)},
        {"flagField alternateMasterFlag", 6, 6, flip(6, 0x01), of.alternate_master},
        {"flagField twoStepFlag", 6, 6, flip(6, 0x02), of.two_step},
        {"flagField unicastFlag", 6, 6, flip(6, 0x04), of.unicast},
        {"flagField, reserved and profile bits", 6, 6, flip(6, 0xf8), nothing},
        {"flagField of time properties", 7, 7, flip(7, 0x3f), of.time_flags},
        {"flagField, reserved", 7, 7, flip(7, 0x80), nothing},
        {"correctionField", 8, 15, put(8, largest_correction), of.correction},
        {"messageTypeSpecific", 16, 19, put(16, {1, 2, 3, 4}), nothing},
        {"sourcePortIdentity of the receiver", 20, 27, put(20, octets_of(clock_id(victim))),
         counted(Discard::own_message)},
        {"sourcePortIdentity.clockIdentity", 20, 27, put(20, octets_of(clock_id(77))), of.other_clock},
        {"sourcePortIdentity.portNumber", 28, 29, put(28, {7, 7}), of.other_port},
        {"sequenceId", 30, 31, previous_sequence(), of.repeated},
        {"controlField", 32, 32, put(32, {static_cast<std::uint8_t>(0xe0 + number)}), nothing},
        {"logMessageInterval", 33, 33, put(33, {0x80}), of.interval},
    };
}

void add_timestamp(std::vector<Field>& fields, std::size_t at, const Outcome& unusable) {
    fields.push_back({"timestamp.secondsField", at, at + 5, put(at, huge_seconds), unusable});
    fields.push_back({"timestamp.nanosecondsField", at + 6, at + 9, put(at + 6, too_many_nanoseconds),
                      refused(ParseError::timestamp_out_of_range)});
}
void add_requesting_port(std::vector<Field>& fields, std::size_t at) {
    fields.push_back({"requestingPortIdentity.clockIdentity", at, at + 7, put(at, octets_of(clock_id(9))),
                      counted(Discard::not_for_us)});
    fields.push_back({"requestingPortIdentity.portNumber", at + 8, at + 9, put(at + 8, {0, 2}),
                      counted(Discard::not_for_us)});
}
void add_target_port(std::vector<Field>& fields) {
    fields.push_back({"targetPortIdentity.clockIdentity", 34, 41, put(34, octets_of(clock_id(9))),
                      counted(Discard::not_for_us)});
    fields.push_back(
        {"targetPortIdentity.portNumber", 42, 43, put(42, {0, 9}), counted(Discard::not_for_us)});
}

void check(
    World world, MessageType type, std::size_t sender, const std::vector<Field>& fields, std::size_t size,
    std::optional<TlvType> tlv = {}, const Edit& as_it_should_be = [](Octets&) {}) {
    const auto run = [&](const Edit& edit) {
        return Run(world, type, sender, tlv.has_value(), tlv.value_or(TlvType::management), edit);
    };
    Run truth = run(as_it_should_be);
    BOOST_REQUIRE_GE(truth.changed.size(), size);
    const std::string traces = truth.traces();
    std::vector<bool> lied(size, false);
    for (const Field& field : fields) {
        Run lie = run(field.edit);
        const std::string what = std::string(name(type)) + " " + field.name;
        BOOST_CHECK_MESSAGE(lie.changed != truth.changed, what + " was not changed");
        const auto& expected = field.outcome;
        const PortStatistics& before = truth.statistics();
        const PortStatistics& after = lie.statistics();
        BOOST_CHECK_MESSAGE(after.all_malformed() - before.all_malformed() == (expected.malformed ? 1 : 0),
                            what + ": malformed");
        if (expected.malformed)
            BOOST_CHECK_MESSAGE(after.count(*expected.malformed) == before.count(*expected.malformed) + 1,
                                what + ": as what malformed");
        if (expected.counted)
            BOOST_CHECK_MESSAGE(after.count(*expected.counted) > before.count(*expected.counted),
                                what + ": not counted");
        if (expected.effect)
            BOOST_CHECK_MESSAGE(expected.effect(lie), what + ": no effect");
        const bool silent = !expected.malformed && !expected.counted && !expected.effect;
        BOOST_CHECK_MESSAGE((lie.traces() == traces) == silent,
                            what + (silent ? " left traces" : " left none"));
        // A lie of one message never makes a clock leave its master for another.
        BOOST_CHECK_MESSAGE(lie.node().states.size() == truth.node().states.size(),
                            what + ": changed the state");
        for (std::size_t octet = field.first; octet <= field.last && octet < size; ++octet)
            lied[octet] = true;
    }
    for (std::size_t octet = 0; octet < size; ++octet)
        BOOST_CHECK_MESSAGE(lied[octet],
                            std::string(name(type)) + ": no field at octet " + std::to_string(octet));
}

constexpr std::size_t leader = 0;
constexpr std::size_t follower = 1;

/// The last answer of this type that the victim sent.
std::optional<Message> answer(Run& run, MessageType type) {
    for (auto sent = run.node().sent.rbegin(); sent != run.node().sent.rend(); ++sent)
        if (sent->type() == type)
            return sent->message();
    return std::nullopt;
}
bool any_answer(Run& run, MessageType type, const std::function<bool(const Flying&)>& good) {
    return std::any_of(run.node().sent.begin(), run.node().sent.end(),
                       [&](const Flying& f) { return f.type() == type && good(f); });
}

} // namespace

BOOST_AUTO_TEST_SUITE(every_field_lies)

BOOST_AUTO_TEST_CASE(sync) { // clause 13.6
    HeaderOutcomes of;
    of.alternate_master = counted(Discard::alternate_master);
    of.two_step = counted(Discard::stale_sequence); // taken as one-step, so that its Follow_Up comes too late
    of.correction = counted(Discard::origin_timestamp_jump);
    of.other_clock = of.other_port = counted(Discard::not_from_parent);
    of.repeated = counted(Discard::stale_sequence);
    auto fields = header_fields(MessageType::sync, 2, of);
    add_timestamp(fields, 34, nothing); // of a two-step Sync: an estimate for nobody
    fields.push_back({"logMessageInterval 5", 33, 33, put(33, {5}),
                      effect([](Run& run) { return run.node().syncs.back().logSyncInterval == 5; })});
    check(World::end_to_end, MessageType::sync, leader, fields, 44);
}

BOOST_AUTO_TEST_CASE(follow_up) { // clause 13.7
    HeaderOutcomes of;
    of.alternate_master = counted(Discard::alternate_master);
    of.correction = counted(Discard::origin_timestamp_jump);
    of.other_clock = of.other_port = counted(Discard::not_from_parent);
    of.repeated = counted(Discard::stale_sequence);
    auto fields = header_fields(MessageType::follow_up, 2, of);
    add_timestamp(fields, 34, counted(Discard::timestamp_unusable));
    fields.push_back({"a jump of a second", 39, 39, flip(39, 0x01), counted(Discard::origin_timestamp_jump)});
    check(World::end_to_end, MessageType::follow_up, leader, fields, 44);
}

BOOST_AUTO_TEST_CASE(delay_req) { // clause 13.6, and what clause 11.3.2 has answered
    HeaderOutcomes of;
    of.unicast = effect([](Run& run) {
        return any_answer(run, MessageType::delay_resp,
                          [](const Flying& f) { return f.send.route == Route::unicast; });
    });
    of.correction = effect(
        [](Run& run) { return answer(run, MessageType::delay_resp)->header.correctionField == largest; });
    of.other_clock = effect([](Run& run) {
        return answer(run, MessageType::delay_resp)
                   ->as<DelayRespBody>()
                   ->requestingPortIdentity.clockIdentity == clock_id(77);
    });
    of.other_port = effect([](Run& run) {
        return answer(run, MessageType::delay_resp)->as<DelayRespBody>()->requestingPortIdentity.portNumber ==
               0x0707;
    });
    of.repeated = effect([](Run& run) {
        return answer(run, MessageType::delay_resp)->header.sequenceId ==
               static_cast<std::uint16_t>(run.changed[30] << 8 | run.changed[31]);
    });
    auto fields = header_fields(MessageType::delay_req, 1, of);
    add_timestamp(fields, 34, nothing);
    check(World::end_to_end, MessageType::delay_req, follower, fields, 44);
}

BOOST_AUTO_TEST_CASE(delay_resp) { // clause 13.8
    HeaderOutcomes of;
    of.alternate_master = counted(Discard::alternate_master);
    // Whoever measures must doubt it: the engine cannot know how long a packet may rest in transparent
    // clocks.
    of.correction = effect([](Run& run) { return run.node().delays.back().correction == largest; });
    of.other_clock = of.other_port = counted(Discard::not_from_parent);
    of.repeated = counted(Discard::unknown_sequence);
    auto fields = header_fields(MessageType::delay_resp, 2, of);
    add_timestamp(fields, 34, counted(Discard::timestamp_unusable));
    add_requesting_port(fields, 44);
    check(World::end_to_end, MessageType::delay_resp, leader, fields, 54);
}

BOOST_AUTO_TEST_CASE(announce) { // clause 13.5
    HeaderOutcomes of;
    of.alternate_master = counted(Discard::alternate_master);
    of.time_flags =
        effect([](Run& run) { return run.node().times.back().flags == (0x3f ^ flag::ptp_timescale); });
    of.repeated = counted(Discard::stale_sequence);
    auto fields = header_fields(MessageType::announce, 2, of);
    const auto parent = [](auto seen) {
        return effect([seen](Run& run) { return seen(run.node().parent()); });
    };
    add_timestamp(fields, 34, nothing);
    fields.push_back({"currentUtcOffset", 44, 45, put(44, {0x80, 0x00}),
                      effect([](Run& run) { return run.node().times.back().currentUtcOffset == -32768; })});
    fields.push_back({"reserved", 46, 46, put(46, {0xff}), nothing});
    fields.push_back({"grandmasterPriority1", 47, 47, put(47, {255}),
                      parent([](const ParentDS& p) { return p.grandmasterPriority1 == 255; })});
    fields.push_back({"clockClass 255", 48, 48, put(48, {255}), counted(Discard::clock_class)});
    fields.push_back({"clockClass 6", 48, 48, put(48, {6}),
                      parent([](const ParentDS& p) { return p.grandmasterClockQuality.clockClass == 6; })});
    fields.push_back({"clockAccuracy", 49, 49, put(49, {0x01}), parent([](const ParentDS& p) {
                          return static_cast<int>(p.grandmasterClockQuality.clockAccuracy) == 1;
                      })});
    fields.push_back({"offsetScaledLogVariance", 50, 51, put(50, {0, 1}), parent([](const ParentDS& p) {
                          return p.grandmasterClockQuality.offsetScaledLogVariance == 1;
                      })});
    fields.push_back({"grandmasterPriority2", 52, 52, put(52, {3}),
                      parent([](const ParentDS& p) { return p.grandmasterPriority2 == 3; })});
    fields.push_back({"grandmasterIdentity", 53, 60, put(53, octets_of(clock_id(77))),
                      parent([](const ParentDS& p) { return p.grandmasterIdentity == clock_id(77); })});
    fields.push_back({"stepsRemoved 255", 61, 62, put(61, {0, 255}), counted(Discard::steps_removed)});
    fields.push_back({"stepsRemoved 5", 61, 62, put(61, {0, 5}), effect([](Run& run) {
                          return run.node().engine.data_sets().currentDS.stepsRemoved == 6;
                      })});
    fields.push_back({"timeSource", 63, 63, put(63, {0x01}),
                      effect([](Run& run) { return int{run.node().times.back().timeSource} == 1; })});
    check(World::end_to_end, MessageType::announce, leader, fields, 64);
}

BOOST_AUTO_TEST_CASE(pdelay_req) { // clause 13.9, and what clause 11.4.2 has answered
    const auto asked = [](auto seen) {
        return effect([seen](Run& run) {
            return any_answer(run, MessageType::pdelay_resp,
                              [&](const Flying& f) { return seen(*f.message().as<PdelayRespBody>()); });
        });
    };
    HeaderOutcomes of;
    of.unicast = effect([](Run& run) {
        return any_answer(run, MessageType::pdelay_resp,
                          [](const Flying& f) { return f.send.route == Route::unicast; });
    });
    of.correction = effect([](Run& run) {
        return answer(run, MessageType::pdelay_resp_follow_up)->header.correctionField == largest;
    });
    of.other_clock = asked(
        [](const PdelayRespBody& body) { return body.requestingPortIdentity.clockIdentity == clock_id(77); });
    of.other_port =
        asked([](const PdelayRespBody& body) { return body.requestingPortIdentity.portNumber == 0x0707; });
    of.repeated = effect([](Run& run) {
        return answer(run, MessageType::pdelay_resp)->header.sequenceId ==
               static_cast<std::uint16_t>(run.changed[30] << 8 | run.changed[31]);
    });
    auto fields = header_fields(MessageType::pdelay_req, 2, of);
    add_timestamp(fields, 34, nothing);
    fields.push_back({"reserved", 44, 53, put(44, Octets(10, 0xff)), nothing});
    check(World::peer_to_peer, MessageType::pdelay_req, leader, fields, 54);
}

BOOST_AUTO_TEST_CASE(pdelay_resp) { // clause 13.10
    HeaderOutcomes of;
    of.two_step = effect([](Run& run) { return run.node().peer_delays.back().turnaround_only; });
    of.correction = effect([](Run& run) { return run.node().peer_delays.back().correction == largest; });
    of.other_clock = of.other_port =
        effect([](Run& run) { return run.node().count(FaultKind::multiple_peers) == 1; });
    of.repeated = counted(Discard::unknown_sequence);
    auto fields = header_fields(MessageType::pdelay_resp, 2, of);
    add_timestamp(fields, 34, counted(Discard::timestamp_unusable));
    add_requesting_port(fields, 44);
    check(World::peer_to_peer, MessageType::pdelay_resp, leader, fields, 54);
}

BOOST_AUTO_TEST_CASE(pdelay_resp_follow_up) { // clause 13.11
    HeaderOutcomes of;
    of.correction = effect([](Run& run) { return run.node().peer_delays.back().correction == largest; });
    of.other_clock = of.other_port =
        effect([](Run& run) { return run.node().count(FaultKind::multiple_peers) == 1; });
    of.repeated = counted(Discard::unknown_sequence);
    auto fields = header_fields(MessageType::pdelay_resp_follow_up, 2, of);
    add_timestamp(fields, 34, counted(Discard::timestamp_unusable));
    add_requesting_port(fields, 44);
    check(World::peer_to_peer, MessageType::pdelay_resp_follow_up, leader, fields, 54);
}

namespace {

UnicastGrant last_grant(Run& run) {
    UnicastGrant last;
    for (const Flying& flying : run.node().sent)
        if (flying.type() == MessageType::signaling) {
            const Message message = flying.message();
            for (const Tlv& tlv : Tlvs(message))
                if (const auto grant = read<UnicastGrant>(tlv))
                    last = *grant;
        }
    return last;
}

/// How often the victim asked for what the changed message granted.
unsigned requests(Run& run) {
    unsigned found = 0;
    for (const Flying& flying : run.node().sent)
        if (flying.type() == MessageType::signaling) {
            const Message message = flying.message();
            for (const Tlv& tlv : Tlvs(message))
                if (const auto request = read<UnicastRequest>(tlv))
                    found += static_cast<unsigned>(request->messageType) == run.changed[48] >> 4 ? 1U : 0U;
        }
    return found;
}

/// Of the TLV that follows a message of `at` octets at once.
void add_tlv_header(std::vector<Field>& fields, std::size_t at, ParseError shorter) {
    fields.push_back({"tlvType", at, at + 1, put(at, {0x77, 0x77}), counted(Discard::unknown_tlv)});
    fields.push_back({"lengthField odd", at + 2, at + 3, [at](Octets& octets) { --octets[at + 3]; },
                      refused(ParseError::tlv_odd_length)});
    fields.push_back(
        {"lengthField 65534", at + 2, at + 3, put(at + 2, {0xff, 0xfe}), refused(ParseError::tlv_truncated)});
    // All that follows is a TLV of its own then, of type 0 and length 0.
    fields.push_back({"lengthField 0", at + 2, at + 3,
                      [at](Octets& octets) {
                          octets[at + 3] = 0;
                          std::fill(octets.begin() + static_cast<std::ptrdiff_t>(at + 4), octets.end(),
                                    std::uint8_t{0});
                      },
                      refused(shorter)});
}

} // namespace

BOOST_AUTO_TEST_CASE(signaling_with_a_request) { // clauses 13.12 and 16.1.4.1
    std::vector<Field> fields = header_fields(
        MessageType::signaling, 1,
        {.other_clock = effect([](Run& run) {
             return answer(run, MessageType::signaling)
                        ->as<SignalingBody>()
                        ->targetPortIdentity.clockIdentity == clock_id(77);
         }),
         .other_port = effect([](Run& run) {
             return answer(run, MessageType::signaling)->as<SignalingBody>()->targetPortIdentity.portNumber ==
                    0x0707;
         })});
    add_target_port(fields);
    add_tlv_header(fields, 44, ParseError::tlv_too_short);
    fields.push_back({"messageType", 48, 48, put(48, {0x50}), counted(Discard::unicast_refused)});
    fields.push_back({"reserved", 48, 48, flip(48, 0x0f), nothing});
    fields.push_back(
        {"logInterMessagePeriod -128", 49, 49, put(49, {0x80}), counted(Discard::unicast_refused)});
    fields.push_back({"logInterMessagePeriod 127", 49, 49, put(49, {0x7f}),
                      effect([](Run& run) { return last_grant(run).logInterMessagePeriod == 4; })});
    fields.push_back({"durationField 0", 50, 53, put(50, {0, 0, 0, 0}), counted(Discard::unicast_refused)});
    fields.push_back({"durationField 2^32 - 1", 50, 53, put(50, {0xff, 0xff, 0xff, 0xff}),
                      effect([](Run& run) { return last_grant(run).durationField == 3600; })});
    check(World::unicast, MessageType::signaling, follower, fields, 54,
          TlvType::request_unicast_transmission);
}

BOOST_AUTO_TEST_CASE(signaling_with_a_grant) { // clause 16.1.4.2
    std::vector<Field> fields = header_fields(MessageType::signaling, 2, {});
    add_target_port(fields);
    add_tlv_header(fields, 44, ParseError::tlv_too_short);
    fields.push_back(
        {"messageType that cannot be granted", 48, 48, put(48, {0x50}), counted(Discard::unicast_refused)});
    fields.push_back(
        {"messageType that was not asked for", 48, 48, put(48, {0xa0}), counted(Discard::unicast_refused)});
    fields.push_back({"reserved", 48, 48, flip(48, 0x0f), nothing});
    fields.push_back(
        {"logInterMessagePeriod", 49, 49, put(49, {0x80}), nothing}); // of an Announce: only waited for
    fields.push_back({"durationField 0", 50, 53, put(50, {0, 0, 0, 0}),
                      effect([](Run& run) { return run.node().count(FaultKind::unicast_denied) > 0; })});
    fields.push_back(
        {"durationField 2^32 - 1", 50, 53, put(50, {0xff, 0xff, 0xff, 0xff}), effect([](Run& run) {
             const auto asked = requests(run);
             run.net.run_for(20 * second); // no longer than was asked
             return requests(run) > asked;
         })});
    fields.push_back({"reserved", 54, 54, put(54, {0xff}), nothing});
    fields.push_back({"flags", 55, 55, put(55, {0xfe}), nothing});
    check(World::unicast, MessageType::signaling, leader, fields, 56, TlvType::grant_unicast_transmission);
}

BOOST_AUTO_TEST_CASE(management) { // clause 15.4.1, a GET of PRIORITY1 to the follower's port
    // Nobody manages in this network: the question comes in the place of an Announce of the leader's.
    const auto ask = [](Octets& octets) {
        Header header;
        header.sourcePortIdentity = {clock_id(99), 7};
        header.sequenceId = 5;
        header.logMessageInterval = 0x7f;
        ManagementBody body;
        body.targetPortIdentity = {clock_id(2), 1};
        body.startingBoundaryHops = 3;
        body.boundaryHops = 2;
        MessageBuffer buffer;
        BOOST_REQUIRE(build(buffer, header, body));
        BOOST_REQUIRE(append(buffer, ManagementTlv{ManagementId::priority1, {}}));
        octets.assign(buffer.octets().begin(), buffer.octets().end());
    };
    const auto body_of_answer = [](auto seen) {
        return effect(
            [seen](Run& run) { return seen(*answer(run, MessageType::management)->as<ManagementBody>()); });
    };
    HeaderOutcomes of;
    of.other_clock = body_of_answer(
        [](const ManagementBody& body) { return body.targetPortIdentity.clockIdentity == clock_id(77); });
    of.other_port = body_of_answer(
        [](const ManagementBody& body) { return body.targetPortIdentity.portNumber == 0x0707; });
    of.repeated =
        effect([](Run& run) { return answer(run, MessageType::management)->header.sequenceId == 4; });
    std::vector<Field> fields = header_fields(MessageType::management, 2, of);
    add_target_port(fields);
    fields.pop_back(); // a data set of the clock's is asked of any of its ports
    fields.push_back({"targetPortIdentity.portNumber", 42, 43, put(42, {0, 9}), nothing});
    fields.push_back(
        {"startingBoundaryHops", 44, 44, put(44, {9}),
         body_of_answer([](const ManagementBody& body) { return body.startingBoundaryHops == 7; })});
    fields.push_back(
        {"startingBoundaryHops below boundaryHops", 44, 44, put(44, {0}),
         body_of_answer([](const ManagementBody& body) { return body.startingBoundaryHops == 0; })});
    fields.push_back({"boundaryHops", 45, 45, put(45, {3}), body_of_answer([](const ManagementBody& body) {
                          return body.startingBoundaryHops == 0;
                      })});
    fields.push_back({"actionField", 46, 46, put(46, {0x07}), counted(Discard::management_refused)});
    fields.push_back({"actionField SET", 46, 46, put(46, {0x01}), counted(Discard::management_refused)});
    fields.push_back({"reserved", 46, 46, flip(46, 0xf0), nothing});
    fields.push_back({"reserved", 47, 47, put(47, {0xff}), nothing});
    fields.push_back({"tlvType", 48, 49, put(48, {0x77, 0x77}), counted(Discard::unknown_tlv)});
    fields.push_back({"lengthField odd", 50, 51, put(50, {0, 1}), refused(ParseError::tlv_odd_length)});
    fields.push_back(
        {"lengthField 65534", 50, 51, put(50, {0xff, 0xfe}), refused(ParseError::tlv_truncated)});
    fields.push_back({"managementId", 52, 53, put(52, {0x1f, 0xff}), counted(Discard::management_refused)});
    for (Field& field : fields)
        field.edit = [ask, edit = field.edit](Octets& octets) {
            ask(octets);
            edit(octets);
        };
    check(World::end_to_end, MessageType::announce, leader, fields, 54, {}, ask);
}

BOOST_AUTO_TEST_SUITE_END()
