/* SPDX-License-Identifier: Apache-2.0 */
/* How long a received datagram takes from its stamp (in the adapter, or in the kernel) to the application.
 * Finds the adapter by any of its names, turns hardware stamps on where it can, keeps a correlation of the
 * stamps' clock, watches the adapter and begins anew when something about it changes.
 *
 *     receive_latency [INTERFACE [PORT [COUNT]]]     without a port it sends to itself on lo, COUNT datagrams
 * (default 20)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wirestamp/capabilities.h>
#include <wirestamp/clock.h>
#include <wirestamp/socket.h>

static wst_error error = WST_ERROR_INIT;

static void must(wst_status status) {
    if (status == WST_OK)
        return;
    fprintf(stderr, "receive_latency: %s\n", error.message);
    exit(1);
}

/* On the library's thread. It may call any function; here it only tells. */
static void WST_CALL on_change(void *user, const wst_event *event) {
    wst_interface_change change;
    uint32_t bit;
    (void)user;
    change.struct_size = WST_INTERFACE_CHANGE_SIZE;
    if (wst_interface_change_get(event, &change, NULL) != WST_OK)
        return;
    printf("%s:", change.name);
    for (bit = 0; wst_change_name(bit); ++bit)
        if (change.reasons >> bit & 1)
            printf(" %s", wst_change_name(bit));
    printf(" (the correlation begins anew by itself where it must)\n");
}

static wst_correlation *correlate(wst_context *context, uint64_t id, uint32_t stamp_clock) {
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    wst_correlation *correlation = NULL;
    options.interface_id = id;
    options.stamp_clock = stamp_clock;
    must(wst_correlation_open(context, &options, &correlation, &error));
    must(wst_correlation_wait(correlation, 10000, &error));
    return correlation;
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "lo";
    const int port = argc > 2 ? atoi(argv[2]) : 0;
    const long count = argc > 3 ? atol(argv[3]) : 20;
    wst_context *context = NULL;
    wst_socket *sock = NULL;
    wst_correlation *correlation = NULL;
    wst_interface interface = WST_INTERFACE_INIT;
    wst_watch_options watched = WST_WATCH_OPTIONS_INIT;
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_subscription subscription;
    wst_address self;
    uint32_t stamp_clock = 0;
    int64_t began, least = INT64_MAX, most = 0, sum = 0;
    long taken = 0, i;

    must(wst_context_create(NULL, &context, &error));
    must(wst_interface_find(context, name, &interface, &error));
    watched.interface_id = interface.id;
    must(wst_watch(context, &watched, on_change, NULL, NULL, &subscription, &error));
    if (wst_capabilities_enable(context, interface.id, NULL, NULL, &error) == WST_OK)
        options.stamps = WST_STAMPS_BOTH; /* given back when the context closes */
    else
        printf("software stamps, because: %s\n", error.message);

    if (port == 0)
        must(wst_address_parse("127.0.0.1", &options.local, &error));
    else
        options.interface_id = interface.id;
    options.local.family = WST_FAMILY_IPV4;
    options.local.port = (uint16_t)port;
    must(wst_socket_open(context, &options, &sock, &error));
    must(wst_socket_local_address(sock, &self, &error));

    must(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &began, &error));
    for (i = 0; i < count; ++i) {
        char buffer[2048];
        wst_datagram datagram;
        const wst_stamp *stamp;
        wst_correlation_time time = WST_CORRELATION_TIME_INIT;
        int64_t now, latency;
        if (port == 0) { /* something to receive */
            wst_outgoing out = WST_OUTGOING_INIT;
            out.data = "ping";
            out.size = 4;
            out.destination = self;
            must(wst_socket_send(sock, &out, &error));
        }
        memset(&datagram, 0, sizeof datagram);
        datagram.struct_size = sizeof datagram;
        datagram.data = buffer;
        datagram.capacity = sizeof buffer;
        must(wst_socket_receive(sock, &datagram, -1, &error));
        must(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &now, &error));
        stamp = datagram.hardware.source != WST_SOURCE_NONE ? &datagram.hardware : &datagram.software;
        if (stamp->source == WST_SOURCE_NONE) {
            if (taken == 0 && now - began < INT64_C(5000000000))
                --i; /* a kernel begins to stamp a moment after it is asked */
            else
                printf("datagram %ld: no stamp\n", i);
            continue;
        }
        if (stamp->clock != stamp_clock) { /* the first, or another kind: correlate its clock */
            must(wst_correlation_close(correlation, &error));
            correlation = correlate(context, stamp->interface_id, stamp_clock = stamp->clock);
        }
        if (wst_correlation_convert(correlation, stamp->clock, stamp->value, &time, &error) != WST_OK) {
            printf("datagram %ld: %s\n", i, error.message); /* just beginning anew */
            continue;
        }
        latency = now - time.value;
        printf("datagram %ld: %s stamp, latency %" PRId64 " ns (+-%" PRId64 ")\n", i,
               wst_source_name(stamp->source), latency, time.bound);
        least = latency < least ? latency : least;
        most = latency > most ? latency : most;
        sum += latency;
        ++taken;
    }
    if (taken != 0)
        printf("%ld datagrams: least %" PRId64 " ns, mean %" PRId64 " ns, most %" PRId64 " ns\n", taken,
               least, sum / taken, most);
    must(wst_context_close(context, &error));
    return 0;
}
