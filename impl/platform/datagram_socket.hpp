// SPDX-License-Identifier: Apache-2.0
//
// A UDP socket whose packets carry stamps, as little of it as the runtime needs. Nothing here blocks and
// nothing here allocates after the socket is open.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impl/base/address.hpp"
#include "impl/platform/loop.hpp"
#include "impl/platform/stamp.hpp"

namespace wirestamp::platform {

using wirestamp::Address;
using wirestamp::Family;
using wirestamp::parse_address;
using wirestamp::to_text;

enum class StampMode : std::uint8_t {
    none,     // ordinary socket
    software, // kernel stamps
    hardware, // adapter stamps only (the adapter must have been enabled)
    both,     // whatever comes, each labelled
};

struct SocketOptions {
    Family family = Family::ipv4;
    std::uint16_t port = 0;       // 0: any
    std::optional<Address> local; // unset: any address
    std::string interface;        // empty: not bound to one; else joins, sends and receives there only
    std::vector<Address> groups;  // joined on `interface`
    StampMode stamps = StampMode::none;
    int clock_index = -1;   // hardware stamps count this clock of `interface`; -1: the adapter's own
    int time_to_live = -1;  // -1: system default; for multicast 1 unless said
    int dscp = -1;          // 0..63
    int priority = -1;      // SO_PRIORITY
    int receive_buffer = 0; // bytes, 0: a default fit for bursts; forced beyond the limit when privileged
    int send_buffer = 0;
    bool reuse_address = false;
    bool multicast_loopback = false; // hear what this host itself sends to the group
    std::uint16_t transmit_stamps_kept =
        256; // stamps not yet taken; the newest are dropped beyond, and counted
};

struct Received {
    std::span<std::uint8_t> buffer; // set by the caller, once
    std::size_t size = 0;
    bool truncated = false;
    Address source;
    Address destination; // port 0 where the system does not tell it
    std::uint32_t interface_index = 0;
    Stamp hardware;
    Stamp software;
};

struct Outgoing {
    std::span<const std::uint8_t> data;
    Address destination;
    std::optional<std::uint32_t> stamp_id; // asks for a transmit stamp under this id
};

struct TransmitStamp {
    std::uint32_t id = 0;
    Stamp hardware;
    Stamp software;
};

struct SocketCounters {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t receive_stamps_missing = 0;
    std::uint64_t transmit_stamps = 0;
    std::uint64_t transmit_stamps_dropped = 0; // a full queue
    std::uint64_t transmit_stamps_unknown = 0; // a stamp nobody asked for or that came twice
    std::uint64_t transmit_stamps_zero = 0;    // a stamp without a value
    std::uint64_t receive_drops = 0;           // SO_RXQ_OVFL
};

class DatagramSocket : public Pollable {
public:
    virtual const Address& local_address() const = 0;

    /// Fills up to batch.size() entries. Returns how many, 0 when it would block, or a negative errno-like
    /// number.
    virtual int receive(std::span<Received> batch) = 0;
    /// Returns how many were handed to the system (in order), or a negative errno-like number if none was.
    virtual int send(std::span<const Outgoing> batch) = 0;
    /// Takes transmit stamps that have come, oldest first, until the system has no more or `batch` is full.
    /// Both the hardware and the software stamp of one packet may come in two entries with one id.
    virtual int take_transmit_stamps(std::span<TransmitStamp> batch) = 0;

    /// Whether stamps wait in the socket object itself, which the readiness of its handle does not tell:
    /// where the system takes none, sending makes them at once. To be asked after send().
    virtual bool has_kept_stamps() const { return false; }
    /// Whether a packet gets one transmit stamp, by whomever, also where `both` was asked for: then there is
    /// no other one to wait for.
    virtual bool stamps_once() const { return false; }

    virtual void join(const Address& group) = 0; // throws Failure
    virtual void leave(const Address& group) = 0;
    virtual const SocketCounters& counters() const = 0;
    /// What was asked for and is not so on this system (a smaller buffer, filtering by the library), in words
    /// for a log; empty if all is as asked.
    virtual std::string remark() const { return {}; }
};

} // namespace wirestamp::platform
