// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#define BOOST_TEST_MODULE abi_stamps
#include "sandbox.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

std::string why_not;
int other = 0;
std::atomic<bool> refusing{false};
std::atomic<std::uint64_t> with_id{0};

bool write_file(const char* path, const std::string& text) {
    const int fd = ::open(path, O_WRONLY);
    if (fd < 0)
        return false;
    const bool done = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return done;
}

bool enter_namespaces() {
    const auto uid = ::getuid();
    const auto gid = ::getgid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
        write_file("/proc/self/setgroups", "deny");
        return write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") &&
               write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
    }
    return ::unshare(CLONE_NEWNET) == 0;
}

bool raise_loopback() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool done = fd >= 0 && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0)
        ::close(fd);
    return done;
}

void make_other_namespace() {
    int ready[2];
    if (::pipe(ready) != 0)
        return;
    other = ::fork();
    if (other == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const char mark = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
        (void)!::write(ready[1], &mark, 1);
        for (;;)
            ::pause();
    }
    char mark = 'n';
    (void)!::read(ready[0], &mark, 1);
    ::close(ready[0]);
    ::close(ready[1]);
    if (mark != 'y')
        other = 0;
}

/// A kernel begins to stamp what it receives a moment after the first socket of the host asks for it. This
/// one asks for the whole time of the tests, and waits until stamps come.
int warm = -1;
bool warm_up() {
    warm = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof self;
    const int wanted = 0x18; // RX_SOFTWARE, SOFTWARE
    if (::bind(warm, reinterpret_cast<sockaddr*>(&self), sizeof self) != 0 ||
        ::getsockname(warm, reinterpret_cast<sockaddr*>(&self), &size) != 0 ||
        ::setsockopt(warm, SOL_SOCKET, SO_TIMESTAMPING, &wanted, sizeof wanted) != 0)
        return false;
    for (int patience = 0; patience < 1'000'000; ++patience) {
        char byte = 0;
        iovec piece{&byte, 1};
        alignas(cmsghdr) char control[256];
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        if (::sendto(warm, &byte, 1, 0, reinterpret_cast<sockaddr*>(&self), sizeof self) != 1 ||
            ::recvmsg(warm, &message, 0) != 1)
            return false;
        if (CMSG_FIRSTHDR(&message))
            return true;
    }
    return false;
}

struct Setup {
    Setup() {
        if (!enter_namespaces())
            why_not = "this system lets nobody make a network namespace here";
        else if (!raise_loopback())
            why_not = "lo could not be raised in a namespace of its own";
        else if (!warm_up())
            why_not = "this kernel gives no receive stamps on lo";
        else
            make_other_namespace();
    }
    ~Setup() {
        if (other > 0) {
            ::kill(other, SIGKILL);
            ::waitpid(other, nullptr, 0);
        }
    }
};

bool has_stamp_id(const msghdr& message) {
    constexpr int scm_ts_opt_id = 81;
    for (const cmsghdr* control = CMSG_FIRSTHDR(&message); control;
         control = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(control)))
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == scm_ts_opt_id)
            return true;
    return false;
}

/// Whether a kernel before 6.13 would refuse this message.
bool refused(const msghdr& message) {
    if (!has_stamp_id(message))
        return false;
    with_id.fetch_add(1, std::memory_order_relaxed);
    return refusing.load(std::memory_order_relaxed);
}

} // namespace

// The executable's functions come before the C library's, so the library under test meets a kernel as old as
// we wish. Visible, or the dynamic linker passes them over.
#define SEEN_BY_THE_LIBRARY extern "C" __attribute__((visibility("default")))

SEEN_BY_THE_LIBRARY ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    if (refused(*message)) {
        errno = EINVAL;
        return -1;
    }
    return ::syscall(SYS_sendmsg, fd, message, flags);
}

SEEN_BY_THE_LIBRARY int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
    for (unsigned i = 0; i < count; ++i)
        if (refused(messages[i].msg_hdr)) {
            if (i == 0) {
                errno = EINVAL;
                return -1;
            }
            count = i;
        }
    return static_cast<int>(::syscall(SYS_sendmmsg, fd, messages, count, flags));
}

namespace sandbox {

const std::string& missing() {
    return why_not;
}
int other_namespace() {
    return other;
}
bool ip(const std::string& arguments) {
    return std::system(("ip " + arguments + " 2>/dev/null").c_str()) == 0;
}
void refuse_stamp_ids(bool refuse) {
    refusing = refuse;
}
std::uint64_t stamp_ids_seen() {
    return with_id;
}

} // namespace sandbox

BOOST_TEST_GLOBAL_FIXTURE(Setup);
