// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong in programs: objects forgotten, disposed of twice, in handlers, while others use them, or not at all.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Wirestamp.Tests
{
    public class LifetimeTests
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // only ends a failure

        private static TimestampSocket OnLoopback(Context context, bool events = true) =>
            new TimestampSocket(context, new SocketOptions { Local = Endpoint.Parse("127.0.0.1"), Events = events });

        /// <summary>Makes an event: the next comes only after all has been taken.</summary>
        private static void Ring(TimestampSocket bell)
        {
            while (bell.TryReceive(new byte[8], out Datagram _))
            {
            }
            bell.Send(new byte[1], bell.LocalEndpoint);
        }

        [Fact]
        public void AHandlerThatThrowsIsCalledAgain()
        {
            using (var context = new Context())
            using (TimestampSocket bell = OnLoopback(context))
            using (var failed = new SemaphoreSlim(0))
            {
                var failures = new List<string>();
                context.HandlerFailed += (sender, args) =>
                {
                    lock (failures)
                        failures.Add(args.Failure.Message);
                    failed.Release();
                    throw new Exception("and the one that is told of it, too");
                };
                using (context.Subscribe((in Event happened) => throw new InvalidOperationException("by intention"), EventTypes.Socket, bell))
                {
                    for (int i = 0; i < 3; ++i)
                    {
                        Ring(bell);
                        Assert.True(failed.Wait(Patience));
                    }
                }
                Assert.Equal(3, context.HandlerFailures);
                Assert.True(failures.All(message => message == "by intention"));
            }
        }

        [Fact]
        public void AHandlerThatThrowsInsideTheLibrarysCallEndsNothing()
        {
            using (var network = new Network())
            using (network.A.Watch(change => throw new InvalidOperationException("by intention")))
            {
                network.Simulation.Cut("l1");
                network.Simulation.Run(TimeSpan.FromSeconds(1));
                network.Simulation.Restore("l1");
                network.Simulation.Run(TimeSpan.FromSeconds(1));
                Assert.Equal(2, network.A.HandlerFailures);
            }
        }

        [Fact]
        public void ASubscriptionEndsInsideItsHandler()
        {
            using (var context = new Context())
            using (TimestampSocket bell = OnLoopback(context))
            using (var came = new SemaphoreSlim(0))
            {
                Subscription ending = null;
                int calls = 0;
                ending = context.Subscribe((in Event happened) =>
                {
                    ++calls;
                    ending.Dispose();
                    ending.Dispose();
                    came.Release();
                }, EventTypes.Socket, bell);
                using (context.Subscribe((in Event happened) => came.Release(), EventTypes.Socket, bell))
                {
                    Ring(bell);
                    Assert.True(came.Wait(Patience) && came.Wait(Patience));
                    Ring(bell);
                    Assert.True(came.Wait(Patience));
                    Assert.Equal(1, calls);
                }
            }
        }

        [Fact]
        public void EverythingIsDisposedOfInsideAHandler()
        {
            foreach (bool simulated in new[] { false, true })
            {
                var network = new Network();
                Context context = simulated ? network.A : new Context();
                TimestampSocket bell = simulated ? network.Open(context, 4000, true) : OnLoopback(context);
                var done = new ManualResetEventSlim();
                context.Subscribe((in Event happened) =>
                {
                    bell.Dispose();
                    context.Dispose();
                    context.Dispose();
                    done.Set();
                }, EventTypes.Socket, bell);
                if (simulated)
                {
                    using (TimestampSocket other = network.Open(network.B, 5000))
                        other.Send(new byte[1], Endpoint.Parse("192.0.2.1:4000"));
                    network.Simulation.Run(TimeSpan.FromSeconds(1));
                }
                else
                {
                    Ring(bell);
                }
                Assert.True(done.Wait(Patience));
                Assert.Throws<ObjectDisposedException>(() => bell.Counters.Sent.ToString());
                Assert.Throws<ObjectDisposedException>(() => context.GetInterfaces());
                network.Dispose();
            }
        }

        [Fact]
        public void TheEndOfASubscriptionIsTheEndOfItsHandler()
        {
            using (var context = new Context())
            using (TimestampSocket bell = OnLoopback(context))
            using (var entered = new ManualResetEventSlim())
            using (var left = new ManualResetEventSlim())
            {
                bool ended = false;
                bool late = false;
                Subscription subscription = context.Subscribe((in Event happened) =>
                {
                    // Long enough to be overtaken by a Dispose that does not wait.
                    entered.Set();
                    for (Stopwatch watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < 200 && !late;)
                        late = Volatile.Read(ref ended);
                    left.Set();
                }, EventTypes.Socket, bell);
                Ring(bell);
                Assert.True(entered.Wait(Patience));
                subscription.Dispose();
                Volatile.Write(ref ended, true);
                Assert.True(left.Wait(Patience));
                Assert.False(late);
            }
        }

        [Fact]
        public void DisposingTwiceAndUsingAfterwardsIsInOrder()
        {
            var network = new Network();
            ulong id = network.B.FindInterface("eth0").Id;
            var config = new PtpConfig("eth0");
            var ptp = new PtpClock(network.A, config);
            var correlation = new Correlation(network.B, id);
            TimestampSocket socket = network.Open(network.B, 4000);
            EnabledStamps stamps = network.B.EnableStamps(id);
            Subscription subscription = network.B.Subscribe((in Event happened) => { });
            foreach (IDisposable each in new IDisposable[] { subscription, stamps, socket, correlation, ptp, config, network.A, network.B, network.Simulation })
            {
                each.Dispose();
                each.Dispose();
            }
            Assert.True(socket.IsDisposed);
            Assert.Throws<ObjectDisposedException>(() => ptp.Now.ToString());
            Assert.Throws<ObjectDisposedException>(() => ptp.Start());
            Assert.Throws<ObjectDisposedException>(() => correlation.Convert(Clock.Device, 1));
            Assert.Throws<ObjectDisposedException>(() => socket.Send(new byte[1], Endpoint.Any(1)));
            Assert.Throws<ObjectDisposedException>(() => config.Set("domainNumber", "1"));
            Assert.Throws<ObjectDisposedException>(() => network.A.ReadClock(Clock.Tai));
            Assert.Throws<ObjectDisposedException>(() => network.Simulation.Run(TimeSpan.FromSeconds(1)));
            Assert.Throws<ObjectDisposedException>(() => new TimestampSocket(network.A, Endpoint.Any(0)));
            Assert.Throws<ObjectDisposedException>(() => network.A.Subscribe((in Event happened) => { }));
            Assert.Throws<ObjectDisposedException>(() => new Context(network.Simulation, "a"));
        }

        [Fact]
        public void AContextTakesAllThatWasMadeInItAlong()
        {
            var context = new Context();
            var sockets = new List<TimestampSocket>();
            for (int i = 0; i < 20; ++i)
                sockets.Add(OnLoopback(context, false));
            context.Dispose();
            Assert.True(sockets.All(socket => socket.IsDisposed));
            Assert.Throws<ObjectDisposedException>(() => sockets[7].LocalEndpoint.ToString());
        }

        [Fact]
        public void WhoWaitsIsTold()
        {
            var context = new Context();
            TimestampSocket socket = OnLoopback(context, false);
            var waiting = new List<Task>();
            using (var ready = new CountdownEvent(4))
            {
                for (int i = 0; i < 4; ++i)
                {
                    waiting.Add(Task.Factory.StartNew(() =>
                    {
                        ready.Signal();
                        Assert.Throws<ObjectDisposedException>(() => socket.Receive(new byte[10]));
                    }, TaskCreationOptions.LongRunning));
                }
                Assert.True(ready.Wait(Patience));
                socket.Dispose();
                Assert.True(Task.WaitAll(waiting.ToArray(), Patience));
            }
            Task taking = Task.Factory.StartNew(() =>
            {
                try
                {
                    context.TryTakeEvent(Timeout.InfiniteTimeSpan, out Event _);
                }
                catch (ObjectDisposedException)
                {
                    // if it came too late to wait
                }
            }, TaskCreationOptions.LongRunning);
            context.Dispose();
            Assert.True(taking.Wait(Patience));
        }

        [Fact]
        public void WhatIsDisposedOfWhileOthersUseItThrowsAndDoesNotCrash()
        {
            for (int round = 0; round < 20; ++round)
            {
                var network = new Network();
                ulong id = network.B.FindInterface("eth0").Id;
                var ptp = new PtpClock(network.B, new PtpConfig("eth0"));
                var correlation = new Correlation(network.B, id);
                TimestampSocket socket = network.Open(network.B, 4000);
                var uses = new Action[]
                {
                    () => ptp.Now.ToString(),
                    () => correlation.Status.Samples.ToString(),
                    () => socket.TryReceive(new byte[10], out Datagram _),
                    () => network.B.GetCrossTimestamp(id),
                    () => network.B.Subscribe((in Event happened) => { }).Dispose(),
                    () => network.B.GetInterfaces(),
                };
                var running = new CountdownEvent(uses.Length);
                Task[] users = uses.Select(use => Task.Factory.StartNew(() =>
                {
                    bool first = true;
                    try
                    {
                        for (;;)
                        {
                            use();
                            if (first)
                                running.Signal();
                            first = false;
                        }
                    }
                    catch (ObjectDisposedException)
                    {
                        if (first)
                            running.Signal();
                    }
                }, TaskCreationOptions.LongRunning)).ToArray();
                Assert.True(running.Wait(Patience));
                if (round % 2 == 0)
                {
                    ptp.Dispose();
                    socket.Dispose();
                    correlation.Dispose();
                }
                network.Dispose();
                Assert.True(Task.WaitAll(users, Patience));
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static WeakReference Forget()
        {
            var network = new Network();
            TimestampSocket socket = network.Open(network.A, 4000);
            network.A.Subscribe((in Event happened) => { });
            new PtpClock(network.B, new PtpConfig("eth0")).Start();
            new Correlation(network.B, network.B.FindInterface("eth0").Id);
            socket.Send(new byte[10], Endpoint.Parse("192.0.2.2:5000"));
            return new WeakReference(socket);
        }

        [Fact]
        public void WhatIsForgottenIsCollected()
        {
            // Two rounds: what a finalizer lets go of is taken by the next.
            var forgotten = new List<WeakReference>();
            for (int i = 0; i < 20; ++i)
                forgotten.Add(Forget());
            for (int i = 0; i < 5; ++i)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            int alive = forgotten.Count(reference => reference.IsAlive);
            // The collector of Mono looks for addresses on the stack by guess and may take a number for one.
            Assert.True(alive <= 2, alive + " of 20 are still there");
        }

        [Fact]
        public void AListenerIsKeptAsLongAsItsSubscription()
        {
            using (var context = new Context())
            using (TimestampSocket bell = OnLoopback(context))
            using (var came = new SemaphoreSlim(0))
            {
                Listen(context, bell, came);
                for (int i = 0; i < 5; ++i)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    Ring(bell);
                    Assert.True(came.Wait(Patience));
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Listen(Context context, TimestampSocket bell, SemaphoreSlim came) =>
            context.Subscribe((in Event happened) => came.Release(), EventTypes.Socket, bell);

        /// <summary>Kilobytes that this process holds, as the kernel counts.</summary>
        private static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using (Process self = Process.GetCurrentProcess())
                return self.WorkingSet64 / 1024;
        }

        [Fact]
        public void TenMillionCallsTakeNoRoom()
        {
            using (var network = new Network())
            using (var ptp = new PtpClock(network.B, new PtpConfig("eth0")))
            {
                ulong id = network.B.FindInterface("eth0").Id;
                Action<int> work = times =>
                {
                    for (int i = 0; i < times; ++i)
                    {
                        PtpTime now = ptp.Now;
                        network.B.ReadClock(Clock.Tai);
                        network.B.GetCrossTimestamp(id);
                        if (i % 100 == 0)
                        {
                            try
                            {
                                network.B.FindInterface("nothing");
                            }
                            catch (WirestampException)
                            {
                                // errors leak nothing, either
                            }
                        }
                        if (i % 1000 == 0)
                            network.Open(network.B, 4000).Dispose();
                    }
                };
                work(100000);
                long before = Resident();
                work(10000000 / 3);
                long grown = Resident() - before;
                Assert.True(grown < 20000, "10 million calls took " + grown + " KB");
            }
        }

#if !MONO
        [Fact]
        public void AReceivedDatagramAllocatesNothing()
        {
            using (var context = new Context())
            using (TimestampSocket socket = OnLoopback(context, false))
            {
                Endpoint self = socket.LocalEndpoint;
                var buffer = new byte[100];
                var payload = new byte[50];
                long Round(int times)
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < times; ++i)
                    {
                        socket.SendStamped(payload, self, (uint)i);
                        Datagram datagram = socket.Receive(buffer);
                        if (!socket.TryTakeTransmitStamp((uint)i, out TransmitStamp _, Patience) || datagram.Size != 50 ||
                            datagram.Source != self)
                            return -1;
                    }
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                }
                Round(2000);
                Assert.Equal(0L, Round(2000));
            }
        }

        [Fact]
        public void BatchesAllocateNothing()
        {
            using (var context = new Context())
            using (TimestampSocket socket = OnLoopback(context, false))
            {
                Endpoint self = socket.LocalEndpoint;
                var outgoing = new OutgoingBatch(4, 100);
                var batch = new DatagramBatch(8, 20);
                var payload = new byte[25];
                long Round(int times)
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < times; ++i)
                    {
                        outgoing.Clear();
                        for (int j = 0; j < 4; ++j)
                            outgoing.Add(payload, self);
                        if (socket.SendBatch(outgoing) != 4)
                            return -1;
                        for (int received = 0; received < 4; received += batch.Count)
                        {
                            if (socket.ReceiveBatch(batch, Patience) == 0 || !batch[0].IsTruncated || batch.GetPayload(0).Length != 20)
                                return -2;
                        }
                    }
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                }
                Round(500);
                Assert.Equal(0L, Round(500));
            }
        }

        [Fact]
        public async Task AnAsyncReceiveOfWhatIsThereAllocatesNothing()
        {
            using (var network = new Network())
            using (TimestampSocket from = network.Open(network.A, 4000))
            using (TimestampSocket to = network.Open(network.B, 5000))
            {
                var buffer = new byte[100];
                await Task.Yield();
                long Round(int times)
                {
                    for (int i = 0; i < times; ++i)
                        from.Send(buffer, Endpoint.Parse("192.0.2.2:5000"));
                    network.Simulation.Run(TimeSpan.FromSeconds(1));
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < times; ++i)
                    {
                        ValueTask<Datagram> received = to.ReceiveAsync(buffer);
                        if (!received.IsCompletedSuccessfully || received.Result.Size != 100)
                            return -1;
                    }
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                }
                Round(100);
                Assert.Equal(0L, Round(100));
            }
        }

        [Fact]
        public void TimeAndCrossTimestampsAllocateNothing()
        {
            using (var network = new Network())
            using (var ptp = new PtpClock(network.B, new PtpConfig("eth0")))
            {
                ulong id = network.B.FindInterface("eth0").Id;
                long sum = 0;
                long Round()
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < 1000; ++i)
                        sum += ptp.Now.Value + network.B.GetCrossTimestamp(id).Device + network.B.ReadClock(Clock.Tai);
                    return GC.GetAllocatedBytesForCurrentThread() - before;
                }
                Round();
                Assert.Equal(0L, Round());
            }
        }
#endif
    }
}
