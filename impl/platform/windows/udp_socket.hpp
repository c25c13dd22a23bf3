// SPDX-License-Identifier: Apache-2.0
//
// The datagram socket of Windows: WSARecvMsg and WSASendMsg, and what their stamps are.
//
// Nothing in a packet says whether adapter or driver stamped it; only the adapter's active configuration
// does, which is asked again after every notice of a change. A stamp that nobody can label is none. Driver
// stamps count the performance counter and are delivered as MONOTONIC_RAW; adapter stamps are ticks of its
// own counter (DEVICE_RAW) for a correlation. Where the system stamps nothing, the library does, and says so.

#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>

#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/stamp_queue.hpp"
#include "impl/platform/windows/capabilities.hpp"
#include "impl/platform/windows/change_hub.hpp"
#include "impl/platform/windows/control_messages.hpp"
#include "impl/platform/windows/socket_setup.hpp"
#include "impl/platform/windows/stamp_poller.hpp"
#include "impl/platform/windows/transmit_polls.hpp"

namespace wirestamp::platform::windows {

class UdpSocket final : public DatagramSocket, private StampPoller::Debtor, private ChangeHub::Listener {
public:
    UdpSocket(SystemCalls& system, InterfaceCatalogue& interfaces, ChangeHub& changes, StampPoller& poller,
              const SocketOptions& options); // throws Failure
    ~UdpSocket() override;
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;

    std::intptr_t native_handle() const override { return socket_.socket.get(); }
    void signal_by(std::intptr_t event) override;
    const Address& local_address() const override { return socket_.local; }
    int receive(std::span<Received> batch) override;
    int send(std::span<const Outgoing> batch) override;
    int take_transmit_stamps(std::span<TransmitStamp> batch) override;
    bool has_kept_stamps() const override;
    bool stamps_once() const override { return true; }
    void join(const Address& group) override;
    void leave(const Address& group) override;
    const SocketCounters& counters() const override;
    std::string remark() const override { return socket_.remark; }

private:
    struct KnownInterface {
        std::uint32_t index = 0;
        StampDomain domain = StampDomain::none;
    };

    bool finish_received(Received& packet, const Message& message);
    void forget_domains_if_changed() noexcept;
    StampDomain domain_of(std::uint32_t interface_index) noexcept;
    StampDomain sending_domain() noexcept;
    StampDomain ask_domain(std::uint32_t interface_index) noexcept;
    Stamp make_stamp(std::uint64_t ticks, bool by_hardware, std::uint32_t interface_index) const noexcept;
    Stamp application_stamp(Nanoseconds counter) const noexcept;
    Nanoseconds counter() const noexcept;
    void owe_stamp(std::uint32_t id, StampDomain domain, Nanoseconds sent);
    void keep(std::uint32_t id, const Stamp& stamp) noexcept; // with stamps_ held

    Nanoseconds poll(Nanoseconds now) override;
    void notice(const ChangeNotice&) noexcept override {} // the hub's count of them is what is looked at

    SystemCalls& system_;
    InterfaceCatalogue& interfaces_;
    ChangeHub& changes_;
    StampPoller& poller_;
    OpenedSocket socket_;
    const StampMode mode_;
    const std::int64_t frequency_;
    ReceiveControl receive_control_{};
    SendControl send_control_{};

    std::uint64_t domains_as_of_ = 0;
    std::array<KnownInterface, 16> known_{};
    std::size_t known_count_ = 0;
    std::optional<StampDomain> sending_domain_;

    mutable std::mutex stamps_; // what the poller's thread touches, too
    TransmitPolls owed_;
    StampQueue kept_;
    Handle event_ = no_handle;
    std::uint64_t transmit_stamps_ = 0;
    std::uint64_t transmit_stamps_dropped_ = 0;
    bool polled_ = false;              // is a debtor of the poller
    std::atomic<bool> refused_{false}; // the socket turned out to give no stamps

    mutable SocketCounters counters_;
};

} // namespace wirestamp::platform::windows
