// SPDX-License-Identifier: Apache-2.0
//
// The granting side of unicast negotiation (IEEE 1588-2019 clause 16.1): who gets what until when, and whose
// turn it is. Clients and the sum of all rates are bounded, so that a flood of requests is refused instead of
// served, and each client starts at a random phase, so that the messages of many do not leave in one burst.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "impl/ptp/random.hpp"
#include "impl/ptp/schedule.hpp"
#include "impl/ptp/unicast_client.hpp"

namespace wirestamp::ptp {

class UnicastServer {
public:
    struct Limits {
        std::size_t clients = 1024;
        std::uint32_t messages_per_second = 100'000;
        std::int8_t fastest = -7;
        std::int8_t slowest = 4; ///< slower requests are served at this pace, which keeps a parent alive
        std::uint32_t duration = 3600;
    };
    struct Turn {
        Address address;
        UnicastService service = UnicastService::announce;
        std::uint16_t sequenceId = 0;
        std::int8_t logInterMessagePeriod = 0;
    };

    explicit UnicastServer(const Limits& limits) : limits_(limits) {}

    /// What is granted; a durationField of 0 refuses.
    UnicastGrant request(const Address& address, const PortIdentity& identity, const UnicastRequest& request,
                         Random& random, Nanoseconds now);
    /// Whether there was something to cancel.
    bool cancel(const Address& address, const PortIdentity& identity, MessageType type) noexcept;
    void clear() noexcept;
    /// Each client with what it was granted.
    template <class Function>
    void each(const Function& function) const {
        for (const Client& client : clients_)
            for (std::size_t i = 0; i < unicast_service_count; ++i)
                if (client.in_use && client.grants[i].active)
                    function(client.key.address, client.key.identity, static_cast<UnicastService>(i));
    }

    /// The next message that is due, if one is. The caller asks until nothing is left.
    std::optional<Turn> next(Nanoseconds now) noexcept;
    Nanoseconds next_deadline() const noexcept { return turns_.empty() ? never : turns_.front().at; }

    std::size_t clients() const noexcept { return index_.size(); }
    std::size_t messages_per_second() const noexcept { return load_ / load_unit; }
    /// Entries that wait for their turn, those of grants that ended among them.
    std::size_t appointments() const noexcept { return turns_.size(); }
    unsigned take_expired_count() noexcept {
        const unsigned count = expired_;
        expired_ = 0;
        return count;
    }

private:
    // Rates below one a second count, too.
    static constexpr std::uint64_t load_unit = 1024;

    struct Key {
        Address address;
        PortIdentity identity;
        bool operator==(const Key& other) const noexcept {
            return same_host(address, other.address) && identity == other.identity;
        }
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    struct Grant {
        bool active = false;
        std::int8_t logInterMessagePeriod = 0;
        Nanoseconds expires = 0;
        Periodic due;
        std::uint16_t sequenceId = 0;
        std::uint32_t generation = 0; ///< tells this grant's turn from that of one that was cancelled
    };
    struct Client {
        Key key;
        std::array<Grant, unicast_service_count> grants{};
        bool in_use = false;
    };
    struct Appointment {
        Nanoseconds at = 0;
        std::uint32_t client = 0;
        UnicastService service = UnicastService::announce;
        std::uint32_t generation = 0;
        /// For a heap whose front is the earliest; ties by client keep a run reproducible.
        friend bool operator<(const Appointment& a, const Appointment& b) noexcept {
            return a.at != b.at ? a.at > b.at : a.client > b.client;
        }
    };

    static std::uint64_t load_of(int log2) noexcept;
    static bool is_sent_by_timer(UnicastService service) noexcept {
        return service == UnicastService::announce || service == UnicastService::sync;
    }
    std::optional<std::uint32_t> place_for(const Key& key);
    /// One host with many identities must not keep others out: it gives way to a host that has less. False
    /// where nobody has so much more than this one.
    bool make_room(const Address& newcomer);
    void end(std::uint32_t client, UnicastService service) noexcept;
    void appoint(std::uint32_t client, UnicastService service, Nanoseconds at);
    void push(const Appointment& appointment);

    Limits limits_;
    std::vector<Client> clients_;
    std::vector<std::uint32_t> free_;
    std::unordered_map<Key, std::uint32_t, Hash> index_;
    std::unordered_map<Key, std::uint32_t, Hash> hosts_; ///< how many clients each has; without identities
    std::vector<Appointment> turns_;
    std::uint64_t load_ = 0;
    unsigned expired_ = 0;
    std::uint32_t generation_ = 0;
};

} // namespace wirestamp::ptp
