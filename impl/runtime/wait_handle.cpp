// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/wait_handle.hpp"

#include "impl/base/failure.hpp"

#if defined(_WIN32)
#include <windows.h>
#else
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif
#endif

namespace wirestamp::runtime {

#if defined(_WIN32)

WaitHandle::WaitHandle() {
    const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    if (!event)
        throw Failure(WST_E_LIMIT, "no event object could be made; too many handles are open in this process",
                      static_cast<std::int32_t>(::GetLastError()));
    read_ = reinterpret_cast<std::intptr_t>(event);
}

WaitHandle::~WaitHandle() {
    ::CloseHandle(reinterpret_cast<HANDLE>(read_));
}
void WaitHandle::set() noexcept {
    ::SetEvent(reinterpret_cast<HANDLE>(read_));
}
void WaitHandle::reset() noexcept {
    ::ResetEvent(reinterpret_cast<HANDLE>(read_));
}

#else

WaitHandle::WaitHandle() {
#if defined(__linux__)
    read_ = write_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (read_ >= 0)
        return;
#endif
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0)
        throw Failure(WST_E_LIMIT,
                      "no descriptor could be had; close some or raise the limit of open files (ulimit -n)",
                      errno);
    for (const int end : ends) {
        ::fcntl(end, F_SETFL, O_NONBLOCK);
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    }
    read_ = ends[0];
    write_ = ends[1];
}

WaitHandle::~WaitHandle() {
    ::close(static_cast<int>(read_));
    if (write_ != read_)
        ::close(static_cast<int>(write_));
}

void WaitHandle::set() noexcept {
    // Eight bytes suit the eventfd, and a pipe takes them too. A full pipe or counter is readable as it is.
    const std::uint64_t one = 1;
    while (::write(static_cast<int>(write_), &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void WaitHandle::reset() noexcept {
    std::uint64_t taken[64];
    for (;;) {
        const auto n =
            ::read(static_cast<int>(read_), taken, write_ == read_ ? sizeof taken[0] : sizeof taken);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || write_ == read_)
            return;
    }
}

#endif

} // namespace wirestamp::runtime
