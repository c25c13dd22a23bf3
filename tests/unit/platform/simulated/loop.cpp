// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "testbed.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;
using namespace wirestamp::platform::simulated::testbed;

BOOST_AUTO_TEST_SUITE(simulated_loop)

BOOST_AUTO_TEST_CASE(timers_are_due_on_the_clock_of_their_host) {
    World world(1);
    HostParameters slow;
    slow.oscillator.drift_ppb = -100'000;
    const HostId host = world.add_host("slow", slow);
    Station station(world, host);
    Nanoseconds due_at = 0;
    const auto timer = station.loop->make_timer([&] { due_at = world.now(); });
    timer->arm(station.loop->now() + nanoseconds_per_second);
    world.run_for(2 * nanoseconds_per_second);
    // A second of a clock that is 100 ppm slow: 1 / (1 - 1e-4) s.
    BOOST_TEST(due_at == 1'000'100'011);
    BOOST_TEST(station.rounds == 1);
}

BOOST_AUTO_TEST_CASE(a_steered_system_clock_moves_its_timers) {
    World world(1);
    Station station(world, world.add_host("h"));
    Nanoseconds due_at = 0;
    const auto timer = station.loop->make_timer([&] { due_at = world.now(); });
    timer->arm(station.loop->now() + nanoseconds_per_second);
    station.platform->clocks().open_system_clock(true)->set_frequency(500'000);
    world.run_for(2 * nanoseconds_per_second);
    BOOST_TEST(due_at == 999'500'250);
}

BOOST_AUTO_TEST_CASE(a_timer_is_never_early_on_a_wandering_clock) {
    World world(1);
    HostParameters bad;
    bad.oscillator.wander = 1e-5;
    Station station(world, world.add_host("h", bad));
    Nanoseconds deadline = station.loop->now();
    int early = 0;
    Nanoseconds worst = 0;
    std::unique_ptr<Timer> timer;
    timer = station.loop->make_timer([&] {
        early += station.loop->now() < deadline ? 1 : 0;
        worst = std::max(worst, station.loop->now() - deadline);
        deadline += nanoseconds_per_second;
        timer->arm(deadline);
    });
    timer->arm(deadline);
    world.run_for(1000 * nanoseconds_per_second);
    BOOST_TEST(early == 0);
    BOOST_TEST(worst < 50'000); // what the clock gained meanwhile
}

BOOST_AUTO_TEST_CASE(cancelled_moved_and_destroyed_timers) {
    World world(1);
    Station station(world, world.add_host("h"));
    int first = 0;
    int second = 0;
    auto a = station.loop->make_timer([&] { ++first; });
    auto b = station.loop->make_timer([&] {
        ++second;
        a.reset();
    });
    const Nanoseconds start = station.loop->now();
    a->arm(start + 10);
    a->arm(start + 30);
    b->arm(start + 20);
    world.run_for(100);
    BOOST_TEST(first == 0);
    BOOST_TEST(second == 1);
    b->arm(start); // the past
    world.run_for(0);
    BOOST_TEST(second == 2);
    b->arm(start + 1000);
    b->cancel();
    world.run_for(2000);
    BOOST_TEST(second == 2);
    BOOST_TEST(world.counters().events_queued == 0u);
}

BOOST_AUTO_TEST_CASE(a_handler_may_destroy_its_own_timer) {
    World world(1);
    Station station(world, world.add_host("h"));
    std::unique_ptr<Timer> timer;
    auto witness = std::make_shared<int>(0);
    timer = station.loop->make_timer([&timer, witness] {
        timer.reset();
        ++*witness;
    });
    timer->arm(0);
    world.run_for(10);
    BOOST_TEST(*witness == 1);
    BOOST_TEST(witness.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_watch_tells_of_data_until_it_is_taken) {
    World world(1);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")),
                  world.add_adapter(b, "eth0", at("192.0.2.2/24")));
    Station left(world, a);
    Station right(world, b);
    const auto tx = left.platform->open_socket(on("eth0", 319));
    auto rx = right.platform->open_socket(on("eth0", 319));
    int calls = 0;
    auto watch = right.loop->watch(*rx, [&] {
        if (++calls == 3)
            take(*rx);
    });
    send(*tx, "x", address("192.0.2.2", 319));
    send(*tx, "y", address("192.0.2.2", 319));
    world.run_for(1'000'000);
    BOOST_TEST(calls == 3);
    send(*tx, "z", address("192.0.2.2", 319));
    rx.reset(); // the socket goes before its watch
    world.run_for(1'000'000);
    BOOST_TEST(calls == 3);
    watch.reset();
    BOOST_TEST(world.counters().frames_in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(what_nobody_reads_costs_little_and_does_not_delay_news) {
    World world(1);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")),
                  world.add_adapter(b, "eth0", at("192.0.2.2/24")));
    Station left(world, a);
    Station right(world, b);
    const auto tx = left.platform->open_socket(on("eth0", 319));
    const auto rx = right.platform->open_socket(on("eth0", 319));
    int calls = 0;
    const auto watch = right.loop->watch(*rx, [&] { ++calls; });
    send(*tx, "x", address("192.0.2.2", 319));
    world.run_for(100 * nanoseconds_per_second);
    BOOST_TEST(calls > 100);
    BOOST_TEST(calls < 150);
    calls = 0;
    send(*tx, "y", address("192.0.2.2", 319));
    world.run_for(1500); // the way takes 1000 ns
    BOOST_TEST(calls >= 1);
}

BOOST_AUTO_TEST_CASE(a_stalled_host_runs_nothing_and_catches_up) {
    World world(1);
    const HostId host = world.add_host("h");
    Station station(world, host);
    Nanoseconds due_at = 0;
    const auto timer = station.loop->make_timer([&] { due_at = world.now(); });
    timer->arm(station.loop->now() + 1000);
    world.stall(host, 5000);
    world.run_for(4999);
    BOOST_TEST(due_at == 0);
    world.run_for(1);
    BOOST_TEST(due_at == 5000);
}

BOOST_AUTO_TEST_CASE(a_suspended_host_hears_nothing_and_does_not_count_the_time) {
    World world(1);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")),
                  world.add_adapter(b, "eth0", at("192.0.2.2/24")));
    Station left(world, a);
    Station right(world, b);
    const auto tx = left.platform->open_socket(on("eth0", 319));
    const auto rx = right.platform->open_socket(on("eth0", 319));
    Nanoseconds due_at = 0;
    const auto timer = right.loop->make_timer([&] { due_at = world.now(); });
    const Nanoseconds before = right.loop->now();
    timer->arm(before + 10 * nanoseconds_per_second);
    world.run_for(nanoseconds_per_second);
    world.suspend(b, 60 * nanoseconds_per_second);
    world.run_for(30 * nanoseconds_per_second);
    send(*tx, "lost", address("192.0.2.2", 319));
    world.run_for(30 * nanoseconds_per_second);
    BOOST_TEST(take(*rx).empty());
    BOOST_TEST(right.loop->now() == before + nanoseconds_per_second);
    BOOST_TEST(world.clock_error(b, ClockKind::realtime) == 0);
    send(*tx, "heard", address("192.0.2.2", 319));
    world.run_for(60 * nanoseconds_per_second);
    BOOST_TEST(take(*rx).size() == 1u);
    BOOST_TEST(due_at == 70 * nanoseconds_per_second);
}

BOOST_AUTO_TEST_CASE(change_notices_reach_the_watch) {
    World world(1);
    const HostId host = world.add_host("h");
    const AdapterId adapter = world.add_adapter(host, "eth0", at("192.0.2.1/24"));
    Station station(world, host);
    const auto changes = station.platform->open_change_source();
    std::vector<ChangeNotice> got;
    const auto watch = station.loop->watch(*changes, [&] { changes->take(got); });
    world.at(100, [adapter](World& w) { w.rename_adapter(adapter, "lan"); });
    world.at(200, [adapter](World& w) { w.set_capabilities(adapter, software_capabilities()); });
    world.at(300, [adapter](World& w) { w.remove_adapter(adapter); });
    world.run_for(150);
    BOOST_TEST(got.size() == 1u);
    BOOST_TEST(station.platform->interfaces().find("lan").has_value());
    world.run_for(1000);
    BOOST_REQUIRE(got.size() == 4u);
    BOOST_TEST((got[2].kind == ChangeNotice::Kind::interface_removed));
    BOOST_TEST((got[3].kind == ChangeNotice::Kind::clock_removed));
    BOOST_TEST(got[2].interface_index == 2u);
}

BOOST_AUTO_TEST_CASE(a_driven_loop_stops_when_done_or_timed_out) {
    World world(1);
    Station station(world, world.add_host("h"));
    auto& driven = dynamic_cast<DrivenLoop&>(*station.loop);
    int count = 0;
    const auto timer = station.loop->make_timer([&] { ++count; });
    timer->arm(station.loop->now() + 1000);
    BOOST_TEST(driven.next_deadline() == station.loop->now() + 1000);
    BOOST_TEST((driven.run(0, [] { return false; }) == DrivenLoop::RunResult::timed_out));
    BOOST_TEST(world.now() == 0);
    BOOST_TEST((driven.run(never, [&] { return count == 1; }) == DrivenLoop::RunResult::done));
    BOOST_TEST(world.now() == 1000);
    BOOST_TEST((driven.run(500, [] { return false; }) == DrivenLoop::RunResult::timed_out));
    BOOST_TEST(world.now() == 1500);
    BOOST_TEST(driven.next_deadline() == never);
    station.rounds = 0;
    station.loop->wake();
    BOOST_TEST((driven.run(0, [&] { return station.rounds == 1; }) == DrivenLoop::RunResult::done));
}

BOOST_AUTO_TEST_CASE(one_thread_runs_the_world_and_others_are_told) {
    World world(1);
    std::mutex mutex;
    int left = 0;
    const auto platform = world.platform(world.add_host("h"));
    const auto loop = platform->make_loop({&mutex, {}, [&] { ++left; }});
    auto& driven = dynamic_cast<DrivenLoop&>(*loop);
    std::atomic<bool> inside{false};
    std::atomic<bool> stop{false};
    std::thread other([&] {
        driven.run(never, [&] {
            inside = true;
            return stop.load();
        });
    });
    while (!inside)
        std::this_thread::yield();
    BOOST_TEST((driven.run(0, [] { return false; }) == DrivenLoop::RunResult::busy));
    BOOST_TEST(!loop->runs_here());
    stop = true;
    loop->wake();
    other.join();
    BOOST_TEST(left == 1);
    const auto timer = loop->make_timer([&] {
        BOOST_TEST(loop->runs_here());
        BOOST_CHECK_THROW(world.run_for(1), Failure);
    });
    timer->arm(0);
    BOOST_TEST((driven.run(0, [] { return false; }) == DrivenLoop::RunResult::timed_out));
}

BOOST_AUTO_TEST_CASE(what_is_destroyed_while_its_handler_waits_for_the_mutex_does_not_run) {
    for (const bool destroyed : {true, false}) {
        World world(1);
        Station station(world, world.add_host("h"));
        int calls = 0;
        std::unique_lock lock(station.mutex);
        auto timer = station.loop->make_timer([&] { ++calls; });
        timer->arm(0);
        std::thread runner([&] { world.run_for(1000); });
        while (world.counters().events == 0) // it has been taken out, and now waits for our mutex
            std::this_thread::yield();
        if (destroyed) {
            timer.reset();
            timer = station.loop->make_timer([&] { calls += 100; }); // in the same place
        } else {
            timer->cancel();
        }
        lock.unlock();
        runner.join();
        BOOST_TEST(calls == 0);
    }
}

BOOST_AUTO_TEST_CASE(other_threads_send_and_read_while_the_world_runs) {
    World world(1);
    const HostId a = world.add_host("a");
    const HostId b = world.add_host("b");
    world.connect(world.add_adapter(a, "eth0", at("192.0.2.1/24")),
                  world.add_adapter(b, "eth0", at("192.0.2.2/24")));
    Station left(world, a);
    Station right(world, b);
    const auto tx = left.platform->open_socket(on("eth0", 319));
    const auto rx = right.platform->open_socket(on("eth0", 319));
    int received = 0;
    const auto watch = right.loop->watch(*rx, [&] { received += static_cast<int>(take(*rx).size()); });
    std::unique_ptr<Timer> tick;
    tick = left.loop->make_timer([&] { tick->arm(left.loop->now() + 1000); });
    tick->arm(0);
    std::atomic<bool> stop{false};
    std::thread sender([&] {
        for (int i = 0; i < 200; ++i) {
            send(*tx, "x", address("192.0.2.2", 319), 1);
            take_stamps(*tx);
            left.platform->clocks().read(ClockKind::realtime);
            // Timers and loops come and go with their context's mutex as the rule says.
            Station brief(world, a);
            auto timer = [&] {
                const std::lock_guard lock(brief.mutex);
                return brief.loop->make_timer([] {});
            }();
            timer->arm(0);
            const std::lock_guard lock(brief.mutex);
            timer.reset();
        }
        stop = true;
    });
    world.run_until([&] { return stop.load(); }, never);
    sender.join();
    world.run_for(1'000'000);
    BOOST_TEST(received == 200);
}

BOOST_AUTO_TEST_SUITE_END()
