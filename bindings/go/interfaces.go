// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// LinkState tells whether an interface has a carrier.
type LinkState uint32

const (
	LinkUnknown LinkState = C.WST_LINK_UNKNOWN
	LinkDown    LinkState = C.WST_LINK_DOWN
	LinkUp      LinkState = C.WST_LINK_UP
)

func (l LinkState) String() string {
	switch l {
	case LinkDown:
		return "down"
	case LinkUp:
		return "up"
	}
	return "unknown"
}

// Interface is a network interface, as it was when asked.
type Interface struct {
	ID              uint64 // what every call names it by, never 0; stays the same when it is renamed
	LowerID         uint64 // the device under a VLAN or macvlan, a bond's active one; 0: none
	Index           uint32
	Name            string // such as "eth0"
	FriendlyName    string // alias or connection name; else equal to Name
	Driver          string // "" if unknown
	Kind            string // "ethernet", "veth" and so on
	Link            LinkState
	Up              bool // switched on by the administrator
	Loopback        bool
	Multicast       bool
	MTU             uint32 // 0 if unknown
	PHCIndex        int32  // number of its hardware clock, -1: none or unknown
	HardwareAddress net.HardwareAddr
}

func goInterface(c *C.wst_interface) Interface {
	found := Interface{
		ID: uint64(c.id), LowerID: uint64(c.lower_id), Index: uint32(c.index),
		Name: text(c.name[:]), FriendlyName: text(c.friendly_name[:]), Driver: text(c.driver[:]),
		Kind: native.Wst_interface_kind_name(uint32(c.kind)), Link: LinkState(c.link_state),
		Up: c.flags&C.WST_INTERFACE_UP != 0, Loopback: c.flags&C.WST_INTERFACE_LOOPBACK != 0,
		Multicast: c.flags&C.WST_INTERFACE_MULTICAST != 0, MTU: uint32(c.mtu), PHCIndex: -1,
	}
	if c.valid&C.WST_INTERFACE_VALID_PHC_INDEX != 0 {
		found.PHCIndex = int32(c.phc_index)
	}
	for i := 0; i < int(c.hardware_address_length) && i < len(c.hardware_address); i++ {
		found.HardwareAddress = append(found.HardwareAddress, byte(c.hardware_address[i]))
	}
	return found
}

// Interfaces lists all, ordered by index.
func (c *Context) Interfaces() ([]Interface, error) {
	for room := uint32(32); ; {
		array := make([]C.wst_interface, room)
		array[0].struct_size = C.sizeof_wst_interface
		count := new(C.uint32_t)
		err := c.call(func(h, e unsafe.Pointer) int32 {
			return native.Wst_interface_list(h, unsafe.Pointer(&array[0]), room, unsafe.Pointer(count), e)
		})
		if failure, ok := err.(*Error); ok && failure.Status == Limit {
			room = uint32(*count) + 8
			continue
		}
		if err != nil {
			return nil, err
		}
		found := make([]Interface, *count)
		for i := range found {
			found[i] = goInterface(&array[i])
		}
		return found, nil
	}
}

// Find gives one interface by name, alternative name, friendly name, decimal index or hexadecimal id, in this order.
func (c *Context) Find(key string) (Interface, error) {
	out := &C.wst_interface{struct_size: C.sizeof_wst_interface}
	err := c.call(func(h, e unsafe.Pointer) int32 { return native.Wst_interface_find(h, key, unsafe.Pointer(out), e) })
	if err != nil {
		return Interface{}, err
	}
	return goInterface(out), nil
}

// ByID gives an interface as it is now.
func (c *Context) ByID(id uint64) (Interface, error) {
	out := &C.wst_interface{struct_size: C.sizeof_wst_interface}
	err := c.call(func(h, e unsafe.Pointer) int32 { return native.Wst_interface_get(h, id, unsafe.Pointer(out), e) })
	if err != nil {
		return Interface{}, err
	}
	return goInterface(out), nil
}

// InterfaceAddress is an IP address of an interface.
type InterfaceAddress struct {
	Addr netip.Addr // a link-local one with the interface's index as its zone
	Bits int        // of the network part
}

// Prefix is the address as one, without its zone.
func (a InterfaceAddress) Prefix() netip.Prefix { return netip.PrefixFrom(a.Addr.WithZone(""), a.Bits) }

// Addresses lists the IP addresses of an interface.
func (c *Context) Addresses(id uint64) ([]InterfaceAddress, error) {
	for room := uint32(32); ; {
		array := make([]C.wst_interface_address, room)
		count := new(C.uint32_t)
		err := c.call(func(h, e unsafe.Pointer) int32 {
			return native.Wst_interface_addresses(h, id, unsafe.Pointer(&array[0]), room, unsafe.Pointer(count), e)
		})
		if failure, ok := err.(*Error); ok && failure.Status == Limit {
			room = uint32(*count) + 8
			continue
		}
		if err != nil {
			return nil, err
		}
		found := make([]InterfaceAddress, *count)
		for i := range found {
			found[i] = InterfaceAddress{goAddr(&array[i].address), int(array[i].prefix_length)}
		}
		return found, nil
	}
}

// ParseAddress reads a numeric address with or without a port: "192.0.2.1:319", "ff02::6b", "[fe80::1%3]:319". Without, the port
// is 0. Names are not looked up.
func ParseAddress(text string) (netip.AddrPort, error) {
	out := new(C.wst_address)
	err := check(func(e unsafe.Pointer) int32 { return native.Wst_address_parse(text, unsafe.Pointer(out), e) })
	return goAddrPort(out), err
}

func goAddr(c *C.wst_address) netip.Addr {
	octets := *(*[16]byte)(unsafe.Pointer(&c.bytes))
	switch c.family {
	case C.WST_FAMILY_IPV4:
		return netip.AddrFrom4(*(*[4]byte)(octets[:4]))
	case C.WST_FAMILY_IPV6:
		addr := netip.AddrFrom16(octets)
		if c.scope_id != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(c.scope_id), 10))
		}
		return addr
	}
	return netip.Addr{}
}

func goAddrPort(c *C.wst_address) netip.AddrPort {
	return netip.AddrPortFrom(goAddr(c), uint16(c.port))
}

// cAddress writes an address; zones are interface indices or, on this system, names.
func cAddress(out *C.wst_address, addr netip.Addr, port uint16) error {
	*out = C.wst_address{port: C.uint16_t(port)}
	switch {
	case !addr.IsValid():
		return &Error{InvalidArgument, 0, "the address is the zero netip.Addr; give one"}
	case addr.Is4() || addr.Is4In6():
		out.family = C.WST_FAMILY_IPV4
		*(*[4]byte)(unsafe.Pointer(&out.bytes)) = addr.Unmap().As4()
	default:
		out.family = C.WST_FAMILY_IPV6
		*(*[16]byte)(unsafe.Pointer(&out.bytes)) = addr.As16()
		if zone := addr.Zone(); zone != "" {
			index, err := strconv.ParseUint(zone, 10, 32)
			if err != nil {
				found, err := net.InterfaceByName(zone)
				if err != nil {
					return &Error{NotFound, 0, "the zone \"" + zone + "\" is neither an index nor an interface of this host"}
				}
				index = uint64(found.Index)
			}
			out.scope_id = C.uint32_t(index)
		}
	}
	return nil
}
