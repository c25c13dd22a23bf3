// SPDX-License-Identifier: Apache-2.0

package wirestamp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// must takes what a call returns, and then the test that an error ends: must(f())(t).
func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func done(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// aNetwork has two hosts a and b with an adapter eth0 each.
func aNetwork(t testing.TB) *Simulation {
	t.Helper()
	network := must(NewSimulation(1))(t)
	for i, host := range []string{"a", "b"} {
		done(t, network.AddHost(host, NewHost()))
		done(t, network.AddAdapter(host, "eth0", NewAdapter(fmt.Sprintf("192.0.2.%d/24", i+1))))
	}
	done(t, network.Connect("l", "a/eth0", "b/eth0", NewDirection(time.Microsecond), NewDirection(time.Microsecond)))
	return network
}

func onHost(t testing.TB, network *Simulation, host string) *Context {
	t.Helper()
	return must(Open(Options{Simulation: network, Host: host}))(t)
}

func onLoopback(t testing.TB, c *Context, events bool) *Socket {
	t.Helper()
	return must(c.OpenSocket(SocketOptions{Local: netip.MustParseAddrPort("127.0.0.1:0"), Events: events}))(t)
}

func isClosed(t *testing.T, what string, err error) {
	t.Helper()
	var failure *Error
	if !errors.Is(err, Closed) || !errors.Is(err, net.ErrClosed) || !errors.As(err, &failure) {
		t.Errorf("%s after close: %v", what, err)
	}
}

func TestEverythingCanBeClosedTwice(t *testing.T) {
	network := aNetwork(t)
	c := onHost(t, network, "a")
	eth0 := must(c.Find("eth0"))(t)
	config := must(NewPtpConfig("eth0"))(t)
	closers := []io.Closer{must(c.Subscribe(Filter{}))(t), must(c.Correlate(CorrelationOptions{InterfaceID: eth0.ID}))(t),
		must(c.OpenPtp(config))(t), config, must(c.OpenSocket(SocketOptions{}))(t), c, network}
	for _, closer := range closers {
		done(t, closer.Close())
		done(t, closer.Close())
	}
}

func TestUseAfterCloseIsAnError(t *testing.T) {
	network := aNetwork(t)
	c := onHost(t, network, "a")
	eth0 := must(c.Find("eth0"))(t)
	config := must(NewPtpConfig("eth0"))(t)
	ptp := must(c.OpenPtp(config))(t)
	socket := must(c.OpenSocket(SocketOptions{}))(t)
	correlation := must(c.Correlate(CorrelationOptions{InterfaceID: eth0.ID}))(t)
	subscription := must(c.Subscribe(Filter{}))(t)
	done(t, c.Close()) // and with it what is in it
	done(t, config.Close())
	done(t, network.Close())
	if _, open := <-subscription.C; open {
		t.Error("the channel of a closed context is open")
	}
	done(t, subscription.Close())
	ctx := context.Background()
	calls := map[string]func() error{
		"Interfaces":     func() error { _, err := c.Interfaces(); return err },
		"Find":           func() error { _, err := c.Find("eth0"); return err },
		"CrossTimestamp": func() error { _, err := c.CrossTimestamp(eth0.ID, ClockNone, 0); return err },
		"Subscribe":      func() error { _, err := c.Subscribe(Filter{}); return err },
		"Watch":          func() error { _, err := c.Watch(Watching{}); return err },
		"Run":            func() error { return c.Run(ctx, 0) },
		"OpenSocket":     func() error { _, err := c.OpenSocket(SocketOptions{}); return err },
		"OpenPtp":        func() error { _, err := c.OpenPtp(config); return err },
		"Now":            func() error { _, err := ptp.Now(); return err },
		"Start":          func() error { return ptp.Start() },
		"LocalAddr":      func() error { _, err := socket.LocalAddr(); return err },
		"Receive":        func() error { _, err := socket.Receive(ctx, make([]byte, 8)); return err },
		"TransmitStamp":  func() error { _, err := socket.TransmitStamp(ctx, 1); return err },
		"Send":           func() error { return socket.Send(nil, netip.MustParseAddrPort("127.0.0.1:9")) },
		"Convert":        func() error { _, _, _, err := correlation.Convert(ClockDevice, 0); return err },
		"Set":            func() error { return config.Set("priority1", "1") },
		"network.Now":    func() error { _, err := network.Now(); return err },
		"network.Run":    func() error { return network.Run(ctx, 1) },
		"Open":           func() error { _, err := Open(Options{Simulation: network, Host: "a"}); return err },
	}
	for name, call := range calls {
		isClosed(t, name, call())
	}
}

func TestClosingEndsWaitsOfOtherGoroutines(t *testing.T) {
	c := must(Open(Options{}))(t)
	socket := onLoopback(t, c, false)
	failures := make(chan error)
	go func() { _, err := socket.Receive(context.Background(), make([]byte, 8)); failures <- err }()
	go func() { _, err := socket.TransmitStamp(context.Background(), 1); failures <- err }()
	subscription := must(c.Subscribe(Filter{}))(t)
	go func() {
		for range subscription.C {
		}
		failures <- &Error{Status: Closed}
	}()
	done(t, c.Close())
	for i := 0; i < 3; i++ {
		isClosed(t, "a wait", <-failures)
	}
}

func TestContextsEndWaits(t *testing.T) {
	c := must(Open(Options{}))(t)
	defer c.Close()
	socket := onLoopback(t, c, false)
	ctx, cancel := context.WithCancel(context.Background())
	failures := make(chan error)
	go func() { _, err := socket.Receive(ctx, make([]byte, 8)); failures <- err }()
	cancel()
	if err := <-failures; !errors.Is(err, context.Canceled) {
		t.Error("cancelled: ", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := socket.TransmitStamp(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("timed out: ", err)
	}
	_, err := socket.ReceiveFor(context.Background(), make([]byte, 8), time.Millisecond)
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Error("its own limit: ", err)
	}
	if _, err = socket.ReceiveFor(context.Background(), make([]byte, 8), 0); !errors.Is(err, WouldBlock) {
		t.Error("without waiting: ", err)
	}
	if _, err = socket.Receive(context.Background(), nil); !errors.Is(err, InvalidArgument) {
		t.Error("without a buffer: ", err)
	}
}

func TestClosingAndCallingInAllGoroutines(t *testing.T) {
	network := aNetwork(t)
	defer network.Close()
	for round := 0; round < 100; round++ {
		c := onHost(t, network, "a")
		ptp := must(c.OpenPtp(must(NewPtpConfig("eth0"))(t)))(t)
		var working sync.WaitGroup
		for i := 0; i < 3; i++ {
			working.Add(1)
			go func() {
				defer working.Done()
				for {
					if _, err := ptp.Now(); err != nil {
						isClosed(t, "Now", err)
						return
					}
					subscription, err := c.Subscribe(Filter{Buffer: 1})
					if err != nil {
						isClosed(t, "Subscribe", err)
						return
					}
					subscription.Close()
				}
			}()
		}
		if round%2 == 0 {
			ptp.Close()
		}
		done(t, c.Close())
		working.Wait()
	}
}

// traffic sends to itself until the socket closes.
func traffic(socket *Socket, self netip.AddrPort, ended *sync.WaitGroup) {
	defer ended.Done()
	buffer := make([]byte, 16)
	for socket.Send(buffer[:1], self) == nil {
		for {
			if _, err := socket.ReceiveFor(context.Background(), buffer, 0); err != nil {
				break
			}
		}
	}
}

func TestSubscribingAndEndingWhileEventsCome(t *testing.T) {
	c := must(Open(Options{}))(t)
	socket := onLoopback(t, c, true)
	self := must(socket.LocalAddr())(t)
	var ended sync.WaitGroup
	ended.Add(1)
	go traffic(socket, self, &ended)
	came := 0
	for i := 0; i < 500; i++ {
		subscription := must(c.Subscribe(Filter{Types: []EventType{EventSocket}, Object: socket, Buffer: 4}))(t)
		if i%2 == 0 {
			event := <-subscription.C
			if header := event.Header(); header.Type == EventSocket && header.Object != Handle(socket) {
				t.Fatalf("an event of another object: %+v", header)
			}
			came++
		}
		if i%100 == 0 {
			runtime.GC()
		}
		done(t, subscription.Close())
		for range subscription.C { // what was there can still be read, and the channel ends
		}
	}
	done(t, c.Close())
	ended.Wait()
	if came != 250 {
		t.Error("events came ", came)
	}
}

func TestForgottenSubscriptionsHarmNobody(t *testing.T) {
	network := aNetwork(t)
	defer network.Close()
	c := onHost(t, network, "a")
	defer c.Close()
	func() { must(c.Watch(Watching{}))(t) }()
	runtime.GC()
	kept := must(c.Watch(Watching{Buffer: 3}))(t)
	for i := 0; i < 10; i++ {
		done(t, network.Apply([]string{"adapter a/eth0 stamps on", "adapter a/eth0 stamps off"}[i%2]))
		done(t, network.Run(context.Background(), 2*time.Second))
		runtime.GC()
	}
	// A reader that sleeps loses, and is told when there is room again.
	if len(kept.C) != 3 {
		t.Fatal("kept ", len(kept.C))
	}
	for i := 0; i < 3; i++ {
		if change, ok := (<-kept.C).(*InterfaceChange); !ok || change.Name != "eth0" {
			t.Error("not a change of eth0")
		}
	}
	done(t, network.Apply("adapter a/eth0 stamps on"))
	done(t, network.Run(context.Background(), 2*time.Second))
	if len(kept.C) != 2 {
		t.Fatal("after the loss came ", len(kept.C))
	}
	if overflow, ok := (<-kept.C).(*Overflow); !ok || overflow.Lost != 7 {
		t.Errorf("%+v", overflow)
	}
	if _, ok := (<-kept.C).(*InterfaceChange); !ok {
		t.Error("nothing after the loss")
	}
}

func resident(t *testing.T) int64 {
	runtime.GC()
	var size, pages int64
	text := must(os.ReadFile("/proc/self/statm"))(t)
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func TestMillionsOfCallsDoNotGrow(t *testing.T) {
	network := aNetwork(t)
	defer network.Close()
	c := onHost(t, network, "a")
	defer c.Close()
	config := must(NewPtpConfig("eth0"))(t)
	ptp := must(c.OpenPtp(config))(t)
	eth0 := must(c.Find("eth0"))(t)
	calls := 10_000_000
	if raceDetector {
		calls = 500_000
	}
	before := int64(0)
	for i := 0; i < calls; i++ {
		if i == calls/10 {
			before = resident(t)
		}
		var err error
		switch i % 4 {
		case 0:
			_, err = ptp.Now()
		case 1:
			_, err = c.ReadClock(ClockMonotonic, 0)
		case 2:
			_, err = c.CrossTimestamp(eth0.ID, ClockNone, 1)
		case 3:
			_, err = ptp.Convert(ClockMonotonicRaw, int64(i))
		}
		done(t, err)
		if i%20 == 0 { // errors with their texts above all: a panic that crosses C would leak here
			if _, err = c.Find("none"); !errors.Is(err, NotFound) {
				t.Fatal(err)
			}
		}
		if i%1000 == 0 {
			must(c.Subscribe(Filter{Buffer: 1}))(t).Close()
		}
	}
	if grown := resident(t) - before; grown > 32<<20 {
		t.Errorf("grew by %d MiB", grown>>20)
	}
}

// openExit ends with everything open and goroutines in waiting calls.
func openExit(t testing.TB) {
	c := must(Open(Options{}))(t)
	socket := onLoopback(t, c, true)
	self := must(socket.LocalAddr())(t)
	var never sync.WaitGroup
	never.Add(1)
	go traffic(socket, self, &never)
	must(c.Watch(Watching{}))(t)
	events := must(c.Subscribe(Filter{}))(t)
	must(c.Correlate(CorrelationOptions{StampClock: ClockRealtime, SystemClock: ClockMonotonic}))(t)
	silent := onLoopback(t, c, false)
	go silent.Receive(context.Background(), make([]byte, 8))
	network := aNetwork(t)
	simulated := onHost(t, network, "a")
	ptp := must(simulated.OpenPtp(must(NewPtpConfig("eth0"))(t)))(t)
	done(t, ptp.Start())
	go network.Run(context.Background(), 1<<62)
	for i := 0; i < 10; i++ {
		<-events.C
	}
	os.Exit(0)
}

func TestProcessEndsWithEverythingOpen(t *testing.T) {
	if os.Getenv("WIRESTAMP_OPEN_EXIT") != "" {
		openExit(t)
	}
	for i := 0; i < 3; i++ {
		command := exec.Command(os.Args[0], "-test.run", "^TestProcessEndsWithEverythingOpen$")
		command.Env = append(os.Environ(), "WIRESTAMP_OPEN_EXIT=1")
		if said, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
}

func TestLogLinesComeFromThreadsOfTheLibraryAndPanicsStayInThem(t *testing.T) {
	for _, fails := range []bool{false, true} {
		lines := make(chan string, 1024)
		network := aNetwork(t)
		c := must(Open(Options{Simulation: network, Host: "a", LogLevel: LogDebug, Log: func(level LogLevel, line string) {
			if level < LogError || level > LogDebug || line == "" {
				t.Error(level, line)
			}
			select {
			case lines <- line:
			default:
			}
			if fails {
				panic("on purpose")
			}
		}}))(t)
		ptp := must(c.OpenPtp(must(NewPtpConfig("eth0"))(t)))(t)
		done(t, ptp.Start())
		done(t, network.Run(context.Background(), time.Minute))
		done(t, c.Close())
		if len(lines) == 0 {
			t.Error("no line came")
		}
		done(t, network.Close())
	}
	// On the system they come from a thread that Go has never seen.
	lines := make(chan string, 1024)
	c := must(Open(Options{LogLevel: LogDebug, Log: func(_ LogLevel, line string) {
		select {
		case lines <- line:
		default:
		}
		panic("on purpose")
	}}))(t)
	config := must(NewPtpConfig("lo"))(t)
	done(t, config.Set("event_port", "13190"))
	done(t, config.Set("general_port", "13200"))
	ptp := must(c.OpenPtp(config))(t)
	done(t, ptp.Start())
	<-lines
	done(t, c.Close())
	if _, err := Open(Options{Simulation: aNetwork(t), Host: "nobody", Log: func(LogLevel, string) {}}); !errors.Is(err, NotFound) {
		t.Error(err)
	}
}

func TestErrorsSayWhatAndWhy(t *testing.T) {
	config := must(NewPtpConfig())(t)
	defer config.Close()
	err := config.Set("prioritty1", "1")
	var failure *Error
	if !errors.As(err, &failure) || failure.Status != UnknownOption || !strings.Contains(err.Error(), "priority1") {
		t.Error(err)
	}
	if UnknownOption.Name() != "WST_E_UNKNOWN_OPTION" || UnknownOption.Error() == "" {
		t.Error(UnknownOption.Name(), UnknownOption.Error())
	}
}
