// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Wirestamp.Tests
{
    public class SimulatedTests
    {
        private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

        [Fact]
        public void InterfacesAreListedAndFound()
        {
            using (var network = new Network())
            {
                InterfaceInfo only = network.A.GetInterfaces().Single();
                Assert.Equal("eth0", only.Name);
                Assert.Equal(LinkState.Up, only.Link);
                Assert.Equal(InterfaceKind.Ethernet, only.Kind);
                Assert.Equal("simulated", only.Driver);
                Assert.Equal(only.Id, network.A.GetInterface(only.Id).Id);
                Assert.Equal("192.0.2.1/24", network.A.GetAddresses(only.Id)[0].ToString());
                var error = Assert.Throws<WirestampException>(() => network.A.FindInterface("eth7"));
                Assert.Equal(Status.NotFound, error.Status);
                Assert.Contains("eth0", error.Message);
            }
        }

        [Fact]
        public void NamesInAnyScriptSurvive()
        {
            using (var simulation = new Simulation())
            {
                simulation.AddHost("хост");
                for (int i = 0; i < 40; ++i)
                    simulation.AddAdapter("хост", "Сеть" + i, "");
                using (var context = new Context(simulation, "хост"))
                {
                    Assert.Equal(40, context.GetInterfaces().Count);
                    Assert.Equal("Сеть7", context.FindInterface("Сеть7").Name);
                }
            }
        }

        [Fact]
        public void StampsAreEnabledAsLongAsSomebodyHoldsThem()
        {
            using (var network = new Network(false))
            {
                ulong id = network.A.FindInterface("eth0").Id;
                Capabilities supported = network.A.GetSupportedCapabilities(id);
                Assert.Equal(HardwareStamps.All, supported.Hardware);
                Assert.Equal(PtpSupportLevel.Hardware, supported.PtpSupport.Both);
                Assert.Equal("AllReceive", supported.SoftwareNames[0]);
                Assert.Equal(HardwareStamps.None, network.A.GetActiveCapabilities(id).Hardware);
                using (EnabledStamps enabled = network.A.EnableStamps(id))
                {
                    Assert.True((enabled.Granted.Hardware & HardwareStamps.PtpV2IPv4EventReceive) != 0);
                    Assert.NotEqual(HardwareStamps.None, network.A.GetActiveCapabilities(id).Hardware);
                    Assert.Equal(SoftwareStamps.None, network.A.GetActiveCapabilities(id, true).Software);
                }
                Assert.Equal(HardwareStamps.None, network.A.GetActiveCapabilities(id).Hardware);
            }
        }

        [Fact]
        public void ChangesReachEventsHandlersAndTheQueue()
        {
            using (var network = new Network())
            {
                var reasons = ChangeReasons.None;
                int raised = 0;
                System.EventHandler<InterfaceChange> listener = (sender, change) => ++raised;
                network.A.InterfaceChanged += listener;
                using (network.A.Watch(change => reasons |= change.Reasons))
                using (Subscription queue = network.A.WatchQueue())
                {
                    network.Simulation.Schedule("at 1s link l1 cut; at 5s adapter a/eth0 stamps off");
                    network.Simulation.Run(TimeSpan.FromSeconds(10));
                    Assert.Equal(ChangeReasons.Link | ChangeReasons.ActiveCapabilities, reasons);
                    Assert.Equal(2, raised);
                    Assert.True(network.A.TryTakeEvent(TimeSpan.Zero, out Event happened));
                    Assert.Equal(queue.Id, happened.SubscriptionId);
                    Assert.Equal("eth0: link", happened.InterfaceChange.ToString());
                    Assert.Equal(LinkState.Down, happened.InterfaceChange.LinkAfter);
                    Event copy = happened;
                    Assert.Throws<InvalidOperationException>(() => copy.PtpOffset.ToString());
                }
                network.A.InterfaceChanged -= listener;
                network.Simulation.Apply("link l1 restore");
                network.Simulation.Run(Second);
                Assert.Equal(2, raised);
            }
        }

        [Fact]
        public void ClocksAreReadCrossedAndCorrelated()
        {
            using (var network = new Network())
            {
                ulong id = network.B.FindInterface("eth0").Id;
                long tai = network.Simulation.TrueTai;
                Assert.InRange(network.B.ReadClock(Clock.Device, id) - tai, 10000, 15000);
                CrossTimestamp cross = network.B.GetCrossTimestamp(id, Clock.Tai);
                Assert.Equal(CrossMethod.Extended, cross.Method);
                Assert.InRange(cross.Device - cross.SystemBefore, 10000, 15000);
                Assert.Equal(Status.Range, Assert.Throws<WirestampException>(() => network.B.GetCrossTimestamp(id, Clock.Tai, 26)).Status);
                using (var correlation = new Correlation(network.B, id))
                {
                    Assert.True(correlation.Wait(TimeSpan.FromMinutes(1)));
                    network.Simulation.Run(TimeSpan.FromMinutes(2));
                    Assert.InRange((long)correlation.Status.Rate, 990, 1010);
                    CorrelationTime converted = correlation.Convert(Clock.Device, network.B.ReadClock(Clock.Device, id));
                    Assert.Equal(Clock.MonotonicRaw, converted.Clock);
                    Assert.InRange(converted.Value - network.B.ReadClock(Clock.MonotonicRaw), -2000, 2000);
                    correlation.Restart();
                    Assert.False(correlation.TryConvert(Clock.Device, 0, out converted));
                    Assert.Equal(Status.WouldBlock, Assert.Throws<WirestampException>(() => correlation.Convert(Clock.Device, 0)).Status);
                }
            }
        }

        [Fact]
        public void DatagramsCarryTheStampsOfBothAdapters()
        {
            using (var network = new Network())
            using (TimestampSocket from = network.Open(network.A, 4000))
            using (TimestampSocket to = network.Open(network.B, 5000))
            {
                network.Simulation.Run(Second);
                long tai = network.Simulation.TrueTai;
                Endpoint there = Endpoint.Parse("192.0.2.2:5000");
                from.SendStamped(Encoding.ASCII.GetBytes("hello"), there, 77);
                var buffer = new byte[64];
                Assert.True(to.TryReceive(buffer, out Datagram datagram, Second));
                Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, datagram.Size));
                Assert.Equal(tai + 5000 + 12345 + 1000, datagram.Stamp.Value);
                Assert.Equal(Clock.Device, datagram.Stamp.Clock);
                Assert.Equal(Endpoint.Parse("192.0.2.1:4000"), datagram.Source);
                Assert.True(from.TryTakeTransmitStamp(77, out TransmitStamp stamp, Second));
                Assert.Equal(tai, stamp.Stamp.Value);
                Assert.False(from.TryTakeTransmitStamp(77, out stamp));
                Assert.False(to.TryReceive(buffer, out datagram));
                Assert.False(to.TryReceive(buffer, out datagram, Second));
                from.Send(new byte[0], there);
                Assert.True(to.TryReceive(buffer, out datagram, Second));
                Assert.Equal(0, datagram.Size);
                from.SendStamped(new byte[100], there, 1);
                from.SendStamped(new byte[100], there, 2);
                var stamps = new TransmitStamp[4];
                Assert.Equal(1, from.TakeTransmitStamps(new Span<TransmitStamp>(stamps, 0, 1), Second));
                Assert.Equal(1u, stamps[0].Id);
                Assert.Equal(1, from.TakeTransmitStamps(stamps, Second));
                Assert.True(to.TryReceive(buffer, out datagram, Second));
                Assert.True(datagram.IsTruncated);
                Assert.Equal(4ul, from.Counters.Sent);
            }
        }

        [Fact]
        public void TwoPtpClocksAgreeAndSaySo()
        {
            using (var network = new Network())
            using (var config = new PtpConfig("eth0"))
            {
                config.Set("priority1", "10");
                using (var master = new PtpClock(network.A, config))
                using (var slave = new PtpClock(network.B, new PtpConfig("eth0").Set("clientOnly", "1")))
                {
                    var states = new List<PtpPortState>();
                    var clockStates = new List<PtpClockState>();
                    int offsets = 0;
                    slave.PortStateChanged += (clock, change) => states.Add(change.NewState);
                    slave.ClockStateChanged += (clock, change) => clockStates.Add(change.NewState);
                    PtpClock.Handler<PtpOffset> count = (clock, offset) => ++offsets;
                    slave.OffsetMeasured += count;
                    var best = new List<PtpBestMaster>();
                    slave.BestMasterChanged += (clock, chosen) => best.Add(chosen);
                    var faults = new List<string>();
                    slave.FaultOccurred += (clock, fault) => faults.Add(fault.Description);
                    master.Start();
                    slave.Start();
                    Assert.Equal(Status.State, Assert.Throws<WirestampException>(slave.Start).Status);
                    network.Simulation.Run(TimeSpan.FromMinutes(2));
                    Assert.Equal(PtpPortState.Slave, states.Last());
                    Assert.Equal(PtpClockState.Locked, clockStates.Last());
                    Assert.True(offsets > 60, offsets + " offsets");
                    Assert.Equal(master.Status.ClockIdentity, best.Last().GrandmasterIdentity);
                    Assert.Equal(10, best.Last().Priority1);
                    PtpStatus status = slave.Status;
                    Assert.Equal(PtpClockState.Locked, status.ClockState);
                    Assert.Equal(master.Status.ClockIdentity, status.GrandmasterIdentity);
                    Assert.InRange(status.MeanPathDelay.Value, 4990, 5010);
                    PtpPortStatus port = slave.GetPortStatus(1);
                    Assert.Equal(PtpPortState.Slave, port.State);
                    Assert.Equal("eth0", port.InterfaceName);
                    Assert.True(port.Received(0) > 60);
                    Assert.Equal(Status.NotFound, Assert.Throws<WirestampException>(() => slave.GetPortStatus(2)).Status);
                    PtpTime now = slave.Now;
                    Assert.InRange(now.Value - network.Simulation.TrueTai, -1000, 1000);
                    Assert.True(now.Earliest <= now.Value && now.Value <= now.Latest);
                    Assert.InRange(slave.Convert(now.LocalClock, now.LocalTime).Value - now.Value, -100, 100);
                    slave.OffsetMeasured -= count;
                    int before = offsets;
                    network.Simulation.Cut("l1");
                    network.Simulation.Run(TimeSpan.FromSeconds(30));
                    Assert.Equal(before, offsets);
                    Assert.Equal(PtpClockState.Holdover, clockStates.Last());
                    Assert.Contains("link", faults.Last());
                    slave.Stop();
                }
            }
        }

        [Fact]
        public void AConfigurationIsReadAndTold()
        {
            using (var config = new PtpConfig("eth0"))
            {
                config.Set("domainNumber", "24").SetPort("eth0", "logSyncInterval", "-3").ReadText("[global]\npriority1 7\n");
                Assert.Equal("24", config.Get("domainNumber"));
                Assert.Equal("-3", config.Get("logSyncInterval", "eth0"));
                Assert.Equal("0", config.Get("logSyncInterval"));
                Assert.Equal("7", config.Get("priority1"));
                Assert.Equal(Status.Parse, Assert.Throws<WirestampException>(() => config.ReadText("[global]\npriority1 x\n", "here")).Status);
                Assert.True(PtpConfig.Options.Count > 50);
                Assert.True(PtpConfig.Options.Any(option => option.Name == "logSyncInterval" && option.IsOfPort && option.DefaultValue == "0"));
            }
        }

        [Fact]
        public void OneSeedGivesOneRun()
        {
            var digests = new ulong[2];
            for (int i = 0; i < 2; ++i)
            {
                using (var network = new Network())
                using (var master = new PtpClock(network.A, new PtpConfig("eth0")))
                {
                    master.Start();
                    network.Simulation.SetLink("l1", new SimulationLink(new Nanoseconds(1000), new Jitter(JitterKind.Exponential, 100)));
                    network.Simulation.Run(TimeSpan.FromMinutes(1));
                    digests[i] = network.Simulation.Counters.Digest;
                }
            }
            Assert.Equal(digests[0], digests[1]);
        }

        [Fact]
        public void AsyncReceiveIsWokenWhileAnotherThreadLetsTimePass()
        {
            using (var network = new Network())
            using (TimestampSocket from = network.Open(network.A, 4000))
            using (TimestampSocket to = network.Open(network.B, 5000, true))
            {
                var buffer = new byte[10];
                Task<Datagram> receiving = to.ReceiveAsync(buffer).AsTask();
                from.Send(new byte[] { 42 }, Endpoint.Parse("192.0.2.2:5000"));
                network.Simulation.Run(Second);
                Assert.True(receiving.Wait(TimeSpan.FromSeconds(60)));
                Assert.Equal(42, (int)buffer[0]);
            }
        }

        [Fact]
        public void ASimulatedClockStepIsSeen()
        {
            using (var network = new Network())
            {
                network.Simulation.Run(Second);
                Assert.InRange((long)network.Simulation.GetClockError("b/eth0"), 13344, 13346);
                network.Simulation.StepClock("b/eth0", TimeSpan.FromMilliseconds(1));
                Assert.InRange((long)network.Simulation.GetClockError("b/eth0"), 1013344, 1013346);
                Assert.Equal(new Nanoseconds(1000000000), network.Simulation.Now);
            }
        }

#if !MONO
        [Fact]
        public async Task EventsAreAnAsyncStream()
        {
            using (var network = new Network())
            using (var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
            {
                IAsyncEnumerable<InterfaceChange> changes = network.A.WatchAsync();
                await using (IAsyncEnumerator<InterfaceChange> reader = changes.GetAsyncEnumerator(cancel.Token))
                {
                    ValueTask<bool> first = reader.MoveNextAsync();
                    network.Simulation.Cut("l1");
                    network.Simulation.Run(Second);
                    Assert.True(await first);
                    Assert.Equal(LinkState.Down, reader.Current.LinkAfter);
                    ValueTask<bool> second = reader.MoveNextAsync();
                    cancel.Cancel();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second);
                }
            }
        }

        [Fact]
        public async Task AStreamEndsWithItsContext()
        {
            var network = new Network();
            IAsyncEnumerator<Event> reader = network.A.EventsAsync().GetAsyncEnumerator();
            ValueTask<bool> next = reader.MoveNextAsync();
            network.Dispose();
            Assert.False(await next);
        }
#endif
    }
}
