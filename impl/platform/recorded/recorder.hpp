// SPDX-License-Identifier: Apache-2.0
//
// A platform and a loop in front of the real ones, which write down what those answer to one PTP clock and in
// what order its handlers ran, so that a Replay (replay.hpp) can answer the same. What other threads ask (as
// wst_ptp_now does) is passed on and not recorded.

#pragma once

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "impl/base/failure.hpp"
#include "impl/platform/platform.hpp"
#include "impl/platform/recorded/entries.hpp"

namespace wirestamp::platform::recorded {

class Recorder {
public:
    /// Replaces the file. Throws Failure. Everything here outlives what was made through it.
    Recorder(const std::string& path, Platform& platform, Loop& loop);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    Platform& platform() noexcept;
    Loop& loop() noexcept;

    /// While it lives, what is asked on this thread belongs to what happened. The context's mutex is held.
    class Frame {
    public:
        Frame(Recorder* recorder, const FrameEntry& entry);
        ~Frame();
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;

    private:
        Recorder* recorder_;
    };

    /// Within a frame of this thread; elsewhere nothing is written.
    template <class Entry>
    void put(const Entry& entry) {
        if (records_here())
            put_head(entry);
    }
    /// Before the first frame: what the clock was configured as.
    template <class Entry>
    void put_head(const Entry& entry) {
        octets_.octet(static_cast<std::uint8_t>(Entry::kind));
        Packer packer(octets_, times_);
        Entry::fields(packer, entry);
    }
    /// Asks, and writes down the refusal if there is one.
    template <class Question>
    auto ask(EntryKind kind, Question&& question) -> decltype(question()) {
        try {
            return question();
        } catch (const Failure& failure) {
            put(Refusal{kind, failure.status(), failure.os_error(), failure.what()});
            throw;
        }
    }
    bool records_here() const noexcept { return frame_of_.load() == std::this_thread::get_id(); }

    /// Once: why nothing more is recorded, such as a full disk.
    std::optional<std::string> take_trouble();

private:
    class Front;
    class FrontLoop;
    void leave_frame() noexcept;
    void write_out() noexcept;

    std::FILE* file_ = nullptr;
    std::string path_;
    std::string trouble_;
    bool trouble_told_ = false;
    Octets octets_;
    Times times_{};
    std::atomic<std::thread::id> frame_of_{};
    Nanoseconds written_at_ = 0;
    Loop& real_loop_;
    std::unique_ptr<FrontLoop> loop_;
    std::unique_ptr<Front> platform_;
};

} // namespace wirestamp::platform::recorded
