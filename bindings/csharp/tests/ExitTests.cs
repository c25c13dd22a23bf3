// SPDX-License-Identifier: Apache-2.0
//
// A process that ends with everything still open: handlers, a thread in a wait, a clock at work, a network being run.
using System;
using System.Diagnostics;
using System.Threading;
using Xunit;

namespace Wirestamp.Tests
{
    public class ExitTests
    {
        internal const string Command = "leave-everything-open";

        [Fact]
        public void AProcessEndsWithEverythingStillOpen()
        {
            string self = typeof(ExitTests).Assembly.Location;
#if MONO
            const string runtime = "mono";
#else
            const string runtime = "dotnet";
#endif
            foreach (string how in new[] { "return", "exit" })
            {
                using (var process = new Process())
                {
                    process.StartInfo = new ProcessStartInfo(runtime, "\"" + self + "\" " + Command + " " + how)
                    {
                        UseShellExecute = false,
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                    };
                    process.Start();
                    var said = process.StandardOutput.ReadToEndAsync();
                    var complained = process.StandardError.ReadToEndAsync();
                    if (!process.WaitForExit(60000))
                    {
                        process.Kill();
                        throw new TimeoutException("it did not end by " + how);
                    }
                    Assert.Contains("all is open", said.Result);
                    Assert.Equal("", complained.Result);
                    Assert.Equal(7, process.ExitCode);
                }
            }
        }

        internal static int LeaveEverythingOpen(string how)
        {
            var context = new Context();
            var bell = new TimestampSocket(context, new SocketOptions { Local = Endpoint.Parse("127.0.0.1"), Events = true });
            var waiting = new TimestampSocket(context, Endpoint.Parse("127.0.0.1"));
            var rung = new ManualResetEventSlim();
            context.Subscribe((in Event happened) => rung.Set(), EventTypes.Socket, bell);
            context.InterfaceChanged += (sender, change) => { };
            new Thread(() => waiting.Receive(new byte[10])) { IsBackground = true }.Start();
            var correlation = new Correlation(context, new CorrelationOptions { StampClock = Clock.Realtime, SystemClock = Clock.MonotonicRaw });
            var ptp = new PtpClock(context, new PtpConfig("lo").Set("event_port", "13191").Set("general_port", "13201"));
            ptp.ClockStateChanged += (clock, change) => { };
            ptp.Start();
            var network = new Network();
            var simulated = new PtpClock(network.A, new PtpConfig("eth0"));
            simulated.OffsetMeasured += (clock, offset) => { };
            simulated.Start();
            new Thread(() =>
            {
                // Not all at once: Mono waits at its end for every call of C to return.
                while (true)
                    network.Simulation.Run(TimeSpan.FromMinutes(1));
            }) { IsBackground = true }.Start();
            bell.Send(new byte[1], bell.LocalEndpoint);
            if (!rung.Wait(TimeSpan.FromSeconds(30)))
                return 3;
            Console.WriteLine("all is open");
            Console.Out.Flush();
            if (how == "exit")
                Environment.Exit(7);
            GC.KeepAlive(correlation);
            return 7;
        }
    }

#if !MONO
    internal static class Program
    {
        private static int Main(string[] arguments) =>
            arguments.Length == 2 && arguments[0] == ExitTests.Command ? ExitTests.LeaveEverythingOpen(arguments[1]) : 2;
    }
#endif
}
