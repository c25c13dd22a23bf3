// SPDX-License-Identifier: Apache-2.0
//
// Both loops of the runtime do the same for the code above them: deadlines in order, readiness as a hint,
// handlers under the mutex and never after their Timer or Watch.

#define BOOST_TEST_DYN_LINK
#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

#include <array>
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "tests/unit/runtime/bare_platform.hpp"
#include "tests/unit/runtime/waiting.hpp"

using namespace wirestamp;
using namespace wirestamp::test;
using namespace std::chrono_literals;

namespace {

constexpr Nanoseconds millisecond = 1'000'000;

/// Serves a context until something is true, whichever loop it has.
void serve_until(TestContext& context, const std::function<bool()>& ready) {
    auto held = context.lock();
    const auto result = context.wait(held, 60 * nanoseconds_per_second, nullptr, ready);
    BOOST_REQUIRE(result == runtime::WaitResult::ready);
}

runtime::ContextOptions with_loop(bool driven) {
    runtime::ContextOptions options;
    options.caller_driven = driven;
    return options;
}

const auto loops = boost::unit_test::data::make({false, true}); // the Asio loop, the poll loop

} // namespace

BOOST_AUTO_TEST_SUITE(loops_of_the_runtime)

BOOST_DATA_TEST_CASE(timers_fire_in_the_order_of_their_deadlines_and_not_before, loops, driven) {
    TestContext context(with_loop(driven));
    std::vector<int> order;
    bool early = false;
    std::vector<std::unique_ptr<platform::Timer>> timers;
    {
        const auto held = context.lock();
        const Nanoseconds start = context.loop().now();
        const std::array<Nanoseconds, 6> deadlines{
            start + 9 * millisecond, start - millisecond, start + 3 * millisecond, start - millisecond, 0,
            start + 6 * millisecond};
        for (std::size_t i = 0; i < deadlines.size(); ++i) {
            const Nanoseconds deadline = deadlines[i];
            timers.push_back(context.loop().make_timer([&, i, deadline] {
                order.push_back(static_cast<int>(i));
                early = early || context.loop().now() < deadline;
                context.notify();
            }));
            timers.back()->arm(deadline);
        }
    }
    serve_until(context, [&] { return order.size() == 6; });
    BOOST_TEST(order == (std::vector<int>{4, 1, 3, 2, 5, 0}), boost::test_tools::per_element());
    BOOST_TEST(!early);
    const auto held = context.lock();
    timers.clear();
}

BOOST_DATA_TEST_CASE(a_timer_is_rearmed_cancelled_and_destroyed_in_handlers, loops, driven) {
    TestContext context(with_loop(driven));
    int ticks = 0;
    bool wrong = false;
    std::unique_ptr<platform::Timer> ticking;
    std::unique_ptr<platform::Timer> cancelled;
    std::unique_ptr<platform::Timer> moved;
    std::unique_ptr<platform::Timer> destroyed;
    bool moved_fired = false;
    {
        const auto held = context.lock();
        auto& loop = context.loop();
        const Nanoseconds start = loop.now();
        ticking = loop.make_timer([&, next = start]() mutable {
            cancelled->cancel();
            destroyed.reset();
            if (++ticks == 20)
                ticking.reset(); // itself
            else
                ticking->arm(next += millisecond / 10);
            context.notify();
        });
        cancelled = loop.make_timer([&] { wrong = true; });
        destroyed = loop.make_timer([&] { wrong = true; });
        moved = loop.make_timer([&] {
            moved_fired = true;
            context.notify();
        });
        moved->arm(start + 3600 * nanoseconds_per_second);
        ticking->arm(start - 1);
        cancelled->arm(start);
        destroyed->arm(start);
        moved->arm(start + millisecond);
    }
    serve_until(context, [&] { return ticks == 20 && moved_fired; });
    const auto held = context.lock();
    BOOST_TEST(!wrong);
    BOOST_TEST(!ticking);
    cancelled.reset();
    moved.reset();
}

BOOST_DATA_TEST_CASE(far_and_absurd_deadlines_do_not_fire, loops, driven) {
    TestContext context(with_loop(driven));
    bool wrong = false;
    bool fired = false;
    std::vector<std::unique_ptr<platform::Timer>> timers;
    {
        const auto held = context.lock();
        for (const Nanoseconds deadline :
             {never, never - 1, context.loop().now() + 100 * 365 * 86'400'000'000'000}) {
            timers.push_back(context.loop().make_timer([&] { wrong = true; }));
            timers.back()->arm(deadline);
        }
        timers.push_back(context.loop().make_timer([&] {
            fired = true;
            context.notify();
        }));
        timers.back()->arm(std::numeric_limits<Nanoseconds>::min());
    }
    serve_until(context, [&] { return fired; });
    const auto held = context.lock();
    BOOST_TEST(!wrong);
    timers.clear();
}

BOOST_DATA_TEST_CASE(readiness_is_repeated_until_everything_is_taken, loops, driven) {
    TestContext context(with_loop(driven));
    SocketPair pair;
    int taken = 0;
    for (int i = 0; i < 5; ++i)
        pair.send(); // before it is watched
    std::unique_ptr<platform::Watch> watch;
    {
        const auto held = context.lock();
        watch = context.loop().watch(pair, [&] {
            taken += pair.take_one(); // one at a time although there are more
            context.notify();
        });
    }
    serve_until(context, [&] { return taken == 5; });
    pair.send();
    serve_until(context, [&] { return taken == 6; });
    const auto held = context.lock();
    watch.reset();
}

BOOST_DATA_TEST_CASE(a_watch_may_destroy_itself_and_another, loops, driven) {
    TestContext context(with_loop(driven));
    SocketPair first;
    SocketPair second;
    SocketPair third;
    int calls = 0;
    std::unique_ptr<platform::Watch> one;
    std::unique_ptr<platform::Watch> two;
    std::unique_ptr<platform::Watch> three;
    bool last = false;
    {
        const auto held = context.lock();
        const auto both_gone = [&] {
            ++calls;
            one.reset();
            two.reset();
            context.notify();
        };
        one = context.loop().watch(first, both_gone);
        two = context.loop().watch(second, both_gone);
        first.send();
        second.send();
    }
    serve_until(context, [&] { return calls > 0; });
    {
        const auto held = context.lock();
        // The descriptors are still open and can be watched anew.
        three = context.loop().watch(first, [&] {
            first.drain();
            last = true;
            context.notify();
        });
    }
    serve_until(context, [&] { return last; });
    const auto held = context.lock();
    BOOST_TEST(calls == 1);
    three.reset();
}

BOOST_DATA_TEST_CASE(events_of_handlers_reach_callbacks_without_the_mutex, loops, driven) {
    Listener listener;
    TestContext context(with_loop(driven));
    std::atomic<bool> could_lock = false;
    std::atomic<bool> called = false;
    listener.on_event = [&](const wst_event&) {
        const auto held = context.lock(); // would hang if a handler's lock were still held
        could_lock = true;
        called = true;
        context.notify();
    };
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    std::unique_ptr<platform::Timer> timer;
    {
        const auto held = context.lock();
        timer = context.loop().make_timer([&] {
            wst_event event = runtime::Context::make_event(WST_EVENT_INTERFACE, nullptr);
            context.publish(event);
        });
        timer->arm(0);
    }
    serve_until(context, [&] { return called.load(); });
    BOOST_TEST(could_lock.load());
    const auto held = context.lock();
    timer.reset();
}

BOOST_DATA_TEST_CASE(a_handler_that_throws_is_logged_and_the_loop_goes_on, loops, driven) {
    std::promise<std::string> logged;
    runtime::ContextOptions options = with_loop(driven);
    options.log_user = &logged;
    options.log = [](void* user, std::int32_t level, const char* text) {
        if (level == WST_LOG_ERROR)
            static_cast<std::promise<std::string>*>(user)->set_value(text);
    };
    TestContext context(options);
    bool after = false;
    std::unique_ptr<platform::Timer> throws;
    std::unique_ptr<platform::Timer> later;
    {
        const auto held = context.lock();
        throws = context.loop().make_timer([] { throw std::runtime_error("the cable is on fire"); });
        later = context.loop().make_timer([&] {
            after = true;
            context.notify();
        });
        throws->arm(0);
        later->arm(1);
    }
    serve_until(context, [&] { return after; });
    BOOST_TEST(logged.get_future().get().find("the cable is on fire") != std::string::npos);
    const auto held = context.lock();
    throws.reset();
    later.reset();
}

#if !defined(_WIN32)
BOOST_AUTO_TEST_CASE(the_thread_has_a_name_and_leaves_signals_to_the_application) {
    std::promise<std::pair<std::string, bool>> result;
    Listener listener;
    listener.on_event = [&](const wst_event&) {
        char name[32] = {};
        ::pthread_getname_np(::pthread_self(), name, sizeof name);
        sigset_t blocked;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        result.set_value(
            {name, ::sigismember(&blocked, SIGINT) == 1 && ::sigismember(&blocked, SIGALRM) == 1 &&
                       ::sigismember(&blocked, SIGSEGV) == 0 && ::sigismember(&blocked, SIGPIPE) == 0});
    };
    TestContext context;
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_INTERFACE);
    const auto [name, blocked] = result.get_future().get();
    BOOST_TEST(name == "wirestamp");
    BOOST_TEST(blocked);
    sigset_t mine;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mine);
    BOOST_TEST(::sigismember(&mine, SIGALRM) == 0); // ours is as it was
    BOOST_TEST(context.unsubscribe(id) == WST_OK);
}
#endif

BOOST_AUTO_TEST_CASE(a_threaded_context_refuses_to_be_driven) {
    TestContext context;
    for (const auto& call : std::initializer_list<std::function<void()>>{
             [&] { context.run(0); }, [&] { context.next_deadline(); }, [&] { context.driving_handle(); }})
        BOOST_CHECK_EXCEPTION(call(), Failure, [](const Failure& f) { return f.status() == WST_E_STATE; });
}

BOOST_AUTO_TEST_CASE(run_returns_when_the_time_is_up_and_early_on_an_event) {
    TestContext context(caller_driven());
    BOOST_TEST(context.run(0) == WST_E_TIMED_OUT);
    const Nanoseconds start = context.loop().now();
    BOOST_TEST(context.run(2 * millisecond) == WST_E_TIMED_OUT);
    BOOST_TEST(context.loop().now() - start >= 2 * millisecond);

    wst_subscription id = 0;
    context.subscribe({}, &id);
    std::thread publisher([&] { context.publish_now(WST_EVENT_INTERFACE); });
    BOOST_TEST(context.run(-1) == WST_OK); // until it comes
    publisher.join();
    BOOST_TEST(context.run(0) == WST_E_TIMED_OUT); // what was told is not told again
    wst_event event{};
    BOOST_TEST(context.wait_event(0, event) == WST_OK);
    // What came between two runs is not slept through.
    context.publish_now(WST_EVENT_INTERFACE);
    BOOST_TEST(context.run(-1) == WST_OK);
}

BOOST_AUTO_TEST_CASE(a_busy_timer_does_not_keep_sockets_waiting) {
    TestContext context(caller_driven());
    SocketPair pair;
    wst_subscription id = 0;
    context.subscribe({}, &id);
    int received = 0;
    std::unique_ptr<platform::Timer> busy;
    std::unique_ptr<platform::Watch> watch;
    {
        const auto held = context.lock();
        watch = context.loop().watch(pair, [&] { received += pair.drain(); });
        busy = context.loop().make_timer([&] {
            wst_event event = runtime::Context::make_event(WST_EVENT_INTERFACE, nullptr);
            context.publish(event);
            busy->arm(0);
        });
        busy->arm(0);
    }
    pair.send();
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(context.run(0) == WST_OK); // each time because of the timer's event
    BOOST_TEST(received == 1);
    const auto held = context.lock();
    busy.reset();
    watch.reset();
}

BOOST_AUTO_TEST_CASE(next_deadline_and_handle_tell_when_to_run) {
    TestContext context(caller_driven());
    const std::intptr_t handle = context.driving_handle();
    BOOST_TEST(context.driving_handle() == handle);
    context.run(0);
    BOOST_TEST(!readable(handle));
    BOOST_TEST(context.next_deadline() == never);

    std::unique_ptr<platform::Timer> timer;
    std::unique_ptr<platform::Watch> watch;
    SocketPair pair;
    {
        const auto held = context.lock();
        timer = context.loop().make_timer([] {});
        timer->arm(context.loop().now() + 3600 * nanoseconds_per_second);
        watch = context.loop().watch(pair, [&] { pair.drain(); });
    }
    context.run(0); // arming from outside woke it
    BOOST_TEST(!readable(handle));
    const Nanoseconds until = context.next_deadline();
    BOOST_TEST(until > 3500 * nanoseconds_per_second);
    BOOST_TEST(until <= 3600 * nanoseconds_per_second);

    pair.send();
    BOOST_TEST(readable(handle));
    context.run(0);
    BOOST_TEST(!readable(handle));

    Listener listener;
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_INTERFACE); // a callback to be run
    BOOST_TEST(readable(handle));
    BOOST_TEST(context.next_deadline() == 0);
    BOOST_TEST(context.run(0) == WST_OK);
    BOOST_TEST(!readable(handle));
    {
        const auto held = context.lock();
        timer->arm(0);
    }
    BOOST_TEST(context.next_deadline() == 0);
    BOOST_TEST(context.unsubscribe(id) == WST_OK);
    const auto held = context.lock();
    timer.reset();
    watch.reset();
}

BOOST_AUTO_TEST_CASE(one_thread_at_a_time_drives) {
    Listener listener;
    TestContext context(caller_driven());
    std::promise<void> inside;
    std::promise<void> go_on;
    wst_status in_callback = WST_OK;
    wst_status wait_in_callback = WST_OK;
    wst_status poll_in_callback = WST_OK;
    listener.on_event = [&](const wst_event&) {
        in_callback = context.run(0);
        wst_event event{};
        wait_in_callback = context.wait_event(1000, event);
        poll_in_callback = context.wait_event(0, event);
        inside.set_value();
        go_on.get_future().wait();
    };
    wst_subscription id = 0;
    context.subscribe(listener.interest(WST_EVENT_BIT(WST_EVENT_SOCKET)), &id);
    context.publish_now(WST_EVENT_SOCKET);
    std::thread driver([&] { context.run(0); });
    inside.get_future().wait();
    BOOST_TEST(context.run(0) == WST_E_BUSY);
    go_on.set_value();
    driver.join();
    BOOST_TEST(in_callback == WST_E_WOULD_DEADLOCK);
    BOOST_TEST(wait_in_callback == WST_E_WOULD_DEADLOCK);
    BOOST_TEST(poll_in_callback == WST_E_TIMED_OUT);
    BOOST_TEST(context.run(0) == WST_E_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE(waiting_in_several_threads_serves_a_driven_context_once_each) {
    TestContext context(caller_driven());
    wst_subscription id = 0;
    context.subscribe({}, &id);
    constexpr int threads = 4;
    constexpr int events = 200;
    std::atomic<int> taken = 0;
    std::mutex mutex;
    std::set<std::uint64_t> sequences;
    std::vector<std::thread> waiters;
    for (int t = 0; t < threads; ++t)
        waiters.emplace_back([&] {
            wst_event event{};
            while (context.wait_event(never, event) == WST_OK && event.type == WST_EVENT_SOCKET) {
                const std::lock_guard lock(mutex);
                sequences.insert(event.sequence);
                ++taken;
            }
        });
    int left = events;
    std::unique_ptr<platform::Timer> timer;
    {
        const auto held = context.lock();
        timer = context.loop().make_timer([&] {
            wst_event event = runtime::Context::make_event(WST_EVENT_SOCKET, nullptr);
            if (left == 0)
                event.type = WST_EVENT_INTERFACE; // the end, once for each
            context.publish(event);
            if (left > 0)
                --left;
            if (left > 0 || event.type != WST_EVENT_INTERFACE)
                timer->arm(0);
            else
                for (int t = 1; t < threads; ++t)
                    context.publish(event);
        });
        timer->arm(0);
    }
    for (auto& waiter : waiters)
        waiter.join();
    BOOST_TEST(taken.load() == events);
    BOOST_TEST(sequences.size() == static_cast<std::size_t>(events));
    const auto held = context.lock();
    timer.reset();
}

BOOST_DATA_TEST_CASE(close_ends_every_wait, loops, driven) {
    for (int i = 0; i < 20; ++i) {
        auto context = std::make_unique<TestContext>(with_loop(driven));
        wst_subscription id = 0;
        context->subscribe({}, &id);
        std::atomic<int> waiting = 0;
        std::atomic<int> closed = 0;
        std::vector<std::thread> waiters;
        for (int t = 0; t < 3; ++t)
            waiters.emplace_back([&, t] {
                wst_event event{};
                ++waiting;
                wst_status status = WST_OK;
                try {
                    status = t == 2 && driven ? context->run(never) : context->wait_event(never, event);
                    if (status == WST_E_BUSY)
                        status = WST_E_CLOSED;
                } catch (const Failure& failure) {
                    status = failure.status();
                }
                closed += status == WST_E_CLOSED;
            });
        while (waiting < 3)
            std::this_thread::yield();
        BOOST_TEST(context->close() == WST_OK);
        for (auto& waiter : waiters)
            waiter.join();
        BOOST_TEST(closed.load() == 3);
    }
}

BOOST_AUTO_TEST_SUITE_END()
