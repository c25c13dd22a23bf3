// SPDX-License-Identifier: Apache-2.0
//
// What programs get wrong: every argument NULL, structures of other ages, families mixed, ids that were never
// given.
#define BOOST_TEST_DYN_LINK
#include <cstring>
#include <string>
#include <vector>

#include "sandbox.hpp"

using namespace sandbox;

BOOST_AUTO_TEST_SUITE(bad_input, *boost::unit_test::precondition(possible))

BOOST_AUTO_TEST_CASE(null_is_an_answer_everywhere) {
    Context context;
    Socket socket(context, "127.0.0.1");
    wst_correlation_options correlate = WST_CORRELATION_OPTIONS_INIT;
    wst_correlation* correlation = nullptr;
    MUST(wst_correlation_open(context, &correlate, &correlation, error));
    wst_interface interface = WST_INTERFACE_INIT;
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    wst_correlation_time time = WST_CORRELATION_TIME_INIT;
    wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    wst_address address;
    wst_outgoing out = WST_OUTGOING_INIT;
    Datagram in;
    char text[8];
    std::uint32_t count = 0;
    std::int64_t value = 0;
    intptr_t handle = 0;
    wst_subscription subscription = 0;
    wst_socket* opened = nullptr;
    wst_correlation* started = nullptr;
    wst_interface_change change;
    change.struct_size = sizeof change;
    wst_event event;
    std::memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    wst_error* const e = nullptr;
    const std::vector<wst_status> answers = {
        wst_address_parse(nullptr, &address, e),
        wst_address_parse("::", nullptr, e),
        wst_address_text(nullptr, text, 8, e),
        wst_address_text(&address, nullptr, 8, e),
        wst_interface_list(nullptr, &interface, 1, &count, e),
        wst_interface_list(context, nullptr, 1, &count, e),
        wst_interface_list(context, &interface, 1, nullptr, e),
        wst_interface_find(nullptr, "lo", &interface, e),
        wst_interface_find(context, nullptr, &interface, e),
        wst_interface_find(context, "lo", nullptr, e),
        wst_interface_get(nullptr, 1, &interface, e),
        wst_interface_get(context, 0, &interface, e),
        wst_interface_get(context, 1, nullptr, e),
        wst_interface_addresses(nullptr, 1, nullptr, 0, &count, e),
        wst_interface_addresses(context, 1, nullptr, 0, nullptr, e),
        wst_interface_addresses(context, 1, nullptr, 5, &count, e),
        wst_capabilities_supported(nullptr, 1, 0, &capabilities, e),
        wst_capabilities_supported(context, 1, 0, nullptr, e),
        wst_capabilities_supported(context, 0, 0, &capabilities, e),
        wst_capabilities_active(nullptr, 1, 0, &capabilities, e),
        wst_capabilities_active(context, 1, 0, nullptr, e),
        wst_capabilities_ptp_support(nullptr, &support, e),
        wst_capabilities_ptp_support(&capabilities, nullptr, e),
        wst_capabilities_enable(nullptr, 1, nullptr, nullptr, e),
        wst_capabilities_restore(nullptr, 1, e),
        wst_watch(nullptr, nullptr, nullptr, nullptr, nullptr, &subscription, e),
        wst_watch(context, nullptr, nullptr, nullptr, nullptr, nullptr, e),
        wst_interface_change_get(nullptr, &change, e),
        wst_interface_change_get(&event, &change, e),
        wst_interface_change_get(&event, nullptr, e),
        wst_clock_read(nullptr, WST_CLOCK_REALTIME, 0, &value, e),
        wst_clock_read(context, WST_CLOCK_REALTIME, 0, nullptr, e),
        wst_clock_read(context, WST_CLOCK_REALTIME, 1, &value, e),
        wst_clock_read(context, WST_CLOCK_NONE, 0, &value, e),
        wst_clock_read(context, 99, 0, &value, e),
        wst_cross_timestamp_get(nullptr, 1, 0, 0, &cross, e),
        wst_cross_timestamp_get(context, 1, 0, 0, nullptr, e),
        wst_cross_timestamp_get(context, 0, 0, 0, &cross, e),
        wst_cross_timestamp_get(context, 1, WST_CLOCK_DEVICE, 0, &cross, e),
        wst_correlation_open(nullptr, &correlate, &started, e),
        wst_correlation_open(context, nullptr, &started, e),
        wst_correlation_open(context, &correlate, nullptr, e),
        wst_correlation_restart(nullptr, e),
        wst_correlation_convert(nullptr, WST_CLOCK_REALTIME, 0, &time, e),
        wst_correlation_convert(correlation, WST_CLOCK_REALTIME, 0, nullptr, e),
        wst_correlation_convert(correlation, WST_CLOCK_TAI, 0, &time, e),
        wst_correlation_wait(nullptr, 0, e),
        wst_correlation_status_get(nullptr, &status, e),
        wst_correlation_status_get(correlation, nullptr, e),
        wst_socket_open(nullptr, nullptr, &opened, e),
        wst_socket_open(context, nullptr, nullptr, e),
        wst_socket_local_address(nullptr, &address, e),
        wst_socket_local_address(socket, nullptr, e),
        wst_socket_handle(nullptr, &handle, e),
        wst_socket_handle(socket, nullptr, e),
        wst_socket_join(nullptr, &address, e),
        wst_socket_join(socket, nullptr, e),
        wst_socket_leave(nullptr, &address, e),
        wst_socket_leave(socket, nullptr, e),
        wst_socket_receive(nullptr, &in.datagram, 0, e),
        wst_socket_receive(socket, nullptr, 0, e),
        wst_socket_receive_batch(socket, &in.datagram, 0, 0, &count, e),
        wst_socket_receive_batch(socket, &in.datagram, 1, 0, nullptr, e),
        wst_socket_send(nullptr, &out, e),
        wst_socket_send(socket, nullptr, e),
        wst_socket_send_batch(socket, &out, 0, &count, e),
        wst_socket_send_batch(socket, &out, 1, nullptr, e),
        wst_socket_transmit_stamp(nullptr, 1, 0, &stamp, e),
        wst_socket_transmit_stamp(socket, 1, 0, nullptr, e),
        wst_socket_transmit_stamps(nullptr, &stamp, 1, 0, &count, e),
        wst_socket_transmit_stamps(socket, nullptr, 1, 0, &count, e),
        wst_socket_transmit_stamps(socket, &stamp, 0, 0, &count, e),
        wst_socket_transmit_stamps(socket, &stamp, 1, 0, nullptr, e),
        wst_socket_counters_get(nullptr, &counters, e),
        wst_socket_counters_get(socket, nullptr, e),
    };
    for (std::size_t i = 0; i < answers.size(); ++i)
        BOOST_TEST(answers[i] == WST_E_INVALID_ARGUMENT,
                   "call " << i << " gave " << wst_status_name(answers[i]));
    MUST(wst_socket_close(nullptr, error));
    MUST(wst_correlation_close(nullptr, error));
    MUST(wst_correlation_close(correlation, error));
    BOOST_TEST(wst_capability_name(99, 0) == nullptr);
    BOOST_TEST(wst_change_name(99) == nullptr);
    BOOST_TEST(std::string(wst_clock_name(99)) == "UNKNOWN");
    BOOST_TEST(std::string(wst_interface_kind_name(99)) == "unknown");
    BOOST_TEST(std::string(wst_ptp_support_name(99)) == "unknown");
}

BOOST_AUTO_TEST_CASE(structures_of_other_ages) {
    Context context;
    // Older: nothing past what it knows is written.
    wst_interface old;
    std::memset(&old, 0xee, sizeof old);
    old.struct_size = offsetof(wst_interface, mtu);
    MUST(wst_interface_find(context, "lo", &old, error));
    BOOST_TEST(old.struct_size == offsetof(wst_interface, mtu));
    BOOST_TEST(old.mtu == 0xeeeeeeeeu);
    BOOST_TEST(old.index == 1u);
    // Newer: unknown bytes must be zero going in, and are not touched coming out.
    struct Newer {
        wst_socket_options options;
        std::uint64_t more;
    } newer = {WST_SOCKET_OPTIONS_INIT, 0};
    newer.options.struct_size = sizeof newer;
    wst_socket* socket = nullptr;
    MUST(wst_socket_open(context, &newer.options, &socket, error));
    MUST(wst_socket_close(socket, error));
    newer.more = 1;
    BOOST_TEST(wst_socket_open(context, &newer.options, &socket, nullptr) == WST_E_UNSUPPORTED_FIELD);
    BOOST_TEST(socket == nullptr);
    for (const std::uint32_t size : {0u, 3u, 0xffffffffu}) {
        newer.options.struct_size = size;
        BOOST_TEST(wst_socket_open(context, &newer.options, &socket, nullptr) == WST_E_INVALID_ARGUMENT);
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        stamp.struct_size = size;
        Socket real(context, "127.0.0.1");
        std::uint32_t count = 0;
        BOOST_TEST(wst_socket_transmit_stamp(real, 1, 0, &stamp, nullptr) == WST_E_INVALID_ARGUMENT);
        BOOST_TEST(wst_socket_transmit_stamps(real, &stamp, 1, 0, &count, nullptr) == WST_E_INVALID_ARGUMENT);
        Datagram in;
        in.datagram.struct_size = size;
        BOOST_TEST(wst_socket_receive(real, &in.datagram, 0, nullptr) == WST_E_INVALID_ARGUMENT);
    }
    // An array of elements larger than this library's.
    struct Wide {
        wst_interface interface;
        std::uint64_t more;
    };
    std::vector<Wide> list(8);
    std::memset(list.data(), 0xee, list.size() * sizeof(Wide));
    list[0].interface.struct_size = sizeof(Wide);
    std::uint32_t count = 0;
    MUST(wst_interface_list(context, &list[0].interface, 8, &count, error));
    BOOST_REQUIRE(count >= 1u);
    BOOST_TEST(std::string(list[0].interface.name) == "lo");
    BOOST_TEST(list[0].interface.struct_size == sizeof(wst_interface));
    BOOST_TEST(list[0].more == 0xeeeeeeeeeeeeeeeeu);
    BOOST_TEST(ip("link add ba type veth peer name bb"));
    list[0].interface.struct_size = sizeof(Wide);
    BOOST_TEST(wst_interface_list(context, &list[0].interface, 1, &count, nullptr) == WST_E_LIMIT);
    BOOST_TEST(count >= 3u);
    MUST(wst_interface_list(context, nullptr, 0, &count, error));
    BOOST_TEST(count >= 3u);
    BOOST_TEST(ip("link del ba"));
}

BOOST_AUTO_TEST_CASE(options_out_of_range) {
    Context context;
    struct Row {
        const char* what;
        void (*set)(wst_socket_options&);
        wst_status status;
    };
    const Row rows[] = {
        {"dscp", [](wst_socket_options& o) { o.dscp = 64; }, WST_E_RANGE},
        {"ttl", [](wst_socket_options& o) { o.time_to_live = 256; }, WST_E_RANGE},
        {"priority", [](wst_socket_options& o) { o.priority = 16; }, WST_E_RANGE},
        {"kept", [](wst_socket_options& o) { o.transmit_stamps_kept = 65536; }, WST_E_RANGE},
        {"stamps", [](wst_socket_options& o) { o.stamps = 9; }, WST_E_RANGE},
        {"flags", [](wst_socket_options& o) { o.flags = 0x80; }, WST_E_UNSUPPORTED_FIELD},
        {"family", [](wst_socket_options& o) { o.local.family = 5; }, WST_E_INVALID_ARGUMENT},
        {"address without family", [](wst_socket_options& o) { o.local.bytes[0] = 127; },
         WST_E_INVALID_ARGUMENT},
        {"interface", [](wst_socket_options& o) { o.interface_id = 0x7fffffff; }, WST_E_NOT_FOUND},
        {"address of another host", [](wst_socket_options& o) { o.local = address("198.51.100.77"); },
         WST_E_NOT_FOUND},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.what) {
            wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
            row.set(options);
            wst_error error = WST_ERROR_INIT;
            wst_socket* socket = nullptr;
            BOOST_TEST(wst_socket_open(context, &options, &socket, &error) == row.status);
            BOOST_TEST(socket == nullptr);
            BOOST_TEST(std::strlen(error.message) > 10u);
        }
    }
    Socket taken(context, "127.0.0.1");
    wst_socket_options same = WST_SOCKET_OPTIONS_INIT;
    same.local = taken.self;
    wst_socket* socket = nullptr;
    BOOST_TEST(wst_socket_open(context, &same, &socket, nullptr) == WST_E_BUSY);
}

BOOST_AUTO_TEST_CASE(datagrams_that_cannot_be_sent) {
    Context context;
    Socket socket(context, "127.0.0.1");
    Socket plain(context, "127.0.0.1", WST_STAMPS_NONE);
    const std::vector<unsigned char> large(70'000);
    BOOST_TEST(socket.send(address("::1", 9), "x", 1) == WST_E_INVALID_ARGUMENT);
    BOOST_TEST(socket.send(address("127.0.0.1"), "x", 1) == WST_E_INVALID_ARGUMENT);
    BOOST_TEST(socket.send(socket.self, nullptr, 1) == WST_E_INVALID_ARGUMENT);
    BOOST_TEST(socket.send(socket.self, large.data(), 65'508) == WST_E_RANGE);
    BOOST_TEST(socket.send(socket.self, large.data(), 70'000) == WST_E_RANGE);
    BOOST_TEST(socket.send(socket.self, "x", 1, 0x10) == WST_E_UNSUPPORTED_FIELD);
    BOOST_TEST(plain.send(socket.self, "x", 1, WST_OUTGOING_STAMP, 1) == WST_E_STATE);
    BOOST_TEST(plain.send(socket.self, "x", 1) == WST_OK);
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    BOOST_TEST(wst_socket_transmit_stamp(plain, 1, 0, &stamp, nullptr) == WST_E_STATE);
    const wst_address no_group = address("192.0.2.1");
    const wst_address other_group = address("ff02::6b");
    BOOST_TEST(wst_socket_join(socket, &no_group, nullptr) == WST_E_INVALID_ARGUMENT);
    BOOST_TEST(wst_socket_join(socket, &other_group, nullptr) == WST_E_INVALID_ARGUMENT);

    // A batch stops before what cannot be sent, and says how far it came.
    wst_outgoing batch[3] = {WST_OUTGOING_INIT, WST_OUTGOING_INIT, WST_OUTGOING_INIT};
    for (auto& entry : batch) {
        entry.data = "x";
        entry.size = 1;
        entry.destination = socket.self;
    }
    batch[1].destination.port = 0;
    std::uint32_t sent = 0;
    MUST(wst_socket_send_batch(socket, batch, 3, &sent, error));
    BOOST_TEST(sent == 1u);
    BOOST_TEST(wst_socket_send_batch(socket, batch + 1, 2, &sent, nullptr) == WST_E_INVALID_ARGUMENT);
    BOOST_TEST(sent == 0u);
}

BOOST_AUTO_TEST_CASE(watches_and_correlations_that_cannot_be) {
    Context context;
    wst_subscription subscription = 0;
    wst_watch_options watch = WST_WATCH_OPTIONS_INIT;
    watch.poll_interval_ms = 1;
    BOOST_TEST(wst_watch(context, &watch, nullptr, nullptr, nullptr, &subscription, nullptr) == WST_E_RANGE);
    watch = WST_WATCH_OPTIONS_INIT;
    watch.reasons = 0x100;
    BOOST_TEST(wst_watch(context, &watch, nullptr, nullptr, nullptr, &subscription, nullptr) ==
               WST_E_UNSUPPORTED_FIELD);
    wst_correlation* correlation = nullptr;
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    options.stamp_clock = WST_CLOCK_DEVICE;
    BOOST_TEST(wst_correlation_open(context, &options, &correlation, nullptr) == WST_E_INVALID_ARGUMENT);
    options.interface_id = context.find("lo").id;
    BOOST_TEST(wst_correlation_open(context, &options, &correlation, nullptr) == WST_E_NOT_SUPPORTED);
    options.stamp_clock = WST_CLOCK_MONOTONIC_RAW;
    BOOST_TEST(wst_correlation_open(context, &options, &correlation, nullptr) == WST_E_INVALID_ARGUMENT);
    options = WST_CORRELATION_OPTIONS_INIT;
    options.interval_ms = 5;
    BOOST_TEST(wst_correlation_open(context, &options, &correlation, nullptr) == WST_E_RANGE);
    options = WST_CORRELATION_OPTIONS_INIT;
    options.samples = 26;
    BOOST_TEST(wst_correlation_open(context, &options, &correlation, nullptr) == WST_E_RANGE);
    BOOST_TEST(correlation == nullptr);
    MUST(wst_correlation_open(context, (options = WST_CORRELATION_OPTIONS_INIT, &options), &correlation,
                              error));
    wst_correlation_time time = WST_CORRELATION_TIME_INIT;
    BOOST_TEST(wst_correlation_convert(correlation, WST_CLOCK_DEVICE, 0, &time, nullptr) ==
               WST_E_INVALID_ARGUMENT);
    // Left open: the context closes it.
}

BOOST_AUTO_TEST_SUITE_END()
