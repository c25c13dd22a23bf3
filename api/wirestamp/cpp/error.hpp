// SPDX-License-Identifier: Apache-2.0
/**
 * @file error.hpp
 * @brief Errors as exceptions, and the handle that closes what it owns.
 *
 * Functions named try_... throw nothing: they return the status and fill a wst_error if one is given. They are for paths where
 * failing is ordinary or an exception too dear; all others throw wirestamp::Error.
 */
#ifndef WIRESTAMP_CPP_ERROR_HPP
#define WIRESTAMP_CPP_ERROR_HPP

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "wirestamp/base.h"

namespace wirestamp {

/// A call that failed. what() is the library's message: what was wrong and what to do.
class Error : public std::runtime_error {
public:
    Error(wst_status status, std::int32_t os_error, const std::string &message)
        : std::runtime_error(message.empty() ? wst_status_text(status) : message), status_(status), os_error_(os_error) {}

    wst_status status() const noexcept { return status_; }
    /// errno or GetLastError behind it, 0 if none.
    std::int32_t os_error() const noexcept { return os_error_; }
    /// Such as "WST_E_NOT_FOUND".
    const char *name() const noexcept { return wst_status_name(status_); }

private:
    wst_status status_;
    std::int32_t os_error_;
};

/// Turns statuses into exceptions: `check([&](wst_error* error) { return wst_x(..., error); });`
template <class Call>
void check(Call &&call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status != WST_OK)
        throw Error(status, error.os_error, error.message);
}

/// As check(), but a status of `ordinary` is told by false instead.
template <class Call>
bool check_unless(wst_status ordinary, Call &&call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status == ordinary)
        return false;
    if (status != WST_OK)
        throw Error(status, error.os_error, error.message);
    return true;
}

/// As check(), but nothing there yet is told by false: the time was up, or there was none to wait.
template <class Call>
bool check_unless_late(Call &&call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status == WST_E_TIMED_OUT || status == WST_E_WOULD_BLOCK)
        return false;
    if (status != WST_OK)
        throw Error(status, error.os_error, error.message);
    return true;
}

inline std::string version() {
    return wst_version_string();
}
inline std::string build_info() {
    return wst_build_info();
}

/// Nothing waits longer than this; as a timeout it means without limit.
constexpr std::chrono::nanoseconds forever { -1 };

#ifndef SWIG
namespace detail {

/// A call on something that was closed, moved from, or whose context is gone.
inline wst_status closed(wst_error *error) noexcept {
    if (error) {
        error->status = WST_E_CLOSED;
        error->os_error = 0;
        std::snprintf(error->message, sizeof error->message, "%s", wst_status_text(WST_E_CLOSED));
    }
    return WST_E_CLOSED;
}

/// Whole milliseconds of a timeout, rounded up so that a short wait is not none.
inline std::int32_t milliseconds(std::chrono::nanoseconds span) noexcept {
    if (span.count() < 0)
        return -1;
    const std::int64_t most = std::numeric_limits<std::int32_t>::max();
    const std::int64_t ms = span.count() / 1000000 + (span.count() % 1000000 != 0 ? 1 : 0);
    return static_cast<std::int32_t>(ms > most ? most : ms);
}

} // namespace detail
#endif

} // namespace wirestamp

#endif
