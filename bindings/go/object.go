// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"context"
	"sync"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/peek"
)

// slice is how long a call waits inside C at most before it looks whether it should go on: closing and cancelling take effect
// within that.
const slice = 50 * time.Millisecond

// forever is a timeout without limit.
const forever time.Duration = -1

// object is one of the C library's that goroutines share. Calls hold it for reading, closing for writing, so that no call meets
// an object that is gone.
type object struct {
	mutex  sync.RWMutex
	handle unsafe.Pointer
	kind   string
}

func (o *object) closedError() error {
	return &Error{Closed, 0, o.kind + " is closed; open a new one"}
}

// current is the handle, nil when closed: to compare with, not to call on.
func (o *object) current() unsafe.Pointer {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	return o.handle
}

// call runs a C call on the object.
func (o *object) call(call func(handle, e unsafe.Pointer) int32) error {
	o.mutex.RLock()
	defer o.mutex.RUnlock()
	if o.handle == nil {
		return o.closedError()
	}
	failure := borrowFailure()
	defer failures.Put(failure)
	if status := call(o.handle, unsafe.Pointer(failure)); status != C.WST_OK {
		return failed(status, failure)
	}
	return nil
}

// wait runs a C call that waits, in slices, until it brings something, the time is up or ctx is over.
func (o *object) wait(ctx context.Context, timeout time.Duration, call func(handle unsafe.Pointer, ns int64, e unsafe.Pointer) int32) error {
	for {
		part := timeout
		if part < 0 || part > slice {
			part = slice
		}
		if deadline, ok := ctx.Deadline(); ok {
			if left := time.Until(deadline); left < part {
				part = left
			}
			if part < 0 {
				part = 0
			}
		}
		err := o.call(func(handle, e unsafe.Pointer) int32 { return call(handle, int64(part), e) })
		failure, _ := err.(*Error)
		if failure == nil || !failure.Timeout() {
			return err
		}
		if timeout >= 0 {
			if timeout -= part; timeout <= 0 {
				return err
			}
		}
		if over := ended(ctx); over != nil {
			return over
		}
	}
}

// descriptor asks for one that the object has.
func (o *object) descriptor(ask func(handle, out, e unsafe.Pointer) int32) (uintptr, error) {
	out := new(C.intptr_t)
	err := o.call(func(handle, e unsafe.Pointer) int32 { return ask(handle, unsafe.Pointer(out), e) })
	return uintptr(*out), err
}

// close ends the object once; calls in it leave first.
func (o *object) close(end func(handle, e unsafe.Pointer) int32) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.handle == nil {
		return nil
	}
	handle := o.handle
	err := check(func(e unsafe.Pointer) int32 { return end(handle, e) })
	if err == nil {
		o.handle = nil
	}
	return err
}

func init() {
	peek.Handle = func(of any) unsafe.Pointer {
		if c, ok := of.(*Context); ok {
			return c.current()
		}
		return nil
	}
}
