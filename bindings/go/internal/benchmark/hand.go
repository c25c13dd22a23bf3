// SPDX-License-Identifier: Apache-2.0

package main

/*
#cgo pkg-config: wirestamp
#include <wirestamp/wirestamp.h>

extern void handEvent(uint64_t sequence, int64_t offset, int64_t delay, int64_t bound, int64_t time, double frequency);

static void count(void *user, const wst_event *event) { (void)user; (void)event; }
static void deliver(void *user, const wst_event *event) {
	const wst_event_ptp_offset *o = &event->payload.ptp_offset;
	(void)user;
	handEvent(event->sequence, o->offset_from_master, o->mean_path_delay, o->bound, o->ptp_time, o->frequency);
}
static wst_status hand_subscribe(wst_context *context, int to_go) {
	wst_subscribe_options options = WST_SUBSCRIBE_OPTIONS_INIT;
	wst_subscription id = 0;
	options.events = WST_EVENT_BIT(WST_EVENT_PTP_OFFSET);
	return wst_subscribe(context, &options, to_go ? deliver : count, NULL, NULL, &id, NULL);
}
*/
import "C"

import (
	"log"
	"syscall"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp"
)

// What the binding is measured against: the same C functions through cgo written by hand for nothing else, with no guard against
// a closed context and no message of an error.

var (
	sum    int64
	events int64
)

//export handEvent
func handEvent(sequence C.uint64_t, offset, delay, bound, time C.int64_t, frequency C.double) {
	events++
	sum += int64(sequence) + int64(offset) + int64(delay) + int64(bound) + int64(time) + int64(frequency)
}

func handRead(context unsafe.Pointer, clock uint32) int64 {
	var value C.int64_t
	if C.wst_clock_read((*C.wst_context)(context), C.uint32_t(clock), 0, &value, nil) != C.WST_OK {
		log.Fatal("clock")
	}
	return int64(value)
}

func handCross(context unsafe.Pointer, id uint64) wirestamp.CrossTimestamp {
	x := C.wst_cross_timestamp{struct_size: C.sizeof_wst_cross_timestamp}
	if C.wst_cross_timestamp_get((*C.wst_context)(context), C.uint64_t(id), C.WST_CLOCK_MONOTONIC_RAW, 1, &x, nil) != C.WST_OK {
		log.Fatal("cross-timestamp")
	}
	return wirestamp.CrossTimestamp{InterfaceID: uint64(x.interface_id), Method: wirestamp.CrossMethod(x.method),
		SystemBefore: int64(x.system_before), Device: int64(x.device), SystemAfter: int64(x.system_after),
		SystemClock: wirestamp.Clock(x.system_clock), DeviceClock: wirestamp.Clock(x.device_clock),
		DeviceIndex: int32(x.device_index), Samples: uint32(x.samples), Uncertainty: int64(x.uncertainty)}
}

func handSubscribe(context unsafe.Pointer, toGo bool) {
	way := C.int(0)
	if toGo {
		way = 1
	}
	if C.hand_subscribe((*C.wst_context)(context), way) != C.WST_OK {
		log.Fatal("subscribe")
	}
}

// processor is the time that this thread had one: what else runs on the machine then matters little.
func processor() time.Duration {
	var usage syscall.Rusage
	const thread = 1 // RUSAGE_THREAD
	if err := syscall.Getrusage(thread, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
