// SPDX-License-Identifier: Apache-2.0
//
// Windows 11 in a struct, as far as packet timestamping goes: an iphlpapi whose drivers behave, lie or change
// their minds, and a Winsock whose stamps come late or never. Answers are the documented ones, and those that
// were seen in the field. The functions of iphlpapi are C functions without a user pointer, hence one
// FakeWindows at a time.

#pragma once

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "impl/platform/windows/control_messages.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::test {

namespace windows = platform::windows;
namespace code = platform::windows::code;

class FakeWindows : public windows::SystemCalls {
public:
    FakeWindows() {
        BOOST_REQUIRE(current() == nullptr);
        current() = this;
        functions["GetInterfaceActiveTimestampCapabilities"] = address(&FakeWindows::active_entry);
        functions["GetInterfaceSupportedTimestampCapabilities"] = address(&FakeWindows::supported_entry);
        functions["CaptureInterfaceHardwareCrossTimestamp"] = address(&FakeWindows::capture_entry);
        functions["RegisterInterfaceTimestampConfigChange"] = address(&FakeWindows::register_entry);
        functions["UnregisterInterfaceTimestampConfigChange"] = address(&FakeWindows::unregister_entry);
        windows::Adapter adapter;
        adapter.luid = 0x0600'0100'0000'0000;
        adapter.index = adapter.ipv6_index = 7;
        adapter.name = "ethernet_32769";
        adapter.guid = "{0F8FAD5B-D9CB-469F-A165-70867728950E}";
        adapter.friendly_name = "Ethernet d'\xc3\xa9t\xc3\xa9"; // as a French Windows may call it
        adapter.type = 6;
        adapter.up = adapter.link_known = adapter.multicast = true;
        adapter.addresses.push_back({*parse_address("192.0.2.7"), 24});
        all_adapters.push_back(adapter);
    }
    ~FakeWindows() override {
        current() = nullptr;
        BOOST_TEST(!misused);
    }
    FakeWindows(const FakeWindows&) = delete;
    FakeWindows& operator=(const FakeWindows&) = delete;

    // What the system exports; to be changed before timestamps() is first asked.
    std::map<std::string, void*> functions;

    // iphlpapi
    std::uint32_t capabilities_answer = code::success;
    windows::InterfaceTimestampCapabilities supported;
    windows::InterfaceTimestampCapabilities active;
    std::uint32_t cross_answer = code::success;
    std::deque<windows::InterfaceHardwareCrossTimestamp> cross; // the last one repeats
    int captures = 0;
    windows::ConfigChangeCallback config_callback = nullptr;
    void* config_context = nullptr;
    int registrations = 0;
    std::atomic<int> unregistrations{0};
    std::function<void()> while_unregistering; // a callback that runs while its removal waits for it
    windows::InterfaceChangeCallback interface_callback = nullptr;
    void* interface_context = nullptr;

    // Winsock
    std::uint32_t timestamping_answer = code::success;
    windows::TimestampingConfig timestamping{};
    std::uint32_t stamp_answer = code::success;     // of SIO_GET_TX_TIMESTAMP, once a stamp is due
    std::map<std::uint32_t, int> polls_until_stamp; // per id; -1: never
    std::map<std::uint32_t, std::uint64_t> stamps;  // per id
    std::map<std::uint32_t, int> polls;
    std::mutex winsock;
    bool misused = false;
    std::condition_variable polled;
    struct Datagram {
        std::string data;
        std::vector<std::byte> control;
        std::uint32_t error = 0;
    };
    std::deque<Datagram> incoming;
    std::vector<std::uint32_t> ids_sent; // of SO_TIMESTAMP_ID
    int sent = 0;
    std::atomic<int> signals{0};

    // Clocks
    std::int64_t ticks = 1000;
    std::int64_t tick_frequency = 10'000'000;
    std::uint64_t time_of_day = 133'000'000'000'000'000;
    std::uint32_t adjustment_answer = code::success;
    windows::ClockAdjustment adjustment{156'250, 156'250, true};

    std::vector<windows::Adapter> all_adapters;

    const windows::TimestampApi& timestamps() override {
        if (!bound_) {
            api_ = windows::bind_timestamp_api([this](const char* name) {
                const auto found = functions.find(name);
                return found == functions.end() ? nullptr : found->second;
            });
            bound_ = true;
        }
        return api_;
    }
    std::int64_t performance_counter() override { return ticks++; }
    std::int64_t performance_frequency() override { return tick_frequency; }
    std::uint64_t system_time() override { return time_of_day++; }
    std::uint32_t adapters(std::vector<windows::Adapter>& out) override {
        out = all_adapters;
        return code::success;
    }
    std::uint32_t watch_interfaces(windows::InterfaceChangeCallback callback, void* context,
                                   windows::Handle& handle) override {
        interface_callback = callback;
        interface_context = context;
        handle = 1;
        return code::success;
    }
    void unwatch_interfaces(windows::Handle) override { interface_callback = nullptr; }
    void signal(windows::Handle) override { ++signals; }

    std::uint32_t open_socket(Family, windows::Handle& socket) override {
        socket = 77;
        return code::success;
    }
    void close_socket(windows::Handle) override {}
    std::uint32_t set_option(windows::Handle, Family, windows::SocketOption, std::uint32_t) override {
        return code::success;
    }
    std::uint32_t bind(windows::Handle, const Address& address) override {
        bound_to_ = address;
        return code::success;
    }
    std::uint32_t local_name(windows::Handle, Family, Address& out) override {
        out = bound_to_;
        return code::success;
    }
    std::uint32_t membership(windows::Handle, const Address&, std::uint32_t, bool) override {
        return code::success;
    }
    std::uint32_t control(windows::Handle, std::uint32_t request, std::span<const std::byte> in,
                          std::span<std::byte> out) override {
        const std::lock_guard lock(winsock);
        if (request == windows::sio_timestamping) {
            BOOST_REQUIRE(in.size() == sizeof timestamping);
            std::memcpy(&timestamping, in.data(), sizeof timestamping);
            return timestamping_answer;
        }
        // Asked by a thread of the library's, which Boost.Test must not hear from.
        if (request != windows::sio_get_tx_timestamp || in.size() != 4 || out.size() != 8) {
            misused = true;
            return code::operation_not_supported;
        }
        std::uint32_t id = 0;
        std::memcpy(&id, in.data(), sizeof id);
        const int asked = polls[id]++;
        polled.notify_all();
        if (stamp_answer != code::success)
            return stamp_answer;
        const auto until = polls_until_stamp.count(id) != 0 ? polls_until_stamp[id] : 0;
        const auto found = stamps.find(id);
        if (until < 0 || asked < until || found == stamps.end())
            return code::would_block;
        std::memcpy(out.data(), &found->second, 8);
        stamps.erase(found); // a hit removes the entry
        return code::success;
    }
    std::uint32_t receive_message(windows::Handle, windows::Message& message) override {
        if (incoming.empty())
            return code::would_block;
        const Datagram one = incoming.front();
        incoming.pop_front();
        if (one.error != code::success)
            return one.error;
        message.size = std::min(one.data.size(), message.data.size());
        message.truncated = message.size < one.data.size();
        std::copy_n(one.data.begin(), message.size, message.data.begin());
        message.control_size = std::min(one.control.size(), message.control.size());
        std::copy_n(one.control.begin(), message.control_size, message.control.begin());
        message.peer = *parse_address("192.0.2.9");
        return code::success;
    }
    std::uint32_t send_message(windows::Handle, const windows::Message& message) override {
        ++sent;
        if (!message.control.empty()) {
            windows::ControlHeader header;
            std::memcpy(&header, message.control.data(), sizeof header);
            BOOST_TEST(header.level == windows::level_socket);
            BOOST_TEST(header.type == windows::so_timestamp_id);
            std::uint32_t id = 0;
            std::memcpy(&id, message.control.data() + sizeof header, sizeof id);
            ids_sent.push_back(id);
        }
        return code::success;
    }
    std::uint32_t select_event(windows::Handle, windows::Handle) override { return code::success; }
    std::uint32_t clock_adjustment(windows::ClockAdjustment& out) override {
        out = adjustment;
        return adjustment_answer;
    }
    std::uint32_t set_clock_adjustment(const windows::ClockAdjustment& wanted) override {
        const auto increment = adjustment.increment;
        adjustment = wanted;
        adjustment.increment = increment;
        return code::success;
    }
    std::uint32_t set_system_time(std::uint64_t time) override {
        time_of_day = time;
        return code::success;
    }

    /// A datagram as Windows brings it to a socket with stamping: SO_TIMESTAMP and IP_PKTINFO.
    void bring(const std::string& data, std::uint64_t timestamp, std::uint32_t interface_index = 7) {
        Datagram one;
        one.data = data;
        append(one.control, windows::level_socket, windows::so_timestamp, timestamp);
        struct {
            std::uint8_t address[4] = {224, 0, 1, 129};
            std::uint32_t index;
        } info;
        info.index = interface_index;
        append(one.control, windows::level_ip, windows::ip_pktinfo, info);
        incoming.push_back(one);
    }

    template <class Data>
    static void append(std::vector<std::byte>& control, std::int32_t level, std::int32_t type,
                       const Data& data) {
        const windows::ControlHeader header{sizeof(windows::ControlHeader) + sizeof data, level, type};
        const auto start = control.size();
        control.resize(start + windows::control_space(sizeof data));
        std::memcpy(control.data() + start, &header, sizeof header);
        std::memcpy(control.data() + start + sizeof header, &data, sizeof data);
    }

private:
    static FakeWindows*& current() {
        static FakeWindows* instance = nullptr;
        return instance;
    }
    template <class Function>
    static void* address(Function function) {
        return reinterpret_cast<void*>(function);
    }
    static std::uint32_t WIRESTAMP_WINAPI active_entry(const windows::Luid* luid,
                                                       windows::InterfaceTimestampCapabilities* out) {
        return current()->answer(luid, current()->active, out);
    }
    static std::uint32_t WIRESTAMP_WINAPI supported_entry(const windows::Luid* luid,
                                                          windows::InterfaceTimestampCapabilities* out) {
        return current()->answer(luid, current()->supported, out);
    }
    std::uint32_t answer(const windows::Luid* luid, const windows::InterfaceTimestampCapabilities& said,
                         windows::InterfaceTimestampCapabilities* out) {
        if (*luid != all_adapters.front().luid)
            return code::file_not_found;
        if (capabilities_answer == code::success)
            *out = said;
        return capabilities_answer;
    }
    static std::uint32_t WIRESTAMP_WINAPI capture_entry(const windows::Luid*,
                                                        windows::InterfaceHardwareCrossTimestamp* out) {
        auto& self = *current();
        ++self.captures;
        if (self.cross_answer != code::success)
            return self.cross_answer;
        BOOST_REQUIRE(!self.cross.empty());
        *out = self.cross.front();
        if (self.cross.size() > 1)
            self.cross.pop_front();
        return code::success;
    }
    static std::uint32_t WIRESTAMP_WINAPI register_entry(windows::ConfigChangeCallback callback,
                                                         void* context, void** handle) {
        auto& self = *current();
        ++self.registrations;
        self.config_callback = callback;
        self.config_context = context;
        *handle = &self;
        return code::success;
    }
    static void WIRESTAMP_WINAPI unregister_entry(void* handle) {
        auto& self = *current();
        BOOST_TEST(handle == &self);
        if (self.while_unregistering)
            self.while_unregistering();
        ++self.unregistrations;
    }

    bool bound_ = false;
    windows::TimestampApi api_;
    Address bound_to_;
};

} // namespace wirestamp::test
