// SPDX-License-Identifier: Apache-2.0
//
// Capabilities, cross-timestamps, clocks and change notices of the Windows backend against a Windows that
// does what was documented, and what was seen.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <thread>

#include "impl/base/failure.hpp"
#include "impl/platform/windows/counter.hpp"
#include "impl/platform/windows/platform.hpp"
#include "tests/unit/platform/windows/fake_windows.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using wirestamp::test::FakeWindows;
namespace windows = wirestamp::platform::windows;
namespace code = windows::code;

namespace {

struct Host : FakeWindows {
    windows::WindowsPlatform platform{*this};
    Interface adapter() { return *platform.interfaces().find("ethernet_32769"); }
};

/// The failure that a call ends with.
template <class Call>
Failure failure_of(Call&& call) {
    try {
        call();
    } catch (const Failure& failure) {
        return failure;
    }
    BOOST_FAIL("no failure");
    return Failure(WST_OK, "");
}

bool says(const Failure& failure, const std::string& text) {
    return std::string(failure.what()).find(text) != std::string::npos;
}

void hardware_on(windows::InterfaceTimestampCapabilities& capabilities) {
    capabilities.SupportsCrossTimestamp = 1;
    capabilities.HardwareCapabilities[0] = 1;  // PtpV2OverUdpIPv4EventMessageReceive
    capabilities.HardwareCapabilities[4] = 1;  // PtpV2OverUdpIPv6EventMessageReceive
    capabilities.HardwareCapabilities[10] = 1; // TaggedTransmit
}

} // namespace

BOOST_AUTO_TEST_SUITE(windows_timestamping)

BOOST_FIXTURE_TEST_CASE(adapters_are_found_by_any_of_their_names, Host) {
    const auto adapter = this->adapter();
    BOOST_TEST(adapter.id == 0x0600'0100'0000'0000u);
    BOOST_TEST(adapter.friendly_name == "Ethernet d'\xc3\xa9t\xc3\xa9");
    for (const std::string key : {"ETHERNET_32769", "Ethernet D'\xc3\xa9t\xc3\xa9", "7", "0x600010000000000",
                                  "{0f8fad5b-d9cb-469f-a165-70867728950e}"}) {
        const auto found = platform.interfaces().find(key);
        BOOST_REQUIRE_MESSAGE(found, key);
        BOOST_TEST(found->id == adapter.id);
    }
    BOOST_TEST(!platform.interfaces().find("Ethernet"));
    BOOST_TEST(!platform.interfaces().find("8"));
}

BOOST_FIXTURE_TEST_CASE(capabilities_are_the_bits_that_the_driver_says, Host) {
    supported.HardwareClockFrequencyHz = 125'000'000;
    hardware_on(supported);
    supported.SoftwareCapabilities[2] = 1;
    const auto can = platform.capabilities().supported(adapter());
    BOOST_TEST(can.hardware ==
               (hardware_flag::ptp_v2_over_udp_ipv4_event_message_receive |
                hardware_flag::ptp_v2_over_udp_ipv6_event_message_receive | hardware_flag::tagged_transmit));
    BOOST_TEST(can.software == software_flag::tagged_transmit);
    BOOST_TEST(can.clock_frequency == 125'000'000u);
    BOOST_TEST(can.cross_timestamp);

    const auto now = platform.capabilities().active(adapter());
    BOOST_TEST(now.hardware == 0u);
    BOOST_TEST((now.valid & capability_valid::hardware) != 0u); // off, and that is known
    active.HardwareCapabilities[8] = 1;
    BOOST_TEST(platform.capabilities().active(adapter()).hardware == hardware_flag::all_receive);
}

BOOST_FIXTURE_TEST_CASE(a_frequency_of_zero_is_unknown, Host) {
    hardware_on(supported);
    BOOST_TEST((platform.capabilities().supported(adapter()).valid & capability_valid::clock_frequency) ==
               0u);
}

BOOST_FIXTURE_TEST_CASE(an_adapter_that_knows_no_stamps_has_certainly_none, Host) {
    capabilities_answer = code::not_supported;
    const auto can = platform.capabilities().supported(adapter());
    BOOST_TEST((can.valid & capability_valid::hardware) != 0u);
    BOOST_TEST(can.hardware == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_bad_driver_a_removed_adapter_and_an_unknown_code_are_told_apart, Host) {
    capabilities_answer = code::bad_driver;
    auto failure = failure_of([&] { platform.capabilities().active(adapter()); });
    BOOST_TEST(failure.status() == WST_E_BAD_DRIVER);
    BOOST_TEST(failure.os_error() == 2001);
    BOOST_TEST(says(failure, "*PtpHardwareTimestamp"));
    capabilities_answer = code::file_not_found;
    BOOST_TEST(failure_of([&] { platform.capabilities().active(adapter()); }).status() ==
               WST_E_INTERFACE_GONE);
    capabilities_answer = 1234;
    failure = failure_of([&] { platform.capabilities().active(adapter()); });
    BOOST_TEST(failure.status() == WST_E_IO);
    BOOST_TEST(says(failure, "1234"));
}

BOOST_FIXTURE_TEST_CASE(windows_10_has_a_capture_of_another_shape_which_is_never_called, Host) {
    const auto capture = functions["CaptureInterfaceHardwareCrossTimestamp"];
    functions.clear();
    functions["CaptureInterfaceHardwareCrossTimestamp"] = capture;
    functions["GetInterfaceCurrentTimestampCapabilities"] = capture;
    functions["GetInterfaceHardwareTimestampCapabilities"] = capture;
    functions["NotifyIfTimestampConfigChange"] = capture;
    functions["CancelIfTimestampConfigChange"] = capture;
    for (const auto& call : std::initializer_list<std::function<void()>>{
             [&] { platform.capabilities().supported(adapter()); },
             [&] { platform.capabilities().active(adapter()); },
             [&] { platform.capabilities().enable(adapter(), {}); },
             [&] { platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 1); }}) {
        const auto failure = failure_of(call);
        BOOST_TEST(failure.status() == WST_E_NOT_SUPPORTED);
        BOOST_TEST(says(failure, "Windows 11 and Server 2022"));
    }
    BOOST_TEST(captures == 0);
    const auto changes = platform.open_change_source(); // interfaces still tell of themselves
    BOOST_TEST(registrations == 0);
    BOOST_TEST(interface_callback != nullptr);
}

BOOST_AUTO_TEST_CASE(every_one_of_the_five_functions_must_be_there) {
    FakeWindows whole;
    BOOST_TEST(static_cast<bool>(whole.timestamps()));
    for (const auto& [missing, address] : whole.functions) {
        const auto api = windows::bind_timestamp_api([&, name = missing](const char* wanted) {
            return name == wanted ? nullptr : whole.functions.at(wanted);
        });
        BOOST_TEST(!static_cast<bool>(api), missing);
    }
}

BOOST_FIXTURE_TEST_CASE(enabling_says_what_an_administrator_must_do_and_sees_it_done, Host) {
    hardware_on(supported);
    auto failure = failure_of([&] { platform.capabilities().enable(adapter(), {}); });
    BOOST_TEST(failure.status() == WST_E_ADMINISTRATOR);
    BOOST_TEST(says(failure,
                    "Set-NetAdapterAdvancedProperty -Name 'Ethernet d''\xc3\xa9t\xc3\xa9' -RegistryKeyword "
                    "'*PtpHardwareTimestamp' -RegistryValue 1"));
    BOOST_TEST(std::string(failure.what()).size() < sizeof(wst_error::message));
    hardware_on(active); // after the restart
    BOOST_TEST(platform.capabilities().enable(adapter(), {}).hardware != 0u);
    // More than the adapter can is not promised.
    failure = failure_of([&] { platform.capabilities().enable(adapter(), {StampLevel::all_packets, true}); });
    BOOST_TEST(failure.status() == WST_E_NOT_SUPPORTED);
}

BOOST_FIXTURE_TEST_CASE(an_adapter_with_driver_stamps_alone_is_told_their_keyword, Host) {
    supported.SoftwareCapabilities[0] = supported.SoftwareCapabilities[2] = 1;
    const auto failure = failure_of([&] { platform.capabilities().enable(adapter(), {}); });
    BOOST_TEST(failure.status() == WST_E_NOT_SUPPORTED);
    BOOST_TEST(says(failure, "'*SoftwareTimestamp' -RegistryValue 5"));
}

BOOST_FIXTURE_TEST_CASE(two_equal_system_stamps_are_precise_and_unequal_ones_a_bracket, Host) {
    cross = {{5000, 77, 5040}};
    auto reading = platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 3);
    BOOST_TEST((reading.method == CrossMethod::extended));
    BOOST_TEST((reading.device_clock == ClockKind::device_raw));
    BOOST_TEST(reading.system_before == 500'000); // 10 MHz
    BOOST_TEST(reading.system_after == 504'000);
    BOOST_TEST(reading.device == 77);
    cross = {{6000, 88, 6030}, {7000, 99, 7000}, {8000, 111, 8001}};
    captures = 0;
    reading = platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 5);
    BOOST_TEST((reading.method == CrossMethod::precise));
    BOOST_TEST(reading.device == 99);
    BOOST_TEST(captures == 2); // better than precise there is nothing
}

BOOST_FIXTURE_TEST_CASE(a_cross_timestamp_of_nothing_is_the_drivers_fault, Host) {
    cross = {{0, 0, 0}};
    BOOST_TEST(failure_of([&] {
                   platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 3);
               }).status() == WST_E_BAD_DRIVER);
    cross = {{9000, 5, 8000}};
    BOOST_TEST(failure_of([&] {
                   platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 3);
               }).status() == WST_E_BAD_DRIVER);
    cross = {{9000, 5, 9001}, {0, 0, 0}};
    BOOST_TEST(platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 3).device == 5);
    cross_answer = code::not_supported;
    const auto failure =
        failure_of([&] { platform.clocks().cross_timestamp(adapter(), ClockKind::monotonic_raw, 3); });
    BOOST_TEST(failure.status() == WST_E_NOT_SUPPORTED);
    BOOST_TEST(says(failure, "*PtpHardwareTimestamp"));
}

BOOST_FIXTURE_TEST_CASE(the_time_of_day_can_be_the_other_side_of_a_cross_timestamp, Host) {
    ticks = 10'000;
    cross = {{10'000, 5, 10'000}};
    const auto reading = platform.clocks().cross_timestamp(adapter(), ClockKind::realtime, 1);
    const auto day = windows::filetime_to_unix(time_of_day);
    BOOST_TEST(reading.system_before <= day);
    BOOST_TEST(reading.system_after >= day - 10'000);
    BOOST_TEST(reading.system_after - reading.system_before < 10'000);
}

BOOST_AUTO_TEST_CASE(ticks_of_any_frequency_become_nanoseconds_without_loss) {
    using windows::ticks_to_nanoseconds;
    BOOST_TEST(ticks_to_nanoseconds(123'456'789, 10'000'000) == 12'345'678'900);
    BOOST_TEST(ticks_to_nanoseconds(3'579'545, 3'579'545) == 1'000'000'000);
    // A hundred years at 2.4 GHz are beyond 64 bits of ns times Hz, a hundred days must not be.
    const std::int64_t days = 2'400'000'000LL * 86'400 * 100;
    BOOST_TEST(ticks_to_nanoseconds(days + 12, 2'400'000'000) == 86'400LL * 100 * 1'000'000'000 + 5);
    BOOST_TEST(windows::filetime_to_unix(116'444'736'000'000'001) == 100);
}

BOOST_FIXTURE_TEST_CASE(the_system_clock_is_turned_in_parts_of_its_increment, Host) {
    const auto clock = platform.clocks().open_system_clock(true);
    BOOST_TEST(clock->frequency() == 0.0);
    clock->set_frequency(64'000);
    BOOST_TEST(adjustment.adjustment == 156'260u); // 64 ppm of 156250
    BOOST_TEST(!adjustment.disabled);
    BOOST_TEST(clock->frequency() == 64'000.0, boost::test_tools::tolerance(1e-9));
    const auto before = time_of_day;
    clock->step(-1'500'000'000);
    BOOST_TEST(time_of_day < before - 14'999'000);
    BOOST_CHECK_THROW(clock->set_frequency(1e6), Failure);
    BOOST_CHECK_THROW(platform.clocks().open_system_clock(false)->step(1), Failure);
    adjustment_answer = code::procedure_not_found;
    BOOST_TEST(failure_of([&] { platform.clocks().open_system_clock(true); }).status() ==
               WST_E_NOT_SUPPORTED);
}

BOOST_FIXTURE_TEST_CASE(notices_wait_for_whoever_takes_them_and_a_storm_is_one, Host) {
    auto changes = platform.open_change_source();
    BOOST_TEST(registrations == 1);
    std::vector<ChangeNotice> taken;
    interface_callback(interface_context, 1, 7, false);
    interface_callback(interface_context, 1, 7, true);
    BOOST_TEST(signals == 0); // nobody waits yet
    changes->signal_by(5);
    BOOST_TEST(signals == 1);
    changes->take(taken);
    BOOST_REQUIRE(taken.size() == 2u);
    BOOST_TEST((taken[1].kind == ChangeNotice::Kind::interface_removed));

    taken.clear();
    for (std::uint32_t i = 1; i < 10'000; ++i)
        interface_callback(interface_context, 1, i, false);
    config_callback(config_context);
    changes->take(taken);
    BOOST_REQUIRE(taken.size() == 1u);
    BOOST_TEST((taken[0].kind == ChangeNotice::Kind::everything));
    taken.clear();
    changes->take(taken);
    BOOST_TEST(taken.empty());
}

BOOST_FIXTURE_TEST_CASE(the_last_to_listen_ends_it_also_while_a_callback_runs, Host) {
    auto first = platform.open_change_source();
    auto second = platform.open_change_source();
    BOOST_TEST(registrations == 1);
    first.reset();
    BOOST_TEST(unregistrations == 0);
    // Unregister waits for a running callback. One that waited for us in turn would never end.
    while_unregistering = [this] {
        std::thread system([this] {
            for (int i = 0; i < 100; ++i) {
                config_callback(config_context);
                interface_callback(interface_context, 1, 7, false);
            }
        });
        system.join();
    };
    second.reset();
    BOOST_TEST(unregistrations == 1);
    BOOST_TEST(interface_callback == nullptr);
    while_unregistering = {};
    const auto third = platform.open_change_source(); // and it can begin again
    BOOST_TEST(registrations == 2);
}

BOOST_AUTO_TEST_SUITE_END()
