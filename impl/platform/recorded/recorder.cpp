// SPDX-License-Identifier: Apache-2.0

#include "impl/platform/recorded/recorder.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <span>
#include <system_error>
#include <utility>

#include "impl/base/failure.hpp"

namespace wirestamp::platform::recorded {

namespace {

/// What can be watched, by the number under which the record knows it.
class Numbered {
public:
    virtual ~Numbered() = default;
    virtual Pollable& real() = 0;
    std::uint32_t index = 0;
};

class FrontTimer final : public Timer {
public:
    explicit FrontTimer(std::unique_ptr<Timer> real) : real_(std::move(real)) {}
    void arm(Nanoseconds deadline) override { real_->arm(deadline); }
    void cancel() override { real_->cancel(); }

private:
    std::unique_ptr<Timer> real_;
};

RecordedPacket packet_of(const Received& received) {
    RecordedPacket packet;
    const std::size_t size = std::min(received.size, received.buffer.size());
    packet.bytes.assign(received.buffer.begin(), received.buffer.begin() + static_cast<std::ptrdiff_t>(size));
    packet.size = std::min(received.size, longest_packet);
    packet.truncated = received.truncated;
    packet.source = received.source;
    packet.destination = received.destination;
    packet.interface_index = received.interface_index;
    packet.hardware = received.hardware;
    packet.software = received.software;
    return packet;
}

class FrontSocket final : public DatagramSocket, public Numbered {
public:
    FrontSocket(Recorder& recorder, std::unique_ptr<DatagramSocket> real)
        : recorder_(recorder), real_(std::move(real)) {}
    Pollable& real() override { return *real_; }
    std::intptr_t native_handle() const override { return real_->native_handle(); }
    const Address& local_address() const override { return real_->local_address(); }
    const SocketCounters& counters() const override { return real_->counters(); }
    std::string remark() const override { return real_->remark(); }
    void join(const Address& group) override { real_->join(group); }
    void leave(const Address& group) override { real_->leave(group); }

    int receive(std::span<Received> batch) override {
        const int result = real_->receive(batch);
        if (!recorder_.records_here())
            return result;
        packets_.index = index;
        packets_.result = result;
        packets_.packets.clear();
        for (int i = 0; i < result; ++i)
            packets_.packets.push_back(packet_of(batch[static_cast<std::size_t>(i)]));
        recorder_.put(packets_);
        return result;
    }
    int send(std::span<const Outgoing> batch) override {
        const int result = real_->send(batch);
        recorder_.put(PacketSent{index, result});
        return result;
    }
    int take_transmit_stamps(std::span<TransmitStamp> batch) override {
        const int result = real_->take_transmit_stamps(batch);
        if (!recorder_.records_here())
            return result;
        stamps_.index = index;
        stamps_.result = result;
        stamps_.stamps.assign(batch.begin(), batch.begin() + std::max(result, 0));
        recorder_.put(stamps_);
        return result;
    }
    bool has_kept_stamps() const override {
        const bool kept = real_->has_kept_stamps();
        recorder_.put(StampsKept{kept});
        return kept;
    }

private:
    Recorder& recorder_;
    std::unique_ptr<DatagramSocket> real_;
    ReceivedPackets packets_; // kept for their memory
    StampsTaken stamps_;
};

class FrontLocalSocket final : public LocalSocket, public Numbered {
public:
    FrontLocalSocket(Recorder& recorder, std::unique_ptr<LocalSocket> real)
        : recorder_(recorder), real_(std::move(real)) {}
    Pollable& real() override { return *real_; }
    std::intptr_t native_handle() const override { return real_->native_handle(); }
    int receive(LocalDatagram& datagram) override {
        const int result = real_->receive(datagram);
        LocalReceived entry;
        entry.index = index;
        entry.result = result;
        if (result == 1) {
            entry.client = datagram.client;
            entry.bytes.assign(datagram.buffer.begin(),
                               datagram.buffer.begin() + static_cast<std::ptrdiff_t>(datagram.size));
        }
        recorder_.put(entry);
        return result;
    }
    int send(std::uint64_t client, std::span<const std::uint8_t> bytes) override {
        const int result = real_->send(client, bytes);
        recorder_.put(LocalSent{result});
        return result;
    }

private:
    Recorder& recorder_;
    std::unique_ptr<LocalSocket> real_;
};

class FrontChanges final : public ChangeSource, public Numbered {
public:
    FrontChanges(Recorder& recorder, std::unique_ptr<ChangeSource> real)
        : recorder_(recorder), real_(std::move(real)) {}
    Pollable& real() override { return *real_; }
    std::intptr_t native_handle() const override { return real_->native_handle(); }
    void take(std::vector<ChangeNotice>& out) override {
        ChangesTaken entry;
        entry.index = index;
        real_->take(entry.notices);
        recorder_.put(entry);
        out.insert(out.end(), entry.notices.begin(), entry.notices.end());
    }

private:
    Recorder& recorder_;
    std::unique_ptr<ChangeSource> real_;
};

class FrontSteered final : public SteeredClock {
public:
    FrontSteered(Recorder& recorder, std::unique_ptr<SteeredClock> real, std::uint32_t index)
        : recorder_(recorder), real_(std::move(real)), index_(index) {}
    Nanoseconds now() override {
        const Nanoseconds now = recorder_.ask(EntryKind::steered_now, [&] { return real_->now(); });
        recorder_.put(SteeredNow{index_, now});
        return now;
    }
    double frequency() override {
        const double frequency =
            recorder_.ask(EntryKind::steered_frequency, [&] { return real_->frequency(); });
        recorder_.put(SteeredFrequency{index_, frequency});
        return frequency;
    }
    void step(Nanoseconds delta) override { real_->step(delta); }
    void set_frequency(double parts_per_billion) override { real_->set_frequency(parts_per_billion); }
    double maximum_frequency() const override { return real_->maximum_frequency(); }
    void declare(const ClockDeclaration& declaration) override { real_->declare(declaration); }

private:
    Recorder& recorder_;
    std::unique_ptr<SteeredClock> real_;
    const std::uint32_t index_;
};

} // namespace

class Recorder::FrontLoop final : public Loop {
public:
    FrontLoop(Recorder& recorder, Loop& real) : recorder_(recorder), real_(real) {}
    Nanoseconds now() const override {
        const Nanoseconds now = real_.now();
        recorder_.put(LoopNow{now});
        return now;
    }
    std::unique_ptr<Timer> make_timer(std::function<void()> on_due) override {
        return std::make_unique<FrontTimer>(
            real_.make_timer(framed(FrameKind::timer, timers_++, std::move(on_due))));
    }
    std::unique_ptr<Watch> watch(Pollable& pollable, std::function<void()> on_ready) override {
        auto* numbered = dynamic_cast<Numbered*>(&pollable);
        if (!numbered)
            return real_.watch(pollable, std::move(on_ready));
        return real_.watch(numbered->real(), framed(FrameKind::ready, numbered->index, std::move(on_ready)));
    }
    void wake() override { real_.wake(); }
    bool runs_here() const override { return real_.runs_here(); }

private:
    std::function<void()> framed(FrameKind kind, std::uint32_t index, std::function<void()> handler) {
        return [this, kind, index, handler = std::move(handler)] {
            // The handler may destroy what holds it; the recorder stays.
            const Frame frame(&recorder_, {kind, index, {}, {}});
            handler();
        };
    }

    Recorder& recorder_;
    Loop& real_;
    std::uint32_t timers_ = 0;
};

class Recorder::Front final : public Platform,
                              private InterfaceCatalogue,
                              private CapabilitySource,
                              private ClockSource {
public:
    Front(Recorder& recorder, Platform& real) : recorder_(recorder), real_(real) {}

    InterfaceCatalogue& interfaces() override { return *this; }
    CapabilitySource& capabilities() override { return *this; }
    ClockSource& clocks() override { return *this; }
    std::unique_ptr<Loop> make_loop(const LoopHooks&) override { return nullptr; }

    std::unique_ptr<DatagramSocket> open_socket(const SocketOptions& options) override {
        auto socket = std::make_unique<FrontSocket>(
            recorder_, recorder_.ask(EntryKind::socket_opened, [&] { return real_.open_socket(options); }));
        socket->index = pollables_++;
        recorder_.put(SocketOpened{socket->local_address()});
        return socket;
    }
    std::unique_ptr<LocalSocket> open_local_socket(const LocalSocketOptions& options) override {
        auto socket = std::make_unique<FrontLocalSocket>(
            recorder_,
            recorder_.ask(EntryKind::local_opened, [&] { return real_.open_local_socket(options); }));
        socket->index = pollables_++;
        recorder_.put(LocalOpened{});
        return socket;
    }
    std::unique_ptr<ChangeSource> open_change_source() override {
        auto real = recorder_.ask(EntryKind::changes_opened, [&] { return real_.open_change_source(); });
        recorder_.put(ChangesOpened{real != nullptr});
        if (!real)
            return nullptr;
        auto source = std::make_unique<FrontChanges>(recorder_, std::move(real));
        source->index = pollables_++;
        return source;
    }

private:
    // InterfaceCatalogue
    std::vector<Interface> list() override { return real_.interfaces().list(); }
    std::optional<Interface> find(const std::string& key) override {
        auto found = recorder_.ask(EntryKind::interface_found, [&] { return real_.interfaces().find(key); });
        recorder_.put(InterfaceFound{key, 0, found});
        return found;
    }
    std::optional<Interface> find(InterfaceId id) override {
        auto found = recorder_.ask(EntryKind::interface_found, [&] { return real_.interfaces().find(id); });
        recorder_.put(InterfaceFound{{}, id, found});
        return found;
    }

    // CapabilitySource
    Capabilities supported(const Interface& interface) override {
        return real_.capabilities().supported(interface);
    }
    Capabilities active(const Interface& interface) override {
        return put(
            recorder_.ask(EntryKind::capabilities, [&] { return real_.capabilities().active(interface); }));
    }
    Capabilities enable(const Interface& interface, const EnableRequest& request) override {
        return put(recorder_.ask(EntryKind::capabilities,
                                 [&] { return real_.capabilities().enable(interface, request); }));
    }
    void restore(const Interface& interface) override { real_.capabilities().restore(interface); }
    Capabilities put(const Capabilities& found) {
        recorder_.put(CapabilitiesFound{found.hardware, found.software, found.phc_index});
        return found;
    }

    // ClockSource
    Nanoseconds read(ClockKind kind) override {
        const Nanoseconds value =
            recorder_.ask(EntryKind::clock_read, [&] { return real_.clocks().read(kind); });
        recorder_.put(ClockRead{kind, value});
        return value;
    }
    Pair read_pair(ClockKind first, ClockKind second) override {
        const Pair pair =
            recorder_.ask(EntryKind::clock_pair, [&] { return real_.clocks().read_pair(first, second); });
        recorder_.put(ClockPair{first, second, pair});
        return pair;
    }
    Nanoseconds time_asleep() override {
        const Nanoseconds time = real_.clocks().time_asleep();
        recorder_.put(Asleep{time});
        return time;
    }
    CrossTimestamp cross_timestamp(const Interface& interface, ClockKind system_clock, int samples) override {
        const CrossTimestamp read = recorder_.ask(EntryKind::cross_timestamp, [&] {
            return real_.clocks().cross_timestamp(interface, system_clock, samples);
        });
        recorder_.put(CrossRead{read});
        return read;
    }
    std::unique_ptr<SteeredClock> open_device_clock(const Interface& interface, bool writable) override {
        return opened(recorder_.ask(EntryKind::steered_opened,
                                    [&] { return real_.clocks().open_device_clock(interface, writable); }));
    }
    std::unique_ptr<SteeredClock> open_system_clock(bool writable) override {
        return opened(recorder_.ask(EntryKind::steered_opened,
                                    [&] { return real_.clocks().open_system_clock(writable); }));
    }
    std::unique_ptr<SteeredClock> opened(std::unique_ptr<SteeredClock> real) {
        recorder_.put(SteeredOpened{real->maximum_frequency()});
        return std::make_unique<FrontSteered>(recorder_, std::move(real), steered_++);
    }
    ClockKind device_clock() const override {
        const ClockKind kind = real_.clocks().device_clock();
        recorder_.put(DeviceKind{kind});
        return kind;
    }

    Recorder& recorder_;
    Platform& real_;
    std::uint32_t pollables_ = 0;
    std::uint32_t steered_ = 0;
};

Recorder::Recorder(const std::string& path, Platform& platform, Loop& loop)
    : file_(std::fopen(path.c_str(), "wb")),
      path_(path),
      real_loop_(loop),
      loop_(std::make_unique<FrontLoop>(*this, loop)),
      platform_(std::make_unique<Front>(*this, platform)) {
    if (!file_)
        throw Failure(WST_E_IO,
                      "record_file " + path + " cannot be written: " + std::generic_category().message(errno),
                      errno);
    for (const char* at = magic; *at != '\0'; ++at)
        octets_.octet(static_cast<std::uint8_t>(*at));
}

Recorder::~Recorder() {
    octets_.octet(static_cast<std::uint8_t>(EntryKind::end));
    write_out();
    if (file_)
        std::fclose(file_);
}

Platform& Recorder::platform() noexcept {
    return *platform_;
}

Loop& Recorder::loop() noexcept {
    return *loop_;
}

Recorder::Frame::Frame(Recorder* recorder, const FrameEntry& entry)
    : recorder_(recorder && !recorder->records_here() ? recorder : nullptr) {
    if (!recorder_)
        return;
    recorder_->frame_of_ = std::this_thread::get_id();
    recorder_->put(entry);
}

Recorder::Frame::~Frame() {
    if (recorder_)
        recorder_->leave_frame();
}

void Recorder::leave_frame() noexcept {
    constexpr std::size_t much = 64 * 1024;
    frame_of_ = std::thread::id();
    const Nanoseconds now = real_loop_.now();
    if (octets_.bytes().size() >= much || now - written_at_ >= nanoseconds_per_second) {
        written_at_ = now;
        write_out();
    }
}

/// A record that cannot be written ends there; the clock goes on.
void Recorder::write_out() noexcept {
    auto& bytes = octets_.bytes();
    if (file_ &&
        (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size() || std::fflush(file_) != 0)) {
        const int os_error = errno;
        try {
            trouble_ = "record_file " + path_ + " ends here: " + std::generic_category().message(os_error);
        } catch (const std::bad_alloc&) {
            trouble_ = "no more memory";
        }
        std::fclose(file_);
        file_ = nullptr;
    }
    bytes.clear();
}

std::optional<std::string> Recorder::take_trouble() {
    if (trouble_.empty() || std::exchange(trouble_told_, true))
        return std::nullopt;
    return trouble_;
}

} // namespace wirestamp::platform::recorded
