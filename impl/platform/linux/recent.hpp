// SPDX-License-Identifier: Apache-2.0
//
// What the system said a moment ago about an interface or a clock. Asking again costs as much as the question
// itself (an ioctl is half a microsecond, a whole capability query three), so answers that change with the
// administrator's hand are believed for a moment; who uses one must notice when it was wrong and forget it.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "impl/base/time.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

/// By id of an interface or whatever else has a number; 0 is nobody's. Any thread.
template <class Value>
class Recent {
public:
    static constexpr Nanoseconds moment = 20'000'000;

    explicit Recent(SystemCalls& system) : system_(system) {}

    std::optional<Value> find(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        const auto entry = entries_.find(id);
        if (entry == entries_.end())
            return std::nullopt;
        const auto age = now() - entry->second.since;
        if (age < 0 || age >= moment) {
            entries_.erase(entry);
            return std::nullopt;
        }
        return entry->second.value;
    }
    void put(std::uint64_t id, const Value& value) {
        if (id == 0)
            return;
        const std::lock_guard lock(mutex_);
        // Hosts with thousands of interfaces are asked about each in turn; only the latest are worth the
        // room.
        if (entries_.size() >= most)
            entries_.clear();
        entries_[id] = {value, now()};
    }
    void forget(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        entries_.erase(id);
    }

private:
    static constexpr std::size_t most = 64;
    struct Entry {
        Value value{};
        Nanoseconds since = 0;
    };

    Nanoseconds now() {
        timespec time{};
        system_.read_clock(CLOCK_MONOTONIC_COARSE, &time);
        return static_cast<Nanoseconds>(time.tv_sec) * nanoseconds_per_second + time.tv_nsec;
    }

    SystemCalls& system_;
    std::mutex mutex_;
    std::map<std::uint64_t, Entry> entries_;
};

} // namespace wirestamp::platform::gnu_linux
