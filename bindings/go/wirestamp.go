// SPDX-License-Identifier: Apache-2.0

// Package wirestamp gives packet timestamps, timestamp capabilities and change notices of network adapters, cross-timestamps
// between adapter and system clocks, and a complete PTPv2 clock (IEEE 1588) inside the program's own process.
//
// Everything begins with [Open], which makes a [Context] on the system, or with [NewSimulation], a network without hardware.
// Events come by channels; calls that wait take a context.Context. Nothing here panics for what C says, and no C code calls into
// Go. Times are int64 nanoseconds of the clock that is named beside them; where they are UTC a method gives a time.Time.
//
// It needs the installed library, found by pkg-config.
package wirestamp

// #cgo pkg-config: wirestamp
// #include <wirestamp/wirestamp.h>
import "C"

import (
	"bytes"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Version is that of the C library that is loaded, such as "0.1.0".
func Version() string { return native.Wst_version_string() }

// BuildInfo is one line for bug reports: version, compiler, system, options.
func BuildInfo() string { return native.Wst_build_info() }

// Clock is what a time value counts.
type Clock uint32

const (
	ClockNone         Clock = C.WST_CLOCK_NONE
	ClockRealtime     Clock = C.WST_CLOCK_REALTIME // UTC, ns since 1970
	ClockMonotonic    Clock = C.WST_CLOCK_MONOTONIC
	ClockMonotonicRaw Clock = C.WST_CLOCK_MONOTONIC_RAW
	ClockTAI          Clock = C.WST_CLOCK_TAI    // TAI, ns since 1970
	ClockDevice       Clock = C.WST_CLOCK_DEVICE // the adapter's hardware clock, ns
	ClockDeviceRaw    Clock = C.WST_CLOCK_DEVICE_RAW
	ClockQPC          Clock = C.WST_CLOCK_QPC
	ClockPTP          Clock = C.WST_CLOCK_PTP
)

func (c Clock) String() string { return native.Wst_clock_name(uint32(c)) }

// Source is who took a packet's stamp.
type Source uint32

const (
	SourceNone        Source = C.WST_SOURCE_NONE
	SourceApplication Source = C.WST_SOURCE_APPLICATION
	SourceSoftware    Source = C.WST_SOURCE_SOFTWARE
	SourceHardware    Source = C.WST_SOURCE_HARDWARE
)

func (s Source) String() string { return native.Wst_source_name(uint32(s)) }

// Stamp is a time stamp of a packet: never a bare number. Its Source is SourceNone where there is none.
type Stamp struct {
	Value       int64 // ns (ticks with ClockDeviceRaw and ClockQPC)
	Clock       Clock
	Source      Source
	InterfaceID uint64 // where the packet came or went; 0: unknown
	ClockIndex  int32  // number of the hardware clock with ClockDevice, -1: unknown
}

// Valid tells whether there is a stamp.
func (s Stamp) Valid() bool { return s.Source != SourceNone }

// Time is the instant of a stamp that counts UTC; false for any other, which a [Correlation] or a [Ptp] converts.
func (s Stamp) Time() (time.Time, bool) {
	if s.Clock != ClockRealtime {
		return time.Time{}, false
	}
	return time.Unix(0, s.Value), true
}

func stamp(c *C.wst_stamp) Stamp {
	return Stamp{int64(c.value), Clock(c.clock), Source(c.source), uint64(c.interface_id), int32(c.clock_index)}
}

// text reads a terminated char array.
func text(array []C.char) string {
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&array[0])), len(array))
	if end := bytes.IndexByte(raw, 0); end >= 0 {
		raw = raw[:end]
	}
	return string(raw)
}

// Identity is a clock's, eight octets.
type Identity [8]byte

func identity(array [8]C.uint8_t) Identity {
	return *(*Identity)(unsafe.Pointer(&array))
}

// String writes it as linuxptp does, "02005e.fffe.000001".
func (i Identity) String() string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 18)
	for n, octet := range i {
		if n == 3 || n == 5 {
			out = append(out, '.')
		}
		out = append(out, digits[octet>>4], digits[octet&15])
	}
	return string(out)
}
