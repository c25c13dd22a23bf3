// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <stdlib.h>
// #include <wirestamp/wirestamp.h>
import "C"

import (
	"context"
	"sync"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Jitter is what noise of a delay is like, ns. The zero value is none.
type Jitter struct {
	kind         C.uint32_t
	scale, shape float64
	Limit        float64 // larger values are cut to it; 0: none
	trace        []int64
}

// Gaussian noise of mean 0; a delay never falls below 0 by it.
func Gaussian(deviation float64) Jitter {
	return Jitter{kind: C.WST_SIMULATION_JITTER_GAUSSIAN, scale: deviation}
}

// Exponential noise of that mean.
func Exponential(mean float64) Jitter {
	return Jitter{kind: C.WST_SIMULATION_JITTER_EXPONENTIAL, scale: mean}
}

// Uniform noise from 0.
func Uniform(most float64) Jitter { return Jitter{kind: C.WST_SIMULATION_JITTER_UNIFORM, scale: most} }

// Pareto noise with a heavy tail.
func Pareto(scale, shape float64) Jitter {
	return Jitter{kind: C.WST_SIMULATION_JITTER_PARETO, scale: scale, shape: shape}
}

// Queue is waiting behind cross traffic: packets that each take so long and fill the share load (0 to 0.99) of the line.
func Queue(packet, load float64) Jitter {
	return Jitter{kind: C.WST_SIMULATION_JITTER_QUEUE, scale: packet, shape: load}
}

// Trace is recorded values in their order, from the start again when they end.
func Trace(values ...int64) Jitter {
	return Jitter{kind: C.WST_SIMULATION_JITTER_TRACE, trace: append([]int64(nil), values...)}
}

// memory is what C reads during one call and is freed after it.
type memory []unsafe.Pointer

func (m *memory) text(text string) *C.char {
	if text == "" {
		return nil
	}
	copied := C.CString(text)
	*m = append(*m, unsafe.Pointer(copied))
	return copied
}

func (m *memory) jitter(j Jitter) C.wst_simulation_jitter {
	out := C.wst_simulation_jitter{kind: j.kind, scale: C.double(j.scale), shape: C.double(j.shape), limit: C.double(j.Limit)}
	if len(j.trace) > 0 {
		copied := C.malloc(C.size_t(8 * len(j.trace)))
		copy(unsafe.Slice((*int64)(copied), len(j.trace)), j.trace)
		*m = append(*m, copied)
		out.trace = (*C.int64_t)(copied)
		out.trace_length = C.uint32_t(len(j.trace))
	}
	return out
}

func (m *memory) free() {
	for _, block := range *m {
		C.free(block)
	}
}

// Oscillator is a free-running one. The zero value is perfect.
type Oscillator struct {
	Drift       float64 // ppb: constant frequency error
	Wander      float64 // random walk of frequency per square root of a second: 1e-9 is a good crystal
	Ramp        float64 // ppb per second, from RampBegin to RampEnd
	RampBegin   int64   // true time, ns
	RampEnd     int64   // true time, ns; 0: never
	Sinus       float64 // ppb: amplitude
	SinusPeriod int64   // ns; 0: one day
	SinusPhase  float64 // at true time 0, as a fraction of a turn
	Grid        int64   // ns: step of the random walk
}

func (o Oscillator) c() C.wst_simulation_oscillator {
	return C.wst_simulation_oscillator{drift: C.double(o.Drift), wander: C.double(o.Wander), ramp: C.double(o.Ramp),
		ramp_begin: C.int64_t(o.RampBegin), ramp_end: C.int64_t(o.RampEnd), sinus: C.double(o.Sinus),
		sinus_period: C.int64_t(o.SinusPeriod), sinus_phase: C.double(o.SinusPhase), grid: C.int64_t(o.Grid)}
}

// SimulatedHost is a host. Start from NewHost.
type SimulatedHost struct {
	ReadOnlyClock    bool // its system clock cannot be steered
	Oscillator       Oscillator
	RealtimeOffset   int64 // ns: CLOCK_REALTIME minus UTC at true time 0
	Uptime           int64 // ns: monotonic clocks at true time 0
	TAIOffset        int32 // s: CLOCK_TAI minus CLOCK_REALTIME
	MaximumFrequency float64
	ReadLatency      int64  // ns that one read of a system clock takes
	TransmitDelay    Jitter // from a send call to the wire
	ReceiveDelay     Jitter // from the wire to the socket
	WakeDelay        Jitter // from a due timer or a ready socket to the code that serves it
}

// NewHost has a perfect oscillator and no delays.
func NewHost() SimulatedHost {
	return SimulatedHost{Uptime: 100_000_000_000, TAIOffset: 37, ReadLatency: 30}
}

// SimulatedAdapter is an adapter. Start from NewAdapter.
type SimulatedAdapter struct {
	Addresses          string // IPv4 and IPv6 with prefix length, separated by commas
	ClockOf            string // an adapter of the same host that it shares its clock with; "": its own
	StampsEnabled      bool   // hardware stamping is on from the start
	ReadOnlyClock      bool   // its clock cannot be steered
	NoCrossTimestamp   bool
	Oscillator         Oscillator // of its hardware clock
	ClockOffset        int64      // ns: hardware clock minus TAI at true time 0
	StampNoise         float64    // ns: standard deviation of each hardware stamp
	Granularity        int64      // ns: hardware stamps are whole multiples of it
	ReadLatency        int64      // ns: of a cross-timestamp
	ReadJitter         float64    // ns: mean of what each half of it takes longer
	MaximumFrequency   float64    // ppb
	CrossMethod        CrossMethod
	ClockFrequency     uint64 // Hz, nominal
	Hardware           uint32 // flags as in Capabilities; 0: no hardware stamps
	Software           uint32
	IngressError       int64 // ns: added to hardware receive stamps
	EgressError        int64 // ns: added to hardware transmit stamps
	TransmitStampDelay Jitter
	TransmitStampLoss  float64 // probability that it never comes
}

// NewAdapter has every capability and these addresses.
func NewAdapter(addresses string) SimulatedAdapter {
	return SimulatedAdapter{Addresses: addresses, ReadLatency: 800, ClockFrequency: 1_000_000_000, Hardware: HardwareEverything,
		Software: SoftwareEverything}
}

// SimulatedBridge is a switch. Start from NewBridge.
type SimulatedBridge struct {
	TransparentClock bool  // adds its residence time to correctionField
	Residence        int64 // ns, at least
	ResidenceJitter  Jitter
	Oscillator       Oscillator // what a transparent clock measures with
}

// NewBridge holds each packet for 2 µs.
func NewBridge() SimulatedBridge { return SimulatedBridge{Residence: 2000} }

// Direction is one of a link. Start from NewDirection.
type Direction struct {
	Overtaking      bool  // packets may overtake each other where jitter says so
	Delay           int64 // ns
	Jitter          Jitter
	Loss            float64 // probability
	Duplication     float64 // probability
	Reordering      float64 // probability of being held back by ReorderingDelay
	ReorderingDelay int64   // ns
	BitsPerSecond   float64 // 0: sending takes no time
}

// NewDirection takes that long and is otherwise perfect.
func NewDirection(delay time.Duration) Direction {
	return Direction{Delay: int64(delay), ReorderingDelay: 100_000}
}

func (m *memory) direction(d Direction) C.wst_simulation_direction {
	out := C.wst_simulation_direction{delay: C.int64_t(d.Delay), jitter: m.jitter(d.Jitter), loss: C.double(d.Loss),
		duplication: C.double(d.Duplication), reordering: C.double(d.Reordering),
		reordering_delay: C.int64_t(d.ReorderingDelay), bits_per_second: C.double(d.BitsPerSecond)}
	if d.Overtaking {
		out.flags = C.WST_SIMULATION_OVERTAKING
	}
	return out
}

// Simulation is a simulated network to run an application on: hosts with clocks and adapters, bridges, links, faults; virtual
// time; one seed. Open contexts on its hosts, and everything else works on them as on the real system.
//
// Time passes only while somebody runs the network: Run, or a call of any context on it that waits. Close the contexts first.
type Simulation struct {
	object
	living   sync.Mutex
	contexts map[*Context]bool
}

// NewSimulation makes an empty network in June 2025. One seed gives one run, bit for bit.
func NewSimulation(seed uint64) (*Simulation, error) {
	return NewSimulationAt(seed, 1750000037000000000, 37)
}

// NewSimulationAt makes an empty network whose true time begins at that TAI, ns since 1970, which is so many seconds ahead of UTC.
func NewSimulationAt(seed uint64, tai int64, utcOffset int32) (*Simulation, error) {
	in := &C.wst_simulation_options{struct_size: C.sizeof_wst_simulation_options, seed: C.uint64_t(seed),
		utc_offset: C.int32_t(utcOffset), epoch_tai: C.int64_t(tai)}
	out := new(unsafe.Pointer)
	err := check(func(e unsafe.Pointer) int32 {
		return native.Wst_simulation_create(unsafe.Pointer(in), unsafe.Pointer(out), e)
	})
	if err != nil {
		return nil, err
	}
	return &Simulation{object: object{handle: *out, kind: "the simulation"}, contexts: map[*Context]bool{}}, nil
}

// Close ends the use of the network.
func (s *Simulation) Close() error { return s.close(native.Wst_simulation_close) }

func (s *Simulation) adopt(c *Context) {
	s.living.Lock()
	s.contexts[c] = true
	s.living.Unlock()
}

func (s *Simulation) disown(c *Context) {
	s.living.Lock()
	delete(s.contexts, c)
	s.living.Unlock()
}

func (s *Simulation) drain() {
	s.living.Lock()
	living := make([]*Context, 0, len(s.contexts))
	for c := range s.contexts {
		living = append(living, c)
	}
	s.living.Unlock()
	for _, c := range living {
		c.drain()
	}
}

// AddHost adds a host.
func (s *Simulation) AddHost(name string, host SimulatedHost) error {
	var m memory
	defer m.free()
	in := &C.wst_simulation_host{struct_size: C.sizeof_wst_simulation_host, oscillator: host.Oscillator.c(),
		realtime_offset: C.int64_t(host.RealtimeOffset), uptime: C.int64_t(host.Uptime),
		tai_offset: C.int32_t(host.TAIOffset), maximum_frequency: C.double(host.MaximumFrequency),
		read_latency: C.int64_t(host.ReadLatency), transmit_delay: m.jitter(host.TransmitDelay),
		receive_delay: m.jitter(host.ReceiveDelay), wake_delay: m.jitter(host.WakeDelay)}
	if host.ReadOnlyClock {
		in.flags = C.WST_SIMULATION_READ_ONLY
	}
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_add_host(h, name, unsafe.Pointer(in), e) })
}

// AddAdapter adds an adapter to a host, as an interface of that name there.
func (s *Simulation) AddAdapter(host, name string, adapter SimulatedAdapter) error {
	var m memory
	defer m.free()
	in := &C.wst_simulation_adapter{struct_size: C.sizeof_wst_simulation_adapter, addresses: m.text(adapter.Addresses),
		clock_of: m.text(adapter.ClockOf), oscillator: adapter.Oscillator.c(), clock_offset: C.int64_t(adapter.ClockOffset),
		stamp_noise: C.double(adapter.StampNoise), granularity: C.int64_t(adapter.Granularity),
		read_latency: C.int64_t(adapter.ReadLatency), read_jitter: C.double(adapter.ReadJitter),
		maximum_frequency: C.double(adapter.MaximumFrequency), cross_method: C.uint32_t(adapter.CrossMethod),
		hardware: C.uint32_t(adapter.Hardware), software: C.uint32_t(adapter.Software), clock_frequency: C.uint64_t(adapter.ClockFrequency),
		ingress_error: C.int64_t(adapter.IngressError), egress_error: C.int64_t(adapter.EgressError),
		transmit_stamp_delay: m.jitter(adapter.TransmitStampDelay),
		transmit_stamp_loss:  C.double(adapter.TransmitStampLoss)}
	if adapter.StampsEnabled {
		in.flags |= C.WST_SIMULATION_STAMPS_ENABLED
	}
	if adapter.ReadOnlyClock {
		in.flags |= C.WST_SIMULATION_READ_ONLY
	}
	if adapter.NoCrossTimestamp {
		in.flags |= C.WST_SIMULATION_NO_CROSS_TIMESTAMP
	}
	return s.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_simulation_add_adapter(h, host, name, unsafe.Pointer(in), e)
	})
}

// AddBridge adds a bridge.
func (s *Simulation) AddBridge(name string, bridge SimulatedBridge) error {
	var m memory
	defer m.free()
	in := &C.wst_simulation_bridge{struct_size: C.sizeof_wst_simulation_bridge, residence: C.int64_t(bridge.Residence),
		residence_jitter: m.jitter(bridge.ResidenceJitter), oscillator: bridge.Oscillator.c()}
	if bridge.TransparentClock {
		in.flags = C.WST_SIMULATION_TRANSPARENT_CLOCK
	}
	return s.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_simulation_add_bridge(h, name, unsafe.Pointer(in), e)
	})
}

// Connect joins two ends ("host/adapter", or the name of a bridge) by a link.
func (s *Simulation) Connect(name, first, second string, forward, backward Direction) error {
	return s.link(forward, backward, func(h, in, e unsafe.Pointer) int32 {
		return native.Wst_simulation_connect(h, name, first, second, in, e)
	})
}

// SetLink replaces what a link is like.
func (s *Simulation) SetLink(name string, forward, backward Direction) error {
	return s.link(forward, backward, func(h, in, e unsafe.Pointer) int32 {
		return native.Wst_simulation_set_link(h, name, in, e)
	})
}

func (s *Simulation) link(forward, backward Direction, act func(h, in, e unsafe.Pointer) int32) error {
	var m memory
	defer m.free()
	in := &C.wst_simulation_link{struct_size: C.sizeof_wst_simulation_link, forward: m.direction(forward),
		backward: m.direction(backward)}
	return s.call(func(h, e unsafe.Pointer) int32 { return act(h, unsafe.Pointer(in), e) })
}

// Run lets time pass and serves all that is due; events are in their channels then. It ends early with ctx.
func (s *Simulation) Run(ctx context.Context, span time.Duration) error {
	if span < 0 {
		return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_run(h, int64(span), e) })
	}
	// In parts, so that what comes does not wait in C until there is no more room for it.
	const part = 250 * time.Millisecond
	var first error
	for {
		now := span
		if now > part {
			now = part
		}
		err := s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_run(h, int64(now), e) })
		s.drain()
		if failure, ok := err.(*Error); ok && (failure.Status == Closed || failure.Status == WouldDeadlock) {
			return err
		}
		if first == nil {
			first = err // a statement of the schedule failed, and the run goes on
		}
		if span -= now; span <= 0 {
			return first
		}
		if over := ended(ctx); over != nil {
			return over
		}
	}
}

// Interrupt makes a Run of another goroutine return soon.
func (s *Simulation) Interrupt() error { return s.call(native.Wst_simulation_interrupt) }

// Now is true time, ns since the network was made.
func (s *Simulation) Now() (int64, error) { return s.number(native.Wst_simulation_now) }

// TrueTAI is true TAI now, ns since 1970.
func (s *Simulation) TrueTAI() (int64, error) { return s.number(native.Wst_simulation_true_tai) }

func (s *Simulation) number(read func(h, out, e unsafe.Pointer) int32) (int64, error) {
	out := new(C.int64_t)
	err := s.call(func(h, e unsafe.Pointer) int32 { return read(h, unsafe.Pointer(out), e) })
	return int64(*out), err
}

// SetPace makes time pass that much faster than real time; 0: as fast as possible.
func (s *Simulation) SetPace(factor float64) error {
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_set_pace(h, factor, e) })
}

// ClockError is what no real system can tell: what a clock shows, minus what a perfect one would, ns. The name is "host/adapter"
// for a hardware clock, "host" for a system clock (ClockNone: REALTIME).
func (s *Simulation) ClockError(name string, clock Clock) (float64, error) {
	out := new(C.double)
	err := s.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_simulation_clock_error(h, name, uint32(clock), unsafe.Pointer(out), e)
	})
	return float64(*out), err
}

// SimulationCounters are what a network counted.
type SimulationCounters struct {
	Events          uint64
	FramesSent      uint64
	FramesDelivered uint64
	FramesLost      uint64
	FramesHeld      uint64 // under way and in sockets now
	EventsQueued    uint64 // now
	Digest          uint64 // of every event and hardware stamp so far: equal runs have equal digests
}

// Counters tell what was counted.
func (s *Simulation) Counters() (SimulationCounters, error) {
	c := &C.wst_simulation_counters{struct_size: C.sizeof_wst_simulation_counters}
	err := s.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_simulation_counters_get(h, unsafe.Pointer(c), e)
	})
	return SimulationCounters{uint64(c.events), uint64(c.frames_sent), uint64(c.frames_delivered), uint64(c.frames_lost),
		uint64(c.frames_held), uint64(c.events_queued), uint64(c.digest)}, err
}

// Cut takes the carrier away from both ends of a link and loses what is under way.
func (s *Simulation) Cut(link string) error {
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_cut(h, link, e) })
}

// Restore undoes Cut.
func (s *Simulation) Restore(link string) error {
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_restore(h, link, e) })
}

// StepClock steps a clock ("host/adapter" or "host") by ns behind the back of whoever steers it.
func (s *Simulation) StepClock(name string, delta int64) error {
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_step_clock(h, name, delta, e) })
}

// Apply does one thing now, said in words such as "link l1 cut": simulation.h of the C interface has them.
func (s *Simulation) Apply(statement string) error {
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_apply(h, statement, e) })
}

// Schedule sets down what will happen when, such as "at 60s link l1 cut"; statements are parted by lines or semicolons.
func (s *Simulation) Schedule(text string) error {
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_simulation_schedule(h, text, e) })
}
