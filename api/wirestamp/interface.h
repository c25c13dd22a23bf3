/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file interface.h
 * @brief Network interfaces: list them, find one by any of its names, know its id.
 *
 * Everything else in the library names an interface by its 64-bit id: the LUID on Windows, elsewhere a number made from the
 * interface index that stays the same as long as the interface exists, also when it is renamed. A kernel may give an index
 * again after an interface was removed; ::wst_watch (capabilities.h) tells of the removal.
 *
 * On Linux the answers come from route netlink (RTM_GETLINK, RTM_GETADDR), and from ioctl and getifaddrs where a container
 * refuses netlink. They are a snapshot: an interface may be gone before the next call, which then says ::WST_E_INTERFACE_GONE or
 * ::WST_E_NOT_FOUND.
 */
#ifndef WIRESTAMP_INTERFACE_H
#define WIRESTAMP_INTERFACE_H

#include "wirestamp/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Addresses
 * @{ */
#define WST_FAMILY_NONE 0
#define WST_FAMILY_IPV4 4
#define WST_FAMILY_IPV6 6

/** An IP address with a port. A value type of 24 bytes that never grows, hence without struct_size. */
typedef struct wst_address {
    uint8_t family;    /**< WST_FAMILY_* */
    uint8_t reserved;  /**< 0 */
    uint16_t port;     /**< host byte order; 0: any, or unknown */
    uint32_t scope_id; /**< interface index of an IPv6 link-local address, or of a multicast group of either family; else 0 */
    uint8_t bytes[16]; /**< network byte order; the first 4 for IPv4 */
} wst_address;

/** Bytes that any text of ::wst_address_text fits in, its terminator included. */
#define WST_ADDRESS_TEXT_SIZE 80u

/**
 * Reads a numeric address: "192.0.2.1", "192.0.2.1:319", "ff02::6b", "[ff02::6b%3]:319", "fe80::1%3", "224.0.1.129%3". Names are
 * not looked up.
 * @param[out] out zeroed on error
 * @return ::WST_OK, ::WST_E_INVALID_ARGUMENT (NULL), ::WST_E_PARSE
 */
WST_API wst_status WST_CALL wst_address_parse(const char *text, wst_address *out, wst_error *error);
/**
 * Writes an address as text, with its port if that is not 0 (an IPv6 address then in brackets).
 * @param[out] buffer terminated; ::WST_ADDRESS_TEXT_SIZE bytes always suffice
 * @return ::WST_OK, ::WST_E_INVALID_ARGUMENT, ::WST_E_LIMIT (too small; holds what fits)
 */
WST_API wst_status WST_CALL wst_address_text(const wst_address *address, char *buffer, uint32_t size, wst_error *error);
/** @} */

/** @name Bits of wst_interface::valid
 * @{ */
#define WST_INTERFACE_VALID_HARDWARE_ADDRESS (1u << 0)
#define WST_INTERFACE_VALID_MTU (1u << 1)
#define WST_INTERFACE_VALID_LINK (1u << 2)
#define WST_INTERFACE_VALID_DRIVER (1u << 3)
#define WST_INTERFACE_VALID_PHC_INDEX (1u << 4) /**< phc_index is known, also where it is -1 */
/** @} */

/** @name Link states
 * @{ */
#define WST_LINK_UNKNOWN 0
#define WST_LINK_DOWN 1 /**< no carrier, or switched off */
#define WST_LINK_UP 2
/** @} */

/** @name Kinds of interface
 * @{ */
#define WST_INTERFACE_KIND_UNKNOWN 0
#define WST_INTERFACE_KIND_ETHERNET 1
#define WST_INTERFACE_KIND_LOOPBACK 2
#define WST_INTERFACE_KIND_VLAN 3
#define WST_INTERFACE_KIND_BOND 4
#define WST_INTERFACE_KIND_BRIDGE 5
#define WST_INTERFACE_KIND_MACVLAN 6
#define WST_INTERFACE_KIND_VETH 7
#define WST_INTERFACE_KIND_TUNNEL 8
#define WST_INTERFACE_KIND_WIRELESS 9
#define WST_INTERFACE_KIND_OTHER 10
/** @return "ethernet", "veth" and so on, "unknown" for any other number. Static storage. Any thread. */
WST_API const char *WST_CALL wst_interface_kind_name(uint32_t kind);
/** @} */

/** @name Bits of wst_interface::flags
 * @{ */
#define WST_INTERFACE_UP (1u << 0) /**< switched on by the administrator; see link_state for the cable */
#define WST_INTERFACE_LOOPBACK (1u << 1)
#define WST_INTERFACE_MULTICAST (1u << 2)
/** @} */

/** One interface, as it was when asked. */
typedef struct wst_interface {
    uint32_t struct_size;
    uint32_t valid;              /**< WST_INTERFACE_VALID_* */
    uint64_t id;                 /**< never 0 */
    uint64_t lower_id;           /**< the device under a VLAN or macvlan, a bond's active one; 0: none */
    uint32_t index;              /**< the system's interface index */
    uint32_t flags;              /**< WST_INTERFACE_UP, … */
    uint32_t kind;               /**< WST_INTERFACE_KIND_* */
    uint32_t link_state;         /**< WST_LINK_* */
    uint32_t mtu;                /**< bytes */
    int32_t phc_index;           /**< number of its PTP hardware clock (/dev/ptpN), -1: none */
    uint8_t hardware_address[8]; /**< MAC */
    uint32_t hardware_address_length;
    uint32_t reserved;
    char name[64];           /**< "eth0"; on Windows the adapter's name */
    char friendly_name[128]; /**< alias or alternative name, on Windows the connection's name; else equal to `name` */
    char driver[32];         /**< kernel module, such as "igb" */
} wst_interface;

#define WST_INTERFACE_INIT                                                                       \
    {                                                                                            \
        (uint32_t)sizeof(wst_interface), 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0 }, 0, 0, { 0 }, { 0 }, { \
            0                                                                                    \
        }                                                                                        \
    }

/**
 * Lists all interfaces, ordered by index.
 * @param[out] out array of `capacity` elements, each `out[0].struct_size` bytes apart (so only the first needs that set); NULL
 *             with a capacity of 0 asks for the count only
 * @param[out] count how many there are, also when the array is too small
 * @return ::WST_OK; ::WST_E_LIMIT (more than `capacity`; the array holds the first ones; try again with more room);
 *         ::WST_E_INVALID_ARGUMENT; ::WST_E_IO
 * @thread any
 */
WST_API wst_status WST_CALL wst_interface_list(wst_context *context, wst_interface *out, uint32_t capacity, uint32_t *count,
                                               wst_error *error);

/**
 * Finds one interface.
 * @param key in this order: name, alternative name, friendly name, decimal index, hexadecimal id ("0x…")
 * @param[out] out with struct_size set
 * @return ::WST_OK; ::WST_E_NOT_FOUND (the message lists what there is); ::WST_E_INVALID_ARGUMENT; ::WST_E_IO
 * @thread any
 */
WST_API wst_status WST_CALL wst_interface_find(wst_context *context, const char *key, wst_interface *out, wst_error *error);

/** As ::wst_interface_find, by id. ::WST_E_NOT_FOUND if there is none of that id (any more). */
WST_API wst_status WST_CALL wst_interface_get(wst_context *context, uint64_t interface_id, wst_interface *out, wst_error *error);

/** An address of an interface. A value type of 32 bytes that never grows. */
typedef struct wst_interface_address {
    wst_address address;    /**< port 0 */
    uint32_t prefix_length; /**< bits of the network part */
    uint32_t reserved;
} wst_interface_address;

/**
 * Lists the IP addresses of one interface. Array rules as ::wst_interface_list.
 * @return ::WST_OK, ::WST_E_LIMIT, ::WST_E_NOT_FOUND, ::WST_E_INVALID_ARGUMENT, ::WST_E_IO
 */
WST_API wst_status WST_CALL wst_interface_addresses(wst_context *context, uint64_t interface_id, wst_interface_address *out,
                                                    uint32_t capacity, uint32_t *count, wst_error *error);

#ifdef __cplusplus
}
#endif
#endif
