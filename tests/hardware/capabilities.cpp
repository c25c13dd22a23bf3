// SPDX-License-Identifier: Apache-2.0
//
// What real drivers say they can do, what they do when asked, and what is noticed of what others do to them.
// ethtool and hwstamp_ctl are what the library's answers are compared with.
#define BOOST_TEST_DYN_LINK
#include <signal.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "guest.hpp"
#include "impl/platform/linux/ethtool_netlink.hpp"

using namespace guest;

namespace {

constexpr int filter_all = 1;
constexpr int filter_v2_event = 12;

/// The masks in ethtool's words: capabilities as SOF_TIMESTAMPING_*, modes as HWTSTAMP_TX_*, filters as
/// HWTSTAMP_FILTER_*.
const std::map<std::string, int> capability_bits = {{"hardware-transmit", 0},     {"software-transmit", 1},
                                                    {"hardware-receive", 2},      {"software-receive", 3},
                                                    {"software-system-clock", 4}, {"hardware-raw-clock", 6}};
const std::map<std::string, int> mode_bits = {{"off", 0}, {"on", 1}, {"one-step-sync", 2}};
const std::map<std::string, int> filter_bits = {
    {"none", 0},
    {"all", 1},
    {"some", 2},
    {"ptpv1-l4-event", 3},
    {"ptpv1-l4-sync", 4},
    {"ptpv1-l4-delay-req", 5},
    {"ptpv2-l4-event", 6},
    {"ptpv2-l4-sync", 7},
    {"ptpv2-l4-delay-req", 8},
    {"ptpv2-l2-event", 9},
    {"ptpv2-l2-sync", 10},
    {"ptpv2-l2-delay-req", 11},
    {"ptpv2-event", 12},
    {"ptpv2-sync", 13},
    {"ptpv2-delay-req", 14},
    {"ntp-all", 15},
};

struct EthtoolAnswer {
    std::uint64_t capabilities = 0;
    std::uint32_t modes = 0;
    std::uint32_t filters = 0;
    int phc = -1;
};

EthtoolAnswer ethtool(const std::string& name) {
    EthtoolAnswer answer;
    std::istringstream text(output("ethtool -T " + name));
    const std::map<std::string, int>* words = nullptr;
    std::uint64_t* mask = nullptr;
    std::uint64_t modes = 0;
    std::uint64_t filters = 0;
    for (std::string line; std::getline(text, line);) {
        if (line == "Capabilities:")
            words = &capability_bits, mask = &answer.capabilities;
        else if (line.rfind("Hardware Transmit", 0) == 0)
            words = &mode_bits, mask = &modes;
        else if (line.rfind("Hardware Receive", 0) == 0)
            words = &filter_bits, mask = &filters;
        else if (line.rfind("PTP Hardware Clock: ", 0) == 0)
            answer.phc = line.find("none") == std::string::npos ? std::stoi(line.substr(20)) : -1;
        else if (line.rfind("\t", 0) == 0 && mask) {
            const auto bit = words->find(line.substr(1, line.find(' ') - 1));
            BOOST_REQUIRE_MESSAGE(bit != words->end(), "ethtool says \"" << line << "\"");
            *mask |= 1ull << bit->second;
        }
    }
    answer.modes = static_cast<std::uint32_t>(modes);
    answer.filters = static_cast<std::uint32_t>(filters);
    return answer;
}

void agrees_with_ethtool(wst_context* context, const wst_interface& interface) {
    const auto theirs = ethtool(interface.name);
    const auto ours = supported(context, interface.id);
    BOOST_TEST(ours.so_timestamping == theirs.capabilities);
    BOOST_TEST(ours.tx_types == theirs.modes);
    BOOST_TEST(ours.rx_filters == theirs.filters);
    BOOST_TEST(ours.phc_index == theirs.phc);
}

void agrees_with_driver(const wst_capabilities& capabilities, const std::string& name) {
    const Setting setting = setting_of(name);
    BOOST_TEST(capabilities.tx_types == 1u << setting.tx_type);
    BOOST_TEST(capabilities.rx_filters == 1u << setting.rx_filter);
    BOOST_TEST(((capabilities.hardware & WST_CAP_HW_TAGGED_TRANSMIT) != 0) == (setting.tx_type == 1));
    BOOST_TEST(((capabilities.hardware & WST_CAP_HW_ALL_RECEIVE) != 0) == (setting.rx_filter == filter_all));
    BOOST_TEST(((capabilities.hardware & WST_CAP_HW_PTPV2_IPV4_EVENT_RECEIVE) != 0) ==
               (setting.rx_filter == filter_v2_event));
}

std::string device_of(const std::string& name) {
    return std::filesystem::canonical("/sys/class/net/" + name + "/device").filename();
}

} // namespace

BOOST_AUTO_TEST_SUITE(capabilities)

BOOST_AUTO_TEST_CASE(supported_agrees_with_ethtool) {
    Adapter adapter;
    agrees_with_ethtool(adapter.context, adapter.interface);
    BOOST_TEST(supported(adapter.context, adapter.id).phc_index >= 0);
}

BOOST_AUTO_TEST_CASE(each_level_is_what_the_driver_grants_and_is_given_back) {
    Adapter adapter;
    const Setting before = setting_of(adapter.name);
    BOOST_TEST(before == (Setting{0, no_filter}));
    agrees_with_driver(active(adapter.context, adapter.id), adapter.name);
    struct {
        std::uint32_t receive;
        std::uint32_t transmit;
        Setting expected;
    } const levels[] = {
        {WST_STAMP_LEVEL_EVENT_MESSAGES, 1, {1, filter_v2_event}},
        {WST_STAMP_LEVEL_EVENT_MESSAGES, 0, {0, filter_v2_event}},
        {WST_STAMP_LEVEL_NONE, 1, {1, no_filter}},
    };
    for (const auto& level : levels) {
        wst_capabilities granted = WST_CAPABILITIES_INIT;
        MUST(enable(adapter.context, adapter.id, level.receive, level.transmit, &granted, error));
        BOOST_TEST(setting_of(adapter.name) == level.expected);
        agrees_with_driver(granted, adapter.name);
        agrees_with_driver(active(adapter.context, adapter.id), adapter.name);
        MUST(wst_capabilities_restore(adapter.context, adapter.id, error));
        BOOST_TEST(setting_of(adapter.name) == before);
    }
    // The strict view never has both.
    MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
    BOOST_TEST(active(adapter.context, adapter.id).software != 0u);
    BOOST_TEST(active(adapter.context, adapter.id, WST_CAPABILITIES_STRICT).software == 0u);
}

BOOST_AUTO_TEST_CASE(igb_has_no_filter_for_all_packets_and_keeps_its_setting, *driven_by("igb")) {
    Adapter adapter;
    wst_error refusal = WST_ERROR_INIT;
    BOOST_TEST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_ALL_PACKETS, 1, nullptr, &refusal) ==
               WST_E_RANGE);
    BOOST_TEST(refusal.os_error == ERANGE);
    BOOST_TEST(std::string(refusal.message).find("ptpv2-event") != std::string::npos);
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));
    // Refused widening leaves what was there to its user.
    MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
    BOOST_TEST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_ALL_PACKETS, 1, nullptr, nullptr) ==
               WST_E_RANGE);
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_v2_event}));
    MUST(wst_capabilities_restore(adapter.context, adapter.id, error));
    BOOST_TEST(wst_capabilities_restore(adapter.context, adapter.id, nullptr) == WST_E_STATE);
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));
}

BOOST_AUTO_TEST_CASE(e1000e_is_widened_and_restored_by_the_last, *driven_by("e1000e")) {
    Adapter adapter;
    Context other;
    MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
    wst_capabilities granted = WST_CAPABILITIES_INIT;
    MUST(enable(other, adapter.id, WST_STAMP_LEVEL_ALL_PACKETS, 0, &granted, error));
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_all}));
    agrees_with_driver(granted, adapter.name);
    // Never narrowed while somebody uses it.
    MUST(wst_capabilities_restore(other, adapter.id, error));
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_all}));
    MUST(wst_capabilities_restore(adapter.context, adapter.id, error));
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));
}

BOOST_AUTO_TEST_CASE(what_was_set_before_us_comes_back) {
    Adapter adapter;
    constexpr int v1_sync = 4;
    BOOST_REQUIRE(set_by_other(adapter.name, 0, v1_sync));
    const Setting before = setting_of(adapter.name);
    {
        Context context;
        MUST(enable(context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
        BOOST_TEST(setting_of(adapter.name).tx_type == 1);
    } // closed without a word
    BOOST_TEST(setting_of(adapter.name) == before);
    // What another sets meanwhile is theirs.
    {
        Context context;
        MUST(enable(context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
        BOOST_REQUIRE(set_by_other(adapter.name, 0, filter_v2_event));
    }
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, filter_v2_event}));
}

BOOST_AUTO_TEST_CASE(a_process_that_ends_gives_back_one_that_is_killed_cannot_unguarded) {
    Adapter adapter;
    const auto in_process = [&](auto&& end) {
        int ready[2];
        BOOST_REQUIRE(::pipe(ready) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            wst_context* context = nullptr;
            char mark = 'n';
            if (wst_context_create(nullptr, &context, nullptr) == WST_OK &&
                enable(context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1) == WST_OK)
                mark = 'y';
            (void)!::write(ready[1], &mark, 1);
            end();
        }
        char mark = 'n';
        BOOST_TEST(::read(ready[0], &mark, 1) == 1);
        BOOST_TEST(mark == 'y');
        ::close(ready[0]);
        ::close(ready[1]);
        return child;
    };
    // exit() without closing the context.
    ::waitpid(in_process([] { std::exit(0); }), nullptr, 0);
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));

    const pid_t killed = in_process([] {
        for (;;)
            ::pause();
    });
    ::kill(killed, SIGKILL);
    ::waitpid(killed, nullptr, 0);
    const Setting left = {1, filter_v2_event};
    BOOST_TEST(setting_of(adapter.name) == left);
    // The next user finds stamps on, may use them, and takes nothing away that it did not turn on.
    wst_capabilities granted = WST_CAPABILITIES_INIT;
    MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, &granted, error));
    agrees_with_driver(granted, adapter.name);
    MUST(wst_capabilities_restore(adapter.context, adapter.id, error));
    BOOST_TEST(setting_of(adapter.name) == left);
}

/// Who asks for it is outlived by a process that gives back what it left.
BOOST_AUTO_TEST_CASE(a_guarded_process_gives_back_however_it_ends) {
    Adapter adapter;
    constexpr int v1_sync = 4;
    for (const int end : {SIGKILL, SIGSEGV, SIGTERM, 0}) {
        BOOST_REQUIRE(set_by_other(adapter.name, 0, v1_sync));
        const Setting before = setting_of(adapter.name);
        int ready[2];
        BOOST_REQUIRE(::pipe(ready) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            wst_context* context = nullptr;
            wst_enable_options options = WST_ENABLE_OPTIONS_INIT;
            options.flags = WST_ENABLE_GUARDED;
            ::signal(end, SIG_DFL);
            const bool good =
                wst_context_create(nullptr, &context, nullptr) == WST_OK &&
                wst_capabilities_enable(context, adapter.id, &options, nullptr, nullptr) == WST_OK;
            const char mark = good ? 'y' : 'n';
            (void)!::write(ready[1], &mark, 1);
            if (end == 0)
                ::_exit(0); // without a word to the library
            for (;;)
                ::pause();
        }
        char mark = 'n';
        BOOST_TEST(::read(ready[0], &mark, 1) == 1);
        BOOST_TEST(mark == 'y');
        ::close(ready[0]);
        ::close(ready[1]);
        if (end != 0) {
            // Which filter takes the messages of both versions is the driver's to say.
            BOOST_TEST(setting_of(adapter.name).tx_type == 1);
            BOOST_TEST(setting_of(adapter.name).rx_filter != before.rx_filter);
            ::kill(child, end);
        }
        ::waitpid(child, nullptr, 0);
        BOOST_TEST(await([&] { return setting_of(adapter.name) == before; }), "after signal " << end);
    }
    set_by_other(adapter.name, 0, no_filter);
}

BOOST_AUTO_TEST_CASE(a_guard_leaves_with_the_last_user_and_what_others_set_alone) {
    Adapter adapter;
    const auto guards = [] { return output("pgrep -c wirestamp-guard").substr(0, 1); };
    wst_enable_options options = WST_ENABLE_OPTIONS_INIT;
    options.flags = WST_ENABLE_GUARDED;
    {
        Context context;
        MUST(wst_capabilities_enable(context, adapter.id, &options, nullptr, error));
        MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
        BOOST_TEST(guards() == "1");
        // The program's own children are its own business.
        BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
    }
    BOOST_TEST(guards() == "1");
    MUST(wst_capabilities_restore(adapter.context, adapter.id, error));
    BOOST_TEST(guards() == "0");
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));

    int ready[2];
    BOOST_REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        wst_context* context = nullptr;
        const bool good = wst_context_create(nullptr, &context, nullptr) == WST_OK &&
                          wst_capabilities_enable(context, adapter.id, &options, nullptr, nullptr) == WST_OK;
        const char mark = good ? 'y' : 'n';
        (void)!::write(ready[1], &mark, 1);
        for (;;)
            ::pause();
    }
    char mark = 'n';
    BOOST_TEST(::read(ready[0], &mark, 1) == 1);
    BOOST_TEST(mark == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
    BOOST_REQUIRE(set_by_other(adapter.name, 0, filter_v2_event));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    BOOST_TEST(await([&] { return guards() == "0"; }));
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, filter_v2_event}));
    set_by_other(adapter.name, 0, no_filter);
}

/// From 6.14 on the kernel tells and sets the same by netlink, where it also says which clock stamps.
BOOST_AUTO_TEST_CASE(netlink_and_ioctl_tell_the_same_setting) {
    Adapter adapter;
    wirestamp::platform::gnu_linux::SystemCalls system;
    wirestamp::platform::gnu_linux::EthtoolNetlink netlink(system);
    const std::uint32_t index = adapter.interface.index;
    utsname kernel{};
    BOOST_REQUIRE(::uname(&kernel) == 0);
    int major = 0;
    int minor = 0;
    BOOST_REQUIRE(std::sscanf(kernel.release, "%d.%d", &major, &minor) == 2);
    wirestamp::platform::gnu_linux::StampConfig config;
    if (major < 6 || (major == 6 && minor < 14)) {
        BOOST_TEST(netlink.stamp_config(index, config) == -EOPNOTSUPP);
        return;
    }
    for (const Setting& setting : {Setting{1, filter_v2_event}, Setting{0, no_filter}}) {
        BOOST_REQUIRE(set_by_other(adapter.name, setting.tx_type, setting.rx_filter));
        BOOST_TEST(netlink.stamp_config(index, config) >= 0);
        BOOST_TEST((Setting{config.tx_type, config.rx_filter}) == setting);
        BOOST_TEST(
            (config.provider && static_cast<int>(config.provider->index) == adapter.interface.phc_index));
    }
    config.tx_type = 1;
    config.rx_filter = filter_v2_event;
    BOOST_TEST(netlink.set_stamp_config(index, config) >= 0);
    BOOST_TEST((Setting{config.tx_type, config.rx_filter}) == (Setting{1, filter_v2_event}));
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_v2_event}));
    config.rx_filter = filter_all;
    const bool all = netlink.set_stamp_config(index, config) >= 0;
    BOOST_TEST(all == (driver() == "e1000e"));
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, all ? filter_all : filter_v2_event}));
    set_by_other(adapter.name, 0, no_filter);
}

BOOST_AUTO_TEST_CASE(vlan_and_macvlan_answer_as_their_parent) {
    Adapter adapter;
    run("modprobe 8021q");
    run("modprobe macvlan");
    BOOST_REQUIRE(run("ip link add link " + adapter.name + " name hv0 type vlan id 5") == 0);
    BOOST_REQUIRE(run("ip link add link " + adapter.name + " name hm0 type macvlan mode bridge") == 0);
    const auto parent = supported(adapter.context, adapter.id);
    for (const char* name : {"hv0", "hm0"}) {
        raise(name);
        const auto interface = adapter.context.find(name);
        agrees_with_ethtool(adapter.context, interface);
        const auto theirs = supported(adapter.context, interface.id);
        BOOST_TEST(theirs.hardware == parent.hardware);
        BOOST_TEST(theirs.phc_index == parent.phc_index);
        wst_error refusal = WST_ERROR_INIT;
        const wst_status status =
            enable(adapter.context, interface.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, &refusal);
        BOOST_TEST(status == WST_OK, name << ": " << refusal.message);
        if (status == WST_OK) {
            BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_v2_event}));
            agrees_with_driver(active(adapter.context, interface.id), name);
            MUST(wst_capabilities_restore(adapter.context, interface.id, error));
            BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));
        }
        wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
        MUST(wst_cross_timestamp_get(adapter.context, interface.id, 0, 0, &cross, error));
        BOOST_TEST(cross.device_index == parent.phc_index);
    }
    run("ip link del hm0");
    run("ip link del hv0");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(changes)

BOOST_AUTO_TEST_CASE(what_hwstamp_ctl_sets_is_noticed) {
    Adapter adapter;
    Watch watch(adapter.context);
    BOOST_REQUIRE(set_by_other(adapter.name, 1, filter_v2_event));
    auto change = watch.next(adapter.name, WST_CHANGE_ACTIVE);
    BOOST_TEST_REQUIRE(change.reasons != 0u, watch.text());
    BOOST_TEST((change.active_before.hardware & WST_CAP_HW_TAGGED_TRANSMIT) == 0u);
    BOOST_TEST((change.active_after.hardware & WST_CAP_HW_TAGGED_TRANSMIT) != 0u);
    BOOST_TEST(change.active_after.rx_filters == 1u << filter_v2_event);
    BOOST_REQUIRE(set_by_other(adapter.name, 0, no_filter));
    change = watch.next(adapter.name, WST_CHANGE_ACTIVE);
    BOOST_TEST(change.active_after.hardware == 0u, watch.text());
    BOOST_TEST((watch.heard(adapter.name) & ~WST_CHANGE_ACTIVE) == 0u, watch.text());
}

BOOST_AUTO_TEST_CASE(link_and_cable_are_noticed) {
    Adapter adapter;
    Watch watch(adapter.context, adapter.id);
    MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
    BOOST_REQUIRE(run("ip link set " + adapter.name + " down") == 0);
    auto change = watch.next(adapter.name, WST_CHANGE_LINK);
    BOOST_TEST(change.link_after == WST_LINK_DOWN, watch.text());
    raise(adapter.name);
    do
        change = watch.next(adapter.name, WST_CHANGE_LINK);
    while (change.reasons != 0 && change.link_after != WST_LINK_UP);
    BOOST_TEST(change.link_after == WST_LINK_UP, watch.text());
    // The driver keeps what was set through it.
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_v2_event}));

    const bool igb = driver() == "igb";
    const std::string card = igb ? "nic0" : "nic2";
    monitor("set_link " + card + " off");
    do
        change = watch.next(adapter.name, WST_CHANGE_LINK);
    while (change.reasons != 0 && change.link_after != WST_LINK_DOWN);
    BOOST_TEST(change.link_after == WST_LINK_DOWN, watch.text());
    monitor("set_link " + card + " on");
    do
        change = watch.next(adapter.name, WST_CHANGE_LINK);
    while (change.reasons != 0 && change.link_after != WST_LINK_UP);
    BOOST_TEST(change.link_after == WST_LINK_UP, watch.text());
    BOOST_TEST(
        (watch.heard(adapter.name) & (WST_CHANGE_REMOVED | WST_CHANGE_ADDED | WST_CHANGE_SUPPORTED)) == 0u,
        watch.text());
}

/// A reset of the driver sets the adapter's clock back to the system's time.
BOOST_AUTO_TEST_CASE(resets_by_ring_and_mtu_are_noticed_as_steps_of_the_clock) {
    Adapter adapter;
    Watch watch(adapter.context, adapter.id);
    const std::string clock = "/dev/ptp" + std::to_string(adapter.interface.phc_index);
    for (const std::string& command :
         {"ethtool -G " + adapter.name + " rx 512", "ip link set " + adapter.name + " mtu 1400",
          "ethtool -G " + adapter.name + " rx 256", "ip link set " + adapter.name + " mtu 1500"}) {
        BOOST_REQUIRE(run("phc_ctl " + clock + " -- adj 5") == 0);
        auto change = watch.next(adapter.name, WST_CHANGE_CLOCK_STEPPED);
        BOOST_TEST(change.clock_step > 4'900'000'000, command << ": " << watch.text());
        BOOST_TEST(change.clock_step < 5'100'000'000, command << ": " << watch.text());
        BOOST_REQUIRE_MESSAGE(run(command) == 0, command);
        change = watch.next(adapter.name, WST_CHANGE_CLOCK_STEPPED);
        BOOST_TEST(change.clock_step < -4'900'000'000, command << ": " << watch.text());
        BOOST_TEST(await([&] { return read_file("/sys/class/net/" + adapter.name + "/carrier") == "1"; }));
    }
    BOOST_TEST(
        (watch.heard(adapter.name) & (WST_CHANGE_REMOVED | WST_CHANGE_ADDED | WST_CHANGE_SUPPORTED)) == 0u,
        watch.text());
}

BOOST_AUTO_TEST_CASE(unbound_and_bound_again) {
    Adapter adapter;
    Watch watch(adapter.context);
    const std::string device = device_of(adapter.name);
    const std::string folder = "/sys/bus/pci/drivers/" + driver() + "/";
    MUST(enable(adapter.context, adapter.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
    write_file(folder + "unbind", device);
    BOOST_TEST(watch.next(adapter.name, WST_CHANGE_REMOVED).reasons != 0u, watch.text());
    wst_capabilities none = WST_CAPABILITIES_INIT;
    const wst_status gone = wst_capabilities_active(adapter.context, adapter.id, 0, &none, nullptr);
    BOOST_TEST((gone == WST_E_INTERFACE_GONE || gone == WST_E_NOT_FOUND), wst_status_name(gone));
    write_file(folder + "bind", device);
    const auto change = watch.next(adapter.name, WST_CHANGE_ADDED);
    BOOST_TEST(change.reasons != 0u, watch.text());
    BOOST_TEST(change.phc_after >= 0);
    // The same context works with the new one; there is nothing to give back of the old.
    const auto again = adapter.context.find(adapter.name.c_str());
    agrees_with_ethtool(adapter.context, again);
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));
    raise(adapter.name);
    MUST(enable(adapter.context, again.id, WST_STAMP_LEVEL_EVENT_MESSAGES, 1, nullptr, error));
    BOOST_TEST(setting_of(adapter.name) == (Setting{1, filter_v2_event}));
    MUST(wst_capabilities_restore(adapter.context, again.id, error));
    BOOST_TEST(setting_of(adapter.name) == (Setting{0, no_filter}));
    const wst_status old = wst_capabilities_restore(adapter.context, adapter.id, nullptr);
    BOOST_TEST((old == WST_OK || (old == WST_E_STATE && again.id == adapter.id)), wst_status_name(old));
}

/// With its device held open, the clock comes back under another number.
BOOST_AUTO_TEST_CASE(card_removed_and_found_again) {
    Adapter adapter;
    Watch watch(adapter.context);
    const int before = adapter.interface.phc_index;
    FILE* const held = std::fopen(("/dev/ptp" + std::to_string(before)).c_str(), "r");
    BOOST_REQUIRE(held);
    write_file("/sys/class/net/" + adapter.name + "/device/remove", "1");
    BOOST_TEST(watch.next(adapter.name, WST_CHANGE_REMOVED).reasons != 0u, watch.text());
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    const wst_status gone = wst_cross_timestamp_get(adapter.context, adapter.id, 0, 0, &cross, nullptr);
    BOOST_TEST((gone == WST_E_INTERFACE_GONE || gone == WST_E_NOT_FOUND), wst_status_name(gone));
    write_file("/sys/bus/pci/rescan", "1");
    const auto change = watch.next(adapter.name, WST_CHANGE_ADDED);
    BOOST_TEST(change.reasons != 0u, watch.text());
    BOOST_TEST(change.phc_after >= 0);
    BOOST_TEST(change.phc_after != before);
    std::fclose(held);
    const auto again = adapter.context.find(adapter.name.c_str());
    BOOST_TEST(again.phc_index == change.phc_after);
    agrees_with_ethtool(adapter.context, again);
    MUST(wst_cross_timestamp_get(adapter.context, again.id, 0, 0, &cross, error));
    BOOST_TEST(cross.device_index == again.phc_index);
}

BOOST_AUTO_TEST_SUITE_END()
