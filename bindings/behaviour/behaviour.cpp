// SPDX-License-Identifier: Apache-2.0
//
// behaviour.txt run by a C++ program: the table on standard input, the results on standard output. What the
// commands mean is said there. Nothing here knows what they should bring.

#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>

#include "wirestamp/wirestamp.hpp"

namespace {

using Words = std::vector<std::string>;
using wirestamp::to_string;

struct Listening {
    wirestamp::Subscription subscription;
    std::uint64_t id;
};

template <class Object>
using Named = std::map<std::string, Object>;

std::unique_ptr<wirestamp::Simulation> simulation;
Named<wirestamp::Context> contexts;
Named<wirestamp::Correlation> correlations;
Named<wirestamp::Socket> sockets;
Named<wirestamp::PtpConfig> configs;
Named<wirestamp::Ptp> clocks;
Named<Listening> subscriptions;
std::map<std::string, wirestamp::EnabledStamps> enabled; // context, space, key

std::ostream& out = std::cout;

std::int64_t number(const std::string& word) {
    return std::stoll(word);
}
std::uint32_t small(const std::string& word) {
    return static_cast<std::uint32_t>(std::stoull(word));
}
std::int64_t thousandths(double value) {
    return static_cast<std::int64_t>(value * 1000);
}
std::chrono::nanoseconds ns(const std::string& word) {
    return std::chrono::nanoseconds(number(word));
}
std::string or_empty(const std::string& word) {
    return word == "-" ? std::string() : word;
}

std::string hex(const void* bytes, std::size_t size) {
    if (size == 0)
        return "-";
    std::ostringstream text;
    for (std::size_t i = 0; i < size; ++i)
        text << std::hex << std::setw(2) << std::setfill('0') << +static_cast<const unsigned char*>(bytes)[i];
    return text.str();
}
std::vector<std::string> parts(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, ',');)
        out.push_back(part);
    return out;
}
const char* verdict_name(std::uint32_t verdict) {
    return verdict == WST_PTP_VERDICT_AGREES     ? "agrees"
           : verdict == WST_PTP_VERDICT_DOUBTFUL ? "doubtful"
                                                 : "wrong";
}
const char* answer_text(std::optional<bool> answer) {
    return !answer ? "unknown" : *answer ? "yes" : "no";
}
std::string unhex(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(std::stoul(text.substr(i, 2), nullptr, 16));
    return bytes;
}
std::string address_text(const wst_address& address) {
    return address.family == WST_FAMILY_NONE ? "-" : to_string(address);
}
std::string stamp_text(const wst_stamp& stamp) {
    if (stamp.source == WST_SOURCE_NONE)
        return "-";
    return std::string(wst_clock_name(stamp.clock)) + ":" + wst_source_name(stamp.source) + ":" +
           std::to_string(stamp.value);
}

std::uint64_t interface_id(const std::string& context, const std::string& key) {
    return key == "-" ? 0 : contexts.at(context).find_interface(key).id;
}

std::string name_of_object(const void* object) {
    for (const auto& [name, socket] : sockets)
        if (object && socket.handle() == object)
            return name;
    for (const auto& [name, ptp] : clocks)
        if (object && ptp.handle() == object)
            return name;
    for (const auto& [name, correlation] : correlations)
        if (object && correlation.handle() == object)
            return name;
    return "-";
}
const void* object_named(const std::string& name) {
    if (const auto found = sockets.find(name); found != sockets.end())
        return found->second.handle();
    if (const auto found = clocks.find(name); found != clocks.end())
        return found->second.handle();
    if (const auto found = correlations.find(name); found != correlations.end())
        return found->second.handle();
    return nullptr;
}
std::string name_of_subscription(std::uint64_t id) {
    for (const auto& [name, listening] : subscriptions)
        if (listening.id == id)
            return name;
    return "-";
}

void print(const wst_interface& found) {
    out << found.name << ' ' << found.friendly_name << ' ' << found.index << ' '
        << wst_interface_kind_name(found.kind) << ' ' << found.link_state << ' ' << found.mtu << ' '
        << found.phc_index << ' ' << found.flags << ' ' << found.driver << ' '
        << hex(found.hardware_address, found.hardware_address_length) << ' ' << found.id << '\n';
}
void print(const wst_capabilities& had) {
    out << had.valid << ' ' << had.hardware << ' ' << had.software << ' ' << had.clock_frequency << ' '
        << had.cross_timestamp << ' ' << had.phc_index;
    for (const std::string& name : wirestamp::capability_names(WST_CAPABILITY_HARDWARE, had.hardware))
        out << ' ' << name;
    out << '\n';
}
void print(const wirestamp::Datagram& datagram) {
    out << hex(datagram.payload().data(), datagram.payload().size()) << ' ' << datagram.flags << ' '
        << address_text(datagram.source) << ' ' << address_text(datagram.destination) << ' '
        << stamp_text(datagram.hardware) << ' ' << stamp_text(datagram.software) << '\n';
}
void print(const wst_ptp_time& time, bool with_local) {
    out << wst_ptp_clock_state_name(time.clock_state) << ' ' << time.ptp_time << ' ' << time.earliest << ' '
        << time.latest;
    if (with_local)
        out << ' ' << time.local_time;
    out << ' ' << time.local_clock << ' ' << time.current_utc_offset << ' ' << time.time_flags << '\n';
}

void print(const wst_event& event) {
    out << name_of_subscription(event.subscription) << ' ' << event.sequence << ' ' << event.time << ' '
        << name_of_object(event.object) << ' ' << event.type;
    const auto& payload = event.payload;
    switch (event.type) {
        case WST_EVENT_OVERFLOW:
            out << ' ' << payload.overflow.lost;
            break;
        case WST_EVENT_INTERFACE: {
            const wirestamp::InterfaceChange change = wirestamp::interface_change(event);
            out << ' ' << change.name << ' ' << change.old_name << ' ' << change.link_before << ' '
                << change.link_after << ' ' << change.phc_before << ' ' << change.phc_after << ' '
                << change.clock_step << ' ' << change.supported_before.hardware << ' '
                << change.supported_after.hardware << ' ' << change.active_before.hardware << ' '
                << change.active_after.hardware;
            for (const std::string& name : wirestamp::change_names(change.reasons))
                out << ' ' << name;
            break;
        }
        case WST_EVENT_PTP_PORT_STATE: {
            const auto& state = payload.ptp_port_state;
            out << ' ' << state.port_number << ' ' << wst_ptp_state_name(state.old_state) << ' '
                << wst_ptp_state_name(state.new_state) << ' ' << wst_ptp_reason_name(state.reason) << ' '
                << state.interface_name;
            break;
        }
        case WST_EVENT_PTP_BEST_MASTER: {
            const auto& best = payload.ptp_best_master;
            out << ' ' << hex(best.grandmaster_identity, 8) << ' ' << hex(best.parent_identity, 8) << ' '
                << best.parent_port_number << ' ' << best.steps_removed << ' ' << +best.priority1 << ' '
                << +best.priority2 << ' ' << +best.clock_class << ' ' << +best.clock_accuracy << ' '
                << best.offset_scaled_log_variance << ' ' << +best.is_self << ' ' << +best.time_source << ' '
                << best.current_utc_offset << ' ' << best.time_flags;
            break;
        }
        case WST_EVENT_PTP_OFFSET: {
            const auto& offset = payload.ptp_offset;
            out << ' ' << offset.offset_from_master << ' ' << offset.measured_offset << ' '
                << offset.mean_path_delay << ' ' << thousandths(offset.frequency) << ' ' << offset.bound
                << ' ' << offset.ptp_time << ' ' << offset.servo_state << ' ' << offset.port_number << ' '
                << wst_source_name(offset.source) << ' ' << +offset.flags;
            break;
        }
        case WST_EVENT_PTP_CLOCK_STATE:
            out << ' ' << wst_ptp_clock_state_name(payload.ptp_clock_state.old_state) << ' '
                << wst_ptp_clock_state_name(payload.ptp_clock_state.new_state) << ' '
                << payload.ptp_clock_state.bound;
            break;
        case WST_EVENT_PTP_FAULT:
            out << ' ' << wst_ptp_fault_name(payload.ptp_fault.fault) << ' ' << payload.ptp_fault.os_error
                << ' ' << payload.ptp_fault.port_number << ' ' << payload.ptp_fault.count << ' '
                << payload.ptp_fault.text;
            break;
        case WST_EVENT_SOCKET:
            out << ' ' << payload.socket.reasons << ' ' << payload.socket.transmit_stamps_lost;
            break;
        case WST_EVENT_CORRELATION:
            out << ' ' << wst_correlation_state_name(payload.correlation.state) << ' '
                << wst_correlation_reason_name(payload.correlation.reason);
            break;
        case WST_EVENT_PTP_CLOCK_STEP:
            out << ' ' << payload.ptp_clock_step.step << ' ' << wst_clock_name(payload.ptp_clock_step.clock);
            break;
        case WST_EVENT_PTP_SYSTEM_CLOCK: {
            const auto& clock = payload.ptp_system_clock;
            out << ' ' << clock.offset << ' ' << clock.bound << ' ' << clock.width << ' '
                << thousandths(clock.frequency) << ' ' << clock.servo_state << ' ' << clock.utc_offset;
            break;
        }
        case WST_EVENT_PTP_DISAGREEMENT: {
            const auto& apart = payload.ptp_disagreement;
            out << ' ' << hex(apart.grandmaster_identity, 8) << ' ' << verdict_name(apart.verdict) << ' '
                << apart.clocks << ' ' << apart.agreeing << ' ' << apart.offset << ' ' << apart.bound << ' '
                << +apart.domain_number;
            break;
        }
        default:
            break;
    }
    out << '\n';
}

void ok() {
    out << "ok\n";
}
/// What came, or the status that says that nothing did: C++ tells that by an empty result.
void check_came(wst_status status, const wst_error& error) {
    if (status != WST_OK)
        throw wirestamp::Error(status, error.os_error, error.message);
}

void listen(const std::string& name, wirestamp::Subscription subscription) {
    const std::uint64_t id = subscription.id();
    subscriptions.insert_or_assign(name, Listening{std::move(subscription), id});
    ok();
}

void close(const std::string& name) {
    if (name == "simulation")
        simulation->close();
    else if (contexts.count(name))
        contexts.at(name).close(), contexts.erase(name);
    else if (correlations.count(name))
        correlations.at(name).close(), correlations.erase(name);
    else if (sockets.count(name))
        sockets.at(name).close(), sockets.erase(name);
    else if (clocks.count(name))
        clocks.at(name).close(), clocks.erase(name);
    else
        configs.erase(name);
    ok();
}

using Command = std::function<void(const Words& word, const std::string& rest)>;

const std::map<std::string, Command> commands = {
    // The network
    { "simulation",
      [](const Words& w, const std::string&) {
          simulation = std::make_unique<wirestamp::Simulation>(wirestamp::SimulationOptions(small(w[1])));
          ok();
      } },
    { "host", [](const Words& w, const std::string&) { simulation->add_host(w[1]), ok(); } },
    { "bridge", [](const Words& w, const std::string&) { simulation->add_bridge(w[1]), ok(); } },
    { "adapter",
      [](const Words& w, const std::string&) {
          wirestamp::SimulationAdapter adapter;
          adapter.flags = small(w[4]);
          adapter.clock_offset = number(w[5]);
          adapter.oscillator.drift = static_cast<double>(number(w[6]));
          simulation->add_adapter(w[1], w[2], or_empty(w[3]), adapter);
          ok();
      } },
    { "link",
      [](const Words& w, const std::string&) {
          simulation->connect(w[1], w[2], w[3], wirestamp::SimulationLink(ns(w[4])));
          ok();
      } },
    { "trace",
      [](const Words& w, const std::string&) {
          wirestamp::SimulationLink link(ns(w[2]));
          std::vector<std::int64_t> values;
          for (const std::string& value : parts(w[3]))
              values.push_back(number(value));
          link.forward.jitter.kind = WST_SIMULATION_JITTER_TRACE;
          link.forward.jitter.trace = values.data();
          link.forward.jitter.trace_length = static_cast<std::uint32_t>(values.size());
          simulation->set_link(w[1], link);
          ok();
      } },
    { "run", [](const Words& w, const std::string&) { simulation->run(ns(w[1])), ok(); } },
    { "cut", [](const Words& w, const std::string&) { simulation->cut(w[1]), ok(); } },
    { "restore", [](const Words& w, const std::string&) { simulation->restore(w[1]), ok(); } },
    { "step", [](const Words& w, const std::string&) { simulation->step_clock(w[1], ns(w[2])), ok(); } },
    { "apply", [](const Words&, const std::string& rest) { simulation->apply(rest), ok(); } },
    { "schedule", [](const Words&, const std::string& rest) { simulation->schedule(rest), ok(); } },
    { "now", [](const Words&, const std::string&) { out << simulation->now().count() << '\n'; } },
    { "true_tai", [](const Words&, const std::string&) { out << simulation->true_tai() << '\n'; } },
    { "clock_error",
      [](const Words& w, const std::string&) {
          out << thousandths(simulation->clock_error(w[1], small(w[2]))) << '\n';
      } },
    { "counters",
      [](const Words&, const std::string&) {
          const auto counters = simulation->counters();
          out << counters.events << ' ' << counters.frames_sent << ' ' << counters.frames_delivered << ' '
              << counters.frames_lost << ' ' << counters.digest << '\n';
      } },

    // Contexts, interfaces, capabilities, events
    { "context",
      [](const Words& w, const std::string&) {
          wirestamp::ContextOptions options;
          options.seed = 1;
          contexts.insert_or_assign(w[1], wirestamp::Context(*simulation, w[2], options));
          ok();
      } },
    { "close", [](const Words& w, const std::string&) { close(w[1]); } },
    { "interfaces",
      [](const Words& w, const std::string&) {
          for (const wirestamp::Interface& found : contexts.at(w[1]).interfaces())
              print(found);
      } },
    { "find", [](const Words& w, const std::string&) { print(contexts.at(w[1]).find_interface(w[2])); } },
    { "addresses",
      [](const Words& w, const std::string&) {
          for (const wst_interface_address& found : contexts.at(w[1]).addresses(interface_id(w[1], w[2])))
              out << address_text(found.address) << '/' << found.prefix_length << '\n';
      } },
    { "supported",
      [](const Words& w, const std::string&) {
          print(contexts.at(w[1]).supported_capabilities(interface_id(w[1], w[2])));
      } },
    { "active",
      [](const Words& w, const std::string&) {
          print(contexts.at(w[1]).active_capabilities(interface_id(w[1], w[2]), small(w[3])));
      } },
    { "support",
      [](const Words& w, const std::string&) {
          const auto support =
              wirestamp::ptp_support(contexts.at(w[1]).supported_capabilities(interface_id(w[1], w[2])));
          out << wst_ptp_support_name(support.ipv4) << ' ' << wst_ptp_support_name(support.ipv6) << ' '
              << wst_ptp_support_name(support.both) << '\n';
      } },
    { "enable",
      [](const Words& w, const std::string&) {
          wirestamp::EnableOptions options;
          options.receive = small(w[3]);
          options.transmit = small(w[4]);
          auto stamps = contexts.at(w[1]).enable_stamps(interface_id(w[1], w[2]), options);
          print(stamps.granted());
          enabled.insert_or_assign(w[1] + " " + w[2], std::move(stamps));
      } },
    { "disable",
      [](const Words& w, const std::string&) {
          // A second time there is nothing left to give back, which only the C interface calls an error.
          const auto found = enabled.find(w[1] + " " + w[2]);
          if (found == enabled.end())
              wirestamp::check([&](wst_error* error) {
                  return wst_capabilities_restore(contexts.at(w[1]).handle(), interface_id(w[1], w[2]), error);
              });
          else
              found->second.restore(), enabled.erase(found);
          ok();
      } },
    { "subscribe",
      [](const Words& w, const std::string&) {
          wirestamp::EventFilter filter;
          if (number(w[3]) != 0)
              filter.events = static_cast<std::uint64_t>(number(w[3]));
          filter.object = object_named(w[4]);
          listen(w[1], contexts.at(w[2]).subscribe_queue(filter));
      } },
    { "watch",
      [](const Words& w, const std::string&) {
          wirestamp::WatchOptions options;
          options.reasons = small(w[3]);
          listen(w[1], contexts.at(w[2]).watch_queue(options));
      } },
    { "unsubscribe", [](const Words& w, const std::string&) { subscriptions.erase(w[1]), ok(); } },
    { "events",
      [](const Words& w, const std::string&) {
          while (const auto event = contexts.at(w[1]).wait_event(std::chrono::nanoseconds(0)))
              print(*event);
      } },

    // Clocks
    { "clock",
      [](const Words& w, const std::string&) {
          out << contexts.at(w[1]).read_clock(small(w[2]), interface_id(w[1], w[3])) << '\n';
      } },
    { "cross",
      [](const Words& w, const std::string&) {
          const auto cross =
              contexts.at(w[1]).cross_timestamp(interface_id(w[1], w[2]), small(w[3]), small(w[4]));
          out << wst_cross_method_name(cross.method) << ' ' << cross.system_before << ' ' << cross.device << ' '
              << cross.system_after << ' ' << wst_clock_name(cross.system_clock) << ' '
              << wst_clock_name(cross.device_clock) << ' ' << cross.device_index << ' ' << cross.samples << ' '
              << cross.uncertainty << '\n';
      } },
    { "correlate",
      [](const Words& w, const std::string&) {
          wirestamp::CorrelationOptions options(interface_id(w[2], w[3]));
          options.stamp_clock = small(w[4]);
          correlations.insert_or_assign(w[1], wirestamp::Correlation(contexts.at(w[2]), options));
          ok();
      } },
    { "wait",
      [](const Words& w, const std::string&) {
          wst_error error = WST_ERROR_INIT;
          check_came(wst_correlation_wait(correlations.at(w[1]).handle(), static_cast<std::int32_t>(number(w[2])),
                                          &error),
                     error);
          ok();
      } },
    { "reset", [](const Words& w, const std::string&) { correlations.at(w[1]).restart(), ok(); } },
    { "convert",
      [](const Words& w, const std::string&) {
          const auto time = correlations.at(w[1]).convert(small(w[2]), number(w[3]));
          out << wst_clock_name(time.clock) << ' ' << time.value << ' ' << time.bound << '\n';
      } },
    { "correlation",
      [](const Words& w, const std::string&) {
          const auto status = correlations.at(w[1]).status();
          out << wst_correlation_state_name(status.state) << ", " << wst_correlation_reason_name(status.reason)
              << ", " << thousandths(status.rate) << ' ' << status.bound << ' ' << status.samples << ' '
              << status.outliers << ' ' << status.restarts << '\n';
      } },

    // Sockets
    { "address",
      [](const Words&, const std::string& rest) { out << to_string(wirestamp::Address(rest)) << '\n'; } },
    { "socket",
      [](const Words& w, const std::string&) {
          wirestamp::SocketOptions options;
          options.interface_id = interface_id(w[2], w[3]);
          options.local = wirestamp::Address(w[4]);
          options.stamps = small(w[5]);
          options.flags = small(w[6]);
          sockets.insert_or_assign(w[1], wirestamp::Socket(contexts.at(w[2]), options));
          ok();
      } },
    { "local",
      [](const Words& w, const std::string&) { out << address_text(sockets.at(w[1]).local_address()) << '\n'; } },
    { "join",
      [](const Words& w, const std::string&) { sockets.at(w[1]).join(wirestamp::Address(w[2])), ok(); } },
    { "leave",
      [](const Words& w, const std::string&) { sockets.at(w[1]).leave(wirestamp::Address(w[2])), ok(); } },
    { "send",
      [](const Words& w, const std::string&) {
          if (w[3] == "-")
              sockets.at(w[1]).send(unhex(w[4]), wirestamp::Address(w[2]));
          else
              sockets.at(w[1]).send_stamped(unhex(w[4]), wirestamp::Address(w[2]), small(w[3]));
          ok();
      } },
    { "receive",
      [](const Words& w, const std::string&) {
          std::vector<unsigned char> buffer(small(w[2]));
          wirestamp::Datagram datagram{ wirestamp::MutableBytes(buffer) };
          wst_error error = WST_ERROR_INIT;
          check_came(sockets.at(w[1]).try_receive(datagram, ns(w[3]), &error), error);
          print(datagram);
      } },
    { "stamp",
      [](const Words& w, const std::string&) {
          wirestamp::TransmitStamp stamp;
          wst_error error = WST_ERROR_INIT;
          check_came(sockets.at(w[1]).try_transmit_stamp(small(w[2]), ns(w[3]), stamp, &error), error);
          out << stamp.id << ' ' << stamp_text(stamp.hardware) << ' ' << stamp_text(stamp.software) << '\n';
      } },
    { "send_batch",
      [](const Words& w, const std::string&) {
          const wirestamp::Address to(w[2]);
          std::vector<std::string> payloads;
          for (const std::string& payload : parts(w[4]))
              payloads.push_back(unhex(payload));
          std::vector<wirestamp::Outgoing> batch;
          for (const std::string& payload : payloads) {
              batch.push_back(wirestamp::Socket::outgoing(payload, to));
              if (w[3] != "-") {
                  batch.back().flags = WST_OUTGOING_STAMP;
                  batch.back().id = small(w[3]) + static_cast<std::uint32_t>(batch.size() - 1);
              }
          }
          out << sockets.at(w[1]).send(batch) << '\n';
      } },
    { "receive_batch",
      [](const Words& w, const std::string&) {
          wirestamp::ReceiveBatch batch(small(w[2]), small(w[3]));
          out << sockets.at(w[1]).receive(batch, ns(w[4])) << '\n';
          for (const wirestamp::Datagram& datagram : batch)
              print(datagram);
      } },
    { "stamps",
      [](const Words& w, const std::string&) {
          const auto taken = sockets.at(w[1]).transmit_stamps(small(w[2]), ns(w[3]));
          out << taken.size() << '\n';
          for (const auto& stamp : taken)
              out << stamp.id << ' ' << stamp_text(stamp.hardware) << ' ' << stamp_text(stamp.software) << '\n';
      } },
    { "totals",
      [](const Words& w, const std::string&) {
          const auto counters = sockets.at(w[1]).counters();
          out << counters.received << ' ' << counters.sent << ' ' << counters.receive_stamps_missing << ' '
              << counters.transmit_stamps_asked << ' ' << counters.transmit_stamps << ' '
              << counters.transmit_stamps_dropped << ' ' << counters.transmit_stamps_unknown << ' '
              << counters.transmit_stamps_timed_out << '\n';
      } },

    // PTP clocks
    { "config", [](const Words& w, const std::string&) { configs.emplace(w[1], wirestamp::PtpConfig()), ok(); } },
    { "set", [](const Words& w, const std::string&) { configs.at(w[1]).set(w[2], w[3]), ok(); } },
    { "port", [](const Words& w, const std::string&) { configs.at(w[1]).add_port(w[2]), ok(); } },
    { "set_port",
      [](const Words& w, const std::string&) { configs.at(w[1]).set_port(w[2], w[3], w[4]), ok(); } },
    { "read",
      [](const Words& w, const std::string& rest) { configs.at(w[1]).read_text(rest, "table"), ok(); } },
    { "get",
      [](const Words& w, const std::string&) {
          out << configs.at(w[1]).get(w[2], or_empty(w[3])) << '\n';
      } },
    { "ptp",
      [](const Words& w, const std::string&) {
          clocks.insert_or_assign(w[1], wirestamp::Ptp(contexts.at(w[2]), configs.at(w[3])));
          ok();
      } },
    { "start", [](const Words& w, const std::string&) { clocks.at(w[1]).start(), ok(); } },
    { "stop", [](const Words& w, const std::string&) { clocks.at(w[1]).stop(), ok(); } },
    { "change", [](const Words& w, const std::string&) { clocks.at(w[1]).set(w[2], w[3]), ok(); } },
    { "status",
      [](const Words& w, const std::string&) {
          const auto status = clocks.at(w[1]).status();
          out << wst_ptp_clock_state_name(status.clock_state) << ' ' << status.valid << ' '
              << hex(status.clock_identity, 8) << ' ' << hex(status.grandmaster_identity, 8) << ' '
              << hex(status.parent_identity, 8) << ' ' << status.steps_removed << ' ' << status.offset_from_master
              << ' ' << status.mean_path_delay << ' ' << status.bound << ' ' << status.samples << '\n';
      } },
    { "port_status",
      [](const Words& w, const std::string&) {
          const auto status = clocks.at(w[1]).port_status(small(w[2]));
          out << status.port_number << ' ' << wst_ptp_state_name(status.state) << ' ' << status.interface_name
              << ' ' << +status.log_sync_interval << ' ' << +status.delay_mechanism << ' ' << status.sent[0] << ' '
              << status.received[0] << ' ' << wst_source_name(status.stamp_source) << '\n';
      } },
    { "ptp_now", [](const Words& w, const std::string&) { print(clocks.at(w[1]).now(), true); } },
    { "after",
      [](const Words& w, const std::string&) { out << answer_text(clocks.at(w[1]).after(number(w[2]))) << '\n'; } },
    { "before",
      [](const Words& w, const std::string&) { out << answer_text(clocks.at(w[1]).before(number(w[2]))) << '\n'; } },
    { "agreement",
      [](const Words& w, const std::string&) {
          const auto agreement = clocks.at(w[1]).agreement();
          out << agreement.clocks << ' ' << agreement.agreeing << ' ' << verdict_name(agreement.verdict) << ' '
              << agreement.earliest << ' ' << agreement.latest << ' ' << agreement.local_time << ' '
              << agreement.offset << '\n';
      } },
    { "option",
      [](const Words& w, const std::string&) {
          for (const auto& option : wirestamp::PtpConfig::options())
              if (w[1] == option.name)
                  out << option.name << ' ' << option.scope << ' ' << option.default_value << ", "
                      << option.allowed << '\n';
      } },
    { "ptp_convert",
      [](const Words& w, const std::string&) {
          print(clocks.at(w[1]).convert(small(w[2]), number(w[3])), false);
      } },
};

/// What follows the command, or its object where it has one.
std::string rest_of(const std::string& line) {
    std::size_t from = line.find(' ');
    if (line.compare(0, 5, "read ") == 0)
        from = line.find(' ', from + 1);
    std::string rest = from == std::string::npos ? std::string() : line.substr(from + 1);
    for (std::size_t at; (at = rest.find("\\n")) != std::string::npos;)
        rest.replace(at, 2, "\n");
    return rest;
}

} // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        if (line.empty() || line[0] == '#')
            continue;
        out << "> " << line << '\n';
        std::istringstream stream(line);
        Words words;
        for (std::string word; stream >> word;)
            words.push_back(word);
        const auto command = commands.find(words[0]);
        if (command == commands.end()) {
            std::cerr << "behaviour: unknown command " << words[0] << '\n';
            return 2;
        }
        try {
            command->second(words, rest_of(line));
        } catch (const wirestamp::Error& error) {
            out << error.name() << ' ' << error.os_error() << ' ' << error.what() << '\n';
        }
    }
    return 0;
}
