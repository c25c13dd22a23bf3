// SPDX-License-Identifier: Apache-2.0
//
// The iphlpapi.dll of Windows 10 since 1809: functions for packet timestamping that Microsoft reserves for
// the system, one of them with the name, but not the structure, of today's. Whoever calls one has corrupted
// memory on a real Windows 10; here the program ends and says so.

#include <windows.h>

#include <cstdio>

namespace {

DWORD called(const char* name) {
    std::fprintf(stderr, "Windows 10's %s was called\n", name);
    std::fflush(stderr);
    ::TerminateProcess(::GetCurrentProcess(), 77);
    return 0;
}

} // namespace

extern "C" {

DWORD WINAPI CaptureInterfaceHardwareCrossTimestamp(const void*, void*) {
    return called("CaptureInterfaceHardwareCrossTimestamp");
}
DWORD WINAPI GetInterfaceCurrentTimestampCapabilities(const void*, void*) {
    return called("GetInterfaceCurrentTimestampCapabilities");
}
DWORD WINAPI GetInterfaceHardwareTimestampCapabilities(const void*, void*) {
    return called("GetInterfaceHardwareTimestampCapabilities");
}
DWORD WINAPI NotifyIfTimestampConfigChange(void*, void*, void**) {
    return called("NotifyIfTimestampConfigChange");
}
VOID WINAPI CancelIfTimestampConfigChange(void*) {
    called("CancelIfTimestampConfigChange");
}

} // extern "C"
