// SPDX-License-Identifier: Apache-2.0
//
// Interfaces that come, change and go while they are watched by three subscribers and asked about from eight
// threads.
#define BOOST_TEST_DYN_LINK
#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sandbox.hpp"

using namespace sandbox;

namespace {

struct Heard {
    std::mutex mutex;
    std::set<std::pair<std::string, std::uint32_t>> what; // name, one reason
    int released = 0;

    void hear(const wst_event& event) {
        wst_interface_change change;
        change.struct_size = sizeof change;
        if (wst_interface_change_get(&event, &change, nullptr) != WST_OK)
            return;
        const std::lock_guard lock(mutex);
        for (std::uint32_t bit = 0; wst_change_name(bit); ++bit)
            if (change.reasons & (1u << bit))
                what.insert({change.name, 1u << bit});
    }
    bool has(const std::string& name, std::uint32_t reason) {
        const std::lock_guard lock(mutex);
        return what.count({name, reason}) != 0;
    }
    static void WST_CALL on_event(void* self, const wst_event* event) {
        static_cast<Heard*>(self)->hear(*event);
    }
    static void WST_CALL on_release(void* self) {
        const std::lock_guard lock(static_cast<Heard*>(self)->mutex);
        ++static_cast<Heard*>(self)->released;
    }
};

/// Waits for one subscriber to hear something, draining the queue for the one that polls.
bool comes(wst_context* context, Heard& queue, Heard& heard, const std::string& name, std::uint32_t reason) {
    for (int patience = 0; patience < 500; ++patience) {
        if (heard.has(name, reason))
            return true;
        wst_event event;
        event.struct_size = sizeof event;
        if (wst_event_wait(context, 20, &event, nullptr) == WST_OK)
            queue.hear(event);
    }
    return false;
}

void ask_everything(wst_context* context, const std::atomic<bool>& stop,
                    std::atomic<std::uint64_t>& answers) {
    while (!stop) {
        wst_interface list[16];
        list[0].struct_size = sizeof list[0];
        std::uint32_t count = 0;
        const wst_status listed = wst_interface_list(context, list, 16, &count, nullptr);
        if (listed != WST_OK && listed != WST_E_LIMIT)
            continue;
        for (std::uint32_t i = 0; i < std::min(count, 16u); ++i) {
            wst_capabilities capabilities = WST_CAPABILITIES_INIT;
            const wst_status answers_of[] = {
                wst_capabilities_supported(context, list[i].id, 0, &capabilities, nullptr),
                wst_capabilities_active(context, list[i].id, WST_CAPABILITIES_STRICT, &capabilities,
                                        nullptr)};
            for (const wst_status answer : answers_of) {
                if (answer == WST_OK || answer == WST_E_NOT_FOUND || answer == WST_E_INTERFACE_GONE)
                    ++answers;
                else
                    answers = UINT64_MAX / 2; // none of those a vanishing interface may give
            }
            wst_interface found = WST_INTERFACE_INIT;
            wst_interface_find(context, list[i].name, &found, nullptr);
            wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
            wst_cross_timestamp_get(context, list[i].id, 0, 1, &cross, nullptr);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(watching, *boost::unit_test::precondition(possible))

BOOST_AUTO_TEST_CASE(three_subscribers_hear_all_while_eight_threads_ask) {
    Context context;
    Heard first;
    Heard second_one;
    Heard queue;
    wst_watch_options fast = WST_WATCH_OPTIONS_INIT;
    fast.poll_interval_ms = 100;
    wst_subscription subscriptions[3];
    MUST(wst_watch(context, &fast, Heard::on_event, &first, Heard::on_release, &subscriptions[0], error));
    MUST(wst_watch(context, nullptr, Heard::on_event, &second_one, Heard::on_release, &subscriptions[1],
                   error));
    MUST(wst_watch(context, nullptr, nullptr, &queue, Heard::on_release, &subscriptions[2], error));
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> answers{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { ask_everything(context, stop, answers); });

    Heard* const all[] = {&first, &second_one, &queue};
    for (int round = 0; round < 3; ++round) {
        const std::string name = "wa" + std::to_string(round);
        const std::string peer = "wb" + std::to_string(round);
        const std::string renamed = "wr" + std::to_string(round);
        BOOST_REQUIRE(ip("link add " + name + " type veth peer name " + peer));
        for (Heard* heard : all)
            BOOST_TEST(comes(context, queue, *heard, name, WST_CHANGE_ADDED));
        BOOST_REQUIRE(ip("link set " + peer + " up") && ip("link set " + name + " up"));
        for (Heard* heard : all)
            BOOST_TEST(comes(context, queue, *heard, name, WST_CHANGE_LINK));
        BOOST_REQUIRE(ip("link set " + name + " down") && ip("link set " + name + " name " + renamed));
        for (Heard* heard : all)
            BOOST_TEST(comes(context, queue, *heard, renamed, WST_CHANGE_RENAMED));
        if (round == 1 && other_namespace() > 0)
            BOOST_REQUIRE(ip("link set " + renamed + " netns " + std::to_string(other_namespace())));
        else
            BOOST_REQUIRE(ip("link del " + renamed));
        for (Heard* heard : all)
            BOOST_TEST(comes(context, queue, *heard, renamed, WST_CHANGE_REMOVED));
        if (round == 1)
            ip("link del " + peer);
    }
    stop = true;
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(answers > 100u);
    BOOST_TEST(answers < UINT64_MAX / 2);
    for (const wst_subscription subscription : subscriptions)
        MUST(wst_unsubscribe(context, subscription, error));
    for (Heard* heard : all)
        BOOST_TEST(heard->released == 1);
}

BOOST_AUTO_TEST_CASE(a_watch_of_one_interface_hears_of_no_other) {
    BOOST_REQUIRE(ip("link add wx type veth peer name wy"));
    Context context;
    Heard heard;
    wst_watch_options options = WST_WATCH_OPTIONS_INIT;
    options.interface_id = context.find("wx").id;
    wst_subscription subscription = 0;
    MUST(wst_watch(context, &options, nullptr, &heard, nullptr, &subscription, error));
    BOOST_REQUIRE(ip("link set wy name wz") && ip("link del wx"));
    BOOST_TEST(comes(context, heard, heard, "wx", WST_CHANGE_REMOVED));
    BOOST_TEST(!heard.has("wz", WST_CHANGE_RENAMED));
    BOOST_TEST(!heard.has("wz", WST_CHANGE_REMOVED));
    wst_interface gone = WST_INTERFACE_INIT;
    BOOST_TEST(wst_interface_get(context, options.interface_id, &gone, nullptr) == WST_E_NOT_FOUND);
    BOOST_TEST(wst_watch(context, &options, nullptr, nullptr, nullptr, &subscription, nullptr) ==
               WST_E_NOT_FOUND);
}

BOOST_AUTO_TEST_CASE(a_caller_driven_context_watches_too) {
    Context context(WST_CONTEXT_CALLER_DRIVEN);
    Heard heard;
    wst_subscription subscription = 0;
    MUST(wst_watch(context, nullptr, Heard::on_event, &heard, nullptr, &subscription, error));
    BOOST_REQUIRE(ip("link add wm type veth peer name wn"));
    for (int patience = 0; patience < 100 && !heard.has("wm", WST_CHANGE_ADDED); ++patience)
        wst_context_run(context, second / 10, nullptr);
    BOOST_TEST(heard.has("wm", WST_CHANGE_ADDED));
    BOOST_TEST(ip("link del wm"));
}

BOOST_AUTO_TEST_CASE(a_storm_of_interfaces_is_survived) {
    Context context;
    Heard heard;
    wst_subscription subscription = 0;
    MUST(wst_watch(context, nullptr, nullptr, &heard, nullptr, &subscription, error));
    for (int i = 0; i < 30; ++i) {
        const std::string number = std::to_string(i);
        BOOST_REQUIRE(ip("link add sa" + number + " type veth peer name sb" + number));
        if (i % 2 == 0)
            BOOST_REQUIRE(ip("link del sa" + number));
    }
    BOOST_TEST(comes(context, heard, heard, "sa29", WST_CHANGE_ADDED));
    for (int i = 1; i < 30; i += 2)
        BOOST_TEST(comes(context, heard, heard, "sa" + std::to_string(i), WST_CHANGE_ADDED));
    for (int i = 1; i < 30; i += 2)
        BOOST_REQUIRE(ip("link del sa" + std::to_string(i)));
    for (int i = 1; i < 30; i += 2)
        BOOST_TEST(comes(context, heard, heard, "sa" + std::to_string(i), WST_CHANGE_REMOVED));
}

BOOST_AUTO_TEST_SUITE_END()
