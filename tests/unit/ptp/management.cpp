// SPDX-License-Identifier: Apache-2.0
//
// Management: what is answered to whom, what may be changed by whom, errors, forwarding and notifications.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "impl/ptp/wire/management_data.hpp"
#include "impl/ptp/wire/management_linuxptp.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;
namespace mg = wirestamp::ptp::management;

namespace {

const PortIdentity pmc{clock_id(99), 7};

/// A grandmaster, a boundary clock and a slave, with a pmc at the boundary clock's socket.
struct Managed {
    Network net;

    explicit Managed(const std::function<void(EngineConfig&)>& change = {}) {
        EngineConfig a = clock_config(1);
        a.priority1 = 10;
        EngineConfig b = clock_config(2, 2);
        b.ports[0].interface_name = "eth7";
        b.ports[0].phc_index = 3;
        b.userDescription = "rack;room";
        EngineConfig c = clock_config(3);
        c.clientOnly = true;
        if (change)
            change(b);
        net.add(a, {0});
        net.add(b, {0, 1});
        net.add(c, {1});
        net.start();
        net.run_for(40 * second);
    }

    Node& clock() { return net[1]; }

    Header header() {
        Header h;
        h.sourcePortIdentity = pmc;
        h.sequenceId = sequenceId++;
        return h;
    }

    void ask(ManagementAction action, const std::function<void(MessageBuffer&)>& tlv, Route route,
             PortIdentity target = any_port_identity, std::uint8_t hops = 0) {
        MessageBuffer buffer;
        ManagementBody body;
        body.actionField = action;
        body.targetPortIdentity = target;
        body.startingBoundaryHops = body.boundaryHops = hops;
        BOOST_REQUIRE(build(buffer, header(), body));
        tlv(buffer);
        Packet packet;
        packet.port = route == Route::primary || route == Route::unicast ? 1 : 0;
        packet.route = route;
        packet.source = host(99);
        packet.management_client = 42;
        packet.bytes = buffer.octets();
        clock().local.clear();
        clock().sent.clear();
        net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
    }

    void get(ManagementId id, Route route = Route::management_read_only,
             PortIdentity target = any_port_identity) {
        ask(
            ManagementAction::get,
            [&](MessageBuffer& b) {
                append(b, ManagementTlv{id, {}});
            },
            route, target);
    }
    template <class Data>
    void set(const Data& data, Route route = Route::management_read_write,
             PortIdentity target = any_port_identity) {
        ask(
            ManagementAction::set, [&](MessageBuffer& b) { mg::append(b, data); }, route, target);
    }

    std::vector<Message> answers() {
        std::vector<Message> all;
        for (const auto* list : {&clock().local, &clock().sent})
            for (const Flying& flying : *list)
                if (flying.type() == MessageType::management)
                    all.push_back(flying.message());
        return all;
    }
    template <class Data>
    Data answer(std::size_t index = 0) {
        const auto all = answers();
        BOOST_REQUIRE_GT(all.size(), index);
        const auto tlv = read<ManagementTlv>(Tlvs(all[index]).find(TlvType::management));
        BOOST_REQUIRE(tlv);
        const auto data = mg::read<Data>(*tlv);
        BOOST_REQUIRE(data);
        return *data;
    }
    std::optional<ManagementErrorId> error() {
        const auto all = answers();
        if (all.size() != 1)
            return std::nullopt;
        const auto status = read<ManagementErrorStatus>(Tlvs(all[0]).find(TlvType::management_error_status));
        return status ? std::optional(status->managementErrorId) : std::nullopt;
    }

    std::uint16_t sequenceId = 100;
};

} // namespace

BOOST_AUTO_TEST_SUITE(management)

BOOST_AUTO_TEST_CASE(an_answer_is_addressed_as_clause_15_4_1_says) {
    Managed m;
    m.get(ManagementId::default_data_set);
    const auto all = m.answers();
    BOOST_REQUIRE_EQUAL(all.size(), 1);
    BOOST_CHECK(all[0].header.sourcePortIdentity == (PortIdentity{clock_id(2), 0}));
    BOOST_CHECK_EQUAL(all[0].header.sequenceId, 100);
    const auto* body = all[0].as<ManagementBody>();
    BOOST_CHECK(body->targetPortIdentity == pmc);
    BOOST_CHECK(body->actionField == ManagementAction::response);
    BOOST_CHECK_EQUAL(m.clock().local[0].send.management_client, 42);
    BOOST_CHECK(m.clock().local[0].send.route == Route::management_read_only);
}

BOOST_AUTO_TEST_CASE(the_data_sets_are_what_they_are) {
    Managed m;
    m.get(ManagementId::default_data_set);
    const auto defaults = m.answer<mg::DefaultDataSet>();
    BOOST_CHECK_EQUAL(defaults.numberPorts, 2);
    BOOST_CHECK(defaults.twoStepFlag);
    BOOST_CHECK(defaults.clockIdentity == clock_id(2));

    m.get(ManagementId::current_data_set);
    BOOST_CHECK_EQUAL(m.answer<mg::CurrentDataSet>().stepsRemoved, 1);

    m.get(ManagementId::parent_data_set);
    BOOST_CHECK(m.answer<mg::ParentDataSet>().grandmasterIdentity == clock_id(1));
    BOOST_CHECK_EQUAL(m.answer<mg::ParentDataSet>().grandmasterPriority1, 10);

    m.get(ManagementId::time_properties_data_set);
    BOOST_CHECK_EQUAL(m.answer<mg::TimePropertiesDataSet>().currentUtcOffset, 37);
    BOOST_CHECK_EQUAL(m.answer<mg::TimePropertiesDataSet>().flags, flag::ptp_timescale);

    m.get(ManagementId::port_data_set);
    BOOST_REQUIRE_EQUAL(m.answers().size(), 2);
    BOOST_CHECK(m.answer<mg::PortDataSet>(0).portState == PortState::slave);
    BOOST_CHECK(m.answer<mg::PortDataSet>(1).portState == PortState::master);
    BOOST_CHECK_EQUAL(m.answer<mg::PortDataSet>(1).versionNumber, 0x12);

    m.get(ManagementId::time_status_np);
    BOOST_CHECK_EQUAL(m.answer<mg::TimeStatusNp>().gmPresent, 1);
    BOOST_CHECK(m.answer<mg::TimeStatusNp>().gmIdentity == clock_id(1));
    BOOST_CHECK_GT(m.answer<mg::TimeStatusNp>().ingress_time, 0);

    m.get(ManagementId::port_properties_np, Route::management_read_write, {any_clock, 1});
    BOOST_REQUIRE_EQUAL(m.answers().size(), 1);
    m.get(ManagementId::port_hwclock_np);
    BOOST_CHECK_EQUAL(m.answer<mg::PortHwclockNp>().phc_index, 3);
    m.get(ManagementId::port_stats_np);
    BOOST_CHECK_GT(m.answer<mg::PortStatsNp>().rxMsgType[0xb], 10);
    BOOST_CHECK_GT(m.answer<mg::PortStatsNp>(1).txMsgType[0x0], 10);
}

BOOST_AUTO_TEST_CASE(every_known_id_gets_one_answer_or_one_error) {
    Managed m;
    const std::vector<std::uint16_t> ranges = {0x0000, 0x2000, 0x3000, 0x4000, 0x6000, 0xc000};
    for (const std::uint16_t start : ranges)
        for (std::uint16_t i = 0; i < 0x40; ++i) {
            const auto id = static_cast<ManagementId>(start + i);
            for (const Route route :
                 {Route::management_read_write, Route::management_read_only, Route::primary}) {
                m.get(id, route, {clock_id(2), 1});
                BOOST_CHECK_MESSAGE(m.answers().size() == 1, name(id));
                if (name(id) == "UNKNOWN")
                    BOOST_CHECK(m.error() == ManagementErrorId::no_such_id);
            }
        }
}

BOOST_AUTO_TEST_CASE(who_may_change_what) {
    Managed m;
    m.set(mg::Priority1{55}, Route::management_read_only);
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
    m.set(mg::Priority1{55}, Route::primary);
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
    BOOST_CHECK_EQUAL(m.clock().engine.data_sets().defaultDS.priority1, 128);
    BOOST_CHECK_GE(m.clock().engine.statistics(1).count(Discard::management_refused), 1);
    m.set(mg::Priority1{55});
    BOOST_CHECK_EQUAL(m.answer<mg::Priority1>().priority1, 55);
    BOOST_CHECK_EQUAL(m.clock().engine.data_sets().defaultDS.priority1, 55);

    Managed open([](EngineConfig& config) { config.network_set_allowed = true; });
    open.set(mg::Priority2{66}, Route::primary);
    BOOST_CHECK_EQUAL(open.clock().engine.data_sets().defaultDS.priority2, 66);
}

BOOST_AUTO_TEST_CASE(errors_say_what_was_wrong) {
    Managed m;
    m.set(mg::CurrentDataSet{});
    BOOST_CHECK(m.error() == ManagementErrorId::not_setable);
    m.set(mg::LogSyncInterval{-100}, Route::management_read_write, {clock_id(2), 1});
    BOOST_CHECK(m.error() == ManagementErrorId::wrong_value);
    m.set(mg::AnnounceReceiptTimeout{0}, Route::management_read_write, {clock_id(2), 1});
    BOOST_CHECK(m.error() == ManagementErrorId::wrong_value);
    BOOST_CHECK_EQUAL(m.clock().engine.data_sets().portDS[0].announceReceiptTimeout, 3);
    m.set(mg::SlaveOnly{true});
    BOOST_CHECK(m.error() == ManagementErrorId::wrong_value); // a boundary clock
    m.ask(
        ManagementAction::set,
        [](MessageBuffer& b) {
            append(b, ManagementTlv{ManagementId::priority1, {}});
        },
        Route::management_read_write);
    BOOST_CHECK(m.error() == ManagementErrorId::wrong_length);
    m.ask(
        ManagementAction::command,
        [](MessageBuffer& b) {
            append(b, ManagementTlv{ManagementId::priority1, {}});
        },
        Route::management_read_write);
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
    m.get(ManagementId::port_hwclock_np, Route::primary, {clock_id(2), 1});
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
}

BOOST_AUTO_TEST_CASE(other_targets_other_domains_and_answers_are_not_answered) {
    Managed m;
    m.get(ManagementId::default_data_set, Route::management_read_write, {clock_id(77), 1});
    BOOST_CHECK(m.answers().empty());
    m.get(ManagementId::port_data_set, Route::management_read_write, {clock_id(2), 9});
    BOOST_CHECK(m.answers().empty());
    m.ask(
        ManagementAction::response, [](MessageBuffer& b) { mg::append(b, mg::Priority1{1}); },
        Route::management_read_write);
    BOOST_CHECK(m.answers().empty());
    BOOST_CHECK_EQUAL(m.clock().engine.data_sets().defaultDS.priority1, 128);
    m.ask(
        ManagementAction::get, [](MessageBuffer&) {}, Route::primary);
    BOOST_CHECK(m.answers().empty());
}

BOOST_AUTO_TEST_CASE(a_question_from_the_network_is_answered_the_way_it_came) {
    Managed m;
    m.get(ManagementId::parent_data_set, Route::primary);
    BOOST_REQUIRE_EQUAL(m.clock().sent.size(), 1);
    BOOST_CHECK(m.clock().sent[0].send.route == Route::primary);
    m.get(ManagementId::parent_data_set, Route::unicast);
    BOOST_REQUIRE_EQUAL(m.clock().sent.size(), 1);
    BOOST_CHECK(m.clock().sent[0].send.route == Route::unicast);
    BOOST_CHECK(m.clock().sent[0].send.address == host(99));
}

BOOST_AUTO_TEST_CASE(a_boundary_clock_passes_questions_and_answers_on) {
    Managed m;
    m.ask(
        ManagementAction::get,
        [](MessageBuffer& b) {
            append(b, ManagementTlv{ManagementId::default_data_set, {}});
        },
        Route::management_read_write, {clock_id(3), 1}, 1);
    m.net.run_for(second);
    std::vector<Message> answers;
    for (const Flying& flying : m.clock().local)
        answers.push_back(flying.message());
    BOOST_REQUIRE_EQUAL(answers.size(), 1);
    BOOST_CHECK(answers[0].header.sourcePortIdentity.clockIdentity == clock_id(3));
    // With no hops left nothing goes further.
    m.ask(
        ManagementAction::get,
        [](MessageBuffer& b) {
            append(b, ManagementTlv{ManagementId::default_data_set, {}});
        },
        Route::management_read_write, {clock_id(3), 1}, 0);
    m.net.run_for(second);
    BOOST_CHECK(m.clock().local.empty());
    // Whoever may only read here may not write there.
    m.ask(
        ManagementAction::set, [](MessageBuffer& b) { mg::append(b, mg::Priority1{1}); },
        Route::management_read_only, {clock_id(3), 1}, 1);
    BOOST_CHECK_EQUAL(m.clock().sent_of(MessageType::management), 0);
}

BOOST_AUTO_TEST_CASE(ports_are_switched_off_and_on_by_command) {
    Managed m;
    m.ask(ManagementAction::command,
          [](MessageBuffer& b) {
              append(b, ManagementTlv{ManagementId::disable_port, {}});
          },
          Route::management_read_write, {clock_id(2), 2});
    BOOST_REQUIRE_GE(m.answers().size(), 1);
    BOOST_CHECK(m.answers()[0].as<ManagementBody>()->actionField == ManagementAction::acknowledge);
    BOOST_CHECK(m.clock().state(2) == PortState::disabled);
    m.ask(ManagementAction::command,
          [](MessageBuffer& b) {
              append(b, ManagementTlv{ManagementId::enable_port, {}});
          },
          Route::management_read_write, {clock_id(2), 2});
    BOOST_CHECK(m.clock().state(2) == PortState::listening);
}

BOOST_AUTO_TEST_CASE(the_grandmaster_settings_are_taken_and_announced) {
    Managed m;
    mg::GrandmasterSettingsNp settings;
    settings.clockQuality = {6, ClockAccuracy::within_100_ns, 0x4e5d};
    settings.currentUtcOffset = 37;
    settings.flags = 0x3c;
    settings.timeSource = TimeSource::gnss;
    m.set(settings);
    BOOST_CHECK(m.answer<mg::GrandmasterSettingsNp>() == settings);
    m.set(mg::Priority1{1});
    BOOST_REQUIRE(m.net.run_until_true(
        [&] { return m.net[0].state() == PortState::slave && m.net[2].state() == PortState::slave; },
        40 * second));
    BOOST_CHECK_EQUAL(m.net[0].parent().grandmasterClockQuality.clockClass, 6);
    BOOST_CHECK_EQUAL(m.net[0].engine.data_sets().timePropertiesDS.flags, 0x3c);
}

BOOST_AUTO_TEST_CASE(alternate_time_offsets_are_set_told_and_announced) {
    Managed m;
    mg::AlternateTimeOffsetProperties properties;
    properties.keyField = 1;
    properties.currentOffset = 3600;
    m.set(properties);
    BOOST_CHECK_EQUAL(m.answer<mg::AlternateTimeOffsetProperties>().currentOffset, 3600);
    m.set(mg::AlternateTimeOffsetName{1, "CET"});
    m.set(mg::AlternateTimeOffsetEnable{1, true});
    BOOST_CHECK(m.answer<mg::AlternateTimeOffsetEnable>().enable);
    m.set(mg::AlternateTimeOffsetName{1, "longer than ten"});
    BOOST_CHECK(m.error() == ManagementErrorId::wrong_value);
    m.set(mg::AlternateTimeOffsetEnable{200, true});
    BOOST_CHECK(m.error() == ManagementErrorId::wrong_value);
    const auto told = [&] {
        m.clock().sent.clear();
        m.net.run_for(5 * second);
        for (const Flying& flying : m.clock().sent) {
            if (flying.type() != MessageType::announce)
                continue;
            const Message announce = flying.message();
            const auto tlv = read<AlternateTimeOffsetIndicator>(
                Tlvs(announce).find(TlvType::alternate_time_offset_indicator));
            if (tlv && tlv->currentOffset == 3600 && tlv->displayName == "CET")
                return true;
        }
        return false;
    };
    BOOST_CHECK(!told()); // clause 16.3.2: they are the grandmaster's to tell
    m.set(mg::Priority1{1});
    BOOST_CHECK(told());
}

BOOST_AUTO_TEST_CASE(the_acceptable_master_table_is_kept_by_management_clause_17_5) {
    Managed m;
    mg::AcceptableMasterTable table;
    table.table.push_back({{clock_id(8), 1}, 77});
    m.set(table);
    BOOST_CHECK(m.answer<mg::AcceptableMasterTable>() == table);
    // It counts where it is enabled, which is a matter of each port.
    m.net.run_for(10 * second);
    BOOST_CHECK(m.clock().state(1) == PortState::slave);
    m.set(mg::AcceptableMasterTableEnabled{true}, Route::management_read_write, {clock_id(2), 1});
    BOOST_CHECK(m.answer<mg::AcceptableMasterTableEnabled>().enable);
    m.net.run_for(20 * second);
    BOOST_CHECK(m.clock().state(1) != PortState::slave);
    BOOST_CHECK_GE(m.clock().engine.statistics(1).count(Discard::not_acceptable), 5);
    m.get(ManagementId::acceptable_master_table_enabled);
    BOOST_CHECK(m.answer<mg::AcceptableMasterTableEnabled>(0).enable);
    BOOST_CHECK(!m.answer<mg::AcceptableMasterTableEnabled>(1).enable);

    table.table.push_back({{clock_id(1), 1}, 0});
    m.set(table);
    m.net.run_for(20 * second);
    BOOST_CHECK(m.clock().state(1) == PortState::slave);
    m.set(table, Route::primary);
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
}

BOOST_AUTO_TEST_CASE(the_profile_identity_is_that_of_the_profile_or_of_the_delay_mechanism) {
    const auto told = [](const std::function<void(EngineConfig&)>& change) {
        Managed m(change);
        m.get(ManagementId::clock_description, Route::management_read_only, {clock_id(2), 1});
        return m.answer<mg::ClockDescription>().profileIdentity;
    };
    using Identity = std::array<std::uint8_t, 6>;
    BOOST_CHECK(told({}) == (Identity{0x00, 0x1b, 0x19, 0x00, 0x01, 0x00}));
    BOOST_CHECK(told([](EngineConfig& c) { c.ports[0].delay_mechanism = DelayMechanism::p2p; }) ==
                (Identity{0x00, 0x1b, 0x19, 0x00, 0x02, 0x00}));
    const Identity other{0x68, 0x97, 0xe8, 0x00, 0x00, 0x01};
    BOOST_CHECK(told([&](EngineConfig& c) { c.profileIdentity = other; }) == other);
}

BOOST_AUTO_TEST_CASE(subscribers_are_told_until_their_time_is_over) {
    Managed m;
    mg::SubscribeEventsNp events;
    events.duration = 30;
    events.add(mg::Notification::port_state);
    events.add(mg::Notification::time_sync);
    events.add(mg::Notification::parent_data_set);
    m.set(events, Route::management_read_only);
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
    m.set(events, Route::primary);
    BOOST_CHECK(m.error() == ManagementErrorId::not_supported);
    m.set(events);
    BOOST_CHECK_EQUAL(m.answer<mg::SubscribeEventsNp>().duration, 30);
    m.get(ManagementId::subscribe_events_np, Route::management_read_write);
    BOOST_CHECK(m.answer<mg::SubscribeEventsNp>() == events);

    m.clock().local.clear();
    m.net.run_for(5 * second);
    BOOST_CHECK_GE(m.clock().local.size(), 4); // TIME_STATUS_NP with each sample
    m.clock().local.clear();
    m.net.with(1, [](Engine& engine, Now now, Actions& out) { engine.link(2, false, now, out); });
    BOOST_REQUIRE_EQUAL(m.answers().size(), 1);
    BOOST_CHECK(m.answer<mg::PortDataSet>().portState == PortState::faulty);
    BOOST_CHECK(m.answers()[0].header.sourcePortIdentity == (PortIdentity{clock_id(2), 2}));
    m.net.run_for(30 * second);
    m.clock().local.clear();
    m.net.run_for(10 * second);
    BOOST_CHECK(m.clock().local.empty());
}

BOOST_AUTO_TEST_CASE(a_measured_link_is_told_as_linuxptp_tells_it) {
    Managed m;
    mg::SubscribeEventsNp events;
    events.duration = 30;
    events.add(mg::Notification::cmlds);
    m.set(events);
    m.clock().local.clear();
    const auto measured = [&](double ratio) {
        m.net.with(1, [&](Engine& engine, Now now, Actions& out) {
            engine.mean_link_delay(1, 1234, ratio, now, out);
        });
    };
    measured(1 + 1e-6);
    BOOST_CHECK(m.answers().empty()); // port 1 measures end to end
    m.set(mg::DelayMechanismData{DelayMechanism::p2p}, Route::management_read_write,
          PortIdentity{clock_id(2), 1});
    m.clock().local.clear();
    measured(1 + 1e-6);
    BOOST_REQUIRE_EQUAL(m.answers().size(), 1);
    BOOST_CHECK(m.answer<mg::CmldsInfoNp>() == (mg::CmldsInfoNp{1234 << 16, 2199023, 1}));
    BOOST_CHECK(m.answers()[0].header.sourcePortIdentity == (PortIdentity{clock_id(2), 1}));
    measured(3); // no clock runs so, and the field cannot hold it
    m.get(ManagementId::cmlds_info_np, Route::primary, PortIdentity{clock_id(2), 1});
    BOOST_CHECK(m.answer<mg::CmldsInfoNp>() == (mg::CmldsInfoNp{1234 << 16, 2147483647, 1}));
}

BOOST_AUTO_TEST_CASE(subscriptions_are_bounded) {
    Managed m;
    mg::SubscribeEventsNp events;
    events.duration = 0xffff;
    events.add(mg::Notification::time_sync);
    unsigned refused = 0;
    for (std::uint16_t i = 0; i < 100; ++i) {
        MessageBuffer buffer;
        ManagementBody body;
        body.actionField = ManagementAction::set;
        Header header;
        header.sourcePortIdentity = {clock_id(99), i};
        BOOST_REQUIRE(build(buffer, header, body));
        mg::append(buffer, events);
        Packet packet;
        packet.route = Route::management_read_write;
        packet.bytes = buffer.octets();
        m.clock().local.clear();
        m.net.with(1, [&](Engine& engine, Now now, Actions& out) { engine.packet(packet, now, out); });
        refused += m.error() ? 1U : 0U;
    }
    BOOST_CHECK_EQUAL(refused, 84);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_went_away_leaves_its_place) {
    Managed m;
    mg::SubscribeEventsNp events;
    events.duration = 0xffff; // without end
    events.add(mg::Notification::time_sync);
    m.set(events);
    const auto told = [&] {
        m.clock().local.clear();
        m.net.run_for(5 * second);
        return !m.clock().local.empty();
    };
    BOOST_CHECK(told());
    const auto gone = [&](Route route, std::uint64_t client) {
        m.net.with(1, [&](Engine& engine, Now, Actions&) { engine.management_client_gone(route, client); });
    };
    gone(Route::management_read_only, 42); // numbers of the other socket are others
    gone(Route::management_read_write, 43);
    BOOST_CHECK(told());
    gone(Route::management_read_write, 42);
    BOOST_CHECK(!told());
}

BOOST_AUTO_TEST_SUITE_END()
