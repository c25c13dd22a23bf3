// SPDX-License-Identifier: Apache-2.0
//
// One writer publishes a small value, any thread reads it without a lock or a system call, and a reader never
// delays the writer. Orders are on the words themselves instead of fences, because thread sanitizer does not
// model fences.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace wirestamp::clock {

template <typename Value>
class Seqlock {
    static_assert(std::is_trivially_copyable_v<Value>);

public:
    Seqlock() { store(Value{}); }

    /// Only ever one thread at a time.
    void store(const Value& value) noexcept {
        std::array<std::uint64_t, words> copy{};
        std::memcpy(copy.data(), &value, sizeof value);
        const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
        sequence_.store(sequence + 1, std::memory_order_relaxed);
        // Each word releases the odd sequence: whoever sees a new word also sees that it was being written.
        for (std::size_t i = 0; i < words; ++i)
            words_[i].store(copy[i], std::memory_order_release);
        sequence_.store(sequence + 2, std::memory_order_release);
    }

    Value load() const noexcept {
        std::array<std::uint64_t, words> copy;
        for (;;) {
            const std::uint32_t before = sequence_.load(std::memory_order_acquire);
            for (std::size_t i = 0; i < words; ++i)
                copy[i] = words_[i].load(std::memory_order_acquire);
            if ((before & 1U) == 0 && sequence_.load(std::memory_order_relaxed) == before)
                break;
        }
        Value value;
        std::memcpy(static_cast<void*>(&value), copy.data(), sizeof value);
        return value;
    }

private:
    static constexpr std::size_t words = (sizeof(Value) + 7) / 8;

    std::atomic<std::uint32_t> sequence_{0};
    std::array<std::atomic<std::uint64_t>, words> words_{};
};

} // namespace wirestamp::clock
