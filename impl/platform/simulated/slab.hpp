// SPDX-License-Identifier: Apache-2.0
//
// Numbered objects that stay where they are and are used again: a world in its steady state allocates
// nothing. A number with its generation tells a live object from a later one in the same place.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace wirestamp::platform::simulated {

template <typename T>
class Slab {
public:
    static constexpr std::uint32_t none = 0xFFFF'FFFFu;

    std::uint32_t acquire() {
        if (free_.empty()) {
            const auto base = static_cast<std::uint32_t>(chunks_.size() * chunk_size);
            // Room for every free number is made here, so that release() cannot fail.
            free_.reserve((chunks_.size() + 1) * chunk_size);
            chunks_.push_back(std::make_unique<Slot[]>(chunk_size));
            for (std::uint32_t i = chunk_size; i > 0; --i)
                free_.push_back(base + i - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        ++used_;
        return number;
    }
    void release(std::uint32_t number) noexcept {
        ++slot(number).generation;
        --used_;
        free_.push_back(number);
    }
    T& operator[](std::uint32_t number) noexcept { return slot(number).value; }
    std::uint32_t generation(std::uint32_t number) noexcept { return slot(number).generation; }
    /// Numbers below it may be looked at; those that are not acquired hold what was left in them.
    std::uint32_t capacity() const noexcept {
        return static_cast<std::uint32_t>(chunks_.size()) * chunk_size;
    }
    std::size_t used() const noexcept { return used_; }

private:
    static constexpr std::uint32_t chunk_size = 64;
    struct Slot {
        T value{};
        std::uint32_t generation = 0;
    };
    Slot& slot(std::uint32_t number) noexcept { return chunks_[number / chunk_size][number % chunk_size]; }

    std::vector<std::unique_ptr<Slot[]>> chunks_;
    std::vector<std::uint32_t> free_;
    std::size_t used_ = 0;
};

} // namespace wirestamp::platform::simulated
