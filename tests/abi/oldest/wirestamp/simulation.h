/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file simulation.h
 * @brief A simulated network to run an application on: hosts with clocks and adapters, bridges, links, faults; virtual time; one
 * seed.
 *
 * Build a network, then make contexts that live on its hosts (wst_context_options: `simulation`, `simulation_host`). Everything
 * else of the library works on them as on the real system: interfaces, capabilities, stamps, cross-timestamps, the PTP engine.
 *
 * **Time** is virtual and passes only while somebody runs the network: ::wst_simulation_run, or ::wst_context_run,
 * ::wst_event_wait and other waiting calls of any context that lives on it. All callbacks of all its contexts run on the thread
 * that does. It passes as fast as the processor allows, unless ::wst_simulation_set_pace asks for less. While a callback runs, it
 * stands still.
 *
 * **True time** starts at 0 and is counted in ns. The clocks of hosts and adapters differ from it as their parameters say;
 * ::wst_simulation_clock_error tells by how much, which no real system can.
 *
 * **One seed** gives one run, bit for bit, on every machine, as long as one thread does everything. Each clock, each direction of
 * a link and each host has random numbers of its own, derived from the seed and its name: adding one does not change the others.
 *
 * **Names** are 1 to 63 characters without spaces and `/ , ; #`. Hosts, bridges and links have unique names, adapters within
 * their host. An adapter is written "host/adapter", here and in ::wst_simulation_schedule.
 *
 * Unless a page says otherwise: any function from any thread, also inside callbacks and while another thread runs the network;
 * ::WST_E_INVALID_ARGUMENT for NULL, for a malformed or doubled name; ::WST_E_NOT_FOUND for a name that is not there;
 * ::WST_E_RANGE for a number that is not finite or not possible; ::WST_E_OUT_OF_MEMORY.
 */
#ifndef WIRESTAMP_SIMULATION_H
#define WIRESTAMP_SIMULATION_H

#include "wirestamp/capabilities.h"
#include "wirestamp/clock.h"
#include "wirestamp/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wst_simulation wst_simulation;

/** @name The network
 * @{ */
typedef struct wst_simulation_options {
    uint32_t struct_size;
    int32_t utc_offset; /**< TAI minus UTC, s */
    uint64_t seed;      /**< any number, also 0 */
    int64_t epoch_tai;  /**< TAI at true time 0, ns since 1970, 0 to 4e18 */
} wst_simulation_options;

#define WST_SIMULATION_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_simulation_options), 37, 1, INT64_C(1750000037000000000) }

/**
 * Makes an empty network.
 * @param options NULL: defaults (seed 1)
 * @param[out] out to be given to ::wst_simulation_close; NULL on error
 */
WST_API wst_status WST_CALL wst_simulation_create(const wst_simulation_options *options, wst_simulation **out, wst_error *error);
/**
 * Ends the use of a network by this handle: interrupts and waits for threads in its run functions, and drops what was scheduled.
 * Close the contexts that live on it first; one that is left goes on to work, and its network with it, until it is closed.
 * @return ::WST_OK; ::WST_E_WOULD_DEADLOCK inside a callback or while this thread runs it. NULL is allowed.
 */
WST_API wst_status WST_CALL wst_simulation_close(wst_simulation *simulation, wst_error *error);
/** @} */

/** @name What noise is like
 * Structures without `struct_size` are parts of others and never change.
 * @{ */
#define WST_SIMULATION_JITTER_NONE 0
#define WST_SIMULATION_JITTER_GAUSSIAN 1    /**< standard deviation `scale`, mean 0; a delay never falls below 0 by it */
#define WST_SIMULATION_JITTER_EXPONENTIAL 2 /**< mean `scale` */
#define WST_SIMULATION_JITTER_PARETO 3 /**< heavy tail: P(x > t) = (1 + t / scale)^-shape; infinite variance for shape <= 2 */
#define WST_SIMULATION_JITTER_QUEUE \
    4                                 /**< waits behind cross traffic: packets that each take `scale` ns come at random and fill \
                                           the share `shape` (0 to 0.99) of the line; neighbours wait alike */
#define WST_SIMULATION_JITTER_TRACE 5 /**< recorded values in their order, from the start again when they end */
#define WST_SIMULATION_JITTER_UNIFORM 6 /**< 0 to `scale` */

typedef struct wst_simulation_jitter {
    uint32_t kind;         /**< WST_SIMULATION_JITTER_* */
    uint32_t trace_length; /**< number of values of `trace` */
    double scale;          /**< ns */
    double shape;
    double limit;         /**< ns: larger values are cut to it; 0: none */
    const int64_t *trace; /**< ns; copied */
} wst_simulation_jitter;

#define WST_SIMULATION_JITTER_INIT \
    { 0, 0, 0, 0, 0, 0 }

/** A free-running oscillator. All zero: a perfect one. */
typedef struct wst_simulation_oscillator {
    double drift;         /**< constant frequency error, ppb */
    double wander;        /**< random walk of frequency, as a fraction per square root of a second: 1e-9 is a good crystal */
    double ramp;          /**< ppb per second, from `ramp_begin` to `ramp_end`: warming up, ageing */
    int64_t ramp_begin;   /**< true time, ns */
    int64_t ramp_end;     /**< true time, ns; 0: never */
    double sinus;         /**< amplitude, ppb: day and night */
    int64_t sinus_period; /**< ns; 0: one day */
    double sinus_phase;   /**< at true time 0, as a fraction of a turn */
    int64_t grid;         /**< step of the random walk, ns, at least 1000000; 0: 62500000, of a host 250000000 */
} wst_simulation_oscillator;

#define WST_SIMULATION_OSCILLATOR_INIT \
    { 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/** @} */

/** @name Hosts
 * @{ */
/** The clock cannot be steered: opening it for that is ::WST_E_PERMISSION. */
#define WST_SIMULATION_READ_ONLY 0x1u

typedef struct wst_simulation_host {
    uint32_t struct_size;
    uint32_t flags;                       /**< ::WST_SIMULATION_READ_ONLY: its system clock */
    wst_simulation_oscillator oscillator; /**< of all its system clocks */
    int64_t realtime_offset;              /**< CLOCK_REALTIME minus UTC at true time 0, ns */
    int64_t uptime;                       /**< CLOCK_MONOTONIC and CLOCK_MONOTONIC_RAW at true time 0, ns, not negative */
    int32_t tai_offset;                   /**< CLOCK_TAI minus CLOCK_REALTIME, s */
    uint32_t reserved;                    /**< 0 */
    double maximum_frequency;             /**< ppb; 0: 500000 */
    int64_t read_latency;                 /**< ns that one read of a system clock takes */
    wst_simulation_jitter transmit_delay; /**< from a send call, where its software stamp is taken, to the wire */
    wst_simulation_jitter receive_delay;  /**< from the wire to where the software stamp is taken, and to the socket */
    wst_simulation_jitter wake_delay;     /**< from a due timer or a ready socket to the code that serves it */
} wst_simulation_host;

#define WST_SIMULATION_HOST_INIT                                                                                          \
    {                                                                                                                     \
        (uint32_t)sizeof(wst_simulation_host), 0, WST_SIMULATION_OSCILLATOR_INIT, 0, INT64_C(100000000000), 37, 0, 0, 30, \
            WST_SIMULATION_JITTER_INIT, WST_SIMULATION_JITTER_INIT, WST_SIMULATION_JITTER_INIT                            \
    }

/**
 * Adds a host.
 * @param host NULL: defaults, a perfect oscillator and no delays
 */
WST_API wst_status WST_CALL wst_simulation_add_host(wst_simulation *simulation, const char *name, const wst_simulation_host *host,
                                                    wst_error *error);
/** @} */

/** @name Adapters
 * @{ */
/** Hardware stamping of all that the adapter can is on from the start; without it ::wst_capabilities_enable turns it on. */
#define WST_SIMULATION_STAMPS_ENABLED 0x2u
/** The adapter offers no cross-timestamps. */
#define WST_SIMULATION_NO_CROSS_TIMESTAMP 0x4u

typedef struct wst_simulation_adapter {
    uint32_t struct_size;
    uint32_t flags;        /**< ::WST_SIMULATION_READ_ONLY (its clock), WST_SIMULATION_STAMPS_ENABLED, … */
    const char *addresses; /**< IPv4 and IPv6 with prefix length, separated by commas: "192.0.2.1/24, fe80::1/64" */
    const char *clock_of;  /**< name of an adapter of the same host that it shares its clock with; NULL: its own */
    wst_simulation_oscillator oscillator;       /**< of its hardware clock */
    int64_t clock_offset;                       /**< hardware clock minus TAI at true time 0, ns */
    double stamp_noise;                         /**< standard deviation of each hardware stamp, ns */
    int64_t granularity;                        /**< hardware stamps are whole multiples of it, rounded down, ns; 0: 1 */
    int64_t read_latency;                       /**< of a cross-timestamp, from before to after, ns */
    double read_jitter;                         /**< mean of what each half of it takes longer, ns */
    double maximum_frequency;                   /**< ppb; 0: 62499999 */
    uint32_t cross_method;                      /**< WST_CROSS_*; 0: ::WST_CROSS_EXTENDED */
    uint32_t hardware;                          /**< WST_CAP_HW_* that it supports; 0: no hardware stamps */
    uint32_t software;                          /**< WST_CAP_SW_* */
    uint32_t reserved;                          /**< 0 */
    uint64_t clock_frequency;                   /**< nominal, Hz */
    int64_t ingress_error;                      /**< added to hardware receive stamps, ns: what a driver did not compensate */
    int64_t egress_error;                       /**< added to hardware transmit stamps, ns */
    wst_simulation_jitter transmit_stamp_delay; /**< from the wire to when the hardware stamp can be had */
    double transmit_stamp_loss;                 /**< probability that it never comes */
} wst_simulation_adapter;

#define WST_SIMULATION_ADAPTER_INIT                                                                               \
    {                                                                                                             \
        (uint32_t)sizeof(wst_simulation_adapter), 0, 0, 0, WST_SIMULATION_OSCILLATOR_INIT, 0, 0, 0, 800, 0, 0, 0, \
            WST_CAP_HW_ALL, WST_CAP_SW_ALL, 0, UINT64_C(1000000000), 0, 0, WST_SIMULATION_JITTER_INIT, 0          \
    }

/**
 * Adds an adapter to a host.
 * @param name of the interface on its host, such as "eth0"
 * @param adapter NULL: defaults, an adapter without an address that can do everything
 * @return also ::WST_E_PARSE (addresses)
 */
WST_API wst_status WST_CALL wst_simulation_add_adapter(wst_simulation *simulation, const char *host, const char *name,
                                                       const wst_simulation_adapter *adapter, wst_error *error);
/** @} */

/** @name Bridges and links
 * @{ */
/** End-to-end transparent clock (IEEE 1588 clause 10.2): adds its residence time to correctionField of event messages to port
 * 319. */
#define WST_SIMULATION_TRANSPARENT_CLOCK 0x1u

typedef struct wst_simulation_bridge {
    uint32_t struct_size;
    uint32_t flags;    /**< ::WST_SIMULATION_TRANSPARENT_CLOCK */
    int64_t residence; /**< ns, at least */
    wst_simulation_jitter residence_jitter;
    wst_simulation_oscillator oscillator; /**< what a transparent clock measures its residence time with */
} wst_simulation_bridge;

#define WST_SIMULATION_BRIDGE_INIT \
    { (uint32_t)sizeof(wst_simulation_bridge), 0, 2000, WST_SIMULATION_JITTER_INIT, WST_SIMULATION_OSCILLATOR_INIT }

/** Adds a bridge (switch). It sends multicast out of all other ports, unicast where its address was last seen, else everywhere.
 */
WST_API wst_status WST_CALL wst_simulation_add_bridge(wst_simulation *simulation, const char *name,
                                                      const wst_simulation_bridge *bridge, wst_error *error);

/** Packets may overtake each other where jitter says so; else a later one never arrives before an earlier one. */
#define WST_SIMULATION_OVERTAKING 0x1u

/** One direction of a link. */
typedef struct wst_simulation_direction {
    uint32_t flags;               /**< ::WST_SIMULATION_OVERTAKING */
    uint32_t reserved;            /**< 0 */
    int64_t delay;                /**< ns, 0 to one hour */
    wst_simulation_jitter jitter; /**< added to it */
    double loss;                  /**< probability */
    double duplication;           /**< probability */
    double reordering;            /**< probability of being held back by `reordering_delay` */
    int64_t reordering_delay;     /**< ns */
    double bits_per_second;       /**< 0: sending takes no time */
} wst_simulation_direction;

#define WST_SIMULATION_DIRECTION_INIT \
    { 0, 0, 1000, WST_SIMULATION_JITTER_INIT, 0, 0, 0, 100000, 0 }

typedef struct wst_simulation_link {
    uint32_t struct_size;
    uint32_t reserved;                 /**< 0 */
    wst_simulation_direction forward;  /**< from the first end to the second */
    wst_simulation_direction backward; /**< and back */
} wst_simulation_link;

#define WST_SIMULATION_LINK_INIT \
    { (uint32_t)sizeof(wst_simulation_link), 0, WST_SIMULATION_DIRECTION_INIT, WST_SIMULATION_DIRECTION_INIT }

/**
 * Joins two ends by a link.
 * @param name of the link
 * @param first,second "host/adapter" or the name of a bridge
 * @param link NULL: defaults, 1 µs each way
 * @return also ::WST_E_BUSY (an adapter that has a link already)
 */
WST_API wst_status WST_CALL wst_simulation_connect(wst_simulation *simulation, const char *name, const char *first,
                                                   const char *second, const wst_simulation_link *link, wst_error *error);
/** @} */

/** @name Time
 * @{ */
/**
 * Lets time pass: serves everything on the network that is due up to `duration` from now, with all callbacks, on this thread.
 * While another thread runs the network, it waits for that one to leave.
 * @param duration ns, 0: what is due at this instant
 * @return ::WST_OK; ::WST_E_RANGE (negative); ::WST_E_WOULD_DEADLOCK inside a callback; ::WST_E_CLOSED (by another thread); what
 * a statement of the schedule failed with when it was due (the run went on, to its end)
 */
WST_API wst_status WST_CALL wst_simulation_run(wst_simulation *simulation, int64_t duration, wst_error *error);
/** Makes a running ::wst_simulation_run return soon, before its time has passed. */
WST_API wst_status WST_CALL wst_simulation_interrupt(wst_simulation *simulation, wst_error *error);
/** @param[out] now true time, ns since the network was made */
WST_API wst_status WST_CALL wst_simulation_now(wst_simulation *simulation, int64_t *now, wst_error *error);
/** @param factor virtual per real time, up to 1000000: 1 for real time; 0 (as made): as fast as possible */
WST_API wst_status WST_CALL wst_simulation_set_pace(wst_simulation *simulation, double factor, wst_error *error);
/**
 * What a clock shows, minus what a perfect one would, now.
 * @param name "host/adapter" for the adapter's hardware clock, "host" for a system clock
 * @param clock 0: WST_CLOCK_DEVICE or WST_CLOCK_REALTIME, as the name says; for a host also WST_CLOCK_TAI, WST_CLOCK_MONOTONIC,
 *        WST_CLOCK_MONOTONIC_RAW. CLOCK_REALTIME is compared with UTC, hardware clocks and CLOCK_TAI with TAI, the monotonic ones
 * with `uptime` plus true time.
 * @param[out] error_ns ns
 */
WST_API wst_status WST_CALL wst_simulation_clock_error(wst_simulation *simulation, const char *name, uint32_t clock,
                                                       double *error_ns, wst_error *error);
/** @param[out] tai true TAI now, ns since 1970: what ::wst_ptp_now is to be compared with when the grandmaster's clock is right
 */
WST_API wst_status WST_CALL wst_simulation_true_tai(wst_simulation *simulation, int64_t *tai, wst_error *error);

typedef struct wst_simulation_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t events;           /**< of the network that were served */
    uint64_t frames_sent;      /**< by hosts */
    uint64_t frames_delivered; /**< to sockets */
    uint64_t frames_lost;      /**< by loss, cut links, adapters that are down, full queues */
    uint64_t frames_held;      /**< under way and in sockets now */
    uint64_t events_queued;    /**< now */
    uint64_t digest;           /**< of every event and hardware stamp so far: equal runs have equal digests */
} wst_simulation_counters;

#define WST_SIMULATION_COUNTERS_INIT \
    { (uint32_t)sizeof(wst_simulation_counters), 0, 0, 0, 0, 0, 0, 0, 0 }

WST_API wst_status WST_CALL wst_simulation_counters_get(wst_simulation *simulation, wst_simulation_counters *out,
                                                        wst_error *error);
/** @} */

/** @name Faults and changes
 * @{ */
/** Replaces the parameters of a link. A cut link stays cut. */
WST_API wst_status WST_CALL wst_simulation_set_link(wst_simulation *simulation, const char *name, const wst_simulation_link *link,
                                                    wst_error *error);
/** Takes the carrier away from both ends and loses what is under way. */
WST_API wst_status WST_CALL wst_simulation_cut(wst_simulation *simulation, const char *link, wst_error *error);
/** Undoes ::wst_simulation_cut. */
WST_API wst_status WST_CALL wst_simulation_restore(wst_simulation *simulation, const char *link, wst_error *error);
/**
 * Steps a clock behind the back of whoever steers it.
 * @param name "host/adapter" or "host" (CLOCK_REALTIME and CLOCK_TAI)
 * @param delta ns
 */
WST_API wst_status WST_CALL wst_simulation_step_clock(wst_simulation *simulation, const char *name, int64_t delta,
                                                      wst_error *error);

/**
 * Does one thing now, said in words:
 *
 *     link NAME cut | restore
 *     link NAME delay TIME | loss P | duplication P | reordering P | jitter JITTER   [forward | backward]
 *     clock HOST step TIME | drift PPB | wander X
 *     clock HOST/ADAPTER step TIME | drift PPB | wander X | noise TIME | reset [TIME]
 *     adapter HOST/ADAPTER up | down | remove | restore | rename NAME
 *     adapter HOST/ADAPTER capabilities full | software | none
 *     adapter HOST/ADAPTER stamps on | off
 *     adapter HOST/ADAPTER stamps [loss P] [delay JITTER]    (of transmit stamps)
 *     adapter HOST/ADAPTER errors TIME TIME                  (of receive and transmit stamps)
 *     host NAME stall TIME                                   (none of its code runs for so long)
 *     host NAME suspend TIME                                 (sleeps: hears nothing, and its monotonic clocks stand still)
 *
 * TIME is a number with ns, us, ms, s, min, h or d; PPB a number, or one with ppb or ppm; P is 0.01 or 1%; JITTER is none,
 * gaussian TIME, exponential TIME, uniform TIME, pareto TIME SHAPE or queue TIME LOAD, each with `limit TIME` if wanted. A
 * removed adapter that is restored is a new interface with another index, and its clock begins at 0.
 * @return ::WST_OK; ::WST_E_PARSE, with what was expected
 */
WST_API wst_status WST_CALL wst_simulation_apply(wst_simulation *simulation, const char *statement, wst_error *error);

/**
 * Sets down what will happen when. Statements of ::wst_simulation_apply, each after `at TIME` or
 * `every TIME [from TIME] [until TIME]` (true time), separated by semicolons or lines; `#` begins a comment:
 *
 *     at 60s link l1 cut; at 70s link l1 restore
 *     every 1h from 30min until 24h clock slave/eth0 step 1ms   # an hourly blow
 *
 * The names must be there already. What lies in the past happens at once. A rule may be added at any time; there is no taking
 * back.
 * @return ::WST_OK; ::WST_E_PARSE, with line and reason; nothing was scheduled then
 */
WST_API wst_status WST_CALL wst_simulation_schedule(wst_simulation *simulation, const char *text, wst_error *error);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
