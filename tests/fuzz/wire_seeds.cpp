// SPDX-License-Identifier: Apache-2.0
//
// Writes the fuzzers' seed corpora, made of our own messages: `wire_seeds DIRECTORY`, a folder a target.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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
    return failed ? 1 : 0;
}
