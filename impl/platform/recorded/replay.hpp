// SPDX-License-Identifier: Apache-2.0
//
// A platform and a loop that answer what a Recorder wrote down, and call the handlers of those who ask in the
// order in which they ran. Who asks the same gets the same, to the bit. Who asks otherwise (another servo was
// chosen) gets what is nearest: the last answer again, a packet a moment later. Nothing of the real system is
// touched.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "impl/platform/platform.hpp"
#include "impl/platform/recorded/entries.hpp"

namespace wirestamp::platform::recorded {

class Replay {
public:
    /// Reads the head: what the clock was configured as. Throws Failure.
    explicit Replay(std::unique_ptr<Source> source);
    ~Replay();
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    const std::vector<Setting>& settings() const noexcept { return settings_; }
    const std::string& tables() const noexcept { return tables_; }
    const std::optional<Identity>& identity() const noexcept { return identity_; }

    Platform& platform() noexcept;
    Loop& loop() noexcept;

    /// Goes to the next thing that happened; nothing at the end of the record. Throws Failure where the
    /// record is damaged; it has ended then.
    std::optional<FrameEntry> next();
    /// While it lives, what is asked on this thread is answered from the current frame.
    class Frame {
    public:
        explicit Frame(Replay* replay);
        ~Frame();
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;

    private:
        Replay* replay_;
    };
    /// Calls the handler that the frame (timer, ready) is about, if there still is one, and once more those
    /// for whom there are packets that nobody has taken.
    void run_handlers(const FrameEntry& frame);
    /// The loop's time, without asking for it.
    Nanoseconds now() const noexcept { return now_; }

private:
    friend class ReplayLoop;
    friend class ReplayPlatform;
    friend class ReplaySocket;
    friend class ReplayLocalSocket;
    friend class ReplayChanges;
    friend class ReplaySteered;

    static constexpr std::size_t most_clocks = 64; // that are opened

    /// The answers of one kind within a frame; used up, the last one goes on.
    template <class T>
    struct Answers {
        std::vector<T> list;
        std::size_t at = 0;
        void clear() {
            list.clear();
            at = 0;
        }
        const T* take() { return at < list.size() ? &list[at++] : nullptr; }
    };

    template <class Entry>
    Entry read();
    void read_head();
    void read_answers();
    void read_answer(EntryKind kind);
    void begin_frame();
    void refuse_if_recorded(EntryKind kind);
    /// Readers in other threads see the last values; the handlers' own come from `answers`.
    Nanoseconds last(ClockKind kind) const noexcept;
    void remember(ClockKind kind, Nanoseconds value) noexcept;
    bool runs_here() const noexcept;
    template <class T>
    static void limit(std::map<std::uint32_t, std::deque<T>>& queues);

    OctetReader in_;
    Times times_{};
    bool over_ = false;
    std::optional<FrameEntry> coming_; // read with the answers of the frame before it
    std::exception_ptr damage_;        // to be told after the last good frame
    std::uint64_t frame_begin_ = 0;
    std::atomic<std::thread::id> frame_of_{};

    std::vector<Setting> settings_;
    std::string tables_;
    std::optional<Identity> identity_;

    // Of the current frame.
    Answers<Nanoseconds> loop_now_;
    std::array<Answers<Nanoseconds>, last_clock + 1> reads_;
    Answers<ClockPair> pairs_;
    Answers<InterfaceFound> interfaces_;
    Answers<CapabilitiesFound> capabilities_;
    Answers<CrossRead> crosses_;
    Answers<SteeredOpened> steered_opened_;
    Answers<SocketOpened> sockets_opened_;
    Answers<PacketSent> sent_;
    Answers<StampsKept> kept_;
    Answers<LocalSent> local_sent_;
    struct Refused {
        std::uint32_t place = 0; // how many answers of that kind come before it
        Refusal refusal;
    };
    std::vector<Refused> refusals_;
    std::array<std::uint32_t, static_cast<std::size_t>(EntryKind::writer) + 1> answered_{}, asked_{};
    std::array<Answers<Nanoseconds>, most_clocks> steered_now_;
    std::array<Answers<double>, most_clocks> steered_frequency_;

    // Of the record so far.
    Nanoseconds now_ = 0;
    std::array<std::atomic<Nanoseconds>, last_clock + 1> last_{};
    Nanoseconds asleep_ = 0;
    ClockKind device_kind_ = ClockKind::device;
    CrossRead last_cross_;
    CapabilitiesFound last_capabilities_;
    std::map<std::string, InterfaceFound> interfaces_by_name_;
    std::map<InterfaceId, InterfaceFound> interfaces_by_id_;
    std::array<double, most_clocks> last_frequency_{};
    bool changes_there_ = false;
    std::map<std::uint32_t, std::deque<ReceivedPackets>> received_;
    std::map<std::uint32_t, std::deque<StampsTaken>> stamped_;
    std::map<std::uint32_t, std::deque<LocalReceived>> local_received_;
    std::map<std::uint32_t, std::deque<ChangesTaken>> changes_;

    std::unique_ptr<class ReplayLoop> loop_;
    std::unique_ptr<class ReplayPlatform> platform_;
};

} // namespace wirestamp::platform::recorded
