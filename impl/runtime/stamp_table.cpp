// SPDX-License-Identifier: Apache-2.0

#include "impl/runtime/stamp_table.hpp"

#include <utility>

namespace wirestamp::runtime {

StampTable::StampTable(std::size_t capacity) : slots_(capacity) {
    std::size_t buckets = 2;
    while (buckets < capacity * 2) {
        buckets *= 2;
        --shift_;
    }
    buckets_.assign(buckets, none);
    for (std::size_t i = capacity; i-- > 0;)
        slots_[i].chain = std::exchange(free_, static_cast<Index>(i));
}

bool StampTable::put(const platform::TransmitStamp& stamp) noexcept {
    if (slots_.empty())
        return false;
    Index* link = &buckets_[bucket_of(stamp.id)];
    for (; *link != none; link = &slots_[*link].chain) {
        platform::TransmitStamp& there = slots_[*link].stamp;
        if (there.id != stamp.id || (there.hardware && stamp.hardware) || (there.software && stamp.software))
            continue;
        if (stamp.hardware)
            there.hardware = stamp.hardware;
        if (stamp.software)
            there.software = stamp.software;
        return true;
    }
    const bool full = free_ == none;
    if (full) {
        remove(oldest_);
        link = &buckets_[bucket_of(stamp.id)];
        while (*link != none)
            link = &slots_[*link].chain;
    }
    const Index index = free_;
    Slot& slot = slots_[index];
    free_ = slot.chain;
    slot.stamp = stamp;
    slot.chain = none;
    slot.older = newest_;
    slot.newer = none;
    (newest_ == none ? oldest_ : slots_[newest_].newer) = index;
    newest_ = index;
    *link = index;
    ++size_;
    return !full;
}

bool StampTable::take(std::uint32_t id, bool both, platform::TransmitStamp& out) noexcept {
    for (Index index = buckets_[bucket_of(id)]; index != none; index = slots_[index].chain) {
        const platform::TransmitStamp& there = slots_[index].stamp;
        if (there.id != id || (both && !(there.hardware && there.software)))
            continue;
        out = there;
        remove(index);
        return true;
    }
    return false;
}

bool StampTable::take_oldest(platform::TransmitStamp& out) noexcept {
    if (oldest_ == none)
        return false;
    out = slots_[oldest_].stamp;
    remove(oldest_);
    return true;
}

void StampTable::remove(Index index) noexcept {
    Slot& slot = slots_[index];
    Index* link = &buckets_[bucket_of(slot.stamp.id)];
    while (*link != index)
        link = &slots_[*link].chain;
    *link = slot.chain;
    (slot.older == none ? oldest_ : slots_[slot.older].newer) = slot.newer;
    (slot.newer == none ? newest_ : slots_[slot.newer].older) = slot.older;
    slot.chain = std::exchange(free_, index);
    --size_;
}

} // namespace wirestamp::runtime
