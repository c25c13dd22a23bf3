// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <stdlib.h>
// #include <wirestamp/wirestamp.h>
import "C"

import (
	"context"
	"io"
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Options say how a context is made. The zero value is a context on the system with a thread of its own.
type Options struct {
	CallerDriven       bool        // no thread of the library's own: Run drives the context
	EventQueueCapacity uint32      // events kept between C and the channels; 0: 1024
	Seed               uint64      // for what PTP wants random; 0: taken from the system
	Simulation         *Simulation // live on a host of this network instead of the system
	Host               string      // name of that host

	// Log takes log lines up to LogLevel, on any goroutine and perhaps on several at once; it must not call back into the
	// context. This is the one place where C calls into Go, and only for who asks for it.
	Log      func(level LogLevel, line string)
	LogLevel LogLevel // 0: LogNotice
}

// Context is what everything else lives in. Any goroutine may use it.
type Context struct {
	object
	simulation   *Simulation
	callerDriven bool

	children sync.Mutex
	open_    map[unsafe.Pointer]io.Closer // by handle, so that events name what they are about

	subscriptions sync.Mutex
	bySubscriber  map[uint64]*Subscription
	pumping       bool
	closing       bool
	pumped        sync.WaitGroup
	stop          chan struct{}
	logUser       unsafe.Pointer // what C gives back with a line; nil: no log
}

// Open makes a context.
func Open(options Options) (*Context, error) {
	in := &C.wst_context_options{struct_size: C.sizeof_wst_context_options,
		event_queue_capacity: C.uint32_t(options.EventQueueCapacity), seed: C.uint64_t(options.Seed)}
	if options.CallerDriven {
		in.flags = C.WST_CONTEXT_CALLER_DRIVEN
	}
	made := &Context{object: object{kind: "the context"}, simulation: options.Simulation, callerDriven: options.CallerDriven,
		open_: map[unsafe.Pointer]io.Closer{}, bySubscriber: map[uint64]*Subscription{}, stop: make(chan struct{})}
	if options.Log != nil {
		made.logUser = newLogUser(cgo.NewHandle(options.Log))
		in.log, in.log_level, in.log_user = logFunction, C.int32_t(options.LogLevel), made.logUser
	}
	out := new(unsafe.Pointer)
	create := func(e unsafe.Pointer) int32 {
		return native.Wst_context_create(unsafe.Pointer(in), unsafe.Pointer(out), e)
	}
	var err error
	if options.Simulation != nil {
		host := C.CString(options.Host)
		defer C.free(unsafe.Pointer(host))
		in.simulation_host = host
		err = options.Simulation.call(func(network, e unsafe.Pointer) int32 {
			in.simulation = (*C.struct_wst_simulation)(network)
			return create(e)
		})
	} else {
		err = check(create)
	}
	if err != nil {
		endLog(made)
		return nil, err
	}
	made.handle = *out
	if options.Simulation != nil {
		options.Simulation.adopt(made)
	}
	return made, nil
}

// Close ends the context, everything in it and its channels. Calls that wait in it return an error that is Closed.
func (c *Context) Close() error {
	c.children.Lock()
	var open []io.Closer
	for _, child := range c.open_ {
		open = append(open, child)
	}
	c.children.Unlock()
	for _, child := range open {
		child.Close()
	}
	c.subscriptions.Lock()
	if !c.closing {
		c.closing = true
		close(c.stop)
	}
	c.subscriptions.Unlock()
	c.pumped.Wait()
	err := c.close(native.Wst_context_close)
	if err == nil {
		c.subscriptions.Lock()
		for id, subscription := range c.bySubscriber {
			delete(c.bySubscriber, id)
			close(subscription.events)
		}
		c.subscriptions.Unlock()
		if c.simulation != nil {
			c.simulation.disown(c)
		}
		endLog(c)
	}
	return err
}

// open makes an object in this context.
func (c *Context) open(made *object, closer io.Closer, open func(h, out, e unsafe.Pointer) int32) error {
	out := new(unsafe.Pointer)
	return c.call(func(h, e unsafe.Pointer) int32 {
		status := open(h, unsafe.Pointer(out), e)
		if status == C.WST_OK {
			made.handle = *out
			c.children.Lock()
			c.open_[made.handle] = closer
			c.children.Unlock()
		}
		return status
	})
}

// closeChild ends an object of this context.
func (c *Context) closeChild(child *object, end func(handle, e unsafe.Pointer) int32) error {
	return child.close(func(handle, e unsafe.Pointer) int32 {
		status := end(handle, e)
		if status == C.WST_OK {
			c.children.Lock()
			delete(c.open_, handle)
			c.children.Unlock()
		}
		return status
	})
}

// Run drives a caller-driven or simulated context until at least one event came or the time is up (which is an error that is
// TimedOut); its events are in their channels then. A negative timeout waits until something happens.
func (c *Context) Run(ctx context.Context, timeout time.Duration) error {
	defer c.afterDriving()
	return c.wait(ctx, timeout, func(h unsafe.Pointer, ns int64, e unsafe.Pointer) int32 {
		return native.Wst_context_run(h, ns, e)
	})
}

// NextDeadline is when a caller-driven context next has something to do on its own; false if nothing is due.
func (c *Context) NextDeadline() (time.Duration, bool, error) {
	out := new(C.int64_t)
	err := c.call(func(h, e unsafe.Pointer) int32 {
		return native.Wst_context_next_deadline(h, unsafe.Pointer(out), e)
	})
	if err != nil || *out == 1<<63-1 {
		return 0, false, err
	}
	return time.Duration(*out), true, nil
}

// EventFd is a descriptor that is readable as long as C's queue holds an event: of use where Run drives the context. Do not read,
// write or close it.
func (c *Context) EventFd() (uintptr, error) { return c.descriptor(native.Wst_event_handle) }

// Fd is a descriptor that becomes readable when a caller-driven context has something to serve: call Run with 0 then, and also
// when NextDeadline has passed. It is an error that is NotSupported where the system has no such descriptor. Do not read, write or
// close it.
func (c *Context) Fd() (uintptr, error) { return c.descriptor(native.Wst_context_handle) }
