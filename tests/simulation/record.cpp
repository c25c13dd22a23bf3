// SPDX-License-Identifier: Apache-2.0
//
// Recorded runs, replayed: through the same servo every event is the same to the last bit, through another
// one it is another run over the same packets; a record that ends early is replayed as far as it goes, and
// one that was tampered with is refused or told, whatever is in it.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace swarm;
using Settings = std::vector<std::pair<std::string, std::string>>;
using Events = std::vector<wst_event>;

int failures = 0;

#define EXPECT(condition)                                                           \
    do {                                                                            \
        if (!(condition)) {                                                         \
            std::printf("not ok %s: line %d: %s\n", current, __LINE__, #condition); \
            ++failures;                                                             \
            return;                                                                 \
        }                                                                           \
    } while (0)

const char* current = "";
std::string folder;

PtpConfig config_of(const std::vector<std::string>& ports, const Settings& settings) {
    wst_ptp_config* raw = nullptr;
    must("make a configuration", [&](wst_error* error) { return wst_ptp_config_create(&raw, error); });
    PtpConfig config(raw);
    for (const auto& port : ports)
        must("add a port",
             [&](wst_error* error) { return wst_ptp_config_add_port(raw, port.c_str(), error); });
    for (const auto& [name, value] : settings)
        must("set " + name,
             [&](wst_error* error) { return wst_ptp_config_set(raw, name.c_str(), value.c_str(), error); });
    return config;
}

void subscribe(wst_context* context) {
    wst_subscription subscription = 0;
    must("subscribe", [&](wst_error* error) {
        return wst_subscribe(context, nullptr, nullptr, nullptr, nullptr, &subscription, error);
    });
}

bool take(wst_context* context, int milliseconds, Events& events) {
    wst_event event{};
    event.struct_size = sizeof(event);
    wst_error error = WST_ERROR_INIT;
    const wst_status status = wst_event_wait(context, milliseconds, &event, &error);
    if (status != WST_OK && status != WST_E_TIMED_OUT)
        throw Failed(std::string("wait: ") + error.message);
    if (status == WST_OK)
        events.push_back(event);
    return status == WST_OK;
}

wst_ptp* open_clock(wst_context* context, const wst_ptp_config* config) {
    wst_ptp* ptp = nullptr;
    must("open a clock", [&](wst_error* error) { return wst_ptp_open(context, config, &ptp, error); });
    return ptp;
}

struct Scene {
    bool hardware = true;
    Settings both;
    Settings client;
    std::string schedule;
    std::int64_t duration = 200 * second;
    bool boundary = false;
};

/// What a client was told in a run that is recorded into `path`.
Events record(const Scene& scene, const std::string& path) {
    const Simulation simulation = make_simulation(7);
    wst_simulation* raw = simulation.get();
    const auto add_host = [&](const std::string& name) {
        wst_simulation_host host = WST_SIMULATION_HOST_INIT;
        host.oscillator.drift = name == "gm" ? 0 : 12'345;
        host.oscillator.wander = 1e-9;
        must("add a host",
             [&](wst_error* error) { return wst_simulation_add_host(raw, name.c_str(), &host, error); });
    };
    const auto add_adapter = [&](const std::string& host, const std::string& name,
                                 const std::string& address) {
        wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
        adapter.flags = scene.hardware ? WST_SIMULATION_STAMPS_ENABLED : 0;
        adapter.addresses = address.c_str();
        adapter.clock_offset = host == "gm" ? 0 : 100'000'000;
        adapter.oscillator.drift = host == "gm" ? 0 : 30'000;
        adapter.oscillator.wander = 1e-9;
        if (name != "eth0")
            adapter.clock_of = "eth0";
        must("add an adapter", [&](wst_error* error) {
            return wst_simulation_add_adapter(raw, host.c_str(), name.c_str(), &adapter, error);
        });
    };
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;
    for (auto* direction : {&link.forward, &link.backward}) {
        direction->jitter.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
        direction->jitter.scale = 200;
        direction->loss = 0.01;
    }
    const auto connect = [&](const char* name, const char* first, const char* second) {
        must("connect", [&](wst_error* error) {
            return wst_simulation_connect(raw, name, first, second, &link, error);
        });
    };
    add_host("gm");
    add_host("client");
    add_adapter("gm", "eth0", "192.0.2.1/24");
    add_adapter("client", "eth0", "192.0.2.2/24");
    connect("cable", "gm/eth0", "client/eth0");
    if (scene.boundary) {
        add_host("leaf");
        add_adapter("client", "eth1", "198.51.100.1/24");
        add_adapter("leaf", "eth0", "198.51.100.2/24");
        connect("branch", "client/eth1", "leaf/eth0");
    }
    if (!scene.schedule.empty())
        must("schedule",
             [&](wst_error* error) { return wst_simulation_schedule(raw, scene.schedule.c_str(), error); });

    const auto run = [&](const char* host, const std::vector<std::string>& ports, Settings settings) {
        Context context = live_on(raw, host);
        settings.insert(settings.end(), scene.both.begin(), scene.both.end());
        const PtpConfig config = config_of(ports, settings);
        wst_ptp* ptp = open_clock(context.get(), config.get());
        subscribe(context.get());
        must("start", [&](wst_error* error) { return wst_ptp_start(ptp, error); });
        return std::pair(std::move(context), ptp);
    };
    const auto master = run("gm", {"eth0"}, {{"priority1", "10"}});
    Settings settings = scene.client;
    settings.emplace_back("record_file", path);
    std::vector<std::string> ports{"eth0"};
    if (scene.boundary)
        ports.emplace_back("eth1");
    else
        settings.emplace_back("clientOnly", "1");
    const auto client = run("client", ports, settings);
    std::optional<std::pair<Context, wst_ptp*>> leaf;
    if (scene.boundary)
        leaf = run("leaf", {"eth0"}, {{"clientOnly", "1"}});

    Events events;
    bool changed = false;
    while (time_of(raw) < scene.duration) {
        take(client.first.get(), 1000, events);
        // What the application changes is part of the run.
        if (!changed && time_of(raw) > scene.duration / 2) {
            changed = true;
            must("set",
                 [&](wst_error* error) { return wst_ptp_set(client.second, "priority2", "77", error); });
        }
    }
    must("stop", [&](wst_error* error) { return wst_ptp_stop(client.second, error); });
    while (take(client.first.get(), 0, events)) {
    }
    return events;
}

Events replay(const std::string& path, Settings settings) {
    wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
    options.flags = WST_CONTEXT_CALLER_DRIVEN;
    wst_context* raw = nullptr;
    must("create a context", [&](wst_error* error) { return wst_context_create(&options, &raw, error); });
    const Context context(raw);
    settings.emplace_back("replay_file", path);
    const PtpConfig config = config_of({}, settings);
    wst_ptp* ptp = open_clock(raw, config.get());
    subscribe(raw);
    must("start", [&](wst_error* error) { return wst_ptp_start(ptp, error); });
    Events events;
    for (;;) {
        if (take(raw, 0, events))
            continue;
        wst_ptp_status status = WST_PTP_STATUS_INIT;
        must("ask", [&](wst_error* error) { return wst_ptp_status_get(ptp, &status, error); });
        if ((status.valid & WST_PTP_STATUS_RUNNING) == 0)
            return events;
    }
}

bool same(const wst_event& a, const wst_event& b) {
    return a.type == b.type && std::memcmp(&a.payload, &b.payload, sizeof(a.payload)) == 0;
}

std::size_t common(const Events& a, const Events& b) {
    std::size_t i = 0;
    while (i < a.size() && i < b.size() && same(a[i], b[i]))
        ++i;
    return i;
}

std::vector<double> frequencies(const Events& events) {
    std::vector<double> all;
    for (const auto& event : events)
        if (event.type == WST_EVENT_PTP_OFFSET)
            all.push_back(event.payload.ptp_offset.frequency);
    return all;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

const std::string& path() {
    static const std::string path = folder + "/run.wst";
    return path;
}

/// The same run again, event by event.
void expect_same(const Scene& scene, std::size_t at_least) {
    const Events recorded = record(scene, path());
    const Events replayed = replay(path(), {});
    EXPECT(recorded.size() >= at_least);
    EXPECT(common(recorded, replayed) == recorded.size());
    EXPECT(replayed.size() == recorded.size());
}

void hardware_stamps() {
    expect_same({}, 150);
}
void software_stamps() {
    Scene scene;
    scene.hardware = false;
    scene.client = {{"time_stamping", "software"}};
    expect_same(scene, 150);
}
void peer_delay() {
    Scene scene;
    scene.both = {{"delay_mechanism", "P2P"}};
    expect_same(scene, 150);
}
void boundary_clock() {
    Scene scene;
    scene.boundary = true;
    expect_same(scene, 150);
}
void faults() {
    Scene scene;
    scene.schedule =
        "at 50s link cable cut; at 70s link cable restore; at 90s clock client/eth0 step 1ms;"
        "at 110s adapter client/eth0 remove; at 120s adapter client/eth0 restore;"
        "at 150s host client stall 3s; at 160s adapter client/eth0 stamps loss 1;"
        "at 170s adapter client/eth0 stamps loss 0";
    expect_same(scene, 100);
}
void steered_adapter() {
    Scene scene;
    scene.client = {{"clock_discipline", "device"}};
    expect_same(scene, 150);
    Events none;
    try {
        none = replay(path(), {{"clock_servo", "pi"}});
    } catch (const Failed& refused) {
        EXPECT(std::strstr(refused.what(), "NOT_SUPPORTED") != nullptr);
        return;
    }
    EXPECT(!"another servo was tried on stamps that hold what the recorded one did");
}
void followed_by_the_system() {
    Scene scene;
    scene.client = {{"clock_discipline", "device+system"}};
    expect_same(scene, 150);
}

void another_servo() {
    const Events recorded = record({}, path());
    const Events pi = replay(path(), {{"clock_servo", "pi"}});
    const Events again = replay(path(), {{"clock_servo", "pi"}});
    EXPECT(common(pi, again) == pi.size() && pi.size() == again.size());
    const auto ours = frequencies(recorded), theirs = frequencies(pi);
    // The same packets: as many samples, but for those at the start that only one of them has a use for.
    EXPECT(theirs.size() > 150 && ours.size() < theirs.size() + 20 && theirs.size() < ours.size() + 20);
    EXPECT(common(recorded, pi) < recorded.size() / 10);
    // Both found the same oscillator: 30 ppm fast.
    EXPECT(std::abs(ours.back() + 30'000) < 200 && std::abs(theirs.back() + 30'000) < 1000);
    EXPECT(ours.back() != theirs.back());
}

void an_ended_writer() {
    const Events recorded = record({}, path());
    const std::string whole = read_file(path());
    write_file(path(), whole.substr(0, whole.size() / 2));
    const Events replayed = replay(path(), {});
    const std::size_t begun = common(recorded, replayed);
    EXPECT(begun > recorded.size() / 3 && begun < recorded.size());
    // After that only the end of the clock.
    for (std::size_t i = begun; i < replayed.size(); ++i)
        EXPECT(replayed[i].type != WST_EVENT_PTP_OFFSET && replayed[i].type != WST_EVENT_PTP_FAULT);
}

void small_files() {
    const Events recorded = record({}, path());
    const std::string whole = read_file(path());
    // About 100 octets a packet, and ten packets in two seconds.
    std::printf("# %zu octets for %zu events\n", whole.size(), recorded.size());
    EXPECT(whole.size() < 200 * 800);
}

void no_record() {
    for (const std::string& bytes :
         {std::string(), std::string("wirestamp rec"), std::string("wirestamp record 2\n"),
          std::string("wirestamp record 1\n"), std::string(100'000, '\xff')}) {
        write_file(path(), bytes);
        bool refused = false;
        try {
            replay(path(), {});
        } catch (const Failed& failure) {
            refused = std::strstr(failure.what(), "PARSE") != nullptr;
        }
        EXPECT(refused);
    }
}

void tampered_records() {
    Scene scene;
    scene.duration = 30 * second;
    record(scene, path());
    const std::string whole = read_file(path());
    Random random(11);
    int told = 0, refused = 0, replayed = 0;
    for (int i = 0; i < 200; ++i) {
        std::string bytes = whole;
        for (int n = random.between(1, 8); n > 0; --n)
            bytes[random.bits() % bytes.size()] = static_cast<char>(random.bits());
        write_file(path(), bytes);
        try {
            bool damaged = false;
            for (const auto& event : replay(path(), {}))
                damaged = damaged || (event.type == WST_EVENT_PTP_FAULT &&
                                      event.payload.ptp_fault.fault == WST_PTP_FAULT_RECORD);
            ++(damaged ? told : replayed);
        } catch (const Failed&) {
            ++refused;
        }
    }
    std::printf("# of 200 tampered records %d were told, %d refused, %d made another run\n", told, refused,
                replayed);
    EXPECT(told > 10);
}

void refusals() {
    bool refused = false;
    try {
        replay(folder + "/nowhere.wst", {});
    } catch (const Failed& failure) {
        refused = std::strstr(failure.what(), "NOT_FOUND") != nullptr;
    }
    EXPECT(refused);
    refused = false;
    try {
        record({}, folder + "/no/such/folder.wst");
    } catch (const Failed& failure) {
        refused = std::strstr(failure.what(), "cannot be written") != nullptr;
    }
    EXPECT(refused);
}

/// The disk is full: told once, and the clock goes on.
void a_full_disk() {
    Scene scene;
    const Events events = record(scene, "/dev/full");
    int told = 0;
    for (const auto& event : events)
        told += event.type == WST_EVENT_PTP_FAULT && event.payload.ptp_fault.fault == WST_PTP_FAULT_RECORD;
    EXPECT(told == 1);
    EXPECT(frequencies(events).size() > 150);
}

} // namespace

int main(int argc, char** argv) {
    char name[] = "/tmp/wirestamp-record-XXXXXX";
    folder = mkdtemp(name) ? name : ".";
    const std::pair<const char*, void (*)()> cases[] = {
        {"hardware_stamps", hardware_stamps},
        {"software_stamps", software_stamps},
        {"peer_delay", peer_delay},
        {"boundary_clock", boundary_clock},
        {"faults", faults},
        {"steered_adapter", steered_adapter},
        {"followed_by_the_system", followed_by_the_system},
        {"another_servo", another_servo},
        {"an_ended_writer", an_ended_writer},
        {"small_files", small_files},
        {"no_record", no_record},
        {"tampered_records", tampered_records},
        {"refusals", refusals},
        {"a_full_disk", a_full_disk},
    };
    for (const auto& [title, test] : cases) {
        if (argc > 1 && std::string(argv[1]) != title)
            continue;
        current = title;
        const int before = failures;
        try {
            test();
        } catch (const std::exception& error) {
            std::printf("not ok %s: %s\n", title, error.what());
            ++failures;
        }
        if (failures == before)
            std::printf("ok %s\n", title);
        std::fflush(stdout);
    }
    std::remove(path().c_str());
    std::remove(folder.c_str());
    return failures == 0 ? 0 : 1;
}
