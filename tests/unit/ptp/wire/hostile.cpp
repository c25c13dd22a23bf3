// SPDX-License-Identifier: Apache-2.0
//
// Datagrams that were cut, flipped and scrambled. What is checked for each is in
// tests/fuzz/wire_exercise.hpp; run under the address and undefined-behaviour sanitizers, this also proves
// that nothing is read outside.
#include <random>
#include <vector>

#include "tests/fuzz/wire_exercise.hpp"
#include "tests/fuzz/wire_samples.hpp"

#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

using namespace wirestamp::ptp;

BOOST_AUTO_TEST_SUITE(wire_hostile)

BOOST_AUTO_TEST_CASE(the_samples_themselves_hold) {
    BOOST_TEST(samples::all().size() > 70);
    for (const auto& sample : samples::all()) {
        BOOST_TEST((parse(sample).error == ParseError::none));
        BOOST_TEST(exercise::datagram(sample));
    }
}

BOOST_AUTO_TEST_CASE(cut_at_every_length) {
    for (const auto& sample : samples::all())
        for (std::size_t length = 0; length < sample.size(); ++length) {
            const std::vector<std::uint8_t> cut(sample.begin(),
                                                sample.begin() + static_cast<std::ptrdiff_t>(length));
            BOOST_REQUIRE(exercise::datagram(cut));
            BOOST_REQUIRE((parse(cut).error != ParseError::none));
        }
}

BOOST_AUTO_TEST_CASE(cut_at_every_length_with_a_length_that_agrees) {
    for (const auto& sample : samples::all())
        for (std::size_t length = header_size; length < sample.size(); ++length) {
            std::vector<std::uint8_t> cut(sample.begin(),
                                          sample.begin() + static_cast<std::ptrdiff_t>(length));
            cut[2] = static_cast<std::uint8_t>(length >> 8);
            cut[3] = static_cast<std::uint8_t>(length & 0xff);
            BOOST_REQUIRE(exercise::datagram(cut));
        }
}

BOOST_AUTO_TEST_CASE(every_bit_flipped) {
    for (const auto& sample : samples::all()) {
        std::vector<std::uint8_t> flipped = sample;
        for (std::size_t bit = 0; bit < flipped.size() * 8; ++bit) {
            const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
            flipped[bit / 8] ^= mask;
            BOOST_REQUIRE(exercise::datagram(flipped));
            flipped[bit / 8] ^= mask;
        }
    }
}

BOOST_AUTO_TEST_CASE(scrambled_with_a_fixed_seed) {
    std::mt19937 random(1588);
    for (int round = 0; round < 100; ++round)
        for (const auto& sample : samples::all()) {
            std::vector<std::uint8_t> scrambled = sample;
            for (auto changes = 1 + random() % 6; changes > 0; --changes) {
                const std::size_t at = 1 + random() % (scrambled.size() - 1);
                constexpr std::uint8_t interesting[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff};
                scrambled[at] = interesting[random() % std::size(interesting)];
            }
            scrambled[1] = 0x12;
            BOOST_REQUIRE(exercise::datagram(scrambled));
        }
}

BOOST_AUTO_TEST_SUITE_END()
