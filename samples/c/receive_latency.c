/* SPDX-License-Identifier: Apache-2.0
 * How long a received datagram takes from its stamp (in the adapter, or in the kernel) to the application.
 * Turns hardware stamps on where it can, and correlates the stamps' clock with the system's.
 *
 *     receive_latency [INTERFACE [PORT [COUNT]]]     without a port it sends to itself on lo, 20 datagrams */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

static wst_correlation *correlate(wst_context *context, const wst_stamp *stamp) {
    wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
    wst_correlation *correlation = NULL;
    options.interface_id = stamp->interface_id;
    options.stamp_clock = stamp->clock;
    must(wst_correlation_open(context, &options, &correlation, &error));
    must(wst_correlation_wait(correlation, 10000, &error));
    return correlation;
}

static wst_socket *open_socket(wst_context *context, const char *name, int port) {
    wst_interface interface = WST_INTERFACE_INIT;
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_socket *sock = NULL;
    must(wst_interface_find(context, name, &interface, &error));
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
    return sock;
}

int main(int argc, char **argv) {
    const int port = argc > 2 ? atoi(argv[2]) : 0;
    const long count = argc > 3 ? atol(argv[3]) : 20;
    wst_context *context = NULL;
    wst_socket *sock;
    wst_correlation *correlation = NULL;
    wst_outgoing ping = WST_OUTGOING_INIT;
    uint32_t stamp_clock = 0;
    int64_t began, least = INT64_MAX, most = 0, sum = 0;
    long taken = 0;
    must(wst_context_create(NULL, &context, &error));
    sock = open_socket(context, argc > 1 ? argv[1] : "lo", port);
    must(wst_socket_local_address(sock, &ping.destination, &error));
    ping.data = "ping";
    ping.size = 4;
    must(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &began, &error));
    while (taken < count) {
        char buffer[2048];
        wst_datagram datagram = {sizeof datagram, sizeof buffer, buffer};
        const wst_stamp *stamp = &datagram.hardware;
        wst_correlation_time time = WST_CORRELATION_TIME_INIT;
        int64_t now, latency;
        if (port == 0) /* something to receive */
            must(wst_socket_send(sock, &ping, &error));
        must(wst_socket_receive(sock, &datagram, -1, &error));
        must(wst_clock_read(context, WST_CLOCK_MONOTONIC_RAW, 0, &now, &error));
        if (stamp->source == WST_SOURCE_NONE && (stamp = &datagram.software)->source == WST_SOURCE_NONE) {
            if (now - began > INT64_C(10000000000)) /* a kernel begins to stamp a moment after it is asked */
                return fprintf(stderr, "receive_latency: nothing is stamped here\n"), 1;
            continue;
        }
        if (stamp->clock != stamp_clock) { /* the first, or another kind: correlate its clock */
            must(wst_correlation_close(correlation, &error));
            correlation = correlate(context, stamp);
            stamp_clock = stamp->clock;
        }
        if (wst_correlation_convert(correlation, stamp_clock, stamp->value, &time, &error) != WST_OK)
            continue; /* just beginning anew */
        latency = now - time.value;
        printf("%s stamp, latency %" PRId64 " ns\n", wst_source_name(stamp->source), latency);
        least = latency < least ? latency : least;
        most = latency > most ? latency : most;
        sum += latency;
        ++taken;
    }
    printf("%ld datagrams: least %" PRId64 " ns, mean %" PRId64 " ns, most %" PRId64 " ns\n", taken, least,
           sum / taken, most);
    return wst_context_close(context, &error) != WST_OK;
}
