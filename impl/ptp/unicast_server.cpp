// SPDX-License-Identifier: Apache-2.0
#include "impl/ptp/unicast_server.hpp"

#include <algorithm>

namespace wirestamp::ptp {

std::size_t UnicastServer::Hash::operator()(const Key& key) const noexcept {
    // FNV-1a; a collision costs a comparison, and the table is bounded.
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&](std::uint8_t octet) { hash = (hash ^ octet) * 0x100000001b3U; };
    for (const std::uint8_t octet : key.address.bytes)
        add(octet);
    for (const std::uint8_t octet : key.identity.clockIdentity.octets)
        add(octet);
    add(static_cast<std::uint8_t>(key.identity.portNumber));
    return static_cast<std::size_t>(hash);
}

std::uint64_t UnicastServer::load_of(int log2) noexcept {
    const int exponent = std::clamp(log2, -10, 10);
    return exponent <= 0 ? load_unit << -exponent : load_unit >> exponent;
}

std::optional<std::uint32_t> UnicastServer::place_for(const Key& key) {
    const auto found = index_.find(key);
    if (found != index_.end())
        return found->second;
    if (index_.size() >= limits_.clients && !make_room(key.address))
        return std::nullopt;
    std::uint32_t place = 0;
    if (!free_.empty()) {
        place = free_.back();
        free_.pop_back();
    } else {
        place = static_cast<std::uint32_t>(clients_.size());
        clients_.emplace_back();
    }
    clients_[place] = Client{key, {}, true};
    index_.emplace(key, place);
    ++hosts_[Key{key.address, {}}];
    return place;
}

bool UnicastServer::make_room(const Address& newcomer) {
    const Key* greediest = nullptr;
    std::uint32_t most = 0;
    for (const auto& [host, clients] : hosts_)
        if (clients > most ||
            (clients == most && greediest && host.address.bytes < greediest->address.bytes)) {
            greediest = &host;
            most = clients;
        }
    const auto known = hosts_.find(Key{newcomer, {}});
    const std::uint32_t own = known == hosts_.end() ? 0 : known->second;
    if (greediest == nullptr || most < own + 2)
        return false;
    const Address address = greediest->address;
    for (std::size_t i = clients_.size(); i-- > 0;) {
        if (!clients_[i].in_use || !same_host(clients_[i].key.address, address))
            continue;
        for (std::size_t service = 0; service < unicast_service_count; ++service)
            end(static_cast<std::uint32_t>(i), static_cast<UnicastService>(service));
        return true;
    }
    return false;
}

UnicastGrant UnicastServer::request(const Address& address, const PortIdentity& identity,
                                    const UnicastRequest& request, Random& random, Nanoseconds now) {
    UnicastGrant answer{request.messageType, request.logInterMessagePeriod, 0, false};
    const auto service = unicast_service(request.messageType);
    if (!service || request.durationField == 0 || request.logInterMessagePeriod < limits_.fastest)
        return answer;
    const auto log2 = std::min(request.logInterMessagePeriod, limits_.slowest);

    const Key key{address, identity};
    std::uint64_t freed = 0;
    if (const auto known = index_.find(key); known != index_.end())
        if (const Grant& before = clients_[known->second].grants[static_cast<std::size_t>(*service)];
            before.active)
            freed = load_of(before.logInterMessagePeriod);
    while (load_ - freed + load_of(log2) > limits_.messages_per_second * load_unit)
        if (!make_room(address))
            return answer;
    const auto place = place_for(key);
    if (!place)
        return answer;

    Grant& grant = clients_[*place].grants[static_cast<std::size_t>(*service)];
    answer.logInterMessagePeriod = log2;
    answer.durationField = std::min(request.durationField, limits_.duration);
    answer.renewalInvited = true;
    load_ += load_of(log2) - freed;
    const bool same_pace = grant.active && grant.logInterMessagePeriod == log2;
    grant.active = true;
    grant.logInterMessagePeriod = log2;
    grant.expires = now + answer.durationField * nanoseconds_per_second;
    if (same_pace)
        return answer; // a renewal does not disturb the beat
    grant.generation = ++generation_;
    if (is_sent_by_timer(*service)) {
        // The first Announce is waited for; of the rest the phases are spread.
        const Nanoseconds first =
            *service == UnicastService::announce ? now : now + random.between(0, interval_of(log2));
        grant.due.start(first);
        appoint(*place, *service, first);
    } else {
        appoint(*place, *service, grant.expires);
    }
    return answer;
}

void UnicastServer::appoint(std::uint32_t client, UnicastService service, Nanoseconds at) {
    const Grant& grant = clients_[client].grants[static_cast<std::size_t>(service)];
    // Appointments of grants that were cancelled lie here until their time comes. Who asks and cancels all
    // day must not fill the memory with them.
    const std::size_t limit = 64 + 2 * unicast_service_count * clients_.size();
    if (turns_.size() >= limit) {
        std::erase_if(turns_, [&](const Appointment& turn) {
            const Grant& of = clients_[turn.client].grants[static_cast<std::size_t>(turn.service)];
            return !of.active || of.generation != turn.generation;
        });
        std::make_heap(turns_.begin(), turns_.end());
    }
    push({at, client, service, grant.generation});
}

void UnicastServer::push(const Appointment& appointment) {
    turns_.push_back(appointment);
    std::push_heap(turns_.begin(), turns_.end());
}

void UnicastServer::end(std::uint32_t client, UnicastService service) noexcept {
    Client& of = clients_[client];
    Grant& grant = of.grants[static_cast<std::size_t>(service)];
    if (!grant.active)
        return;
    load_ -= load_of(grant.logInterMessagePeriod);
    grant = Grant{};
    if (std::any_of(of.grants.begin(), of.grants.end(), [](const Grant& g) { return g.active; }))
        return;
    index_.erase(of.key);
    if (const auto host = hosts_.find(Key{of.key.address, {}}); host != hosts_.end() && --host->second == 0)
        hosts_.erase(host);
    of.in_use = false;
    free_.push_back(client);
}

bool UnicastServer::cancel(const Address& address, const PortIdentity& identity, MessageType type) noexcept {
    const auto service = unicast_service(type);
    const auto found = index_.find(Key{address, identity});
    if (!service || found == index_.end())
        return false;
    const std::uint32_t client = found->second;
    const bool active = clients_[client].grants[static_cast<std::size_t>(*service)].active;
    end(client, *service);
    return active;
}

void UnicastServer::clear() noexcept {
    clients_.clear();
    free_.clear();
    index_.clear();
    hosts_.clear();
    turns_.clear();
    load_ = 0;
}

std::optional<UnicastServer::Turn> UnicastServer::next(Nanoseconds now) noexcept {
    while (!turns_.empty() && turns_.front().at <= now) {
        std::pop_heap(turns_.begin(), turns_.end());
        Appointment turn = turns_.back();
        turns_.pop_back();
        Client& client = clients_[turn.client];
        Grant& grant = client.grants[static_cast<std::size_t>(turn.service)];
        if (!grant.active || grant.generation != turn.generation)
            continue;
        if (grant.expires <= now) {
            ++expired_;
            end(turn.client, turn.service);
            continue;
        }
        if (!is_sent_by_timer(turn.service)) {
            turn.at = grant.expires; // it was renewed meanwhile
            push(turn);
            continue;
        }
        grant.due.advance(now, interval_of(grant.logInterMessagePeriod));
        turn.at = grant.due.at();
        push(turn);
        return Turn{client.key.address, turn.service, grant.sequenceId++, grant.logInterMessagePeriod};
    }
    return std::nullopt;
}

} // namespace wirestamp::ptp
