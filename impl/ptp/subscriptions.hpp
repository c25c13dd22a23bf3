// SPDX-License-Identifier: Apache-2.0
//
// Who asked to be told of what (linuxptp's SUBSCRIBE_EVENTS_NP). A fixed table; a subscription ends by
// itself.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "impl/ptp/actions.hpp"
#include "impl/ptp/wire/management_linuxptp.hpp"

namespace wirestamp::ptp {

/// A client of a management socket.
struct LocalClient {
    PortIdentity identity{};
    Route route = Route::management_read_write;
    std::uint64_t token = 0;
};

class Subscriptions {
public:
    struct Subscription {
        LocalClient client;
        management::SubscribeEventsNp events{};
        Nanoseconds expires = 0;
        std::uint16_t sequenceId = 0;
        bool in_use = false;
    };

    /// False if there is no room. A duration of 0 or an empty mask ends a subscription.
    bool set(const LocalClient& client, const management::SubscribeEventsNp& events,
             Nanoseconds now) noexcept {
        Subscription* slot = find(client.identity, now);
        const bool wanted =
            events.duration != 0 && std::any_of(events.bitmask.begin(), events.bitmask.end(),
                                                [](std::uint8_t octet) { return octet != 0; });
        if (!wanted) {
            if (slot != nullptr)
                slot->in_use = false;
            return true;
        }
        if (slot == nullptr)
            slot = free_slot(now);
        if (slot == nullptr)
            return false;
        used_ = true;
        const std::uint16_t sequenceId = slot->in_use ? slot->sequenceId : std::uint16_t{0};
        *slot = {client, events, never, sequenceId, true};
        if (events.duration != 0xffff)
            slot->expires = now + events.duration * nanoseconds_per_second;
        return true;
    }

    /// Nobody reads there any more: its place is for others, also that of a subscription without end.
    void forget(Route route, std::uint64_t token) noexcept {
        for (Subscription& slot : slots_)
            if (slot.client.route == route && slot.client.token == token)
                slot.in_use = false;
    }

    Subscription* find(const PortIdentity& client, Nanoseconds now) noexcept {
        for (Subscription& slot : slots_)
            if (slot.in_use && slot.expires > now && slot.client.identity == client)
                return &slot;
        return nullptr;
    }

    bool any(management::Notification event, Nanoseconds now) const noexcept {
        return used_ && std::any_of(slots_.begin(), slots_.end(), [&](const Subscription& slot) {
                   return slot.in_use && slot.expires > now && slot.events.wants(event);
               });
    }

    template <class Function>
    void each(management::Notification event, Nanoseconds now, const Function& function) {
        for (Subscription& slot : slots_)
            if (slot.in_use && slot.expires > now && slot.events.wants(event))
                function(slot);
    }

private:
    Subscription* free_slot(Nanoseconds now) noexcept {
        for (Subscription& slot : slots_)
            if (!slot.in_use || slot.expires <= now) {
                slot.in_use = false;
                return &slot;
            }
        return nullptr;
    }

    std::array<Subscription, 16> slots_{};
    bool used_ = false; // by anybody at all: asked at every measurement
};

} // namespace wirestamp::ptp
