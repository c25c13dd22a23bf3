/* SPDX-License-Identifier: Apache-2.0 */
/* An application on a simulated network, with nothing but the C interface: build it, live on it, break it. */
#include <stdlib.h>

#include "check.h"

#define SECOND INT64_C(1000000000)

static wst_simulation *network(uint64_t seed) {
    wst_simulation_options options = WST_SIMULATION_OPTIONS_INIT;
    wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;
    wst_simulation *simulation = NULL;
    options.seed = seed;
    CHECK_STATUS(wst_simulation_create(&options, &simulation, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_add_host(simulation, "a", NULL, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_add_host(simulation, "b", NULL, NULL), WST_OK);
    adapter.addresses = "192.0.2.1/24, fe80::1/64";
    adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "a", "eth0", &adapter, NULL), WST_OK);
    adapter.addresses = "192.0.2.2/24";
    adapter.clock_offset = 12345;
    adapter.oscillator.drift = 1000;
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "b", "eth0", &adapter, NULL), WST_OK);
    link.forward.delay = 5000;
    link.backward.jitter.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
    link.backward.jitter.scale = 100;
    CHECK_STATUS(wst_simulation_connect(simulation, "l1", "a/eth0", "b/eth0", &link, NULL), WST_OK);
    return simulation;
}

static wst_context *live_on(wst_simulation *simulation, const char *host) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    options.simulation = simulation;
    options.simulation_host = host;
    CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
    return context;
}

static wst_socket *open_on(wst_context *context, uint16_t port) {
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_interface interface_ = WST_INTERFACE_INIT;
    wst_socket *opened = NULL;
    CHECK_STATUS(wst_interface_find(context, "eth0", &interface_, NULL), WST_OK);
    options.interface_id = interface_.id;
    options.local.family = WST_FAMILY_IPV4;
    options.local.port = port;
    options.stamps = WST_STAMPS_HARDWARE;
    CHECK_STATUS(wst_socket_open(context, &options, &opened, NULL), WST_OK);
    return opened;
}

static void interfaces_look_as_on_any_system(void) {
    wst_simulation *simulation = network(1);
    wst_context *a = live_on(simulation, "a");
    wst_interface all[2] = {WST_INTERFACE_INIT};
    wst_interface_address addresses[4];
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    uint32_t count = 0;
    CHECK_STATUS(wst_interface_list(a, all, 2, &count, NULL), WST_OK);
    CHECK(count == 1);
    CHECK(strcmp(all[0].name, "eth0") == 0);
    CHECK(strcmp(all[0].driver, "simulated") == 0);
    CHECK(all[0].link_state == WST_LINK_UP);
    CHECK_STATUS(wst_interface_addresses(a, all[0].id, addresses, 4, &count, NULL), WST_OK);
    CHECK(count == 2);
    CHECK_STATUS(wst_capabilities_supported(a, all[0].id, 0, &capabilities, NULL), WST_OK);
    CHECK(capabilities.hardware == WST_CAP_HW_ALL);
    CHECK_STATUS(wst_context_close(a, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
}

static void a_packet_carries_the_stamps_of_both_adapters(void) {
    wst_simulation *simulation = network(1);
    wst_context *a = live_on(simulation, "a");
    wst_context *b = live_on(simulation, "b");
    wst_socket *from = open_on(a, 4000);
    wst_socket *to = open_on(b, 5000);
    wst_outgoing out = WST_OUTGOING_INIT;
    wst_datagram in;
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    char buffer[64];
    int64_t tai = 0;
    int64_t now = 0;
    double error_ns = 0;

    CHECK_STATUS(wst_simulation_run(simulation, SECOND, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_true_tai(simulation, &tai, NULL), WST_OK);
    out.data = "hello";
    out.size = 5;
    out.flags = WST_OUTGOING_STAMP;
    out.id = 77;
    CHECK_STATUS(wst_address_parse("192.0.2.2", &out.destination, NULL), WST_OK);
    out.destination.port = 5000;
    CHECK_STATUS(wst_socket_send(from, &out, NULL), WST_OK);
    memset(&in, 0, sizeof in);
    in.struct_size = (uint32_t)sizeof in;
    in.data = buffer;
    in.capacity = (uint32_t)sizeof buffer;
    /* Waiting runs the network. */
    CHECK_STATUS(wst_socket_receive(to, &in, SECOND, NULL), WST_OK);
    CHECK(in.size == 5 && memcmp(buffer, "hello", 5) == 0);
    CHECK(in.hardware.source == WST_SOURCE_HARDWARE && in.hardware.clock == WST_CLOCK_DEVICE);
    CHECK(in.hardware.value == tai + 5000 + 12345 + 1000);
    CHECK_STATUS(wst_socket_transmit_stamp(from, 77, SECOND, &stamp, NULL), WST_OK);
    CHECK(stamp.hardware.value == tai);
    CHECK_STATUS(wst_simulation_now(simulation, &now, NULL), WST_OK);
    CHECK(now == SECOND + 5000);
    CHECK_STATUS(wst_simulation_clock_error(simulation, "b/eth0", 0, &error_ns, NULL), WST_OK);
    CHECK(error_ns > 13344.9 && error_ns < 13345.2);
    CHECK_STATUS(wst_simulation_clock_error(simulation, "b", WST_CLOCK_TAI, &error_ns, NULL), WST_OK);
    CHECK(error_ns == 0);

    CHECK_STATUS(wst_socket_receive(to, &in, SECOND, NULL), WST_E_TIMED_OUT);
    CHECK_STATUS(wst_simulation_now(simulation, &now, NULL), WST_OK);
    CHECK(now == 2 * SECOND + 5000);
    CHECK_STATUS(wst_socket_close(from, NULL), WST_OK);
    CHECK_STATUS(wst_socket_close(to, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(a, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(b, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
}

static uint32_t seen_reasons;
static wst_simulation *callback_simulation;
static void WST_CALL note_change(void *user, const wst_event *event) {
    wst_interface_change change;
    (void)user;
    memset(&change, 0, sizeof change);
    change.struct_size = WST_INTERFACE_CHANGE_SIZE;
    CHECK_STATUS(wst_interface_change_get(event, &change, NULL), WST_OK);
    seen_reasons |= change.reasons;
    CHECK_STATUS(wst_simulation_run(callback_simulation, 1, NULL), WST_E_WOULD_DEADLOCK);
    CHECK_STATUS(wst_simulation_close(callback_simulation, NULL), WST_E_WOULD_DEADLOCK);
}

static void scheduled_faults_reach_those_who_watch(void) {
    wst_simulation *simulation = network(1);
    wst_context *a = live_on(simulation, "a");
    wst_subscription subscription = 0;
    callback_simulation = simulation;
    seen_reasons = 0;
    CHECK_STATUS(wst_watch(a, NULL, note_change, NULL, NULL, &subscription, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_schedule(simulation,
                                         "at 10s link l1 cut; at 20s link l1 restore\n"
                                         "at 30s adapter a/eth0 rename lan\n"
                                         "at 40s adapter a/lan stamps off\n",
                                         NULL),
                 WST_E_PARSE); /* a/lan is not there yet */
    CHECK_STATUS(wst_simulation_schedule(simulation,
                                         "at 10s link l1 cut; at 20s link l1 restore\n"
                                         "at 30s adapter a/eth0 rename lan\n"
                                         "at 40s adapter a/eth0 stamps off\n"
                                         "at 50s adapter a/eth0 capabilities software\n",
                                         NULL),
                 WST_OK);
    CHECK_STATUS(wst_simulation_run(simulation, 15 * SECOND, NULL), WST_OK);
    CHECK(seen_reasons == WST_CHANGE_LINK);
    CHECK_STATUS(wst_simulation_run(simulation, 20 * SECOND, NULL), WST_OK);
    CHECK(seen_reasons == (WST_CHANGE_LINK | WST_CHANGE_RENAMED));
    CHECK_STATUS(wst_simulation_run(simulation, 30 * SECOND, NULL), WST_OK);
    CHECK((seen_reasons & WST_CHANGE_ACTIVE) != 0);
    CHECK((seen_reasons & WST_CHANGE_SUPPORTED) != 0);
    CHECK_STATUS(wst_unsubscribe(a, subscription, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(a, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
}

static void faults_by_function_and_by_word(void) {
    wst_simulation *simulation = network(1);
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;
    double error_ns = 0;
    CHECK_STATUS(wst_simulation_step_clock(simulation, "a/eth0", 1000, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_apply(simulation, "clock a/eth0 step -1us", NULL), WST_OK);
    CHECK_STATUS(wst_simulation_clock_error(simulation, "a/eth0", 0, &error_ns, NULL), WST_OK);
    CHECK(error_ns == 0);
    CHECK_STATUS(wst_simulation_step_clock(simulation, "a", -1000, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_clock_error(simulation, "a", 0, &error_ns, NULL), WST_OK);
    CHECK(error_ns == -1000);
    CHECK_STATUS(wst_simulation_cut(simulation, "l1", NULL), WST_OK);
    CHECK_STATUS(wst_simulation_restore(simulation, "l1", NULL), WST_OK);
    CHECK_STATUS(wst_simulation_set_link(simulation, "l1", &link, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
}

static void mistakes_are_refused(void) {
    wst_simulation *simulation = network(1);
    wst_simulation *none = NULL;
    wst_simulation_options options = WST_SIMULATION_OPTIONS_INIT;
    wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;
    wst_simulation_host host = WST_SIMULATION_HOST_INIT;
    wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
    wst_context_options context_options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    wst_error error = WST_ERROR_INIT;
    double error_ns = 0;
    int64_t value = 0;

    CHECK_STATUS(wst_simulation_create(NULL, NULL, NULL), WST_E_INVALID_ARGUMENT);
    options.epoch_tai = -1;
    CHECK_STATUS(wst_simulation_create(&options, &none, NULL), WST_E_RANGE);
    CHECK(none == NULL);
    CHECK_STATUS(wst_simulation_add_host(NULL, "x", NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_add_host(simulation, NULL, NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_add_host(simulation, "a", NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_add_host(simulation, "a b", NULL, NULL), WST_E_INVALID_ARGUMENT);
    host.flags = 0x80;
    CHECK_STATUS(wst_simulation_add_host(simulation, "c", &host, NULL), WST_E_UNSUPPORTED_FIELD);
    host.flags = 0;
    host.oscillator.drift = 1e300;
    CHECK_STATUS(wst_simulation_add_host(simulation, "c", &host, NULL), WST_E_RANGE);
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "z", "eth1", NULL, NULL), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "a", "eth0", NULL, NULL), WST_E_INVALID_ARGUMENT);
    adapter.addresses = "192.0.2.300/24";
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "a", "eth1", &adapter, NULL), WST_E_PARSE);
    adapter.addresses = NULL;
    adapter.clock_of = "eth9";
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "a", "eth1", &adapter, NULL), WST_E_NOT_FOUND);
    adapter.clock_of = "eth0";
    CHECK_STATUS(wst_simulation_add_adapter(simulation, "a", "eth1", &adapter, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_connect(simulation, "l2", "a/eth0", "a/eth1", NULL, NULL), WST_E_BUSY);
    CHECK_STATUS(wst_simulation_connect(simulation, "l2", "a/eth1", "nowhere", NULL, NULL), WST_E_NOT_FOUND);
    link.forward.loss = 2;
    CHECK_STATUS(wst_simulation_set_link(simulation, "l1", &link, NULL), WST_E_RANGE);
    link.forward.loss = 0;
    link.forward.jitter.kind = WST_SIMULATION_JITTER_TRACE;
    link.forward.jitter.trace_length = 3;
    CHECK_STATUS(wst_simulation_set_link(simulation, "l1", &link, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_set_link(simulation, "l1", NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_run(simulation, -1, NULL), WST_E_RANGE);
    CHECK_STATUS(wst_simulation_set_pace(simulation, -1, NULL), WST_E_RANGE);
    CHECK_STATUS(wst_simulation_now(simulation, NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_now(NULL, &value, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_true_tai(simulation, NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_clock_error(simulation, "a/eth0", WST_CLOCK_TAI, &error_ns, NULL),
                 WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_clock_error(simulation, "a", 99, &error_ns, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_counters_get(simulation, NULL, NULL), WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_simulation_counters_get(simulation, &counters, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_apply(simulation, "link l1 explode", &error), WST_E_PARSE);
    CHECK(strstr(error.message, "cut, restore, loss") != NULL);
    CHECK_STATUS(wst_simulation_apply(simulation, NULL, NULL), WST_E_INVALID_ARGUMENT);
    context_options.simulation = simulation;
    context_options.simulation_host = "nobody";
    CHECK_STATUS(wst_context_create(&context_options, &context, NULL), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_simulation_close(NULL, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
}

static uint64_t digest_of(uint64_t seed) {
    wst_simulation *simulation = network(seed);
    wst_context *a = live_on(simulation, "a");
    wst_context *b = live_on(simulation, "b");
    wst_socket *sockets[2];
    wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
    wst_outgoing out = WST_OUTGOING_INIT;
    int i;
    sockets[0] = open_on(a, 5000);
    sockets[1] = open_on(b, 5000);
    out.data = "x";
    out.size = 1;
    out.flags = WST_OUTGOING_STAMP;
    for (i = 0; i < 100; ++i) {
        CHECK_STATUS(wst_address_parse(i % 2 ? "192.0.2.1" : "192.0.2.2", &out.destination, NULL), WST_OK);
        out.destination.port = 5000;
        CHECK_STATUS(wst_socket_send(sockets[i % 2], &out, NULL), WST_OK);
        CHECK_STATUS(wst_simulation_run(simulation, 1000000, NULL), WST_OK);
    }
    CHECK_STATUS(wst_simulation_counters_get(simulation, &counters, NULL), WST_OK);
    CHECK(counters.frames_sent == 100 && counters.frames_delivered == 100);
    CHECK_STATUS(wst_context_close(a, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(b, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
    return counters.digest;
}

static void one_seed_is_one_run(void) {
    CHECK(digest_of(3) == digest_of(3));
    CHECK(digest_of(3) != digest_of(4));
}

static void *run_for_ever(void *argument) {
    CHECK_STATUS(wst_simulation_run((wst_simulation *)argument, INT64_MAX, NULL), WST_OK);
    return NULL;
}

static void another_thread_interrupts_a_run(void) {
    wst_simulation *simulation = network(1);
    pthread_t thread;
    int64_t now = 0;
    CHECK_STATUS(wst_simulation_set_pace(simulation, 1000, NULL), WST_OK);
    CHECK(pthread_create(&thread, NULL, run_for_ever, simulation) == 0);
    while (now < SECOND)
        CHECK_STATUS(wst_simulation_now(simulation, &now, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_interrupt(simulation, NULL), WST_OK);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
}

static void a_context_outlives_the_handle_of_its_network(void) {
    wst_simulation *simulation = network(1);
    wst_context *a = live_on(simulation, "a");
    int64_t before = 0;
    int64_t after = 0;
    CHECK_STATUS(wst_simulation_close(simulation, NULL), WST_OK);
    CHECK_STATUS(wst_clock_read(a, WST_CLOCK_MONOTONIC, 0, &before, NULL), WST_OK);
    CHECK_STATUS(wst_context_run(a, SECOND, NULL), WST_E_TIMED_OUT);
    CHECK_STATUS(wst_clock_read(a, WST_CLOCK_MONOTONIC, 0, &after, NULL), WST_OK);
    CHECK(after - before == SECOND);
    CHECK_STATUS(wst_context_close(a, NULL), WST_OK);
}

int main(void) {
    RUN(interfaces_look_as_on_any_system);
    RUN(a_packet_carries_the_stamps_of_both_adapters);
    RUN(scheduled_faults_reach_those_who_watch);
    RUN(faults_by_function_and_by_word);
    RUN(mistakes_are_refused);
    RUN(one_seed_is_one_run);
    RUN(another_thread_interrupts_a_run);
    RUN(a_context_outlives_the_handle_of_its_network);
    FINISH();
}
