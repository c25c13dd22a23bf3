// SPDX-License-Identifier: Apache-2.0
//
// Attacks on a network of clocks, each as a test of what docs/attacks.md says the engine does then. An
// attacker sits on the same switch, hears all multicast and sends what it likes; it does not hold the key to
// anything, because PTP has none.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "scene.hpp"

namespace {

using namespace swarm;
using Bytes = std::vector<std::uint8_t>;

enum Type : std::uint8_t {
    sync = 0,
    delay_resp = 9,
    follow_up = 8,
    announce = 11,
    signaling = 12,
    management = 13
};

/// A grandmaster, a client and an attacker around one switch.
struct Scene {
    Simulation network = make_simulation(5);
    wst_simulation_link link = WST_SIMULATION_LINK_INIT;

    explicit Scene(const std::function<void(wst_simulation_link&)>& to_client = {}) {
        wst_simulation* raw = network.get();
        must("switch",
             [&](wst_error* error) { return wst_simulation_add_bridge(raw, "sw", nullptr, error); });
        int number = 0;
        for (const char* name : {"gm", "client", "eve", "second"}) {
            ++number;
            const std::string address =
                "192.0.2." + std::to_string(number) + "/24, fe80::" + std::to_string(number) + "/64";
            must("host",
                 [&](wst_error* error) { return wst_simulation_add_host(raw, name, nullptr, error); });
            wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
            adapter.flags = WST_SIMULATION_STAMPS_ENABLED;
            adapter.addresses = address.c_str();
            adapter.clock_offset = number * 1'000'000'000LL - 1'000'000'000;
            adapter.oscillator.drift = number * 1000.0;
            adapter.oscillator.wander = 1e-9;
            must("adapter", [&](wst_error* error) {
                return wst_simulation_add_adapter(raw, name, "eth0", &adapter, error);
            });
            link = WST_SIMULATION_LINK_INIT;
            for (auto* direction : {&link.forward, &link.backward}) {
                direction->jitter.kind = WST_SIMULATION_JITTER_EXPONENTIAL;
                direction->jitter.scale = 100;
                direction->bits_per_second = 1e9;
            }
            if (to_client && std::string(name) == "client")
                to_client(link);
            const std::string end = std::string(name) + "/eth0";
            must("link", [&](wst_error* error) {
                return wst_simulation_connect(raw, (std::string("l-") + name).c_str(), "sw", end.c_str(),
                                              &link, error);
            });
        }
    }
    void run(double seconds) {
        must("run", [&](wst_error* error) {
            return wst_simulation_run(network.get(), static_cast<std::int64_t>(seconds * second), error);
        });
    }
    wst_simulation_counters counters() {
        wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
        must("counters",
             [&](wst_error* error) { return wst_simulation_counters_get(network.get(), &counters, error); });
        return counters;
    }
};

class Eve {
public:
    explicit Eve(Scene& scene) : context_(live_on(scene.network.get(), "eve")) {
        for (int i = 0; i < 2; ++i) {
            wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
            options.stamps = WST_STAMPS_NONE;
            must("address",
                 [&](wst_error* error) { return wst_address_parse("0.0.0.0", &options.local, error); });
            options.local.port = static_cast<std::uint16_t>(319 + i);
            wst_interface interface = WST_INTERFACE_INIT;
            must("interface", [&](wst_error* error) {
                return wst_interface_find(context_.get(), "eth0", &interface, error);
            });
            options.interface_id = interface.id;
            must("socket", [&](wst_error* error) {
                return wst_socket_open(context_.get(), &options, &sockets_[i], error);
            });
            wst_address group;
            must("group", [&](wst_error* error) { return wst_address_parse("224.0.1.129", &group, error); });
            must("join", [&](wst_error* error) { return wst_socket_join(sockets_[i], &group, error); });
        }
    }

    /// What came since the last call, with what came before.
    const std::vector<Bytes>& listen() {
        std::uint8_t buffer[1500];
        for (auto* socket : sockets_)
            for (;;) {
                wst_datagram datagram;
                std::memset(&datagram, 0, sizeof(datagram));
                datagram.struct_size = sizeof(datagram);
                datagram.data = buffer;
                datagram.capacity = sizeof(buffer);
                if (wst_socket_receive(socket, &datagram, 0, nullptr) != WST_OK)
                    break;
                heard_.emplace_back(buffer, buffer + datagram.size);
            }
        return heard_;
    }
    /// The latest that was heard of this type.
    Bytes last(Type type) {
        listen();
        for (auto message = heard_.rbegin(); message != heard_.rend(); ++message)
            if (((*message)[0] & 0x0f) == type)
                return *message;
        throw Failed("the attacker heard no message of type " + std::to_string(type));
    }
    void send(const Bytes& message, const char* to = "224.0.1.129") {
        const bool event = (message[0] & 0x0f) < 4;
        wst_outgoing out = WST_OUTGOING_INIT;
        must("destination", [&](wst_error* error) { return wst_address_parse(to, &out.destination, error); });
        out.destination.port = event ? 319 : 320;
        out.data = message.data();
        out.size = static_cast<std::uint32_t>(message.size());
        wst_socket_send(sockets_[event ? 0 : 1], &out, nullptr);
    }

private:
    Context context_;
    wst_socket* sockets_[2] = {};
    std::vector<Bytes> heard_;
};

void put(Bytes& message, std::size_t at, std::uint64_t value, int octets) {
    for (int i = octets; i-- > 0; value >>= 8)
        message[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value);
}

std::uint64_t get(const Bytes& message, std::size_t at, int octets) {
    std::uint64_t value = 0;
    for (int i = 0; i < octets; ++i)
        value = value << 8 | message[at + static_cast<std::size_t>(i)];
    return value;
}

/// A header of nobody's, with room for the rest.
Bytes made(Type type, std::size_t size, std::uint64_t identity, std::uint16_t sequence) {
    Bytes message(size);
    message[0] = type;
    message[1] = 2;
    put(message, 2, size, 2);
    put(message, 20, identity, 8);
    put(message, 28, 1, 2);
    put(message, 30, sequence, 2);
    message[33] = 0x7f;
    return message;
}

const Settings fast{{"logSyncInterval", "-3"}, {"logMinDelayReqInterval", "-3"}};

Settings with(Settings more) {
    more.insert(more.end(), fast.begin(), fast.end());
    return more;
}

bool follows(const Clock& client, const Clock& master) {
    const auto status = client.status();
    const auto own = master.status();
    return std::memcmp(status.grandmaster_identity, own.clock_identity, 8) == 0;
}

constexpr std::uint64_t eves = 0x0badc0de'0badc0de;

/// An Announce of the best clock there could be, and its Sync and Follow_Up with another time.
void pretend(Eve& eve, std::uint64_t identity, std::uint16_t sequence, bool announces, std::int64_t ahead) {
    if (announces) {
        Bytes message = eve.last(announce);
        put(message, 20, identity, 8);
        put(message, 30, sequence, 2);
        message[47] = 0; // priority1
        put(message, 53, identity, 8);
        eve.send(message);
    }
    Bytes first = eve.last(sync);
    put(first, 20, identity, 8);
    put(first, 30, sequence, 2);
    eve.send(first);
    Bytes then = eve.last(follow_up);
    put(then, 20, identity, 8);
    put(then, 30, sequence, 2);
    put(then, 34, get(then, 34, 6) + static_cast<std::uint64_t>(ahead), 6);
    eve.send(then);
}

void a_single_forged_announce_elects_nobody() {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}}));
    Eve eve(scene);
    scene.run(60);
    EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
    // Again and again, but never two within the window of clause 9.3.2.4.
    for (int i = 0; i < 5; ++i) {
        pretend(eve, eves + static_cast<unsigned>(i), 1, true, 3600);
        for (int n = 0; n < 10; ++n) {
            scene.run(1);
            EXPECT(follows(client, master));
            EXPECT(is_right(client, master), "%lld ns off", static_cast<long long>(error_of(client, master)));
        }
    }
}

void a_forged_master_is_kept_out_by_the_acceptable_masters() {
    Scene scene;
    const Clock master(
        scene.network.get(), "gm",
        with({{"priority1", "10"}, {"serverOnly", "1"}, {"clockIdentity", "000102.fffe.030405"}}));
    const Clock client(scene.network.get(), "client",
                       with({{"clientOnly", "1"}, {"acceptable_masters", "000102.fffe.030405"}}));
    Eve eve(scene);
    scene.run(60);
    for (int i = 0; i < 60; ++i) {
        pretend(eve, eves, static_cast<std::uint16_t>(i), true, 3600);
        scene.run(1);
        EXPECT(follows(client, master));
        EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
    }
}

void a_forged_master_that_leaves_is_forgotten() {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}, {"serverOnly", "1"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}}));
    Eve eve(scene);
    scene.run(60);
    // This one is believed: PTP without keys cannot know better. It is never claimed to be known to a bound
    // that was measured with the one before.
    int believed = 0;
    for (int i = 0; i < 30; ++i) {
        pretend(eve, eves, static_cast<std::uint16_t>(i), true, 3600);
        scene.run(1);
        believed += !follows(client, master);
    }
    EXPECT(believed > 20, "%d", believed);
    scene.run(60);
    EXPECT(follows(client, master));
    EXPECT(is_right(client, master), "%lld ns off", static_cast<long long>(error_of(client, master)));
}

void replayed(const char* servo) {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}, {"clock_servo", servo}}));
    Eve eve(scene);
    for (int i = 0; i < 120; ++i) {
        scene.run(1);
        eve.listen();
    }
    EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
    const std::vector<Bytes> all = eve.listen();
    EXPECT(all.size() > 1000, "%zu", all.size());
    // All of it, from the beginning, and then what is fresh, at once; some twice.
    const auto before = client.status().steps;
    std::size_t next = 0;
    for (int i = 0; i < 120; ++i) {
        for (int n = 0; n < 20 && next < all.size(); ++n, ++next)
            eve.send(all[next]);
        eve.send(eve.last(follow_up));
        eve.send(eve.last(sync));
        scene.run(0.25);
        EXPECT(is_right(client, master), "%lld ns off after %zu messages",
               static_cast<long long>(error_of(client, master)), next);
        EXPECT(follows(client, master));
    }
    EXPECT(client.status().steps == before);
    const auto port = client.port();
    EXPECT(port.discarded_unexpected > 200, "%llu",
           static_cast<unsigned long long>(port.discarded_unexpected));
}

// The adaptive servo would not believe the times either; pi believes whatever it gets.
void replayed_messages_move_nothing() {
    replayed("pi");
    replayed("adaptive");
}

/// How far off the client was at most, and how often true time was outside its interval.
struct Harm {
    std::int64_t worst = 0;
    int outside = 0;
};

Harm harm(Scene& scene, const Clock& client, const Clock& master, int seconds) {
    Harm harm;
    for (int i = 0; i < seconds; ++i) {
        scene.run(1);
        const auto time = client.now();
        const auto truth = master.now().ptp_time;
        harm.worst = std::max<std::int64_t>(harm.worst, std::llabs(time.ptp_time - truth));
        harm.outside += truth < time.earliest || truth > time.latest;
    }
    return harm;
}

void packets_that_are_held_back_are_left_out() {
    const auto attacked = [](const char* servo) {
        Scene scene([](wst_simulation_link& link) {
            for (auto* direction : {&link.forward, &link.backward}) {
                direction->flags = WST_SIMULATION_OVERTAKING;
                direction->reordering = 0.3;
                direction->reordering_delay = 500'000;
            }
        });
        const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
        const Clock client(scene.network.get(), "client",
                           with({{"clientOnly", "1"}, {"clock_servo", servo}}));
        scene.run(200);
        return harm(scene, client, master, 100);
    };
    const Harm ours = attacked("adaptive");
    EXPECT(ours.worst < 2000, "%lld ns", static_cast<long long>(ours.worst));
    EXPECT(ours.outside == 0, "%d", ours.outside);
    // The attack is one: a servo that takes every packet for true is moved.
    const Harm without = attacked("pi");
    EXPECT(without.worst > 20'000, "%lld ns", static_cast<long long>(without.worst));
}

void a_steady_delay_attack_stays_within_the_asymmetry_bound() {
    const auto attacked = [](const char* bound) {
        Scene scene;
        const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
        const Clock client(scene.network.get(), "client",
                           with({{"clientOnly", "1"}, {"asymmetry_bound", bound}}));
        scene.run(60);
        must("attack", [&](wst_error* error) {
            return wst_simulation_apply(scene.network.get(), "link l-client delay 401us forward", error);
        });
        return harm(scene, client, master, 3000);
    };
    // Whoever can hold back one direction by 400 us for ever can move the time by 200 us, and no two-way
    // protocol sees it: only a bound on the asymmetry can cover that.
    const Harm covered = attacked("250000");
    EXPECT(covered.worst > 150'000 && covered.worst < 250'000, "%lld ns",
           static_cast<long long>(covered.worst));
    EXPECT(covered.outside == 0, "%d", covered.outside);
    EXPECT(attacked("0").outside > 0);
}

Bytes request(std::uint64_t identity, Type wanted, int log2, std::uint32_t seconds) {
    Bytes message = made(signaling, 34 + 10 + 10, identity, 1);
    put(message, 6, 0x0400, 2); // unicast
    put(message, 34, ~std::uint64_t{0}, 8);
    put(message, 42, 0xffff, 2);
    put(message, 44, 0x0004, 2);
    put(message, 46, 6, 2);
    message[48] = static_cast<std::uint8_t>(wanted << 4);
    message[49] = static_cast<std::uint8_t>(log2);
    put(message, 50, seconds, 4);
    return message;
}

/// One host that pretends to be many asks for all there is; who comes then is served all the same.
void exhausted(const Settings& limits) {
    Scene scene;
    Settings settings =
        with({{"priority1", "10"}, {"unicast_listen", "1"}, {"inhibit_multicast_service", "1"}});
    settings.insert(settings.end(), limits.begin(), limits.end());
    const Clock master(scene.network.get(), "gm", settings);
    const Settings unicast = with({{"clientOnly", "1"}, {"unicast_masters", "192.0.2.1"}});
    const Clock early(scene.network.get(), "second", unicast);
    scene.run(30);
    EXPECT(is_right(early, master));
    Eve eve(scene);
    const auto ask = [&](int count) {
        // The fastest first, and then what is left of the rates to the last message.
        for (const int log2 : {-7, -4, -2, 0})
            for (int i = 0; i < count; ++i)
                for (const Type type : {announce, sync, delay_resp})
                    eve.send(request(eves + static_cast<unsigned>(i - 1000 * log2), type, log2, 3600),
                             "192.0.2.1");
        scene.run(0.2);
    };
    for (int i = 0; i < 5; ++i)
        ask(100);
    const auto before = master.port();
    scene.run(2);
    const auto after = master.port();
    const std::uint64_t sent =
        after.sent[announce] - before.sent[announce] + after.sent[sync] - before.sent[sync];
    // 64 clients of two services at 128/s, or 2000/s: whichever was asked to be the most.
    EXPECT(sent > 1000 && sent < 2 * 2 * 64 * 140, "%llu messages", static_cast<unsigned long long>(sent));
    const Clock late(scene.network.get(), "client", unicast);
    for (int i = 0; i < 60; ++i) {
        ask(5);
        scene.run(0.8);
    }
    EXPECT(is_right(late, master), "%lld ns off", static_cast<long long>(error_of(late, master)));
    EXPECT(is_right(early, master));
}

void exhausted_unicast_places_are_given_to_those_who_have_none() {
    exhausted({{"unicast_max_clients", "64"}});
}

void exhausted_unicast_rates_are_given_to_those_who_have_none() {
    exhausted({{"unicast_max_messages", "2000"}});
}

Bytes question(std::uint64_t identity, std::uint16_t sequence, std::uint8_t action, std::uint16_t id) {
    Bytes message = made(management, 34 + 14 + 6 + (action == 0 ? 0 : 2), identity, sequence);
    put(message, 34, ~std::uint64_t{0}, 8);
    put(message, 42, 0xffff, 2);
    message[44] = message[45] = 1;
    message[46] = action;
    put(message, 48, 0x0001, 2);
    put(message, 50, action == 0 ? 2 : 4, 2);
    put(message, 52, id, 2);
    return message;
}

void management_is_answered_at_a_bounded_rate() {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}}));
    Eve eve(scene);
    scene.run(60);
    const auto before = master.port();
    std::uint16_t sequence = 0;
    constexpr int seconds = 10;
    for (int i = 0; i < seconds * 20; ++i) {
        for (int n = 0; n < 100; ++n)
            eve.send(question(eves, ++sequence, 0, 0x2000), n % 2 ? "224.0.1.129" : "192.0.2.1");
        scene.run(0.05);
    }
    const std::uint64_t answers = master.port().sent[management] - before.sent[management];
    EXPECT(answers > 500 && answers < 512 + 256 * (seconds + 1), "%llu answers to %d questions",
           static_cast<unsigned long long>(answers), seconds * 20 * 100);
    EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
    // Who asks in a civil way afterwards is answered.
    scene.run(5);
    const auto then = master.port();
    eve.send(question(eves, ++sequence, 0, 0x2000));
    scene.run(1);
    EXPECT(master.port().sent[management] == then.sent[management] + 1);
}

void management_from_the_network_changes_nothing() {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}}));
    Eve eve(scene);
    scene.run(60);
    // PRIORITY1 of all clocks 255; then every command to disable, to initialize.
    eve.send(question(eves, 1, 1, 0x2005));
    eve.send(question(eves, 2, 3, 0x200e));
    eve.send(question(eves, 3, 3, 0x0005));
    scene.run(30);
    EXPECT(master.status().priority1 == 10);
    EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
}

void stolen(const char* servo) {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}, {"serverOnly", "1"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}, {"clock_servo", servo}}));
    Eve eve(scene);
    scene.run(60);
    const auto identity = [](const Clock& clock) {
        Bytes octets(8);
        const auto status = clock.status();
        std::memcpy(octets.data(), status.clock_identity, 8);
        return get(octets, 0, 8);
    };
    client.faults(0), master.faults(0);
    for (int i = 0; i < 20; ++i) {
        pretend(eve, identity(client), static_cast<std::uint16_t>(i), true, 3600);
        scene.run(1);
        EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
    }
    EXPECT(client.faults(WST_PTP_FAULT_DUPLICATE_IDENTITY) > 0);
    // The grandmaster's, with sequence numbers that would come next: a time an hour away is held back until
    // three in a row agree, and those that are true come in between.
    for (int i = 0; i < 100; ++i) {
        const auto next = static_cast<std::uint16_t>(get(eve.last(sync), 30, 2) + 2);
        pretend(eve, identity(master), next, false, 3600);
        scene.run(0.2);
        EXPECT(std::llabs(error_of(client, master)) < 1'000'000, "%lld ns off",
               static_cast<long long>(error_of(client, master)));
    }
    EXPECT(master.faults(WST_PTP_FAULT_DUPLICATE_IDENTITY) > 0);
    scene.run(30);
    EXPECT(is_right(client, master), "%s", state_of(client, master).c_str());
}

// The adaptive servo would not believe the times either; pi believes whatever it gets.
void a_stolen_identity_is_told_and_moves_nothing() {
    stolen("pi");
    stolen("adaptive");
}

void a_flood_at_line_rate_is_survived_in_bounded_memory() {
    Scene scene;
    const Clock master(scene.network.get(), "gm", with({{"priority1", "10"}}));
    const Clock client(scene.network.get(), "client", with({{"clientOnly", "1"}}));
    Eve eve(scene);
    scene.run(60);
    const Bytes first = eve.last(sync), then = eve.last(follow_up), best = eve.last(announce);
    Random random(3);
    std::uint64_t held = 0, queued = 0;
    client.faults(0);
    // 100 octets at 1 Gbit/s: one a microsecond. 200 000 of them in bursts of a millisecond.
    for (int burst = 0; burst < 200; ++burst) {
        for (int i = 0; i < 1000; ++i) {
            Bytes message = i % 3 == 0 ? first : i % 3 == 1 ? then : best;
            put(message, 20, random.bits(), 8);
            put(message, 30, random.bits(), 2);
            if (i % 7 == 0)
                message[random.bits() % message.size()] = static_cast<std::uint8_t>(random.bits());
            eve.send(message);
        }
        scene.run(0.02);
        const auto counters = scene.counters();
        held = std::max(held, counters.frames_held);
        queued = std::max(queued, counters.events_queued);
    }
    EXPECT(held < 20'000 && queued < 40'000, "%llu frames, %llu events",
           static_cast<unsigned long long>(held), static_cast<unsigned long long>(queued));
    EXPECT(std::llabs(error_of(client, master)) < 100'000, "%lld ns off",
           static_cast<long long>(error_of(client, master)));
    // A report a second and kind, not one a packet.
    EXPECT(client.faults(WST_PTP_FAULT_FOREIGN_MASTER_TABLE_FULL) <= 10);
    scene.run(30);
    EXPECT(follows(client, master));
    EXPECT(is_right(client, master), "%lld ns off", static_cast<long long>(error_of(client, master)));
}

} // namespace

int main(int argc, char** argv) {
#define CASE(name) \
    { #name, name }
    const Case cases[] = {
        CASE(a_single_forged_announce_elects_nobody),
        CASE(a_forged_master_is_kept_out_by_the_acceptable_masters),
        CASE(a_forged_master_that_leaves_is_forgotten),
        CASE(replayed_messages_move_nothing),
        CASE(packets_that_are_held_back_are_left_out),
        CASE(a_steady_delay_attack_stays_within_the_asymmetry_bound),
        CASE(exhausted_unicast_places_are_given_to_those_who_have_none),
        CASE(exhausted_unicast_rates_are_given_to_those_who_have_none),
        CASE(management_is_answered_at_a_bounded_rate),
        CASE(management_from_the_network_changes_nothing),
        CASE(a_stolen_identity_is_told_and_moves_nothing),
        CASE(a_flood_at_line_rate_is_survived_in_bounded_memory),
    };
    return run_cases(cases, argc, argv);
}
