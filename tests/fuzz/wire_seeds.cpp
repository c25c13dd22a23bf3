// SPDX-License-Identifier: Apache-2.0
//
// Writes the fuzzers' seed corpora, made of our own messages: `wire_seeds DIRECTORY`, a folder a target.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "impl/platform/recorded/entries.hpp"
#include "tests/fuzz/wire_samples.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

bool failed = false;

void write(const std::filesystem::path& directory, const Bytes& bytes) {
    static int number = 0;
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    const auto path = directory / ("sample-" + std::to_string(number++));
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (file)
        return;
    std::fprintf(stderr, "cannot write %s: check that the directory can be written to\n", path.c_str());
    failed = true;
}

Bytes text(const char* from) {
    return {from, from + std::strlen(from)};
}

/// A script of engine_fuzz.cpp: the message, half a second, the stamp of what was answered, the message
/// again.
Bytes script_of(std::uint8_t bits, const Bytes& message) {
    Bytes script{bits};
    const auto add_packet = [&](std::uint8_t op) {
        const bool event = (message[0] & 0x0f) < 4;
        script.insert(script.end(), {op, static_cast<std::uint8_t>(event ? 5 : 1)});
        const auto size = static_cast<std::uint8_t>(std::min<std::size_t>(message.size(), 255));
        script.push_back(size);
        script.insert(script.end(), message.begin(), message.begin() + size);
    };
    add_packet(0);
    script.insert(script.end(), {2, 10, 3});
    add_packet(1);
    script.insert(script.end(), {2, 100, 7, 6, 0, 0, 1, 0, 1, 5, 1, 5, 5});
    return script;
}

/// A record with every kind of entry, and our messages as its packets.
Bytes record() {
    using namespace wirestamp::platform;
    using namespace wirestamp::platform::recorded;
    Octets octets;
    Times times{};
    for (const char* at = magic; *at != '\0'; ++at)
        octets.octet(static_cast<std::uint8_t>(*at));
    const auto put = [&]<class Entry>(const Entry& entry) {
        octets.octet(static_cast<std::uint8_t>(Entry::kind));
        Packer packer(octets, times);
        Entry::fields(packer, entry);
    };
    const Stamp stamp{1'700'000'000'123'456'789, ClockKind::device, StampSource::hardware, 0};
    Interface eth0;
    eth0.id = eth0.index = 1;
    eth0.name = "eth0";
    eth0.hardware_address_length = 6;
    eth0.phc_index = 0;
    eth0.addresses.push_back({*parse_address("192.0.2.1"), 24});
    put(Writer{"1.0"});
    put(Setting{"eth0", "", ""});
    put(Setting{"", "domainNumber", "24"});
    put(Table{"[unicast_master_table]\ntable_id 1\nUDPv4 192.0.2.1\n"});
    put(FrameEntry{});
    put(LoopNow{1'000'000'000});
    put(InterfaceFound{"eth0", 0, eth0});
    put(CapabilitiesFound{0x7ff, 7, 0});
    put(DeviceKind{ClockKind::device});
    put(SteeredOpened{500'000});
    put(Identity{{2, 0, 0, 0xff, 0xfe, 0, 0, 1}, 7});
    put(SocketOpened{*parse_address("0.0.0.0")});
    put(Refusal{EntryKind::socket_opened, WST_E_IO, 13, "not allowed"});
    put(ChangesOpened{true});
    put(LocalOpened{});
    put(FrameEntry{FrameKind::start, 0, {}, {}});
    put(ClockRead{ClockKind::realtime, 1'700'000'000'000'000'000});
    put(PacketSent{0, 1});
    put(StampsKept{true});
    put(FrameEntry{FrameKind::set, 0, "priority1", "9"});
    std::uint32_t number = 0;
    for (const auto& datagram : wirestamp::ptp::samples::all()) {
        put(FrameEntry{FrameKind::ready, number % 3, {}, {}});
        put(LoopNow{1'000'000'000 + number * 1000});
        put(ClockPair{ClockKind::monotonic_raw, ClockKind::realtime, {1000, 2000, 50}});
        RecordedPacket packet;
        packet.bytes = datagram;
        packet.size = datagram.size();
        packet.source = *parse_address("fe80::1%2");
        packet.hardware = stamp;
        put(ReceivedPackets{number % 3, 1, {packet}});
        put(StampsTaken{number % 3, 1, {{number, stamp, {}}}});
        ++number;
    }
    put(FrameEntry{FrameKind::timer, 0, {}, {}});
    put(Asleep{5'000'000'000});
    put(CrossRead{{1000, 2000, 3000, ClockKind::realtime, ClockKind::device, 0, CrossMethod::extended}});
    put(SteeredNow{0, 1'700'000'000'000'000'000});
    put(SteeredFrequency{0, -1234.5});
    put(ChangesTaken{2, {{}}});
    put(LocalReceived{3, 1, 5, {1, 2, 3}});
    put(LocalSent{107});
    put(FrameEntry{FrameKind::stop, 0, {}, {}});
    octets.octet(static_cast<std::uint8_t>(EntryKind::end));
    return octets.bytes();
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY (created if it does not exist)\n", argv[0]);
        return 2;
    }
    const std::filesystem::path top = argv[1];
    for (const auto& datagram : wirestamp::ptp::samples::all()) {
        write(top / "wire", datagram);
        for (const std::uint8_t bits : {0x00, 0x13, 0x64})
            write(top / "engine", script_of(bits, datagram));
        const auto message = wirestamp::ptp::parse(datagram);
        if (!message || message->suffix.empty())
            continue;
        for (const std::uint8_t bits : {0x11, 0x64}) {
            Bytes tlvs{bits, 1};
            tlvs.insert(tlvs.end(), message->suffix.begin(), message->suffix.end());
            for (const char* target : {"tlv", "signaling", "management"})
                write(top / target, tlvs);
        }
    }
    for (const char* file :
         {"[global]\ndomainNumber 24\npriority1 100\n[eth0]\n",
          "[global]\nprofile g8275.2\n[unicast_master_table]\ntable_id 1\n"
          "logQueryInterval 2\nUDPv4 192.0.2.1\n[eth0]\nunicast_master_table 1\nnetwork_transport UDPv4\n",
          "# comment\n[global]\nclockClass 6\nclock_servo pi\nmaxStepsRemoved 20\n[eth1]\ndelay_mechanism "
          "P2P\n",
          "[global]\nslaveOnly 1\ntx_timestamp_timeout 10\nuds_address /var/run/ptp4l\n"})
        write(top / "config", text(file));
    // RTM_NEWLINK with a name; a generic netlink answer with a nest; an error.
    write(top / "netlink", {0x2c, 0, 0, 0, 16, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0,   0,   0,   0,   1, 0, 2, 0,
                            0,    0, 0, 0, 0,  0, 0, 0, 0, 0, 9, 0, 3, 0, 'e', 't', 'h', '0', 0, 0, 0, 0});
    write(top / "netlink", {0x28, 0, 0, 0,    21, 0, 0, 0, 1,  0, 0, 0, 0, 0, 0, 0, 25,   1,    0, 0,
                            20,   0, 2, 0x80, 8,  0, 2, 0, 20, 0, 0, 0, 8, 0, 4, 0, 0xff, 0xff, 0, 0});
    write(top / "netlink", {0x24, 0,    0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xed, 0xff,
                            0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0});
    write(top / "record", record());
    return failed ? 1 : 0;
}
