// SPDX-License-Identifier: Apache-2.0
// How long a received datagram takes from its stamp (in the adapter, or in the kernel) to the application. Turns hardware stamps
// on where it can, and correlates the stamps' clock with the system's; the correlation begins anew by itself where it must.
//
//     receive-latency [INTERFACE [PORT [COUNT]]]     without a port it sends to itself on lo, COUNT datagrams (default 20)
using Wirestamp;

internal static class ReceiveLatency
{
    internal static async Task<int> Run(string[] args)
    {
        int port = args.Length > 1 ? int.Parse(args[1]) : 0;
        int count = args.Length > 2 ? int.Parse(args[2]) : 20;
        using var context = new Context();
        InterfaceInfo found = context.FindInterface(args.Length > 0 ? args[0] : "lo");
        var options = new SocketOptions { Local = port != 0 ? Endpoint.Any(port) : Endpoint.Parse("127.0.0.1") };
        if (port != 0)
            options.InterfaceId = found.Id;
        EnabledStamps? enabled = null; // given back with the context
        try
        {
            enabled = context.EnableStamps(found.Id);
            options.Stamps = StampKinds.Both;
        }
        catch (WirestampException error)
        {
            Console.WriteLine($"software stamps, because: {error.Message}");
        }

        using var socket = new TimestampSocket(context, options);
        Endpoint self = socket.LocalEndpoint;
        Correlation? correlation = null;
        Clock correlated = Clock.None;
        var latencies = new List<long>();
        var buffer = new byte[2048];
        long began = context.ReadClock(Clock.MonotonicRaw);
        while (latencies.Count < count)
        {
            if (port == 0)
                socket.Send("ping"u8, self); // something to receive
            Datagram datagram = socket.Receive(buffer);
            long now = context.ReadClock(Clock.MonotonicRaw);
            Timestamp stamp = datagram.Stamp;
            if (!stamp.Exists)
            {
                if (latencies.Count == 0 && now - began > 5_000_000_000) // a kernel begins a moment after it is asked
                    throw new InvalidOperationException("no datagram came with a stamp in 5 s");
                continue;
            }
            if (stamp.Clock != correlated) // the first, or another kind
            {
                correlation?.Dispose();
                correlation = new Correlation(context, new CorrelationOptions { InterfaceId = stamp.InterfaceId, StampClock = stamp.Clock });
                if (!await correlation.WaitAsync(TimeSpan.FromSeconds(10)))
                    throw new TimeoutException("the stamps' clock could not be correlated within 10 s");
                correlated = stamp.Clock;
            }
            if (!correlation!.TryConvert(stamp.Clock, stamp.Value, out CorrelationTime time))
                continue; // just beginning anew
            latencies.Add(now - time.Value);
            Console.WriteLine($"datagram {latencies.Count}: {stamp.Source} stamp, latency {latencies[^1]} ns (+-{time.Bound})");
        }
        Console.WriteLine($"{latencies.Count} datagrams: least {latencies.Min()} ns, mean {latencies.Average():F0} ns, most {latencies.Max()} ns");
        enabled?.Dispose();
        return 0;
    }
}
