// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/handle_poll.hpp"

#include <algorithm>

#if defined(_WIN32)
#include <winsock2.h>
#else
#include "impl/runtime/fine_poll.hpp"
#endif

namespace wirestamp::runtime {

#if defined(_WIN32)

HandlePoll poll_handles(std::intptr_t socket, bool for_reading, std::intptr_t wake, Nanoseconds timeout,
                        bool signals_wake) noexcept {
    HandlePoll result;
    const HANDLE event = reinterpret_cast<HANDLE>(wake);
    if (signals_wake) {
        constexpr Nanoseconds longest = 3600 * nanoseconds_per_second;
        const auto milliseconds =
            static_cast<DWORD>((std::clamp<Nanoseconds>(timeout, 0, longest) + 999'999) / 1'000'000);
        const bool set = ::WaitForSingleObject(event, milliseconds) == WAIT_OBJECT_0;
        return {set, set, set};
    }
    WSAPOLLFD descriptor{};
    descriptor.fd = static_cast<SOCKET>(socket);
    descriptor.events = static_cast<SHORT>(for_reading ? POLLRDNORM : 0);
    const int milliseconds = static_cast<int>(std::clamp<Nanoseconds>(timeout / 1'000'000, 0, 1));
    if (for_reading)
        ::WSAPoll(&descriptor, 1, milliseconds);
    else
        ::Sleep(static_cast<DWORD>(milliseconds));
    result.readable = (descriptor.revents & (POLLRDNORM | POLLHUP)) != 0;
    result.error_queue = true;
    result.woken = wake != -1 && ::WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
    return result;
}

#else

HandlePoll poll_handles(std::intptr_t socket, bool for_reading, std::intptr_t wake, Nanoseconds timeout,
                        bool) noexcept {
    pollfd descriptors[2] = {{static_cast<int>(socket), static_cast<short>(for_reading ? POLLIN : 0), 0},
                             {static_cast<int>(wake), POLLIN, 0}};
    const int ready = fine_poll(descriptors, 2, timeout);
    HandlePoll result;
    if (ready <= 0)
        return result;
    result.readable = (descriptors[0].revents & (POLLIN | POLLHUP)) != 0;
    result.error_queue = (descriptors[0].revents & (POLLERR | POLLNVAL)) != 0;
    result.woken = descriptors[1].revents != 0;
    return result;
}

#endif

} // namespace wirestamp::runtime
