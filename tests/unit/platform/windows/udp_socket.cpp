// SPDX-License-Identifier: Apache-2.0
//
// Whose stamp a packet carries, and what becomes of transmit stamps that come late, never, as nothing, or are
// refused.

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>
#include <thread>

#include "impl/base/failure.hpp"
#include "impl/platform/windows/platform.hpp"
#include "impl/platform/windows/transmit_polls.hpp"
#include "tests/unit/platform/windows/fake_windows.hpp"

using namespace wirestamp;
using namespace wirestamp::platform;
using wirestamp::test::FakeWindows;
namespace windows = wirestamp::platform::windows;
namespace code = windows::code;

namespace {

struct Host : FakeWindows {
    windows::WindowsPlatform platform{*this};

    Host() {
        active.HardwareCapabilities[8] = 1;  // AllReceive
        active.HardwareCapabilities[10] = 1; // TaggedTransmit
    }
    void software_instead() {
        active = {};
        active.SoftwareCapabilities[0] = active.SoftwareCapabilities[2] = 1;
    }
    std::unique_ptr<DatagramSocket> open(StampMode mode, const std::string& interface = "ethernet_32769") {
        SocketOptions options;
        options.interface = interface;
        options.stamps = mode;
        return platform.open_socket(options);
    }
    std::optional<Received> take(DatagramSocket& socket) {
        Received packet;
        packet.buffer = buffer;
        if (socket.receive({&packet, 1}) != 1)
            return std::nullopt;
        return packet;
    }
    int send(DatagramSocket& socket, std::uint32_t id) {
        const std::uint8_t data[3] = {1, 2, 3};
        Outgoing packet;
        packet.data = data;
        packet.destination = *parse_address("192.0.2.9");
        packet.stamp_id = id;
        return socket.send({&packet, 1});
    }
    /// Until the poller has brought one.
    TransmitStamp stamp_of(DatagramSocket& socket) {
        TransmitStamp stamp;
        for (;;) {
            const int before = signals;
            if (socket.take_transmit_stamps({&stamp, 1}) == 1)
                return stamp;
            while (signals == before && !socket.has_kept_stamps())
                std::this_thread::yield();
        }
    }
    std::uint8_t buffer[64]{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(windows_udp_socket)

BOOST_FIXTURE_TEST_CASE(stamping_is_asked_for_in_both_directions, Host) {
    const auto socket = open(StampMode::both);
    BOOST_TEST(timestamping.Flags == 3u);
    BOOST_TEST(timestamping.TxTimestampsBuffered >= 256u);
    BOOST_TEST(socket->remark().empty());
    BOOST_TEST(socket->stamps_once()); // so that nobody waits for the other kind
}

BOOST_FIXTURE_TEST_CASE(who_stamped_is_what_is_active_and_asked_again_after_a_change, Host) {
    const auto socket = open(StampMode::both);
    bring("a", 987'654'321);
    auto packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST(packet->size == 1u);
    BOOST_TEST(packet->interface_index == 7u);
    BOOST_TEST(to_text(packet->destination) == "224.0.1.129");
    BOOST_TEST((packet->hardware.source == StampSource::hardware));
    BOOST_TEST((packet->hardware.clock == ClockKind::device_raw));
    BOOST_TEST(packet->hardware.value == 987'654'321); // ticks, whose unit only a correlation knows
    BOOST_TEST(!packet->software);

    software_instead();
    config_callback(config_context);
    bring("b", 5'000'000);
    packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST(!packet->hardware);
    BOOST_TEST((packet->software.source == StampSource::software));
    BOOST_TEST((packet->software.clock == ClockKind::monotonic_raw));
    BOOST_TEST(packet->software.value == 500'000'000); // ns of 10 MHz ticks
}

BOOST_FIXTURE_TEST_CASE(a_stamp_of_zero_is_none_and_the_librarys_own_is_labelled, Host) {
    auto socket = open(StampMode::software);
    active = {}; // the keyword is off: messages come, with zero
    bring("a", 0);
    auto packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST((packet->software.source == StampSource::application));
    BOOST_TEST((packet->software.clock == ClockKind::monotonic_raw));
    socket = open(StampMode::hardware);
    bring("b", 0);
    packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST(!packet->hardware);
    BOOST_TEST(!packet->software);
    BOOST_TEST(socket->counters().receive_stamps_missing == 1u);
}

BOOST_FIXTURE_TEST_CASE(packets_of_other_interfaces_and_answers_to_others_are_passed_over, Host) {
    const auto socket = open(StampMode::both);
    bring("elsewhere", 1, 3);
    incoming.push_back({"", {}, code::connection_reset});
    bring("here", 2);
    const auto packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST(packet->size == 4u);
    BOOST_TEST(!take(*socket));
}

BOOST_FIXTURE_TEST_CASE(control_messages_whose_lengths_lie_are_not_followed, Host) {
    const auto socket = open(StampMode::both);
    bring("a", 42);
    auto whole = incoming.front().control;
    incoming.clear();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        incoming.push_back({"x", {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, 0});
        BOOST_TEST(take(*socket).has_value());
    }
    for (const std::size_t lie : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{17},
                                  whole.size() + 1, ~std::size_t{0}, ~std::size_t{0} - 7}) {
        auto control = whole;
        std::memcpy(control.data(), &lie, sizeof lie);
        const auto read = windows::read_control(control);
        BOOST_TEST(!read.timestamp.has_value());
    }
}

BOOST_FIXTURE_TEST_CASE(transmit_stamps_come_after_any_number_of_polls, Host) {
    const auto socket = open(StampMode::both);
    for (std::uint32_t id = 0; id <= 5; ++id) {
        polls_until_stamp[id] = static_cast<int>(id);
        stamps[id] = 1000 + id;
        BOOST_REQUIRE(send(*socket, id) == 1);
        const auto stamp = stamp_of(*socket);
        BOOST_TEST(stamp.id == id);
        BOOST_TEST(stamp.hardware.value == 1000 + id);
        BOOST_TEST((stamp.hardware.clock == ClockKind::device_raw));
        BOOST_TEST(polls[id] == static_cast<int>(id) + 1);
    }
    BOOST_TEST(ids_sent.size() == 6u);
    BOOST_TEST(socket->counters().transmit_stamps == 6u);
}

BOOST_FIXTURE_TEST_CASE(one_that_never_comes_is_given_up_and_counted, Host) {
    const auto socket = open(StampMode::both);
    polls_until_stamp[9] = -1; // dropped by a full buffer, or lost by the driver: Windows says the same
    BOOST_REQUIRE(send(*socket, 9) == 1);
    {
        std::unique_lock lock(winsock);
        polled.wait(lock, [this] { return polls[9] == 7; });
    }
    while (socket->counters().transmit_stamps_dropped == 0)
        std::this_thread::yield();
    BOOST_TEST(!socket->has_kept_stamps());
    BOOST_TEST(polls[9] == 7);
}

BOOST_FIXTURE_TEST_CASE(one_of_zero_is_replaced_by_the_librarys_own, Host) {
    const auto socket = open(StampMode::both);
    stamps[3] = 0;
    BOOST_REQUIRE(send(*socket, 3) == 1);
    const auto stamp = stamp_of(*socket);
    BOOST_TEST(!stamp.hardware);
    BOOST_TEST((stamp.software.source == StampSource::application));
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_refuses_stamps_is_not_asked_again, Host) {
    const auto socket = open(StampMode::both);
    stamp_answer = code::operation_not_supported;
    BOOST_REQUIRE(send(*socket, 1) == 1);
    BOOST_TEST((stamp_of(*socket).software.source == StampSource::application));
    while (true) { // the refusal is noted just after its stamp was made
        ids_sent.clear();
        BOOST_REQUIRE(send(*socket, 2) == 1);
        BOOST_TEST((stamp_of(*socket).software.source == StampSource::application));
        if (ids_sent.empty())
            break;
    }
    BOOST_TEST(polls[1] == 1);
}

BOOST_FIXTURE_TEST_CASE(an_older_windows_sends_without_asking_and_stamps_itself, Host) {
    functions.clear();
    const auto socket = open(StampMode::software);
    BOOST_TEST(socket->remark().find("SIO_TIMESTAMPING") != std::string::npos);
    BOOST_REQUIRE(send(*socket, 5) == 1);
    BOOST_TEST(ids_sent.empty());
    BOOST_TEST(socket->has_kept_stamps()); // at once, without the poller
    BOOST_TEST((stamp_of(*socket).software.source == StampSource::application));
    bring("a", 12345); // of nobody knows whom
    const auto packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST((packet->software.source == StampSource::application));
    BOOST_CHECK_THROW(open(StampMode::hardware), Failure);
}

BOOST_FIXTURE_TEST_CASE(a_socket_of_no_interface_labels_what_it_can, Host) {
    const auto socket = open(StampMode::both, "");
    bring("a", 77);
    auto packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST((packet->hardware.source == StampSource::hardware));
    bring("b", 78, 99); // an interface that nobody knows
    packet = take(*socket);
    BOOST_REQUIRE(packet);
    BOOST_TEST(!packet->hardware);
    BOOST_TEST((packet->software.source == StampSource::application));
}

BOOST_AUTO_TEST_CASE(polls_back_off_and_forget_nothing) {
    using windows::TransmitPolls;
    TransmitPolls polls(2);
    TransmitPolls::Waiting owed;
    owed.id = 1;
    BOOST_TEST(polls.add(owed));
    owed.id = 2;
    owed.due = 500'000;
    BOOST_TEST(polls.add(owed));
    BOOST_TEST(!polls.add(owed)); // full: the newest is left out
    std::vector<std::pair<std::uint32_t, Nanoseconds>> asked;
    Nanoseconds now = 0;
    std::size_t lost = 0;
    while (polls.next() != never) {
        now = polls.next();
        lost += polls
                    .poll(
                        now,
                        [&](const TransmitPolls::Waiting& one) {
                            asked.emplace_back(one.id, now);
                            return one.id == 2 && asked.size() > 4 ? TransmitPolls::Answer::settled
                                                                   : TransmitPolls::Answer::not_yet;
                        },
                        [](const auto&) { BOOST_ERROR("nothing was refused"); })
                    .lost;
    }
    BOOST_TEST(lost == 1u);
    std::vector<Nanoseconds> of_one;
    for (const auto& [id, at] : asked)
        if (id == 1)
            of_one.push_back(at / 1'000'000);
    BOOST_TEST(of_one == (std::vector<Nanoseconds>{0, 1, 3, 7, 15, 31, 63}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
