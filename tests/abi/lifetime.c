/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is left behind: by a thousand contexts, nor by those that could not be made for want of threads,
 * descriptors or memory. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ringer.h"

/* The library finds these names in the program first: a system that has run out of something, on demand. */
#if !SANITIZED
static int refuse_threads;
static long refuse_memory_after = -1; /* allocations of this thread; -1: never */
static pthread_t refused_thread;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument) {
    typedef int (*create_fn)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    static create_fn real;
    if (!real) {
        void *found = dlsym(RTLD_NEXT, "pthread_create");
        memcpy(&real, &found, sizeof real);
    }
    return refuse_threads ? EAGAIN : real(thread, attributes, start, argument);
}

extern void *__libc_malloc(size_t size);

void *malloc(size_t size) {
    if (refuse_memory_after >= 0 && pthread_equal(pthread_self(), refused_thread) &&
        refuse_memory_after-- == 0) {
        refuse_memory_after = -1;
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}
#endif

static int entries(const char *directory) {
    DIR *stream = opendir(directory);
    int count = 0;
    while (readdir(stream) != NULL)
        ++count;
    closedir(stream);
    return count;
}

static int descriptors(void) {
    return entries("/proc/self/fd");
}
/* A thread that was joined is gone from here only when the kernel has cleaned up after it. */
static int threads_are(int expected) {
    int i;
    for (i = 0; i < 100000; ++i)
        if (entries("/proc/self/task") == expected)
            return 1;
    return 0;
}
static int threads(void) {
    return entries("/proc/self/task");
}

static long resident_pages(void) {
    long size = 0;
    long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(fscanf(file, "%ld %ld", &size, &resident) == 2);
    fclose(file);
    return resident;
}

static void use_and_close(uint32_t flags) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    wst_subscription id = 0;
    wst_event event;
    intptr_t handle = -1;
    ringer bell;
    options.flags = flags;
    CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
    ringer_open(&bell, context);
    CHECK_STATUS(wst_subscribe(context, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_event_handle(context, &handle, NULL), WST_OK);
    if (flags)
        CHECK_STATUS(wst_context_handle(context, &handle, NULL), WST_OK);
    ringer_ring(&bell);
    event.struct_size = sizeof event;
    CHECK_STATUS(wst_event_wait(context, -1, &event, NULL), WST_OK);
    CHECK(ringer_drain(&bell) == 1);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

static void a_thousand_contexts_leave_nothing(void) {
    const int rounds = SANITIZED ? 100 : 500;
    int i;
    int fds;
    int tasks;
    long pages;
    for (i = 0; i < 20; ++i) {
        use_and_close(0);
        use_and_close(WST_CONTEXT_CALLER_DRIVEN);
    }
    fds = descriptors();
    tasks = threads();
    pages = resident_pages();
    for (i = 0; i < rounds; ++i) {
        use_and_close(0);
        use_and_close(WST_CONTEXT_CALLER_DRIVEN);
    }
    CHECK(descriptors() == fds);
    CHECK(threads_are(tasks));
    if (!SANITIZED) /* sanitizers keep freed memory */
        CHECK(resident_pages() - pages < 256);
}

static void many_contexts_live_side_by_side(void) {
    wst_context *contexts[20];
    int i;
    const int fds = descriptors();
    for (i = 0; i < 20; ++i)
        CHECK_STATUS(wst_context_create(NULL, &contexts[i], NULL), WST_OK);
    for (i = 0; i < 20; ++i)
        CHECK_STATUS(wst_context_close(contexts[(i * 7) % 20], NULL), WST_OK);
    CHECK(descriptors() == fds);
}

static void without_descriptors_nothing_is_made(void) {
    struct rlimit before;
    struct rlimit tight;
    uint32_t flags;
    for (flags = 0; flags <= WST_CONTEXT_CALLER_DRIVEN; ++flags) {
        const int fds = descriptors();
        const int tasks = threads();
        int refused = 0;
        rlim_t limit;
        CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
        tight = before;
        for (limit = 3; limit < 40; ++limit) {
            wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
            wst_context *context = NULL;
            wst_error error = WST_ERROR_INIT;
            wst_status status;
            options.flags = flags;
            tight.rlim_cur = limit;
            CHECK(setrlimit(RLIMIT_NOFILE, &tight) == 0);
            status = wst_context_create(&options, &context, &error);
            CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
            if (status == WST_OK) {
                CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
                break;
            }
            ++refused;
            CHECK(status == WST_E_LIMIT);
            CHECK(context == NULL);
            CHECK(strlen(error.message) > 20);
            CHECK(error.os_error == EMFILE);
        }
        CHECK(refused > 0);
        CHECK(limit < 40);
        CHECK(descriptors() == fds);
        CHECK(threads_are(tasks));
    }
}

/* Configures, opens, starts and runs a clock on the loopback; the first status that is not WST_OK. */
static wst_status try_clock(wst_context *context) {
    static const char *const settings[][2] = {{"time_stamping", "software"},
                                              {"event_port", "20319"},
                                              {"general_port", "20320"},
                                              {"unicast_masters", "192.0.2.1, 192.0.2.2"},
                                              {"clientOnly", "1"}};
    wst_ptp_config *config = NULL;
    wst_ptp *ptp = NULL;
    wst_status status = wst_ptp_config_create(&config, NULL);
    size_t i;
    if (status == WST_OK)
        status = wst_ptp_config_add_port(config, "lo", NULL);
    for (i = 0; status == WST_OK && i < sizeof settings / sizeof settings[0]; ++i)
        status = wst_ptp_config_set(config, settings[i][0], settings[i][1], NULL);
    if (status == WST_OK)
        status = wst_ptp_open(context, config, &ptp, NULL);
    if (status == WST_OK)
        status = wst_ptp_start(ptp, NULL);
    else
        CHECK(ptp == NULL);
    if (status == WST_OK) {
        wst_context_run(context, 0, NULL); /* what fails in there is told in other ways */
        status = wst_ptp_stop(ptp, NULL);
    }
    if (ptp)
        CHECK_STATUS(wst_ptp_close(ptp, NULL), WST_OK);
    wst_ptp_config_destroy(config);
    return status;
}

static void without_descriptors_no_clock_is_opened(void) {
    struct rlimit before;
    struct rlimit tight;
    const int fds = descriptors();
    int refused = 0;
    rlim_t limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    tight = before;
    for (limit = 3; limit < 60; ++limit) {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        wst_context *context = NULL;
        wst_status status;
        options.flags = WST_CONTEXT_CALLER_DRIVEN;
        CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
        tight.rlim_cur = limit;
        CHECK(setrlimit(RLIMIT_NOFILE, &tight) == 0);
        status = try_clock(context);
        CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
        CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
        refused += status != WST_OK;
    }
    CHECK(refused > 3);
    CHECK(refused < 50);
    CHECK(descriptors() == fds);
}

#if !SANITIZED
/* Every single allocation of a clock's start is made to fail once. */
static void without_memory_no_clock_is_opened(void) {
    const int fds = descriptors();
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    struct mallinfo2 before;
    struct mallinfo2 after;
    long n;
    int refused = 0;
    options.flags = WST_CONTEXT_CALLER_DRIVEN;
    CHECK_STATUS(wst_context_create(&options, &context, NULL), WST_OK);
    refused_thread = pthread_self();
    CHECK_STATUS(try_clock(context), WST_OK);
    before = mallinfo2();
    for (n = 0; n < 20000; ++n) {
        wst_status status;
        refuse_memory_after = n;
        status = try_clock(context);
        if (refuse_memory_after != -1) { /* it never came to the n-th */
            refuse_memory_after = -1;
            CHECK_STATUS(status, WST_OK);
            break;
        }
        if (status != WST_OK) {
            ++refused;
            CHECK(status == WST_E_OUT_OF_MEMORY || status == WST_E_LIMIT || status == WST_E_IO);
        }
    }
    after = mallinfo2();
    printf("# %ld allocations, %d of them refused a clock\n", n, refused);
    CHECK(n < 20000);
    CHECK(refused > 50);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    CHECK(descriptors() == fds);
    CHECK(after.uordblks <= before.uordblks + 16384);
}

/* Builds a network, lives on it, schedules a fault and runs a clock there; the first status that is not
 * WST_OK. */
static wst_status try_network(void) {
    static const char *const names[] = {"a", "b"};
    wst_simulation *network = NULL;
    wst_context *contexts[2] = {NULL, NULL};
    wst_status status = wst_simulation_create(NULL, &network, NULL);
    int i;
    if (status != WST_OK) {
        CHECK(network == NULL);
        return status;
    }
    for (i = 0; status == WST_OK && i < 2; ++i) {
        wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
        adapter.addresses = i ? "192.0.2.2/24" : "192.0.2.1/24";
        status = wst_simulation_add_host(network, names[i], NULL, NULL);
        if (status == WST_OK)
            status = wst_simulation_add_adapter(network, names[i], "eth0", &adapter, NULL);
    }
    if (status == WST_OK)
        status = wst_simulation_add_bridge(network, "sw", NULL, NULL);
    for (i = 0; status == WST_OK && i < 2; ++i)
        status = wst_simulation_connect(network, i ? "l2" : "l1", i ? "b/eth0" : "a/eth0", "sw", NULL, NULL);
    if (status == WST_OK)
        status =
            wst_simulation_schedule(network, "at 1ms link l1 delay 5us; every 2ms clock a step 1us", NULL);
    for (i = 0; status == WST_OK && i < 2; ++i) {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        wst_ptp_config *config = NULL;
        wst_ptp *ptp = NULL;
        options.simulation = network;
        options.simulation_host = names[i];
        status = wst_context_create(&options, &contexts[i], NULL);
        if (status == WST_OK)
            status = wst_ptp_config_create(&config, NULL);
        if (status == WST_OK)
            status = wst_ptp_config_add_port(config, "eth0", NULL);
        if (status == WST_OK)
            status = wst_ptp_open(contexts[i], config, &ptp, NULL);
        if (status == WST_OK)
            status = wst_ptp_start(ptp, NULL);
        wst_ptp_config_destroy(config);
    }
    if (status == WST_OK)
        status = wst_simulation_run(network, 10000000, NULL);
    for (i = 0; i < 2; ++i)
        if (contexts[i])
            CHECK_STATUS(wst_context_close(contexts[i], NULL), WST_OK);
    CHECK_STATUS(wst_simulation_close(network, NULL), WST_OK);
    return status;
}

static void without_memory_no_network_is_built(void) {
    const int fds = descriptors();
    struct mallinfo2 before;
    struct mallinfo2 after;
    long n;
    int refused = 0;
    refused_thread = pthread_self();
    CHECK_STATUS(try_network(), WST_OK);
    before = mallinfo2();
    for (n = 0; n < 20000; ++n) {
        wst_status status;
        refuse_memory_after = n;
        status = try_network();
        if (refuse_memory_after != -1) { /* it never came to the n-th */
            refuse_memory_after = -1;
            CHECK_STATUS(status, WST_OK);
            break;
        }
        if (status != WST_OK) {
            ++refused;
            CHECK_STATUS(status, WST_E_OUT_OF_MEMORY);
        }
    }
    after = mallinfo2();
    printf("# %ld allocations, %d of them refused a network\n", n, refused);
    CHECK(n < 20000);
    CHECK(refused > 50);
    CHECK(descriptors() == fds);
    CHECK(after.uordblks <= before.uordblks + 16384);
}

static void without_a_thread_nothing_is_made(void) {
    wst_context *context = NULL;
    wst_error error = WST_ERROR_INIT;
    const int fds = descriptors();
    refuse_threads = 1;
    CHECK_STATUS(wst_context_create(NULL, &context, &error), WST_E_LIMIT);
    CHECK(context == NULL);
    CHECK(strstr(error.message, "WST_CONTEXT_CALLER_DRIVEN") != NULL);
    {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        options.flags = WST_CONTEXT_CALLER_DRIVEN;
        CHECK_STATUS(wst_context_create(&options, &context, &error), WST_OK); /* as the message says */
        CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
    }
    refuse_threads = 0;
    CHECK(descriptors() == fds);
}

/* Every single allocation is made to fail once. */
static void without_memory_nothing_is_made(void) {
    uint32_t flags;
    for (flags = 0; flags <= WST_CONTEXT_CALLER_DRIVEN; ++flags) {
        const int fds = descriptors();
        const int tasks = threads();
        long n;
        int refused = 0;
        struct mallinfo2 before;
        struct mallinfo2 after;
        refused_thread = pthread_self();
        use_and_close(flags);
        before = mallinfo2();
        for (n = 0; n < 1000; ++n) {
            wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
            wst_context *context = NULL;
            wst_status status;
            wst_subscription id = 0;
            int done;
            options.flags = flags;
            refuse_memory_after = n;
            status = wst_context_create(&options, &context, NULL);
            if (status == WST_OK) {
                status = wst_subscribe(context, NULL, NULL, NULL, NULL, &id, NULL);
                done = refuse_memory_after != -1; /* it never came to the n-th */
                refuse_memory_after = -1;
                if (status != WST_OK)
                    CHECK(id == 0);
                CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
                if (done)
                    break;
            } else {
                refuse_memory_after = -1;
                CHECK(context == NULL);
            }
            if (status != WST_OK) {
                ++refused;
                CHECK(status == WST_E_OUT_OF_MEMORY || status == WST_E_LIMIT);
            }
        }
        after = mallinfo2();
        CHECK(n < 1000);
        CHECK(refused > 3);
        CHECK(descriptors() == fds);
        CHECK(threads_are(tasks));
        CHECK(after.uordblks <= before.uordblks + 4096);
    }
}
#endif

int main(void) {
    RUN(a_thousand_contexts_leave_nothing);
    RUN(many_contexts_live_side_by_side);
    RUN(without_descriptors_nothing_is_made);
    RUN(without_descriptors_no_clock_is_opened);
#if SANITIZED
    SKIP("without_a_thread_nothing_is_made", "sanitizers have the functions that this replaces");
    SKIP("without_memory_nothing_is_made", "sanitizers have the functions that this replaces");
    SKIP("without_memory_no_clock_is_opened", "sanitizers have the functions that this replaces");
    SKIP("without_memory_no_network_is_built", "sanitizers have the functions that this replaces");
#else
    RUN(without_a_thread_nothing_is_made);
    RUN(without_memory_nothing_is_made);
    RUN(without_memory_no_clock_is_opened);
    RUN(without_memory_no_network_is_built);
#endif
    FINISH();
}
