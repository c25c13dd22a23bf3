// SPDX-License-Identifier: Apache-2.0
//
// Two clocks on a wire, the smallest network.

#pragma once

#include <functional>

#include "tests/unit/ptp/network.hpp"

namespace wirestamp::ptp::test {

/// The master has the better priority1; the slave's clock is 250 us ahead.
struct Clocks {
    Network net;
    Node* master = nullptr;
    Node* slave = nullptr;

    explicit Clocks(const std::function<void(EngineConfig&, EngineConfig&)>& change = {}) {
        EngineConfig a = clock_config(1);
        EngineConfig b = clock_config(2);
        a.priority1 = 100;
        if (change)
            change(a, b);
        master = &net.add(a);
        slave = &net.add(b);
        slave->offset = 250'000;
        net.start();
    }
    bool locked() const { return master->state() == PortState::master && slave->state() == PortState::slave; }
    bool lock() {
        return net.run_until_true([&] { return locked(); }, 30 * second);
    }
};

} // namespace wirestamp::ptp::test
