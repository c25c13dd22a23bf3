/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file capabilities.h
 * @brief What stamps an adapter can take (supported) and takes now (active), how to turn them on, and notice when any of it
 *        changes.
 *
 * The hardware and software flags are the members of Windows' INTERFACE_TIMESTAMP_CAPABILITIES, in its order. On Linux they are
 * derived from ethtool's time stamping information (kernel document networking/timestamping, §3) and, for what is active, from
 * the hwtstamp_config that the driver reports. The native masks are there besides, for what no flag expresses (PTP over Ethernet,
 * PTPv1, NTP-only filters).
 *
 * A narrow flag is not implied by a wide one: a driver that stamps every packet sets only AllReceive. Use
 * ::wst_capabilities_ptp_support, which does the OR.
 */
#ifndef WIRESTAMP_CAPABILITIES_H
#define WIRESTAMP_CAPABILITIES_H

#include "wirestamp/context.h"
#include "wirestamp/interface.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Hardware flags: bit n is member n of INTERFACE_HARDWARE_TIMESTAMP_CAPABILITIES
 * @{ */
#define WST_CAP_HW_PTPV2_IPV4_EVENT_RECEIVE (1u << 0)
#define WST_CAP_HW_PTPV2_IPV4_ALL_RECEIVE (1u << 1)
#define WST_CAP_HW_PTPV2_IPV4_EVENT_TRANSMIT (1u << 2)
#define WST_CAP_HW_PTPV2_IPV4_ALL_TRANSMIT (1u << 3)
#define WST_CAP_HW_PTPV2_IPV6_EVENT_RECEIVE (1u << 4)
#define WST_CAP_HW_PTPV2_IPV6_ALL_RECEIVE (1u << 5)
#define WST_CAP_HW_PTPV2_IPV6_EVENT_TRANSMIT (1u << 6)
#define WST_CAP_HW_PTPV2_IPV6_ALL_TRANSMIT (1u << 7)
#define WST_CAP_HW_ALL_RECEIVE (1u << 8)
#define WST_CAP_HW_ALL_TRANSMIT (1u << 9)
#define WST_CAP_HW_TAGGED_TRANSMIT (1u << 10) /**< only packets that the application marks; the usual case on Linux */
#define WST_CAP_HW_ALL 0x7ffu
/** @} */

/** @name Software flags: bit n is member n of INTERFACE_SOFTWARE_TIMESTAMP_CAPABILITIES
 * @{ */
#define WST_CAP_SW_ALL_RECEIVE (1u << 0)
#define WST_CAP_SW_ALL_TRANSMIT (1u << 1)
#define WST_CAP_SW_TAGGED_TRANSMIT (1u << 2)
#define WST_CAP_SW_ALL 0x7u
/** @} */

/** @name Bits of wst_capabilities::valid
 * A bit that is not set means that the system does not say; it is not "off". On Linux many drivers cannot tell their active
 * configuration, so that WST_CAPABILITIES_VALID_HARDWARE is often missing from an active view.
 * @{ */
#define WST_CAPABILITIES_VALID_HARDWARE (1u << 0)
#define WST_CAPABILITIES_VALID_SOFTWARE (1u << 1)
#define WST_CAPABILITIES_VALID_CLOCK_FREQUENCY (1u << 2)
#define WST_CAPABILITIES_VALID_CROSS_TIMESTAMP (1u << 3)
#define WST_CAPABILITIES_VALID_SO_TIMESTAMPING (1u << 4)
#define WST_CAPABILITIES_VALID_TX_TYPES (1u << 5)
#define WST_CAPABILITIES_VALID_RX_FILTERS (1u << 6)
#define WST_CAPABILITIES_VALID_PHC_INDEX (1u << 7)
#define WST_CAPABILITIES_VALID_PROVIDER (1u << 8)
/** Not a field but a caution: Linux' filters do not tell IPv4 from IPv6, so the IPv6 flags are inferred from the IPv4 ones. */
#define WST_CAPABILITIES_INFERRED_IPV6 (1u << 9)
/** @} */

/** What stamps are supported, or active. */
typedef struct wst_capabilities {
    uint32_t struct_size;
    uint32_t valid;              /**< WST_CAPABILITIES_VALID_* */
    uint32_t hardware;           /**< WST_CAP_HW_* */
    uint32_t software;           /**< WST_CAP_SW_* */
    uint64_t clock_frequency;    /**< Hz, nominal, for display: what hardware stamps count (1 000 000 000 on Linux); 0: none */
    uint64_t so_timestamping;    /**< Linux: SOF_TIMESTAMPING_* bits */
    uint32_t tx_types;           /**< Linux: 1 << HWTSTAMP_TX_*; when active, the one bit in force */
    uint32_t rx_filters;         /**< Linux: 1 << HWTSTAMP_FILTER_*; when active, the one bit in force */
    int32_t phc_index;           /**< number of the PTP hardware clock, -1: none */
    uint32_t cross_timestamp;    /**< 1: ::wst_cross_timestamp_get works on this adapter */
    uint32_t provider_index;     /**< Linux 6.14: index of the hardware that stamps (MAC or PHY) */
    uint32_t provider_qualifier; /**< Linux 6.14: 0 precise, 1 approximate */
} wst_capabilities;

#define WST_CAPABILITIES_INIT \
    { (uint32_t)sizeof(wst_capabilities), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Windows' rule "never hardware and software together": where any hardware flag is active, the software flags are reported as
 * not active. Without it, the native view shows both, since a Linux socket may ask for both. What is *supported* may be both
 * on either system.
 */
#define WST_CAPABILITIES_STRICT 0x1u

/**
 * What the adapter could stamp if it were asked to.
 * @param flags 0
 * @param[out] out with struct_size set
 * @return ::WST_OK; ::WST_E_NOT_FOUND (no interface of that id) or ::WST_E_INTERFACE_GONE; ::WST_E_BAD_DRIVER (`out` is filled
 *         with what it claims: for example hardware receive stamps with no receive filter); ::WST_E_INVALID_ARGUMENT; ::WST_E_IO
 * @thread any. Windows counterpart: GetInterfaceSupportedTimestampCapabilities.
 */
WST_API wst_status WST_CALL wst_capabilities_supported(wst_context *context, uint64_t interface_id, uint32_t flags,
                                                       wst_capabilities *out, wst_error *error);
/**
 * What the adapter stamps now, whoever turned it on. Kernel software stamps count as active, since any socket may have them by
 * asking.
 * @param flags 0 or ::WST_CAPABILITIES_STRICT
 * @return as ::wst_capabilities_supported
 * @thread any. Windows counterpart: GetInterfaceActiveTimestampCapabilities.
 */
WST_API wst_status WST_CALL wst_capabilities_active(wst_context *context, uint64_t interface_id, uint32_t flags,
                                                    wst_capabilities *out, wst_error *error);

/** @name How good stamps of PTPv2 event messages over UDP are
 * @{ */
#define WST_PTP_SUPPORT_NONE 0
#define WST_PTP_SUPPORT_SOFTWARE 1
#define WST_PTP_SUPPORT_HARDWARE 2
/** @return "none", "software", "hardware"; "unknown" for any other number. Static storage. Any thread. */
WST_API const char *WST_CALL wst_ptp_support_name(uint32_t support);

/** The hardware flags were known. If not, the levels are what is certain; the adapter may be better. */
#define WST_PTP_SUPPORT_VALID_HARDWARE (1u << 0)
/** The software flags were known. */
#define WST_PTP_SUPPORT_VALID_SOFTWARE (1u << 1)

typedef struct wst_ptp_support {
    uint32_t struct_size;
    uint32_t valid; /**< WST_PTP_SUPPORT_VALID_* */
    uint32_t ipv4;  /**< WST_PTP_SUPPORT_NONE, … */
    uint32_t ipv6;
    uint32_t both; /**< the lower of the two: what Microsoft's sample answers */
    uint32_t reserved;
} wst_ptp_support;

#define WST_PTP_SUPPORT_INIT \
    { (uint32_t)sizeof(wst_ptp_support), 0, 0, 0, 0, 0 }

/**
 * Whether two-step PTPv2 over UDP can be run with these capabilities: hardware where an event message is stamped both on receipt
 * (event, all messages or all packets) and on transmission (event, all messages, tagged or all packets), else software where all
 * receipts and tagged or all transmissions are. The rule is that of Microsoft's "Packet timestamping" sample.
 * @param capabilities supported (could it?) or active (would it now?)
 * @return ::WST_OK, ::WST_E_INVALID_ARGUMENT, ::WST_E_UNSUPPORTED_FIELD
 * @thread any; no system call
 */
WST_API wst_status WST_CALL wst_capabilities_ptp_support(const wst_capabilities *capabilities, wst_ptp_support *out,
                                                         wst_error *error);
/** @} */

/** @name Names of flags
 * @{ */
#define WST_CAPABILITY_HARDWARE 0 /**< WST_CAP_HW_*: "PtpV2OverUdpIPv4EventMessageReceive", … (the Windows member names) */
#define WST_CAPABILITY_SOFTWARE 1 /**< WST_CAP_SW_*: "AllReceive", "AllTransmit", "TaggedTransmit" */
#define WST_CAPABILITY_SO_TIMESTAMPING 2 /**< "TX_HARDWARE", … */
#define WST_CAPABILITY_TX_TYPE 3         /**< "OFF", "ON", "ONESTEP_SYNC", "ONESTEP_P2P" */
#define WST_CAPABILITY_RX_FILTER 4       /**< "NONE", "ALL", "PTP_V2_L4_EVENT", … */
/** @return name of bit number `bit` in that mask, NULL past the last. Static storage. Any thread. */
WST_API const char *WST_CALL wst_capability_name(uint32_t mask, uint32_t bit);
/** @} */

/** @name Turning stamps on
 * @{ */
#define WST_STAMP_LEVEL_NONE 0
#define WST_STAMP_LEVEL_EVENT_MESSAGES 1 /**< PTPv2 event messages over UDP (a driver may do more) */
#define WST_STAMP_LEVEL_ALL_PACKETS 2

/**
 * What was set before comes back even if this process is killed or crashes: on Linux a small process is started that waits for
 * that and does nothing else ("wirestamp-guard"; it ends with the last restore or the program). It is a copy of the calling
 * process, holding what memory was there, so ask for it early. Where another program has set something since, that stays. No
 * effect where programs do not turn stamping on (Windows) and in simulation.
 */
#define WST_ENABLE_GUARDED (1u << 0)

typedef struct wst_enable_options {
    uint32_t struct_size;
    uint32_t receive;  /**< WST_STAMP_LEVEL_* */
    uint32_t transmit; /**< 1: packets that a socket tags */
    uint32_t flags;    /**< WST_ENABLE_* */
} wst_enable_options;

/** Hardware stamps of PTP event messages in both directions. */
#define WST_ENABLE_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_enable_options), WST_STAMP_LEVEL_EVENT_MESSAGES, 1, 0 }

/**
 * Turns hardware stamps of an adapter on. This changes the adapter for everybody on the host; whoever sets it last wins. Within
 * this process requests are counted and only ever widened: the configuration that was there before the first is set again when
 * the last user calls ::wst_capabilities_restore or closes its context, and on Linux also when the process ends by exit() with
 * contexts open. A process that is killed leaves it turned on, for nobody else knows what was before (unless it asked for
 * ::WST_ENABLE_GUARDED); stamping that nobody uses does no harm, and the next user finds it and leaves it as it is.
 *
 * Linux (kernel document networking/timestamping §3.1): the first receive filter of PTP_V2_L4_EVENT, PTP_V2_EVENT, ALL (or only
 * ALL, for all packets) that the driver accepts. On Windows there is no such call for a program: the message of
 * ::WST_E_ADMINISTRATOR holds the keyword and value that an administrator must set.
 * Software stamps need no enabling.
 * @param options NULL: ::WST_ENABLE_OPTIONS_INIT
 * @param[out] granted active capabilities as the driver really granted them; may be NULL
 * @return ::WST_OK; ::WST_E_PERMISSION (CAP_NET_ADMIN); ::WST_E_RANGE (the adapter has no such filter); ::WST_E_BUSY (in use in a
 *         way that forbids it); ::WST_E_NOT_SUPPORTED (the adapter cannot stamp); ::WST_E_ADMINISTRATOR; ::WST_E_NOT_FOUND;
 *         ::WST_E_INVALID_ARGUMENT; ::WST_E_LIMIT (no process can be started to guard it)
 * @thread any
 */
WST_API wst_status WST_CALL wst_capabilities_enable(wst_context *context, uint64_t interface_id,
                                                    const wst_enable_options *options, wst_capabilities *granted,
                                                    wst_error *error);
/**
 * Gives up one ::wst_capabilities_enable of this context.
 * @return ::WST_OK (also if the interface is gone, with nothing left to restore); ::WST_E_STATE (this context has enabled nothing
 *         there); ::WST_E_PERMISSION
 */
WST_API wst_status WST_CALL wst_capabilities_restore(wst_context *context, uint64_t interface_id, wst_error *error);
/** @} */

/** @name Change notices
 * @{ */
#define WST_CHANGE_ADDED (1u << 0)
#define WST_CHANGE_REMOVED (1u << 1)        /**< also: moved to another namespace */
#define WST_CHANGE_RENAMED (1u << 2)        /**< name or friendly name */
#define WST_CHANGE_LINK (1u << 3)           /**< up or down */
#define WST_CHANGE_SUPPORTED (1u << 4)      /**< supported capabilities */
#define WST_CHANGE_ACTIVE (1u << 5)         /**< active capabilities, also when another process changed them */
#define WST_CHANGE_CLOCK_REPLACED (1u << 6) /**< another hardware clock, or its driver was started again: correlate anew */
#define WST_CHANGE_CLOCK_STEPPED (1u << 7)  /**< somebody set the hardware clock */
#define WST_CHANGE_ALL 0xffu
/** @return "added" and so on for bit number `bit` of the reasons, NULL past the last. Static storage. Any thread. */
WST_API const char *WST_CALL wst_change_name(uint32_t bit);

/** What changed on one interface: several changes in a short time come as one, with all their reasons. */
typedef struct wst_interface_change {
    uint32_t struct_size;
    uint32_t reasons; /**< WST_CHANGE_* */
    uint64_t interface_id;
    uint32_t index;
    int32_t phc_before; /**< -1: none or unknown */
    int32_t phc_after;
    uint16_t link_before; /**< WST_LINK_* */
    uint16_t link_after;
    int64_t clock_step;                /**< ns, about, with ::WST_CHANGE_CLOCK_STEPPED */
    char name[64];                     /**< now; of a removed one the last known */
    char old_name[64];                 /**< before; of an added one empty */
    wst_capabilities supported_before; /**< `valid` 0 where it did not exist or could not be asked */
    wst_capabilities supported_after;
    wst_capabilities active_before;
    wst_capabilities active_after;
} wst_interface_change;

#define WST_INTERFACE_CHANGE_SIZE ((uint32_t)sizeof(wst_interface_change))

typedef struct wst_watch_options {
    uint32_t struct_size;
    uint32_t reasons;      /**< WST_CHANGE_* wanted; 0: all */
    uint64_t interface_id; /**< 0: all interfaces, also future ones */
    uint32_t
        poll_interval_ms; /**< longest time until a change that the kernel does not announce is found; 0: 1000. At least 50. */
    uint32_t reserved;
} wst_watch_options;

#define WST_WATCH_OPTIONS_INIT \
    { (uint32_t)sizeof(wst_watch_options), 0, 0, 0, 0 }

/**
 * Asks for notices of change, as ::wst_subscribe with its rules: ::WST_EVENT_INTERFACE with a ::wst_interface_change in
 * `payload.raw` (take it with ::wst_interface_change_get), by callback or, if `fn` is NULL, through ::wst_event_wait.
 * End it with ::wst_unsubscribe. Watching begins with this call: what it finds now is "before", and brings no event.
 *
 * Linux has no notice for time stamping. Route netlink and device events (uevent, PTP class) give the hint where there is one;
 * what another process sets silently is found by a periodic compare, of which several subscriptions share one. Compares become
 * rarer (down to a quarter of the rate) while nothing changes. A storm of changes is coalesced: at most one event in 20 ms for an
 * interface. What changes and changes back within that time brings an event if it was a removal, a step or a restart, else none.
 *
 * While any watch of the context exists, its notices also reach plain ::wst_subscribe subscriptions with
 * WST_EVENT_BIT(WST_EVENT_INTERFACE).
 * @param options NULL: everything about all interfaces
 * @return ::WST_OK; ::WST_E_NOT_FOUND (no interface of that id); ::WST_E_INVALID_ARGUMENT; ::WST_E_LIMIT; on error `release` is
 *         not called
 * @thread any. Windows counterpart: RegisterInterfaceTimestampConfigChange.
 */
WST_API wst_status WST_CALL wst_watch(wst_context *context, const wst_watch_options *options, wst_event_fn fn, void *user,
                                      wst_release_fn release, wst_subscription *out, wst_error *error);

/**
 * Takes the change out of an event.
 * @param[out] out with struct_size set
 * @return ::WST_OK, ::WST_E_INVALID_ARGUMENT (NULL, or an event of another type)
 */
WST_API wst_status WST_CALL wst_interface_change_get(const wst_event *event, wst_interface_change *out, wst_error *error);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
