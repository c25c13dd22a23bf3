// SPDX-License-Identifier: Apache-2.0
//
// The subscription contract of context.h, seen from C++ where events can be made at will.

#define BOOST_TEST_DYN_LINK
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/unit/runtime/bare_platform.hpp"
#include "tests/unit/runtime/waiting.hpp"

using namespace wirestamp;
using namespace wirestamp::test;
using namespace std::chrono_literals;

namespace {

/// std::latch, whose waiting in GCC 12's library sleeps on for ever now and then where there is no futex.
class Latch {
public:
    explicit Latch(int count) : count_(count) {}
    void count_down() {
        const std::lock_guard lock(mutex_);
        --count_;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return count_ <= 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_;
};

constexpr auto patience = 60s; // a broken library fails instead of hanging; a sound one never waits for it

void give_others_a_chance() {
    for (int i = 0; i < 20; ++i)
        std::this_thread::yield();
}

struct TestObject : runtime::Object {
    using Object::Object;
};

wst_event take(TestContext& context) {
    wst_event event{};
    BOOST_REQUIRE_EQUAL(context.wait_event(never, event), WST_OK);
    return event;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_hub)

BOOST_AUTO_TEST_CASE(the_id_is_written_before_the_callback_can_run) {
    TestContext context;
    std::atomic<bool> stop = false;
    std::thread publisher([&] {
        while (!stop)
            context.publish_now(WST_EVENT_INTERFACE);
    });
    for (int i = 0; i < 200; ++i) {
        struct {
            wst_subscription id = 0;
            std::atomic<bool> called = false;
            bool same = true;
        } state;
        Listener listener;
        listener.on_event = [&](const wst_event& event) {
            state.same = state.same && event.subscription == state.id;
            state.called = true;
        };
        context.subscribe(listener.interest(), &state.id);
        while (!state.called)
            std::this_thread::yield();
        BOOST_REQUIRE_EQUAL(context.unsubscribe(state.id), WST_OK);
        BOOST_REQUIRE(state.same);
    }
    stop = true;
    publisher.join();
}

BOOST_AUTO_TEST_CASE(ids_are_never_reused) {
    TestContext context;
    wst_subscription last = 0;
    for (int i = 0; i < 100; ++i) {
        wst_subscription id = 0;
        context.subscribe({}, &id);
        BOOST_TEST(id > last);
        last = id;
        BOOST_TEST(context.unsubscribe(id) == WST_OK);
    }
}

BOOST_AUTO_TEST_CASE(masks_and_objects_filter) {
    TestContext context;
    TestObject* one = nullptr;
    TestObject* two = nullptr;
    {
        const auto held = context.lock();
        one = &context.create<TestObject>();
        two = &context.create<TestObject>();
    }
    runtime::Interest only_one;
    only_one.object = one;
    only_one.events = WST_EVENT_BIT(WST_EVENT_SOCKET) | WST_EVENT_BIT(WST_EVENT_PTP_FAULT);
    wst_subscription id = 0;
    context.subscribe(only_one, &id);
    for (const std::uint32_t type :
         std::initializer_list<std::uint32_t>{WST_EVENT_SOCKET, WST_EVENT_PTP_OFFSET, WST_EVENT_PTP_FAULT}) {
        context.publish_now(type, one);
        context.publish_now(type, two);
        context.publish_now(type);
    }
    wst_event event = take(context);
    BOOST_TEST(event.type == static_cast<std::uint32_t>(WST_EVENT_SOCKET));
    BOOST_TEST(event.object == one);
    BOOST_TEST(event.subscription == id);
    BOOST_TEST(event.sequence == 1u);
    BOOST_TEST(event.struct_size == sizeof(wst_event));
    BOOST_TEST(event.time > 0);
    event = take(context);
    BOOST_TEST(event.type == static_cast<std::uint32_t>(WST_EVENT_PTP_FAULT));
    BOOST_TEST(event.sequence == 7u);
    BOOST_TEST(context.wait_event(0, event) == WST_E_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE(events_before_a_subscription_are_not_for_it) {
    Listener early;
    Listener late;
    int early_calls = 0;
    int late_calls = 0;
    TestContext context(caller_driven());
    early.on_event = [&](const wst_event&) { ++early_calls; };
    late.on_event = [&](const wst_event&) { ++late_calls; };
    wst_subscription id = 0;
    context.subscribe(early.interest(), &id);
    context.publish_now(WST_EVENT_INTERFACE);
    context.subscribe(late.interest(), &id);
    BOOST_TEST(context.run(0) == WST_OK);
    BOOST_TEST(early_calls == 1);
    BOOST_TEST(late_calls == 0);
}

BOOST_AUTO_TEST_CASE(unsubscribe_waits_for_fn_and_release) {
    ThreadChecks check;
    for (int i = 0; i < 50; ++i) {
        TestContext context;
        Listener listener;
        Latch entered(1);
        std::atomic<bool> unsubscribing = false;
        std::atomic<bool> fn_finished = false;
        std::atomic<int> released = 0;
        listener.on_event = [&](const wst_event&) {
            entered.count_down();
            while (!unsubscribing)
                std::this_thread::yield();
            give_others_a_chance();
            fn_finished = true;
        };
        listener.on_release = [&] {
            check(fn_finished, "release came while fn ran");
            give_others_a_chance();
            ++released;
        };
        wst_subscription id = 0;
        context.subscribe(listener.interest(), &id);
        context.publish_now(WST_EVENT_INTERFACE);
        entered.wait();
        unsubscribing = true;
        BOOST_TEST(context.unsubscribe(id) == WST_OK);
        BOOST_TEST(fn_finished.load());
        BOOST_TEST(released.load() == 1);
    }
}

BOOST_AUTO_TEST_CASE(unsubscribe_inside_its_own_callback_is_the_last_call) {
    ThreadChecks check;
    Listener listener;
    wst_subscription id = 0;
    int calls = 0;
    bool returned = false;
    std::thread::id fn_thread;
    std::promise<std::thread::id> released;
    TestContext context;
    listener.on_event = [&](const wst_event& event) {
        ++calls;
        fn_thread = std::this_thread::get_id();
        context.publish_now(WST_EVENT_INTERFACE);
        check(context.unsubscribe(event.subscription) == WST_OK, "unsubscribe inside its own callback");
        check(context.unsubscribe(event.subscription) == WST_E_NOT_FOUND, "and again");
        returned = true;
    };
    listener.on_release = [&] {
        check(returned, "release came before fn returned");
        released.set_value(std::this_thread::get_id());
    };
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_INTERFACE);
    context.publish_now(WST_EVENT_INTERFACE);
    auto future = released.get_future();
    BOOST_REQUIRE(future.wait_for(patience) == std::future_status::ready);
    const bool on_the_same_thread = future.get() == fn_thread;
    BOOST_TEST(on_the_same_thread);
    BOOST_TEST(context.close() == WST_OK);
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(unsubscribe_of_another_inside_a_callback_returns_at_once) {
    ThreadChecks check;
    Listener first;
    Listener second;
    wst_subscription second_id = 0;
    wst_subscription first_id = 0;
    std::atomic<int> second_calls = 0;
    std::atomic<int> second_released = 0;
    std::promise<int> done;
    TestContext context;
    first.on_event = [&](const wst_event&) {
        if (second_id == 0)
            return;
        check(context.unsubscribe(std::exchange(second_id, 0)) == WST_OK, "unsubscribe of another");
        done.set_value(second_released);
    };
    second.on_event = [&](const wst_event&) { ++second_calls; };
    second.on_release = [&] { ++second_released; };
    context.subscribe(first.interest(), &first_id);
    context.subscribe(second.interest(), &second_id);
    context.publish_now(WST_EVENT_INTERFACE);
    auto future = done.get_future();
    BOOST_REQUIRE(future.wait_for(patience) == std::future_status::ready);
    BOOST_TEST(future.get() == 1);
    BOOST_TEST(context.close() == WST_OK);
    BOOST_TEST(second_calls.load() == 0); // ended before its turn for the same event
}

BOOST_AUTO_TEST_CASE(of_two_unsubscribers_the_second_is_told_at_once) {
    ThreadChecks check;
    Listener listener;
    Latch entered(1);
    std::promise<void> go_on;
    auto may_go_on = go_on.get_future().share();
    std::atomic<int> released = 0;
    TestContext context;
    listener.on_event = [&](const wst_event&) {
        entered.count_down();
        may_go_on.wait();
    };
    listener.on_release = [&] { ++released; };
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_INTERFACE);
    entered.wait();

    std::promise<void> refused;
    std::atomic<int> ok = 0;
    const auto unsubscribe = [&] {
        const wst_status status = context.unsubscribe(id);
        if (status == WST_OK) {
            check(released == 1, "unsubscribe came back before release");
            ++ok;
        } else {
            check(status == WST_E_NOT_FOUND, "the second unsubscribe");
            refused.set_value();
        }
    };
    std::thread one(unsubscribe);
    std::thread two(unsubscribe);
    // fn is still running: only the one who was refused can come back.
    BOOST_TEST((refused.get_future().wait_for(patience) == std::future_status::ready));
    BOOST_TEST(ok.load() == 0);
    go_on.set_value();
    one.join();
    two.join();
    BOOST_TEST(ok.load() == 1);
    BOOST_TEST(released.load() == 1);
}

BOOST_AUTO_TEST_CASE(close_waits_for_an_unsubscribe_that_waits) {
    ThreadChecks check;
    Listener listener;
    Listener other;
    Latch entered(1);
    std::promise<void> go_on;
    auto may_go_on = go_on.get_future().share();
    std::atomic<int> released = 0;
    TestContext context;
    listener.on_event = [&](const wst_event&) {
        entered.count_down();
        may_go_on.wait();
    };
    listener.on_release = [&] { ++released; };
    other.on_release = [&] { ++released; };
    wst_subscription id = 0;
    wst_subscription other_id = 0;
    context.subscribe(listener.interest(), &id);
    context.subscribe(other.interest(WST_EVENT_BIT(WST_EVENT_SOCKET)), &other_id);
    context.publish_now(WST_EVENT_INTERFACE);
    entered.wait();
    std::thread unsubscriber([&] {
        const wst_status status = context.unsubscribe(id);
        check(status == WST_OK || status == WST_E_NOT_FOUND, "unsubscribe"); // the close may come first
    });
    give_others_a_chance();
    std::thread closer([&] { check(context.close() == WST_OK, "close"); });
    give_others_a_chance();
    BOOST_TEST(released.load() == 0);
    go_on.set_value();
    unsubscriber.join();
    closer.join();
    BOOST_TEST(released.load() == 2);
}

BOOST_AUTO_TEST_CASE(close_releases_each_subscription_once) {
    std::atomic<int> released = 0;
    Listener listener;
    listener.on_release = [&] { ++released; };
    {
        TestContext context;
        for (int i = 0; i < 10; ++i) {
            wst_subscription id = 0;
            auto interest = listener.interest();
            if (i % 2)
                interest.fn = nullptr; // queued ones have a release, too
            context.subscribe(interest, &id);
            if (i == 3)
                BOOST_TEST(context.unsubscribe(id) == WST_OK);
        }
        BOOST_TEST(released.load() == 1);
    }
    BOOST_TEST(released.load() == 10);
}

BOOST_AUTO_TEST_CASE(close_is_refused_inside_fn_and_release) {
    Listener listener;
    wst_subscription id = 0;
    std::promise<wst_status> in_fn;
    TestContext context;
    listener.on_event = [&](const wst_event&) { in_fn.set_value(context.close()); };
    wst_status in_release = WST_OK;
    wst_status subscribe_in_release = WST_OK;
    listener.on_release = [&] { in_release = context.close(); };
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_INTERFACE);
    BOOST_TEST(in_fn.get_future().get() == WST_E_WOULD_DEADLOCK);
    BOOST_TEST(context.unsubscribe(id) == WST_OK);
    BOOST_TEST(in_release == WST_E_WOULD_DEADLOCK);

    listener.on_release = [&] {
        in_release = context.close();
        try {
            wst_subscription ignored = 0;
            context.subscribe({}, &ignored);
        } catch (const Failure& failure) {
            subscribe_in_release = failure.status();
        }
    };
    listener.on_event = [](const wst_event&) {};
    in_release = WST_OK;
    context.subscribe(listener.interest(), &id);
    BOOST_TEST(context.close() == WST_OK);
    BOOST_TEST(in_release == WST_E_WOULD_DEADLOCK);
    BOOST_TEST(subscribe_in_release == WST_E_CLOSED);
}

BOOST_AUTO_TEST_CASE(under_load_nothing_is_called_after_its_release) {
    ThreadChecks check;
    TestContext context;
    std::atomic<bool> stop = false;
    std::atomic<int> alive = 0;
    std::atomic<long> calls = 0;
    struct User {
        std::atomic<int>& alive;
        std::atomic<long>& calls;
        std::unique_ptr<int> canary = std::make_unique<int>(42); // a late call is a use after free
    };
    std::thread publisher([&] {
        while (!stop) {
            context.publish_now(WST_EVENT_PTP_OFFSET);
            std::this_thread::yield();
        }
    });
    std::vector<std::thread> subscribers;
    for (int t = 0; t < 3; ++t)
        subscribers.emplace_back([&] {
            for (int i = 0; i < 100; ++i) {
                auto* user = new User{alive, calls};
                ++alive;
                runtime::Interest interest;
                interest.user = user;
                interest.fn = [](void* given, const wst_event*) {
                    auto& known = *static_cast<User*>(given);
                    known.calls += *known.canary / 42;
                };
                interest.release = [](void* given) {
                    auto* known = static_cast<User*>(given);
                    --known->alive;
                    delete known;
                };
                wst_subscription id = 0;
                context.subscribe(interest, &id);
                // Some stay until a call has come: how soon that is depends on what else the machine does.
                const long before = calls;
                while (i % 10 == 0 && calls == before)
                    give_others_a_chance();
                check(context.unsubscribe(id) == WST_OK, "unsubscribe under load");
            }
        });
    for (auto& thread : subscribers)
        thread.join();
    stop = true;
    publisher.join();
    BOOST_TEST(alive.load() == 0);
    BOOST_TEST(calls.load() > 0);
}

BOOST_AUTO_TEST_CASE(callbacks_never_overlap) {
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    std::atomic<int> calls = 0;
    std::promise<void> enough;
    Listener listener;
    TestContext context;
    listener.on_event = [&](const wst_event&) {
        const int now = ++inside;
        if (now > most)
            most = now;
        if (++calls == 1000)
            enough.set_value();
        --inside;
    };
    wst_subscription ids[3];
    for (auto& id : ids)
        context.subscribe(listener.interest(), &id);
    std::vector<std::thread> publishers;
    for (int t = 0; t < 3; ++t)
        publishers.emplace_back([&] {
            for (int i = 0; i < 150; ++i)
                context.publish_now(WST_EVENT_INTERFACE);
        });
    for (auto& thread : publishers)
        thread.join();
    BOOST_TEST((enough.get_future().wait_for(patience) == std::future_status::ready));
    BOOST_TEST(most.load() == 1);
}

BOOST_AUTO_TEST_CASE(a_full_queue_loses_the_newest_and_tells_first) {
    TestContext context(with_capacity(4));
    wst_subscription id = 0;
    context.subscribe({}, &id);
    const std::intptr_t handle = context.event_handle();
    BOOST_TEST(!readable(handle));
    for (int i = 0; i < 10; ++i)
        context.publish_now(WST_EVENT_INTERFACE);
    BOOST_TEST(readable(handle));
    wst_event event = take(context);
    BOOST_TEST(event.type == static_cast<std::uint32_t>(WST_EVENT_OVERFLOW));
    BOOST_TEST(event.payload.overflow.lost == 6u);
    BOOST_TEST(event.sequence == 10u);
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
        BOOST_TEST(readable(handle));
        BOOST_TEST(take(context).sequence == sequence);
    }
    BOOST_TEST(!readable(handle));
    context.publish_now(WST_EVENT_INTERFACE);
    BOOST_TEST(readable(handle));
    BOOST_TEST(take(context).sequence == 11u);
    BOOST_TEST(!readable(handle));
}

BOOST_AUTO_TEST_CASE(a_slow_callback_is_told_of_its_losses) {
    Listener all;
    Listener few;
    std::vector<std::uint64_t> seen;
    std::uint64_t lost = 0;
    TestContext context(with_capacity(4, true));
    all.on_event = [&](const wst_event& event) {
        if (event.type == WST_EVENT_OVERFLOW)
            lost += event.payload.overflow.lost;
        else
            seen.push_back(event.sequence);
    };
    std::uint64_t few_lost = 0;
    few.on_event = [&](const wst_event& event) {
        if (event.type == WST_EVENT_OVERFLOW)
            few_lost += event.payload.overflow.lost;
    };
    wst_subscription id = 0;
    context.subscribe(all.interest(), &id);
    context.subscribe(few.interest(WST_EVENT_BIT(WST_EVENT_SOCKET)), &id);
    for (int i = 0; i < 9; ++i)
        context.publish_now(WST_EVENT_INTERFACE);
    context.publish_now(WST_EVENT_SOCKET);
    BOOST_TEST(context.run(0) == WST_OK);
    BOOST_TEST(seen == (std::vector<std::uint64_t>{1, 2, 3, 4}), boost::test_tools::per_element());
    BOOST_TEST(lost == 6u);
    BOOST_TEST(few_lost == 1u); // only what it would have heard
}

BOOST_AUTO_TEST_CASE(a_closed_object_is_not_mentioned_any_more) {
    TestObject* object = nullptr;
    TestContext context(caller_driven());
    {
        const auto held = context.lock();
        object = &context.create<TestObject>();
    }
    Listener everything;
    Listener about_it;
    int mentions = 0;
    everything.on_event = [&](const wst_event& event) { mentions += event.object == object; };
    about_it.on_event = [&](const wst_event&) { ++mentions; };
    wst_subscription id = 0;
    wst_subscription about_id = 0;
    context.subscribe(everything.interest(), &id);
    context.subscribe(about_it.interest(WST_EVENT_ALL, object), &about_id);
    context.subscribe({}, &id);
    context.publish_now(WST_EVENT_SOCKET, object);
    context.publish_now(WST_EVENT_INTERFACE);
    {
        auto held = context.lock();
        context.destroy(held, *object);
        // Something new at the old address must not be taken for it.
        wst_event event = runtime::Context::make_event(WST_EVENT_SOCKET, nullptr);
        event.object = object;
        context.publish(event);
    }
    wst_event event{};
    BOOST_TEST(context.wait_event(0, event) == WST_OK);
    BOOST_TEST(event.type == static_cast<std::uint32_t>(WST_EVENT_INTERFACE));
    context.run(0);
    BOOST_TEST(mentions == 1); // by `everything`, of the new one
    BOOST_TEST(context.unsubscribe(about_id) == WST_OK);
}

BOOST_AUTO_TEST_CASE(closing_an_object_waits_for_the_callback_about_it) {
    TestObject* object = nullptr;
    TestContext context;
    {
        const auto held = context.lock();
        object = &context.create<TestObject>();
    }
    Listener listener;
    Latch entered(1);
    std::atomic<bool> closing = false;
    std::atomic<bool> finished = false;
    listener.on_event = [&](const wst_event&) {
        entered.count_down();
        while (!closing)
            std::this_thread::yield();
        give_others_a_chance();
        finished = true;
    };
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_SOCKET, object);
    entered.wait();
    closing = true;
    {
        auto held = context.lock();
        context.destroy(held, *object);
    }
    BOOST_TEST(finished.load());
    BOOST_TEST(context.close() == WST_OK);
}

BOOST_AUTO_TEST_SUITE_END()
