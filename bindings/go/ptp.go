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

	ServoUnlocked     ServoState = C.WST_PTP_SERVO_UNLOCKED
	ServoJump         ServoState = C.WST_PTP_SERVO_JUMP
	ServoLocked       ServoState = C.WST_PTP_SERVO_LOCKED
	ServoLockedStable ServoState = C.WST_PTP_SERVO_LOCKED_STABLE
)

func (s PortState) String() string    { return native.Wst_ptp_state_name(uint32(s)) }
func (s ClockState) String() string   { return native.Wst_ptp_clock_state_name(uint32(s)) }
func (r PtpReason) String() string    { return native.Wst_ptp_reason_name(uint32(r)) }
func (f PtpFaultCode) String() string { return native.Wst_ptp_fault_name(uint32(f)) }

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
}

// Running tells whether the clock was started.
func (s PtpStatus) Running() bool { return s.Valid&C.WST_PTP_STATUS_RUNNING != 0 }

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
		float64(s.frequency), int64(s.bound), uint64(s.samples), uint64(s.outliers), uint64(s.steps)}, nil
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
	Discarded              uint64     // malformed, foreign, own and unexpected messages together
	TransmitStampsLost     uint64
	ReceiveStampsMissing   uint64
	AnnounceTimeouts       uint64
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
		uint64(s.discarded_malformed + s.discarded_foreign + s.discarded_own + s.discarded_unexpected),
		uint64(s.transmit_stamps_lost), uint64(s.receive_stamps_missing), uint64(s.announce_timeouts)}, nil
}
