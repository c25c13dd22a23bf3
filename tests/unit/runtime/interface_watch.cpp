// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include "impl/runtime/interface_watch.hpp"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>

#include "simulated_pair.hpp"

using namespace wirestamp;
namespace simulated = wirestamp::platform::simulated;
using wirestamp::runtime::InterfaceWatch;
using wirestamp::test::SimulatedPair;

namespace {

constexpr Nanoseconds millisecond = 1'000'000;
constexpr Nanoseconds second = nanoseconds_per_second;

std::vector<wst_interface_change> changes(runtime::Context& context, wst_subscription of = 0) {
    std::vector<wst_interface_change> list;
    for (const wst_event& event : test::take_events(context)) {
        BOOST_TEST(event.type == static_cast<std::uint32_t>(WST_EVENT_INTERFACE));
        if (of != 0 && event.subscription != of)
            continue;
        wst_interface_change change;
        std::memcpy(&change, event.payload.raw, sizeof change);
        list.push_back(change);
    }
    return list;
}

wst_subscription watch(runtime::Context& context, const InterfaceWatch::Request& request = {}) {
    wst_subscription id = 0;
    InterfaceWatch::subscribe(context, request, &id);
    return id;
}

std::uint32_t all_reasons(const std::vector<wst_interface_change>& list) {
    std::uint32_t reasons = 0;
    for (const auto& change : list)
        reasons |= change.reasons;
    return reasons;
}

} // namespace

BOOST_AUTO_TEST_SUITE(interface_watch)

BOOST_AUTO_TEST_CASE(what_is_found_at_the_beginning_is_no_change) {
    SimulatedPair pair;
    watch(*pair.a);
    pair.world.run_for(20 * second);
    BOOST_TEST(changes(*pair.a).empty());
}

BOOST_AUTO_TEST_CASE(each_reason_comes_with_before_and_after) {
    SimulatedPair pair;
    const std::string name = pair.interface_of(*pair.a).name;
    watch(*pair.a);

    pair.world.set_administratively_up(pair.adapter_a, false);
    pair.world.run_for(5 * second);
    auto list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_LINK);
    BOOST_TEST(list[0].link_before == WST_LINK_UP);
    BOOST_TEST(list[0].link_after == WST_LINK_DOWN);
    BOOST_TEST(list[0].name == name);
    pair.world.set_administratively_up(pair.adapter_a, true);
    pair.world.run_for(5 * second);
    changes(*pair.a);

    pair.world.rename_adapter(pair.adapter_a, "lan0");
    pair.world.run_for(5 * second);
    list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_RENAMED);
    BOOST_TEST(list[0].old_name == "eth0");
    BOOST_TEST(list[0].name == "lan0");

    // Behind everybody's back: only the periodic compare finds it.
    pair.world.set_stamps_enabled(pair.adapter_a, false);
    pair.world.run_for(5 * second);
    list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_ACTIVE);
    BOOST_TEST(list[0].active_before.hardware != 0u);
    BOOST_TEST(list[0].active_after.hardware == 0u);
    BOOST_TEST(list[0].supported_after.hardware == list[0].supported_before.hardware);

    pair.world.set_capabilities(pair.adapter_a, simulated::software_capabilities());
    pair.world.run_for(5 * second);
    BOOST_TEST((all_reasons(changes(*pair.a)) & WST_CHANGE_SUPPORTED) != 0u);
}

BOOST_AUTO_TEST_CASE(removed_and_put_back) {
    SimulatedPair pair;
    watch(*pair.a);
    pair.world.remove_adapter(pair.adapter_a);
    pair.world.run_for(5 * second);
    auto list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_REMOVED);
    BOOST_TEST(list[0].supported_before.valid != 0u);
    BOOST_TEST(list[0].supported_after.valid == 0u);
    const auto id = list[0].interface_id;
    pair.world.restore_adapter(pair.adapter_a);
    pair.world.run_for(5 * second);
    list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_ADDED);
    BOOST_TEST(list[0].interface_id != id);
    BOOST_TEST(std::string(list[0].old_name).empty());
}

BOOST_AUTO_TEST_CASE(a_stepped_clock_is_told_with_the_step) {
    SimulatedPair pair;
    watch(*pair.a);
    pair.world.run_for(3 * second);
    pair.world.step_clock(pair.adapter_a, 10 * millisecond);
    pair.world.run_for(5 * second);
    auto list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_CLOCK_STEPPED);
    BOOST_TEST(std::abs(list[0].clock_step - 10 * millisecond) < 100'000);
    pair.world.step_clock(pair.adapter_a, -3 * second);
    pair.world.run_for(5 * second);
    list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(std::abs(list[0].clock_step + 3 * second) < 100'000);
}

BOOST_AUTO_TEST_CASE(a_host_that_slept_has_stepped_no_clock) {
    SimulatedPair pair;
    watch(*pair.a);
    pair.world.run_for(10 * second);
    pair.world.suspend(pair.host_a, 1000 * second);
    pair.world.run_for(1020 * second);
    BOOST_TEST(changes(*pair.a).empty());
    // What was done to the clock meanwhile is found.
    pair.world.suspend(pair.host_a, 1000 * second);
    pair.world.run_for(500 * second);
    pair.world.step_clock(pair.adapter_a, -100 * second);
    pair.world.run_for(520 * second);
    auto list = changes(*pair.a);
    BOOST_REQUIRE_EQUAL(list.size(), 1u);
    BOOST_TEST(list[0].reasons == WST_CHANGE_CLOCK_STEPPED);
    BOOST_TEST(std::abs(list[0].clock_step + 100 * second) < 100'000);
}

BOOST_AUTO_TEST_CASE(a_slewed_or_drifting_clock_is_not_a_stepped_one) {
    SimulatedPair pair;
    watch(*pair.a);
    pair.world.set_clock_drift(pair.adapter_a, 100'000); // 100 ppm
    pair.world.run_for(20 * second);
    pair.world.set_clock_drift(pair.adapter_a, 150'000);
    pair.world.run_for(20 * second);
    BOOST_TEST(changes(*pair.a).empty());
}

BOOST_AUTO_TEST_CASE(a_storm_is_coalesced) {
    SimulatedPair pair;
    watch(*pair.a);
    const Nanoseconds span = second;
    for (int i = 0; i < 1000; ++i) {
        pair.world.set_administratively_up(pair.adapter_a, i % 2 != 0);
        pair.world.run_for(span / 1000);
    }
    pair.world.run_for(second);
    const auto list = changes(*pair.a);
    BOOST_TEST(list.size() <= 52u); // one in 20 ms
    if (!list.empty())
        BOOST_TEST(list.back().link_after == WST_LINK_UP); // how it ended
}

BOOST_AUTO_TEST_CASE(a_subscriber_hears_of_what_he_asked_for) {
    SimulatedPair pair;
    InterfaceWatch::Request only_links;
    only_links.reasons = WST_CHANGE_LINK;
    InterfaceWatch::Request this_one;
    this_one.interface = pair.interface_of(*pair.a).id;
    const auto links = watch(*pair.a, only_links);
    const auto mine = watch(*pair.a, this_one);
    pair.world.add_adapter(pair.host_a, "eth9");
    pair.world.run_for(2 * second);
    pair.world.rename_adapter(pair.adapter_a, "lan0");
    pair.world.run_for(2 * second);
    pair.world.set_administratively_up(pair.adapter_a, false);
    pair.world.run_for(2 * second);

    std::uint32_t heard_links = 0;
    std::uint32_t heard_mine = 0;
    for (const wst_event& event : test::take_events(*pair.a)) {
        wst_interface_change change;
        std::memcpy(&change, event.payload.raw, sizeof change);
        (event.subscription == links ? heard_links : heard_mine) |= change.reasons;
        if (event.subscription == mine)
            BOOST_TEST(change.interface_id == this_one.interface);
    }
    BOOST_TEST(heard_links == WST_CHANGE_LINK);
    BOOST_TEST(heard_mine == (WST_CHANGE_RENAMED | WST_CHANGE_LINK));
    BOOST_TEST(pair.a->unsubscribe(links) == WST_OK);
    BOOST_TEST(pair.a->unsubscribe(mine) == WST_OK);
    pair.world.set_administratively_up(pair.adapter_a, true);
    pair.world.run_for(5 * second);
    BOOST_TEST(changes(*pair.a).empty());
}

BOOST_AUTO_TEST_CASE(an_interface_that_does_not_exist_is_refused_and_nothing_is_kept) {
    SimulatedPair pair;
    static int released = 0;
    InterfaceWatch::Request request;
    request.interface = 0x1234'5678;
    request.release = [](void*) { ++released; };
    wst_subscription id = 0;
    BOOST_CHECK_EXCEPTION(InterfaceWatch::subscribe(*pair.a, request, &id), Failure,
                          [](const Failure& failure) { return failure.status() == WST_E_NOT_FOUND; });
    BOOST_TEST(released == 0);
}

BOOST_AUTO_TEST_CASE(a_subscription_left_open_is_released_when_the_context_closes) {
    static int released = 0;
    {
        SimulatedPair pair;
        InterfaceWatch::Request request;
        request.fn = [](void*, const wst_event*) {};
        request.release = [](void*) { ++released; };
        watch(*pair.a, request);
        watch(*pair.a, request);
    }
    BOOST_TEST(released == 2);
}

BOOST_AUTO_TEST_SUITE_END()
