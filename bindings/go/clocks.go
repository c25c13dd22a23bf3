// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"context"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// ReadClock reads a system clock, or with ClockDevice the hardware clock of an interface (whose id is else 0). ns.
func (c *Context) ReadClock(clock Clock, id uint64) (int64, error) {
	out := new(C.int64_t)
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_clock_read(h, uint32(clock), id, unsafe.Pointer(out), e)
	})
	return int64(*out), err
}

// CrossMethod is how a cross-timestamp was taken, best first.
type CrossMethod uint32

const (
	CrossNone     CrossMethod = C.WST_CROSS_NONE
	CrossPrecise  CrossMethod = C.WST_CROSS_PRECISE
	CrossExtended CrossMethod = C.WST_CROSS_EXTENDED
	CrossBasic    CrossMethod = C.WST_CROSS_BASIC
	CrossBracket  CrossMethod = C.WST_CROSS_BRACKET
)

func (m CrossMethod) String() string { return native.Wst_cross_method_name(uint32(m)) }

// CrossTimestamp is one reading of an adapter's clock against a system clock.
type CrossTimestamp struct {
	InterfaceID  uint64
	Method       CrossMethod
	SystemBefore int64 // ns of SystemClock
	Device       int64 // ns (ticks with ClockDeviceRaw), read between the two
	SystemAfter  int64 // ns of SystemClock
	SystemClock  Clock
	DeviceClock  Clock
	DeviceIndex  int32  // number of the hardware clock, -1 if it has none
	Samples      uint32 // readings of which this is the narrowest
	Uncertainty  int64  // ns: the device was read within this of the middle of before and after
}

// System is the system clock in the middle of before and after, ns.
func (x CrossTimestamp) System() int64 { return x.SystemBefore + (x.SystemAfter-x.SystemBefore)/2 }

// CrossTimestamp reads an adapter's clock against a system clock (ClockNone: MONOTONIC_RAW), the narrowest of so many readings
// (1 to 25; 0: 5).
func (c *Context) CrossTimestamp(id uint64, system Clock, samples uint32) (CrossTimestamp, error) {
	out := &C.wst_cross_timestamp{struct_size: C.sizeof_wst_cross_timestamp}
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_cross_timestamp_get(h, id, uint32(system), samples, unsafe.Pointer(out), e)
	})
	if err != nil {
		return CrossTimestamp{}, err
	}
	return CrossTimestamp{uint64(out.interface_id), CrossMethod(out.method), int64(out.system_before), int64(out.device),
		int64(out.system_after), Clock(out.system_clock), Clock(out.device_clock), int32(out.device_index),
		uint32(out.samples), int64(out.uncertainty)}, nil
}

// CorrelationOptions say what to correlate. The zero value of a field means its default.
type CorrelationOptions struct {
	InterfaceID uint64 // whose device clock
	StampClock  Clock  // the clock to convert from and to
	SystemClock Clock  // the other one; MONOTONIC_RAW
	Interval    time.Duration
	Samples     uint32 // readings per sample, 1 to 25
}

// CorrelationState is that of a [Correlation].
type CorrelationState uint32

const (
	CorrelationStarting CorrelationState = C.WST_CORRELATION_STARTING
	CorrelationValid    CorrelationState = C.WST_CORRELATION_VALID
	CorrelationLost     CorrelationState = C.WST_CORRELATION_LOST
)

func (s CorrelationState) String() string { return native.Wst_correlation_state_name(uint32(s)) }

// CorrelationReason is why a correlation changed its state or began anew.
type CorrelationReason uint32

const (
	CorrelationNoReason      CorrelationReason = C.WST_CORRELATION_REASON_NONE
	CorrelationEnoughSamples CorrelationReason = C.WST_CORRELATION_REASON_ENOUGH_SAMPLES
	CorrelationClockStepped  CorrelationReason = C.WST_CORRELATION_REASON_CLOCK_STEPPED
	CorrelationRateChanged   CorrelationReason = C.WST_CORRELATION_REASON_RATE_CHANGED
	CorrelationClockReplaced CorrelationReason = C.WST_CORRELATION_REASON_CLOCK_REPLACED
	CorrelationSuspended     CorrelationReason = C.WST_CORRELATION_REASON_SUSPENDED
	CorrelationInterfaceGone CorrelationReason = C.WST_CORRELATION_REASON_INTERFACE_GONE
	CorrelationReadFailed    CorrelationReason = C.WST_CORRELATION_REASON_READ_FAILED
	CorrelationRequested     CorrelationReason = C.WST_CORRELATION_REASON_REQUESTED
)

func (r CorrelationReason) String() string { return native.Wst_correlation_reason_name(uint32(r)) }

// Correlation relates two clocks by sampling in the background, and converts values of either into the other with a bound of the
// error. Any goroutine.
type Correlation struct {
	object
	context *Context
}

// Correlate starts to correlate; the first sample is taken at once, so that what cannot work is said here.
func (c *Context) Correlate(options CorrelationOptions) (*Correlation, error) {
	in := &C.wst_correlation_options{struct_size: C.sizeof_wst_correlation_options,
		stamp_clock: C.uint32_t(options.StampClock), system_clock: C.uint32_t(options.SystemClock),
		interval_ms: C.uint32_t(options.Interval / time.Millisecond), interface_id: C.uint64_t(options.InterfaceID),
		samples: C.uint32_t(options.Samples)}
	made := &Correlation{object: object{kind: "the correlation"}, context: c}
	err := c.open(&made.object, made, func(h, out, e unsafe.Pointer) int32 {
		return native.Wst_correlation_open(h, unsafe.Pointer(in), out, e)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Close ends it.
func (c *Correlation) Close() error {
	return c.context.closeChild(&c.object, native.Wst_correlation_close)
}

// Restart forgets all samples and begins anew.
func (c *Correlation) Restart() error { return c.call(native.Wst_correlation_restart) }

// WaitValid waits until conversions can be had.
func (c *Correlation) WaitValid(ctx context.Context) error {
	return c.WaitValidFor(ctx, forever)
}

// WaitValidFor is WaitValid with a limit that counts in the time of the host, which on a simulated network is virtual.
func (c *Correlation) WaitValidFor(ctx context.Context, timeout time.Duration) error {
	defer c.context.afterDriving()
	return c.wait(ctx, timeout, func(h unsafe.Pointer, ns int64, e unsafe.Pointer) int32 {
		return native.Wst_correlation_wait(h, int32((ns+999_999)/1_000_000), e)
	})
}

// Convert converts a value of one of the two clocks into the other: the true value is believed to lie within bound of it.
func (c *Correlation) Convert(from Clock, value int64) (clock Clock, converted, bound int64, err error) {
	out := &C.wst_correlation_time{struct_size: C.sizeof_wst_correlation_time}
	err = c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_correlation_convert(h, uint32(from), value, unsafe.Pointer(out), e)
	})
	return Clock(out.clock), int64(out.value), int64(out.bound), err
}

// CorrelationStatus is how a correlation stands.
type CorrelationStatus struct {
	State           CorrelationState
	Reason          CorrelationReason // of the last change of state
	StampClock      Clock
	SystemClock     Clock
	Method          CrossMethod // of the last sample
	InterfaceID     uint64
	Rate            float64 // ppb by which the stamp clock is faster than the system clock
	RateBound       float64 // ppb
	ReferenceSystem int64   // ns: at this value of the system clock,
	ReferenceStamp  int64   // ns: the stamp clock shows this
	Bound           int64   // ns: bound of a conversion at the last sample
	Spread          int64   // ns: how far samples lie from the fit
	Samples         uint64
	Outliers        uint64
	Restarts        uint64
	Interval        time.Duration // between samples
}

// Status tells how it stands.
func (c *Correlation) Status() (CorrelationStatus, error) {
	out := &C.wst_correlation_status{struct_size: C.sizeof_wst_correlation_status}
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_correlation_status_get(h, unsafe.Pointer(out), e)
	})
	return CorrelationStatus{CorrelationState(out.state), CorrelationReason(out.reason), Clock(out.stamp_clock),
		Clock(out.system_clock), CrossMethod(out.method), uint64(out.interface_id), float64(out.rate),
		float64(out.rate_bound), int64(out.reference_system), int64(out.reference_stamp), int64(out.bound),
		int64(out.spread), uint64(out.samples), uint64(out.outliers), uint64(out.restarts),
		time.Duration(out.interval_ms) * time.Millisecond}, err
}
