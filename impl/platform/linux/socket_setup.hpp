// SPDX-License-Identifier: Apache-2.0
//
// Making the socket that was asked for, or saying in words why it cannot be made.

#pragma once

#include <string>

#include "impl/platform/datagram_socket.hpp"
#include "impl/platform/linux/stamp_options.hpp"
#include "impl/platform/linux/system_calls.hpp"

namespace wirestamp::platform::gnu_linux {

struct OpenedSocket {
    Descriptor descriptor;
    Family family = Family::ipv4;
    std::uint32_t interface_index = 0; // of SocketOptions::interface
    bool bound_to_interface = false;   // else its packets must be filtered and directed one by one
    bool tells_destination = true; // with each packet; else it is `local` and the interface this is bound to
    std::int32_t phc_index = -1;   // clock of hardware stamps where it is known
    Address local;
    StampOptions stamps;
    int receive_buffer = 0; // bytes as the kernel accounts them
    std::string remark;     // what was asked for and is not so, in words
};

OpenedSocket open_udp_socket(SystemCalls& system, const SocketOptions& options); // throws Failure

void change_membership(SystemCalls& system, const OpenedSocket& socket, const Address& group, bool join);

} // namespace wirestamp::platform::gnu_linux
