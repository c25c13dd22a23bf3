// SPDX-License-Identifier: Apache-2.0
//
// The real kernel behind the table of system calls.

#include "impl/platform/linux/system_calls.hpp"

#include <fcntl.h>
#include <ifaddrs.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace wirestamp::platform::gnu_linux {

namespace {

template <class Call>
int retried(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0)
            return static_cast<int>(result);
        if (errno != EINTR)
            return -errno;
    }
}

} // namespace

int SystemCalls::socket(int family, int type, int protocol) {
    return retried([&] { return ::socket(family, type | SOCK_CLOEXEC, protocol); });
}

int SystemCalls::set_option(int fd, int level, int name, const void* value, socklen_t size) {
    return retried([&] { return ::setsockopt(fd, level, name, value, size); });
}

int SystemCalls::get_option(int fd, int level, int name, void* value, socklen_t* size) {
    return retried([&] { return ::getsockopt(fd, level, name, value, size); });
}

int SystemCalls::bind(int fd, const sockaddr* address, socklen_t size) {
    return retried([&] { return ::bind(fd, address, size); });
}

int SystemCalls::connect(int fd, const sockaddr* address, socklen_t size) {
    return retried([&] { return ::connect(fd, address, size); });
}

int SystemCalls::local_name(int fd, sockaddr* address, socklen_t* size) {
    return retried([&] { return ::getsockname(fd, address, size); });
}

int SystemCalls::send_message(int fd, const msghdr* message, int flags) {
    return retried([&] { return ::sendmsg(fd, message, flags); });
}

int SystemCalls::send_messages(int fd, mmsghdr* messages, unsigned count, int flags) {
    return retried([&] { return ::sendmmsg(fd, messages, count, flags); });
}

int SystemCalls::receive_message(int fd, msghdr* message, int flags) {
    return retried([&] { return ::recvmsg(fd, message, flags); });
}

int SystemCalls::receive_messages(int fd, mmsghdr* messages, unsigned count, int flags) {
    return retried([&] { return ::recvmmsg(fd, messages, count, flags, nullptr); });
}

int SystemCalls::control(int fd, unsigned long request, void* argument) {
    return retried([&] { return ::ioctl(fd, request, argument); });
}

int SystemCalls::open(const char* path, int flags) {
    return retried([&] { return ::open(path, flags | O_CLOEXEC); });
}

int SystemCalls::close(int fd) {
    // Linux has closed the descriptor even when it reports EINTR.
    return ::close(fd) == 0 ? 0 : -errno;
}

int SystemCalls::file_status(const char* path, struct stat* status) {
    return ::lstat(path, status) == 0 ? 0 : -errno;
}

int SystemCalls::change_mode(const char* path, mode_t mode) {
    return retried([&] { return ::chmod(path, mode); });
}

int SystemCalls::change_mode(int fd, mode_t mode) {
    return retried([&] { return ::fchmod(fd, mode); });
}

int SystemCalls::remove_file(const char* path) {
    return ::unlink(path) == 0 ? 0 : -errno;
}

int SystemCalls::make_poll_set() {
    return retried([] { return ::epoll_create1(EPOLL_CLOEXEC); });
}

int SystemCalls::add_to_poll_set(int set, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    return retried([&] { return ::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event); });
}

int SystemCalls::read_clock(clockid_t clock, timespec* value) {
    return ::clock_gettime(clock, value) == 0 ? 0 : -errno;
}

int SystemCalls::adjust_clock(clockid_t clock, timex* change) {
    const int state = ::clock_adjtime(clock, change);
    return state >= 0 ? state : -errno;
}

int SystemCalls::interface_addresses(ifaddrs** list) {
    return ::getifaddrs(list) == 0 ? 0 : -errno;
}

SystemCalls& SystemCalls::real() {
    // Never destroyed: a context that a static object owns still closes its descriptors when the process
    // ends.
    static SystemCalls& calls = *new SystemCalls;
    return calls;
}

} // namespace wirestamp::platform::gnu_linux
