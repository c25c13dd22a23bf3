// SPDX-License-Identifier: Apache-2.0

package wirestamp

// #include <wirestamp/wirestamp.h>
import "C"

import (
	"context"
	"net/netip"
	"time"
	"unsafe"

	"wirestamp.org/wirestamp/internal/native"
)

// Stamps are those that a socket asks for.
type Stamps uint32

const (
	StampsSoftware Stamps = C.WST_STAMPS_SOFTWARE // of the kernel
	StampsHardware Stamps = C.WST_STAMPS_HARDWARE // of the adapter alone
	StampsBoth     Stamps = C.WST_STAMPS_BOTH     // whatever comes, each labelled
	StampsNone     Stamps = C.WST_STAMPS_NONE     // an ordinary socket
)

// SocketOptions say how a socket is opened. The zero value: IPv4, any port, software stamps.
type SocketOptions struct {
	Local              netip.AddrPort // to bind to
	InterfaceID        uint64         // sends, receives and joins groups only there
	Stamps             Stamps
	TransmitStampsKept uint32 // that have come and were not taken yet, 1 to 65535; 0: 256
	ReuseAddress       bool
	MulticastLoopback  bool   // hear what this host itself sends to a group
	Events             bool   // SocketEvent when datagrams or transmit stamps have come
	TimeToLive         uint32 // 0: system default
	DSCP               uint32 // 0 to 63
	Priority           uint32 // SO_PRIORITY, 0 to 15
	ReceiveBuffer      uint32 // bytes; 0: a size fit for bursts
	SendBuffer         uint32 // bytes; 0: system default
	ByClock            bool   // hardware stamps count the clock ClockIndex, a virtual one of the adapter's (Linux 5.14 and later)
	ClockIndex         uint32 // N of /dev/ptpN
}

// Socket is a UDP socket whose packets carry stamps. Any goroutine.
type Socket struct {
	object
	context *Context
}

// OpenSocket opens and binds a UDP socket.
func (c *Context) OpenSocket(options SocketOptions) (*Socket, error) {
	in := &C.wst_socket_options{struct_size: C.sizeof_wst_socket_options, stamps: C.uint32_t(options.Stamps),
		transmit_stamps_kept: C.uint32_t(options.TransmitStampsKept), interface_id: C.uint64_t(options.InterfaceID),
		time_to_live: C.uint32_t(options.TimeToLive), dscp: C.uint32_t(options.DSCP), priority: C.uint32_t(options.Priority),
		receive_buffer: C.uint32_t(options.ReceiveBuffer), send_buffer: C.uint32_t(options.SendBuffer)}
	if options.ReuseAddress {
		in.flags |= C.WST_SOCKET_REUSE_ADDRESS
	}
	if options.MulticastLoopback {
		in.flags |= C.WST_SOCKET_MULTICAST_LOOPBACK
	}
	if options.Events {
		in.flags |= C.WST_SOCKET_EVENTS
	}
	if options.ByClock {
		in.flags |= C.WST_SOCKET_CLOCK
		in.clock_index = C.uint32_t(options.ClockIndex)
	}
	if options.Local.Addr().IsValid() {
		if err := cAddress(&in.local, options.Local.Addr(), options.Local.Port()); err != nil {
			return nil, err
		}
	}
	made := &Socket{object: object{kind: "the socket"}, context: c}
	err := c.open(&made.object, made, func(h, out, e unsafe.Pointer) int32 {
		return native.Wst_socket_open(h, unsafe.Pointer(in), out, e)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Close ends it, with its pending stamps. Calls that wait in it return an error that is Closed.
func (s *Socket) Close() error { return s.context.closeChild(&s.object, native.Wst_socket_close) }

// LocalAddr is what it is bound to, with the port that the system chose.
func (s *Socket) LocalAddr() (netip.AddrPort, error) {
	out := new(C.wst_address)
	err := s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_socket_local_address(h, unsafe.Pointer(out), e) })
	return goAddrPort(out), err
}

// Join joins a multicast group on the interface that the socket was opened with.
func (s *Socket) Join(group netip.Addr) error { return s.group(group, native.Wst_socket_join) }

// Leave leaves a group.
func (s *Socket) Leave(group netip.Addr) error { return s.group(group, native.Wst_socket_leave) }

func (s *Socket) group(group netip.Addr, act func(h, group, e unsafe.Pointer) int32) error {
	in := new(C.wst_address)
	if err := cAddress(in, group, 0); err != nil {
		return err
	}
	return s.call(func(h, e unsafe.Pointer) int32 { return act(h, unsafe.Pointer(in), e) })
}

// Datagram is what is known of a received one beside its payload.
type Datagram struct {
	Size           int  // bytes in the buffer
	Truncated      bool // it was longer than the buffer; the rest is lost
	Source         netip.AddrPort
	Destination    netip.AddrPort // a group, perhaps; not valid if unknown
	InterfaceIndex uint32         // 0: unknown
	Hardware       Stamp
	Software       Stamp
}

// Receive receives one datagram into the buffer, waiting for it as long as ctx allows.
func (s *Socket) Receive(ctx context.Context, buffer []byte) (Datagram, error) {
	return s.ReceiveFor(ctx, buffer, forever)
}

// ReceiveFor is Receive with a limit that counts in the time of the host, which on a simulated network is virtual. 0 does not
// wait; nothing there is then an error that is WouldBlock, else one that is TimedOut.
func (s *Socket) ReceiveFor(ctx context.Context, buffer []byte, timeout time.Duration) (Datagram, error) {
	if len(buffer) == 0 {
		return Datagram{}, &Error{InvalidArgument, 0, "the buffer is empty; give room for a datagram"}
	}
	defer s.context.afterDriving()
	raw := &C.wst_datagram{}
	err := s.wait(ctx, timeout, func(h unsafe.Pointer, ns int64, e unsafe.Pointer) int32 {
		raw.struct_size = C.sizeof_wst_datagram
		raw.capacity = C.uint32_t(len(buffer))
		return native.Receive_into(h, unsafe.Pointer(raw), unsafe.Pointer(&buffer[0]), ns, e)
	})
	if err != nil {
		return Datagram{}, err
	}
	return goDatagram(raw), nil
}

func goDatagram(raw *C.wst_datagram) Datagram {
	return Datagram{int(raw.size), raw.flags&C.WST_DATAGRAM_TRUNCATED != 0, goAddrPort(&raw.source), goAddrPort(&raw.destination),
		uint32(raw.interface_index), stamp(&raw.hardware), stamp(&raw.software)}
}

// Send sends one datagram without asking for a stamp. It does not wait.
func (s *Socket) Send(data []byte, to netip.AddrPort) error { return s.send(data, to, 0, 0) }

// SendStamped sends one datagram whose transmit stamp can be taken later under the id: any number, but those in flight should
// differ.
func (s *Socket) SendStamped(data []byte, to netip.AddrPort, id uint32) error {
	return s.send(data, to, C.WST_OUTGOING_STAMP, id)
}

func (s *Socket) send(data []byte, to netip.AddrPort, flags C.uint32_t, id uint32) error {
	if len(data) == 0 {
		data = []byte{0}[:0:1]
	}
	raw := &C.wst_outgoing{struct_size: C.sizeof_wst_outgoing, flags: flags, size: C.uint32_t(len(data)), id: C.uint32_t(id)}
	if err := cAddress(&raw.destination, to.Addr(), to.Port()); err != nil {
		return err
	}
	first := unsafe.Pointer(&data[:1][0])
	return s.call(func(h, e unsafe.Pointer) int32 { return native.Send_from(h, unsafe.Pointer(raw), first, e) })
}

// Batch has room for several datagrams that one system call receives. Not for two goroutines at once.
type Batch struct {
	records []C.wst_datagram
	payload []byte
	each    int
}

// NewBatch has room for count datagrams of up to so many bytes.
func NewBatch(count, size int) *Batch {
	if count < 1 || size < 1 {
		count, size = 0, 0
	}
	return &Batch{make([]C.wst_datagram, count), make([]byte, count*size), size}
}

// Len is how many it has room for.
func (b *Batch) Len() int { return len(b.records) }

// Datagram is what is known of one that was received, from 0.
func (b *Batch) Datagram(index int) Datagram { return goDatagram(&b.records[index]) }

// Payload is that of one that was received, until the batch receives again.
func (b *Batch) Payload(index int) []byte {
	return b.payload[index*b.each:][:b.records[index].size:b.each]
}

// ReceiveBatch waits for a datagram as long as ctx allows and takes with it what else is there. It tells how many came.
func (s *Socket) ReceiveBatch(ctx context.Context, batch *Batch) (int, error) {
	return s.ReceiveBatchFor(ctx, batch, forever)
}

// ReceiveBatchFor is ReceiveBatch with a limit, as ReceiveFor.
func (s *Socket) ReceiveBatchFor(ctx context.Context, batch *Batch, timeout time.Duration) (int, error) {
	if batch.Len() == 0 {
		return 0, &Error{InvalidArgument, 0, "the batch is empty; give room for a datagram"}
	}
	defer s.context.afterDriving()
	count := new(C.uint32_t)
	err := s.wait(ctx, timeout, func(h unsafe.Pointer, ns int64, e unsafe.Pointer) int32 {
		return native.Receive_batch_into(h, unsafe.Pointer(&batch.records[0]), uint32(batch.Len()),
			unsafe.Pointer(&batch.payload[0]), uint32(batch.each), ns, unsafe.Pointer(count), e)
	})
	if err != nil {
		return 0, err
	}
	return int(*count), nil
}

// Outgoing is a datagram to send with others.
type Outgoing struct {
	Data  []byte
	To    netip.AddrPort
	Stamp bool   // take a transmit stamp and keep it under ID
	ID    uint32 // any number; those in flight should differ
}

// SendBatch sends datagrams in their order with one system call, until one cannot be sent. It tells how many were; there is an
// error only if none was.
func (s *Socket) SendBatch(batch []Outgoing) (int, error) {
	if len(batch) == 0 {
		return 0, nil
	}
	raw := make([]C.wst_outgoing, len(batch))
	length := 1 // C takes no address that is NULL
	for _, one := range batch {
		length += len(one.Data)
	}
	data := make([]byte, 0, length)
	for i, one := range batch {
		raw[i] = C.wst_outgoing{struct_size: C.sizeof_wst_outgoing, size: C.uint32_t(len(one.Data)), id: C.uint32_t(one.ID)}
		if one.Stamp {
			raw[i].flags = C.WST_OUTGOING_STAMP
		}
		if err := cAddress(&raw[i].destination, one.To.Addr(), one.To.Port()); err != nil {
			return 0, err
		}
		data = append(data, one.Data...)
	}
	count := new(C.uint32_t)
	err := s.call(func(h, e unsafe.Pointer) int32 {
		return native.Send_batch_from(h, unsafe.Pointer(&raw[0]), uint32(len(raw)), unsafe.Pointer(&data[:1][0]),
			unsafe.Pointer(count), e)
	})
	return int(*count), err
}

// Fd is the descriptor, for an event loop of the program's own: readable when a datagram has come, with an error condition when a
// transmit stamp has. Do not read, write or close it. A simulated socket has none.
func (s *Socket) Fd() (uintptr, error) { return s.descriptor(native.Wst_socket_handle) }

// TransmitStamp has the stamps of a packet that was sent.
type TransmitStamp struct {
	ID       uint32
	Hardware Stamp
	Software Stamp
}

// Best is the hardware stamp if there is one, else the software stamp.
func (t TransmitStamp) Best() Stamp {
	if t.Hardware.Valid() {
		return t.Hardware
	}
	return t.Software
}

func goTransmitStamp(c *C.wst_transmit_stamp) TransmitStamp {
	return TransmitStamp{uint32(c.id), stamp(&c.hardware), stamp(&c.software)}
}

// TransmitStamp takes the stamp of one packet, waiting for it as long as ctx allows. A stamp can be taken once.
func (s *Socket) TransmitStamp(ctx context.Context, id uint32) (TransmitStamp, error) {
	return s.TransmitStampFor(ctx, id, forever)
}

// TransmitStampFor is TransmitStamp with a limit, as ReceiveFor.
func (s *Socket) TransmitStampFor(ctx context.Context, id uint32, timeout time.Duration) (TransmitStamp, error) {
	defer s.context.afterDriving()
	raw := &C.wst_transmit_stamp{}
	err := s.wait(ctx, timeout, func(h unsafe.Pointer, ns int64, e unsafe.Pointer) int32 {
		raw.struct_size = C.sizeof_wst_transmit_stamp
		return native.Wst_socket_transmit_stamp(h, id, ns, unsafe.Pointer(raw), e)
	})
	if err != nil {
		return TransmitStamp{}, err
	}
	return goTransmitStamp(raw), nil
}

// TransmitStamps takes up to so many stamps in the order in which they came, waiting for the first.
func (s *Socket) TransmitStamps(ctx context.Context, most int) ([]TransmitStamp, error) {
	return s.TransmitStampsFor(ctx, most, forever)
}

// TransmitStampsFor is TransmitStamps with a limit, as ReceiveFor.
func (s *Socket) TransmitStampsFor(ctx context.Context, most int, timeout time.Duration) ([]TransmitStamp, error) {
	if most < 1 {
		return nil, nil
	}
	defer s.context.afterDriving()
	array := make([]C.wst_transmit_stamp, most)
	count := new(C.uint32_t)
	err := s.wait(ctx, timeout, func(h unsafe.Pointer, ns int64, e unsafe.Pointer) int32 {
		array[0].struct_size = C.sizeof_wst_transmit_stamp
		return native.Wst_socket_transmit_stamps(h, unsafe.Pointer(&array[0]), uint32(most), ns, unsafe.Pointer(count), e)
	})
	if err != nil {
		return nil, err
	}
	taken := make([]TransmitStamp, *count)
	for i := range taken {
		taken[i] = goTransmitStamp(&array[i])
	}
	return taken, nil
}

// SocketCounters are what a socket counted since it was opened.
type SocketCounters struct {
	Received               uint64
	Sent                   uint64
	ReceiveStampsMissing   uint64 // datagrams without any stamp though asked for
	ReceiveDrops           uint64 // datagrams that the system dropped
	TransmitStampsAsked    uint64
	TransmitStamps         uint64 // that came
	TransmitStampsDropped  uint64 // discarded, because too many waited
	TransmitStampsUnknown  uint64 // that nobody asked for
	TransmitStampsTimedOut uint64 // waits that ended without
	TransmitStampsZero     uint64 // that came without a value: a driver that lies
}

// Counters tell what was counted.
func (s *Socket) Counters() (SocketCounters, error) {
	c := &C.wst_socket_counters{struct_size: C.sizeof_wst_socket_counters}
	err := s.call(func(h, e unsafe.Pointer) int32 { return native.Wst_socket_counters_get(h, unsafe.Pointer(c), e) })
	return SocketCounters{uint64(c.received), uint64(c.sent), uint64(c.receive_stamps_missing), uint64(c.receive_drops),
		uint64(c.transmit_stamps_asked), uint64(c.transmit_stamps), uint64(c.transmit_stamps_dropped),
		uint64(c.transmit_stamps_unknown), uint64(c.transmit_stamps_timed_out), uint64(c.transmit_stamps_zero)}, err
}
