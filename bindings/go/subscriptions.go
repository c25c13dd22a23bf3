// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Filter is what a subscription is for. The zero value is everything.
type Filter struct {
	Types  []EventType // none: all
	Object Handle      // a *Ptp, *Socket or *Correlation: only events about it; nil: of the whole context
	Buffer int         // events that the channel holds; 0: 1024. What does not fit is counted and told by an Overflow.
}

// Handle is an object that events can be about: *Ptp, *Socket, *Correlation.
type Handle interface {
	Close() error
	shared() *object
}

func (c *Correlation) shared() *object { return &c.object }
func (p *Ptp) shared() *object         { return &p.object }
func (s *Socket) shared() *object      { return &s.object }

// Subscription brings events by a channel, which is closed when the subscription ends.
type Subscription struct {
	C       <-chan Event
	events  chan Event
	id      uint64
	lost    uint64
	context *Context
}

// ID is never reused, never 0.
func (s *Subscription) ID() uint64 { return s.id }

// Subscribe asks for events. On the system a goroutine takes them from the library as they come; on a simulated or caller-driven
// context they are in the channel when the call that drove it returns.
func (c *Context) Subscribe(filter Filter) (*Subscription, error) {
	in := &C.wst_subscribe_options{struct_size: C.sizeof_wst_subscribe_options}
	for _, kind := range filter.Types {
		in.events |= 1 << kind
	}
	if filter.Object != nil {
		in.object = filter.Object.shared().current()
	}
	return c.subscribe(filter.Buffer, func(h, out, e unsafe.Pointer) int32 {
		return native.Wst_subscribe(h, unsafe.Pointer(in), nil, nil, nil, out, e)
	})
}

// Watching is what notices of change are wanted.
type Watching struct {
	InterfaceID uint64        // 0: all, also future ones
	Reasons     uint32        // Change bits; 0: all
	Interval    time.Duration // longest time until a change that the kernel does not announce is found; 0: 1 s, at least 50 ms
	Buffer      int           // events that the channel holds; 0: 1024
}

// Watch asks for an [InterfaceChange] whenever interfaces, their link or what they stamp changes.
func (c *Context) Watch(watching Watching) (*Subscription, error) {
	in := &C.wst_watch_options{struct_size: C.sizeof_wst_watch_options, reasons: C.uint32_t(watching.Reasons),
		interface_id: C.uint64_t(watching.InterfaceID), poll_interval_ms: C.uint32_t(watching.Interval / time.Millisecond)}
	return c.subscribe(watching.Buffer, func(h, out, e unsafe.Pointer) int32 {
		return native.Wst_watch(h, unsafe.Pointer(in), nil, nil, nil, out, e)
	})
}

func (c *Context) subscribe(buffer int, ask func(h, out, e unsafe.Pointer) int32) (*Subscription, error) {
	if buffer <= 0 {
		buffer = 1024
	}
	out := new(C.uint64_t)
	// Held meanwhile, so that nobody takes an event whose channel is not known yet.
	c.subscriptions.Lock()
	defer c.subscriptions.Unlock()
	if c.closing {
		return nil, c.closedError()
	}
	if err := c.call(func(h, e unsafe.Pointer) int32 { return ask(h, unsafe.Pointer(out), e) }); err != nil {
		return nil, err
	}
	events := make(chan Event, buffer)
	made := &Subscription{C: events, events: events, id: uint64(*out), context: c}
	c.bySubscriber[made.id] = made
	if c.simulation == nil && !c.callerDriven && !c.pumping {
		c.pumping = true
		c.pumped.Add(1)
		go c.pump()
	}
	return made, nil
}

// Close ends the subscription and its channel; what is in the channel can still be read.
func (s *Subscription) Close() error {
	c := s.context
	c.subscriptions.Lock()
	defer c.subscriptions.Unlock()
	if c.bySubscriber[s.id] != s {
		return nil
	}
	if c.simulation == nil && !c.callerDriven {
		c.drainLocked() // what C has queued for it comes first; a driven context has brought it, and is not driven here
	}
	delete(c.bySubscriber, s.id)
	close(s.events)
	err := c.call(func(h, e unsafe.Pointer) int32 { return native.Wst_unsubscribe(h, s.id, e) })
	if failure, ok := err.(*Error); ok && (failure.Status == Closed || failure.Status == NotFound) {
		return nil
	}
	return err
}

// pump takes events from C until the context closes.
func (c *Context) pump() {
	defer c.pumped.Done()
	raw := new(C.wst_event)
	for {
		select {
		case <-c.stop:
			return
		default:
		}
		if c.take(raw, slice) {
			c.subscriptions.Lock()
			c.deliver(raw)
			c.drainLocked()
			c.subscriptions.Unlock()
		}
	}
}

// take takes one event from C's queue.
func (c *Context) take(raw *C.wst_event, wait time.Duration) bool {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	if c.handle == nil {
		return false
	}
	raw.struct_size = C.sizeof_wst_event
	return native.Wst_event_wait(c.handle, int32(wait/time.Millisecond), unsafe.Pointer(raw), nil) == C.WST_OK
}

// drain takes what is there without waiting.
func (c *Context) drain() {
	c.subscriptions.Lock()
	defer c.subscriptions.Unlock()
	if len(c.bySubscriber) > 0 {
		c.drainLocked()
	}
}

func (c *Context) drainLocked() {
	for raw := new(C.wst_event); c.take(raw, 0); {
		c.deliver(raw)
	}
}

func (c *Context) deliver(raw *C.wst_event) {
	if raw._type == C.WST_EVENT_OVERFLOW {
		// C's queue is everybody's: all have lost.
		for _, subscription := range c.bySubscriber {
			subscription.send(c.event(raw))
		}
		return
	}
	if subscription := c.bySubscriber[uint64(raw.subscription)]; subscription != nil {
		subscription.send(c.event(raw))
	}
}

// send never blocks: a reader that sleeps must not hold up the others.
func (s *Subscription) send(event Event) {
	if s.lost > 0 && len(s.events) < cap(s.events)-1 {
		s.events <- &Overflow{header{*event.Header()}, s.lost}
		s.lost = 0
	}
	select {
	case s.events <- event:
	default:
		s.lost++
	}
}

// afterDriving brings what came while this goroutine drove the context, and with it perhaps others on the same network.
func (c *Context) afterDriving() {
	if c.simulation != nil {
		c.simulation.drain()
	} else if c.callerDriven {
		c.drain()
	}
}
