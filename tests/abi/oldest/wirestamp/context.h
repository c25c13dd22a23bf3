/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file context.h
 * @brief The context: what every object lives in, the thread (or none) that serves it, and the events that come out of it.
 *
 * A context works on the system it runs on or on one host of a simulated network; everything else is the same on both.
 */
#ifndef WIRESTAMP_CONTEXT_H
#define WIRESTAMP_CONTEXT_H

#include "wirestamp/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wst_context wst_context;
struct wst_simulation;

/** @name Log levels, as syslog's
 * @{ */
#define WST_LOG_ERROR 3
#define WST_LOG_WARNING 4
#define WST_LOG_NOTICE 5
#define WST_LOG_INFO 6
#define WST_LOG_DEBUG 7
/** @} */

/**
 * Receives log lines of one context.
 * @param user what the options said
 * @param level one of WST_LOG_*
 * @param text one line without a line end, UTF-8, valid during the call
 * @thread any thread, without a lock held; may overlap with itself. It must not call back into this context.
 */
typedef void(WST_CALL *wst_log_fn)(void *user, int32_t level, const char *text);

/** No thread of the library's own: the caller drives the context with ::wst_context_run. See there. */
#define WST_CONTEXT_CALLER_DRIVEN 0x1u

/** How a context is made. Zero (after the size) means the defaults. */
typedef struct wst_context_options {
    uint32_t struct_size;
    uint32_t flags;                /**< WST_CONTEXT_* */
    uint32_t event_queue_capacity; /**< events kept for ::wst_event_wait, 0: 1024 */
    int32_t log_level;             /**< lines above this level are not made, 0: ::WST_LOG_NOTICE */
    wst_log_fn log;                /**< NULL: no log */
    void *log_user;
    struct wst_simulation *simulation; /**< NULL: the system; else the context lives on a host of this network */
    const char *simulation_host;       /**< name of that host */
    uint64_t seed;                     /**< for what PTP wants random (spreading of requests); 0: taken from the system */
} wst_context_options;

#define WST_CONTEXT_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_context_options), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Makes a context and, unless ::WST_CONTEXT_CALLER_DRIVEN or simulated, starts its thread.
 * @param options NULL: all defaults
 * @param[out] out the context, to be given to ::wst_context_close; NULL on error
 * @return ::WST_OK, ::WST_E_INVALID_ARGUMENT, ::WST_E_UNSUPPORTED_FIELD, ::WST_E_OUT_OF_MEMORY, ::WST_E_LIMIT (no thread or
 *         descriptor to be had), ::WST_E_NOT_FOUND (simulation_host)
 */
WST_API wst_status WST_CALL wst_context_create(const wst_context_options *options, wst_context **out, wst_error *error);

/**
 * Ends a context: closes every object made in it (their handles must not be used afterwards), ends its subscriptions (their
 * `release` runs), waits for running callbacks and joins the thread. Waiters in ::wst_event_wait return ::WST_E_CLOSED and
 * are waited for. After it returns the context does not exist.
 * @return ::WST_OK; ::WST_E_WOULD_DEADLOCK inside a callback of this context (nothing was changed)
 */
WST_API wst_status WST_CALL wst_context_close(wst_context *context, wst_error *error);

/**
 * Serves a caller-driven (or simulated) context for up to `timeout_ns`, and runs its callbacks on this thread. Returns early
 * once at least one event was delivered or queued. On a simulated network the time is virtual and passes as fast as the
 * processor allows, for all its hosts.
 *
 * In this mode every system call of the library is made on the caller's thread. For an event loop of your own, wait for
 * ::wst_context_handle to become readable and then call this with 0.
 * @param timeout_ns 0: only what is due; negative: until something happens
 * @return ::WST_OK (something was done), ::WST_E_TIMED_OUT, ::WST_E_STATE (the context has a thread of its own),
 *         ::WST_E_WOULD_DEADLOCK (inside a callback), ::WST_E_BUSY (another thread is in it)
 */
WST_API wst_status WST_CALL wst_context_run(wst_context *context, int64_t timeout_ns, wst_error *error);

/**
 * When a caller-driven context next has something to do on its own (a timer), in ns from now; INT64_MAX if nothing is due.
 */
WST_API wst_status WST_CALL wst_context_next_deadline(wst_context *context, int64_t *ns_from_now, wst_error *error);

/** @name Events
 * @{ */

/** Event types. Ignore types you do not know: a minor release may add some. */
#define WST_EVENT_NONE 0
#define WST_EVENT_OVERFLOW 1        /**< payload.overflow: events were lost because the queue was full */
#define WST_EVENT_INTERFACE 2       /**< payload.raw as wst_interface_change (capabilities.h) */
#define WST_EVENT_PTP_PORT_STATE 3  /**< payload.ptp_port_state */
#define WST_EVENT_PTP_BEST_MASTER 4 /**< payload.ptp_best_master */
#define WST_EVENT_PTP_OFFSET 5      /**< payload.ptp_offset: one per offset sample */
#define WST_EVENT_PTP_CLOCK_STATE 6 /**< payload.ptp_clock_state: free-running, acquiring, locked, holdover */
#define WST_EVENT_PTP_FAULT 7       /**< payload.ptp_fault: something went wrong and what the engine did about it */
#define WST_EVENT_SOCKET 8          /**< payload.socket: datagrams or transmit stamps have come, or stamps were lost */
#define WST_EVENT_CORRELATION 9     /**< payload.correlation: valid, restarted, lost */
#define WST_EVENT_PTP_CLOCK_STEP 10 /**< payload.ptp_clock_step: a step is about to be made */

/** Bit of an event type in a subscription's mask. */
#define WST_EVENT_BIT(type) (UINT64_C(1) << (type))
#define WST_EVENT_ALL UINT64_MAX

typedef struct wst_event_overflow {
    uint64_t lost; /**< events lost since the last report */
} wst_event_overflow;

typedef struct wst_event_ptp_port_state {
    uint16_t port_number;
    uint8_t old_state; /**< WST_PTP_STATE_* */
    uint8_t new_state;
    uint32_t reason; /**< WST_PTP_REASON_* */
    char interface_name[64];
} wst_event_ptp_port_state;

typedef struct wst_event_ptp_best_master {
    uint8_t grandmaster_identity[8]; /**< own identity: this clock is the grandmaster */
    uint8_t parent_identity[8];
    uint16_t parent_port_number;
    uint16_t steps_removed;
    uint8_t priority1;
    uint8_t priority2;
    uint8_t clock_class;
    uint8_t clock_accuracy;
    uint16_t offset_scaled_log_variance;
    uint8_t is_self;
    uint8_t time_source;
    int16_t current_utc_offset;
    uint16_t time_flags; /**< WST_PTP_TIME_* */
} wst_event_ptp_best_master;

typedef struct wst_event_ptp_offset {
    int64_t offset_from_master; /**< ns: best estimate before the correction that follows from it */
    int64_t measured_offset; /**< ns: t2 - t1 - correction - meanPathDelay of this sample alone, nothing filtered but the delay */
    int64_t mean_path_delay; /**< ns */
    double frequency;        /**< ppb, applied to the engine's clock after this sample */
    int64_t bound;           /**< ns: |true error| is believed to be below */
    int64_t ptp_time;        /**< ns, PTP timescale, when the sample was taken */
    uint32_t servo_state;    /**< WST_PTP_SERVO_* */
    uint16_t port_number;
    uint8_t source; /**< WST_SOURCE_*: who took the stamps of this sample */
    uint8_t flags;  /**< WST_PTP_OFFSET_* (ptp.h) */
} wst_event_ptp_offset;

typedef struct wst_event_ptp_clock_state {
    uint32_t old_state; /**< WST_PTP_CLOCK_* */
    uint32_t new_state;
    int64_t bound; /**< ns */
} wst_event_ptp_clock_state;

typedef struct wst_event_ptp_clock_step {
    int64_t step; /**< ns that will be added to the engine's clock */
} wst_event_ptp_clock_step;

typedef struct wst_event_ptp_fault {
    uint32_t fault; /**< WST_PTP_FAULT_* */
    int32_t os_error;
    uint16_t port_number;
    uint16_t reserved;
    uint32_t count; /**< how often since the last such event */
    char text[192];
} wst_event_ptp_fault;

typedef struct wst_event_socket {
    uint32_t reasons; /**< WST_SOCKET_READABLE, ... */
    uint32_t reserved;
    uint64_t transmit_stamps_lost;
} wst_event_socket;

typedef struct wst_event_correlation {
    uint64_t interface_id;
    uint32_t state; /**< WST_CORRELATION_* */
    uint32_t reason;
} wst_event_correlation;

/** One event. Always 512 bytes, on every system and in every version with this major number. */
typedef struct wst_event {
    uint32_t struct_size;  /**< sizeof(wst_event) */
    uint32_t type;         /**< WST_EVENT_* */
    uint64_t subscription; /**< which subscription it came through */
    uint64_t sequence;     /**< rises by one with every event of the context, so that a gap shows a loss */
    int64_t time;          /**< CLOCK_MONOTONIC ns (the host's, also when simulated) when it happened */
    void *object;          /**< the wst_ptp, wst_socket, … it is about; NULL for the context itself */
    union {
        wst_event_overflow overflow;
        wst_event_ptp_port_state ptp_port_state;
        wst_event_ptp_best_master ptp_best_master;
        wst_event_ptp_offset ptp_offset;
        wst_event_ptp_clock_state ptp_clock_state;
        wst_event_ptp_clock_step ptp_clock_step;
        wst_event_ptp_fault ptp_fault;
        wst_event_socket socket;
        wst_event_correlation correlation;
        uint8_t raw[472];
    } payload;
} wst_event;

/** Never reused, never 0. */
typedef uint64_t wst_subscription;

/**
 * Takes one event.
 * @thread the context's own (or the one in ::wst_context_run); calls of one context never overlap; no lock is held. Every
 *         function may be called inside, except those documented as waiting for callbacks. No exception, `longjmp` or panic
 *         may leave it.
 */
typedef void(WST_CALL *wst_event_fn)(void *user, const wst_event *event);
/** Tells that `user` will not be used again. Called exactly once for a subscription that was made. */
typedef void(WST_CALL *wst_release_fn)(void *user);

/** What a subscription is for. */
typedef struct wst_subscribe_options {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t events;    /**< WST_EVENT_BIT() of the types wanted; 0: all */
    const void *object; /**< only events about this object; NULL: of the whole context */
} wst_subscribe_options;

#define WST_SUBSCRIBE_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_subscribe_options), 0, 0, 0 }

/**
 * Asks for events: by callback if `fn` is given, else into the context's queue for ::wst_event_wait.
 * @param options NULL: all events
 * @param fn NULL: queue
 * @param release NULL: nothing to release
 * @param[out] out written before `fn` can run
 * @return ::WST_OK, ::WST_E_INVALID_ARGUMENT, ::WST_E_OUT_OF_MEMORY, ::WST_E_CLOSED; on error `release` is not called
 */
WST_API wst_status WST_CALL wst_subscribe(wst_context *context, const wst_subscribe_options *options, wst_event_fn fn, void *user,
                                          wst_release_fn release, wst_subscription *out, wst_error *error);

/**
 * Ends a subscription. From any thread other than the one that runs its callback, it returns only after `fn` **and** `release`
 * have finished: the caller must not hold a lock that either takes. Inside a callback of the same context it returns at once;
 * if it is this subscription's own, the running call is the last, and `release` runs right after it.
 * @return ::WST_OK; ::WST_E_NOT_FOUND for a subscription that is unknown or already ended (a second caller that comes while the
 *         first still waits also gets this, at once)
 */
WST_API wst_status WST_CALL wst_unsubscribe(wst_context *context, wst_subscription subscription, wst_error *error);

/**
 * Takes the oldest event from the queue, waiting for one if there is none. If events were lost because the queue was full, the
 * next one returned is ::WST_EVENT_OVERFLOW with their number. The newest are lost, not the oldest.
 *
 * On a caller-driven or simulated context this also serves the context while it waits, as ::wst_context_run does.
 * @param timeout_ms 0: do not wait; negative: without limit
 * @param[out] event with struct_size set
 * @return ::WST_OK, ::WST_E_TIMED_OUT, ::WST_E_CLOSED, ::WST_E_INVALID_ARGUMENT; waiting inside a callback of the same context:
 *         ::WST_E_WOULD_DEADLOCK unless timeout_ms is 0
 */
WST_API wst_status WST_CALL wst_event_wait(wst_context *context, int32_t timeout_ms, wst_event *event, wst_error *error);

/**
 * A handle for an event loop of the caller's own: readable (an eventfd; on Windows an event HANDLE, signalled) as long as the
 * queue holds an event. It belongs to the context: do not read, write or close it.
 */
WST_API wst_status WST_CALL wst_event_handle(wst_context *context, intptr_t *out, wst_error *error);

/**
 * A handle that becomes readable when a caller-driven context has input to serve: call ::wst_context_run with 0 then, and also
 * when ::wst_context_next_deadline has passed. Where the system refuses such a combined handle: ::WST_E_NOT_SUPPORTED, and
 * calling ::wst_context_run with a timeout does the waiting.
 */
WST_API wst_status WST_CALL wst_context_handle(wst_context *context, intptr_t *out, wst_error *error);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
