// SPDX-License-Identifier: Apache-2.0
//
// How an error travels inside the library on its slow paths (open, configure, query): as an exception that
// already carries what the caller will read. abi/ turns it into wst_error; packet paths return codes and
// never throw.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "wirestamp/base.h"

namespace wirestamp {

class Failure : public std::runtime_error {
public:
    Failure(wst_status status, const std::string& message, std::int32_t os_error = 0)
        : std::runtime_error(message), status_(status), os_error_(os_error) {}

    wst_status status() const noexcept { return status_; }
    std::int32_t os_error() const noexcept { return os_error_; }

private:
    wst_status status_;
    std::int32_t os_error_;
};

} // namespace wirestamp
