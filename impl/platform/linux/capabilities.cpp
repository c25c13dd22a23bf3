// SPDX-License-Identifier: Apache-2.0
//
// From the kernel's answers to capabilities.

#include "impl/platform/linux/capabilities.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <set>
#include <utility>

#include "impl/platform/linux/interface_ioctl.hpp"
#include "impl/platform/linux/kernel.hpp"
#include "impl/platform/linux/os_failure.hpp"
#include "impl/platform/linux/stamp_guard.hpp"
#include "impl/platform/linux/stamp_users.hpp"

namespace wirestamp::platform::gnu_linux {

namespace {

/// The readers that turned something on.
struct Enablers {
    std::mutex mutex;
    std::set<CapabilityReader*> readers;
    pid_t process = 0;

    // Never destroyed: contexts that outlive static objects still leave it.
    static Enablers& all() {
        static auto* enablers = new Enablers;
        return *enablers;
    }
    void add(CapabilityReader& reader) {
        const std::lock_guard lock(mutex);
        if (process == 0)
            std::atexit(CapabilityReader::give_back_all);
        // A forked child begins with none: what is in its copy is its parent's.
        if (std::exchange(process, ::getpid()) != ::getpid())
            readers.clear();
        readers.insert(&reader);
    }
    void remove(CapabilityReader& reader) noexcept {
        const std::lock_guard lock(mutex);
        readers.erase(&reader);
    }
};

} // namespace

StampConfigurator::StampConfigurator(SystemCalls& system)
    : system_(system), netlink_(system), control_(control_socket(system)), readable_(system) {
    constexpr int so_netns_cookie = 71; // since 5.14
    socklen_t size = sizeof cookie_;
    if (!control_ || system_.get_option(control_.get(), SOL_SOCKET, so_netns_cookie, &cookie_, &size) < 0)
        cookie_ = 0;
}

int StampConfigurator::facts(const Interface& interface, StampFacts& facts) {
    const int outcome = netlink_.stamp_facts(interface.index, interface.name, facts);
    if (outcome >= 0 || outcome == -ENODEV)
        return outcome;
    if (!control_)
        return -control_.error();
    // What follows asks by name, which may have become another one's.
    std::uint32_t index = 0;
    if (interface_index(system_, control_.get(), interface.name, index) >= 0 && index != interface.index)
        return -ENODEV;
    ethtool_ts_info info{};
    const int second = timestamp_info(system_, control_.get(), interface.name, info);
    if (second < 0)
        return second;
    facts = {};
    facts.so_timestamping = info.so_timestamping;
    facts.tx_types = info.tx_types;
    facts.rx_filters = info.rx_filters;
    facts.phc_index = info.phc_index;
    return 0;
}

int StampConfigurator::config(const Interface& interface, StampConfig& config) {
    const int outcome = netlink_.stamp_config(interface.index, config);
    if (outcome >= 0 || outcome == -ENODEV)
        return outcome;
    if (!control_)
        return -control_.error();
    hwtstamp_config raw{};
    const int second = get_stamp_config(system_, control_.get(), interface.name, raw);
    if (second < 0)
        return second;
    config = {};
    config.tx_type = raw.tx_type;
    config.rx_filter = raw.rx_filter;
    config.flags = static_cast<std::uint32_t>(raw.flags);
    return 0;
}

int StampConfigurator::set(const Interface& interface, StampConfig& config) {
    int outcome = -control_.error();
    if (control_) {
        hwtstamp_config raw{};
        raw.flags = interface.kind == InterfaceKind::bond ? static_cast<int>(kernel::bonded_phc_index) : 0;
        raw.tx_type = config.tx_type;
        raw.rx_filter = config.rx_filter;
        outcome = set_stamp_config(system_, control_.get(), interface.name, raw);
        if (outcome >= 0) {
            config.tx_type = raw.tx_type;
            config.rx_filter = raw.rx_filter;
            return 0;
        }
        if (outcome != -EOPNOTSUPP && outcome != -ENOTTY)
            return outcome;
    }
    const int second = netlink_.set_stamp_config(interface.index, config);
    return second >= 0 ? 0 : outcome;
}

std::unique_ptr<StampGuard> StampConfigurator::guard(const Interface& interface, const StampConfig& before) {
    return std::make_unique<StampGuard>(system_, control_.get(), interface.name, interface.index, before);
}

bool StampConfigurator::clock_readable(std::int32_t phc_index) {
    if (phc_index < 0)
        return false;
    const auto key = static_cast<std::uint64_t>(phc_index) + 1;
    if (const auto known = readable_.find(key))
        return *known;
    const auto path = "/dev/ptp" + std::to_string(phc_index);
    const auto readable = static_cast<bool>(Descriptor(system_, system_.open(path.c_str(), O_RDONLY)));
    readable_.put(key, readable);
    return readable;
}

CapabilityReader::CapabilityReader(SystemCalls& system) : configurator_(system) {}

CapabilityReader::~CapabilityReader() {
    Enablers::all().remove(*this);
    give_back();
}

void CapabilityReader::give_back() noexcept {
    std::map<std::uint32_t, Held> held;
    {
        const std::lock_guard lock(mutex_);
        held.swap(held_);
    }
    for (auto& [index, one] : held)
        for (; one.count > 0; --one.count)
            StampUsers::process().leave(configurator_, one.interface);
}

void CapabilityReader::give_back_all() noexcept {
    auto& enablers = Enablers::all();
    // A child that was forked off owes nothing: its parent still uses what it turned on.
    if (enablers.process != ::getpid())
        return;
    const std::lock_guard lock(enablers.mutex);
    for (CapabilityReader* reader : enablers.readers)
        reader->give_back();
}

StampFacts CapabilityReader::require_facts(const Interface& interface) {
    StampFacts facts;
    const int outcome = configurator_.facts(interface, facts);
    if (outcome == -ENODEV)
        throw Failure(WST_E_INTERFACE_GONE, "interface " + interface.name + " has gone", ENODEV);
    if (outcome < 0)
        throw os_failure(-outcome, "cannot ask what time stamps " + interface.name + " can take");
    return facts;
}

Capabilities CapabilityReader::supported(const Interface& interface) {
    return map_supported(require_facts(interface));
}

Capabilities CapabilityReader::active(const Interface& interface) {
    const auto facts = require_facts(interface);
    if (const auto lie = contradiction(facts); !lie.empty())
        throw Failure(WST_E_BAD_DRIVER, "the driver of " + interface.name + " contradicts itself: " + lie);
    StampConfig config;
    // What cannot stamp has nothing set, and not having to ask halves the cost of the question.
    const bool able = (facts.so_timestamping & (kernel::rx_hardware | kernel::tx_hardware)) != 0;
    const bool known = able && configurator_.config(interface, config) >= 0;
    return map_active(facts, known ? std::optional(config) : std::nullopt,
                      configurator_.clock_readable(facts.phc_index));
}

Capabilities CapabilityReader::enable(const Interface& interface, const EnableRequest& request) {
    const auto facts = require_facts(interface);
    if (const auto lie = contradiction(facts); !lie.empty())
        throw Failure(WST_E_BAD_DRIVER, "the driver of " + interface.name + " contradicts itself: " + lie);
    Enablers::all().add(*this);
    StampUsers::process().enter(configurator_, interface, facts, request);
    {
        const std::lock_guard lock(mutex_);
        auto& held = held_[interface.index];
        held.interface = interface;
        ++held.count;
    }
    return active(interface);
}

void CapabilityReader::restore(const Interface& interface) {
    {
        const std::lock_guard lock(mutex_);
        const auto held = held_.find(interface.index);
        if (held == held_.end() || held->second.count == 0)
            throw Failure(WST_E_STATE, "time stamps of " + interface.name + " were not enabled here");
        if (--held->second.count == 0)
            held_.erase(held);
    }
    StampUsers::process().leave(configurator_, interface);
}

} // namespace wirestamp::platform::gnu_linux
