// SPDX-License-Identifier: Apache-2.0
//
// A running PTP clock: the engine (protocol) and the discipline (estimation) put on real or simulated
// sockets, clocks and timers. Holds no protocol and no mathematics; it carries actions out and results back.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/clock/discipline.hpp"
#include "impl/clock/peer_link.hpp"
#include "impl/clock/seqlock.hpp"
#include "impl/ptp/engine.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/object.hpp"
#include "impl/runtime/ptp/local_timescale.hpp"
#include "impl/runtime/ptp/management_sockets.hpp"
#include "impl/runtime/ptp/ptp_port.hpp"
#include "impl/runtime/ptp/ptp_record.hpp"
#include "impl/runtime/ptp/ptp_settings.hpp"
#include "impl/runtime/ptp/system_follower.hpp"
#include "wirestamp/ptp.h"

namespace wirestamp::runtime {

class ClockCouncil;

class PtpClock : public Object, private PtpPortHandler, private ManagementSocketHandler {
public:
    /// With the context's mutex held, as everything here but now() and convert(). Throws Failure.
    PtpClock(Context& context, const ptp::Configuration& configuration);
    ~PtpClock() override;

    void start();
    void stop();
    void set(const std::string& name, const std::string& value);

    wst_ptp_status status() const;
    wst_ptp_port_status port_status(std::uint32_t number) const; // throws Failure

    /// Any thread, without the mutex.
    wst_ptp_time now() const;
    wst_ptp_time convert(platform::ClockKind kind, Nanoseconds value) const;

    /// Whether its time can be compared with that of others: a master's, counted as all count.
    bool follows_ptp_timescale() const noexcept;
    /// What it and the other clocks of the context can agree on. Throws Failure.
    wst_ptp_agreement agreement();

protected:
    void close() noexcept override;

private:
    struct Port;
    /// All that a reader of the time needs, as one value.
    struct Published {
        clock::ClockView view;
        std::int16_t current_utc_offset = 37;
        std::uint16_t time_flags = 0;
        bool grandmaster = false;
    };

    struct Moment {
        Nanoseconds monotonic = 0;
        Nanoseconds counter = 0;
    };

    // PtpPortHandler
    void port_woke(PtpPort& port) override;
    void port_received(PtpPort& port, ptp::Channel channel, ptp::Route route,
                       const platform::Received& packet) override;
    void port_stamped(PtpPort& port, const platform::TransmitStamp& stamp) override;
    void port_broke(PtpPort& port, int os_error) override;

    // ManagementSocketHandler
    void management_received(ptp::Route route, std::uint64_t client,
                             std::span<const std::uint8_t> bytes) override;
    void management_broke(const std::string& path, int os_error) override;

    ptp::Now engine_now() const;
    Nanoseconds ptp_time(Nanoseconds counter) const;
    std::optional<ptp::LocalStamp> local_stamp(Port& port, const platform::Stamp& hardware,
                                               const platform::Stamp& software);
    platform::Platform& platform() const;
    platform::Loop& loop() const;
    void publish(wst_event& event);
    void begin();
    void finish();
    void start_replay();
    void go_on_with_replay();
    void replay(const platform::recorded::FrameEntry& frame);
    void set_to_system_time();
    void follow_system_time();
    void choose_stamping(Port& port, const platform::Interface& interface, Stamping wanted);
    void open_sockets(Port& port);
    void open_port(Port& port);
    void lose_interface(Port& port, const std::string& why, int os_error);
    void look_at_links();
    void look_at_address(Port& port, const platform::Interface& interface);
    void take_new_device(Port& port, const platform::Interface& interface);
    void outlive_step(Nanoseconds step);

    /// Runs one engine input and everything that follows from it.
    template <typename Input>
    void feed(Input&& input);
    void perform(const ptp::Actions& actions);
    void perform(const ptp::Actions& actions, const ptp::SendMessage& message);
    void perform(const ptp::Actions& actions, const ptp::SyncMeasured& measured);
    void perform(const ptp::Actions& actions, const ptp::DelayMeasured& measured);
    void perform(const ptp::Actions& actions, const ptp::PeerDelayMeasured& measured);
    void perform(const ptp::Actions& actions, const ptp::PortStateChanged& changed);
    void perform(const ptp::Actions& actions, const ptp::BestMasterChanged& changed);
    void perform(const ptp::Actions& actions, const ptp::UpstreamInaccuracy& upstream);
    void perform(const ptp::Actions& actions, const ptp::TimePropertiesChanged& changed);
    void perform(const ptp::Actions& actions, const ptp::Fault& fault);
    void perform(const ptp::Actions& actions, const ptp::PortTransport& transport);
    void perform(const ptp::Actions& actions, const ptp::ConfigurationChanged& changed);

    void disciplined(const clock::DisciplineUpdate& update, ptp::PortNumber port);
    void tell_engine(const clock::DisciplineUpdate& update);
    void carry_out(const clock::DisciplineUpdate& update);
    void apply(const clock::ClockAction& action);
    void announce_step(Nanoseconds step, platform::ClockKind clock);
    void make_announced_steps();
    void open_steered(const platform::Interface* first, bool hardware);
    void turn_again();
    clock::DisciplineUpdate clock_was_reset();
    bool is_strangers_step(const clock::ClockAction& action);
    bool look_for_other_writers();
    void report(const clock::WriterWatch::Finding& finding, const std::string& which);
    void follow_with_system_clock();
    bool is_receiving(ptp::PortNumber port) const;
    void know_link();
    void use_mechanism_of(ptp::PortNumber port);
    void forget_neighbours() noexcept;
    SystemFollower::Reading read_system_clock();
    SystemFollower::Properties system_properties() const;
    void become_grandmaster();
    void publish_view();
    void tell_inaccuracy() noexcept;
    void publish_state(std::uint32_t state);
    void publish_fault(ptp::PortNumber port, std::uint32_t fault, int os_error, const std::string& text);
    void arm_timer();
    PtpPort::Wakes wakes_of(const Port& port) const;
    bool takes_several_beats() const;
    void look_for_unanswered(Port& port);
    void choose_wakes(Port& port);
    void look_for_sleep();
    void tick();
    void on_second();

    // Between this clock and the system where a run is recorded, or in its place where one is replayed.
    std::unique_ptr<platform::recorded::Replay> replay_;
    std::unique_ptr<platform::recorded::Recorder> recorder_;
    std::unique_ptr<platform::Timer> replay_timer_;
    std::uint64_t published_events_ = 0;

    ptp::Configuration configuration_; // as it is now, with what set() changed
    PtpSettings settings_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::unique_ptr<LocalTimescale> timescale_;
    std::unique_ptr<platform::SteeredClock> steered_;
    std::unique_ptr<ManagementSockets> management_;
    double frequency_at_open_ = 0;
    // A step of a clock that others use is made a turn of the loop after it was announced.
    std::optional<clock::DisciplineUpdate> announced_;
    std::unique_ptr<platform::Timer> step_timer_;
    std::optional<platform::Interface> device_; // whose clock the stamps count
    clock::WriterWatch device_watch_;
    bool device_comparable_ = true;
    std::unique_ptr<SystemFollower> follower_;
    std::unique_ptr<platform::Timer> system_timer_;
    Nanoseconds next_system_look_ = 0;
    ClockCouncil* council_ = nullptr; // an object of the context, which outlives this one's close()
    std::optional<SystemFollower::Sample> system_sample_;
    std::uint64_t system_steps_ = 0;
    std::uint64_t other_writers_ = 0;
    std::uint32_t writers_untold_ = 0;
    Nanoseconds writer_told_at_ = 0;
    std::optional<ptp::Engine> engine_;
    std::optional<clock::Discipline> discipline_;
    clock::VirtualClock
        own_; // the PTP time before any master was followed, and while this clock is the grandmaster

    std::unique_ptr<platform::Timer> timer_;
    std::unique_ptr<platform::Timer> second_; // housekeeping: silence, links, interfaces that come back
    std::unique_ptr<platform::ChangeSource> changes_;
    std::unique_ptr<platform::Watch> changes_watch_;
    std::vector<platform::ChangeNotice> notices_;
    Nanoseconds armed_ = never;
    Nanoseconds next_second_ = 0;

    std::optional<Moment> beat_; // while the timer's work is done
    bool gathers_ = false;       // stamps are collected at its end
    Nanoseconds napped_at_ = 0;  // the last beat, monotonic
    bool running_ = false;
    Nanoseconds time_asleep_ = 0; // of the machine, as far as we have seen it
    bool self_is_best_ = false;
    bool grandmaster_ = false; // and some port leads
    bool tells_system_time_ = false;
    double asymmetry_bound_ = 0; // ns, of the path to the master
    double system_rate_ = 0;     // ppb, of the system's time against its raw counter
    bool following_ = false;     // the discipline's view is the time; else own_
    std::uint32_t clock_state_ = WST_PTP_CLOCK_FREE_RUNNING;
    ptp::TimePropertiesChanged time_properties_;
    std::optional<clock::OffsetSample> last_sample_;
    std::uint64_t samples_ = 0;
    std::uint64_t steps_ = 0;

    // Actions of an input, and of what the results of those lead to.
    std::array<ptp::Actions, 2> actions_;
    ptp::Actions* collecting_ = nullptr;

    clock::Seqlock<Published> published_;
};

} // namespace wirestamp::runtime
