/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of wst_subscribe, wst_unsubscribe and wst_context_close, with real events and several threads.
 */
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>

#include "ringer.h"

/* What one subscription lives through; everything under one mutex, so that order can be told. */
typedef struct probe {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    wst_context *context;
    ringer *bell;
    wst_subscription id;
    int calls;
    int inside;
    int released;
    int calls_after_release;
    int wrong_id;
    int hold;     /* fn waits until this is 0 */
    int end_here; /* fn unsubscribes itself */
    int close_here;
    int released_while_inside;
    wst_status status_inside;
    wst_status second_status_inside;
} probe;

static void probe_init(probe *self, wst_context *context, ringer *bell) {
    memset(self, 0, sizeof *self);
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->context = context;
    self->bell = bell;
}

static void on_event(void *user, const wst_event *event) {
    probe *self = (probe *)user;
    if (event->type == WST_EVENT_SOCKET)
        ringer_drain(self->bell); /* functions may be called in here */
    pthread_mutex_lock(&self->mutex);
    ++self->calls;
    ++self->inside;
    self->wrong_id += event->subscription != self->id;
    self->calls_after_release += self->released;
    pthread_cond_broadcast(&self->changed);
    while (self->hold)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
    if (self->end_here) {
        self->status_inside = wst_unsubscribe(self->context, event->subscription, NULL);
        self->second_status_inside = wst_unsubscribe(self->context, event->subscription, NULL);
    }
    if (self->close_here)
        self->status_inside = wst_context_close(self->context, NULL);
    pthread_mutex_lock(&self->mutex);
    --self->inside;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static void on_release(void *user) {
    probe *self = (probe *)user;
    pthread_mutex_lock(&self->mutex);
    ++self->released;
    self->released_while_inside += self->inside;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static void probe_subscribe(probe *self) {
    /* Held, so that no event can look at `id` before it is there on this side too. */
    pthread_mutex_lock(&self->mutex);
    CHECK_STATUS(wst_subscribe(self->context, NULL, on_event, self, on_release, &self->id, NULL), WST_OK);
    pthread_mutex_unlock(&self->mutex);
}

static void wait_calls(probe *self, int calls) {
    pthread_mutex_lock(&self->mutex);
    while (self->calls < calls)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

static void wait_released(probe *self) {
    pthread_mutex_lock(&self->mutex);
    while (self->released == 0)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

static void set_hold(probe *self, int hold) {
    pthread_mutex_lock(&self->mutex);
    self->hold = hold;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static wst_context *make_context(void) {
    wst_context *context = NULL;
    CHECK_STATUS(wst_context_create(NULL, &context, NULL), WST_OK);
    return context;
}

static void events_come_with_the_right_id_and_end_with_release(void) {
    wst_context *context = make_context();
    ringer bell;
    probe one;
    int i;
    ringer_open(&bell, context);
    probe_init(&one, context, &bell);
    probe_subscribe(&one);
    for (i = 1; i <= 20; ++i) {
        ringer_ring(&bell);
        wait_calls(&one, i);
    }
    CHECK_STATUS(wst_unsubscribe(context, one.id, NULL), WST_OK);
    CHECK(one.released == 1);
    CHECK(one.inside == 0);
    CHECK(one.wrong_id == 0);
    CHECK_STATUS(wst_unsubscribe(context, one.id, NULL), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_unsubscribe(context, 0, NULL), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_unsubscribe(context, UINT64_MAX, NULL), WST_E_NOT_FOUND);
    ringer_ring(&bell);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(one.released == 1);
    CHECK(one.calls_after_release == 0);
}

static void *unsubscribe_it(void *user) {
    probe *self = (probe *)user;
    const wst_status status = wst_unsubscribe(self->context, self->id, NULL);
    if (status == WST_OK) {
        pthread_mutex_lock(&self->mutex);
        CHECK(self->released == 1);
        CHECK(self->inside == 0);
        pthread_mutex_unlock(&self->mutex);
    } else {
        CHECK(status == WST_E_NOT_FOUND);
        set_hold(self, 0); /* only now may fn return: whoever was refused did not wait for it */
    }
    return (void *)(status == WST_OK ? self : NULL);
}

static void two_threads_at_once_one_waits_one_is_refused(void) {
    int round;
    for (round = 0; round < 50; ++round) {
        wst_context *context = make_context();
        ringer bell;
        probe one;
        pthread_t threads[2];
        void *ended[2];
        ringer_open(&bell, context);
        probe_init(&one, context, &bell);
        one.hold = 1;
        probe_subscribe(&one);
        ringer_ring(&bell);
        wait_calls(&one, 1);
        pthread_create(&threads[0], NULL, unsubscribe_it, &one);
        pthread_create(&threads[1], NULL, unsubscribe_it, &one);
        pthread_join(threads[0], &ended[0]);
        pthread_join(threads[1], &ended[1]);
        CHECK((ended[0] != NULL) != (ended[1] != NULL));
        CHECK(one.released == 1);
        CHECK(one.released_while_inside == 0);
        CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
        CHECK(one.released == 1);
    }
}

static void inside_its_own_callback_it_returns_at_once(void) {
    wst_context *context = make_context();
    ringer bell;
    probe one;
    ringer_open(&bell, context);
    probe_init(&one, context, &bell);
    one.end_here = 1;
    probe_subscribe(&one);
    ringer_ring(&bell);
    wait_released(&one);
    CHECK(one.status_inside == WST_OK);
    CHECK(one.second_status_inside == WST_E_NOT_FOUND);
    CHECK(one.released_while_inside == 0);
    ringer_ring(&bell);
    CHECK_STATUS(wst_unsubscribe(context, one.id, NULL), WST_E_NOT_FOUND);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(one.calls == 1);
    CHECK(one.released == 1);
}

static void close_inside_a_callback_is_refused_and_changes_nothing(void) {
    wst_context *context = make_context();
    ringer bell;
    probe one;
    ringer_open(&bell, context);
    probe_init(&one, context, &bell);
    one.close_here = 1;
    probe_subscribe(&one);
    ringer_ring(&bell);
    wait_calls(&one, 1);
    pthread_mutex_lock(&one.mutex);
    while (one.inside)
        pthread_cond_wait(&one.changed, &one.mutex);
    pthread_mutex_unlock(&one.mutex);
    CHECK(one.status_inside == WST_E_WOULD_DEADLOCK);
    CHECK(one.released == 0);
    one.close_here = 0;
    ringer_ring(&bell);
    wait_calls(&one, 2); /* it goes on */
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(one.released == 1);
}

static void *close_it(void *user) {
    probe *self = (probe *)user;
    CHECK_STATUS(wst_context_close(self->context, NULL), WST_OK);
    CHECK(self->released == 1);
    return NULL;
}

static void close_waits_for_the_running_callback(void) {
    int round;
    for (round = 0; round < 20; ++round) {
        wst_context *context = make_context();
        ringer bell;
        probe one;
        pthread_t closer;
        ringer_open(&bell, context);
        probe_init(&one, context, &bell);
        one.hold = 1;
        probe_subscribe(&one);
        ringer_ring(&bell);
        wait_calls(&one, 1);
        pthread_create(&closer, NULL, close_it, &one);
        sched_yield();
        pthread_mutex_lock(&one.mutex);
        CHECK(one.released == 0);
        pthread_mutex_unlock(&one.mutex);
        set_hold(&one, 0);
        pthread_join(closer, NULL);
        CHECK(one.released_while_inside == 0);
        CHECK(one.released == 1);
    }
}

/* Under load: a thread that rings all the time, others that subscribe and unsubscribe; release frees the
 * user. */
typedef struct load {
    wst_context *context;
    ringer *bell;
    pthread_mutex_t mutex;
    int stop;
    int alive;
    long calls;
} load;

typedef struct load_user {
    load *shared;
    int *canary;
} load_user;

static void load_event(void *user, const wst_event *event) {
    load_user *self = (load_user *)user;
    (void)event;
    ringer_drain(self->shared->bell);
    pthread_mutex_lock(&self->shared->mutex);
    self->shared->calls += *self->canary;
    pthread_mutex_unlock(&self->shared->mutex);
}

static void load_release(void *user) {
    load_user *self = (load_user *)user;
    pthread_mutex_lock(&self->shared->mutex);
    --self->shared->alive;
    pthread_mutex_unlock(&self->shared->mutex);
    *self->canary = -1000000;
    free(self->canary);
    free(self);
}

static int load_stopped(load *shared) {
    int stop;
    pthread_mutex_lock(&shared->mutex);
    stop = shared->stop;
    pthread_mutex_unlock(&shared->mutex);
    return stop;
}

static long load_calls(load *shared) {
    long calls;
    pthread_mutex_lock(&shared->mutex);
    calls = shared->calls;
    pthread_mutex_unlock(&shared->mutex);
    return calls;
}

static void *load_ring(void *user) {
    load *shared = (load *)user;
    while (!load_stopped(shared)) {
        int i;
        ringer_ring(shared->bell);
        for (i = 0; i < 5; ++i)
            sched_yield();
        ringer_drain(shared->bell); /* for the case that nobody was there to hear it */
    }
    return NULL;
}

static void *load_subscribe(void *user) {
    load *shared = (load *)user;
    int i;
    for (i = 0; i < 200 || load_calls(shared) < 50; ++i) {
        load_user *mine = (load_user *)malloc(sizeof *mine);
        wst_subscription id = 0;
        mine->shared = shared;
        mine->canary = (int *)malloc(sizeof *mine->canary);
        *mine->canary = 1;
        pthread_mutex_lock(&shared->mutex);
        ++shared->alive;
        pthread_mutex_unlock(&shared->mutex);
        CHECK_STATUS(wst_subscribe(shared->context, NULL, load_event, mine, load_release, &id, NULL), WST_OK);
        if (i % 4 == 0)
            sched_yield();
        if (i % 10 != 9) /* the rest is left to close */
            CHECK_STATUS(wst_unsubscribe(shared->context, id, NULL), WST_OK);
    }
    return NULL;
}

static void under_load_nothing_comes_after_release_and_nothing_is_left(void) {
    load shared;
    ringer bell;
    pthread_t ring;
    pthread_t subscribers[3];
    int i;
    memset(&shared, 0, sizeof shared);
    pthread_mutex_init(&shared.mutex, NULL);
    shared.context = make_context();
    shared.bell = &bell;
    ringer_open(&bell, shared.context);
    pthread_create(&ring, NULL, load_ring, &shared);
    for (i = 0; i < 3; ++i)
        pthread_create(&subscribers[i], NULL, load_subscribe, &shared);
    for (i = 0; i < 3; ++i)
        pthread_join(subscribers[i], NULL);
    pthread_mutex_lock(&shared.mutex);
    shared.stop = 1;
    pthread_mutex_unlock(&shared.mutex);
    pthread_join(ring, NULL);
    CHECK_STATUS(wst_context_close(shared.context, NULL), WST_OK);
    CHECK(shared.alive == 0);
    CHECK(shared.calls >= 50);
}

static void a_failed_subscribe_does_not_release(void) {
    wst_context *context = make_context();
    probe one;
    wst_subscribe_options wrong = WST_SUBSCRIBE_OPTIONS_INIT;
    probe_init(&one, context, NULL);
    wrong.struct_size = 1;
    CHECK_STATUS(wst_subscribe(context, &wrong, on_event, &one, on_release, &one.id, NULL),
                 WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_subscribe(context, NULL, on_event, &one, on_release, NULL, NULL),
                 WST_E_INVALID_ARGUMENT);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(one.released == 0);
    CHECK(one.id == 0);
}

/* Polling. */

static int readable(intptr_t handle) {
    struct pollfd entry;
    entry.fd = (int)handle;
    entry.events = POLLIN;
    entry.revents = 0;
    return poll(&entry, 1, 0) == 1;
}

static void wait_readable(intptr_t handle) {
    struct pollfd entry;
    entry.fd = (int)handle;
    entry.events = POLLIN;
    entry.revents = 0;
    CHECK(poll(&entry, 1, 30000) == 1);
}

static void the_queue_overflows_with_a_count_and_its_handle_tells_the_level(void) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    wst_subscription id = 0;
    wst_event event;
    intptr_t handle = -1;
    ringer bell;
    probe counter;
    int i;
    options.event_queue_capacity = 3;
    CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
    ringer_open(&bell, context);
    CHECK_STATUS(wst_subscribe(context, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    probe_init(&counter, context, &bell);
    probe_subscribe(&counter); /* so that each ring is known to have been heard */
    CHECK_STATUS(wst_event_handle(context, &handle, NULL), WST_OK);
    CHECK(!readable(handle));
    for (i = 1; i <= 8; ++i) {
        ringer_ring(&bell);
        wait_calls(&counter, i);
    }
    wait_readable(handle);
    event.struct_size = sizeof event;
    CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_OK);
    CHECK(event.type == WST_EVENT_OVERFLOW);
    CHECK(event.payload.overflow.lost == 5);
    for (i = 1; i <= 3; ++i) {
        CHECK(readable(handle));
        CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_OK);
        CHECK(event.type == WST_EVENT_SOCKET);
        CHECK(event.sequence == (uint64_t)i);
        CHECK(event.object == bell.socket);
        CHECK(event.subscription == id);
    }
    CHECK(!readable(handle));
    CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_E_TIMED_OUT);
    CHECK_STATUS(wst_event_wait(context, 1, &event, NULL), WST_E_TIMED_OUT);
    ringer_ring(&bell);
    CHECK_STATUS(wst_event_wait(context, -1, &event, NULL), WST_OK);
    CHECK(event.sequence == 9);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

typedef struct waiter {
    wst_context *context;
    pthread_mutex_t mutex;
    int started;
} waiter;

static void *wait_for_event(void *user) {
    waiter *self = (waiter *)user;
    wst_event event;
    event.struct_size = sizeof event;
    pthread_mutex_lock(&self->mutex);
    ++self->started;
    pthread_mutex_unlock(&self->mutex);
    CHECK_STATUS(wst_event_wait(self->context, -1, &event, NULL), WST_E_CLOSED);
    return NULL;
}

/* Whether every thread but this one sleeps (Linux: /proc). */
static int all_others_sleep(void) {
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    int awake = 0;
    while ((entry = readdir(tasks)) != NULL) {
        char path[300];
        char text[200] = "";
        const char *state;
        FILE *file;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/stat", entry->d_name);
        file = fopen(path, "r");
        if (!file)
            continue;
        if (fgets(text, sizeof text, file) != NULL && (state = strrchr(text, ')')) != NULL && state[2] != 'S')
            ++awake;
        fclose(file);
    }
    closedir(tasks);
    return awake <= 1;
}

static void close_ends_waits_and_waits_for_them(void) {
    int round;
    for (round = 0; round < 30; ++round) {
        waiter shared;
        pthread_t threads[3];
        int i;
        int started = 0;
        shared.context = make_context();
        shared.started = 0;
        pthread_mutex_init(&shared.mutex, NULL);
        for (i = 0; i < 3; ++i)
            pthread_create(&threads[i], NULL, wait_for_event, &shared);
        while (started < 3) {
            pthread_mutex_lock(&shared.mutex);
            started = shared.started;
            pthread_mutex_unlock(&shared.mutex);
        }
        /* They must be inside, not only on their way: a context may not be used after its close. */
        while (!all_others_sleep())
            sched_yield();
        CHECK_STATUS(wst_context_close(shared.context, NULL), WST_OK);
        for (i = 0; i < 3; ++i)
            pthread_join(threads[i], NULL);
    }
}

static wst_status wait_inside_long;
static wst_status wait_inside_short;
static void wait_inside(void *user, const wst_event *event) {
    probe *self = (probe *)user;
    wst_event mine;
    (void)event;
    mine.struct_size = sizeof mine;
    wait_inside_long = wst_event_wait(self->context, 1000000, &mine, NULL);
    wait_inside_short = wst_event_wait(self->context, 0, &mine, NULL);
    pthread_mutex_lock(&self->mutex);
    ++self->calls;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

static void waiting_inside_a_callback_is_refused(void) {
    wst_context *context = make_context();
    ringer bell;
    probe one;
    ringer_open(&bell, context);
    probe_init(&one, context, &bell);
    CHECK_STATUS(wst_subscribe(context, NULL, wait_inside, &one, NULL, &one.id, NULL), WST_OK);
    ringer_ring(&bell);
    wait_calls(&one, 1);
    CHECK(wait_inside_long == WST_E_WOULD_DEADLOCK);
    CHECK(wait_inside_short == WST_E_TIMED_OUT);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

int main(void) {
    RUN(events_come_with_the_right_id_and_end_with_release);
    RUN(two_threads_at_once_one_waits_one_is_refused);
    RUN(inside_its_own_callback_it_returns_at_once);
    RUN(close_inside_a_callback_is_refused_and_changes_nothing);
    RUN(close_waits_for_the_running_callback);
    RUN(under_load_nothing_comes_after_release_and_nothing_is_left);
    RUN(a_failed_subscribe_does_not_release);
    RUN(the_queue_overflows_with_a_count_and_its_handle_tells_the_level);
    RUN(close_ends_waits_and_waits_for_them);
    RUN(waiting_inside_a_callback_is_refused);
    FINISH();
}
