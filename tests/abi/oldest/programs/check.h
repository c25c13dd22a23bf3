/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of a test framework as a C99 program needs to be a user of the library like any other: named cases,
 * checks that tell their line, and lines that tests/run.sh counts.
 */
#ifndef WIRESTAMP_TESTS_ABI_CHECK_H
#define WIRESTAMP_TESTS_ABI_CHECK_H

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "wirestamp/wirestamp.h"

static pthread_mutex_t check_mutex = PTHREAD_MUTEX_INITIALIZER;
static int check_failures; /* of the running case */
static int check_failed_cases;
static char check_first[400];

static void check_failed(const char *file, int line, const char *what) {
    const char *slash = strrchr(file, '/');
    pthread_mutex_lock(&check_mutex);
    if (check_failures++ == 0)
        snprintf(check_first, sizeof check_first, "%s:%d: %s", slash ? slash + 1 : file, line, what);
    pthread_mutex_unlock(&check_mutex);
}

/* Any thread. */
#define CHECK(condition)                                  \
    do {                                                  \
        if (!(condition))                                 \
            check_failed(__FILE__, __LINE__, #condition); \
    } while (0)

#define CHECK_STATUS(call, expected)                                            \
    do {                                                                        \
        const wst_status check_status = (call);                                 \
        if (check_status != (expected)) {                                       \
            char check_text[300];                                               \
            snprintf(check_text, sizeof check_text, "%s is %s, not %s", #call,  \
                     wst_status_name(check_status), wst_status_name(expected)); \
            check_failed(__FILE__, __LINE__, check_text);                       \
        }                                                                       \
    } while (0)

#define RUN(name)                                                                             \
    do {                                                                                      \
        check_failures = 0;                                                                   \
        name();                                                                               \
        if (check_failures == 0) {                                                            \
            printf("ok %s\n", #name);                                                         \
        } else {                                                                              \
            ++check_failed_cases;                                                             \
            printf("not ok %s: %s (%d failed checks)\n", #name, check_first, check_failures); \
        }                                                                                     \
        fflush(stdout);                                                                       \
    } while (0)

#define SKIP(name, why) printf("skip %s # %s\n", name, why)

#define FINISH() return check_failed_cases == 0 ? 0 : 1

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#endif
