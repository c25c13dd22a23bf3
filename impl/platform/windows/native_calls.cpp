// SPDX-License-Identifier: Apache-2.0
//
// Windows behind the table of system calls. Only functions that every Windows 10 has are linked; newer ones
// are found by name in the system's own folder, so that nobody's DLL beside the program takes their place.

// In this order, which is not the alphabet's.
// clang-format off
#include <winsock2.h>
#include <ws2tcpip.h>
#include <ws2ipdef.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>
// clang-format on
// A macro of COM's, and a word of ours.
#undef interface

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>

#include "impl/base/failure.hpp"
#include "impl/platform/windows/os_failure.hpp"
#include "impl/platform/windows/system_calls.hpp"

namespace wirestamp::platform::windows {

namespace {

static_assert(sizeof(ControlHeader) == sizeof(WSACMSGHDR));
static_assert(offsetof(ControlHeader, level) == offsetof(WSACMSGHDR, cmsg_level));
static_assert(offsetof(ControlHeader, type) == offsetof(WSACMSGHDR, cmsg_type));
static_assert(level_socket == SOL_SOCKET && level_ip == IPPROTO_IP && level_ipv6 == IPPROTO_IPV6);
static_assert(ip_pktinfo == IP_PKTINFO && ipv6_pktinfo == IPV6_PKTINFO);
static_assert(sizeof(NET_LUID) == sizeof(Luid));
static_assert(sizeof(SOCKET) == sizeof(Handle) && sizeof(HANDLE) == sizeof(Handle));
static_assert(code::would_block == WSAEWOULDBLOCK && code::operation_not_supported == WSAEOPNOTSUPP);
static_assert(code::bad_driver == ERROR_BAD_DRIVER && code::not_found == ERROR_NOT_FOUND);
#if defined(SIO_TIMESTAMPING)
static_assert(sio_timestamping == SIO_TIMESTAMPING && sio_get_tx_timestamp == SIO_GET_TX_TIMESTAMP);
static_assert(so_timestamp == SO_TIMESTAMP && so_timestamp_id == SO_TIMESTAMP_ID);
static_assert(sizeof(TimestampingConfig) == sizeof(TIMESTAMPING_CONFIG));
#endif

#if defined(_MSC_VER) && NTDDI_VERSION >= 0x0A00000A
// Microsoft's own words, where they are.
static_assert(sizeof(InterfaceTimestampCapabilities) == sizeof(INTERFACE_TIMESTAMP_CAPABILITIES));
static_assert(offsetof(InterfaceTimestampCapabilities, SupportsCrossTimestamp) ==
              offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, SupportsCrossTimestamp));
static_assert(offsetof(InterfaceTimestampCapabilities, HardwareCapabilities) ==
              offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, HardwareCapabilities));
static_assert(offsetof(InterfaceTimestampCapabilities, SoftwareCapabilities) ==
              offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, SoftwareCapabilities));
static_assert(sizeof(InterfaceHardwareCrossTimestamp) == sizeof(INTERFACE_HARDWARE_CROSSTIMESTAMP));
static_assert(offsetof(InterfaceHardwareCrossTimestamp, HardwareClockTimestamp) ==
              offsetof(INTERFACE_HARDWARE_CROSSTIMESTAMP, HardwareClockTimestamp));
static_assert(offsetof(InterfaceHardwareCrossTimestamp, SystemTimestamp2) ==
              offsetof(INTERFACE_HARDWARE_CROSSTIMESTAMP, SystemTimestamp2));
static_assert(std::is_void_v<decltype(::UnregisterInterfaceTimestampConfigChange(nullptr))>);
#endif

#if !defined(IP_UNICAST_IF)
constexpr int IP_UNICAST_IF = 31;
#endif
#if !defined(IPV6_UNICAST_IF)
constexpr int IPV6_UNICAST_IF = 31;
#endif
#if !defined(SIO_UDP_CONNRESET)
constexpr DWORD SIO_UDP_CONNRESET = _WSAIOW(IOC_VENDOR, 12);
#endif

SOCKET socket_of(Handle handle) noexcept {
    return static_cast<SOCKET>(handle);
}

std::uint32_t last_socket_error(int outcome) noexcept {
    return outcome == 0 ? code::success : static_cast<std::uint32_t>(::WSAGetLastError());
}

std::uint32_t last_error(BOOL outcome) noexcept {
    return outcome ? code::success : ::GetLastError();
}

std::string narrow(const wchar_t* text) {
    if (!text || *text == L'\0')
        return {};
    const int length = ::WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr);
    if (length <= 1)
        return {};
    std::string out(static_cast<std::size_t>(length), '\0');
    ::WideCharToMultiByte(CP_UTF8, 0, text, -1, out.data(), length, nullptr, nullptr);
    out.resize(static_cast<std::size_t>(length) - 1);
    return out;
}

HMODULE system_library(const wchar_t* name) noexcept {
    return ::LoadLibraryExW(name, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
}

void* function_in(HMODULE library, const char* name) noexcept {
    if (!library)
        return nullptr;
    // A function pointer as one to data, which Windows promises to be the same.
    const auto found = ::GetProcAddress(library, name);
    void* address = nullptr;
    static_assert(sizeof found == sizeof address);
    std::memcpy(&address, &found, sizeof address);
    return address;
}

union SocketAddress {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
};

int to_system(const Address& address, SocketAddress& out) noexcept {
    std::memset(&out, 0, sizeof out);
    if (address.family == Family::ipv6) {
        out.ipv6.sin6_family = AF_INET6;
        out.ipv6.sin6_port = ::htons(address.port);
        out.ipv6.sin6_scope_id = address.scope_id;
        std::memcpy(&out.ipv6.sin6_addr, address.bytes.data(), 16);
        return sizeof out.ipv6;
    }
    out.ipv4.sin_family = AF_INET;
    out.ipv4.sin_port = ::htons(address.port);
    std::memcpy(&out.ipv4.sin_addr, address.bytes.data(), 4);
    return sizeof out.ipv4;
}

Address from_system(const SocketAddress& address) noexcept {
    Address out;
    if (address.any.sa_family == AF_INET) {
        out.family = Family::ipv4;
        out.port = ::ntohs(address.ipv4.sin_port);
        std::memcpy(out.bytes.data(), &address.ipv4.sin_addr, 4);
    } else if (address.any.sa_family == AF_INET6) {
        out.family = Family::ipv6;
        out.port = ::ntohs(address.ipv6.sin6_port);
        out.scope_id = address.ipv6.sin6_scope_id;
        std::memcpy(out.bytes.data(), &address.ipv6.sin6_addr, 16);
    }
    return out;
}

Adapter translate(const IP_ADAPTER_ADDRESSES& found) {
    Adapter adapter;
    adapter.luid = found.Luid.Value;
    adapter.index = found.IfIndex;
    adapter.ipv6_index = found.Ipv6IfIndex;
    wchar_t name[NDIS_IF_MAX_STRING_SIZE + 1] = L"";
    if (::ConvertInterfaceLuidToNameW(&found.Luid, name, NDIS_IF_MAX_STRING_SIZE + 1) == NO_ERROR)
        adapter.name = narrow(name);
    adapter.guid = found.AdapterName ? found.AdapterName : "";
    adapter.friendly_name = narrow(found.FriendlyName);
    adapter.description = narrow(found.Description);
    adapter.type = found.IfType;
    adapter.mtu = found.Mtu;
    adapter.up = found.OperStatus == IfOperStatusUp;
    adapter.link_known = found.OperStatus != IfOperStatusUnknown;
    adapter.multicast = (found.Flags & IP_ADAPTER_NO_MULTICAST) == 0;
    const auto length = std::min<std::size_t>(found.PhysicalAddressLength, adapter.hardware_address.size());
    std::copy_n(found.PhysicalAddress, length, adapter.hardware_address.begin());
    adapter.hardware_address_length = static_cast<std::uint8_t>(length);
    for (const auto* one = found.FirstUnicastAddress; one; one = one->Next) {
        if (!one->Address.lpSockaddr)
            continue;
        SocketAddress raw{};
        std::memcpy(
            &raw, one->Address.lpSockaddr,
            std::min<std::size_t>(sizeof raw, static_cast<std::size_t>(one->Address.iSockaddrLength)));
        const auto address = from_system(raw);
        if (address.family != Family::none)
            adapter.addresses.push_back({address, one->OnLinkPrefixLength});
    }
    return adapter;
}

struct InterfaceWatchEntry {
    InterfaceChangeCallback callback = nullptr;
    void* context = nullptr;
    HANDLE handle = nullptr;
};

void WINAPI on_interface_change(void* context, MIB_IPINTERFACE_ROW* row, MIB_NOTIFICATION_TYPE type) {
    const auto* entry = static_cast<const InterfaceWatchEntry*>(context);
    entry->callback(entry->context, row ? row->InterfaceLuid.Value : 0, row ? row->InterfaceIndex : 0,
                    row && type == MibDeleteInstance);
}

using GetAdjustment = BOOL(WINAPI*)(DWORD64*, DWORD64*, BOOL*);
using SetAdjustment = BOOL(WINAPI*)(DWORD64, BOOL);

class NativeCalls final : public SystemCalls {
public:
    NativeCalls() {
        WSADATA data;
        if (const int outcome = ::WSAStartup(MAKEWORD(2, 2), &data); outcome != 0)
            throw os_failure(static_cast<std::uint32_t>(outcome), "Winsock cannot be started");
        const HMODULE helper = system_library(L"iphlpapi.dll");
        timestamps_ = bind_timestamp_api([helper](const char* name) { return function_in(helper, name); });
        HMODULE base = system_library(L"kernelbase.dll");
        for (const auto* name : {L"kernel32.dll", L"api-ms-win-core-sysinfo-l1-2-4.dll"})
            if (!function_in(base, "SetSystemTimeAdjustmentPrecise"))
                base = system_library(name);
        get_adjustment_ =
            reinterpret_cast<GetAdjustment>(function_in(base, "GetSystemTimeAdjustmentPrecise"));
        set_adjustment_ =
            reinterpret_cast<SetAdjustment>(function_in(base, "SetSystemTimeAdjustmentPrecise"));
        LARGE_INTEGER frequency;
        ::QueryPerformanceFrequency(&frequency);
        frequency_ = frequency.QuadPart > 0 ? frequency.QuadPart : 10'000'000;
    }
    NativeCalls(const NativeCalls&) = delete;
    NativeCalls& operator=(const NativeCalls&) = delete;

    const TimestampApi& timestamps() override { return timestamps_; }

    std::int64_t performance_counter() override {
        LARGE_INTEGER counter;
        ::QueryPerformanceCounter(&counter);
        return counter.QuadPart;
    }
    std::int64_t performance_frequency() override { return frequency_; }
    std::uint64_t system_time() override {
        FILETIME now;
        ::GetSystemTimePreciseAsFileTime(&now);
        return (static_cast<std::uint64_t>(now.dwHighDateTime) << 32) | now.dwLowDateTime;
    }

    std::uint32_t adapters(std::vector<Adapter>& out) override {
        constexpr ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
        // The size that is asked for grows while adapters come; Microsoft's own advice is 15 KB and thrice.
        ULONG size = 16 * 1024;
        for (int attempt = 0; attempt < 4; ++attempt) {
            std::vector<std::max_align_t> room(size / sizeof(std::max_align_t) + 1);
            auto* first = reinterpret_cast<IP_ADAPTER_ADDRESSES*>(room.data());
            const ULONG outcome = ::GetAdaptersAddresses(AF_UNSPEC, flags, nullptr, first, &size);
            if (outcome == ERROR_BUFFER_OVERFLOW)
                continue;
            if (outcome == ERROR_NO_DATA)
                return code::success;
            if (outcome != NO_ERROR)
                return outcome;
            for (const auto* one = first; one; one = one->Next)
                out.push_back(translate(*one));
            return code::success;
        }
        return ERROR_BUFFER_OVERFLOW;
    }

    std::uint32_t watch_interfaces(InterfaceChangeCallback callback, void* context, Handle& handle) override {
        auto entry = std::make_unique<InterfaceWatchEntry>();
        entry->callback = callback;
        entry->context = context;
        const auto outcome =
            ::NotifyIpInterfaceChange(AF_UNSPEC, on_interface_change, entry.get(), FALSE, &entry->handle);
        if (outcome != NO_ERROR)
            return outcome;
        handle = reinterpret_cast<Handle>(entry.release());
        return code::success;
    }
    void unwatch_interfaces(Handle handle) override {
        const std::unique_ptr<InterfaceWatchEntry> entry(reinterpret_cast<InterfaceWatchEntry*>(handle));
        if (entry && entry->handle)
            ::CancelMibChangeNotify2(entry->handle);
    }

    void signal(Handle event) override { ::SetEvent(reinterpret_cast<HANDLE>(event)); }

    std::uint32_t open_socket(Family family, Handle& out) override {
        const SOCKET socket =
            ::WSASocketW(family == Family::ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, IPPROTO_UDP, nullptr, 0,
                         WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
        if (socket == INVALID_SOCKET)
            return static_cast<std::uint32_t>(::WSAGetLastError());
        u_long on = 1;
        std::uint32_t outcome = last_socket_error(::ioctlsocket(socket, static_cast<long>(FIONBIO), &on));
        if (outcome == code::success)
            outcome = find_message_functions(socket);
        if (outcome != code::success) {
            ::closesocket(socket);
            return outcome;
        }
        out = static_cast<Handle>(socket);
        return code::success;
    }
    void close_socket(Handle socket) override { ::closesocket(socket_of(socket)); }

    std::uint32_t set_option(Handle socket, Family family, SocketOption option,
                             std::uint32_t value) override {
        const bool ipv4 = family == Family::ipv4;
        const auto set = [&](int level, int name, DWORD number) {
            return last_socket_error(::setsockopt(socket_of(socket), level, name,
                                                  reinterpret_cast<const char*>(&number), sizeof number));
        };
        const auto set_ip = [&](int ipv4_name, int ipv6_name, DWORD number) {
            return ipv4 ? set(IPPROTO_IP, ipv4_name, number) : set(IPPROTO_IPV6, ipv6_name, number);
        };
        switch (option) {
            case SocketOption::reuse_address:
                return set(SOL_SOCKET, SO_REUSEADDR, value);
            case SocketOption::ipv6_only:
                return set(IPPROTO_IPV6, IPV6_V6ONLY, value);
            case SocketOption::receive_buffer:
                return set(SOL_SOCKET, SO_RCVBUF, value);
            case SocketOption::send_buffer:
                return set(SOL_SOCKET, SO_SNDBUF, value);
            case SocketOption::unicast_hops:
                return set_ip(IP_TTL, IPV6_UNICAST_HOPS, value);
            case SocketOption::multicast_hops:
                return set_ip(IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, value);
            case SocketOption::multicast_loopback:
                return set_ip(IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, value);
            case SocketOption::multicast_interface:
                return set_ip(IP_MULTICAST_IF, IPV6_MULTICAST_IF, value);
            case SocketOption::unicast_interface:
                // In network order for IPv4 and, as documented, not for IPv6.
                return set_ip(IP_UNICAST_IF, IPV6_UNICAST_IF, ipv4 ? ::htonl(value) : value);
            case SocketOption::packet_info:
                return set_ip(IP_PKTINFO, IPV6_PKTINFO, value);
            case SocketOption::no_reset_reports: {
                const DWORD off = value;
                return control(socket, SIO_UDP_CONNRESET, std::as_bytes(std::span(&off, 1)), {});
            }
        }
        return code::no_protocol_option;
    }

    std::uint32_t bind(Handle socket, const Address& address) override {
        SocketAddress raw;
        const int size = to_system(address, raw);
        return last_socket_error(::bind(socket_of(socket), &raw.any, size));
    }

    std::uint32_t local_name(Handle socket, Family, Address& out) override {
        SocketAddress raw{};
        int size = sizeof raw;
        const auto outcome = last_socket_error(::getsockname(socket_of(socket), &raw.any, &size));
        if (outcome == code::success)
            out = from_system(raw);
        return outcome;
    }

    std::uint32_t membership(Handle socket, const Address& group, std::uint32_t interface,
                             bool join) override {
        if (group.family == Family::ipv4) {
            ip_mreq request{};
            std::memcpy(&request.imr_multiaddr, group.bytes.data(), 4);
            std::memcpy(&request.imr_interface, &interface, 4);
            return last_socket_error(::setsockopt(socket_of(socket), IPPROTO_IP,
                                                  join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
                                                  reinterpret_cast<const char*>(&request), sizeof request));
        }
        ipv6_mreq request{};
        std::memcpy(&request.ipv6mr_multiaddr, group.bytes.data(), 16);
        request.ipv6mr_interface = interface;
        return last_socket_error(::setsockopt(socket_of(socket), IPPROTO_IPV6,
                                              join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP,
                                              reinterpret_cast<const char*>(&request), sizeof request));
    }

    std::uint32_t control(Handle socket, std::uint32_t request, std::span<const std::byte> in,
                          std::span<std::byte> out) override {
        DWORD returned = 0;
        return last_socket_error(::WSAIoctl(socket_of(socket), request, const_cast<std::byte*>(in.data()),
                                            static_cast<DWORD>(in.size()), out.empty() ? nullptr : out.data(),
                                            static_cast<DWORD>(out.size()), &returned, nullptr, nullptr));
    }

    std::uint32_t receive_message(Handle socket, Message& message) override {
        SocketAddress peer{};
        WSABUF data{static_cast<ULONG>(message.data.size()), reinterpret_cast<CHAR*>(message.data.data())};
        WSAMSG raw{};
        raw.name = &peer.any;
        raw.namelen = sizeof peer;
        raw.lpBuffers = &data;
        raw.dwBufferCount = 1;
        raw.Control.buf = reinterpret_cast<CHAR*>(message.control.data());
        raw.Control.len = static_cast<ULONG>(message.control.size());
        DWORD size = 0;
        const auto outcome =
            last_socket_error(receive_message_.load()(socket_of(socket), &raw, &size, nullptr, nullptr));
        // A datagram that is too long is there, up to the room that was given.
        if (outcome != code::success && outcome != code::message_size)
            return outcome;
        message.truncated = outcome == code::message_size || (raw.dwFlags & MSG_TRUNC) != 0;
        message.control_truncated = (raw.dwFlags & MSG_CTRUNC) != 0;
        message.size = outcome == code::message_size ? message.data.size() : size;
        message.control_size = raw.Control.len;
        message.peer = from_system(peer);
        return code::success;
    }

    std::uint32_t send_message(Handle socket, const Message& message) override {
        SocketAddress peer;
        WSABUF data{static_cast<ULONG>(message.data.size()), reinterpret_cast<CHAR*>(message.data.data())};
        WSAMSG raw{};
        raw.name = &peer.any;
        raw.namelen = to_system(message.peer, peer);
        raw.lpBuffers = &data;
        raw.dwBufferCount = 1;
        raw.Control.buf = reinterpret_cast<CHAR*>(message.control.data());
        raw.Control.len = static_cast<ULONG>(message.control.size());
        DWORD sent = 0;
        return last_socket_error(send_message_.load()(socket_of(socket), &raw, 0, &sent, nullptr, nullptr));
    }

    std::uint32_t select_event(Handle socket, Handle event) override {
        return last_socket_error(::WSAEventSelect(socket_of(socket), reinterpret_cast<WSAEVENT>(event),
                                                  event != no_handle ? FD_READ | FD_CLOSE : 0));
    }

    std::uint32_t clock_adjustment(ClockAdjustment& out) override {
        if (!get_adjustment_)
            return code::procedure_not_found;
        DWORD64 adjustment = 0;
        DWORD64 increment = 0;
        BOOL disabled = TRUE;
        const auto outcome = last_error(get_adjustment_(&adjustment, &increment, &disabled));
        out = {adjustment, increment, disabled != FALSE};
        return outcome;
    }

    std::uint32_t set_clock_adjustment(const ClockAdjustment& adjustment) override {
        if (!set_adjustment_)
            return code::procedure_not_found;
        if (const auto outcome = take_privilege(); outcome != code::success)
            return outcome;
        return last_error(set_adjustment_(adjustment.adjustment, adjustment.disabled ? TRUE : FALSE));
    }

    std::uint32_t set_system_time(std::uint64_t time) override {
        if (const auto outcome = take_privilege(); outcome != code::success)
            return outcome;
        FILETIME file;
        file.dwLowDateTime = static_cast<DWORD>(time);
        file.dwHighDateTime = static_cast<DWORD>(time >> 32);
        SYSTEMTIME parts;
        if (!::FileTimeToSystemTime(&file, &parts))
            return ::GetLastError();
        return last_error(::SetSystemTime(&parts));
    }

private:
    std::uint32_t find_message_functions(SOCKET socket) noexcept {
        // The same for every socket of the system's own provider; asked again, it gives the same answer.
        if (receive_message_ && send_message_)
            return code::success;
        const auto find = [socket](GUID id, auto& function) {
            DWORD returned = 0;
            return last_socket_error(::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
                                                &function, sizeof function, &returned, nullptr, nullptr));
        };
        LPFN_WSARECVMSG receive = nullptr;
        LPFN_WSASENDMSG send = nullptr;
        std::uint32_t outcome = find(WSAID_WSARECVMSG, receive);
        if (outcome == code::success)
            outcome = find(WSAID_WSASENDMSG, send);
        if (outcome != code::success)
            return outcome;
        receive_message_ = receive;
        send_message_ = send;
        return code::success;
    }

    /// The privilege is held by administrators, but off until asked for.
    static std::uint32_t take_privilege() noexcept {
        HANDLE token = nullptr;
        if (!::OpenProcessToken(::GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
            return ::GetLastError();
        TOKEN_PRIVILEGES wanted{};
        wanted.PrivilegeCount = 1;
        wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
        std::uint32_t outcome = last_error(
            ::LookupPrivilegeValueW(nullptr, L"SeSystemtimePrivilege", &wanted.Privileges[0].Luid));
        if (outcome == code::success) {
            // It succeeds also when the privilege was not given; the last error says so.
            outcome = last_error(::AdjustTokenPrivileges(token, FALSE, &wanted, 0, nullptr, nullptr));
            if (outcome == code::success)
                outcome = ::GetLastError();
        }
        ::CloseHandle(token);
        return outcome == ERROR_NOT_ALL_ASSIGNED ? code::privilege_not_held : outcome;
    }

    TimestampApi timestamps_;
    GetAdjustment get_adjustment_ = nullptr;
    SetAdjustment set_adjustment_ = nullptr;
    std::int64_t frequency_ = 0;
    std::atomic<LPFN_WSARECVMSG> receive_message_{nullptr};
    std::atomic<LPFN_WSASENDMSG> send_message_{nullptr};
};

} // namespace

SystemCalls& SystemCalls::real() {
    static NativeCalls calls;
    return calls;
}

} // namespace wirestamp::platform::windows
