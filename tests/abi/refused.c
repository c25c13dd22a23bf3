/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a sandbox refuses epoll, eventfd, timerfd, ppoll, calls for several messages and netlink, a
 * caller-driven context works all the same, and one with a thread says what to do instead. Each case is a
 * child with a seccomp filter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ringer.h"

static int refuse_all(int error) {
    static const int numbers[] = {
        SYS_epoll_create1,
        SYS_epoll_ctl,
        SYS_epoll_pwait,
        SYS_eventfd2,
        SYS_timerfd_create,
        SYS_ppoll,
        SYS_sendmmsg,
        SYS_recvmmsg,
#if defined(SYS_epoll_create)
        SYS_epoll_create,
        SYS_epoll_wait,
        SYS_eventfd,
#endif
    };
    enum { count = sizeof numbers / sizeof numbers[0] };
    struct sock_filter program[2 * count + 6];
    struct sock_fprog filter;
    unsigned length = 0;
    unsigned i;
    const struct sock_filter load_number =
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, nr));
    const struct sock_filter load_domain =
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, args));
    const struct sock_filter refuse =
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA));
    const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[length++] = load_number;
    for (i = 0; i < count; ++i) {
        const struct sock_filter match = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)numbers[i], 0, 1);
        program[length++] = match;
        program[length++] = refuse;
    }
    {
        const struct sock_filter is_socket = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3);
        const struct sock_filter is_netlink = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1);
        program[length++] = is_socket;
        program[length++] = load_domain;
        program[length++] = is_netlink;
        program[length++] = refuse;
    }
    program[length++] = allow;
    filter.len = (unsigned short)length;
    filter.filter = program;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static void with_a_thread(void) {
    wst_context *context = NULL;
    wst_error error = WST_ERROR_INIT;
    CHECK_STATUS(wst_context_create(NULL, &context, &error), WST_E_NOT_SUPPORTED);
    CHECK(context == NULL);
    CHECK(strstr(error.message, "WST_CONTEXT_CALLER_DRIVEN") != NULL);
}

static int calls;
static void count(void *user, const wst_event *event) {
    (void)event;
    ringer_drain((ringer *)user);
    ++calls;
}

static void three_at_once(wst_context *context) {
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    wst_socket *socket = NULL;
    wst_address self;
    wst_outgoing out[3];
    wst_datagram in[3];
    unsigned char octets[3][8];
    uint32_t done = 0;
    uint32_t got = 0;
    unsigned i;
    CHECK_STATUS(wst_address_parse("127.0.0.1", &options.local, NULL), WST_OK);
    CHECK_STATUS(wst_socket_open(context, &options, &socket, NULL), WST_OK);
    if (!socket)
        return;
    CHECK_STATUS(wst_socket_local_address(socket, &self, NULL), WST_OK);
    for (i = 0; i < 3; ++i) {
        const wst_outgoing one = WST_OUTGOING_INIT;
        out[i] = one;
        out[i].data = "abc" + i;
        out[i].size = 1;
        out[i].destination = self;
        memset(&in[i], 0, sizeof in[i]);
        in[i].struct_size = sizeof in[i];
        in[i].data = octets[i];
        in[i].capacity = sizeof octets[i];
    }
    CHECK_STATUS(wst_socket_send_batch(socket, out, 3, &done, NULL), WST_OK);
    CHECK(done == 3);
    for (done = 0; done < 3; done += got) { /* all of them at once, unless another processor brings them */
        got = 0;
        CHECK_STATUS(wst_socket_receive_batch(socket, in + done, 3 - done, -1, &got, NULL), WST_OK);
        if (got == 0)
            break;
    }
    CHECK(done == 3 && in[2].size == 1 && octets[0][0] == 'a' && octets[2][0] == 'c');
    CHECK_STATUS(wst_socket_close(socket, NULL), WST_OK);
}

static void driven_by_the_caller(void) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    wst_context *context = NULL;
    wst_subscription id = 0;
    wst_event event;
    wst_interface loopback = WST_INTERFACE_INIT;
    wst_error error = WST_ERROR_INIT;
    intptr_t handle = 0;
    ringer bell;
    struct pollfd entry;
    options.flags = WST_CONTEXT_CALLER_DRIVEN;
    CHECK_STATUS(wst_context_create(&options, &context, &error), WST_OK);
    if (!context)
        return;
    CHECK_STATUS(wst_context_handle(context, &handle, NULL), WST_E_NOT_SUPPORTED);
    CHECK_STATUS(wst_interface_find(context, "lo", &loopback, &error), WST_OK);
    ringer_open(&bell, context);
    CHECK_STATUS(wst_subscribe(context, NULL, count, &bell, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_context_run(context, 3000000, NULL), WST_E_TIMED_OUT);
    ringer_ring(&bell);
    CHECK_STATUS(wst_context_run(context, -1, NULL), WST_OK);
    CHECK(calls == 1);
    CHECK_STATUS(wst_unsubscribe(context, id, NULL), WST_OK);
    /* The queue and its handle, which is a pipe now. */
    CHECK_STATUS(wst_subscribe(context, NULL, NULL, NULL, NULL, &id, NULL), WST_OK);
    CHECK_STATUS(wst_event_handle(context, &handle, NULL), WST_OK);
    entry.fd = (int)handle;
    entry.events = POLLIN;
    CHECK(poll(&entry, 1, 0) == 0);
    ringer_ring(&bell);
    CHECK_STATUS(wst_context_run(context, -1, NULL), WST_OK);
    CHECK(poll(&entry, 1, 0) == 1);
    event.struct_size = sizeof event;
    CHECK_STATUS(wst_event_wait(context, 0, &event, NULL), WST_OK);
    CHECK(poll(&entry, 1, 0) == 0);
    three_at_once(context);
    CHECK_STATUS(wst_context_close(context, NULL), WST_OK);
}

/* Runs a case in a child that nothing of these is allowed in. */
static int in_sandbox(int error, void (*body)(void)) {
    int status = 0;
    int ends[2];
    pid_t child;
    ssize_t length;
    CHECK(pipe(ends) == 0);
    child = fork();
    if (child == 0) {
        if (!refuse_all(error))
            _exit(77);
        body();
        if (write(ends[1], check_first, strlen(check_first)) < 0)
            _exit(1);
        _exit(check_failures == 0 ? 0 : 1);
    }
    close(ends[1]);
    CHECK(waitpid(child, &status, 0) == child);
    length = read(ends[0], check_first, sizeof check_first - 1);
    close(ends[0]);
    check_first[length > 0 ? length : 0] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        ++check_failures;
    return 1;
}

static int possible = 1;
static void a_context_with_a_thread_says_what_to_do(void) {
    possible = in_sandbox(ENOSYS, with_a_thread) && in_sandbox(EPERM, with_a_thread);
}
static void a_caller_driven_context_works_all_the_same(void) {
    possible =
        possible && in_sandbox(ENOSYS, driven_by_the_caller) && in_sandbox(EPERM, driven_by_the_caller);
}

int main(void) {
    if (SANITIZED) {
        SKIP("refused", "a sanitizer's own calls are refused too");
        FINISH();
    }
    RUN(a_context_with_a_thread_says_what_to_do);
    RUN(a_caller_driven_context_works_all_the_same);
    if (!possible)
        SKIP("refused", "this system has no seccomp filters");
    FINISH();
}
