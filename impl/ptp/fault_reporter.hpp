// SPDX-License-Identifier: Apache-2.0
//
// Tells of faults at most once a second for each kind: a broken driver loses a hundred stamps a second, and
// nobody reads a hundred events.

#pragma once

#include <array>
#include <cstddef>

#include "impl/ptp/step.hpp"

namespace wirestamp::ptp {

class FaultReporter {
public:
    void report(Step& step, PortNumber port, FaultKind kind, std::int32_t os_error = 0) {
        Kind& of_kind = kinds_[static_cast<std::size_t>(kind)];
        ++of_kind.unreported;
        if (of_kind.silent_until > step.now.monotonic)
            return;
        of_kind.silent_until = step.now.monotonic + nanoseconds_per_second;
        step.out.add(Fault{port, kind, os_error, of_kind.unreported});
        of_kind.unreported = 0;
    }

private:
    struct Kind {
        Nanoseconds silent_until = std::numeric_limits<Nanoseconds>::min();
        std::uint32_t unreported = 0;
    };
    std::array<Kind, static_cast<std::size_t>(FaultKind::unicast_denied) + 1> kinds_{};
};

} // namespace wirestamp::ptp
