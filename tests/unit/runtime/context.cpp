// SPDX-License-Identifier: Apache-2.0
//
// Waiting in objects of a context while they, or the context, are closed.

#define BOOST_TEST_DYN_LINK
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "tests/unit/runtime/bare_platform.hpp"

using namespace wirestamp;
using namespace wirestamp::test;

namespace wirestamp::test {

struct Lives {
    std::atomic<int> made = 0;
    std::atomic<int> closed = 0;
    std::atomic<int> gone = 0;
};

/// Counts what becomes of it, and holds a timer as real objects do.
struct Waitable final : runtime::Object {
    Waitable(runtime::Context& context, Lives& lives_) : Object(context), lives(lives_) {
        ++lives.made;
        timer = context.loop().make_timer([] {});
        timer->arm(context.loop().now() + 3600 * nanoseconds_per_second);
    }
    ~Waitable() override { ++lives.gone; }
    void close() noexcept override {
        ++lives.closed;
        timer.reset();
    }
    Lives& lives;
    std::unique_ptr<platform::Timer> timer;
    int waiting = 0;
};

inline Waitable& make(TestContext& context, Lives& lives) {
    const auto held = context.lock();
    return context.create<Waitable>(lives);
}

} // namespace wirestamp::test

namespace {

const auto loops = boost::unit_test::data::make({false, true}); // with a thread, driven by the caller

runtime::ContextOptions with_loop(bool driven) {
    runtime::ContextOptions options;
    options.caller_driven = driven;
    return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(context)

BOOST_DATA_TEST_CASE(a_wait_ends_when_it_is_notified_or_its_time_is_up, loops, driven) {
    Lives lives;
    TestContext context(with_loop(driven));
    Waitable& object = make(context, lives);
    bool ready = false;
    std::thread other([&] {
        const auto held = context.lock();
        ready = true;
        context.notify();
    });
    {
        auto held = context.lock();
        const bool in_time =
            context.wait(held, never, &object, [&] { return ready; }) == runtime::WaitResult::ready;
        BOOST_TEST(in_time);
    }
    other.join();
    auto held = context.lock();
    const Nanoseconds start = context.loop().now();
    const bool timed_out =
        context.wait(held, 2'000'000, &object, [] { return false; }) == runtime::WaitResult::timed_out;
    BOOST_TEST(timed_out);
    BOOST_TEST(context.loop().now() - start >= 2'000'000);
    const bool at_once =
        context.wait(held, 0, &object, [] { return false; }) == runtime::WaitResult::timed_out;
    BOOST_TEST(at_once);
}

BOOST_DATA_TEST_CASE(closing_an_object_ends_the_waits_in_it_and_waits_for_them, loops, driven) {
    for (int round = 0; round < 20; ++round) {
        Lives lives;
        TestContext context(with_loop(driven));
        Waitable& object = make(context, lives);
        std::atomic<int> closed = 0;
        std::vector<std::thread> waiters;
        for (int i = 0; i < 3; ++i)
            waiters.emplace_back([&] {
                auto held = context.lock();
                ++object.waiting;
                context.notify();
                if (context.wait(held, never, &object, [] { return false; }) == runtime::WaitResult::closed)
                    ++closed;
                if (lives.gone > 1)
                    closed = 1000; // more than once
            });
        {
            auto held = context.lock();
            context.wait(held, never, nullptr, [&] { return object.waiting == 3; });
            context.destroy(held, object);
            BOOST_TEST(lives.gone.load() == 1);
        }
        for (auto& waiter : waiters)
            waiter.join();
        BOOST_TEST(closed.load() == 3);
        BOOST_TEST(lives.closed.load() == 1);
    }
}

// The waiting thread serves the loop and with it the callback that closes what it waits in: nobody may wait
// for it.
BOOST_AUTO_TEST_CASE(a_callback_closes_the_object_that_its_own_thread_waits_in) {
    Lives lives;
    Listener listener;
    TestContext context(caller_driven());
    Waitable& object = make(context, lives);
    int gone_inside = -1;
    listener.on_event = [&](const wst_event&) {
        auto held = context.lock();
        context.destroy(held, object);
        gone_inside = lives.gone;
    };
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    context.publish_now(WST_EVENT_SOCKET);
    {
        auto held = context.lock();
        const bool closed =
            context.wait(held, never, &object, [] { return false; }) == runtime::WaitResult::closed;
        BOOST_TEST(closed);
    }
    BOOST_TEST(lives.closed.load() == 1);
    BOOST_TEST(gone_inside == 0);       // its memory stayed until the wait had left it,
    BOOST_TEST(lives.gone.load() == 1); // and no longer
}

BOOST_AUTO_TEST_CASE(an_object_is_closed_once) {
    Lives lives;
    TestContext context;
    Waitable& object = make(context, lives);
    auto held = context.lock();
    context.destroy(held, object);
    BOOST_CHECK_EXCEPTION(context.destroy(held, object), Failure,
                          [](const Failure& failure) { return failure.status() == WST_E_CLOSED; });
    BOOST_TEST(lives.gone.load() == 1);
}

BOOST_DATA_TEST_CASE(closing_a_context_closes_its_objects_last_made_first, loops, driven) {
    struct Ordered final : runtime::Object {
        Ordered(runtime::Context& c, int number_, std::vector<int>& order_)
            : Object(c), number(number_), order(order_) {}
        void close() noexcept override { order.push_back(number); }
        int number;
        std::vector<int>& order;
    };
    std::vector<int> order;
    {
        TestContext context(with_loop(driven));
        const auto held = context.lock();
        for (int i = 1; i <= 3; ++i)
            context.create<Ordered>(i, order);
    }
    BOOST_TEST(order == (std::vector<int>{3, 2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_object_whose_constructor_throws_leaves_nothing) {
    struct Thrower final : runtime::Object {
        explicit Thrower(runtime::Context& c) : Object(c) { throw Failure(WST_E_NOT_FOUND, "no such thing"); }
    };
    TestContext context;
    const auto held = context.lock();
    BOOST_CHECK_THROW(context.create<Thrower>(), Failure);
}

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_random_numbers_and_none_gives_others) {
    runtime::ContextOptions seeded;
    seeded.seed = 42;
    const auto first_number = [](const runtime::ContextOptions& options) {
        TestContext context(options);
        const auto held = context.lock();
        return context.random()();
    };
    BOOST_TEST(first_number(seeded) == first_number(seeded));
    BOOST_TEST(first_number({}) != first_number({}));
}

BOOST_AUTO_TEST_CASE(log_lines_are_told_without_a_lock_in_order_and_bounded) {
    struct Told {
        TestContext* context = nullptr;
        std::vector<std::string> lines;
        bool locked = false;
    } told;
    runtime::ContextOptions options = caller_driven();
    options.log_user = &told;
    options.log_level = WST_LOG_INFO;
    options.log = [](void* user, std::int32_t, const char* text) {
        auto& self = *static_cast<Told*>(user);
        self.locked = self.locked || !self.context->mutex().try_lock();
        if (!self.locked)
            self.context->mutex().unlock();
        self.lines.emplace_back(text);
    };
    TestContext context(options);
    told.context = &context;
    {
        const auto held = context.lock();
        context.log(WST_LOG_INFO, "one");
        context.log(WST_LOG_DEBUG, "too fine");
        context.log(WST_LOG_ERROR, "two");
        BOOST_TEST(told.lines.empty());
    }
    context.run(0);
    BOOST_TEST(told.lines == (std::vector<std::string>{"one", "two"}), boost::test_tools::per_element());
    told.lines.clear();
    for (int i = 0; i < 5000; ++i)
        context.log(WST_LOG_NOTICE, "many");
    context.run(0);
    BOOST_TEST(told.lines.size() < 2000u);
    BOOST_TEST(told.lines.back().find("lost") != std::string::npos);
    BOOST_TEST(!told.locked);
}

BOOST_AUTO_TEST_SUITE_END()
