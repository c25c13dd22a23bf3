// SPDX-License-Identifier: Apache-2.0
//
// A PTP clock's state for Prometheus. The server itself is in a module of its own, which this loads.

#pragma once

#include <string>

#include "wirestamp/wirestamp.h"

namespace command {

class MetricsServer {
public:
    /// @param address PORT (loopback only), ADDRESS:PORT, [IPv6]:PORT or *:PORT. Throws with what to do.
    MetricsServer(const std::string& address, wst_ptp* ptp);
    ~MetricsServer();
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;

    /// Such as "http://127.0.0.1:9319/metrics".
    const std::string& where() const { return where_; }

private:
    void* server_ = nullptr;
    void (*close_)(void*) = nullptr;
    std::string where_;
};

} // namespace command
