// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

type (
	// PortState is that of a PTP port (IEEE 1588-2019 table 20).
	PortState uint32
	// ClockState is what an application can rely on.
	ClockState uint32
	// ServoState is what the servo makes of its samples.
	ServoState uint32
	// PtpReason is why a port changed its state.
	PtpReason uint32
	// PtpFaultCode is what went wrong.
	PtpFaultCode uint32
)

const (
	PortInitializing PortState = C.WST_PTP_STATE_INITIALIZING
	PortFaulty       PortState = C.WST_PTP_STATE_FAULTY
	PortDisabled     PortState = C.WST_PTP_STATE_DISABLED
	PortListening    PortState = C.WST_PTP_STATE_LISTENING
	PortPreMaster    PortState = C.WST_PTP_STATE_PRE_MASTER
	PortMaster       PortState = C.WST_PTP_STATE_MASTER
	PortPassive      PortState = C.WST_PTP_STATE_PASSIVE
	PortUncalibrated PortState = C.WST_PTP_STATE_UNCALIBRATED
	PortSlave        PortState = C.WST_PTP_STATE_SLAVE

	FreeRunning ClockState = C.WST_PTP_CLOCK_FREE_RUNNING // never synchronised, or holdover has run out of its bound
	Acquiring   ClockState = C.WST_PTP_CLOCK_ACQUIRING    // a master is there, not yet locked
	Locked      ClockState = C.WST_PTP_CLOCK_LOCKED       // synchronised, or this clock is the grandmaster by itself
	Holdover    ClockState = C.WST_PTP_CLOCK_HOLDOVER     // was locked; runs on what it learnt, with a growing bound

	PtpPowerUp                PtpReason = C.WST_PTP_REASON_POWER_UP
	PtpInitialized            PtpReason = C.WST_PTP_REASON_INITIALIZED
	PtpLinkUp                 PtpReason = C.WST_PTP_REASON_LINK_UP
	PtpLinkDown               PtpReason = C.WST_PTP_REASON_LINK_DOWN
	PtpAnnounceReceiptTimeout PtpReason = C.WST_PTP_REASON_ANNOUNCE_RECEIPT_TIMEOUT
	PtpSyncReceiptTimeout     PtpReason = C.WST_PTP_REASON_SYNC_RECEIPT_TIMEOUT
	PtpBestMasterDecision     PtpReason = C.WST_PTP_REASON_BEST_MASTER
	PtpQualificationTimeout   PtpReason = C.WST_PTP_REASON_QUALIFICATION_TIMEOUT
	PtpMasterClockSelected    PtpReason = C.WST_PTP_REASON_MASTER_CLOCK_SELECTED
	PtpSynchronizationFault   PtpReason = C.WST_PTP_REASON_SYNCHRONIZATION_FAULT
	PtpFaultDetected          PtpReason = C.WST_PTP_REASON_FAULT_DETECTED
	PtpFaultCleared           PtpReason = C.WST_PTP_REASON_FAULT_CLEARED
	PtpDesignatedEnabled      PtpReason = C.WST_PTP_REASON_DESIGNATED_ENABLED
	PtpDesignatedDisabled     PtpReason = C.WST_PTP_REASON_DESIGNATED_DISABLED
	PtpStopped                PtpReason = C.WST_PTP_REASON_STOPPED

	FaultTransmitStampLost      PtpFaultCode = C.WST_PTP_FAULT_TRANSMIT_STAMP_LOST
	FaultTransmitStampLate      PtpFaultCode = C.WST_PTP_FAULT_TRANSMIT_STAMP_LATE
	FaultReceiveStampMissing    PtpFaultCode = C.WST_PTP_FAULT_RECEIVE_STAMP_MISSING
	FaultSendFailed             PtpFaultCode = C.WST_PTP_FAULT_SEND_FAILED
	FaultLinkDown               PtpFaultCode = C.WST_PTP_FAULT_LINK_DOWN
	FaultAnnounceLoop           PtpFaultCode = C.WST_PTP_FAULT_ANNOUNCE_LOOP
	FaultDuplicateIdentity      PtpFaultCode = C.WST_PTP_FAULT_DUPLICATE_IDENTITY
	FaultMultiplePeers          PtpFaultCode = C.WST_PTP_FAULT_MULTIPLE_PEERS
	FaultForeignMasterTableFull PtpFaultCode = C.WST_PTP_FAULT_FOREIGN_MASTER_TABLE_FULL
	FaultFollowUpLost           PtpFaultCode = C.WST_PTP_FAULT_FOLLOW_UP_LOST
	FaultDelayResponseLost      PtpFaultCode = C.WST_PTP_FAULT_DELAY_RESPONSE_LOST
	FaultMinorVersionFallback   PtpFaultCode = C.WST_PTP_FAULT_MINOR_VERSION_FALLBACK
	FaultClockStepped           PtpFaultCode = C.WST_PTP_FAULT_CLOCK_STEPPED
	FaultUnicastDenied          PtpFaultCode = C.WST_PTP_FAULT_UNICAST_DENIED
	FaultInterfaceGone          PtpFaultCode = C.WST_PTP_FAULT_INTERFACE_GONE
	FaultSocket                 PtpFaultCode = C.WST_PTP_FAULT_SOCKET
	FaultOtherWriter            PtpFaultCode = C.WST_PTP_FAULT_OTHER_WRITER
	FaultInsaneRate             PtpFaultCode = C.WST_PTP_FAULT_INSANE_RATE
	FaultRecord                 PtpFaultCode = C.WST_PTP_FAULT_RECORD

	ServoUnlocked     ServoState = C.WST_PTP_SERVO_UNLOCKED
	ServoJump         ServoState = C.WST_PTP_SERVO_JUMP
	ServoLocked       ServoState = C.WST_PTP_SERVO_LOCKED
	ServoLockedStable ServoState = C.WST_PTP_SERVO_LOCKED_STABLE
)

func (s PortState) String() string    { return native.Wst_ptp_state_name(uint32(s)) }
func (s ClockState) String() string   { return native.Wst_ptp_clock_state_name(uint32(s)) }
func (r PtpReason) String() string    { return native.Wst_ptp_reason_name(uint32(r)) }
func (f PtpFaultCode) String() string { return native.Wst_ptp_fault_name(uint32(f)) }

// Bits of TimeFlags, as in Announce (IEEE 1588-2019 table 37).
const (
	TimeLeap61             uint16 = C.WST_PTP_TIME_LEAP61
	TimeLeap59             uint16 = C.WST_PTP_TIME_LEAP59
	TimeUTCOffsetValid     uint16 = C.WST_PTP_TIME_CURRENT_UTC_OFFSET_VALID
	TimePTPTimescale       uint16 = C.WST_PTP_TIME_PTP_TIMESCALE
	TimeTraceable          uint16 = C.WST_PTP_TIME_TIME_TRACEABLE
	TimeFrequencyTraceable uint16 = C.WST_PTP_TIME_FREQUENCY_TRACEABLE
)

// PtpConfig is the configuration of a PTP clock, by linuxptp's option names. Not for two goroutines at once.
type PtpConfig struct{ object }

// NewPtpConfig has all options at their defaults and no port, or the ports of these interfaces.
func NewPtpConfig(interfaces ...string) (*PtpConfig, error) {
	out := new(unsafe.Pointer)
	if err := check(func(e unsafe.Pointer) int32 { return native.Wst_ptp_config_create(unsafe.Pointer(out), e) }); err != nil {
		return nil, err
	}
	made := &PtpConfig{object{handle: *out, kind: "the configuration"}}
	for _, name := range interfaces {
		if err := made.AddPort(name); err != nil {
			made.Close()
			return nil, err
		}
	}
	return made, nil
}

// Close ends it.
func (p *PtpConfig) Close() error {
	return p.close(func(handle, _ unsafe.Pointer) int32 {
		native.Wst_ptp_config_destroy(handle)
		return C.WST_OK
	})
}

// AddPort adds a port on an interface (name, alternative name, index). Ports are numbered from 1 in this order.
func (p *PtpConfig) AddPort(interfaceName string) error {
	return p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_config_add_port(h, interfaceName, e) })
}

// Set sets an option of the clock, or of all its ports. An unknown name is an error that names the nearest one.
func (p *PtpConfig) Set(name, value string) error {
	return p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_config_set(h, name, value, e) })
}

// SetPort sets an option of one port only.
func (p *PtpConfig) SetPort(interfaceName, name, value string) error {
	return p.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_ptp_config_set_port(h, interfaceName, name, value, e)
	})
}

// Get reads an option of a port, or with "" of the clock, as text.
func (p *PtpConfig) Get(interfaceName, name string) (string, error) {
	length := new(C.uint32_t)
	for room := uint32(256); ; room = uint32(*length) + 1 {
		buffer := make([]C.char, room)
		err := p.call(func(h, e unsafe.Pointer) int32 {
			return native.Wst_ptp_config_get(h, interfaceName, name, unsafe.Pointer(&buffer[0]), room, unsafe.Pointer(length), e)
		})
		if failure, ok := err.(*Error); ok && failure.Status == Limit {
			continue
		}
		if err != nil {
			return "", err
		}
		return text(buffer), nil
	}
}

// ReadFile reads a configuration file of ptp4l as it is, all or nothing.
func (p *PtpConfig) ReadFile(path string) error {
	return p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_config_read_file(h, path, e) })
}

// ReadText is ReadFile from memory; name is what messages call it.
func (p *PtpConfig) ReadText(text, name string) error {
	return p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_config_read_text(h, text, name, e) })
}

// PtpOption is a row of the option table.
type PtpOption struct {
	Name        string
	OfPort      bool // as a clock's option: the default of all ports
	Default     string
	Allowed     string // range or words, for people
	Unit        string // "" if none
	Description string
}

// PtpOptions is the table of all options.
func PtpOptions() []PtpOption {
	var options []PtpOption
	out := new(C.wst_ptp_option)
	for {
		out.struct_size = C.sizeof_wst_ptp_option
		if native.Wst_ptp_option_at(uint32(len(options)), unsafe.Pointer(out), nil) != C.WST_OK {
			return options
		}
		options = append(options, PtpOption{C.GoString(out.name), out.scope == 2, C.GoString(out.default_value),
			C.GoString(out.allowed), C.GoString(out.unit), C.GoString(out.description)})
	}
}

// Ptp is a PTPv2 clock (IEEE 1588-2019) inside the program's own process. Any goroutine.
type Ptp struct {
	object
	context *Context
}

// OpenPtp opens a clock: finds its interfaces and opens its sockets, but sends nothing yet. The configuration is copied.
func (c *Context) OpenPtp(config *PtpConfig) (*Ptp, error) {
	made := &Ptp{object: object{kind: "the PTP clock"}, context: c}
	var err error
	outer := config.call(func(configuration, _ unsafe.Pointer) int32 {
		err = c.open(&made.object, made, func(h, out, e unsafe.Pointer) int32 {
			return native.Wst_ptp_open(h, configuration, out, e)
		})
		return C.WST_OK
	})
	if outer != nil {
		return nil, outer
	}
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Close stops and ends the clock.
func (p *Ptp) Close() error { return p.context.closeChild(&p.object, native.Wst_ptp_close) }

// Start begins to listen and, by the best master clock algorithm, to send.
func (p *Ptp) Start() error { return p.call(native.Wst_ptp_start) }

// Stop falls silent and keeps its time.
func (p *Ptp) Stop() error { return p.call(native.Wst_ptp_stop) }

// Set changes one option that can change at run time.
func (p *Ptp) Set(name, value string) error {
	return p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_set(h, name, value, e) })
}

// PtpTime is PTP time with its interval: the grandmaster's time lies in [Earliest, Latest].
type PtpTime struct {
	State      ClockState
	Nanos      int64 // ns since 1970 in the PTP timescale (TAI when the grandmaster is traceable): the best guess
	Earliest   int64 // ns; math.MinInt64 while free-running
	Latest     int64 // ns; math.MaxInt64 while free-running
	LocalTime  int64 // the counter's value at that instant, ns of LocalClock
	LocalClock Clock
	UTCOffset  int16  // s
	TimeFlags  uint16 // timePropertiesDS flags, as in Announce
}

// Time is the same instant in UTC.
func (t PtpTime) Time() time.Time { return time.Unix(-int64(t.UTCOffset), t.Nanos) }

// Bound is half the width of the interval, ns; false while free-running.
func (t PtpTime) Bound() (int64, bool) {
	return (t.Latest - t.Earliest) / 2, t.State != FreeRunning
}

func goPtpTime(c *C.wst_ptp_time) PtpTime {
	return PtpTime{ClockState(c.clock_state), int64(c.ptp_time), int64(c.earliest), int64(c.latest), int64(c.local_time),
		Clock(c.local_clock), int16(c.current_utc_offset), uint16(c.time_flags)}
}

// Now is PTP time now, without a lock and without a system call beyond the clock read.
func (p *Ptp) Now() (PtpTime, error) {
	out := &C.wst_ptp_time{struct_size: C.sizeof_wst_ptp_time}
	err := p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_now(h, unsafe.Pointer(out), e) })
	if err != nil {
		return PtpTime{}, err
	}
	return goPtpTime(out), nil
}

// Convert gives the PTP time of an instant on another clock, such as a packet's stamp.
func (p *Ptp) Convert(clock Clock, value int64) (PtpTime, error) {
	out := &C.wst_ptp_time{struct_size: C.sizeof_wst_ptp_time}
	err := p.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_ptp_convert(h, uint32(clock), value, unsafe.Pointer(out), e)
	})
	if err != nil {
		return PtpTime{}, err
	}
	return goPtpTime(out), nil
}

// Answer is one that is certain, or none.
type Answer uint32

const (
	No      Answer = C.WST_PTP_NO
	Yes     Answer = C.WST_PTP_YES
	Unknown Answer = C.WST_PTP_UNKNOWN // the moment lies within the bounds of now: ask again, or wait
)

func (a Answer) String() string {
	switch a {
	case No:
		return "no"
	case Yes:
		return "yes"
	}
	return "unknown"
}

// After tells whether true time is past that PTP time now.
func (p *Ptp) After(ptpTime int64) (Answer, error) { return p.answer(ptpTime, native.Wst_ptp_after) }

// Before tells whether true time has not yet come to that PTP time.
func (p *Ptp) Before(ptpTime int64) (Answer, error) { return p.answer(ptpTime, native.Wst_ptp_before) }

func (p *Ptp) answer(ptpTime int64, ask func(h unsafe.Pointer, time int64, out, e unsafe.Pointer) int32) (Answer, error) {
	out := new(C.uint32_t)
	if err := p.call(func(h, e unsafe.Pointer) int32 { return ask(h, ptpTime, unsafe.Pointer(out), e) }); err != nil {
		return Unknown, err
	}
	return Answer(*out), nil
}

// Verdict is what the other clocks of a context make of one.
type Verdict uint32

const (
	Agrees   Verdict = C.WST_PTP_VERDICT_AGREES
	Doubtful Verdict = C.WST_PTP_VERDICT_DOUBTFUL // it and another exclude each other, and nobody can tell who is right
	Wrong    Verdict = C.WST_PTP_VERDICT_WRONG    // more than half of the clocks can be right at once, but not with this one
)

func (v Verdict) String() string {
	switch v {
	case Agrees:
		return "agrees"
	case Doubtful:
		return "doubtful"
	}
	return "wrong"
}

// PtpAgreement is what the PTP clocks of a context can agree on.
type PtpAgreement struct {
	Clocks    uint32  // compared
	Agreeing  uint32  // so many can be right at once
	Verdict   Verdict // of the clock asked about
	Earliest  int64   // ns, PTP time at LocalTime: true time lies between these if those that agree are right
	Latest    int64   // ns
	LocalTime int64   // ns, CLOCK_MONOTONIC_RAW of the host
	Offset    int64   // ns: time of the clock asked about minus the middle of Earliest and Latest
}

// Agreement compares the clocks of the context now. It is an error that is WouldBlock while this clock has no bound yet.
func (p *Ptp) Agreement() (PtpAgreement, error) {
	a := &C.wst_ptp_agreement{struct_size: C.sizeof_wst_ptp_agreement}
	err := p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_agreement_get(h, unsafe.Pointer(a), e) })
	if err != nil {
		return PtpAgreement{}, err
	}
	return PtpAgreement{uint32(a.clocks), uint32(a.agreeing), Verdict(a.verdict), int64(a.earliest), int64(a.latest),
		int64(a.local_time), int64(a.offset)}, nil
}

// PtpStatus has the data sets of IEEE 1588-2019 clause 8.2 and what the clock makes of them.
type PtpStatus struct {
	Valid                 uint32 // which parts are there: 1 running, 2 parent, 4 time properties, 8 current
	Clock                 Identity
	Grandmaster           Identity
	Parent                Identity
	ParentPort            uint16
	StepsRemoved          uint16
	Ports                 uint16
	Domain                uint8
	Priority1             uint8
	Priority2             uint8
	ClockClass            uint8
	GrandmasterPriority1  uint8
	GrandmasterPriority2  uint8
	GrandmasterClockClass uint8
	TimeFlags             uint16
	UTCOffset             int16
	State                 ClockState
	Servo                 ServoState
	OffsetFromMaster      int64   // ns, last sample
	MeanPathDelay         int64   // ns
	Frequency             float64 // ppb
	Bound                 int64   // ns
	Samples               uint64
	Outliers              uint64
	Steps                 uint64

	ClockAccuracy                      uint8
	GrandmasterClockAccuracy           uint8
	GrandmasterOffsetScaledLogVariance uint16
	TimeSource                         uint8
	OtherWriters                       uint64  // how often another program was found to have moved a clock that is steered
	SystemOffset                       int64   // ns: system clock minus PTP's UTC at the last comparison
	SystemBound                        int64   // ns: of the system clock against the grandmaster's UTC, at the last comparison
	SystemFrequency                    float64 // ppb
	SystemSteps                        uint64  // made of the system clock
	SystemServo                        ServoState
	SystemUTCOffset                    int16 // s, as used
}

// Running tells whether the clock was started.
func (s PtpStatus) Running() bool { return s.Valid&C.WST_PTP_STATUS_RUNNING != 0 }

// HasParent tells whether what is said of the grandmaster and the parent means something.
func (s PtpStatus) HasParent() bool { return s.Valid&C.WST_PTP_STATUS_PARENT != 0 }

// HasTimeProperties tells whether TimeFlags, UTCOffset and TimeSource mean something.
func (s PtpStatus) HasTimeProperties() bool { return s.Valid&C.WST_PTP_STATUS_TIME_PROPERTIES != 0 }

// HasOffset tells whether OffsetFromMaster, MeanPathDelay and StepsRemoved mean something.
func (s PtpStatus) HasOffset() bool { return s.Valid&C.WST_PTP_STATUS_CURRENT != 0 }

// HasSystem tells whether the system's clock is steered, and what begins with System means something.
func (s PtpStatus) HasSystem() bool { return s.Valid&C.WST_PTP_STATUS_SYSTEM != 0 }

// Status tells how the clock stands.
func (p *Ptp) Status() (PtpStatus, error) {
	s := &C.wst_ptp_status{struct_size: C.sizeof_wst_ptp_status}
	err := p.call(func(h, e unsafe.Pointer) int32 { return native.Wst_ptp_status_get(h, unsafe.Pointer(s), e) })
	if err != nil {
		return PtpStatus{}, err
	}
	return PtpStatus{uint32(s.valid), identity(s.clock_identity), identity(s.grandmaster_identity),
		identity(s.parent_identity), uint16(s.parent_port_number), uint16(s.steps_removed), uint16(s.number_ports),
		uint8(s.domain_number), uint8(s.priority1), uint8(s.priority2), uint8(s.clock_class), uint8(s.grandmaster_priority1),
		uint8(s.grandmaster_priority2), uint8(s.grandmaster_clock_class), uint16(s.time_flags), int16(s.current_utc_offset),
		ClockState(s.clock_state), ServoState(s.servo_state), int64(s.offset_from_master), int64(s.mean_path_delay),
		float64(s.frequency), int64(s.bound), uint64(s.samples), uint64(s.outliers), uint64(s.steps),
		uint8(s.clock_accuracy), uint8(s.grandmaster_clock_accuracy), uint16(s.grandmaster_offset_scaled_log_variance),
		uint8(s.time_source), uint64(s.other_writers), int64(s.system_offset), int64(s.system_bound),
		float64(s.system_frequency), uint64(s.system_steps), ServoState(s.system_servo_state),
		int16(s.system_utc_offset)}, nil
}

// PtpPortStatus is one port and what was counted since it was opened.
type PtpPortStatus struct {
	Port                   uint16
	State                  PortState
	StampSource            Source
	InterfaceName          string
	LogAnnounceInterval    int8
	LogSyncInterval        int8
	LogMinDelayReqInterval int8
	DelayMechanism         uint8 // 1 E2E, 2 P2P
	MeanLinkDelay          int64 // ns, P2P
	Sent                   [16]uint64
	Received               [16]uint64 // by messageType (IEEE 1588-2019 table 36)
	DiscardedMalformed     uint64     // shorter or longer than it says, bad values, truncated TLVs
	DiscardedForeign       uint64     // other version, domain or sdoId
	DiscardedOwn           uint64     // own messages heard back
	DiscardedUnexpected    uint64     // wrong sender, sequence or state: replayed, forged or late
	TransmitStampsLost     uint64
	TransmitStampsLate     uint64
	ReceiveStampsMissing   uint64
	FollowUpsLost          uint64
	DelayResponsesLost     uint64
	SendErrors             uint64
	AnnounceTimeouts       uint64
	MinorVersion           uint8 // sent now
}

// Port gives one port; they are numbered from 1.
func (p *Ptp) Port(number int) (PtpPortStatus, error) {
	s := &C.wst_ptp_port_status{struct_size: C.sizeof_wst_ptp_port_status}
	err := p.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_ptp_port_status_get(h, uint32(number), unsafe.Pointer(s), e)
	})
	if err != nil {
		return PtpPortStatus{}, err
	}
	return PtpPortStatus{uint16(s.port_number), PortState(s.state), Source(s.stamp_source), text(s.interface_name[:]),
		int8(s.log_announce_interval), int8(s.log_sync_interval), int8(s.log_min_delay_req_interval),
		uint8(s.delay_mechanism), int64(s.mean_link_delay), *(*[16]uint64)(unsafe.Pointer(&s.sent)),
		*(*[16]uint64)(unsafe.Pointer(&s.received)),
		uint64(s.discarded_malformed), uint64(s.discarded_foreign), uint64(s.discarded_own), uint64(s.discarded_unexpected),
		uint64(s.transmit_stamps_lost), uint64(s.transmit_stamps_late), uint64(s.receive_stamps_missing),
		uint64(s.follow_ups_lost), uint64(s.delay_responses_lost), uint64(s.send_errors), uint64(s.announce_timeouts),
		uint8(s.minor_version)}, nil
}
