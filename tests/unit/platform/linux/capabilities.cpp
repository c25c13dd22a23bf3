// SPDX-License-Identifier: Apache-2.0
//
// Asking, turning on and giving back, against adapters that answer as real drivers do and as they should not.

#include "impl/platform/linux/capabilities.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "fake_kernel.hpp"
#include "impl/base/failure.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

Interface fake_interface(std::uint32_t index) {
    Interface result;
    result.name = "fake0";
    result.index = index;
    return result;
}

// Every case has an interface of its own, since users are counted for the process.
Interface next_interface() {
    static std::uint32_t index = 100'000;
    return fake_interface(++index);
}

struct Igb : FakeAdapter {
    Igb() {
        info.so_timestamping = kernel::tx_hardware | kernel::rx_hardware | kernel::raw_hardware |
                               kernel::software | kernel::rx_software | kernel::tx_software;
        info.tx_types = 3;
        info.rx_filters = (1u << 0) | (1u << 12);
        info.phc_index = 99;
        accepted_filters = (1u << 0) | (1u << 12);
    }
};

wst_status status_of_call(const std::function<void()>& call, std::string* message = nullptr) {
    try {
        call();
    } catch (const Failure& failure) {
        if (message != nullptr)
            *message = failure.what();
        return failure.status();
    }
    return WST_OK;
}

} // namespace

BOOST_AUTO_TEST_SUITE(capabilities)

BOOST_AUTO_TEST_CASE(ioctls_answer_where_netlink_is_refused) {
    Igb system;
    CapabilityReader reader(system);
    const auto interface = next_interface();
    const auto supported = reader.supported(interface);
    BOOST_TEST(supported.so_timestamping == system.info.so_timestamping);
    BOOST_TEST((supported.hardware & hardware_flag::tagged_transmit) != 0u);
    BOOST_TEST(supported.phc_index == 99);
    auto active = reader.active(interface);
    BOOST_TEST(active.hardware == 0u);
    BOOST_TEST((active.valid & capability_valid::hardware) != 0u);
    system.config.rx_filter = 12;
    system.config.tx_type = 1;
    active = reader.active(interface);
    BOOST_TEST((active.hardware & hardware_flag::tagged_transmit) != 0u);
    system.get_error = EOPNOTSUPP;
    active = reader.active(interface);
    BOOST_TEST((active.valid & capability_valid::hardware) == 0u);
}

BOOST_AUTO_TEST_CASE(refusals_have_their_status) {
    Igb system;
    CapabilityReader reader(system);
    const auto interface = next_interface();
    system.gone = true;
    BOOST_TEST(status_of_call([&] { reader.supported(interface); }) == WST_E_INTERFACE_GONE);
    system.gone = false;
    system.info_error = EOPNOTSUPP;
    BOOST_TEST(status_of_call([&] { reader.active(interface); }) == WST_E_NOT_SUPPORTED);
    system.info_error = 0;
    system.info.rx_filters = 0;
    BOOST_TEST(status_of_call([&] { reader.active(interface); }) == WST_E_BAD_DRIVER);
    BOOST_TEST(status_of_call([&] { reader.enable(interface, {}); }) == WST_E_BAD_DRIVER);
    BOOST_TEST(system.filters_asked.empty());
}

BOOST_AUTO_TEST_CASE(enabling_takes_the_first_filter_that_the_driver_accepts) {
    const struct {
        std::uint32_t accepted;
        StampLevel level;
        int granted;
        std::vector<int> asked;
    } rows[] = {
        {~0u, StampLevel::event_messages, 6, {6}},
        {1u | (1u << 12), StampLevel::event_messages, 12, {6, 12}},
        {1u | (1u << 1), StampLevel::event_messages, 1, {6, 12, 1}},
        {~0u, StampLevel::all_packets, 1, {1}},
        {~0u, StampLevel::none, 0, {0}},
    };
    for (const auto& row : rows) {
        Igb system;
        system.info.rx_filters = row.accepted & 0xffff;
        system.accepted_filters = row.accepted;
        const auto interface = next_interface();
        CapabilityReader reader(system);
        const auto granted = reader.enable(interface, {row.level, true});
        BOOST_TEST(system.filters_asked == row.asked, boost::test_tools::per_element());
        BOOST_TEST(system.config.rx_filter == row.granted);
        BOOST_TEST(system.config.tx_type == kernel::tx_on);
        BOOST_TEST(granted.rx_filters == (1u << row.granted));
        reader.restore(interface);
        BOOST_TEST(system.config.rx_filter == 0);
        BOOST_TEST(system.config.tx_type == kernel::tx_off);
    }
}

BOOST_AUTO_TEST_CASE(a_driver_may_widen_and_is_believed) {
    Igb system;
    system.accepted_filters = ~0u;
    system.widen = [](int filter) { return filter == 0 ? 0 : 1; };
    const auto interface = next_interface();
    CapabilityReader reader(system);
    const auto granted = reader.enable(interface, {});
    BOOST_TEST((granted.hardware & hardware_flag::all_receive) != 0u);
}

BOOST_AUTO_TEST_CASE(a_driver_that_grants_something_else_is_called_bad_and_set_back) {
    Igb system;
    system.accepted_filters = ~0u;
    system.widen = [](int filter) { return filter == 0 ? 0 : 3; };
    const auto interface = next_interface();
    CapabilityReader reader(system);
    BOOST_TEST(status_of_call([&] { reader.enable(interface, {}); }) == WST_E_BAD_DRIVER);
    BOOST_TEST(system.config.rx_filter == 0);
    BOOST_TEST(status_of_call([&] { reader.restore(interface); }) == WST_E_STATE);
}

BOOST_AUTO_TEST_CASE(users_are_counted_over_the_process_and_only_widen) {
    Igb system;
    system.info.rx_filters = 0xffff;
    system.accepted_filters = ~0u;
    system.config.rx_filter = 9; // somebody's layer 2 PTP
    system.config.tx_type = kernel::tx_on;
    const auto interface = next_interface();
    CapabilityReader first(system);
    {
        CapabilityReader second(system);
        first.enable(interface, {StampLevel::event_messages, true});
        BOOST_TEST(system.config.rx_filter == 12); // serves the stranger too
        second.enable(interface, {StampLevel::all_packets, false});
        BOOST_TEST(system.config.rx_filter == 1);
        BOOST_TEST(system.config.tx_type == kernel::tx_on);
        second.enable(interface, {StampLevel::event_messages, true});
        BOOST_TEST(system.config.rx_filter == 1);
        first.restore(interface);
        BOOST_TEST(system.config.rx_filter == 1);
        // The second is closed with two uses not given back.
    }
    BOOST_TEST(system.config.rx_filter == 9);
    BOOST_TEST(system.config.tx_type == kernel::tx_on);
}

BOOST_AUTO_TEST_CASE(what_a_process_leaves_on_is_given_back_at_its_exit_but_not_by_its_children) {
    Igb system;
    CapabilityReader reader(system);
    const auto interface = next_interface();
    reader.enable(interface, {});
    reader.enable(interface, {});
    BOOST_TEST(system.config.tx_type == 1);
    const pid_t child = ::fork();
    if (child == 0) {
        CapabilityReader::give_back_all();
        ::_exit(system.config.tx_type == 1 ? 0 : 1);
    }
    int status = 1;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    CapabilityReader::give_back_all();
    BOOST_TEST(system.config.tx_type == 0);
    BOOST_TEST(system.config.rx_filter == 0);
    BOOST_TEST(status_of_call([&] { reader.restore(interface); }) == WST_E_STATE);
}

BOOST_AUTO_TEST_CASE(a_strangers_setting_gives_way_only_if_nothing_serves_both) {
    Igb system;
    system.config.rx_filter = 15; // ntp-all; the adapter has no filter that is both
    system.info.rx_filters |= 1u << 15;
    system.accepted_filters |= 1u << 15;
    const auto interface = next_interface();
    CapabilityReader reader(system);
    reader.enable(interface, {});
    BOOST_TEST(system.config.rx_filter == 12);
    reader.restore(interface);
    BOOST_TEST(system.config.rx_filter == 15);
}

BOOST_AUTO_TEST_CASE(what_another_process_set_meanwhile_is_left_alone) {
    Igb system;
    const auto interface = next_interface();
    CapabilityReader reader(system);
    reader.enable(interface, {});
    system.config.rx_filter = 1;
    reader.restore(interface);
    BOOST_TEST(system.config.rx_filter == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_set_where_all_is_set_already) {
    Igb system;
    system.config.rx_filter = 12;
    system.config.tx_type = kernel::tx_on;
    const auto interface = next_interface();
    CapabilityReader reader(system);
    reader.enable(interface, {});
    reader.restore(interface);
    BOOST_TEST(system.filters_asked.empty());
}

BOOST_AUTO_TEST_CASE(refusals_to_enable_say_what_to_do) {
    const struct {
        int error;
        wst_status status;
        const char* says;
    } rows[] = {
        {EPERM, WST_E_PERMISSION, "CAP_NET_ADMIN"},
        {EBUSY, WST_E_BUSY, "holds the clock"},
        {EOPNOTSUPP, WST_E_NOT_SUPPORTED, "software stamps"},
        {EINVAL, WST_E_NOT_SUPPORTED, "software stamps"},
        {ERANGE, WST_E_RANGE, "ptpv2-event"},
        {ENODEV, WST_E_INTERFACE_GONE, "has gone"},
    };
    for (const auto& row : rows) {
        Igb system;
        system.set_error = row.error;
        CapabilityReader reader(system);
        const auto interface = next_interface();
        std::string message;
        BOOST_TEST(status_of_call([&] { reader.enable(interface, {}); }, &message) == row.status);
        BOOST_TEST(message.find(row.says) != std::string::npos, message);
        BOOST_TEST(message.size() < 240u); // what wst_error holds
        system.set_error = 0;
        system.filters_asked.clear();
        BOOST_TEST(status_of_call([&] { reader.restore(interface); }) == WST_E_STATE);
        BOOST_TEST(system.filters_asked.empty());
    }
    FakeAdapter plain;
    plain.info.so_timestamping = 0x1a;
    plain.info.phc_index = -1;
    CapabilityReader reader(plain);
    BOOST_TEST(status_of_call([&] { reader.enable(next_interface(), {}); }) == WST_E_NOT_SUPPORTED);
}

BOOST_AUTO_TEST_SUITE_END()
