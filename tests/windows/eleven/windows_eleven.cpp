// SPDX-License-Identifier: Apache-2.0
//
// An iphlpapi.dll that makes a Windows 11 of Wine, as far as packet timestamping goes. Put into a prefix's
// system32 it is found as Windows' own is; what it does not play it forwards to Wine's (iphlpreal.dll). When
// it is loaded it hangs itself between wirestamp.dll and Winsock, because the other half of the interface is
// control codes and messages of sockets.
//
// Every adapter has a counter of its own that nobody turns, whose rate the driver does not tell. How the
// driver behaves is said in words, by WIRESTAMP_ELEVEN or by eleven_command(): several commands are parted by
// ";".
//   mode hardware|software|off|unaware|bad_driver|gone    what is active, and whether the adapter answers at
//   all supported hardware|software|both                      what could be frequency HZ      that the driver
//   says (0: nothing)       rate HZ       that its counter really has width TICKS       between the two reads
//   of the performance counter of a cross-timestamp polls N           until a transmit stamp is there; -1:
//   never; "each": the stamp's id modulo 6 buffered N        transmit stamps kept at most, whatever was asked
//   for step TICKS        the counter jumps                      zero 0|1        cross-timestamps of nothing
//   notify N          the system calls those who registered N times, from a thread of its own; waits for it
//   storm 0|1         the same without pause until ended

// In this order, which is not the alphabet's.
// clang-format off
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
// clang-format on

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr DWORD sio_timestamping = 0x980000EB;
constexpr DWORD sio_get_tx_timestamp = 0x980000EA;
constexpr INT so_timestamp = 0x300A;
constexpr INT so_timestamp_id = 0x300B;

// As Windows 11 has them.
struct Capabilities {
    ULONG64 frequency;
    BOOLEAN cross_timestamp;
    BOOLEAN hardware[11];
    BOOLEAN software[3];
};
static_assert(sizeof(Capabilities) == 24);
struct CrossTimestamp {
    ULONG64 before;
    ULONG64 device;
    ULONG64 after;
};
struct Config {
    ULONG flags;
    USHORT buffered;
};

enum class Mode { hardware, software, off, unaware, bad_driver, gone };

struct Stamp {
    std::uint64_t value;
    long polls_left;
};
struct SocketState {
    Config config{};
    std::map<std::uint32_t, Stamp> stamps;
};
using Callback = void(CALLBACK*)(void*);
struct Registration {
    Callback callback;
    void* context;
};

/// Never destroyed: callers outlive the process' own clean-up.
struct State {
    std::mutex mutex;
    Mode mode = Mode::hardware;
    bool supports_hardware = true;
    bool supports_software = true;
    std::uint64_t frequency = 0;
    double rate = 125'004'000;
    std::int64_t stepped = 0;
    std::int64_t width = 7;
    bool zero = false;
    long polls = 0;
    bool polls_each = false;
    long buffered = -1;
    std::map<SOCKET, SocketState> sockets;
    std::map<std::string, long> counts;

    std::mutex registration; // held while a callback runs, hence Unregister waits for it
    std::map<int, Registration> registered;
    int next_registration = 1;
    std::atomic<bool> storming{false};
    std::thread storm;
};
State& state() {
    static State* const made = new State;
    return *made;
}
using Lock = std::lock_guard<std::mutex>;

std::int64_t ticks() {
    LARGE_INTEGER now;
    ::QueryPerformanceCounter(&now);
    return now.QuadPart;
}

/// With the mutex. Adapters' counters began at different times.
std::uint64_t counter_at(ULONG64 luid, std::int64_t at) {
    LARGE_INTEGER frequency;
    ::QueryPerformanceFrequency(&frequency);
    const double seconds = static_cast<double>(at) / static_cast<double>(frequency.QuadPart);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(seconds * state().rate) + state().stepped) +
           (luid >> 24 & 0xffff) * 1'000'000'000ull;
}

DWORD answer(const ULONG64* luid, Capabilities* out, bool active) {
    State& self = state();
    const Lock lock(self.mutex);
    ++self.counts[active ? "active" : "supported"];
    if (!luid || !out)
        return ERROR_INVALID_PARAMETER;
    switch (self.mode) {
        case Mode::gone:
            return ERROR_FILE_NOT_FOUND;
        case Mode::unaware:
            return ERROR_NOT_SUPPORTED;
        case Mode::bad_driver:
            if (active)
                return 2001; // ERROR_BAD_DRIVER
            break;
        default:
            break;
    }
    std::memset(out, 0, sizeof *out);
    out->frequency = self.frequency;
    if (active ? self.mode == Mode::hardware : self.supports_hardware) {
        out->cross_timestamp = TRUE;
        out->hardware[8] = out->hardware[10] = TRUE; // AllReceive, TaggedTransmit
    }
    if (active ? self.mode == Mode::software : self.supports_software)
        out->software[0] = out->software[2] = TRUE;
    return NO_ERROR;
}

// ---- notices

void call_all() {
    State& self = state();
    const Lock lock(self.registration);
    for (const auto& [handle, one] : self.registered)
        one.callback(one.context);
}

// ---- Winsock

using IoctlFunction = decltype(&::WSAIoctl);
using CloseFunction = decltype(&::closesocket);
IoctlFunction real_ioctl = nullptr;
CloseFunction real_close = nullptr;
LPFN_WSARECVMSG real_receive = nullptr;
LPFN_WSASENDMSG real_send = nullptr;

/// What a stamp of now would be, with the mutex; 0: none.
std::uint64_t stamp_of(ULONG interface_index, std::int64_t at) {
    switch (state().mode) {
        case Mode::hardware:
            // Wine makes LUIDs of type and index.
            return counter_at(static_cast<ULONG64>(interface_index) << 24, at);
        case Mode::software:
            return static_cast<std::uint64_t>(at);
        default:
            return 0;
    }
}

ULONG interface_of(const WSAMSG& message) {
    for (auto* header = WSA_CMSG_FIRSTHDR(const_cast<WSAMSG*>(&message)); header;
         header = WSA_CMSG_NXTHDR(const_cast<WSAMSG*>(&message), header)) {
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
            return reinterpret_cast<const IN_PKTINFO*>(WSA_CMSG_DATA(header))->ipi_ifindex;
        if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
            return reinterpret_cast<const IN6_PKTINFO*>(WSA_CMSG_DATA(header))->ipi6_ifindex;
    }
    return 0;
}

INT WSAAPI receive(SOCKET socket, LPWSAMSG message, LPDWORD size, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE done) {
    const ULONG room = message->Control.len;
    const INT outcome = real_receive(socket, message, size, overlapped, done);
    if (outcome != 0)
        return outcome;
    const auto now = ticks();
    const Lock lock(state().mutex);
    const auto found = state().sockets.find(socket);
    if (found == state().sockets.end() || (found->second.config.flags & 1) == 0)
        return outcome;
    const auto used = static_cast<ULONG>(WSA_CMSGDATA_ALIGN(message->Control.len));
    if (used + WSA_CMSG_SPACE(8) > room) {
        message->dwFlags |= MSG_CTRUNC;
        return outcome;
    }
    // Also where nobody stamps: then it is 0.
    const std::uint64_t stamp = stamp_of(interface_of(*message), now);
    auto* header = reinterpret_cast<WSACMSGHDR*>(message->Control.buf + used);
    header->cmsg_len = WSA_CMSG_LEN(8);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = so_timestamp;
    std::memcpy(WSA_CMSG_DATA(header), &stamp, sizeof stamp);
    message->Control.len = used + static_cast<ULONG>(WSA_CMSG_SPACE(8));
    return outcome;
}

INT WSAAPI send(SOCKET socket, LPWSAMSG message, DWORD flags, LPDWORD size, LPWSAOVERLAPPED overlapped,
                LPWSAOVERLAPPED_COMPLETION_ROUTINE done) {
    bool asked = false;
    std::uint32_t id = 0;
    for (auto* header = WSA_CMSG_FIRSTHDR(message); header; header = WSA_CMSG_NXTHDR(message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == so_timestamp_id) {
            std::memcpy(&id, WSA_CMSG_DATA(header), sizeof id);
            asked = true;
        }
    WSAMSG plain = *message;
    plain.Control.len = 0;
    plain.Control.buf = nullptr;
    const auto before = ticks();
    const INT outcome = real_send(socket, &plain, flags, size, overlapped, done);
    const auto after = ticks();
    if (outcome != 0 || !asked)
        return outcome;
    const Lock lock(state().mutex);
    ++state().counts["stamps_asked"];
    const auto found = state().sockets.find(socket);
    if (found == state().sockets.end() || (found->second.config.flags & 2) == 0)
        return outcome;
    const long limit = state().buffered >= 0 ? state().buffered : found->second.config.buffered;
    if (static_cast<long>(found->second.stamps.size()) >= limit)
        return outcome; // the newest is what goes
    DWORD index = 0;
    sockaddr_storage name{};
    int length = sizeof name;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &length) == 0) {
        const bool ipv6 = name.ss_family == AF_INET6;
        int index_size = sizeof index;
        ::getsockopt(socket, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? 31 /* IPV6_UNICAST_IF */ : 31,
                     reinterpret_cast<char*>(&index), &index_size);
        index = ipv6 ? index : ::ntohl(index);
    }
    const long polls = state().polls_each ? static_cast<long>(id % 6) : state().polls;
    found->second.stamps[id] = {stamp_of(index, before + (after - before) / 2), polls};
    return outcome;
}

int WSAAPI ioctl(SOCKET socket, DWORD request, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size,
                 LPDWORD returned, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE done) {
    const auto fail = [](int error) {
        ::WSASetLastError(error);
        return SOCKET_ERROR;
    };
    if (request == SIO_GET_EXTENSION_FUNCTION_POINTER) {
        const int outcome =
            real_ioctl(socket, request, in, in_size, out, out_size, returned, overlapped, done);
        const GUID wants_receive = WSAID_WSARECVMSG;
        const GUID wants_send = WSAID_WSASENDMSG;
        if (outcome != 0 || in_size != sizeof(GUID) || out_size != sizeof(void*))
            return outcome;
        const auto take = [&](auto& real, auto ours) {
            std::memcpy(&real, out, sizeof real);
            std::memcpy(out, &ours, sizeof ours);
        };
        if (std::memcmp(in, &wants_receive, sizeof(GUID)) == 0)
            take(real_receive, &receive);
        else if (std::memcmp(in, &wants_send, sizeof(GUID)) == 0)
            take(real_send, &send);
        return 0;
    }
    if (request != sio_timestamping && request != sio_get_tx_timestamp)
        return real_ioctl(socket, request, in, in_size, out, out_size, returned, overlapped, done);
    const Lock lock(state().mutex);
    if (request == sio_timestamping) {
        if (in_size != sizeof(Config) || !in)
            return fail(WSAEINVAL);
        std::memcpy(&state().sockets[socket].config, in, sizeof(Config));
        ++state().counts["timestamping"];
        return 0;
    }
    ++state().counts["polls"];
    const auto found = state().sockets.find(socket);
    if (found == state().sockets.end() || (found->second.config.flags & 2) == 0)
        return fail(WSAEOPNOTSUPP);
    if (in_size != 4 || out_size != 8 || !in || !out)
        return fail(WSAEINVAL);
    std::uint32_t id = 0;
    std::memcpy(&id, in, sizeof id);
    const auto stamp = found->second.stamps.find(id);
    if (stamp == found->second.stamps.end() || stamp->second.polls_left < 0 || stamp->second.polls_left-- > 0)
        return fail(WSAEWOULDBLOCK);
    std::memcpy(out, &stamp->second.value, sizeof stamp->second.value);
    found->second.stamps.erase(stamp);
    if (returned)
        *returned = 8;
    return 0;
}

int WSAAPI close(SOCKET socket) {
    {
        const Lock lock(state().mutex);
        state().sockets.erase(socket);
    }
    return real_close(socket);
}

/// Puts `ours` where `library` calls `name` of `from`. By the time a DLL is told that it was loaded, the
/// imports of all those that were loaded with it are bound.
template <class Function>
void replace(HMODULE library, const char* from, const char* name, Function ours, Function& real) {
    auto* const base = reinterpret_cast<char*>(library);
    const auto* dos = reinterpret_cast<const IMAGE_DOS_HEADER*>(base);
    const auto* headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(base + dos->e_lfanew);
    const auto& directory = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    if (directory.VirtualAddress == 0)
        return;
    auto* import = reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(base + directory.VirtualAddress);
    for (; import->Name != 0; ++import) {
        if (::lstrcmpiA(base + import->Name, from) != 0)
            continue;
        const auto* named = reinterpret_cast<const IMAGE_THUNK_DATA*>(base + import->OriginalFirstThunk);
        auto* bound = reinterpret_cast<IMAGE_THUNK_DATA*>(base + import->FirstThunk);
        for (; named->u1.AddressOfData != 0; ++named, ++bound) {
            if (IMAGE_SNAP_BY_ORDINAL(named->u1.Ordinal) ||
                std::strcmp(
                    reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(base + named->u1.AddressOfData)->Name,
                    name) != 0)
                continue;
            DWORD before = 0;
            ::VirtualProtect(bound, sizeof *bound, PAGE_READWRITE, &before);
            std::memcpy(&real, &bound->u1.Function, sizeof real);
            std::memcpy(&bound->u1.Function, &ours, sizeof ours);
            ::VirtualProtect(bound, sizeof *bound, before, &before);
        }
    }
}

// ---- words

bool obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    std::string value;
    if (!(words >> verb))
        return true;
    words >> value;
    const double number = std::atof(value.c_str());
    State& self = state();
    if (verb == "notify") {
        std::thread([count = static_cast<long>(number)] {
            for (long i = 0; i < count; ++i)
                call_all();
        }).join();
        return true;
    }
    if (verb == "storm") {
        self.storming = number != 0;
        if (number != 0)
            self.storm = std::thread([&self] {
                while (self.storming) {
                    call_all();
                    std::this_thread::yield();
                }
            });
        else if (self.storm.joinable())
            self.storm.join();
        return true;
    }
    const Lock lock(self.mutex);
    if (verb == "mode") {
        static const std::map<std::string, Mode> modes{
            {"hardware", Mode::hardware}, {"software", Mode::software},     {"off", Mode::off},
            {"unaware", Mode::unaware},   {"bad_driver", Mode::bad_driver}, {"gone", Mode::gone}};
        const auto found = modes.find(value);
        if (found == modes.end())
            return false;
        self.mode = found->second;
    } else if (verb == "supported") {
        self.supports_hardware = value != "software";
        self.supports_software = value != "hardware";
    } else if (verb == "frequency") {
        self.frequency = static_cast<std::uint64_t>(number);
    } else if (verb == "rate") {
        self.rate = number;
    } else if (verb == "width") {
        self.width = static_cast<std::int64_t>(number);
    } else if (verb == "zero") {
        self.zero = number != 0;
    } else if (verb == "polls") {
        self.polls_each = value == "each";
        self.polls = static_cast<long>(number);
    } else if (verb == "buffered") {
        self.buffered = static_cast<long>(number);
    } else if (verb == "step") {
        self.stepped += static_cast<std::int64_t>(number);
    } else {
        return false;
    }
    return true;
}

} // namespace

extern "C" {

DWORD WINAPI GetInterfaceSupportedTimestampCapabilities(const ULONG64* luid, Capabilities* out) {
    return answer(luid, out, false);
}

DWORD WINAPI GetInterfaceActiveTimestampCapabilities(const ULONG64* luid, Capabilities* out) {
    return answer(luid, out, true);
}

DWORD WINAPI CaptureInterfaceHardwareCrossTimestamp(const ULONG64* luid, CrossTimestamp* out) {
    State& self = state();
    const Lock lock(self.mutex);
    ++self.counts["captures"];
    if (self.mode == Mode::gone)
        return ERROR_FILE_NOT_FOUND;
    if (self.mode != Mode::hardware)
        return ERROR_NOT_SUPPORTED;
    const auto now = ticks();
    // The device is read in the middle of the bracket, whatever Wine's scheduling does to this function.
    *out = {static_cast<ULONG64>(now - self.width), counter_at(*luid, now - self.width / 2),
            static_cast<ULONG64>(now)};
    if (self.zero)
        *out = {0, 0, 0};
    return NO_ERROR;
}

DWORD WINAPI RegisterInterfaceTimestampConfigChange(Callback callback, void* context, void** handle) {
    State& self = state();
    const Lock lock(self.registration);
    const int number = self.next_registration++;
    self.registered[number] = {callback, context};
    *handle = reinterpret_cast<void*>(static_cast<std::intptr_t>(number));
    const Lock counting(self.mutex);
    ++self.counts["registrations"];
    return NO_ERROR;
}

/// Waits for a running callback; inside one it would wait for itself, as on Windows.
VOID WINAPI UnregisterInterfaceTimestampConfigChange(void* handle) {
    State& self = state();
    const Lock lock(self.registration);
    self.registered.erase(static_cast<int>(reinterpret_cast<std::intptr_t>(handle)));
    const Lock counting(self.mutex);
    ++self.counts["unregistrations"];
}

int eleven_command(const char* text) {
    std::istringstream lines(text);
    std::string line;
    bool all = true;
    while (std::getline(lines, line, ';'))
        all = obey(line) && all;
    return all ? 1 : 0;
}

long eleven_count(const char* what) {
    const Lock lock(state().mutex);
    return what ? state().counts[what] : 0;
}

/// What the counter of an adapter showed, or will show, when the performance counter stands at `at`.
std::uint64_t eleven_counter(std::uint64_t luid, std::int64_t at) {
    const Lock lock(state().mutex);
    return counter_at(luid, at);
}

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, LPVOID) {
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    if (const char* words = std::getenv("WIRESTAMP_ELEVEN"))
        eleven_command(words);
    if (HMODULE library = ::GetModuleHandleW(L"wirestamp.dll")) {
        replace(library, "WS2_32.dll", "WSAIoctl", &ioctl, real_ioctl);
        replace(library, "WS2_32.dll", "closesocket", &close, real_close);
    }
    return TRUE;
}

} // extern "C"
