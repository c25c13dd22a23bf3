/* SPDX-License-Identifier: Apache-2.0 */
/* A context without a thread, driven from an event loop of the caller's own. */
#include <sched.h>
#include <stdlib.h>

#include "ringer.h"
#include "waiting.h"

static wst_context *make_driven(void) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    options.flags = WST_CONTEXT_CALLER_DRIVEN;
    CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
    return context;
}

typedef struct counter {
    wst_context *context;
    ringer *bell;
    int calls;
    pthread_t thread;
    wst_status run_inside;
    wst_status close_inside;
    wst_subscription end_inside;
} counter;

static void count(void *user, const wst_event *event) {
    counter *self = (counter *)user;
    (void)event;
    ++self->calls;
    self->thread = pthread_self();
    ringer_drain(self->bell);
    self->run_inside = wst_context_run(self->context, 0, NULL);
    self->close_inside = wst_context_close(self->context, NULL);
    if (self->end_inside)
        CHECK_STATUS(wst_unsubscribe(self->context, self->end_inside, NULL), WST_OK);
}

static void an_event_loop_of_ones_own_serves_it_by_poll(void) {
    wst_context *context = make_driven();
    ringer bell;
    counter counted;
    wst_subscription id = 0;
    intptr_t handle = -1;
    int i;
    memset(&counted, 0, sizeof counted);
    ringer_open(&bell, context);
    counted.context = context;
    counted.bell = &bell;
    CHECK_STATUS(wst_subscribe(context, NULL, count, &counted, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_context_handle(context, &handle, NULL), WST_OK);
    for (i = 1; i <= 20; ++i) {
        ringer_ring(&bell);
        while (counted.calls < i) {
            int64_t deadline = 0;
            int64_t ms;
            CHECK_STATUS(wst_context_next_deadline(context, &deadline, NULL), WST_OK);
            ms = deadline / 1000000 + 1;
            (void)wait_for_handle(handle, ms > 30000 ? 30000 : (int)ms);
            (void)wst_context_run(context, 0, NULL);
        }
    }
    CHECK(counted.calls == 20);
    CHECK(pthread_equal(counted.thread, pthread_self())); /* no thread of the library's own */
    CHECK(counted.run_inside == WST_E_WOULD_DEADLOCK);
    CHECK(counted.close_inside == WST_E_WOULD_DEADLOCK);
    CHECK_STATUS(wst_context_run(context, 0, NULL), WST_E_TIMED_OUT);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void run_waits_by_itself(void) {
    wst_context *context = make_driven();
    ringer bell;
    counter counted;
    wst_subscription id = 0;
    memset(&counted, 0, sizeof counted);
    ringer_open(&bell, context);
    counted.context = context;
    counted.bell = &bell;
    CHECK_STATUS(wst_subscribe(context, NULL, count, &counted, NULL, &id, NULL), WST_OK);
    counted.end_inside = id;
    CHECK_STATUS(wst_context_run(context, 1000000, NULL), WST_E_TIMED_OUT);
    ringer_ring(&bell);
    CHECK_STATUS(wst_context_run(context, -1, NULL), WST_OK);
    CHECK(counted.calls == 1);
    CHECK_STATUS(wst_unsubscribe(context, id, NULL), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void waiting_for_an_event_serves_it_too(void) {
    wst_context *context = make_driven();
    ringer bell;
    wst_subscription id = 0;
    wst_event event;
    event.struct_size = sizeof event;
    ringer_open(&bell, context);
    CHECK_STATUS(wst_subscribe(context, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_E_TIMED_OUT);
    CHECK_STATUS(wst_event_wait(context, 2, &event, NULL), WST_E_TIMED_OUT);
    ringer_ring(&bell);
    CHECK_STATUS(wst_event_wait(context, 30000, &event, NULL), WST_OK);
    CHECK(event.type == WST_EVENT_SOCKET);
    ringer_drain(&bell);
    ringer_ring(&bell);
    CHECK_STATUS(wst_event_wait(context, -1, &event, NULL), WST_OK);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_context_with_a_thread_is_not_driven(void) {
    wst_context *context = NULL;
    intptr_t handle = 5;
    int64_t ns = 0;
    CHECK_STATUS(wst_context_create(NULL, &context, NULL), WST_OK);
    CHECK_STATUS(wst_context_run(context, 0, NULL), WST_E_STATE);
    CHECK_STATUS(wst_context_handle(context, &handle, NULL), WST_E_STATE);
    CHECK(handle == -1);
    CHECK_STATUS(wst_context_next_deadline(context, &ns, NULL), WST_E_STATE);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

/* Several threads in run and event_wait at once: one drives, all get what they wait for, close ends them all.
 */
typedef struct crowd {
    wst_context *context;
    pthread_mutex_t mutex;
    int events;
    int closed;
} crowd;

static void *drive(void *user) {
    crowd *self = (crowd *)user;
    for (;;) {
        /* Not without end: the last event may have been made and taken by others before this call. */
        const wst_status status = wst_context_run(self->context, 50000000, NULL);
        if (status == WST_E_BUSY || status == WST_OK || status == WST_E_TIMED_OUT) {
            pthread_mutex_lock(&self->mutex);
            if (self->closed) { /* busy may be said to the very end; the context is left alone then */
                pthread_mutex_unlock(&self->mutex);
                return NULL;
            }
            pthread_mutex_unlock(&self->mutex);
            sched_yield();
            continue;
        }
        CHECK_STATUS(status, WST_E_CLOSED);
        return NULL;
    }
}

static void *take(void *user) {
    crowd *self = (crowd *)user;
    wst_event event;
    event.struct_size = sizeof event;
    while (wst_event_wait(self->context, -1, &event, NULL) == WST_OK) {
        pthread_mutex_lock(&self->mutex);
        ++self->events;
        pthread_mutex_unlock(&self->mutex);
    }
    return NULL;
}

static void several_threads_share_the_driving(void) {
    crowd shared;
    ringer bell;
    pthread_t driver;
    pthread_t takers[2];
    wst_subscription id = 0;
    int i;
    shared.context = make_driven();
    shared.events = 0;
    shared.closed = 0;
    pthread_mutex_init(&shared.mutex, NULL);
    ringer_open(&bell, shared.context);
    CHECK_STATUS(wst_subscribe(shared.context, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    pthread_create(&driver, NULL, drive, &shared);
    for (i = 0; i < 2; ++i)
        pthread_create(&takers[i], NULL, take, &shared);
    for (i = 1; i <= 50; ++i) {
        int events = 0;
        ringer_ring(&bell);
        while (events < i) {
            pthread_mutex_lock(&shared.mutex);
            events = shared.events;
            pthread_mutex_unlock(&shared.mutex);
            sched_yield();
        }
        CHECK(ringer_drain(&bell) == 1);
    }
    /* The one who is refused as busy must be gone before the context is. */
    pthread_mutex_lock(&shared.mutex);
    shared.closed = 1;
    pthread_mutex_unlock(&shared.mutex);
    ringer_ring(&bell);
    pthread_join(driver, NULL);
    CHECK_STATUS(wst_context_close(shared.context, NULL), WST_OK);
    for (i = 0; i < 2; ++i)
        pthread_join(takers[i], NULL);
}

int main(void) {
    RUN(an_event_loop_of_ones_own_serves_it_by_poll);
    RUN(run_waits_by_itself);
    RUN(waiting_for_an_event_serves_it_too);
    RUN(a_context_with_a_thread_is_not_driven);
    RUN(several_threads_share_the_driving);
    FINISH();
}
