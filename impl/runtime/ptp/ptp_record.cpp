// SPDX-License-Identifier: Apache-2.0
//
// Recording and replaying a PTP clock (docs/record.md).

#include "impl/runtime/ptp/ptp_record.hpp"

#include <string>
#include <string_view>

#include "impl/base/failure.hpp"
#include "impl/runtime/ptp/ptp_clock.hpp"

namespace wirestamp::runtime {

using platform::recorded::FrameEntry;
using platform::recorded::FrameKind;
using platform::recorded::Recorder;
using platform::recorded::Replay;

namespace {

/// Which file it is says nothing about the run.
bool is_about_files(std::string_view name) {
    return name == "record_file" || name == "replay_file";
}

} // namespace

std::unique_ptr<Recorder> open_recorder(const ptp::Configuration& configuration, Context& context) {
    auto recorder =
        std::make_unique<Recorder>(configuration.text("record_file"), context.platform(), context.loop());
    // By its parts: the function that tells it whole belongs to the layer above.
    recorder->put_head(platform::recorded::Writer{std::to_string(WST_VERSION_MAJOR) + "." +
                                                  std::to_string(WST_VERSION_MINOR) + "." +
                                                  std::to_string(WST_VERSION_PATCH)});
    for (const auto& port : configuration.ports())
        recorder->put_head(platform::recorded::Setting{port, {}, {}});
    for (const auto& [port, name, value] : configuration.settings())
        if (!is_about_files(name))
            recorder->put_head(platform::recorded::Setting{port, name, value});
    if (const std::string tables = configuration.tables_text(); !tables.empty())
        recorder->put_head(platform::recorded::Table{tables});
    return recorder;
}

std::unique_ptr<Replay> open_replay(const ptp::Configuration& configuration) {
    const std::string path = configuration.text("replay_file");
    if (path.empty())
        return nullptr;
    if (!configuration.text("record_file").empty())
        throw Failure(WST_E_INVALID_ARGUMENT,
                      "record_file and replay_file are both set: a replay is not recorded again");
    return std::make_unique<Replay>(platform::recorded::open_file(path));
}

ptp::Configuration replayed_configuration(const Replay& replay, const ptp::Configuration& asked) {
    ptp::Configuration configuration;
    for (const auto& [port, name, value] : replay.settings()) {
        if (is_about_files(name))
            continue;
        if (name.empty())
            configuration.add_port(port);
        else if (port.empty())
            configuration.set(name, value);
        else
            configuration.set_port(port, name, value);
    }
    if (!replay.tables().empty())
        configuration.read_file_text(replay.tables(), "record");
    const std::string disciplined = configuration.text("clock_discipline");
    for (const auto& [port, name, value] : asked.settings()) {
        if (is_about_files(name))
            continue;
        if (disciplined.starts_with("device") && value != configuration.get(name))
            throw Failure(
                WST_E_NOT_SUPPORTED,
                "the record is of a clock that steered its adapter: its stamps hold what its servo did, "
                "and say nothing about another " +
                    name + "; record with clock_discipline virtual for that");
        if (port.empty())
            configuration.set(name, value);
        else if (configuration.has_port(port))
            configuration.set_port(port, name, value);
    }
    return configuration;
}

void PtpClock::start_replay() {
    while (const auto frame = replay_->next()) {
        const Replay::Frame inside(replay_.get());
        replay(*frame);
        if (running_) {
            replay_timer_->arm(context().loop().now());
            return;
        }
    }
    throw Failure(WST_E_STATE, "the record is over; open the clock again to replay it once more");
}

/// As fast as events are taken: a turn of the loop goes on until there is one, so that a queue that is
/// emptied in between overflows as little as in the recorded run.
void PtpClock::go_on_with_replay() {
    constexpr int most_frames = 256;
    const std::uint64_t before = published_events_;
    for (int i = 0; i < most_frames && published_events_ == before; ++i) {
        std::optional<FrameEntry> frame;
        try {
            frame = replay_->next();
        } catch (const Failure& failure) {
            publish_fault(0, WST_PTP_FAULT_RECORD, 0, failure.what());
        }
        if (!frame) { // how the recorded run ended is not known
            if (running_)
                finish();
            return;
        }
        replay_timer_->arm(context().loop().now());
        const Replay::Frame inside(replay_.get());
        replay(*frame);
    }
}

void PtpClock::replay(const FrameEntry& frame) {
    switch (frame.what) {
        case FrameKind::open:
            return;
        case FrameKind::start:
            if (!running_)
                begin();
            return;
        case FrameKind::stop:
            if (running_)
                finish();
            return;
        case FrameKind::set:
            try {
                set(frame.name, frame.value);
            } catch (const Failure& failure) { // it was refused then, too
                context().log(WST_LOG_INFO, failure.what());
            }
            return;
        case FrameKind::timer:
        case FrameKind::ready:
            replay_->run_handlers(frame);
            return;
    }
}

} // namespace wirestamp::runtime
