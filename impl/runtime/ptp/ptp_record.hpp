// SPDX-License-Identifier: Apache-2.0
//
// Between the configuration of a PTP clock and the record of a run: what is written at its head, and how a
// replay is configured from it.

#pragma once

#include <memory>

#include "impl/platform/recorded/recorder.hpp"
#include "impl/platform/recorded/replay.hpp"
#include "impl/ptp/config.hpp"
#include "impl/runtime/context.hpp"

namespace wirestamp::runtime {

/// As record_file says. Throws Failure.
std::unique_ptr<platform::recorded::Recorder> open_recorder(const ptp::Configuration& configuration,
                                                            Context& context);
/// As replay_file says, null where it is empty. Throws Failure.
std::unique_ptr<platform::recorded::Replay> open_replay(const ptp::Configuration& configuration);
/// What the recorded clock was configured as, with what is asked for now over it. Throws Failure.
ptp::Configuration replayed_configuration(const platform::recorded::Replay& replay,
                                          const ptp::Configuration& asked);

} // namespace wirestamp::runtime
