// SPDX-License-Identifier: Apache-2.0
//
// On this system itself: loopback traffic with kernel stamps, events by the binding's own thread, async waits.
using System;
using System.Linq;
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
