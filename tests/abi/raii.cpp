// SPDX-License-Identifier: Apache-2.0
//
// wirestamp.hpp as a C++17 program uses it.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ringer.h"
#include "wirestamp/wirestamp.hpp"

namespace {

/// Rings until `count` callbacks have come, or takes them from the queue.
struct Counter {
    std::mutex mutex;
    std::condition_variable changed;
    int count = 0;
    void add() {
        const std::lock_guard<std::mutex> lock(mutex);
        ++count;
        changed.notify_all();
    }
    void wait(int wanted) {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return count >= wanted; });
    }
};

void an_error_carries_status_and_message() {
    try {
        wirestamp::check([](wst_error *error) { return wst_ptp_config_create(nullptr, error); });
        CHECK(false);
    } catch (const wirestamp::Error &error) {
        CHECK(error.status() == WST_E_INVALID_ARGUMENT);
        CHECK(std::string(error.what()).find("'out'") != std::string::npos);
        CHECK(std::string(error.name()) == "WST_E_INVALID_ARGUMENT");
        CHECK(error.os_error() == 0);
    }
    CHECK(wirestamp::version() == wst_version_string());
    CHECK(!wirestamp::build_info().empty());
}

void callbacks_are_functions_and_end_with_their_subscription() {
    Counter counter;
    const auto token = std::make_shared<int>(0); // dies with the callback that holds it
    {
        wirestamp::Context context;
        ringer bell;
        ringer_open(&bell, context.handle());
        auto subscription = context.subscribe([&, token](const wst_event &event) {
            CHECK(event.type == WST_EVENT_SOCKET);
            ringer_drain(&bell);
            counter.add();
        });
        CHECK(static_cast<bool>(subscription));
        CHECK(token.use_count() == 2);
        ringer_ring(&bell);
        counter.wait(1);
        wirestamp::Subscription moved = std::move(subscription);
        CHECK(!subscription);
        ringer_ring(&bell);
        counter.wait(2);
        moved.end();
        CHECK(token.use_count() == 1);
        moved.end();
        moved = context.subscribe([token](const wst_event &) {});
        CHECK(token.use_count() == 2);
        moved = {};
        CHECK(token.use_count() == 1);
        context.subscribe([token](const wst_event &) {}); // not kept: ends at once
        CHECK(token.use_count() == 1);
    }
}

void a_subscription_may_outlive_its_context() {
    const auto token = std::make_shared<int>(0);
    wirestamp::Subscription left;
    {
        wirestamp::Context context;
        left = context.subscribe([token](const wst_event &) {});
    }
    CHECK(token.use_count() == 1);
    left.end();
}

void a_subscription_ends_itself_inside_its_callback() {
    Counter counter;
    wirestamp::Context context;
    ringer bell;
    ringer_open(&bell, context.handle());
    struct Released {
        Counter &counter;
        explicit Released(Counter &c) : counter(c) {}
        ~Released() { counter.add(); }
    };
    std::mutex mutex;
    wirestamp::Subscription subscription;
    {
        const std::lock_guard<std::mutex> lock(mutex);
        auto released = std::make_shared<Released>(counter);
        subscription = context.subscribe([&, released](const wst_event &) {
            const std::lock_guard<std::mutex> inner(mutex);
            subscription.end();
            CHECK(counter.count == 0); // not while it runs
        });
    }
    ringer_ring(&bell);
    counter.wait(1);
}

void the_queue_is_read_with_a_timeout() {
    wirestamp::Context context;
    ringer bell;
    ringer_open(&bell, context.handle());
    const auto subscription = context.subscribe_queue({WST_EVENT_BIT(WST_EVENT_SOCKET), bell.socket});
    CHECK(!context.wait_event(std::chrono::milliseconds(0)));
    CHECK(context.event_handle() >= 0);
    ringer_ring(&bell);
    const std::optional<wst_event> event = context.wait_event(std::chrono::hours(24 * 365 * 10));
    CHECK(event && event->type == WST_EVENT_SOCKET && event->subscription == subscription.id());
}

void a_caller_driven_context_runs_in_here() {
    wirestamp::ContextOptions options;
    options.caller_driven = true;
    wirestamp::Context context(options);
    ringer bell;
    ringer_open(&bell, context.handle());
    int calls = 0;
    const auto subscription = context.subscribe([&](const wst_event &) { ++calls; });
    CHECK(!context.run(std::chrono::nanoseconds(0)));
    CHECK(!context.next_deadline());
    ringer_ring(&bell);
    CHECK(context.run(std::chrono::seconds(30)));
    CHECK(calls == 1);
    CHECK(context.driving_handle() >= 0);
    wirestamp::Context threaded;
    try {
        threaded.run(std::chrono::nanoseconds(0));
        CHECK(false);
    } catch (const wirestamp::Error &error) {
        CHECK(error.status() == WST_E_STATE);
    }
}

void contexts_move_and_close() {
    wirestamp::Context first;
    wirestamp::Context second = std::move(first);
    CHECK(first.handle() == nullptr);
    CHECK(second.handle() != nullptr);
    second.close();
    CHECK(second.handle() == nullptr);
    second = wirestamp::Context();
    CHECK(second.handle() != nullptr);
}

} // namespace

int main() {
    RUN(an_error_carries_status_and_message);
    RUN(callbacks_are_functions_and_end_with_their_subscription);
    RUN(a_subscription_may_outlive_its_context);
    RUN(a_subscription_ends_itself_inside_its_callback);
    RUN(the_queue_is_read_with_a_timeout);
    RUN(a_caller_driven_context_runs_in_here);
    RUN(contexts_move_and_close);
    FINISH();
}
