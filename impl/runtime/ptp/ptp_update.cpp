// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/ptp/ptp_update.hpp"

#include <string_view>
#include <utility>

#include "impl/base/failure.hpp"

namespace wirestamp::runtime {

namespace {

void update_ports(ptp::ClockUpdate& update, const ptp::Configuration& configuration, std::string_view name) {
    ptp::PortNumber number = 0;
    for (const auto& port : configuration.ports()) {
        ptp::PortUpdate change;
        change.port = ++number;
        const auto small = [&] { return static_cast<std::int8_t>(configuration.integer(name, port)); };
        const auto scaled = [&] { return to_scaled(configuration.integer(name, port)); };
        if (name == "logAnnounceInterval")
            change.logAnnounceInterval = small();
        else if (name == "logSyncInterval")
            change.logSyncInterval = small();
        else if (name == "logMinDelayReqInterval")
            change.logMinDelayReqInterval = small();
        else if (name == "logMinPdelayReqInterval")
            change.logMinPdelayReqInterval = small();
        else if (name == "announceReceiptTimeout")
            change.announceReceiptTimeout = static_cast<std::uint8_t>(configuration.integer(name, port));
        else if (name == "syncReceiptTimeout")
            change.syncReceiptTimeout = static_cast<std::uint8_t>(configuration.integer(name, port));
        else if (name == "delayAsymmetry")
            change.delayAsymmetry = scaled();
        else if (name == "ingressLatency")
            change.ingressLatency = scaled();
        else if (name == "egressLatency")
            change.egressLatency = scaled();
        else if (name == "serverOnly")
            change.serverOnly = configuration.flag(name, port);
        else
            continue;
        update.ports.push_back(std::move(change));
    }
}

} // namespace

ptp::ClockUpdate make_update(ptp::Configuration& configuration, const std::string& name,
                             const std::string& value) {
    ptp::Configuration changed = configuration;
    changed.set(name, value);
    const ptp::Option& option = *ptp::find_option(name);
    if (!option.running)
        throw Failure(WST_E_STATE,
                      "option " + name + " is fixed once the clock is open; close it and open it anew");

    const std::string_view canonical = option.name;
    if (canonical == "clientOnly" && changed.ports().size() > 1)
        throw Failure(WST_E_STATE,
                      "a clock of several ports cannot become client only while it runs (IEEE "
                      "1588-2019 clause 9.2.2.1); close it and open it anew");
    const ptp::EngineConfig engine = ptp::to_engine_config(changed);
    ptp::ClockUpdate update;
    if (canonical == "priority1")
        update.priority1 = engine.priority1;
    else if (canonical == "priority2")
        update.priority2 = engine.priority2;
    else if (canonical == "clockClass" || canonical == "clockAccuracy" ||
             canonical == "offsetScaledLogVariance")
        update.clockQuality = engine.clockQuality;
    else if (canonical == "clientOnly")
        update.clientOnly = engine.clientOnly;
    else if (canonical == "utc_offset")
        update.currentUtcOffset = engine.currentUtcOffset;
    else if (canonical == "timeSource")
        update.timeSource = engine.timeSource;
    else if (canonical == "userDescription")
        update.userDescription = engine.userDescription;
    else if (option.scope == ptp::OptionScope::port)
        update_ports(update, changed, canonical);
    else
        update.time_flags = engine.time_flags;
    configuration = std::move(changed);
    return update;
}

} // namespace wirestamp::runtime
