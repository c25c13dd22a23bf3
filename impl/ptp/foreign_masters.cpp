// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/foreign_masters.hpp"

#include <algorithm>

namespace wirestamp::ptp {
namespace {

Dataset dataset_of(const Header& header, const AnnounceBody& announce, std::uint8_t priority1,
                   std::uint8_t localPriority, const PortIdentity& receiver) noexcept {
    Dataset dataset;
    dataset.priority1 = priority1;
    dataset.identity = announce.grandmasterIdentity;
    dataset.quality = announce.grandmasterClockQuality;
    dataset.priority2 = announce.grandmasterPriority2;
    dataset.localPriority = localPriority;
    dataset.stepsRemoved = announce.stepsRemoved;
    dataset.sender = header.sourcePortIdentity;
    dataset.receiver = receiver;
    return dataset;
}

/// Everything that is passed on or decided upon; not the time of sending.
bool says_the_same(const ForeignMaster& record, const ForeignMasters::Announcement& announcement) noexcept {
    AnnounceBody before = record.announce;
    before.originTimestamp = announcement.body.originTimestamp;
    const auto suffix = announcement.message.suffix;
    return before == announcement.body && record.header.flagField == announcement.message.header.flagField &&
           record.priority1 == announcement.priority1 && record.localPriority == announcement.localPriority &&
           record.address == announcement.address &&
           std::equal(suffix.begin(), suffix.end(), record.suffix().begin(), record.suffix().end());
}

} // namespace

Dataset ForeignMaster::dataset(const PortIdentity& receiver) const noexcept {
    return dataset_of(header, announce, priority1, localPriority, receiver);
}

ForeignMasters::ForeignMasters(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 5)) {
    records_.reserve(capacity_);
}

ForeignMaster* ForeignMasters::place_for(const Dataset& newcomer, const Rules& rules) noexcept {
    if (records_.size() < capacity_)
        return &records_.emplace_back();
    // The best one is most likely the parent and stays; others give way to better ones, strangers first.
    const ForeignMaster* kept = best(rules);
    ForeignMaster* worst = nullptr;
    for (ForeignMaster& record : records_) {
        if (&record == kept)
            continue;
        const bool worse = worst == nullptr || (worst->qualified && !record.qualified) ||
                           (worst->qualified == record.qualified &&
                            a_wins(compare(worst->dataset(rules.receiver), record.dataset(rules.receiver),
                                           rules.comparison)));
        if (worse)
            worst = &record;
    }
    if (worst == nullptr || !a_wins(compare(newcomer, worst->dataset(rules.receiver), rules.comparison)))
        return nullptr;
    *worst = ForeignMaster();
    return worst;
}

ForeignMasters::Outcome ForeignMasters::heard(const Announcement& announcement, const Rules& rules,
                                              Nanoseconds now) noexcept {
    const Header& header = announcement.message.header;
    const auto same_source = [&](const ForeignMaster& record) {
        return record.source == header.sourcePortIdentity;
    };
    const auto found = std::find_if(records_.begin(), records_.end(), same_source);
    ForeignMaster* record = found == records_.end() ? nullptr : &*found;
    if (record != nullptr && record->header.sequenceId == header.sequenceId)
        return Outcome::repeated;
    if (record == nullptr) {
        const Dataset newcomer = dataset_of(header, announcement.body, announcement.priority1,
                                            announcement.localPriority, rules.receiver);
        record = place_for(newcomer, rules);
        if (record == nullptr)
            return Outcome::table_full;
    }

    const bool was_qualified = record->qualified;
    const bool same = record->times_heard > 0 && says_the_same(*record, announcement);
    record->source = header.sourcePortIdentity;
    record->address = announcement.address;
    record->route = announcement.route;
    record->header = header;
    record->announce = announcement.body;
    record->priority1 = announcement.priority1;
    record->localPriority = announcement.localPriority;
    record->heard = {record->heard[1], now};
    record->times_heard = std::min(record->times_heard + 1, threshold);
    const Nanoseconds window = time_window * announcement.interval;
    record->expires = now + std::max(window, announcement.lifetime);
    record->qualified =
        record->qualified || (record->times_heard >= threshold && now - record->heard[0] <= window);
    const auto suffix = announcement.message.suffix;
    record->suffix_size = std::min(suffix.size(), ForeignMaster::suffix_capacity);
    std::copy_n(suffix.begin(), record->suffix_size, record->suffix_octets.begin());
    return record->qualified && !(was_qualified && same) ? Outcome::changed : Outcome::unchanged;
}

const ForeignMaster* ForeignMasters::best(const Rules& rules) const noexcept {
    const ForeignMaster* best = nullptr;
    for (const ForeignMaster& record : records_)
        if (record.qualified &&
            (best == nullptr || a_wins(compare(record.dataset(rules.receiver), best->dataset(rules.receiver),
                                               rules.comparison))))
            best = &record;
    return best;
}

const ForeignMaster* ForeignMasters::find(const PortIdentity& source) const noexcept {
    for (const ForeignMaster& record : records_)
        if (record.source == source)
            return &record;
    return nullptr;
}

bool ForeignMasters::expire(Nanoseconds now) noexcept {
    bool one_was_qualified = false;
    std::erase_if(records_, [&](const ForeignMaster& record) {
        const bool gone = record.expires <= now;
        one_was_qualified = one_was_qualified || (gone && record.qualified);
        return gone;
    });
    return one_was_qualified;
}

Nanoseconds ForeignMasters::next_deadline() const noexcept {
    Nanoseconds deadline = never;
    for (const ForeignMaster& record : records_)
        deadline = std::min(deadline, record.expires);
    return deadline;
}

void ForeignMasters::remove(const PortIdentity& source) noexcept {
    std::erase_if(records_, [&](const ForeignMaster& record) { return record.source == source; });
}

} // namespace wirestamp::ptp
