// SPDX-License-Identifier: Apache-2.0
//
// `wirestamp latency`: where a packet's time goes on this host, from stamps: from the send call to the wire,
// and from the wire to the application.

#include <algorithm>
#include <chrono>
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
    std::uint32_t count = 1000;
    std::uint32_t size = 64;
    double interval = 0.001;
    std::string plot;
};

struct Closer {
    void operator()(wst_socket* socket) const { wst_socket_close(socket, nullptr); }
};
using Socket = std::unique_ptr<wst_socket, Closer>;

Socket open(wst_context* context, const wst_address& local) {
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    options.local = local;
    wst_socket* raw = nullptr;
    check([&](wst_error* error) { return wst_socket_open(context, &options, &raw, error); });
    return Socket(raw);
}

std::int64_t realtime(wst_context* context) {
    std::int64_t now = 0;
    check([&](wst_error* error) { return wst_clock_read(context, WST_CLOCK_REALTIME, 0, &now, error); });
    return now;
}

struct Series {
    const char* name;
    const char* title;
    std::vector<std::int64_t> values;

    std::int64_t quantile(double q) {
        std::sort(values.begin(), values.end());
        return values.empty() ? 0
                              : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    }
};

void run(const Options& options, bool json_lines) {
    const Context context = make_context();
    wst_address address{};
    check([&](wst_error* error) { return wst_address_parse(options.address.c_str(), &address, error); });
    const Socket receiver = open(context.get(), address);
    wst_address local = address;
    local.port = 0;
    const Socket sender = open(context.get(), local);
    wst_address target{};
    check([&](wst_error* error) { return wst_socket_local_address(receiver.get(), &target, error); });

    Series series[] = {{"send_to_wire", "send call to transmit stamp", {}},
                       {"wire", "transmit stamp to receive stamp", {}},
                       {"wire_to_application", "receive stamp to application", {}}};
    std::vector<std::uint8_t> payload(options.size, 0x5a);
    std::vector<std::uint8_t> buffer(options.size);
    std::uint64_t lost = 0;
    Progress progress;
    for (std::uint32_t i = 0; i < options.count; ++i) {
        progress.show(static_cast<double>(i) / options.count, std::to_string(i) + " packets");
        wst_outgoing out = WST_OUTGOING_INIT;
        out.flags = WST_OUTGOING_STAMP;
        out.data = payload.data();
        out.size = options.size;
        out.id = i;
        out.destination = target;
        const std::int64_t before = realtime(context.get());
        check([&](wst_error* error) { return wst_socket_send(sender.get(), &out, error); });
        wst_datagram in{};
        in.struct_size = sizeof(in);
        in.data = buffer.data();
        in.capacity = static_cast<std::uint32_t>(buffer.size());
        const wst_status received = wst_socket_receive(receiver.get(), &in, 1'000'000'000, nullptr);
        const std::int64_t after = realtime(context.get());
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        const wst_status stamped = wst_socket_transmit_stamp(sender.get(), i, 100'000'000, &stamp, nullptr);
        if (received != WST_OK || stamped != WST_OK || in.software.source == WST_SOURCE_NONE ||
            stamp.software.source == WST_SOURCE_NONE) {
            ++lost;
        } else {
            series[0].values.push_back(stamp.software.value - before);
            series[1].values.push_back(in.software.value - stamp.software.value);
            series[2].values.push_back(after - in.software.value);
        }
        std::this_thread::sleep_for(std::chrono::duration<double>(options.interval));
    }

    progress.clear();
    if (!json_lines)
        std::printf("%u packets of %u bytes over %s, kernel software stamps, %llu without stamps\n",
                    options.count, options.size, options.address.c_str(),
                    static_cast<unsigned long long>(lost));
    for (auto& one : series) {
        const std::int64_t p50 = one.quantile(0.5), p95 = one.quantile(0.95), p99 = one.quantile(0.99),
                           max = one.quantile(1.0);
        if (json_lines)
            std::printf("%s\n", json{{"event", "latency"},
                                     {"part", one.name},
                                     {"count", one.values.size()},
                                     {"lost", lost},
                                     {"p50_ns", p50},
                                     {"p95_ns", p95},
                                     {"p99_ns", p99},
                                     {"max_ns", max}}
                                    .dump()
                                    .c_str());
        else
            std::printf("  %-32s p50 %7lld ns  p95 %7lld ns  p99 %7lld ns  max %8lld ns\n", one.title,
                        static_cast<long long>(p50), static_cast<long long>(p95), static_cast<long long>(p99),
                        static_cast<long long>(max));
    }
    if (!options.plot.empty() && !series[0].values.empty()) {
        std::vector<Distribution> distributions;
        for (const auto& one : series)
            distributions.push_back({one.title, {one.values.begin(), one.values.end()}});
        write_plot(options.plot, "latency over " + options.address, distributions);
    }
    if (series[0].values.empty())
        throw std::runtime_error(
            "no packet got its stamps; does `wirestamp list` show software stamps on this interface?");
}

} // namespace

void add_latency(CLI::App& app, Global& global, int& exit_code) {
    auto* verb =
        app.add_subcommand("latency", "Measure where a packet's time goes on this host, from its stamps");
    teach(*verb, "Packets go from one socket of this host to another, over loopback whatever the address.",
          {{"wirestamp latency", "a thousand packets of 64 bytes"},
           {"wirestamp latency --count 10000 --size 1400 --plot latency.svg",
            "more and bigger ones, and a picture"}});
    auto options = std::make_shared<Options>();
    verb->add_option("--address", options->address, "Address of this host to send to")
        ->type_name("ADDRESS")
        ->capture_default_str();
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
