// SPDX-License-Identifier: Apache-2.0

package wirestamp

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTextIsUTF8BothWays(t *testing.T) {
	for _, name := range []string{"Сеть", "ネットワーク", "a😀b", "é"} {
		network := must(NewSimulation(1))(t)
		done(t, network.AddHost("h", NewHost()))
		done(t, network.AddAdapter("h", name, NewAdapter("")))
		c := onHost(t, network, "h")
		if found := must(c.Find(name))(t); found.Name != name {
			t.Error(found.Name)
		}
		if _, err := c.Find("x" + name); err == nil || !strings.Contains(err.Error(), "x"+name) {
			t.Error(err)
		}
		done(t, c.Close())
		done(t, network.Close())
	}
}

func TestUnsignedNumbersKeepTheirBits(t *testing.T) {
	network := must(NewSimulation(1<<64 - 1))(t)
	defer network.Close()
	other := must(NewSimulation(1<<63 - 1))(t)
	defer other.Close()
	if must(network.Counters())(t).Digest == must(other.Counters())(t).Digest {
		t.Error("two seeds, one digest")
	}
}

func TestTimesLoseNothing(t *testing.T) {
	s := Stamp{Value: 1_750_000_000_123_456_789, Clock: ClockRealtime, Source: SourceSoftware}
	if utc, ok := s.Time(); !ok || !utc.Equal(time.Date(2025, 6, 15, 15, 6, 40, 123456789, time.UTC)) {
		t.Error(utc)
	}
	if _, ok := (Stamp{Value: 1, Clock: ClockDevice}).Time(); ok {
		t.Error("a device's count is no instant")
	}
	ptp := PtpTime{Nanos: 1_750_000_037_000_000_001, UTCOffset: 37}
	if !ptp.Time().Equal(time.Unix(1_750_000_000, 1)) {
		t.Error(ptp.Time())
	}
}

func TestSystemHasALoopback(t *testing.T) {
	c := must(Open(Options{}))(t)
	defer c.Close()
	for _, found := range must(c.Interfaces())(t) {
		if !found.Loopback {
			continue
		}
		if again := must(c.ByID(found.ID))(t); again.Name != found.Name || again.Kind != "loopback" {
			t.Errorf("%+v", again)
		}
		caps := must(c.Supported(found.ID))(t)
		ipv4, _, both, err := caps.PtpSupport()
		if err != nil || ipv4 != SupportSoftware || both.String() != "software" || len(caps.SoftwareNames()) == 0 {
			t.Error(ipv4, both, err)
		}
		for _, address := range must(c.Addresses(found.ID))(t) {
			if address.Prefix() == netip.MustParsePrefix("127.0.0.1/8") {
				return
			}
		}
		t.Error("127.0.0.1/8 is not on ", found.Name)
	}
	t.Error("there is no loopback with its address")
}

func TestOptionsAreATable(t *testing.T) {
	for _, option := range PtpOptions() {
		if option.Name == "priority1" && option.Default == "128" && option.Description != "" {
			return
		}
	}
	t.Error("priority1 is not among ", len(PtpOptions()), " options")
}

func TestSystemErrorsAreFound(t *testing.T) {
	c := must(Open(Options{}))(t)
	defer c.Close()
	taken := must(onLoopback(t, c, false).LocalAddr())(t)
	_, err := c.OpenSocket(SocketOptions{Local: taken})
	if !errors.Is(err, Busy) || !errors.Is(err, syscall.EADDRINUSE) {
		t.Error(err)
	}
	if err := onLoopback(t, c, false).Send(nil, netip.AddrPort{}); !errors.Is(err, InvalidArgument) {
		t.Error(err)
	}
	zone := netip.MustParseAddr("fe80::1%no-such-interface")
	if err := onLoopback(t, c, false).Join(zone); !errors.Is(err, NotFound) {
		t.Error(err)
	}
}

func TestPacketsOnTheLoopbackCarryStampsBothWays(t *testing.T) {
	for _, local := range []string{"127.0.0.1:0", "[::1]:0"} {
		c := must(Open(Options{}))(t)
		options := SocketOptions{Local: netip.MustParseAddrPort(local)}
		from, to := must(c.OpenSocket(options))(t), must(c.OpenSocket(options))(t)
		there := must(to.LocalAddr())(t)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		buffer, stamped := make([]byte, 64), 0
		// The kernel begins to stamp what it receives some time after it was first asked.
		for began := false; !began; {
			done(t, from.Send([]byte{0}, there))
			began = must(to.Receive(ctx, buffer))(t).Software.Valid()
		}
		before := must(to.Counters())(t).Received
		for i := uint32(0); i < 200; i++ {
			sent := []byte{1, 2, 3, byte(i)}
			done(t, from.SendStamped(sent, there, i))
			got := must(to.Receive(ctx, buffer))(t)
			if !bytes.Equal(buffer[:got.Size], sent) || got.Truncated || got.Source != must(from.LocalAddr())(t) {
				t.Fatalf("%+v", got)
			}
			out := must(from.TransmitStamp(ctx, i))(t)
			if out.ID != i || out.Best().Source != SourceSoftware || out.Best().Clock != ClockRealtime {
				t.Fatalf("%+v", out)
			}
			if got.Software.Valid() {
				stamped++
				if got.Software.Value < out.Best().Value {
					t.Fatal("received before it was sent")
				}
			}
		}
		if stamped != 200 {
			t.Error("only ", stamped, " of 200 packets carried a receive stamp")
		}
		if counters := must(to.Counters())(t); counters.Received != before+200 {
			t.Errorf("%+v", counters)
		}
		cancel()
		done(t, c.Close())
	}
}

func TestBatchesTakeWhatIsThere(t *testing.T) {
	c := must(Open(Options{}))(t)
	defer c.Close()
	from, to := onLoopback(t, c, false), onLoopback(t, c, false)
	there := must(to.LocalAddr())(t)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out := []Outgoing{{Data: []byte("one"), To: there, Stamp: true, ID: 7}, {To: there, Stamp: true, ID: 8},
		{Data: []byte("three and more"), To: there}}
	if sent := must(from.SendBatch(out))(t); sent != 3 {
		t.Fatal(sent)
	}
	batch := NewBatch(4, 5)
	var payloads []string
	for len(payloads) < 3 {
		for i, count := 0, must(to.ReceiveBatch(ctx, batch))(t); i < count; i++ {
			d := batch.Datagram(i)
			payloads = append(payloads, string(batch.Payload(i)))
			if d.Truncated != (len(payloads) == 3) || d.Source != must(from.LocalAddr())(t) {
				t.Errorf("%+v", d)
			}
		}
	}
	if strings.Join(payloads, "|") != "one||three" {
		t.Error(payloads)
	}
	var stamps []TransmitStamp
	for len(stamps) < 2 {
		stamps = append(stamps, must(from.TransmitStamps(ctx, 8))(t)...)
	}
	if stamps[0].ID+stamps[1].ID != 15 || stamps[0].Best().Source != SourceSoftware {
		t.Errorf("%+v", stamps)
	}
	if sent, err := from.SendBatch(nil); sent != 0 || err != nil {
		t.Error(sent, err)
	}
	if _, err := from.SendBatch([]Outgoing{{Data: []byte{1}}}); !errors.Is(err, InvalidArgument) {
		t.Error(err)
	}
	if _, err := to.ReceiveBatch(ctx, NewBatch(0, 0)); !errors.Is(err, InvalidArgument) {
		t.Error(err)
	}
	if _, err := to.ReceiveBatchFor(ctx, batch, 0); !errors.Is(err, WouldBlock) {
		t.Error(err)
	}
}

// readable waits for a descriptor as an event loop does.
func readable(t *testing.T, fd uintptr) {
	for set := (syscall.FdSet{}); ; {
		set.Bits[fd/64] |= 1 << (fd % 64)
		count, err := syscall.Select(int(fd)+1, &set, nil, nil, &syscall.Timeval{Sec: 60})
		if err == syscall.EINTR {
			continue
		}
		if err != nil || count != 1 {
			t.Fatal(count, err)
		}
		return
	}
}

func TestDescriptorsAreForEventLoops(t *testing.T) {
	c := must(Open(Options{CallerDriven: true}))(t)
	defer c.Close()
	socket := onLoopback(t, c, true)
	events := must(c.Subscribe(Filter{}))(t)
	done(t, socket.Send([]byte{1}, must(socket.LocalAddr())(t)))
	readable(t, must(socket.Fd())(t))
	readable(t, must(c.Fd())(t))
	for len(events.C) == 0 {
		if err := c.Run(context.Background(), 0); err != nil && !errors.Is(err, TimedOut) {
			t.Fatal(err)
		}
	}
	must(c.EventFd())(t)
	network := aNetwork(t)
	defer network.Close()
	simulated := onHost(t, network, "a")
	defer simulated.Close()
	if _, err := must(simulated.OpenSocket(SocketOptions{}))(t).Fd(); !errors.Is(err, NotSupported) {
		t.Error(err)
	}
}

func TestCallerDrivenContextsBringEventsWhenDriven(t *testing.T) {
	c := must(Open(Options{CallerDriven: true}))(t)
	defer c.Close()
	socket := onLoopback(t, c, true)
	events := must(c.Subscribe(Filter{}))(t)
	done(t, socket.Send([]byte{1}, must(socket.LocalAddr())(t)))
	for len(events.C) == 0 {
		if err := c.Run(context.Background(), 5*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if event, ok := (<-events.C).(*SocketEvent); !ok || !event.Readable || event.Header().Object != Handle(socket) {
		t.Errorf("%+v", event)
	}
}

func TestIdentitiesAreWrittenAsLinuxptpDoes(t *testing.T) {
	if text := (Identity{0x02, 0x57, 0, 0xff, 0xfe, 0, 0, 1}).String(); text != "025700.fffe.000001" {
		t.Error(text)
	}
}
