/* SPDX-License-Identifier: Apache-2.0 */
/* Makes events at will, as a user can: a socket that hears what it sends to itself. */
#ifndef WIRESTAMP_TESTS_ABI_RINGER_H
#define WIRESTAMP_TESTS_ABI_RINGER_H

#include "check.h"

typedef struct ringer {
    wst_socket *socket;
    wst_address address;
} ringer;

static void ringer_open(ringer *self, wst_context *context) {
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_error error = WST_ERROR_INIT;
    options.flags = WST_SOCKET_EVENTS;
    options.stamps = WST_STAMPS_NONE;
    self->socket = NULL;
    CHECK_STATUS(wst_address_parse("127.0.0.1", &options.local, NULL), WST_OK);
    CHECK_STATUS(wst_socket_open(context, &options, &self->socket, &error), WST_OK);
    if (error.status != WST_OK)
        printf("# %s\n", error.message);
    CHECK_STATUS(wst_socket_local_address(self->socket, &self->address, NULL), WST_OK);
}

/* One datagram on its way, and with it one event. */
static void ringer_ring(ringer *self) {
    wst_outgoing out = WST_OUTGOING_INIT;
    out.data = "!";
    out.size = 1;
    out.destination = self->address;
    CHECK_STATUS(wst_socket_send(self->socket, &out, NULL), WST_OK);
}

/* Takes everything, after which the next datagram makes an event again. Returns how many there were. */
static int ringer_drain(ringer *self) {
    char buffer[16];
    int taken = 0;
    for (;;) {
        wst_datagram datagram;
        memset(&datagram, 0, sizeof datagram);
        datagram.struct_size = (uint32_t)sizeof datagram;
        datagram.data = buffer;
        datagram.capacity = (uint32_t)sizeof buffer;
        if (wst_socket_receive(self->socket, &datagram, 0, NULL) != WST_OK)
            return taken;
        ++taken;
    }
}

#endif
