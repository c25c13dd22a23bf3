// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <stdlib.h>
// #include <wirestamp/wirestamp.h>
// void wirestampGoLog(void *user, int32_t level, char *text);
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// LogLevel is syslog's: a line of a lower level is worse.
type LogLevel int32

const (
	LogError   LogLevel = C.WST_LOG_ERROR
	LogWarning LogLevel = C.WST_LOG_WARNING
	LogNotice  LogLevel = C.WST_LOG_NOTICE
	LogInfo    LogLevel = C.WST_LOG_INFO
	LogDebug   LogLevel = C.WST_LOG_DEBUG
)

var logFunction = C.wst_log_fn(C.wirestampGoLog)

// newLogUser keeps a handle where C can hold on to it.
func newLogUser(handle cgo.Handle) unsafe.Pointer {
	at := C.malloc(C.size_t(unsafe.Sizeof(handle)))
	*(*cgo.Handle)(at) = handle
	return at
}

// endLog forgets the log of a context that C does not know (any more).
func endLog(c *Context) {
	if c.logUser != nil {
		(*(*cgo.Handle)(c.logUser)).Delete()
		C.free(c.logUser)
		c.logUser = nil
	}
}

//export wirestampGoLog
func wirestampGoLog(user unsafe.Pointer, level C.int32_t, text *C.char) {
	// Nothing may pass into C, and where to say that logging failed, if not to the log?
	defer func() { _ = recover() }()
	(*(*cgo.Handle)(user)).Value().(func(LogLevel, string))(LogLevel(level), C.GoString(text))
}
