// SPDX-License-Identifier: Apache-2.0
//
// TSINFO and TSCONFIG as kernels of several ages answer them.

#include "impl/platform/linux/ethtool_netlink.hpp"

#include <linux/genetlink.h>

#include "fake_kernel.hpp"
#include "impl/platform/linux/capabilities.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

/// The ethtool family with one adapter of index 7.
struct EthtoolFamily : FakeAdapter {
    bool has_family = true;
    bool has_tsconfig = true;
    bool compact = true;
    std::uint64_t bits = 0x5f;
    std::uint32_t tx_types = 3;
    std::uint32_t rx_filters = (1u << 0) | (1u << 12);
    int tx = 1;
    int rx = 12;
    std::vector<int> commands;

    EthtoolFamily() {
        refuse_netlink = 0;
        answer = [this](int, Bytes request) { return reply(request); };
    }

    void bitset(NetlinkRequest& message, std::uint16_t type, std::uint64_t value) const {
        const auto nest = message.begin(type);
        message.attribute(1, nullptr, 0).attribute(2, 20u);
        if (compact) {
            message.attribute(4, &value, 8);
        } else {
            const auto list = message.begin(3);
            for (std::uint32_t i = 0; i < 64; ++i) {
                if (((value >> i) & 1) == 0)
                    continue;
                const auto bit = message.begin(1);
                message.attribute(1, i).attribute(2, std::string("name")).end(bit);
            }
            message.end(list);
        }
        message.end(nest);
    }
    std::vector<Datagram> reply(Bytes request) {
        nlmsghdr header;
        std::memcpy(&header, request.data(), sizeof header);
        genlmsghdr command;
        std::memcpy(&command, request.data() + sizeof header, sizeof command);
        const auto refuse = [&](int code) {
            NetlinkRequest message(NLMSG_ERROR, 0);
            message.header(nlmsgerr{-code, {}});
            return std::vector<Datagram>{datagram_of({&message}, header.nlmsg_seq)};
        };
        NetlinkRequest message(header.nlmsg_type, 0);
        message.header(command);
        if (header.nlmsg_type == GENL_ID_CTRL) {
            if (!has_family)
                return refuse(ENOENT);
            const std::uint16_t id = 21;
            message.attribute(CTRL_ATTR_FAMILY_ID, &id, sizeof id);
            return {datagram_of({&message}, header.nlmsg_seq)};
        }
        commands.push_back(command.cmd);
        // The nest with the device is the first attribute: header, nest header, index.
        std::uint32_t index = 0;
        std::memcpy(&index, request.data() + 16 + 4 + 4 + 4, sizeof index);
        if (index != 7)
            return refuse(ENODEV);
        if (command.cmd == 25) {
            bitset(message, 2, bits);
            bitset(message, 3, tx_types);
            bitset(message, 4, rx_filters);
            message.attribute(5, 2u);
            const auto provider = message.begin(7);
            message.attribute(1, 2u).attribute(2, 1u).end(provider);
        } else if (!has_tsconfig) {
            return refuse(EOPNOTSUPP);
        } else {
            bitset(message, 3, 1u << tx);
            bitset(message, 4, 1u << rx);
        }
        return {datagram_of({&message}, header.nlmsg_seq)};
    }
};

Interface adapter() {
    Interface result;
    result.index = 7;
    result.name = "fake0";
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ethtool_netlink)

BOOST_AUTO_TEST_CASE(bitsets_are_read_in_both_forms) {
    for (const bool compact : {true, false}) {
        EthtoolFamily system;
        system.compact = compact;
        EthtoolNetlink ethtool(system);
        StampFacts facts;
        BOOST_TEST(ethtool.stamp_facts(7, "fake0", facts) == 0);
        BOOST_TEST(facts.so_timestamping == 0x5fu);
        BOOST_TEST(facts.tx_types == 3u);
        BOOST_TEST(facts.rx_filters == 0x1001u);
        BOOST_TEST(facts.phc_index == 2);
        BOOST_TEST(facts.provider.value().index == 2u);
        BOOST_TEST(facts.provider.value().qualifier == 1u);
        StampConfig config;
        BOOST_TEST(ethtool.stamp_config(7, config) == 0);
        BOOST_TEST(config.tx_type == 1);
        BOOST_TEST(config.rx_filter == 12);
        BOOST_TEST(ethtool.stamp_facts(8, "fake0", facts) == -ENODEV);
    }
}

BOOST_AUTO_TEST_CASE(what_netlink_lacks_the_ioctl_is_asked) {
    // TSINFO by netlink, the setting by ioctl: kernels from 5.6 to 6.13.
    EthtoolFamily middle;
    middle.has_tsconfig = false;
    middle.config.rx_filter = 1;
    middle.config.tx_type = 1;
    middle.info.phc_index = 50;
    const auto from_middle = CapabilityReader(middle).active(adapter());
    BOOST_TEST(from_middle.phc_index == 2);
    BOOST_TEST(from_middle.rx_filters == 2u);
    // Neither: before 5.6.
    EthtoolFamily old;
    old.has_family = false;
    old.info.so_timestamping = 0x1a;
    old.info.phc_index = -1;
    const auto from_old = CapabilityReader(old).supported(adapter());
    BOOST_TEST(from_old.so_timestamping == 0x1au);
    BOOST_TEST(old.commands.empty());
    // Both by netlink.
    EthtoolFamily newest;
    newest.get_error = EPERM;
    const auto from_newest = CapabilityReader(newest).active(adapter());
    BOOST_TEST(from_newest.rx_filters == (1u << 12));
    BOOST_TEST(from_newest.provider_qualifier == 1u);
}

BOOST_AUTO_TEST_CASE(an_interface_that_netlink_does_not_know_has_gone) {
    EthtoolFamily system;
    auto gone = adapter();
    gone.index = 8;
    StampConfigurator configurator(system);
    StampFacts facts;
    BOOST_TEST(configurator.facts(gone, facts) == -ENODEV);
}

BOOST_AUTO_TEST_CASE(the_real_kernel_agrees_with_itself) {
    EthtoolNetlink ethtool(SystemCalls::real());
    StampFacts by_netlink;
    if (ethtool.stamp_facts(1, "lo", by_netlink) == -EOPNOTSUPP)
        return; // a kernel before 5.6 or a sandbox
    StampFacts of_another;
    BOOST_TEST(ethtool.stamp_facts(1, "eth0", of_another) == -ENODEV);
    FakeNetlink no_netlink;
    no_netlink.refuse_netlink = EPERM;
    StampConfigurator configurator(no_netlink);
    Interface loopback;
    loopback.name = "lo";
    loopback.index = 1;
    StampFacts by_ioctl;
    BOOST_TEST(configurator.facts(loopback, by_ioctl) == 0);
    BOOST_TEST(by_netlink.so_timestamping == by_ioctl.so_timestamping);
    BOOST_TEST(by_netlink.phc_index == by_ioctl.phc_index);
    BOOST_TEST(by_netlink.rx_filters == by_ioctl.rx_filters);
}

BOOST_AUTO_TEST_SUITE_END()
