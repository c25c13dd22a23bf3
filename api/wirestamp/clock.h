/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file clock.h
 * @brief Clocks: read one, read an adapter's against the system's, and keep a correlation of the two that converts stamps.
 *
 * A hardware stamp counts the adapter's own clock, whose rate and zero are its own. A cross-timestamp relates the two clocks at
 * one instant; a correlation takes such samples in the background, fits rate and offset, and converts values of either clock into
 * the other with a bound of its error. Windows documents the same as an exercise for the reader ("Packet timestamping"); here it
 * is done.
 */
#ifndef WIRESTAMP_CLOCK_H
#define WIRESTAMP_CLOCK_H

#include "wirestamp/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @return "REALTIME", "DEVICE" and so on of a WST_CLOCK_* number, "UNKNOWN" for any other. Static storage. Any thread. */
WST_API const char *WST_CALL wst_clock_name(uint32_t clock);
/** @return "hardware" and so on of a WST_SOURCE_* number, "unknown" for any other. Static storage. Any thread. */
WST_API const char *WST_CALL wst_source_name(uint32_t source);

/**
 * Reads a clock of the host (of the simulated host, if the context lives on one).
 * @param clock WST_CLOCK_REALTIME, WST_CLOCK_MONOTONIC, WST_CLOCK_MONOTONIC_RAW, WST_CLOCK_TAI; WST_CLOCK_DEVICE
 * @param interface_id with WST_CLOCK_DEVICE: whose clock; else 0
 * @param[out] value ns of that clock
 * @return ::WST_OK; ::WST_E_INVALID_ARGUMENT; ::WST_E_NOT_SUPPORTED (no such clock); ::WST_E_NOT_FOUND; ::WST_E_PERMISSION (the
 *         device file of a hardware clock: the message names it)
 * @thread any
 */
WST_API wst_status WST_CALL wst_clock_read(wst_context *context, uint32_t clock, uint64_t interface_id, int64_t *value,
                                           wst_error *error);

/** @name How a cross-timestamp was taken, best first
 * @{ */
#define WST_CROSS_NONE 0
#define WST_CROSS_PRECISE 1 /**< both clocks latched at one instant by hardware (PTP_SYS_OFFSET_PRECISE); before equals after */
#define WST_CROSS_EXTENDED \
    2                       /**< system clock before and after the device read, taken in the driver (PTP_SYS_OFFSET_EXTENDED) \
                              */
#define WST_CROSS_BASIC 3   /**< the same, taken in the kernel around the driver (PTP_SYS_OFFSET) */
#define WST_CROSS_BRACKET 4 /**< the same, taken by three clock reads of the library */
/** @return "precise" and so on, "none" for any other number. Static storage. Any thread. */
WST_API const char *WST_CALL wst_cross_method_name(uint32_t method);

/** One reading of an adapter's clock against a system clock. */
typedef struct wst_cross_timestamp {
    uint32_t struct_size;
    uint32_t method; /**< WST_CROSS_* */
    uint64_t interface_id;
    int64_t system_before; /**< ns of `system_clock` */
    int64_t device;        /**< ns (ticks with WST_CLOCK_DEVICE_RAW) of `device_clock`, read between the two */
    int64_t system_after;  /**< ns of `system_clock`; equal to `system_before` where the reading is one instant */
    uint32_t system_clock; /**< WST_CLOCK_* */
    uint32_t device_clock; /**< WST_CLOCK_DEVICE or WST_CLOCK_DEVICE_RAW */
    int32_t device_index;  /**< PHC number, -1 if it has none */
    uint32_t samples;      /**< readings of which this is the narrowest */
    int64_t uncertainty;   /**< ns: the device was read within this of the middle of before and after */
} wst_cross_timestamp;

#define WST_CROSS_TIMESTAMP_INIT \
    { (uint32_t)sizeof(wst_cross_timestamp), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Reads an adapter's clock against a system clock, by the best method that the driver has: precise, extended, basic, bracket.
 * Where a kernel captures only CLOCK_REALTIME (before Linux 6.12) and another clock is wanted, the values are carried over by a
 * bracketed read of both system clocks, and the uncertainty grows by that.
 * @param system_clock WST_CLOCK_MONOTONIC_RAW, WST_CLOCK_MONOTONIC, WST_CLOCK_REALTIME, WST_CLOCK_TAI; 0: MONOTONIC_RAW
 * @param samples the narrowest of so many readings, 1 to 25; 0: 5
 * @param[out] out with struct_size set
 * @return ::WST_OK; ::WST_E_NOT_SUPPORTED (the adapter has no clock); ::WST_E_PERMISSION (device file); ::WST_E_NOT_FOUND,
 *         ::WST_E_INTERFACE_GONE; ::WST_E_RANGE; ::WST_E_INVALID_ARGUMENT; ::WST_E_IO
 * @thread any. Windows counterpart: CaptureInterfaceHardwareCrossTimestamp.
 */
WST_API wst_status WST_CALL wst_cross_timestamp_get(wst_context *context, uint64_t interface_id, uint32_t system_clock,
                                                    uint32_t samples, wst_cross_timestamp *out, wst_error *error);
/** @} */

/** @name Correlation
 * @{ */
typedef struct wst_correlation wst_correlation;

typedef struct wst_correlation_options {
    uint32_t struct_size;
    uint32_t stamp_clock;  /**< the clock to convert from and to: WST_CLOCK_DEVICE, or a system clock such as WST_CLOCK_REALTIME,
                              in  which Linux gives software stamps; 0: the interface's device clock if it has one, else REALTIME */
    uint32_t system_clock; /**< the other one; 0: WST_CLOCK_MONOTONIC_RAW */
    uint32_t interval_ms;  /**< between samples once the fit is good, 50 to 60000; 0: 5000. More often after start and restart. */
    uint64_t interface_id; /**< whose device clock; may be 0 if both clocks are the system's */
    uint32_t samples;      /**< readings per sample, 1 to 25; 0: 5 */
    uint32_t reserved;
} wst_correlation_options;

#define WST_CORRELATION_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_correlation_options), 0, 0, 0, 0, 0, 0 }

/** @name States of a correlation
 * @{ */
#define WST_CORRELATION_STARTING 0 /**< not enough samples yet: a conversion gives ::WST_E_WOULD_BLOCK */
#define WST_CORRELATION_VALID 1
#define WST_CORRELATION_LOST 2 /**< the clock cannot be read (interface gone); taken up again when it can */
/** @return "starting", "valid", "lost"; "unknown" for any other number. Static storage. Any thread. */
WST_API const char *WST_CALL wst_correlation_state_name(uint32_t state);
/** @} */

/** @name Why a correlation changed its state or began anew
 * @{ */
#define WST_CORRELATION_REASON_NONE 0
#define WST_CORRELATION_REASON_ENOUGH_SAMPLES 1
#define WST_CORRELATION_REASON_CLOCK_STEPPED 2  /**< the clock jumped, or ran backwards */
#define WST_CORRELATION_REASON_RATE_CHANGED 3   /**< its rate changed by more than a fit can follow */
#define WST_CORRELATION_REASON_CLOCK_REPLACED 4 /**< another clock device, a restarted driver or changed time stamping */
#define WST_CORRELATION_REASON_SUSPENDED 5      /**< the host slept: its raw clock stood still and the adapter's did not */
#define WST_CORRELATION_REASON_INTERFACE_GONE 6
#define WST_CORRELATION_REASON_READ_FAILED 7
#define WST_CORRELATION_REASON_REQUESTED 8 /**< ::wst_correlation_restart */
/** @return such as "clock stepped". Static storage. Any thread. */
WST_API const char *WST_CALL wst_correlation_reason_name(uint32_t reason);
/** @} */

/**
 * Starts to correlate: takes the first sample at once (so that what cannot work is said here), then samples in the background,
 * quickly until the fit is good and every `interval_ms` later. It begins anew by itself after a step, a backwards or replaced
 * clock, a change of the adapter or a suspended host, and says so by ::WST_EVENT_CORRELATION.
 * @param options NULL is not allowed; see ::WST_CORRELATION_OPTIONS_INIT
 * @param[out] out to be given to ::wst_correlation_close; NULL on error
 * @return ::WST_OK; as ::wst_cross_timestamp_get; ::WST_E_INVALID_ARGUMENT (the two clocks are the same)
 * @thread any
 */
WST_API wst_status WST_CALL wst_correlation_open(wst_context *context, const wst_correlation_options *options,
                                                 wst_correlation **out, wst_error *error);
/** Ends it. No other call may be running in it. NULL is allowed. */
WST_API wst_status WST_CALL wst_correlation_close(wst_correlation *correlation, wst_error *error);
/** Forgets all samples and begins anew. */
WST_API wst_status WST_CALL wst_correlation_restart(wst_correlation *correlation, wst_error *error);

/** A converted value. */
typedef struct wst_correlation_time {
    uint32_t struct_size;
    uint32_t clock; /**< WST_CLOCK_* that `value` counts */
    int64_t value;  /**< ns */
    int64_t bound;  /**< ns: the true value is believed to lie within value - bound and value + bound */
} wst_correlation_time;

#define WST_CORRELATION_TIME_INIT \
    { (uint32_t)sizeof(wst_correlation_time), 0, 0, 0 }

/**
 * Converts a value of one of the two clocks into the other. Good for stamps of the past (64 samples are kept) and of the near
 * future; before the oldest sample and after the newest the bound grows with the distance.
 * @param from WST_CLOCK_*: which of the two clocks `value` counts
 * @return ::WST_OK; ::WST_E_WOULD_BLOCK (not valid yet, or again after a restart); ::WST_E_RANGE (too far away to be
 *         converted at all); ::WST_E_INVALID_ARGUMENT (`from` is neither clock)
 * @thread any; no system call, no allocation
 */
WST_API wst_status WST_CALL wst_correlation_convert(wst_correlation *correlation, uint32_t from, int64_t value,
                                                    wst_correlation_time *out, wst_error *error);

/**
 * Waits until the correlation is valid.
 * @param timeout_ms 0: only look; negative: without limit
 * @return ::WST_OK; ::WST_E_TIMED_OUT; ::WST_E_WOULD_DEADLOCK (waiting inside a callback); ::WST_E_BUSY (another thread drives a
 *         caller-driven context)
 * @thread any. Serves a caller-driven or simulated context while it waits, as ::wst_context_run does.
 */
WST_API wst_status WST_CALL wst_correlation_wait(wst_correlation *correlation, int32_t timeout_ms, wst_error *error);

typedef struct wst_correlation_status {
    uint32_t struct_size;
    uint32_t state;        /**< WST_CORRELATION_* */
    uint32_t reason;       /**< WST_CORRELATION_REASON_*: of the last change of state or new beginning */
    uint32_t stamp_clock;  /**< WST_CLOCK_* */
    uint32_t system_clock; /**< WST_CLOCK_* */
    uint32_t method;       /**< WST_CROSS_* of the last sample */
    uint64_t interface_id;
    double rate;              /**< ppb by which the stamp clock is faster than the system clock */
    double rate_bound;        /**< ppb */
    int64_t reference_system; /**< ns: at this value of the system clock, */
    int64_t reference_stamp;  /**< ns: the stamp clock shows this */
    int64_t bound;            /**< ns: bound of a conversion at the last sample */
    int64_t spread;           /**< ns: how far samples lie from the fit, as standard deviation */
    uint64_t samples;         /**< taken since it was opened */
    uint64_t outliers;        /**< of these, not used because they did not fit */
    uint64_t restarts;
    uint32_t interval_ms; /**< to the next sample */
    uint32_t reserved;
} wst_correlation_status;

#define WST_CORRELATION_STATUS_INIT \
    { (uint32_t)sizeof(wst_correlation_status), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/** @thread any */
WST_API wst_status WST_CALL wst_correlation_status_get(wst_correlation *correlation, wst_correlation_status *out,
                                                       wst_error *error);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
