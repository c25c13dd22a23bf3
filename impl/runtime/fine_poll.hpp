// SPDX-License-Identifier: Apache-2.0
//
// poll(2) with a timeout in nanoseconds, and in whole milliseconds, rounded up, where a sandbox refuses
// ppoll.

#pragma once

#if !defined(_WIN32)

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <ctime>

#include "impl/base/time.hpp"

namespace wirestamp::runtime {

/// As poll(2); `never` waits without limit, anything below 0 not at all.
inline int fine_poll(pollfd* entries, std::size_t count, Nanoseconds timeout) noexcept {
    timeout = std::max<Nanoseconds>(timeout, 0);
#if defined(__linux__)
    timespec span{};
    span.tv_sec = static_cast<time_t>(timeout / nanoseconds_per_second);
    span.tv_nsec = static_cast<long>(timeout % nanoseconds_per_second);
    const int ready =
        ::ppoll(entries, static_cast<nfds_t>(count), timeout == never ? nullptr : &span, nullptr);
    if (ready >= 0 || (errno != ENOSYS && errno != EPERM && errno != EACCES))
        return ready;
#endif
    constexpr Nanoseconds longest = 1'000'000'000'000;
    const int milliseconds =
        timeout == never ? -1 : static_cast<int>((std::min(timeout, longest) + 999'999) / 1'000'000);
    return ::poll(entries, static_cast<nfds_t>(count), milliseconds);
}

} // namespace wirestamp::runtime

#endif
