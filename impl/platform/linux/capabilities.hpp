// SPDX-License-Identifier: Apache-2.0
//
// Asking the kernel, in the order of what it knows best: ethtool netlink, then the ioctls.

#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "impl/platform/capability_source.hpp"
#include "impl/platform/linux/ethtool_netlink.hpp"
#include "impl/platform/linux/recent.hpp"
#include "impl/platform/linux/stamp_facts.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

class StampGuard;

/// The kernel's answers about one adapter, whatever way they come. Any thread; 0 or a negative errno.
class StampConfigurator {
public:
    explicit StampConfigurator(SystemCalls& system);

    int facts(const Interface& interface, StampFacts& facts);
    int config(const Interface& interface, StampConfig& config);
    int set(const Interface& interface, StampConfig& config);
    bool clock_readable(std::int32_t phc_index);
    /// Throws Failure.
    std::unique_ptr<StampGuard> guard(const Interface& interface, const StampConfig& before);
    /// Tells network namespaces apart, 0 where the kernel cannot.
    std::uint64_t namespace_cookie() const noexcept { return cookie_; }

private:
    SystemCalls& system_;
    EthtoolNetlink netlink_;
    Descriptor control_;
    Recent<bool> readable_; // by PHC number, from 1
    std::uint64_t cookie_ = 0;
};

class CapabilityReader final : public CapabilitySource {
public:
    explicit CapabilityReader(SystemCalls& system);
    ~CapabilityReader() override;

    Capabilities supported(const Interface& interface) override;
    Capabilities active(const Interface& interface) override;
    Capabilities enable(const Interface& interface, const EnableRequest& request) override;
    void restore(const Interface& interface) override;

    /// What a process that ends with its contexts open owes to the adapters: called by exit().
    static void give_back_all() noexcept;

private:
    StampFacts require_facts(const Interface& interface);
    void give_back() noexcept;

    StampConfigurator configurator_;
    std::mutex mutex_;
    struct Held {
        Interface interface;
        int count = 0;
    };
    std::map<std::uint32_t, Held> held_; // by interface index: what closing must give back
};

} // namespace wirestamp::platform::gnu_linux
