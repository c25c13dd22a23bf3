// SPDX-License-Identifier: Apache-2.0
//
// Clocks behind boundary clocks: what a client promises of the grandmaster's time, which it never hears.

#include <cmath>
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
using Options = std::vector<std::pair<std::string, std::string>>;

simulated::LinkParameters link(double jitter_ns) {
    simulated::LinkDirection direction;
    direction.delay = 100'000;
    direction.jitter.kind = simulated::Distribution::Kind::exponential;
    direction.jitter.scale = jitter_ns;
    return {direction, direction};
}

/// Grandmaster, boundary clocks in a row, client; the first cable is noisy, the others are not.
struct Chain {
    struct Node {
        std::string name;
        std::vector<std::string> adapters;
        std::unique_ptr<Context> context;
        PtpClock* clock = nullptr;
    };
    simulated::World world;
    std::vector<Node> nodes;
    std::vector<simulated::LinkId> cables;

    Chain(std::uint64_t seed, std::size_t length, const Options& of_boundary_clocks, double jitter = 20'000)
        : world(seed) {
        std::optional<simulated::AdapterId> above;
        for (std::size_t i = 0; i < length; ++i) {
            const bool last = i + 1 == length;
            const simulated::HostId host = world.add_host("n" + std::to_string(i));
            const std::string net = "10.0." + std::to_string(i) + ".";
            simulated::AdapterParameters up;
            up.addresses = {i == 0 ? "10.1.0.1/24" : "10.0." + std::to_string(i - 1) + ".2/24"};
            up.stamps_enabled = true;
            up.clock.offset = static_cast<Nanoseconds>(i) * 1'000'000;
            up.clock.oscillator.drift_ppb = 10'000.0 * static_cast<double>(i);
            up.clock.oscillator.wander = 1e-9;
            Node node;
            if (i > 0) {
                const auto adapter = world.add_adapter(host, "up", up);
                cables.push_back(
                    world.connect(*above, adapter, link(i == 1 ? jitter : 10), "cable" + std::to_string(i)));
                node.adapters.push_back("up");
                up.clock_of = adapter;
            }
            if (!last) {
                up.addresses = {net + "1/24"};
                above = world.add_adapter(host, "down", up);
                node.adapters.push_back("down");
            }
            ContextOptions options;
            options.seed = seed * 100 + i;
            node.context = std::make_unique<Context>(world.platform(host), options);
            ptp::Configuration configuration;
            for (const auto& adapter : node.adapters)
                configuration.add_port(adapter);
            configuration.set("priority1", std::to_string(100 + i));
            if (last)
                configuration.set("clientOnly", "1");
            else if (i > 0)
                for (const auto& [name, value] : of_boundary_clocks)
                    configuration.set(name, value);
            const auto lock = node.context->lock();
            node.clock = &node.context->create<PtpClock>(configuration);
            node.clock->start();
            nodes.push_back(std::move(node));
        }
    }
    ~Chain() {
        for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
            node->context->close();
    }

    wst_ptp_status status(const Node& node) const {
        const auto lock = node.context->lock();
        return node.clock->status();
    }
    Nanoseconds truth() const { return nodes.front().clock->now().ptp_time; }
    /// Share of reads of the last clock that held the first one's time, and the median width.
    struct Honesty {
        double inside = 0;
        double reads = 0;
        Nanoseconds widest = 0;
    };
    Honesty read(int times) {
        Honesty result;
        for (int i = 0; i < times; ++i) {
            world.run_for(second / 2 + 12'345'678);
            const wst_ptp_time time = nodes.back().clock->now();
            const Nanoseconds now = truth();
            result.reads += 1;
            result.inside += time.earliest <= now && now <= time.latest ? 1 : 0;
            if (time.latest != INT64_MAX)
                result.widest = std::max(result.widest, time.latest - time.ptp_time);
        }
        return result;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_boundary_chain)

BOOST_AUTO_TEST_CASE(the_interval_holds_the_grandmasters_time_behind_boundary_clocks) {
    for (const std::size_t length : {std::size_t{3}, std::size_t{5}}) {
        Chain chain(7, length, {});
        chain.world.run_for(300 * second);
        const Chain::Node& client = chain.nodes.back();
        BOOST_TEST(chain.status(client).clock_state == WST_PTP_CLOCK_LOCKED);
        BOOST_TEST(chain.status(client).steps_removed == length - 1);
        const auto honest = chain.read(1500);
        BOOST_TEST(honest.inside == honest.reads);
        // Not by saying nothing.
        BOOST_TEST(honest.widest < 500'000);
    }
    // What it would be if the clock in between kept its doubt to itself; and of a silent one the client
    // assumes no more than that it is like itself.
    Chain silent(7, 3, {{"enhanced_accuracy_metrics", "0"}});
    silent.world.run_for(300 * second);
    const auto dishonest = silent.read(300);
    BOOST_TEST(dishonest.inside < 0.7 * dishonest.reads);
}

BOOST_AUTO_TEST_CASE(who_follows_a_clock_that_has_lost_its_master_knows_less_with_time) {
    Chain chain(8, 4, {{"clientOnly", "0"}}, 100);
    chain.world.run_for(300 * second);
    const Nanoseconds before = chain.read(20).widest;
    BOOST_TEST(before < 20'000);
    // The grandmaster stays elected, but its time no longer comes through.
    auto deaf = link(100);
    deaf.forward.loss = 0;
    deaf.backward.loss = 1; // Delay_Req
    chain.world.set_link(chain.cables.front(), deaf);
    const auto honest = chain.read(1000);
    BOOST_TEST(honest.inside == honest.reads);
}

BOOST_AUTO_TEST_SUITE_END()
