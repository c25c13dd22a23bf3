// SPDX-License-Identifier: Apache-2.0
//
// What a simulated host offers a context: its interfaces, their capabilities, and notices of their changes.

#include <algorithm>
#include <charconv>
#include <utility>

#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

namespace {

constexpr std::size_t notices_kept = 1024;

constexpr std::uint32_t event_receive = hardware_flag::ptp_v2_over_udp_ipv4_event_message_receive |
                                        hardware_flag::ptp_v2_over_udp_ipv6_event_message_receive;
constexpr std::uint32_t transmit_flags = hardware_flag::ptp_v2_over_udp_ipv4_event_message_transmit |
                                         hardware_flag::ptp_v2_over_udp_ipv4_all_message_transmit |
                                         hardware_flag::ptp_v2_over_udp_ipv6_event_message_transmit |
                                         hardware_flag::ptp_v2_over_udp_ipv6_all_message_transmit |
                                         hardware_flag::all_transmit | hardware_flag::tagged_transmit;

InterfaceId id_of(const Host& host, const Adapter& adapter) {
    return (static_cast<InterfaceId>(host.number) + 1) << 32 | adapter.interface_index;
}

class Catalogue final : public InterfaceCatalogue {
public:
    Catalogue(std::shared_ptr<State> state, std::uint32_t host) : state_(std::move(state)), host_(host) {}

    std::vector<Interface> list() override {
        const std::lock_guard lock(state_->mutex);
        std::vector<Interface> found;
        for (const std::uint32_t number : state_->hosts[host_]->adapters)
            if (state_->adapters[number]->present)
                found.push_back(state_->describe(*state_->adapters[number]));
        std::sort(found.begin(), found.end(),
                  [](const Interface& a, const Interface& b) { return a.index < b.index; });
        return found;
    }

    std::optional<Interface> find(const std::string& key) override {
        std::vector<Interface> all = list();
        for (Interface& interface : all)
            if (interface.name == key)
                return std::move(interface);
        const bool hexadecimal = key.size() > 2 && key[0] == '0' && (key[1] == 'x' || key[1] == 'X');
        InterfaceId number = 0;
        const char* first = key.data() + (hexadecimal ? 2 : 0);
        const char* last = key.data() + key.size();
        const auto [end, error] = std::from_chars(first, last, number, hexadecimal ? 16 : 10);
        if (key.empty() || error != std::errc{} || end != last)
            return std::nullopt;
        for (Interface& interface : all)
            if (hexadecimal ? interface.id == number : interface.index == number)
                return std::move(interface);
        return std::nullopt;
    }

    std::optional<Interface> find(InterfaceId id) override {
        for (Interface& interface : list())
            if (interface.id == id)
                return std::move(interface);
        return std::nullopt;
    }

private:
    std::shared_ptr<State> state_;
    std::uint32_t host_;
};

class AdapterCapabilities final : public CapabilitySource {
public:
    AdapterCapabilities(std::shared_ptr<State> state, std::uint32_t host)
        : state_(std::move(state)), host_(host) {}

    Capabilities supported(const Interface& interface) override {
        const std::lock_guard lock(state_->mutex);
        const Adapter& adapter = find(interface);
        Capabilities all = adapter.supported;
        fill(adapter, all);
        return all;
    }

    Capabilities active(const Interface& interface) override {
        const std::lock_guard lock(state_->mutex);
        return active_of(find(interface));
    }

    Capabilities enable(const Interface& interface, const EnableRequest& request) override {
        const std::lock_guard lock(state_->mutex);
        Adapter& adapter = find(interface);
        const std::uint32_t can = adapter.supported.hardware;
        std::uint32_t wanted = 0;
        if (request.receive == StampLevel::all_packets) {
            if ((can & hardware_flag::all_receive) == 0)
                throw Failure(WST_E_NOT_SUPPORTED,
                              adapter.name +
                                  " cannot stamp every received packet in hardware: ask for event "
                                  "messages, or use software stamps");
            wanted |= can & ~transmit_flags;
        } else if (request.receive == StampLevel::event_messages) {
            // An adapter that only knows "all" gives more than was asked for, as drivers do.
            wanted |= (can & event_receive) != 0 ? can & event_receive : can & hardware_flag::all_receive;
            if (wanted == 0)
                throw Failure(WST_E_NOT_SUPPORTED, adapter.name +
                                                       " cannot stamp received event messages in "
                                                       "hardware: use software stamps");
        }
        if (request.transmit) {
            if ((can & transmit_flags) == 0)
                throw Failure(WST_E_NOT_SUPPORTED,
                              adapter.name +
                                  " cannot stamp transmitted packets in hardware: use software "
                                  "stamps");
            wanted |= can & transmit_flags;
        }
        if (adapter.enables++ == 0)
            adapter.active_before_enable = adapter.active_hardware;
        set_active(adapter, adapter.active_hardware | wanted);
        return active_of(adapter);
    }

    void restore(const Interface& interface) override {
        const std::lock_guard lock(state_->mutex);
        Adapter& adapter = find(interface);
        if (adapter.enables == 0 || --adapter.enables > 0)
            return;
        set_active(adapter, adapter.active_before_enable);
    }

private:
    Adapter& find(const Interface& interface) { return state_->adapter_of(*state_->hosts[host_], interface); }
    void fill(const Adapter& adapter, Capabilities& c) const {
        c.valid |= capability_valid::hardware | capability_valid::software;
        if (c.hardware != 0 || c.cross_timestamp) {
            c.phc_index = static_cast<std::int32_t>(adapter.clock);
            c.valid |= capability_valid::phc_index;
        }
    }
    Capabilities active_of(const Adapter& adapter) const {
        Capabilities now = adapter.supported;
        fill(adapter, now);
        now.hardware = adapter.active_hardware & adapter.supported.hardware;
        return now;
    }
    void set_active(Adapter& adapter, std::uint32_t flags) {
        if (adapter.active_hardware == flags)
            return;
        adapter.active_hardware = flags;
        state_->notify_adapter(adapter, ChangeNotice::Kind::interface_changed);
    }

    std::shared_ptr<State> state_;
    std::uint32_t host_;
};

class Changes final : public ChangeSource, public SimulatedPollable {
public:
    Changes(std::shared_ptr<State> state, std::uint32_t host) : state_(std::move(state)), host_(host) {
        const std::lock_guard lock(state_->mutex);
        state_->hosts[host_]->change_sources.push_back(&changes_);
    }
    ~Changes() override {
        const std::lock_guard lock(state_->mutex);
        state_->detach(changes_.readiness);
        std::erase(state_->hosts[host_]->change_sources, &changes_);
    }
    std::intptr_t native_handle() const override { return -1; }
    const std::shared_ptr<State>& world_state() const override { return state_; }
    Readiness& readiness() override { return changes_.readiness; }
    void take(std::vector<ChangeNotice>& out) override {
        const std::lock_guard lock(state_->mutex);
        out.insert(out.end(), changes_.notices.begin(), changes_.notices.end());
        changes_.notices.clear();
        changes_.readiness.pending = 0;
    }

private:
    std::shared_ptr<State> state_;
    std::uint32_t host_;
    ChangeState changes_;
};

class HostPlatform final : public Platform {
public:
    HostPlatform(std::shared_ptr<State> state, std::uint32_t host)
        : state_(std::move(state)),
          host_(host),
          catalogue_(state_, host),
          capabilities_(state_, host),
          clocks_(make_clock_source(state_, host)) {}

    InterfaceCatalogue& interfaces() override { return catalogue_; }
    CapabilitySource& capabilities() override { return capabilities_; }
    ClockSource& clocks() override { return *clocks_; }
    std::unique_ptr<DatagramSocket> open_socket(const SocketOptions& options) override {
        return simulated::open_socket(state_, host_, options);
    }
    std::unique_ptr<ChangeSource> open_change_source() override {
        return std::make_unique<Changes>(state_, host_);
    }
    std::unique_ptr<Loop> make_loop(const LoopHooks& hooks) override {
        return simulated::make_loop(state_, host_, hooks);
    }

private:
    std::shared_ptr<State> state_;
    std::uint32_t host_;
    Catalogue catalogue_;
    AdapterCapabilities capabilities_;
    std::unique_ptr<ClockSource> clocks_;
};

} // namespace

std::unique_ptr<Platform> make_host_platform(std::shared_ptr<State> state, std::uint32_t host) {
    return std::make_unique<HostPlatform>(std::move(state), host);
}

void State::notify(Host& host, const ChangeNotice& notice) {
    for (ChangeState* source : host.change_sources) {
        if (source->notices.size() >= notices_kept) {
            source->notices.clear();
            source->notices.push_back({});
        } else {
            source->notices.push_back(notice);
        }
        source->readiness.pending = source->notices.size();
        make_ready(source->readiness);
    }
}

void State::notify_adapter(const Adapter& adapter, ChangeNotice::Kind kind) {
    notify(*hosts[adapter.host], {kind, adapter.interface_index, static_cast<std::int32_t>(adapter.clock)});
}

Adapter& State::adapter_of(Host& host, const Interface& interface) {
    for (const std::uint32_t number : host.adapters)
        if (adapters[number]->present && adapters[number]->interface_index == interface.index)
            return *adapters[number];
    throw Failure(WST_E_INTERFACE_GONE, "simulated host " + host.name + " has no interface " +
                                            interface.name + " (index " + std::to_string(interface.index) +
                                            ") any more: list the interfaces again");
}

Interface State::describe(const Adapter& adapter) const {
    Interface interface;
    interface.id = id_of(*hosts[adapter.host], adapter);
    interface.index = adapter.interface_index;
    interface.name = adapter.name;
    interface.friendly_name = adapter.name;
    // Locally administered; the same for one adapter of one world on every run.
    interface.hardware_address = {0x02,
                                  0x57,
                                  static_cast<std::uint8_t>(adapter.number >> 24),
                                  static_cast<std::uint8_t>(adapter.number >> 16),
                                  static_cast<std::uint8_t>(adapter.number >> 8),
                                  static_cast<std::uint8_t>(adapter.number),
                                  0,
                                  0};
    interface.hardware_address_length = 6;
    interface.mtu = 1500;
    interface.link = link_up(adapter) ? LinkState::up : LinkState::down;
    interface.administratively_up = adapter.administratively_up;
    interface.multicast = true;
    interface.kind = InterfaceKind::ethernet;
    interface.driver = "simulated";
    interface.phc_index = adapter.supported.hardware != 0 || adapter.supported.cross_timestamp
                              ? static_cast<std::int32_t>(adapter.clock)
                              : -1;
    for (const AdapterAddress& own : adapter.addresses) {
        InterfaceAddress address{own.address, own.prefix_length};
        if (is_link_local(own.address))
            address.address.scope_id = adapter.interface_index;
        interface.addresses.push_back(address);
    }
    return interface;
}

} // namespace wirestamp::platform::simulated
