/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file base.h
 * @brief What every other header of Wirestamp stands on: calling convention, status codes, error object, versions, clock names.
 *
 * Rules that hold for the whole interface:
 *  - Every call returns a ::wst_status and takes an optional caller-owned ::wst_error last. NULL is always allowed there.
 *    There is no "last error" kept per thread: a goroutine or a virtual thread may change its thread between two calls.
 *  - Every structure starts with `uint32_t struct_size`, set by the caller to `sizeof` of what it was compiled with
 *    (the `WST_..._INIT` macros do that). Fields are only ever appended. As input, a shorter structure means defaults for
 *    what is missing and a longer one must be zero past what this library knows, else ::WST_E_UNSUPPORTED_FIELD. As
 *    output, the library writes no byte past `struct_size` and sets `struct_size` to the bytes it filled.
 *  - Outputs carry a `valid` mask: a bit that is not set means *unknown*, which is different from zero or off.
 *  - All text is UTF-8. Nothing that a call returns has to be freed, except objects with a `close` or `destroy` function.
 *  - Any function may be called from any thread, also inside a callback, unless its page says otherwise.
 *  - `fork`: a child process must not use any object that its parent made; it may make its own. The library's thread
 *    does not exist in the child.
 */
#ifndef WIRESTAMP_BASE_H
#define WIRESTAMP_BASE_H

#include <stdint.h>

#if defined(SWIG)
#define WST_CALL
#define WST_API
#elif defined(_WIN32)
#define WST_CALL __cdecl
#if defined(WST_BUILD)
#define WST_API __declspec(dllexport)
#elif defined(WST_STATIC)
#define WST_API
#else
#define WST_API __declspec(dllimport)
#endif
#else
#define WST_CALL
#if defined(WST_BUILD) && defined(__GNUC__)
#define WST_API __attribute__((visibility("default")))
#else
#define WST_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Version of these headers. The library's own is ::wst_version; it is never older in a correct installation. */
#define WST_VERSION_MAJOR 0
#define WST_VERSION_MINOR 1
#define WST_VERSION_PATCH 0

/** 0 is success, negative numbers are errors. Names and numbers are frozen. */
typedef int32_t wst_status;

#define WST_OK 0
#define WST_E_INVALID_ARGUMENT (-1)  /**< an argument is NULL, out of range or malformed; the message says which */
#define WST_E_UNSUPPORTED_FIELD (-2) /**< a structure from a newer header asks for something this library does not know */
#define WST_E_NOT_FOUND (-3)         /**< no such interface, option, subscription or object */
#define WST_E_PERMISSION (-4)        /**< the system refused; the message names the capability or option that helps */
#define WST_E_NOT_SUPPORTED (-5)     /**< this system, adapter or driver cannot do it */
#define WST_E_TIMED_OUT (-6)         /**< nothing came within the time given */
#define WST_E_WOULD_BLOCK (-7)       /**< not now; try again when the handle is ready */
#define WST_E_WOULD_DEADLOCK (-8)    /**< this call waits for callbacks and was made inside one */
#define WST_E_CLOSED (-9)            /**< the object is closing or closed */
#define WST_E_BUSY (-10)             /**< somebody else uses it (an address in use, a clock that another steers) */
#define WST_E_OUT_OF_MEMORY (-11)    /**< memory could not be had; nothing was changed */
#define WST_E_LIMIT (-12)            /**< a stated limit is reached (descriptors, queue, table size) */
#define WST_E_STATE (-13)            /**< not in this state (start of a started engine, change of a running one) */
#define WST_E_RANGE (-14)            /**< the value is outside what is allowed or what the driver offers */
#define WST_E_UNKNOWN_OPTION (-15)   /**< no option of that name; the message names the nearest one */
#define WST_E_BAD_DRIVER (-16)       /**< the driver contradicts itself (for example hardware stamps with no filter) */
#define WST_E_INTERFACE_GONE (-17)   /**< the interface was there and has been removed */
#define WST_E_IO (-18)               /**< the system reported another error; see os_error */
#define WST_E_PARSE (-19)            /**< text or a file could not be read; the message names line and reason */
#define WST_E_ADMINISTRATOR (-20)    /**< only an administrator can change this; the message holds the exact command */
#define WST_E_INTERNAL (-21)         /**< a defect in the library; please report it with the message */

/** What went wrong, in words. Caller-owned, reusable, never needed: pass NULL to ignore it. */
typedef struct wst_error {
    uint32_t struct_size; /**< sizeof(wst_error) */
    wst_status status;    /**< same as the returned status */
    int32_t os_error;     /**< errno or GetLastError value behind it, 0 if none */
    uint32_t reserved;    /**< 0 */
    char message[240];    /**< UTF-8, always terminated: what was wrong and what to do */
} wst_error;

#define WST_ERROR_INIT                          \
    {                                           \
        (uint32_t)sizeof(wst_error), 0, 0, 0, { \
            0                                   \
        }                                       \
    }

/** @return (major << 16) | (minor << 8) | patch of the library that is loaded. Any thread. */
WST_API uint32_t WST_CALL wst_version(void);
/** @return version as text such as "0.1.0". Static storage. Any thread. */
WST_API const char *WST_CALL wst_version_string(void);
/** @return one line for bug reports: version, compiler, system, Boost version, options. Static storage. Any thread. */
WST_API const char *WST_CALL wst_build_info(void);
/** @return the constant's name, such as "WST_E_NOT_FOUND", or "WST_E_UNKNOWN". Static storage. Any thread. */
WST_API const char *WST_CALL wst_status_name(wst_status status);
/** @return one sentence about a status, for a person. Static storage. Any thread. */
WST_API const char *WST_CALL wst_status_text(wst_status status);
/**
 * Table of all status codes, so that bindings make their constants and exceptions from the library itself.
 * @param index 0, 1, 2, …
 * @param[out] status,name set on success; name is static storage
 * @return ::WST_OK, or ::WST_E_NOT_FOUND past the end
 */
WST_API wst_status WST_CALL wst_status_at(uint32_t index, wst_status *status, const char **name);

/**
 * @name Clocks
 * What a time value counts. A stamp or a time in this interface never comes without one of these.
 * @{ */
#define WST_CLOCK_NONE 0          /**< no value */
#define WST_CLOCK_REALTIME 1      /**< CLOCK_REALTIME, UTC, ns since 1970 (steps and slews with the system clock) */
#define WST_CLOCK_MONOTONIC 2     /**< CLOCK_MONOTONIC ns */
#define WST_CLOCK_MONOTONIC_RAW 3 /**< CLOCK_MONOTONIC_RAW ns; on Windows QPC in ns */
#define WST_CLOCK_TAI 4           /**< CLOCK_TAI ns since 1970 */
#define WST_CLOCK_DEVICE 5        /**< adapter's PTP hardware clock, ns */
#define WST_CLOCK_DEVICE_RAW 6    /**< adapter's free-running counter in its own ticks (Windows) */
#define WST_CLOCK_QPC 7           /**< QueryPerformanceCounter ticks */
#define WST_CLOCK_PTP 8           /**< time of a PTP engine, PTP timescale (TAI when the grandmaster is traceable) */
/** @} */

/** @name Where a packet's stamp was taken
 * @{ */
#define WST_SOURCE_NONE 0        /**< no stamp */
#define WST_SOURCE_APPLICATION 1 /**< taken by the library after the system call, for want of anything better */
#define WST_SOURCE_SOFTWARE 2    /**< kernel or driver */
#define WST_SOURCE_HARDWARE 3    /**< adapter */
/** @} */

#ifdef __cplusplus
}
#endif
#endif
