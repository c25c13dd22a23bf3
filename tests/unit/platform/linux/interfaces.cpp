// SPDX-License-Identifier: Apache-2.0
//
// The catalogue on real interfaces, by netlink and without it.

#include "impl/platform/linux/interfaces.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "fake_kernel.hpp"
#include "impl/base/failure.hpp"
#include "impl/platform/linux/platform.hpp"
#include "namespaces.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp;
using namespace wirestamp::platform;
using namespace wirestamp::platform::gnu_linux;

namespace {

/// A sandbox without netlink, in which getifaddrs, which is made of netlink, fails as well.
struct NoNetlink : FakeNetlink {
    bool allow_getifaddrs = false;
    NoNetlink() { refuse_netlink = EPERM; }
    int interface_addresses(ifaddrs** list) override {
        return allow_getifaddrs ? SystemCalls::interface_addresses(list) : -EPERM;
    }
};

std::string addresses_of(const Interface& interface) {
    std::vector<std::string> texts;
    for (const auto& one : interface.addresses)
        if (one.address.family == Family::ipv4)
            texts.push_back(to_text(one.address) + "/" + std::to_string(one.prefix_length));
    std::sort(texts.begin(), texts.end());
    std::string all;
    for (const auto& text : texts)
        all += text + " ";
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(interfaces)

BOOST_AUTO_TEST_CASE(loopback_is_found_in_every_way) {
    Interfaces catalogue(SystemCalls::real());
    const auto loopback = catalogue.find("lo");
    BOOST_REQUIRE(loopback.has_value());
    BOOST_TEST(loopback->index == 1u);
    BOOST_TEST(loopback->loopback);
    BOOST_TEST((loopback->kind == InterfaceKind::loopback));
    BOOST_TEST((loopback->link == LinkState::up));
    BOOST_TEST(loopback->id == ((24ull << 48) | (1ull << 24)));
    BOOST_TEST(loopback->phc_index.value() == -1);
    BOOST_TEST(catalogue.find("1")->name == "lo");
    BOOST_TEST(catalogue.find("0x18000001000000")->name == "lo");
    BOOST_TEST(catalogue.find(loopback->id)->name == "lo");
    for (const char* absent :
         {"", "nosuch0", "4294967295", "0x1", "0x", "-1", "1 ", "99999999999999999999999"})
        BOOST_TEST(!catalogue.find(std::string(absent)), absent);
    const auto brief = catalogue.identify(loopback->id);
    BOOST_REQUIRE(brief.has_value());
    BOOST_TEST(brief->name == "lo");
    BOOST_TEST(brief->index == 1u);
    BOOST_TEST(brief->id == loopback->id);
    BOOST_TEST(!catalogue.identify(make_interface_id(1, 1)));
    BOOST_TEST(!catalogue.identify(make_interface_id(1, 0xffffff)));
    BOOST_TEST(!catalogue.identify(0));
    BOOST_TEST(!catalogue.find(InterfaceId{0}));
    BOOST_TEST(!catalogue.find(loopback->id + 1));
    BOOST_TEST(!catalogue.find(InterfaceId{~0ull}));
}

BOOST_AUTO_TEST_CASE(ids_hold_type_and_index) {
    BOOST_TEST(make_interface_id(1, 7) == ((6ull << 48) | (7ull << 24)));
    BOOST_TEST(make_interface_id(772, 1) == ((24ull << 48) | (1ull << 24)));
    BOOST_TEST(make_interface_id(801, 3) == ((71ull << 48) | (3ull << 24)));
    BOOST_TEST(make_interface_id(65534, 3) == ((53ull << 48) | (3ull << 24)));
    BOOST_TEST(index_of(make_interface_id(1, 0xffffff)) == 0xffffffu);
}

BOOST_AUTO_TEST_CASE(made_interfaces_are_described_alike_with_and_without_netlink) {
    in_namespace([] {
        make_veth("left", "right");
        const auto index = index_by_name("left");
        set_alias(index, "Studio A");
        add_alternative_name(index, "a-name-that-is-longer-than-fifteen");
        set_up("left");
        set_up("right");
        add_address("left", "10.1.2.3", 24);
        add_address("left", "10.1.2.4", 32);
        add_address("left", "fd00::1", 64);

        Interfaces by_netlink(SystemCalls::real());
        const auto full = by_netlink.find("Studio A");
        REQUIRE_THAT(full.has_value());
        REQUIRE_THAT(full->name == "left");
        REQUIRE_THAT(full->kind == InterfaceKind::veth);
        REQUIRE_THAT(full->driver == "veth");
        REQUIRE_THAT(!full->lower);
        REQUIRE_THAT(full->mtu == 1500);
        REQUIRE_THAT(full->hardware_address_length == 6);
        REQUIRE_THAT(full->multicast && !full->loopback && full->administratively_up);
        REQUIRE_THAT(full->alternative_names.size() == 1);
        REQUIRE_THAT(by_netlink.find("a-name-that-is-longer-than-fifteen")->index == index);
        REQUIRE_THAT(addresses_of(*full) == "10.1.2.3/24 10.1.2.4/32 ");
        bool has_ipv6 = false;
        for (const auto& one : full->addresses)
            has_ipv6 |= to_text(one.address) == "fd00::1" && one.prefix_length == 64;
        REQUIRE_THAT(has_ipv6);

        for (const bool getifaddrs : {false, true}) {
            NoNetlink system;
            system.allow_getifaddrs = getifaddrs;
            Interfaces by_ioctl(system);
            REQUIRE_THAT(by_ioctl.list().size() == by_netlink.list().size());
            const auto plain = by_ioctl.find("left");
            REQUIRE_THAT(plain.has_value());
            REQUIRE_THAT(plain->id == full->id);
            REQUIRE_THAT(plain->kind == full->kind);
            REQUIRE_THAT(plain->mtu == full->mtu);
            REQUIRE_THAT(plain->driver == full->driver);
            REQUIRE_THAT(plain->hardware_address == full->hardware_address);
            REQUIRE_THAT(plain->phc_index == full->phc_index);
            REQUIRE_THAT(plain->administratively_up && plain->multicast);
            REQUIRE_THAT(addresses_of(*plain) == addresses_of(*full));
            REQUIRE_THAT(by_ioctl.find(full->id)->name == "left");
            REQUIRE_THAT(by_ioctl.find("lo")->loopback);
            REQUIRE_THAT(!by_ioctl.find("nosuch0"));
        }

        delete_link("left");
        REQUIRE_THAT(!by_netlink.find(full->id));
        REQUIRE_THAT(!by_netlink.find("right"));
    });
}

BOOST_AUTO_TEST_CASE(a_name_wins_over_another_interfaces_alias) {
    in_namespace([] {
        make_veth("left", "right");
        set_alias(index_by_name("left"), "right");
        Interfaces catalogue(SystemCalls::real());
        REQUIRE_THAT(catalogue.find("right")->name == "right");
        set_alias(index_by_name("left"), "1");
        REQUIRE_THAT(catalogue.find("1")->name == "left");
    });
}

BOOST_AUTO_TEST_CASE(a_macvlan_names_its_lower_device) {
    in_namespace([] {
        make_veth("left", "right");
        try {
            make_link("above", "macvlan", index_by_name("left"));
        } catch (const std::exception&) {
            return; // a kernel without macvlan
        }
        Interfaces catalogue(SystemCalls::real());
        const auto above = catalogue.find("above");
        const auto below = catalogue.find("left");
        REQUIRE_THAT(above->kind == InterfaceKind::macvlan);
        REQUIRE_THAT(above->lower == below->id);
        REQUIRE_THAT(catalogue.find(above->id)->lower == below->id);
    });
}

BOOST_AUTO_TEST_CASE(many_threads_may_ask_while_interfaces_come_and_go) {
    in_namespace([] {
        LinuxPlatform platform(SystemCalls::real());
        std::atomic<bool> stop{false};
        std::atomic<int> answers{0};
        std::atomic<int> odd{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                while (!stop) {
                    for (const auto& one : platform.interfaces().list()) {
                        try {
                            odd += platform.interfaces().find(one.id).value_or(one).id != one.id;
                            platform.capabilities().supported(one);
                            odd += platform.capabilities().active(one).hardware != 0;
                            platform.clocks().cross_timestamp(one, ClockKind::realtime, 1);
                        } catch (const Failure& failure) {
                            // Gone meanwhile, or without a clock as all of these: nothing else may be said.
                            odd += failure.status() != WST_E_INTERFACE_GONE &&
                                   failure.status() != WST_E_NOT_SUPPORTED && failure.os_error() != ENODEV;
                        }
                        ++answers;
                    }
                }
            });
        }
        for (int i = 0; i < 20 || answers < 500; ++i) {
            make_veth("left", "right");
            rename_link(index_by_name("left"), "links");
            set_up("links");
            delete_link("links");
        }
        stop = true;
        for (auto& thread : threads)
            thread.join();
        REQUIRE_THAT(odd == 0);
    });
}

BOOST_AUTO_TEST_CASE(nobody_to_ask_is_a_clear_error) {
    struct Nothing : NoNetlink {
        int socket(int, int, int) override { return -EPERM; }
    } system;
    Interfaces catalogue(system);
    BOOST_CHECK_THROW(catalogue.list(), Failure);
}

BOOST_AUTO_TEST_SUITE_END()
