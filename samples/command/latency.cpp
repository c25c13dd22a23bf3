// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp latency`: where a packet's time goes, from stamps: from the send call to the wire, and from the
// wire to the application. Both ends on this host, or one of them with another host at the other.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "duration.hpp"
#include "library.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "teach.hpp"
#include "verbs.hpp"

namespace command {

namespace {

using nlohmann::json;

struct Options {
    std::string address = "127.0.0.1";
    std::string to;
    std::string listen;
    std::string interface;
    bool hardware = false;
    std::uint32_t count = 1000;
    std::uint32_t size = 64;
    double interval = 0.001;
    std::string plot;
};

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int) {
    interrupted = 1;
}

struct CloseObject {
    void operator()(wst_socket* socket) const { wst_socket_close(socket, nullptr); }
    void operator()(wst_correlation* correlation) const { wst_correlation_close(correlation, nullptr); }
};
using Socket = std::unique_ptr<wst_socket, CloseObject>;
using Correlation = std::unique_ptr<wst_correlation, CloseObject>;

Socket open(wst_context* context, const wst_socket_options& options) {
    wst_socket* raw = nullptr;
    check([&](wst_error* error) { return wst_socket_open(context, &options, &raw, error); });
    return Socket(raw);
}

Socket open(wst_context* context, const wst_address& local) {
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    options.local = local;
    return open(context, options);
}

wst_address parse(const std::string& text) {
    wst_address address{};
    check([&](wst_error* error) { return wst_address_parse(text.c_str(), &address, error); });
    return address;
}

bool is_group(const wst_address& address) {
    return address.family == WST_FAMILY_IPV4 ? (address.bytes[0] & 0xf0) == 0xe0 : address.bytes[0] == 0xff;
}

/// The system's clock that kernel stamps are compared with: the one that they count, which Linux and Windows
/// choose differently and only a stamp tells.
class KernelTime {
public:
    explicit KernelTime(wst_context* context) : context_(context) {}

    std::uint32_t clock() const { return clock_; }
    std::int64_t now() const {
        std::int64_t value = 0;
        check([&](wst_error* error) { return wst_clock_read(context_, clock_, 0, &value, error); });
        return value;
    }
    /// False if what was read for this stamp is of another clock; what is read from now on will not be.
    bool fits(const wst_stamp& stamp) {
        if (stamp.source == WST_SOURCE_NONE || stamp.clock == clock_)
            return true;
        clock_ = stamp.clock;
        return false;
    }

private:
    wst_context* context_;
    std::uint32_t clock_ = WST_CLOCK_REALTIME;
};

struct Series {
    const char* part;
    const char* stamps;
    const char* title;
    std::vector<std::int64_t> values;

    std::int64_t quantile(double q) {
        std::sort(values.begin(), values.end());
        return values.empty() ? 0
                              : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    }
};

struct Outcome {
    std::vector<Series> series;
    std::uint64_t packets = 0;
    std::uint64_t lost = 0; // without stamps
};

/// Brings an adapter's stamps to the clock that kernel stamps count already.
class HardwareTime {
public:
    HardwareTime(wst_context* context, const KernelTime& kernel) : context_(context), kernel_(kernel) {}

    /// False while the two clocks are not known well enough.
    bool convert(const wst_stamp& stamp, std::int64_t& value) {
        if (!correlation_ || interface_ != stamp.interface_id || clock_ != kernel_.clock()) {
            wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
            options.interface_id = interface_ = stamp.interface_id;
            options.stamp_clock = stamp.clock;
            options.system_clock = clock_ = kernel_.clock();
            options.interval_ms = 1000;
            wst_correlation* raw = nullptr;
            check([&](wst_error* error) { return wst_correlation_open(context_, &options, &raw, error); });
            correlation_.reset(raw);
            check([&](wst_error* error) { return wst_correlation_wait(raw, 10'000, error); });
        }
        wst_correlation_time time = WST_CORRELATION_TIME_INIT;
        if (wst_correlation_convert(correlation_.get(), stamp.clock, stamp.value, &time, nullptr) != WST_OK)
            return false;
        value = time.value;
        return true;
    }

private:
    wst_context* context_;
    const KernelTime& kernel_;
    std::uint64_t interface_ = 0;
    std::uint32_t clock_ = WST_CLOCK_NONE;
    Correlation correlation_;
};

/// What stamps a socket on the adapter should ask for.
std::uint32_t stamps_of(wst_context* context, std::uint64_t interface, bool turn_on) {
    wst_capabilities active = WST_CAPABILITIES_INIT;
    if (turn_on)
        check([&](wst_error* error) {
            return wst_capabilities_enable(context, interface, nullptr, &active, error);
        });
    else if (wst_capabilities_active(context, interface, 0, &active, nullptr) != WST_OK)
        return WST_STAMPS_SOFTWARE;
    const bool on = (active.valid & WST_CAPABILITIES_VALID_HARDWARE) != 0 && active.hardware != 0;
    return on ? WST_STAMPS_BOTH : WST_STAMPS_SOFTWARE;
}

wst_socket_options options_on(wst_context* context, const Options& options) {
    wst_socket_options wanted = WST_SOCKET_OPTIONS_INIT;
    if (options.interface.empty())
        return wanted;
    wanted.interface_id = find_interface(context, options.interface).id;
    wanted.stamps = stamps_of(context, wanted.interface_id, options.hardware);
    return wanted;
}

void rest(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// A kernel begins to stamp what it receives a moment after the first socket asks for it.
void until_stamps_come(wst_socket* sender, wst_socket* receiver, const wst_address& target,
                       KernelTime& kernel) {
    for (int i = 0; i < 100; ++i) {
        wst_outgoing out = WST_OUTGOING_INIT;
        out.destination = target;
        check([&](wst_error* error) { return wst_socket_send(sender, &out, error); });
        wst_datagram in{};
        in.struct_size = sizeof(in);
        if (wst_socket_receive(receiver, &in, 100'000'000, nullptr) == WST_OK &&
            in.software.source != WST_SOURCE_NONE && kernel.fits(in.software))
            return;
    }
}

/// From one socket of this host to another.
Outcome on_this_host(wst_context* context, const Options& options) {
    const wst_address address = parse(options.address);
    const Socket receiver = open(context, address);
    wst_address local = address;
    local.port = 0;
    const Socket sender = open(context, local);
    wst_address target{};
    check([&](wst_error* error) { return wst_socket_local_address(receiver.get(), &target, error); });

    KernelTime kernel(context);
    until_stamps_come(sender.get(), receiver.get(), target, kernel);
    Outcome outcome;
    outcome.series = {{"send_to_wire", "software", "send call to transmit stamp", {}},
                      {"wire", "software", "transmit stamp to receive stamp", {}},
                      {"wire_to_application", "software", "receive stamp to application", {}}};
    std::vector<std::uint8_t> payload(options.size, 0x5a);
    std::vector<std::uint8_t> buffer(options.size);
    Progress progress;
    for (std::uint32_t i = 0; i < options.count && interrupted == 0; ++i) {
        progress.show(static_cast<double>(i) / options.count, std::to_string(i) + " packets");
        wst_outgoing out = WST_OUTGOING_INIT;
        out.flags = WST_OUTGOING_STAMP;
        out.data = payload.data();
        out.size = options.size;
        out.id = i;
        out.destination = target;
        const std::int64_t before = kernel.now();
        check([&](wst_error* error) { return wst_socket_send(sender.get(), &out, error); });
        wst_datagram in{};
        in.struct_size = sizeof(in);
        in.data = buffer.data();
        in.capacity = static_cast<std::uint32_t>(buffer.size());
        const wst_status received = wst_socket_receive(receiver.get(), &in, 1'000'000'000, nullptr);
        const std::int64_t after = kernel.now();
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        const wst_status stamped = wst_socket_transmit_stamp(sender.get(), i, 100'000'000, &stamp, nullptr);
        ++outcome.packets;
        if (received != WST_OK || stamped != WST_OK || in.software.source == WST_SOURCE_NONE ||
            stamp.software.source == WST_SOURCE_NONE || !kernel.fits(in.software) ||
            !kernel.fits(stamp.software)) {
            ++outcome.lost;
        } else {
            outcome.series[0].values.push_back(stamp.software.value - before);
            outcome.series[1].values.push_back(in.software.value - stamp.software.value);
            outcome.series[2].values.push_back(after - in.software.value);
        }
        rest(options.interval);
    }
    return outcome;
}

/// The way out alone: the other host need not answer, nor even listen.
Outcome to_another(wst_context* context, const Options& options) {
    const wst_address target = parse(options.to);
    if (target.port == 0)
        throw std::runtime_error("--to " + options.to +
                                 " has no port; 9 is the one that discards what comes");
    wst_socket_options wanted = options_on(context, options);
    wanted.local.family = target.family;
    const Socket socket = open(context, wanted);
    Outcome outcome;
    outcome.series = {{"send_to_wire", "software", "send call to kernel's stamp", {}},
                      {"send_to_wire", "hardware", "send call to adapter's stamp", {}}};
    std::vector<std::uint8_t> payload(options.size, 0x5a);
    KernelTime kernel(context);
    HardwareTime hardware(context, kernel);
    Progress progress;
    for (std::uint32_t i = 0; i < options.count && interrupted == 0; ++i) {
        progress.show(static_cast<double>(i) / options.count, std::to_string(i) + " packets");
        wst_outgoing out = WST_OUTGOING_INIT;
        out.flags = WST_OUTGOING_STAMP;
        out.data = payload.data();
        out.size = options.size;
        out.id = i;
        out.destination = target;
        const std::int64_t before = kernel.now();
        check([&](wst_error* error) { return wst_socket_send(socket.get(), &out, error); });
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        const wst_status stamped = wst_socket_transmit_stamp(socket.get(), i, 100'000'000, &stamp, nullptr);
        ++outcome.packets;
        if (!kernel.fits(stamp.software)) {
            ++outcome.lost;
            continue;
        }
        std::int64_t wire = 0;
        bool told = false;
        if (stamped == WST_OK && stamp.software.source != WST_SOURCE_NONE) {
            outcome.series[0].values.push_back(stamp.software.value - before);
            told = true;
        }
        if (stamped == WST_OK && stamp.hardware.source != WST_SOURCE_NONE &&
            hardware.convert(stamp.hardware, wire)) {
            outcome.series[1].values.push_back(wire - before);
            told = true;
        }
        outcome.lost += told ? 0 : 1;
        rest(options.interval);
    }
    return outcome;
}

/// The way in alone, of whatever comes.
Outcome from_others(wst_context* context, const Options& options) {
    const wst_address address = parse(options.listen);
    if (address.port == 0)
        throw std::runtime_error("--listen " + options.listen + " has no port");
    wst_socket_options wanted = options_on(context, options);
    wanted.flags = WST_SOCKET_REUSE_ADDRESS;
    if (is_group(address)) {
        wanted.local.family = address.family;
        wanted.local.port = address.port;
    } else {
        wanted.local = address;
    }
    const Socket socket = open(context, wanted);
    if (is_group(address))
        check([&](wst_error* error) { return wst_socket_join(socket.get(), &address, error); });
    Outcome outcome;
    outcome.series = {{"wire_to_application", "software", "kernel's stamp to application", {}},
                      {"wire_to_application", "hardware", "adapter's stamp to application", {}}};
    std::fprintf(stderr, "waiting for %u packets on %s; Ctrl-C ends it\n", options.count,
                 options.listen.c_str());
    std::vector<std::uint8_t> buffer(65536);
    KernelTime kernel(context);
    HardwareTime hardware(context, kernel);
    Progress progress;
    while (outcome.packets < options.count && interrupted == 0) {
        progress.show(static_cast<double>(outcome.packets) / options.count,
                      std::to_string(outcome.packets) + " packets");
        wst_datagram in{};
        in.struct_size = sizeof(in);
        in.data = buffer.data();
        in.capacity = static_cast<std::uint32_t>(buffer.size());
        wst_error error = WST_ERROR_INIT;
        const wst_status received = wst_socket_receive(socket.get(), &in, 200'000'000, &error);
        const std::int64_t after = kernel.now();
        if (received == WST_E_TIMED_OUT)
            continue;
        if (received != WST_OK)
            throw LibraryError(error);
        ++outcome.packets;
        if (!kernel.fits(in.software)) {
            ++outcome.lost;
            continue;
        }
        std::int64_t wire = 0;
        bool told = false;
        if (in.software.source != WST_SOURCE_NONE) {
            outcome.series[0].values.push_back(after - in.software.value);
            told = true;
        }
        if (in.hardware.source != WST_SOURCE_NONE && hardware.convert(in.hardware, wire)) {
            outcome.series[1].values.push_back(after - wire);
            told = true;
        }
        outcome.lost += told ? 0 : 1;
    }
    return outcome;
}

void run(const Options& options, bool json_lines) {
    if (options.hardware && options.interface.empty())
        throw CLI::ValidationError("--hardware", "goes with --interface, whose stamps it turns on");
    if (!options.interface.empty() && options.to.empty() && options.listen.empty())
        throw CLI::ValidationError("--interface",
                                   "goes with --to or --listen; on one host packets take loopback");
    const Context context = make_context();
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    const bool own = options.to.empty() && options.listen.empty();
    const std::string where = own                  ? "over " + options.address
                              : options.to.empty() ? "received on " + options.listen
                                                   : "sent to " + options.to;
    Outcome outcome = own                  ? on_this_host(context.get(), options)
                      : options.to.empty() ? from_others(context.get(), options)
                                           : to_another(context.get(), options);
    // An adapter without stamps of its own is no news.
    outcome.series.erase(
        std::remove_if(outcome.series.begin(), outcome.series.end(),
                       [](const Series& one) { return one.values.empty() && one.stamps[0] == 'h'; }),
        outcome.series.end());
    if (!json_lines)
        std::printf("%llu packets%s %s, %llu without stamps\n",
                    static_cast<unsigned long long>(outcome.packets),
                    options.listen.empty() ? (" of " + std::to_string(options.size) + " bytes").c_str() : "",
                    where.c_str(), static_cast<unsigned long long>(outcome.lost));
    bool any = false;
    for (auto& one : outcome.series) {
        any = any || !one.values.empty();
        const std::int64_t p50 = one.quantile(0.5), p95 = one.quantile(0.95), p99 = one.quantile(0.99),
                           max = one.quantile(1.0);
        if (json_lines)
            std::printf("%s\n", json{{"event", "latency"},
                                     {"part", one.part},
                                     {"stamps", one.stamps},
                                     {"count", one.values.size()},
                                     {"lost", outcome.lost},
                                     {"p50_ns", p50},
                                     {"p95_ns", p95},
                                     {"p99_ns", p99},
                                     {"max_ns", max}}
                                    .dump()
                                    .c_str());
        else if (!one.values.empty())
            std::printf("  %-32s p50 %7lld ns  p95 %7lld ns  p99 %7lld ns  max %8lld ns\n", one.title,
                        static_cast<long long>(p50), static_cast<long long>(p95), static_cast<long long>(p99),
                        static_cast<long long>(max));
    }
    if (!options.plot.empty() && any) {
        std::vector<Distribution> distributions;
        for (const auto& one : outcome.series)
            distributions.push_back({one.title, {one.values.begin(), one.values.end()}});
        write_plot(options.plot, "latency " + where, distributions);
    }
    if (!any && outcome.packets != 0)
        throw std::runtime_error(
            "no packet got its stamps; does `wirestamp list` show software stamps on this interface?");
    if (!any)
        throw std::runtime_error("no packet came");
}

} // namespace

void add_latency(CLI::App& app, Global& global, int& exit_code) {
    auto* verb =
        app.add_subcommand("latency", "Measure where a packet's time goes on this host, from its stamps");
    teach(
        *verb,
        "Packets go from one socket of this host to another, over loopback whatever the address. With --to "
        "they go "
        "to another host and the way out is measured, with --listen the way in of packets that come; with "
        "--interface also by the adapter's own stamps, where those are on, which a correlation brings to the "
        "system's clock.",
        {{"wirestamp latency", "a thousand packets of 64 bytes"},
         {"wirestamp latency --count 10000 --size 1400 --plot latency.svg",
          "more and bigger ones, and a picture"},
         {"wirestamp latency --to 192.0.2.7:9 -i eth0", "from the send call to the wire"},
         {"wirestamp latency --listen 224.0.1.129:320 -i eth0 -n 20", "from the wire, of PTP's messages"}});
    auto options = std::make_shared<Options>();
    auto* address = verb->add_option("--address", options->address, "Address of this host to send to")
                        ->type_name("ADDRESS")
                        ->capture_default_str();
    auto* to = verb->add_option("--to", options->to, "Send to this address and port of another host instead")
                   ->type_name("ADDRESS:PORT");
    auto* listen = verb->add_option("--listen", options->listen,
                                    "Receive what comes to this address (a group is joined) and port instead")
                       ->type_name("ADDRESS:PORT");
    to->excludes(listen)->excludes(address);
    listen->excludes(address);
    verb->add_option("-i,--interface", options->interface,
                     "The adapter to send or receive by, and whose stamps to use")
        ->type_name("INTERFACE")
        ->excludes(address);
    verb->add_flag("--hardware", options->hardware,
                   "Turn the adapter's stamps on meanwhile (needs the privilege)");
    verb->add_option("-n,--count", options->count, "Packets")
        ->check(CLI::Range(1, 10000000))
        ->capture_default_str();
    verb->add_option("--size", options->size, "Bytes of payload")
        ->check(CLI::Range(1, 9000))
        ->capture_default_str();
    verb->add_option("--interval", options->interval, "Time between packets")
        ->transform(duration())
        ->type_name("TIME")
        ->capture_default_str();
    verb->add_option("--plot", options->plot, "Draw the distributions into this SVG file (needs gnuplot)")
        ->type_name("FILE");
    verb->callback([=, &global, &exit_code] {
        run(*options, global.json);
        exit_code = success;
    });
}

} // namespace command
