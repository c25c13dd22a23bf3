// SPDX-License-Identifier: Apache-2.0
//
// Sockets on lo and veth: stamps of both directions, waiting, closing, events, groups.
#define BOOST_TEST_DYN_LINK
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "sandbox.hpp"

using namespace sandbox;

namespace {

/// Until a thread that has told its id sleeps in the kernel.
void until_asleep(const std::atomic<int>& id) {
    for (;;) {
        std::string line;
        std::ifstream file("/proc/self/task/" + std::to_string(id) + "/stat");
        std::getline(file, line);
        const std::size_t name_end = line.rfind(')');
        if (id != 0 && name_end != std::string::npos && line.compare(name_end, 3, ") S") == 0)
            return;
        std::this_thread::yield();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(sockets, *boost::unit_test::precondition(possible))

BOOST_AUTO_TEST_CASE(stamps_of_both_directions_on_lo) {
    Context context;
    const std::uint64_t lo = context.find("lo").id;
    for (const char* local : {"127.0.0.1", "::1"}) {
        BOOST_TEST_CONTEXT(local) {
            Socket a(context, local);
            Socket b(context, local);
            const std::int64_t before = realtime(context);
            MUST(a.send(b.self, "hello", 5, WST_OUTGOING_STAMP, 0xfedcba98u, error));
            Datagram got;
            MUST(wst_socket_receive(b, &got.datagram, 10 * second, error));
            const std::int64_t after = realtime(context);
            BOOST_TEST(got.datagram.size == 5u);
            BOOST_TEST(std::memcmp(got.buffer, "hello", 5) == 0);
            BOOST_TEST(std::memcmp(&got.datagram.source, &a.self, sizeof a.self) == 0);
            BOOST_TEST(std::memcmp(&got.datagram.destination, &b.self, sizeof b.self) == 0);
            BOOST_TEST(got.datagram.software.source == static_cast<std::uint32_t>(WST_SOURCE_SOFTWARE));
            BOOST_TEST(got.datagram.software.clock == static_cast<std::uint32_t>(WST_CLOCK_REALTIME));
            BOOST_TEST(got.datagram.software.interface_id == lo);
            BOOST_TEST(got.datagram.hardware.source == static_cast<std::uint32_t>(WST_SOURCE_NONE));
            wst_transmit_stamp sent = WST_TRANSMIT_STAMP_INIT;
            MUST(wst_socket_transmit_stamp(a, 0xfedcba98u, 10 * second, &sent, error));
            BOOST_TEST(before <= sent.software.value);
            BOOST_TEST(sent.software.value <= got.datagram.software.value);
            BOOST_TEST(got.datagram.software.value <= after);
            BOOST_TEST(wst_socket_transmit_stamp(a, 0xfedcba98u, 0, &sent, nullptr) == WST_E_WOULD_BLOCK);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_veth_pair_carries_stamps_and_groups) {
    BOOST_REQUIRE(ip("link add va type veth peer name vb"));
    BOOST_REQUIRE(ip("addr add 192.0.2.1/24 dev va") && ip("link set va up") && ip("link set vb up"));
    {
        Context context;
        wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
        options.interface_id = context.find("va").id;
        options.local.family = WST_FAMILY_IPV4;
        options.flags = WST_SOCKET_MULTICAST_LOOPBACK;
        options.time_to_live = 3;
        options.dscp = 46;
        wst_socket* socket = nullptr;
        MUST(wst_socket_open(context, &options, &socket, error));
        wst_address self;
        MUST(wst_socket_local_address(socket, &self, error));
        wst_address group = address("224.0.1.129", self.port);
        MUST(wst_socket_join(socket, &group, error));
        MUST(wst_socket_join(socket, &group, error));

        wst_outgoing out = WST_OUTGOING_INIT;
        out.data = "to the group";
        out.size = 12;
        out.flags = WST_OUTGOING_STAMP;
        out.id = 5;
        out.destination = group;
        MUST(wst_socket_send(socket, &out, error));
        Datagram got;
        MUST(wst_socket_receive(socket, &got.datagram, 10 * second, error));
        BOOST_TEST(got.datagram.size == 12u);
        BOOST_TEST(std::memcmp(got.datagram.destination.bytes, group.bytes, 4) == 0);
        BOOST_TEST(got.datagram.software.source != static_cast<std::uint32_t>(WST_SOURCE_NONE));
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        MUST(wst_socket_transmit_stamp(socket, 5, 10 * second, &stamp, error));
        BOOST_TEST(stamp.software.interface_id == options.interface_id);
        MUST(wst_socket_leave(socket, &group, error));
        MUST(wst_socket_leave(socket, &group, error));
        MUST(wst_socket_close(socket, error));
    }
    BOOST_TEST(ip("link del va"));
}

// Bound to an interface and an address of it, there is nothing that the system must tell with each packet.
BOOST_AUTO_TEST_CASE(where_a_datagram_went_is_known_however_the_socket_is_bound) {
    Context context;
    const wst_interface lo = context.find("lo");
    for (const char* local : {"127.0.0.1", "::1", "0.0.0.0", "::"})
        for (const std::uint64_t bound : {std::uint64_t{0}, lo.id}) {
            BOOST_TEST_CONTEXT(local << (bound ? " on lo" : "")) {
                wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
                options.local = address(local);
                options.interface_id = bound;
                wst_socket* socket = nullptr;
                MUST(wst_socket_open(context, &options, &socket, error));
                wst_address self;
                MUST(wst_socket_local_address(socket, &self, error));
                const wst_address to =
                    address(self.family == WST_FAMILY_IPV4 ? "127.0.0.1" : "::1", self.port);
                wst_outgoing out = WST_OUTGOING_INIT;
                out.destination = to;
                MUST(wst_socket_send(socket, &out, error));
                MUST(wst_socket_send(socket, &out, error));
                Datagram got[2];
                wst_datagram batch[2] = {got[0].datagram, got[1].datagram};
                std::uint32_t count = 0;
                for (std::uint32_t all = 0; all < 2; all += count)
                    MUST(wst_socket_receive_batch(socket, batch + all, 2 - all, 10 * second, &count, error));
                for (const auto& datagram : batch) {
                    BOOST_TEST(std::memcmp(&datagram.destination, &to, sizeof to) == 0);
                    BOOST_TEST(datagram.interface_index == lo.index);
                    BOOST_TEST(datagram.software.interface_id == lo.id);
                }
                MUST(wst_socket_close(socket, error));
            }
        }
}

// One socket, bound to no interface, that hears one group on two of them and on no third.
BOOST_AUTO_TEST_CASE(a_group_is_joined_interface_by_interface) {
    for (const std::string name : {"ga", "gb", "gc"})
        BOOST_REQUIRE(
            ip("link add " + name + " type veth peer name " + name + "p") &&
            ip("addr add 192.0.2." + std::to_string(name[1] - 'a' + 1) + "/32 dev " + name) &&
            ip("addr add fd00:0:0:" + std::to_string(name[1] - 'a' + 1) + "::1/64 dev " + name + " nodad") &&
            ip("link set " + name + " up") && ip("link set " + name + "p up"));
    for (const char* of_group : {"224.0.1.129", "ff15::5:7"}) {
        BOOST_TEST_CONTEXT(of_group) {
            Context context;
            Socket socket(context, of_group[0] == '2' ? "0.0.0.0" : "::", WST_STAMPS_SOFTWARE,
                          WST_SOCKET_MULTICAST_LOOPBACK);
            const std::uint32_t first = context.find("ga").index;
            const std::uint32_t second_one = context.find("gb").index;
            const std::uint32_t never_joined = context.find("gc").index;
            wst_address group = address(of_group, socket.self.port);
            const auto on = [&](std::uint32_t index) {
                group.scope_id = index;
                return &group;
            };
            const auto send = [&](std::uint32_t index) {
                MUST(socket.send(*on(index), "x", 1, WST_OUTGOING_STAMP, index, error));
                wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
                MUST(wst_socket_transmit_stamp(socket, index, 10 * second, &stamp, error));
            };
            const auto comes_by = [&](std::uint32_t index) {
                Datagram got;
                MUST(wst_socket_receive(socket, &got.datagram, 10 * second, error));
                BOOST_TEST(got.datagram.interface_index == index);
            };
            MUST(wst_socket_join(socket, on(first), error));
            MUST(wst_socket_join(socket, on(second_one), error));
            MUST(wst_socket_join(socket, on(second_one), error));
            send(first);
            comes_by(first);
            send(second_one);
            comes_by(second_one);
            send(never_joined);
            MUST(wst_socket_leave(socket, on(first), error));
            MUST(wst_socket_leave(socket, on(first), error));
            send(first);
            send(second_one);
            comes_by(second_one);
            wst_error error = WST_ERROR_INIT;
            BOOST_TEST(wst_socket_join(socket, on(0x7fffffff), &error) == WST_E_NOT_FOUND);
            BOOST_TEST(std::string(error.message).find("%2147483647") != std::string::npos);
        }
    }
    for (const std::string name : {"ga", "gb", "gc"})
        BOOST_TEST(ip("link del " + name));
}

BOOST_AUTO_TEST_CASE(an_interface_pulled_away_under_a_socket_is_an_answer) {
    BOOST_REQUIRE(ip("link add vc type veth peer name vd"));
    BOOST_REQUIRE(ip("addr add 198.51.100.1/24 dev vc") && ip("link set vc up") && ip("link set vd up"));
    Context context;
    wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
    options.interface_id = context.find("vc").id;
    options.local = address("198.51.100.1");
    wst_socket* socket = nullptr;
    MUST(wst_socket_open(context, &options, &socket, error));
    BOOST_REQUIRE(ip("link del vc"));
    wst_outgoing out = WST_OUTGOING_INIT;
    out.data = "x";
    out.size = 1;
    out.flags = WST_OUTGOING_STAMP;
    out.destination = address("198.51.100.2", 9);
    BOOST_TEST(wst_socket_send(socket, &out, nullptr) != WST_OK);
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    BOOST_TEST(wst_socket_transmit_stamp(socket, 0, second / 100, &stamp, nullptr) == WST_E_TIMED_OUT);
    Datagram got;
    BOOST_TEST(wst_socket_receive(socket, &got.datagram, second / 100, nullptr) != WST_OK);
    MUST(wst_socket_close(socket, error));
    BOOST_TEST(wst_socket_open(context, &options, &socket, nullptr) == WST_E_NOT_FOUND);
}

BOOST_AUTO_TEST_CASE(waiting_takes_no_more_than_its_time) {
    Context context;
    Socket socket(context, "127.0.0.1");
    Datagram got;
    std::int64_t before = 0;
    std::int64_t after = 0;
    MUST(wst_clock_read(context, WST_CLOCK_MONOTONIC, 0, &before, error));
    BOOST_TEST(wst_socket_receive(socket, &got.datagram, 20'000'000, nullptr) == WST_E_TIMED_OUT);
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    BOOST_TEST(wst_socket_transmit_stamp(socket, 1, 20'000'000, &stamp, nullptr) == WST_E_TIMED_OUT);
    MUST(wst_clock_read(context, WST_CLOCK_MONOTONIC, 0, &after, error));
    BOOST_TEST(after - before >= 40'000'000);
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    MUST(wst_socket_counters_get(socket, &counters, error));
    BOOST_TEST(counters.transmit_stamps_timed_out == 1u);
    BOOST_TEST(wst_socket_receive(socket, &got.datagram, 0, nullptr) == WST_E_WOULD_BLOCK);
}

// Two threads wait for datagrams, two for stamps, one sends: none takes what wakes another, and closing wakes
// them all.
BOOST_AUTO_TEST_CASE(many_wait_in_one_socket_and_closing_wakes_them) {
    Context context;
    Socket owner(context, "127.0.0.1", WST_STAMPS_SOFTWARE, 0, 4096);
    wst_socket* const socket = owner;
    constexpr std::uint32_t count = 2000;
    std::atomic<std::uint32_t> received{0};
    std::atomic<std::uint32_t> stamped{0};
    std::atomic<int> closed{0};
    std::vector<std::thread> threads;
    std::array<std::atomic<int>, 4> ids{};
    for (std::size_t i = 0; i < 2; ++i) {
        threads.emplace_back([&, i] {
            ids[i] = ::gettid();
            Datagram got;
            for (;;) {
                got.reset();
                const wst_status status = wst_socket_receive(socket, &got.datagram, -1, nullptr);
                if (status != WST_OK) {
                    closed += status == WST_E_CLOSED ? 1 : 0;
                    return;
                }
                ++received;
            }
        });
        threads.emplace_back([&, i] {
            ids[i + 2] = ::gettid();
            for (std::uint32_t id = static_cast<std::uint32_t>(i); id < count; id += 2) {
                wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
                if (wst_socket_transmit_stamp(socket, id, 10 * second, &stamp, nullptr) == WST_OK &&
                    stamp.id == id)
                    ++stamped;
            }
            wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
            closed +=
                wst_socket_transmit_stamp(socket, 0xffffffffu, -1, &stamp, nullptr) == WST_E_CLOSED ? 1 : 0;
        });
    }
    for (std::uint32_t id = 0; id < count; ++id)
        while (owner.send(owner.self, &id, sizeof id, WST_OUTGOING_STAMP, id) == WST_E_WOULD_BLOCK)
            std::this_thread::yield();
    while (received < count || stamped < count)
        std::this_thread::yield();
    // Now all four have nothing left to take.
    for (const auto& id : ids)
        until_asleep(id);
    MUST(wst_socket_close(owner.release(), error));
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(received == count);
    BOOST_TEST(stamped == count);
    BOOST_TEST(closed == 4);
}

BOOST_AUTO_TEST_CASE(closing_the_context_wakes_them_too) {
    auto context = std::make_unique<Context>();
    auto* socket = new Socket(*context, "127.0.0.1");
    std::atomic<wst_status> status{WST_OK};
    wst_socket* handle = socket->release();
    delete socket;
    std::atomic<int> id{0};
    std::thread waiting([&] {
        id = ::gettid();
        Datagram got;
        status = wst_socket_receive(handle, &got.datagram, -1, nullptr);
    });
    until_asleep(id);
    context.reset();
    waiting.join();
    BOOST_TEST(status == WST_E_CLOSED);
}

BOOST_AUTO_TEST_CASE(events_tell_of_datagrams_and_stamps) {
    for (const std::uint32_t flags : {0u, WST_CONTEXT_CALLER_DRIVEN}) {
        BOOST_TEST_CONTEXT("context flags " << flags) {
            Context context(flags);
            Socket socket(context, "127.0.0.1", WST_STAMPS_SOFTWARE, WST_SOCKET_EVENTS);
            wst_subscribe_options wanted = WST_SUBSCRIBE_OPTIONS_INIT;
            wanted.events = WST_EVENT_BIT(WST_EVENT_SOCKET);
            wanted.object = socket.socket;
            wst_subscription subscription = 0;
            MUST(wst_subscribe(context, &wanted, nullptr, nullptr, nullptr, &subscription, error));
            for (std::uint32_t round = 0; round < 50; ++round) {
                MUST(socket.send(socket.self, "x", 1, WST_OUTGOING_STAMP, round, error));
                std::uint32_t reasons = 0;
                bool taken_stamp = false;
                bool taken_datagram = false;
                while (!taken_stamp || !taken_datagram) {
                    wst_event event;
                    event.struct_size = sizeof event;
                    MUST(wst_event_wait(context, 5000, &event, error));
                    BOOST_TEST(event.object == socket.socket);
                    reasons |= event.payload.socket.reasons;
                    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
                    taken_stamp |= wst_socket_transmit_stamp(socket, round, 0, &stamp, nullptr) == WST_OK;
                    Datagram got;
                    while (wst_socket_receive(socket, &got.datagram, 0, nullptr) == WST_OK)
                        taken_datagram = true;
                }
                BOOST_TEST((reasons & (WST_SOCKET_READABLE | WST_SOCKET_TRANSMIT_STAMPS)) != 0u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_handle_is_ready_when_something_is_there) {
    Context context;
    Socket socket(context, "127.0.0.1");
    intptr_t handle = -1;
    MUST(wst_socket_handle(socket, &handle, error));
    pollfd descriptor{static_cast<int>(handle), POLLIN, 0};
    BOOST_TEST(::poll(&descriptor, 1, 0) == 0);
    MUST(socket.send(socket.self, "x", 1, WST_OUTGOING_STAMP, 1, error));
    BOOST_TEST(::poll(&descriptor, 1, 5000) == 1);
    BOOST_TEST((descriptor.revents & POLLIN) != 0);
    BOOST_TEST((descriptor.revents & POLLERR) != 0);
    Datagram got;
    MUST(wst_socket_receive(socket, &got.datagram, 10 * second, error));
    wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
    MUST(wst_socket_transmit_stamp(socket, 1, 10 * second, &stamp, error));
    BOOST_TEST(::poll(&descriptor, 1, 0) == 0);
}

BOOST_AUTO_TEST_CASE(a_long_datagram_is_cut_and_said_to_be) {
    Context context;
    Socket socket(context, "127.0.0.1");
    const std::vector<unsigned char> data(1000, 7);
    MUST(socket.send(socket.self, data.data(), 1000, 0, 0, error));
    Datagram got;
    got.datagram.capacity = 10;
    MUST(wst_socket_receive(socket, &got.datagram, 10 * second, error));
    BOOST_TEST(got.datagram.size == 10u);
    BOOST_TEST(got.datagram.flags == WST_DATAGRAM_TRUNCATED);
    // An empty datagram, and one taken without a buffer.
    MUST(socket.send(socket.self, nullptr, 0, WST_OUTGOING_STAMP, 3, error));
    got.reset();
    MUST(wst_socket_receive(socket, &got.datagram, 10 * second, error));
    BOOST_TEST(got.datagram.size == 0u);
    BOOST_TEST(got.datagram.flags == 0u);
}

BOOST_AUTO_TEST_CASE(closed_with_stamps_pending) {
    Context context;
    for (int round = 0; round < 20; ++round) {
        Socket socket(context, "127.0.0.1", WST_STAMPS_SOFTWARE, WST_SOCKET_EVENTS);
        for (std::uint32_t id = 0; id < 50; ++id)
            socket.send(socket.self, "x", 1, WST_OUTGOING_STAMP, id);
    }
    // And one that the context has to close.
    wst_socket* left = nullptr;
    MUST(wst_socket_open(context, nullptr, &left, error));
}

BOOST_AUTO_TEST_SUITE_END()
