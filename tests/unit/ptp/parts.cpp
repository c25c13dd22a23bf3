// SPDX-License-Identifier: Apache-2.0
//
// The small classes that a port is made of, each by itself.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <set>

#include "impl/ptp/delay_requests.hpp"
#include "impl/ptp/foreign_masters.hpp"
#include "impl/ptp/origin_watch.hpp"
#include "impl/ptp/peer_exchanges.hpp"
#include "impl/ptp/pending_stamps.hpp"
#include "impl/ptp/schedule.hpp"
#include "impl/ptp/sync_pairing.hpp"
#include "impl/ptp/unicast_server.hpp"
#include "impl/ptp/version_fallback.hpp"
#include "tests/unit/ptp/network.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;
using namespace wirestamp::ptp::test;

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(deadlines_stay_on_their_grid) {
    Periodic timer;
    timer.start(1000);
    timer.advance(1070, 100); // late by 70
    BOOST_CHECK_EQUAL(timer.at(), 1100);
    timer.advance(1190, 100); // late by 90
    BOOST_CHECK_EQUAL(timer.at(), 1200);
    timer.advance(1350, 100); // one beat missed: it is made up for
    BOOST_CHECK_EQUAL(timer.at(), 1300);
    timer.advance(9'999'950, 100); // a stall: no burst, same grid
    BOOST_CHECK_EQUAL(timer.at(), 9'999'900);
    timer.advance(9'999'950, 100);
    BOOST_CHECK_EQUAL(timer.at(), 10'000'000);
}

BOOST_AUTO_TEST_CASE(hostile_exponents_are_bounded) {
    BOOST_CHECK_EQUAL(interval_of(0), second);
    BOOST_CHECK_EQUAL(interval_of(-7), 7'812'500);
    BOOST_CHECK_EQUAL(interval_of(-128), interval_of(-10));
    BOOST_CHECK_EQUAL(interval_of(127), interval_of(22));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pending_stamps)

BOOST_AUTO_TEST_CASE(stamps_come_in_any_order_once) {
    PendingStamps stamps(8);
    PendingStamp stamp;
    std::vector<StampId> ids;
    for (std::uint16_t i = 0; i < 8; ++i) {
        stamp.sequenceId = i;
        stamp.expires = 100 + i;
        ids.push_back(stamps.add(stamp).id);
    }
    for (const std::size_t i : {3u, 0u, 7u, 1u, 2u}) {
        const auto taken = stamps.take(ids[i]);
        BOOST_REQUIRE(taken);
        BOOST_CHECK_EQUAL(taken->sequenceId, i);
        BOOST_CHECK(!stamps.take(ids[i]));
    }
    BOOST_CHECK(!stamps.take(ids[0] + 8));
    BOOST_CHECK(!stamps.take(ids[0] - 1));
    BOOST_CHECK_EQUAL(stamps.next_deadline(), 104);
    BOOST_CHECK_EQUAL(stamps.take_expired(104)->sequenceId, 4);
    BOOST_CHECK(!stamps.take_expired(104));
}

BOOST_AUTO_TEST_CASE(a_full_table_gives_up_the_oldest) {
    PendingStamps stamps(4);
    PendingStamp stamp;
    for (std::uint16_t i = 0; i < 1000; ++i) {
        stamp.sequenceId = i;
        const auto added = stamps.add(stamp);
        BOOST_CHECK_EQUAL(added.displaced.has_value(), i >= 4);
        if (i >= 4)
            BOOST_CHECK_EQUAL(added.displaced->sequenceId, i - 4);
    }
    BOOST_CHECK_EQUAL(stamps.capacity(), 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sync_pairing)

namespace {

HeardSync sync_of(std::uint16_t sequenceId, Nanoseconds at = 0) {
    HeardSync sync;
    sync.sequenceId = sequenceId;
    sync.t2 = {1000 + sequenceId, 1000 + sequenceId};
    sync.correction = 3;
    sync.heard_at = at;
    return sync;
}

} // namespace

BOOST_AUTO_TEST_CASE(either_order) {
    SyncPairing pairing;
    BOOST_CHECK(pairing.sync(sync_of(1)).outcome == SyncPairing::Outcome::waiting);
    const auto first = pairing.follow_up({1, 50, 4}, 0);
    BOOST_CHECK(first.outcome == SyncPairing::Outcome::paired);
    BOOST_CHECK_EQUAL(first.pair.t1, 50);
    BOOST_CHECK_EQUAL(first.pair.correction, 7);
    BOOST_CHECK(pairing.follow_up({2, 60, 4}, 0).outcome == SyncPairing::Outcome::waiting);
    const auto second_pair = pairing.sync(sync_of(2));
    BOOST_CHECK(second_pair.outcome == SyncPairing::Outcome::paired);
    BOOST_CHECK_EQUAL(second_pair.pair.sync.t2.time, 1002);
}

BOOST_AUTO_TEST_CASE(interleaved_pairs_and_wrap) {
    SyncPairing pairing;
    BOOST_CHECK(pairing.sync(sync_of(65534)).outcome == SyncPairing::Outcome::waiting);
    BOOST_CHECK(pairing.sync(sync_of(65535)).outcome == SyncPairing::Outcome::waiting);
    BOOST_CHECK(pairing.sync(sync_of(0)).outcome == SyncPairing::Outcome::waiting);
    BOOST_CHECK(pairing.follow_up({65534, 1, 0}, 0).outcome == SyncPairing::Outcome::paired);
    BOOST_CHECK(pairing.follow_up({65535, 2, 0}, 0).outcome == SyncPairing::Outcome::paired);
    BOOST_CHECK(pairing.follow_up({0, 3, 0}, 0).outcome == SyncPairing::Outcome::paired);
}

BOOST_AUTO_TEST_CASE(nothing_is_used_twice) {
    SyncPairing pairing;
    pairing.sync(sync_of(10));
    BOOST_CHECK(pairing.sync(sync_of(10)).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.follow_up({10, 1, 0}, 0).outcome == SyncPairing::Outcome::paired);
    BOOST_CHECK(pairing.sync(sync_of(10)).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.follow_up({10, 1, 0}, 0).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.follow_up({9, 1, 0}, 0).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.one_step(sync_of(10), 5).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.one_step(sync_of(11), 5).outcome == SyncPairing::Outcome::paired);
}

BOOST_AUTO_TEST_CASE(nothing_from_before_a_wrap_is_used_twice) {
    SyncPairing pairing;
    for (const std::uint16_t sequenceId :
         {std::uint16_t{65'534}, std::uint16_t{65'535}, std::uint16_t{0}, std::uint16_t{1}}) {
        BOOST_CHECK(pairing.sync(sync_of(sequenceId)).outcome == SyncPairing::Outcome::waiting);
        BOOST_CHECK(pairing.follow_up({sequenceId, 1, 0}, 0).outcome == SyncPairing::Outcome::paired);
    }
    BOOST_CHECK(pairing.follow_up({65'535, 1, 0}, 0).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.one_step(sync_of(65'534), 5).outcome == SyncPairing::Outcome::stale);
}

BOOST_AUTO_TEST_CASE(a_pair_that_is_not_believed_uses_up_no_number) {
    SyncPairing pairing;
    BOOST_CHECK(pairing.sync(sync_of(10)).outcome == SyncPairing::Outcome::waiting);
    BOOST_CHECK(pairing.follow_up({10, 1, 0}, 0).outcome == SyncPairing::Outcome::paired);
    BOOST_CHECK(pairing.sync(sync_of(11)).outcome == SyncPairing::Outcome::waiting);
    // Somebody says what the master would say two Syncs later.
    BOOST_CHECK(pairing.sync(sync_of(13)).outcome == SyncPairing::Outcome::waiting);
    const auto forged = pairing.follow_up({13, 999, 0}, 0);
    BOOST_REQUIRE(forged.outcome == SyncPairing::Outcome::paired);
    pairing.take_back(forged.pair);
    BOOST_CHECK(pairing.follow_up({11, 2, 0}, 0).outcome == SyncPairing::Outcome::paired);
    for (std::uint16_t number = 12; number < 14; ++number) {
        BOOST_CHECK(pairing.sync(sync_of(number)).outcome == SyncPairing::Outcome::waiting);
        BOOST_CHECK(pairing.follow_up({number, 3, 0}, 0).outcome == SyncPairing::Outcome::paired);
    }
}

BOOST_AUTO_TEST_CASE(a_master_that_starts_anew_is_followed_within_seconds) {
    SyncPairing pairing;
    pairing.one_step(sync_of(100, 0), 1);
    BOOST_CHECK(pairing.one_step(sync_of(0, second), 1).outcome == SyncPairing::Outcome::stale);
    BOOST_CHECK(pairing.one_step(sync_of(2, 3 * second), 1).outcome == SyncPairing::Outcome::paired);
}

BOOST_AUTO_TEST_CASE(what_is_given_up_is_counted) {
    SyncPairing pairing;
    unsigned lost = 0;
    for (std::uint16_t i = 0; i < 10; ++i)
        lost += pairing.sync(sync_of(i)).lost_follow_ups;
    BOOST_CHECK_EQUAL(lost, 2);
    lost += pairing.follow_up({9, 1, 0}, 0).lost_follow_ups;
    BOOST_CHECK_EQUAL(lost, 9);
    unsigned syncs = 0;
    for (std::uint16_t i = 300; i < 310; ++i)
        syncs += pairing.follow_up({i, 1, 0}, 0).lost_syncs;
    BOOST_CHECK_EQUAL(syncs, 2);
}

BOOST_AUTO_TEST_CASE(hostile_corrections_do_not_wrap) {
    SyncPairing pairing;
    HeardSync sync = sync_of(1);
    sync.correction = std::numeric_limits<std::int64_t>::max();
    pairing.sync(sync);
    const auto result = pairing.follow_up({1, 1, std::numeric_limits<std::int64_t>::max()}, 0);
    BOOST_CHECK_EQUAL(result.pair.correction, std::numeric_limits<std::int64_t>::max());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(delay_requests)

BOOST_AUTO_TEST_CASE(answer_and_stamp_in_either_order_once) {
    DelayRequests requests;
    BOOST_CHECK(!requests.sent(7, 0));
    BOOST_CHECK(!requests.answered(7, {100, 0}));
    BOOST_CHECK(!requests.answered(7, {200, 0}));
    const auto complete = requests.stamped(7, {50, 51});
    BOOST_REQUIRE(complete);
    BOOST_CHECK_EQUAL(complete->answer.t4, 100);
    BOOST_CHECK_EQUAL(complete->t3.raw, 51);
    BOOST_CHECK(!requests.stamped(7, {50, 51}));
    BOOST_CHECK(!requests.is_expected(7));
    BOOST_CHECK(!requests.answered(8, {1, 1}));
}

BOOST_AUTO_TEST_CASE(unanswered_ones_are_counted_once) {
    DelayRequests requests;
    requests.sent(1, 0);
    requests.sent(2, 10);
    BOOST_CHECK_EQUAL(requests.expire(5), 1);
    BOOST_CHECK_EQUAL(requests.expire(5), 0);
    BOOST_CHECK(requests.sent(18, 20)); // takes the place of 2
    BOOST_CHECK(!requests.is_expected(2));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(origin_watch)

BOOST_AUTO_TEST_CASE(one_jump_is_not_believed_three_are) {
    OriginWatch watch;
    for (Nanoseconds i = 0; i < 5; ++i)
        BOOST_CHECK(watch.accept(1'000 * second + i * second, i * second));
    BOOST_CHECK(!watch.accept(5 * second, 5 * second));
    BOOST_CHECK(watch.accept(1'006 * second, 6 * second));
    BOOST_CHECK(!watch.accept(2'000 * second, 7 * second));
    BOOST_CHECK(!watch.accept(2'001 * second, 8 * second));
    BOOST_CHECK(watch.accept(2'002 * second, 9 * second));
    BOOST_CHECK(watch.accept(2'003 * second, 10 * second));
}

BOOST_AUTO_TEST_CASE(many_at_once_are_not_believed_and_those_between_true_ones_neither) {
    OriginWatch watch;
    constexpr Nanoseconds interval = second / 8;
    Nanoseconds now = 0;
    for (; now < 5 * second; now += interval)
        BOOST_CHECK(watch.accept(1'000 * second + now, now));
    // What was heard 900 s ago, as fast as it can be sent.
    for (Nanoseconds i = 0; i < 100; ++i)
        BOOST_CHECK(!watch.accept(100 * second + i * interval, now - interval + i * 1'000'000));
    BOOST_CHECK(watch.accept(1'000 * second + now, now));
    // And at the pace of the true ones, between them.
    for (int i = 0; i < 50; ++i) {
        BOOST_CHECK(!watch.accept(100 * second + now, now + interval / 2));
        now += interval;
        BOOST_CHECK(watch.accept(1'000 * second + now, now));
    }
}

BOOST_AUTO_TEST_CASE(jumps_that_disagree_with_each_other_are_never_believed) {
    OriginWatch watch;
    watch.accept(0, 0);
    for (Nanoseconds i = 1; i < 100; ++i)
        BOOST_CHECK(!watch.accept(i * 1'000'000 * second, i * second));
    BOOST_CHECK(watch.accept(100 * second, 100 * second));
}

BOOST_AUTO_TEST_CASE(extreme_values_do_not_overflow) {
    OriginWatch watch;
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
    watch.accept(smallest, largest);
    watch.accept(largest, smallest);
    watch.accept(smallest, smallest);
    watch.accept(largest, largest);
    BOOST_CHECK(true);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(foreign_masters)

namespace {

struct Table {
    ForeignMasters masters{5};
    ForeignMasters::Rules rules{{clock_id(200), 1}, DatasetComparison::ieee1588};

    ForeignMasters::Outcome hear(std::uint8_t number, std::uint16_t sequenceId, Nanoseconds at,
                                 std::uint8_t priority1 = 128) {
        Message message;
        AnnounceBody body;
        body.grandmasterIdentity = clock_id(number);
        message.header.sourcePortIdentity = {clock_id(number), 1};
        message.header.sequenceId = sequenceId;
        ForeignMasters::Announcement announcement{message, body};
        announcement.priority1 = priority1;
        announcement.interval = 2 * second;
        announcement.lifetime = 8 * second;
        return masters.heard(announcement, rules, at);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(two_announces_within_four_intervals_qualify) {
    // Clause 9.3.2.4.5: FOREIGN_MASTER_THRESHOLD 2 within FOREIGN_MASTER_TIME_WINDOW 4.
    Table table;
    table.hear(1, 0, 0);
    BOOST_CHECK(table.masters.best(table.rules) == nullptr);
    BOOST_CHECK(table.hear(1, 1, 8 * second) == ForeignMasters::Outcome::changed);
    BOOST_CHECK(table.masters.best(table.rules) != nullptr);

    Table slow;
    slow.hear(1, 0, 0);
    slow.hear(1, 1, 8 * second + 1);
    BOOST_CHECK(slow.masters.best(slow.rules) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_repeated_announce_does_not_count) {
    Table table;
    table.hear(1, 7, 0);
    BOOST_CHECK(table.hear(1, 7, second) == ForeignMasters::Outcome::repeated);
    BOOST_CHECK(table.masters.best(table.rules) == nullptr);
}

BOOST_AUTO_TEST_CASE(silence_expires) {
    Table table;
    table.hear(1, 0, 0);
    table.hear(1, 1, second);
    BOOST_CHECK_EQUAL(table.masters.next_deadline(), 9 * second);
    BOOST_CHECK(!table.masters.expire(9 * second - 1));
    BOOST_CHECK(table.masters.expire(9 * second));
    BOOST_CHECK(table.masters.best(table.rules) == nullptr);
    BOOST_CHECK_EQUAL(table.masters.next_deadline(), never);
}

BOOST_AUTO_TEST_CASE(only_news_lead_to_a_decision) {
    Table table;
    table.hear(1, 0, 0);
    BOOST_CHECK(table.hear(1, 1, second) == ForeignMasters::Outcome::changed);
    BOOST_CHECK(table.hear(1, 2, 2 * second) == ForeignMasters::Outcome::unchanged);
    BOOST_CHECK(table.hear(1, 3, 3 * second, 100) == ForeignMasters::Outcome::changed);
}

BOOST_AUTO_TEST_CASE(a_flood_cannot_push_out_the_good_ones_nor_grow_the_table) {
    Table table;
    table.hear(1, 0, 0, 100);
    table.hear(1, 1, second, 100);
    for (unsigned i = 0; i < 100'000; ++i)
        table.hear(static_cast<std::uint8_t>(10 + i % 200), static_cast<std::uint16_t>(i), second, 128);
    BOOST_CHECK_LE(table.masters.all().size(), 5);
    BOOST_REQUIRE(table.masters.best(table.rules) != nullptr);
    BOOST_CHECK(table.masters.find({clock_id(1), 1}) != nullptr);
    // A better clock still finds a place among the strangers.
    table.hear(2, 0, 2 * second, 50);
    BOOST_CHECK(table.masters.find({clock_id(2), 1}) != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(peer_exchanges)

BOOST_AUTO_TEST_CASE(all_orders_complete) {
    const std::array<std::array<int, 3>, 6> orders = {
        {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
    for (const auto& order : orders) {
        PeerExchanges exchanges;
        exchanges.sent(1);
        PeerExchanges::Result result;
        for (const int what : order) {
            BOOST_CHECK(result.outcome == PeerExchanges::Outcome::waiting);
            if (what == 0)
                result = exchanges.stamped(1, {10, 10});
            if (what == 1)
                result = exchanges.responded(1, {{clock_id(1), 1}, {40, 40}, 20, 0, true});
            if (what == 2)
                result = exchanges.followed_up(1, {{clock_id(1), 1}, 30, 0});
        }
        BOOST_CHECK(result.outcome == PeerExchanges::Outcome::complete);
        BOOST_CHECK_EQUAL(result.exchange.follow_up.t3, 30);
    }
}

BOOST_AUTO_TEST_CASE(a_second_responder_is_noticed_a_repeated_answer_is_not_one) {
    PeerExchanges exchanges;
    exchanges.sent(1);
    exchanges.stamped(1, {10, 10});
    const PeerExchanges::Response one{{clock_id(1), 1}, {40, 40}, 20, 0, false};
    const PeerExchanges::Response other{{clock_id(2), 1}, {41, 41}, 20, 0, false};
    BOOST_CHECK(exchanges.responded(1, one).outcome == PeerExchanges::Outcome::complete);
    BOOST_CHECK(exchanges.responded(1, one).outcome == PeerExchanges::Outcome::unknown);
    BOOST_CHECK(exchanges.responded(1, other).outcome == PeerExchanges::Outcome::several_responders);
    BOOST_CHECK(exchanges.responded(2, one).outcome == PeerExchanges::Outcome::unknown);
    BOOST_CHECK(exchanges.is_answered(1));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(version_fallback)

BOOST_AUTO_TEST_CASE(only_where_nothing_ever_came_back) {
    VersionFallback silent(1, true);
    for (int i = 0; i < 4; ++i)
        BOOST_CHECK(!silent.stamp_lost());
    BOOST_CHECK(silent.stamp_lost());
    BOOST_CHECK_EQUAL(silent.minor_version(), 0);
    BOOST_CHECK(!silent.stamp_lost());

    VersionFallback works(1, true);
    works.stamp_came();
    works.answer_came();
    for (int i = 0; i < 100; ++i)
        BOOST_CHECK(!works.stamp_lost() && !works.answer_lost());
    BOOST_CHECK_EQUAL(works.minor_version(), 1);

    VersionFallback forbidden(1, false);
    for (int i = 0; i < 100; ++i)
        BOOST_CHECK(!forbidden.stamp_lost());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unicast_server)

namespace {

struct Server {
    UnicastServer::Limits limits;
    UnicastServer server;
    Random random{1};

    explicit Server(std::size_t clients = 4, std::uint32_t rate = 1000)
        : limits{clients, rate, -7, 4, 300}, server(limits) {}

    UnicastGrant ask(unsigned client, MessageType type, std::int8_t log2, std::uint32_t duration,
                     Nanoseconds at) {
        Address address = host(static_cast<std::uint8_t>(client), static_cast<std::uint8_t>(client >> 8));
        return server.request(address, {clock_id(static_cast<std::uint8_t>(client)), 1},
                              {type, log2, duration}, random, at);
    }
    unsigned count(Nanoseconds from, Nanoseconds to, UnicastService service) {
        unsigned sent = 0;
        for (Nanoseconds at = server.next_deadline(); at <= to; at = server.next_deadline())
            while (const auto turn = server.next(at))
                sent += at >= from && turn->service == service ? 1U : 0U;
        return sent;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(requests_are_granted_shortened_or_refused) {
    Server s;
    BOOST_CHECK_EQUAL(s.ask(1, MessageType::announce, 1, 100, 0).durationField, 100);
    BOOST_CHECK_EQUAL(s.ask(1, MessageType::sync, -3, 100'000, 0).durationField, 300);
    BOOST_CHECK_EQUAL(s.ask(1, MessageType::sync, -8, 100, 0).durationField, 0);
    BOOST_CHECK_EQUAL(s.ask(1, MessageType::management, 0, 100, 0).durationField, 0);
    BOOST_CHECK_EQUAL(s.ask(1, MessageType::delay_resp, 0, 0, 0).durationField, 0);
    BOOST_CHECK_EQUAL(s.ask(1, MessageType::announce, 100, 100, 0).logInterMessagePeriod, 4);
}

BOOST_AUTO_TEST_CASE(clients_and_rates_are_bounded_under_a_flood) {
    Server s(4, 1000);
    unsigned granted = 0;
    for (unsigned i = 0; i < 10'000; ++i)
        granted += s.ask(i, MessageType::announce, 0, 100, 0).durationField > 0 ? 1U : 0U;
    BOOST_CHECK_EQUAL(granted, 4);
    BOOST_CHECK_EQUAL(s.server.clients(), 4);

    Server rate(100, 300);
    for (unsigned i = 0; i < 3; ++i)
        rate.ask(i, MessageType::sync, -7, 100, 0);
    BOOST_CHECK_EQUAL(rate.server.messages_per_second(), 256);
    BOOST_CHECK_EQUAL(rate.server.clients(), 2);
    BOOST_CHECK_EQUAL(rate.ask(0, MessageType::sync, -7, 100, second).durationField, 100); // renewal
}

BOOST_AUTO_TEST_CASE(asking_and_cancelling_all_day_fills_nothing) {
    Server s;
    for (unsigned i = 0; i < 200'000; ++i) {
        s.ask(1, MessageType::sync, 0, 300, 0);
        BOOST_CHECK(s.server.cancel(host(1), {clock_id(1), 1}, MessageType::sync));
    }
    BOOST_CHECK_EQUAL(s.server.clients(), 0);
    BOOST_CHECK_EQUAL(s.server.messages_per_second(), 0);
    BOOST_CHECK_LE(s.server.appointments(), 100);
    BOOST_CHECK(!s.server.cancel(host(1), {clock_id(1), 1}, MessageType::sync));
}

BOOST_AUTO_TEST_CASE(each_client_gets_its_rate_until_its_grant_ends) {
    Server s;
    s.ask(1, MessageType::sync, -4, 100, 0);
    s.ask(2, MessageType::sync, -4, 10, 0);
    s.ask(1, MessageType::announce, 1, 100, 0);
    const auto sent = s.count(0, 20 * second, UnicastService::sync);
    BOOST_CHECK_GE(sent, 16 * 20 + 16 * 10 - 2);
    BOOST_CHECK_LE(sent, 16 * 20 + 16 * 10 + 2);
    BOOST_CHECK_EQUAL(s.server.clients(), 1);
    s.count(0, 200 * second, UnicastService::sync);
    BOOST_CHECK_EQUAL(s.server.clients(), 0);
    BOOST_CHECK_EQUAL(s.server.next_deadline(), never);
}

BOOST_AUTO_TEST_CASE(renewal_does_not_disturb_the_beat) {
    Server s;
    s.ask(1, MessageType::sync, 0, 10, 0);
    unsigned sent = 0;
    const Nanoseconds phase = s.server.next_deadline() % second;
    for (Nanoseconds at = 0; at < 100 * second; at += 7 * second) {
        s.ask(1, MessageType::sync, 0, 10, at);
        BOOST_CHECK_EQUAL(s.server.next_deadline() % second, phase);
        sent += s.count(0, at + 7 * second - 1, UnicastService::sync);
    }
    BOOST_CHECK_GE(sent, 104);
    BOOST_CHECK_LE(sent, 106);
}

BOOST_AUTO_TEST_CASE(clients_are_spread_over_the_interval) {
    Server s(1000, 100'000);
    for (unsigned i = 0; i < 500; ++i)
        s.ask(i, MessageType::sync, 0, 300, 0);
    std::vector<unsigned> bins(10);
    for (Nanoseconds at = s.server.next_deadline(); at < second; at = s.server.next_deadline())
        while (s.server.next(at))
            ++bins[static_cast<std::size_t>(at / (second / 10))];
    for (const unsigned bin : bins)
        BOOST_CHECK_GE(bin, 25);
}

BOOST_AUTO_TEST_SUITE_END()
