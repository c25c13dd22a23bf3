// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/unicast_client.hpp"

#include <algorithm>

#include "impl/ptp/schedule.hpp"

namespace wirestamp::ptp {
namespace {

constexpr int slowest_backoff = 4; // 2^4 query intervals: a master that comes back is found within seconds
constexpr std::uint32_t shortest_duration = 10;

/// Granted, but nothing comes.
bool is_broken(const UnicastClient::Contract& contract, Nanoseconds now) noexcept {
    constexpr int beats = 5;
    constexpr Nanoseconds least = 5 * nanoseconds_per_second;
    return now - contract.heard_at > std::max(least, beats * interval_of(contract.logInterMessagePeriod));
}

} // namespace

std::optional<UnicastService> unicast_service(MessageType type) noexcept {
    switch (type) {
        case MessageType::announce:
            return UnicastService::announce;
        case MessageType::sync:
            return UnicastService::sync;
        case MessageType::delay_resp:
            return UnicastService::delay_resp;
        case MessageType::pdelay_resp:
            return UnicastService::pdelay_resp;
        default:
            return std::nullopt;
    }
}

MessageType message_type(UnicastService service) noexcept {
    static constexpr std::array types = {MessageType::announce, MessageType::sync, MessageType::delay_resp,
                                         MessageType::pdelay_resp};
    return types[static_cast<std::size_t>(service)];
}

void UnicastClient::heard(const Address& address, UnicastService service, Nanoseconds now) noexcept {
    if (Master* master = find(address))
        master->contract(service).heard_at = now;
}

UnicastClient::UnicastClient(std::span<const UnicastMaster> masters, const Address& peer,
                             std::int8_t logQueryInterval, std::uint32_t duration)
    : has_masters_(!masters.empty()),
      logQueryInterval_(logQueryInterval),
      duration_(std::max(duration, shortest_duration)) {
    for (const UnicastMaster& master : masters) {
        masters_.emplace_back().address = master.address;
        masters_.back().localPriority = master.localPriority;
    }
    if (peer.family == Family::none)
        return;
    if (find(peer) == nullptr) {
        masters_.emplace_back().address = peer;
        masters_.back().is_master = false;
    }
    find(peer)->is_peer = true;
}

Nanoseconds UnicastClient::query_interval() const noexcept {
    return interval_of(logQueryInterval_);
}

void UnicastClient::start(Nanoseconds now) noexcept {
    for (Master& master : masters_) {
        master.contracts = {};
        master.selected = false;
    }
    query_at_ = now;
}

UnicastClient::Master* UnicastClient::find(const Address& address) noexcept {
    const auto found = std::find_if(masters_.begin(), masters_.end(),
                                    [&](const Master& master) { return same_host(master.address, address); });
    return found == masters_.end() ? nullptr : &*found;
}

const UnicastClient::Master* UnicastClient::find(const Address& address) const noexcept {
    return const_cast<UnicastClient*>(this)->find(address);
}

unsigned UnicastClient::query(Nanoseconds now) noexcept {
    unsigned expired = 0;
    for (Master& master : masters_)
        for (Contract& contract : master.contracts)
            if (contract.granted && (contract.expires <= now || is_broken(contract, now))) {
                contract = Contract{};
                ++expired;
            }
    query_at_ = now + query_interval();
    return expired;
}

bool UnicastClient::ask(Master& master, UnicastService service, Nanoseconds now) noexcept {
    Contract& contract = master.contract(service);
    if (contract.ask_at > now)
        return false;
    contract.unanswered += contract.asked ? 1U : 0U;
    contract.asked = true;
    // A few tries at full pace, then ever slower ones.
    const int backoff = std::min(static_cast<int>(contract.unanswered / 4), slowest_backoff);
    contract.ask_at = now + (query_interval() << backoff);
    return true;
}

void UnicastClient::select(const Address& address, Nanoseconds now) noexcept {
    for (Master& master : masters_) {
        const bool selected = master.is_master && same_host(master.address, address);
        if (selected && !master.selected)
            query_at_ = std::min(query_at_, now);
        master.selected = selected;
    }
}

UnicastClient::Granted UnicastClient::granted(Master& master, const UnicastGrant& grant,
                                              Nanoseconds now) noexcept {
    const auto service = unicast_service(grant.messageType);
    if (!service || !master.contract(*service).asked)
        return Granted::not_asked;
    Contract& contract = master.contract(*service);
    contract.asked = false;
    if (grant.durationField == 0) {
        contract.granted = false;
        contract.unanswered = std::min(contract.unanswered + 1, 1000U);
        return Granted::denied;
    }
    contract.unanswered = 0;
    contract.granted = true;
    contract.heard_at = now;
    contract.logInterMessagePeriod =
        static_cast<std::int8_t>(std::clamp<int>(grant.logInterMessagePeriod, -10, 10));
    const Nanoseconds duration = std::min(grant.durationField, duration_) * nanoseconds_per_second;
    contract.expires = now + duration;
    // Three quarters of the time leave several tries before the messages end.
    contract.ask_at = now + duration / 4 * 3;
    return Granted::accepted;
}

void UnicastClient::cancelled(Master& master, UnicastService service, Nanoseconds now) noexcept {
    Contract& contract = master.contract(service);
    contract.granted = false;
    contract.asked = false;
    contract.expires = never;
    contract.ask_at = now + query_interval();
}

} // namespace wirestamp::ptp
