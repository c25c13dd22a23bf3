// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using Xunit;

namespace Wirestamp.Tests
{
    public class ValueTests
    {
        [Fact]
        public void NanosecondsLoseNothing()
        {
            Assert.Equal(1500L, new Nanoseconds(1500).Value);
            Assert.Equal(new Nanoseconds(100), TimeSpan.FromTicks(1));
            Assert.Equal(TimeSpan.FromTicks(15), new Nanoseconds(1599).ToTimeSpan());
            Assert.Equal(new Nanoseconds(3), new Nanoseconds(5) - new Nanoseconds(2));
            Assert.True(new Nanoseconds(-1) < new Nanoseconds(0));
            Assert.Equal("1500 ns", new Nanoseconds(1500).ToString());
            Assert.Throws<OverflowException>(() => Nanoseconds.FromTimeSpan(TimeSpan.MaxValue));
            Assert.Throws<OverflowException>(() => (new Nanoseconds(long.MaxValue) + new Nanoseconds(1)).ToString());
        }

        [Fact]
        public void StampsOfDifferentClocksAreNotSubtracted()
        {
            var real = new Timestamp(1750000000123456789, Clock.Realtime);
            Assert.Equal(new Nanoseconds(89), real - new Timestamp(1750000000123456700, Clock.Realtime));
            Assert.Throws<InvalidOperationException>(() => (real - new Timestamp(5, Clock.Device)).ToString());
            Assert.Throws<InvalidOperationException>(() => new Timestamp(5, Clock.Device).ToDateTime());
            Assert.Equal(new DateTime(2025, 6, 15, 15, 6, 40, DateTimeKind.Utc).AddTicks(1234567), real.ToDateTime());
            Assert.False(default(Timestamp).Exists);
        }

        [Fact]
        public void EndpointsAreTextAndDotNetsOwn()
        {
            Assert.Equal("192.0.2.1:319", Endpoint.Parse("192.0.2.1:319").ToString());
            Assert.Equal(Endpoint.Parse("192.0.2.1:319"), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 319));
            Assert.Equal(Endpoint.Parse("[2001:db8::1]:319"), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 319));
            Assert.Equal(new IPEndPoint(IPAddress.Parse("fe80::1%3"), 320), Endpoint.Parse("[fe80::1%3]:320").ToIPEndPoint());
            Assert.Equal(7, Endpoint.Parse("192.0.2.1:319").WithPort(7).Port);
            Assert.NotEqual(Endpoint.Parse("192.0.2.1:319"), Endpoint.Parse("192.0.2.2:319"));
            Assert.Equal(Status.Parse, Assert.Throws<WirestampException>(() => Endpoint.Parse("nonsense")).Status);
            Assert.Throws<ArgumentNullException>(() => Endpoint.Parse(null));
            Assert.Throws<ArgumentException>(() => Endpoint.Parse("192.0.2.1\0"));
        }

        [Fact]
        public void AnErrorCarriesStatusNameAndMessage()
        {
            using (var config = new PtpConfig())
            {
                var error = Assert.Throws<WirestampException>(() => config.Set("domainNumbr", "1"));
                Assert.Equal(Status.UnknownOption, error.Status);
                Assert.Equal("WST_E_UNKNOWN_OPTION", error.StatusName);
                Assert.Equal(0, error.OsError);
                Assert.Contains("domainNumber", error.Message);
            }
            Assert.NotEqual("", Library.Version);
            Assert.Contains(Library.Version, Library.BuildInfo);
        }

        [Fact]
        public unsafe void EveryStatusOfTheLibraryHasAName()
        {
            uint known = 0;
            for (uint i = 0;; ++i)
            {
                int status;
                IntPtr name;
                if (Native.wst_status_at(i, (IntPtr)(&status), (IntPtr)(&name)) != 0)
                    break;
                Assert.True(Enum.IsDefined(typeof(Status), status), Text.Read(name));
                // WST_E_NOT_FOUND is NotFound.
                string plain = Text.Read(name).Replace("WST_E_", "").Replace("WST_", "").Replace("_", "");
                Assert.Equal(plain.ToLowerInvariant(), ((Status)status).ToString().ToLowerInvariant());
                ++known;
            }
            Assert.Equal((uint)Enum.GetValues(typeof(Status)).Length, known);
        }

        private static readonly Dictionary<string, Type> mirrored = new Dictionary<string, Type>
        {
            ["wst_error"] = typeof(ErrorData),
            ["wst_context_options"] = typeof(ContextOptionsData),
            ["wst_interface"] = typeof(InterfaceData),
            ["wst_interface_address"] = typeof(InterfaceAddressData),
            ["wst_capabilities"] = typeof(Capabilities),
            ["wst_interface_change"] = typeof(InterfaceChangeData),
            ["wst_watch_options"] = typeof(WatchOptionsData),
            ["wst_cross_timestamp"] = typeof(CrossTimestamp),
            ["wst_correlation_options"] = typeof(CorrelationOptionsData),
            ["wst_correlation_time"] = typeof(CorrelationTime),
            ["wst_correlation_status"] = typeof(CorrelationStatus),
            ["wst_stamp"] = typeof(Timestamp),
            ["wst_socket_options"] = typeof(SocketOptionsData),
            ["wst_datagram"] = typeof(DatagramData),
            ["wst_outgoing"] = typeof(OutgoingData),
            ["wst_transmit_stamp"] = typeof(TransmitStamp),
            ["wst_socket_counters"] = typeof(SocketCounters),
            ["wst_event_ptp_port_state"] = typeof(PtpPortStateChange),
            ["wst_event_ptp_best_master"] = typeof(PtpBestMaster),
            ["wst_event_ptp_offset"] = typeof(PtpOffset),
            ["wst_event_ptp_clock_state"] = typeof(PtpClockStateChange),
            ["wst_event_ptp_clock_step"] = typeof(PtpClockStep),
            ["wst_event_ptp_system_clock"] = typeof(PtpSystemClock),
            ["wst_event_ptp_disagreement"] = typeof(PtpDisagreement),
            ["wst_event_ptp_fault"] = typeof(PtpFault),
            ["wst_event_socket"] = typeof(SocketNotice),
            ["wst_event_correlation"] = typeof(CorrelationNotice),
            ["wst_ptp_status"] = typeof(PtpStatus),
            ["wst_ptp_port_status"] = typeof(PtpPortStatus),
            ["wst_ptp_time"] = typeof(PtpTime),
            ["wst_ptp_agreement"] = typeof(PtpAgreement),
            ["wst_simulation_jitter"] = typeof(JitterData),
            ["wst_simulation_oscillator"] = typeof(Oscillator),
            ["wst_simulation_host"] = typeof(SimulationHostData),
            ["wst_simulation_adapter"] = typeof(SimulationAdapterData),
            ["wst_simulation_bridge"] = typeof(SimulationBridgeData),
            ["wst_simulation_direction"] = typeof(SimulationDirectionData),
            ["wst_simulation_link"] = typeof(SimulationLinkData),
            ["wst_simulation_options"] = typeof(SimulationOptionsData),
            ["wst_simulation_counters"] = typeof(SimulationCounters),
        };

        /// <summary>Sizes and offsets of what C and C# share, against the file that pins them.</summary>
        [Fact]
        public void StructuresLieAsInC()
        {
            int structures = 0, fields = 0;
            foreach (string line in File.ReadAllLines(Path.Combine(Tree.Root, "tests", "abi", "layout-lp64.txt")))
            {
                string[] words = line.Split(' ');
                if (words[0] == "struct" && mirrored.TryGetValue(words[1], out Type type))
                {
                    // C's may have grown at its end; what C# knows of it is then the older, shorter one.
                    Assert.True(Marshal.SizeOf(type) <= int.Parse(words[3]), type.Name + " has " + Marshal.SizeOf(type) + " bytes, not " + words[3]);
                    ++structures;
                }
                else if (words[0] == "field")
                {
                    string[] names = words[1].Split('.');
                    if (!mirrored.TryGetValue(names[0], out type))
                        continue;
                    if (int.Parse(words[3]) >= Marshal.SizeOf(type))
                        continue; // added since
                    // system_before is systemBefore, or SystemBefore where the field itself is public.
                    string plain = names[1].Replace("_", "").ToLowerInvariant();
                    if (plain == "reserved" && type == typeof(PtpDisagreement))
                        continue; // bytes one by one
                    FieldInfo field = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                                          .SingleOrDefault(f => f.Name.ToLowerInvariant() == plain);
                    Assert.True(field != null, type.Name + " has no field for " + words[1]);
                    Assert.True(Marshal.OffsetOf(type, field.Name).ToInt64() == long.Parse(words[3]), type.Name + "." + field.Name);
                    ++fields;
                }
            }
            Assert.Equal(mirrored.Count, structures);
            Assert.True(fields > 250, fields + " fields");
            Assert.Equal(24, Marshal.SizeOf(typeof(Endpoint)));
        }
    }
}
