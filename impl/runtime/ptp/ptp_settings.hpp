// SPDX-License-Identifier: Apache-2.0
//
// What a configuration means for each part of a running clock: the engine, the discipline, and the sockets of
// every port.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/clock/discipline.hpp"
#include "impl/ptp/config.hpp"
#include "impl/ptp/engine_config.hpp"
#include "impl/runtime/ptp/management_sockets.hpp"
#include "impl/runtime/ptp/ptp_port.hpp"

namespace wirestamp::runtime {

enum class Stamping : std::uint8_t { automatic, hardware, software };
enum class Disciplined : std::uint8_t { virtual_clock, device, system, device_and_system };

struct PeerLinkSettings {
    clock::DelayFilterKind filter = clock::DelayFilterKind::unbiased;
    std::size_t length = 10;
    double rate_interval = 2; // s
};

struct PtpSettings {
    ptp::EngineConfig engine;
    clock::DisciplineConfig discipline;
    Disciplined disciplined = Disciplined::virtual_clock;
    bool restore_frequency = false; // at stop; else the clock keeps what it has learnt
    double system_interval = 0.5;   // s between comparisons of the system's clock, where it is steered
    int system_readings = 5;
    bool kernel_leap = true;
    double sanity_freq_limit = 0; // ppb; 0: not checked
    bool lazy_receive = true;
    std::uint64_t seed = 0;
    std::vector<PtpPortOptions> ports; // stamps undecided until the interface is known
    std::vector<Stamping> stamping;
    std::vector<PeerLinkSettings> peer_links; // of each port
    std::vector<double> asymmetry_bounds;     // ns, of each port
    ManagementSocketOptions management;
    std::vector<std::string> warnings;
};

/// Option asymmetry_bound, which may change while the clock runs, of each port in ns.
std::vector<double> asymmetry_bounds(const ptp::Configuration& configuration);
/// Throws Failure where options contradict each other or a port is missing.
PtpSettings make_settings(const ptp::Configuration& configuration);

} // namespace wirestamp::runtime
