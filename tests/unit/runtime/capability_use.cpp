// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include "impl/runtime/capability_use.hpp"

#include <boost/test/unit_test.hpp>

#include "simulated_pair.hpp"

using namespace wirestamp;
namespace simulated = wirestamp::platform::simulated;
using wirestamp::runtime::CapabilityUse;
using wirestamp::test::SimulatedPair;

namespace {

platform::EnableRequest all_packets() {
    platform::EnableRequest request;
    request.receive = platform::StampLevel::all_packets;
    return request;
}

/// Another process's view: asked through a context that enabled nothing.
std::uint32_t active_hardware(SimulatedPair& pair, runtime::Context& context) {
    const auto interface = pair.interface_of(context);
    const auto lock = context.lock();
    return context.platform().capabilities().active(interface).hardware;
}

} // namespace

BOOST_AUTO_TEST_SUITE(capability_use)

BOOST_AUTO_TEST_CASE(the_last_one_restores) {
    SimulatedPair pair(simulated::AdapterParameters{});
    const auto interface = pair.interface_of(*pair.a);
    BOOST_TEST(active_hardware(pair, *pair.a) == 0u);
    {
        const auto lock = pair.a->lock();
        auto& use = pair.a->only<CapabilityUse>();
        BOOST_TEST(use.enable(interface, {}).hardware != 0u);
        BOOST_TEST(use.enable(interface, all_packets()).hardware != 0u);
        use.restore(interface.id);
    }
    BOOST_TEST(active_hardware(pair, *pair.a) != 0u);
    {
        const auto lock = pair.a->lock();
        auto& use = pair.a->only<CapabilityUse>();
        use.restore(interface.id);
        BOOST_CHECK_EXCEPTION(use.restore(interface.id), Failure,
                              [](const Failure& failure) { return failure.status() == WST_E_STATE; });
    }
    BOOST_TEST(active_hardware(pair, *pair.a) == 0u);
}

BOOST_AUTO_TEST_CASE(a_closed_context_leaves_nothing_turned_on) {
    SimulatedPair pair(simulated::AdapterParameters{});
    test::SimulatedContext watching(pair.world.platform(pair.host_a), {});
    const auto interface = pair.interface_of(*pair.a);
    {
        const auto lock = pair.a->lock();
        pair.a->only<CapabilityUse>().enable(interface, {});
        pair.a->only<CapabilityUse>().enable(interface, {});
    }
    BOOST_TEST(active_hardware(pair, watching) != 0u);
    pair.a.reset();
    BOOST_TEST(active_hardware(pair, watching) == 0u);
}

BOOST_AUTO_TEST_CASE(an_adapter_that_went_away_needs_no_restoring) {
    SimulatedPair pair(simulated::AdapterParameters{});
    const auto interface = pair.interface_of(*pair.a);
    {
        const auto lock = pair.a->lock();
        pair.a->only<CapabilityUse>().enable(interface, {});
    }
    pair.world.remove_adapter(pair.adapter_a);
    const auto lock = pair.a->lock();
    BOOST_CHECK_NO_THROW(pair.a->only<CapabilityUse>().restore(interface.id));
}

BOOST_AUTO_TEST_CASE(an_adapter_that_cannot_is_refused_and_not_counted) {
    simulated::AdapterParameters parameters;
    parameters.supported = simulated::software_capabilities();
    SimulatedPair pair(parameters);
    const auto interface = pair.interface_of(*pair.a);
    const auto lock = pair.a->lock();
    auto& use = pair.a->only<CapabilityUse>();
    BOOST_CHECK_THROW(use.enable(interface, {}), Failure);
    BOOST_CHECK_EXCEPTION(use.restore(interface.id), Failure,
                          [](const Failure& failure) { return failure.status() == WST_E_STATE; });
}

BOOST_AUTO_TEST_SUITE_END()
