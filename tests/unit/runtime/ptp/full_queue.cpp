// SPDX-License-Identifier: Apache-2.0
//
// A system that takes nothing to send for a while: told, counted, and over with the first packet that it
// takes.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <memory>
#include <utility>

#include "impl/platform/simulated/world.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/ptp/ptp_clock.hpp"

using namespace wirestamp;
using namespace wirestamp::runtime;
namespace simulated = platform::simulated;

namespace {

constexpr Nanoseconds second = nanoseconds_per_second;

/// A socket of the simulated network behind a queue that may be full.
struct QueuedSocket final : platform::DatagramSocket {
    QueuedSocket(std::unique_ptr<platform::DatagramSocket> of, const bool& full_)
        : inner(std::move(of)), full(full_) {}

    std::intptr_t native_handle() const override { return inner->native_handle(); }
    const Address& local_address() const override { return inner->local_address(); }
    int receive(std::span<platform::Received> batch) override { return inner->receive(batch); }
    int send(std::span<const platform::Outgoing> batch) override {
        return full ? -EAGAIN : inner->send(batch);
    }
    int take_transmit_stamps(std::span<platform::TransmitStamp> batch) override {
        return inner->take_transmit_stamps(batch);
    }
    bool has_kept_stamps() const override { return inner->has_kept_stamps(); }
    void join(const Address& group) override { inner->join(group); }
    void leave(const Address& group) override { inner->leave(group); }
    const platform::SocketCounters& counters() const override { return inner->counters(); }

    std::unique_ptr<platform::DatagramSocket> inner;
    const bool& full;
};

struct QueuedLoop final : platform::Loop {
    explicit QueuedLoop(std::unique_ptr<platform::Loop> of) : inner(std::move(of)) {}

    Nanoseconds now() const override { return inner->now(); }
    std::unique_ptr<platform::Timer> make_timer(std::function<void()> on_due) override {
        return inner->make_timer(std::move(on_due));
    }
    std::unique_ptr<platform::Watch> watch(platform::Pollable& pollable,
                                           std::function<void()> on_ready) override {
        auto* queued = dynamic_cast<QueuedSocket*>(&pollable);
        return inner->watch(queued != nullptr ? *queued->inner : pollable, std::move(on_ready));
    }
    void wake() override { inner->wake(); }
    bool runs_here() const override { return inner->runs_here(); }

    std::unique_ptr<platform::Loop> inner;
};

struct QueuedPlatform final : platform::Platform {
    QueuedPlatform(std::unique_ptr<platform::Platform> of, const bool& full_)
        : inner(std::move(of)), full(full_) {}

    platform::InterfaceCatalogue& interfaces() override { return inner->interfaces(); }
    platform::CapabilitySource& capabilities() override { return inner->capabilities(); }
    platform::ClockSource& clocks() override { return inner->clocks(); }
    std::unique_ptr<platform::DatagramSocket> open_socket(const platform::SocketOptions& options) override {
        return std::make_unique<QueuedSocket>(inner->open_socket(options), full);
    }
    std::unique_ptr<platform::ChangeSource> open_change_source() override {
        return inner->open_change_source();
    }
    std::unique_ptr<platform::Loop> make_loop(const platform::LoopHooks& hooks) override {
        return std::make_unique<QueuedLoop>(inner->make_loop(hooks));
    }

    std::unique_ptr<platform::Platform> inner;
    const bool& full;
};

} // namespace

BOOST_AUTO_TEST_SUITE(full_queue)

BOOST_AUTO_TEST_CASE(a_master_that_cannot_send_says_so_and_goes_on_at_once) {
    simulated::World world(5);
    bool full = false;
    const auto host = [&](const char* name, const char* address, simulated::AdapterId& adapter) {
        simulated::AdapterParameters parameters;
        parameters.addresses = {address};
        parameters.stamps_enabled = true;
        const auto id = world.add_host(name);
        adapter = world.add_adapter(id, "eth0", parameters);
        return id;
    };
    simulated::AdapterId near_end{}, far_end{};
    const auto first = host("gm", "192.0.2.1/24", near_end);
    const auto second_host = host("client", "192.0.2.2/24", far_end);
    world.connect(near_end, far_end, {});
    const auto open = [](Context& context, bool leads) {
        ptp::Configuration configuration;
        configuration.add_port("eth0");
        configuration.set(leads ? "priority1" : "clientOnly", "1");
        const auto lock = context.lock();
        auto& clock = context.create<PtpClock>(configuration);
        clock.start();
        return &clock;
    };
    Context gm(std::make_unique<QueuedPlatform>(world.platform(first), full), {});
    Context other(world.platform(second_host), {});
    PtpClock* const master = open(gm, true);
    PtpClock* const client = open(other, false);
    world.run_for(30 * second);
    const auto port = [](Context& context, PtpClock& clock) {
        const auto lock = context.lock();
        return clock.port_status(1);
    };
    BOOST_REQUIRE_EQUAL(int{port(other, *client).state}, WST_PTP_STATE_SLAVE);

    wst_subscription subscription = 0;
    Interest interest;
    interest.events = WST_EVENT_BIT(WST_EVENT_PTP_FAULT);
    gm.subscribe(interest, &subscription);
    full = true;
    world.run_for(4 * second); // less than the receipt timeout of the client
    full = false;
    const auto before = port(gm, *master);
    BOOST_CHECK_GE(before.send_errors, 4);
    BOOST_CHECK_EQUAL(before.transmit_stamps_lost, 0); // what was not sent has no stamp to lose
    BOOST_CHECK_EQUAL(int{before.state}, WST_PTP_STATE_MASTER);
    int told = 0;
    for (wst_event event{}; gm.wait_event(0, event) == WST_OK; ++told) {
        BOOST_CHECK_EQUAL(event.payload.ptp_fault.fault, std::uint32_t{WST_PTP_FAULT_SEND_FAILED});
        BOOST_CHECK_EQUAL(event.payload.ptp_fault.os_error, EAGAIN);
    }
    BOOST_CHECK_GE(told, 3);

    constexpr std::size_t sync = 0;
    world.run_for(2 * second); // not 16: the next Sync goes out at its time
    const auto after = port(gm, *master);
    BOOST_CHECK_EQUAL(after.send_errors, before.send_errors);
    BOOST_CHECK_GE(after.sent[sync], before.sent[sync] + 2);
    BOOST_CHECK_EQUAL(int{port(other, *client).state}, WST_PTP_STATE_SLAVE);
    other.close();
    gm.close();
}

BOOST_AUTO_TEST_SUITE_END()
