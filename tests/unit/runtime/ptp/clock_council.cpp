// SPDX-License-Identifier: Apache-2.0
//
// Three masters in three domains and a host that follows them all: the one that is wrong is named, and only
// that.

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "impl/platform/simulated/world.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/ptp/ptp_clock.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::runtime;
namespace simulated = platform::simulated;

namespace {

constexpr Nanoseconds second = nanoseconds_per_second;

struct Domains {
    simulated::World world{11};
    simulated::HostId host;
    std::vector<simulated::AdapterId> masters;
    std::vector<std::unique_ptr<Context>> contexts;
    std::vector<PtpClock*> master_clocks;
    std::unique_ptr<Context> context;
    std::vector<PtpClock*> clocks;
    std::vector<wst_event> told;

    explicit Domains(int count) : host(world.add_host("host")) {
        const auto bridge = world.add_bridge("switch", {});
        const auto adapter = world.add_adapter(host, "eth0", port(1, 20'000));
        world.connect(adapter, bridge, link());
        ContextOptions options;
        options.seed = 3;
        for (int i = 0; i < count; ++i) {
            const auto gm = world.add_host("gm" + std::to_string(i));
            masters.push_back(world.add_adapter(gm, "eth0", port(10 + i, 0)));
            world.connect(masters.back(), bridge, link());
            contexts.push_back(std::make_unique<Context>(world.platform(gm), options));
            master_clocks.push_back(
                open(*contexts.back(), {{"domainNumber", std::to_string(i)}, {"timescale", "PTP"}}));
        }
        context = std::make_unique<Context>(world.platform(host), options);
        Interest interest;
        interest.events = WST_EVENT_BIT(WST_EVENT_PTP_DISAGREEMENT);
        interest.user = &told;
        interest.fn = [](void* user, const wst_event* event) {
            static_cast<std::vector<wst_event>*>(user)->push_back(*event);
        };
        wst_subscription id = 0;
        context->subscribe(interest, &id);
        for (int i = 0; i < count; ++i)
            clocks.push_back(open(*context, {{"domainNumber", std::to_string(i)}, {"clientOnly", "1"}}));
    }
    ~Domains() {
        context->close();
        for (auto& one : contexts)
            one->close();
    }

    static simulated::AdapterParameters port(int number, double drift) {
        simulated::AdapterParameters parameters;
        parameters.addresses = {"192.0.2." + std::to_string(number) + "/24"};
        parameters.stamps_enabled = true;
        parameters.clock.oscillator.drift_ppb = drift;
        return parameters;
    }
    static simulated::LinkParameters link() {
        simulated::LinkDirection direction;
        direction.delay = 1000;
        direction.jitter.kind = simulated::Distribution::Kind::exponential;
        direction.jitter.scale = 20;
        return {direction, direction};
    }
    static PtpClock* open(Context& in, const std::vector<std::pair<std::string, std::string>>& options) {
        ptp::Configuration configuration;
        configuration.add_port("eth0");
        for (const auto& [name, value] : options)
            configuration.set(name, value);
        const auto lock = in.lock();
        auto& made = in.create<PtpClock>(configuration);
        made.start();
        return &made;
    }
    wst_ptp_agreement ask(std::size_t index) {
        const auto lock = context->lock();
        return clocks[index]->agreement();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(clock_council)

BOOST_AUTO_TEST_CASE(masters_that_agree_are_left_in_peace) {
    Domains domains(3);
    domains.world.run_for(300 * second);
    BOOST_TEST(domains.told.empty());
    const auto answer = domains.ask(1);
    BOOST_TEST(answer.clocks == 3u);
    BOOST_TEST(answer.agreeing == 3u);
    BOOST_TEST(answer.verdict == static_cast<std::uint32_t>(WST_PTP_VERDICT_AGREES));
    const auto truth = domains.master_clocks[0]->now().ptp_time;
    BOOST_TEST(answer.earliest <= truth);
    BOOST_TEST(answer.latest >= truth);
    BOOST_TEST(answer.latest - answer.earliest < 5000);
}

BOOST_AUTO_TEST_CASE(the_one_of_three_that_is_wrong_is_named_with_its_grandmaster_and_acquitted_later) {
    Domains domains(3);
    domains.world.run_for(120 * second);
    domains.world.step_clock(domains.masters[2], 10'000);
    domains.world.run_for(60 * second);
    BOOST_REQUIRE(domains.told.size() == 1u);
    const auto& event = domains.told[0];
    BOOST_TEST(event.object == static_cast<Object*>(domains.clocks[2]));
    const auto& payload = event.payload.ptp_disagreement;
    BOOST_TEST(payload.verdict == static_cast<std::uint32_t>(WST_PTP_VERDICT_WRONG));
    BOOST_TEST(payload.clocks == 3);
    BOOST_TEST(payload.agreeing == 2);
    BOOST_TEST(payload.domain_number == 2);
    BOOST_TEST(std::abs(static_cast<double>(payload.offset) - 10'000) < 1500);
    {
        const auto lock = domains.contexts[2]->lock();
        const auto master = domains.master_clocks[2]->status();
        BOOST_TEST(std::equal(std::begin(master.clock_identity), std::end(master.clock_identity),
                              payload.grandmaster_identity));
    }
    BOOST_TEST(domains.ask(2).verdict == static_cast<std::uint32_t>(WST_PTP_VERDICT_WRONG));
    BOOST_TEST(domains.ask(0).verdict == static_cast<std::uint32_t>(WST_PTP_VERDICT_AGREES));

    domains.world.step_clock(domains.masters[2], -10'000);
    domains.world.run_for(60 * second);
    BOOST_REQUIRE(domains.told.size() == 2u);
    BOOST_TEST(domains.told[1].payload.ptp_disagreement.verdict ==
               static_cast<std::uint32_t>(WST_PTP_VERDICT_AGREES));
}

BOOST_AUTO_TEST_CASE(two_that_exclude_each_other_are_both_in_doubt) {
    Domains domains(2);
    domains.world.run_for(120 * second);
    domains.world.step_clock(domains.masters[1], -50'000);
    domains.world.run_for(60 * second);
    BOOST_REQUIRE(domains.told.size() == 2u);
    for (const auto& event : domains.told)
        BOOST_TEST(event.payload.ptp_disagreement.verdict ==
                   static_cast<std::uint32_t>(WST_PTP_VERDICT_DOUBTFUL));
}

BOOST_AUTO_TEST_CASE(who_follows_nobody_has_nothing_to_say) {
    Domains domains(1);
    BOOST_CHECK_EXCEPTION(domains.ask(0), Failure,
                          [](const Failure& failure) { return failure.status() == WST_E_WOULD_BLOCK; });
    domains.world.run_for(60 * second);
    BOOST_TEST(domains.ask(0).clocks == 1u);
    BOOST_TEST(domains.told.empty());
}

BOOST_AUTO_TEST_SUITE_END()
