/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ptp.h
 * @brief A PTPv2 clock (IEEE 1588-2019, two-step, UDP) inside the application's own process.
 *
 * Configure by name and value with linuxptp's option names, open on a context, start, and read time:
 * ::wst_ptp_now gives PTP time with an interval that holds true time. By default nothing outside the process is touched: the
 * engine keeps a clock of its own (`clock_discipline virtual`) over CLOCK_MONOTONIC_RAW or over the adapter's hardware clock.
 *
 * All times named `ptp_time` are nanoseconds since 1970-01-01 00:00:00 TAI in the PTP timescale (or of the grandmaster's
 * arbitrary timescale; see ::WST_PTP_TIME_PTP_TIMESCALE). UTC = ptp_time - currentUtcOffset.
 */
#ifndef WIRESTAMP_PTP_H
#define WIRESTAMP_PTP_H

#include "wirestamp/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Configuration
 * A configuration is a plain object without a context; it may be used to open any number of clocks, and is copied by
 * ::wst_ptp_open. Not for use by two threads at once.
 * @{ */
typedef struct wst_ptp_config wst_ptp_config;

/** @param[out] out all options at their defaults, no port */
WST_API wst_status WST_CALL wst_ptp_config_create(wst_ptp_config **out, wst_error *error);
/** NULL is allowed. */
WST_API void WST_CALL wst_ptp_config_destroy(wst_ptp_config *config);

/**
 * Sets an option of the clock, or of all its ports where it is a port's option, as the [global] section of ptp4l.conf does.
 * @return ::WST_OK, ::WST_E_UNKNOWN_OPTION (the message names the nearest one), ::WST_E_RANGE, ::WST_E_INVALID_ARGUMENT; on
 *         error nothing was changed
 */
WST_API wst_status WST_CALL wst_ptp_config_set(wst_ptp_config *config, const char *name, const char *value, wst_error *error);
/** Adds a port on an interface (name, alternative name, index). Ports are numbered from 1 in this order. */
WST_API wst_status WST_CALL wst_ptp_config_add_port(wst_ptp_config *config, const char *interface_name, wst_error *error);
/** As ::wst_ptp_config_set, for one port only. ::WST_E_NOT_FOUND if the port was not added. */
WST_API wst_status WST_CALL wst_ptp_config_set_port(wst_ptp_config *config, const char *interface_name, const char *name,
                                                    const char *value, wst_error *error);
/**
 * Reads an option as text.
 * @param interface_name NULL: the clock's value
 * @param[out] buffer terminated text, cut to `size`; NULL with size 0 asks for the length only
 * @param[out] length without the terminator, also if the buffer is too small; may be NULL
 * @return ::WST_OK, ::WST_E_UNKNOWN_OPTION, ::WST_E_NOT_FOUND, ::WST_E_LIMIT (buffer too small; it holds what fits)
 */
WST_API wst_status WST_CALL wst_ptp_config_get(const wst_ptp_config *config, const char *interface_name, const char *name,
                                               char *buffer, uint32_t size, uint32_t *length, wst_error *error);
/** Reads a configuration file of ptp4l as it is: sections, per-interface options, unicast tables. All or nothing. */
WST_API wst_status WST_CALL wst_ptp_config_read_file(wst_ptp_config *config, const char *path, wst_error *error);
/** As ::wst_ptp_config_read_file, from memory. `name` is what error messages call it. */
WST_API wst_status WST_CALL wst_ptp_config_read_text(wst_ptp_config *config, const char *text, const char *name,
                                                     wst_error *error);

/** One row of the option table. All text is static storage. */
typedef struct wst_ptp_option {
    uint32_t struct_size;
    uint32_t scope; /**< 1: clock, 2: port (as a clock's option: the default of all ports) */
    const char *name;
    const char *default_value;
    const char *allowed;     /**< range or words, for people */
    const char *unit;        /**< "" if none */
    const char *description; /**< one sentence */
} wst_ptp_option;

#define WST_PTP_OPTION_INIT \
    { (uint32_t)sizeof(wst_ptp_option), 0, 0, 0, 0, 0, 0 }
/** Enumerates the options: index 0, 1, … until ::WST_E_NOT_FOUND. */
WST_API wst_status WST_CALL wst_ptp_option_at(uint32_t index, wst_ptp_option *out, wst_error *error);
/** @} */

/** @name States (IEEE 1588-2019 table 20)
 * @{ */
#define WST_PTP_STATE_INITIALIZING 1
#define WST_PTP_STATE_FAULTY 2
#define WST_PTP_STATE_DISABLED 3
#define WST_PTP_STATE_LISTENING 4
#define WST_PTP_STATE_PRE_MASTER 5
#define WST_PTP_STATE_MASTER 6
#define WST_PTP_STATE_PASSIVE 7
#define WST_PTP_STATE_UNCALIBRATED 8
#define WST_PTP_STATE_SLAVE 9
/** @return "LISTENING" and so on, "UNKNOWN" for any other number. Static storage. */
WST_API const char *WST_CALL wst_ptp_state_name(uint32_t state);
/** @} */

/** @name Why a port changed its state
 * @{ */
#define WST_PTP_REASON_POWER_UP 0
#define WST_PTP_REASON_INITIALIZED 1
#define WST_PTP_REASON_LINK_UP 2
#define WST_PTP_REASON_LINK_DOWN 3
#define WST_PTP_REASON_ANNOUNCE_RECEIPT_TIMEOUT 4
#define WST_PTP_REASON_SYNC_RECEIPT_TIMEOUT 5
#define WST_PTP_REASON_BEST_MASTER 6
#define WST_PTP_REASON_QUALIFICATION_TIMEOUT 7
#define WST_PTP_REASON_MASTER_CLOCK_SELECTED 8
#define WST_PTP_REASON_SYNCHRONIZATION_FAULT 9
#define WST_PTP_REASON_FAULT_DETECTED 10
#define WST_PTP_REASON_FAULT_CLEARED 11
#define WST_PTP_REASON_DESIGNATED_ENABLED 12
#define WST_PTP_REASON_DESIGNATED_DISABLED 13
#define WST_PTP_REASON_STOPPED 14
/** @return such as "ANNOUNCE_RECEIPT_TIMEOUT". Static storage. */
WST_API const char *WST_CALL wst_ptp_reason_name(uint32_t reason);
/** @} */

/** @name Servo states
 * @{ */
#define WST_PTP_SERVO_UNLOCKED 0 /**< not enough samples yet */
#define WST_PTP_SERVO_JUMP 1     /**< this sample led to a step */
#define WST_PTP_SERVO_LOCKED 2
#define WST_PTP_SERVO_LOCKED_STABLE 3 /**< within servo_offset_threshold */
/** @} */

/** @name Flags of an offset sample
 * @{ */
#define WST_PTP_OFFSET_OUTLIER 0x1 /**< taken for a packet that was held up, and not used */
/** @} */

/** @name What an application can rely on
 * @{ */
#define WST_PTP_CLOCK_FREE_RUNNING 0 /**< never synchronised, or holdover has run out of its bound */
#define WST_PTP_CLOCK_ACQUIRING 1    /**< a master is there, not yet locked */
#define WST_PTP_CLOCK_LOCKED 2       /**< synchronised, or this clock is the grandmaster by itself */
#define WST_PTP_CLOCK_HOLDOVER 3     /**< was locked; runs on what it learnt, with a growing bound */
/** @return such as "LOCKED". Static storage. */
WST_API const char *WST_CALL wst_ptp_clock_state_name(uint32_t state);
/** @} */

/** @name Faults: events, not states. None of them stops an engine.
 * @{ */
#define WST_PTP_FAULT_TRANSMIT_STAMP_LOST 0
#define WST_PTP_FAULT_TRANSMIT_STAMP_LATE 1
#define WST_PTP_FAULT_RECEIVE_STAMP_MISSING 2
#define WST_PTP_FAULT_SEND_FAILED 3
#define WST_PTP_FAULT_LINK_DOWN 4
#define WST_PTP_FAULT_ANNOUNCE_LOOP 5
#define WST_PTP_FAULT_DUPLICATE_IDENTITY 6
#define WST_PTP_FAULT_MULTIPLE_PEERS 7
#define WST_PTP_FAULT_FOREIGN_MASTER_TABLE_FULL 8
#define WST_PTP_FAULT_FOLLOW_UP_LOST 9
#define WST_PTP_FAULT_DELAY_RESPONSE_LOST 10
#define WST_PTP_FAULT_MINOR_VERSION_FALLBACK 11
#define WST_PTP_FAULT_CLOCK_STEPPED 12
#define WST_PTP_FAULT_UNICAST_DENIED 13
#define WST_PTP_FAULT_INTERFACE_GONE 64 /**< the interface was removed; the port comes back when it does */
#define WST_PTP_FAULT_SOCKET 65         /**< a socket could not be opened or used; it is tried again */
#define WST_PTP_FAULT_OTHER_WRITER 66   /**< another program turns or steps the clock that this one steers or measures by */
#define WST_PTP_FAULT_INSANE_RATE 67    /**< the clock of the stamps is off by more than sanity_freq_limit; begun anew */
#define WST_PTP_FAULT_RECORD 68         /**< record_file cannot be written (the clock goes on), or replay_file is damaged there */
/** @return such as "TRANSMIT_STAMP_LOST". Static storage. */
WST_API const char *WST_CALL wst_ptp_fault_name(uint32_t fault);
/** @} */

/** @name timePropertiesDS flags (the bits of the Announce flag field)
 * @{ */
#define WST_PTP_TIME_LEAP61 0x0001
#define WST_PTP_TIME_LEAP59 0x0002
#define WST_PTP_TIME_CURRENT_UTC_OFFSET_VALID 0x0004
#define WST_PTP_TIME_PTP_TIMESCALE 0x0008
#define WST_PTP_TIME_TIME_TRACEABLE 0x0010
#define WST_PTP_TIME_FREQUENCY_TRACEABLE 0x0020
/** @} */

/** @name The engine
 * @{ */
typedef struct wst_ptp wst_ptp;

/**
 * Opens a clock: finds its interfaces and opens its sockets, but sends nothing yet.
 * @param config copied; at least one port
 * @param[out] out the clock, to be given to ::wst_ptp_close; NULL on error
 * @return ::WST_OK; ::WST_E_NOT_FOUND (no such interface); ::WST_E_PERMISSION (ports below 1024: the message names the capability
 *         and the options that help); ::WST_E_BUSY (another program has the ports); ::WST_E_NOT_SUPPORTED (stamps asked for that
 *         the adapter cannot take); ::WST_E_INVALID_ARGUMENT (options that contradict each other)
 */
WST_API wst_status WST_CALL wst_ptp_open(wst_context *context, const wst_ptp_config *config, wst_ptp **out, wst_error *error);
/** Begins to listen and, by the best master clock algorithm, to send. ::WST_E_STATE if it runs already. */
WST_API wst_status WST_CALL wst_ptp_start(wst_ptp *ptp, wst_error *error);
/** Falls silent, keeps its time (holdover). ::WST_E_STATE if it does not run. */
WST_API wst_status WST_CALL wst_ptp_stop(wst_ptp *ptp, wst_error *error);
/** Stops and ends the clock. Events already queued about it may still be read; they name an object that is no more. */
WST_API wst_status WST_CALL wst_ptp_close(wst_ptp *ptp, wst_error *error);

/** Changes one option that can change at run time (priority1, clockClass, logSyncInterval, …). ::WST_E_STATE for others. */
WST_API wst_status WST_CALL wst_ptp_set(wst_ptp *ptp, const char *name, const char *value, wst_error *error);

#define WST_PTP_STATUS_RUNNING (1u << 0)
#define WST_PTP_STATUS_PARENT (1u << 1)
#define WST_PTP_STATUS_TIME_PROPERTIES (1u << 2)
#define WST_PTP_STATUS_CURRENT (1u << 3) /**< offset, delay, frequency: at least one sample was taken */
#define WST_PTP_STATUS_SYSTEM (1u << 4)  /**< system_*: the system's clock follows, and was compared at least once */

/** The data sets of IEEE 1588-2019 clause 8.2 and what the clock makes of them. */
typedef struct wst_ptp_status {
    uint32_t struct_size;
    uint32_t valid; /**< WST_PTP_STATUS_* */
    uint8_t clock_identity[8];
    uint8_t grandmaster_identity[8];
    uint8_t parent_identity[8];
    uint16_t parent_port_number;
    uint16_t steps_removed;
    uint16_t number_ports;
    uint8_t domain_number;
    uint8_t priority1; /**< own */
    uint8_t priority2;
    uint8_t clock_class;
    uint8_t clock_accuracy;
    uint8_t grandmaster_priority1;
    uint8_t grandmaster_priority2;
    uint8_t grandmaster_clock_class;
    uint8_t grandmaster_clock_accuracy;
    uint8_t time_source;
    uint16_t grandmaster_offset_scaled_log_variance;
    uint16_t time_flags;        /**< WST_PTP_TIME_* */
    int16_t current_utc_offset; /**< s */
    uint16_t reserved0;
    uint32_t clock_state;        /**< WST_PTP_CLOCK_* */
    uint32_t servo_state;        /**< WST_PTP_SERVO_* */
    int64_t offset_from_master;  /**< ns, last sample */
    int64_t mean_path_delay;     /**< ns */
    double frequency;            /**< ppb, of the engine's clock against the counter or clock it runs on */
    int64_t bound;               /**< ns, as in ::wst_ptp_now, at this moment */
    uint64_t samples;            /**< offset samples taken since start */
    uint64_t outliers;           /**< of these, not used because they did not fit */
    uint64_t steps;              /**< steps made */
    uint64_t other_writers;      /**< how often another program was found to have moved a clock that is steered */
    int64_t system_offset;       /**< ns: system clock minus PTP's UTC at the last comparison */
    int64_t system_bound;        /**< ns: of the system clock against the grandmaster's UTC, at the last comparison */
    double system_frequency;     /**< ppb */
    uint64_t system_steps;       /**< steps made of the system clock */
    uint32_t system_servo_state; /**< WST_PTP_SERVO_* */
    int16_t system_utc_offset;   /**< s, as used */
    uint16_t reserved1;
} wst_ptp_status;

#define WST_PTP_STATUS_INIT                                                                                                      \
    {                                                                                                                            \
        (uint32_t)sizeof(wst_ptp_status), 0, { 0 }, { 0 }, { 0 }, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                                                                \
    }
WST_API wst_status WST_CALL wst_ptp_status_get(wst_ptp *ptp, wst_ptp_status *out, wst_error *error);

/** One port: portDS, and what was counted. Counters start with ::wst_ptp_open. */
typedef struct wst_ptp_port_status {
    uint32_t struct_size;
    uint16_t port_number;
    uint8_t state;        /**< WST_PTP_STATE_* */
    uint8_t stamp_source; /**< WST_SOURCE_* in use */
    char interface_name[64];
    int8_t log_announce_interval;
    int8_t log_sync_interval;
    int8_t log_min_delay_req_interval;
    uint8_t delay_mechanism; /**< 1 E2E, 2 P2P */
    uint8_t minor_version;   /**< sent now */
    uint8_t reserved0[3];
    int64_t mean_link_delay; /**< ns, P2P */
    uint64_t sent[16];       /**< by messageType (IEEE 1588-2019 table 36) */
    uint64_t received[16];
    uint64_t discarded_malformed;  /**< shorter or longer than it says, bad values, truncated TLVs */
    uint64_t discarded_foreign;    /**< other version, domain or sdoId */
    uint64_t discarded_own;        /**< own messages heard back */
    uint64_t discarded_unexpected; /**< wrong sender, sequence or state: replayed, forged or late */
    uint64_t transmit_stamps_lost;
    uint64_t transmit_stamps_late;
    uint64_t receive_stamps_missing;
    uint64_t follow_ups_lost;
    uint64_t delay_responses_lost;
    uint64_t send_errors;
    uint64_t announce_timeouts;
} wst_ptp_port_status;

#define WST_PTP_PORT_STATUS_INIT                                                                                                 \
    {                                                                                                                            \
        (uint32_t)sizeof(wst_ptp_port_status), 0, 0, 0, { 0 }, 0, 0, 0, 0, 0, { 0 }, 0, { 0 }, { 0 }, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
            0, 0                                                                                                                 \
    }
/** @param port_number from 1. ::WST_E_NOT_FOUND past the last. */
WST_API wst_status WST_CALL wst_ptp_port_status_get(wst_ptp *ptp, uint32_t port_number, wst_ptp_port_status *out,
                                                    wst_error *error);

/** Time with its interval. True time (the grandmaster's) lies in [earliest, latest]; `ptp_time` is the best guess. */
typedef struct wst_ptp_time {
    uint32_t struct_size;
    uint32_t clock_state;       /**< WST_PTP_CLOCK_* */
    int64_t ptp_time;           /**< ns, PTP timescale */
    int64_t earliest;           /**< ns; INT64_MIN while FREE_RUNNING */
    int64_t latest;             /**< ns; INT64_MAX while FREE_RUNNING */
    int64_t local_time;         /**< the counter's value at that instant, ns of `local_clock` */
    uint32_t local_clock;       /**< WST_CLOCK_* */
    int16_t current_utc_offset; /**< s; UTC = ptp_time - this, if the flag below is set */
    uint16_t time_flags;        /**< WST_PTP_TIME_* */
} wst_ptp_time;

#define WST_PTP_TIME_INIT \
    { (uint32_t)sizeof(wst_ptp_time), 0, 0, 0, 0, 0, 0, 0, 0 }
/**
 * PTP time now. Without a lock and without a system call beyond the clock read. Any thread, at any rate.
 * @return ::WST_OK also while free-running (see `clock_state`); ::WST_E_CLOSED
 */
WST_API wst_status WST_CALL wst_ptp_now(wst_ptp *ptp, wst_ptp_time *out, wst_error *error);
/**
 * PTP time of a past or near-future instant given on another clock, such as a packet's stamp.
 * @param clock WST_CLOCK_REALTIME, WST_CLOCK_MONOTONIC, WST_CLOCK_MONOTONIC_RAW, WST_CLOCK_TAI, or WST_CLOCK_DEVICE of the port
 *              that the engine measures on
 */
WST_API wst_status WST_CALL wst_ptp_convert(wst_ptp *ptp, uint32_t clock, int64_t value, wst_ptp_time *out, wst_error *error);

/** @name Answers that are certain, or none
 * @{ */
#define WST_PTP_NO 0
#define WST_PTP_YES 1
#define WST_PTP_UNKNOWN 2 /**< the moment asked about lies within the bounds of now; ask again, or wait */
/** Whether true time is past `ptp_time` now: YES if all of [earliest, latest] is, NO if none of it is. As ::wst_ptp_now otherwise.
 * @param[out] answer WST_PTP_NO, WST_PTP_YES or ::WST_PTP_UNKNOWN */
WST_API wst_status WST_CALL wst_ptp_after(wst_ptp *ptp, int64_t ptp_time, uint32_t *answer, wst_error *error);
/** Whether true time has not yet come to `ptp_time`: YES if all of [earliest, latest] lies before it, NO if none of it does. */
WST_API wst_status WST_CALL wst_ptp_before(wst_ptp *ptp, int64_t ptp_time, uint32_t *answer, wst_error *error);
/** @} */
/** @} */

/** @name Several clocks, one time
 * All PTP clocks of a context that follow a master on the PTP timescale (by other domains, ports, grandmasters) are compared once
 * a second. Where bounds exclude each other at three looks in a row, ::WST_EVENT_PTP_DISAGREEMENT names the clock and its
 * grandmaster; it names it again, with ::WST_PTP_VERDICT_AGREES, when they have fitted for ten.
 * @{ */
#define WST_PTP_VERDICT_AGREES 0
#define WST_PTP_VERDICT_DOUBTFUL \
    1                           /**< it and another exclude each other, and nobody can tell who is right (two clocks, or a tie) */
#define WST_PTP_VERDICT_WRONG 2 /**< more than half of the clocks can be right at once, but not with this one */

/** What the clocks of a context can agree on. */
typedef struct wst_ptp_agreement {
    uint32_t struct_size;
    uint32_t clocks;    /**< compared */
    uint32_t agreeing;  /**< so many can be right at once */
    uint32_t verdict;   /**< WST_PTP_VERDICT_*: of the clock asked about, at this moment */
    int64_t earliest;   /**< ns, PTP time at `local_time`: true time lies between these if those that agree are right */
    int64_t latest;     /**< ns */
    int64_t local_time; /**< ns, CLOCK_MONOTONIC_RAW of the host */
    int64_t offset;     /**< ns: time of the clock asked about minus the middle of earliest and latest */
} wst_ptp_agreement;

#define WST_PTP_AGREEMENT_INIT \
    { (uint32_t)sizeof(wst_ptp_agreement), 0, 0, 0, 0, 0, 0, 0 }
/**
 * Compares now, whatever the events have said.
 * @return ::WST_OK; ::WST_E_WOULD_BLOCK: this clock has no bound yet, or does not follow a PTP timescale
 */
WST_API wst_status WST_CALL wst_ptp_agreement_get(wst_ptp *ptp, wst_ptp_agreement *out, wst_error *error);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
