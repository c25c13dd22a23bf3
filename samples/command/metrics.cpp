// SPDX-License-Identifier: Apache-2.0

#include "metrics.hpp"

#include <stdexcept>

#ifdef WIRESTAMP_MODULES
#include <dlfcn.h>
#include <filesystem>

#include "metrics/module.h"
#endif

namespace command {

#ifdef WIRESTAMP_MODULES

namespace {

/// Beside the command in a build tree, in the modules' folder once installed.
void* load_module() {
    const auto folder = std::filesystem::canonical("/proc/self/exe").parent_path();
    for (const auto& path :
         {folder / "wirestamp-metrics.so", folder / WIRESTAMP_MODULES / "wirestamp-metrics.so"})
        if (void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL))
            return module;
    throw std::runtime_error(std::string("the metrics module cannot be loaded: ") + dlerror());
}

template <typename Function>
Function find(void* module, const char* name) {
    void* symbol = dlsym(module, name);
    if (symbol == nullptr)
        throw std::runtime_error(std::string("the metrics module is not of this version: it lacks ") + name);
    return reinterpret_cast<Function>(symbol);
}

} // namespace

MetricsServer::MetricsServer(const std::string& address, wst_ptp* ptp) {
    const auto colon = address.rfind(':');
    const std::string host = colon == std::string::npos ? "127.0.0.1" : address.substr(0, colon);
    const std::string port = colon == std::string::npos ? address : address.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        host.empty())
        throw std::runtime_error("--metrics takes PORT, ADDRESS:PORT, [IPV6]:PORT or *:PORT, not \"" +
                                 address + "\"");
    void* module = load_module(); // for as long as the process lives
    close_ = find<decltype(&wirestamp_metrics_close)>(module, "wirestamp_metrics_close");
    const auto open = find<decltype(&wirestamp_metrics_open)>(module, "wirestamp_metrics_open");
    int got = 0;
    server_ = open((host == "*" ? "+" + port : host + ":" + port).c_str(), ptp, &got);
    if (server_ == nullptr)
        throw std::runtime_error(
            "metrics cannot be served on " + address +
            ": is the address one of this host, and the port free (and above 1023, without privileges)?");
    where_ = "http://" + (host == "*" ? "127.0.0.1" : host) + ":" + std::to_string(got) + "/metrics";
}

MetricsServer::~MetricsServer() {
    close_(server_);
}

#else

MetricsServer::MetricsServer(const std::string&, wst_ptp*) {
    throw std::runtime_error(
        "this wirestamp was built without the prometheus-cpp library: it serves no metrics");
}

MetricsServer::~MetricsServer() = default;

#endif

} // namespace command
