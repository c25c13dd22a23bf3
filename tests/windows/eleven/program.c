/* SPDX-License-Identifier: Apache-2.0 */
/* The library as a program on Windows 11 meets it, through nothing but the public interface: capabilities,
 * notices, clocks and stamps of the iphlpapi.dll beside this file, over real sockets of Wine's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "tests/abi/check.h"

#define MS INT64_C(1000000)
#define FOREVER INT64_C(-1) /* what must come is not waited for by the clock */

static int (*eleven_command)(const char* text);
static long (*eleven_count)(const char* what);
static uint64_t (*eleven_counter)(uint64_t luid, int64_t at);

static void plan(const char* text) {
    CHECK(eleven_command(text) == 1);
}

/* A driver with all it can have, turned on, and a counter of 125 MHz, 32 ppm fast, that tells no frequency.
 */
static wst_context* windows_eleven(wst_interface* adapter) {
    wst_context* context = NULL;
    wst_error error = WST_ERROR_INIT;
    const wst_interface none = WST_INTERFACE_INIT;
    plan("mode hardware; supported both; frequency 0; width 7; zero 0; polls 0; buffered -1");
    CHECK_STATUS(wst_context_create(NULL, &context, &error), WST_OK);
    *adapter = none;
    CHECK_STATUS(wst_interface_find(context, "1", adapter, &error), WST_OK); /* Wine's loopback */
    if (error.status != WST_OK)
        printf("# %s\n", error.message);
    return context;
}

static wst_socket* open_socket(wst_context* context, const wst_interface* adapter, uint32_t stamps,
                               wst_address* address) {
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_socket* opened = NULL;
    wst_error error = WST_ERROR_INIT;
    options.stamps = stamps;
    options.interface_id = adapter ? adapter->id : 0;
    CHECK_STATUS(wst_address_parse("127.0.0.1", &options.local, NULL), WST_OK);
    CHECK_STATUS(wst_socket_open(context, &options, &opened, &error), WST_OK);
    if (error.status != WST_OK)
        printf("# %s\n", error.message);
    else
        CHECK_STATUS(wst_socket_local_address(opened, address, NULL), WST_OK);
    return opened;
}

static wst_status send_to(wst_socket* from, const wst_address* to, uint32_t id) {
    wst_outgoing out = WST_OUTGOING_INIT;
    out.data = "ping";
    out.size = 4;
    out.flags = WST_OUTGOING_STAMP;
    out.id = id;
    out.destination = *to;
    return wst_socket_send(from, &out, NULL);
}

static wst_datagram receive_from(wst_socket* socket, void* buffer, uint32_t size) {
    wst_datagram in;
    memset(&in, 0, sizeof in);
    in.struct_size = (uint32_t)sizeof in;
    in.data = buffer;
    in.capacity = size;
    CHECK_STATUS(wst_socket_receive(socket, &in, FOREVER, NULL), WST_OK);
    return in;
}

static int64_t performance_counter(void) {
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    return now.QuadPart;
}

static void an_adapter_tells_what_its_driver_can_and_does(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_capabilities can = WST_CAPABILITIES_INIT;
    wst_ptp_support support = WST_PTP_SUPPORT_INIT;
    CHECK_STATUS(wst_capabilities_supported(context, adapter.id, 0, &can, NULL), WST_OK);
    CHECK(can.hardware == (WST_CAP_HW_ALL_RECEIVE | WST_CAP_HW_TAGGED_TRANSMIT));
    CHECK(can.software == (WST_CAP_SW_ALL_RECEIVE | WST_CAP_SW_TAGGED_TRANSMIT));
    CHECK(can.cross_timestamp == 1);
    CHECK((can.valid & WST_CAPABILITIES_VALID_CLOCK_FREQUENCY) == 0); /* 0 Hz is no answer */
    plan("frequency 125000000");
    CHECK_STATUS(wst_capabilities_active(context, adapter.id, 0, &can, NULL), WST_OK);
    CHECK(can.clock_frequency == 125000000);
    CHECK((can.valid & WST_CAPABILITIES_VALID_CLOCK_FREQUENCY) != 0);
    CHECK(can.software == 0);
    CHECK_STATUS(wst_capabilities_ptp_support(&can, &support, NULL), WST_OK);
    CHECK(support.both == WST_PTP_SUPPORT_HARDWARE);
    plan("mode unaware");
    CHECK_STATUS(wst_capabilities_active(context, adapter.id, 0, &can, NULL), WST_OK);
    CHECK(can.hardware == 0 && can.software == 0 && (can.valid & WST_CAPABILITIES_VALID_HARDWARE) != 0);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_bad_driver_and_an_adapter_that_went_are_told_apart(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_capabilities now = WST_CAPABILITIES_INIT;
    wst_error error = WST_ERROR_INIT;
    plan("mode bad_driver");
    CHECK_STATUS(wst_capabilities_active(context, adapter.id, 0, &now, &error), WST_E_BAD_DRIVER);
    CHECK(error.os_error == 2001);
    CHECK_STATUS(wst_capabilities_supported(context, adapter.id, 0, &now, NULL), WST_OK);
    plan("mode gone");
    CHECK_STATUS(wst_capabilities_active(context, adapter.id, 0, &now, &error), WST_E_INTERFACE_GONE);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void enabling_says_what_an_administrator_types_and_sees_it_done(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_capabilities granted = WST_CAPABILITIES_INIT;
    wst_error error = WST_ERROR_INIT;
    char line[300];
    plan("mode off");
    CHECK_STATUS(wst_capabilities_enable(context, adapter.id, NULL, &granted, &error), WST_E_ADMINISTRATOR);
    snprintf(
        line, sizeof line,
        "Set-NetAdapterAdvancedProperty -Name '%s' -RegistryKeyword '*PtpHardwareTimestamp' -RegistryValue 1",
        adapter.friendly_name);
    CHECK(strstr(error.message, line) != NULL);
    plan("mode hardware");
    CHECK_STATUS(wst_capabilities_enable(context, adapter.id, NULL, &granted, &error), WST_OK);
    CHECK(granted.hardware != 0);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

/* ---- notices */

typedef struct heard {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    wst_context* context;
    wst_subscription id;
    uint32_t reasons;
    wst_interface_change last;
    uint64_t wanted;
    int calls;
    int released;
    int end_inside;
} heard;

static void WST_CALL on_change(void* user, const wst_event* event) {
    heard* self = (heard*)user;
    wst_interface_change change;
    memset(&change, 0, sizeof change);
    change.struct_size = WST_INTERFACE_CHANGE_SIZE;
    CHECK_STATUS(wst_interface_change_get(event, &change, NULL), WST_OK);
    pthread_mutex_lock(&self->mutex);
    ++self->calls;
    if (change.interface_id == self->wanted) {
        self->reasons |= change.reasons;
        self->last = change;
    }
    if (self->end_inside)
        CHECK_STATUS(wst_unsubscribe(self->context, self->id, NULL), WST_OK);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static void WST_CALL on_release(void* user) {
    heard* self = (heard*)user;
    pthread_mutex_lock(&self->mutex);
    ++self->released;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static void listen_to(heard* self, wst_context* context, const wst_interface* adapter) {
    wst_watch_options options = WST_WATCH_OPTIONS_INIT;
    memset(self, 0, sizeof *self);
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->context = context;
    self->wanted = adapter->id;
    options.interface_id = adapter->id;
    options.poll_interval_ms = 3600 * 1000; /* what is heard was told by the system */
    CHECK_STATUS(wst_watch(context, &options, on_change, self, on_release, &self->id, NULL), WST_OK);
}

static void await_reasons(heard* self, uint32_t reasons) {
    pthread_mutex_lock(&self->mutex);
    while ((self->reasons & reasons) != reasons)
        pthread_cond_wait(&self->changed, &self->mutex);
    self->reasons = 0;
    pthread_mutex_unlock(&self->mutex);
}

static void a_change_is_told_with_before_and_after(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    heard ear;
    listen_to(&ear, context, &adapter);
    plan("mode software; notify 1");
    await_reasons(&ear, WST_CHANGE_ACTIVE);
    CHECK(ear.last.active_before.hardware != 0 && ear.last.active_before.software == 0);
    CHECK(ear.last.active_after.hardware == 0 && ear.last.active_after.software != 0);
    plan("supported software; notify 1");
    await_reasons(&ear, WST_CHANGE_SUPPORTED);
    CHECK(ear.last.supported_after.hardware == 0);
    plan("mode hardware; supported both; notify 1");
    await_reasons(&ear, WST_CHANGE_ACTIVE | WST_CHANGE_SUPPORTED);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(ear.released == 1);
    CHECK(eleven_count("registrations") == eleven_count("unregistrations"));
}

static void a_storm_of_notices_hides_no_change_and_stops_nobody_from_leaving(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    heard ear;
    int i;
    listen_to(&ear, context, &adapter);
    plan("notify 10000");
    plan("storm 1");
    for (i = 0; i < 5; ++i) {
        plan("mode software");
        await_reasons(&ear, WST_CHANGE_ACTIVE);
        plan("mode hardware");
        await_reasons(&ear, WST_CHANGE_ACTIVE);
    }
    /* From outside while Windows calls, then from inside a handler, and by closing all. */
    CHECK_STATUS(wst_unsubscribe(context, ear.id, NULL), WST_OK);
    CHECK(ear.released == 1);
    listen_to(&ear, context, &adapter);
    ear.end_inside = 1;
    plan("mode off");
    await_reasons(&ear, WST_CHANGE_ACTIVE);
    pthread_mutex_lock(&ear.mutex);
    while (!ear.released)
        pthread_cond_wait(&ear.changed, &ear.mutex);
    CHECK(ear.calls == 1);
    pthread_mutex_unlock(&ear.mutex);
    listen_to(&ear, context, &adapter);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(ear.released == 1);
    plan("storm 0");
    CHECK(eleven_count("registrations") == eleven_count("unregistrations"));
}

/* ---- clocks */

static void a_bracket_of_no_width_is_precise(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    wst_error error = WST_ERROR_INIT;
    const int64_t before = performance_counter();
    CHECK_STATUS(wst_cross_timestamp_get(context, adapter.id, 0, 3, &cross, &error), WST_OK);
    CHECK(cross.method == WST_CROSS_EXTENDED);
    CHECK(cross.device_clock == WST_CLOCK_DEVICE_RAW);
    CHECK(cross.system_clock == WST_CLOCK_MONOTONIC_RAW);
    CHECK(cross.system_after - cross.system_before == 700); /* 7 ticks of 10 MHz */
    CHECK(cross.system_before >= before * 100 - 700);
    CHECK(cross.system_after <= performance_counter() * 100);
    plan("width 0");
    CHECK_STATUS(wst_cross_timestamp_get(context, adapter.id, 0, 3, &cross, &error), WST_OK);
    CHECK(cross.method == WST_CROSS_PRECISE);
    CHECK(cross.system_after == cross.system_before);
    CHECK((uint64_t)cross.device == eleven_counter(adapter.id, cross.system_before / 100));
    plan("zero 1");
    CHECK_STATUS(wst_cross_timestamp_get(context, adapter.id, 0, 3, &cross, &error), WST_E_BAD_DRIVER);
    plan("mode off; zero 0");
    CHECK_STATUS(wst_cross_timestamp_get(context, adapter.id, 0, 3, &cross, &error), WST_E_NOT_SUPPORTED);
    CHECK(strstr(error.message, "*PtpHardwareTimestamp") != NULL);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

/* What the correlation makes of the counter's state, against what it truly was. */
static void check_conversion(wst_correlation* correlation, const wst_interface* adapter) {
    const int64_t at = performance_counter();
    const uint64_t raw = eleven_counter(adapter->id, at);
    wst_correlation_time time = WST_CORRELATION_TIME_INIT;
    wst_status status = wst_correlation_convert(correlation, WST_CLOCK_DEVICE_RAW, (int64_t)raw, &time, NULL);
    CHECK_STATUS(status, WST_OK);
    CHECK(time.clock == WST_CLOCK_MONOTONIC_RAW);
    CHECK(llabs(time.value - at * 100) <= time.bound);
    CHECK(time.bound < 100000);
}

static void await_valid(wst_context* context, wst_correlation* correlation, uint64_t restarts,
                        uint32_t reason) {
    wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
    wst_event event;
    event.struct_size = sizeof event;
    for (;;) {
        CHECK_STATUS(wst_correlation_status_get(correlation, &status, NULL), WST_OK);
        if (status.restarts >= restarts && status.state == WST_CORRELATION_VALID)
            break;
        if (wst_event_wait(context, 60000, &event, NULL) != WST_OK) {
            CHECK(!"nothing is heard of the correlation any more");
            printf("# %s, reason %u, %u restarts, %u samples\n", wst_correlation_state_name(status.state),
                   (unsigned)status.reason, (unsigned)status.restarts, (unsigned)status.samples);
            return;
        }
        if (event.type == WST_EVENT_CORRELATION && event.payload.correlation.reason == reason)
            reason = 0;
    }
    CHECK(reason == 0);
}

static void a_counter_without_a_frequency_becomes_nanoseconds_again_after_every_upset(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    wst_correlation* correlation = NULL;
    wst_subscription subscription = 0;
    wst_error error = WST_ERROR_INIT;
    options.interface_id = adapter.id;
    options.stamp_clock = WST_CLOCK_DEVICE_RAW;
    options.interval_ms = 50;
    CHECK_STATUS(wst_subscribe(context, NULL, NULL, NULL, NULL, &subscription, NULL), WST_OK);
    CHECK_STATUS(wst_correlation_open(context, &options, &correlation, &error), WST_OK);
    if (error.status != WST_OK)
        printf("# %s\n", error.message);
    await_valid(context, correlation, 0, WST_CORRELATION_REASON_ENOUGH_SAMPLES);
    check_conversion(correlation, &adapter);
    plan("step 125000000"); /* one second on */
    await_valid(context, correlation, 1, WST_CORRELATION_REASON_CLOCK_STEPPED);
    check_conversion(correlation, &adapter);
    plan("step -1250000000"); /* back: a counter that began anew */
    await_valid(context, correlation, 2, WST_CORRELATION_REASON_CLOCK_STEPPED);
    check_conversion(correlation, &adapter);
    plan("frequency 1000000; notify 1"); /* a driver that lies about its frequency, and says that something
                                            changed */
    await_valid(context, correlation, 3, WST_CORRELATION_REASON_CLOCK_REPLACED);
    check_conversion(correlation, &adapter);
    plan("mode gone; notify 1");
    for (;;) {
        wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
        wst_event event;
        event.struct_size = sizeof event;
        CHECK_STATUS(wst_correlation_status_get(correlation, &status, NULL), WST_OK);
        if (status.state == WST_CORRELATION_LOST)
            break;
        CHECK_STATUS(wst_event_wait(context, 60000, &event, NULL), WST_OK);
    }
    plan("mode hardware; notify 1");
    await_valid(context, correlation, 3, 0);
    check_conversion(correlation, &adapter);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

/* ---- stamps */

static void packets_carry_ticks_of_the_adapter_in_both_directions(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_address address;
    wst_socket* socket = open_socket(context, &adapter, WST_STAMPS_BOTH, &address);
    wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
    wst_datagram in;
    char buffer[32];
    uint64_t before;
    uint64_t after;
    before = eleven_counter(adapter.id, performance_counter());
    CHECK_STATUS(send_to(socket, &address, 7), WST_OK);
    in = receive_from(socket, buffer, sizeof buffer);
    after = eleven_counter(adapter.id, performance_counter());
    CHECK(in.hardware.source == WST_SOURCE_HARDWARE && in.hardware.clock == WST_CLOCK_DEVICE_RAW);
    CHECK((uint64_t)in.hardware.value >= before && (uint64_t)in.hardware.value <= after);
    CHECK(in.hardware.interface_id == adapter.id);
    CHECK(in.software.source == WST_SOURCE_NONE);
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 7, FOREVER, &sent, NULL), WST_OK);
    CHECK(sent.hardware.source == WST_SOURCE_HARDWARE && sent.hardware.clock == WST_CLOCK_DEVICE_RAW);
    CHECK((uint64_t)sent.hardware.value >= before && sent.hardware.value <= in.hardware.value);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_change_of_the_active_stamps_changes_their_label(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_address address;
    wst_socket* socket = open_socket(context, &adapter, WST_STAMPS_BOTH, &address);
    wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
    wst_datagram in;
    char buffer[32];
    int64_t before;
    plan("mode software; notify 1");
    before = performance_counter() * 100;
    CHECK_STATUS(send_to(socket, &address, 1), WST_OK);
    in = receive_from(socket, buffer, sizeof buffer);
    CHECK(in.software.source == WST_SOURCE_SOFTWARE && in.software.clock == WST_CLOCK_MONOTONIC_RAW);
    CHECK(in.software.value >= before && in.software.value <= performance_counter() * 100);
    CHECK(in.hardware.source == WST_SOURCE_NONE);
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 1, FOREVER, &sent, NULL), WST_OK);
    CHECK(sent.software.source == WST_SOURCE_SOFTWARE && sent.software.value >= before);
    /* The keyword is off, but the messages still come, with zero. */
    plan("mode off; notify 1");
    CHECK_STATUS(send_to(socket, &address, 2), WST_OK);
    in = receive_from(socket, buffer, sizeof buffer);
    CHECK(in.software.source == WST_SOURCE_APPLICATION && in.software.clock == WST_CLOCK_MONOTONIC_RAW);
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 2, FOREVER, &sent, NULL), WST_OK);
    CHECK(sent.software.source == WST_SOURCE_APPLICATION);
    plan("mode hardware; notify 1");
    CHECK_STATUS(send_to(socket, &address, 3), WST_OK);
    CHECK(receive_from(socket, buffer, sizeof buffer).hardware.source == WST_SOURCE_HARDWARE);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_transmit_stamp_is_waited_for_through_any_number_of_polls(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_address address;
    wst_socket* socket = open_socket(context, &adapter, WST_STAMPS_HARDWARE, &address);
    wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
    uint32_t id;
    plan("polls each");
    for (id = 0; id < 12; ++id) { /* the stamp's id modulo 6 is how often it is not there yet */
        CHECK_STATUS(send_to(socket, &address, id), WST_OK);
        CHECK_STATUS(wst_socket_transmit_stamp(socket, id, FOREVER, &sent, NULL), WST_OK);
        CHECK(sent.id == id && sent.hardware.source == WST_SOURCE_HARDWARE);
    }
    /* And all at once. */
    for (id = 100; id < 112; ++id)
        CHECK_STATUS(send_to(socket, &address, id), WST_OK);
    for (id = 100; id < 112; ++id)
        CHECK_STATUS(wst_socket_transmit_stamp(socket, id, FOREVER, &sent, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_transmit_stamp_that_never_comes_is_given_up(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_address address;
    wst_socket* socket = open_socket(context, &adapter, WST_STAMPS_HARDWARE, &address);
    wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    plan("polls -1");
    CHECK_STATUS(send_to(socket, &address, 5), WST_OK);
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 5, 300 * MS, &sent, NULL), WST_E_TIMED_OUT);
    plan("polls 0"); /* the next one is not held up by it */
    CHECK_STATUS(send_to(socket, &address, 6), WST_OK);
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 6, FOREVER, &sent, NULL), WST_OK);
    do {
        CHECK_STATUS(wst_socket_counters_get(socket, &counters, NULL), WST_OK);
        SwitchToThread();
    } while (counters.transmit_stamps_dropped == 0);
    CHECK(counters.transmit_stamps == 1);
    CHECK(counters.transmit_stamps_timed_out == 1);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_full_buffer_keeps_the_oldest_stamps(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_address address;
    wst_socket* socket = open_socket(context, &adapter, WST_STAMPS_HARDWARE, &address);
    wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    plan("buffered 0");                                 /* full of what nobody takes */
    CHECK_STATUS(send_to(socket, &address, 1), WST_OK); /* which is no failure to send */
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 1, 200 * MS, &sent, NULL), WST_E_TIMED_OUT);
    plan("buffered -1");
    CHECK_STATUS(send_to(socket, &address, 2), WST_OK);
    CHECK_STATUS(wst_socket_transmit_stamp(socket, 2, FOREVER, &sent, NULL), WST_OK);
    do {
        CHECK_STATUS(wst_socket_counters_get(socket, &counters, NULL), WST_OK);
        SwitchToThread();
    } while (counters.transmit_stamps_dropped == 0);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

typedef struct waiter {
    pthread_t thread;
    wst_socket* socket;
    uint32_t first;
    int got;
} waiter;

static void* wait_for_stamps(void* user) {
    waiter* self = (waiter*)user;
    uint32_t id;
    for (id = self->first; id < self->first + 20; ++id) {
        wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
        CHECK_STATUS(wst_socket_transmit_stamp(self->socket, id, FOREVER, &sent, NULL), WST_OK);
        ++self->got;
    }
    return NULL;
}

static void* wait_for_packets(void* user) {
    waiter* self = (waiter*)user;
    char buffer[32];
    while (self->got < 40) {
        (void)receive_from(self->socket, buffer, sizeof buffer);
        ++self->got;
    }
    return NULL;
}

static void several_threads_wait_for_packets_and_stamps_at_once_body(wst_socket* socket,
                                                                     const wst_address* address) {
    waiter waiters[3];
    uint32_t i;
    memset(waiters, 0, sizeof waiters);
    for (i = 0; i < 3; ++i) {
        waiters[i].socket = socket;
        waiters[i].first = i * 1000;
        pthread_create(&waiters[i].thread, NULL, i < 2 ? wait_for_stamps : wait_for_packets, &waiters[i]);
    }
    for (i = 0; i < 20; ++i) {
        CHECK_STATUS(send_to(socket, address, i), WST_OK);
        CHECK_STATUS(send_to(socket, address, 1000 + i), WST_OK);
    }
    for (i = 0; i < 3; ++i)
        pthread_join(waiters[i].thread, NULL);
}

static void several_threads_wait_for_packets_and_stamps_at_once(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    wst_address address;
    wst_socket* socket = open_socket(context, &adapter, WST_STAMPS_BOTH, &address);
    plan("polls each");
    several_threads_wait_for_packets_and_stamps_at_once_body(socket, &address);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void sockets_come_and_go_while_the_system_tells_of_changes(void) {
    wst_interface adapter;
    wst_context* context = windows_eleven(&adapter);
    int i;
    plan("storm 1; polls -1");
    for (i = 0; i < 50; ++i) {
        wst_address address;
        wst_socket* socket = open_socket(context, i % 2 ? &adapter : NULL, WST_STAMPS_BOTH, &address);
        CHECK_STATUS(send_to(socket, &address, 1), WST_OK); /* its stamp is still owed when it closes */
        CHECK_STATUS(wst_socket_close(socket, NULL), WST_OK);
    }
    plan("storm 0");
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(eleven_count("registrations") == eleven_count("unregistrations"));
}

int main(void) {
    HMODULE system = GetModuleHandleW(L"iphlpapi.dll");
    const char* names[3] = {"eleven_command", "eleven_count", "eleven_counter"};
    FARPROC found[3];
    int i;
    for (i = 0; i < 3; ++i) {
        found[i] = system ? GetProcAddress(system, names[i]) : NULL;
        if (!found[i]) {
            printf("not ok the_system_is_ours: iphlpapi.dll has no %s\n", names[i]);
            return 1;
        }
    }
    memcpy(&eleven_command, &found[0], sizeof found[0]);
    memcpy(&eleven_count, &found[1], sizeof found[1]);
    memcpy(&eleven_counter, &found[2], sizeof found[2]);
    RUN(an_adapter_tells_what_its_driver_can_and_does);
    RUN(a_bad_driver_and_an_adapter_that_went_are_told_apart);
    RUN(enabling_says_what_an_administrator_types_and_sees_it_done);
    RUN(a_change_is_told_with_before_and_after);
    RUN(a_storm_of_notices_hides_no_change_and_stops_nobody_from_leaving);
    RUN(a_bracket_of_no_width_is_precise);
    RUN(a_counter_without_a_frequency_becomes_nanoseconds_again_after_every_upset);
    RUN(packets_carry_ticks_of_the_adapter_in_both_directions);
    RUN(a_change_of_the_active_stamps_changes_their_label);
    RUN(a_transmit_stamp_is_waited_for_through_any_number_of_polls);
    RUN(a_transmit_stamp_that_never_comes_is_given_up);
    RUN(a_full_buffer_keeps_the_oldest_stamps);
    RUN(several_threads_wait_for_packets_and_stamps_at_once);
    RUN(sockets_come_and_go_while_the_system_tells_of_changes);
    FINISH();
}
