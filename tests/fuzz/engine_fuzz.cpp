// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer on whole engines. FUZZ_FOCUS says what an input is: a script of packets, stamps, timers, links
// and clock results; or the TLVs of an Announce, of a Signaling or of a Management message from the network
// and from the local socket. After every step what the engine wants sent must be well-formed and bounded.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "impl/ptp/engine.hpp"
#include "impl/ptp/wire/codec.hpp"

using namespace wirestamp;
using namespace wirestamp::ptp;

namespace {

enum Focus { script = 0, announce = 1, signaling = 2, management = 3 };
constexpr int focus = FUZZ_FOCUS;
constexpr Nanoseconds second = nanoseconds_per_second;
constexpr std::size_t most_actions = 2048;

[[noreturn]] void broken(const char* what) {
    std::fprintf(stderr, "an engine that was given this input %s\n", what);
    std::abort();
}

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}
    bool empty() const { return left_.empty(); }
    std::uint8_t octet() {
        if (left_.empty())
            return 0;
        const std::uint8_t value = left_[0];
        left_ = left_.subspan(1);
        return value;
    }
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i)
            value = value << 8 | octet();
        return value;
    }
    std::span<const std::uint8_t> bytes(std::size_t wanted) {
        const auto taken = left_.first(std::min(wanted, left_.size()));
        left_ = left_.subspan(taken.size());
        return taken;
    }
    std::span<const std::uint8_t> rest() { return bytes(left_.size()); }

private:
    std::span<const std::uint8_t> left_;
};

Address host(std::uint8_t number) {
    Address address;
    address.family = Family::ipv4;
    address.bytes = {192, 0, 2, number};
    return address;
}

ClockIdentity clock_id(std::uint8_t number) {
    return {{0, 0x1b, 0x19, 0xff, 0xfe, 0, 0, number}};
}

EngineConfig config_of(std::uint8_t bits) {
    EngineConfig config;
    config.clockIdentity = clock_id(1);
    config.clientOnly = (bits & 0x08) != 0;
    config.network_set_allowed = (bits & 0x10) != 0;
    config.ports.resize((bits & 0x01) != 0 ? 2 : 1);
    for (PortConfig& port : config.ports) {
        port.interface_name = "eth0";
        port.protocolAddress = host(1);
        port.delay_mechanism = (bits & 0x02) != 0 ? DelayMechanism::p2p : DelayMechanism::e2e;
        port.unicast_listen = (bits & 0x04) != 0;
        port.unicast_max_clients = 8;
        port.path_trace_enabled = (bits & 0x20) != 0;
        if ((bits & 0x40) != 0)
            port.unicast_masters = {{host(2)}, {host(3)}};
        port.follow_up_info = (bits & 0x80) != 0;
    }
    return config;
}

class Machine {
public:
    explicit Machine(std::uint8_t bits) : engine_(config_of(bits), 1) {
        do_([&](Actions& out) { engine_.start(now(), out); });
        advance(3 * second);
    }

    template <class Step>
    void do_(Step&& step) {
        out_.clear();
        step(out_);
        if (out_.list().size() > most_actions)
            broken("wants too much at once");
        for (const Action& action : out_.list())
            if (const auto* message = std::get_if<SendMessage>(&action)) {
                const auto payload = out_.payload(*message);
                if (payload.size() > 1500 || !parse(payload))
                    broken("wants to send what is not PTP");
                if (message->wants_stamp)
                    waiting_ = message->stamp_id;
                last_.assign(payload.begin(), payload.end());
                last_channel_ = message->channel;
            }
    }

    void advance(Nanoseconds span) {
        const Nanoseconds until = time_ + span;
        for (int calls = 0; engine_.next_deadline() <= until; ++calls) {
            if (calls > 20'000)
                broken("is never done with its timers");
            time_ = std::max(time_, engine_.next_deadline());
            do_([&](Actions& out) { engine_.timer(now(), out); });
            answer();
        }
        time_ = until;
    }

    void packet(std::uint8_t how, std::span<const std::uint8_t> bytes) {
        Packet packet;
        packet.port = static_cast<PortNumber>(how & 3);
        packet.channel = (how & 4) != 0 ? Channel::event : Channel::general;
        packet.route = packet.port == 0
                           ? ((how & 8) != 0 ? Route::management_read_only : Route::management_read_write)
                       : (how & 8) != 0 ? Route::unicast
                                        : Route::primary;
        packet.management_client = how >> 6;
        packet.source = host(static_cast<std::uint8_t>(2 + ((how >> 4) & 3)));
        packet.bytes = bytes;
        if ((how & 4) != 0 && how != 0xff)
            packet.received = LocalStamp{1'750'000'000 * second + time_, time_};
        do_([&](Actions& out) { engine_.packet(packet, now(), out); });
    }

    void answer() {
        if (waiting_ == 0)
            return;
        const StampId id = std::exchange(waiting_, 0u);
        do_([&](Actions& out) {
            engine_.transmit_stamp(1, id, LocalStamp{1'750'000'000 * second + time_, time_}, now(), out);
        });
    }

    Now now() const { return {time_, 1'750'000'000 * second + time_}; }
    Engine& engine() { return engine_; }
    const std::vector<std::uint8_t>& last() const { return last_; }
    Channel last_channel() const { return last_channel_; }

private:
    Engine engine_;
    Actions out_;
    Nanoseconds time_ = 1000 * second;
    StampId waiting_ = 0;
    std::vector<std::uint8_t> last_;
    Channel last_channel_ = Channel::general;
};

void run_script(Input& in) {
    Machine machine(in.octet());
    for (int steps = 0; !in.empty() && steps < 300; ++steps) {
        switch (in.octet() % 9) {
            case 0: {
                const std::uint8_t how = in.octet();
                machine.packet(how, in.bytes(in.octet()));
                break;
            }
            case 1: { // with a length that is right, from a clock that may be the master
                const std::uint8_t how = in.octet();
                const auto bytes = in.bytes(in.octet());
                std::vector<std::uint8_t> message(bytes.begin(), bytes.end());
                if (message.size() < 34)
                    message.resize(34);
                message[1] = 0x12;
                message[2] = static_cast<std::uint8_t>(message.size() >> 8);
                message[3] = static_cast<std::uint8_t>(message.size());
                message[4] = 0;
                const auto id = clock_id(static_cast<std::uint8_t>(1 + how % 4));
                std::copy(id.octets.begin(), id.octets.end(), message.begin() + 20);
                machine.packet(how, message);
                break;
            }
            case 2:
                machine.advance(static_cast<Nanoseconds>(in.octet()) * 50'000'000);
                break;
            case 3:
                machine.answer();
                break;
            case 4: {
                const StampId id = in.number();
                machine.do_(
                    [&](Actions& out) { machine.engine().transmit_failed(1, id, 101, machine.now(), out); });
                break;
            }
            case 5: {
                const std::uint8_t how = in.octet();
                machine.do_([&](Actions& out) {
                    machine.engine().link(static_cast<PortNumber>(how & 3), (how & 4) != 0, machine.now(),
                                          out);
                });
                break;
            }
            case 6: {
                ClockAdjusted adjusted;
                adjusted.offsetFromMaster = static_cast<std::int32_t>(in.number());
                const std::uint8_t how = in.octet();
                adjusted.calibrated = (how & 1) != 0;
                adjusted.stepped = (how & 2) != 0;
                machine.do_(
                    [&](Actions& out) { machine.engine().clock_adjusted(adjusted, machine.now(), out); });
                break;
            }
            case 7: { // its own message comes back
                const std::vector<std::uint8_t> own = machine.last();
                machine.packet(machine.last_channel() == Channel::event ? 5 : 1, own);
                break;
            }
            default: {
                const std::uint8_t how = in.octet();
                machine.do_([&](Actions& out) {
                    if ((how & 1) != 0)
                        machine.engine().stop(machine.now(), out);
                    else
                        machine.engine().start(machine.now(), out);
                });
                break;
            }
        }
    }
    machine.advance(20 * second);
}

/// The TLVs after a body whose lengths are right, because random ones seldom are.
void as_suffix(Machine& machine, const Body& body, std::span<const std::uint8_t> suffix, std::uint8_t how) {
    MessageBuffer built;
    Header header;
    header.sourcePortIdentity = {clock_id(2), 1};
    header.logMessageInterval = 0;
    if (!build(built, header, body) || suffix.size() > built.free_space().size())
        return;
    std::vector<std::uint8_t> message(built.octets().begin(), built.octets().end());
    message.insert(message.end(), suffix.begin(), suffix.end());
    message[2] = static_cast<std::uint8_t>(message.size() >> 8);
    message[3] = static_cast<std::uint8_t>(message.size());
    machine.packet(how, message);
    message[31] = 1; // again, later
    machine.packet(how, message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input in(data, size);
    if constexpr (focus == script) {
        run_script(in);
        return 0;
    }
    Machine machine(in.octet());
    const std::uint8_t action = in.octet();
    const auto suffix = in.rest();
    if constexpr (focus == announce) {
        AnnounceBody body;
        body.grandmasterIdentity = clock_id(2);
        body.grandmasterPriority1 = action;
        as_suffix(machine, body, suffix, 1);
    } else if constexpr (focus == signaling) {
        SignalingBody body;
        if ((action & 1) != 0)
            body.targetPortIdentity = {clock_id(1), 1};
        as_suffix(machine, body, suffix, 9);
        as_suffix(machine, body, suffix, 25);
    } else {
        ManagementBody body;
        body.actionField = static_cast<ManagementAction>(action % 5);
        body.startingBoundaryHops = body.boundaryHops = static_cast<std::uint8_t>(action >> 6);
        as_suffix(machine, body, suffix, 1);
        as_suffix(machine, body, suffix, 0);
        as_suffix(machine, body, suffix, 8);
    }
    machine.advance(10 * second);
    return 0;
}
