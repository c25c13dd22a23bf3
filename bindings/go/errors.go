// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"context"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Status is how a call failed. Each is an error itself, for errors.Is: errors.Is(err, wirestamp.NotFound).
type Status int32

const (
	InvalidArgument  Status = C.WST_E_INVALID_ARGUMENT
	UnsupportedField Status = C.WST_E_UNSUPPORTED_FIELD
	NotFound         Status = C.WST_E_NOT_FOUND
	Permission       Status = C.WST_E_PERMISSION
	NotSupported     Status = C.WST_E_NOT_SUPPORTED
	TimedOut         Status = C.WST_E_TIMED_OUT
	WouldBlock       Status = C.WST_E_WOULD_BLOCK
	WouldDeadlock    Status = C.WST_E_WOULD_DEADLOCK
	Closed           Status = C.WST_E_CLOSED
	Busy             Status = C.WST_E_BUSY
	OutOfMemory      Status = C.WST_E_OUT_OF_MEMORY
	Limit            Status = C.WST_E_LIMIT
	WrongState       Status = C.WST_E_STATE
	OutOfRange       Status = C.WST_E_RANGE
	UnknownOption    Status = C.WST_E_UNKNOWN_OPTION
	BadDriver        Status = C.WST_E_BAD_DRIVER
	InterfaceGone    Status = C.WST_E_INTERFACE_GONE
	IO               Status = C.WST_E_IO
	Parse            Status = C.WST_E_PARSE
	Administrator    Status = C.WST_E_ADMINISTRATOR
	Internal         Status = C.WST_E_INTERNAL
)

// Error is one sentence about the status.
func (s Status) Error() string { return native.Wst_status_text(int32(s)) }

// Name is the C interface's, such as "WST_E_NOT_FOUND".
func (s Status) Name() string { return native.Wst_status_name(int32(s)) }

// Error is a call that failed. errors.Is finds its Status, the syscall.Errno behind it, and what the standard library calls the
// same: net.ErrClosed, os.ErrDeadlineExceeded, fs.ErrPermission, fs.ErrNotExist.
type Error struct {
	Status  Status
	OSError int32  // errno or GetLastError value behind it, 0 if none
	Message string // what was wrong and what to do
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Status.Error()
	}
	return e.Message
}

// Is makes errors.Is work, see there.
func (e *Error) Is(target error) bool {
	if status, ok := target.(Status); ok {
		return e.Status == status
	}
	switch e.Status {
	case Closed:
		return target == net.ErrClosed
	case TimedOut:
		return target == os.ErrDeadlineExceeded
	case Permission:
		return target == fs.ErrPermission
	case NotFound:
		return target == fs.ErrNotExist
	}
	return false
}

// Unwrap gives the system's error behind it, nil if there is none.
func (e *Error) Unwrap() error {
	if e.OSError == 0 {
		return nil
	}
	return syscall.Errno(e.OSError)
}

// Timeout is for net.Error.
func (e *Error) Timeout() bool { return e.Status == TimedOut || e.Status == WouldBlock }

// Temporary is for net.Error.
func (e *Error) Temporary() bool { return e.Timeout() || e.Status == Busy }

var _ net.Error = (*Error)(nil)

// Errors are written by C into memory that is used again and again.
var failures = sync.Pool{New: func() any { return new(C.wst_error) }}

func borrowFailure() *C.wst_error {
	failure := failures.Get().(*C.wst_error)
	failure.struct_size = C.sizeof_wst_error
	return failure
}

func failed(status int32, failure *C.wst_error) error {
	return &Error{Status(status), int32(failure.os_error), text(failure.message[:])}
}

// check runs a call that belongs to no object.
func check(call func(e unsafe.Pointer) int32) error {
	failure := borrowFailure()
	defer failures.Put(failure)
	if status := call(unsafe.Pointer(failure)); status != C.WST_OK {
		return failed(status, failure)
	}
	return nil
}

// ended tells why waiting ended: a context.Context that is over, or nil.
func ended(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	default:
		return nil
	}
}
