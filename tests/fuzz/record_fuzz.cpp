// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer on records: whatever the octets, a replay refuses them with words or answers from them all that a
// clock asks, in bounded memory, and never with a time from which a clock's arithmetic could wrap.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "impl/base/failure.hpp"
#include "impl/platform/recorded/replay.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;

namespace {

void sane(Nanoseconds time) {
    if (time > recorded::largest_time || time < -recorded::largest_time)
        std::abort();
}

/// Asks as a PTP clock does; a refusal that was recorded is an answer, too.
template <typename Question>
void ask(Question&& question) {
    try {
        question();
    } catch (const Failure&) {
    }
}

struct Clock {
    explicit Clock(recorded::Replay& from) : replay(from) {}

    void open() {
        ask([&] { sockets.push_back(replay.platform().open_socket({})); });
        if (sockets.size() > watched) {
            watches.push_back(
                replay.loop().watch(*sockets.back(), [this, &socket = *sockets.back()] { empty(socket); }));
            watched = sockets.size();
        }
        ask([&] { steered = replay.platform().clocks().open_device_clock({}, true); });
        ask([&] { local = replay.platform().open_local_socket({}); });
        ask([&] { changes = replay.platform().open_change_source(); });
        timer = replay.loop().make_timer([this] { look(); });
    }

    void empty(DatagramSocket& socket) {
        std::array<Received, 2> batch;
        std::array<std::array<std::uint8_t, 128>, 2> buffers;
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].buffer = buffers[i];
        const int count = socket.receive(batch);
        for (int i = 0; i < count; ++i) {
            if (batch.at(static_cast<std::size_t>(i)).hardware.source > StampSource::hardware)
                std::abort();
            sane(batch[static_cast<std::size_t>(i)].hardware.value);
            sane(batch[static_cast<std::size_t>(i)].software.value);
        }
        std::array<TransmitStamp, 2> stamps;
        const int stamped = socket.take_transmit_stamps(stamps);
        for (int i = 0; i < stamped; ++i)
            sane(stamps.at(static_cast<std::size_t>(i)).hardware.value);
        Outgoing out;
        socket.send({&out, 1});
        (void)socket.has_kept_stamps();
    }

    void look() {
        const Nanoseconds now = replay.loop().now();
        if (now < before)
            std::abort(); // a loop's clock does not go back
        before = now;
        auto& platform = replay.platform();
        auto& clocks = platform.clocks();
        for (const auto kind : {ClockKind::realtime, ClockKind::monotonic_raw})
            ask([&] { sane(clocks.read(kind)); });
        ask([&] { sane(clocks.read_pair(ClockKind::monotonic_raw, ClockKind::realtime).second); });
        ask([&] { sane(clocks.cross_timestamp({}, ClockKind::realtime, 1).device); });
        sane(clocks.time_asleep());
        for (const char* name : {"eth0", "x", ""})
            ask([&] {
                const auto found = platform.interfaces().find(name);
                if (found && found->hardware_address_length > found->hardware_address.size())
                    std::abort();
            });
        ask([&] { platform.interfaces().find(InterfaceId{1}); });
        ask([&] { platform.capabilities().active({}); });
        if (steered) {
            ask([&] { sane(steered->now()); });
            ask([&] { (void)steered->frequency(); });
        }
        std::array<std::uint8_t, 64> buffer{};
        LocalDatagram datagram{buffer, 0, 0};
        if (local && local->receive(datagram) == 1 && datagram.size > buffer.size())
            std::abort();
        std::vector<ChangeNotice> notices;
        if (changes)
            changes->take(notices);
        if (sockets.size() < 8)
            ask([&] { open(); });
    }

    recorded::Replay& replay;
    std::vector<std::unique_ptr<DatagramSocket>> sockets;
    std::vector<std::unique_ptr<Watch>> watches; // gone before what they watch
    std::size_t watched = 0;
    std::unique_ptr<SteeredClock> steered;
    std::unique_ptr<LocalSocket> local;
    std::unique_ptr<ChangeSource> changes;
    std::unique_ptr<Timer> timer;
    Nanoseconds before = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        recorded::Replay replay(recorded::over_memory({data, size}));
        Clock clock(replay);
        while (const auto frame = replay.next()) {
            const recorded::Replay::Frame inside(&replay);
            if (frame->what == recorded::FrameKind::open)
                clock.open();
            clock.look();
            replay.run_handlers(*frame);
        }
    } catch (const Failure& failure) {
        if (std::string_view(failure.what()).empty())
            std::abort();
    }
    return 0;
}
