// SPDX-License-Identifier: Apache-2.0
//
// What a world is made of, shared by the files of this folder. Every member is guarded by State::mutex; a
// member function that takes no lock expects it held. The mutex of a context is always taken before it, and
// no handler is called with it held.

#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "impl/base/failure.hpp"
#include "impl/base/multicast.hpp"
#include "impl/platform/simulated/clock_model.hpp"
#include "impl/platform/simulated/event_queue.hpp"
#include "impl/platform/simulated/jitter.hpp"
#include "impl/platform/simulated/slab.hpp"
#include "impl/platform/simulated/world.hpp"

namespace wirestamp::platform::simulated {

inline constexpr std::uint32_t none = 0xFFFF'FFFFu;
inline constexpr std::size_t maximum_payload = 1500 - 28;

struct FrameHeader {
    std::uint16_t size = 0;
    std::uint8_t hops = 0;
    bool stamp_wanted = false;
    std::uint32_t stamp_id = 0;
    std::uint32_t socket = none; // who sent it, while it is on its way to the wire
    std::uint32_t socket_generation = 0;
    Address source;
    Address destination;
    Nanoseconds bridge_entry = 0;
    Nanoseconds on_wire = 0; // how long it took to be sent on the link it came by
    Stamp hardware;          // as received
    Stamp software;          // as sent, then as received
};

struct Frame : FrameHeader {
    std::array<std::uint8_t, maximum_payload> data;
};

struct DeviceClock {
    ClockParameters parameters;
    Oscillator oscillator;
    ClockModel model;
    Random stamp_random;
    Random read_random;
};

struct AdapterAddress {
    Address address;
    std::uint8_t prefix_length = 0;
};

struct Adapter {
    std::uint32_t number = 0;
    std::uint32_t host = 0;
    std::string name;
    std::uint32_t interface_index = 0;
    std::uint32_t incarnation = 0; // a removed and restored adapter is another one
    std::vector<AdapterAddress> addresses;
    std::uint32_t clock = 0;
    Capabilities supported;
    std::uint32_t active_hardware = 0;
    std::uint32_t active_before_enable = 0;
    int enables = 0;
    Nanoseconds ingress_error = 0;
    Nanoseconds egress_error = 0;
    Jitter transmit_stamp_delay;
    double transmit_stamp_loss = 0;
    Random fault_random;
    std::uint32_t link = none;
    std::uint8_t side = 0;
    bool present = true;
    bool administratively_up = true;
    Nanoseconds last_departure = 0;
    Nanoseconds last_delivery = 0;
};

struct Readiness {
    std::uint32_t watch = none;
    std::size_t pending = 0;
};

struct ReceivedItem {
    std::uint32_t frame = none;
    std::uint32_t interface_index = 0;
};

/// A ring that is as large as it may ever get when it is made.
template <typename T>
class Ring {
public:
    Ring() = default;
    explicit Ring(std::size_t capacity) : items_(capacity) {}
    bool full() const noexcept { return count_ == items_.size(); }
    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }
    void push(const T& item) noexcept {
        items_[(first_ + count_) % items_.size()] = item;
        ++count_;
    }
    T pop() noexcept {
        T item = items_[first_];
        first_ = (first_ + 1) % items_.size();
        --count_;
        return item;
    }

private:
    std::vector<T> items_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

struct Membership {
    Address group;
    std::uint32_t adapter = none;
};

struct SocketState {
    std::uint32_t host = 0;
    SocketOptions options;
    Address local;
    std::uint32_t adapter = none; // bound to
    std::uint32_t incarnation = 0;
    std::vector<Membership> memberships;
    Ring<ReceivedItem> received;
    Ring<TransmitStamp> stamps;
    SocketCounters counters;
    Readiness readiness;

    void update_readiness() noexcept { readiness.pending = received.size() + stamps.size(); }
};

struct ChangeState {
    std::vector<ChangeNotice> notices;
    Readiness readiness;
};

struct Host {
    std::uint32_t number = 0;
    std::string name;
    HostParameters parameters;
    Oscillator oscillator;
    ClockModel raw;
    ClockModel monotonic;
    ClockModel realtime;
    Jitter transmit_delay;
    Jitter receive_delay;
    Jitter wake_delay;
    Random read_random;
    Nanoseconds stalled_until = 0;
    Nanoseconds asleep_since = 0;
    Nanoseconds time_asleep = 0; // of all its sleeps
    bool asleep =
        false; // until stalled_until: its adapters hear nothing, its monotonic clocks will not have counted
    std::uint32_t next_interface_index = 2; // 1 is the loopback of real hosts
    std::uint16_t next_port = 32'768;
    std::vector<std::uint32_t> adapters;
    std::vector<std::uint32_t> sockets; // in the order they were opened
    std::vector<ChangeState*> change_sources;
    std::vector<Readiness*> jump_watches;
};

struct DirectionState {
    LinkDirection parameters;
    Jitter jitter;
    Random fault_random;
    Nanoseconds busy_until = 0;
    Nanoseconds last_arrival = 0;
};

struct LinkModel {
    std::string name;
    std::array<End, 2> ends;
    std::array<DirectionState, 2> directions;              // [side]: what leaves from ends[side]
    std::array<std::uint32_t, 2> bridge_ports{none, none}; // of ends that are bridges
    bool cut = false;
};

struct BridgePort {
    std::uint32_t link;
    std::uint8_t side;
    std::uint32_t last_source = none; // in Bridge::learned: where to look first
    std::uint32_t last_destination = none;
};

struct Bridge {
    std::string name;
    BridgeParameters parameters;
    Jitter residence;
    Oscillator oscillator;
    std::vector<BridgePort> ports;
    struct Learned {
        Address address; // port 0
        std::uint32_t port;
    };
    std::vector<Learned> learned;
};

struct LoopState {
    std::uint32_t host = 0;
    LoopHooks hooks;
    bool closed = false;
    std::uint32_t wake_event = none;
    std::uint32_t slot = none; // in State::loop_slots
    int users = 0;             // threads inside a hook or handler of it
};

struct TimerState {
    std::shared_ptr<LoopState> loop;
    std::shared_ptr<std::function<void()>> handler;
    Nanoseconds deadline = 0;
    std::uint32_t event = none;
    bool due = false; // popped, its handler about to run
};

struct WatchState {
    std::shared_ptr<LoopState> loop;
    std::shared_ptr<std::function<void()>> handler;
    Readiness* source = nullptr;
    std::uint32_t event = none;
    Nanoseconds retry = 0; // how long a handler that takes nothing is left alone
    bool due = false;
};

struct PendingStamp {
    std::uint32_t socket = none;
    std::uint32_t socket_generation = 0;
    TransmitStamp stamp;
};

struct State : std::enable_shared_from_this<State> {
    explicit State(const WorldParameters& given) : parameters(given) {}

    const WorldParameters parameters;
    mutable std::mutex mutex;
    std::condition_variable changed;
    std::atomic<std::thread::id> runner{};
    bool running = false;
    bool interrupted = false;
    int waiting = 0;    // threads on `changed`
    int world_runs = 0; // threads inside a run function of World
    double pace = 0;
    /// Of an action of the schedule. A context that happened to drive the world has nothing to do with it, so
    /// it waits for the next run function of World.
    std::exception_ptr failed_action;

    Nanoseconds now = 0;
    EventQueue queue;
    Slab<Frame> frames;
    Slab<PendingStamp> pending_stamps;
    Slab<TimerState> timers;
    Slab<WatchState> watches;
    Slab<SocketState> sockets;
    Slab<std::shared_ptr<LoopState>> loop_slots;
    Slab<std::function<void(World&)>> actions;
    std::vector<std::shared_ptr<LoopState>> loops; // null where one was closed while somebody walked them
    int walking_loops = 0;
    World* world = nullptr;

    std::vector<std::unique_ptr<Host>> hosts;
    std::vector<std::unique_ptr<Adapter>> adapters;
    std::vector<std::unique_ptr<DeviceClock>> clocks;
    std::vector<std::unique_ptr<Bridge>> bridges;
    std::vector<std::unique_ptr<LinkModel>> links;
    WorldCounters counters;
    std::uint64_t digest = 0;

    // --- time (runner.cpp)
    enum class Stop { time, predicate, interrupted, step, empty };
    /// Runs events up to `until`. The lock is held at entry and exit; the caller has claimed the runner.
    Stop run(std::unique_lock<std::mutex>& lock, Nanoseconds until, const std::function<bool()>* done,
             bool one_event, bool wait_when_empty);
    bool claim(std::unique_lock<std::mutex>& lock, bool wait);
    void leave(std::unique_lock<std::mutex>& lock);
    std::uint32_t schedule(Nanoseconds time, const Event& event);
    void note(std::uint64_t value) noexcept { digest = mix(digest ^ value); }
    bool runs_here() const noexcept { return runner.load() == std::this_thread::get_id(); }

    // --- clocks (host_clocks.cpp)
    Reading read_host(Host& host, ClockKind kind, Nanoseconds t);
    Nanoseconds true_time_of(Host& host, Nanoseconds monotonic_deadline);
    Stamp hardware_stamp(Adapter& adapter, Nanoseconds t, Nanoseconds error);
    Stamp software_stamp(Host& host, Nanoseconds t);
    void resume(Host& host);
    void host_clock_changed(Host& host); // its timers are due at other true times now
    void notify_jump(Host& host);        // its time was set, or it woke up

    // --- network (network.cpp)
    bool link_up(const Adapter& adapter) const;
    void depart(Adapter& adapter, std::uint32_t frame, Nanoseconds t);
    void forward(std::uint32_t link, std::uint8_t side, std::uint32_t frame);
    void transmit(std::uint32_t link, std::uint8_t side, std::uint32_t frame, Nanoseconds t);
    void arrive(std::uint32_t link, std::uint8_t from_side, std::uint32_t frame);
    void arrive_at_adapter(Adapter& adapter, std::uint32_t frame);
    void arrive_at_bridge(Bridge& bridge, std::uint32_t port, std::uint32_t frame);
    void deliver(Host& host, std::uint32_t adapter, std::uint32_t interface_index, std::uint32_t frame);
    void give(Host& host, std::uint32_t socket, std::uint32_t interface_index, std::uint32_t frame);
    void give_stamp(const PendingStamp& pending);
    std::uint32_t copy_frame(std::uint32_t frame);
    void drop_frame(std::uint32_t frame);
    bool stamps_in_hardware(const Adapter& adapter, const Frame& frame, bool transmit) const;
    bool is_local(const Host& host, const Address& address) const;
    Nanoseconds wire_start(std::uint32_t link, std::uint8_t side, Nanoseconds t) const;

    // --- loop (loop.cpp)
    void make_ready(Readiness& readiness);
    void detach(Readiness& readiness);
    void dispatch(std::unique_lock<std::mutex>& lock, const Event& event);

    // --- changes (host_platform.cpp)
    void notify(Host& host, const ChangeNotice& notice);
    void notify_adapter(const Adapter& adapter, ChangeNotice::Kind kind);
    Interface describe(const Adapter& adapter) const;
    /// The adapter that `interface` means on `host`, by index. Throws Failure.
    Adapter& adapter_of(Host& host, const Interface& interface);
};

std::unique_ptr<DatagramSocket> open_socket(std::shared_ptr<State> state, std::uint32_t host,
                                            const SocketOptions& options);
std::unique_ptr<DrivenLoop> make_loop(std::shared_ptr<State> state, std::uint32_t host,
                                      const LoopHooks& hooks);
std::unique_ptr<ClockSource> make_clock_source(std::shared_ptr<State> state, std::uint32_t host);
std::unique_ptr<Platform> make_host_platform(std::shared_ptr<State> state, std::uint32_t host);

/// What a simulated socket or change source is underneath, so that a simulated loop can watch it.
class SimulatedPollable {
public:
    virtual ~SimulatedPollable() = default;
    virtual const std::shared_ptr<State>& world_state() const = 0;
    virtual Readiness& readiness() = 0;
};

inline bool is_loopback(const Address& a) noexcept {
    if (a.family == Family::ipv4)
        return a.bytes[0] == 127;
    for (std::size_t i = 0; i < 15; ++i)
        if (a.bytes[i] != 0)
            return false;
    return a.bytes[15] == 1;
}
/// In two words: as octets they are compared by a call, and every packet has its addresses compared.
inline std::array<std::uint64_t, 2> words(const Address& a) noexcept {
    return std::bit_cast<std::array<std::uint64_t, 2>>(a.bytes);
}
inline bool is_unspecified(const Address& a) noexcept {
    const auto w = words(a);
    return (w[0] | w[1]) == 0;
}
inline bool is_link_local(const Address& a) noexcept {
    return a.family == Family::ipv6 && a.bytes[0] == 0xFE && (a.bytes[1] & 0xC0) == 0x80;
}
/// The same host address, whatever port and scope.
inline bool same_host(const Address& a, const Address& b) noexcept {
    const auto x = words(a);
    const auto y = words(b);
    return a.family == b.family && ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}
bool same_network(const Address& a, const Address& b, std::uint8_t prefix_length) noexcept;

} // namespace wirestamp::platform::simulated
