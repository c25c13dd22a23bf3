// SPDX-License-Identifier: Apache-2.0
//
// alternateTimescaleOffsetsDS (IEEE 1588-2019 clause 16.3): the local times that a grandmaster can tell in
// its Announce messages. A few keys in a fixed table.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {

class AlternateTimeOffsets {
public:
    static constexpr std::uint8_t keys = 4;
    static constexpr std::size_t longest_name = 10;

    struct Entry {
        bool enabled = false;
        std::int32_t currentOffset = 0;
        std::int32_t jumpSeconds = 0;
        std::uint64_t timeOfNextJump = 0;
        std::size_t name_size = 0;
        std::array<char, longest_name> name{};

        std::string_view displayName() const noexcept { return {name.data(), name_size}; }
    };

    Entry* find(std::uint8_t key) noexcept { return key < keys ? &entries_[key] : nullptr; }
    const Entry* find(std::uint8_t key) const noexcept { return key < keys ? &entries_[key] : nullptr; }

    static bool set_name(Entry& entry, std::string_view name) noexcept {
        if (name.size() > longest_name)
            return false;
        std::copy(name.begin(), name.end(), entry.name.begin());
        entry.name_size = name.size();
        return true;
    }

    void append_to(MessageBuffer& announce) const noexcept {
        for (std::uint8_t key = 0; key < keys; ++key) {
            const Entry& entry = entries_[key];
            if (entry.enabled)
                append(announce, AlternateTimeOffsetIndicator{key, entry.currentOffset, entry.jumpSeconds,
                                                              entry.timeOfNextJump, entry.displayName()});
        }
    }

private:
    std::array<Entry, keys> entries_{};
};

} // namespace wirestamp::ptp
