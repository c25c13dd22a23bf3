// SPDX-License-Identifier: Apache-2.0
//
// Boundary clocks: time properties, path trace and TLVs through them, rings, priorities changed at run time,
// and the options that forbid roles.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

#include "impl/ptp/wire/tlv_types.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

namespace {

void update(Network& net, std::size_t node, const ClockUpdate& change) {
    net.with(node, [&](Engine& engine, Now now, Actions& out) { engine.update(change, now, out); });
}

/// Grandmaster on segment 0, boundary clock between 0 and 1, slave on segment 1.
struct Chain {
    Network net;
    Node* grandmaster = nullptr;
    Node* boundary = nullptr;
    Node* slave = nullptr;

    explicit Chain(const std::function<void(EngineConfig&, EngineConfig&, EngineConfig&)>& change = {}) {
        EngineConfig a = clock_config(1);
        EngineConfig b = clock_config(2, 2);
        EngineConfig c = clock_config(3);
        a.priority1 = 10;
        c.clientOnly = true;
        for (EngineConfig* config : {&a, &b, &c})
            for (PortConfig& port : config->ports)
                port.path_trace_enabled = true;
        if (change)
            change(a, b, c);
        grandmaster = &net.add(a, {0});
        boundary = &net.add(b, {0, 1});
        slave = &net.add(c, {1});
        net.start();
    }
    bool locked() const {
        return boundary->state(1) == PortState::slave && boundary->state(2) == PortState::master &&
               slave->state() == PortState::slave &&
               slave->parent().grandmasterIdentity == grandmaster->engine.data_sets().defaultDS.clockIdentity;
    }
    bool lock() {
        return net.run_until_true([&] { return locked(); }, 40 * second);
    }
    Message last_announce(const Node& node) const {
        for (auto sent = node.sent.rbegin(); sent != node.sent.rend(); ++sent)
            if (sent->type() == MessageType::announce)
                return sent->message();
        return {};
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(boundary_clock)

BOOST_AUTO_TEST_CASE(time_goes_through_and_steps_are_counted) {
    Chain chain;
    BOOST_REQUIRE(chain.lock());
    BOOST_CHECK_EQUAL(chain.slave->engine.data_sets().currentDS.stepsRemoved, 2);
    BOOST_CHECK((chain.slave->parent().parentPortIdentity == PortIdentity{clock_id(2), 2}));
    BOOST_CHECK_EQUAL(chain.slave->parent().grandmasterPriority1, 10);
}

BOOST_AUTO_TEST_CASE(a_boundary_port_waits_to_be_sure_before_it_is_master) {
    // Clause 9.2.6.11: PRE_MASTER for stepsRemoved + 1 announce intervals, where others are on the link.
    Network net;
    EngineConfig grandmaster = clock_config(1);
    grandmaster.priority1 = 10;
    EngineConfig lesser = clock_config(3);
    lesser.priority1 = 200;
    net.add(grandmaster, {0});
    net.add(clock_config(2, 2), {0, 1});
    net.add(lesser, {1});
    net.start(0);
    net.start(2);
    net.run_for(20 * second);
    net.start(1);
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state(2) == PortState::master; }, 40 * second));
    Nanoseconds waited = 0;
    for (std::size_t i = 0; i < net[1].states.size(); ++i) {
        if (net[1].states[i].port != 2)
            continue;
        if (net[1].states[i].to == PortState::pre_master)
            waited = -net[1].state_times[i];
        if (net[1].states[i].to == PortState::master)
            waited += net[1].state_times[i];
    }
    BOOST_CHECK_EQUAL(waited, 2 * 2 * second);
}

BOOST_AUTO_TEST_CASE(a_grandmaster_need_not_wait) {
    Network net;
    EngineConfig lesser = clock_config(1);
    lesser.priority1 = 200;
    net.add(lesser);
    net.add(clock_config(2));
    net.start(0);
    net.run_for(20 * second);
    net.start(1);
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::master; }, 10 * second));
    const auto& states = net[1].states;
    const auto& times = net[1].state_times;
    BOOST_REQUIRE_GE(states.size(), 2);
    BOOST_CHECK(states[states.size() - 2].to == PortState::pre_master);
    BOOST_CHECK_EQUAL(times[times.size() - 2], times.back());
}

BOOST_AUTO_TEST_CASE(time_properties_follow_the_grandmaster_at_run_time) {
    Chain chain([](EngineConfig& a, EngineConfig&, EngineConfig&) {
        a.time_flags = flag::ptp_timescale | flag::time_traceable | flag::current_utc_offset_valid;
        a.timeSource = TimeSource::gnss;
    });
    BOOST_REQUIRE(chain.lock());
    BOOST_CHECK_EQUAL(chain.slave->engine.data_sets().timePropertiesDS.flags,
                      flag::ptp_timescale | flag::time_traceable | flag::current_utc_offset_valid);
    BOOST_CHECK(chain.slave->engine.data_sets().timePropertiesDS.timeSource == TimeSource::gnss);
    ClockUpdate change;
    change.time_flags = flag::ptp_timescale | flag::current_utc_offset_valid | flag::leap61;
    change.currentUtcOffset = std::int16_t{38};
    update(chain.net, 0, change);
    BOOST_CHECK(chain.net.run_until_true(
        [&] {
            const auto& properties = chain.slave->times.back();
            return properties.currentUtcOffset == 38 && (properties.flags & flag::leap61) != 0;
        },
        5 * second));
    const auto announced = chain.last_announce(*chain.boundary);
    BOOST_CHECK(announced.header.has(flag::leap61));
    BOOST_CHECK_EQUAL(announced.as<AnnounceBody>()->currentUtcOffset, 38);
}

BOOST_AUTO_TEST_CASE(path_trace_grows_by_one_clock_a_hop) {
    Chain chain;
    BOOST_REQUIRE(chain.lock());
    const std::vector<ClockIdentity> expected = {clock_id(1), clock_id(2)};
    BOOST_CHECK(chain.slave->engine.data_sets().path_trace == expected);
}

BOOST_AUTO_TEST_CASE(an_announce_that_has_been_here_is_discarded) {
    Chain chain;
    BOOST_REQUIRE(chain.lock());
    MessageBuffer buffer;
    Header header;
    header.sourcePortIdentity = {clock_id(77), 1};
    header.logMessageInterval = 1;
    AnnounceBody body;
    body.grandmasterPriority1 = 1;
    body.grandmasterIdentity = clock_id(77);
    for (std::uint16_t i = 0; i < 5; ++i) {
        header.sequenceId = i;
        BOOST_REQUIRE(build(buffer, header, body));
        BOOST_REQUIRE(append_path_trace(buffer, PathTrace{}, clock_id(3)));
        chain.net.deliver(2, 1, Channel::general, buffer.octets());
    }
    BOOST_CHECK(chain.locked());
    BOOST_CHECK_EQUAL(chain.slave->engine.statistics(1).count(Discard::path_loop), 5);
    BOOST_CHECK_EQUAL(chain.slave->count(FaultKind::announce_loop), 1);
}

BOOST_AUTO_TEST_CASE(tlvs_are_forwarded_or_dropped_by_their_type) {
    // Clause 14.2.2.2: what propagates, propagates unchanged, understood or not.
    Chain chain;
    const std::array<std::uint8_t, 4> value = {1, 2, 3, 4};
    chain.net.filter = [&](Flying& flying) {
        if (flying.node == 0 && flying.type() == MessageType::announce) {
            const auto append_raw = [&](std::uint16_t type) {
                for (const auto octet : {static_cast<std::uint8_t>(type >> 8),
                                         static_cast<std::uint8_t>(type), std::uint8_t{0}, std::uint8_t{4}})
                    flying.bytes.push_back(octet);
                flying.bytes.insert(flying.bytes.end(), value.begin(), value.end());
            };
            append_raw(0x4000); // ORGANIZATION_EXTENSION_PROPAGATE
            append_raw(0x8000); // ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE
            append_raw(0x0003); // ORGANIZATION_EXTENSION
            append_raw(0x7f07); // of no known type, from the propagating range
            flying.bytes[2] = static_cast<std::uint8_t>(flying.bytes.size() >> 8);
            flying.bytes[3] = static_cast<std::uint8_t>(flying.bytes.size());
        }
        return true;
    };
    BOOST_REQUIRE(chain.lock());
    const Message announced = chain.last_announce(*chain.boundary);
    std::vector<std::uint16_t> types;
    for (const Tlv& tlv : Tlvs(announced))
        types.push_back(static_cast<std::uint16_t>(tlv.tlvType));
    const std::vector<std::uint16_t> expected = {0x0008, 0x4000, 0x7f07};
    BOOST_CHECK(types == expected);
}

BOOST_AUTO_TEST_CASE(inaccuracy_adds_up_on_the_way_down) {
    // Clause 16.12. A chain of two boundary clocks, the second of which does not take part at first.
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    EngineConfig slave = clock_config(4);
    slave.clientOnly = true;
    EngineConfig second_boundary = clock_config(3, 2);
    net.add(a, {0});
    net.add(clock_config(2, 2), {0, 1});
    net.add(second_boundary, {1, 2});
    net.add(slave, {2});
    net.start();
    const auto tell = [&](std::size_t node, double dynamic, double medium) {
        net.with(node, [&](Engine& engine, Now, Actions&) { engine.inaccuracy({dynamic, medium}); });
    };
    tell(1, 1000, 50);
    BOOST_REQUIRE(net.run_until_true([&] { return net[3].state() == PortState::slave; }, 60 * second));
    net.run_for(5 * second);
    BOOST_REQUIRE(!net[3].upstream.empty());
    // One of the two says nothing of itself and passes on what it hears.
    BOOST_CHECK_EQUAL(net[3].upstream.back().silent_clocks, 1);
    BOOST_CHECK_CLOSE(net[3].upstream.back().path, 1.25 * 1000 + 50, 1e-6);
    BOOST_CHECK_EQUAL(net[2].upstream.back().silent_clocks, 0);

    tell(2, 200, 0);
    net.run_for(5 * second);
    BOOST_CHECK_EQUAL(net[3].upstream.back().silent_clocks, 0);
    BOOST_CHECK_CLOSE(net[3].upstream.back().path, 1.25 * (1000 + 200) + 50, 1e-6);
    // The grandmaster's own doubt is in clockAccuracy, and nobody above it adds to it.
    BOOST_CHECK_EQUAL(net[3].upstream.back().grandmaster, 0);

    // Better within what was said: nothing is sent out of turn. Worse: with the next Sync.
    const auto announced = net[1].sent_of(MessageType::announce);
    tell(1, 1200, 50);
    net.run_for(10 * second);
    const auto regular = net[1].sent_of(MessageType::announce) - announced;
    BOOST_CHECK_EQUAL(regular, 5);
    tell(1, std::numeric_limits<double>::infinity(), 0);
    net.run_for(1100 * ms);
    BOOST_CHECK(std::isinf(net[2].upstream.back().path));
    net.run_for(1100 * ms);
    BOOST_CHECK(std::isinf(net[3].upstream.back().path));

    // Another grandmaster, which has nothing to say: what was said is void with the change.
    net[1].silent = true;
    const auto told = net[3].upstream.size();
    net.run_for(60 * second);
    BOOST_CHECK(net[3].parent().grandmasterIdentity == clock_id(3));
    BOOST_CHECK(net[3].masters.back().reset_clock);
    BOOST_CHECK_EQUAL(net[3].upstream.size(), told);
}

BOOST_AUTO_TEST_CASE(two_paths_between_two_boundary_clocks_leave_one_port_passive) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    net.add(a, {0});
    net.add(clock_config(2, 3), {0, 1, 2});
    net.add(clock_config(3, 2), {1, 2});
    net.start();
    net.run_for(60 * second);
    BOOST_CHECK(net[1].state(1) == PortState::slave);
    BOOST_CHECK(net[1].state(2) == PortState::master);
    BOOST_CHECK(net[1].state(3) == PortState::master);
    BOOST_CHECK(net[2].state(1) == PortState::slave);
    BOOST_CHECK(net[2].state(2) == PortState::passive);
    net.run_for(60 * second);
    BOOST_CHECK(net[2].state(2) == PortState::passive);
    // The first path dies: the second takes over.
    net.with(1, [](Engine& engine, Now now, Actions& out) { engine.link(2, false, now, out); });
    BOOST_CHECK(net.run_until_true([&] { return net[2].state(2) == PortState::slave; }, 30 * second));
    BOOST_CHECK(net[2].parent().grandmasterIdentity == clock_id(1));
}

BOOST_AUTO_TEST_CASE(five_clocks_elect_and_elect_again) {
    Network net;
    for (std::uint8_t i = 1; i <= 5; ++i) {
        EngineConfig config = clock_config(i);
        config.priority2 = static_cast<std::uint8_t>(100 + i);
        net.add(config);
    }
    net.start();
    const auto elected = [&](std::size_t winner, std::size_t dead = 99) {
        for (std::size_t i = 0; i < 5; ++i)
            if (i != dead && net[i].state() != (i == winner ? PortState::master : PortState::slave))
                return false;
        return true;
    };
    BOOST_REQUIRE(net.run_until_true([&] { return elected(0); }, 30 * second));
    net[0].silent = true;
    BOOST_REQUIRE(net.run_until_true([&] { return elected(1, 0); }, 40 * second));
    net[0].silent = false;
    BOOST_REQUIRE(net.run_until_true([&] { return elected(0); }, 40 * second));
    ClockUpdate change;
    change.priority1 = std::uint8_t{1};
    update(net, 4, change);
    BOOST_REQUIRE(net.run_until_true([&] { return elected(4); }, 40 * second));
    BOOST_CHECK(net[2].masters.back().reset_clock);
    BOOST_CHECK_EQUAL(net[2].masters.back().grandmasterPriority1, 1);
}

BOOST_AUTO_TEST_CASE(a_client_only_clock_follows_even_a_worse_clock_and_never_announces) {
    Network net;
    EngineConfig a = clock_config(9);
    a.priority1 = 250;
    EngineConfig b = clock_config(1);
    b.priority1 = 1;
    b.clientOnly = true;
    net.add(a);
    net.add(b);
    net.start();
    BOOST_REQUIRE(net.run_until_true([&] { return net[1].state() == PortState::slave; }, 30 * second));
    net[0].silent = true;
    net.run_for(60 * second);
    BOOST_CHECK(net[1].state() == PortState::listening);
    BOOST_CHECK_EQUAL(net[1].sent_of(MessageType::announce), 0);
    BOOST_CHECK_EQUAL(net[1].sent_of(MessageType::sync), 0);
    BOOST_CHECK_EQUAL(net[1].engine.data_sets().defaultDS.clockQuality.clockClass, 255);
}

BOOST_AUTO_TEST_CASE(a_server_only_port_is_never_slave) {
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 1;
    EngineConfig b = clock_config(2);
    b.ports[0].serverOnly = true;
    net.add(a);
    net.add(b);
    net.start();
    net.run_for(60 * second);
    BOOST_CHECK(net[1].state() == PortState::master);
    for (const auto& change : net[1].states)
        BOOST_CHECK(change.to != PortState::slave && change.to != PortState::uncalibrated);
}

BOOST_AUTO_TEST_CASE(clock_class_threshold_max_steps_and_acceptable_masters_are_kept_to) {
    struct Row {
        const char* what;
        std::function<void(EngineConfig& master, EngineConfig& slave)> change;
        bool follows;
        Discard reason;
    };
    const std::vector<Row> rows = {
        {"class within the threshold",
         [](EngineConfig& a, EngineConfig& b) {
             a.clockQuality.clockClass = 7;
             b.clock_class_threshold = 7;
         },
         true, Discard::clock_class},
        {"class above the threshold", [](EngineConfig&, EngineConfig& b) { b.clock_class_threshold = 7; },
         false, Discard::clock_class},
        {"maxStepsRemoved 0", [](EngineConfig&, EngineConfig& b) { b.maxStepsRemoved = 0; }, false,
         Discard::steps_removed},
        {"maxStepsRemoved 1", [](EngineConfig&, EngineConfig& b) { b.maxStepsRemoved = 1; }, true,
         Discard::steps_removed},
        {"in the acceptable master table",
         [](EngineConfig&, EngineConfig& b) {
             b.acceptable_master_table_enabled = true;
             b.acceptable_masters = {{{clock_id(1), 1}, 0}};
         },
         true, Discard::not_acceptable},
        {"any port of a clock in the acceptable master table",
         [](EngineConfig&, EngineConfig& b) {
             b.acceptable_master_table_enabled = true;
             b.acceptable_masters = {{{clock_id(1), any_port}, 0}};
         },
         true, Discard::not_acceptable},
        {"another port of a clock in the acceptable master table",
         [](EngineConfig&, EngineConfig& b) {
             b.acceptable_master_table_enabled = true;
             b.acceptable_masters = {{{clock_id(1), 2}, 0}};
         },
         false, Discard::not_acceptable},
        {"not in the acceptable master table",
         [](EngineConfig&, EngineConfig& b) {
             b.acceptable_master_table_enabled = true;
             b.acceptable_masters = {{{clock_id(8), 1}, 0}};
         },
         false, Discard::not_acceptable},
    };
    for (const Row& row : rows) {
        Network net;
        EngineConfig a = clock_config(1);
        EngineConfig b = clock_config(2);
        b.clientOnly = true;
        row.change(a, b);
        net.add(a);
        net.add(b);
        net.start();
        net.run_for(30 * second);
        BOOST_CHECK_MESSAGE((net[1].state() == PortState::slave) == row.follows, row.what);
        BOOST_CHECK_MESSAGE((net[1].engine.statistics(1).count(row.reason) > 0) != row.follows, row.what);
    }
}

BOOST_AUTO_TEST_CASE(alternate_priority1_of_the_acceptable_master_table_decides_clause_17_5_3) {
    // Clock 1 announces the better priority1; the table says otherwise.
    Network net;
    EngineConfig a = clock_config(1);
    a.priority1 = 10;
    EngineConfig b = clock_config(2);
    b.priority1 = 20;
    for (EngineConfig* master : {&a, &b})
        master->ports[0].serverOnly = true; // both announce, whoever is better
    EngineConfig c = clock_config(3);
    c.clientOnly = true;
    c.acceptable_master_table_enabled = true;
    c.acceptable_masters = {{{clock_id(1), 1}, 30}, {{clock_id(2), 1}, 0}};
    net.add(a);
    net.add(b);
    net.add(c);
    net.start();
    net.run_for(40 * second);
    BOOST_CHECK(net[2].state() == PortState::slave);
    BOOST_CHECK(net[2].parent().grandmasterIdentity == clock_id(2));
    BOOST_CHECK_EQUAL(int{net[2].parent().grandmasterPriority1}, 20); // what is passed on is what was said
}

BOOST_AUTO_TEST_CASE(local_priority_decides_between_ports_in_telecom_profiles) {
    Network net;
    for (std::uint8_t i = 1; i <= 2; ++i) {
        EngineConfig config = clock_config(i);
        config.dataset_comparison = DatasetComparison::g8275;
        config.clockQuality.clockClass = 6;
        config.ports[0].serverOnly = true;
        net.add(config, {static_cast<std::size_t>(i - 1)});
    }
    EngineConfig b = clock_config(3, 2);
    b.dataset_comparison = DatasetComparison::g8275;
    b.ports[0].localPriority = 200;
    b.ports[1].localPriority = 100;
    net.add(b, {0, 1});
    net.start();
    net.run_for(40 * second);
    BOOST_CHECK(net[2].state(2) == PortState::slave);
    BOOST_CHECK(net[2].parent().grandmasterIdentity == clock_id(2));
}

BOOST_AUTO_TEST_CASE(designated_roles_need_no_announce) {
    Network net;
    EngineConfig a = clock_config(1);
    a.BMCA = BmcaMode::noop;
    a.ports[0].serverOnly = true;
    a.ports[0].inhibit_announce = true;
    EngineConfig b = clock_config(2);
    b.BMCA = BmcaMode::noop;
    b.clientOnly = true;
    net.add(a);
    net.add(b);
    net.start();
    net.run_for(5 * second);
    BOOST_CHECK(net[0].state() == PortState::master);
    BOOST_CHECK(net[1].state() == PortState::slave);
    BOOST_CHECK_EQUAL(net[0].sent_of(MessageType::announce), 0);
    net.run_for(60 * second);
    BOOST_CHECK(net[1].state() == PortState::slave || net[1].state() == PortState::uncalibrated);
    BOOST_CHECK_GE(net[1].syncs.size(), 60);
}

BOOST_AUTO_TEST_CASE(a_port_can_be_disabled_and_enabled_while_running) {
    Chain chain;
    BOOST_REQUIRE(chain.lock());
    ClockUpdate off;
    off.ports.resize(1);
    off.ports[0].port = 2;
    off.ports[0].enabled = false;
    update(chain.net, 1, off);
    BOOST_CHECK(chain.boundary->state(2) == PortState::disabled);
    BOOST_REQUIRE_EQUAL(chain.boundary->transports.size(), 1);
    BOOST_CHECK(!chain.boundary->transports[0].enabled);
    chain.net.run_for(30 * second);
    BOOST_CHECK(chain.slave->state() == PortState::listening);
    off.ports[0].enabled = true;
    update(chain.net, 1, off);
    BOOST_CHECK(chain.lock());
}

BOOST_AUTO_TEST_CASE(a_changed_sync_interval_holds_at_once) {
    Chain chain([](EngineConfig& a, EngineConfig&, EngineConfig&) { a.ports[0].logSyncInterval = 4; });
    BOOST_REQUIRE(
        chain.net.run_until_true([&] { return chain.boundary->state(1) == PortState::slave; }, 100 * second));
    ClockUpdate change;
    change.ports.resize(1);
    change.ports[0].port = 1;
    change.ports[0].logSyncInterval = std::int8_t{-3};
    update(chain.net, 0, change);
    const auto before = chain.grandmaster->sent_of(MessageType::sync);
    chain.net.run_for(10 * second);
    BOOST_CHECK_GE(chain.grandmaster->sent_of(MessageType::sync), before + 79);
}

BOOST_AUTO_TEST_SUITE_END()
