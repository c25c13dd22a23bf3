// SPDX-License-Identifier: Apache-2.0
//
// What the guest's test cases share: the system's own programs to act and to compare with, the adapters by
// driver, and a watcher of changes. These cases change adapters, drivers and clocks for good: they run
// nowhere but in a guest of tests/hardware.

#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../stamps/sandbox.hpp"

namespace guest {

using sandbox::Context;

/// Runs a shell command; its exit code.
int run(const std::string& command);
/// What a shell command prints.
std::string output(const std::string& command);
std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);
/// A command of QEMU's monitor, such as "set_link nic0 off".
void monitor(const std::string& command);

/// The driver that this run is about ("igb"), as the environment says.
std::string driver();
/// A case for one driver alone.
boost::unit_test::precondition driven_by(const std::string& name);
/// The names of the adapters with this run's driver.
std::vector<std::string> adapters();
/// Up, with a carrier.
void raise(const std::string& name);
/// Waits for a condition that is sure to come; the limit only ends a failure.
bool await(const std::function<bool()>& condition, int seconds = 20);

/// tx_type and rx_filter as hwstamp_ctl reads them from the driver.
struct Setting {
    int tx_type = -1;
    int rx_filter = -1;
    bool operator==(const Setting& other) const {
        return tx_type == other.tx_type && rx_filter == other.rx_filter;
    }
};
std::ostream& operator<<(std::ostream& out, const Setting& setting);
Setting setting_of(const std::string& name);
/// Sets it as another process would; whether the driver took it.
bool set_by_other(const std::string& name, int tx_type, int rx_filter);

constexpr int no_filter = 0;

/// Virtual clocks over an adapter's clock, as long as this lives; they hold it.
class VirtualClocks {
public:
    VirtualClocks(int phc, int count);
    ~VirtualClocks();
    int operator[](std::size_t number) const { return numbers_.at(number); }

private:
    std::string setting_;
    std::vector<int> numbers_;
};

/// One adapter of this run's driver, raised and with nothing turned on.
struct Adapter {
    explicit Adapter(std::size_t number = 0);
    Context context;
    std::string name;
    wst_interface interface = WST_INTERFACE_INIT;
    std::uint64_t id = 0;
};

wst_capabilities supported(wst_context* context, std::uint64_t id);
wst_capabilities active(wst_context* context, std::uint64_t id, std::uint32_t flags = 0);
wst_status enable(wst_context* context, std::uint64_t id, std::uint32_t receive, std::uint32_t transmit,
                  wst_capabilities* granted = nullptr, wst_error* error = nullptr);

/// Every change of one context, in order.
class Watch {
public:
    explicit Watch(wst_context* context, std::uint64_t id = 0);
    /// The first change not looked at before that has all these reasons; `reasons` is 0 if none comes.
    wst_interface_change next(const std::string& name, std::uint32_t reasons, int seconds = 20);
    /// All reasons heard so far for one name, also those not waited for.
    std::uint32_t heard(const std::string& name) const;
    std::string text() const;

private:
    wst_context* context_;
    std::vector<wst_interface_change> changes_;
    std::size_t looked_at_ = 0;
};

} // namespace guest
