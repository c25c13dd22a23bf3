// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/simulated/schedule.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "testbed.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::simulated;
using namespace wirestamp::platform::simulated::testbed;

namespace {

struct Small {
    World world{1};
    HostId a = world.add_host("a");
    HostId b = world.add_host("b");
    AdapterId a0 = world.add_adapter(a, "eth0", at("192.0.2.1/24"));
    AdapterId b0 = world.add_adapter(b, "eth0", at("192.0.2.2/24"));
    LinkId link = world.connect(a0, b0, {}, "l1");
    Station station{world, a};

    LinkState carrier() { return station.platform->interfaces().list().at(0).link; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(simulated_schedule)

BOOST_AUTO_TEST_CASE(things_happen_when_they_are_said_to) {
    Small s;
    schedule(s.world,
             "at 60s link l1 cut; at 70s link l1 restore\n"
             "# nothing here; at 1s nonsense\n"
             "at 100s clock a/eth0 step 1ms # and so on\n"
             "at 100s clock b step -0.5s;;\n"
             "at 110s clock a/eth0 drift 10ppm\n"
             "every 10s from 200s until 220s clock a/eth0 step 1us");
    const Nanoseconds second = nanoseconds_per_second;
    s.world.run_until(60 * second - 1);
    BOOST_TEST((s.carrier() == LinkState::up));
    s.world.run_until(60 * second);
    BOOST_TEST((s.carrier() == LinkState::down));
    s.world.run_until(70 * second);
    BOOST_TEST((s.carrier() == LinkState::up));
    s.world.run_until(100 * second);
    BOOST_TEST(s.world.clock_error(s.a0) == 1e6);
    BOOST_TEST(s.world.clock_error(s.b, ClockKind::realtime) == -5e8);
    BOOST_TEST(s.world.clock_error(s.b, ClockKind::monotonic) == 0);
    s.world.run_until(120 * second);
    BOOST_TEST(s.world.clock_error(s.a0) == 1e6 + 1e5, boost::test_tools::tolerance(1e-12));
    apply(s.world, "clock a/eth0 drift 0");
    s.world.run_until(300 * second);
    BOOST_TEST(s.world.clock_error(s.a0) == 1e6 + 1e5 + 3e3, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(links_change_in_one_direction_or_both) {
    Small s;
    apply(s.world, "link l1 delay 5us");
    apply(s.world, "link l1 delay 7us backward");
    apply(s.world, "link l1 loss 1% forward");
    apply(s.world, "link l1 jitter pareto 100ns 2.5 limit 1ms");
    const LinkParameters p = s.world.link(s.link);
    BOOST_TEST(p.forward.delay == 5000);
    BOOST_TEST(p.backward.delay == 7000);
    BOOST_TEST(p.forward.loss == 0.01);
    BOOST_TEST(p.backward.loss == 0);
    BOOST_TEST((p.backward.jitter.kind == Distribution::Kind::pareto));
    BOOST_TEST(p.backward.jitter.shape == 2.5);
    BOOST_TEST(p.backward.jitter.limit == 1e6);
}

BOOST_AUTO_TEST_CASE(adapters_and_hosts) {
    Small s;
    apply(s.world, "adapter a/eth0 rename lan");
    BOOST_TEST(s.station.platform->interfaces().find("lan").has_value());
    apply(s.world, "adapter a/lan capabilities software");
    const Interface lan = s.station.platform->interfaces().find("lan").value();
    BOOST_TEST(s.station.platform->capabilities().supported(lan).hardware == 0u);
    apply(s.world, "adapter a/lan down");
    BOOST_TEST((s.carrier() == LinkState::down));
    apply(s.world, "adapter a/lan up");
    apply(s.world, "adapter a/lan stamps loss 50% delay exponential 1ms");
    apply(s.world, "adapter a/lan errors 10ns -10ns");
    apply(s.world, "adapter a/lan remove");
    BOOST_TEST(s.station.platform->interfaces().list().empty());
    apply(s.world, "adapter a/lan restore");
    apply(s.world, "host a stall 1s");
}

BOOST_AUTO_TEST_CASE(what_fails_only_when_it_is_due_comes_out_of_the_run_that_met_it) {
    Small s;
    s.world.add_adapter(s.a, "eth1", {});
    schedule(s.world, "at 1s adapter a/eth0 rename eth1; at 2s clock a step 1s");
    BOOST_CHECK_THROW(s.world.run_for(3 * nanoseconds_per_second), Failure);
    BOOST_TEST(s.world.now() == 3 * nanoseconds_per_second);
    BOOST_TEST(s.world.clock_error(s.a, ClockKind::realtime) == 1e9);
    s.world.run_for(1);
    // A context that drives the world is not told of it.
    s.world.at(s.world.now(), [](World&) { throw Failure(WST_E_RANGE, "made up"); });
    auto& driven = dynamic_cast<DrivenLoop&>(*s.station.loop);
    BOOST_TEST((driven.run(1000, [] { return false; }) == DrivenLoop::RunResult::timed_out));
    BOOST_CHECK_THROW(s.world.run_for(0), Failure);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named_with_their_line_and_change_nothing) {
    struct Case {
        const char* text;
        const char* says;
    };
    const Case cases[] = {
        {"link l1 cut", "begins with \"at TIME\""},
        {"at 1 link l1 cut", "write a number with ns"},
        {"at -1s link l1 cut", "must not be negative"},
        {"at 1s link l2 cut", "no link named \"l2\""},
        {"at 1s link l1", "expected what happens"},
        {"at 1s link l1 cut now", "\"now\" is too much"},
        {"at 1s link l1 loss 2", "not a probability"},
        {"at 1s link l1 jitter gauss 1ns", "is no jitter"},
        {"at 1s clock c step 1s", "no host named \"c\""},
        {"at 1s clock a reset", "cannot happen to a system clock"},
        {"at 1s adapter a rename x", "write host/adapter"},
        {"at 1s host a dance", "cannot happen to a host"},
        {"every 0s link l1 cut", "longer than nothing"},
        {"at 1e30s link l1 cut", "longer than 285 years"},
        {"at nans link l1 cut", "is not a time"},
    };
    Small s;
    for (const Case& c : cases) {
        try {
            schedule(s.world, std::string("at 1s link l1 cut\n") + c.text);
            BOOST_ERROR(std::string("accepted: ") + c.text);
        } catch (const Failure& failure) {
            const std::string message = failure.what();
            BOOST_TEST(failure.status() == WST_E_PARSE, c.text);
            BOOST_TEST(message.find("line 2: ") == 0u, message);
            BOOST_TEST(message.find(c.says) != std::string::npos, message);
        }
    }
    BOOST_TEST(s.world.counters().events_queued == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
