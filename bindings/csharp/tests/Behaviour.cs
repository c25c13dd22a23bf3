// SPDX-License-Identifier: Apache-2.0
//
// The table of behaviour (bindings/behaviour/behaviour.txt), as a C# program runs it. What the commands mean is said there.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace Wirestamp.Tests
{
    internal sealed class Behaviour
    {
        private readonly StringBuilder output = new StringBuilder();
        private readonly Dictionary<string, Context> contexts = new Dictionary<string, Context>();
        private readonly Dictionary<string, Correlation> correlations = new Dictionary<string, Correlation>();
        private readonly Dictionary<string, TimestampSocket> sockets = new Dictionary<string, TimestampSocket>();
        private readonly Dictionary<string, PtpConfig> configs = new Dictionary<string, PtpConfig>();
        private readonly Dictionary<string, PtpClock> clocks = new Dictionary<string, PtpClock>();
        private readonly Dictionary<string, Subscription> subscriptions = new Dictionary<string, Subscription>();
        private readonly Dictionary<string, EnabledStamps> enabled = new Dictionary<string, EnabledStamps>();
        private Simulation simulation;

        internal static string Run(string table)
        {
            var behaviour = new Behaviour();
            foreach (string line in table.Split('\n'))
            {
                if (line.Length == 0 || line[0] == '#')
                    continue;
                behaviour.Say("> " + line);
                try
                {
                    behaviour.Do(line);
                }
                catch (WirestampException error)
                {
                    behaviour.Say(error.StatusName + " " + error.OsError + " " + error.Message);
                }
            }
            return behaviour.output.ToString();
        }

        private void Say(string line) => output.Append(line).Append('\n');
        private void Say(params object[] words) =>
            Say(string.Join(" ", words.Select(word => Convert.ToString(word, CultureInfo.InvariantCulture))));
        private void Ok() => Say("ok");

        private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
        private static Nanoseconds Ns(string word) => new Nanoseconds(Number(word));
        private static TimeSpan Span(string word) =>
            Number(word) < 0 ? System.Threading.Timeout.InfiniteTimeSpan : Ns(word).ToTimeSpan();
        private static long Thousandths(double value) => (long)(value * 1000);
        private static string Hex(byte[] bytes, int count) =>
            count == 0 ? "-" : BitConverter.ToString(bytes, 0, count).Replace("-", "").ToLowerInvariant();
        private static string Hex(ClockIdentity identity) => Hex(identity.ToArray(), 8);
        private static byte[] Unhex(string text) =>
            Enumerable.Range(0, text.Length / 2).Select(i => byte.Parse(text.Substring(2 * i, 2), NumberStyles.HexNumber)).ToArray();
        private static string Address(Endpoint endpoint) => endpoint.IsKnown ? endpoint.ToString() : "-";
        private static string Name(Clock clock) => Text.Read(Native.wst_clock_name((uint)clock));
        private static string Name(StampSource source) => Text.Read(Native.wst_source_name((uint)source));
        private static string Name(PtpClockState state) => Text.Read(Native.wst_ptp_clock_state_name((uint)state));
        private static string Name(PtpPortState state) => Text.Read(Native.wst_ptp_state_name((uint)state));
        private static string Name(CorrelationState state) => Text.Read(Native.wst_correlation_state_name((uint)state));
        private static string Name(CorrelationReason reason) => Text.Read(Native.wst_correlation_reason_name((uint)reason));
        private static string Stamp(Timestamp stamp) =>
            stamp.Exists ? Name(stamp.Clock) + ":" + Name(stamp.Source) + ":" + stamp.Value : "-";

        private ulong Id(string context, string key) => key == "-" ? 0 : contexts[context].FindInterface(key).Id;

        private NativeObject ObjectNamed(string name) =>
            sockets.TryGetValue(name, out TimestampSocket socket) ? socket
            : clocks.TryGetValue(name, out PtpClock clock) ? (NativeObject)clock
            : correlations.TryGetValue(name, out Correlation correlation) ? correlation : null;

        private string NameOf(IntPtr handle) =>
            handle == IntPtr.Zero
                ? "-"
                : sockets.Where(each => each.Value.Handle == handle).Select(each => each.Key)
                      .Concat(clocks.Where(each => each.Value.Handle == handle).Select(each => each.Key))
                      .Concat(correlations.Where(each => each.Value.Handle == handle).Select(each => each.Key))
                      .DefaultIfEmpty("-").First();

        private void Print(InterfaceInfo found) =>
            Say(found.Name, found.FriendlyName, found.Index, Text.Read(Native.wst_interface_kind_name((uint)found.Kind)), (uint)found.Link,
                found.Mtu ?? 0, found.ClockIndex ?? 0, (uint)found.Flags, found.Driver,
                Hex(found.HardwareAddress.GetAddressBytes(), found.HardwareAddress.GetAddressBytes().Length), found.Id);

        private void Print(Capabilities had) =>
            Say(string.Join(" ", new[]
            {
                string.Join(" ", had.Valid, (uint)(had.Hardware ?? 0), (uint)(had.Software ?? 0), had.ClockFrequency ?? 0,
                            had.CrossTimestamp == true ? 1 : 0, had.ClockIndex ?? 0),
            }.Concat(had.HardwareNames)));

        private void Print(PtpTime time, bool withLocal)
        {
            string local = withLocal ? " " + time.LocalTime : "";
            Say(Name(time.ClockState) + " " + time.Value + " " + time.Earliest + " " + time.Latest + local, (uint)time.LocalClock,
                time.CurrentUtcOffset, (uint)time.TimeFlags);
        }

        private void Print(in Event happened)
        {
            ulong id = happened.SubscriptionId;
            var words = new List<object>
            {
                subscriptions.Where(each => each.Value.Id == id).Select(each => each.Key).DefaultIfEmpty("-").First(),
                happened.Sequence, happened.Time, NameOf(happened.handle), (uint)happened.Type,
            };
            switch (happened.Type)
            {
                case EventType.Overflow:
                    words.Add(happened.Lost);
                    break;
                case EventType.Interface:
                    InterfaceChange change = happened.InterfaceChange;
                    words.AddRange(new object[]
                    {
                        change.Name, change.OldName, (uint)change.LinkBefore, (uint)change.LinkAfter, change.ClockIndexBefore,
                        change.ClockIndexAfter, change.ClockStep.Value, (uint)(change.SupportedBefore.Hardware ?? 0),
                        (uint)(change.SupportedAfter.Hardware ?? 0), (uint)(change.ActiveBefore.Hardware ?? 0),
                        (uint)(change.ActiveAfter.Hardware ?? 0),
                    });
                    words.AddRange(change.ReasonNames);
                    break;
                case EventType.PtpPortState:
                    PtpPortStateChange state = happened.PtpPortState;
                    words.AddRange(new object[]
                    {
                        state.PortNumber, Name(state.OldState), Name(state.NewState), Text.Read(Native.wst_ptp_reason_name((uint)state.Reason)),
                        state.InterfaceName,
                    });
                    break;
                case EventType.PtpBestMaster:
                    PtpBestMaster best = happened.PtpBestMaster;
                    words.AddRange(new object[]
                    {
                        Hex(best.GrandmasterIdentity), Hex(best.ParentIdentity), best.ParentPortNumber, best.StepsRemoved, best.Priority1,
                        best.Priority2, best.ClockClass, best.ClockAccuracy, best.OffsetScaledLogVariance, best.IsSelf ? 1 : 0,
                        best.TimeSource, best.CurrentUtcOffset, (uint)best.TimeFlags,
                    });
                    break;
                case EventType.PtpOffset:
                    PtpOffset offset = happened.PtpOffset;
                    words.AddRange(new object[]
                    {
                        offset.OffsetFromMaster.Value, offset.MeasuredOffset.Value, offset.MeanPathDelay.Value, Thousandths(offset.Frequency),
                        offset.Bound.Value, offset.PtpTime, (uint)offset.ServoState, offset.PortNumber, Name(offset.Source), offset.Flags,
                    });
                    break;
                case EventType.PtpClockState:
                    words.AddRange(new object[]
                    {
                        Name(happened.PtpClockState.OldState), Name(happened.PtpClockState.NewState), happened.PtpClockState.Bound.Value,
                    });
                    break;
                case EventType.PtpFault:
                    PtpFault fault = happened.PtpFault;
                    words.AddRange(new object[]
                    {
                        Text.Read(Native.wst_ptp_fault_name((uint)fault.Kind)), fault.OsError, fault.PortNumber, fault.Count, fault.Description,
                    });
                    break;
                case EventType.Socket:
                    words.AddRange(new object[] { happened.Socket.Reasons, happened.Socket.TransmitStampsLost });
                    break;
                case EventType.Correlation:
                    words.AddRange(new object[] { Name(happened.Correlation.State), Name(happened.Correlation.Reason) });
                    break;
                case EventType.PtpClockStep:
                    words.AddRange(new object[] { happened.PtpClockStep.Step.Value, Name(happened.PtpClockStep.Clock) });
                    break;
                case EventType.PtpSystemClock:
                    PtpSystemClock system = happened.PtpSystemClock;
                    words.AddRange(new object[]
                    {
                        system.Offset.Value, system.Bound.Value, system.Width.Value, Thousandths(system.Frequency), (uint)system.ServoState,
                        system.UtcOffset,
                    });
                    break;
                case EventType.PtpDisagreement:
                    PtpDisagreement apart = happened.PtpDisagreement;
                    words.AddRange(new object[]
                    {
                        Hex(apart.GrandmasterIdentity), apart.Verdict.ToString().ToLowerInvariant(), apart.Clocks, apart.Agreeing,
                        apart.Offset.Value, apart.Bound.Value, apart.DomainNumber,
                    });
                    break;
            }
            Say(words.ToArray());
        }

        private static string Answer(bool? answer) => answer == null ? "unknown" : answer.Value ? "yes" : "no";

        private void Print(byte[] payload, Datagram datagram) =>
            Say(Hex(payload, datagram.Size), datagram.IsTruncated ? 1 : 0, Address(datagram.Source), Address(datagram.Destination),
                Stamp(datagram.Hardware), Stamp(datagram.Software));

        private static void Demand(bool came, bool waited)
        {
            // What C tells by a status, C# tells by false; the words are the library's.
            if (came)
                return;
            throw new WirestampException((int)(waited ? Status.TimedOut : Status.WouldBlock), 0,
                                         waited ? "nothing came within the timeout"
                                                : "nothing is there now; give a timeout, or try again when the handle is ready");
        }

        private void Close(string name)
        {
            if (name == "simulation")
                simulation.Dispose();
            else if (contexts.TryGetValue(name, out Context context))
                context.Dispose();
            else if (ObjectNamed(name) != null)
                ObjectNamed(name).Dispose();
            else
                configs[name].Dispose();
            sockets.Remove(name);
            clocks.Remove(name);
            correlations.Remove(name);
            Ok();
        }

        private void Do(string line)
        {
            string[] w = line.Split(' ');
            int cut = line.IndexOf(' ');
            if (w[0] == "read")
                cut = line.IndexOf(' ', cut + 1);
            string rest = cut < 0 ? "" : line.Substring(cut + 1).Replace("\\n", "\n");
            switch (w[0])
            {
                case "simulation": simulation = new Simulation((ulong)Number(w[1])); Ok(); break;
                case "host": simulation.AddHost(w[1]); Ok(); break;
                case "bridge": simulation.AddBridge(w[1]); Ok(); break;
                case "adapter":
                    uint flags = (uint)Number(w[4]);
                    simulation.AddAdapter(w[1], w[2], new SimulationAdapter
                    {
                        Addresses = w[3] == "-" ? "" : w[3],
                        ReadOnly = (flags & 1) != 0,
                        StampsEnabled = (flags & 2) != 0,
                        NoCrossTimestamp = (flags & 4) != 0,
                        ClockOffset = Ns(w[5]),
                        Oscillator = new Oscillator { Drift = Number(w[6]) },
                    });
                    Ok();
                    break;
                case "link": simulation.Connect(w[1], w[2], w[3], new SimulationLink(Ns(w[4]))); Ok(); break;
                case "trace":
                    var delayed = new SimulationLink(Ns(w[2]));
                    delayed.Forward.Jitter = Jitter.OfTrace(w[3].Split(',').Select(Number).ToArray());
                    simulation.SetLink(w[1], delayed);
                    Ok();
                    break;
                case "run": simulation.Run(Ns(w[1])); Ok(); break;
                case "cut": simulation.Cut(w[1]); Ok(); break;
                case "restore": simulation.Restore(w[1]); Ok(); break;
                case "step": simulation.StepClock(w[1], Ns(w[2])); Ok(); break;
                case "apply": simulation.Apply(rest); Ok(); break;
                case "schedule": simulation.Schedule(rest); Ok(); break;
                case "now": Say(simulation.Now.Value); break;
                case "true_tai": Say(simulation.TrueTai); break;
                case "clock_error": Say(Thousandths(simulation.GetClockError(w[1], (Clock)Number(w[2])))); break;
                case "counters":
                    SimulationCounters counters = simulation.Counters;
                    Say(counters.Events, counters.FramesSent, counters.FramesDelivered, counters.FramesLost, counters.Digest);
                    break;

                case "context": contexts[w[1]] = new Context(simulation, w[2], new ContextOptions { Seed = 1 }); Ok(); break;
                case "close": Close(w[1]); break;
                case "interfaces":
                    foreach (InterfaceInfo found in contexts[w[1]].GetInterfaces())
                        Print(found);
                    break;
                case "find": Print(contexts[w[1]].FindInterface(w[2])); break;
                case "addresses":
                    foreach (InterfaceAddress found in contexts[w[1]].GetAddresses(Id(w[1], w[2])))
                        Say(found.ToString());
                    break;
                case "supported": Print(contexts[w[1]].GetSupportedCapabilities(Id(w[1], w[2]))); break;
                case "active": Print(contexts[w[1]].GetActiveCapabilities(Id(w[1], w[2]), w[3] == "1")); break;
                case "support":
                    PtpSupport support = contexts[w[1]].GetSupportedCapabilities(Id(w[1], w[2])).PtpSupport;
                    Say((support.IPv4 + " " + support.IPv6 + " " + support.Both).ToLowerInvariant());
                    break;
                case "enable":
                    EnabledStamps stamps = contexts[w[1]].EnableStamps(Id(w[1], w[2]), (StampLevel)Number(w[3]), w[4] == "1");
                    Print(stamps.Granted);
                    enabled[w[1] + " " + w[2]] = stamps;
                    break;
                case "disable":
                    if (!enabled.TryGetValue(w[1] + " " + w[2], out stamps))
                    {
                        // Only in C can more be given back than was taken.
                        Say("WST_E_STATE 0 this context has enabled nothing on that interface, so there is nothing to restore");
                        break;
                    }
                    stamps.Dispose();
                    enabled.Remove(w[1] + " " + w[2]);
                    Ok();
                    break;
                case "subscribe":
                    EventTypes types = Number(w[3]) == 0 ? EventTypes.All : (EventTypes)Number(w[3]);
                    subscriptions[w[1]] = contexts[w[2]].SubscribeQueue(types, ObjectNamed(w[4]));
                    Ok();
                    break;
                case "watch":
                    subscriptions[w[1]] = contexts[w[2]].WatchQueue(new WatchOptions { Reasons = (ChangeReasons)Number(w[3]) });
                    Ok();
                    break;
                case "unsubscribe":
                    subscriptions[w[1]].Dispose();
                    subscriptions.Remove(w[1]);
                    Ok();
                    break;
                case "events":
                    while (contexts[w[1]].TryTakeEvent(TimeSpan.Zero, out Event happened))
                        Print(in happened);
                    break;

                case "clock": Say(contexts[w[1]].ReadClock((Clock)Number(w[2]), Id(w[1], w[3]))); break;
                case "cross":
                    CrossTimestamp cross = contexts[w[1]].GetCrossTimestamp(Id(w[1], w[2]), (Clock)Number(w[3]), (int)Number(w[4]));
                    Say(Text.Read(Native.wst_cross_method_name((uint)cross.Method)), cross.SystemBefore, cross.Device, cross.SystemAfter,
                        Name(cross.SystemClock), Name(cross.DeviceClock), cross.DeviceIndex, cross.Samples, cross.Uncertainty.Value);
                    break;
                case "correlate":
                    correlations[w[1]] = new Correlation(contexts[w[2]], new CorrelationOptions
                    {
                        InterfaceId = Id(w[2], w[3]),
                        StampClock = (Clock)Number(w[4]),
                    });
                    Ok();
                    break;
                case "wait": Demand(correlations[w[1]].Wait(TimeSpan.FromMilliseconds(Number(w[2]))), true); Ok(); break;
                case "reset": correlations[w[1]].Restart(); Ok(); break;
                case "convert":
                    CorrelationTime converted = correlations[w[1]].Convert((Clock)Number(w[2]), Number(w[3]));
                    Say(Name(converted.Clock), converted.Value, converted.Bound.Value);
                    break;
                case "correlation":
                    CorrelationStatus correlated = correlations[w[1]].Status;
                    Say(Name(correlated.State) + ",", Name(correlated.Reason) + ",", Thousandths(correlated.Rate), correlated.Bound.Value,
                        correlated.Samples, correlated.Outliers, correlated.Restarts);
                    break;

                case "address": Say(Endpoint.Parse(rest).ToString()); break;
                case "socket":
                    uint wanted = (uint)Number(w[6]);
                    sockets[w[1]] = new TimestampSocket(contexts[w[2]], new SocketOptions
                    {
                        InterfaceId = Id(w[2], w[3]),
                        Local = Endpoint.Parse(w[4]),
                        Stamps = (StampKinds)Number(w[5]),
                        ReuseAddress = (wanted & 1) != 0,
                        MulticastLoopback = (wanted & 2) != 0,
                        Events = (wanted & 4) != 0,
                    });
                    Ok();
                    break;
                case "local": Say(Address(sockets[w[1]].LocalEndpoint)); break;
                case "join": sockets[w[1]].Join(Endpoint.Parse(w[2])); Ok(); break;
                case "leave": sockets[w[1]].Leave(Endpoint.Parse(w[2])); Ok(); break;
                case "send":
                    if (w[3] == "-")
                        sockets[w[1]].Send(Unhex(w[4]), Endpoint.Parse(w[2]));
                    else
                        sockets[w[1]].SendStamped(Unhex(w[4]), Endpoint.Parse(w[2]), (uint)Number(w[3]));
                    Ok();
                    break;
                case "receive":
                    var buffer = new byte[Number(w[2])];
                    Demand(sockets[w[1]].TryReceive(buffer, out Datagram datagram, Span(w[3])), w[3] != "0");
                    Print(buffer, datagram);
                    break;
                case "send_batch":
                    Endpoint to = Endpoint.Parse(w[2]);
                    var outgoing = new OutgoingBatch(8, 256);
                    foreach (string payload in w[4].Split(','))
                    {
                        if (w[3] == "-")
                            outgoing.Add(Unhex(payload), to);
                        else
                            outgoing.AddStamped(Unhex(payload), to, (uint)Number(w[3]) + (uint)outgoing.Count);
                    }
                    Say(sockets[w[1]].SendBatch(outgoing));
                    break;
                case "receive_batch":
                    var batch = new DatagramBatch((int)Number(w[2]), (int)Number(w[3]));
                    Say(sockets[w[1]].ReceiveBatch(batch, Span(w[4])));
                    for (int i = 0; i < batch.Count; ++i)
                        Print(batch.GetPayload(i).ToArray(), batch[i]);
                    break;
                case "stamps":
                    var all = new TransmitStamp[Number(w[2])];
                    int came = sockets[w[1]].TakeTransmitStamps(all, Span(w[3]));
                    Say(came);
                    foreach (TransmitStamp each in all.Take(came))
                        Say(each.Id, Stamp(each.Hardware), Stamp(each.Software));
                    break;
                case "stamp":
                    Demand(sockets[w[1]].TryTakeTransmitStamp((uint)Number(w[2]), out TransmitStamp taken, Span(w[3])), w[3] != "0");
                    Say(taken.Id, Stamp(taken.Hardware), Stamp(taken.Software));
                    break;
                case "totals":
                    SocketCounters totals = sockets[w[1]].Counters;
                    Say(totals.Received, totals.Sent, totals.ReceiveStampsMissing, totals.TransmitStampsAsked, totals.TransmitStamps,
                        totals.TransmitStampsDropped, totals.TransmitStampsUnknown, totals.TransmitStampsTimedOut);
                    break;

                case "config": configs[w[1]] = new PtpConfig(); Ok(); break;
                case "set": configs[w[1]].Set(w[2], w[3]); Ok(); break;
                case "port": configs[w[1]].AddPort(w[2]); Ok(); break;
                case "set_port": configs[w[1]].SetPort(w[2], w[3], w[4]); Ok(); break;
                case "read": configs[w[1]].ReadText(rest, "table"); Ok(); break;
                case "get": Say(configs[w[1]].Get(w[2], w[3] == "-" ? null : w[3])); break;
                case "ptp": clocks[w[1]] = new PtpClock(contexts[w[2]], configs[w[3]]); Ok(); break;
                case "start": clocks[w[1]].Start(); Ok(); break;
                case "stop": clocks[w[1]].Stop(); Ok(); break;
                case "change": clocks[w[1]].Set(w[2], w[3]); Ok(); break;
                case "status":
                    PtpStatus status = clocks[w[1]].Status;
                    Say(Name(status.ClockState), status.Valid, Hex(status.ClockIdentity), Hex(status.GrandmasterIdentity),
                        Hex(status.ParentIdentity), status.StepsRemoved, status.OffsetFromMaster.Value, status.MeanPathDelay.Value,
                        status.Bound.Value, status.Samples);
                    break;
                case "port_status":
                    PtpPortStatus port = clocks[w[1]].GetPortStatus((int)Number(w[2]));
                    Say(port.PortNumber, Name(port.State), port.InterfaceName, port.LogSyncInterval, port.DelayMechanism, port.Sent(0),
                        port.Received(0), Name(port.StampSource));
                    break;
                case "after": Say(Answer(clocks[w[1]].IsAfter(Number(w[2])))); break;
                case "before": Say(Answer(clocks[w[1]].IsBefore(Number(w[2])))); break;
                case "agreement":
                    PtpAgreement agreement = clocks[w[1]].GetAgreement();
                    Say(agreement.Clocks, agreement.Agreeing, agreement.Verdict.ToString().ToLowerInvariant(), agreement.Earliest,
                        agreement.Latest, agreement.LocalTime, agreement.Offset.Value);
                    break;
                case "option":
                    foreach (PtpOption option in PtpConfig.Options.Where(each => each.Name == w[1]))
                        Say(option.Name, option.IsOfPort ? 2 : 1, option.DefaultValue + ",", option.Allowed);
                    break;
                case "ptp_now": Print(clocks[w[1]].Now, true); break;
                case "ptp_convert": Print(clocks[w[1]].Convert((Clock)Number(w[2]), Number(w[3])), false); break;
                default: throw new InvalidDataException("unknown command " + w[0]);
            }
        }
    }
}
