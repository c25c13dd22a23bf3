// SPDX-License-Identifier: Apache-2.0
//
// A correlation that keeps itself: samples two clocks in the background, and begins anew when the clock, its
// adapter or the host did something that no fit can follow. Conversions read a published copy of the fit
// under a lock of their own, so that they wait neither for a sample nor for the context.

#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "impl/clock/correlation.hpp"
#include "impl/platform/clock_source.hpp"
#include "impl/runtime/context.hpp"
#include "impl/runtime/interface_watch.hpp"
#include "impl/runtime/object.hpp"
#include "wirestamp/clock.h"

namespace wirestamp::runtime {

class CorrelationTask : public Object, private InterfaceWatch::Listener {
public:
    struct Options {
        std::optional<platform::Interface> interface;                          // with a device clock
        platform::ClockKind stamp_clock = platform::ClockKind::device;         // any but the other
        platform::ClockKind system_clock = platform::ClockKind::monotonic_raw; // not a device's
        Nanoseconds interval = 5 * nanoseconds_per_second;
        int samples = 5;
    };
    /// With the mutex held. Takes the first sample; throws Failure if that cannot be.
    CorrelationTask(Context& context, const Options& options);

    struct Status {
        std::uint32_t state = 0;  // WST_CORRELATION_*
        std::uint32_t reason = 0; // WST_CORRELATION_REASON_*
        platform::CrossMethod method = platform::CrossMethod::none;
        double rate = 0;
        double rate_bound = 0;
        Nanoseconds reference_system = 0;
        Nanoseconds reference_stamp = 0;
        double bound = 0;
        double spread = 0;
        std::uint64_t samples = 0;
        std::uint64_t outliers = 0;
        std::uint64_t restarts = 0;
        Nanoseconds interval = 0;
    };
    /// With the mutex held, as the next two.
    Status status() const;
    void restart(std::uint32_t reason);
    bool valid() const noexcept { return state_ == WST_CORRELATION_VALID; }

    /// Any thread, without the mutex.
    std::optional<clock::Conversion> convert(bool to_system, std::int64_t value) const;
    const Options& options() const noexcept { return options_; }

protected:
    void close() noexcept override;

private:
    void on_change(const wst_interface_change& change) override;
    void on_due();
    void sample();
    void take(const clock::CrossSample& sample);
    void failed(const Failure& failure);
    bool find_again();
    void set_state(std::uint32_t state, std::uint32_t reason);
    void publish_map();
    void arm();
    bool has_device() const noexcept { return options_.interface.has_value(); }
    void on_jump();
    bool has_slept();

    Options options_;
    clock::Correlator correlator_;
    std::unique_ptr<platform::Timer> timer_;
    std::unique_ptr<platform::ClockJumps> jumps_;
    std::unique_ptr<platform::Watch> jumps_watch_;
    InterfaceWatch* watch_ = nullptr;
    std::uint32_t state_ = WST_CORRELATION_STARTING;
    std::uint32_t reason_ = WST_CORRELATION_REASON_NONE;
    platform::CrossMethod method_ = platform::CrossMethod::none;
    std::uint64_t restarts_ = 0;
    unsigned failures_ = 0;
    Nanoseconds time_asleep_ = 0; // of the host, as far as this has seen it

    mutable std::mutex map_mutex_;
    clock::CorrelationMap map_;
    bool map_valid_ = false;
};

} // namespace wirestamp::runtime
