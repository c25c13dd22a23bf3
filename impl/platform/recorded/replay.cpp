// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/recorded/replay.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "impl/base/failure.hpp"

namespace wirestamp::platform::recorded {

namespace {

// What one thing that happened can have led to; real ones stay far below.
constexpr std::uint64_t largest_frame = 1u << 20;
constexpr std::size_t largest_head = 8192; // settings
// Of frames before, which nobody has taken: of a socket that the replay closed and the recorded run did not.
constexpr std::size_t most_left = 64;
constexpr std::size_t most_interfaces = 4096;

} // namespace

class ReplayLoop final : public Loop {
public:
    explicit ReplayLoop(Replay& replay) : replay_(replay) {}
    Nanoseconds now() const override {
        if (!replay_.runs_here())
            return replay_.now_;
        if (const Nanoseconds* now = replay_.loop_now_.take())
            replay_.now_ = *now;
        return replay_.now_;
    }
    std::unique_ptr<Timer> make_timer(std::function<void()> on_due) override;
    std::unique_ptr<Watch> watch(Pollable& pollable, std::function<void()> on_ready) override;
    void wake() override {}
    bool runs_here() const override { return false; }

    void run(std::map<std::uint32_t, std::shared_ptr<std::function<void()>>>& handlers, std::uint32_t index) {
        const auto found = handlers.find(index);
        if (found == handlers.end())
            return;
        const auto kept = found->second; // it may destroy what holds it
        (*kept)();
    }

    Replay& replay_;
    std::uint32_t timers_made_ = 0;
    std::map<std::uint32_t, std::shared_ptr<std::function<void()>>> timers_;
    std::map<std::uint32_t, std::shared_ptr<std::function<void()>>> watches_;
};

namespace {

class ReplayTimer final : public Timer {
public:
    ReplayTimer(ReplayLoop& loop, std::uint32_t index) : loop_(loop), index_(index) {}
    ~ReplayTimer() override { loop_.timers_.erase(index_); }
    void arm(Nanoseconds) override {}
    void cancel() override {}

private:
    ReplayLoop& loop_;
    const std::uint32_t index_;
};

class ReplayWatch final : public Watch {
public:
    ReplayWatch(ReplayLoop& loop, std::uint32_t index) : loop_(loop), index_(index) {}
    ~ReplayWatch() override { loop_.watches_.erase(index_); }

private:
    ReplayLoop& loop_;
    const std::uint32_t index_;
};

class Numbered {
public:
    virtual ~Numbered() = default;
    std::uint32_t index = 0;
};

} // namespace

std::unique_ptr<Timer> ReplayLoop::make_timer(std::function<void()> on_due) {
    const std::uint32_t index = timers_made_++;
    timers_[index] = std::make_shared<std::function<void()>>(std::move(on_due));
    return std::make_unique<ReplayTimer>(*this, index);
}

std::unique_ptr<Watch> ReplayLoop::watch(Pollable& pollable, std::function<void()> on_ready) {
    const auto* numbered = dynamic_cast<Numbered*>(&pollable);
    if (!numbered)
        throw Failure(WST_E_INVALID_ARGUMENT, "only what was opened through the replay can be watched");
    watches_[numbered->index] = std::make_shared<std::function<void()>>(std::move(on_ready));
    return std::make_unique<ReplayWatch>(*this, numbered->index);
}

class ReplaySocket final : public DatagramSocket, public Numbered {
public:
    ReplaySocket(Replay& replay, const Address& local) : replay_(replay), local_(local) {}
    std::intptr_t native_handle() const override { return -1; }
    const Address& local_address() const override { return local_; }
    const SocketCounters& counters() const override { return counters_; }
    void join(const Address&) override {}
    void leave(const Address&) override {}

    int receive(std::span<Received> batch) override {
        auto& queue = replay_.received_[index];
        if (queue.empty())
            return 0;
        ReceivedPackets& entry = queue.front();
        if (entry.result <= 0) {
            const int result = entry.result;
            queue.pop_front();
            return result;
        }
        const std::size_t count = std::min(batch.size(), entry.packets.size());
        for (std::size_t i = 0; i < count; ++i) {
            const RecordedPacket& from = entry.packets[i];
            Received& to = batch[i];
            const std::size_t size = std::min(to.buffer.size(), from.bytes.size());
            std::copy_n(from.bytes.begin(), size, to.buffer.begin());
            to.size = std::max<std::size_t>(size, from.truncated ? from.size : 0);
            to.truncated = from.truncated || size < from.bytes.size();
            to.source = from.source;
            to.destination = from.destination;
            to.interface_index = from.interface_index;
            to.hardware = from.hardware;
            to.software = from.software;
        }
        entry.packets.erase(entry.packets.begin(),
                            entry.packets.begin() + static_cast<std::ptrdiff_t>(count));
        if (entry.packets.empty())
            queue.pop_front();
        return static_cast<int>(count);
    }
    int send(std::span<const Outgoing> batch) override {
        const PacketSent* sent = replay_.runs_here() ? replay_.sent_.take() : nullptr;
        return sent ? sent->result : static_cast<int>(batch.size());
    }
    int take_transmit_stamps(std::span<TransmitStamp> batch) override {
        auto& queue = replay_.stamped_[index];
        if (queue.empty())
            return 0;
        StampsTaken& entry = queue.front();
        const std::size_t count = std::min(batch.size(), entry.stamps.size());
        const int result = entry.result < 0 ? entry.result : static_cast<int>(count);
        std::copy_n(entry.stamps.begin(), count, batch.begin());
        entry.stamps.erase(entry.stamps.begin(), entry.stamps.begin() + static_cast<std::ptrdiff_t>(count));
        if (entry.stamps.empty())
            queue.pop_front();
        return result;
    }
    bool has_kept_stamps() const override {
        const StampsKept* kept = replay_.runs_here() ? replay_.kept_.take() : nullptr;
        return kept && kept->kept;
    }

private:
    Replay& replay_;
    Address local_;
    SocketCounters counters_;
};

class ReplayLocalSocket final : public LocalSocket, public Numbered {
public:
    explicit ReplayLocalSocket(Replay& replay) : replay_(replay) {}
    std::intptr_t native_handle() const override { return -1; }
    int receive(LocalDatagram& datagram) override {
        auto& queue = replay_.local_received_[index];
        if (queue.empty())
            return 0;
        const LocalReceived entry = std::move(queue.front());
        queue.pop_front();
        datagram.size = std::min(entry.bytes.size(), datagram.buffer.size());
        datagram.client = entry.client;
        std::copy_n(entry.bytes.begin(), datagram.size, datagram.buffer.begin());
        return std::min(entry.result, 1);
    }
    int send(std::uint64_t, std::span<const std::uint8_t>) override {
        const LocalSent* sent = replay_.runs_here() ? replay_.local_sent_.take() : nullptr;
        return sent ? sent->result : 0;
    }

private:
    Replay& replay_;
};

class ReplayChanges final : public ChangeSource, public Numbered {
public:
    explicit ReplayChanges(Replay& replay) : replay_(replay) {}
    std::intptr_t native_handle() const override { return -1; }
    void take(std::vector<ChangeNotice>& out) override {
        auto& queue = replay_.changes_[index];
        if (queue.empty())
            return;
        out.insert(out.end(), queue.front().notices.begin(), queue.front().notices.end());
        queue.pop_front();
    }

private:
    Replay& replay_;
};

/// Turning it changes nothing: the stamps are of the clock as it was turned then.
class ReplaySteered final : public SteeredClock {
public:
    ReplaySteered(Replay& replay, std::uint32_t index, double maximum)
        : replay_(replay), index_(index), maximum_(maximum) {}
    Nanoseconds now() override {
        if (!replay_.runs_here())
            return replay_.last(ClockKind::device);
        replay_.refuse_if_recorded(EntryKind::steered_now);
        if (const Nanoseconds* now = replay_.steered_now_[index_].take())
            replay_.remember(ClockKind::device, *now);
        return replay_.last(ClockKind::device);
    }
    double frequency() override {
        if (!replay_.runs_here())
            return 0;
        replay_.refuse_if_recorded(EntryKind::steered_frequency);
        if (const double* frequency = replay_.steered_frequency_[index_].take())
            replay_.last_frequency_[index_] = *frequency;
        return replay_.last_frequency_[index_];
    }
    void step(Nanoseconds) override {}
    void set_frequency(double) override {}
    double maximum_frequency() const override { return maximum_; }

private:
    Replay& replay_;
    const std::uint32_t index_;
    const double maximum_;
};

class ReplayPlatform final : public Platform,
                             private InterfaceCatalogue,
                             private CapabilitySource,
                             private ClockSource {
public:
    explicit ReplayPlatform(Replay& replay) : replay_(replay) {}

    InterfaceCatalogue& interfaces() override { return *this; }
    CapabilitySource& capabilities() override { return *this; }
    ClockSource& clocks() override { return *this; }
    std::unique_ptr<Loop> make_loop(const LoopHooks&) override { return nullptr; }

    std::unique_ptr<DatagramSocket> open_socket(const SocketOptions&) override {
        replay_.refuse_if_recorded(EntryKind::socket_opened);
        const SocketOpened* opened = replay_.sockets_opened_.take();
        auto socket = std::make_unique<ReplaySocket>(replay_, opened ? opened->local : Address{});
        socket->index = pollables_++;
        return socket;
    }
    std::unique_ptr<LocalSocket> open_local_socket(const LocalSocketOptions&) override {
        replay_.refuse_if_recorded(EntryKind::local_opened);
        auto socket = std::make_unique<ReplayLocalSocket>(replay_);
        socket->index = pollables_++;
        return socket;
    }
    std::unique_ptr<ChangeSource> open_change_source() override {
        replay_.refuse_if_recorded(EntryKind::changes_opened);
        if (!replay_.changes_there_)
            return nullptr;
        auto source = std::make_unique<ReplayChanges>(replay_);
        source->index = pollables_++;
        return source;
    }

private:
    std::vector<Interface> list() override { return {}; }
    std::optional<Interface> find(const std::string& key) override {
        look_up();
        const auto found = replay_.interfaces_by_name_.find(key);
        return found == replay_.interfaces_by_name_.end() ? std::nullopt : found->second.found;
    }
    std::optional<Interface> find(InterfaceId id) override {
        look_up();
        const auto found = replay_.interfaces_by_id_.find(id);
        return found == replay_.interfaces_by_id_.end() ? std::nullopt : found->second.found;
    }
    void look_up() {
        replay_.refuse_if_recorded(EntryKind::interface_found);
        const InterfaceFound* entry = replay_.interfaces_.take();
        if (!entry)
            return;
        if (!entry->key.empty() && replay_.interfaces_by_name_.size() < most_interfaces)
            replay_.interfaces_by_name_[entry->key] = *entry;
        if (entry->key.empty() && replay_.interfaces_by_id_.size() < most_interfaces)
            replay_.interfaces_by_id_[entry->id] = *entry;
    }

    Capabilities supported(const Interface& interface) override { return active(interface); }
    Capabilities active(const Interface&) override {
        replay_.refuse_if_recorded(EntryKind::capabilities);
        if (const CapabilitiesFound* found = replay_.capabilities_.take())
            replay_.last_capabilities_ = *found;
        Capabilities capabilities;
        capabilities.valid = capability_valid::hardware | capability_valid::software;
        capabilities.hardware = replay_.last_capabilities_.hardware;
        capabilities.software = replay_.last_capabilities_.software;
        capabilities.phc_index = replay_.last_capabilities_.phc_index;
        return capabilities;
    }
    Capabilities enable(const Interface& interface, const EnableRequest&) override {
        return active(interface);
    }
    void restore(const Interface&) override {}

    Nanoseconds read(ClockKind kind) override {
        if (replay_.runs_here()) {
            replay_.refuse_if_recorded(EntryKind::clock_read);
            if (const Nanoseconds* value = replay_.reads_[static_cast<std::size_t>(kind)].take())
                replay_.remember(kind, *value);
        }
        return replay_.last(kind);
    }
    Pair read_pair(ClockKind first, ClockKind second) override {
        if (replay_.runs_here()) {
            replay_.refuse_if_recorded(EntryKind::clock_pair);
            const ClockPair* pair = replay_.pairs_.take();
            if (pair && pair->first == first && pair->second == second) {
                replay_.remember(first, pair->pair.first);
                replay_.remember(second, pair->pair.second);
                return pair->pair;
            }
        }
        return {replay_.last(first), replay_.last(second), 0};
    }
    Nanoseconds time_asleep() override { return replay_.asleep_; }
    CrossTimestamp cross_timestamp(const Interface&, ClockKind, int) override {
        replay_.refuse_if_recorded(EntryKind::cross_timestamp);
        if (const CrossRead* read = replay_.crosses_.take())
            replay_.last_cross_ = *read;
        return replay_.last_cross_.read;
    }
    std::unique_ptr<SteeredClock> open_device_clock(const Interface&, bool) override { return opened(); }
    std::unique_ptr<SteeredClock> open_system_clock(bool) override { return opened(); }
    std::unique_ptr<SteeredClock> opened() {
        replay_.refuse_if_recorded(EntryKind::steered_opened);
        if (steered_ == Replay::most_clocks)
            throw Failure(WST_E_LIMIT, "the record opens more clocks than any run does");
        const SteeredOpened* opened = replay_.steered_opened_.take();
        return std::make_unique<ReplaySteered>(replay_, steered_++, opened ? opened->maximum_frequency : 0);
    }
    ClockKind device_clock() const override { return replay_.device_kind_; }

    Replay& replay_;
    std::uint32_t pollables_ = 0;
    std::uint32_t steered_ = 0;
};

Replay::Replay(std::unique_ptr<Source> source)
    : in_(std::move(source)),
      loop_(std::make_unique<ReplayLoop>(*this)),
      platform_(std::make_unique<ReplayPlatform>(*this)) {
    read_head();
}

Replay::~Replay() = default;

Platform& Replay::platform() noexcept {
    return *platform_;
}

Loop& Replay::loop() noexcept {
    return *loop_;
}

Nanoseconds Replay::last(ClockKind kind) const noexcept {
    return last_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
}

void Replay::remember(ClockKind kind, Nanoseconds value) noexcept {
    last_[static_cast<std::size_t>(kind)].store(value, std::memory_order_relaxed);
}

void Replay::refuse_if_recorded(EntryKind kind) {
    if (!runs_here())
        return;
    const std::uint32_t place = asked_[static_cast<std::size_t>(kind)]++;
    for (const auto& [at, refusal] : refusals_)
        if (refusal.question == kind && at == place)
            throw Failure(static_cast<wst_status>(refusal.status), refusal.text, refusal.os_error);
}

bool Replay::runs_here() const noexcept {
    return frame_of_.load() == std::this_thread::get_id();
}

Replay::Frame::Frame(Replay* replay) : replay_(replay && !replay->runs_here() ? replay : nullptr) {
    if (replay_)
        replay_->frame_of_ = std::this_thread::get_id();
}

Replay::Frame::~Frame() {
    if (replay_)
        replay_->frame_of_ = std::thread::id();
}

template <class T>
void Replay::limit(std::map<std::uint32_t, std::deque<T>>& queues) {
    std::erase_if(queues, [](const auto& queue) { return queue.second.empty(); });
    std::size_t left = 0;
    for (const auto& [index, queue] : queues)
        left += queue.size();
    if (left > most_left)
        queues.clear();
}

template <class Entry>
Entry Replay::read() {
    Entry entry;
    Unpacker unpacker(in_, times_);
    Entry::fields(unpacker, entry);
    return entry;
}

void Replay::read_head() {
    try {
        for (std::size_t i = 0; i < magic_size; ++i)
            if (in_.octet() != static_cast<std::uint8_t>(magic[i]))
                throw Failure(WST_E_PARSE, "this is no record of a PTP clock (or one of a later version)");
        read_answers();
    } catch (const EndOfRecord&) {
        throw Failure(WST_E_PARSE, "this is no record of a PTP clock, or it ends before one was opened");
    }
    if (damage_)
        std::rethrow_exception(damage_);
    if (!coming_ || coming_->what != FrameKind::open)
        throw Failure(WST_E_PARSE, "the record does not begin with the opening of a clock");
}

void Replay::begin_frame() {
    loop_now_.clear();
    for (auto& reads : reads_)
        reads.clear();
    pairs_.clear();
    interfaces_.clear();
    capabilities_.clear();
    crosses_.clear();
    steered_opened_.clear();
    sockets_opened_.clear();
    sent_.clear();
    kept_.clear();
    local_sent_.clear();
    refusals_.clear();
    for (std::size_t i = 0; i < most_clocks; ++i) {
        steered_now_[i].clear();
        steered_frequency_[i].clear();
    }
    limit(received_);
    limit(stamped_);
    limit(local_received_);
    limit(changes_);
    answered_.fill(0);
    asked_.fill(0);
    frame_begin_ = in_.position();
}

std::optional<FrameEntry> Replay::next() {
    if (!coming_) {
        if (damage_)
            std::rethrow_exception(std::exchange(damage_, nullptr));
        return std::nullopt;
    }
    FrameEntry current = std::move(*coming_);
    coming_.reset();
    begin_frame();
    try {
        read_answers();
    } catch (const EndOfRecord&) { // the writer was killed
    } catch (const Failure&) {
        damage_ = std::current_exception();
    }
    return current;
}

/// Up to the next frame, which is then `coming_`, or the end.
void Replay::read_answers() {
    for (;;) {
        std::uint8_t octet = in_.octet();
        if (octet > static_cast<std::uint8_t>(EntryKind::writer))
            in_.damaged("an entry that is not known");
        const auto kind = static_cast<EntryKind>(octet);
        if (kind == EntryKind::end)
            return;
        if (kind == EntryKind::frame) {
            coming_ = read<FrameEntry>();
            return;
        }
        read_answer(kind);
        ++answered_[octet];
        if (in_.position() - frame_begin_ > largest_frame)
            in_.damaged("more in one moment than any run has");
    }
}

void Replay::read_answer(EntryKind kind) {
    const auto queue = [](auto& queues, auto entry) { queues[entry.index].push_back(std::move(entry)); };
    const auto clock_index = [&](std::uint32_t index) {
        if (index >= most_clocks)
            in_.damaged("more clocks than any run opens");
        return index;
    };
    switch (kind) {
        case EntryKind::end:
        case EntryKind::frame:
            return;
        case EntryKind::loop_now:
            return loop_now_.list.push_back(read<LoopNow>().now);
        case EntryKind::clock_read: {
            const auto entry = read<ClockRead>();
            return reads_[static_cast<std::size_t>(entry.clock)].list.push_back(entry.value);
        }
        case EntryKind::clock_pair:
            return pairs_.list.push_back(read<ClockPair>());
        case EntryKind::asleep:
            asleep_ = read<Asleep>().time;
            return;
        case EntryKind::interface_found:
            return interfaces_.list.push_back(read<InterfaceFound>());
        case EntryKind::capabilities:
            return capabilities_.list.push_back(read<CapabilitiesFound>());
        case EntryKind::device_kind:
            device_kind_ = read<DeviceKind>().clock;
            return;
        case EntryKind::cross_timestamp:
            return crosses_.list.push_back(read<CrossRead>());
        case EntryKind::steered_opened:
            return steered_opened_.list.push_back(read<SteeredOpened>());
        case EntryKind::steered_now: {
            const auto entry = read<SteeredNow>();
            return steered_now_[clock_index(entry.index)].list.push_back(entry.now);
        }
        case EntryKind::steered_frequency: {
            const auto entry = read<SteeredFrequency>();
            return steered_frequency_[clock_index(entry.index)].list.push_back(entry.frequency);
        }
        case EntryKind::socket_opened:
            return sockets_opened_.list.push_back(read<SocketOpened>());
        case EntryKind::received:
            return queue(received_, read<ReceivedPackets>());
        case EntryKind::sent:
            return sent_.list.push_back(read<PacketSent>());
        case EntryKind::stamped:
            return queue(stamped_, read<StampsTaken>());
        case EntryKind::stamps_kept:
            return kept_.list.push_back(read<StampsKept>());
        case EntryKind::changes_opened:
            changes_there_ = read<ChangesOpened>().there;
            return;
        case EntryKind::changes_taken:
            return queue(changes_, read<ChangesTaken>());
        case EntryKind::local_opened:
            read<LocalOpened>();
            return;
        case EntryKind::local_received:
            return queue(local_received_, read<LocalReceived>());
        case EntryKind::local_sent:
            return local_sent_.list.push_back(read<LocalSent>());
        case EntryKind::failure: {
            auto entry = read<Refusal>();
            auto& place = answered_[static_cast<std::size_t>(entry.question)];
            refusals_.push_back({place, std::move(entry)});
            ++place;
            return;
        }
        case EntryKind::setting:
            if (settings_.size() >= largest_head)
                in_.damaged("more settings than there are");
            return settings_.push_back(read<Setting>());
        case EntryKind::table:
            tables_ = read<Table>().text;
            return;
        case EntryKind::identity:
            identity_ = read<Identity>();
            return;
        case EntryKind::writer:
            read<Writer>();
            return;
    }
}

void Replay::run_handlers(const FrameEntry& frame) {
    if (frame.what == FrameKind::timer)
        loop_->run(loop_->timers_, frame.index);
    if (frame.what == FrameKind::ready)
        loop_->run(loop_->watches_, frame.index);
    // Another servo may have been woken otherwise.
    for (auto& [index, queue] : received_)
        if (!queue.empty())
            loop_->run(loop_->watches_, index);
}

} // namespace wirestamp::platform::recorded
