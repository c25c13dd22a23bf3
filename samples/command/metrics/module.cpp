// SPDX-License-Identifier: Apache-2.0
//
// The module that `wirestamp ptp --metrics` loads: an HTTP server of the prometheus-cpp library that asks the
// clock at every scrape, so that nothing is kept twice and what is read is of that moment.

#include "samples/command/metrics/module.h"

#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include "samples/command/library.hpp"

namespace command {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double seconds_in_nanosecond = 1e-9;

class Families {
public:
    void begin(MetricType type, const std::string& name, const std::string& help) {
        all.push_back({});
        all.back().name = name;
        all.back().help = help;
        all.back().type = type;
    }
    void add(double value, Labels labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        (all.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
        all.back().metric.push_back(std::move(metric));
    }
    void gauge(const std::string& name, const std::string& help, double value, Labels labels = {}) {
        begin(MetricType::Gauge, name, help);
        add(value, std::move(labels));
    }
    void counter(const std::string& name, const std::string& help, std::uint64_t value) {
        begin(MetricType::Counter, name, help);
        add(static_cast<double>(value));
    }
    std::vector<MetricFamily> all;
};

constexpr const char* message_types[16] = {
    "sync",  "delay_req", "pdelay_req", "pdelay_resp",           nullptr,    nullptr,     nullptr,
    nullptr, "follow_up", "delay_resp", "pdelay_resp_follow_up", "announce", "signaling", "management",
    nullptr, nullptr};

void add_clock(Families& out, const wst_ptp_status& status) {
    out.begin(MetricType::Gauge, "wirestamp_ptp_clock_state",
              "1 for the state that the clock is in, 0 for the others.");
    for (std::uint32_t state = WST_PTP_CLOCK_FREE_RUNNING; state <= WST_PTP_CLOCK_HOLDOVER; ++state)
        out.add(state == status.clock_state ? 1 : 0, {{"state", wst_ptp_clock_state_name(state)}});
    out.gauge("wirestamp_ptp_info", "Which clock this is; always 1.", 1,
              {{"clock_identity", identity_text(status.clock_identity)},
               {"domain", std::to_string(status.domain_number)}});

    const bool bounded = status.clock_state != WST_PTP_CLOCK_FREE_RUNNING &&
                         status.bound < std::numeric_limits<std::int64_t>::max() / 4;
    out.gauge("wirestamp_ptp_error_bound_seconds",
              "True time lies within plus or minus this of the clock's; +Inf if nothing is known.",
              bounded ? static_cast<double>(status.bound) * seconds_in_nanosecond
                      : std::numeric_limits<double>::infinity());
    if ((status.valid & WST_PTP_STATUS_CURRENT) != 0) {
        out.gauge("wirestamp_ptp_offset_from_master_seconds", "Offset that the last sample measured.",
                  static_cast<double>(status.offset_from_master) * seconds_in_nanosecond);
        out.gauge("wirestamp_ptp_mean_path_delay_seconds", "Delay of the path to the master, one way.",
                  static_cast<double>(status.mean_path_delay) * seconds_in_nanosecond);
        out.gauge("wirestamp_ptp_frequency_correction_ratio",
                  "How much faster the clock runs than the counter under it (1e-9 is 1 ppb).",
                  status.frequency * 1e-9);
    }
    if ((status.valid & WST_PTP_STATUS_PARENT) != 0) {
        out.gauge("wirestamp_ptp_grandmaster_info", "Which clock time comes from; always 1.", 1,
                  {{"grandmaster", identity_text(status.grandmaster_identity)},
                   {"parent", identity_text(status.parent_identity)}});
        out.gauge("wirestamp_ptp_grandmaster_clock_class", "clockClass of the grandmaster.",
                  status.grandmaster_clock_class);
        out.gauge("wirestamp_ptp_grandmaster_priority1", "priority1 of the grandmaster.",
                  status.grandmaster_priority1);
        out.gauge("wirestamp_ptp_steps_removed", "Boundary clocks between the grandmaster and this clock.",
                  status.steps_removed);
    }
    if ((status.valid & WST_PTP_STATUS_TIME_PROPERTIES) != 0)
        out.gauge("wirestamp_ptp_utc_offset_seconds",
                  "currentUtcOffset: TAI minus UTC as the grandmaster tells it.", status.current_utc_offset);
    out.counter("wirestamp_ptp_samples_total", "Offset samples taken.", status.samples);
    out.counter("wirestamp_ptp_outliers_total", "Offset samples that did not fit and were not used.",
                status.outliers);
    out.counter("wirestamp_ptp_clock_steps_total", "Steps of the clock.", status.steps);
}

void add_ports(Families& out, const std::vector<wst_ptp_port_status>& ports) {
    const auto labels = [](const wst_ptp_port_status& port, Labels more = {}) {
        Labels all{{"port", std::to_string(port.port_number)}, {"interface", port.interface_name}};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };

    out.begin(MetricType::Gauge, "wirestamp_ptp_port_state",
              "1 for the state that the port is in, 0 for the others.");
    for (const auto& port : ports)
        for (std::uint32_t state = WST_PTP_STATE_INITIALIZING; state <= WST_PTP_STATE_SLAVE; ++state)
            out.add(state == port.state ? 1 : 0, labels(port, {{"state", wst_ptp_state_name(state)}}));

    const auto messages = [&](const char* name, const char* help,
                              const std::uint64_t(wst_ptp_port_status::*counts)[16]) {
        out.begin(MetricType::Counter, name, help);
        for (const auto& port : ports)
            for (std::size_t type = 0; type < 16; ++type)
                if (message_types[type] != nullptr)
                    out.add(number((port.*counts)[type]), labels(port, {{"type", message_types[type]}}));
    };
    messages("wirestamp_ptp_port_messages_sent_total", "PTP messages sent.", &wst_ptp_port_status::sent);
    messages("wirestamp_ptp_port_messages_received_total", "PTP messages received and used.",
             &wst_ptp_port_status::received);

    out.begin(MetricType::Counter, "wirestamp_ptp_port_messages_discarded_total",
              "Messages received and not used.");
    for (const auto& port : ports) {
        out.add(number(port.discarded_malformed), labels(port, {{"reason", "malformed"}}));
        out.add(number(port.discarded_foreign), labels(port, {{"reason", "foreign"}}));
        out.add(number(port.discarded_own), labels(port, {{"reason", "own"}}));
        out.add(number(port.discarded_unexpected), labels(port, {{"reason", "unexpected"}}));
    }
    out.begin(MetricType::Counter, "wirestamp_ptp_port_faults_total",
              "What went wrong with messages and their stamps.");
    for (const auto& port : ports) {
        out.add(number(port.transmit_stamps_lost), labels(port, {{"fault", "transmit_stamp_lost"}}));
        out.add(number(port.transmit_stamps_late), labels(port, {{"fault", "transmit_stamp_late"}}));
        out.add(number(port.receive_stamps_missing), labels(port, {{"fault", "receive_stamp_missing"}}));
        out.add(number(port.follow_ups_lost), labels(port, {{"fault", "follow_up_lost"}}));
        out.add(number(port.delay_responses_lost), labels(port, {{"fault", "delay_response_lost"}}));
        out.add(number(port.send_errors), labels(port, {{"fault", "send_failed"}}));
        out.add(number(port.announce_timeouts), labels(port, {{"fault", "announce_timeout"}}));
    }
}

class PtpCollector : public prometheus::Collectable {
public:
    explicit PtpCollector(wst_ptp* ptp) : ptp_(ptp) {}

    std::vector<MetricFamily> Collect() const override {
        Families out;
        out.gauge("wirestamp_build_info", "Version of the library; always 1.", 1,
                  {{"version", wst_version_string()}});
        wst_ptp_status status = WST_PTP_STATUS_INIT;
        if (wst_ptp_status_get(ptp_, &status, nullptr) != WST_OK)
            return out.all;
        add_clock(out, status);
        std::vector<wst_ptp_port_status> ports;
        for (std::uint32_t number = 1;; ++number) {
            wst_ptp_port_status port = WST_PTP_PORT_STATUS_INIT;
            if (wst_ptp_port_status_get(ptp_, number, &port, nullptr) != WST_OK)
                break;
            ports.push_back(port);
        }
        add_ports(out, ports);
        return out.all;
    }

private:
    wst_ptp* const ptp_;
};

} // namespace

struct Server {
    prometheus::Exposer exposer;
    std::shared_ptr<PtpCollector> collector;
};

} // namespace command

void* wirestamp_metrics_open(const char* address, wst_ptp* ptp, int* port) {
    try { // its errors are about a null context, whatever was wrong
        auto collector = std::make_shared<command::PtpCollector>(ptp);
        std::unique_ptr<command::Server> server(
            new command::Server{prometheus::Exposer(address, 1), collector});
        server->exposer.RegisterCollectable(collector);
        const auto ports = server->exposer.GetListeningPorts();
        *port = ports.empty() ? 0 : ports.front();
        return server.release();
    } catch (const std::exception&) {
        return nullptr;
    }
}

void wirestamp_metrics_close(void* server) {
    delete static_cast<command::Server*>(server);
}
