// SPDX-License-Identifier: Apache-2.0
//
// Transmit stamps that have come and were not taken yet, found by the sender's id and kept in the order of
// their coming. All memory is had at the beginning: the table sits in the path of every packet. When it is
// full, what comes is refused and what is there stays, as in Windows' buffer of TxTimestampsBuffered stamps.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/platform/datagram_socket.hpp"

namespace wirestamp::runtime {

class StampTable {
public:
    explicit StampTable(std::size_t capacity);

    /// A stamp of the other kind under an id that is there joins it; another of the same kind stands beside
    /// it, so that two packets sent with one id both have theirs. False: full.
    bool put(const platform::TransmitStamp& stamp) noexcept;
    /// The oldest of this id; with `both`, only if it has the hardware and the software stamp.
    bool take(std::uint32_t id, bool both, platform::TransmitStamp& out) noexcept;
    /// The oldest of all.
    bool take_oldest(platform::TransmitStamp& out) noexcept;

    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return slots_.size(); }

private:
    using Index = std::uint32_t;
    static constexpr Index none = 0xffffffff;

    struct Slot {
        platform::TransmitStamp stamp;
        Index chain = none; // next of the same bucket, oldest first; next free one while free
        Index older = none;
        Index newer = none;
    };

    std::size_t bucket_of(std::uint32_t id) const noexcept { return (id * 2654435769u) >> shift_; }
    void remove(Index index) noexcept;

    std::vector<Slot> slots_;
    std::vector<Index> buckets_;
    unsigned shift_ = 31;
    Index free_ = none;
    Index oldest_ = none;
    Index newest_ = none;
    std::size_t size_ = 0;
};

} // namespace wirestamp::runtime
