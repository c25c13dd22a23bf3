// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <random>

#include "impl/runtime/stamp_table.hpp"

using wirestamp::platform::ClockKind;
using wirestamp::platform::Stamp;
using wirestamp::platform::StampSource;
using wirestamp::platform::TransmitStamp;
using wirestamp::runtime::StampTable;

namespace {

TransmitStamp software(std::uint32_t id, std::int64_t value) {
    TransmitStamp stamp;
    stamp.id = id;
    stamp.software = Stamp{value, ClockKind::realtime, StampSource::software, -1};
    return stamp;
}

TransmitStamp hardware(std::uint32_t id, std::int64_t value) {
    TransmitStamp stamp;
    stamp.id = id;
    stamp.hardware = Stamp{value, ClockKind::device, StampSource::hardware, 0};
    return stamp;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stamp_table)

BOOST_AUTO_TEST_CASE(a_stamp_is_taken_once_and_under_its_own_id) {
    StampTable table(4);
    BOOST_TEST(table.put(software(7, 70)));
    BOOST_TEST(table.put(software(8, 80)));
    TransmitStamp out;
    BOOST_TEST(!table.take(9, false, out));
    BOOST_TEST(table.take(8, false, out));
    BOOST_TEST(out.software.value == 80);
    BOOST_TEST(!table.take(8, false, out));
    BOOST_TEST(table.take(7, false, out));
    BOOST_TEST(out.software.value == 70);
    BOOST_TEST(table.size() == 0u);
}

BOOST_AUTO_TEST_CASE(both_kinds_of_one_packet_join) {
    StampTable table(4);
    TransmitStamp out;
    table.put(software(7, 70));
    BOOST_TEST(!table.take(7, true, out));
    table.put(hardware(7, 71));
    BOOST_TEST(table.size() == 1u);
    BOOST_TEST(table.take(7, true, out));
    BOOST_TEST(out.software.value == 70);
    BOOST_TEST(out.hardware.value == 71);
}

BOOST_AUTO_TEST_CASE(two_packets_with_one_id_keep_their_order) {
    StampTable table(4);
    table.put(software(7, 1));
    table.put(software(7, 2));
    TransmitStamp out;
    BOOST_TEST(table.take(7, false, out));
    BOOST_TEST(out.software.value == 1);
    BOOST_TEST(table.take(7, false, out));
    BOOST_TEST(out.software.value == 2);
}

BOOST_AUTO_TEST_CASE(when_full_the_oldest_gives_way) {
    StampTable table(3);
    for (std::uint32_t id = 1; id <= 3; ++id)
        BOOST_TEST(table.put(software(id, id)));
    BOOST_TEST(!table.put(software(4, 4)));
    BOOST_TEST(table.size() == 3u);
    TransmitStamp out;
    BOOST_TEST(!table.take(1, false, out));
    for (std::int64_t value = 2; value <= 4; ++value) {
        BOOST_TEST(table.take_oldest(out));
        BOOST_TEST(out.software.value == value);
    }
    BOOST_TEST(!table.take_oldest(out));
}

BOOST_AUTO_TEST_CASE(a_table_of_one_and_of_none) {
    TransmitStamp out;
    StampTable one(1);
    BOOST_TEST(one.put(software(5, 5)));
    BOOST_TEST(!one.put(software(6, 6)));
    BOOST_TEST(one.take(6, false, out));
    StampTable none(0);
    BOOST_TEST(!none.put(software(5, 5)));
    BOOST_TEST(!none.take(5, false, out));
    BOOST_TEST(!none.take_oldest(out));
}

BOOST_AUTO_TEST_CASE(agrees_with_a_plain_list_under_random_use) {
    std::mt19937 random(20240607);
    StampTable table(16);
    std::deque<TransmitStamp> model;
    for (int step = 0; step < 200'000; ++step) {
        const auto id = static_cast<std::uint32_t>(random() % 24 * 0x01000001u);
        TransmitStamp out;
        switch (random() % 3) {
            case 0: {
                if (model.size() == 16)
                    model.pop_front();
                model.push_back(software(id, step));
                table.put(model.back());
                break;
            }
            case 1: {
                const auto found =
                    std::find_if(model.begin(), model.end(), [&](const auto& s) { return s.id == id; });
                const bool had = table.take(id, false, out);
                BOOST_REQUIRE_EQUAL(had, found != model.end());
                if (had) {
                    BOOST_REQUIRE_EQUAL(out.software.value, found->software.value);
                    model.erase(found);
                }
                break;
            }
            default:
                if (random() % 4 == 0) {
                    const bool had = table.take_oldest(out);
                    BOOST_REQUIRE_EQUAL(had, !model.empty());
                    if (had) {
                        BOOST_REQUIRE_EQUAL(out.software.value, model.front().software.value);
                        model.pop_front();
                    }
                }
        }
        BOOST_REQUIRE_EQUAL(table.size(), model.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()
