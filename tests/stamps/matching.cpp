// SPDX-License-Identifier: Apache-2.0
//
// Every transmit stamp belongs to the packet whose id it carries. How that is known here: a packet's stamp
// lies between the clock's value just before it was sent and its receive stamp, and packets are sent one
// after the other.
#define BOOST_TEST_DYN_LINK
#include <array>
#include <cstring>
#include <vector>

#include "sandbox.hpp"

using namespace sandbox;

namespace {

struct Packet {
    std::uint32_t number;
    std::uint32_t id;
};

struct Sent {
    std::uint32_t id = 0;
    bool tagged = false;
    std::int64_t before = 0;
    std::int64_t stamped = 0;
    std::int64_t received = 0;
};

/// Ids that look like nothing that is counted.
std::uint32_t id_of(std::uint32_t number) {
    return number * 2654435761u ^ 0x5bd1e995u;
}

enum class Mix { all_tagged, mixed, with_failures };

void run(std::uint32_t count, Mix mix, std::uint32_t batch_size, bool knows_ids = true) {
    const std::uint64_t ids_before = stamp_ids_seen();
    Context context;
    Socket sender(context, "127.0.0.1", WST_STAMPS_SOFTWARE, 0, 4096);
    Socket receiver(context, "127.0.0.1");
    wst_address nowhere = receiver.self;
    nowhere.port = 0;                                   // refused by the library
    wst_address unroutable = address("203.0.113.1", 9); // refused by the kernel: the namespace has no route

    std::vector<Sent> sent(count);
    std::vector<Packet> packets(batch_size);
    std::vector<wst_outgoing> batch(batch_size);
    std::vector<Datagram> datagrams(batch_size);
    std::vector<wst_datagram> incoming(batch_size);
    std::vector<wst_transmit_stamp> stamps(batch_size);
    std::uint64_t asked = 0;
    std::uint64_t taken = 0;

    const auto collect = [&] {
        std::uint32_t got = 0;
        for (auto& stamp : stamps)
            stamp = WST_TRANSMIT_STAMP_INIT;
        while (wst_socket_transmit_stamps(sender, stamps.data(), batch_size, 0, &got, nullptr) == WST_OK)
            for (std::uint32_t i = 0; i < got; ++i) {
                // The number is found by the id, and not by the order.
                const std::uint32_t number = (stamps[i].id ^ 0x5bd1e995u) * 244002641u;
                BOOST_REQUIRE(number < count && id_of(number) == stamps[i].id);
                BOOST_REQUIRE(sent[number].tagged);
                BOOST_REQUIRE(sent[number].stamped == 0);
                sent[number].stamped = stamps[i].software.value;
                ++taken;
            }
    };

    for (std::uint32_t next = 0; next < count;) {
        std::uint32_t room = std::min(batch_size, count - next);
        for (std::uint32_t i = 0; i < room; ++i) {
            Sent& entry = sent[next + i];
            entry.id = id_of(next + i);
            entry.tagged = mix != Mix::mixed || (next + i) % 3 != 0;
            packets[i] = {next + i, entry.id};
            batch[i] = WST_OUTGOING_INIT;
            batch[i].data = &packets[i];
            batch[i].size = sizeof(Packet);
            batch[i].id = entry.id;
            batch[i].flags = entry.tagged ? WST_OUTGOING_STAMP : 0;
            batch[i].destination = receiver.self;
        }
        if (mix == Mix::with_failures && next % 7 == 0) {
            const std::vector<unsigned char> oversize(65535);
            BOOST_REQUIRE(sender.send(nowhere, "x", 1, WST_OUTGOING_STAMP, 1) == WST_E_INVALID_ARGUMENT);
            BOOST_REQUIRE(sender.send(unroutable, "x", 1, WST_OUTGOING_STAMP, 2) != WST_OK);
            BOOST_REQUIRE(sender.send(receiver.self, oversize.data(), 65535, WST_OUTGOING_STAMP, 3) ==
                          WST_E_RANGE);
        }
        const std::int64_t before = realtime(context);
        std::uint32_t went = 0;
        MUST(wst_socket_send_batch(sender, batch.data(), room, &went, error));
        for (std::uint32_t i = 0; i < went; ++i) {
            sent[next + i].before = before;
            asked += sent[next + i].tagged ? 1u : 0u;
        }
        for (std::uint32_t got = 0, all = 0; all < went; all += got) {
            for (std::uint32_t i = 0; i < batch_size; ++i) {
                datagrams[i].reset();
                incoming[i] = datagrams[i].datagram;
            }
            MUST(wst_socket_receive_batch(receiver, incoming.data(), batch_size, 10 * second, &got, error));
            for (std::uint32_t i = 0; i < got; ++i) {
                Packet packet;
                std::memcpy(&packet, incoming[i].data, sizeof packet);
                BOOST_REQUIRE(packet.number < count && packet.id == sent[packet.number].id);
                sent[packet.number].received = incoming[i].software.value;
            }
        }
        next += went;
        collect();
    }
    for (int patience = 0; taken < asked && patience < 1000; ++patience) {
        std::uint32_t got = 0;
        for (auto& stamp : stamps)
            stamp = WST_TRANSMIT_STAMP_INIT;
        if (wst_socket_transmit_stamps(sender, stamps.data(), 1, second / 100, &got, nullptr) == WST_OK) {
            const std::uint32_t number = (stamps[0].id ^ 0x5bd1e995u) * 244002641u;
            BOOST_REQUIRE(number < count);
            sent[number].stamped = stamps[0].software.value;
            ++taken;
        }
    }
    BOOST_TEST(taken == asked);
    std::int64_t last = 0;
    for (const Sent& entry : sent) {
        if (!entry.tagged) {
            BOOST_REQUIRE(entry.stamped == 0);
            continue;
        }
        BOOST_REQUIRE(entry.stamped >= entry.before);
        BOOST_REQUIRE(entry.received >= entry.stamped);
        BOOST_REQUIRE(entry.stamped >= last); // sent one after the other
        last = entry.stamped;
    }
    wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
    MUST(wst_socket_counters_get(sender, &counters, error));
    BOOST_TEST(counters.sent == count);
    BOOST_TEST(counters.transmit_stamps == asked);
    BOOST_TEST(counters.transmit_stamps_asked == asked);
    BOOST_TEST(counters.transmit_stamps_unknown == 0u);
    BOOST_TEST(counters.transmit_stamps_dropped == 0u);
    // That the library met the kernel it was meant to meet: one that refuses ids is asked once, and again
    // only where the first packets could not be sent at all.
    const std::uint64_t ids = stamp_ids_seen() - ids_before;
    BOOST_TEST((knows_ids ? ids >= asked : ids >= 1u && ids <= 4u), ids << " of " << asked << " went by id");
}

struct Modern {
    Modern() { refuse_stamp_ids(false); }
};
struct OldKernel {
    OldKernel() { refuse_stamp_ids(true); }
    ~OldKernel() { refuse_stamp_ids(false); }
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t many = 10'000;
#else
constexpr std::uint32_t many = 100'000;
#endif

} // namespace

BOOST_AUTO_TEST_SUITE(matching, *boost::unit_test::precondition(possible))

BOOST_FIXTURE_TEST_CASE(every_stamp_of_many_is_its_packets_own, Modern) {
    run(many, Mix::all_tagged, 32);
}
BOOST_FIXTURE_TEST_CASE(tagged_and_untagged_mixed, Modern) {
    run(many / 5, Mix::mixed, 32);
}
BOOST_FIXTURE_TEST_CASE(sends_that_fail_between, Modern) {
    run(many / 5, Mix::with_failures, 8);
}
BOOST_FIXTURE_TEST_CASE(one_by_one, Modern) {
    run(many / 10, Mix::mixed, 1);
}
BOOST_FIXTURE_TEST_CASE(every_stamp_of_many_without_ids_of_the_kernel, OldKernel) {
    run(many, Mix::all_tagged, 32, false);
}
BOOST_FIXTURE_TEST_CASE(mixed_without_ids_of_the_kernel, OldKernel) {
    run(many / 5, Mix::mixed, 32, false);
}
BOOST_FIXTURE_TEST_CASE(failures_without_ids_of_the_kernel, OldKernel) {
    run(many / 5, Mix::with_failures, 8, false);
}
BOOST_FIXTURE_TEST_CASE(one_by_one_without_ids_of_the_kernel, OldKernel) {
    run(many / 10, Mix::mixed, 1, false);
}

BOOST_AUTO_TEST_SUITE_END()
