// SPDX-License-Identifier: Apache-2.0
#include "impl/platform/simulated/world.hpp"

#include <algorithm>
#include <utility>

#include "impl/platform/simulated/parameters.hpp"
#include "impl/platform/simulated/state.hpp"

namespace wirestamp::platform::simulated {

namespace {

template <typename Id>
std::uint32_t number(Id id) {
    return static_cast<std::uint32_t>(id);
}

template <typename T, typename Id>
T& get(std::vector<std::unique_ptr<T>>& all, Id id, const char* what) {
    if (number(id) >= all.size())
        throw Failure(WST_E_NOT_FOUND, "no " + std::string(what) + " " + std::to_string(number(id)) +
                                           " in this simulated world: use the ids that it gave");
    return *all[number(id)];
}

template <typename T>
std::uint32_t find_name(const std::vector<std::unique_ptr<T>>& all, const std::string& name) {
    for (std::uint32_t i = 0; i < all.size(); ++i)
        if (all[i]->name == name)
            return i;
    return none;
}

[[noreturn]] void refuse_duplicate(const char* what, const std::string& name) {
    throw Failure(WST_E_INVALID_ARGUMENT,
                  std::string("there is a ") + what + " named " + name + " already: names must be unique");
}

AdapterAddress parse_with_prefix(const std::string& text) {
    const std::size_t slash = text.find('/');
    const std::optional<Address> address = parse_address(text.substr(0, slash));
    AdapterAddress parsed;
    bool good = address && !is_multicast(*address) && !is_unspecified(*address);
    if (good) {
        parsed.address = *address;
        parsed.address.port = 0;
        parsed.address.scope_id = 0;
        const bool v4 = address->family == Family::ipv4;
        int length = v4 ? 24 : 64;
        if (slash != std::string::npos) {
            const std::string digits = text.substr(slash + 1);
            good = !digits.empty() && digits.size() <= 3 &&
                   digits.find_first_not_of("0123456789") == std::string::npos;
            length = good ? std::stoi(digits) : 0;
            good = good && length <= (v4 ? 32 : 128);
        }
        parsed.prefix_length = static_cast<std::uint8_t>(length);
    }
    if (!good)
        throw Failure(WST_E_PARSE,
                      "\"" + text + "\" is not an adapter address: write 192.0.2.1/24 or fd00::1/64");
    return parsed;
}

Nanoseconds checked_time(const State& state, std::optional<Nanoseconds> time) {
    if (time && *time < state.now)
        throw Failure(WST_E_RANGE, "the past of a simulated clock is not kept: ask before time passes");
    return time.value_or(state.now);
}

double difference(const Reading& reading, Nanoseconds truth) {
    return static_cast<double>(saturating_subtract(reading.whole, truth)) + reading.fraction;
}

/// A thread inside a run function, which ~World waits for.
struct Claimed {
    State& state;
    std::unique_lock<std::mutex>& lock;
    Claimed(State& s, std::unique_lock<std::mutex>& l) : state(s), lock(l) {
        ++state.world_runs;
        try {
            state.claim(lock, true);
        } catch (...) {
            done();
            throw;
        }
    }
    ~Claimed() {
        state.leave(lock);
        done();
    }
    Claimed(const Claimed&) = delete;
    Claimed& operator=(const Claimed&) = delete;

    State::Stop run(Nanoseconds until, const std::function<bool()>* predicate, bool one_event) {
        const State::Stop stop = state.run(lock, until, predicate, one_event, false);
        if (state.failed_action)
            std::rethrow_exception(std::exchange(state.failed_action, nullptr));
        return stop;
    }

private:
    void done() {
        --state.world_runs;
        state.changed.notify_all();
    }
};

/// The ends of a link see its carrier come and go.
void notify_ends(State& state, const LinkModel& link) {
    for (const End& end : link.ends)
        if (end.kind == End::Kind::adapter && state.adapters[end.number]->present)
            state.notify_adapter(*state.adapters[end.number], ChangeNotice::Kind::interface_changed);
}

void notify_link_of(State& state, const Adapter& adapter) {
    if (adapter.link != none)
        notify_ends(state, *state.links[adapter.link]);
    else
        state.notify_adapter(adapter, ChangeNotice::Kind::interface_changed);
}

} // namespace

Capabilities full_capabilities() {
    Capabilities c;
    c.valid = capability_valid::hardware | capability_valid::software | capability_valid::clock_frequency |
              capability_valid::cross_timestamp;
    c.hardware = 0x7FF;
    c.software = software_flag::all_receive | software_flag::all_transmit | software_flag::tagged_transmit;
    c.cross_timestamp = true;
    c.clock_frequency = 1'000'000'000;
    return c;
}

Capabilities software_capabilities() {
    Capabilities c;
    c.valid = capability_valid::hardware | capability_valid::software | capability_valid::cross_timestamp;
    c.software = software_flag::all_receive | software_flag::all_transmit | software_flag::tagged_transmit;
    return c;
}

World::World(const WorldParameters& parameters) : state_(std::make_shared<State>(parameters)) {
    check(parameters);
    state_->world = this;
    state_->digest = mix(parameters.seed);
}

World::~World() {
    std::unique_lock lock(state_->mutex);
    state_->world = nullptr;
    state_->interrupted = true;
    state_->changed.notify_all();
    while (state_->world_runs > 0) {
        ++state_->waiting;
        state_->changed.wait(lock);
        --state_->waiting;
    }
}

HostId World::add_host(const std::string& name, const HostParameters& parameters) {
    const std::lock_guard lock(state_->mutex);
    require_name(name, "host");
    check(parameters);
    if (find_name(state_->hosts, name) != none)
        refuse_duplicate("host", name);
    const std::uint64_t seed = state_->parameters.seed;
    auto host = std::make_unique<Host>();
    host->number = static_cast<std::uint32_t>(state_->hosts.size());
    host->name = name;
    host->parameters = parameters;
    host->oscillator = Oscillator(parameters.oscillator, Random::stream(seed, "oscillator of " + name));
    host->raw = ClockModel(parameters.uptime);
    host->monotonic = ClockModel(parameters.uptime);
    host->realtime =
        ClockModel(state_->parameters.epoch_tai - state_->parameters.utc_offset * nanoseconds_per_second +
                   parameters.realtime_offset);
    host->transmit_delay = Jitter(parameters.transmit_delay, Random::stream(seed, "transmit of " + name));
    host->receive_delay = Jitter(parameters.receive_delay, Random::stream(seed, "receive of " + name));
    host->wake_delay = Jitter(parameters.wake_delay, Random::stream(seed, "wake of " + name));
    state_->hosts.push_back(std::move(host));
    return HostId{static_cast<std::uint32_t>(state_->hosts.size() - 1)};
}

AdapterId World::add_adapter(HostId host_id, const std::string& name, const AdapterParameters& parameters) {
    const std::lock_guard lock(state_->mutex);
    Host& host = get(state_->hosts, host_id, "host");
    require_name(name, "adapter");
    check(parameters);
    for (const std::uint32_t other : host.adapters)
        if (state_->adapters[other]->name == name)
            refuse_duplicate("adapter", name);
    const std::uint64_t seed = state_->parameters.seed;
    const std::string full_name = host.name + "/" + name;
    auto adapter = std::make_unique<Adapter>();
    for (const std::string& text : parameters.addresses)
        adapter->addresses.push_back(parse_with_prefix(text));
    if (parameters.clock_of) {
        const Adapter& other = get(state_->adapters, *parameters.clock_of, "adapter");
        if (other.host != host.number)
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "clock_of names an adapter of another host: adapters "
                          "share a clock within one host only");
        adapter->clock = other.clock;
    } else {
        adapter->clock = static_cast<std::uint32_t>(state_->clocks.size());
        auto clock = std::make_unique<DeviceClock>();
        clock->parameters = parameters.clock;
        clock->oscillator =
            Oscillator(parameters.clock.oscillator, Random::stream(seed, "oscillator of " + full_name));
        clock->model = ClockModel(saturating_add(state_->parameters.epoch_tai, parameters.clock.offset));
        clock->stamp_random = Random::stream(seed, "stamps of " + full_name);
        clock->read_random = Random::stream(seed, "reads of " + full_name);
        state_->clocks.push_back(std::move(clock));
    }
    adapter->number = static_cast<std::uint32_t>(state_->adapters.size());
    adapter->host = host.number;
    adapter->name = name;
    adapter->interface_index = host.next_interface_index++;
    adapter->supported = parameters.supported;
    adapter->active_hardware = parameters.stamps_enabled ? parameters.supported.hardware : 0;
    adapter->ingress_error = parameters.ingress_error;
    adapter->egress_error = parameters.egress_error;
    adapter->transmit_stamp_delay =
        Jitter(parameters.transmit_stamp_delay, Random::stream(seed, "stamp delay of " + full_name));
    adapter->transmit_stamp_loss = parameters.transmit_stamp_loss;
    adapter->fault_random = Random::stream(seed, "faults of " + full_name);
    host.adapters.push_back(adapter->number);
    state_->adapters.push_back(std::move(adapter));
    state_->notify_adapter(*state_->adapters.back(), ChangeNotice::Kind::interface_changed);
    return AdapterId{static_cast<std::uint32_t>(state_->adapters.size() - 1)};
}

BridgeId World::add_bridge(const std::string& name, const BridgeParameters& parameters) {
    const std::lock_guard lock(state_->mutex);
    require_name(name, "bridge");
    if (find_name(state_->bridges, name) != none)
        refuse_duplicate("bridge", name);
    check(parameters);
    const std::uint64_t seed = state_->parameters.seed;
    auto bridge = std::make_unique<Bridge>();
    bridge->name = name;
    bridge->parameters = parameters;
    bridge->residence = Jitter(parameters.residence_jitter, Random::stream(seed, "residence of " + name));
    bridge->oscillator =
        Oscillator(parameters.oscillator, Random::stream(seed, "oscillator of bridge " + name));
    state_->bridges.push_back(std::move(bridge));
    return BridgeId{static_cast<std::uint32_t>(state_->bridges.size() - 1)};
}

LinkId World::connect(End first, End second, const LinkParameters& parameters,
                      const std::string& wanted_name) {
    const std::lock_guard lock(state_->mutex);
    check(parameters.forward);
    check(parameters.backward);
    const auto id = static_cast<std::uint32_t>(state_->links.size());
    const std::string name = wanted_name.empty() ? "link" + std::to_string(id + 1) : wanted_name;
    require_name(name, "link");
    if (find_name(state_->links, name) != none)
        refuse_duplicate("link", name);
    if (first.kind == second.kind && first.number == second.number)
        throw Failure(WST_E_INVALID_ARGUMENT, "a link needs two different ends");
    for (const End& end : {first, second}) {
        if (end.kind == End::Kind::bridge) {
            get(state_->bridges, BridgeId{end.number}, "bridge");
        } else if (const Adapter& adapter = get(state_->adapters, AdapterId{end.number}, "adapter");
                   adapter.link != none) {
            throw Failure(WST_E_BUSY, "adapter " + adapter.name +
                                          " has a link already: use a bridge to "
                                          "join more than two");
        }
    }
    const std::uint64_t seed = state_->parameters.seed;
    auto link = std::make_unique<LinkModel>(LinkModel{name, {first, second}, {}, {none, none}, false});
    for (std::uint8_t side = 0; side < 2; ++side) {
        const LinkDirection& p = side == 0 ? parameters.forward : parameters.backward;
        const std::string direction = (side == 0 ? "forward " : "backward ") + name;
        link->directions[side].parameters = p;
        link->directions[side].jitter = Jitter(p.jitter, Random::stream(seed, "jitter " + direction));
        link->directions[side].fault_random = Random::stream(seed, "faults " + direction);
        const End& end = link->ends[side];
        if (end.kind == End::Kind::adapter) {
            state_->adapters[end.number]->link = id;
            state_->adapters[end.number]->side = side;
        } else {
            std::vector<BridgePort>& ports = state_->bridges[end.number]->ports;
            link->bridge_ports[side] = static_cast<std::uint32_t>(ports.size());
            ports.push_back({id, side});
        }
    }
    state_->links.push_back(std::move(link));
    notify_ends(*state_, *state_->links.back());
    return LinkId{id};
}

std::optional<HostId> World::find_host(const std::string& name) const {
    const std::lock_guard lock(state_->mutex);
    const std::uint32_t found = find_name(state_->hosts, name);
    return found == none ? std::nullopt : std::optional(HostId{found});
}

std::optional<AdapterId> World::find_adapter(HostId host, const std::string& name) const {
    const std::lock_guard lock(state_->mutex);
    for (const std::uint32_t adapter : get(state_->hosts, host, "host").adapters)
        if (state_->adapters[adapter]->name == name)
            return AdapterId{adapter};
    return std::nullopt;
}

std::optional<BridgeId> World::find_bridge(const std::string& name) const {
    const std::lock_guard lock(state_->mutex);
    const std::uint32_t found = find_name(state_->bridges, name);
    return found == none ? std::nullopt : std::optional(BridgeId{found});
}

std::optional<LinkId> World::find_link(const std::string& name) const {
    const std::lock_guard lock(state_->mutex);
    const std::uint32_t found = find_name(state_->links, name);
    return found == none ? std::nullopt : std::optional(LinkId{found});
}

std::unique_ptr<Platform> World::platform(HostId host) {
    {
        const std::lock_guard lock(state_->mutex);
        get(state_->hosts, host, "host");
    }
    return make_host_platform(state_, number(host));
}

Nanoseconds World::now() const {
    const std::lock_guard lock(state_->mutex);
    return state_->now;
}

void World::run_until(Nanoseconds time) {
    const std::shared_ptr<State> state = state_;
    std::unique_lock lock(state->mutex);
    Claimed claimed(*state, lock);
    claimed.run(std::min(time, end_of_time), nullptr, false);
}

void World::run_for(Nanoseconds span) {
    const std::shared_ptr<State> state = state_;
    std::unique_lock lock(state->mutex);
    Claimed claimed(*state, lock);
    const Nanoseconds until = saturating_add(state->now, std::max<Nanoseconds>(span, 0));
    claimed.run(std::min(until, end_of_time), nullptr, false);
}

bool World::run_until(const std::function<bool()>& done, Nanoseconds deadline) {
    const std::shared_ptr<State> state = state_;
    std::unique_lock lock(state->mutex);
    Claimed claimed(*state, lock);
    return claimed.run(deadline, &done, false) == State::Stop::predicate;
}

bool World::step() {
    const std::shared_ptr<State> state = state_;
    std::unique_lock lock(state->mutex);
    Claimed claimed(*state, lock);
    return claimed.run(never, nullptr, true) == State::Stop::step;
}

void World::interrupt() {
    const std::lock_guard lock(state_->mutex);
    state_->interrupted = true;
    state_->changed.notify_all();
}

void World::set_pace(double factor) {
    const std::lock_guard lock(state_->mutex);
    if (!(factor >= 0 && factor <= 1e6))
        throw Failure(WST_E_RANGE, "the pace must lie between 0 (no limit) and 1000000");
    state_->pace = factor;
    state_->changed.notify_all();
}

void World::at(Nanoseconds time, std::function<void(World&)> action) {
    const std::lock_guard lock(state_->mutex);
    const std::uint32_t slot = state_->actions.acquire();
    state_->actions[slot] = std::move(action);
    state_->schedule(time, {Event::Kind::action, slot, 0, 0});
}

bool World::runs_here() const {
    return state_->runs_here();
}

double World::clock_error(AdapterId adapter, std::optional<Nanoseconds> time) const {
    const std::lock_guard lock(state_->mutex);
    const Nanoseconds t = checked_time(*state_, time);
    DeviceClock& clock = *state_->clocks[get(state_->adapters, adapter, "adapter").clock];
    return difference(clock.model.read(clock.oscillator, t), state_->parameters.epoch_tai + t);
}

double World::clock_error(HostId host_id, ClockKind kind, std::optional<Nanoseconds> time) const {
    const std::lock_guard lock(state_->mutex);
    const Nanoseconds t = checked_time(*state_, time);
    Host& host = get(state_->hosts, host_id, "host");
    Nanoseconds truth = state_->parameters.epoch_tai + t;
    switch (kind) {
        case ClockKind::realtime:
            truth -= state_->parameters.utc_offset * nanoseconds_per_second;
            break;
        case ClockKind::tai:
            break;
        case ClockKind::monotonic:
        case ClockKind::monotonic_raw:
            truth = host.parameters.uptime + t;
            break;
        default:
            throw Failure(WST_E_INVALID_ARGUMENT,
                          "a host has the clocks realtime, monotonic, monotonic_raw and "
                          "tai; for a hardware clock name its adapter");
    }
    return difference(state_->read_host(host, kind, t), truth);
}

Nanoseconds World::true_tai(std::optional<Nanoseconds> time) const {
    const std::lock_guard lock(state_->mutex);
    return state_->parameters.epoch_tai + time.value_or(state_->now);
}

std::uint64_t World::digest() const {
    const std::lock_guard lock(state_->mutex);
    return state_->digest;
}

WorldCounters World::counters() const {
    const std::lock_guard lock(state_->mutex);
    WorldCounters counters = state_->counters;
    counters.frames_in_flight = state_->frames.used();
    counters.events_queued = state_->queue.size();
    return counters;
}

const WorldParameters& World::parameters() const {
    return state_->parameters;
}

// --- faults

void World::step_clock(AdapterId id, Nanoseconds delta) {
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    state_->clocks[adapter.clock]->model.step(delta);
}

void World::reset_clock(AdapterId id, Nanoseconds value) {
    const std::lock_guard lock(state_->mutex);
    DeviceClock& clock = *state_->clocks[get(state_->adapters, id, "adapter").clock];
    clock.model.reset(clock.oscillator, state_->now, value);
}

void World::set_clock_drift(AdapterId id, double drift_ppb) {
    require_finite(drift_ppb, 1e8, "a drift (ppb)");
    const std::lock_guard lock(state_->mutex);
    state_->clocks[get(state_->adapters, id, "adapter").clock]->oscillator.set_drift(state_->now, drift_ppb);
}

void World::set_clock_wander(AdapterId id, double wander) {
    require_finite(wander, 1e-3, "a wander");
    const std::lock_guard lock(state_->mutex);
    state_->clocks[get(state_->adapters, id, "adapter").clock]->oscillator.set_wander(state_->now, wander);
}

void World::set_clock_stamp_noise(AdapterId id, double sigma) {
    require_finite(sigma, 1e9, "the noise of stamps (ns)");
    const std::lock_guard lock(state_->mutex);
    state_->clocks[get(state_->adapters, id, "adapter").clock]->parameters.stamp_noise = sigma;
}

void World::step_system_clock(HostId id, Nanoseconds delta) {
    const std::lock_guard lock(state_->mutex);
    Host& host = get(state_->hosts, id, "host");
    host.realtime.step(delta);
    state_->notify_jump(host);
}

void World::set_system_drift(HostId id, double drift_ppb) {
    require_finite(drift_ppb, 1e8, "a drift (ppb)");
    const std::lock_guard lock(state_->mutex);
    Host& host = get(state_->hosts, id, "host");
    host.oscillator.set_drift(state_->now, drift_ppb);
    state_->host_clock_changed(host);
}

void World::set_system_wander(HostId id, double wander) {
    require_finite(wander, 1e-3, "a wander");
    const std::lock_guard lock(state_->mutex);
    get(state_->hosts, id, "host").oscillator.set_wander(state_->now, wander);
}

void World::stall(HostId id, Nanoseconds span) {
    const std::lock_guard lock(state_->mutex);
    Host& host = get(state_->hosts, id, "host");
    host.stalled_until = std::max(host.stalled_until, saturating_add(state_->now, span));
}

void World::suspend(HostId id, Nanoseconds span) {
    const std::lock_guard lock(state_->mutex);
    Host& host = get(state_->hosts, id, "host");
    if (host.asleep || span <= 0)
        return; // who sleeps cannot be sent to sleep
    host.asleep = true;
    host.asleep_since = state_->now;
    host.stalled_until = std::max(host.stalled_until, saturating_add(state_->now, span));
    // Before everything that was put off until then, which is queued later.
    state_->schedule(host.stalled_until, {Event::Kind::resume, host.number, 0, 0});
}

void World::cut(LinkId id) {
    const std::lock_guard lock(state_->mutex);
    LinkModel& link = get(state_->links, id, "link");
    if (std::exchange(link.cut, true))
        return;
    notify_ends(*state_, link);
}

void World::restore(LinkId id) {
    const std::lock_guard lock(state_->mutex);
    LinkModel& link = get(state_->links, id, "link");
    if (!std::exchange(link.cut, false))
        return;
    notify_ends(*state_, link);
}

void World::set_link(LinkId id, const LinkParameters& parameters) {
    check(parameters.forward);
    check(parameters.backward);
    const std::lock_guard lock(state_->mutex);
    LinkModel& link = get(state_->links, id, "link");
    for (std::size_t side = 0; side < 2; ++side) {
        const LinkDirection& p = side == 0 ? parameters.forward : parameters.backward;
        link.directions[side].parameters = p;
        link.directions[side].jitter.set(p.jitter);
    }
}

LinkParameters World::link(LinkId id) const {
    const std::lock_guard lock(state_->mutex);
    const LinkModel& link = get(state_->links, id, "link");
    return {link.directions[0].parameters, link.directions[1].parameters};
}

void World::set_administratively_up(AdapterId id, bool up) {
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    if (std::exchange(adapter.administratively_up, up) != up)
        notify_link_of(*state_, adapter);
}

void World::remove_adapter(AdapterId id) {
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    if (!std::exchange(adapter.present, false))
        return;
    adapter.active_hardware = 0;
    adapter.enables = 0;
    ++adapter.incarnation;
    state_->notify_adapter(adapter, ChangeNotice::Kind::interface_removed);
    state_->notify_adapter(adapter, ChangeNotice::Kind::clock_removed);
    if (adapter.link != none)
        notify_ends(*state_, *state_->links[adapter.link]);
}

void World::restore_adapter(AdapterId id) {
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    if (std::exchange(adapter.present, true))
        return;
    adapter.interface_index = state_->hosts[adapter.host]->next_interface_index++;
    DeviceClock& clock = *state_->clocks[adapter.clock];
    clock.model.reset(clock.oscillator, state_->now, 0);
    notify_link_of(*state_, adapter);
    state_->notify_adapter(adapter, ChangeNotice::Kind::clock_added);
}

void World::rename_adapter(AdapterId id, const std::string& name) {
    const std::lock_guard lock(state_->mutex);
    require_name(name, "adapter");
    Adapter& adapter = get(state_->adapters, id, "adapter");
    for (const std::uint32_t other : state_->hosts[adapter.host]->adapters)
        if (other != adapter.number && state_->adapters[other]->name == name)
            refuse_duplicate("adapter", name);
    adapter.name = name;
    state_->notify_adapter(adapter, ChangeNotice::Kind::interface_changed);
}

void World::set_capabilities(AdapterId id, const Capabilities& supported) {
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    adapter.supported = supported;
    adapter.active_hardware &= supported.hardware;
    state_->notify_adapter(adapter, ChangeNotice::Kind::interface_changed);
}

void World::set_stamps_enabled(AdapterId id, bool enabled) {
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    adapter.active_hardware = enabled ? adapter.supported.hardware : 0;
    state_->notify_adapter(adapter, ChangeNotice::Kind::interface_changed);
}

void World::set_transmit_stamps(AdapterId id, const Distribution& delay, double loss) {
    require_probability(loss, "the loss of transmit stamps");
    check(delay);
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    adapter.transmit_stamp_delay.set(delay);
    adapter.transmit_stamp_loss = loss;
}

void World::set_stamp_errors(AdapterId id, Nanoseconds ingress, Nanoseconds egress) {
    AdapterParameters errors;
    errors.ingress_error = ingress;
    errors.egress_error = egress;
    check(errors);
    const std::lock_guard lock(state_->mutex);
    Adapter& adapter = get(state_->adapters, id, "adapter");
    adapter.ingress_error = ingress;
    adapter.egress_error = egress;
}

} // namespace wirestamp::platform::simulated
