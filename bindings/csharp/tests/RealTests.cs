// SPDX-License-Identifier: Apache-2.0
//
// On this system itself: loopback traffic with kernel stamps, events by the binding's own thread, async waits.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Wirestamp.Tests
{
    public class RealTests
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // only ends a failure

        private static TimestampSocket OnLoopback(Context context, bool events = false) =>
            new TimestampSocket(context, new SocketOptions { Local = Endpoint.Parse("127.0.0.1"), Events = events });

        [Fact]
        public void LoopbackIsThere()
        {
            using (var context = new Context())
            {
                InterfaceInfo loopback = context.GetInterfaces().First(found => found.Kind == InterfaceKind.Loopback);
                Assert.True((loopback.Flags & InterfaceFlags.Loopback) != 0);
                Assert.Equal(HardwareStamps.None, context.GetSupportedCapabilities(loopback.Id).Hardware ?? HardwareStamps.None);
                Assert.Equal(Status.NotSupported, Assert.Throws<WirestampException>(() => context.GetCrossTimestamp(loopback.Id)).Status);
                Assert.True(context.ReadClock(Clock.Monotonic) < context.ReadClock(Clock.Monotonic));
            }
        }

        [Fact]
        public void DatagramsCarryKernelStampsBothWays()
        {
            using (var context = new Context())
            using (TimestampSocket socket = OnLoopback(context))
            {
                Endpoint self = socket.LocalEndpoint;
                var buffer = new byte[100];
                bool stamped = false;
                // The kernel begins to stamp a moment after it is first asked.
                for (uint i = 0; i < 1000 && !stamped; ++i)
                {
                    socket.SendStamped(new byte[7], self, i);
                    Datagram datagram = socket.Receive(buffer);
                    Assert.Equal(7, datagram.Size);
                    Assert.Equal(self, datagram.Source);
                    Assert.True(socket.TryTakeTransmitStamp(i, out TransmitStamp sent, Patience));
                    stamped = datagram.Software.Exists;
                    if (stamped)
                        Assert.True((datagram.Software - sent.Software).Value >= 0);
                }
                Assert.True(stamped);
            }
        }

        [Fact]
        public async Task AsyncReceiveTakesWhatComesWithAndWithoutEvents()
        {
            using (var context = new Context())
            {
                foreach (bool events in new[] { false, true })
                {
                    using (TimestampSocket socket = OnLoopback(context, events))
                    {
                        Endpoint self = socket.LocalEndpoint;
                        var buffer = new byte[100];
                        for (byte i = 0; i < 50; ++i)
                        {
                            Task<Datagram> receiving = socket.ReceiveAsync(buffer).AsTask();
                            socket.Send(new[] { i }, self);
                            Assert.Same(receiving, await Task.WhenAny(receiving, Task.Delay(Patience)));
                            Assert.Equal((int)i, (int)buffer[0]);
                        }
                        socket.Send(new byte[] { 1 }, self);
                        socket.Send(new byte[] { 2 }, self);
                        await socket.ReceiveAsync(buffer);
                        await socket.ReceiveAsync(buffer);
                        Assert.Equal(2, (int)buffer[0]);
                    }
                }
            }
        }

        [Fact]
        public async Task AsyncReceiveIsCancelledAndTheSocketLivesOn()
        {
            using (var context = new Context())
            {
                foreach (bool events in new[] { false, true })
                {
                    using (TimestampSocket socket = OnLoopback(context, events))
                    using (var cancel = new CancellationTokenSource())
                    {
                        var buffer = new byte[10];
                        Task<Datagram> receiving = socket.ReceiveAsync(buffer, cancel.Token).AsTask();
                        cancel.Cancel();
                        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
                        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await socket.ReceiveAsync(buffer, cancel.Token));
                        socket.Send(new byte[] { 9 }, socket.LocalEndpoint);
                        Assert.Equal(1, (await socket.ReceiveAsync(buffer)).Size);
                    }
                }
            }
        }

        [Fact]
        public async Task AsyncReceiveEndsWhenItsSocketIsDisposedOf()
        {
            using (var context = new Context())
            {
                foreach (bool events in new[] { false, true })
                {
                    TimestampSocket socket = OnLoopback(context, events);
                    Task<Datagram> receiving = socket.ReceiveAsync(new byte[10]).AsTask();
                    socket.Dispose();
                    await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => receiving);
                }
            }
        }

        [Fact]
        public void SocketEventsComeOnAThreadOfDotNets()
        {
            using (var context = new Context())
            using (TimestampSocket socket = OnLoopback(context, true))
            using (var came = new ManualResetEventSlim())
            {
                int thread = 0;
                using (context.Subscribe((in Event happened) =>
                       {
                           thread = Thread.CurrentThread.ManagedThreadId;
                           if (happened.Socket.Readable)
                               came.Set();
                       }, EventTypes.Socket, socket))
                {
                    socket.Send(new byte[1], socket.LocalEndpoint);
                    Assert.True(came.Wait(Patience));
                    Assert.NotEqual(Thread.CurrentThread.ManagedThreadId, thread);
                    Assert.Throws<InvalidOperationException>(() => context.TryTakeEvent(TimeSpan.Zero, out Event _));
                }
            }
        }

        [Fact]
        public void QueuedEventsAreTakenByTheirOwner()
        {
            using (var context = new Context())
            using (TimestampSocket socket = OnLoopback(context, true))
            using (Subscription queue = context.SubscribeQueue(EventTypes.Socket, socket))
            {
                Assert.False(context.TryTakeEvent(TimeSpan.Zero, out Event happened));
                socket.Send(new byte[1], socket.LocalEndpoint);
                Assert.True(context.TryTakeEvent(Patience, out happened));
                Assert.Equal(EventType.Socket, happened.Type);
                Assert.Equal(queue.Id, happened.SubscriptionId);
            }
        }

        [Fact]
        public void ACallerDrivenContextRunsItsHandlersInHere()
        {
            using (var context = new Context(new ContextOptions { CallerDriven = true }))
            using (TimestampSocket socket = OnLoopback(context, true))
            {
                int thread = 0;
                using (context.Subscribe((in Event happened) => thread = Thread.CurrentThread.ManagedThreadId, EventTypes.Socket))
                {
                    Assert.False(context.Run(TimeSpan.Zero));
                    Assert.False(context.NextDeadline.HasValue);
                    socket.Send(new byte[1], socket.LocalEndpoint);
                    Assert.True(context.Run(Patience));
                    Assert.Equal(Thread.CurrentThread.ManagedThreadId, thread);
                }
                using (var threaded = new Context())
                    Assert.Equal(Status.State, Assert.Throws<WirestampException>(() => threaded.Run(TimeSpan.Zero)).Status);
            }
        }

        [Fact]
        public async Task SoftwareStampsAreCorrelatedWithTheMonotonicClock()
        {
            using (var context = new Context())
            using (var correlation = new Correlation(context, new CorrelationOptions
            {
                StampClock = Clock.Realtime,
                SystemClock = Clock.MonotonicRaw,
                Interval = TimeSpan.FromMilliseconds(50),
            }))
            {
                Assert.True(await correlation.WaitAsync(Patience));
                long now = context.ReadClock(Clock.Realtime);
                long raw = context.ReadClock(Clock.MonotonicRaw);
                CorrelationTime converted = correlation.Convert(Clock.Realtime, now);
                Assert.True(converted.Value - converted.Bound.Value <= raw, converted.Value + " +-" + converted.Bound + " is not before " + raw);
            }
        }

        [Fact]
        public void BatchesTakeWhatIsThere()
        {
            using (var context = new Context())
            using (var from = new TimestampSocket(context, Endpoint.Parse("[::1]")))
            using (var to = new TimestampSocket(context, Endpoint.Parse("[::1]")))
            {
                var outgoing = new OutgoingBatch(3, 10);
                outgoing.AddStamped(new byte[] { 1 }, to.LocalEndpoint, 7);
                outgoing.AddStamped(new byte[0], to.LocalEndpoint, 8);
                outgoing.Add(new byte[] { 2, 3, 4 }, to.LocalEndpoint);
                Assert.Throws<InvalidOperationException>(() => outgoing.Add(new byte[] { 5 }, to.LocalEndpoint));
                Assert.Equal(3, from.SendBatch(outgoing));
                var batch = new DatagramBatch(8, 2);
                var sizes = new List<int>();
                while (sizes.Count < 3)
                {
                    Assert.True(to.ReceiveBatch(batch, TimeSpan.FromSeconds(30)) > 0);
                    for (int i = 0; i < batch.Count; ++i)
                    {
                        Assert.Equal(from.LocalEndpoint, batch[i].Source);
                        Assert.Equal(sizes.Count == 2, batch[i].IsTruncated);
                        if (batch.GetPayload(i).Length > 0)
                            Assert.Equal(sizes.Count == 0 ? 1 : 2, (int)batch.GetPayload(i)[0]);
                        sizes.Add(batch.GetPayload(i).Length);
                    }
                }
                Assert.Equal("1 0 2", string.Join(" ", sizes));
                Assert.Equal(0, to.ReceiveBatch(batch));
                Assert.Throws<ArgumentOutOfRangeException>(() => batch[0].ToString());
                var stamps = new TransmitStamp[8];
                int taken = 0;
                while (taken < 2)
                    taken += from.TakeTransmitStamps(new Span<TransmitStamp>(stamps, taken, 8 - taken), TimeSpan.FromSeconds(30));
                Assert.Equal(15u, stamps[0].Id + stamps[1].Id);
                outgoing.Clear();
                Assert.Equal(0, from.SendBatch(outgoing));
                outgoing.Add(new byte[1], default(Endpoint));
                Assert.Equal(Status.InvalidArgument, Assert.Throws<WirestampException>(() => from.SendBatch(outgoing)).Status);
            }
        }

        [Fact]
        public void HandlesAreForEventLoops()
        {
            using (var context = new Context(new ContextOptions { CallerDriven = true }))
            using (var socket = new TimestampSocket(context, new SocketOptions { Local = Endpoint.Parse("127.0.0.1"), Events = true }))
            using (context.SubscribeQueue(EventTypes.Socket))
            {
                Assert.False(Readable(context.EventHandle, 0));
                socket.Send(new byte[1], socket.LocalEndpoint);
                Assert.True(Readable(socket.SystemHandle, 60000));
                Assert.True(Readable(context.RunHandle, 60000));
                while (!Readable(context.EventHandle, 0))
                    context.Run(TimeSpan.Zero);
                Assert.True(context.TryTakeEvent(TimeSpan.Zero, out Event happened) && happened.Socket.Readable);
            }
            using (var network = new Network())
            using (TimestampSocket simulated = network.Open(network.A, 4000))
                Assert.Equal(Status.NotSupported, Assert.Throws<WirestampException>(() => simulated.SystemHandle.ToString()).Status);
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct PollDescriptor
        {
            internal int descriptor;
            internal short events;
            internal short happened;
        }

        [DllImport("libc", SetLastError = true)]
        private static extern int poll(ref PollDescriptor first, UIntPtr count, int timeout);

        private static bool Readable(IntPtr handle, int milliseconds)
        {
            var wanted = new PollDescriptor { descriptor = (int)handle, events = 1 };
            return poll(ref wanted, (UIntPtr)1, milliseconds) == 1;
        }

        [Fact]
        public void LogLinesReachTheProgram()
        {
            int lines = 0;
            using (var context = new Context(new ContextOptions
            {
                LogLevel = LogLevel.Debug,
                Log = (level, text) =>
                {
                    Interlocked.Increment(ref lines);
                    throw new Exception("a logger that throws");
                },
            }))
            using (var config = new PtpConfig("lo"))
            {
                config.Set("event_port", "13190").Set("general_port", "13200").Set("time_stamping", "software");
                using (var ptp = new PtpClock(context, config))
                {
                    ptp.Start();
                    PtpTime now = ptp.Now;
                    Assert.NotEqual(0L, now.Value);
                }
            }
            Assert.True(Volatile.Read(ref lines) >= 0);
        }
    }
}
