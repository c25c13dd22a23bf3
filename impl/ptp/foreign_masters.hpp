// SPDX-License-Identifier: Apache-2.0
//
// foreignMasterDS of one port (IEEE 1588-2019 clause 9.3.2.4): who announced here lately, and who did so
// often enough to be believed (FOREIGN_MASTER_THRESHOLD messages within FOREIGN_MASTER_TIME_WINDOW). A fixed
// number of records: in a flood, better clocks keep their place and qualified ones go last.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "impl/ptp/actions.hpp"
#include "impl/ptp/bmca.hpp"
#include "impl/ptp/wire/message.hpp"

namespace wirestamp::ptp {

struct ForeignMaster {
    static constexpr std::size_t suffix_capacity = 1408;

    PortIdentity source{};
    Address address{};
    Route route = Route::primary;
    Header header{};
    AnnounceBody announce{};
    std::uint8_t priority1 = 128; ///< the announced one, or that of the acceptable master table
    std::uint8_t localPriority = 128;
    bool qualified = false;
    std::array<Nanoseconds, 2> heard{}; ///< the last two
    unsigned times_heard = 0;
    Nanoseconds expires = never;
    std::size_t suffix_size = 0;
    std::array<std::uint8_t, suffix_capacity> suffix_octets{};

    std::span<const std::uint8_t> suffix() const noexcept { return {suffix_octets.data(), suffix_size}; }
    Dataset dataset(const PortIdentity& receiver) const noexcept;
};

class ForeignMasters {
public:
    static constexpr int time_window = 4; ///< in announce intervals
    static constexpr unsigned threshold = 2;

    struct Rules {
        PortIdentity receiver{};
        DatasetComparison comparison = DatasetComparison::ieee1588;
    };

    struct Announcement {
        const Message& message;
        const AnnounceBody& body;
        Address address{};
        Route route = Route::primary;
        std::uint8_t priority1 = 128;
        std::uint8_t localPriority = 128;
        Nanoseconds interval = 0; ///< how often this master announces
        Nanoseconds lifetime = 0; ///< without a further message
    };

    enum class Outcome : std::uint8_t {
        repeated, ///< the same sequenceId again
        table_full,
        unchanged, ///< nothing that a state decision would see
        changed,   ///< qualified now, or says something else
    };

    explicit ForeignMasters(std::size_t capacity);

    Outcome heard(const Announcement& announcement, const Rules& rules, Nanoseconds now) noexcept;
    const ForeignMaster* best(const Rules& rules) const noexcept;
    const ForeignMaster* find(const PortIdentity& source) const noexcept;
    std::span<const ForeignMaster> all() const noexcept { return records_; }

    /// Forgets who has been silent for too long; whether one of them was qualified.
    bool expire(Nanoseconds now) noexcept;
    Nanoseconds next_deadline() const noexcept;
    void remove(const PortIdentity& source) noexcept;
    void clear() noexcept { records_.clear(); }

private:
    ForeignMaster* place_for(const Dataset& newcomer, const Rules& rules) noexcept;

    std::size_t capacity_;
    std::vector<ForeignMaster> records_;
};

} // namespace wirestamp::ptp
