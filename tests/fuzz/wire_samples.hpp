// SPDX-License-Identifier: Apache-2.0
//
// One well-formed datagram of every message, TLV and management data field, made by our own encoder: the
// seeds of the fuzzer and the start of the unit tests that mutate.

#pragma once

#include <cstdint>
#include <vector>

#include "tests/fuzz/wire_exercise.hpp"

namespace wirestamp::ptp::samples {

using Datagram = std::vector<std::uint8_t>;

inline constexpr ClockIdentity clock{{0x00, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55}};
inline constexpr PortIdentity port{clock, 1};

inline Header header() {
    Header header;
    header.flagField = flag::two_step;
    header.correctionField = 0x1234567;
    header.sourcePortIdentity = port;
    header.sequenceId = 7;
    return header;
}

/// Texts and tables that are not empty where a structure has them.
template <class Data>
void fill(Data& data) {
    static constexpr std::uint8_t address[] = {10, 0, 0, 1};
    const management::PortAddress port_address{NetworkProtocol::udp_ipv4, address};
    if constexpr (requires { data.displayName; })
        data.displayName = "CET";
    if constexpr (requires { data.userDescription; })
        data.userDescription = "clock;place";
    if constexpr (requires { data.interface_name; })
        data.interface_name = "eth0";
    if constexpr (requires { data.physicalLayerProtocol; }) {
        data.physicalLayerProtocol = "IEEE 802.3";
        data.physicalAddress = address;
        data.protocolAddress = port_address;
        data.productDescription = "maker;model;number";
        data.revisionData = "1;2;3";
    }
    if constexpr (requires { data.pathSequence; }) {
        data.pathSequence.push_back(clock);
        data.pathSequence.push_back(any_clock);
    }
    if constexpr (requires { data.table; }) {
        if constexpr (requires { data.table.push_back(port_address); }) {
            data.table.push_back(port_address);
        } else if constexpr (requires { data.table.begin()->acceptablePortIdentity; }) {
            data.table.push_back({port, 5});
        } else {
            data.table.push_back({port, {}, 1, management::UnicastStateNp::wait, 1, 2, port_address});
        }
    }
}

inline const std::vector<Datagram>& all() {
    static const std::vector<Datagram> datagrams = [] {
        std::vector<Datagram> made;
        const auto keep = [&made](const MessageBuffer& buffer) {
            made.emplace_back(buffer.octets().begin(), buffer.octets().end());
        };
        const Timestamp timestamp{0x5f5e1001, 999999999};
        AnnounceBody announce;
        announce.grandmasterIdentity = clock;
        const Body bodies[] = {SyncBody{timestamp},
                               DelayReqBody{timestamp},
                               PdelayReqBody{timestamp},
                               PdelayRespBody{timestamp, port},
                               FollowUpBody{timestamp},
                               DelayRespBody{timestamp, port},
                               PdelayRespFollowUpBody{timestamp, port},
                               announce,
                               SignalingBody{},
                               ManagementBody{}};
        for (const Body& body : bodies) {
            MessageBuffer buffer;
            build(buffer, header(), body);
            keep(buffer);
            append_pad(buffer, buffer.size() + 8);
            append_tlv(buffer, TlvType::cumulative_rate_ratio, clock.octets);
            keep(buffer);
        }

        MessageBuffer traced;
        build(traced, header(), announce);
        append_path_trace(traced, PathTrace(clock.octets), clock);
        append(traced, AlternateTimeOffsetIndicator{1, -3600, 3600, 1, "CET"});
        append(traced,
               OrganizationExtension{TlvType::organization_extension_propagate, {1, 2, 3}, {4, 5, 6}, {}});
        keep(traced);

        exercise::for_each_type<exercise::TypedTlvs>([&]<class T>(T*) {
            T value{};
            fill(value);
            MessageBuffer buffer;
            build(buffer, header(), SignalingBody{});
            append(buffer, value);
            append(buffer, value);
            keep(buffer);
        });
        exercise::for_each_type<exercise::ManagementData>([&]<class Data>(Data*) {
            Data data{};
            fill(data);
            MessageBuffer buffer;
            build(buffer, header(), ManagementBody{});
            management::append(buffer, data);
            keep(buffer);
        });
        return made;
    }();
    return datagrams;
}

} // namespace wirestamp::ptp::samples
