// SPDX-License-Identifier: Apache-2.0
//
// The whole of wirestamp.hpp as a C++17 application uses it, on a simulated network of two hosts (so that
// every figure is known) and on the loopback interface of this one.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "wirestamp/wirestamp.hpp"

namespace {

using namespace std::chrono_literals;

template <class Call>
wst_status status_of(Call &&call) {
    try {
        call();
    } catch (const wirestamp::Error &error) {
        CHECK(error.what()[0] != '\0');
        return error.status();
    }
    return WST_OK;
}

/// Two hosts on one link of 5 µs; the clock of b/eth0 is 12345 ns ahead and 1000 ppb fast.
wirestamp::Simulation two_hosts(bool stamping = true) {
    wirestamp::Simulation simulation(wirestamp::SimulationOptions(1));
    simulation.add_host("a");
    simulation.add_host("b");
    wirestamp::SimulationAdapter adapter;
    adapter.flags = stamping ? WST_SIMULATION_STAMPS_ENABLED : 0;
    simulation.add_adapter("a", "eth0", "192.0.2.1/24, fe80::1/64", adapter);
    adapter.clock_offset = 12345;
    adapter.oscillator.drift = 1000;
    simulation.add_adapter("b", "eth0", "192.0.2.2/24", adapter);
    simulation.connect("l1", "a/eth0", "b/eth0", wirestamp::SimulationLink(5us));
    return simulation;
}

wirestamp::SocketOptions on_port(const wirestamp::Context &context, std::uint16_t port) {
    wirestamp::SocketOptions options(wirestamp::Address::any(port));
    options.interface_id = context.find_interface("eth0").id;
    options.stamps = WST_STAMPS_HARDWARE;
    return options;
}

void interfaces_and_addresses_are_lists() {
    const wirestamp::Simulation simulation = two_hosts();
    const wirestamp::Context a(simulation, "a");
    const std::vector<wirestamp::Interface> all = a.interfaces();
    CHECK(all.size() == 1 && std::string(all[0].name) == "eth0");
    CHECK(a.get_interface(all[0].id).index == all[0].index);
    const auto addresses = a.addresses(all[0].id);
    CHECK(addresses.size() == 2);
    CHECK(wirestamp::to_string(addresses[0].address) == "192.0.2.1" && addresses[0].prefix_length == 24);
    CHECK(status_of([&] { a.find_interface("eth7"); }) == WST_E_NOT_FOUND);
}

void more_interfaces_than_expected_are_listed_too() {
    wirestamp::Simulation simulation;
    simulation.add_host("many");
    for (int i = 0; i < 40; ++i)
        simulation.add_adapter("many", "eth" + std::to_string(i));
    CHECK(wirestamp::Context(simulation, "many").interfaces().size() == 40);
}

void an_address_is_text_and_back() {
    const wirestamp::Address address("192.0.2.1:319");
    CHECK(address.family == WST_FAMILY_IPV4 && address.port == 319);
    CHECK(wirestamp::to_string(address) == "192.0.2.1:319");
    CHECK(wirestamp::Address("192.0.2.1", 319) == address);
    CHECK(wirestamp::Address("192.0.2.2", 319) != address);
    CHECK(wirestamp::to_string(wirestamp::Address("ff02::6b", 319)) == "[ff02::6b]:319");
    CHECK(status_of([] { wirestamp::Address("nonsense"); }) == WST_E_PARSE);
}

void stamps_are_enabled_as_long_as_somebody_holds_them() {
    const wirestamp::Simulation simulation = two_hosts(false);
    wirestamp::Context a(simulation, "a");
    const auto id = a.find_interface("eth0").id;
    CHECK(a.supported_capabilities(id).hardware == WST_CAP_HW_ALL);
    CHECK(wirestamp::ptp_support(a.supported_capabilities(id)).both == WST_PTP_SUPPORT_HARDWARE);
    CHECK(a.active_capabilities(id).hardware == 0);
    {
        wirestamp::EnabledStamps enabled = a.enable_stamps(id);
        CHECK(enabled.granted().hardware != 0);
        const wirestamp::EnabledStamps moved = std::move(enabled);
        CHECK(a.active_capabilities(id).hardware != 0);
    }
    CHECK(a.active_capabilities(id).hardware == 0);
    wirestamp::EnabledStamps enabled = a.enable_stamps(id);
    enabled.restore();
    enabled.restore();
    CHECK(a.active_capabilities(id).hardware == 0);
    a.enable_stamps(id).keep();
    CHECK(a.active_capabilities(id).hardware != 0);
    const auto names = wirestamp::capability_names(WST_CAPABILITY_SOFTWARE, WST_CAP_SW_ALL);
    CHECK(names == std::vector<std::string>({"AllReceive", "AllTransmit", "TaggedTransmit"}));
}

void changes_come_to_a_function_or_into_the_queue() {
    wirestamp::Simulation simulation = two_hosts();
    wirestamp::Context a(simulation, "a");
    std::uint32_t reasons = 0;
    const auto watching = a.watch([&](const wirestamp::InterfaceChange &change) {
        reasons |= change.reasons;
        CHECK(std::string(change.name) == "eth0");
    });
    const auto queued = a.watch_queue();
    simulation.schedule("at 1s link l1 cut; at 5s adapter a/eth0 stamps off");
    simulation.run(10s);
    CHECK(reasons == (WST_CHANGE_LINK | WST_CHANGE_ACTIVE));
    CHECK(wirestamp::change_names(WST_CHANGE_LINK) == std::vector<std::string>({"link"}));
    const auto event = a.wait_event(0s);
    CHECK(event && event->subscription == queued.id());
    CHECK(event && wirestamp::interface_change(*event).link_after == WST_LINK_DOWN);
    CHECK(status_of([] { wirestamp::interface_change(wst_event()); }) == WST_E_INVALID_ARGUMENT);
}

void clocks_are_read_crossed_and_correlated() {
    wirestamp::Simulation simulation = two_hosts();
    wirestamp::Context b(simulation, "b");
    const auto id = b.find_interface("eth0").id;
    const auto tai = simulation.true_tai();
    CHECK(std::llabs(b.read_clock(WST_CLOCK_DEVICE, id) - tai - 12345) < 2000);
    const wirestamp::CrossTimestamp cross = b.cross_timestamp(id, WST_CLOCK_TAI);
    CHECK(cross.method == WST_CROSS_EXTENDED && cross.system_before <= cross.system_after);
    CHECK(std::llabs(cross.device - cross.system_before - 12345) < 2000);
    wirestamp::CrossTimestamp again;
    CHECK(b.try_cross_timestamp(id, 0, 1, again) == WST_OK && again.system_clock == WST_CLOCK_MONOTONIC_RAW);
    std::int64_t value = 0;
    CHECK(b.try_read_clock(WST_CLOCK_TAI, 0, value) == WST_OK && value >= tai);

    wirestamp::Correlation correlation(b, wirestamp::CorrelationOptions(id));
    CHECK(correlation.wait(1min));
    simulation.run(2min);
    CHECK(std::abs(correlation.status().rate - 1000) < 10);
    const auto device = b.read_clock(WST_CLOCK_DEVICE, id);
    const auto system = b.read_clock(WST_CLOCK_MONOTONIC_RAW);
    const wirestamp::CorrelationTime converted = correlation.convert(WST_CLOCK_DEVICE, device);
    CHECK(converted.clock == WST_CLOCK_MONOTONIC_RAW && std::llabs(converted.value - system) < 2000);
    wirestamp::CorrelationTime out;
    correlation.restart();
    CHECK(correlation.try_convert(WST_CLOCK_DEVICE, device, out) == WST_E_WOULD_BLOCK);
    CHECK(status_of([&] { correlation.convert(WST_CLOCK_DEVICE, device); }) == WST_E_WOULD_BLOCK);
    CHECK(status_of([&] { correlation.convert(WST_CLOCK_TAI, 0); }) == WST_E_INVALID_ARGUMENT);
}

void datagrams_are_bytes_with_stamps() {
    wirestamp::Simulation simulation = two_hosts();
    wirestamp::Context a(simulation, "a");
    wirestamp::Context b(simulation, "b");
    wirestamp::Socket from(a, on_port(a, 4000));
    wirestamp::Socket to(b, on_port(b, 5000));
    simulation.run(1s);
    const auto tai = simulation.true_tai();
    const wirestamp::Address there("192.0.2.2", 5000);
    from.send_stamped(std::string("hello"), there, 77);
    std::array<char, 64> buffer{};
    const auto received = to.receive(buffer, 1s);
    CHECK(received && received->size == 5 && !received->truncated());
    CHECK(received && std::string(static_cast<const char *>(received->payload().data()), 5) == "hello");
    CHECK(received && wirestamp::best_stamp(*received).value == tai + 5000 + 12345 + 1000);
    CHECK(received && received->source == wirestamp::Address("192.0.2.1", 4000));
    const auto stamp = from.transmit_stamp(77, 1s);
    CHECK(stamp && wirestamp::best_stamp(*stamp).value == tai);
    CHECK(!to.receive(buffer, 1s));
    CHECK(!to.receive(buffer, 0s));
    CHECK(!from.transmit_stamp(78, 0s));
    CHECK(from.counters().sent == 1 && to.counters().received == 1);
    CHECK(to.local_address().port == 5000);
    CHECK(status_of([&] { from.send(wirestamp::Bytes(nullptr, 70000), there); }) != WST_OK);
}

void batches_are_sent_received_and_stamped_in_order() {
    wirestamp::Simulation simulation = two_hosts();
    wirestamp::Context a(simulation, "a");
    wirestamp::Context b(simulation, "b");
    wirestamp::Socket from(a, on_port(a, 4000));
    wirestamp::Socket to(b, on_port(b, 5000));
    const std::string text = "abcdefgh";
    std::vector<wirestamp::Outgoing> out;
    for (std::uint32_t i = 0; i < 8; ++i) {
        out.push_back(wirestamp::Socket::outgoing({&text[i], 1}, wirestamp::Address("192.0.2.2", 5000)));
        out.back().flags = WST_OUTGOING_STAMP;
        out.back().id = 100 + i;
    }
    CHECK(from.send(out) == 8);
    CHECK(from.send(std::vector<wirestamp::Outgoing>()) == 0);
    simulation.run(1s);
    wirestamp::ReceiveBatch batch(16, 32);
    CHECK(to.receive(batch, 1s) == 8 && batch.size() == 8 && batch.capacity() == 16);
    std::string heard;
    for (const wirestamp::Datagram &datagram : batch)
        heard += *static_cast<const char *>(datagram.payload().data());
    CHECK(heard == text);
    CHECK(to.receive(batch, 0s) == 0 && batch.size() == 0);
    const auto stamps = from.transmit_stamps(16, 1s);
    CHECK(stamps.size() == 8 && stamps[7].id == 107);
    CHECK(from.transmit_stamps(16, 0s).empty());
}

void a_configuration_is_read_and_told() {
    wirestamp::PtpConfig config("eth0");
    config.set("domainNumber", "24").set_port("eth0", "logSyncInterval", "-3");
    CHECK(config.get("domainNumber") == "24");
    CHECK(config.get("logSyncInterval") == "0" && config.get("logSyncInterval", "eth0") == "-3");
    CHECK(status_of([&] { config.set("domainNumbr", "1"); }) == WST_E_UNKNOWN_OPTION);
    CHECK(status_of([&] { config.read_text("[global]\npriority1 x\n", "here"); }) == WST_E_PARSE);
    config.read_text("[global]\npriority1 7\n");
    const wirestamp::PtpConfig moved = std::move(config);
    CHECK(moved.get("priority1") == "7");
    CHECK(status_of([&] { moved.get("nothing"); }) == WST_E_UNKNOWN_OPTION);
    CHECK(wirestamp::PtpConfig::options().size() > 50);
}

void two_ptp_clocks_agree() {
    wirestamp::Simulation simulation = two_hosts();
    wirestamp::Context a(simulation, "a");
    wirestamp::Context b(simulation, "b");
    wirestamp::PtpConfig config("eth0");
    config.set("priority1", "10");
    wirestamp::Ptp master(a, config);
    wirestamp::PtpConfig follower("eth0");
    follower.set("clientOnly", "1");
    wirestamp::Ptp slave(b, follower);
    std::vector<std::uint8_t> states;
    const auto subscription =
        b.subscribe([&](const wst_event &event) { states.push_back(event.payload.ptp_port_state.new_state); },
                    {WST_EVENT_BIT(WST_EVENT_PTP_PORT_STATE), slave.handle()});
    master.start();
    slave.start();
    CHECK(status_of([&] { slave.start(); }) == WST_E_STATE);
    simulation.run(2min);
    CHECK(!states.empty() && states.back() == WST_PTP_STATE_SLAVE);
    const wirestamp::PtpStatus status = slave.status();
    CHECK(status.clock_state == WST_PTP_CLOCK_LOCKED && (status.valid & WST_PTP_STATUS_CURRENT) != 0);
    CHECK(slave.port_status(1).state == WST_PTP_STATE_SLAVE &&
          master.port_status(1).state == WST_PTP_STATE_MASTER);
    CHECK(status_of([&] { slave.port_status(2); }) == WST_E_NOT_FOUND);
    const auto here = slave.now();
    const auto there = master.now();
    CHECK(std::llabs(here.ptp_time - there.ptp_time) < 1000);
    CHECK(here.earliest <= here.ptp_time && here.ptp_time <= here.latest);
    wirestamp::PtpTime time;
    CHECK(slave.try_now(time) == WST_OK && time.clock_state == WST_PTP_CLOCK_LOCKED);
    const auto id = b.find_interface("eth0").id;
    CHECK(std::llabs(slave.convert(WST_CLOCK_DEVICE, b.read_clock(WST_CLOCK_DEVICE, id)).ptp_time -
                     here.ptp_time) < 5000);
    master.set("priority1", "20");
    CHECK(master.status().priority1 == 20);
    slave.stop();
    slave.close();
    slave.close();
    CHECK(slave.handle() == nullptr);
    CHECK(status_of([&] { slave.now(); }) == WST_E_CLOSED);
    CHECK(slave.try_now(time) == WST_E_CLOSED);
}

void a_simulation_is_bent_and_told() {
    wirestamp::Simulation simulation = two_hosts();
    simulation.run(1s);
    CHECK(simulation.now() == 1s);
    CHECK(std::abs(simulation.clock_error("b/eth0") - 13345) < 1);
    simulation.step_clock("b/eth0", 1ms);
    CHECK(std::abs(simulation.clock_error("b/eth0") - 1013345) < 1);
    simulation.cut("l1");
    simulation.restore("l1");
    simulation.set_link("l1", wirestamp::SimulationLink(1ms));
    simulation.apply("link l1 loss 1%");
    CHECK(status_of([&] { simulation.apply("link l1 lose"); }) == WST_E_PARSE);
    CHECK(status_of([&] { simulation.add_host("a"); }) == WST_E_INVALID_ARGUMENT);
    simulation.add_bridge("switch");
    simulation.interrupt();
    simulation.set_pace(0);
    const auto one = simulation.counters().digest;
    wirestamp::Simulation moved = std::move(simulation);
    CHECK(simulation.handle() == nullptr && moved.counters().digest == one);
    CHECK(status_of([&] { simulation.run(1s); }) == WST_E_CLOSED);
    moved.close();
    moved.close();
    CHECK(status_of([&] { wirestamp::Context context(moved, "a"); }) == WST_E_CLOSED);
}

void what_outlives_its_context_is_closed() {
    const wirestamp::Simulation simulation = two_hosts();
    auto a = std::make_unique<wirestamp::Context>(simulation, "a");
    wirestamp::Socket socket(*a, on_port(*a, 4000));
    wirestamp::Ptp ptp(*a, wirestamp::PtpConfig("eth0"));
    wirestamp::Correlation correlation(*a, wirestamp::CorrelationOptions(a->find_interface("eth0").id));
    auto enabled = a->enable_stamps(a->find_interface("eth0").id);
    auto subscription = a->subscribe_queue();
    a.reset();
    char byte = 0;
    CHECK(status_of([&] { socket.receive(wirestamp::MutableBytes(&byte, 1), 0s); }) == WST_E_CLOSED);
    CHECK(status_of([&] { ptp.start(); }) == WST_E_CLOSED);
    CHECK(status_of([&] { correlation.status(); }) == WST_E_CLOSED);
    enabled.restore();
    subscription.end();
    wirestamp::Context closed(simulation, "a");
    closed.close();
    closed.close();
    CHECK(status_of([&] { closed.interfaces(); }) == WST_E_CLOSED);
    CHECK(status_of([&] { wirestamp::Socket late(closed); }) == WST_E_CLOSED);
    wst_error error = WST_ERROR_INIT;
    wst_event event;
    CHECK(closed.try_wait_event(event, 0s, &error) == WST_E_CLOSED && error.message[0] != '\0');
}

void real_datagrams_on_loopback_carry_stamps() {
    wirestamp::Context context;
    wirestamp::Socket socket(context, wirestamp::SocketOptions(wirestamp::Address("127.0.0.1")));
    const wirestamp::Address self = socket.local_address();
    std::vector<unsigned char> buffer(100);
    bool stamped = false;
    // Wine, as Windows before 11, stamps nothing, and the library does. Else the kernel begins to a moment
    // after it is first asked.
#if defined(_WIN32)
    const std::uint32_t source = WST_SOURCE_APPLICATION;
#else
    const std::uint32_t source = WST_SOURCE_SOFTWARE;
#endif
    for (std::uint32_t i = 0; i < 1000 && !stamped; ++i) {
        socket.send_stamped(std::vector<unsigned char>(7, 1), self, i);
        const auto datagram = socket.receive(buffer, 10s);
        CHECK(datagram && datagram->size == 7);
        const auto sent = socket.transmit_stamp(i, 10s);
        stamped = datagram && datagram->software.source == source && sent;
        if (stamped)
            CHECK(sent->software.value <= datagram->software.value);
    }
    CHECK(stamped);
    CHECK(socket.native_handle() >= 0);
}

} // namespace

int main() {
    RUN(interfaces_and_addresses_are_lists);
    RUN(more_interfaces_than_expected_are_listed_too);
    RUN(an_address_is_text_and_back);
    RUN(stamps_are_enabled_as_long_as_somebody_holds_them);
    RUN(changes_come_to_a_function_or_into_the_queue);
    RUN(clocks_are_read_crossed_and_correlated);
    RUN(datagrams_are_bytes_with_stamps);
    RUN(batches_are_sent_received_and_stamped_in_order);
    RUN(a_configuration_is_read_and_told);
    RUN(two_ptp_clocks_agree);
    RUN(a_simulation_is_bent_and_told);
    RUN(what_outlives_its_context_is_closed);
    RUN(real_datagrams_on_loopback_carry_stamps);
    FINISH();
}
