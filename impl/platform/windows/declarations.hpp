// SPDX-License-Identifier: Apache-2.0
//
// What Windows 11 and Server 2022 declare for packet timestamping (iphlpapi.h and mstcpip.h of NTDDI_WIN10_FE
// and later), declared once more: mingw-w64 has none of it, and older SDKs have other structures under the
// same names. No system header, so that the logic above also compiles, and is tested, where Windows is not.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// Windows' calling convention for functions that the system calls or that are found by name; x64 has only
// one.
#if defined(_WIN32) && !defined(_WIN64)
#define WIRESTAMP_WINAPI __stdcall
#else
#define WIRESTAMP_WINAPI
#endif

namespace wirestamp::platform::windows {

/// HANDLE, SOCKET or HIFTIMESTAMPCHANGE.
using Handle = std::intptr_t;
inline constexpr Handle no_handle = 0;
using Luid = std::uint64_t;
using Boolean = std::uint8_t;

/// INTERFACE_TIMESTAMP_CAPABILITIES: no size and no version, so its size is a promise.
struct InterfaceTimestampCapabilities {
    std::uint64_t HardwareClockFrequencyHz = 0;
    Boolean SupportsCrossTimestamp = 0;
    std::array<Boolean, 11> HardwareCapabilities{}; // in the order of platform::hardware_flag
    std::array<Boolean, 3> SoftwareCapabilities{};  // in the order of platform::software_flag
};
static_assert(sizeof(InterfaceTimestampCapabilities) == 24);
static_assert(offsetof(InterfaceTimestampCapabilities, SupportsCrossTimestamp) == 8);
static_assert(offsetof(InterfaceTimestampCapabilities, HardwareCapabilities) == 9);
static_assert(offsetof(InterfaceTimestampCapabilities, SoftwareCapabilities) == 20);

/// INTERFACE_HARDWARE_CROSSTIMESTAMP. The function of the same name on Windows 10 takes 32 bytes with a
/// version in front.
struct InterfaceHardwareCrossTimestamp {
    std::uint64_t SystemTimestamp1 = 0; // QueryPerformanceCounter
    std::uint64_t HardwareClockTimestamp = 0;
    std::uint64_t SystemTimestamp2 = 0;
};
static_assert(sizeof(InterfaceHardwareCrossTimestamp) == 24);
static_assert(offsetof(InterfaceHardwareCrossTimestamp, HardwareClockTimestamp) == 8);
static_assert(offsetof(InterfaceHardwareCrossTimestamp, SystemTimestamp2) == 16);

/// TIMESTAMPING_CONFIG
struct TimestampingConfig {
    std::uint32_t Flags = 0;
    std::uint16_t TxTimestampsBuffered = 0;
};
static_assert(sizeof(TimestampingConfig) == 8);
static_assert(offsetof(TimestampingConfig, TxTimestampsBuffered) == 4);

inline constexpr std::uint32_t timestamping_flag_rx = 1;
inline constexpr std::uint32_t timestamping_flag_tx = 2;
inline constexpr std::uint32_t sio_timestamping = 0x980000EB;     // _WSAIOW(IOC_VENDOR, 235)
inline constexpr std::uint32_t sio_get_tx_timestamp = 0x980000EA; // _WSAIOW(IOC_VENDOR, 234)

/// WSACMSGHDR and the messages of interest.
struct ControlHeader {
    std::size_t length = 0; // with this header, without the padding behind the data
    std::int32_t level = 0;
    std::int32_t type = 0;
};
static_assert(sizeof(void*) != 8 || sizeof(ControlHeader) == 16);

inline constexpr std::int32_t level_socket = 0xffff;
inline constexpr std::int32_t level_ip = 0;
inline constexpr std::int32_t level_ipv6 = 41;
inline constexpr std::int32_t so_timestamp = 0x300A;    // u64, with what is received
inline constexpr std::int32_t so_timestamp_id = 0x300B; // u32, with what is sent
inline constexpr std::int32_t ip_pktinfo = 19;          // {in_addr, u32 interface}
inline constexpr std::int32_t ipv6_pktinfo = 19;        // {in6_addr, u32 interface}

/// Codes of winerror.h that mean something of their own here.
namespace code {
inline constexpr std::uint32_t success = 0;
inline constexpr std::uint32_t file_not_found = 2;
inline constexpr std::uint32_t access_denied = 5;
inline constexpr std::uint32_t invalid_handle = 6;
inline constexpr std::uint32_t not_enough_memory = 8;
inline constexpr std::uint32_t gen_failure = 31;
inline constexpr std::uint32_t not_supported = 50;
inline constexpr std::uint32_t invalid_parameter = 87;
inline constexpr std::uint32_t procedure_not_found = 127;
inline constexpr std::uint32_t not_found = 1168;
inline constexpr std::uint32_t privilege_not_held = 1314;
inline constexpr std::uint32_t bad_driver = 2001;
inline constexpr std::uint32_t would_block = 10035;             // WSAEWOULDBLOCK
inline constexpr std::uint32_t message_size = 10040;            // WSAEMSGSIZE
inline constexpr std::uint32_t operation_not_supported = 10045; // WSAEOPNOTSUPP
inline constexpr std::uint32_t address_in_use = 10048;
inline constexpr std::uint32_t address_not_available = 10049;
inline constexpr std::uint32_t network_down = 10050;
inline constexpr std::uint32_t network_unreachable = 10051;
inline constexpr std::uint32_t network_reset = 10052;
inline constexpr std::uint32_t connection_reset = 10054; // an ICMP answer to an earlier datagram
inline constexpr std::uint32_t no_buffers = 10055;
inline constexpr std::uint32_t host_unreachable = 10065;
inline constexpr std::uint32_t socket_access = 10013;  // WSAEACCES
inline constexpr std::uint32_t socket_invalid = 10022; // WSAEINVAL
inline constexpr std::uint32_t not_a_socket = 10038;
inline constexpr std::uint32_t no_protocol_option = 10042;
inline constexpr std::uint32_t family_not_supported = 10047;
} // namespace code

} // namespace wirestamp::platform::windows
