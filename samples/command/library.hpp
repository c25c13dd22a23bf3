// SPDX-License-Identifier: Apache-2.0
//
// The library's C interface with C++ manners: errors become exceptions that keep their words, objects close
// themselves.

#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "wirestamp/wirestamp.h"

namespace command {

class LibraryError : public std::runtime_error {
public:
    explicit LibraryError(const wst_error& error)
        : std::runtime_error(error.message[0] != '\0' ? error.message : wst_status_text(error.status)),
          status(error.status) {}
    const wst_status status;
};

/// Runs `call(error)` and throws what it says unless it succeeds.
template <typename Call>
void check(Call&& call) {
    wst_error error = WST_ERROR_INIT;
    const wst_status status = call(&error);
    if (status != WST_OK) {
        error.status = status;
        throw LibraryError(error);
    }
}

struct Closer {
    void operator()(wst_context* context) const { wst_context_close(context, nullptr); }
    void operator()(wst_ptp* ptp) const { wst_ptp_close(ptp, nullptr); }
    void operator()(wst_ptp_config* config) const { wst_ptp_config_destroy(config); }
    void operator()(wst_simulation* simulation) const { wst_simulation_close(simulation, nullptr); }
};

using Context = std::unique_ptr<wst_context, Closer>;
using Ptp = std::unique_ptr<wst_ptp, Closer>;
using PtpConfig = std::unique_ptr<wst_ptp_config, Closer>;
using Simulation = std::unique_ptr<wst_simulation, Closer>;

/// A context on this system with the defaults.
inline Context make_context() {
    wst_context* raw = nullptr;
    check([&](wst_error* error) { return wst_context_create(nullptr, &raw, error); });
    return Context(raw);
}

inline wst_interface find_interface(wst_context* context, const std::string& key) {
    wst_interface found = WST_INTERFACE_INIT;
    check([&](wst_error* error) { return wst_interface_find(context, key.c_str(), &found, error); });
    return found;
}

/// All of them, however many come while it asks.
inline std::vector<wst_interface> interfaces(wst_context* context) {
    std::vector<wst_interface> list(16);
    for (;;) {
        for (auto& entry : list)
            entry = WST_INTERFACE_INIT;
        std::uint32_t count = 0;
        wst_error error = WST_ERROR_INIT;
        const auto status =
            wst_interface_list(context, list.data(), static_cast<std::uint32_t>(list.size()), &count, &error);
        if (status != WST_OK && status != WST_E_LIMIT)
            throw LibraryError(error);
        const bool all = count <= list.size();
        list.resize(count);
        if (all)
            return list;
    }
}

inline std::string identity_text(const std::uint8_t (&identity)[8]) {
    char text[32];
    std::snprintf(text, sizeof(text), "%02x%02x%02x.%02x%02x.%02x%02x%02x", identity[0], identity[1],
                  identity[2], identity[3], identity[4], identity[5], identity[6], identity[7]);
    return text;
}

} // namespace command
