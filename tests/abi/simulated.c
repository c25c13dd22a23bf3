/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts on a simulated network: the same rules, with a clock that only moves when somebody drives it. */
#include <sched.h>
#include <stdlib.h>

#include "check.h"

#define SECOND INT64_C(1000000000)

typedef struct pair {
    wst_simulation *network;
    wst_context *a;
    wst_context *b;
} pair;

static wst_context *live_on(wst_simulation *network, const char *host, int32_t log_level, wst_log_fn log,
                            void *user) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    wst_error error = WST_ERROR_INIT;
    options.simulation = network;
    options.simulation_host = host;
    options.log_level = log_level;
    options.log = log;
    options.log_user = user;
    options.seed = 7; /* else the clocks spread their requests differently each time */
    CHECK_STATUS(wst_context_create(&options, &context, &error), WST_OK);
    return context;
}

static void make_pair(pair *self) {
    wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
    adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
    CHECK_STATUS(wst_simulation_create(NULL, &self->network, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_add_host(self->network, "a", NULL, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_add_host(self->network, "b", NULL, NULL), WST_OK);
    adapter.addresses = "192.0.2.1/24";
    CHECK_STATUS(wst_simulation_add_adapter(self->network, "a", "eth0", &adapter, NULL), WST_OK);
    adapter.addresses = "192.0.2.2/24";
    CHECK_STATUS(wst_simulation_add_adapter(self->network, "b", "eth0", &adapter, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_connect(self->network, "wire", "a/eth0", "b/eth0", NULL, NULL), WST_OK);
    self->a = live_on(self->network, "a", 0, NULL, NULL);
    self->b = live_on(self->network, "b", 0, NULL, NULL);
}

static void close_pair(pair *self) {
    CHECK_STATUS(wst_context_close(self->a, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(self->b, NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(self->network, NULL), WST_OK);
}

static wst_ptp *start_clock(wst_context *context, const char *option, const char *value) {
    wst_ptp_config *config = NULL;
    wst_ptp *clock = NULL;
    wst_error error = WST_ERROR_INIT;
    CHECK_STATUS(wst_ptp_config_create(&config, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_set(config, option, value, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_config_add_port(config, "eth0", NULL), WST_OK);
    CHECK_STATUS(wst_ptp_open(context, config, &clock, &error), WST_OK);
    if (error.status != WST_OK)
        printf("# %s\n", error.message);
    wst_ptp_config_destroy(config);
    CHECK_STATUS(wst_ptp_start(clock, NULL), WST_OK);
    return clock;
}

static void run_lets_virtual_time_pass_for_all_hosts(void) {
    pair both;
    int64_t before = 0;
    int64_t after = 0;
    make_pair(&both);
    CHECK_STATUS(wst_clock_read(both.b, WST_CLOCK_MONOTONIC, 0, &before, NULL), WST_OK);
    CHECK_STATUS(wst_context_run(both.a, 3600 * SECOND, NULL), WST_E_TIMED_OUT); /* an hour, at once */
    CHECK_STATUS(wst_clock_read(both.b, WST_CLOCK_MONOTONIC, 0, &after, NULL), WST_OK);
    CHECK(after - before >= 3600 * SECOND && after - before < 3600 * SECOND + 1000000);
    close_pair(&both);
}

static void certain_or_unknown(wst_ptp *clock, const wst_ptp_time *now) {
    const struct {
        int64_t time;
        uint32_t after;
        uint32_t before;
    } rows[] = {
        {INT64_MIN, WST_PTP_YES, WST_PTP_NO},
        {now->earliest - 1, WST_PTP_YES, WST_PTP_NO},
        {now->latest, WST_PTP_NO, WST_PTP_UNKNOWN},
        {now->earliest, WST_PTP_UNKNOWN, WST_PTP_NO},
        {now->ptp_time, WST_PTP_UNKNOWN, WST_PTP_UNKNOWN},
        {now->latest + 1, WST_PTP_NO, WST_PTP_YES},
        {INT64_MAX, WST_PTP_NO, WST_PTP_YES},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        uint32_t after = 99;
        uint32_t before = 99;
        CHECK_STATUS(wst_ptp_after(clock, rows[i].time, &after, NULL), WST_OK);
        CHECK_STATUS(wst_ptp_before(clock, rows[i].time, &before, NULL), WST_OK);
        CHECK(after == rows[i].after);
        CHECK(before == rows[i].before);
    }
}

static void answers_about_time_are_certain_or_unknown(void) {
    pair both;
    wst_ptp *master;
    wst_ptp *client;
    wst_ptp_time now = WST_PTP_TIME_INIT;
    wst_ptp_agreement agreement = WST_PTP_AGREEMENT_INIT;
    make_pair(&both);
    master = start_clock(both.a, "priority1", "1");
    client = start_clock(both.b, "clientOnly", "1");
    CHECK_STATUS(wst_ptp_agreement_get(client, &agreement, NULL), WST_E_WOULD_BLOCK); /* knows nothing yet */
    CHECK_STATUS(wst_simulation_run(both.network, 60 * SECOND, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_now(client, &now, NULL), WST_OK); /* and virtual time stands still from here on */
    CHECK(now.earliest < now.ptp_time && now.ptp_time < now.latest);
    certain_or_unknown(client, &now);
    CHECK_STATUS(wst_ptp_agreement_get(client, &agreement, NULL), WST_OK);
    CHECK(agreement.clocks == 1 && agreement.agreeing == 1 && agreement.verdict == WST_PTP_VERDICT_AGREES);
    CHECK_STATUS(wst_ptp_close(master, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_close(client, NULL), WST_OK);
    close_pair(&both);
}

typedef struct seen {
    wst_context *other;
    int calls;
    wst_status run_other;
    pthread_t thread;
} seen;

static void note(void *user, const wst_event *event) {
    seen *self = (seen *)user;
    (void)event;
    ++self->calls;
    self->thread = pthread_self();
    if (self->other)
        self->run_other = wst_context_run(self->other, 0, NULL);
}

static void callbacks_of_all_hosts_come_on_the_thread_that_drives(void) {
    pair both;
    seen of_a;
    seen of_b;
    wst_subscription id = 0;
    wst_ptp *clock_a;
    wst_ptp *clock_b;
    make_pair(&both);
    memset(&of_a, 0, sizeof of_a);
    memset(&of_b, 0, sizeof of_b);
    of_a.other = both.b;
    of_b.other = both.a;
    CHECK_STATUS(wst_subscribe(both.a, NULL, note, &of_a, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_subscribe(both.b, NULL, note, &of_b, NULL, &id, NULL), WST_OK);
    clock_a = start_clock(both.a, "priority1", "1");
    clock_b = start_clock(both.b, "clientOnly", "1");
    CHECK_STATUS(wst_simulation_run(both.network, 30 * SECOND, NULL), WST_OK);
    CHECK(of_a.calls > 0);
    CHECK(of_b.calls > 10); /* offset samples */
    CHECK(pthread_equal(of_a.thread, pthread_self()));
    CHECK(pthread_equal(of_b.thread, pthread_self()));
    /* The other host's loop is the one that is running. */
    CHECK(of_a.run_other == WST_E_WOULD_DEADLOCK);
    CHECK(of_b.run_other == WST_E_WOULD_DEADLOCK);
    CHECK_STATUS(wst_ptp_close(clock_a, NULL), WST_OK);
    CHECK_STATUS(wst_ptp_close(clock_b, NULL), WST_OK);
    close_pair(&both);
}

static void waiting_on_one_host_drives_both(void) {
    pair both;
    wst_event event;
    wst_subscription id = 0;
    int samples = 0;
    make_pair(&both);
    event.struct_size = sizeof event;
    CHECK_STATUS(wst_subscribe(both.b, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    start_clock(both.a, "priority1", "1");
    start_clock(both.b, "clientOnly", "1");
    while (samples < 20) {
        if (wst_event_wait(both.b, 60000, &event, NULL) != WST_OK) {
            CHECK(samples == 20);
            break;
        }
        samples += event.type == WST_EVENT_PTP_OFFSET;
    }
    CHECK_STATUS(wst_event_wait(both.a, 10, &event, NULL), WST_E_TIMED_OUT);
    close_pair(&both); /* with the clocks in it */
}

/* Two threads, each waiting on its own host: whoever drives serves both. */
typedef struct taker {
    wst_context *context;
    int wanted;
    int taken;
} taker;

static void *take_events(void *user) {
    taker *self = (taker *)user;
    wst_event event;
    event.struct_size = sizeof event;
    while (self->taken < self->wanted && wst_event_wait(self->context, -1, &event, NULL) == WST_OK)
        self->taken += event.type == WST_EVENT_PTP_OFFSET || event.type == WST_EVENT_PTP_PORT_STATE;
    return NULL;
}

static void two_threads_wait_on_two_hosts(void) {
    pair both;
    taker of_a;
    taker of_b;
    pthread_t threads[2];
    wst_subscription id = 0;
    make_pair(&both);
    CHECK_STATUS(wst_subscribe(both.a, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_subscribe(both.b, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    start_clock(both.a, "priority1", "1");
    start_clock(both.b, "clientOnly", "1");
    of_a.context = both.a;
    of_a.wanted = 2; /* LISTENING, MASTER at least */
    of_a.taken = 0;
    of_b.context = both.b;
    of_b.wanted = 50;
    of_b.taken = 0;
    pthread_create(&threads[0], NULL, take_events, &of_a);
    pthread_create(&threads[1], NULL, take_events, &of_b);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    CHECK(of_a.taken == 2);
    CHECK(of_b.taken == 50);
    close_pair(&both);
}

static void *wait_without_end(void *user) {
    wst_event event;
    event.struct_size = sizeof event;
    while (wst_event_wait((wst_context *)user, -1, &event, NULL) == WST_OK) {
    }
    return NULL;
}

static void *close_context(void *user) {
    CHECK_STATUS(wst_context_close((wst_context *)user, NULL), WST_OK);
    return NULL;
}

static void one_host_closes_while_another_thread_drives(void) {
    int round;
    for (round = 0; round < 10; ++round) {
        pair both;
        pthread_t driver;
        pthread_t closer;
        int64_t before = 0;
        int64_t now = 0;
        make_pair(&both);
        start_clock(both.a, "priority1", "1");
        start_clock(both.b, "clientOnly", "1");
        CHECK_STATUS(wst_simulation_now(both.network, &before, NULL), WST_OK);
        pthread_create(&driver, NULL, wait_without_end, both.a);
        while (now < before + SECOND) {
            CHECK_STATUS(wst_simulation_now(both.network, &now, NULL), WST_OK);
            sched_yield();
        }
        pthread_create(&closer, NULL, close_context, both.b);
        pthread_join(closer, NULL);
        CHECK_STATUS(wst_context_close(both.a, NULL), WST_OK); /* ends the driver's wait */
        pthread_join(driver, NULL);
        CHECK_STATUS(wst_simulation_close(both.network, NULL), WST_OK);
    }
}

typedef struct lines {
    int count;
    int debug;
    int broken;
} lines;

static void log_line(void *user, int32_t level, const char *text) {
    lines *self = (lines *)user;
    ++self->count;
    self->debug += level > WST_LOG_INFO;
    self->broken +=
        strlen(text) == 0 || strchr(text, '\n') != NULL || level < WST_LOG_ERROR || level > WST_LOG_DEBUG;
}

static int run_with_log(int32_t level, lines *out) {
    pair both;
    memset(out, 0, sizeof *out);
    make_pair(&both);
    CHECK_STATUS(wst_context_close(both.a, NULL), WST_OK);
    both.a = live_on(both.network, "a", level, log_line, out);
    start_clock(both.a, "priority1", "1");
    start_clock(both.b, "clientOnly", "1");
    CHECK_STATUS(wst_simulation_run(both.network, 20 * SECOND, NULL), WST_OK);
    close_pair(&both);
    return out->count;
}

static void the_log_tells_single_lines_up_to_its_level(void) {
    lines errors;
    lines all;
    run_with_log(WST_LOG_ERROR, &errors);
    run_with_log(WST_LOG_DEBUG, &all);
    CHECK(errors.count == 0); /* nothing went wrong */
    CHECK(all.count > 0);
    CHECK(all.broken == 0);
}

static void one_seed_is_one_run(void) {
    uint64_t digests[2];
    int round;
    for (round = 0; round < 2; ++round) {
        pair both;
        wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
        make_pair(&both);
        start_clock(both.a, "priority1", "1");
        start_clock(both.b, "clientOnly", "1");
        CHECK_STATUS(wst_simulation_run(both.network, 60 * SECOND, NULL), WST_OK);
        CHECK_STATUS(wst_simulation_counters_get(both.network, &counters, NULL), WST_OK);
        CHECK(counters.frames_delivered > 100);
        digests[round] = counters.digest;
        close_pair(&both);
    }
    CHECK(digests[0] == digests[1]);
}

int main(void) {
    RUN(run_lets_virtual_time_pass_for_all_hosts);
    RUN(answers_about_time_are_certain_or_unknown);
    RUN(callbacks_of_all_hosts_come_on_the_thread_that_drives);
    RUN(waiting_on_one_host_drives_both);
    RUN(two_threads_wait_on_two_hosts);
    RUN(one_host_closes_while_another_thread_drives);
    RUN(the_log_tells_single_lines_up_to_its_level);
    RUN(one_seed_is_one_run);
    FINISH();
}
