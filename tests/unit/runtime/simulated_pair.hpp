// SPDX-License-Identifier: Apache-2.0
//
// Two hosts of a simulated network, each with a context, joined by one link.

#pragma once

#include <memory>
#include <vector>

#include "impl/platform/simulated/world.hpp"
#include "impl/runtime/context.hpp"

namespace wirestamp::test {

namespace simulated = platform::simulated;

class SimulatedContext final : public runtime::Context {
public:
    using Context::Context;
    ~SimulatedContext() { close(); }
};

struct SimulatedPair {
    explicit SimulatedPair(const simulated::AdapterParameters& parameters = enabled(),
                           const simulated::LinkParameters& link_parameters = {}, std::uint64_t seed = 7)
        : world(seed) {
        simulated::AdapterParameters first = parameters;
        simulated::AdapterParameters second = parameters;
        first.addresses = {"192.0.2.1/24", "fe80::1/64"};
        second.addresses = {"192.0.2.2/24", "fe80::2/64"};
        host_a = world.add_host("a");
        host_b = world.add_host("b");
        adapter_a = world.add_adapter(host_a, "eth0", first);
        adapter_b = world.add_adapter(host_b, "eth0", second);
        link = world.connect(adapter_a, adapter_b, link_parameters);
        a = std::make_unique<SimulatedContext>(world.platform(host_a), runtime::ContextOptions{});
        b = std::make_unique<SimulatedContext>(world.platform(host_b), runtime::ContextOptions{});
    }

    static simulated::AdapterParameters enabled() {
        simulated::AdapterParameters parameters;
        parameters.stamps_enabled = true;
        return parameters;
    }

    platform::Interface interface_of(runtime::Context& context) {
        const auto lock = context.lock();
        return *context.platform().interfaces().find("eth0");
    }

    simulated::World world;
    simulated::HostId host_a{};
    simulated::HostId host_b{};
    simulated::AdapterId adapter_a{};
    simulated::AdapterId adapter_b{};
    simulated::LinkId link{};
    std::unique_ptr<SimulatedContext> a;
    std::unique_ptr<SimulatedContext> b;
};

/// What a queue subscription has brought so far.
inline std::vector<wst_event> take_events(runtime::Context& context) {
    std::vector<wst_event> events;
    wst_event event;
    while (context.wait_event(0, event) == WST_OK)
        events.push_back(event);
    return events;
}

} // namespace wirestamp::test
