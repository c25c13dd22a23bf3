/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a handle of the library as a program of this system does. */
#ifndef WIRESTAMP_TESTS_ABI_WAITING_H
#define WIRESTAMP_TESTS_ABI_WAITING_H

#include <stdint.h>

#if defined(_WIN32)
#include <windows.h>

static int wait_for_handle(intptr_t handle, int milliseconds) {
    return WaitForSingleObject((HANDLE)handle, (DWORD)milliseconds) == WAIT_OBJECT_0;
}
#else
#include <poll.h>

static int wait_for_handle(intptr_t handle, int milliseconds) {
    struct pollfd entry;
    entry.fd = (int)handle;
    entry.events = POLLIN;
    entry.revents = 0;
    return poll(&entry, 1, milliseconds) == 1;
}
#endif
#endif
