/* SPDX-License-Identifier: Apache-2.0 */
/* How long a datagram takes from the call that sends it to its transmit stamp.
 *
 *     send_latency [ADDRESS:PORT [COUNT]]      without an address it sends to itself on lo, COUNT datagrams
 * (default 20)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <wirestamp/clock.h>
#include <wirestamp/socket.h>

static wst_error error = WST_ERROR_INIT;

static void must(wst_status status) {
    if (status == WST_OK)
        return;
    fprintf(stderr, "send_latency: %s\n", error.message);
    exit(1);
}

int main(int argc, char **argv) {
    const long count = argc > 2 ? atol(argv[2]) : 20;
    wst_context *context = NULL;
    wst_socket *sock = NULL;
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    wst_address to;
    int64_t least = INT64_MAX, most = 0, sum = 0;
    long taken = 0;
    uint32_t id;

    must(wst_context_create(NULL, &context, &error));
    if (argc > 1) {
        must(wst_address_parse(argv[1], &to, &error));
        options.local.family = to.family;
    } else {
        must(wst_address_parse("127.0.0.1", &options.local, &error));
    }
    must(wst_socket_open(context, &options, &sock, &error));
    if (argc <= 1)
        must(wst_socket_local_address(sock, &to, &error));

    for (id = 1; id <= (uint32_t)count; ++id) {
        wst_outgoing out = WST_OUTGOING_INIT;
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        int64_t before, latency;
        out.data = "a datagram whose way out is measured";
        out.size = 36;
        out.destination = to;
        out.flags = WST_OUTGOING_STAMP;
        out.id = id;
        must(wst_clock_read(context, WST_CLOCK_REALTIME, 0, &before, &error));
        must(wst_socket_send(sock, &out, &error));
        if (wst_socket_transmit_stamp(sock, id, 1000000000, &stamp, &error) != WST_OK) {
            printf("datagram %" PRIu32 ": %s\n", id, error.message);
            continue;
        }
        latency = stamp.software.value - before; /* software stamps count CLOCK_REALTIME */
        printf("datagram %" PRIu32 ": %s stamp %" PRId64 " ns after the call\n", id,
               wst_source_name(stamp.software.source), latency);
        least = latency < least ? latency : least;
        most = latency > most ? latency : most;
        sum += latency;
        ++taken;
    }
    must(wst_socket_counters_get(sock, &counters, &error));
    if (taken != 0)
        printf("%ld stamps: least %" PRId64 " ns, mean %" PRId64 " ns, most %" PRId64 " ns; %" PRIu64
               " never came\n",
               taken, least, sum / taken, most, counters.transmit_stamps_timed_out);
    must(wst_context_close(context, &error));
    return 0;
}
