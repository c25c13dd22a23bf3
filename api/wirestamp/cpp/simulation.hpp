// SPDX-License-Identifier: Apache-2.0
/**
 * @file simulation.hpp
 * @brief A simulated network to run an application on. Time on it is virtual and passes only while somebody runs it.
 */
#ifndef WIRESTAMP_CPP_SIMULATION_HPP
#define WIRESTAMP_CPP_SIMULATION_HPP

#include "wirestamp/cpp/context.hpp"
#include "wirestamp/simulation.h"

namespace wirestamp {

struct SimulationOptions : wst_simulation_options {
    SimulationOptions() noexcept : wst_simulation_options WST_SIMULATION_OPTIONS_INIT {}
    explicit SimulationOptions(std::uint64_t from_seed) noexcept : SimulationOptions() { seed = from_seed; }
};
struct SimulationHost : wst_simulation_host {
    SimulationHost() noexcept : wst_simulation_host WST_SIMULATION_HOST_INIT {}
};
struct SimulationAdapter : wst_simulation_adapter {
    SimulationAdapter() noexcept : wst_simulation_adapter WST_SIMULATION_ADAPTER_INIT {}
};
struct SimulationBridge : wst_simulation_bridge {
    SimulationBridge() noexcept : wst_simulation_bridge WST_SIMULATION_BRIDGE_INIT {}
};
struct SimulationLink : wst_simulation_link {
    SimulationLink() noexcept : wst_simulation_link WST_SIMULATION_LINK_INIT {}
    /// The same delay both ways.
    explicit SimulationLink(std::chrono::nanoseconds delay) noexcept : SimulationLink() {
        forward.delay = backward.delay = delay.count();
    }
};
struct SimulationCounters : wst_simulation_counters {
    SimulationCounters() noexcept : wst_simulation_counters WST_SIMULATION_COUNTERS_INIT {}
};

/// See wst_simulation_create. It may be destroyed before the contexts on it: these go on to work.
class Simulation {
public:
    explicit Simulation(const wst_simulation_options &options = SimulationOptions()) {
        check([&](wst_error *error) { return wst_simulation_create(&options, &handle_, error); });
    }
    Simulation(Simulation &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Simulation &operator=(Simulation &&other) noexcept {
        if (this != &other) {
            wst_simulation_close(handle_, nullptr);
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Simulation() { wst_simulation_close(handle_, nullptr); }

    /// For calls of the C interface. nullptr once closed.
    wst_simulation *handle() const noexcept { return handle_; }
    /// As the destructor, but tells when it is refused. Does nothing the second time.
    void close() {
        check([&](wst_error *error) { return wst_simulation_close(handle_, error); });
        handle_ = nullptr;
    }

    /** @name The network
     * @{ */
    void add_host(const std::string &name, const wst_simulation_host &host = SimulationHost()) {
        check([&](wst_error *error) { return wst_simulation_add_host(need(), name.c_str(), &host, error); });
    }
    /// `addresses` such as "192.0.2.1/24, fe80::1/64"; where empty, those of `adapter`.
    void add_adapter(const std::string &host, const std::string &name, const std::string &addresses = std::string(),
                     const wst_simulation_adapter &adapter = SimulationAdapter()) {
        wst_simulation_adapter with = adapter;
        if (!addresses.empty())
            with.addresses = addresses.c_str();
        check([&](wst_error *error) { return wst_simulation_add_adapter(need(), host.c_str(), name.c_str(), &with, error); });
    }
    void add_bridge(const std::string &name, const wst_simulation_bridge &bridge = SimulationBridge()) {
        check([&](wst_error *error) { return wst_simulation_add_bridge(need(), name.c_str(), &bridge, error); });
    }
    /// Ends are "host/adapter" or the name of a bridge.
    void connect(const std::string &name, const std::string &first, const std::string &second,
                 const wst_simulation_link &link = SimulationLink()) {
        check([&](wst_error *error) {
            return wst_simulation_connect(need(), name.c_str(), first.c_str(), second.c_str(), &link, error);
        });
    }
    /** @} */

    /** @name Time
     * @{ */
    /// See wst_simulation_run: lets time pass.
    void run(std::chrono::nanoseconds duration) {
        check([&](wst_error *error) { return wst_simulation_run(need(), duration.count(), error); });
    }
    void interrupt() {
        check([&](wst_error *error) { return wst_simulation_interrupt(need(), error); });
    }
    /// True time since the network was made.
    std::chrono::nanoseconds now() const {
        std::int64_t out = 0;
        check([&](wst_error *error) { return wst_simulation_now(need(), &out, error); });
        return std::chrono::nanoseconds(out);
    }
    /// Virtual per real time; 0: as fast as possible.
    void set_pace(double factor) {
        check([&](wst_error *error) { return wst_simulation_set_pace(need(), factor, error); });
    }
    /// ns that a clock ("host/adapter" or "host") shows too much. See wst_simulation_clock_error.
    double clock_error(const std::string &name, std::uint32_t clock = 0) const {
        double out = 0;
        check([&](wst_error *error) { return wst_simulation_clock_error(need(), name.c_str(), clock, &out, error); });
        return out;
    }
    /// True TAI, ns since 1970.
    std::int64_t true_tai() const {
        std::int64_t out = 0;
        check([&](wst_error *error) { return wst_simulation_true_tai(need(), &out, error); });
        return out;
    }
    SimulationCounters counters() const {
        SimulationCounters out;
        check([&](wst_error *error) { return wst_simulation_counters_get(need(), &out, error); });
        return out;
    }
    /** @} */

    /** @name Faults and changes
     * @{ */
    void set_link(const std::string &name, const wst_simulation_link &link) {
        check([&](wst_error *error) { return wst_simulation_set_link(need(), name.c_str(), &link, error); });
    }
    void cut(const std::string &link) {
        check([&](wst_error *error) { return wst_simulation_cut(need(), link.c_str(), error); });
    }
    void restore(const std::string &link) {
        check([&](wst_error *error) { return wst_simulation_restore(need(), link.c_str(), error); });
    }
    void step_clock(const std::string &name, std::chrono::nanoseconds delta) {
        check([&](wst_error *error) { return wst_simulation_step_clock(need(), name.c_str(), delta.count(), error); });
    }
    /// One statement, now. See wst_simulation_apply.
    void apply(const std::string &statement) {
        check([&](wst_error *error) { return wst_simulation_apply(need(), statement.c_str(), error); });
    }
    /// What will happen when. See wst_simulation_schedule.
    void schedule(const std::string &text) {
        check([&](wst_error *error) { return wst_simulation_schedule(need(), text.c_str(), error); });
    }
    /** @} */

private:
    wst_simulation *need() const {
        if (handle_)
            return handle_;
        throw Error(WST_E_CLOSED, 0, "");
    }

    wst_simulation *handle_ = nullptr;
};

inline Context::Context(const Simulation &simulation, const std::string &host, ContextOptions options)
    : Context([&] {
          options.simulation = simulation.handle();
          options.simulation_host = host;
          if (!options.simulation)
              throw Error(WST_E_CLOSED, 0, "");
          return options;
      }()) {}

} // namespace wirestamp

#endif
