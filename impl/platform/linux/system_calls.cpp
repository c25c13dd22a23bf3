// SPDX-License-Identifier: Apache-2.0
//
// The real kernel behind the table of system calls.

#include "impl/platform/linux/system_calls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <ifaddrs.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

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

// The C library makes these calls points where a thread may be cancelled, which costs two locked instructions
// each, a tenth of what the whole call takes; and nobody may be cancelled in one of ours, who would leave
// locks behind. So the kernel is called directly, unless somebody has put a function of his own in the C
// library's place: a sanitizer, a test, a network stack in user space.
bool is_the_c_librarys(const void* function) noexcept {
    Dl_info own{};
    Dl_info found{};
    return sizeof(void*) == 8 &&
           ::dladdr(reinterpret_cast<const void*>(&::gnu_get_libc_version), &own) != 0 &&
           ::dladdr(function, &found) != 0 && own.dli_fbase == found.dli_fbase;
}

/// Where a sandbox or a simple kernel has no call for several messages, it has one for one. EPERM may be a
/// filter of system calls or of packets: who tries one alone finds out.
bool has_no_batches(int result) noexcept {
    return result == -ENOSYS || result == -EPERM;
}

/// As the calls for several do: what was done counts, and an error only where nothing was.
template <class Call>
int one_by_one(mmsghdr* messages, unsigned count, Call call) {
    for (unsigned i = 0; i < count; ++i) {
        const int result = call(messages[i].msg_hdr);
        if (result < 0)
            return i > 0 ? static_cast<int>(i) : result;
        messages[i].msg_len = static_cast<unsigned>(result);
    }
    return static_cast<int>(count);
}

template <class Function>
const void* address_of(Function* function) noexcept {
    return reinterpret_cast<const void*>(function);
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

int SystemCalls::send(int fd, const void* data, size_t size, int flags) {
    static const bool direct = is_the_c_librarys(address_of(&::send));
    return retried([&] {
        return direct ? ::syscall(SYS_sendto, fd, data, size, flags, nullptr, 0)
                      : ::send(fd, data, size, flags);
    });
}

int SystemCalls::receive_from(int fd, void* data, size_t size, int flags, sockaddr* sender,
                              socklen_t* sender_size) {
    static const bool direct = is_the_c_librarys(address_of(&::recvfrom));
    return retried([&] {
        return direct ? ::syscall(SYS_recvfrom, fd, data, size, flags, sender, sender_size)
                      : ::recvfrom(fd, data, size, flags, sender, sender_size);
    });
}

int SystemCalls::send_message(int fd, const msghdr* message, int flags) {
    static const bool direct = is_the_c_librarys(address_of(&::sendmsg));
    return retried(
        [&] { return direct ? ::syscall(SYS_sendmsg, fd, message, flags) : ::sendmsg(fd, message, flags); });
}

int SystemCalls::send_messages(int fd, mmsghdr* messages, unsigned count, int flags) {
    static const bool direct = is_the_c_librarys(address_of(&::sendmmsg));
    const int result = retried([&] {
        return direct ? ::syscall(SYS_sendmmsg, fd, messages, count, flags)
                      : ::sendmmsg(fd, messages, count, flags);
    });
    return has_no_batches(result)
               ? one_by_one(messages, count, [&](const msghdr& one) { return send_message(fd, &one, flags); })
               : result;
}

int SystemCalls::receive_message(int fd, msghdr* message, int flags) {
    static const bool direct = is_the_c_librarys(address_of(&::recvmsg));
    return retried(
        [&] { return direct ? ::syscall(SYS_recvmsg, fd, message, flags) : ::recvmsg(fd, message, flags); });
}

int SystemCalls::receive_messages(int fd, mmsghdr* messages, unsigned count, int flags) {
    static const bool direct = is_the_c_librarys(address_of(&::recvmmsg));
    const int result = retried([&] {
        return direct ? ::syscall(SYS_recvmmsg, fd, messages, count, flags, nullptr)
                      : ::recvmmsg(fd, messages, count, flags, nullptr);
    });
    return has_no_batches(result)
               ? one_by_one(messages, count, [&](msghdr& one) { return receive_message(fd, &one, flags); })
               : result;
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

int SystemCalls::make_clock_jump_notice() {
    const int fd = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    // A timer that never comes is cancelled whenever the clock jumps, and stays armed for the next jump.
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    if (::timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0)
        return fd;
    const int error = errno;
    ::close(fd);
    return -error;
}

int SystemCalls::read(int fd, void* data, size_t size) {
    return retried([&] { return ::read(fd, data, size); });
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
