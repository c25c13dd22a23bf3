// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/ptp_settings.hpp"

#include <cmath>

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {

namespace {

Address group(const ptp::Configuration& configuration, const std::string& option, const std::string& port,
              bool scoped) {
    const std::string text = configuration.text(option, port);
    auto address = parse_address(text);
    if (!address)
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "option " + option + " of port " + port + ": " + text + " is no address");
    if (scoped) // ff0X::181: the low nibble of the second octet is the scope
        address->bytes[1] = static_cast<std::uint8_t>((address->bytes[1] & 0xf0) |
                                                      (configuration.integer("udp6_scope", port) & 0x0f));
    return *address;
}

PtpPortOptions port_options(const ptp::Configuration& configuration, const std::string& port) {
    PtpPortOptions options;
    options.interface = port;
    const bool ipv6 = configuration.text("network_transport", port) == "UDPv6";
    options.family = ipv6 ? platform::Family::ipv6 : platform::Family::ipv4;
    options.event_port = static_cast<std::uint16_t>(configuration.integer("event_port", port));
    options.general_port = static_cast<std::uint16_t>(configuration.integer("general_port", port));
    if (options.event_port == options.general_port)
        throw Failure(WST_E_INVALID_ARGUMENT, "event_port and general_port of port " + port + " are both " +
                                                  std::to_string(options.event_port) + "; give each its own");
    options.primary_group = group(configuration, ipv6 ? "ptp_dst_ipv6" : "ptp_dst_ipv4", port, ipv6);
    options.peer_group = group(configuration, ipv6 ? "p2p_dst_ipv6" : "p2p_dst_ipv4", port, false);
    options.time_to_live = static_cast<int>(configuration.integer("udp_ttl", port));
    const auto dscp_event = static_cast<int>(configuration.integer("dscp_event"));
    const auto dscp_general = static_cast<int>(configuration.integer("dscp_general"));
    options.dscp_event = dscp_event != 0 ? dscp_event : -1;
    options.dscp_general = dscp_general != 0 ? dscp_general : -1;
    return options;
}

platform::LocalSocketOptions local_socket(const ptp::Configuration& configuration, const std::string& path,
                                          const std::string& mode) {
    return {configuration.text(path), static_cast<std::uint32_t>(configuration.integer(mode))};
}

clock::DelayFilterKind delay_filter(const ptp::Configuration& configuration, const std::string& port) {
    const std::string word = configuration.text("delay_filter", port);
    return word == "moving_median"    ? clock::DelayFilterKind::moving_median
           : word == "moving_average" ? clock::DelayFilterKind::moving_average
                                      : clock::DelayFilterKind::unbiased;
}

clock::DisciplineConfig discipline_config(const ptp::Configuration& configuration,
                                          const std::string& first_port) {
    clock::DisciplineConfig config;
    const std::string servo = configuration.text("clock_servo");
    config.clock_servo = servo == "pi"       ? clock::ServoKind::pi
                         : servo == "linreg" ? clock::ServoKind::linreg
                         : servo == "nullf"  ? clock::ServoKind::nullf
                                             : clock::ServoKind::adaptive;
    const std::string tsproc = configuration.text("tsproc_mode", first_port);
    config.tsproc_mode = tsproc == "raw"             ? clock::TsprocMode::raw
                         : tsproc == "filter_weight" ? clock::TsprocMode::filter_weight
                         : tsproc == "raw_weight"    ? clock::TsprocMode::raw_weight
                                                     : clock::TsprocMode::filter;
    config.delay_filter = delay_filter(configuration, first_port);
    config.delay_filter_length =
        static_cast<std::size_t>(configuration.integer("delay_filter_length", first_port));
    config.free_running = configuration.flag("free_running");
    config.peer_delay = configuration.text("delay_mechanism", first_port) == "P2P";
    config.initial_delay = static_cast<double>(configuration.integer("initial_delay"));
    config.sync_interval =
        std::ldexp(1.0, static_cast<int>(configuration.integer("logSyncInterval", first_port)));
    config.asymmetry_bound = static_cast<double>(configuration.integer("asymmetry_bound", first_port));

    config.holdover_limit = static_cast<double>(configuration.integer("holdover_limit"));
    config.step_window = static_cast<int>(configuration.integer("step_window"));

    clock::ServoConfig& options = config.servo;
    options.first_step_threshold = configuration.real("first_step_threshold") * 1e9;
    options.step_threshold = configuration.real("step_threshold") * 1e9;
    if (const auto limit = configuration.integer("max_frequency"); limit > 0)
        options.max_frequency = static_cast<double>(limit);
    options.servo_offset_threshold = configuration.integer("servo_offset_threshold");
    options.servo_num_offset_values = static_cast<int>(configuration.integer("servo_num_offset_values"));
    options.pi_proportional_const = configuration.real("pi_proportional_const");
    options.pi_integral_const = configuration.real("pi_integral_const");
    options.pi_proportional_scale = configuration.real("pi_proportional_scale");
    options.pi_proportional_exponent = configuration.real("pi_proportional_exponent");
    options.pi_proportional_norm_max = configuration.real("pi_proportional_norm_max");
    options.pi_integral_scale = configuration.real("pi_integral_scale");
    options.pi_integral_exponent = configuration.real("pi_integral_exponent");
    options.pi_integral_norm_max = configuration.real("pi_integral_norm_max");
    return config;
}

} // namespace

std::vector<double> asymmetry_bounds(const ptp::Configuration& configuration) {
    std::vector<double> bounds;
    for (const auto& port : configuration.ports())
        bounds.push_back(static_cast<double>(configuration.integer("asymmetry_bound", port)));
    return bounds;
}

PtpSettings make_settings(const ptp::Configuration& configuration) {
    const auto ports = configuration.ports();
    if (ports.empty())
        throw Failure(
            WST_E_INVALID_ARGUMENT,
            "a PTP clock needs a port: add an interface with wst_ptp_config_add_port or a section [eth0]");
    PtpSettings settings;
    settings.engine = ptp::to_engine_config(configuration);
    settings.discipline = discipline_config(configuration, ports.front());
    const std::string disciplined = configuration.text("clock_discipline");
    settings.disciplined = disciplined == "device"          ? Disciplined::device
                           : disciplined == "system"        ? Disciplined::system
                           : disciplined == "device+system" ? Disciplined::device_and_system
                                                            : Disciplined::virtual_clock;
    // What a boundary clock slews by tenths of a second, all clocks behind it take for the rate of time
    // itself. Those that must be continuous have its steps announced; a small rest is slewed all the same.
    constexpr double boundary_step = 1e6;
    auto& later = settings.discipline.servo.step_threshold;
    if (settings.disciplined == Disciplined::virtual_clock && ports.size() > 1 && later <= 0 &&
        settings.discipline.servo.first_step_threshold > 0)
        later = boundary_step;
    settings.restore_frequency = configuration.text("stop_frequency") == "restore";
    settings.system_interval = std::ldexp(1.0, static_cast<int>(configuration.integer("system_interval")));
    settings.system_readings = static_cast<int>(configuration.integer("system_readings"));
    settings.kernel_leap = configuration.flag("kernel_leap");
    settings.sanity_freq_limit = static_cast<double>(configuration.integer("sanity_freq_limit"));
    settings.lazy_receive = configuration.flag("lazy_receive");
    settings.seed = static_cast<std::uint64_t>(configuration.integer("seed"));
    settings.management.read_write = local_socket(configuration, "uds_address", "uds_file_mode");
    settings.management.read_only = local_socket(configuration, "uds_ro_address", "uds_ro_file_mode");
    settings.asymmetry_bounds = asymmetry_bounds(configuration);
    for (const auto& port : ports) {
        settings.ports.push_back(port_options(configuration, port));
        settings.peer_links.push_back(
            {delay_filter(configuration, port),
             static_cast<std::size_t>(configuration.integer("delay_filter_length", port)),
             std::ldexp(1.0, static_cast<int>(configuration.integer("freq_est_interval", port)))});
        const std::string stamping = configuration.text("time_stamping", port);
        settings.stamping.push_back(stamping == "hardware"   ? Stamping::hardware
                                    : stamping == "software" ? Stamping::software
                                                             : Stamping::automatic);
    }
    settings.warnings.assign(configuration.warnings().begin(), configuration.warnings().end());
    return settings;
}

} // namespace wirestamp::runtime
