// SPDX-License-Identifier: Apache-2.0
//
// The process is a copy of this one that runs nothing but system calls: other threads of this one may have
// held any lock when it was copied. It is made by the bare system call, so that neither handlers of fork()
// run nor anybody's SIGCHLD or wait() hears of it.

#include "impl/platform/linux/stamp_guard.hpp"

#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "impl/platform/linux/os_failure.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

constexpr long pidfd_open_number = 434;  // since 5.3
constexpr long close_range_number = 436; // since 5.9

/// Shorter than what a pipe takes at once.
struct Order {
    bool done;
    int tx_type;
    int rx_filter;
};

struct Charge {
    int control;
    int orders;
    pid_t owner;
    std::uint32_t index;
    StampConfig before;
};

void close_all_but(int a, int b) noexcept {
    const int low = std::min(a, b);
    const int high = std::max(a, b);
    const auto close_range = [](long from, long to) {
        if (from > to || ::syscall(close_range_number, from, to, 0) == 0)
            return;
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        constexpr long sane = 65'536;
        const long end = std::min<long>({to, sane, static_cast<long>(limit.rlim_cur)});
        for (long fd = from; fd <= end; ++fd)
            ::syscall(SYS_close, fd);
    };
    close_range(0, low - 1);
    close_range(low + 1, high - 1);
    close_range(high + 1, 0x7fffffff);
}

/// By number, since the interface may have been renamed meanwhile.
bool ask(const Charge& charge, unsigned long request, hwtstamp_config& config) noexcept {
    ifreq exchange{};
    exchange.ifr_ifindex = static_cast<int>(charge.index);
    if (::syscall(SYS_ioctl, charge.control, SIOCGIFNAME, &exchange) < 0)
        return false;
    exchange.ifr_data = reinterpret_cast<char*>(&config);
    return ::syscall(SYS_ioctl, charge.control, request, &exchange) >= 0;
}

[[noreturn]] void watch_over(const Charge& charge) noexcept {
    ::syscall(SYS_setsid); // what the terminal sends to its programs is not for this one
    ::prctl(PR_SET_NAME, "wirestamp-guard", 0, 0, 0);
    ::syscall(SYS_chdir, "/"); // holds no file system
    close_all_but(charge.control, charge.orders);
    // Other children of the owner may hold the pipe open; this sees the owner itself.
    const int owner = static_cast<int>(::syscall(pidfd_open_number, charge.owner, 0));
    Order held{};
    bool holding = false;
    bool alive = ::syscall(SYS_getppid) == charge.owner;
    for (;;) {
        Order order{};
        const long size = ::syscall(SYS_read, charge.orders, &order, sizeof order);
        if (size == static_cast<long>(sizeof order)) {
            if (order.done)
                ::_exit(0);
            held = order;
            holding = true;
            continue;
        }
        if (size == 0 || !alive)
            break;
        pollfd waits[2] = {{charge.orders, POLLIN, 0}, {owner, POLLIN, 0}};
        ::syscall(SYS_ppoll, waits, owner >= 0 ? 2 : 1, nullptr, nullptr, 0);
        alive = owner < 0 || waits[1].revents == 0;
    }
    hwtstamp_config now{};
    if (holding && ask(charge, SIOCGHWTSTAMP, now) && now.tx_type == held.tx_type &&
        now.rx_filter == held.rx_filter) {
        hwtstamp_config before{};
        before.flags = static_cast<int>(charge.before.flags);
        before.tx_type = charge.before.tx_type;
        before.rx_filter = charge.before.rx_filter;
        ask(charge, SIOCSHWTSTAMP, before);
    }
    ::_exit(0);
}

} // namespace

StampGuard::StampGuard(SystemCalls& system, int control, const std::string& name, std::uint32_t index,
                       const StampConfig& before) {
    int ends[2];
    const auto what = "cannot start a process that guards the stamping of " + name;
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        throw os_failure(errno, what);
    const Descriptor taken(system, ends[0]);
    orders_ = Descriptor(system, ends[1]);
    const Charge charge{control, ends[0], ::getpid(), index, before};
    // Nothing may interrupt it, and no handler of the program's may run in it.
    sigset_t all;
    sigset_t old;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &old);
    const long process = ::syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (process == 0)
        watch_over(charge);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    if (process < 0)
        throw os_failure(error, what);
    process_ = static_cast<pid_t>(process);
}

StampGuard::~StampGuard() {
    const Order order{true, 0, 0};
    // Where even this cannot be told, what the end of the pipe makes it do is right, too: it finds another
    // setting than it held.
    while (::write(orders_.get(), &order, sizeof order) < 0 && errno == EINTR) {
    }
    orders_.reset();
    while (::waitpid(process_, nullptr, __WALL) < 0 && errno == EINTR) {
    }
}

void StampGuard::holds(const StampConfig& granted) noexcept {
    const Order order{false, granted.tx_type, granted.rx_filter};
    while (::write(orders_.get(), &order, sizeof order) < 0 && errno == EINTR) {
    }
}

} // namespace wirestamp::platform::gnu_linux
