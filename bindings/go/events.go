// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// EventType is a kind of event, for a [Filter].
type EventType uint32

const (
	EventOverflow      EventType = C.WST_EVENT_OVERFLOW
	EventInterface     EventType = C.WST_EVENT_INTERFACE
	EventPtpPortState  EventType = C.WST_EVENT_PTP_PORT_STATE
	EventPtpBestMaster EventType = C.WST_EVENT_PTP_BEST_MASTER
	EventPtpOffset     EventType = C.WST_EVENT_PTP_OFFSET
	EventPtpClockState EventType = C.WST_EVENT_PTP_CLOCK_STATE
	EventPtpFault      EventType = C.WST_EVENT_PTP_FAULT
	EventSocket        EventType = C.WST_EVENT_SOCKET
	EventCorrelation   EventType = C.WST_EVENT_CORRELATION
	EventPtpClockStep  EventType = C.WST_EVENT_PTP_CLOCK_STEP

	EventPtpSystemClock  EventType = C.WST_EVENT_PTP_SYSTEM_CLOCK
	EventPtpDisagreement EventType = C.WST_EVENT_PTP_DISAGREEMENT
)

// Header is what all events have.
type Header struct {
	Type         EventType
	Sequence     uint64 // rises by one with every event of the context, so that a gap shows a loss
	Time         int64  // CLOCK_MONOTONIC ns (the host's, also when simulated) when it happened
	Subscription uint64 // through which it came
	Object       Handle // the *Ptp, *Socket or *Correlation it is about; nil for the context itself
}

// Event is one of *Overflow, *InterfaceChange, *PtpPortChange, *PtpBestMaster, *PtpOffset, *PtpClockChange, *PtpClockStep,
// *PtpSystemClock, *PtpDisagreement, *PtpFault, *SocketEvent, *CorrelationChange, *UnknownEvent.
type Event interface{ Header() *Header }

type (
	// Overflow tells that events were lost because a queue was full.
	Overflow struct {
		header
		Lost uint64
	}
	// InterfaceChange tells what changed on one interface.
	InterfaceChange struct {
		header
		InterfaceID     uint64
		Index           uint32
		Name            string // now; of a removed one the last known
		OldName         string // before; of an added one empty
		Reasons         uint32 // Change bits; ReasonNames has their names
		PHCBefore       int32
		PHCAfter        int32
		LinkBefore      LinkState
		LinkAfter       LinkState
		ClockStep       int64 // ns, about, when its clock was stepped
		SupportedBefore Capabilities
		SupportedAfter  Capabilities
		ActiveBefore    Capabilities
		ActiveAfter     Capabilities
	}
	// PtpPortChange tells of a port's new state.
	PtpPortChange struct {
		header
		Port          uint16
		Old           PortState
		New           PortState
		Reason        PtpReason
		InterfaceName string
	}
	// PtpBestMaster tells of another master.
	PtpBestMaster struct {
		header
		Grandmaster             Identity // own: this clock is the grandmaster
		Parent                  Identity
		ParentPort              uint16
		StepsRemoved            uint16
		Priority1               uint8
		Priority2               uint8
		ClockClass              uint8
		ClockAccuracy           uint8
		OffsetScaledLogVariance uint16
		IsSelf                  bool
		TimeSource              uint8
		UTCOffset               int16 // s
		TimeFlags               uint16
	}
	// PtpOffset is a sample.
	PtpOffset struct {
		header
		OffsetFromMaster int64   // ns: best estimate before the correction that follows from it
		MeasuredOffset   int64   // ns: of this sample alone
		MeanPathDelay    int64   // ns
		Frequency        float64 // ppb, applied after this sample
		Bound            int64   // ns: |true error| is believed to be below
		PtpTime          int64   // ns, PTP timescale, when the sample was taken
		Servo            ServoState
		Port             uint16
		Source           Source
		Flags            uint8
		Outlier          bool // taken for a packet that was held up, and not used
	}
	// PtpClockChange tells what an application can rely on now.
	PtpClockChange struct {
		header
		Old   ClockState
		New   ClockState
		Bound int64 // ns
	}
	// PtpClockStep tells that a step is about to be made.
	PtpClockStep struct {
		header
		Step  int64 // ns
		Clock Clock // which others use, too: ClockDevice, ClockRealtime; ClockNone: the engine's own
	}
	// PtpSystemClock tells how the system's clock, which is steered, stands against PTP time.
	PtpSystemClock struct {
		header
		Offset    int64   // ns: system clock minus the UTC that PTP tells, before the correction that follows from it
		Bound     int64   // ns: |system clock minus the grandmaster's UTC| is believed to be below
		Width     int64   // ns between the two reads of the system clock that enclose the other one's
		Frequency float64 // ppb, set after this comparison
		Servo     ServoState
		UTCOffset int16 // s: TAI minus UTC as used
	}
	// PtpDisagreement tells that PTP clocks of one context exclude each other, or that this is over.
	PtpDisagreement struct {
		header
		Grandmaster Identity // whom the clock in Object follows
		Verdict     Verdict
		Clocks      uint16 // compared
		Agreeing    uint16 // of these, so many can be right at once
		Offset      int64  // ns: this clock's time minus the middle of what the most can agree on
		Bound       int64  // ns: half the width of that, and this clock's own bound
		Domain      uint8
	}
	// PtpFault tells what went wrong and what the engine did about it.
	PtpFault struct {
		header
		Fault   PtpFaultCode
		OSError int32
		Port    uint16
		Count   uint32 // how often since the last such event
		Text    string
	}
	// SocketEvent tells that something has come.
	SocketEvent struct {
		header
		Readable           bool
		TransmitStamps     bool
		StampsLost         bool
		TransmitStampsLost uint64
	}
	// CorrelationChange tells of a correlation's new state.
	CorrelationChange struct {
		header
		InterfaceID uint64
		State       CorrelationState
		Reason      CorrelationReason
	}
	// UnknownEvent is of a newer library than this binding.
	UnknownEvent struct{ header }
)

// header makes its methods those of every event.
type header struct{ common Header }

// Header gives what all events have.
func (h *header) Header() *Header { return &h.common }

// Change bits, the reasons of an [InterfaceChange].
const (
	ChangeAdded         uint32 = C.WST_CHANGE_ADDED
	ChangeRemoved       uint32 = C.WST_CHANGE_REMOVED
	ChangeRenamed       uint32 = C.WST_CHANGE_RENAMED
	ChangeLink          uint32 = C.WST_CHANGE_LINK
	ChangeSupported     uint32 = C.WST_CHANGE_SUPPORTED
	ChangeActive        uint32 = C.WST_CHANGE_ACTIVE
	ChangeClockReplaced uint32 = C.WST_CHANGE_CLOCK_REPLACED
	ChangeClockStepped  uint32 = C.WST_CHANGE_CLOCK_STEPPED
)

// ReasonNames are "added", "link" and so on.
func (i *InterfaceChange) ReasonNames() []string {
	var names []string
	for bit := uint32(0); bit < 32; bit++ {
		if i.Reasons>>bit&1 != 0 {
			names = append(names, native.Wst_change_name(bit))
		}
	}
	return names
}

// event reads what C wrote.
func (c *Context) event(raw *C.wst_event) Event {
	h := header{Header{Type: EventType(raw._type), Sequence: uint64(raw.sequence), Time: int64(raw.time),
		Subscription: uint64(raw.subscription)}}
	if raw.object != nil {
		c.children.Lock()
		h.common.Object, _ = c.open_[raw.object].(Handle)
		c.children.Unlock()
	}
	payload := unsafe.Pointer(&raw.payload)
	switch raw._type {
	case C.WST_EVENT_OVERFLOW:
		return &Overflow{h, uint64((*C.wst_event_overflow)(payload).lost)}
	case C.WST_EVENT_INTERFACE:
		p := (*C.wst_interface_change)(payload)
		return &InterfaceChange{h, uint64(p.interface_id), uint32(p.index), text(p.name[:]), text(p.old_name[:]),
			uint32(p.reasons), int32(p.phc_before), int32(p.phc_after), LinkState(p.link_before), LinkState(p.link_after),
			int64(p.clock_step), goCapabilities(&p.supported_before), goCapabilities(&p.supported_after),
			goCapabilities(&p.active_before), goCapabilities(&p.active_after)}
	case C.WST_EVENT_PTP_PORT_STATE:
		p := (*C.wst_event_ptp_port_state)(payload)
		return &PtpPortChange{h, uint16(p.port_number), PortState(p.old_state), PortState(p.new_state), PtpReason(p.reason),
			text(p.interface_name[:])}
	case C.WST_EVENT_PTP_BEST_MASTER:
		p := (*C.wst_event_ptp_best_master)(payload)
		return &PtpBestMaster{h, identity(p.grandmaster_identity), identity(p.parent_identity), uint16(p.parent_port_number),
			uint16(p.steps_removed), uint8(p.priority1), uint8(p.priority2), uint8(p.clock_class), uint8(p.clock_accuracy),
			uint16(p.offset_scaled_log_variance), p.is_self != 0, uint8(p.time_source), int16(p.current_utc_offset),
			uint16(p.time_flags)}
	case C.WST_EVENT_PTP_OFFSET:
		p := (*C.wst_event_ptp_offset)(payload)
		return &PtpOffset{h, int64(p.offset_from_master), int64(p.measured_offset), int64(p.mean_path_delay),
			float64(p.frequency), int64(p.bound), int64(p.ptp_time), ServoState(p.servo_state), uint16(p.port_number),
			Source(p.source), uint8(p.flags), p.flags&C.WST_PTP_OFFSET_OUTLIER != 0}
	case C.WST_EVENT_PTP_CLOCK_STATE:
		p := (*C.wst_event_ptp_clock_state)(payload)
		return &PtpClockChange{h, ClockState(p.old_state), ClockState(p.new_state), int64(p.bound)}
	case C.WST_EVENT_PTP_CLOCK_STEP:
		p := (*C.wst_event_ptp_clock_step)(payload)
		return &PtpClockStep{h, int64(p.step), Clock(p.clock)}
	case C.WST_EVENT_PTP_SYSTEM_CLOCK:
		p := (*C.wst_event_ptp_system_clock)(payload)
		return &PtpSystemClock{h, int64(p.offset), int64(p.bound), int64(p.width), float64(p.frequency),
			ServoState(p.servo_state), int16(p.utc_offset)}
	case C.WST_EVENT_PTP_DISAGREEMENT:
		p := (*C.wst_event_ptp_disagreement)(payload)
		return &PtpDisagreement{h, identity(p.grandmaster_identity), Verdict(p.verdict), uint16(p.clocks), uint16(p.agreeing),
			int64(p.offset), int64(p.bound), uint8(p.domain_number)}
	case C.WST_EVENT_PTP_FAULT:
		p := (*C.wst_event_ptp_fault)(payload)
		return &PtpFault{h, PtpFaultCode(p.fault), int32(p.os_error), uint16(p.port_number), uint32(p.count), text(p.text[:])}
	case C.WST_EVENT_SOCKET:
		p := (*C.wst_event_socket)(payload)
		return &SocketEvent{h, p.reasons&C.WST_SOCKET_READABLE != 0, p.reasons&C.WST_SOCKET_TRANSMIT_STAMPS != 0,
			p.reasons&C.WST_SOCKET_STAMPS_LOST != 0, uint64(p.transmit_stamps_lost)}
	case C.WST_EVENT_CORRELATION:
		p := (*C.wst_event_correlation)(payload)
		return &CorrelationChange{h, uint64(p.interface_id), CorrelationState(p.state), CorrelationReason(p.reason)}
	}
	return &UnknownEvent{h}
}
