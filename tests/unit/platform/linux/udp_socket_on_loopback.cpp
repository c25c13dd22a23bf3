// SPDX-License-Identifier: Apache-2.0
//
// Real packets over the loopback interface with the kernel's own stamps.

#include <poll.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "impl/base/failure.hpp"
#include "impl/platform/linux/kernel.hpp"
#include "impl/platform/linux/udp_socket.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

Nanoseconds realtime() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * nanoseconds_per_second + now.tv_nsec;
}

/// The kernel as it was before 6.13: it does not know SCM_TS_OPT_ID. On demand, a send with a stamp fails,
/// before or after the kernel has counted it.
class OlderKernel : public SystemCalls {
public:
    enum class Failing { no, before_counting, after_counting };
    Failing next = Failing::no;
    bool knows_ids = false;

    int send_message(int fd, const msghdr* message, int flags) override {
        if (const int refused = judge(fd, *message, flags); refused < 0)
            return refused;
        return SystemCalls::send_message(fd, message, flags);
    }
    int send_messages(int fd, mmsghdr* messages, unsigned count, int flags) override {
        for (unsigned i = 0; i < count; ++i) {
            const int sent = send_message(fd, &messages[i].msg_hdr, flags);
            if (sent < 0)
                return i == 0 ? sent : static_cast<int>(i);
        }
        return static_cast<int>(count);
    }
    int receive_messages(int fd, mmsghdr* messages, unsigned count, int flags) override {
        if ((flags & MSG_ERRQUEUE) == 0)
            return SystemCalls::receive_messages(fd, messages, count, flags);
        unsigned given = 0;
        while (given < count) {
            messages[given].msg_hdr.msg_controllen = control_room;
            const int got = SystemCalls::receive_messages(fd, messages + given, 1, flags);
            if (got < 0)
                return given == 0 ? got : static_cast<int>(given);
            const auto value = read_control(messages[given].msg_hdr).software;
            const auto hidden = [&](const auto& span) { return value >= span.first && value <= span.second; };
            if (std::none_of(swallowed_.begin(), swallowed_.end(), hidden))
                ++given;
        }
        return static_cast<int>(given);
    }
    int receive_message(int fd, msghdr* message, int flags) override {
        if ((flags & MSG_ERRQUEUE) == 0)
            return SystemCalls::receive_message(fd, message, flags);
        mmsghdr one{*message, 0};
        const int given = receive_messages(fd, &one, 1, flags);
        *message = one.msg_hdr;
        return given < 0 ? given : static_cast<int>(one.msg_len);
    }

private:
    std::vector<std::pair<Nanoseconds, Nanoseconds>> swallowed_;

    int judge(int fd, const msghdr& message, int flags) {
        bool stamped = false;
        auto* headers = const_cast<msghdr*>(&message);
        for (auto* header = CMSG_FIRSTHDR(headers); header; header = CMSG_NXTHDR(headers, header)) {
            if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == kernel::scm_ts_opt_id && !knows_ids)
                return -EINVAL;
            stamped |= header->cmsg_level == SOL_SOCKET && header->cmsg_type == kernel::so_timestamping_old;
        }
        if (!stamped || next == Failing::no)
            return 0;
        if (next == Failing::after_counting) {
            // Moves the kernel's counter as a send does that fails late; it must leave no stamp.
            const auto before = realtime();
            SystemCalls::send_message(fd, &message, flags);
            swallowed_.emplace_back(before, realtime());
        }
        next = Failing::no;
        return -ENOBUFS;
    }
};

SocketOptions options(Family family, StampMode stamps) {
    SocketOptions result;
    result.family = family;
    result.stamps = stamps;
    result.interface = "lo";
    result.receive_buffer = 4 << 20;
    return result;
}

Address on_loopback(Family family, std::uint16_t port) {
    auto address = *parse_address(family == Family::ipv4 ? "127.0.0.1" : "::1");
    address.port = port;
    return address;
}

bool wait_for(const DatagramSocket& socket, short events) {
    pollfd entry{static_cast<int>(socket.native_handle()), events, 0};
    return ::poll(&entry, 1, 5000) == 1;
}

struct Pair {
    Pair(SystemCalls& system, Family family, StampMode mode, std::uint16_t kept = 256)
        : receiver(system, options(family, StampMode::software)), sender(system, [&] {
              auto result = options(family, mode);
              result.transmit_stamps_kept = kept;
              return result;
          }()) {
        target = on_loopback(family, receiver.local_address().port);
        // The first packets after stamping was turned on may carry none: a worker of the kernel has to patch
        // its code first, and nothing tells when it has.
        std::array<std::uint8_t, 64> buffer{};
        for (int i = 0; i < 5000; ++i) {
            const std::uint8_t byte = 0;
            const std::array<Outgoing, 1> one{Outgoing{{&byte, 1}, target, {}}};
            if (sender.send(one) != 1 || !wait_for(receiver, POLLIN))
                continue;
            std::array<Received, 1> in;
            in[0].buffer = buffer;
            if (receiver.receive(in) == 1 && in[0].software)
                break;
            ::poll(nullptr, 0, 1);
        }
    }

    UdpSocket receiver;
    UdpSocket sender;
    Address target;
};

/// Sends packets whose payload is their id; the stamp of a packet must lie between the reads of the clock
/// before and after its send, which are all apart from each other. So a stamp under a wrong id is seen.
struct Ledger {
    struct Entry {
        Nanoseconds before = 0;
        Nanoseconds after = 0;
        int software = 0;
    };
    std::map<std::uint32_t, Entry> entries;
    int wrong = 0;
    int strangers = 0;

    bool send(Pair& pair, std::uint32_t id, bool stamped) {
        std::array<std::uint8_t, 4> data{};
        std::memcpy(data.data(), &id, 4);
        const auto before = realtime();
        const std::array<Outgoing, 1> one{
            Outgoing{data, pair.target, stamped ? std::optional(id) : std::nullopt}};
        const int sent = pair.sender.send(one);
        if (stamped && sent == 1)
            entries[id] = {before, realtime(), 0};
        return sent == 1;
    }
    void take(Pair& pair) {
        std::array<TransmitStamp, 32> stamps;
        for (;;) {
            const int count = pair.sender.take_transmit_stamps(stamps);
            BOOST_REQUIRE(count >= 0);
            for (int i = 0; i < count; ++i)
                book(stamps[static_cast<std::size_t>(i)]);
            if (count < static_cast<int>(stamps.size()))
                return;
        }
    }
    void book(const TransmitStamp& stamp) {
        const auto found = entries.find(stamp.id);
        if (found == entries.end()) {
            ++strangers;
            return;
        }
        ++found->second.software;
        if (stamp.software.value < found->second.before || stamp.software.value > found->second.after)
            ++wrong;
    }
    int stamped_once() const {
        int count = 0;
        for (const auto& [id, entry] : entries)
            count += entry.software == 1;
        return count;
    }
};

void empty(UdpSocket& socket) {
    std::array<std::array<std::uint8_t, 64>, 32> buffers{};
    std::array<Received, 32> batch;
    for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i].buffer = buffers[i];
    while (socket.receive(batch) > 0) {
    }
}

const Family families[] = {Family::ipv4, Family::ipv6};

} // namespace

BOOST_AUTO_TEST_SUITE(udp_socket_on_loopback)

BOOST_AUTO_TEST_CASE(a_packet_comes_with_its_addresses_and_stamp) {
    for (const auto family : families) {
        Pair pair(SystemCalls::real(), family, StampMode::software);
        const std::array<std::uint8_t, 5> data{1, 2, 3, 4, 5};
        const auto before = realtime();
        const std::array<Outgoing, 1> one{Outgoing{data, pair.target, 0xdeadbeefu}};
        BOOST_TEST(pair.sender.send(one) == 1);
        BOOST_REQUIRE(wait_for(pair.receiver, POLLIN));
        std::array<std::uint8_t, 64> buffer{};
        std::array<Received, 1> in;
        in[0].buffer = buffer;
        BOOST_REQUIRE(pair.receiver.receive(in) == 1);
        BOOST_TEST(in[0].size == 5u);
        BOOST_TEST(!in[0].truncated);
        BOOST_TEST(buffer[4] == 5);
        BOOST_TEST(to_text(in[0].source) == to_text(on_loopback(family, pair.sender.local_address().port)));
        BOOST_TEST(to_text(in[0].destination) == to_text(pair.target));
        BOOST_TEST(in[0].interface_index == 1u);
        BOOST_TEST(!in[0].hardware);
        BOOST_REQUIRE(static_cast<bool>(in[0].software));
        BOOST_TEST((in[0].software.clock == ClockKind::realtime));
        BOOST_TEST((in[0].software.source == StampSource::software));
        BOOST_TEST(in[0].software.value >= before);
        BOOST_TEST(in[0].software.value <= realtime());
        BOOST_TEST(pair.receiver.receive(in) == 0);

        BOOST_REQUIRE(wait_for(pair.sender, 0)); // POLLERR needs not be asked for
        std::array<TransmitStamp, 4> stamps;
        BOOST_REQUIRE(pair.sender.take_transmit_stamps(stamps) == 1);
        BOOST_TEST(stamps[0].id == 0xdeadbeefu);
        BOOST_TEST((stamps[0].software.source == StampSource::software));
        BOOST_TEST(stamps[0].software.value >= before);
        BOOST_TEST(stamps[0].software.value <= in[0].software.value);
        BOOST_TEST(pair.sender.take_transmit_stamps(stamps) == 0);
        BOOST_TEST(pair.sender.counters().transmit_stamps == 1u);
    }
}

BOOST_AUTO_TEST_CASE(every_stamp_finds_its_packet) {
    OlderKernel older;
    for (SystemCalls* system : {&SystemCalls::real(), static_cast<SystemCalls*>(&older)}) {
        for (const auto family : families) {
            Pair pair(*system, family, StampMode::software);
            Ledger ledger;
            for (std::uint32_t i = 0; i < 10'000; ++i) {
                BOOST_REQUIRE(ledger.send(pair, i * 2654435761u, i % 3 != 2));
                if (i % 20 == 19)
                    ledger.take(pair);
                if (i % 500 == 499)
                    empty(pair.receiver);
            }
            ledger.take(pair);
            BOOST_TEST(ledger.entries.size() == 6667u);
            BOOST_TEST(ledger.stamped_once() == 6667);
            BOOST_TEST(ledger.wrong == 0);
            BOOST_TEST(ledger.strangers == 0);
            BOOST_TEST(pair.sender.counters().transmit_stamps_dropped == 0u);
            BOOST_TEST(pair.sender.counters().transmit_stamps_unknown == 0u);
        }
    }
}

BOOST_AUTO_TEST_CASE(failed_sends_do_not_shift_the_stamps) {
    for (const auto mode : {StampMode::software, StampMode::both}) {
        OlderKernel older;
        Pair pair(older, Family::ipv4, mode);
        Ledger ledger;
        std::uint32_t random = 1;
        int failures = 0;
        for (std::uint32_t i = 0; i < 10'000; ++i) {
            random = random * 1664525u + 1013904223u;
            const bool stamped = (random >> 8) % 4 != 0;
            const auto draw = (random >> 16) % 16;
            if (draw == 0)
                older.next = OlderKernel::Failing::before_counting;
            else if (draw == 1)
                older.next = OlderKernel::Failing::after_counting;
            failures += !ledger.send(pair, i, stamped);
            older.next = OlderKernel::Failing::no;
            if ((random >> 20) % 8 == 0)
                ledger.take(pair);
            if (i % 500 == 499)
                empty(pair.receiver);
        }
        ledger.take(pair);
        BOOST_TEST(failures > 500);
        BOOST_TEST(ledger.wrong == 0);
        BOOST_TEST(ledger.strangers == 0);
        BOOST_TEST(ledger.stamped_once() == static_cast<int>(ledger.entries.size()));
        BOOST_TEST(pair.sender.counters().transmit_stamps_dropped == 0u);
    }
}

BOOST_AUTO_TEST_CASE(batches_go_and_come_whole) {
    OlderKernel older;
    for (SystemCalls* system : {&SystemCalls::real(), static_cast<SystemCalls*>(&older)}) {
        for (const auto family : families) {
            constexpr std::size_t size = 100; // more than one system call takes
            Pair pair(*system, family, StampMode::software);
            std::array<std::array<std::uint8_t, 4>, size> data{};
            std::array<Outgoing, size> out;
            for (std::size_t i = 0; i < size; ++i) {
                data[i][0] = static_cast<std::uint8_t>(i);
                out[i] = {data[i], pair.target, {}};
                if (i % 2 == 0)
                    out[i].stamp_id = static_cast<std::uint32_t>(1000 + i);
            }
            BOOST_TEST(pair.sender.send(out) == static_cast<int>(size));
            std::array<std::array<std::uint8_t, 2>, size> buffers{};
            std::array<Received, size> in;
            for (std::size_t i = 0; i < size; ++i)
                in[i].buffer = buffers[i];
            std::size_t received = 0;
            while (received < size && wait_for(pair.receiver, POLLIN)) {
                const int count = pair.receiver.receive(std::span(in).subspan(received));
                BOOST_REQUIRE(count > 0);
                received += static_cast<std::size_t>(count);
            }
            BOOST_TEST(received == size);
            for (std::size_t i = 0; i < size; ++i) {
                BOOST_TEST(buffers[i][0] == i);
                BOOST_TEST(in[i].truncated);
                BOOST_TEST(in[i].size == 2u);
                BOOST_TEST(static_cast<bool>(in[i].software));
            }
            std::array<TransmitStamp, size> stamps;
            const int count = pair.sender.take_transmit_stamps(stamps);
            BOOST_REQUIRE(count == static_cast<int>(size / 2));
            for (std::size_t i = 0; i < size / 2; ++i)
                BOOST_TEST(stamps[i].id == 1000 + 2 * i);
        }
    }
}

BOOST_AUTO_TEST_CASE(of_stamps_that_nobody_takes_the_oldest_are_kept) {
    Pair pair(SystemCalls::real(), Family::ipv4, StampMode::software, 100);
    Ledger ledger;
    constexpr std::uint32_t sent = 3000;
    for (std::uint32_t i = 0; i < sent; ++i) {
        BOOST_REQUIRE(ledger.send(pair, i, true));
        if (i % 500 == 499)
            empty(pair.receiver);
    }
    ledger.take(pair);
    for (std::uint32_t i = 0; i < 100; ++i)
        BOOST_TEST(ledger.entries[i].software == 1);
    BOOST_TEST(ledger.wrong == 0);
    const auto& counters = pair.sender.counters();
    BOOST_TEST(counters.transmit_stamps + counters.transmit_stamps_dropped == sent);
    BOOST_TEST(counters.transmit_stamps_dropped > 2000u);
    BOOST_TEST(ledger.stamped_once() == static_cast<int>(counters.transmit_stamps));
}

BOOST_AUTO_TEST_SUITE_END()
