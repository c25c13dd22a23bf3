// SPDX-License-Identifier: Apache-2.0
//
// The two sockets of one PTP port (IEEE 1588-2019 annexes C and D: event and general messages), opened,
// watched and emptied. Knows no protocol: packets and stamps go to a handler as they come.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/loop.hpp"
#include "impl/platform/platform.hpp"
#include "impl/ptp/actions.hpp"

namespace wirestamp::runtime {

struct PtpPortOptions {
    std::string interface;
    platform::Family family = platform::Family::ipv4;
    std::uint16_t event_port = 319;
    std::uint16_t general_port = 320;
    Address primary_group;
    Address peer_group;
    platform::StampMode stamps = platform::StampMode::software;
    std::int32_t virtual_clock = -1; // that hardware stamps count instead of the adapter's own
    int time_to_live = 1;
    int dscp_event = -1;
    int dscp_general = -1;
    int priority = -1;
};

class PtpPort;

class PtpPortHandler {
public:
    /// Once before the packets and stamps of one wake.
    virtual void port_woke(PtpPort& port) = 0;
    virtual void port_received(PtpPort& port, ptp::Channel channel, ptp::Route route,
                               const platform::Received& packet) = 0;
    virtual void port_stamped(PtpPort& port, const platform::TransmitStamp& stamp) = 0;
    /// A socket does not work any more (interface removed, address gone). Called at most once an opening.
    virtual void port_broke(PtpPort& port, int os_error) = 0;

protected:
    ~PtpPortHandler() = default;
};

class PtpPort {
public:
    PtpPort(platform::Platform& platform, platform::Loop& loop, PtpPortHandler& handler,
            ptp::PortNumber number, PtpPortOptions options);

    void open(); // throws Failure
    void close() noexcept;
    /// What is not as asked with the sockets, in words for a log; empty if all is.
    std::string remarks() const;
    bool is_open() const noexcept { return event_ != nullptr; }

    /// Which packets wake: those of the other sockets lie until serve() is called. Stamps are the system's,
    /// so that only their news is late. Kept over close() and open().
    enum class Wakes : std::uint8_t { all, general, none };
    void wake_for(Wakes wakes);
    Wakes wakes() const noexcept { return wakes_; }
    /// Takes what lies in the sockets that do not wake.
    void serve();

    ptp::PortNumber number() const noexcept { return number_; }
    const PtpPortOptions& options() const noexcept { return options_; }

    /// Takes the stamps that have come, without waiting for a wake. Kernel stamps are there when send()
    /// returns, and a peer as strict as ptp4l loses a Sync whose Follow_Up comes after the next Sync: on a
    /// busy machine, where two of them leave at once, waiting for the wake would make it so.
    void collect_stamps();
    bool stamps_at_once() const noexcept;
    bool stamps_in_software() const noexcept { return options_.stamps == platform::StampMode::software; }

    /// 0, or the errno-like reason why it was not sent.
    int send(const ptp::SendMessage& message, std::span<const std::uint8_t> bytes);

private:
    void watch();
    void serve_event();
    void serve_general();
    void serve_both();
    bool receive(platform::DatagramSocket& socket, ptp::Channel channel);
    std::optional<std::size_t> receive_batch(platform::DatagramSocket& socket, ptp::Channel channel,
                                             std::size_t wanted);
    bool take_stamps();
    bool take_batches();
    ptp::Route route_of(const Address& destination) const;
    void broke(int os_error);

    platform::Platform& platform_;
    platform::Loop& loop_;
    PtpPortHandler& handler_;
    const ptp::PortNumber number_;
    const PtpPortOptions options_;

    std::unique_ptr<platform::DatagramSocket> event_;
    std::unique_ptr<platform::DatagramSocket> general_;
    std::unique_ptr<platform::Watch> event_watch_;
    std::unique_ptr<platform::Watch> general_watch_;
    std::unique_ptr<platform::Timer> more_event_; // due at once when a wake left something behind
    std::unique_ptr<platform::Timer> more_general_;
    Wakes wakes_ = Wakes::all;
    bool taking_ = false;          // stamps_ is being read
    std::uint64_t stamps_due_ = 0; // asked for and not yet taken: without any, nobody need ask the system
    std::uint64_t received_count_ = 0;
    std::uint64_t opening_ = 0; // tells a handler that closed or reopened us from one that did not

    static constexpr std::size_t batch = 16;
    static constexpr std::size_t largest_packet = 2048;
    std::unique_ptr<std::array<std::array<std::uint8_t, largest_packet>, batch>> buffers_;
    std::array<platform::Received, batch> received_{};
    std::array<platform::TransmitStamp, batch> stamps_{};
};

} // namespace wirestamp::runtime
