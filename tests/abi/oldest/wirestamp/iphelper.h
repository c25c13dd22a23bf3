/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file iphelper.h
 * @brief The names of Windows' IP Helper packet timestamping, so that code written for Windows compiles on Linux when its
 *        includes are changed.
 *
 * On Windows this header yields to the system's own <iphlpapi.h> (NTDDI_VERSION of at least NTDDI_WIN10_FE). Elsewhere it brings
 * the structures with the same 24 bytes and offsets, and the functions with the documented return codes, over capabilities.h and
 * clock.h. What is the same and what is not:
 *  - A NET_LUID is the interface id of interface.h.
 *  - What Windows counts with QueryPerformanceCounter is CLOCK_MONOTONIC_RAW in ns here, and QueryPerformanceFrequency says
 *    1 000 000 000. Hardware stamps are ns of the adapter's clock, and HardwareClockFrequencyHz says so.
 *  - *Active* follows Windows' rule: while hardware stamps are on, software stamps are reported off.
 *  - Hardware stamps are turned on with ::wst_capabilities_enable, where on Windows an administrator does it.
 *  - As on Windows, a change callback says only that something changed: ask again, and begin a correlation anew. It runs on a
 *    thread of the library. Unregister waits for a running callback; other than on Windows it may also be called inside one.
 *
 * The functions keep one context for the process, with a thread only while a change callback is registered. They must not be
 * used in a child made by `fork` of a process that has used them.
 */
#ifndef WIRESTAMP_IPHELPER_H
#define WIRESTAMP_IPHELPER_H

#if defined(_WIN32)
#include <iphlpapi.h>
#include <winsock2.h>
#include <ws2ipdef.h>
#else

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "wirestamp/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Windows' types, unless something else has brought them
 * @{ */
#if !defined(WST_IPHELPER_HAS_TYPES)
typedef void VOID;
typedef void *PVOID;
typedef unsigned char BOOLEAN;
typedef int BOOL;
typedef unsigned int DWORD;
typedef unsigned int ULONG;
typedef uint64_t ULONG64;
typedef int64_t LONGLONG;
typedef char CHAR;
typedef wchar_t WCHAR;
typedef size_t SIZE_T;
typedef ULONG NET_IFINDEX, *PNET_IFINDEX;
typedef union _LARGE_INTEGER {
    LONGLONG QuadPart;
} LARGE_INTEGER;
typedef union _NET_LUID {
    ULONG64 Value;
} NET_LUID, *PNET_LUID;
#define TRUE 1
#define FALSE 0
#define CALLBACK
#define WINAPI
#endif
#ifndef NO_ERROR
#define NO_ERROR 0
#define ERROR_ACCESS_DENIED 5
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_GEN_FAILURE 31
#define ERROR_NOT_SUPPORTED 50
#define ERROR_INVALID_PARAMETER 87
#define ERROR_INVALID_NAME 123
#define ERROR_BUSY 170
#define ERROR_NOT_FOUND 1168
#define ERROR_BAD_DRIVER 2001
#endif
#ifndef IF_MAX_STRING_SIZE
#define IF_MAX_STRING_SIZE 256
#define NDIS_IF_MAX_STRING_SIZE IF_MAX_STRING_SIZE
#endif
/** @} */

typedef struct _INTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES {
    BOOLEAN PtpV2OverUdpIPv4EventMessageReceive;
    BOOLEAN PtpV2OverUdpIPv4AllMessageReceive;
    BOOLEAN PtpV2OverUdpIPv4EventMessageTransmit;
    BOOLEAN PtpV2OverUdpIPv4AllMessageTransmit;
    BOOLEAN PtpV2OverUdpIPv6EventMessageReceive;
    BOOLEAN PtpV2OverUdpIPv6AllMessageReceive;
    BOOLEAN PtpV2OverUdpIPv6EventMessageTransmit;
    BOOLEAN PtpV2OverUdpIPv6AllMessageTransmit;
    BOOLEAN AllReceive;
    BOOLEAN AllTransmit;
    BOOLEAN TaggedTransmit;
} INTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES, *PINTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES;

typedef struct _INTERFACE_SOFTWARE_TIMESTAMP_CAPABILITIES {
    BOOLEAN AllReceive;
    BOOLEAN AllTransmit;
    BOOLEAN TaggedTransmit;
} INTERFACE_SOFTWARE_TIMESTAMP_CAPABILITIES, *PINTERFACE_SOFTWARE_TIMESTAMP_CAPABILITIES;

typedef struct _INTERFACE_TIMESTAMP_CAPABILITIES {
    ULONG64 HardwareClockFrequencyHz;
    BOOLEAN SupportsCrossTimestamp;
    INTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES HardwareCapabilities;
    INTERFACE_SOFTWARE_TIMESTAMP_CAPABILITIES SoftwareCapabilities;
} INTERFACE_TIMESTAMP_CAPABILITIES, *PINTERFACE_TIMESTAMP_CAPABILITIES;

typedef struct _INTERFACE_HARDWARE_CROSSTIMESTAMP {
    ULONG64 SystemTimestamp1;
    ULONG64 HardwareClockTimestamp;
    ULONG64 SystemTimestamp2;
} INTERFACE_HARDWARE_CROSSTIMESTAMP, *PINTERFACE_HARDWARE_CROSSTIMESTAMP;

typedef struct HIFTIMESTAMPCHANGE__ {
    int unused;
} * HIFTIMESTAMPCHANGE;

typedef VOID(CALLBACK INTERFACE_TIMESTAMP_CONFIG_CHANGE_CALLBACK)(PVOID CallerContext);
typedef INTERFACE_TIMESTAMP_CONFIG_CHANGE_CALLBACK *PINTERFACE_TIMESTAMP_CONFIG_CHANGE_CALLBACK;

/* What a program compiled against Windows' header relies on. An array of negative size is C99's way to refuse. */
#define WST_IPHELPER_SAME(name, condition) typedef char wst_iphelper_same_##name[(condition) ? 1 : -1]
WST_IPHELPER_SAME(capabilities, sizeof(INTERFACE_TIMESTAMP_CAPABILITIES) == 24);
WST_IPHELPER_SAME(cross, offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, SupportsCrossTimestamp) == 8);
WST_IPHELPER_SAME(hardware, offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, HardwareCapabilities) == 9);
WST_IPHELPER_SAME(software, offsetof(INTERFACE_TIMESTAMP_CAPABILITIES, SoftwareCapabilities) == 20);
WST_IPHELPER_SAME(crosstimestamp, sizeof(INTERFACE_HARDWARE_CROSSTIMESTAMP) == 24);
WST_IPHELPER_SAME(device, offsetof(INTERFACE_HARDWARE_CROSSTIMESTAMP, HardwareClockTimestamp) == 8);
WST_IPHELPER_SAME(luid, sizeof(NET_LUID) == 8);
#undef WST_IPHELPER_SAME

/** @name What stands behind the names. Use the names.
 * Each returns a Windows error code.
 * @{ */
WST_API uint32_t WST_CALL wst_iphelper_capabilities(uint64_t luid, int32_t active, void *capabilities);
WST_API uint32_t WST_CALL wst_iphelper_cross_timestamp(uint64_t luid, void *cross_timestamp);
WST_API uint32_t WST_CALL wst_iphelper_register(void(WST_CALL *callback)(void *), void *caller_context, void **handle);
WST_API void WST_CALL wst_iphelper_unregister(void *handle);
WST_API uint32_t WST_CALL wst_iphelper_index_to_luid(uint32_t index, uint64_t *luid);
WST_API uint32_t WST_CALL wst_iphelper_luid_to_index(uint64_t luid, uint32_t *index);
/** @param alias 0: the name, 1: the friendly name */
WST_API uint32_t WST_CALL wst_iphelper_name_to_luid(const char *name, int32_t alias, uint64_t *luid);
WST_API uint32_t WST_CALL wst_iphelper_wide_name_to_luid(const wchar_t *name, int32_t alias, uint64_t *luid);
WST_API uint32_t WST_CALL wst_iphelper_luid_to_name(uint64_t luid, char *name, size_t length);
WST_API uint32_t WST_CALL wst_iphelper_luid_to_wide_name(uint64_t luid, int32_t alias, wchar_t *name, size_t length);
/** @return CLOCK_MONOTONIC_RAW, ns */
WST_API int64_t WST_CALL wst_iphelper_performance_counter(void);
/** @} */

/** @return NO_ERROR; ERROR_NOT_SUPPORTED; ERROR_BAD_DRIVER; ERROR_NOT_FOUND (no such interface); ERROR_INVALID_PARAMETER */
static inline DWORD WINAPI GetInterfaceSupportedTimestampCapabilities(const NET_LUID *InterfaceLuid,
                                                                      PINTERFACE_TIMESTAMP_CAPABILITIES TimestampCapabilites) {
    return InterfaceLuid ? wst_iphelper_capabilities(InterfaceLuid->Value, 0, TimestampCapabilites) : ERROR_INVALID_PARAMETER;
}

/** @return as GetInterfaceSupportedTimestampCapabilities. A driver that does not tell its configuration has it reported as off.
 */
static inline DWORD WINAPI GetInterfaceActiveTimestampCapabilities(const NET_LUID *InterfaceLuid,
                                                                   PINTERFACE_TIMESTAMP_CAPABILITIES TimestampCapabilites) {
    return InterfaceLuid ? wst_iphelper_capabilities(InterfaceLuid->Value, 1, TimestampCapabilites) : ERROR_INVALID_PARAMETER;
}

/** @return NO_ERROR; ERROR_NOT_SUPPORTED (no hardware clock); ERROR_ACCESS_DENIED (its device file); ERROR_NOT_FOUND */
static inline DWORD WINAPI CaptureInterfaceHardwareCrossTimestamp(const NET_LUID *InterfaceLuid,
                                                                  PINTERFACE_HARDWARE_CROSSTIMESTAMP CrossTimestamp) {
    return InterfaceLuid ? wst_iphelper_cross_timestamp(InterfaceLuid->Value, CrossTimestamp) : ERROR_INVALID_PARAMETER;
}

static inline DWORD WINAPI RegisterInterfaceTimestampConfigChange(PINTERFACE_TIMESTAMP_CONFIG_CHANGE_CALLBACK Callback,
                                                                  PVOID CallerContext, HIFTIMESTAMPCHANGE *NotificationHandle) {
    return wst_iphelper_register(Callback, CallerContext, (void **)NotificationHandle);
}

/** Afterwards the callback does not run any more. */
static inline VOID WINAPI UnregisterInterfaceTimestampConfigChange(HIFTIMESTAMPCHANGE NotificationHandle) {
    wst_iphelper_unregister(NotificationHandle);
}

static inline DWORD WINAPI ConvertInterfaceIndexToLuid(NET_IFINDEX InterfaceIndex, PNET_LUID InterfaceLuid) {
    return wst_iphelper_index_to_luid(InterfaceIndex, InterfaceLuid ? &InterfaceLuid->Value : NULL);
}

static inline DWORD WINAPI ConvertInterfaceLuidToIndex(const NET_LUID *InterfaceLuid, PNET_IFINDEX InterfaceIndex) {
    return InterfaceLuid ? wst_iphelper_luid_to_index(InterfaceLuid->Value, InterfaceIndex) : ERROR_INVALID_PARAMETER;
}

static inline DWORD WINAPI ConvertInterfaceNameToLuidA(const CHAR *InterfaceName, PNET_LUID InterfaceLuid) {
    return wst_iphelper_name_to_luid(InterfaceName, 0, InterfaceLuid ? &InterfaceLuid->Value : NULL);
}

static inline DWORD WINAPI ConvertInterfaceNameToLuidW(const WCHAR *InterfaceName, PNET_LUID InterfaceLuid) {
    return wst_iphelper_wide_name_to_luid(InterfaceName, 0, InterfaceLuid ? &InterfaceLuid->Value : NULL);
}

static inline DWORD WINAPI ConvertInterfaceAliasToLuid(const WCHAR *InterfaceAlias, PNET_LUID InterfaceLuid) {
    return wst_iphelper_wide_name_to_luid(InterfaceAlias, 1, InterfaceLuid ? &InterfaceLuid->Value : NULL);
}

/** @return NO_ERROR; ERROR_NOT_ENOUGH_MEMORY (`Length` characters do not suffice); ERROR_INVALID_PARAMETER */
static inline DWORD WINAPI ConvertInterfaceLuidToNameA(const NET_LUID *InterfaceLuid, CHAR *InterfaceName, SIZE_T Length) {
    return InterfaceLuid ? wst_iphelper_luid_to_name(InterfaceLuid->Value, InterfaceName, Length) : ERROR_INVALID_PARAMETER;
}

static inline DWORD WINAPI ConvertInterfaceLuidToNameW(const NET_LUID *InterfaceLuid, WCHAR *InterfaceName, SIZE_T Length) {
    return InterfaceLuid ? wst_iphelper_luid_to_wide_name(InterfaceLuid->Value, 0, InterfaceName, Length)
                         : ERROR_INVALID_PARAMETER;
}

static inline DWORD WINAPI ConvertInterfaceLuidToAlias(const NET_LUID *InterfaceLuid, WCHAR *InterfaceAlias, SIZE_T Length) {
    return InterfaceLuid ? wst_iphelper_luid_to_wide_name(InterfaceLuid->Value, 1, InterfaceAlias, Length)
                         : ERROR_INVALID_PARAMETER;
}

#if !defined(WST_IPHELPER_NO_QPC)
static inline BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount) {
    lpPerformanceCount->QuadPart = wst_iphelper_performance_counter();
    return TRUE;
}

static inline BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency) {
    lpFrequency->QuadPart = 1000000000;
    return TRUE;
}
#endif

#ifdef __cplusplus
}
#endif
#endif
#endif
