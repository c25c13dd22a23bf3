/* SPDX-License-Identifier: Apache-2.0 */
/* Code as it is written for Windows, of which only the includes were changed. Compiled as C99 and, through
 * iphelper_program.cpp, as C++. Prints one line a test. */
#include "wirestamp/iphelper.h"

#include <stdio.h>
#include <string.h>

static int failures = 0;

static void expect(int held, const char* what) {
    printf("%s %s\n", held ? "ok" : "not ok", what);
    failures += !held;
}

static VOID CALLBACK OnConfigChange(PVOID CallerContext) {
    ++*(int*)CallerContext;
}

static BOOLEAN IsPTPv2HardwareTimestampingSupported(PINTERFACE_TIMESTAMP_CAPABILITIES c) {
    return (c->HardwareCapabilities.PtpV2OverUdpIPv4EventMessageReceive ||
            c->HardwareCapabilities.PtpV2OverUdpIPv4AllMessageReceive ||
            c->HardwareCapabilities.AllReceive) &&
           (c->HardwareCapabilities.PtpV2OverUdpIPv4EventMessageTransmit ||
            c->HardwareCapabilities.PtpV2OverUdpIPv4AllMessageTransmit ||
            c->HardwareCapabilities.TaggedTransmit || c->HardwareCapabilities.AllTransmit);
}

static void RunIpHelper(const char* prefix) {
    NET_LUID luid, again;
    NET_IFINDEX index = 0;
    INTERFACE_TIMESTAMP_CAPABILITIES supported, active;
    INTERFACE_HARDWARE_CROSSTIMESTAMP cross;
    HIFTIMESTAMPCHANGE handle = NULL;
    LARGE_INTEGER before, after, frequency;
    CHAR name[NDIS_IF_MAX_STRING_SIZE + 1];
    WCHAR wide[NDIS_IF_MAX_STRING_SIZE + 1];
    DWORD result;
    int calls = 0;

    (void)prefix;
    expect(ConvertInterfaceNameToLuidA("lo", &luid) == NO_ERROR && luid.Value != 0, "name_to_luid");
    expect(ConvertInterfaceAliasToLuid(L"lo", &again) == NO_ERROR && again.Value == luid.Value,
           "alias_to_luid");
    expect(ConvertInterfaceLuidToIndex(&luid, &index) == NO_ERROR && index == 1, "luid_to_index");
    expect(ConvertInterfaceIndexToLuid(index, &again) == NO_ERROR && again.Value == luid.Value,
           "index_to_luid");
    expect(ConvertInterfaceLuidToNameA(&luid, name, sizeof name) == NO_ERROR && strcmp(name, "lo") == 0,
           "luid_to_name");
    expect(ConvertInterfaceLuidToAlias(&luid, wide, NDIS_IF_MAX_STRING_SIZE) == NO_ERROR &&
               wcscmp(wide, L"lo") == 0,
           "luid_to_alias");
    expect(ConvertInterfaceLuidToNameA(&luid, name, 2) == ERROR_NOT_ENOUGH_MEMORY, "short_buffer");
    expect(ConvertInterfaceNameToLuidA("no such thing", &again) == ERROR_INVALID_NAME && again.Value == 0,
           "unknown_name");
    expect(ConvertInterfaceAliasToLuid(L"no such thing", &again) == ERROR_INVALID_PARAMETER, "unknown_alias");
    expect(ConvertInterfaceIndexToLuid(0x7ffffff0, &again) == ERROR_INVALID_PARAMETER, "unknown_index");
    expect(ConvertInterfaceNameToLuidA(NULL, &again) == ERROR_INVALID_NAME, "null_name");
    expect(ConvertInterfaceNameToLuidA("lo", NULL) == ERROR_INVALID_PARAMETER, "null_luid");

    memset(&supported, 0xff, sizeof supported);
    result = GetInterfaceSupportedTimestampCapabilities(&luid, &supported);
    expect(result == NO_ERROR && supported.SoftwareCapabilities.AllReceive &&
               supported.SoftwareCapabilities.TaggedTransmit && !supported.SoftwareCapabilities.AllTransmit &&
               !IsPTPv2HardwareTimestampingSupported(&supported),
           "supported_capabilities");
    result = GetInterfaceActiveTimestampCapabilities(&luid, &active);
    expect(result == NO_ERROR && active.SoftwareCapabilities.AllReceive, "active_capabilities");
    expect(GetInterfaceSupportedTimestampCapabilities(NULL, &supported) == ERROR_INVALID_PARAMETER,
           "null_pointer");
    expect(GetInterfaceSupportedTimestampCapabilities(&luid, NULL) == ERROR_INVALID_PARAMETER, "null_output");
    again.Value = 0x123456789;
    expect(GetInterfaceActiveTimestampCapabilities(&again, &active) == ERROR_NOT_FOUND, "unknown_luid");
    expect(CaptureInterfaceHardwareCrossTimestamp(&luid, &cross) == ERROR_NOT_SUPPORTED, "no_hardware_clock");

    expect(
        RegisterInterfaceTimestampConfigChange(OnConfigChange, &calls, &handle) == NO_ERROR && handle != NULL,
        "register");
    expect(RegisterInterfaceTimestampConfigChange(NULL, &calls, &handle) == ERROR_INVALID_PARAMETER,
           "register_nothing");
    expect(RegisterInterfaceTimestampConfigChange(OnConfigChange, &calls, &handle) == NO_ERROR,
           "register_again");
    UnregisterInterfaceTimestampConfigChange(handle);
    UnregisterInterfaceTimestampConfigChange(handle);
    UnregisterInterfaceTimestampConfigChange(NULL);
    expect(1, "unregister_twice");

    expect(QueryPerformanceFrequency(&frequency) && frequency.QuadPart == 1000000000,
           "performance_frequency");
    QueryPerformanceCounter(&before);
    QueryPerformanceCounter(&after);
    expect(after.QuadPart >= before.QuadPart && before.QuadPart > 0, "performance_counter");
}

int main(void) {
    RunIpHelper("");
    return failures != 0;
}
