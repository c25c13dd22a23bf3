// SPDX-License-Identifier: Apache-2.0
//
// The binding against hand-written P/Invoke of the same C function, in one run on a simulated network: a getter (wst_ptp_now), a
// structure (wst_cross_timestamp_get), and the delivery of an event. Each figure is the least of many rounds, which take turns so that
// what disturbs one disturbs the other. Simulated clocks cost no system call, so that what is measured is the way there and back.
using System.Diagnostics;
using System.Runtime.InteropServices;
using Wirestamp;

unsafe
{
    using var network = new Simulation(1);
    foreach (string host in new[] { "a", "b" })
    {
        network.AddHost(host);
        network.AddAdapter(host, "eth0", new SimulationAdapter { Addresses = host == "a" ? "192.0.2.1/24" : "192.0.2.2/24", StampsEnabled = true });
    }
    network.Connect("l", "a/eth0", "b/eth0");
    using var master = new Context(network, "a");
    using var context = new Context(network, "b");
    using var leading = new PtpClock(master, new PtpConfig("eth0").Set("logSyncInterval", "-7").Set("priority1", "1"));
    using var ptp = new PtpClock(context, new PtpConfig("eth0").Set("logSyncInterval", "-7").Set("clientOnly", "1"));
    ulong id = context.FindInterface("eth0").Id;
    leading.Start();
    ptp.Start();
    network.Run(TimeSpan.FromMinutes(1));

    // Calls by hand use the same objects.
    nint byHand = context.Handle, clock = ptp.Handle;
    long sum = 0;
    double[] getter = Compare(2000,
        () =>
        {
            Hand.PtpTime time = new() { StructSize = (uint)sizeof(Hand.PtpTime) };
            Hand.wst_ptp_now(clock, &time, null);
            sum += time.Value;
        },
        () => sum += ptp.Now.Value);
    Tell("getter (wst_ptp_now)", getter, 1.3);

    double[] structure = Compare(2000,
        () =>
        {
            Hand.CrossTimestamp cross = new() { StructSize = (uint)sizeof(Hand.CrossTimestamp) };
            Hand.Error error = new() { StructSize = (uint)sizeof(Hand.Error) };
            Hand.wst_cross_timestamp_get(byHand, id, 0, 1, &cross, &error);
            sum += cross.Device;
        },
        () => sum += context.GetCrossTimestamp(id, samples: 1).Device);
    Tell("cross-timestamp structure", structure, 1.3);

    // Events: ten seconds of offset samples, 128 a second, to no listener, to 50 callbacks by hand, to 50 handlers. What comes more
    // is the delivery.
    const int listeners = 50;
    long delivered = 0, took = 0;
    Hand.EventFunction count = (user, happened) => ++took;
    nint function = Marshal.GetFunctionPointerForDelegate(count);
    var options = new Hand.SubscribeOptions { StructSize = 24, Events = (ulong)EventTypes.PtpOffset };
    var least = new[] { double.MaxValue, double.MaxValue, double.MaxValue };
    var deliveries = new long[3];
    for (int round = 0; round < 40; ++round)
    {
        for (int which = 0; which < 3; ++which)
        {
            var ids = new ulong[listeners];
            var handlers = new Subscription?[listeners];
            took = delivered = 0;
            for (int i = 0; i < listeners && which == 1; ++i)
            {
                fixed (ulong* made = &ids[i])
                    Demand(Hand.wst_subscribe(byHand, &options, function, 0, 0, made, null));
            }
            for (int i = 0; i < listeners && which == 2; ++i)
                handlers[i] = context.Subscribe((in Event happened) => ++delivered, EventTypes.PtpOffset);
            long begin = Stopwatch.GetTimestamp();
            network.Run(TimeSpan.FromSeconds(10));
            least[which] = Math.Min(least[which], Stopwatch.GetElapsedTime(begin).TotalNanoseconds);
            deliveries[which] = which == 1 ? took : delivered;
            for (int i = 0; i < listeners && which == 1; ++i)
                Demand(Hand.wst_unsubscribe(byHand, ids[i], null));
            foreach (Subscription? handler in handlers)
                handler?.Dispose();
        }
    }
    double[] delivery = { (least[1] - least[0]) / deliveries[1], (least[2] - least[0]) / deliveries[2] };
    Console.WriteLine($"event delivered from the library's thread: by hand {delivery[0]:F0} ns, by the binding {delivery[1]:F0} ns" +
                      $"{(delivery[1] <= 1000 ? ", goal 1000 ns" : ", above the goal of 1000 ns")} ({deliveries[2]} a round)");

    // The same out of the queue, as the binding's thread takes them on a real system.
    double[] taken = { double.MaxValue, double.MaxValue };
    for (int round = 0; round < 60; ++round)
    {
        for (int which = 0; which < 2; ++which)
        {
            using Subscription queue = context.SubscribeQueue(EventTypes.PtpOffset);
            network.Run(TimeSpan.FromSeconds(7)); // 896: fewer than the queue holds
            int here = 0;
            Event happened;
            long begin = Stopwatch.GetTimestamp();
            if (which == 0)
            {
                for (;; ++here)
                {
                    happened.structSize = (uint)sizeof(Event);
                    if (Hand.wst_event_wait(byHand, 0, &happened, null) != 0)
                        break;
                }
            }
            else
            {
                while (context.TryTakeEvent(TimeSpan.Zero, out happened))
                    ++here;
            }
            taken[which] = Math.Min(taken[which], Stopwatch.GetElapsedTime(begin).TotalNanoseconds / here);
        }
    }
    Tell("event taken from the queue", taken, 1.3);

    // From the kernel through the library's thread, the queue and the binding's thread: latency, not processor time.
    using var system = new Context();
    using var bell = new TimestampSocket(system, new SocketOptions { Local = Endpoint.Parse("127.0.0.1"), Events = true, Stamps = StampKinds.None });
    using var came = new SemaphoreSlim(0);
    using var listening = system.Subscribe((in Event happened) => came.Release(), EventTypes.Socket, bell);
    var buffer = new byte[8];
    var latencies = new List<double>();
    for (int i = 0; i < 2000; ++i)
    {
        while (bell.TryReceive(buffer, out _))
        {
        }
        long begin = Stopwatch.GetTimestamp();
        bell.Send(buffer, bell.LocalEndpoint);
        came.Wait();
        latencies.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
    }
    latencies.Sort();
    Console.WriteLine($"send to handler on another thread, over lo: median {latencies[1000]:F1} us, p95 {latencies[1900]:F1} us");

    using var receiver = new TimestampSocket(system, Endpoint.Parse("127.0.0.1"));
    Endpoint self = receiver.LocalEndpoint;
    long allocated = 0;
    for (int round = 0; round < 2; ++round)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5000; ++i)
        {
            receiver.Send(buffer, self);
            receiver.Receive(buffer);
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
    }
    Console.WriteLine($"bytes allocated for 5000 datagrams sent and received: {allocated}");
    GC.KeepAlive(count);
    GC.KeepAlive(sum);
    return 0;
}

static void Demand(int status)
{
    if (status != 0)
        throw new InvalidOperationException($"a call by hand failed with {status}");
}

static double[] Compare(int calls, Action byHand, Action byBinding)
{
    var least = new[] { double.MaxValue, double.MaxValue };
    for (int round = 0; round < 300; ++round)
    {
        for (int which = 0; which < 2; ++which)
        {
            Action action = which == 0 ? byHand : byBinding;
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; ++i)
                action();
            least[which] = Math.Min(least[which], Stopwatch.GetElapsedTime(begin).TotalNanoseconds / calls);
        }
    }
    return least;
}

static void Tell(string what, double[] ns, double goal)
{
    string verdict = double.IsInfinity(goal) ? "" : ns[1] <= goal * ns[0] ? $", goal {goal}" : $", above the goal of {goal}";
    Console.WriteLine($"{what}: by hand {ns[0]:F0} ns, by the binding {ns[1]:F0} ns, ratio {ns[1] / ns[0]:F2}{verdict}");
}
