// SPDX-License-Identifier: Apache-2.0

package wirestamp

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"wirestamp.org/wirestamp/internal/native"
)

// bindings/behaviour/behaviour.txt as Go runs it, in the order of the commands there. Nothing here knows what they should bring;
// test.sh compares what is written with what C writes.
type runner struct {
	out           io.Writer
	simulation    *Simulation
	contexts      map[string]*Context
	correlations  map[string]*Correlation
	sockets       map[string]*Socket
	configs       map[string]*PtpConfig
	clocks        map[string]*Ptp
	subscriptions map[string]*Subscription
	channels      map[string][]*Subscription // of a context, also those that have ended
}

func number(word string) int64 {
	value, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		panic(err)
	}
	return value
}

func orEmpty(word string) string {
	if word == "-" {
		return ""
	}
	return word
}

func hexText(octets []byte) string {
	if len(octets) == 0 {
		return "-"
	}
	return hex.EncodeToString(octets)
}

func addressText(address netip.AddrPort) string {
	switch {
	case !address.Addr().IsValid():
		return "-"
	case address.Port() == 0:
		return address.Addr().String()
	}
	return address.String()
}

func stampText(s Stamp) string {
	if !s.Valid() {
		return "-"
	}
	return fmt.Sprintf("%v:%v:%d", s.Clock, s.Source, s.Value)
}

func bit(value bool) int {
	if value {
		return 1
	}
	return 0
}

func (r *runner) printf(format string, values ...any) { fmt.Fprintf(r.out, format, values...) }

func (r *runner) id(context, key string) (uint64, error) {
	if key == "-" {
		return 0, nil
	}
	found, err := r.contexts[context].Find(key)
	return found.ID, err
}

func (r *runner) object(name string) Handle {
	if socket, ok := r.sockets[name]; ok {
		return socket
	}
	if clock, ok := r.clocks[name]; ok {
		return clock
	}
	if correlation, ok := r.correlations[name]; ok {
		return correlation
	}
	return nil
}

func (r *runner) nameOf(object Handle) string {
	for name, socket := range r.sockets {
		if object == Handle(socket) {
			return name
		}
	}
	for name, clock := range r.clocks {
		if object == Handle(clock) {
			return name
		}
	}
	for name, correlation := range r.correlations {
		if object == Handle(correlation) {
			return name
		}
	}
	return "-"
}

func (r *runner) printInterface(i Interface) {
	flags := bit(i.Up) | bit(i.Loopback)<<1 | bit(i.Multicast)<<2
	r.printf("%s %s %d %s %d %d %d %d %s %s %d\n", i.Name, i.FriendlyName, i.Index, i.Kind, i.Link, i.MTU, i.PHCIndex, flags,
		i.Driver, hexText(i.HardwareAddress), i.ID)
}

func (r *runner) printCapabilities(c Capabilities) {
	r.printf("%d %d %d %d %d %d", c.Valid, c.Hardware, c.Software, c.ClockFrequency, bit(c.CrossTimestamp), c.PHCIndex)
	for _, name := range c.HardwareNames() {
		r.printf(" %s", name)
	}
	r.printf("\n")
}

func (r *runner) printTime(t PtpTime, withLocal bool) {
	r.printf("%v %d %d %d", t.State, t.Nanos, t.Earliest, t.Latest)
	if withLocal {
		r.printf(" %d", t.LocalTime)
	}
	r.printf(" %d %d %d\n", uint32(t.LocalClock), t.UTCOffset, t.TimeFlags)
}

func (r *runner) printEvent(event Event) {
	h := event.Header()
	name := "-"
	for known, subscription := range r.subscriptions {
		if subscription.ID() == h.Subscription {
			name = known
		}
	}
	r.printf("%s %d %d %s %d", name, h.Sequence, h.Time, r.nameOf(h.Object), uint32(h.Type))
	switch e := event.(type) {
	case *Overflow:
		r.printf(" %d", e.Lost)
	case *InterfaceChange:
		r.printf(" %s %s %d %d %d %d %d %d %d %d %d", e.Name, e.OldName, e.LinkBefore, e.LinkAfter, e.PHCBefore, e.PHCAfter,
			e.ClockStep, e.SupportedBefore.Hardware, e.SupportedAfter.Hardware, e.ActiveBefore.Hardware, e.ActiveAfter.Hardware)
		for _, reason := range e.ReasonNames() {
			r.printf(" %s", reason)
		}
	case *PtpPortChange:
		r.printf(" %d %v %v %v %s", e.Port, e.Old, e.New, e.Reason, e.InterfaceName)
	case *PtpBestMaster:
		r.printf(" %s %s %d %d %d %d %d %d %d %d %d %d %d", hexText(e.Grandmaster[:]), hexText(e.Parent[:]), e.ParentPort,
			e.StepsRemoved, e.Priority1, e.Priority2, e.ClockClass, e.ClockAccuracy, e.OffsetScaledLogVariance, bit(e.IsSelf),
			e.TimeSource, e.UTCOffset, e.TimeFlags)
	case *PtpOffset:
		r.printf(" %d %d %d %d %d %d %d %d %v %d", e.OffsetFromMaster, e.MeasuredOffset, e.MeanPathDelay,
			int64(e.Frequency*1000), e.Bound, e.PtpTime, e.Servo, e.Port, e.Source, e.Flags)
	case *PtpClockChange:
		r.printf(" %v %v %d", e.Old, e.New, e.Bound)
	case *PtpClockStep:
		r.printf(" %d %v", e.Step, e.Clock)
	case *PtpSystemClock:
		r.printf(" %d %d %d %d %d %d", e.Offset, e.Bound, e.Width, int64(e.Frequency*1000), uint32(e.Servo), e.UTCOffset)
	case *PtpDisagreement:
		r.printf(" %s %v %d %d %d %d %d", hexText(e.Grandmaster[:]), e.Verdict, e.Clocks, e.Agreeing, e.Offset, e.Bound, e.Domain)
	case *PtpFault:
		r.printf(" %v %d %d %d %s", e.Fault, e.OSError, e.Port, e.Count, e.Text)
	case *SocketEvent:
		r.printf(" %d %d", bit(e.Readable)|bit(e.TransmitStamps)<<1|bit(e.StampsLost)<<2, e.TransmitStampsLost)
	case *CorrelationChange:
		r.printf(" %v %v", e.State, e.Reason)
	}
	r.printf("\n")
}

func (r *runner) printDatagram(payload []byte, d Datagram) {
	r.printf("%s %d %s %s %s %s\n", hexText(payload), bit(d.Truncated), addressText(d.Source), addressText(d.Destination),
		stampText(d.Hardware), stampText(d.Software))
}

// events prints what all channels of a context hold, in the order in which it happened.
func (r *runner) events(name string) {
	r.contexts[name].drain()
	var all []Event
	for _, subscription := range r.channels[name] {
		for more := true; more; {
			select {
			case event, open := <-subscription.C:
				if more = open; open {
					all = append(all, event)
				}
			default:
				more = false
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Header().Sequence < all[j].Header().Sequence })
	for _, event := range all {
		// C forgets what it has queued about a socket that is closed; what is in a channel stays there.
		if _, ofSocket := event.(*SocketEvent); !ofSocket || r.nameOf(event.Header().Object) != "-" {
			r.printEvent(event)
		}
	}
}

func (r *runner) ok(err error) error {
	if err == nil {
		r.printf("ok\n")
	}
	return err
}

func (r *runner) listen(name, context string, subscription *Subscription, err error) error {
	if err == nil {
		r.subscriptions[name] = subscription
		r.channels[context] = append(r.channels[context], subscription)
	}
	return r.ok(err)
}

func (r *runner) run(w []string, rest string) error {
	ctx := context.Background()
	switch w[0] {
	case "simulation":
		made, err := NewSimulation(uint64(number(w[1])))
		r.simulation = made
		return r.ok(err)
	case "host":
		return r.ok(r.simulation.AddHost(w[1], NewHost()))
	case "bridge":
		return r.ok(r.simulation.AddBridge(w[1], NewBridge()))
	case "adapter":
		adapter := NewAdapter(orEmpty(w[3]))
		flags := number(w[4])
		adapter.ReadOnlyClock = flags&1 != 0
		adapter.StampsEnabled = flags&2 != 0
		adapter.NoCrossTimestamp = flags&4 != 0
		adapter.ClockOffset = number(w[5])
		adapter.Oscillator.Drift = float64(number(w[6]))
		return r.ok(r.simulation.AddAdapter(w[1], w[2], adapter))
	case "link":
		direction := NewDirection(time.Duration(number(w[4])))
		return r.ok(r.simulation.Connect(w[1], w[2], w[3], direction, direction))
	case "trace":
		forward := NewDirection(time.Duration(number(w[2])))
		backward := forward
		var values []int64
		for _, value := range strings.Split(w[3], ",") {
			values = append(values, number(value))
		}
		forward.Jitter = Trace(values...)
		return r.ok(r.simulation.SetLink(w[1], forward, backward))
	case "run":
		return r.ok(r.simulation.Run(ctx, time.Duration(number(w[1]))))
	case "cut":
		return r.ok(r.simulation.Cut(w[1]))
	case "restore":
		return r.ok(r.simulation.Restore(w[1]))
	case "step":
		return r.ok(r.simulation.StepClock(w[1], number(w[2])))
	case "apply":
		return r.ok(r.simulation.Apply(rest))
	case "schedule":
		return r.ok(r.simulation.Schedule(rest))
	case "now":
		now, err := r.simulation.Now()
		r.printf("%d\n", now)
		return err
	case "true_tai":
		tai, err := r.simulation.TrueTAI()
		r.printf("%d\n", tai)
		return err
	case "clock_error":
		wrong, err := r.simulation.ClockError(w[1], Clock(number(w[2])))
		if err == nil {
			r.printf("%d\n", int64(wrong*1000))
		}
		return err
	case "counters":
		c, err := r.simulation.Counters()
		r.printf("%d %d %d %d %d\n", c.Events, c.FramesSent, c.FramesDelivered, c.FramesLost, c.Digest)
		return err
	case "context":
		made, err := Open(Options{Simulation: r.simulation, Host: w[2], Seed: 1})
		if err == nil {
			r.contexts[w[1]] = made
		}
		return r.ok(err)
	case "close":
		return r.ok(r.closeNamed(w[1]))
	}
	if c := r.contexts[w[1]]; c != nil {
		return r.ofContext(c, w)
	}
	return r.ofObject(w, rest)
}

func (r *runner) closeNamed(name string) error {
	var closer io.Closer
	if name == "simulation" {
		closer = r.simulation
	} else if c := r.contexts[name]; c != nil {
		closer = c
	} else if config := r.configs[name]; config != nil {
		closer = config
	} else {
		closer = r.object(name)
	}
	err := closer.Close()
	delete(r.contexts, name)
	delete(r.configs, name)
	delete(r.sockets, name)
	delete(r.clocks, name)
	delete(r.correlations, name)
	return err
}

func (r *runner) ofContext(c *Context, w []string) error {
	switch w[0] {
	case "interfaces":
		all, err := c.Interfaces()
		for _, found := range all {
			r.printInterface(found)
		}
		return err
	case "find":
		found, err := c.Find(w[2])
		if err == nil {
			r.printInterface(found)
		}
		return err
	case "events":
		r.events(w[1])
		return nil
	case "clock":
		id, err := r.id(w[1], w[3])
		if err != nil {
			return err
		}
		value, err := c.ReadClock(Clock(number(w[2])), id)
		if err == nil {
			r.printf("%d\n", value)
		}
		return err
	}
	id, err := r.id(w[1], w[2])
	if err != nil {
		return err
	}
	var caps Capabilities
	switch w[0] {
	case "addresses":
		all, err := c.Addresses(id)
		for _, found := range all {
			r.printf("%v/%d\n", found.Addr, found.Bits)
		}
		return err
	case "supported":
		caps, err = c.Supported(id)
	case "active":
		caps, err = c.Active(id, number(w[3]) != 0)
	case "enable":
		caps, err = c.Enable(id, StampLevel(number(w[3])), number(w[4]) != 0)
	case "disable":
		return r.ok(c.Restore(id))
	case "support":
		if caps, err = c.Supported(id); err != nil {
			return err
		}
		ipv4, ipv6, both, err := caps.PtpSupport()
		r.printf("%v %v %v\n", ipv4, ipv6, both)
		return err
	case "cross":
		x, err := c.CrossTimestamp(id, Clock(number(w[3])), uint32(number(w[4])))
		if err == nil {
			r.printf("%v %d %d %d %v %v %d %d %d\n", x.Method, x.SystemBefore, x.Device, x.SystemAfter, x.SystemClock,
				x.DeviceClock, x.DeviceIndex, x.Samples, x.Uncertainty)
		}
		return err
	default:
		panic("unknown command " + w[0])
	}
	if err == nil {
		r.printCapabilities(caps)
	}
	return err
}

func (r *runner) ofObject(w []string, rest string) error {
	ctx := context.Background()
	switch w[0] {
	case "subscribe":
		filter := Filter{Object: r.object(w[4])}
		for kind := EventType(0); kind < 63; kind++ {
			if number(w[3])>>kind&1 != 0 {
				filter.Types = append(filter.Types, kind)
			}
		}
		made, err := r.contexts[w[2]].Subscribe(filter)
		return r.listen(w[1], w[2], made, err)
	case "watch":
		made, err := r.contexts[w[2]].Watch(Watching{Reasons: uint32(number(w[3]))})
		return r.listen(w[1], w[2], made, err)
	case "unsubscribe":
		err := r.subscriptions[w[1]].Close()
		delete(r.subscriptions, w[1])
		return r.ok(err)
	case "correlate":
		id, err := r.id(w[2], w[3])
		if err != nil {
			return err
		}
		made, err := r.contexts[w[2]].Correlate(CorrelationOptions{InterfaceID: id, StampClock: Clock(number(w[4]))})
		if err == nil {
			r.correlations[w[1]] = made
		}
		return r.ok(err)
	case "wait":
		return r.ok(r.correlations[w[1]].WaitValidFor(ctx, time.Duration(number(w[2]))*time.Millisecond))
	case "reset":
		return r.ok(r.correlations[w[1]].Restart())
	case "convert":
		clock, value, bound, err := r.correlations[w[1]].Convert(Clock(number(w[2])), number(w[3]))
		if err == nil {
			r.printf("%v %d %d\n", clock, value, bound)
		}
		return err
	case "correlation":
		s, err := r.correlations[w[1]].Status()
		r.printf("%v, %v, %d %d %d %d %d\n", s.State, s.Reason, int64(s.Rate*1000), s.Bound, s.Samples, s.Outliers, s.Restarts)
		return err
	case "address":
		address, err := ParseAddress(rest)
		if err == nil {
			r.printf("%s\n", addressText(address))
		}
		return err
	case "socket":
		return r.openSocket(w)
	case "local":
		address, err := r.sockets[w[1]].LocalAddr()
		r.printf("%s\n", addressText(address))
		return err
	case "join", "leave":
		group, err := ParseAddress(w[2])
		if err != nil {
			return err
		}
		if w[0] == "join" {
			return r.ok(r.sockets[w[1]].Join(group.Addr()))
		}
		return r.ok(r.sockets[w[1]].Leave(group.Addr()))
	case "send":
		to, err := ParseAddress(w[2])
		if err != nil {
			return err
		}
		data, err := hex.DecodeString(w[4])
		if err != nil {
			panic(err)
		}
		if w[3] == "-" {
			return r.ok(r.sockets[w[1]].Send(data, to))
		}
		return r.ok(r.sockets[w[1]].SendStamped(data, to, uint32(number(w[3]))))
	case "receive":
		buffer := make([]byte, number(w[2]))
		d, err := r.sockets[w[1]].ReceiveFor(ctx, buffer, time.Duration(number(w[3])))
		if err == nil {
			r.printDatagram(buffer[:d.Size], d)
		}
		return err
	case "send_batch":
		to, err := ParseAddress(w[2])
		if err != nil {
			return err
		}
		var batch []Outgoing
		for i, payload := range strings.Split(w[4], ",") {
			data, err := hex.DecodeString(payload)
			if err != nil {
				panic(err)
			}
			one := Outgoing{Data: data, To: to, Stamp: w[3] != "-"}
			if one.Stamp {
				one.ID = uint32(number(w[3])) + uint32(i)
			}
			batch = append(batch, one)
		}
		sent, err := r.sockets[w[1]].SendBatch(batch)
		if err == nil {
			r.printf("%d\n", sent)
		}
		return err
	case "receive_batch":
		batch := NewBatch(int(number(w[2])), int(number(w[3])))
		count, err := r.sockets[w[1]].ReceiveBatchFor(ctx, batch, time.Duration(number(w[4])))
		if err != nil && !errors.Is(err, TimedOut) && !errors.Is(err, WouldBlock) {
			return err
		}
		r.printf("%d\n", count)
		for i := 0; i < count; i++ {
			r.printDatagram(batch.Payload(i), batch.Datagram(i))
		}
		return nil
	case "stamps":
		taken, err := r.sockets[w[1]].TransmitStampsFor(ctx, int(number(w[2])), time.Duration(number(w[3])))
		if err != nil && !errors.Is(err, TimedOut) && !errors.Is(err, WouldBlock) {
			return err
		}
		r.printf("%d\n", len(taken))
		for _, s := range taken {
			r.printf("%d %s %s\n", s.ID, stampText(s.Hardware), stampText(s.Software))
		}
		return nil
	case "stamp":
		s, err := r.sockets[w[1]].TransmitStampFor(ctx, uint32(number(w[2])), time.Duration(number(w[3])))
		if err == nil {
			r.printf("%d %s %s\n", s.ID, stampText(s.Hardware), stampText(s.Software))
		}
		return err
	case "totals":
		c, err := r.sockets[w[1]].Counters()
		r.printf("%d %d %d %d %d %d %d %d\n", c.Received, c.Sent, c.ReceiveStampsMissing, c.TransmitStampsAsked,
			c.TransmitStamps, c.TransmitStampsDropped, c.TransmitStampsUnknown, c.TransmitStampsTimedOut)
		return err
	}
	return r.ofClock(w, rest)
}

func (r *runner) openSocket(w []string) error {
	id, err := r.id(w[2], w[3])
	if err != nil {
		return err
	}
	local, err := ParseAddress(w[4])
	if err != nil {
		return err
	}
	flags := number(w[6])
	made, err := r.contexts[w[2]].OpenSocket(SocketOptions{InterfaceID: id, Local: local, Stamps: Stamps(number(w[5])),
		ReuseAddress: flags&1 != 0, MulticastLoopback: flags&2 != 0, Events: flags&4 != 0})
	if err == nil {
		r.sockets[w[1]] = made
	}
	return r.ok(err)
}

func (r *runner) ofClock(w []string, rest string) error {
	switch w[0] {
	case "config":
		made, err := NewPtpConfig()
		r.configs[w[1]] = made
		return r.ok(err)
	case "set":
		return r.ok(r.configs[w[1]].Set(w[2], w[3]))
	case "port":
		return r.ok(r.configs[w[1]].AddPort(w[2]))
	case "set_port":
		return r.ok(r.configs[w[1]].SetPort(w[2], w[3], w[4]))
	case "read":
		return r.ok(r.configs[w[1]].ReadText(rest, "table"))
	case "get":
		value, err := r.configs[w[1]].Get(orEmpty(w[3]), w[2])
		if err == nil {
			r.printf("%s\n", value)
		}
		return err
	case "ptp":
		made, err := r.contexts[w[2]].OpenPtp(r.configs[w[3]])
		if err == nil {
			r.clocks[w[1]] = made
		}
		return r.ok(err)
	case "start":
		return r.ok(r.clocks[w[1]].Start())
	case "stop":
		return r.ok(r.clocks[w[1]].Stop())
	case "change":
		return r.ok(r.clocks[w[1]].Set(w[2], w[3]))
	case "status":
		s, err := r.clocks[w[1]].Status()
		if err == nil {
			r.printf("%v %d %s %s %s %d %d %d %d %d\n", s.State, s.Valid, hexText(s.Clock[:]), hexText(s.Grandmaster[:]),
				hexText(s.Parent[:]), s.StepsRemoved, s.OffsetFromMaster, s.MeanPathDelay, s.Bound, s.Samples)
		}
		return err
	case "port_status":
		s, err := r.clocks[w[1]].Port(int(number(w[2])))
		if err == nil {
			r.printf("%d %v %s %d %d %d %d %v\n", s.Port, s.State, s.InterfaceName, s.LogSyncInterval, s.DelayMechanism,
				s.Sent[0], s.Received[0], s.StampSource)
		}
		return err
	case "after", "before":
		ask := r.clocks[w[1]].After
		if w[0] == "before" {
			ask = r.clocks[w[1]].Before
		}
		answer, err := ask(number(w[2]))
		if err == nil {
			r.printf("%v\n", answer)
		}
		return err
	case "agreement":
		a, err := r.clocks[w[1]].Agreement()
		if err == nil {
			r.printf("%d %d %v %d %d %d %d\n", a.Clocks, a.Agreeing, a.Verdict, a.Earliest, a.Latest, a.LocalTime, a.Offset)
		}
		return err
	case "option":
		for _, option := range PtpOptions() {
			if option.Name == w[1] {
				r.printf("%s %d %s, %s\n", option.Name, 1+bit(option.OfPort), option.Default, option.Allowed)
			}
		}
		return nil
	case "ptp_now", "ptp_convert":
		now := w[0] == "ptp_now"
		var time PtpTime
		var err error
		if now {
			time, err = r.clocks[w[1]].Now()
		} else {
			time, err = r.clocks[w[1]].Convert(Clock(number(w[2])), number(w[3]))
		}
		if err == nil {
			r.printTime(time, now)
		}
		return err
	}
	panic("unknown command " + w[0])
}

// restOf is what follows the command, or its object where it has one.
func restOf(line string) string {
	parts := 2
	if strings.HasPrefix(line, "read ") {
		parts = 3
	}
	words := strings.SplitN(line, " ", parts)
	if len(words) < parts {
		return ""
	}
	return strings.ReplaceAll(words[parts-1], `\n`, "\n")
}

func TestBehaviour(t *testing.T) {
	table, err := os.Open("../behaviour/behaviour.txt")
	if err != nil {
		t.Skip("the table is not beside the module: ", err)
	}
	defer table.Close()
	out := io.Discard
	if name := os.Getenv("WIRESTAMP_BEHAVIOUR_OUT"); name != "" {
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		out = file
	}
	r := &runner{out: out, contexts: map[string]*Context{}, correlations: map[string]*Correlation{},
		sockets: map[string]*Socket{}, configs: map[string]*PtpConfig{}, clocks: map[string]*Ptp{},
		subscriptions: map[string]*Subscription{}, channels: map[string][]*Subscription{}}
	for lines := bufio.NewScanner(table); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		r.printf("> %s\n", line)
		words := append(strings.Fields(line), "")
		if err := r.run(words, restOf(line)); err != nil {
			failure, ok := err.(*Error)
			if !ok {
				t.Fatal(line, ": ", err)
			}
			r.printf("%s %d %s\n", native.Wst_status_name(int32(failure.Status)), failure.OSError, failure.Message)
		}
	}
}
