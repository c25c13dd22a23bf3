/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All calls from many threads in a random order: on a context with a thread, on one that is driven by whoever
 * comes, on a simulated network, and on contexts and clocks that come and go meanwhile. The thread sanitizer
 * judges; what is checked here is that nothing hangs, that every status is one that the headers name, and
 * that time holds.
 *
 *     abi_races [SEED [CALLS]]          the order of calls of each thread follows from the seed
 */
#include <stdlib.h>

#include "check.h"

enum { thread_count = 6 };

static uint64_t seed = 1;
static int calls = SANITIZED ? 300 : 1500;

typedef struct shared {
    wst_context *threaded, *driven, *simulated[2];
    wst_simulation *network;
    wst_ptp *ptp[3]; /* of threaded, and the pair on the network */
    wst_socket *sockets[2];
    wst_address addresses[2];
    uint64_t loopback;
} shared;

typedef struct worker {
    shared *of;
    uint64_t state;
    int number;
    pthread_t thread;
} worker;

static uint64_t next(worker *self) {
    uint64_t z = (self->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int below(worker *self, int count) {
    return (int)(next(self) % (uint64_t)count);
}

static void on_event(void *user, const wst_event *event) {
    CHECK(user != NULL);
    CHECK(event->type != WST_EVENT_NONE);
}

static void on_release(void *user) {
    free(user);
}

static wst_ptp *open_clock(wst_context *context, const char *interface, const char *port, int client) {
    wst_ptp_config *config = NULL;
    wst_ptp *ptp = NULL;
    wst_error error = WST_ERROR_INIT;
    char general[12];
    snprintf(general, sizeof general, "%d", atoi(port) + 1);
    CHECK_STATUS(wst_ptp_config_create(&config, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_add_port(config, interface, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_set(config, "clientOnly", client ? "1" : "0", NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_set(config, "time_stamping", "software", NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_set(config, "event_port", port, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_set(config, "general_port", general, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_set(config, "logSyncInterval", "-4", NULL), WST_OK);
    CHECK_STATUS(wst_ptp_open(context, config, &ptp, &error), WST_OK);
    if (error.status != WST_OK)
        printf("# %s\n", error.message);
    wst_ptp_config_destroy(config);
    return ptp;
}

static wst_context *any_context(worker *self) {
    wst_context *all[4];
    all[0] = self->of->threaded;
    all[1] = self->of->driven;
    all[2] = self->of->simulated[0];
    all[3] = self->of->simulated[1];
    return all[below(self, 4)];
}

static void subscribe_and_leave(worker *self) {
    wst_context *context = any_context(self);
    wst_subscription id = 0;
    void *user = malloc(8);
    if (wst_subscribe(context, NULL, on_event, user, on_release, &id, NULL) != WST_OK) {
        CHECK(id == 0);
        free(user);
        return;
    }
    if (below(self, 2))
        CHECK_STATUS(wst_ptp_status_get(self->of->ptp[0], &(wst_ptp_status)WST_PTP_STATUS_INIT, NULL),
                     WST_OK);
    CHECK_STATUS(wst_unsubscribe(context, id, NULL), WST_OK);
}

static void wait_for_an_event(worker *self) {
    wst_event event;
    wst_status status;
    event.struct_size = sizeof event;
    status = wst_event_wait(any_context(self), below(self, 2), &event, NULL);
    CHECK(status == WST_OK || status == WST_E_TIMED_OUT || status == WST_E_BUSY);
}

static void drive(worker *self) {
    const wst_status status = wst_context_run(self->of->driven, below(self, 1000000), NULL);
    CHECK(status == WST_OK || status == WST_E_TIMED_OUT || status == WST_E_BUSY);
}

static void run_the_network(worker *self) {
    CHECK_STATUS(wst_simulation_run(self->of->network, below(self, 50000000), NULL), WST_OK);
}

static void disturb_the_network(worker *self) {
    static const char *const statements[] = {"link cable delay 2us",   "link cable jitter exponential 1us",
                                             "clock b/eth0 drift 100", "link cable loss 10% forward",
                                             "link cable loss 0",      "adapter b/eth0 down",
                                             "adapter b/eth0 up",      "host a stall 1ms",
                                             "link cable cut",         "link cable restore"};
    wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
    double error = 0;
    CHECK_STATUS(wst_simulation_apply(self->of->network, statements[below(self, 10)], NULL), WST_OK);
    CHECK_STATUS(wst_simulation_counters_get(self->of->network, &counters, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_clock_error(self->of->network, "b/eth0", 0, &error, NULL), WST_OK);
}

static void tell_the_time(worker *self) {
    wst_ptp *ptp = self->of->ptp[below(self, 3)];
    wst_ptp_time time = WST_PTP_TIME_INIT;
    uint32_t answer = 0;
    int i;
    for (i = 0; i < 20; ++i) {
        CHECK_STATUS(wst_ptp_now(ptp, &time, NULL), WST_OK);
        CHECK(time.earliest <= time.ptp_time && time.ptp_time <= time.latest);
    }
    CHECK_STATUS(wst_ptp_convert(ptp, WST_CLOCK_REALTIME, time.ptp_time, &time, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_after(ptp, 0, &answer, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_before(ptp, INT64_MAX, &answer, NULL), WST_OK);
}

static void ask_a_clock(worker *self) {
    wst_ptp *ptp = self->of->ptp[below(self, 3)];
    wst_ptp_status status = WST_PTP_STATUS_INIT;
    wst_ptp_port_status port = WST_PTP_PORT_STATUS_INIT;
    CHECK_STATUS(wst_ptp_status_get(ptp, &status, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_port_status_get(ptp, 1, &port, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_set(ptp, "priority2", below(self, 2) ? "10" : "200", NULL), WST_OK);
}

static void stop_and_start(worker *self) {
    wst_ptp *ptp = self->of->ptp[below(self, 3)];
    wst_status status = wst_ptp_stop(ptp, NULL);
    CHECK(status == WST_OK || status == WST_E_STATE); /* another was quicker */
    status = wst_ptp_start(ptp, NULL);
    CHECK(status == WST_OK || status == WST_E_STATE);
}

static void send_and_receive(worker *self) {
    const int which = below(self, 2);
    wst_outgoing out = WST_OUTGOING_INIT;
    wst_datagram datagram;
    wst_socket_counters counters;
    char buffer[64];
    wst_status status;
    out.data = "?";
    out.size = 1;
    out.destination = self->of->addresses[below(self, 2)];
    CHECK_STATUS(wst_socket_send(self->of->sockets[which], &out, NULL), WST_OK);
    memset(&datagram, 0, sizeof datagram);
    datagram.struct_size = sizeof datagram;
    datagram.data = buffer;
    datagram.capacity = sizeof buffer;
    status = wst_socket_receive(self->of->sockets[which], &datagram, below(self, 1000), NULL);
    CHECK(status == WST_OK || status == WST_E_TIMED_OUT || status == WST_E_WOULD_BLOCK);
    memset(&counters, 0, sizeof counters);
    counters.struct_size = sizeof counters;
    CHECK_STATUS(wst_socket_counters_get(self->of->sockets[which], &counters, NULL), WST_OK);
}

static void look_at_interfaces(worker *self) {
    wst_context *context = any_context(self);
    wst_interface list[8];
    wst_capabilities capabilities = WST_CAPABILITIES_INIT;
    uint32_t count = 0;
    int i;
    wst_status status;
    int64_t value = 0;
    for (i = 0; i < 8; ++i) {
        const wst_interface empty = WST_INTERFACE_INIT;
        list[i] = empty;
    }
    status = wst_interface_list(context, list, 8, &count, NULL);
    CHECK(status == WST_OK || status == WST_E_LIMIT);
    status = wst_capabilities_active(self->of->threaded, self->of->loopback, 0, &capabilities, NULL);
    CHECK(status == WST_OK || status == WST_E_NOT_SUPPORTED);
    CHECK_STATUS(wst_clock_read(context, WST_CLOCK_REALTIME, 0, &value, NULL), WST_OK);
}

/* A context of this thread's own, with what lives in it, beside all the others. */
static void come_and_go(worker *self) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    wst_subscription id = 0;
    options.flags = below(self, 2) ? WST_CONTEXT_CALLER_DRIVEN : 0;
    if (below(self, 3) == 0) {
        options.flags = 0;
        options.simulation = self->of->network;
        options.simulation_host = "c";
    }
    CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
    CHECK_STATUS(wst_subscribe(context, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    if (!options.simulation && below(self, 2)) {
        char port[12];
        wst_ptp *ptp;
        snprintf(port, sizeof port, "%d", 21000 + 10 * self->number);
        ptp = open_clock(context, "lo", port, 1);
        CHECK_STATUS(wst_ptp_start(ptp, NULL), WST_OK);
        if (below(self, 2))
            CHECK_STATUS(wst_ptp_close(ptp, NULL), WST_OK);
    }
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void *work(void *argument) {
    static void (*const all[])(worker *) = {subscribe_and_leave, wait_for_an_event,   drive,
                                            run_the_network,     disturb_the_network, tell_the_time,
                                            ask_a_clock,         stop_and_start,      send_and_receive,
                                            look_at_interfaces,  come_and_go};
    worker *self = (worker *)argument;
    int i;
    for (i = 0; i < calls; ++i)
        all[below(self, (int)(sizeof all / sizeof all[0]))](self);
    return NULL;
}

static void build(shared *all) {
    static const char *const hosts[] = {"a", "b", "c"};
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_interface interface = WST_INTERFACE_INIT;
    int i;
    CHECK_STATUS(wst_context_create(NULL, &all->threaded, NULL), WST_OK);
    options.flags = WST_CONTEXT_CALLER_DRIVEN;
    CHECK_STATUS(wst_context_create(&options, &all->driven, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_create(NULL, &all->network, NULL), WST_OK);
    for (i = 0; i < 3; ++i) {
        wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
        adapter.addresses = i == 0 ? "192.0.2.1/24" : i == 1 ? "192.0.2.2/24" : "192.0.2.3/24";
        CHECK_STATUS(wst_simulation_add_host(all->network, hosts[i], NULL, NULL), WST_OK);
        CHECK_STATUS(wst_simulation_add_adapter(all->network, hosts[i], "eth0", &adapter, NULL), WST_OK);
    }
    CHECK_STATUS(wst_simulation_connect(all->network, "cable", "a/eth0", "b/eth0", NULL, NULL), WST_OK);
    options.flags = 0;
    options.simulation = all->network;
    for (i = 0; i < 2; ++i) {
        options.simulation_host = hosts[i];
        CHECK_STATUS(wst_context_create(&options, &all->simulated[i], NULL), WST_OK);
        all->ptp[i + 1] = open_clock(all->simulated[i], "eth0", "319", i);
    }
    all->ptp[0] = open_clock(all->threaded, "lo", "20419", 0);
    for (i = 0; i < 3; ++i)
        CHECK_STATUS(wst_ptp_start(all->ptp[i], NULL), WST_OK);
    CHECK_STATUS(wst_interface_find(all->threaded, "lo", &interface, NULL), WST_OK);
    all->loopback = interface.id;
    for (i = 0; i < 2; ++i) {
        wst_socket_options wanted = WST_SOCKET_OPTIONS_INIT;
        wanted.flags = WST_SOCKET_EVENTS;
        CHECK_STATUS(wst_address_parse("127.0.0.1", &wanted.local, NULL), WST_OK);
        CHECK_STATUS(wst_socket_open(all->threaded, &wanted, &all->sockets[i], NULL), WST_OK);
        CHECK_STATUS(wst_socket_local_address(all->sockets[i], &all->addresses[i], NULL), WST_OK);
    }
}

static void any_call_from_any_thread(void) {
    shared all;
    worker workers[thread_count];
    int i;
    memset(&all, 0, sizeof all);
    build(&all);
    if (check_failures)
        return;
    for (i = 0; i < thread_count; ++i) {
        workers[i].of = &all;
        workers[i].number = i;
        workers[i].state = seed * 1000003u + (uint64_t)i;
        CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (i = 0; i < thread_count; ++i)
        CHECK(pthread_join(workers[i].thread, NULL) == 0);
    CHECK_STATUS(wst_context_close(all.simulated[1], NULL), WST_OK);
    CHECK_STATUS(wst_context_close(all.simulated[0], NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(all.network, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(all.driven, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(all.threaded, NULL), WST_OK);
    if (check_failures)
        printf("# repeat it with: abi_races %llu %d\n", (unsigned long long)seed, calls);
}

int main(int argc, char **argv) {
    if (argc > 1)
        seed = (uint64_t)strtoull(argv[1], NULL, 10);
    if (argc > 2)
        calls = atoi(argv[2]);
    RUN(any_call_from_any_thread);
    FINISH();
}
