// SPDX-License-Identifier: Apache-2.0
// How an application that tells PTP time is tested without hardware: the code under test runs unchanged on a simulated host, and
// an hour of it passes in a moment. What no real network can say, the simulated one can: how wrong the answer was.
using Wirestamp;

/// <summary>The code under test. It takes the context that it lives on, so that a test can give it another.</summary>
internal sealed class Stopwatch : IDisposable
{
    private readonly PtpClock ptp;

    internal Stopwatch(Context context, string interfaceName)
    {
        using var config = new PtpConfig(interfaceName).Set("clientOnly", "1");
        ptp = new PtpClock(context, config);
        ptp.Start();
    }

    /// <summary>PTP time in ns, or null while it cannot be told to a microsecond.</summary>
    internal long? Time
    {
        get
        {
            PtpTime now = ptp.Now;
            return now.ClockState == PtpClockState.FreeRunning || now.Latest - now.Earliest > 2000 ? null : now.Value;
        }
    }

    public void Dispose() => ptp.Dispose();
}

internal static class SimulatedNetwork
{
    private static int failures;

    private static void Expect(bool good, string what)
    {
        Console.WriteLine((good ? "ok " : "not ok ") + what);
        failures += good ? 0 : 1;
    }

    internal static int Run()
    {
        using var network = new Simulation(42); // one seed, one run
        network.AddHost("master");
        network.AddHost("client");
        network.AddAdapter("master", "eth0", new SimulationAdapter { Addresses = "192.0.2.1/24", StampsEnabled = true });
        network.AddAdapter("client", "eth0", new SimulationAdapter
        {
            Addresses = "192.0.2.2/24",
            StampsEnabled = true,
            ClockOffset = new Nanoseconds(123456789), // begins far off, runs 12 ppm fast, and wanders as a good crystal does
            Oscillator = new Oscillator { Drift = 12000, Wander = 1e-9 },
        });
        network.Connect("cable", "master/eth0", "client/eth0",
                        new SimulationLink(new Nanoseconds(3000), new Jitter(JitterKind.Exponential, 100)));

        using var onMaster = new Context(network, "master");
        using var onClient = new Context(network, "client");
        using var master = new PtpClock(onMaster, new PtpConfig("eth0").Set("priority1", "1"));
        using var stopwatch = new Stopwatch(onClient, "eth0");
        Expect(stopwatch.Time == null, "no_time_before_a_master_is_there");

        master.Start();
        network.Run(TimeSpan.FromHours(1));
        long? wrong = stopwatch.Time - network.TrueTai;
        Expect(wrong != null, "time_after_an_hour");
        Console.WriteLine($"# wrong by {wrong} ns of true time");
        Expect(Math.Abs(wrong ?? long.MaxValue) < 1000, "the_time_is_right");

        network.Cut("cable");
        network.Run(TimeSpan.FromSeconds(10));
        Expect(stopwatch.Time != null, "ten_seconds_without_the_cable_are_bridged");
        network.Run(TimeSpan.FromDays(10));
        Expect(stopwatch.Time == null, "ten_days_without_it_are_not");
        network.Restore("cable");
        network.Run(TimeSpan.FromHours(1));
        Expect(stopwatch.Time != null, "all_is_well_when_it_is_back");
        return failures == 0 ? 0 : 1;
    }
}
