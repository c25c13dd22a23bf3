// SPDX-License-Identifier: Apache-2.0
//
// A context in its steady state never asks the heap: timers, readiness and events live on what was had at the
// beginning.

#define BOOST_TEST_DYN_LINK
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

#include "tests/unit/runtime/bare_platform.hpp"

namespace {
std::atomic<bool> counting = false; // in all threads
std::atomic<std::size_t> counted = 0;
} // namespace

// GCC 12 takes a replaced operator delete that it inlined for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

void* operator new(std::size_t size) {
    if (counting.load(std::memory_order_relaxed))
        ++counted;
    if (void* memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace wirestamp;
using namespace wirestamp::test;

namespace wirestamp::test {

struct RingingPair final : platform::Pollable {
    RingingPair() { BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0); }
    ~RingingPair() override {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    std::intptr_t native_handle() const override { return ends[0]; }
    int ends[2] = {-1, -1};
};

} // namespace wirestamp::test

BOOST_AUTO_TEST_SUITE(allocations)

BOOST_DATA_TEST_CASE(the_steady_state_does_not_allocate, boost::unit_test::data::make({false, true}),
                     driven) {
    RingingPair pair;
    Listener listener;
    runtime::ContextOptions options;
    options.caller_driven = driven;
    TestContext context(options);
    constexpr int warm = 200;
    constexpr int rounds = 1000;
    int ticks = 0;
    int received = 0;
    int unsent = 0;
    std::atomic<int> called = 0;
    std::atomic<bool> done = false;
    listener.on_event = [&](const wst_event&) {
        if (++called == warm + rounds)
            done = true;
    };
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    context.subscribe({}, &id); // into the queue, which will be full; that must cost nothing either
    std::unique_ptr<platform::Timer> ticking;
    std::unique_ptr<platform::Timer> moved[8]; // armed and cancelled all the time, as a port's are
    std::unique_ptr<platform::Watch> watch;
    {
        const auto held = context.lock();
        auto& loop = context.loop();
        for (auto& timer : moved)
            timer = loop.make_timer([] {});
        watch = loop.watch(pair, [&] {
            char buffer[4];
            while (::recv(pair.ends[0], buffer, sizeof buffer, 0) > 0)
                ++received;
        });
        ticking = loop.make_timer([&] {
            if (++ticks == warm)
                counting = true;
            for (std::size_t i = 0; i < 8; ++i)
                moved[i]->arm(loop.now() + 1'000'000 * static_cast<Nanoseconds>(i + 1));
            moved[3]->cancel();
            unsent += ::send(pair.ends[1], "x", 1, 0) != 1;
            wst_event event = runtime::Context::make_event(WST_EVENT_PTP_OFFSET, nullptr);
            context.publish(event);
            if (ticks < warm + rounds)
                ticking->arm(loop.now() + 10'000);
            else
                counting = false;
        });
        ticking->arm(0);
    }
    if (driven)
        while (!done)
            context.run(1'000'000'000);
    else
        while (!done)
            std::this_thread::yield();
    const auto held = context.lock();
    BOOST_TEST(counted.load() == 0u);
    BOOST_TEST(unsent == 0);
    BOOST_TEST(received > 0);
    counted = 0;
    watch.reset();
    ticking.reset();
    for (auto& timer : moved)
        timer.reset();
}

BOOST_AUTO_TEST_CASE(publishing_from_another_thread_does_not_allocate) {
    Listener listener;
    TestContext context;
    std::atomic<int> called = 0;
    listener.on_event = [&](const wst_event&) { ++called; };
    wst_subscription id = 0;
    context.subscribe(listener.interest(), &id);
    for (int i = 1; i <= 300; ++i) {
        if (i == 100)
            counting = true;
        context.publish_now(WST_EVENT_SOCKET);
        while (called < i)
            std::this_thread::yield();
    }
    counting = false;
    BOOST_TEST(counted.load() == 0u);
    counted = 0;
    BOOST_TEST(context.unsubscribe(id) == WST_OK);
}

BOOST_AUTO_TEST_SUITE_END()
