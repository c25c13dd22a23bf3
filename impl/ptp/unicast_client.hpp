// SPDX-License-Identifier: Apache-2.0
//
// The asking side of unicast negotiation (IEEE 1588-2019 clause 16.1): a fixed table of masters, and for each
// what was asked, granted and when to ask again. Announce is wanted of all of them, Sync and Delay_Resp of
// the one that the best master algorithm chose, Pdelay_Resp of the peer, whether it is one of them or not.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/ptp/actions.hpp"
#include "impl/ptp/engine_config.hpp"
#include "impl/ptp/wire/tlv_types.hpp"

namespace wirestamp::ptp {

/// The messages that can be negotiated (clause 16.1.1), as indexes.
enum class UnicastService : std::uint8_t { announce, sync, delay_resp, pdelay_resp };
inline constexpr std::size_t unicast_service_count = 4;

std::optional<UnicastService> unicast_service(MessageType type) noexcept;
MessageType message_type(UnicastService service) noexcept;
constexpr bool same_host(const Address& a, const Address& b) noexcept {
    return a.family == b.family && a.bytes == b.bytes && a.family != Family::none;
}

class UnicastClient {
public:
    struct Contract {
        bool asked = false; ///< and not answered
        bool granted = false;
        std::int8_t logInterMessagePeriod = 0;
        Nanoseconds expires = never;
        Nanoseconds ask_at = 0; ///< not before
        unsigned unanswered = 0;
        Nanoseconds heard_at = 0; ///< the last message of this kind, or the grant
    };
    struct Master {
        Address address;
        std::uint8_t localPriority = 128;
        PortIdentity identity{}; ///< of its last message
        bool selected = false;
        bool is_master = true; ///< else only the peer of this link
        bool is_peer = false;
        std::array<Contract, unicast_service_count> contracts{};

        const Contract& contract(UnicastService service) const noexcept {
            return contracts[static_cast<std::size_t>(service)];
        }
        Contract& contract(UnicastService service) noexcept {
            return contracts[static_cast<std::size_t>(service)];
        }
    };
    enum class Granted : std::uint8_t { accepted, denied, not_asked };

    /// `peer`: the other end of the link where its delay is measured by unicast, else no address.
    UnicastClient(std::span<const UnicastMaster> masters, const Address& peer, std::int8_t logQueryInterval,
                  std::uint32_t duration);

    bool has_masters() const noexcept { return has_masters_; }

    void start(Nanoseconds now) noexcept;
    void stop() noexcept { query_at_ = never; }
    Nanoseconds next_deadline() const noexcept { return query_at_; }
    std::span<Master> masters() noexcept { return masters_; }
    std::span<const Master> masters() const noexcept { return masters_; }
    Master* find(const Address& address) noexcept;
    const Master* find(const Address& address) const noexcept;
    std::uint32_t duration() const noexcept { return duration_; }

    void heard(const Address& address, UnicastService service, Nanoseconds now) noexcept;
    /// Contracts that ran out, or that a master does not keep (it was restarted), are forgotten; how many
    /// there were. To be called when the deadline has passed.
    unsigned query(Nanoseconds now) noexcept;
    /// Whether to ask this master for this service now. Says so once: it counts as asked from then on.
    bool ask(Master& master, UnicastService service, Nanoseconds now) noexcept;
    /// Only one master can be the parent. `address` of no master: none is.
    void select(const Address& address, Nanoseconds now) noexcept;
    Granted granted(Master& master, const UnicastGrant& grant, Nanoseconds now) noexcept;
    /// The master does not serve any longer.
    void cancelled(Master& master, UnicastService service, Nanoseconds now) noexcept;

private:
    Nanoseconds query_interval() const noexcept;

    std::vector<Master> masters_;
    bool has_masters_;
    std::int8_t logQueryInterval_;
    std::uint32_t duration_;
    Nanoseconds query_at_ = never;
};

} // namespace wirestamp::ptp
