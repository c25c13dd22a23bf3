// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Hardware and software flags of [Capabilities]: bit n is member n of Windows' structures of that name.
const (
	HardwareEventReceive4   uint32 = C.WST_CAP_HW_PTPV2_IPV4_EVENT_RECEIVE
	HardwareEventTransmit4  uint32 = C.WST_CAP_HW_PTPV2_IPV4_EVENT_TRANSMIT
	HardwareEventReceive6   uint32 = C.WST_CAP_HW_PTPV2_IPV6_EVENT_RECEIVE
	HardwareEventTransmit6  uint32 = C.WST_CAP_HW_PTPV2_IPV6_EVENT_TRANSMIT
	HardwarePtpReceive4     uint32 = C.WST_CAP_HW_PTPV2_IPV4_ALL_RECEIVE
	HardwarePtpTransmit4    uint32 = C.WST_CAP_HW_PTPV2_IPV4_ALL_TRANSMIT
	HardwarePtpReceive6     uint32 = C.WST_CAP_HW_PTPV2_IPV6_ALL_RECEIVE
	HardwarePtpTransmit6    uint32 = C.WST_CAP_HW_PTPV2_IPV6_ALL_TRANSMIT
	HardwareAllReceive      uint32 = C.WST_CAP_HW_ALL_RECEIVE
	HardwareAllTransmit     uint32 = C.WST_CAP_HW_ALL_TRANSMIT
	HardwareTaggedTransmit  uint32 = C.WST_CAP_HW_TAGGED_TRANSMIT
	HardwareEverything      uint32 = C.WST_CAP_HW_ALL
	SoftwareAllReceive      uint32 = C.WST_CAP_SW_ALL_RECEIVE
	SoftwareAllTransmit     uint32 = C.WST_CAP_SW_ALL_TRANSMIT
	SoftwareTaggedTransmit  uint32 = C.WST_CAP_SW_TAGGED_TRANSMIT
	SoftwareEverything      uint32 = C.WST_CAP_SW_ALL
	ValidHardware           uint32 = C.WST_CAPABILITIES_VALID_HARDWARE
	ValidSoftware           uint32 = C.WST_CAPABILITIES_VALID_SOFTWARE
	ValidClockFrequency     uint32 = C.WST_CAPABILITIES_VALID_CLOCK_FREQUENCY
	ValidCrossTimestamp     uint32 = C.WST_CAPABILITIES_VALID_CROSS_TIMESTAMP
	ValidSOTimestamping     uint32 = C.WST_CAPABILITIES_VALID_SO_TIMESTAMPING
	ValidTxTypes            uint32 = C.WST_CAPABILITIES_VALID_TX_TYPES
	ValidRxFilters          uint32 = C.WST_CAPABILITIES_VALID_RX_FILTERS
	ValidPHCIndex           uint32 = C.WST_CAPABILITIES_VALID_PHC_INDEX
	ValidProvider           uint32 = C.WST_CAPABILITIES_VALID_PROVIDER
	CapabilitiesInferredIP6 uint32 = C.WST_CAPABILITIES_INFERRED_IPV6
)

// Capabilities are what stamps an adapter can take (supported), or takes now (active).
type Capabilities struct {
	Valid          uint32 // which of the rest the system told; a bit that is not set means unknown, which is different from off
	Hardware       uint32
	Software       uint32
	ClockFrequency uint64 // Hz, nominal: what hardware stamps count; 0: none
	SOTimestamping uint64 // Linux: SOF_TIMESTAMPING_* bits
	TxTypes        uint32 // Linux: 1 << HWTSTAMP_TX_*
	RxFilters      uint32 // Linux: 1 << HWTSTAMP_FILTER_*
	PHCIndex       int32  // number of the hardware clock, -1: none
	CrossTimestamp bool   // whether cross-timestamps can be had

	ProviderIndex     uint32 // Linux 6.14: index of the hardware that stamps (MAC or PHY)
	ProviderQualifier uint32 // Linux 6.14: 0 precise, 1 approximate
}

func goCapabilities(c *C.wst_capabilities) Capabilities {
	return Capabilities{uint32(c.valid), uint32(c.hardware), uint32(c.software), uint64(c.clock_frequency),
		uint64(c.so_timestamping), uint32(c.tx_types), uint32(c.rx_filters), int32(c.phc_index), c.cross_timestamp != 0,
		uint32(c.provider_index), uint32(c.provider_qualifier)}
}

func flagNames(mask, bits uint32) []string {
	var names []string
	for bit := uint32(0); bit < 32; bit++ {
		if bits>>bit&1 != 0 {
			names = append(names, native.Wst_capability_name(mask, bit))
		}
	}
	return names
}

// HardwareNames are the names of the hardware flags that are set, as Windows has them.
func (c Capabilities) HardwareNames() []string {
	return flagNames(C.WST_CAPABILITY_HARDWARE, c.Hardware)
}

// SOTimestampingNames are the kernel's names of the SOTimestamping bits that are set, TxTypeNames and RxFilterNames those of
// TxTypes and RxFilters.
func (c Capabilities) SOTimestampingNames() []string {
	return flagNames(C.WST_CAPABILITY_SO_TIMESTAMPING, uint32(c.SOTimestamping))
}

// TxTypeNames are the kernel's names of the TxTypes bits that are set.
func (c Capabilities) TxTypeNames() []string { return flagNames(C.WST_CAPABILITY_TX_TYPE, c.TxTypes) }

// RxFilterNames are the kernel's names of the RxFilters bits that are set.
func (c Capabilities) RxFilterNames() []string {
	return flagNames(C.WST_CAPABILITY_RX_FILTER, c.RxFilters)
}

// SoftwareNames are the names of the software flags that are set.
func (c Capabilities) SoftwareNames() []string {
	return flagNames(C.WST_CAPABILITY_SOFTWARE, c.Software)
}

// Support is how good stamps of PTPv2 event messages over UDP are.
type Support uint32

const (
	SupportNone     Support = C.WST_PTP_SUPPORT_NONE
	SupportSoftware Support = C.WST_PTP_SUPPORT_SOFTWARE
	SupportHardware Support = C.WST_PTP_SUPPORT_HARDWARE
)

func (s Support) String() string { return native.Wst_ptp_support_name(uint32(s)) }

// PtpSupport tells how well two-step PTPv2 over UDP can be run with these: over IPv4, over IPv6, and the lower of the two.
func (c Capabilities) PtpSupport() (ipv4, ipv6, both Support, err error) {
	in := &C.wst_capabilities{struct_size: C.sizeof_wst_capabilities, valid: C.uint32_t(c.Valid),
		hardware: C.uint32_t(c.Hardware), software: C.uint32_t(c.Software)}
	out := &C.wst_ptp_support{struct_size: C.sizeof_wst_ptp_support}
	err = check(func(e unsafe.Pointer) int32 {
		return native.Wst_capabilities_ptp_support(unsafe.Pointer(in), unsafe.Pointer(out), e)
	})
	return Support(out.ipv4), Support(out.ipv6), Support(out.both), err
}

// Supported is what an adapter could stamp if it were asked to.
func (c *Context) Supported(id uint64) (Capabilities, error) {
	out := &C.wst_capabilities{struct_size: C.sizeof_wst_capabilities}
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_capabilities_supported(h, id, 0, unsafe.Pointer(out), e)
	})
	return goCapabilities(out), err
}

// Active is what an adapter stamps now, whoever turned it on. Strict is Windows' rule: where hardware stamps are active, software
// ones are told as not.
func (c *Context) Active(id uint64, strict bool) (Capabilities, error) {
	out := &C.wst_capabilities{struct_size: C.sizeof_wst_capabilities}
	flags := uint32(0)
	if strict {
		flags = C.WST_CAPABILITIES_STRICT
	}
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_capabilities_active(h, id, flags, unsafe.Pointer(out), e)
	})
	return goCapabilities(out), err
}

// StampLevel is which received packets an adapter is to stamp.
type StampLevel uint32

const (
	StampNothing       StampLevel = C.WST_STAMP_LEVEL_NONE
	StampEventMessages StampLevel = C.WST_STAMP_LEVEL_EVENT_MESSAGES // of PTPv2 over UDP; a driver may do more
	StampAllPackets    StampLevel = C.WST_STAMP_LEVEL_ALL_PACKETS
)

// Enable turns hardware stamps of an adapter on, for everybody on the host, and tells what the driver granted. It is undone by
// Restore or by closing the context.
func (c *Context) Enable(id uint64, receive StampLevel, transmit bool) (Capabilities, error) {
	return c.enable(id, receive, transmit, 0)
}

// EnableGuarded does the same, and on Linux starts a process beside this one that undoes it if this one is killed. It is a copy of
// this process, with the memory that was there: ask for it early.
func (c *Context) EnableGuarded(id uint64, receive StampLevel, transmit bool) (Capabilities, error) {
	return c.enable(id, receive, transmit, C.WST_ENABLE_GUARDED)
}

func (c *Context) enable(id uint64, receive StampLevel, transmit bool, flags C.uint32_t) (Capabilities, error) {
	in := &C.wst_enable_options{struct_size: C.sizeof_wst_enable_options, receive: C.uint32_t(receive), flags: flags}
	if transmit {
		in.transmit = 1
	}
	out := &C.wst_capabilities{struct_size: C.sizeof_wst_capabilities}
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_capabilities_enable(h, id, unsafe.Pointer(in), unsafe.Pointer(out), e)
	})
	return goCapabilities(out), err
}

// Restore gives up one Enable.
func (c *Context) Restore(id uint64) error {
	return c.call(func(h, e unsafe.Pointer) int32 { return native.Wst_capabilities_restore(h, id, e) })
}
