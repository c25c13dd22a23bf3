// SPDX-License-Identifier: Apache-2.0
//
// A UDP socket of a simulated host, with the rules of Linux for binding, groups and routes.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

namespace {

constexpr std::size_t default_queue = 256;      // packets
constexpr std::size_t memory_of_a_packet = 768; // as Linux accounts a small one against SO_RCVBUF
constexpr std::size_t largest_queue = 65'536;

class SimulatedSocket final : public DatagramSocket, public SimulatedPollable {
public:
    SimulatedSocket(std::shared_ptr<State> state, std::uint32_t number)
        : state_(std::move(state)), number_(number), local_(state_->sockets[number].local) {}

    ~SimulatedSocket() override {
        const std::lock_guard lock(state_->mutex);
        SocketState& s = socket();
        state_->detach(s.readiness);
        while (!s.received.empty())
            state_->frames.release(s.received.pop().frame);
        std::erase(state_->hosts[s.host]->sockets, number_);
        s = {};
        state_->sockets.release(number_);
    }

    std::intptr_t native_handle() const override { return -1; }
    const std::shared_ptr<State>& world_state() const override { return state_; }
    Readiness& readiness() override { return socket().readiness; }
    const Address& local_address() const override { return local_; }

    int receive(std::span<Received> batch) override {
        const std::lock_guard lock(state_->mutex);
        SocketState& s = socket();
        std::size_t count = 0;
        for (; count < batch.size() && !s.received.empty(); ++count) {
            const ReceivedItem item = s.received.pop();
            const Frame& frame = state_->frames[item.frame];
            Received& to = batch[count];
            to.size = std::min<std::size_t>(frame.size, to.buffer.size());
            to.truncated = to.size < frame.size;
            std::memcpy(to.buffer.data(), frame.data.data(), to.size);
            to.source = frame.source;
            to.destination = frame.destination;
            to.interface_index = item.interface_index;
            const StampMode mode = s.options.stamps;
            to.hardware = mode == StampMode::hardware || mode == StampMode::both ? frame.hardware : Stamp{};
            to.software = mode == StampMode::software || mode == StampMode::both ? frame.software : Stamp{};
            if (mode != StampMode::none && !to.hardware && !to.software)
                ++s.counters.receive_stamps_missing;
            ++s.counters.received;
            state_->frames.release(item.frame);
        }
        s.update_readiness();
        return static_cast<int>(count);
    }

    int send(std::span<const Outgoing> batch) override {
        const std::lock_guard lock(state_->mutex);
        int count = 0;
        for (const Outgoing& out : batch) {
            const int error = send_one(out);
            if (error != 0)
                return count > 0 ? count : error;
            ++count;
        }
        return count;
    }

    int take_transmit_stamps(std::span<TransmitStamp> batch) override {
        const std::lock_guard lock(state_->mutex);
        SocketState& s = socket();
        std::size_t count = 0;
        for (; count < batch.size() && !s.stamps.empty(); ++count)
            batch[count] = s.stamps.pop();
        s.counters.transmit_stamps += count;
        s.update_readiness();
        return static_cast<int>(count);
    }

    void join(const Address& group) override {
        const std::lock_guard lock(state_->mutex);
        SocketState& s = socket();
        if (!is_multicast(group) || group.family != s.local.family)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          to_text(group) + " is not a multicast group of this socket's address family");
        const std::uint32_t adapter = s.adapter != none ? s.adapter : default_adapter(s, group);
        if (adapter == none)
            throw Failure(WST_E_NOT_FOUND, "host " + state_->hosts[s.host]->name +
                                               " has no adapter on which to join " + to_text(group));
        for (const Membership& m : s.memberships)
            if (m.adapter == adapter && same_host(m.group, group))
                return;
        s.memberships.push_back({group, adapter});
    }

    void leave(const Address& group) override {
        const std::lock_guard lock(state_->mutex);
        std::erase_if(socket().memberships, [&](const Membership& m) {
            return same_host(m.group, group) &&
                   (group.scope_id == 0 || state_->adapters[m.adapter]->interface_index == group.scope_id);
        });
    }

    const SocketCounters& counters() const override {
        const std::lock_guard lock(state_->mutex);
        counters_ = state_->sockets[number_].counters;
        return counters_;
    }

private:
    SocketState& socket() { return state_->sockets[number_]; }

    std::uint32_t default_adapter(const SocketState& s, const Address& to) const {
        std::uint32_t fallback = none;
        for (const std::uint32_t number : state_->hosts[s.host]->adapters) {
            const Adapter& adapter = *state_->adapters[number];
            if (!adapter.present || !adapter.administratively_up)
                continue;
            if (to.scope_id != 0 && adapter.interface_index == to.scope_id)
                return number;
            for (const AdapterAddress& own : adapter.addresses) {
                if (own.address.family != to.family)
                    continue;
                if (!is_multicast(to) && same_network(own.address, to, own.prefix_length))
                    return number;
                if (fallback == none)
                    fallback = number;
            }
        }
        return fallback;
    }

    Address source_address(const SocketState& s, const Adapter& adapter, const Address& to) const {
        Address source = s.local;
        if (!is_unspecified(s.local) && !is_multicast(s.local))
            return source;
        source.bytes = {};
        bool found = false;
        for (const AdapterAddress& own : adapter.addresses) {
            if (own.address.family != to.family)
                continue;
            const bool fits = is_multicast(to) ? !found || is_link_local(own.address)
                                               : same_network(own.address, to, own.prefix_length);
            if (!found || fits) {
                source.bytes = own.address.bytes;
                found = true;
            }
            if (fits)
                break;
        }
        if (is_link_local(source))
            source.scope_id = 0; // each receiver names its own interface
        return source;
    }

    int send_one(const Outgoing& out) {
        SocketState& s = socket();
        Host& host = *state_->hosts[s.host];
        const Address& to = out.destination;
        if (to.family != s.local.family || to.port == 0)
            return -EINVAL;
        const std::size_t limit = to.family == Family::ipv6 ? maximum_payload - 20 : maximum_payload;
        if (out.data.size() > limit)
            return -EMSGSIZE;
        const bool local = is_loopback(to) || state_->is_local(host, to);
        const std::uint32_t number = s.adapter != none ? s.adapter : default_adapter(s, to);
        if (number == none)
            return -ENETUNREACH;
        Adapter& adapter = *state_->adapters[number];
        if (s.adapter != none && (!adapter.present || adapter.incarnation != s.incarnation))
            return -ENODEV;
        if (!adapter.administratively_up && !local)
            return -ENETUNREACH;

        const std::uint32_t frame_number = state_->frames.acquire();
        Frame& frame = state_->frames[frame_number];
        static_cast<FrameHeader&>(frame) = {};
        frame.size = static_cast<std::uint16_t>(out.data.size());
        std::memcpy(frame.data.data(), out.data.data(), out.data.size());
        frame.source = source_address(s, adapter, to);
        frame.destination = to;
        frame.destination.scope_id = 0;
        if (is_loopback(to))
            frame.source.bytes = to.bytes;
        frame.stamp_wanted = out.stamp_id.has_value() && s.options.stamps != StampMode::none;
        frame.stamp_id = out.stamp_id.value_or(0);
        frame.socket = number_;
        frame.socket_generation = state_->sockets.generation(number_);
        if (frame.stamp_wanted && s.options.stamps != StampMode::hardware)
            frame.software = state_->software_stamp(host, state_->now);
        ++s.counters.sent;
        ++state_->counters.frames_sent;

        if (local || (is_multicast(to) && s.options.multicast_loopback)) {
            const std::uint32_t own = local ? frame_number : state_->copy_frame(frame_number);
            if (local && frame.stamp_wanted && s.options.stamps != StampMode::hardware) {
                PendingStamp pending{frame.socket, frame.socket_generation, {}};
                pending.stamp.id = frame.stamp_id;
                pending.stamp.software = frame.software;
                state_->give_stamp(pending);
            }
            state_->frames[own].hardware = {};
            state_->frames[own].source.port = s.local.port;
            state_->deliver(host, number, adapter.interface_index, own);
            if (local)
                return 0;
        }
        if (host.transmit_delay.none()) {
            state_->depart(adapter, frame_number, state_->now);
            return 0;
        }
        Nanoseconds wire =
            state_->now + std::max<Nanoseconds>(0, floor_to_integer(host.transmit_delay.sample(state_->now)));
        wire = std::max(wire, adapter.last_departure);
        adapter.last_departure = wire;
        state_->schedule(wire, {Event::Kind::departure, number, 0, frame_number});
        return 0;
    }

    std::shared_ptr<State> state_;
    std::uint32_t number_;
    Address local_;
    mutable SocketCounters counters_;
};

bool overlap(const SocketState& a, const SocketState& b) {
    if (a.local.family != b.local.family || a.local.port != b.local.port)
        return false;
    if (a.adapter != none && b.adapter != none && a.adapter != b.adapter)
        return false;
    return is_unspecified(a.local) || is_unspecified(b.local) || same_host(a.local, b.local);
}

} // namespace

std::unique_ptr<DatagramSocket> open_socket(std::shared_ptr<State> state, std::uint32_t host_number,
                                            const SocketOptions& options) {
    std::unique_lock lock(state->mutex);
    Host& host = *state->hosts[host_number];
    if (options.family != Family::ipv4 && options.family != Family::ipv6)
        throw Failure(WST_E_INVALID_ARGUMENT, "a socket needs the address family ipv4 or ipv6");

    SocketState opened;
    opened.host = host_number;
    opened.options = options;
    opened.local.family = options.family;
    if (options.local) {
        if (options.local->family != options.family)
            throw Failure(WST_E_INVALID_ARGUMENT, "the local address " + to_text(*options.local) +
                                                      " is not of the socket's address family");
        opened.local = *options.local;
        opened.local.scope_id = 0;
        if (!is_unspecified(opened.local) && !is_multicast(opened.local) && !is_loopback(opened.local) &&
            !state->is_local(host, opened.local))
            throw Failure(WST_E_NOT_FOUND, "host " + host.name + " has no address " +
                                               to_text(*options.local) + ": bind to one of its own");
    }
    opened.local.port = options.port;
    if (!options.interface.empty()) {
        for (const std::uint32_t number : host.adapters)
            if (state->adapters[number]->present && state->adapters[number]->name == options.interface)
                opened.adapter = number;
        if (opened.adapter == none)
            throw Failure(WST_E_NOT_FOUND,
                          "simulated host " + host.name + " has no adapter named " + options.interface);
        opened.incarnation = state->adapters[opened.adapter]->incarnation;
    }
    if (options.clock_index >= 0 &&
        (opened.adapter == none ||
         static_cast<std::uint32_t>(options.clock_index) != state->adapters[opened.adapter]->clock))
        throw Failure(WST_E_NOT_SUPPORTED,
                      "clock " + std::to_string(options.clock_index) +
                          " is not the adapter's: simulated clocks have no virtual ones");
    const auto conflicts = [&] {
        return std::any_of(host.sockets.begin(), host.sockets.end(), [&](std::uint32_t number) {
            const SocketState& other = state->sockets[number];
            return overlap(opened, other) && !(opened.options.reuse_address && other.options.reuse_address);
        });
    };
    if (opened.local.port == 0) {
        for (int tries = 0; tries < 28'232; ++tries) {
            opened.local.port = host.next_port;
            host.next_port =
                host.next_port == 60'999 ? 32'768 : static_cast<std::uint16_t>(host.next_port + 1);
            if (!conflicts())
                break;
        }
    }
    if (conflicts())
        throw Failure(WST_E_BUSY, "port " + std::to_string(opened.local.port) + " of host " + host.name +
                                      " is in use: close the other socket, or set reuse_address on both");
    std::size_t queue = default_queue;
    if (options.receive_buffer > 0)
        queue = std::clamp<std::size_t>(static_cast<std::size_t>(options.receive_buffer) / memory_of_a_packet,
                                        1, largest_queue);
    opened.received = Ring<ReceivedItem>(queue);
    opened.stamps = Ring<TransmitStamp>(std::max<std::size_t>(1, options.transmit_stamps_kept));

    const std::uint32_t number = state->sockets.acquire();
    state->sockets[number] = std::move(opened);
    host.sockets.push_back(number);
    auto socket = std::make_unique<SimulatedSocket>(state, number);
    lock.unlock();
    for (const Address& group : options.groups)
        socket->join(group);
    return socket;
}

} // namespace wirestamp::platform::simulated
