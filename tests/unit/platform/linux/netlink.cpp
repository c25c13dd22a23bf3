// SPDX-License-Identifier: Apache-2.0
//
// Replies as they should be, as they should not be, and from those who only pretend to be the kernel.

#include "impl/platform/linux/netlink.hpp"

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <random>

#include "fake_kernel.hpp"
#include "impl/platform/linux/change_notices.hpp"
#include "impl/platform/linux/ethtool_netlink.hpp"
#include "impl/platform/linux/interfaces.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

using Datagrams = std::vector<FakeNetlink::Datagram>;

std::uint32_t sequence_of(Bytes request) {
    nlmsghdr header;
    std::memcpy(&header, request.data(), sizeof header);
    return header.nlmsg_seq;
}

std::uint16_t type_of(Bytes request) {
    nlmsghdr header;
    std::memcpy(&header, request.data(), sizeof header);
    return header.nlmsg_type;
}

NetlinkRequest done(int code = 0) {
    NetlinkRequest message(NLMSG_DONE, NLM_F_MULTI);
    message.header(code);
    return message;
}

NetlinkRequest error(int code) {
    NetlinkRequest message(NLMSG_ERROR, 0);
    message.header(nlmsgerr{-code, {}});
    return message;
}

NetlinkRequest link(int index, const std::string& name) {
    NetlinkRequest message(RTM_NEWLINK, NLM_F_MULTI);
    ifinfomsg header{};
    header.ifi_index = index;
    header.ifi_type = 1;
    const std::uint8_t address[6] = {2, 0, 0, 0, 0, 1};
    message.header(header).attribute(IFLA_IFNAME, name).attribute(IFLA_ADDRESS, address, sizeof address);
    message.attribute(IFLA_MTU, 1500u);
    const auto info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, std::string("vlan")).end(info);
    const auto list = message.begin(IFLA_PROP_LIST);
    message.attribute(IFLA_ALT_IFNAME, "alt-" + name).end(list);
    message.attribute(IFLA_LINK, 1u);
    return message;
}

int count_replies(FakeNetlink& system, std::uint16_t flags = NLM_F_DUMP, int* replies = nullptr) {
    NetlinkChannel channel(system, NETLINK_ROUTE);
    NetlinkRequest request(RTM_GETLINK, flags);
    request.header(ifinfomsg{});
    int count = 0;
    const int outcome = channel.ask(request, [&](const NetlinkMessage&) { ++count; });
    if (replies != nullptr)
        *replies = count;
    return outcome;
}

} // namespace

BOOST_AUTO_TEST_SUITE(netlink)

BOOST_AUTO_TEST_CASE(an_answer_in_pieces_is_read_to_its_end) {
    FakeNetlink system;
    system.answer = [](int, Bytes request) {
        auto a = link(1, "a");
        auto b = link(2, "b");
        auto c = link(3, "c");
        auto end = done();
        const auto sequence = sequence_of(request);
        return Datagrams{datagram_of({&a, &b}, sequence), datagram_of({&c}, sequence),
                         datagram_of({&end}, sequence)};
    };
    int replies = 0;
    BOOST_TEST(count_replies(system, NLM_F_DUMP, &replies) == 0);
    BOOST_TEST(replies == 3);
}

BOOST_AUTO_TEST_CASE(errors_come_through) {
    FakeNetlink system;
    for (const int code : {EPERM, ENODEV, EOPNOTSUPP}) {
        system.answer = [&](int, Bytes request) {
            auto message = error(code);
            return Datagrams{datagram_of({&message}, sequence_of(request))};
        };
        BOOST_TEST(count_replies(system) == -code);
        system.answer = [&](int, Bytes request) {
            auto message = done(-code);
            return Datagrams{datagram_of({&message}, sequence_of(request))};
        };
        BOOST_TEST(count_replies(system) == -code);
    }
    system.answer = [](int, Bytes) { return Datagrams{}; };
    BOOST_TEST(count_replies(system) == -ETIMEDOUT);
    system.answer = {};
    system.refuse_netlink = EACCES;
    BOOST_TEST(count_replies(system) == -EACCES);
}

BOOST_AUTO_TEST_CASE(only_the_kernel_and_only_our_question_is_answered) {
    FakeNetlink system;
    system.answer = [](int, Bytes request) {
        auto stranger = link(9, "x");
        auto ours = link(1, "a");
        auto end = done();
        return Datagrams{datagram_of({&stranger}, sequence_of(request) + 5),
                         datagram_of({&ours, &end}, sequence_of(request))};
    };
    int replies = 0;
    BOOST_TEST(count_replies(system, NLM_F_DUMP, &replies) == 0);
    BOOST_TEST(replies == 1);
    system.sender = 4711;
    BOOST_TEST(count_replies(system, NLM_F_DUMP, &replies) == -ETIMEDOUT);
    BOOST_TEST(replies == 0);
    system.answer = [](int, Bytes) { return Datagrams(1000, FakeNetlink::Datagram(16)); };
    BOOST_TEST(count_replies(system) == -EBADMSG);
}

BOOST_AUTO_TEST_CASE(an_interrupted_dump_is_asked_again) {
    FakeNetlink system;
    int asked = 0;
    system.answer = [&](int, Bytes request) {
        const bool links = type_of(request) == RTM_GETLINK;
        const bool interrupted = links && ++asked < 3;
        NetlinkRequest message(RTM_NEWLINK,
                               static_cast<std::uint16_t>(NLM_F_MULTI | (interrupted ? NLM_F_DUMP_INTR : 0)));
        ifinfomsg header{};
        header.ifi_index = asked;
        message.header(header).attribute(IFLA_IFNAME, "n" + std::to_string(asked));
        auto end = done();
        return links ? Datagrams{datagram_of({&message, &end}, sequence_of(request))}
                     : Datagrams{datagram_of({&end}, sequence_of(request))};
    };
    NetlinkChannel channel(system, NETLINK_ROUTE);
    std::vector<Interface> out;
    BOOST_TEST(list_by_netlink(channel, 0, out) == 0);
    BOOST_TEST(asked == 3);
    BOOST_REQUIRE(out.size() == 1u);
    BOOST_TEST(out[0].name == "n3");
}

BOOST_AUTO_TEST_CASE(a_link_is_read_in_full) {
    FakeNetlink system;
    system.answer = [](int, Bytes request) {
        auto message = link(7, "v5");
        auto end = done();
        return type_of(request) == RTM_GETLINK
                   ? Datagrams{datagram_of({&message, &end}, sequence_of(request))}
                   : Datagrams{datagram_of({&end}, sequence_of(request))};
    };
    NetlinkChannel channel(system, NETLINK_ROUTE);
    std::vector<Interface> out;
    BOOST_TEST(list_by_netlink(channel, 0, out) == 0);
    BOOST_REQUIRE(out.size() == 1u);
    BOOST_TEST(out[0].name == "v5");
    BOOST_TEST(out[0].mtu == 1500u);
    BOOST_TEST(out[0].hardware_address_length == 6);
    BOOST_TEST((out[0].kind == InterfaceKind::vlan));
    BOOST_TEST(out[0].lower.value() == make_interface_id(1, 1));
    BOOST_TEST(out[0].alternative_names.at(0) == "alt-v5");
}

BOOST_AUTO_TEST_CASE(lengths_that_lie_end_the_walk) {
    const auto walk = [](std::vector<std::byte> bytes) {
        Bytes rest = bytes;
        int count = 0;
        while (auto message = next_message(rest)) {
            ++count;
            auto attributes = message->attributes<ifinfomsg>();
            while (auto attribute = next_attribute(attributes))
                attribute->text();
        }
        return count;
    };
    auto one = link(1, "a");
    const auto good = datagram_of({&one}, 1);
    BOOST_TEST(walk(good) == 1);
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_TEST(walk({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}) == 0);
    for (const std::uint32_t length : {0u, 1u, 15u, 0x7fffffffu, 0xffffffffu, 0xfffffffdu}) {
        auto bad = good;
        std::memcpy(bad.data(), &length, 4);
        BOOST_TEST(walk(bad) == 0);
    }
    for (const std::uint16_t length : {std::uint16_t{0}, std::uint16_t{3}, std::uint16_t{0xffff}}) {
        auto bad = good;
        std::memcpy(bad.data() + NLMSG_HDRLEN + sizeof(ifinfomsg), &length, 2);
        BOOST_TEST(walk(bad) == 1);
    }
}

BOOST_AUTO_TEST_CASE(scrambled_answers_do_no_harm) {
    std::mt19937 random(12345);
    FakeNetlink system;
    system.answer = [&](int protocol, Bytes request) {
        FakeNetlink::Datagram bytes;
        const auto sequence = sequence_of(request);
        if (protocol == NETLINK_GENERIC) {
            NetlinkRequest message(type_of(request), 0);
            message.header(genlmsghdr{});
            if (type_of(request) == GENL_ID_CTRL) {
                const std::uint16_t family = 30;
                message.attribute(CTRL_ATTR_FAMILY_ID, &family, 2);
                return Datagrams{datagram_of({&message}, sequence)};
            }
            for (const auto nest : std::initializer_list<std::uint16_t>{2, 3, 4, 7}) {
                const auto start = message.begin(nest);
                message.attribute(1, nullptr, 0).attribute(2, 20u).attribute(4, 0x1234u);
                const auto bits = message.begin(3);
                const auto bit = message.begin(1);
                message.attribute(1, 4u).end(bit).end(bits).end(start);
            }
            message.attribute(5, 3u);
            bytes = datagram_of({&message}, sequence);
        } else {
            auto a = link(1, "a");
            auto b = link(2, "b");
            auto end = done();
            bytes = datagram_of({&a, &b, &end}, sequence);
        }
        const auto flips = random() % 8;
        for (unsigned i = 0; i < flips; ++i)
            bytes[NLMSG_HDRLEN + random() % (bytes.size() - NLMSG_HDRLEN)] = static_cast<std::byte>(random());
        if (random() % 4 == 0)
            bytes.resize(random() % bytes.size());
        return Datagrams{bytes};
    };
    NetlinkChannel channel(system, NETLINK_ROUTE);
    EthtoolNetlink ethtool(system);
    for (int i = 0; i < 20'000; ++i) {
        std::vector<Interface> out;
        list_by_netlink(channel, 0, out);
        for (const auto& one : out)
            BOOST_REQUIRE(!one.name.empty());
        StampFacts facts;
        StampConfig config;
        ethtool.stamp_facts(1, "lo", facts);
        ethtool.stamp_config(1, config);
        std::vector<std::byte> noise(random() % 64);
        for (auto& byte : noise)
            byte = static_cast<std::byte>(random());
        std::vector<ChangeNotice> notices;
        read_route_notices(noise, notices);
        read_uevent(noise, notices);
        read_bitset(noise);
    }
}

BOOST_AUTO_TEST_CASE(a_long_hardware_address_is_left_out) {
    FakeNetlink system;
    system.answer = [](int, Bytes request) {
        NetlinkRequest message(RTM_NEWLINK, NLM_F_MULTI);
        ifinfomsg header{};
        header.ifi_index = 4;
        const std::uint8_t address[20] = {1, 2, 3};
        message.header(header)
            .attribute(IFLA_IFNAME, std::string("ib0"))
            .attribute(IFLA_ADDRESS, address, 20);
        auto end = done();
        return type_of(request) == RTM_GETLINK
                   ? Datagrams{datagram_of({&message, &end}, sequence_of(request))}
                   : Datagrams{datagram_of({&end}, sequence_of(request))};
    };
    NetlinkChannel channel(system, NETLINK_ROUTE);
    std::vector<Interface> out;
    BOOST_TEST(list_by_netlink(channel, 0, out) == 0);
    BOOST_REQUIRE(out.size() == 1u);
    BOOST_TEST(out[0].hardware_address_length == 0);
}

BOOST_AUTO_TEST_SUITE_END()
