// SPDX-License-Identifier: Apache-2.0
//
// What a record consists of after its first line: entries, each an octet that names it and its fields. An
// entry of `frame` says that something happened (a timer was due, a socket was ready, the program called);
// those after it say what the system then answered, in the order of the questions. Each entry is described
// once, for writing and for reading.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "impl/platform/capability_source.hpp"
#include "impl/platform/change_source.hpp"
#include "impl/platform/clock_source.hpp"
#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/interface.hpp"
#include "impl/platform/recorded/octets.hpp"

namespace wirestamp::platform::recorded {

enum class EntryKind : std::uint8_t {
    end = 0,
    frame = 1,
    loop_now = 2,
    clock_read = 3,
    clock_pair = 4,
    asleep = 5,
    interface_found = 6,
    capabilities = 7,
    device_kind = 8,
    cross_timestamp = 9,
    steered_opened = 10,
    steered_now = 11,
    steered_frequency = 12,
    socket_opened = 13,
    received = 14,
    sent = 15,
    stamped = 16,
    stamps_kept = 17,
    changes_opened = 18,
    changes_taken = 19,
    local_opened = 20,
    local_received = 21,
    local_sent = 22,
    failure = 23,
    setting = 24,
    table = 25,
    identity = 26,
    writer = 27,
};

enum class FrameKind : std::uint8_t { open, start, stop, timer, ready, set };

/// The last time of each clock: the next is written as what it is more. 0 is the loop's clock, which only
/// grows.
using Times = std::array<Nanoseconds, 16>;
inline constexpr std::uint8_t loop_clock = 0;
inline constexpr std::uint8_t asleep_clock = 15;

class Packer {
public:
    Packer(Octets& out, Times& times) : out_(out), times_(times) {}

    void time(std::uint8_t clock, Nanoseconds value) {
        Nanoseconds& last = times_[clock % std::tuple_size_v<Times>];
        value = std::clamp(value, -largest_time, largest_time);
        out_.whole(value - last);
        last = value;
    }
    template <class T>
    void octet(T value, std::uint8_t) {
        out_.octet(static_cast<std::uint8_t>(value));
    }
    template <class T>
    void number(T value, std::uint64_t largest) {
        const bool negative = std::is_signed_v<T> && value < T{};
        out_.number(negative ? 0 : std::min(static_cast<std::uint64_t>(value), largest));
    }
    template <class T>
    void whole(T value) {
        out_.whole(value);
    }
    void real(double value) { out_.real(value); }
    void flag(bool value) { out_.octet(value ? 1 : 0); }
    template <class T>
    void text(const T& value, std::size_t longest) {
        if (value.size() > longest)
            out_.text(T(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(longest)));
        else
            out_.text(value);
    }
    template <class List>
    void count(const List& list, std::size_t) {
        out_.number(list.size());
    }
    /// Whether there is one.
    template <class T>
    bool present(const std::optional<T>& value) {
        flag(value.has_value());
        return value.has_value();
    }

private:
    Octets& out_;
    Times& times_;
};

class Unpacker {
public:
    Unpacker(OctetReader& in, Times& times) : in_(in), times_(times) {}

    void time(std::uint8_t clock, Nanoseconds& value) {
        Nanoseconds& last = times_[clock % std::tuple_size_v<Times>];
        const Nanoseconds more = in_.whole();
        value = saturating_add(last, more);
        if (value > largest_time || value < -largest_time)
            in_.damaged("a time out of all reason");
        if (clock == loop_clock && more < 0)
            in_.damaged("time that goes back");
        last = value;
    }
    template <class T>
    void octet(T& value, std::uint8_t largest) {
        const std::uint8_t read = in_.octet();
        if (read > largest)
            in_.damaged("an octet beyond its limit");
        value = static_cast<T>(read);
    }
    template <class T>
    void number(T& value, std::uint64_t largest) {
        value = static_cast<T>(in_.number(largest));
    }
    template <class T>
    void whole(T& value) {
        const std::int64_t read = in_.whole();
        value = static_cast<T>(read);
        if (value != read)
            in_.damaged("a number beyond its limit");
    }
    void real(double& value) { value = in_.real(); }
    void flag(bool& value) { octet(value, 1); }
    void text(std::string& value, std::size_t longest) { value = in_.text(longest); }
    void text(std::vector<std::uint8_t>& value, std::size_t longest) { in_.text(value, longest); }
    template <class List>
    void count(List& list, std::size_t most) {
        list.resize(in_.number(most));
    }
    template <class T>
    bool present(std::optional<T>& value) {
        bool there = false;
        flag(there);
        value.reset();
        if (there)
            value.emplace();
        return there;
    }

private:
    OctetReader& in_;
    Times& times_;
};

inline constexpr std::size_t longest_name = 256;
inline constexpr std::size_t longest_text = 64 * 1024;
inline constexpr std::size_t longest_packet = 64 * 1024;
inline constexpr std::uint8_t last_clock = static_cast<std::uint8_t>(ClockKind::qpc);

template <class Archive, class T>
void fields_of_stamp(Archive& archive, T& stamp) {
    archive.octet(stamp.source, static_cast<std::uint8_t>(StampSource::hardware));
    if (stamp.source == StampSource::none)
        return;
    archive.octet(stamp.clock, last_clock);
    archive.time(static_cast<std::uint8_t>(stamp.clock), stamp.value);
    archive.whole(stamp.clock_index);
}

template <class Archive, class T>
void fields_of_address(Archive& archive, T& address) {
    std::uint8_t version = address.family == Family::ipv4 ? 1 : address.family == Family::ipv6 ? 2 : 0;
    archive.octet(version, 2);
    if constexpr (!std::is_const_v<T>)
        address.family = version == 1 ? Family::ipv4 : version == 2 ? Family::ipv6 : Family::none;
    if (version == 0)
        return;
    archive.number(address.port, 0xffff);
    const std::size_t size = address.family == Family::ipv4 ? 4 : 16;
    for (std::size_t i = 0; i < size; ++i)
        archive.octet(address.bytes[i], 0xff);
    if (address.family == Family::ipv6)
        archive.number(address.scope_id, 0xffffffff);
}

struct FrameEntry {
    static constexpr auto kind = EntryKind::frame;
    FrameKind what = FrameKind::open;
    std::uint32_t index = 0; // of the timer or the pollable
    std::string name, value; // of what is set
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.octet(e.what, static_cast<std::uint8_t>(FrameKind::set));
        if (e.what == FrameKind::timer || e.what == FrameKind::ready)
            a.number(e.index, 0xffffffff);
        if (e.what == FrameKind::set) {
            a.text(e.name, longest_name);
            a.text(e.value, longest_text);
        }
    }
};

struct LoopNow {
    static constexpr auto kind = EntryKind::loop_now;
    Nanoseconds now = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.time(loop_clock, e.now);
    }
};

struct ClockRead {
    static constexpr auto kind = EntryKind::clock_read;
    ClockKind clock = ClockKind::none;
    Nanoseconds value = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.octet(e.clock, last_clock);
        a.time(static_cast<std::uint8_t>(e.clock), e.value);
    }
};

struct ClockPair {
    static constexpr auto kind = EntryKind::clock_pair;
    ClockKind first = ClockKind::none, second = ClockKind::none;
    ClockSource::Pair pair;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.octet(e.first, last_clock);
        a.octet(e.second, last_clock);
        a.time(static_cast<std::uint8_t>(e.first), e.pair.first);
        a.time(static_cast<std::uint8_t>(e.second), e.pair.second);
        a.number(e.pair.uncertainty, largest_time);
    }
};

struct Asleep {
    static constexpr auto kind = EntryKind::asleep;
    Nanoseconds time = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.time(asleep_clock, e.time); // two clocks' difference, which may be a little below 0
    }
};

struct InterfaceFound {
    static constexpr auto kind = EntryKind::interface_found;
    std::string key; // asked for; empty: by its id
    InterfaceId id = 0;
    std::optional<Interface> found;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.text(e.key, longest_name);
        a.number(e.id, ~std::uint64_t{0});
        if (!a.present(e.found))
            return;
        auto& i = *e.found;
        a.number(i.id, ~std::uint64_t{0});
        a.number(i.index, 0xffffffff);
        a.text(i.name, longest_name);
        a.octet(i.hardware_address_length, 8);
        for (std::size_t n = 0; n < i.hardware_address_length; ++n)
            a.octet(i.hardware_address[n], 0xff);
        a.octet(i.link, static_cast<std::uint8_t>(LinkState::up));
        a.flag(i.administratively_up);
        a.flag(i.loopback);
        a.flag(i.multicast);
        a.octet(i.kind, static_cast<std::uint8_t>(InterfaceKind::other));
        if (a.present(i.phc_index))
            a.whole(*i.phc_index);
        a.count(i.addresses, 1024);
        for (auto& own : i.addresses) {
            fields_of_address(a, own.address);
            a.octet(own.prefix_length, 128);
        }
    }
};

struct CapabilitiesFound {
    static constexpr auto kind = EntryKind::capabilities;
    std::uint32_t hardware = 0, software = 0;
    std::int32_t phc_index = -1;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.hardware, 0xffffffff);
        a.number(e.software, 0xffffffff);
        a.whole(e.phc_index);
    }
};

struct DeviceKind {
    static constexpr auto kind = EntryKind::device_kind;
    ClockKind clock = ClockKind::device;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.octet(e.clock, last_clock);
    }
};

struct CrossRead {
    static constexpr auto kind = EntryKind::cross_timestamp;
    CrossTimestamp read;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.octet(e.read.system_clock, last_clock);
        a.octet(e.read.device_clock, last_clock);
        a.octet(e.read.method, static_cast<std::uint8_t>(CrossMethod::bracket));
        a.whole(e.read.device_index);
        a.time(static_cast<std::uint8_t>(e.read.system_clock), e.read.system_before);
        a.time(static_cast<std::uint8_t>(e.read.device_clock), e.read.device);
        a.time(static_cast<std::uint8_t>(e.read.system_clock), e.read.system_after);
    }
};

struct SteeredOpened {
    static constexpr auto kind = EntryKind::steered_opened;
    double maximum_frequency = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.real(e.maximum_frequency);
    }
};

struct SteeredNow {
    static constexpr auto kind = EntryKind::steered_now;
    std::uint32_t index = 0;
    Nanoseconds now = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.time(static_cast<std::uint8_t>(ClockKind::device), e.now);
    }
};

struct SteeredFrequency {
    static constexpr auto kind = EntryKind::steered_frequency;
    std::uint32_t index = 0;
    double frequency = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.real(e.frequency);
    }
};

struct SocketOpened {
    static constexpr auto kind = EntryKind::socket_opened;
    Address local;
    template <class A, class T>
    static void fields(A& a, T& e) {
        fields_of_address(a, e.local);
    }
};

struct RecordedPacket {
    std::vector<std::uint8_t> bytes;
    std::uint64_t size = 0; // as the system told it
    bool truncated = false;
    Address source, destination;
    std::uint32_t interface_index = 0;
    Stamp hardware, software;
};

struct ReceivedPackets {
    static constexpr auto kind = EntryKind::received;
    std::uint32_t index = 0;
    std::int32_t result = 0;
    std::vector<RecordedPacket> packets;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.whole(e.result);
        a.count(e.packets, 1024);
        for (auto& packet : e.packets) {
            a.text(packet.bytes, longest_packet);
            a.number(packet.size, longest_packet);
            a.flag(packet.truncated);
            fields_of_address(a, packet.source);
            fields_of_address(a, packet.destination);
            a.number(packet.interface_index, 0xffffffff);
            fields_of_stamp(a, packet.hardware);
            fields_of_stamp(a, packet.software);
        }
    }
};

struct PacketSent {
    static constexpr auto kind = EntryKind::sent;
    std::uint32_t index = 0;
    std::int32_t result = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.whole(e.result);
    }
};

struct StampsTaken {
    static constexpr auto kind = EntryKind::stamped;
    std::uint32_t index = 0;
    std::int32_t result = 0;
    std::vector<TransmitStamp> stamps;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.whole(e.result);
        a.count(e.stamps, 1024);
        for (auto& stamp : e.stamps) {
            a.number(stamp.id, 0xffffffff);
            fields_of_stamp(a, stamp.hardware);
            fields_of_stamp(a, stamp.software);
        }
    }
};

struct StampsKept {
    static constexpr auto kind = EntryKind::stamps_kept;
    bool kept = false;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.flag(e.kept);
    }
};

struct ChangesOpened {
    static constexpr auto kind = EntryKind::changes_opened;
    bool there = false;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.flag(e.there);
    }
};

struct ChangesTaken {
    static constexpr auto kind = EntryKind::changes_taken;
    std::uint32_t index = 0;
    std::vector<ChangeNotice> notices;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.count(e.notices, 4096);
        for (auto& notice : e.notices) {
            a.octet(notice.kind, static_cast<std::uint8_t>(ChangeNotice::Kind::everything));
            a.number(notice.interface_index, 0xffffffff);
            a.whole(notice.phc_index);
        }
    }
};

struct LocalOpened {
    static constexpr auto kind = EntryKind::local_opened;
    template <class A, class T>
    static void fields(A&, T&) {}
};

struct LocalReceived {
    static constexpr auto kind = EntryKind::local_received;
    std::uint32_t index = 0;
    std::int32_t result = 0;
    std::uint64_t client = 0;
    std::vector<std::uint8_t> bytes;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.number(e.index, 0xffffffff);
        a.whole(e.result);
        a.number(e.client, ~std::uint64_t{0});
        a.text(e.bytes, longest_packet);
    }
};

struct LocalSent {
    static constexpr auto kind = EntryKind::local_sent;
    std::int32_t result = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.whole(e.result);
    }
};

/// A question that was answered by an exception, in place of the entry of `question`.
struct Refusal {
    static constexpr auto kind = EntryKind::failure;
    EntryKind question = EntryKind::end;
    std::int32_t status = 0, os_error = 0;
    std::string text;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.octet(e.question, static_cast<std::uint8_t>(EntryKind::writer));
        a.whole(e.status);
        a.whole(e.os_error);
        a.text(e.text, longest_text);
    }
};

/// One option of the configuration; `scope` is empty or a port.
struct Setting {
    static constexpr auto kind = EntryKind::setting;
    std::string scope, name, value;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.text(e.scope, longest_name);
        a.text(e.name, longest_name);
        a.text(e.value, longest_text);
    }
};

/// What of the configuration has no name and value, as text of a configuration file.
struct Table {
    static constexpr auto kind = EntryKind::table;
    std::string text;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.text(e.text, longest_text);
    }
};

/// What the clock drew or found for itself.
struct Identity {
    static constexpr auto kind = EntryKind::identity;
    std::array<std::uint8_t, 8> clock{};
    std::uint64_t seed = 0;
    template <class A, class T>
    static void fields(A& a, T& e) {
        for (auto& octet : e.clock)
            a.octet(octet, 0xff);
        a.number(e.seed, ~std::uint64_t{0});
    }
};

struct Writer {
    static constexpr auto kind = EntryKind::writer;
    std::string version;
    template <class A, class T>
    static void fields(A& a, T& e) {
        a.text(e.version, longest_name);
    }
};

} // namespace wirestamp::platform::recorded
