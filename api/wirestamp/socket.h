/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file socket.h
 * @brief UDP sockets whose packets carry stamps, on receipt and on transmission.
 *
 * Receive stamps come with the datagram. A transmit stamp comes later, under a 32-bit id that the caller chose when sending: wait
 * for one with ::wst_socket_transmit_stamp, or take what has come with ::wst_socket_transmit_stamps. Every stamp says which clock
 * it counts, who took it and on which interface. Software stamps need nothing; hardware stamps need an adapter on which they are
 * turned on (::wst_capabilities_enable).
 *
 * Linux: kernel document networking/timestamping (SO_TIMESTAMPING with OPT_ID and OPT_TSONLY; SCM_TS_OPT_ID from 6.13, before
 * that the library maps the kernel's counters to ids itself). The kernel begins to stamp what it receives a moment after the
 * first socket of the host asks for it, so the very first datagrams may lack their stamp; they are counted. Windows: "Winsock
 * timestamping" (SIO_TIMESTAMPING, SIO_GET_TX_TIMESTAMP).
 *
 * Threads: any function from any thread. Calls on one socket take turns, except that a call that waits does not hold up the
 * others. In steady state no call allocates memory.
 */
#ifndef WIRESTAMP_SOCKET_H
#define WIRESTAMP_SOCKET_H

#include "wirestamp/context.h"
#include "wirestamp/interface.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wst_socket wst_socket;

/** A time stamp. Never a bare integer. A value type of 32 bytes that never grows. */
typedef struct wst_stamp {
    int64_t value;         /**< ns (ticks with WST_CLOCK_DEVICE_RAW and WST_CLOCK_QPC) */
    uint32_t clock;        /**< WST_CLOCK_* that it counts */
    uint32_t source;       /**< WST_SOURCE_*: who took it; WST_SOURCE_NONE: there is none */
    uint64_t interface_id; /**< where the packet came or went; 0: unknown */
    int32_t clock_index;   /**< PHC number with WST_CLOCK_DEVICE, -1: unknown */
    uint32_t reserved;
} wst_stamp;

/** @name Which stamps a socket asks for
 * @{ */
#define WST_STAMPS_SOFTWARE 0 /**< kernel stamps; the default */
#define WST_STAMPS_HARDWARE 1 /**< adapter stamps alone */
#define WST_STAMPS_BOTH 2     /**< whatever comes, each labelled */
#define WST_STAMPS_NONE 3     /**< an ordinary socket */
/** @} */

/** @name Bits of wst_socket_options::flags
 * @{ */
#define WST_SOCKET_REUSE_ADDRESS (1u << 0)
#define WST_SOCKET_MULTICAST_LOOPBACK (1u << 1) /**< hear what this host itself sends to a group */
#define WST_SOCKET_EVENTS (1u << 2)             /**< ::WST_EVENT_SOCKET when datagrams or transmit stamps have come */
/**
 * Hardware stamps count the clock number wst_socket_options::clock_index: a virtual clock of the adapter's (Linux 5.14 and later,
 * SOF_TIMESTAMPING_BIND_PHC; made by n_vclocks in /sys/class/ptp), or the adapter's own. Several programs can so stand on clocks
 * of their own that differ in time and rate, over one adapter. Needs an interface and hardware stamps.
 */
#define WST_SOCKET_CLOCK (1u << 3)
/** @} */

/** How a socket is opened. Zero (after the size) means the defaults. */
typedef struct wst_socket_options {
    uint32_t struct_size;
    uint32_t flags;                /**< WST_SOCKET_* */
    uint32_t stamps;               /**< WST_STAMPS_* */
    uint32_t transmit_stamps_kept; /**< stamps that have come and were not taken yet, 1 to 65535; 0: 256 */
    wst_address local;             /**< family (0: IPv4), address (zero: any) and port (0: any) to bind to */
    uint64_t interface_id;         /**< sends, receives and joins groups only there; 0: not bound to one */
    uint32_t time_to_live;         /**< TTL or hop limit, also of multicast; 0: system default, 1 for multicast */
    uint32_t dscp;                 /**< differentiated services code point, 0 to 63 */
    uint32_t priority;             /**< SO_PRIORITY, 0 to 15 */
    uint32_t receive_buffer;       /**< bytes; 0: a size fit for bursts. Beyond the system's limit when privileged. */
    uint32_t send_buffer;          /**< bytes; 0: system default */
    uint32_t clock_index;          /**< with ::WST_SOCKET_CLOCK: N of /dev/ptpN; else 0 */
} wst_socket_options;

#define WST_SOCKET_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_socket_options), 0, 0, 0, { 0, 0, 0, 0, { 0 } }, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Opens and binds a UDP socket.
 * @param options NULL: an IPv4 socket on any port with software stamps
 * @param[out] out to be given to ::wst_socket_close; NULL on error
 * @return ::WST_OK; ::WST_E_PERMISSION (port below 1024: the message names what helps); ::WST_E_BUSY (port in use);
 *         ::WST_E_NOT_FOUND (interface, or address that is not this host's); ::WST_E_NOT_SUPPORTED (family, stamps that the
 *         adapter cannot take, or a clock that is none of its); ::WST_E_RANGE; ::WST_E_LIMIT (descriptors); ::WST_E_INVALID_ARGUMENT; ::WST_E_UNSUPPORTED_FIELD
 */
WST_API wst_status WST_CALL wst_socket_open(wst_context *context, const wst_socket_options *options, wst_socket **out,
                                            wst_error *error);
/**
 * Closes a socket, with its pending stamps. Calls that wait in it return ::WST_E_CLOSED and are waited for; other calls must
 * have returned. NULL is allowed.
 */
WST_API wst_status WST_CALL wst_socket_close(wst_socket *socket, wst_error *error);
/** @param[out] out the address it is bound to, with the port that the system chose */
WST_API wst_status WST_CALL wst_socket_local_address(wst_socket *socket, wst_address *out, wst_error *error);
/**
 * The descriptor or SOCKET, for an event loop of the caller's own: readable when a datagram has come; with an error condition
 * (POLLERR; nothing on Windows) when a transmit stamp has. Do not read, write or close it. ::WST_E_NOT_SUPPORTED if simulated.
 */
WST_API wst_status WST_CALL wst_socket_handle(wst_socket *socket, intptr_t *out, wst_error *error);
/**
 * Joins a multicast group on the interface whose index is group->scope_id; if that is 0, on the interface that the socket was
 * opened with; with none, on the one that the system chooses. A socket that was opened with no interface may join a group on
 * several, one call each; where a datagram came is in its interface_index.
 * @return ::WST_OK (also if it was joined before); ::WST_E_INVALID_ARGUMENT (no multicast address, wrong family);
 *         ::WST_E_LIMIT (the system allows no more groups); ::WST_E_NOT_FOUND (no such interface, or it takes no multicast);
 *         ::WST_E_INTERFACE_GONE
 */
WST_API wst_status WST_CALL wst_socket_join(wst_socket *socket, const wst_address *group, wst_error *error);
/** Leaves a group on the interface that ::wst_socket_join would join it on; ::WST_OK also if it was not joined. */
WST_API wst_status WST_CALL wst_socket_leave(wst_socket *socket, const wst_address *group, wst_error *error);

/** @name Bits of wst_datagram::flags
 * @{ */
#define WST_DATAGRAM_TRUNCATED (1u << 0) /**< it was longer than the buffer; the rest is lost */
/** @} */

/** A datagram received. The caller sets struct_size, capacity and data; the call sets the rest. */
typedef struct wst_datagram {
    uint32_t struct_size;
    uint32_t capacity; /**< in: bytes at `data` */
    void *data;        /**< in: where the payload goes */
    uint32_t size;     /**< bytes received (at most capacity) */
    uint32_t flags;    /**< WST_DATAGRAM_* */
    wst_address source;
    wst_address destination;  /**< address that it was sent to (a group, perhaps); family 0: unknown */
    uint32_t interface_index; /**< 0: unknown */
    uint32_t reserved;
    wst_stamp hardware; /**< source WST_SOURCE_NONE: there is none */
    wst_stamp software;
} wst_datagram;

/**
 * Receives one datagram.
 * @param datagram in and out, see there
 * @param timeout_ns 0: do not wait; negative: without limit
 * @return ::WST_OK (a packet without a stamp is still a packet: see its stamps); ::WST_E_WOULD_BLOCK (nothing there, timeout 0);
 *         ::WST_E_TIMED_OUT; ::WST_E_CLOSED (closed meanwhile); ::WST_E_INTERFACE_GONE; ::WST_E_IO;
 *         ::WST_E_WOULD_DEADLOCK (simulated, waiting inside a callback)
 * @thread any. Waiting does not serve a caller-driven context's timers, except on a simulated network, where time passes only by
 *         being driven: there it runs the network as ::wst_context_run does.
 */
WST_API wst_status WST_CALL wst_socket_receive(wst_socket *socket, wst_datagram *datagram, int64_t timeout_ns, wst_error *error);
/**
 * Receives up to `count` datagrams: waits for the first, then takes what is there (recvmmsg).
 * @param batch each element set up as for ::wst_socket_receive; elements are batch[0].struct_size bytes apart
 * @param[out] received how many
 */
WST_API wst_status WST_CALL wst_socket_receive_batch(wst_socket *socket, wst_datagram *batch, uint32_t count, int64_t timeout_ns,
                                                     uint32_t *received, wst_error *error);

/** @name Bits of wst_outgoing::flags
 * @{ */
#define WST_OUTGOING_STAMP (1u << 0) /**< take a transmit stamp and keep it under `id` */
/** @} */

/** A datagram to send. */
typedef struct wst_outgoing {
    uint32_t struct_size;
    uint32_t flags; /**< WST_OUTGOING_* */
    const void *data;
    uint32_t size; /**< bytes, up to 65507 over IPv4 */
    uint32_t id;   /**< any number; those in flight should differ, else their stamps come in the order of sending */
    wst_address
        destination; /**< of a group, scope_id says by which interface, if the socket was opened with none (not on Windows) */
} wst_outgoing;

#define WST_OUTGOING_INIT                             \
    {                                                 \
        (uint32_t)sizeof(wst_outgoing), 0, 0, 0, 0, { \
            0, 0, 0, 0, {                             \
                0                                     \
            }                                         \
        }                                             \
    }

/**
 * Sends one datagram; with ::WST_OUTGOING_STAMP its transmit stamp can be taken later. Does not wait.
 * @return ::WST_OK; ::WST_E_WOULD_BLOCK (send buffer full); ::WST_E_INVALID_ARGUMENT (wrong family, no port, NULL data);
 *         ::WST_E_RANGE (longer than a datagram can be); ::WST_E_STATE (stamp asked of a socket with WST_STAMPS_NONE);
 *         ::WST_E_INTERFACE_GONE; ::WST_E_PERMISSION; ::WST_E_IO (no route and the like: see os_error)
 */
WST_API wst_status WST_CALL wst_socket_send(wst_socket *socket, const wst_outgoing *datagram, wst_error *error);
/**
 * Sends up to `count` datagrams in order (sendmmsg), until one cannot be sent.
 * @param[out] sent how many were; the call succeeds if at least one was
 */
WST_API wst_status WST_CALL wst_socket_send_batch(wst_socket *socket, const wst_outgoing *batch, uint32_t count, uint32_t *sent,
                                                  wst_error *error);

/** A transmit stamp, or both kinds of one packet. */
typedef struct wst_transmit_stamp {
    uint32_t struct_size;
    uint32_t id;
    wst_stamp hardware; /**< source WST_SOURCE_NONE: not there */
    wst_stamp software;
} wst_transmit_stamp;

#define WST_TRANSMIT_STAMP_INIT                                          \
    {                                                                    \
        (uint32_t)sizeof(wst_transmit_stamp), 0, { 0, 0, 0, 0, 0, 0 }, { \
            0, 0, 0, 0, 0, 0                                             \
        }                                                                \
    }

/**
 * Takes the stamp of one packet; a stamp can be taken once.
 *
 * With ::WST_STAMPS_BOTH on an adapter whose hardware stamps are on it waits for both kinds as long as the timeout lasts, and
 * then gives the one that came. When `transmit_stamps_kept` stamps wait to be taken, the oldest is discarded for each that comes,
 * and counted, so that stamps which nobody takes cannot keep out those that somebody waits for. (The system's own queue, when it
 * is full before the library is called to fetch from it, drops the newest, as Windows does.) A stamp that never comes (a packet
 * dropped before the adapter, a driver that lost it) times out and is counted.
 * @param timeout_ns 0: do not wait; negative: without limit
 * @return ::WST_OK; ::WST_E_WOULD_BLOCK (not there, timeout 0: not yet, dropped, taken, or never asked for); ::WST_E_TIMED_OUT;
 *         ::WST_E_STATE (WST_STAMPS_NONE); ::WST_E_CLOSED; ::WST_E_WOULD_DEADLOCK as ::wst_socket_receive
 */
WST_API wst_status WST_CALL wst_socket_transmit_stamp(wst_socket *socket, uint32_t id, int64_t timeout_ns,
                                                      wst_transmit_stamp *out, wst_error *error);
/**
 * Takes up to `count` stamps in the order in which they came, waiting for the first. With ::WST_STAMPS_BOTH the two kinds of one
 * packet may come in two elements with the same id.
 * @param[out] out elements out[0].struct_size bytes apart
 * @param[out] taken how many
 */
WST_API wst_status WST_CALL wst_socket_transmit_stamps(wst_socket *socket, wst_transmit_stamp *out, uint32_t count,
                                                       int64_t timeout_ns, uint32_t *taken, wst_error *error);

/** What was counted since the socket was opened. */
typedef struct wst_socket_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t received;                  /**< datagrams */
    uint64_t sent;                      /**< datagrams */
    uint64_t receive_stamps_missing;    /**< datagrams without any stamp though asked for, or with a stamp of zero */
    uint64_t receive_drops;             /**< datagrams that the system dropped because the receive buffer was full */
    uint64_t transmit_stamps_asked;     /**< datagrams sent with ::WST_OUTGOING_STAMP */
    uint64_t transmit_stamps;           /**< stamps that came */
    uint64_t transmit_stamps_dropped;   /**< discarded, because `transmit_stamps_kept` were waiting */
    uint64_t transmit_stamps_unknown;   /**< that nobody asked for */
    uint64_t transmit_stamps_timed_out; /**< waits that ended without */
    uint64_t transmit_stamps_zero;      /**< that came without a value: a driver that lies; also told to the log, once a socket */
} wst_socket_counters;

#define WST_SOCKET_COUNTERS_INIT \
    { (uint32_t)sizeof(wst_socket_counters), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
WST_API wst_status WST_CALL wst_socket_counters_get(wst_socket *socket, wst_socket_counters *out, wst_error *error);

/** @name Reasons in wst_event_socket
 * With ::WST_SOCKET_EVENTS one event comes when something has arrived, and the next only after the caller has taken everything (a
 * call has returned ::WST_E_WOULD_BLOCK or ::WST_E_TIMED_OUT, or fewer elements than it had room for).
 * @{ */
#define WST_SOCKET_READABLE (1u << 0)
#define WST_SOCKET_TRANSMIT_STAMPS (1u << 1)
#define WST_SOCKET_STAMPS_LOST (1u << 2)
/** @} */

#ifdef __cplusplus
}
#endif
#endif
