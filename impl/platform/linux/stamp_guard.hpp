// SPDX-License-Identifier: Apache-2.0
//
// A process beside this one that gives an adapter's stamping back when this one ends without doing it:
// killed, crashed, or by _exit(). Nobody else would know what was set before. Started only where it is asked
// for.

#pragma once

#include <sys/types.h>

#include <string>

#include "impl/platform/linux/stamp_facts.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

class StampGuard {
public:
    /// `control` is a socket in the adapter's network namespace. Throws Failure.
    StampGuard(SystemCalls& system, int control, const std::string& name, std::uint32_t index,
               const StampConfig& before);
    /// All has been given back; waits for the process to end.
    ~StampGuard();
    StampGuard(const StampGuard&) = delete;
    StampGuard& operator=(const StampGuard&) = delete;

    /// What is set now. What another program sets over it is that program's and stays.
    void holds(const StampConfig& granted) noexcept;

private:
    Descriptor orders_;
    pid_t process_ = -1;
};

} // namespace wirestamp::platform::gnu_linux
