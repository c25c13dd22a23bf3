// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/ptp_clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "impl/base/failure.hpp"
#include "impl/base/rounding.hpp"
#include "impl/runtime/ptp/clock_council.hpp"
#include "impl/runtime/ptp/ptp_update.hpp"

namespace wirestamp::runtime {

using platform::recorded::Recorder;
using platform::recorded::Replay;

namespace {

constexpr Nanoseconds second = nanoseconds_per_second;
// How long a slave lets packets lie that it need not wake for: five beats at 128 a second.
constexpr Nanoseconds longest_nap = second / 24;
constexpr int beats_per_nap = 12;

/// A count of nanoseconds that may be infinite or not a number.
Nanoseconds whole(double value) noexcept {
    constexpr double limit = 9.2e18;
    if (value >= limit)
        return std::numeric_limits<Nanoseconds>::max();
    if (value <= -limit)
        return std::numeric_limits<Nanoseconds>::min();
    return rounded(value);
}

std::string system_text(int os_error) {
    return os_error == 0 ? std::string() : std::generic_category().message(os_error);
}

const char* fault_text(ptp::FaultKind kind) {
    switch (kind) {
        case ptp::FaultKind::transmit_stamp_lost:
            return "a sent message got no time stamp; it was left out";
        case ptp::FaultKind::transmit_stamp_late:
            return "a time stamp came too late to be used (tx_timestamp_timeout)";
        case ptp::FaultKind::receive_stamp_missing:
            return "a message arrived without a time stamp; is stamping active on this interface?";
        case ptp::FaultKind::send_failed:
            return "a message could not be sent";
        case ptp::FaultKind::link_down:
            return "the link is down";
        case ptp::FaultKind::announce_loop:
            return "our own Announce came back: there is a loop among the boundary clocks";
        case ptp::FaultKind::duplicate_identity:
            return "another clock uses our clockIdentity; give one of them another (clockIdentity)";
        case ptp::FaultKind::multiple_peers:
            return "several clocks answer a Pdelay_Req: something on this link does not speak PTP";
        case ptp::FaultKind::foreign_master_table_full:
            return "more masters announce themselves than are remembered (max_foreign_masters)";
        case ptp::FaultKind::follow_up_lost:
            return "no Follow_Up came for a Sync";
        case ptp::FaultKind::delay_response_lost:
            return "the master did not answer a delay request";
        case ptp::FaultKind::minor_version_fallback:
            return "nothing understands PTP 2.1 here: sending 2.0 from now on (ptp_minor_version)";
        case ptp::FaultKind::clock_stepped:
            return "the clock was moved by somebody else, or the machine was asleep";
        case ptp::FaultKind::unicast_denied:
            return "the master denied unicast service";
    }
    return "";
}

std::uint8_t source_number(platform::StampSource source) {
    return static_cast<std::uint8_t>(source);
}

/// Whether both directions of PTP event messages are stamped, by whichever of the flags covers them.
bool stamps_by_hardware(const platform::Capabilities& found) {
    using namespace platform::hardware_flag;
    const std::uint32_t receive =
        ptp_v2_over_udp_ipv4_event_message_receive | ptp_v2_over_udp_ipv4_all_message_receive |
        ptp_v2_over_udp_ipv6_event_message_receive | ptp_v2_over_udp_ipv6_all_message_receive | all_receive;
    const std::uint32_t transmit = ptp_v2_over_udp_ipv4_event_message_transmit |
                                   ptp_v2_over_udp_ipv4_all_message_transmit |
                                   ptp_v2_over_udp_ipv6_event_message_transmit |
                                   ptp_v2_over_udp_ipv6_all_message_transmit | all_transmit | tagged_transmit;
    return (found.hardware & receive) != 0 && (found.hardware & transmit) != 0;
}

/// EUI-64 from EUI-48 (IEEE 1588-2019 clause 7.5.2.2.2, and linuxptp's way, so that a clock keeps its name).
ptp::ClockIdentity identity_of(const platform::Interface& interface, std::mt19937_64& random) {
    ptp::ClockIdentity identity;
    const auto& mac = interface.hardware_address;
    const bool usable =
        interface.hardware_address_length == 6 &&
        std::any_of(mac.begin(), mac.begin() + 6, [](std::uint8_t octet) { return octet != 0; });
    if (usable) {
        identity.octets = {mac[0], mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};
    } else {
        // A loopback has no address: a random one with the bit that says so.
        const std::uint64_t bits = random();
        for (std::size_t i = 0; i < identity.octets.size(); ++i)
            identity.octets[i] = static_cast<std::uint8_t>(bits >> (8 * i));
        identity.octets[0] = static_cast<std::uint8_t>((identity.octets[0] & 0xfc) | 0x02);
    }
    return identity;
}

Address address_of(const platform::Interface& interface, platform::Family family) {
    for (const auto& own : interface.addresses)
        if (own.address.family == family)
            return own.address;
    return {};
}

template <typename T>
void copy_identity(T& to, const ptp::ClockIdentity& from) {
    std::copy(from.octets.begin(), from.octets.end(), to);
}

void copy_text(char* to, std::size_t size, const std::string& from) {
    const std::size_t length = std::min(size - 1, from.size());
    std::memcpy(to, from.data(), length);
    to[length] = '\0';
}

} // namespace

/// Hardware stamping that this clock turned on: given back with the clock, also when opening it fails
/// half-way.
class StampingLease {
public:
    StampingLease(Context& context, platform::Platform& platform, const platform::Interface& interface)
        : context_(context), platform_(platform), interface_(interface.id) {
        platform.capabilities().enable(interface, {platform::StampLevel::event_messages, true});
    }
    ~StampingLease() {
        try {
            if (const auto interface = platform_.interfaces().find(interface_))
                platform_.capabilities().restore(*interface);
        } catch (const std::exception& error) {
            context_.log(WST_LOG_WARNING, error.what());
        }
    }
    StampingLease(const StampingLease&) = delete;
    StampingLease& operator=(const StampingLease&) = delete;

private:
    Context& context_;
    platform::Platform& platform_;
    platform::InterfaceId interface_;
};

struct PtpClock::Port {
    explicit Port(const PeerLinkSettings& link) : peer(link.filter, link.length, link.rate_interval) {}

    std::unique_ptr<PtpPort> sockets;
    clock::PeerLink peer;
    platform::InterfaceId interface = 0;
    bool gone = false; // the interface was removed
    bool up = true;    // has a link
    std::int32_t phc_index = -1;
    std::int32_t virtual_clock = -1;            // of the adapter's clock, to stand on instead of it
    bool wanted = true;                         // not disabled by management
    bool one_by_one = false;                    // requests sent together were not answered
    std::uint64_t requests = 0, unanswered = 0; // a second ago
    std::unique_ptr<StampingLease> stamping;
    platform::StampSource source = platform::StampSource::none;
    int last_error = 0;
};

PtpClock::PtpClock(Context& context, const ptp::Configuration& configuration)
    : Object(context),
      replay_(open_replay(configuration)),
      configuration_(replay_ ? replayed_configuration(*replay_, configuration) : configuration),
      settings_(make_settings(configuration_)) {
    if (!replay_ && !configuration.text("record_file").empty())
        recorder_ = open_recorder(configuration, context);
    const Recorder::Frame recorded(recorder_.get(), {});
    if (replay_)
        replay_->next(); // the opening, with which every record begins
    const Replay::Frame replayed(replay_.get());
    auto& platform = this->platform();
    for (const auto& warning : settings_.warnings)
        context.log(WST_LOG_WARNING, warning);

    for (std::size_t i = 0; i < settings_.ports.size(); ++i) {
        PtpPortOptions options = settings_.ports[i];
        auto interface = platform.interfaces().find(options.interface);
        if (!interface)
            throw Failure(WST_E_NOT_FOUND,
                          "no interface is called " + options.interface +
                              "; `wirestamp list` or wst_interface_list names those there are");
        auto port = std::make_unique<Port>(settings_.peer_links[i]);
        port->interface = interface->id;
        choose_stamping(*port, *interface, settings_.stamping[i]);
        // Alternative names and numbers were allowed to find it; sockets are bound by its name.
        options.interface = interface->name;
        options.stamps = port->source == platform::StampSource::hardware ? platform::StampMode::hardware
                                                                         : platform::StampMode::software;
        auto& engine_port = settings_.engine.ports[i];
        if (port->source == platform::StampSource::hardware && engine_port.phc_index >= 0 &&
            engine_port.phc_index != interface->phc_index) {
            port->virtual_clock = engine_port.phc_index;
            interface->virtual_clock = options.virtual_clock = port->virtual_clock;
        }
        settings_.ports[i] = options;

        engine_port.interface_name = interface->name;
        engine_port.timestamping = port->source == platform::StampSource::hardware ? 1 : 0;
        engine_port.physicalAddress.assign(
            interface->hardware_address.begin(),
            interface->hardware_address.begin() + interface->hardware_address_length);
        engine_port.phc_index = port->phc_index = interface->clock_index();
        engine_port.protocolAddress = address_of(*interface, options.family);
        if (i == 0 && settings_.engine.clockIdentity == ptp::ClockIdentity{})
            settings_.engine.clockIdentity = replay_ && replay_->identity()
                                                 ? ptp::ClockIdentity{replay_->identity()->clock}
                                                 : identity_of(*interface, context.random());
        port->sockets = std::make_unique<PtpPort>(platform, loop(), static_cast<PtpPortHandler&>(*this),
                                                  static_cast<ptp::PortNumber>(i + 1), options);
        ports_.push_back(std::move(port));
    }

    // One counter under the whole clock: the adapter's where every port stamps by it, else the system's.
    const bool hardware = ports_.front()->source == platform::StampSource::hardware;
    const auto& engine_ports = settings_.engine.ports;
    const bool one_adapter_only = platform.clocks().device_clock() == platform::ClockKind::device_raw;
    for (std::size_t i = 1; i < ports_.size(); ++i)
        if ((ports_[i]->source == platform::StampSource::hardware) != hardware ||
            (hardware && settings_.disciplined != Disciplined::virtual_clock &&
             engine_ports[i].phc_index != engine_ports.front().phc_index) ||
            (hardware && one_adapter_only && ports_[i]->interface != ports_.front()->interface))
            throw Failure(
                WST_E_NOT_SUPPORTED,
                "ports " + engine_ports.front().interface_name + " and " + engine_ports[i].interface_name +
                    " are not stamped by the same clock: only clock_discipline virtual can stand on "
                    "several hardware clocks; set time_stamping software, or open a PTP clock for each");
    const auto find = [&](const Port& port) {
        auto interface = platform.interfaces().find(port.interface);
        if (interface)
            interface->virtual_clock = port.virtual_clock;
        return interface;
    };
    const auto first = find(*ports_.front());
    if (hardware && first)
        timescale_ = std::make_unique<LocalTimescale>(platform.clocks(), *first);
    else
        timescale_ = std::make_unique<LocalTimescale>(platform.clocks());
    for (std::size_t i = 1; hardware && i < ports_.size(); ++i)
        if (const auto interface = find(*ports_[i]))
            timescale_->add_device(*interface);
    settings_.discipline.servo.software_timestamps = !hardware;
    open_steered(first ? &*first : nullptr, hardware);
    discipline_.emplace(settings_.discipline);
    set_to_system_time();

    time_properties_.currentUtcOffset = settings_.engine.currentUtcOffset;
    time_properties_.flags = settings_.engine.time_flags;
    std::uint64_t seed = settings_.seed != 0 ? settings_.seed : context.random()();
    if (replay_ && replay_->identity())
        seed = replay_->identity()->seed;
    if (recorder_)
        recorder_->put(platform::recorded::Identity{settings_.engine.clockIdentity.octets, seed});
    engine_.emplace(settings_.engine, seed);
    for (auto& port : ports_)
        open_sockets(*port);
    management_ = std::make_unique<ManagementSockets>(
        platform, loop(), static_cast<ManagementSocketHandler&>(*this), settings_.management);
    timer_ = loop().make_timer([this] { tick(); });
    second_ = loop().make_timer([this] { on_second(); });
    step_timer_ = loop().make_timer([this] { make_announced_steps(); });
    // Made also where it is not needed: the record knows timers by their order.
    system_timer_ = loop().make_timer([this] { follow_with_system_clock(); });
    if (replay_)
        replay_timer_ = context.loop().make_timer([this] { go_on_with_replay(); });
    try {
        changes_ = platform.open_change_source();
    } catch (const Failure& failure) {
        context.log(WST_LOG_INFO,
                    std::string("no notices of interface changes, looking once a second: ") + failure.what());
    }
    if (changes_)
        changes_watch_ = loop().watch(*changes_, [this] {
            notices_.clear();
            changes_->take(notices_);
            for (const auto& notice : notices_)
                if (notice.kind == platform::ChangeNotice::Kind::everything)
                    timescale_->device_changed();
            look_at_links();
        });
    publish_view();
}

PtpClock::~PtpClock() = default;

void PtpClock::close() noexcept {
    try {
        if (running_)
            stop();
    } catch (const std::exception& error) {
        context().log(WST_LOG_WARNING, error.what());
    }
    replay_timer_.reset();
    changes_watch_.reset();
    changes_.reset();
    timer_.reset();
    second_.reset();
    step_timer_.reset();
    system_timer_.reset();
    management_.reset();
    for (auto& port : ports_) {
        port->sockets->close();
        port->stamping.reset();
    }
}

void PtpClock::choose_stamping(Port& port, const platform::Interface& interface, Stamping wanted) {
    auto& capabilities = platform().capabilities();
    port.source = platform::StampSource::software;
    if (wanted == Stamping::software)
        return;
    if (wanted == Stamping::hardware) {
        port.stamping = std::make_unique<StampingLease>(context(), platform(), interface);
        port.source = platform::StampSource::hardware;
        return;
    }
    try {
        if (stamps_by_hardware(capabilities.active(interface)))
            port.source = platform::StampSource::hardware;
    } catch (const Failure& failure) {
        context().log(WST_LOG_INFO, interface.name + ": " + failure.what() + "; using software stamps");
    }
}

void PtpClock::set_to_system_time() {
    const Nanoseconds counter = timescale_->now();
    if (steered_) {
        own_ = clock::VirtualClock(counter, counter); // the adapter's clock is the PTP clock
        return;
    }
    // Until a master is followed the best there is: the system's UTC and the configured offset of TAI to it.
    tells_system_time_ = timescale_->kind() == platform::ClockKind::monotonic_raw;
    const Nanoseconds utc = platform().clocks().read(platform::ClockKind::realtime);
    own_ = clock::VirtualClock(counter, utc + settings_.engine.currentUtcOffset * second);
}

platform::Platform& PtpClock::platform() const {
    return replay_ ? replay_->platform() : recorder_ ? recorder_->platform() : context().platform();
}

platform::Loop& PtpClock::loop() const {
    return replay_ ? replay_->loop() : recorder_ ? recorder_->loop() : context().loop();
}

void PtpClock::publish(wst_event& event) {
    ++published_events_;
    if (replay_)
        event.time = replay_->now();
    context().publish(event);
}

// Inputs

template <typename Input>
void PtpClock::feed(Input&& input) {
    if (collecting_ != nullptr) { // what an action leads to is performed after the actions at hand
        input(*collecting_);
        return;
    }
    std::size_t current = 0;
    collecting_ = &actions_[current];
    collecting_->clear();
    input(*collecting_);
    while (!actions_[current].list().empty()) {
        const ptp::Actions& now = actions_[current];
        current ^= 1;
        collecting_ = &actions_[current];
        collecting_->clear();
        perform(now);
    }
    collecting_ = nullptr;
    if (!beat_) // whose end sees to it once for all
        arm_timer();
}

void PtpClock::start() {
    if (running_)
        throw Failure(WST_E_STATE, "this PTP clock runs already; stop it first");
    if (replay_)
        return start_replay();
    const Recorder::Frame frame(recorder_.get(), {platform::recorded::FrameKind::start, 0, {}, {}});
    begin();
}

void PtpClock::begin() {
    for (auto& port : ports_)
        if (!port->gone && !port->sockets->is_open())
            open_port(*port);
    running_ = true;
    if (!replay_) { // its time is another one than that of the others
        council_ = &context().only<ClockCouncil>();
        council_->join(*this);
    }
    time_asleep_ = platform().clocks().time_asleep();
    next_second_ = loop().now() + second;
    second_->arm(next_second_);
    if (follower_) {
        next_system_look_ = loop().now();
        system_timer_->arm(next_system_look_);
    }
    feed([&](ptp::Actions& out) { engine_->start(engine_now(), out); });
    look_at_links();
}

void PtpClock::stop() {
    if (!running_)
        throw Failure(WST_E_STATE, "this PTP clock does not run; start it first");
    if (replay_timer_)
        replay_timer_->cancel();
    const Recorder::Frame frame(recorder_.get(), {platform::recorded::FrameKind::stop, 0, {}, {}});
    finish();
}

void PtpClock::finish() {
    feed([&](ptp::Actions& out) { engine_->stop(engine_now(), out); });
    running_ = false;
    if (council_)
        council_->leave(*this);
    armed_ = never;
    timer_->cancel();
    second_->cancel();
    grandmaster_ = false;
    if (following_)
        disciplined(discipline_->on_master_lost(timescale_->now()), 0);
    else
        publish_view();
    step_timer_->cancel();
    announced_.reset();
    if (follower_) {
        system_timer_->cancel();
        follower_->release();
    }
    if (steered_ && settings_.restore_frequency)
        apply({false, 0, true, frequency_at_open_});
}

void PtpClock::set(const std::string& name, const std::string& value) {
    const Recorder::Frame frame(recorder_.get(), {platform::recorded::FrameKind::set, 0, name, value});
    const ptp::ClockUpdate update = make_update(configuration_, name, value);
    // Not the engine's affair.
    settings_.asymmetry_bounds = asymmetry_bounds(configuration_);
    feed([&](ptp::Actions& out) { engine_->update(update, engine_now(), out); });
    publish_view();
}

ptp::Now PtpClock::engine_now() const {
    if (beat_)
        return {beat_->monotonic, ptp_time(beat_->counter)};
    return {loop().now(), ptp_time(timescale_->now())};
}

Nanoseconds PtpClock::ptp_time(Nanoseconds counter) const {
    return following_ ? discipline_->view().time_at(counter) : own_.time_at(counter);
}

void PtpClock::port_woke(PtpPort&) {
    timescale_->refresh();
}

std::optional<ptp::LocalStamp> PtpClock::local_stamp(Port& port, const platform::Stamp& hardware,
                                                     const platform::Stamp& software) {
    const platform::Stamp& stamp = timescale_->takes_hardware_stamps() ? hardware : software;
    const auto counter = timescale_->counter_at(stamp);
    if (!counter)
        return std::nullopt;
    port.source = stamp.source;
    return ptp::LocalStamp{ptp_time(*counter), *counter};
}

void PtpClock::port_received(PtpPort& sockets, ptp::Channel channel, ptp::Route route,
                             const platform::Received& received) {
    if (!running_)
        return;
    Port& port = *ports_[sockets.number() - 1u];
    ptp::Packet packet;
    packet.port = sockets.number();
    packet.channel = channel;
    packet.route = route;
    packet.source = received.source;
    packet.bytes = received.buffer.first(std::min(received.size, received.buffer.size()));
    if (engine_->overheard(packet))
        return;
    if (channel == ptp::Channel::event)
        packet.received = local_stamp(port, received.hardware, received.software);
    feed([&](ptp::Actions& out) { engine_->packet(packet, engine_now(), out); });
}

void PtpClock::port_stamped(PtpPort& sockets, const platform::TransmitStamp& stamp) {
    if (!running_)
        return;
    const auto local = local_stamp(*ports_[sockets.number() - 1u], stamp.hardware, stamp.software);
    if (local)
        feed([&](ptp::Actions& out) {
            engine_->transmit_stamp(sockets.number(), stamp.id, *local, engine_now(), out);
        });
}

void PtpClock::port_broke(PtpPort& sockets, int os_error) {
    Port& port = *ports_[sockets.number() - 1u];
    lose_interface(
        port, "the sockets of " + sockets.options().interface + " failed (" + system_text(os_error) + ")",
        os_error);
}

void PtpClock::management_received(ptp::Route route, std::uint64_t client,
                                   std::span<const std::uint8_t> bytes) {
    if (!running_)
        return;
    ptp::Packet packet;
    packet.route = route;
    packet.management_client = client;
    packet.bytes = bytes;
    feed([&](ptp::Actions& out) { engine_->packet(packet, engine_now(), out); });
}

void PtpClock::management_broke(const std::string& path, int os_error) {
    context().log(WST_LOG_WARNING,
                  "local socket " + path + " failed and is closed: " + system_text(os_error));
}

void PtpClock::tick() {
    armed_ = never;
    if (!running_)
        return;
    look_for_sleep();
    // What is done in one beat is done at one moment: clocks are not read for each part of it.
    beat_ = Moment{loop().now(), timescale_->now()};
    struct End {
        PtpClock& clock;
        ~End() {
            clock.beat_.reset();
            clock.gathers_ = false;
        }
    } const end{*this};
    gathers_ = takes_several_beats();
    napped_at_ = beat_->monotonic;
    const auto each_port = [&](auto what) {
        for (auto& port : ports_)
            if (running_)
                what(*port->sockets);
    };
    each_port([](PtpPort& port) {
        if (port.wakes() == PtpPort::Wakes::none)
            port.serve();
        else if (!port.stamps_at_once()) // a Follow_Up goes before the next Sync
            port.collect_stamps();
    });
    // Several requests may have become due in a nap, and their stamps are asked for together.
    for (int round = 0; running_ && round < beats_per_nap; ++round) {
        feed([&](ptp::Actions& out) { engine_->timer(engine_now(), out); });
        if (!gathers_ || engine_->next_deadline() > beat_->monotonic)
            break;
    }
    if (std::exchange(gathers_, false))
        each_port([](PtpPort& port) {
            if (port.stamps_at_once())
                port.collect_stamps();
        });
    // A master's Sync and Follow_Up go first: answers hurry nobody.
    each_port([](PtpPort& port) {
        if (port.wakes() == PtpPort::Wakes::general)
            port.serve();
    });
    beat_.reset();
    arm_timer();
}

/// At high rates a wake costs more than all that is done in it, and the system has stamped what waits: who
/// may take that when a timer of his own wakes him does. A slave by end-to-end delay owes nobody an answer,
/// and whom a master answers waits for him no longer than for a Sync.
PtpPort::Wakes PtpClock::wakes_of(const Port& port) const {
    constexpr int fast = -6;
    const ptp::PortNumber number = port.sockets->number();
    const ptp::PortDS& set = engine_->data_sets().portDS[number - 1u];
    const ptp::PortConfig& config = settings_.engine.ports[number - 1u];
    if (!settings_.lazy_receive || set.delayMechanism != ptp::DelayMechanism::e2e)
        return PtpPort::Wakes::all;
    // Whether calibrated or not: a recorded run shall show another servo the same beats.
    const bool follows =
        set.portState == ptp::PortState::slave || set.portState == ptp::PortState::uncalibrated;
    if (follows && set.logMinDelayReqInterval <= fast && !config.inhibit_delay_req)
        return PtpPort::Wakes::none;
    // Without a Sync to everybody there is no such beat; and where stamps come later, so does their wake.
    if (set.portState == ptp::PortState::master && set.logSyncInterval <= fast &&
        !config.inhibit_multicast_service && !config.unicast_listen && port.sockets->stamps_at_once())
        return PtpPort::Wakes::general;
    return PtpPort::Wakes::all;
}

/// A slave that need not wake for packets takes those of several beats at a time, which costs little more
/// than those of one. Not where it steers a clock: what was measured before a turn of that would be taken for
/// its result. Nor with stamps of an adapter, many of which have room for one: of requests that leave
/// together only the first would have one.
bool PtpClock::takes_several_beats() const {
    if (ports_.size() != 1 || steered_)
        return false;
    const Port& port = *ports_.front();
    return port.sockets->wakes() == PtpPort::Wakes::none && port.sockets->stamps_in_software() &&
           !port.one_by_one;
}

/// A master whose adapter has room for one stamp, or that limits how many requests it takes at once, answers
/// only some of those that come together.
void PtpClock::look_for_unanswered(Port& port) {
    const auto& counted = engine_->statistics(port.sockets->number());
    const std::uint64_t all = counted.sent[static_cast<std::size_t>(ptp::MessageType::delay_req)];
    const std::uint64_t requests = all - std::exchange(port.requests, all);
    const std::uint64_t unanswered =
        counted.delay_responses_lost - std::exchange(port.unanswered, counted.delay_responses_lost);
    if (!takes_several_beats() || requests == 0 || 2 * unanswered < requests)
        return;
    port.one_by_one = true;
    context().log(WST_LOG_INFO,
                  "fewer than half of the delay requests that were sent together were answered: "
                  "from now on one is sent at a time");
}

void PtpClock::choose_wakes(Port& port) {
    const PtpPort::Wakes wakes = wakes_of(port);
    if (wakes == port.sockets->wakes())
        return;
    port.one_by_one = false; // another master may do better
    try {
        port.sockets->wake_for(wakes);
    } catch (const Failure& failure) { // it goes on being served by the timers
        context().log(WST_LOG_WARNING, failure.what());
    }
}

void PtpClock::arm_timer() {
    if (!running_ || !timer_)
        return;
    for (auto& port : ports_)
        choose_wakes(*port);
    Nanoseconds next = engine_->next_deadline();
    if (takes_several_beats())
        next = std::max(next, napped_at_ + longest_nap);
    if (next == armed_)
        return;
    armed_ = next;
    if (next == never)
        timer_->cancel();
    else
        timer_->arm(next);
}

void PtpClock::on_second() {
    const Nanoseconds now = loop().now();
    next_second_ += second;
    if (next_second_ <= now) // the machine was asleep or stalled
        next_second_ = now + second;
    second_->arm(next_second_);
    if (recorder_)
        if (const auto trouble = recorder_->take_trouble())
            publish_fault(0, WST_PTP_FAULT_RECORD, 0, *trouble);
    look_for_sleep();
    if (const Nanoseconds step = timescale_->remember(); step != 0 && !steered_)
        outlive_step(step);
    for (auto& port : ports_) {
        port->sockets->serve();
        look_for_unanswered(*port);
    }
    const bool waiting =
        std::any_of(ports_.begin(), ports_.end(), [](const auto& port) { return port->gone; });
    if (waiting || !changes_)
        look_at_links();
    look_for_other_writers();
    timescale_->compare_devices();
    if (following_ && !grandmaster_)
        disciplined(discipline_->on_time(timescale_->now()), 0);
    else if (grandmaster_ && tells_system_time_)
        follow_system_time();
}

/// While a machine sleeps its counters stand still and true time goes on: nothing measured before holds.
void PtpClock::look_for_sleep() {
    constexpr Nanoseconds noticeable = 50'000'000; // more than what reading the clocks can be off
    const Nanoseconds asleep = platform().clocks().time_asleep();
    const Nanoseconds slept = asleep - time_asleep_;
    if (slept < noticeable)
        return;
    time_asleep_ = asleep;
    char seconds[32];
    std::snprintf(seconds, sizeof(seconds), "%.1f", static_cast<double>(slept) * 1e-9);
    publish_fault(0, WST_PTP_FAULT_CLOCK_STEPPED, 0,
                  std::string("the machine was asleep for ") + seconds + " s; the time is found anew");
    // An adapter's clock may have gone on; if it has not, that is found by comparing it.
    if (timescale_->kind() == platform::ClockKind::device)
        return;
    if (!following_)
        own_.step(slept);
    feed([&](ptp::Actions& out) {
        ptp::ClockAdjusted adjusted;
        adjusted.stepped = true;
        engine_->clock_adjusted(adjusted, engine_now(), out);
    });
    if (following_)
        disciplined(discipline_->on_local_clock_stepped(), 0);
    else
        publish_view();
}

/// A grandmaster over the system's counter tells the system's time, as users of ptp4l with software stamps
/// expect: the raw counter alone would leave UTC by tens of microseconds a second. One that took over from
/// another master does not: it goes on with the time that the network has.
void PtpClock::follow_system_time() {
    const auto pair =
        platform().clocks().read_pair(platform::ClockKind::monotonic_raw, platform::ClockKind::realtime);
    const Nanoseconds wanted = pair.second + time_properties_.currentUtcOffset * second;
    const Nanoseconds ahead = saturating_subtract(own_.time_at(pair.first), wanted);
    constexpr Nanoseconds step_above = 1'000'000;
    if (ahead > step_above || ahead < -step_above) {
        ++steps_;
        wst_event event = Context::make_event(WST_EVENT_PTP_CLOCK_STEP, this);
        event.payload.ptp_clock_step.step = -ahead;
        publish(event);
        own_.step(-ahead);
    } else {
        // Gentle enough that the noise of reading two clocks does not become wander of all clients.
        const double error = static_cast<double>(ahead);
        system_rate_ -= 0.05 * error;
        own_.slew(pair.first, -0.3 * error, second, system_rate_);
    }
    publish_view();
}

// Interfaces

void PtpClock::open_sockets(Port& port) {
    port.sockets->open();
    if (const std::string remarks = port.sockets->remarks(); !remarks.empty())
        context().log(WST_LOG_INFO, port.sockets->options().interface + ": " + remarks);
}

void PtpClock::open_port(Port& port) {
    try {
        open_sockets(port);
        port.last_error = 0;
    } catch (const Failure& failure) {
        // Tried again every second; told once for the same reason.
        if (port.last_error != failure.os_error())
            publish_fault(port.sockets->number(), WST_PTP_FAULT_SOCKET, failure.os_error(), failure.what());
        port.last_error = failure.os_error();
        port.gone = true;
    }
}

void PtpClock::lose_interface(Port& port, const std::string& why, int os_error) {
    if (port.gone)
        return;
    port.gone = true;
    port.sockets->close();
    publish_fault(port.sockets->number(), WST_PTP_FAULT_INTERFACE_GONE, os_error, why);
    if (running_)
        feed([&](ptp::Actions& out) { engine_->link(port.sockets->number(), false, engine_now(), out); });
}

void PtpClock::look_at_links() {
    if (!running_)
        return;
    for (auto& port : ports_) {
        const std::string& name = port->sockets->options().interface;
        std::optional<platform::Interface> interface;
        try {
            interface = platform().interfaces().find(name);
        } catch (const Failure& failure) {
            context().log(WST_LOG_WARNING, failure.what());
            continue;
        }
        if (interface)
            interface->virtual_clock = port->virtual_clock;
        if (!interface) {
            lose_interface(*port, "interface " + name + " was removed; the port comes back with it", ENODEV);
            continue;
        }
        if (interface->id !=
            port->interface) { // another one under the same name: its sockets must be opened anew
            lose_interface(*port, "interface " + name + " was replaced", ENODEV);
            port->interface = interface->id;
        }
        if (port->gone && port->wanted) {
            port->gone = false;
            open_port(*port);
            if (port->gone)
                continue;
            if (timescale_->kind() == platform::ClockKind::device)
                take_new_device(*port, *interface);
        }
        look_at_address(*port, *interface);
        const bool up = interface->administratively_up && interface->link != platform::LinkState::down;
        if (std::exchange(port->up, up) != up && timescale_->kind() == platform::ClockKind::device) {
            // Before the first packet is stamped by a clock that a reset has set and slowed down.
            look_for_other_writers();
            turn_again();
            timescale_->forget_comparisons();
        }
        feed([&](ptp::Actions& out) { engine_->link(port->sockets->number(), up, engine_now(), out); });
    }
}

/// The sockets are the interface's and go on with another address; who asks, and who looks for another clock
/// with our name, must know the new one.
void PtpClock::look_at_address(Port& port, const platform::Interface& interface) {
    const ptp::PortNumber number = port.sockets->number();
    Address& known = settings_.engine.ports[number - 1u].protocolAddress;
    const Address now = address_of(interface, port.sockets->options().family);
    if (now == known)
        return;
    known = now;
    context().log(WST_LOG_NOTICE,
                  interface.name + (now.family == platform::Family::none
                                        ? " has no address any more"
                                        : " has the address " + platform::to_text(now) + " now"));
    ptp::ClockUpdate update;
    update.ports.emplace_back();
    update.ports.back().port = number;
    update.ports.back().protocolAddress = now;
    feed([&](ptp::Actions& out) { engine_->update(update, engine_now(), out); });
}

void PtpClock::take_new_device(Port& port, const platform::Interface& interface) {
    try {
        // An adapter that was plugged in again has forgotten its stamping, whoever turned it on before.
        if (!stamps_by_hardware(platform().capabilities().active(interface))) {
            port.stamping.reset();
            port.stamping = std::make_unique<StampingLease>(context(), platform(), interface);
        }
        if (&port != ports_.front().get() && timescale_->device_index() != port.phc_index) {
            port.phc_index = interface.clock_index();
            timescale_->add_device(interface);
            return;
        }
        port.phc_index = interface.clock_index();
        const Nanoseconds time = ptp_time(timescale_->now());
        timescale_->replace_device(interface);
        if (device_)
            device_ = interface;
        device_watch_ = clock::WriterWatch(settings_.sanity_freq_limit);
        forget_neighbours();
        announced_.reset();
        if (steered_) {
            steered_ = platform().clocks().open_device_clock(interface, true);
            own_ = clock::VirtualClock(0, 0);
        } else {
            own_ = clock::VirtualClock(timescale_->now(), time);
        }
        following_ = false;
        disciplined(discipline_->on_local_clock_replaced(), 0);
    } catch (const Failure& failure) {
        publish_fault(0, WST_PTP_FAULT_SOCKET, failure.os_error(), failure.what());
    }
}

/// Somebody stepped or reset the counter under a clock that is ours alone: time goes on as if nothing had
/// been.
void PtpClock::outlive_step(Nanoseconds step) {
    const Nanoseconds counter = timescale_->now();
    const clock::VirtualClock& before = following_ ? discipline_->view().clock : own_;
    const double frequency = before.final_frequency_ppb();
    own_ = clock::VirtualClock(counter, before.time_at(saturating_subtract(counter, step)));
    own_.set_frequency(counter, frequency);
    following_ = false;
    disciplined(clock_was_reset(), 0);
}

// Actions

void PtpClock::perform(const ptp::Actions& actions) {
    for (const auto& action : actions.list())
        std::visit([&](const auto& one) { perform(actions, one); }, action);
}

void PtpClock::perform(const ptp::Actions& actions, const ptp::SendMessage& message) {
    if (message.port == 0 && management_ && management_->send(message, actions.payload(message)) == ENOTCONN)
        engine_->management_client_gone(message.route, message.management_client);
    if (message.port == 0 || message.port > ports_.size())
        return;
    Port& port = *ports_[message.port - 1u];
    const int os_error = port.sockets->send(message, actions.payload(message));
    if (os_error == 0) {
        if (message.wants_stamp && port.sockets->stamps_at_once() && !gathers_)
            port.sockets->collect_stamps();
        return;
    }
    feed([&](ptp::Actions& out) {
        engine_->transmit_failed(message.port, message.wants_stamp ? message.stamp_id : 0, os_error,
                                 engine_now(), out);
    });
    if (os_error == ENODEV || os_error == ENXIO || os_error == EBADF)
        lose_interface(port, "interface " + port.sockets->options().interface + " is gone", os_error);
}

void PtpClock::perform(const ptp::Actions&, const ptp::SyncMeasured& measured) {
    if (announced_) // of a time that is over in a moment
        return;
    use_mechanism_of(measured.port);
    discipline_->sync_interval(power_of_two(measured.logSyncInterval));
    asymmetry_bound_ = settings_.asymmetry_bounds[measured.port - 1u];
    discipline_->asymmetry_bound(asymmetry_bound_);
    const auto update = discipline_->on_sync(measured.t1, measured.correction, measured.t2.raw);
    if (!is_strangers_step(update.action))
        disciplined(update, measured.port);
}

void PtpClock::perform(const ptp::Actions&, const ptp::DelayMeasured& measured) {
    if (announced_)
        return;
    const auto update = discipline_->on_delay(measured.t3.raw, measured.t4, measured.correction);
    if (!is_strangers_step(update.action))
        disciplined(update, measured.port);
}

void PtpClock::perform(const ptp::Actions&, const ptp::PeerDelayMeasured& measured) {
    if (measured.port == 0 || measured.port > ports_.size())
        return;
    clock::PeerLink::Exchange exchange;
    exchange.t1 = measured.t1.raw;
    exchange.t2 = measured.t2;
    exchange.t3 = measured.t3;
    exchange.t4 = measured.t4.raw;
    exchange.correction = measured.correction;
    exchange.turnaround_only = measured.turnaround_only;
    // Where the neighbour's rate cannot be measured, it keeps PTP time as we do.
    exchange.assumed_ratio = following_ && !steered_ ? 1 + discipline_->frequency_ppb() * 1e-9 : 1.0;
    const auto link = ports_[measured.port - 1u]->peer.exchange(exchange);
    feed([&](ptp::Actions& out) {
        engine_->mean_link_delay(measured.port, whole(link.filtered), link.neighborRateRatio, engine_now(),
                                 out);
    });
    if (is_receiving(measured.port))
        disciplined(discipline_->on_link_delay(std::llround(link.delay * 65536)), measured.port);
}

/// Their rates were measured with a clock that was moved.
void PtpClock::forget_neighbours() noexcept {
    for (auto& port : ports_)
        port->peer.reset();
}

/// The link to a new master's side may have been measured long before.
void PtpClock::know_link() {
    for (std::size_t i = 0; i < ports_.size(); ++i)
        if (const auto delay = ports_[i]->peer.delay();
            delay && is_receiving(static_cast<ptp::PortNumber>(i + 1)) && settings_.discipline.peer_delay)
            disciplined(discipline_->on_link_delay(std::llround(*delay * 65536)), 0);
}

/// Ports measure in different ways, and one may find another way (delay_mechanism Auto, management) while it
/// listens.
void PtpClock::use_mechanism_of(ptp::PortNumber port) {
    const bool by_link = engine_->data_sets().portDS[port - 1u].delayMechanism == ptp::DelayMechanism::p2p;
    if (by_link == settings_.discipline.peer_delay)
        return;
    settings_.discipline.peer_delay = by_link;
    disciplined(discipline_->peer_delay(by_link), 0);
    know_link();
}

/// Whether this port is the one that listens to the master, or may be: only its link is on the way of the
/// time.
bool PtpClock::is_receiving(ptp::PortNumber port) const {
    const auto& ports = engine_->data_sets().portDS;
    const auto follows = [](const ptp::PortDS& of) {
        return of.portState == ptp::PortState::slave || of.portState == ptp::PortState::uncalibrated;
    };
    const ptp::PortDS& own = ports[port - 1u];
    return follows(own) ||
           (own.portState == ptp::PortState::listening && std::none_of(ports.begin(), ports.end(), follows));
}

void PtpClock::perform(const ptp::Actions&, const ptp::PortStateChanged& changed) {
    if (changed.from == changed.to)
        return;
    if (changed.to == ptp::PortState::master && self_is_best_ && !grandmaster_)
        become_grandmaster();
    if (changed.to == ptp::PortState::uncalibrated) {
        use_mechanism_of(changed.port);
        know_link();
    }
    wst_event event = Context::make_event(WST_EVENT_PTP_PORT_STATE, this);
    auto& payload = event.payload.ptp_port_state;
    payload.port_number = changed.port;
    payload.old_state = static_cast<std::uint8_t>(changed.from);
    payload.new_state = static_cast<std::uint8_t>(changed.to);
    payload.reason = static_cast<std::uint32_t>(changed.reason);
    if (changed.port >= 1 && changed.port <= ports_.size())
        copy_text(payload.interface_name, sizeof(payload.interface_name),
                  ports_[changed.port - 1u]->sockets->options().interface);
    publish(event);
}

void PtpClock::perform(const ptp::Actions&, const ptp::BestMasterChanged& changed) {
    self_is_best_ = changed.is_self;
    if (changed.is_self) {
        // Having itself as best master does not make a clock lead: it may only be a client, or still be
        // listening.
        const auto& ports = engine_->data_sets().portDS;
        const bool leads = std::any_of(ports.begin(), ports.end(), [](const auto& port) {
            return port.portState == ptp::PortState::master;
        });
        if (leads && !grandmaster_)
            become_grandmaster();
        else if (!leads && following_)
            disciplined(discipline_->on_master_lost(timescale_->now()), 0);
    } else {
        const bool was_grandmaster = std::exchange(grandmaster_, false);
        if (changed.reset_clock) {
            discipline_->upstream({}); // of the new one's nothing was said yet
            disciplined(discipline_->on_master_changed(), 0);
            know_link();
        }
        discipline_->grandmaster_accuracy(clock::accuracy_half_width(
            static_cast<std::uint8_t>(changed.grandmasterClockQuality.clockAccuracy)));
        if (was_grandmaster || clock_state_ == WST_PTP_CLOCK_FREE_RUNNING)
            publish_state(WST_PTP_CLOCK_ACQUIRING);
    }
    publish_view();

    wst_event event = Context::make_event(WST_EVENT_PTP_BEST_MASTER, this);
    auto& payload = event.payload.ptp_best_master;
    copy_identity(payload.grandmaster_identity, changed.grandmasterIdentity);
    copy_identity(payload.parent_identity, changed.parentPortIdentity.clockIdentity);
    payload.parent_port_number = changed.parentPortIdentity.portNumber;
    payload.steps_removed = changed.stepsRemoved;
    payload.priority1 = changed.grandmasterPriority1;
    payload.priority2 = changed.grandmasterPriority2;
    payload.clock_class = changed.grandmasterClockQuality.clockClass;
    payload.clock_accuracy = static_cast<std::uint8_t>(changed.grandmasterClockQuality.clockAccuracy);
    payload.offset_scaled_log_variance = changed.grandmasterClockQuality.offsetScaledLogVariance;
    payload.is_self = changed.is_self ? 1 : 0;
    payload.time_source = time_properties_.timeSource;
    payload.current_utc_offset = time_properties_.currentUtcOffset;
    payload.time_flags = time_properties_.flags;
    publish(event);
}

void PtpClock::perform(const ptp::Actions&, const ptp::UpstreamInaccuracy& upstream) {
    if (self_is_best_)
        return;
    disciplined(discipline_->upstream({upstream.grandmaster, upstream.path, upstream.silent_clocks}), 0);
}

void PtpClock::become_grandmaster() {
    if (following_)
        own_ = discipline_->view().clock; // time goes on without a seam
    following_ = false;
    grandmaster_ = true;
    publish_state(WST_PTP_CLOCK_LOCKED);
    publish_view();
}

void PtpClock::perform(const ptp::Actions&, const ptp::TimePropertiesChanged& changed) {
    time_properties_ = changed;
    publish_view();
}

void PtpClock::perform(const ptp::Actions&, const ptp::Fault& fault) {
    std::string text = fault_text(fault.kind);
    if (fault.os_error != 0)
        text += ": " + system_text(fault.os_error);
    wst_event event = Context::make_event(WST_EVENT_PTP_FAULT, this);
    auto& payload = event.payload.ptp_fault;
    payload.fault = static_cast<std::uint32_t>(fault.kind);
    payload.os_error = fault.os_error;
    payload.port_number = fault.port;
    payload.count = fault.count;
    copy_text(payload.text, sizeof(payload.text), text);
    publish(event);
}

void PtpClock::perform(const ptp::Actions&, const ptp::PortTransport& transport) {
    if (transport.port == 0 || transport.port > ports_.size())
        return;
    Port& port = *ports_[transport.port - 1u];
    port.wanted = transport.enabled;
    if (!transport.enabled)
        port.sockets->close();
    else if (!port.gone && !port.sockets->is_open())
        open_port(port);
}

void PtpClock::perform(const ptp::Actions&, const ptp::ConfigurationChanged&) {
    publish_view();
}

// The clock

void PtpClock::disciplined(const clock::DisciplineUpdate& update, ptp::PortNumber port) {
    if (update.action.any())
        carry_out(update);
    const bool valid = discipline_->view().valid;
    if (valid && !grandmaster_) {
        following_ = true;
        tells_system_time_ = false;
    }
    if (update.has_sample) {
        ++samples_;
        last_sample_ = update.sample;
        const auto& sample = update.sample;
        wst_event event = Context::make_event(WST_EVENT_PTP_OFFSET, this);
        auto& payload = event.payload.ptp_offset;
        payload.offset_from_master = whole(sample.offsetFromMaster);
        payload.measured_offset = whole(sample.measured_offset);
        payload.mean_path_delay = whole(sample.meanPathDelay);
        payload.frequency = sample.frequency_ppb;
        payload.bound = whole(sample.error_bound);
        payload.ptp_time = ptp_time(sample.local);
        payload.servo_state = static_cast<std::uint32_t>(sample.servo_state);
        payload.port_number = port;
        if (port >= 1 && port <= ports_.size())
            payload.source = source_number(ports_[port - 1u]->source);
        payload.flags = sample.outlier ? WST_PTP_OFFSET_OUTLIER : 0;
        publish(event);
    }
    if (update.state_changed && !grandmaster_)
        publish_state(static_cast<std::uint32_t>(update.state));
    publish_view();
    if (!announced_)
        tell_engine(update);
}

void PtpClock::tell_engine(const clock::DisciplineUpdate& update) {
    if (!update.has_sample || !running_)
        return;
    ptp::ClockAdjusted adjusted;
    adjusted.offsetFromMaster = whole(update.sample.offsetFromMaster);
    adjusted.meanDelay = whole(update.sample.meanPathDelay);
    adjusted.calibrated = update.sample.servo_state >= clock::ServoState::locked;
    adjusted.stepped = update.action.step;
    adjusted.rate_ratio = 1.0 + update.sample.frequency_ppb * 1e-9;
    feed([&](ptp::Actions& out) { engine_->clock_adjusted(adjusted, engine_now(), out); });
}

void PtpClock::publish_view() {
    Published published;
    if (following_) {
        published.view = discipline_->view();
    } else {
        published.view.clock = own_;
        published.view.valid = grandmaster_;
        published.view.bound.fixed = grandmaster_ ? 0 : std::numeric_limits<double>::infinity();
    }
    published.view.state = static_cast<clock::SyncState>(clock_state_);
    published.current_utc_offset = time_properties_.currentUtcOffset;
    published.time_flags = time_properties_.flags;
    published.grandmaster = grandmaster_;
    published_.store(published);
    tell_inaccuracy();
}

/// Clocks behind a boundary clock take its errors for time itself, unless it tells them.
void PtpClock::tell_inaccuracy() noexcept {
    if (!engine_ || ports_.size() < 2)
        return;
    ptp::ClockInaccuracy own;
    if (following_) {
        // Told again every second, and until then it may grow.
        const Nanoseconds now = timescale_->now();
        own.dynamic = std::max(discipline_->own_bound_at(now), discipline_->own_bound_at(now + second));
        own.medium = asymmetry_bound_;
    }
    engine_->inaccuracy(own);
}

void PtpClock::publish_state(std::uint32_t state) {
    if (state == clock_state_)
        return;
    wst_event event = Context::make_event(WST_EVENT_PTP_CLOCK_STATE, this);
    event.payload.ptp_clock_state.old_state = clock_state_;
    event.payload.ptp_clock_state.new_state = state;
    event.payload.ptp_clock_state.bound =
        grandmaster_ ? 0 : whole(discipline_->view().bound_at(timescale_->now()));
    clock_state_ = state;
    publish(event);
}

void PtpClock::publish_fault(ptp::PortNumber port, std::uint32_t fault, int os_error,
                             const std::string& text) {
    wst_event event = Context::make_event(WST_EVENT_PTP_FAULT, this);
    auto& payload = event.payload.ptp_fault;
    payload.fault = fault;
    payload.os_error = os_error;
    payload.port_number = port;
    payload.count = 1;
    copy_text(payload.text, sizeof(payload.text), text);
    publish(event);
}

// Reading

namespace {

template <typename Published>
wst_ptp_time time_of(const Published& published, Nanoseconds counter, std::uint32_t kind) {
    wst_ptp_time time = WST_PTP_TIME_INIT;
    time.clock_state = static_cast<std::uint32_t>(published.view.state);
    time.ptp_time = published.view.time_at(counter);
    // Rounded up by hand: ceil and llround are calls that cost as much as the rest.
    const double width = published.view.bound_at(counter);
    const bool known = width < 9e18;
    const Nanoseconds bound = known ? static_cast<Nanoseconds>(width) + 1 : 0;
    time.earliest =
        known ? saturating_subtract(time.ptp_time, bound) : std::numeric_limits<Nanoseconds>::min();
    time.latest = known ? saturating_add(time.ptp_time, bound) : std::numeric_limits<Nanoseconds>::max();
    time.local_time = counter;
    time.local_clock = kind;
    time.current_utc_offset = published.current_utc_offset;
    time.time_flags = published.time_flags;
    return time;
}

} // namespace

wst_ptp_time PtpClock::now() const {
    return time_of(published_.load(), timescale_->now(), static_cast<std::uint32_t>(timescale_->kind()));
}

wst_ptp_time PtpClock::convert(platform::ClockKind kind, Nanoseconds value) const {
    return time_of(published_.load(), timescale_->counter_at(kind, value),
                   static_cast<std::uint32_t>(timescale_->kind()));
}

bool PtpClock::follows_ptp_timescale() const noexcept {
    return running_ && following_ && !grandmaster_ && !self_is_best_ &&
           (time_properties_.flags & WST_PTP_TIME_PTP_TIMESCALE) != 0;
}

wst_ptp_agreement PtpClock::agreement() {
    return context().only<ClockCouncil>().ask(*this);
}

wst_ptp_status PtpClock::status() const {
    const auto& sets = engine_->data_sets();
    wst_ptp_status status = WST_PTP_STATUS_INIT;
    status.valid =
        WST_PTP_STATUS_TIME_PROPERTIES | WST_PTP_STATUS_PARENT | (running_ ? WST_PTP_STATUS_RUNNING : 0u);
    copy_identity(status.clock_identity, sets.defaultDS.clockIdentity);
    copy_identity(status.grandmaster_identity, sets.parentDS.grandmasterIdentity);
    copy_identity(status.parent_identity, sets.parentDS.parentPortIdentity.clockIdentity);
    status.parent_port_number = sets.parentDS.parentPortIdentity.portNumber;
    status.steps_removed = sets.currentDS.stepsRemoved;
    status.number_ports = sets.defaultDS.numberPorts;
    status.domain_number = sets.defaultDS.domainNumber;
    status.priority1 = sets.defaultDS.priority1;
    status.priority2 = sets.defaultDS.priority2;
    status.clock_class = sets.defaultDS.clockQuality.clockClass;
    status.clock_accuracy = static_cast<std::uint8_t>(sets.defaultDS.clockQuality.clockAccuracy);
    status.grandmaster_priority1 = sets.parentDS.grandmasterPriority1;
    status.grandmaster_priority2 = sets.parentDS.grandmasterPriority2;
    status.grandmaster_clock_class = sets.parentDS.grandmasterClockQuality.clockClass;
    status.grandmaster_clock_accuracy =
        static_cast<std::uint8_t>(sets.parentDS.grandmasterClockQuality.clockAccuracy);
    status.grandmaster_offset_scaled_log_variance =
        sets.parentDS.grandmasterClockQuality.offsetScaledLogVariance;
    status.time_source = static_cast<std::uint8_t>(sets.timePropertiesDS.timeSource);
    status.time_flags = sets.timePropertiesDS.flags;
    status.current_utc_offset = sets.timePropertiesDS.currentUtcOffset;
    status.clock_state = clock_state_;
    if (last_sample_) {
        status.valid |= WST_PTP_STATUS_CURRENT;
        status.servo_state = static_cast<std::uint32_t>(last_sample_->servo_state);
        status.offset_from_master = whole(last_sample_->offsetFromMaster);
        status.mean_path_delay = whole(last_sample_->meanPathDelay);
        status.frequency = last_sample_->frequency_ppb;
    }
    const Published published = published_.load();
    status.bound = whole(published.view.bound_at(timescale_->now()));
    status.samples = samples_;
    status.outliers = discipline_->counters().outliers;
    status.steps = steps_;
    status.other_writers = other_writers_;
    status.system_steps = system_steps_;
    if (system_sample_) {
        status.valid |= WST_PTP_STATUS_SYSTEM;
        status.system_offset = whole(system_sample_->offset);
        status.system_bound = whole(system_sample_->bound);
        status.system_frequency = system_sample_->frequency;
        status.system_servo_state = static_cast<std::uint32_t>(system_sample_->servo_state);
        status.system_utc_offset = static_cast<std::int16_t>(system_sample_->utc_offset);
    }
    return status;
}

wst_ptp_port_status PtpClock::port_status(std::uint32_t number) const {
    if (number == 0 || number > ports_.size())
        throw Failure(WST_E_NOT_FOUND, "port " + std::to_string(number) +
                                           " does not exist; this clock has ports 1 to " +
                                           std::to_string(ports_.size()));
    const auto& port = *ports_[number - 1];
    const auto& set = engine_->data_sets().portDS[number - 1];
    const auto& counted = engine_->statistics(static_cast<ptp::PortNumber>(number));
    wst_ptp_port_status status = WST_PTP_PORT_STATUS_INIT;
    status.port_number = static_cast<std::uint16_t>(number);
    status.state = static_cast<std::uint8_t>(set.portState);
    status.stamp_source = source_number(port.source);
    copy_text(status.interface_name, sizeof(status.interface_name), port.sockets->options().interface);
    status.log_announce_interval = set.logAnnounceInterval;
    status.log_sync_interval = set.logSyncInterval;
    status.log_min_delay_req_interval = set.logMinDelayReqInterval;
    status.delay_mechanism = static_cast<std::uint8_t>(set.delayMechanism);
    status.minor_version = set.minorVersionNumber;
    status.mean_link_delay = set.meanLinkDelay;
    std::copy(counted.sent.begin(), counted.sent.end(), status.sent);
    std::copy(counted.received.begin(), counted.received.end(), status.received);
    using ptp::Discard;
    using ptp::ParseError;
    for (std::size_t i = 0; i < ptp::discard_count; ++i) {
        const auto reason = static_cast<Discard>(i);
        const std::uint64_t count = counted.count(reason);
        if (reason == Discard::other_domain || reason == Discard::other_sdo)
            status.discarded_foreign += count;
        else if (reason == Discard::own_message)
            status.discarded_own += count;
        else if (reason != Discard::receive_stamp_missing)
            status.discarded_unexpected += count;
    }
    status.discarded_malformed = counted.all_malformed() - counted.count(ParseError::unsupported_version);
    status.discarded_foreign += counted.count(ParseError::unsupported_version);
    status.transmit_stamps_lost = counted.transmit_stamps_lost;
    status.transmit_stamps_late = counted.transmit_stamps_late;
    status.receive_stamps_missing = counted.receive_stamps_missing;
    status.follow_ups_lost = counted.follow_ups_lost;
    status.delay_responses_lost = counted.delay_responses_lost + counted.pdelay_responses_lost;
    status.send_errors = counted.send_failures;
    status.announce_timeouts = counted.announce_timeout;
    return status;
}

} // namespace wirestamp::runtime
