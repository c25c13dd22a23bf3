// SPDX-License-Identifier: Apache-2.0
//
// Two ordinary clocks, E2E over multicast: who becomes what, what is measured, and what losses do.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/unit/ptp/clocks.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

BOOST_AUTO_TEST_SUITE(ordinary_clock)

BOOST_AUTO_TEST_CASE(the_better_priority_becomes_master_and_the_other_its_slave) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    BOOST_CHECK(clocks.slave->parent().grandmasterIdentity == clock_id(1));
    BOOST_CHECK((clocks.slave->parent().parentPortIdentity == PortIdentity{clock_id(1), 1}));
    BOOST_CHECK_EQUAL(clocks.slave->engine.data_sets().currentDS.stepsRemoved, 1);
    BOOST_CHECK(!clocks.slave->masters.back().is_self);
    BOOST_CHECK(clocks.master->masters.back().is_self);
}

BOOST_AUTO_TEST_CASE(states_go_by_way_of_uncalibrated) {
    Clocks clocks([](EngineConfig&, EngineConfig& b) { b.clientOnly = true; });
    BOOST_REQUIRE(clocks.lock());
    std::vector<PortState> seen;
    for (const auto& change : clocks.slave->states)
        seen.push_back(change.to);
    const std::vector<PortState> expected = {PortState::initializing, PortState::listening,
                                             PortState::uncalibrated, PortState::slave};
    // A client that hears nobody stays in LISTENING without saying so again.
    BOOST_CHECK(seen == expected);
}

BOOST_AUTO_TEST_CASE(both_directions_are_measured_exactly) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    clocks.net.run_for(10 * second);
    BOOST_REQUIRE_GE(clocks.slave->syncs.size(), 9);
    BOOST_REQUIRE_GE(clocks.slave->delays.size(), 4);
    for (const auto& sync : clocks.slave->syncs)
        BOOST_CHECK_EQUAL(sync.t2.time - sync.t1 - sync.correction / 65536, 250'000 + 5'000);
    for (const auto& delay : clocks.slave->delays)
        BOOST_CHECK_EQUAL(delay.t4 - delay.t3.time - delay.correction / 65536, 5'000 - 250'000);
    BOOST_CHECK_EQUAL(clocks.master->faults.size(), 0);
    BOOST_CHECK_EQUAL(clocks.slave->faults.size(), 0);
}

BOOST_AUTO_TEST_CASE(delay_asymmetry_and_latencies_are_taken_out) {
    Clocks clocks([](EngineConfig&, EngineConfig& b) {
        b.ports[0].delayAsymmetry = 1'000 * 65536;
        b.ports[0].ingressLatency = 200 * 65536;
        b.ports[0].egressLatency = 300 * 65536;
    });
    BOOST_REQUIRE(clocks.lock());
    const auto& sync = clocks.slave->syncs.back();
    BOOST_CHECK_EQUAL(sync.t2.time - sync.t1 - sync.correction / 65536, 255'000 - 200 - 1'000);
    const auto& delay = clocks.slave->delays.back();
    BOOST_CHECK_EQUAL(delay.t4 - delay.t3.time - delay.correction / 65536, -245'000 - 300 + 1'000);
}

BOOST_AUTO_TEST_CASE(correction_fields_of_transparent_clocks_are_added_up) {
    Clocks clocks;
    clocks.net.filter = [](Flying& flying) {
        const auto add = [&](std::uint8_t ns) { flying.bytes[13] = ns; };
        if (flying.type() == MessageType::sync)
            add(10);
        if (flying.type() == MessageType::follow_up)
            add(7);
        if (flying.type() == MessageType::delay_req)
            add(5);
        return true;
    };
    BOOST_REQUIRE(clocks.lock());
    BOOST_CHECK_EQUAL(clocks.slave->syncs.back().correction, 17 * 65536);
    BOOST_CHECK_EQUAL(clocks.slave->delays.back().correction, 5 * 65536);
}

BOOST_AUTO_TEST_CASE(a_master_keeps_its_pace_however_late_it_is_called) {
    // 128/s asked: 128/s sent, with calls that come up to 3 ms late (deadline += interval, not now +
    // interval).
    EngineConfig config = clock_config(1);
    config.ports[0].logSyncInterval = -7;
    config.ports[0].logAnnounceInterval = 0;
    Engine engine(config, 7);
    Actions out;
    Nanoseconds time = 0;
    engine.start({time, time}, out);
    std::size_t syncs = 0;
    std::size_t last_burst = 0;
    Nanoseconds counted_from = -1;
    std::uint64_t late = 1;
    while (counted_from < 0 || time < counted_from + 10 * second) {
        late = late * 6364136223846793005U + 1442695040888963407U;
        time = std::max(time, engine.next_deadline()) + static_cast<Nanoseconds>((late >> 40) % 3'000'000);
        out.clear();
        engine.timer({time, time}, out);
        last_burst = 0;
        for (const Action& action : out.list())
            if (const auto* send = std::get_if<SendMessage>(&action); send && send->wants_stamp)
                ++last_burst;
        BOOST_CHECK_LE(last_burst, 1);
        syncs += counted_from >= 0 ? last_burst : 0;
        if (counted_from < 0 && last_burst > 0)
            counted_from = time;
    }
    BOOST_CHECK_GE(syncs, 1279);
    BOOST_CHECK_LE(syncs, 1281);

    // Ten seconds of suspension are not made up for.
    time += 10 * second;
    out.clear();
    engine.timer({time, time}, out);
    std::size_t after = 0;
    for (int i = 0; i < 20 && engine.next_deadline() <= time; ++i)
        engine.timer({time, time}, out);
    for (const Action& action : out.list())
        if (const auto* send = std::get_if<SendMessage>(&action); send && send->wants_stamp)
            ++after;
    BOOST_CHECK_LE(after, 2);
}

BOOST_AUTO_TEST_CASE(a_follow_up_that_overtakes_its_sync_is_paired) {
    Clocks clocks;
    clocks.net.delay_of = [](const Flying& flying) {
        return flying.type() == MessageType::sync ? Nanoseconds{2'000'000} : Nanoseconds{5'000};
    };
    BOOST_REQUIRE(clocks.lock());
    const auto before = clocks.slave->syncs.size();
    clocks.net.run_for(10 * second);
    BOOST_CHECK_GE(clocks.slave->syncs.size(), before + 9);
    BOOST_CHECK_EQUAL(clocks.slave->syncs.back().t2.time - clocks.slave->syncs.back().t1, 2'250'000);
}

BOOST_AUTO_TEST_CASE(lost_follow_ups_cost_one_sample_each_and_are_counted) {
    Clocks clocks([](EngineConfig& a, EngineConfig&) { a.ports[0].logSyncInterval = -4; });
    BOOST_REQUIRE(clocks.lock());
    int number = 0;
    clocks.net.filter = [&](Flying& flying) {
        return flying.type() != MessageType::follow_up || ++number % 4 != 0;
    };
    const auto before = clocks.slave->syncs.size();
    clocks.net.run_for(8 * second);
    const auto measured = clocks.slave->syncs.size() - before;
    BOOST_CHECK_GE(measured, 95);
    BOOST_CHECK_LE(measured, 97);
    BOOST_CHECK_GE(clocks.slave->engine.statistics(1).follow_ups_lost, 31);
    BOOST_CHECK(clocks.slave->state() == PortState::slave);
    // Rate-limited: at most one event a second, though four are lost in one.
    BOOST_CHECK_LE(clocks.slave->faults.size(), 9);
    BOOST_CHECK_GE(clocks.slave->count(FaultKind::follow_up_lost), 25);
}

BOOST_AUTO_TEST_CASE(lost_transmit_stamps_are_faults_told_but_never_a_faulty_port) {
    Clocks clocks([](EngineConfig& a, EngineConfig&) { a.ports[0].minor_version_fallback = false; });
    BOOST_REQUIRE(clocks.lock());
    clocks.master->stamps = false;
    clocks.slave->stamps = false;
    clocks.net.run_for(20 * second);
    BOOST_CHECK(clocks.locked());
    BOOST_CHECK_GE(clocks.master->engine.statistics(1).transmit_stamps_lost, 17);
    BOOST_CHECK_GE(clocks.master->count(FaultKind::transmit_stamp_lost), 17);
    clocks.master->stamps = true;
    clocks.slave->stamps = true;
    const auto before = clocks.slave->syncs.size();
    clocks.net.run_for(5 * second);
    BOOST_CHECK_GE(clocks.slave->syncs.size(), before + 4);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_sent_is_told_and_the_next_goes_out_at_its_time) {
    // A full queue (EAGAIN), no memory, a route that is not there: for a while nothing leaves.
    constexpr std::int32_t full_queue = 11;
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    const auto state_changes = clocks.master->states.size() + clocks.slave->states.size();
    bool blocked = true;
    std::vector<StampId> unsent;
    clocks.net.filter = [&](Flying& flying) {
        const bool lost = blocked && flying.node == 0 && flying.type() == MessageType::sync;
        if (lost)
            unsent.push_back(flying.send.stamp_id);
        return !lost;
    };
    clocks.master->stamps = false;
    std::size_t failures = 0;
    for (int i = 0; i < 25; ++i) {
        clocks.net.run_for(second / 10);
        for (const StampId id : unsent)
            clocks.net.with(0, [&](Engine& engine, Now now, Actions& out) {
                engine.transmit_failed(1, id, full_queue, now, out);
            });
        failures += unsent.size();
        unsent.clear();
    }
    BOOST_CHECK_GE(failures, 2);
    const auto& statistics = clocks.master->engine.statistics(1);
    BOOST_CHECK_EQUAL(statistics.send_failures, failures);
    BOOST_CHECK_EQUAL(statistics.transmit_stamps_lost, 0); // what was not sent has no stamp to lose
    BOOST_CHECK_EQUAL(clocks.master->count(FaultKind::send_failed), failures);
    BOOST_CHECK_EQUAL(clocks.master->faults.back().os_error, full_queue);
    blocked = false;
    clocks.master->stamps = true;
    const auto before = clocks.slave->syncs.size();
    clocks.net.run_for(3 * second / 2); // not 16 seconds: the next Sync
    BOOST_CHECK_GE(clocks.slave->syncs.size(), before + 1);
    BOOST_CHECK_EQUAL(clocks.master->states.size() + clocks.slave->states.size(), state_changes);
}

BOOST_AUTO_TEST_CASE(the_timescale_of_a_grandmaster_reaches_its_clients) { // clause 8.2.4.8
    for (const bool arbitrary : {false, true}) {
        Clocks clocks([&](EngineConfig& a, EngineConfig&) {
            a.time_flags = arbitrary ? std::uint16_t{0}
                                     : static_cast<std::uint16_t>(flag::ptp_timescale | flag::time_traceable);
        });
        BOOST_REQUIRE(clocks.lock());
        const auto& told = clocks.slave->engine.data_sets().timePropertiesDS;
        BOOST_CHECK_EQUAL((told.flags & flag::ptp_timescale) == 0, arbitrary);
        BOOST_CHECK_EQUAL((told.flags & flag::time_traceable) == 0, arbitrary);
        BOOST_REQUIRE(!clocks.slave->times.empty());
        BOOST_CHECK_EQUAL(clocks.slave->times.back().flags, told.flags);
    }
}

BOOST_AUTO_TEST_CASE(late_repeated_and_unknown_stamps_are_counted_and_ignored) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    clocks.net.stamp_delay = 3 * second / 2;
    clocks.net.run_for(10 * second);
    BOOST_CHECK_GE(clocks.master->engine.statistics(1).transmit_stamps_late, 5);
    const auto follow_ups = clocks.master->sent_of(MessageType::follow_up);
    clocks.net.with(0, [](Engine& engine, Now now, Actions& out) {
        engine.transmit_stamp(1, 0xfffffff0, {5, 5}, now, out);
        engine.transmit_stamp(1, 0, {5, 5}, now, out);
        engine.transmit_stamp(1, 1, {5, 5}, now, out);
        engine.transmit_stamp(77, 1, {5, 5}, now, out);
    });
    BOOST_CHECK_EQUAL(clocks.master->sent_of(MessageType::follow_up), follow_ups);
    BOOST_CHECK(clocks.locked());
}

BOOST_AUTO_TEST_CASE(a_dead_master_is_replaced_after_its_receipt_timeout_and_followed_again) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    clocks.master->silent = true;
    const Nanoseconds silent_at = clocks.net.time;
    BOOST_REQUIRE(
        clocks.net.run_until_true([&] { return clocks.slave->state() == PortState::master; }, 20 * second));
    // 3 intervals of 2 s since the last Announce and up to one more (clause 9.2.6.12).
    BOOST_CHECK_GE(clocks.net.time - silent_at, 4 * second);
    BOOST_CHECK_LE(clocks.net.time - silent_at, 8 * second + 20 * ms);
    BOOST_CHECK(clocks.slave->masters.back().is_self);
    clocks.master->silent = false;
    BOOST_CHECK(clocks.lock());
}

BOOST_AUTO_TEST_CASE(receipt_timeouts_are_spread_over_one_interval) {
    // Clause 9.2.6.12: three intervals of 2 s and a random part of a fourth.
    std::set<Nanoseconds> seen;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Engine engine(clock_config(1), seed);
        Actions out;
        engine.start({0, 0}, out);
        BOOST_CHECK_GE(engine.next_deadline(), 6 * second);
        BOOST_CHECK_LE(engine.next_deadline(), 8 * second);
        seen.insert(engine.next_deadline() / (100 * ms));
    }
    BOOST_CHECK_GE(seen.size(), 10);
}

BOOST_AUTO_TEST_CASE(delay_requests_are_spread_and_keep_their_mean) {
    // Clause 9.5.11.2.
    Clocks clocks([](EngineConfig& a, EngineConfig&) { a.ports[0].logMinDelayReqInterval = -3; });
    BOOST_REQUIRE(clocks.lock());
    clocks.net.run_for(5 * second);
    clocks.slave->delays.clear();
    clocks.net.run_for(100 * second);
    BOOST_CHECK_GE(clocks.slave->delays.size(), 740);
    BOOST_CHECK_LE(clocks.slave->delays.size(), 860);
    std::set<Nanoseconds> gaps;
    for (std::size_t i = 1; i < clocks.slave->delays.size(); ++i)
        gaps.insert((clocks.slave->delays[i].t3.raw - clocks.slave->delays[i - 1].t3.raw) / (5 * ms));
    BOOST_CHECK_GE(gaps.size(), 40);
    BOOST_CHECK_LE(*gaps.rbegin(), 50);
}

BOOST_AUTO_TEST_CASE(one_step_syncs_are_measured_without_follow_up) {
    Clocks clocks;
    clocks.net.filter = [&](Flying& flying) {
        if (flying.type() == MessageType::follow_up)
            return false;
        if (flying.type() == MessageType::sync)
            flying.bytes[6] = static_cast<std::uint8_t>(flying.bytes[6] & ~0x02);
        return true;
    };
    BOOST_REQUIRE(clocks.lock());
    const auto& sync = clocks.slave->syncs.back();
    BOOST_CHECK_EQUAL(sync.t2.time - sync.t1, 255'000);
}

BOOST_AUTO_TEST_CASE(sequence_numbers_wrap_unnoticed) {
    Clocks clocks([](EngineConfig& a, EngineConfig&) { a.ports[0].logSyncInterval = -7; });
    BOOST_REQUIRE(clocks.lock());
    clocks.net.filter = [](Flying& flying) {
        if (flying.type() == MessageType::sync || flying.type() == MessageType::follow_up) {
            const unsigned sequence =
                (static_cast<unsigned>(flying.bytes[30]) << 8 | flying.bytes[31]) + 65'000U;
            flying.bytes[30] = static_cast<std::uint8_t>(sequence >> 8);
            flying.bytes[31] = static_cast<std::uint8_t>(sequence);
        }
        return true;
    };
    clocks.net.run_for(3 * second);
    const auto before = clocks.slave->syncs.size();
    clocks.net.run_for(10 * second);
    BOOST_CHECK_GE(clocks.slave->syncs.size(), before + 1278);
    BOOST_CHECK_EQUAL(clocks.slave->engine.statistics(1).follow_ups_lost, 0);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_run) {
    const auto run = [] {
        Clocks clocks;
        clocks.net.run_for(60 * second);
        std::vector<std::vector<std::uint8_t>> octets;
        for (const Flying& flying : clocks.slave->sent)
            octets.push_back(flying.bytes);
        return octets;
    };
    BOOST_CHECK(run() == run());
}

BOOST_AUTO_TEST_CASE(a_slave_that_loses_calibration_goes_back_to_uncalibrated) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    clocks.net.with(1, [](Engine& engine, Now now, Actions& out) { engine.clock_adjusted({}, now, out); });
    BOOST_CHECK(clocks.slave->state() == PortState::uncalibrated);
    BOOST_CHECK(clocks.slave->states.back().reason == StateReason::synchronization_fault);
}

BOOST_AUTO_TEST_CASE(link_down_and_up_is_survived_at_once) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    clocks.net.with(1, [](Engine& engine, Now now, Actions& out) { engine.link(1, false, now, out); });
    BOOST_CHECK(clocks.slave->state() == PortState::faulty);
    BOOST_CHECK(clocks.slave->masters.back().is_self);
    clocks.net.run_for(60 * second);
    clocks.net.with(1, [](Engine& engine, Now now, Actions& out) { engine.link(1, true, now, out); });
    BOOST_CHECK(clocks.slave->state() == PortState::listening);
    BOOST_CHECK(clocks.net.run_until_true([&] { return clocks.locked(); }, 6 * second));
}

BOOST_AUTO_TEST_CASE(a_stopped_engine_is_silent_and_starts_again) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    clocks.net.with(0, [](Engine& engine, Now now, Actions& out) { engine.stop(now, out); });
    BOOST_CHECK(clocks.master->state() == PortState::disabled);
    BOOST_CHECK_EQUAL(clocks.master->engine.next_deadline(), never);
    const auto sent = clocks.master->sent.size();
    clocks.net.run_for(20 * second);
    BOOST_CHECK_EQUAL(clocks.master->sent.size(), sent);
    BOOST_CHECK(clocks.slave->state() == PortState::master);
    clocks.net.start(0);
    BOOST_CHECK(clocks.lock());
}

BOOST_AUTO_TEST_CASE(sync_carries_an_approximate_origin_timestamp) {
    Clocks clocks;
    BOOST_REQUIRE(clocks.lock());
    for (const Flying& flying : clocks.master->sent)
        if (flying.type() == MessageType::sync)
            BOOST_CHECK_GE(flying.message().as<SyncBody>()->originTimestamp.secondsField, 1'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
