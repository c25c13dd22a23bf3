// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Wirestamp
{
    /// <summary>Which stamps a socket asks for.</summary>
    public enum StampKinds : uint
    {
        /// <summary>Of the kernel.</summary>
        Software = 0,
        /// <summary>Of the adapter alone.</summary>
        Hardware = 1,
        /// <summary>Whatever comes, each labelled.</summary>
        Both = 2,
        /// <summary>An ordinary socket.</summary>
        None = 3,
    }

    /// <summary>How a socket is opened. The defaults are the library's: IPv4, any port, software stamps.</summary>
    public sealed class SocketOptions
    {
        /// <summary>Address and port to bind to.</summary>
        public Endpoint Local { get; set; }
        /// <summary>Sends, receives and joins groups only there; 0: not bound to one.</summary>
        public ulong InterfaceId { get; set; }
        /// <summary>Stamps.</summary>
        public StampKinds Stamps { get; set; }
        /// <summary>Several sockets on one port.</summary>
        public bool ReuseAddress { get; set; }
        /// <summary>Hear what this host itself sends to a group.</summary>
        public bool MulticastLoopback { get; set; }
        /// <summary>Events when datagrams or transmit stamps have come; <see cref="TimestampSocket.ReceiveAsync"/> then needs no thread.</summary>
        public bool Events { get; set; }
        /// <summary>Stamps that have come and were not taken yet, 1 to 65535; 0: 256.</summary>
        public int TransmitStampsKept { get; set; }
        /// <summary>TTL or hop limit; 0: system default, 1 for multicast.</summary>
        public int TimeToLive { get; set; }
        /// <summary>Differentiated services code point, 0 to 63.</summary>
        public int Dscp { get; set; }
        /// <summary>SO_PRIORITY, 0 to 15.</summary>
        public int Priority { get; set; }
        /// <summary>Bytes; 0: a size fit for bursts.</summary>
        public int ReceiveBuffer { get; set; }
        /// <summary>Bytes; 0: system default.</summary>
        public int SendBuffer { get; set; }
        /// <summary>N of /dev/ptpN: hardware stamps count this virtual clock of the adapter's instead of its own (Linux 5.14 and later).</summary>
        public int? ClockIndex { get; set; }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SocketOptionsData
    {
        internal uint structSize;
        internal uint flags;
        internal uint stamps;
        internal uint transmitStampsKept;
        internal Endpoint local;
        internal ulong interfaceId;
        internal uint timeToLive;
        internal uint dscp;
        internal uint priority;
        internal uint receiveBuffer;
        internal uint sendBuffer;
        internal uint clockIndex;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct DatagramData
    {
        internal uint structSize;
        internal uint capacity;
        internal IntPtr data;
        internal uint size;
        internal uint flags;
        internal Endpoint source;
        internal Endpoint destination;
        internal uint interfaceIndex;
        internal uint reserved;
        internal Timestamp hardware;
        internal Timestamp software;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct OutgoingData
    {
        internal uint structSize;
        internal uint flags;
        internal IntPtr data;
        internal uint size;
        internal uint id;
        internal Endpoint destination;
    }

    /// <summary>A datagram received. Its bytes are in the buffer that was given.</summary>
    public readonly struct Datagram
    {
        internal Datagram(in DatagramData data)
        {
            Size = (int)data.size;
            IsTruncated = (data.flags & 1) != 0;
            Source = data.source;
            Destination = data.destination;
            InterfaceIndex = data.interfaceIndex;
            Hardware = data.hardware;
            Software = data.software;
        }

        /// <summary>Bytes received.</summary>
        public int Size { get; }
        /// <summary>It was longer than the buffer; the rest is lost.</summary>
        public bool IsTruncated { get; }
        /// <summary>Who sent it.</summary>
        public Endpoint Source { get; }
        /// <summary>Address that it was sent to (a group, perhaps).</summary>
        public Endpoint Destination { get; }
        /// <summary>Where it came in, 0 if unknown.</summary>
        public uint InterfaceIndex { get; }
        /// <summary>The adapter's stamp.</summary>
        public Timestamp Hardware { get; }
        /// <summary>The kernel's stamp.</summary>
        public Timestamp Software { get; }
        /// <summary>The better of the two.</summary>
        public Timestamp Stamp => Hardware.Exists ? Hardware : Software;
    }

    /// <summary>A transmit stamp, or both kinds of one packet.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct TransmitStamp
    {
        private readonly uint structSize;
        private readonly uint id;
        private readonly Timestamp hardware;
        private readonly Timestamp software;

        internal TransmitStamp(uint size)
        {
            structSize = size;
            id = 0;
            hardware = software = default;
        }
        /// <summary>As chosen when sending.</summary>
        public uint Id => id;
        /// <summary>The adapter's stamp.</summary>
        public Timestamp Hardware => hardware;
        /// <summary>The kernel's stamp.</summary>
        public Timestamp Software => software;
        /// <summary>The better of the two.</summary>
        public Timestamp Stamp => hardware.Exists ? hardware : software;
    }

    /// <summary>What was counted since the socket was opened.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct SocketCounters
    {
        private readonly uint structSize;
        private readonly uint reserved;
        private readonly ulong received;
        private readonly ulong sent;
        private readonly ulong receiveStampsMissing;
        private readonly ulong receiveDrops;
        private readonly ulong transmitStampsAsked;
        private readonly ulong transmitStamps;
        private readonly ulong transmitStampsDropped;
        private readonly ulong transmitStampsUnknown;
        private readonly ulong transmitStampsTimedOut;
        private readonly ulong transmitStampsZero;

        internal unsafe SocketCounters(bool prepared) : this()
        {
            structSize = prepared ? (uint)sizeof(SocketCounters) : 0;
        }
        /// <summary>Datagrams.</summary>
        public ulong Received => received;
        /// <summary>Datagrams.</summary>
        public ulong Sent => sent;
        /// <summary>Datagrams without any stamp though asked for.</summary>
        public ulong ReceiveStampsMissing => receiveStampsMissing;
        /// <summary>Datagrams that the system dropped because the receive buffer was full.</summary>
        public ulong ReceiveDrops => receiveDrops;
        /// <summary>Datagrams sent for a stamp.</summary>
        public ulong TransmitStampsAsked => transmitStampsAsked;
        /// <summary>Stamps that came.</summary>
        public ulong TransmitStamps => transmitStamps;
        /// <summary>Discarded because too many waited to be taken.</summary>
        public ulong TransmitStampsDropped => transmitStampsDropped;
        /// <summary>That nobody asked for.</summary>
        public ulong TransmitStampsUnknown => transmitStampsUnknown;
        /// <summary>Waits that ended without.</summary>
        public ulong TransmitStampsTimedOut => transmitStampsTimedOut;
        /// <summary>That came without a value: a driver that lies.</summary>
        public ulong TransmitStampsZero => transmitStampsZero;
    }

    /// <summary>A UDP socket whose packets carry stamps, on receipt and on transmission. Receiving and sending allocate nothing.</summary>
    public sealed class TimestampSocket : NativeObject
    {
        private readonly Context context;
        private readonly bool events;
        private readonly object awaiting = new object();
        private TaskCompletionSource<bool>? readable;
        private Subscription? notices;

        /// <summary>Bound to an address and port, with software stamps.</summary>
        public TimestampSocket(Context context, Endpoint local) : this(context, new SocketOptions { Local = local })
        {
        }

        /// <summary>Opens and binds a socket.</summary>
        public unsafe TimestampSocket(Context context, SocketOptions options)
            : base(context ?? throw new ArgumentNullException(nameof(context)))
        {
            if (options == null)
                throw new ArgumentNullException(nameof(options));
            this.context = context;
            events = options.Events;
            var data = new SocketOptionsData
            {
                structSize = (uint)sizeof(SocketOptionsData),
                flags = (options.ReuseAddress ? 1u : 0) | (options.MulticastLoopback ? 2u : 0) | (options.Events ? 4u : 0)
                        | (options.ClockIndex.HasValue ? 8u : 0),
                stamps = (uint)options.Stamps,
                transmitStampsKept = checked((uint)options.TransmitStampsKept),
                local = options.Local,
                interfaceId = options.InterfaceId,
                timeToLive = checked((uint)options.TimeToLive),
                dscp = checked((uint)options.Dscp),
                priority = checked((uint)options.Priority),
                receiveBuffer = checked((uint)options.ReceiveBuffer),
                sendBuffer = checked((uint)options.SendBuffer),
                clockIndex = checked((uint)options.ClockIndex.GetValueOrDefault()),
            };
            IntPtr opened;
            ErrorData error;
            context.Enter();
            int status = Native.wst_socket_open(context.Handle, (IntPtr)(&data), (IntPtr)(&opened), ErrorData.Prepare(&error));
            if (status != 0)
                context.Exit();
            ErrorData.Check(status, &error);
            Opened(opened);
        }

        internal override void Close(IntPtr closing) => Native.wst_socket_close(closing, IntPtr.Zero);

        internal override void Leave()
        {
            notices?.Dispose();
            lock (awaiting)
                readable?.TrySetException(new ObjectDisposedException(nameof(TimestampSocket)));
        }

        /// <summary>The address it is bound to, with the port that the system chose.</summary>
        public unsafe Endpoint LocalEndpoint
        {
            get
            {
                Endpoint local;
                ErrorData error;
                Enter();
                int status = Native.wst_socket_local_address(Handle, (IntPtr)(&local), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return local;
            }
        }

        /// <summary>Joins a multicast group on the interface that the socket was opened with.</summary>
        public unsafe void Join(Endpoint group)
        {
            ErrorData error;
            Enter();
            int status = Native.wst_socket_join(Handle, (IntPtr)(&group), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
        }

        /// <summary>Leaves a group.</summary>
        public unsafe void Leave(Endpoint group)
        {
            ErrorData error;
            Enter();
            int status = Native.wst_socket_leave(Handle, (IntPtr)(&group), ErrorData.Prepare(&error));
            Exit();
            ErrorData.Check(status, &error);
        }

        private unsafe bool Receive(byte* buffer, int size, long timeout, CancellationToken cancellation, out Datagram datagram)
        {
            DatagramData data;
            ErrorData error;
            data.structSize = (uint)sizeof(DatagramData);
            data.capacity = (uint)size;
            data.data = (IntPtr)buffer;
            Enter();
            try
            {
                var deadline = new Deadline(timeout, context.IsSimulated);
                for (;;)
                {
                    long piece = deadline.Next(out bool last);
                    int status = Native.wst_socket_receive(Handle, (IntPtr)(&data), piece, ErrorData.Prepare(&error));
                    if (ErrorData.CheckUnlessLate(status, &error))
                    {
                        datagram = new Datagram(in data);
                        return true;
                    }
                    if (last)
                    {
                        datagram = default;
                        return false;
                    }
                    if (IsClosing)
                        throw new ObjectDisposedException(nameof(TimestampSocket));
                    cancellation.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>Receives one datagram.</summary>
        /// <returns>false: the time was up</returns>
        /// <exception cref="ObjectDisposedException">also when the socket is disposed of while waiting</exception>
        public unsafe bool TryReceive(Span<byte> buffer, out Datagram datagram, TimeSpan timeout = default)
        {
            long ns = Timeouts.Nanoseconds(timeout);
            fixed (byte* bytes = &MemoryMarshal.GetReference(buffer))
                return Receive(bytes, buffer.Length, ns, CancellationToken.None, out datagram);
        }

        /// <summary>Receives one datagram, however long it takes.</summary>
        public Datagram Receive(Span<byte> buffer)
        {
            while (true)
            {
                if (TryReceive(buffer, out Datagram datagram, Timeout.InfiniteTimeSpan))
                    return datagram;
            }
        }

        /// <summary>
        /// Receives one datagram. Completes at once, and without allocating, if one is there. With <see cref="SocketOptions.Events"/> no
        /// thread waits; without, one of the pool's does.
        /// </summary>
        public ValueTask<Datagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation = default)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryReceive(buffer.Span, out Datagram datagram))
                return new ValueTask<Datagram>(datagram);
            return new ValueTask<Datagram>(events ? AwaitNotice(buffer, cancellation) : OnThePool(buffer, cancellation));
        }

        private Task<Datagram> OnThePool(Memory<byte> buffer, CancellationToken cancellation) =>
            Task.Run(() => WaitFor(buffer, cancellation), cancellation);

        private unsafe Datagram WaitFor(Memory<byte> buffer, CancellationToken cancellation)
        {
            using (var pinned = buffer.Pin())
            {
                while (true)
                {
                    if (Receive((byte*)pinned.Pointer, buffer.Length, -1, cancellation, out Datagram datagram))
                        return datagram;
                }
            }
        }

        private async Task<Datagram> AwaitNotice(Memory<byte> buffer, CancellationToken cancellation)
        {
            while (true)
            {
                TaskCompletionSource<bool> notice;
                lock (awaiting)
                {
                    // Before looking again, so that what comes in between is not missed.
                    if (readable == null || readable.Task.IsCompleted)
                        readable = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                    notice = readable;
                    if (notices == null)
                        notices = context.Subscribe(Noticed, EventTypes.Socket, this);
                }
                if (TryReceive(buffer.Span, out Datagram datagram))
                    return datagram;
                if (!cancellation.CanBeCanceled)
                {
                    await notice.Task.ConfigureAwait(false);
                    continue;
                }
                var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                using (cancellation.Register(() => cancelled.TrySetResult(true)))
                    await (await Task.WhenAny(notice.Task, cancelled.Task).ConfigureAwait(false)).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        /// <summary>Receives what is there with one system call, after waiting for the first.</summary>
        /// <returns>how many, 0 when the time was up</returns>
        public unsafe int ReceiveBatch(DatagramBatch batch, TimeSpan timeout = default)
        {
            if (batch == null)
                throw new ArgumentNullException(nameof(batch));
            long ns = Timeouts.Nanoseconds(timeout);
            ErrorData error;
            uint received = 0;
            Enter();
            try
            {
                fixed (DatagramData* records = batch.Records)
                fixed (byte* payload = batch.Bytes)
                {
                    var deadline = new Deadline(ns, context.IsSimulated);
                    for (;;)
                    {
                        for (int i = 0; i < batch.Capacity; ++i)
                        {
                            records[i].structSize = (uint)sizeof(DatagramData);
                            records[i].capacity = (uint)batch.Size;
                            records[i].data = (IntPtr)(payload + (long)i * batch.Size);
                        }
                        long piece = deadline.Next(out bool last);
                        int status = Native.wst_socket_receive_batch(Handle, (IntPtr)records, (uint)batch.Capacity, piece,
                                                                     (IntPtr)(&received), ErrorData.Prepare(&error));
                        if (ErrorData.CheckUnlessLate(status, &error))
                            return batch.Count = (int)received;
                        if (last)
                            return batch.Count = 0;
                        if (IsClosing)
                            throw new ObjectDisposedException(nameof(TimestampSocket));
                    }
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>Sends the datagrams of a batch in their order with one system call, until one cannot be sent.</summary>
        /// <returns>how many were sent; if none could be, there is an exception</returns>
        public unsafe int SendBatch(OutgoingBatch batch)
        {
            if (batch == null)
                throw new ArgumentNullException(nameof(batch));
            if (batch.Count == 0)
                return 0;
            ErrorData error;
            uint sent = 0;
            int status;
            fixed (OutgoingData* records = batch.Records)
            fixed (byte* payload = batch.Bytes)
            {
                byte* next = payload;
                for (int i = 0; i < batch.Count; next += records[i++].size)
                    records[i].data = (IntPtr)next;
                Enter();
                status = Native.wst_socket_send_batch(Handle, (IntPtr)records, (uint)batch.Count, (IntPtr)(&sent), ErrorData.Prepare(&error));
                Exit();
            }
            ErrorData.Check(status, &error);
            return (int)sent;
        }

        /// <summary>
        /// The descriptor or SOCKET, for an event loop of the program's own: readable when a datagram has come, with an error condition
        /// when a transmit stamp has (not on Windows). Do not read, write or close it. A simulated socket has none.
        /// </summary>
        public unsafe IntPtr SystemHandle
        {
            get
            {
                IntPtr found;
                ErrorData error;
                Enter();
                int status = Native.wst_socket_handle(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return found;
            }
        }

        private void Noticed(in Event happened)
        {
            lock (awaiting)
                readable?.TrySetResult(true);
        }

        private unsafe void Send(ReadOnlySpan<byte> payload, Endpoint destination, uint flags, uint id)
        {
            ErrorData error;
            int status;
            fixed (byte* bytes = &MemoryMarshal.GetReference(payload))
            {
                byte none;
                var data = new OutgoingData
                {
                    structSize = (uint)sizeof(OutgoingData),
                    flags = flags,
                    data = bytes == null ? (IntPtr)(&none) : (IntPtr)bytes,
                    size = (uint)payload.Length,
                    id = id,
                    destination = destination,
                };
                Enter();
                status = Native.wst_socket_send(Handle, (IntPtr)(&data), ErrorData.Prepare(&error));
                Exit();
            }
            ErrorData.Check(status, &error);
        }

        /// <summary>Sends one datagram. Does not wait.</summary>
        public void Send(ReadOnlySpan<byte> payload, Endpoint destination) => Send(payload, destination, 0, 0);

        /// <summary>The same; its transmit stamp can be taken later under <paramref name="id"/>.</summary>
        public void SendStamped(ReadOnlySpan<byte> payload, Endpoint destination, uint id) => Send(payload, destination, 1, id);

        private unsafe bool TakeStamp(uint id, long timeout, CancellationToken cancellation, out TransmitStamp stamp)
        {
            var taken = new TransmitStamp((uint)sizeof(TransmitStamp));
            ErrorData error;
            Enter();
            try
            {
                var deadline = new Deadline(timeout, context.IsSimulated);
                for (;;)
                {
                    long piece = deadline.Next(out bool last);
                    int status = Native.wst_socket_transmit_stamp(Handle, id, piece, (IntPtr)(&taken), ErrorData.Prepare(&error));
                    stamp = taken;
                    if (ErrorData.CheckUnlessLate(status, &error))
                        return true;
                    if (last)
                        return false;
                    if (IsClosing)
                        throw new ObjectDisposedException(nameof(TimestampSocket));
                    cancellation.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>Takes the stamp of one packet; a stamp can be taken once.</summary>
        /// <returns>false: it did not come in time</returns>
        public bool TryTakeTransmitStamp(uint id, out TransmitStamp stamp, TimeSpan timeout = default) =>
            TakeStamp(id, Timeouts.Nanoseconds(timeout), CancellationToken.None, out stamp);

        /// <summary>Takes the stamp of one packet as soon as it comes; null if it does not come in time.</summary>
        public Task<TransmitStamp?> TakeTransmitStampAsync(uint id, TimeSpan timeout, CancellationToken cancellation = default)
        {
            if (TryTakeTransmitStamp(id, out TransmitStamp stamp))
                return Task.FromResult<TransmitStamp?>(stamp);
            long ns = Timeouts.Nanoseconds(timeout);
            return Task.Run(() => TakeStamp(id, ns, cancellation, out TransmitStamp later) ? later : (TransmitStamp?)null, cancellation);
        }

        /// <summary>Takes stamps in the order in which they came, waiting for the first.</summary>
        /// <returns>how many, 0 when the time was up</returns>
        public unsafe int TakeTransmitStamps(Span<TransmitStamp> stamps, TimeSpan timeout = default)
        {
            if (stamps.IsEmpty)
                return 0;
            long ns = Timeouts.Nanoseconds(timeout);
            ErrorData error;
            uint taken = 0;
            Enter();
            try
            {
                fixed (TransmitStamp* first = &MemoryMarshal.GetReference(stamps))
                {
                    var deadline = new Deadline(ns, context.IsSimulated);
                    for (;;)
                    {
                        *first = new TransmitStamp((uint)sizeof(TransmitStamp));
                        long piece = deadline.Next(out bool last);
                        int status = Native.wst_socket_transmit_stamps(Handle, (IntPtr)first, (uint)stamps.Length, piece, (IntPtr)(&taken),
                                                                       ErrorData.Prepare(&error));
                        if (ErrorData.CheckUnlessLate(status, &error))
                            return (int)taken;
                        if (last)
                            return 0;
                        if (IsClosing)
                            throw new ObjectDisposedException(nameof(TimestampSocket));
                    }
                }
            }
            finally
            {
                Exit();
            }
        }

        /// <summary>What was counted.</summary>
        public unsafe SocketCounters Counters
        {
            get
            {
                var found = new SocketCounters(true);
                ErrorData error;
                Enter();
                int status = Native.wst_socket_counters_get(Handle, (IntPtr)(&found), ErrorData.Prepare(&error));
                Exit();
                ErrorData.Check(status, &error);
                return found;
            }
        }
    }
}
