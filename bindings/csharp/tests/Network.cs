// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace Wirestamp.Tests
{
    /// <summary>Two simulated hosts on one link of 5 µs; the clock of b/eth0 is 12345 ns ahead and 1000 ppb fast.</summary>
    internal sealed class Network : IDisposable
    {
        internal readonly Simulation Simulation = new Simulation(1);
        internal readonly Context A;
        internal readonly Context B;

        internal Network(bool stamping = true)
        {
            Simulation.AddHost("a");
            Simulation.AddHost("b");
            Simulation.AddAdapter("a", "eth0", new SimulationAdapter { Addresses = "192.0.2.1/24, fe80::1/64", StampsEnabled = stamping });
            Simulation.AddAdapter("b", "eth0", new SimulationAdapter
            {
                Addresses = "192.0.2.2/24",
                StampsEnabled = stamping,
                ClockOffset = new Nanoseconds(12345),
                Oscillator = new Oscillator { Drift = 1000 },
            });
            Simulation.Connect("l1", "a/eth0", "b/eth0", new SimulationLink(new Nanoseconds(5000)));
            A = new Context(Simulation, "a", new ContextOptions { Seed = 1 });
            B = new Context(Simulation, "b", new ContextOptions { Seed = 1 });
        }

        internal TimestampSocket Open(Context context, int port, bool events = false) =>
            new TimestampSocket(context, new SocketOptions
            {
                Local = Endpoint.Any(port),
                InterfaceId = context.FindInterface("eth0").Id,
                Stamps = StampKinds.Hardware,
                Events = events,
            });

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
            Simulation.Dispose();
        }
    }

    internal static class Tree
    {
        /// <summary>The folder of the sources, from wherever the tests run.</summary>
        internal static string Root
        {
            get
            {
                string root = Environment.GetEnvironmentVariable("WIRESTAMP_ROOT");
                if (!string.IsNullOrEmpty(root))
                    return root;
                string folder = AppDomain.CurrentDomain.BaseDirectory;
                while (folder != null && !File.Exists(Path.Combine(folder, "packaging", "exports.txt")))
                    folder = Path.GetDirectoryName(folder);
                return folder ?? throw new Exception("set WIRESTAMP_ROOT to the folder of the sources");
            }
        }
        internal static string Build =>
            Environment.GetEnvironmentVariable("WIRESTAMP_BUILD") ?? Path.Combine(Root, "build", "release");
    }
}
