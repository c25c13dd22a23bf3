// SPDX-License-Identifier: Apache-2.0
//
// Choosing a setting that serves everybody, and explaining refusals.

#include "impl/platform/linux/stamp_users.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "impl/platform/linux/capabilities.hpp"
#include "impl/platform/linux/kernel.hpp"
#include "impl/platform/linux/os_failure.hpp"
#include "impl/platform/linux/stamp_guard.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

bool serves(int filter, StampLevel level) noexcept {
    switch (level) {
        case StampLevel::none:
            return true;
        case StampLevel::event_messages:
            return covers(filter, kernel::filter_v2_l4_event);
        case StampLevel::all_packets:
            return filter == kernel::filter_all;
    }
    return false;
}

/// Filters to try, the narrowest first, that serve `level` and keep what `kept` brings.
std::vector<int> candidates(StampLevel level, int kept) {
    std::vector<int> result;
    for (const int filter : {kept, kernel::filter_v2_l4_event, kernel::filter_v2_event, kernel::filter_all})
        if (serves(filter, level) && covers(filter, kept) &&
            std::find(result.begin(), result.end(), filter) == result.end())
            result.push_back(filter);
    return result;
}

Failure refusal(int error, const Interface& interface, const StampFacts& facts, const StampConfig& wanted) {
    const auto what = "cannot turn on hardware time stamps of " + interface.name;
    switch (error) {
        case EPERM:
        case EACCES:
            return os_failure(
                error, what,
                "It needs CAP_NET_ADMIN (`setcap cap_net_admin+ep PROGRAM`), or an administrator runs "
                "`hwstamp_ctl -i " +
                    interface.name + " -t " + std::to_string(wanted.tx_type) + " -r " +
                    std::to_string(wanted.rx_filter) + "` before");
        case ERANGE:
            return os_failure(error, what,
                              "The adapter cannot stamp what was asked for; it offers the filters: " +
                                  filter_names(facts.rx_filters));
        case EBUSY:
            return os_failure(
                error, what,
                "Another program or the driver itself holds the clock (ptp4l? virtual clocks on it?)");
        case EOPNOTSUPP:
        case ENOTTY:
        case EINVAL:
            return os_failure(EOPNOTSUPP, what,
                              "The driver lets nobody change it; ask for software stamps instead");
        case ENODEV:
            return Failure(WST_E_INTERFACE_GONE, "interface " + interface.name + " has gone", error);
        default:
            return os_failure(error, what);
    }
}

} // namespace

StampUsers& StampUsers::process() {
    // Never destroyed: contexts that outlive static objects may still give back what they hold.
    static auto* users = new StampUsers;
    return *users;
}

void StampUsers::enter(StampConfigurator& configurator, const Interface& interface, const StampFacts& facts,
                       const EnableRequest& request) {
    const bool receives = request.receive != StampLevel::none;
    if ((receives && !can_receive_in_hardware(facts)) ||
        (request.transmit && !can_transmit_in_hardware(facts)))
        throw Failure(WST_E_NOT_SUPPORTED,
                      interface.name + " has no hardware time stamps for " +
                          (receives && !can_receive_in_hardware(facts) ? "receiving" : "sending") +
                          "; software stamps need not be enabled");
    const std::lock_guard lock(mutex_);
    const Key key{configurator.namespace_cookie(), interface.index};
    auto found = users_.find(key);
    if (found != users_.end() && found->second.name != interface.name) {
        StampConfig now;
        // A renamed interface keeps its setting; a new one under an old index starts without.
        if (configurator.config(interface, now) < 0 || !(now == found->second.granted)) {
            users_.erase(found);
            found = users_.end();
        } else {
            found->second.name = interface.name;
        }
    }
    const bool first = found == users_.end();
    StampConfig current;
    const bool known = configurator.config(interface, current) >= 0;
    if (!known && !first)
        current = found->second.granted;
    StampConfig wanted = current;
    if (request.transmit && wanted.tx_type == kernel::tx_off)
        wanted.tx_type = kernel::tx_on;

    Users users = first ? Users{} : found->second;
    if (first) {
        users.name = interface.name;
        if (known)
            users.before = current;
        users.granted = current;
    }
    const bool satisfied =
        known && serves(current.rx_filter, request.receive) && wanted.tx_type == current.tx_type;
    // Where there is nothing to give back there is nothing to guard.
    if (request.outlive_crash && !users.guard && users.before && (!satisfied || users.changed)) {
        users.guard = configurator.guard(interface, *users.before);
        if (users.changed)
            users.guard->holds(users.granted);
    }
    if (!satisfied) {
        auto filters = candidates(request.receive, current.rx_filter);
        if (first)
            // What an unknown other set before us gives way only if nothing serves both.
            for (const int filter : candidates(request.receive, kernel::filter_none))
                if (std::find(filters.begin(), filters.end(), filter) == filters.end())
                    filters.push_back(filter);
        int outcome = -ERANGE;
        StampConfig granted;
        for (const int filter : filters) {
            wanted.rx_filter = filter;
            granted = wanted;
            outcome = configurator.set(interface, granted);
            if (outcome >= 0 || (outcome != -ERANGE && outcome != -EINVAL))
                break;
        }
        if (outcome < 0)
            throw refusal(-outcome, interface, facts, wanted);
        if (!serves(granted.rx_filter, request.receive) ||
            (request.transmit && granted.tx_type == kernel::tx_off)) {
            StampConfig back = current;
            configurator.set(interface, back);
            throw Failure(WST_E_BAD_DRIVER, "the driver of " + interface.name + " was asked for " +
                                                filter_name(wanted.rx_filter) + ", said yes, and set " +
                                                filter_name(granted.rx_filter));
        }
        users.granted = granted;
        users.changed = true;
        if (users.guard)
            users.guard->holds(granted);
    }
    ++users.count;
    users_[key] = users;
}

void StampUsers::leave(StampConfigurator& configurator, const Interface& interface) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        const auto found = users_.find({configurator.namespace_cookie(), interface.index});
        if (found == users_.end() || --found->second.count > 0)
            return;
        const auto users = found->second;
        users_.erase(found);
        if (!users.changed)
            return;
        StampConfig now;
        // Somebody else has set it since: it is theirs now.
        if (configurator.config(interface, now) >= 0 && !(now == users.granted))
            return;
        // Where the driver never told what was set, an adapter that goes on stamping hurts nobody; turning it
        // off might.
        if (users.before) {
            auto before = *users.before;
            configurator.set(interface, before);
        }
    } catch (...) {
        // Giving back is all that could be tried.
    }
}

} // namespace wirestamp::platform::gnu_linux
