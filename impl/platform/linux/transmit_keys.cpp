// SPDX-License-Identifier: Apache-2.0
//
// Numbers are compared by difference, so that the 32-bit counter may wrap.

#include "impl/platform/linux/transmit_keys.hpp"

#include <bit>
#include <cstddef>

namespace wirestamp::platform::gnu_linux {

TransmitKeys::TransmitKeys(std::size_t capacity, std::uint8_t expected)
    : mask_(static_cast<std::uint32_t>(std::bit_ceil(capacity) - 1)),
      entries_(std::make_unique_for_overwrite<Entry[]>(std::size_t{mask_} + 1)),
      expected_(expected) {}

void TransmitKeys::store(std::uint32_t key, std::uint32_t id) noexcept {
    while (filled_ <= (key & mask_))
        entries_[filled_++] = {};
    auto& entry = slot(key);
    if (!entry.used || (entry.seen & expected_) == expected_)
        ++waiting_;
    entry = {key, id, 0, true};
}

void TransmitKeys::sent(std::uint32_t id) noexcept {
    if (slack_ == 0) {
        store(next_++, id);
        return;
    }
    probe_ = Probe{next_, slack_, id};
    ++next_;
}

void TransmitKeys::failed() noexcept {
    ++slack_;
}

std::optional<std::uint32_t> TransmitKeys::match(std::uint32_t key, std::uint8_t kind) noexcept {
    if (probe_ && key - probe_->lowest <= probe_->slack) {
        const auto probe = *probe_;
        probe_.reset();
        // Failures after the probe are still open.
        slack_ -= probe.slack;
        next_ = key + 1;
        store(key, probe.id);
    }
    if (filled_ <= (key & mask_))
        return std::nullopt;
    auto& entry = slot(key);
    if (!entry.used || entry.key != key || (entry.seen & kind) != 0)
        return std::nullopt;
    const bool was_complete = (entry.seen & expected_) == expected_;
    entry.seen = static_cast<std::uint8_t>(entry.seen | kind);
    if (!was_complete && (entry.seen & expected_) == expected_)
        --waiting_;
    return entry.id;
}

void TransmitKeys::restart() noexcept {
    filled_ = 0;
    next_ = 0;
    slack_ = 0;
    waiting_ = 0;
    probe_.reset();
}

} // namespace wirestamp::platform::gnu_linux
