// SPDX-License-Identifier: Apache-2.0
//
// The whole clock (engine, discipline, sockets, timers) on a simulated network, where true time is known.

#include <array>
#include <cmath>
#include <memory>
#include <set>
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

simulated::LinkParameters link(double jitter_ns) {
    simulated::LinkDirection direction;
    direction.delay = 2000;
    direction.jitter.kind = simulated::Distribution::Kind::exponential;
    direction.jitter.scale = jitter_ns;
    return {direction, direction};
}

/// Two hosts with hardware clocks and a link between; a PTP clock on each.
struct Pair {
    simulated::World world;
    simulated::HostId master_host, client_host;
    simulated::AdapterId master_adapter, client_adapter;
    simulated::LinkId cable;
    std::unique_ptr<Context> master_context, client_context;
    PtpClock* master = nullptr;
    PtpClock* client = nullptr;

    explicit Pair(std::uint64_t seed, double jitter_ns = 100, double wander = 1e-9)
        : world(seed),
          master_host(world.add_host("gm")),
          client_host(world.add_host("client")),
          master_adapter(world.add_adapter(master_host, "eth0", adapter("192.0.2.1/24", 0, 0, 0))),
          client_adapter(
              world.add_adapter(client_host, "eth0", adapter("192.0.2.2/24", 100'000'000, 100'000, wander))),
          cable(world.connect(master_adapter, client_adapter, link(jitter_ns), "cable")),
          master_context(make(master_host, seed)),
          client_context(make(client_host, seed + 1)) {}

    ~Pair() {
        client_context->close();
        master_context->close();
    }

    static simulated::AdapterParameters adapter(const char* address, Nanoseconds offset, double drift,
                                                double wander) {
        simulated::AdapterParameters parameters;
        parameters.addresses = {address};
        parameters.stamps_enabled = true;
        parameters.clock.offset = offset;
        parameters.clock.oscillator.drift_ppb = drift;
        parameters.clock.oscillator.wander = wander;
        return parameters;
    }

    std::unique_ptr<Context> make(simulated::HostId host, std::uint64_t seed) {
        ContextOptions options;
        options.seed = seed;
        return std::make_unique<Context>(world.platform(host), options);
    }

    static PtpClock* open(Context& context, const std::vector<std::pair<std::string, std::string>>& options) {
        ptp::Configuration configuration;
        configuration.add_port("eth0");
        for (const auto& [name, value] : options)
            configuration.set(name, value);
        const auto lock = context.lock();
        auto& clock = context.create<PtpClock>(configuration);
        clock.start();
        return &clock;
    }

    void start(const std::vector<std::pair<std::string, std::string>>& client_options = {}) {
        master = open(*master_context, {{"priority1", "100"}});
        client = open(*client_context, client_options);
    }

    /// What the client believes minus what the master believes, both read at the same true instant.
    double true_error() const { return static_cast<double>(client->now().ptp_time - master->now().ptp_time); }

    wst_ptp_status status(Context& context, PtpClock& clock) const {
        const auto lock = context.lock();
        return clock.status();
    }
    wst_ptp_port_status port(Context& context, PtpClock& clock) const {
        const auto lock = context.lock();
        return clock.port_status(1);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(ptp_simulated_pair)

// ptp4l's default reaches 98 ns here, its best servo 47, a Kalman filter that knows the noise 31.
BOOST_AUTO_TEST_CASE(the_client_follows_true_time_within_40_ns_rms) {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        Pair pair(seed);
        pair.start({{"clientOnly", "1"}});
        pair.world.run_for(60 * second);
        BOOST_TEST(pair.status(*pair.client_context, *pair.client).clock_state == WST_PTP_CLOCK_LOCKED);
        double squares = 0;
        int count = 0;
        for (int i = 0; i < 600; ++i) {
            pair.world.run_for(second / 2 + 12'345'678);
            squares += pair.true_error() * pair.true_error();
            ++count;
        }
        const double rms = std::sqrt(squares / count);
        BOOST_TEST_MESSAGE("seed " << seed << ": true error " << rms << " ns rms");
        BOOST_TEST(rms < 40);
    }
}

BOOST_AUTO_TEST_CASE(what_may_change_at_run_time_does) {
    Pair pair(11);
    pair.start({{"clientOnly", "1"}});
    pair.world.run_for(60 * second);
    const auto set = [&](const char* name, const char* value) {
        const auto lock = pair.client_context->lock();
        pair.client->set(name, value);
    };
    const auto width = [&] {
        const wst_ptp_time now = pair.client->now();
        return now.latest - now.ptp_time;
    };
    const Nanoseconds before = width();
    BOOST_TEST(before < 5'000);
    set("asymmetry_bound", "20000");
    pair.world.run_for(3 * second);
    BOOST_TEST(width() > before + 19'000);
    set("asymmetry_bound", "0");
    pair.world.run_for(3 * second);
    BOOST_TEST(width() < 5'000);
}

BOOST_AUTO_TEST_CASE(peer_to_peer_is_followed_as_well) {
    for (const char* discipline : {"virtual", "device"}) {
        Pair pair(4);
        pair.master = Pair::open(*pair.master_context, {{"priority1", "100"}, {"delay_mechanism", "P2P"}});
        pair.client =
            Pair::open(*pair.client_context,
                       {{"clientOnly", "1"}, {"delay_mechanism", "P2P"}, {"clock_discipline", discipline}});
        pair.world.run_for(60 * second);
        double squares = 0;
        double sum = 0;
        for (int i = 0; i < 600; ++i) {
            pair.world.run_for(second / 2 + 12'345'678);
            squares += pair.true_error() * pair.true_error();
            sum += pair.true_error();
        }
        BOOST_TEST_MESSAGE("mean " << sum / 600 << " P2P, " << discipline << ": " << std::sqrt(squares / 600)
                                   << " ns rms");
        BOOST_TEST(std::sqrt(squares / 600) < 45);
        // 2000 ns of cable and the mean of two jitters, halved.
        const auto measured = pair.port(*pair.client_context, *pair.client).mean_link_delay;
        BOOST_TEST(std::abs(static_cast<double>(measured) - 2100) < 120);
    }
}

// The far cable is twenty-five times as long as the near one: only the one towards the master counts.
BOOST_AUTO_TEST_CASE(a_boundary_clock_uses_the_delay_of_the_link_to_its_master) {
    simulated::World world(15);
    const auto gm = world.add_host("gm");
    const auto middle = world.add_host("boundary");
    const auto leaf = world.add_host("leaf");
    auto near_side = Pair::adapter("192.0.2.2/24", 7'000'000, 40'000, 1e-9);
    const auto upstream = world.add_adapter(middle, "eth0", near_side);
    auto far_side = Pair::adapter("198.51.100.1/24", 0, 0, 0);
    far_side.clock_of = upstream;
    const auto downstream = world.add_adapter(middle, "eth1", far_side);
    world.connect(world.add_adapter(gm, "eth0", Pair::adapter("192.0.2.1/24", 0, 0, 0)), upstream, link(50));
    auto long_cable = link(50);
    long_cable.forward.delay = long_cable.backward.delay = 50'000;
    world.connect(downstream,
                  world.add_adapter(leaf, "eth0", Pair::adapter("198.51.100.2/24", 3'000'000, -40'000, 1e-9)),
                  long_cable);
    ContextOptions options;
    options.seed = 15;
    Context gm_context(world.platform(gm), options);
    Context middle_context(world.platform(middle), options);
    Context leaf_context(world.platform(leaf), options);
    auto* master = Pair::open(gm_context, {{"priority1", "100"}, {"delay_mechanism", "P2P"}});
    ptp::Configuration configuration;
    configuration.add_port("eth0");
    configuration.add_port("eth1");
    configuration.set("delay_mechanism", "P2P");
    PtpClock* boundary = nullptr;
    {
        const auto lock = middle_context.lock();
        boundary = &middle_context.create<PtpClock>(configuration);
        boundary->start();
    }
    auto* client = Pair::open(leaf_context, {{"clientOnly", "1"}, {"delay_mechanism", "P2P"}});
    world.run_for(120 * second);
    BOOST_TEST(std::abs(static_cast<double>(boundary->now().ptp_time - master->now().ptp_time)) < 500);
    BOOST_TEST(std::abs(static_cast<double>(client->now().ptp_time - master->now().ptp_time)) < 1000);
    for (auto* context : {&gm_context, &middle_context, &leaf_context})
        context->close();
}

BOOST_AUTO_TEST_CASE(the_port_to_the_master_measures_by_its_own_mechanism_whatever_the_first_does) {
    struct Row {
        const char* of_first; // towards the leaf
        const char* of_second;
        const char* of_master;
        const char* discipline;
        const char* servo;
    };
    for (const Row& row :
         {Row{"E2E", "E2E", "E2E", "virtual", "adaptive"}, Row{"P2P", "P2P", "P2P", "virtual", "pi"},
          Row{"E2E", "P2P", "P2P", "virtual", "adaptive"}, Row{"P2P", "E2E", "E2E", "virtual", "adaptive"},
          Row{"E2E", "Auto", "P2P", "virtual", "adaptive"}, Row{"E2E", "P2P", "P2P", "virtual", "pi"},
          Row{"P2P", "E2E", "E2E", "virtual", "pi"}, Row{"P2P", "E2E", "E2E", "device", "adaptive"},
          Row{"E2E", "P2P", "P2P", "device", "adaptive"}}) {
        simulated::World world(16);
        const auto gm = world.add_host("gm");
        const auto middle = world.add_host("boundary");
        const auto leaf = world.add_host("leaf");
        const auto downstream =
            world.add_adapter(middle, "eth0", Pair::adapter("198.51.100.1/24", 7'000'000, 40'000, 1e-9));
        auto near_side = Pair::adapter("192.0.2.2/24", 0, 0, 0);
        near_side.clock_of = downstream;
        const auto upstream = world.add_adapter(middle, "eth1", near_side);
        auto long_cable = link(50);
        long_cable.forward.delay = long_cable.backward.delay = 50'000;
        world.connect(world.add_adapter(gm, "eth0", Pair::adapter("192.0.2.1/24", 0, 0, 0)), upstream,
                      long_cable);
        world.connect(
            downstream,
            world.add_adapter(leaf, "eth0", Pair::adapter("198.51.100.2/24", 3'000'000, -40'000, 1e-9)),
            link(50));
        ContextOptions options;
        options.seed = 16;
        Context gm_context(world.platform(gm), options);
        Context middle_context(world.platform(middle), options);
        Context leaf_context(world.platform(leaf), options);
        auto* master = Pair::open(gm_context, {{"priority1", "100"}, {"delay_mechanism", row.of_master}});
        ptp::Configuration configuration;
        configuration.add_port("eth0");
        configuration.add_port("eth1");
        configuration.set_port("eth0", "delay_mechanism", row.of_first);
        configuration.set_port("eth1", "delay_mechanism", row.of_second);
        configuration.set("clock_discipline", row.discipline);
        configuration.set("clock_servo", row.servo);
        PtpClock* boundary = nullptr;
        {
            const auto lock = middle_context.lock();
            boundary = &middle_context.create<PtpClock>(configuration);
            boundary->start();
        }
        Pair::open(leaf_context, {{"clientOnly", "1"}, {"delay_mechanism", row.of_first}});
        world.run_for(120 * second);
        const auto what = std::string(row.of_first) + ", to the master " + row.of_second + ", " +
                          row.discipline + ", " + row.servo;
        BOOST_TEST(boundary->now().clock_state == std::uint32_t{WST_PTP_CLOCK_LOCKED}, what);
        const double error = static_cast<double>(boundary->now().ptp_time - master->now().ptp_time);
        BOOST_TEST(std::abs(error) < 1000, what << ": " << error);
        for (auto* context : {&gm_context, &middle_context, &leaf_context})
            context->close();
    }
}

BOOST_AUTO_TEST_CASE(the_best_of_two_automatic_clocks_becomes_master) {
    Pair pair(7);
    pair.start();
    pair.world.run_for(30 * second);
    BOOST_TEST(pair.port(*pair.master_context, *pair.master).state == WST_PTP_STATE_MASTER);
    BOOST_TEST(pair.port(*pair.client_context, *pair.client).state == WST_PTP_STATE_SLAVE);
    const auto status = pair.status(*pair.client_context, *pair.client);
    BOOST_TEST(status.steps_removed == 1);
    BOOST_TEST(status.grandmaster_priority1 == 100);
}

BOOST_AUTO_TEST_CASE(lost_packets_and_stamps_are_counted_and_nothing_is_faulty) {
    Pair pair(8);
    pair.start({{"clientOnly", "1"}});
    pair.world.run_for(30 * second);
    auto lossy = link(100);
    lossy.forward.loss = lossy.backward.loss = 0.1;
    pair.world.set_link(pair.cable, lossy);
    pair.world.set_transmit_stamps(pair.master_adapter, {}, 0.1);
    pair.world.set_transmit_stamps(pair.client_adapter, {}, 0.1);
    for (int i = 0; i < 300; ++i) {
        pair.world.run_for(second);
        const auto state = pair.port(*pair.client_context, *pair.client).state;
        BOOST_REQUIRE((state == WST_PTP_STATE_SLAVE || state == WST_PTP_STATE_UNCALIBRATED ||
                       state == WST_PTP_STATE_LISTENING)); // three Announces may be lost in a row
    }
    BOOST_TEST(std::abs(pair.true_error()) < 2000);
    BOOST_TEST(pair.port(*pair.master_context, *pair.master).transmit_stamps_lost > 10u);
    BOOST_TEST(pair.port(*pair.client_context, *pair.client).follow_ups_lost > 10u);
}

BOOST_AUTO_TEST_CASE(the_interface_goes_and_comes_back) {
    Pair pair(9);
    pair.start({{"clientOnly", "1"}});
    pair.world.run_for(30 * second);
    pair.world.remove_adapter(pair.client_adapter);
    pair.world.run_for(10 * second);
    BOOST_TEST(pair.status(*pair.client_context, *pair.client).clock_state != WST_PTP_CLOCK_LOCKED);
    pair.world.restore_adapter(pair.client_adapter);
    pair.world.run_for(60 * second);
    BOOST_TEST(pair.port(*pair.client_context, *pair.client).state == WST_PTP_STATE_SLAVE);
    BOOST_TEST(std::abs(pair.true_error()) < 2000);
}

BOOST_AUTO_TEST_CASE(the_cable_is_cut_and_mended) {
    Pair pair(10);
    pair.start({{"clientOnly", "1"}});
    pair.world.run_for(60 * second);
    pair.world.cut(pair.cable);
    pair.world.run_for(30 * second);
    BOOST_TEST(pair.status(*pair.client_context, *pair.client).clock_state == WST_PTP_CLOCK_HOLDOVER);
    const auto held = pair.client->now();
    const auto truth = pair.master->now();
    BOOST_TEST(held.earliest <= truth.ptp_time);
    BOOST_TEST(held.latest >= truth.ptp_time);
    pair.world.restore(pair.cable);
    pair.world.run_for(30 * second);
    BOOST_TEST(pair.status(*pair.client_context, *pair.client).clock_state == WST_PTP_CLOCK_LOCKED);
}

// A host whose raw counter runs 40 ppm fast and whose system time somebody else keeps right.
/// At how many moments of a second a clock at 128 Sync/s tells of offsets.
std::size_t beats_of(Pair& pair, std::size_t least_told) {
    wst_subscription subscription = 0;
    Interest interest;
    interest.events = WST_EVENT_BIT(WST_EVENT_PTP_OFFSET);
    pair.client_context->subscribe(interest, &subscription);
    std::set<std::int64_t> beats;
    std::size_t told = 0;
    pair.world.run_for(second);
    for (wst_event event{}; pair.client_context->wait_event(0, event) == WST_OK; ++told)
        beats.insert(event.time);
    pair.client_context->unsubscribe(subscription);
    BOOST_CHECK_GE(told, least_told);
    return beats.size();
}

void open_fast(Pair& pair, const char* stamps, const char* lazy) {
    pair.master = Pair::open(*pair.master_context, {{"priority1", "100"},
                                                    {"time_stamping", "software"},
                                                    {"logSyncInterval", "-7"},
                                                    {"logMinDelayReqInterval", "-7"},
                                                    {"lazy_receive", lazy}});
    pair.client = Pair::open(*pair.client_context,
                             {{"clientOnly", "1"}, {"time_stamping", stamps}, {"lazy_receive", lazy}});
}

BOOST_AUTO_TEST_CASE(who_takes_packets_with_his_own_beat_measures_and_answers_as_much) {
    struct Row {
        const char* stamps;
        const char* lazy;
        bool naps; // an adapter has room for one stamp: requests with its stamps leave one by one
        std::uint64_t samples, answers;
    };
    std::array rows{Row{"software", "0", false, 0, 0}, Row{"software", "1", true, 0, 0},
                    Row{"hardware", "1", false, 0, 0}};
    for (Row& row : rows) {
        BOOST_TEST_CONTEXT(row.stamps << " stamps, lazy_receive " << row.lazy) {
            Pair pair(7);
            open_fast(pair, row.stamps, row.lazy);
            pair.world.run_for(30 * second);
            constexpr std::size_t delay_resp = 9;
            row.answers = pair.port(*pair.master_context, *pair.master).sent[delay_resp];
            const auto port = pair.port(*pair.client_context, *pair.client);
            BOOST_CHECK_EQUAL(int{port.state}, WST_PTP_STATE_SLAVE);
            BOOST_CHECK_EQUAL(int{port.log_min_delay_req_interval}, -7);
            BOOST_CHECK_EQUAL(port.follow_ups_lost + port.delay_responses_lost + port.transmit_stamps_lost,
                              0);
            BOOST_CHECK_LT(std::abs(pair.true_error()), row.stamps[0] == 'h' ? 100 : 500);
            row.samples = pair.status(*pair.client_context, *pair.client).samples;
            const std::size_t beats = beats_of(pair, 120);
            BOOST_TEST((row.naps ? beats <= 25 : beats >= 80), beats);

            // Without a master it wakes for packets again, and finds the next one.
            pair.world.cut(pair.cable);
            pair.world.run_for(5 * second);
            pair.world.restore(pair.cable);
            pair.world.run_for(15 * second);
            BOOST_CHECK_EQUAL(int{pair.port(*pair.client_context, *pair.client).state}, WST_PTP_STATE_SLAVE);
            BOOST_CHECK_GE(row.samples, rows[0].samples * 98 / 100);
            BOOST_CHECK_GE(row.samples, 2000);
            BOOST_CHECK_GE(row.answers, rows[0].answers * 98 / 100);
            BOOST_CHECK_GE(row.answers, 2000);
        }
    }
}

BOOST_AUTO_TEST_CASE(requests_leave_one_by_one_where_a_master_does_not_answer_several) {
    Pair pair(7);
    open_fast(pair, "software", "1");
    pair.world.run_for(15 * second);
    BOOST_CHECK_LE(beats_of(pair, 120), 25);
    auto lossy = link(100);
    lossy.backward.loss = 0.7;
    pair.world.set_link(pair.cable, lossy);
    pair.world.run_for(10 * second);
    BOOST_CHECK_GE(beats_of(pair, 120), 80);
    // It does not try the same master again.
    pair.world.set_link(pair.cable, link(100));
    pair.world.run_for(10 * second);
    BOOST_CHECK_GE(beats_of(pair, 120), 80);
    BOOST_CHECK_EQUAL(int{pair.port(*pair.client_context, *pair.client).state}, WST_PTP_STATE_SLAVE);
}

BOOST_AUTO_TEST_CASE(a_machine_that_slept_says_so_and_finds_its_time_anew) {
    for (const bool as_master : {false, true}) {
        simulated::World world(3);
        const auto make = [&](const char* name, const char* address) {
            const auto host = world.add_host(name);
            simulated::AdapterParameters parameters;
            parameters.addresses = {address};
            return std::pair(host, world.add_adapter(host, "eth0", parameters));
        };
        const auto [first, first_adapter] = make("first", "192.0.2.1/24");
        const auto [second_host, second_adapter] = make("second", "192.0.2.2/24");
        world.connect(first_adapter, second_adapter, link(100), "cable");
        Context master_context(world.platform(first), {}), client_context(world.platform(second_host), {});
        PtpClock* master = Pair::open(master_context, {{"priority1", "100"}, {"time_stamping", "software"}});
        PtpClock* client = Pair::open(client_context, {{"clientOnly", "1"}, {"time_stamping", "software"}});
        Context& sleeper = as_master ? master_context : client_context;
        world.run_for(60 * second);
        wst_subscription subscription = 0;
        Interest interest;
        interest.events = WST_EVENT_BIT(WST_EVENT_PTP_FAULT);
        sleeper.subscribe(interest, &subscription);
        const auto apart = [&] { return std::abs(client->now().ptp_time - master->now().ptp_time); };
        BOOST_CHECK_LT(apart(), 20'000);

        world.suspend(as_master ? first : second_host, 100 * second);
        world.run_for(100 * second + second * 3 / 2);
        wst_event event{};
        bool told = false;
        while (sleeper.wait_event(0, event) == WST_OK)
            told = told ||
                   (event.payload.ptp_fault.fault == WST_PTP_FAULT_CLOCK_STEPPED &&
                    std::string(event.payload.ptp_fault.text).find("asleep for 100") != std::string::npos);
        BOOST_CHECK_MESSAGE(told, "the sleep was not told, as master " << as_master);
        if (as_master)
            BOOST_CHECK_LT(std::abs(master->now().ptp_time - world.now() - 37 * second) % second, 100'000);
        else // until it has measured again, it claims nothing
            BOOST_CHECK_NE(client->now().clock_state, std::uint32_t{WST_PTP_CLOCK_LOCKED});
        world.run_for(30 * second);
        BOOST_CHECK_LT(apart(), 20'000);
        client_context.close();
        master_context.close();
    }
}

BOOST_AUTO_TEST_CASE(a_grandmaster_with_software_stamps_tells_the_systems_time) {
    simulated::World world(13);
    simulated::HostParameters parameters;
    parameters.oscillator.drift_ppb = 40'000;
    const auto host = world.add_host("gm", parameters);
    simulated::AdapterParameters adapter;
    adapter.addresses = {"192.0.2.1/24"};
    adapter.supported = simulated::software_capabilities();
    const auto port = world.add_adapter(host, "eth0", adapter);
    world.connect(port, world.add_adapter(world.add_host("listener"), "eth0"));
    const auto ntp = world.platform(host)->clocks().open_system_clock(true);
    ntp->set_frequency(-40'000);
    Context context(world.platform(host), ContextOptions{});
    PtpClock* clock = Pair::open(context, {{"time_stamping", "software"}});
    const auto off = [&] {
        return std::abs(static_cast<double>(clock->now().ptp_time - 37 * second) -
                        static_cast<double>(world.true_tai() - 37 * second) -
                        world.clock_error(host, platform::ClockKind::realtime));
    };
    world.run_for(120 * second);
    BOOST_TEST(clock->now().clock_state == static_cast<std::uint32_t>(WST_PTP_CLOCK_LOCKED));
    BOOST_TEST(off() < 2000);
    world.run_for(600 * second);
    BOOST_TEST(off() < 1000);
    world.step_system_clock(host, 5 * second);
    world.run_for(5 * second);
    BOOST_TEST(off() < 2000);
    context.close();
}

/// Only a clock that steers none of them can stand on several.
BOOST_AUTO_TEST_CASE(a_clock_across_cards_that_steers_one_is_refused_with_words) {
    simulated::World world(14);
    const auto host = world.add_host("boundary");
    world.add_adapter(host, "eth0", Pair::adapter("192.0.2.1/24", 0, 0, 0));
    world.add_adapter(host, "eth1", Pair::adapter("198.51.100.1/24", 0, 0, 0));
    Context context(world.platform(host), ContextOptions{});
    ptp::Configuration configuration;
    configuration.add_port("eth0");
    configuration.add_port("eth1");
    configuration.set("clock_discipline", "device");
    {
        const auto lock = context.lock();
        BOOST_CHECK_EXCEPTION(context.create<PtpClock>(configuration), Failure, [](const Failure& failure) {
            return failure.status() == WST_E_NOT_SUPPORTED &&
                   std::string(failure.what()).find("clock_discipline virtual") != std::string::npos;
        });
        configuration.set("clock_discipline", "virtual");
        context.create<PtpClock>(configuration).start();
    }
    context.close();
}

BOOST_AUTO_TEST_CASE(a_boundary_clock_across_cards_carries_time_from_one_to_the_other) {
    simulated::World world(15);
    const auto first = world.add_host("first");
    const auto between = world.add_host("between");
    const auto last = world.add_host("last");
    const auto out = world.add_adapter(first, "eth0", Pair::adapter("192.0.2.1/24", 5 * second, 0, 0));
    const auto in = world.add_adapter(between, "eth0", Pair::adapter("192.0.2.2/24", -7'000, 30'000, 1e-9));
    const auto on =
        world.add_adapter(between, "eth1", Pair::adapter("198.51.100.1/24", 90 * second, -45'000, 1e-9));
    const auto end = world.add_adapter(last, "eth0", Pair::adapter("198.51.100.2/24", 0, 10'000, 1e-9));
    world.connect(out, in);
    world.connect(on, end);
    Context first_context(world.platform(first), ContextOptions{});
    Context between_context(world.platform(between), ContextOptions{});
    Context last_context(world.platform(last), ContextOptions{});
    PtpClock* const master = Pair::open(first_context, {{"priority1", "100"}});
    ptp::Configuration configuration;
    configuration.add_port("eth0");
    configuration.add_port("eth1");
    {
        const auto lock = between_context.lock();
        between_context.create<PtpClock>(configuration).start();
    }
    PtpClock* const client = Pair::open(last_context, {{"clientOnly", "1"}});
    const auto error = [&] {
        return std::abs(static_cast<double>(client->now().ptp_time - master->now().ptp_time));
    };
    world.run_for(60 * second);
    BOOST_TEST(client->now().clock_state == static_cast<std::uint32_t>(WST_PTP_CLOCK_LOCKED));
    // As well as clocks are read against each other, which takes some microseconds.
    BOOST_TEST(error() < 10'000);
    // Each of the two may be reset under it.
    for (const auto adapter : {in, on}) {
        world.step_clock(adapter, 3 * second);
        world.run_for(60 * second);
        BOOST_TEST(error() < 10'000);
    }
    last_context.close();
    between_context.close();
    first_context.close();
}

BOOST_AUTO_TEST_CASE(one_seed_is_one_run) {
    const auto digest = [](std::uint64_t seed) {
        Pair pair(seed);
        pair.start({{"clientOnly", "1"}});
        pair.world.run_for(50 * second);
        return pair.world.digest();
    };
    BOOST_TEST(digest(11) == digest(11));
    BOOST_TEST(digest(11) != digest(12));
}

BOOST_AUTO_TEST_CASE(a_counter_that_is_reset_under_a_clock_is_learnt_anew) {
    Pair pair(11);
    pair.start();
    pair.world.run_for(60 * second);
    BOOST_TEST(std::abs(pair.true_error()) < 1000);
    pair.world.reset_clock(pair.client_adapter);
    pair.world.run_for(30 * second);
    BOOST_TEST(std::abs(pair.true_error()) < 1000);
    BOOST_TEST(pair.client->now().clock_state == WST_PTP_CLOCK_LOCKED);
    // A grandmaster's time goes on, too, so that nobody else sees it.
    const Nanoseconds before = pair.master->now().ptp_time;
    pair.world.step_clock(pair.master_adapter, 1'000'000'000'000);
    pair.world.run_for(30 * second);
    BOOST_TEST(std::abs(static_cast<double>(pair.master->now().ptp_time - before - 30 * second)) < 1e8);
    BOOST_TEST(std::abs(pair.true_error()) < 1000);
}

BOOST_AUTO_TEST_SUITE_END()
