// SPDX-License-Identifier: Apache-2.0
//
// Which status an errno is, the same in every part of the backend.

#include "impl/platform/linux/os_failure.hpp"

#include <cerrno>
#include <system_error>

namespace wirestamp::platform::gnu_linux {

wst_status status_of(int error) noexcept {
    switch (error) {
        case 0:
            return WST_OK;
        case EACCES:
        case EPERM:
            return WST_E_PERMISSION;
        case EBUSY:
        case EADDRINUSE:
            return WST_E_BUSY;
        case ENODEV:
        case ENXIO:
        case ENOENT:
        case EADDRNOTAVAIL:
            return WST_E_NOT_FOUND;
        case EOPNOTSUPP:
        case ENOSYS:
        case ENOTTY:
        case ENOPROTOOPT:
        case EAFNOSUPPORT:
        case EPROTONOSUPPORT:
            return WST_E_NOT_SUPPORTED;
        case ERANGE:
            return WST_E_RANGE;
        case EINVAL:
            return WST_E_INVALID_ARGUMENT;
        case ENOMEM:
            return WST_E_OUT_OF_MEMORY;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
            return WST_E_LIMIT;
        case EAGAIN:
            return WST_E_WOULD_BLOCK;
        case ETIMEDOUT:
            return WST_E_TIMED_OUT;
        default:
            return WST_E_IO;
    }
}

Failure os_failure(int error, const std::string& what, const std::string& advice) {
    auto message = what + ": " + std::generic_category().message(error);
    if (!advice.empty())
        message += ". " + advice;
    return Failure(status_of(error), message, error);
}

} // namespace wirestamp::platform::gnu_linux
